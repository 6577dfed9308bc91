#pragma once

#include "cti/fax_line.h"
#include "cti/fax_modem_tx.h"
#include "cti/fax_tone_tx.h"
#include "cti/fax_tones.h"

enum { FAX_LINE_MS = 8 /* samples */ };

enum fax_line_doing {
    FAX_LINE_RESTING, /* a turn is over, or there was none yet */
    FAX_LINE_PAUSING, /* silence before what is sent */
    FAX_LINE_TONE_ON,
    FAX_LINE_CARRIER_ON,
    FAX_LINE_AFTER_CED,
    FAX_LINE_LISTENING,
};

/* Who is asked next, of one sample. */
enum fax_line_stage { FAX_LINE_TAKE, FAX_LINE_ASK_V21, FAX_LINE_ASK_FAST, FAX_LINE_ASK_TONES };

struct cti_fax_line {
    cti_fax_line_config cfg;
    cti_fax_turn turn;
    int64_t now;
    int32_t doing; /* enum fax_line_doing */
    int32_t left;  /* samples of silence */
    int32_t quiet; /* samples since a carrier of ours, as far as echo_ms asks */
    /* hearing */
    int32_t stage;   /* enum fax_line_stage */
    int32_t fresh;   /* the receiver that is asked has not had the sample yet */
    int16_t sample;  /* the last one taken */
    int32_t v21_on;  /* a carrier, or a tone like it */
    int32_t v21_is;  /* it has flags, and was told */
    int32_t fast_on; /* CARRIER was told, END was not */
    int32_t has_fast;
    cti_fax_line_event told[3]; /* that wait; octets of the last one alone */
    int32_t tells;
    /* in the memory behind */
    cti_fax_modem_tx *tx;
    cti_fax_modem_rx *v21, *fast;
    cti_fax_tones *tones;
    cti_fax_tone_tx *tone;
};

/* Makes the fast receiver ready for a turn that listens to it. */
int fax_line_prepare(cti_fax_line *f, const cti_fax_turn *turn);
/* The turn listens from the next sample on. `anew`: something of ours was sent meanwhile. */
void fax_line_listen(cti_fax_line *f, int anew);
/* Asks the receivers for what is to be said of the samples so far, until there is something, in `told`. */
void fax_line_hear(cti_fax_line *f);
/* The next sample for all. */
void fax_line_take(cti_fax_line *f, int16_t sample);
