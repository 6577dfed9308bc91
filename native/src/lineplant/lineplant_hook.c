#include <string.h>

#include "cti/error.h"
#include "lineplant/lineplant_state.h"

void plant_line_event(cti_plant *p, int64_t at, int line, int kind, int value) {
    cti_event ev = {.at = at, .start = at, .port = line, .kind = kind, .value = value};
    if (plant_is_phone(p, line))
        plant_tell(p, &ev, 1);
    else
        plant_tell_board(p, line, &ev);
}

void plant_ring(cti_plant *p, int64_t at, int line, int on, int pattern) {
    plant_line *l = plant_line_of(p, line);
    if (on == l->ringing || (on && (l->taken || l->off_hook || !l->battery)))
        return;
    l->ringing = (int8_t)on;
    plant_line_event(p, at, line, on ? CTI_EV_RING_ON : CTI_EV_RING_OFF, on ? pattern : 0);
}

void plant_battery(cti_plant *p, int64_t at, int line, int present) {
    plant_line *l = plant_line_of(p, line);
    if (l->battery == present)
        return;
    l->battery = (int8_t)present;
    if (!present)
        plant_ring(p, at, line, 0, 0);
    plant_line_event(p, at, line, CTI_EV_BATTERY, present);
}

void plant_polarity(cti_plant *p, int64_t at, int line, int reversed) {
    plant_line *l = plant_line_of(p, line);
    if (l->reversed == reversed)
        return;
    l->reversed = (int8_t)reversed;
    plant_line_event(p, at, line, CTI_EV_POLARITY, reversed);
}

void plant_receive_afresh(cti_plant *p, int64_t at, int line) {
    cti_dtmf_rx_reset(plant_receiver(p, line));
    plant_line_of(p, line)->heard_from = at;
}

/* By command, at the beginning of the tick: the last one counts. */
static void set_loop(plant_line *l, int64_t at, int off_hook) {
    l->change[0] = (cti_hook_change){.at = at, .off_hook = off_hook};
    l->changes = 1;
}

void plant_hook(cti_plant *p, int64_t at, int line, int off_hook) {
    plant_line *l = plant_line_of(p, line);
    if (l->off_hook == off_hook)
        return;
    if (off_hook)
        plant_ring(p, at, line, 0, 0); /* who rings trips the ringing */
    l->off_hook = (int8_t)off_hook;
    for (int n = cti_pulse_tx_stop(&l->dial); n > 0; n--)
        plant_line_event(p, at, line, CTI_EV_DIALLED, 0);
    set_loop(l, at, off_hook);
    if (!plant_is_phone(p, line))
        plant_line_event(p, at, line, off_hook ? CTI_EV_SEIZED : CTI_EV_RELEASED, 0);
}

int plant_dial(cti_plant *p, int line, int what, int value) {
    plant_line *l = plant_line_of(p, line);
    if (!l->off_hook)
        return CTI_ERR_STATE;
    return what == CTI_LINE_FLASH ? cti_pulse_tx_flash(&l->dial, value) : cti_pulse_tx_put(&l->dial, value);
}

static void make_pulses(cti_plant *p, int64_t at, int line) {
    plant_line *l = plant_line_of(p, line);
    int done = 0;
    l->changes += cti_pulse_tx_run(&l->dial, at, PLANT_TICK, l->change + l->changes,
                                   PLANT_HOOK_CHANGES - l->changes, &done);
    for (; done > 0; done--)
        plant_line_event(p, at + PLANT_TICK, line, CTI_EV_DIALLED, 1);
}

static void read_hook(cti_plant *p, int64_t at, int line) {
    plant_line *l = plant_line_of(p, line);
    cti_event ev[PLANT_LINE_EVENTS];
    int n = cti_pulse_rx_run(&l->pulse, l->change, l->changes, at + PLANT_TICK, ev, PLANT_LINE_EVENTS);
    int of_the_board = plant_is_local(p, line);
    for (int i = 0; i < n; i++) {
        ev[i].port = line;
        if (ev[i].kind == CTI_EV_HOOK) {
            l->taken = (int8_t)ev[i].value;
            if (l->taken && !of_the_board)
                plant_receive_afresh(p, at, line);
        }
        if (of_the_board)
            plant_tell_board(p, line, &ev[i]);
    }
    if (!of_the_board)
        plant_tell(p, ev, n);
}

void plant_loops(cti_plant *p, int64_t at) {
    for (int line = 0; line < p->ends; line++) {
        plant_line *l = plant_line_of(p, line);
        if (cti_pulse_tx_busy(&l->dial))
            make_pulses(p, at, line);
        read_hook(p, at, line);
    }
}

void plant_gate(const plant_line *l, int64_t at, int16_t *pcm) {
    int closed = l->closed, from = 0;
    for (int i = 0; i <= l->changes; i++) {
        int to = i < l->changes ? (int)(l->change[i].at - at) : PLANT_TICK;
        if (!closed)
            memset(pcm + from, 0, (size_t)(to - from) * sizeof *pcm);
        from = to;
        closed = i < l->changes ? l->change[i].off_hook : closed;
    }
}
