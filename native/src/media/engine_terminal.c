/* engine_terminal: what has a port's sound to itself. */
#include "cti/error.h"
#include "media/engine_parts.h"

void cti_engine_detach(cti_engine *e, int64_t now, int port, int32_t ref, int why) {
    cti_engine_port *p = port_of(e, port);
    if (p->terminal.run == NULL || (ref != -1 && ref != p->terminal_ref))
        return;
    p->terminal.run = NULL;
    cti_engine_find(e, now, port, CTI_EV_DETACHED, why, 0, p->terminal_ref);
}

static int is_gone(const cti_engine *e, int port) {
    for (int i = 0; i < e->boards; i++) {
        const cti_engine_board *b = board_of(e, i);
        if (port >= b->first && port < b->first + b->board.ports)
            return b->gone;
    }
    return 1;
}

int cti_engine_attach(cti_engine *e, int64_t now, const cti_command *c) {
    cti_engine_port *p = port_of(e, c->port);
    if (is_gone(e, c->port)) {
        cti_engine_find(e, now, c->port, CTI_EV_DETACHED, CTI_TERMINAL_REFUSED, 0, c->ref);
        return CTI_ERR_GONE;
    }
    cti_engine_detach(e, now, c->port, -1, CTI_TERMINAL_TAKEN);
    cti_engine_wake(e, c->port);
    p->terminal = c->terminal;
    p->terminal_ref = c->ref;
    return CTI_OK;
}

void cti_engine_run_terminals(cti_engine *e, int64_t now) {
    for (int port = 0; port < e->ports; port++) {
        const cti_terminal *t = &port_of(e, port)->terminal;
        if (t->run != NULL && !t->run(t->ctx, rx_of(e, port), tx_of(e, port), TICK))
            cti_engine_detach(e, now, port, -1, CTI_TERMINAL_ENDED);
    }
}
