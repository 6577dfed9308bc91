/* What else is heard beside a tone, as it is told with it (cti/progress.h). */
#include "check.h"
#include "cti/error.h"
#include "cti/progress.h"
#include "signals.h"

enum { MOST = 64, CYCLE = 6400 /* samples: 400 ms on, 400 ms off */ };

static cti_event events[MOST];

static int hear_by(const cti_progress_config *cfg, const int16_t *pcm, int n) {
    cti_progress *p = malloc(cti_progress_size());
    CHECK_EQ(cti_progress_init(p, cti_progress_size(), cfg), CTI_OK);
    int count = cti_progress_run(p, pcm, n, events, MOST);
    free(p);
    return count;
}

/* Without a country's table. */
static int hear(const int16_t *pcm, int n) {
    cti_progress_config defaults;
    cti_progress_defaults(&defaults);
    return hear_by(&defaults, pcm, n);
}

/* Busy tone with another note in so many of its first pauses; how many events. */
static int hear_beside(int pauses, double dbm0) {
    signal *s = signal_new(11);
    signal_silence(s, 500);
    int start = s->n;
    for (int i = 0; i < 10; i++)
        signal_sine(s, start + CYCLE * i, CYCLE / 2, 425, -20);
    s->n = start + 10 * CYCLE;
    for (int i = 0; i < pauses; i++)
        signal_sine(s, start + CYCLE * i + CYCLE / 2, CYCLE / 2, 1200, dbm0);
    signal_silence(s, 1000);
    signal_noise(s, -65);
    int16_t *pcm = signal_pcm(s);
    int count = hear(pcm, s->n);
    free(pcm);
    free(s);
    return count;
}

static void test_a_tone_with_nothing_beside_it_is_told_as_clear(void) {
    CHECK_EQ(hear_beside(0, 0), 2);
    CHECK_EQ(events[0].kind, CTI_EV_TONE_ON);
    CHECK_EQ(events[0].ref, -60);
    CHECK_EQ(events[1].kind, CTI_EV_TONE_OFF);
}

static void test_what_else_is_heard_in_its_pauses_is_told_with_the_tone(void) {
    for (double dbm0 = -24; dbm0 >= -48; dbm0 -= 12) {
        CHECK(hear_beside(10, dbm0) > 0);
        CHECK_EQ(events[0].kind, CTI_EV_TONE_ON);
        CHECK(abs(events[0].ref - (int)dbm0) <= 1);
    }
}

static void test_one_pause_with_a_last_word_in_it_is_passed_over(void) {
    CHECK_EQ(hear_beside(1, -24), 2);
    CHECK_EQ(events[0].ref, -60);
}

/* Busy tone with a note of 400 ms over the edge between its first burst and its first pause, and one as long
 * in so many pauses behind that; how many events. */
static int hear_over_an_edge(int pauses) {
    signal *s = signal_new(14);
    signal_silence(s, 500);
    int start = s->n;
    for (int i = 0; i < 10; i++)
        signal_sine(s, start + CYCLE * i, CYCLE / 2, 425, -20);
    s->n = start + 10 * CYCLE;
    signal_sine(s, start + CYCLE + CYCLE / 4, CYCLE / 2, 1200, -28);
    for (int i = 2; i < 2 + pauses; i++)
        signal_sine(s, start + CYCLE * i + CYCLE / 2, CYCLE / 2, 1200, -28);
    signal_silence(s, 1000);
    signal_noise(s, -65);
    int16_t *pcm = signal_pcm(s);
    cti_progress_config cfg;
    cti_progress_defaults(&cfg);
    cfg.tones = 1; /* as a country's table has a quick tone: three bursts */
    cfg.tone[0] =
        (cti_progress_tone){.tone = CTI_TONE_BUSY, .hz = {425.0f}, .steps = 2, .ms = {400, 400}, .cycles = 3};
    int count = hear_by(&cfg, pcm, s->n);
    free(pcm);
    free(s);
    return count;
}

static void test_one_sound_over_an_edge_is_passed_over_when_there_are_seven_bursts_and_pauses(void) {
    CHECK(hear_over_an_edge(0) > 2);
    CHECK_EQ(events[0].kind, CTI_EV_TONE_ON);
    CHECK(events[0].ref > -45);
    CHECK_EQ(events[1].kind, CTI_EV_TONE_CLEAR);
    CHECK(events[1].ref <= -57);
    CHECK(events[1].at < 4000 + 4 * CYCLE); /* a hang-up tone has to be known within four cycles */
}

static void test_of_two_sounds_one_is_told(void) {
    CHECK(hear_over_an_edge(3) > 2);
    for (int i = 0; events[i].kind != CTI_EV_TONE_OFF && events[i].at < 4000 + 5 * CYCLE; i++)
        CHECK(events[i].ref > -45);
}

static void test_a_tone_that_is_heard_clearer_later_is_told_again(void) {
    int n = hear_beside(4, -24);
    CHECK_EQ(events[0].kind, CTI_EV_TONE_ON);
    CHECK(events[0].ref >= -25);
    CHECK_EQ(events[n - 2].kind, CTI_EV_TONE_CLEAR);
    CHECK_EQ(events[n - 2].value, events[0].value);
    CHECK_EQ(events[n - 2].ref, -60);
    CHECK(events[n - 2].at < 4000 + 6 * CYCLE + CYCLE / 2 + 800); /* at the end of the third clear burst */
}

/* Notes by turns, an octave apart: the lower one sounds in the pauses of the other, so it is always there. */
static void test_a_lower_note_in_its_pauses_is_no_noise_of_the_line(void) {
    signal *s = signal_new(13);
    for (int at = 0; at + CYCLE / 2 <= 160000; at += CYCLE / 2)
        signal_sine(s, at, CYCLE / 2, at / (CYCLE / 2) % 2 ? 436 : 218, at / (CYCLE / 2) % 2 ? -20 : -36);
    s->n = 160000;
    signal_noise(s, -60);
    int16_t *pcm = signal_pcm(s);
    int n = hear(pcm, s->n);
    CHECK(n > 0);
    for (int i = 0; i < n; i++) /* less 2 dB by the high-pass */
        CHECK(events[i].kind == CTI_EV_TONE_OFF || abs(events[i].ref - -38) <= 2);
    free(pcm);
    free(s);
}

/* As much of it as 12 dB below the tone. */
static void test_noise_of_the_line_is_nothing_beside_a_tone(void) {
    for (int k = 0; k < 4; k++) {
        signal *s = signal_new((uint64_t)(20 + k));
        signal_silence(s, 4000);
        int start = s->n;
        for (int i = 0; i < 10; i++)
            signal_sine(s, start + CYCLE * i, CYCLE / 2, 425, -20);
        s->n = start + 10 * CYCLE;
        signal_noise(s, -36);
        int16_t *pcm = signal_pcm(s);
        CHECK(hear(pcm, s->n) > 0);
        CHECK(events[0].ref <= -45);
        free(pcm);
        free(s);
    }
}

/* A fifth whose lower note the telephone band takes most of (ctidrv/callcontrol/far_end.py). */
static void test_a_chord_that_is_held_is_no_clear_dial_tone(void) {
    signal *s = signal_new(12);
    signal_sine(s, 0, 48000, 263, -29);
    signal_sine(s, 0, 16000, 330, -20);
    signal_sine(s, 16000, 32000, 394, -20);
    s->n = 48000;
    signal_noise(s, -65);
    int16_t *pcm = signal_pcm(s);
    int n = hear(pcm, s->n), seen = 0;
    for (int i = 0; i < n; i++)
        if (events[i].value == CTI_TONE_DIAL && events[i].kind != CTI_EV_TONE_OFF) {
            CHECK(events[i].ref > -33);
            seen++;
        }
    CHECK(seen > 0);
    free(pcm);
    free(s);
}

int main(void) {
    RUN(test_a_tone_with_nothing_beside_it_is_told_as_clear);
    RUN(test_what_else_is_heard_in_its_pauses_is_told_with_the_tone);
    RUN(test_one_pause_with_a_last_word_in_it_is_passed_over);
    RUN(test_one_sound_over_an_edge_is_passed_over_when_there_are_seven_bursts_and_pauses);
    RUN(test_of_two_sounds_one_is_told);
    RUN(test_a_tone_that_is_heard_clearer_later_is_told_again);
    RUN(test_a_lower_note_in_its_pauses_is_no_noise_of_the_line);
    RUN(test_noise_of_the_line_is_nothing_beside_a_tone);
    RUN(test_a_chord_that_is_held_is_no_clear_dial_tone);
    CHECK_END();
}
