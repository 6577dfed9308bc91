/* dtmf_collector: caller ID by DTMF out of the digits that are heard (EN 300 659-1 annex A).
 *
 * What begins with A, B or D, which no telephone has, is a message, and ends with C or #. Digits and a #
 * alone (the Netherlands, Denmark) are one only when an exchange has sent them: in step, each as long as the
 * others, on a line that was quiet before, not behind a dial tone.
 */
#pragma once

#include <stdint.h>

#include "cti/event.h"

#define COLLECTOR_DIGITS 48
#define COLLECTOR_BLOCKS 32 /* of 10 ms, a power of two */

typedef struct dtmf_told {
    int64_t at, start;
    float level;
    int unsure;
    int length;
    uint8_t digits[COLLECTOR_DIGITS];
} dtmf_told;

typedef struct dtmf_collector {
    int32_t length; /* 0 = nothing is coming in */
    uint8_t digits[COLLECTOR_DIGITS];
    int64_t start, last_start; /* of the first digit, of the last */
    int64_t deadline;          /* the next digit must be known by then */
    int32_t least_step, most_step, longest;
    int32_t quiet; /* it was, before the first digit */
    float level;
    /* how loud it was below 600 Hz, block by block */
    int64_t now;
    double low[2]; /* the low-pass filter's memory */
    double energy;
    float block[COLLECTOR_BLOCKS];
} dtmf_collector;

void dtmf_collector_reset(dtmf_collector *c);
/* The audio, before its digits. */
void dtmf_collector_listen(dtmf_collector *c, const int16_t *pcm, int n);
/* A CTI_EV_DIGIT_DOWN or _UP. Returns 1 when a message is told. */
int dtmf_collector_digit(dtmf_collector *c, const cti_event *digit, dtmf_told *told);
/* It is `now` and no digit came: returns 1 when a message that broke off is told. */
int dtmf_collector_time(dtmf_collector *c, int64_t now, dtmf_told *told);
