/* v21_rx: bits out of channel 2 of ITU-T V.21 (300 bit/s; 1650 Hz is a 1, 1850 Hz a 0), in step with the
 * sender.
 *
 * Each tone's power is summed over the last bit's length, in whole numbers, so that nothing adds up. The bit
 * is the louder one; where they change places the bit clock is set. A carrier is what fills the band with one
 * of the two tones, whatever its level: noise, voices and the other modems do not. A packet's length of it
 * may be missing: the clock goes on by itself, and the bits are told as doubtful.
 */
#pragma once

#include <stdint.h>

enum { V21_WINDOW = 27, V21_TURN = 160 };

typedef struct v21_rx {
    int16_t wave[V21_TURN]; /* a sine's turn; both tones come round in so many samples */
    int16_t pcm[V21_WINDOW];
    int64_t sum[2][2]; /* tone (by its bit), cosine or sine */
    int64_t energy;
    int32_t at;    /* place in pcm */
    int32_t turn;  /* sample number within V21_TURN */
    int32_t clock; /* of the bit, in 80ths */
    int32_t last;  /* the louder tone, a sample ago */
    int32_t bits;  /* since the carrier came, 0…1000 */
    float share;   /* of the power in the louder tone, over some bits */
    float level;   /* mean square */
    int32_t is_on;
    int32_t hole;        /* bits on end that were not all there */
    int32_t is_doubtful; /* the last bit was one */
} v21_rx;

enum v21_said { V21_NOTHING = -1, V21_SPACE = 0, V21_MARK = 1, V21_CARRIER = 2, V21_GONE = 3 };

void v21_rx_init(v21_rx *rx);
/* Takes a sample; returns an enum v21_said. */
int v21_rx_sample(v21_rx *rx, int16_t sample);
