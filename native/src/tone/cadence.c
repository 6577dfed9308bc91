#include "tone/cadence.h"

#include <math.h>
#include <stddef.h>

enum { SAMPLES_PER_MS = 8 };

/* Beside the tolerance: what the edges' estimates and slow relays add. */
#define EDGE_SLACK_MS 20.0
/* Bursts of one tone: frequency within 3 %, level within 12 dB (Australia steps by 10 dB). */
#define SAME_HZ 0.03
#define SAME_POWER 16.0
/* The pause is at least 4 dB quieter than the bursts. */
#define PAUSE_POWER 0.4
/* A sound 6 dB below the tone's bursts may be passed over: speech in a pause. */
#define PASSED_OVER 0.25
/* Lines closer than this stand in one peak of the spectrum (Hz). */
#define MERGED_HZ 32.0
/* Sidebands of an amplitude-modulated tone lie this close (Hz). */
#define SIDEBAND_HZ 60.0
#define LINE_SLACK_HZ 4.0
/* Where the middle of three lines in one peak is found: their phases move it. */
#define MIDDLE_SLACK_HZ 6.0

/* From edge to edge, no more than a cycle; what is outside has another sound between. */
#define LEAST_CYCLE 0.5
#define MOST_CYCLE 1.5

void cadence_put(cadence_log *log, const cadence_burst *burst) {
    log->burst[log->count % CADENCE_BURSTS] = *burst;
    log->count++;
}

const cadence_burst *cadence_ago(const cadence_log *log, int ago) {
    if (ago < 0 || ago >= CADENCE_BURSTS || ago >= log->count)
        return NULL;
    return &log->burst[(log->count - 1 - ago) % CADENCE_BURSTS];
}

int cadence_fits(double samples, int32_t ms, double tolerance) {
    return fabs(samples / SAMPLES_PER_MS - ms) <= ms * tolerance + EDGE_SLACK_MS;
}

/* The frequencies of a definition's burst; how many there are. */
static int wanted_lines(const cti_progress_tone *tone, int burst, double hz[CADENCE_LINES]) {
    int32_t mask = tone->lines[burst];
    int n = 0;
    for (int i = 0; i < CADENCE_LINES; i++)
        if (tone->hz[i] > 0.0f && (mask == 0 || mask >> i & 1))
            hz[n++] = (double)tone->hz[i];
    return n;
}

static int line_fits(double heard, double wanted, const cti_progress_tone *tone, double tolerance) {
    return fabs(heard - wanted) <= fmax(wanted * tolerance, (double)tone->hz_room) + LINE_SLACK_HZ;
}

/* Three and more lines: each that is heard is one of them, and at most one of those that stand apart is
 * missing. All in one peak they are one line in their middle: at an end of them it is a note. */
static int many_lines_fit(const double *hz, const double *wanted, int n, const cti_progress_tone *tone,
                          double tolerance) {
    int heard = 0, apart = 0;
    double middle = 0.0;
    for (int line = 0; line < CADENCE_LINES && hz[line] > 0.0; line++) {
        int known = 0;
        for (int i = 0; i < n && !known; i++)
            known = line_fits(hz[line], wanted[i], tone, tolerance);
        if (!known)
            return 0;
        heard++;
    }
    for (int i = 0; i < n; i++) {
        int alone = 1;
        for (int k = 0; k < i; k++)
            alone = alone && fabs(wanted[i] - wanted[k]) > SIDEBAND_HZ;
        apart += alone;
        middle += wanted[i] / n;
    }
    if (apart == 1 && heard == 1)
        return fabs(hz[0] - middle) <= middle * tolerance + LINE_SLACK_HZ + MIDDLE_SLACK_HZ;
    return heard >= apart - 1;
}

int cadence_lines_fit(const double hz[CADENCE_LINES], const cti_progress_tone *tone, int burst,
                      double tolerance, double *off) {
    double wanted[CADENCE_LINES];
    int n = wanted_lines(tone, burst, wanted);
    *off = 0.0;
    for (int line = 0; line < CADENCE_LINES && hz[line] > 0.0; line++) {
        double nearest = INFINITY;
        for (int i = 0; i < n; i++)
            nearest = fmin(nearest, fabs(hz[line] - wanted[i]));
        *off = fmax(*off, nearest);
    }
    if (n == 0)
        return 1;
    if (n == 1)
        return line_fits(hz[0], wanted[0], tone, tolerance) &&
               (hz[1] <= 0.0 || (fabs(hz[1] - wanted[0]) <= SIDEBAND_HZ && hz[2] <= 0.0));
    if (n > 2)
        return many_lines_fit(hz, wanted, n, tone, tolerance);
    if (fabs(wanted[0] - wanted[1]) < MERGED_HZ && hz[1] <= 0.0) {
        double low = fmin(wanted[0], wanted[1]), high = fmax(wanted[0], wanted[1]);
        *off = fabs(hz[0] - (low + high) / 2.0);
        return hz[0] >= low * (1.0 - tolerance) - LINE_SLACK_HZ &&
               hz[0] <= high * (1.0 + tolerance) + LINE_SLACK_HZ;
    }
    int first = line_fits(hz[0], wanted[0], tone, tolerance) && line_fits(hz[1], wanted[1], tone, tolerance);
    int turned = line_fits(hz[0], wanted[1], tone, tolerance) && line_fits(hz[1], wanted[0], tone, tolerance);
    return hz[1] > 0.0 && hz[2] <= 0.0 && (first || turned);
}

int cadence_burst_fits(const cadence_burst *b, const cti_progress_tone *tone, int burst, double tolerance,
                       double *off) {
    return cadence_lines_fit(b->hz, tone, burst, tolerance, off) && !(tone->plain && b->modulated);
}

int cadence_similar_power(const cadence_burst *a, const cadence_burst *b) {
    return a->power <= SAME_POWER * b->power && b->power <= SAME_POWER * a->power;
}

int cadence_pause(const cadence_burst *burst, const cadence_burst *after) {
    return after->gap_power <= PAUSE_POWER * burst->power;
}

static int same_hz(double a, double b) {
    return fabs(a - b) <= SAME_HZ * a + LINE_SLACK_HZ;
}

int cadence_same_lines(const cadence_burst *a, const cadence_burst *b) {
    int same = 0;
    for (int line = 0; line < CADENCE_LINES; line++)
        same = same || (b->hz[line] > 0.0 && same_hz(a->hz[0], b->hz[line]));
    return same;
}

/* The newest burst from `ago` on that may be the definition's burst `at`: of the lines of `like`, or, where
 * each burst has its own, of those. Sounds of other frequencies, and those at most `quieter` of its power,
 * are passed over. Moves *ago behind it. */
static const cadence_burst *of_tone(const cadence_log *log, int *ago, const cadence_burst *like,
                                    const cti_progress_tone *tone, int at, double tolerance, double quieter) {
    const cadence_burst *burst;
    double off;
    while ((burst = cadence_ago(log, (*ago)++)) != NULL) {
        int lines = tone->lines[0] ? cadence_lines_fit(burst->hz, tone, at, tolerance, &off)
                                   : cadence_same_lines(burst, like);
        if (lines && burst->power > quieter * like->power && cadence_similar_power(burst, like))
            return burst;
    }
    return NULL;
}

/* By how much a time misses a definition's, which may be none at all. */
static double deviation(double samples, int32_t ms) {
    double least = ms > EDGE_SLACK_MS ? ms : EDGE_SLACK_MS;
    return fabs(samples / SAMPLES_PER_MS - ms) / least;
}

static int match(const cadence_log *log, const cadence_burst *next, const cti_progress_tone *tone,
                 const cti_progress_config *cfg, double quieter, double *error, double *begin) {
    int in_cycle = tone->steps / 2, bursts = tone->cycles * in_cycle, named = 0;
    double tolerance = (double)cfg->frequency_tolerance, pace = (double)cfg->cadence_tolerance, off;
    for (int i = 0; i < CADENCE_LINES; i++)
        named |= tone->hz[i] > 0.0f;
    const cadence_burst *like = next ? next : cadence_ago(log, 0), *after = next;
    if (!like || (next && tone->lines[0] && !cadence_lines_fit(next->hz, tone, 0, tolerance, &off)))
        return 0;
    int times = 2 * bursts - (next == NULL);
    *error = 0.0;
    for (int i = 0, ago = 0; i < bursts; i++) {
        /* From the end of the list: the newest burst comes before its last pause. */
        int at = in_cycle - 1 - i % in_cycle;
        int32_t on = tone->ms[2 * at], pause = tone->ms[2 * at + 1];
        const cadence_burst *burst = of_tone(log, &ago, like, tone, at, tolerance, quieter);
        if (!burst || (after && !cadence_pause(burst, after)) ||
            !cadence_burst_fits(burst, tone, at, tolerance, &off) || (!next && i == 0 && ago != 1))
            return 0;
        /* A single burst of any frequency shows nothing, if anything else was heard. */
        if (!named && bursts == 1 && (!burst->pure || ago != 1 || !next || !next->pure))
            return 0;
        if (!cadence_fits(burst->end - burst->start, on, pace) ||
            (after && !cadence_fits(after->start - burst->end, pause, pace)))
            return 0;
        *error += deviation(burst->end - burst->start, on) / times;
        if (after)
            *error += deviation(after->start - burst->end, pause) / times;
        after = burst;
        *begin = burst->start;
    }
    return 1;
}

int cadence_match(const cadence_log *log, const cadence_burst *next, const cti_progress_tone *tone,
                  const cti_progress_config *cfg, double *error, double *begin) {
    if (tone->steps == 0)
        return 0;
    return match(log, next, tone, cfg, 0.0, error, begin) ||
           match(log, next, tone, cfg, PASSED_OVER, error, begin);
}

double cadence_cycle(const cadence_log *log, const cadence_burst *newest, double begin, double about) {
    double time[2 * CADENCE_BURSTS];
    int n = 0;
    const cadence_burst *b, *after = newest;
    for (int ago = 0; (b = cadence_ago(log, ago)) != NULL && b->end > begin; ago++) {
        double apart[2] = {after->start - b->start, after == newest ? 0.0 : after->end - b->end};
        for (int edge = 0; edge < 2; edge++) {
            if (apart[edge] < LEAST_CYCLE * about || apart[edge] > MOST_CYCLE * about)
                continue;
            int at = n++;
            for (; at > 0 && time[at - 1] > apart[edge]; at--)
                time[at] = time[at - 1];
            time[at] = apart[edge];
        }
        after = b;
    }
    return n == 0 ? about : n % 2 ? time[n / 2] : (time[n / 2 - 1] + time[n / 2]) / 2.0;
}
