#pragma once

/* fed_sound: a headset's or sound card's callback, for a HANDSET port of a fed board (cti/fed_board.h).
 *
 * It is called by the sound system's own thread, in the form of PortAudio V19 (PaStreamCallback; mono,
 * 16 bits, 8,000 Hz), and neither waits nor allocates: no pause of the interpreter is ever heard. What the
 * microphone brings goes to the port, with its gain; what the port is to send passes its gain and then the
 * limiter that no ear is hurt behind (cti/shock_limiter.h).
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/fed_board.h"

typedef struct cti_fed_sound cti_fed_sound;

/* Of the loudest sample since they were last asked for, as a sine's level (dBm0; -100: silence), after the
 * gains. */
typedef struct cti_fed_sound_levels {
    float said, heard;
} cti_fed_sound_levels;

size_t cti_fed_sound_size(void);
/* The board has to outlive it. */
int cti_fed_sound_init(cti_fed_sound *s, size_t size, cti_fed_board *board, int port);
/* From any thread. Gains in dB, -30…+30; the microphone's is louder or quieter from the next block on. */
int cti_fed_sound_gains(cti_fed_sound *s, float microphone_db, float earpiece_db);
/* 1: the microphone is not heard; 0: it is. */
int cti_fed_sound_mute(cti_fed_sound *s, int on);
/* Not from two threads at once. */
int cti_fed_sound_levels_of(cti_fed_sound *s, cti_fed_sound_levels *levels);
/* Blocks that the sound system has asked for, ever. From any thread. */
int64_t cti_fed_sound_blocks(const cti_fed_sound *s);
/* The callback: `in` may be null (silence). `time`: PaStreamCallbackTimeInfo, three doubles in seconds, the
 * second the stream's own clock, or null. `sound`: the cti_fed_sound. Returns 0 (paContinue). */
int cti_fed_sound_run(const void *in, void *out, unsigned long frames, const void *time, unsigned long flags,
                      void *sound);
