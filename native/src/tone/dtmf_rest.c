#include "tone/dtmf_rest.h"

#include <math.h>
#include <string.h>

#include "tone/dtmf_vec.h"

#define TURN 6.283185307179586
#define BIN_HZ (8000.0 / CTI_FFT_SIZE)
/* Bins looked at, and how near the pair they are left out: the skirts of an echo's step reach so far. */
enum { LOWEST = 19, HIGHEST = 110 };
#define SKIRT_HZ 95.0
#define FULL_SCALE 32000.0f
/* The two sines are nearly orthogonal over 20 ms (0.05), so what two rounds leave is 1e-5. */
enum { ROUNDS = 2 };
/* A line under the window is three bins wide; the highest holds two thirds of it. */
#define LINE_OVER_BIN 1.5

/* A line beside the pair, stronger than this (-28 dB of the pair), is another harmonic, if it stands out: in
 * noise it would not. Fainter ones (-35 dB) if nothing at all stands between the lines. */
#define LINE 0.0014
#define LINE_PEAK 12.0
#define LINE_FLATNESS 0.2
#define FAINT_LINE 0.0003
#define FAINT_FLATNESS 0.035
/* Q.23 allows a telephone's distortion 20 dB below the digit: so much more where it falls. */
#define DISTORTION_GRANTED 0.16
#define DISTORTION_HZ 60.0
/* Lines go on though they were this much weaker (power). */
#define SHARED_LOUDER 2.0
/* And all of them together are no more than this much louder. */
#define SHARED_MOST 2.5
/* Periods of a voice, samples; a line repeats after one if it is so near a whole number of turns. */
enum { SHORTEST_PERIOD = 20, LONGEST_PERIOD = 160 };
#define WHOLE_TURN 0.15
/* It is a voice if the correlation over its period is this: the ends of a note leave less. */
#define VOICED 0.7
/* The correlation over the best period is so much more than over the best that the pair has too. */
#define FOREIGN 0.1
/* A multiple of a period counts if the correlation over it is this share of the best. */
#define MULTIPLE 0.5
/* A partial is so strong beside what of the pair it belongs to (-20 dB), and so far from it there is less. */
#define KIN 0.01
#define KIN_HZ 40.0

typedef struct wave {
    double cosine[DTMF_REST_MOST], sine[DTMF_REST_MOST]; /* 0 in blocks left out */
    double cc, ss, cs;
    double a, b;
} wave;

static void make_wave(wave *w, double hz, int n, unsigned blocks) {
    vec step = unit(TURN * hz / 8000.0), turn = unit(-TURN * hz / 8000.0 * n / 2.0);
    w->cc = w->ss = w->cs = w->a = w->b = 0.0;
    for (int i = 0; i < n; i++) {
        double on = blocks >> (i / DTMF_REST_BLOCK) & 1u ? 1.0 : 0.0;
        w->cosine[i] = on * turn.re;
        w->sine[i] = on * turn.im;
        w->cc += w->cosine[i] * w->cosine[i];
        w->ss += w->sine[i] * w->sine[i];
        w->cs += w->cosine[i] * w->sine[i];
        turn = times(turn, step);
    }
}

/* Takes out of the rest what of it is the wave's. */
static void take(wave *w, double *rest, int n) {
    double c = 0.0, s = 0.0;
    for (int i = 0; i < n; i++) {
        c += rest[i] * w->cosine[i];
        s += rest[i] * w->sine[i];
    }
    double scale = 1.0 / (w->cc * w->ss - w->cs * w->cs);
    double a = (c * w->ss - s * w->cs) * scale, b = (s * w->cc - c * w->cs) * scale;
    for (int i = 0; i < n; i++)
        rest[i] -= a * w->cosine[i] + b * w->sine[i];
    w->a += a;
    w->b += b;
}

/* Whether a telephone's own distortion of the pair falls into this bin: harmonics, sums, differences. */
static int is_distortion(int k, const double hz[2]) {
    const double of[] = {2.0 * hz[0],   2.0 * hz[1],         3.0 * hz[0],        hz[1] - hz[0],
                         hz[0] + hz[1], 2.0 * hz[0] - hz[1], 2.0 * hz[1] - hz[0]};
    for (unsigned i = 0; i < sizeof(of) / sizeof(*of); i++)
        if (fabs(k * BIN_HZ - of[i]) < DISTORTION_HZ)
            return 1;
    return 0;
}

/* Adds the spectrum of up to CTI_FFT_SIZE samples under a Hann window of that length: with the transform's
 * own, a dial tone leaves nothing beyond 140 Hz from it. */
static void add_spectrum(const cti_fft *fft, const double *x, int n, double *power) {
    float middle[CTI_FFT_SIZE] = {0}, bins[CTI_FFT_BINS];
    int from = (CTI_FFT_SIZE - n) / 2;
    double squares = 0.0;
    vec step = unit(TURN / n), turn = unit(TURN * 0.5 / n);
    for (int i = 0; i < n; i++) {
        double hann = n < CTI_FFT_SIZE ? 0.5 - 0.5 * turn.re : 1.0;
        double both = hann * (double)fft->window[from + i];
        middle[from + i] = (float)(hann * x[i]);
        squares += both * both;
        turn = times(turn, step);
    }
    cti_fft_power(fft, middle, bins);
    for (int k = 0; k < CTI_FFT_BINS; k++)
        power[k] += 0.375 * CTI_FFT_SIZE / squares * (double)bins[k];
}

void dtmf_rest_of(const cti_fft *fft, const float *x, int n, unsigned blocks, const double hz[2],
                  dtmf_rest *r) {
    wave waves[2];
    double *rest = r->left, power[CTI_FFT_BINS] = {0};
    int samples = 0;
    r->clipped = 0;
    r->n = n;
    for (int i = 0; i < n; i++) {
        int on = (int)(blocks >> (i / DTMF_REST_BLOCK) & 1u);
        rest[i] = on ? (double)x[i] : 0.0;
        samples += on;
        if (x[i] > FULL_SCALE || x[i] < -FULL_SCALE)
            r->clipped = 1;
    }
    for (int g = 0; g < 2; g++)
        make_wave(&waves[g], hz[g], n, blocks);
    for (int round = 0; round < ROUNDS; round++)
        for (int g = 0; g < 2; g++)
            take(&waves[g], rest, n);
    r->digit = r->rest = 0.0;
    for (int g = 0; g < 2; g++)
        r->digit += (waves[g].a * waves[g].a + waves[g].b * waves[g].b) / 2.0;
    for (int i = 0; i < n; i++)
        r->rest += rest[i] * rest[i] / samples;
    if (n <= CTI_FFT_SIZE)
        add_spectrum(fft, rest, n, power);
    else
        for (int part = 0; part < 2; part++)
            add_spectrum(fft, rest + part * (n - CTI_FFT_SIZE), CTI_FFT_SIZE, power);
    double scale = (n > CTI_FFT_SIZE ? 0.5 : 1.0) * n / samples;
    double sum = 0.0, logs = 0.0, most = 0.0, tallest = 0.0;
    int count = 0;
    memset(r->power, 0, sizeof(r->power));
    for (int k = LOWEST; k < HIGHEST; k++) {
        if (fabs(k * BIN_HZ - hz[0]) < SKIRT_HZ || fabs(k * BIN_HZ - hz[1]) < SKIRT_HZ)
            continue;
        r->power[k] = scale * power[k] + 1e-30;
        sum += r->power[k];
        logs += log(r->power[k]);
        count++;
        most = fmax(most, r->power[k]);
        tallest = fmax(tallest, r->power[k] * (is_distortion(k, hz) ? DISTORTION_GRANTED : 1.0));
    }
    r->peak = most * count / sum;
    r->flat = exp(logs / count) * count / sum;
    r->tallest = LINE_OVER_BIN * tallest;
}

double dtmf_rest_shared(const dtmf_rest *r, const cti_fft *fft, const float *x, int n) {
    double samples[CTI_FFT_SIZE], power[CTI_FFT_BINS] = {0}, all = 0.0, there = 0.0, shared = 0.0;
    for (int i = 0; i < n; i++)
        samples[i] = (double)x[i];
    add_spectrum(fft, samples, n, power);
    for (int k = LOWEST; k < HIGHEST; k++) {
        double near = fmax(power[k], fmax(power[k - 1], power[k + 1]));
        all += r->power[k];
        there += r->power[k] > 0.0 ? power[k] : 0.0;
        shared += fmin(r->power[k], SHARED_LOUDER * near);
    }
    return there < SHARED_MOST * all ? shared / all : 0.0;
}

int dtmf_rest_has_line(const dtmf_rest *r) {
    if (r->clipped)
        return 0;
    return (r->tallest >= LINE * r->digit && (r->peak >= LINE_PEAK || r->flat <= LINE_FLATNESS)) ||
           (r->tallest >= FAINT_LINE * r->digit && r->flat <= FAINT_FLATNESS);
}

static int repeats_after(int samples, const double hz[2]) {
    for (int g = 0; g < 2; g++) {
        double turns = hz[g] * samples / 8000.0;
        if (fabs(turns - floor(turns + 0.5)) > WHOLE_TURN)
            return 0;
    }
    return 1;
}

int dtmf_rest_is_foreign(const dtmf_rest *r, const double hz[2]) {
    double share[LONGEST_PERIOD + 1] = {0.0}, all = 0.0, head = 0.0, tail = 0.0, common = 0.0;
    int best = 0;
    for (int i = 0; i < r->n; i++)
        all += r->left[i] * r->left[i];
    for (int lag = 1; lag <= LONGEST_PERIOD && lag < r->n; lag++) {
        /* The energies of the two stretches that are compared are `all` less an end. */
        tail += r->left[lag - 1] * r->left[lag - 1];
        head += r->left[r->n - lag] * r->left[r->n - lag];
        if (lag < SHORTEST_PERIOD)
            continue;
        double sum = 0.0;
        for (int i = lag; i < r->n; i++)
            sum += r->left[i] * r->left[i - lag];
        share[lag] = sum / (sqrt(fmax(0.0, all - head) * fmax(0.0, all - tail)) + 1e-9);
        if (share[lag] > share[best])
            best = lag;
        if (repeats_after(lag, hz))
            common = fmax(common, share[lag]);
    }
    if (share[best] < VOICED || share[best] <= common + FOREIGN)
        return 0;
    /* One strong harmonic repeats sooner than the voice: then the pitch's period is a multiple of that. */
    for (int times_best = 2; times_best * best <= LONGEST_PERIOD; times_best++)
        for (int lag = times_best * best - times_best / 2; lag <= times_best * best + times_best / 2; lag++)
            if (lag <= LONGEST_PERIOD && share[lag] > MULTIPLE * share[best] && repeats_after(lag, hz))
                return 0;
    return 1;
}

/* The mean square of a line, under a Hann window. */
static double line_power(const dtmf_rest *r, double hz) {
    vec step = unit(TURN * hz / 8000.0), turn = {1.0, 0.0}, sum = {0.0, 0.0};
    vec fall = unit(TURN / r->n), at = unit(TURN * 0.5 / r->n);
    for (int i = 0; i < r->n; i++) {
        double x = (1.0 - at.re) * r->left[i];
        sum.re += x * turn.re;
        sum.im += x * turn.im;
        turn = times(turn, step);
        at = times(at, fall);
    }
    return 2.0 * square(sum) / ((double)r->n * r->n);
}

static int has_kin(const dtmf_rest *r, double hz, double least) {
    static const double KINSHIP[] = {0.5, 1.0 / 3.0, 2.0, 3.0};
    for (unsigned i = 0; i < sizeof(KINSHIP) / sizeof(*KINSHIP); i++) {
        double of = KINSHIP[i] * hz, power = line_power(r, of);
        if (power > least && power > line_power(r, of - KIN_HZ) && power > line_power(r, of + KIN_HZ))
            return 1;
    }
    return 0;
}

int dtmf_rest_is_chord(const dtmf_rest *r, const double hz[2]) {
    double least = KIN * r->digit / 2.0;
    return has_kin(r, hz[0], least) && has_kin(r, hz[1], least);
}
