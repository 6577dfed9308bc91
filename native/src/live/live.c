/* The only file of the core that asks anything of the operating system. */
#ifndef _WIN32
#define _POSIX_C_SOURCE 200809L
#endif

#include "cti/live.h"

#include <stdatomic.h>
#include <string.h>

#include "cti/error.h"
#include "live/timer.h"
#include "media/engine_state.h"

struct cti_live {
    cti_engine *engine;
    _Atomic int stop;
    _Atomic int waiting;
    _Atomic int64_t lateness[CTI_LATENESS_BINS];
    cti_wake wake;
};

enum {
    OVERLOADED = 5,     /* slips in a row, without a pause between */
    BREATH_NS = 1000000 /* left to others by a machine that cannot keep up */
};

size_t cti_live_size(void) {
    return sizeof(struct cti_live);
}

int cti_live_init(cti_live *l, size_t size, cti_engine *e) {
    if (l == NULL || e == NULL)
        return CTI_ERR_ARG;
    if (size < sizeof *l)
        return CTI_ERR_SIZE;
    memset(l, 0, sizeof *l);
    l->engine = e;
    return cti_wake_init(&l->wake) == 0 ? CTI_OK : CTI_ERR_SYSTEM;
}

int cti_live_end(cti_live *l) {
    if (l == NULL)
        return CTI_ERR_ARG;
    cti_wake_end(&l->wake);
    return CTI_OK;
}

static void tick(cti_live *l) {
    int64_t begun = cti_timer_now();
    cti_engine_tick(l->engine);
    cti_engine_count(&l->engine->busy_ns, cti_timer_now() - begun);
    atomic_thread_fence(memory_order_seq_cst); /* the count is out before the waiter is looked for */
    if (atomic_load_explicit(&l->waiting, memory_order_relaxed))
        cti_wake_up(&l->wake);
}

int cti_live_lateness(const cti_live *l, int64_t *bins) {
    if (l == NULL || bins == NULL)
        return CTI_ERR_ARG;
    for (int i = 0; i < CTI_LATENESS_BINS; i++)
        bins[i] = atomic_load_explicit(&l->lateness[i], memory_order_relaxed);
    return CTI_OK;
}

/* Counts a tick that begins `late` ns after its deadline. */
static void count_late(cti_live *l, int64_t late) {
    cti_engine *e = l->engine;
    int64_t bin = late < 0 ? 0 : late / (1000 * CTI_LATENESS_BIN_US);
    cti_engine_count(&l->lateness[bin < CTI_LATENESS_BINS ? bin : CTI_LATENESS_BINS - 1], 1);
    if (late > LATE_NS)
        cti_engine_count(&e->late_ticks, 1);
    if (late > atomic_load_explicit(&e->worst_late_ns, memory_order_relaxed))
        atomic_store_explicit(&e->worst_late_ns, late, memory_order_relaxed);
}

int64_t cti_live_run(cti_live *l) {
    cti_timer timer;
    if (l == NULL)
        return CTI_ERR_ARG;
    if (cti_timer_begin(&timer) != 0)
        return CTI_ERR_SYSTEM;
    const int64_t length = LATE_NS;
    int64_t ticks = 0, deadline = cti_timer_now() + length;
    int in_a_row = 0, result = 0;
    while (!atomic_load_explicit(&l->stop, memory_order_acquire) && result == 0) {
        result = cti_timer_until(&timer, deadline);
        int64_t late = cti_timer_now() - deadline;
        int64_t missed = late > LATE_NS ? late / length : 0;
        in_a_row = missed > 0 ? in_a_row + 1 : 0;
        if (missed > 0)
            cti_engine_slip(l->engine, late * 8 / 1000000, missed);
        for (int64_t i = 0; i <= missed && !atomic_load_explicit(&l->stop, memory_order_acquire); i++) {
            count_late(l, late - i * length);
            tick(l);
            deadline += length;
            ticks++;
        }
        if (in_a_row >= OVERLOADED)
            result = cti_timer_until(&timer, cti_timer_now() + BREATH_NS);
    }
    cti_timer_end(&timer);
    cti_wake_up(&l->wake);
    return result == 0 ? ticks : CTI_ERR_SYSTEM;
}

void cti_live_stop(cti_live *l) {
    if (l == NULL)
        return;
    atomic_store_explicit(&l->stop, 1, memory_order_release);
    cti_wake_up(&l->wake);
}

int64_t cti_live_wait(cti_live *l, int64_t after, int timeout_ms) {
    if (l == NULL)
        return CTI_ERR_ARG;
    int64_t until = cti_timer_now() + (int64_t)timeout_ms * 1000000;
    for (;;) {
        atomic_store_explicit(&l->waiting, 1, memory_order_relaxed);
        atomic_thread_fence(memory_order_seq_cst);
        int64_t now = atomic_load_explicit(&l->engine->now, memory_order_acquire);
        int64_t left = until - cti_timer_now();
        if (now > after || left <= 0 || atomic_load_explicit(&l->stop, memory_order_acquire)) {
            atomic_store_explicit(&l->waiting, 0, memory_order_relaxed);
            return now;
        }
        cti_wake_wait(&l->wake, left);
    }
}
