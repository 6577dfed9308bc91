/* progress_state: the call-progress detector's memory, shared by its two halves: what stands in the
 * spectrum (progress_lines.c), and bursts and cadences (progress.c). */
#pragma once

#include <stdint.h>

#include "base/outbox.h"
#include "cti/progress.h"
#include "tone/cadence.h"
#include "tone/progress_bank.h"

#define PROGRESS_TURN 6.283185307179586

enum {
    SPREAD = 2,   /* bins: a line's power lies in its own and two to each side (Hann) */
    HISTORY = 48, /* hops whose spectra are kept to find a burst's first sample */
    INSIDE = 4    /* hops at either end of a burst in which its edges are heard */
};

enum burst_state { BURST_NONE = 0, BURST_ON = 1, BURST_FADED = 2 };

typedef struct spectrum_line {
    int bin;                 /* -1 = none */
    double turn_re, turn_im; /* the phase's advance a hop, summed over the burst */
    float last_re, last_im;
    double power, moment; /* of its bins, and their bin-weighted sum, over the burst */
} spectrum_line;

/* The last good burst's lines and level: where the next is looked for. */
typedef struct known_lines {
    int bin[2];
    double power, end;
    int32_t steady; /* hops in which it has been there again */
} known_lines;

struct cti_progress {
    cti_progress_config cfg;
    progress_bank bank;
    cti_outbox outbox;
    cadence_log log;
    double floor_power;
    int32_t named;                                /* every definition names its frequencies */
    uint8_t wanted[PROGRESS_BINS];                /* 1 where a line may stand */
    double noise_smooth, noise_now, noise_before; /* power of the whole band */
    int32_t noise_hops;
    /* the newest spectrum */
    int32_t peak[2];
    int32_t steady; /* hops in which the first line has not moved */
    float share;
    float history[HISTORY][PROGRESS_BINS];
    /* the burst that sounds */
    int32_t state; /* enum burst_state */
    int32_t age;   /* hops since it was found */
    spectrum_line line[2];
    double plateau; /* power of its lines */
    double last_power;
    double recent[INSIDE]; /* of its power, not yet in the sums: its end may be the burst's */
    double inside_sum, inside_squares;
    int32_t inside;
    double mean[PROGRESS_BINS]; /* spectra, summed */
    known_lines known;
    double share_sum;
    double start, end;
    double gap_sum; /* power heard since the burst before ended */
    int32_t gap_hops;
    double gap_before;
    int32_t gap_known; /* there was a pause to measure it */
    int32_t looked;    /* the cadence has been looked at for this burst */
    /* the tone that is reported */
    int32_t on;       /* enum cti_tone, 0 = none */
    int32_t on_index; /* its definition */
    int32_t step;     /* where in its cadence */
    double last_good_end;
};

double progress_bin_hz(double bin);
int progress_names_lines(const cti_progress_tone *t);
/* Where the definitions' lines may stand: everywhere, if one of them names none. */
void progress_mark_wanted(cti_progress *p);
/* Where the middle of the newest window lies. */
double progress_middle(const cti_progress *p);
/* The power of one or two lines; bins between them are counted once. */
double progress_power_of(const float *power, int first, int second);
/* How much of all that is heard, but for steady noise, has this power. */
double progress_share_of(const cti_progress *p, double lines);
void progress_follow_noise(cti_progress *p);
/* Whether two bins are of one line. */
int progress_near(int bin, int other);
/* The spectrum's one or two lines and their share of all that is heard. */
void progress_find_lines(cti_progress *p);
/* Is the last tone there again, at its level? */
void progress_find_known(cti_progress *p);
/* A line's frequency, which may be two close together when it stands alone. */
double progress_line_hz(const spectrum_line *line, int alone);
/* A line of the burst outside its own that is stronger than `least`, and so no other sound under the tone:
 * its bin or -1. */
int progress_strange_line(const cti_progress *p, double least);
