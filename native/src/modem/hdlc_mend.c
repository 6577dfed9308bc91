#include "modem/hdlc_mend.h"

#include <string.h>

void hdlc_mend_init(hdlc_mend *m) {
    memset(m, 0, sizeof(*m));
}

void hdlc_mend_open(hdlc_mend *m) {
    m->frame.n = m->frame.doubts = 0;
}

void hdlc_mend_bit(hdlc_mend *m, int bit, int is_doubtful) {
    mend_frame *f = &m->frame;
    if (f->n == MEND_BITS)
        return;
    f->bits[f->n] = (uint8_t)bit;
    f->doubt[f->n++] = (uint8_t)is_doubtful;
    f->doubts += is_doubtful;
}

/* Reads on from bit `at` with the doubtful ones as `way` has them; 1: the last bit ends a good frame. */
static int reads(cti_hdlc_rx *rx, const mend_frame *f, int at, uint32_t way) {
    int said = CTI_HDLC_NOTHING;
    for (int i = at; i < f->n; i++) {
        int bit = f->bits[i];
        if (f->doubt[i]) {
            bit = (int)(way & 1);
            way >>= 1;
        }
        said = cti_hdlc_rx_bit(rx, bit);
    }
    return said == CTI_HDLC_FRAME;
}

static int is_other(const cti_hdlc_rx *a, const cti_hdlc_rx *b) {
    return a->reported != b->reported || memcmp(a->octets, b->octets, (size_t)a->reported) != 0;
}

/* 1: the doubtful bits can be filled so that it is good; of two frames it is not known which was sent. */
static int fill(hdlc_mend *m, const mend_frame *f) {
    cti_hdlc_rx before = {.fcs = 0xffff, .is_open = 1, .flags = 1}, trial;
    int first = 0, is_good = 0;
    if (f->doubts > MEND_DOUBTS)
        return 0;
    while (first < f->n - 1 && !f->doubt[first])
        (void)cti_hdlc_rx_bit(&before, f->bits[first++]);
    for (uint32_t way = 0; way < 1u << f->doubts; way++) {
        trial = before;
        if (!reads(&trial, f, first, way))
            continue;
        if (is_good && is_other(&trial, &m->trial))
            return 0;
        m->trial = trial;
        is_good = 1;
    }
    return is_good;
}

/* The same frame, as far as both are sure? At least half of it has to be. */
static int is_same(const mend_frame *a, const mend_frame *b) {
    int both = 0;
    if (a->n != b->n)
        return 0;
    for (int i = 0; i < a->n; i++) {
        int sure = !a->doubt[i] && !b->doubt[i];
        if (sure && a->bits[i] != b->bits[i])
            return 0;
        both += sure;
    }
    return 2 * both >= a->n;
}

static void join(mend_frame *into, const mend_frame *from) {
    into->doubts = 0;
    for (int i = 0; i < into->n; i++) {
        if (into->doubt[i] && !from->doubt[i]) {
            into->bits[i] = from->bits[i];
            into->doubt[i] = 0;
        }
        into->doubts += into->doubt[i];
    }
}

int hdlc_mend_close(hdlc_mend *m, const uint8_t **octets) {
    mend_frame *f = &m->frame;
    if (f->doubts == 0 || f->n == MEND_BITS)
        return 0;
    int is_mended = fill(m, f), place = 0;
    while (!is_mended && place < MEND_COPIES && !is_same(&m->copies[place], f))
        place++;
    if (!is_mended && place < MEND_COPIES) {
        join(&m->copies[place], f);
        is_mended = fill(m, &m->copies[place]);
    } else if (!is_mended) {
        m->copies[m->next] = *f;
        m->next = (m->next + 1) % MEND_COPIES;
    }
    return is_mended ? cti_hdlc_rx_octets(&m->trial, octets) : 0;
}
