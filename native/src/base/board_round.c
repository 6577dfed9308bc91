#include "base/board_round.h"

int cti_board_round_takes(const cti_board *sound) {
    return sound != NULL && sound->exchange != NULL && sound->control != NULL && sound->ports >= 0;
}

static void rest(void *ctx, int port, int may) {
    const cti_board_round *r = ctx;
    r->sound.rest(r->sound.ctx, port, may && r->is_plain(r, port));
}

static int rests(void *ctx, int port) {
    const cti_board_round *r = ctx;
    return r->sound.rests(r->sound.ctx, port);
}

static int64_t recall(void *ctx, int port, int64_t skip, int16_t *rx) {
    const cti_board_round *r = ctx;
    return r->sound.recall(r->sound.ctx, port, skip, rx);
}

static int idle(void *ctx, int64_t ticks) {
    const cti_board_round *r = ctx;
    return r->is_plain(r, -1) && r->sound.idle(r->sound.ctx, ticks);
}

static int message(void *ctx, int port, int32_t ref, uint8_t *out, int max) {
    const cti_board_round *r = ctx;
    return r->sound.message(r->sound.ctx, port, ref, out, max);
}

void cti_board_round_board(cti_board_round *r, cti_board *board) {
    *board = (cti_board){.ctx = r, .ports = r->sound.ports};
    if (r->sound.rest != NULL) {
        board->rest = rest;
        board->rests = rests;
        board->recall = recall;
        board->idle = idle;
    }
    if (r->sound.message != NULL)
        board->message = message;
}
