#pragma once

/* agc: automatic gain: every voice about equally loud, and nothing but voice moves the gain.
 *
 * The level of what is spoken (a mean over 300 ms of it) is brought to the target. The gain falls by 30 dB
 * a second (attack) and rises by 4 dB a second (release), within its bounds, and stays within 1 dB of
 * where it should be. It moves only while something 9 dB above the line's noise, and above the floor, is
 * heard: in silence and noise it stays, so noise is never pumped up. Peaks never clip: where one would, the
 * gain is less for 100 ms.
 *
 * No delay. Example: each tick cti_agc_run(s, pcm, 160).
 */

#include <stddef.h>
#include <stdint.h>

typedef struct cti_agc_config {
    float target_dbm0; /* of speech while it is spoken, -40…-6; default -18 */
    float most_db;     /* highest gain, 0…30; default 15 */
    float least_db;    /* lowest gain, -30…0; default -15 */
    float floor_dbm0;  /* quieter is no speech, -70…-20; default -45 */
} cti_agc_config;

typedef struct cti_agc cti_agc;

void cti_agc_defaults(cti_agc_config *cfg);
size_t cti_agc_size(void);
/* cfg null: the defaults. */
int cti_agc_init(cti_agc *s, size_t size, const cti_agc_config *cfg);
/* Gain 0 dB; level and noise are learned anew. */
int cti_agc_reset(cti_agc *s);
/* Changes n samples in place; returns n. */
int cti_agc_run(cti_agc *s, int16_t *pcm, int n);
float cti_agc_gain_db(const cti_agc *s);
