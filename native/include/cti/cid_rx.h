#pragma once

/* cid_rx: the caller-ID receiver: audio in, whole messages out, of every standard at once.
 *
 * Listens all the time, on hook or off, to Bell 202 and V.23 FSK (with J-CLIP's frames), to caller ID by
 * DTMF, and to the alerting tone. A message that came to its end, or broke off, is one CTI_EV_CALLER_ID:
 * start = first sample of the seizure (else of the mark, else of the first digit), value = enum
 * cti_cid_standard, with flags (enum cti_cid_flag); ref = the message's number, length = its bytes. The
 * bytes are given as they came (of DTMF: the digits), whatever their checksum says: cti_cid_parse_as()
 * gives no number from a damaged one. An alerting tone is one CTI_EV_ALERT (cti/alert_rx.h).
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/cid.h"
#include "cti/event.h"

typedef struct cti_cid_rx cti_cid_rx;

size_t cti_cid_rx_size(void);
int cti_cid_rx_init(cti_cid_rx *rx, size_t size);
/* Starts afresh at sample 0. Messages kept so far are gone. */
void cti_cid_rx_reset(cti_cid_rx *rx);
/* Returns the events written, at most max; one that finds no room is kept for the next call. */
int cti_cid_rx_run(cti_cid_rx *rx, const int16_t *pcm, int n, cti_event *ev, int max);
/* The same for the next n samples, at most 160, whose digits somebody else has heard: the events of a
 * cti_dtmf_rx with its defaults that was started when rx was, and fed with the same pieces. */
int cti_cid_rx_hear(cti_cid_rx *rx, const int16_t *pcm, int n, const cti_event *digits, int count,
                    cti_event *ev, int max);
/* The bytes of message `ref` (the last 4 are kept): their number, or CTI_ERR_GONE. */
int cti_cid_rx_message(const cti_cid_rx *rx, int32_t ref, uint8_t *out, int max);
