/* The hybrid of an FXO port's chip: what fxotune tunes. Eight taps of what is sent are taken out of what
 * comes, each in parts of 128, one sample apart (taken so: the chip's own scale is in no public source that
 * we know). The impedance beside them changes nothing here. */
#include "dahdi/card_state.h"

enum { TAPS = CARD_TUNE - 1, PART = 128 };

void card_tune(card_channel *c, const int16_t *sent, int16_t *came) {
    int16_t line[TAPS - 1 + CARD_TICK];
    int is_flat = 1;
    memcpy(line, c->tune_past, sizeof c->tune_past);
    memcpy(line + TAPS - 1, sent, CARD_TICK * sizeof *sent);
    memcpy(c->tune_past, sent + CARD_TICK - (TAPS - 1), sizeof c->tune_past);
    for (int k = 0; k < TAPS; k++)
        is_flat &= c->tune[1 + k] == 0;
    for (int i = 0; i < CARD_TICK && !is_flat; i++) {
        int sum = 0;
        for (int k = 0; k < TAPS; k++)
            sum += c->tune[1 + k] * line[TAPS - 1 + i - k];
        int left = came[i] - sum / PART;
        came[i] = (int16_t)(left > 32767 ? 32767 : left < -32768 ? -32768 : left);
    }
}
