/* dahdi_board: its memory, its descriptors, and the tick. */
#include "dahdi/board_state.h"

#include "cti/error.h"

enum { NS_A_SAMPLE = 125000, MOST_LATENCY = 1600 };

void cti_dahdi_board_defaults(cti_dahdi_board_config *cfg) {
    *cfg = (cti_dahdi_board_config){.ports = 1, .latency = 400, .buffers = 8};
}

static size_t up(size_t size) {
    return (size + 63) & ~(size_t)63;
}

static cti_fed_board_config fed_config(const cti_dahdi_board_config *cfg) {
    cti_fed_board_config fed;
    cti_fed_board_defaults(&fed);
    fed.ports = cfg->ports;
    fed.rx.target = fed.tx.target = cfg->latency;
    /* Behind a late tick comes all that the kernel kept, and the ticks that are made up for take it; what was
     * made meanwhile to be sent has missed its time. */
    fed.rx.most = cfg->latency + (cfg->buffers + 2) * BOARD_BLOCK;
    fed.tx.most = cfg->latency + BOARD_LATE * BOARD_BLOCK;
    return fed;
}

static size_t fed_size(const cti_dahdi_board_config *cfg) {
    if (cfg == NULL || cfg->ports < 1 || cfg->ports > BOARD_PORTS || cfg->latency < 0 ||
        cfg->latency > MOST_LATENCY || cfg->buffers < 4 || cfg->buffers > DAHDI_MOST_BUFFERS)
        return 0;
    cti_fed_board_config fed = fed_config(cfg);
    return cti_fed_board_size(&fed);
}

size_t cti_dahdi_board_size(const cti_dahdi_board_config *cfg) {
    size_t fed = fed_size(cfg);
    return fed == 0
               ? 0
               : up(sizeof(struct cti_dahdi_board)) + up(fed) + (size_t)cfg->ports * up(cti_echo_can_size());
}

int cti_dahdi_board_init(cti_dahdi_board *b, size_t size, const cti_dahdi_board_config *cfg,
                         const cti_dahdi_door *door) {
    size_t needed = cti_dahdi_board_size(cfg);
    if (b == NULL || needed == 0 || door == NULL || door->ioctl == NULL || door->read == NULL ||
        door->write == NULL)
        return CTI_ERR_ARG;
    if (size < needed)
        return CTI_ERR_SIZE;
    memset(b, 0, needed);
    b->cfg = *cfg;
    b->door = *door;
    b->fed = (cti_fed_board *)((unsigned char *)b + up(sizeof *b));
    b->echoes = up(sizeof *b) + up(fed_size(cfg));
    b->echo_size = up(cti_echo_can_size());
    for (int i = 0; i < cfg->ports; i++)
        b->port[i].number = i;
    cti_fed_board_config fed = fed_config(cfg);
    int result = cti_fed_board_init(b->fed, fed_size(cfg), &fed);
    return result == CTI_OK ? cti_fed_board_board(b->fed, &b->inner) : result;
}

static dahdi_port *port_of(cti_dahdi_board *b, int port) {
    return b == NULL || port < 0 || port >= b->cfg.ports ? NULL : &b->port[port];
}

int cti_dahdi_board_port(cti_dahdi_board *b, int port, const cti_dahdi_port_config *cfg) {
    dahdi_port *p = port_of(b, port);
    if (p == NULL || cfg == NULL || cfg->kind < CTI_DAHDI_FXO || cfg->kind > CTI_DAHDI_FXS)
        return CTI_ERR_ARG;
    if (atomic_load(&b->state) != CTI_DAHDI_AWAY)
        return CTI_ERR_STATE;
    const cti_echo_can_config taps = {.taps = cfg->echo_taps};
    int result = cfg->echo_taps == 0 ? CTI_OK : cti_echo_can_init(board_echo(b, p), b->echo_size, &taps);
    if (result != CTI_OK)
        return result;
    p->kind = cfg->kind;
    p->echo_taps = cfg->echo_taps;
    p->tells_late = cfg->tells_late;
    return CTI_OK;
}

/* --- the tick --- */

/* As its descriptor is given: on hook, nothing under way. */
static int begin(cti_dahdi_board *b, dahdi_port *p) {
    board_set_off_hook(p, 0);
    p->answered = p->ring = p->rings = p->reversed = p->dead = p->alarm = p->transfer = p->look = 0;
    p->all = 1;
    p->dials = p->dial_at_work = 0;
    atomic_store_explicit(&p->alarm_told, 0, memory_order_relaxed);
    cti_fed_board_serve(b->fed, p->number, CTI_FED_NONE);
    cti_fed_board_serve(b->fed, p->number, CTI_FED_BOTH);
    int result = board_look(b, p);
    return result < 0 ? result : board_start(b, p);
}

static void lose(cti_dahdi_board *b, dahdi_port *p, int why) {
    atomic_store_explicit(&p->lost, why, memory_order_relaxed);
    cti_fed_board_gone(b->fed, 1);
    for (int i = 0; i < b->cfg.ports; i++)
        cti_fed_board_serve(b->fed, i, CTI_FED_NONE);
    b->begun = 0;
    int here = CTI_DAHDI_HERE; /* or taken back meanwhile */
    atomic_compare_exchange_strong(&b->state, &here, CTI_DAHDI_LOST);
}

/* Whether the descriptors may be used; those that were given since are begun with. */
static int is_here(cti_dahdi_board *b) {
    int here = atomic_load(&b->state) == CTI_DAHDI_HERE, result = 0;
    if (here && !b->begun) {
        cti_fed_board_gone(b->fed, 0);
        for (int i = 0; i < b->cfg.ports && result >= 0; i++)
            if ((result = begin(b, &b->port[i])) < 0)
                lose(b, &b->port[i], -result);
        b->begun = here = result >= 0;
    } else if (!here && b->begun) {
        b->begun = 0;
        cti_fed_board_gone(b->fed, 1);
    }
    return here;
}

static int exchange(void *ctx, int64_t at, const int16_t *tx, int16_t *rx, int samples, cti_event *ev,
                    int max) {
    cti_dahdi_board *b = ctx;
    atomic_store(&b->ticking, 1);
    /* When within a tick a block came nobody knows: it is taken to be whole as the tick begins, and of the
     * one to be sent all is there. So the elastic buffers neither fill nor drain while the clocks agree. */
    b->ticks++;
    b->came_ns = at * NS_A_SAMPLE;
    b->sends_ns = (at + BOARD_BLOCK) * NS_A_SAMPLE;
    int here = is_here(b), result = 0;
    for (int i = 0; i < b->cfg.ports && here; i++)
        if ((result = board_serve(b, &b->port[i])) < 0) {
            lose(b, &b->port[i], -result);
            here = 0;
        }
    atomic_store(&b->ticking, 0);
    int n = b->inner.exchange(b->inner.ctx, at, tx, rx, samples, ev, max);
    for (int i = 0; i < n; i++) /* the kernel says not when: it was since the last tick */
        ev[i].at = ev[i].start = at;
    return n;
}

static int control(void *ctx, int port, int what, int value) {
    cti_dahdi_board *b = ctx;
    if (port_of(b, port) == NULL)
        return CTI_ERR_ARG;
    atomic_store(&b->ticking, 1);
    int result = is_here(b) ? board_control(b, port_of(b, port), what, value) : CTI_ERR_GONE;
    atomic_store(&b->ticking, 0);
    return result;
}

int cti_dahdi_board_board(cti_dahdi_board *b, cti_board *board) {
    if (b == NULL || board == NULL)
        return CTI_ERR_ARG;
    *board = (cti_board){.ctx = b, .ports = b->cfg.ports, .exchange = exchange, .control = control};
    return CTI_OK;
}

/* --- the other thread --- */

int cti_dahdi_board_give(cti_dahdi_board *b, const int32_t *handles, int n) {
    if (b == NULL || handles == NULL || n != b->cfg.ports)
        return CTI_ERR_ARG;
    if (atomic_load(&b->state) != CTI_DAHDI_AWAY)
        return CTI_ERR_STATE;
    for (int i = 0; i < n; i++) {
        b->port[i].handle = handles[i];
        atomic_store_explicit(&b->port[i].lost, 0, memory_order_relaxed);
        atomic_store_explicit(&b->port[i].why, 0, memory_order_relaxed);
    }
    atomic_store(&b->state, CTI_DAHDI_HERE);
    return CTI_OK;
}

int cti_dahdi_board_take_back(cti_dahdi_board *b) {
    if (b == NULL)
        return CTI_ERR_ARG;
    atomic_store(&b->state, CTI_DAHDI_AWAY);
    return !atomic_load(&b->ticking);
}

int cti_dahdi_board_state_of(const cti_dahdi_board *b) {
    return b == NULL ? CTI_ERR_ARG : atomic_load(&b->state);
}

int cti_dahdi_board_status_of(const cti_dahdi_board *b, int port, cti_dahdi_port_status *status) {
    cti_fed_status fed;
    if (b == NULL || port < 0 || port >= b->cfg.ports || status == NULL)
        return CTI_ERR_ARG;
    const dahdi_port *p = &b->port[port];
    cti_fed_board_status_of(b->fed, port, &fed);
    *status = (cti_dahdi_port_status){
        .off_hook = atomic_load_explicit(&p->off_hook_told, memory_order_relaxed),
        .alarm = atomic_load_explicit(&p->alarm_told, memory_order_relaxed),
        .neon = atomic_load_explicit(&p->neon, memory_order_relaxed),
        .refused = atomic_load_explicit(&p->refused, memory_order_relaxed),
        .why = atomic_load_explicit(&p->why, memory_order_relaxed),
        .lost = atomic_load_explicit(&p->lost, memory_order_relaxed),
        .rx_slips = fed.rx_slips + atomic_load_explicit(&p->rx_slips, memory_order_relaxed),
        .tx_slips = fed.tx_slips + atomic_load_explicit(&p->tx_slips, memory_order_relaxed),
        .events_lost = fed.events_lost,
        .rx_latency = fed.rx_latency,
        .tx_latency = fed.tx_latency,
        .rx_ppm = fed.rx_ppm,
        .tx_ppm = fed.tx_ppm,
    };
    return CTI_OK;
}
