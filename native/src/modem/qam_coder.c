#include "modem/qam_coder.h"

#include <string.h>

#include "cti/fax_modem_tx.h"

enum { GUARD = 33 };

void qam_scrambler_init(qam_scrambler *s, const qam_plan *plan) {
    memset(s, 0, sizeof(*s));
    s->is_v27 = plan->modem == CTI_FAX_MODEM_V27TER;
}

static int tap(const qam_scrambler *s, int delay) {
    return (int)(s->line >> (delay - 1) & 1);
}

/* What is added to the next bit, at either end of the line. */
static int key_of(const qam_scrambler *s) {
    if (!s->is_v27)
        return tap(s, 18) ^ tap(s, 23);
    return tap(s, 6) ^ tap(s, 7) ^ (s->repeats >= GUARD);
}

static void shift(qam_scrambler *s, int line_bit) {
    if (s->is_v27) {
        int is_like = line_bit == tap(s, 8) || line_bit == tap(s, 9) || line_bit == tap(s, 12);
        s->repeats = is_like && s->repeats < GUARD ? s->repeats + 1 : 0;
    }
    s->line = s->line << 1 | (uint32_t)line_bit;
}

int qam_scramble(qam_scrambler *s, int bit) {
    int line_bit = bit ^ key_of(s);
    shift(s, line_bit);
    return line_bit;
}

int qam_descramble(qam_scrambler *s, int line_bit) {
    int bit = line_bit ^ key_of(s);
    shift(s, line_bit);
    return bit;
}

/* V.27ter, tables 1 and 2; V.29, table 1: turns in eighths, by the bits with the first one highest. */
static const int8_t EIGHTHS[8] = {1, 0, 2, 3, 6, 7, 5, 4};
static const int8_t QUARTERS[4] = {0, 2, 6, 4};
static const int8_t BITS_OF_EIGHTHS[8] = {1, 0, 2, 3, 7, 6, 4, 5};
static const int8_t BITS_OF_QUARTERS[4] = {0, 1, 3, 2};
/* V.17, table 1, as turns in quarters, by 2 Q1 + Q2; and back. */
static const int8_t TRELLIS_TURNS[4] = {0, 2, 3, 1};
static const int8_t TRELLIS_BITS[4] = {0, 3, 1, 2};

/* V.17, figure 1. */
int qam_next_state(int state, int turns) {
    int z = state >> 2, p = state >> 1 & 1, v = state & 1;
    int y1 = qam_y_of(turns) >> 1, y2 = qam_y_of(turns) & 1;
    return (y2 ^ (z & y1) ^ v ^ (z & p)) << 2 | z << 1 | (p ^ y2 ^ (y1 & !z));
}

static int encode_trellis(qam_coder *c, int group) {
    const qam_plan *plan = c->plan;
    int uncoded = plan->bits - 2;
    c->turn = (c->turn + TRELLIS_TURNS[group >> uncoded]) & 3;
    int orbit = c->z ^ qam_y_of(c->turn) >> 1;
    int state = qam_next_state(c->z << 2 | c->p << 1 | c->v, c->turn);
    c->z = state >> 2;
    c->p = state >> 1 & 1;
    c->v = state & 1;
    return (group & ((1 << uncoded) - 1)) << 3 | orbit << 2 | c->turn;
}

int qam_encode(qam_coder *c, uint32_t bits) {
    int group = 0;
    for (int i = 0; i < c->plan->bits; i++)
        group = group << 1 | qam_scramble(&c->scrambler, (int)(bits >> i & 1));
    if (c->plan->is_trellis)
        return encode_trellis(c, group);
    if (c->plan->bits == 2) {
        c->turn = (c->turn + QUARTERS[group]) & 7;
        return c->turn / 2;
    }
    c->turn = (c->turn + EIGHTHS[group & 7]) & 7;
    return (group >> 3) << 3 | c->turn;
}

static int group_of(qam_coder *c, int index) {
    const qam_plan *plan = c->plan;
    int turn = plan->is_trellis ? index & 3 : plan->bits == 2 ? 2 * index : index & 7, was = c->turn;
    c->turn = turn;
    if (plan->is_trellis)
        return TRELLIS_BITS[(turn - was) & 3] << (plan->bits - 2) | index >> 3;
    if (plan->bits == 2)
        return BITS_OF_QUARTERS[((turn - was) & 7) / 2];
    return (index >> 3) << 3 | BITS_OF_EIGHTHS[(turn - was) & 7];
}

/* The first bit, which is the highest, becomes the lowest. */
static uint32_t reversed(uint32_t bits, int n) {
    bits = (bits & 0x0f) << 4 | (bits & 0xf0) >> 4;
    bits = (bits & 0x33) << 2 | (bits & 0xcc) >> 2;
    bits = (bits & 0x55) << 1 | (bits & 0xaa) >> 1;
    return bits >> (8 - n);
}

/* A symbol's bits at once: none of them is 18 bits behind another one. */
static uint32_t descramble_group(qam_scrambler *s, uint32_t group, int n) {
    uint32_t bits = group ^ s->line >> (18 - n) ^ s->line >> (23 - n);
    s->line = s->line << n | group;
    return reversed(bits & ((1u << n) - 1), n);
}

uint32_t qam_decode(qam_coder *c, int index) {
    int group = group_of(c, index), n = c->plan->bits;
    if (!c->scrambler.is_v27)
        return descramble_group(&c->scrambler, (uint32_t)group, n);
    uint32_t bits = 0;
    for (int i = 0; i < n; i++)
        bits |= (uint32_t)qam_descramble(&c->scrambler, group >> (n - 1 - i) & 1) << i;
    return bits;
}
