#pragma once

/* player: a queue of sounds for one port, played one after the other without a gap.
 *
 * An item is either PCM or a tone that the core makes from its table (cti/tone_gen.h); the caller
 * keeps both alive until the item's CTI_EV_PLAY_DONE. An item may be stopped by a digit: the tick
 * calls cti_player_digit() as soon as the receiver hears one, so that a prompt stops within the same
 * tick (barge-in). A stopped item fades out over 5 ms, and so does a tone at the end of a given
 * length, so that no click goes to the line.
 * One sound may interrupt all others: they stand still meanwhile, and then go on where they were.
 * 16-bit samples, 8,000 Hz. Caller-owned memory, no allocation.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/event.h"
#include "cti/tone_gen.h"

enum cti_play_end {
    CTI_PLAY_ENDED = 0,  /* played to its end */
    CTI_PLAY_DIGIT = 1,  /* stopped by a digit */
    CTI_PLAY_STOPPED = 2 /* stopped by command */
};

typedef struct cti_play_item {
    const int16_t *pcm;               /* null: the item is a tone */
    int64_t samples;                  /* of pcm; or how long the tone lasts, -1 = until stopped */
    const struct cti_tone_spec *tone; /* null: the item is PCM, or silence when pcm is null too */
    int32_t ref;                      /* comes back in CTI_EV_PLAY_DONE */
    int32_t loop;                     /* 1: PCM starts again at its end */
    uint32_t stop_on;                 /* bit i set: the i-th digit of "0123456789*#ABCD" stops it */
    int32_t gain_q12;                 /* 4096 = unchanged; 0…65536 */
} cti_play_item;

typedef struct cti_player cti_player;

size_t cti_player_size(void);
int cti_player_init(cti_player *p, size_t size);
/* Puts an item behind those that play and wait (16 at the most: CTI_ERR_FULL). The item is copied. */
int cti_player_put(cti_player *p, const cti_play_item *item);
/* Plays an item of PCM or silence at once, in the place of what plays, which goes on behind it from the
 * sample where it was. No digit and no stop of all ends it. CTI_ERR_STATE while another interrupts. */
int cti_player_interrupt(cti_player *p, const cti_play_item *item);
/* Stops the item `ref`, or with ref -1 all but one that interrupts; they end with CTI_PLAY_STOPPED. */
int cti_player_stop(cti_player *p, int32_t ref);
/* A digit was heard: from the front on, the items whose stop_on holds it end with CTI_PLAY_DIGIT; the
 * first one that does not hold it plays on, and so do those behind it. Without effect in an interruption. */
int cti_player_digit(cti_player *p, int digit);
/* Adds the next n samples to out (saturating) and writes the ends that fell in them; `at` is the
 * sample count of out[0]. Returns the number of events written (at most max; an end that finds
 * no room is kept for the next call). */
int cti_player_run(cti_player *p, int64_t at, int16_t *out, int n, cti_event *ev, int max);
/* 1 while anything plays or waits. */
int cti_player_busy(const cti_player *p);
