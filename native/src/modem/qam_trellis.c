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
    int found[QAM_STATES] = {0};
    for (int state = 0; state < QAM_STATES; state++)
        for (int turns = 0; turns < 4; turns++) {
            int next = qam_next_state(state, turns), i = found[next]++;
            t->before[next][i] = (uint8_t)state;
            t->subset[next][i] = (uint8_t)(((state >> 2) ^ (qam_y_of(turns) >> 1)) << 2 | turns);
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

int qam_trellis_run(qam_trellis *t, const qam_plan *plan, qam_c received, int *decided) {
    float branch[SUBSETS], cost[QAM_STATES];
    int32_t point[SUBSETS];
    nearest(t, plan->points, received, branch, point);
    uint8_t *from = t->from[t->at], *to = t->point[t->at];
    int best = 0;
    for (int s = 0; s < QAM_STATES; s++) {
        int way = 0;
        float least = t->cost[t->before[s][0]] + branch[t->subset[s][0]];
        for (int i = 1; i < 4; i++) {
            float sum = t->cost[t->before[s][i]] + branch[t->subset[s][i]];
            way = sum < least ? i : way;
            least = sum < least ? sum : least;
        }
        cost[s] = least;
        from[s] = t->before[s][way];
        to[s] = (uint8_t)point[t->subset[s][way]];
        best = least < cost[best] ? s : best;
    }
    for (int s = 0; s < QAM_STATES; s++)
        t->cost[s] = cost[s] - cost[best];
    int now = to[best], state = best;
    uint32_t at = t->at;
    for (int i = 0; i < QAM_BACK; i++) {
        state = t->from[at][state];
        at = (at - 1) % QAM_DEPTH;
    }
    *decided = t->point[at][state];
    t->at = (t->at + 1) % QAM_DEPTH;
    return now;
}
