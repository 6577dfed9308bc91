/* bench_voice: nanoseconds a sample of the voice path's modules, on something like speech.
 * `bench_voice [SECONDS]` of audio a kernel (default 20). */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cti/agc.h"
#include "cti/comfort_noise.h"
#include "cti/conference.h"
#include "cti/elastic.h"
#include "cti/plc.h"
#include "cti/random.h"
#include "cti/resample.h"
#include "cti/shock_limiter.h"
#include "cti/stretch.h"

enum { TICK = 160, RATE = 8000, MOST = 960 };

static int16_t *sound;
static int samples;

static void *memory(size_t size) {
    void *m = calloc(1, size);
    if (!m)
        exit(1);
    return m;
}

typedef void tick_fn(void *s, int16_t *pcm);

static void limiter(void *s, int16_t *pcm) {
    cti_shock_limiter_run(s, pcm, TICK);
}

static void gain(void *s, int16_t *pcm) {
    cti_agc_run(s, pcm, TICK);
}

static void learn(void *s, int16_t *pcm) {
    cti_comfort_noise_learn(s, pcm, TICK);
}

static void make(void *s, int16_t *pcm) {
    cti_comfort_noise_make(s, pcm, TICK);
}

static void good(void *s, int16_t *pcm) {
    cti_plc_good(s, pcm, TICK);
}

static void lost(void *s, int16_t *pcm) {
    cti_plc_lost(s, pcm, TICK);
    cti_plc_good(s, pcm, 1);
}

static void through(void *s, int16_t *pcm) {
    cti_elastic_put(s, pcm, TICK);
    cti_elastic_get(s, pcm, TICK, 0);
}

static void faster(void *s, int16_t *pcm) {
    int16_t out[TICK];
    cti_stretch_put(s, pcm, TICK);
    cti_stretch_get(s, out, TICK);
}

static void slower(void *s, int16_t *pcm) {
    int16_t out[2 * TICK];
    cti_stretch_put(s, pcm, TICK);
    cti_stretch_get(s, out, 2 * TICK);
}

static void up(void *s, int16_t *pcm) {
    int16_t out[MOST];
    cti_resample_run(s, pcm, TICK, out, MOST);
}

/* 960 samples at 48 kHz for a tick of the telephone's rate; the same again and again will do. */
static void down(void *s, int16_t *pcm) {
    int16_t in[MOST], out[TICK];
    for (int i = 0; i < MOST; i++)
        in[i] = pcm[i % TICK];
    cti_resample_run(s, in, MOST, out, TICK);
}

/* Eight parties, all with the same sound. */
static void eight(void *s, int16_t *pcm) {
    int16_t in[8 * TICK], out[8 * TICK];
    for (int i = 0; i < 8; i++)
        memcpy(in + i * TICK, pcm, sizeof(*in) * TICK);
    cti_conference_run(s, in, TICK, out, TICK, TICK);
}

static void time_kernel(const char *name, tick_fn *tick, void *state, size_t size, int ports) {
    int16_t pcm[TICK];
    clock_t from = clock();
    for (int at = 0; at + TICK <= samples; at += TICK) {
        memcpy(pcm, sound + at, sizeof(pcm));
        tick(state, pcm);
    }
    double taken = (double)(clock() - from) / CLOCKS_PER_SEC;
    printf("%-22s %8.1f ns/sample %8zu bytes\n", name, taken / samples / ports * 1e9, size);
    free(state);
}

static void time_resample(const char *name, tick_fn *tick, int from, int to) {
    size_t size = cti_resample_size(from, to);
    cti_resample *s = memory(size);
    cti_resample_init(s, size, from, to);
    time_kernel(name, tick, s, size, 1);
}

static void time_stretch(const char *name, tick_fn *tick, float speed) {
    cti_stretch *s = memory(cti_stretch_size());
    cti_stretch_init(s, cti_stretch_size(), speed);
    time_kernel(name, tick, s, cti_stretch_size(), 1);
}

/* Pulses at 125 Hz through a resonance, with noise, two seconds on and one off. */
static void make_sound(void) {
    cti_random *dice = memory(cti_random_size());
    cti_random_init(dice, cti_random_size(), 1);
    double y1 = 0.0, y2 = 0.0;
    sound = memory((size_t)samples * sizeof(*sound));
    for (int i = 0; i < samples; i++) {
        double x = i % (3 * RATE) < 2 * RATE ? (i % 64 == 0 ? 3000.0 : 0.0) : 0.0;
        double y = x + 20.0 * cti_random_normal(dice) + 1.7 * y1 - 0.85 * y2;
        y2 = y1;
        y1 = y;
        sound[i] = (int16_t)(y > 32767.0 ? 32767.0 : y < -32768.0 ? -32768.0 : y);
    }
    free(dice);
}

int main(int argc, char **argv) {
    double length = argc > 1 ? atof(argv[1]) : 20.0;
    if (!(length >= 1.0 && length <= 3600.0))
        length = 20.0;
    samples = (int)length * RATE;
    make_sound();

    cti_shock_limiter *limits = memory(cti_shock_limiter_size());
    cti_shock_limiter_init(limits, cti_shock_limiter_size(), NULL);
    time_kernel("shock_limiter", limiter, limits, cti_shock_limiter_size(), 1);
    cti_agc *agc = memory(cti_agc_size());
    cti_agc_init(agc, cti_agc_size(), NULL);
    time_kernel("agc", gain, agc, cti_agc_size(), 1);
    for (int i = 0; i < 2; i++) {
        cti_comfort_noise *noise = memory(cti_comfort_noise_size());
        cti_comfort_noise_init(noise, cti_comfort_noise_size(), 1);
        time_kernel(i ? "comfort_noise make" : "comfort_noise learn", i ? make : learn, noise,
                    cti_comfort_noise_size(), 1);
        cti_plc *plc = memory(cti_plc_size());
        cti_plc_init(plc, cti_plc_size());
        time_kernel(i ? "plc every tick lost" : "plc good", i ? lost : good, plc, cti_plc_size(), 1);
    }
    size_t size = cti_elastic_size(NULL);
    cti_elastic *elastic = memory(size);
    cti_elastic_init(elastic, size, NULL);
    time_kernel("elastic", through, elastic, size, 1);
    time_stretch("stretch speed 1", faster, 1.0f);
    time_stretch("stretch speed 0.5", slower, 0.5f);
    time_resample("resample 8 to 16 kHz", up, 8000, 16000);
    time_resample("resample 8 to 44.1 kHz", up, 8000, 44100);
    time_resample("resample 8 to 48 kHz", up, 8000, 48000);
    time_resample("resample 48 to 8 kHz", down, 48000, 8000);
    size = cti_conference_size(8);
    cti_conference *parties = memory(size);
    cti_conference_init(parties, size, 8);
    for (int i = 0; i < 8; i++)
        cti_conference_set(parties, i, i < 6 ? CTI_ROLE_TALK : CTI_ROLE_WHISPER, 0, 4096);
    time_kernel("conference 8, each", eight, parties, size, 8);
    free(sound);
    return 0;
}
