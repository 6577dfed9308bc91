#include "modem/qam_front.h"

#include <math.h>
#include <string.h>

#include "base/lanes.h"
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

int qam_front_put(qam_front *f, const int16_t *pcm, int n) {
    double cosine = f->cosine, sine = f->sine, wait = f->wait;
    uint32_t at = f->at;
    int i = 0;
    do {
        double sample = pcm[i++], was = cosine;
        f->re[at] = f->re[at + QAM_FRONT_RING] = (float)(sample * cosine);
        f->im[at] = f->im[at + QAM_FRONT_RING] = (float)(sample * sine);
        at = (at + 1) % QAM_FRONT_RING;
        /* The length of both changes by less than 1e-8 in an hour. */
        cosine = was * f->step_cosine - sine * f->step_sine;
        sine = was * f->step_sine + sine * f->step_cosine;
        wait -= 1.0;
    } while (i < n && wait > 0.0);
    f->cosine = cosine;
    f->sine = sine;
    f->wait = wait;
    f->at = at;
    return i;
}

static float sum_of(cti_four a, cti_four b) {
    cti_four both = a + b;
    return (both[0] + both[1]) + (both[2] + both[3]);
}

int qam_front_take(qam_front *f, qam_c *out) {
    if (f->wait > 0.0)
        return 0;
    /* Due so much of a sample before the newest one. */
    int phase = (int)(-f->wait * QAM_FRONT_PHASES);
    if (phase >= QAM_FRONT_PHASES)
        phase = QAM_FRONT_PHASES - 1;
    uint32_t from = f->at + QAM_FRONT_RING - QAM_FRONT_TAPS;
    const float *filter = f->filter[phase], *re = f->re + from, *im = f->im + from;
    cti_four re_even = {0.0f}, re_odd = {0.0f}, im_even = {0.0f}, im_odd = {0.0f};
    for (int k = 0; k < QAM_FRONT_TAPS; k += 8) {
        cti_four even = cti_four_of(filter + k), odd = cti_four_of(filter + k + 4);
        re_even += even * cti_four_of(re + k);
        re_odd += odd * cti_four_of(re + k + 4);
        im_even += even * cti_four_of(im + k);
        im_odd += odd * cti_four_of(im + k + 4);
    }
    *out = (qam_c){sum_of(re_even, re_odd), sum_of(im_even, im_odd)};
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
