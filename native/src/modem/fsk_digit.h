/* fsk_digit: is it a DTMF digit that looks like a mark or a seizure? */
#pragma once

#include "modem/fsk_ring.h"

/* Does a tone of DTMF's low group (ITU-T Q.23) stand in the samples before `end`? 1209 and 1336 Hz pass for
 * marks, 1477 and 1633 Hz for a seizure's line, but neither has anything near 697 … 941 Hz. */
int fsk_digit_stands(const fsk_ring *ring, int64_t end);
