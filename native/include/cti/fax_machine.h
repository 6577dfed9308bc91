#pragma once

/* fax_machine: a fax on a line's audio: the procedure of cti/t30.h over the modems of cti/fax_line.h.
 *
 * One thread, the audio's, calls run(); another one gives pages, takes events, and may be late: neither waits
 * for the other. Caller-owned memory, nothing is allocated; pages are the caller's too.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/fax_line.h"
#include "cti/t30.h"
#include "cti/terminal.h"

typedef struct cti_fax_machine_config {
    cti_t30_config t30;
    cti_fax_line_config line;
} cti_fax_machine_config;

typedef struct cti_fax_machine_event {
    cti_t30_event what;
    cti_t30_link link;             /* as it was then */
    cti_fax_modem_quality quality; /* of the fast carrier that was heard last; zeros: none was */
} cti_fax_machine_event;

typedef struct cti_fax_machine cti_fax_machine;

void cti_fax_machine_defaults(cti_fax_machine_config *cfg, int calling);
size_t cti_fax_machine_size(void);
/* The call begins with the first sample. CTI_ERR_ARG: as cti_t30_init(), cti_fax_line_init(). */
int cti_fax_machine_init(cti_fax_machine *m, size_t size, const cti_fax_machine_config *cfg);

/* The audio's thread: takes n samples from the line and gives it as many; returns 1, or 0 once the call is
 * over and nothing but silence comes. The same audio gives the same however it is cut. */
int cti_fax_machine_run(cti_fax_machine *m, const int16_t *rx, int16_t *tx, int n);
/* Fills *terminal, for the engine: run() in its tick. */
int cti_fax_machine_terminal(cti_fax_machine *m, cti_terminal *terminal);

/* The other thread; each is done at the next run. CTI_ERR_FULL: eight wait. */

/* As cti_t30_page(), cti_t30_memory(), cti_t30_cancel() and cti_t30_gone(). What is not wanted (a page that
 * comes too late, memory where two wait) is passed over. */
int cti_fax_machine_page(cti_fax_machine *m, int page, const uint8_t *rows, int n);
int cti_fax_machine_memory(cti_fax_machine *m, uint8_t *rows, int size, uint8_t *damage, int most);
int cti_fax_machine_cancel(cti_fax_machine *m);
int cti_fax_machine_gone(cti_fax_machine *m);
/* Takes events, the oldest first; returns how many. */
int cti_fax_machine_events(cti_fax_machine *m, cti_fax_machine_event *ev, int max);
