#include "modem/fsk_span.h"

#include <math.h>

#define WINDOW 2 /* bits on each side that a decision looks at */
#define SEQUENCES 32
#define TWO_PI 6.2831853f

fsk_tones fsk_tones_of(int space_hz, int mark_hz) {
    fsk_tones tones = {{space_hz / 50, mark_hz / 50},
                       {TWO_PI * (float)space_hz / 8000.0f, TWO_PI * (float)mark_hz / 8000.0f}};
    return tones;
}

/* Hilbert transformer of 15 taps, least squares: within 0.6 % from 800 to 3200 Hz. The even taps are 0,
 * the others odd about the middle. */
static const float hilbert[4] = {0.614762f, 0.153622f, 0.048992f, 0.010844f}; /* k = 1, 3, 5, 7 */

static float quadrature(const int16_t *x) {
    float q = 0.0f;
    for (int i = 0; i < 4; i++) {
        int k = 2 * i + 1;
        q += hilbert[i] * ((float)x[-k] - (float)x[k]);
    }
    return q;
}

void fsk_span_make(fsk_span *span, const float *cosine, fsk_tones tones, const int16_t *x, int n) {
    fsk_c z[FSK_SPAN_MAX];
    float energy = 0.0f;
    span->tones = tones;
    span->n = n;
    for (int i = 0; i < n; i++) {
        z[i] = (fsk_c){(float)x[FSK_MARGIN + i], quadrature(x + FSK_MARGIN + i)};
        span->energy[i] = energy;
        energy += z[i].re * z[i].re + z[i].im * z[i].im;
    }
    span->energy[n] = energy;
    span->energy[n + 1] = energy;
    for (int b = 0; b < 2; b++) {
        fsk_c sum = {0.0f, 0.0f};
        int phase = 0;
        for (int i = 0; i < n; i++) {
            span->sum[b][i] = sum;
            int quarter = phase + 3 * FSK_TABLE / 4; /* sine = cosine a quarter back */
            float c = cosine[phase], s = cosine[quarter >= FSK_TABLE ? quarter - FSK_TABLE : quarter];
            sum.re += z[i].re * c + z[i].im * s;
            sum.im += z[i].im * c - z[i].re * s;
            phase += tones.step[b];
            phase -= phase >= FSK_TABLE ? FSK_TABLE : 0;
        }
        span->sum[b][n] = sum;
        span->sum[b][n + 1] = sum;
    }
}

static float inside(const fsk_span *span, float t) {
    return t < 0.0f ? 0.0f : t > (float)span->n ? (float)span->n : t;
}

static fsk_c sum_at(const fsk_span *span, int b, float t) {
    t = inside(span, t);
    int i = (int)t;
    float part = t - (float)i;
    fsk_c a = span->sum[b][i], z = span->sum[b][i + 1];
    return (fsk_c){a.re + part * (z.re - a.re), a.im + part * (z.im - a.im)};
}

static fsk_c correlate(const fsk_span *span, int b, float t, float bit) {
    fsk_c a = sum_at(span, b, t), z = sum_at(span, b, t + bit);
    float scale = 1.0f / bit;
    return (fsk_c){scale * (z.re - a.re), scale * (z.im - a.im)};
}

float fsk_span_power(const fsk_span *span, int mark, float t, float bit) {
    fsk_c c = correlate(span, mark, t, bit);
    return c.re * c.re + c.im * c.im;
}

static float energy_at(const fsk_span *span, float t) {
    t = inside(span, t);
    int i = (int)t;
    return span->energy[i] + (t - (float)i) * (span->energy[i + 1] - span->energy[i]);
}

float fsk_span_energy(const fsk_span *span, float t, float length) {
    float energy = energy_at(span, t + length) - energy_at(span, t);
    return energy > 0.0f ? energy : 0.0f;
}

static fsk_c times(fsk_c a, fsk_c b) {
    return (fsk_c){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

static fsk_c turn(float angle) {
    return (fsk_c){cosf(angle), sinf(angle)};
}

void fsk_bits_make(fsk_bits *bits, const fsk_span *span, float t, float bit, int first,
                   const float amplitude[2]) {
    float begin = t + (float)first * bit;
    bits->first = first;
    bits->n = 12 - first;
    for (int b = 0; b < 2; b++) {
        float omega = span->tones.omega[b];
        /* Sample i stands for [i, i + 1) in the sums and for the instant i in phase: half a sample. */
        fsk_c phase = turn(omega * (begin - 0.5f)), step = turn(omega * bit);
        for (int j = 0; j < bits->n; j++) {
            bits->u[b][j] = times(correlate(span, b, begin + (float)j * bit, bit), phase);
            phase = times(phase, step);
        }
        bits->back[b] = turn(-omega * bit);
        bits->amplitude[b] = amplitude[b];
    }
    for (int j = 0; j < FSK_BITS; j++) {
        bits->may[j] = 3;
    }
}

/* One sequence of bits so far. */
typedef struct path {
    fsk_c sum, phase;
    float cost; /* half the energy that such bits should have */
    int centre;
} path;

float fsk_bits_soft(const fsk_bits *bits, int k) {
    int centre = k - bits->first;
    int from = centre - WINDOW < 0 ? 0 : centre - WINDOW;
    int to = centre + WINDOW >= bits->n ? bits->n - 1 : centre + WINDOW;
    path paths[SEQUENCES];
    int n = 1;
    paths[0] = (path){{0.0f, 0.0f}, {1.0f, 0.0f}, 0.0f, 0};
    for (int j = from; j <= to; j++) {
        int may = j == centre ? 3 : bits->may[j], grown = 0;
        path old[SEQUENCES / 2];
        for (int p = 0; p < n; p++) {
            old[p] = paths[p];
        }
        for (int p = 0; p < n; p++) {
            for (int b = 0; b < 2; b++) {
                if (!(may & (1 << b))) {
                    continue;
                }
                float a = bits->amplitude[b];
                fsk_c u = times(bits->u[b][j], old[p].phase);
                path *q = &paths[grown++];
                q->sum = (fsk_c){old[p].sum.re + a * u.re, old[p].sum.im + a * u.im};
                q->phase = times(old[p].phase, bits->back[b]);
                q->cost = old[p].cost + 0.5f * a * a;
                q->centre = j == centre ? b : old[p].centre;
            }
        }
        n = grown;
    }
    float best[2] = {-1e30f, -1e30f};
    for (int p = 0; p < n; p++) {
        float fit =
            sqrtf(paths[p].sum.re * paths[p].sum.re + paths[p].sum.im * paths[p].sum.im) - paths[p].cost;
        best[paths[p].centre] = fit > best[paths[p].centre] ? fit : best[paths[p].centre];
    }
    float unit = 0.5f * (bits->amplitude[0] * bits->amplitude[0] + bits->amplitude[1] * bits->amplitude[1]);
    return (best[1] - best[0]) / (unit > 0.0f ? unit : 1.0f);
}

float fsk_bits_phase_fit(const fsk_bits *bits, const uint8_t *marks) {
    float fit = 0.0f;
    for (int j = 0; j + 2 * WINDOW < bits->n; j++) {
        fsk_c sum = {0.0f, 0.0f}, phase = {1.0f, 0.0f};
        for (int i = j; i <= j + 2 * WINDOW; i++) {
            fsk_c u = times(bits->u[marks[i]][i], phase);
            sum = (fsk_c){sum.re + u.re, sum.im + u.im};
            phase = times(phase, bits->back[marks[i]]);
        }
        fit += sum.re * sum.re + sum.im * sum.im;
    }
    return fit;
}
