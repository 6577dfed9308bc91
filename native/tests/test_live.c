/* No figure of time is asserted here: only that ticks are made, counted and ended. */
#ifndef _WIN32
#define _POSIX_C_SOURCE 200809L
#endif

#include <stdatomic.h>

#include "check.h"
#include "cti/error.h"
#include "cti/live.h"
#include "fake_board.h"
#include "live/timer.h"

#ifdef _WIN32
#include <windows.h>
typedef HANDLE thread_of;
#else
#include <pthread.h>
typedef pthread_t thread_of;
#endif

static fake_board board;
static _Atomic int64_t stall_ns; /* the next exchange takes so long */
static cti_engine *engine;
static cti_live *live;
static int64_t made;

static int stalling_exchange(void *ctx, int64_t at, const int16_t *tx, int16_t *rx, int samples,
                             cti_event *ev, int max) {
    int64_t stall = atomic_exchange(&stall_ns, 0);
    for (int64_t until = cti_timer_now() + stall; cti_timer_now() < until;)
        ;
    return fake_exchange(ctx, at, tx, rx, samples, ev, max);
}

#ifdef _WIN32
static DWORD WINAPI run(LPVOID unused) {
    (void)unused;
    made = cti_live_run(live);
    return 0;
}
static void begin(thread_of *t) {
    *t = CreateThread(NULL, 0, run, NULL, 0, NULL);
}
static void join(thread_of t) {
    WaitForSingleObject(t, INFINITE);
    CloseHandle(t);
}
#else
static void *run(void *unused) {
    (void)unused;
    made = cti_live_run(live);
    return NULL;
}
static void begin(thread_of *t) {
    CHECK_EQ(pthread_create(t, NULL, run, NULL), 0);
}
static void join(thread_of t) {
    pthread_join(t, NULL);
}
#endif

static void set_up(void) {
    cti_engine_config cfg;
    cti_engine_defaults(&cfg);
    cfg.record_seconds = 1;
    engine = malloc(cti_engine_size(&cfg));
    CHECK_EQ(cti_engine_init(engine, cti_engine_size(&cfg), &cfg), CTI_OK);
    cti_board native = fake_native(&board, 1);
    native.exchange = stalling_exchange;
    CHECK_EQ(cti_engine_add_board(engine, &native), 0);
    live = malloc(cti_live_size());
    CHECK_EQ(cti_live_init(live, cti_live_size(), engine), CTI_OK);
}

static void tear_down(void) {
    CHECK_EQ(cti_live_end(live), CTI_OK);
    free(live);
    free(engine);
}

static void test_loop_ticks_until_it_is_stopped(void) {
    set_up();
    thread_of t;
    begin(&t);
    int64_t seen = 0;
    for (int i = 0; i < 5; i++) {
        int64_t now = cti_live_wait(live, seen, 5000);
        CHECK(now > seen);
        CHECK_EQ(now % 160, 0);
        seen = now;
    }
    cti_live_stop(live);
    join(t);
    cti_engine_stats stats;
    cti_engine_stats_get(engine, &stats);
    CHECK(made >= 5);
    CHECK_EQ(stats.ticks, made);
    CHECK_EQ(stats.now, made * 160);
    CHECK(stats.busy_ns > 0);
    CHECK_EQ(board.exchanges, made);
    tear_down();
}

static void test_stall_is_a_slip_and_the_missed_ticks_are_made(void) {
    set_up();
    thread_of t;
    begin(&t);
    cti_live_wait(live, 0, 5000);
    int64_t begun = cti_timer_now();
    atomic_store(&stall_ns, 150000000);
    cti_event ev[64];
    int slips = 0;
    int64_t seen = 0;
    while (slips == 0 && cti_timer_now() - begun < 5000000000) {
        seen = cti_live_wait(live, seen, 100);
        int n = cti_engine_events(engine, ev, 64);
        for (int i = 0; i < n; i++)
            if (ev[i].kind == CTI_EV_SLIP) {
                slips++;
                CHECK_EQ(ev[i].port, -1);
                CHECK(ev[i].length > 160);
                CHECK(ev[i].value >= ev[i].length / 160);
            }
    }
    cti_live_stop(live);
    join(t);
    cti_engine_stats stats;
    cti_engine_stats_get(engine, &stats);
    CHECK(slips >= 1);
    CHECK(stats.slips >= slips);
    CHECK(stats.late_ticks >= stats.slips);
    CHECK(stats.slip_samples > 160);
    CHECK(stats.worst_late_ns > 20000000);
    int64_t bins[CTI_LATENESS_BINS], all = 0, late = 0;
    CHECK_EQ(cti_live_lateness(live, bins), CTI_OK);
    for (int i = 0; i < CTI_LATENESS_BINS; i++) {
        all += bins[i];
        late += (int64_t)i * CTI_LATENESS_BIN_US > 20000 ? bins[i] : 0;
    }
    CHECK_EQ(all, stats.ticks);
    CHECK(late >= 1 && late <= stats.late_ticks);
    tear_down();
}

static void test_waiting_without_a_loop_ends_by_its_time(void) {
    set_up();
    CHECK_EQ(cti_live_wait(live, 0, 1), 0);
    CHECK_EQ(cti_live_wait(live, -1, 1000000), 0);
    cti_live_stop(live);
    CHECK_EQ(cti_live_wait(live, 0, 1000000), 0);
    CHECK_EQ(cti_live_run(live), 0);
    tear_down();
}

static void test_null_arguments_are_refused(void) {
    set_up();
    CHECK_EQ(cti_live_init(NULL, cti_live_size(), engine), CTI_ERR_ARG);
    CHECK_EQ(cti_live_init(live, cti_live_size(), NULL), CTI_ERR_ARG);
    CHECK_EQ(cti_live_init(live, 1, engine), CTI_ERR_SIZE);
    CHECK_EQ(cti_live_run(NULL), CTI_ERR_ARG);
    CHECK_EQ(cti_live_wait(NULL, 0, 0), CTI_ERR_ARG);
    CHECK_EQ(cti_live_end(NULL), CTI_ERR_ARG);
    CHECK_EQ(cti_live_lateness(NULL, NULL), CTI_ERR_ARG);
    CHECK_EQ(cti_live_lateness(live, NULL), CTI_ERR_ARG);
    cti_live_stop(NULL);
    tear_down();
}

int main(void) {
    RUN(test_loop_ticks_until_it_is_stopped);
    RUN(test_stall_is_a_slip_and_the_missed_ticks_are_made);
    RUN(test_waiting_without_a_loop_ends_by_its_time);
    RUN(test_null_arguments_are_refused);
    CHECK_END();
}
