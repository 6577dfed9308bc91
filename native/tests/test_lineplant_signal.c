/* What a line tells and is told: ringing, caller ID, digits, tones, events, orders. */

#include "heap_count.h"

#include "cti/cid.h"
#include "cti/cid_rx.h"
#include "cti/dtmf_tx.h"
#include "cti/ear.h"
#include "cti/level.h"
#include "cti/tone_gen.h"
#include "plant_stage.h"

static void test_caller_id_is_heard_on_the_line_on_hook(void) {
    cti_plant_line_config line = clean();
    line.loss_db = 6;
    line.noise_dbm0 = -50;
    line.law = CTI_LAW_ULAW;
    set_up(&line);
    cti_cid_message m = {
        .type = CTI_CID_MDMF_CALL, .datetime = "11221030", .number = "5551234", .name = "ANN"};
    uint8_t bytes[258];
    int length = cti_cid_encode(&m, bytes, sizeof bytes);
    cti_cid_burst_config burst;
    cti_cid_burst_defaults(&burst);
    static int16_t pcm[2 * SECOND];
    int samples = cti_cid_burst(&burst, bytes, length, pcm, 2 * SECOND);
    CHECK(samples > 0);
    post(CTI_PLANT_CONNECT, BOARD, PHONE); /* through-connection alone must not be heard on hook */
    post(CTI_PLANT_PHONE_HOOK, PHONE, 1);
    play(CTI_PLANT_PHONE_PLAY, PHONE, sine(0, 700, SECOND), SECOND, NULL, 1);
    play(CTI_PLANT_EXCHANGE_PLAY, BOARD, pcm, samples, NULL, 2);
    run(SECOND);
    CHECK_NEAR(cti_level_of(on.rx[BOARD] + 400, 2400), burst.level_dbm0 - 6, 0.3);
    cti_cid_rx *rx = calloc(1, cti_cid_rx_size());
    CHECK_EQ(cti_cid_rx_init(rx, cti_cid_rx_size()), CTI_OK);
    cti_event ev[4];
    CHECK_EQ(cti_cid_rx_run(rx, on.rx[BOARD], SECOND, ev, 4), 1);
    uint8_t got[258];
    int n = cti_cid_rx_message(rx, ev[0].ref, got, sizeof got);
    cti_cid_message heard;
    CHECK_EQ(cti_cid_parse(got, n, &heard), CTI_OK);
    CHECK_EQ(strcmp(heard.number, "5551234"), 0);
    CHECK_EQ(strcmp(heard.name, "ANN"), 0);
    free(rx);
    tear_down();
}

static void test_a_telephone_on_hook_hears_what_the_exchange_sends(void) {
    cti_plant_line_config line = clean();
    set_up(&line);
    post(CTI_PLANT_PHONE_RECORD, PHONE, 1);
    play(CTI_PLANT_EXCHANGE_PLAY, PHONE, sine(-10, 1300, SECOND), SECOND, NULL, 1);
    run(SECOND);
    int n;
    const int16_t *heard = heard_by(PHONE, &n);
    CHECK_EQ(n, SECOND);
    CHECK_NEAR(cti_level_of(heard, n), -10, 0.05);
    tear_down();
}

static void test_ringing_reaches_the_board_and_is_tripped_by_the_seizure(void) {
    cti_plant_line_config line = clean();
    set_up(&line);
    post(CTI_PLANT_RING, BOARD, 1);
    run(TICK);
    CHECK_EQ(on.tolds, 1);
    CHECK_EQ(on.told[0].kind, CTI_EV_RING_ON);
    CHECK_EQ(on.told[0].at, 0);
    post(CTI_PLANT_RING, BOARD, 1); /* it rings already */
    run(TICK);
    CHECK_EQ(on.tolds, 0);
    board_hook(BOARD, 1);
    run(TICK);
    CHECK_EQ(on.tolds, 2);
    CHECK_EQ(on.told[0].kind, CTI_EV_RING_OFF);
    CHECK_EQ(on.told[1].kind, CTI_EV_SEIZED);
    CHECK_EQ(on.told[1].at, 2 * TICK);
    post(CTI_PLANT_RING, BOARD, 1); /* nobody rings a line that is off hook */
    run(TICK);
    CHECK_EQ(on.tolds, 0);
    board_hook(BOARD, 1); /* twice is once */
    board_hook(BOARD, 0);
    run(TICK);
    CHECK_EQ(on.tolds, 1);
    CHECK_EQ(on.told[0].kind, CTI_EV_RELEASED);
    post(CTI_PLANT_RING, BOARD2, 1);
    post(CTI_PLANT_BATTERY, BOARD2, 0);
    post(CTI_PLANT_RING, BOARD2, 1);
    post(CTI_PLANT_POLARITY, BOARD2, 1);
    run(TICK);
    static const int expected[] = {CTI_EV_RING_ON, CTI_EV_RING_OFF, CTI_EV_BATTERY, CTI_EV_POLARITY};
    CHECK_EQ(on.tolds, 4);
    for (int i = 0; i < 4; i++) {
        CHECK_EQ(on.told[i].kind, expected[i]);
        CHECK_EQ(on.told[i].port, BOARD2);
    }
    run(SECOND + TICK); /* it might have been a flash */
    cti_event last;
    CHECK_EQ(plant_events(CTI_EV_HOOK, BOARD, &last), 2);
    CHECK_EQ(last.value, 0);
    tear_down();
}

static void test_the_exchange_hears_digits_over_its_dial_tone_until_it_connects(void) {
    cti_plant_line_config line;
    cti_plant_line_defaults(&line);
    set_up(&line);
    cti_tone_spec dial = {.parts = 1, .loop_from = -1};
    dial.part[0] = (cti_tone_part){.hz = {350, 440}, .level_dbm0 = -13};
    static int16_t digits[SECOND];
    cti_dtmf_tx_config tx;
    cti_dtmf_tx_defaults(&tx);
    memset(digits, 0, sizeof digits);
    cti_dtmf_tx_render(&tx, "59", digits + 1000, SECOND - 1000);
    board_hook(BOARD, 1);
    play(CTI_PLANT_EXCHANGE_PLAY, BOARD, NULL, -1, &dial, 3);
    run(3 * TICK);
    int64_t begin = on.now;
    on.send[BOARD] = digits;
    run(SECOND);
    static cti_event ev[EVENTS];
    int n = cti_plant_events(on.plant, ev, EVENTS), found = 0;
    for (int i = 0; i < n; i++)
        if (ev[i].kind == CTI_EV_DIGIT_DOWN) {
            CHECK_EQ(ev[i].ref, 0);
            CHECK_EQ(ev[i].port, BOARD);
            CHECK_EQ(ev[i].value, found == 0 ? '5' : '9');
            CHECK_NEAR(ev[i].start, begin + 1000 + found * 1280, 24);
            CHECK(ev[i].at > ev[i].start && ev[i].at < ev[i].start + 640); /* known while it sounds */
            found++;
        }
    CHECK_EQ(found, 2);
    cti_event last;
    post(CTI_PLANT_PHONE_HOOK, PHONE, 1);
    post(CTI_PLANT_CONNECT, BOARD, PHONE);
    on.send[BOARD] = digits;
    run(SECOND);
    CHECK_EQ(plant_events(CTI_EV_DIGIT_DOWN, BOARD, &last), 0);
    post(CTI_PLANT_CONNECT, BOARD, -1);
    run(TICK);
    begin = on.now;
    on.send[BOARD] = digits;
    run(SECOND);
    CHECK_EQ(plant_events(CTI_EV_DIGIT_DOWN, BOARD, &last), 2);
    CHECK_NEAR(last.start, begin + 1000 + 1280, 24);
    CHECK(last.at > last.start && last.at < last.start + 640);
    tear_down();
}

static void test_the_telephone_hears_tones_by_the_definitions_given(void) {
    cti_plant_line_config line;
    cti_plant_line_defaults(&line);
    set_up(&line);
    cti_progress_config progress;
    cti_progress_defaults(&progress);
    progress.tones = 1;
    progress.tone[0] = (cti_progress_tone){
        .tone = CTI_TONE_DIAL, .hz = {425}, .steps = 4, .ms = {200, 200, 600, 1000}, .cycles = 1};
    CHECK_EQ(cti_plant_progress(on.plant, &progress), CTI_OK);
    cti_tone_spec dial = {.parts = 4, .loop_from = 0}; /* Italy's */
    static const int lengths[] = {1600, 1600, 4800, 8000};
    for (int i = 0; i < 4; i++) {
        dial.part[i].samples = lengths[i];
        dial.part[i].hz[0] = i % 2 == 0 ? 425.0f : 0.0f;
        dial.part[i].level_dbm0 = -10;
    }
    post(CTI_PLANT_PHONE_LISTEN, PHONE, CTI_EAR_PROGRESS);
    post(CTI_PLANT_PHONE_HOOK, PHONE, 1);
    play(CTI_PLANT_EXCHANGE_PLAY, PHONE, NULL, -1, &dial, 1);
    run(6 * SECOND);
    cti_event last;
    CHECK_EQ(plant_events(CTI_EV_TONE_ON, PHONE, &last), 1);
    CHECK_EQ(last.value, CTI_TONE_DIAL);
    CHECK_EQ(last.ref, 1);
    CHECK_EQ(cti_plant_progress(on.plant, &progress), CTI_ERR_STATE);
    tear_down();
}

static void test_sounds_end_with_their_own_events(void) {
    cti_plant_line_config line = clean();
    set_up(&line);
    post(CTI_PLANT_PHONE_HOOK, PHONE, 1);
    post(CTI_PLANT_PHONE_RECORD, PHONE, 1);
    play(CTI_PLANT_PHONE_PLAY, PHONE, sine(-10, 700, SECOND), 1000, NULL, 11);
    play(CTI_PLANT_EXCHANGE_PLAY, PHONE, sine(-10, 700, SECOND), SECOND, NULL, 12);
    run(SECOND / 2);
    cti_plant_command stop = {.kind = CTI_PLANT_EXCHANGE_STOP, .line = PHONE, .ref = 12};
    CHECK_EQ(cti_plant_post(on.plant, &stop, 1), CTI_OK);
    run(SECOND / 2);
    static cti_event ev[EVENTS];
    int n = cti_plant_events(on.plant, ev, EVENTS), ends = 0;
    for (int i = 0; i < n; i++)
        if (ev[i].kind == CTI_EV_PLAY_DONE) {
            CHECK_EQ(ev[i].ref, ends == 0 ? 11 : 12);
            CHECK_EQ(ev[i].value, ends == 0 ? CTI_PLAY_ENDED : CTI_PLAY_STOPPED);
            CHECK_EQ(ev[i].at, ends == 0 ? 1000 : SECOND / 2 + 40);
            ends++;
        }
    CHECK_EQ(ends, 2);
    int frames;
    const int16_t *said = recorded(PHONE, 0, &frames);
    CHECK_NEAR(cti_level_of(said, 1000), -10, 0.1);
    CHECK(all_zero(said + 1000, frames - 1000));
    for (int i = 0; i < 17; i++) /* one more than the player holds: it is told as stopped at once */
        CHECK_EQ(play(CTI_PLANT_PHONE_PLAY, PHONE, sine(-10, 700, SECOND), SECOND, NULL, 100 + i), CTI_OK);
    run(TICK);
    cti_event last;
    CHECK_EQ(plant_events(CTI_EV_PLAY_DONE, PHONE, &last), 1);
    CHECK_EQ(last.ref, 116);
    CHECK_EQ(last.value, CTI_PLAY_STOPPED);
    tear_down();
}

static void test_two_runs_are_alike_to_the_last_bit(void) {
    cti_plant_line_config line;
    cti_plant_line_defaults(&line);
    static int16_t first[2][3 * SECOND], phone[2][3 * SECOND];
    cti_event ev[2][EVENTS];
    int counts[2];
    for (int turn = 0; turn < 2; turn++) {
        set_up_with(&line, 42, 1024);
        post(CTI_PLANT_PHONE_LISTEN, PHONE, CTI_EAR_ALL);
        talk(BOARD, PHONE);
        on.send[BOARD] = sine(-12, 1111, 3 * SECOND);
        play(CTI_PLANT_PHONE_PLAY, PHONE, sine(-17, 770, SECOND), SECOND, NULL, 1);
        run(3 * SECOND);
        memcpy(first[turn], on.rx[BOARD], sizeof first[turn]);
        int n;
        memcpy(phone[turn], heard_by(PHONE, &n), sizeof phone[turn]);
        memset(ev[turn], 0, sizeof ev[turn]);
        counts[turn] = cti_plant_events(on.plant, ev[turn], EVENTS);
        tear_down();
    }
    CHECK_EQ(memcmp(first[0], first[1], sizeof first[0]), 0);
    CHECK_EQ(memcmp(phone[0], phone[1], sizeof phone[0]), 0);
    CHECK_EQ(counts[0], counts[1]);
    CHECK(counts[0] > 2);
    CHECK_EQ(memcmp(ev[0], ev[1], sizeof ev[0]), 0);
}

static void test_events_that_find_no_room_are_counted_and_told(void) {
    cti_plant_line_config line = clean();
    set_up_with(&line, 7, 4);
    for (int i = 0; i < 10; i++) {
        post(CTI_PLANT_PHONE_HOOK, PHONE, 1 - i % 2);
        run(SECOND + 2 * TICK);
    }
    cti_event ev[8];
    CHECK_EQ(cti_plant_events(on.plant, ev, 8), 4);
    CHECK_EQ(ev[0].kind, CTI_EV_HOOK);
    post(CTI_PLANT_PHONE_HOOK, PHONE, 1);
    run(TICK);
    CHECK_EQ(cti_plant_events(on.plant, ev, 8), 2);
    CHECK_EQ(ev[0].kind, CTI_EV_EVENTS_LOST);
    CHECK_EQ(ev[0].value, 6);
    CHECK_EQ(ev[1].kind, CTI_EV_HOOK);
    tear_down();
}

static void test_what_is_out_of_range_is_refused_and_changes_nothing(void) {
    cti_plant_config cfg;
    cti_plant_defaults(&cfg);
    CHECK(cti_plant_size(&cfg) > 0);
    CHECK_EQ(cti_plant_size(NULL), 0);
    cti_plant_config bad = cfg;
    bad.board_lines = 0;
    CHECK_EQ(cti_plant_size(&bad), 0);
    bad = cfg;
    bad.phones = 513;
    CHECK_EQ(cti_plant_size(&bad), 0);
    bad = cfg;
    bad.commands = 1000; /* no power of two */
    CHECK_EQ(cti_plant_size(&bad), 0);
    CHECK_EQ(cti_plant_init(NULL, 0, &cfg), CTI_ERR_ARG);
    cti_plant *small = calloc(1, cti_plant_size(&cfg));
    CHECK_EQ(cti_plant_init(small, cti_plant_size(&cfg) - 1, &cfg), CTI_ERR_SIZE);
    free(small);

    cti_plant_line_config line = clean();
    set_up(&line);
    cti_plant_line_config wrong = line;
    wrong.loss_db = -1;
    CHECK_EQ(cti_plant_line(on.plant, 0, &wrong), CTI_ERR_ARG);
    wrong = line;
    wrong.echo_ms = 33;
    CHECK_EQ(cti_plant_line(on.plant, 0, &wrong), CTI_ERR_ARG);
    wrong = line;
    wrong.return_loss_db = NAN;
    CHECK_EQ(cti_plant_line(on.plant, 0, &wrong), CTI_ERR_ARG);
    wrong = line;
    wrong.law = 3;
    CHECK_EQ(cti_plant_line(on.plant, 0, &wrong), CTI_ERR_ARG);
    CHECK_EQ(cti_plant_line(on.plant, LINES, &line), CTI_ERR_ARG);
    CHECK_EQ(post(CTI_PLANT_RING, LINES, 1), CTI_ERR_ARG);
    CHECK_EQ(post(CTI_PLANT_RING, -1, 1), CTI_ERR_ARG);
    CHECK_EQ(post(99, 0, 1), CTI_ERR_ARG);
    CHECK_EQ(post(CTI_PLANT_PHONE_HOOK, BOARD, 1), CTI_ERR_ARG);
    CHECK_EQ(post(CTI_PLANT_CONNECT, BOARD, BOARD), CTI_ERR_ARG);
    CHECK_EQ(post(CTI_PLANT_CONNECT, BOARD, LINES), CTI_ERR_ARG);
    CHECK_EQ(on.board.control(on.board.ctx, 2, CTI_LINE_HOOK, 1), CTI_ERR_ARG);
    CHECK_EQ(on.board.control(on.board.ctx, 0, CTI_LINE_RING, 1), CTI_ERR_STATE);
    int16_t frame[2];
    CHECK_EQ(cti_plant_phone_read(on.plant, BOARD, frame, 1), CTI_ERR_ARG);
    cti_plant_command many[2] = {{.kind = CTI_PLANT_RING, .line = 0, .value = 1},
                                 {.kind = CTI_PLANT_RING, .line = 77, .value = 1}};
    CHECK_EQ(cti_plant_post(on.plant, many, 2), CTI_ERR_ARG); /* none of them */
    int16_t tx[2 * TICK] = {0}, rx[2 * TICK];
    CHECK_EQ(on.board.exchange(on.board.ctx, 0, tx, rx, 80, on.told, EVENTS), CTI_ERR_ARG);
    run(TICK);
    CHECK_EQ(on.tolds, 0);
    CHECK_EQ(cti_plant_line(on.plant, 0, &line), CTI_ERR_STATE);
    tear_down();
}

static void test_a_tick_touches_no_heap(void) {
    cti_plant_line_config line;
    cti_plant_line_defaults(&line);
    set_up(&line);
    post(CTI_PLANT_PHONE_LISTEN, PHONE, CTI_EAR_ALL);
    heap_count_begin();
    talk(BOARD, PHONE);
    play(CTI_PLANT_PHONE_PLAY, PHONE, sine(-17, 770, SECOND), SECOND, NULL, 1);
    run(2 * SECOND);
    CHECK_EQ(heap_calls, 0);
    tear_down();
}

static void test_ringing_begins_and_ends_at_a_sample_of_the_tick(void) {
    cti_plant_line_config line = clean();
    set_up(&line);
    cti_plant_command c = {.kind = CTI_PLANT_RING, .line = BOARD, .value = 1, .ref = 120};
    CHECK_EQ(cti_plant_post(on.plant, &c, 1), CTI_OK);
    run(TICK);
    CHECK_EQ(on.tolds, 1);
    CHECK_EQ(on.told[0].kind, CTI_EV_RING_ON);
    CHECK_EQ(on.told[0].at, 120);
    c.value = 0;
    c.ref = 7;
    CHECK_EQ(cti_plant_post(on.plant, &c, 1), CTI_OK);
    run(TICK);
    CHECK_EQ(on.told[0].kind, CTI_EV_RING_OFF);
    CHECK_EQ(on.told[0].at, TICK + 7);
    c.ref = TICK;
    CHECK_EQ(cti_plant_post(on.plant, &c, 1), CTI_ERR_ARG);
    tear_down();
}

int main(void) {
    RUN(test_caller_id_is_heard_on_the_line_on_hook);
    RUN(test_a_telephone_on_hook_hears_what_the_exchange_sends);
    RUN(test_ringing_reaches_the_board_and_is_tripped_by_the_seizure);
    RUN(test_ringing_begins_and_ends_at_a_sample_of_the_tick);
    RUN(test_the_exchange_hears_digits_over_its_dial_tone_until_it_connects);
    RUN(test_the_telephone_hears_tones_by_the_definitions_given);
    RUN(test_sounds_end_with_their_own_events);
    RUN(test_two_runs_are_alike_to_the_last_bit);
    RUN(test_events_that_find_no_room_are_counted_and_told);
    RUN(test_what_is_out_of_range_is_refused_and_changes_nothing);
    RUN(test_a_tick_touches_no_heap);
    CHECK_END();
}
