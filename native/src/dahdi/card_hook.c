/* What a program does with a channel's hook: seize, release, flash, ring, dial; as dahdi-base.c times it. */
#include "cti/error.h"
#include "cti/pulse_tx.h"
#include "dahdi/card_state.h"

enum {
    CUT_MS = 500,   /* battery away, so that what is behind the port sees a disconnect */
    GUARD_MS = 300, /* and what follows it */
    DIGIT_MS = 100,
    SAMPLES_A_MS = 8
};

int card_control(cti_dahdi_card *card, const card_channel *c, int what, int value) {
    return card->line.control(card->line.ctx, c->line, what, value);
}

static void stop_dialling(card_channel *c) {
    c->dialling = 0;
    c->digit_at = c->digit_samples = 0;
}

static void stop_ringing(cti_dahdi_card *card, card_channel *c) {
    if (c->hook == HOOK_RINGS)
        card_control(card, c, CTI_LINE_RING, 0);
    if (c->hook == HOOK_RINGS || c->hook == HOOK_PAUSES)
        c->hook = HOOK_ON;
}

static int hang_up(cti_dahdi_card *card, card_channel *c) {
    if (c->kind == CARD_FXO) {
        if (c->hook != HOOK_ON)
            c->hung_up = card->ms;
        card_control(card, c, CTI_LINE_HOOK, 0);
        c->hook = HOOK_ON;
        return 0;
    }
    stop_ringing(card, c);
    if (c->phone && c->hook != HOOK_CUT && c->hook != HOOK_GUARD) {
        card_control(card, c, CTI_LINE_BATTERY, 0);
        c->hook = HOOK_CUT;
        c->hook_until = card->ms + CUT_MS;
    } else if (!c->phone && c->hook != HOOK_CUT && c->hook != HOOK_GUARD) {
        c->hook = HOOK_ON;
    }
    return 0;
}

static int seize(cti_dahdi_card *card, card_channel *c) {
    if (c->hook == HOOK_CUT || c->hook == HOOK_GUARD)
        return -CTI_DAHDI_EBUSY;
    if (c->kind == CARD_FXO)
        card_control(card, c, CTI_LINE_HOOK, 1);
    stop_ringing(card, c);
    c->hook = HOOK_OFF;
    return 0;
}

static int flash(cti_dahdi_card *card, card_channel *c) {
    if (c->hook != HOOK_OFF)
        return -CTI_DAHDI_EBUSY;
    if (c->kind != CARD_FXO)
        return -CTI_DAHDI_EINVAL;
    if (card_control(card, c, CTI_LINE_FLASH, SAMPLES_A_MS * c->time[TIMES_FLASH]) < 0)
        return -CTI_DAHDI_EINVAL;
    c->hook = HOOK_FLASH;
    return -CTI_DAHDI_EINPROGRESS;
}

static int ring(cti_dahdi_card *card, card_channel *c) {
    if (c->kind != CARD_FXS)
        return -CTI_DAHDI_EINVAL;
    if (c->hook != HOOK_ON)
        return -CTI_DAHDI_EBUSY;
    if (c->tone_zone < 0 || !(card->zones >> c->tone_zone & 1))
        return -CTI_DAHDI_ENODATA;
    card_control(card, c, CTI_LINE_RING, 1);
    c->hook = HOOK_RINGS;
    c->cadence_at = 0;
    c->hook_until = card->ms + c->cadence[0];
    return -CTI_DAHDI_EINPROGRESS;
}

int card_hook(cti_dahdi_card *card, card_channel *c, int order) {
    if (c->kind == CARD_PSEUDO)
        return -CTI_DAHDI_EINVAL;
    if (card->alarms) /* its box is not heard: it is on hook already */
        return order == DAHDI_ONHOOK ? 0 : -CTI_DAHDI_ENODEV;
    stop_dialling(c);
    switch (order) {
    case DAHDI_ONHOOK:
        return hang_up(card, c);
    case DAHDI_OFFHOOK:
        return seize(card, c);
    case DAHDI_FLASH_HOOK:
        return flash(card, c);
    case DAHDI_RING:
        return ring(card, c);
    case DAHDI_RINGOFF:
        stop_ringing(card, c);
        return 0;
    default:
        return -CTI_DAHDI_EINVAL;
    }
}

void card_idle(cti_dahdi_card *card, card_channel *c) {
    stop_dialling(c);
    if (c->kind == CARD_PSEUDO)
        return;
    stop_ringing(card, c);
    if (c->kind == CARD_FXO) {
        hang_up(card, c);
    } else {
        card_control(card, c, CTI_LINE_BATTERY, 1);
        card_control(card, c, CTI_LINE_POLARITY, 0);
        c->hook = HOOK_ON;
    }
}

/* --- dialling --- */

/* T tones, P pulses, as the string begins; w waits half a second. */
int card_dial(cti_dahdi_card *card, card_channel *c, int op, const char *digits) {
    (void)card;
    if (op != DAHDI_DIAL_APPEND && op != DAHDI_DIAL_REPLACE && op != DAHDI_DIAL_CANCEL)
        return -CTI_DAHDI_EINVAL;
    if (op != DAHDI_DIAL_APPEND)
        stop_dialling(c);
    if (op == DAHDI_DIAL_CANCEL)
        return 0;
    int is_first = !c->dialling;
    if (is_first) {
        if (digits[0] == 'M')
            return -CTI_DAHDI_ENOSYS;
        c->pulses = digits[0] == 'P';
        c->dial_at = 0;
        c->dial[0] = 0;
    }
    if (digits[0] == 'T' || digits[0] == 'P')
        digits++;
    size_t have = strlen(c->dial), more = strlen(digits);
    if (have + more > CARD_DIAL)
        return -CTI_DAHDI_EBUSY;
    memcpy(c->dial + have, digits, more);
    c->dial[have + more] = 0;
    c->dialling = 1;
    return 0;
}

static void begin_tone(card_channel *c, char digit) {
    cti_dtmf_tx_config cfg;
    cti_dtmf_tx_defaults(&cfg);
    cfg.on_ms = cfg.off_ms = DIGIT_MS;
    const char one[2] = {digit, 0};
    int n = digit == 'w' ? 0 : cti_dtmf_tx_render(&cfg, one, c->digit, CARD_DIGIT);
    if (n <= 0) { /* a wait, or what is no digit */
        n = CARD_DIGIT;
        memset(c->digit, 0, sizeof c->digit);
    }
    c->digit_samples = n;
    c->digit_at = 0;
}

static int begin_pulses(cti_dahdi_card *card, const card_channel *c, char digit) {
    int count = cti_pulse_count(CTI_PULSE_USUAL, digit);
    if (count < 0)
        return count;
    const cti_pulse_train train = {.pulses = count,
                                   .break_ms = c->time[TIMES_PULSE_BREAK],
                                   .make_ms = c->time[TIMES_PULSE_MAKE],
                                   .pause_ms = c->time[TIMES_PULSE_AFTER] / 10 * 10};
    return card_control(card, c, CTI_LINE_PULSES, cti_pulse_value(&train));
}

/* Begins the next digit, once the last is through. */
void card_dial_on(cti_dahdi_card *card, card_channel *c) {
    if (!c->dialling || c->digit_at < c->digit_samples || c->dialling == CARD_DIAL_PULSES)
        return;
    while (c->dial[c->dial_at] != 0) {
        char digit = c->dial[c->dial_at++];
        if (!c->pulses) {
            begin_tone(c, digit);
            return;
        }
        if (begin_pulses(card, c, digit) == CTI_OK) {
            c->dialling = CARD_DIAL_PULSES; /* until the line says that they are through */
            return;
        }
    }
    stop_dialling(c);
    card_event(c, DAHDI_EVENT_DIALCOMPLETE);
}
