#include "cid/dtmf_collector.h"

#include <math.h>
#include <string.h>

#include "cti/cid.h"

#define REFERENCE_RMS 16140.0f /* 0 dBm0 */
#define BLOCK 80
/* Annex A: digits and pauses of 70 ms; some exchanges send 50 or 100. */
#define PAUSE_MAX (8 * 400) /* from the end of a digit until the next is known: else it has broken off */
#define DIGIT_MAX (8 * 600) /* from the beginning of one that does not end */
#define DAMAGED_DIGITS 4    /* fewer, broken off, are not worth a word */
/* An exchange is in step: a digit that was not heard makes a step of twice the length. */
#define STEP_RATIO 1.75f
/* The same for digits and a # alone, sent by an exchange, not by hand. */
#define PLAIN_STEP_RATIO 1.25f
#define PLAIN_STEP_SLACK (8 * 8)
#define PLAIN_STEP_MAX (8 * 260)
#define PLAIN_DIGIT_MAX (8 * 140)
#define PLAIN_DIGITS 3 /* at least, before the # */
/* A dial tone is all below 600 Hz, where a digit's tones are not and white noise has 8 dB less than in all.
 * Quiet down there is either: below the digits by so much, or below that at all. */
#define QUIET_DB 14.0f
#define QUIET_DBM0 -40.0f
#define QUIET_BLOCKS 8 /* looked at, up to 10 ms before the digit */

/* A Butterworth low-pass of 600 Hz. */
#define LOW_B 0.04125354
#define LOW_A1 -1.34896775
#define LOW_A2 0.51398189

void dtmf_collector_reset(dtmf_collector *c) {
    memset(c, 0, sizeof *c);
}

/* Up to the end of a block. */
static void low_pass(dtmf_collector *c, const int16_t *pcm, int n) {
    double m0 = c->low[0], m1 = c->low[1], energy = c->energy;
    for (int i = 0; i < n; i++) {
        double in = pcm[i] - LOW_A1 * m0 - LOW_A2 * m1;
        double out = LOW_B * (in + 2.0 * m0 + m1);
        m1 = m0;
        m0 = in;
        energy += out * out;
    }
    c->low[0] = m0;
    c->low[1] = m1;
    c->energy = energy;
    c->now += n;
}

void dtmf_collector_listen(dtmf_collector *c, const int16_t *pcm, int n) {
    for (int done = 0; done < n;) {
        int left = BLOCK - (int)(c->now % BLOCK), take = left < n - done ? left : n - done;
        low_pass(c, pcm + done, take);
        done += take;
        if (take == left) {
            c->block[(c->now / BLOCK - 1) % COLLECTOR_BLOCKS] = (float)(c->energy / BLOCK);
            c->energy = 0.0;
        }
    }
}

static int was_quiet(const dtmf_collector *c, const cti_event *digit) {
    int64_t last = digit->start / BLOCK - 2, newest = c->now / BLOCK - 1;
    float sum = 0.0f;
    for (int64_t b = last; b > last - QUIET_BLOCKS && b >= 0 && b > newest - COLLECTOR_BLOCKS; b--) {
        sum += c->block[b % COLLECTOR_BLOCKS];
    }
    float dbm0 = 10.0f * log10f((sum / QUIET_BLOCKS + 1.0f) / (REFERENCE_RMS * REFERENCE_RMS));
    return dbm0 < QUIET_DBM0 || dbm0 < digit->level - QUIET_DB;
}

static int is_coded(const dtmf_collector *c) {
    return c->digits[0] >= 'A' && c->digits[0] <= 'D';
}

static int tell(dtmf_collector *c, int64_t at, int unsure, dtmf_told *told) {
    told->at = at;
    told->start = c->start;
    told->level = c->level;
    told->unsure = unsure;
    told->length = c->length;
    memcpy(told->digits, c->digits, sizeof told->digits);
    c->length = 0;
    return 1;
}

static int in_step(const dtmf_collector *c, float ratio, int slack) {
    return c->length < 3 || (float)c->most_step <= ratio * (float)c->least_step + (float)slack;
}

static int is_message(const dtmf_collector *c) {
    cti_cid_message message;
    return cti_cid_dtmf_parse(c->digits, c->length, &message) == 0;
}

/* Would it be a message if its C had come? */
static int lacks_its_end(dtmf_collector *c) {
    if (!is_coded(c) || c->length < DAMAGED_DIGITS || c->length == COLLECTOR_DIGITS) {
        return 0;
    }
    c->digits[c->length++] = 'C';
    int would = is_message(c);
    c->length--;
    return would;
}

static int sent_by_an_exchange(const dtmf_collector *c) {
    return c->length > PLAIN_DIGITS && c->quiet && c->most_step <= PLAIN_STEP_MAX &&
           c->longest <= PLAIN_DIGIT_MAX && in_step(c, PLAIN_STEP_RATIO, PLAIN_STEP_SLACK);
}

static void begin(dtmf_collector *c, const cti_event *digit) {
    c->length = 0;
    if (digit->value == 'C' || digit->value == '#' || digit->value == '*') {
        return;
    }
    c->digits[c->length++] = (uint8_t)digit->value;
    c->start = c->last_start = digit->start;
    c->least_step = INT32_MAX;
    c->most_step = c->longest = 0;
    c->level = digit->level;
    c->quiet = was_quiet(c, digit);
}

static int down(dtmf_collector *c, const cti_event *digit, dtmf_told *told) {
    int letter = digit->value >= 'A' && digit->value <= 'D';
    c->deadline = digit->at + DIGIT_MAX;
    if (c->length == 0 || digit->value == 'A' || (letter && !is_coded(c)) || digit->value == '*' ||
        c->length == COLLECTOR_DIGITS) {
        begin(c, digit);
        return 0;
    }
    int32_t step = (int32_t)(digit->start - c->last_start);
    c->least_step = step < c->least_step ? step : c->least_step;
    c->most_step = step > c->most_step ? step : c->most_step;
    c->last_start = digit->start;
    c->digits[c->length++] = (uint8_t)digit->value;
    if (digit->value != '#' && digit->value != 'C') {
        return 0;
    }
    if (is_message(c) && (is_coded(c) || sent_by_an_exchange(c))) {
        return tell(c, digit->at, !in_step(c, STEP_RATIO, 0), told);
    }
    c->length = 0;
    return 0;
}

int dtmf_collector_digit(dtmf_collector *c, const cti_event *digit, dtmf_told *told) {
    if (digit->kind == CTI_EV_DIGIT_DOWN) {
        return down(c, digit, told);
    }
    c->longest = digit->length > c->longest ? digit->length : c->longest;
    c->deadline = digit->at + PAUSE_MAX;
    return 0;
}

int dtmf_collector_time(dtmf_collector *c, int64_t now, dtmf_told *told) {
    if (c->length == 0 || now < c->deadline) {
        return 0;
    }
    if (lacks_its_end(c)) {
        return tell(c, c->deadline, 1, told);
    }
    c->length = 0;
    return 0;
}
