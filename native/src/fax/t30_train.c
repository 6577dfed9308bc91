/* What is to be sent, and how: DCS, training, and the answers to it. */
#include <string.h>

#include "cti/fax_modem_tx.h"
#include "fax/t30_state.h"

static cti_t30_ability dcs(const cti_t30 *t) {
    return (cti_t30_ability){.modems = 1 << t->link.modem,
                             .bit_rate = t->link.bit_rate,
                             .ecm = t->link.ecm,
                             .frame_octets = t->link.frame_octets,
                             .mr = t->link.coding == CTI_T4_MR,
                             .mmr = t->link.coding == CTI_T4_MMR,
                             .widths = t->link.width,
                             .resolutions = t->link.resolution,
                             .row_ms = {t->link.row_ms, t->link.row_ms, t->link.row_ms},
                             .subaddress =
                                 t->cfg.calling && t->cfg.subaddress[0] && t->link.far_end.subaddress,
                             .password = t->cfg.calling && t->cfg.password[0] && t->link.far_end.password};
}

void t30_send_dcs(cti_t30 *t) {
    cti_t30_ability a = dcs(t);
    uint8_t fif[CTI_T30_DIS_OCTETS];
    t->t1_due = -1;
    t30_open(t);
    if (a.password)
        t30_out_word(t, CTI_T30_SID, t->cfg.password);
    if (a.subaddress)
        t30_out_word(t, CTI_T30_SUB, t->cfg.subaddress);
    t30_out_word(t, CTI_T30_TSI, t->cfg.ident);
    t30_out(t, CTI_T30_DCS, fif, cti_t30_ability_build(&a, 1, fif), 1);
    t->then = T30_WAIT_CFR;
    t->tries = 1;
    t->alive = 0;
    t30_send(t, T30_SENDS_DCS);
}

void t30_ctc_octets(const cti_t30 *t, int rate, uint8_t *fif) {
    cti_t30_ability a = dcs(t);
    uint8_t all[CTI_T30_DIS_OCTETS];
    a.modems = 1 << t30_rate_of(rate)->modem;
    a.bit_rate = t30_rate_of(rate)->bit_rate;
    (void)cti_t30_ability_build(&a, 1, all);
    memcpy(fif, all, 2);
}

void t30_send_tcf(cti_t30 *t) {
    t30_begin_turn(t, CTI_FAX_TURN_DATA, T30_SENDS_TCF);
    t30_fast_turn(t, 0, 0);
    t->training_left = t->link.bit_rate * T30_TCF_MS / 8000;
}

int t30_password_is_wrong(const cti_t30 *t) {
    return !t->cfg.calling && t->cfg.password[0] != '\0' && strcmp(t->cfg.password, t->link.password) != 0;
}

void t30_got_dcs(cti_t30 *t, const cti_t30_frame_view *f) {
    cti_t30_ability a;
    cti_t30_link *link = &t->link;
    if (t->cfg.calling ? t->asked != T30_ASKED_DTC && !t->rx.expected : !t->cfg.receives)
        return;
    t30_page_cut(t);
    cti_t30_ability_parse(f->fif, f->fif_length, 1, &a);
    int modem = a.modems >> CTI_FAX_MODEM_V17 & 1   ? CTI_FAX_MODEM_V17
                : a.modems >> CTI_FAX_MODEM_V29 & 1 ? CTI_FAX_MODEM_V29
                                                    : CTI_FAX_MODEM_V27TER;
    int rate = t30_find_rate(modem, a.bit_rate);
    (void)t30_tell(t, CTI_T30_REMOTE, CTI_T30_DCS);
    if (a.foreign || rate < 0 || (a.modems & t->cfg.modems) == 0 || (a.widths & t->cfg.widths) == 0 ||
        (a.resolutions & t->cfg.resolutions) == 0 || (a.ecm && !t->cfg.ecm) || (a.mmr && !a.ecm)) {
        t30_leave(t, CTI_T30_INCOMPATIBLE);
        return;
    }
    if (t30_password_is_wrong(t)) {
        t30_leave(t, CTI_T30_WRONG_PASSWORD);
        return;
    }
    link->ecm = a.ecm;
    link->frame_octets = a.frame_octets;
    link->coding = a.mmr ? CTI_T4_MMR : a.mr ? CTI_T4_MR : CTI_T4_MH;
    link->width = a.widths;
    link->resolution = a.resolutions;
    link->row_ms = a.row_ms[0];
    t30_set_rate(t, rate);
    (void)t30_tell(t, CTI_T30_NEGOTIATED, 0);
    t->t1_due = -1;
    t->rx.expected = 1;
    t->rx.last_page = t->rx.last_block = -1;
    t->rx.answer = t->rx.tcf_run = t->rx.tcf_best = t->rx.tcf_heard = 0;
    t->rx.snr_db = 0.0f;
    t30_block_clear(t);
    t30_wait_fast(t, T30_WAIT_TCF, T30_TCF_WAIT_MS, 0);
}

/* While the carrier has failed a receiver gives zeros, which are not training's. */
void t30_tcf_octets(cti_t30 *t, const uint8_t *octets, int n, int lost) {
    int run = t->rx.tcf_run, best = t->rx.tcf_best;
    t->rx.tcf_heard |= n > 0;
    for (int i = 0; i < 8 * n; i++) {
        run = lost || octets[i / 8] >> i % 8 & 1 ? 0 : run + (run < 1 << 24);
        best = run > best ? run : best;
    }
    t->rx.tcf_run = run;
    t->rx.tcf_best = best;
}

/* T.30, 5.3.6.1.4: by its longest span without an error, and by how near the points were to where they
 * belong. */
void t30_tcf_end(cti_t30 *t) {
    int ms = t->link.ecm ? T30_TCF_GOOD_ECM_MS : T30_TCF_GOOD_MS;
    int good = t->rx.tcf_best >= t->link.bit_rate / 100 * ms / 10;
    if (t->rx.snr_db > 0.0f && !t30_snr_is_enough(t->rate, t->rx.snr_db, t->link.ecm))
        good = 0;
    if (t->link.bit_rate > t->cfg.bit_rate) /* DIS cannot say it */
        good = 0;
    t->rx.answer = 0;
    if (good) {
        t30_open(t);
        t30_out(t, CTI_T30_CFR, NULL, 0, 1);
        t30_send_then_fast(t, T30_WAIT_PAGE, t30_page_wait_ms(t), 1);
        t->rx.data = 0;
        return;
    }
    t->asked = T30_ASKED_ANSWER;
    t30_answer(t, CTI_T30_FTT, T30_WAIT_COMMAND, T30_ANSWER_WAIT_MS);
}

void t30_got_cfr(cti_t30 *t, const cti_t30_frame_view *f) {
    (void)f;
    t30_page_begin(t);
}

void t30_got_ftt(cti_t30 *t, const cti_t30_frame_view *f) {
    int lower = t30_lower_rate(t, t->rate);
    (void)f;
    if (lower >= 0)
        t30_set_rate(t, lower);
    else if (++t->ftts >= T30_FTT_LAST) {
        t30_leave(t, CTI_T30_TRAINING_FAILED);
        return;
    }
    t30_send_dcs(t);
}
