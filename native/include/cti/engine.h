#pragma once

/* engine: the tick, the one place where time moves.
 *
 * Every 160 samples (20 ms) cti_engine_tick() does, in this order and for all ports:
 *   1 takes the commands that wait, in the order they were posted
 *   2 bridges: what came from the parties of a bridge in the tick before goes into the tx of the others
 *     (cti/conference.h), so 160 samples later, the least there can be; players add into tx; a terminal
 *     (cti/terminal.h) is given what came in the tick before, and writes tx
 *   3 exchanges tx and rx with every board, once
 *   4 starts recordings that waited for the seizure of their line, or for the telephone at it to be lifted
 *   5 takes the echo of tx out of rx, on two-wire ports (cti/echo_can.h), unless a modem on the line has
 *     asked that it be left (cti/tone_disabler.h), or a terminal is there
 *   6 hears: the ear (all detectors) over rx in one pass; a digit stops the prompts it may stop
 *   7 records tx and rx
 *   8 puts the tick's events, ordered by (at, port, kind), into the event ring
 * Python posts commands and reads events through two rings, each with one writer and one reader,
 * and touches no sample. Caller-owned memory; nothing is allocated, locked or asked of the
 * operating system between init and the end. Ports are numbered through all boards in the order
 * they were added.
 *
 * In virtual time ports may rest (cti_engine_rest) whose line carries nothing but faint noise and which want
 * nothing: nothing plays, nothing is recorded, for a second now, and only caller ID listens. The board makes
 * no audio for them, and neither ear nor echo canceller runs. Once there is something again the noise of
 * the meantime is made up for, as much as the ear needs (cti/ear.h); the canceller starts afresh with the
 * seizure, and before that there is no echo. While all ports rest, ticks may pass without being made
 * (cti_engine_idle). Events, recordings and all later audio are the same as without rest.
 *
 * A port is a party of at most one bridge: who joins another leaves the first. It leaves by command, and in
 * the tick in which its line is released or its telephone hung up; a board that is gone keeps its places,
 * silent. Every change takes 5 ms and is told: CTI_EV_BRIDGED. A bridge has up to 16 parties, who leave in
 * this tick among them. Who whispered to a party that left listens from then on.
 *
 * A port has one terminal at the most. It is there until it ends by itself, is taken off by command or by
 * another, the line is put down or its board is gone: CTI_EV_DETACHED, behind which its memory is the
 * program's again.
 *
 * Threads: one ticks; one posts commands and takes events (and messages); one reads recorders. They
 * may be the same. Refusals come back as events: an item the player has no room for is told by
 * CTI_EV_PLAY_DONE (stopped, length 0), a recording that cannot start by CTI_EV_RECORD_DONE (length
 * 0), a party that cannot join by CTI_EV_BRIDGED (what it was), pulses and a flash that the board cannot send
 * by CTI_EV_DIALLED (value 0). A board whose exchange() fails is gone: CTI_EV_ALARM (1) on each of its ports
 * and silence, commands to its lines are refused. It is asked again with every tick, and back when it
 * answers: CTI_EV_ALARM (0).
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/board.h"
#include "cti/ear.h"
#include "cti/event.h"
#include "cti/player.h"
#include "cti/recorder.h"
#include "cti/terminal.h"

enum cti_command_kind {
    CTI_CMD_LINE = 1, /* what: enum cti_line_control, value */
    CTI_CMD_PLAY = 2, /* item; when: 0 behind what plays, 1 at once, while that stands still */
    CTI_CMD_STOP = 3, /* ref, -1 = all of the port */
    CTI_CMD_RECORD =
        4,                   /* what: recorder 0 (the line), 1 (a message) or 2 (a sample of the
                                line, to learn from), value: channels, ref; when: 0 now, 1 with the seizure of the line */
    CTI_CMD_RECORD_STOP = 5, /* what: recorder; ref: which recording, begun or waiting; -1 = any */
    CTI_CMD_LISTEN = 6,      /* value: the ear's detectors (enum cti_ear_detector), as a mask */
    CTI_CMD_PROGRESS = 7,    /* progress: the port's call-progress tones from now on */
    CTI_CMD_JOIN = 8,        /* ref: a bridge; what: the role there (enum cti_role, not away); value: the port
                                that hears its whisper; item.gain_q12: of what it contributes, 0…65535 */
    CTI_CMD_LEAVE = 9,       /* its bridge, if it is on one */
    CTI_CMD_ATTACH = 10,     /* terminal; ref: comes back in CTI_EV_DETACHED */
    CTI_CMD_DETACH = 11      /* the terminal ref, -1 = any */
};

typedef struct cti_command {
    int32_t kind; /* enum cti_command_kind */
    int32_t port;
    int32_t what;
    int32_t value;
    int32_t ref;
    int32_t when;
    cti_play_item item;
    const struct cti_progress_config *progress; /* stays as it is until the tick has taken it */
    cti_terminal terminal;                      /* its ctx is the tick's until CTI_EV_DETACHED */
} cti_command;

typedef struct cti_engine_config {
    int32_t ports;          /* 1…512 */
    int32_t boards;         /* 1…64 */
    int32_t record_seconds; /* of each recorder ring; default 30 */
    int32_t commands;       /* room in the command ring, a power of two; default 1024 */
    int32_t events;         /* room in the event ring, a power of two; default 8192 */
    int32_t bridges;        /* 0…256; default 4 */
} cti_engine_config;

enum { CTI_BRIDGE_PARTIES = 16 };

typedef struct cti_engine_stats {
    int64_t ticks;
    int64_t now;        /* samples */
    int64_t late_ticks; /* live: ticks begun more than one tick after their deadline */
    int64_t slips;      /* live: CTI_EV_SLIP events */
    int64_t slip_samples;
    int64_t worst_late_ns;
    int64_t busy_ns; /* live: time spent inside ticks */
    int64_t events_lost;
    int64_t commands_refused;
} cti_engine_stats;

typedef struct cti_engine cti_engine;

void cti_engine_defaults(cti_engine_config *cfg);
size_t cti_engine_size(const cti_engine_config *cfg);
int cti_engine_init(cti_engine *e, size_t size, const cti_engine_config *cfg);
/* Before the first tick. The struct is copied; its ctx must outlive the engine. Returns the number
 * of the board's first port. */
int cti_engine_add_board(cti_engine *e, const cti_board *board);
/* The echo canceller of a two-wire port: its taps (128 or 256; 0 = none, as in the beginning). It
 * begins afresh with each seizure of the line, and each time the telephone at it is lifted. Between ticks of
 * virtual time, or before the live loop begins: not while another thread ticks. */
int cti_engine_echo_can(cti_engine *e, int port, int taps);
/* Whether ports may rest; not in the beginning. For virtual time: the tick that ends a port's rest takes
 * a millisecond longer. Between ticks. */
int cti_engine_rest(cti_engine *e, int may);
/* At most so many ticks pass without being made, if in each of them all ports would only rest. Nothing may
 * wait, no command and no event. Returns how many: all or 0. */
int64_t cti_engine_idle(cti_engine *e, int64_t ticks);
/* All n commands take effect at the next tick, together, or none (CTI_ERR_FULL; CTI_ERR_ARG when one
 * of them names a port or thing there is not). */
int cti_engine_post(cti_engine *e, const cti_command *commands, int n);
/* One tick. Returns the number of events that wait. */
int cti_engine_tick(cti_engine *e);
/* From the thread that ticks (the live loop, or who simulates it): the next tick begins so late, and so many
 * are made at once. */
void cti_engine_slip(cti_engine *e, int64_t late_samples, int64_t ticks);
/* Takes at most max events. */
int cti_engine_events(cti_engine *e, cti_event *ev, int max);
/* The bytes of a message (CTI_EV_CALLER_ID's ref); CTI_ERR_GONE once overwritten by later ones. */
int cti_engine_message(cti_engine *e, int port, int32_t ref, uint8_t *out, int max);
/* The recorder's reader side (cti/recorder.h): frames of recorder `which` of a port, and the ref of
 * the recording they belong to. */
int cti_engine_read(cti_engine *e, int port, int which, int16_t *out, int frames);
int32_t cti_engine_reading(cti_engine *e, int port, int which);
/* Frames recorded so far of recording `ref`, from any thread; 0 unless it is the last started. */
int64_t cti_engine_frames(const cti_engine *e, int port, int which, int32_t ref);
int cti_engine_stats_get(const cti_engine *e, cti_engine_stats *out);
