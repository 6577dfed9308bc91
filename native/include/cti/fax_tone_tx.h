#pragma once

/* fax_tone_tx: makes the tones of cti/fax_tones.h, for the simulator and for tests.
 *
 * CNG with its cadence, CED, the same with V.25's phase reversals, ANSam with or without them, and V.21
 * flags. Amplitude and phase are V.8's: the envelope goes from 0.8 to 1.2 of its mean at 15 Hz, the phase
 * turns by half a cycle every 450 ms.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/event.h"

typedef struct cti_fax_tone_tx_config {
    int32_t tone;      /* enum cti_fax_tone */
    int32_t reversals; /* CED, ANSam: 1 = phase reversals */
    float level_dbm0;  /* of the tone, of ANSam's mean amplitude; -60…0 */
    int32_t samples;   /* how long in all; 0 = for ever */
} cti_fax_tone_tx_config;

typedef struct cti_fax_tone_tx cti_fax_tone_tx;

/* -13 dBm0; CNG for ever, CED and ANSam 3.3 s (V.25), V.21 1 s (T.30); ANSam with reversals. */
int cti_fax_tone_tx_defaults(cti_fax_tone_tx_config *cfg, int tone);
size_t cti_fax_tone_tx_size(void);
int cti_fax_tone_tx_init(cti_fax_tone_tx *tx, size_t size, const cti_fax_tone_tx_config *cfg);
/* Writes at most n samples; returns how many, fewer than n once the tone has ended. */
int cti_fax_tone_tx_run(cti_fax_tone_tx *tx, int16_t *out, int n);
