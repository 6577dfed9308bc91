/* qam_coder: bits to points and back: scrambler, differential and convolutional encoder, and the training
 * sequences.
 *
 * V.27ter, 2.4 and 3: differential phase, 1 + x^-6 + x^-7 with its guard. V.29, 3 and 7; V.17, 2 and 3: 1 +
 * x^-18 + x^-23; V.17's encoder of eight states. A symbol's bits are given first bit lowest.
 */
#pragma once

#include "modem/qam_plan.h"

typedef struct qam_scrambler {
    uint32_t line; /* the last bits on the line, the newest lowest */
    int32_t is_v27;
    int32_t repeats; /* V.27ter's guard: bits in a row that are like the 8th, 9th or 12th before them */
} qam_scrambler;

typedef struct qam_coder {
    const qam_plan *plan;
    qam_scrambler scrambler;
    int32_t turn;    /* the last point's: eighths, V.17 quarters */
    int32_t z, p, v; /* the trellis: Y0, the one before it, and the third register */
} qam_coder;

/* Training from its first alternation on, symbol by symbol. */
typedef struct qam_training {
    qam_coder coder;
    int32_t is_short;
    int32_t at;    /* symbols so far */
    uint32_t prbs; /* V.29: the last seven */
} qam_training;

void qam_scrambler_init(qam_scrambler *s, const qam_plan *plan);
int qam_scramble(qam_scrambler *s, int bit);
int qam_descramble(qam_scrambler *s, int bit);

/* The index of the next point for a symbol's bits, not scrambled yet. */
int qam_encode(qam_coder *c, uint32_t bits);
/* The bits that a point stands for behind the last one, descrambled; V.17's by the trellis' decision. */
uint32_t qam_decode(qam_coder *c, int index);
/* The trellis' next state, 4 z + 2 p + v, for a point of so many turns. */
int qam_next_state(int state, int turns);

void qam_training_init(qam_training *t, const qam_plan *plan, int is_short);
/* Symbols from the first alternation to the last one before the ones. */
int qam_training_length(const qam_plan *plan, int is_short);
/* The next of these; behind them `coder` is ready for the ones. */
qam_c qam_training_next(qam_training *t);
