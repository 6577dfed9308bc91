/* Blocks of error correction (T.30, annex A): 256 frames of 256 or 64 octets. */
#include <string.h>

#include "fax/t30_state.h"

/* The page's next block. */
void t30_block_fill(cti_t30 *t) {
    int size = t->link.frame_octets;
    t->tx.frames = 0;
    t->tx.pprs = t->tx.ctcs = 0;
    t->tx.missing = CTI_T30_BLOCK_FRAMES + 1;
    memset(t->got, 0, sizeof t->got);
    while (t->tx.frames < CTI_T30_BLOCK_FRAMES) {
        uint8_t *frame = t->block + t->tx.frames * T30_BLOCK_OCTETS;
        int n = t30_page_octets(t, frame, size);
        if (n == 0 && t->tx.frames > 0)
            break;
        memset(frame + n, 0, (size_t)(size - n)); /* A.3.6.2: pad bits */
        t->frame_length[t->tx.frames++] = (int16_t)size;
        if (n < size)
            break;
    }
    t->tx.last_block = t30_page_is_coded(t);
}

/* Next of the frames that the far end lacks; then RCP three times. */
int t30_block_frame(cti_t30 *t, uint8_t *octets, int max) {
    int size = t->link.frame_octets;
    while (t->tx.frame_next < t->tx.frames && t30_has(t, t->tx.frame_next))
        t->tx.frame_next++;
    if (t->tx.frame_next >= t->tx.frames)
        return t->tx.rcps-- > 0 ? cti_t30_frame_build(CTI_T30_RCP, 0, 0, NULL, 0, octets, max) : 0;
    uint8_t fif[1 + T30_BLOCK_OCTETS];
    fif[0] = (uint8_t)t->tx.frame_next;
    memcpy(fif + 1, t->block + t->tx.frame_next++ * T30_BLOCK_OCTETS, (size_t)size);
    return cti_t30_frame_build(CTI_T30_FCD, 0, 0, fif, 1 + size, octets, max);
}

void t30_block_clear(cti_t30 *t) {
    memset(t->got, 0, sizeof t->got);
    t->rx.block_got = 0;
}

void t30_block_take(cti_t30 *t, const cti_t30_frame_view *f) {
    if (f->type != CTI_T30_FCD || f->fif_length < 2 || f->fif_length > 1 + t->link.frame_octets)
        return;
    t->rx.block_got = 1;
    if (t30_has(t, f->number))
        return;
    t->got[f->number / 8] |= (uint8_t)(1 << f->number % 8);
    t->frame_length[f->number] = (int16_t)(f->fif_length - 1);
    memcpy(t->block + f->number * T30_BLOCK_OCTETS, f->fif + 1, (size_t)(f->fif_length - 1));
}

int t30_block_missing(const cti_t30 *t, int n) {
    int missing = 0;
    for (int i = 0; i < n; i++)
        missing += !t30_has(t, i);
    return missing;
}
