#pragma once

/* tone_gen: makes tones from a table: dial tone, busy, ringback, beeps, SIT, DTMF pairs.
 *
 * A tone is a list of parts, each up to four frequencies at one level (dBm0 of each frequency;
 * a full-scale sine is +3.14 dBm0), optionally amplitude-modulated (Japan, India), or silence.
 * After the last part it goes on at part `loop_from`, or ends when that is -1. Phases run on
 * through a loop; each part's edges are shaped over 2 ms so that nothing clicks.
 */

#include <stddef.h>
#include <stdint.h>

typedef struct cti_tone_part {
    float hz[4];      /* 0 = unused; all 0 = silence */
    float level_dbm0; /* of each frequency */
    float am_hz;      /* 0 = not modulated */
    float am_depth;   /* 0…1 */
    int32_t samples;  /* how long; 0 = for ever */
} cti_tone_part;

typedef struct cti_tone_spec {
    int32_t parts;     /* 1…16 */
    int32_t loop_from; /* -1 = ends after the last part */
    cti_tone_part part[16];
} cti_tone_spec;

typedef struct cti_tone_gen cti_tone_gen;

size_t cti_tone_gen_size(void);
int cti_tone_gen_init(cti_tone_gen *g, size_t size, const cti_tone_spec *spec);
/* Writes at most n samples; returns how many, fewer than n once the tone has ended. */
int cti_tone_gen_run(cti_tone_gen *g, int16_t *out, int n);
