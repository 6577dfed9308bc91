#pragma once

/* cable: the physics of a subscriber's loop, at one frequency at a time.
 *
 * A uniform twisted pair of copper by its primary constants. Resistance follows from the diameter (IEC 60028:
 * 17.241 nohm m at 20 degrees C; two wires, each 2 % longer than the cable for its twist): 280, 179 and 124
 * ohm per km of 0.4, 0.5 and 0.6 mm, as ITU-T G.996.1 has it. Capacitance and inductance hardly depend on the
 * gauge. In the voice band there is no skin effect, and the insulation leaks nothing.
 *
 * What is connected to it is a resistance in series with another one that has a capacitor across, as the
 * impedances of ETSI ES 203 021 and ITU-T Q.552 are made; without the capacitor their sum.
 */

#include <stddef.h>
#include <stdint.h>

typedef struct cti_cable {
    double diameter_mm; /* of the copper, 0.2…2 */
    double km;          /* 0…20 */
    double nf_per_km;   /* 10…200 */
    double uh_per_km;   /* 100…2000 */
} cti_cable;

typedef struct cti_impedance {
    double ohm;          /* 1…10000, in series with */
    double parallel_ohm; /* 0…1e9, that has */
    double nf;           /* across it; 0: no capacitor */
} cti_impedance;

/* 0.4 mm, 0 km, 50 nF and 680 uH per km. */
void cti_cable_defaults(cti_cable *c);
/* The diameter of an American wire gauge, 0…40, in mm (ASTM B 258). */
double cti_cable_awg(int gauge);
/* Insertion loss in dB between a source and a load: over the two joined directly (ITU-T Q.552: the loss of a
 * line at its terminations). hz: 0…4000. Not a number for what is out of range. */
double cti_cable_loss_db(const cti_cable *c, const cti_impedance *from, const cti_impedance *to, double hz);
/* How much weaker than sent the own signal comes back through a terminal's hybrid, in dB, at most 60: its own
 * impedance, its balance network, and the cable with the far end's impedance. It is the terminal balance
 * return loss of ITU-T Q.552, 2.1.8: |(Zo + Zb) / 2 Zo| |(Zt + Zo) / (Zt - Zb)|. */
double cti_cable_return_loss_db(const cti_cable *c, const cti_impedance *own, const cti_impedance *balance,
                                const cti_impedance *far_end, double hz);
