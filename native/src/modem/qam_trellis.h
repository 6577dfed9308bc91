/* qam_trellis: the likeliest path through V.17's code of eight states (Viterbi's algorithm). */
#pragma once

#include "modem/qam_coder.h"

enum { QAM_STATES = 8, QAM_DEPTH = 32, QAM_BACK = 24 /* symbols from a point to its decision */ };

typedef struct qam_trellis {
    float cost[QAM_STATES];
    uint8_t from[QAM_DEPTH][QAM_STATES], point[QAM_DEPTH][QAM_STATES];
    uint32_t at;
    /* The four states of a z go to the same four states: subset[z][i][k] (4 orbit + turns) leads from the
     * i-th of them, 4 z + i, to the k-th of these. */
    uint8_t subset[2][4][4];
    float re[QAM_POINTS], im[QAM_POINTS]; /* the points */
} qam_trellis;

void qam_trellis_init(qam_trellis *t, const qam_plan *plan);
/* Takes a received point. Returns the index of the point of the likeliest path, now; `*decided`: that of
 * QAM_BACK symbols ago. */
int qam_trellis_run(qam_trellis *t, const qam_plan *plan, qam_c received, int *decided);
