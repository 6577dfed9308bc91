/* qam_acquire: from a carrier's first alternations to an equaliser that fits the line. */
#pragma once

#include "modem/qam_rx.h"

enum qam_state { QAM_HUNTING, QAM_ALTERNATING, QAM_WAITING, QAM_IN_TRAINING, QAM_IN_ONES, QAM_IN_DATA };

/* Begins to look for a carrier. */
void qam_listen(qam_rx *rx);
/* Takes the newest half symbol; QAM_TRAINING once the conditioning pattern is found and the equaliser solved.
 */
int qam_acquire(qam_rx *rx);

static inline qam_c qam_half(const qam_rx *rx, int64_t k) {
    int i = (int)(k & (QAM_RING - 1));
    return (qam_c){rx->re[i], rx->im[i]};
}

static inline void qam_keep(qam_rx *rx, int64_t k, qam_c x) {
    int i = (int)(k & (QAM_RING - 1));
    rx->re[i] = rx->re[i + QAM_RING] = x.re;
    rx->im[i] = rx->im[i + QAM_RING] = x.im;
}

/* The equaliser's window round a half symbol. */
static inline const float *qam_window_re(const qam_rx *rx, int64_t centre) {
    return rx->re + ((centre - QAM_CENTRE) & (QAM_RING - 1));
}

static inline const float *qam_window_im(const qam_rx *rx, int64_t centre) {
    return rx->im + ((centre - QAM_CENTRE) & (QAM_RING - 1));
}

/* Moves the clock so that the half symbols are taken earlier by so much of a symbol. */
static inline void qam_move_clock(qam_rx *rx, double symbols) {
    rx->front.wait -= symbols * 2.0 * rx->front.spacing;
}
