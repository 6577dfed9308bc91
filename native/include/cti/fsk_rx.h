#pragma once

/* fsk_rx: bytes out of 1200 bit/s FSK (Bell 202, ITU-T V.23), as caller ID sends them.
 *
 * Asynchronous bytes (start bit 0, 8 bits least significant first, stop bit 1) behind a preamble of
 * alternating bits (seizure), marks, or both; 20 bits of it are enough. Which modem it is, the rate
 * (within 4 %) and the two tones' levels are found from the preamble and the first byte. Each byte
 * has its own timing, so marks between bytes, even of broken length, do no harm. The ten bits of a byte
 * are decided together (a Viterbi search over the continuous phase). A byte is reported some 100 samples
 * behind its start, the first some 160.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/fsk_tx.h"

enum cti_fsk_event_kind {
    CTI_FSK_LOCK = 1, /* a preamble and a first byte that is not 0x55; the byte follows */
    CTI_FSK_BYTE = 2,
    CTI_FSK_LOST = 3 /* no carrier any more, or marks for more than 60 bits */
};

typedef struct cti_fsk_event {
    int32_t kind;  /* enum cti_fsk_event_kind */
    int32_t modem; /* enum cti_fsk_modem */
    int64_t start; /* LOCK: first sample of seizure, else of mark; BYTE: of the start bit */
    int32_t byte;
    int32_t framing_ok;   /* start and stop bit are what they must be */
    int32_t seizure_bits; /* LOCK: how much of each was heard */
    int32_t mark_bits;
    float margin;     /* of the byte's weakest bit: 0 undecided, about 1 without noise */
    float level_dbm0; /* of the carrier */
    float purity;     /* LOCK: the two tones' share of all power: 1 without noise, 0.9 at 8 dB SNR */
} cti_fsk_event;

typedef struct cti_fsk_rx cti_fsk_rx;

size_t cti_fsk_rx_size(void);
int cti_fsk_rx_init(cti_fsk_rx *rx, size_t size);
void cti_fsk_rx_reset(cti_fsk_rx *rx);
/* Takes samples until there is something to say: returns 1 and the event, or 0 when all n are taken;
 * `used` says how many were. An event falls behind the same sample however the audio is cut. */
int cti_fsk_rx_run(cti_fsk_rx *rx, const int16_t *pcm, int n, int *used, cti_fsk_event *ev);
/* The bytes are enough, or not what was hoped for: looks for the next preamble, from the last byte's
 * start bit on. */
void cti_fsk_rx_hunt(cti_fsk_rx *rx);
