/* qam_tx: symbols to a carrier: training, then the data's points, then the tail. */
#pragma once

#include "modem/qam_coder.h"

enum {
    QAM_PHASES = 20,     /* of a symbol's time: all three rates stand on it */
    QAM_TX_SYMBOLS = 16, /* the pulse reaches over 8 symbols each way */
};

typedef struct qam_tx {
    qam_training training;
    float pulse[QAM_PHASES][QAM_TX_SYMBOLS];
    float re[2 * QAM_TX_SYMBOLS], im[2 * QAM_TX_SYMBOLS]; /* the last symbols, each twice, from `oldest` on */
    int32_t oldest;
    int32_t phase;       /* of the next sample, in the symbol's QAM_PHASES */
    uint32_t turn, step; /* of the carrier */
    double gain;
    int32_t segment; /* enum below */
    int32_t left;    /* symbols of the segment */
} qam_tx;

/* echo_protection: the carrier alone first (V.17, 5.3; V.29, 8; V.27ter, 2.5.1: 185 to 200 ms and 20 to 25
 * ms). */
void qam_tx_init(qam_tx *tx, const qam_plan *plan, int is_short, int echo_protection, double level_dbm0);
/* The next sample. next_bit: of the data, -1 when no more comes. Returns 0 when all is over. */
int qam_tx_sample(qam_tx *tx, int (*next_bit)(void *), void *source, int16_t *out);
