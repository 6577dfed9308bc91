/* The kernel's events of a channel, as the events of a board. */
#include "dahdi/board_state.h"

enum { LOOP_BREAK_SURE = 90 /* percent: battery was away for 64 ms and more */ };

static int32_t int_at(const uint8_t *at) {
    int32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

void board_set_off_hook(dahdi_port *p, int off_hook) {
    p->off_hook = off_hook;
    atomic_store_explicit(&p->off_hook_told, off_hook, memory_order_relaxed);
}

static void phone_hook(cti_dahdi_board *b, dahdi_port *p, int off_hook) {
    if (p->off_hook == off_hook)
        return;
    if (board_tell(b, p, CTI_EV_HOOK, off_hook, 0) < 0) {
        p->look = 1;
        return;
    }
    board_set_off_hook(p, off_hook);
    p->ring = p->transfer = p->answered = 0;
    if (!off_hook)
        board_order(b, p, DAHDI_HOOK, DAHDI_ONHOOK);
}

/* The line is dead, or its span is out of order. */
static void set_alarm(cti_dahdi_board *b, dahdi_port *p, int dead, int alarm) {
    if (dead != p->dead && board_tell(b, p, CTI_EV_BATTERY, !dead, 0) >= 0)
        p->dead = dead;
    if (alarm != p->alarm && board_tell(b, p, CTI_EV_ALARM, alarm, 0) >= 0)
        p->alarm = alarm;
    p->look |= dead != p->dead || alarm != p->alarm;
    atomic_store_explicit(&p->alarm_told, dead || alarm, memory_order_relaxed);
}

int board_look(cti_dahdi_board *b, dahdi_port *p) {
    p->look = 0;
    int result = board_ask(b, p, DAHDI_GET_PARAMS, p->params, sizeof p->params);
    if (result < 0)
        return result;
    uint8_t span[SPAN_BYTES] = {0}; /* the channel's own */
    int alarm = board_ask(b, p, DAHDI_SPANSTAT, span, sizeof span) >= 0
                    ? (int_at(span + SPAN_ALARMS) & SPAN_OUT_OF_ORDER) != 0
                    : p->alarm;
    int red = (int_at(p->params + PARAMS_ALARMS) & DAHDI_ALARM_RED) != 0;
    set_alarm(b, p, p->kind == CTI_DAHDI_FXO && red && !alarm, alarm);
    if (p->kind == CTI_DAHDI_FXS)
        phone_hook(b, p, int_at(p->params + PARAMS_RXISOFFHOOK) != 0);
    return 0;
}

static void ring_over(cti_dahdi_board *b, dahdi_port *p) {
    if (!p->rings) /* its beginning fell into the time after our hang-up, in which the kernel is deaf */
        board_tell(b, p, CTI_EV_RING_ON, 0, 0);
    p->rings = 0;
    board_tell(b, p, CTI_EV_RING_OFF, 0, 0);
}

static void line_says(cti_dahdi_board *b, dahdi_port *p, int event) {
    switch (event) {
    case DAHDI_EVENT_RINGBEGIN:
        if (!p->rings && !p->off_hook)
            board_tell(b, p, CTI_EV_RING_ON, 0, 0);
        p->rings = !p->off_hook;
        break;
    case DAHDI_EVENT_RINGOFFHOOK:
        if (!p->off_hook)
            ring_over(b, p);
        break;
    case DAHDI_EVENT_ONHOOK:
        if (p->off_hook)
            board_tell(b, p, CTI_EV_REMOTE_GONE, CTI_GONE_LOOP_BREAK, LOOP_BREAK_SURE);
        break;
    case DAHDI_EVENT_POLARITY:
        p->reversed = !p->reversed;
        board_tell(b, p, CTI_EV_POLARITY, p->reversed, 0);
        break;
    case DAHDI_EVENT_HOOKCOMPLETE:
    case DAHDI_EVENT_DIALCOMPLETE:
        board_dialled(b, p, 1);
        break;
    case DAHDI_EVENT_NEONMWI_ACTIVE:
    case DAHDI_EVENT_NEONMWI_INACTIVE:
        atomic_store_explicit(&p->neon, event == DAHDI_EVENT_NEONMWI_ACTIVE, memory_order_relaxed);
        break;
    default:
        break;
    }
}

static void phone_says(cti_dahdi_board *b, dahdi_port *p, int event) {
    int digit = event & 0xff;
    if (event & DAHDI_EVENT_PULSEDIGIT && digit >= '0' && digit <= '9') {
        board_tell(b, p, CTI_EV_DIGIT_DOWN, digit, CTI_DIGIT_PULSES);
        board_tell(b, p, CTI_EV_DIGIT_UP, digit, CTI_DIGIT_PULSES);
        return;
    }
    switch (event) {
    case DAHDI_EVENT_RINGOFFHOOK:
        phone_hook(b, p, 1);
        break;
    case DAHDI_EVENT_ONHOOK:
        phone_hook(b, p, 0);
        break;
    case DAHDI_EVENT_WINKFLASH:
        board_tell(b, p, CTI_EV_FLASH, 0, 0);
        break;
    case DAHDI_EVENT_PULSE_START:
        board_tell(b, p, CTI_EV_PULSING, 0, 0);
        break;
    default:
        break;
    }
}

static void take(cti_dahdi_board *b, dahdi_port *p, int event) {
    if (event == DAHDI_EVENT_ALARM || event == DAHDI_EVENT_NOALARM) {
        board_look(b, p);
    } else if (event == DAHDI_EVENT_READ_OVERRUN || event == DAHDI_EVENT_WRITE_UNDERRUN) {
        board_count(event == DAHDI_EVENT_READ_OVERRUN ? &p->rx_slips : &p->tx_slips, 1);
        p->slipped = p->all = 1;
    } else if (p->kind == CTI_DAHDI_FXO) {
        line_says(b, p, event);
    } else {
        phone_says(b, p, event);
    }
}

int board_events(cti_dahdi_board *b, dahdi_port *p) {
    int taken = 0;
    for (; taken < BOARD_EVENTS; taken++) {
        int32_t event = 0;
        int result = board_ask(b, p, DAHDI_GETEVENT, &event, sizeof event);
        if (result < 0)
            return result;
        if (event == DAHDI_EVENT_REMOVED)
            return -CTI_DAHDI_ENODEV;
        if (event == 0)
            break;
        take(b, p, event);
    }
    p->look |= taken >= BOARD_QUEUE; /* it was full: others were dropped */
    return 0;
}
