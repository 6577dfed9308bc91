#include "cti/fax_tones.h"

#include <math.h>
#include <string.h>

#include "base/dbm0.h"
#include "base/outbox.h"
#include "base/sine.h"
#include "cti/error.h"
#include "tone/fax_bank.h"
#include "tone/fax_flags.h"
#include "tone/fax_track.h"

/* Times in hops of 5 ms. */
enum {
    HOPS_PER_S = 200,
    CNG_PART = 20, /* a burst's level is compared over parts of 100 ms */
    CNG_PARTS = 8,
    QUIET_BEFORE = 40,              /* what makes one burst enough: silence for 200 ms before and ... */
    CNG_QUIET_AFTER = 60,           /* ... 300 ms after it */
    EDGE = 2,                       /* hops next to a burst that count on neither side */
    CNG_FORGOTTEN = 8 * HOPS_PER_S, /* two cycles without: another one is another caller's */
    PART = 40,                      /* 2100 Hz is judged by parts of 200 ms: three cycles of 15 Hz */
    PARTS = 3,
    MODULATED_PARTS = 3,    /* nothing else is modulated like ANSam: 0.6 s of it are enough, ... */
    MODULATED_IN_NOISE = 6, /* ... 1.2 s where more than a fifth is something else */
    PLAIN_PARTS = 5,        /* a plain tone behind silence: 1 s */
    PLAIN_IN_NOISE = 10,    /* anything else: 2 s of the 2.6 of CED; few notes of music last so long */
    REVERSALS_SURE = 2,
    GONE = 60,     /* 300 ms without: what comes then is reported again */
    V21_GONE = 10, /* 50 ms; T.30 leaves 75 ± 20 ms behind a message */
    V21_FLAGS = 6, /* in a row */
    AM_CYCLE = 40, /* 15 Hz makes three turns in so many hops */
    REVERSAL_GUARD = 20
};

/* T.30: 0.5 s and 3 s, both ± 15 %; 5 ms more for each edge. */
#define CNG_SHORTEST (int)(0.415 * 8000)
#define CNG_LONGEST (int)(0.585 * 8000)
#define CNG_CYCLE_SHORTEST (int)(0.85 * 3.5 * 8000)
#define CNG_CYCLE_LONGEST (int)(1.15 * 3.5 * 8000)
#define CNG_OFF_HZ 46.0    /* T.30: ± 38 Hz, and 7 Hz of the line (ITU-T G.225) */
#define ANSWER_OFF_HZ 24.0 /* V.25: ± 15 Hz, and the line */
#define COHERENCE 0.85     /* of a tone that stays where it is; 0.98 at 15 dB SNR */
#define CNG_STEADY 1.8     /* ratio of powers: 2.5 dB */
#define STEADY 1.45        /* 1.6 dB */
#define QUIET 0.1          /* 10 dB under the burst */
#define CLEAN_SHARE 0.80
#define SAME_HZ 12.0
#define SAME_POWER 2.0
#define SAME_LENGTH (int)(0.060 * 8000)
#define AM_LEAST 0.10 /* V.8: 0.2 */
#define AM_MOST 0.35
#define TURN 6.283185307179586

/* Of one tone, over a stretch of it. */
typedef struct stretch {
    double power, energy;
    double re, im, weight; /* hop against hop; its angle is the distance from the band's frequency */
    double re2, im2;       /* the same, doubled: blind to phase reversals */
    double am_re, am_im, amplitude;
    int32_t hops;
} stretch;

typedef struct cng_burst {
    int64_t start, end, until; /* samples; hop by which the silence behind it is over */
    double hz, power, energy;
    int32_t quiet_before;
} cng_burst;

struct cti_fax_tones {
    fax_bank bank;
    fax_history history;
    fax_track track[FAX_BANDS];
    fax_flags flags;
    float am_cos[AM_CYCLE], am_sin[AM_CYCLE];
    /* CNG */
    stretch cng;
    double cng_part, cng_least, cng_most; /* powers of parts of the burst */
    cng_burst waiting, last;              /* for the silence behind it; the last good one */
    int64_t cng_heard;                    /* sample: end of the last good one */
    int32_t cng_reported;
    /* 2100 Hz */
    stretch part[PARTS];
    int32_t parts, good, clean; /* parts in a row */
    int32_t quiet_before, reversals;
    int64_t reversal_at, answer_gone; /* hops */
    int32_t answer_reported;
    /* V.21 */
    int64_t v21_gone;
    int32_t v21_reported;
    cti_outbox outbox;
};

size_t cti_fax_tones_size(void) {
    return sizeof(cti_fax_tones);
}

int cti_fax_tones_reset(cti_fax_tones *s) {
    if (!s)
        return CTI_ERR_ARG;
    return cti_fax_tones_init(s, sizeof(*s));
}

int cti_fax_tones_init(cti_fax_tones *s, size_t size) {
    if (!s)
        return CTI_ERR_ARG;
    if (size < sizeof(*s))
        return CTI_ERR_SIZE;
    memset(s, 0, sizeof(*s));
    fax_bank_init(&s->bank);
    fax_track_init(&s->track[FAX_CNG_BAND], FAX_CNG_BAND, 4);
    fax_track_init(&s->track[FAX_ANSWER_BAND], FAX_ANSWER_BAND, 8);
    fax_track_init(&s->track[FAX_V21_BAND], FAX_V21_BAND, 4);
    uint32_t step = (uint32_t)(3 * (UINT64_C(0x100000000) / AM_CYCLE));
    for (int i = 0; i < AM_CYCLE; i++) {
        s->am_cos[i] = (float)cti_sine((uint32_t)i * step + 0x40000000u);
        s->am_sin[i] = (float)cti_sine((uint32_t)i * step);
    }
    return CTI_OK;
}

static void report(cti_event_sink *sink, const cti_fax_tones *s, int tone, int64_t start, double mean_square,
                   int reversals) {
    cti_event ev = {.at = s->history.hops * FAX_HOP,
                    .start = start,
                    .kind = CTI_EV_FAX_TONE,
                    .value = tone,
                    .ref = reversals,
                    .level = cti_dbm0_from_power(mean_square)};
    cti_sink_put(sink, &ev);
}

/* Adds hop number k. */
static void extend(stretch *t, const cti_fax_tones *s, int band, int64_t k) {
    const fax_hop *now = fax_hop_at(&s->history, k), *before = fax_hop_at(&s->history, k - 1);
    double re = (double)(now->re[band] * before->re[band] + now->im[band] * before->im[band]);
    double im = (double)(now->im[band] * before->re[band] - now->re[band] * before->im[band]);
    double size = sqrt(re * re + im * im);
    t->power += (double)now->power[band];
    t->energy += (double)now->energy;
    t->re += re;
    t->im += im;
    t->weight += size;
    if (size > 0.0) {
        t->re2 += (re * re - im * im) / size;
        t->im2 += 2.0 * re * im / size;
    }
    t->hops++;
}

static double hz_of(double re, double im) {
    return atan2(im, re) / TURN * HOPS_PER_S;
}

static double length_of(double re, double im) {
    return sqrt(re * re + im * im);
}

/* CNG. */

static void cng_close_part(cti_fax_tones *s) {
    if (s->cng_part < s->cng_least)
        s->cng_least = s->cng_part;
    if (s->cng_part > s->cng_most)
        s->cng_most = s->cng_part;
    s->cng_part = 0.0;
}

static void cng_extend(cti_fax_tones *s, int64_t k) {
    if (s->cng.hops >= CNG_PART * CNG_PARTS)
        return; /* no burst any more */
    extend(&s->cng, s, FAX_CNG_BAND, k);
    s->cng_part += (double)fax_hop_at(&s->history, k)->power[FAX_CNG_BAND];
    if (s->cng.hops % CNG_PART == 0)
        cng_close_part(s);
}

static double energy_between(const fax_history *h, int64_t from, int64_t to) {
    double energy = 0.0;
    for (int64_t k = from; k < to; k++)
        energy += (double)fax_hop_at(h, k)->energy;
    return energy / (double)(to - from);
}

/* Of a tone that has begun just now. */
static int is_quiet_before(const cti_fax_tones *s, const fax_track *t) {
    int64_t before = t->start / FAX_HOP - EDGE;
    double mean = t->energy / (double)t->hops;
    return energy_between(&s->history, before - QUIET_BEFORE, before) < QUIET * mean;
}

static void cng_began(cti_fax_tones *s) {
    const fax_track *t = &s->track[FAX_CNG_BAND];
    memset(&s->cng, 0, sizeof(s->cng));
    s->cng_part = s->cng_most = 0.0;
    s->cng_least = HUGE_VAL;
    for (int64_t k = t->first; k < s->history.hops; k++)
        cng_extend(s, k);
    int64_t before = t->start / FAX_HOP - EDGE;
    double mean = t->energy / (double)t->hops;
    s->waiting.until = 0;
    s->waiting.quiet_before = energy_between(&s->history, before - QUIET_BEFORE, before) < QUIET * mean;
}

static int cng_is_burst(const cti_fax_tones *s) {
    const fax_track *t = &s->track[FAX_CNG_BAND];
    const stretch *c = &s->cng;
    int64_t length = t->end - t->start;
    return length >= CNG_SHORTEST && length <= CNG_LONGEST && c->weight > 0.0 &&
           length_of(c->re, c->im) >= COHERENCE * c->weight && fabs(hz_of(c->re, c->im)) <= CNG_OFF_HZ &&
           s->cng_most <= CNG_STEADY * s->cng_least;
}

static int cng_is_cadence(const cng_burst *a, const cng_burst *b) {
    int64_t cycle = b->start - a->start, longer = (b->end - b->start) - (a->end - a->start);
    return a->end > 0 && cycle >= CNG_CYCLE_SHORTEST && cycle <= CNG_CYCLE_LONGEST && longer <= SAME_LENGTH &&
           longer >= -SAME_LENGTH && fabs(a->hz - b->hz) <= SAME_HZ && a->power <= SAME_POWER * b->power &&
           b->power <= SAME_POWER * a->power;
}

static void cng_report(cti_fax_tones *s, cti_event_sink *sink, const cng_burst *first, const cng_burst *now) {
    if (!s->cng_reported)
        report(sink, s, CTI_FAX_CNG, first->start, fax_bank_mean_square(FAX_CNG_BAND, now->power, 1.0), 0);
    s->cng_reported = 1;
}

static void cng_ended(cti_fax_tones *s, cti_event_sink *sink) {
    const fax_track *t = &s->track[FAX_CNG_BAND];
    if (!cng_is_burst(s))
        return;
    cng_burst now = s->waiting;
    now.start = t->start;
    now.end = t->end;
    now.hz = hz_of(s->cng.re, s->cng.im);
    now.power = s->cng.power / s->cng.hops;
    now.energy = s->cng.energy / s->cng.hops;
    now.until = t->end / FAX_HOP + EDGE + CNG_QUIET_AFTER;
    if (cng_is_cadence(&s->last, &now))
        cng_report(s, sink, &s->last, &now);
    s->waiting = s->last = now;
    s->cng_heard = now.end;
}

static void hear_cng(cti_fax_tones *s, cti_event_sink *sink) {
    switch (fax_track_run(&s->track[FAX_CNG_BAND], &s->history)) {
    case FAX_BEGAN:
        cng_began(s);
        break;
    case FAX_LASTS:
        cng_extend(s, s->history.hops - 1);
        break;
    case FAX_ENDED:
        cng_ended(s, sink);
        break;
    default:
        break;
    }
    cng_burst *w = &s->waiting;
    if (w->until > 0 && s->history.hops == w->until) {
        double after = energy_between(&s->history, w->until - CNG_QUIET_AFTER, w->until);
        if (w->quiet_before && after < QUIET * w->energy)
            cng_report(s, sink, w, w);
        w->until = 0;
    }
    if (s->cng_reported && s->history.hops - s->cng_heard / FAX_HOP > CNG_FORGOTTEN)
        s->cng_reported = 0;
}

/* CED and ANSam. */

static void answer_restart(cti_fax_tones *s) {
    memset(s->part, 0, sizeof(s->part));
    s->parts = s->good = s->clean = 0;
}

/* A phase reversal: the hop against that before the last one (the last may hold the reversal itself)
 * stands opposite to where the tone's frequency would have it. */
static void look_for_reversal(cti_fax_tones *s, const stretch *t, int64_t k) {
    const fax_hop *a = fax_hop_at(&s->history, k), *b = fax_hop_at(&s->history, k - 2);
    double re = (double)(a->re[1] * b->re[1] + a->im[1] * b->im[1]);
    double im = (double)(a->im[1] * b->re[1] - a->re[1] * b->im[1]);
    double along = re * t->re2 + im * t->im2; /* two hops on, the angle is doubled as well */
    double full = length_of(re, im) * length_of(t->re2, t->im2);
    double mean = s->track[FAX_ANSWER_BAND].power / (double)s->track[FAX_ANSWER_BAND].hops;
    int loud = (double)a->power[1] > 0.4 * mean && (double)b->power[1] > 0.4 * mean;
    if (loud && along < -0.7 * full && k - s->reversal_at > REVERSAL_GUARD) {
        s->reversals++;
        s->reversal_at = k;
    }
}

static int part_is_good(const stretch *t) {
    return t->weight > 0.0 && length_of(t->re2, t->im2) >= COHERENCE * t->weight &&
           fabs(hz_of(t->re2, t->im2)) <= 2.0 * ANSWER_OFF_HZ;
}

/* Enough is heard of the tone to tell its modulation; is it enough to report it? */
static void answer_report(cti_fax_tones *s, cti_event_sink *sink) {
    double re = 0.0, im = 0.0, amplitude = 0.0, power = 0.0;
    for (int i = 0; i < PARTS; i++) {
        re += s->part[i].am_re;
        im += s->part[i].am_im;
        amplitude += s->part[i].amplitude;
        power += s->part[i].power;
    }
    double depth = 2.0 * length_of(re, im) / amplitude;
    int modulated = depth >= AM_LEAST;
    int sure = s->clean >= PLAIN_PARTS && (s->quiet_before || s->reversals >= REVERSALS_SURE);
    if (depth > AM_MOST || !(modulated || sure || s->good >= PLAIN_IN_NOISE))
        return;
    report(sink, s, modulated ? CTI_FAX_ANSAM : CTI_FAX_CED, s->track[FAX_ANSWER_BAND].start,
           fax_bank_mean_square(FAX_ANSWER_BAND, power, PARTS * PART), s->reversals);
    s->answer_reported = 1;
}

static void judge_part(cti_fax_tones *s, cti_event_sink *sink) {
    const stretch *t = &s->part[s->parts % PARTS], *before = &s->part[(s->parts + PARTS - 1) % PARTS];
    int goes_on = s->good > 0 && t->power <= STEADY * before->power && before->power <= STEADY * t->power;
    s->good = !part_is_good(t) ? 0 : goes_on ? s->good + 1 : 1;
    s->clean = !s->good || t->power < CLEAN_SHARE * t->energy ? 0 : goes_on ? s->clean + 1 : 1;
    s->parts++;
    if (!s->answer_reported && (s->clean >= MODULATED_PARTS || s->good >= MODULATED_IN_NOISE))
        answer_report(s, sink);
    memset(&s->part[s->parts % PARTS], 0, sizeof(stretch));
}

static void answer_extend(cti_fax_tones *s, int64_t k, cti_event_sink *sink) {
    stretch *t = &s->part[s->parts % PARTS];
    extend(t, s, FAX_ANSWER_BAND, k);
    const fax_hop *hop = fax_hop_at(&s->history, k);
    double amplitude = (double)sqrtf(hop->power[FAX_ANSWER_BAND]);
    int turn = (int)((k - s->track[FAX_ANSWER_BAND].first) % AM_CYCLE);
    t->amplitude += amplitude;
    t->am_re += amplitude * (double)s->am_cos[turn];
    t->am_im += amplitude * (double)s->am_sin[turn];
    if (s->parts > 0 || t->hops > PART / 4)
        look_for_reversal(s, s->parts > 0 ? &s->part[(s->parts - 1) % PARTS] : t, k);
    if (t->hops == PART)
        judge_part(s, sink);
}

static void hear_answer(cti_fax_tones *s, cti_event_sink *sink) {
    const fax_track *t = &s->track[FAX_ANSWER_BAND];
    switch (fax_track_run(&s->track[FAX_ANSWER_BAND], &s->history)) {
    case FAX_BEGAN:
        answer_restart(s);
        s->quiet_before = is_quiet_before(s, t);
        if (s->history.hops - s->answer_gone > GONE)
            s->answer_reported = s->reversals = 0;
        for (int64_t k = t->first; k < s->history.hops; k++)
            answer_extend(s, k, sink);
        break;
    case FAX_LASTS:
        answer_extend(s, s->history.hops - 1, sink);
        break;
    case FAX_ENDED:
        s->answer_gone = s->history.hops;
        break;
    default:
        break;
    }
}

/* V.21. */

static void hear_v21(cti_fax_tones *s, cti_event_sink *sink) {
    const fax_track *t = &s->track[FAX_V21_BAND];
    int state = fax_track_run(&s->track[FAX_V21_BAND], &s->history);
    if (state == FAX_BEGAN) {
        fax_flags_reset(&s->flags);
        if (s->history.hops - s->v21_gone > V21_GONE)
            s->v21_reported = 0;
    } else if (state == FAX_ENDED) {
        s->v21_gone = s->history.hops;
    }
    if (!t->on)
        return;
    if (fax_flags_run(&s->flags, fax_hop_at(&s->history, s->history.hops - 1)) >= V21_FLAGS &&
        !s->v21_reported) {
        s->v21_reported = 1;
        report(sink, s, CTI_FAX_V21, t->start, fax_bank_mean_square(FAX_V21_BAND, t->power, (double)t->hops),
               0);
    }
}

int cti_fax_tones_run(cti_fax_tones *s, const int16_t *pcm, int n, cti_event *ev, int max) {
    if (!s || n < 0 || max < 0 || (n > 0 && !pcm) || (max > 0 && !ev))
        return CTI_ERR_ARG;
    cti_event_sink sink = cti_sink_open(ev, max, &s->outbox);
    for (int i = 0; i < n;) {
        int done;
        i += fax_bank_run(&s->bank, pcm + i, n - i, &s->history.hop[s->history.hops % FAX_HISTORY], &done);
        if (!done)
            continue;
        s->history.hops++;
        hear_cng(s, &sink);
        hear_answer(s, &sink);
        hear_v21(s, &sink);
    }
    return sink.count;
}
