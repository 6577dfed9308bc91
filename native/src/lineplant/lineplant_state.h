#pragma once

/* The plant's memory, one block: this struct, then the parts at their offsets. */

#include <stddef.h>
#include <stdint.h>

#include "base/random_state.h"
#include "base/ring.h"
#include "cti/dtmf_rx.h"
#include "cti/lineplant.h"
#include "cti/recorder.h"

enum {
    PLANT_TICK = 160,
    PLANT_ECHO_ROOM = 512,  /* samples: 32 ms and a tick, rounded up to a power of two */
    PLANT_BOARD_EVENTS = 8, /* of a line, waiting for the board's reader */
    PLANT_LINE_EVENTS = 32  /* of a line in a tick */
};

typedef struct plant_line {
    cti_plant_line_config cfg;
    float loss;         /* factor of one way */
    float echo;         /* factor of the signal's own return */
    int32_t echo_delay; /* samples */
    cti_random noise;
    int16_t history[PLANT_ECHO_ROOM]; /* what the terminal sent, for the echo */
    int32_t other;                    /* the line switched through to, -1 = none */
    int8_t off_hook, ringing, battery, reversed;
    int8_t loaded;      /* the exchange's player may have something to send */
    int8_t speaking;    /* so may the telephone's */
    int8_t listening;   /* the telephone's ear: its detectors */
    int64_t heard_from; /* when the dial receiver was reset */
} plant_line;

typedef struct plant_layout {
    size_t commands, events, lines, players, receivers, phone_players, recorders, ear;
    size_t sent, up, heard, end;
    size_t player_size, receiver_size, recorder_size, ear_size;
} plant_layout;

struct cti_plant {
    cti_plant_config cfg;
    plant_layout lay;
    int32_t lines;
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

static inline int plant_is_phone(const cti_plant *p, int line) {
    return line >= p->cfg.board_lines;
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

static inline cti_ring *plant_events(const cti_plant *p) {
    return plant_part(p, p->lay.events);
}

/* Events for hwsim. What finds the ring full is counted and told once there is room. */
void plant_tell(cti_plant *p, const cti_event *ev, int n);
/* One event for the board's reader. */
void plant_tell_board(cti_plant *p, int64_t at, int line, int kind, int value);
/* The signal of one tick: from terminals to exchange, through the switch, and back. */
void plant_signal(cti_plant *p, int64_t at, const int16_t *tx, int16_t *rx);
