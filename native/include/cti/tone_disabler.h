#pragma once

/* tone_disabler: when a modem or fax asks that its line's echo canceller stand aside (ITU-T G.168, clause 7;
 * the same as G.165's).
 *
 * The asking is 2100 Hz (± 21 Hz) whose phase turns by 180° every 450 ms (V.25 and V.8 send it), in either
 * direction, from -37 dBm0 on, with other sound at least 4 dB below it. Two turns at that distance disable:
 * within a second of the tone's beginning. 2100 Hz that does not turn (an ordinary fax's CED), turns by 110°
 * and less, and turns at other distances do not. It stays disabled while either direction is louder than
 * -36 dBm0, and for 250 ms after that.
 *
 * Example, each tick: if (cti_tone_disabler_run(d, tx, rx, 160) == 0) the canceller runs.
 */

#include <stddef.h>
#include <stdint.h>

typedef struct cti_tone_disabler cti_tone_disabler;

size_t cti_tone_disabler_size(void);
int cti_tone_disabler_init(cti_tone_disabler *d, size_t size);
/* Another call: not disabled, nothing heard. */
int cti_tone_disabler_reset(cti_tone_disabler *d);
/* n samples: tx was sent while rx came. Returns 1 while the canceller is to be disabled, else 0, as it stands
 * after the last whole 5 ms; or a cti_error. */
int cti_tone_disabler_run(cti_tone_disabler *d, const int16_t *tx, const int16_t *rx, int n);
