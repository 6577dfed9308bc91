/* The simulated DAHDI card: nodes, buffers, events and times as programs meet them. */
#include "cti/dahdi_card.h"

#include <stdlib.h>
#include <string.h>

#include "card_line.h"
#include "check.h"
#include "dahdi/numbers.h"
#include "fake_board.h"
#include "heap_count.h"

enum { TICK = 160, FXO = 1, FXS = 2, BLOCK = 160 };

static fake_board wires;
static cti_dahdi_card *card;
static int64_t at;

/* Channel 1 is an FXO port, channel 2 an FXS port. */
static void begin_with(cti_dahdi_card_config cfg) {
    cti_board line = fake_native(&wires, 2);
    line.control = control;
    size_t size = cti_dahdi_card_size(&cfg);
    card = malloc(size);
    CHECK_EQ(cti_dahdi_card_init(card, size, &cfg, &line), CTI_OK);
    at = orders = 0;
}

static void begin(void) {
    cti_dahdi_card_config cfg;
    cti_dahdi_card_defaults(&cfg);
    cfg.fxs = 1;
    begin_with(cfg);
}

static void end(void) {
    free(card);
}

static void ticks(int n) {
    for (int i = 0; i < n; i++, at += TICK)
        CHECK_EQ(cti_dahdi_card_tick(card, at), 0);
}

static void happens(int port, int kind, int value) {
    wires.next[wires.events++] = (cti_event){.at = at, .port = port, .kind = kind, .value = value};
}

static int ask(int handle, uint32_t request, int32_t *value) {
    return cti_dahdi_card_ioctl(card, handle, request, (uint8_t *)value, 4);
}

static int order(int handle, uint32_t request, int32_t value) {
    return ask(handle, request, &value);
}

static int event(int handle) {
    int32_t value = -1;
    int result = ask(handle, DAHDI_GETEVENT, &value);
    return result < 0 ? result : value;
}

static int open_as_programs_do(int channel) {
    int handle = cti_dahdi_card_open(card, CTI_DAHDI_CHANNEL);
    int32_t info[6] = {0, 0, 4, BLOCK, 0, 0};
    CHECK_EQ(order(handle, DAHDI_SPECIFY, channel), 0);
    CHECK_EQ(order(handle, DAHDI_SET_BLOCKSIZE, BLOCK), 0);
    CHECK_EQ(cti_dahdi_card_ioctl(card, handle, DAHDI_SET_BUFINFO, (uint8_t *)info, sizeof info), 0);
    CHECK_EQ(order(handle, DAHDI_SETLINEAR, 1), 0);
    return handle;
}

static void test_nodes_are_opened_once_and_bound_to_what_is_there(void) {
    begin();
    int first = cti_dahdi_card_open(card, 1);
    CHECK(first >= 0);
    CHECK_EQ(cti_dahdi_card_open(card, 1), -CTI_DAHDI_EBUSY);
    CHECK_EQ(cti_dahdi_card_open(card, 3), -CTI_DAHDI_ENOENT);
    int unbound = cti_dahdi_card_open(card, CTI_DAHDI_CHANNEL);
    CHECK_EQ(order(unbound, DAHDI_SPECIFY, 9), -CTI_DAHDI_EINVAL);
    CHECK_EQ(order(unbound, DAHDI_SPECIFY, 1), -CTI_DAHDI_EBUSY);
    CHECK_EQ(order(unbound, DAHDI_HOOK, 1), -CTI_DAHDI_ENOTTY);
    CHECK_EQ(cti_dahdi_card_close(card, first), 0);
    CHECK_EQ(cti_dahdi_card_close(card, first), -CTI_DAHDI_EINVAL);
    CHECK_EQ(order(unbound, DAHDI_SPECIFY, 1), 0);
    CHECK_EQ(order(unbound, 0x40, 1), -CTI_DAHDI_ENOTTY);
    CHECK_EQ(cti_dahdi_card_ioctl(card, unbound, DAHDI_HOOK, NULL, 0), -CTI_DAHDI_EINVAL);
    end();
}

static void test_what_dahdi_cfg_has_not_configured_cannot_be_opened(void) {
    cti_dahdi_card_config cfg;
    cti_dahdi_card_defaults(&cfg);
    cfg.fxs = 1;
    cfg.configured = 0;
    begin_with(cfg);
    CHECK_EQ(cti_dahdi_card_open(card, 1), -CTI_DAHDI_ENXIO);
    int ctl = cti_dahdi_card_open(card, CTI_DAHDI_CTL);
    uint8_t chan[76] = {0}, zone[112] = {0}, span[314] = {0};
    span[0] = 1;
    CHECK_EQ(cti_dahdi_card_ioctl(card, ctl, DAHDI_SPANSTAT, span, sizeof span), 0);
    CHECK_EQ(span[120], 0); /* dahdi_scan: UNCONFIGURED */
    CHECK_EQ(span[124], 2);
    chan[0] = 2;
    chan[44] = 0x04, chan[45] = 0x20; /* fxsks on a port for a telephone */
    CHECK_EQ(cti_dahdi_card_ioctl(card, ctl, DAHDI_CHANCONFIG, chan, sizeof chan), -CTI_DAHDI_EINVAL);
    chan[44] = 0x20, chan[45] = 0x10;
    CHECK_EQ(cti_dahdi_card_ioctl(card, ctl, DAHDI_CHANCONFIG, chan, sizeof chan), 0);
    int phone = cti_dahdi_card_open(card, 2);
    CHECK(phone >= 0);
    CHECK_EQ(order(phone, DAHDI_HOOK, DAHDI_RING), -CTI_DAHDI_ENODATA); /* no tone zone yet */
    CHECK_EQ(cti_dahdi_card_ioctl(card, ctl, DAHDI_LOADZONE, zone, sizeof zone), 0);
    CHECK_EQ(order(ctl, DAHDI_DEFAULTZONE, 0), 0);
    CHECK_EQ(order(phone, DAHDI_HOOK, DAHDI_RING), -CTI_DAHDI_EINPROGRESS);
    CHECK_EQ(order(phone, DAHDI_ECHOCANCEL, 128), -CTI_DAHDI_ENODEV); /* none attached */
    end();
}

static void test_a_read_gives_one_buffer_and_the_rest_of_it_is_lost(void) {
    begin();
    int h = open_as_programs_do(1);
    int16_t pcm[BLOCK];
    wires.give[0] = 1000;
    CHECK_EQ(cti_dahdi_card_read(card, h, (uint8_t *)pcm, sizeof pcm), -CTI_DAHDI_EAGAIN);
    ticks(2);
    CHECK_EQ(cti_dahdi_card_ready(card, h) & CTI_DAHDI_IN, CTI_DAHDI_IN);
    CHECK_EQ(cti_dahdi_card_read(card, h, (uint8_t *)pcm, 2 * BLOCK + 2 * BLOCK), 2 * BLOCK);
    CHECK_NEAR(pcm[0], 1000, 20); /* through mu-law */
    CHECK_EQ(cti_dahdi_card_read(card, h, (uint8_t *)pcm, 20), 20);
    CHECK_EQ(cti_dahdi_card_read(card, h, (uint8_t *)pcm, sizeof pcm), -CTI_DAHDI_EAGAIN);
    end();
}

static void test_nobody_reads_and_the_newest_is_lost_and_told(void) {
    begin();
    int h = open_as_programs_do(1);
    uint8_t bytes[2 * BLOCK];
    cti_dahdi_card_status st;
    CHECK_EQ(order(h, DAHDI_BUFFER_EVENTS, 1), 0);
    ticks(4);
    CHECK_EQ(cti_dahdi_card_ready(card, h) & CTI_DAHDI_PRI, 0);
    ticks(3);
    CHECK_EQ(cti_dahdi_card_read(card, h, bytes, sizeof bytes), -CTI_DAHDI_ELAST);
    CHECK_EQ(event(h), DAHDI_EVENT_READ_OVERRUN);
    CHECK_EQ(event(h), 0);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(cti_dahdi_card_read(card, h, bytes, sizeof bytes), sizeof bytes);
    CHECK_EQ(cti_dahdi_card_read(card, h, bytes, sizeof bytes), -CTI_DAHDI_EAGAIN);
    CHECK_EQ(cti_dahdi_card_status_of(card, 1, &st), 0);
    CHECK_EQ(st.overruns, 1);
    end();
}

static void test_what_is_written_is_sent_in_its_order_and_then_silence(void) {
    begin();
    int h = open_as_programs_do(1);
    int16_t pcm[BLOCK];
    CHECK_EQ(order(h, DAHDI_BUFFER_EVENTS, 1), 0);
    for (int k = 1; k <= 5; k++) {
        for (int i = 0; i < BLOCK; i++)
            pcm[i] = (int16_t)(1000 * k);
        CHECK_EQ(cti_dahdi_card_write(card, h, (uint8_t *)pcm, sizeof pcm),
                 k < 5 ? (int)sizeof pcm : -CTI_DAHDI_EAGAIN);
    }
    CHECK_EQ(cti_dahdi_card_ready(card, h) & CTI_DAHDI_OUT, 0);
    for (int k = 1; k <= 4; k++) {
        ticks(1);
        CHECK_NEAR(wires.sent[0][0], 1000 * k, 130);
        CHECK_NEAR(wires.sent[0][159], 1000 * k, 130);
    }
    CHECK_EQ(order(h, DAHDI_FLUSH, DAHDI_FLUSH_READ), 0);
    ticks(1);
    CHECK_EQ(wires.sent[0][5], 0);
    CHECK_EQ(event(h), DAHDI_EVENT_WRITE_UNDERRUN);
    end();
}

static void test_ringing_is_told_after_64_ms_and_its_end_50_ms_later(void) {
    begin();
    int h = open_as_programs_do(1);
    happens(0, CTI_EV_RING_ON, 0);
    ticks(3);
    CHECK_EQ(event(h), 0);
    ticks(1);
    CHECK_EQ(event(h), DAHDI_EVENT_RINGBEGIN);
    happens(0, CTI_EV_RING_OFF, 0);
    ticks(2);
    CHECK_EQ(event(h), 0);
    ticks(1);
    CHECK_EQ(event(h), DAHDI_EVENT_RINGOFFHOOK);
    end();
}

static void test_no_ringing_is_told_for_2_s_behind_our_own_hang_up(void) {
    begin();
    int h = open_as_programs_do(1);
    CHECK_EQ(order(h, DAHDI_HOOK, DAHDI_OFFHOOK), 0);
    CHECK(was_ordered(0, CTI_LINE_HOOK, 1));
    ticks(5);
    CHECK_EQ(order(h, DAHDI_HOOK, DAHDI_ONHOOK), 0);
    happens(0, CTI_EV_RING_ON, 0);
    ticks(50);
    happens(0, CTI_EV_RING_OFF, 0);
    ticks(10);
    CHECK_EQ(event(h), 0);
    ticks(60);
    happens(0, CTI_EV_RING_ON, 0);
    ticks(5);
    CHECK_EQ(event(h), DAHDI_EVENT_RINGBEGIN);
    end();
}

static void test_battery_gone_is_the_far_end_s_hang_up_and_then_a_dead_line(void) {
    begin();
    int h = open_as_programs_do(1);
    happens(0, CTI_EV_BATTERY, 0);
    ticks(5);
    CHECK_EQ(event(h), 0); /* on hook nobody was there to go */
    happens(0, CTI_EV_BATTERY, 1);
    ticks(5);
    CHECK_EQ(order(h, DAHDI_HOOK, DAHDI_OFFHOOK), 0);
    happens(0, CTI_EV_BATTERY, 0);
    ticks(5);
    CHECK_EQ(event(h), DAHDI_EVENT_ONHOOK);
    ticks(50);
    CHECK_EQ(event(h), DAHDI_EVENT_ALARM);
    uint8_t params[136] = {0};
    CHECK_EQ(cti_dahdi_card_ioctl(card, h, DAHDI_GET_PARAMS, params, sizeof params), 0);
    CHECK_EQ(params[132], 8);
    happens(0, CTI_EV_BATTERY, 1);
    ticks(52);
    CHECK_EQ(event(h), DAHDI_EVENT_NOALARM);
    happens(0, CTI_EV_POLARITY, 1);
    ticks(4);
    CHECK_EQ(event(h), DAHDI_EVENT_POLARITY);
    end();
}

static void test_a_flash_takes_its_time_and_is_told(void) {
    begin();
    int h = open_as_programs_do(1);
    CHECK_EQ(order(h, DAHDI_HOOK, DAHDI_FLASH_HOOK), -CTI_DAHDI_EBUSY);
    CHECK_EQ(order(h, DAHDI_HOOK, DAHDI_OFFHOOK), 0);
    CHECK_EQ(order(h, DAHDI_HOOK, DAHDI_FLASH_HOOK), -CTI_DAHDI_EINPROGRESS);
    CHECK(was_ordered(0, CTI_LINE_FLASH, 6000));
    CHECK_EQ(cti_dahdi_card_busy(card, h), 1);
    ticks(3);
    CHECK_EQ(event(h), 0);
    happens(0, CTI_EV_DIALLED, 1);
    ticks(1);
    CHECK_EQ(event(h), DAHDI_EVENT_HOOKCOMPLETE);
    CHECK_EQ(cti_dahdi_card_busy(card, h), 0);
    end();
}

static void test_a_telephone_is_rung_by_the_cadence_until_it_is_lifted(void) {
    begin();
    int h = open_as_programs_do(2);
    int32_t cadence[16] = {100, 200, -300, 400};
    CHECK_EQ(cti_dahdi_card_ioctl(card, h, DAHDI_SETCADENCE, (uint8_t *)cadence, sizeof cadence), 0);
    CHECK_EQ(order(h, DAHDI_HOOK, DAHDI_RING), -CTI_DAHDI_EINPROGRESS);
    CHECK_EQ(order(h, DAHDI_HOOK, DAHDI_RING), -CTI_DAHDI_EBUSY);
    CHECK(was_ordered(1, CTI_LINE_RING, 1));
    ticks(6);
    CHECK_EQ(event(h), DAHDI_EVENT_RINGEROFF);
    ticks(10);
    CHECK_EQ(event(h), DAHDI_EVENT_RINGERON);
    ticks(15);
    CHECK_EQ(event(h), DAHDI_EVENT_RINGEROFF);
    ticks(20);
    CHECK_EQ(event(h), DAHDI_EVENT_RINGERON); /* the 300 ms, where it begins again */
    ticks(14);
    CHECK_EQ(event(h), 0);
    happens(1, CTI_EV_HOOK, 1);
    ticks(1);
    CHECK_EQ(event(h), DAHDI_EVENT_RINGOFFHOOK);
    ticks(100);
    CHECK_EQ(event(h), 0);
    end();
}

static void test_hanging_up_on_a_telephone_cuts_its_battery_for_half_a_second(void) {
    begin();
    int h = open_as_programs_do(2);
    happens(1, CTI_EV_HOOK, 1);
    ticks(1);
    CHECK_EQ(order(h, DAHDI_HOOK, DAHDI_OFFHOOK), 0);
    CHECK_EQ(order(h, DAHDI_HOOK, DAHDI_ONHOOK), 0);
    CHECK(was_ordered(1, CTI_LINE_BATTERY, 0));
    CHECK_EQ(order(h, DAHDI_HOOK, DAHDI_OFFHOOK), -CTI_DAHDI_EBUSY);
    ticks(26);
    CHECK(was_ordered(1, CTI_LINE_BATTERY, 1));
    CHECK_EQ(order(h, DAHDI_HOOK, DAHDI_RING), -CTI_DAHDI_EBUSY);
    ticks(16);
    CHECK_EQ(order(h, DAHDI_HOOK, DAHDI_OFFHOOK), 0);
    end();
}

static void test_on_hook_a_telephone_hears_only_what_the_way_was_opened_for(void) {
    begin();
    int h = open_as_programs_do(2);
    int16_t pcm[BLOCK];
    for (int i = 0; i < BLOCK; i++)
        pcm[i] = 4000;
    CHECK_EQ(cti_dahdi_card_write(card, h, (uint8_t *)pcm, sizeof pcm), sizeof pcm);
    ticks(1);
    CHECK_EQ(wires.sent[1][80], 0);
    CHECK_EQ(order(h, DAHDI_ONHOOKTRANSFER, 30), 0);
    cti_dahdi_card_write(card, h, (uint8_t *)pcm, sizeof pcm);
    ticks(1);
    CHECK_NEAR(wires.sent[1][80], 4000, 100);
    int line = open_as_programs_do(1);
    CHECK_EQ(order(line, DAHDI_ONHOOKTRANSFER, 30), -CTI_DAHDI_EINVAL);
    end();
}

static void test_a_telephone_s_flash_and_dial_are_told(void) {
    begin();
    int h = open_as_programs_do(2);
    happens(1, CTI_EV_HOOK, 1);
    happens(1, CTI_EV_PULSING, 0);
    happens(1, CTI_EV_DIGIT_DOWN, '7');
    wires.next[wires.events - 1].ref = CTI_DIGIT_PULSES;
    happens(1, CTI_EV_FLASH, 0);
    happens(1, CTI_EV_HOOK, 0);
    ticks(1);
    const int told[] = {DAHDI_EVENT_RINGOFFHOOK, DAHDI_EVENT_PULSE_START, DAHDI_EVENT_PULSEDIGIT | '7',
                        DAHDI_EVENT_WINKFLASH,   DAHDI_EVENT_ONHOOK,      0};
    for (int i = 0; i < 6; i++)
        CHECK_EQ(event(h), told[i]);
    end();
}

static void test_digits_are_dialled_by_pulses_one_behind_the_other(void) {
    begin();
    int h = open_as_programs_do(1);
    uint8_t dial[260] = {DAHDI_DIAL_REPLACE};
    memcpy(dial + 4, "P13", 4);
    CHECK_EQ(order(h, DAHDI_HOOK, DAHDI_OFFHOOK), 0);
    CHECK_EQ(cti_dahdi_card_ioctl(card, h, DAHDI_DIAL, dial, sizeof dial), 0);
    ticks(2);
    CHECK_EQ(orders, 2);
    int32_t busy = 0;
    CHECK_EQ(ask(h, DAHDI_DIALING, &busy), 0);
    CHECK_EQ(busy, 1);
    happens(0, CTI_EV_DIALLED, 1);
    ticks(2);
    CHECK_EQ(orders, 3);
    happens(0, CTI_EV_DIALLED, 1);
    ticks(2);
    CHECK_EQ(event(h), DAHDI_EVENT_DIALCOMPLETE);
    memcpy(dial + 4, "T5", 3);
    CHECK_EQ(cti_dahdi_card_ioctl(card, h, DAHDI_DIAL, dial, sizeof dial), 0);
    ticks(1);
    int loud = 0;
    for (int i = 0; i < TICK; i++)
        loud |= abs(wires.sent[0][i]) > 3000;
    CHECK(loud);
    ticks(10);
    CHECK_EQ(event(h), DAHDI_EVENT_DIALCOMPLETE);
    end();
}

static void test_the_queue_holds_64_events(void) {
    begin();
    int h = open_as_programs_do(1);
    cti_dahdi_card_status st;
    CHECK_EQ(cti_dahdi_card_events(card, 1, DAHDI_EVENT_POLARITY, 70), 0);
    CHECK_EQ(cti_dahdi_card_status_of(card, 1, &st), 0);
    CHECK_EQ(st.events_lost, 6);
    for (int i = 0; i < 64; i++)
        CHECK_EQ(event(h), DAHDI_EVENT_POLARITY);
    CHECK_EQ(event(h), 0);
    end();
}

static void test_a_card_taken_out_is_gone_for_who_held_it_also_when_it_is_back(void) {
    begin();
    int h = open_as_programs_do(1);
    uint8_t bytes[320];
    CHECK_EQ(order(h, DAHDI_HOOK, DAHDI_OFFHOOK), 0);
    CHECK_EQ(cti_dahdi_card_removed(card, 1), 0);
    CHECK(was_ordered(0, CTI_LINE_HOOK, 0));
    CHECK_EQ(cti_dahdi_card_ready(card, h), CTI_DAHDI_ERR | CTI_DAHDI_HUP | CTI_DAHDI_PRI);
    CHECK_EQ(event(h), DAHDI_EVENT_REMOVED);
    CHECK_EQ(event(h), -CTI_DAHDI_ENODEV);
    CHECK_EQ(cti_dahdi_card_read(card, h, bytes, sizeof bytes), -CTI_DAHDI_ENODEV);
    CHECK_EQ(cti_dahdi_card_open(card, 1), -CTI_DAHDI_ENOENT);
    ticks(2);
    CHECK_EQ(cti_dahdi_card_removed(card, 0), 0);
    int again = open_as_programs_do(1);
    CHECK_EQ(cti_dahdi_card_write(card, h, bytes, sizeof bytes), -CTI_DAHDI_ENODEV);
    CHECK_EQ(cti_dahdi_card_close(card, h), 0);
    CHECK_EQ(cti_dahdi_card_open(card, 1), -CTI_DAHDI_EBUSY); /* the new one holds it */
    CHECK_EQ(order(again, DAHDI_HOOK, DAHDI_OFFHOOK), 0);
    end();
}

static void test_a_span_in_red_is_on_hook_and_says_so_on_each_channel(void) {
    begin();
    int line = open_as_programs_do(1), phone = open_as_programs_do(2);
    CHECK_EQ(order(line, DAHDI_HOOK, DAHDI_OFFHOOK), 0);
    CHECK_EQ(cti_dahdi_card_alarm(card, 8), 0);
    CHECK(was_ordered(0, CTI_LINE_HOOK, 0));
    CHECK_EQ(event(line), DAHDI_EVENT_ALARM);
    CHECK_EQ(event(phone), DAHDI_EVENT_ALARM);
    CHECK_EQ(order(line, DAHDI_HOOK, DAHDI_OFFHOOK), -CTI_DAHDI_ENODEV);
    CHECK_EQ(cti_dahdi_card_alarm(card, 0), 0);
    CHECK_EQ(event(line), DAHDI_EVENT_NOALARM);
    CHECK_EQ(order(line, DAHDI_HOOK, DAHDI_OFFHOOK), 0);
    end();
}

static void test_a_program_that_ends_leaves_the_line_on_hook(void) {
    begin();
    int h = open_as_programs_do(1);
    CHECK_EQ(order(h, DAHDI_HOOK, DAHDI_OFFHOOK), 0);
    orders = 0;
    CHECK_EQ(cti_dahdi_card_close(card, h), 0);
    CHECK(was_ordered(0, CTI_LINE_HOOK, 0));
    end();
}

static void test_a_pseudo_channel_listens_to_both_sides_of_a_call(void) {
    begin();
    int h = open_as_programs_do(1), monitor = cti_dahdi_card_open(card, CTI_DAHDI_PSEUDO);
    int32_t conf[3] = {0, 1, 3};
    int16_t pcm[BLOCK];
    CHECK_EQ(order(monitor, DAHDI_SETLINEAR, 1), 0);
    CHECK_EQ(order(monitor, DAHDI_SET_BLOCKSIZE, BLOCK), 0);
    CHECK_EQ(cti_dahdi_card_ioctl(card, monitor, DAHDI_SETCONF, (uint8_t *)conf, sizeof conf), 0);
    for (int i = 0; i < BLOCK; i++)
        pcm[i] = 2000;
    cti_dahdi_card_write(card, h, (uint8_t *)pcm, sizeof pcm);
    wires.give[0] = 500;
    ticks(1);
    CHECK_EQ(cti_dahdi_card_read(card, monitor, (uint8_t *)pcm, sizeof pcm), sizeof pcm);
    CHECK_NEAR(pcm[100], 2500, 60);
    end();
}

static void test_nonsense_is_refused(void) {
    begin();
    int h = open_as_programs_do(1);
    uint8_t noise[600];
    uint32_t dice = 1;
    for (int round = 0; round < 20000; round++) {
        for (int i = 0; i < 600; i++)
            noise[i] = (uint8_t)((dice = dice * 1664525u + 1013904223u) >> 24);
        static const uint32_t SOME[] = {DAHDI_SETGAINS,   DAHDI_SETCONF,       DAHDI_SET_BUFINFO,
                                        DAHDI_SETCADENCE, DAHDI_DIAL,          DAHDI_SET_PARAMS,
                                        DAHDI_SET_HWGAIN, DAHDI_HOOK,          DAHDI_SETTONEZONE,
                                        DAHDI_FLUSH,      DAHDI_SET_BLOCKSIZE, DAHDI_IOMUX};
        cti_dahdi_card_ioctl(card, h, SOME[dice % 12], noise, 600);
        cti_dahdi_card_write(card, h, noise, (int)(dice >> 8) % 600);
        cti_dahdi_card_read(card, h, noise, 600);
        if (round % 50 == 0)
            ticks(1);
        event(h);
    }
    end();
}

static void test_no_call_of_the_heap(void) {
    begin();
    int h = open_as_programs_do(1);
    uint8_t bytes[320] = {0};
    heap_count_begin();
    for (int i = 0; i < 50; i++) {
        ticks(1);
        cti_dahdi_card_read(card, h, bytes, sizeof bytes);
        cti_dahdi_card_write(card, h, bytes, sizeof bytes);
    }
    CHECK_EQ(heap_calls, 0);
    end();
}

int main(void) {
    RUN(test_nodes_are_opened_once_and_bound_to_what_is_there);
    RUN(test_what_dahdi_cfg_has_not_configured_cannot_be_opened);
    RUN(test_a_read_gives_one_buffer_and_the_rest_of_it_is_lost);
    RUN(test_nobody_reads_and_the_newest_is_lost_and_told);
    RUN(test_what_is_written_is_sent_in_its_order_and_then_silence);
    RUN(test_ringing_is_told_after_64_ms_and_its_end_50_ms_later);
    RUN(test_no_ringing_is_told_for_2_s_behind_our_own_hang_up);
    RUN(test_battery_gone_is_the_far_end_s_hang_up_and_then_a_dead_line);
    RUN(test_a_flash_takes_its_time_and_is_told);
    RUN(test_a_telephone_is_rung_by_the_cadence_until_it_is_lifted);
    RUN(test_hanging_up_on_a_telephone_cuts_its_battery_for_half_a_second);
    RUN(test_on_hook_a_telephone_hears_only_what_the_way_was_opened_for);
    RUN(test_a_telephone_s_flash_and_dial_are_told);
    RUN(test_digits_are_dialled_by_pulses_one_behind_the_other);
    RUN(test_the_queue_holds_64_events);
    RUN(test_a_card_taken_out_is_gone_for_who_held_it_also_when_it_is_back);
    RUN(test_a_span_in_red_is_on_hook_and_says_so_on_each_channel);
    RUN(test_a_program_that_ends_leaves_the_line_on_hook);
    RUN(test_a_pseudo_channel_listens_to_both_sides_of_a_call);
    RUN(test_nonsense_is_refused);
    RUN(test_no_call_of_the_heap);
    CHECK_END();
}
