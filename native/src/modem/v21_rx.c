#include "modem/v21_rx.h"

#include <string.h>

#include "base/sine.h"

enum {
    BIT = 80, /* the clock's steps; 8,000 / 300 samples of STEP each */
    STEP = 3,
    WAVE_BITS = 14,
    ACQUIRING = 24, /* bits in which the clock follows quickly */
    HOLE_BITS = 9   /* a carrier that fails is gone after so many; a lost packet of 20 ms takes seven */
};

/* In turns of V21_TURN samples: 1850 and 1650 Hz. */
static const int32_t TURNS[2] = {37, 33};
#define SHARE_ON 0.55f
#define SHARE_OFF 0.30f
#define SHARE_PACE 0.25f
#define WHOLE 0.65f       /* of the power of the carrier: less is not all of a bit */
#define HALF 0.4f         /* ... and less than this tells nothing of it */
#define LEAST_POWER 16.0f /* mean square, -72 dBm0: below it is digital silence */

void v21_rx_init(v21_rx *rx) {
    memset(rx, 0, sizeof(*rx));
    for (uint32_t i = 0; i < V21_TURN; i++) {
        double x = cti_sine((uint32_t)((UINT64_C(0x100000000) * i) / V21_TURN)) * (1 << WAVE_BITS);
        rx->wave[i] = (int16_t)(x < 0.0 ? x - 0.5 : x + 0.5);
    }
}

/* Adds a sample, or takes one off again. */
static void add(v21_rx *rx, int turn, int64_t x) {
    for (int bit = 0; bit < 2; bit++) {
        int angle = turn * TURNS[bit] % V21_TURN;
        rx->sum[bit][0] += x * rx->wave[(angle + V21_TURN / 4) % V21_TURN];
        rx->sum[bit][1] += x * rx->wave[angle];
    }
}

static float power(const int64_t sum[2]) {
    float re = (float)sum[0] / (1 << WAVE_BITS), im = (float)sum[1] / (1 << WAVE_BITS);
    return re * re + im * im;
}

/* Part of the last bit's length is missing. */
static int has_less(const v21_rx *rx, float share) {
    return rx->is_on && (float)rx->energy < share * V21_WINDOW * rx->level;
}

/* At the end of a bit: how much of the power is in the tone? */
static int judge(v21_rx *rx, int bit, float loudest) {
    float mean = (float)rx->energy / V21_WINDOW;
    rx->is_doubtful = has_less(rx, WHOLE);
    rx->hole = rx->is_doubtful ? rx->hole + 1 : 0;
    if (rx->is_doubtful && rx->hole <= HOLE_BITS) /* what is missing is no part of a flag, as a 1 might be */
        return bit && !has_less(rx, HALF);
    if (rx->is_doubtful) {
        rx->is_on = 0;
        rx->share = 0.0f;
        return V21_GONE;
    }
    float share = mean > LEAST_POWER ? 2.0f * loudest / ((float)rx->energy * V21_WINDOW) : 0.0f;
    rx->share += SHARE_PACE * (share - rx->share);
    if (share > SHARE_ON)
        rx->level += SHARE_PACE * (mean - rx->level);
    if (!rx->is_on && rx->share > SHARE_ON) {
        rx->is_on = 1;
        rx->bits = 0;
        rx->level = mean;
        return V21_CARRIER;
    }
    if (rx->is_on && rx->share < SHARE_OFF) {
        rx->is_on = 0;
        return V21_GONE;
    }
    rx->bits += rx->bits < ACQUIRING;
    return rx->is_on ? bit : V21_NOTHING;
}

int v21_rx_sample(v21_rx *rx, int16_t sample) {
    int old = rx->pcm[rx->at];
    add(rx, (rx->turn + V21_TURN - V21_WINDOW) % V21_TURN, -old);
    add(rx, rx->turn, sample);
    rx->energy += (int64_t)sample * sample - (int64_t)old * old;
    rx->pcm[rx->at] = sample;
    rx->at = (rx->at + 1) % V21_WINDOW;
    rx->turn = (rx->turn + 1) % V21_TURN;
    float space = power(rx->sum[0]), mark = power(rx->sum[1]);
    int bit = mark > space;
    rx->clock += STEP;
    if (bit != rx->last && !has_less(rx, WHOLE)) { /* half of the window is the one bit and half the next */
        rx->last = bit;
        rx->clock -= (rx->clock - BIT / 2) / (rx->is_on && rx->bits >= ACQUIRING ? 8 : 2);
    }
    if (rx->clock < BIT)
        return V21_NOTHING;
    rx->clock -= BIT;
    return judge(rx, bit, bit ? mark : space);
}
