/* qam_plan: what ITU-T V.27ter, V.29 and V.17 say of each bit rate, as data.
 *
 * Points are in the units of the standards' drawings; `scale` brings their mean power to 1. A point's index:
 * V.27ter its angle in eighths (2,400 bit/s: in quarters); V.29 8 * Q1 + its angle in eighths; V.17 8 * (Q3
 * Q4 …) + 4 * the orbit + the quarter turns. V.17's points come in orbits of four under quarter turns; of the
 * two orbits of the same uncoded bits, orbit 0 has Y0 = Y1.
 */
#pragma once

#include <stdint.h>

typedef struct qam_c {
    float re, im;
} qam_c;

enum {
    QAM_POINTS = 128,
    QAM_BITS = 6,
    QAM_STEPS = 400 /* of a symbol's time: baud / QAM_STEPS in a sample */
};

typedef struct qam_plan {
    int32_t modem, bit_rate;
    int32_t baud, bits; /* bits of a symbol */
    double carrier_hz;
    double rolloff;
    int32_t silence, alternations, conditioning, bridge, ones; /* of long training, symbols */
    int32_t tail;                                              /* scrambled ones behind the data, symbols */
    int32_t points;
    int32_t is_trellis;
    const int8_t (*base)[2]; /* V.17: the orbits' first points, two of each (Q3 Q4 …) */
    float scale;
    float grid_re, grid_im; /* V.17: a point of the drawing times this: its place in qam_cells' squares */
} qam_plan;

enum { QAM_SHORT_CONDITIONING = 38 /* V.17's short training */ };

/* Null where the modem has not this rate. */
const qam_plan *qam_plan_of(int modem, int bit_rate);
/* A point, its mean power over all 1. */
qam_c qam_point(const qam_plan *plan, int index);
/* V.17's Y1 Y2 (2 Y1 + Y2) of so many quarter turns. */
int qam_y_of(int turns);

static inline qam_c qam_times(qam_c a, qam_c b) {
    return (qam_c){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
/* a times b's conjugate. */
static inline qam_c qam_against(qam_c a, qam_c b) {
    return (qam_c){a.re * b.re + a.im * b.im, a.im * b.re - a.re * b.im};
}
static inline float qam_power(qam_c a) {
    return a.re * a.re + a.im * a.im;
}
