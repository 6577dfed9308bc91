#pragma once

/* dahdi_board: the channels of DAHDI cards as a board, served on the thread that ticks.
 *
 * Each exchange() reads of every channel what has come (one buffer of 160 samples a read), writes as much as
 * it read, and takes the events that the kernel has queued; audio goes through a fed board's elastic buffers
 * (cti/fed_board.h), for a card has a clock of its own. All these are calls of the system that do not block
 * (docs/decisions/0006-dahdi-in-the-tick.md), and bounded: at most 16 buffers and 80 events of a channel.
 *
 * control() acts at once, by ioctl. A port that faces the exchange times flash and pulses by the kernel; a
 * telephone's cadence is made by who orders it, so the kernel's, which repeats, is set to its longest burst
 * and stopped. On hook a telephone hears us too, while there is something to hear (caller ID). Battery
 * cannot be cut.
 *
 * The echo of what we send is taken out here, where `echo_taps` says so: block k of what came is heard while
 * block k is sent, and nobody above knows that any more.
 *
 * Away until descriptors are given, each on hook, with blocks of 160 samples, linear, not blocking. A channel
 * that is no more there (event 20, ENODEV) makes the board away, with CTI_ERR_GONE, until it is given
 * descriptors again; the old ones are the caller's to close, and the kernel puts their lines on hook.
 *
 * Threads: one ticks; another gives and takes back descriptors, and asks for the status.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/board.h"
#include "cti/dahdi_door.h"

enum cti_dahdi_port_kind { CTI_DAHDI_FXO = 0, CTI_DAHDI_FXS = 1 };

typedef struct cti_dahdi_board_config {
    int32_t ports;   /* 1…64 */
    int32_t latency; /* samples that the elastic buffers keep each way, to 1600; default 400 */
    int32_t buffers; /* that the kernel keeps of each channel, 4…32; default 8 */
} cti_dahdi_board_config;

typedef struct cti_dahdi_port_config {
    int32_t kind;       /* enum cti_dahdi_port_kind: what the port faces */
    int32_t echo_taps;  /* 0, 128 or 256: our own canceller */
    int32_t tells_late; /* 1: the kernel tells of what came too late (events 29, 30): fewer reads will do */
} cti_dahdi_port_config;

enum cti_dahdi_board_state {
    CTI_DAHDI_AWAY = 0,
    CTI_DAHDI_HERE = 1,
    CTI_DAHDI_LOST = 2 /* a channel is no more there: take the descriptors back */
};

typedef struct cti_dahdi_port_status {
    int32_t off_hook; /* FXO: we are; FXS: the telephone is */
    int32_t alarm;    /* the channel or its span is out of order */
    int32_t neon;     /* FXO: a message waits, as the exchange says by 90 V */
    int32_t refused;  /* the last order that the kernel refused: a hook value of user.h, and */
    int32_t why;      /* its errno; 0: none was, or it was taken since */
    int32_t lost;     /* an errno other than that it would block, of reading or writing; 0: none */
    int64_t rx_slips, tx_slips;
    int64_t events_lost;
    float rx_latency, tx_latency; /* of the elastic buffers, samples */
    int32_t rx_ppm, tx_ppm;
} cti_dahdi_port_status;

typedef struct cti_dahdi_board cti_dahdi_board;

void cti_dahdi_board_defaults(cti_dahdi_board_config *cfg);
/* 0 when the configuration is not valid. */
size_t cti_dahdi_board_size(const cti_dahdi_board_config *cfg);
/* The door is copied; its ctx must outlive this. */
int cti_dahdi_board_init(cti_dahdi_board *b, size_t size, const cti_dahdi_board_config *cfg,
                         const cti_dahdi_door *door);
/* While it is away. */
int cti_dahdi_board_port(cti_dahdi_board *b, int port, const cti_dahdi_port_config *cfg);
/* Fills *board, for cti_engine_add_board(). */
int cti_dahdi_board_board(cti_dahdi_board *b, cti_board *board);

/* From the other thread. */

/* One handle for each port, from the next tick on. CTI_ERR_STATE unless it is away. */
int cti_dahdi_board_give(cti_dahdi_board *b, const int32_t *handles, int n);
/* Away from now on. 1: no tick uses them any more; 0: one that runs may, so ask again. */
int cti_dahdi_board_take_back(cti_dahdi_board *b);
int cti_dahdi_board_state_of(const cti_dahdi_board *b);
int cti_dahdi_board_status_of(const cti_dahdi_board *b, int port, cti_dahdi_port_status *status);
