#include "tone/dtmf_long.h"

#include "tone/dtmf_plan.h"

#define TURN 6.283185307179586
#define SUM_SECONDS 0.008

/* 48 ms in six sums of 8 ms. */
enum { SUMS = 6, LONG = SUMS * DTMF_THIRD, LAG = 3, SAMPLES = DTMF_THIRD * DTMF_HOP_HALF };
/* After the window: as long as the band-pass takes to let a tone die away, 12 ms. Before it: 4 and 10 ms. */
enum { AFTER = 6, BEFORE_NEAR = 2, BEFORE_FAR = 5, BEFORE_DUMPS = 7, LOOK_FURTHER = 4 };
/* Of a sum in which the pair is away as many dumps, at the far end, hold nothing of its sound. */
enum { CLEAN = 2 };

/* Of all that is heard above 180 Hz the pair holds so much: then its lines need only be there most of the
 * time (a hole of 8 ms in 48), for neither speech nor music comes near that. */
#define CLEAR_SHARE 0.85
#define EDGED_SHARE 0.75 /* if it begins or ends at once */
#define CLEAR_PURITY 4.0
/* Less, down to 8 dB under the speech: then its lines must be steady, power of the line over that of what
 * makes it waver (17 dB), and begin or end at once, 5 dB less just before or after, while the speech goes
 * on: the harmonics of a voice come and go together. */
#define COVERED_SHARE 0.15
#define COVERED_PURITY 50.0
#define EDGE 0.3
#define REST_LEAST 0.8
#define REST_MOST 4.0
/* In its group the line is so much stronger than at the other three frequencies (power). */
#define DOMINANCE 12.0
/* Share of the frequency limit: within 1.8 %. */
#define NEARER 0.72

typedef struct line {
    double power, offset_hz, purity;
    vec amplitude; /* of one sum */
} line;

static int at(const dtmf_bank *b, int ago) {
    return (int)((b->dumps - 1 - ago) & (DTMF_HISTORY - 1));
}

static double wide_energy(const dtmf_bank *b, int ago) {
    double energy = 0.0;
    for (int k = 0; k < LONG; k++)
        energy += b->wide_energy[at(b, ago + k)];
    return energy;
}

/* The strongest bin of a group over the window, phases left aside. */
static int strongest(const dtmf_bank *b, const vec (*sums)[DTMF_BINS], int ago, int group, double *power) {
    int best = 0;
    *power = 0.0;
    for (int bin = group * 4; bin < group * 4 + 4; bin++) {
        double sum = 0.0;
        for (int k = 0; k < SUMS; k++)
            sum += square(sums[at(b, ago + k * DTMF_THIRD)][bin]);
        if (sum > *power) {
            *power = sum;
            best = bin;
        }
    }
    *power /= SUMS;
    return best;
}

/* The line at a bin: its frequency by the sums' phases, its power, and what makes it waver. */
static line line_at(const dtmf_bank *b, const vec (*sums)[DTMF_BINS], int ago, int bin) {
    vec s[SUMS]; /* the oldest first */
    for (int k = 0; k < SUMS; k++)
        s[k] = sums[at(b, ago + (SUMS - 1 - k) * DTMF_THIRD)][bin];
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
    line l;
    l.amplitude.re = sum.re / SUMS;
    l.amplitude.im = sum.im / SUMS;
    l.power = square(l.amplitude);
    l.offset_hz = per_sum / (TURN * SUM_SECONDS);
    l.purity = l.power / (power / SUMS - l.power + 1e-9 * l.power + 1e-30);
    return l;
}

/* The strongest of the group's other frequencies, over the whole window. */
static double beside(const dtmf_bank *b, const vec (*sums)[DTMF_BINS], int ago, int bin) {
    double most = 0.0;
    for (int other = bin / 4 * 4; other < bin / 4 * 4 + 4; other++) {
        vec sum = {0.0, 0.0};
        for (int k = 0; k < SUMS; k++)
            sum = plus(sum, sums[at(b, ago + k * DTMF_THIRD)][other]);
        double power = square(sum) / (SUMS * SUMS);
        if (other != bin && power > most)
            most = power;
    }
    return most;
}

static int away(const dtmf_bank *b, const vec (*sums)[DTMF_BINS], int ago, const int bins[2],
                const line lines[2]) {
    for (int g = 0; g < 2; g++)
        if (square(sums[at(b, ago)][bins[g]]) >= EDGE * lines[g].power)
            return 0;
    return 1;
}

/* Whether as much is heard in those dumps, the pair being away, as beside the pair. */
static int goes_on(const dtmf_bank *b, int ago, int dumps, double rest) {
    double energy = 0.0;
    for (int k = 0; k < dumps; k++)
        energy += b->wide_energy[at(b, ago + k)] / dumps;
    return energy > REST_LEAST * rest && energy < REST_MOST * rest;
}

static double q23_hz(int bin) {
    return bin < 4 ? CTI_DTMF_LOW_HZ[bin] : CTI_DTMF_HIGH_HZ[bin - 4];
}

/* The window that ends `ago` dumps before the newest. */
static int look(const dtmf_bank *b, const vec (*sums)[DTMF_BINS], const dtmf_long_limits *limits, int ago,
                dtmf_long_pair *p) {
    double strongest_power[2];
    int bins[2];
    for (int g = 0; g < 2; g++)
        bins[g] = strongest(b, sums, ago, g, &strongest_power[g]);
    /* A sine of half-amplitude a gives sums of a * SAMPLES, and 2 * a^2 of energy a sample. */
    double to_energy = 2.0 * LONG * DTMF_HOP / ((double)SAMPLES * SAMPLES);
    double floor = limits->floor_amplitude * limits->floor_amplitude * SAMPLES * SAMPLES;
    double most = strongest_power[0] > strongest_power[1] ? strongest_power[0] : strongest_power[1];
    if (most < 0.5 * floor)
        return 0;
    double wide = wide_energy(b, ago);
    if ((strongest_power[0] + strongest_power[1]) * to_energy < 0.8 * COVERED_SHARE * wide)
        return 0;
    line lines[2];
    double real[2], share = 0.0, purity = 1e30;
    for (int g = 0; g < 2; g++) {
        lines[g] = line_at(b, sums, ago, bins[g]);
        if (fabs(lines[g].offset_hz) > NEARER * limits->frequency_share * q23_hz(bins[g]) ||
            lines[g].power < DOMINANCE * beside(b, sums, ago, bins[g]))
            return 0;
        real[g] = sqrt(lines[g].power) * dtmf_bank_correction(bins[g]);
        share += real[g] * real[g] * to_energy / (wide + 1e-9);
        purity = lines[g].purity < purity ? lines[g].purity : purity;
    }
    if ((real[0] > real[1] ? real[0] : real[1]) < limits->floor_amplitude * SAMPLES ||
        real[1] > real[0] * limits->twist || real[0] > real[1] * limits->reverse_twist)
        return 0;
    double rest = wide * (1.0 - share) / LONG;
    int begins = away(b, sums, ago + LONG + BEFORE_NEAR, bins, lines);
    int ends = ago >= AFTER && away(b, sums, ago - AFTER, bins, lines);
    int alone = share >= CLEAR_SHARE || (share >= EDGED_SHARE && (begins || ends));
    int begins_over = begins && away(b, sums, ago + LONG + BEFORE_FAR, bins, lines) &&
                      goes_on(b, ago + LONG + BEFORE_NEAR + CLEAN, BEFORE_DUMPS, rest);
    int ends_over = ends && goes_on(b, ago - AFTER, CLEAN, rest);
    if (!(alone && purity >= CLEAR_PURITY) &&
        !(share >= COVERED_SHARE && purity >= COVERED_PURITY && (begins_over || ends_over)))
        return 0;
    p->low = bins[0];
    p->high = bins[1];
    for (int g = 0; g < 2; g++) {
        p->offset_hz[g] = lines[g].offset_hz;
        p->amplitude[g] = sqrt(lines[g].power) / SAMPLES;
    }
    p->last = ago;
    p->first = ago + LONG - 1;
    for (int k = 0; k < LOOK_FURTHER && !away(b, sums, p->first + 1, bins, lines); k++)
        p->first++;
    return 1;
}

int dtmf_long_look(const dtmf_bank *b, const vec (*sums)[DTMF_BINS], const dtmf_long_limits *limits,
                   dtmf_long_pair *p) {
    if (b->dumps < DTMF_HISTORY)
        return 0;
    return look(b, sums, limits, 0, p) || look(b, sums, limits, AFTER, p);
}
