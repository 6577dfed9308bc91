#include "modem/qam_coder.h"

#include <string.h>

#include "cti/fax_modem_tx.h"

enum {
    V27_REGISTER =
        0x3c, /* V.27ter, 2.5: the scrambler before the conditioning pattern; every third bit of it */
    V17_REGISTER = 0x2ecdd5, /* V.17, 5: with it, segment 2 begins CDCDCDCDCDCD */
    V17_TURN_LONG = 3,       /* the differential encoder's at the first of the ones */
    V17_TURN_SHORT = 0,
    ONES_TURN_C = 0, /* V.29: C stands at 0, ... */
    ONES_TURN_D = 3  /* ... D at 3 eighths */
};

void qam_training_init(qam_training *t, const qam_plan *plan, int is_short) {
    memset(t, 0, sizeof(*t));
    t->coder.plan = plan;
    t->is_short = is_short && plan->is_trellis;
    qam_scrambler_init(&t->coder.scrambler, plan);
    if (plan->modem == CTI_FAX_MODEM_V27TER)
        t->coder.scrambler.line = V27_REGISTER;
    if (plan->is_trellis)
        t->coder.scrambler.line = V17_REGISTER;
}

static int conditioning_of(const qam_plan *plan, int is_short) {
    return is_short && plan->is_trellis ? QAM_SHORT_CONDITIONING : plan->conditioning;
}

int qam_training_length(const qam_plan *plan, int is_short) {
    int bridge = is_short && plan->is_trellis ? 0 : plan->bridge;
    return plan->alternations + conditioning_of(plan, is_short) + bridge;
}

static qam_c in_units(const qam_plan *plan, float re, float im) {
    return (qam_c){re * plan->scale, im * plan->scale};
}

/* V.27ter: the turn from symbol to symbol, 0 or a half. The guard is not at work yet. */
static qam_c next_of_v27ter(qam_training *t, int k) {
    qam_coder *c = &t->coder;
    int half = 1;
    if (k >= 0) {
        for (int i = 0; i < 3; i++) {
            c->scrambler.repeats = 0;
            int bit = qam_scramble(&c->scrambler, 1);
            half = i == 0 ? bit : half;
        }
        c->scrambler.repeats = 0;
    }
    c->turn = (c->turn + 4 * half) & 7;
    return qam_point(c->plan, c->plan->points == 4 ? c->turn / 2 : c->turn);
}

/* V.29, 8.1: A and B, then C and D; the ones go on from the last of these. */
static qam_c next_of_v29(qam_training *t, int k) {
    const qam_plan *plan = t->coder.plan;
    float far = plan->bits == 4 ? 3.0f : 1.0f;
    if (k < 0)
        return t->at & 1 ? in_units(plan, far, -far) : in_units(plan, -3.0f, 0.0f);
    int bit = k < 7 ? k & 1 : (int)((t->prbs >> 5 ^ t->prbs >> 6) & 1);
    t->prbs = t->prbs << 1 | (uint32_t)bit;
    t->coder.turn = bit ? ONES_TURN_D : ONES_TURN_C;
    return bit ? in_units(plan, -far, far) : in_units(plan, 3.0f, 0.0f);
}

/* V.17, table 4 and figures 2 to 5: A, B, C and D. */
static qam_c state_of_v17(const qam_plan *plan, int state) {
    static const int8_t states[4][2] = {{-6, -2}, {2, -6}, {6, 2}, {-2, 6}};
    return in_units(plan, states[state][0], states[state][1]);
}

static qam_c next_of_v17(qam_training *t, int k) {
    static const int8_t by_dibit[4] = {2, 3, 1, 0};  /* segment 2: the dibit is the state */
    static const int8_t by_change[4] = {1, 0, 2, 3}; /* segment 3: it is the turn from the last one */
    static const uint32_t bridge = 0x8880;           /* 0000 0001 0001 0001, the first bit lowest */
    qam_coder *c = &t->coder;
    int conditioning = conditioning_of(c->plan, t->is_short);
    if (k < 0)
        return state_of_v17(c->plan, t->at & 1);
    if (k < conditioning) {
        int first = qam_scramble(&c->scrambler, 1);
        c->turn = by_dibit[2 * first + qam_scramble(&c->scrambler, 1)];
    } else {
        int at = (k - conditioning) * 2 & 15;
        int first = qam_scramble(&c->scrambler, (int)(bridge >> at & 1));
        c->turn =
            (c->turn + by_change[2 * first + qam_scramble(&c->scrambler, (int)(bridge >> (at + 1) & 1))]) & 3;
    }
    qam_c point = state_of_v17(c->plan, c->turn);
    if (t->at + 1 == qam_training_length(c->plan, t->is_short))
        c->turn = t->is_short ? V17_TURN_SHORT : V17_TURN_LONG;
    return point;
}

qam_c qam_training_next(qam_training *t) {
    const qam_plan *plan = t->coder.plan;
    int k = t->at - plan->alternations;
    qam_c point = plan->is_trellis                   ? next_of_v17(t, k)
                  : plan->modem == CTI_FAX_MODEM_V29 ? next_of_v29(t, k)
                                                     : next_of_v27ter(t, k);
    t->at++;
    return point;
}
