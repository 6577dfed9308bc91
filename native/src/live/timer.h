#pragma once

/* timer: what the live loop asks of the operating system: a monotonic clock, sleep up to a point of
 * it, and one thread waking another. Linux and other POSIX systems, and Windows 10 or later. */

#include <stdint.h>

#ifdef _WIN32
typedef struct cti_timer {
    void *handle;
} cti_timer;
typedef struct cti_wake {
    void *handle;
} cti_wake;
#else
#include <semaphore.h>
typedef struct cti_timer {
    int policy; /* the thread's scheduling before */
    int priority;
} cti_timer;
typedef struct cti_wake {
    sem_t semaphore;
} cti_wake;
#endif

/* Nanoseconds of the monotonic clock. */
int64_t cti_timer_now(void);
/* Readies the calling thread for ticks: real-time priority where the system grants it (it goes on
 * without where it does not). 0, or -1 when there is no timer. */
int cti_timer_begin(cti_timer *t);
void cti_timer_end(cti_timer *t);
/* Sleeps until a point of the clock, at once when it is past; 0, or -1. */
int cti_timer_until(cti_timer *t, int64_t deadline);

int cti_wake_init(cti_wake *w);
void cti_wake_end(cti_wake *w);
/* Never blocks. */
void cti_wake_up(cti_wake *w);
/* Sleeps until woken, or for so long; may return early. */
void cti_wake_wait(cti_wake *w, int64_t nanoseconds);
