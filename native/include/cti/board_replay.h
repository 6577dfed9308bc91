#pragma once

/* board_replay: a board of one port that gives again what a trace (cti/board_trace.h) holds of one, tick by
 * tick: what came from the line, the board's events, and the ticks in which it was gone.
 *
 * The tape begins after `lead` ticks. Before it and behind it stands an idle line, which answers hook
 * commands. On the tape the line does what it did, whatever is commanded; a command that is the next one of
 * the tape has the result that it had, any other is accepted. What was commanded is kept for who compares.
 *
 * Threads: one ticks; another reads what was commanded, and how far the tape is.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/board.h"

typedef struct cti_tape_event {
    int64_t tick;    /* of the tape, in which the board told it; never less than the one before */
    cti_event event; /* port 0; at and start in samples of the tape */
    int32_t message; /* CTI_EV_CALLER_ID: where in `messages` its bytes are, and how many */
    int32_t bytes;
} cti_tape_event;

typedef struct cti_tape_command {
    int64_t tick; /* of the tape, -1 before it, >= ticks behind it */
    int32_t what, value, result;
} cti_tape_command;

/* Nothing of it is copied: it outlives the board. */
typedef struct cti_tape {
    const int16_t *rx; /* 160 a tick */
    int64_t ticks;
    const uint8_t *gone; /* a tick each: 1, the board was gone */
    const cti_tape_event *events;
    int64_t event_count;
    const cti_tape_command *commands;
    int64_t command_count;
    const uint8_t *messages;
    int64_t message_bytes;
} cti_tape;

typedef struct cti_board_replay cti_board_replay;

size_t cti_board_replay_size(void);
/* telephone: what the port faces answers CTI_LINE_HOOK with CTI_EV_HOOK. CTI_ERR_ARG for a tape whose events
 * are out of order or name bytes that are not there. */
int cti_board_replay_init(cti_board_replay *r, size_t size, const cti_tape *tape, int64_t lead,
                          int telephone);
int cti_board_replay_board(cti_board_replay *r, cti_board *board);
/* The next tick of the tape to be given; negative before it, `ticks` at its end. */
int64_t cti_board_replay_at(const cti_board_replay *r);
/* What was commanded, the oldest first: at most max; how many. 256 are kept, and later ones lost. */
int cti_board_replay_commands(cti_board_replay *r, cti_tape_command *out, int max);
