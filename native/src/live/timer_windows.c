#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include "live/timer.h"

#ifndef CREATE_WAITABLE_TIMER_HIGH_RESOLUTION /* Windows 10 1803 */
#define CREATE_WAITABLE_TIMER_HIGH_RESOLUTION 0x2
#endif

int64_t cti_timer_now(void) {
    LARGE_INTEGER rate, count;
    QueryPerformanceFrequency(&rate);
    QueryPerformanceCounter(&count);
    int64_t seconds = count.QuadPart / rate.QuadPart, rest = count.QuadPart % rate.QuadPart;
    return seconds * 1000000000 + rest * 1000000000 / rate.QuadPart;
}

int cti_timer_begin(cti_timer *t) {
    t->handle = CreateWaitableTimerExW(NULL, NULL, CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, TIMER_ALL_ACCESS);
    if (t->handle == NULL) /* an older Windows: ticks are 1 to 16 ms late, but none is lost */
        t->handle = CreateWaitableTimerW(NULL, FALSE, NULL);
    (void)SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_TIME_CRITICAL);
    return t->handle == NULL ? -1 : 0;
}

void cti_timer_end(cti_timer *t) {
    (void)SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_NORMAL);
    CloseHandle(t->handle);
}

/* Waitable timers with an absolute time follow the clock on the wall; so the time left, in 100 ns,
 * is reckoned from the performance counter, and again should the timer come early. */
int cti_timer_until(cti_timer *t, int64_t deadline) {
    for (int64_t left; (left = deadline - cti_timer_now()) > 0;) {
        LARGE_INTEGER due = {.QuadPart = -((left + 99) / 100)};
        if (!SetWaitableTimer(t->handle, &due, 0, NULL, NULL, FALSE))
            return -1;
        if (WaitForSingleObject(t->handle, INFINITE) != WAIT_OBJECT_0)
            return -1;
    }
    return 0;
}

int cti_wake_init(cti_wake *w) {
    w->handle = CreateEventW(NULL, FALSE, FALSE, NULL);
    return w->handle == NULL ? -1 : 0;
}

void cti_wake_end(cti_wake *w) {
    CloseHandle(w->handle);
}

void cti_wake_up(cti_wake *w) {
    SetEvent(w->handle);
}

void cti_wake_wait(cti_wake *w, int64_t nanoseconds) {
    WaitForSingleObject(w->handle, (DWORD)(nanoseconds / 1000000 + 1));
}
#else
typedef int cti_timer_windows_is_empty;
#endif
