#include <math.h>
#include <string.h>

#include "base/dbm0.h"
#include "tone/progress_state.h"

/* A tone that ought to go on is missed after this much more than its tolerance. */
#define LATE (100 * PROGRESS_MS)

/* Quieter others are none; fewer by so much are worth telling; a steady tone is looked at so often (hops). */
enum { LEAST_DBM0 = -60, CLEARER_DB = 3, BESIDE_HOPS = 50 };

/* Silence after a tone is waited for no longer. */
#define LONGEST_WAIT (1000 * PROGRESS_MS)

/* These are told only where no other definition fits, so that a hang-up is never one of them. */
static const uint8_t LEFT_OVER[] = {
    [CTI_TONE_DIAL2] = 1, [CTI_TONE_STUTTER] = 1, [CTI_TONE_SIT] = 1,     [CTI_TONE_HOWLER] = 1,
    [CTI_TONE_NU] = 1,    [CTI_TONE_CONFIRM] = 1, [CTI_TONE_LEARNED] = 0,
};

static int left_over(int tone) {
    return tone >= 0 && tone < (int)sizeof(LEFT_OVER) && LEFT_OVER[tone];
}

/* Whether its pauses are holes in one burst. */
static int has_holes(const cti_progress_tone *t) {
    int holes = 0;
    for (int step = 1; step < t->steps; step += 2)
        holes = holes || (t->ms[step] > 0 && t->ms[step] < GLITCH_MS);
    return holes && t->lines[0] == 0;
}

/* Whether a definition, once known, is one burst until its end. */
static int goes_on(const cti_progress_tone *t) {
    return t->steps == 0 || t->then == CTI_THEN_STEADY || has_holes(t);
}

static void report(cti_progress *p, cti_event_sink *sink, int kind, double start) {
    cti_event e;
    memset(&e, 0, sizeof(e));
    e.at = p->bank.hops * PROGRESS_HOP;
    e.start = start > 0.0 ? (int64_t)(start + 0.5) : 0;
    if (e.start > e.at)
        e.start = e.at;
    e.kind = kind;
    e.value = p->on;
    e.ref = kind == CTI_EV_TONE_OFF ? 0 : p->others;
    e.level = cti_dbm0_from_power(p->plateau);
    cti_sink_put(sink, &e);
}

/* What else has been heard since `begin`, dBm0. */
static int32_t others_since(const cti_progress *p, double begin) {
    double level = (double)cti_dbm0_from_power(progress_others(p, begin));
    return level > LEAST_DBM0 ? (int32_t)floor(level + 0.5) : LEAST_DBM0;
}

static void tone_on(cti_progress *p, cti_event_sink *sink, int definition, double start) {
    p->on = p->cfg.tone[definition].tone;
    p->on_index = definition;
    p->step = 0;
    p->others = others_since(p, start);
    report(p, sink, CTI_EV_TONE_ON, start);
}

static void tone_off(cti_progress *p, cti_event_sink *sink, double end) {
    report(p, sink, CTI_EV_TONE_OFF, end);
    p->on = CTI_TONE_NONE;
}

/* Is the tone that is reported heard clearer than it was? */
static void look_beside(cti_progress *p, cti_event_sink *sink, double begin) {
    int32_t others = others_since(p, begin);
    if (others > p->others - CLEARER_DB)
        return;
    p->others = others;
    report(p, sink, CTI_EV_TONE_CLEAR, begin);
}

/* What a look at the bursts is for. */
typedef struct look {
    const cadence_log *log;
    const cadence_past *past;  /* null: every burst has to be seen */
    const cadence_burst *next; /* null: the last burst has just ended, or its pause has */
    int ended;                 /* `next` has, just now */
    int holes;                 /* of the pieces that holes make of a burst */
    double lasted;             /* 0, or by now `next` has, samples */
} look;

static int concerns(const cti_progress *p, const cti_progress_tone *t, const look *at) {
    int at_end = t->then == CTI_THEN_ANY || t->then == CTI_THEN_SILENCE;
    if (has_holes(t) != at->holes || at_end != (at->next == NULL))
        return 0;
    if (t->then != CTI_THEN_STEADY)
        return at->lasted <= 0.0;
    /* What goes on steadily has outlasted the bursts before. */
    return at->lasted > t->ms[t->steps - 2] * PROGRESS_MS * (1.0 + PROGRESS_CADENCE(p)) + LATE;
}

/* Whether the cycle since `begin` is on the definition's side of its borders. */
static int is_on_its_side(const cti_progress_tone *t, const look *at, double begin) {
    double least = (double)t->cycle_ms[0], most = t->cycle_ms[1] > 0.0f ? (double)t->cycle_ms[1] : INFINITY;
    if (!at->next || (least <= 0.0 && most == INFINITY))
        return 1;
    double cycle = cadence_cycle(at->log, at->next, begin, (t->ms[0] + t->ms[1]) * PROGRESS_MS) / PROGRESS_MS;
    return cycle >= least && cycle < most;
}

static int fits(const cti_progress *p, const cti_progress_tone *t, const look *at, double *error,
                double *begin) {
    return (!at->ended && !t->twin && cadence_match(at->log, at->next, t, &p->cfg, error, begin) &&
            is_on_its_side(t, at, *begin)) ||
           (at->past && cadence_covered(at->past, at->next, at->ended, t, &p->cfg, error, begin) &&
            is_on_its_side(t, at, *begin));
}

/* The definition that fits the bursts best, or -1. */
static int best_fit(const cti_progress *p, const look *at, double *begin) {
    int best = -1;
    double least = INFINITY;
    for (int i = 0; i < p->cfg.tones; i++) {
        const cti_progress_tone *t = &p->cfg.tone[i];
        double error = 0.0, start = 0.0;
        if (!concerns(p, t, at) || !fits(p, t, at, &error, &start))
            continue;
        error += left_over(t->tone) ? 1.0 : 0.0;
        if (error < least) {
            best = i;
            least = error;
            *begin = start;
        }
    }
    return best;
}

static void look_at_bursts(cti_progress *p, cti_event_sink *sink, const cadence_burst *next, double lasted) {
    double begin = 0.0;
    const look at = {
        .log = &p->past.log, .past = lasted > 0.0 ? NULL : &p->past, .next = next, .lasted = lasted};
    int best = p->on ? -1 : best_fit(p, &at, &begin);
    if (best < 0)
        return;
    p->last_good_end = cadence_ago(&p->past.log, 0)->end;
    tone_on(p, sink, best, begin);
}

void progress_look_at_cadence(cti_progress *p, cti_event_sink *sink) {
    cadence_burst next = progress_burst_so_far(p);
    const cti_progress_tone *now = &p->cfg.tone[p->on_index];
    if (p->on && !goes_on(now)) {
        const cadence_burst *last = cadence_ago(&p->past.log, 0);
        int off = (p->step + now->steps - 1) % now->steps;
        if (!last || !cadence_fits(next.start - last->end, now->ms[off], PROGRESS_CADENCE(p)))
            tone_off(p, sink, p->last_good_end);
        else
            look_beside(p, sink, progress_run_begin(p, now->cycles * now->steps / 2));
    }
    look_at_bursts(p, sink, &next, 0.0);
}

/* Is the tone clearer without its first bursts? Of a burst more, one sound may be passed over that is longer.
 */
static void look_beside_last(cti_progress *p, cti_event_sink *sink) {
    const cti_progress_tone *now = &p->cfg.tone[p->on_index];
    for (int more = 0; more < 2; more++)
        look_beside(p, sink, progress_run_begin(p, now->cycles * now->steps / 2 - 1 + more));
}

void progress_look_at_fade(cti_progress *p, cti_event_sink *sink) {
    double begin = 0.0;
    cadence_burst newest = progress_burst_so_far(p);
    newest.pure = progress_was_pure(p);
    const cti_progress_tone *now = &p->cfg.tone[p->on_index];
    if (p->on && !goes_on(now) &&
        cadence_fits(newest.end - newest.start, now->ms[p->step], PROGRESS_CADENCE(p)))
        look_beside_last(p, sink);
    const look at = {.log = &p->past.log, .past = &p->past, .next = &newest, .ended = 1};
    int best = p->on ? -1 : best_fit(p, &at, &begin);
    if (best < 0)
        return;
    p->last_good_end = newest.end;
    tone_on(p, sink, best, begin);
    /* What has a twin is known late, so look at once, unless it was there in the talk before. */
    const cti_progress_tone *t = &p->cfg.tone[best];
    if (t->twin && begin > progress_run_begin(p, t->cycles * t->steps / 2) - 1.0)
        look_beside_last(p, sink);
}

void progress_look_at_hole(cti_progress *p, cti_event_sink *sink, double hole_end) {
    cadence_burst piece = progress_burst_so_far(p), next = piece;
    piece.start = p->piece > p->start ? p->piece : p->start;
    piece.pure = 1; /* its edges are the holes' */
    cadence_put(&p->pieces, &piece);
    p->piece = next.start = hole_end;
    double begin = 0.0;
    const look at = {.log = &p->pieces, .next = &next, .holes = 1};
    int best = best_fit(p, &at, &begin);
    if (best < 0 || p->on == p->cfg.tone[best].tone || (p->on && p->cfg.tone[p->on_index].steps))
        return;
    if (p->on)
        tone_off(p, sink, begin);
    tone_on(p, sink, best, begin);
}

/* The longest burst, in samples, of a cadence that these lines could be: a continuous tone is known
 * only after it. */
static double longest_burst(const cti_progress *p, const double hz[LINES]) {
    double longest = 0.0, off;
    for (int i = 0; i < p->cfg.tones; i++)
        for (int step = 0; step < p->cfg.tone[i].steps; step += 2)
            if (cadence_lines_fit(hz, &p->cfg.tone[i], step / 2, PROGRESS_PITCH(p), &off) &&
                p->cfg.tone[i].ms[step] > longest)
                longest = p->cfg.tone[i].ms[step];
    return longest * PROGRESS_MS * (1.0 + PROGRESS_CADENCE(p)) + LATE;
}

void progress_look_at_length(cti_progress *p, cti_event_sink *sink) {
    double lasted = progress_middle(p) - p->start;
    if (p->on && p->age % BESIDE_HOPS == 0 && goes_on(&p->cfg.tone[p->on_index]))
        look_beside(p, sink, fmax(p->start, progress_middle(p) - p->cfg.continuous_ms * PROGRESS_MS));
    if (p->on)
        return;
    cadence_burst b = progress_burst_so_far(p);
    look_at_bursts(p, sink, &b, lasted);
    if (p->on || lasted < p->cfg.continuous_ms * PROGRESS_MS || !progress_is_even(p))
        return;
    int best = -1;
    double least = INFINITY;
    for (int i = 0; i < p->cfg.tones; i++) {
        const cti_progress_tone *t = &p->cfg.tone[i];
        double off;
        if (t->steps || !cadence_lines_fit(b.hz, t, 0, PROGRESS_PITCH(p), &off) ||
            (best >= 0 && off >= least))
            continue;
        /* A definition that names these lines need not fear the cadences that name none. */
        if (!progress_names_lines(t) && lasted < longest_burst(p, b.hz))
            continue;
        best = i;
        least = off;
    }
    if (best >= 0)
        tone_on(p, sink, best, p->start);
}

int progress_known_length(const cti_progress *p, const cadence_burst *b) {
    double off;
    for (int i = 0; i < p->cfg.tones; i++)
        for (int step = 0; step < p->cfg.tone[i].steps; step += 2)
            if (cadence_fits(b->end - b->start, p->cfg.tone[i].ms[step], PROGRESS_CADENCE(p)) &&
                cadence_lines_fit(b->hz, &p->cfg.tone[i], step / 2, PROGRESS_PITCH(p), &off))
                return 1;
    return 0;
}

/* A burst has ended, and perhaps its pause: is it the last of a tone that nothing need follow? */
static void look_at_last(cti_progress *p, cti_event_sink *sink) {
    double begin = 0.0;
    const cadence_burst *last = cadence_ago(&p->past.log, 0);
    const look at = {.log = &p->past.log};
    double pause = last ? progress_middle(p) - last->end : 0.0;
    int best = p->on || !last || pause > LONGEST_WAIT ? -1 : best_fit(p, &at, &begin);
    if (best < 0)
        return;
    const cti_progress_tone *t = &p->cfg.tone[best];
    double wait = t->ms[t->steps - 1] * PROGRESS_MS * (1.0 + PROGRESS_CADENCE(p)) + LATE;
    int silent = t->then == CTI_THEN_SILENCE;
    if (silent && (pause < wait || pause >= wait + PROGRESS_HOP))
        return;
    p->last_good_end = last->end;
    tone_on(p, sink, best, begin);
    if (silent)
        tone_off(p, sink, last->end);
}

void progress_look_at_end(cti_progress *p, cti_event_sink *sink, const cadence_burst *burst, int tone) {
    const cti_progress_tone *now = &p->cfg.tone[p->on_index];
    if (!p->on && tone)
        look_at_last(p, sink);
    else if (p->on && goes_on(now))
        tone_off(p, sink, burst->end);
    else if (p->on && tone) { /* another sound tells nothing of the tone's cadence */
        if (!cadence_fits(burst->end - burst->start, now->ms[p->step], PROGRESS_CADENCE(p))) {
            tone_off(p, sink, burst->end);
            return;
        }
        p->last_good_end = burst->end;
        p->step = (p->step + 2) % now->steps;
    }
}

void progress_look_at_lateness(cti_progress *p, cti_event_sink *sink) {
    const cti_progress_tone *now = &p->cfg.tone[p->on_index];
    if (!p->on && p->state == BURST_NONE)
        look_at_last(p, sink);
    if (!p->on || goes_on(now))
        return;
    double stretch = 1.0 + PROGRESS_CADENCE(p);
    if (p->state == BURST_NONE) {
        int off = (p->step + now->steps - 1) % now->steps;
        if (progress_middle(p) - p->last_good_end > now->ms[off] * PROGRESS_MS * stretch + LATE)
            tone_off(p, sink, p->last_good_end);
    } else if (p->looked && progress_middle(p) - p->start > now->ms[p->step] * PROGRESS_MS * stretch + LATE) {
        tone_off(p, sink, p->last_good_end);
    }
}
