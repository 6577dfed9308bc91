/* A fax line that another thread drives: orders a tick late, answers whenever they are looked for. */
#include "cti/fax_driven.h"

#include "check.h"
#include "cti/error.h"
#include "signals.h"

enum { SENDS = 0, HEARS = 1, TICK = 160, MOST = 65536 };

typedef struct pair {
    cti_fax_driven *d[2];
    int16_t said[2][TICK];
    uint8_t data[MOST], frames[8][CTI_FAX_DRIVEN_PIECE];
    int octets, frame_count, lengths[8], sent, carriers, ends, samples;
} pair;

static cti_fax_driven *driven(void) {
    cti_fax_driven *d = malloc(cti_fax_driven_size());
    CHECK_EQ(cti_fax_driven_init(d, cti_fax_driven_size(), NULL), CTI_OK);
    return d;
}

static pair *pair_new(void) {
    pair *p = calloc(1, sizeof *p);
    p->d[SENDS] = driven();
    p->d[HEARS] = driven();
    return p;
}

static void pair_free(pair *p) {
    free(p->d[SENDS]);
    free(p->d[HEARS]);
    free(p);
}

static void look(pair *p) {
    cti_fax_driven_event ev;
    int16_t pcm[TICK];
    while (cti_fax_driven_events(p->d[SENDS], &ev, 1) == 1)
        p->sent += ev.line.kind == CTI_FAX_LINE_SENT;
    while (cti_fax_driven_events(p->d[HEARS], &ev, 1) == 1) {
        const cti_fax_modem_event *h = &ev.line.heard;
        if (ev.line.kind != CTI_FAX_LINE_HEARD)
            continue;
        p->carriers += h->kind == CTI_FAX_MODEM_CARRIER;
        p->ends += h->kind == CTI_FAX_MODEM_END;
        if (h->kind == CTI_FAX_MODEM_OCTETS && p->octets + h->length <= MOST) {
            memcpy(p->data + p->octets, h->octets, (size_t)h->length);
            p->octets += h->length;
        } else if (h->kind == CTI_FAX_MODEM_FRAME && p->frame_count < 8) {
            memcpy(p->frames[p->frame_count], h->octets, (size_t)h->length);
            p->lengths[p->frame_count++] = h->length;
        }
    }
    for (int n; (n = cti_fax_driven_heard(p->d[HEARS], pcm, TICK)) > 0;)
        p->samples += n;
}

/* Ticks; the driver looks every `late` of them. */
static void ticks(pair *p, int count, int late) {
    int16_t out[2][TICK];
    for (int i = 1; i <= count; i++) {
        for (int e = 0; e < 2; e++)
            CHECK_EQ(cti_fax_driven_run(p->d[e], p->said[!e], out[e], TICK), 1);
        memcpy(p->said, out, sizeof out);
        if (i % late == 0)
            look(p);
    }
}

static void listen(pair *p, int modem, int bit_rate) {
    cti_fax_turn turn = {.kind = CTI_FAX_TURN_LISTEN, .modem = modem, .bit_rate = bit_rate};
    CHECK_EQ(cti_fax_driven_turn(p->d[HEARS], &turn), CTI_OK);
}

static void say(pair *p, int kind, int modem, int bit_rate) {
    cti_fax_turn turn = {.kind = kind, .modem = modem, .bit_rate = bit_rate, .silence = 600};
    CHECK_EQ(cti_fax_driven_turn(p->d[SENDS], &turn), CTI_OK);
}

static void frames_that_are_given_at_once_come_one_after_the_other(void) {
    pair *p = pair_new();
    uint8_t long_one[CTI_HDLC_FRAME_MAX];
    for (int i = 0; i < CTI_HDLC_FRAME_MAX; i++)
        long_one[i] = (uint8_t)(i * 7);
    listen(p, CTI_FAX_MODEM_V21, 300);
    say(p, CTI_FAX_TURN_FRAMES, CTI_FAX_MODEM_V21, 300);
    CHECK_EQ(cti_fax_driven_frame(p->d[SENDS], (const uint8_t *)"\xff\x03\x40", 3), CTI_OK);
    CHECK_EQ(cti_fax_driven_frame(p->d[SENDS], long_one, 100), CTI_OK);
    CHECK_EQ(cti_fax_driven_end(p->d[SENDS]), CTI_OK);
    CHECK_EQ(cti_fax_driven_waiting(p->d[SENDS]), 103);
    ticks(p, 5 * 50, 1);
    CHECK_EQ(p->frame_count, 2);
    CHECK_EQ(p->lengths[0], 3);
    CHECK_EQ(p->lengths[1], 100);
    CHECK_EQ(memcmp(p->frames[1], long_one, 100), 0);
    CHECK_EQ(p->sent, 1);
    CHECK_EQ(p->ends, 1);
    CHECK_EQ(cti_fax_driven_waiting(p->d[SENDS]), 0);
    pair_free(p);
}

/* A driver that gives as much as there is room for, every `late` ticks. */
static void check_page(int late) {
    pair *p = pair_new();
    uint8_t page[9000];
    int given = 0, ended = 0;
    for (int i = 0; i < 9000; i++)
        page[i] = (uint8_t)(i * 31 + i / 251);
    listen(p, CTI_FAX_MODEM_V17, 14400);
    say(p, CTI_FAX_TURN_DATA, CTI_FAX_MODEM_V17, 14400);
    for (int i = 0; i < 12 * 50; i += late) {
        given += cti_fax_driven_put(p->d[SENDS], page + given, 9000 - given);
        CHECK(cti_fax_driven_waiting(p->d[SENDS]) <= CTI_FAX_DRIVEN_WAITING);
        if (given == 9000 && !ended)
            ended = cti_fax_driven_end(p->d[SENDS]) == CTI_OK;
        ticks(p, late, late);
    }
    CHECK_EQ(p->sent, 1);
    CHECK_EQ(p->carriers, 1);
    CHECK(p->octets >= 9000);
    int at = 0;
    while (at + 9000 < p->octets && memcmp(p->data + at, page, 9000) != 0)
        at++;
    CHECK_EQ(memcmp(p->data + at, page, 9000), 0);
    CHECK_EQ(p->samples, 12 * 50 * TICK);
    pair_free(p);
}

static void a_page_comes_whole_though_its_driver_looks_only_every_half_second(void) {
    check_page(1);
    check_page(25);
}

static void a_turn_breaks_off_what_waits_and_nothing_of_the_one_before_is_told(void) {
    pair *p = pair_new();
    uint8_t octets[CTI_FAX_DRIVEN_WAITING] = {0};
    listen(p, CTI_FAX_MODEM_V17, 14400);
    say(p, CTI_FAX_TURN_DATA, CTI_FAX_MODEM_V17, 14400);
    CHECK_EQ(cti_fax_driven_put(p->d[SENDS], octets, sizeof octets), CTI_FAX_DRIVEN_WAITING);
    CHECK_EQ(cti_fax_driven_put(p->d[SENDS], octets, 1), 0);
    ticks(p, 2 * 50, 1000); /* nobody looks: the carrier is heard, and octets wait */
    listen(p, CTI_FAX_MODEM_V21, 300);
    say(p, CTI_FAX_TURN_FRAMES, CTI_FAX_MODEM_V21, 300);
    CHECK_EQ(cti_fax_driven_waiting(p->d[SENDS]), 0);
    look(p);
    CHECK_EQ(p->carriers + p->octets + p->sent, 0);
    CHECK_EQ(cti_fax_driven_frame(p->d[SENDS], (const uint8_t *)"\xff\x13\x80", 3), CTI_OK);
    CHECK_EQ(cti_fax_driven_end(p->d[SENDS]), CTI_OK);
    ticks(p, 3 * 50, 1);
    CHECK_EQ(p->frame_count, 1);
    CHECK_EQ(p->octets, 0);
    CHECK_EQ(p->sent, 1);
    pair_free(p);
}

static void who_is_late_for_seconds_loses_what_came_and_nothing_of_what_follows(void) {
    pair *p = pair_new();
    uint8_t octets[256] = {0};
    listen(p, CTI_FAX_MODEM_V29, 9600);
    say(p, CTI_FAX_TURN_DATA, CTI_FAX_MODEM_V29, 9600);
    for (int i = 0; i < 20 * 50; i++) {
        (void)cti_fax_driven_put(p->d[SENDS], octets, sizeof octets);
        ticks(p, 1, 2);
    }
    look(p);
    CHECK(p->octets > 1000 && p->octets < 9000);
    CHECK(p->samples > 0 && p->samples <= 8192);
    listen(p, CTI_FAX_MODEM_V21, 300);
    say(p, CTI_FAX_TURN_FRAMES, CTI_FAX_MODEM_V21, 300);
    CHECK_EQ(cti_fax_driven_frame(p->d[SENDS], (const uint8_t *)"\xff\x13\x80", 3), CTI_OK);
    CHECK_EQ(cti_fax_driven_end(p->d[SENDS]), CTI_OK);
    ticks(p, 3 * 50, 1);
    CHECK_EQ(p->frame_count, 1);
    pair_free(p);
}

static void what_cannot_be_is_refused_and_a_turn_of_no_line_is_over_at_once(void) {
    cti_fax_driven *d = malloc(cti_fax_driven_size());
    cti_fax_driven_event ev;
    cti_fax_line_config loud = {.level_dbm0 = 3.0f, .echo_ms = 60};
    int16_t rx[TICK] = {0}, tx[TICK];
    CHECK_EQ(cti_fax_driven_init(d, cti_fax_driven_size() - 1, NULL), CTI_ERR_SIZE);
    CHECK_EQ(cti_fax_driven_init(d, cti_fax_driven_size(), &loud), CTI_ERR_ARG);
    CHECK_EQ(cti_fax_driven_init(d, cti_fax_driven_size(), NULL), CTI_OK);
    CHECK_EQ(cti_fax_driven_frame(d, (const uint8_t *)"x", 0), CTI_ERR_ARG);
    CHECK_EQ(cti_fax_driven_put(d, NULL, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_fax_driven_run(d, rx, tx, -1), CTI_ERR_ARG);
    cti_fax_turn none = {.kind = 99};
    CHECK_EQ(cti_fax_driven_turn(d, &none), CTI_OK);
    CHECK_EQ(cti_fax_driven_run(d, rx, tx, TICK), 1);
    CHECK_EQ(cti_fax_driven_events(d, &ev, 1), 1);
    CHECK_EQ(ev.line.kind, CTI_FAX_LINE_SENT);
    cti_fax_turn turn = {.kind = CTI_FAX_TURN_LISTEN, .modem = CTI_FAX_MODEM_V21, .bit_rate = 300};
    int most = 0;
    while (most < 1000 && cti_fax_driven_turn(d, &turn) == CTI_OK)
        most++;
    CHECK(most >= 8 && most < 1000);
    CHECK_EQ(cti_fax_driven_turn(d, &turn), CTI_ERR_FULL);
    CHECK_EQ(cti_fax_driven_run(d, rx, tx, TICK), 1);
    CHECK_EQ(cti_fax_driven_turn(d, &turn), CTI_OK);
    free(d);
}

int main(void) {
    RUN(frames_that_are_given_at_once_come_one_after_the_other);
    RUN(a_page_comes_whole_though_its_driver_looks_only_every_half_second);
    RUN(a_turn_breaks_off_what_waits_and_nothing_of_the_one_before_is_told);
    RUN(who_is_late_for_seconds_loses_what_came_and_nothing_of_what_follows);
    RUN(what_cannot_be_is_refused_and_a_turn_of_no_line_is_over_at_once);
    CHECK_END();
}
