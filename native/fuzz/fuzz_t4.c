/* fuzz_t4: any bits as a fax page.
 *
 * Byte 0: coding, order of bits, whether the width is one of T.30's, bits that the last byte lacks, strict;
 * bytes 1 and 2: the width; byte 3: how many bits are given at a time; byte 4: the most rows; then the page.
 * What comes out must be the same when the bits are cut otherwise, add up, and, coded and decoded again, come
 * back clean.
 */
#include "cti/error.h"
#include "cti/t4_decoder.h"
#include "cti/t4_encoder.h"
#include "fuzz_input.h"

enum { T4_ROWS = 16, T4_ROW = 608, T4_CODED = 8192 };

typedef struct t4_page {
    uint8_t rows[T4_ROWS * T4_ROW];
    uint8_t damage[T4_ROWS];
    int n;
    cti_t4_report report;
} t4_page;

static void *t4_memory(size_t size) {
    void *p = malloc(size);
    demand(p != NULL);
    return p;
}

/* Rows `at_once`, into memory that is just large enough for them. */
static void t4_take(cti_t4_decoder *s, cti_t4_bits *in, t4_page *page, int row_bytes, int at_once,
                    uint8_t *rows, uint8_t *damage) {
    int n;
    do {
        n = in != NULL ? cti_t4_decoder_run(s, in, rows, damage, at_once)
                       : cti_t4_decoder_end(s, rows, damage, at_once);
        demand(n >= 0 && n <= at_once && page->n + n <= T4_ROWS);
        memcpy(page->rows + page->n * row_bytes, rows, (size_t)(n * row_bytes));
        memcpy(page->damage + page->n, damage, (size_t)n);
        page->n += n;
    } while (in != NULL ? n == at_once : n > 0);
    demand(in == NULL || in->at == in->end);
}

/* With a decoder as `fresh` is. */
static void t4_read(const cti_t4_decoder *fresh, const cti_t4_decoder_config *cfg, const uint8_t *data,
                    int bits, int step, int at_once, t4_page *page) {
    static cti_t4_decoder *s;
    int row_bytes = cti_t4_row_bytes(cfg->width);
    uint8_t *rows = t4_memory((size_t)(at_once * row_bytes)), *damage = t4_memory((size_t)at_once);
    if (!s)
        s = t4_memory(cti_t4_decoder_size());
    memcpy(s, fresh, cti_t4_decoder_size());
    page->n = 0;
    for (int at = 0; at < bits; at += step) {
        cti_t4_bits in = {.data = data, .at = at, .end = at + step < bits ? at + step : bits};
        t4_take(s, &in, page, row_bytes, at_once, rows, damage);
    }
    t4_take(s, NULL, page, row_bytes, at_once, rows, damage);
    demand(cti_t4_decoder_report(s, &page->report) == CTI_OK);
    free(rows);
    free(damage);
}

static void t4_same(const t4_page *a, const t4_page *b, int row_bytes) {
    demand(a->n == b->n && memcmp(a->rows, b->rows, (size_t)(a->n * row_bytes)) == 0);
    demand(memcmp(a->damage, b->damage, (size_t)a->n) == 0);
    demand(memcmp(&a->report, &b->report, sizeof a->report) == 0);
}

static void t4_check(const t4_page *page, const cti_t4_decoder_config *cfg, int bits) {
    const cti_t4_report *r = &page->report;
    int kinds[CTI_T4_DAMAGES] = {0}, damaged = 0, row_bytes = cti_t4_row_bytes(cfg->width);
    for (int i = 0; i < page->n; i++) {
        demand(page->damage[i] < CTI_T4_DAMAGES);
        kinds[page->damage[i]]++;
        if (page->damage[i] != CTI_T4_GOOD && damaged++ == 0)
            demand(r->first_damaged == i);
        demand((page->rows[(i + 1) * row_bytes - 1] & ((1 << (row_bytes * 8 - cfg->width)) - 1)) == 0);
    }
    demand(memcmp(kinds, r->kinds, sizeof kinds) == 0);
    demand(r->rows == page->n && r->damaged == damaged && r->rows <= cfg->rows && r->bits == bits);
    demand(r->clean == (r->end == CTI_T4_END_WHOLE && damaged == 0 && page->n > 0));
    demand(r->end != CTI_T4_END_NONE && (damaged > 0 || r->first_damaged == -1));
}

/* The rows, coded by ourselves. */
static void t4_again(const cti_t4_decoder *fresh, const cti_t4_decoder_config *cfg, const t4_page *page,
                     int fill) {
    static uint8_t coded[T4_ROWS * T4_CODED];
    static t4_page back;
    static cti_t4_encoder *tx;
    if (!tx)
        tx = t4_memory(cti_t4_encoder_size());
    cti_t4_encoder_config to = {
        .coding = cfg->coding, .width = cfg->width, .order = cfg->order, .k = 1 + fill % 5};
    to.min_row_bits = fill;
    to.aligned = fill & 1;
    int n = 0, row_bytes = cti_t4_row_bytes(cfg->width);
    demand(cti_t4_encoder_init(tx, cti_t4_encoder_size(), &to) == CTI_OK);
    demand(cti_t4_encoder_most(tx) <= T4_CODED);
    int most = cti_t4_encoder_most(tx);
    uint8_t *out = t4_memory((size_t)most);
    for (int i = 0; i <= page->n; i++) {
        int got = i < page->n ? cti_t4_encoder_row(tx, page->rows + i * row_bytes, out, most)
                              : cti_t4_encoder_end(tx, out, most);
        demand(got >= 0 && got <= most);
        memcpy(coded + n, out, (size_t)got);
        n += got;
    }
    free(out);
    t4_read(fresh, cfg, coded, n * 8, n * 8, T4_ROWS, &back);
    demand(back.n == page->n && memcmp(back.rows, page->rows, (size_t)(page->n * row_bytes)) == 0);
    demand(back.report.clean == (page->n > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const int widths[] = {1728, 2048, 2432, 2592, 3072, 3456, 3648, 4864};
    static t4_page whole, cut;
    static cti_t4_decoder *fresh;
    fuzz_input in = {data, size};
    cti_t4_decoder_config cfg;
    if (!fresh)
        fresh = t4_memory(cti_t4_decoder_size());
    cti_t4_decoder_defaults(&cfg);
    int first = fuzz_byte(&in), pair = fuzz_pair(&in), step = 1 + fuzz_byte(&in);
    cfg.coding = CTI_T4_MH + (first & 3) % 3;
    cfg.order = first >> 2 & 1;
    cfg.width = first & 8 ? widths[pair & 7] : 1 + pair % 4864;
    cfg.rows = 1 + fuzz_byte(&in) % T4_ROWS;
    cfg.strict = !(first & 128);
    int bits = (int)(in.left < 65536 ? in.left : 65536) * 8 - (first >> 4 & 7);
    bits = bits > 0 ? bits : 0;
    uint8_t *exact = t4_memory((size_t)(bits + 7) / 8 + 1);
    memcpy(exact, in.at, (size_t)(bits + 7) / 8);
    demand(cti_t4_decoder_init(fresh, cti_t4_decoder_size(), &cfg) == CTI_OK);
    t4_read(fresh, &cfg, exact, bits, bits + 1, T4_ROWS, &whole);
    t4_check(&whole, &cfg, bits);
    t4_read(fresh, &cfg, exact, bits, step, 1 + step % 7, &cut);
    free(exact);
    t4_same(&whole, &cut, cti_t4_row_bytes(cfg.width));
    t4_again(fresh, &cfg, &whole, first + step);
    return 0;
}
