/* What we say of a page or block that has come (T.30, phase D and annex A). */
#include <string.h>

#include "cti/t4.h"
#include "fax/t30_state.h"

enum { RETRAIN_PERCENT = 5 /* damaged rows behind which training is asked for */ };

static void answer(cti_t30 *t, int type, int post) {
    t->rx.answer = type;
    t->rx.answered_post = post;
    t->rx.data = 0;
    t->rx.waits_post = -1;
    t->t1_due = -1;
    if (type == CTI_T30_RTN || (type == CTI_T30_RTP && post == CTI_T30_MPS)) {
        t->asked = T30_ASKED_ANSWER;
        t30_answer(t, type, T30_WAIT_COMMAND, T30_ANSWER_WAIT_MS);
    } else if (post == CTI_T30_EOM) {
        t->asked = T30_ASKED_EOM;
        t30_answer(t, type, T30_WAIT_COMMAND, T30_REPEAT_MS);
    } else if (post == CTI_T30_EOP) {
        t30_answer(t, type, T30_WAIT_END, T30_DCN_WAIT_MS);
    } else {
        t30_open(t);
        t30_out(t, type, NULL, 0, 1);
        t30_send_then_fast(t, T30_WAIT_PAGE, t30_page_wait_ms(t), 1);
    }
}

static int plain(int post) {
    return post == CTI_T30_PRI_MPS   ? CTI_T30_MPS
           : post == CTI_T30_PRI_EOM ? CTI_T30_EOM
           : post == CTI_T30_PRI_EOP ? CTI_T30_EOP
                                     : post;
}

/* ... and that the far end asks for a person is told. */
static int plain_post(cti_t30 *t, int post) {
    if (plain(post) != post)
        (void)t30_tell(t, CTI_T30_VOICE, post);
    return plain(post);
}

/* The same command again, as our answer was lost. Without error correction a page has no number, and behind
 * MPS one that was lost whole looks the same: so only where none can have been sent (decision 7). RTN
 * confirms nothing; behind EOP no page comes, behind EOM and RTP none without our CFR. */
static int is_again(const cti_t30 *t, int post) {
    int64_t ms = (t->now - t->sent_at) / T30_MS;
    if (t->rx.answer == 0 || t->rx.begun)
        return 0;
    if (t->rx.answer == CTI_T30_RTN)
        return 1;
    if (post != t->rx.answered_post)
        return 0;
    if (t->state == T30_WAIT_COMMAND && t->rx.answer == CTI_T30_RTP)
        return ms < T30_REPEAT_MS + T30_NO_PAGE_MS; /* later: a sender that has not trained again */
    return t->state != T30_WAIT_PAGE || ms < T30_NO_PAGE_MS;
}

/* Without error correction: by its end and the share of rows that are damaged. */
static int judge(const cti_t30 *t, const cti_t4_report *r) {
    int whole = r->end == CTI_T4_END_WHOLE || r->end == CTI_T4_END_BROKEN;
    int64_t damaged = (int64_t)r->damaged * 100;
    if (!whole || r->rows == 0 || t->rx.kept < r->rows || damaged >= (int64_t)r->rows * t->cfg.refuse_percent)
        return r->damaged == 0 && whole && r->rows > 0 && t->rx.kept == r->rows ? CTI_T30_MCF : CTI_T30_RTN;
    return damaged >= (int64_t)r->rows * RETRAIN_PERCENT ? CTI_T30_RTP : CTI_T30_MCF;
}

void t30_got_post(cti_t30 *t, const cti_t30_frame_view *f) {
    if (!t->rx.expected || t->link.ecm)
        return;
    if (is_again(t, plain(f->type))) {
        answer(t, t->rx.answer, t->rx.answered_post);
        return;
    }
    if (t->state != T30_WAIT_PAGE && !(t->state == T30_WAIT_COMMAND && t->rx.answer == CTI_T30_RTP))
        return;
    int post = plain_post(t, f->type), is_doubted = t->rx.answer != 0 && !t->rx.begun;
    cti_t4_report report = t30_close_page(t);
    int verdict = judge(t, &report);
    t30_tell_page(t, &report, verdict == CTI_T30_RTN ? CTI_T30_TURNED_DOWN : CTI_T30_TAKEN);
    if (verdict == CTI_T30_MCF && post == CTI_T30_MPS && t->rx.is_doubted)
        verdict = CTI_T30_RTP;
    t->rx.is_doubted = is_doubted || (t->rx.is_doubted && verdict == CTI_T30_RTN);
    answer(t, verdict, post);
}

/* Error correction. */

static void ask_again(cti_t30 *t, int n) {
    uint8_t fif[CTI_T30_BITMAP_OCTETS];
    for (int i = 0; i < CTI_T30_BITMAP_OCTETS; i++)
        fif[i] = (uint8_t)~t->got[i];
    for (int i = n; i < CTI_T30_BLOCK_FRAMES; i++)
        fif[i / 8] |= (uint8_t)(1 << i % 8);
    t30_open(t);
    t30_out(t, CTI_T30_PPR, fif, CTI_T30_BITMAP_OCTETS, 1);
    t30_send_then_fast(t, T30_WAIT_PAGE, t30_page_wait_ms(t), 1);
    t->rx.data = 0;
    t->rx.answer = 0;
}

/* A page's blocks count on; where one is left out, or another page begins, rows may be missing between. */
static int is_next_block(const cti_t30 *t) {
    return t->rx.block_page == t->rx.last_page && t->rx.block_block == (t->rx.last_block + 1) % 256;
}

/* 0: it does not fit into the memory, so nothing may confirm it, and error correction has no word for that:
 * the call ends. */
static int page_done(cti_t30 *t) {
    cti_t4_report report = t30_close_page(t);
    int fits = t->rx.kept == report.rows, state = t->rx.unrepaired ? CTI_T30_TAKEN_BADLY : CTI_T30_TAKEN;
    t30_tell_page(t, &report, fits ? state : CTI_T30_TURNED_DOWN);
    if (!fits)
        t30_leave(t, CTI_T30_PAGE_REFUSED);
    return fits;
}

/* The block is whole, or given up. */
static void block_done(cti_t30 *t, int type) {
    int post = t->rx.block_post;
    if (t->rx.memory[0].number < 0) {
        t->rx.waits_post = post;
        t->rx.waits_type = type;
        t30_answer(t, CTI_T30_RNR, T30_WAIT_PAGE, T30_T5_MS);
        return;
    }
    t->command_length = 0;
    t30_gain(t);
    int is_next = !t->rx.begun || is_next_block(t);
    t30_open_page(t);
    t->rx.cut |= !is_next;
    t->rx.unrepaired |= type == CTI_T30_ERR;
    t30_take_block(t, t->rx.block_frames);
    t->rx.last_page = t->rx.block_page;
    t->rx.last_block = t->rx.block_block;
    if (post == CTI_T30_UNKNOWN || page_done(t))
        answer(t, type, post);
}

void t30_got_pps(cti_t30 *t, const cti_t30_frame_view *f) {
    if (!t->rx.expected || !t->link.ecm)
        return;
    if (f->page == t->rx.last_page && f->block == t->rx.last_block && !t->rx.block_got && t->rx.answer != 0) {
        answer(t, t->rx.answer, t->rx.answered_post);
        return;
    }
    if (t->state != T30_WAIT_PAGE)
        return;
    t->rx.block_post = plain_post(t, f->post);
    t->rx.block_page = f->page;
    t->rx.block_block = f->block;
    t->rx.block_frames = f->frames;
    if (t30_block_missing(t, f->frames) > 0)
        ask_again(t, f->frames);
    else
        block_done(t, CTI_T30_MCF);
}

void t30_got_eor(cti_t30 *t, const cti_t30_frame_view *f) {
    if (!t->rx.expected || !t->link.ecm)
        return;
    if (t->rx.answer == CTI_T30_ERR && !t->rx.block_got) { /* another block's comes behind a PPR of ours */
        answer(t, t->rx.answer, t->rx.answered_post);
        return;
    }
    if (t->state != T30_WAIT_PAGE)
        return;
    t->rx.block_post = plain_post(t, f->post);
    t->rx.block_frames = CTI_T30_BLOCK_FRAMES;
    block_done(t, CTI_T30_ERR);
}

void t30_got_ctc(cti_t30 *t, const cti_t30_frame_view *f) {
    cti_t30_ability a;
    uint8_t fif[3] = {0, 0, 0};
    if (!t->link.ecm || f->fif_length < 2)
        return;
    memcpy(fif, f->fif, 2);
    cti_t30_ability_parse(fif, 3, 1, &a);
    for (int modem = CTI_FAX_MODEM_V27TER; modem <= CTI_FAX_MODEM_V17; modem++)
        if ((a.modems & t->cfg.modems) >> modem & 1) {
            t30_set_rate(t, t30_find_rate(modem, a.bit_rate));
            t30_open(t);
            t30_out(t, CTI_T30_CTR, NULL, 0, 1);
            t30_send_then_fast(t, T30_WAIT_PAGE, t30_page_wait_ms(t), 0);
            t->rx.answer = 0;
            return;
        }
}

void t30_got_rr(cti_t30 *t, const cti_t30_frame_view *f) {
    (void)f;
    if (!t->link.ecm)
        return;
    if (t->rx.waits_post >= 0)
        block_done(t, t->rx.waits_type);
    else if (t->rx.answer != 0)
        answer(t, t->rx.answer, t->rx.answered_post);
}

void t30_receive_timeout(cti_t30 *t) {
    if (t->state == T30_WAIT_END)
        t30_over(t, CTI_T30_OK);
    else
        t30_leave(t, t->rx.refused ? CTI_T30_PAGE_REFUSED : CTI_T30_STOPPED);
}
