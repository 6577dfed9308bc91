#pragma once

/* terminal: what has a port's sound to itself, in the tick: a fax machine, a modem.
 *
 * The engine gives it what came from the line in the tick before, without the echo canceller, and sends what
 * it writes; players and bridges of the port are not heard meanwhile. A plain struct, as cti_board is.
 */

#include <stdint.h>

typedef struct cti_terminal {
    void *ctx;
    /* Takes n samples of the line and writes n for it. No allocation, no lock, no system call. Returns 1 to
     * go on, 0 when it has ended: its last samples are sent, and it is asked no more. */
    int (*run)(void *ctx, const int16_t *rx, int16_t *tx, int n);
} cti_terminal;

/* Why a terminal is not on its port any more: CTI_EV_DETACHED's value. */
enum cti_terminal_end {
    CTI_TERMINAL_ENDED = 0,   /* by itself */
    CTI_TERMINAL_TAKEN = 1,   /* by command; another took its place */
    CTI_TERMINAL_HUNG_UP = 2, /* the line was put down, or its board is gone */
    CTI_TERMINAL_REFUSED = 3  /* it never was there: its port's board is gone */
};
