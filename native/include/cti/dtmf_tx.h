#pragma once

/* dtmf_tx: digits as push-button signals (ITU-T Q.23).
 *
 * The digits are 0…9 * # A…D (a…d too); a comma is a pause of pause_ms. Each digit sounds for on_ms
 * and is followed by off_ms of silence. Edges are shaped over 2 ms.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/tone_gen.h"

typedef struct cti_dtmf_tx_config {
    int32_t on_ms;    /* 1…10000; default 80 */
    int32_t off_ms;   /* 0…10000; default 80 */
    int32_t pause_ms; /* 0…60000; default 2000 */
    float level_dbm0; /* of the stronger of the two frequencies; default -8 */
    float twist_db;   /* high group over low group; default 2 (what lines lose in the high group) */
} cti_dtmf_tx_config;

void cti_dtmf_tx_defaults(cti_dtmf_tx_config *cfg);
/* The two frequencies of a digit; CTI_ERR_ARG when it is none. */
int cti_dtmf_frequencies(int digit, float *low_hz, float *high_hz);
/* How many samples the digits take; CTI_ERR_ARG for a character that is no digit, an empty string
 * or more than 2^30 samples. */
int cti_dtmf_tx_length(const cti_dtmf_tx_config *cfg, const char *digits);
/* Writes them; out has room for max samples (CTI_ERR_SIZE when these are too few). Returns the
 * number written. */
int cti_dtmf_tx_render(const cti_dtmf_tx_config *cfg, const char *digits, int16_t *out, int max);
