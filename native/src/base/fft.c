#include "base/fft.h"

#include <math.h>

#include "base/fft_work.h"
#include "base/variant.h"

#define TURN 6.283185307179586

enum { HALF = CTI_FFT_SIZE / 2 };

void cti_fft_init(cti_fft *f) {
    for (int n = 0; n < CTI_FFT_SIZE; n++)
        f->window[n] = (float)(0.5 - 0.5 * cos(TURN * (n + 0.5) / CTI_FFT_SIZE));
    for (int k = 0; k < HALF; k++) {
        f->cosine[k] = (float)cos(TURN * k / CTI_FFT_SIZE);
        f->sine[k] = (float)sin(TURN * k / CTI_FFT_SIZE);
    }
    for (int p = 0; p < HALF / 4; p++)
        for (int j = 0; j < 3; j++) {
            f->turn[2 * j][p] = (float)cos(TURN * (j + 1) * p / HALF);
            f->turn[2 * j + 1][p] = (float)-sin(TURN * (j + 1) * p / HALF);
        }
    f->wide = cti_variant_is_wide();
}

void cti_fft_power(const cti_fft *f, const float *samples, float *power) {
    (f->wide ? fft_work_avx2 : fft_work_plain).power(f, samples, power);
}
