/* fax_bank: what is heard around the fax tones' frequencies, in hops of 5 ms. */
#pragma once

#include <stdint.h>

enum {
    FAX_HOP = 40,
    FAX_SUBS = 4, /* quarters of a hop, in which V.21's bits are looked at */
    FAX_SUB = FAX_HOP / FAX_SUBS,
    FAX_LANES = 8, /* 1100 Hz, 2100 Hz, 1750 Hz: cosine and sine each; two are idle */
    FAX_BANDS = 3
};

enum { FAX_CNG_BAND = 0, FAX_ANSWER_BAND = 1, FAX_V21_BAND = 2 };

/* One hop. Powers are comparable: a tone at the band's frequency has power equal to energy. */
typedef struct fax_hop {
    float energy;                             /* of everything, the sum of squares behind the filter */
    float power[FAX_BANDS];                   /* of it, what lies in each band */
    float re[2], im[2];                       /* the two tones, against oscillators that never stop */
    float sub_re[FAX_SUBS], sub_im[FAX_SUBS]; /* 1750 Hz, likewise */
} fax_hop;

typedef struct fax_bank {
    float table[FAX_HOP][FAX_LANES];
    float d[FAX_HOP];  /* the filtered samples of this hop */
    int32_t before[2]; /* the last two samples */
    int32_t filled;
    int64_t hops; /* finished */
} fax_bank;

void fax_bank_init(fax_bank *b);
void fax_bank_reset(fax_bank *b);
/* Takes at most n samples, up to the end of a hop; returns how many. `hop` is written, and *done set,
 * when one is complete. */
int fax_bank_run(fax_bank *b, const int16_t *pcm, int n, fax_hop *hop, int *done);
/* The mean square of a tone whose power of so many hops is this. */
double fax_bank_mean_square(int band, double power, double hops);
