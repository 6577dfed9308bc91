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

/* Both frequencies within their limit, the share `nearer` of it; and the one's error from the other's within
 * 1.62 limits (3.4 %; Q.24's 1.5 % the one up and the other down are 3.1 %). Q.23's frequencies are chosen so
 * that no small whole numbers stand between them: what comes as 2:1, 3:2, 4:3 or 5:3 is farther out and a
 * note. */
int dtmf_pair_is_near(const dtmf_pair *p, const dtmf_limits *limits, double nearer);
/* By how many samples the bank's filter delays the two, on average. */
double dtmf_pair_delay(const dtmf_pair *p);
