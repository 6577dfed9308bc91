#include "modem/fsk_digit.h"

#define LOOK 96 /* samples: 83 Hz apart is told apart */
#define TONES 4
/* Of the power: a digit has 0.5, with the other tone 6 dB stronger 0.2. White noise of the signal's own power
 * has 0.01 (exponential: above this once in 10⁵ looks), and of a seizure, whose lines are 1100 and 1700 Hz,
 * 0.02 at most comes here. */
#define SHARE 0.15f

/* 2 cos ω of 697, 770, 852, 941 Hz at 8 kHz. */
static const float coefficient[TONES] = {1.7077378f, 1.6452810f, 1.5686870f, 1.4782046f};

int fsk_digit_stands(const fsk_ring *ring, int64_t end) {
    int64_t first = end - LOOK;
    if (first < fsk_ring_oldest(ring) || end > ring->now) {
        return 0;
    }
    float x[LOOK], energy = 0.0f;
    for (int i = 0; i < LOOK; i++) {
        x[i] = (float)ring->pcm[(first + i) & (FSK_RING - 1)];
        energy += x[i] * x[i];
    }
    for (int k = 0; k < TONES; k++) { /* Goertzel */
        float a = 0.0f, b = 0.0f;
        for (int i = 0; i < LOOK; i++) {
            float c = coefficient[k] * a - b + x[i];
            b = a;
            a = c;
        }
        float tone = (a * a + b * b - coefficient[k] * a * b) * (2.0f / LOOK);
        if (tone > SHARE * energy) {
            return 1;
        }
    }
    return 0;
}
