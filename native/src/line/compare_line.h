/* The needle as a line makes it (cti/compare.h), at a place that is known. */
#pragma once

#include <stdint.h>

typedef struct compare_pair {
    const int16_t *needle;
    int64_t n;
    const int16_t *there;  /* where the needle's first sample stands in the haystack */
    int64_t first, behind; /* the haystack's own bounds, from there */
} compare_pair;

enum { COMPARE_SPAN = 80 }; /* samples to either side that are looked at */

/* What the needle explains of all that is there in the second from `from` on, about 0…1, at the best of all
 * places within the span, which is *late from here. */
double compare_line_place(const compare_pair *pair, int64_t from, int64_t *late);
/* By the filter that fits best in each second, from the one that begins at `from` outwards: the power of what
 * the needle explains, of all that is there, and of the needle itself. */
void compare_line_fit(const compare_pair *pair, int64_t from, double *explained, double *power, double *sent);
