/* cadence: bursts of tone in time, and whether they are those of a definition. */
#pragma once

#include <stdint.h>

#include "cti/progress.h"

enum { CADENCE_BURSTS = 32, CADENCE_LINES = 4 };

typedef struct cadence_burst {
    double start, end;        /* samples */
    double hz[CADENCE_LINES]; /* the strongest first; 0: no more lines */
    double power;             /* mean square */
    double gap_power;         /* of its lines, between the burst before and this one */
    int32_t pure;             /* nothing else sounded */
} cadence_burst;

typedef struct cadence_log {
    cadence_burst burst[CADENCE_BURSTS];
    int64_t count; /* ever */
} cadence_log;

void cadence_put(cadence_log *log, const cadence_burst *burst);
/* The burst `ago` bursts before the newest, or null. */
const cadence_burst *cadence_ago(const cadence_log *log, int ago);
/* Whether `samples` is `ms` within the tolerance. */
int cadence_fits(double samples, int32_t ms, double tolerance);
/* Whether these lines are those of a definition's burst, the first of a cycle being 0 (always, when it names
 * none); *off is by how many Hz the worst misses them. */
int cadence_lines_fit(const double hz[CADENCE_LINES], const cti_progress_tone *tone, int burst,
                      double tolerance, double *off);
/* Whether the newest bursts, then a pause, then `next`, are the definition's cycles; null: nothing has
 * followed the last burst yet. *error is the mean relative deviation and *first the first burst of them. */
int cadence_match(const cadence_log *log, const cadence_burst *next, const cti_progress_tone *tone,
                  const cti_progress_config *cfg, double *error, const cadence_burst **first);
