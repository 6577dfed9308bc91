/* t4_row: rows as their changes of colour, which T.4 codes. */
#pragma once

#include <stdint.h>

enum {
    T4_WIDEST = 4864,
    T4_BEYOND = 4, /* changes at the width behind the last: who looks for one further on finds it */
    T4_CHANGES = T4_WIDEST + T4_BEYOND
};

/* Whether vertical mode can code one change of colour by the other (T.4: up to three pixels). */
static inline int t4_is_near(int change, int above) {
    return change - above <= 3 && above - change <= 3;
}

/* The n pixels that differ in colour from the one left of them (the first one from white), ascending, and
 * T4_BEYOND times the width. Returns n. */
int t4_row_changes(const uint8_t *row, int width, uint16_t *changes);
/* The row with these changes, the last of which is at the width. */
void t4_row_draw(const uint16_t *changes, int width, uint8_t *row);
void t4_row_close(uint16_t *changes, int n, int width);
