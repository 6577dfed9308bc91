/* fuzz_input: a fuzzer's bytes as numbers and as sound. What is missing reads as 0. */
#pragma once

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct fuzz_input {
    const uint8_t *at;
    size_t left;
} fuzz_input;

/* What must hold, or the fuzzer has found something. */
#define demand(holds)                                                                                        \
    do {                                                                                                     \
        if (!(holds)) {                                                                                      \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #holds);                       \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

static int fuzz_byte(fuzz_input *in) {
    if (in->left == 0) {
        return 0;
    }
    in->left--;
    return *in->at++;
}

static int fuzz_pair(fuzz_input *in) {
    int high = fuzz_byte(in);
    return high << 8 | fuzz_byte(in);
}

/* Any bytes at all, as floats and counts may hold them. */
static void fuzz_bytes(fuzz_input *in, void *out, size_t size) {
    size_t n = size < in->left ? size : in->left;
    memset(out, 0, size);
    memcpy(out, in->at, n);
    in->at += n;
    in->left -= n;
}

/* n samples of a kind that the next byte names: raw, silence, noise, square, pairs of tones, keyed tones. */
static void fuzz_sound(fuzz_input *in, int16_t *pcm, int n) {
    int kind = fuzz_byte(in) % 6;
    if (kind == 0) {
        fuzz_bytes(in, pcm, (size_t)n * sizeof *pcm);
        return;
    }
    double gain = fuzz_byte(in) * 128.0, a = fuzz_pair(in) % 4000, b = fuzz_pair(in) % 4000;
    int period = fuzz_byte(in) + 1;
    uint32_t state = (uint32_t)a * 65536u + (uint32_t)b + 1u;
    for (int i = 0; i < n; i++) {
        double t = 6.283185307179586 / 8000.0 * i, x = 0.0;
        state = state * 1664525u + 1013904223u;
        switch (kind) {
        case 2:
            x = (double)(state >> 16) / 32768.0 - 1.0;
            break;
        case 3:
            x = i / period % 2 ? 1.0 : -1.0;
            break;
        case 4:
            x = 0.5 * (sin(a * t) + sin(b * t));
            break;
        case 5:
            x = sin((i / period % 2 ? a : b) * t);
            break;
        default:
            break;
        }
        pcm[i] = (int16_t)(gain * x);
    }
}
