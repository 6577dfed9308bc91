/* The board of DAHDI channels on a simulated card, whose lines are a board that the test plays. */
#include "cti/dahdi_board.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "card_line.h"
#include "check.h"
#include "cti/pulse_tx.h"
#include "dahdi/numbers.h"
#include "fake_board.h"
#include "heap_count.h"
#include "signals.h"

enum { TICK = 160, PORTS = 2, MOST = 256 };

static fake_board wires;
static cti_dahdi_card *card;
static cti_dahdi_board *driver;
static cti_board board;
static int32_t handles[PORTS];
static int16_t tx[PORTS * TICK], rx[PORTS * TICK];
static cti_event ev[MOST];
static int events;
static int64_t at;

static void open_channels(void) {
    for (int i = 0; i < PORTS; i++) {
        int32_t info[6] = {0, 0, 8, TICK, 0, 0}, on = 1;
        handles[i] = cti_dahdi_card_open(card, i + 1);
        CHECK(handles[i] >= 0);
        cti_dahdi_card_ioctl(card, handles[i], DAHDI_SET_BUFINFO, (uint8_t *)info, sizeof info);
        cti_dahdi_card_ioctl(card, handles[i], DAHDI_SETLINEAR, (uint8_t *)&on, sizeof on);
        cti_dahdi_card_ioctl(card, handles[i], DAHDI_BUFFER_EVENTS, (uint8_t *)&on, sizeof on);
    }
}

/* Channel 1 faces the exchange, channel 2 a telephone. */
static void begin_with(int taps) {
    cti_dahdi_card_config has;
    cti_dahdi_board_config cfg;
    cti_dahdi_door door;
    cti_dahdi_card_defaults(&has);
    has.fxs = 1;
    cti_board line = fake_native(&wires, PORTS);
    line.control = control;
    card = malloc(cti_dahdi_card_size(&has));
    CHECK_EQ(cti_dahdi_card_init(card, cti_dahdi_card_size(&has), &has, &line), CTI_OK);
    CHECK_EQ(cti_dahdi_card_door(card, &door), CTI_OK);
    cti_dahdi_board_defaults(&cfg);
    cfg.ports = PORTS;
    driver = malloc(cti_dahdi_board_size(&cfg));
    CHECK_EQ(cti_dahdi_board_init(driver, cti_dahdi_board_size(&cfg), &cfg, &door), CTI_OK);
    for (int i = 0; i < PORTS; i++) {
        const cti_dahdi_port_config port = {.kind = i, .echo_taps = taps, .tells_late = 1};
        CHECK_EQ(cti_dahdi_board_port(driver, i, &port), CTI_OK);
    }
    CHECK_EQ(cti_dahdi_board_board(driver, &board), CTI_OK);
    open_channels();
    CHECK_EQ(cti_dahdi_board_give(driver, handles, PORTS), CTI_OK);
    memset(tx, 0, sizeof tx);
    at = orders = events = 0;
}

static void begin(void) {
    begin_with(0);
}

static void end(void) {
    free(driver);
    free(card);
}

/* One tick of the card and of the board; what the board returned. */
static int tick(void) {
    cti_dahdi_card_tick(card, at);
    int n = board.exchange(board.ctx, at, tx, rx, TICK, ev + events, MOST - events);
    at += TICK;
    if (n > 0)
        events += n;
    return n;
}

static void ticks(int n) {
    for (int i = 0; i < n; i++)
        CHECK(tick() >= 0);
}

static void happens(int port, int kind, int value) {
    wires.next[wires.events++] = (cti_event){.at = at, .port = port, .kind = kind, .value = value};
}

static int told(int port, int kind, int value) {
    int n = 0;
    for (int i = 0; i < events; i++)
        n += ev[i].port == port && ev[i].kind == kind && ev[i].value == value;
    return n;
}

static int order(int port, int what, int value) {
    return board.control(board.ctx, port, what, value);
}

static void test_it_is_away_until_it_is_given_descriptors(void) {
    begin();
    CHECK_EQ(order(0, CTI_LINE_HOOK, 1), CTI_OK); /* before the first tick, too */
    ticks(1);
    CHECK_EQ(told(0, CTI_EV_SEIZED, 0), 1);
    CHECK_EQ(cti_dahdi_board_give(driver, handles, PORTS), CTI_ERR_STATE);
    CHECK_EQ(cti_dahdi_board_take_back(driver), 1);
    CHECK_EQ(order(0, CTI_LINE_HOOK, 0), CTI_ERR_GONE);
    CHECK_EQ(tick(), CTI_ERR_GONE);
    CHECK_EQ(cti_dahdi_board_give(driver, handles, PORTS), CTI_OK);
    CHECK(tick() >= 0);
    end();
}

static void test_ringing_is_answered_and_released(void) {
    begin();
    ticks(2);
    happens(0, CTI_EV_RING_ON, 0);
    ticks(5);
    CHECK_EQ(told(0, CTI_EV_RING_ON, 0), 1);
    happens(0, CTI_EV_RING_OFF, 0);
    ticks(5);
    CHECK_EQ(told(0, CTI_EV_RING_OFF, 0), 1);
    CHECK_EQ(order(0, CTI_LINE_HOOK, 1), CTI_OK);
    CHECK(was_ordered(0, CTI_LINE_HOOK, 1));
    ticks(1);
    CHECK_EQ(told(0, CTI_EV_SEIZED, 0), 1);
    CHECK_EQ(order(0, CTI_LINE_HOOK, 0), CTI_OK);
    ticks(1);
    CHECK_EQ(told(0, CTI_EV_RELEASED, 0), 1);
    CHECK(was_ordered(0, CTI_LINE_HOOK, 0));
    CHECK_EQ(order(0, CTI_LINE_HOOK, 0), CTI_OK);
    ticks(1);
    CHECK_EQ(told(0, CTI_EV_RELEASED, 0), 1);
    end();
}

static void test_a_burst_whose_beginning_was_not_told_counts_all_the_same(void) {
    begin();
    ticks(2);
    cti_dahdi_card_events(card, 1, DAHDI_EVENT_RINGOFFHOOK, 1);
    ticks(2);
    CHECK_EQ(told(0, CTI_EV_RING_ON, 0), 1);
    CHECK_EQ(told(0, CTI_EV_RING_OFF, 0), 1);
    end();
}

static void test_battery_away_in_a_call_is_the_far_end_gone_and_a_dead_line_is_told(void) {
    begin();
    ticks(2);
    order(0, CTI_LINE_HOOK, 1);
    happens(0, CTI_EV_BATTERY, 0);
    ticks(6);
    CHECK_EQ(told(0, CTI_EV_REMOTE_GONE, CTI_GONE_LOOP_BREAK), 1);
    CHECK_EQ(told(0, CTI_EV_BATTERY, 0), 0);
    ticks(50);
    CHECK_EQ(told(0, CTI_EV_BATTERY, 0), 1);
    CHECK_EQ(told(0, CTI_EV_ALARM, 1), 0);
    happens(0, CTI_EV_BATTERY, 1);
    ticks(60);
    CHECK_EQ(told(0, CTI_EV_BATTERY, 1), 1);
    end();
}

static void test_a_span_in_red_and_back_is_an_alarm_of_each_port(void) {
    begin();
    ticks(2);
    cti_dahdi_card_alarm(card, 8);
    ticks(2);
    CHECK_EQ(told(0, CTI_EV_ALARM, 1), 1);
    CHECK_EQ(told(1, CTI_EV_ALARM, 1), 1);
    CHECK_EQ(order(0, CTI_LINE_HOOK, 1), CTI_ERR_STATE);
    cti_dahdi_port_status st;
    CHECK_EQ(cti_dahdi_board_status_of(driver, 0, &st), CTI_OK);
    CHECK_EQ(st.alarm, 1);
    CHECK_EQ(st.why, CTI_DAHDI_ENODEV);
    cti_dahdi_card_alarm(card, 0);
    ticks(2);
    CHECK_EQ(told(0, CTI_EV_ALARM, 0), 1);
    CHECK_EQ(order(0, CTI_LINE_HOOK, 1), CTI_OK);
    end();
}

static void test_a_card_taken_out_is_gone_and_back_with_other_descriptors(void) {
    begin();
    ticks(2);
    order(0, CTI_LINE_HOOK, 1);
    cti_dahdi_card_removed(card, 1);
    CHECK_EQ(tick(), CTI_ERR_GONE);
    CHECK_EQ(cti_dahdi_board_state_of(driver), CTI_DAHDI_LOST);
    CHECK_EQ(tick(), CTI_ERR_GONE);
    CHECK_EQ(order(0, CTI_LINE_HOOK, 1), CTI_ERR_GONE);
    CHECK_EQ(cti_dahdi_board_take_back(driver), 1);
    for (int i = 0; i < PORTS; i++)
        cti_dahdi_card_close(card, handles[i]);
    cti_dahdi_card_removed(card, 0);
    open_channels();
    CHECK_EQ(cti_dahdi_board_give(driver, handles, PORTS), CTI_OK);
    ticks(1);
    orders = 0;
    CHECK_EQ(order(0, CTI_LINE_HOOK, 1), CTI_OK);
    CHECK(was_ordered(0, CTI_LINE_HOOK, 1));
    end();
}

static void test_a_telephone_rings_as_long_as_it_is_told_is_lifted_flashes_and_dials(void) {
    begin();
    ticks(2);
    CHECK_EQ(order(1, CTI_LINE_HOOK, 1), CTI_ERR_STATE);
    CHECK_EQ(order(1, CTI_LINE_BATTERY, 0), CTI_ERR_STATE);
    CHECK_EQ(order(1, CTI_LINE_RING, 1), CTI_OK);
    CHECK(was_ordered(1, CTI_LINE_RING, 1));
    ticks(400); /* 8 s: longer than the kernel's own cadence */
    CHECK(!was_ordered(1, CTI_LINE_RING, 0));
    CHECK_EQ(order(1, CTI_LINE_RING, 0), CTI_OK);
    CHECK(was_ordered(1, CTI_LINE_RING, 0));
    order(1, CTI_LINE_RING, 1);
    happens(1, CTI_EV_HOOK, 1);
    ticks(3);
    CHECK_EQ(told(1, CTI_EV_HOOK, 1), 1);
    CHECK_EQ(order(1, CTI_LINE_RING, 1), CTI_ERR_STATE);
    happens(1, CTI_EV_FLASH, 0);
    happens(1, CTI_EV_PULSING, 0);
    happens(1, CTI_EV_DIGIT_DOWN, '0');
    wires.next[wires.events - 1].ref = CTI_DIGIT_PULSES;
    ticks(3);
    CHECK_EQ(told(1, CTI_EV_FLASH, 0), 1);
    CHECK_EQ(told(1, CTI_EV_PULSING, 0), 1);
    CHECK_EQ(told(1, CTI_EV_DIGIT_DOWN, '0'), 1);
    CHECK_EQ(told(1, CTI_EV_DIGIT_UP, '0'), 1);
    happens(1, CTI_EV_HOOK, 0);
    ticks(3);
    CHECK_EQ(told(1, CTI_EV_HOOK, 0), 1);
    CHECK(!was_ordered(1, CTI_LINE_BATTERY, 0)); /* on hook already: nothing to disconnect */
    CHECK_EQ(order(1, CTI_LINE_POLARITY, 1), CTI_OK);
    CHECK(was_ordered(1, CTI_LINE_POLARITY, 1));
    cti_dahdi_card_status st;
    CHECK_EQ(order(0, CTI_LINE_LAMP, 3), CTI_ERR_STATE);
    CHECK_EQ(order(1, CTI_LINE_LAMP, 3), CTI_OK);
    CHECK_EQ(cti_dahdi_card_status_of(card, 2, &st), CTI_OK);
    CHECK_EQ(st.lamp, 3);
    end();
}

static void test_a_telephone_that_cannot_ring_says_why_and_rings_once_it_can(void) {
    begin();
    cti_dahdi_port_status st;
    int32_t zone = 0;
    uint8_t load[112] = {0};
    int ctl = cti_dahdi_card_open(card, CTI_DAHDI_CTL);
    CHECK_EQ(cti_dahdi_card_ioctl(card, ctl, DAHDI_FREEZONE, (uint8_t *)&zone, sizeof zone), 0);
    ticks(2);
    CHECK_EQ(order(1, CTI_LINE_RING, 1), CTI_OK);
    CHECK_EQ(cti_dahdi_board_status_of(driver, 1, &st), CTI_OK);
    CHECK_EQ(st.refused, DAHDI_RING);
    CHECK_EQ(st.why, CTI_DAHDI_ENODATA);
    CHECK(!was_ordered(1, CTI_LINE_RING, 1));
    CHECK_EQ(cti_dahdi_card_ioctl(card, ctl, DAHDI_LOADZONE, load, sizeof load), 0);
    ticks(2);
    CHECK(was_ordered(1, CTI_LINE_RING, 1));
    CHECK_EQ(cti_dahdi_board_status_of(driver, 1, &st), CTI_OK);
    CHECK_EQ(st.why, 0);
    end();
}

static void test_a_telephone_on_hook_hears_what_is_sent_to_it(void) {
    begin();
    ticks(2);
    cti_dahdi_card_status st;
    for (int i = 0; i < TICK; i++)
        tx[TICK + i] = 5000;
    ticks(10);
    CHECK_NEAR(wires.sent[1][80], 5000, 150);
    CHECK_EQ(cti_dahdi_card_status_of(card, 2, &st), CTI_OK);
    CHECK_EQ(st.transfer, 1);
    CHECK_EQ(cti_dahdi_card_status_of(card, 1, &st), CTI_OK);
    CHECK_EQ(st.transfer, 0);
    end();
}

static void test_flash_and_pulses_are_done_one_behind_the_other_and_broken_off_on_hook(void) {
    begin();
    const cti_pulse_train train = {.pulses = 3, .break_ms = 60, .make_ms = 40, .pause_ms = 800};
    ticks(2);
    CHECK_EQ(order(0, CTI_LINE_FLASH, 800), CTI_ERR_STATE);
    order(0, CTI_LINE_HOOK, 1);
    CHECK_EQ(order(0, CTI_LINE_FLASH, 5), CTI_ERR_ARG);
    CHECK_EQ(order(0, CTI_LINE_FLASH, 800), CTI_OK);
    CHECK_EQ(order(0, CTI_LINE_PULSES, cti_pulse_value(&train)), CTI_OK);
    CHECK(was_ordered(0, CTI_LINE_FLASH, 800)); /* 100 ms, not the kernel's 750 */
    ticks(3);
    CHECK(!was_ordered(0, CTI_LINE_PULSES, cti_pulse_value(&train)));
    happens(0, CTI_EV_DIALLED, 1);
    ticks(3);
    CHECK_EQ(told(0, CTI_EV_DIALLED, 1), 1);
    CHECK(was_ordered(0, CTI_LINE_PULSES, cti_pulse_value(&train)));
    happens(0, CTI_EV_DIALLED, 1);
    ticks(4);
    CHECK_EQ(told(0, CTI_EV_DIALLED, 1), 2);
    order(0, CTI_LINE_FLASH, 800);
    order(0, CTI_LINE_FLASH, 800);
    order(0, CTI_LINE_HOOK, 0);
    ticks(2);
    CHECK_EQ(told(0, CTI_EV_DIALLED, 0), 2);
    end();
}

static void test_a_full_queue_of_events_loses_none_of_the_state(void) {
    begin();
    ticks(2);
    cti_dahdi_card_events(card, 2, DAHDI_EVENT_WINKFLASH, 64);
    happens(1, CTI_EV_HOOK, 1); /* finds no room */
    ticks(4);
    CHECK_EQ(told(1, CTI_EV_HOOK, 1), 1);
    end();
}

static void test_audio_passes_both_ways_without_a_gap_for_a_minute(void) {
    begin();
    double worst = 0;
    int64_t sample = 0;
    int16_t line[TICK];
    ticks(2);
    order(0, CTI_LINE_HOOK, 1);
    for (int k = 0; k < 3000; k++) {
        for (int i = 0; i < TICK; i++, sample++)
            tx[i] = line[i] = (int16_t)lrint(8000 * sin(2 * 3.14159265358979 * 500 * (double)sample / 8000));
        wires.line[0] = line;
        wires.line_left[0] = TICK;
        ticks(1);
        if (k < 20)
            continue;
        for (int i = 1; i < TICK; i++) { /* a sine's steps are bounded; a gap's are not */
            double step = abs(rx[i] - rx[i - 1]), out = abs(wires.sent[0][i] - wires.sent[0][i - 1]);
            worst = step > worst ? step : out > worst ? out : worst;
        }
    }
    CHECK(worst < 8000 * 2 * 3.14159265358979 * 500 / 8000 + 600); /* and mu-law's */
    cti_dahdi_port_status st;
    cti_dahdi_board_status_of(driver, 0, &st);
    CHECK_EQ(st.rx_slips + st.tx_slips, 0);
    end();
}

static void test_a_late_tick_costs_a_slip_and_no_latency(void) {
    begin();
    cti_dahdi_port_status before, after;
    cti_dahdi_card_status st;
    ticks(50);
    cti_dahdi_board_status_of(driver, 0, &before);
    for (int i = 0; i < 5; i++, at += TICK) /* 100 ms without us */
        cti_dahdi_card_tick(card, at);
    ticks(50);
    cti_dahdi_board_status_of(driver, 0, &after);
    CHECK(after.tx_slips > before.tx_slips);
    cti_dahdi_card_status_of(card, 1, &st);
    CHECK(st.tx_waits <= 2 * TICK);
    end();
}

static void test_ticks_made_up_for_hear_what_the_kernel_kept_and_leave_no_latency(void) {
    begin();
    cti_dahdi_port_status before, after;
    int16_t kept[TICK];
    ticks(100);
    cti_dahdi_board_status_of(driver, 0, &before);
    for (int i = 0; i < TICK; i++)
        kept[i] = 3000;
    for (int i = 0; i < 6; i++) { /* 120 ms without us; the kernel keeps 160 */
        wires.line[0] = kept;
        wires.line_left[0] = TICK;
        cti_dahdi_card_tick(card, at + i * TICK);
    }
    int heard = 0;
    for (int i = 0; i < 6; i++, at += TICK) {
        CHECK(board.exchange(board.ctx, at, tx, rx, TICK, ev, MOST) >= 0);
        heard += rx[TICK / 2] > 2000;
    }
    for (int i = 0; i < 50; i++) {
        ticks(1);
        heard += rx[TICK / 2] > 2000;
    }
    CHECK_EQ(heard, 6);
    cti_dahdi_board_status_of(driver, 0, &after);
    CHECK_EQ(after.rx_slips, before.rx_slips);
    ticks(400);
    cti_dahdi_board_status_of(driver, 0, &after);
    CHECK(after.tx_latency < 400 + 3 * TICK);
    CHECK(after.rx_latency < 400 + TICK);
    end();
}

static double power(const int16_t *pcm, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += (double)pcm[i] * pcm[i];
    return sum / n;
}

/* dB by which what comes back of noise is below what was sent, after 6 s; the line returns all of it. */
static double echo_lost_db(int taps) {
    begin_with(taps);
    double sent = 0, left = 0;
    uint32_t dice = 7;
    wires.echo = 1;
    ticks(2);
    order(0, CTI_LINE_HOOK, 1);
    for (int k = 0; k < 350; k++) {
        for (int i = 0; i < TICK; i++)
            tx[i] = (int16_t)(((int32_t)((dice = dice * 1664525u + 1013904223u) >> 16) - 32768) / 8);
        ticks(1);
        sent += k >= 300 ? power(wires.sent[0], TICK) : 0;
        left += k >= 300 ? power(rx, TICK) : 0;
    }
    end();
    return 10 * log10(sent / (left + 1e-9));
}

static void test_our_own_canceller_takes_the_echo_out(void) {
    CHECK_NEAR(echo_lost_db(0), 0, 1);
    CHECK(echo_lost_db(128) > 20);
}

static void test_no_call_of_the_heap(void) {
    begin();
    ticks(2);
    order(0, CTI_LINE_HOOK, 1);
    heap_count_begin();
    ticks(50);
    CHECK_EQ(heap_calls, 0);
    end();
}

int main(void) {
    RUN(test_it_is_away_until_it_is_given_descriptors);
    RUN(test_ringing_is_answered_and_released);
    RUN(test_a_burst_whose_beginning_was_not_told_counts_all_the_same);
    RUN(test_battery_away_in_a_call_is_the_far_end_gone_and_a_dead_line_is_told);
    RUN(test_a_span_in_red_and_back_is_an_alarm_of_each_port);
    RUN(test_a_card_taken_out_is_gone_and_back_with_other_descriptors);
    RUN(test_a_telephone_rings_as_long_as_it_is_told_is_lifted_flashes_and_dials);
    RUN(test_a_telephone_that_cannot_ring_says_why_and_rings_once_it_can);
    RUN(test_a_telephone_on_hook_hears_what_is_sent_to_it);
    RUN(test_flash_and_pulses_are_done_one_behind_the_other_and_broken_off_on_hook);
    RUN(test_a_full_queue_of_events_loses_none_of_the_state);
    RUN(test_audio_passes_both_ways_without_a_gap_for_a_minute);
    RUN(test_a_late_tick_costs_a_slip_and_no_latency);
    RUN(test_ticks_made_up_for_hear_what_the_kernel_kept_and_leave_no_latency);
    RUN(test_our_own_canceller_takes_the_echo_out);
    RUN(test_no_call_of_the_heap);
    CHECK_END();
}
