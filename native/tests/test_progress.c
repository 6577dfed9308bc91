#include "progress_stage.h"

typedef struct known_tone {
    const char *country;
    int tone;
    double hz, hz2;
    int ms[4];
    int steps;
} known_tone;

/* ITU-T E.180 Supplement 2. */
static const known_tone TONES[] = {
    {"US", CTI_TONE_DIAL, 350, 440, {0}, 0},
    {"US", CTI_TONE_RINGBACK, 440, 480, {2000, 4000}, 2},
    {"US", CTI_TONE_BUSY, 480, 620, {500, 500}, 2},
    {"US", CTI_TONE_CONGESTION, 480, 620, {250, 250}, 2},
    {"UK", CTI_TONE_RINGBACK, 400, 450, {400, 200, 400, 2000}, 4},
    {"UK", CTI_TONE_BUSY, 400, 0, {375, 375}, 2},
    {"DE", CTI_TONE_DIAL, 425, 0, {0}, 0},
    {"DE", CTI_TONE_RINGBACK, 425, 0, {1000, 4000}, 2},
    {"DE", CTI_TONE_BUSY, 425, 0, {480, 480}, 2},
    {"DE", CTI_TONE_CONGESTION, 425, 0, {240, 240}, 2},
    {"FR", CTI_TONE_RINGBACK, 440, 0, {1500, 3500}, 2},
    {"ES", CTI_TONE_RINGBACK, 425, 0, {1500, 3000}, 2},
    {"IT", CTI_TONE_CONGESTION, 425, 0, {200, 200}, 2},
    {"CN", CTI_TONE_DIAL, 450, 0, {0}, 0},
    {"CN", CTI_TONE_RINGBACK, 450, 0, {1000, 4000}, 2},
    {"CN", CTI_TONE_BUSY, 450, 0, {350, 350}, 2},
    {"HK", CTI_TONE_RINGBACK, 440, 480, {400, 200, 400, 3000}, 4},
    {"KR", CTI_TONE_CONGESTION, 480, 620, {300, 200}, 2},
    {"AU", CTI_TONE_DIAL, 413, 438, {0}, 0},
    {"AU", CTI_TONE_RINGBACK, 413, 438, {400, 200, 400, 2000}, 4},
    {"IN", CTI_TONE_BUSY, 400, 0, {750, 750}, 2},
    {"RU", CTI_TONE_CONGESTION, 425, 0, {175, 175}, 2},
};
enum { COUNTRIES = sizeof(TONES) / sizeof(*TONES) };

/* Each tone of the table once, by cadence alone; how many were reported on and off, and no other. */
static int heard_right(double dbm0, double noise_dbm0, double stretch, double shift, int law) {
    int right = 0;
    for (int i = 0; i < COUNTRIES; i++) {
        const known_tone *t = &TONES[i];
        signal *s = signal_new((uint64_t)i + 1);
        signal_silence(s, 700);
        double seconds = t->tone == CTI_TONE_RINGBACK ? 16 : 5;
        int start = cadence(s, t->hz * shift, t->hz2 * shift, t->ms, t->steps, seconds, dbm0, stretch);
        signal_silence(s, 5500);
        signal_noise(s, noise_dbm0);
        int16_t *pcm = signal_pcm(s);
        cti_law_through(law, pcm, s->n);
        int count = hear_pcm(NULL, pcm, s->n, 160);
        int ok = count == 2 && events[0].kind == CTI_EV_TONE_ON && events[0].value == t->tone &&
                 abs((int)events[0].start - start) < 200 && events[1].kind == CTI_EV_TONE_OFF &&
                 events[1].value == t->tone;
        if (!ok)
            fprintf(stderr, "  %s tone %d: %d events, first is %d\n", t->country, t->tone, count,
                    count ? events[0].value : 0);
        right += ok;
        free(pcm);
        free(s);
    }
    return right;
}

static void test_e180_tones_of_many_countries_are_known_by_cadence_alone(void) {
    CHECK_EQ(heard_right(-15, -70, 1.0, 1.0, CTI_LAW_LINEAR), COUNTRIES);
}

static void test_e180_levels_from_minus_5_to_minus_35_dbm0_are_known(void) {
    CHECK_EQ(heard_right(-6, -60, 1.0, 1.0, CTI_LAW_ULAW), COUNTRIES);
    CHECK_EQ(heard_right(-35, -70, 1.0, 1.0, CTI_LAW_ALAW), COUNTRIES);
}

static void test_cadences_up_to_8_percent_off_are_known(void) {
    CHECK_EQ(heard_right(-15, -60, 0.92, 0.99, CTI_LAW_LINEAR), COUNTRIES);
    CHECK_EQ(heard_right(-15, -60, 1.08, 1.01, CTI_LAW_LINEAR), COUNTRIES);
}

static void test_noise_10_db_below_the_tone_does_not_matter(void) {
    CHECK_EQ(heard_right(-15, -22, 1.0, 1.0, CTI_LAW_LINEAR), COUNTRIES);
}

static void test_off_tells_the_end_of_the_last_burst(void) {
    static const int ms[] = {500, 500};
    signal *s = signal_new(1);
    signal_silence(s, 500);
    int start = cadence(s, 480, 620, ms, 2, 4.5, -15, 1.0); /* five bursts, the last one whole */
    signal_silence(s, 3000);
    signal_noise(s, -65);
    CHECK_EQ(hear(NULL, s), 2);
    CHECK_NEAR(events[0].start, start, 120);
    CHECK_NEAR(events[1].start, start + 36000, 120);
    CHECK(events[1].at - events[1].start < 8000);
    CHECK_NEAR(events[0].level, -12, 1.0); /* both frequencies together */
    free(s);
}

static void test_a_tone_is_reported_after_its_set_cycles(void) {
    static const int ms[] = {500, 500};
    for (int cycles = 1; cycles <= 4; cycles++) {
        cti_progress_config cfg;
        cti_progress_defaults(&cfg);
        cfg.tones = 1;
        memset(&cfg.tone[0], 0, sizeof(cfg.tone[0]));
        cfg.tone[0].tone = CTI_TONE_BUSY;
        cfg.tone[0].steps = 2;
        cfg.tone[0].ms[0] = cfg.tone[0].ms[1] = 500;
        cfg.tone[0].cycles = cycles;
        signal *s = signal_new(2);
        signal_silence(s, 500);
        int start = cadence(s, 425, 0, ms, 2, 6.5, -15, 1.0);
        signal_silence(s, 2000);
        signal_noise(s, -65);
        CHECK_EQ(hear(&cfg, s), 2);
        CHECK_NEAR(events[0].start, start, 120);
        CHECK(events[0].at > start + cycles * 8000 && events[0].at < start + cycles * 8000 + 1200);
        free(s);
    }
}

static cti_progress_config us_only(void) {
    cti_progress_config cfg;
    cti_progress_defaults(&cfg);
    cfg.tones = 2;
    memset(cfg.tone, 0, sizeof(cfg.tone));
    cfg.tone[0].tone = CTI_TONE_DIAL;
    cfg.tone[0].hz[0] = 350;
    cfg.tone[0].hz[1] = 440;
    cfg.tone[0].cycles = 1;
    cfg.tone[1].tone = CTI_TONE_BUSY;
    cfg.tone[1].hz[0] = 480;
    cfg.tone[1].hz[1] = 620;
    cfg.tone[1].steps = 2;
    cfg.tone[1].ms[0] = cfg.tone[1].ms[1] = 500;
    cfg.tone[1].cycles = 2;
    return cfg;
}

static void test_frequencies_of_a_definition_must_be_right(void) {
    static const int ms[] = {500, 500};
    static const struct {
        double hz, hz2;
        int steps, heard;
    } tries[] = {{350, 440, 0, 1}, {355, 446, 0, 1}, {425, 0, 0, 0}, {350, 0, 0, 0},   {400, 440, 0, 0},
                 {480, 620, 2, 1}, {489, 608, 2, 1}, {480, 0, 2, 0}, {440, 480, 2, 0}, {425, 0, 2, 0}};
    cti_progress_config cfg = us_only();
    for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
        signal *s = signal_new(i + 1);
        signal_silence(s, 500);
        cadence(s, tries[i].hz, tries[i].hz2, ms, tries[i].steps, 5, -15, 1.0);
        signal_silence(s, 2000);
        signal_noise(s, -60);
        CHECK_EQ(hear(&cfg, s), 2 * tries[i].heard);
        free(s);
    }
}

static void test_dial_tone_with_its_own_pair_is_known_after_continuous_ms(void) {
    signal *s = signal_new(3);
    signal_silence(s, 500);
    int start = cadence(s, 350, 440, NULL, 0, 3, -15, 1.0);
    signal_silence(s, 500);
    signal_noise(s, -65);
    CHECK_EQ(hear(NULL, s), 2);
    CHECK_EQ(events[0].value, CTI_TONE_DIAL);
    CHECK(events[0].at - start < 9000);
    CHECK(events[1].at - (start + 24000) < 1600);
    free(s);
}

static void test_busy_after_speech_is_known_within_four_cycles(void) {
    static const int busy[] = {480, 480};
    for (double level = -10; level >= -35; level -= 12.5) {
        signal *s = signal_new(4);
        signal_silence(s, 300);
        signal_speech(s, 8000, -18);
        int start = cadence(s, 425, 0, busy, 2, 6, level, 1.0);
        signal_silence(s, 2000);
        signal_noise(s, -60);
        CHECK_EQ(hear(NULL, s), 2);
        CHECK_EQ(events[0].value, CTI_TONE_BUSY);
        CHECK(events[0].at - start <= 4 * 7680);
        free(s);
    }
}

/* One definition with its frequencies, as a country's table gives them. */
static cti_progress_config defined(const known_tone *t, int cycles) {
    cti_progress_config cfg;
    cti_progress_defaults(&cfg);
    memset(cfg.tone, 0, sizeof(cfg.tone));
    cfg.tones = 1;
    cfg.tone[0].tone = t->tone;
    cfg.tone[0].hz[0] = (float)t->hz;
    cfg.tone[0].hz[1] = (float)t->hz2;
    cfg.tone[0].steps = t->steps;
    for (int i = 0; i < t->steps; i++)
        cfg.tone[0].ms[i] = t->ms[i];
    cfg.tone[0].cycles = cycles;
    return cfg;
}

/* Adds speech over all of the signal, its mean level over the pauses included. */
static void talk_over(signal *s, double dbm0) {
    signal *speech = signal_new(s->seed);
    signal_speech(speech, s->n / 8.0, dbm0);
    for (int i = 0; i < s->n; i++)
        s->x[i] += speech->x[i];
    free(speech);
}

/* Of a table's busy tones, each at two levels with five voices so far below it over and between its
 * bursts, how many are known within four cycles; and no other is told. */
static int known_under_speech(const known_tone *tones, int n, double below, int by_cadence) {
    int known = 0;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 10; k++) {
            const known_tone *t = &tones[i];
            double level = k % 2 ? -13 : -30, both = t->hz2 > 0 ? 3.0 : 0.0;
            cti_progress_config cfg = defined(t, 3);
            signal *s = signal_new((uint64_t)(100 * i + k));
            signal_silence(s, 2000 + 37 * k);
            int start = cadence(s, t->hz, t->hz2, t->ms, 2, 4.2 * (t->ms[0] + t->ms[1]) / 1000, level, 1.0);
            talk_over(s, level + both - below);
            signal_noise(s, -60);
            int count = hear(by_cadence ? NULL : &cfg, s);
            known += count > 0 && events[0].value == t->tone &&
                     events[0].at - start <= 4 * 8 * (t->ms[0] + t->ms[1]);
            free(s);
        }
    return known;
}

static void test_busy_with_speech_in_its_pauses_is_known_within_four_cycles(void) {
    static const known_tone busy[] = {{"US", CTI_TONE_BUSY, 480, 620, {500, 500}, 2},
                                      {"UK", CTI_TONE_BUSY, 400, 0, {375, 375}, 2},
                                      {"CN", CTI_TONE_BUSY, 450, 0, {350, 350}, 2},
                                      {"DE", CTI_TONE_BUSY, 425, 0, {480, 480}, 2}};
    CHECK(known_under_speech(busy, 4, 15, 0) == 40);
    CHECK(known_under_speech(busy, 4, 12, 0) >= 38);
    CHECK(known_under_speech(busy, 4, 10, 0) >= 34);
    CHECK(known_under_speech(busy, 4, 15, 1) >= 39); /* without the country's table */
    CHECK(known_under_speech(busy, 4, 10, 1) >= 28);
}

/* Within four cycles even when the whole first burst goes under in the last word of him who hung up. */
static void test_busy_whose_first_burst_goes_under_is_known_within_four_cycles(void) {
    static const int cycles[][2] = {{500, 500}, {375, 375}, {250, 250}, {167, 167}};
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 6; k++) {
            const known_tone t = {"", CTI_TONE_BUSY, 425, 0, {cycles[i][0], cycles[i][1]}, 2};
            cti_progress_config cfg = defined(&t, 3);
            signal *s = signal_new((uint64_t)(10 * i + k));
            int start = 8000, cycle = 8 * (t.ms[0] + t.ms[1]);
            signal_speech(s, 1000 + t.ms[0], -14);
            s->n = start;
            cadence(s, 425, 0, t.ms, 2, 4.2 * cycle / 8000, -35, k % 2 ? 1.15 : 0.85);
            signal_noise(s, -60);
            CHECK(hear(&cfg, s) > 0);
            CHECK_EQ(events[0].value, CTI_TONE_BUSY);
            CHECK(events[0].at - start < 4 * cycle * (k % 2 ? 1.15 : 0.85));
            free(s);
        }
}

/* … and when a note on its lines hides both edges of the second, and part of its pauses. */
static void test_busy_whose_second_burst_goes_under_is_known_within_four_cycles(void) {
    static const int cycles[][2] = {{500, 500}, {375, 375}, {300, 300}};
    int known = 0;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 10; k++) {
            const known_tone t = {"", CTI_TONE_BUSY, 425, 0, {cycles[i][0], cycles[i][1]}, 2};
            cti_progress_config cfg = defined(&t, 3);
            signal *s = signal_new((uint64_t)(10 * i + k));
            double stretch = k % 2 ? 1.15 : 0.85;
            signal_silence(s, 1000);
            int start = cadence(s, 425, 0, t.ms, 2, 4.2, -35, stretch), cycle = 8 * (t.ms[0] + t.ms[1]);
            int end = s->n;
            int from = start + (int)((0.9 + 0.002 * k) * cycle * stretch),
                to = start + (int)(1.65 * cycle * stretch);
            signal_sine(s, from, to - from, 400, -36.5);
            s->n = end;
            signal_noise(s, -60);
            known += hear(&cfg, s) > 0 && events[0].value == CTI_TONE_BUSY &&
                     events[0].at - start < 4 * cycle * stretch;
            free(s);
        }
    CHECK(known >= 29);
}

static void test_three_beeps_in_silence_are_no_busy(void) {
    static const known_tone t = {"", CTI_TONE_BUSY, 425, 0, {500, 500}, 2};
    cti_progress_config cfg = defined(&t, 3);
    signal *s = signal_new(9);
    signal_silence(s, 3000);
    cadence(s, 425, 0, t.ms, 2, 2.9, -20, 1.0);
    signal_silence(s, 3000);
    signal_noise(s, -60);
    CHECK_EQ(hear(&cfg, s), 0);
    free(s);
}

/* South Africa's congestion and call waiting: 400 Hz, 250 ms on and off, of which one is modulated by 33 Hz.
 */
static void test_a_modulated_tone_is_none_that_is_plain(void) {
    static const known_tone t = {"ZA", CTI_TONE_CONGESTION, 400, 0, {250, 250}, 2};
    for (int modulated = 0; modulated < 2; modulated++)
        for (int k = 0; k < 8; k++) {
            cti_progress_config cfg = defined(&t, 3);
            cfg.tone[0].plain = 1;
            signal *s = signal_new((uint64_t)k);
            double off = k % 2 ? 0.98 : 1.02, level = k < 4 ? -10 : -35, stretch = k % 4 < 2 ? 0.85 : 1.15;
            signal_silence(s, 700);
            int start = cadence(s, 400 * off, 0, t.ms, 2, 4, level, stretch);
            for (int side = -1; modulated && side <= 1; side += 2) { /* each 0.45 of the amplitude */
                s->n = start;
                cadence(s, 400 * off + 33 * side, 0, t.ms, 2, 4, level - 6.9, stretch);
            }
            signal_noise(s, -60);
            CHECK_EQ(hear(&cfg, s) > 0, !modulated);
            free(s);
        }
}

static void test_dial_tone_and_ringback_are_known_under_speech(void) {
    for (int i = 0; i < COUNTRIES; i++) {
        const known_tone *t = &TONES[i];
        if (t->tone != CTI_TONE_DIAL && t->tone != CTI_TONE_RINGBACK)
            continue;
        cti_progress_config cfg = defined(t, 1);
        signal *s = signal_new((uint64_t)i + 50);
        signal_silence(s, 1500);
        cadence(s, t->hz, t->hz2, t->ms, t->steps, t->steps ? 12 : 4, -18, 1.0);
        talk_over(s, -33);
        signal_noise(s, -60);
        CHECK(hear(&cfg, s) > 0);
        CHECK_EQ(events[0].kind, CTI_EV_TONE_ON);
        CHECK_EQ(events[0].value, t->tone);
        free(s);
    }
}

static void test_speech_on_the_lines_of_a_definition_is_no_tone(void) {
    for (int i = 0; i < COUNTRIES; i++) {
        if (TONES[i].tone != CTI_TONE_BUSY && TONES[i].tone != CTI_TONE_CONGESTION)
            continue;
        cti_progress_config cfg = defined(&TONES[i], 3);
        signal *s = signal_new((uint64_t)i + 80);
        signal_speech(s, 60000, -18);
        signal_noise(s, -60);
        CHECK_EQ(hear(&cfg, s), 0);
        free(s);
    }
}

static void test_speech_and_digits_are_no_tones(void) {
    signal *s = signal_new(5);
    for (int round = 0; round < 2; round++) {
        signal_speech(s, 60000, -16);
        for (int i = 0; i < 60; i++) { /* keyed as regularly as busy */
            signal_digit(s, "0123456789*#ABCD"[i % 16], 250, -8, -8, 0);
            signal_silence(s, 250);
        }
    }
    CHECK_EQ(hear(NULL, s), 0);
    free(s);
}

static void test_bursts_of_noise_in_a_busy_cadence_are_no_busy(void) {
    signal *s = signal_new(6);
    for (int i = 0; i < 12; i++) {
        int from = s->n;
        for (int k = 0; k < 4000; k++)
            s->x[from + k] = signal_peak(-15) * 0.7 * signal_normal(s);
        s->n += 4000;
        signal_silence(s, 500);
    }
    CHECK_EQ(hear(NULL, s), 0);
    free(s);
}

static void test_a_tone_of_changing_frequency_is_no_busy(void) {
    signal *s = signal_new(7);
    for (int i = 0; i < 12; i++) {
        signal_sine(s, s->n, 4000, i % 2 ? 400 : 500, -15);
        signal_silence(s, 1000);
    }
    CHECK_EQ(hear(NULL, s), 0);
    free(s);
}

static void test_ringback_that_turns_busy_is_told(void) {
    static const int ring[] = {1000, 4000}, busy[] = {500, 500};
    signal *s = signal_new(8);
    signal_silence(s, 500);
    cadence(s, 425, 0, ring, 2, 15, -15, 1.0);
    cadence(s, 425, 0, busy, 2, 4, -15, 1.0);
    signal_silence(s, 2000);
    signal_noise(s, -60);
    CHECK_EQ(hear(NULL, s), 4);
    CHECK_EQ(events[0].value, CTI_TONE_RINGBACK);
    CHECK_EQ(events[1].kind, CTI_EV_TONE_OFF);
    CHECK_EQ(events[2].value, CTI_TONE_BUSY);
    CHECK_EQ(events[3].value, CTI_TONE_BUSY);
    free(s);
}

static void test_blocks_of_any_size_give_the_same_events(void) {
    static const int busy[] = {375, 375}, ring[] = {400, 200, 400, 2000};
    static cti_event whole[MOST];
    signal *s = signal_new(9);
    signal_silence(s, 333);
    cadence(s, 350, 440, NULL, 0, 2.2, -13, 1.0);
    cadence(s, 400, 450, ring, 4, 9, -20, 1.0);
    signal_speech(s, 3000, -18);
    cadence(s, 400, 0, busy, 2, 4, -20, 1.0);
    signal_silence(s, 1000);
    signal_noise(s, -50);
    int16_t *pcm = signal_pcm(s);
    int count = hear_pcm(NULL, pcm, s->n, s->n);
    CHECK(count >= 6);
    memcpy(whole, events, sizeof(whole));
    static const int blocks[] = {1, 13, 80, 160, 999};
    for (int b = 0; b < 5; b++) {
        CHECK_EQ(hear_pcm(NULL, pcm, s->n, blocks[b]), count);
        CHECK(memcmp(whole, events, (size_t)count * sizeof(cti_event)) == 0);
    }
    free(pcm);
    free(s);
}

static void test_bad_arguments_are_refused(void) {
    cti_progress *p = malloc(cti_progress_size());
    cti_progress_config cfg;
    cti_progress_defaults(&cfg);
    CHECK_EQ(cti_progress_init(p, cti_progress_size() - 1, &cfg), CTI_ERR_SIZE);
    CHECK_EQ(cti_progress_init(p, cti_progress_size(), NULL), CTI_ERR_ARG);
    cfg.tone[2].steps = 3;
    CHECK_EQ(cti_progress_init(p, cti_progress_size(), &cfg), CTI_ERR_ARG);
    cti_progress_defaults(&cfg);
    cfg.tone[3].then = 4;
    CHECK_EQ(cti_progress_init(p, cti_progress_size(), &cfg), CTI_ERR_ARG);
    cti_progress_defaults(&cfg);
    cfg.tone[3].lines[0] = 2; /* it names no frequency */
    CHECK_EQ(cti_progress_init(p, cti_progress_size(), &cfg), CTI_ERR_ARG);
    cti_progress_defaults(&cfg);
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 4; k++)
            cfg.tone[i].hz[k] = 900.0f + 180.0f * (float)(4 * i + k); /* more than the spectrum holds */
    CHECK_EQ(cti_progress_init(p, cti_progress_size(), &cfg), CTI_ERR_ARG);
    cti_progress_defaults(&cfg);
    cfg.tone[2].cycles = 0;
    CHECK_EQ(cti_progress_init(p, cti_progress_size(), &cfg), CTI_ERR_ARG);
    cti_progress_defaults(&cfg);
    cfg.cadence_tolerance = NAN;
    CHECK_EQ(cti_progress_init(p, cti_progress_size(), &cfg), CTI_ERR_ARG);
    cti_progress_defaults(&cfg);
    CHECK_EQ(cti_progress_init(p, cti_progress_size(), &cfg), CTI_OK);
    CHECK_EQ(cti_progress_run(p, NULL, 5, events, 1), CTI_ERR_ARG);
    free(p);
}

int main(void) {
    RUN(test_e180_tones_of_many_countries_are_known_by_cadence_alone);
    RUN(test_e180_levels_from_minus_5_to_minus_35_dbm0_are_known);
    RUN(test_cadences_up_to_8_percent_off_are_known);
    RUN(test_noise_10_db_below_the_tone_does_not_matter);
    RUN(test_off_tells_the_end_of_the_last_burst);
    RUN(test_a_tone_is_reported_after_its_set_cycles);
    RUN(test_frequencies_of_a_definition_must_be_right);
    RUN(test_dial_tone_with_its_own_pair_is_known_after_continuous_ms);
    RUN(test_busy_after_speech_is_known_within_four_cycles);
    RUN(test_busy_with_speech_in_its_pauses_is_known_within_four_cycles);
    RUN(test_busy_whose_first_burst_goes_under_is_known_within_four_cycles);
    RUN(test_busy_whose_second_burst_goes_under_is_known_within_four_cycles);
    RUN(test_three_beeps_in_silence_are_no_busy);
    RUN(test_a_modulated_tone_is_none_that_is_plain);
    RUN(test_dial_tone_and_ringback_are_known_under_speech);
    RUN(test_speech_on_the_lines_of_a_definition_is_no_tone);
    RUN(test_speech_and_digits_are_no_tones);
    RUN(test_bursts_of_noise_in_a_busy_cadence_are_no_busy);
    RUN(test_a_tone_of_changing_frequency_is_no_busy);
    RUN(test_ringback_that_turns_busy_is_told);
    RUN(test_blocks_of_any_size_give_the_same_events);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
