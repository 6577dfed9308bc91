#include "line/compare_line.h"

#include <math.h>
#include <string.h>

enum { TAPS = 33, MIDDLE = TAPS / 2, BLOCK = 8000 };

/* Of so many samples of speech one is news; what a filter of TAPS explains of anything is taken away. */
static const double OF_A_KIND = 8;
static const double LOADING = 1e-4; /* of the needle's power: what has no power there needs no filter */

static double there_at(const compare_pair *p, int64_t i) {
    return i >= p->first && i < p->behind ? (double)p->there[i] : 0;
}

static double needle_at(const compare_pair *p, int64_t i) {
    return i >= 0 && i < p->n ? (double)p->needle[i] : 0;
}

/* A symmetric and positive matrix into its lower triangle (Cholesky), in place. */
static void take_apart(double a[TAPS][TAPS]) {
    for (int i = 0; i < TAPS; i++)
        for (int j = 0; j <= i; j++) {
            double sum = a[i][j];
            for (int k = 0; k < j; k++)
                sum -= a[i][k] * a[j][k];
            a[i][j] = i == j ? sqrt(sum > 1e-9 ? sum : 1e-9) : sum / a[j][j];
        }
}

/* The filter from what its two sides have in common; how much it explains. */
static double solve(double a[TAPS][TAPS], const double *b, double *x) {
    double gained = 0;
    for (int i = 0; i < TAPS; i++) {
        double sum = b[i];
        for (int k = 0; k < i; k++)
            sum -= a[i][k] * x[k];
        x[i] = sum / a[i][i];
    }
    for (int i = TAPS - 1; i >= 0; i--) {
        double sum = x[i];
        for (int k = i + 1; k < TAPS; k++)
            sum -= a[k][i] * x[k];
        x[i] = sum / a[i][i];
        gained += x[i] * b[i];
    }
    return gained;
}

/* The needle's own matrix; returns its power. */
static double matrix_of(const compare_pair *p, int64_t begin, int64_t end, double a[TAPS][TAPS]) {
    double own[TAPS] = {0};
    for (int d = 0; d < TAPS; d++)
        for (int64_t i = begin; i < end; i++)
            own[d] += needle_at(p, i) * needle_at(p, i - d);
    for (int i = 0; i < TAPS; i++)
        for (int j = 0; j < TAPS; j++)
            a[i][j] = own[i > j ? i - j : j - i] + (i == j ? LOADING * own[0] : 0);
    if (own[0] > 0)
        take_apart(a);
    return own[0];
}

/* Samples begin … end of the needle; `late`: where their filter's middle is. Returns that of the next block.
 */
static int64_t fit_block(const compare_pair *p, int64_t begin, int64_t end, int64_t late, double *explained,
                         double *power, double *sent) {
    double a[TAPS][TAPS], b[TAPS] = {0}, h[TAPS], all = 0;
    for (int64_t i = begin; i < end; i++) {
        double y = there_at(p, i + late);
        all += y * y;
        for (int k = 0; k < TAPS; k++)
            b[k] += y * needle_at(p, i + MIDDLE - k);
    }
    double own = matrix_of(p, begin, end, a);
    *power += all;
    *sent += own;
    if (!(own > 0))
        return late;
    double gained = solve(a, b, h);
    int highest = MIDDLE;
    for (int k = 0; k < TAPS; k++)
        highest = fabs(h[k]) > fabs(h[highest]) ? k : highest;
    gained = gained < all ? gained : all;
    double by_chance = (all - gained) * TAPS * OF_A_KIND / (double)(end - begin);
    *explained += gained > by_chance ? gained - by_chance : 0;
    int64_t moved = highest - MIDDLE; /* no clock moves a block by more than two samples */
    return late + (moved > 2 ? 2 : moved < -2 ? -2 : moved);
}

double compare_line_place(const compare_pair *p, int64_t from, int64_t *late) {
    enum { LAGS = 2 * COMPARE_SPAN + 1 };
    int64_t end = from + BLOCK < p->n ? from + BLOCK : p->n;
    double a[TAPS][TAPS], common[LAGS + TAPS - 1], h[TAPS], all = 0, most = 0;
    *late = 0;
    if (!(matrix_of(p, from, end, a) > 0))
        return 0;
    for (int s = 0; s < LAGS + TAPS - 1; s++) {
        common[s] = 0;
        for (int64_t i = from; i < end; i++)
            common[s] += needle_at(p, i) * there_at(p, i + s - COMPARE_SPAN - MIDDLE);
    }
    for (int64_t i = from; i < end; i++)
        all += there_at(p, i) * there_at(p, i);
    for (int s = 0; s < LAGS; s++) {
        double gained = solve(a, common + s, h);
        if (gained > most) {
            most = gained;
            *late = s - COMPARE_SPAN;
        }
    }
    return all > 0 ? most / all : 0;
}

void compare_line_fit(const compare_pair *p, int64_t from, double *explained, double *power, double *sent) {
    *explained = *power = *sent = 0;
    int64_t late = fit_block(p, from, from + BLOCK < p->n ? from + BLOCK : p->n, 0, explained, power, sent);
    int64_t back = late;
    for (int64_t begin = from + BLOCK; begin < p->n; begin += BLOCK) {
        int64_t end = begin + BLOCK < p->n ? begin + BLOCK : p->n;
        late = fit_block(p, begin, end, late, explained, power, sent);
    }
    for (int64_t end = from; end > 0; end -= BLOCK)
        back = fit_block(p, end > BLOCK ? end - BLOCK : 0, end, back, explained, power, sent);
}
