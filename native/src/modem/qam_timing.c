#include "modem/qam_timing.h"

#include <math.h>

#define KEEP 0.99f
#define STRENGTH_PACE (1.0f / 128.0f)
#define TURN 6.2831853f
#define MOST 0.25f

void qam_timing_put(qam_timing *t, qam_c x) {
    /* A quarter turn a half symbol, either way. */
    t->high = (qam_c){x.re - KEEP * t->high.im, x.im + KEEP * t->high.re};
    t->low = (qam_c){x.re + KEEP * t->low.im, x.im - KEEP * t->low.re};
}

float qam_timing_phase(const qam_timing *t) {
    qam_c both = qam_against(t->high, t->low);
    return both.re == 0.0f && both.im == 0.0f ? 0.0f : atan2f(both.im, both.re) / TURN;
}

float qam_timing_late(qam_timing *t) {
    qam_c both = qam_against(t->high, t->low);
    float size = sqrtf(qam_power(both));
    if (t->strength == 0.0f)
        t->strength = size;
    t->strength += STRENGTH_PACE * (size - t->strength);
    float late = t->strength > 0.0f ? both.im / (TURN * t->strength) : 0.0f;
    return late > MOST ? MOST : late < -MOST ? -MOST : late;
}
