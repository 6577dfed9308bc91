/* dtmf_bank: the front end of the digit receiver.
 *
 * A band-pass (4th-order elliptic each side: 30 dB down up to 480 Hz, where dial tone and hum
 * are, and from 2350 Hz on), half the sample rate, and for each of Q.23's eight frequencies one
 * complex sum over every 16 samples (2 ms): a "dump". Coherent sums over any longer window are sums
 * of dumps.
 */
#pragma once

#include <stdint.h>

#include "base/biquad.h"
#include "tone/dtmf_vec.h"

enum {
    DTMF_BINS = 8,     /* 0…3 the low group, 4…7 the high group */
    DTMF_HOP = 16,     /* samples per dump */
    DTMF_HOP_HALF = 8, /* the same at 4,000 samples a second */
    DTMF_HISTORY = 64, /* dumps kept (128 ms) */
    DTMF_SUM = 4,      /* dumps in a sum: 8 ms */
    DTMF_SECTIONS = 4, /* of the band-pass */
    DTMF_SUM_SAMPLES = DTMF_SUM * DTMF_HOP_HALF,
    DTMF_RECENT = 2048 /* samples kept */
};

typedef struct dtmf_work dtmf_work;

/* Second-order sections, one after the other (base/biquad.h). */
typedef struct dtmf_sections {
    double b0[DTMF_SECTIONS], b1[DTMF_SECTIONS], b2[DTMF_SECTIONS], a1[DTMF_SECTIONS], a2[DTMF_SECTIONS];
} dtmf_sections;

extern const dtmf_sections DTMF_BAND;
extern const cti_biquad DTMF_WIDE; /* what is above 180 Hz */

typedef struct dtmf_bank {
    const dtmf_work *work;
    double cosine[DTMF_HOP_HALF][DTMF_BINS]; /* of each frequency, from the start of a dump */
    double sine[DTMF_HOP_HALF][DTMF_BINS];
    double step_re[DTMF_BINS], step_im[DTMF_BINS]; /* its phase advance over one dump */
    double turn_re[DTMF_BINS], turn_im[DTMF_BINS]; /* and up to the present one */
    double band_s1[DTMF_SECTIONS], band_s2[DTMF_SECTIONS];
    cti_biquad_state wide_filter;
    float recent[2 * DTMF_RECENT]; /* the samples above 180 Hz, twice, so that any stretch is in one piece */
    int16_t samples[DTMF_HOP];     /* of the dump being filled */
    int32_t filled;                /* so many: 0…15 */
    int64_t dumps;                 /* made since reset */
    double re[DTMF_HISTORY][DTMF_BINS];
    double im[DTMF_HISTORY][DTMF_BINS];
    double sum_re[DTMF_HISTORY][DTMF_BINS]; /* of the DTMF_SUM dumps up to this one */
    double sum_im[DTMF_HISTORY][DTMF_BINS];
    double power[DTMF_HISTORY][DTMF_BINS]; /* of the sum */
    double energy[DTMF_HISTORY];           /* of the band, summed over the dump's half-rate samples */
    double wide_energy[DTMF_HISTORY];      /* of all above 180 Hz, summed over the dump's samples */
} dtmf_bank;

/* Of Q.23. */
double dtmf_bank_hz(int bin);
/* Where the dump made `ago` dumps before the newest stands. */
static inline int dtmf_bank_at(const dtmf_bank *b, int ago) {
    return (int)((b->dumps - 1 - ago) & (DTMF_HISTORY - 1));
}
/* What a frequency's sum is that ends with the dump made `ago` dumps before the newest, and its power. */
static inline vec dtmf_bank_sum(const dtmf_bank *b, int ago, int bin) {
    int at = dtmf_bank_at(b, ago);
    vec sum = {b->sum_re[at][bin], b->sum_im[at][bin]};
    return sum;
}
static inline double dtmf_bank_power(const dtmf_bank *b, int ago, int bin) {
    return b->power[dtmf_bank_at(b, ago)][bin];
}
/* The energy above 180 Hz of so many dumps, the newest made `ago` dumps before the newest of all. */
double dtmf_bank_wide(const dtmf_bank *b, int ago, int dumps);
/* The n samples above 180 Hz, at most DTMF_RECENT, that end with the dump made `ago` dumps before. */
const float *dtmf_bank_recent(const dtmf_bank *b, int n, int ago);

void dtmf_bank_init(dtmf_bank *b);
void dtmf_bank_reset(dtmf_bank *b);
/* Takes samples up to the end of the present dump; returns how many. The dump is complete when
 * b->filled is 0 afterwards. */
int dtmf_bank_run(dtmf_bank *b, const int16_t *pcm, int n);
/* What the filter makes of a frequency's amplitude (to multiply with), and its delay in samples. */
double dtmf_bank_correction(int bin);
double dtmf_bank_delay(int bin);
