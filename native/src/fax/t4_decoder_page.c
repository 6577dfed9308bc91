/* The page: rows between EOLs, and what is done where they are not. */
#include "fax/t4_decoder_state.h"

enum { RTC_EOLS = 6, MANY_ZEROS = 1 << 20 };

void t4_page_begin(cti_t4_decoder *s) {
    s->report.first_damaged = -1;
    t4_row_close(s->changes[1], 0, s->cfg.width); /* above the first row it is white */
    if (s->cfg.coding == CTI_T4_MMR) {
        s->by_reference = s->above_good = 1;
        s->place = T4_IN_ROW;
        t4_row_begin(s);
    }
}

static void give(cti_t4_decoder *s, int kind, int n) {
    s->kind = kind;
    s->waiting = n;
}

static void over(cti_t4_decoder *s, int end) {
    s->report.end = end;
    s->place = T4_OVER;
}

static void good_row(cti_t4_decoder *s) {
    t4_row_close(s->changes[s->now], s->n, s->cfg.width);
    s->now = !s->now;
    s->above_good = 1;
    give(s, CTI_T4_GOOD, 1);
}

static void damaged_row(cti_t4_decoder *s, int kind) {
    s->above_good = 0;
    give(s, kind, 1);
    if (s->cfg.coding == CTI_T4_MMR) {
        over(s, CTI_T4_END_DAMAGE);
    } else {
        s->place = T4_LOST;
        s->passed = 0;
        s->lost_row = 0;
    }
}

static void drop(cti_t4_decoder *s, int n) {
    s->held = n < T4_HELD_BITS ? s->held << n : 0;
    s->holds -= n;
}

/* There are n bits to look at, or no more will come. */
static int sees(const cti_t4_decoder *s, int n) {
    return s->holds >= n || s->last;
}

/* Takes zeros and the 1 behind them; returns 0 while it has not come. */
static int take_to_1(cti_t4_decoder *s) {
    int n = s->held == 0 ? s->holds : __builtin_clzll(s->held), comes = n < s->holds;
    s->zeros = s->zeros + n < MANY_ZEROS ? s->zeros + n : MANY_ZEROS;
    s->passed += n + comes;
    drop(s, n + comes);
    return comes;
}

/* The page: each of these makes a step and returns 1, or returns 0 when it needs more bits. */

static void eol(cti_t4_decoder *s, int eols) {
    s->eols = eols;
    s->odd_rtc &= eols > 1;
    s->zeros = 0;
    s->place = s->cfg.coding == CTI_T4_MR ? T4_TAG : T4_BEHIND_EOL;
    if (eols == RTC_EOLS)
        over(s, s->odd_rtc && s->cfg.strict ? CTI_T4_END_BROKEN : CTI_T4_END_WHOLE);
}

/* T.4: the page begins with EOL. Marks before it are the modem's, and no damage. */
static int before(cti_t4_decoder *s) {
    if (!s->idled) {
        int ones = ~s->held == 0 ? T4_HELD_BITS : __builtin_clzll(~s->held);
        drop(s, ones);
        if (s->holds == 0)
            return 0;
        s->idled = 1;
    }
    if (!take_to_1(s))
        return 0;
    if (s->zeros >= T4_EOL_ZEROS) {
        eol(s, 1);
    } else {
        s->zeros = 0;
        damaged_row(s, CTI_T4_NO_EOL);
    }
    return 1;
}

static int tag(cti_t4_decoder *s) {
    if (s->holds == 0)
        return 0;
    s->by_reference = !(s->held >> (T4_HELD_BITS - 1));
    drop(s, 1);
    s->place = T4_BEHIND_EOL;
    return 1;
}

static int behind_eol(cti_t4_decoder *s) {
    int zeros = s->held >> (T4_HELD_BITS - T4_EOL_ZEROS) == 0;
    if (!sees(s, T4_EOL_ZEROS) || (zeros && s->holds < T4_EOL_ZEROS))
        return 0;
    if (zeros) {
        s->place = T4_ANOTHER_EOL;
    } else if (s->eols > 1) {
        s->above_good = 0;
        give(s, CTI_T4_NO_ROW, s->eols - 1);
        s->eols = 1;
    } else if (s->by_reference && !s->above_good) {
        damaged_row(s, CTI_T4_NO_REFERENCE);
    } else {
        s->place = T4_IN_ROW;
        t4_row_begin(s);
    }
    return 1;
}

static int another_eol(cti_t4_decoder *s) {
    if (!take_to_1(s))
        return 0;
    s->odd_rtc |= s->by_reference;
    eol(s, s->eols + 1);
    return 1;
}

/* T.6: between two rows; 1 when it was EOFB. */
static int eofb(cti_t4_decoder *s) {
    if (s->held >> (T4_HELD_BITS - T4_EOL_BITS) != 1)
        return 0;
    int whole = s->held >> (T4_HELD_BITS - T4_PEEK_EOFB) == (1 << T4_EOL_BITS | 1);
    over(s, whole ? CTI_T4_END_WHOLE : CTI_T4_END_BROKEN);
    return 1;
}

static int in_row(cti_t4_decoder *s) {
    int between = s->cfg.coding == CTI_T4_MMR && s->a0 < 0 && s->part == T4_MODE;
    if (!sees(s, between ? T4_PEEK_EOFB : T4_LONGEST_CODE) || s->holds == 0)
        return 0;
    if (between && (eofb(s) || (s->last && s->held == 0)))
        return s->place == T4_OVER;
    unsigned next = (unsigned)(s->held >> (T4_HELD_BITS - T4_LONGEST_CODE));
    int length = t4_row_code(s, next);
    if (length > s->holds || (length < 0 && s->last && s->held == 0))
        return 0; /* what is missing of the code does not come */
    if (length < 0) {
        int zeros = s->zeros + (s->held == 0 ? T4_EOL_ZEROS : __builtin_clzll(s->held));
        damaged_row(s, zeros >= T4_EOL_ZEROS ? CTI_T4_SHORT_ROW : -length);
        return 1;
    }
    s->zeros = __builtin_ctz(next >> (T4_LONGEST_CODE - length));
    drop(s, length);
    if (s->a0 < s->cfg.width || s->part == T4_SECOND_RUN)
        return 1;
    if (s->cfg.coding == CTI_T4_MMR) {
        good_row(s);
        t4_row_begin(s);
    } else {
        s->place = T4_WHOLE_ROW;
        s->tail = s->zeros;
        s->zeros = 0;
    }
    return 1;
}

static int whole_row(cti_t4_decoder *s) {
    if (!take_to_1(s))
        return 0;
    int zeros = s->zeros;
    if (zeros >= T4_EOL_ZEROS) {
        good_row(s);
        eol(s, 1);
        return 1;
    }
    damaged_row(s, CTI_T4_NO_EOL);
    if (zeros + s->tail >= T4_EOL_ZEROS) {
        eol(s, 1);
    } else {
        s->zeros = 0;
        s->passed = zeros + 1;
        s->lost_row = 1;
    }
    return 1;
}

static int lost(cti_t4_decoder *s) {
    if (!take_to_1(s))
        return 0;
    if (s->zeros < T4_EOL_ZEROS) {
        s->zeros = 0;
        return 1;
    }
    /* A damaged EOL takes its own bits, its tag, and one that slipped in; a row lies in what is longer. */
    if (s->lost_row && s->passed - s->zeros - 1 > T4_EOL_BITS + 2)
        give(s, CTI_T4_NO_ROW, 1);
    eol(s, 1);
    return 1;
}

static int over_now(cti_t4_decoder *s) {
    drop(s, s->holds);
    return 0;
}

static int (*const STEPS[])(cti_t4_decoder *) = {[T4_BEFORE] = before,
                                                 [T4_TAG] = tag,
                                                 [T4_BEHIND_EOL] = behind_eol,
                                                 [T4_ANOTHER_EOL] = another_eol,
                                                 [T4_IN_ROW] = in_row,
                                                 [T4_WHOLE_ROW] = whole_row,
                                                 [T4_LOST] = lost,
                                                 [T4_OVER] = over_now};

int t4_page_step(cti_t4_decoder *s) {
    return STEPS[s->place](s);
}

void t4_page_close(cti_t4_decoder *s) {
    int place = s->place, eols = s->eols;
    over(s, CTI_T4_END_MISSING);
    if (place == T4_WHOLE_ROW)
        good_row(s); /* zeros came behind it, or nothing */
    else if (place == T4_IN_ROW && (s->cfg.coding != CTI_T4_MMR || s->a0 >= 0 || s->held != 0))
        give(s, CTI_T4_CUT_ROW, 1);
    else if ((place == T4_TAG || place == T4_BEHIND_EOL || place == T4_ANOTHER_EOL) && eols > 1)
        over(s, CTI_T4_END_BROKEN);
}
