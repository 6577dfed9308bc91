#include "cti/fax_driven.h"

#include <stdatomic.h>
#include <string.h>

#include "base/ring.h"
#include "cti/error.h"

enum {
    ORDERS = 128,
    KEPT = 16, /* of them, for turns and ends: data find no room there */
    EVENTS = 256,
    SAMPLES = 8192,
    ALIGN = 64
};

enum { TURN, DATA, FRAME, END };

typedef struct order {
    int32_t kind, turn, size;
    cti_fax_turn what;
    uint8_t octets[CTI_FAX_DRIVEN_PIECE];
} order;

struct cti_fax_driven {
    _Atomic int32_t latest; /* the number of the turn ordered last */
    _Atomic int64_t gone;   /* octets that are out, and above them the number of their turn */
    /* of the driver */
    int64_t given; /* octets, in the turn */
    /* of the audio */
    order next; /* it waits for room */
    int32_t has_next;
    int32_t turn;
    int64_t now;
    int64_t taken; /* octets, in the turn */
    cti_fax_driven_event said;
    cti_fax_line *line;
    cti_ring *orders, *events, *heard;
};

enum { TURN_SHIFT = 40 };

static size_t aligned(size_t size) {
    return (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

/* Where each part begins; returns the size of the whole. */
static size_t lay_out(size_t part[4]) {
    const size_t sizes[4] = {cti_fax_line_size(), cti_ring_size(ORDERS, sizeof(order)),
                             cti_ring_size(EVENTS, sizeof(cti_fax_driven_event)),
                             cti_ring_size(SAMPLES, sizeof(int16_t))};
    size_t at = aligned(sizeof(cti_fax_driven));
    for (int i = 0; i < 4; i++) {
        part[i] = at;
        at += aligned(sizes[i]);
    }
    return at;
}

size_t cti_fax_driven_size(void) {
    size_t part[4];
    return lay_out(part);
}

int cti_fax_driven_init(cti_fax_driven *d, size_t size, const cti_fax_line_config *cfg) {
    size_t part[4];
    if (!d)
        return CTI_ERR_ARG;
    if (size < lay_out(part))
        return CTI_ERR_SIZE;
    unsigned char *at = (unsigned char *)d;
    memset(d, 0, sizeof *d);
    d->line = (void *)(at + part[0]);
    d->orders = (void *)(at + part[1]);
    d->events = (void *)(at + part[2]);
    d->heard = (void *)(at + part[3]);
    int bad = cti_fax_line_init(d->line, cti_fax_line_size(), cfg);
    bad = bad < 0 ? bad : cti_ring_init(d->orders, part[2] - part[1], ORDERS, sizeof(order));
    bad = bad < 0 ? bad : cti_ring_init(d->events, part[3] - part[2], EVENTS, sizeof(cti_fax_driven_event));
    return bad < 0 ? bad : cti_ring_init(d->heard, size - part[3], SAMPLES, sizeof(int16_t));
}

static void tell(cti_fax_driven *d, const cti_fax_line_event *ev) {
    int n = ev->kind == CTI_FAX_LINE_HEARD ? ev->heard.length : 0;
    n = n < CTI_FAX_DRIVEN_PIECE ? n : CTI_FAX_DRIVEN_PIECE;
    d->said.line = *ev;
    d->said.line.heard.length = n;
    d->said.turn = d->turn;
    if (n > 0)
        memcpy(d->said.octets, ev->heard.octets, (size_t)n);
    (void)cti_ring_put(d->events, &d->said, 1);
}

static void begin(cti_fax_driven *d, const order *o) {
    d->turn = o->turn;
    d->taken = 0;
    if (cti_fax_line_turn(d->line, &o->what) < 0)
        tell(d, &(cti_fax_line_event){.kind = CTI_FAX_LINE_SENT, .at = d->now});
}

/* 0: there is no room for it yet. */
static int obey(cti_fax_driven *d, const order *o) {
    if (o->kind == TURN) {
        begin(d, o);
        return 1;
    }
    if (o->kind == END) {
        cti_fax_line_end(d->line);
        return 1;
    }
    if (cti_fax_line_room(d->line) < o->size)
        return 0;
    d->taken += o->size;
    if (o->kind == DATA)
        (void)cti_fax_line_put(d->line, o->octets, o->size);
    else
        (void)cti_fax_line_frame(d->line, o->octets, o->size);
    return 1;
}

static void take_orders(cti_fax_driven *d) {
    int32_t latest = atomic_load_explicit(&d->latest, memory_order_acquire);
    while (d->has_next || cti_ring_get(d->orders, &d->next, 1) == 1) {
        d->has_next = d->next.turn == latest && !obey(d, &d->next);
        if (d->has_next)
            return;
    }
}

static void publish(cti_fax_driven *d) {
    int64_t gone = d->taken - cti_fax_line_waiting(d->line);
    gone = gone > 0 ? gone : 0; /* flags alone count as something that waits */
    atomic_store_explicit(&d->gone, ((int64_t)d->turn << TURN_SHIFT) | gone, memory_order_release);
}

int cti_fax_driven_run(cti_fax_driven *d, const int16_t *rx, int16_t *tx, int n) {
    if (!d || n < 0 || (n > 0 && (!rx || !tx)))
        return CTI_ERR_ARG;
    cti_fax_line_event ev = {.kind = CTI_FAX_LINE_NOTHING};
    take_orders(d);
    for (int done = 0; done < n || ev.kind != CTI_FAX_LINE_NOTHING;) {
        done += cti_fax_line_run(d->line, rx + done, tx + done, n - done, &ev);
        if (ev.kind != CTI_FAX_LINE_NOTHING)
            tell(d, &ev);
    }
    d->now += n;
    publish(d);
    (void)cti_ring_put(d->heard, rx, n);
    return 1;
}

static int run_terminal(void *ctx, const int16_t *rx, int16_t *tx, int n) {
    return cti_fax_driven_run(ctx, rx, tx, n);
}

int cti_fax_driven_terminal(cti_fax_driven *d, cti_terminal *terminal) {
    if (!d || !terminal)
        return CTI_ERR_ARG;
    *terminal = (cti_terminal){.ctx = d, .run = run_terminal};
    return CTI_OK;
}

static int32_t latest_of(const cti_fax_driven *d) {
    return atomic_load_explicit(&d->latest, memory_order_relaxed);
}

int cti_fax_driven_turn(cti_fax_driven *d, const cti_fax_turn *turn) {
    if (!d || !turn)
        return CTI_ERR_ARG;
    if (cti_ring_room(d->orders) < KEPT / 2)
        return CTI_ERR_FULL;
    int32_t number = (latest_of(d) + 1) & 0x7fffff;
    d->given = 0;
    atomic_store_explicit(&d->latest, number, memory_order_release);
    return cti_ring_put(d->orders, &(order){.kind = TURN, .turn = number, .what = *turn}, 1);
}

int cti_fax_driven_waiting(const cti_fax_driven *d) {
    if (!d)
        return CTI_ERR_ARG;
    int64_t gone = atomic_load_explicit(&d->gone, memory_order_acquire);
    int64_t out = gone >> TURN_SHIFT == latest_of(d) ? gone & (((int64_t)1 << TURN_SHIFT) - 1) : 0;
    return (int)(d->given - out);
}

static int give(cti_fax_driven *d, int kind, const uint8_t *octets, int n) {
    order o = {.kind = kind, .turn = latest_of(d), .size = n};
    memcpy(o.octets, octets, (size_t)n);
    d->given += n;
    return cti_ring_put(d->orders, &o, 1);
}

/* For so many octets more. */
static int has_room(const cti_fax_driven *d, int n) {
    return cti_ring_room(d->orders) > KEPT && cti_fax_driven_waiting(d) + n <= CTI_FAX_DRIVEN_WAITING;
}

int cti_fax_driven_put(cti_fax_driven *d, const uint8_t *octets, int n) {
    if (!d || n < 0 || (n > 0 && !octets))
        return CTI_ERR_ARG;
    int done = 0;
    while (done < n && has_room(d, 1)) {
        int room = CTI_FAX_DRIVEN_WAITING - cti_fax_driven_waiting(d), piece = n - done;
        piece = piece < room ? piece : room;
        piece = piece < CTI_FAX_DRIVEN_PIECE ? piece : CTI_FAX_DRIVEN_PIECE;
        (void)give(d, DATA, octets + done, piece);
        done += piece;
    }
    return done;
}

int cti_fax_driven_frame(cti_fax_driven *d, const uint8_t *octets, int n) {
    if (!d || !octets || n < 1 || n > CTI_HDLC_FRAME_MAX)
        return CTI_ERR_ARG;
    return has_room(d, n) ? give(d, FRAME, octets, n) : CTI_ERR_FULL;
}

int cti_fax_driven_end(cti_fax_driven *d) {
    if (!d)
        return CTI_ERR_ARG;
    return cti_ring_put(d->orders, &(order){.kind = END, .turn = latest_of(d)}, 1);
}

int cti_fax_driven_events(cti_fax_driven *d, cti_fax_driven_event *ev, int max) {
    if (!d || !ev || max < 0)
        return CTI_ERR_ARG;
    int n = 0;
    while (n < max && cti_ring_get(d->events, &ev[n], 1) == 1) {
        ev[n].line.heard.octets = ev[n].octets;
        n += ev[n].turn == latest_of(d);
    }
    return n;
}

int cti_fax_driven_heard(cti_fax_driven *d, int16_t *pcm, int max) {
    return !d || !pcm || max < 0 ? CTI_ERR_ARG : cti_ring_get(d->heard, pcm, max);
}
