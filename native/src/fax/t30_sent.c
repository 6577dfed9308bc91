/* What the far end says of a page or block that we have sent (T.30, phase D and annex A). */
#include "fax/t30_state.h"

/* The page is done with; what its post-message command has promised follows. */
static void next_page(cti_t30 *t, int state, int retrain) {
    t30_page_ended(t, state);
    t->tx.sheet++;
    t->tx.number++;
    t->tx.refusals = 0;
    t->tx.page[0] = t->tx.page[1];
    t->tx.page[1].number = -1;
    t->t1_due = -1;
    if (t->tx.post == CTI_T30_EOP) {
        t30_leave(t, t->tx.unrepaired ? CTI_T30_TOO_BAD : CTI_T30_OK);
    } else if (t->tx.post == CTI_T30_EOM) {
        t->t1_due = t30_in(t, T30_T1_MS);
        t30_wait(t, T30_WAIT_DIS, -1);
    } else if (retrain) {
        int lower = t30_lower_rate(t, t->rate);
        if (lower >= 0)
            t30_set_rate(t, lower);
        t30_send_dcs(t);
    } else {
        t30_page_begin(t);
    }
}

static void confirmed(cti_t30 *t, int retrain) {
    t30_gain(t);
    if (!t->link.ecm || t->tx.last_block) {
        next_page(t, CTI_T30_CONFIRMED, retrain);
        return;
    }
    t->t1_due = -1;
    t->tx.block_number++;
    t30_block_fill(t);
    t30_page_carrier(t, 1);
}

void t30_got_mcf(cti_t30 *t, const cti_t30_frame_view *f) {
    (void)f;
    confirmed(t, 0);
}

void t30_got_rtp(cti_t30 *t, const cti_t30_frame_view *f) {
    (void)f;
    confirmed(t, 1);
}

void t30_got_rtn(cti_t30 *t, const cti_t30_frame_view *f) {
    int lower = t30_lower_rate(t, t->rate), page = t->tx.sheet;
    (void)f;
    t30_page_ended(t, CTI_T30_REFUSED);
    if (t->tx.refusals++ >= t->cfg.repeats) {
        t30_leave(t, CTI_T30_PAGE_REFUSED);
        return;
    }
    if (lower >= 0)
        t30_set_rate(t, lower);
    t->tx.page[0].number = page;
    t30_send_dcs(t);
}

/* No operator is here: what is asked is told, and the call goes on as behind MCF or RTN. */
void t30_got_pip(cti_t30 *t, const cti_t30_frame_view *f) {
    (void)t30_tell(t, CTI_T30_VOICE, f->type);
    confirmed(t, 0);
}

void t30_got_pin(cti_t30 *t, const cti_t30_frame_view *f) {
    (void)t30_tell(t, CTI_T30_VOICE, f->type);
    t30_got_rtn(t, f);
}

/* A.5.4.1: not ready; asked again until T5. */
void t30_got_rnr(cti_t30 *t, const cti_t30_frame_view *f) {
    (void)f;
    int then = t->state;
    if (t->t1_due < 0)
        t->t1_due = t30_in(t, T30_T5_MS);
    t30_open(t);
    t30_out(t, CTI_T30_RR, NULL, 0, 1);
    t30_send_then(t, then, T30_T4_MS);
}

static void give_up_block(cti_t30 *t) {
    uint8_t post = t->tx.last_block ? (uint8_t)(t->tx.post | 1) : 0;
    t30_open(t);
    t30_out(t, CTI_T30_EOR, &post, 1, 1);
    t30_send_then(t, T30_WAIT_ERR, T30_T4_MS);
}

/* A.4: the fourth time another rate, or the block is given up where the lowest gets nowhere. */
static void another_rate(cti_t30 *t, int missing) {
    int lower = t30_lower_rate(t, t->rate), rate = lower >= 0 ? lower : t->rate;
    uint8_t fif[2];
    if ((lower < 0 && missing >= t->tx.missing) || ++t->tx.ctcs > T30_CTC_MOST) {
        give_up_block(t);
        return;
    }
    t->tx.missing = missing;
    t->tx.next_rate = rate;
    t30_ctc_octets(t, rate, fif);
    t30_open(t);
    t30_out(t, CTI_T30_CTC, fif, 2, 1);
    t30_send_then(t, T30_WAIT_CTR, T30_T4_MS);
}

void t30_got_ppr(cti_t30 *t, const cti_t30_frame_view *f) {
    if (!t->link.ecm)
        return;
    for (int i = 0; i < CTI_T30_BITMAP_OCTETS; i++)
        t->got[i] = (uint8_t) ~(i < f->fif_length ? f->fif[i] : 0);
    t->t1_due = -1;
    if (++t->tx.pprs >= T30_PPR_MOST)
        another_rate(t, t30_block_missing(t, t->tx.frames));
    else
        t30_page_carrier(t, 1);
}

void t30_got_ctr(cti_t30 *t, const cti_t30_frame_view *f) {
    (void)f;
    t30_set_rate(t, t->tx.next_rate);
    t->tx.pprs = 0;
    t30_page_carrier(t, 0);
}

void t30_got_err(cti_t30 *t, const cti_t30_frame_view *f) {
    (void)f;
    t->tx.unrepaired = 1;
    if (t->tx.last_block)
        next_page(t, CTI_T30_UNREPAIRED, 0);
    else
        confirmed(t, 0);
}
