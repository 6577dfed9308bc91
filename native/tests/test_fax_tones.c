#include "check.h"
#include "cti/error.h"
#include "cti/fax_tones.h"
#include "signals.h"

enum { MOST = 64 };

static cti_event events[MOST];

static int hear_pcm(const int16_t *pcm, int n, int block) {
    cti_fax_tones *s = malloc(cti_fax_tones_size());
    CHECK_EQ(cti_fax_tones_init(s, cti_fax_tones_size()), CTI_OK);
    int count = 0;
    for (int from = 0; from < n; from += block) {
        int got = cti_fax_tones_run(s, pcm + from, n - from < block ? n - from : block, events + count,
                                    MOST - count);
        CHECK(got >= 0);
        count += got;
    }
    free(s);
    return count;
}

/* What is heard in the signal under noise 15 dB below `level` (or none: snr 0), in ticks. */
static int hear(signal *s, double level, double snr) {
    if (snr > 0.0)
        signal_noise(s, level - snr);
    int16_t *pcm = signal_pcm(s);
    int count = hear_pcm(pcm, s->n, 160);
    free(pcm);
    return count;
}

static void burst(signal *s, double hz, double ms, double dbm0) {
    signal_sine(s, s->n, (int)(ms * 8.0 + 0.5), hz, dbm0);
    signal_silence(s, ms);
}

static void cng(signal *s, double hz, double on, double off, int cycles, double dbm0) {
    for (int i = 0; i < cycles; i++) {
        burst(s, hz, on, dbm0);
        signal_silence(s, off);
    }
}

/* 2100 Hz: phase reversals every `turn` ms (0: none), amplitude modulated so deep at 15 Hz. */
static void answer(signal *s, double hz, double ms, double turn, double depth, double dbm0) {
    int samples = (int)(ms * 8.0), each = (int)(turn * 8.0);
    double at = SIGNAL_TURN * signal_uniform(s), am = SIGNAL_TURN * signal_uniform(s);
    for (int i = 0; i < samples; i++) {
        double sign = each > 0 && i / each % 2 ? -1.0 : 1.0;
        s->x[s->n++] += sign * (1.0 + depth * sin(am + SIGNAL_TURN * 15.0 * i / SIGNAL_RATE)) *
                        signal_peak(dbm0) * sin(at + SIGNAL_TURN * hz * i / SIGNAL_RATE);
    }
}

/* Bits of V.21, channel 2: 1650 Hz is a 1. `bits` is repeated; "?" is a random bit. */
static void v21(signal *s, const char *bits, double ms, double off_hz, double dbm0) {
    int samples = (int)(ms * 8.0), now = -1, one = 0, length = (int)strlen(bits);
    double phase = 0.0;
    for (int i = 0; i < samples; i++) {
        int bit = (int)((int64_t)i * 300 / 8000);
        if (bit != now) {
            now = bit;
            one = bits[bit % length] == '?' ? signal_uniform(s) < 0.5 : bits[bit % length] == '1';
        }
        phase += SIGNAL_TURN * ((one ? 1650.0 : 1850.0) + off_hz) / SIGNAL_RATE;
        s->x[s->n++] += signal_peak(dbm0) * sin(phase);
    }
}

#define FLAGS "01111110"

static void check_one(int count, int tone, int start, double tolerance_ms) {
    CHECK_EQ(count, 1);
    CHECK_EQ(events[0].kind, CTI_EV_FAX_TONE);
    CHECK_EQ(events[0].value, tone);
    CHECK_NEAR(events[0].start, start, tolerance_ms * 8.0);
}

static void test_t30_cng_within_38_hz_and_15_percent_is_heard(void) {
    static const double hz[] = {1062, 1081, 1100, 1119, 1138}, part[] = {0.85, 1.0, 1.15};
    for (int f = 0; f < 5; f++)
        for (int on = 0; on < 3; on++)
            for (int off = 0; off < 3; off++) {
                signal *s = signal_new((uint64_t)(f * 9 + on * 3 + off + 1));
                signal_silence(s, 700);
                int start = s->n;
                cng(s, hz[f], 500 * part[on], 3000 * part[off], 3, -20);
                check_one(hear(s, -20, 15), CTI_FAX_CNG, start, 4);
                CHECK(events[0].at <= start + (int)(0.885 * 8000));
                CHECK_NEAR(events[0].level, -20, 1.0);
                free(s);
            }
}

static void test_t30_cng_off_frequency_or_length_is_none(void) {
    static const double wrong[][2] = {{1030, 500}, {1170, 500}, {1100, 330},  {1100, 700},
                                      {1000, 500}, {1209, 500}, {1100, 1000}, {1100, 200}};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        signal *s = signal_new(i + 1);
        signal_silence(s, 700);
        cng(s, wrong[i][0], wrong[i][1], 3000, 3, -15);
        CHECK_EQ(hear(s, -15, 30), 0);
        free(s);
    }
}

static void test_one_burst_of_1100_hz_among_other_sounds_is_no_cng_but_its_cadence_is(void) {
    int by_cadence = 0;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        signal *s = signal_new(seed);
        signal_speech(s, 2000, -18);
        burst(s, 1100, 500, -15);
        signal_speech(s, 2000, -18);
        CHECK_EQ(hear(s, 0, 0), 0);
        free(s);
        s = signal_new(seed);
        signal_silence(s, 500);
        int start = s->n;
        cng(s, 1100, 500, 3000, 3, -14);
        signal *echo = signal_new(seed + 100); /* our own prompt come back, 3 dB down */
        signal_speech(echo, s->n / 8.0, -17);
        for (int i = 0; i < s->n; i++)
            s->x[i] += echo->x[i];
        check_one(hear(s, 0, 0), CTI_FAX_CNG, start, 10);
        by_cadence += events[0].at > start + 4 * 8000 - 80; /* unless the echo paused around the first */
        free(echo);
        free(s);
    }
    CHECK(by_cadence >= 3);
}

static void test_v25_ced_within_15_hz_is_heard(void) {
    for (int hz = 2085; hz <= 2115; hz += 15) {
        signal *s = signal_new((uint64_t)hz);
        signal_silence(s, 1800);
        int start = s->n;
        answer(s, hz, 2600, 0, 0, -25);
        signal_silence(s, 500);
        check_one(hear(s, -25, 15), CTI_FAX_CED, start, 3);
        CHECK(events[0].at <= start + (int)(1.02 * 8000));
        CHECK_EQ(events[0].ref, 0);
        CHECK_NEAR(events[0].level, -25, 0.5);
        free(s);
    }
}

static void test_v25_phase_reversals_are_told(void) {
    for (int ms = 425; ms <= 475; ms += 25)
        for (int hz = 2085; hz <= 2115; hz += 15) {
            signal *s = signal_new((uint64_t)(hz + ms));
            signal_silence(s, 1000);
            int start = s->n;
            answer(s, hz, 3300, ms, 0, -20);
            check_one(hear(s, -20, 15), CTI_FAX_CED, start, 3);
            CHECK_EQ(events[0].ref, 2); /* the second falls before 1 s */
            free(s);
        }
}

static void test_v8_ansam_is_told_from_ced_by_its_modulation(void) {
    for (int reversals = 0; reversals <= 1; reversals++)
        for (int i = 0; i < 12; i++) {
            signal *s = signal_new((uint64_t)i + 1);
            signal_silence(s, 1000);
            int start = s->n;
            answer(s, 2099 + i % 3, 3000, reversals * 450, 0.2, -15);
            check_one(hear(s, -15, 15), CTI_FAX_ANSAM, start, 3);
            CHECK(events[0].at <= start + (int)(0.62 * 8000));
            CHECK_EQ(events[0].ref, reversals);
            free(s);
        }
}

static void test_v25_2100_hz_off_frequency_short_or_unsteady_is_none(void) {
    static const double wrong[][2] = {{2060, 3000}, {2140, 3000}, {2100, 580},
                                      {2225, 3000}, {1900, 3000}, {2225, 3300}};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        signal *s = signal_new(i + 1);
        signal_silence(s, 700);
        answer(s, wrong[i][0], wrong[i][1], 0, 0, -15);
        signal_silence(s, 700);
        CHECK_EQ(hear(s, -15, 30), 0);
        free(s);
    }
    signal *s = signal_new(9); /* warbles by 40 Hz, six times a second */
    double phase = 0.0;
    for (int i = 0; i < 32000; i++) {
        phase += SIGNAL_TURN * (2100.0 + 40.0 * sin(SIGNAL_TURN * 6.0 * i / SIGNAL_RATE)) / SIGNAL_RATE;
        s->x[s->n++] = signal_peak(-15) * sin(phase);
    }
    CHECK_EQ(hear(s, -15, 30), 0);
    free(s);
}

static void test_t30_preamble_of_v21_flags_is_heard(void) {
    for (int off = -12; off <= 12; off += 6) {
        signal *s = signal_new((uint64_t)(off + 20));
        signal_silence(s, 700 + off);
        int start = s->n;
        v21(s, FLAGS, 850, off, -30);
        v21(s, "1100000010010000????????", 400, off, -30);
        signal_silence(s, 500);
        check_one(hear(s, -30, 15), CTI_FAX_V21, start, 4);
        CHECK(events[0].at <= start + (int)(0.25 * 8000));
        CHECK_NEAR(events[0].level, -30, 1.0);
        free(s);
    }
}

static void test_v21_without_flags_is_no_preamble(void) {
    static const char *const bits[] = {"1", "0", "01", "0011", "?", "01111111", "0111110", "00111110"};
    for (size_t i = 0; i < sizeof(bits) / sizeof(*bits); i++) {
        signal *s = signal_new(i + 1);
        signal_silence(s, 500);
        v21(s, bits[i], 5000, 0, -20);
        CHECK_EQ(hear(s, -20, 25), 0);
        free(s);
    }
}

static void test_levels_from_0_to_minus_43_dbm0_are_heard_at_15_db_snr(void) {
    static const double levels[] = {0, -10, -20, -30, -40, -43};
    for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
        double level = levels[i];
        for (int tone = CTI_FAX_CNG; tone <= CTI_FAX_V21; tone++) {
            signal *s = signal_new(i * 4 + (uint64_t)tone);
            signal_silence(s, 600);
            int start = s->n;
            if (tone == CTI_FAX_CNG)
                cng(s, 1100, 500, 3000, 2, level);
            else if (tone == CTI_FAX_V21)
                v21(s, FLAGS, 1000, 0, level);
            else
                answer(s, 2100, 2600, 450, tone == CTI_FAX_ANSAM ? 0.2 : 0.0, level);
            signal_silence(s, 400);
            check_one(hear(s, level, 15), tone, start, 4);
            free(s);
        }
    }
}

static void test_nothing_below_minus_50_dbm0_is_heard(void) {
    signal *s = signal_new(1);
    cng(s, 1100, 500, 3000, 3, -51);
    answer(s, 2100, 3000, 0, 0, -51);
    signal_silence(s, 500);
    v21(s, FLAGS, 1000, 0, -51);
    CHECK_EQ(hear(s, 0, 0), 0);
    free(s);
}

static void test_each_is_told_once_for_as_long_as_it_lasts(void) {
    signal *s = signal_new(3);
    signal_silence(s, 500);
    cng(s, 1100, 500, 3000, 8, -20);
    answer(s, 2100, 5000, 450, 0.2, -15);
    signal_silence(s, 75);
    v21(s, FLAGS, 1000, 0, -15);
    v21(s, "?", 800, 0, -15);
    signal_silence(s, 75);
    v21(s, FLAGS, 1000, 0, -15); /* another message */
    signal_silence(s, 6000);
    cng(s, 1100, 500, 3000, 3, -20); /* long after */
    static const int order[] = {CTI_FAX_CNG, CTI_FAX_ANSAM, CTI_FAX_V21, CTI_FAX_V21, CTI_FAX_CNG};
    int count = hear(s, -15, 35);
    CHECK_EQ(count, 5);
    for (int i = 0; i < count && i < 5; i++)
        CHECK_EQ(events[i].value, order[i]);
    free(s);
}

static void test_a_lost_packet_does_not_tell_it_twice(void) {
    signal *s = signal_new(4);
    signal_silence(s, 500);
    answer(s, 2100, 2600, 0, 0, -15);
    memset(s->x + 6000, 0, 160 * sizeof(double));
    memset(s->x + 16000, 0, 160 * sizeof(double));
    signal_silence(s, 75);
    int flags = s->n;
    v21(s, FLAGS, 1000, 0, -15);
    memset(s->x + flags + 4000, 0, 160 * sizeof(double));
    signal_silence(s, 500);
    CHECK_EQ(hear(s, -15, 40), 2);
    CHECK_EQ(events[0].value, CTI_FAX_CED);
    CHECK_EQ(events[1].value, CTI_FAX_V21);
    free(s);
}

static void test_speech_right_before_a_tone_does_not_hide_it(void) {
    for (uint64_t seed = 1; seed <= 4; seed++) {
        signal *s = signal_new(seed);
        signal_speech(s, 3000, -15);
        int start = s->n;
        answer(s, 2100, 2600, 0, 0, -25);
        signal_silence(s, 75);
        int flags = s->n;
        v21(s, FLAGS, 1000, 0, -25);
        signal_silence(s, 300);
        CHECK_EQ(hear(s, -25, 20), 2);
        CHECK_EQ(events[0].value, CTI_FAX_CED);
        CHECK_NEAR(events[0].start, start, 80);
        CHECK(events[0].at < start + (int)(2.1 * 8000));
        CHECK_EQ(events[1].value, CTI_FAX_V21);
        CHECK_NEAR(events[1].start, flags, 80);
        free(s);
    }
}

static void test_talk_off_speech_like_sounds_are_no_fax(void) {
    for (uint64_t seed = 1; seed <= 3; seed++) {
        signal *s = signal_new(seed);
        signal_speech(s, 120000, -15);
        CHECK_EQ(hear(s, -15, 45), 0);
        free(s);
    }
}

static void test_noise_digits_and_call_progress_are_no_fax(void) {
    signal *s = signal_new(1);
    signal_silence(s, 60000);
    signal_noise(s, -20);
    CHECK_EQ(hear(s, 0, 0), 0);
    free(s);
    s = signal_new(2);
    for (int i = 0; i < 300; i++) {
        signal_digit(s, "0123456789*#ABCD"[i % 16], i % 3 ? 80 : 500, -8, -8, 0);
        signal_silence(s, i % 2 ? 80 : 400);
    }
    CHECK_EQ(hear(s, -8, 30), 0);
    free(s);
    s = signal_new(3);
    static const double sit[3] = {950, 1400, 1800}, howler[4] = {1400, 2060, 2450, 2600};
    for (int i = 0; i < 10; i++) { /* special information tones, howler, and the alerting dual tone */
        for (int k = 0; k < 3; k++)
            burst(s, sit[k], 330, -15);
        signal_silence(s, 1000);
    }
    for (int i = 0; i < 50; i++) {
        for (int k = 0; k < 4; k++)
            signal_sine(s, s->n, 800, howler[k], -6);
        signal_silence(s, 200);
    }
    for (int i = 0; i < 10; i++) {
        signal_sine(s, s->n, 800, 2130, -12);
        signal_sine(s, s->n, 800, 2750, -12);
        signal_silence(s, 500);
    }
    CHECK_EQ(hear(s, -15, 40), 0);
    free(s);
}

static void test_blocks_of_any_size_give_the_same_events(void) {
    static const int blocks[] = {160, 1, 7, 333, SIGNAL_MOST};
    static cti_event first[MOST];
    signal *s = signal_new(5);
    signal_silence(s, 503);
    cng(s, 1110, 500, 3000, 2, -20);
    signal_speech(s, 2000, -18);
    answer(s, 2095, 3000, 450, 0.2, -15);
    signal_silence(s, 75);
    v21(s, FLAGS, 1000, 3, -15);
    signal_silence(s, 300);
    signal_noise(s, -40);
    int16_t *pcm = signal_pcm(s);
    for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
        int count = hear_pcm(pcm, s->n, blocks[i]);
        CHECK_EQ(count, 3);
        if (i == 0)
            memcpy(first, events, sizeof(first));
        CHECK(memcmp(first, events, 3 * sizeof(*events)) == 0);
    }
    free(pcm);
    free(s);
}

static void test_at_is_the_shortest_prefix_that_tells(void) {
    signal *s = signal_new(6);
    signal_silence(s, 501);
    cng(s, 1100, 500, 3000, 1, -20);
    answer(s, 2100, 2600, 0, 0, -20);
    int16_t *pcm = signal_pcm(s);
    CHECK_EQ(hear_pcm(pcm, s->n, 1), 2);
    int at[2] = {(int)events[0].at, (int)events[1].at};
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(hear_pcm(pcm, at[i] - 1, at[i]), i);
        CHECK_EQ(hear_pcm(pcm, at[i], at[i]), i + 1);
    }
    free(pcm);
    free(s);
}

static void test_events_without_room_wait_for_the_next_call(void) {
    signal *s = signal_new(7);
    signal_silence(s, 500);
    answer(s, 2100, 2600, 0, 0, -20);
    int16_t *pcm = signal_pcm(s);
    cti_fax_tones *f = malloc(cti_fax_tones_size());
    CHECK_EQ(cti_fax_tones_init(f, cti_fax_tones_size()), CTI_OK);
    CHECK_EQ(cti_fax_tones_run(f, pcm, s->n, NULL, 0), 0);
    CHECK_EQ(cti_fax_tones_run(f, NULL, 0, events, MOST), 1);
    CHECK_EQ(cti_fax_tones_run(f, NULL, 0, events, MOST), 0);
    CHECK_EQ(cti_fax_tones_reset(f), CTI_OK);
    CHECK_EQ(cti_fax_tones_run(f, pcm, s->n, events, MOST), 1);
    free(f);
    free(pcm);
    free(s);
}

static void test_wrong_arguments_are_refused(void) {
    cti_fax_tones *f = malloc(cti_fax_tones_size());
    int16_t pcm[1] = {0};
    CHECK_EQ(cti_fax_tones_init(NULL, cti_fax_tones_size()), CTI_ERR_ARG);
    CHECK_EQ(cti_fax_tones_init(f, cti_fax_tones_size() - 1), CTI_ERR_SIZE);
    CHECK_EQ(cti_fax_tones_init(f, cti_fax_tones_size()), CTI_OK);
    CHECK_EQ(cti_fax_tones_run(NULL, pcm, 1, events, MOST), CTI_ERR_ARG);
    CHECK_EQ(cti_fax_tones_run(f, NULL, 1, events, MOST), CTI_ERR_ARG);
    CHECK_EQ(cti_fax_tones_run(f, pcm, -1, events, MOST), CTI_ERR_ARG);
    CHECK_EQ(cti_fax_tones_run(f, pcm, 1, NULL, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_fax_tones_reset(NULL), CTI_ERR_ARG);
    free(f);
}

int main(void) {
    RUN(test_t30_cng_within_38_hz_and_15_percent_is_heard);
    RUN(test_t30_cng_off_frequency_or_length_is_none);
    RUN(test_one_burst_of_1100_hz_among_other_sounds_is_no_cng_but_its_cadence_is);
    RUN(test_v25_ced_within_15_hz_is_heard);
    RUN(test_v25_phase_reversals_are_told);
    RUN(test_v8_ansam_is_told_from_ced_by_its_modulation);
    RUN(test_v25_2100_hz_off_frequency_short_or_unsteady_is_none);
    RUN(test_t30_preamble_of_v21_flags_is_heard);
    RUN(test_v21_without_flags_is_no_preamble);
    RUN(test_levels_from_0_to_minus_43_dbm0_are_heard_at_15_db_snr);
    RUN(test_nothing_below_minus_50_dbm0_is_heard);
    RUN(test_each_is_told_once_for_as_long_as_it_lasts);
    RUN(test_a_lost_packet_does_not_tell_it_twice);
    RUN(test_speech_right_before_a_tone_does_not_hide_it);
    RUN(test_talk_off_speech_like_sounds_are_no_fax);
    RUN(test_noise_digits_and_call_progress_are_no_fax);
    RUN(test_blocks_of_any_size_give_the_same_events);
    RUN(test_at_is_the_shortest_prefix_that_tells);
    RUN(test_events_without_room_wait_for_the_next_call);
    RUN(test_wrong_arguments_are_refused);
    CHECK_END();
}
