/* qam_trellis: the likeliest path through V.17's code of eight states (Viterbi's algorithm). */
#pragma once

#include "modem/qam_cells.h"
#include "modem/qam_coder.h"

enum { QAM_STATES = 8, QAM_DEPTH = 32, QAM_BACK = 24 /* symbols from a point to its decision */ };

/* States stand in the order in which they are come to: 4 z + k is the k-th of those behind z. */
typedef struct qam_trellis {
    const qam_plan *plan;
    float re[QAM_POINTS], im[QAM_POINTS]; /* the points */
    qam_cells cells;
    float cost[QAM_STATES];
    int32_t ways[QAM_DEPTH][QAM_STATES]; /* the last two bits: from which of a z's four states */
    uint8_t nearest[QAM_DEPTH][QAM_SUBSETS];
    uint8_t path[QAM_DEPTH]; /* the likeliest one's states */
    uint32_t at;
} qam_trellis;

/* The points of a plan, and, where it has a trellis, its squares. */
void qam_trellis_init(qam_trellis *t, const qam_plan *plan);
/* Forgets what was received. */
void qam_trellis_begin(qam_trellis *t);
/* Takes a received point. Returns the index of the point of the likeliest path, now; `*decided`: that of
 * QAM_BACK symbols ago. */
int qam_trellis_run(qam_trellis *t, qam_c received, int *decided);
