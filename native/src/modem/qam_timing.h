/* qam_timing: the symbol clock, by the phase between the signal's two edges, half the symbol rate from the
 * carrier (the band-edge method). It is the same whatever the line does to the rest of the band.
 */
#pragma once

#include "modem/qam_plan.h"

typedef struct qam_timing {
    qam_c low, high; /* narrow filters at the edges */
    float strength;  /* mean of their product */
    float pace;      /* of the loop: 1 / its time in symbols */
} qam_timing;

/* Takes a half symbol. */
void qam_timing_put(qam_timing *t, qam_c x);
/* How much too late the half symbols are taken, in symbols, -0.5…0.5, of a strong line at the edges, as
 * alternations make it; asked for at every second one. */
float qam_timing_phase(const qam_timing *t);
/* The same of any data, weighted by how much there is at the edges; right on the average, and when it is
 * small. */
float qam_timing_late(qam_timing *t);
