/* wide: as many floats, or doubles, as a register of the variant holds (base/variant.h), worked on at once.
 * Each lane computes what a number alone would, so both variants give the same bits. */
#pragma once

#include <string.h>

#ifdef CTI_AVX2
enum { CTI_WIDE = 8, CTI_WIDE_DOUBLES = 4 };
#else
enum { CTI_WIDE = 4, CTI_WIDE_DOUBLES = 2 };
#endif

typedef float cti_wide __attribute__((vector_size(CTI_WIDE * sizeof(float))));

static inline cti_wide cti_wide_of(const float *at) {
    cti_wide lanes;
    memcpy(&lanes, at, sizeof lanes);
    return lanes;
}

static inline void cti_wide_put(float *at, cti_wide lanes) {
    memcpy(at, &lanes, sizeof lanes);
}

typedef double cti_wide_doubles __attribute__((vector_size(CTI_WIDE_DOUBLES * sizeof(double))));

static inline cti_wide_doubles cti_wide_doubles_of(const double *at) {
    cti_wide_doubles lanes;
    memcpy(&lanes, at, sizeof lanes);
    return lanes;
}

static inline void cti_wide_doubles_put(double *at, cti_wide_doubles lanes) {
    memcpy(at, &lanes, sizeof lanes);
}
