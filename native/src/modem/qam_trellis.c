#include "modem/qam_trellis.h"

#include <string.h>

enum { SUBSETS = 8 };

void qam_trellis_init(qam_trellis *t, const qam_plan *plan) {
    memset(t, 0, sizeof(*t));
    for (int i = 0; i < plan->points; i++)
        t->points[i] = qam_point(plan, i);
    for (int state = 0; state < QAM_STATES; state++)
        for (int turns = 0; turns < 4; turns++)
            t->next[state][turns] = (int8_t)qam_next_state(state, turns);
}

/* Of each subset (orbit and turns) the nearest point, and its distance squared. */
static void nearest(const qam_trellis *t, int points, qam_c x, float cost[SUBSETS], uint8_t point[SUBSETS]) {
    for (int s = 0; s < SUBSETS; s++)
        cost[s] = 1e30f;
    for (int i = 0; i < points; i += SUBSETS)
        for (int s = 0; s < SUBSETS; s++) {
            float re = x.re - t->points[i + s].re, im = x.im - t->points[i + s].im, d = re * re + im * im;
            int is_nearer = d < cost[s];
            cost[s] = is_nearer ? d : cost[s];
            point[s] = is_nearer ? (uint8_t)(i + s) : point[s];
        }
}

int qam_trellis_run(qam_trellis *t, const qam_plan *plan, qam_c received, int *decided) {
    float branch[SUBSETS], cost[QAM_STATES];
    uint8_t point[SUBSETS] = {0};
    nearest(t, plan->points, received, branch, point);
    for (int s = 0; s < QAM_STATES; s++)
        cost[s] = 1e30f;
    uint8_t *from = t->from[t->at], *to = t->point[t->at];
    for (int state = 0; state < QAM_STATES; state++)
        for (int turns = 0; turns < 4; turns++) {
            int subset = ((state >> 2) ^ (qam_y_of(turns) >> 1)) << 2 | turns, next = t->next[state][turns];
            float sum = t->cost[state] + branch[subset];
            if (sum < cost[next]) {
                cost[next] = sum;
                from[next] = (uint8_t)state;
                to[next] = point[subset];
            }
        }
    int best = 0;
    for (int s = 1; s < QAM_STATES; s++)
        best = cost[s] < cost[best] ? s : best;
    for (int s = 0; s < QAM_STATES; s++)
        t->cost[s] = cost[s] - cost[best];
    int now = to[best], state = best, at = t->at;
    for (int i = 0; i < QAM_BACK; i++) {
        state = t->from[at][state];
        at = (at + QAM_DEPTH - 1) % QAM_DEPTH;
    }
    *decided = t->point[at][state];
    t->at = (t->at + 1) % QAM_DEPTH;
    return now;
}
