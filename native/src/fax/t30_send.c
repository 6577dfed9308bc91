/* Pages out, and what the far end says of them (T.30, phases C and D). */
#include <string.h>

#include "cti/error.h"
#include "cti/t4.h"
#include "fax/t30_state.h"

enum { PART_ROWS = 128 };

static int width_pixels(int width) {
    return width == CTI_T30_A3 ? 2432 : width == CTI_T30_B4 ? 2048 : 1728;
}

int t30_row_pixels(const cti_t30 *t) {
    return width_pixels(t->link.width);
}

/* As it would best be sent, or the next smaller that the far end has. */
void t30_sheet_choice(const cti_t30 *t, int sheet, int *width, int *resolution) {
    const cti_t30_sheet *s = &t->cfg.sheet[sheet];
    *width = s->width;
    *resolution = s->resolution;
    while (*width > CTI_T30_A4 && !(t->link.far_end.widths & *width))
        *width >>= 1;
    while (*resolution > CTI_T30_STANDARD && !(t->link.far_end.resolutions & *resolution))
        *resolution >>= 1;
}

void t30_want_page(cti_t30 *t, int slot, int sheet) {
    t30_page *page = &t->tx.page[slot];
    int width, resolution;
    *page = (t30_page){.number = sheet};
    t30_sheet_choice(t, sheet, &width, &resolution);
    cti_t30_event *ev = t30_tell(t, CTI_T30_PAGE_WANTED, 0);
    ev->page = sheet;
    ev->width = width;
    ev->resolution = resolution;
}

int cti_t30_page(cti_t30 *t, int page, const uint8_t *rows, int n) {
    if (t == NULL || rows == NULL || n < 1)
        return CTI_ERR_ARG;
    for (int i = 0; i < T30_PAGES; i++)
        if (t->tx.page[i].number == page && page >= 0 && !t->tx.page[i].given) {
            t->tx.page[i].given = 1;
            t->tx.page[i].rows = rows;
            t->tx.page[i].n = n;
            if (i == 0 && t->state == T30_WAIT_ROWS)
                t30_page_start(t);
            return CTI_OK;
        }
    return CTI_ERR_STATE;
}

void t30_page_begin(cti_t30 *t) {
    if (t->tx.page[0].given)
        t30_page_start(t);
    else
        t30_wait(t, T30_WAIT_ROWS, T30_ROWS_MS);
}

/* What ends the page: the same kind of page follows (MPS), something else (EOM), nothing (EOP). */
static int post_of(const cti_t30 *t) {
    int next = t->tx.sheet + 1, width, resolution;
    if (next >= t->cfg.sheets)
        return t->cfg.polls && t->link.far_end.has_document ? CTI_T30_EOM : CTI_T30_EOP;
    t30_sheet_choice(t, next, &width, &resolution);
    return width == t->link.width && resolution == t->link.resolution ? CTI_T30_MPS : CTI_T30_EOM;
}

void t30_page_start(cti_t30 *t) {
    cti_t4_encoder_config cfg;
    cti_t4_encoder_defaults(&cfg);
    cfg.coding = t->link.coding;
    cfg.width = t30_row_pixels(t);
    cfg.k = t->link.resolution == CTI_T30_STANDARD ? 2 : 2 * t->link.resolution; /* T.4, 4.2.1: 2, 4, 8 */
    cfg.min_row_bits = t->link.bit_rate * t->link.row_ms / 1000;
    if (cti_t4_encoder_init(t->encoder, cti_t4_encoder_size(), &cfg) != CTI_OK ||
        cti_t4_encoder_most(t->encoder) > T30_SPILL_OCTETS) {
        t30_leave(t, CTI_T30_NO_ROWS);
        return;
    }
    t->tx.row = t->tx.coded_end = t->tx.spilt = t->tx.spill_at = 0;
    t->tx.block_number = t->tx.whole = 0;
    t->tx.post = post_of(t);
    t->tx.begun = 1;
    cti_t30_event *ev = t30_tell(t, CTI_T30_PAGE_BEGUN, 0);
    ev->page = t->tx.sheet;
    ev->width = t->link.width;
    ev->resolution = t->link.resolution;
    if (t->tx.post == CTI_T30_MPS && t->tx.page[1].number != t->tx.sheet + 1)
        t30_want_page(t, 1, t->tx.sheet + 1);
    if (t->link.ecm)
        t30_block_fill(t);
    t30_page_carrier(t, 1);
}

void t30_page_carrier(cti_t30 *t, int short_training) {
    t30_begin_turn(t, CTI_FAX_TURN_DATA, T30_SENDS_PAGE);
    t30_fast_turn(t, t->link.ecm, short_training);
    t->tx.frame_next = 0;
    t->tx.rcps = T30_RCPS;
}

static void code_more(cti_t30 *t) {
    const t30_page *page = &t->tx.page[0];
    int row_bytes = cti_t4_row_bytes(t30_row_pixels(t)), n;
    if (t->tx.row < page->n) {
        const uint8_t *row = page->rows + (size_t)t->tx.row++ * (size_t)row_bytes;
        n = cti_t4_encoder_row(t->encoder, row, t->tx.spill, T30_SPILL_OCTETS);
        if (t->tx.row % PART_ROWS == 0) {
            cti_t30_event *ev = t30_tell(t, CTI_T30_PAGE_PART, 0);
            ev->page = t->tx.sheet;
            ev->rows = t->tx.row;
        }
    } else {
        n = cti_t4_encoder_end(t->encoder, t->tx.spill, T30_SPILL_OCTETS);
        t->tx.coded_end = 1;
    }
    t->tx.spilt = n > 0 ? n : 0;
    t->tx.spill_at = 0;
}

/* The page's next coded octets; fewer than max at its end. */
int t30_page_octets(cti_t30 *t, uint8_t *octets, int max) {
    int n = 0;
    while (n < max) {
        if (t->tx.spill_at == t->tx.spilt) {
            if (t->tx.coded_end)
                break;
            code_more(t);
            continue;
        }
        int some = t->tx.spilt - t->tx.spill_at < max - n ? t->tx.spilt - t->tx.spill_at : max - n;
        memcpy(octets + n, t->tx.spill + t->tx.spill_at, (size_t)some);
        t->tx.spill_at += some;
        n += some;
    }
    return n;
}

int t30_page_is_coded(const cti_t30 *t) {
    return t->tx.coded_end && t->tx.spill_at == t->tx.spilt;
}

void t30_send_post(cti_t30 *t) {
    int is_last = !t->link.ecm || t->tx.last_block;
    uint8_t fif[4] = {is_last ? (uint8_t)(t->tx.post | 1) : 0, (uint8_t)t->tx.number,
                      (uint8_t)t->tx.block_number, (uint8_t)(t->tx.frames - 1)};
    t->tx.whole = is_last;
    t30_open(t);
    if (t->link.ecm)
        t30_out(t, CTI_T30_PPS, fif, 4, 1);
    else
        t30_out(t, t->tx.post, NULL, 0, 1);
    t30_send_then(t, T30_WAIT_POST, T30_T4_MS);
}

void t30_post_timeout(cti_t30 *t) {
    if (t->tries < T30_TRIES)
        t30_repeat(t);
    else
        t30_leave(t, CTI_T30_NOT_CONFIRMED);
}

/* The present page is no longer on its way. */
void t30_page_ended(cti_t30 *t, int state) {
    if (!t->tx.begun)
        return;
    cti_t30_event *ev = t30_tell(t, CTI_T30_PAGE_SENT, state);
    ev->page = t->tx.sheet;
    ev->rows = t->tx.page[0].n;
    ev->width = t->link.width;
    ev->resolution = t->link.resolution;
    t->link.pages_sent += state == CTI_T30_CONFIRMED;
    t->tx.begun = t->tx.whole = 0;
}

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
