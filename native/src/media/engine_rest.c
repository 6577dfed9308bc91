/* engine_rest: ports that want nothing while their lines carry nothing, and the time that passes meanwhile.
 */
#include "cti/error.h"
#include "media/engine_parts.h"

enum { QUIET = 50 /* ticks: 1 s */ };

static cti_ear *ear_of(const cti_engine *e) {
    return cti_engine_part(e, e->lay.ear);
}

int cti_engine_rest(cti_engine *e, int may) {
    if (e == NULL)
        return CTI_ERR_ARG;
    e->may_rest = may != 0;
    return CTI_OK;
}

static int at_work(const cti_engine *e, int port) {
    int busy = cti_player_busy(player_of(e, port)) || port_of(e, port)->bridged ||
               port_of(e, port)->terminal.run != NULL;
    for (int w = 0; w < RECORDERS; w++)
        busy |= cti_recorder_open(recorder_of(e, port, w));
    return busy;
}

/* A port whose rest may begin, or go on. */
static int wants_nothing(cti_engine *e, int port) {
    cti_engine_port *p = port_of(e, port);
    p->quiet = at_work(e, port) ? 0 : p->quiet < QUIET ? p->quiet + 1 : QUIET;
    return e->may_rest && p->quiet == QUIET && (p->rests || cti_ear_may_rest(ear_of(e), port));
}

void cti_engine_offer_rest(cti_engine *e) {
    for (int i = 0; i < e->boards; i++) {
        const cti_engine_board *b = board_of(e, i);
        for (int k = 0; b->board.rest != NULL && k < b->board.ports; k++)
            b->board.rest(b->board.ctx, k, !b->gone && wants_nothing(e, b->first + k));
    }
}

static void make_up(cti_engine *e, const cti_engine_board *b, int port) {
    cti_ear *ear = ear_of(e);
    int64_t skip = cti_ear_may_pass(ear, port);
    if (skip > 0)
        (void)cti_ear_pass_over(ear, port, skip);
    while (cti_ear_behind(ear, port) > 0) {
        int16_t rx[TICK] = {0};
        (void)b->board.recall(b->board.ctx, port - b->first, skip, rx);
        (void)cti_ear_make_up(ear, port, rx, TICK);
        skip = 0;
    }
    (void)cti_ear_rest(ear, port, 0);
    port_of(e, port)->rests = 0;
}

void cti_engine_see_rest(cti_engine *e) {
    for (int i = 0; i < e->boards; i++) {
        const cti_engine_board *b = board_of(e, i);
        for (int k = 0; b->board.rest != NULL && k < b->board.ports; k++) {
            cti_engine_port *p = port_of(e, b->first + k);
            int rests = !b->gone && b->board.rests(b->board.ctx, k);
            if (!rests && p->rests)
                make_up(e, b, b->first + k);
            else if (rests && !p->rests)
                p->rests = cti_ear_rest(ear_of(e), b->first + k, 1) == CTI_OK;
        }
    }
}

void cti_engine_wake(cti_engine *e, int port) {
    if (!port_of(e, port)->rests)
        return;
    for (int i = 0; i < e->boards; i++) {
        const cti_engine_board *b = board_of(e, i);
        if (port < b->first || port >= b->first + b->board.ports)
            continue;
        b->board.rest(b->board.ctx, port - b->first, 0);
        make_up(e, b, port);
    }
}

static int only_rest(const cti_engine *e) {
    if (!e->may_rest || e->lost_untold > 0 || cti_ring_count(commands_of(e)) > 0 ||
        cti_ring_count(events_of(e)) > 0)
        return 0;
    for (int p = 0; p < e->ports; p++)
        if (!port_of(e, p)->rests || at_work(e, p))
            return 0;
    for (int i = 0; i < e->boards; i++) {
        const cti_engine_board *b = board_of(e, i);
        if (b->gone || (b->board.ports > 0 && (b->board.idle == NULL || !b->board.idle(b->board.ctx, 0))))
            return 0;
    }
    return 1;
}

int64_t cti_engine_idle(cti_engine *e, int64_t ticks) {
    if (e == NULL || ticks <= 0)
        return e == NULL || ticks < 0 ? CTI_ERR_ARG : 0;
    if (!only_rest(e) || cti_ear_idle(ear_of(e), ticks * TICK) != CTI_OK)
        return 0;
    for (int i = 0; i < e->boards; i++)
        if (board_of(e, i)->board.ports > 0)
            (void)board_of(e, i)->board.idle(board_of(e, i)->board.ctx, ticks);
    int64_t now = atomic_load_explicit(&e->now, memory_order_relaxed);
    cti_engine_count(&e->ticks, ticks);
    atomic_store_explicit(&e->now, now + ticks * TICK, memory_order_release);
    return ticks;
}
