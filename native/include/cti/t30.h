#pragma once

/* t30: the procedure of a fax call (ITU-T T.30): which frames and pages go when, without sound.
 *
 * A fax modem does the turns that it orders and tells it what was heard: our own on audio, a serial modem
 * (Class 1, T.31), or a test's pipe of bits. Time is a count of samples that the owner moves. Memory is the
 * caller's; nothing is allocated. What comes from the far end is hostile: any frame of any length at any
 * time. Whatever it says, the call ends: 15 minutes behind the last page, block or part of a page that was
 * gained (128 rows), or with the seventh page on end that was refused or cut.
 *
 * The owner's loop: cti_t30_turn() after each of the calls below; it does what the turn says, and tells.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/event.h"
#include "cti/fax_modem_rx.h"
#include "cti/fax_turn.h"
#include "cti/t30_frames.h"
#include "cti/t4_decoder.h"

/* How a call ended. The words for people are ctidrv/native/t30.py's. */
enum cti_t30_result {
    CTI_T30_GOING_ON = 0,
    CTI_T30_OK = 1,
    CTI_T30_NO_FAX = 2,           /* nobody spoke as a fax does */
    CTI_T30_SILENT = 3,           /* fax tone, and then no frame */
    CTI_T30_CANNOT_RECEIVE = 4,   /* the far end does not receive */
    CTI_T30_NO_DOCUMENT = 5,      /* the far end has nothing to be polled */
    CTI_T30_INCOMPATIBLE = 6,     /* the far end wants what we do not have */
    CTI_T30_WRONG_PASSWORD = 7,   /* of the far end */
    CTI_T30_HUNG_UP_B = 8,        /* the far end hung up: before anything was agreed */
    CTI_T30_HUNG_UP_TRAINING = 9, /* ... in training */
    CTI_T30_HUNG_UP_PAGE = 10,    /* ... within a page or behind it */
    CTI_T30_NO_REPLY = 11,        /* no answer to what was proposed */
    CTI_T30_TRAINING_FAILED = 12, /* at every rate */
    CTI_T30_PAGE_REFUSED =
        13, /* RTN as often as we sent it; receiving: we refused it, and no better one came */
    CTI_T30_NOT_CONFIRMED = 14, /* a page was sent, and no answer came */
    CTI_T30_TOO_BAD = 15,       /* error correction got nowhere at the lowest rate */
    CTI_T30_NOT_READY = 16,     /* the far end was not ready for 60 s (T5) */
    CTI_T30_NO_ROWS = 17,       /* our own page was not there in time */
    CTI_T30_STOPPED = 18,       /* receiving: no more came */
    CTI_T30_LINE_LOST = 19,     /* cti_t30_gone() */
    CTI_T30_CANCELLED = 20      /* cti_t30_cancel() */
};

/* What became of a page that we sent. */
enum cti_t30_sent_state {
    CTI_T30_CONFIRMED = 1,
    CTI_T30_REFUSED = 2,     /* it will be sent again, or the call ends */
    CTI_T30_UNCONFIRMED = 3, /* sent whole, no answer: it may have arrived */
    CTI_T30_BROKEN = 4,      /* not sent to its end */
    CTI_T30_UNREPAIRED = 5   /* the far end took it with frames that it says it lacks (EOR, ERR) */
};

/* What became of a page that we received. */
enum cti_t30_taken_state {
    CTI_T30_TAKEN = 1,       /* confirmed; clean or not, as its report says */
    CTI_T30_TAKEN_BADLY = 2, /* confirmed with missing frames, as the sender gave up (EOR) */
    CTI_T30_TURNED_DOWN = 3, /* refused (RTN); it may come again */
    CTI_T30_CUT = 4          /* the call ended within it */
};

enum cti_t30_event_kind {
    CTI_T30_REMOTE = 1, /* the far end is known: cti_t30_link(); value: enum cti_t30_fcf DIS, DTC or DCS */
    CTI_T30_NEGOTIATED = 2,  /* modem, rate and so on are agreed: cti_t30_link() */
    CTI_T30_RATE = 3,        /* value: bit/s from now on */
    CTI_T30_SENT_FRAME = 4,  /* value: enum cti_t30_fcf; octets: the first 40, length: all */
    CTI_T30_HEARD_FRAME = 5, /* the same; value CTI_T30_UNKNOWN: none of T.30's */
    CTI_T30_PAGE_WANTED = 6, /* cti_t30_page() for `page`, `width` (enum cti_t30_width), `resolution` */
    CTI_T30_PAGE_BEGUN = 7,  /* page: its number from 0, in this direction */
    CTI_T30_PAGE_PART = 8,   /* rows so far */
    CTI_T30_PAGE_SENT = 9,   /* value: enum cti_t30_sent_state; the rows are free again but for REFUSED */
    CTI_T30_PAGE_TAKEN = 10, /* value: enum cti_t30_taken_state; memory, rows, damaged … clean */
    CTI_T30_VOICE = 11,      /* the far end asks for a person (PRI-…, PIP, PIN: value) */
    CTI_T30_DONE = 12        /* value: enum cti_t30_result */
};

typedef struct cti_t30_event {
    int32_t kind; /* enum cti_t30_event_kind */
    int32_t page;
    int32_t value;
    int32_t length;
    int64_t at; /* samples since init */
    int32_t width, resolution;
    int32_t memory; /* which of those that cti_t30_memory() was given, from 0; -1: there was none */
    int32_t rows;   /* in memory; progress */
    int32_t damaged, first_damaged; /* first_damaged -1: none */
    int32_t end;                    /* enum cti_t4_end */
    /* 1: something may be missing that no damaged row shows: the end is not whole, the carrier failed within
     * the page, not all is in memory; with error correction a frame or a block. */
    int32_t missing;
    int32_t clean; /* 1: it has rows, all are good, and nothing is missing */
    uint8_t octets[40];
} cti_t30_event;

/* A page that we have, as it would best be sent. */
typedef struct cti_t30_sheet {
    int32_t width;      /* enum cti_t30_width */
    int32_t resolution; /* enum cti_t30_resolution */
} cti_t30_sheet;

typedef struct cti_t30_config {
    int32_t calling;                       /* 1: we have called */
    int32_t receives;                      /* 1: we can receive; default 1 */
    int32_t polls;                         /* calling: the far end's document is asked for, behind ours */
    int32_t sheets;                        /* pages to be sent; answering: to be polled */
    const cti_t30_sheet *sheet;            /* so many; lives as long as the call */
    char ident[CTI_T30_ID_CHARS + 1];      /* ours: digits, blank, + * #; empty: none is sent */
    char subaddress[CTI_T30_ID_CHARS + 1]; /* sending: SUB; polling: SEP; answering: SEP that our document
                                              is polled by, empty: any or none */
    char password[CTI_T30_ID_CHARS + 1];   /* calling: PWD or SID that we give; answering: that we demand */
    int32_t modems;                        /* mask of 1 << enum cti_fax_modem; default V.27ter, V.29, V.17 */
    int32_t bit_rate;                      /* highest; default 14400 */
    int32_t ecm;                           /* default 1 */
    int32_t frame_octets;                  /* 256 (default) or 64 */
    int32_t mr, mmr;                       /* default 1, 1; MMR with error correction only */
    int32_t widths, resolutions;           /* receiving: masks; default all */
    int32_t row_ms;                        /* receiving: shortest time of a row, 0 (default), 5, 10, 20, 40 */
    int32_t refuse_percent; /* receiving without error correction: damaged rows from which a page is refused;
                               default 15 */
    int32_t repeats;        /* a refused page is sent again so often; default 2 */
} cti_t30_config;

/* What was agreed, and who the far end is. */
typedef struct cti_t30_link {
    int32_t modem, bit_rate, ecm, frame_octets;
    int32_t coding;            /* enum cti_t4_coding */
    int32_t width, resolution; /* of the present page */
    int32_t row_ms;
    char ident[CTI_T30_ID_CHARS + 1];
    char subaddress[CTI_T30_ID_CHARS + 1]; /* that the far end gave (SUB, SEP) */
    char password[CTI_T30_ID_CHARS + 1];   /* ... (PWD, SID) */
    cti_t30_ability far_end;               /* its last DIS or DTC */
    int32_t pages_sent;                    /* confirmed */
    int32_t pages_taken;                   /* confirmed */
    int32_t result;                        /* enum cti_t30_result */
} cti_t30_link;

typedef struct cti_t30 cti_t30;

void cti_t30_defaults(cti_t30_config *cfg, int calling);
size_t cti_t30_size(void);
/* The call begins. CTI_ERR_ARG: a value out of its range, or an identity with other characters. */
int cti_t30_init(cti_t30 *t, size_t size, const cti_t30_config *cfg);

/* Down: the modem's side. */

/* 1: a new turn, to be done at once, the one before is broken off; 0: as before. */
int cti_t30_turn(cti_t30 *t, cti_fax_turn *turn);
/* The next frame of the turn, without check sequence; 0: no more. `max` is CTI_HDLC_FRAME_MAX or more. */
int cti_t30_frame(cti_t30 *t, uint8_t *octets, int max);
/* The next octets of a turn of data, least significant bit first; 0: that was all. */
int cti_t30_data(cti_t30 *t, uint8_t *octets, int max);
/* The turn's carrier or tone has ended. */
void cti_t30_sent(cti_t30 *t);
/* What a receiver says; q: null, or of the fast carrier. Hearing V.21 while a turn waits for a fast carrier
 * is ordinary. While a turn sends nothing is heard. */
void cti_t30_heard(cti_t30 *t, int modem, const cti_fax_modem_event *ev, const cti_fax_modem_quality *q);
/* A fax tone was heard (enum cti_fax_tone of cti/event.h). */
void cti_t30_tone(cti_t30 *t, int fax_tone);
/* Time passes. */
void cti_t30_run(cti_t30 *t, int samples);
/* The line is gone: the call is over at once. */
void cti_t30_gone(cti_t30 *t);

/* Up: the application's side. */

/* Takes events, the oldest first; returns how many. Frames and progress are left out where nobody takes
 * them; nothing else is lost as long as 32 fit between two calls. */
int cti_t30_events(cti_t30 *t, cti_t30_event *ev, int max);
/* The rows of the wanted page, packed as in cti/t4.h, in the wanted width; they stay until its PAGE_SENT (but
 * REFUSED) or DONE. CTI_ERR_STATE: no such page is wanted. */
int cti_t30_page(cti_t30 *t, int page, const uint8_t *rows, int n);
/* Memory for a page to be received: `size` octets for rows, one for each of `most` rows' damage; two can
 * wait. They are the caller's again with PAGE_TAKEN or DONE. CTI_ERR_FULL. Until there is some the far end is
 * told to wait, where it can be (error correction); else the page is refused. */
int cti_t30_memory(cti_t30 *t, uint8_t *rows, int size, uint8_t *damage, int most);
/* We end the call, in order (DCN). */
void cti_t30_cancel(cti_t30 *t);
int cti_t30_about(const cti_t30 *t, cti_t30_link *out);
