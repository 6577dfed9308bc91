/* One line's wire (cti/plant_wire.h), run by lineplant_signal.c. */
#pragma once

#include "base/random_state.h"
#include "cti/plant_wire.h"
#include "lineplant/wire_filters.h"

/* Comes at random: so many samples until the next. */
typedef struct wire_train {
    float per_minute;
    int64_t left;
} wire_train;

typedef struct plant_wire {
    cti_plant_wire cfg;
    int32_t delay;   /* samples */
    int32_t running; /* there is something in it */
    wire_fir loss_up, loss_down, back, far;
    wire_band band_up, band_down;
    wire_drift drift_up, drift_down;
    wire_way way_up, way_down;
    cti_random chance;
    wire_train impulses, clicks, dropouts, steps;
    double hum[3][2];      /* the harmonics, each turning */
    double hum_turn[3][2]; /* by so much a sample */
    double ring[2];        /* of an impulse */
    double ring_turn[2];
    int32_t dropout_left; /* samples */
    int32_t stepped;
    float gain[WIRE_TICK];  /* of the pair in this tick */
    float noise[WIRE_TICK]; /* induced into it, at both ends */
} plant_wire;

/* CTI_ERR_ARG for what is out of range. */
int plant_wire_init(plant_wire *w, const cti_plant_wire *cfg, uint64_t seed);
/* The line is not used and nobody hears it: all that is under way in it is gone. */
void plant_wire_rest(plant_wire *w);
/* Before the two directions of a tick. */
void plant_wire_tick(plant_wire *w);
/* From the terminal to the exchange's coder; `echo`: what of the other side's signal may come back is added.
 */
void plant_wire_up(plant_wire *w, const wire_kernel *k, const int16_t *sent, float factor, int echo,
                   int16_t *up);
/* Over the way to the switch. */
void plant_wire_leave(plant_wire *w, int16_t *up);
/* From the switch to the exchange. */
void plant_wire_arrive(plant_wire *w, int16_t *from);
/* From the exchange's decoder to the terminal. */
void plant_wire_down(plant_wire *w, const wire_kernel *k, int16_t *heard, float factor);
/* Nonzero where the terminal's own return has a curve; then it is put on x. */
int plant_wire_back(plant_wire *w, float *x);
