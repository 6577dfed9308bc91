#include "tone/progress_bank.h"

#include <math.h>
#include <string.h>

#include "cti/error.h"
#include "tone/progress_work.h"

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
    b->work = cti_variant_is_wide() ? &progress_work_avx2 : &progress_work_plain;
    for (int i = 0; i < PROGRESS_LOW_BINS; i++)
        b->multiple[i] = (int16_t)(PROGRESS_FIRST_BIN + i);
    b->high = progress_bank_lay_out(high, b->multiple + PROGRESS_LOW_BINS);
    b->bins = PROGRESS_LOW_BINS + b->high;
    for (int i = 0; i < PROGRESS_BINS; i++) {
        b->rest[i] = b->multiple[i] % 8;
        /* the end of a run is never part of a line */
        int inner = i > 0 && i < b->bins - 1 && b->multiple[i + 1] - b->multiple[i - 1] == 2;
        b->inner[i] = inner ? i : PROGRESS_BINS;
    }
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

/* The hop's sums, with the phase that each bin's oscillator has since reset: 12.5 Hz turn an eighth
 * in a hop. */
static void sum_hop(progress_bank *b) {
    float re[PROGRESS_BINS] = {0}, im[PROGRESS_BINS] = {0}, cosine[8], sine[8];
    b->work->sum_low(b, re, im);
    int loud = b->energy > QUIET * PROGRESS_HOP && b->energy - b->low_energy > LEAST_HIGH * b->energy;
    if (loud && b->high > 0)
        b->live = PROGRESS_DUMPS + 1;
    else if (b->live > 0)
        b->live--;
    if (loud)
        b->work->sum_high(b, re, im);
    for (int rest = 0; rest < 8; rest++) {
        int eighth = (int)(rest * (b->hops % 8) % 8);
        cosine[rest] = EIGHTH[eighth];
        sine[rest] = EIGHTH[(eighth + 6) % 8]; /* sine = cosine, two eighths back */
    }
    b->work->put_dump(b, re, im, b->live > 0 ? b->bins : PROGRESS_LOW_BINS, cosine, sine);
    b->hop_power[b->hops % PROGRESS_DUMPS] = (float)(b->energy / PROGRESS_HOP);
    b->energy = b->low_energy = 0.0;
    b->hops++;
}

static void make_spectrum(progress_bank *b) {
    /* Half the bin less a quarter of each neighbour. */
    int first = (int)(b->hops % 8);
    b->work->make_window(b, b->live > 0 ? b->bins : PROGRESS_LOW_BINS, EIGHTH[first],
                         -EIGHTH[(first + 6) % 8]);
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
