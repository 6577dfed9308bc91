#pragma once

/* An engine with a fake board, and the commands that its tests post. */

#include "check.h"
#include "cti/engine.h"
#include "cti/error.h"
#include "fake_board.h"

enum { UNITY = 4096, BLOCK = 160 };

static fake_board board;
static cti_event ev[256];
static int16_t flat[8000];

static inline cti_engine *engine_of(int ports, int events) {
    cti_engine_config cfg;
    cti_engine_defaults(&cfg);
    cfg.ports = ports;
    cfg.boards = 2;
    cfg.record_seconds = 2;
    cfg.commands = 64;
    cfg.events = events;
    size_t size = cti_engine_size(&cfg);
    cti_engine *e = malloc(size);
    CHECK_EQ(cti_engine_init(e, size, &cfg), CTI_OK);
    cti_board native = fake_native(&board, ports);
    CHECK_EQ(cti_engine_add_board(e, &native), 0);
    return e;
}

static inline cti_command line_command(int port, int hook) {
    return (cti_command){.kind = CTI_CMD_LINE, .port = port, .what = CTI_LINE_HOOK, .value = hook};
}

static inline cti_command play_command(int port, int ref, const int16_t *pcm, int samples, uint32_t stop_on) {
    cti_command c = {.kind = CTI_CMD_PLAY, .port = port, .ref = ref};
    c.item =
        (cti_play_item){.pcm = pcm, .samples = samples, .ref = ref, .stop_on = stop_on, .gain_q12 = UNITY};
    return c;
}

static inline cti_command record_command(int port, int which, int ref, int when) {
    return (cti_command){.kind = CTI_CMD_RECORD,
                         .port = port,
                         .what = which,
                         .value = which ? CTI_RECORD_RX : CTI_RECORD_BOTH,
                         .ref = ref,
                         .when = when};
}

static inline void post(cti_engine *e, cti_command c) {
    CHECK_EQ(cti_engine_post(e, &c, 1), CTI_OK);
}

static inline void stage_fill(void) {
    for (int i = 0; i < 8000; i++)
        flat[i] = 8000;
}
