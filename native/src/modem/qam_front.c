#include "modem/qam_front.h"

#include <math.h>
#include <string.h>

#include "base/dot.h"
#include "base/sine.h"
#include "modem/qam_pulse.h"

void qam_front_init(qam_front *f, const qam_plan *plan) {
    memset(f, 0, sizeof(*f));
    double symbol = 8000.0 / plan->baud;
    f->spacing = 0.5 * symbol;
    f->cosine = 1.0;
    qam_front_tune(f, plan->carrier_hz);
    for (int p = 0; p < QAM_FRONT_PHASES; p++)
        for (int k = 0; k < QAM_FRONT_TAPS; k++) {
            /* The newest sample is the last one; the output lies `p` 64ths of a sample before the middle. */
            double t = QAM_FRONT_TAPS / 2 - k - (double)p / QAM_FRONT_PHASES;
            double window =
                0.5 + 0.5 * cti_sine((uint32_t)(int64_t)((t / (QAM_FRONT_TAPS + 1) + 0.25) * 4294967296.0));
            f->filter[p][k] = (float)(window * qam_pulse(t / symbol, plan->rolloff) / symbol * 2.0);
        }
}

void qam_front_put(qam_front *f, int16_t sample) {
    float re = (float)((double)sample * f->cosine), im = (float)((double)sample * f->sine);
    double cosine = f->cosine * f->step_cosine - f->sine * f->step_sine;
    f->sine = f->cosine * f->step_sine + f->sine * f->step_cosine;
    f->cosine = cosine; /* its length changes by less than 1e-8 in an hour */
    f->re[f->at] = f->re[f->at + QAM_FRONT_RING] = re;
    f->im[f->at] = f->im[f->at + QAM_FRONT_RING] = im;
    f->at = (f->at + 1) % QAM_FRONT_RING;
    f->wait -= 1.0;
}

int qam_front_take(qam_front *f, qam_c *out) {
    if (f->wait > 0.0)
        return 0;
    /* Due so much of a sample before the newest one. */
    int phase = (int)(-f->wait * QAM_FRONT_PHASES);
    if (phase >= QAM_FRONT_PHASES)
        phase = QAM_FRONT_PHASES - 1;
    int from = f->at + QAM_FRONT_RING - QAM_FRONT_TAPS;
    out->re = cti_dot(f->filter[phase], f->re + from, QAM_FRONT_TAPS);
    out->im = cti_dot(f->filter[phase], f->im + from, QAM_FRONT_TAPS);
    f->wait += f->spacing;
    return 1;
}

void qam_front_tune(qam_front *f, double hz) {
    uint32_t step = cti_phase_step(hz);
    f->hz = hz;
    f->step_cosine = cti_sine(step + 0x40000000u);
    f->step_sine = -cti_sine(step);
    double length = sqrt(f->step_cosine * f->step_cosine + f->step_sine * f->step_sine);
    f->step_cosine /= length;
    f->step_sine /= length;
    length = sqrt(f->cosine * f->cosine + f->sine * f->sine);
    f->cosine /= length;
    f->sine /= length;
}
