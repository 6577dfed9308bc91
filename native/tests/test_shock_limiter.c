#include "check.h"
#include "cti/error.h"
#include "cti/shock_limiter.h"
#include "signals.h"

enum { CEILING = 16159 }; /* 16140 * sqrt(2) * 10^(-3/20) */

static cti_shock_limiter *made(int look_ahead) {
    cti_shock_limiter_config cfg;
    cti_shock_limiter_defaults(&cfg);
    cfg.look_ahead = look_ahead;
    cti_shock_limiter *s = malloc(cti_shock_limiter_size());
    CHECK_EQ(cti_shock_limiter_init(s, cti_shock_limiter_size(), &cfg), CTI_OK);
    return s;
}

static int peak(const int16_t *pcm, int n) {
    int most = 0;
    for (int i = 0; i < n; i++)
        if (abs(pcm[i]) > most)
            most = abs(pcm[i]);
    return most;
}

static void test_the_ceiling_is_the_peak_of_a_minus_3_dbm0_sine(void) {
    CHECK_EQ((int)signal_peak(-3.0), CEILING);
}

static void test_no_sample_of_any_loud_sound_passes_the_ceiling(void) {
    for (int ahead = 0; ahead <= 40; ahead += 8) {
        cti_shock_limiter *s = made(ahead);
        signal *x = signal_new(3);
        x->n = 8000;
        signal_sine(x, 2000, 4000, 1000.0, 3.0);
        signal_sine(x, 7000, 1000, 2713.0, 9.0);
        signal_noise(x, 3.0);
        for (int i = 0; i < 400; i += 7)
            x->x[i] = (i & 1) ? 40000 : -40000;
        int16_t *pcm = signal_pcm(x);
        for (int at = 0; at < x->n; at += 160)
            CHECK_EQ(cti_shock_limiter_run(s, pcm + at, 160), 160);
        CHECK(peak(pcm, x->n) <= CEILING);
        CHECK(peak(pcm, x->n) > CEILING - 200);
        free(pcm), free(x), free(s);
    }
}

static void test_full_scale_steps_and_impulses_are_held_from_the_first_sample(void) {
    cti_shock_limiter *s = made(0);
    int16_t pcm[480];
    for (int i = 0; i < 480; i++)
        pcm[i] = i < 160 ? INT16_MIN : i < 320 ? INT16_MAX : (int16_t)(i % 40 == 0 ? INT16_MIN : 0);
    CHECK_EQ(cti_shock_limiter_run(s, pcm, 480), 480);
    CHECK_EQ(peak(pcm, 480), CEILING);
    free(s);
}

static void test_sound_below_the_ceiling_is_unchanged_bit_for_bit(void) {
    cti_shock_limiter *s = made(16);
    signal *x = signal_new(4);
    signal_speech(x, 2000, -19);
    int16_t *in = signal_pcm(x), *out = signal_pcm(x);
    CHECK(peak(in, x->n) <= CEILING);
    CHECK_EQ(cti_shock_limiter_run(s, out, x->n), x->n);
    int differing = 0;
    for (int i = 16; i < x->n; i++)
        differing += out[i] != in[i - 16];
    CHECK_EQ(differing, 0);
    free(in), free(out), free(x), free(s);
}

/* How much of a loud sine is something else afterwards, in dB, from 20 ms after its begin. */
static double distortion(int ahead, double hz) {
    cti_shock_limiter *s = made(ahead);
    signal *x = signal_new(5);
    x->n = 8000;
    signal_sine(x, 0, 8000, hz, 3.0);
    int16_t *pcm = signal_pcm(x);
    cti_shock_limiter_run(s, pcm, x->n);
    double re = 0, im = 0, all = 0;
    for (int i = 0; i < 7800; i++) {
        double v = pcm[i + 200], t = SIGNAL_TURN * hz * i / SIGNAL_RATE;
        re += v * cos(t), im += v * sin(t), all += v * v;
    }
    double line = 2.0 * (re * re + im * im) / 7800;
    free(pcm), free(x), free(s);
    return 10.0 * log10((all - line) / all + 1e-12);
}

static void test_a_loud_tone_is_turned_down_not_clipped(void) {
    double worst = -200;
    for (double hz = 100; hz < 3500; hz += 200) {
        double d = distortion(16, hz);
        worst = d > worst ? d : worst;
    }
    printf("     distortion of a +3 dBm0 sine, 100 to 3,300 Hz: %.1f dB (clipped: about -12)\n", worst);
    CHECK(worst < -50);
}

static void test_the_gain_stays_20_ms_and_comes_back_within_a_second(void) {
    cti_shock_limiter *s = made(16);
    signal *x = signal_new(6);
    x->n = 16000;
    signal_sine(x, 0, 1600, 1000.0, 3.1);
    int16_t *pcm = signal_pcm(x);
    double least = (double)CEILING / peak(pcm, 1600);
    cti_shock_limiter_run(s, pcm, 1600 + 150);
    CHECK(least < 0.6);
    CHECK_NEAR(cti_shock_limiter_gain_db(s), 20 * log10(least), 0.05);
    cti_shock_limiter_run(s, pcm + 1750, 1600 + 20);
    CHECK_NEAR(cti_shock_limiter_gain_db(s), 20 * log10(1 - (1 - least) * exp(-1)), 0.1);
    cti_shock_limiter_run(s, pcm + 3370, 8000);
    CHECK_NEAR(cti_shock_limiter_gain_db(s), 0.0, 0.05);
    free(pcm), free(x), free(s);
}

static void test_muted_for_fax_tones_it_is_silent_after_5_ms_and_fades_in_again(void) {
    cti_shock_limiter *s = made(16);
    signal *x = signal_new(7);
    x->n = 1600;
    signal_sine(x, 0, 1600, 1100.0, -10.0);
    int16_t *pcm = signal_pcm(x);
    cti_shock_limiter_run(s, pcm, 320);
    CHECK_EQ(cti_shock_limiter_mute(s, 1), CTI_OK);
    cti_shock_limiter_run(s, pcm + 320, 480);
    CHECK(peak(pcm + 321, 20) > 500);
    CHECK_EQ(peak(pcm + 360, 440), 0);
    CHECK_NEAR(cti_shock_limiter_gain_db(s), -100, 0);
    CHECK_EQ(cti_shock_limiter_mute(s, 0), CTI_OK);
    cti_shock_limiter_run(s, pcm + 800, 800);
    CHECK(peak(pcm + 800, 4) < 1000);
    CHECK_NEAR(peak(pcm + 900, 600), signal_peak(-10), 100);
    free(pcm), free(x), free(s);
}

static void test_blocks_of_any_size_give_the_same_sound(void) {
    cti_shock_limiter *a = made(16), *b = made(16);
    signal *x = signal_new(8);
    signal_speech(x, 500, 0);
    int16_t *whole = signal_pcm(x), *parts = signal_pcm(x);
    cti_shock_limiter_run(a, whole, x->n);
    for (int at = 0, n = 1; at < x->n; at += n, n = n % 97 + 1)
        cti_shock_limiter_run(b, parts + at, at + n > x->n ? x->n - at : n);
    CHECK_EQ(memcmp(whole, parts, (size_t)x->n * 2), 0);
    free(whole), free(parts), free(x), free(a), free(b);
}

static void test_bad_arguments_are_refused(void) {
    cti_shock_limiter *s = made(0);
    cti_shock_limiter_config cfg = {41, -3.0f};
    CHECK_EQ(cti_shock_limiter_init(s, cti_shock_limiter_size(), &cfg), CTI_ERR_ARG);
    cfg.look_ahead = 0;
    cfg.ceiling_dbm0 = (float)NAN;
    CHECK_EQ(cti_shock_limiter_init(s, cti_shock_limiter_size(), &cfg), CTI_ERR_ARG);
    CHECK_EQ(cti_shock_limiter_init(s, 8, NULL), CTI_ERR_SIZE);
    CHECK_EQ(cti_shock_limiter_run(s, NULL, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_shock_limiter_mute(s, 2), CTI_ERR_ARG);
    free(s);
}

int main(void) {
    RUN(test_the_ceiling_is_the_peak_of_a_minus_3_dbm0_sine);
    RUN(test_no_sample_of_any_loud_sound_passes_the_ceiling);
    RUN(test_full_scale_steps_and_impulses_are_held_from_the_first_sample);
    RUN(test_sound_below_the_ceiling_is_unchanged_bit_for_bit);
    RUN(test_a_loud_tone_is_turned_down_not_clipped);
    RUN(test_the_gain_stays_20_ms_and_comes_back_within_a_second);
    RUN(test_muted_for_fax_tones_it_is_silent_after_5_ms_and_fades_in_again);
    RUN(test_blocks_of_any_size_give_the_same_sound);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
