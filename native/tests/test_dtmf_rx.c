#include "dtmf_stage.h"

typedef struct plan {
    double ms, pause_ms, low_dbm0, high_dbm0, offset, noise_dbm0;
} plan;

static const plan GOOD = {50, 60, -10, -10, 0, -70};

/* Sends all 16 digits several times at random phases of the receiver's blocks; how many were heard
 * in their order, and in *extra how many events too many. */
static int heard_of_160(plan p, uint64_t seed, int *extra) {
    static const char keys[] = "159D7#A2*08B36C4";
    signal *s = signal_new(seed);
    char sent[161];
    signal_silence(s, LEAD_MS);
    for (int i = 0; i < 160; i++) {
        sent[i] = keys[i % 16];
        signal_digit(s, sent[i], p.ms, p.low_dbm0, p.high_dbm0, i / 16 % 2 ? -p.offset : p.offset);
        signal_silence(s, p.pause_ms + signal_uniform(s) * 2.0);
    }
    sent[160] = 0;
    signal_silence(s, 100);
    signal_noise(s, p.noise_dbm0);
    const char *got = digits_of(hear(s));
    int heard = 0, surplus = 0;
    for (int i = 0; got[i]; i++) {
        int j = heard;
        while (sent[j] && sent[j] != got[i] && j < heard + 3)
            j++;
        if (sent[j] == got[i])
            heard = j + 1;
        else
            surplus++;
    }
    int count = (int)strlen(got) - surplus;
    if (extra)
        *extra = surplus;
    free(s);
    return count;
}

static int all_heard(plan p, uint64_t seed) {
    int extra = 0, heard = heard_of_160(p, seed, &extra);
    CHECK_EQ(extra, 0);
    return heard == 160;
}

static void test_q23_all_sixteen_digits_are_heard(void) {
    CHECK(all_heard(GOOD, 1));
}

static void test_q24_frequency_within_1_5_percent_is_accepted(void) {
    for (double offset = 0.0; offset <= 0.0151; offset += 0.005) {
        plan p = GOOD;
        p.offset = offset;
        CHECK(all_heard(p, 2));
    }
}

static void test_q24_frequency_beyond_3_5_percent_is_rejected(void) {
    for (double offset = 0.035; offset <= 0.06; offset += 0.0125) {
        plan p = GOOD;
        p.offset = offset;
        CHECK_EQ(heard_of_160(p, 3, NULL), 0);
    }
}

static void test_q24_frequencies_1_5_percent_off_against_each_other_are_accepted(void) {
    static const double low[4] = {697, 770, 852, 941}, high[4] = {1209, 1336, 1477, 1633};
    for (int sign = -1; sign <= 1; sign += 2) {
        signal *s = signal_new(61);
        signal_silence(s, LEAD_MS);
        for (int key = 0; key < 16; key++) {
            signal_sine(s, s->n, 400, low[key / 4] * (1 + sign * 0.015), -10);
            signal_sine(s, s->n, 400, high[key % 4] * (1 - sign * 0.015), -10);
            s->n += 400;
            signal_silence(s, 60);
        }
        signal_noise(s, -50);
        CHECK_EQ(strcmp(digits_of(hear(s)), "123A456B789C*0#D"), 0);
        free(s);
    }
}

static void test_a_note_and_its_octave_are_no_digit(void) {
    /* As near a pair as they come, 2.1 % off both ways, and as pure. */
    static const double octave[3] = {682.7, 754.0, 834.0};
    signal *s = signal_new(62);
    signal_silence(s, LEAD_MS);
    for (int k = 0; k < 60; k++) {
        double hz = octave[k % 3] * (1 + signal_between(s, -0.002, 0.002));
        signal_sine(s, s->n, 1200, hz, -12);
        signal_sine(s, s->n, 1200, 2 * hz, -14);
        s->n += 1200;
        signal_silence(s, 60);
    }
    signal_noise(s, -45);
    CHECK_EQ(hear(s), 0);
    free(s);
}

static void test_q24_one_frequency_off_is_rejected(void) {
    signal *s = signal_new(4);
    signal_silence(s, LEAD_MS);
    for (int i = 0; i < 20; i++) {
        signal_sine(s, s->n, 800, 770 * 1.04, -10);
        signal_sine(s, s->n, 800, 1336, -10);
        signal_silence(s, 200);
        signal_sine(s, s->n, 800, 770, -10);
        signal_sine(s, s->n, 800, 1336 * 0.962, -10);
        signal_silence(s, 200);
        signal_sine(s, s->n, 800, 770, -10); /* one frequency alone */
        signal_silence(s, 200);
    }
    signal_noise(s, -70);
    CHECK_EQ(hear(s), 0);
    free(s);
}

static void test_q24_min_tone_40ms_and_better_is_accepted(void) {
    plan p = GOOD;
    p.ms = 40;
    CHECK(all_heard(p, 5));
    p.ms = 30;
    CHECK(all_heard(p, 6));
}

static void test_q24_tones_below_23ms_are_rejected(void) {
    plan p = GOOD;
    p.ms = 22;
    CHECK_EQ(heard_of_160(p, 7, NULL), 0);
    p.ms = 15;
    CHECK_EQ(heard_of_160(p, 8, NULL), 0);
}

static void test_q24_power_levels_0_to_minus_40_dbm0_are_accepted(void) {
    for (double level = 0; level >= -40; level -= 8) {
        plan p = GOOD;
        p.low_dbm0 = p.high_dbm0 = level;
        p.noise_dbm0 = level - 30 > -80 ? level - 30 : -80;
        CHECK(all_heard(p, 9));
    }
}

static void test_levels_at_or_below_minus_55_dbm0_are_rejected(void) {
    plan p = GOOD;
    p.low_dbm0 = p.high_dbm0 = -55;
    p.noise_dbm0 = -90;
    CHECK_EQ(heard_of_160(p, 10, NULL), 0);
}

static void test_q24_twist_minus_8_to_plus_4_db_and_better_is_accepted(void) {
    for (double twist = -10; twist <= 6; twist += 2) {
        plan p = GOOD;
        p.high_dbm0 = twist < 0 ? -8 + twist : -8;
        p.low_dbm0 = twist < 0 ? -8 : -8 - twist;
        CHECK(all_heard(p, 11));
    }
}

static void test_twist_far_outside_is_rejected(void) {
    plan p = GOOD;
    p.high_dbm0 = p.low_dbm0 + 12;
    CHECK_EQ(heard_of_160(p, 12, NULL), 0);
    p.high_dbm0 = p.low_dbm0 - 16;
    CHECK_EQ(heard_of_160(p, 12, NULL), 0);
}

static void test_q24_pauses_of_40ms_and_better_separate_equal_digits(void) {
    static const double pauses[] = {30, 35, 40, 60};
    for (int i = 0; i < 4; i++) {
        signal *s = signal_new(13);
        signal_silence(s, LEAD_MS);
        for (int k = 0; k < 100; k++) {
            signal_digit(s, '7', 50, -10, -10, 0);
            signal_silence(s, pauses[i]);
        }
        signal_silence(s, 100);
        signal_noise(s, -50);
        CHECK_EQ(strlen(digits_of(hear(s))), 100);
        free(s);
    }
}

static void test_q24_interruptions_up_to_10ms_and_better_do_not_split(void) {
    for (double hole = 2; hole <= 21; hole += 19.0 / 4) {
        signal *s = signal_new(14);
        signal_silence(s, LEAD_MS);
        for (int k = 0; k < 60; k++) {
            int from = signal_digit(s, "0123456789*#ABCD"[k % 16], 100, -10, -10, 0);
            int at = from + (int)signal_between(s, 35 * 8, 60 * 8);
            memset(&s->x[at], 0, (size_t)(hole * 8) * sizeof(double));
            signal_silence(s, 60);
        }
        signal_silence(s, 100);
        signal_noise(s, -50);
        CHECK_EQ(strlen(digits_of(hear(s))), 60);
        free(s);
    }
}

static void test_noise_down_to_0_db_leaves_digits_right(void) {
    for (double snr = 30; snr >= 0; snr -= 6) {
        plan p = GOOD;
        p.noise_dbm0 = -10 + 3 - snr;
        int extra = 0, heard = heard_of_160(p, 15, &extra);
        CHECK(heard >= 158);
        CHECK_EQ(extra, 0);
    }
}

static void test_equal_digits_in_loud_noise_are_told_apart(void) {
    signal *s = signal_new(25);
    signal_silence(s, LEAD_MS);
    for (int k = 0; k < 150; k++) {
        signal_digit(s, '5', 50, -10, -10, 0);
        signal_silence(s, 57 + signal_uniform(s) * 2.0);
    }
    signal_silence(s, 100);
    signal_noise(s, -5); /* 2 dB above both tones together */
    CHECK(strlen(digits_of(hear(s))) >= 145);
    CHECK(strlen(digits_of(hear(s))) <= 150);
    free(s);
}

static void test_q23_distortion_20_db_below_is_accepted(void) {
    signal *s = signal_new(26);
    signal_silence(s, LEAD_MS);
    for (int k = 0; k < 64; k++) {
        signal_digit(s, "0123456789*#ABCD"[k % 16], 50, -10, -10, 0);
        signal_silence(s, 60);
    }
    signal_silence(s, 100);
    /* Even and odd products, each kind together 21 dB below the digit. */
    double peak = signal_peak(-10);
    for (int i = 0; i < s->n; i++) {
        double u = s->x[i] / peak;
        s->x[i] += peak * (0.063 * (u * u - 1.0) + 0.021 * u * u * u);
    }
    signal_noise(s, -65);
    CHECK_EQ(strlen(digits_of(hear(s))), 64);
    free(s);
}

static void test_dial_tone_beneath_digits_does_not_matter(void) {
    static const double dial[3][2] = {{350, 440}, {425, 0}, {400, 450}};
    for (int kind = 0; kind < 3; kind++) {
        signal *s = signal_new(16);
        signal_silence(s, 300);
        for (int k = 0; k < 64; k++) {
            signal_digit(s, "0123456789*#ABCD"[k % 16], 50, -14, -14, 0);
            signal_silence(s, 60);
        }
        signal_silence(s, 100);
        for (int line = 0; line < 2; line++)
            if (dial[kind][line] > 0)
                signal_sine(s, 0, s->n, dial[kind][line], -8); /* 6 dB above each frequency */
        signal_noise(s, -60);
        CHECK_EQ(strlen(digits_of(hear(s))), 64);
        free(s);
    }
}

static void test_mains_hum_as_loud_as_the_digit_does_not_matter(void) {
    signal *s = signal_new(17);
    signal_silence(s, LEAD_MS);
    for (int k = 0; k < 64; k++) {
        signal_digit(s, "0123456789*#ABCD"[k % 16], 50, -14, -14, 0);
        signal_silence(s, 60);
    }
    signal_silence(s, 100);
    signal_sine(s, 0, s->n, 50, -14);
    signal_sine(s, 0, s->n, 100, -24);
    CHECK_EQ(strlen(digits_of(hear(s))), 64);
    free(s);
}

static void test_echoes_neither_hide_nor_double_a_digit(void) {
    for (int delay = 2; delay <= 20; delay += 6) {
        signal *s = signal_new(18);
        signal_silence(s, LEAD_MS);
        for (int k = 0; k < 64; k++) {
            signal_digit(s, "0123456789*#ABCD"[k % 16], 50, -10, -10, 0);
            signal_silence(s, 60);
        }
        signal_silence(s, 100);
        for (int i = s->n - 1; i >= delay * 8; i--)
            s->x[i] += 0.316 * s->x[i - delay * 8]; /* 10 dB down */
        signal_noise(s, -60);
        CHECK_EQ(strlen(digits_of(hear(s))), 64);
        free(s);
    }
}

static void test_a_digit_that_grows_weaker_stays_one(void) {
    signal *s = signal_new(19);
    signal_silence(s, LEAD_MS);
    int from = signal_digit(s, '5', 200, -8, -8, 0);
    for (int i = from + 800; i < s->n; i++)
        s->x[i] *= 0.316;
    signal_silence(s, 100);
    signal_noise(s, -60);
    CHECK_EQ(strlen(digits_of(hear(s))), 1);
    free(s);
}

static void test_digits_without_a_pause_between_them_are_all_heard(void) {
    signal *s = signal_new(20);
    signal_silence(s, LEAD_MS);
    for (const char *d = "123A456B789C*0#D"; *d; d++)
        signal_digit(s, *d, 50, -10, -10, 0);
    signal_silence(s, 100);
    signal_noise(s, -50);
    CHECK(strcmp(digits_of(hear(s)), "123A456B789C*0#D") == 0);
    free(s);
}

static void test_events_tell_beginning_length_and_level(void) {
    signal *s = signal_new(21);
    signal_silence(s, 123.4);
    int from = signal_digit(s, '8', 80, -12, -14, 0);
    signal_silence(s, 100);
    signal_noise(s, -65);
    CHECK_EQ(hear(s), 2);
    CHECK_EQ(events[0].kind, CTI_EV_DIGIT_DOWN);
    CHECK_EQ(events[0].value, '8');
    CHECK_EQ(events[0].port, 0);
    CHECK_NEAR(events[0].start, from, 16);
    CHECK(events[0].at - from <= 30 * 8); /* known within 30 ms */
    CHECK_NEAR(events[0].level, -12.0, 0.7);
    CHECK_EQ(events[1].kind, CTI_EV_DIGIT_UP);
    CHECK_EQ(events[1].start, events[0].start);
    CHECK_NEAR(events[1].length, 640, 24);
    CHECK(events[1].at <= from + 640 + 40 * 8);
    free(s);
}

static void test_a_law_and_mu_law_lines_carry_digits(void) {
    for (int law = CTI_LAW_ALAW; law <= CTI_LAW_ULAW; law++)
        for (double level = 0; level >= -35; level -= 35) {
            signal *s = signal_new(22);
            signal_silence(s, LEAD_MS);
            for (int k = 0; k < 64; k++) {
                signal_digit(s, "0123456789*#ABCD"[k % 16], 45, level, level - 3, 0.01);
                signal_silence(s, 45);
            }
            signal_silence(s, 100);
            int16_t *pcm = signal_pcm(s);
            cti_law_through(law, pcm, s->n);
            CHECK_EQ(strlen(digits_of(hear_pcm(pcm, s->n, 160))), 64);
            free(pcm);
            free(s);
        }
}

static void test_talk_off_speech_like_sounds_make_no_digits(void) {
    for (uint64_t seed = 1; seed <= 4; seed++) {
        signal *s = signal_new(seed);
        signal_speech(s, 60000, -16);
        CHECK_EQ(hear(s), 0);
        free(s);
    }
}

static void test_talk_off_noise_makes_no_digits(void) {
    signal *s = signal_new(23);
    signal_silence(s, 120000);
    signal_noise(s, -15);
    CHECK_EQ(hear(s), 0);
    free(s);
}

static void test_talk_off_harmonics_near_two_tones_make_no_digits(void) {
    /* A voiced sound whose 4th and 7th harmonics lie on a pair: the others give it away. */
    signal *s = signal_new(24);
    signal_silence(s, LEAD_MS);
    for (int k = 0; k < 40; k++) {
        double pitch = signal_between(s, 172, 177);
        for (int h = 1; h <= 14; h++)
            signal_sine(s, s->n, 2400, pitch * h, -12 - (h == 4 || h == 7 ? 0 : 6));
        signal_silence(s, 400);
    }
    CHECK_EQ(hear(s), 0);
    free(s);
}

static void test_talk_off_notes_with_two_partials_on_a_pair_make_no_digits(void) {
    /* Steady, and begun and ended at once like a digit. */
    static const double low[4] = {697, 770, 852, 941}, high[4] = {1209, 1336, 1477, 1633};
    signal *s = signal_new(27);
    signal_silence(s, LEAD_MS);
    for (int note = 0; note < 100;) {
        double pitch = signal_between(s, 80, 300);
        int row = note % 4, column = note / 4 % 4, samples = (int)signal_between(s, 480, 2000);
        if (fabs(low[row] / pitch - round(low[row] / pitch)) * pitch > 0.015 * low[row] ||
            fabs(high[column] / pitch - round(high[column] / pitch)) * pitch > 0.015 * high[column])
            continue;
        for (int h = 1; h * pitch < 3400; h++) {
            double away = fmin(fabs(h * pitch - low[row]), fabs(h * pitch - high[column])) / 100.0;
            signal_sine(s, s->n, samples, h * pitch, -12 - 20 * log10(1 + away * away));
        }
        s->n += samples;
        signal_silence(s, signal_between(s, 0, 100));
        note++;
    }
    signal_noise(s, -70);
    CHECK(strlen(digits_of(hear(s))) <= 6); /* of 100 notes; those of partials that are next to nothing */
    free(s);
}

int main(void) {
    RUN(test_q23_all_sixteen_digits_are_heard);
    RUN(test_q24_frequency_within_1_5_percent_is_accepted);
    RUN(test_q24_frequency_beyond_3_5_percent_is_rejected);
    RUN(test_q24_frequencies_1_5_percent_off_against_each_other_are_accepted);
    RUN(test_a_note_and_its_octave_are_no_digit);
    RUN(test_q24_one_frequency_off_is_rejected);
    RUN(test_q24_min_tone_40ms_and_better_is_accepted);
    RUN(test_q24_tones_below_23ms_are_rejected);
    RUN(test_q24_power_levels_0_to_minus_40_dbm0_are_accepted);
    RUN(test_levels_at_or_below_minus_55_dbm0_are_rejected);
    RUN(test_q24_twist_minus_8_to_plus_4_db_and_better_is_accepted);
    RUN(test_twist_far_outside_is_rejected);
    RUN(test_q24_pauses_of_40ms_and_better_separate_equal_digits);
    RUN(test_q24_interruptions_up_to_10ms_and_better_do_not_split);
    RUN(test_noise_down_to_0_db_leaves_digits_right);
    RUN(test_equal_digits_in_loud_noise_are_told_apart);
    RUN(test_q23_distortion_20_db_below_is_accepted);
    RUN(test_dial_tone_beneath_digits_does_not_matter);
    RUN(test_mains_hum_as_loud_as_the_digit_does_not_matter);
    RUN(test_echoes_neither_hide_nor_double_a_digit);
    RUN(test_a_digit_that_grows_weaker_stays_one);
    RUN(test_digits_without_a_pause_between_them_are_all_heard);
    RUN(test_events_tell_beginning_length_and_level);
    RUN(test_a_law_and_mu_law_lines_carry_digits);
    RUN(test_talk_off_speech_like_sounds_make_no_digits);
    RUN(test_talk_off_noise_makes_no_digits);
    RUN(test_talk_off_harmonics_near_two_tones_make_no_digits);
    RUN(test_talk_off_notes_with_two_partials_on_a_pair_make_no_digits);
    CHECK_END();
}
