/* t30_stage: a fax call whose far end is played by the test, frame by frame; and two calls joined without
 * loss. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cti/error.h"
#include "cti/hdlc.h"
#include "cti/t30.h"

enum { T30_STAGE_MS = 8, T30_STAGE_ROWS = 40, T30_STAGE_ROW = 216, T30_STAGE_OCTETS = 65536 };

typedef struct t30_stage {
    cti_t30 *t;
    cti_fax_turn turn;
    int turns;    /* new ones so far */
    int sent[16]; /* types of the frames of the last turn that sent */
    int n_sent;
    uint8_t last[CTI_HDLC_FRAME_MAX]; /* the last of them */
    int last_length;
    uint8_t octets[T30_STAGE_OCTETS]; /* of the last turn of data: octets, or frames behind one another */
    int n_octets;
    uint8_t fcd[260][CTI_HDLC_FRAME_MAX];
    int fcd_length[260];
    int n_fcd;
    cti_t30_event events[256];
    int n_events;
    uint8_t page[T30_STAGE_ROWS * T30_STAGE_ROW]; /* what is sent */
    uint8_t rows[2][T30_STAGE_ROWS * T30_STAGE_ROW], damage[2][T30_STAGE_ROWS];
} t30_stage;

static inline void t30_stage_look(t30_stage *s) {
    cti_fax_turn turn;
    cti_t30_event ev;
    while (cti_t30_events(s->t, &ev, 1) == 1) {
        if (s->n_events < 256)
            s->events[s->n_events++] = ev;
        if (ev.kind == CTI_T30_PAGE_WANTED)
            CHECK_EQ(cti_t30_page(s->t, ev.page, s->page, T30_STAGE_ROWS), CTI_OK);
    }
    while (cti_t30_turn(s->t, &turn) == 1) {
        s->turn = turn;
        s->turns++;
    }
}

static inline void t30_stage_begin(t30_stage *s, const cti_t30_config *cfg) {
    memset(s, 0, sizeof *s);
    s->t = malloc(cti_t30_size());
    for (int i = 0; i < (int)sizeof s->page; i++)
        s->page[i] = (uint8_t)(i % 7 == 0 ? i : 0);
    CHECK_EQ(cti_t30_init(s->t, cti_t30_size(), cfg), CTI_OK);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(cti_t30_memory(s->t, s->rows[i], sizeof s->rows[i], s->damage[i], T30_STAGE_ROWS), i);
    t30_stage_look(s);
}

static inline void t30_stage_end(t30_stage *s) {
    free(s->t);
}

static inline void t30_stage_wait(t30_stage *s, int ms) {
    for (int i = 0; i < ms; i += 20) {
        cti_t30_run(s->t, 20 * T30_STAGE_MS);
        t30_stage_look(s);
    }
}

/* Does the turn that sends; returns its kind. */
static inline int t30_stage_send(t30_stage *s) {
    int kind = s->turn.kind, n;
    uint8_t octets[CTI_HDLC_FRAME_MAX];
    s->n_sent = s->n_octets = s->n_fcd = 0;
    if (kind == CTI_FAX_TURN_FRAMES)
        while ((n = cti_t30_frame(s->t, octets, sizeof octets)) > 0) {
            cti_t30_frame_view f;
            CHECK_EQ(cti_t30_frame_parse(octets, n, &f), CTI_OK);
            s->sent[s->n_sent++] = f.type;
            memcpy(s->last, octets, (size_t)n);
            s->last_length = n;
        }
    if (kind == CTI_FAX_TURN_DATA && s->turn.hdlc)
        while (s->n_fcd < 260 && (n = cti_t30_frame(s->t, octets, sizeof octets)) > 0) {
            memcpy(s->fcd[s->n_fcd], octets, (size_t)n);
            s->fcd_length[s->n_fcd++] = n;
        }
    if (kind == CTI_FAX_TURN_DATA && !s->turn.hdlc)
        while ((n = cti_t30_data(s->t, s->octets + s->n_octets, 256)) > 0 &&
               s->n_octets < T30_STAGE_OCTETS - 512)
            s->n_octets += n;
    cti_t30_run(s->t, 1000 * T30_STAGE_MS);
    cti_t30_sent(s->t);
    t30_stage_look(s);
    return kind;
}

/* What it says: the type of its last frame, after all turns until it listens. */
static inline int t30_stage_says(t30_stage *s) {
    int type = 0;
    while (s->turn.kind == CTI_FAX_TURN_CED || s->turn.kind == CTI_FAX_TURN_FRAMES ||
           s->turn.kind == CTI_FAX_TURN_DATA)
        if (t30_stage_send(s) == CTI_FAX_TURN_FRAMES)
            type = s->sent[s->n_sent - 1];
    return type;
}

static inline void t30_stage_event(t30_stage *s, int modem, int kind, const uint8_t *octets, int n) {
    cti_fax_modem_event ev = {.kind = kind, .length = n, .octets = octets};
    cti_t30_heard(s->t, modem, &ev, NULL);
    t30_stage_look(s);
}

/* The far end sends a frame; the last of its turn ends the carrier. */
static inline void t30_stage_hear(t30_stage *s, int type, int x, const uint8_t *fif, int n) {
    uint8_t octets[CTI_HDLC_FRAME_MAX];
    int length = cti_t30_frame_build(type, x, 1, fif, n, octets, sizeof octets);
    t30_stage_event(s, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_FLAGS, NULL, 0);
    t30_stage_wait(s, 300);
    t30_stage_event(s, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_FRAME, octets, length);
    t30_stage_event(s, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_END, NULL, 0);
}

/* ... page data or frames of error correction, as another stage has sent them. */
static inline void t30_stage_carrier(t30_stage *s, const t30_stage *from) {
    int modem = s->turn.modem;
    t30_stage_event(s, modem, CTI_FAX_MODEM_TRAINING, NULL, 0);
    t30_stage_event(s, modem, CTI_FAX_MODEM_CARRIER, NULL, 0);
    for (int i = 0; i < from->n_fcd; i++)
        t30_stage_event(s, modem, CTI_FAX_MODEM_FRAME, from->fcd[i], from->fcd_length[i]);
    for (int i = 0; i < from->n_octets; i += 100)
        t30_stage_event(s, modem, CTI_FAX_MODEM_OCTETS, from->octets + i,
                        from->n_octets - i < 100 ? from->n_octets - i : 100);
    t30_stage_event(s, modem, CTI_FAX_MODEM_END, NULL, 0);
}

/* TCF at a rate. */
static inline void t30_stage_tcf(t30_stage *s, int n, const uint8_t *octets) {
    t30_stage_event(s, s->turn.modem, CTI_FAX_MODEM_TRAINING, NULL, 0);
    t30_stage_event(s, s->turn.modem, CTI_FAX_MODEM_OCTETS, octets, n);
    t30_stage_event(s, s->turn.modem, CTI_FAX_MODEM_END, NULL, 0);
}

static inline int t30_stage_result(const t30_stage *s) {
    for (int i = 0; i < s->n_events; i++)
        if (s->events[i].kind == CTI_T30_DONE)
            return s->events[i].value;
    return CTI_T30_GOING_ON;
}

/* The last event of a kind; null: none. */
static inline const cti_t30_event *t30_stage_told(const t30_stage *s, int kind) {
    for (int i = s->n_events - 1; i >= 0; i--)
        if (s->events[i].kind == kind)
            return &s->events[i];
    return NULL;
}

/* A caller with so many pages. */
static inline cti_t30_config t30_stage_caller(int pages) {
    static const cti_t30_sheet sheets[4] = {{CTI_T30_A4, CTI_T30_STANDARD},
                                            {CTI_T30_A4, CTI_T30_STANDARD},
                                            {CTI_T30_A4, CTI_T30_STANDARD},
                                            {CTI_T30_A4, CTI_T30_STANDARD}};
    cti_t30_config cfg;
    cti_t30_defaults(&cfg, 1);
    cfg.sheets = pages;
    cfg.sheet = sheets;
    return cfg;
}

/* DIS of a far end that can all that we can; `ecm` or not. */
static inline int t30_stage_dis(int ecm, int has_document, uint8_t *fif) {
    cti_t30_ability a = {.can_receive = 1,
                         .has_document = has_document,
                         .modems = 14 << 1,
                         .bit_rate = 14400,
                         .ecm = ecm,
                         .frame_octets = 256,
                         .mr = 1,
                         .mmr = ecm,
                         .widths = 7,
                         .resolutions = 7};
    return cti_t30_ability_build(&a, 0, fif);
}

static inline int t30_stage_dcs(int ecm, int modem, int bit_rate, uint8_t *fif) {
    cti_t30_ability a = {.modems = 1 << modem,
                         .bit_rate = bit_rate,
                         .ecm = ecm,
                         .frame_octets = 256,
                         .mr = !ecm,
                         .mmr = ecm,
                         .widths = CTI_T30_A4,
                         .resolutions = CTI_T30_STANDARD};
    return cti_t30_ability_build(&a, 1, fif);
}

/* One end does its turn, the other hears it. Returns 0 when neither sends. */
static inline int t30_stage_pass(t30_stage *from, t30_stage *to) {
    cti_fax_turn turn = from->turn;
    cti_t30_frame_view f;
    uint8_t frames[16][CTI_HDLC_FRAME_MAX];
    int lengths[16], n = 0;
    if (turn.kind == CTI_FAX_TURN_CED)
        (void)t30_stage_send(from);
    else if (turn.kind == CTI_FAX_TURN_FRAMES) {
        while (n < 16 && (lengths[n] = cti_t30_frame(from->t, frames[n], CTI_HDLC_FRAME_MAX)) > 0)
            n++;
        cti_t30_run(from->t, 1000 * T30_STAGE_MS);
        cti_t30_sent(from->t);
        t30_stage_look(from);
        t30_stage_event(to, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_FLAGS, NULL, 0);
        for (int i = 0; i < n; i++) {
            CHECK_EQ(cti_t30_frame_parse(frames[i], lengths[i], &f), CTI_OK);
            t30_stage_event(to, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_FRAME, frames[i], lengths[i]);
        }
        t30_stage_event(to, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_END, NULL, 0);
    } else if (turn.kind == CTI_FAX_TURN_DATA) {
        CHECK_EQ(to->turn.modem, turn.modem);
        CHECK_EQ(to->turn.short_training, turn.short_training);
        (void)t30_stage_send(from);
        t30_stage_carrier(to, from);
    } else {
        return 0;
    }
    return 1;
}

static inline void t30_stage_join(t30_stage *a, t30_stage *b) {
    for (int i = 0; i < 500 && (a->turn.kind != CTI_FAX_TURN_HANG_UP || b->turn.kind != CTI_FAX_TURN_HANG_UP);
         i++)
        if (!t30_stage_pass(a, b) && !t30_stage_pass(b, a)) {
            t30_stage_wait(a, 100);
            t30_stage_wait(b, 100);
        }
}
