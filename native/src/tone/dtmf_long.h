/* dtmf_long: the digit receiver's second, longer look, for digits over speech and with holes.
 *
 * What stands beside a short digit must be next to nothing or noise (dtmf_rx.c). Over 48 ms a digit can be
 * told from the speech over it by what speech never has: two lines, at two of Q.23's frequencies, that keep
 * phase and amplitude all the time, and either hold most of all that is heard, or begin or end at once.
 */
#pragma once

#include "tone/dtmf_bank.h"
#include "tone/dtmf_vec.h"

enum { DTMF_THIRD = 4 }; /* dumps in one of the receiver's sums: 8 ms */

typedef struct dtmf_long_limits {
    double floor_amplitude;      /* half of the stronger sine's peak */
    double twist, reverse_twist; /* amplitude ratios */
    double frequency_share;
} dtmf_long_limits;

typedef struct dtmf_long_pair {
    int low, high; /* bins */
    double offset_hz[2];
    double amplitude[2]; /* half of the sine's peak, as the filter leaves it */
    int first, last;     /* ago: the first dump that holds the pair, and the last one */
} dtmf_long_pair;

/* sums: of the last DTMF_THIRD dumps, at each dump of the bank's history. Returns 1 and fills p. */
int dtmf_long_look(const dtmf_bank *b, const vec (*sums)[DTMF_BINS], const dtmf_long_limits *limits,
                   dtmf_long_pair *p);
