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
    if (!t->link.ecm && cfg.min_row_bits < t->link.bit_rate / 1000 * T30_PAGE_LEAST_MS / t->tx.page[0].n)
        cfg.min_row_bits = t->link.bit_rate / 1000 * T30_PAGE_LEAST_MS / t->tx.page[0].n;
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
    if (!t->link.ecm) /* which has taken as long as it is */
        t30_gain(t);
    t30_open(t);
    if (t->link.ecm)
        t30_out(t, CTI_T30_PPS, fif, 4, 1);
    else
        t30_out(t, t->tx.post, NULL, 0, 1);
    t30_send_then(t, T30_WAIT_POST, T30_T4_MS);
}

void t30_post_timeout(cti_t30 *t) {
    if (t30_may_repeat(t))
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
