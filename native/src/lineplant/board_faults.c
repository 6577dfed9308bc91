#include "cti/board_faults.h"

#include <stdatomic.h>
#include <string.h>

#include "base/board_round.h"
#include "cti/error.h"

enum { TICK = 160, COMMANDS = 64, EVENTS = 256, MOST_LOST = 3000 };

typedef struct kept_command {
    int port, what, value;
} kept_command;

/* What was told of a line, and how it is. */
typedef struct line_state {
    int battery_told, battery, reversed_told, reversed, hook_told, hook;
} line_state;

struct cti_board_faults {
    cti_board_round round;
    _Atomic int fault;
    _Atomic int lose;
    int now; /* the fault that the latest tick was made under */
    int commands, events;
    kept_command command[COMMANDS];
    cti_event event[EVENTS]; /* to be told by the next tick that tells anything */
    size_t lines, quiet, scrap;
};

static void *part(const cti_board_faults *f, size_t at) {
    return (char *)f + at;
}

static line_state *line_of(const cti_board_faults *f, int port) {
    return (line_state *)part(f, f->lines) + port;
}

static size_t lay_out(const cti_board *sound, size_t *lines, size_t *quiet, size_t *scrap) {
    size_t ports = (size_t)sound->ports, audio = ports * TICK * sizeof(int16_t);
    *lines = (sizeof(struct cti_board_faults) + 63) & ~(size_t)63;
    *quiet = (*lines + ports * sizeof(line_state) + 63) & ~(size_t)63;
    *scrap = *quiet + audio;
    return *scrap + audio;
}

/* Every tick is the sound board's own, then and in the next one. */
static int is_well(const cti_board_round *r, int port) {
    const cti_board_faults *f = (const cti_board_faults *)(const void *)r;
    (void)port; /* all are of one card */
    return f->now == CTI_BOARD_WELL && f->events == 0 && f->commands == 0 &&
           atomic_load_explicit(&f->fault, memory_order_acquire) == CTI_BOARD_WELL &&
           atomic_load_explicit(&f->lose, memory_order_acquire) == 0;
}

size_t cti_board_faults_size(const cti_board *sound) {
    size_t lines, quiet, scrap;
    return cti_board_round_takes(sound) ? lay_out(sound, &lines, &quiet, &scrap) : 0;
}

int cti_board_faults_init(cti_board_faults *f, size_t size, const cti_board *sound) {
    size_t lines, quiet, scrap;
    if (f == NULL || !cti_board_round_takes(sound))
        return CTI_ERR_ARG;
    size_t needed = lay_out(sound, &lines, &quiet, &scrap);
    if (size < needed)
        return CTI_ERR_SIZE;
    memset(f, 0, needed);
    f->round = (cti_board_round){*sound, is_well};
    f->lines = lines;
    f->quiet = quiet;
    f->scrap = scrap;
    for (int port = 0; port < sound->ports; port++)
        line_of(f, port)->battery = line_of(f, port)->battery_told = 1;
    return CTI_OK;
}

/* How the lines are, as the sound board tells it. */
static void look(cti_board_faults *f, const cti_event *ev, int n, int told) {
    for (int i = 0; i < n; i++) {
        if (ev[i].port < 0 || ev[i].port >= f->round.sound.ports)
            continue;
        line_state *line = line_of(f, ev[i].port);
        if (ev[i].kind == CTI_EV_BATTERY) {
            line->battery = ev[i].value;
            line->battery_told = told ? ev[i].value : line->battery_told;
        } else if (ev[i].kind == CTI_EV_POLARITY) {
            line->reversed = ev[i].value;
            line->reversed_told = told ? ev[i].value : line->reversed_told;
        } else if (ev[i].kind == CTI_EV_HOOK) {
            line->hook = ev[i].value;
            line->hook_told = told ? ev[i].value : line->hook_told;
        }
    }
}

static void keep(cti_board_faults *f, int64_t at, int port, int kind, int value) {
    if (f->events < EVENTS)
        f->event[f->events++] =
            (cti_event){.at = at, .start = at, .port = port, .kind = kind, .value = value};
}

static void pull_out(cti_board_faults *f) {
    f->commands = f->events = 0;
    for (int port = 0; port < f->round.sound.ports; port++) { /* each kind of port refuses the other's */
        f->round.sound.control(f->round.sound.ctx, port, CTI_LINE_HOOK, 0);
        f->round.sound.control(f->round.sound.ctx, port, CTI_LINE_RING, 0);
    }
}

static void put_back(cti_board_faults *f, int64_t at) {
    for (int port = 0; port < f->round.sound.ports; port++) {
        line_state *line = line_of(f, port);
        if (line->battery != line->battery_told)
            keep(f, at, port, CTI_EV_BATTERY, line->battery);
        if (line->reversed != line->reversed_told)
            keep(f, at, port, CTI_EV_POLARITY, line->reversed);
        if (line->hook != line->hook_told)
            keep(f, at, port, CTI_EV_HOOK, line->hook);
        line->hook_told = line->hook;
        line->battery_told = line->battery;
        line->reversed_told = line->reversed;
    }
}

static void go_on(cti_board_faults *f, int64_t at) {
    for (int i = 0; i < f->commands; i++) {
        const kept_command *c = &f->command[i];
        int result = f->round.sound.control(f->round.sound.ctx, c->port, c->what, c->value);
        if (result < 0 && (c->what == CTI_LINE_PULSES || c->what == CTI_LINE_FLASH))
            keep(f, at, c->port, CTI_EV_DIALLED, 0);
    }
    f->commands = 0;
}

static void change(cti_board_faults *f, int64_t at, int fault) {
    if (f->now == CTI_BOARD_OUT)
        put_back(f, at);
    else if (f->now == CTI_BOARD_STALLED && fault != CTI_BOARD_OUT)
        go_on(f, at);
    if (fault == CTI_BOARD_OUT)
        pull_out(f);
    f->now = fault;
}

/* A tick of the sound board that nobody hears; its events are kept, or were never told. */
static int pass(cti_board_faults *f, int64_t at, int told) {
    cti_event *ev = f->event + f->events;
    int n = f->round.sound.exchange(f->round.sound.ctx, at, part(f, f->quiet), part(f, f->scrap), TICK, ev,
                                    EVENTS - f->events);
    if (n > 0) {
        look(f, ev, n, told);
        f->events += told ? n : 0;
    }
    return n;
}

static int exchange(void *ctx, int64_t at, const int16_t *tx, int16_t *rx, int samples, cti_event *ev,
                    int max) {
    cti_board_faults *f = ctx;
    if (samples != TICK)
        return CTI_ERR_ARG;
    int fault = atomic_load_explicit(&f->fault, memory_order_acquire);
    int lost = atomic_exchange_explicit(&f->lose, 0, memory_order_acq_rel), result = 0, n = 0;
    if (fault == CTI_BOARD_WELL && f->now == CTI_BOARD_WELL) { /* what waits goes before what is new */
        n = f->events < max ? f->events : max;
        memcpy(ev, f->event, (size_t)n * sizeof *ev);
        memmove(f->event, f->event + n, (size_t)(f->events - n) * sizeof *ev);
        f->events -= n;
    }
    if (fault != f->now)
        change(f, at, fault);
    for (int i = 0; i < lost && result >= 0; i++)
        result = pass(f, at, fault != CTI_BOARD_OUT);
    if (result < 0)
        return result;
    if (fault != CTI_BOARD_WELL) {
        result = pass(f, at, fault != CTI_BOARD_OUT);
        memset(rx, 0, (size_t)f->round.sound.ports * TICK * sizeof *rx);
        return result < 0 ? result : fault == CTI_BOARD_OUT ? CTI_ERR_GONE : 0;
    }
    result = f->round.sound.exchange(f->round.sound.ctx, at, tx, rx, samples, ev + n, max - n);
    if (result < 0)
        return result;
    look(f, ev + n, result < max - n ? result : max - n, 1);
    return n + result;
}

static int control(void *ctx, int port, int what, int value) {
    cti_board_faults *f = ctx;
    if (f->now == CTI_BOARD_OUT)
        return CTI_ERR_GONE;
    if (f->now == CTI_BOARD_WELL)
        return f->round.sound.control(f->round.sound.ctx, port, what, value);
    if (port < 0 || port >= f->round.sound.ports)
        return CTI_ERR_ARG;
    if (f->commands == COMMANDS)
        return CTI_ERR_FULL;
    f->command[f->commands++] = (kept_command){port, what, value};
    return CTI_OK;
}

int cti_board_faults_board(cti_board_faults *f, cti_board *board) {
    if (f == NULL || board == NULL)
        return CTI_ERR_ARG;
    cti_board_round_board(&f->round, board);
    board->exchange = exchange;
    board->control = control;
    return CTI_OK;
}

int cti_board_faults_set(cti_board_faults *f, int fault) {
    if (f == NULL || fault < CTI_BOARD_WELL || fault > CTI_BOARD_STALLED)
        return CTI_ERR_ARG;
    atomic_store_explicit(&f->fault, fault, memory_order_release);
    return CTI_OK;
}

int cti_board_faults_lose(cti_board_faults *f, int ticks) {
    if (f == NULL || ticks < 1 || ticks > MOST_LOST)
        return CTI_ERR_ARG;
    atomic_fetch_add_explicit(&f->lose, ticks, memory_order_acq_rel);
    return CTI_OK;
}
