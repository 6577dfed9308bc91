#pragma once

/* live: the loop that makes ticks in real time.
 *
 * cti_live_run() is entered once by one thread that holds no interpreter lock, and stays: it makes
 * a tick at each absolute deadline of a monotonic timer until cti_live_stop(). A tick that begins
 * more than 20 ms late is a slip: it is counted, reported by CTI_EV_SLIP, and the ticks that were
 * missed are made at once, so that the sample count stays with the clock on the wall.
 * cti_live_wait() lets one other thread sleep until a tick has been made. The loop asks for real-time
 * priority and goes on without where the system refuses it.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/engine.h"

enum {
    CTI_LATENESS_BINS = 256,  /* the last one holds all that is later */
    CTI_LATENESS_BIN_US = 100 /* how wide one is */
};

typedef struct cti_live cti_live;

size_t cti_live_size(void);
int cti_live_init(cti_live *l, size_t size, cti_engine *e);
/* Blocks until cti_live_stop(); returns the ticks made, or CTI_ERR_SYSTEM. */
int64_t cti_live_run(cti_live *l);
void cti_live_stop(cti_live *l);
/* Gives back what init took from the system; once the loop and the waiter have returned. */
int cti_live_end(cti_live *l);
/* How many ticks have begun how late, in CTI_LATENESS_BINS bins; from any thread. */
int cti_live_lateness(const cti_live *l, int64_t *bins);
/* Returns when the engine's sample count is above `after`, or after timeout_ms; the count. */
int64_t cti_live_wait(cti_live *l, int64_t after, int timeout_ms);
