#include "check.h"
#include "cti/error.h"
#include "cti/tone_disabler.h"
#include "signals.h"

enum { TICK = 160 };

/* 2100 Hz (or near) that turns by so many degrees every so many ms (0: never), with other sound under it. */
typedef struct asking {
    double hz, dbm0, degrees, period_ms, noise_dbm0, am;
} asking;

static const asking V25 = {2100, -12, 180, 450, -90, 0};

static cti_tone_disabler *made(void) {
    cti_tone_disabler *d = malloc(cti_tone_disabler_size());
    CHECK_EQ(cti_tone_disabler_init(d, cti_tone_disabler_size()), CTI_OK);
    return d;
}

/* Appends it; the phase and the moment of the first turn are drawn. */
static void ask(signal *s, const asking *a, double ms) {
    int from = s->n, samples = (int)(ms * 8.0), turns = 0;
    double phase = SIGNAL_TURN * signal_uniform(s);
    double next = a->period_ms > 0 ? a->period_ms * 8.0 : 1e12;
    for (int i = 0; i < samples; i++) {
        if (i >= next) {
            turns++;
            next += a->period_ms * 8.0;
        }
        double am = 1.0 + a->am * sin(SIGNAL_TURN * 15.0 * i / SIGNAL_RATE);
        double turned = turns * a->degrees / 360.0 * SIGNAL_TURN;
        s->x[from + i] +=
            am * signal_peak(a->dbm0) * sin(phase + turned + SIGNAL_TURN * a->hz * i / SIGNAL_RATE) +
            signal_peak(a->noise_dbm0) / sqrt(2.0) * signal_normal(s);
    }
    s->n += samples;
}

/* The first ms at which it is disabled when this comes (or, other way, is sent), or -1. */
static int disabled_after(const signal *s, int sent) {
    static const int16_t nothing[TICK];
    cti_tone_disabler *d = made();
    int16_t *pcm = signal_pcm(s);
    int ms = -1;
    for (int i = 0; i + TICK <= s->n && ms < 0; i += TICK)
        if (cti_tone_disabler_run(d, sent ? pcm + i : nothing, sent ? nothing : pcm + i, TICK) == 1)
            ms = (i + TICK) / 8;
    free(pcm);
    free(d);
    return ms;
}

static int when_asked(asking a) {
    int latest = 0;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        signal *s = signal_new(seed);
        signal_silence(s, 100 + 7.3 * (double)seed);
        int begin = s->n / 8;
        ask(s, &a, 4000);
        int at = disabled_after(s, seed % 2 == 0);
        free(s);
        if (at < 0)
            return -1;
        latest = at - begin > latest ? at - begin : latest;
    }
    return latest;
}

static int is_never_taken(asking a) {
    for (uint64_t seed = 1; seed <= 10; seed++) {
        signal *s = signal_new(seed);
        signal_silence(s, 100 + 7.3 * (double)seed);
        ask(s, &a, 8000);
        int at = disabled_after(s, 0);
        free(s);
        if (at >= 0)
            return 0;
    }
    return 1;
}

static void test_g168_clause_7_turns_every_450_ms_disable_within_a_second(void) {
    CHECK(when_asked(V25) > 0);
    CHECK(when_asked(V25) <= 1000);
    for (double period = 425; period <= 475; period += 25) {
        asking a = V25;
        a.period_ms = period;
        CHECK(when_asked(a) > 0 && when_asked(a) <= 1020);
    }
}

static void test_g168_clause_7_level_frequency_phase_and_noise(void) {
    asking a = V25;
    for (a.dbm0 = -31; a.dbm0 <= -6; a.dbm0 += 5)
        CHECK(when_asked(a) > 0);
    a = V25;
    for (a.hz = 2079; a.hz <= 2121; a.hz += 7)
        CHECK(when_asked(a) > 0);
    a = V25;
    for (a.degrees = 155; a.degrees <= 205; a.degrees += 10)
        CHECK(when_asked(a) > 0);
    a = V25;
    a.noise_dbm0 = a.dbm0 - 11;
    CHECK(when_asked(a) > 0);
}

static void test_v8_ansam_disables_too(void) {
    asking a = V25;
    a.am = 0.2;
    CHECK(when_asked(a) > 0 && when_asked(a) <= 1000);
}

static void test_g168_clause_7_what_does_not_ask_does_not_disable(void) {
    asking a = V25;
    a.period_ms = 0; /* CED of an ordinary fax: its echo is still to be taken out */
    CHECK(is_never_taken(a));
    for (a = V25, a.degrees = 60; a.degrees <= 110; a.degrees += 10)
        CHECK(is_never_taken(a));
    static const double other_periods[] = {150, 250, 340, 560, 700, 900};
    for (int i = 0; i < 6; i++) {
        a = V25;
        a.period_ms = other_periods[i];
        CHECK(is_never_taken(a));
    }
    static const double other_hz[] = {1100, 1650, 1900, 2040, 2160, 2225, 2350};
    for (int i = 0; i < 7; i++) {
        a = V25;
        a.hz = other_hz[i];
        CHECK(is_never_taken(a));
    }
    a = V25;
    a.dbm0 = -42;
    CHECK(is_never_taken(a));
}

static void test_g168_clause_7_speech_music_and_noise_do_not_disable(void) {
    signal *s = signal_new(3);
    for (int i = 0; i < 5; i++) {
        signal_speech(s, 30000, -10 - 4 * i);
        ask(s, &(asking){500, -20, 0, 0, -20, 0}, 3000);
    }
    CHECK_EQ(disabled_after(s, 0), -1);
    CHECK_EQ(disabled_after(s, 1), -1);
    free(s);
}

/* How long it stays so after the tone, in ms; -1: throughout. */
static int released_after(double then_dbm0, double gap_ms, double ms) {
    static const int16_t nothing[TICK];
    signal *s = signal_new(5);
    ask(s, &V25, 2000);
    int end = s->n;
    signal_silence(s, gap_ms);
    if (ms > gap_ms)
        signal_sine(s, s->n, (int)((ms - gap_ms) * 8), 1700, then_dbm0);
    s->n = end + (int)(ms * 8);
    cti_tone_disabler *d = made();
    int16_t *pcm = signal_pcm(s);
    int released = -1;
    for (int i = 0; i + TICK <= s->n && released < 0; i += TICK) {
        int disabled = cti_tone_disabler_run(d, nothing, pcm + i, TICK);
        if (i >= end && !disabled)
            released = (i + TICK - end) / 8;
    }
    free(pcm);
    free(d);
    free(s);
    return released;
}

static void test_g168_clause_7_it_stays_through_data_and_short_gaps_and_ends_with_silence(void) {
    CHECK_EQ(released_after(-31, 0, 4000), -1);
    CHECK_EQ(released_after(-31, 100, 4000), -1);
    int after = released_after(-90, 4000, 4000);
    CHECK(after >= 100 && after <= 400);
    after = released_after(-40, 0, 4000);
    CHECK(after >= 100 && after <= 400);
}

static void test_a_reset_ends_it_and_blocks_of_any_size_give_the_same(void) {
    static const int16_t nothing[32000];
    signal *s = signal_new(9);
    ask(s, &V25, 3000);
    int16_t *pcm = signal_pcm(s);
    cti_tone_disabler *a = made(), *b = made();
    int done = 0;
    for (int i = 0; done < s->n; i++) {
        int n = i % 7 == 0 ? 1 : 40 * (i % 5);
        n = n < s->n - done ? n : s->n - done;
        int by_blocks = cti_tone_disabler_run(a, nothing, pcm + done, n), by_one = 0;
        for (int k = 0; k < n; k++)
            by_one = cti_tone_disabler_run(b, nothing, pcm + done + k, 1);
        if (n > 0)
            CHECK_EQ(by_blocks, by_one);
        done += n;
    }
    CHECK_EQ(cti_tone_disabler_run(a, nothing, pcm, 0), 1);
    CHECK_EQ(cti_tone_disabler_reset(a), CTI_OK);
    CHECK_EQ(cti_tone_disabler_run(a, nothing, pcm, 0), 0);
    free(a);
    free(b);
    free(pcm);
    free(s);
}

static void test_bad_arguments_are_refused(void) {
    cti_tone_disabler *d = made();
    int16_t pcm[1] = {0};
    CHECK_EQ(cti_tone_disabler_init(NULL, 10000), CTI_ERR_ARG);
    CHECK_EQ(cti_tone_disabler_init(d, 1), CTI_ERR_SIZE);
    CHECK_EQ(cti_tone_disabler_reset(NULL), CTI_ERR_ARG);
    CHECK_EQ(cti_tone_disabler_run(d, NULL, pcm, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_tone_disabler_run(d, pcm, NULL, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_tone_disabler_run(d, pcm, pcm, -1), CTI_ERR_ARG);
    free(d);
}

int main(void) {
    RUN(test_g168_clause_7_turns_every_450_ms_disable_within_a_second);
    RUN(test_g168_clause_7_level_frequency_phase_and_noise);
    RUN(test_v8_ansam_disables_too);
    RUN(test_g168_clause_7_what_does_not_ask_does_not_disable);
    RUN(test_g168_clause_7_speech_music_and_noise_do_not_disable);
    RUN(test_g168_clause_7_it_stays_through_data_and_short_gaps_and_ends_with_silence);
    RUN(test_a_reset_ends_it_and_blocks_of_any_size_give_the_same);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
