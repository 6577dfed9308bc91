/* engine_tick: the 20 ms in which everything happens, step by step. */
#include <string.h>

#include "cti/error.h"
#include "media/engine_parts.h"

void cti_engine_find(cti_engine *e, int64_t at, int port, int kind, int value, int64_t length, int32_t ref) {
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

/* --- 2 and 7: players, over the bridges, terminals, and recorders --- */

static void play(cti_engine *e, int64_t now) {
    memset(cti_engine_part(e, e->lay.tx), 0, (size_t)e->cfg.ports * TICK * sizeof(int16_t));
    cti_engine_mix(e);
    for (int p = 0; p < e->ports; p++) {
        cti_event *ev = found_of(e) + e->found;
        int n = cti_player_run(player_of(e, p), now, tx_of(e, p), TICK, ev, e->lay.found_room - e->found);
        for (int i = 0; i < n; i++)
            ev[i].port = p;
        e->found += n;
    }
    cti_engine_run_terminals(e, now);
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

/* Our port went off hook, or the telephone at it: what comes is another call's. */
static int is_taken_up(const cti_event *ev) {
    return ev->kind == CTI_EV_SEIZED || (ev->kind == CTI_EV_HOOK && ev->value);
}

static void start_armed(cti_engine *e, int64_t now, int port) {
    cti_engine_port *p = port_of(e, port);
    for (int w = 0; w < RECORDERS; w++) {
        if (p->armed[w] == 0)
            continue;
        if (cti_engine_start_recording(e, now, port, w, p->armed_ref[w], p->armed[w]) < 0)
            cti_engine_count(&e->refused, 1);
        p->armed[w] = 0;
    }
}

/* A board's events, renumbered; those it has no right to are dropped, and times kept within the tick. */
static int accept_events(cti_engine *e, const cti_engine_board *b, int64_t now, cti_event *ev, int n) {
    int kept = 0;
    for (int i = 0; i < n; i++) {
        cti_event it = ev[i];
        int of_a_board = (it.kind >= CTI_EV_RING_ON && it.kind <= CTI_EV_MUTED) ||
                         it.kind == CTI_EV_DIGIT_DOWN || it.kind == CTI_EV_DIGIT_UP ||
                         (it.kind == CTI_EV_CALLER_ID && b->board.message != NULL && it.ref >= 0 &&
                          it.ref < BOARD_MESSAGE);
        if (!of_a_board || it.port < 0 || it.port >= b->board.ports) {
            cti_engine_count(&e->events_lost, 1);
            e->lost_untold++;
            continue;
        }
        it.port += b->first;
        it.ref |= it.kind == CTI_EV_CALLER_ID ? BOARD_MESSAGE : 0;
        it.at = it.at < now ? now : it.at > now + TICK ? now + TICK : it.at;
        ev[kept++] = it;
    }
    return kept;
}

/* A board is gone, or back: each of its ports says so. */
static void board_is(cti_engine *e, cti_engine_board *b, int64_t now, int gone) {
    if (b->gone == gone)
        return;
    b->gone = gone;
    for (int p = 0; p < b->board.ports; p++) {
        cti_engine_find(e, now, b->first + p, CTI_EV_ALARM, gone, 0, 0);
        cti_engine_detach(e, now, b->first + p, -1, CTI_TERMINAL_HUNG_UP);
    }
}

static int is_put_down(const cti_event *ev) {
    return ev->kind == CTI_EV_RELEASED || (ev->kind == CTI_EV_HOOK && ev->value == 0);
}

static void exchange(cti_engine *e, int64_t now) {
    for (int i = 0; i < e->boards; i++) {
        cti_engine_board *b = board_of(e, i);
        if (b->board.ports == 0)
            continue;
        int begin = e->found;
        cti_event *ev = found_of(e) + begin;
        int room = e->lay.found_room - begin;
        int n = b->board.exchange(b->board.ctx, now, tx_of(e, b->first), rx_of(e, b->first), TICK, ev, room);
        if (n < 0) {
            memset(rx_of(e, b->first), 0, (size_t)b->board.ports * TICK * sizeof(int16_t));
            board_is(e, b, now, 1);
            continue;
        }
        e->found += accept_events(e, b, now, ev, n < room ? n : room);
        board_is(e, b, now, 0);
        int end = e->found; /* starting a recording may add one that failed */
        for (int k = begin; k < end; k++) {
            const cti_event it = found_of(e)[k];
            if (is_taken_up(&it))
                start_armed(e, now, it.port);
            else if (is_put_down(&it)) {
                cti_engine_leave_bridge(e, now, it.port);
                cti_engine_detach(e, now, it.port, -1, CTI_TERMINAL_HUNG_UP);
            }
        }
    }
}

/* --- 5: the echo of what was sent --- */

static void cancel(cti_engine *e, int begin) {
    for (int k = begin; k < e->found; k++) { /* another call is another line */
        int p = found_of(e)[k].port;
        if (is_taken_up(&found_of(e)[k]) && port_of(e, p)->echo > 0) {
            cti_echo_can_reset(echo_of(e, p));
            cti_tone_disabler_reset(disabler_of(e, p));
        }
    }
    for (int p = 0; p < e->ports; p++) {
        if (port_of(e, p)->echo == 0 || port_of(e, p)->rests)
            continue;
        int aside = cti_tone_disabler_run(disabler_of(e, p), tx_of(e, p), rx_of(e, p), TICK) == 1 ||
                    port_of(e, p)->terminal.run != NULL;
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
    cti_engine_take_commands(e, now);
    play(e, now);
    int begin = e->found;
    cti_engine_offer_rest(e);
    exchange(e, now);
    cti_engine_see_rest(e);
    cancel(e, begin);
    hear(e, begin);
    record(e, now);
    tell(e, now);
    cti_engine_count(&e->ticks, 1);
    atomic_store_explicit(&e->now, now + TICK, memory_order_release);
    return cti_ring_count(events_of(e));
}

void cti_engine_slip(cti_engine *e, int64_t late_samples, int64_t ticks) {
    if (e == NULL)
        return;
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
