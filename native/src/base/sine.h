/* sine: by additions and multiplications only, so that every machine makes the same samples. */
#pragma once

#include <stdint.h>

/* The sine of a phase that counts 2^32 to the turn; error below 4e-9 of full scale. */
static inline double cti_sine(uint32_t phase) {
    uint32_t quarter = phase << 1 >> 1; /* the half turn the phase lies in, 0…2^31 */
    if (quarter > 0x40000000u)
        quarter = 0x80000000u - quarter;
    double x = (double)quarter * (1.0 / 1073741824.0); /* 0…1 of a quarter turn */
    double y = x * x;
    /* Taylor series of sin(x * pi/2) to the 13th power. */
    double s = 5.692172921967925e-08;
    s = s * y - 3.598843235212085e-06;
    s = s * y + 1.604411847873598e-04;
    s = s * y - 4.681754135318687e-03;
    s = s * y + 7.969262624616704e-02;
    s = s * y - 6.459640975062462e-01;
    s = s * y + 1.570796326794897;
    s *= x;
    return (phase & 0x80000000u) ? -s : s;
}

/* Phase per sample of a frequency at 8,000 samples a second. */
static inline uint32_t cti_phase_step(double hz) {
    return (uint32_t)(int64_t)(hz * (4294967296.0 / 8000.0) + 0.5);
}
