#pragma once

/* elastic: an elastic buffer between two clocks (a sound card's or gateway's, and the engine's).
 *
 * Writer and reader put and get samples by clocks that differ by up to 500 ppm. The buffer estimates the
 * difference, reads a little faster or slower by interpolation (32-tap sinc; 70 dB below the signal to
 * 3.4 kHz) and so keeps its latency near the target without a sample lost (simulated 24 hours at 500 ppm:
 * none). The rate changes so slowly, and by 1,000 ppm (1.7 cents) at most, that it is not heard.
 *
 * What cannot be evened out is counted: an underrun fades to silence until the target is reached again, an
 * overrun (more than `most` samples wait) cross-fades over what is left out. Each is one slip.
 *
 * The target must cover the reader's block, the writer's, their jitter, and 17 samples of the interpolation.
 *
 * One thread: what comes from another goes through a ring first. Where the reader knows how long ago the
 * last samples were put (`since`), the difference is known within 20 ppm in about two minutes; without,
 * blocks of n samples look like a wander of the clock by n, and the rate moves to and fro within its bounds.
 *
 * Example, each tick: cti_elastic_put(s, from_card, n); cti_elastic_get(s, pcm, 160, samples_since_put);
 */

#include <stddef.h>
#include <stdint.h>

typedef struct cti_elastic_config {
    int32_t target;  /* samples of latency to keep, 40…4000; default 400 (50 ms) */
    int32_t most;    /* samples of latency that are never passed, target + 80…8000; default 1200 */
    float range_ppm; /* the rate is changed by this at most, 100…5000; default 1000 */
} cti_elastic_config;

typedef struct cti_elastic_status {
    double ppm;       /* the writer's clock against the reader's, as estimated */
    double rate_ppm;  /* what is read faster than written samples would be now */
    float latency;    /* samples, smoothed */
    int64_t slips;    /* underruns and overruns */
    int64_t silenced; /* samples of silence given for want of others, once begun */
    int64_t dropped;  /* samples left out */
} cti_elastic_status;

typedef struct cti_elastic cti_elastic;

void cti_elastic_defaults(cti_elastic_config *cfg);
/* cfg null: the defaults. 0 when the configuration is not valid. */
size_t cti_elastic_size(const cti_elastic_config *cfg);
int cti_elastic_init(cti_elastic *s, size_t size, const cti_elastic_config *cfg);
/* Empties it; counts begin at 0, the estimate is forgotten. */
int cti_elastic_reset(cti_elastic *s);
/* The writer's next n samples, at most 4000. */
int cti_elastic_put(cti_elastic *s, const int16_t *pcm, int n);
/* The reader's next n samples, at most 4000; silence before the target has once been reached. since: samples
 * of the reader's time since the last put, 0 when unknown. Returns n. */
int cti_elastic_get(cti_elastic *s, int16_t *pcm, int n, int since);
void cti_elastic_status_of(const cti_elastic *s, cti_elastic_status *status);
