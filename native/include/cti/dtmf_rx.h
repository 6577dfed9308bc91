#pragma once

/* dtmf_rx: hears push-button digits (ITU-T Q.23 signals, Q.24 limits).
 *
 * A digit is accepted once its pair has stood for about 24 ms (always by 30 ms, never at 23 ms or
 * less) with both frequencies within 1.5 % (never at 3.5 %), and ends when it has been away for
 * about 25 ms: holes up to 20 ms do not split it, pauses from 30 ms on separate two equal digits.
 * In noise less than some 8 dB below it must stand for 36 ms. Dial tone (350…450 Hz) and mains hum
 * beneath a digit do not matter. Speech and music are told from digits by what is left of the band when
 * the two frequencies are taken away: a further line is a further harmonic. Digits over speech, and short
 * ones with a hole, are heard by a second look over 48 ms, so up to 60 ms after their beginning, or 20 ms
 * after their end.
 *
 * The receiver looks every 16 samples, counted from reset, so blocks of any size give the same
 * events with the same times. Beginning and end are estimated to about 1 ms on a clean line.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/event.h"

typedef struct cti_dtmf_rx_config {
    float floor_dbm0;        /* of the stronger frequency; default -43.5 (Q.24: must be heard at -29) */
    float twist_db;          /* the high group may be this much stronger; default 7.5 (Q.24: 4) */
    float reverse_twist_db;  /* the low group may be this much stronger; default 11.5 (Q.24: 8) */
    float frequency_percent; /* default 2.1; Q.24: 1.5 must be heard, 3.5 must not */
} cti_dtmf_rx_config;

typedef struct cti_dtmf_rx cti_dtmf_rx;

void cti_dtmf_rx_defaults(cti_dtmf_rx_config *cfg);
size_t cti_dtmf_rx_size(void);
/* cfg null: the defaults. */
int cti_dtmf_rx_init(cti_dtmf_rx *s, size_t size, const cti_dtmf_rx_config *cfg);
/* The count of samples begins again at 0; what was being heard is forgotten without an event. */
int cti_dtmf_rx_reset(cti_dtmf_rx *s);
/* Writes CTI_EV_DIGIT_DOWN (when accepted; start: its first sample; level: of the stronger
 * frequency) and CTI_EV_DIGIT_UP (once it is known to be over; start as before, length: samples
 * it lasted); value: the ASCII digit. Returns how many. Events that find no room wait for the next
 * call, 8 at the most; later ones are then lost. */
int cti_dtmf_rx_run(cti_dtmf_rx *s, const int16_t *pcm, int n, cti_event *ev, int max);
/* The digit that sounds now (accepted and not yet over), or 0. */
int cti_dtmf_rx_digit(const cti_dtmf_rx *s);
