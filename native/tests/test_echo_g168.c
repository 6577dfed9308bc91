/* ITU-T G.168, clause 6.4.2, with the composite source signal of annex C and the echo paths of annex D. There
 * is no non-linear processor, so the tests are those with it disabled (2B, not 2A). The masks of its figures
 * are not at hand: what is demanded instead stands in each test. */

#include "echo_line.h"
#include "g168.h"

enum {
    HARMONICS = 20,
    CYCLE = 5600, /* samples: 350 ms, then the same with its sign changed */
    DOUBLE = 6400 /* of the other side's: 400 ms, twice */
};

/* A voiced sound whose one period is this table. */
static void voice(double *out, int samples, const int16_t *table, int n) {
    for (int h = 1; h <= HARMONICS && h * 44100.0 / n < 3600.0; h++) {
        double re = 0.0, im = 0.0;
        for (int i = 0; i < n; i++) {
            re += 2.0 / n * table[i] * cos(SIGNAL_TURN * h * i / n);
            im += 2.0 / n * table[i] * sin(SIGNAL_TURN * h * i / n);
        }
        for (int i = 0; i < samples; i++) {
            double phase = SIGNAL_TURN * h * 44100.0 / n * i / SIGNAL_RATE;
            out[i] += re * cos(phase) + im * sin(phase);
        }
    }
}

/* The spectrum of the pseudo noise (figure C.2), in decibels. */
static double noise_db(double hz) {
    static const double at[][2] = {{50, -25.8}, {100, -12.8}, {200, 17.4},  {215, 17.8},
                                   {500, 12.2}, {1000, 7.2},  {2850, 0.0},  {3600, -2.0},
                                   {3660, -20}, {3680, -30},  {4000, -60.0}};
    for (int i = 1; i < 11; i++)
        if (hz < at[i][0])
            return at[i - 1][1] + (at[i][1] - at[i - 1][1]) * (hz - at[i - 1][0]) / (at[i][0] - at[i - 1][0]);
    return -60.0;
}

/* Lines 5.4 Hz apart whose signs are dice: the pseudo noise is the sum of 8,192 points at 44,100 a second. */
static void pseudo_noise(double *out, int samples, signal *dice) {
    for (int k = 10; k * 44100.0 / 8192 < 3700.0; k++) {
        double hz = k * 44100.0 / 8192;
        double amplitude = pow(10.0, noise_db(hz) / 20.0) * (signal_uniform(dice) < 0.5 ? -1.0 : 1.0);
        for (int i = 0; i < samples; i++)
            out[i] += amplitude * sin(SIGNAL_TURN * hz * i / SIGNAL_RATE);
    }
}

static void to_level(double *x, int samples, double dbm0) {
    double gain = pow(10.0, (dbm0 - level(x, 0, samples)) / 20.0);
    for (int i = 0; i < samples; i++)
        x[i] *= gain;
}

/* Voice, noise of the same power, pause; the level is that of what sounds. */
static void composite(signal *s, int from, int samples, int voiced, int noisy, int half, const int16_t *table,
                      int n, double dbm0) {
    double *one = calloc((size_t)half, sizeof *one);
    voice(one, voiced, table, n);
    to_level(one, voiced, dbm0);
    pseudo_noise(one + voiced, noisy, s);
    to_level(one + voiced, noisy, dbm0);
    for (int i = 0; i < samples; i++)
        s->x[from + i] += one[i % half] * (i / half % 2 ? -1.0 : 1.0);
    s->n = s->n > from + samples ? s->n : from + samples;
    free(one);
}

/* C.1: 48.62 ms of voice, 200 ms of noise, 101.38 ms of pause. */
static void css(signal *s, int from, int samples, double dbm0) {
    composite(s, from, samples, 389, 1600, CYCLE / 2, G168_VOICE_C1,
              sizeof G168_VOICE_C1 / sizeof *G168_VOICE_C1, dbm0);
}

/* C.3, for double talk: 72.69, 200 and 127.31 ms. */
static void double_talk(signal *s, int from, int samples, double dbm0) {
    composite(s, from, samples, 582, 1600, DOUBLE / 2, G168_VOICE_C3,
              sizeof G168_VOICE_C3 / sizeof *G168_VOICE_C3, dbm0);
}

static void set_path(double *out, const g168_path *path, double loss_db) {
    double sum = 0.0;
    for (int i = 0; i < path->taps; i++)
        sum += (double)path->tap[i] * path->tap[i];
    for (int i = 0; i < PATH; i++)
        out[i] = i < path->taps ? path->tap[i] * pow(10.0, -loss_db / 20.0) / sqrt(sum) : 0.0;
}

/* A line with annex D's path number p, to which this much composite source is sent. */
static line css_line(int p, double loss_db, int seconds, double dbm0) {
    line l = line_new((uint64_t)p + 300);
    set_path(l.path, &G168_PATHS[p], loss_db);
    css(l.sent, 0, seconds * SECOND, dbm0);
    return l;
}

static void test_g168_annex_c_the_composite_source_is_as_long_and_as_loud_as_it_says(void) {
    signal *s = signal_new(1), *t = signal_new(2);
    css(s, 0, SECOND, -15);
    double_talk(t, 0, SECOND, -20);
    CHECK(fabs(level(s->x, 0, 389) + 15) < 0.1 && fabs(level(s->x, 389, 1600) + 15) < 0.1);
    CHECK(level(s->x, 1989, CYCLE / 2 - 1989) < -90);
    CHECK(fabs(level(t->x, 0, 582) + 20) < 0.1 && level(t->x, 2182, DOUBLE / 2 - 2182) < -90);
    for (int i = 0; i < CYCLE / 2; i++)
        CHECK(fabs(s->x[i] + s->x[i + CYCLE / 2]) < 1e-6);
    free(s);
    free(t);
}

static void test_g168_2b_css_converges_within_a_second_on_every_path_of_annex_d(void) {
    for (int p = 0; p < G168_PATHS_N; p++)
        for (int dbm0 = -10; dbm0 >= -30; dbm0 -= 10) {
            line l = css_line(p, 6, 3, dbm0);
            run(&l, 128, -75);
            CHECK(taken_out(&l, 0, CYCLE / 2) >= 4); /* in its first 350 ms already */
            CHECK(taken_out(&l, SECOND, CYCLE / 2) >= 30);
            CHECK(taken_out(&l, 2 * SECOND, SECOND) >= 38);
            line_free(&l);
        }
}

static void test_g168_2b_css_converges_through_a_law_as_far_as_its_noise(void) {
    for (int p = 0; p < G168_PATHS_N; p++) {
        line l = css_line(p, 6, 3, -15);
        l.law = 1;
        run(&l, 128, -75);
        CHECK(taken_out(&l, SECOND, CYCLE / 2) >= 25);
        CHECK(taken_out(&l, 2 * SECOND, SECOND) >= 30);
        line_free(&l);
    }
}

static void test_g168_2b_css_reconverges_within_a_second_on_another_path(void) {
    for (int p = 0; p < G168_PATHS_N; p++) {
        line l = css_line(p, 6, 5, -15);
        set_path(l.later, &G168_PATHS[(p + 3) % G168_PATHS_N], 10);
        l.changed = 2 * SECOND;
        run(&l, 128, -75);
        CHECK(taken_out(&l, 3 * SECOND, CYCLE / 2) >= 20);
        CHECK(taken_out(&l, 4 * SECOND, SECOND) >= 30);
        line_free(&l);
    }
}

static void test_g168_3a_css_converges_while_a_quieter_near_end_talks(void) {
    for (int p = 0; p < G168_PATHS_N; p++) {
        line l = css_line(p, 6, 7, -15);
        double_talk(l.came, 0, 5 * SECOND, -30);
        run(&l, 128, -75);
        CHECK(taken_out(&l, SECOND, 4 * SECOND) >= 25);
        CHECK(taken_out(&l, 5 * SECOND, SECOND) >= 30); /* what it has learnt meanwhile */
        line_free(&l);
    }
}

static void test_g168_3b_css_double_talk_of_any_level_does_not_make_it_diverge(void) {
    for (int p = 0; p < G168_PATHS_N; p++)
        for (int near = -15; near >= -30; near -= 15) {
            line l = css_line(p, 6, 6, -15);
            double_talk(l.came, 2 * SECOND, 3 * SECOND, near);
            run(&l, 128, -75);
            double before = taken_out(&l, SECOND, SECOND);
            CHECK(taken_out(&l, 2 * SECOND, 3 * SECOND) >= before - 3);
            CHECK(taken_out(&l, 5 * SECOND, SECOND) >= before - 3);
            line_free(&l);
        }
}

/* More than is asked: they talk at once from the first sample, equally loud. */
static void test_g168_3a_css_equal_double_talk_from_the_beginning_is_survived(void) {
    for (int p = 0; p < G168_PATHS_N; p++) {
        line l = css_line(p, 6, 8, -15);
        double_talk(l.came, 0, 5 * SECOND, -15);
        run(&l, 128, -75);
        CHECK(taken_out(&l, SECOND, 4 * SECOND) >= 10);
        CHECK(taken_out(&l, 7 * SECOND, SECOND) >= 30);
        line_free(&l);
    }
}

static void test_g168_4_css_two_minutes_of_silence_leak_nothing(void) {
    line l = css_line(0, 6, 3, -10);
    l.sent->n += 120 * SECOND;
    css(l.sent, l.sent->n, CYCLE, -10);
    run(&l, 128, -75);
    CHECK(taken_out(&l, 123 * SECOND, CYCLE / 2) >= taken_out(&l, 2 * SECOND, SECOND) - 10);
    line_free(&l);
}

static void test_g168_5_css_after_500_ms_without_an_echo_none_is_returned(void) {
    for (int dbm0 = -10; dbm0 >= -30; dbm0 -= 10) {
        line l = css_line(0, 6, 4, dbm0);
        l.changed = 2 * SECOND;
        run(&l, 128, -75);
        CHECK(level(l.sent->x, 2 * SECOND + SECOND / 2, SECOND) <= -37);
        line_free(&l);
    }
}

int main(void) {
    RUN(test_g168_annex_c_the_composite_source_is_as_long_and_as_loud_as_it_says);
    RUN(test_g168_2b_css_converges_within_a_second_on_every_path_of_annex_d);
    RUN(test_g168_2b_css_converges_through_a_law_as_far_as_its_noise);
    RUN(test_g168_2b_css_reconverges_within_a_second_on_another_path);
    RUN(test_g168_3a_css_converges_while_a_quieter_near_end_talks);
    RUN(test_g168_3b_css_double_talk_of_any_level_does_not_make_it_diverge);
    RUN(test_g168_3a_css_equal_double_talk_from_the_beginning_is_survived);
    RUN(test_g168_4_css_two_minutes_of_silence_leak_nothing);
    RUN(test_g168_5_css_after_500_ms_without_an_echo_none_is_returned);
    CHECK_END();
}
