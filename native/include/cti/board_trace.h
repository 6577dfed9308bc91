#pragma once

/* board_trace: stands round a board and, while a trace of a port is on, tells of every tick what passed
 * between the engine and the board's port: commands and their results, audio both ways, events, caller-ID
 * messages, and ticks in which the board was gone.
 *
 * Each port has a ring of 2,048 records, 30 s of a line at work, from the tick to one reader. The tick never
 * waits: what finds no room is lost, counted, and told by CTI_TRACE_LOST in front of what comes after it.
 * Nothing that passes is changed; a line that is traced does not rest (cti/board.h), so that all ticks are
 * there.
 *
 * Of one tick come its commands, its events, and last CTI_TRACE_TICK; a trace begins with a tick's events,
 * and ends with CTI_TRACE_ENDED in place of a tick.
 *
 * Threads: one ticks; another starts, stops and reads.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/board.h"

enum cti_trace_kind {
    CTI_TRACE_TICK = 1,    /* result: how many events, or the cti_error of a board that is gone; tx, rx */
    CTI_TRACE_EVENT = 2,   /* event, as the board gave it; its message in bytes, message where it has one */
    CTI_TRACE_COMMAND = 3, /* what, value, result: 0 or a cti_error */
    CTI_TRACE_LOST = 4,    /* result: so many ticks; value: so many events and commands, from `at` on */
    CTI_TRACE_ENDED = 5
};

typedef struct cti_trace_record {
    int64_t at; /* samples; the first of the tick */
    int32_t kind;
    int32_t what, value, result;
    cti_event event;
    int32_t bytes;
    uint8_t message[260];
    int16_t tx[160], rx[160];
} cti_trace_record;

typedef struct cti_board_trace cti_board_trace;

size_t cti_board_trace_size(const cti_board *sound);
/* The struct is copied; its ctx must outlive this. The rings need not be cleared memory. */
int cti_board_trace_init(cti_board_trace *t, size_t size, const cti_board *sound);
/* Fills *board, for cti_engine_add_board(). */
int cti_board_trace_board(cti_board_trace *t, cti_board *board);
/* From the next tick on; what is left of an earlier trace is let go. CTI_ERR_STATE while one is on. */
int cti_board_trace_start(cti_board_trace *t, int port);
/* The next tick ends it. CTI_ERR_STATE when none is on. */
int cti_board_trace_stop(cti_board_trace *t, int port);
/* At most max records, the oldest first; returns how many. */
int cti_board_trace_read(cti_board_trace *t, int port, cti_trace_record *out, int max);
