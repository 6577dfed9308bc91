#include "modem/qam_cells.h"

#include <math.h>

#define TOUCHES 0.01f /* a line that runs along a side, as floats have it */

/* Of one orbit without turns: the point that is nearest all over the square round `centre`. */
static uint8_t nearest_in(const qam_plan *plan, qam_c grid, int orbit, qam_c centre) {
    qam_c off[QAM_POINTS / QAM_SUBSETS];
    int n = plan->points / QAM_SUBSETS, best = 0;
    for (int i = 0; i < n; i++) {
        qam_c point = qam_times(qam_point(plan, QAM_SUBSETS * i + 4 * orbit), grid);
        off[i] = (qam_c){point.re - centre.re, point.im - centre.im};
        best = qam_power(off[i]) < qam_power(off[best]) ? i : best;
    }
    for (int i = 0; i < n; i++) {
        /* In the corner that is best for this one the distances, squared, differ by so much less. */
        float apart = fabsf(off[i].re - off[best].re) + fabsf(off[i].im - off[best].im);
        if (i != best && qam_power(off[i]) - qam_power(off[best]) < apart - TOUCHES)
            return QAM_UNSURE;
    }
    return (uint8_t)(QAM_SUBSETS * best + 4 * orbit);
}

void qam_cells_init(qam_cells *c, const qam_plan *plan) {
    c->grid = (qam_c){plan->grid_re / plan->scale, plan->grid_im / plan->scale};
    for (int y = 0; y < QAM_CELLS; y++)
        for (int x = 0; x < QAM_CELLS; x++)
            for (int orbit = 0; orbit < 2; orbit++) {
                qam_c centre = {(float)x + 0.5f - 0.5f * QAM_CELLS, (float)y + 0.5f - 0.5f * QAM_CELLS};
                uint8_t point = nearest_in(plan, c->grid, orbit, centre);
                for (int turns = 0, i = x, j = y, was; turns < 4; turns++) {
                    c->nearest[j][i][4 * orbit + turns] = (uint8_t)(point | turns);
                    was = i; /* the square and its point, a quarter turn on */
                    i = QAM_CELLS - 1 - j;
                    j = was;
                }
            }
}
