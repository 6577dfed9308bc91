#pragma once

/* resample: from one sample rate to another (8 to and from 16, 44.1, 48, 22.05 kHz …).
 *
 * Rational and polyphase: rates in the ratio up/down, both at most 640 once reduced, one FIR filter (a sinc
 * under a Kaiser window) in `up` phases. Of the lower rate, 42.5 % are pass-band (to 3.4 kHz of 8: within
 * 0.1 dB) and all above its half is stop-band (from 4 kHz: 70 dB down at least), both ways. The delay
 * is 32 samples of the lower rate, or a little more: 4 ms at 8 kHz. No drift: after n samples in, n * up /
 * down are out, rounded up.
 *
 * Example: 8 to 48 kHz, 160 samples in, 960 out each tick:
 *   cti_resample_init(s, size, 8000, 48000); got = cti_resample_run(s, in, 160, out, 960);
 * At the end, as many samples of silence as the delay bring out the rest.
 */

#include <stddef.h>
#include <stdint.h>

typedef struct cti_resample cti_resample;

/* The memory for these rates (4,000…192,000), about 110 kB for 8 to 44.1 kHz; 0 when they cannot be had. */
size_t cti_resample_size(int from_hz, int to_hz);
int cti_resample_init(cti_resample *s, size_t size, int from_hz, int to_hz);
int cti_resample_reset(cti_resample *s);
/* How many samples the next n will give. */
int cti_resample_count(const cti_resample *s, int n);
/* Takes n samples (at most 2^20), writes what they give and returns how many; CTI_ERR_FULL when that is more
 * than max, and nothing was taken. */
int cti_resample_run(cti_resample *s, const int16_t *in, int n, int16_t *out, int max);
/* The filter's delay, in samples of the output. */
float cti_resample_delay(const cti_resample *s);
