#pragma once

/* shock_limiter: what goes to an ear never hurts it.
 *
 * No sample that leaves is above the ceiling, the peak of a -3 dBm0 sine (16,159): from the first loud
 * sample on, not only after the 20 ms that one allows for. Sound below it passes unchanged, bit for bit.
 *
 * A loud sound is turned down as a whole, not clipped: the gain falls within the look-ahead, before the
 * peak arrives; it stays for 20 ms after the last peak that needed it, and comes back by 63 % in 200 ms.
 * The look-ahead is the delay (default 16 samples = 2 ms); with 0 there is no delay, the gain falls at
 * once, and the first half wave of a loud sound is flattened.
 *
 * Fax and modem tones: who hears them (a detector, on any leg) calls _mute(1) and nothing is passed until
 * _mute(0); both fade over 5 ms.
 *
 * Example: cti_shock_limiter_init(s, size, NULL); each tick cti_shock_limiter_run(s, pcm, 160).
 */

#include <stddef.h>
#include <stdint.h>

typedef struct cti_shock_limiter_config {
    int32_t look_ahead; /* samples, 0…40; the delay */
    float ceiling_dbm0; /* of the sine whose peak is the ceiling, -40…+3; default -3 */
} cti_shock_limiter_config;

typedef struct cti_shock_limiter cti_shock_limiter;

void cti_shock_limiter_defaults(cti_shock_limiter_config *cfg);
size_t cti_shock_limiter_size(void);
/* cfg null: the defaults. */
int cti_shock_limiter_init(cti_shock_limiter *s, size_t size, const cti_shock_limiter_config *cfg);
/* Forgets all sound; gain 1, not muted. */
int cti_shock_limiter_reset(cti_shock_limiter *s);
/* on: 1 = fade to silence, 0 = fade in again. */
int cti_shock_limiter_mute(cti_shock_limiter *s, int on);
/* Changes n samples in place; returns n. */
int cti_shock_limiter_run(cti_shock_limiter *s, int16_t *pcm, int n);
/* The gain now, in dB: 0 or less; -100 when muted. */
float cti_shock_limiter_gain_db(const cti_shock_limiter *s);
