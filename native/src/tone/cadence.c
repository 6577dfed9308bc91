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
/* Nothing else is heard in a pause 20 dB below the bursts. */
#define QUIET_PAUSE 0.01
/* Of so many edges and more, one may be spoiled: three bursts and the beginning of a fourth. */
enum { SPOILED_OF_EDGES = 7 };
/* Lines closer than this stand in one peak of the spectrum (Hz). */
#define MERGED_HZ 32.0
/* Sidebands of an amplitude-modulated tone lie this close (Hz). */
#define SIDEBAND_HZ 60.0
#define LINE_SLACK_HZ 4.0

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

static int line_fits(double heard, double wanted, double tolerance) {
    return fabs(heard - wanted) <= wanted * tolerance + LINE_SLACK_HZ;
}

int cadence_lines_fit(const double hz[2], const cti_progress_tone *tone, double tolerance) {
    double wanted[4];
    int n = 0;
    for (int i = 0; i < 4; i++)
        if (tone->hz[i] > 0.0f)
            wanted[n++] = (double)tone->hz[i];
    if (n == 0)
        return 1;
    if (n == 1)
        return line_fits(hz[0], wanted[0], tolerance) &&
               (hz[1] <= 0.0 || fabs(hz[1] - wanted[0]) <= SIDEBAND_HZ);
    if (n == 2 && fabs(wanted[0] - wanted[1]) < MERGED_HZ && hz[1] <= 0.0) {
        double low = wanted[0] < wanted[1] ? wanted[0] : wanted[1];
        double high = wanted[0] < wanted[1] ? wanted[1] : wanted[0];
        return hz[0] >= low * (1.0 - tolerance) - LINE_SLACK_HZ &&
               hz[0] <= high * (1.0 + tolerance) + LINE_SLACK_HZ;
    }
    if (n == 2)
        return hz[1] > 0.0 &&
               ((line_fits(hz[0], wanted[0], tolerance) && line_fits(hz[1], wanted[1], tolerance)) ||
                (line_fits(hz[0], wanted[1], tolerance) && line_fits(hz[1], wanted[0], tolerance)));
    for (int line = 0; line < 2; line++) {
        int known = hz[line] <= 0.0;
        for (int i = 0; i < n && !known; i++)
            known = line_fits(hz[line], wanted[i], tolerance);
        if (!known)
            return 0;
    }
    return 1;
}

static int same_tone(const cadence_burst *a, const cadence_burst *b) {
    return fabs(a->hz[0] - b->hz[0]) <= SAME_HZ * a->hz[0] + LINE_SLACK_HZ &&
           a->power <= SAME_POWER * b->power && b->power <= SAME_POWER * a->power;
}

/* The lines of two bursts may change places when they are equally strong. */
static int same_lines(const cadence_burst *a, const cadence_burst *b) {
    cadence_burst turned = *b;
    turned.hz[0] = b->hz[1];
    return same_tone(a, b) || (b->hz[1] > 0.0 && same_tone(a, &turned));
}

/* The newest burst from `ago` on that belongs to the tone of `next`: sounds of other frequencies, and
 * those at most `quieter` of its power, are passed over. Moves *ago behind it. */
static const cadence_burst *of_tone(const cadence_log *log, int *ago, const cadence_burst *next,
                                    double quieter) {
    const cadence_burst *burst;
    while ((burst = cadence_ago(log, (*ago)++)) != NULL)
        if (burst->power > quieter * next->power && same_lines(burst, next))
            return burst;
    return NULL;
}

/* One edge of many may be where another sound on the tone's lines put it: then the times to either side
 * of it count as one. Where nothing else was heard, it is where the tone's edge was. */
typedef struct edge_list {
    double at[2 * CADENCE_BURSTS + 1];      /* start, end, start … of the bursts, last first */
    int32_t ms[2 * CADENCE_BURSTS + 1];     /* what lies between them */
    uint8_t unsure[2 * CADENCE_BURSTS + 1]; /* another sound was there */
    int n;                                  /* edges */
} edge_list;

static void add_edge(edge_list *e, double at, int32_t ms_before, int unsure) {
    e->at[e->n] = at;
    e->ms[e->n] = ms_before;
    e->unsure[e->n++] = (uint8_t)(unsure != 0);
}

static int times_fit(const edge_list *e, double tolerance, double *error) {
    int spoiled = e->n < SPOILED_OF_EDGES;
    *error = 0.0;
    for (int i = 0; i + 1 < e->n; i++) {
        double between = e->at[i] - e->at[i + 1];
        *error += fabs(between / SAMPLES_PER_MS / e->ms[i] - 1.0) / (e->n - 1);
        if (cadence_fits(between, e->ms[i], tolerance))
            continue;
        if (spoiled++ || !e->unsure[i + 1])
            return 0;
        if (i + 2 == e->n)
            continue;
        double both = e->at[i] - e->at[i + 2], wanted = e->ms[i] + e->ms[i + 1];
        if (fabs(both / SAMPLES_PER_MS - wanted) > wanted * tolerance / 2.0 + EDGE_SLACK_MS)
            return 0;
        i++;
    }
    return 1;
}

static int match(const cadence_log *log, const cadence_burst *next, const cti_progress_tone *tone,
                 const cti_progress_config *cfg, double quieter, double *error, const cadence_burst **first) {
    int bursts = tone->cycles * tone->steps / 2, named = 0;
    for (int i = 0; i < 4; i++)
        named |= tone->hz[i] > 0.0f;
    edge_list edges;
    edges.n = 0;
    add_edge(&edges, next->start, tone->ms[tone->steps - 1], 0);
    const cadence_burst *after = next;
    for (int i = 0, ago = 0; i < bursts; i++) {
        const cadence_burst *burst = of_tone(log, &ago, next, quieter);
        if (!burst || after->gap_power > PAUSE_POWER * burst->power ||
            !cadence_lines_fit(burst->hz, tone, (double)cfg->frequency_tolerance))
            return 0;
        /* A single burst of any frequency shows nothing, if anything else was heard. */
        if (!named && bursts == 1 && (!burst->pure || ago != 1))
            return 0;
        /* Steps from the end of the list: the newest burst comes before its last pause. */
        int off = tone->steps - 1 - 2 * (i % (tone->steps / 2));
        int before = tone->ms[(off + tone->steps - 2) % tone->steps];
        add_edge(&edges, burst->end, tone->ms[off - 1],
                 !burst->pure || after->gap_power > QUIET_PAUSE * burst->power);
        add_edge(&edges, burst->start, before, !burst->pure || burst->gap_power > QUIET_PAUSE * burst->power);
        after = burst;
    }
    *first = after;
    return times_fit(&edges, (double)cfg->cadence_tolerance, error);
}

int cadence_match(const cadence_log *log, const cadence_burst *next, const cti_progress_tone *tone,
                  const cti_progress_config *cfg, double *error, const cadence_burst **first) {
    if (tone->steps == 0)
        return 0;
    return match(log, next, tone, cfg, 0.0, error, first) ||
           match(log, next, tone, cfg, PASSED_OVER, error, first);
}
