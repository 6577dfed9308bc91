#pragma once

/* board: how the tick exchanges audio with a board, real or simulated.
 *
 * The tick calls exchange() once every 160 samples, from the live thread or, in virtual time,
 * step by step. It sends tx and fills rx, both planar int16 [ports][samples], and writes what
 * happened on the lines since (CTI_EV_RING_ON … CTI_EV_ALARM, port counted within the board).
 * It never blocks, allocates or takes a lock. A board that is gone says so at each tick until it is back,
 * with every line on hook. control() is called from the same thread, before
 * exchange(), so hook and audio are of one tick.
 *
 * A tick is too coarse for dial pulses and flash: the board times them itself, one behind the other, and
 * says CTI_EV_DIALLED for each. CTI_LINE_HOOK 0 breaks them off. A telephone's at an FXS or HANDSET port it
 * times too (cti/pulse_rx.h): CTI_EV_HOOK, CTI_EV_FLASH, CTI_EV_PULSING, and the digits of pulses. Lifting
 * ends the ringing; what a kind of port cannot do, or not now, is CTI_ERR_STATE.
 *
 * A board that hears caller ID itself says CTI_EV_CALLER_ID with a ref of its own, 0…2^20 - 1, and gives the
 * bytes by message() (NULL where it does not), which is called in the same tick, behind exchange().
 *
 * A simulated board in virtual time may let lines rest that carry nothing (`rest` to `idle`; NULL for a
 * real one): it makes no audio for them, but can make it up. `rest` says before each exchange() whether the
 * tick can do without the port's audio (may = 1); with 0, a line that rested rests no more. `rests` says
 * after it whether it did without: rx is then silence, and owed. What is owed would be white noise of at most
 * -60 dBm0. `recall` gives it once the line rests no more: it passes over `skip` samples, then writes the
 * next 160, and returns how many are still owed behind those, or CTI_ERR_STATE when nothing is. `idle` lets
 * so many ticks pass in which there would be nothing but rest on all lines, without an exchange(); with 0 it
 * only says whether that is so now: 1, or 0.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/event.h"

enum cti_line_control {
    CTI_LINE_HOOK = 1,  /* value 1: seize (off hook), 0: release (on hook); HANDSET without a hook of its own:
                           lift, put down */
    CTI_LINE_FLASH = 2, /* FXO, off hook; value: samples, 80…24000 */
    CTI_LINE_RING = 3, /* FXS, HANDSET, on hook: value 1 ring, 0 stop; the cadence is made by who orders it */
    CTI_LINE_BATTERY = 4,  /* FXS: value 1 feed, 0 cut */
    CTI_LINE_POLARITY = 5, /* FXS: value 1 reversed, 0 normal */
    CTI_LINE_PULSES = 6,   /* FXO, off hook: one digit of dial pulses; value: cti_pulse_value() */
    CTI_LINE_LAMP = 7,     /* FXS whose board lights a lamp itself: value: messages that wait, 0…255 */
    CTI_LINE_SHOW = 8      /* HANDSET: what its user is to see; value: enum cti_show, added up */
};

/* Hanging up puts all of them out. */
enum cti_show {
    CTI_SHOW_RINGS = 1, /* a call rings, between the bursts too */
    CTI_SHOW_MUTED = 2, /* the others do not hear him; a headset mutes its microphone itself, too */
    CTI_SHOW_HELD = 4   /* his call is on hold */
};

typedef struct cti_board {
    void *ctx;
    int32_t ports;
    /* returns the number of events written, or a negative cti_error: the board is gone for this tick */
    int (*exchange)(void *ctx, int64_t at, const int16_t *tx, int16_t *rx, int samples, cti_event *ev,
                    int max);
    /* returns 0 or a cti_error */
    int (*control)(void *ctx, int port, int what, int value);
    void (*rest)(void *ctx, int port, int may);
    int (*rests)(void *ctx, int port);
    int64_t (*recall)(void *ctx, int port, int64_t skip, int16_t *rx);
    int (*idle)(void *ctx, int64_t ticks);
    /* the bytes of a caller-ID message: their number, or a cti_error */
    int (*message)(void *ctx, int port, int32_t ref, uint8_t *out, int max);
} cti_board;
