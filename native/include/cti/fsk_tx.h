#pragma once

/* fsk_tx: bits to PCM by binary frequency-shift keying with continuous phase.
 *
 * Bell 202 (mark 1200 Hz, space 2200 Hz) and ITU-T V.23 mode 2 (mark 1300 Hz, space 2100 Hz), both
 * 1200 bit/s; channel 2 of ITU-T V.21 (mark 1650 Hz, space 1850 Hz), 300 bit/s. The bit boundaries are exact
 * fractions of a sample, so the rate holds over any length.
 */

#include <stddef.h>
#include <stdint.h>

enum cti_fsk_modem { CTI_FSK_BELL202 = 1, CTI_FSK_V23 = 2, CTI_FSK_V21 = 3 };

typedef struct cti_fsk_tx_config {
    float mark_hz;   /* a 1 */
    float space_hz;  /* a 0 */
    float baud;      /* 100…4000 bit/s */
    float mark_dbm0; /* level of each tone; a full-scale sine is +3.14 dBm0 */
    float space_dbm0;
} cti_fsk_tx_config;

typedef struct cti_fsk_tx cti_fsk_tx;

/* The standard's tones and rate, −13.5 dBm0 (Telcordia GR-30: −13.5 dBm at the exchange). */
int cti_fsk_tx_defaults(cti_fsk_tx_config *cfg, int modem);
size_t cti_fsk_tx_size(void);
int cti_fsk_tx_init(cti_fsk_tx *tx, size_t size, const cti_fsk_tx_config *cfg);
void cti_fsk_tx_reset(cti_fsk_tx *tx);
/* The samples that the next n bits will take. */
int cti_fsk_tx_samples(const cti_fsk_tx *tx, int n);
/* Sends n bits (one in each byte, 0 or not 0) behind those of earlier calls, without a seam. Returns
 * the samples written; CTI_ERR_FULL when they do not fit, and then nothing is sent. */
int cti_fsk_tx_run(cti_fsk_tx *tx, const uint8_t *bits, int n, int16_t *out, int max);
