/* Pages in, and what we say of them (T.30, phases C and D). */
#include <string.h>

#include "cti/error.h"
#include "cti/t4.h"
#include "fax/t30_state.h"

enum {
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

void t30_open_page(cti_t30 *t) {
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
    t->rx.unrepaired = t->rx.refused = t->rx.lost = t->rx.cut = 0;
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
        t30_gain(t);
    }
}

void t30_page_take(cti_t30 *t, const uint8_t *octets, int n) {
    cti_t4_bits in = {.data = octets, .at = 0, .end = 8 * n};
    uint8_t damage;
    if (n <= 0 || t->command_length > 0)
        return;
    t30_open_page(t);
    while (cti_t4_decoder_run(t->decoder, &in, t->rx.row, &damage, 1) == 1)
        keep_row(t, damage);
}

/* A carrier that fails and comes back before the page's end may have cost whole rows, which T.4 does not
 * show. */
void t30_page_carrier_is(cti_t30 *t, int lost) {
    cti_t4_report report;
    if (!t->rx.begun)
        return;
    (void)cti_t4_decoder_report(t->decoder, &report);
    t->rx.cut |= t->rx.lost && !lost && report.end == CTI_T4_END_NONE;
    t->rx.lost = lost;
}

void t30_take_block(cti_t30 *t, int n) {
    for (int i = 0; i < n; i++)
        if (t30_has(t, i))
            t30_page_take(t, t->block + i * T30_BLOCK_OCTETS, t->frame_length[i]);
    t30_block_clear(t);
}

/* No more of this page comes. */
cti_t4_report t30_close_page(cti_t30 *t) {
    cti_t4_report report;
    uint8_t damage;
    t30_open_page(t);
    while (cti_t4_decoder_end(t->decoder, t->rx.row, &damage, 1) == 1)
        keep_row(t, damage);
    (void)cti_t4_decoder_report(t->decoder, &report);
    return report;
}

void t30_tell_page(cti_t30 *t, const cti_t4_report *report, int state) {
    cti_t30_event *ev = t30_tell(t, CTI_T30_PAGE_TAKEN, state);
    ev->page = t->rx.number;
    ev->width = t->link.width;
    ev->resolution = t->link.resolution;
    ev->memory = t->rx.memory[0].number;
    ev->rows = (int32_t)t->rx.kept;
    ev->damaged = report->damaged;
    ev->first_damaged = report->first_damaged;
    ev->end = report->end;
    ev->missing =
        state != CTI_T30_TAKEN || report->end != CTI_T4_END_WHOLE || t->rx.cut || t->rx.kept != report->rows;
    ev->clean = report->clean && !ev->missing;
    t->rx.memory[0] = t->rx.memory[1];
    t->rx.memory[1].number = -1;
    t->rx.begun = 0;
    t->rx.refused = state == CTI_T30_TURNED_DOWN;
    t->rx.refusals = state == CTI_T30_TURNED_DOWN || state == CTI_T30_CUT ? t->rx.refusals + 1 : 0;
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
        t30_take_block(t, n);
    }
    if (!t->rx.begun)
        return;
    cti_t4_report report = t30_close_page(t);
    t30_tell_page(t, &report, CTI_T30_CUT);
}
