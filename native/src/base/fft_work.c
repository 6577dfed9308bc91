#include "base/fft_work.h"

enum { HALF = CTI_FFT_SIZE / 2, QUARTER = HALF / 2 };

/* The first pass of Stockham's transform, radix 4: 128 points, one series. */
static void first_pass(const cti_fft *f, const float *restrict xr, const float *restrict xi,
                       float *restrict yr, float *restrict yi) {
    enum { FAR = HALF / 4 };
    for (int p = 0; p < FAR; p++) {
        float sum_r = xr[p] + xr[p + 2 * FAR], sum_i = xi[p] + xi[p + 2 * FAR];
        float gap_r = xr[p] - xr[p + 2 * FAR], gap_i = xi[p] - xi[p + 2 * FAR];
        float odd_r = xr[p + FAR] + xr[p + 3 * FAR], odd_i = xi[p + FAR] + xi[p + 3 * FAR];
        float turn_r = xi[p + FAR] - xi[p + 3 * FAR], turn_i = xr[p + 3 * FAR] - xr[p + FAR];
        float r1 = gap_r + turn_r, i1 = gap_i + turn_i;
        float r2 = sum_r - odd_r, i2 = sum_i - odd_i;
        float r3 = gap_r - turn_r, i3 = gap_i - turn_i;
        yr[4 * p] = sum_r + odd_r;
        yr[4 * p + 1] = r1 * f->turn[0][p] - i1 * f->turn[1][p];
        yr[4 * p + 2] = r2 * f->turn[2][p] - i2 * f->turn[3][p];
        yr[4 * p + 3] = r3 * f->turn[4][p] - i3 * f->turn[5][p];
        yi[4 * p] = sum_i + odd_i;
        yi[4 * p + 1] = r1 * f->turn[1][p] + i1 * f->turn[0][p];
        yi[4 * p + 2] = r2 * f->turn[3][p] + i2 * f->turn[2][p];
        yi[4 * p + 3] = r3 * f->turn[5][p] + i3 * f->turn[4][p];
    }
}

/* A later one: n points in each of s interleaved series (n s = 128). */
static inline void pass(const cti_fft *f, int n, int s, const float *restrict ar, const float *restrict ai,
                        float *restrict br, float *restrict bi) {
    int far = s * (n / 4);
    for (int p = 0; p < n / 4; p++) {
        float c1 = f->turn[0][p * s], s1 = f->turn[1][p * s];
        float c2 = f->turn[2][p * s], s2 = f->turn[3][p * s];
        float c3 = f->turn[4][p * s], s3 = f->turn[5][p * s];
        const float *xr = ar + s * p, *xi = ai + s * p;
        float *yr = br + 4 * s * p, *yi = bi + 4 * s * p;
        for (int q = 0; q < s; q++) {
            float sum_r = xr[q] + xr[q + 2 * far], sum_i = xi[q] + xi[q + 2 * far];
            float gap_r = xr[q] - xr[q + 2 * far], gap_i = xi[q] - xi[q + 2 * far];
            float odd_r = xr[q + far] + xr[q + 3 * far], odd_i = xi[q + far] + xi[q + 3 * far];
            float turn_r = xi[q + far] - xi[q + 3 * far], turn_i = xr[q + 3 * far] - xr[q + far];
            float r1 = gap_r + turn_r, i1 = gap_i + turn_i;
            float r2 = sum_r - odd_r, i2 = sum_i - odd_i;
            float r3 = gap_r - turn_r, i3 = gap_i - turn_i;
            yr[q] = sum_r + odd_r;
            yi[q] = sum_i + odd_i;
            yr[q + s] = r1 * c1 - i1 * s1;
            yi[q + s] = r1 * s1 + i1 * c1;
            yr[q + 2 * s] = r2 * c2 - i2 * s2;
            yi[q + 2 * s] = r2 * s2 + i2 * c2;
            yr[q + 3 * s] = r3 * c3 - i3 * s3;
            yi[q + 3 * s] = r3 * s3 + i3 * c3;
        }
    }
}

/* 128 complex points, from (ar, ai) to (ar, ai). */
static void transform(const cti_fft *f, float *restrict ar, float *restrict ai) {
    float br[HALF], bi[HALF];
    first_pass(f, ar, ai, br, bi);
    pass(f, 32, 4, br, bi, ar, ai);
    pass(f, 8, 16, ar, ai, br, bi);
    for (int q = 0; q < HALF / 2; q++) {
        ar[q] = br[q] + br[q + HALF / 2];
        ai[q] = bi[q] + bi[q + HALF / 2];
        ar[q + HALF / 2] = br[q] - br[q + HALF / 2];
        ai[q + HALF / 2] = bi[q] - bi[q + HALF / 2];
    }
}

/* out[k] = in[HALF - k]: the other side of the spectrum. */
static inline void turn_round(const float *restrict in, float *restrict out) {
    for (int k = 0; k < QUARTER; k++)
        out[k] = in[HALF - k];
}

static void forward(const cti_fft *restrict f, const float *restrict samples, cti_spectrum *restrict out) {
    float re[HALF + 1], im[HALF + 1];
    for (int i = 0; i < HALF; i++) {
        re[i] = samples[2 * i];
        im[i] = samples[2 * i + 1];
    }
    transform(f, re, im);
    float high_re[QUARTER], high_im[QUARTER], mirror_re[QUARTER], mirror_im[QUARTER];
    re[HALF] = re[0];
    im[HALF] = im[0];
    turn_round(re, mirror_re);
    turn_round(im, mirror_im);
    for (int k = 0; k < QUARTER; k++) {
        float even_re = 0.5f * (re[k] + mirror_re[k]), even_im = 0.5f * (im[k] - mirror_im[k]);
        float odd_re = 0.5f * (im[k] + mirror_im[k]), odd_im = 0.5f * (mirror_re[k] - re[k]);
        float c = f->cosine[k], s = f->sine[k];
        float turned_re = odd_re * c + odd_im * s, turned_im = odd_im * c - odd_re * s;
        high_re[k] = even_re - turned_re;
        high_im[k] = turned_im - even_im;
        out->re[k] = even_re + turned_re;
        out->im[k] = even_im + turned_im;
    }
    for (int k = 1; k < QUARTER; k++) {
        out->re[HALF - k] = high_re[k];
        out->im[HALF - k] = high_im[k];
    }
    out->re[0] = re[0] + im[0];
    out->re[HALF] = re[0] - im[0];
    out->im[0] = out->im[HALF] = 0.0f;
    for (int k = CTI_FFT_BINS; k < CTI_FFT_ROOM; k++)
        out->re[k] = out->im[k] = 0.0f;
    out->re[QUARTER] = re[QUARTER];
    out->im[QUARTER] = -im[QUARTER];
}

static void back(const cti_fft *restrict f, const cti_spectrum *restrict in, float *restrict samples) {
    float re[HALF], im[HALF]; /* of the conjugate, so that the same transform turns back */
    const float *x = in->re, *y = in->im;
    float high_re[QUARTER], high_im[QUARTER], mirror_re[QUARTER], mirror_im[QUARTER];
    turn_round(x, mirror_re);
    turn_round(y, mirror_im);
    for (int k = 0; k < QUARTER; k++) {
        float even_re = x[k] + mirror_re[k], even_im = y[k] - mirror_im[k];
        float gap_re = x[k] - mirror_re[k], gap_im = y[k] + mirror_im[k];
        float c = f->cosine[k], s = f->sine[k];
        float odd_re = gap_re * c - gap_im * s, odd_im = gap_re * s + gap_im * c;
        high_re[k] = even_re + odd_im;
        high_im[k] = even_im - odd_re;
        re[k] = even_re - odd_im;
        im[k] = -even_im - odd_re;
    }
    for (int k = 1; k < QUARTER; k++) {
        re[HALF - k] = high_re[k];
        im[HALF - k] = high_im[k];
    }
    re[0] = x[0] + x[HALF];
    im[0] = x[HALF] - x[0];
    re[QUARTER] = 2.0f * x[QUARTER];
    im[QUARTER] = 2.0f * y[QUARTER];
    transform(f, re, im);
    const float scale = 1.0f / CTI_FFT_SIZE;
    for (int i = 0; i < HALF; i++) {
        samples[2 * i] = re[i] * scale;
        samples[2 * i + 1] = -im[i] * scale;
    }
}

static void power(const cti_fft *f, const float *samples, float *out) {
    float windowed[CTI_FFT_SIZE];
    cti_spectrum x;
    for (int i = 0; i < CTI_FFT_SIZE; i++)
        windowed[i] = samples[i] * f->window[i];
    forward(f, windowed, &x);
    /* 2 for the mirrored half, 3/8 the window's mean square. */
    const float scale = 2.0f / (CTI_FFT_SIZE * (CTI_FFT_SIZE * 0.375f));
    for (int k = 0; k < CTI_FFT_BINS; k++)
        out[k] = (x.re[k] * x.re[k] + x.im[k] * x.im[k]) * scale;
    out[0] *= 0.5f;
    out[HALF] *= 0.5f;
}

const fft_work CTI_VARIANT(fft_work) = {forward, back, power};
