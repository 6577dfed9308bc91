/* The node `timer`: ticks that a program is told of by poll, and has to acknowledge. */
#include "dahdi/card_state.h"

enum { MOST_INTERVAL = 8000 * 3600 };

/* Samples between two; 0: no more. */
static int configure(card_timer *timer, int interval) {
    if (interval < 0 || interval > MOST_INTERVAL)
        return -CTI_DAHDI_EINVAL;
    timer->interval = timer->left = interval;
    timer->expired = 0;
    return 0;
}

/* One or more of those that were told. */
static int acknowledge(card_timer *timer, int count) {
    if (count < 1)
        return -CTI_DAHDI_EINVAL;
    timer->expired = timer->expired > count ? timer->expired - count : 0;
    return 0;
}

int card_timer_request(card_timer *timer, uint32_t request, uint8_t *arg, int size) {
    if (size < (int)(request >> 16 & 0x3fff))
        return -CTI_DAHDI_EINVAL;
    switch (request) {
    case DAHDI_TIMERCONFIG:
        return configure(timer, card_int(arg));
    case DAHDI_TIMERACK:
        return acknowledge(timer, card_int(arg));
    case DAHDI_GETEVENT:
        card_put_int(arg, timer->ping      ? DAHDI_EVENT_TIMER_PING
                          : timer->expired ? DAHDI_EVENT_TIMER_EXPIRED
                                           : 0);
        return 0;
    case DAHDI_TIMERPING:
        timer->ping = 1;
        return 0;
    case DAHDI_TIMERPONG:
        timer->ping = 0;
        return 0;
    default:
        return -CTI_DAHDI_ENOTTY;
    }
}

int card_timer_ready(const card_timer *timer) {
    return timer->expired || timer->ping ? CTI_DAHDI_PRI : 0;
}

void card_timer_tick(card_timer *timer) {
    if (timer->interval == 0)
        return;
    for (timer->left -= CARD_TICK; timer->left <= 0; timer->left += timer->interval)
        timer->expired += timer->expired < MOST_INTERVAL;
}
