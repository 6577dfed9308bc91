/* engine_parts: where the parts of the engine's block lie. */
#pragma once

#include "cti/echo_can.h"
#include "cti/tone_disabler.h"
#include "media/engine_state.h"

static inline cti_ring *commands_of(const cti_engine *e) {
    return cti_engine_part(e, e->lay.commands);
}

static inline cti_ring *events_of(const cti_engine *e) {
    return cti_engine_part(e, e->lay.events);
}

static inline cti_engine_board *board_of(const cti_engine *e, int i) {
    return (cti_engine_board *)cti_engine_part(e, e->lay.boards) + i;
}

static inline cti_engine_port *port_of(const cti_engine *e, int port) {
    return (cti_engine_port *)cti_engine_part(e, e->lay.ports) + port;
}

static inline cti_player *player_of(const cti_engine *e, int port) {
    return cti_engine_part(e, e->lay.players + (size_t)port * e->lay.player_size);
}

static inline cti_recorder *recorder_of(const cti_engine *e, int port, int which) {
    return cti_engine_part(e, e->lay.recorders +
                                  ((size_t)port * RECORDERS + (size_t)which) * e->lay.recorder_size);
}

static inline cti_echo_can *echo_of(const cti_engine *e, int port) {
    return cti_engine_part(e, e->lay.echo + (size_t)port * e->lay.echo_size);
}

static inline cti_tone_disabler *disabler_of(const cti_engine *e, int port) {
    return cti_engine_part(e, e->lay.disablers + (size_t)port * e->lay.disabler_size);
}

static inline cti_engine_bridge *bridge_of(const cti_engine *e, int bridge) {
    return (cti_engine_bridge *)cti_engine_part(e, e->lay.bridges) + bridge;
}

static inline int16_t *tx_of(const cti_engine *e, int port) {
    return (int16_t *)cti_engine_part(e, e->lay.tx) + (size_t)port * TICK;
}

static inline int16_t *rx_of(const cti_engine *e, int port) {
    return (int16_t *)cti_engine_part(e, e->lay.rx) + (size_t)port * TICK;
}

static inline cti_event *found_of(const cti_engine *e) {
    return cti_engine_part(e, e->lay.found);
}
