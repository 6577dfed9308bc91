#pragma once

/* fax_driven: a fax line (cti/fax_line.h) in a port's tick, driven by another thread: a modem whose host is a
 * program. Neither waits for the other, and the driver may be late: octets to be sent wait here, and
 * what is heard waits for it.
 *
 * One thread, the audio's, calls run(); another one everything else. Caller-owned memory, nothing is
 * allocated.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/fax_line.h"
#include "cti/hdlc.h"
#include "cti/terminal.h"

enum {
    CTI_FAX_DRIVEN_PIECE = CTI_HDLC_FRAME_MAX, /* octets of an order, and of an event, at the most */
    CTI_FAX_DRIVEN_WAITING = 1024              /* octets that wait to be sent, at the most */
};

/* `line.heard.octets` points into the event itself. */
typedef struct cti_fax_driven_event {
    cti_fax_line_event line;
    uint8_t octets[CTI_FAX_DRIVEN_PIECE];
    int32_t turn; /* the number of the turn in which it was */
} cti_fax_driven_event;

typedef struct cti_fax_driven cti_fax_driven;

size_t cti_fax_driven_size(void);
/* As cti_fax_line_init(). */
int cti_fax_driven_init(cti_fax_driven *d, size_t size, const cti_fax_line_config *cfg);

/* The audio's thread: takes n samples from the line and gives it as many. Always 1. */
int cti_fax_driven_run(cti_fax_driven *d, const int16_t *rx, int16_t *tx, int n);
/* Fills *terminal, for the engine: run() in its tick. */
int cti_fax_driven_terminal(cti_fax_driven *d, cti_terminal *terminal);

/* The driver's thread; done at the next run. */

/* What was being sent, or waits, is broken off, and nothing is told any more of the turn before. A turn that
 * no line takes (cti_fax_line_turn()) is told as sent at once. CTI_ERR_FULL: eight wait. */
int cti_fax_driven_turn(cti_fax_driven *d, const cti_fax_turn *turn);
/* Page data of the turn; returns how many octets there was room for. */
int cti_fax_driven_put(cti_fax_driven *d, const uint8_t *octets, int n);
/* A frame of the turn, 1…CTI_HDLC_FRAME_MAX octets without its check sequence. CTI_ERR_FULL: no room. */
int cti_fax_driven_frame(cti_fax_driven *d, const uint8_t *octets, int n);
/* No more comes in this turn. CTI_ERR_FULL as above. */
int cti_fax_driven_end(cti_fax_driven *d);
/* Octets of the turn that wait here or in the modem; of frames the last one counts until it is out. */
int cti_fax_driven_waiting(const cti_fax_driven *d);
/* Takes events of the present turn, the oldest first; returns how many. What came while 256 waited is lost.
 */
int cti_fax_driven_events(cti_fax_driven *d, cti_fax_driven_event *ev, int max);
/* Takes what came from the line; returns how many samples. What came while 8,192 waited is lost. */
int cti_fax_driven_heard(cti_fax_driven *d, int16_t *pcm, int max);
