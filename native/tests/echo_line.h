/* echo_line: a line that returns what is sent, for the tests of the echo canceller. Levels in dBm0. */
#pragma once

#include "check.h"
#include "cti/echo_can.h"
#include "cti/error.h"
#include "cti/g711.h"
#include "signals.h"

enum { SECOND = 8000, TICK = 160, PATH = 256 };

typedef struct line {
    signal *sent, *came; /* what came: the near end alone, then with the echo */
    double path[PATH], later[PATH];
    int changed; /* the sample from which the path is `later`; 0: never */
    int law;     /* what comes has been through A-law */
    int16_t *out;
} line;

/* A hybrid of this return loss: a dispersed echo that begins after `delay` samples. */
static inline void hybrid(double *path, double loss_db, int delay, uint64_t seed) {
    signal *dice = signal_new(seed);
    double sum = 0.0;
    memset(path, 0, PATH * sizeof *path);
    for (int i = 0; i < 80 && delay + i < PATH; i++) {
        path[delay + i] = signal_normal(dice) * exp(-i / 12.0);
        sum += path[delay + i] * path[delay + i];
    }
    for (int i = 0; i < PATH; i++)
        path[i] *= pow(10.0, -loss_db / 20.0) / sqrt(sum);
    free(dice);
}

static inline double level(const double *x, int from, int samples) {
    double sum = 1e-9;
    for (int i = from; i < from + samples; i++)
        sum += x[i] * x[i];
    return 10.0 * log10(sum / samples / (16140.0 * 16140.0));
}

static inline line line_new(uint64_t seed) {
    line l = {signal_new(seed), signal_new(seed + 1000), {0}, {0}, 0, 0, NULL};
    return l;
}

static inline void line_free(line *l) {
    free(l->sent);
    free(l->came);
    free(l->out);
}

/* Runs the line; then l->came is the echo, and l->sent what is left of it. */
static inline void run(line *l, int taps, double noise_dbm0) {
    int n = l->sent->n;
    int16_t *tx = signal_pcm(l->sent);
    l->came->n = n;
    signal_noise(l->came, noise_dbm0);
    signal *both = signal_new(1);
    both->n = n;
    for (int i = 0; i < n; i++) {
        both->x[i] = l->came->x[i];
        const double *path = l->changed && i >= l->changed ? l->later : l->path;
        for (int k = 0; k < PATH && k <= i; k++)
            both->x[i] += path[k] * tx[i - k];
    }
    int16_t *rx = signal_pcm(both);
    for (int i = 0; i < n && l->law; i++) {
        uint8_t octet;
        cti_alaw_encode(&rx[i], &octet, 1);
        cti_alaw_decode(&octet, &rx[i], 1);
    }
    l->out = malloc((size_t)n * sizeof *l->out);
    cti_echo_can_config cfg = {taps};
    cti_echo_can *e = malloc(cti_echo_can_size());
    CHECK_EQ(cti_echo_can_init(e, cti_echo_can_size(), &cfg), CTI_OK);
    for (int at = 0; at + TICK <= n; at += TICK)
        CHECK_EQ(cti_echo_can_run(e, tx + at, rx + at, l->out + at, TICK), CTI_OK);
    for (int i = 0; i < n; i++) { /* both: the echo; sent: what is left of it */
        both->x[i] -= l->came->x[i];
        l->sent->x[i] = l->out[i] - l->came->x[i];
    }
    memcpy(l->came->x, both->x, sizeof both->x);
    free(e);
    free(both);
    free(tx);
    free(rx);
}

/* How far the echo was taken down in this stretch. */
static inline double taken_out(const line *l, int from, int samples) {
    return level(l->came->x, from, samples) - level(l->sent->x, from, samples);
}

static inline void say(signal *s, int from, double ms, double dbm0) {
    int end = s->n;
    s->n = from;
    signal_speech(s, ms, dbm0);
    s->n = s->n > end ? s->n : end;
}

static inline void noise(signal *s, int samples, double dbm0) {
    for (int i = s->n; i < s->n + samples; i++)
        s->x[i] += signal_peak(dbm0) / sqrt(2.0) * signal_normal(s);
    s->n += samples;
}
