/* qam_equaliser: an adaptive filter over samples half a symbol apart: learnt from known symbols at once by
 * least squares, then followed by the gradient of the error (LMS).
 */
#pragma once

#include "modem/qam_plan.h"

enum { QAM_TAPS = 31, QAM_CENTRE = QAM_TAPS / 2, QAM_ROOM = 32 /* whole lanes: the last one is 0 */ };

typedef struct qam_equaliser {
    float re[QAM_ROOM], im[QAM_ROOM];
} qam_equaliser;

/* The work space of a solution. */
typedef struct qam_solver {
    double re[QAM_TAPS][QAM_TAPS], im[QAM_TAPS][QAM_TAPS];
    double right_re[QAM_TAPS], right_im[QAM_TAPS];
} qam_solver;

/* The output for the window of QAM_TAPS samples from `re`, `im` on; one more may be read. */
qam_c qam_equaliser_run(const qam_equaliser *e, const float *re, const float *im);
/* Moves the coefficients: `error` is what the output lacks, `pace` in outputs' power: below 1; slower where
 * the window has less than half of the samples' usual mean power, as behind a cut. */
void qam_equaliser_follow(qam_equaliser *e, const float *re, const float *im, qam_c error, float pace,
                          float usual);
/* Coefficients for which window m (two samples further on each) gives symbol m of n. `load`: what is added to
 * the diagonal, as a share of the windows' power. Returns 0 when there is no solution; then nothing has
 * changed. */
int qam_equaliser_solve(qam_equaliser *e, qam_solver *work, const float *re, const float *im,
                        const qam_c *symbols, int n, double load);
