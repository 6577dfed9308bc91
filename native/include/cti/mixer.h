#pragma once

/* mixer: sums of 16-bit audio, saturating.
 *
 * Gains are in 1/4096 (4096 = unchanged, at most 65535, about +24 dB; negative ones turn the phase).
 * Input i begins at in + i * stride. Functions keep no state and return n, or CTI_ERR_ARG.
 */

#include <stddef.h>
#include <stdint.h>

/* out[k] += gain * in[k] */
int cti_mix_add(int16_t *out, const int16_t *in, int32_t gain_q12, int n);
/* out = the sum of all inputs (1…1024). gain_q12: one for each input, or null for unchanged. */
int cti_mix(const int16_t *in, int stride, int inputs, const int32_t *gain_q12, int16_t *out, int n);
/* A conference: party i's output (at out + i * out_stride) is the sum of all but its own input.
 * gain_q12 applies to what each party contributes; a party of gain 0 only listens. out may not
 * overlap in. */
int cti_mix_conference(const int16_t *in, int stride, int parties, const int32_t *gain_q12, int16_t *out,
                       int out_stride, int n);
