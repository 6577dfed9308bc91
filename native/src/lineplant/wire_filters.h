/* What a wire's signals pass: a curve as a filter, the codec's band, another clock, a delay. All in sample
 * units; `n` is at most a tick. */
#pragma once

#include <stdint.h>

#include "cti/plant_wire.h"

enum {
    WIRE_TICK = 160,
    WIRE_TAPS = 64,
    WIRE_SECTIONS = 4,
    WIRE_DRIFT_ROOM = 1024, /* a power of two */
    WIRE_DRIFT_TAPS = 32,
    WIRE_DRIFT_PHASES = 128,
    WIRE_WAY_ROOM = 4096 /* 300 ms and a tick, rounded up to a power of two */
};

typedef struct wire_fir {
    float h[WIRE_TAPS];
    float past[WIRE_TAPS + WIRE_TICK];
} wire_fir;

/* Of minimum phase, with the curve's magnitude. */
void wire_fir_of(wire_fir *f, const cti_plant_curve *curve);
void wire_fir_run(wire_fir *f, float *x, int n);

typedef struct wire_band {
    double state[WIRE_SECTIONS][2];
} wire_band;

void wire_band_run(wire_band *b, float *x, int n);

/* Windowed sincs for fractions of a sample, the same for all lines. */
typedef struct wire_kernel {
    float h[WIRE_DRIFT_PHASES + 1][WIRE_DRIFT_TAPS];
} wire_kernel;

void wire_kernel_init(wire_kernel *k);

/* Reads what was written at another rate: `step` samples of the one clock to a sample of the other. */
typedef struct wire_drift {
    double step;
    double lag; /* how far the reader is behind what was written */
    uint32_t written;
    float ring[WIRE_DRIFT_ROOM];
} wire_drift;

void wire_drift_init(wire_drift *d, double step);
/* n is a tick. */
void wire_drift_run(wire_drift *d, const wire_kernel *k, float *x, int n);

typedef struct wire_way {
    uint32_t at;
    int16_t ring[WIRE_WAY_ROOM];
} wire_way;

/* What was put `delay` samples before the n that are to be put next. */
void wire_way_peek(const wire_way *w, int delay, int16_t *out, int n);
void wire_way_put(wire_way *w, const int16_t *in, int n);
