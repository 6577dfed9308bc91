/* fft_work: the transform itself, in two variants (base/variant.h). */
#pragma once

#include "base/fft.h"
#include "base/variant.h"

typedef struct fft_work {
    /* Sums, without a scale; zeros in the room behind the bins. */
    void (*forward)(const cti_fft *restrict f, const float *restrict samples, cti_spectrum *restrict out);
    /* The inverse: forward, then this, gives the samples again. */
    void (*back)(const cti_fft *restrict f, const cti_spectrum *restrict in, float *restrict samples);
    void (*power)(const cti_fft *f, const float *samples, float *power); /* cti_fft_power */
} fft_work;

extern const fft_work fft_work_plain;
#ifdef CTI_HAS_AVX2
extern const fft_work fft_work_avx2;
#else
#define fft_work_avx2 fft_work_plain
#endif
