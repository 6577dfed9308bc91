/* Phases A, B and E: who is there, what is agreed, training, hanging up. */
#include <string.h>

#include "cti/fax_modem_tx.h"
#include "fax/t30_state.h"

void t30_start(cti_t30 *t) {
    t->rx.last_page = t->rx.last_block = t->rx.waits_post = -1;
    if (t->cfg.calling) {
        t->state = T30_CALLING;
        t->t1_due = t30_in(t, T30_T0_MS);
        t30_begin_turn(t, CTI_FAX_TURN_CNG, T30_SENDS_NOTHING);
        return;
    }
    t->state = T30_ANSWER_TONE;
    t30_begin_turn(t, CTI_FAX_TURN_CED, T30_SENDS_TONE);
    t->turn.ms = T30_CED_MS;
    t->turn.silence = T30_CED_SILENCE_MS * T30_MS;
}

void cti_t30_tone(cti_t30 *t, int fax_tone) {
    if (t == NULL || t->state != T30_CALLING || t->tone_heard || fax_tone == CTI_FAX_CNG)
        return;
    t->tone_heard = 1;
    t->t1_due = t30_in(t, T30_T1_MS);
}

/* What the far end says of itself ahead of its command. */
void t30_identity(cti_t30 *t, const cti_t30_frame_view *f) {
    static const struct {
        int type;
        size_t at;
    } WORDS[] = {
        {CTI_T30_CSI, offsetof(cti_t30_link, ident)},      {CTI_T30_TSI, offsetof(cti_t30_link, ident)},
        {CTI_T30_CIG, offsetof(cti_t30_link, ident)},      {CTI_T30_SUB, offsetof(cti_t30_link, subaddress)},
        {CTI_T30_SEP, offsetof(cti_t30_link, subaddress)}, {CTI_T30_PWD, offsetof(cti_t30_link, password)},
        {CTI_T30_SID, offsetof(cti_t30_link, password)}};
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        if (WORDS[i].type == f->type)
            (void)cti_t30_id_parse(f->fif, f->fif_length, (char *)&t->link + WORDS[i].at);
}

/* Frames of ours. */

void t30_out_word(cti_t30 *t, int type, const char *text) {
    uint8_t fif[CTI_T30_ID_CHARS];
    if (text[0] != '\0' && cti_t30_id_build(text, fif) == 0)
        t30_out(t, type, fif, CTI_T30_ID_CHARS, 0);
}

static void out_dis(cti_t30 *t, int type) {
    cti_t30_ability a = {.can_receive = t->cfg.receives || t->cfg.polls,
                         .has_document = t->tx.sheet < t->cfg.sheets,
                         .modems = t->cfg.modems,
                         .bit_rate = t->cfg.bit_rate,
                         .ecm = t->cfg.ecm,
                         .frame_octets = t->cfg.frame_octets,
                         .mr = t->cfg.mr,
                         .mmr = t->cfg.mmr && t->cfg.ecm,
                         .widths = t->cfg.widths,
                         .resolutions = t->cfg.resolutions,
                         .row_ms = {t->cfg.row_ms, t->cfg.row_ms, t->cfg.row_ms},
                         .subaddress = t->cfg.receives,
                         .password = 1,
                         .selective_poll = t->tx.sheet < t->cfg.sheets};
    uint8_t fif[CTI_T30_DIS_OCTETS];
    t30_out(t, type, fif, cti_t30_ability_build(&a, 0, fif), 1);
}

void t30_send_dis(cti_t30 *t) {
    t->asked = T30_ASKED_DIS;
    t->t1_due = t30_in(t, T30_T1_MS);
    t30_open(t);
    t30_out_word(t, CTI_T30_CSI, t->cfg.ident);
    out_dis(t, CTI_T30_DIS);
    t30_send_then(t, T30_WAIT_COMMAND, T30_T4_MS);
}

static void send_dtc(cti_t30 *t) {
    t->asked = T30_ASKED_DTC;
    t->t1_due = -1;
    t30_open(t);
    if (t->link.far_end.password)
        t30_out_word(t, CTI_T30_PWD, t->cfg.password);
    if (t->link.far_end.selective_poll)
        t30_out_word(t, CTI_T30_SEP, t->cfg.subaddress);
    t30_out_word(t, CTI_T30_CIG, t->cfg.ident);
    out_dis(t, CTI_T30_DTC);
    t30_send_then(t, T30_WAIT_COMMAND, T30_T4_MS);
}

/* What the far end can do is known. */

static void agree(cti_t30 *t) {
    static const int row_ms[] = {0, 5, 10, 20, 40};
    const cti_t30_ability *far = &t->link.far_end;
    cti_t30_link *link = &t->link;
    link->ecm = t->cfg.ecm && far->ecm;
    link->frame_octets = far->frame_octets == 64 ? 64 : t->cfg.frame_octets;
    link->coding = link->ecm && t->cfg.mmr && far->mmr ? CTI_T4_MMR
                   : t->cfg.mr && far->mr              ? CTI_T4_MR
                                                       : CTI_T4_MH;
    t30_sheet_choice(t, t->tx.sheet, &link->width, &link->resolution);
    int ms = far->row_ms[link->resolution == CTI_T30_STANDARD ? 0 : link->resolution == CTI_T30_FINE ? 1 : 2];
    int i = 0;
    while (i < 4 && row_ms[i] < ms)
        i++;
    link->row_ms = link->ecm ? 0 : row_ms[i];
}

static void begin_sending(cti_t30 *t) {
    int rate = t30_first_rate(t);
    if (rate < 0) {
        t30_leave(t, CTI_T30_INCOMPATIBLE);
        return;
    }
    agree(t);
    t->ftts = 0;
    t30_set_rate(t, rate);
    t30_want_page(t, 0, t->tx.sheet);
    (void)t30_tell(t, CTI_T30_NEGOTIATED, 0);
    t30_send_dcs(t);
}

/* T.30, 4: a caller sends what it has, then asks for what the far end has, then hangs up. */
static void next_thing(cti_t30 *t) {
    const cti_t30_ability *far = &t->link.far_end;
    if (t->tx.sheet < t->cfg.sheets && far->can_receive)
        begin_sending(t);
    else if (t->tx.sheet < t->cfg.sheets)
        t30_leave(t, CTI_T30_CANNOT_RECEIVE);
    else if (t->cfg.polls && far->has_document)
        send_dtc(t);
    else
        t30_leave(t, t->cfg.polls ? CTI_T30_NO_DOCUMENT : CTI_T30_OK);
}

void t30_got_dis(cti_t30 *t, const cti_t30_frame_view *f) {
    cti_t30_ability_parse(f->fif, f->fif_length, 0, &t->link.far_end);
    t->x = 1;
    (void)t30_tell(t, CTI_T30_REMOTE, CTI_T30_DIS);
    next_thing(t);
}

/* The far end has not heard our DTC. */
void t30_dis_again(cti_t30 *t, const cti_t30_frame_view *f) {
    if (t->asked == T30_ASKED_DTC)
        t30_command_again(t, f);
}

/* SEP asks for our document, or there is no other. */
static int is_selected(const cti_t30 *t) {
    return t->cfg.subaddress[0] == '\0' || strcmp(t->cfg.subaddress, t->link.subaddress) == 0;
}

void t30_got_dtc(cti_t30 *t, const cti_t30_frame_view *f) {
    if (t->cfg.calling)
        return;
    cti_t30_ability_parse(f->fif, f->fif_length, 0, &t->link.far_end);
    (void)t30_tell(t, CTI_T30_REMOTE, CTI_T30_DTC);
    if (t->tx.sheet >= t->cfg.sheets || !is_selected(t))
        t30_leave(t, CTI_T30_NO_DOCUMENT);
    else if (t30_password_is_wrong(t))
        t30_leave(t, CTI_T30_WRONG_PASSWORD);
    else
        begin_sending(t);
}

/* The far end did not understand our command, or we its answer. */
void t30_command_again(cti_t30 *t, const cti_t30_frame_view *f) {
    (void)f;
    if (t->outs == 0 || !t30_may_repeat(t))
        return; /* the timer decides */
    t30_repeat(t);
}

/* Time. */

void t30_call_timeout(cti_t30 *t) {
    switch (t->state) {
    case T30_WAIT_COMMAND:
        if (t->asked == T30_ASKED_EOM)
            t30_send_dis(t);
        else if (t->asked == T30_ASKED_DIS || (t->asked == T30_ASKED_DTC && t30_may_repeat(t)))
            t30_repeat(t);
        else
            t30_leave(t, t->asked == T30_ASKED_DTC ? CTI_T30_NO_REPLY
                         : t->rx.refused           ? CTI_T30_PAGE_REFUSED
                                                   : CTI_T30_STOPPED);
        break;
    case T30_WAIT_CFR:
        if (t30_may_repeat(t))
            t30_repeat(t);
        else
            t30_leave(t, CTI_T30_NO_REPLY);
        break;
    case T30_WAIT_ROWS:
        t30_leave(t, CTI_T30_NO_ROWS);
        break;
    default:
        t30_leave(t, CTI_T30_NO_REPLY);
        break;
    }
}

/* T0, T1 and T5. */
void t30_long_timeout(cti_t30 *t) {
    t->t1_due = -1;
    if (t->state == T30_CALLING)
        t30_over(t, t->tone_heard ? CTI_T30_SILENT : CTI_T30_NO_FAX);
    else if (t->state == T30_WAIT_POST || t->state == T30_WAIT_ERR)
        t30_leave(t, CTI_T30_NOT_READY);
    else if (t->state == T30_WAIT_COMMAND)
        t30_leave(t, t->rx.expected ? CTI_T30_STOPPED : CTI_T30_NO_FAX);
    else
        t30_leave(t, CTI_T30_NO_REPLY);
}

int t30_is_stalled(const cti_t30 *t) {
    return t->rx.refusals > T30_REFUSED_MOST || t->now - t->gained_at >= (int64_t)T30_STALL_MS * T30_MS;
}

void t30_stalled(cti_t30 *t) {
    int is_trained = t->state != T30_WAIT_TCF && t->state != T30_WAIT_COMMAND;
    t30_leave(t, t->tx.begun                       ? CTI_T30_NOT_CONFIRMED
                 : t->rx.refusals > 0              ? CTI_T30_PAGE_REFUSED
                 : !t->rx.expected                 ? CTI_T30_NO_REPLY
                 : is_trained || t->rx.answer != 0 ? CTI_T30_STOPPED
                                                   : CTI_T30_TRAINING_FAILED);
}

/* Phase E. */

/* A command that is waited for behind training or a page (FTT, RTN, RTP, EOM) follows what was agreed. */
static int hung_up(const cti_t30 *t) {
    if (t->state != T30_WAIT_COMMAND || !t->rx.expected || t->asked == T30_ASKED_DTC)
        return t30_phase_result(t->state);
    return t->rx.number > 0 ? CTI_T30_HUNG_UP_PAGE : CTI_T30_HUNG_UP_TRAINING;
}

void t30_got_dcn(cti_t30 *t, const cti_t30_frame_view *f) {
    (void)f;
    t30_over(t, t->rx.refused ? CTI_T30_PAGE_REFUSED : hung_up(t));
}

static void close_pages(cti_t30 *t) {
    t30_page_ended(t, t->tx.whole ? CTI_T30_UNCONFIRMED : CTI_T30_BROKEN);
    t30_page_cut(t);
}

void t30_leave(cti_t30 *t, int result) {
    close_pages(t);
    t->state = T30_LEAVING;
    t->leaving_result = result;
    t->t1_due = -1;
    t30_open(t);
    t30_out(t, CTI_T30_DCN, NULL, 0, 1);
    t30_send(t, T30_SENDS_DCN);
}

void t30_over(cti_t30 *t, int result) {
    close_pages(t);
    t->state = T30_OVER;
    t->due = t->t1_due = -1;
    t->link.result = result;
    (void)t30_tell(t, CTI_T30_DONE, result);
    t30_begin_turn(t, CTI_FAX_TURN_HANG_UP, T30_SENDS_NOTHING);
}
