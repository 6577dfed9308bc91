/* Dial pulses and flash on the simulated lines: made by the terminal to the sample, read by the exchange. */

#include "heap_count.h"

#include <stdint.h>
#include <string.h>

#include "check.h"
#include "cti/dtmf_tx.h"
#include "cti/error.h"
#include "cti/lineplant.h"

enum { TICK = 160, SECOND = 8000, MS = 8, ROOM = 12 * SECOND, EVENTS = 512, LEVEL = 5000 };
enum { BOARD = 0, PHONE = 1, PHONE2 = 2 };

static cti_plant *plant;
static cti_board board;
static int64_t now;
static int16_t send[ROOM], rx[ROOM], frames[2 * ROOM];
static cti_event told[EVENTS], found[EVENTS]; /* the board's; the plant's */
static int tolds, founds;

static void set_up(const cti_pulse_rx_config *pulses) {
    cti_plant_config cfg;
    cti_plant_defaults(&cfg);
    cfg.phones = 2;
    cfg.record_seconds = 12;
    size_t size = cti_plant_size(&cfg);
    plant = calloc(1, size);
    CHECK_EQ(cti_plant_init(plant, size, &cfg), CTI_OK);
    cti_plant_line_config clean = {.noise_dbm0 = -90, .return_loss_db = 60, .law = 0};
    for (int i = 0; i < 3; i++)
        CHECK_EQ(cti_plant_line(plant, i, &clean), CTI_OK);
    if (pulses != NULL)
        CHECK_EQ(cti_plant_pulses(plant, pulses), CTI_OK);
    CHECK_EQ(cti_plant_board(plant, &board), CTI_OK);
    now = 0;
    tolds = founds = 0;
    for (int i = 0; i < ROOM; i++)
        send[i] = LEVEL;
}

/* Ticks; the board sends `send`, from its beginning on. */
static void run(int samples) {
    for (int done = 0; done < samples; done += TICK, now += TICK) {
        int n = board.exchange(board.ctx, now, send + done, rx + done, TICK, told + tolds, EVENTS - tolds);
        CHECK(n >= 0);
        tolds += n > 0 ? n : 0;
    }
    founds += cti_plant_events(plant, found + founds, EVENTS - founds);
}

static int post(int kind, int line, int value) {
    cti_plant_command c = {.kind = kind, .line = line, .value = value};
    return cti_plant_post(plant, &c, 1);
}

static int control(int what, int value) {
    return board.control(board.ctx, BOARD, what, value);
}

static int train(int pulses) {
    cti_pulse_train t = {pulses, 61, 39, 700};
    return cti_pulse_value(&t);
}

static const cti_event *event(const cti_event *ev, int n, int kind, int line, int which) {
    static const cti_event none;
    for (int i = 0; i < n; i++)
        if (ev[i].kind == kind && ev[i].port == line && which-- == 0)
            return &ev[i];
    return &none;
}

/* What the exchange heard from a line: digits (of tones in brackets), F flash, ^ off hook, _ on hook. */
static const char *heard(int line) {
    static char text[EVENTS];
    int n = 0;
    for (int i = 0; i < founds; i++) {
        const cti_event *ev = &found[i];
        if (ev->port != line)
            continue;
        if (ev->kind == CTI_EV_DIGIT_DOWN && ev->ref == CTI_DIGIT_PULSES)
            text[n++] = (char)ev->value;
        else if (ev->kind == CTI_EV_DIGIT_DOWN)
            n += snprintf(text + n, 4, "(%c)", ev->value);
        else if (ev->kind == CTI_EV_FLASH || ev->kind == CTI_EV_HOOK)
            text[n++] = ev->kind == CTI_EV_FLASH ? 'F' : ev->value ? '^' : '_';
    }
    text[n] = 0;
    return text;
}

static int hears(int line, const char *expected) {
    if (strcmp(heard(line), expected) == 0)
        return 1;
    fprintf(stderr, "heard %s, expected %s\n", heard(line), expected);
    return 0;
}

static void test_pulses_of_the_board_are_made_to_the_sample_and_read(void) {
    set_up(NULL);
    control(CTI_LINE_HOOK, 1);
    run(TICK);
    CHECK_EQ(post(CTI_PLANT_PHONE_HOOK, PHONE, 1), CTI_OK);
    CHECK_EQ(post(CTI_PLANT_CONNECT, BOARD, PHONE), CTI_OK);
    CHECK_EQ(post(CTI_PLANT_PHONE_RECORD, PHONE, 1), CTI_OK);
    CHECK_EQ(control(CTI_LINE_PULSES, train(3)), CTI_OK);
    CHECK_EQ(control(CTI_LINE_PULSES, train(1)), CTI_OK);
    int64_t begin = now;
    run(3 * SECOND);
    int n = cti_plant_phone_read(plant, PHONE, frames, ROOM);
    CHECK_EQ(n, 3 * SECOND);
    for (int i = 0; i < n; i++) { /* what the other end hears of the board's steady level */
        double ms = i / 8.0;
        int open = ms < 61 || (ms >= 100 && ms < 161) || (ms >= 200 && ms < 261) || (ms >= 961 && ms < 1022);
        if (frames[2 * i + 1] != (open ? 0 : LEVEL)) {
            CHECK_EQ(i, -1);
            break;
        }
    }
    CHECK(hears(BOARD, "^31"));
    CHECK_EQ(event(found, founds, CTI_EV_DIGIT_DOWN, BOARD, 0)->start, begin);
    CHECK_EQ(event(found, founds, CTI_EV_PULSING, BOARD, 0)->start, begin);
    CHECK_EQ(event(told, tolds, CTI_EV_DIALLED, BOARD, 1)->value, 1);
    CHECK_EQ(event(told, tolds, CTI_EV_DIALLED, BOARD, 1)->at,
             begin + 1740 * MS); /* with the last pause: 1722 ms */
    CHECK_EQ(event(told, tolds, CTI_EV_RELEASED, BOARD, 0)->kind, 0);
    free(plant);
}

static void test_while_the_loop_is_open_the_terminal_hears_nobody_at_the_other_end(void) {
    set_up(NULL);
    control(CTI_LINE_HOOK, 1);
    post(CTI_PLANT_PHONE_HOOK, PHONE, 1);
    post(CTI_PLANT_PHONE_HOOK, PHONE2, 1);
    post(CTI_PLANT_CONNECT, BOARD, PHONE);
    post(CTI_PLANT_PHONE_RECORD, PHONE, 1);
    run(TICK);
    CHECK_EQ(post(CTI_PLANT_PHONE_FLASH, PHONE, 300), CTI_OK);
    run(SECOND);
    int n = cti_plant_phone_read(plant, PHONE, frames, ROOM);
    for (int i = TICK; i < n; i++)
        if (frames[2 * i + 1] != (i < TICK + 300 ? 0 : LEVEL)) {
            CHECK_EQ(i, -1);
            break;
        }
    free(plant);
}

static void test_pulses_of_a_telephone_are_read_by_the_numbering_of_the_country(void) {
    cti_pulse_rx_config cfg;
    cti_pulse_rx_defaults(&cfg);
    cfg.numbering = CTI_PULSE_NEW_ZEALAND;
    set_up(&cfg);
    post(CTI_PLANT_PHONE_HOOK, PHONE, 1);
    run(TICK);
    for (const char *d = "0137"; *d != 0; d++)
        CHECK_EQ(post(CTI_PLANT_PHONE_PULSES, PHONE, train(cti_pulse_count(CTI_PULSE_NEW_ZEALAND, *d))),
                 CTI_OK);
    run(8 * SECOND);
    CHECK(hears(PHONE, "^0137"));
    for (int i = 0; i < 4; i++)
        CHECK_EQ(event(found, founds, CTI_EV_DIALLED, PHONE, i)->value, 1);
    CHECK_EQ(cti_plant_pulses(plant, &cfg), CTI_ERR_STATE);
    free(plant);
}

static void test_tones_are_heard_behind_pulses_and_pulses_behind_tones(void) {
    set_up(NULL);
    memset(send, 0, sizeof send);
    cti_dtmf_tx_config tx;
    cti_dtmf_tx_defaults(&tx);
    cti_dtmf_tx_render(&tx, "5A", send + 2 * SECOND, SECOND);
    control(CTI_LINE_HOOK, 1);
    run(TICK);
    control(CTI_LINE_PULSES, train(4));
    run(3 * SECOND);
    control(CTI_LINE_PULSES, train(9));
    run(2 * SECOND);
    CHECK(hears(BOARD, "^4(5)(A)9"));
    CHECK_NEAR(event(found, founds, CTI_EV_DIGIT_DOWN, BOARD, 1)->start, TICK + 2 * SECOND, 24);
    free(plant);
}

static void test_flash_is_no_hang_up_and_a_hang_up_no_flash(void) {
    set_up(NULL);
    control(CTI_LINE_HOOK, 1);
    run(TICK);
    CHECK_EQ(control(CTI_LINE_FLASH, 500 * MS), CTI_OK);
    run(SECOND);
    CHECK(hears(BOARD, "^F"));
    CHECK_EQ(event(found, founds, CTI_EV_FLASH, BOARD, 0)->length, 500 * MS);
    CHECK_EQ(event(told, tolds, CTI_EV_DIALLED, BOARD, 0)->value, 1);
    control(CTI_LINE_HOOK, 0);
    run(2 * SECOND);
    CHECK(hears(BOARD, "^F_"));
    free(plant);
}

static void test_a_line_just_hung_up_is_not_rung(void) {
    set_up(NULL);
    post(CTI_PLANT_PHONE_HOOK, PHONE, 1);
    run(TICK);
    post(CTI_PLANT_PHONE_HOOK, PHONE, 0);
    run(SECOND / 2);
    post(CTI_PLANT_RING, PHONE, 1);
    run(TICK);
    CHECK_EQ(event(found, founds, CTI_EV_RING_ON, PHONE, 0)->kind, 0);
    run(SECOND);
    post(CTI_PLANT_RING, PHONE, 1);
    run(TICK);
    CHECK_EQ(event(found, founds, CTI_EV_RING_ON, PHONE, 0)->kind, CTI_EV_RING_ON);
    free(plant);
}

static void test_hanging_up_breaks_pulses_off_and_says_so_for_each(void) {
    set_up(NULL);
    control(CTI_LINE_HOOK, 1);
    run(TICK);
    for (int i = 0; i < 64; i++)
        CHECK_EQ(control(CTI_LINE_PULSES, train(5)), CTI_OK);
    CHECK_EQ(control(CTI_LINE_PULSES, train(5)), CTI_ERR_FULL);
    run(2 * TICK);
    control(CTI_LINE_HOOK, 0);
    run(2 * SECOND);
    CHECK(hears(BOARD, "^_"));
    for (int i = 0; i < 64; i++) {
        const cti_event *ev = event(told, tolds, CTI_EV_DIALLED, BOARD, i);
        CHECK_EQ(ev->kind, CTI_EV_DIALLED);
        CHECK_EQ(ev->value, 0);
    }
    CHECK_EQ(event(told, tolds, CTI_EV_RELEASED, BOARD, 0)->kind, CTI_EV_RELEASED);
    free(plant);
}

static void test_on_hook_there_is_nothing_to_pulse(void) {
    set_up(NULL);
    CHECK_EQ(control(CTI_LINE_PULSES, train(5)), CTI_ERR_STATE);
    CHECK_EQ(control(CTI_LINE_FLASH, 800), CTI_ERR_STATE);
    CHECK_EQ(post(CTI_PLANT_PHONE_PULSES, PHONE, train(5)), CTI_OK);
    run(TICK);
    CHECK_EQ(event(found, founds, CTI_EV_DIALLED, PHONE, 0)->kind, CTI_EV_DIALLED);
    CHECK_EQ(event(found, founds, CTI_EV_DIALLED, PHONE, 0)->value, 0);
    control(CTI_LINE_HOOK, 1);
    CHECK_EQ(control(CTI_LINE_PULSES, 0), CTI_ERR_ARG);
    CHECK_EQ(control(CTI_LINE_FLASH, 79), CTI_ERR_ARG);
    CHECK_EQ(post(CTI_PLANT_PHONE_PULSES, BOARD, train(5)), CTI_ERR_ARG);
    CHECK_EQ(post(CTI_PLANT_LOSS + 1, PHONE, 600), CTI_ERR_ARG);
    free(plant);
}

static void test_hooks_that_change_often_within_a_tick_end_as_the_last_command_says(void) {
    set_up(NULL);
    for (int i = 0; i < 51; i++) {
        post(CTI_PLANT_PHONE_HOOK, PHONE, i % 2 == 0);
        post(CTI_PLANT_PHONE_PULSES, PHONE, train(2));
    }
    run(2 * SECOND);
    CHECK(hears(PHONE, "^1"));
    free(plant);
}

static void test_pulses_touch_no_heap(void) {
    set_up(NULL);
    heap_count_begin();
    control(CTI_LINE_HOOK, 1);
    control(CTI_LINE_PULSES, train(10));
    control(CTI_LINE_FLASH, 800);
    run(3 * SECOND);
    CHECK_EQ(heap_calls, 0);
    free(plant);
}

int main(void) {
    RUN(test_pulses_of_the_board_are_made_to_the_sample_and_read);
    RUN(test_while_the_loop_is_open_the_terminal_hears_nobody_at_the_other_end);
    RUN(test_pulses_of_a_telephone_are_read_by_the_numbering_of_the_country);
    RUN(test_tones_are_heard_behind_pulses_and_pulses_behind_tones);
    RUN(test_flash_is_no_hang_up_and_a_hang_up_no_flash);
    RUN(test_a_line_just_hung_up_is_not_rung);
    RUN(test_hanging_up_breaks_pulses_off_and_says_so_for_each);
    RUN(test_on_hook_there_is_nothing_to_pulse);
    RUN(test_hooks_that_change_often_within_a_tick_end_as_the_last_command_says);
    RUN(test_pulses_touch_no_heap);
    CHECK_END();
}
