/* qam_cells: V.17's nearest points without a search.
 *
 * The plane in squares, so laid that the lines between the nearest points of one subset (orbit and turns) run
 * along their sides: in a square the nearest point of each subset is the same everywhere. Not so only where
 * such a line goes aslant, at the outer corners of a subset; there, and outside of all squares, it must be
 * looked for.
 */
#pragma once

#include <stddef.h>

#include "modem/qam_plan.h"

enum {
    QAM_SUBSETS = 8,
    QAM_CELLS = 24, /* a side; no point is further out than 9 of the 12 from the middle */
    QAM_UNSURE = 0x80
};

typedef struct qam_cells {
    qam_c grid;                                         /* a point times this: in squares' sides */
    uint8_t nearest[QAM_CELLS][QAM_CELLS][QAM_SUBSETS]; /* indices of points, or QAM_UNSURE */
} qam_cells;

void qam_cells_init(qam_cells *c, const qam_plan *plan);

/* The nearest points of all subsets (4 orbit + turns); null: not known here. */
static inline const uint8_t *qam_cells_at(const qam_cells *c, qam_c z) {
    qam_c place = qam_times(z, c->grid);
    float x = place.re + 0.5f * QAM_CELLS, y = place.im + 0.5f * QAM_CELLS;
    if (!(x >= 0.0f && x < QAM_CELLS && y >= 0.0f && y < QAM_CELLS))
        return NULL;
    const uint8_t *nearest = c->nearest[(int)y][(int)x];
    uint8_t unsure = 0;
    for (int i = 0; i < QAM_SUBSETS; i++)
        unsure |= nearest[i];
    return unsure & QAM_UNSURE ? NULL : nearest;
}
