#pragma once

/* level: how loud, in dBm0 (a full-scale sine is +3.14 dBm0; 0 dBm0 is an rms of 16140).
 *
 * The meter runs on: an exponential mean of the power with the time constant asked for, and the
 * peak since it was last taken. Digital silence reads -100 dBm0.
 */

#include <stddef.h>
#include <stdint.h>

/* Of n samples as a whole. */
float cti_level_of(const int16_t *pcm, int n);
/* The largest absolute sample, 0…32768. */
int cti_peak_of(const int16_t *pcm, int n);
/* The level of a sine whose peak is this sample value. */
float cti_level_of_peak(int peak);

typedef struct cti_level cti_level;

size_t cti_level_size(void);
/* time_constant_ms: 1…10000 (125 is the "fast" of sound-level meters). */
int cti_level_init(cti_level *m, size_t size, int time_constant_ms);
int cti_level_reset(cti_level *m);
int cti_level_run(cti_level *m, const int16_t *pcm, int n);
float cti_level_dbm0(const cti_level *m);
/* The peak since reset or the last call, as the level of a sine of that peak. */
float cti_level_take_peak(cti_level *m);
