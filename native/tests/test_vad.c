#include "check.h"
#include "cti/cid.h"
#include "cti/error.h"
#include "cti/vad.h"
#include "signals.h"

enum { MOST = 256 };

static cti_event events[MOST];

static int hear_pcm(const cti_vad_config *cfg, const int16_t *pcm, int n, int block) {
    cti_vad *v = malloc(cti_vad_size());
    CHECK_EQ(cti_vad_init(v, cti_vad_size(), cfg), CTI_OK);
    int count = 0;
    for (int from = 0; from < n; from += block) {
        int got =
            cti_vad_run(v, pcm + from, n - from < block ? n - from : block, events + count, MOST - count);
        CHECK(got >= 0);
        count += got;
    }
    free(v);
    return count;
}

static int hear(const cti_vad_config *cfg, const signal *s) {
    int16_t *pcm = signal_pcm(s);
    int count = hear_pcm(cfg, pcm, s->n, 160);
    free(pcm);
    return count;
}

static void test_speech_is_voice_from_its_first_sample_to_its_last(void) {
    for (uint64_t seed = 1; seed <= 5; seed++) {
        signal *s = signal_new(seed);
        signal_silence(s, 1000);
        int start = s->n;
        signal_speech(s, 4000, -18);
        int end = s->n;
        signal_silence(s, 2000);
        signal_noise(s, -58);
        int count = hear(NULL, s);
        CHECK(count >= 2 && count % 2 == 0);
        CHECK_EQ(events[0].kind, CTI_EV_VOICE_ON);
        CHECK(events[0].start > start - 400 && events[0].start < start + 6400);
        CHECK(events[0].at - events[0].start < 4000);
        CHECK_EQ(events[count - 1].kind, CTI_EV_VOICE_OFF);
        CHECK(events[count - 1].start > end - 6400 && events[count - 1].start < end + 800);
        free(s);
    }
}

static void test_gaps_shorter_than_the_hangover_do_not_end_voice(void) {
    cti_vad_config cfg;
    cti_vad_defaults(&cfg);
    cfg.hangover_ms = 1000;
    signal *s = signal_new(6);
    signal_silence(s, 1000);
    for (int word = 0; word < 8; word++) {
        signal_speech(s, 500, -18);
        signal_silence(s, 400);
    }
    signal_silence(s, 2000);
    signal_noise(s, -60);
    CHECK_EQ(hear(&cfg, s), 2);
    free(s);
}

static void test_off_comes_after_the_hangover_and_tells_where_silence_began(void) {
    cti_vad_config cfg;
    cti_vad_defaults(&cfg);
    for (int hangover = 200; hangover <= 3000; hangover += 1400) {
        cfg.hangover_ms = hangover;
        signal *s = signal_new(7);
        signal_silence(s, 500);
        signal_speech(s, 1500, -18);
        signal_silence(s, 4000);
        signal_noise(s, -60);
        int count = hear(&cfg, s);
        CHECK(count >= 2);
        CHECK_NEAR(events[count - 1].at - events[count - 1].start, hangover * 8, 320);
        free(s);
    }
}

static void test_call_progress_tones_are_no_voice(void) {
    static const double pairs[][2] = {{350, 440}, {480, 620}, {440, 480}, {425, 0},
                                      {400, 450}, {1100, 0},  {2100, 0}};
    static const int on_off[][2] = {{8000, 0}, {500, 500}, {250, 250}, {1000, 2000}};
    for (size_t p = 0; p < sizeof(pairs) / sizeof(*pairs); p++)
        for (size_t c = 0; c < sizeof(on_off) / sizeof(*on_off); c++) {
            signal *s = signal_new(p + 1);
            signal_silence(s, 1000);
            while (s->n < 9 * 8000) {
                int n = on_off[c][0] * 8;
                signal_sine(s, s->n, n, pairs[p][0], -15);
                if (pairs[p][1] > 0)
                    signal_sine(s, s->n, n, pairs[p][1], -15);
                s->n += n;
                signal_silence(s, on_off[c][1]);
            }
            signal_noise(s, -40);
            CHECK_EQ(hear(NULL, s), 0);
            free(s);
        }
}

static void test_dialled_digits_are_no_voice(void) {
    for (int ms = 50; ms <= 100; ms += 25) {
        signal *s = signal_new(8);
        signal_silence(s, 1000);
        for (int i = 0; i < 48; i++) {
            signal_digit(s, "0123456789*#ABCD"[i % 16], ms, -8, -10, 0);
            signal_silence(s, ms);
        }
        signal_silence(s, 500);
        signal_noise(s, -60);
        CHECK_EQ(hear(NULL, s), 0);
        free(s);
    }
}

static void test_caller_id_of_either_standard_is_no_voice(void) {
    static const uint8_t message[] = {0x80, 9, 2, 7, '5', '5', '5', '1', '2', '3', '4'};
    static int16_t pcm[40000];
    for (int standard = CTI_CID_BELL202; standard <= CTI_CID_V23; standard++) {
        cti_cid_burst_config cfg;
        cti_cid_burst_defaults(&cfg);
        cfg.standard = standard;
        memset(pcm, 0, sizeof pcm);
        CHECK(cti_cid_burst(&cfg, message, sizeof message, pcm + 8000, 24000) > 0);
        CHECK_EQ(hear_pcm(NULL, pcm, 40000, 160), 0);
    }
}

static void test_howler_of_four_frequencies_is_no_voice(void) {
    static const double hz[] = {1400.0, 2060.0, 2450.0, 2600.0};
    signal *s = signal_new(14);
    signal_silence(s, 500);
    for (int burst = 0; burst < 20; burst++) {
        int from = s->n;
        signal_silence(s, 200);
        for (int i = 0; i < 4; i++)
            signal_sine(s, from, 800, hz[i], -15);
    }
    signal_noise(s, -55);
    CHECK_EQ(hear(NULL, s), 0);
    free(s);
}

static void test_tone_that_swells_slowly_is_no_voice(void) { /* Japan's ringback */
    signal *s = signal_new(15);
    for (int burst = 0; burst < 3; burst++) {
        int from = s->n + 4000;
        signal_silence(s, 3000);
        for (int i = 0; i < 8000; i++)
            s->x[from + i] += signal_peak(-16) * (1.0 + 0.85 * sin(i * SIGNAL_TURN * 16.0 / 8000.0)) *
                              sin(i * SIGNAL_TURN * 400.0 / 8000.0);
    }
    signal_noise(s, -55);
    CHECK_EQ(hear(NULL, s), 0);
    free(s);
}

/* Speech for `voice` ms, `pause` ms of nothing, `length` ms of a tone, then silence; the beeps of it. */
static int beeps_of(double voice, double pause, double hz, double length, int more, cti_event *beep) {
    signal *s = signal_new(16);
    signal_silence(s, 1000);
    signal_speech(s, voice, -18);
    signal_silence(s, pause);
    int from = s->n, found = 0;
    signal_silence(s, length);
    signal_sine(s, from, s->n - from, hz, -14);
    if (more)
        signal_speech(s, 1500, -16);
    signal_silence(s, 1500);
    signal_noise(s, -58);
    int count = hear(NULL, s);
    for (int i = 0; i < count; i++)
        if (events[i].kind == CTI_EV_BEEP) {
            *beep = events[i];
            beep->start -= from;
            found++;
        }
    free(s);
    return found;
}

static void test_beep_after_a_voice_is_told_with_its_place_and_frequency(void) {
    static const double hz[] = {400, 620, 1000, 1400, 1900}, length[] = {150, 400, 900, 1900};
    cti_event e;
    for (int h = 0; h < 5; h++)
        for (int l = 0; l < 4; l++) {
            CHECK_EQ(beeps_of(2500, 700, hz[h], length[l], 0, &e), 1);
            CHECK(e.start > -320 && e.start < 480);
            CHECK(e.length > length[l] * 8 - 640 && e.length < length[l] * 8 + 640);
            CHECK(fabs(e.value - hz[h]) < 32);
        }
}

static void test_tones_that_are_no_beep_of_a_machine_are_not_told(void) {
    cti_event e;
    CHECK_EQ(beeps_of(0, 700, 1000, 400, 0, &e), 0);     /* nobody spoke before */
    CHECK_EQ(beeps_of(2500, 6000, 1000, 400, 0, &e), 0); /* long before */
    CHECK_EQ(beeps_of(2500, 700, 1000, 60, 0, &e), 0);   /* a click */
    CHECK_EQ(beeps_of(2500, 700, 1000, 3000, 0, &e), 0); /* too long */
    CHECK_EQ(beeps_of(2500, 700, 2100, 400, 0, &e), 0);  /* a modem's */
    CHECK_EQ(beeps_of(2500, 700, 1000, 400, 1, &e), 0);  /* no silence behind it */
}

static void test_steady_noise_is_learned_and_voice_over_it_is_heard(void) {
    signal *s = signal_new(9);
    signal_silence(s, 10000);
    int start = s->n;
    signal_speech(s, 4000, -14);
    signal_silence(s, 4000);
    signal_noise(s, -40);
    int count = hear(NULL, s);
    CHECK(count >= 2);
    CHECK(events[0].start > start - 400 && events[0].start < start + 8000);
    free(s);
}

static void test_louder_noise_is_learned_within_a_few_seconds(void) {
    signal *s = signal_new(10);
    signal_silence(s, 20000);
    signal_noise(s, -60);
    for (int i = 40000; i < s->n; i++)
        s->x[i] += signal_peak(-40) * 0.7 * signal_normal(s);
    int count = hear(NULL, s);
    CHECK(count <= 2);
    if (count == 2)
        CHECK(events[1].start - events[0].start < 7 * 8000);
    free(s);
}

static void test_sounds_below_the_floor_are_silence(void) {
    signal *s = signal_new(11);
    signal_silence(s, 500);
    signal_speech(s, 5000, -62);
    CHECK_EQ(hear(NULL, s), 0);
    free(s);
}

static void test_active_and_noise_can_be_asked_for(void) {
    signal *s = signal_new(12);
    signal_silence(s, 2000);
    int start = s->n;
    signal_speech(s, 2000, -18);
    signal_silence(s, 1500);
    signal_noise(s, -50);
    int16_t *pcm = signal_pcm(s);
    cti_vad *v = malloc(cti_vad_size());
    CHECK_EQ(cti_vad_init(v, cti_vad_size(), NULL), CTI_OK);
    CHECK_EQ(cti_vad_run(v, pcm, start, events, MOST), 0);
    CHECK_EQ(cti_vad_active(v), 0);
    CHECK_NEAR(cti_vad_noise_dbm0(v), -50, 3);
    CHECK(cti_vad_run(v, pcm + start, 12000, events, MOST) >= 1);
    CHECK_EQ(cti_vad_active(v), 1);
    CHECK_EQ(cti_vad_reset(v), CTI_OK);
    CHECK_EQ(cti_vad_active(v), 0);
    free(v);
    free(pcm);
    free(s);
}

static void test_blocks_of_any_size_give_the_same_events(void) {
    static cti_event whole[MOST];
    signal *s = signal_new(13);
    for (int i = 0; i < 6; i++) {
        signal_silence(s, 777);
        signal_speech(s, 900, -20);
        signal_digit(s, '5', 90, -10, -10, 0);
    }
    signal_silence(s, 1000);
    signal_noise(s, -55);
    int16_t *pcm = signal_pcm(s);
    int count = hear_pcm(NULL, pcm, s->n, s->n);
    CHECK(count >= 4);
    memcpy(whole, events, sizeof(whole));
    static const int blocks[] = {1, 7, 80, 160, 1234};
    for (int b = 0; b < 5; b++) {
        CHECK_EQ(hear_pcm(NULL, pcm, s->n, blocks[b]), count);
        CHECK(memcmp(whole, events, (size_t)count * sizeof(cti_event)) == 0);
    }
    free(pcm);
    free(s);
}

static void test_bad_arguments_are_refused(void) {
    cti_vad *v = malloc(cti_vad_size());
    cti_vad_config cfg;
    CHECK_EQ(cti_vad_init(v, 10, NULL), CTI_ERR_SIZE);
    cti_vad_defaults(&cfg);
    cfg.hangover_ms = 0;
    CHECK_EQ(cti_vad_init(v, cti_vad_size(), &cfg), CTI_ERR_ARG);
    cti_vad_defaults(&cfg);
    cfg.threshold_db = NAN;
    CHECK_EQ(cti_vad_init(v, cti_vad_size(), &cfg), CTI_ERR_ARG);
    CHECK_EQ(cti_vad_init(v, cti_vad_size(), NULL), CTI_OK);
    CHECK_EQ(cti_vad_run(v, NULL, 5, events, 1), CTI_ERR_ARG);
    free(v);
}

int main(void) {
    RUN(test_speech_is_voice_from_its_first_sample_to_its_last);
    RUN(test_gaps_shorter_than_the_hangover_do_not_end_voice);
    RUN(test_off_comes_after_the_hangover_and_tells_where_silence_began);
    RUN(test_call_progress_tones_are_no_voice);
    RUN(test_dialled_digits_are_no_voice);
    RUN(test_caller_id_of_either_standard_is_no_voice);
    RUN(test_howler_of_four_frequencies_is_no_voice);
    RUN(test_tone_that_swells_slowly_is_no_voice);
    RUN(test_beep_after_a_voice_is_told_with_its_place_and_frequency);
    RUN(test_tones_that_are_no_beep_of_a_machine_are_not_told);
    RUN(test_steady_noise_is_learned_and_voice_over_it_is_heard);
    RUN(test_louder_noise_is_learned_within_a_few_seconds);
    RUN(test_sounds_below_the_floor_are_silence);
    RUN(test_active_and_noise_can_be_asked_for);
    RUN(test_blocks_of_any_size_give_the_same_events);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
