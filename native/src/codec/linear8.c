#include "cti/linear8.h"

#include <stddef.h>

#include "cti/error.h"

enum { HALF = 128, HIGHEST = 127, STEP = 256 };

static int valid(const void *in, const void *out, int n, int middle) {
    return n >= 0 && (n == 0 || (in && out)) && (middle == 0 || middle == HALF);
}

int cti_linear8_encode(const int16_t *pcm, uint8_t *out, int n, int middle) {
    if (!valid(pcm, out, n, middle))
        return CTI_ERR_ARG;
    for (int i = 0; i < n; i++) {
        int value = (pcm[i] + HALF + STEP * HALF) / STEP - HALF; /* a shift that rounds down */
        out[i] = (uint8_t)((value > HIGHEST ? HIGHEST : value) + middle);
    }
    return n;
}

int cti_linear8_decode(const uint8_t *in, int16_t *pcm, int n, int middle) {
    if (!valid(in, pcm, n, middle))
        return CTI_ERR_ARG;
    for (int i = 0; i < n; i++) {
        int value = (uint8_t)(in[i] - middle + HALF) - HALF;
        pcm[i] = (int16_t)(value * STEP);
    }
    return n;
}
