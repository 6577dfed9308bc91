#pragma once

/* pulse_rx: what a telephone's hook contact says: lifted, hung up, flash, digits of dial pulses.
 *
 * For whatever faces a telephone (an FXS port, an exchange). Hook changes go in with the sample at which
 * they happened, events come out. A digit is a train of breaks, 7 to 22 a second, each 40 to 80 % of its
 * period (senders: 10 or 20 a second, 60 to 67 %; EIA/TIA-464, EN 300 001), and is over when the
 * loop has been closed for digit_ms.
 *
 * A break longer than a dial pulse and not longer than flash_ms is a flash, and one that lasts longer the
 * hang-up, so that is known flash_ms late. Where a flash is as short as a pulse (timed break recall, ES 201
 * 729: 80 to 120 ms), a break that stands alone is a digit 1 up to one_ms and a flash above; behind another
 * pulse it is a pulse. Contact bounce (changes undone within bounce_ms) is passed over.
 *
 * No sound is looked at. The result does not depend on how the time is cut into runs.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/event.h"

/* How many pulses make which digit. */
enum cti_pulse_numbering {
    CTI_PULSE_USUAL = 0,      /* n pulses are n, ten are 0 */
    CTI_PULSE_SWEDEN = 1,     /* one pulse is 0, n + 1 are n */
    CTI_PULSE_NEW_ZEALAND = 2 /* ten pulses are 0, n are 10 - n */
};

typedef struct cti_hook_change {
    int64_t at;       /* samples */
    int32_t off_hook; /* 1: the loop is closed from here on, 0: open */
    int32_t unused;
} cti_hook_change;

typedef struct cti_pulse_rx_config {
    int32_t numbering; /* enum cti_pulse_numbering */
    int32_t bounce_ms; /* 0…8; default 5 */
    int32_t pulse_ms;  /* the longest break of a pulse in a train, 40…200; default 120 */
    int32_t one_ms;    /* the longest break that alone is a digit, 40…pulse_ms; default 120 */
    int32_t flash_ms;  /* the longest break of a flash, pulse_ms…3000; default 1000 */
    int32_t digit_ms;  /* closed for so long, a digit is over, 100…1000; default 150 */
} cti_pulse_rx_config;

typedef struct cti_pulse_rx cti_pulse_rx;

void cti_pulse_rx_defaults(cti_pulse_rx_config *cfg);
size_t cti_pulse_rx_size(void);
/* cfg null: the defaults. On hook, sample count 0. */
int cti_pulse_rx_init(cti_pulse_rx *s, size_t size, const cti_pulse_rx_config *cfg);
/* As after init. */
int cti_pulse_rx_reset(cti_pulse_rx *s);
/* The time passes to `until`; the n changes fell into it, in order (else CTI_ERR_ARG, and nothing is done).
 * Writes CTI_EV_HOOK (start: of the change), CTI_EV_FLASH (start and length of the break), CTI_EV_PULSING,
 * CTI_EV_DIGIT_DOWN and CTI_EV_DIGIT_UP (both when the digit is known; start: of its first break, length:
 * to the end of its last; ref: CTI_DIGIT_PULSES). Returns how many; those that find no room wait for the
 * next call, 8 at the most; later ones are then lost. */
int cti_pulse_rx_run(cti_pulse_rx *s, const cti_hook_change *changes, int n, int64_t until, cti_event *ev,
                     int max);
/* 1 while the telephone is taken to be off hook (breaks of pulses and flash included). */
int cti_pulse_rx_off_hook(const cti_pulse_rx *s);
