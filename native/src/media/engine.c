/* engine: its memory, and the program's side of it; engine_command.c has the commands, engine_tick.c the
 * tick. */
#include "cti/engine.h"

#include <string.h>

#include "cti/conference.h"
#include "cti/error.h"
#include "media/engine_parts.h"

enum { MOST_PORTS = 512, MOST_BOARDS = 64, MOST_BRIDGES = 256, LONGEST_RECORD_SECONDS = 600, RATE = 8000 };

static size_t place(size_t *end, size_t size) {
    size_t at = *end;
    *end = (at + size + 63) & ~(size_t)63;
    return at;
}

static int lay_out(const cti_engine_config *c, cti_engine_layout *l) {
    if (c == NULL || c->ports < 1 || c->ports > MOST_PORTS || c->boards < 1 || c->boards > MOST_BOARDS ||
        c->bridges < 0 || c->bridges > MOST_BRIDGES || c->record_seconds < 1 ||
        c->record_seconds > LONGEST_RECORD_SECONDS)
        return CTI_ERR_ARG;
    size_t commands = cti_ring_size(c->commands, sizeof(cti_command));
    size_t events = cti_ring_size(c->events, sizeof(cti_event));
    if (commands == 0 || events == 0)
        return CTI_ERR_ARG;
    size_t ports = (size_t)c->ports;
    memset(l, 0, sizeof *l);
    l->found_room = 64 + EVENTS_OF_PORT * c->ports;
    l->player_size = cti_player_size();
    l->recorder_size = cti_recorder_size(c->record_seconds * RATE);
    size_t end = (sizeof(struct cti_engine) + 63) & ~(size_t)63;
    l->commands = place(&end, commands);
    l->events = place(&end, events);
    l->boards = place(&end, (size_t)c->boards * sizeof(cti_engine_board));
    l->ports = place(&end, ports * sizeof(cti_engine_port));
    l->messages = place(&end, ports * MESSAGES * sizeof(cti_message_slot));
    l->ear = place(&end, cti_ear_size(c->ports));
    l->players = place(&end, ports * l->player_size);
    l->echo_size = (cti_echo_can_size() + 63) & ~(size_t)63;
    l->echo = place(&end, ports * l->echo_size);
    l->disabler_size = (cti_tone_disabler_size() + 63) & ~(size_t)63;
    l->disablers = place(&end, ports * l->disabler_size);
    l->mixer_size = (cti_conference_size(CTI_BRIDGE_PARTIES) + 63) & ~(size_t)63;
    l->bridges = place(&end, (size_t)c->bridges * sizeof(cti_engine_bridge));
    l->mixers = place(&end, (size_t)c->bridges * l->mixer_size);
    l->tx = place(&end, ports * TICK * sizeof(int16_t));
    l->rx = place(&end, ports * TICK * sizeof(int16_t));
    l->found = place(&end, (size_t)l->found_room * sizeof(cti_event));
    l->sorted = place(&end, (size_t)l->found_room * sizeof(cti_event));
    l->recorders = place(&end, ports * RECORDERS * l->recorder_size);
    l->end = end;
    return CTI_OK;
}

void cti_engine_defaults(cti_engine_config *cfg) {
    *cfg =
        (cti_engine_config){.ports = 1, .boards = 1, .record_seconds = 30, .commands = 1024, .events = 8192};
    cfg->bridges = 4;
}

size_t cti_engine_size(const cti_engine_config *cfg) {
    cti_engine_layout l;
    return lay_out(cfg, &l) == CTI_OK ? l.end : 0;
}

int cti_engine_init(cti_engine *e, size_t size, const cti_engine_config *cfg) {
    cti_engine_layout l;
    if (e == NULL || lay_out(cfg, &l) != CTI_OK)
        return CTI_ERR_ARG;
    if (size < l.end)
        return CTI_ERR_SIZE;
    memset(e, 0, l.recorders);
    e->cfg = *cfg;
    e->lay = l;
    cti_ring_init(commands_of(e), l.events - l.commands, cfg->commands, sizeof(cti_command));
    cti_ring_init(events_of(e), l.boards - l.events, cfg->events, sizeof(cti_event));
    int result = cti_ear_init(cti_engine_part(e, l.ear), l.players - l.ear, cfg->ports);
    for (int p = 0; p < cfg->ports && result == CTI_OK; p++) {
        result = cti_player_init(player_of(e, p), l.player_size);
        for (int w = 0; w < RECORDERS && result == CTI_OK; w++)
            result = cti_recorder_init(recorder_of(e, p, w), l.recorder_size, cfg->record_seconds * RATE);
    }
    return result == CTI_OK ? cti_engine_init_bridges(e) : result;
}

int cti_engine_add_board(cti_engine *e, const cti_board *board) {
    if (e == NULL || board == NULL || board->exchange == NULL || board->control == NULL || board->ports < 0)
        return CTI_ERR_ARG;
    if (atomic_load_explicit(&e->ticks, memory_order_relaxed) > 0)
        return CTI_ERR_STATE;
    if (e->boards == e->cfg.boards || board->ports > e->cfg.ports - e->ports)
        return CTI_ERR_FULL;
    cti_engine_board *b = board_of(e, e->boards++);
    b->board = *board;
    b->first = e->ports;
    b->gone = 0;
    e->ports += board->ports;
    return b->first;
}

int cti_engine_echo_can(cti_engine *e, int port, int taps) {
    if (e == NULL || port < 0 || port >= e->cfg.ports)
        return CTI_ERR_ARG;
    cti_echo_can_config cfg = {taps};
    int result = taps == 0 ? CTI_OK : cti_echo_can_init(echo_of(e, port), e->lay.echo_size, &cfg);
    if (taps > 0 && result == CTI_OK)
        result = cti_tone_disabler_init(disabler_of(e, port), e->lay.disabler_size);
    if (result == CTI_OK)
        port_of(e, port)->echo = taps;
    return result;
}

int cti_engine_events(cti_engine *e, cti_event *ev, int max) {
    if (e == NULL || max < 0 || (ev == NULL && max > 0))
        return CTI_ERR_ARG;
    return max == 0 ? 0 : cti_ring_get(events_of(e), ev, max);
}

static cti_recorder *reader_of(const cti_engine *e, int port, int which) {
    if (e == NULL || port < 0 || port >= e->cfg.ports || which < 0 || which >= RECORDERS)
        return NULL;
    return recorder_of(e, port, which);
}

int cti_engine_read(cti_engine *e, int port, int which, int16_t *out, int frames) {
    cti_recorder *r = reader_of(e, port, which);
    return r == NULL ? CTI_ERR_ARG : cti_recorder_read(r, out, frames);
}

int32_t cti_engine_reading(cti_engine *e, int port, int which) {
    cti_recorder *r = reader_of(e, port, which);
    return r == NULL ? CTI_ERR_ARG : cti_recorder_reading(r);
}

int64_t cti_engine_frames(const cti_engine *e, int port, int which, int32_t ref) {
    const cti_recorder *r = reader_of(e, port, which);
    return r == NULL ? CTI_ERR_ARG : cti_recorder_frames_of(r, ref);
}

int cti_engine_stats_get(const cti_engine *e, cti_engine_stats *out) {
    if (e == NULL || out == NULL)
        return CTI_ERR_ARG;
    out->ticks = atomic_load_explicit(&e->ticks, memory_order_relaxed);
    out->now = atomic_load_explicit(&e->now, memory_order_acquire);
    out->late_ticks = atomic_load_explicit(&e->late_ticks, memory_order_relaxed);
    out->slips = atomic_load_explicit(&e->slips, memory_order_relaxed);
    out->slip_samples = atomic_load_explicit(&e->slip_samples, memory_order_relaxed);
    out->worst_late_ns = atomic_load_explicit(&e->worst_late_ns, memory_order_relaxed);
    out->busy_ns = atomic_load_explicit(&e->busy_ns, memory_order_relaxed);
    out->events_lost = atomic_load_explicit(&e->events_lost, memory_order_relaxed);
    out->commands_refused = atomic_load_explicit(&e->refused, memory_order_relaxed);
    return CTI_OK;
}
