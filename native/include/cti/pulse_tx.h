#pragma once

/* pulse_tx: makes dial pulses and hook flash, as changes of the hook to the sample.
 *
 * For a board that has to time them itself, as the simulated one; a driver of a card that does so in its
 * firmware or kernel reads CTI_LINE_PULSES with cti_pulse_train_of().
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/pulse_rx.h"

typedef struct cti_pulse_train {
    int32_t pulses;   /* 1…15 */
    int32_t break_ms; /* 10…255, the loop is open */
    int32_t make_ms;  /* 10…255, closed between two breaks */
    int32_t pause_ms; /* 10…2550 in steps of 10, closed behind the last break */
} cti_pulse_train;

/* How many pulses a digit 0…9 has; CTI_ERR_ARG for anything else. */
int cti_pulse_count(int numbering, int digit);
/* The digit of so many pulses, ASCII; 0: there is none. */
int cti_pulse_digit(int numbering, int pulses);
/* The train in one number, the value of CTI_LINE_PULSES; CTI_ERR_ARG when it is out of bounds. */
int32_t cti_pulse_value(const cti_pulse_train *train);
/* And back; CTI_ERR_ARG when the value is of no train. */
int cti_pulse_train_of(int32_t value, cti_pulse_train *train);

typedef struct cti_pulse_tx cti_pulse_tx;

size_t cti_pulse_tx_size(void);
int cti_pulse_tx_init(cti_pulse_tx *s, size_t size);
/* A train by its value, behind those that wait (64 at the most: CTI_ERR_FULL). */
int cti_pulse_tx_put(cti_pulse_tx *s, int32_t value);
/* A break of so many samples, 80…24000, behind those that wait; the loop is then closed for 200 ms. */
int cti_pulse_tx_flash(cti_pulse_tx *s, int samples);
/* The next n samples from `at` on: writes the changes that fall into them (CTI_ERR_SIZE unless there is
 * room for 2 + n / 80, the most there can be) and adds to *done the trains and flashes that are through,
 * pause included. Returns the number of changes. */
int cti_pulse_tx_run(cti_pulse_tx *s, int64_t at, int n, cti_hook_change *changes, int max, int *done);
/* Forgets all that is under way or waits; returns how many that were. The loop is then the caller's. */
int cti_pulse_tx_stop(cti_pulse_tx *s);
/* 1 while anything is under way or waits. */
int cti_pulse_tx_busy(const cti_pulse_tx *s);
