/* fsk_path: bits decided together, by the phase that runs on through them.
 *
 * A Viterbi search over a frame of ten bits and the two behind it. A state is the last three bits; each
 * survivor keeps the carrier's phase as its own bits make it (per-survivor processing), over some five bits,
 * so that a frequency a little off or a jump of the phase is soon forgotten. Times in samples of the span.
 */
#pragma once

#include "modem/fsk_span.h"

#define FSK_FRAME 10      /* a start bit, eight bits, a stop bit */
#define FSK_DOUBTFUL 0.6f /* a margin: below it something is not as it seems */

/* A carrier's phase at a bit's boundary, its length how much is known of it; 0, 0: nothing. */
typedef struct fsk_reading {
    uint32_t marks; /* bit k of the frame: 1 mark */
    float margin;   /* by how much another frame was less likely: 0 not at all, about 1 without noise */
    float stop;     /* the same of the stop bit alone: below 0, it was space */
    fsk_c ref;      /* the carrier behind the stop bit, if it was mark */
} fsk_reading;

/* The likeliest frame of bits of `bit` samples whose start bit begins at t; the carrier was `ref` there. */
void fsk_path_read(const fsk_span *span, float t, float bit, const float amplitude[2], fsk_c ref,
                   fsk_reading *out);
/* How well the bits `marks` (bit 0 first) fit from t on, and the carrier behind them. Better is larger:
 * without noise half the amplitude's square for each bit. */
float fsk_path_follow(const fsk_span *span, float t, float bit, const float amplitude[2], uint32_t marks,
                      int n, fsk_c *ref);
