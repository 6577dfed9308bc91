#pragma once

/* recorder: a ring into which the tick writes what a port sent and heard, and out of which a
 * slow reader (the disk) takes it.
 *
 * One writer (the tick), one reader, no lock. Samples are 16 bit; with two channels they are
 * interleaved, 1 = what we sent to the line, 2 = what came from it. The recording is gap-free on
 * the sample clock: what finds no room is counted and, as soon as there is room, made good by as
 * many samples of silence, reported by CTI_EV_RECORD_LOST.
 *
 * A recording may be started while the reader still has the last ones to take (8 at the most);
 * what it reads never mixes two, and cti_recorder_reading() says which one it is at.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/event.h"

enum cti_record_channels {
    CTI_RECORD_BOTH = 2, /* interleaved tx, rx */
    CTI_RECORD_RX = 1    /* mono, what came from the line */
};

typedef struct cti_recorder cti_recorder;

/* frames: the ring's capacity in sample frames (a frame = one sample of each channel). */
size_t cti_recorder_size(int frames);
int cti_recorder_init(cti_recorder *r, size_t size, int frames);
/* Starts an empty recording; CTI_ERR_STATE while one is open, CTI_ERR_FULL when 8 wait for the reader.
 * channels: enum cti_record_channels. */
int cti_recorder_start(cti_recorder *r, int32_t ref, int channels);
/* Ends it; the reader may still take what is left. */
int cti_recorder_stop(cti_recorder *r);
/* The tick: n samples of both directions. Writes nothing while no recording is open. tx may be null
 * with CTI_RECORD_RX. `at` is the sample count of the first sample. Returns the number of events
 * written to ev (0 or 1, CTI_EV_RECORD_LOST). */
int cti_recorder_run(cti_recorder *r, int64_t at, const int16_t *tx, const int16_t *rx, int n, cti_event *ev,
                     int max);
/* The reader: takes at most `frames` frames of the recording it is at; returns how many. Right behind
 * cti_recorder_reading() they are of the recording that it named, and none when that has just ended. */
int cti_recorder_read(cti_recorder *r, int16_t *out, int frames);
/* The reader: the ref of the recording that the next frames belong to (it may have none yet); -1
 * when there is none. A recording that has ended and been taken to its end is left behind. */
int32_t cti_recorder_reading(cti_recorder *r);
/* Frames written since the start (lost ones included). */
int64_t cti_recorder_frames(const cti_recorder *r);
/* The same of the recording `ref`, from any thread; 0 unless it is the last that was started. */
int64_t cti_recorder_frames_of(const cti_recorder *r, int32_t ref);
/* 1 while a recording is open. */
int cti_recorder_open(const cti_recorder *r);
