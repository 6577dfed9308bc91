/* cid_text: what the parsers of the caller-ID standards share. */
#pragma once

#include <string.h>

#include "cti/cid.h"

static inline void cid_message_clear(cti_cid_message *out) {
    memset(out, 0, sizeof *out);
    out->waiting = -1;
    out->messages = -1;
}

/* A number must be printable, and short enough to be one: else it is none, never half of one. */
static inline void cid_copy_number(const uint8_t *p, int n, char *out, int room) {
    int used = 0;
    if (out[0]) {
        return; /* the first one holds */
    }
    for (int i = 0; i < n; i++) {
        if (p[i] == ' ' || p[i] == 0) {
            continue;
        }
        if (p[i] < 0x20 || p[i] > 0x7e || used + 1 >= room) {
            out[0] = 0;
            return;
        }
        out[used++] = (char)p[i];
    }
    out[used] = 0;
}
