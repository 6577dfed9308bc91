/* Congestion that call waiting sounds like (Laos: 375 and 400 ms on and off, cti/progress.h `twin`). */
#include "progress_stage.h"

enum { CYCLE = 6400 };

static cti_progress_config congestion(int twin) {
    cti_progress_config cfg;
    cti_progress_defaults(&cfg);
    cfg.tones = 1;
    cfg.tone[0] = (cti_progress_tone){
        .tone = CTI_TONE_CONGESTION, .hz = {425.0f}, .steps = 2, .ms = {375, 375}, .twin = twin, .cycles = 3};
    return cfg;
}

/* Appends bursts and pauses of the tone, sample by sample the same however long they are. */
static void bursts(signal *s, double seconds, double stretch) {
    static const int ms[] = {400, 400};
    cadence(s, 425, 0, ms, 2, seconds, -20, stretch);
}

/* Cycles until it is known. */
static double cycles_until_known(int twin, double stretch) {
    cti_progress_config cfg = congestion(twin);
    signal *s = signal_new(3);
    signal_silence(s, 700);
    int start = s->n;
    bursts(s, 6, stretch);
    signal_noise(s, -65);
    int count = hear(&cfg, s);
    free(s);
    CHECK(count > 0);
    CHECK_EQ(events[0].value, CTI_TONE_CONGESTION);
    CHECK(abs((int)events[0].start - start) < 160);
    return (double)(events[0].at - start) / (CYCLE * stretch);
}

static void test_it_is_known_half_a_cycle_later_and_within_four(void) {
    for (double stretch = 0.8; stretch <= 1.08; stretch += 0.07) {
        CHECK(cycles_until_known(0, stretch) < 3.3);
        CHECK(cycles_until_known(1, stretch) > 3.45);
        CHECK(cycles_until_known(1, stretch) < 3.75);
    }
}

/* Talk of so many cycles, and the tone from so many on; what is told of it after the talk, by the
 * talk's end, or nothing. */
static cti_event known_after_talk(int talk, int from, double talk_dbm0, uint64_t seed) {
    cti_progress_config cfg = congestion(1);
    signal *s = signal_new(seed);
    signal_silence(s, 700);
    int begin = s->n, end = begin + talk * CYCLE;
    signal_speech(s, talk * CYCLE / 8.0, talk_dbm0);
    s->n = begin + from * CYCLE;
    bursts(s, 10, 1.0);
    signal_noise(s, -65);
    int count = hear(&cfg, s);
    free(s);
    for (int i = 0; i < count; i++)
        if (events[i].at > end && events[i].kind == CTI_EV_TONE_ON) {
            events[i].start -= end;
            return events[i];
        }
    return (cti_event){0};
}

static void test_one_that_was_there_in_the_talk_began_in_the_talk_and_is_not_alone(void) {
    int known = 0, not_alone = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        cti_event e = known_after_talk(7, 0, -15, seed);
        known += e.kind != 0;
        CHECK(e.kind == 0 || e.start < -CYCLE);
        not_alone += e.kind != 0 && e.ref > -25;
    }
    CHECK(known >= 15);
    CHECK(not_alone >= 0.9 * known);
}

static void test_one_that_follows_talk_began_behind_it(void) {
    int late = 0; /* its first burst went under in the talk's end */
    for (uint64_t seed = 1; seed <= 40; seed++) {
        cti_event e = known_after_talk(4, 4, -10 - (double)(seed % 4) * 5, seed);
        CHECK(e.kind != 0);
        CHECK(e.start > -240);
        late += e.start > 240;
    }
    CHECK(late <= 1);
}

int main(void) {
    RUN(test_it_is_known_half_a_cycle_later_and_within_four);
    RUN(test_one_that_was_there_in_the_talk_began_in_the_talk_and_is_not_alone);
    RUN(test_one_that_follows_talk_began_behind_it);
    CHECK_END();
}
