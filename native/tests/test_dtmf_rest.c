#include "check.h"
#include "signals.h"
#include "tone/dtmf_rest.h"

static const double PAIR[2] = {770.0, 1336.0};
enum { N = 192 };

/* A digit with noise, and a third line of that level. */
static const float *sound(int samples, double line_hz, double line_dbm0, double noise_dbm0) {
    static float x[DTMF_REST_MOST];
    signal *s = signal_new(31);
    for (int g = 0; g < 2; g++)
        signal_sine(s, 0, samples, PAIR[g], -10);
    if (line_hz > 0)
        signal_sine(s, 0, samples, line_hz, line_dbm0);
    s->n = samples;
    signal_noise(s, noise_dbm0);
    for (int i = 0; i < samples; i++)
        x[i] = (float)s->x[i];
    free(s);
    return x;
}

static dtmf_rest rest_of(const float *x, int n, unsigned blocks) {
    cti_fft fft;
    dtmf_rest r;
    cti_fft_init(&fft);
    dtmf_rest_of(&fft, x, n, blocks, PAIR, &r);
    return r;
}

static void test_two_sines_leave_the_noise(void) {
    dtmf_rest r = rest_of(sound(N, 0, 0, -30), N, ~0u);
    CHECK_NEAR(10 * log10(r.digit / pow(16140, 2)), -7, 0.2);
    CHECK_NEAR(10 * log10(r.rest / pow(16140, 2)), -30, 1.0);
    CHECK(r.flat > 0.35);
    CHECK(!dtmf_rest_has_line(&r));
}

static void test_a_third_line_is_found(void) {
    dtmf_rest r = rest_of(sound(N, 1050, -30, -60), N, ~0u);
    CHECK(dtmf_rest_has_line(&r));
    CHECK_NEAR(10 * log10(r.tallest / pow(16140, 2)), -30, 3.0);
    r = rest_of(sound(DTMF_REST_MOST, 1050, -30, -60), DTMF_REST_MOST, ~0u);
    CHECK(dtmf_rest_has_line(&r));
    CHECK_NEAR(10 * log10(r.tallest / pow(16140, 2)), -30, 3.0);
}

static void test_q23_a_second_harmonic_26_db_below_is_no_line(void) {
    dtmf_rest r = rest_of(sound(N, 2 * 770.0, -33, -60), N, ~0u);
    CHECK(!dtmf_rest_has_line(&r));
    r = rest_of(sound(N, 1700, -33, -60), N, ~0u); /* no multiple of either */
    CHECK(dtmf_rest_has_line(&r));
}

static void test_a_hole_is_left_out(void) {
    float x[DTMF_REST_MOST];
    memcpy(x, sound(DTMF_REST_MOST, 0, 0, -60), sizeof(x));
    memset(x + 2 * DTMF_REST_BLOCK, 0, DTMF_REST_BLOCK * sizeof(*x));
    dtmf_rest whole = rest_of(x, DTMF_REST_MOST, ~0u), holed = rest_of(x, DTMF_REST_MOST, ~4u);
    CHECK(whole.rest > 0.05 * whole.digit);
    CHECK(holed.rest < 1e-4 * holed.digit);
}

static void test_what_goes_on_is_shared_and_what_comes_with_the_pair_is_not(void) {
    cti_fft fft;
    cti_fft_init(&fft);
    dtmf_rest r = rest_of(sound(N, 1050, -25, -50), N, ~0u);
    float before[160];
    for (int same = 0; same < 2; same++) {
        for (int i = 0; i < 160; i++)
            before[i] = (float)(signal_peak(-25) * sin(SIGNAL_TURN * (same ? 1050 : 2200) * i / 8000.0));
        double shared = dtmf_rest_shared(&r, &fft, before, 160);
        CHECK(same ? shared > 0.8 : shared < 0.1);
    }
}

/* The pair, and the first twelve harmonics of a pitch without those next to it. */
static dtmf_rest beside_voice(double pitch) {
    static float x[DTMF_REST_MOST];
    signal *s = signal_new(33);
    for (int g = 0; g < 2; g++)
        signal_sine(s, 0, DTMF_REST_MOST, PAIR[g], -10);
    for (int h = 1; h <= 12; h++)
        if (fabs(h * pitch - PAIR[0]) > 30 && fabs(h * pitch - PAIR[1]) > 30)
            signal_sine(s, 0, DTMF_REST_MOST, h * pitch, -20);
    for (int i = 0; i < DTMF_REST_MOST; i++)
        x[i] = (float)s->x[i];
    free(s);
    return rest_of(x, DTMF_REST_MOST, ~0u);
}

static void test_a_pair_between_a_voices_harmonics_is_foreign_to_it(void) {
    dtmf_rest r = beside_voice(172.0); /* 4.48 and 7.77 times */
    CHECK(dtmf_rest_is_foreign(&r, PAIR));
    r = beside_voice(226.0); /* 3.41 and 5.91 times */
    CHECK(dtmf_rest_is_foreign(&r, PAIR));
}

static void test_a_pair_that_is_two_of_a_voices_harmonics_is_not_foreign(void) {
    dtmf_rest r = beside_voice(191.7); /* 4.02 and 6.97 times */
    CHECK(!dtmf_rest_is_foreign(&r, PAIR));
    r = beside_voice(110.5); /* 6.97 and 12.09 times */
    CHECK(!dtmf_rest_is_foreign(&r, PAIR));
    r = rest_of(sound(DTMF_REST_MOST, 0, 0, -30), DTMF_REST_MOST, ~0u); /* noise alone says nothing */
    CHECK(!dtmf_rest_is_chord(&r, PAIR));
}

static void test_upper_partials_of_two_notes_are_a_chord(void) {
    static float x[DTMF_REST_MOST];
    signal *s = signal_new(34);
    for (int h = 1; h <= 4; h++) {
        signal_sine(s, 0, DTMF_REST_MOST, h * PAIR[0] / 2, -10);
        signal_sine(s, 0, DTMF_REST_MOST, h * PAIR[1] / 2, -10);
    }
    for (int i = 0; i < DTMF_REST_MOST; i++)
        x[i] = (float)s->x[i];
    free(s);
    dtmf_rest r = rest_of(x, DTMF_REST_MOST, ~0u);
    CHECK(dtmf_rest_is_chord(&r, PAIR));
    r = beside_voice(226.0);
    CHECK(!dtmf_rest_is_chord(&r, PAIR));
}

int main(void) {
    RUN(test_two_sines_leave_the_noise);
    RUN(test_a_third_line_is_found);
    RUN(test_q23_a_second_harmonic_26_db_below_is_no_line);
    RUN(test_a_hole_is_left_out);
    RUN(test_what_goes_on_is_shared_and_what_comes_with_the_pair_is_not);
    RUN(test_a_pair_between_a_voices_harmonics_is_foreign_to_it);
    RUN(test_a_pair_that_is_two_of_a_voices_harmonics_is_not_foreign);
    RUN(test_upper_partials_of_two_notes_are_a_chord);
    CHECK_END();
}
