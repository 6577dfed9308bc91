/* fed_device: the side of a fed board that a device's own thread is on. */
#include <string.h>

#include "cti/cid.h"
#include "cti/error.h"
#include "media/fed_board_state.h"

enum { MOST_PUSH = 8000, MOST_PULL = 4000, NS_A_SAMPLE = 125000 };

static int is_port(const cti_fed_board *b, int port) {
    return b != NULL && port >= 0 && port < b->ports;
}

/* The device's clock as engine samples, -1 when that is not known. A tick is seen some time after it began,
 * so the least that was ever seen between the two clocks is how they lie. */
static int64_t engine_time(const cti_fed_board *b, fed_port *p, int64_t ns) {
    int64_t now = atomic_load_explicit(&b->now, memory_order_acquire);
    if (ns < 0 || now < 0)
        return -1;
    int64_t phase = ns - now * NS_A_SAMPLE;
    if (p->seen < 0 || now < p->seen || phase < p->phase)
        p->phase = phase;
    p->seen = now;
    return (ns - p->phase) / NS_A_SAMPLE;
}

int cti_fed_board_gone(cti_fed_board *b, int gone) {
    if (b == NULL)
        return CTI_ERR_ARG;
    atomic_store_explicit(&b->gone, gone != 0, memory_order_release);
    return CTI_OK;
}

static void begin_tx(const cti_fed_board *b, fed_port *p) {
    cti_elastic_reset(fed_part(p, b->tx_elastic));
    p->tx_slips_seen = 0;
    p->tx_put = -1;
}

int cti_fed_board_serve(cti_fed_board *b, int port, int directions) {
    if (!is_port(b, port) || (directions & ~CTI_FED_BOTH))
        return CTI_ERR_ARG;
    fed_port *p = fed_port_of(b, port);
    _Atomic int32_t *turns[] = {&p->rx_turn, &p->tx_turn};
    const int wanted[] = {(directions & CTI_FED_RX) != 0, (directions & CTI_FED_TX) != 0};
    for (int i = 0; i < 2; i++) {
        int32_t turn = atomic_load_explicit(turns[i], memory_order_relaxed);
        if (turn % 2 == wanted[i])
            continue;
        if (i == 1 && wanted[i])
            begin_tx(b, p);
        atomic_store_explicit(turns[i], (turn + 1) % MOST_REF, memory_order_release);
    }
    return CTI_OK;
}

int cti_fed_board_push(cti_fed_board *b, int port, const int16_t *pcm, int n, int64_t ns) {
    if (!is_port(b, port) || n < 0 || n > MOST_PUSH || (n > 0 && pcm == NULL))
        return CTI_ERR_ARG;
    fed_port *p = fed_port_of(b, port);
    fed_piece piece = {.at = engine_time(b, p, ns), .block = n};
    piece.turn = atomic_load_explicit(&p->rx_turn, memory_order_relaxed);
    if (piece.turn % 2 == 0)
        return n; /* not served: nobody is to hear it */
    for (int done = 0; done < n; done += piece.n) {
        piece.n = n - done < TICK ? n - done : TICK;
        memcpy(piece.pcm, pcm + done, (size_t)piece.n * sizeof *pcm);
        if (cti_ring_put(fed_part(p, b->rx_ring), &piece, 1) != CTI_OK) {
            fed_count(&p->rx_refused, 1);
            return done;
        }
    }
    return n;
}

static void tell_tx(fed_port *p, const cti_elastic *elastic) {
    cti_elastic_status st;
    cti_elastic_status_of(elastic, &st);
    fed_count(&p->tx_slips, st.slips - p->tx_slips_seen);
    p->tx_slips_seen = st.slips;
    atomic_store_explicit(&p->tx_latency, (int32_t)(st.latency * FED_PARTS), memory_order_relaxed);
    atomic_store_explicit(&p->tx_ppm, (int32_t)-st.ppm, memory_order_relaxed);
}

int cti_fed_board_pull(cti_fed_board *b, int port, int16_t *pcm, int n, int64_t ns) {
    if (!is_port(b, port) || n < 0 || n > MOST_PULL || (n > 0 && pcm == NULL))
        return CTI_ERR_ARG;
    fed_port *p = fed_port_of(b, port);
    int32_t turn = atomic_load_explicit(&p->tx_turn, memory_order_relaxed);
    if (turn % 2 == 0) {
        memset(pcm, 0, (size_t)n * sizeof *pcm);
        return n;
    }
    cti_elastic *elastic = fed_part(p, b->tx_elastic);
    fed_piece piece;
    while (cti_ring_get(fed_part(p, b->tx_ring), &piece, 1) == 1) {
        if (piece.turn != turn)
            continue;
        cti_elastic_put(elastic, piece.pcm, piece.n);
        p->tx_put = piece.at;
    }
    cti_elastic_get(elastic, pcm, n, fed_since(engine_time(b, p, ns), p->tx_put, TICK));
    tell_tx(p, elastic);
    return n;
}

int cti_fed_board_take(cti_fed_board *b, int port, int16_t *pcm, int max) {
    if (!is_port(b, port) || max < 0 || (max > 0 && pcm == NULL))
        return CTI_ERR_ARG;
    fed_port *p = fed_port_of(b, port);
    int32_t turn = atomic_load_explicit(&p->tx_turn, memory_order_relaxed);
    int n = 0;
    fed_piece piece;
    while (max - n >= TICK && cti_ring_get(fed_part(p, b->tx_ring), &piece, 1) == 1) {
        if (piece.turn != turn)
            continue;
        memcpy(pcm + n, piece.pcm, (size_t)piece.n * sizeof *pcm);
        n += piece.n;
    }
    return n;
}

static int put_event(cti_fed_board *b, int port, const fed_event *told, int64_t ns) {
    fed_port *p = fed_port_of(b, port);
    fed_event own = *told;
    own.ev.port = port;
    own.ev.at = own.ev.start = engine_time(b, p, ns);
    int result = cti_ring_put(fed_part(p, b->events), &own, 1);
    if (result != CTI_OK)
        fed_count(&p->events_refused, 1);
    return result;
}

int cti_fed_board_tell(cti_fed_board *b, int port, int kind, int value, int length, int ref, int64_t ns) {
    if (!is_port(b, port) || kind == CTI_EV_CALLER_ID)
        return CTI_ERR_ARG;
    const fed_event told = {.ev = {.kind = kind, .value = value, .length = length, .ref = ref}};
    return put_event(b, port, &told, ns);
}

int cti_fed_board_caller_id(cti_fed_board *b, int port, int standard, const uint8_t *bytes, int n,
                            int64_t ns) {
    if (!is_port(b, port) || n < 1 || n > MESSAGE_BYTES || bytes == NULL || standard < CTI_CID_BELL202 ||
        standard > CTI_CID_HARDWARE)
        return CTI_ERR_ARG;
    fed_event told = {.ev = {.kind = CTI_EV_CALLER_ID, .value = standard, .length = n}, .bytes = n};
    memcpy(told.message, bytes, (size_t)n);
    return put_event(b, port, &told, ns);
}

int cti_fed_board_command(cti_fed_board *b, int port, cti_fed_command *command) {
    if (!is_port(b, port) || command == NULL)
        return CTI_ERR_ARG;
    return cti_ring_get(fed_part(fed_port_of(b, port), b->commands), command, 1);
}

static int64_t counted(const _Atomic int64_t *counter) {
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static float part_of(const _Atomic int32_t *latency) {
    return (float)atomic_load_explicit(latency, memory_order_relaxed) / (float)FED_PARTS;
}

int cti_fed_board_status_of(const cti_fed_board *b, int port, cti_fed_status *status) {
    if (!is_port(b, port) || status == NULL)
        return CTI_ERR_ARG;
    const fed_port *p = fed_port_of(b, port);
    int rx = atomic_load_explicit(&p->rx_turn, memory_order_relaxed) % 2;
    int tx = atomic_load_explicit(&p->tx_turn, memory_order_relaxed) % 2;
    *status = (cti_fed_status){.rx_slips = counted(&p->rx_slips) + counted(&p->rx_refused),
                               .tx_slips = counted(&p->tx_slips) + counted(&p->tx_refused),
                               .events_lost = counted(&p->events_refused) + counted(&p->events_dropped),
                               .rx_latency = part_of(&p->rx_latency),
                               .tx_latency = part_of(&p->tx_latency),
                               .rx_ppm = atomic_load_explicit(&p->rx_ppm, memory_order_relaxed),
                               .tx_ppm = atomic_load_explicit(&p->tx_ppm, memory_order_relaxed),
                               .serves = (rx ? CTI_FED_RX : 0) | (tx ? CTI_FED_TX : 0),
                               .gone = atomic_load_explicit(&b->gone, memory_order_relaxed)};
    return CTI_OK;
}
