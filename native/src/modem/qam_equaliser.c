#include "modem/qam_equaliser.h"

#include <math.h>
#include <string.h>

#include "base/lanes.h"

qam_c qam_equaliser_run(const qam_equaliser *e, const float *re, const float *im) {
    cti_four sum_re = {0.0f}, sum_im = {0.0f};
    for (int k = 0; k < QAM_ROOM; k += 4) {
        cti_four xr = cti_four_of(re + k), xi = cti_four_of(im + k);
        cti_four er = cti_four_of(e->re + k), ei = cti_four_of(e->im + k);
        sum_re += er * xr - ei * xi;
        sum_im += er * xi + ei * xr;
    }
    return (qam_c){(sum_re[0] + sum_re[1]) + (sum_re[2] + sum_re[3]),
                   (sum_im[0] + sum_im[1]) + (sum_im[2] + sum_im[3])};
}

void qam_equaliser_follow(qam_equaliser *e, const float *re, const float *im, qam_c error, float pace,
                          float usual) {
    cti_four squares = {0.0f};
    for (int k = 0; k < QAM_ROOM; k += 4) {
        cti_four xr = cti_four_of(re + k), xi = cti_four_of(im + k);
        squares += xr * xr + xi * xi;
    }
    float power = (squares[0] + squares[1]) + (squares[2] + squares[3]), least = 0.5f * usual * QAM_TAPS;
    power = power > least ? power : least;
    if (!(power > 0.0f))
        return;
    float er = error.re * pace / power, ei = error.im * pace / power;
    for (int k = 0; k < QAM_ROOM; k += 4) {
        cti_four xr = cti_four_of(re + k), xi = cti_four_of(im + k);
        cti_four_put(e->re + k, cti_four_of(e->re + k) + er * xr + ei * xi);
        cti_four_put(e->im + k, cti_four_of(e->im + k) + ei * xr - er * xi);
    }
    e->re[QAM_TAPS] = e->im[QAM_TAPS] = 0.0f;
}

/* Normal equations: sums of conj(x_i) x_j, and of conj(x_i) a. */
static void gather(qam_solver *w, const float *re, const float *im, const qam_c *symbols, int n) {
    memset(w, 0, sizeof(*w));
    for (int m = 0; m < n; m++, re += 2, im += 2) {
        for (int i = 0; i < QAM_TAPS; i++) {
            double xr = (double)re[i], xi = (double)im[i];
            w->right_re[i] += xr * (double)symbols[m].re + xi * (double)symbols[m].im;
            w->right_im[i] += xr * (double)symbols[m].im - xi * (double)symbols[m].re;
            for (int j = 0; j <= i; j++) {
                w->re[i][j] += xr * (double)re[j] + xi * (double)im[j];
                w->im[i][j] += xr * (double)im[j] - xi * (double)re[j];
            }
        }
    }
}

/* Cholesky: the lower triangle L of L L*, in place; 0 when the matrix is not positive. */
static int factor(qam_solver *w) {
    for (int j = 0; j < QAM_TAPS; j++) {
        double d = w->re[j][j];
        for (int k = 0; k < j; k++)
            d -= w->re[j][k] * w->re[j][k] + w->im[j][k] * w->im[j][k];
        if (!(d > 0.0))
            return 0;
        d = sqrt(d);
        w->re[j][j] = d;
        for (int i = j + 1; i < QAM_TAPS; i++) {
            double sr = w->re[i][j], si = w->im[i][j];
            for (int k = 0; k < j; k++) {
                sr -= w->re[i][k] * w->re[j][k] + w->im[i][k] * w->im[j][k];
                si -= w->im[i][k] * w->re[j][k] - w->re[i][k] * w->im[j][k];
            }
            w->re[i][j] = sr / d;
            w->im[i][j] = si / d;
        }
    }
    return 1;
}

static void substitute(qam_solver *w) {
    for (int i = 0; i < QAM_TAPS; i++) {
        for (int k = 0; k < i; k++) {
            w->right_re[i] -= w->re[i][k] * w->right_re[k] - w->im[i][k] * w->right_im[k];
            w->right_im[i] -= w->re[i][k] * w->right_im[k] + w->im[i][k] * w->right_re[k];
        }
        w->right_re[i] /= w->re[i][i];
        w->right_im[i] /= w->re[i][i];
    }
    for (int i = QAM_TAPS - 1; i >= 0; i--) {
        for (int k = i + 1; k < QAM_TAPS; k++) {
            w->right_re[i] -= w->re[k][i] * w->right_re[k] + w->im[k][i] * w->right_im[k];
            w->right_im[i] -= w->re[k][i] * w->right_im[k] - w->im[k][i] * w->right_re[k];
        }
        w->right_re[i] /= w->re[i][i];
        w->right_im[i] /= w->re[i][i];
    }
}

int qam_equaliser_solve(qam_equaliser *e, qam_solver *work, const float *re, const float *im,
                        const qam_c *symbols, int n, double load) {
    gather(work, re, im, symbols, n);
    double trace = 0.0;
    for (int i = 0; i < QAM_TAPS; i++)
        trace += work->re[i][i];
    for (int i = 0; i < QAM_TAPS; i++)
        work->re[i][i] += load * trace / QAM_TAPS;
    if (!factor(work))
        return 0;
    substitute(work);
    e->re[QAM_TAPS] = e->im[QAM_TAPS] = 0.0f;
    for (int i = 0; i < QAM_TAPS; i++) {
        e->re[i] = (float)work->right_re[i];
        e->im[i] = (float)work->right_im[i];
    }
    return 1;
}
