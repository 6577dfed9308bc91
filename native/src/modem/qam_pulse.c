#include "modem/qam_pulse.h"

#include <stdint.h>

#include "base/sine.h"

#define PI 3.14159265358979323846

static double sine_of(double turns) {
    return cti_sine((uint32_t)(int64_t)(turns * 4294967296.0));
}

static double plain(double t, double b) {
    double x = 4.0 * b * t;
    return (sine_of(t * (1.0 - b) / 2.0) + x * sine_of(t * (1.0 + b) / 2.0 + 0.25)) /
           (PI * t * (1.0 - x * x));
}

/* Where the formula has 0 / 0 it is the mean of both sides. */
double qam_pulse(double t, double rolloff) {
    const double near = 1e-4;
    double edge = 1.0 / (4.0 * rolloff), size = t < 0.0 ? -t : t;
    if (size < near)
        return 1.0 - rolloff + 4.0 * rolloff / PI;
    if (size > edge - near && size < edge + near)
        return 0.5 * (plain(edge - near, rolloff) + plain(edge + near, rolloff));
    return plain(size, rolloff);
}
