#ifndef _WIN32
#define _POSIX_C_SOURCE 200809L
#ifdef __linux__
#define _DEFAULT_SOURCE /* syscall() */
#endif

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>
#ifdef __linux__
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "live/timer.h"

enum { PRIORITY = 10, SECOND = 1000000000, SLICE_NS = 100000 };

/* Without real-time priority, Linux 6.12 and later still serve a thread sooner that asks for short
 * slices of time; older ones take the request and ignore it. Returns 0 when it was taken. */
static int ask_for_short_slices(void) {
#if defined(__linux__) && defined(SYS_sched_setattr)
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } wanted = {.size = 48, .policy = SCHED_OTHER, .runtime = SLICE_NS};
    wanted.nice = getpriority(PRIO_PROCESS, 0); /* of this thread: it stays */
    return (int)syscall(SYS_sched_setattr, 0, &wanted, 0);
#else
    return -1;
#endif
}

int64_t cti_timer_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

int cti_timer_begin(cti_timer *t) {
    struct sched_param now, wanted = {.sched_priority = PRIORITY};
    if (pthread_getschedparam(pthread_self(), &t->policy, &now) != 0)
        return -1;
    t->priority = now.sched_priority;
    if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &wanted) != 0)
        (void)ask_for_short_slices(); /* refused to ordinary users */
    return 0;
}

void cti_timer_end(cti_timer *t) {
    struct sched_param before = {.sched_priority = t->priority};
    (void)pthread_setschedparam(pthread_self(), t->policy, &before);
}

int cti_timer_until(cti_timer *t, int64_t deadline) {
    (void)t;
    struct timespec until = {.tv_sec = (time_t)(deadline / SECOND), .tv_nsec = (long)(deadline % SECOND)};
    int result;
    do
        result = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    while (result == EINTR);
    return result == 0 ? 0 : -1;
}

int cti_wake_init(cti_wake *w) {
    return sem_init(&w->semaphore, 0, 0);
}

void cti_wake_end(cti_wake *w) {
    sem_destroy(&w->semaphore);
}

void cti_wake_up(cti_wake *w) {
    sem_post(&w->semaphore);
}

void cti_wake_wait(cti_wake *w, int64_t nanoseconds) {
    struct timespec until; /* of the clock on the wall: should it be set, the wait is wrong but ends */
    clock_gettime(CLOCK_REALTIME, &until);
    int64_t end = until.tv_nsec + nanoseconds;
    until.tv_sec += (time_t)(end / SECOND);
    until.tv_nsec = (long)(end % SECOND);
    sem_timedwait(&w->semaphore, &until);
}
#else
typedef int cti_timer_posix_is_empty;
#endif
