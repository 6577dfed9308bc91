#pragma once

/* plant_wire: what a line of the plant (cti/lineplant.h) has besides a flat loss, a flat return and white
 * noise.
 *
 *   terminal == cable, gain -- noise, hum, impulses, clicks -- clock -- codec's band -- law -- delay ==
 * switch
 *
 * Curves are given by their points and held by filters of 64 coefficients, of minimum phase: within 0.2 dB of
 * a curve as smooth as a cable's from 100 to 3700 Hz. Everything that comes at random comes from a generator
 * seeded per line, as a Poisson process of so many a minute; 0 a minute: never.
 */

#include <stdint.h>

/* dB over frequency, straight lines between the points, level outside them; no points: none. */
typedef struct cti_plant_curve {
    int32_t points; /* 0…64 */
    float hz[64];   /* ascending, 0…4000 */
    float db[64];   /* 0…80 */
} cti_plant_curve;

typedef struct cti_plant_wire {
    cti_plant_curve loss;        /* each way, more than the line's flat loss */
    cti_plant_curve return_loss; /* of the terminal's own signal, in the place of the flat one */
    cti_plant_curve far_return;  /* what the hybrid at the exchange returns to the other side of what comes
                                    from  there; the delay must be 20 ms or more */
    float delay_ms;              /* between this line's exchange and the switch, each way, 0…300 */
    float drift_ppm; /* the terminal's clock over the exchange's, -500…500. Other than 0: 23 ms more
                        delay each way, and where that is used up a slip of 20 ms, as a buffer has */
    int32_t band;    /* 1: the codec's filters of ITU-T G.712 */
    float hum_hz;    /* 40…70, with its third and fifth harmonic 12 and 18 dB below */
    float hum_dbm0;  /* all of it; at or below -90: none. At both ends of the pair */
    float impulses_per_minute; /* 0…6000: a swing of 1 kHz that dies away within 3 ms; at both ends */
    float impulse_dbm0;        /* its peak is that of a sine of this level, -60…3 */
    float clicks_per_minute;   /* 0…6000: one sample; at both ends */
    float click_dbm0;
    float dropouts_per_minute; /* 0…600: the pair is interrupted */
    float dropout_ms;          /* so long, 1…5000 */
    float dropout_db;          /* by so much, 0…80 (ITU-T O.62 counts 10 and more) */
    float steps_per_minute;    /* 0…600: the gain jumps (ITU-T O.95, amplitude hits) */
    float step_db;             /* by so much, -20…20, and with the next one back */
} cti_plant_wire;

/* None of it. */
void cti_plant_wire_defaults(cti_plant_wire *cfg);
