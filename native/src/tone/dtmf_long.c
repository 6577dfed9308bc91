#include "tone/dtmf_long.h"

#include <math.h>

#include "tone/dtmf_rest.h"

enum { SUMS = DTMF_WINDOW_SUMS, LONG = DTMF_WINDOW };
/* After the window: as long as the band-pass takes to let a tone die away, 12 ms, and 8 ms more, in which
 * what goes on is heard alone. Before it: 4 and 10 ms. */
enum {
    AFTER = 10,
    DIES_AWAY = 6,
    BEFORE_NEAR = 2,
    BEFORE_FAR = 5,
    BEFORE_DUMPS = 7,
    LOOK_FURTHER = 24,
    STEEP = 3,
    TOGETHER = 2
};
/* Of a sum in which the pair is away as many dumps, at the far end, hold nothing of its sound. */
enum {
    CLEAN = 2,
    CLEAR_OF = 4, /* and of the samples themselves, which the band-pass does not delay */
    AFTER_DUMPS = AFTER - DIES_AWAY + CLEAN,
    AFTER_SAMPLES = AFTER_DUMPS * DTMF_HOP,
    BEFORE_SAMPLES = 160
};

/* Of all that is heard above 180 Hz the pair holds so much: then its lines need only be there most of the
 * time (a hole of 8 ms in 48), for neither speech nor music comes near that. */
#define CLEAR_SHARE 0.85
#define EDGED_SHARE 0.75 /* if it begins or ends at once */
#define CLEAR_PURITY 4.0
/* Less (DTMF_COVERED_SHARE): then its lines must be steady, power of the line over that of what
 * makes it waver (17 dB), and begin or end at once, 5 dB less just before or after, while the speech goes
 * on: the harmonics of a voice come and go together. */
#define COVERED_PURITY 50.0
/* Or, 12 dB steady and with one clear end, what stands beside them is a voice of which they are no harmonics.
 */
#define FOREIGN_PURITY 16.0
#define EDGE 0.3
#define FULL 0.6
#define BOUNDED_PURITY 40.0
#define BOUNDED_SHARED 0.5
#define REST_LEAST 0.8
#define REST_MOST 4.0
/* In a whole sum the pair has so much of its most, power, and so many of six are whole. */
#define WHOLE 0.56
#define LEAST_WHOLE 3
#define REACHES 0.15
#define SHARED 0.6

static int away(const dtmf_bank *b, int ago, const int bins[2], const dtmf_line lines[2]) {
    for (int g = 0; g < 2; g++)
        if (dtmf_bank_power(b, ago, bins[g]) >= EDGE * lines[g].power)
            return 0;
    return 1;
}

/* Whether, going back from a dump that the pair holds, both lines are gone at once and together; the last
 * dump that holds them. */
static int begins_at_once(const dtmf_bank *b, int ago, const int bins[2], const dtmf_line lines[2],
                          int *first) {
    int gone[2];
    for (int g = 0; g < 2; g++) {
        int there = ago;
        for (gone[g] = ago + 1;; gone[g]++) {
            if (gone[g] > ago + LOOK_FURTHER)
                return 0;
            double power = dtmf_bank_power(b, gone[g], bins[g]);
            if (power < EDGE * lines[g].power)
                break;
            if (power > FULL * lines[g].power)
                there = gone[g];
        }
        if (gone[g] - there > STEEP)
            return 0;
    }
    int apart = gone[0] - gone[1];
    *first = (gone[0] < gone[1] ? gone[0] : gone[1]) - 1;
    return apart <= TOGETHER && -apart <= TOGETHER;
}

/* Whether as much is heard in those dumps, the pair being away, as beside the pair. */
static int goes_on(const dtmf_bank *b, int ago, int dumps, double rest) {
    double energy = dtmf_bank_wide(b, ago, dumps) / dumps;
    return energy > REST_LEAST * rest && energy < REST_MOST * rest;
}

/* The sums, as bits, the oldest first, in which the pair is whole: a hole is left out. 0 when too few are, or
 * the pair does not reach from one end of the window to the other. */
static unsigned whole_sums(const dtmf_bank *b, int ago, const int bins[2]) {
    double most[2] = {0.0, 0.0}, least[SUMS];
    unsigned whole = 0;
    int count = 0;
    for (int k = 0; k < SUMS; k++)
        for (int g = 0; g < 2; g++)
            most[g] = fmax(most[g], dtmf_bank_power(b, ago + k * DTMF_SUM, bins[g]));
    for (int k = 0; k < SUMS; k++) {
        int at = ago + k * DTMF_SUM;
        least[k] = fmin(dtmf_bank_power(b, at, bins[0]) / most[0], dtmf_bank_power(b, at, bins[1]) / most[1]);
        if (least[k] >= WHOLE) {
            whole |= 1u << (SUMS - 1 - k);
            count++;
        }
    }
    return count < LEAST_WHOLE || fmin(least[0], least[SUMS - 1]) < REACHES ? 0u : whole;
}

/* What is left of the window without the pair; 0 when too little of the pair is whole. */
static int rest_of(const dtmf_bank *b, const cti_fft *fft, int ago, const int bins[2], const double hz[2],
                   dtmf_rest *r) {
    unsigned whole = whole_sums(b, ago, bins);
    if (!whole)
        return 0;
    dtmf_rest_of(fft, dtmf_bank_recent(b, DTMF_REST_MOST, ago), DTMF_REST_MOST, whole, hz, r);
    return 1;
}

/* Whether what stands beside the pair stood in those samples too, the pair being away: line by line, and more
 * of it where the pair is known at one end only. */
static int went_on(const dtmf_bank *b, const cti_fft *fft, const dtmf_rest *r, int ago, int samples,
                   int one_end, int bounded) {
    if (!one_end && !bounded)
        return 0;
    double shared = dtmf_rest_shared(r, fft, dtmf_bank_recent(b, samples, ago), samples);
    return (one_end && shared > SHARED) || (bounded && shared > BOUNDED_SHARED);
}

typedef enum look_result { NOTHING, KNOWN, DIGIT } look_result;

/* The window that ends `ago` dumps before the newest. */
static look_result look(const dtmf_bank *b, const cti_fft *fft, dtmf_windows *windows,
                        const dtmf_limits *limits, const dtmf_known *known, int ago, dtmf_pair *p,
                        double *lasted, double *over) {
    const dtmf_window *w = dtmf_window_at(windows, b, limits, ago);
    if (!w->holds)
        return NOTHING;
    *p = w->pair;
    const dtmf_line *lines = w->line;
    int bins[2] = {p->low, p->high}, enough = w->share >= DTMF_COVERED_SHARE;
    double rest = w->wide * (1.0 - w->share) / LONG;
    int begins = away(b, ago + LONG + BEFORE_NEAR, bins, lines);
    int ends = ago >= AFTER && away(b, ago - DIES_AWAY, bins, lines);
    int alone = w->purity >= CLEAR_PURITY &&
                (w->share >= CLEAR_SHARE || (w->share >= EDGED_SHARE && (begins || ends)));
    int begins_over = begins && away(b, ago + LONG + BEFORE_FAR, bins, lines) &&
                      goes_on(b, ago + LONG + BEFORE_NEAR + CLEAN, BEFORE_DUMPS, rest);
    int ends_over = ends && goes_on(b, ago - AFTER, AFTER_DUMPS, rest);
    int covered = enough && w->purity >= COVERED_PURITY && (begins_over || ends_over);
    int first = ago + LONG - 1;
    int bounded = enough && ends && w->purity >= BOUNDED_PURITY &&
                  begins_at_once(b, ago + LONG - DTMF_SUM, bins, lines, &first);
    int edged = enough && w->purity >= FOREIGN_PURITY && (begins || ends);
    if (!alone && !covered && !bounded && !edged)
        return NOTHING;
    int before = first + CLEAR_OF;
    for (int k = 0; k < LOOK_FURTHER && !away(b, first + 1, bins, lines); k++)
        first++;
    *lasted = first + 1;
    *over = ago;
    if (p->low == known->low && p->high == known->high && p->amplitude[0] >= known->weakest &&
        (double)(b->dumps * DTMF_HOP) - dtmf_pair_delay(p) - *lasted * DTMF_HOP < known->until)
        return KNOWN;
    dtmf_rest r;
    double hz[2];
    for (int g = 0; g < 2; g++)
        hz[g] = dtmf_bank_hz(bins[g]) + lines[g].offset_hz;
    if (!rest_of(b, fft, ago, bins, hz, &r))
        return NOTHING;
    /* The cheapest first. */
    if ((alone && !dtmf_rest_has_line(&r)) ||
        went_on(b, fft, &r, before, BEFORE_SAMPLES, begins_over && covered, bounded) ||
        went_on(b, fft, &r, ago - AFTER, AFTER_SAMPLES, ends_over && covered, bounded))
        return DIGIT;
    return edged && dtmf_rest_is_foreign(&r, hz) && !dtmf_rest_is_chord(&r, hz) ? DIGIT : NOTHING;
}

int dtmf_long_look(const dtmf_bank *b, const cti_fft *fft, dtmf_windows *windows, const dtmf_limits *limits,
                   const dtmf_known *known, dtmf_pair *p, double *lasted, double *over) {
    if (b->dumps < DTMF_HISTORY)
        return 0;
    look_result found = look(b, fft, windows, limits, known, 0, p, lasted, over);
    if (found == NOTHING)
        found = look(b, fft, windows, limits, known, AFTER, p, lasted, over);
    return found == DIGIT;
}
