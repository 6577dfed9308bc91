/* dbm0: levels. 0 dBm0 is a sine of rms 16140 (a full-scale sine is +3.14 dBm0, G.711 table note). */
#pragma once

#include <math.h>
#include <stdint.h>

#define CTI_DBM0_RMS 16140.0
#define CTI_DBM0_SILENCE (-100.0f) /* what meters say of digital silence */

/* The rms, in sample units, of a signal at this level. */
static inline double cti_dbm0_to_rms(double dbm0) {
    return CTI_DBM0_RMS * pow(10.0, dbm0 / 20.0);
}

/* The level of a signal by its mean square. */
static inline float cti_dbm0_from_power(double mean_square) {
    double floor = 1e-10 * CTI_DBM0_RMS * CTI_DBM0_RMS;
    if (!(mean_square > floor))
        return CTI_DBM0_SILENCE;
    return (float)(10.0 * log10(mean_square / (CTI_DBM0_RMS * CTI_DBM0_RMS)));
}

static inline int16_t cti_saturate(int32_t value) {
    if (value > INT16_MAX)
        return INT16_MAX;
    if (value < INT16_MIN)
        return INT16_MIN;
    return (int16_t)value;
}

/* Rounds half up, the same everywhere, and saturates. */
static inline int16_t cti_round_sample(double value) {
    if (value >= 32767.0)
        return INT16_MAX;
    if (value <= -32768.0)
        return INT16_MIN;
    int32_t down = (int32_t)(value + 0.5); /* towards 0: floor() may be a call of the library */
    return (int16_t)(down - (down > value + 0.5));
}
