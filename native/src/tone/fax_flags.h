/* fax_flags: HDLC flags in V.21's channel 2, from the frequency of each eighth of ten milliseconds. */
#pragma once

#include <stdint.h>

#include "tone/fax_bank.h"

typedef struct fax_flags {
    float re, im;  /* the last quarter of a hop */
    float value;   /* its frequency, about -0.7 for a 1, 0.7 for a 0 */
    float run;     /* quarters since the frequency last crossed the middle */
    float zeros;   /* length of the last run of 0 */
    int32_t count; /* flags in a row */
} fax_flags;

void fax_flags_reset(fax_flags *f);
/* Takes a hop; returns how many flags have come in a row. */
int fax_flags_run(fax_flags *f, const fax_hop *hop);
