#include "cti/ear.h"

#include "cti/cid.h"
#include "cti/dtmf_tx.h"
#include "cti/error.h"
#include "fsk_maker.h"

#define EVENTS 256

typedef struct heard {
    cti_event ev[EVENTS];
    int n;
} heard;

static cti_ear *new_ear(int ports, int detectors) {
    size_t size = cti_ear_size(ports);
    CHECK(size > 0);
    cti_ear *ear = malloc(size);
    CHECK_EQ(cti_ear_init(ear, size, ports), 0);
    for (int p = 0; p < ports; p++) {
        CHECK_EQ(cti_ear_listen(ear, p, detectors), 0);
    }
    return ear;
}

static void pair(maker *m, double a, double b, int samples, double dbm0) {
    double peak = 16140.0 * sqrt(2.0) * pow(10.0, dbm0 / 20.0);
    for (int i = 0; i < samples && m->n < MAKER_ROOM; i++) {
        double t = 6.283185307179586 * m->n / 8000.0, v = peak * (sin(t * a) + sin(t * b));
        m->pcm[m->n++] = (int16_t)lrint(v);
    }
}

/* Caller ID, a digit, busy tone, another digit. */
static maker *a_call(void) {
    cti_cid_message message;
    uint8_t bytes[258];
    memset(&message, 0, sizeof message);
    message.type = CTI_CID_MDMF_CALL;
    strcpy(message.number, "5551234567");
    int size = cti_cid_encode(&message, bytes, 258);
    maker *m = maker_new(CTI_FSK_BELL202);
    maker_silence(m, 1000);
    maker_burst(m, bytes, size);
    maker_silence(m, 1600);
    pair(m, 770.0, 1336.0, 640, -10.0); /* 5 */
    maker_silence(m, 1600);
    for (int i = 0; i < 3; i++) {
        pair(m, 480.0, 620.0, 4000, -13.0);
        maker_silence(m, 4000);
    }
    maker_silence(m, 800);
    pair(m, 941.0, 1336.0, 800, -10.0); /* 0 */
    maker_silence(m, 2000);
    return m;
}

/* Hears planar audio in blocks, with room for `room` events a call. */
static void hear(cti_ear *ear, const int16_t *pcm, int stride, int n, int block, int room, heard *out) {
    out->n = 0;
    for (int i = 0; i < n; i += block) {
        int now = n - i < block ? n - i : block, got;
        got = cti_ear_run(ear, pcm + i, stride, now, out->ev + out->n, room);
        while (got > 0) {
            out->n += got;
            got = cti_ear_run(ear, NULL, 0, 0, out->ev + out->n, room);
        }
        CHECK_EQ(got, 0);
    }
}

static int count(const heard *h, int kind, int value) {
    int n = 0;
    for (int i = 0; i < h->n; i++) {
        n += h->ev[i].kind == kind && h->ev[i].value == value;
    }
    return n;
}

static void a_call_is_heard_by_all_detectors(void) {
    maker *m = a_call();
    cti_ear *ear = new_ear(1, CTI_EAR_ALL);
    heard h;
    hear(ear, m->pcm, m->n, m->n, 160, 16, &h);
    CHECK_EQ(count(&h, CTI_EV_CALLER_ID, CTI_CID_BELL202), 1);
    CHECK_EQ(count(&h, CTI_EV_DIGIT_DOWN, '5'), 1);
    CHECK_EQ(count(&h, CTI_EV_DIGIT_UP, '5'), 1);
    CHECK_EQ(count(&h, CTI_EV_DIGIT_DOWN, '0'), 1);
    CHECK_EQ(count(&h, CTI_EV_TONE_ON, CTI_TONE_BUSY), 1);
    CHECK_EQ(count(&h, CTI_EV_TONE_OFF, CTI_TONE_BUSY), 1);
    for (int i = 1; i < h.n; i++) {
        CHECK(h.ev[i].at >= h.ev[i - 1].at);
    }
    uint8_t bytes[258];
    cti_cid_message message;
    for (int i = 0; i < h.n; i++) {
        if (h.ev[i].kind == CTI_EV_CALLER_ID) {
            int size = cti_ear_message(ear, 0, h.ev[i].ref, bytes, 258);
            CHECK_EQ(cti_cid_parse(bytes, size, &message), CTI_OK);
            CHECK(strcmp(message.number, "5551234567") == 0);
            CHECK_EQ(cti_ear_message(ear, 0, h.ev[i].ref + 1, bytes, 258), CTI_ERR_GONE);
        }
    }
    free(ear);
}

static void blocks_of_any_size_give_the_same_events(void) {
    static const int blocks[] = {160, 1, 37, MAKER_ROOM};
    maker *m = a_call();
    m->noise = -45.0;
    maker_noise(m);
    heard first, h;
    for (int i = 0; i < 4; i++) {
        cti_ear *ear = new_ear(1, CTI_EAR_ALL);
        hear(ear, m->pcm, m->n, m->n, blocks[i], i == 3 ? 3 : 16, i ? &h : &first);
        CHECK(first.n >= 6);
        CHECK(i == 0 || h.n == first.n);
        CHECK(i == 0 || memcmp(h.ev, first.ev, (size_t)first.n * sizeof(cti_event)) == 0);
        free(ear);
    }
}

static void a_detector_says_the_same_whatever_else_is_on(void) {
    static const int kinds[5] = {CTI_EV_DIGIT_DOWN, CTI_EV_TONE_ON, CTI_EV_VOICE_ON, CTI_EV_CALLER_ID,
                                 CTI_EV_FAX_TONE};
    maker *m = a_call();
    pair(m, 2100.0, 0.0, 12000, -12.0); /* a fax answers */
    maker_silence(m, 1600);
    m->noise = -40.0;
    maker_noise(m);
    heard all, one;
    cti_ear *ear = new_ear(1, CTI_EAR_ALL);
    hear(ear, m->pcm, m->n, m->n, 160, 16, &all);
    free(ear);
    CHECK_EQ(count(&all, CTI_EV_FAX_TONE, CTI_FAX_CED), 1);
    for (int d = 0; d < 5; d++) {
        ear = new_ear(1, 1 << d);
        hear(ear, m->pcm, m->n, m->n, 160, 16, &one);
        free(ear);
        int next = 0;
        for (int i = 0; i < all.n; i++) {
            int own = all.ev[i].kind == kinds[d] || (d < 3 && all.ev[i].kind == kinds[d] + 1);
            if (own) {
                CHECK(next < one.n && memcmp(&one.ev[next], &all.ev[i], sizeof(cti_event)) == 0);
                next++;
            }
        }
        CHECK_EQ(next, one.n);
    }
}

/* One receiver may serve both: whenever either is switched off and on again, digits and caller IDs of
 * digits are what each alone would have reported, switched at the same times. */
static void digits_and_caller_id_are_switched_without_a_trace_in_the_other(void) {
    enum { BOTH = CTI_EAR_DTMF | CTI_EAR_CALLER_ID, STAGES = 7, STAGE = 6850 };
    static const int masks[STAGES] = {BOTH, CTI_EAR_CALLER_ID, BOTH, CTI_EAR_DTMF, BOTH, 0, BOTH};
    static const struct {
        double low, high;
    } message[] = {{697, 1633}, {770, 1336}, {697, 1336}, {852, 1209}, {941, 1336}, {852, 1633}}; /* A5270C */
    maker *m = maker_new(CTI_FSK_BELL202);
    for (int i = 0; m->n < STAGES * STAGE; i++) { /* also across the switching */
        pair(m, message[i % 6].low, message[i % 6].high, 400, -12.0);
        maker_silence(m, i % 6 == 5 ? 800 : 400);
    }
    m->noise = -40.0;
    maker_noise(m);
    heard h[3]; /* with both, of DTMF alone, of caller ID alone */
    for (int k = 0; k < 3; k++) {
        static const int only[3] = {BOTH, CTI_EAR_DTMF, CTI_EAR_CALLER_ID};
        cti_ear *ear = new_ear(1, 0);
        int total = 0;
        for (int stage = 0; stage < STAGES; stage++) {
            heard some;
            CHECK_EQ(cti_ear_listen(ear, 0, masks[stage] & only[k]), 0);
            hear(ear, m->pcm + stage * STAGE, m->n, STAGE, 160, 16, &some);
            memcpy(h[k].ev + total, some.ev, (size_t)some.n * sizeof(cti_event));
            total += some.n;
        }
        h[k].n = total;
        free(ear);
    }
    CHECK(count(&h[1], CTI_EV_DIGIT_DOWN, '5') >= 5);
    CHECK(count(&h[2], CTI_EV_CALLER_ID, CTI_CID_DTMF) >= 3);
    CHECK_EQ(h[0].n, h[1].n + h[2].n);
    int next[3] = {0, 0, 0};
    for (int i = 0; i < h[0].n; i++) {
        int k = h[0].ev[i].kind == CTI_EV_CALLER_ID ? 2 : 1;
        CHECK(next[k] < h[k].n && memcmp(&h[0].ev[i], &h[k].ev[next[k]], sizeof(cti_event)) == 0);
        next[k]++;
    }
}

static void ports_are_heard_side_by_side_in_order(void) {
    enum { PORTS = 3, N = 16000 };
    static int16_t pcm[PORTS * N];
    maker *m = maker_new(CTI_FSK_BELL202);
    maker_silence(m, 4000);
    pair(m, 770.0, 1336.0, 640, -10.0);
    maker_silence(m, N - m->n);
    for (int p = 0; p < PORTS; p++) {
        for (int i = 0; i < N; i++) {
            pcm[p * N + i] = p == 1 ? 0 : m->pcm[i];
        }
    }
    cti_ear *ear = new_ear(PORTS, CTI_EAR_DTMF);
    heard h;
    hear(ear, pcm, N, N, 160, 16, &h);
    CHECK_EQ(h.n, 4);
    CHECK(h.n == 4 && h.ev[0].port == 0 && h.ev[1].port == 2 && h.ev[0].at == h.ev[1].at);
    CHECK(h.n == 4 && h.ev[0].kind == CTI_EV_DIGIT_DOWN && h.ev[1].kind == CTI_EV_DIGIT_DOWN);
    CHECK(h.n == 4 && h.ev[2].kind == CTI_EV_DIGIT_UP && h.ev[2].length > 560 && h.ev[2].length < 720);
    free(ear);
}

/* Each port a digit, an alerting tone and a fax tone, at other times and levels, in noise. */
static void a_bank_of_64_hears_what_each_port_alone_would(void) {
    enum { PORTS = 64, N = 12000 };
    static int16_t pcm[PORTS * N];
    for (int p = 0; p < PORTS; p++) {
        maker *m = maker_new(CTI_FSK_BELL202);
        maker_silence(m, 500 + 23 * p);
        pair(m, 852.0, 1477.0, 560, -8.0 - 0.3 * p); /* 9 */
        maker_silence(m, 800);
        pair(m, 2130.0, 2750.0, 720, -20.0 - 0.1 * p);
        maker_silence(m, 900);
        pair(m, 1100.0, 0.0, 4000, -15.0);
        maker_silence(m, N - m->n);
        m->noise = -50.0 - 0.2 * p;
        maker_noise(m);
        memcpy(pcm + p * N, m->pcm, N * sizeof *pcm);
    }
    heard all, one;
    cti_ear *ear = new_ear(PORTS, CTI_EAR_ALL);
    static cti_event ev[64 * EVENTS];
    int n = 0, next = 0;
    for (int i = 0; i < N; i += 160)
        n += cti_ear_run(ear, pcm + i, N, 160, ev + n, EVENTS);
    free(ear);
    for (int p = 0; p < PORTS; p++) {
        ear = new_ear(1, CTI_EAR_ALL);
        hear(ear, pcm + p * N, N, N, 160, 16, &one);
        free(ear);
        CHECK(one.n >= 3);
        all.n = 0;
        for (int i = 0; i < n && all.n < EVENTS; i++)
            if (ev[i].port == p) {
                all.ev[all.n] = ev[i];
                all.ev[all.n++].port = 0;
            }
        CHECK(all.n == one.n && memcmp(all.ev, one.ev, (size_t)one.n * sizeof(cti_event)) == 0);
        next += one.n;
    }
    CHECK_EQ(next, n);
}

static void a_detector_switched_on_later_keeps_the_ears_time(void) {
    maker *m = maker_new(CTI_FSK_BELL202);
    maker_silence(m, 12345);
    pair(m, 770.0, 1336.0, 640, -10.0);
    maker_silence(m, 2000);
    cti_ear *ear = new_ear(1, 0);
    heard h;
    hear(ear, m->pcm, m->n, 10000, 160, 16, &h);
    CHECK_EQ(h.n, 0);
    CHECK_EQ(cti_ear_listen(ear, 0, CTI_EAR_DTMF), 0);
    hear(ear, m->pcm + 10000, m->n, m->n - 10000, 160, 16, &h);
    CHECK_EQ(h.n, 2);
    CHECK_NEAR(h.ev[0].start, 12345, 80);
    free(ear);
}

/* Caller ID switched off and on between calls (the detector starts afresh): messages are numbered on,
 * and an earlier one is gone, never taken for a later. */
static void messages_are_numbered_on_when_caller_id_is_switched_off_and_on(void) {
    uint8_t got[258];
    maker *m = a_call();
    cti_ear *ear = new_ear(1, CTI_EAR_CALLER_ID);
    for (int call = 1; call <= 3; call++) {
        heard h;
        hear(ear, m->pcm, m->n, m->n, 160, 16, &h);
        CHECK_EQ(h.n, 1);
        CHECK_EQ(h.ev[0].ref, call);
        CHECK(cti_ear_message(ear, 0, call, got, 258) > 0);
        CHECK_EQ(cti_ear_listen(ear, 0, 0), 0);
        CHECK_EQ(cti_ear_listen(ear, 0, CTI_EAR_CALLER_ID), 0);
        CHECK_EQ(cti_ear_message(ear, 0, call, got, 258), CTI_ERR_GONE);
    }
    free(ear);
}

static void a_country_changes_what_is_busy(void) {
    /* 450 Hz, 350 ms on and off: busy in China, by frequency and cadence. */
    maker *m = maker_new(CTI_FSK_BELL202);
    maker_silence(m, 1000);
    for (int i = 0; i < 5; i++) {
        pair(m, 450.0, 450.0, 2800, -16.0);
        maker_silence(m, 2800);
    }
    maker_silence(m, 4000);
    cti_progress_config cfg;
    cti_progress_defaults(&cfg);
    cfg.tones = 1;
    memset(&cfg.tone[0], 0, sizeof cfg.tone[0]);
    cfg.tone[0].tone = CTI_TONE_BUSY;
    cfg.tone[0].hz[0] = 450.0f;
    cfg.tone[0].steps = 2;
    cfg.tone[0].ms[0] = cfg.tone[0].ms[1] = 350;
    cfg.tone[0].cycles = 2;
    heard h;
    cti_ear *ear = new_ear(1, CTI_EAR_PROGRESS);
    CHECK_EQ(cti_ear_progress(ear, -1, &cfg), 0);
    hear(ear, m->pcm, m->n, m->n, 160, 16, &h);
    CHECK_EQ(count(&h, CTI_EV_TONE_ON, CTI_TONE_BUSY), 1);
    cfg.tone[0].hz[0] = 620.0f;
    CHECK_EQ(cti_ear_progress(ear, 0, &cfg), 0);
    hear(ear, m->pcm, m->n, m->n, 160, 16, &h);
    CHECK_EQ(count(&h, CTI_EV_TONE_ON, CTI_TONE_BUSY), 0);
    cfg.tones = 99;
    CHECK_EQ(cti_ear_progress(ear, -1, &cfg), CTI_ERR_ARG);
    free(ear);
}

static void wrong_arguments_are_refused(void) {
    cti_ear *ear = new_ear(2, 0);
    int16_t x = 0;
    cti_event ev;
    CHECK_EQ(cti_ear_size(0), 0);
    CHECK_EQ(cti_ear_size(100000), 0);
    CHECK_EQ(cti_ear_init(ear, 10, 2), CTI_ERR_SIZE);
    CHECK_EQ(cti_ear_listen(ear, 2, CTI_EAR_ALL), CTI_ERR_ARG);
    CHECK_EQ(cti_ear_listen(ear, 0, 1 << 10), CTI_ERR_ARG);
    CHECK_EQ(cti_ear_run(ear, NULL, 0, 1, &ev, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_ear_run(ear, &x, 0, -1, &ev, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_ear_message(ear, 0, 1, (uint8_t *)&x, 2), CTI_ERR_GONE);
    free(ear);
}

/* Nobody takes events: what has no room is counted, not written anywhere. */
static void a_caller_without_room_learns_how_many_were_lost(void) {
    maker *m = maker_new(CTI_FSK_BELL202);
    pair(m, 770.0, 1336.0, 400, -10.0);
    maker_silence(m, 400);
    cti_ear *ear = new_ear(1, CTI_EAR_DTMF);
    for (int i = 0; i < 300; i++) {
        CHECK_EQ(cti_ear_run(ear, m->pcm, m->n, m->n, NULL, 0), 0);
    }
    static cti_event ev[1024];
    int n = cti_ear_run(ear, NULL, 0, 0, ev, 1024);
    CHECK(n > 256 && n < 400);
    CHECK_EQ(ev[n - 1].kind, CTI_EV_EVENTS_LOST);
    CHECK_EQ(ev[n - 1].value + n - 1, 600);
    CHECK_EQ(cti_ear_run(ear, NULL, 0, 0, ev, 1024), 0);
    free(ear);
}

int main(void) {
    RUN(a_call_is_heard_by_all_detectors);
    RUN(blocks_of_any_size_give_the_same_events);
    RUN(a_detector_says_the_same_whatever_else_is_on);
    RUN(digits_and_caller_id_are_switched_without_a_trace_in_the_other);
    RUN(ports_are_heard_side_by_side_in_order);
    RUN(a_bank_of_64_hears_what_each_port_alone_would);
    RUN(a_detector_switched_on_later_keeps_the_ears_time);
    RUN(messages_are_numbered_on_when_caller_id_is_switched_off_and_on);
    RUN(a_country_changes_what_is_busy);
    RUN(wrong_arguments_are_refused);
    RUN(a_caller_without_room_learns_how_many_were_lost);
    CHECK_END();
}
