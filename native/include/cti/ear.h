#pragma once

/* ear: every detector of a bank of ports over one pass of the same audio.
 *
 * What the tick, the simulator's telephones and `ctidrv dsp detect` all use. No detector alters
 * what another hears, and turning one on or off never changes what another reports. Fed in blocks
 * of 1, 160 or all samples the ear reports the same events with the same times.
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
/* A caller-ID message by its ref (the last 4 of a port are kept); the number of bytes. */
int cti_ear_message(const cti_ear *ear, int port, int32_t ref, uint8_t *out, int max);
