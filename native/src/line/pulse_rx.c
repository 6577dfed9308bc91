#include "cti/pulse_rx.h"

#include <string.h>

#include "cti/error.h"
#include "line/pulse_state.h"

enum {
    MS = 8,              /* samples */
    SHORTEST_BREAK = 96, /* samples, 12 ms: between bounce and 40 % of a period at 22 a second (18 ms) */
    MOST_PULSES = 10,
    RESTLESS = 4 /* times bounce_ms: a contact that never settles is then taken as it is */
};

void cti_pulse_rx_defaults(cti_pulse_rx_config *cfg) {
    *cfg = (cti_pulse_rx_config){.numbering = CTI_PULSE_USUAL,
                                 .bounce_ms = 5,
                                 .pulse_ms = 120,
                                 .one_ms = 120,
                                 .flash_ms = 1000,
                                 .digit_ms = 150};
}

size_t cti_pulse_rx_size(void) {
    return sizeof(struct cti_pulse_rx);
}

static int acceptable(const cti_pulse_rx_config *c) {
    return c->numbering >= CTI_PULSE_USUAL && c->numbering <= CTI_PULSE_NEW_ZEALAND && c->bounce_ms >= 0 &&
           c->bounce_ms <= 8 && c->pulse_ms >= 40 && c->pulse_ms <= 200 && c->one_ms >= 40 &&
           c->one_ms <= c->pulse_ms && c->flash_ms >= c->pulse_ms && c->flash_ms <= 3000 &&
           c->digit_ms >= 100 && c->digit_ms <= 1000;
}

int cti_pulse_rx_init(cti_pulse_rx *s, size_t size, const cti_pulse_rx_config *cfg) {
    cti_pulse_rx_config usual;
    cti_pulse_rx_defaults(&usual);
    const cti_pulse_rx_config *c = cfg != NULL ? cfg : &usual;
    if (s == NULL || !acceptable(c))
        return CTI_ERR_ARG;
    if (size < sizeof *s)
        return CTI_ERR_SIZE;
    memset(s, 0, sizeof *s);
    s->cfg = *c;
    s->bounce = c->bounce_ms * MS;
    s->longest_pulse = c->pulse_ms * MS;
    s->longest_one = c->one_ms * MS;
    s->longest_flash = c->flash_ms * MS;
    s->digit_gap = c->digit_ms * MS;
    return CTI_OK;
}

int cti_pulse_rx_reset(cti_pulse_rx *s) {
    if (s == NULL)
        return CTI_ERR_ARG;
    cti_pulse_rx_config cfg = s->cfg;
    return cti_pulse_rx_init(s, sizeof *s, &cfg);
}

int cti_pulse_rx_off_hook(const cti_pulse_rx *s) {
    return s != NULL && s->off_hook;
}

static void say(cti_event_sink *out, int kind, int64_t at, int64_t start, int value, int64_t length) {
    cti_event ev = {.at = at, .start = start, .kind = kind, .value = value};
    ev.length = length > INT32_MAX ? INT32_MAX : (int32_t)length;
    ev.ref = kind == CTI_EV_DIGIT_DOWN || kind == CTI_EV_DIGIT_UP ? CTI_DIGIT_PULSES : 0;
    cti_sink_put(out, &ev);
}

/* The train is over, at `at`: a digit, or a break that stood alone and was too long for one. */
static void settle(cti_pulse_rx *s, cti_event_sink *out, int64_t at, int whole) {
    int digit = cti_pulse_digit(s->cfg.numbering, s->pulses);
    if (s->doubtful) {
        say(out, CTI_EV_FLASH, at, s->train_start, 0, s->first_length);
    } else if (whole && digit != 0) {
        say(out, CTI_EV_DIGIT_DOWN, at, s->train_start, digit, 0);
        say(out, CTI_EV_DIGIT_UP, at, s->train_start, digit, s->closed - s->train_start);
    }
    s->pulses = 0;
    s->doubtful = 0;
}

/* One more pulse; `at` is now. */
static void pulse(cti_pulse_rx *s, cti_event_sink *out, int64_t at, int32_t length) {
    if (s->pulses == 0) {
        s->train_start = s->broken;
        s->first_length = length;
        s->doubtful = (int8_t)(length > s->longest_one);
    }
    if ((s->pulses == 0 && !s->doubtful) || (s->pulses == 1 && s->doubtful))
        say(out, CTI_EV_PULSING, at, s->train_start, 0, 0);
    if (s->pulses > 0)
        s->doubtful = 0;
    s->pulses += s->pulses <= MOST_PULSES; /* more are no digit */
}

static void opened(cti_pulse_rx *s, int64_t when) {
    s->loop = 0;
    s->broken = when;
}

static void shut(cti_pulse_rx *s, cti_event_sink *out, int64_t at, int64_t when) {
    int64_t length = when - s->broken;
    s->loop = 1;
    if (!s->off_hook) {
        s->off_hook = 1;
        say(out, CTI_EV_HOOK, at, when, 1, 0);
    } else if (length < SHORTEST_BREAK) {
        return; /* too short for anything: the loop counts as closed all the time */
    } else if (length <= s->longest_pulse) {
        pulse(s, out, at, (int32_t)length);
    } else {
        settle(s, out, at, 0);
        say(out, CTI_EV_FLASH, at, s->broken, 0, length);
    }
    s->closed = when;
}

/* The next time at which something follows without a change, or -1. */
static int64_t deadline(const cti_pulse_rx *s) {
    if (s->bouncing) {
        int64_t calm = s->bounce_last + s->bounce, end = s->bounce_first + RESTLESS * (int64_t)s->bounce;
        return calm < end ? calm : end;
    }
    if (s->off_hook && !s->loop)
        return s->broken + s->longest_flash + 1;
    return s->off_hook && s->pulses > 0 ? s->closed + s->digit_gap : -1;
}

static void at_deadline(cti_pulse_rx *s, cti_event_sink *out, int64_t at) {
    if (s->bouncing) {
        s->bouncing = 0;
        if (s->raw == s->loop)
            return;
        if (s->raw)
            shut(s, out, at, s->bounce_first);
        else
            opened(s, s->bounce_first);
    } else if (!s->loop) {
        settle(s, out, at, 0);
        say(out, CTI_EV_HOOK, at, s->broken, 0, 0);
        s->off_hook = 0;
    } else {
        settle(s, out, at, 1);
    }
}

/* What falls due up to and including `until`. A time that passed while the contact bounced is made good. */
static void pass(cti_pulse_rx *s, cti_event_sink *out, int64_t until) {
    for (int64_t due = deadline(s); due >= 0 && due <= until; due = deadline(s)) {
        s->now = due > s->now ? due : s->now;
        at_deadline(s, out, s->now);
    }
    s->now = until;
}

static int in_order(const cti_pulse_rx *s, const cti_hook_change *changes, int n, int64_t until) {
    int64_t last = s->now;
    for (int i = 0; i < n; i++) {
        if (changes[i].at < last)
            return 0;
        last = changes[i].at;
    }
    return last <= until;
}

int cti_pulse_rx_run(cti_pulse_rx *s, const cti_hook_change *changes, int n, int64_t until, cti_event *ev,
                     int max) {
    if (s == NULL || n < 0 || (changes == NULL && n > 0) || max < 0 || (ev == NULL && max > 0) ||
        !in_order(s, changes, n, until))
        return CTI_ERR_ARG;
    cti_event_sink out = cti_sink_open(ev, max, &s->outbox);
    for (int i = 0; i < n; i++) {
        pass(s, &out, changes[i].at);
        int off_hook = changes[i].off_hook != 0;
        if (s->raw == off_hook)
            continue;
        s->raw = (int8_t)off_hook;
        if (!s->bouncing)
            s->bounce_first = changes[i].at;
        s->bouncing = 1;
        s->bounce_last = changes[i].at;
    }
    pass(s, &out, until);
    return out.count;
}
