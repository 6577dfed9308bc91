#pragma once

/* echo_can: a linear line echo canceller (after ITU-T G.168, without a non-linear processor).
 *
 * A two-wire line returns part of what we send (the hybrid's echo). The canceller learns the echo's
 * path from what we send and what comes, and takes the echo out of what comes; nothing else is
 * changed: no gating, no suppression, no delay. While nothing has been sent for as long as the path
 * lasts, what comes passes bit by bit.
 *
 * It learns in the frequency domain, with a step of its own in each 31.25 Hz (a Kalman filter): where
 * the other side's speech, a digit or a tone sounds, it learns slowly or not at all, and goes on
 * elsewhere. What is heard goes through a second filter, to which a path is copied only when it has
 * shown itself better over some tens of milliseconds; so double talk can not make it diverge. A path
 * that makes what comes louder than it was is forgotten.
 *
 * Results do not depend on the block size. Caller-owned state; nothing is allocated.
 */

#include <stddef.h>
#include <stdint.h>

typedef struct cti_echo_can_config {
    int32_t taps; /* length of the echo path in samples: 128 (16 ms) or 256 (32 ms) */
} cti_echo_can_config;

typedef struct cti_echo_can cti_echo_can;

void cti_echo_can_defaults(cti_echo_can_config *cfg); /* 128 */
size_t cti_echo_can_size(void);
int cti_echo_can_init(cti_echo_can *e, size_t size, const cti_echo_can_config *cfg);
/* Forgets the path: another line, another call. */
int cti_echo_can_reset(cti_echo_can *e);
/* n samples: tx was sent while rx came; out (which may be rx) is rx without the echo. */
int cti_echo_can_run(cti_echo_can *e, const int16_t *tx, const int16_t *rx, int16_t *out, int n);
