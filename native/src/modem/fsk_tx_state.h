#pragma once

#include "cti/fsk_tx.h"

struct cti_fsk_tx {
    double hz[2]; /* space, mark: indexed by the bit */
    double amplitude[2];
    double samples_per_bit;
    double phase; /* at the next bit's boundary, in cycles */
    double time;  /* of the next sample, in samples behind that boundary; below samples_per_bit */
};
