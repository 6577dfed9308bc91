/* qam_rx: the one receiver of V.27ter, V.29 and V.17: from samples to data bits.
 *
 * It looks for the two alternating points with which every training begins (their signal comes back every two
 * symbols, and is no single tone), takes carrier and symbol clock from them, knows the conditioning pattern
 * by correlation, solves the equaliser's coefficients from its first part, follows the rest of it symbol by
 * symbol, and goes on by its own decisions. Nothing depends on an absolute level. A carrier that fails is
 * held for `hold` and then given up.
 */
#pragma once

#include "modem/qam_equaliser.h"
#include "modem/qam_front.h"
#include "modem/qam_timing.h"
#include "modem/qam_trellis.h"

enum {
    QAM_RING = 512,  /* half symbols */
    QAM_LEARN = 112, /* symbols from which the equaliser is solved */
    QAM_DRAWN = 128,
};

enum qam_said {
    QAM_NOTHING,
    QAM_TRAINING, /* the training of this modem is heard */
    QAM_FAILED,   /* and not understood */
    QAM_TRAINED,  /* the first symbol of data; its bits */
    QAM_DATA,     /* a symbol's bits */
    QAM_GONE
};

/* What the carrier looks like while it is hunted for: means over some symbols. */
typedef struct qam_hunt {
    float power;
    qam_c over_one, over_two; /* correlation with what was one and two symbols ago */
    qam_c over_long;          /* ... and many; a sum */
    float unlike;             /* how far the last two symbols are from the two before them */
    int32_t alike;            /* half symbols in a row that look like alternations */
    int32_t since;            /* half symbols since they were found */
    int32_t settled_at;       /* when the clock was set by them */
} qam_hunt;

/* What is known of the line. */
typedef struct qam_line {
    qam_equaliser equaliser;
    double turn, spacing;
    float error;
} qam_line;

typedef struct qam_rx {
    const qam_plan *plan;
    int32_t is_short;
    int32_t state;
    int32_t hold; /* symbols for which a carrier that failed is waited for */
    qam_front front;
    float re[2 * QAM_RING], im[2 * QAM_RING]; /* half symbols, each twice */
    int64_t k;                                /* half symbols so far */
    qam_hunt hunt;
    qam_timing timing;
    int64_t begin; /* half symbol of the conditioning pattern's first symbol */
    int64_t m;     /* symbols of it that are done */
    qam_training training;
    qam_equaliser equaliser;
    qam_line before[2]; /* what was known a little ago, and before that */
    int32_t is_learnt;  /* ... by training: short training may use it */
    qam_solver solver;
    double angle, turn; /* of the carrier: now, and more with each symbol, in turns */
    float power, level; /* mean square of the half symbols: trained, and now */
    int32_t steady;     /* symbols since it was not there */
    int32_t lost;       /* symbols since the carrier failed; 0: it has not */
    float error;        /* mean square of the error; points have 1 */
    qam_trellis trellis;
    qam_c drawn[QAM_DRAWN]; /* the last points received */
    uint32_t drawn_count;
} qam_rx;

/* Listens for the next carrier: memory of zeros, or a receiver, which with short training goes by what it has
 * learnt of the line. */
void qam_rx_again(qam_rx *rx, const qam_plan *plan, int is_short, int hold_ms);
/* What was known of the line while its carrier was steady. */
void qam_recall(qam_rx *rx);
/* Takes samples until there may be something to be said, at least one of n; how many. */
int qam_rx_put(qam_rx *rx, const int16_t *pcm, int n);
/* The next thing to be said of the samples so far, QAM_NOTHING when there is none; a symbol's bits, the first
 * one lowest. */
int qam_rx_next(qam_rx *rx, uint32_t *bits);
/* Mean square of the carrier's samples, how many Hz it is too high, and by how many millionths its symbols
 * come too fast. */
double qam_rx_power(const qam_rx *rx);
double qam_rx_carrier_off(const qam_rx *rx);
double qam_rx_clock_off(const qam_rx *rx);
/* The last n equalised half symbols, the oldest first, the last one the last symbol's; of data, and without
 * what a failing carrier made of them. Returns how many. */
int qam_rx_halves(const qam_rx *rx, qam_c *out, int n);
