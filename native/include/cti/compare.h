#pragma once

/* compare: finds a known piece of audio inside a longer one.
 *
 * Coarse search by the envelopes of a few bands (10 ms steps), then normalised cross-correlation, sample
 * by sample, around the best places. Tolerates gain, noise, A-law and mu-law; not another speed.
 *
 * What came over a line was filtered by it (cable, codec, hybrid), and its clock was another one by some
 * parts in a million. cti_compare_line takes for the needle what a linear filter of 4 ms makes of it, second
 * by second, each with the filter that fits best (least squares; its middle follows the drift, to 200 ppm).
 */

#include <stddef.h>
#include <stdint.h>

typedef struct cti_match {
    int64_t offset;     /* of the needle's first sample in the haystack */
    double correlation; /* normalised, 0…1; below 0.5 it is not the same piece */
    float gain_db;      /* of the needle as it stands in the haystack */
    float snr_db;       /* what is the needle there, over what is not; at most 100 */
} cti_match;

/* The memory a search needs; CTI_ERR_ARG when needle < 160 samples, or longer than the haystack,
 * or the haystack is longer than 2^26 samples (2.3 hours). */
int64_t cti_compare_work_size(int64_t needle, int64_t haystack);
/* Searches. `work` is memory of cti_compare_work_size() bytes, aligned for double. Returns 1 with the
 * best place in *best, or 0 when the needle is silent or nothing resembles it. */
int cti_compare_find(const int16_t *needle, int64_t needle_samples, const int16_t *haystack,
                     int64_t haystack_samples, void *work, int64_t work_size, cti_match *best);
/* The same for what came over a line: `gain_db` and `snr_db` are of the needle as the line made it. */
int cti_compare_line(const int16_t *needle, int64_t needle_samples, const int16_t *haystack,
                     int64_t haystack_samples, void *work, int64_t work_size, cti_match *best);
