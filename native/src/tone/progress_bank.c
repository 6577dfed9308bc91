#include "tone/progress_bank.h"

#include <math.h>
#include <string.h>

#include "cti/error.h"

#define TURN 6.283185307179586
/* A window with a tone above the low band has most of its power there: a hop with less is passed over. */
#define LEAST_HIGH 0.1
/* … and so is one below -60 dBm0 (mean square). */
#define QUIET 260.0

/* Butterworth high-pass 180 Hz (hum), then an elliptic low-pass: 740 Hz, 40 dB from 1260 Hz on. */
static const cti_biquad HIGH_PASS = {9.048587462745951e-01, -1.809717492549190e+00, 9.048587462745951e-01,
                                     -1.800645057117583e+00, 8.187899279807972e-01};
static const cti_biquad LOW_PASS[2] = {
    {2.101060715736896e-02, 1.067300987893041e-02, 2.101060715736896e-02, -1.353757495201507e+00,
     5.071740542706337e-01},
    {1.0, -1.011968217507802e+00, 1.0, -1.476525469441857e+00, 8.237910115312856e-01}};

/* Cosines of eighths of a turn. */
static const float EIGHTH[8] = {1.0f,  0.70710678f,  0.0f, -0.70710678f,
                                -1.0f, -0.70710678f, 0.0f, 0.70710678f};

int progress_bank_lay_out(const uint8_t high[PROGRESS_LAST_BIN + 1], int16_t multiple[PROGRESS_HIGH_BINS]) {
    int bins = 0, last = 0;
    for (int m = PROGRESS_HIGHEST_LOW + 1; m <= PROGRESS_LAST_BIN - PROGRESS_EDGE; m++) {
        int from = m - PROGRESS_EDGE > last ? m - PROGRESS_EDGE : last + 1;
        for (int i = from; high[m] && i <= m + PROGRESS_EDGE; i++) {
            if (bins == PROGRESS_HIGH_BINS)
                return CTI_ERR_ARG;
            multiple[bins++] = (int16_t)i;
            last = i;
        }
    }
    return bins;
}

void progress_bank_init(progress_bank *b, const uint8_t high[PROGRESS_LAST_BIN + 1]) {
    memset(b, 0, sizeof(*b));
    for (int i = 0; i < PROGRESS_LOW_BINS; i++)
        b->multiple[i] = (int16_t)(PROGRESS_FIRST_BIN + i);
    b->high = progress_bank_lay_out(high, b->multiple + PROGRESS_LOW_BINS);
    b->bins = PROGRESS_LOW_BINS + b->high;
    for (int n = 0; n < PROGRESS_HOP_LOW; n++)
        for (int i = 0; i < PROGRESS_LOW_BINS; i++) {
            double phase = TURN * (PROGRESS_FIRST_BIN + i) * n / 160.0;
            b->cosine[n][i] = (float)cos(phase);
            b->sine[n][i] = (float)sin(phase);
        }
    for (int i = 0; i < b->high; i++) {
        double angle = TURN * b->multiple[PROGRESS_LOW_BINS + i] / 640.0;
        b->turn[i] = (float)(2.0 * cos(angle));
        b->last_re[i] = (float)cos(angle * (PROGRESS_HOP - 1));
        b->last_im[i] = (float)-sin(angle * (PROGRESS_HOP - 1));
        b->before_re[i] = (float)-cos(angle * PROGRESS_HOP);
        b->before_im[i] = (float)sin(angle * PROGRESS_HOP);
    }
    double sum = 0.0;
    for (int pass = 0; pass < 2; pass++)
        for (int d = 0; d < PROGRESS_DUMPS; d++) {
            double hann = 0.5 - 0.5 * cos(TURN * (d + 0.5) / PROGRESS_DUMPS);
            if (pass == 0)
                sum += hann * hann;
            else
                b->weight[d] = (float)(hann * hann / sum);
        }
}

double progress_bank_hz(const progress_bank *b, double bin) {
    int below = (int)floor(bin);
    below = below < 0 ? 0 : below >= b->bins ? b->bins - 1 : below;
    return (b->multiple[below] + bin - below) * PROGRESS_BIN_HZ;
}

static void sum_low(const progress_bank *b, float *re, float *im) {
    for (int n = 0; n < PROGRESS_HOP_LOW; n++) {
        float x = b->low[n];
        for (int i = 0; i < PROGRESS_LOW_BINS; i++) {
            re[i] += x * b->cosine[n][i];
            im[i] -= x * b->sine[n][i];
        }
    }
}

/* Of sixteen bins from `at` on: Goertzel over the hop. */
static void sum_block(const progress_bank *b, int at, float *re, float *im) {
    float last[PROGRESS_BLOCK] = {0}, before[PROGRESS_BLOCK] = {0};
    for (int n = 0; n < PROGRESS_HOP; n++)
        for (int i = 0; i < PROGRESS_BLOCK; i++) {
            float now = b->wide[n] + b->turn[at + i] * last[i] - before[i];
            before[i] = last[i];
            last[i] = now;
        }
    /* A quarter of the low band's amplitude: four times its samples are in a hop. */
    for (int i = 0; i < PROGRESS_BLOCK; i++) {
        re[at + i] = 0.25f * (last[i] * b->last_re[at + i] + before[i] * b->before_re[at + i]);
        im[at + i] = 0.25f * (last[i] * b->last_im[at + i] + before[i] * b->before_im[at + i]);
    }
}

/* The hop's sums, with the phase that each bin's oscillator has since reset: 12.5 Hz turn an eighth
 * in a hop. */
static void sum_hop(progress_bank *b) {
    float re[PROGRESS_BINS] = {0}, im[PROGRESS_BINS] = {0};
    sum_low(b, re, im);
    int loud = b->energy > QUIET * PROGRESS_HOP && b->energy - b->low_energy > LEAST_HIGH * b->energy;
    if (loud && b->high > 0)
        b->live = PROGRESS_DUMPS + 1;
    else if (b->live > 0)
        b->live--;
    if (loud)
        for (int at = 0; at < b->high; at += PROGRESS_BLOCK)
            sum_block(b, at, re + PROGRESS_LOW_BINS, im + PROGRESS_LOW_BINS);
    int at = (int)(b->hops % PROGRESS_DUMPS);
    int bins = b->live > 0 ? b->bins : PROGRESS_LOW_BINS;
    for (int i = 0; i < bins; i++) {
        int eighth = (int)(b->multiple[i] * (b->hops % 8) % 8);
        float c = EIGHTH[eighth], s = EIGHTH[(eighth + 6) % 8]; /* sine = cosine, two eighths back */
        b->dump_re[at][i] = re[i] * c + im[i] * s;
        b->dump_im[at][i] = im[i] * c - re[i] * s;
    }
    b->hop_power[at] = (float)(b->energy / PROGRESS_HOP);
    b->energy = b->low_energy = 0.0;
    b->hops++;
}

static void make_spectrum(progress_bank *b) {
    float re[PROGRESS_BINS] = {0}, im[PROGRESS_BINS] = {0};
    int bins = b->live > 0 ? b->bins : PROGRESS_LOW_BINS;
    for (int d = 0; d < PROGRESS_DUMPS; d++)
        for (int i = 0; i < bins; i++) {
            re[i] += b->dump_re[d][i];
            im[i] += b->dump_im[d][i];
        }
    /* Hann: half the bin less a quarter of each neighbour, turned to the window's first hop. */
    int first = (int)(b->hops % 8);
    float c = EIGHTH[first], s = -EIGHTH[(first + 6) % 8];
    for (int i = 1; i < bins - 1; i++) {
        if (b->multiple[i + 1] - b->multiple[i - 1] != 2) /* the end of a run: never part of a line */
            continue;
        float below_re = re[i - 1] * c - im[i - 1] * s, below_im = re[i - 1] * s + im[i - 1] * c;
        float above_re = re[i + 1] * c + im[i + 1] * s, above_im = im[i + 1] * c - re[i + 1] * s;
        b->re[i] = 0.5f * re[i] - 0.25f * (below_re + above_re);
        b->im[i] = 0.5f * im[i] - 0.25f * (below_im + above_im);
        b->power[i] = (b->re[i] * b->re[i] + b->im[i] * b->im[i]) * (2.0f / (160.0f * 60.0f));
    }
    b->total = 0.0f;
    for (int d = 0; d < PROGRESS_DUMPS; d++) /* the oldest hop stands where the next will go */
        b->total += b->weight[d] * b->hop_power[(b->hops + d) % PROGRESS_DUMPS];
}

int progress_bank_run(progress_bank *b, const int16_t *pcm, int n) {
    int take = PROGRESS_HOP - b->filled < n ? PROGRESS_HOP - b->filled : n;
    for (int i = 0; i < take; i++) {
        double x = cti_biquad_step(&HIGH_PASS, &b->filter[0], pcm[i]);
        b->energy += x * x;
        b->wide[b->filled] = (float)x;
        x = cti_biquad_step(&LOW_PASS[0], &b->filter[1], x);
        x = cti_biquad_step(&LOW_PASS[1], &b->filter[2], x);
        if (b->filled % 4 == 3) {
            b->low[b->filled / 4] = (float)x;
            b->low_energy += 4.0 * x * x;
        }
        b->filled++;
    }
    if (b->filled == PROGRESS_HOP) {
        b->filled = 0;
        sum_hop(b);
        make_spectrum(b);
        for (int f = 0; f < 3; f++)
            cti_biquad_calm(&b->filter[f]);
    }
    return take;
}
