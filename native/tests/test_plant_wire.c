/* A line's wire: delay and echo to the sample, rest, what is refused; levels and spectra are measured by
 * tests/native/test_plant_wire.py. */

#include "cti/level.h"
#include "heap_count.h"
#include "plant_stage.h"

static cti_plant_wire nothing(void) {
    cti_plant_wire w;
    cti_plant_wire_defaults(&w);
    return w;
}

static void level_curve(cti_plant_curve *c, float db) {
    c->points = 1;
    c->hz[0] = 1000;
    c->db[0] = db;
}

static void wire(int line, const cti_plant_wire *w) {
    CHECK_EQ(cti_plant_wire_line(on.plant, line, w), CTI_OK);
}

static const int16_t *click_at(int place, int16_t size) {
    static int16_t pcm[SECOND];
    memset(pcm, 0, sizeof pcm);
    pcm[place] = size;
    return pcm;
}

static int first_of(const int16_t *pcm, int n) {
    for (int i = 0; i < n; i++)
        if (pcm[i] != 0)
            return i;
    return -1;
}

static void test_a_wire_with_nothing_set_changes_no_bit(void) {
    cti_plant_line_config line;
    cti_plant_line_defaults(&line);
    static int16_t first[SECOND];
    for (int turn = 0; turn < 2; turn++) {
        set_up_wired(&line, turn);
        if (turn) {
            cti_plant_wire w = nothing();
            for (int i = 0; i < LINES; i++)
                wire(i, &w);
        }
        talk(BOARD, PHONE);
        play(CTI_PLANT_PHONE_PLAY, PHONE, sine(-10, 700, SECOND), SECOND, NULL, 1);
        on.send[BOARD] = sine(-12, 1000, SECOND);
        run(SECOND);
        if (turn == 0)
            memcpy(first, on.rx[BOARD], sizeof first);
        else
            CHECK_EQ(memcmp(first, on.rx[BOARD], sizeof first), 0);
        tear_down();
    }
}

static void test_the_way_to_the_other_side_has_its_delay_to_the_sample(void) {
    static const float delays[] = {0.125f, 7.5f, 20, 300};
    for (int i = 0; i < 4; i++) {
        cti_plant_line_config line = clean();
        set_up_wired(&line, 1);
        cti_plant_wire w = nothing();
        w.delay_ms = delays[i];
        wire(PHONE, &w);
        talk(BOARD, PHONE);
        on.send[BOARD] = click_at(100, 20000);
        play(CTI_PLANT_PHONE_PLAY, PHONE, click_at(100, 20000), SECOND, NULL, 1);
        run(SECOND);
        int n;
        const int16_t *heard = heard_by(PHONE, &n);
        CHECK_EQ(first_of(heard, n), 100 + (int)(delays[i] * 8));
        CHECK_EQ(first_of(on.rx[BOARD], SECOND), 100 + (int)(delays[i] * 8));
        tear_down();
    }
}

static void test_g131_far_echo_comes_after_both_ways(void) {
    cti_plant_line_config line = clean();
    set_up_wired(&line, 1);
    cti_plant_wire w = nothing();
    w.delay_ms = 50;
    level_curve(&w.far_return, 12);
    wire(PHONE, &w);
    talk(BOARD, PHONE);
    on.send[BOARD] = click_at(100, 20000);
    run(SECOND);
    CHECK_EQ(first_of(on.rx[BOARD], SECOND), 100 + 2 * 400);
    on.send[BOARD] = sine(-10, 1000, SECOND);
    run(SECOND);
    CHECK_NEAR(cti_level_of(on.rx[BOARD] + 2000, SECOND - 2000), -22, 0.05);
    int n;
    CHECK_NEAR(cti_level_of(heard_by(PHONE, &n) + SECOND + 2000, SECOND - 2000), -10, 0.05);
    tear_down();
}

static void test_what_was_under_way_in_a_call_is_not_in_the_next(void) {
    cti_plant_line_config line = clean();
    set_up_wired(&line, 1);
    cti_plant_wire w = nothing();
    w.delay_ms = 300;
    level_curve(&w.loss, 3);
    level_curve(&w.far_return, 6);
    wire(PHONE, &w);
    talk(BOARD, PHONE);
    on.send[BOARD] = sine(0, 1000, SECOND);
    play(CTI_PLANT_PHONE_PLAY, PHONE, sine(0, 700, SECOND), SECOND, NULL, 1);
    run(SECOND);
    post(CTI_PLANT_PHONE_RECORD, PHONE, 0);
    post(CTI_PLANT_PHONE_HOOK, PHONE, 0);
    post(CTI_PLANT_CONNECT, PHONE, -1);
    run(2 * SECOND);
    int n;
    heard_by(PHONE, &n);
    talk(BOARD, PHONE);
    run(SECOND);
    CHECK(all_zero(on.rx[BOARD], SECOND));
    CHECK(hears_nothing(PHONE));
    tear_down();
}

static void test_two_runs_with_everything_on_are_alike(void) {
    cti_plant_line_config line;
    cti_plant_line_defaults(&line);
    static int16_t first[2 * SECOND];
    for (int turn = 0; turn < 2; turn++) {
        set_up_wired(&line, 1);
        cti_plant_wire w = nothing();
        w.drift_ppm = 50;
        w.band = 1;
        w.hum_dbm0 = -40;
        w.impulses_per_minute = w.clicks_per_minute = 600;
        w.dropouts_per_minute = w.steps_per_minute = 100;
        w.step_db = 3;
        level_curve(&w.loss, 2);
        level_curve(&w.return_loss, 10);
        for (int i = 0; i < LINES; i++)
            wire(i, &w);
        talk(BOARD, PHONE);
        heap_count_begin();
        play(CTI_PLANT_PHONE_PLAY, PHONE, sine(-10, 700, 2 * SECOND), 2 * SECOND, NULL, 1);
        on.send[BOARD] = sine(-12, 1000, 2 * SECOND);
        run(2 * SECOND);
        CHECK_EQ(heap_calls, 0);
        if (turn == 0)
            memcpy(first, on.rx[BOARD], sizeof first);
        else
            CHECK_EQ(memcmp(first, on.rx[BOARD], sizeof first), 0);
        tear_down();
    }
}

static void test_what_is_out_of_range_is_refused(void) {
    cti_plant_line_config line = clean();
    set_up_wired(&line, 1);
    cti_plant_wire w = nothing();
    w.delay_ms = 301;
    CHECK_EQ(cti_plant_wire_line(on.plant, 0, &w), CTI_ERR_ARG);
    w = nothing();
    level_curve(&w.far_return, 12); /* without 20 ms of delay */
    CHECK_EQ(cti_plant_wire_line(on.plant, 0, &w), CTI_ERR_ARG);
    w = nothing();
    level_curve(&w.loss, 81);
    CHECK_EQ(cti_plant_wire_line(on.plant, 0, &w), CTI_ERR_ARG);
    w = nothing();
    w.loss.points = 2; /* both at 0 Hz */
    CHECK_EQ(cti_plant_wire_line(on.plant, 0, &w), CTI_ERR_ARG);
    w = nothing();
    w.loss.points = 65;
    CHECK_EQ(cti_plant_wire_line(on.plant, 0, &w), CTI_ERR_ARG);
    w = nothing();
    w.drift_ppm = NAN;
    CHECK_EQ(cti_plant_wire_line(on.plant, 0, &w), CTI_ERR_ARG);
    w = nothing();
    CHECK_EQ(cti_plant_wire_line(on.plant, LINES, &w), CTI_ERR_ARG);
    CHECK_EQ(cti_plant_wire_line(on.plant, -1, &w), CTI_ERR_ARG);
    CHECK_EQ(cti_plant_wire_line(NULL, 0, &w), CTI_ERR_ARG);
    CHECK_EQ(cti_plant_wire_line(on.plant, 0, NULL), CTI_ERR_ARG);
    run(TICK);
    CHECK_EQ(cti_plant_wire_line(on.plant, 0, &w), CTI_ERR_STATE);
    tear_down();
    set_up_wired(&line, 0);
    CHECK_EQ(cti_plant_wire_line(on.plant, 0, &w), CTI_ERR_STATE);
    tear_down();
}

int main(void) {
    RUN(test_a_wire_with_nothing_set_changes_no_bit);
    RUN(test_the_way_to_the_other_side_has_its_delay_to_the_sample);
    RUN(test_g131_far_echo_comes_after_both_ways);
    RUN(test_what_was_under_way_in_a_call_is_not_in_the_next);
    RUN(test_two_runs_with_everything_on_are_alike);
    RUN(test_what_is_out_of_range_is_refused);
    CHECK_END();
}
