/* A board that is traced: all that passes is told and nothing changed; nobody waits for the reader. */
#include "cti/board_trace.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fake_board.h"
#include "heap_count.h"

enum { TICK = 160, PORTS = 2, RECORDS = 2048 };

static fake_board sound;
static cti_board native, board;
static int16_t tx[PORTS * TICK], rx[PORTS * TICK];
static cti_event ev[64];
static int64_t at;
static cti_trace_record got[RECORDS];
static int rest_may, idle_asked;

static void fake_rest(void *ctx, int port, int may) {
    (void)ctx;
    (void)port;
    rest_may = may;
}

static int fake_rests(void *ctx, int port) {
    (void)ctx;
    return port == 1;
}

static int64_t fake_recall(void *ctx, int port, int64_t skip, int16_t *to) {
    (void)ctx;
    to[0] = (int16_t)(100 + port);
    return skip;
}

static int fake_idle(void *ctx, int64_t ticks) {
    (void)ctx;
    (void)ticks;
    idle_asked++;
    return 1;
}

static int fake_message(void *ctx, int port, int32_t ref, uint8_t *out, int max) {
    (void)ctx;
    if (port != 1 || ref != 7 || max < 3)
        return CTI_ERR_GONE;
    memcpy(out, "\x80\x01\x7f", 3);
    return 3;
}

static cti_board_trace *traced(void) {
    native = fake_native(&sound, PORTS);
    native.rest = fake_rest;
    native.rests = fake_rests;
    native.recall = fake_recall;
    native.idle = fake_idle;
    native.message = fake_message;
    size_t size = cti_board_trace_size(&native);
    cti_board_trace *t = malloc(size);
    memset(t, 0xA5, size); /* it is given memory that has been used */
    CHECK_EQ(cti_board_trace_init(t, size, &native), CTI_OK);
    CHECK_EQ(cti_board_trace_board(t, &board), CTI_OK);
    for (int i = 0; i < PORTS * TICK; i++)
        tx[i] = (int16_t)(i < TICK ? 700 : 900);
    sound.give[0] = 500;
    sound.give[1] = 300;
    at = 0;
    return t;
}

static int tick(void) {
    int n = board.exchange(board.ctx, at, tx, rx, TICK, ev, 64);
    at += TICK;
    return n;
}

static void happens(int port, int kind, int value, int ref) {
    sound.next[sound.events++] =
        (cti_event){.at = at, .port = port, .kind = kind, .value = value, .length = 12, .ref = ref};
}

static int take(cti_board_trace *t, int port) {
    return cti_board_trace_read(t, port, got, RECORDS);
}

static void test_off_it_is_the_board_within_and_keeps_nothing(void) {
    cti_board_trace *t = traced();
    uint8_t bytes[8];
    int16_t owed[TICK];
    happens(1, CTI_EV_RING_ON, 2, 0);
    CHECK_EQ(tick(), 1);
    CHECK_EQ(ev[0].kind, CTI_EV_RING_ON);
    CHECK_EQ(rx[TICK], 300);
    CHECK_EQ(sound.sent[0][0], 700);
    CHECK_EQ(board.control(board.ctx, 0, CTI_LINE_HOOK, 1), CTI_OK);
    CHECK_EQ(board.control(board.ctx, 9, CTI_LINE_HOOK, 1), CTI_ERR_ARG);
    board.rest(board.ctx, 0, 1);
    CHECK_EQ(rest_may, 1);
    CHECK_EQ(board.rests(board.ctx, 1), 1);
    CHECK_EQ(board.recall(board.ctx, 1, 5, owed), 5);
    CHECK_EQ(owed[0], 101);
    CHECK_EQ(board.idle(board.ctx, 0), 1);
    CHECK_EQ(board.message(board.ctx, 1, 7, bytes, 8), 3);
    sound.gone = 1;
    CHECK_EQ(tick(), CTI_ERR_GONE);
    CHECK_EQ(take(t, 0), 0);
    CHECK_EQ(take(t, 1), 0);
    free(t);
}

static void test_all_that_passes_at_the_port_is_told_and_nothing_of_another(void) {
    cti_board_trace *t = traced();
    CHECK_EQ(cti_board_trace_start(t, 1), CTI_OK);
    CHECK_EQ(tick(), 0);
    CHECK_EQ(board.control(board.ctx, 1, CTI_LINE_FLASH, 800), CTI_ERR_ARG); /* as the fake answers */
    CHECK_EQ(board.control(board.ctx, 0, CTI_LINE_HOOK, 1), CTI_OK);
    happens(1, CTI_EV_RING_ON, 2, 0);
    happens(0, CTI_EV_BATTERY, 0, 0);
    happens(1, CTI_EV_CALLER_ID, 0, 7);
    CHECK_EQ(tick(), 4);
    CHECK_EQ(take(t, 0), 0);
    CHECK_EQ(take(t, 1), 5);
    CHECK_EQ(got[0].kind, CTI_TRACE_TICK);
    CHECK_EQ(got[0].at, 0);
    CHECK_EQ(got[0].result, 0);
    CHECK_EQ(got[0].tx[159], 900);
    CHECK_EQ(got[0].rx[0], 300);
    CHECK_EQ(got[1].kind, CTI_TRACE_COMMAND);
    CHECK_EQ(got[1].at, 160);
    CHECK_EQ(got[1].what, CTI_LINE_FLASH);
    CHECK_EQ(got[1].value, 800);
    CHECK_EQ(got[1].result, CTI_ERR_ARG);
    CHECK_EQ(got[2].kind, CTI_TRACE_EVENT);
    CHECK_EQ(got[2].event.kind, CTI_EV_RING_ON);
    CHECK_EQ(got[2].event.value, 2);
    CHECK_EQ(got[2].event.length, 12);
    CHECK_EQ(got[3].event.kind, CTI_EV_CALLER_ID);
    CHECK_EQ(got[3].bytes, 3);
    CHECK_EQ(memcmp(got[3].message, "\x80\x01\x7f", 3), 0);
    CHECK_EQ(got[4].kind, CTI_TRACE_TICK);
    CHECK_EQ(got[4].result, 4);
    free(t);
}

static void test_a_board_that_is_gone_is_told_with_silence(void) {
    cti_board_trace *t = traced();
    cti_board_trace_start(t, 0);
    tick();
    sound.gone = 1;
    CHECK_EQ(tick(), CTI_ERR_GONE);
    CHECK_EQ(take(t, 0), 2);
    CHECK_EQ(got[1].result, CTI_ERR_GONE);
    CHECK_EQ(got[1].tx[0], 700);
    CHECK_EQ(got[1].rx[0], 0);
    free(t);
}

static void test_it_ends_with_a_word_and_can_begin_again(void) {
    cti_board_trace *t = traced();
    cti_board_trace_start(t, 0);
    CHECK_EQ(cti_board_trace_start(t, 0), CTI_ERR_STATE);
    tick();
    CHECK_EQ(cti_board_trace_stop(t, 0), CTI_OK);
    CHECK_EQ(cti_board_trace_stop(t, 0), CTI_ERR_STATE);
    CHECK_EQ(cti_board_trace_start(t, 0), CTI_ERR_STATE); /* the tick has not seen it yet */
    CHECK_EQ(board.control(board.ctx, 0, CTI_LINE_HOOK, 0), CTI_OK);
    tick();
    tick();
    CHECK_EQ(take(t, 0), 2);
    CHECK_EQ(got[1].kind, CTI_TRACE_ENDED);
    CHECK_EQ(got[1].at, 160);
    CHECK_EQ(cti_board_trace_start(t, 0), CTI_OK);
    CHECK_EQ(cti_board_trace_stop(t, 0), CTI_OK); /* before a tick has seen it begin */
    tick();
    CHECK_EQ(take(t, 0), 1);
    CHECK_EQ(got[0].kind, CTI_TRACE_ENDED);
    CHECK_EQ(cti_board_trace_start(t, 0), CTI_OK);
    tick();
    CHECK_EQ(take(t, 0), 1);
    CHECK_EQ(got[0].kind, CTI_TRACE_TICK);
    free(t);
}

static void test_a_line_that_is_traced_does_not_rest(void) {
    cti_board_trace *t = traced();
    cti_board_trace_start(t, 0);
    idle_asked = 0;
    board.rest(board.ctx, 0, 1);
    CHECK_EQ(rest_may, 0);
    board.rest(board.ctx, 1, 1);
    CHECK_EQ(rest_may, 1);
    CHECK_EQ(board.idle(board.ctx, 50), 0);
    CHECK_EQ(idle_asked, 0);
    tick();
    cti_board_trace_stop(t, 0);
    tick();
    board.rest(board.ctx, 0, 1);
    CHECK_EQ(rest_may, 1);
    CHECK_EQ(board.idle(board.ctx, 50), 1);
    free(t);
}

static void test_a_reader_that_is_too_slow_loses_what_is_counted(void) {
    cti_board_trace *t = traced();
    cti_board_trace_start(t, 0);
    for (int i = 0; i < RECORDS + 10; i++)
        tick();
    happens(0, CTI_EV_RING_ON, 0, 0);
    tick();
    CHECK_EQ(take(t, 0), RECORDS);
    CHECK_EQ(got[RECORDS - 1].at, (RECORDS - 1) * TICK);
    tick();
    CHECK_EQ(take(t, 0), 2);
    CHECK_EQ(got[0].kind, CTI_TRACE_LOST);
    CHECK_EQ(got[0].at, RECORDS * TICK);
    CHECK_EQ(got[0].result, 11);
    CHECK_EQ(got[0].value, 1);
    CHECK_EQ(got[1].kind, CTI_TRACE_TICK);
    CHECK_EQ(got[1].at, (RECORDS + 11) * TICK);
    /* full: its end has to wait for room too */
    for (int i = 0; i < RECORDS; i++)
        tick();
    cti_board_trace_stop(t, 0);
    tick();
    CHECK_EQ(take(t, 0), RECORDS);
    tick();
    CHECK_EQ(take(t, 0), 1);
    CHECK_EQ(got[0].kind, CTI_TRACE_ENDED);
    free(t);
}

static void test_a_trace_asks_for_no_memory(void) {
    cti_board_trace *t = traced();
    long before = heap_calls;
    cti_board_trace_start(t, 1);
    for (int i = 0; i < 100; i++) {
        happens(1, CTI_EV_CALLER_ID, 0, 7);
        board.control(board.ctx, 1, CTI_LINE_HOOK, i & 1);
        tick();
        take(t, 1);
    }
    cti_board_trace_stop(t, 1);
    tick();
    CHECK_EQ(heap_calls, before);
    free(t);
}

static void test_what_is_none_is_refused(void) {
    cti_board_trace *t = traced();
    cti_board none = {0};
    CHECK_EQ(cti_board_trace_size(NULL), 0);
    CHECK_EQ(cti_board_trace_size(&none), 0);
    CHECK_EQ(cti_board_trace_init(NULL, 8, &native), CTI_ERR_ARG);
    CHECK_EQ(cti_board_trace_init(t, 8, &native), CTI_ERR_SIZE);
    CHECK_EQ(cti_board_trace_board(t, NULL), CTI_ERR_ARG);
    CHECK_EQ(cti_board_trace_start(t, PORTS), CTI_ERR_ARG);
    CHECK_EQ(cti_board_trace_start(t, -1), CTI_ERR_ARG);
    CHECK_EQ(cti_board_trace_start(NULL, 0), CTI_ERR_ARG);
    CHECK_EQ(cti_board_trace_stop(t, 9), CTI_ERR_ARG);
    CHECK_EQ(cti_board_trace_read(t, 9, got, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_board_trace_read(t, 0, NULL, 1), CTI_ERR_ARG);
    free(t);
}

int main(void) {
    heap_count_begin();
    RUN(test_off_it_is_the_board_within_and_keeps_nothing);
    RUN(test_all_that_passes_at_the_port_is_told_and_nothing_of_another);
    RUN(test_a_board_that_is_gone_is_told_with_silence);
    RUN(test_it_ends_with_a_word_and_can_begin_again);
    RUN(test_a_line_that_is_traced_does_not_rest);
    RUN(test_a_reader_that_is_too_slow_loses_what_is_counted);
    RUN(test_a_trace_asks_for_no_memory);
    RUN(test_what_is_none_is_refused);
    CHECK_END();
}
