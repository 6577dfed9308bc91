#include "check.h"
#include "cti/error.h"
#include "cti/level.h"
#include "cti/tone_gen.h"
#include "signals.h"

static cti_tone_gen *made(const cti_tone_spec *spec) {
    cti_tone_gen *g = malloc(cti_tone_gen_size());
    CHECK_EQ(cti_tone_gen_init(g, cti_tone_gen_size(), spec), CTI_OK);
    return g;
}

static cti_tone_spec one_part(float hz, float hz2, float level, int samples, int loop_from) {
    cti_tone_spec spec;
    memset(&spec, 0, sizeof(spec));
    spec.parts = 1;
    spec.loop_from = loop_from;
    spec.part[0].hz[0] = hz;
    spec.part[0].hz[1] = hz2;
    spec.part[0].level_dbm0 = level;
    spec.part[0].samples = samples;
    return spec;
}

/* The power of one frequency, by correlation, as a level. */
static double level_at(const int16_t *pcm, int n, double hz) {
    double re = 0, im = 0;
    for (int i = 0; i < n; i++) {
        re += pcm[i] * cos(SIGNAL_TURN * hz * i / SIGNAL_RATE);
        im += pcm[i] * sin(SIGNAL_TURN * hz * i / SIGNAL_RATE);
    }
    return 20.0 * log10(2.0 * sqrt(re * re + im * im) / n / sqrt(2.0) / 16140.0);
}

static void test_a_sine_has_its_level_and_frequency(void) {
    static int16_t pcm[8000];
    for (float level = 0; level >= -40; level -= 20) {
        cti_tone_spec spec = one_part(1004, 0, level, 0, -1);
        cti_tone_gen *g = made(&spec);
        CHECK_EQ(cti_tone_gen_run(g, pcm, 8000), 8000);
        CHECK_EQ(cti_tone_gen_run(g, pcm, 8000), 8000);
        CHECK_NEAR(cti_level_of(pcm, 8000), level, 0.05);
        CHECK_NEAR(level_at(pcm, 8000, 1004), level, 0.05);
        free(g);
    }
}

static void test_a_full_scale_sine_is_3_14_dbm0_and_louder_ones_saturate(void) {
    static int16_t pcm[8000];
    cti_tone_spec spec = one_part(1004, 0, 3.14f, 0, -1);
    cti_tone_gen *g = made(&spec);
    cti_tone_gen_run(g, pcm, 8000);
    CHECK(cti_peak_of(pcm, 8000) >= 32750);
    free(g);
    spec = one_part(1004, 0, 9, 0, -1);
    g = made(&spec);
    cti_tone_gen_run(g, pcm, 8000);
    CHECK_EQ(cti_peak_of(pcm, 8000), 32768);
    free(g);
}

static void test_each_of_two_frequencies_has_the_level(void) {
    static int16_t pcm[8000];
    cti_tone_spec spec = one_part(350, 440, -13, 0, -1);
    cti_tone_gen *g = made(&spec);
    cti_tone_gen_run(g, pcm, 8000);
    cti_tone_gen_run(g, pcm, 8000);
    CHECK_NEAR(level_at(pcm, 8000, 350), -13, 0.1);
    CHECK_NEAR(level_at(pcm, 8000, 440), -13, 0.1);
    CHECK_NEAR(cti_level_of(pcm, 8000), -9.99, 0.1);
    free(g);
}

static void test_a_cadence_is_exact_to_the_sample(void) {
    static int16_t pcm[16000];
    cti_tone_spec spec = one_part(480, 620, -10, 4000, 0);
    spec.parts = 2;
    spec.part[1].samples = 4000;
    cti_tone_gen *g = made(&spec);
    CHECK_EQ(cti_tone_gen_run(g, pcm, 16000), 16000);
    for (int cycle = 0; cycle < 2; cycle++) {
        CHECK(cti_level_of(pcm + cycle * 8000 + 100, 3800) > -8);
        CHECK_EQ(cti_peak_of(pcm + cycle * 8000 + 4000, 4000), 0);
    }
    free(g);
}

static void test_a_tone_that_ends_says_so(void) {
    int16_t pcm[200];
    cti_tone_spec spec = one_part(1000, 0, -10, 150, -1);
    cti_tone_gen *g = made(&spec);
    CHECK_EQ(cti_tone_gen_run(g, pcm, 100), 100);
    CHECK_EQ(cti_tone_gen_run(g, pcm, 100), 50);
    CHECK_EQ(cti_tone_gen_run(g, pcm, 100), 0);
    free(g);
}

static void test_looping_may_begin_after_an_introduction(void) {
    static int16_t pcm[4000];
    cti_tone_spec spec = one_part(350, 440, -10, 800, 1); /* stutter, then dial */
    spec.parts = 3;
    spec.part[1].samples = 800;
    spec.part[2] = spec.part[0];
    cti_tone_gen *g = made(&spec);
    CHECK_EQ(cti_tone_gen_run(g, pcm, 4000), 4000);
    CHECK_EQ(cti_peak_of(pcm + 800, 800), 0);
    CHECK(cti_peak_of(pcm + 1600, 800) > 1000);
    CHECK_EQ(cti_peak_of(pcm + 2400, 800), 0);
    CHECK(cti_peak_of(pcm + 3200, 800) > 1000);
    free(g);
}

static void test_nothing_clicks(void) {
    static int16_t pcm[8000];
    cti_tone_spec spec = one_part(425, 0, -10, 1600, 0); /* a loop of one sound has no seam */
    cti_tone_gen *g = made(&spec);
    cti_tone_gen_run(g, pcm, 8000);
    int16_t most = 0;
    for (int i = 1; i < 8000; i++)
        most = (int16_t)(abs(pcm[i] - pcm[i - 1]) > most ? abs(pcm[i] - pcm[i - 1]) : most);
    double peak = signal_peak(-10);
    CHECK(most <= peak * 2.0 * sin(SIGNAL_TURN * 425 / SIGNAL_RATE / 2.0) + 2);
    for (int i = 100; i + 40 < 8000; i += 20) /* and its level never dips */
        CHECK(cti_peak_of(pcm + i, 40) > 0.95 * peak);
    CHECK(abs(pcm[0]) < 0.02 * peak);
    free(g);
}

static void test_modulation_keeps_the_carrier_and_adds_sidebands(void) {
    static int16_t pcm[8000];
    cti_tone_spec spec = one_part(400, 0, -15, 0, -1);
    spec.part[0].am_hz = 20;
    spec.part[0].am_depth = 0.8f;
    cti_tone_gen *g = made(&spec);
    cti_tone_gen_run(g, pcm, 8000);
    cti_tone_gen_run(g, pcm, 8000);
    CHECK_NEAR(level_at(pcm, 8000, 400), -15, 0.1);
    CHECK_NEAR(level_at(pcm, 8000, 420), -15 + 20 * log10(0.4), 0.1);
    CHECK_NEAR(level_at(pcm, 8000, 380), -15 + 20 * log10(0.4), 0.1);
    free(g);
}

static void test_blocks_of_any_size_give_the_same_samples(void) {
    static int16_t whole[5000], parts[5000];
    cti_tone_spec spec = one_part(480, 620, -10, 333, 0);
    spec.parts = 2;
    spec.part[1].samples = 111;
    cti_tone_gen *g = made(&spec);
    CHECK_EQ(cti_tone_gen_run(g, whole, 5000), 5000);
    free(g);
    g = made(&spec);
    for (int i = 0, size = 1; i < 5000; i += size, size = size % 97 + 1) {
        if (size > 5000 - i)
            size = 5000 - i;
        CHECK_EQ(cti_tone_gen_run(g, parts + i, size), size);
    }
    CHECK(memcmp(whole, parts, sizeof(whole)) == 0);
    free(g);
}

static void test_bad_specs_are_refused(void) {
    cti_tone_gen *g = malloc(cti_tone_gen_size());
    cti_tone_spec good = one_part(425, 0, -10, 100, -1), bad = good;
    bad.parts = 17;
    CHECK_EQ(cti_tone_gen_init(g, cti_tone_gen_size(), &bad), CTI_ERR_ARG);
    bad = good;
    bad.loop_from = 1;
    CHECK_EQ(cti_tone_gen_init(g, cti_tone_gen_size(), &bad), CTI_ERR_ARG);
    bad = good;
    bad.part[0].hz[2] = NAN;
    CHECK_EQ(cti_tone_gen_init(g, cti_tone_gen_size(), &bad), CTI_ERR_ARG);
    bad = good;
    bad.part[0].samples = -1;
    CHECK_EQ(cti_tone_gen_init(g, cti_tone_gen_size(), &bad), CTI_ERR_ARG);
    bad = good;
    bad.part[0].level_dbm0 = INFINITY;
    CHECK_EQ(cti_tone_gen_init(g, cti_tone_gen_size(), &bad), CTI_ERR_ARG);
    CHECK_EQ(cti_tone_gen_init(g, cti_tone_gen_size() - 1, &good), CTI_ERR_SIZE);
    free(g);
}

int main(void) {
    RUN(test_a_sine_has_its_level_and_frequency);
    RUN(test_a_full_scale_sine_is_3_14_dbm0_and_louder_ones_saturate);
    RUN(test_each_of_two_frequencies_has_the_level);
    RUN(test_a_cadence_is_exact_to_the_sample);
    RUN(test_a_tone_that_ends_says_so);
    RUN(test_looping_may_begin_after_an_introduction);
    RUN(test_nothing_clicks);
    RUN(test_modulation_keeps_the_carrier_and_adds_sidebands);
    RUN(test_blocks_of_any_size_give_the_same_samples);
    RUN(test_bad_specs_are_refused);
    CHECK_END();
}
