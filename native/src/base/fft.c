#include "base/fft.h"

#include <math.h>

#define TURN 6.283185307179586

enum { HALF = CTI_FFT_SIZE / 2 };

void cti_fft_init(cti_fft *f) {
    for (int n = 0; n < CTI_FFT_SIZE; n++)
        f->window[n] = (float)(0.5 - 0.5 * cos(TURN * (n + 0.5) / CTI_FFT_SIZE));
    for (int k = 0; k < HALF; k++) {
        f->cosine[k] = (float)cos(TURN * k / CTI_FFT_SIZE);
        f->sine[k] = (float)sin(TURN * k / CTI_FFT_SIZE);
    }
}

static void swap(float *a, float *b) {
    float t = *a;
    *a = *b;
    *b = t;
}

/* In place, 128 complex points, radix 2. */
static void transform(const cti_fft *f, float *re, float *im) {
    for (int i = 1, j = 0; i < HALF; i++) {
        int bit = HALF >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j ^= bit;
        if (i < j) {
            swap(&re[i], &re[j]);
            swap(&im[i], &im[j]);
        }
    }
    for (int length = 2; length <= HALF; length *= 2) {
        int half = length / 2, step = CTI_FFT_SIZE / length;
        for (int from = 0; from < HALF; from += length)
            for (int k = 0; k < half; k++) {
                float c = f->cosine[k * step], s = -f->sine[k * step];
                float *ar = &re[from + k], *ai = &im[from + k];
                float *br = &re[from + k + half], *bi = &im[from + k + half];
                float tr = *br * c - *bi * s, ti = *br * s + *bi * c;
                *br = *ar - tr;
                *bi = *ai - ti;
                *ar += tr;
                *ai += ti;
            }
    }
}

void cti_fft_power(const cti_fft *f, const float *samples, float *power) {
    float re[HALF], im[HALF];
    for (int i = 0; i < HALF; i++) {
        re[i] = samples[2 * i] * f->window[2 * i];
        im[i] = samples[2 * i + 1] * f->window[2 * i + 1];
    }
    transform(f, re, im);
    /* 2 for the mirrored half, 3/8 the window's mean square. */
    float scale = 2.0f / (CTI_FFT_SIZE * (CTI_FFT_SIZE * 0.375f));
    for (int k = 0; k <= HALF; k++) {
        int a = k % HALF, b = (HALF - k) % HALF;
        float even_re = 0.5f * (re[a] + re[b]), even_im = 0.5f * (im[a] - im[b]);
        float odd_re = 0.5f * (im[a] + im[b]), odd_im = -0.5f * (re[a] - re[b]);
        float c = k < HALF ? f->cosine[k] : -1.0f, s = k < HALF ? -f->sine[k] : 0.0f;
        float x = even_re + odd_re * c - odd_im * s, y = even_im + odd_re * s + odd_im * c;
        power[k] = (x * x + y * y) * scale;
    }
    power[0] *= 0.5f;
    power[HALF] *= 0.5f;
}
