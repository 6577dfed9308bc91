#include "tone/dtmf_bank.h"

#include <math.h>
#include <string.h>

#include "tone/dtmf_plan.h"
#include "tone/dtmf_work.h"

#define TURN 6.283185307179586
#define HALF_RATE 4000.0

/* Elliptic: high-pass 660 Hz, 0.5 dB ripple, 30 dB; low-pass 1750 Hz, 0.3 dB ripple, 30 dB. */
const dtmf_sections DTMF_BAND = {
    .b0 = {5.468681024705092e-01, 1.0, 1.290809541019081e-01, 1.0},
    .b1 = {-1.075925118010337e+00, -1.860701284836255e+00, 1.898091658375117e-01, 3.618231352655014e-01},
    .b2 = {5.468681024705091e-01, 1.0, 1.290809541019081e-01, 1.0},
    .a1 = {-1.078390203732131e+00, -1.664738880345641e+00, -5.089959551925461e-01, -2.575050543924697e-01},
    .a2 = {4.094190113715442e-01, 9.017516494251502e-01, 2.276913369896307e-01, 7.813910934037609e-01}};

/* Butterworth, 180 Hz: hum is no part of what is compared with the digit. */
const cti_biquad DTMF_WIDE = {9.048587462745951e-01, -1.809717492549190e+00, 9.048587462745951e-01,
                              -1.800645057117583e+00, 8.187899279807972e-01};

/* Measured of the four sections together, at Q.23's frequencies; the gains are -0.046, -0.399, -0.498,
 * -0.379, -0.188, -0.261, -0.307 and -0.125 dB. */
static const double CORRECTION[DTMF_BINS] = {1.0053099940231343, 1.0470079998610848, 1.0590098510716812,
                                             1.0445999482841282, 1.02188023688844,   1.0305047548566788,
                                             1.035976728945779,  1.0144952080687362};
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
    return CORRECTION[bin];
}

double dtmf_bank_delay(int bin) {
    return DELAY[bin];
}

void dtmf_bank_reset(dtmf_bank *b) {
    memset(b->band_s1, 0, sizeof(b->band_s1));
    memset(b->band_s2, 0, sizeof(b->band_s2));
    memset(b->re, 0, sizeof(b->re));
    memset(b->im, 0, sizeof(b->im));
    memset(b->energy, 0, sizeof(b->energy));
    memset(b->wide_energy, 0, sizeof(b->wide_energy));
    memset(b->sum_re, 0, sizeof(b->sum_re));
    memset(b->sum_im, 0, sizeof(b->sum_im));
    memset(b->power, 0, sizeof(b->power));
    memset(b->recent, 0, sizeof(b->recent));
    memset(&b->wide_filter, 0, sizeof(b->wide_filter));
    b->filled = 0;
    b->dumps = 0;
    for (int i = 0; i < DTMF_BINS; i++) {
        b->turn_re[i] = 1.0;
        b->turn_im[i] = 0.0;
    }
}

void dtmf_bank_init(dtmf_bank *b) {
    b->work = cti_variant_is_wide() ? &dtmf_work_avx2 : &dtmf_work_plain;
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

int dtmf_bank_run(dtmf_bank *b, const int16_t *pcm, int n) {
    int take = DTMF_HOP - b->filled < n ? DTMF_HOP - b->filled : n;
    memcpy(b->samples + b->filled, pcm, (size_t)take * sizeof(*pcm));
    b->filled += take;
    if (b->filled == DTMF_HOP) {
        double half[DTMF_HOP_HALF];
        b->work->filter(b, half);
        b->work->make_dump(b, half);
        b->filled = 0;
        b->dumps++;
        for (int i = 0; i < DTMF_SECTIONS; i++) {
            cti_biquad_state s = {b->band_s1[i], b->band_s2[i]};
            cti_biquad_calm(&s);
            b->band_s1[i] = s.s1;
            b->band_s2[i] = s.s2;
        }
        cti_biquad_calm(&b->wide_filter);
    }
    return take;
}
