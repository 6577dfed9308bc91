/* echo_fft: 256 real samples to 129 bins and back, for the echo canceller. */
#pragma once

enum { ECHO_FFT = 256, ECHO_BINS = 129, ECHO_ROOM = 132 /* a multiple of four floats */ };

typedef struct echo_spectrum {
    float re[ECHO_ROOM], im[ECHO_ROOM];
} echo_spectrum;

typedef struct echo_fft {
    float cosine[ECHO_FFT / 2], sine[ECHO_FFT / 2]; /* of k turns / 256 */
    float turn[6][ECHO_FFT / 8];                    /* of the first pass: c1 s1 c2 s2 c3 s3 */
} echo_fft;

void echo_fft_init(echo_fft *f);
/* Sums, without a scale. */
void echo_fft_forward(const echo_fft *restrict f, const float *restrict samples, echo_spectrum *restrict out);
/* The inverse: forward, then this, gives the samples again. */
void echo_fft_back(const echo_fft *restrict f, const echo_spectrum *restrict in, float *restrict samples);
