/* fft: 256 real samples to 129 bins and back, and their power under a Hann window. */
#pragma once

enum { CTI_FFT_SIZE = 256, CTI_FFT_BINS = 129, CTI_FFT_ROOM = 136 /* a multiple of eight floats */ };

typedef struct cti_spectrum {
    float re[CTI_FFT_ROOM], im[CTI_FFT_ROOM];
} cti_spectrum;

typedef struct cti_fft {
    float window[CTI_FFT_SIZE];
    float cosine[CTI_FFT_SIZE / 2], sine[CTI_FFT_SIZE / 2]; /* of k turns / 256 */
    float turn[6][CTI_FFT_SIZE / 8];                        /* of the first pass: c1 s1 c2 s2 c3 s3 */
    int wide;                                               /* which variant works (base/variant.h) */
} cti_fft;

void cti_fft_init(cti_fft *f);
/* Mean squares: all bins together are the mean square of the (windowed, rescaled) samples. */
void cti_fft_power(const cti_fft *f, const float *samples, float *power);
