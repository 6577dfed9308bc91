/* The codes of one row: runs, and what differs from the row above. */

#include "fax/t4_decoder_state.h"

enum { LENGTH_BITS = 4, MAKE_UP = 64 };

/* Zeros at the beginning of a code's 13 bits. */
static int leading(unsigned next) {
    return next == 0 ? T4_LONGEST_CODE : __builtin_clz(next) - (32 - T4_LONGEST_CODE);
}

/* Where a code that begins with so many zeros and a 1 lies; what follows it is at the top. */
static unsigned place_of(int zeros, unsigned next) {
    unsigned behind = next << (zeros + 1) & ((1u << T4_LONGEST_CODE) - 1);
    return (unsigned)zeros << T4_SUFFIX | behind >> (T4_LONGEST_CODE - T4_SUFFIX);
}

void t4_row_tables(cti_t4_decoder *s) {
    for (int colour = 0; colour < 2; colour++)
        for (int i = 0; i < T4_CODES; i++) {
            t4_code code = t4_run_codes[colour][i];
            int run = i < MAKE_UP ? i : (i - MAKE_UP + 1) * MAKE_UP, spare = T4_LONGEST_CODE - code.length;
            unsigned next = (unsigned)code.bits << spare, from = place_of(leading(next), next);
            int behind = code.length - leading(next) - 1; /* of the code's bits behind its first 1 */
            for (unsigned n = 0; n < 1u << (T4_SUFFIX - behind); n++)
                s->lookup[colour][from + n] = (uint16_t)(run << LENGTH_BITS | code.length);
        }
}

void t4_row_begin(cti_t4_decoder *s) {
    s->part = s->by_reference ? T4_MODE : T4_RUNS;
    s->colour = s->b1 = s->run = s->n = 0;
    s->a0 = -1;
}

/* The next change is at `place`; a run of nothing is lawful only where a row begins with black, and behind a
 * horizontal mode whose first run ends the row. */
static int change(cti_t4_decoder *s, int place) {
    int width = s->cfg.width, whole = s->part == T4_SECOND_RUN && s->a0 == width;
    if (place > width || (place <= s->a0 && !(whole && place == width)))
        return 0;
    if (place < width)
        s->changes[s->now][s->n++] = (uint16_t)place;
    s->a0 = place;
    s->colour = !s->colour;
    return 1;
}

/* b1 is the first change above that lies right of a0 and is to the other colour. */
static void find_b1(cti_t4_decoder *s) {
    const uint16_t *above = s->changes[!s->now];
    while (above[s->b1] <= s->a0 && above[s->b1] < s->cfg.width)
        s->b1 += 2;
}

/* T.4, 4.2.1.3.2: the horizontal mode is for an a1 that the others do not reach. */
static int odd_horizontal(const cti_t4_decoder *s) {
    const uint16_t *b = s->changes[!s->now] + s->b1;
    return s->cfg.strict && (t4_is_near(s->a0, b[0]) || b[1] < s->a0);
}

static int run_code(cti_t4_decoder *s, unsigned next) {
    int zeros = leading(next);
    unsigned found = zeros < 8 ? s->lookup[s->colour][place_of(zeros, next)] : 0;
    if (found == 0)
        return next >> 4 == 1 ? -CTI_T4_EXTENSION : -CTI_T4_BAD_CODE;
    int run = (int)(found >> LENGTH_BITS), length = (int)(found & ((1u << LENGTH_BITS) - 1));
    int from = s->a0 < 0 ? 0 : s->a0;
    if (s->cfg.strict && run >= MAKE_UP && s->run % T4_LONGEST_RUN != 0)
        return -CTI_T4_ODD_CODE; /* one make-up code would have done */
    s->run += run;
    if (run >= MAKE_UP)
        return from + s->run <= s->cfg.width ? length : -CTI_T4_OUT_OF_ROW;
    if (!change(s, from + s->run))
        return -CTI_T4_OUT_OF_ROW;
    s->run = 0;
    if (s->part == T4_FIRST_RUN) {
        if (odd_horizontal(s))
            return -CTI_T4_ODD_CODE;
        s->part = T4_SECOND_RUN;
    } else if (s->part == T4_SECOND_RUN) {
        s->part = T4_MODE;
        find_b1(s);
    }
    return length;
}

/* By its zeros: V0, V1, H, P, V2, V3 and the extensions. */
static int mode_code(cti_t4_decoder *s, unsigned next) {
    enum { H = 4, P, X, BAD };
    static const struct {
        int8_t what; /* 0 to 3: vertical, so far to a side */
        int8_t length;
    } modes[8] = {{0, 1}, {1, 3}, {H, 3}, {P, 4}, {2, 6}, {3, 7}, {X, 7}, {BAD, 0}};
    int zeros = leading(next), what = modes[zeros < 7 ? zeros : 7].what,
        length = modes[zeros < 7 ? zeros : 7].length;
    const uint16_t *above = s->changes[!s->now];
    switch (what) {
    case H:
        s->part = T4_FIRST_RUN;
        return length;
    case P:
        if (above[s->b1 + 1] >= s->cfg.width)
            return -CTI_T4_OUT_OF_ROW; /* there is a change right of b2 */
        s->a0 = above[s->b1 + 1];
        find_b1(s);
        return length;
    case X:
        return -CTI_T4_EXTENSION;
    case BAD:
        return -CTI_T4_BAD_CODE;
    default: {
        int right = (int)(next >> (T4_LONGEST_CODE - length)) & 1;
        int b2 = above[s->b1 + 1];
        if (!change(s, above[s->b1] + (right ? what : -what)))
            return -CTI_T4_OUT_OF_ROW;
        if (s->cfg.strict && b2 < s->a0)
            return -CTI_T4_ODD_CODE; /* the pass mode comes first */
        s->b1 += s->b1 > 0 ? -1 : 1; /* of the other colour: the one before may still lie right of a0 */
        find_b1(s);
        return length;
    }
    }
}

int t4_row_code(cti_t4_decoder *s, unsigned next) {
    return s->part == T4_MODE ? mode_code(s, next) : run_code(s, next);
}
