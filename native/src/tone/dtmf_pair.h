/* dtmf_pair: two of Q.23's frequencies as they are heard, and what is asked of them. */
#pragma once

typedef struct dtmf_pair {
    int low, high;       /* bins */
    double offset_hz[2]; /* of the frequencies heard from Q.23's */
    double amplitude[2]; /* half of the sine's peak, as the filter leaves it */
} dtmf_pair;

typedef struct dtmf_limits {
    double floor_amplitude;      /* half of the stronger sine's peak */
    double twist, reverse_twist; /* amplitude ratios */
    double frequency_share;
} dtmf_limits;
