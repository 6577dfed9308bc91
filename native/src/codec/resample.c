#include "cti/resample.h"

#include <string.h>

#include "base/dbm0.h"
#include "base/dot.h"
#include "base/kaiser.h"
#include "cti/error.h"

enum {
    LEAST_HZ = 4000,
    MOST_HZ = 192000,
    MOST_PART = 640, /* of the ratio: 11.025 to 48 kHz is 640/147 */
    HALF = 32,       /* samples of the lower rate to each side of the filter's middle */
    LANES = 8,       /* taps are a multiple of these */
    BLOCK = 160,
    MOST_SAMPLES = 1 << 20
};

/* The middle of the transition from 0.425 to 0.5 of the lower rate (3.4 to 4 kHz of 8). */
#define CUTOFF 0.4625
/* 64 samples of such a transition allow 77 dB (Kaiser). */
#define BETA 7.5

struct cti_resample {
    int32_t up, down;
    int32_t taps;   /* of each phase, at the input's rate */
    int32_t phase;  /* of the next output, 0…up - 1 */
    int32_t next;   /* input samples to come before it can be made, less one */
    float memory[]; /* up phases of taps, the oldest sample's first; then taps - 1 + BLOCK samples */
};

static int divisor(int a, int b) {
    while (b != 0) {
        int rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static int plan(int from_hz, int to_hz, int32_t *up, int32_t *down, int32_t *taps) {
    if (from_hz < LEAST_HZ || from_hz > MOST_HZ || to_hz < LEAST_HZ || to_hz > MOST_HZ)
        return 0;
    int common = divisor(from_hz, to_hz);
    *up = to_hz / common;
    *down = from_hz / common;
    int32_t wanted = *down > *up ? (2 * HALF * *down + *up - 1) / *up : 2 * HALF;
    *taps = (wanted + LANES - 1) / LANES * LANES;
    return *up <= MOST_PART && *down <= MOST_PART;
}

size_t cti_resample_size(int from_hz, int to_hz) {
    int32_t up, down, taps;
    if (!plan(from_hz, to_hz, &up, &down, &taps))
        return 0;
    size_t floats = (size_t)up * (size_t)taps + (size_t)taps - 1 + BLOCK;
    return sizeof(cti_resample) + floats * sizeof(float);
}

/* Each phase sums to exactly 1: a constant stays one. */
static void make_phase(cti_resample *s, int phase) {
    double narrowed = s->down > s->up ? (double)s->up / s->down : 1.0, sum = 0.0;
    float *to = s->memory + (ptrdiff_t)phase * s->taps;
    for (int pass = 0; pass < 2; pass++) {
        double scale = pass == 0 ? 1.0 : 1.0 / sum;
        for (int k = 0; k < s->taps; k++) {
            double t = k + (double)phase / s->up - s->taps / 2;
            double h = cti_kaiser_sinc(t, HALF / narrowed, CUTOFF * narrowed, BETA);
            if (pass == 0)
                sum += h;
            else
                to[s->taps - 1 - k] = (float)(h * scale);
        }
    }
}

int cti_resample_init(cti_resample *s, size_t size, int from_hz, int to_hz) {
    size_t needed = cti_resample_size(from_hz, to_hz);
    if (!s || needed == 0)
        return CTI_ERR_ARG;
    if (size < needed)
        return CTI_ERR_SIZE;
    memset(s, 0, needed);
    plan(from_hz, to_hz, &s->up, &s->down, &s->taps);
    for (int phase = 0; phase < s->up; phase++)
        make_phase(s, phase);
    return cti_resample_reset(s);
}

static float *history(cti_resample *s) {
    return s->memory + (ptrdiff_t)s->up * s->taps;
}

int cti_resample_reset(cti_resample *s) {
    if (!s)
        return CTI_ERR_ARG;
    s->phase = s->next = 0;
    memset(history(s), 0, (size_t)(s->taps - 1 + BLOCK) * sizeof(float));
    return CTI_OK;
}

int cti_resample_count(const cti_resample *s, int n) {
    if (!s || n < 0 || n > MOST_SAMPLES)
        return CTI_ERR_ARG;
    int64_t room = (int64_t)(n - s->next) * s->up - s->phase;
    return room > 0 ? (int)((room + s->down - 1) / s->down) : 0;
}

int cti_resample_run(cti_resample *s, const int16_t *in, int n, int16_t *out, int max) {
    int count = cti_resample_count(s, n);
    if (count < 0 || (n > 0 && !in) || max < 0 || (max > 0 && !out))
        return CTI_ERR_ARG;
    if (count > max)
        return CTI_ERR_FULL;
    float *past = history(s);
    int kept = s->taps - 1, made = 0;
    for (int from = 0; from < n; from += BLOCK) {
        int block = n - from < BLOCK ? n - from : BLOCK;
        for (int i = 0; i < block; i++)
            past[kept + i] = (float)in[from + i];
        while (s->next < block) {
            float y = cti_dot(past + s->next, s->memory + (ptrdiff_t)s->phase * s->taps, s->taps);
            out[made++] = cti_round_sample((double)y);
            s->phase += s->down;
            s->next += s->phase / s->up;
            s->phase %= s->up;
        }
        s->next -= block;
        memmove(past, past + block, (size_t)kept * sizeof(*past));
    }
    return made;
}

float cti_resample_delay(const cti_resample *s) {
    return s ? (float)((double)(s->taps / 2) * s->up / s->down) : 0.0f;
}
