/* fax_line_stage: two fax lines, and what lies between them. */
#pragma once

#include "check.h"
#include "cti/error.h"
#include "cti/fax_line.h"
#include "signals.h"

enum { LINE_DELAY_MAX = 4096, LINE_SAID = 4096 };

typedef struct line_said {
    int kind, modem, what, length; /* what: kind of the modem's event, or tone */
    int64_t at;
    uint8_t octets[32]; /* the first ones */
} line_said;

typedef struct line_end {
    cti_fax_line *line;
    int16_t sent[LINE_DELAY_MAX]; /* a ring */
    line_said said[LINE_SAID];
    int says, octets;
    uint8_t data[65536]; /* of the fast modem */
    uint64_t hash;
} line_end;

typedef struct line_stage {
    line_end end[2];
    int delay;         /* samples each way, 1 … */
    double loss, echo; /* gains, of the way and of the hybrid at each end */
    double noise;      /* dBm0; 0: none */
    double smear;      /* the way's second path, 0.4 ms later: its gain */
    double cut;        /* the way's gain is this too */
    signal *dice;
    int64_t now;
} line_stage;

static inline cti_fax_line *line_new(const cti_fax_line_config *cfg) {
    cti_fax_line *f = malloc(cti_fax_line_size());
    CHECK_EQ(cti_fax_line_init(f, cti_fax_line_size(), cfg), CTI_OK);
    return f;
}

static inline line_stage *stage_new(int delay, double loss_db, double echo_db, double noise_dbm0) {
    line_stage *s = calloc(1, sizeof *s);
    s->delay = delay;
    s->loss = pow(10.0, -loss_db / 20.0);
    s->echo = echo_db > 0.0 ? pow(10.0, -echo_db / 20.0) : 0.0;
    s->noise = noise_dbm0 < 0.0 ? signal_peak(noise_dbm0) / sqrt(2.0) : 0.0;
    s->cut = 1.0;
    s->dice = signal_new(5);
    for (int e = 0; e < 2; e++)
        s->end[e].line = line_new(NULL);
    return s;
}

static inline void stage_free(line_stage *s) {
    for (int e = 0; e < 2; e++)
        free(s->end[e].line);
    free(s->dice);
    free(s);
}

static inline void end_note(line_end *e, const cti_fax_line_event *ev) {
    line_said *said = &e->said[e->says++ % LINE_SAID];
    *said = (line_said){.kind = ev->kind, .modem = ev->modem, .at = ev->at};
    said->what = ev->kind == CTI_FAX_LINE_TONE ? ev->tone : ev->heard.kind;
    said->length = ev->heard.length;
    for (int i = 0; i < ev->heard.length; i++) {
        if (i < 32)
            said->octets[i] = ev->heard.octets[i];
        if (ev->heard.kind == CTI_FAX_MODEM_OCTETS && e->octets < (int)sizeof e->data)
            e->data[e->octets++] = ev->heard.octets[i];
        e->hash = e->hash * 31 + ev->heard.octets[i];
    }
    e->hash = e->hash * 1000003 + (uint64_t)(ev->at * 64 + ev->kind * 16 + said->what);
}

/* A sample for both; 1 + end where one has said something. */
static inline int stage_step(line_stage *s) {
    int spoke = 0;
    int16_t out[2];
    for (int e = 0; e < 2; e++) {
        int64_t far = s->now - s->delay;
        double x = far < 0 ? 0.0 : s->end[!e].sent[far % LINE_DELAY_MAX] * s->loss * s->cut;
        x += far < 3 ? 0.0 : s->end[!e].sent[(far - 3) % LINE_DELAY_MAX] * s->smear * s->loss * s->cut;
        x += s->now < 8 ? 0.0 : s->end[e].sent[(s->now - 8) % LINE_DELAY_MAX] * s->echo;
        x += s->noise > 0.0 ? s->noise * signal_normal(s->dice) : 0.0;
        int16_t in = (int16_t)lrint(x > 32767.0 ? 32767.0 : x < -32768.0 ? -32768.0 : x);
        cti_fax_line_event ev;
        for (int done = 0;;) {
            done += cti_fax_line_run(s->end[e].line, &in + done, &out[e] + done, 1 - done, &ev);
            if (ev.kind == CTI_FAX_LINE_NOTHING)
                break;
            end_note(&s->end[e], &ev);
            spoke = e + 1;
        }
    }
    for (int e = 0; e < 2; e++)
        s->end[e].sent[s->now % LINE_DELAY_MAX] = out[e];
    s->now++;
    return spoke;
}

static inline void stage_run(line_stage *s, double ms) {
    for (int i = 0; i < (int)(ms * 8); i++)
        (void)stage_step(s);
}

/* How often an end has said it; what < 0: anything. */
static inline int end_count(const line_end *e, int kind, int modem, int what) {
    int n = 0;
    for (int i = 0; i < e->says && i < LINE_SAID; i++)
        n += e->said[i].kind == kind && (kind != CTI_FAX_LINE_HEARD || e->said[i].modem == modem) &&
             (what < 0 || e->said[i].what == what);
    return n;
}

static inline int end_heard(const line_end *e, int modem, int what) {
    return end_count(e, CTI_FAX_LINE_HEARD, modem, what);
}

/* Runs until the end has said it `times` times in all, `ms` at the most; 1: it has. */
static inline int stage_until(line_stage *s, int e, int kind, int modem, int what, int times, double ms) {
    for (int i = 0; i < (int)(ms * 8); i++) {
        if (end_count(&s->end[e], kind, modem, what) >= times)
            return 1;
        (void)stage_step(s);
    }
    return end_count(&s->end[e], kind, modem, what) >= times;
}
