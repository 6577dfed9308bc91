#pragma once

/* ear: every detector of a bank of ports over one pass of the same audio.
 *
 * What the tick, the simulator's telephones and `ctidrv dsp detect` all use. No detector alters
 * what another hears, and turning one on or off never changes what another reports. Fed in blocks
 * of 1, 160 or all samples the ear reports the same events with the same times.
 *
 * A port may rest while its line carries nothing but faint noise (virtual time: cti/engine.h). It hears
 * nothing then, its detectors stand still, and what they have missed is counted. Before it hears again some
 * of that is passed over, at most what cti_ear_may_pass() says, and the rest is heard (cti_ear_make_up). That
 * comes to the same, because
 *  - caller ID and digits, the only detectors that may rest, keep nothing of what they heard longer than
 *    CTI_EAR_SETTLES: DTMF's noise floor looks back 0.51 s, the search budget of FSK 0.4 s, the alerting tone
 *    counts for 1 s, every filter has forgotten within 0.6 s to the last bit of its numbers;
 *  - all that repeats in them (blocks of 16, 20, 32, 80 and 2,048 samples; the turning of the alerting tone's
 *    mixers, 800) fits into CTI_EAR_PERIOD, so the later samples fall into the same blocks. The mixers of
 *    DTMF are not where they would be: a digit's level differs by the last bit of its number;
 *  - times are the detector's count and when it began (`since`): passing over moves the latter;
 *  - nothing is heard in what is passed over: who lets a port rest answers for that.
 * `test_rest.c` compares both ways.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/event.h"
#include "cti/progress.h"

enum cti_ear_detector {
    CTI_EAR_DTMF = 1,
    CTI_EAR_PROGRESS = 2,
    CTI_EAR_VOICE = 4,
    CTI_EAR_CALLER_ID = 8,
    CTI_EAR_FAX = 16,      /* CNG, CED, ANSam, V.21: cti/fax_tones.h */
    CTI_EAR_PRESENCE = 32, /* anything but a dead line: cti/presence.h */
    CTI_EAR_ALL = 63
};

enum cti_ear_rest {
    CTI_EAR_SETTLES = 16000, /* samples: 2 s */
    CTI_EAR_PERIOD = 51200   /* samples: 6.4 s */
};

typedef struct cti_ear cti_ear;

size_t cti_ear_size(int ports);
/* All detectors off, sample count 0. */
int cti_ear_init(cti_ear *ear, size_t size, int ports);
/* Chooses a port's detectors (mask). Those switched on start afresh. */
int cti_ear_listen(cti_ear *ear, int port, int detectors);
/* The definitions that call progress goes by (cti/progress.h); -1 = all ports. Copied. */
int cti_ear_progress(cti_ear *ear, int port, const struct cti_progress_config *cfg);
/* n samples of every port: port i's begin at pcm + i * stride. Returns the events written, ordered
 * by (at, port, kind); those that find no room are kept for the next call. */
int cti_ear_run(cti_ear *ear, const int16_t *pcm, int stride, int n, cti_event *ev, int max);
/* The port rests from now on (1) or no more (0). CTI_ERR_STATE: it has other detectors than may rest; or, for
 * 0, something has not been made up for yet. Meanwhile cti_ear_listen() and cti_ear_progress() are refused.
 */
int cti_ear_rest(cti_ear *ear, int port, int rests);
/* Has it no other detectors than may rest? */
int cti_ear_may_rest(const cti_ear *ear, int port);
/* What a port that rests has missed, in samples. */
int64_t cti_ear_behind(const cti_ear *ear, int port);
/* How much of it may be passed over: multiples of CTI_EAR_PERIOD that leave CTI_EAR_SETTLES to be heard. */
int64_t cti_ear_may_pass(const cti_ear *ear, int port);
/* Passes over so much of it. CTI_ERR_ARG for more than may be. */
int cti_ear_pass_over(cti_ear *ear, int port, int64_t n);
/* Hears the next n samples, at most 160, of what it missed; events come with the next run. */
int cti_ear_make_up(cti_ear *ear, int port, const int16_t *pcm, int n);
/* As a run of n samples in which nothing is heard at all: every port rests or has no detector, else
 * CTI_ERR_STATE. */
int cti_ear_idle(cti_ear *ear, int64_t n);
/* A caller-ID message by its ref (the last 4 of a port are kept); the number of bytes. */
int cti_ear_message(const cti_ear *ear, int port, int32_t ref, uint8_t *out, int max);
