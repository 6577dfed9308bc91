/* gain: factors in 1/4096. */
#pragma once

#include <stdint.h>

enum { CTI_UNITY = 4096, CTI_MOST_GAIN = 65535 };

/* Rounded to nearest; at most 2^20 in size, so that 1024 of them fit 32 bits. */
static inline int32_t cti_scaled(int16_t sample, int32_t gain) {
    return gain == CTI_UNITY ? sample : (sample * gain + CTI_UNITY / 2) >> 12;
}
