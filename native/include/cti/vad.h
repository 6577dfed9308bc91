#pragma once

/* vad: voice on and off.
 *
 * Power against a noise floor that follows the line, every 10 ms. Voice begins once enough of it
 * has been heard (about 60 ms) and is over after `hangover_ms` without, so that the gaps between words
 * do not end it. Tones (dial, busy, ringback, digits, the howler, hum) and data (caller ID, fax) are no
 * voice.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/event.h"

typedef struct cti_vad_config {
    float threshold_db;  /* voice is this much above the noise floor; default 9 */
    float floor_dbm0;    /* anything quieter is silence; default -45 */
    int32_t hangover_ms; /* 50…10000; default 500 */
} cti_vad_config;

typedef struct cti_vad cti_vad;

void cti_vad_defaults(cti_vad_config *cfg);
size_t cti_vad_size(void);
/* cfg null: the defaults. */
int cti_vad_init(cti_vad *s, size_t size, const cti_vad_config *cfg);
/* The count of samples begins again at 0; the noise floor is learned anew. */
int cti_vad_reset(cti_vad *s);
/* Writes CTI_EV_BEEP for a tone of 350 to 2000 Hz and 120 ms to 2 s that follows a voice within 5 s and ends
 * in silence (an answering machine's); CTI_EV_VOICE_ON (start: first voiced sample, to 10 ms) and
 * CTI_EV_VOICE_OFF (start: the first sample after the last voiced one). Returns how many. Events that find no
 * room wait for the next call, 8 at the most. */
int cti_vad_run(cti_vad *s, const int16_t *pcm, int n, cti_event *ev, int max);
/* 1 between on and off. */
int cti_vad_active(const cti_vad *s);
/* The noise floor as it is known now. */
float cti_vad_noise_dbm0(const cti_vad *s);
