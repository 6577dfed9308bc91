#pragma once

/* presence: whether anything but a dead line is heard.
 *
 * A line whose far end has gone holds silence, steady noise, or one tone over and over, be it in no table.
 * Speech and music hold sound that was not there a moment ago. So each 20 ms are compared with the mean
 * spectrum of the half second of sound before them: power 5 dB and more above it, in bins where that
 * much is new, is news; so is what comes after 1.5 s of silence, for such a pause ringing has (any country's)
 * and no tone of a call that is over. Some news within 200 ms are sound, until 200 ms without. Other notes in
 * a steady sound are news too, though they lie as close as 16 Hz to the last: an organ's chords.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/event.h"

typedef struct cti_presence cti_presence;

size_t cti_presence_size(void);
int cti_presence_init(cti_presence *s, size_t size);
/* Writes CTI_EV_SOUND_ON (start: the first news) and CTI_EV_SOUND_OFF (start: the sample after the last).
 * Returns how many. Events that find no room wait for the next call, 8 at the most. */
int cti_presence_run(cti_presence *s, const int16_t *pcm, int n, cti_event *ev, int max);
