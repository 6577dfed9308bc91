#include "check.h"
#include "cti/agc.h"
#include "cti/error.h"
#include "signals.h"

static cti_agc *made(void) {
    cti_agc *s = malloc(cti_agc_size());
    CHECK_EQ(cti_agc_init(s, cti_agc_size(), NULL), CTI_OK);
    return s;
}

/* The level of what is spoken: of the 10 ms that are above the mean less 16 dB. */
static double active_level(const int16_t *pcm, int n) {
    double mean = 0, sum = 0;
    int count = 0;
    for (int i = 0; i < n; i++)
        mean += (double)pcm[i] * pcm[i] / n;
    for (int at = 0; at + 80 <= n; at += 80) {
        double p = 0;
        for (int i = 0; i < 80; i++)
            p += (double)pcm[at + i] * pcm[at + i] / 80;
        if (p > mean / 40)
            sum += p, count++;
    }
    return 10 * log10(sum / count / 16140 / 16140);
}

static void test_speech_of_any_level_comes_to_the_target(void) {
    double low = 100, high = -100;
    for (double level = -34; level <= -4; level += 5)
        for (uint64_t seed = 1; seed <= 3; seed++) {
            signal *x = signal_new(seed);
            signal_silence(x, 500);
            signal_speech(x, 15000, level);
            signal_noise(x, -62);
            int16_t *pcm = signal_pcm(x);
            cti_agc *s = made();
            CHECK_EQ(cti_agc_run(s, pcm, x->n), x->n);
            double heard = active_level(pcm + 64000, x->n - 64000);
            low = heard < low ? heard : low;
            high = heard > high ? heard : high;
            free(pcm), free(x), free(s);
        }
    printf("     speech of -34 to -4 dBm0 comes to %.1f to %.1f dBm0 (target -18)\n", low, high);
    CHECK(low > -21 && high < -15);
}

static void test_silence_and_noise_do_not_move_the_gain(void) {
    for (double noise = -75; noise <= -40; noise += 5) {
        signal *x = signal_new(4);
        signal_speech(x, 6000, -28);
        signal_silence(x, 30000);
        signal_noise(x, noise);
        int16_t *pcm = signal_pcm(x);
        cti_agc *s = made();
        cti_agc_run(s, pcm, 48000 + 800);
        double before = (double)cti_agc_gain_db(s);
        CHECK(before > 5);
        cti_agc_run(s, pcm + 48800, x->n - 48800);
        CHECK_NEAR(cti_agc_gain_db(s), before, 0.05);
        free(pcm), free(x), free(s);
    }
}

static void test_steady_noise_from_the_beginning_is_not_taken_for_speech(void) {
    for (double noise = -60; noise <= -42; noise += 6) {
        signal *x = signal_new(5);
        signal_silence(x, 20000);
        signal_noise(x, noise);
        int16_t *pcm = signal_pcm(x);
        cti_agc *s = made();
        cti_agc_run(s, pcm, x->n);
        CHECK_NEAR(cti_agc_gain_db(s), 0, 0.05);
        free(pcm), free(x), free(s);
    }
    /* A loud fan is learned within 4 s: until then the gain rises by its release at most. */
    signal *x = signal_new(6);
    signal_silence(x, 20000);
    signal_noise(x, -32);
    int16_t *pcm = signal_pcm(x);
    cti_agc *s = made();
    cti_agc_run(s, pcm, 40000);
    float then = cti_agc_gain_db(s);
    CHECK(then <= 15.0f);
    cti_agc_run(s, pcm + 40000, x->n - 40000);
    CHECK_NEAR(cti_agc_gain_db(s), then, 0.05);
    free(pcm), free(x), free(s);
}

static void test_clicks_do_not_move_the_gain(void) {
    signal *x = signal_new(7);
    signal_silence(x, 10000);
    signal_noise(x, -65);
    for (int at = 4000; at < x->n; at += 4000)
        for (int i = 0; i < 16; i++)
            x->x[at + i] += i & 1 ? 20000 : -20000;
    int16_t *pcm = signal_pcm(x);
    cti_agc *s = made();
    cti_agc_run(s, pcm, x->n);
    CHECK_NEAR(cti_agc_gain_db(s), 0, 0.01);
    free(pcm), free(x), free(s);
}

/* Samples until the gain has gone half of its way, and until it is within 1.5 dB of its end. */
static void way(double from, double to, int *half, int *whole) {
    signal *x = signal_new(8);
    x->n = 160000;
    for (int i = 0; i < 20000; i += 2000) {
        signal_sine(x, 4000 + i, 1500, 700, from); /* words, so that the pauses teach the noise */
        signal_sine(x, 100000 + 3 * i, 4000, 700, to);
    }
    for (int i = 24000; i < 100000; i += 6000)
        signal_sine(x, i, 4000, 700, from);
    signal_noise(x, -65);
    int16_t *pcm = signal_pcm(x);
    cti_agc *s = made();
    cti_agc_run(s, pcm, 100000);
    float begin = cti_agc_gain_db(s);
    *half = *whole = 0;
    static float gain[60000 / 80];
    for (int i = 0; i < 750; i++) {
        cti_agc_run(s, pcm + 100000 + i * 80, 80);
        gain[i] = cti_agc_gain_db(s);
    }
    float end = gain[749];
    for (int i = 749; i >= 0; i--) {
        if (fabsf(gain[i] - begin) >= fabsf(end - begin) / 2)
            *half = i * 80;
        if (fabsf(gain[i] - end) <= 1.5f)
            *whole = i * 80;
    }
    CHECK(fabsf(end - begin) > 14);
    free(pcm), free(x), free(s);
}

static void test_attack_and_release_are_as_stated(void) {
    int half, whole;
    way(-27, -9, &half, &whole);
    printf("     18 dB louder: half way after %.2f s, there after %.2f s", half / 8000.0, whole / 8000.0);
    CHECK(whole < 8000);
    way(-9, -27, &half, &whole);
    printf("; softer: %.2f s, %.2f s\n", half / 8000.0, whole / 8000.0);
    CHECK(half > 12000 && whole > 2 * half - 8000 && whole < 56000);
}

static void test_nothing_clips(void) {
    signal *x = signal_new(9);
    signal_speech(x, 6000, -40);
    signal_sine(x, 30000, 8000, 1000, 3.1);
    int16_t *pcm = signal_pcm(x);
    cti_agc_config cfg;
    cti_agc_defaults(&cfg);
    cfg.floor_dbm0 = -60;
    cfg.most_db = 30;
    cti_agc *s = made();
    CHECK_EQ(cti_agc_init(s, cti_agc_size(), &cfg), CTI_OK);
    cti_agc_run(s, pcm, x->n);
    int most = 0;
    for (int i = 0; i < x->n; i++)
        most = abs(pcm[i]) > most ? abs(pcm[i]) : most;
    CHECK(most <= 32000);
    free(pcm), free(x), free(s);
}

static void test_blocks_of_any_size_give_the_same_sound(void) {
    signal *x = signal_new(10);
    signal_speech(x, 2000, -30);
    int16_t *a = signal_pcm(x), *b = signal_pcm(x);
    cti_agc *one = made(), *many = made();
    cti_agc_run(one, a, x->n);
    for (int at = 0, n = 1; at < x->n; at += n, n = n % 113 + 1)
        cti_agc_run(many, b + at, at + n > x->n ? x->n - at : n);
    CHECK_EQ(memcmp(a, b, (size_t)x->n * 2), 0);
    free(a), free(b), free(x), free(one), free(many);
}

static void test_bad_arguments_are_refused(void) {
    cti_agc *s = made();
    cti_agc_config cfg;
    cti_agc_defaults(&cfg);
    cfg.target_dbm0 = 0;
    CHECK_EQ(cti_agc_init(s, cti_agc_size(), &cfg), CTI_ERR_ARG);
    cfg.target_dbm0 = -18, cfg.most_db = (float)NAN;
    CHECK_EQ(cti_agc_init(s, cti_agc_size(), &cfg), CTI_ERR_ARG);
    CHECK_EQ(cti_agc_init(s, 4, NULL), CTI_ERR_SIZE);
    CHECK_EQ(cti_agc_run(s, NULL, 1), CTI_ERR_ARG);
    free(s);
}

int main(void) {
    RUN(test_speech_of_any_level_comes_to_the_target);
    RUN(test_silence_and_noise_do_not_move_the_gain);
    RUN(test_steady_noise_from_the_beginning_is_not_taken_for_speech);
    RUN(test_clicks_do_not_move_the_gain);
    RUN(test_attack_and_release_are_as_stated);
    RUN(test_nothing_clips);
    RUN(test_blocks_of_any_size_give_the_same_sound);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
