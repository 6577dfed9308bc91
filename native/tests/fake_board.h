/* fake_board: a board of one to sixteen ports for the engine's tests. It keeps what was sent, gives
 * what it was told to give, and answers hook commands with events, as a real line does. */
#pragma once

#include <string.h>

#include "cti/board.h"
#include "cti/error.h"

enum { FAKE_PORTS = 16, FAKE_EVENTS = 64 };

typedef struct fake_board {
    int ports;
    int gone;        /* exchange() fails */
    int silent_hook; /* hook commands bring no event */
    long exchanges, controls;
    int64_t last_at;
    int16_t sent[FAKE_PORTS][160];   /* of the last tick */
    int16_t give[FAKE_PORTS];        /* what rx is filled with */
    int echo;                        /* rx is tx plus `give` */
    const int16_t *line[FAKE_PORTS]; /* or audio, line_left samples of it */
    int line_left[FAKE_PORTS];
    cti_event next[FAKE_EVENTS]; /* told by the next exchange, times as they are */
    int events;
} fake_board;

static int fake_control(void *ctx, int port, int what, int value) {
    fake_board *b = ctx;
    b->controls++;
    if (what != CTI_LINE_HOOK || port < 0 || port >= b->ports)
        return CTI_ERR_ARG;
    if (!b->silent_hook && b->events < FAKE_EVENTS) {
        cti_event ev = {.at = -1, .port = port, .kind = value ? CTI_EV_SEIZED : CTI_EV_RELEASED};
        b->next[b->events++] = ev;
    }
    return CTI_OK;
}

static int fake_exchange(void *ctx, int64_t at, const int16_t *tx, int16_t *rx, int samples, cti_event *ev,
                         int max) {
    fake_board *b = ctx;
    b->exchanges++;
    b->last_at = at;
    if (b->gone)
        return CTI_ERR_GONE;
    for (int p = 0; p < b->ports; p++)
        for (int i = 0; i < samples; i++) {
            b->sent[p][i] = tx[p * samples + i];
            rx[p * samples + i] = (int16_t)(b->give[p] + (b->echo ? tx[p * samples + i] : 0));
            if (b->line_left[p] > 0) {
                rx[p * samples + i] = *b->line[p]++;
                b->line_left[p]--;
            }
        }
    int n = b->events < max ? b->events : max;
    memcpy(ev, b->next, (size_t)n * sizeof *ev);
    b->events = 0;
    return n;
}

static cti_board fake_native(fake_board *b, int ports) {
    memset(b, 0, sizeof *b);
    b->ports = ports;
    return (cti_board){.ctx = b, .ports = ports, .exchange = fake_exchange, .control = fake_control};
}
