#include <math.h>
#include <string.h>

#include "cti/ear.h"
#include "cti/g711.h"
#include "lineplant/lineplant_state.h"
#include "lineplant/samples.h"

void plant_told(cti_plant *p, int line, int ref_end, cti_event *ev, int n) {
    for (int i = 0; i < n; i++) {
        ev[i].port = line;
        if (ev[i].kind != CTI_EV_PLAY_DONE)
            ev[i].ref = ref_end;
    }
    plant_tell(p, ev, n);
}

int plant_in_use(const plant_line *l) {
    return l->taken || l->closed || l->changes > 0;
}

void plant_says(cti_plant *p, int64_t at, int line, int16_t *sent) {
    plant_line *l = plant_line_of(p, line);
    memset(sent, 0, PLANT_TICK * sizeof *sent);
    if (!l->speaking)
        return;
    cti_event ev[PLANT_LINE_EVENTS];
    cti_player *player = plant_phone_player(p, line);
    int n = cti_player_run(player, at, sent, PLANT_TICK, ev, PLANT_LINE_EVENTS);
    l->speaking = (int8_t)(cti_player_busy(player) || n > 0);
    plant_told(p, line, 1, ev, n);
}

/* What the terminal sends, and what of it reaches the exchange. */
static void from_terminal(cti_plant *p, int64_t at, int line, const int16_t *tx) {
    plant_line *l = plant_line_of(p, line);
    int16_t *sent = plant_buffer(p, p->lay.sent, line);
    int16_t *up = plant_buffer(p, p->lay.up, line);
    plant_wire *wire = plant_wire_of(p, line);
    if (plant_is_phone(p, line))
        plant_says(p, at, line, sent);
    else
        memcpy(sent, tx + (size_t)line * PLANT_TICK, PLANT_TICK * sizeof *sent);
    if (!plant_in_use(l) || !l->battery) {
        memset(sent, 0, PLANT_TICK * sizeof *sent);
        memset(up, 0, PLANT_TICK * sizeof *up);
        return;
    }
    plant_gate(l, at, sent);
    if (wire != NULL)
        plant_wire_up(wire, plant_part(p, p->lay.kernel), sent, l->loss, l->other >= 0, up);
    else
        plant_scale(sent, up, l->loss);
    cti_law_through(l->cfg.law, up, PLANT_TICK);
    if (l->taken && l->other < 0) {
        cti_event ev[PLANT_LINE_EVENTS];
        int n = cti_dtmf_rx_run(plant_receiver(p, line), up, PLANT_TICK, ev, PLANT_LINE_EVENTS);
        for (int i = 0; i < n; i++) {
            ev[i].at += l->heard_from;
            ev[i].start += l->heard_from;
        }
        plant_told(p, line, 0, ev, n);
    }
    if (wire != NULL)
        plant_wire_leave(wire, up);
}

void plant_add_return(const cti_plant *p, int line, const int16_t *own, int16_t *heard) {
    plant_line *l = plant_line_of(p, line);
    plant_wire *wire = plant_wire_of(p, line);
    uint32_t at = p->history_at, end = PLANT_ECHO_ROOM - at, n = end < PLANT_TICK ? end : PLANT_TICK;
    memcpy(l->history + at, own, n * sizeof *own);
    memcpy(l->history, own + n, (PLANT_TICK - n) * sizeof *own);
    int16_t before[PLANT_TICK];
    at = (at + PLANT_ECHO_ROOM - (uint32_t)l->echo_delay) % PLANT_ECHO_ROOM;
    end = PLANT_ECHO_ROOM - at, n = end < PLANT_TICK ? end : PLANT_TICK;
    memcpy(before, l->history + at, n * sizeof *before);
    memcpy(before + n, l->history, (PLANT_TICK - n) * sizeof *before);
    float back[PLANT_TICK];
    for (int i = 0; i < PLANT_TICK; i++)
        back[i] = (float)before[i];
    float factor = wire != NULL && plant_wire_back(wire, back) ? 1.0f : l->echo;
    if (factor == 0.0f)
        return;
    for (int i = 0; i < PLANT_TICK; i++)
        heard[i] = plant_saturate((float)heard[i] + back[i] * factor);
}

int plant_asleep(const cti_plant *p, int line) {
    const plant_line *l = plant_line_of(p, line);
    return plant_is_phone(p, line) && !plant_in_use(l) && !l->listening && !l->loaded &&
           !cti_recorder_open(plant_phone_recorder(p, line));
}

void plant_hear(plant_line *l, int other, int tenths) {
    int at = 0;
    while (at < l->hears && l->heard[at] != other)
        at++;
    if (at == PLANT_HEARD || (tenths < 0 && at == l->hears))
        return;
    if (tenths < 0) {
        l->hears--;
        l->heard[at] = l->heard[l->hears];
        l->heard_gain[at] = l->heard_gain[l->hears];
        return;
    }
    l->heard[at] = other;
    l->heard_gain[at] = powf(10.0f, -(float)tenths / 200.0f);
    l->hears += at == l->hears;
}

static void add_heard(const cti_plant *p, const plant_line *l, int16_t *heard) {
    for (int n = 0; n < l->hears; n++) {
        int16_t from[PLANT_TICK];
        plant_scale(plant_buffer(p, p->lay.up, l->heard[n]), from, l->heard_gain[n]);
        plant_add(heard, from);
    }
}

/* What the exchange sends to the terminal, and what of it is heard there. */
static void to_terminal(cti_plant *p, int64_t at, int line) {
    plant_line *l = plant_line_of(p, line);
    int16_t *heard = plant_buffer(p, p->lay.heard, line);
    memset(heard, 0, PLANT_TICK * sizeof *heard);
    plant_wire *wire = plant_wire_of(p, line);
    if (plant_is_phone(p, line) ? plant_asleep(p, line) : plant_rests(l)) {
        memset(l->history, 0, sizeof l->history);
        if (wire != NULL)
            plant_wire_rest(wire);
        return;
    }
    if (l->loaded) {
        cti_event ev[PLANT_LINE_EVENTS];
        cti_player *player = plant_exchange_player(p, line);
        int n = cti_player_run(player, at, heard, PLANT_TICK, ev, PLANT_LINE_EVENTS);
        l->loaded = (int8_t)(cti_player_busy(player) || n > 0);
        plant_told(p, line, 0, ev, n);
    }
    if (!l->battery) {
        memset(heard, 0, PLANT_TICK * sizeof *heard);
    } else {
        if (plant_in_use(l) && l->other >= 0) {
            int16_t from[PLANT_TICK];
            memcpy(from, plant_buffer(p, p->lay.up, l->other), sizeof from);
            if (wire != NULL)
                plant_wire_arrive(wire, from);
            plant_gate(l, at, from);
            plant_add(heard, from);
        }
        add_heard(p, l, heard);
        cti_law_through(l->cfg.law, heard, PLANT_TICK);
        if (wire != NULL)
            plant_wire_down(wire, plant_part(p, p->lay.kernel), heard, l->loss);
        else
            plant_scale(heard, heard, l->loss);
    }
    plant_add_return(p, line, plant_buffer(p, p->lay.sent, line), heard); /* by the hybrid */
    cti_random_noise(&l->noise, l->cfg.noise_dbm0, heard, PLANT_TICK);
}

static void record_phone(cti_plant *p, int64_t at, int line) {
    cti_event ev[1];
    int n = cti_recorder_run(plant_phone_recorder(p, line), at, plant_buffer(p, p->lay.sent, line),
                             plant_buffer(p, p->lay.heard, line), PLANT_TICK, ev, 1);
    plant_told(p, line, 1, ev, n);
}

/* The telephones' recorders and ears. */
static void hear(cti_plant *p, int64_t at) {
    if (plant_phones(p) == 0)
        return;
    for (int line = p->cfg.board_lines; line < p->ends; line++)
        record_phone(p, at, line);
    cti_event ev[4 * PLANT_LINE_EVENTS];
    int n = cti_ear_run(plant_part(p, p->lay.ear), plant_buffer(p, p->lay.heard, p->cfg.board_lines),
                        PLANT_TICK, PLANT_TICK, ev, 4 * PLANT_LINE_EVENTS);
    for (int i = 0; i < n; i++) {
        ev[i].port += p->cfg.board_lines;
        ev[i].ref = ev[i].kind == CTI_EV_CALLER_ID ? ev[i].ref : 1;
    }
    plant_tell(p, ev, n);
}

void plant_signal(cti_plant *p, int64_t at, const int16_t *tx, int16_t *rx) {
    for (int line = 0; line < p->lines; line++) {
        plant_wire *wire = plant_wire_of(p, line);
        if (wire != NULL && !plant_asleep(p, line))
            plant_wire_tick(wire);
        from_terminal(p, at, line, tx);
    }
    for (int line = 0; line < p->lines; line++)
        to_terminal(p, at, line);
    for (int line = p->lines; line < p->ends; line++) {
        size_t place = (size_t)plant_port_of(p, line) * PLANT_TICK;
        plant_local_signal(p, at, line, tx + place, rx + place);
    }
    for (int line = 0; line < p->ends; line++) {
        plant_line *l = plant_line_of(p, line);
        l->closed = l->changes > 0 ? (int8_t)l->change[l->changes - 1].off_hook : l->closed;
        l->changes = 0;
    }
    p->history_at = (p->history_at + PLANT_TICK) % PLANT_ECHO_ROOM;
    size_t board = (size_t)p->cfg.board_lines * PLANT_TICK;
    memcpy(rx, plant_part(p, p->lay.heard), board * sizeof *rx);
    hear(p, at);
}
