#include "lineplant/wire_filters.h"

#include <math.h>
#include <string.h>

#define HALF_TURN 3.14159265358979323846

enum { GRID = 512, TOP_HZ = 4000, LEAST_LAG = WIRE_TICK + WIRE_DRIFT_TAPS / 2 + 8 };

/* How far a reader may wander before its buffer slips. */
enum { SLIP = WIRE_TICK, MIDDLE_LAG = LEAST_LAG + SLIP, MOST_LAG = MIDDLE_LAG + SLIP };

static double curve_at(const cti_plant_curve *c, double hz) {
    int after = 0;
    while (after < c->points && (double)c->hz[after] <= hz)
        after++;
    if (after == 0)
        return (double)c->db[0];
    if (after == c->points)
        return (double)c->db[c->points - 1];
    double from = (double)c->hz[after - 1], to = (double)c->hz[after];
    double part = (hz - from) / (to - from);
    return (1 - part) * (double)c->db[after - 1] + part * (double)c->db[after];
}

/* The cepstrum of a magnitude, folded to its causal half, is that of the minimum phase; from it the
 * coefficients follow one by one: n h[n] = sum of k c[k] h[n - k]. */
void wire_fir_of(wire_fir *f, const cti_plant_curve *curve) {
    double log_size[GRID / 2 + 1], cepstrum[WIRE_TAPS], h[WIRE_TAPS];
    for (int k = 0; k <= GRID / 2; k++)
        log_size[k] = -curve_at(curve, 2.0 * TOP_HZ * k / GRID) * log(10.0) / 20;
    for (int n = 0; n < WIRE_TAPS; n++) {
        double sum = log_size[0] + log_size[GRID / 2] * (n % 2 == 0 ? 1 : -1);
        for (int k = 1; k < GRID / 2; k++)
            sum += 2 * log_size[k] * cos(2 * HALF_TURN * ((k * n) % GRID) / GRID);
        cepstrum[n] = (n == 0 ? 1 : 2) * sum / GRID;
    }
    h[0] = exp(cepstrum[0]);
    for (int n = 1; n < WIRE_TAPS; n++) {
        h[n] = 0;
        for (int k = 1; k <= n; k++)
            h[n] += k * cepstrum[k] * h[n - k] / n;
    }
    memset(f, 0, sizeof *f);
    for (int n = 0; n < WIRE_TAPS; n++)
        f->h[n] = (float)h[n];
}

void wire_fir_run(wire_fir *f, float *x, int n) {
    memcpy(f->past + WIRE_TAPS, x, (size_t)n * sizeof *x);
    memset(x, 0, (size_t)n * sizeof *x);
    for (int k = 0; k < WIRE_TAPS; k++) {
        const float *from = f->past + WIRE_TAPS - k;
        float h = f->h[k];
        for (int i = 0; i < n; i++)
            x[i] += h * from[i];
    }
    memmove(f->past, f->past + n, WIRE_TAPS * sizeof *f->past);
}

/* Elliptic: 3400 Hz with 0.15 dB of ripple and 26 dB of stop-band, order 4; 180 Hz with 0.1 and 32 dB,
 * order 3. */
static const double band_sections[WIRE_SECTIONS][5] = {
    {0.633534301824, 1.251374545353, 0.633534301824, 1.281943617519, 0.475858914647},
    {1.0, 1.891182581989, 1.0, 1.719815945832, 0.895536113216},
    {0.901494743017, -0.901494743017, 0.0, -0.873205173121, 0.0},
    {1.0, -1.997792715470, 1.0, -1.918154149336, 0.929784312913},
};

void wire_band_run(wire_band *b, float *x, int n) {
    for (int s = 0; s < WIRE_SECTIONS; s++) {
        const double *c = band_sections[s];
        double one = b->state[s][0], two = b->state[s][1];
        for (int i = 0; i < n; i++) {
            double in = (double)x[i], out = c[0] * in + one;
            one = c[1] * in - c[3] * out + two;
            two = c[2] * in - c[4] * out;
            x[i] = (float)out;
        }
        b->state[s][0] = fabs(one) < 1e-20 ? 0 : one; /* no denormal numbers in silence */
        b->state[s][1] = fabs(two) < 1e-20 ? 0 : two;
    }
}

static double bessel(double x) {
    double sum = 1, term = 1;
    for (int k = 1; k < 40; k++) {
        term *= (x / (2 * k)) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

void wire_kernel_init(wire_kernel *k) {
    const double beta = 7, half = WIRE_DRIFT_TAPS / 2;
    for (int phase = 0; phase <= WIRE_DRIFT_PHASES; phase++)
        for (int tap = 0; tap < WIRE_DRIFT_TAPS; tap++) {
            double x = tap - (half - 1) - (double)phase / WIRE_DRIFT_PHASES, part = x / half;
            double window = part * part < 1 ? bessel(beta * sqrt(1 - part * part)) / bessel(beta) : 0;
            double sinc = fabs(x) < 1e-12 ? 1 : sin(HALF_TURN * x) / (HALF_TURN * x);
            k->h[phase][tap] = (float)(window * sinc);
        }
}

void wire_drift_init(wire_drift *d, double step) {
    memset(d, 0, sizeof *d);
    d->step = step;
    d->lag = MIDDLE_LAG - WIRE_TICK;
}

void wire_drift_run(wire_drift *d, const wire_kernel *k, float *x, int n) {
    for (int i = 0; i < n; i++)
        d->ring[d->written++ % WIRE_DRIFT_ROOM] = x[i];
    d->lag += n;
    if (d->lag < LEAST_LAG || d->lag > MOST_LAG)
        d->lag = MIDDLE_LAG;
    for (int i = 0; i < n; i++) {
        double behind = ceil(d->lag), place = (behind - d->lag) * WIRE_DRIFT_PHASES;
        int phase = (int)place;
        float part = (float)(place - phase), sum = 0;
        const float *low = k->h[phase], *high = k->h[phase == WIRE_DRIFT_PHASES ? phase : phase + 1];
        uint32_t from = d->written - (uint32_t)behind - (WIRE_DRIFT_TAPS / 2 - 1);
        for (uint32_t tap = 0; tap < WIRE_DRIFT_TAPS; tap++)
            sum += d->ring[(from + tap) % WIRE_DRIFT_ROOM] * (low[tap] + part * (high[tap] - low[tap]));
        x[i] = sum;
        d->lag -= d->step;
    }
}

void wire_way_peek(const wire_way *w, int delay, int16_t *out, int n) {
    for (int i = 0; i < n; i++)
        out[i] = w->ring[(w->at + (uint32_t)(i - delay)) % WIRE_WAY_ROOM];
}

void wire_way_put(wire_way *w, const int16_t *in, int n) {
    for (int i = 0; i < n; i++)
        w->ring[w->at++ % WIRE_WAY_ROOM] = in[i];
}
