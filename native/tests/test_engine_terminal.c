/* A terminal on a port: it alone is heard, hears the line as it is, and is off it when the line is. */
#include "cti/conference.h"
#include "engine_stage.h"

/* Counts: what it writes is `next` and one more for each sample; it ends when it has written `until`. */
typedef struct counter {
    int16_t next;
    int until;
    int asked;
    int16_t heard[BLOCK]; /* the last */
} counter;

static int run_counter(void *ctx, const int16_t *rx, int16_t *tx, int n) {
    counter *c = ctx;
    c->asked++;
    memcpy(c->heard, rx, (size_t)n * sizeof *rx);
    for (int i = 0; i < n; i++)
        tx[i] = c->next++;
    return c->next < c->until;
}

static cti_command attach_command(int port, int ref, counter *c) {
    return (cti_command){.kind = CTI_CMD_ATTACH, .port = port, .ref = ref, .terminal = {c, run_counter}};
}

static cti_command detach_command(int port, int ref) {
    return (cti_command){.kind = CTI_CMD_DETACH, .port = port, .ref = ref};
}

/* The DETACHED events that wait, as ref and value; returns how many. */
static int told(cti_engine *e, int32_t *ref, int32_t *value, int max) {
    int n = cti_engine_events(e, ev, 256), found = 0;
    for (int i = 0; i < n && found < max; i++)
        if (ev[i].kind == CTI_EV_DETACHED) {
            ref[found] = ev[i].ref;
            value[found++] = ev[i].value;
        }
    return found;
}

static void check_off(cti_engine *e, int of, int why) {
    int32_t ref = -1, value = -1;
    CHECK_EQ(told(e, &ref, &value, 1), 1);
    CHECK_EQ(ref, of);
    CHECK_EQ(value, why);
}

static void ticks(cti_engine *e, int n) {
    for (int i = 0; i < n; i++)
        cti_engine_tick(e);
}

static void test_it_hears_the_tick_before_and_is_sent_in_this_one(void) {
    cti_engine *e = engine_of(2, 64);
    counter c = {.next = 1, .until = 30000};
    board.give[1] = 77;
    ticks(e, 1);
    board.give[1] = 78;
    post(e, attach_command(1, 5, &c));
    ticks(e, 1);
    CHECK_EQ(c.heard[0], 77);
    CHECK_EQ(board.sent[1][0], 1);
    CHECK_EQ(board.sent[1][BLOCK - 1], BLOCK);
    CHECK_EQ(board.sent[0][0], 0);
    ticks(e, 1);
    CHECK_EQ(c.heard[BLOCK - 1], 78);
    CHECK_EQ(board.sent[1][0], BLOCK + 1);
    free(e);
}

static void test_players_and_bridges_are_not_heard_meanwhile_and_go_on(void) {
    cti_engine *e = engine_of(2, 64);
    counter c = {.next = 1, .until = 2 * BLOCK};
    cti_command join = {.kind = CTI_CMD_JOIN, .port = 0, .what = CTI_ROLE_TALK, .value = -1};
    join.item.gain_q12 = UNITY;
    post(e, join);
    join.port = 1;
    post(e, join);
    board.give[0] = 500;
    stage_fill();
    post(e, play_command(1, 9, flat, 8000, 0));
    post(e, attach_command(1, 5, &c));
    ticks(e, 1);
    CHECK_EQ(board.sent[1][3], 4);
    ticks(e, 1);
    CHECK_EQ(board.sent[1][3], BLOCK + 4);
    ticks(e, 1);
    CHECK_EQ(board.sent[1][BLOCK - 1], 8500);
    CHECK_EQ(c.asked, 2);
    free(e);
}

static void test_that_it_has_ended_is_told_and_it_is_asked_no_more(void) {
    cti_engine *e = engine_of(1, 64);
    counter c = {.next = 0, .until = 2 * BLOCK};
    post(e, attach_command(0, 5, &c));
    ticks(e, 4);
    CHECK_EQ(c.asked, 2);
    check_off(e, 5, CTI_TERMINAL_ENDED);
    CHECK_EQ(board.sent[0][0], 0);
    free(e);
}

static void test_it_is_taken_off_by_command_and_by_another(void) {
    cti_engine *e = engine_of(1, 64);
    counter a = {.next = 0, .until = 30000}, b = {.next = 1000, .until = 30000};
    post(e, attach_command(0, 5, &a));
    ticks(e, 1);
    post(e, attach_command(0, 6, &b));
    ticks(e, 1);
    check_off(e, 5, CTI_TERMINAL_TAKEN);
    CHECK_EQ(board.sent[0][0], 1000);
    post(e, detach_command(0, 5)); /* is not there any more */
    ticks(e, 1);
    CHECK_EQ(b.asked, 2);
    post(e, detach_command(0, -1));
    ticks(e, 2);
    CHECK_EQ(b.asked, 2);
    check_off(e, 6, CTI_TERMINAL_TAKEN);
    free(e);
}

static void test_a_line_that_is_put_down_is_off_it_in_that_tick(void) {
    cti_engine *e = engine_of(1, 64);
    counter c = {.next = 0, .until = 30000};
    post(e, line_command(0, 1));
    post(e, attach_command(0, 5, &c));
    ticks(e, 2);
    post(e, line_command(0, 0));
    ticks(e, 1);
    check_off(e, 5, CTI_TERMINAL_HUNG_UP);
    ticks(e, 1);
    CHECK_EQ(c.asked, 3);
    free(e);
}

static void test_a_board_that_is_gone_loses_it_and_takes_none(void) {
    cti_engine *e = engine_of(1, 64);
    counter c = {.next = 0, .until = 30000};
    post(e, attach_command(0, 5, &c));
    ticks(e, 1);
    board.gone = 1;
    ticks(e, 1);
    check_off(e, 5, CTI_TERMINAL_HUNG_UP);
    post(e, attach_command(0, 6, &c));
    ticks(e, 1);
    check_off(e, 6, CTI_TERMINAL_REFUSED);
    CHECK_EQ(c.asked, 2);
    free(e);
}

static void test_the_line_is_heard_as_it_is_without_the_echo_canceller(void) {
    cti_engine *e = engine_of(1, 64);
    counter c = {.next = 1, .until = 30000};
    CHECK_EQ(cti_engine_echo_can(e, 0, 128), CTI_OK);
    board.echo = 1;
    post(e, attach_command(0, 5, &c));
    ticks(e, 100);
    CHECK_EQ(c.heard[0], 98 * BLOCK + 1);
    free(e);
}

static void test_a_recording_of_the_line_holds_it(void) {
    cti_engine *e = engine_of(1, 64);
    counter c = {.next = 1, .until = 30000};
    static int16_t frames[2 * BLOCK];
    board.give[0] = 9;
    post(e, record_command(0, 0, 3, 0));
    post(e, attach_command(0, 5, &c));
    ticks(e, 1);
    CHECK_EQ(cti_engine_read(e, 0, 0, frames, BLOCK), BLOCK);
    CHECK_EQ(frames[2], 2);
    CHECK_EQ(frames[3], 9);
    free(e);
}

static void test_a_command_without_one_is_refused(void) {
    cti_engine *e = engine_of(1, 64);
    cti_command c = {.kind = CTI_CMD_ATTACH, .ref = 1};
    CHECK_EQ(cti_engine_post(e, &c, 1), CTI_ERR_ARG);
    counter counts = {.next = 0};
    c = attach_command(0, -1, &counts);
    CHECK_EQ(cti_engine_post(e, &c, 1), CTI_ERR_ARG);
    free(e);
}

int main(void) {
    RUN(test_it_hears_the_tick_before_and_is_sent_in_this_one);
    RUN(test_players_and_bridges_are_not_heard_meanwhile_and_go_on);
    RUN(test_that_it_has_ended_is_told_and_it_is_asked_no_more);
    RUN(test_it_is_taken_off_by_command_and_by_another);
    RUN(test_a_line_that_is_put_down_is_off_it_in_that_tick);
    RUN(test_a_board_that_is_gone_loses_it_and_takes_none);
    RUN(test_the_line_is_heard_as_it_is_without_the_echo_canceller);
    RUN(test_a_recording_of_the_line_holds_it);
    RUN(test_a_command_without_one_is_refused);
    CHECK_END();
}
