/* progress_bank: the front end of the call-progress detector.
 *
 * The band of E.180's tones (300…680 Hz) at 2,000 samples a second, as a spectrum of 12.5 Hz steps
 * over a Hann window of 80 ms, every 10 ms; and the power of the whole band above 180 Hz under the same
 * window, to compare with.
 */
#pragma once

#include <stdint.h>

#include "base/biquad.h"

enum {
    PROGRESS_HOP = 80,      /* samples: 10 ms */
    PROGRESS_HOP_LOW = 20,  /* the same at 2,000 a second */
    PROGRESS_DUMPS = 8,     /* hops in a window */
    PROGRESS_BINS = 35,     /* 275 Hz … 700 Hz */
    PROGRESS_FIRST_BIN = 22 /* 275 Hz / 12.5 Hz */
};

#define PROGRESS_BIN_HZ 12.5
/* The middle of the window lies this many samples before its end; with the filters' delay. */
#define PROGRESS_DELAY 327

typedef struct progress_bank {
    float cosine[PROGRESS_HOP_LOW][PROGRESS_BINS];
    float sine[PROGRESS_HOP_LOW][PROGRESS_BINS];
    float weight[PROGRESS_DUMPS]; /* of a hop's power in the window's, sums to 1 */
    cti_biquad_state filter[3];
    float low[PROGRESS_HOP_LOW];
    double energy; /* of the hop being filled */
    int32_t filled;
    int64_t hops;
    float dump_re[PROGRESS_DUMPS][PROGRESS_BINS];
    float dump_im[PROGRESS_DUMPS][PROGRESS_BINS];
    float hop_power[PROGRESS_DUMPS];
    /* of the newest window */
    float re[PROGRESS_BINS], im[PROGRESS_BINS];
    float power[PROGRESS_BINS]; /* mean squares: a sine's bins add up to its own */
    float total;                /* mean square of the whole band */
} progress_bank;

void progress_bank_init(progress_bank *b);
/* Takes samples up to the end of the present hop; returns how many. A new spectrum stands there
 * when b->filled is 0 afterwards. */
int progress_bank_run(progress_bank *b, const int16_t *pcm, int n);
