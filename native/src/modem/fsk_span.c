#include "modem/fsk_span.h"

#include <math.h>

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

fsk_c fsk_span_sum(const fsk_span *span, int b, float t) {
    t = inside(span, t);
    int i = (int)t;
    float part = t - (float)i;
    fsk_c a = span->sum[b][i], z = span->sum[b][i + 1];
    return (fsk_c){a.re + part * (z.re - a.re), a.im + part * (z.im - a.im)};
}

static fsk_c correlate(const fsk_span *span, int b, float t, float bit) {
    fsk_c a = fsk_span_sum(span, b, t), z = fsk_span_sum(span, b, t + bit);
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
