#include "base/kaiser.h"

#include <math.h>

#include "base/sine.h"

#define PI 3.141592653589793

/* The modified Bessel function of order 0, by its series. */
static double bessel(double x) {
    double sum = 1.0, term = 1.0;
    for (int k = 1; term > sum * 1e-12; k++) {
        term *= x / (2.0 * k) * (x / (2.0 * k));
        sum += term;
    }
    return sum;
}

double cti_kaiser_sinc(double t, double half, double cutoff, double beta) {
    double place = t / half;
    if (place <= -1.0 || place >= 1.0)
        return 0.0;
    double window = bessel(beta * sqrt(1.0 - place * place)) / bessel(beta);
    double half_turns = cutoff * t * 2.0;
    if (half_turns < 1e-6 && half_turns > -1e-6)
        return 2.0 * cutoff * window;
    double turns = cutoff * t - floor(cutoff * t);
    double sine = cti_sine((uint32_t)(uint64_t)(turns * 4294967296.0));
    return 2.0 * cutoff * window * sine / (PI * half_turns);
}
