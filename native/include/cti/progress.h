#pragma once

/* progress: call-progress tones by frequency and cadence (ITU-T E.180, E.182).
 *
 * A definition names a tone, the frequencies it may have (none: any one or two steady tones will do,
 * and cadence alone decides), and its on/off times. A continuous tone is known after `continuous_ms`.
 * Tolerances are ratios (0.15 = 15 %).
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/event.h"

typedef struct cti_progress_tone {
    int32_t tone;   /* enum cti_tone */
    float hz[4];    /* 0 = unused; all 0: by cadence alone */
    int32_t steps;  /* entries in ms[]; 0 = continuous */
    int32_t ms[8];  /* on, off, on, off … */
    int32_t cycles; /* whole cycles that must match before it is reported, at least 1 */
} cti_progress_tone;

typedef struct cti_progress_config {
    int32_t tones; /* 0…16 */
    cti_progress_tone tone[16];
    float cadence_tolerance;
    float frequency_tolerance;
    float floor_dbm0; /* quieter tones are not reported */
    int32_t continuous_ms;
} cti_progress_config;

typedef struct cti_progress cti_progress;

/* The definitions used without a country: dial (continuous), ringback, busy and congestion of the
 * common cadences, by cadence alone. */
void cti_progress_defaults(cti_progress_config *cfg);
/* CTI_OK, or CTI_ERR_ARG for definitions that no detector takes. */
int cti_progress_check(const cti_progress_config *cfg);
size_t cti_progress_size(void);
int cti_progress_init(cti_progress *p, size_t size, const cti_progress_config *cfg);
/* Writes CTI_EV_TONE_ON (start: first sample of the first burst) and CTI_EV_TONE_OFF (start: end of
 * the last burst); returns the number of events. */
int cti_progress_run(cti_progress *p, const int16_t *pcm, int n, cti_event *ev, int max);
