#include <math.h>
#include <string.h>

#include "engine_stage.h"
#include "heap_count.h"

static void test_configuration_out_of_range_is_refused(void) {
    cti_engine_config cfg;
    cti_engine_defaults(&cfg);
    CHECK(cti_engine_size(&cfg) > 0);
    cfg.ports = 513;
    CHECK_EQ(cti_engine_size(&cfg), 0);
    cfg.ports = 0;
    CHECK_EQ(cti_engine_size(&cfg), 0);
    cfg.ports = 1;
    cfg.commands = 1000;
    CHECK_EQ(cti_engine_size(&cfg), 0);
    cti_engine *e = engine_of(2, 64);
    cti_board more = {.ports = 1, .exchange = fake_exchange, .control = fake_control};
    CHECK_EQ(cti_engine_add_board(e, &more), CTI_ERR_FULL);
    more.ports = 0;
    CHECK_EQ(cti_engine_add_board(e, &more), 2);
    cti_engine_tick(e);
    CHECK_EQ(cti_engine_add_board(e, &more), CTI_ERR_STATE);
    free(e);
}

static void test_commands_out_of_range_refuse_the_whole_batch(void) {
    cti_engine *e = engine_of(1, 64);
    cti_command batch[3] = {line_command(0, 1), line_command(1, 1), line_command(0, 1)};
    CHECK_EQ(cti_engine_post(e, batch, 3), CTI_ERR_ARG);
    batch[1] = (cti_command){.kind = 99};
    CHECK_EQ(cti_engine_post(e, batch, 3), CTI_ERR_ARG);
    batch[1] = record_command(0, 3, 1, 0);
    CHECK_EQ(cti_engine_post(e, batch, 3), CTI_ERR_ARG);
    cti_engine_tick(e);
    CHECK_EQ(board.controls, 0);
    free(e);
}

static void test_call_progress_tones_of_a_port_are_set_by_a_command(void) {
    cti_engine *e = engine_of(2, 64);
    static cti_progress_config cfg;
    cti_progress_defaults(&cfg);
    cfg.tones = 25; /* one more than there can be */
    cti_command set = {.kind = CTI_CMD_PROGRESS, .port = 1};
    CHECK_EQ(cti_engine_post(e, &set, 1), CTI_ERR_ARG);
    set.progress = &cfg;
    CHECK_EQ(cti_engine_post(e, &set, 1), CTI_ERR_ARG);
    memset(&cfg.tone, 0, sizeof cfg.tone);
    cfg.tones = 1;
    cfg.tone[0] = (cti_progress_tone){
        .tone = CTI_TONE_LEARNED, .hz = {520.0f}, .steps = 2, .ms = {170, 230}, .cycles = 3};
    post(e, set);
    static cti_progress_config none;
    none = cfg;
    none.tones = 0;
    post(e, (cti_command){.kind = CTI_CMD_PROGRESS, .port = 0, .progress = &none});
    post(e, (cti_command){.kind = CTI_CMD_LISTEN, .port = 0, .value = CTI_EAR_PROGRESS});
    post(e, (cti_command){.kind = CTI_CMD_LISTEN, .port = 1, .value = CTI_EAR_PROGRESS});
    static int16_t sound[16000];
    for (int i = 0; i < 16000; i++)
        sound[i] = i % 3200 < 1360 ? (int16_t)(6000.0 * sin(2.0 * 3.14159265358979 * 520.0 * i / 8000.0)) : 0;
    int heard = 0;
    for (int p = 0; p < 2; p++) { /* both ports hear it; only one knows it */
        board.line[p] = sound;
        board.line_left[p] = 16000;
    }
    for (int t = 0; t < 100; t++) {
        cti_engine_tick(e);
        for (int i = 0, n = cti_engine_events(e, ev, 256); i < n; i++)
            if (ev[i].kind == CTI_EV_TONE_ON) {
                heard++;
                CHECK_EQ(ev[i].port, 1);
                CHECK_EQ(ev[i].value, CTI_TONE_LEARNED);
                CHECK(ev[i].at <= 4 * 3200);
            }
    }
    CHECK_EQ(heard, 1);
    free(e);
}

static void test_batch_without_room_is_refused_whole_and_posts_take_effect_in_one_tick(void) {
    cti_engine *e = engine_of(1, 64);
    cti_command batch[64];
    for (int i = 0; i < 64; i++)
        batch[i] = line_command(0, i % 2);
    CHECK_EQ(cti_engine_post(e, batch, 40), CTI_OK);
    CHECK_EQ(cti_engine_post(e, batch, 25), CTI_ERR_FULL);
    cti_engine_tick(e);
    CHECK_EQ(board.controls, 40);
    CHECK_EQ(cti_engine_post(e, batch, 64), CTI_OK);
    cti_engine_tick(e);
    CHECK_EQ(board.controls, 104);
    free(e);
}

static void test_events_of_a_tick_are_ordered_by_time_port_and_kind(void) {
    cti_engine *e = engine_of(4, 256);
    static const int kind[] = {CTI_EV_POLARITY, CTI_EV_BATTERY, CTI_EV_RING_ON, CTI_EV_RING_OFF};
    for (int i = 0; i < 40; i++)
        board.next[i] =
            (cti_event){.at = (i * 37) % 160, .port = (i * 5) % 4, .kind = kind[(i * 3) % 4], .value = i};
    board.next[40] = (cti_event){.at = 0, .port = 1, .kind = CTI_EV_RING_ON, .value = 100};
    board.next[41] = (cti_event){.at = 0, .port = 1, .kind = CTI_EV_RING_ON, .value = 101};
    board.events = 42;
    CHECK_EQ(cti_engine_tick(e), 42);
    int n = cti_engine_events(e, ev, 256);
    CHECK_EQ(n, 42);
    for (int i = 1; i < n; i++) {
        const cti_event *a = &ev[i - 1], *b = &ev[i];
        int ordered = a->at != b->at       ? a->at < b->at
                      : a->port != b->port ? a->port < b->port
                                           : a->kind <= b->kind;
        CHECK(ordered);
        if (a->value == 101)
            CHECK(b->value != 100); /* those alike keep their order */
    }
    free(e);
}

static void test_events_a_board_has_no_right_to_are_dropped_and_counted(void) {
    cti_engine *e = engine_of(2, 64);
    board.next[0] = (cti_event){.port = 2, .kind = CTI_EV_RING_ON};
    board.next[1] = (cti_event){.port = -1, .kind = CTI_EV_RING_ON};
    board.next[2] = (cti_event){.port = 0, .kind = CTI_EV_PLAY_DONE};
    board.next[3] = (cti_event){.port = 1, .kind = CTI_EV_RING_ON, .at = 1 << 30};
    board.events = 4;
    cti_engine_tick(e);
    int n = cti_engine_events(e, ev, 256);
    CHECK_EQ(n, 2);
    CHECK_EQ(ev[0].kind, CTI_EV_EVENTS_LOST);
    CHECK_EQ(ev[0].value, 3);
    CHECK_EQ(ev[1].kind, CTI_EV_RING_ON);
    CHECK_EQ(ev[1].at, BLOCK); /* within the tick, whatever the board says */
    free(e);
}

static void test_ports_are_numbered_through_all_boards(void) {
    cti_engine_config cfg;
    cti_engine_defaults(&cfg);
    cfg.ports = 5;
    cfg.boards = 2;
    cfg.record_seconds = 1;
    cti_engine *e = malloc(cti_engine_size(&cfg));
    static fake_board one, two;
    cti_board a = fake_native(&one, 2), b = fake_native(&two, 3);
    CHECK_EQ(cti_engine_init(e, cti_engine_size(&cfg), &cfg), CTI_OK);
    CHECK_EQ(cti_engine_add_board(e, &a), 0);
    CHECK_EQ(cti_engine_add_board(e, &b), 2);
    post(e, line_command(4, 1));
    post(e, play_command(3, 1, flat, 1000, 0));
    two.give[2] = 77;
    cti_engine_tick(e);
    CHECK_EQ(one.controls, 0);
    CHECK_EQ(two.controls, 1);
    CHECK_EQ(two.sent[1][5], flat[5]);
    CHECK_EQ(two.sent[0][5], 0);
    CHECK_EQ(cti_engine_events(e, ev, 10), 1);
    CHECK_EQ(ev[0].port, 4);
    CHECK_EQ(ev[0].kind, CTI_EV_SEIZED);
    free(e);
}

static void test_board_that_fails_raises_alarms_once_and_clears_them_when_it_is_back(void) {
    cti_engine *e = engine_of(3, 64);
    board.give[1] = 500;
    post(e, record_command(1, 1, 1, 0));
    cti_engine_tick(e);
    board.gone = 1;
    for (int i = 0; i < 3; i++)
        cti_engine_tick(e);
    CHECK_EQ(cti_engine_events(e, ev, 256), 3);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(ev[i].kind, CTI_EV_ALARM);
        CHECK_EQ(ev[i].value, 1);
        CHECK_EQ(ev[i].port, i);
    }
    int16_t out[4 * BLOCK];
    CHECK_EQ(cti_engine_read(e, 1, 1, out, 4 * BLOCK), 4 * BLOCK);
    CHECK_EQ(out[BLOCK - 1], 500);
    CHECK_EQ(out[BLOCK], 0); /* silence, not the last thing heard over and over */
    post(e, line_command(0, 1));
    cti_engine_tick(e);
    cti_engine_stats stats;
    cti_engine_stats_get(e, &stats);
    CHECK_EQ(stats.commands_refused, 1);
    CHECK_EQ(board.controls, 0);
    board.gone = 0;
    for (int i = 0; i < 3; i++)
        cti_engine_tick(e);
    CHECK_EQ(cti_engine_events(e, ev, 256), 3);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(ev[i].kind, CTI_EV_ALARM);
        CHECK_EQ(ev[i].value, 0);
        CHECK_EQ(ev[i].port, i);
    }
    post(e, line_command(0, 1));
    cti_engine_tick(e);
    CHECK_EQ(board.controls, 1);
    CHECK_EQ(cti_engine_read(e, 1, 1, out, 4 * BLOCK), 4 * BLOCK);
    CHECK_EQ(out[4 * BLOCK - 1], 500); /* and heard again */
    free(e);
}

static void test_full_event_ring_counts_what_it_drops_and_says_so(void) {
    cti_engine *e = engine_of(1, 16);
    for (int i = 0; i < 10; i++) {
        board.next[0] = board.next[1] = board.next[2] = (cti_event){.kind = CTI_EV_RING_ON};
        board.events = 3;
        cti_engine_tick(e);
    }
    CHECK_EQ(cti_engine_events(e, ev, 256), 16);
    cti_engine_tick(e);
    CHECK_EQ(cti_engine_events(e, ev, 256), 1);
    CHECK_EQ(ev[0].kind, CTI_EV_EVENTS_LOST);
    CHECK_EQ(ev[0].value, 14);
    cti_engine_stats stats;
    cti_engine_stats_get(e, &stats);
    CHECK_EQ(stats.events_lost, 14);
    CHECK_EQ(stats.ticks, 11);
    CHECK_EQ(stats.now, 11 * BLOCK);
    free(e);
}

static void test_ticks_touch_no_heap(void) {
    cti_engine *e = engine_of(8, 256);
    static int16_t out[2 * 8000];
    cti_tone_spec beep = {.parts = 2, .loop_from = 0};
    beep.part[0] = (cti_tone_part){.hz = {425}, .level_dbm0 = -10, .samples = 100};
    beep.part[1] = (cti_tone_part){.samples = 100};
    board.echo = 1;
    heap_count_begin();
    for (int i = 0; i < 500; i++) {
        int port = i % 8;
        cti_command batch[5] = {line_command(port, i / 8 % 2),
                                {.kind = CTI_CMD_LISTEN, .port = port, .value = CTI_EAR_ALL},
                                play_command(port, i, flat, 300, 0xffff),
                                record_command(port, 0, i, 1),
                                play_command(port, i, NULL, 1000, 0)};
        batch[4].item.tone = &beep;
        cti_engine_post(e, batch, 5);
        cti_engine_tick(e);
        cti_engine_events(e, ev, 256);
        cti_engine_read(e, port, 0, out, 8000);
        if (i % 5 == 0)
            post(e, (cti_command){.kind = CTI_CMD_RECORD_STOP, .port = port, .ref = -1});
    }
    long calls = heap_calls;
    if (HEAP_COUNTED)
        CHECK_EQ(calls, 0);
    free(e);
    if (HEAP_COUNTED)
        CHECK(heap_calls > calls); /* the count does count */
}

static void run_script(cti_engine *e, cti_event *out, int *n, int16_t *sent) {
    *n = 0;
    for (int i = 0; i < 50; i++) {
        if (i == 3) {
            post(e, (cti_command){.kind = CTI_CMD_LISTEN, .value = CTI_EAR_ALL});
            post(e, play_command(0, 1, flat, 3333, 0));
        }
        if (i == 20)
            post(e, (cti_command){.kind = CTI_CMD_STOP, .ref = 1});
        cti_engine_tick(e);
        memcpy(sent + i * BLOCK, board.sent[0], sizeof board.sent[0]);
        *n += cti_engine_events(e, out + *n, 256 - *n);
    }
}

static void test_same_commands_give_the_same_bits(void) {
    static cti_event first[256], second[256];
    static int16_t a[50 * BLOCK], b[50 * BLOCK];
    int n, m;
    cti_engine *e = engine_of(1, 64);
    run_script(e, first, &n, a);
    free(e);
    e = engine_of(1, 64);
    run_script(e, second, &m, b);
    free(e);
    CHECK_EQ(n, m);
    CHECK(n > 0);
    CHECK(memcmp(first, second, (size_t)n * sizeof *first) == 0);
    CHECK(memcmp(a, b, sizeof a) == 0);
}

int main(void) {
    stage_fill();
    RUN(test_configuration_out_of_range_is_refused);
    RUN(test_commands_out_of_range_refuse_the_whole_batch);
    RUN(test_call_progress_tones_of_a_port_are_set_by_a_command);
    RUN(test_batch_without_room_is_refused_whole_and_posts_take_effect_in_one_tick);
    RUN(test_events_of_a_tick_are_ordered_by_time_port_and_kind);
    RUN(test_events_a_board_has_no_right_to_are_dropped_and_counted);
    RUN(test_ports_are_numbered_through_all_boards);
    RUN(test_board_that_fails_raises_alarms_once_and_clears_them_when_it_is_back);
    RUN(test_full_event_ring_counts_what_it_drops_and_says_so);
    RUN(test_ticks_touch_no_heap);
    RUN(test_same_commands_give_the_same_bits);
    CHECK_END();
}
