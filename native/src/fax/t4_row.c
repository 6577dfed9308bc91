#include "fax/t4_row.h"

#include <string.h>

#include "cti/error.h"
#include "cti/t4.h"

int cti_t4_row_bytes(int width) {
    return width >= 1 && width <= T4_WIDEST ? (width + 7) / 8 : CTI_ERR_ARG;
}

void t4_row_close(uint16_t *changes, int n, int width) {
    for (int i = 0; i < T4_BEYOND; i++)
        changes[n + i] = (uint16_t)width;
}

/* Up to eight bytes, the first in the highest place. */
static uint64_t word(const uint8_t *bytes, int n) {
    uint64_t w = 0;
    for (int i = 0; i < 8; i++)
        w = w << 8 | (i < n ? bytes[i] : 0);
    return w;
}

int t4_row_changes(const uint8_t *row, int width, uint16_t *changes) {
    int n = 0, bytes = (width + 7) / 8;
    uint64_t left = 0; /* the pixel left of the word */
    for (int at = 0; at < bytes; at += 8) {
        uint64_t w = word(row + at, bytes - at), differ = w ^ (w >> 1 | left << 63);
        left = w & 1;
        while (differ != 0) {
            int place = __builtin_clzll(differ), pixel = at * 8 + place;
            if (pixel >= width)
                break;
            changes[n++] = (uint16_t)pixel;
            differ &= ~(UINT64_C(1) << (63 - place));
        }
    }
    t4_row_close(changes, n, width);
    return n;
}

/* Pixels from…to - 1 black. */
static void blacken(uint8_t *row, int from, int to) {
    int first = from / 8, last = (to - 1) / 8;
    uint8_t head = (uint8_t)(0xFF >> from % 8), tail = (uint8_t)(0xFF00 >> ((to - 1) % 8 + 1));
    if (first == last) {
        row[first] |= head & tail;
        return;
    }
    row[first] |= head;
    memset(row + first + 1, 0xFF, (size_t)(last - first - 1));
    row[last] |= tail;
}

void t4_row_draw(const uint16_t *changes, int width, uint8_t *row) {
    memset(row, 0, (size_t)(width + 7) / 8);
    for (int i = 0; changes[i] < width; i += 2)
        blacken(row, changes[i], changes[i + 1]);
}
