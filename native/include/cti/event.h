#pragma once

/* event: what the core has to say, one plain struct for detectors, boards and the engine.
 *
 * Times are sample counts (8,000 a second) since the engine, or the detector, was reset.
 * `at` is the length of the shortest prefix of the audio after which the event was known;
 * `start` is the first sample of what is reported. Events never call back: they are written
 * to an array that the caller hands in.
 */

#include <stddef.h>
#include <stdint.h>

enum cti_event_kind {
    CTI_EV_NONE = 0,
    /* from the board: the line */
    CTI_EV_RING_ON = 1,      /* value: ring pattern number, 0 = ordinary */
    CTI_EV_RING_OFF = 2,     /* end of one burst */
    CTI_EV_SEIZED = 3,       /* our port went off hook */
    CTI_EV_RELEASED = 4,     /* our port is on hook again */
    CTI_EV_BATTERY = 5,      /* value: 1 present, 0 lost */
    CTI_EV_POLARITY = 6,     /* value: 1 reversed, 0 normal */
    CTI_EV_HOOK = 7,         /* a telephone on this port; value: 1 off hook, 0 on hook */
    CTI_EV_FLASH = 8,        /* a telephone on this port; length: samples */
    CTI_EV_ALARM = 9,        /* value: 1 raised, 0 cleared */
    CTI_EV_PULSING = 10,     /* a telephone on this port has sent the first pulse of a digit */
    CTI_EV_DIALLED = 11,     /* one CTI_LINE_PULSES or CTI_LINE_FLASH, in the order they were given, is done;
                                value: 1 carried out, 0 refused or broken off by going on hook */
    CTI_EV_REMOTE_GONE = 12, /* the board knows of itself that the far end is gone; value: enum cti_gone_sign;
                                ref: how sure that is, percent */
    CTI_EV_MUTED = 13, /* HANDSET: its user has muted his microphone at it; value: 1 muted, 0 heard again */
    /* from the detectors */
    CTI_EV_DIGIT_DOWN = 20, /* value: the ASCII digit; ref: enum cti_digit_source */
    CTI_EV_DIGIT_UP = 21,   /* value: the ASCII digit, length: samples it lasted; ref as above */
    CTI_EV_TONE_ON = 22,    /* value: enum cti_tone; ref: dBm0 of what else was heard (cti/progress.h) */
    CTI_EV_TONE_OFF = 23,   /* value: enum cti_tone; start: end of the last burst */
    CTI_EV_VOICE_ON = 24,
    CTI_EV_VOICE_OFF = 25,  /* start: first silent sample */
    CTI_EV_CALLER_ID = 26,  /* ref: message number for cti_ear_message(), or the board's own
                               (cti/board.h); value: enum cti_cid_standard, with enum cti_cid_flag;
                               length: bytes of the message */
    CTI_EV_ALERT = 27,      /* the dual tone that announces caller ID is over; length: samples it lasted */
    CTI_EV_BEEP = 30,       /* after a voice, one tone that ended in silence; value: Hz; length: samples */
    CTI_EV_FAX_TONE = 29,   /* value: enum cti_fax_tone; ref: phase reversals seen */
    CTI_EV_SOUND_ON = 32,   /* something is heard that no dead line makes (cti/presence.h) */
    CTI_EV_SOUND_OFF = 33,  /* start: the sample after the last of it */
    CTI_EV_TONE_CLEAR = 34, /* the tone that goes on is heard with less beside it; value, ref: as TONE_ON;
                               start: of the bursts that tell so */
    /* from players, recorders, bridges and terminals */
    CTI_EV_PLAY_DONE = 40,   /* ref: of the item; value: enum cti_play_end; length: samples played */
    CTI_EV_RECORD_DONE = 41, /* ref: of the recording; length: samples it holds */
    CTI_EV_BRIDGED = 43,     /* ref: the bridge; value: the port's role on it now (enum cti_role) */
    CTI_EV_RECORD_LOST = 42, /* ref; the reader was too slow; length: samples replaced by silence */
    CTI_EV_DETACHED = 44,    /* ref: of the terminal; value: enum cti_terminal_end */
    /* from the live loop */
    CTI_EV_SLIP = 60,       /* a tick was late; length: samples late; value: ticks caught up */
    CTI_EV_EVENTS_LOST = 61 /* the event ring was full; value: how many events were dropped */
};

/* By what a board knows that the far end is gone. */
enum cti_gone_sign {
    CTI_GONE_UNSAID = 0,
    CTI_GONE_LOOP_BREAK = 1,
    CTI_GONE_REVERSAL = 2,
    CTI_GONE_BUSY = 3,
    CTI_GONE_DIAL = 4,
    CTI_GONE_SILENCE = 5
};

/* How a digit came. */
enum cti_digit_source { CTI_DIGIT_TONES = 0, CTI_DIGIT_PULSES = 2, CTI_DIGIT_HARDWARE = 4 };

/* Call-progress tones (ITU-T E.180, E.182). The names are those of `ctidrv dsp detect`. */
enum cti_tone {
    CTI_TONE_NONE = 0,
    CTI_TONE_DIAL = 1,
    CTI_TONE_DIAL2 = 2,
    CTI_TONE_STUTTER = 3,
    CTI_TONE_RINGBACK = 4,
    CTI_TONE_BUSY = 5,
    CTI_TONE_CONGESTION = 6,
    CTI_TONE_SIT = 7,
    CTI_TONE_HOWLER = 8,
    CTI_TONE_NU = 9,
    CTI_TONE_CALL_WAITING = 10,
    CTI_TONE_CONFIRM = 11,
    CTI_TONE_LEARNED = 12
};

/* Tones of fax machines and modems (ITU-T T.30, V.8, V.25). */
enum cti_fax_tone { CTI_FAX_CNG = 1, CTI_FAX_CED = 2, CTI_FAX_ANSAM = 3, CTI_FAX_V21 = 4 };

typedef struct cti_event {
    int64_t at;    /* samples; when it was known */
    int64_t start; /* samples; the first sample of it */
    int32_t port;
    int32_t kind;   /* enum cti_event_kind */
    int32_t value;  /* by kind */
    int32_t length; /* by kind, samples */
    int32_t ref;    /* by kind */
    float level;    /* dBm0 where it is a sound, else 0 */
} cti_event;
