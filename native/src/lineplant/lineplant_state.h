#pragma once

/* The plant's memory, one block: this struct, then the parts at their offsets. */

#include <stddef.h>
#include <stdint.h>

#include "base/random_state.h"
#include "base/ring.h"
#include "cti/dtmf_rx.h"
#include "cti/lineplant.h"
#include "cti/recorder.h"
#include "line/pulse_state.h"
#include "lineplant/plant_wire.h"

enum {
    PLANT_TICK = 160,
    PLANT_ECHO_ROOM = 512,                    /* samples: 32 ms and a tick, rounded up to a power of two */
    PLANT_BOARD_EVENTS = 8 + CTI_PULSE_QUEUE, /* of a line, waiting for the board's reader */
    PLANT_LINE_EVENTS = 32,                   /* of a line in a tick */
    PLANT_HEARD = 4,                          /* further lines that a line hears */
    PLANT_CALM = 8,                           /* ticks: longer than its history holds what was sent */
    PLANT_HOOK_CHANGES = 1 + 4 /* of a line in a tick: by command, and by pulses 10 ms and longer */
};

typedef struct plant_line {
    cti_plant_line_config cfg;
    float loss;         /* factor of one way */
    float echo;         /* factor of the signal's own return */
    int32_t echo_delay; /* samples */
    cti_random noise;
    int16_t history[PLANT_ECHO_ROOM]; /* what the terminal sent, for the echo */
    int32_t other;                    /* the line switched through to, -1 = none */
    int32_t hears;                    /* further lines: how many */
    int32_t heard[PLANT_HEARD];
    float heard_gain[PLANT_HEARD];
    int8_t off_hook; /* what the terminal was last told: pulses and flash apart */
    int8_t taken;    /* what the exchange knows of it */
    int8_t closed;   /* the loop, at the beginning of the tick */
    int8_t ringing, battery, reversed;
    int32_t changes; /* of the loop in this tick */
    cti_hook_change change[PLANT_HOOK_CHANGES];
    cti_pulse_tx dial;   /* the terminal's pulses */
    cti_pulse_rx pulse;  /* the exchange's receiver of them */
    int8_t loaded;       /* the exchange's player may have something to send */
    int8_t speaking;     /* so may the telephone's */
    int8_t listening;    /* the telephone's ear: its detectors */
    int64_t heard_from;  /* when the dial receiver was reset */
    int8_t wired;        /* has a wire */
    int8_t may_rest;     /* board lines: its reader can do without the sound of this tick */
    int8_t rests;        /* and there was none in the last one */
    int32_t calm;        /* ticks since it carried something, up to PLANT_CALM */
    int64_t rested;      /* samples of noise that were not made; since it rests no more, those still owed */
    cti_random recalled; /* their generator, while they are owed; else `noise` itself is */
    cti_random far;      /* the board's own telephones: their noise; `noise` is at the board */
} plant_line;

typedef struct plant_layout {
    size_t commands, events, lines, players, receivers, phone_players, recorders, ear;
    size_t kernel, wires; /* 0: none */
    size_t sent, up, heard, end;
    size_t player_size, receiver_size, recorder_size, ear_size;
} plant_layout;

struct cti_plant {
    cti_plant_config cfg;
    plant_layout lay;
    int32_t lines;   /* of the exchange; behind them come the board's own telephones */
    int32_t ends;    /* both */
    int32_t waiting; /* board events not yet taken */
    int64_t now;
    uint32_t history_at;
    size_t board_events; /* their place */
    int32_t events_lost; /* not told yet */
};

static inline void *plant_part(const cti_plant *p, size_t offset) {
    return (unsigned char *)(uintptr_t)p + offset;
}

static inline plant_line *plant_line_of(const cti_plant *p, int line) {
    return (plant_line *)plant_part(p, p->lay.lines) + line;
}

/* Somebody may be at it: the exchange's telephones and those behind the board. */
static inline int plant_is_phone(const cti_plant *p, int line) {
    return line >= p->cfg.board_lines;
}

/* A telephone or headset behind the board. */
static inline int plant_is_local(const cti_plant *p, int line) {
    return line >= p->lines;
}

static inline int plant_is_handset(const cti_plant *p, int line) {
    return line >= p->lines + p->cfg.fxs;
}

static inline int plant_phones(const cti_plant *p) {
    return p->ends - p->cfg.board_lines;
}

static inline int plant_ports(const cti_plant *p) {
    return p->ends - p->cfg.phones;
}

/* Where a port of the board ends, and back. */
static inline int plant_line_at(const cti_plant *p, int port) {
    return port < p->cfg.board_lines ? port : port + p->cfg.phones;
}

static inline int plant_port_of(const cti_plant *p, int line) {
    return line < p->cfg.board_lines ? line : line - p->cfg.phones;
}

static inline plant_wire *plant_wire_of(const cti_plant *p, int line) {
    return plant_line_of(p, line)->wired ? (plant_wire *)plant_part(p, p->lay.wires) + line : NULL;
}

static inline int16_t *plant_buffer(const cti_plant *p, size_t part, int line) {
    return (int16_t *)plant_part(p, part) + (size_t)line * PLANT_TICK;
}

static inline cti_player *plant_exchange_player(const cti_plant *p, int line) {
    return plant_part(p, p->lay.players + (size_t)line * p->lay.player_size);
}

static inline cti_player *plant_phone_player(const cti_plant *p, int line) {
    return plant_part(p, p->lay.phone_players + (size_t)(line - p->cfg.board_lines) * p->lay.player_size);
}

static inline cti_recorder *plant_phone_recorder(const cti_plant *p, int line) {
    return plant_part(p, p->lay.recorders + (size_t)(line - p->cfg.board_lines) * p->lay.recorder_size);
}

static inline cti_dtmf_rx *plant_receiver(const cti_plant *p, int line) {
    return plant_part(p, p->lay.receivers + (size_t)line * p->lay.receiver_size);
}

static inline cti_ring *plant_commands(const cti_plant *p) {
    return plant_part(p, p->lay.commands);
}

static inline cti_ring *plant_events(const cti_plant *p) {
    return plant_part(p, p->lay.events);
}

/* Events for hwsim. What finds the ring full is counted and told once there is room. */
void plant_tell(cti_plant *p, const cti_event *ev, int n);
/* The same, of a line's player, receiver or ear; `ref_end` says which of its ends. */
void plant_told(cti_plant *p, int line, int ref_end, cti_event *ev, int n);
/* One event for the board's reader; its port becomes the line's. */
void plant_tell_board(cti_plant *p, int line, const cti_event *ev);
/* A command is in its bounds; the tick carries it out. */
int plant_acceptable(const cti_plant *p, const cti_plant_command *c);
void plant_carry_out(cti_plant *p, int64_t at, const cti_plant_command *c);
/* What both the terminal's owner and, for telephones, hwsim learn of the line. */
void plant_line_event(cti_plant *p, int64_t at, int line, int kind, int value);
void plant_ring(cti_plant *p, int64_t at, int line, int on, int pattern);
void plant_battery(cti_plant *p, int64_t at, int line, int present);
void plant_polarity(cti_plant *p, int64_t at, int line, int reversed);
/* The dial receiver is given to the line; it counts its samples from here. */
void plant_receive_afresh(cti_plant *p, int64_t at, int line);
/* The terminal goes off or on hook. */
void plant_hook(cti_plant *p, int64_t at, int line, int off_hook);
/* The terminal sends a train of pulses, or a flash of `value` samples: a cti_line_control. */
int plant_dial(cti_plant *p, int line, int what, int value);
/* The loops of one tick: pulses are made, and the exchange reads all hooks. */
void plant_loops(cti_plant *p, int64_t at);
/* Silences what falls into the time when the loop is open. */
void plant_gate(const plant_line *l, int64_t at, int16_t *pcm);
/* `line` hears a further one by `tenths` of a dB down; no more of it when that is negative. */
void plant_hear(plant_line *l, int other, int tenths);
/* The loop is closed at some time of this tick, or the exchange waits whether it closes again. */
int plant_in_use(const plant_line *l);
/* A telephone that hangs on its hook, with nobody to hear it: its line is not reckoned. */
int plant_asleep(const cti_plant *p, int line);
/* A telephone's mouthpiece in this tick, before the hook. */
void plant_says(cti_plant *p, int64_t at, int line, int16_t *sent);
/* Adds to what is heard what a hybrid returns of `own`, the signal that this end has sent. */
void plant_add_return(const cti_plant *p, int line, const int16_t *own, int16_t *heard);
/* The terminal's signal of this tick has been taken: does a board line rest in it? */
int plant_rests(plant_line *l);
/* What a cti_board has for lines that rest. */
void plant_rest(void *ctx, int port, int may);
int plant_rested(void *ctx, int port);
int64_t plant_recall(void *ctx, int port, int64_t skip, int16_t *rx);
int plant_idle(void *ctx, int64_t ticks);
/* The signal of one tick: from terminals to exchange, through the switch, and back. */
void plant_signal(cti_plant *p, int64_t at, const int16_t *tx, int16_t *rx);
/* The board's own telephones (lineplant_local.c): as they are in the beginning; a cti_line_control of their
 * port; and their signal, tx and rx of that port. */
int plant_local_init(cti_plant *p, int line);
int plant_local_control(cti_plant *p, int line, int what, int value);
void plant_local_signal(cti_plant *p, int64_t at, int line, const int16_t *tx, int16_t *rx);
