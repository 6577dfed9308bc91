/* The memory of a DAHDI board: this struct, then its fed board and its cancellers. */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cti/dahdi_board.h"
#include "cti/echo_can.h"
#include "cti/fed_board.h"
#include "dahdi/numbers.h"

enum {
    BOARD_PORTS = 64,
    BOARD_BLOCK = 160,
    BOARD_BYTES = 2 * BOARD_BLOCK,
    BOARD_AHEAD = 2,   /* blocks that wait to be sent: a tick may be so much late */
    BOARD_LATE = 3,    /* more than the latency that may wait to be sent */
    BOARD_SENT = 32,   /* blocks that are remembered, more than a tick reads */
    BOARD_READS = 16,  /* of one channel in a tick */
    BOARD_EVENTS = 80, /* likewise, more than the kernel queues */
    BOARD_QUEUE = 64,
    BOARD_DIALS = 64
};

typedef struct dial_order {
    int32_t what, value; /* CTI_LINE_FLASH or CTI_LINE_PULSES, and its value */
} dial_order;

typedef struct dahdi_port {
    int32_t handle, number, kind, echo_taps;
    int32_t off_hook; /* FXO: we are, FXS: the telephone is */
    int32_t answered; /* FXS: the kernel knows that we take the telephone's lifting */
    int32_t ring;     /* FXS: is to ring; 2: the kernel rings */
    int32_t rings;    /* FXO: a burst was told */
    int32_t reversed, dead, alarm;
    int32_t look;       /* with the next tick: not all was told */
    int32_t all;        /* blocks that there are: one came too late, or none was there */
    int32_t tells_late; /* the kernel tells when something comes too late */
    int32_t dial_ticks; /* that what is dialled has taken */
    int32_t slipped;    /* since what is sent and what comes were set going together */
    int32_t transfer;   /* blocks for which the way to a telephone on hook is still open */
    dial_order dial[BOARD_DIALS];
    int32_t dial_first, dials, dial_at_work;
    uint8_t params[PARAMS_BYTES];
    int64_t read, written; /* blocks since */
    int16_t sent[BOARD_SENT][BOARD_BLOCK];
    /* for the other thread */
    _Atomic int32_t off_hook_told, alarm_told, neon, refused, why, lost;
    _Atomic int64_t rx_slips, tx_slips;
} dahdi_port;

struct cti_dahdi_board {
    cti_dahdi_board_config cfg;
    cti_dahdi_door door;
    cti_fed_board *fed;
    cti_board inner; /* the fed board's */
    size_t echoes, echo_size;
    _Atomic int32_t state; /* enum cti_dahdi_board_state */
    _Atomic int32_t ticking;
    int32_t begun;
    int64_t ticks, came_ns, sends_ns; /* of this tick: the blocks' times, as the fed board is told */
    dahdi_port port[BOARD_PORTS];
};

static inline int board_ask(const cti_dahdi_board *b, const dahdi_port *p, uint32_t request, void *arg,
                            int size) {
    return b->door.ioctl(b->door.ctx, p->handle, request, arg, size);
}

static inline int board_order(const cti_dahdi_board *b, const dahdi_port *p, uint32_t request,
                              int32_t value) {
    return board_ask(b, p, request, &value, sizeof value);
}

static inline void board_count(_Atomic int64_t *counter, int64_t n) {
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

static inline cti_echo_can *board_echo(cti_dahdi_board *b, const dahdi_port *p) {
    return (cti_echo_can *)((unsigned char *)b + b->echoes + (size_t)p->number * b->echo_size);
}

/* CTI_ERR_FULL: too much was told in this tick. */
static inline int board_tell(cti_dahdi_board *b, const dahdi_port *p, int kind, int value, int ref) {
    return cti_fed_board_tell(b->fed, p->number, kind, value, 0, ref, -1);
}

void board_set_off_hook(dahdi_port *p, int off_hook);

/* Orders of the tick (board_orders.c). */
int board_control(cti_dahdi_board *b, dahdi_port *p, int what, int value);
/* A flash or digit is through, or (0) is not. */
void board_dialled(cti_dahdi_board *b, dahdi_port *p, int done);
/* What the kernel would not take yet. */
void board_again(cti_dahdi_board *b, dahdi_port *p);

/* Events of the kernel (board_events.c): 0, or a negative errno. */
int board_events(cti_dahdi_board *b, dahdi_port *p);
/* How the channel is now, where that was not told. */
int board_look(cti_dahdi_board *b, dahdi_port *p);

/* Audio (board_sound.c): 0, or a negative errno of a channel that is gone. */
int board_start(cti_dahdi_board *b, dahdi_port *p);
int board_serve(cti_dahdi_board *b, dahdi_port *p);
