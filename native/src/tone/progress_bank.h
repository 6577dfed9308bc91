/* progress_bank: the front end of the call-progress detector.
 *
 * A spectrum of 12.5 Hz steps over a Hann window of 80 ms, every 10 ms; and the power of the whole band
 * above 180 Hz under the same window, to compare with. Its bins are, in this order:
 *
 *   the low band, 275…762.5 Hz, where E.180 has nearly all tones, at 2,000 samples a second;
 *   runs of bins above it, wherever a definition has a line (special information tone, howler), by
 *   Goertzel's recurrence at 8,000 samples a second. A run is wider by three bins on either side than where
 *   its lines may stand, so two lines of different runs are never neighbours. No runs: no cost.
 *
 * b->bins says how many there are, progress_bank_hz where each stands.
 */
#pragma once

#include <stdint.h>

#include "base/biquad.h"

enum {
    PROGRESS_HOP = 80,        /* samples: 10 ms */
    PROGRESS_HOP_LOW = 20,    /* the same at 2,000 a second */
    PROGRESS_DUMPS = 8,       /* hops in a window */
    PROGRESS_LOW_BINS = 40,   /* 275 Hz … 762.5 Hz */
    PROGRESS_HIGH_BINS = 160, /* at most; worked on in blocks of 32 or 16 (progress_work) */
    PROGRESS_BINS = PROGRESS_LOW_BINS + PROGRESS_HIGH_BINS,
    PROGRESS_FIRST_BIN = 22,   /* 275 Hz / 12.5 Hz */
    PROGRESS_LAST_BIN = 318,   /* 3975 Hz */
    PROGRESS_HIGHEST_LOW = 59, /* the last with two neighbours and theirs: 737.5 Hz */
    PROGRESS_EDGE = 3          /* bins at either end of a run where no line may stand */
};

#define PROGRESS_BIN_HZ 12.5
/* The middle of the window lies this many samples before its end; with the filters' delay. */
#define PROGRESS_DELAY 327

typedef struct progress_work progress_work;

/* Everything a bin has is an array over the bins, one number beside the next: they are worked on in lanes. */
typedef struct progress_bank {
    const progress_work *work;       /* the variant for this processor */
    int32_t bins, high;              /* of all; of them above the low band */
    int16_t multiple[PROGRESS_BINS]; /* of 12.5 Hz */
    int32_t rest[PROGRESS_BINS];     /* of that, divided by 8: what the phase turns in a hop, in eighths */
    int32_t inner[PROGRESS_BINS];    /* a bin's place where it has both neighbours, elsewhere PROGRESS_BINS */
    float cosine[PROGRESS_HOP_LOW][PROGRESS_LOW_BINS];
    float sine[PROGRESS_HOP_LOW][PROGRESS_LOW_BINS];
    /* the recurrence's factor, and by what its last two values make the hop's sum */
    float turn[PROGRESS_HIGH_BINS];
    float last_re[PROGRESS_HIGH_BINS], last_im[PROGRESS_HIGH_BINS];
    float before_re[PROGRESS_HIGH_BINS], before_im[PROGRESS_HIGH_BINS];
    float weight[PROGRESS_DUMPS]; /* of a hop's power in the window's, sums to 1 */
    cti_biquad_state filter[3];
    float low[PROGRESS_HOP_LOW];
    float wide[PROGRESS_HOP];
    double energy, low_energy; /* of the hop being filled */
    int32_t filled;
    int64_t hops;
    int32_t live; /* hops until nothing is left above the low band; 0: its powers are all 0 */
    float dump_re[PROGRESS_DUMPS][PROGRESS_BINS];
    float dump_im[PROGRESS_DUMPS][PROGRESS_BINS];
    float hop_power[PROGRESS_DUMPS];
    /* of the newest window */
    float re[PROGRESS_BINS], im[PROGRESS_BINS];
    float power[PROGRESS_BINS]; /* mean squares: a sine's bins add up to its own */
    float total;                /* mean square of the whole band */
} progress_bank;

/* The bins above the low band, as multiples of 12.5 Hz, for lines that may stand wherever high[m] is set (at
 * m * 12.5 Hz, above PROGRESS_HIGHEST_LOW only); how many, or CTI_ERR_ARG: more than PROGRESS_HIGH_BINS. */
int progress_bank_lay_out(const uint8_t high[PROGRESS_LAST_BIN + 1], int16_t multiple[PROGRESS_HIGH_BINS]);
/* `high` as above, and not too many. */
void progress_bank_init(progress_bank *b, const uint8_t high[PROGRESS_LAST_BIN + 1]);
/* Where a bin, or a place between two of one run, stands. */
double progress_bank_hz(const progress_bank *b, double bin);
/* Takes samples up to the end of the present hop; returns how many. A new spectrum stands there
 * when b->filled is 0 afterwards. */
int progress_bank_run(progress_bank *b, const int16_t *pcm, int n);
