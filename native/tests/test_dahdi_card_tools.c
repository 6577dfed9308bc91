/* The simulated DAHDI card as the tools of dahdi-tools meet it: zones, tuning, monitors, the timer. */
#include "cti/dahdi_card.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cti/error.h"
#include "dahdi/numbers.h"
#include "fake_board.h"

enum { TICK = 160, ZONE = 112, TONE = 44 };

static fake_board wires;
static cti_dahdi_card *card;
static int64_t at;

static int control(void *ctx, int port, int what, int value) {
    (void)ctx, (void)port, (void)what, (void)value;
    return CTI_OK;
}

/* Channel 1 is an FXO port, channel 2 an FXS port. */
static void begin(void) {
    cti_dahdi_card_config cfg;
    cti_dahdi_card_defaults(&cfg);
    cfg.fxs = 1;
    cti_board line = fake_native(&wires, 2);
    line.control = control;
    size_t size = cti_dahdi_card_size(&cfg);
    card = malloc(size);
    CHECK_EQ(cti_dahdi_card_init(card, size, &cfg, &line), CTI_OK);
    at = 0;
}

static void end(void) {
    free(card);
}

static void tick(void) {
    CHECK_EQ(cti_dahdi_card_tick(card, at), 0);
    at += TICK;
}

static int order(int handle, uint32_t request, int32_t value) {
    return cti_dahdi_card_ioctl(card, handle, request, (uint8_t *)&value, 4);
}

static void put(uint8_t *to, int32_t value) {
    memcpy(to, &value, sizeof value);
}

/* Linear, blocks of a tick. */
static int opened(int node) {
    int handle = cti_dahdi_card_open(card, node);
    CHECK(handle >= 0);
    CHECK_EQ(order(handle, DAHDI_SETLINEAR, 1), 0);
    CHECK_EQ(order(handle, DAHDI_SET_BLOCKSIZE, TICK), 0);
    return handle;
}

static void monitor(int handle, int channel, int mode) {
    int32_t conf[3] = {0, channel, mode};
    CHECK_EQ(cti_dahdi_card_ioctl(card, handle, DAHDI_SETCONF, (uint8_t *)conf, sizeof conf), 0);
}

static int16_t heard[TICK];

static int peak(int handle) {
    int most = 0, got = cti_dahdi_card_read(card, handle, (uint8_t *)heard, sizeof heard);
    for (int i = 0; i < TICK && got > 0; i++)
        most = heard[i] > most ? heard[i] : -heard[i] > most ? -heard[i] : most;
    return got > 0 ? most : got;
}

static void send_steps(int handle) {
    int16_t pcm[TICK];
    for (int i = 0; i < TICK; i++)
        pcm[i] = i / 20 % 2 ? 7932 : -7932; /* a level of mu-law */
    CHECK_EQ(cti_dahdi_card_write(card, handle, (const uint8_t *)pcm, sizeof pcm), (int)sizeof pcm);
}

static int load(int ctl, int tones, int zone, int next, int size) {
    static uint8_t arg[ZONE + 3 * TONE];
    memset(arg, 0, sizeof arg);
    put(arg, tones);
    put(arg + 4, zone);
    put(arg + 8, 400), put(arg + 12, 200), put(arg + 16, 400), put(arg + 20, 2000);
    put(arg + ZONE + TONE + 4, next);
    return cti_dahdi_card_ioctl(card, ctl, DAHDI_LOADZONE, arg, size);
}

static void test_a_zone_is_loaded_whole_or_not_at_all(void) {
    begin();
    int ctl = cti_dahdi_card_open(card, CTI_DAHDI_CTL);
    CHECK_EQ(load(ctl, 3, 7, 0, ZONE + 3 * TONE), 0);
    CHECK_EQ(load(ctl, 3, 7, 0, ZONE + 3 * TONE), -CTI_DAHDI_EBUSY);
    CHECK_EQ(order(ctl, DAHDI_FREEZONE, 7), 0);
    CHECK_EQ(order(ctl, DAHDI_FREEZONE, 7), 0); /* twice, as the tone zones' library does at first */
    CHECK_EQ(order(ctl, DAHDI_DEFAULTZONE, 7), -CTI_DAHDI_EINVAL);
    CHECK_EQ(load(ctl, 3, 7, 3, ZONE + 3 * TONE), -CTI_DAHDI_EINVAL); /* there is no fourth part */
    CHECK_EQ(load(ctl, 3, 7, 0, ZONE + 3 * TONE - 1), -CTI_DAHDI_EINVAL);
    CHECK_EQ(load(ctl, 3, 7, 0, ZONE), -CTI_DAHDI_EINVAL);
    CHECK_EQ(load(ctl, -1, 7, 0, ZONE), -CTI_DAHDI_EINVAL);
    CHECK_EQ(load(ctl, 0x7fffffff, 7, 0, ZONE), -CTI_DAHDI_EINVAL);
    CHECK_EQ(load(ctl, 0, 32, 0, ZONE), -CTI_DAHDI_EINVAL);
    CHECK_EQ(load(ctl, 3, 7, 0, ZONE + 3 * TONE), 0);
    CHECK_EQ(order(ctl, DAHDI_DEFAULTZONE, 7), 0);
    end();
}

/* Ticks until the port rings no more, or 200. */
static int ticks_of_ring(void) {
    int n = 0;
    cti_dahdi_card_status status;
    do {
        tick();
        cti_dahdi_card_status_of(card, 2, &status);
    } while (status.ringing && ++n < 200);
    return n;
}

static void test_an_fxs_port_rings_as_its_zone_has_it(void) {
    begin();
    int ctl = cti_dahdi_card_open(card, CTI_DAHDI_CTL), phone = cti_dahdi_card_open(card, 2);
    CHECK_EQ(load(ctl, 3, 7, 0, ZONE + 3 * TONE), 0);
    CHECK_EQ(order(phone, DAHDI_SETTONEZONE, 7), 0);
    CHECK_EQ(order(phone, DAHDI_HOOK, DAHDI_RING), -CTI_DAHDI_EINPROGRESS);
    CHECK_NEAR(ticks_of_ring(), 19.5, 0.5); /* 400 ms */
    CHECK_EQ(order(phone, DAHDI_HOOK, DAHDI_RINGOFF), 0);
    int32_t own[16] = {1000, 3000};
    CHECK_EQ(cti_dahdi_card_ioctl(card, phone, DAHDI_SETCADENCE, (uint8_t *)own, sizeof own), 0);
    CHECK_EQ(order(phone, DAHDI_HOOK, DAHDI_RING), -CTI_DAHDI_EINPROGRESS);
    CHECK_NEAR(ticks_of_ring(), 49.5, 0.5);
    CHECK_EQ(order(phone, DAHDI_HOOK, DAHDI_RINGOFF), 0);
    CHECK_EQ(cti_dahdi_card_ioctl(card, phone, DAHDI_SETCADENCE, NULL, 0), 0); /* a null pointer */
    CHECK_EQ(order(phone, DAHDI_HOOK, DAHDI_RING), -CTI_DAHDI_EINPROGRESS);
    CHECK_NEAR(ticks_of_ring(), 19.5, 0.5);
    end();
}

static void test_a_port_s_hybrid_takes_out_what_it_was_tuned_to(void) {
    begin();
    int line = opened(1), phone = opened(2);
    uint8_t tune[9] = {3, 0, 127, 0, 0, 0, 0, 0, 0};
    wires.echo = 1;
    CHECK_EQ(order(line, DAHDI_HOOK, DAHDI_OFFHOOK), 0);
    send_steps(line);
    tick();
    CHECK_NEAR(peak(line), 7932, 0);
    CHECK_EQ(cti_dahdi_card_ioctl(card, line, DAHDI_SET_ECHOTUNE, tune, sizeof tune), 0);
    CHECK_EQ(cti_dahdi_card_ioctl(card, phone, DAHDI_SET_ECHOTUNE, tune, sizeof tune), -CTI_DAHDI_EINVAL);
    send_steps(line);
    tick();
    CHECK(peak(line) > 15000); /* at the edges the tap, a sample late, adds to the echo */
    CHECK_NEAR(heard[10], 0, 90);
    tune[1] = 0x80, tune[2] = 0; /* -1, and not late: twice the echo */
    CHECK_EQ(cti_dahdi_card_ioctl(card, line, DAHDI_SET_ECHOTUNE, tune, sizeof tune), 0);
    send_steps(line);
    tick();
    CHECK_NEAR(peak(line), 16000, 300);
    CHECK_NEAR(heard[10], -16000, 300);
    end();
}

static void test_monitors_hear_what_comes_what_goes_and_both_with_and_without_the_canceller(void) {
    begin();
    int line = opened(1), pseudo[6];
    static const int MODES[6] = {1, 2, 3, 10, 11, 12};
    for (int i = 0; i < 6; i++) {
        pseudo[i] = opened(CTI_DAHDI_PSEUDO);
        monitor(pseudo[i], 1, MODES[i]);
    }
    int32_t conf[3] = {0, 1, 9};
    CHECK_EQ(cti_dahdi_card_ioctl(card, pseudo[0], DAHDI_SETCONF, (uint8_t *)conf, sizeof conf),
             -CTI_DAHDI_EINVAL);
    wires.echo = 1;
    CHECK_EQ(order(line, DAHDI_HOOK, DAHDI_OFFHOOK), 0);
    CHECK_EQ(order(line, DAHDI_ECHOCANCEL, 128), 0);
    int came = 0, early = 0, went = 0, both = 0, both_early = 0;
    for (int i = 0; i < 200; i++) {
        send_steps(line);
        tick();
        came = peak(pseudo[0]), went = peak(pseudo[1]), both = peak(pseudo[2]);
        early = peak(pseudo[3]), both_early = peak(pseudo[5]);
        CHECK(peak(pseudo[4]) == went);
        peak(line);
    }
    CHECK_NEAR(went, 7932, 0);
    CHECK_NEAR(early, 7932, 0);
    CHECK_NEAR(both_early, 16000, 300);
    CHECK(came < 1500); /* the canceller's */
    CHECK_NEAR(both, 8050, 1550);
    end();
}

static void test_the_timer_tells_by_poll_and_is_acknowledged(void) {
    begin();
    int timer = cti_dahdi_card_open(card, CTI_DAHDI_TIMER);
    int32_t event = -1;
    tick();
    CHECK_EQ(cti_dahdi_card_ready(card, timer), 0);
    CHECK_EQ(order(timer, DAHDI_TIMERCONFIG, -1), -CTI_DAHDI_EINVAL);
    CHECK_EQ(order(timer, DAHDI_TIMERCONFIG, 320), 0);
    tick();
    CHECK_EQ(cti_dahdi_card_ready(card, timer), 0);
    tick();
    CHECK_EQ(cti_dahdi_card_ready(card, timer), CTI_DAHDI_PRI);
    CHECK_EQ(cti_dahdi_card_ioctl(card, timer, DAHDI_GETEVENT, (uint8_t *)&event, 4), 0);
    CHECK_EQ(event, DAHDI_EVENT_TIMER_EXPIRED);
    CHECK_EQ(order(timer, DAHDI_TIMERACK, 1), 0);
    CHECK_EQ(cti_dahdi_card_ready(card, timer), 0);
    CHECK_EQ(cti_dahdi_card_ioctl(card, timer, DAHDI_TIMERPING, NULL, 0), 0);
    CHECK_EQ(cti_dahdi_card_ioctl(card, timer, DAHDI_GETEVENT, (uint8_t *)&event, 4), 0);
    CHECK_EQ(event, DAHDI_EVENT_TIMER_PING);
    CHECK_EQ(cti_dahdi_card_ioctl(card, timer, DAHDI_TIMERPONG, NULL, 0), 0);
    CHECK_EQ(cti_dahdi_card_ready(card, timer), 0);
    CHECK_EQ(order(timer, DAHDI_HOOK, 1), -CTI_DAHDI_ENOTTY);
    uint8_t octet = 0;
    CHECK_EQ(cti_dahdi_card_read(card, timer, &octet, 1), -CTI_DAHDI_EINVAL);
    end();
}

static void test_the_control_node_asks_of_channels_that_others_have(void) {
    begin();
    int line = opened(1), ctl = cti_dahdi_card_open(card, CTI_DAHDI_CTL);
    int32_t value = 0;
    uint8_t *arg = (uint8_t *)&value;
    CHECK_EQ(cti_dahdi_card_indirect(card, ctl, 1, DAHDI_GET_BLOCKSIZE, arg, 4), 0);
    CHECK_EQ(value, TICK);
    CHECK_EQ(cti_dahdi_card_indirect(card, line, 1, DAHDI_GET_BLOCKSIZE, arg, 4), -CTI_DAHDI_EINVAL);
    CHECK_EQ(cti_dahdi_card_indirect(card, ctl, 99, DAHDI_GET_BLOCKSIZE, arg, 4), -CTI_DAHDI_EINVAL);
    CHECK_EQ(cti_dahdi_card_indirect(card, ctl, 1, DAHDI_GET_BLOCKSIZE, arg, 3), -CTI_DAHDI_EINVAL);
    uint8_t params[136] = {1, 0, 0, 0x40};
    CHECK_EQ(cti_dahdi_card_ioctl(card, ctl, DAHDI_GET_PARAMS, params, sizeof params), 0);
    CHECK_EQ(params[0], 1);
    CHECK_EQ(params[2], 1); /* and its master */
    uint8_t none[8] = {128, 0, 0, 0, 1, 0, 0, 0}, plain[8] = {128};
    CHECK_EQ(cti_dahdi_card_ioctl(card, line, DAHDI_ECHOCANCEL_PARAMS, none, 8), -CTI_DAHDI_EINVAL);
    CHECK_EQ(cti_dahdi_card_ioctl(card, line, DAHDI_ECHOCANCEL_PARAMS, plain, 8), 0);
    end();
}

int main(void) {
    RUN(test_a_zone_is_loaded_whole_or_not_at_all);
    RUN(test_an_fxs_port_rings_as_its_zone_has_it);
    RUN(test_a_port_s_hybrid_takes_out_what_it_was_tuned_to);
    RUN(test_monitors_hear_what_comes_what_goes_and_both_with_and_without_the_canceller);
    RUN(test_the_timer_tells_by_poll_and_is_acknowledged);
    RUN(test_the_control_node_asks_of_channels_that_others_have);
    CHECK_END();
}
