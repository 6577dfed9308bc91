/* qam_front: a carrier's samples to two complex samples a symbol, at times that may be moved.
 *
 * The carrier is turned back to 0 Hz, and the pulse's filter gives the value at any time, to a 64th of a
 * sample.
 */
#pragma once

#include "modem/qam_plan.h"

enum { QAM_FRONT_TAPS = 40, QAM_FRONT_PHASES = 64, QAM_FRONT_RING = 128 };

typedef struct qam_front {
    float filter[QAM_FRONT_PHASES][QAM_FRONT_TAPS];
    float re[2 * QAM_FRONT_RING],
        im[2 * QAM_FRONT_RING];    /* each sample twice, so that any stretch is in one piece */
    uint32_t at;                   /* place of the next sample */
    double cosine, sine;           /* of the carrier's angle, turned back */
    double step_cosine, step_sine; /* of what it turns in a sample */
    double hz;
    double wait;    /* samples until the next output may be taken */
    double spacing; /* samples from output to output */
} qam_front;

void qam_front_init(qam_front *f, const qam_plan *plan);
/* Takes samples until a value is due, at least one of n; how many. */
int qam_front_put(qam_front *f, const int16_t *pcm, int n);
/* 1 and a value when one is due; there may be another one behind it. */
int qam_front_take(qam_front *f, qam_c *out);
/* The carrier's frequency from now on. */
void qam_front_tune(qam_front *f, double hz);
