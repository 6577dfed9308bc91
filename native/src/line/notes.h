/* notes: whether a steady sound has come to hold other notes than it did a moment ago.
 *
 * An organ's chords follow each other without a pause, and a note may lie within 20 Hz of one before it: less
 * than a spectrum of 32 ms tells apart. Below 800 Hz, where notes lie, 128 ms of the sound are looked at.
 * Noise is never the same twice, so what is compared is the mean of a third of a second.
 */
#pragma once

#include "base/fft.h"

enum {
    NOTES_HOP = 160, /* samples a look */
    NOTES_SLOWER = 4,
    NOTES_TAPS = 64,
    NOTES_SPANS = 3 /* the one that goes on, the last, and the one before it */
};

/* A third of a second of the sound. */
typedef struct notes_span {
    float power[CTI_FFT_BINS];
    float all; /* mean square, of every frequency */
    int steady;
} notes_span;

typedef struct notes {
    float tap[NOTES_TAPS];
    float low[CTI_FFT_SIZE]; /* the sound below 1 kHz, at 2000 samples a second */
    notes_span span[NOTES_SPANS];
    int now;   /* which span goes on */
    int looks; /* in it */
    int past;  /* spans before it, 2 at the most */
} notes;

void notes_init(notes *s);
/* It is silent. */
void notes_rest(notes *s);
/* The next hop, as the last of `recent` (CTI_FFT_SIZE samples), of mean square `all`. Nonzero if there are
 * new notes in a sound that has gone on for a second: so a tone's own beginning is none. */
int notes_look(notes *s, const cti_fft *fft, const float *recent, float all);
