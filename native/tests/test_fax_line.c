#include "fax_line_stage.h"

enum {
    V21 = CTI_FAX_MODEM_V21,
    V17 = CTI_FAX_MODEM_V17,
    HEARD = CTI_FAX_LINE_HEARD,
    TONE = CTI_FAX_LINE_TONE,
    SENT = CTI_FAX_LINE_SENT,
    CALLER = 0,
    ANSWERER = 1
};

static const uint8_t DIS[9] = {0xff, 0x13, 0x80, 0x00, 0xee, 0xf8, 0xc4, 0x80, 0x01};
static const uint8_t CFR[3] = {0xff, 0x13, 0x84};
static const cti_fax_turn LISTEN_V21 = {.kind = CTI_FAX_TURN_LISTEN, .modem = V21};
static const cti_fax_turn CNG = {.kind = CTI_FAX_TURN_CNG};
static const cti_fax_turn CED = {.kind = CTI_FAX_TURN_CED, .silence = 1600};
static const cti_fax_turn FRAMES = {.kind = CTI_FAX_TURN_FRAMES, .silence = 600};

static void turn(line_stage *s, int e, const cti_fax_turn *t) {
    CHECK_EQ(cti_fax_line_turn(s->end[e].line, t), CTI_OK);
}

static void send_frame(line_stage *s, int e, const uint8_t *octets, int n) {
    turn(s, e, &FRAMES);
    CHECK_EQ(cti_fax_line_frame(s->end[e].line, octets, n), CTI_OK);
    cti_fax_line_end(s->end[e].line);
}

static cti_fax_turn fast(int kind, int modem, int bit_rate, int hdlc, int is_short) {
    return (cti_fax_turn){.kind = kind,
                          .modem = modem,
                          .bit_rate = bit_rate,
                          .hdlc = hdlc,
                          .short_training = is_short,
                          .silence = kind == CTI_FAX_TURN_DATA ? 600 : 0};
}

static uint8_t octet_of(int i) {
    return (uint8_t)(((uint32_t)i * 2654435761u) >> 13);
}

/* Sends n octets and hears them; where they end in the data. */
static void send_page(line_stage *s, int n) {
    cti_fax_line *from = s->end[CALLER].line;
    for (int i = 0; i < n;) {
        uint8_t octet = octet_of(i);
        if (cti_fax_line_room(from) > 0)
            i += cti_fax_line_put(from, &octet, 1);
        else
            (void)stage_step(s);
    }
    cti_fax_line_end(from);
}

static int is_page(const line_end *e, int n) {
    int right = e->octets >= n;
    for (int i = 0; i < n && right; i++)
        right = e->data[i] == octet_of(i);
    return right;
}

static void t30_a_call_begins_with_cng_ced_and_a_frame_on_an_echoing_line(void) {
    line_stage *s = stage_new(200, 10, 12, -50);
    line_end *caller = &s->end[CALLER], *answerer = &s->end[ANSWERER];
    turn(s, CALLER, &CNG);
    turn(s, ANSWERER, &LISTEN_V21);
    CHECK(stage_until(s, ANSWERER, TONE, 0, CTI_FAX_CNG, 1, 6000));
    turn(s, ANSWERER, &CED);
    CHECK(stage_until(s, ANSWERER, SENT, 0, -1, 1, 3700));
    CHECK(stage_until(s, CALLER, TONE, 0, CTI_FAX_CED, 1, 100));
    send_frame(s, ANSWERER, DIS, 9);
    CHECK(stage_until(s, CALLER, HEARD, V21, CTI_FAX_MODEM_CARRIER, 1, 400));
    CHECK(stage_until(s, CALLER, HEARD, V21, CTI_FAX_MODEM_FRAME, 1, 1500));
    CHECK(stage_until(s, CALLER, HEARD, V21, CTI_FAX_MODEM_END, 1, 200));
    CHECK(stage_until(s, ANSWERER, SENT, 0, -1, 2, 100));
    int last = -1;
    for (int i = 0; i < caller->says; i++)
        last = caller->said[i].what == CTI_FAX_MODEM_FRAME ? i : last;
    CHECK(last >= 0 && caller->said[last].length == 9 && memcmp(caller->said[last].octets, DIS, 9) == 0);
    CHECK_EQ(end_count(caller, TONE, 0, CTI_FAX_CNG), 0); /* its own */
    CHECK_EQ(end_heard(answerer, V21, -1), 0);            /* not even its own echo */
    stage_free(s);
}

/* T.30: 0.5 s on, 3 s off; nothing while V.21 is heard, and again when that led to nothing. */
static void t30_cng_goes_on_for_ever_but_pauses_for_v21(void) {
    line_stage *s = stage_new(8, 6, 0, 0);
    turn(s, CALLER, &CNG);
    turn(s, ANSWERER, &LISTEN_V21);
    int on = 0, bursts = 0, was = 0, quiet = 0;
    for (int i = 0; i < 8000 * 11; i++) {
        if (i == 8000 * 3) {
            turn(s, ANSWERER, &FRAMES); /* flags alone, 2 s of them, over the second burst's time */
        }
        if (i == 8000 * 5)
            cti_fax_line_end(s->end[ANSWERER].line);
        (void)stage_step(s);
        int sounds = s->end[CALLER].sent[(s->now - 1) % LINE_DELAY_MAX] != 0;
        on += sounds;
        quiet = sounds ? 0 : quiet + 1;
        bursts += sounds && !was;
        was = sounds || (was && quiet < 100);
        if (i == 8000 * 8)
            CHECK_EQ(bursts, 1);
    }
    CHECK_EQ(bursts, 2);
    CHECK_NEAR(on, 2 * 4000, 250);
    stage_free(s);
}

static void a_page_follows_frames_both_ways_with_long_and_short_training(void) {
    line_stage *s = stage_new(100, 8, 14, -60);
    line_end *answerer = &s->end[ANSWERER];
    for (int page = 0; page < 4; page++) {
        cti_fax_turn out = fast(CTI_FAX_TURN_DATA, V17, 14400, 0, page > 0);
        cti_fax_turn in = fast(CTI_FAX_TURN_LISTEN, V17, 14400, 0, page > 0);
        answerer->octets = 0;
        turn(s, CALLER, &out);
        turn(s, ANSWERER, &in);
        send_page(s, 3000);
        CHECK(stage_until(s, CALLER, SENT, 0, -1, 3 * page + 1, 4000));
        CHECK_EQ(end_heard(answerer, V17, CTI_FAX_MODEM_CARRIER), page + 1);
        CHECK_EQ(end_heard(answerer, V17, CTI_FAX_MODEM_FAILED), 0);
        /* V.21 comes before the carrier is given up: END is told first */
        send_frame(s, CALLER, CFR, 3);
        CHECK(stage_until(s, ANSWERER, HEARD, V21, CTI_FAX_MODEM_CARRIER, page + 1, 600));
        CHECK_EQ(end_heard(answerer, V17, CTI_FAX_MODEM_END), page + 1);
        CHECK(is_page(answerer, 3000));
        CHECK(answerer->said[answerer->says - 1].modem == V21);
        CHECK(stage_until(s, ANSWERER, HEARD, V21, CTI_FAX_MODEM_FRAME, page + 1, 1500));
        CHECK(stage_until(s, CALLER, SENT, 0, -1, 3 * page + 2, 200));
        turn(s, CALLER, &LISTEN_V21);
        CHECK(stage_until(s, ANSWERER, HEARD, V21, CTI_FAX_MODEM_END, page + 1, 200));
        send_frame(s, ANSWERER, CFR, 3);
        CHECK(stage_until(s, CALLER, HEARD, V21, CTI_FAX_MODEM_END, page + 1, 2000));
        CHECK_EQ(end_heard(&s->end[CALLER], V21, CTI_FAX_MODEM_FRAME), page + 1);
        s->end[CALLER].said[s->end[CALLER].says++].kind = SENT; /* three a page */
    }
    stage_free(s);
}

static void frames_of_a_fast_modem_come_with_their_flags(void) {
    static const int rates[][2] = {{CTI_FAX_MODEM_V27TER, 2400}, {CTI_FAX_MODEM_V29, 9600}, {V17, 7200}};
    for (int i = 0; i < 3; i++) {
        line_stage *s = stage_new(60, 6, 16, -60);
        cti_fax_turn out = fast(CTI_FAX_TURN_DATA, rates[i][0], rates[i][1], 1, 0);
        cti_fax_turn in = fast(CTI_FAX_TURN_LISTEN, rates[i][0], rates[i][1], 1, 0);
        turn(s, ANSWERER, &in);
        turn(s, CALLER, &out);
        int put = 0;
        uint8_t octets[260];
        for (int k = 0; k < 260; k++)
            octets[k] = octet_of(k + i);
        CHECK_EQ(cti_fax_line_put(s->end[CALLER].line, octets, 1), CTI_ERR_STATE);
        for (; cti_fax_line_room(s->end[CALLER].line) >= 260; put++)
            CHECK_EQ(cti_fax_line_frame(s->end[CALLER].line, octets, 260), CTI_OK);
        CHECK(put >= 6);
        CHECK_EQ(cti_fax_line_waiting(s->end[CALLER].line), 1);
        cti_fax_line_end(s->end[CALLER].line);
        CHECK_EQ(cti_fax_line_room(s->end[CALLER].line), 0);
        CHECK(stage_until(s, ANSWERER, HEARD, rates[i][0], CTI_FAX_MODEM_END, 1, 12000));
        CHECK_EQ(end_heard(&s->end[ANSWERER], rates[i][0], CTI_FAX_MODEM_FRAME), put);
        CHECK_EQ(end_heard(&s->end[ANSWERER], rates[i][0], CTI_FAX_MODEM_BAD), 0);
        CHECK_EQ(end_heard(&s->end[ANSWERER], rates[i][0], CTI_FAX_MODEM_FLAGS) >= 1, 1);
        cti_fax_modem_quality quality;
        float xy[2 * 128];
        CHECK_EQ(cti_fax_line_quality(s->end[ANSWERER].line, &quality), CTI_OK);
        CHECK_NEAR(quality.level_dbm0, -19, 1);
        CHECK_EQ(cti_fax_line_points(s->end[ANSWERER].line, xy, 128), 128);
        stage_free(s);
    }
}

/* Who waits for a page may be asked again by V.21: a sender that has not heard us. A bare tone is no V.21. */
static void v21_is_heard_where_a_page_is_waited_for_and_a_bare_tone_is_not(void) {
    static const double hz[] = {1650, 1700, 1800, 1850};
    for (int i = 0; i < 4; i++) {
        line_stage *s = stage_new(8, 0, 0, -60);
        cti_fax_turn in = fast(CTI_FAX_TURN_LISTEN, V17, 14400, 1, 0);
        turn(s, ANSWERER, &in);
        for (int k = 0; k < 8000; k++) {
            s->end[CALLER].sent[(s->now - 1 + LINE_DELAY_MAX) % LINE_DELAY_MAX] =
                (int16_t)(3000 * sin(SIGNAL_TURN * hz[i] * k / 8000.0));
            (void)stage_step(s);
        }
        CHECK_EQ(s->end[ANSWERER].says, 0);
        send_frame(s, CALLER, DIS, 9);
        CHECK(stage_until(s, ANSWERER, HEARD, V21, CTI_FAX_MODEM_FRAME, 1, 2000));
        CHECK_EQ(end_heard(&s->end[ANSWERER], V17, -1), 0);
        stage_free(s);
    }
}

/* On a line with two ways 0.4 ms apart: what long training learnt of it is not spoilt by V.21 behind the
 * page. */
static void short_training_is_understood_after_v21_was_taken_for_the_page(void) {
    line_stage *s = stage_new(40, 12, 0, -55);
    s->smear = 0.7;
    line_end *answerer = &s->end[ANSWERER];
    cti_fax_turn out = fast(CTI_FAX_TURN_DATA, V17, 14400, 0, 0);
    cti_fax_turn in = fast(CTI_FAX_TURN_LISTEN, V17, 14400, 0, 0);
    for (int page = 0; page < 12; page++) {
        out.short_training = in.short_training = page > 0;
        answerer->octets = 0;
        turn(s, CALLER, &out);
        turn(s, ANSWERER, &in);
        send_page(s, 900);
        CHECK(stage_until(s, CALLER, SENT, 0, -1, 2 * page + 1, 3000));
        send_frame(s, CALLER, CFR, 3);
        CHECK(stage_until(s, ANSWERER, HEARD, V21, CTI_FAX_MODEM_END, page + 1, 2500));
        CHECK(is_page(answerer, 900));
        stage_run(s, 300 + page * 1.375); /* another phase of the symbols each time */
    }
    CHECK_EQ(end_heard(answerer, V17, CTI_FAX_MODEM_FAILED), 0);
    stage_free(s);
}

static void a_carrier_that_fails_is_waited_for_as_long_as_the_turn_says(void) {
    static const int hold[] = {0, 60};
    for (int i = 0; i < 2; i++) {
        line_stage *s = stage_new(8, 6, 0, -60);
        cti_fax_turn out = fast(CTI_FAX_TURN_DATA, V17, 9600, 0, 0);
        cti_fax_turn in = fast(CTI_FAX_TURN_LISTEN, V17, 9600, 0, 0);
        in.hold_ms = hold[i];
        turn(s, CALLER, &out);
        turn(s, ANSWERER, &in);
        CHECK(stage_until(s, ANSWERER, HEARD, V17, CTI_FAX_MODEM_CARRIER, 1, 3000));
        stage_run(s, 500);
        s->cut = 0.0;
        stage_run(s, 250);
        s->cut = 1.0;
        CHECK_EQ(end_heard(&s->end[ANSWERER], V17, CTI_FAX_MODEM_END), i);
        stage_free(s);
    }
}

static void the_same_is_said_however_the_audio_is_cut(void) {
    enum { N = 8000 * 9 };
    static int16_t rx[N], tx[N], whole[N];
    line_stage *s = stage_new(30, 6, 0, -55);
    cti_fax_turn out = fast(CTI_FAX_TURN_DATA, V17, 14400, 1, 0);
    cti_fax_turn in = fast(CTI_FAX_TURN_LISTEN, V17, 14400, 1, 0);
    int at = 0;
    for (int part = 0; part < 3; part++) {
        if (part == 1)
            turn(s, CALLER, &out);
        else
            turn(s, CALLER, &FRAMES);
        for (int k = 0; k < 3; k++)
            CHECK_EQ(cti_fax_line_frame(s->end[CALLER].line, DIS, 9), CTI_OK);
        cti_fax_line_end(s->end[CALLER].line);
        for (int k = 0; k < 8000 * 3; k++) {
            (void)stage_step(s);
            rx[at++] = s->end[CALLER].sent[(s->now - 1) % LINE_DELAY_MAX];
        }
    }
    stage_free(s);
    uint64_t hash = 0;
    static const int blocks[] = {N, 1, 7, 160, 1000};
    for (int b = 0; b < 5; b++) {
        static line_end e;
        memset(&e, 0, sizeof e);
        e.line = line_new(NULL);
        CHECK_EQ(cti_fax_line_turn(e.line, &CNG), CTI_OK);
        for (int done = 0; done < N;) {
            int n = N - done < blocks[b] ? N - done : blocks[b];
            cti_fax_line_event ev;
            done += cti_fax_line_run(e.line, rx + done, tx + done, n, &ev);
            if (ev.kind == CTI_FAX_LINE_NOTHING)
                continue;
            end_note(&e, &ev);
            if (ev.heard.kind == CTI_FAX_MODEM_FRAME && ev.modem == V21)
                CHECK_EQ(cti_fax_line_turn(e.line, &in), CTI_OK);
        }
        CHECK_EQ(end_heard(&e, V21, CTI_FAX_MODEM_FRAME), 6);
        CHECK_EQ(end_heard(&e, V17, CTI_FAX_MODEM_FRAME), 3);
        if (b == 0)
            memcpy(whole, tx, sizeof tx);
        hash = b ? hash : e.hash;
        CHECK(e.hash == hash);
        CHECK_EQ(memcmp(whole, tx, sizeof tx), 0);
        free(e.line);
    }
}

static void a_turn_that_no_modem_can_do_is_refused_and_nothing_changes(void) {
    line_stage *s = stage_new(8, 6, 0, 0);
    cti_fax_line *f = s->end[CALLER].line;
    turn(s, ANSWERER, &LISTEN_V21);
    send_frame(s, CALLER, DIS, 9);
    stage_run(s, 300);
    static const cti_fax_turn bad[] = {
        {.kind = 0},
        {.kind = 7},
        {.kind = CTI_FAX_TURN_LISTEN},
        {.kind = CTI_FAX_TURN_LISTEN, .modem = V17, .bit_rate = 4800},
        {.kind = CTI_FAX_TURN_LISTEN, .modem = V17, .bit_rate = 9600, .hold_ms = 9},
        {.kind = CTI_FAX_TURN_DATA, .modem = V21, .bit_rate = 300},
        {.kind = CTI_FAX_TURN_DATA, .modem = 5, .bit_rate = 9600},
        {.kind = CTI_FAX_TURN_FRAMES, .silence = -1},
        {.kind = CTI_FAX_TURN_CED, .ms = 100000}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_EQ(cti_fax_line_turn(f, &bad[i]), CTI_ERR_ARG);
    CHECK(stage_until(s, ANSWERER, HEARD, V21, CTI_FAX_MODEM_FRAME, 1, 2000));
    CHECK(stage_until(s, CALLER, SENT, 0, -1, 1, 500));
    CHECK_EQ(cti_fax_line_frame(f, DIS, 9), CTI_ERR_STATE);
    CHECK_EQ(cti_fax_line_put(f, DIS, 9), CTI_ERR_STATE);
    CHECK_EQ(cti_fax_line_room(f), 0);
    CHECK_EQ(cti_fax_line_waiting(f), 0);
    cti_fax_modem_quality quality;
    CHECK_EQ(cti_fax_line_quality(f, &quality), CTI_ERR_STATE);
    cti_fax_line_config cfg;
    cti_fax_line_defaults(&cfg);
    CHECK_EQ(cti_fax_line_init(f, cti_fax_line_size() - 1, &cfg), CTI_ERR_SIZE);
    cfg.level_dbm0 = 1.0f;
    CHECK_EQ(cti_fax_line_init(f, cti_fax_line_size(), &cfg), CTI_ERR_ARG);
    stage_free(s);
}

int main(void) {
    RUN(t30_a_call_begins_with_cng_ced_and_a_frame_on_an_echoing_line);
    RUN(t30_cng_goes_on_for_ever_but_pauses_for_v21);
    RUN(a_page_follows_frames_both_ways_with_long_and_short_training);
    RUN(frames_of_a_fast_modem_come_with_their_flags);
    RUN(v21_is_heard_where_a_page_is_waited_for_and_a_bare_tone_is_not);
    RUN(short_training_is_understood_after_v21_was_taken_for_the_page);
    RUN(a_carrier_that_fails_is_waited_for_as_long_as_the_turn_says);
    RUN(the_same_is_said_however_the_audio_is_cut);
    RUN(a_turn_that_no_modem_can_do_is_refused_and_nothing_changes);
    CHECK_END();
}
