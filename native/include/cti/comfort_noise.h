#pragma once

/* comfort_noise: noise like the line's own, where there would be dead silence (gaps, a muted leg, a pause
 * that was not sent).
 *
 * It learns level and spectrum of pauses: linear prediction of order 10 from the autocorrelation of
 * 20 ms blocks, a mean over the last 640 ms. It makes seeded noise of that spectrum, at that level; a change
 * of what was learned goes over in 20 ms. Before anything was learned it makes silence. Who calls says what
 * is a pause (cti_vad_active). The spectrum is matched roughly, to some 3 dB in bands of 500 Hz: order 10 has
 * no hum.
 *
 * Example: voice ? 0 : cti_comfort_noise_learn(s, pcm, 160); in a gap cti_comfort_noise_make(s, pcm, 160);
 */

#include <stddef.h>
#include <stdint.h>

typedef struct cti_comfort_noise cti_comfort_noise;

size_t cti_comfort_noise_size(void);
int cti_comfort_noise_init(cti_comfort_noise *s, size_t size, uint64_t seed);
/* n samples of a pause. Louder than -30 dBm0 is no pause and is not learned. Returns n. */
int cti_comfort_noise_learn(cti_comfort_noise *s, const int16_t *pcm, int n);
/* Writes n samples of noise; returns n. */
int cti_comfort_noise_make(cti_comfort_noise *s, int16_t *pcm, int n);
/* The level that is made now; -100 before anything was learned. */
float cti_comfort_noise_dbm0(const cti_comfort_noise *s);
