#pragma once

/* fed_board: a board whose ports are bound to devices that threads of their own serve (a modem on a serial
 * port, a USB box, a sound card), so that neither ever waits for the other.
 *
 * For each port, from the device's thread to the tick and back, without a lock: audio at 8,000 Hz through an
 * elastic buffer (cti/elastic.h), for no device has the engine's clock; events; commands. What comes too
 * late, and what finds no room, is silence and a counted slip.
 *
 * A device says which directions it serves: one that is half duplex only one at a time. The other is silence
 * and no slip. Of what came before it stopped to serve one the rest is still heard or given.
 *
 * It begins gone, and is gone until the device says it is not: exchange() and control() then say
 * CTI_ERR_GONE, and what is fed is dropped. Who says that it is back has put every line on hook.
 *
 * Time: the device's thread gives its own monotonic clock in ns, of any beginning, or -1 where it has none.
 * From the ticks that it sees begin the core learns how that clock lies to the engine's samples, and so
 * stamps audio and events within a tick (an event's `start`; its `at` lies in the tick that tells it); the
 * difference of the clocks is then known sooner and better.
 *
 * Threads: one ticks; one serves a port (one may serve several); any may ask for the status.
 *
 * Example, in the device's thread, each 10 ms:
 *   cti_fed_board_push(b, port, came, n, now); cti_fed_board_pull(b, port, to_send, n, now);
 *   while (cti_fed_board_command(b, port, &command) == 1) obey(command);
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/board.h"
#include "cti/elastic.h"

enum cti_fed_direction { CTI_FED_NONE = 0, CTI_FED_RX = 1, CTI_FED_TX = 2, CTI_FED_BOTH = 3 };

typedef struct cti_fed_board_config {
    int32_t ports;         /* 1…64 */
    cti_elastic_config rx; /* from the device */
    cti_elastic_config tx; /* to it */
} cti_fed_board_config;

typedef struct cti_fed_command {
    int32_t what; /* enum cti_line_control */
    int32_t value;
} cti_fed_command;

typedef struct cti_fed_status {
    int64_t rx_slips, tx_slips;   /* underruns, overruns, and what found no room */
    int64_t events_lost;          /* found no room, or were told while gone */
    float rx_latency, tx_latency; /* samples, smoothed */
    int32_t rx_ppm, tx_ppm;       /* the device's clock against the engine's */
    int32_t serves;               /* enum cti_fed_direction */
    int32_t gone;
} cti_fed_status;

typedef struct cti_fed_board cti_fed_board;

/* One port; 50 ms of latency each way. */
void cti_fed_board_defaults(cti_fed_board_config *cfg);
/* cfg null: the defaults. 0 when the configuration is not valid. */
size_t cti_fed_board_size(const cti_fed_board_config *cfg);
int cti_fed_board_init(cti_fed_board *b, size_t size, const cti_fed_board_config *cfg);
/* Fills *board, for cti_engine_add_board(). */
int cti_fed_board_board(cti_fed_board *b, cti_board *board);

/* From a device's thread. */

/* 1: the device is away, from the next tick on; 0: it is there, with every line on hook. Commands that were
 * given before it went may still wait: who comes back takes and drops them first. It serves nothing then. */
int cti_fed_board_gone(cti_fed_board *b, int gone);
/* enum cti_fed_direction, from now on. A direction that begins does so empty, at the elastic buffer's
 * latency. */
int cti_fed_board_serve(cti_fed_board *b, int port, int directions);
/* What came from the line: n samples, at most 8000. Returns how many found room. */
int cti_fed_board_push(cti_fed_board *b, int port, const int16_t *pcm, int n, int64_t ns);
/* What is to be sent, by the device's clock: n samples, at most 4000; silence where there is none. Returns n.
 */
int cti_fed_board_pull(cti_fed_board *b, int port, int16_t *pcm, int n, int64_t ns);
/* What the tick has sent since, as it is, for a device without a clock to be heard: whole ticks of 160
 * samples, at most max samples. Returns how many. Not together with pull. */
int cti_fed_board_take(cti_fed_board *b, int port, int16_t *pcm, int max);
/* An event of cti/board.h: kind, value, length (samples) and ref as there. CTI_ERR_FULL: it is lost. */
int cti_fed_board_tell(cti_fed_board *b, int port, int kind, int value, int length, int ref, int64_t ns);
/* CTI_EV_CALLER_ID with its message (cti/cid.h) of at most 260 bytes; standard: enum cti_cid_standard. */
int cti_fed_board_caller_id(cti_fed_board *b, int port, int standard, const uint8_t *message, int n,
                            int64_t ns);
/* The next command: 1, or 0 when there is none. */
int cti_fed_board_command(cti_fed_board *b, int port, cti_fed_command *command);

/* From any thread. */
int cti_fed_board_status_of(const cti_fed_board *b, int port, cti_fed_status *status);
