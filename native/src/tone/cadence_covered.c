#include <math.h>
#include <stddef.h>

#include "tone/cadence.h"
#include "tone/progress_bank.h"

/* Where no edge at all is wrong, one burst need be clean; two where plain bursts tell one tone from another.
 */
enum { SAMPLES_PER_MS = 8, LEAST_BURSTS = 3, LEAST_CLEAN = 2, LEAST_PURE = 2 };

/* In so many bursts before a run so many edges that are right are no chance: talk has one in ten of them. */
enum { TALKED_BURSTS = 6, TALKED_EDGES = 3 };

/* An edge is right that is so near to where the others put it (samples): what its estimate and slow relays
 * add. */
#define RIGHT 160.0
/* The pace is that of several bursts, each edge of which may be a little off the tolerance. */
#define PACE_SLACK 0.02
/* What covers a burst has at least this much of its power; what hides it, for so much of its time. */
#define COVER_POWER 0.25
#define HIDDEN_SHARE 0.75
/* A pure burst so much longer is another tone's (Brazil's congestion, 250 and 750 ms). */
#define MUCH_LONGER 1.5
/* Other sounds on the lines 6 dB below the tone's bursts are none of them; those above last no longer in all
 * than half a burst. */
#define OTHER_POWER 0.25
#define OTHERS_LAST 0.5

typedef struct run {
    const cadence_past *past;
    const cadence_burst *newest;
    const cti_progress_tone *tone;
    double frequency_tolerance, pace;
    int ended; /* the newest has */
} run;

/* Where burst k before the newest, 0 being the last, was at the run's pace. */
static void place(const run *r, int k, double *start, double *end) {
    const cti_progress_tone *t = r->tone;
    int back = 0, step = t->steps;
    for (int burst = 0; burst <= k; burst++) {
        back += t->ms[step - 1];
        *end = r->newest->start - r->pace * SAMPLES_PER_MS * back;
        back += t->ms[step - 2];
        *start = r->newest->start - r->pace * SAMPLES_PER_MS * back;
        step = step > 2 ? step - 2 : t->steps;
    }
}

static int right(double at, double wanted) {
    return fabs(at - wanted) <= RIGHT;
}

static int right_edges(const cadence_burst *b, double start, double end) {
    return right(b->start, start) + right(b->end, end);
}

static int is_of_tone(const run *r, const cadence_burst *b) {
    double off;
    return cadence_same_lines(b, r->newest) && cadence_similar_power(b, r->newest) &&
           cadence_burst_fits(b, r->tone, 0, r->frequency_tolerance, &off);
}

/* The log's burst of the tone that has both edges there, or null. */
static const cadence_burst *clean(const run *r, const cadence_log *log, double start, double end, int *ago) {
    const cadence_burst *b;
    for (*ago = 0; (b = cadence_ago(log, *ago)) != NULL; (*ago)++)
        if (right(b->start, start) && right(b->end, end) && is_of_tone(r, b))
            return b;
    return NULL;
}

static double overlap(const cadence_burst *b, double start, double end) {
    return fmax(fmin(b->end, end) - fmax(b->start, start), 0.0);
}

/* The burst that lay there with an edge or two where they ought to be, whatever else was heard meanwhile. */
static const cadence_burst *covered(const run *r, const cadence_log *log, double start, double end) {
    const cadence_burst *b;
    for (int ago = 0; (b = cadence_ago(log, ago)) != NULL; ago++) {
        int other = b->pure && b->end - b->start > MUCH_LONGER * (end - start);
        if (right_edges(b, start, end) > 0 && overlap(b, start, end) >= (end - start) / 2.0 &&
            b->power >= COVER_POWER * r->newest->power && !other)
            return b;
    }
    return NULL;
}

/* Whether something was heard then under which the tone's burst may have gone. */
static int hidden(const run *r, double start, double end) {
    const cadence_past *past = r->past;
    int all = 0, loud = 0;
    for (int ago = 0; ago < CADENCE_HEARD && ago < past->hops; ago++) {
        int64_t hop = past->hops - 1 - ago;
        double at = (double)((hop + 1) * PROGRESS_HOP) - PROGRESS_DELAY;
        if (at < start)
            break;
        all += at < end;
        loud += at < end && (double)past->heard[hop % CADENCE_HEARD] >= COVER_POWER * r->newest->power;
    }
    return all > 0 && loud >= HIDDEN_SHARE * all;
}

/* How long other sounds on the tone's lines were heard between its bursts. */
static double others(const run *r, const cadence_burst *const *found, int n, double begin) {
    double sum = 0.0, start, end;
    const cadence_burst *b;
    for (int ago = 0; (b = cadence_ago(&r->past->log, ago)) != NULL && b->end > begin; ago++) {
        int own = 0;
        for (int k = 0; k < n; k++)
            own = own || b == found[k];
        if (own || !cadence_same_lines(b, r->newest) || b->power <= OTHER_POWER * r->newest->power)
            continue;
        sum += overlap(b, begin, b->end);
        for (int k = 0; k < n; k++) {
            place(r, k, &start, &end);
            sum -= overlap(b, start, end);
        }
    }
    return sum;
}

/* Where a tone that has a twin began, if it was there before the run as well, beside talk. */
static double earlier(const run *r, int bursts, double begin) {
    double start, end, first = begin;
    int edges = 0;
    for (int k = bursts; k < bursts + TALKED_BURSTS; k++) {
        place(r, k, &start, &end);
        const cadence_burst *b = covered(r, &r->past->log, start, end);
        if (!b)
            b = covered(r, &r->past->rest, start, end);
        if (!b || !cadence_same_lines(b, r->newest))
            continue;
        edges += right_edges(b, start, end);
        first = start;
    }
    return edges >= TALKED_EDGES ? first : begin;
}

static int is_run(const run *r, int bursts, double *begin) {
    const cadence_burst *found[CADENCE_BURSTS] = {NULL}, *after = r->newest;
    double start = 0.0, end = 0.0, shortest = INFINITY;
    int after_ago = -1, unseen = 0, edges = 1 + r->ended, clean_ones = r->ended,
        pure = r->ended && r->newest->pure;
    for (int k = 0; k < bursts; k++) {
        int ago;
        place(r, k, &start, &end);
        const cadence_burst *b = clean(r, &r->past->log, start, end, &ago);
        if (b && after && ago == after_ago + 1 && !cadence_pause(b, after))
            return 0;
        after = b;
        after_ago = ago;
        if (!b)
            b = clean(r, &r->past->rest, start, end, &ago);
        clean_ones += b != NULL;
        pure += b && b->pure;
        if (!b)
            b = covered(r, &r->past->log, start, end);
        if (!b)
            b = covered(r, &r->past->rest, start, end);
        /* Of one nothing need have been seen, when the end of the newest has. */
        unseen += b == NULL;
        int first_of_twin = r->tone->twin && k == bursts - 1;
        if (!b && (!r->ended || unseen > 1 || first_of_twin || !hidden(r, start, end)))
            return 0;
        edges += b ? right_edges(b, start, end) : 0;
        found[k] = b;
        if (b)
            *begin = right(b->start, start) ? b->start : start;
        shortest = fmin(shortest, end - start);
    }
    int fewer = !r->tone->plain && edges == 2 * bursts + 1 + r->ended;
    return clean_ones >= LEAST_CLEAN - fewer && edges >= 2 * bursts + (pure < LEAST_PURE) &&
           others(r, found, bursts, *begin) <= OTHERS_LAST * shortest;
}

int cadence_covered(const cadence_past *past, const cadence_burst *newest, int ended,
                    const cti_progress_tone *tone, const cti_progress_config *cfg, double *error,
                    double *begin) {
    int in_cycle = tone->steps / 2, bursts = tone->cycles * in_cycle;
    double tolerance = (double)cfg->cadence_tolerance + PACE_SLACK, off;
    run r = {past, newest, tone, (double)cfg->frequency_tolerance, 1.0, ended};
    if (tone->whole || tone->lines[0] || tone->hz[0] <= 0.0f || tone->then != CTI_THEN_AGAIN ||
        bursts < LEAST_BURSTS || (tone->twin && !ended) ||
        (ended && (in_cycle > 1 || !cadence_burst_fits(newest, tone, 0, r.frequency_tolerance, &off))) ||
        !cadence_lines_fit(newest->hz, tone, 0, r.frequency_tolerance, &off))
        return 0;
    /* Any burst's beginning may tell the pace. */
    for (int k = 0; k < bursts; k++) {
        const cadence_burst *b;
        double start, end;
        r.pace = 1.0;
        place(&r, k, &start, &end);
        double nominal = newest->start - start;
        for (int ago = 0; (b = cadence_ago(&past->log, ago)) != NULL; ago++) {
            r.pace = (newest->start - b->start) / nominal;
            *error = fabs(r.pace - 1.0);
            if (r.pace > 1.0 + tolerance)
                break;
            int length = !ended || right(newest->end, newest->start + r.pace * SAMPLES_PER_MS * tone->ms[0]);
            if (*error <= tolerance && length && is_of_tone(&r, b) && is_run(&r, bursts, begin)) {
                if (tone->twin)
                    *begin = earlier(&r, bursts, *begin);
                return 1;
            }
        }
    }
    return 0;
}
