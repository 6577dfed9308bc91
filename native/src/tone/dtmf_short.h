/* dtmf_short: the digit receiver's first look, at the pair alone.
 *
 * On a quiet line the last 24 ms tell: two sines, next to nothing beside them, or a dial tone below, or noise
 * where the pair is not. In louder noise they must stand for 40 ms, and the noise must be white and as loud
 * as it was before: what a piece of a voice would be taken for in noise lasts less or is no line.
 */
#pragma once

#include "base/fft.h"
#include "tone/dtmf_bank.h"
#include "tone/dtmf_pair.h"

typedef struct dtmf_floors {
    double band; /* noise energy of a dump, in the band */
    double wide; /* and above 180 Hz, a dial tone that goes on included */
} dtmf_floors;

/* Whether the last dumps hold a digit; fills p, and how many dumps it has lasted. */
int dtmf_short_look(const dtmf_bank *b, const cti_fft *fft, const dtmf_floors *floors,
                    const dtmf_limits *limits, dtmf_pair *p, double *lasted);
