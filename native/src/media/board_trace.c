#include "cti/board_trace.h"

#include <stdatomic.h>
#include <string.h>

#include "base/board_round.h"
#include "base/ring.h"
#include "cti/error.h"

enum { TICK = 160, RECORDS = 2048 };

/* OFF to STARTED and on to STOPPED by who traces, STARTED to ON and STOPPED to OFF by the tick. */
enum { OFF, STARTED, ON, STOPPED };

typedef struct traced_port {
    _Atomic int state;
    int64_t next; /* `at` of the tick that follows */
    int64_t lost_from;
    int32_t lost_ticks, lost_others;
} traced_port;

struct cti_board_trace {
    cti_board_round round;
    _Atomic int begun; /* ports whose trace has been started and has not ended yet */
    size_t ports, rings, ring;
};

static size_t whole(size_t size) {
    return (size + 63) & ~(size_t)63;
}

static size_t lay_out(const cti_board *sound, size_t *ports, size_t *rings, size_t *ring) {
    *ports = whole(sizeof(struct cti_board_trace));
    *rings = *ports + whole((size_t)sound->ports * sizeof(traced_port));
    *ring = cti_ring_size(RECORDS, sizeof(cti_trace_record));
    return *rings + (size_t)sound->ports * *ring;
}

static traced_port *port_of(const cti_board_trace *t, int port) {
    return (traced_port *)(void *)((char *)t + t->ports) + port;
}

static cti_ring *ring_of(const cti_board_trace *t, int port) {
    return (cti_ring *)(void *)((char *)t + t->rings + (size_t)port * t->ring);
}

static int state_of(const traced_port *p) {
    return atomic_load_explicit(&p->state, memory_order_acquire);
}

/* No trace asks for every tick of the line. */
static int is_untraced(const cti_board_round *r, int port) {
    const cti_board_trace *t = (const cti_board_trace *)(const void *)r;
    if (port >= 0)
        return port >= t->round.sound.ports || state_of(port_of(t, port)) == OFF;
    return atomic_load_explicit(&t->begun, memory_order_acquire) == 0;
}

size_t cti_board_trace_size(const cti_board *sound) {
    size_t ports, rings, ring;
    return cti_board_round_takes(sound) ? lay_out(sound, &ports, &rings, &ring) : 0;
}

int cti_board_trace_init(cti_board_trace *t, size_t size, const cti_board *sound) {
    if (t == NULL || !cti_board_round_takes(sound))
        return CTI_ERR_ARG;
    size_t ports, rings, ring;
    if (size < lay_out(sound, &ports, &rings, &ring))
        return CTI_ERR_SIZE;
    memset(t, 0, rings);
    t->round = (cti_board_round){*sound, is_untraced};
    t->ports = ports;
    t->rings = rings;
    t->ring = ring;
    int result = CTI_OK;
    for (int p = 0; p < sound->ports && result == CTI_OK; p++)
        result = cti_ring_init(ring_of(t, p), ring, RECORDS, sizeof(cti_trace_record));
    return result;
}

/* --- the tick --- */

/* 1 when the record, and before it what was lost, found room. */
static int put(const cti_board_trace *t, int port, const cti_trace_record *record) {
    traced_port *p = port_of(t, port);
    cti_ring *ring = ring_of(t, port);
    int lost = p->lost_ticks > 0 || p->lost_others > 0;
    if (cti_ring_room(ring) < 1 + lost)
        return 0;
    if (lost) {
        const cti_trace_record told = {
            .at = p->lost_from, .kind = CTI_TRACE_LOST, .result = p->lost_ticks, .value = p->lost_others};
        cti_ring_put(ring, &told, 1);
        p->lost_ticks = p->lost_others = 0;
    }
    cti_ring_put(ring, record, 1);
    return 1;
}

static void put_or_lose(const cti_board_trace *t, int port, const cti_trace_record *record) {
    if (put(t, port, record))
        return;
    traced_port *p = port_of(t, port);
    if (p->lost_ticks == 0 && p->lost_others == 0)
        p->lost_from = record->at;
    int32_t *count = record->kind == CTI_TRACE_TICK ? &p->lost_ticks : &p->lost_others;
    *count += *count < INT32_MAX;
}

static void put_events(const cti_board_trace *t, int port, int64_t at, const cti_event *ev, int n) {
    for (int i = 0; i < n; i++) {
        if (ev[i].port != port)
            continue;
        cti_trace_record record = {.at = at, .kind = CTI_TRACE_EVENT, .event = ev[i]};
        if (ev[i].kind == CTI_EV_CALLER_ID && t->round.sound.message != NULL) {
            int bytes = t->round.sound.message(t->round.sound.ctx, port, ev[i].ref, record.message,
                                               (int)sizeof record.message);
            record.bytes = bytes > 0 && bytes <= (int)sizeof record.message ? bytes : 0;
        }
        put_or_lose(t, port, &record);
    }
}

/* One port's tick; n: the events, or the board's error. */
static void follow(cti_board_trace *t, int port, int64_t at, const int16_t *tx, const int16_t *rx,
                   const cti_event *ev, int n) {
    traced_port *p = port_of(t, port);
    int state = STARTED;
    if (atomic_compare_exchange_strong_explicit(&p->state, &state, ON, memory_order_acq_rel,
                                                memory_order_acquire))
        p->lost_ticks = p->lost_others = 0;
    else if (state == OFF)
        return;
    else if (state == STOPPED) {
        const cti_trace_record ended = {.at = at, .kind = CTI_TRACE_ENDED};
        if (put(t, port, &ended)) {
            atomic_fetch_sub_explicit(&t->begun, 1, memory_order_acq_rel);
            atomic_store_explicit(&p->state, OFF, memory_order_release);
        }
        return;
    }
    put_events(t, port, at, ev, n);
    cti_trace_record record = {.at = at, .kind = CTI_TRACE_TICK, .result = n};
    memcpy(record.tx, tx + port * TICK, sizeof record.tx);
    if (n >= 0)
        memcpy(record.rx, rx + port * TICK, sizeof record.rx);
    put_or_lose(t, port, &record);
    p->next = at + TICK;
}

static int exchange(void *ctx, int64_t at, const int16_t *tx, int16_t *rx, int samples, cti_event *ev,
                    int max) {
    cti_board_trace *t = ctx;
    int n = t->round.sound.exchange(t->round.sound.ctx, at, tx, rx, samples, ev, max);
    if (atomic_load_explicit(&t->begun, memory_order_acquire) == 0 || samples != TICK)
        return n;
    for (int port = 0; port < t->round.sound.ports; port++)
        follow(t, port, at, tx, rx, ev, n < max ? n : max);
    return n;
}

static int control(void *ctx, int port, int what, int value) {
    const cti_board_trace *t = ctx;
    int result = t->round.sound.control(t->round.sound.ctx, port, what, value);
    if (atomic_load_explicit(&t->begun, memory_order_acquire) == 0 || port < 0 ||
        port >= t->round.sound.ports)
        return result;
    const traced_port *p = port_of(t, port);
    if (state_of(p) == ON) {
        const cti_trace_record record = {
            .at = p->next, .kind = CTI_TRACE_COMMAND, .what = what, .value = value, .result = result};
        put_or_lose(t, port, &record);
    }
    return result;
}

int cti_board_trace_board(cti_board_trace *t, cti_board *board) {
    if (t == NULL || board == NULL)
        return CTI_ERR_ARG;
    cti_board_round_board(&t->round, board);
    board->exchange = exchange;
    board->control = control;
    return CTI_OK;
}

/* --- who traces --- */

static int is_port(const cti_board_trace *t, int port) {
    return t != NULL && port >= 0 && port < t->round.sound.ports;
}

int cti_board_trace_start(cti_board_trace *t, int port) {
    if (!is_port(t, port))
        return CTI_ERR_ARG;
    traced_port *p = port_of(t, port);
    if (state_of(p) != OFF)
        return CTI_ERR_STATE;
    cti_trace_record old;
    while (cti_ring_get(ring_of(t, port), &old, 1) == 1) {
    }
    atomic_fetch_add_explicit(&t->begun, 1, memory_order_acq_rel);
    atomic_store_explicit(&p->state, STARTED, memory_order_release);
    return CTI_OK;
}

int cti_board_trace_stop(cti_board_trace *t, int port) {
    if (!is_port(t, port))
        return CTI_ERR_ARG;
    traced_port *p = port_of(t, port);
    if (state_of(p) != STARTED && state_of(p) != ON)
        return CTI_ERR_STATE;
    atomic_store_explicit(&p->state, STOPPED, memory_order_release);
    return CTI_OK;
}

int cti_board_trace_read(cti_board_trace *t, int port, cti_trace_record *out, int max) {
    if (!is_port(t, port) || out == NULL || max < 0)
        return CTI_ERR_ARG;
    return cti_ring_get(ring_of(t, port), out, max);
}
