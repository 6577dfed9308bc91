/* Digits, flash and hang-up from hook changes. The changes are written down here by their times, not made by
 * pulse_tx, but for the cases that say so. */

#include "heap_count.h"

#include "check.h"

#include <stdint.h>
#include <string.h>

#include "cti/error.h"
#include "cti/pulse_rx.h"
#include "cti/pulse_tx.h"

enum { MOST = 4096, MS = 8 };

static cti_pulse_rx *rx;
static cti_hook_change said[MOST];
static cti_event heard[MOST];
static int changes, events;
static int64_t now; /* of what is being written down */

static void begin(const cti_pulse_rx_config *cfg) {
    rx = realloc(rx, cti_pulse_rx_size());
    CHECK_EQ(cti_pulse_rx_init(rx, cti_pulse_rx_size(), cfg), CTI_OK);
    changes = events = 0;
    now = 0;
}

/* The loop is from now on open or closed, for so many samples. */
static void loop_for(int closed, int64_t samples) {
    said[changes++] = (cti_hook_change){.at = now, .off_hook = closed};
    now += samples;
}

static void lift(void) {
    loop_for(1, 300 * MS);
}

static void pulses(int n, double open_ms, double shut_ms, double pause_ms) {
    for (int i = 0; i < n; i++) {
        loop_for(0, (int64_t)(open_ms * MS));
        loop_for(1, (int64_t)((i == n - 1 ? pause_ms : shut_ms) * MS));
    }
}

/* All that was written down, in runs of so many samples; `now` is the end. */
static void hear_in(int block) {
    int next = 0;
    for (int64_t at = 0; at < now;) {
        int64_t until = at + block < now ? at + block : now;
        int n = 0;
        while (next + n < changes && said[next + n].at < until)
            n++;
        int found = cti_pulse_rx_run(rx, said + next, n, until, heard + events, MOST - events);
        CHECK(found >= 0);
        events += found > 0 ? found : 0;
        next += n;
        at = until;
    }
}

/* What was heard, in short: digits, F flash, ^ lifted, _ hung up. */
static const char *words(void) {
    static char text[MOST];
    int n = 0;
    for (int i = 0; i < events; i++) {
        if (heard[i].kind == CTI_EV_DIGIT_DOWN)
            text[n++] = (char)heard[i].value;
        else if (heard[i].kind == CTI_EV_FLASH)
            text[n++] = 'F';
        else if (heard[i].kind == CTI_EV_HOOK)
            text[n++] = heard[i].value ? '^' : '_';
    }
    text[n] = 0;
    return text;
}

static int hears(const char *expected) {
    hear_in(160);
    if (strcmp(words(), expected) == 0)
        return 1;
    fprintf(stderr, "heard %s, expected %s\n", words(), expected);
    return 0;
}

static const cti_event *of(int kind, int which) {
    static const cti_event none;
    for (int i = 0; i < events; i++)
        if (heard[i].kind == kind && which-- == 0)
            return &heard[i];
    return &none;
}

/* Where a country has timed break recall: 100 ms, beside pulses of 67 to 33 ms. */
static cti_pulse_rx_config timed_break(void) {
    cti_pulse_rx_config cfg;
    cti_pulse_rx_defaults(&cfg);
    cfg.one_ms = 82;
    cfg.flash_ms = 200;
    return cfg;
}

static void test_pulses_of_each_digit_are_counted_by_each_numbering(void) {
    static const char *const expected[3] = {"^1234567890", "^0123456789", "^9876543210"};
    for (int numbering = 0; numbering < 3; numbering++) {
        cti_pulse_rx_config cfg;
        cti_pulse_rx_defaults(&cfg);
        cfg.numbering = numbering;
        begin(&cfg);
        lift();
        for (int n = 1; n <= 10; n++)
            pulses(n, 61, 39, 700);
        CHECK(hears(expected[numbering]));
    }
}

static void test_tia_464_rates_of_8_to_11_with_breaks_of_58_to_64_percent_and_better_are_accepted(void) {
    for (int rate = 7; rate <= 22; rate++)
        for (int percent = 40; percent <= 80; percent += 5) {
            double period = 1000.0 / rate, open = period * percent / 100;
            begin(NULL);
            lift();
            pulses(10, open, period - open, 300);
            pulses(1, open, period - open, 300);
            pulses(6, open, period - open, 300);
            CHECK(hears("^016"));
        }
}

static void test_tia_464_pauses_of_300_ms_and_better_part_digits(void) {
    begin(NULL);
    lift();
    pulses(3, 60, 40, 200);
    pulses(3, 60, 40, 200);
    CHECK(hears("^33"));
}

static void test_a_digit_is_known_150_ms_behind_its_last_pulse_and_says_when_it_was(void) {
    begin(NULL);
    lift();
    int64_t first = now;
    pulses(4, 61, 39, 700);
    CHECK(hears("^4"));
    const cti_event *pulsing = of(CTI_EV_PULSING, 0), *down = of(CTI_EV_DIGIT_DOWN, 0),
                    *up = of(CTI_EV_DIGIT_UP, 0);
    int64_t end = first + (3 * 100 + 61) * MS;
    CHECK_EQ(pulsing->at, first + (61 + 5) * MS); /* dial tone may stop */
    CHECK_EQ(down->start, first);
    CHECK_EQ(down->at, end + 150 * MS);
    CHECK_EQ(down->ref, CTI_DIGIT_PULSES);
    CHECK_EQ(up->at, down->at);
    CHECK_EQ(up->length, end - first);
    CHECK_EQ(of(CTI_EV_PULSING, 1)->kind, 0);
}

static void test_lifting_is_known_at_once_and_hanging_up_after_the_longest_flash(void) {
    begin(NULL);
    loop_for(0, 100 * MS);
    lift();
    loop_for(0, 1200 * MS);
    loop_for(1, 100 * MS);
    CHECK(hears("^_^"));
    CHECK_EQ(of(CTI_EV_HOOK, 0)->start, 100 * MS);
    CHECK_EQ(of(CTI_EV_HOOK, 0)->at, 105 * MS);
    CHECK_EQ(of(CTI_EV_HOOK, 1)->start, 400 * MS);
    CHECK_EQ(of(CTI_EV_HOOK, 1)->at, 1400 * MS + 1);
    CHECK_EQ(cti_pulse_rx_off_hook(rx), 1);
}

static void test_flash_from_above_a_pulse_to_its_longest_is_a_flash(void) {
    static const int flashes[] = {130, 300, 500, 1000};
    for (int i = 0; i < 4; i++) {
        begin(NULL);
        lift();
        loop_for(0, flashes[i] * MS);
        loop_for(1, 500 * MS);
        CHECK(hears("^F"));
        CHECK_EQ(of(CTI_EV_FLASH, 0)->length, flashes[i] * MS);
        CHECK_EQ(of(CTI_EV_FLASH, 0)->start, 300 * MS);
        CHECK_EQ(of(CTI_EV_FLASH, 0)->at, (300 + flashes[i] + 5) * MS);
        CHECK_EQ(of(CTI_EV_PULSING, 0)->kind, 0);
    }
}

static void test_es_201_729_timed_break_recall_is_told_from_a_digit_1(void) {
    cti_pulse_rx_config cfg = timed_break();
    static const struct {
        int ms;
        const char *is;
    } breaks[] = {{60, "^1"},  {67, "^1"},  {80, "^1"},  {85, "^F"},
                  {100, "^F"}, {120, "^F"}, {200, "^F"}, {210, "^_^"}};
    for (int i = 0; i < 8; i++) {
        begin(&cfg);
        lift();
        loop_for(0, breaks[i].ms * MS);
        loop_for(1, 500 * MS);
        CHECK(hears(breaks[i].is));
    }
}

static void test_slow_pulses_are_pulses_where_one_alone_would_be_a_flash(void) {
    cti_pulse_rx_config cfg = timed_break();
    begin(&cfg);
    lift();
    pulses(2, 95, 48, 300); /* 7 a second, 66 % */
    pulses(7, 114, 29, 300);
    CHECK(hears("^27"));
    CHECK_EQ(of(CTI_EV_PULSING, 0)->at, (300 + 95 + 48 + 95 + 5) * MS); /* now it is no flash */
}

static void test_bounce_of_the_contact_is_passed_over(void) {
    begin(NULL);
    static const int bounce[] = {3, 9, 12, 20, 28}; /* samples; then it rests */
    for (int closed = 1, n = 0; n < 13; n++, closed = !closed) {
        for (int i = 0; i < 5; i++)
            loop_for(i % 2 ? !closed : closed, bounce[i]);
        loop_for(!closed, 10);
        loop_for(closed, 60 * MS);
    }
    now += 500 * MS;
    CHECK(hears("^6"));
    CHECK_EQ(of(CTI_EV_HOOK, 0)->start, 0);
    begin(NULL);
    lift();
    for (int i = 0; i < 50; i++) { /* crackle while it is closed */
        loop_for(0, 30);
        loop_for(1, 20 * MS);
    }
    now += 500 * MS;
    CHECK(hears("^"));
}

static void test_breaks_too_short_for_a_pulse_neither_count_nor_part_a_digit(void) {
    begin(NULL);
    lift();
    for (int i = 0; i < 3; i++) {
        loop_for(0, 60 * MS);
        loop_for(1, 20 * MS);
        loop_for(0, 9 * MS);
        loop_for(1, 20 * MS);
    }
    now += 300 * MS;
    CHECK(hears("^3"));
}

static void test_more_than_ten_pulses_are_no_digit(void) {
    begin(NULL);
    lift();
    pulses(11, 60, 40, 400);
    pulses(2, 60, 40, 400);
    CHECK(hears("^2"));
}

static void test_hanging_up_in_the_middle_of_a_digit_gives_none(void) {
    begin(NULL);
    lift();
    pulses(3, 60, 40, 40);
    loop_for(0, 1500 * MS);
    lift();
    pulses(5, 60, 40, 400);
    CHECK(hears("^_^5"));
}

static void test_a_contact_that_never_settles_is_taken_as_it_is_after_20_ms(void) {
    begin(NULL);
    for (int i = 0; i < 500; i++) {
        loop_for(1, 27);
        loop_for(0, 10);
    }
    CHECK(hears("^"));
    CHECK_EQ(of(CTI_EV_HOOK, 0)->at, 20 * MS);
    begin(NULL);
    lift();
    for (int i = 0; i < 500; i++) {
        loop_for(0, 27);
        loop_for(1, 10);
    }
    CHECK(hears("^_"));
}

static void test_a_crackle_at_the_end_of_the_longest_flash_does_not_hide_the_hang_up(void) {
    begin(NULL);
    lift();
    loop_for(0, 999 * MS);
    loop_for(1, 20);
    loop_for(0, 500 * MS);
    CHECK(hears("^_"));
    CHECK_EQ(of(CTI_EV_HOOK, 1)->at, (300 + 999 + 5) * MS + 20); /* once the crackle is known for one */
}

static void write_down_a_day(uint32_t seed) {
    uint32_t state = seed;
    loop_for(1, 900 * MS);
    while (changes < MOST - 2) {
        state = state * 1664525u + 1013904223u;
        static const int lengths[] = {2, 9, 30, 41, 90, 150, 320, 488, 536, 800, 970, 1300, 4000, 9000};
        loop_for(changes % 2 == 0, lengths[(state >> 8) % 14]);
    }
    now += 2000 * MS;
}

static void test_the_result_does_not_depend_on_how_time_is_cut(void) {
    static cti_event first[MOST];
    static const int blocks[] = {1, 7, 160, 100000};
    int count = 0;
    for (int b = 0; b < 4; b++) {
        begin(NULL);
        write_down_a_day(11);
        hear_in(blocks[b]);
        if (b == 0) {
            count = events;
            memcpy(first, heard, sizeof heard);
            CHECK(count > 300);
        }
        CHECK_EQ(events, count);
        CHECK_EQ(memcmp(first, heard, (size_t)count * sizeof *heard), 0);
    }
}

static void test_what_finds_no_room_comes_with_the_next_call(void) {
    begin(NULL);
    lift();
    pulses(4, 61, 39, 700);
    loop_for(0, 500 * MS);
    loop_for(1, 500 * MS);
    int found = cti_pulse_rx_run(rx, said, changes, now, heard, 1);
    CHECK_EQ(found, 1);
    for (events = 1; found == 1 && events < MOST; events += found)
        found = cti_pulse_rx_run(rx, NULL, 0, now, heard + events, 1);
    CHECK_EQ(events, 5); /* lifted, pulsing, down, up, flash */
    CHECK_EQ(strcmp(words(), "^4F"), 0);
}

/* pulse_tx's pulses, at 10 and 20 a second, with each country's ratio. */
static void test_what_pulse_tx_makes_is_heard(void) {
    static const int times[][3] = {{61, 39, 800}, {67, 33, 800}, {60, 40, 600}, {33, 17, 300}};
    cti_pulse_tx *tx = malloc(cti_pulse_tx_size());
    for (int i = 0; i < 4; i++) {
        begin(NULL);
        cti_pulse_tx_init(tx, cti_pulse_tx_size());
        lift();
        for (const char *d = "0918273645"; *d != 0; d++) {
            cti_pulse_train t = {cti_pulse_count(CTI_PULSE_USUAL, *d), times[i][0], times[i][1], times[i][2]};
            CHECK_EQ(cti_pulse_tx_put(tx, cti_pulse_value(&t)), CTI_OK);
        }
        CHECK_EQ(cti_pulse_tx_flash(tx, 500 * MS), CTI_OK);
        for (int done = 0; cti_pulse_tx_busy(tx); now += 160)
            changes += cti_pulse_tx_run(tx, now, 160, said + changes, MOST - changes, &done);
        CHECK(hears("^0918273645F"));
    }
    free(tx);
}

static void test_pulses_touch_no_heap(void) {
    cti_pulse_tx *tx = malloc(cti_pulse_tx_size());
    begin(NULL);
    heap_count_begin();
    cti_pulse_tx_init(tx, cti_pulse_tx_size());
    cti_pulse_rx_init(rx, cti_pulse_rx_size(), NULL);
    lift();
    cti_pulse_train five = {5, 61, 39, 800};
    cti_pulse_tx_put(tx, cti_pulse_value(&five));
    cti_pulse_tx_flash(tx, 4000);
    for (int done = 0; cti_pulse_tx_busy(tx); now += 160)
        changes += cti_pulse_tx_run(tx, now, 160, said + changes, MOST - changes, &done);
    hear_in(160);
    CHECK_EQ(heap_calls, 0);
    CHECK_EQ(strcmp(words(), "^5F"), 0);
    free(tx);
}

static void test_wrong_use_is_refused_and_changes_nothing(void) {
    begin(NULL);
    cti_pulse_rx_config cfg;
    cti_pulse_rx_defaults(&cfg);
    CHECK_EQ(cti_pulse_rx_init(rx, 4, NULL), CTI_ERR_SIZE);
    cfg.one_ms = 121;
    CHECK_EQ(cti_pulse_rx_init(rx, cti_pulse_rx_size(), &cfg), CTI_ERR_ARG);
    cfg.one_ms = 80;
    cfg.flash_ms = 119;
    CHECK_EQ(cti_pulse_rx_init(rx, cti_pulse_rx_size(), &cfg), CTI_ERR_ARG);
    cfg.flash_ms = 1000;
    cfg.numbering = 3;
    CHECK_EQ(cti_pulse_rx_init(rx, cti_pulse_rx_size(), &cfg), CTI_ERR_ARG);
    cti_hook_change late[] = {{.at = 300, .off_hook = 1}, {.at = 200, .off_hook = 0}};
    CHECK_EQ(cti_pulse_rx_run(rx, late, 2, 400, heard, MOST), CTI_ERR_ARG);
    CHECK_EQ(cti_pulse_rx_run(rx, late, 1, 200, heard, MOST), CTI_ERR_ARG);
    CHECK_EQ(cti_pulse_rx_run(rx, NULL, 1, 400, heard, MOST), CTI_ERR_ARG);
    CHECK_EQ(cti_pulse_rx_run(rx, NULL, 0, -1, heard, MOST), CTI_ERR_ARG);
    CHECK_EQ(cti_pulse_rx_run(rx, late, 1, 400, heard, MOST), 1);
    CHECK_EQ(cti_pulse_rx_off_hook(rx), 1);
    CHECK_EQ(cti_pulse_rx_reset(rx), CTI_OK);
    CHECK_EQ(cti_pulse_rx_off_hook(rx), 0);
    CHECK_EQ(cti_pulse_rx_run(rx, late, 1, 400, heard, MOST), 1); /* time began again */
}

int main(void) {
    RUN(test_pulses_of_each_digit_are_counted_by_each_numbering);
    RUN(test_tia_464_rates_of_8_to_11_with_breaks_of_58_to_64_percent_and_better_are_accepted);
    RUN(test_tia_464_pauses_of_300_ms_and_better_part_digits);
    RUN(test_a_digit_is_known_150_ms_behind_its_last_pulse_and_says_when_it_was);
    RUN(test_lifting_is_known_at_once_and_hanging_up_after_the_longest_flash);
    RUN(test_flash_from_above_a_pulse_to_its_longest_is_a_flash);
    RUN(test_es_201_729_timed_break_recall_is_told_from_a_digit_1);
    RUN(test_slow_pulses_are_pulses_where_one_alone_would_be_a_flash);
    RUN(test_bounce_of_the_contact_is_passed_over);
    RUN(test_breaks_too_short_for_a_pulse_neither_count_nor_part_a_digit);
    RUN(test_more_than_ten_pulses_are_no_digit);
    RUN(test_hanging_up_in_the_middle_of_a_digit_gives_none);
    RUN(test_a_contact_that_never_settles_is_taken_as_it_is_after_20_ms);
    RUN(test_a_crackle_at_the_end_of_the_longest_flash_does_not_hide_the_hang_up);
    RUN(test_the_result_does_not_depend_on_how_time_is_cut);
    RUN(test_what_finds_no_room_comes_with_the_next_call);
    RUN(test_what_pulse_tx_makes_is_heard);
    RUN(test_pulses_touch_no_heap);
    RUN(test_wrong_use_is_refused_and_changes_nothing);
    free(rx);
    CHECK_END();
}
