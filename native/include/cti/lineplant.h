#pragma once

/* lineplant: the signal side of the simulated exchange, the two-wire lines and what is at their ends.
 *
 * Lines 0 … board_lines-1 end at the board under test: the plant is that board (cti_plant_board).
 * The lines after them end at simulated telephones, which have a player, a recorder and an ear.
 * Each of these lines has, at the exchange, a player (tones, announcements, caller-ID bursts), a DTMF
 * receiver and one of hook signals (dial pulses, flash: cti/pulse_rx.h), and may be switched through to one
 * other line. Decisions (who is rung, what is heard) are hwsim's; the plant carries them out on the sample
 * clock.
 *
 *   telephone or board --2-wire, loss, noise--  hybrid  [exchange: player + receiver] == other line
 *
 * The board or telephone hears: what the exchange sends, less the line's loss, plus its own signal
 * returned by the hybrid (return loss, delay), plus noise. The exchange hears the terminal less
 * the loss. Nothing passes while a terminal is on hook, but what the exchange sends to an on-hook line
 * (caller ID) is heard there. The hook opens and closes to the sample where pulses or a flash are sent, and
 * at the beginning of a tick by command. Noise comes from a generator seeded per line, so a run repeats.
 * That of a board line which rests (cti/board.h) is made when it is wanted, and is the same to the bit.
 *
 * Behind all these come the board's own telephones: `fxs` of them, each on a two-wire line to a port of the
 * board, and `handsets`, headsets with a button and a lamp, on four wires without loss, noise or return. The
 * board's ports are in this order: lines, FXS, HANDSET. The exchange knows nothing of them; the board feeds,
 * rings (CTI_LINE_RING, one burst from 1 to 0: who orders it makes the cadence) and reads their hooks.
 *
 *   board --2-wire, loss, noise at both ends-- telephone        board --4-wire-- headset
 *
 * The board hears such a telephone less the loss, its own signal returned by its hybrid, and noise; noise
 * alone while it is on hook or the board has cut its battery. The telephone hears the board less the loss, on
 * hook too. A headset neither says nor hears anything on hook. Lifting trips the ringing; off hook, until a
 * hang-up is known, and without battery nothing rings. The hook is read without battery too.
 *
 * Threads: one ticks (the board's exchange and control); one posts commands, takes events and reads the
 * telephones' recorders. Commands take effect at the next tick, in the order they were posted.
 *
 * Up to four further lines are heard on a line at the exchange (CTI_PLANT_HEAR, a fifth is refused silently),
 * each so much down: 0 dB in a call of three, 40 to 70 dB as cross-talk, which is heard on hook too. Heard is
 * what reached the exchange from them.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/board.h"
#include "cti/event.h"
#include "cti/plant_wire.h"
#include "cti/player.h"
#include "cti/progress.h"
#include "cti/pulse_tx.h"

enum cti_plant_command_kind {
    CTI_PLANT_RING = 1,     /* line, value: 1 on with pattern in `what`, 0 off; ref: after so many samples */
    CTI_PLANT_BATTERY = 2,  /* value: 1 present, 0 cut */
    CTI_PLANT_POLARITY = 3, /* value: 1 reversed */
    CTI_PLANT_CONNECT = 4,  /* value: the other line, -1 = cut through to nothing; both ways */
    CTI_PLANT_EXCHANGE_PLAY = 5, /* item: the exchange sends it to the line's terminal */
    CTI_PLANT_EXCHANGE_STOP = 6, /* ref */
    CTI_PLANT_PHONE_HOOK = 7,    /* all telephones, the board's own too: value 1 off hook */
    CTI_PLANT_PHONE_PLAY = 8,    /* telephones: item, into the line */
    CTI_PLANT_PHONE_STOP = 9,
    CTI_PLANT_PHONE_RECORD = 10, /* telephones: value 1 start, 0 stop; what it says and hears */
    CTI_PLANT_PHONE_LISTEN = 11, /* telephones: value: detectors of its ear */
    CTI_PLANT_PHONE_PULSES = 12, /* telephones: value: a digit of dial pulses, cti_pulse_value() */
    CTI_PLANT_PHONE_FLASH = 13,  /* telephones: value: samples, 80…24000 */
    CTI_PLANT_HEAR = 14,         /* what: a further line that is heard here; value: 0.1 dB down, -1 no more */
    CTI_PLANT_LOSS = 15          /* value: 0.1 dB, 0…600, more than the line's own loss, both ways */
};

typedef struct cti_plant_command {
    int32_t kind;
    int32_t line;
    int32_t what;
    int32_t value;
    int32_t ref;
    int32_t unused;
    cti_play_item item;
} cti_plant_command;

/* Events of the plant (read by hwsim) are cti_events with `port` = line. CTI_EV_HOOK: the exchange knows
 * that the terminal (telephone or board) went off or on hook, the latter once it can be no flash;
 * CTI_EV_FLASH, CTI_EV_PULSING: of the same receiver. CTI_EV_DIGIT_DOWN/UP with ref 0: the exchange's DTMF
 * receiver, which listens while the terminal is off hook and switched through to nothing; with ref
 * CTI_DIGIT_PULSES: dial pulses; with ref 1, and tones and voice: the telephone's ear. CTI_EV_DIALLED: a
 * telephone's pulses or flash (value as cti/event.h has it). CTI_EV_RING_ON/OFF, BATTERY, POLARITY: a
 * telephone's line. CTI_EV_PLAY_DONE: of either player. CTI_EV_EVENTS_LOST (port -1): the ring was full.
 * Of its own telephones the board is told what the exchange is of others: CTI_EV_HOOK, FLASH, PULSING, and
 * digits of dial pulses; those of tones are for its own ear. */

typedef struct cti_plant_line_config {
    float loss_db;        /* one way, 0…40 */
    float noise_dbm0;     /* white, at the terminal; at or below -90: none */
    float return_loss_db; /* of the terminal's own signal, 0…60 */
    float echo_ms;        /* delay of that return, 0…32 */
    int32_t law;          /* 0 linear, 1 A-law, 2 mu-law: the exchange's coding both ways */
} cti_plant_line_config;

typedef struct cti_plant_config {
    int32_t board_lines;    /* 1…512 */
    int32_t phones;         /* 0…512 */
    int32_t record_seconds; /* of each telephone's recorder; default 30 */
    int32_t commands;       /* power of two; default 1024 */
    int32_t events;         /* power of two; default 8192 */
    int32_t wires;          /* 1: lines may have a cti_plant_wire, 50 kB each; default 0 */
    int32_t fxs;            /* 0…512; default 0 */
    int32_t handsets;       /* 0…512; default 0 */
    uint64_t seed;
} cti_plant_config;

typedef struct cti_plant cti_plant;

void cti_plant_line_defaults(cti_plant_line_config *cfg); /* 3 dB, -65 dBm0, 14 dB, 2 ms, A-law */
/* Of an FXS port's line, some 300 m of pair inside a house: 0.5 dB, -70 dBm0, 18 dB, 1 ms, linear. The return
 * is of the board's own signal. */
void cti_plant_fxs_defaults(cti_plant_line_config *cfg);
void cti_plant_defaults(cti_plant_config *cfg);
size_t cti_plant_size(const cti_plant_config *cfg);
int cti_plant_init(cti_plant *p, size_t size, const cti_plant_config *cfg);
/* Before the first tick. A handset has no line: CTI_ERR_ARG. */
int cti_plant_line(cti_plant *p, int line, const cti_plant_line_config *cfg);
/* Cable, delay, drift, hum and the rest, where the plant was made with `wires`; before the first tick. */
int cti_plant_wire_line(cti_plant *p, int line, const cti_plant_wire *cfg);
/* How the exchange reads the hooks of all lines; before the first tick. */
int cti_plant_pulses(cti_plant *p, const struct cti_pulse_rx_config *cfg);
/* How the board reads those of its own telephones; before the first tick. */
int cti_plant_board_pulses(cti_plant *p, const struct cti_pulse_rx_config *cfg);
/* The call-progress tones that the telephones' ears go by; before the first tick. */
int cti_plant_progress(cti_plant *p, const struct cti_progress_config *cfg);
/* Fills *board, for cti_engine_add_board(). */
int cti_plant_board(cti_plant *p, cti_board *board);
int cti_plant_post(cti_plant *p, const cti_plant_command *commands, int n);
int cti_plant_events(cti_plant *p, cti_event *ev, int max);
/* Frames (two channels: said, heard) from a telephone's recorder. */
int cti_plant_phone_read(cti_plant *p, int line, int16_t *out, int frames);
