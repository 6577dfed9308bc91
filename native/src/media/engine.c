#include "cti/engine.h"

#include <string.h>

#include "cti/echo_can.h"
#include "cti/error.h"
#include "cti/tone_disabler.h"
#include "media/engine_state.h"

enum { MOST_PORTS = 512, MOST_BOARDS = 64, LONGEST_RECORD_SECONDS = 600, RATE = 8000 };

static size_t place(size_t *end, size_t size) {
    size_t at = *end;
    *end = (at + size + 63) & ~(size_t)63;
    return at;
}

static int lay_out(const cti_engine_config *c, cti_engine_layout *l) {
    if (c == NULL || c->ports < 1 || c->ports > MOST_PORTS || c->boards < 1 || c->boards > MOST_BOARDS ||
        c->record_seconds < 1 || c->record_seconds > LONGEST_RECORD_SECONDS)
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
}

size_t cti_engine_size(const cti_engine_config *cfg) {
    cti_engine_layout l;
    return lay_out(cfg, &l) == CTI_OK ? l.end : 0;
}

static cti_ring *commands_of(const cti_engine *e) {
    return cti_engine_part(e, e->lay.commands);
}

static cti_ring *events_of(const cti_engine *e) {
    return cti_engine_part(e, e->lay.events);
}

static cti_engine_board *board_of(const cti_engine *e, int i) {
    return (cti_engine_board *)cti_engine_part(e, e->lay.boards) + i;
}

static cti_engine_port *port_of(const cti_engine *e, int port) {
    return (cti_engine_port *)cti_engine_part(e, e->lay.ports) + port;
}

static cti_player *player_of(const cti_engine *e, int port) {
    return cti_engine_part(e, e->lay.players + (size_t)port * e->lay.player_size);
}

static cti_recorder *recorder_of(const cti_engine *e, int port, int which) {
    return cti_engine_part(e, e->lay.recorders +
                                  ((size_t)port * RECORDERS + (size_t)which) * e->lay.recorder_size);
}

static cti_echo_can *echo_of(const cti_engine *e, int port) {
    return cti_engine_part(e, e->lay.echo + (size_t)port * e->lay.echo_size);
}

static cti_tone_disabler *disabler_of(const cti_engine *e, int port) {
    return cti_engine_part(e, e->lay.disablers + (size_t)port * e->lay.disabler_size);
}

static int16_t *tx_of(const cti_engine *e, int port) {
    return (int16_t *)cti_engine_part(e, e->lay.tx) + (size_t)port * TICK;
}

static int16_t *rx_of(const cti_engine *e, int port) {
    return (int16_t *)cti_engine_part(e, e->lay.rx) + (size_t)port * TICK;
}

static cti_event *found_of(const cti_engine *e) {
    return cti_engine_part(e, e->lay.found);
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
    return result;
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

static int acceptable(const cti_engine *e, const cti_command *c) {
    if (c->port < 0 || c->port >= e->ports)
        return 0;
    switch (c->kind) {
    case CTI_CMD_LINE:
        return c->what >= CTI_LINE_HOOK && c->what <= CTI_LINE_PULSES;
    case CTI_CMD_PLAY:
    case CTI_CMD_STOP:
    case CTI_CMD_LISTEN:
        return 1;
    case CTI_CMD_RECORD:
        return c->what >= 0 && c->what < RECORDERS && c->ref >= 0 &&
               (c->value == CTI_RECORD_BOTH || c->value == CTI_RECORD_RX);
    case CTI_CMD_RECORD_STOP:
        return c->what >= 0 && c->what < RECORDERS;
    case CTI_CMD_PROGRESS:
        return cti_progress_check(c->progress) == CTI_OK;
    default:
        return 0;
    }
}

int cti_engine_post(cti_engine *e, const cti_command *commands, int n) {
    if (e == NULL || n < 0 || (commands == NULL && n > 0))
        return CTI_ERR_ARG;
    for (int i = 0; i < n; i++)
        if (!acceptable(e, &commands[i]))
            return CTI_ERR_ARG;
    return n == 0 ? CTI_OK : cti_ring_put(commands_of(e), commands, n);
}

/* One more event of this tick; what finds no room is counted. */
static void find(cti_engine *e, int64_t at, int port, int kind, int value, int64_t length, int32_t ref) {
    if (e->found == e->lay.found_room) {
        cti_engine_count(&e->events_lost, 1);
        e->lost_untold++;
        return;
    }
    cti_event *ev = &found_of(e)[e->found++];
    memset(ev, 0, sizeof *ev);
    ev->at = at;
    ev->start = at;
    ev->port = port;
    ev->kind = kind;
    ev->value = value;
    ev->length = length > INT32_MAX ? INT32_MAX : (int32_t)length;
    ev->ref = ref;
}

/* --- 1: commands --- */

static int line_command(cti_engine *e, const cti_command *c) {
    for (int i = 0; i < e->boards; i++) {
        const cti_engine_board *b = board_of(e, i);
        if (c->port >= b->first && c->port < b->first + b->board.ports)
            return b->gone ? CTI_ERR_GONE
                           : b->board.control(b->board.ctx, c->port - b->first, c->what, c->value);
    }
    return CTI_ERR_ARG;
}

static int start_recording(cti_engine *e, int64_t now, int port, int which, int32_t ref, int channels) {
    int result = cti_recorder_start(recorder_of(e, port, which), ref, channels);
    if (result == CTI_OK)
        port_of(e, port)->open_ref[which] = ref;
    else
        find(e, now, port, CTI_EV_RECORD_DONE, 0, 0, ref);
    return result;
}

static int record_command(cti_engine *e, int64_t now, const cti_command *c) {
    cti_engine_port *p = port_of(e, c->port);
    if (c->when == 0)
        return start_recording(e, now, c->port, c->what, c->ref, c->value);
    if (p->armed[c->what] != 0) {
        find(e, now, c->port, CTI_EV_RECORD_DONE, 0, 0, c->ref);
        return CTI_ERR_STATE;
    }
    p->armed[c->what] = c->value;
    p->armed_ref[c->what] = c->ref;
    return CTI_OK;
}

static void record_stop_command(cti_engine *e, int64_t now, const cti_command *c) {
    cti_engine_port *p = port_of(e, c->port);
    cti_recorder *r = recorder_of(e, c->port, c->what);
    if (cti_recorder_open(r) && (c->ref == -1 || c->ref == p->open_ref[c->what])) {
        cti_recorder_stop(r);
        find(e, now, c->port, CTI_EV_RECORD_DONE, 0, cti_recorder_frames(r), p->open_ref[c->what]);
    }
    if (p->armed[c->what] != 0 && (c->ref == -1 || c->ref == p->armed_ref[c->what])) {
        p->armed[c->what] = 0;
        find(e, now, c->port, CTI_EV_RECORD_DONE, 0, 0, p->armed_ref[c->what]);
    }
}

static void obey(cti_engine *e, int64_t now, const cti_command *c) {
    int result = CTI_OK;
    switch (c->kind) {
    case CTI_CMD_LINE:
        result = line_command(e, c);
        if (result < 0 && (c->what == CTI_LINE_PULSES || c->what == CTI_LINE_FLASH))
            find(e, now, c->port, CTI_EV_DIALLED, 0, 0, 0);
        break;
    case CTI_CMD_PLAY:
        result = c->when ? cti_player_interrupt(player_of(e, c->port), &c->item)
                         : cti_player_put(player_of(e, c->port), &c->item);
        if (result < 0)
            find(e, now, c->port, CTI_EV_PLAY_DONE, CTI_PLAY_STOPPED, 0, c->item.ref);
        break;
    case CTI_CMD_STOP:
        result = cti_player_stop(player_of(e, c->port), c->ref);
        break;
    case CTI_CMD_RECORD:
        result = record_command(e, now, c);
        break;
    case CTI_CMD_RECORD_STOP:
        record_stop_command(e, now, c);
        break;
    case CTI_CMD_LISTEN:
        result = cti_ear_listen(cti_engine_part(e, e->lay.ear), c->port, c->value);
        break;
    case CTI_CMD_PROGRESS:
        result = cti_ear_progress(cti_engine_part(e, e->lay.ear), c->port, c->progress);
        break;
    default:
        break;
    }
    if (result < 0)
        cti_engine_count(&e->refused, 1);
}

static void take_commands(cti_engine *e, int64_t now) {
    cti_command c;
    for (int n = cti_ring_count(commands_of(e)); n > 0; n--) {
        cti_ring_get(commands_of(e), &c, 1);
        obey(e, now, &c);
    }
}

/* --- 2 and 7: players and recorders --- */

static void play(cti_engine *e, int64_t now) {
    memset(cti_engine_part(e, e->lay.tx), 0, (size_t)e->cfg.ports * TICK * sizeof(int16_t));
    for (int p = 0; p < e->ports; p++) {
        cti_event *ev = found_of(e) + e->found;
        int n = cti_player_run(player_of(e, p), now, tx_of(e, p), TICK, ev, e->lay.found_room - e->found);
        for (int i = 0; i < n; i++)
            ev[i].port = p;
        e->found += n;
    }
}

static void record(cti_engine *e, int64_t now) {
    for (int p = 0; p < e->ports; p++)
        for (int w = 0; w < RECORDERS; w++) {
            cti_event *ev = found_of(e) + e->found;
            int n = cti_recorder_run(recorder_of(e, p, w), now, tx_of(e, p), rx_of(e, p), TICK, ev,
                                     e->found < e->lay.found_room ? 1 : 0);
            if (n > 0)
                ev->port = p;
            e->found += n;
        }
}

/* --- 3 and 4: boards --- */

static void start_armed(cti_engine *e, int64_t now, int port) {
    cti_engine_port *p = port_of(e, port);
    for (int w = 0; w < RECORDERS; w++) {
        if (p->armed[w] == 0)
            continue;
        if (start_recording(e, now, port, w, p->armed_ref[w], p->armed[w]) < 0)
            cti_engine_count(&e->refused, 1);
        p->armed[w] = 0;
    }
}

/* A board's events, renumbered; those it has no right to are dropped, and times kept within the tick. */
static int accept_events(cti_engine *e, const cti_engine_board *b, int64_t now, cti_event *ev, int n) {
    int kept = 0;
    for (int i = 0; i < n; i++) {
        cti_event it = ev[i];
        int of_a_board = (it.kind >= CTI_EV_RING_ON && it.kind <= CTI_EV_DIALLED) ||
                         it.kind == CTI_EV_DIGIT_DOWN || it.kind == CTI_EV_DIGIT_UP;
        if (!of_a_board || it.port < 0 || it.port >= b->board.ports) {
            cti_engine_count(&e->events_lost, 1);
            e->lost_untold++;
            continue;
        }
        it.port += b->first;
        it.at = it.at < now ? now : it.at > now + TICK ? now + TICK : it.at;
        ev[kept++] = it;
    }
    return kept;
}

static void lose_board(cti_engine *e, cti_engine_board *b, int64_t now) {
    b->gone = 1;
    for (int p = 0; p < b->board.ports; p++)
        find(e, now, b->first + p, CTI_EV_ALARM, 1, 0, 0);
}

static void exchange(cti_engine *e, int64_t now) {
    for (int i = 0; i < e->boards; i++) {
        cti_engine_board *b = board_of(e, i);
        if (b->gone || b->board.ports == 0)
            continue;
        int begin = e->found;
        cti_event *ev = found_of(e) + begin;
        int room = e->lay.found_room - begin;
        int n = b->board.exchange(b->board.ctx, now, tx_of(e, b->first), rx_of(e, b->first), TICK, ev, room);
        if (n < 0) {
            memset(rx_of(e, b->first), 0, (size_t)b->board.ports * TICK * sizeof(int16_t));
            lose_board(e, b, now);
            continue;
        }
        e->found += accept_events(e, b, now, ev, n < room ? n : room);
        int end = e->found; /* starting a recording may add one that failed */
        for (int k = begin; k < end; k++)
            if (found_of(e)[k].kind == CTI_EV_SEIZED)
                start_armed(e, now, found_of(e)[k].port);
    }
}

/* --- 5: the echo of what was sent --- */

static void cancel(cti_engine *e, int begin) {
    for (int k = begin; k < e->found; k++) { /* another call is another line */
        int p = found_of(e)[k].port;
        if (found_of(e)[k].kind == CTI_EV_SEIZED && port_of(e, p)->echo > 0) {
            cti_echo_can_reset(echo_of(e, p));
            cti_tone_disabler_reset(disabler_of(e, p));
        }
    }
    for (int p = 0; p < e->ports; p++) {
        if (port_of(e, p)->echo == 0)
            continue;
        int aside = cti_tone_disabler_run(disabler_of(e, p), tx_of(e, p), rx_of(e, p), TICK) == 1;
        if (aside && !port_of(e, p)->echo_aside)
            cti_echo_can_reset(echo_of(e, p)); /* what was sent meanwhile it will not have seen */
        port_of(e, p)->echo_aside = aside;
        if (!aside)
            cti_echo_can_run(echo_of(e, p), tx_of(e, p), rx_of(e, p), rx_of(e, p), TICK);
    }
}

/* --- 6: the ear --- */

static void hear(cti_engine *e, int begin) {
    e->found += cti_ear_run(cti_engine_part(e, e->lay.ear), rx_of(e, 0), TICK, TICK, found_of(e) + e->found,
                            e->lay.found_room - e->found);
    for (int k = begin; k < e->found; k++) {
        const cti_event *ev = &found_of(e)[k];
        if (ev->kind == CTI_EV_DIGIT_DOWN)
            cti_player_digit(player_of(e, ev->port), ev->value);
        else if (ev->kind == CTI_EV_CALLER_ID)
            cti_engine_keep_message(e, ev);
    }
}

/* --- 8: events --- */

static int not_after(const cti_event *a, const cti_event *b) {
    if (a->at != b->at)
        return a->at < b->at;
    if (a->port != b->port)
        return a->port < b->port;
    return a->kind <= b->kind;
}

/* Orders by (at, port, kind); those alike stay as they were found. Returns where they lie. */
static cti_event *sort_events(cti_event *from, cti_event *to, int n) {
    for (int width = 1; width < n; width *= 2) {
        for (int low = 0; low < n; low += 2 * width) {
            int middle = low + width < n ? low + width : n, high = low + 2 * width < n ? low + 2 * width : n;
            for (int a = low, b = middle, k = low; k < high; k++)
                to[k] = a < middle && (b >= high || not_after(&from[a], &from[b])) ? from[a++] : from[b++];
        }
        cti_event *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

static void tell(cti_engine *e, int64_t now) {
    cti_ring *ring = events_of(e);
    if (e->lost_untold > 0 && cti_ring_room(ring) > 0) {
        cti_event lost = {.at = now, .start = now, .port = -1, .kind = CTI_EV_EVENTS_LOST};
        lost.value = e->lost_untold;
        cti_ring_put(ring, &lost, 1);
        e->lost_untold = 0;
    }
    int n = e->found, room = cti_ring_room(ring);
    cti_event *sorted = sort_events(found_of(e), cti_engine_part(e, e->lay.sorted), n);
    if (n > room) {
        cti_engine_count(&e->events_lost, n - room);
        e->lost_untold += n - room;
        n = room;
    }
    cti_ring_put(ring, sorted, n);
    e->found = 0;
}

int cti_engine_tick(cti_engine *e) {
    if (e == NULL)
        return CTI_ERR_ARG;
    int64_t now = atomic_load_explicit(&e->now, memory_order_relaxed);
    take_commands(e, now);
    play(e, now);
    int begin = e->found;
    exchange(e, now);
    cancel(e, begin);
    hear(e, begin);
    record(e, now);
    tell(e, now);
    cti_engine_count(&e->ticks, 1);
    atomic_store_explicit(&e->now, now + TICK, memory_order_release);
    return cti_ring_count(events_of(e));
}

void cti_engine_slip(cti_engine *e, int64_t late_samples, int64_t ticks) {
    cti_engine_count(&e->slips, 1);
    cti_engine_count(&e->slip_samples, late_samples);
    cti_event ev = {.port = -1, .kind = CTI_EV_SLIP};
    ev.at = ev.start = atomic_load_explicit(&e->now, memory_order_relaxed);
    ev.length = late_samples > INT32_MAX ? INT32_MAX : (int32_t)late_samples;
    ev.value = ticks > INT32_MAX ? INT32_MAX : (int32_t)ticks;
    if (cti_ring_put(events_of(e), &ev, 1) != CTI_OK) {
        cti_engine_count(&e->events_lost, 1);
        e->lost_untold++;
    }
}

/* --- the program's side --- */

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
