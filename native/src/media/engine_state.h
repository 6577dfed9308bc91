#pragma once

/* The engine's memory, one block: this struct, then the parts at their offsets. Shared by the
 * engine, its message store and the live loop. */

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ring.h"
#include "cti/engine.h"

enum {
    TICK = 160,              /* samples: 20 ms */
    RECORDERS = 3,           /* of a port: 0 the line, 1 a message, 2 a sample of the line */
    MESSAGES = 4,            /* caller-ID messages kept of a port */
    MESSAGE_WORDS = 128,     /* 512 bytes: type, length and 255 bytes of an MDMF message, twice over */
    BOARD_MESSAGE = 1 << 30, /* in the ref of a caller-ID message: a board told it, not the ear */
    EVENTS_OF_PORT = 32,     /* room in a tick; the ear, the players and the board keep what finds none */
    LATE_NS = 20 * 1000 * 1000
};

/* Written by the tick, read by the program's thread: `turn` is odd while it is being written. */
typedef struct cti_message_slot {
    _Atomic uint32_t turn;
    _Atomic int32_t ref;
    _Atomic int32_t length;
    _Atomic uint32_t word[MESSAGE_WORDS];
} cti_message_slot;

typedef struct cti_engine_port {
    int32_t armed[RECORDERS]; /* channels to record from the seizure on; 0 = not armed */
    int32_t armed_ref[RECORDERS];
    int32_t open_ref[RECORDERS]; /* of the recording that is open */
    int32_t next_message;
    int32_t echo;       /* taps of its echo canceller; 0 = none */
    int32_t echo_aside; /* a modem has asked it to stand aside */
    int32_t quiet;      /* ticks since anything was played, recorded or bridged, up to QUIET */
    int32_t rests;
    int32_t bridged; /* it is a party of `bridge` */
    int32_t bridge;
    cti_terminal terminal; /* run is null: none */
    int32_t terminal_ref;
} cti_engine_port;

/* Places of a conference mixer, and who has them. Who leaves keeps his until the mixer has let him fade. */
typedef struct cti_engine_bridge {
    int32_t port[CTI_BRIDGE_PARTIES]; /* -1: free */
    int32_t leaving[CTI_BRIDGE_PARTIES];
    int32_t whispers_to[CTI_BRIDGE_PARTIES]; /* a place, -1: to nobody */
    int32_t parties;                         /* places taken */
} cti_engine_bridge;

typedef struct cti_engine_board {
    cti_board board;
    int32_t first; /* its first port's number */
    int32_t gone;
} cti_engine_board;

typedef struct cti_engine_layout {
    size_t commands, events, boards, ports, messages, ear, players, echo, disablers, bridges, mixers,
        recorders, tx, rx, found, sorted, end;
    size_t player_size, recorder_size, echo_size, disabler_size, mixer_size;
    int32_t found_room; /* events of one tick */
} cti_engine_layout;

struct cti_engine {
    cti_engine_config cfg;
    cti_engine_layout lay;
    int32_t boards;
    int32_t ports;       /* of the boards added */
    int32_t lost_untold; /* events dropped since the last CTI_EV_EVENTS_LOST */
    int32_t found;       /* events of this tick so far */
    int32_t may_rest;
    _Atomic int64_t ticks, now, late_ticks, slips, slip_samples, worst_late_ns, busy_ns, events_lost, refused;
};

static inline void *cti_engine_part(const cti_engine *e, size_t offset) {
    return (unsigned char *)(uintptr_t)e + offset;
}

/* One writer each, so a plain add is enough. */
static inline void cti_engine_count(_Atomic int64_t *counter, int64_t n) {
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

static inline cti_message_slot *cti_engine_messages(const cti_engine *e, int port) {
    return (cti_message_slot *)cti_engine_part(e, e->lay.messages) + (size_t)port * MESSAGES;
}

/* The tick: one more event of it; what finds no room is counted. */
void cti_engine_find(cti_engine *e, int64_t at, int port, int kind, int value, int64_t length, int32_t ref);
/* The tick: obeys the commands that wait. */
void cti_engine_take_commands(cti_engine *e, int64_t now);
/* The tick: CTI_OK, or an error, which is told as a recording that is done. */
int cti_engine_start_recording(cti_engine *e, int64_t now, int port, int which, int32_t ref, int channels);
/* The tick: keeps the message that a CTI_EV_CALLER_ID speaks of. */
void cti_engine_keep_message(cti_engine *e, const cti_event *ev);
/* The tick, before the boards are exchanged: tells them which ports they may let rest. */
void cti_engine_offer_rest(cti_engine *e);
/* The tick, behind that: takes down which ports rest, and makes up for what the others have missed. */
void cti_engine_see_rest(cti_engine *e);
/* Nobody is on any bridge. */
int cti_engine_init_bridges(cti_engine *e);
/* The tick: CTI_CMD_JOIN; CTI_OK, or an error; the role the port has then is told. */
int cti_engine_join_bridge(cti_engine *e, int64_t now, const cti_command *c);
/* The tick: the port is a party of no bridge, and this is told, if it was of one. */
void cti_engine_leave_bridge(cti_engine *e, int64_t now, int port);
/* The tick: what came from the parties of bridges in the tick before is added to what is sent to the others.
 */
void cti_engine_mix(cti_engine *e);
/* The tick: the terminals take what came and write what is sent. */
void cti_engine_run_terminals(cti_engine *e, int64_t now);
/* The tick: CTI_CMD_ATTACH; CTI_OK, or an error, which is told as a terminal that is off again. */
int cti_engine_attach(cti_engine *e, int64_t now, const cti_command *c);
/* The tick: the port's terminal `ref` (-1: any) is off it, and this is told, if there was one. */
void cti_engine_detach(cti_engine *e, int64_t now, int port, int32_t ref, int why);
/* A port rests no more. */
void cti_engine_wake(cti_engine *e, int port);
