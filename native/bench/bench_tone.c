/* bench_tone: nanoseconds a sample of each tone kernel, on silence, speech-like noise and digits; and the
 * digit receiver's hit rate by noise. `bench_tone [SECONDS]` of audio a kernel (default 20). */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cti/dtmf_rx.h"
#include "cti/dtmf_tx.h"
#include "cti/g711.h"
#include "cti/level.h"
#include "cti/mixer.h"
#include "cti/progress.h"
#include "cti/random.h"
#include "cti/tone_gen.h"
#include "cti/vad.h"

enum { TICK = 160, RATE = 8000 };

static int16_t *silence, *noise, *digits;
static int samples;
static cti_event events[64];
static cti_random *dice;

static double seconds(void) {
    return (double)clock() / CLOCKS_PER_SEC;
}

static void line(const char *kernel, const char *input, double taken) {
    printf("%-12s %-8s %8.1f ns/sample %10.0f lines at once\n", kernel, input, taken / samples * 1e9,
           samples / (taken * RATE));
}

static void *memory(size_t size) {
    void *m = calloc(1, size);
    if (!m)
        exit(1);
    return m;
}

typedef int run_fn(void *s, const int16_t *pcm, int n);

static int run_dtmf(void *s, const int16_t *pcm, int n) {
    return cti_dtmf_rx_run(s, pcm, n, events, 64);
}

static int run_progress(void *s, const int16_t *pcm, int n) {
    return cti_progress_run(s, pcm, n, events, 64);
}

static int run_vad(void *s, const int16_t *pcm, int n) {
    return cti_vad_run(s, pcm, n, events, 64);
}

static int run_level(void *s, const int16_t *pcm, int n) {
    return cti_level_run(s, pcm, n);
}

static int run_alaw(void *s, const int16_t *pcm, int n) {
    cti_alaw_encode(pcm, s, n);
    return cti_alaw_decode(s, (int16_t *)((char *)s + TICK), n);
}

static void time_kernel(const char *name, run_fn *run, void *state) {
    const int16_t *inputs[] = {silence, noise, digits};
    const char *names[] = {"silence", "noise", "digits"};
    for (int i = 0; i < 3; i++) {
        double from = seconds();
        for (int at = 0; at + TICK <= samples; at += TICK)
            run(state, inputs[i] + at, TICK);
        line(name, names[i], seconds() - from);
    }
    free(state);
}

static void time_generator(void) {
    cti_tone_spec spec;
    memset(&spec, 0, sizeof(spec));
    spec.parts = 1;
    spec.part[0].hz[0] = 350;
    spec.part[0].hz[1] = 440;
    spec.part[0].level_dbm0 = -13;
    spec.loop_from = 0;
    cti_tone_gen *g = memory(cti_tone_gen_size());
    cti_tone_gen_init(g, cti_tone_gen_size(), &spec);
    int16_t out[TICK];
    double from = seconds();
    for (int at = 0; at + TICK <= samples; at += TICK)
        cti_tone_gen_run(g, out, TICK);
    line("tone_gen", "-", seconds() - from);
    free(g);
}

static void time_conference(void) {
    static int16_t in[8 * TICK], out[8 * TICK];
    double from = seconds();
    for (int at = 0; at + TICK <= samples; at += TICK)
        cti_mix_conference(in, TICK, 8, NULL, out, TICK, TICK);
    line("conference", "8 each", (seconds() - from) / 8);
}

/* Of 50 ms digits at -10 dBm0 each frequency, how many are heard at this signal-to-noise ratio. */
static void hit_rate(double snr) {
    enum { DIGITS = 1000 };
    char text[DIGITS + 1];
    for (int i = 0; i < DIGITS; i++)
        text[i] = "0123456789*#ABCD"[cti_random_below(dice, 16)];
    text[DIGITS] = 0;
    cti_dtmf_tx_config cfg;
    cti_dtmf_tx_defaults(&cfg);
    cfg.on_ms = 50;
    cfg.off_ms = 57;
    cfg.level_dbm0 = -10;
    cfg.twist_db = 0;
    int n = cti_dtmf_tx_length(&cfg, text) + RATE;
    int16_t *pcm = memory((size_t)n * sizeof(*pcm));
    cti_dtmf_tx_render(&cfg, text, pcm + RATE / 2, n - RATE / 2);
    cti_random_noise(dice, (float)(-10.0 + 3.01 - snr), pcm, n);
    cti_dtmf_rx *rx = memory(cti_dtmf_rx_size());
    cti_dtmf_rx_init(rx, cti_dtmf_rx_size(), NULL);
    int right = 0, wrong = 0;
    int64_t late = 0;
    for (int at = 0; at + TICK <= n; at += TICK) {
        int count = cti_dtmf_rx_run(rx, pcm + at, TICK, events, 64);
        for (int i = 0; i < count; i++) {
            if (events[i].kind != CTI_EV_DIGIT_DOWN)
                continue;
            int64_t since = events[i].at - RATE / 2, place = since / (107 * 8);
            if (since >= 0 && place < DIGITS && text[place] == events[i].value) {
                right++;
                late += since - place * 107 * 8;
            } else {
                wrong++;
            }
        }
    }
    printf("dtmf_rx at %3.0f dB SNR: %5.1f %% heard, %d wrong, %.1f ms after the beginning\n", snr,
           100.0 * right / DIGITS, wrong, right ? (double)late / right / 8.0 : 0.0);
    free(rx);
    free(pcm);
}

int main(int argc, char **argv) {
    double length = argc > 1 ? atof(argv[1]) : 20.0;
    if (!(length >= 1.0 && length <= 3600.0))
        length = 20.0;
    samples = (int)length * RATE;
    dice = memory(cti_random_size());
    cti_random_init(dice, cti_random_size(), 1);
    silence = memory((size_t)samples * sizeof(*silence));
    noise = memory((size_t)samples * sizeof(*noise));
    digits = memory((size_t)samples * sizeof(*digits));
    cti_random_noise(dice, -20.0f, noise, samples);
    cti_dtmf_tx_config tx;
    cti_dtmf_tx_defaults(&tx);
    for (int at = 0; at + 1280 * 4 <= samples; at += 1280 * 4)
        cti_dtmf_tx_render(&tx, "159D", digits + at, 1280 * 4);

    cti_dtmf_rx *rx = memory(cti_dtmf_rx_size());
    cti_dtmf_rx_init(rx, cti_dtmf_rx_size(), NULL);
    time_kernel("dtmf_rx", run_dtmf, rx);
    cti_progress_config cfg;
    cti_progress_defaults(&cfg);
    cti_progress *progress = memory(cti_progress_size());
    cti_progress_init(progress, cti_progress_size(), &cfg);
    time_kernel("progress", run_progress, progress);
    cti_vad *vad = memory(cti_vad_size());
    cti_vad_init(vad, cti_vad_size(), NULL);
    time_kernel("vad", run_vad, vad);
    cti_level *level = memory(cti_level_size());
    cti_level_init(level, cti_level_size(), 125);
    time_kernel("level", run_level, level);
    time_kernel("a-law both", run_alaw, memory(3 * TICK));
    time_generator();
    time_conference();
    printf("state: dtmf_rx %zu, progress %zu, vad %zu bytes\n", cti_dtmf_rx_size(), cti_progress_size(),
           cti_vad_size());
    for (double snr = 20; snr >= -4; snr -= 4)
        hit_rate(snr);
    free(silence);
    free(noise);
    free(digits);
    free(dice);
    return 0;
}
