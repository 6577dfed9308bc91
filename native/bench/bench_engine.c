/* bench_engine: what a tick costs, for 1, 16 and 64 ports that play, record both ways and hear
 * everything, and for 64 on bridges, on a board that returns an echo. JSON lines; the tick's length is
 * 20,000 us. */
#ifndef _WIN32
#define _POSIX_C_SOURCE 200809L
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cti/conference.h"
#include "cti/engine.h"
#include "cti/error.h"

enum { BLOCK = 160, TICKS = 3000, DRAIN = 50 };

static int echo_exchange(void *ctx, int64_t at, const int16_t *tx, int16_t *rx, int samples, cti_event *ev,
                         int max) {
    (void)at, (void)ev, (void)max;
    memcpy(rx, tx, (size_t)(*(int *)ctx * samples) * sizeof *rx);
    return 0;
}

static int no_control(void *ctx, int port, int what, int value) {
    (void)ctx, (void)port, (void)what, (void)value;
    return CTI_OK;
}

static double seconds(void) {
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* `parties` on a bridge: 0 = nobody is on one. */
static void bench(int ports, int detectors, const char *name, int parties) {
    static int16_t out[2 * DRAIN * BLOCK], prompt[8000];
    static cti_event ev[1024];
    cti_engine_config cfg;
    cti_engine_defaults(&cfg);
    cfg.ports = ports;
    cfg.record_seconds = 2;
    cfg.bridges = parties ? (ports + parties - 1) / parties : 0;
    cti_engine *e = malloc(cti_engine_size(&cfg));
    cti_board board = {.ctx = &ports, .ports = ports, .exchange = echo_exchange, .control = no_control};
    if (e == NULL || cti_engine_init(e, cti_engine_size(&cfg), &cfg) != CTI_OK ||
        cti_engine_add_board(e, &board) != 0)
        exit(1);
    srand(1);
    for (int i = 0; i < 8000; i++)
        prompt[i] = (int16_t)(rand() % 4000 - 2000);
    for (int p = 0; p < ports; p++) {
        cti_command batch[3] = {{.kind = CTI_CMD_LISTEN, .port = p, .value = detectors},
                                {.kind = CTI_CMD_PLAY,
                                 .port = p,
                                 .item = {.pcm = prompt, .samples = 8000, .loop = 1, .gain_q12 = 4096}},
                                {.kind = CTI_CMD_RECORD, .port = p, .value = CTI_RECORD_BOTH}};
        cti_engine_post(e, batch, 3);
        cti_command join = {
            .kind = CTI_CMD_JOIN, .port = p, .ref = parties ? p / parties : 0, .what = CTI_ROLE_TALK};
        join.value = -1;
        join.item.gain_q12 = 4096;
        if (parties)
            cti_engine_post(e, &join, 1);
    }
    double begun = seconds(), worst = 0;
    for (int i = 0; i < TICKS; i++) {
        double tick_begun = seconds();
        cti_engine_tick(e);
        double took = seconds() - tick_begun;
        worst = took > worst ? took : worst;
        cti_engine_events(e, ev, 1024);
        if (i % DRAIN == DRAIN - 1)
            for (int p = 0; p < ports; p++)
                cti_engine_read(e, p, 0, out, DRAIN * BLOCK);
    }
    double took = seconds() - begun;
    printf("{\"bench\":\"engine_tick\",\"hears\":\"%s\",\"bridge_of\":%d,\"ports\":%d,\"us_per_tick\":%.2f,"
           "\"us_per_port\":%.3f,\"worst_us\":%.1f,\"line_seconds_per_second\":%.0f}\n",
           name, parties, ports, took / TICKS * 1e6, took / TICKS / ports * 1e6, worst * 1e6,
           TICKS * 0.02 * ports / took);
    free(e);
}

int main(void) {
    static const int ports[] = {1, 16, 64};
    for (int i = 0; i < 3; i++)
        bench(ports[i], 0, "nothing", 0);
    for (int parties = 2; parties <= CTI_BRIDGE_PARTIES; parties *= 2)
        bench(64, 0, "nothing", parties);
    for (int i = 0; i < 3; i++)
        bench(ports[i], CTI_EAR_DTMF | CTI_EAR_PROGRESS | CTI_EAR_VOICE, "dtmf+progress+voice", 0);
    for (int i = 0; i < 3; i++)
        bench(ports[i], CTI_EAR_ALL, "all", 0);
    return 0;
}
