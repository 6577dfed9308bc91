/* fft: the power spectrum of 256 real samples under a Hann window. */
#pragma once

enum { CTI_FFT_SIZE = 256, CTI_FFT_BINS = 129 };

typedef struct cti_fft {
    float window[CTI_FFT_SIZE];
    float cosine[CTI_FFT_SIZE / 2], sine[CTI_FFT_SIZE / 2]; /* of k turns / 256 */
} cti_fft;

void cti_fft_init(cti_fft *f);
/* Mean squares: all bins together are the mean square of the (windowed, rescaled) samples. */
void cti_fft_power(const cti_fft *f, const float *samples, float *power);
