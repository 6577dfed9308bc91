/* What a channel's line does by itself, as the kernel takes notice of it: dahdi-base.c's hook states and
 * wctdm.c's times, ms by ms. */
#include "dahdi/card_state.h"

enum {
    RING_MS = 64,      /* present for so long it is ringing */
    RING_OVER_MS = 50, /* and gone for so long a burst is over */
    DEAF_MS = 2000,    /* behind our own hang-up no ringing is told */
    CUT_MS = 64,       /* battery away for so long: the far end has gone */
    DEAD_MS = 1000,    /* and for so long: the line is dead */
    TURNED_MS = 64,
    GUARD_MS = 300
};

static void phone_says(cti_dahdi_card *card, card_channel *c, const cti_event *ev) {
    switch (ev->kind) {
    case CTI_EV_HOOK:
        c->phone = ev->value != 0;
        if (c->phone && (c->hook == HOOK_RINGS || c->hook == HOOK_PAUSES))
            c->hook = HOOK_ON; /* the line has tripped it */
        card_event(c, c->phone ? DAHDI_EVENT_RINGOFFHOOK : DAHDI_EVENT_ONHOOK);
        break;
    case CTI_EV_FLASH:
        card_event(c, DAHDI_EVENT_WINKFLASH);
        break;
    case CTI_EV_PULSING:
        card_event(c, DAHDI_EVENT_PULSE_START);
        break;
    case CTI_EV_DIGIT_DOWN:
        if (ev->ref == CTI_DIGIT_PULSES)
            card_event(c, DAHDI_EVENT_PULSEDIGIT | (ev->value & 0xff));
        break;
    default:
        break;
    }
    (void)card;
}

static void dialled(card_channel *c) {
    if (c->hook == HOOK_FLASH) {
        c->hook = HOOK_OFF;
        card_event(c, DAHDI_EVENT_HOOKCOMPLETE);
    } else if (c->dialling == CARD_DIAL_PULSES) {
        c->dialling = CARD_DIAL_ON;
    }
}

void card_happens(cti_dahdi_card *card, card_channel *c, const cti_event *ev) {
    if (card_is_fxs(c)) {
        phone_says(card, c, ev);
        return;
    }
    switch (ev->kind) {
    case CTI_EV_RING_ON:
        c->rings = 1;
        break;
    case CTI_EV_RING_OFF:
        c->rings = 0;
        break;
    case CTI_EV_BATTERY:
        c->battery = ev->value != 0;
        break;
    case CTI_EV_POLARITY:
        c->reversed = ev->value != 0;
        break;
    case CTI_EV_DIALLED:
        if (ev->value)
            dialled(c);
        break;
    default:
        break;
    }
}

static void ringing(cti_dahdi_card *card, card_channel *c) {
    int deaf = card->ms - c->hung_up < DEAF_MS;
    c->ring_ms = c->rings ? c->ring_ms + 1 : 0;
    c->quiet_ms = c->rings ? 0 : c->quiet_ms + 1;
    if (c->ring_ms >= RING_MS && !c->ring_told) {
        c->ring_told = 1;
        if (!deaf)
            card_event(c, DAHDI_EVENT_RINGBEGIN);
    } else if (c->quiet_ms >= RING_OVER_MS && c->ring_told) {
        c->ring_told = 0;
        if (!deaf && c->hook == HOOK_ON)
            card_event(c, DAHDI_EVENT_RINGOFFHOOK);
    }
}

static void battery(card_channel *c) {
    c->cut_ms = c->battery ? 0 : c->cut_ms + 1;
    c->fed_ms = c->battery ? c->fed_ms + 1 : 0;
    if (c->cut_ms == CUT_MS && c->loop) {
        c->loop = 0;
        if (c->hook != HOOK_ON && (c->sig == DAHDI_SIG_FXSKS || c->sig == DAHDI_SIG_FXSGS))
            card_event(c, DAHDI_EVENT_ONHOOK);
    } else if (c->fed_ms == CUT_MS) {
        c->loop = 1;
    }
    if (c->cut_ms == DEAD_MS && !c->alarms) {
        c->alarms = DAHDI_ALARM_RED;
        card_event(c, DAHDI_EVENT_ALARM);
    } else if (c->fed_ms >= DEAD_MS && c->alarms) {
        c->alarms = 0;
        card_event(c, DAHDI_EVENT_NOALARM);
    }
}

static void polarity(card_channel *c) {
    c->turned_ms = c->reversed != c->reversed_told ? c->turned_ms + 1 : 0;
    if (c->turned_ms == TURNED_MS) {
        c->reversed_told = c->reversed;
        card_event(c, DAHDI_EVENT_POLARITY);
    }
}

/* The cadence goes on by itself until it is stopped or the telephone is lifted. */
static void cadence(cti_dahdi_card *card, card_channel *c) {
    c->cadence_at++;
    if (c->cadence_at >= CARD_CADENCE || c->cadence[c->cadence_at] == 0)
        c->cadence_at = c->cadence_again;
    c->hook = c->cadence_at % 2 ? HOOK_PAUSES : HOOK_RINGS;
    c->hook_until += c->cadence[c->cadence_at];
    card_control(card, c, CTI_LINE_RING, c->hook == HOOK_RINGS);
    card_event(c, c->hook == HOOK_RINGS ? DAHDI_EVENT_RINGERON : DAHDI_EVENT_RINGEROFF);
}

static void feeding(cti_dahdi_card *card, card_channel *c) {
    if (c->hook == HOOK_CUT) {
        card_control(card, c, CTI_LINE_BATTERY, 1);
        c->hook = HOOK_GUARD;
        c->hook_until = card->ms + GUARD_MS;
    } else if (c->hook == HOOK_GUARD) {
        c->hook = HOOK_ON;
    } else {
        cadence(card, c);
    }
}

void card_ms(cti_dahdi_card *card, card_channel *c) {
    if (card->removed)
        return;
    if (card_is_fxs(c)) {
        if (c->hook >= HOOK_RINGS && card->ms >= c->hook_until)
            feeding(card, c);
        return;
    }
    ringing(card, c);
    battery(c);
    polarity(c);
}
