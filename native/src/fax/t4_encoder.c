#include "cti/t4_encoder.h"

#include <string.h>

#include "cti/error.h"
#include "fax/t4_codes.h"
#include "fax/t4_order.h"
#include "fax/t4_row.h"

enum { RTC_EOLS = 6, MOST_ROW_BITS = 65536, MOST_PIXEL_BITS = 7 /* a change beside one of the row above */ };

struct cti_t4_encoder {
    cti_t4_encoder_config cfg;
    int64_t bits;
    uint32_t held; /* the lowest bits % 8 bits wait for a byte */
    int32_t ended;
    int32_t referring; /* MR: rows since the last that was coded by itself, it among them; 0: none yet */
    uint16_t changes[2][T4_CHANGES];
    int32_t now; /* which of them is the row's; the other is the row's above */
    uint8_t *out;
    int32_t written;
};

void cti_t4_encoder_defaults(cti_t4_encoder_config *cfg) {
    *cfg = (cti_t4_encoder_config){.coding = CTI_T4_MH, .width = 1728, .order = CTI_T4_LSB_FIRST, .k = 2};
}

size_t cti_t4_encoder_size(void) {
    return sizeof(struct cti_t4_encoder);
}

static int acceptable(const cti_t4_encoder_config *c) {
    return c->coding >= CTI_T4_MH && c->coding <= CTI_T4_MMR && cti_t4_row_bytes(c->width) > 0 &&
           (c->order == CTI_T4_LSB_FIRST || c->order == CTI_T4_MSB_FIRST) && c->k >= 1 &&
           c->min_row_bits >= 0 && c->min_row_bits <= MOST_ROW_BITS && (c->aligned == 0 || c->aligned == 1);
}

int cti_t4_encoder_init(cti_t4_encoder *s, size_t size, const cti_t4_encoder_config *cfg) {
    cti_t4_encoder_config usual;
    cti_t4_encoder_defaults(&usual);
    const cti_t4_encoder_config *c = cfg != NULL ? cfg : &usual;
    if (s == NULL || !acceptable(c))
        return CTI_ERR_ARG;
    if (size < sizeof *s)
        return CTI_ERR_SIZE;
    memset(s, 0, sizeof *s);
    s->cfg = *c;
    t4_row_close(s->changes[1], 0, c->width); /* above the first row it is white */
    return CTI_OK;
}

int cti_t4_encoder_reset(cti_t4_encoder *s) {
    if (s == NULL)
        return CTI_ERR_ARG;
    cti_t4_encoder_config cfg = s->cfg;
    return cti_t4_encoder_init(s, sizeof *s, &cfg);
}

int cti_t4_encoder_most(const cti_t4_encoder *s) {
    if (s == NULL)
        return CTI_ERR_ARG;
    return (MOST_PIXEL_BITS * s->cfg.width + s->cfg.min_row_bits + RTC_EOLS * (T4_EOL_BITS + 1) + 64) / 8;
}

int64_t cti_t4_encoder_bits(const cti_t4_encoder *s) {
    return s != NULL ? s->bits : 0;
}

static void put(cti_t4_encoder *s, uint32_t bits, int length) {
    int waiting = (int)(s->bits % 8) + length;
    s->held = s->held << length | bits;
    s->bits += length;
    for (; waiting >= 8; waiting -= 8) {
        uint8_t byte = (uint8_t)(s->held >> (waiting - 8));
        s->out[s->written++] = s->cfg.order == CTI_T4_MSB_FIRST ? byte : t4_turned(byte);
    }
}

static void put_zeros(cti_t4_encoder *s, int64_t n) {
    for (; n > 0; n -= 8)
        put(s, 0, n < 8 ? (int)n : 8);
}

/* T.4, 4.1.1: as many codes of 2560 as go, one of a multiple of 64, one of what is left. */
static void put_run(cti_t4_encoder *s, int colour, int run) {
    const t4_code *codes = t4_run_codes[colour];
    const t4_code *longest = &codes[63 + T4_LONGEST_RUN / 64];
    for (; run >= T4_LONGEST_RUN + 64; run -= T4_LONGEST_RUN)
        put(s, longest->bits, longest->length);
    if (run >= 64)
        put(s, codes[63 + run / 64].bits, codes[63 + run / 64].length);
    put(s, codes[run % 64].bits, codes[run % 64].length);
}

static void put_by_itself(cti_t4_encoder *s, const uint16_t *row) {
    int at = 0;
    for (int i = 0; at < s->cfg.width; at = row[i++])
        put_run(s, i & 1, row[i] - at);
}

/* T.4, 4.2.1.3.2; T.6, 2.2.4. a0, a1, a2, b1, b2 as there. */
static void put_by_reference(cti_t4_encoder *s, const uint16_t *row, const uint16_t *above) {
    static const t4_code vertical[7] = {{2, 7}, {2, 6}, {2, 3}, {1, 1}, {3, 3}, {3, 6}, {3, 7}};
    int a0 = -1, a = 0, b = 0; /* a, b: of a1 and b1 */
    while (a0 < s->cfg.width) {
        b = b > 1 ? b - 2 : b & 1; /* a change to the left may bring an earlier b1 */
        while (above[b] <= a0 && above[b] < s->cfg.width)
            b += 2;
        int a1 = row[a], b1 = above[b], b2 = above[b + 1];
        if (b2 < a1) {
            put(s, 1, 4); /* pass */
            a0 = b2;
        } else if (t4_is_near(a1, b1)) {
            put(s, vertical[a1 - b1 + 3].bits, vertical[a1 - b1 + 3].length);
            a0 = a1;
            a++;
            b += b > 0 ? -1 : 1;
        } else {
            put(s, 1, 3); /* horizontal */
            put_run(s, a & 1, a1 - (a0 < 0 ? 0 : a0));
            put_run(s, !(a & 1), row[a + 1] - a1);
            a0 = row[a + 1];
            a += 2;
        }
    }
}

static void put_eol(cti_t4_encoder *s, int by_itself) {
    put(s, 1, T4_EOL_BITS);
    if (s->cfg.coding == CTI_T4_MR)
        put(s, (uint32_t)by_itself, 1);
}

static void align(cti_t4_encoder *s) {
    if (s->cfg.aligned)
        put_zeros(s, (T4_EOL_BITS - s->bits % 8) % 8);
}

int cti_t4_encoder_row(cti_t4_encoder *s, const uint8_t *row, uint8_t *out, int max) {
    if (s == NULL || row == NULL || out == NULL)
        return CTI_ERR_ARG;
    if (s->ended)
        return CTI_ERR_STATE;
    if (max < cti_t4_encoder_most(s))
        return CTI_ERR_FULL;
    s->out = out;
    s->written = 0;
    const uint16_t *changes = s->changes[s->now], *above = s->changes[!s->now];
    t4_row_changes(row, s->cfg.width, s->changes[s->now]);
    if (s->cfg.coding == CTI_T4_MMR) {
        put_by_reference(s, changes, above);
    } else {
        int by_itself = s->cfg.coding == CTI_T4_MH || s->referring == 0 || s->referring >= s->cfg.k;
        align(s);
        put_eol(s, by_itself);
        int64_t from = s->bits;
        if (by_itself)
            put_by_itself(s, changes);
        else
            put_by_reference(s, changes, above);
        s->referring = by_itself ? 1 : s->referring + 1;
        put_zeros(s, s->cfg.min_row_bits - (s->bits - from) - T4_EOL_BITS - (s->cfg.coding == CTI_T4_MR));
    }
    s->now = !s->now;
    return s->written;
}

int cti_t4_encoder_end(cti_t4_encoder *s, uint8_t *out, int max) {
    if (s == NULL || out == NULL)
        return CTI_ERR_ARG;
    if (s->ended)
        return CTI_ERR_STATE;
    if (max < cti_t4_encoder_most(s))
        return CTI_ERR_FULL;
    s->out = out;
    s->written = 0;
    if (s->cfg.coding != CTI_T4_MMR)
        align(s);
    for (int i = 0; i < (s->cfg.coding == CTI_T4_MMR ? 2 : RTC_EOLS); i++)
        put_eol(s, 1);
    put_zeros(s, (8 - s->bits % 8) % 8);
    s->ended = 1;
    return s->written;
}
