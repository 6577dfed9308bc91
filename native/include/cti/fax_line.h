#pragma once

/* fax_line: a fax modem on a line's audio: does one turn of cti/fax_turn.h at a time.
 *
 * What is heard while a carrier is sent, and for echo_ms behind it, is our own echo and not listened to.
 * Listening to a fast modem, V.21 is listened to as well: its flags end whatever the fast modem was hearing.
 * V.21's CARRIER is told when there are flags in it; a bare tone, as a sender may put before a fast
 * carrier, is none. Hearing V.21, CNG pauses.
 *
 * Caller-owned memory; the same audio gives the same events behind the same samples however it is cut.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/event.h"
#include "cti/fax_modem_rx.h"
#include "cti/fax_turn.h"

typedef struct cti_fax_line_config {
    float level_dbm0;        /* of all that is sent, -60…0 */
    int32_t echo_protection; /* of the fast carriers: as cti/fax_modem_tx.h */
    int32_t echo_ms;         /* the line's round trip, 0…1000; more than 75 loses what comes early */
} cti_fax_line_config;

enum cti_fax_line_event_kind {
    CTI_FAX_LINE_NOTHING = 0,
    CTI_FAX_LINE_HEARD = 1, /* `modem` and `heard` */
    CTI_FAX_LINE_TONE = 2,  /* `tone`: CNG, CED or ANSam; listening to V.21, and while CNG is sent */
    CTI_FAX_LINE_SENT = 3   /* the turn's carrier or tone has ended */
};

typedef struct cti_fax_line_event {
    int32_t kind;              /* enum cti_fax_line_event_kind */
    int32_t modem;             /* enum cti_fax_modem */
    int32_t tone;              /* enum cti_fax_tone */
    int64_t at;                /* sample count of the line; of `heard` too */
    cti_fax_modem_event heard; /* its octets until the next run */
} cti_fax_line_event;

typedef struct cti_fax_line cti_fax_line;

/* -13 dBm0, no echo protection, 60 ms. */
void cti_fax_line_defaults(cti_fax_line_config *cfg);
size_t cti_fax_line_size(void);
/* cfg: null: the defaults. */
int cti_fax_line_init(cti_fax_line *f, size_t size, const cti_fax_line_config *cfg);
/* Begins at once; what was being sent is broken off. CTI_ERR_ARG: nothing changes. */
int cti_fax_line_turn(cti_fax_line *f, const cti_fax_turn *turn);
/* Octets of page data of the turn; returns how many there was room for. CTI_ERR_STATE: the turn sends none.
 */
int cti_fax_line_put(cti_fax_line *f, const uint8_t *octets, int n);
/* A frame of the turn, 1…CTI_HDLC_FRAME_MAX octets without its check sequence. CTI_ERR_STATE: the turn sends
 * none; CTI_ERR_FULL: no room. */
int cti_fax_line_frame(cti_fax_line *f, const uint8_t *octets, int n);
/* Octets of page data, or of the longest frame, that there is room for now. */
int cti_fax_line_room(const cti_fax_line *f);
/* As cti_fax_modem_tx_waiting(); 0 where the turn sends none. */
int cti_fax_line_waiting(const cti_fax_line *f);
/* No more comes: the carrier ends behind what waits. */
void cti_fax_line_end(cti_fax_line *f);
/* Takes n samples from the line and gives it as many. Returns how many are done: fewer than n, or n, with an
 * event, else n with CTI_FAX_LINE_NOTHING. */
int cti_fax_line_run(cti_fax_line *f, const int16_t *rx, int16_t *tx, int n, cti_fax_line_event *ev);
/* Of the fast modem that is or was listened to; CTI_ERR_STATE: none was. As cti/fax_modem_rx.h. */
int cti_fax_line_quality(const cti_fax_line *f, cti_fax_modem_quality *quality);
int cti_fax_line_points(const cti_fax_line *f, float *xy, int max);
