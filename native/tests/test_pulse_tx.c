/* Dial pulses and flash are made to the sample. */

#include "check.h"

#include <stdint.h>
#include <string.h>

#include "cti/error.h"
#include "cti/pulse_tx.h"

enum { MOST = 256, MS = 8 };

static cti_pulse_tx *tx;
static cti_hook_change made[MOST];
static int changes, done;

static void begin(void) {
    tx = realloc(tx, cti_pulse_tx_size());
    CHECK_EQ(cti_pulse_tx_init(tx, cti_pulse_tx_size()), CTI_OK);
    changes = done = 0;
}

static void run_in(int block, int samples) {
    for (int at = 0; at < samples; at += block) {
        int n = samples - at < block ? samples - at : block;
        int found = cti_pulse_tx_run(tx, at, n, made + changes, MOST - changes, &done);
        CHECK(found >= 0);
        changes += found > 0 ? found : 0;
    }
}

static int32_t train(int pulses, int break_ms, int make_ms, int pause_ms) {
    cti_pulse_train t = {pulses, break_ms, make_ms, pause_ms};
    return cti_pulse_value(&t);
}

static void test_each_numbering_has_its_pulses(void) {
    static const char *const digits[3] = {"1234567890", "0123456789", "9876543210"};
    for (int numbering = 0; numbering < 3; numbering++)
        for (int pulses = 1; pulses <= 10; pulses++) {
            CHECK_EQ(cti_pulse_digit(numbering, pulses), digits[numbering][pulses - 1]);
            CHECK_EQ(cti_pulse_count(numbering, digits[numbering][pulses - 1]), pulses);
        }
    CHECK_EQ(cti_pulse_digit(CTI_PULSE_USUAL, 0), 0);
    CHECK_EQ(cti_pulse_digit(CTI_PULSE_USUAL, 11), 0);
    CHECK_EQ(cti_pulse_count(CTI_PULSE_USUAL, '#'), CTI_ERR_ARG);
    CHECK_EQ(cti_pulse_count(3, '1'), CTI_ERR_ARG);
}

static void test_a_train_in_one_number_comes_back(void) {
    static const cti_pulse_train trains[] = {{1, 10, 10, 10}, {10, 61, 39, 800}, {15, 255, 255, 2550}};
    for (int i = 0; i < 3; i++) {
        cti_pulse_train back = {0};
        CHECK_EQ(cti_pulse_train_of(cti_pulse_value(&trains[i]), &back), CTI_OK);
        CHECK_EQ(memcmp(&back, &trains[i], sizeof back), 0);
    }
    CHECK_EQ(train(0, 61, 39, 800), CTI_ERR_ARG);
    CHECK_EQ(train(16, 61, 39, 800), CTI_ERR_ARG);
    CHECK_EQ(train(1, 9, 39, 800), CTI_ERR_ARG);
    CHECK_EQ(train(1, 61, 256, 800), CTI_ERR_ARG);
    CHECK_EQ(train(1, 61, 39, 805), CTI_ERR_ARG);
    cti_pulse_train back;
    CHECK_EQ(cti_pulse_train_of(-1, &back), CTI_ERR_ARG);
    CHECK_EQ(cti_pulse_train_of(INT32_MAX, &back), CTI_ERR_ARG);
    CHECK_EQ(cti_pulse_train_of(0, &back), CTI_ERR_ARG);
}

static void test_pulses_of_61_to_39_ms_are_made_to_the_sample_in_blocks_of_any_size(void) {
    static const int blocks[] = {160, 1, 7, 16000};
    for (int b = 0; b < 4; b++) {
        begin();
        CHECK_EQ(cti_pulse_tx_put(tx, train(3, 61, 39, 800)), CTI_OK);
        CHECK_EQ(cti_pulse_tx_put(tx, train(1, 61, 39, 600)), CTI_OK);
        run_in(blocks[b], 16000);
        static const int ms[] = {0, 61, 100, 161, 200, 261, 1061, 1122};
        CHECK_EQ(changes, 8);
        for (int i = 0; i < 8 && i < changes; i++) {
            CHECK_EQ(made[i].at, ms[i] * MS);
            CHECK_EQ(made[i].off_hook, i % 2);
        }
        CHECK_EQ(done, 2);
        CHECK_EQ(cti_pulse_tx_busy(tx), 0);
    }
}

static void test_a_digit_is_through_at_the_end_of_its_pause(void) {
    begin();
    cti_pulse_tx_put(tx, train(2, 60, 40, 100));
    run_in(160, 260 * MS);
    CHECK_EQ(done, 0);
    CHECK_EQ(cti_pulse_tx_run(tx, 260 * MS, 1, made, MOST, &done), 0);
    CHECK_EQ(done, 1);
}

static void test_flash_is_one_break_and_what_waits_comes_200_ms_behind_it(void) {
    begin();
    CHECK_EQ(cti_pulse_tx_flash(tx, 801), CTI_OK);
    CHECK_EQ(cti_pulse_tx_put(tx, train(1, 67, 33, 800)), CTI_OK);
    run_in(160, 8000);
    CHECK_EQ(changes, 4);
    CHECK_EQ(made[1].at, 801);
    CHECK_EQ(made[2].at, 801 + 1600);
    CHECK_EQ(cti_pulse_tx_flash(tx, 79), CTI_ERR_ARG);
    CHECK_EQ(cti_pulse_tx_flash(tx, 24001), CTI_ERR_ARG);
}

static void test_what_is_stopped_is_counted_and_leaves_nothing(void) {
    begin();
    for (int i = 0; i < 64; i++)
        CHECK_EQ(cti_pulse_tx_put(tx, train(5, 60, 40, 800)), CTI_OK);
    CHECK_EQ(cti_pulse_tx_put(tx, train(5, 60, 40, 800)), CTI_ERR_FULL);
    run_in(160, 1600);
    CHECK_EQ(cti_pulse_tx_stop(tx), 64);
    changes = 0;
    run_in(160, 1600);
    CHECK_EQ(changes, 0);
    CHECK_EQ(cti_pulse_tx_stop(tx), 0);
}

static void test_wrong_use_is_refused(void) {
    begin();
    cti_hook_change two[2];
    CHECK_EQ(cti_pulse_tx_init(tx, cti_pulse_tx_size() - 1), CTI_ERR_SIZE);
    CHECK_EQ(cti_pulse_tx_init(NULL, 0), CTI_ERR_ARG);
    CHECK_EQ(cti_pulse_tx_put(tx, 0), CTI_ERR_ARG);
    CHECK_EQ(cti_pulse_tx_run(tx, 0, 160, two, 2, &done), CTI_ERR_SIZE);
    CHECK_EQ(cti_pulse_tx_run(tx, 0, 160, made, MOST, NULL), CTI_ERR_ARG);
    CHECK_EQ(cti_pulse_tx_stop(NULL), CTI_ERR_ARG);
    CHECK_EQ(cti_pulse_tx_busy(NULL), 0);
}

int main(void) {
    RUN(test_each_numbering_has_its_pulses);
    RUN(test_a_train_in_one_number_comes_back);
    RUN(test_pulses_of_61_to_39_ms_are_made_to_the_sample_in_blocks_of_any_size);
    RUN(test_a_digit_is_through_at_the_end_of_its_pause);
    RUN(test_flash_is_one_break_and_what_waits_comes_200_ms_behind_it);
    RUN(test_what_is_stopped_is_counted_and_leaves_nothing);
    RUN(test_wrong_use_is_refused);
    free(tx);
    CHECK_END();
}
