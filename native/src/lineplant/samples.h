/* A tick of samples: weakened, added up. */
#pragma once

#include <math.h>
#include <stdint.h>

#include "lineplant/lineplant_state.h"

static inline int16_t plant_saturate(float x) {
    int32_t value = (int32_t)(x + copysignf(0.5f, x)); /* clamped behind it, in whole numbers: in lanes */
    value = value > 32767 ? 32767 : value;
    return (int16_t)(value < -32768 ? -32768 : value);
}

static inline void plant_scale(const int16_t *in, int16_t *out, float factor) {
    for (int i = 0; i < PLANT_TICK; i++)
        out[i] = plant_saturate((float)in[i] * factor);
}

static inline void plant_add(int16_t *out, const int16_t *in) {
    for (int i = 0; i < PLANT_TICK; i++)
        out[i] = plant_saturate((float)out[i] + (float)in[i]);
}
