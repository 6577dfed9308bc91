/* signals: what the tests of the tone modules feed them, made here without the modules' own senders. */
#pragma once

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cti/event.h"

#define SIGNAL_RATE 8000.0
#define SIGNAL_TURN 6.283185307179586
#define SIGNAL_MOST 2000000

/* Samples as doubles, so that sums do not clip before the end. */
typedef struct signal {
    double x[SIGNAL_MOST];
    int n;
    uint64_t seed;
} signal;

static inline signal *signal_new(uint64_t seed) {
    signal *s = calloc(1, sizeof(*s));
    s->seed = seed * 2 + 1;
    return s;
}

static inline double signal_uniform(signal *s) {
    s->seed = s->seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(s->seed >> 33) / 2147483648.0;
}

static inline double signal_between(signal *s, double low, double high) {
    return low + (high - low) * signal_uniform(s);
}

static inline double signal_normal(signal *s) {
    double u = signal_uniform(s) + 1e-12;
    return sqrt(-2.0 * log(u)) * cos(SIGNAL_TURN * signal_uniform(s));
}

static inline double signal_peak(double dbm0) {
    return 16140.0 * sqrt(2.0) * pow(10.0, dbm0 / 20.0);
}

static inline void signal_silence(signal *s, double ms) {
    s->n += (int)(ms * 8.0 + 0.5);
}

/* Adds a sine from sample `from` on. */
static inline void signal_sine(signal *s, int from, int samples, double hz, double dbm0) {
    double phase = SIGNAL_TURN * signal_uniform(s);
    for (int i = 0; i < samples; i++)
        s->x[from + i] += signal_peak(dbm0) * sin(phase + SIGNAL_TURN * hz * i / SIGNAL_RATE);
}

/* Appends a digit; level of each frequency in dBm0, offset as a ratio of both. Returns its start. */
static inline int signal_digit(signal *s, char digit, double ms, double low_dbm0, double high_dbm0,
                               double offset) {
    static const double low[4] = {697, 770, 852, 941}, high[4] = {1209, 1336, 1477, 1633};
    static const char keys[] = "123A456B789C*0#D";
    int key = (int)(strchr(keys, digit) - keys), from = s->n, samples = (int)(ms * 8.0 + 0.5);
    signal_sine(s, from, samples, low[key / 4] * (1.0 + offset), low_dbm0);
    signal_sine(s, from, samples, high[key % 4] * (1.0 + offset), high_dbm0);
    s->n += samples;
    return from;
}

/* Adds white noise over all of it; its rms as a level. */
static inline void signal_noise(signal *s, double dbm0) {
    for (int i = 0; i < s->n; i++)
        s->x[i] += signal_peak(dbm0) / sqrt(2.0) * signal_normal(s);
}

/* Appends something like speech: pulses of a gliding pitch through moving formants, in syllables. */
static inline void signal_speech(signal *s, double ms, double dbm0) {
    int from = s->n, samples = (int)(ms * 8.0), syllable = 0, left = 0;
    double pitch = 120.0, glide = 0.0, phase = 0.0, gain = 0.0;
    double f[3] = {500, 1500, 2500}, to[3] = {500, 1500, 2500}, y1[3] = {0}, y2[3] = {0}, energy = 0.0;
    for (int i = 0; i < samples; i++) {
        if (left-- <= 0) {
            syllable = !syllable || signal_uniform(s) < 0.7;
            left = (int)signal_between(s, 800, 2400);
            pitch = signal_between(s, 80, 260);
            glide = signal_between(s, -30, 30) / SIGNAL_RATE;
            to[0] = signal_between(s, 250, 850);
            to[1] = signal_between(s, 850, 2300);
            to[2] = signal_between(s, 2300, 3200);
        }
        gain += 0.004 * ((syllable ? 1.0 : 0.0) - gain);
        pitch += glide;
        phase += pitch / SIGNAL_RATE;
        double x = 0.02 * signal_normal(s);
        if (phase >= 1.0) {
            phase -= 1.0;
            x += 1.0;
        }
        x *= gain;
        double sum = 0.0;
        for (int k = 0; k < 3; k++) {
            f[k] += 0.002 * (to[k] - f[k]);
            double r = 1.0 - SIGNAL_TURN * (40.0 + 30.0 * k) / 2.0 / SIGNAL_RATE;
            double y = x + 2.0 * r * cos(SIGNAL_TURN * f[k] / SIGNAL_RATE) * y1[k] - r * r * y2[k];
            y2[k] = y1[k];
            y1[k] = y;
            sum += y / (1.0 + k);
        }
        s->x[from + i] += sum;
        energy += sum * sum;
    }
    double scale = signal_peak(dbm0) / sqrt(2.0) / sqrt(energy / samples + 1e-9);
    for (int i = 0; i < samples; i++)
        s->x[from + i] *= scale;
    s->n += samples;
}

/* The signal as samples, clipped; caller frees. */
static inline int16_t *signal_pcm(const signal *s) {
    int16_t *pcm = malloc((size_t)(s->n + 1) * sizeof(*pcm));
    for (int i = 0; i < s->n; i++) {
        double v = floor(s->x[i] + 0.5);
        pcm[i] = (int16_t)(v > 32767 ? 32767 : v < -32768 ? -32768 : v);
    }
    return pcm;
}
