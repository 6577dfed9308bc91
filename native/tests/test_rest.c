/* Ports that rest: everything is heard and recorded as if they had not. An engine on a line plant, both ways.
 */

#include <string.h>

#include "check.h"
#include "cti/conference.h"
#include "cti/dtmf_tx.h"
#include "cti/ear.h"
#include "cti/engine.h"
#include "cti/error.h"
#include "cti/lineplant.h"
#include "fsk_maker.h"

enum { TICK = 160, SECOND = 8000, EVENTS = 512, PORTS = 2, MINUTES = 20 * 60 };

typedef struct station {
    cti_plant *plant;
    cti_engine *engine;
    cti_event event[EVENTS];
    int events;
    int64_t made; /* ticks */
    int16_t recorded[4 * SECOND];
    int frames;
} station;

static station *set_up(int may_rest, float noise_dbm0) {
    station *s = calloc(1, sizeof *s);
    cti_plant_config plant;
    cti_plant_defaults(&plant);
    plant.board_lines = PORTS;
    plant.phones = 1;
    plant.seed = 5;
    s->plant = malloc(cti_plant_size(&plant));
    CHECK_EQ(cti_plant_init(s->plant, cti_plant_size(&plant), &plant), CTI_OK);
    cti_plant_line_config line;
    cti_plant_line_defaults(&line);
    line.noise_dbm0 = noise_dbm0;
    for (int i = 0; i < PORTS; i++)
        CHECK_EQ(cti_plant_line(s->plant, i, &line), CTI_OK);
    cti_engine_config engine;
    cti_engine_defaults(&engine);
    engine.ports = PORTS;
    s->engine = malloc(cti_engine_size(&engine));
    CHECK_EQ(cti_engine_init(s->engine, cti_engine_size(&engine), &engine), CTI_OK);
    cti_board board;
    CHECK_EQ(cti_plant_board(s->plant, &board), CTI_OK);
    CHECK_EQ(cti_engine_add_board(s->engine, &board), 0);
    CHECK_EQ(cti_engine_rest(s->engine, may_rest), CTI_OK);
    for (int p = 0; p < PORTS; p++) {
        cti_command listen = {.kind = CTI_CMD_LISTEN, .port = p, .value = CTI_EAR_CALLER_ID};
        CHECK_EQ(cti_engine_echo_can(s->engine, p, 128), CTI_OK);
        CHECK_EQ(cti_engine_post(s->engine, &listen, 1), CTI_OK);
    }
    return s;
}

static void tear_down(station *s) {
    free(s->plant);
    free(s->engine);
    free(s);
}

static int64_t now_of(const station *s) {
    cti_engine_stats stats;
    CHECK_EQ(cti_engine_stats_get(s->engine, &stats), CTI_OK);
    return stats.now;
}

static void take(station *s) {
    s->events += cti_engine_events(s->engine, s->event + s->events, EVENTS - s->events);
    cti_event plant[64];
    while (cti_plant_events(s->plant, plant, 64) > 0)
        continue;
    int n = cti_engine_read(s->engine, 0, 0, s->recorded + s->frames, 4 * SECOND - s->frames);
    s->frames += n > 0 ? n : 0;
}

/* Until the sample count is `until`, in one go where nothing can happen. */
static void run(station *s, int64_t until) {
    while (now_of(s) < until) {
        if (cti_engine_idle(s->engine, (until - now_of(s)) / TICK) > 0)
            continue;
        (void)cti_engine_tick(s->engine);
        s->made++;
        take(s);
    }
}

static void order(station *s, int kind, int port, int what, int value) {
    cti_command c = {.kind = kind, .port = port, .what = what, .value = value, .ref = 9};
    CHECK_EQ(cti_engine_post(s->engine, &c, 1), CTI_OK);
}

static void plant_order(station *s, int kind, int line, int value, const int16_t *pcm, int samples) {
    cti_plant_command c = {.kind = kind, .line = line, .value = value, .ref = 3};
    c.item = (cti_play_item){.pcm = pcm, .samples = samples, .ref = 3, .gain_q12 = 4096};
    CHECK_EQ(cti_plant_post(s->plant, &c, 1), CTI_OK);
}

/* Digits by DTMF are caller ID too; by FSK, number 5551234. */
static const int16_t *burst(int fsk, int *n) {
    static int16_t digits[2 * SECOND];
    if (!fsk) {
        cti_dtmf_tx_config cfg;
        cti_dtmf_tx_defaults(&cfg);
        *n = cti_dtmf_tx_render(&cfg, "A5551234C", digits, 2 * SECOND);
        return digits;
    }
    uint8_t message[] = {0x04, 15,  '0', '3', '0', '2', '1', '0', '0',
                         '0',  '5', '5', '5', '1', '2', '3', '4', 0};
    int sum = 0;
    for (size_t i = 0; i + 1 < sizeof message; i++)
        sum += message[i];
    message[sizeof message - 1] = (uint8_t)(-sum);
    maker *m = maker_new(CTI_FSK_BELL202);
    maker_burst(m, message, sizeof message);
    *n = m->n;
    return m->pcm;
}

/* A long silence; a ring and caller ID; the answer, two seconds recorded; a shorter silence; caller ID
 * again, without a ring. */
static void scene(station *s, int fsk, int64_t silence) {
    int n;
    const int16_t *pcm = burst(fsk, &n);
    run(s, silence);
    plant_order(s, CTI_PLANT_RING, 0, 1, NULL, 0);
    run(s, silence + 2 * SECOND);
    plant_order(s, CTI_PLANT_RING, 0, 0, NULL, 0);
    run(s, silence + 2 * SECOND + SECOND / 2);
    plant_order(s, CTI_PLANT_EXCHANGE_PLAY, 0, 0, pcm, n);
    run(s, silence + 6 * SECOND);
    order(s, CTI_CMD_LINE, 0, CTI_LINE_HOOK, 1);
    order(s, CTI_CMD_LISTEN, 0, 0, CTI_EAR_ALL);
    order(s, CTI_CMD_RECORD, 0, 0, CTI_RECORD_BOTH);
    run(s, silence + 8 * SECOND);
    order(s, CTI_CMD_RECORD_STOP, 0, 0, 0);
    order(s, CTI_CMD_LINE, 0, CTI_LINE_HOOK, 0);
    order(s, CTI_CMD_LISTEN, 0, 0, CTI_EAR_CALLER_ID);
    run(s, silence + 29 * SECOND + 3 * TICK);
    plant_order(s, CTI_PLANT_EXCHANGE_PLAY, 0, 0, pcm, n);
    plant_order(s, CTI_PLANT_EXCHANGE_PLAY, 1, 0, pcm, n);
    run(s, silence + 34 * SECOND);
    order(s, CTI_CMD_LISTEN, 1, 0, CTI_EAR_DTMF);
    run(s, silence + 36 * SECOND);
}

static void compare(const station *a, const station *b) {
    CHECK(a->events >= 7);
    CHECK_EQ(a->events, b->events);
    for (int i = 0; i < a->events; i++) {
        cti_event of_a = a->event[i], of_b = b->event[i];
        CHECK_NEAR(of_a.level, of_b.level, 1e-5); /* DTMF's mixers stand elsewhere: the last bit */
        of_a.level = of_b.level = 0.0f;
        CHECK_EQ(memcmp(&of_a, &of_b, sizeof of_a), 0);
    }
    CHECK_EQ(a->frames, 2 * SECOND);
    CHECK_EQ(a->frames, b->frames);
    CHECK_EQ(memcmp(a->recorded, b->recorded, sizeof a->recorded), 0);
}

static int messages(const station *s) {
    int n = 0;
    for (int i = 0; i < s->events; i++)
        n += s->event[i].kind == CTI_EV_CALLER_ID;
    return n;
}

static void test_what_follows_a_rest_is_the_same_as_without_it(void) {
    /* Short of what is passed over, a sample's tick more, and long. */
    static const int64_t silences[] = {3 * SECOND, CTI_EAR_PERIOD + CTI_EAR_SETTLES + SECOND,
                                       MINUTES * SECOND};
    for (int fsk = 0; fsk < 2; fsk++)
        for (int i = 0; i < 3; i++) {
            station *rests = set_up(1, -65.0f), *works = set_up(0, -65.0f);
            scene(rests, fsk, silences[i]);
            scene(works, fsk, silences[i]);
            compare(works, rests);
            CHECK_EQ(messages(works), 3);
            CHECK_EQ(works->made * TICK, now_of(works));
            CHECK_EQ(now_of(rests), now_of(works));
            CHECK(rests->made < 22 * 50 + (silences[i] < 5 * SECOND ? 150 : 60));
            tear_down(rests);
            tear_down(works);
        }
}

static void test_a_line_with_noise_to_be_heard_never_rests(void) {
    station *s = set_up(1, -55.0f);
    run(s, 60 * SECOND);
    CHECK_EQ(s->made, 60 * 50);
    tear_down(s);
}

static void test_nothing_is_passed_over_while_a_command_waits_or_another_detector_listens(void) {
    station *s = set_up(1, -65.0f);
    run(s, 5 * SECOND);
    CHECK(cti_engine_idle(s->engine, 5) == 5);
    order(s, CTI_CMD_LISTEN, 1, 0, CTI_EAR_CALLER_ID | CTI_EAR_VOICE);
    CHECK_EQ(cti_engine_idle(s->engine, 5), 0);
    run(s, 10 * SECOND);
    CHECK(s->made > 5 * 50);
    order(s, CTI_CMD_LISTEN, 1, 0, CTI_EAR_CALLER_ID);
    int64_t before = s->made;
    run(s, 20 * SECOND);
    CHECK(s->made < before + 10);
    plant_order(s, CTI_PLANT_RING, 1, 1, NULL, 0);
    CHECK_EQ(cti_engine_idle(s->engine, 5), 0);
    tear_down(s);
}

static void test_a_party_of_a_bridge_does_not_rest_and_does_again_once_it_has_left(void) {
    station *s = set_up(1, -65.0f);
    run(s, 5 * SECOND);
    CHECK_EQ(cti_engine_idle(s->engine, 5), 5);
    cti_command join = {.kind = CTI_CMD_JOIN, .port = 1, .what = CTI_ROLE_LISTEN, .value = -1};
    CHECK_EQ(cti_engine_post(s->engine, &join, 1), CTI_OK);
    int64_t before = s->made;
    run(s, 25 * SECOND);
    CHECK_EQ(s->made - before, 20 * 50 - 5);
    order(s, CTI_CMD_LEAVE, 1, 0, 0);
    before = s->made;
    run(s, 45 * SECOND);
    CHECK(s->made - before < 2 * 50);
    tear_down(s);
}

static void test_what_the_ear_may_pass_over_leaves_it_time_to_settle(void) {
    cti_ear *ear = malloc(cti_ear_size(2));
    CHECK_EQ(cti_ear_init(ear, cti_ear_size(2), 2), CTI_OK);
    CHECK_EQ(cti_ear_listen(ear, 0, CTI_EAR_CALLER_ID), CTI_OK);
    CHECK_EQ(cti_ear_listen(ear, 1, CTI_EAR_VOICE), CTI_OK);
    CHECK_EQ(cti_ear_rest(ear, 1, 1), CTI_ERR_STATE);
    CHECK_EQ(cti_ear_rest(ear, 0, 1), CTI_OK);
    CHECK_EQ(cti_ear_idle(ear, 160), CTI_ERR_STATE); /* the other port listens */
    CHECK_EQ(cti_ear_listen(ear, 1, 0), CTI_OK);
    CHECK_EQ(cti_ear_idle(ear, CTI_EAR_PERIOD), CTI_OK);
    CHECK_EQ(cti_ear_may_pass(ear, 0), 0);
    CHECK_EQ(cti_ear_idle(ear, CTI_EAR_PERIOD + CTI_EAR_SETTLES - 160), CTI_OK);
    CHECK_EQ(cti_ear_may_pass(ear, 0), CTI_EAR_PERIOD);
    CHECK_EQ(cti_ear_pass_over(ear, 0, 2 * CTI_EAR_PERIOD), CTI_ERR_ARG);
    CHECK_EQ(cti_ear_pass_over(ear, 0, CTI_EAR_PERIOD), CTI_OK);
    CHECK_EQ(cti_ear_behind(ear, 0), CTI_EAR_PERIOD + CTI_EAR_SETTLES - 160);
    CHECK_EQ(cti_ear_rest(ear, 0, 0), CTI_ERR_STATE);
    CHECK_EQ(cti_ear_listen(ear, 0, 0), CTI_ERR_STATE);
    int16_t silence[TICK] = {0};
    while (cti_ear_behind(ear, 0) > 0)
        CHECK_EQ(cti_ear_make_up(ear, 0, silence, TICK), CTI_OK);
    CHECK_EQ(cti_ear_make_up(ear, 0, silence, TICK), CTI_ERR_ARG);
    CHECK_EQ(cti_ear_rest(ear, 0, 0), CTI_OK);
    CHECK_EQ(cti_ear_listen(ear, 0, 0), CTI_OK);
    free(ear);
}

int main(void) {
    RUN(test_what_follows_a_rest_is_the_same_as_without_it);
    RUN(test_a_line_with_noise_to_be_heard_never_rests);
    RUN(test_nothing_is_passed_over_while_a_command_waits_or_another_detector_listens);
    RUN(test_a_party_of_a_bridge_does_not_rest_and_does_again_once_it_has_left);
    RUN(test_what_the_ear_may_pass_over_leaves_it_time_to_settle);
    CHECK_END();
}
