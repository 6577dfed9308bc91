#include <string.h>

#include "cti/error.h"
#include "fax/fax_line_state.h"

void fax_line_listen(cti_fax_line *f, int anew) {
    f->fast_on = 0;
    if (!anew)
        return;
    cti_fax_modem_rx_config v21;
    (void)cti_fax_modem_rx_defaults(&v21, CTI_FAX_MODEM_V21);
    (void)cti_fax_modem_rx_again(f->v21, &v21);
    (void)cti_fax_tones_reset(f->tones);
    f->v21_on = f->v21_is = 0;
}

void fax_line_take(cti_fax_line *f, int16_t sample) {
    int is_echo = f->turn.kind != CTI_FAX_TURN_CNG && f->quiet < f->cfg.echo_ms * FAX_LINE_MS;
    f->quiet += is_echo;
    if (is_echo)
        return;
    f->sample = sample;
    f->fresh = 1;
    f->stage = FAX_LINE_ASK_V21;
}

static cti_fax_line_event *tell(cti_fax_line *f, int kind) {
    cti_fax_line_event *ev = &f->told[f->tells++];
    *ev = (cti_fax_line_event){.kind = kind, .at = f->now};
    return ev;
}

static void tell_heard(cti_fax_line *f, int modem, const cti_fax_modem_event *heard) {
    cti_fax_line_event *ev = tell(f, CTI_FAX_LINE_HEARD);
    ev->modem = modem;
    ev->heard = *heard;
    ev->heard.at = f->now;
}

static int has_fast(const cti_fax_line *f) {
    return f->turn.kind == CTI_FAX_TURN_LISTEN && f->turn.modem != CTI_FAX_MODEM_V21;
}

/* Flags of V.21: no other carrier is there any more. */
static void take_over(cti_fax_line *f, const cti_fax_modem_event *heard) {
    cti_fax_modem_event said = {.kind = CTI_FAX_MODEM_END, .level_dbm0 = heard->level_dbm0};
    if (f->fast_on)
        tell_heard(f, f->turn.modem, &said);
    if (has_fast(f))
        (void)fax_line_prepare(f, &f->turn);
    f->fast_on = 0;
    f->v21_is = 1;
    said.kind = CTI_FAX_MODEM_CARRIER;
    tell_heard(f, CTI_FAX_MODEM_V21, &said);
}

static void hear_v21(cti_fax_line *f, const cti_fax_modem_event *heard) {
    int kind = heard->kind, was = f->v21_is;
    if (kind == CTI_FAX_MODEM_CARRIER || kind == CTI_FAX_MODEM_END) {
        f->v21_on = kind == CTI_FAX_MODEM_CARRIER;
        f->v21_is = 0;
    }
    if (kind == CTI_FAX_MODEM_CARRIER)
        return;
    if (!was && (kind == CTI_FAX_MODEM_FLAGS || kind == CTI_FAX_MODEM_FRAME)) {
        take_over(f, heard);
        was = 1;
    }
    if (was)
        tell_heard(f, CTI_FAX_MODEM_V21, heard);
}

static void hear_fast(cti_fax_line *f, const cti_fax_modem_event *heard) {
    if (f->v21_is && heard->kind != CTI_FAX_MODEM_CARRIER)
        return;
    f->v21_is = 0;
    if (heard->kind == CTI_FAX_MODEM_CARRIER || heard->kind == CTI_FAX_MODEM_END)
        f->fast_on = heard->kind == CTI_FAX_MODEM_CARRIER;
    tell_heard(f, f->turn.modem, heard);
}

/* 1: the receiver said something. */
static int ask(cti_fax_line *f, cti_fax_modem_rx *rx, cti_fax_modem_event *heard) {
    int used, said = cti_fax_modem_rx_run(rx, &f->sample, f->fresh, &used, heard);
    f->fresh -= used;
    return said;
}

static void ask_tones(cti_fax_line *f) {
    cti_event tone;
    if (cti_fax_tones_run(f->tones, &f->sample, 1, &tone, 1) != 1)
        return;
    int is_own = tone.value == CTI_FAX_CNG && f->turn.kind == CTI_FAX_TURN_CNG;
    if (!is_own && tone.value != CTI_FAX_V21)
        tell(f, CTI_FAX_LINE_TONE)->tone = tone.value;
}

void fax_line_hear(cti_fax_line *f) {
    cti_fax_modem_event heard;
    while (f->tells == 0 && f->stage != FAX_LINE_TAKE) {
        if (f->stage == FAX_LINE_ASK_V21 && ask(f, f->v21, &heard)) {
            hear_v21(f, &heard);
        } else if (f->stage == FAX_LINE_ASK_V21) {
            f->stage = has_fast(f) ? FAX_LINE_ASK_FAST : FAX_LINE_ASK_TONES;
            f->fresh = 1;
        } else if (f->stage == FAX_LINE_ASK_FAST && ask(f, f->fast, &heard)) {
            hear_fast(f, &heard);
        } else if (f->stage == FAX_LINE_ASK_FAST) {
            f->stage = FAX_LINE_TAKE;
        } else {
            f->stage = FAX_LINE_TAKE;
            ask_tones(f);
        }
    }
}
