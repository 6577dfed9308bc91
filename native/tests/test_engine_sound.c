/* What the engine plays and records on a port. */

#include "cti/dtmf_tx.h"
#include "engine_stage.h"

static void test_three_recorders_of_a_port_run_beside_each_other(void) {
    cti_engine *e = engine_of(1, 64);
    for (int which = 0; which < 3; which++)
        post(e, record_command(0, which, 10 + which, 0));
    for (int t = 0; t < 10; t++)
        cti_engine_tick(e);
    for (int which = 0; which < 3; which++)
        CHECK_EQ(cti_engine_frames(e, 0, which, 10 + which), 10 * BLOCK);
    free(e);
}

static void test_recording_of_the_line_starts_in_the_tick_of_its_seizure(void) {
    cti_engine *e = engine_of(1, 64);
    static int16_t out[2 * 8000];
    post(e, record_command(0, 0, 5, 1));
    board.give[0] = 11;
    for (int i = 0; i < 3; i++)
        cti_engine_tick(e);
    CHECK_EQ(cti_engine_reading(e, 0, 0), -1);
    board.give[0] = 22;
    cti_command batch[2] = {line_command(0, 1), play_command(0, 1, flat, 200, 0)};
    CHECK_EQ(cti_engine_post(e, batch, 2), CTI_OK);
    cti_engine_tick(e);
    CHECK_EQ(cti_engine_reading(e, 0, 0), 5);
    CHECK_EQ(cti_engine_frames(e, 0, 0, 5), BLOCK);
    CHECK_EQ(cti_engine_frames(e, 0, 0, 4), 0);
    CHECK_EQ(cti_engine_read(e, 0, 0, out, 8000), BLOCK);
    for (int i = 0; i < BLOCK; i++) {
        CHECK_EQ(out[2 * i], flat[i]); /* hook and audio are of one tick */
        CHECK_EQ(out[2 * i + 1], 22);
    }
    cti_engine_tick(e);
    post(e, (cti_command){.kind = CTI_CMD_RECORD_STOP, .ref = 99});
    cti_engine_tick(e);
    post(e, (cti_command){.kind = CTI_CMD_RECORD_STOP, .ref = 5});
    cti_engine_tick(e);
    int n = cti_engine_events(e, ev, 256), done = 0;
    for (int i = 0; i < n; i++)
        if (ev[i].kind == CTI_EV_RECORD_DONE) {
            done++;
            CHECK_EQ(ev[i].ref, 5);
            CHECK_EQ(ev[i].length, 3 * BLOCK);
        }
    CHECK_EQ(done, 1);
    CHECK_EQ(cti_engine_read(e, 0, 0, out, 8000), 2 * BLOCK);
    CHECK_EQ(cti_engine_reading(e, 0, 0), -1);
    free(e);
}

static void test_recording_that_never_began_ends_with_length_0(void) {
    cti_engine *e = engine_of(1, 64);
    cti_command batch[4] = {record_command(0, 0, 1, 1), record_command(0, 0, 2, 1),
                            record_command(0, 1, 3, 0), record_command(0, 1, 4, 0)};
    CHECK_EQ(cti_engine_post(e, batch, 4), CTI_OK);
    cti_engine_tick(e);
    CHECK_EQ(cti_engine_events(e, ev, 256), 2); /* the second of each kind is refused */
    CHECK_EQ(ev[0].ref, 2);
    CHECK_EQ(ev[1].ref, 4);
    CHECK_EQ(ev[0].length + ev[1].length, 0);
    cti_engine_stats stats;
    cti_engine_stats_get(e, &stats);
    CHECK_EQ(stats.commands_refused, 2);
    post(e, (cti_command){.kind = CTI_CMD_RECORD_STOP, .ref = -1});
    cti_engine_tick(e);
    CHECK_EQ(cti_engine_events(e, ev, 256), 1);
    CHECK_EQ(ev[0].ref, 1);
    CHECK_EQ(ev[0].length, 0);
    free(e);
}

static void test_item_the_player_has_no_room_for_is_told_as_stopped(void) {
    cti_engine *e = engine_of(1, 64);
    for (int i = 0; i < 17; i++)
        post(e, play_command(0, i, flat, 8000, 0));
    cti_engine_tick(e);
    CHECK_EQ(cti_engine_events(e, ev, 256), 1);
    CHECK_EQ(ev[0].kind, CTI_EV_PLAY_DONE);
    CHECK_EQ(ev[0].ref, 16);
    CHECK_EQ(ev[0].value, CTI_PLAY_STOPPED);
    CHECK_EQ(ev[0].length, 0);
    free(e);
}

/* From the first sample of a digit on the line to the last of the prompt: no floor above is asked. */
static void barge_in(int by_audio) {
    cti_engine *e = engine_of(1, 64);
    static int16_t digit[8000];
    cti_dtmf_tx_config tone;
    cti_dtmf_tx_defaults(&tone);
    cti_command batch[3] = {{.kind = CTI_CMD_LISTEN, .value = CTI_EAR_DTMF},
                            play_command(0, 1, flat, 8000, 1 << 5),
                            play_command(0, 2, flat, 8000, 1 << 5)};
    CHECK_EQ(cti_engine_post(e, batch, 3), CTI_OK);
    for (int i = 0; i < 5; i++)
        cti_engine_tick(e);
    CHECK_EQ(board.sent[0][BLOCK - 1], flat[0]);
    if (by_audio) {
        board.line_left[0] = cti_dtmf_tx_render(&tone, "5", digit, 8000);
        CHECK(board.line_left[0] > 0);
        board.line[0] = digit;
    } else {
        board.next[board.events++] = (cti_event){.at = 5 * BLOCK, .kind = CTI_EV_DIGIT_DOWN, .value = '5'};
    }
    int heard = -1, ends = 0;
    for (int i = 0; i < 10; i++) {
        cti_engine_tick(e);
        int n = cti_engine_events(e, ev, 256);
        for (int k = 0; k < n; k++) {
            if (ev[k].kind == CTI_EV_DIGIT_DOWN)
                heard = i;
            if (ev[k].kind == CTI_EV_PLAY_DONE) {
                CHECK_EQ(ev[k].value, CTI_PLAY_DIGIT);
                CHECK_EQ(i, heard + 1);
                ends++;
            }
        }
        if (heard == i)
            CHECK_EQ(board.sent[0][BLOCK - 1], flat[0]); /* what this tick sent had gone out */
        if (heard >= 0 && i == heard + 1)
            CHECK(board.sent[0][0] != 0 && board.sent[0][39] <= 200 && board.sent[0][40] == 0);
        if (heard >= 0 && i > heard + 1)
            CHECK_EQ(board.sent[0][0], 0);
    }
    CHECK(heard >= 0);
    CHECK_EQ(ends, 2);
    free(e);
}

static void test_digit_of_the_board_stops_the_prompt_in_the_tick(void) {
    barge_in(0);
}

static void test_digit_heard_by_the_ear_stops_the_prompt_in_the_tick(void) {
    barge_in(1);
}

static void test_message_that_was_never_heard_is_gone(void) {
    cti_engine *e = engine_of(1, 64);
    uint8_t out[300];
    CHECK_EQ(cti_engine_message(e, 0, 0, out, 300), CTI_ERR_GONE);
    CHECK_EQ(cti_engine_message(e, 1, 0, out, 300), CTI_ERR_ARG);
    free(e);
}

int main(void) {
    stage_fill();
    RUN(test_three_recorders_of_a_port_run_beside_each_other);
    RUN(test_recording_of_the_line_starts_in_the_tick_of_its_seizure);
    RUN(test_recording_that_never_began_ends_with_length_0);
    RUN(test_item_the_player_has_no_room_for_is_told_as_stopped);
    RUN(test_digit_of_the_board_stops_the_prompt_in_the_tick);
    RUN(test_digit_heard_by_the_ear_stops_the_prompt_in_the_tick);
    RUN(test_message_that_was_never_heard_is_gone);
    CHECK_END();
}
