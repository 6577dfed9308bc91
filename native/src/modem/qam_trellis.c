#include "modem/qam_trellis.h"

#include <string.h>

#include "base/lanes.h"

typedef int32_t ints __attribute__((vector_size(16)));
enum { INDEX = QAM_POINTS - 1, WAYS = 3 };
#define FARTHEST 1e30f

/* V.17, figure 1. The four states of a z, 4 z + i, go to the same four states. These subsets (4 orbit +
 * turns) lead from the first of them to the k-th of these … */
static const uint8_t SUBSET[2][4] = {{0, 7, 5, 2}, {4, 1, 3, 6}};
/* … and those of k ^ this from the i-th of them. */
static const uint8_t ACROSS[2][4] = {{0, 2, 1, 3}, {0, 2, 3, 1}};

void qam_trellis_init(qam_trellis *t, const qam_plan *plan) {
    if (t->plan == plan)
        return;
    t->plan = plan;
    for (int i = 0; i < plan->points; i++) {
        qam_c point = qam_point(plan, i);
        t->re[i] = point.re;
        t->im[i] = point.im;
    }
    if (plan->is_trellis)
        qam_cells_init(&t->cells, plan);
}

void qam_trellis_begin(qam_trellis *t) {
    memset(t->cost, 0, sizeof t->cost);
    memset(t->ways, 0, sizeof t->ways);
    memset(t->nearest, 0, sizeof t->nearest);
    memset(t->path, 0, sizeof t->path);
    t->at = 0;
}

static cti_four lesser(cti_four a, cti_four b) {
    ints less = a < b;
    return (cti_four)((less & (ints)a) | (~less & (ints)b));
}

/* Of each subset the nearest point. Distances are not below 0, so their last seven bits make room for the
 * point's index, and the order stays. */
static void search(const qam_trellis *t, qam_c x, uint8_t point[QAM_SUBSETS]) {
    for (int half = 0; half < QAM_SUBSETS; half += 4) {
        ints own = {half, half + 1, half + 2, half + 3};
        cti_four best = {FARTHEST, FARTHEST, FARTHEST, FARTHEST};
        for (int i = half; i < t->plan->points; i += QAM_SUBSETS, own += QAM_SUBSETS) {
            cti_four re = cti_four_of(t->re + i) - x.re, im = cti_four_of(t->im + i) - x.im;
            cti_four d = re * re + im * im;
            best = lesser((cti_four)(((ints)d & ~INDEX) | own), best);
        }
        for (int lane = 0; lane < 4; lane++)
            point[half + lane] = (uint8_t)(((ints)best)[lane] & INDEX);
    }
}

/* Distances squared to the four points by which the states behind a z are come to. */
static cti_four distances(const qam_trellis *t, const uint8_t nearest[QAM_SUBSETS], int z, qam_c x) {
    int a = nearest[SUBSET[z][0]], b = nearest[SUBSET[z][1]], c = nearest[SUBSET[z][2]],
        d = nearest[SUBSET[z][3]];
    cti_four re = {t->re[a], t->re[b], t->re[c], t->re[d]}, im = {t->im[a], t->im[b], t->im[c], t->im[d]};
    re -= x.re;
    im -= x.im;
    return (cti_four)((ints)(re * re + im * im) & ~INDEX);
}

static cti_four marked(cti_four cost, int way) {
    return (cti_four)(((ints)cost & ~WAYS) | way);
}

/* The likeliest way to each of the four states behind a z, by the costs of its own four. */
static cti_four step(int z, cti_four branch, float c0, float c1, float c2, float c3) {
    cti_four far = {branch[2], branch[3], branch[0], branch[1]}; /* k ^ 2 */
    cti_four one = {branch[1], branch[0], branch[3], branch[2]}; /* k ^ 1 */
    cti_four two = {branch[3], branch[2], branch[1], branch[0]}; /* k ^ 3 */
    return lesser(lesser(marked(branch + c0, 0), marked(far + c1, 1)),
                  lesser(marked((z ? two : one) + c2, 2), marked((z ? one : two) + c3, 3)));
}

/* The state before a state, on the likeliest way to it. */
static unsigned before(const qam_trellis *t, uint32_t at, unsigned state) {
    unsigned way = (unsigned)t->ways[at][state] & WAYS;
    return (way & 2) << 1 | (state >> 2) << 1 | (way & 1);
}

static int point_of(const qam_trellis *t, uint32_t at) {
    unsigned state = t->path[at], z = state >> 2, way = (unsigned)t->ways[at][state] & WAYS;
    return t->nearest[at][SUBSET[z][(state & 3) ^ ACROSS[z][way]]];
}

/* The likeliest path now ends with this state: back to where it meets the one that was it a symbol ago. */
static void trace(qam_trellis *t, unsigned state) {
    uint32_t at = t->at;
    t->path[at] = (uint8_t)state;
    for (int i = 0; i < QAM_BACK; i++) {
        state = before(t, at, state);
        at = (at - 1) % QAM_DEPTH;
        if (t->path[at] == state)
            return;
        t->path[at] = (uint8_t)state;
    }
}

int qam_trellis_run(qam_trellis *t, qam_c received, int *decided) {
    uint8_t *nearest = t->nearest[t->at];
    const uint8_t *known = qam_cells_at(&t->cells, received);
    if (known)
        memcpy(nearest, known, QAM_SUBSETS);
    else
        search(t, received, nearest);
    float *c = t->cost;
    cti_four low = step(0, distances(t, nearest, 0, received), c[0], c[1], c[4], c[5]);
    cti_four high = step(1, distances(t, nearest, 1, received), c[2], c[3], c[6], c[7]);
    cti_four_put(c, low);
    cti_four_put(c + 4, high);
    memcpy(t->ways[t->at], c, sizeof t->ways[t->at]);
    unsigned best = 0;
    float least = c[0];
    for (unsigned s = 1; s < QAM_STATES; s++) {
        best = c[s] < least ? s : best;
        least = c[s] < least ? c[s] : least;
    }
    cti_four_put(c, low - least);
    cti_four_put(c + 4, high - least);
    trace(t, best);
    *decided = point_of(t, (t->at - QAM_BACK) % QAM_DEPTH);
    int now = point_of(t, t->at);
    t->at = (t->at + 1) % QAM_DEPTH;
    return now;
}
