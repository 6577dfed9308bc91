#include "modem/qam_tx.h"

#include <string.h>

#include "base/dbm0.h"
#include "base/dot.h"
#include "base/sine.h"
#include "modem/qam_pulse.h"

enum { TONE, AFTER_TONE, SILENCE, TRAINING, ONES, DATA, TAIL, FADE, OVER };
#define TONE_S 0.192
#define AFTER_TONE_S 0.022
#define QUARTER 0x40000000u

static int length_of(const qam_tx *tx, int segment) {
    const qam_plan *plan = tx->training.coder.plan;
    switch (segment) {
    case TONE:
        return (int)(TONE_S * plan->baud);
    case AFTER_TONE:
        return (int)(AFTER_TONE_S * plan->baud) + 1;
    case SILENCE:
        return plan->silence;
    case TRAINING:
        return qam_training_length(plan, tx->training.is_short);
    case ONES:
        return plan->ones;
    case TAIL:
        return plan->tail;
    case FADE:
        return QAM_TX_SYMBOLS;
    default:
        return 1; /* DATA: asked for each time */
    }
}

static void begin(qam_tx *tx, int segment) {
    for (tx->segment = segment; tx->segment < OVER; tx->segment++)
        if ((tx->left = length_of(tx, tx->segment)) > 0)
            return;
}

void qam_tx_init(qam_tx *tx, const qam_plan *plan, int is_short, int echo_protection, double level_dbm0) {
    memset(tx, 0, sizeof(*tx));
    qam_training_init(&tx->training, plan, is_short);
    for (int f = 0; f < QAM_PHASES; f++)
        for (int k = 0; k < QAM_TX_SYMBOLS; k++)
            tx->pulse[f][k] =
                (float)qam_pulse((double)f / QAM_PHASES + QAM_TX_SYMBOLS / 2 - 1 - k, plan->rolloff);
    tx->phase = QAM_PHASES;
    tx->step = cti_phase_step(plan->carrier_hz);
    tx->gain = cti_dbm0_to_rms(level_dbm0) * 1.4142135623730951;
    begin(tx, echo_protection ? TONE : SILENCE);
}

/* A symbol's bits; -1 when no more come. What is missing of the last symbol is ones. */
static int data_of(const qam_tx *tx, int (*next_bit)(void *), void *source) {
    int bits = 0;
    for (int i = 0; i < tx->training.coder.plan->bits; i++) {
        int bit = next_bit(source);
        if (bit < 0 && i == 0)
            return -1;
        bits |= (bit != 0) << i;
    }
    return bits;
}

static qam_c next_symbol(qam_tx *tx, int (*next_bit)(void *), void *source) {
    static const qam_c nothing = {0.0f, 0.0f}, one = {1.0f, 0.0f};
    qam_coder *coder = &tx->training.coder;
    uint32_t bits = (1u << coder->plan->bits) - 1;
    if (tx->segment == DATA) {
        int data = data_of(tx, next_bit, source);
        if (data < 0)
            begin(tx, TAIL);
        else
            bits = (uint32_t)data;
    }
    int segment = tx->segment;
    if (segment == OVER)
        return nothing;
    if (segment != DATA && --tx->left == 0)
        begin(tx, segment + 1);
    switch (segment) {
    case TONE:
        return one;
    case AFTER_TONE:
    case SILENCE:
    case FADE:
        return nothing;
    case TRAINING:
        return qam_training_next(&tx->training);
    default:
        return qam_point(coder->plan, qam_encode(coder, bits));
    }
}

int qam_tx_sample(qam_tx *tx, int (*next_bit)(void *), void *source, int16_t *out) {
    if (tx->phase >= QAM_PHASES) {
        if (tx->segment == OVER)
            return 0;
        qam_c symbol = next_symbol(tx, next_bit, source);
        tx->re[tx->oldest] = tx->re[tx->oldest + QAM_TX_SYMBOLS] = symbol.re;
        tx->im[tx->oldest] = tx->im[tx->oldest + QAM_TX_SYMBOLS] = symbol.im;
        tx->oldest = (tx->oldest + 1) % QAM_TX_SYMBOLS;
        tx->phase -= QAM_PHASES;
    }
    double re = (double)cti_dot(tx->pulse[tx->phase], tx->re + tx->oldest, QAM_TX_SYMBOLS);
    double im = (double)cti_dot(tx->pulse[tx->phase], tx->im + tx->oldest, QAM_TX_SYMBOLS);
    *out = cti_round_sample(tx->gain * (re * cti_sine(tx->turn + QUARTER) - im * cti_sine(tx->turn)));
    tx->turn += tx->step;
    tx->phase += tx->training.coder.plan->baud / QAM_STEPS;
    return 1;
}
