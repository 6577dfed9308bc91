#include "modem/qam_acquire.h"

#include <math.h>
#include <string.h>

#define TURN 6.283185307179586
#define HUNT_PACE (1.0f / 24.0f)
#define PERIODIC 0.80f /* share of the power that comes back after two symbols */
#define TONE 0.85f     /* ... and after one, of a single tone */
#define UNLIKE 1.0f
#define LEAST_POWER 4.0f           /* mean square */
#define FIRST_PACE (1.0f / 200.0f) /* of the clock's loop */
#define LOAD 1e-3
#define LOAD_SHORT 3e-2  /* short training without a long one before: little is known */
#define CARRIER_OFF 30.0 /* Hz: 12 on the line, and what noise makes of it */
#define FITS 0.45f       /* correlation with the conditioning pattern */

enum {
    ALIKE = 12,        /* half symbols */
    SEARCH = 16,       /* half symbols each way, for the conditioning's first symbol */
    BLOCK = 14,        /* symbols over which a correlation is coherent */
    UNSETTLED = 12,    /* half symbols whose likeness tells nothing while the clock moves */
    LONG_LAG = 32,     /* half symbols over which the carrier is measured: an even number of symbols */
    LONGEST_WAIT = 800 /* half symbols of alternations */
};

/* Symbols of alternations, behind those by which they were known, after which the clock is set: the filters
 * at the edges have forgotten the carrier's beginning, and there is time left to measure the carrier. */
static int settling(const qam_plan *plan) {
    return plan->alternations / 2 - 13;
}

static int learning(const qam_rx *rx) {
    return rx->is_short ? QAM_SHORT_CONDITIONING - 2 : QAM_LEARN;
}

void qam_listen(qam_rx *rx) {
    rx->state = QAM_HUNTING;
    memset(&rx->hunt, 0, sizeof(rx->hunt));
    memset(&rx->timing, 0, sizeof(rx->timing));
    rx->lost = rx->steady = 0;
    qam_front_tune(&rx->front, rx->plan->carrier_hz);
    rx->front.spacing = 4000.0 / rx->plan->baud;
    if (rx->is_short && rx->is_learnt)
        qam_recall(rx);
}

static void mean(qam_c *m, qam_c x, float pace) {
    m->re += pace * (x.re - m->re);
    m->im += pace * (x.im - m->im);
}

static void look(qam_rx *rx, qam_c x) {
    qam_hunt *h = &rx->hunt;
    qam_c two = qam_against(x, qam_half(rx, rx->k - 4)), one = qam_against(x, qam_half(rx, rx->k - 2));
    float size = sqrtf(qam_power(h->over_two));
    qam_c was = qam_half(rx, rx->k - 4), turned = size > 0.0f ? qam_times(was, h->over_two) : was;
    qam_c off = size > 0.0f ? (qam_c){x.re - turned.re / size, x.im - turned.im / size} : x;
    h->unlike += 0.25f * (qam_power(off) - h->unlike);
    if (rx->state == QAM_ALTERNATING && h->unlike > UNLIKE * h->power)
        return; /* what comes now belongs to the next part */
    h->power += HUNT_PACE * (qam_power(x) - h->power);
    mean(&h->over_two, two, HUNT_PACE);
    mean(&h->over_one, one, HUNT_PACE);
    int is_alike = h->power > LEAST_POWER && sqrtf(qam_power(h->over_two)) > PERIODIC * h->power &&
                   h->over_one.re < TONE * h->power;
    h->alike = is_alike ? h->alike + 1 : 0;
    if (h->settled_at && h->since > h->settled_at + UNSETTLED + LONG_LAG) {
        qam_c far = qam_against(x, qam_half(rx, rx->k - LONG_LAG));
        h->over_long.re += far.re;
        h->over_long.im += far.im;
    }
}

/* Turns what is in the ring back by so many turns a half symbol, and the carrier from now on. */
static void turn_back(qam_rx *rx, double turns) {
    for (int64_t k = rx->k - QAM_RING + 1; k <= rx->k; k++) {
        double angle = -TURN * turns * (double)(k - rx->k);
        qam_keep(rx, k, qam_times(qam_half(rx, k), (qam_c){(float)cos(angle), (float)sin(angle)}));
    }
    qam_front_tune(&rx->front, rx->front.hz + turns * 2.0 * rx->plan->baud);
}

/* The alternations have lasted: clock and carrier by them. 0: no sender is so far off. */
static int settle(qam_rx *rx) {
    const qam_hunt *h = &rx->hunt;
    double hz = atan2((double)h->over_two.im, (double)h->over_two.re) / TURN * rx->plan->baud / 2.0;
    if (hz > CARRIER_OFF || hz < -CARRIER_OFF)
        return 0;
    qam_move_clock(rx, (double)qam_timing_phase(&rx->timing));
    qam_front_tune(&rx->front, rx->front.hz + hz);
    memset(&rx->timing, 0, sizeof(rx->timing));
    rx->timing.pace = FIRST_PACE;
    return 1;
}

static void alternate(qam_rx *rx) {
    qam_hunt *h = &rx->hunt;
    h->since++;
    int settled = 2 * settling(rx->plan);
    if (!h->settled_at && h->since >= settled && !(rx->k & 1)) { /* the clock is asked at even half symbols */
        if (!settle(rx)) {
            qam_listen(rx);
            return;
        }
        h->settled_at = h->since;
    }
    if (!h->settled_at || h->since <= h->settled_at + UNSETTLED) {
        h->unlike = 0.0f;
    } else if (h->unlike > UNLIKE * h->power) {
        rx->state = QAM_WAITING;
        rx->begin = rx->k;
        turn_back(rx, atan2((double)h->over_long.im, (double)h->over_long.re) / TURN / LONG_LAG);
    } else if (h->since > LONGEST_WAIT) {
        qam_listen(rx);
    }
}

/* The conditioning pattern's beginning. */
static void pattern(const qam_rx *rx, qam_training *t) {
    qam_training_init(t, rx->plan, rx->is_short);
    for (int i = 0; i < rx->plan->alternations; i++)
        (void)qam_training_next(t);
}

/* How well n symbols fit from half symbol `from` on; the turns of the correlation from block to block. */
static float fit(const qam_rx *rx, const qam_c *symbols, int n, int64_t from, qam_c *turns) {
    float sum = 0.0f, power = 0.0f, sent = 0.0f;
    qam_c before = {0.0f, 0.0f};
    *turns = before;
    for (int b = 0; b + BLOCK <= n; b += BLOCK) {
        qam_c c = {0.0f, 0.0f};
        for (int i = b; i < b + BLOCK; i++) {
            qam_c x = qam_half(rx, from + 2 * i), one = qam_against(x, symbols[i]);
            c.re += one.re;
            c.im += one.im;
            power += qam_power(x);
            sent += qam_power(symbols[i]);
        }
        qam_c turn = qam_against(c, before);
        turns->re += turn.re;
        turns->im += turn.im;
        before = c;
        sum += sqrtf(qam_power(c));
    }
    return power > 0.0f ? sum / sqrtf(power * sent) : 0.0f;
}

/* Short training: what was learnt of the line, in the amplitude and phase of now. */
static void scale_equaliser(qam_rx *rx, const qam_c *symbols, int n) {
    qam_c sum = {0.0f, 0.0f};
    float power = 0.0f;
    for (int i = 0; i < n; i++) {
        int64_t centre = rx->begin + 2 * i;
        qam_c y = qam_equaliser_run(&rx->equaliser, qam_window_re(rx, centre), qam_window_im(rx, centre));
        qam_c one = qam_against(symbols[i], y);
        sum.re += one.re;
        sum.im += one.im;
        power += qam_power(y);
    }
    for (int i = 0; i < QAM_TAPS && power > 0.0f; i++) {
        qam_c c = qam_times((qam_c){rx->equaliser.re[i], rx->equaliser.im[i]},
                            (qam_c){sum.re / power, sum.im / power});
        rx->equaliser.re[i] = c.re;
        rx->equaliser.im[i] = c.im;
    }
}

/* Enough of the pattern is there: is it one, where does it begin, and what does the line do to it? */
static int learn(qam_rx *rx) {
    qam_c symbols[QAM_LEARN], turns, best_turns = {0.0f, 0.0f};
    int n = learning(rx);
    qam_training t;
    pattern(rx, &t);
    for (int i = 0; i < n; i++)
        symbols[i] = qam_training_next(&t);
    int64_t best = rx->begin;
    float best_fit = 0.0f;
    for (int64_t from = rx->begin - SEARCH; from <= rx->begin + SEARCH / 2; from++) {
        float one = fit(rx, symbols, n, from, &turns);
        if (one > best_fit) {
            best_fit = one;
            best = from;
            best_turns = turns;
        }
    }
    if (best_fit < FITS)
        return 0;
    rx->begin = best;
    if (!rx->is_short) /* the alternations have told it better */
        turn_back(rx, atan2((double)best_turns.im, (double)best_turns.re) / TURN / (2.0 * BLOCK));
    if (rx->is_short && rx->is_learnt)
        scale_equaliser(rx, symbols, n);
    else if (!qam_equaliser_solve(&rx->equaliser, &rx->solver, qam_window_re(rx, best),
                                  qam_window_im(rx, best), symbols, n, rx->is_short ? LOAD_SHORT : LOAD))
        return 0;
    pattern(rx, &rx->training);
    return 1;
}

static int wait_for_pattern(qam_rx *rx) {
    if (rx->k < rx->begin + 2 * learning(rx) + SEARCH / 2 + QAM_CENTRE)
        return QAM_NOTHING;
    if (!learn(rx)) {
        qam_listen(rx);
        return QAM_NOTHING;
    }
    rx->state = QAM_IN_TRAINING;
    rx->m = 0;
    rx->angle = rx->turn = 0.0;
    rx->power = rx->level = rx->hunt.power;
    rx->error = 0.1f;
    return QAM_TRAINING;
}

int qam_acquire(qam_rx *rx) {
    if (rx->state == QAM_WAITING)
        return wait_for_pattern(rx);
    look(rx, qam_half(rx, rx->k));
    if (rx->state == QAM_ALTERNATING) {
        alternate(rx);
    } else if (rx->hunt.alike >= ALIKE) {
        rx->state = QAM_ALTERNATING;
        rx->hunt.since = rx->hunt.settled_at = 0;
    }
    return QAM_NOTHING;
}
