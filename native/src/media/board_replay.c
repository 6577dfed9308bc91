#include "cti/board_replay.h"

#include <stdatomic.h>
#include <string.h>

#include "base/ring.h"
#include "cti/error.h"

enum { TICK = 160, KEPT = 256, MOST_LEAD = 50 * 3600 };

struct cti_board_replay {
    cti_tape tape;
    _Atomic int64_t tick; /* the next to be given, of the tape */
    int64_t event, command;
    int telephone;
    int hook, hook_told; /* of the idle line before the tape and behind it */
    size_t kept;
};

static size_t head_size(void) {
    return (sizeof(struct cti_board_replay) + 63) & ~(size_t)63;
}

static cti_ring *kept_of(const cti_board_replay *r) {
    return (cti_ring *)(void *)((char *)r + r->kept);
}

size_t cti_board_replay_size(void) {
    return head_size() + cti_ring_size(KEPT, sizeof(cti_tape_command));
}

static int is_sound(const cti_tape *t) {
    if (t == NULL || t->ticks < 0 || t->event_count < 0 || t->command_count < 0 || t->message_bytes < 0)
        return 0;
    if ((t->ticks > 0 && (t->rx == NULL || t->gone == NULL)) || (t->event_count > 0 && t->events == NULL) ||
        (t->command_count > 0 && t->commands == NULL) || (t->message_bytes > 0 && t->messages == NULL))
        return 0;
    int64_t tick = 0;
    for (int64_t i = 0; i < t->event_count; i++) {
        const cti_tape_event *e = &t->events[i];
        if (e->tick < tick || e->event.port != 0 || e->message < 0 || e->bytes < 0 ||
            e->message > t->message_bytes - e->bytes)
            return 0;
        tick = e->tick;
    }
    return 1;
}

int cti_board_replay_init(cti_board_replay *r, size_t size, const cti_tape *tape, int64_t lead,
                          int telephone) {
    if (r == NULL || !is_sound(tape) || lead < 0 || lead > MOST_LEAD)
        return CTI_ERR_ARG;
    if (size < cti_board_replay_size())
        return CTI_ERR_SIZE;
    memset(r, 0, sizeof *r);
    r->tape = *tape;
    r->telephone = telephone != 0;
    r->kept = head_size();
    atomic_store_explicit(&r->tick, -lead, memory_order_relaxed);
    return cti_ring_init(kept_of(r), cti_ring_size(KEPT, sizeof(cti_tape_command)), KEPT,
                         sizeof(cti_tape_command));
}

static int on_tape(const cti_board_replay *r, int64_t tick) {
    return tick >= 0 && tick < r->tape.ticks;
}

/* The tape's events up to this tick; those that find no room are told by the next. */
static int give_events(cti_board_replay *r, int64_t tick, int64_t begin, cti_event *ev, int max) {
    int n = 0;
    while (n < max && r->event < r->tape.event_count && r->tape.events[r->event].tick <= tick) {
        ev[n] = r->tape.events[r->event].event;
        ev[n].at += begin;
        ev[n].start += begin;
        if (ev[n].kind == CTI_EV_CALLER_ID)
            ev[n].ref = (int32_t)(r->event & 0xFFFFF); /* the core's bound for a board's own */
        r->event++;
        n++;
    }
    return n;
}

static int exchange(void *ctx, int64_t at, const int16_t *tx, int16_t *rx, int samples, cti_event *ev,
                    int max) {
    cti_board_replay *r = ctx;
    (void)tx;
    if (samples != TICK)
        return CTI_ERR_ARG;
    int64_t tick = atomic_load_explicit(&r->tick, memory_order_relaxed);
    int tape = on_tape(r, tick), n = 0;
    if (tick < r->tape.ticks)
        atomic_store_explicit(&r->tick, tick + 1, memory_order_release);
    if (tape && r->tape.gone[tick])
        return CTI_ERR_GONE;
    if (tape)
        memcpy(rx, r->tape.rx + tick * TICK, TICK * sizeof *rx);
    else
        memset(rx, 0, TICK * sizeof *rx);
    if (tick >= 0)
        n = give_events(r, tick, at - tick * TICK, ev, max);
    if (!tape && r->hook != r->hook_told && n < max) {
        int kind = r->telephone ? CTI_EV_HOOK : r->hook ? CTI_EV_SEIZED : CTI_EV_RELEASED;
        ev[n++] = (cti_event){.at = at, .start = at, .kind = kind, .value = r->telephone && r->hook};
        r->hook_told = r->hook;
    }
    return n;
}

static int control(void *ctx, int port, int what, int value) {
    cti_board_replay *r = ctx;
    if (port != 0)
        return CTI_ERR_ARG;
    int64_t tick = atomic_load_explicit(&r->tick, memory_order_relaxed);
    cti_tape_command given = {.tick = tick, .what = what, .value = value};
    if (on_tape(r, tick)) {
        const cti_tape_command *next =
            r->command < r->tape.command_count ? &r->tape.commands[r->command] : NULL;
        if (next != NULL && next->what == what && next->value == value) {
            given.result = next->result;
            r->command++;
        }
    } else if (what == CTI_LINE_HOOK) {
        r->hook = value != 0;
        r->hook_told = !r->hook; /* said, whatever it was */
    } else if (what == CTI_LINE_FLASH || what == CTI_LINE_PULSES) {
        given.result = CTI_ERR_STATE; /* of an idle line */
    }
    (void)cti_ring_put(kept_of(r), &given, 1);
    return given.result;
}

static int message(void *ctx, int port, int32_t ref, uint8_t *out, int max) {
    const cti_board_replay *r = ctx;
    if (port != 0 || ref < 0 || max < 0)
        return CTI_ERR_ARG;
    for (int64_t i = r->event - 1; i >= 0; i--) { /* asked for in the tick that told it */
        const cti_tape_event *e = &r->tape.events[i];
        if (e->event.kind != CTI_EV_CALLER_ID || (i & 0xFFFFF) != ref)
            continue;
        if (e->bytes > max)
            return CTI_ERR_SIZE;
        memcpy(out, r->tape.messages + e->message, (size_t)e->bytes);
        return e->bytes;
    }
    return CTI_ERR_GONE;
}

int cti_board_replay_board(cti_board_replay *r, cti_board *board) {
    if (r == NULL || board == NULL)
        return CTI_ERR_ARG;
    *board = (cti_board){.ctx = r, .ports = 1, .exchange = exchange, .control = control, .message = message};
    return CTI_OK;
}

int64_t cti_board_replay_at(const cti_board_replay *r) {
    return r == NULL ? CTI_ERR_ARG : atomic_load_explicit(&r->tick, memory_order_acquire);
}

int cti_board_replay_commands(cti_board_replay *r, cti_tape_command *out, int max) {
    if (r == NULL || out == NULL || max < 0)
        return CTI_ERR_ARG;
    return cti_ring_get(kept_of(r), out, max);
}
