/* A trace's tape as a board: what it held comes again in its ticks; around it stands an idle line. */
#include "cti/board_replay.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cti/error.h"
#include "heap_count.h"

enum { TICK = 160, TICKS = 4, BEGIN = 8000 };

static int16_t line[TICKS * TICK], tx[TICK], rx[TICK];
static uint8_t gone[TICKS];
static const uint8_t messages[] = {1, 2, 3, 4};
static cti_tape_event events[3];
static cti_tape_command commands[2];
static cti_tape tape;
static cti_board board;
static cti_event ev[8];
static int64_t at;

static cti_board_replay *replay(int lead, int telephone) {
    for (int i = 0; i < TICKS * TICK; i++)
        line[i] = (int16_t)(1000 * (i / TICK + 1));
    memset(gone, 0, sizeof gone);
    events[0] = (cti_tape_event){.tick = 1, .event = {.at = 200, .start = 190, .kind = CTI_EV_RING_ON}};
    events[1] = (cti_tape_event){.tick = 1, .event = {.at = 210, .kind = CTI_EV_CALLER_ID, .ref = 900000000}};
    events[1].message = 1;
    events[1].bytes = 2;
    events[2] = (cti_tape_event){.tick = 3, .event = {.at = 480, .kind = CTI_EV_SEIZED}};
    commands[0] = (cti_tape_command){.tick = 2, .what = CTI_LINE_HOOK, .value = 1};
    commands[1] = (cti_tape_command){.tick = 3, .what = CTI_LINE_FLASH, .value = 800, .result = CTI_ERR_FULL};
    tape = (cti_tape){line, TICKS, gone, events, 3, commands, 2, messages, sizeof messages};
    cti_board_replay *r = malloc(cti_board_replay_size());
    CHECK_EQ(cti_board_replay_init(r, cti_board_replay_size(), &tape, lead, telephone), CTI_OK);
    CHECK_EQ(cti_board_replay_board(r, &board), CTI_OK);
    at = BEGIN;
    return r;
}

static int tick(void) {
    memset(rx, 1, sizeof rx);
    int n = board.exchange(board.ctx, at, tx, rx, TICK, ev, 8);
    at += TICK;
    return n;
}

static void test_the_tape_comes_tick_by_tick_with_its_events(void) {
    cti_board_replay *r = replay(2, 0);
    uint8_t bytes[8];
    CHECK_EQ(tick(), 0);
    CHECK_EQ(rx[0], 0);
    CHECK_EQ(cti_board_replay_at(r), -1);
    CHECK_EQ(tick(), 0);
    CHECK_EQ(tick(), 0);
    CHECK_EQ(rx[159], 1000);
    CHECK_EQ(tick(), 2);
    CHECK_EQ(rx[0], 2000);
    CHECK_EQ(ev[0].kind, CTI_EV_RING_ON);
    CHECK_EQ(ev[0].at, BEGIN + 320 + 200);
    CHECK_EQ(ev[0].start, BEGIN + 320 + 190);
    CHECK_EQ(board.message(board.ctx, 0, ev[1].ref, bytes, 8), 2);
    CHECK_EQ(bytes[0], 2);
    CHECK_EQ(board.message(board.ctx, 0, ev[1].ref, bytes, 1), CTI_ERR_SIZE);
    CHECK_EQ(board.message(board.ctx, 0, ev[1].ref + 1, bytes, 8), CTI_ERR_GONE);
    gone[2] = 1;
    CHECK_EQ(tick(), CTI_ERR_GONE);
    CHECK_EQ(tick(), 1);
    CHECK_EQ(ev[0].kind, CTI_EV_SEIZED);
    CHECK_EQ(rx[0], 4000);
    CHECK_EQ(cti_board_replay_at(r), TICKS);
    CHECK_EQ(tick(), 0);
    CHECK_EQ(rx[0], 0);
    CHECK_EQ(cti_board_replay_at(r), TICKS);
    free(r);
}

static void test_commands_are_answered_as_they_were_and_kept(void) {
    cti_board_replay *r = replay(1, 0);
    cti_tape_command kept[8];
    CHECK_EQ(board.control(board.ctx, 0, CTI_LINE_HOOK, 0), CTI_OK);
    CHECK_EQ(tick(), 1); /* the idle line in front of the tape */
    CHECK_EQ(ev[0].kind, CTI_EV_RELEASED);
    CHECK_EQ(ev[0].at, BEGIN);
    CHECK_EQ(board.control(board.ctx, 0, CTI_LINE_FLASH, 800), CTI_OK); /* not the tape's next */
    CHECK_EQ(board.control(board.ctx, 0, CTI_LINE_HOOK, 1), CTI_OK);
    CHECK_EQ(board.control(board.ctx, 0, CTI_LINE_FLASH, 800), CTI_ERR_FULL);
    for (int i = 0; i < TICKS; i++)
        tick();
    CHECK_EQ(board.control(board.ctx, 0, CTI_LINE_FLASH, 800), CTI_ERR_STATE);
    CHECK_EQ(board.control(board.ctx, 0, CTI_LINE_HOOK, 1), CTI_OK);
    CHECK_EQ(tick(), 1);
    CHECK_EQ(ev[0].kind, CTI_EV_SEIZED);
    CHECK_EQ(board.control(board.ctx, 1, CTI_LINE_HOOK, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_board_replay_commands(r, kept, 8), 6);
    CHECK_EQ(kept[0].tick, -1);
    CHECK_EQ(kept[1].what, CTI_LINE_FLASH);
    CHECK_EQ(kept[3].result, CTI_ERR_FULL);
    CHECK_EQ(kept[5].tick, TICKS);
    free(r);
}

static void test_a_telephones_hook_is_its_own(void) {
    cti_board_replay *r = replay(3, 1);
    board.control(board.ctx, 0, CTI_LINE_HOOK, 1);
    CHECK_EQ(tick(), 1);
    CHECK_EQ(ev[0].kind, CTI_EV_HOOK);
    CHECK_EQ(ev[0].value, 1);
    free(r);
}

static void test_events_wait_for_room_and_memory_is_never_asked_for(void) {
    cti_board_replay *r = replay(0, 0);
    long before = heap_calls;
    cti_event one;
    CHECK_EQ(board.exchange(board.ctx, 0, tx, rx, TICK, &one, 1), 0);
    CHECK_EQ(board.exchange(board.ctx, 160, tx, rx, TICK, &one, 1), 1);
    CHECK_EQ(one.kind, CTI_EV_RING_ON);
    CHECK_EQ(board.exchange(board.ctx, 320, tx, rx, TICK, &one, 1), 1);
    CHECK_EQ(one.kind, CTI_EV_CALLER_ID);
    CHECK_EQ(board.exchange(board.ctx, 480, tx, rx, 80, &one, 1), CTI_ERR_ARG);
    for (int i = 0; i < 300; i++)
        board.control(board.ctx, 0, CTI_LINE_HOOK, i & 1);
    CHECK_EQ(heap_calls, before);
    free(r);
}

static void test_a_tape_that_does_not_hold_is_refused(void) {
    cti_board_replay *r = replay(0, 0);
    size_t size = cti_board_replay_size();
    cti_tape bad = tape;
    CHECK_EQ(cti_board_replay_init(r, size, NULL, 0, 0), CTI_ERR_ARG);
    CHECK_EQ(cti_board_replay_init(r, 8, &tape, 0, 0), CTI_ERR_SIZE);
    CHECK_EQ(cti_board_replay_init(r, size, &tape, -1, 0), CTI_ERR_ARG);
    bad.gone = NULL;
    CHECK_EQ(cti_board_replay_init(r, size, &bad, 0, 0), CTI_ERR_ARG);
    events[1].bytes = 4;
    CHECK_EQ(cti_board_replay_init(r, size, &tape, 0, 0), CTI_ERR_ARG);
    events[1].bytes = 2;
    events[0].tick = 2;
    CHECK_EQ(cti_board_replay_init(r, size, &tape, 0, 0), CTI_ERR_ARG);
    events[0].tick = 1;
    events[0].event.port = 1;
    CHECK_EQ(cti_board_replay_init(r, size, &tape, 0, 0), CTI_ERR_ARG);
    CHECK_EQ(cti_board_replay_at(NULL), CTI_ERR_ARG);
    CHECK_EQ(cti_board_replay_commands(r, NULL, 1), CTI_ERR_ARG);
    free(r);
}

int main(void) {
    heap_count_begin();
    RUN(test_the_tape_comes_tick_by_tick_with_its_events);
    RUN(test_commands_are_answered_as_they_were_and_kept);
    RUN(test_a_telephones_hook_is_its_own);
    RUN(test_events_wait_for_room_and_memory_is_never_asked_for);
    RUN(test_a_tape_that_does_not_hold_is_refused);
    CHECK_END();
}
