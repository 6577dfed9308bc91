/* t30_state: a fax call, and what its files tell one another.
 *
 *   t30.c          the doors: turns, time        t30_hear.c     what is heard
 *   t30_table.c    which frame in which state does what
 *   t30_call.c     phases A, B and E: who is there, what is agreed, hanging up
 *   t30_train.c    DCS, training and its answers  t30_rate.c     rates and what they need
 *   t30_send.c     pages out                      t30_sent.c     what the far end says of them
 *   t30_receive.c  pages in                       t30_taken.c    what we say of them
 *   t30_block.c    error correction's blocks      t30_event.c    what is told upwards
 */
#pragma once

#include "cti/hdlc.h"
#include "cti/t30.h"
#include "cti/t4_encoder.h"

enum {
    T30_MS = 8, /* samples */
    T30_GAP_MS = 75,
    T30_T0_MS = 60000,
    T30_T1_MS = 35000,
    T30_T2_MS = 6000,
    T30_T4_MS = 3000,
    T30_DCN_WAIT_MS = 10000, /* T2, and time for two repetitions behind a lost MCF */
    T30_T5_MS = 60000,
    T30_CED_SILENCE_MS = 1800,
    T30_CED_MS = 3000,
    T30_FRAME_TIME_MS = 5000, /* NSF, CSI and DIS behind their preamble take so long at the most */
    T30_WAIT_MOST_MS = 12000, /* however many flags are heard */
    T30_TURN_MS = 500, /* from a turn's last frame to our answer, where the carrier's end is not heard */
    T30_TCF_MS = 1500,
    T30_TCF_GOOD_MS = 1000,     /* without an error */
    T30_TCF_GOOD_ECM_MS = 450,  /* ... with error correction: three frames at 14,400 bit/s */
    T30_TCF_WAIT_MS = 4000,     /* until the fast carrier is there; V.17 trains for 1.4 s */
    T30_REPEAT_MS = 2300,       /* a command that T4 repeats begins so soon behind our answer */
    T30_NO_PAGE_MS = 1200,      /* a command that ends so soon behind it has no page before it */
    T30_PAGE_LEAST_MS = 2600,   /* so our pages last longer, filled where they would not */
    T30_ROWS_MS = 4000,         /* our own page may be so late */
    T30_ANSWER_WAIT_MS = 30000, /* for DCS behind FTT, RTN and RTP: as long as the far end may try */
    T30_TRIES = 4,              /* a command and its repetitions, where nothing is heard behind them */
    T30_TRIES_ALIVE = 8,        /* ... where the far end is, and what it says is damaged */
    T30_FTT_LAST = 3,           /* at the lowest rate */
    T30_PPR_MOST = 4,           /* of a block at one rate */
    T30_CTC_MOST = 16,          /* of a block */
    T30_REFUSED_MOST = 6,       /* pages that we refused or that were cut, on end */
    T30_STALL_MS = 900000, /* a block at 2400 bit/s takes 4 minutes; longer than this nothing is gained */
    T30_OWN_ECHO_MS = 2000,
    T30_OUT_FRAMES = 6,
    T30_OUT_OCTETS = 48,
    T30_COMMAND_OCTETS = 64,
    T30_EVENTS_MAX = 64,
    T30_EVENTS_KEPT = 32, /* for what may not be lost */
    T30_BLOCK_OCTETS = 256,
    T30_SPILL_OCTETS = 8192,
    T30_PAGES = 2,
    T30_RCPS = 3
};

/* What the call waits for, or sends. */
enum t30_state {
    T30_CALLING,      /* DIS, CNG meanwhile */
    T30_ANSWER_TONE,  /* our CED ends */
    T30_WAIT_DIS,     /* behind EOM */
    T30_WAIT_COMMAND, /* DCS or DTC: the answer to DIS, DTC, FTT, RTN, RTP */
    T30_WAIT_TCF,
    T30_WAIT_CFR,
    T30_WAIT_ROWS, /* our own page */
    T30_WAIT_PAGE, /* receiving: a page's carrier, or what comes behind it */
    T30_WAIT_POST, /* sending: what the far end says of the page or block */
    T30_WAIT_CTR,
    T30_WAIT_ERR,
    T30_WAIT_END, /* receiving: DCN behind the last page */
    T30_LEAVING,  /* our DCN ends */
    T30_OVER,
    T30_STATES
};

/* What a turn that sends is; what comes when it has been sent. */
enum t30_sending {
    T30_SENDS_NOTHING,
    T30_SENDS_TONE,
    T30_SENDS_FRAMES, /* then waits in `then` */
    T30_SENDS_DCS,    /* then TCF */
    T30_SENDS_TCF,
    T30_SENDS_PAGE, /* then its post-message command */
    T30_SENDS_DCN
};

/* What WAIT_COMMAND is the answer to. */
enum t30_asked { T30_ASKED_DIS, T30_ASKED_DTC, T30_ASKED_ANSWER /* FTT, RTN, RTP */, T30_ASKED_EOM };

typedef struct t30_rate {
    int modem, bit_rate;
} t30_rate;

typedef struct t30_octets {
    int length;
    uint8_t octets[T30_OUT_OCTETS];
} t30_octets;

/* A page of ours. */
typedef struct t30_page {
    int number; /* of the sheets; -1: none */
    int given;
    const uint8_t *rows;
    int n;
} t30_page;

typedef struct t30_memory {
    int number; /* -1: none */
    uint8_t *rows, *damage;
    int size, most;
} t30_memory;

struct cti_t30 {
    cti_t30_config cfg;
    cti_t30_link link;
    int64_t now;
    int state;
    int64_t due;       /* when the state has waited long enough; -1: never */
    int64_t due_first; /* ... with nothing heard */
    int64_t due_most;  /* however much is heard */
    int64_t t1_due;    /* T0, T1, T5; -1: does not run */
    int64_t gained_at; /* a page or block was confirmed, or a part of a page came */
    int64_t sent_at;   /* end of our last turn */
    int64_t flags_at;  /* first V.21 flags behind it; -1: none */
    int tries;         /* of the present command */
    int alive;         /* the far end was heard behind it */
    int asked;         /* enum t30_asked */
    int tone_heard;
    int x;              /* we received DIS */
    int leaving_result; /* behind DCN */

    cti_fax_turn turn;
    int turn_new;
    int sending; /* enum t30_sending */
    int then;    /* enum t30_state behind it */
    int then_ms;
    int then_fast; /* ... listening for the fast carrier */
    int then_short;
    int outs, out_next;
    t30_octets out[T30_OUT_FRAMES]; /* of this turn, or of the last one */

    int command_length; /* a turn's last frame, not yet answered; 0: none */
    int64_t command_due;
    uint8_t command[T30_COMMAND_OCTETS];

    int rate; /* of t30_rates */
    int ftts;
    int training_left; /* octets of TCF */

    struct {
        int sheet;                /* pages confirmed or given up */
        t30_page page[T30_PAGES]; /* the present one, the next one */
        int begun;                /* the present one is on its way */
        int whole;                /* ... and its post-message command was sent */
        int refusals;
        int post;   /* enum cti_t30_fcf: what ends it */
        int number; /* of the page in PPS */
        int row;    /* next to be coded */
        int coded_end;
        int spilt, spill_at; /* coded octets that did not fit */
        uint8_t spill[T30_SPILL_OCTETS];
        int block_number, frames, last_block;
        int frame_next, rcps;
        int pprs, ctcs, missing;
        int next_rate;
        int unrepaired; /* some page was given up */
    } tx;

    struct {
        int expected;          /* DCS was taken: pages may come */
        int tcf_run, tcf_best; /* zero bits on end */
        int tcf_heard;
        float snr_db;
        int begun;  /* octets of the present page came */
        int number; /* pages until now */
        int unrepaired;
        int lost, cut; /* the carrier has failed; it came back within the page, or a block
                          was left out: rows may be missing */
        int64_t kept;  /* rows in memory */
        int row_bytes;
        int block_got; /* frames since the last answer, or not yet confirmed */
        int block_post, block_page, block_block, block_frames; /* of the last PPS */
        int last_page, last_block;                             /* PPS that was confirmed last; -1: none */
        int answer;                                            /* enum cti_t30_fcf: our last one; 0: none */
        int answered_post;                                     /* ... to this */
        int waits_post, waits_type; /* RNR was said to this one, for this answer; -1: to none */
        int data;                   /* of a page, since our last answer */
        int refused;                /* the last page was, and none came since */
        int is_doubted;             /* the last command ended a page unheard, or was MPS again */
        int refusals;               /* pages on end that were refused or cut */
        int memories;
        t30_memory memory[T30_PAGES];
        uint8_t row[608];
    } rx;

    uint8_t got[CTI_T30_BITMAP_OCTETS]; /* tx: acknowledged; rx: received; frame 0 in the lowest bit */
    int16_t frame_length[CTI_T30_BLOCK_FRAMES];
    uint8_t block[CTI_T30_BLOCK_FRAMES * T30_BLOCK_OCTETS];

    int event_first, event_count;
    cti_t30_event events[T30_EVENTS_MAX + 1]; /* the last is for what finds no room */
    cti_t4_encoder *encoder;
    cti_t4_decoder *decoder;
};

typedef void t30_action(cti_t30 *t, const cti_t30_frame_view *f);

/* t30.c */
void t30_begin_turn(cti_t30 *t, int kind, int sending);
void t30_fast_turn(cti_t30 *t, int hdlc, int short_training);
void t30_open(cti_t30 *t); /* no frames are put out yet */
void t30_out(cti_t30 *t, int type, const uint8_t *fif, int n, int is_final);
void t30_send(cti_t30 *t, int sending);
void t30_repeat(cti_t30 *t);
/* The call gets on: it may last so much longer. */
static inline void t30_gain(cti_t30 *t) {
    t->gained_at = t->now;
}
int t30_may_repeat(const cti_t30 *t);
/* Sends the frames that were put out, then waits in a state, listening to V.21. */
void t30_send_then(cti_t30 *t, int then, int ms);
/* ... listening to the fast carrier beside it. */
void t30_send_then_fast(cti_t30 *t, int then, int ms, int short_training);
void t30_answer(cti_t30 *t, int type, int then, int ms);
void t30_wait(cti_t30 *t, int state, int ms);
void t30_wait_fast(cti_t30 *t, int state, int ms, int short_training);
void t30_wait_longer(cti_t30 *t, int ms);
static inline int64_t t30_in(const cti_t30 *t, int64_t ms) {
    return t->now + ms * T30_MS;
}

/* t30_hear.c */
void t30_answer_command(cti_t30 *t);

/* t30_table.c */
void t30_command(cti_t30 *t, const uint8_t *octets, int n);
int t30_phase_result(int state);

/* t30_call.c */
void t30_start(cti_t30 *t);
void t30_identity(cti_t30 *t, const cti_t30_frame_view *f);
void t30_out_word(cti_t30 *t, int type, const char *text);
void t30_send_dis(cti_t30 *t);
void t30_call_timeout(cti_t30 *t);
void t30_long_timeout(cti_t30 *t);
/* Whatever the far end says, the call gets nowhere. */
int t30_is_stalled(const cti_t30 *t);
void t30_stalled(cti_t30 *t);
void t30_leave(cti_t30 *t, int result);
void t30_over(cti_t30 *t, int result);
t30_action t30_got_dis, t30_got_dtc, t30_got_dcn, t30_dis_again, t30_command_again;

/* t30_train.c */
void t30_send_dcs(cti_t30 *t);
void t30_send_tcf(cti_t30 *t);
/* The first two octets of DCS, by which CTC tells the rate. */
void t30_ctc_octets(const cti_t30 *t, int rate, uint8_t *fif);
int t30_password_is_wrong(const cti_t30 *t);
void t30_tcf_octets(cti_t30 *t, const uint8_t *octets, int n, int lost);
void t30_tcf_end(cti_t30 *t);
t30_action t30_got_dcs, t30_got_cfr, t30_got_ftt;

/* t30_rate.c */
const t30_rate *t30_rate_of(int rate);
int t30_first_rate(const cti_t30 *t);
/* The next lower one that both ends have; -1: none. */
int t30_lower_rate(const cti_t30 *t, int rate);
int t30_find_rate(int modem, int bit_rate);
int t30_snr_is_enough(int rate, float snr_db, int ecm);
void t30_set_rate(cti_t30 *t, int rate);

/* t30_send.c */
void t30_sheet_choice(const cti_t30 *t, int sheet, int *width, int *resolution);
int t30_row_pixels(const cti_t30 *t);
void t30_want_page(cti_t30 *t, int slot, int sheet);
void t30_page_begin(cti_t30 *t);
void t30_page_start(cti_t30 *t);
void t30_page_carrier(cti_t30 *t, int short_training);
int t30_page_octets(cti_t30 *t, uint8_t *octets, int max);
int t30_page_is_coded(const cti_t30 *t);
void t30_send_post(cti_t30 *t);
void t30_post_timeout(cti_t30 *t);
void t30_page_ended(cti_t30 *t, int state);

/* t30_sent.c */
t30_action t30_got_mcf, t30_got_rtp, t30_got_rtn, t30_got_ppr, t30_got_rnr, t30_got_pip, t30_got_pin,
    t30_got_ctr, t30_got_err;

/* t30_block.c */
void t30_block_fill(cti_t30 *t);
int t30_block_frame(cti_t30 *t, uint8_t *octets, int max);
void t30_block_clear(cti_t30 *t);
void t30_block_take(cti_t30 *t, const cti_t30_frame_view *f);
/* Frames of the first n that are not there. */
int t30_block_missing(const cti_t30 *t, int n);
static inline int t30_has(const cti_t30 *t, int frame) {
    return t->got[frame / 8] >> frame % 8 & 1;
}

/* t30_receive.c */
int t30_page_wait_ms(const cti_t30 *t);
void t30_open_page(cti_t30 *t);
void t30_page_take(cti_t30 *t, const uint8_t *octets, int n);
void t30_page_carrier_is(cti_t30 *t, int lost);
void t30_take_block(cti_t30 *t, int n);
cti_t4_report t30_close_page(cti_t30 *t);
void t30_tell_page(cti_t30 *t, const cti_t4_report *report, int state);
void t30_page_cut(cti_t30 *t);

/* t30_taken.c */
void t30_receive_timeout(cti_t30 *t);
t30_action t30_got_post, t30_got_pps, t30_got_eor, t30_got_ctc, t30_got_rr;

/* t30_event.c */
cti_t30_event *t30_tell(cti_t30 *t, int kind, int value);
void t30_tell_frame(cti_t30 *t, int kind, const uint8_t *octets, int n);
