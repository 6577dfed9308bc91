/* Orders of the tick, as ioctls of a channel. */
#include "cti/error.h"
#include "cti/pulse_tx.h"
#include "dahdi/board_state.h"

enum { LONGEST_RING_MS = 60000, SAMPLES_A_MS = 8, LONGEST_DIAL_TICKS = 750 /* 15 s: its end is lost */ };

/* Taken, or under way: a hook order of a channel that does not block. */
static int is_taken(int result) {
    return result >= 0 || result == -CTI_DAHDI_EINPROGRESS;
}

static int hook(cti_dahdi_board *b, dahdi_port *p, int order) {
    int result = board_order(b, p, DAHDI_HOOK, order);
    if (!is_taken(result)) {
        atomic_store_explicit(&p->refused, order, memory_order_relaxed);
        atomic_store_explicit(&p->why, -result, memory_order_relaxed);
        return result;
    }
    if (atomic_load_explicit(&p->refused, memory_order_relaxed) == order)
        atomic_store_explicit(&p->why, 0, memory_order_relaxed);
    return 0;
}

/* --- flash and pulses, one behind the other --- */

static int set_time(dahdi_port *p, int at, int32_t ms) {
    int32_t now;
    memcpy(&now, p->params + PARAMS_TIMES + 4 * at, sizeof now);
    memcpy(p->params + PARAMS_TIMES + 4 * at, &ms, sizeof ms);
    return now != ms;
}

static int flash(cti_dahdi_board *b, dahdi_port *p, int samples) {
    if (set_time(p, TIMES_FLASH, samples / SAMPLES_A_MS))
        board_ask(b, p, DAHDI_SET_PARAMS, p->params, sizeof p->params);
    return hook(b, p, DAHDI_FLASH_HOOK);
}

static int pulses(cti_dahdi_board *b, dahdi_port *p, int value) {
    cti_pulse_train train;
    uint8_t dial[260] = {DAHDI_DIAL_REPLACE};
    if (cti_pulse_train_of(value, &train) != CTI_OK || train.pulses > 10)
        return CTI_ERR_ARG;
    int changed = set_time(p, TIMES_PULSE_BREAK, train.break_ms);
    changed |= set_time(p, TIMES_PULSE_MAKE, train.make_ms);
    changed |= set_time(p, TIMES_PULSE_AFTER, train.pause_ms);
    if (changed)
        board_ask(b, p, DAHDI_SET_PARAMS, p->params, sizeof p->params);
    dial[4] = 'P';
    dial[5] = (uint8_t)('0' + train.pulses % 10);
    return board_ask(b, p, DAHDI_DIAL, dial, sizeof dial);
}

/* Begins what waits; what the kernel refuses is told as not done. */
static void dial_on(cti_dahdi_board *b, dahdi_port *p) {
    while (p->dials > 0 && !p->dial_at_work) {
        const dial_order *next = &p->dial[p->dial_first];
        int result = next->what == CTI_LINE_FLASH ? flash(b, p, next->value) : pulses(b, p, next->value);
        p->dial_at_work = 1;
        p->dial_ticks = 0;
        if (result < 0)
            board_dialled(b, p, 0);
    }
}

void board_dialled(cti_dahdi_board *b, dahdi_port *p, int done) {
    if (!p->dial_at_work)
        return;
    p->dial_at_work = 0;
    p->dial_first = (p->dial_first + 1) % BOARD_DIALS;
    p->dials--;
    board_tell(b, p, CTI_EV_DIALLED, done, 0);
    if (done)
        dial_on(b, p);
}

static int dial(cti_dahdi_board *b, dahdi_port *p, int what, int value) {
    cti_pulse_train train;
    if (!p->off_hook)
        return CTI_ERR_STATE;
    if (what == CTI_LINE_FLASH ? value < 80 || value > 24000 : cti_pulse_train_of(value, &train) != CTI_OK)
        return CTI_ERR_ARG;
    if (p->dials == BOARD_DIALS)
        return CTI_ERR_FULL;
    p->dial[(p->dial_first + p->dials++) % BOARD_DIALS] = (dial_order){what, value};
    dial_on(b, p);
    return CTI_OK;
}

/* --- the hook --- */

static void break_off(cti_dahdi_board *b, dahdi_port *p) {
    for (; p->dials > 0; p->dials--)
        board_tell(b, p, CTI_EV_DIALLED, 0, 0);
    p->dial_at_work = 0;
}

static int set_hook(cti_dahdi_board *b, dahdi_port *p, int off_hook) {
    if (p->off_hook == off_hook) {
        if (!off_hook) /* always: whatever it was, it is on hook now */
            hook(b, p, DAHDI_ONHOOK);
        return CTI_OK;
    }
    if (off_hook && p->slipped)
        board_start(b, p);
    if (hook(b, p, off_hook ? DAHDI_OFFHOOK : DAHDI_ONHOOK) < 0)
        return CTI_ERR_STATE;
    board_set_off_hook(p, off_hook);
    p->rings = 0;
    break_off(b, p);
    board_tell(b, p, off_hook ? CTI_EV_SEIZED : CTI_EV_RELEASED, 0, 0);
    return CTI_OK;
}

/* The kernel's cadence is one long burst, so that bursts are ours. */
static void ring(cti_dahdi_board *b, dahdi_port *p) {
    static const int32_t LONG[16] = {LONGEST_RING_MS, 1};
    int32_t cadence[16];
    memcpy(cadence, LONG, sizeof cadence);
    board_ask(b, p, DAHDI_SETCADENCE, cadence, sizeof cadence);
    if (hook(b, p, DAHDI_RING) == 0)
        p->ring = 2;
}

static int set_ring(cti_dahdi_board *b, dahdi_port *p, int on) {
    if (on && p->off_hook)
        return CTI_ERR_STATE;
    if (on && p->ring == 0) {
        p->ring = 1;
        p->transfer = 0;
        ring(b, p);
    } else if (!on && p->ring != 0) {
        if (p->ring == 2)
            hook(b, p, DAHDI_RINGOFF);
        p->ring = 0;
    }
    return CTI_OK;
}

void board_again(cti_dahdi_board *b, dahdi_port *p) {
    if (p->dial_at_work && ++p->dial_ticks > LONGEST_DIAL_TICKS) {
        board_dialled(b, p, 0);
        dial_on(b, p);
    }
    if (p->kind != CTI_DAHDI_FXS)
        return;
    if (p->ring == 1)
        ring(b, p);
    if (p->off_hook && !p->answered)
        p->answered = hook(b, p, DAHDI_OFFHOOK) == 0;
}

int board_control(cti_dahdi_board *b, dahdi_port *p, int what, int value) {
    if (p->kind == CTI_DAHDI_FXO) {
        if (what == CTI_LINE_HOOK)
            return set_hook(b, p, value != 0);
        return what == CTI_LINE_FLASH || what == CTI_LINE_PULSES ? dial(b, p, what, value) : CTI_ERR_STATE;
    }
    if (what == CTI_LINE_RING)
        return set_ring(b, p, value != 0);
    if (what == CTI_LINE_LAMP)
        return board_order(b, p, DAHDI_VMWI, value) < 0 ? CTI_ERR_STATE : CTI_OK;
    if (what == CTI_LINE_POLARITY)
        return board_order(b, p, DAHDI_SETPOLARITY, value != 0) < 0 ? CTI_ERR_STATE : CTI_OK;
    return CTI_ERR_STATE;
}
