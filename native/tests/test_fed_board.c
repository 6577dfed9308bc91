#ifndef _WIN32
#define _POSIX_C_SOURCE 200809L
#endif

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "check.h"
#include "cti/cid.h"
#include "cti/engine.h"
#include "cti/error.h"
#include "cti/fed_board.h"
#include "heap_count.h"
#include "signals.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <pthread.h>
#endif

enum { BLOCK = 160, NS_TICK = 20000000 };

static cti_fed_board *fed;
static cti_board board;
static cti_event ev[64];
static int16_t rx[4 * BLOCK], tx[4 * BLOCK];

static void set_up(int ports) {
    cti_fed_board_config cfg;
    cti_fed_board_defaults(&cfg);
    cfg.ports = ports;
    size_t size = cti_fed_board_size(&cfg);
    fed = malloc(size);
    CHECK_EQ(cti_fed_board_init(fed, size, &cfg), CTI_OK);
    CHECK_EQ(cti_fed_board_board(fed, &board), CTI_OK);
    memset(tx, 0, sizeof tx);
}

static int tick(int64_t at) {
    return board.exchange(board.ctx, at, tx, rx, BLOCK, ev, 64);
}

static cti_fed_status status(int port) {
    cti_fed_status st;
    CHECK_EQ(cti_fed_board_status_of(fed, port, &st), CTI_OK);
    return st;
}

static int is_silent(const int16_t *pcm, int n) {
    for (int i = 0; i < n; i++)
        if (pcm[i] != 0)
            return 0;
    return 1;
}

static void test_bad_arguments_are_refused(void) {
    cti_fed_board_config cfg;
    cti_fed_board_defaults(&cfg);
    cfg.ports = 65;
    CHECK_EQ(cti_fed_board_size(&cfg), 0);
    cfg.ports = 1;
    cfg.rx.target = 1;
    CHECK_EQ(cti_fed_board_size(&cfg), 0);
    set_up(1);
    CHECK_EQ(cti_fed_board_init(fed, 8, NULL), CTI_ERR_SIZE);
    CHECK_EQ(cti_fed_board_serve(fed, 1, CTI_FED_RX), CTI_ERR_ARG);
    CHECK_EQ(cti_fed_board_serve(fed, 0, 4), CTI_ERR_ARG);
    CHECK_EQ(cti_fed_board_push(fed, 0, rx, 8001, -1), CTI_ERR_ARG);
    CHECK_EQ(cti_fed_board_pull(fed, 0, rx, 4001, -1), CTI_ERR_ARG);
    CHECK_EQ(cti_fed_board_tell(fed, 0, CTI_EV_CALLER_ID, 1, 0, 0, -1), CTI_ERR_ARG);
    CHECK_EQ(cti_fed_board_caller_id(fed, 0, CTI_CID_HARDWARE, (const uint8_t *)"x", 261, -1), CTI_ERR_ARG);
    CHECK_EQ(cti_fed_board_caller_id(fed, 0, 6, (const uint8_t *)"x", 1, -1), CTI_ERR_ARG);
    CHECK_EQ(board.control(board.ctx, 1, CTI_LINE_HOOK, 1), CTI_ERR_ARG);
    free(fed);
}

static void test_gone_until_the_device_is_there_and_again_when_it_leaves(void) {
    cti_fed_command command;
    set_up(1);
    CHECK_EQ(tick(0), CTI_ERR_GONE);
    CHECK_EQ(board.control(board.ctx, 0, CTI_LINE_HOOK, 1), CTI_ERR_GONE);
    CHECK_EQ(cti_fed_board_tell(fed, 0, CTI_EV_RING_ON, 0, 0, 0, -1), CTI_OK);
    CHECK_EQ(tick(160), CTI_ERR_GONE);
    CHECK_EQ(status(0).events_lost, 1);
    cti_fed_board_gone(fed, 0);
    CHECK_EQ(tick(320), 0);
    CHECK_EQ(board.control(board.ctx, 0, CTI_LINE_HOOK, 1), CTI_OK);
    CHECK_EQ(board.control(board.ctx, 0, CTI_LINE_HOOK, 0), CTI_OK);
    CHECK_EQ(cti_fed_board_command(fed, 0, &command), 1);
    CHECK(command.what == CTI_LINE_HOOK && command.value == 1);
    CHECK_EQ(cti_fed_board_command(fed, 0, &command), 1);
    CHECK_EQ(command.value, 0);
    CHECK_EQ(cti_fed_board_command(fed, 0, &command), 0);
    cti_fed_board_gone(fed, 1);
    CHECK_EQ(tick(480), CTI_ERR_GONE);
    CHECK_EQ(status(0).gone, 1);
    free(fed);
}

static void test_a_device_that_takes_no_commands_fills_the_ring_and_no_more(void) {
    int taken = 0;
    set_up(1);
    cti_fed_board_gone(fed, 0);
    while (board.control(board.ctx, 0, CTI_LINE_FLASH, 800) == CTI_OK && taken < 1000)
        taken++;
    CHECK(taken >= 32 && taken < 1000);
    CHECK_EQ(board.control(board.ctx, 0, CTI_LINE_FLASH, 800), CTI_ERR_FULL);
    free(fed);
}

/* A device with a clock of its own, in blocks, late by up to some ms; both ways at once. Times in ns. */
typedef struct device {
    double ppm, jitter_ms;
    int block;
    double due; /* of its next block, in its samples */
    double worst_rx, worst_tx;
} device;

static void run_device(device *d, int64_t now, signal *dice) {
    int16_t pcm[512];
    double rate = 8000.0 * (1 + d->ppm * 1e-6);
    for (;;) {
        double at = (d->due + d->block) / rate * 1e9;
        if (at + d->jitter_ms * 1e6 * signal_uniform(dice) > (double)now)
            return;
        for (int i = 0; i < d->block; i++)
            pcm[i] = (int16_t)lrint(8000.0 * sin(SIGNAL_TURN * 1000.0 * (d->due + i) / rate));
        CHECK_EQ(cti_fed_board_push(fed, 0, pcm, d->block, now), d->block);
        CHECK_EQ(cti_fed_board_pull(fed, 0, pcm, d->block, now), d->block);
        d->due += d->block;
    }
}

/* The power of what is not the 1 kHz tone, dB below it. */
static double tone_to_rest(const int16_t *pcm, int n) {
    double s = 0, c = 0, all = 0;
    for (int i = 0; i < n; i++) {
        s += pcm[i] * sin(SIGNAL_TURN * 1000.0 * i / 8000.0);
        c += pcm[i] * cos(SIGNAL_TURN * 1000.0 * i / 8000.0);
        all += (double)pcm[i] * pcm[i];
    }
    double tone = 2 * (s * s + c * c) / n;
    return 10 * log10(tone / (all - tone + 1e-9));
}

static void test_clocks_200_ppm_apart_run_three_minutes_without_a_slip(void) {
    static const struct {
        double ppm, jitter_ms;
        int block;
    } CASES[] = {{200, 8, 64}, {-200, 12, 160}, {35, 15, 80}};
    for (int c = 0; c < 3; c++) {
        signal *dice = signal_new(17 + (unsigned)c);
        device d = {.ppm = CASES[c].ppm, .jitter_ms = CASES[c].jitter_ms, .block = CASES[c].block};
        int16_t last[1600];
        set_up(1);
        cti_fed_board_gone(fed, 0);
        cti_fed_board_serve(fed, 0, CTI_FED_BOTH);
        for (int64_t t = 0; t < 9000; t++) {
            for (int i = 0; i < BLOCK; i++)
                tx[i] = (int16_t)lrint(8000.0 * sin(SIGNAL_TURN * 1000.0 * (double)(t * BLOCK + i) / 8000.0));
            CHECK_EQ(tick(t * BLOCK), 0);
            memmove(last, last + BLOCK, sizeof last - sizeof rx[0] * BLOCK);
            memcpy(last + 1600 - BLOCK, rx, sizeof rx[0] * BLOCK);
            for (int ms = 1; ms <= 20; ms++)
                run_device(&d, t * NS_TICK + ms * 1000000LL, dice);
        }
        cti_fed_status st = status(0);
        CHECK_EQ(st.rx_slips, 0);
        CHECK_EQ(st.tx_slips, 0);
        CHECK_NEAR(st.rx_ppm, CASES[c].ppm, 60);
        CHECK_NEAR(st.tx_ppm, CASES[c].ppm, 60);
        CHECK_NEAR(st.rx_latency, 400, 80);
        CHECK_NEAR(st.tx_latency, 400, 80);
        /* the tone comes at the device's frequency, 0.2 Hz off at most, in a window of 0.2 s */
        CHECK(tone_to_rest(last, 1600) > 15);
        free(fed);
        free(dice);
    }
}

static void push_tone(int n, int64_t ns) {
    int16_t pcm[BLOCK];
    for (int i = 0; i < n; i++)
        pcm[i] = 5000;
    CHECK_EQ(cti_fed_board_push(fed, 0, pcm, n, ns), n);
}

static void test_a_device_that_is_late_is_silence_and_one_slip(void) {
    set_up(1);
    cti_fed_board_gone(fed, 0);
    cti_fed_board_serve(fed, 0, CTI_FED_RX);
    int64_t t = 0;
    for (; t < 50; t++) {
        push_tone(BLOCK, t * NS_TICK);
        tick(t * BLOCK);
    }
    CHECK(!is_silent(rx, BLOCK));
    CHECK_EQ(status(0).rx_slips, 0);
    for (; t < 60; t++)
        tick(t * BLOCK);
    CHECK(is_silent(rx, BLOCK));
    CHECK_EQ(status(0).rx_slips, 1);
    for (; t < 80; t++) {
        push_tone(BLOCK, t * NS_TICK);
        tick(t * BLOCK);
    }
    CHECK(!is_silent(rx, BLOCK));
    CHECK_EQ(status(0).rx_slips, 1);
    free(fed);
}

static void test_a_tick_that_stands_still_loses_what_finds_no_room_and_counts_it(void) {
    int16_t pcm[BLOCK] = {0};
    int taken = 0;
    set_up(1);
    cti_fed_board_gone(fed, 0);
    cti_fed_board_serve(fed, 0, CTI_FED_RX);
    while (cti_fed_board_push(fed, 0, pcm, BLOCK, -1) == BLOCK && taken < 10000)
        taken++;
    CHECK(taken >= 50 && taken < 10000);
    CHECK_EQ(status(0).rx_slips, 1);
    tick(0);
    CHECK_EQ(cti_fed_board_push(fed, 0, pcm, BLOCK, -1), BLOCK);
    free(fed);
}

static void test_half_duplex_the_direction_that_is_not_served_is_silence_and_no_slip(void) {
    int16_t taken[800];
    int64_t t = 0;
    set_up(1);
    cti_fed_board_gone(fed, 0);
    for (int round = 0; round < 5; round++) {
        cti_fed_board_serve(fed, 0, CTI_FED_RX);
        for (int i = 0; i < 30; i++, t++) {
            push_tone(BLOCK, t * NS_TICK);
            tick(t * BLOCK);
            push_tone(0, t * NS_TICK + 1000); /* it sees the tick at once */
        }
        CHECK(!is_silent(rx, BLOCK));
        CHECK_EQ(cti_fed_board_take(fed, 0, taken, 800), 0);
        cti_fed_board_serve(fed, 0, CTI_FED_TX);
        for (int i = 0; i < BLOCK; i++)
            tx[i] = (int16_t)(round * 100 + 1);
        push_tone(BLOCK, t * NS_TICK); /* nobody is to hear it */
        int heard = 0;
        for (int i = 0; i < 30; i++, t++) {
            tick(t * BLOCK);
            heard += !is_silent(rx, BLOCK);
        }
        CHECK_NEAR(heard, 3, 1); /* the rest of what came before, 50 ms and a block */
        CHECK(is_silent(rx, BLOCK));
        CHECK_EQ(cti_fed_board_take(fed, 0, taken, 800), 800);
        CHECK(taken[0] == round * 100 + 1 && taken[799] == round * 100 + 1);
    }
    CHECK_EQ(status(0).rx_slips, 0);
    CHECK_EQ(status(0).tx_slips, 0);
    free(fed);
}

static void test_of_a_device_without_a_clock_nothing_is_lost_by_taking(void) {
    int16_t out[BLOCK];
    int next = 0;
    set_up(1);
    cti_fed_board_gone(fed, 0);
    cti_fed_board_serve(fed, 0, CTI_FED_TX);
    for (int t = 0; t < 500; t++) {
        for (int i = 0; i < BLOCK; i++)
            tx[i] = (int16_t)(t * BLOCK + i);
        tick(t * BLOCK);
        if (t % 7 == 0)
            while (cti_fed_board_take(fed, 0, out, BLOCK) == BLOCK)
                for (int i = 0; i < BLOCK; i++, next++)
                    CHECK_EQ(out[i], (int16_t)next);
    }
    CHECK(next > 490 * BLOCK);
    CHECK_EQ(status(0).tx_slips, 0);
    free(fed);
}

static void test_events_carry_the_moment_within_the_tick_in_which_they_were_told(void) {
    set_up(2);
    cti_fed_board_gone(fed, 0);
    tick(0);
    cti_fed_board_tell(fed, 1, CTI_EV_RING_OFF, 0, 0, 0, 1000); /* as the tick begins: how the clocks lie */
    tick(160);
    CHECK_EQ(cti_fed_board_tell(fed, 1, CTI_EV_RING_ON, 3, 0, 0, NS_TICK + 10000000 + 1000), CTI_OK);
    CHECK_EQ(cti_fed_board_tell(fed, 0, CTI_EV_DIGIT_DOWN, '5', 0, CTI_DIGIT_HARDWARE, -1), CTI_OK);
    CHECK_EQ(tick(320), 2);
    CHECK(ev[0].port == 0 && ev[0].kind == CTI_EV_DIGIT_DOWN && ev[0].value == '5' &&
          ev[0].ref == CTI_DIGIT_HARDWARE);
    CHECK(ev[1].port == 1 && ev[1].kind == CTI_EV_RING_ON && ev[1].value == 3);
    CHECK(ev[1].at == 320 && ev[1].start == 240); /* told in this tick, of a moment before it */
    CHECK_EQ(ev[0].at, 320);
    free(fed);
}

static void test_more_events_than_a_tick_takes_wait_for_the_next(void) {
    set_up(1);
    cti_fed_board_gone(fed, 0);
    for (int i = 0; i < 40; i++)
        cti_fed_board_tell(fed, 0, CTI_EV_POLARITY, i % 2, 0, 0, -1);
    CHECK_EQ(board.exchange(board.ctx, 0, tx, rx, BLOCK, ev, 25), 25);
    CHECK_EQ(board.exchange(board.ctx, 160, tx, rx, BLOCK, ev, 25), 15);
    free(fed);
}

static cti_engine *engine_with(const cti_board *native) {
    cti_engine_config cfg;
    cti_engine_defaults(&cfg);
    cfg.ports = native->ports;
    cfg.boards = 1;
    cfg.record_seconds = 1;
    cti_engine *e = malloc(cti_engine_size(&cfg));
    CHECK_EQ(cti_engine_init(e, cti_engine_size(&cfg), &cfg), CTI_OK);
    CHECK_EQ(cti_engine_add_board(e, native), 0);
    return e;
}

static int take(cti_engine *e) {
    return cti_engine_events(e, ev, 64);
}

static void test_caller_id_of_the_hardware_comes_by_the_ears_door(void) {
    uint8_t bytes[300];
    set_up(2);
    cti_engine *e = engine_with(&board);
    cti_fed_board_gone(fed, 0);
    CHECK_EQ(cti_fed_board_caller_id(fed, 1, CTI_CID_HARDWARE, (const uint8_t *)"first", 5, -1), CTI_OK);
    CHECK_EQ(cti_fed_board_caller_id(fed, 1, CTI_CID_HARDWARE, (const uint8_t *)"other", 5, -1), CTI_OK);
    cti_engine_tick(e);
    CHECK_EQ(take(e), 2);
    for (int i = 0; i < 2; i++) {
        CHECK(ev[i].kind == CTI_EV_CALLER_ID && ev[i].port == 1 && ev[i].length == 5);
        CHECK_EQ(ev[i].value, CTI_CID_HARDWARE);
        CHECK_EQ(cti_engine_message(e, 1, ev[i].ref, bytes, 300), 5);
        CHECK(memcmp(bytes, i ? "other" : "first", 5) == 0);
    }
    free(e);
    free(fed);
}

static void test_far_end_gone_and_alarms_reach_the_engine(void) {
    set_up(1);
    cti_engine *e = engine_with(&board);
    cti_engine_tick(e);
    CHECK_EQ(take(e), 1);
    CHECK(ev[0].kind == CTI_EV_ALARM && ev[0].value == 1);
    cti_fed_board_gone(fed, 0);
    cti_fed_board_tell(fed, 0, CTI_EV_REMOTE_GONE, CTI_GONE_LOOP_BREAK, 0, 90, -1);
    cti_fed_board_tell(fed, 0, 99, 0, 0, 0, -1);
    cti_engine_tick(e);
    int n = take(e), seen = 0;
    for (int i = 0; i < n; i++)
        seen += ev[i].kind == CTI_EV_REMOTE_GONE && ev[i].value == CTI_GONE_LOOP_BREAK && ev[i].ref == 90;
    CHECK_EQ(seen, 1);
    free(e);
    free(fed);
}

/* The device's thread against the tick: numbers go round in order, and nothing is lost but what is counted.
 */
enum { ROUNDS = 20000 };
static _Atomic int over;
static long commands_seen, device_rounds;

static void device_rounds_until_over(void) {
    int16_t pcm[BLOCK];
    cti_fed_command command;
    cti_fed_status st;
    for (int i = 0; !atomic_load(&over); i++) {
        int64_t ns = i * 1000LL;
        for (int k = 0; k < 40; k++)
            pcm[k] = (int16_t)(i + k);
        cti_fed_board_push(fed, 0, pcm, 40, ns);
        cti_fed_board_pull(fed, 0, pcm, 40, ns);
        cti_fed_board_tell(fed, 0, CTI_EV_POLARITY, i % 2, 0, 0, ns);
        while (cti_fed_board_command(fed, 0, &command) == 1) {
            CHECK_EQ(command.value, (int)(commands_seen % 1000));
            commands_seen++;
        }
        if (i % 50 == 0)
            cti_fed_board_serve(fed, 0, i / 50 % 4);
        cti_fed_board_status_of(fed, 0, &st);
        device_rounds++;
    }
    while (cti_fed_board_command(fed, 0, &command) == 1)
        commands_seen++;
}

#ifdef _WIN32
static DWORD WINAPI device_thread(LPVOID unused) {
    (void)unused;
    device_rounds_until_over();
    return 0;
}
#else
static void *device_thread(void *unused) {
    (void)unused;
    device_rounds_until_over();
    return NULL;
}
#endif

static void test_device_thread_and_tick_never_see_half_of_anything(void) {
    long told = 0, given = 0;
    set_up(1);
    cti_fed_board_gone(fed, 0);
    cti_fed_board_serve(fed, 0, CTI_FED_BOTH);
#ifdef _WIN32
    HANDLE thread = CreateThread(NULL, 0, device_thread, NULL, 0, NULL);
#else
    pthread_t thread;
    CHECK_EQ(pthread_create(&thread, NULL, device_thread, NULL), 0);
#endif
    for (int t = 0; t < ROUNDS; t++) {
        int n = tick(t * BLOCK);
        for (int i = 0; i < n; i++)
            CHECK(ev[i].kind == CTI_EV_POLARITY && ev[i].port == 0 && (ev[i].value == 0 || ev[i].value == 1));
        told += n;
        if (board.control(board.ctx, 0, CTI_LINE_RING, (int)(given % 1000)) == CTI_OK)
            given++;
    }
    atomic_store(&over, 1);
#ifdef _WIN32
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
#else
    pthread_join(thread, NULL);
#endif
    CHECK_EQ(commands_seen, given);
    CHECK(told + status(0).events_lost <= device_rounds &&
          told + status(0).events_lost + 64 >= device_rounds);
    free(fed);
}

static void test_neither_side_touches_the_heap(void) {
    int16_t pcm[BLOCK] = {0};
    set_up(1);
    cti_fed_board_gone(fed, 0);
    heap_count_begin();
    for (int t = 0; t < 200; t++) {
        cti_fed_board_serve(fed, 0, t / 20 % 4);
        cti_fed_board_push(fed, 0, pcm, BLOCK, t * (int64_t)NS_TICK);
        tick(t * BLOCK);
        cti_fed_board_pull(fed, 0, pcm, BLOCK, t * (int64_t)NS_TICK);
    }
    CHECK_EQ(heap_calls, 0);
    free(fed);
}

int main(void) {
    RUN(test_bad_arguments_are_refused);
    RUN(test_gone_until_the_device_is_there_and_again_when_it_leaves);
    RUN(test_a_device_that_takes_no_commands_fills_the_ring_and_no_more);
    RUN(test_clocks_200_ppm_apart_run_three_minutes_without_a_slip);
    RUN(test_a_device_that_is_late_is_silence_and_one_slip);
    RUN(test_a_tick_that_stands_still_loses_what_finds_no_room_and_counts_it);
    RUN(test_half_duplex_the_direction_that_is_not_served_is_silence_and_no_slip);
    RUN(test_of_a_device_without_a_clock_nothing_is_lost_by_taking);
    RUN(test_events_carry_the_moment_within_the_tick_in_which_they_were_told);
    RUN(test_more_events_than_a_tick_takes_wait_for_the_next);
    RUN(test_caller_id_of_the_hardware_comes_by_the_ears_door);
    RUN(test_far_end_gone_and_alarms_reach_the_engine);
    RUN(test_device_thread_and_tick_never_see_half_of_anything);
    RUN(test_neither_side_touches_the_heap);
    CHECK_END();
}
