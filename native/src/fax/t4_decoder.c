#include "cti/t4_decoder.h"

#include <string.h>

#include "cti/error.h"
#include "fax/t4_decoder_state.h"
#include "fax/t4_order.h"

void cti_t4_decoder_defaults(cti_t4_decoder_config *cfg) {
    *cfg = (cti_t4_decoder_config){
        .coding = CTI_T4_MH, .width = 1728, .order = CTI_T4_LSB_FIRST, .rows = 20000, .strict = 1};
}

size_t cti_t4_decoder_size(void) {
    return sizeof(struct cti_t4_decoder);
}

static int acceptable(const cti_t4_decoder_config *c) {
    return c->coding >= CTI_T4_MH && c->coding <= CTI_T4_MMR && cti_t4_row_bytes(c->width) > 0 &&
           (c->order == CTI_T4_LSB_FIRST || c->order == CTI_T4_MSB_FIRST) && c->rows >= 1 &&
           (c->strict == 0 || c->strict == 1);
}

int cti_t4_decoder_init(cti_t4_decoder *s, size_t size, const cti_t4_decoder_config *cfg) {
    cti_t4_decoder_config usual;
    cti_t4_decoder_defaults(&usual);
    const cti_t4_decoder_config *c = cfg != NULL ? cfg : &usual;
    if (s == NULL || !acceptable(c))
        return CTI_ERR_ARG;
    if (size < sizeof *s)
        return CTI_ERR_SIZE;
    memset(s, 0, sizeof *s);
    s->cfg = *c;
    t4_row_tables(s);
    t4_page_begin(s);
    return CTI_OK;
}

int cti_t4_decoder_reset(cti_t4_decoder *s) {
    if (s == NULL)
        return CTI_ERR_ARG;
    cti_t4_decoder_config cfg = s->cfg;
    return cti_t4_decoder_init(s, sizeof *s, &cfg);
}

static void write_row(cti_t4_decoder *s, uint8_t *row, uint8_t *damage) {
    cti_t4_report *r = &s->report;
    t4_row_draw(s->changes[!s->now], s->cfg.width, row);
    *damage = (uint8_t)s->kind;
    s->waiting--;
    r->kinds[s->kind]++;
    s->streak = s->kind == CTI_T4_GOOD ? 0 : s->streak + 1;
    if (s->kind != CTI_T4_GOOD) {
        r->damaged++;
        r->first_damaged = r->first_damaged < 0 ? r->rows : r->first_damaged;
        r->damaged_run = s->streak > r->damaged_run ? s->streak : r->damaged_run;
    }
    r->rows++;
}

static void fetch(cti_t4_decoder *s, cti_t4_bits *in) {
    while (s->holds <= T4_HELD_BITS - 8 && in->at < in->end) {
        int skip = in->at % 8, n = in->end - in->at < 8 - skip ? in->end - in->at : 8 - skip;
        uint8_t byte = in->data[in->at / 8];
        if (s->cfg.order == CTI_T4_LSB_FIRST)
            byte = t4_turned(byte);
        uint64_t bits = (uint64_t)(byte << skip & 0xFF) >> (8 - n);
        s->held |= bits << (T4_HELD_BITS - s->holds - n);
        s->holds += n;
        in->at += n;
        s->report.bits += n;
    }
}

static int run(cti_t4_decoder *s, cti_t4_bits *in, uint8_t *rows, uint8_t *damage, int max) {
    int row_bytes = cti_t4_row_bytes(s->cfg.width), n = 0;
    for (;;) {
        while (s->waiting > 0) {
            if (s->report.rows == s->cfg.rows) {
                s->waiting = 0;
                s->report.end = CTI_T4_END_LONG;
                s->place = T4_OVER;
                break;
            }
            if (n == max)
                return n;
            write_row(s, rows + (size_t)n * (size_t)row_bytes, damage + n);
            n++;
        }
        if (in != NULL)
            fetch(s, in);
        if (t4_page_step(s) || (in != NULL && in->at < in->end))
            continue;
        if (in != NULL || s->place == T4_OVER)
            return n;
        t4_page_close(s);
    }
}

int cti_t4_decoder_run(cti_t4_decoder *s, cti_t4_bits *in, uint8_t *rows, uint8_t *damage, int max) {
    if (s == NULL || in == NULL || in->data == NULL || in->at < 0 || in->end < in->at || rows == NULL ||
        damage == NULL || max < 1)
        return CTI_ERR_ARG;
    return run(s, in, rows, damage, max);
}

int cti_t4_decoder_end(cti_t4_decoder *s, uint8_t *rows, uint8_t *damage, int max) {
    if (s == NULL || rows == NULL || damage == NULL || max < 1)
        return CTI_ERR_ARG;
    s->last = 1;
    return run(s, NULL, rows, damage, max);
}

int cti_t4_decoder_report(const cti_t4_decoder *s, cti_t4_report *out) {
    if (s == NULL || out == NULL)
        return CTI_ERR_ARG;
    *out = s->report;
    out->clean = out->end == CTI_T4_END_WHOLE && out->rows > 0 && out->damaged == 0;
    return CTI_OK;
}
