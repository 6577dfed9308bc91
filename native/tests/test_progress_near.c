/* Congestion and a call waiting that is nearer to it than tolerance and edges (Saint Lucia: 250 and 200 ms on
 * and off, cti/progress.h `cycle_ms`). */
#include "progress_stage.h"

static const float BORDER = 412.5f;

static cti_progress_config near_ones(void) {
    cti_progress_config cfg;
    cti_progress_defaults(&cfg);
    cfg.tones = 2;
    cfg.tone[0] = (cti_progress_tone){.tone = CTI_TONE_CONGESTION,
                                      .hz = {425.0f},
                                      .steps = 2,
                                      .ms = {250, 250},
                                      .cycle_ms = {BORDER, 0.0f},
                                      .cycles = 3};
    cfg.tone[1] = (cti_progress_tone){.tone = CTI_TONE_CALL_WAITING,
                                      .hz = {425.0f},
                                      .steps = 2,
                                      .ms = {200, 200},
                                      .cycle_ms = {0.0f, BORDER},
                                      .cycles = 4};
    return cfg;
}

/* Bursts and pauses of so many ms, the first `covered` ms of them beside talk; the first event. */
static cti_event known(int ms, double covered, uint64_t seed, int *begin) {
    const int times[] = {ms, ms};
    cti_progress_config cfg = near_ones();
    signal *s = signal_new(seed);
    signal_silence(s, 700);
    signal_speech(s, 1500 + covered, -20);
    s->n -= (int)(covered * 8);
    *begin = s->n;
    cadence(s, 425, 0, times, 2, 4, -30, 1.0);
    signal_noise(s, -65);
    int count = hear(&cfg, s);
    free(s);
    for (int i = 0; i < count; i++)
        if (events[i].kind == CTI_EV_TONE_ON && events[i].at > *begin + (int)(covered * 8))
            return events[i];
    return (cti_event){0};
}

static void test_congestion_as_quick_as_may_be_is_known_in_time_behind_talk(void) {
    int late = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        int begin;
        double covered = (double)(seed % 8) * 50.0;
        cti_event e = known(213, covered, seed, &begin);
        CHECK_EQ(e.value, CTI_TONE_CONGESTION);
        late += e.at - begin > 4 * 2 * 213 * 8;
    }
    CHECK_EQ(late, 0);
}

static void test_call_waiting_whose_first_burst_talk_made_longer_is_no_congestion(void) {
    int heard = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        int begin;
        cti_event e = known(200, (double)(seed % 8) * 50.0, seed, &begin);
        CHECK(e.value != CTI_TONE_CONGESTION);
        heard += e.value == CTI_TONE_CALL_WAITING;
    }
    CHECK(heard >= 36);
}

static void test_borders_are_of_two_steps_only(void) {
    cti_progress_config cfg = near_ones();
    CHECK_EQ(cti_progress_check(&cfg), CTI_OK);
    cfg.tone[0].cycle_ms[1] = -1.0f;
    CHECK_EQ(cti_progress_check(&cfg), CTI_ERR_ARG);
    cfg = near_ones();
    cfg.tone[0].steps = 4;
    cfg.tone[0].ms[2] = cfg.tone[0].ms[3] = 250;
    CHECK_EQ(cti_progress_check(&cfg), CTI_ERR_ARG);
}

int main(void) {
    RUN(test_congestion_as_quick_as_may_be_is_known_in_time_behind_talk);
    RUN(test_call_waiting_whose_first_burst_talk_made_longer_is_no_congestion);
    RUN(test_borders_are_of_two_steps_only);
    CHECK_END();
}
