/* fed_board: its memory, and the tick's side. */
#include <string.h>

#include "cti/error.h"
#include "media/fed_board_state.h"

enum { MOST_PORTS = 64 };

void cti_fed_board_defaults(cti_fed_board_config *cfg) {
    cfg->ports = 1;
    cti_elastic_defaults(&cfg->rx);
    cti_elastic_defaults(&cfg->tx);
}

static size_t up(size_t size) {
    return (size + 63) & ~(size_t)63;
}

/* Offsets of a port's parts; 0 when the configuration is not valid. */
static size_t lay_out(const cti_fed_board_config *cfg, cti_fed_board *lay) {
    size_t rx = cti_elastic_size(&cfg->rx), tx = cti_elastic_size(&cfg->tx);
    if (cfg->ports < 1 || cfg->ports > MOST_PORTS || rx == 0 || tx == 0)
        return 0;
    lay->ports = cfg->ports;
    lay->first = up(sizeof(cti_fed_board));
    lay->rx_elastic = up(sizeof(fed_port));
    lay->tx_elastic = lay->rx_elastic + up(rx);
    lay->rx_ring = lay->tx_elastic + up(tx);
    lay->tx_ring = lay->rx_ring + cti_ring_size(PIECES_RX, sizeof(fed_piece));
    lay->events = lay->tx_ring + cti_ring_size(PIECES_TX, sizeof(fed_piece));
    lay->commands = lay->events + cti_ring_size(EVENTS, sizeof(fed_event));
    lay->stride = lay->commands + cti_ring_size(COMMANDS, sizeof(cti_fed_command));
    return lay->first + (size_t)cfg->ports * lay->stride;
}

static cti_fed_board_config taken(const cti_fed_board_config *cfg) {
    cti_fed_board_config own;
    cti_fed_board_defaults(&own);
    return cfg ? *cfg : own;
}

size_t cti_fed_board_size(const cti_fed_board_config *cfg) {
    cti_fed_board_config c = taken(cfg);
    cti_fed_board lay;
    return lay_out(&c, &lay);
}

static int init_port(const cti_fed_board *b, fed_port *p, const cti_fed_board_config *c) {
    p->rx_put = p->tx_put = p->seen = -1;
    int result = cti_elastic_init(fed_part(p, b->rx_elastic), cti_elastic_size(&c->rx), &c->rx);
    if (result == CTI_OK)
        result = cti_elastic_init(fed_part(p, b->tx_elastic), cti_elastic_size(&c->tx), &c->tx);
    static const struct {
        int count;
        size_t element;
    } RINGS[] = {{PIECES_RX, sizeof(fed_piece)},
                 {PIECES_TX, sizeof(fed_piece)},
                 {EVENTS, sizeof(fed_event)},
                 {COMMANDS, sizeof(cti_fed_command)}};
    const size_t at[] = {b->rx_ring, b->tx_ring, b->events, b->commands};
    for (int i = 0; i < 4 && result == CTI_OK; i++)
        result = cti_ring_init(fed_part(p, at[i]), cti_ring_size(RINGS[i].count, RINGS[i].element),
                               RINGS[i].count, RINGS[i].element);
    return result;
}

int cti_fed_board_init(cti_fed_board *b, size_t size, const cti_fed_board_config *cfg) {
    cti_fed_board_config c = taken(cfg);
    size_t needed = cti_fed_board_size(cfg);
    if (b == NULL || needed == 0)
        return CTI_ERR_ARG;
    if (size < needed)
        return CTI_ERR_SIZE;
    memset(b, 0, needed);
    lay_out(&c, b);
    atomic_store_explicit(&b->gone, 1, memory_order_relaxed);
    atomic_store_explicit(&b->now, -1, memory_order_relaxed);
    int result = CTI_OK;
    for (int i = 0; i < b->ports && result == CTI_OK; i++)
        result = init_port(b, fed_port_of(b, i), &c);
    return result;
}

/* --- the tick --- */

/* A direction that begins does so empty; one that is over plays out. */
static void follow_turn(const cti_fed_board *b, fed_port *p, int32_t turn) {
    if (turn == p->rx_seen)
        return;
    p->rx_seen = turn;
    p->ends = turn % 2 == 0 ? ENDS : 0;
    if (turn % 2 != 0) {
        cti_elastic_reset(fed_part(p, b->rx_elastic));
        p->rx_slips_seen = 0;
        p->rx_put = -1;
    }
}

/* Takes what has come; drops it when `keep` is 0. */
static void take_audio(const cti_fed_board *b, fed_port *p, int keep) {
    fed_piece piece;
    while (cti_ring_get(fed_part(p, b->rx_ring), &piece, 1) == 1) {
        follow_turn(b, p, piece.turn);
        if (!keep)
            continue;
        cti_elastic_put(fed_part(p, b->rx_elastic), piece.pcm, piece.n);
        p->rx_put = piece.at;
        p->rx_block = piece.block;
    }
    follow_turn(b, p, atomic_load_explicit(&p->rx_turn, memory_order_acquire));
}

static void give_audio(const cti_fed_board *b, fed_port *p, int64_t at, int16_t *rx, int samples) {
    if (p->rx_seen % 2 == 0 && p->ends == 0) {
        memset(rx, 0, (size_t)samples * sizeof *rx);
        return;
    }
    cti_elastic *elastic = fed_part(p, b->rx_elastic);
    cti_elastic_status st;
    cti_elastic_get(elastic, rx, samples, p->ends ? 0 : fed_since(at, p->rx_put, p->rx_block));
    cti_elastic_status_of(elastic, &st);
    int64_t more = st.slips - p->rx_slips_seen;
    p->rx_slips_seen = st.slips;
    if (p->ends > 0) {
        p->ends = more > 0 ? 0 : p->ends - 1;
        more = 0; /* the end of what was served is no slip */
    }
    fed_count(&p->rx_slips, more);
    atomic_store_explicit(&p->rx_latency, (int32_t)(st.latency * FED_PARTS), memory_order_relaxed);
    atomic_store_explicit(&p->rx_ppm, (int32_t)st.ppm, memory_order_relaxed);
}

static void send_audio(const cti_fed_board *b, fed_port *p, int64_t at, const int16_t *tx, int samples) {
    fed_piece piece = {.at = at, .n = samples};
    piece.turn = atomic_load_explicit(&p->tx_turn, memory_order_acquire);
    if (piece.turn % 2 == 0)
        return;
    memcpy(piece.pcm, tx, (size_t)samples * sizeof *tx);
    if (cti_ring_put(fed_part(p, b->tx_ring), &piece, 1) != CTI_OK)
        fed_count(&p->tx_refused, 1);
}

/* The port's next event, of the tick that begins at `now` and has so many samples; 0 when there is none. */
static int next_event(const cti_fed_board *b, fed_port *p, int port, int64_t now, int samples,
                      cti_event *out) {
    fed_event told;
    if (cti_ring_get(fed_part(p, b->events), &told, 1) != 1)
        return 0;
    *out = told.ev;
    out->port = port;
    out->at = out->at < now ? now : out->at > now + samples ? now + samples : out->at;
    if (out->kind == CTI_EV_CALLER_ID) {
        fed_message *m = &p->message[p->messages % MESSAGES];
        m->bytes = told.bytes;
        memcpy(m->message, told.message, (size_t)told.bytes);
        out->ref = p->messages;
        p->messages = (p->messages + 1) % MOST_REF;
    }
    return 1;
}

static int exchange(void *ctx, int64_t at, const int16_t *tx, int16_t *rx, int samples, cti_event *ev,
                    int max) {
    cti_fed_board *b = ctx;
    if (samples < 1 || samples > TICK)
        return CTI_ERR_ARG;
    atomic_store_explicit(&b->now, at, memory_order_release);
    int gone = atomic_load_explicit(&b->gone, memory_order_acquire), n = 0;
    for (int i = 0; i < b->ports; i++) {
        fed_port *p = fed_port_of(b, i);
        cti_event scrap;
        while (gone ? next_event(b, p, i, at, samples, &scrap)
                    : n < max && next_event(b, p, i, at, samples, &ev[n])) {
            if (gone)
                fed_count(&p->events_dropped, 1);
            else
                n++;
        }
        take_audio(b, p, !gone);
        if (!gone) {
            give_audio(b, p, at, rx + i * samples, samples);
            send_audio(b, p, at, tx + i * samples, samples);
        }
    }
    return gone ? CTI_ERR_GONE : n;
}

static int control(void *ctx, int port, int what, int value) {
    const cti_fed_board *b = ctx;
    if (port < 0 || port >= b->ports)
        return CTI_ERR_ARG;
    if (atomic_load_explicit(&b->gone, memory_order_acquire))
        return CTI_ERR_GONE;
    const cti_fed_command command = {.what = what, .value = value};
    return cti_ring_put(fed_part(fed_port_of(b, port), b->commands), &command, 1);
}

static int message(void *ctx, int port, int32_t ref, uint8_t *out, int max) {
    const cti_fed_board *b = ctx;
    if (port < 0 || port >= b->ports || ref < 0 || max < 0)
        return CTI_ERR_ARG;
    const fed_port *p = fed_port_of(b, port);
    int32_t age = (p->messages - ref + MOST_REF) % MOST_REF;
    if (age < 1 || age > MESSAGES)
        return CTI_ERR_GONE;
    const fed_message *m = &p->message[ref % MESSAGES];
    if (m->bytes > max)
        return CTI_ERR_SIZE;
    memcpy(out, m->message, (size_t)m->bytes);
    return m->bytes;
}

int cti_fed_board_board(cti_fed_board *b, cti_board *board) {
    if (b == NULL || board == NULL)
        return CTI_ERR_ARG;
    *board = (cti_board){
        .ctx = b, .ports = b->ports, .exchange = exchange, .control = control, .message = message};
    return CTI_OK;
}
