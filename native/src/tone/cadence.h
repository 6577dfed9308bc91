/* cadence: bursts of tone in time, and whether they are those of a definition. */
#pragma once

#include <stdint.h>

#include "cti/progress.h"

enum {
    CADENCE_BURSTS = 32,
    CADENCE_LINES = 4,
    CADENCE_HEARD = 768 /* hops: four cycles of the slowest busy tone */
};

typedef struct cadence_burst {
    double start, end;        /* samples */
    double hz[CADENCE_LINES]; /* the strongest first; 0: no more lines */
    double power;             /* mean square */
    double gap_power;         /* of its lines, between the burst before and this one */
    int32_t pure;             /* nothing else sounded */
    int32_t modulated;        /* in amplitude, so fast that its side bands stand apart */
} cadence_burst;

typedef struct cadence_log {
    cadence_burst burst[CADENCE_BURSTS];
    int64_t count; /* ever */
} cadence_log;

typedef struct cadence_past {
    cadence_log log;            /* bursts that pauses part */
    cadence_log rest;           /* those that were no tone */
    float heard[CADENCE_HEARD]; /* power of all that sounded, by the spectrum's hops */
    int64_t hops;
} cadence_past;

void cadence_put(cadence_log *log, const cadence_burst *burst);
/* The burst `ago` bursts before the newest, or null. */
const cadence_burst *cadence_ago(const cadence_log *log, int ago);
/* Whether `samples` is `ms` within the tolerance. */
int cadence_fits(double samples, int32_t ms, double tolerance);
/* Whether these lines are those of a definition's burst, the first of a cycle being 0 (always, when it names
 * none); *off is by how many Hz the worst misses them. */
int cadence_lines_fit(const double hz[CADENCE_LINES], const cti_progress_tone *tone, int burst,
                      double tolerance, double *off);
/* … and whether the burst is as plain as the definition says. */
int cadence_burst_fits(const cadence_burst *b, const cti_progress_tone *tone, int burst, double tolerance,
                       double *off);
/* Whether two bursts have a line in common: they may change places when they are equally strong. */
int cadence_same_lines(const cadence_burst *a, const cadence_burst *b);
int cadence_similar_power(const cadence_burst *a, const cadence_burst *b);
/* Whether it was quiet enough on the lines before `after`, which came next. */
int cadence_pause(const cadence_burst *burst, const cadence_burst *after);
/* Whether the newest bursts, then a pause, then `next`, are the definition's cycles; null: nothing has
 * followed the last burst yet. *error is the mean relative deviation and *begin the first sample of them. */
int cadence_match(const cadence_log *log, const cadence_burst *next, const cti_progress_tone *tone,
                  const cti_progress_config *cfg, double *error, double *begin);
/* The same of at least three bursts before `newest`, which has begun, or has ended just now, when some went
 * under in other sounds: as many edges as a run without them has, but for one, have to be where they ought to
 * be at a common pace. */
int cadence_covered(const cadence_past *past, const cadence_burst *newest, int ended,
                    const cti_progress_tone *tone, const cti_progress_config *cfg, double *error,
                    double *begin);
/* The cycle of the bursts since `begin`, `newest` being the last that began, where it is `about` so long
 * (samples): the middle one of the times from edge to edge, for talk moves one edge or two. */
double cadence_cycle(const cadence_log *log, const cadence_burst *newest, double begin, double about);
