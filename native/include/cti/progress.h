#pragma once

/* progress: call-progress tones by frequency and cadence (ITU-T E.180, E.182).
 *
 * A definition names a tone, the frequencies it may have (none: any one or two steady tones of 300…675 Hz
 * will do, and cadence alone decides), and its on/off times. Frequencies may be anywhere in 300…3900 Hz.
 * A continuous tone is known after `continuous_ms`. Tolerances are ratios (0.15 = 15 %).
 *
 * Of definitions that fit the same bursts the best one is told, but special information, number
 * unobtainable, howler, stutter, second dial and confirmation tone only where no other fits: a hang-up is
 * never mistaken for one of them.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/event.h"

/* What follows the last burst of a definition's cycles. */
enum cti_tone_then {
    CTI_THEN_AGAIN = 0,   /* the next cycle, and the tone is known by its first burst */
    CTI_THEN_STEADY = 1,  /* the tone without a pause, and it is known by that (stutter dial tone) */
    CTI_THEN_SILENCE = 2, /* nothing for as long as the last pause, after which it is known (confirmation) */
    CTI_THEN_ANY = 3      /* it is known at the end of the last burst (E.180: special information) */
};

typedef struct cti_progress_tone {
    int32_t tone;     /* enum cti_tone */
    float hz[4];      /* 0 = unused; all 0: by cadence alone */
    float hz_room;    /* Hz that each may be off where that is more than the tolerance (E.180: SIT, 50) */
    int32_t steps;    /* entries in ms[]; 0 = continuous */
    int32_t ms[8];    /* on, off, on, off …; an off of 0 only between bursts of different lines */
    int32_t lines[4]; /* of each burst: bit i is hz[i]; all 0: every burst has all of hz[] */
    int32_t then;     /* enum cti_tone_then */
    int32_t plain;    /* 1: a burst that is modulated in amplitude (by 30 Hz and more) is none of it */
    int32_t whole;    /* 1: every burst has to be heard, for a shorter run is another tone's */
    int32_t twin;     /* 1: a tone that goes on beside talk has this cadence too. Known half a cycle later, by
                         bursts of which the first was heard, and begun where the talk before holds more */
    float cycle_ms[2]; /* of two steps: its cycle is at least the first and shorter than the second, 0 being
                          no limit: the border to a tone that is as near as tolerance and edges */
    int32_t cycles;    /* whole cycles that must match before it is reported, at least 1 */
} cti_progress_tone;

typedef struct cti_progress_config {
    int32_t tones; /* 0…24 */
    cti_progress_tone tone[24];
    float cadence_tolerance;
    float frequency_tolerance;
    float floor_dbm0; /* quieter tones are not reported */
    int32_t continuous_ms;
} cti_progress_config;

typedef struct cti_progress cti_progress;

/* The definitions used without a country: dial (continuous), ringback, busy and congestion of the common
 * cadences, by cadence alone; special information tone and North America's howler by their frequencies. */
void cti_progress_defaults(cti_progress_config *cfg);
/* CTI_OK, or CTI_ERR_ARG for definitions that no detector takes. */
int cti_progress_check(const cti_progress_config *cfg);
size_t cti_progress_size(void);
/* CTI_ERR_ARG: a definition is none, or their frequencies above 735 Hz are too many (160 steps of 12.5 Hz,
 * each frequency with its tolerance and 40 Hz on either side). */
int cti_progress_init(cti_progress *p, size_t size, const cti_progress_config *cfg);
/* Writes CTI_EV_TONE_ON (start: first sample of the first burst), CTI_EV_TONE_CLEAR and CTI_EV_TONE_OFF
 * (start: end of the last burst); returns the number of events. Their ref is the mean level of what else was
 * heard, but for steady noise at least 12 dB below the tone, in the loudest of the bursts and pauses since
 * the start (of five and more in the second loudest: one may hold a last word): dBm0, -60 for nothing.
 * CTI_EV_TONE_CLEAR follows when it is 3 dB less over as many bursts as made the tone known, or, of a steady
 * tone, over continuous_ms. */
int cti_progress_run(cti_progress *p, const int16_t *pcm, int n, cti_event *ev, int max);
