#pragma once

/* fax_tones: the tones by which fax machines and modems make themselves known, at any point of a call.
 *
 * CNG (ITU-T T.30, the calling fax: 1100 Hz ± 38 Hz, 0.5 s on, 3 s off, ± 15 %), CED (T.30 and V.25, the
 * answering machine: 2100 Hz ± 15 Hz), ANSam (V.8: 2100 Hz, its amplitude modulated by 20 % at 15 Hz,
 * mostly with phase reversals every 450 ms) and the preamble of V.21 (T.30: HDLC flags at 300 bit/s,
 * 1650 and 1850 Hz), which comes before each message of a fax. 2100 Hz without modulation is CED, also
 * with V.25's phase reversals; `ref` tells them.
 *
 * Each is reported once for as long as it lasts. CNG: 0.3 s behind its first burst where that stands
 * between silences (10 dB under it), else with the second burst of its cadence. ANSam: after 0.6 s, 1.2 s
 * where more than a fifth of the power is something else. CED: after 1 s behind silence, else after 2 s, as
 * a note of music may be the same for a second. V.21: after some seven flags (0.2 s). Heard from -43 to
 * 0 dBm0.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/event.h"

typedef struct cti_fax_tones cti_fax_tones;

size_t cti_fax_tones_size(void);
int cti_fax_tones_init(cti_fax_tones *s, size_t size);
/* The count of samples begins again at 0. */
int cti_fax_tones_reset(cti_fax_tones *s);
/* Writes CTI_EV_FAX_TONE (value: enum cti_fax_tone; start: first sample of the tone, of CNG's first
 * burst; level of the tone; ref: phase reversals seen until then). Returns how many. Events that find no
 * room wait for the next call, 8 at the most. */
int cti_fax_tones_run(cti_fax_tones *s, const int16_t *pcm, int n, cti_event *ev, int max);
