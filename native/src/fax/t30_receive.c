/* Pages in, and what we say of them (T.30, phases C and D). */
#include <string.h>

#include "cti/error.h"
#include "cti/t4.h"
#include "fax/t30_state.h"

enum {
    RETRAIN_PERCENT = 5, /* damaged rows behind which training is asked for */
    ANSWER_WAIT_MS = 10000,
    PAGE_MS = 300000, /* without error correction a page has no end that could be known */
    PART_ROWS = 128,
    MOST_ROWS = 1 << 20
};

/* While the page is sent we may hear nothing of it; what comes behind it is waited for. */
int t30_page_wait_ms(const cti_t30 *t) {
    int block = CTI_T30_BLOCK_FRAMES * (t->link.frame_octets + 8) * 9; /* bits, with some stuffed */
    return t->link.ecm ? T30_T2_MS + block / (t->link.bit_rate / 1000 > 0 ? t->link.bit_rate / 1000 : 1)
                       : PAGE_MS;
}

int cti_t30_memory(cti_t30 *t, uint8_t *rows, int size, uint8_t *damage, int most) {
    if (t == NULL || rows == NULL || damage == NULL || size < 1 || most < 1)
        return CTI_ERR_ARG;
    for (int i = 0; i < T30_PAGES; i++)
        if (t->rx.memory[i].number < 0) {
            t->rx.memory[i] = (t30_memory){t->rx.memories, rows, damage, size, most};
            return t->rx.memories++;
        }
    return CTI_ERR_FULL;
}

static void open_page(cti_t30 *t) {
    cti_t4_decoder_config cfg;
    if (t->rx.begun)
        return;
    cti_t4_decoder_defaults(&cfg);
    cfg.coding = t->link.coding;
    cfg.width = t30_row_pixels(t);
    cfg.rows = MOST_ROWS;
    cfg.strict = !t->link.ecm;
    (void)cti_t4_decoder_init(t->decoder, cti_t4_decoder_size(), &cfg);
    t->rx.begun = 1;
    t->rx.unrepaired = t->rx.refused = 0;
    t->rx.kept = 0;
    t->rx.row_bytes = cti_t4_row_bytes(cfg.width);
    cti_t30_event *ev = t30_tell(t, CTI_T30_PAGE_BEGUN, 0);
    ev->page = t->rx.number;
    ev->width = t->link.width;
    ev->resolution = t->link.resolution;
}

static void keep_row(cti_t30 *t, uint8_t damage) {
    t30_memory *m = &t->rx.memory[0];
    int64_t at = t->rx.kept * t->rx.row_bytes;
    if (m->number < 0 || t->rx.kept >= m->most || at + t->rx.row_bytes > m->size)
        return;
    memcpy(m->rows + at, t->rx.row, (size_t)t->rx.row_bytes);
    m->damage[t->rx.kept++] = damage;
    if (t->rx.kept % PART_ROWS == 0) {
        cti_t30_event *ev = t30_tell(t, CTI_T30_PAGE_PART, 0);
        ev->page = t->rx.number;
        ev->rows = (int32_t)t->rx.kept;
    }
}

void t30_page_take(cti_t30 *t, const uint8_t *octets, int n) {
    cti_t4_bits in = {.data = octets, .at = 0, .end = 8 * n};
    uint8_t damage;
    if (n <= 0 || t->command_length > 0)
        return;
    open_page(t);
    while (cti_t4_decoder_run(t->decoder, &in, t->rx.row, &damage, 1) == 1)
        keep_row(t, damage);
}

static void take_block(cti_t30 *t, int n) {
    for (int i = 0; i < n; i++)
        if (t30_has(t, i))
            t30_page_take(t, t->block + i * T30_BLOCK_OCTETS, t->frame_length[i]);
    t30_block_clear(t);
}

/* No more of this page comes. */
static cti_t4_report close_page(cti_t30 *t) {
    cti_t4_report report;
    uint8_t damage;
    open_page(t);
    while (cti_t4_decoder_end(t->decoder, t->rx.row, &damage, 1) == 1)
        keep_row(t, damage);
    (void)cti_t4_decoder_report(t->decoder, &report);
    return report;
}

static void tell_page(cti_t30 *t, const cti_t4_report *report, int state) {
    cti_t30_event *ev = t30_tell(t, CTI_T30_PAGE_TAKEN, state);
    ev->page = t->rx.number;
    ev->width = t->link.width;
    ev->resolution = t->link.resolution;
    ev->memory = t->rx.memory[0].number;
    ev->rows = (int32_t)t->rx.kept;
    ev->damaged = report->damaged;
    ev->first_damaged = report->first_damaged;
    ev->end = report->end;
    ev->clean = state == CTI_T30_TAKEN && report->clean && t->rx.kept == report->rows;
    t->rx.memory[0] = t->rx.memory[1];
    t->rx.memory[1].number = -1;
    t->rx.begun = 0;
    t->rx.refused = state == CTI_T30_TURNED_DOWN;
    if (state == CTI_T30_TURNED_DOWN)
        return;
    t->rx.number++;
    t->link.pages_taken += state != CTI_T30_CUT;
}

/* The call goes another way within a page. */
void t30_page_cut(cti_t30 *t) {
    int n = 0;
    if (t->rx.expected && t->link.ecm && t->rx.block_got) {
        while (n < CTI_T30_BLOCK_FRAMES && t30_has(t, n))
            n++;
        t->command_length = 0;
        take_block(t, n);
    }
    if (!t->rx.begun)
        return;
    cti_t4_report report = close_page(t);
    tell_page(t, &report, CTI_T30_CUT);
}

/* Answers. */

static void answer(cti_t30 *t, int type, int post) {
    t->rx.answer = type;
    t->rx.answered_post = post;
    t->rx.carrier = 0;
    t->rx.waits_post = -1;
    t->t1_due = -1;
    if (type == CTI_T30_RTN || (type == CTI_T30_RTP && post == CTI_T30_MPS)) {
        t->asked = T30_ASKED_ANSWER;
        t30_answer(t, type, T30_WAIT_COMMAND, ANSWER_WAIT_MS);
    } else if (post == CTI_T30_EOM) {
        t->asked = T30_ASKED_EOM;
        t30_answer(t, type, T30_WAIT_COMMAND, T30_REPEAT_MS);
    } else if (post == CTI_T30_EOP) {
        t30_answer(t, type, T30_WAIT_END, T30_T2_MS);
    } else {
        t30_open(t);
        t30_out(t, type, NULL, 0, 1);
        t30_send_then_fast(t, T30_WAIT_PAGE, t30_page_wait_ms(t), 1);
    }
}

/* The same command again, as our answer was lost; else it ends a page of which nothing was heard. */
static int is_again(const cti_t30 *t) {
    int64_t heard = t->flags_at >= 0 ? t->flags_at : t->now - 1200 * T30_MS;
    if (t->rx.answer == 0 || t->rx.begun || t->rx.block_got)
        return 0;
    return t->state != T30_WAIT_PAGE ||
           (!t->rx.carrier && heard - t->sent_at < (int64_t)T30_REPEAT_MS * T30_MS);
}

static int plain_post(cti_t30 *t, int post) {
    static const int pri[][2] = {
        {CTI_T30_PRI_MPS, CTI_T30_MPS}, {CTI_T30_PRI_EOM, CTI_T30_EOM}, {CTI_T30_PRI_EOP, CTI_T30_EOP}};
    for (size_t i = 0; i < sizeof pri / sizeof pri[0]; i++)
        if (pri[i][0] == post) {
            (void)t30_tell(t, CTI_T30_VOICE, post);
            return pri[i][1];
        }
    return post;
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
    if (is_again(t)) {
        answer(t, t->rx.answer, t->rx.answered_post);
        return;
    }
    if (t->state != T30_WAIT_PAGE)
        return;
    int post = plain_post(t, f->type);
    cti_t4_report report = close_page(t);
    int verdict = judge(t, &report);
    tell_page(t, &report, verdict == CTI_T30_RTN ? CTI_T30_TURNED_DOWN : CTI_T30_TAKEN);
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
    t->rx.carrier = 0;
    t->rx.answer = 0;
}

/* The block is whole, or given up. */
static void block_done(cti_t30 *t, int type) {
    int post = t->rx.block_post;
    if (t->rx.memory[0].number < 0) {
        t->rx.waits_post = post;
        t30_answer(t, CTI_T30_RNR, T30_WAIT_PAGE, T30_T5_MS);
        return;
    }
    t->command_length = 0;
    open_page(t);
    t->rx.unrepaired |= type == CTI_T30_ERR;
    take_block(t, t->rx.block_frames);
    t->rx.last_page = t->rx.block_page;
    t->rx.last_block = t->rx.block_block;
    if (post != CTI_T30_UNKNOWN) {
        cti_t4_report report = close_page(t);
        tell_page(t, &report, t->rx.unrepaired ? CTI_T30_TAKEN_BADLY : CTI_T30_TAKEN);
    }
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
    if (is_again(t)) {
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
        block_done(t, CTI_T30_MCF);
    else if (t->rx.answer != 0)
        answer(t, t->rx.answer, t->rx.answered_post);
}

void t30_receive_timeout(cti_t30 *t) {
    if (t->state == T30_WAIT_END)
        t30_over(t, CTI_T30_OK);
    else
        t30_leave(t, t->rx.refused ? CTI_T30_PAGE_REFUSED : CTI_T30_STOPPED);
}
