/* progress_stage: what the call-progress detector hears of a signal, for its tests. */
#pragma once

#include "check.h"
#include "cti/error.h"
#include "cti/g711.h"
#include "cti/progress.h"
#include "signals.h"

enum { MOST = 256 };

static cti_event events[MOST];

/* Leaves out how clear a tone is, which most tests do not ask. */
static inline int without_clear(int n) {
    int kept = 0;
    for (int i = 0; i < n; i++)
        if (events[i].kind != CTI_EV_TONE_CLEAR)
            events[kept++] = events[i];
    return kept;
}

static inline int hear_all(const cti_progress_config *cfg, const int16_t *pcm, int n, int block) {
    cti_progress_config defaults;
    cti_progress_defaults(&defaults);
    cti_progress *p = malloc(cti_progress_size());
    CHECK_EQ(cti_progress_init(p, cti_progress_size(), cfg ? cfg : &defaults), CTI_OK);
    int count = 0;
    for (int from = 0; from < n; from += block) {
        int got = cti_progress_run(p, pcm + from, n - from < block ? n - from : block, events + count,
                                   MOST - count);
        CHECK(got >= 0);
        count += got;
    }
    free(p);
    return count;
}

static inline int hear_pcm(const cti_progress_config *cfg, const int16_t *pcm, int n, int block) {
    return without_clear(hear_all(cfg, pcm, n, block));
}

static inline int hear(const cti_progress_config *cfg, const signal *s) {
    int16_t *pcm = signal_pcm(s);
    int count = hear_pcm(cfg, pcm, s->n, 160);
    free(pcm);
    return count;
}

/* Appends a tone in bursts: on, off, on, off … (0: goes on), for so long. Returns its start. */
static inline int cadence(signal *s, double hz, double hz2, const int *ms, int steps, double seconds,
                          double dbm0, double stretch) {
    int start = s->n, end = s->n + (int)(seconds * 8000);
    if (steps == 0) {
        signal_sine(s, start, end - start, hz, dbm0);
        if (hz2 > 0)
            signal_sine(s, start, end - start, hz2, dbm0);
    }
    int from = start;
    for (int step = 0; steps && from < end; step++) {
        int n = (int)(ms[step % steps] * 8 * stretch);
        n = n < end - from ? n : end - from;
        if (step % 2 == 0) {
            signal_sine(s, from, n, hz, dbm0);
            if (hz2 > 0)
                signal_sine(s, from, n, hz2, dbm0);
        }
        from += n;
    }
    s->n = end;
    return start;
}
