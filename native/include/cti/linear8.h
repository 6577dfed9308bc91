#pragma once

/* linear8: linear samples of eight bits, as voice modems have them (ITU-T V.253, +VSM: "8-bit linear").
 *
 * The upper eight bits of a 16-bit sample, rounded; an octet stands for its value times 256, so the level
 * stays. `middle` is what silence is coded as: 128 (unsigned) or 0 (signed). Both return n, or CTI_ERR_ARG.
 */

#include <stdint.h>

int cti_linear8_encode(const int16_t *pcm, uint8_t *out, int n, int middle);
int cti_linear8_decode(const uint8_t *in, int16_t *pcm, int n, int middle);
