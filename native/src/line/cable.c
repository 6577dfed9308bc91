#include "cti/cable.h"

#include <complex.h>
#include <math.h>

#define TURN 6.283185307179586
#define COPPER 0.017241 /* ohm mm^2 / m */
#define TWIST 1.02
#define LOWEST_HZ 0.1 /* below this the propagation constant has no digits left */
#define MOST_RETURN_DB 60.0

typedef double complex phasor;

/* A two-port's chain matrix; it is symmetric, so the fourth element is the first. */
typedef struct chain {
    phasor a, b, c;
} chain;

void cti_cable_defaults(cti_cable *c) {
    *c = (cti_cable){.diameter_mm = 0.4, .km = 0, .nf_per_km = 50, .uh_per_km = 680};
}

double cti_cable_awg(int gauge) {
    return gauge < 0 || gauge > 40 ? NAN : 0.127 * pow(92.0, (36 - gauge) / 39.0);
}

static int within(double x, double least, double most) {
    return x >= least && x <= most;
}

static int is_cable(const cti_cable *c) {
    return c != NULL && within(c->diameter_mm, 0.2, 2) && within(c->km, 0, 20) &&
           within(c->nf_per_km, 10, 200) && within(c->uh_per_km, 100, 2000);
}

static int is_impedance(const cti_impedance *z) {
    return z != NULL && within(z->ohm, 1, 10000) && within(z->parallel_ohm, 0, 1e9) && within(z->nf, 0, 1e9);
}

static phasor of(const cti_impedance *z, double hz) {
    return z->ohm + z->parallel_ohm / (1 + I * (TURN * hz * z->nf * 1e-9 * z->parallel_ohm));
}

static chain chain_of(const cti_cable *c, double hz) {
    double area = TURN / 8 * c->diameter_mm * c->diameter_mm;
    phasor series = 2 * TWIST * 1000 * COPPER / area + I * (TURN * hz * c->uh_per_km * 1e-6);
    phasor across = I * (TURN * hz * c->nf_per_km * 1e-9);
    phasor characteristic = csqrt(series / across), length = csqrt(series * across) * c->km;
    phasor rise = csinh(length);
    return (chain){.a = ccosh(length), .b = characteristic * rise, .c = rise / characteristic};
}

double cti_cable_loss_db(const cti_cable *c, const cti_impedance *from, const cti_impedance *to, double hz) {
    if (!is_cable(c) || !is_impedance(from) || !is_impedance(to) || !within(hz, 0, 4000))
        return NAN;
    hz = hz < LOWEST_HZ ? LOWEST_HZ : hz;
    chain m = chain_of(c, hz);
    phasor source = of(from, hz), load = of(to, hz);
    phasor joined = m.a * load + m.b + m.c * source * load + m.a * source;
    return 20 * log10(cabs(joined / (source + load)));
}

double cti_cable_return_loss_db(const cti_cable *c, const cti_impedance *own, const cti_impedance *balance,
                                const cti_impedance *far_end, double hz) {
    if (!is_cable(c) || !is_impedance(own) || !is_impedance(balance) || !is_impedance(far_end) ||
        !within(hz, 0, 4000))
        return NAN;
    hz = hz < LOWEST_HZ ? LOWEST_HZ : hz;
    chain m = chain_of(c, hz);
    phasor zo = of(own, hz), zb = of(balance, hz), end = of(far_end, hz);
    phasor zt = (m.a * end + m.b) / (m.c * end + m.a);
    double back = cabs(2 * zo / (zo + zb) * (zt - zb) / (zt + zo));
    return back > pow(10.0, -MOST_RETURN_DB / 20) ? -20 * log10(back) : MOST_RETURN_DB;
}
