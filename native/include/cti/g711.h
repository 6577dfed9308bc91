#pragma once

/* g711: A-law and mu-law (ITU-T G.711), as G.191's reference codes and decodes them.
 *
 * 16-bit linear samples; of these A-law uses the upper 13 bits, mu-law the upper 14. Octets are as
 * they stand on the line (A-law with its even bits inverted, mu-law inverted). Every function
 * returns n, or CTI_ERR_ARG.
 */

#include <stddef.h>
#include <stdint.h>

enum cti_law { CTI_LAW_LINEAR = 0, CTI_LAW_ALAW = 1, CTI_LAW_ULAW = 2 };

int cti_alaw_encode(const int16_t *pcm, uint8_t *out, int n);
int cti_alaw_decode(const uint8_t *in, int16_t *pcm, int n);
int cti_ulaw_encode(const int16_t *pcm, uint8_t *out, int n);
int cti_ulaw_decode(const uint8_t *in, int16_t *pcm, int n);
/* Codes and decodes in place: what a digital exchange does to the audio. law: enum cti_law. */
int cti_law_through(int law, int16_t *pcm, int n);
