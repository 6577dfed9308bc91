/* What the plant is set to is measured: loss, return loss, noise, coding; and who hears whom. */

#include "cti/level.h"
#include "plant_stage.h"

static void test_loss_of_both_lines_is_what_was_set(void) {
    static const float losses[] = {0.0f, 3.0f, 6.5f, 12.0f};
    for (int i = 0; i < 4; i++) {
        cti_plant_line_config line = clean();
        line.loss_db = losses[i];
        set_up(&line);
        talk(BOARD, PHONE);
        on.send[BOARD] = sine(-10, 1000, SECOND);
        CHECK_EQ(play(CTI_PLANT_PHONE_PLAY, PHONE, sine(-10, 700, SECOND), SECOND, NULL, 1), CTI_OK);
        run(SECOND);
        int n;
        const int16_t *heard = heard_by(PHONE, &n);
        CHECK_EQ(n, SECOND);
        CHECK_NEAR(cti_level_of(heard, n), -10 - 2 * (double)losses[i], 0.05);
        CHECK_NEAR(cti_level_of(on.rx[BOARD], SECOND), -10 - 2 * (double)losses[i], 0.05);
        CHECK(sine_to_rest(heard, n, 1000) > 45);
        CHECK(sine_to_rest(on.rx[BOARD], SECOND, 700) > 45);
        tear_down();
    }
}

static void test_return_loss_and_its_delay_are_what_was_set(void) {
    static const float losses[] = {8.0f, 14.0f, 25.0f}, delays[] = {0.0f, 2.0f, 32.0f};
    for (int i = 0; i < 3; i++) {
        cti_plant_line_config line = clean();
        line.return_loss_db = losses[i];
        line.echo_ms = delays[i];
        set_up(&line);
        board_hook(BOARD, 1);
        int16_t click[SECOND] = {0};
        click[100] = 20000;
        on.send[BOARD] = click;
        run(SECOND);
        int place = -1;
        for (int k = 0; k < SECOND; k++)
            if (on.rx[BOARD][k] != 0) {
                CHECK_EQ(place, -1);
                place = k;
            }
        CHECK_EQ(place, 100 + (int)(delays[i] * 8));
        on.send[BOARD] = sine(-5, 1000, SECOND);
        run(SECOND);
        CHECK_NEAR(cti_level_of(on.rx[BOARD] + 800, SECOND - 800), -5 - (double)losses[i], 0.05);
        tear_down();
    }
    cti_plant_line_config none = clean(); /* 60 dB: no return at all */
    set_up(&none);
    board_hook(BOARD, 1);
    on.send[BOARD] = sine(0, 1000, SECOND);
    run(SECOND);
    CHECK(all_zero(on.rx[BOARD], SECOND));
    tear_down();
}

static void test_echo_of_a_call_is_not_heard_in_the_next(void) {
    cti_plant_line_config line = clean();
    line.return_loss_db = 10;
    line.echo_ms = 32;
    set_up(&line);
    talk(BOARD, PHONE);
    on.send[BOARD] = sine(0, 1000, SECOND);
    play(CTI_PLANT_PHONE_PLAY, PHONE, sine(0, 1000, SECOND), SECOND, NULL, 1);
    run(SECOND);
    board_hook(BOARD, 0);
    post(CTI_PLANT_PHONE_HOOK, PHONE, 0);
    post(CTI_PLANT_PHONE_RECORD, PHONE, 0);
    post(CTI_PLANT_CONNECT, BOARD, -1);
    run(2 * TICK);
    int n;
    heard_by(PHONE, &n);
    talk(BOARD2, PHONE);
    board_hook(BOARD, 1);
    run(SECOND);
    CHECK(hears_nothing(PHONE));
    CHECK(all_zero(on.rx[BOARD], SECOND));
    tear_down();
}

static void test_noise_has_its_level_and_no_colour(void) {
    static const float levels[] = {-30.0f, -50.0f, -65.0f};
    for (int i = 0; i < 3; i++) {
        cti_plant_line_config line = clean();
        line.noise_dbm0 = levels[i];
        set_up(&line);
        run(5 * SECOND);
        CHECK_NEAR(cti_level_of(on.rx[BOARD], 5 * SECOND), levels[i], 0.2);
        double lag[4] = {0};
        for (int k = 0; k < 5 * SECOND - 3; k++)
            for (int d = 0; d < 4; d++)
                lag[d] += (double)on.rx[BOARD][k] * on.rx[BOARD][k + d];
        for (int d = 1; d < 4; d++)
            CHECK(fabs(lag[d] / lag[0]) < 0.02);
        tear_down();
    }
    cti_plant_line_config silent = clean(); /* -90: none */
    set_up(&silent);
    run(SECOND);
    CHECK(all_zero(on.rx[BOARD], SECOND));
    tear_down();
}

static void test_each_line_has_noise_of_its_own_and_each_seed(void) {
    cti_plant_line_config line = clean();
    line.noise_dbm0 = -40;
    static int16_t first[SECOND];
    set_up_with(&line, 7, 1024);
    run(SECOND);
    memcpy(first, on.rx[BOARD], sizeof first);
    double both = 0, own = 0;
    for (int i = 0; i < SECOND; i++) {
        both += (double)on.rx[BOARD][i] * on.rx[BOARD2][i];
        own += (double)on.rx[BOARD][i] * on.rx[BOARD][i];
    }
    CHECK(fabs(both / own) < 0.05);
    tear_down();
    set_up_with(&line, 7, 1024);
    run(SECOND);
    CHECK_EQ(memcmp(first, on.rx[BOARD], sizeof first), 0);
    tear_down();
    set_up_with(&line, 8, 1024);
    run(SECOND);
    CHECK(memcmp(first, on.rx[BOARD], sizeof first) != 0);
    tear_down();
}

static void test_on_hook_nothing_passes_from_the_terminal(void) {
    cti_plant_line_config line = clean();
    line.return_loss_db = 10;
    set_up(&line);
    post(CTI_PLANT_PHONE_HOOK, PHONE, 1);
    post(CTI_PLANT_CONNECT, BOARD, PHONE);
    post(CTI_PLANT_PHONE_RECORD, PHONE, 1);
    on.send[BOARD] = sine(0, 1000, SECOND);
    play(CTI_PLANT_PHONE_PLAY, PHONE, sine(0, 700, SECOND / 2), SECOND / 2, NULL, 1);
    run(SECOND);
    int n;
    const int16_t *heard = heard_by(PHONE, &n);
    CHECK_EQ(n, SECOND);
    CHECK(all_zero(on.rx[BOARD], SECOND));                  /* neither its own return nor the other side */
    CHECK_NEAR(cti_level_of(heard, SECOND / 2), -10, 0.05); /* the telephone's own return, nothing else */
    CHECK(all_zero(heard + SECOND / 2, SECOND / 2));
    tear_down();
}

static void test_without_battery_the_line_is_dead(void) {
    cti_plant_line_config line = clean();
    line.return_loss_db = 10;
    set_up(&line);
    talk(BOARD, PHONE);
    post(CTI_PLANT_BATTERY, BOARD, 0);
    on.send[BOARD] = sine(0, 1000, SECOND);
    play(CTI_PLANT_EXCHANGE_PLAY, BOARD, sine(0, 500, SECOND), SECOND, NULL, 2);
    run(SECOND);
    int n;
    CHECK(hears_nothing(PHONE));
    CHECK(all_zero(on.rx[BOARD], SECOND));
    CHECK_EQ(on.tolds, 2);
    CHECK_EQ(on.told[1].kind, CTI_EV_BATTERY);
    CHECK_EQ(on.told[1].value, 0);
    post(CTI_PLANT_BATTERY, BOARD, 1);
    on.send[BOARD] = sine(-10, 1000, SECOND);
    run(SECOND);
    CHECK_NEAR(cti_level_of(heard_by(PHONE, &n), SECOND), -10, 0.05);
    CHECK_EQ(on.tolds, 1);
    CHECK_EQ(on.told[0].value, 1);
    tear_down();
}

static void test_switching_joins_two_and_nobody_else(void) {
    cti_plant_line_config line = clean();
    set_up(&line);
    talk(BOARD, PHONE);
    talk(BOARD2, PHONE2);
    on.send[BOARD] = sine(-10, 1000, SECOND);
    on.send[BOARD2] = sine(-20, 1500, SECOND);
    run(SECOND);
    int n;
    const int16_t *heard = heard_by(PHONE, &n);
    CHECK_NEAR(cti_level_of(heard, n), -10, 0.05);
    CHECK(sine_to_rest(heard, n, 1000) > 60);
    CHECK_NEAR(cti_level_of(heard_by(PHONE2, &n), SECOND), -20, 0.05);
    CHECK(all_zero(on.rx[BOARD], SECOND) && all_zero(on.rx[BOARD2], SECOND));

    post(CTI_PLANT_CONNECT, BOARD, PHONE2); /* takes PHONE2 away from BOARD2 and leaves PHONE alone */
    on.send[BOARD] = sine(-10, 1000, SECOND);
    on.send[BOARD2] = sine(-20, 1500, SECOND);
    run(SECOND);
    CHECK(hears_nothing(PHONE));
    CHECK_NEAR(cti_level_of(heard_by(PHONE2, &n), SECOND), -10, 0.05);

    post(CTI_PLANT_CONNECT, PHONE2, -1); /* either side parts both */
    on.send[BOARD] = sine(-10, 1000, SECOND);
    play(CTI_PLANT_PHONE_PLAY, PHONE2, sine(-10, 700, SECOND), SECOND, NULL, 1);
    run(SECOND);
    CHECK(hears_nothing(PHONE2));
    CHECK(all_zero(on.rx[BOARD], SECOND));
    tear_down();
}

static int hear(int line, int other, int tenths) {
    cti_plant_command c = {.kind = CTI_PLANT_HEAR, .line = line, .what = other, .value = tenths};
    return cti_plant_post(on.plant, &c, 1);
}

static void test_further_lines_are_heard_as_far_down_as_was_set(void) {
    cti_plant_line_config line = clean();
    line.loss_db = 3;
    set_up(&line);
    talk(BOARD, PHONE);
    board_hook(BOARD2, 1);
    CHECK_EQ(hear(PHONE, BOARD2, 0), CTI_OK);
    CHECK_EQ(hear(PHONE2, BOARD, 400), CTI_OK); /* on hook: cross-talk */
    post(CTI_PLANT_PHONE_RECORD, PHONE2, 1);
    on.send[BOARD2] = sine(-10, 1500, SECOND);
    run(SECOND);
    int n;
    const int16_t *heard = heard_by(PHONE, &n);
    CHECK_NEAR(cti_level_of(heard, n), -16, 0.05);
    CHECK(sine_to_rest(heard, n, 1500) > 45);
    CHECK(hears_nothing(PHONE2));
    on.send[BOARD] = sine(0, 1000, SECOND);
    run(SECOND);
    CHECK_NEAR(cti_level_of(heard_by(PHONE, &n), SECOND), -6, 0.05);
    CHECK_NEAR(cti_level_of(heard_by(PHONE2, &n), SECOND), -46, 0.3);
    CHECK(all_zero(on.rx[BOARD2], SECOND));
    hear(PHONE, BOARD2, -1);
    on.send[BOARD2] = sine(-10, 1500, SECOND);
    run(SECOND);
    CHECK(hears_nothing(PHONE));
    CHECK_EQ(hear(PHONE, PHONE, 0), CTI_ERR_ARG);
    CHECK_EQ(hear(PHONE, LINES, 0), CTI_ERR_ARG);
    CHECK_EQ(hear(PHONE, BOARD, 901), CTI_ERR_ARG);
    tear_down();
}

static void test_a_further_loss_weakens_both_ways_and_goes_again(void) {
    cti_plant_line_config line = clean();
    line.loss_db = 3;
    set_up(&line);
    talk(BOARD, PHONE);
    for (int more = 35; more >= 0; more -= 35) {
        post(CTI_PLANT_LOSS, BOARD, more);
        on.send[BOARD] = sine(-10, 1000, SECOND);
        play(CTI_PLANT_PHONE_PLAY, PHONE, sine(-10, 700, SECOND), SECOND, NULL, 1);
        run(SECOND);
        int n;
        CHECK_NEAR(cti_level_of(heard_by(PHONE, &n), SECOND), -16 - more / 10.0, 0.05);
        CHECK_NEAR(cti_level_of(on.rx[BOARD], SECOND), -16 - more / 10.0, 0.05);
    }
    CHECK_EQ(post(CTI_PLANT_LOSS, BOARD, 601), CTI_ERR_ARG);
    tear_down();
}

static void test_the_exchange_codes_once_by_its_law(void) {
    static const int laws[] = {CTI_LAW_ALAW, CTI_LAW_ULAW};
    for (int i = 0; i < 2; i++) {
        cti_plant_line_config line = clean();
        line.law = laws[i];
        set_up(&line);
        talk(BOARD, PHONE);
        const int16_t *sent = sine(-10, 1013, SECOND);
        on.send[BOARD] = sent;
        run(SECOND);
        int n;
        const int16_t *heard = heard_by(PHONE, &n);
        static int16_t coded[SECOND];
        memcpy(coded, sent, sizeof coded);
        cti_law_through(laws[i], coded, SECOND);
        CHECK_EQ(n, SECOND);
        CHECK_EQ(memcmp(heard, coded, sizeof coded), 0);
        /* G.712: a sine of -10 dBm0 is at least 33 dB over what coding adds; G.711 gives about 38. */
        CHECK_NEAR(sine_to_rest(heard, n, 1013), 38, 2);
        post(CTI_PLANT_CONNECT, BOARD, -1);
        play(CTI_PLANT_EXCHANGE_PLAY, BOARD, sent, SECOND, NULL, 1); /* its own sounds too */
        run(SECOND);
        CHECK_EQ(memcmp(on.rx[BOARD], coded, sizeof coded), 0);
        tear_down();
    }
}

int main(void) {
    RUN(test_loss_of_both_lines_is_what_was_set);
    RUN(test_return_loss_and_its_delay_are_what_was_set);
    RUN(test_echo_of_a_call_is_not_heard_in_the_next);
    RUN(test_noise_has_its_level_and_no_colour);
    RUN(test_each_line_has_noise_of_its_own_and_each_seed);
    RUN(test_on_hook_nothing_passes_from_the_terminal);
    RUN(test_without_battery_the_line_is_dead);
    RUN(test_switching_joins_two_and_nobody_else);
    RUN(test_further_lines_are_heard_as_far_down_as_was_set);
    RUN(test_a_further_loss_weakens_both_ways_and_goes_again);
    RUN(test_the_exchange_codes_once_by_its_law);
    CHECK_END();
}
