/* progress_state: the call-progress detector's memory, shared by its parts:
 *
 *   progress_lines.c   what stands in the spectrum
 *   progress_burst.c   one burst of it: edges, frequencies, steadiness
 *   progress_others.c  what is heard beside a tone
 *   progress_tones.c   which definition the bursts are of, and what is reported
 *   progress.c         the detector: arguments, and hop after hop
 */
#pragma once

#include <stdint.h>

#include "base/outbox.h"
#include "cti/progress.h"
#include "tone/cadence.h"
#include "tone/progress_bank.h"

#define PROGRESS_TURN 6.283185307179586
#define PROGRESS_CADENCE(p) ((double)(p)->cfg.cadence_tolerance)
#define PROGRESS_PITCH(p) ((double)(p)->cfg.frequency_tolerance)

/* So much of the power above 180 Hz is the tone's, where nothing else is heard. */
#define PROGRESS_PURE_SHARE 0.7

enum {
    PROGRESS_TONES = 24,
    PROGRESS_MS = 8,       /* samples */
    SPREAD = 2,            /* bins: a line's power lies in its own and two to each side (Hann) */
    HISTORY = 48,          /* hops whose spectra are kept to find a burst's first sample */
    INSIDE = 4,            /* hops at either end of a burst in which its edges are heard */
    STEADY_HOPS = 4,       /* equal spectra that begin a burst */
    KNOWN_HOPS = 4,        /* of the burst, until its beginning is measured and the cadence looked at */
    LINES = CADENCE_LINES, /* of one tone, at most */
    GLITCH_MS = 60         /* a shorter pause does not end a burst */
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
    int bin[LINES];
    double power, end;
    int32_t steady; /* hops in which it has been there again */
} known_lines;

/* One hop: the power of the steady noise and of the burst's lines, in past.heard of all that is heard. */
typedef struct heard_hop {
    float noise, own;
    int16_t bin; /* of the burst's first line; -1: no burst */
} heard_hop;

struct cti_progress {
    cti_progress_config cfg;
    progress_bank bank;
    cti_outbox outbox;
    cadence_past past;
    cadence_log pieces; /* what shorter holes part: stutter dial tone of 40 ms */
    double floor_power;
    int32_t named;                                /* every definition names its frequencies */
    uint8_t wanted[PROGRESS_BINS];                /* 1 where a line may stand */
    double noise_smooth, noise_now, noise_before; /* power of the whole band */
    int32_t noise_hops;
    /* the newest spectrum */
    int peak[LINES]; /* the strongest first; -1 = none */
    int32_t steady;  /* hops in which the first line has not moved */
    int32_t pair;    /* hops in which two lines, about as strong, have not */
    float share;
    float history[HISTORY][PROGRESS_BINS];
    heard_hop heard[CADENCE_HEARD];
    /* the burst that sounds */
    int32_t state; /* enum burst_state */
    int32_t age;   /* hops since it was found */
    spectrum_line line[LINES];
    double plateau; /* power of its lines */
    double last_power;
    double recent[INSIDE]; /* of its power, not yet in the sums: its end may be the burst's */
    double inside_sum, inside_squares;
    int32_t inside;
    double mean[PROGRESS_BINS]; /* spectra, summed */
    known_lines known;
    double share_sum;
    double start, end;
    double piece;   /* the end of the last hole in it; before the first, less than its start */
    double gap_sum; /* power heard since the burst before ended */
    int32_t gap_hops;
    double gap_before;
    int32_t gap_known; /* there was a pause to measure it */
    int32_t looked;    /* the cadence has been looked at for this burst */
    /* the tone that is reported */
    int32_t on;       /* enum cti_tone, 0 = none */
    int32_t on_index; /* its definition */
    int32_t step;     /* where in its cadence */
    int32_t others;   /* dBm0, the least that was told of what else is heard */
    double last_good_end;
};

/* progress_lines.c */

int progress_names_lines(const cti_progress_tone *t);
/* Whether the spectrum has room for the definitions' lines. */
int progress_lines_fit(const cti_progress_config *cfg);
/* Lays it out for them: everywhere from 300 to 675 Hz, if one definition names none. */
void progress_mark_wanted(cti_progress *p);
/* Where the middle of the newest window lies. */
double progress_middle(const cti_progress *p);
/* The power of up to LINES lines (-1: none); bins between them are counted once. */
double progress_power_of(const float *power, const int bin[LINES]);
/* Whether other sounds may be nearly as loud as this line: definitions name it, and no other has to be
 * looked for beside it. */
int progress_named(const cti_progress *p, int bin);
/* How much of all that is heard, but for steady noise, has this power. */
double progress_share_of(const cti_progress *p, double lines);
/* The power of steady noise. */
double progress_noise(const cti_progress *p);
void progress_follow_noise(cti_progress *p);
/* Whether two bins are of one line. */
int progress_near(int bin, int other);
/* The spectrum's lines and their share of all that is heard. */
void progress_find_lines(cti_progress *p);
/* Is the last tone there again, at its level? */
void progress_find_known(cti_progress *p);
/* A line's frequency, which may be two close together when it stands alone. */
double progress_line_hz(const cti_progress *p, const spectrum_line *line, int alone);
/* A line of the burst outside its own that is stronger than `least`, and so no other sound under the tone:
 * its bin or -1. */
int progress_strange_line(const cti_progress *p, double least);

/* progress_burst.c */

void progress_begin_burst(cti_progress *p, const int bin[LINES]);
/* Takes the newest spectrum into the burst's sums. */
void progress_measure_burst(cti_progress *p, double power);
/* Looks back for the burst's first sample. */
void progress_find_start(cti_progress *p);
/* The first or the last sample of the burst, whose power passed a quarter of its own in the newest hop. */
double progress_edge(const cti_progress *p, double power);
double progress_own_power(const cti_progress *p);
int progress_followed(const cti_progress *p, int bin);
/* Whether some of the power of these lines is that of the burst's. */
int progress_touched(const cti_progress *p, const int bin[LINES]);
cadence_burst progress_burst_so_far(const cti_progress *p);
/* How much the power wavers inside the burst: standard deviation over mean. */
double progress_wavering(const cti_progress *p);
/* Whether the burst that has ended was a tone, and not a sound that happened to lie on its lines. */
int progress_was_tone(const cti_progress *p);
/* … and nothing else was heard meanwhile. */
int progress_was_pure(const cti_progress *p);
/* Whether the burst has gone on evenly: neither wavering, nor swelling, nor dying away. */
int progress_is_even(const cti_progress *p);

/* progress_others.c */

/* Keeps what was heard in the newest hop. */
void progress_note_heard(cti_progress *p);
/* Mean power of what else was heard in the tone's bursts and pauses since `begin`, where it was loudest but
 * for one. */
double progress_others(const cti_progress *p, double begin);
/* Where so many bursts of the tone before the newest began. */
double progress_run_begin(const cti_progress *p, int bursts);

/* progress_tones.c */

/* A new burst has begun: does what came before it make a known cadence? */
void progress_look_at_cadence(cti_progress *p, cti_event_sink *sink);
/* The burst has faded: does it make a known cadence with those before it, one of which was not seen? */
void progress_look_at_fade(cti_progress *p, cti_event_sink *sink);
/* The burst had a hole in it, which has just ended. */
void progress_look_at_hole(cti_progress *p, cti_event_sink *sink, double hole_end);
/* A burst that goes on: is it a continuous tone? */
void progress_look_at_length(cti_progress *p, cti_event_sink *sink);
/* A burst has ended; `tone`: it was one, and is the newest in the log. */
void progress_look_at_end(cti_progress *p, cti_event_sink *sink, const cadence_burst *burst, int tone);
/* What the tone ought to have done by now. */
void progress_look_at_lateness(cti_progress *p, cti_event_sink *sink);
/* Whether a definition has bursts of these lines and this length. */
int progress_known_length(const cti_progress *p, const cadence_burst *b);
