#include "tone/dtmf_window.h"

#include <math.h>

#include "tone/dtmf_vec.h"
#include "tone/dtmf_work.h"

#define TURN 6.283185307179586
#define SUM_SECONDS 0.008

enum { SUMS = DTMF_WINDOW_SUMS, LAG = 3, SAMPLES = DTMF_SUM_SAMPLES };

/* In its group the line is so much stronger than at the other three frequencies (power). */
#define DOMINANCE 12.0
/* Share of the frequency limit: within 1.8 %. */
#define NEARER 0.86

/* The strongest bin of each group over the window, phases left aside, and its power. */
static void strongest(const dtmf_bank *b, int ago, int bins[2], double power[2]) {
    double all[DTMF_BINS];
    b->work->add_power(b, ago, SUMS, all);
    for (int g = 0; g < 2; g++) {
        bins[g] = 0;
        power[g] = 0.0;
        for (int bin = g * 4; bin < g * 4 + 4; bin++)
            if (all[bin] > power[g]) {
                power[g] = all[bin];
                bins[g] = bin;
            }
        power[g] /= SUMS;
    }
}

/* The line at a bin: its frequency by the sums' phases, its power, and what makes it waver. */
static dtmf_line line_at(const dtmf_bank *b, int ago, int bin) {
    vec s[SUMS]; /* the oldest first */
    for (int k = 0; k < SUMS; k++)
        s[k] = dtmf_bank_sum(b, ago + (SUMS - 1 - k) * DTMF_SUM, bin);
    vec near = {0.0, 0.0}, far = {0.0, 0.0};
    for (int k = 0; k + 1 < SUMS; k++)
        near = plus(near, conj_times(s[k], s[k + 1]));
    for (int k = 0; k + LAG < SUMS; k++)
        far = plus(far, conj_times(s[k], s[k + LAG]));
    double coarse = atan2(near.im, near.re), fine = atan2(far.im, far.re);
    fine += TURN * floor((LAG * coarse - fine) / TURN + 0.5);
    double per_sum = fine / LAG;
    vec turn = {1.0, 0.0}, back = unit(-per_sum), sum = {0.0, 0.0};
    double power = 0.0;
    for (int k = 0; k < SUMS; k++) {
        sum = plus(sum, times(s[k], turn));
        power += square(s[k]);
        turn = times(turn, back);
    }
    dtmf_line l;
    vec amplitude = {sum.re / SUMS, sum.im / SUMS}; /* of one sum */
    l.power = square(amplitude);
    l.offset_hz = per_sum / (TURN * SUM_SECONDS);
    l.purity = l.power / (power / SUMS - l.power + 1e-9 * l.power + 1e-30);
    return l;
}

/* The strongest of the group's other frequencies, over the whole window. */
static double beside(const dtmf_bank *b, int ago, int bin) {
    double most = 0.0;
    for (int other = bin / 4 * 4; other < bin / 4 * 4 + 4; other++) {
        vec sum = {0.0, 0.0};
        for (int k = 0; k < SUMS; k++)
            sum = plus(sum, dtmf_bank_sum(b, ago + k * DTMF_SUM, other));
        double power = square(sum) / (SUMS * SUMS);
        if (other != bin && power > most)
            most = power;
    }
    return most;
}

static int weigh(const dtmf_bank *b, const dtmf_limits *limits, int ago, dtmf_window *w) {
    double strongest_power[2];
    int bins[2];
    strongest(b, ago, bins, strongest_power);
    /* A sine of half-amplitude a gives sums of a * SAMPLES, and 2 * a^2 of energy a sample. */
    double to_energy = 2.0 * DTMF_WINDOW * DTMF_HOP / ((double)SAMPLES * SAMPLES);
    double floor = limits->floor_amplitude * limits->floor_amplitude * SAMPLES * SAMPLES;
    double most = strongest_power[0] > strongest_power[1] ? strongest_power[0] : strongest_power[1];
    if (most < 0.5 * floor)
        return 0;
    w->wide = dtmf_bank_wide(b, ago, DTMF_WINDOW);
    if ((strongest_power[0] + strongest_power[1]) * to_energy < 0.8 * DTMF_COVERED_SHARE * w->wide)
        return 0;
    dtmf_pair *p = &w->pair;
    p->low = bins[0];
    p->high = bins[1];
    double real[2];
    w->share = 0.0;
    w->purity = 1e30;
    for (int g = 0; g < 2; g++) {
        dtmf_line *line = &w->line[g];
        *line = line_at(b, ago, bins[g]);
        if (line->power < DOMINANCE * beside(b, ago, bins[g]))
            return 0;
        p->offset_hz[g] = line->offset_hz;
        p->amplitude[g] = sqrt(line->power) / SAMPLES;
        real[g] = sqrt(line->power) * dtmf_bank_correction(bins[g]);
        w->share += real[g] * real[g] * to_energy / (w->wide + 1e-9);
        w->purity = line->purity < w->purity ? line->purity : w->purity;
    }
    return dtmf_pair_is_near(p, limits, NEARER) &&
           (real[0] > real[1] ? real[0] : real[1]) >= limits->floor_amplitude * SAMPLES &&
           real[1] <= real[0] * limits->twist && real[0] <= real[1] * limits->reverse_twist;
}

void dtmf_windows_reset(dtmf_windows *w) {
    for (int i = 0; i < DTMF_WINDOWS; i++)
        w->last[i].end = -1;
}

const dtmf_window *dtmf_window_at(dtmf_windows *w, const dtmf_bank *b, const dtmf_limits *limits, int ago) {
    int64_t end = b->dumps - ago;
    dtmf_window *window = &w->last[end & (DTMF_WINDOWS - 1)];
    if (window->end != end) {
        window->end = end;
        window->holds = weigh(b, limits, ago, window);
    }
    return window;
}
