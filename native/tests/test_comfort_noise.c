#include "check.h"
#include "cti/comfort_noise.h"
#include "cti/error.h"
#include "signals.h"

enum { LONG = 32000 };

static cti_comfort_noise *made(void) {
    cti_comfort_noise *s = malloc(cti_comfort_noise_size());
    CHECK_EQ(cti_comfort_noise_init(s, cti_comfort_noise_size(), 7), CTI_OK);
    return s;
}

static double level(const int16_t *pcm, int n) {
    double sum = 1e-9;
    for (int i = 0; i < n; i++)
        sum += (double)pcm[i] * pcm[i] / n;
    return 10 * log10(sum / 16140 / 16140);
}

/* The level in each band of 500 Hz, by a plain transform of blocks of 160 under a Hann window. */
static void bands(const int16_t *pcm, int n, double *band) {
    for (int b = 0; b < 8; b++)
        band[b] = 1e-9;
    for (int at = 0; at + 160 <= n; at += 160)
        for (int bin = 1; bin < 80; bin++) {
            double re = 0, im = 0;
            for (int i = 0; i < 160; i++) {
                double w = 0.5 - 0.5 * cos(SIGNAL_TURN * (i + 0.5) / 160);
                re += w * pcm[at + i] * cos(SIGNAL_TURN * bin * i / 160);
                im += w * pcm[at + i] * sin(SIGNAL_TURN * bin * i / 160);
            }
            band[bin / 10] += re * re + im * im;
        }
    for (int b = 0; b < 8; b++)
        band[b] = 10 * log10(band[b]);
}

/* Noise through one pole and one zero pair: 0 white, 1 low, 2 high, 3 a hump at 1 kHz. */
static int16_t *coloured(int colour, double dbm0) {
    signal *x = signal_new(20 + (uint64_t)colour);
    double y1 = 0, y2 = 0, power = 0;
    x->n = LONG;
    for (int i = 0; i < LONG; i++) {
        double v = signal_normal(x), a = colour == 1 ? 0.85 : colour == 2 ? -0.7 : 0;
        double y = colour == 3 ? v + 1.2 * y1 - 0.72 * y2 : v + a * y1;
        y2 = y1, y1 = y;
        x->x[i] = y, power += y * y / LONG;
    }
    for (int i = 0; i < LONG; i++)
        x->x[i] *= 16140 * pow(10, dbm0 / 20) / sqrt(power);
    int16_t *pcm = signal_pcm(x);
    free(x);
    return pcm;
}

static void test_level_and_spectrum_of_a_pause_are_matched(void) {
    double worst_level = 0, worst_band = 0;
    static int16_t out[LONG];
    for (int colour = 0; colour < 4; colour++)
        for (double dbm0 = -62; dbm0 <= -35; dbm0 += 9) {
            int16_t *pcm = coloured(colour, dbm0);
            cti_comfort_noise *s = made();
            CHECK_EQ(cti_comfort_noise_learn(s, pcm, LONG), LONG);
            CHECK_NEAR(cti_comfort_noise_dbm0(s), dbm0, 1.0);
            cti_comfort_noise_make(s, out, 1600);
            CHECK_EQ(cti_comfort_noise_make(s, out, LONG), LONG);
            double off = fabs(level(out, LONG) - level(pcm, LONG)), of[8], as[8];
            worst_level = off > worst_level ? off : worst_level;
            bands(pcm, LONG, of), bands(out, LONG, as);
            for (int b = 0; b < 8; b++)
                worst_band = fabs(of[b] - as[b]) > worst_band ? fabs(of[b] - as[b]) : worst_band;
            free(pcm), free(s);
        }
    printf("     level to %.2f dB, bands of 500 Hz to %.1f dB\n", worst_level, worst_band);
    CHECK(worst_level < 1.0);
    CHECK(worst_band < 3.0);
}

static void test_before_anything_is_learned_it_is_silent(void) {
    cti_comfort_noise *s = made();
    int16_t out[160];
    cti_comfort_noise_make(s, out, 160);
    CHECK(level(out, 160) < -150);
    CHECK_NEAR(cti_comfort_noise_dbm0(s), -100, 0);
    free(s);
}

static void test_what_is_too_loud_for_a_pause_is_not_learned(void) {
    cti_comfort_noise *s = made();
    int16_t *quiet = coloured(0, -55), *loud = coloured(1, -20);
    cti_comfort_noise_learn(s, quiet, LONG);
    cti_comfort_noise_learn(s, loud, LONG);
    CHECK_NEAR(cti_comfort_noise_dbm0(s), -55, 1.0);
    free(quiet), free(loud), free(s);
}

static void test_a_new_level_is_followed_within_a_second_or_two_without_a_step(void) {
    cti_comfort_noise *s = made();
    int16_t *soft = coloured(0, -60), *louder = coloured(1, -40);
    static int16_t out[LONG];
    cti_comfort_noise_learn(s, soft, LONG);
    cti_comfort_noise_make(s, out, 8000);
    CHECK_NEAR(level(out + 1600, 6400), -60, 1.0);
    cti_comfort_noise_learn(s, louder, 16000);
    cti_comfort_noise_make(s, out, 8000);
    CHECK(level(out, 40) < -45);
    CHECK_NEAR(level(out + 1600, 6400), -40, 1.5);
    free(soft), free(louder), free(s);
}

static void test_digital_silence_and_a_tone_do_no_harm(void) {
    cti_comfort_noise *s = made();
    static int16_t pcm[8000], out[8000];
    cti_comfort_noise_learn(s, pcm, 8000);
    cti_comfort_noise_make(s, out, 8000);
    CHECK(level(out, 8000) < -90);
    signal *x = signal_new(3);
    x->n = 8000;
    signal_sine(x, 0, 8000, 425, -35);
    int16_t *tone = signal_pcm(x);
    for (int i = 0; i < 10; i++)
        cti_comfort_noise_learn(s, tone, 8000);
    cti_comfort_noise_make(s, out, 8000);
    CHECK(level(out, 8000) < -25);
    free(tone), free(x), free(s);
}

static void test_the_same_seed_makes_the_same_noise_in_blocks_of_any_size(void) {
    cti_comfort_noise *a = made(), *b = made();
    int16_t *pcm = coloured(2, -45);
    static int16_t one[4000], many[4000];
    cti_comfort_noise_learn(a, pcm, 4000);
    for (int at = 0; at < 4000; at += 100)
        cti_comfort_noise_learn(b, pcm + at, 100);
    cti_comfort_noise_make(a, one, 4000);
    for (int at = 0; at < 4000; at += 125)
        cti_comfort_noise_make(b, many + at, 125);
    CHECK_EQ(memcmp(one, many, sizeof(one)), 0);
    free(pcm), free(a), free(b);
}

static void test_bad_arguments_are_refused(void) {
    cti_comfort_noise *s = made();
    CHECK_EQ(cti_comfort_noise_init(s, 8, 1), CTI_ERR_SIZE);
    CHECK_EQ(cti_comfort_noise_learn(s, NULL, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_comfort_noise_make(s, NULL, 1), CTI_ERR_ARG);
    free(s);
}

int main(void) {
    RUN(test_level_and_spectrum_of_a_pause_are_matched);
    RUN(test_before_anything_is_learned_it_is_silent);
    RUN(test_what_is_too_loud_for_a_pause_is_not_learned);
    RUN(test_a_new_level_is_followed_within_a_second_or_two_without_a_step);
    RUN(test_digital_silence_and_a_tone_do_no_harm);
    RUN(test_the_same_seed_makes_the_same_noise_in_blocks_of_any_size);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
