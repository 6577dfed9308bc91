#include <math.h>
#include <string.h>

#include "check.h"
#include "cti/conference.h"
#include "cti/engine.h"
#include "cti/error.h"
#include "fake_board.h"
#include "heap_count.h"

enum { UNITY = 4096, BLOCK = 160, STEP = 40 /* samples of a change: 5 ms */ };

static fake_board board;
static cti_event ev[256];

static cti_engine *engine_of(int ports) {
    cti_engine_config cfg;
    cti_engine_defaults(&cfg);
    cfg.ports = ports;
    cfg.record_seconds = 2;
    cfg.commands = 64;
    cfg.events = 256;
    cfg.bridges = 2;
    size_t size = cti_engine_size(&cfg);
    cti_engine *e = malloc(size);
    CHECK_EQ(cti_engine_init(e, size, &cfg), CTI_OK);
    cti_board native = fake_native(&board, ports);
    CHECK_EQ(cti_engine_add_board(e, &native), 0);
    return e;
}

static cti_command join_command(int port, int bridge, int role) {
    cti_command c = {.kind = CTI_CMD_JOIN, .port = port, .ref = bridge, .what = role, .value = -1};
    c.item.gain_q12 = UNITY;
    return c;
}

static void post(cti_engine *e, cti_command c) {
    CHECK_EQ(cti_engine_post(e, &c, 1), CTI_OK);
}

static void join(cti_engine *e, int port, int bridge, int role) {
    post(e, join_command(port, bridge, role));
}

static void whisper(cti_engine *e, int port, int bridge, int to) {
    cti_command c = join_command(port, bridge, CTI_ROLE_WHISPER);
    c.value = to;
    post(e, c);
}

static void leave(cti_engine *e, int port) {
    post(e, (cti_command){.kind = CTI_CMD_LEAVE, .port = port});
}

static void ticks(cti_engine *e, int n) {
    for (int i = 0; i < n; i++)
        cti_engine_tick(e);
}

/* What was told of bridges since it was last asked: how many, the last of a port in *role. */
static int told(cti_engine *e, int port, int *role) {
    int n = cti_engine_events(e, ev, 256), count = 0;
    for (int i = 0; i < n; i++)
        if (ev[i].kind == CTI_EV_BRIDGED && ev[i].port == port) {
            *role = ev[i].value;
            count++;
        }
    return count;
}

static int32_t sum_is(const int16_t *sent, int value) {
    for (int i = 0; i < BLOCK; i++)
        if (sent[i] != value)
            return 0;
    return 1;
}

static void test_two_parties_hear_each_other_bit_for_bit_one_tick_later(void) {
    cti_engine *e = engine_of(2);
    static int16_t said[2][8 * BLOCK];
    for (int i = 0; i < 8 * BLOCK; i++) { /* anything that does not repeat */
        said[0][i] = (int16_t)(i * 7919 % 20011 - 10000);
        said[1][i] = (int16_t)(i * 6101 % 3001 - 1500);
    }
    join(e, 0, 0, CTI_ROLE_TALK);
    join(e, 1, 0, CTI_ROLE_TALK);
    ticks(e, 2);
    for (int p = 0; p < 2; p++) {
        board.line[p] = said[p];
        board.line_left[p] = 8 * BLOCK;
    }
    for (int t = 0; t < 8; t++) {
        ticks(e, 1);
        for (int p = 0; p < 2; p++) {
            const int16_t *other = t == 0 ? NULL : said[1 - p] + (t - 1) * BLOCK;
            for (int i = 0; i < BLOCK; i++)
                CHECK_EQ(board.sent[p][i], other ? other[i] : 0);
        }
    }
    free(e);
}

static void test_of_three_each_hears_the_others_and_not_itself(void) {
    cti_engine *e = engine_of(4);
    for (int p = 0; p < 4; p++)
        board.give[p] = (int16_t)(100 << p);
    for (int p = 0; p < 3; p++)
        join(e, p, 1, CTI_ROLE_TALK);
    ticks(e, 4);
    CHECK(sum_is(board.sent[0], 600));
    CHECK(sum_is(board.sent[1], 500));
    CHECK(sum_is(board.sent[2], 300));
    CHECK(sum_is(board.sent[3], 0));
    free(e);
}

static void test_joining_and_leaving_take_5_ms_and_do_not_click(void) {
    cti_engine *e = engine_of(2);
    board.give[0] = 8000;
    ticks(e, 2);
    join(e, 0, 0, CTI_ROLE_TALK);
    join(e, 1, 0, CTI_ROLE_TALK);
    int most = 0, last = 0;
    for (int t = 0; t < 6; t++) {
        if (t == 3)
            leave(e, 0);
        ticks(e, 1);
        for (int i = 0; i < BLOCK; i++) {
            int jump = board.sent[1][i] - last;
            most = jump > most ? jump : -jump > most ? -jump : most;
            last = board.sent[1][i];
        }
        if (t == 2)
            CHECK(sum_is(board.sent[1], 8000));
    }
    CHECK(last == 0);
    CHECK(most > 0 && most <= 2 * 8000 / STEP + 1); /* both ramps, the talker's and the hearer's, at once */
    free(e);
}

/* A tone of 300 Hz runs through everything that may happen to its talker and to who hears it: no step between
 * samples is larger than the tone's own and what two ramps of 5 ms at once make of its peak. A tone cut off
 * at its peak would make four times the tone's own. */
static void test_no_change_of_a_tone_that_goes_on_is_a_click(void) {
    enum { TICKS = 40, PEAK = 9000 };
    const double pi = 3.14159265358979323846;
    cti_engine *e = engine_of(2);
    static int16_t tone[TICKS * BLOCK];
    for (int i = 0; i < TICKS * BLOCK; i++)
        tone[i] = (int16_t)lround(PEAK * sin(2 * pi * 300 * i / 8000));
    int own = (int)ceil(2 * PEAK * sin(pi * 300 / 8000)) + 1, most = 0, last = 0, heard = 0;
    board.line[0] = tone;
    board.line_left[0] = TICKS * BLOCK;
    join(e, 1, 0, CTI_ROLE_TALK);
    for (int t = 0; t < TICKS; t++) {
        switch (t % 8) {
        case 0:
            join(e, 0, t / 8 % 2, CTI_ROLE_TALK); /* each second time a bridge where the hearer is not */
            break;
        case 2:
            join(e, 0, 0, CTI_ROLE_MUTED);
            break;
        case 3:
            whisper(e, 0, 0, 1);
            break;
        case 5:
            leave(e, t % 16 < 8 ? 0 : 1);
            break;
        case 7:
            join(e, 1, 0, CTI_ROLE_LISTEN);
            break;
        default:
            break;
        }
        ticks(e, 1);
        for (int i = 0; i < BLOCK; i++) {
            int jump = abs(board.sent[1][i] - last);
            most = jump > most ? jump : most;
            last = board.sent[1][i];
            heard = abs(last) > heard ? abs(last) : heard;
        }
    }
    CHECK(heard >= PEAK - 1);
    CHECK(most >= own / 2 && most <= own + 2 * PEAK / STEP);
    free(e);
}

static void test_roles_are_heard_and_hear_as_the_conference_says(void) {
    cti_engine *e = engine_of(4);
    for (int p = 0; p < 4; p++)
        board.give[p] = (int16_t)(100 << p);
    join(e, 0, 0, CTI_ROLE_TALK);
    join(e, 1, 0, CTI_ROLE_MUTED);
    join(e, 2, 0, CTI_ROLE_LISTEN);
    ticks(e, 1);
    whisper(e, 3, 0, 0);
    ticks(e, 4);
    CHECK(sum_is(board.sent[0], 800));
    CHECK(sum_is(board.sent[1], 100));
    CHECK(sum_is(board.sent[2], 100));
    CHECK(sum_is(board.sent[3], 100));
    join(e, 1, 0, CTI_ROLE_TALK);
    ticks(e, 4);
    CHECK(sum_is(board.sent[0], 1000));
    CHECK(sum_is(board.sent[2], 300));
    free(e);
}

static void test_a_whisper_to_a_party_that_leaves_reaches_nobody_who_comes_after(void) {
    cti_engine *e = engine_of(4);
    for (int p = 0; p < 4; p++)
        board.give[p] = (int16_t)(100 << p);
    join(e, 0, 0, CTI_ROLE_TALK);
    join(e, 1, 0, CTI_ROLE_TALK);
    ticks(e, 1);
    whisper(e, 3, 0, 0);
    ticks(e, 4);
    CHECK(sum_is(board.sent[0], 1000));
    int role = -1;
    told(e, 3, &role);
    leave(e, 0);
    ticks(e, 1);
    CHECK_EQ(told(e, 3, &role), 1);
    CHECK_EQ(role, CTI_ROLE_LISTEN);
    join(e, 2, 0, CTI_ROLE_TALK); /* in the place that is free now */
    ticks(e, 4);
    CHECK(sum_is(board.sent[2], 200));
    CHECK(sum_is(board.sent[3], 600));
    free(e);
}

static void test_a_bridge_of_sixteen_refuses_the_seventeenth_and_tells_so(void) {
    cti_engine_config cfg;
    cti_engine_defaults(&cfg);
    cfg.ports = 17;
    cfg.boards = 2;
    size_t size = cti_engine_size(&cfg);
    cti_engine *e = malloc(size);
    CHECK_EQ(cti_engine_init(e, size, &cfg), CTI_OK);
    static fake_board first, second;
    cti_board native = fake_native(&first, 16), one = fake_native(&second, 1);
    CHECK_EQ(cti_engine_add_board(e, &native), 0);
    CHECK_EQ(cti_engine_add_board(e, &one), 16);
    for (int p = 0; p < 17; p++)
        join(e, p, 0, CTI_ROLE_TALK);
    ticks(e, 1);
    int role = -1;
    CHECK_EQ(told(e, 16, &role), 1);
    CHECK_EQ(role, CTI_ROLE_AWAY);
    cti_engine_stats stats;
    CHECK_EQ(cti_engine_stats_get(e, &stats), CTI_OK);
    CHECK_EQ(stats.commands_refused, 1);
    leave(e, 3);
    ticks(e, 1);
    join(e, 16, 0, CTI_ROLE_TALK);
    first.give[0] = 700;
    ticks(e, 3);
    CHECK(sum_is(second.sent[0], 700));
    free(e);
}

static void test_orders_that_make_no_sense_are_refused(void) {
    cti_engine *e = engine_of(2);
    const cti_command bad[] = {
        join_command(0, 2, CTI_ROLE_TALK), join_command(0, -1, CTI_ROLE_TALK),
        join_command(0, 0, CTI_ROLE_AWAY), join_command(0, 0, CTI_ROLE_WHISPER + 1),
        join_command(2, 0, CTI_ROLE_TALK),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_EQ(cti_engine_post(e, &bad[i], 1), CTI_ERR_ARG);
    cti_command loud = join_command(0, 0, CTI_ROLE_TALK);
    loud.item.gain_q12 = 65536;
    CHECK_EQ(cti_engine_post(e, &loud, 1), CTI_ERR_ARG);
    int role = -1;
    whisper(e, 0, 0, 1); /* who is not there */
    ticks(e, 1);
    CHECK_EQ(told(e, 0, &role), 1);
    CHECK_EQ(role, CTI_ROLE_AWAY);
    join(e, 0, 0, CTI_ROLE_MUTED);
    whisper(e, 0, 0, 1); /* and what it was it stays */
    ticks(e, 1);
    CHECK_EQ(told(e, 0, &role), 2);
    CHECK_EQ(role, CTI_ROLE_MUTED);
    leave(e, 1); /* of nothing: nothing to tell */
    ticks(e, 1);
    CHECK_EQ(told(e, 1, &role), 0);
    free(e);
}

static void test_a_line_that_is_released_is_off_its_bridge_in_that_tick(void) {
    cti_engine *e = engine_of(2);
    board.give[0] = 3000;
    join(e, 0, 0, CTI_ROLE_TALK);
    join(e, 1, 0, CTI_ROLE_TALK);
    ticks(e, 3);
    int role = -1;
    told(e, 0, &role);
    CHECK_EQ(role, CTI_ROLE_TALK);
    post(e, (cti_command){.kind = CTI_CMD_LINE, .port = 0, .what = CTI_LINE_HOOK, .value = 0});
    ticks(e, 1);
    CHECK_EQ(told(e, 0, &role), 1);
    CHECK_EQ(role, CTI_ROLE_AWAY);
    ticks(e, 2);
    CHECK(sum_is(board.sent[1], 0));
    free(e);
}

static void test_a_telephone_that_hangs_up_is_off_its_bridge_in_that_tick(void) {
    cti_engine *e = engine_of(2);
    join(e, 0, 0, CTI_ROLE_TALK);
    join(e, 1, 0, CTI_ROLE_TALK);
    ticks(e, 1);
    board.next[board.events++] = (cti_event){.at = -1, .port = 1, .kind = CTI_EV_HOOK, .value = 1};
    ticks(e, 1);
    int role = -1;
    CHECK_EQ(told(e, 1, &role), 1);
    CHECK_EQ(role, CTI_ROLE_TALK);
    board.next[board.events++] = (cti_event){.at = -1, .port = 1, .kind = CTI_EV_HOOK, .value = 0};
    ticks(e, 1);
    CHECK_EQ(told(e, 1, &role), 1);
    CHECK_EQ(role, CTI_ROLE_AWAY);
    free(e);
}

static void test_a_board_that_is_gone_keeps_its_places_silent(void) {
    cti_engine *e = engine_of(2);
    static fake_board other;
    free(e);
    cti_engine_config cfg;
    cti_engine_defaults(&cfg);
    cfg.ports = 2;
    cfg.boards = 2;
    size_t size = cti_engine_size(&cfg);
    e = malloc(size);
    CHECK_EQ(cti_engine_init(e, size, &cfg), CTI_OK);
    cti_board a = fake_native(&board, 1), b = fake_native(&other, 1);
    CHECK_EQ(cti_engine_add_board(e, &a), 0);
    CHECK_EQ(cti_engine_add_board(e, &b), 1);
    board.give[0] = 500;
    join(e, 0, 0, CTI_ROLE_TALK);
    join(e, 1, 0, CTI_ROLE_TALK);
    ticks(e, 3);
    CHECK(sum_is(other.sent[0], 500));
    board.gone = 1;
    ticks(e, 2);
    CHECK(sum_is(other.sent[0], 0));
    board.gone = 0;
    ticks(e, 2);
    CHECK(sum_is(other.sent[0], 500));
    free(e);
}

static void test_who_joins_another_bridge_leaves_the_first(void) {
    cti_engine *e = engine_of(3);
    for (int p = 0; p < 3; p++)
        board.give[p] = (int16_t)(100 << p);
    join(e, 0, 0, CTI_ROLE_TALK);
    join(e, 1, 0, CTI_ROLE_TALK);
    ticks(e, 3);
    CHECK(sum_is(board.sent[1], 100));
    join(e, 0, 1, CTI_ROLE_TALK);
    join(e, 2, 1, CTI_ROLE_TALK);
    ticks(e, 3);
    CHECK(sum_is(board.sent[1], 0));
    CHECK(sum_is(board.sent[0], 400));
    CHECK(sum_is(board.sent[2], 100));
    free(e);
}

static void test_a_prompt_is_heard_over_the_bridge_and_clips_at_the_most(void) {
    cti_engine *e = engine_of(2);
    static int16_t loud[4 * BLOCK];
    for (int i = 0; i < 4 * BLOCK; i++)
        loud[i] = i < 2 * BLOCK ? 1000 : 30000;
    board.give[0] = 20000;
    join(e, 0, 0, CTI_ROLE_TALK);
    join(e, 1, 0, CTI_ROLE_TALK);
    ticks(e, 3);
    cti_command play = {.kind = CTI_CMD_PLAY, .port = 1, .ref = 5};
    play.item = (cti_play_item){.pcm = loud, .samples = 4 * BLOCK, .ref = 5, .gain_q12 = UNITY};
    post(e, play);
    ticks(e, 2);
    CHECK(sum_is(board.sent[1], 21000));
    ticks(e, 2);
    CHECK(sum_is(board.sent[1], 32767));
    CHECK(sum_is(board.sent[0], 0));
    free(e);
}

static void test_a_recording_of_the_line_holds_the_bridge(void) {
    cti_engine *e = engine_of(2);
    board.give[0] = 300;
    board.give[1] = 70;
    join(e, 0, 0, CTI_ROLE_TALK);
    join(e, 1, 0, CTI_ROLE_TALK);
    ticks(e, 3);
    post(e, (cti_command){.kind = CTI_CMD_RECORD, .port = 1, .value = CTI_RECORD_BOTH, .ref = 9});
    ticks(e, 2);
    int16_t frames[2 * BLOCK];
    CHECK_EQ(cti_engine_read(e, 1, 0, frames, BLOCK), BLOCK);
    for (int i = 0; i < BLOCK; i++) {
        CHECK_EQ(frames[2 * i], 300);
        CHECK_EQ(frames[2 * i + 1], 70);
    }
    free(e);
}

static void test_a_bridged_tick_asks_for_no_memory(void) {
    cti_engine *e = engine_of(4);
    long before = heap_calls;
    for (int t = 0; t < 50; t++) {
        for (int p = 0; p < 4; p++)
            if (t % 5 == p)
                join(e, p, t % 2, t % 3 ? CTI_ROLE_TALK : CTI_ROLE_LISTEN);
        if (t % 7 == 0)
            leave(e, t % 4);
        ticks(e, 1);
    }
    CHECK_EQ(heap_calls - before, 0);
    free(e);
}

int main(void) {
    RUN(test_two_parties_hear_each_other_bit_for_bit_one_tick_later);
    RUN(test_of_three_each_hears_the_others_and_not_itself);
    RUN(test_joining_and_leaving_take_5_ms_and_do_not_click);
    RUN(test_no_change_of_a_tone_that_goes_on_is_a_click);
    RUN(test_roles_are_heard_and_hear_as_the_conference_says);
    RUN(test_a_whisper_to_a_party_that_leaves_reaches_nobody_who_comes_after);
    RUN(test_a_bridge_of_sixteen_refuses_the_seventeenth_and_tells_so);
    RUN(test_orders_that_make_no_sense_are_refused);
    RUN(test_a_line_that_is_released_is_off_its_bridge_in_that_tick);
    RUN(test_a_telephone_that_hangs_up_is_off_its_bridge_in_that_tick);
    RUN(test_a_board_that_is_gone_keeps_its_places_silent);
    RUN(test_who_joins_another_bridge_leaves_the_first);
    RUN(test_a_prompt_is_heard_over_the_bridge_and_clips_at_the_most);
    RUN(test_a_recording_of_the_line_holds_the_bridge);
    RUN(test_a_bridged_tick_asks_for_no_memory);
    CHECK_END();
}
