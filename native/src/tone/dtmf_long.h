/* dtmf_long: the digit receiver's second, longer look, for digits over speech and with holes.
 *
 * What stands beside a short digit must be next to nothing or noise (dtmf_rx.c). Over 48 ms a digit can be
 * told from the speech over it by what speech never has: two lines, at two of Q.23's frequencies, that keep
 * phase and amplitude all the time, and either hold most of all that is heard, or begin or end at once while
 * the speech goes on, or are no harmonics of it: what is left without them repeats after a pitch period, and
 * they do not.
 */
#pragma once

#include "base/fft.h"
#include "tone/dtmf_bank.h"
#include "tone/dtmf_window.h"

/* The digit heard last: what is still in the window of it is no new one, and not looked into. */
typedef struct dtmf_known {
    int low, high;  /* its bins; none: -1 */
    double until;   /* one that begins before this sample is the same */
    double weakest; /* and has at least this amplitude of the low frequency */
} dtmf_known;

/* Whether the last 60 ms hold such a digit; fills p, and how many dumps it has lasted and is over. */
int dtmf_long_look(const dtmf_bank *b, const cti_fft *fft, dtmf_windows *windows, const dtmf_limits *limits,
                   const dtmf_known *known, dtmf_pair *p, double *lasted, double *over);
