/* The digit receiver as a part of a program: blocks, room, state, arguments. */

#include "dtmf_stage.h"

static void test_blocks_of_any_size_give_the_same_events(void) {
    static cti_event whole[MOST];
    signal *s = signal_new(25);
    signal_silence(s, 77.7);
    for (int k = 0; k < 48; k++) {
        signal_digit(s, "0123456789*#ABCD"[k % 16], 40 + k, -12, -15, 0.01);
        signal_silence(s, 30 + k % 7);
    }
    signal_speech(s, 2000, -20);
    signal_noise(s, -35);
    int16_t *pcm = signal_pcm(s);
    int count = hear_pcm(pcm, s->n, s->n);
    CHECK(count >= 90);
    memcpy(whole, events, sizeof(whole));
    static const int blocks[] = {1, 7, 16, 80, 160, 1001};
    for (int b = 0; b < 6; b++) {
        CHECK_EQ(hear_pcm(pcm, s->n, blocks[b]), count);
        for (int i = 0; i < count; i++)
            CHECK(memcmp(&whole[i], &events[i], sizeof(cti_event)) == 0);
    }
    free(pcm);
    free(s);
}

static void test_events_that_find_no_room_wait(void) {
    signal *s = signal_new(26);
    signal_silence(s, LEAD_MS);
    signal_digit(s, '1', 60, -10, -10, 0);
    signal_silence(s, 60);
    signal_digit(s, '2', 60, -10, -10, 0);
    signal_silence(s, 100);
    int16_t *pcm = signal_pcm(s);
    cti_dtmf_rx *rx = malloc(cti_dtmf_rx_size());
    CHECK_EQ(cti_dtmf_rx_init(rx, cti_dtmf_rx_size(), NULL), CTI_OK);
    CHECK_EQ(cti_dtmf_rx_run(rx, pcm, s->n, NULL, 0), 0);
    CHECK_EQ(cti_dtmf_rx_run(rx, pcm, 0, events, 3), 3);
    CHECK_EQ(cti_dtmf_rx_run(rx, pcm, 0, events + 3, 3), 1);
    CHECK(strcmp(digits_of(4), "12") == 0);
    free(rx);
    free(pcm);
    free(s);
}

static void test_the_digit_that_sounds_can_be_asked_for(void) {
    signal *s = signal_new(27);
    signal_silence(s, LEAD_MS);
    signal_digit(s, '#', 100, -10, -10, 0);
    signal_silence(s, 100);
    int16_t *pcm = signal_pcm(s);
    cti_dtmf_rx *rx = malloc(cti_dtmf_rx_size());
    CHECK_EQ(cti_dtmf_rx_init(rx, cti_dtmf_rx_size(), NULL), CTI_OK);
    CHECK_EQ(cti_dtmf_rx_digit(rx), 0);
    CHECK_EQ(cti_dtmf_rx_run(rx, pcm, LEAD_MS * 8 + 480, events, MOST), 1);
    CHECK_EQ(cti_dtmf_rx_digit(rx), '#');
    CHECK_EQ(cti_dtmf_rx_reset(rx), CTI_OK);
    CHECK_EQ(cti_dtmf_rx_digit(rx), 0);
    CHECK_EQ(cti_dtmf_rx_run(rx, pcm, s->n, events, MOST), 2);
    CHECK_EQ(cti_dtmf_rx_digit(rx), 0);
    free(rx);
    free(pcm);
    free(s);
}

static void test_the_state_may_be_moved(void) {
    signal *s = signal_new(28);
    signal_silence(s, LEAD_MS);
    signal_digit(s, '3', 100, -10, -10, 0);
    signal_silence(s, 100);
    int16_t *pcm = signal_pcm(s);
    cti_dtmf_rx *rx = malloc(cti_dtmf_rx_size()), *moved = malloc(cti_dtmf_rx_size());
    CHECK_EQ(cti_dtmf_rx_init(rx, cti_dtmf_rx_size(), NULL), CTI_OK);
    CHECK_EQ(cti_dtmf_rx_run(rx, pcm, 1700, events, MOST), 0);
    memcpy(moved, rx, cti_dtmf_rx_size());
    free(rx);
    CHECK_EQ(cti_dtmf_rx_run(moved, pcm + 1700, s->n - 1700, events, MOST), 2);
    free(moved);
    free(pcm);
    free(s);
}

static void test_extreme_samples_do_no_harm(void) {
    static int16_t pcm[16000];
    for (int kind = 0; kind < 3; kind++) {
        for (int i = 0; i < 16000; i++)
            pcm[i] = kind == 0   ? -32768
                     : kind == 1 ? (i & 1 ? 32767 : -32768)
                                 : (i / 40 % 2 ? 32767 : -32768);
        CHECK_EQ(hear_pcm(pcm, 16000, 160), 0);
    }
}

static void test_bad_arguments_are_refused(void) {
    cti_dtmf_rx *rx = malloc(cti_dtmf_rx_size());
    cti_dtmf_rx_config cfg;
    int16_t pcm[1] = {0};
    CHECK_EQ(cti_dtmf_rx_init(NULL, cti_dtmf_rx_size(), NULL), CTI_ERR_ARG);
    CHECK_EQ(cti_dtmf_rx_init(rx, cti_dtmf_rx_size() - 1, NULL), CTI_ERR_SIZE);
    cti_dtmf_rx_defaults(&cfg);
    cfg.twist_db = NAN;
    CHECK_EQ(cti_dtmf_rx_init(rx, cti_dtmf_rx_size(), &cfg), CTI_ERR_ARG);
    CHECK_EQ(cti_dtmf_rx_init(rx, cti_dtmf_rx_size(), NULL), CTI_OK);
    CHECK_EQ(cti_dtmf_rx_run(rx, NULL, 1, events, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_dtmf_rx_run(rx, pcm, -1, events, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_dtmf_rx_run(rx, pcm, 1, NULL, 1), CTI_ERR_ARG);
    free(rx);
}

int main(void) {
    RUN(test_blocks_of_any_size_give_the_same_events);
    RUN(test_events_that_find_no_room_wait);
    RUN(test_the_digit_that_sounds_can_be_asked_for);
    RUN(test_the_state_may_be_moved);
    RUN(test_extreme_samples_do_no_harm);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
