#include "modem/qam_rx.h"

#include <math.h>
#include <string.h>

#include "base/sine.h"
#include "modem/qam_acquire.h"

#define TURN 6.283185307179586
#define LOST 0.16f /* power over what it was: 8 dB down */
#define FOUND 0.30f
#define TOO_BAD 0.35f /* mean square of the error at the end of training */
#define LEVEL_PACE (1.0f / 12.0f)
#define POWER_PACE (1.0f / 1024.0f)
#define ERROR_PACE (1.0f / 64.0f)
#define OUTLIER 4.0f
#define SLOWEST (1.0f / 1000.0f) /* the clock's loop */
#define SLOWING 0.4f             /* symbols more of its time with each symbol */
#define CLOCK_OFF 5e-4           /* the most that a symbol clock may be off */

enum {
    REMEMBERED = 32, /* symbols from memory to memory: more than a failing carrier needs to be known */
    STEADY = 512     /* ... and so many behind one: what comes then may be something else (T.30: V.21) */
};

/* Paces of the loops, in training and by decisions. */
typedef struct paces {
    float equaliser, angle, turn;
} paces;
static const paces IN_TRAINING = {0.04f, 0.08f, 0.004f};
static const paces AT_FIRST = {0.02f, 0.06f, 0.001f};
static const paces BY_DECISIONS = {0.008f, 0.025f, 0.00015f};

void qam_rx_again(qam_rx *rx, const qam_plan *plan, int is_short, int hold_ms) {
    if (!rx->plan || rx->plan->modem != plan->modem || rx->plan->baud != plan->baud) {
        memset(rx, 0, sizeof(*rx));
        qam_front_init(&rx->front, plan);
    }
    rx->plan = plan;
    rx->is_short = is_short && plan->is_trellis;
    rx->hold = hold_ms * plan->baud / 1000;
    qam_trellis_init(&rx->trellis, plan);
    qam_trellis_begin(&rx->trellis);
    if (rx->state > QAM_IN_TRAINING) /* what came last may have been something else */
        qam_recall(rx);
    qam_listen(rx);
}

int qam_rx_put(qam_rx *rx, const int16_t *pcm, int n) {
    return qam_front_put(&rx->front, pcm, n);
}

/* The clock follows the edges; slower the longer it has. */
static void follow_clock(qam_rx *rx) {
    double late = (double)qam_timing_late(&rx->timing), pace = (double)rx->timing.pace;
    double nominal = 4000.0 / rx->plan->baud;
    rx->timing.pace = 1.0f / (1.0f / rx->timing.pace + (rx->timing.pace > SLOWEST ? SLOWING : 0.0f));
    qam_move_clock(rx, 1.4 * pace * late);
    rx->front.spacing *= 1.0 - pace * pace * late;
    if (rx->front.spacing > nominal * (1.0 + CLOCK_OFF))
        rx->front.spacing = nominal * (1.0 + CLOCK_OFF);
    if (rx->front.spacing < nominal * (1.0 - CLOCK_OFF))
        rx->front.spacing = nominal * (1.0 - CLOCK_OFF);
}

static int nearest(const qam_rx *rx, qam_c z) {
    int best = 0;
    float least = 1e30f;
    for (int i = 0; i < rx->plan->points; i++) {
        qam_c off = {z.re - rx->trellis.re[i], z.im - rx->trellis.im[i]};
        float d = qam_power(off);
        best = d < least ? i : best;
        least = d < least ? d : least;
    }
    return best;
}

/* What is learnt while a carrier fails, and before that is known, is wrong: what was known before it comes
 * back. */
static void remember(qam_rx *rx) {
    rx->before[1] = rx->before[0];
    rx->before[0] = (qam_line){rx->equaliser, rx->turn, rx->front.spacing, rx->error};
}

void qam_recall(qam_rx *rx) {
    rx->equaliser = rx->before[1].equaliser;
    rx->turn = rx->before[1].turn;
    rx->front.spacing = rx->before[1].spacing;
    rx->error = rx->before[1].error;
}

/* Of an angle in turns, 0…1; for each symbol, and the C library takes four times as long. */
static qam_c rotor_of(double turns) {
    uint32_t phase = (uint32_t)(int64_t)(turns * 4294967296.0);
    return (qam_c){(float)cti_sine(phase + 0x40000000u), (float)cti_sine(phase)};
}

/* Level and loss of the carrier; 1 while it is there. */
static int watch_level(qam_rx *rx, int64_t centre) {
    float power = 0.5f * (qam_power(qam_half(rx, centre)) + qam_power(qam_half(rx, centre + 1)));
    rx->level += LEVEL_PACE * (power - rx->level);
    int is_there = rx->level > (rx->lost ? FOUND : LOST) * rx->power;
    if (is_there)
        rx->power += POWER_PACE * (power - rx->power);
    rx->lost = is_there ? 0 : rx->lost + 1;
    rx->steady = is_there ? rx->steady + 1 : 0;
    if (rx->steady >= STEADY && rx->m % REMEMBERED == 0)
        remember(rx);
    if (rx->lost == 1 && rx->state > QAM_IN_TRAINING)
        qam_recall(rx);
    return is_there;
}

static void follow(qam_rx *rx, int64_t centre, qam_c z, qam_c a, qam_c rotor, const paces *p) {
    qam_c off = {a.re - z.re, a.im - z.im};
    float error = qam_power(off), most = OUTLIER * rx->error; /* as the first symbols of a cut make */
    rx->error += ERROR_PACE * ((error < most ? error : most) - rx->error);
    qam_equaliser_follow(&rx->equaliser, qam_window_re(rx, centre), qam_window_im(rx, centre),
                         qam_times(off, rotor), p->equaliser, rx->power);
    double phase = (double)qam_against(z, a).im / TURN;
    rx->turn += (double)p->turn * phase;
    rx->angle += (double)p->angle * phase;
}

/* Behind the training's last symbol. */
static int end_training(qam_rx *rx) {
    if (!(rx->error <= TOO_BAD)) {
        qam_listen(rx);
        return QAM_FAILED;
    }
    rx->is_learnt = 1;
    remember(rx);
    remember(rx);
    rx->state = QAM_IN_ONES;
    rx->m = 0;
    rx->begin += 2 * (int64_t)(qam_training_length(rx->plan, rx->is_short) - rx->plan->alternations);
    qam_trellis_begin(&rx->trellis);
    return QAM_NOTHING;
}

/* A decision for a symbol by now, and bits of one that is sure. */
static int decide(qam_rx *rx, qam_c z, qam_c *a, uint32_t *bits) {
    int back = rx->plan->is_trellis ? QAM_BACK : 0, sure;
    int now = rx->plan->is_trellis ? qam_trellis_run(&rx->trellis, z, &sure) : (sure = nearest(rx, z));
    *a = (qam_c){rx->trellis.re[now], rx->trellis.im[now]};
    if (rx->m < back)
        return QAM_NOTHING;
    *bits = qam_decode(&rx->training.coder, sure);
    if (rx->m < back + rx->plan->ones)
        return QAM_NOTHING;
    int is_first = rx->state == QAM_IN_ONES;
    rx->state = QAM_IN_DATA;
    return is_first ? QAM_TRAINED : QAM_DATA;
}

static int next_symbol(qam_rx *rx, uint32_t *bits) {
    int64_t centre = rx->begin + 2 * rx->m;
    int is_training = rx->state == QAM_IN_TRAINING, said = QAM_NOTHING;
    int is_there = watch_level(rx, centre);
    qam_c y = qam_equaliser_run(&rx->equaliser, qam_window_re(rx, centre), qam_window_im(rx, centre)), a;
    qam_c rotor = rotor_of(rx->angle), z = qam_against(y, rotor);
    rx->drawn[rx->drawn_count++ % QAM_DRAWN] = z;
    if (is_training)
        a = qam_training_next(&rx->training);
    else
        said = decide(rx, z, &a, bits);
    if (is_there)
        follow(rx, centre, z, a, rotor,
               is_training                ? &IN_TRAINING
               : rx->state == QAM_IN_ONES ? &AT_FIRST
                                          : &BY_DECISIONS);
    rx->angle += rx->turn;
    rx->angle -= floor(rx->angle);
    rx->m++;
    if (is_training && rx->training.at == qam_training_length(rx->plan, rx->is_short))
        return end_training(rx);
    if (rx->lost > rx->hold) {
        qam_listen(rx);
        return QAM_GONE;
    }
    return said;
}

/* Takes a half symbol when one is due; 0 when there is none. */
static int take_half(qam_rx *rx) {
    qam_c x;
    if (!qam_front_take(&rx->front, &x))
        return 0;
    rx->k++;
    qam_keep(rx, rx->k, x);
    qam_timing_put(&rx->timing, x);
    if (!(rx->k & 1) && rx->hunt.settled_at && !rx->lost)
        follow_clock(rx);
    return 1;
}

int qam_rx_next(qam_rx *rx, uint32_t *bits) {
    for (;;) {
        int said = QAM_NOTHING;
        if (rx->state >= QAM_IN_TRAINING && rx->k >= rx->begin + 2 * rx->m + QAM_CENTRE)
            said = next_symbol(rx, bits);
        else if (!take_half(rx))
            return QAM_NOTHING;
        else if (rx->state < QAM_IN_TRAINING)
            said = qam_acquire(rx);
        if (said != QAM_NOTHING)
            return said;
    }
}

/* A pulse's half symbols have 1 - rolloff / 4 of the symbols' power. */
double qam_rx_power(const qam_rx *rx) {
    return (double)rx->power / (2.0 - 0.5 * rx->plan->rolloff);
}

double qam_rx_carrier_off(const qam_rx *rx) {
    return rx->front.hz - rx->plan->carrier_hz + rx->turn * rx->plan->baud;
}

double qam_rx_clock_off(const qam_rx *rx) {
    return (4000.0 / rx->plan->baud / rx->front.spacing - 1.0) * 1e6;
}

/* By the equaliser as it is now, and by the carrier's angle carried back. */
int qam_rx_halves(const qam_rx *rx, qam_c *out, int n) {
    if (rx->state != QAM_IN_DATA || rx->lost)
        return 0;
    n = n < 2 * rx->m - 1 ? n : (int)(2 * rx->m - 1);
    for (int i = 0; i < n; i++) {
        int back = n - 1 - i;
        int64_t centre = rx->begin + 2 * (rx->m - 1) - back;
        double angle = rx->angle - rx->turn * (1.0 + 0.5 * back);
        qam_c y = qam_equaliser_run(&rx->equaliser, qam_window_re(rx, centre), qam_window_im(rx, centre));
        out[i] = qam_against(y, rotor_of(angle - floor(angle)));
    }
    return n;
}
