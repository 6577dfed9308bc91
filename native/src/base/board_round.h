#pragma once

/* board_round: what boards that stand round another have in common. It is the first member of theirs, and
 * the ctx of their cti_board. */

#include "cti/board.h"

typedef struct cti_board_round {
    cti_board sound; /* the one within */
    /* 1 where the line's tick is the sound board's own, so that it may rest; port -1: all of them */
    int (*is_plain)(const struct cti_board_round *r, int port);
} cti_board_round;

/* 1 for a board that can be stood round. */
int cti_board_round_takes(const cti_board *sound);
/* Fills *board but for exchange and control: as many ports as the sound one, whose lines rest as its do where
 * that is plain. A caller-ID message is the sound board's. */
void cti_board_round_board(cti_board_round *r, cti_board *board);
