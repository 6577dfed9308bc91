/* lanes: four floats that are worked on at once, whatever the compiler thinks of a loop over them: gcc takes
 * short ones apart before it looks for vectors. Each lane computes what a float alone would. */
#pragma once

#include <string.h>

typedef float cti_four __attribute__((vector_size(16)));

static inline cti_four cti_four_of(const float *at) {
    cti_four lanes;
    memcpy(&lanes, at, sizeof lanes);
    return lanes;
}

static inline void cti_four_put(float *at, cti_four lanes) {
    memcpy(at, &lanes, sizeof lanes);
}
