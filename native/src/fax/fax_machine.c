#include "cti/fax_machine.h"

#include <string.h>

#include "base/ring.h"
#include "cti/error.h"
#include "cti/hdlc.h"

enum {
    TICK = 160, /* time passes for the procedure by so many samples, and at events */
    ORDERS = 8,
    EVENTS = 64,
    ALIGN = 64
};

enum { PAGE, MEMORY, CANCEL, GONE };

typedef struct order {
    int32_t kind, number, size, most;
    const uint8_t *page;
    uint8_t *rows, *damage;
} order;

struct cti_fax_machine {
    int64_t now;
    int32_t passed; /* samples that the procedure has not been told of */
    int32_t is_over;
    int32_t is_sending, hdlc; /* the turn wants octets or frames */
    cti_t30 *t30;
    cti_fax_line *line;
    cti_ring *orders, *events;
};

void cti_fax_machine_defaults(cti_fax_machine_config *cfg, int calling) {
    cti_t30_defaults(&cfg->t30, calling);
    cti_fax_line_defaults(&cfg->line);
}

static size_t aligned(size_t size) {
    return (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

/* Where each part begins; returns the size of the whole. */
static size_t lay_out(size_t part[4]) {
    const size_t sizes[4] = {cti_t30_size(), cti_fax_line_size(), cti_ring_size(ORDERS, sizeof(order)),
                             cti_ring_size(EVENTS, sizeof(cti_fax_machine_event))};
    size_t at = aligned(sizeof(cti_fax_machine));
    for (int i = 0; i < 4; i++) {
        part[i] = at;
        at += aligned(sizes[i]);
    }
    return at;
}

size_t cti_fax_machine_size(void) {
    size_t part[4];
    return lay_out(part);
}

/* Orders of the procedure, as often as there are new ones. */
static void obey(cti_fax_machine *m) {
    cti_fax_turn turn;
    while (cti_t30_turn(m->t30, &turn)) {
        m->is_over = turn.kind == CTI_FAX_TURN_HANG_UP;
        m->is_sending = turn.kind == CTI_FAX_TURN_FRAMES || turn.kind == CTI_FAX_TURN_DATA;
        m->hdlc = turn.kind == CTI_FAX_TURN_FRAMES || turn.hdlc;
        if (cti_fax_line_turn(m->line, &turn) <
            0) { /* no such turn is ordered; a line that fails ends the call */
            m->is_sending = 0;
            cti_t30_gone(m->t30);
        }
    }
}

int cti_fax_machine_init(cti_fax_machine *m, size_t size, const cti_fax_machine_config *cfg) {
    size_t part[4];
    if (!m || !cfg)
        return CTI_ERR_ARG;
    if (size < lay_out(part))
        return CTI_ERR_SIZE;
    unsigned char *at = (unsigned char *)m;
    memset(m, 0, sizeof *m);
    m->t30 = (void *)(at + part[0]);
    m->line = (void *)(at + part[1]);
    m->orders = (void *)(at + part[2]);
    m->events = (void *)(at + part[3]);
    int bad = cti_fax_line_init(m->line, cti_fax_line_size(), &cfg->line);
    bad = bad < 0 ? bad : cti_t30_init(m->t30, cti_t30_size(), &cfg->t30);
    bad = bad < 0 ? bad : cti_ring_init(m->orders, part[3] - part[2], ORDERS, sizeof(order));
    bad = bad < 0 ? bad : cti_ring_init(m->events, size - part[3], EVENTS, sizeof(cti_fax_machine_event));
    if (bad < 0)
        return bad;
    obey(m);
    return CTI_OK;
}

/* What the turn sends, as far as there is room. */
static void fill(cti_fax_machine *m) {
    uint8_t octets[CTI_HDLC_FRAME_MAX];
    int least = m->hdlc ? CTI_HDLC_FRAME_MAX : 1;
    while (m->is_sending && cti_fax_line_room(m->line) >= least) {
        int room = cti_fax_line_room(m->line);
        room = room < CTI_HDLC_FRAME_MAX ? room : CTI_HDLC_FRAME_MAX;
        int n =
            m->hdlc ? cti_t30_frame(m->t30, octets, CTI_HDLC_FRAME_MAX) : cti_t30_data(m->t30, octets, room);
        if (n <= 0) {
            m->is_sending = 0;
            cti_fax_line_end(m->line);
        } else if (m->hdlc) {
            (void)cti_fax_line_frame(m->line, octets, n);
        } else {
            (void)cti_fax_line_put(m->line, octets, n);
        }
    }
}

static void take_orders(cti_fax_machine *m) {
    order o;
    while (cti_ring_get(m->orders, &o, 1) == 1) {
        if (o.kind == PAGE)
            (void)cti_t30_page(m->t30, o.number, o.page, o.size);
        else if (o.kind == MEMORY)
            (void)cti_t30_memory(m->t30, o.rows, o.size, o.damage, o.most);
        else if (o.kind == CANCEL)
            cti_t30_cancel(m->t30);
        else
            cti_t30_gone(m->t30);
    }
}

static void tell_events(cti_fax_machine *m) {
    cti_fax_machine_event ev;
    while (cti_ring_room(m->events) > 0 && cti_t30_events(m->t30, &ev.what, 1) == 1) {
        (void)cti_t30_about(m->t30, &ev.link);
        if (cti_fax_line_quality(m->line, &ev.quality) < 0)
            memset(&ev.quality, 0, sizeof ev.quality);
        (void)cti_ring_put(m->events, &ev, 1);
    }
}

static void hear(cti_fax_machine *m, const cti_fax_line_event *ev) {
    cti_fax_modem_quality quality;
    int has_quality = ev->kind == CTI_FAX_LINE_HEARD && ev->modem != CTI_FAX_MODEM_V21 &&
                      cti_fax_line_quality(m->line, &quality) == CTI_OK;
    if (ev->kind == CTI_FAX_LINE_HEARD)
        cti_t30_heard(m->t30, ev->modem, &ev->heard, has_quality ? &quality : NULL);
    else if (ev->kind == CTI_FAX_LINE_TONE)
        cti_t30_tone(m->t30, ev->tone);
    else
        cti_t30_sent(m->t30);
}

int cti_fax_machine_run(cti_fax_machine *m, const int16_t *rx, int16_t *tx, int n) {
    if (!m || n < 0 || (n > 0 && (!rx || !tx)))
        return CTI_ERR_ARG;
    take_orders(m);
    obey(m);
    cti_fax_line_event ev = {.kind = CTI_FAX_LINE_NOTHING};
    for (int done = 0; done < n || ev.kind != CTI_FAX_LINE_NOTHING;) {
        fill(m);
        int left = TICK - (int)(m->now % TICK), part = n - done < left ? n - done : left;
        part = cti_fax_line_run(m->line, rx + done, tx + done, part, &ev);
        done += part;
        m->now += part;
        m->passed += part;
        if (ev.kind != CTI_FAX_LINE_NOTHING || m->now % TICK == 0) {
            cti_t30_run(m->t30, m->passed);
            m->passed = 0;
        }
        if (ev.kind != CTI_FAX_LINE_NOTHING)
            hear(m, &ev);
        obey(m);
    }
    tell_events(m);
    return !m->is_over;
}

static int run_terminal(void *ctx, const int16_t *rx, int16_t *tx, int n) {
    return cti_fax_machine_run(ctx, rx, tx, n);
}

int cti_fax_machine_terminal(cti_fax_machine *m, cti_terminal *terminal) {
    if (!m || !terminal)
        return CTI_ERR_ARG;
    *terminal = (cti_terminal){.ctx = m, .run = run_terminal};
    return CTI_OK;
}

static int give(cti_fax_machine *m, order o) {
    return m ? cti_ring_put(m->orders, &o, 1) : CTI_ERR_ARG;
}

int cti_fax_machine_page(cti_fax_machine *m, int page, const uint8_t *rows, int n) {
    return give(m, (order){.kind = PAGE, .number = page, .page = rows, .size = n});
}

int cti_fax_machine_memory(cti_fax_machine *m, uint8_t *rows, int size, uint8_t *damage, int most) {
    return give(m, (order){.kind = MEMORY, .rows = rows, .size = size, .damage = damage, .most = most});
}

int cti_fax_machine_cancel(cti_fax_machine *m) {
    return give(m, (order){.kind = CANCEL});
}

int cti_fax_machine_gone(cti_fax_machine *m) {
    return give(m, (order){.kind = GONE});
}

int cti_fax_machine_events(cti_fax_machine *m, cti_fax_machine_event *ev, int max) {
    return !m || !ev || max < 0 ? CTI_ERR_ARG : cti_ring_get(m->events, ev, max);
}
