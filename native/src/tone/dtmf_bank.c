#include "tone/dtmf_bank.h"

#include <math.h>
#include <string.h>

#include "tone/dtmf_plan.h"

#define TURN 6.283185307179586
#define HALF_RATE 4000.0

/* Elliptic: high-pass 660 Hz, 0.5 dB ripple, 30 dB; low-pass 1750 Hz, 0.3 dB ripple, 30 dB. */
static const cti_biquad SECTION[4] = {
    {5.468681024705092e-01, -1.075925118010337e+00, 5.468681024705091e-01, -1.078390203732131e+00,
     4.094190113715442e-01},
    {1.0, -1.860701284836255e+00, 1.0, -1.664738880345641e+00, 9.017516494251502e-01},
    {1.290809541019081e-01, 1.898091658375117e-01, 1.290809541019081e-01, -5.089959551925461e-01,
     2.276913369896307e-01},
    {1.0, 3.618231352655014e-01, 1.0, -2.575050543924697e-01, 7.813910934037609e-01}};

/* Butterworth, 180 Hz: hum is no part of what is compared with the digit. */
static const cti_biquad WIDE = {9.048587462745951e-01, -1.809717492549190e+00, 9.048587462745951e-01,
                                -1.800645057117583e+00, 8.187899279807972e-01};

/* Measured of the four sections together, at Q.23's frequencies. */
static const double GAIN_DB[DTMF_BINS] = {-0.046, -0.399, -0.498, -0.379, -0.188, -0.261, -0.307, -0.125};
static const double DELAY[DTMF_BINS] = {15.1, 8.2, 5.9, 5.0, 4.0, 4.0, 4.3, 5.9};

double dtmf_bank_hz(int bin) {
    return bin < 4 ? CTI_DTMF_LOW_HZ[bin] : CTI_DTMF_HIGH_HZ[bin - 4];
}

double dtmf_bank_wide(const dtmf_bank *b, int ago, int dumps) {
    double energy = 0.0;
    for (int k = 0; k < dumps; k++)
        energy += b->wide_energy[dtmf_bank_at(b, ago + k)];
    return energy;
}

const float *dtmf_bank_recent(const dtmf_bank *b, int n, int ago) {
    return b->recent + ((b->dumps - ago) * DTMF_HOP - n + DTMF_RECENT) % DTMF_RECENT;
}

double dtmf_bank_correction(int bin) {
    return pow(10.0, -GAIN_DB[bin] / 20.0);
}

double dtmf_bank_delay(int bin) {
    return DELAY[bin];
}

void dtmf_bank_reset(dtmf_bank *b) {
    memset(b->filter, 0, sizeof(b->filter));
    memset(b->re, 0, sizeof(b->re));
    memset(b->im, 0, sizeof(b->im));
    memset(b->energy, 0, sizeof(b->energy));
    memset(b->wide_energy, 0, sizeof(b->wide_energy));
    memset(b->sum, 0, sizeof(b->sum));
    memset(b->recent, 0, sizeof(b->recent));
    memset(&b->wide_filter, 0, sizeof(b->wide_filter));
    b->wide_sum = 0.0;
    b->filled = 0;
    b->dumps = 0;
    for (int i = 0; i < DTMF_BINS; i++) {
        b->turn_re[i] = 1.0;
        b->turn_im[i] = 0.0;
    }
}

void dtmf_bank_init(dtmf_bank *b) {
    for (int i = 0; i < DTMF_BINS; i++) {
        double radians = TURN * dtmf_bank_hz(i) / HALF_RATE;
        for (int k = 0; k < DTMF_HOP_HALF; k++) {
            b->cosine[k][i] = cos(radians * k);
            b->sine[k][i] = sin(radians * k);
        }
        b->step_re[i] = cos(radians * DTMF_HOP_HALF);
        b->step_im[i] = -sin(radians * DTMF_HOP_HALF);
    }
    dtmf_bank_reset(b);
}

static void sum_dumps(dtmf_bank *b) {
    vec *sum = b->sum[dtmf_bank_at(b, 0)];
    memset(sum, 0, DTMF_BINS * sizeof(*sum));
    for (int ago = 0; ago < DTMF_SUM; ago++) {
        int at = dtmf_bank_at(b, ago);
        for (int bin = 0; bin < DTMF_BINS; bin++) {
            sum[bin].re += b->re[at][bin];
            sum[bin].im += b->im[at][bin];
        }
    }
}

static void finish_dump(dtmf_bank *b) {
    double re[DTMF_BINS] = {0}, im[DTMF_BINS] = {0}, energy = 0.0;
    for (int k = 0; k < DTMF_HOP_HALF; k++) {
        double x = b->half[k];
        energy += x * x;
        for (int i = 0; i < DTMF_BINS; i++) {
            re[i] += x * b->cosine[k][i];
            im[i] -= x * b->sine[k][i];
        }
    }
    int at = (int)(b->dumps % DTMF_HISTORY);
    for (int i = 0; i < DTMF_BINS; i++) {
        double tr = b->turn_re[i], ti = b->turn_im[i];
        b->re[at][i] = re[i] * tr - im[i] * ti;
        b->im[at][i] = re[i] * ti + im[i] * tr;
        /* One Newton step keeps the turning vector at length 1 for ever. */
        double length = 1.5 - 0.5 * (tr * tr + ti * ti);
        b->turn_re[i] = length * (tr * b->step_re[i] - ti * b->step_im[i]);
        b->turn_im[i] = length * (tr * b->step_im[i] + ti * b->step_re[i]);
    }
    b->energy[at] = energy;
    b->wide_energy[at] = b->wide_sum;
    b->wide_sum = 0.0;
    b->dumps++;
    sum_dumps(b);
    for (int f = 0; f < 4; f++)
        cti_biquad_calm(&b->filter[f]);
    cti_biquad_calm(&b->wide_filter);
}

int dtmf_bank_run(dtmf_bank *b, const int16_t *pcm, int n) {
    int take = DTMF_HOP - b->filled < n ? DTMF_HOP - b->filled : n;
    int newest = (int)(b->dumps * DTMF_HOP % DTMF_RECENT);
    for (int i = 0; i < take; i++) {
        double x = pcm[i], wide = cti_biquad_step(&WIDE, &b->wide_filter, x);
        b->wide_sum += wide * wide;
        b->recent[newest + b->filled] = b->recent[newest + b->filled + DTMF_RECENT] = (float)wide;
        for (int f = 0; f < 4; f++)
            x = cti_biquad_step(&SECTION[f], &b->filter[f], x);
        if (b->filled & 1)
            b->half[b->filled >> 1] = x;
        b->filled++;
    }
    if (b->filled == DTMF_HOP) {
        b->filled = 0;
        finish_dump(b);
    }
    return take;
}
