#include "cti/tone_disabler.h"

#include <math.h>
#include <string.h>

#include "base/dbm0.h"
#include "base/dot.h"
#include "base/sine.h"
#include "cti/error.h"

/* All in hops of 5 ms. */
enum {
    HOP = 40,
    HOPS_PER_S = 200,
    WAYS = 2,        /* what was sent, what came */
    BEFORE = 2,      /* a turn is seen against the hop before the last: the last may hold the turn itself */
    SETTLED = 10,    /* of the tone, before its frequency is known */
    GAP_MOST = 6,    /* without the tone: a turn spoils two hops, and a drop-out is forgiven */
    TURN_GUARD = 20, /* after a turn: it is seen in more than one hop */
    PERIOD = 90,     /* 450 ms ± 25 ms between two turns, and what their place is unsure by */
    PERIOD_OFF = 7,
    TURNS = 2,   /* disable */
    RELEASE = 50 /* quiet for 250 ms ± 150 ms: not for drop-outs of 100 ms */
};

/* Of a hop's energy the tone's: 4 dB above all other sound. */
#define SHARE 0.7f
/* Mean squares of -37 and -36 dBm0. */
#define LEAST (CTI_DBM0_RMS * CTI_DBM0_RMS * 1.995262e-4)
#define HOLDS (CTI_DBM0_RMS * CTI_DBM0_RMS * 2.511886e-4)
/* 180° ± 25° is a turn, 110° is none: half way between. */
#define TURNED (-0.67)
/* ± 21 Hz, and what noise 4 dB below makes of it. */
#define OFF_HZ 27.0
#define SMOOTHING 0.1
#define TURN 6.283185307179586

typedef struct vector {
    double re, im;
} vector;

typedef struct way {
    float pcm[HOP];      /* the hop being filled */
    float energy;        /* of the last whole one */
    vector past[BEFORE]; /* of the last hops, the newest first */
    vector advance;      /* hop against hop, doubled: a turn leaves it as it is */
    int32_t heard;       /* hops of the tone so far */
    int32_t gap;         /* hops since it was last there */
    int32_t since;       /* hops since its last turn */
    int32_t turns;       /* in a row, at the right distance */
} way;

struct cti_tone_disabler {
    float cosine[2 * HOP], sine[2 * HOP]; /* 2100 Hz: 21 turns in 80 samples */
    /* from here on, what a reset clears */
    way ways[WAYS];
    int32_t filled, odd;
    int32_t quiet; /* hops since either way was loud */
    int32_t disabled;
};

size_t cti_tone_disabler_size(void) {
    return sizeof(cti_tone_disabler);
}

int cti_tone_disabler_init(cti_tone_disabler *d, size_t size) {
    if (!d)
        return CTI_ERR_ARG;
    if (size < sizeof(*d))
        return CTI_ERR_SIZE;
    for (int i = 0; i < 2 * HOP; i++) {
        uint32_t phase = (uint32_t)(UINT64_C(0x100000000) * (uint64_t)(21 * i) / (2 * HOP));
        d->cosine[i] = (float)cti_sine(phase + 0x40000000u);
        d->sine[i] = (float)cti_sine(phase);
    }
    return cti_tone_disabler_reset(d);
}

int cti_tone_disabler_reset(cti_tone_disabler *d) {
    if (!d)
        return CTI_ERR_ARG;
    memset(d->ways, 0, sizeof(*d) - offsetof(struct cti_tone_disabler, ways));
    return CTI_OK;
}

static vector against(vector a, vector b) { /* a * conj(b) */
    vector v = {a.re * b.re + a.im * b.im, a.im * b.re - a.re * b.im};
    return v;
}

static double length_of(vector v) {
    return sqrt(v.re * v.re + v.im * v.im);
}

static void forget(way *w) {
    w->heard = w->turns = w->since = 0;
    w->advance.re = w->advance.im = 0.0;
}

/* Whether the tone, one hop on, stands against the hop before the last where its frequency does not put it.
 */
static int is_turn(const way *w, vector now) {
    vector two_hops = against(now, w->past[1]);
    double along = two_hops.re * w->advance.re + two_hops.im * w->advance.im;
    return along < TURNED * length_of(two_hops) * length_of(w->advance);
}

static void follow_frequency(way *w, vector now) {
    vector step = against(now, w->past[0]);
    double size = length_of(step);
    if (!(size > 0.0))
        return;
    vector doubled = {(step.re * step.re - step.im * step.im) / size, 2.0 * step.re * step.im / size};
    w->advance.re += SMOOTHING * (doubled.re - w->advance.re);
    w->advance.im += SMOOTHING * (doubled.im - w->advance.im);
}

static void count_turn(way *w) {
    int off = w->since - PERIOD;
    w->turns = w->turns > 0 && off <= PERIOD_OFF && off >= -PERIOD_OFF ? w->turns + 1 : 1;
    w->since = 0;
}

/* One way's whole hop; returns whether it asks to be disabled. */
static int hear(way *w, const float *cosine, const float *sine) {
    vector now = {(double)cti_dot(w->pcm, cosine, HOP), -(double)cti_dot(w->pcm, sine, HOP)};
    w->energy = cti_dot(w->pcm, w->pcm, HOP);
    double tone = 2.0 * (now.re * now.re + now.im * now.im) / HOP; /* energy */
    if (tone >= (double)(SHARE * w->energy) && tone >= LEAST * HOP) {
        w->gap = 0;
        w->heard++;
    } else if (++w->gap > GAP_MOST) {
        forget(w);
    }
    if (w->heard > 0) {
        w->since++;
        double hz = atan2(w->advance.im, w->advance.re) / TURN * HOPS_PER_S / 2.0;
        if (w->gap == 0 && w->heard > SETTLED && w->since > TURN_GUARD && is_turn(w, now))
            count_turn(w);
        if (w->heard > SETTLED && fabs(hz) > OFF_HZ)
            forget(w);
    }
    follow_frequency(w, now);
    w->past[1] = w->past[0];
    w->past[0] = now;
    return w->turns >= TURNS;
}

static void hop(cti_tone_disabler *d) {
    double louder = 0.0;
    int asked = 0;
    for (int i = 0; i < WAYS; i++) {
        way *w = &d->ways[i];
        asked |= hear(w, d->cosine + d->odd * HOP, d->sine + d->odd * HOP);
        louder = (double)w->energy > louder ? (double)w->energy : louder;
    }
    d->quiet = louder >= HOLDS * HOP ? 0 : d->quiet + 1;
    d->disabled = asked || (d->disabled && d->quiet < RELEASE);
    if (!d->disabled)
        return;
    for (int i = 0; i < WAYS; i++) /* a new asking has to be whole again */
        d->ways[i].turns = 0;
}

static void take(way *w, int filled, const int16_t *pcm, int n) {
    for (int i = 0; i < n; i++)
        w->pcm[filled + i] = pcm[i];
}

int cti_tone_disabler_run(cti_tone_disabler *d, const int16_t *tx, const int16_t *rx, int n) {
    if (!d || n < 0 || (n > 0 && (!tx || !rx)))
        return CTI_ERR_ARG;
    for (int done = 0; done < n;) {
        int count = HOP - d->filled < n - done ? HOP - d->filled : n - done;
        take(&d->ways[0], d->filled, tx + done, count);
        take(&d->ways[1], d->filled, rx + done, count);
        d->filled += count;
        done += count;
        if (d->filled == HOP) {
            hop(d);
            d->filled = 0;
            d->odd = !d->odd;
        }
    }
    return d->disabled;
}
