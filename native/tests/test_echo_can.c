/* After ITU-T G.168 (6.4.2, tests of an echo canceller), with noise and the tests' own speech; with the
 * recommendation's composite source: test_echo_g168.c. */

#include "echo_line.h"

static void test_g168_test_2_noise_converges_by_20_db_within_a_second(void) {
    static const double levels[] = {-10, -15, -20, -25, -30}, losses[] = {6, 10, 14};
    for (int v = 0; v < 5; v++)
        for (int h = 0; h < 3; h++) {
            line l = line_new((uint64_t)(10 * v + h));
            hybrid(l.path, losses[h], 16, (uint64_t)h + 1);
            noise(l.sent, 2 * SECOND, levels[v]);
            run(&l, 128, -75);
            CHECK(taken_out(&l, SECOND, SECOND) >= 25);
            CHECK(taken_out(&l, SECOND / 2, SECOND / 2) >= 20);
            line_free(&l);
        }
}

static void test_g168_test_2_speech_converges_by_20_db_within_a_second(void) {
    static const double levels[] = {-10, -20, -30};
    double mean = 0.0;
    for (int v = 0; v < 3; v++)
        for (int h = 0; h < 4; h++) {
            line l = line_new((uint64_t)(10 * v + h));
            hybrid(l.path, h % 2 ? 14 : 6, 16, (uint64_t)h + 1);
            say(l.sent, 0, 4000, levels[v]);
            run(&l, 128, -75);
            mean += taken_out(&l, SECOND, SECOND) / 12;
            CHECK(taken_out(&l, SECOND, SECOND) >= 20);
            CHECK(taken_out(&l, 2 * SECOND, 2 * SECOND) >= 30);
            line_free(&l);
        }
    CHECK(mean >= 28);
}

static void test_g168_test_2c_background_noise_is_not_taken_for_echo(void) {
    line l = line_new(3);
    hybrid(l.path, 10, 16, 5);
    noise(l.sent, 3 * SECOND, -15);
    run(&l, 128, -45);                              /* the echo comes at -25 */
    CHECK(taken_out(&l, SECOND, 2 * SECOND) >= 20); /* to the noise's level and below */
    line_free(&l);
}

static void test_g168_test_3_double_talk_makes_it_diverge_by_no_more_than_6_db(void) {
    static const double near[] = {-15, -20, -30};
    double mean = 0.0;
    for (int v = 0; v < 3; v++)
        for (int h = 0; h < 4; h++) {
            line l = line_new((uint64_t)(20 * v + h));
            hybrid(l.path, h % 2 ? 14 : 6, 16, (uint64_t)h + 1);
            say(l.sent, 0, 8000, -15);
            say(l.came, 3 * SECOND, 3000, near[v]);
            run(&l, 128, -65);
            double before = taken_out(&l, 2 * SECOND, SECOND), during = taken_out(&l, 3 * SECOND, 3 * SECOND);
            mean += (before - during) / 12;
            CHECK(during >= 25);
            CHECK(taken_out(&l, 7 * SECOND, SECOND) >= before - 6.0);
            line_free(&l);
        }
    CHECK(mean <= 6.0);
}

static void test_g168_test_3_double_talk_from_the_first_sample_does_no_harm(void) {
    line l = line_new(4);
    hybrid(l.path, 6, 16, 2);
    say(l.sent, 0, 6000, -15);
    say(l.came, 0, 4000, -15);
    run(&l, 128, -65);
    CHECK(taken_out(&l, 0, 2 * SECOND) > -1.0);
    CHECK(taken_out(&l, 5 * SECOND, SECOND) >= 18);
    line_free(&l);
}

static void test_g168_test_4_a_learnt_path_does_not_leak_away(void) {
    line l = line_new(5);
    hybrid(l.path, 10, 16, 3);
    noise(l.sent, 2 * SECOND, -15);
    l.sent->n += 30 * SECOND;
    noise(l.sent, SECOND / 8, -15);
    run(&l, 128, -65);
    CHECK(taken_out(&l, 32 * SECOND, SECOND / 8) >= 25);
    line_free(&l);
}

static void test_g168_test_5_an_echo_that_ends_leaves_no_echo_of_its_own(void) {
    cti_echo_can_config cfg;
    cti_echo_can_defaults(&cfg);
    cti_echo_can *e = malloc(cti_echo_can_size());
    CHECK_EQ(cti_echo_can_init(e, cti_echo_can_size(), &cfg), CTI_OK);
    signal *s = signal_new(6);
    noise(s, 4 * SECOND, -15);
    int16_t *tx = signal_pcm(s), rx[TICK], out[TICK];
    double sum = 0.0;
    for (int at = 0; at + TICK <= s->n; at += TICK) {
        for (int i = 0; i < TICK; i++)
            rx[i] = at < 2 * SECOND && at + i >= 20 ? (int16_t)(tx[at + i - 20] / 4) : 0;
        cti_echo_can_run(e, tx + at, rx, out, TICK);
        for (int i = 0; i < TICK && at >= 2 * SECOND + SECOND / 2; i++)
            sum += out[i] * out[i];
    }
    CHECK(10.0 * log10(sum / (1.5 * SECOND) / (16140.0 * 16140.0) + 1e-12) < -37.0 - 15.0);
    free(tx);
    free(s);
    free(e);
}

static void test_g168_test_6_narrow_band_signals_do_not_make_it_diverge(void) {
    static const double hz[] = {425, 1004, 2100};
    for (int i = 0; i < 3; i++) {
        line l = line_new((uint64_t)i + 30);
        hybrid(l.path, 6, 16, 7);
        noise(l.sent, 2 * SECOND, -15);
        int from = l.sent->n;
        signal_sine(l.sent, from, 5 * SECOND, hz[i], -10);
        l.sent->n += 5 * SECOND;
        noise(l.sent, SECOND, -15);
        run(&l, 128, -65);
        double before = taken_out(&l, SECOND, SECOND);
        CHECK(taken_out(&l, 3 * SECOND, 4 * SECOND) >= 25);
        CHECK(taken_out(&l, 7 * SECOND, SECOND / 8) >=
              before - 10.0); /* the path of all frequencies is kept */
        line_free(&l);
    }
}

static void test_g168_test_7_a_tone_from_the_first_sample_is_stable(void) {
    line l = line_new(40);
    hybrid(l.path, 6, 16, 8);
    signal_sine(l.sent, 0, 30 * SECOND, 1004, -10);
    l.sent->n = 30 * SECOND;
    run(&l, 128, -65);
    for (int at = 0; at < 30; at += 5)
        CHECK(taken_out(&l, at * SECOND + SECOND, SECOND) >= 20);
    line_free(&l);
}

/* 6.4.2.9: in-band signalling of the near end passes. Digits, and a busy tone, over our own speech. */
static void test_near_end_digits_and_tones_pass_and_do_not_disturb_the_path(void) {
    for (int busy = 0; busy < 2; busy++) {
        line both = line_new(50);
        hybrid(both.path, 6, 16, 9);
        say(both.sent, 0, 8000, -15);
        both.came->n = 2 * SECOND;
        for (int i = 0; i < 8; i++) {
            if (busy) {
                signal_sine(both.came, both.came->n, 2800, 450, -13);
                both.came->n += 5600;
            } else {
                signal_digit(both.came, "0123456789*#"[i], 100, -13, -15, 0);
                signal_silence(both.came, 300);
            }
        }
        run(&both, 128, -65);
        CHECK(taken_out(&both, 3 * SECOND, 3 * SECOND) >= 24);
        /* What is left of the echo is all that was done to the near end: 30 dB below it. */
        CHECK(level(both.sent->x, 3 * SECOND, 3 * SECOND) < -13 - 30);
        line_free(&both);
    }
}

static void test_a_path_that_changes_is_learnt_anew(void) {
    line l = line_new(60);
    noise(l.sent, 4 * SECOND, -15);
    double other[PATH];
    hybrid(l.path, 6, 16, 1);
    hybrid(other, 6, 30, 2);
    int16_t *tx = signal_pcm(l.sent), *rx = malloc((size_t)l.sent->n * 2),
            *out = malloc((size_t)l.sent->n * 2);
    for (int i = 0; i < l.sent->n; i++) {
        double x = 0.0;
        for (int k = 0; k < PATH && k <= i; k++)
            x += (i < 2 * SECOND ? l.path : other)[k] * tx[i - k];
        rx[i] = (int16_t)lrint(x);
    }
    cti_echo_can_config cfg = {128};
    cti_echo_can *e = malloc(cti_echo_can_size());
    cti_echo_can_init(e, cti_echo_can_size(), &cfg);
    cti_echo_can_run(e, tx, rx, out, l.sent->n);
    double left = 0.0, echo = 0.0;
    for (int i = 3 * SECOND; i < 4 * SECOND; i++) {
        left += out[i] * out[i];
        echo += rx[i] * rx[i];
    }
    CHECK(10.0 * log10(echo / left) >= 25);
    free(e);
    free(tx);
    free(rx);
    free(out);
    line_free(&l);
}

static void test_a_path_of_up_to_32_ms_is_learnt_with_256_taps(void) {
    line l = line_new(70);
    hybrid(l.path, 6, 170, 4);
    noise(l.sent, 3 * SECOND, -15);
    run(&l, 256, -70);
    CHECK(taken_out(&l, SECOND, 2 * SECOND) >= 30);
    line_free(&l);
}

static void test_while_nothing_is_sent_what_comes_passes_bit_by_bit(void) {
    signal *s = signal_new(80), *t = signal_new(81);
    noise(t, SECOND, -15);
    t->n = 3 * SECOND;
    s->n = t->n;
    signal_noise(s, -20);
    int16_t *tx = signal_pcm(t), *rx = signal_pcm(s), *out = malloc((size_t)s->n * 2);
    cti_echo_can_config cfg = {128};
    cti_echo_can *e = malloc(cti_echo_can_size());
    cti_echo_can_init(e, cti_echo_can_size(), &cfg);
    cti_echo_can_run(e, tx, rx, out, s->n);
    CHECK(memcmp(out + SECOND + 128, rx + SECOND + 128, (size_t)(2 * SECOND - 128) * 2) == 0);
    cti_echo_can_reset(e);
    cti_echo_can_run(e, tx + SECOND, rx, out, SECOND);
    CHECK(memcmp(out, rx, SECOND * 2) == 0);
    free(e);
    free(tx);
    free(rx);
    free(out);
    free(s);
    free(t);
}

static void test_blocks_of_any_size_and_every_run_give_the_same_samples(void) {
    static const int blocks[] = {1, 7, 128, 160, 1000, 24000};
    signal *s = signal_new(90), *t = signal_new(91);
    say(t, 0, 3000, -15);
    s->n = t->n;
    say(s, 0, 3000, -20);
    int16_t *tx = signal_pcm(t), *rx = signal_pcm(s), *first = malloc(24000 * 2), *out = malloc(24000 * 2);
    for (int i = 30; i < 24000; i++)
        rx[i] = (int16_t)(rx[i] + tx[i - 30] / 3);
    cti_echo_can_config cfg = {128};
    cti_echo_can *e = malloc(cti_echo_can_size());
    for (int b = 0; b < 6; b++) {
        memset(e, b, cti_echo_can_size());
        cti_echo_can_init(e, cti_echo_can_size(), &cfg);
        memcpy(out, rx, 24000 * 2); /* in place */
        for (int at = 0; at < 24000; at += blocks[b])
            cti_echo_can_run(e, tx + at, out + at, out + at, 24000 - at < blocks[b] ? 24000 - at : blocks[b]);
        if (b == 0)
            memcpy(first, out, 24000 * 2);
        CHECK(memcmp(first, out, 24000 * 2) == 0);
    }
    free(e);
    free(tx);
    free(rx);
    free(first);
    free(out);
    free(s);
    free(t);
}

static void test_full_scale_of_any_kind_does_no_harm(void) {
    cti_echo_can_config cfg = {256};
    cti_echo_can *e = malloc(cti_echo_can_size());
    cti_echo_can_init(e, cti_echo_can_size(), &cfg);
    signal *dice = signal_new(100);
    int16_t tx[TICK], rx[TICK], out[TICK];
    for (int at = 0; at < 20 * SECOND; at += TICK) {
        for (int i = 0; i < TICK; i++) {
            tx[i] = at % 3 ? 32767 : signal_uniform(dice) < 0.5 ? -32768 : 32767;
            rx[i] = at % 2 ? -32768 : signal_uniform(dice) < 0.5 ? -32768 : 32767;
        }
        CHECK_EQ(cti_echo_can_run(e, tx, rx, out, TICK), CTI_OK);
    }
    memset(tx, 0, sizeof tx);
    memset(rx, 0, sizeof rx);
    for (int i = 0; i < 20; i++)
        cti_echo_can_run(e, tx, rx, out, TICK);
    for (int i = 0; i < TICK; i++)
        CHECK_EQ(out[i], 0);
    free(dice);
    free(e);
}

static void test_bad_arguments_are_refused(void) {
    cti_echo_can *e = malloc(cti_echo_can_size());
    cti_echo_can_config cfg = {100};
    CHECK_EQ(cti_echo_can_init(e, cti_echo_can_size(), &cfg), CTI_ERR_ARG);
    cti_echo_can_defaults(&cfg);
    CHECK_EQ(cti_echo_can_init(e, cti_echo_can_size() - 1, &cfg), CTI_ERR_SIZE);
    CHECK_EQ(cti_echo_can_init(NULL, 0, &cfg), CTI_ERR_ARG);
    CHECK_EQ(cti_echo_can_init(e, cti_echo_can_size(), &cfg), CTI_OK);
    CHECK_EQ(cti_echo_can_run(e, NULL, NULL, NULL, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_echo_can_run(e, NULL, NULL, NULL, 0), CTI_OK);
    CHECK_EQ(cti_echo_can_reset(NULL), CTI_ERR_ARG);
    free(e);
}

int main(void) {
    RUN(test_g168_test_2_noise_converges_by_20_db_within_a_second);
    RUN(test_g168_test_2_speech_converges_by_20_db_within_a_second);
    RUN(test_g168_test_2c_background_noise_is_not_taken_for_echo);
    RUN(test_g168_test_3_double_talk_makes_it_diverge_by_no_more_than_6_db);
    RUN(test_g168_test_3_double_talk_from_the_first_sample_does_no_harm);
    RUN(test_g168_test_4_a_learnt_path_does_not_leak_away);
    RUN(test_g168_test_5_an_echo_that_ends_leaves_no_echo_of_its_own);
    RUN(test_g168_test_6_narrow_band_signals_do_not_make_it_diverge);
    RUN(test_g168_test_7_a_tone_from_the_first_sample_is_stable);
    RUN(test_near_end_digits_and_tones_pass_and_do_not_disturb_the_path);
    RUN(test_a_path_that_changes_is_learnt_anew);
    RUN(test_a_path_of_up_to_32_ms_is_learnt_with_256_taps);
    RUN(test_while_nothing_is_sent_what_comes_passes_bit_by_bit);
    RUN(test_blocks_of_any_size_and_every_run_give_the_same_samples);
    RUN(test_full_scale_of_any_kind_does_no_harm);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
