/* A board with faults: pulled out and back, stalled, ticks lost; what is beneath goes on. */
#include "cti/board_faults.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fake_board.h"
#include "heap_count.h"

enum { TICK = 160, PORTS = 2 };

static fake_board sound;
static cti_board board;
static int16_t tx[PORTS * TICK], rx[PORTS * TICK];
static cti_event ev[300];
static int64_t at;

static cti_board_faults *faulty(void) {
    cti_board native = fake_native(&sound, PORTS);
    size_t size = cti_board_faults_size(&native);
    cti_board_faults *f = malloc(size);
    CHECK_EQ(cti_board_faults_init(f, size, &native), CTI_OK);
    CHECK_EQ(cti_board_faults_board(f, &board), CTI_OK);
    for (int i = 0; i < PORTS * TICK; i++)
        tx[i] = 700;
    sound.give[0] = sound.give[1] = 500;
    at = 0;
    return f;
}

static int tick(void) {
    int n = board.exchange(board.ctx, at, tx, rx, TICK, ev, 300);
    at += TICK;
    return n;
}

static void happens(int port, int kind, int value) {
    sound.next[sound.events++] = (cti_event){.at = at, .port = port, .kind = kind, .value = value};
}

static void test_well_it_is_the_board_beneath(void) {
    cti_board_faults *f = faulty();
    happens(1, CTI_EV_RING_ON, 0);
    CHECK_EQ(tick(), 1);
    CHECK_EQ(ev[0].kind, CTI_EV_RING_ON);
    CHECK_EQ(ev[0].port, 1);
    CHECK_EQ(rx[0], 500);
    CHECK_EQ(sound.sent[1][159], 700);
    CHECK_EQ(board.control(board.ctx, 0, CTI_LINE_HOOK, 1), CTI_OK);
    CHECK_EQ(sound.controls, 1);
    free(f);
}

static void test_pulled_out_is_gone_on_hook_and_back_with_what_has_changed(void) {
    cti_board_faults *f = faulty();
    board.control(board.ctx, 0, CTI_LINE_HOOK, 1);
    CHECK_EQ(tick(), 1);
    CHECK_EQ(cti_board_faults_set(f, CTI_BOARD_OUT), CTI_OK);
    long controls = sound.controls;
    CHECK_EQ(tick(), CTI_ERR_GONE);
    CHECK_EQ(sound.controls, controls + 2 * PORTS); /* all on hook, and nothing rings */
    CHECK_EQ(sound.sent[0][0], 0);
    CHECK_EQ(rx[0], 0);
    CHECK_EQ(board.control(board.ctx, 0, CTI_LINE_HOOK, 1), CTI_ERR_GONE);
    happens(0, CTI_EV_RING_ON, 0);
    happens(0, CTI_EV_BATTERY, 0);
    happens(1, CTI_EV_BATTERY, 0);
    CHECK_EQ(tick(), CTI_ERR_GONE);
    happens(1, CTI_EV_BATTERY, 1);
    happens(1, CTI_EV_POLARITY, 1);
    happens(0, CTI_EV_HOOK, 1);
    long exchanges = sound.exchanges;
    CHECK_EQ(tick(), CTI_ERR_GONE);
    CHECK_EQ(sound.exchanges, exchanges + 1); /* the line's time goes on */
    CHECK_EQ(cti_board_faults_set(f, CTI_BOARD_WELL), CTI_OK);
    CHECK_EQ(tick(), 0);
    CHECK_EQ(rx[0], 500);
    CHECK_EQ(tick(), 3);
    CHECK_EQ(ev[0].kind, CTI_EV_BATTERY);
    CHECK_EQ(ev[0].port, 0);
    CHECK_EQ(ev[0].value, 0);
    CHECK_EQ(ev[1].kind, CTI_EV_HOOK);
    CHECK_EQ(ev[1].port, 0);
    CHECK_EQ(ev[1].value, 1);
    CHECK_EQ(ev[2].kind, CTI_EV_POLARITY);
    CHECK_EQ(ev[2].port, 1);
    CHECK_EQ(tick(), 0);
    free(f);
}

static void test_stalled_driver_is_silent_and_does_all_later_in_order(void) {
    cti_board_faults *f = faulty();
    tick();
    cti_board_faults_set(f, CTI_BOARD_STALLED);
    CHECK_EQ(tick(), 0);
    CHECK_EQ(rx[0], 0);
    CHECK_EQ(sound.sent[0][0], 0);
    long controls = sound.controls;
    CHECK_EQ(board.control(board.ctx, 0, CTI_LINE_HOOK, 1), CTI_OK);
    CHECK_EQ(board.control(board.ctx, 0, CTI_LINE_PULSES, 1), CTI_OK);
    CHECK_EQ(board.control(board.ctx, PORTS, CTI_LINE_HOOK, 1), CTI_ERR_ARG);
    CHECK_EQ(sound.controls, controls);
    happens(1, CTI_EV_RING_ON, 0);
    CHECK_EQ(tick(), 0);
    happens(1, CTI_EV_RING_OFF, 0);
    CHECK_EQ(tick(), 0);
    cti_board_faults_set(f, CTI_BOARD_WELL);
    CHECK_EQ(tick(), 1); /* the line is seized now */
    CHECK_EQ(ev[0].kind, CTI_EV_SEIZED);
    CHECK_EQ(rx[0], 500);
    CHECK_EQ(tick(), 3);
    CHECK_EQ(ev[0].kind, CTI_EV_RING_ON);
    CHECK_EQ(ev[1].kind, CTI_EV_RING_OFF);
    CHECK_EQ(ev[2].kind, CTI_EV_DIALLED); /* refused beneath */
    CHECK_EQ(ev[2].value, 0);
    CHECK_EQ(tick(), 0);
    free(f);
}

static void test_a_long_stall_is_bounded(void) {
    cti_board_faults *f = faulty();
    cti_board_faults_set(f, CTI_BOARD_STALLED);
    tick();
    for (int i = 0; i < 64; i++)
        CHECK_EQ(board.control(board.ctx, 0, CTI_LINE_HOOK, i & 1), CTI_OK);
    CHECK_EQ(board.control(board.ctx, 0, CTI_LINE_HOOK, 1), CTI_ERR_FULL);
    for (int i = 0; i < 300; i++) {
        happens(0, CTI_EV_RING_ON, i);
        CHECK_EQ(tick(), 0);
    }
    cti_board_faults_set(f, CTI_BOARD_WELL);
    tick();
    CHECK_EQ(tick(), 256);
    CHECK_EQ(ev[255].value, 255);
    free(f);
}

static void test_lost_ticks_pass_on_the_line_alone(void) {
    cti_board_faults *f = faulty();
    tick();
    long exchanges = sound.exchanges;
    CHECK_EQ(cti_board_faults_lose(f, 3), CTI_OK);
    happens(1, CTI_EV_RING_ON, 0);
    CHECK_EQ(tick(), 0);
    CHECK_EQ(sound.exchanges, exchanges + 4);
    CHECK_EQ(rx[0], 500);
    CHECK_EQ(tick(), 1); /* told late */
    CHECK_EQ(sound.exchanges, exchanges + 5);
    free(f);
}

static void test_out_while_it_stalls_forgets_what_waited(void) {
    cti_board_faults *f = faulty();
    tick();
    cti_board_faults_set(f, CTI_BOARD_STALLED);
    happens(0, CTI_EV_RING_ON, 0);
    tick();
    board.control(board.ctx, 0, CTI_LINE_HOOK, 1);
    cti_board_faults_set(f, CTI_BOARD_OUT);
    CHECK_EQ(tick(), CTI_ERR_GONE);
    cti_board_faults_set(f, CTI_BOARD_WELL);
    CHECK_EQ(tick(), 0);
    CHECK_EQ(tick(), 0);
    free(f);
}

static void test_a_board_that_fails_by_itself_says_so(void) {
    cti_board_faults *f = faulty();
    sound.gone = 1;
    CHECK_EQ(tick(), CTI_ERR_GONE);
    cti_board_faults_set(f, CTI_BOARD_STALLED);
    CHECK_EQ(tick(), CTI_ERR_GONE);
    cti_board_faults_lose(f, 2);
    CHECK_EQ(tick(), CTI_ERR_GONE);
    free(f);
}

static void test_faults_ask_for_no_memory(void) {
    cti_board_faults *f = faulty();
    long before = heap_calls;
    for (int i = 0; i < 60; i++) {
        cti_board_faults_set(f, i % 3);
        if (i % 7 == 0)
            cti_board_faults_lose(f, 2);
        happens(i % PORTS, CTI_EV_BATTERY, i & 1);
        board.control(board.ctx, 0, CTI_LINE_HOOK, i & 1);
        tick();
    }
    CHECK_EQ(heap_calls, before);
    free(f);
}

static void test_what_is_none_is_refused(void) {
    cti_board_faults *f = faulty();
    cti_board none = {0};
    CHECK_EQ(cti_board_faults_size(NULL), 0);
    CHECK_EQ(cti_board_faults_size(&none), 0);
    CHECK_EQ(cti_board_faults_init(f, 8, &board), CTI_ERR_SIZE);
    CHECK_EQ(cti_board_faults_init(NULL, 8, &board), CTI_ERR_ARG);
    CHECK_EQ(cti_board_faults_board(f, NULL), CTI_ERR_ARG);
    CHECK_EQ(cti_board_faults_set(f, 3), CTI_ERR_ARG);
    CHECK_EQ(cti_board_faults_set(NULL, 0), CTI_ERR_ARG);
    CHECK_EQ(cti_board_faults_lose(f, 0), CTI_ERR_ARG);
    CHECK_EQ(cti_board_faults_lose(f, 3001), CTI_ERR_ARG);
    CHECK_EQ(board.exchange(board.ctx, 0, tx, rx, 80, ev, 1), CTI_ERR_ARG);
    free(f);
}

int main(void) {
    heap_count_begin();
    RUN(test_well_it_is_the_board_beneath);
    RUN(test_pulled_out_is_gone_on_hook_and_back_with_what_has_changed);
    RUN(test_stalled_driver_is_silent_and_does_all_later_in_order);
    RUN(test_a_long_stall_is_bounded);
    RUN(test_lost_ticks_pass_on_the_line_alone);
    RUN(test_out_while_it_stalls_forgets_what_waited);
    RUN(test_a_board_that_fails_by_itself_says_so);
    RUN(test_faults_ask_for_no_memory);
    RUN(test_what_is_none_is_refused);
    CHECK_END();
}
