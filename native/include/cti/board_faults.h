#pragma once

/* board_faults: a board whose card or driver fails, between the tick and a sound one, for simulations.
 *
 * What is beneath goes on meanwhile: the exchange's time does not stand still because a card is out.
 *
 * CTI_BOARD_OUT, pulled out: its lines are on hook at once, and nothing rings; exchange() and control() say
 * CTI_ERR_GONE. Once it is back it tells of each line whose battery or polarity, and of each telephone whose
 * hook, is not as it was told last, a tick later; what else happened is never told.
 * CTI_BOARD_STALLED, its driver hangs: silence both ways; events wait, and commands are carried out late, in
 * their order. At most 64 commands (then CTI_ERR_FULL) and 256 events (the later ones are lost).
 *
 * Lost ticks: the line's time goes on by so many ticks of which the engine makes none. What both sides
 * sent in them is lost, signals are told late.
 *
 * Lines rest (cti/board.h) as the sound board's do, while it is well.
 *
 * Threads: one ticks, another may set. Changes take effect with the next tick.
 */

#include <stddef.h>

#include "cti/board.h"

enum cti_board_fault { CTI_BOARD_WELL = 0, CTI_BOARD_OUT = 1, CTI_BOARD_STALLED = 2 };

typedef struct cti_board_faults cti_board_faults;

size_t cti_board_faults_size(const cti_board *sound);
/* The struct is copied; its ctx must outlive this. */
int cti_board_faults_init(cti_board_faults *f, size_t size, const cti_board *sound);
/* Fills *board, for cti_engine_add_board(). */
int cti_board_faults_board(cti_board_faults *f, cti_board *board);
/* One of enum cti_board_fault, until another is set. */
int cti_board_faults_set(cti_board_faults *f, int fault);
/* 1 … 3000 ticks, added to those that are still to be lost. */
int cti_board_faults_lose(cti_board_faults *f, int ticks);
