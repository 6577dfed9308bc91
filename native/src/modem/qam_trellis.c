#include "modem/qam_trellis.h"

#include <string.h>

#include "base/lanes.h"

typedef int32_t ints __attribute__((vector_size(16)));
enum { SUBSETS = 8, INDEX = QAM_POINTS - 1 };
#define FARTHEST 1e30f

void qam_trellis_init(qam_trellis *t, const qam_plan *plan) {
    memset(t, 0, sizeof(*t));
    for (int i = 0; i < plan->points; i++) {
        qam_c point = qam_point(plan, i);
        t->re[i] = point.re;
        t->im[i] = point.im;
    }
    for (int state = 0; state < QAM_STATES; state++)
        for (int turns = 0; turns < 4; turns++) {
            int next = qam_next_state(state, turns), z = state >> 2;
            t->subset[z][state & 3][(next >> 1 & 2) | (next & 1)] =
                (uint8_t)((z ^ (qam_y_of(turns) >> 1)) << 2 | turns);
        }
}

/* Of each subset (orbit and turns) the nearest point, and its distance squared. Distances are not below 0, so
 * their last seven bits make room for the point's index, and the order stays. */
static void nearest(const qam_trellis *t, int points, qam_c x, float cost[SUBSETS], int32_t point[SUBSETS]) {
    const cti_four zr = {x.re, x.re, x.re, x.re}, zi = {x.im, x.im, x.im, x.im};
    const ints index = {INDEX, INDEX, INDEX, INDEX};
    for (int half = 0; half < SUBSETS; half += 4) {
        ints own = {half, half + 1, half + 2, half + 3};
        cti_four best = {FARTHEST, FARTHEST, FARTHEST, FARTHEST};
        for (int i = half; i < points; i += SUBSETS, own += SUBSETS) {
            cti_four re = cti_four_of(t->re + i) - zr, im = cti_four_of(t->im + i) - zi;
            cti_four d = re * re + im * im;
            d = (cti_four)(((ints)d & ~index) | own);
            ints nearer = d < best;
            best = (cti_four)((nearer & (ints)d) | (~nearer & (ints)best));
        }
        ints found = (ints)best & index;
        memcpy(point + half, &found, sizeof found);
        best = (cti_four)((ints)best & ~index);
        memcpy(cost + half, &best, sizeof best);
    }
}

/* One step of the four states of a z: the likeliest way to each of the four behind them. */
static void step(qam_trellis *t, int z, const float branch[SUBSETS], const int32_t point[SUBSETS],
                 float cost[QAM_STATES]) {
    const ints ways = {3, 3, 3, 3};
    cti_four least = {FARTHEST, FARTHEST, FARTHEST, FARTHEST};
    for (int i = 0; i < 4; i++) {
        const uint8_t *by = t->subset[z][i];
        cti_four sum = {branch[by[0]], branch[by[1]], branch[by[2]], branch[by[3]]};
        sum += t->cost[4 * z + i];
        sum = (cti_four)(((ints)sum & ~ways) | i);
        ints less = sum < least;
        least = (cti_four)((less & (ints)sum) | (~less & (ints)least));
    }
    ints way = (ints)least & ways;
    for (int k = 0; k < 4; k++) {
        int next = (k & 2) << 1 | z << 1 | (k & 1);
        cost[next] = least[k];
        t->from[t->at][next] = (uint8_t)(4 * z + way[k]);
        t->point[t->at][next] = (uint8_t)point[t->subset[z][way[k]][k]];
    }
}

int qam_trellis_run(qam_trellis *t, const qam_plan *plan, qam_c received, int *decided) {
    float branch[SUBSETS], cost[QAM_STATES];
    int32_t point[SUBSETS];
    nearest(t, plan->points, received, branch, point);
    step(t, 0, branch, point, cost);
    step(t, 1, branch, point, cost);
    int best = 0;
    for (int s = 1; s < QAM_STATES; s++)
        best = cost[s] < cost[best] ? s : best;
    for (int s = 0; s < QAM_STATES; s++)
        t->cost[s] = cost[s] - cost[best];
    int now = t->point[t->at][best], state = best;
    uint32_t at = t->at;
    for (int i = 0; i < QAM_BACK; i++) {
        state = t->from[at][state];
        at = (at - 1) % QAM_DEPTH;
    }
    *decided = t->point[at][state];
    t->at = (t->at + 1) % QAM_DEPTH;
    return now;
}
