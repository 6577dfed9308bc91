/* dtmf_window: the pair that 48 ms hold, six sums of 8 ms, by what its two lines are over all of them.
 *
 * The digit receiver's long look (tone/dtmf_long.h) asks twice of each window, when it ends now and 20 ms
 * later; it is weighed once.
 */
#pragma once

#include <stdint.h>

#include "tone/dtmf_bank.h"
#include "tone/dtmf_pair.h"

enum { DTMF_WINDOW_SUMS = 6, DTMF_WINDOW = DTMF_WINDOW_SUMS * DTMF_SUM, DTMF_WINDOWS = 16 };

/* Of all that is heard above 180 Hz a pair holds at least so much: 8 dB under speech. */
#define DTMF_COVERED_SHARE 0.15

typedef struct dtmf_line {
    double power, offset_hz;
    double purity; /* its power over that of what makes it waver */
} dtmf_line;

typedef struct dtmf_window {
    int64_t end; /* dumps made when its last was; -1: none was weighed */
    int holds;   /* a pair that may be a digit's: only then the rest counts */
    dtmf_pair pair;
    dtmf_line line[2];
    double wide;   /* the energy above 180 Hz */
    double share;  /* the pair's of it */
    double purity; /* of the less pure line */
} dtmf_window;

/* The last ones weighed. */
typedef struct dtmf_windows {
    dtmf_window last[DTMF_WINDOWS];
} dtmf_windows;

void dtmf_windows_reset(dtmf_windows *w);
/* The window that ends `ago` dumps before the newest, less than DTMF_WINDOWS. */
const dtmf_window *dtmf_window_at(dtmf_windows *w, const dtmf_bank *b, const dtmf_limits *limits, int ago);
