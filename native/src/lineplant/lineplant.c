#include "cti/lineplant.h"

#include <math.h>
#include <string.h>

#include "cti/ear.h"
#include "cti/error.h"
#include "cti/g711.h"
#include "lineplant/lineplant_state.h"

enum { MOST_LINES = 512, LONGEST_RECORD_SECONDS = 600, RATE = 8000, LONGEST_ECHO_MS = 32 };

static size_t place(size_t *end, size_t size) {
    size_t at = *end;
    *end = (at + size + 63) & ~(size_t)63;
    return at;
}

static int lay_out(const cti_plant_config *c, plant_layout *l, size_t *board_events) {
    if (c == NULL || c->board_lines < 1 || c->board_lines > MOST_LINES || c->phones < 0 ||
        c->phones > MOST_LINES || c->fxs < 0 || c->fxs > MOST_LINES || c->handsets < 0 ||
        c->handsets > MOST_LINES || c->record_seconds < 1 || c->record_seconds > LONGEST_RECORD_SECONDS ||
        c->wires < 0 || c->wires > 1)
        return CTI_ERR_ARG;
    size_t commands = cti_ring_size(c->commands, sizeof(cti_plant_command));
    size_t events = cti_ring_size(c->events, sizeof(cti_event));
    if (commands == 0 || events == 0)
        return CTI_ERR_ARG;
    size_t lines = (size_t)c->board_lines + (size_t)c->phones;
    size_t locals = (size_t)c->fxs + (size_t)c->handsets, phones = (size_t)c->phones + locals;
    memset(l, 0, sizeof *l);
    l->player_size = cti_player_size();
    l->receiver_size = (cti_dtmf_rx_size() + 63) & ~(size_t)63;
    l->recorder_size = cti_recorder_size(c->record_seconds * RATE);
    l->ear_size = phones > 0 ? cti_ear_size((int)phones) : 0;
    size_t end = (sizeof(struct cti_plant) + 63) & ~(size_t)63;
    l->commands = place(&end, commands);
    l->events = place(&end, events);
    size_t ports = (size_t)c->board_lines + locals;
    *board_events = place(&end, ports * PLANT_BOARD_EVENTS * sizeof(cti_event));
    l->lines = place(&end, (lines + locals) * sizeof(plant_line));
    l->players = place(&end, lines * l->player_size);
    l->phone_players = place(&end, phones * l->player_size);
    l->receivers = place(&end, lines * l->receiver_size);
    l->ear = place(&end, l->ear_size);
    l->sent = place(&end, (lines + locals) * PLANT_TICK * sizeof(int16_t));
    l->up = place(&end, lines * PLANT_TICK * sizeof(int16_t));
    l->heard = place(&end, (lines + locals) * PLANT_TICK * sizeof(int16_t));
    l->kernel = c->wires ? place(&end, sizeof(wire_kernel)) : 0;
    l->wires = c->wires ? place(&end, lines * sizeof(plant_wire)) : 0;
    l->recorders = place(&end, phones * l->recorder_size);
    l->end = end;
    return CTI_OK;
}

void cti_plant_line_defaults(cti_plant_line_config *cfg) {
    *cfg = (cti_plant_line_config){
        .loss_db = 3.0f, .noise_dbm0 = -65.0f, .return_loss_db = 14.0f, .echo_ms = 2.0f, .law = CTI_LAW_ALAW};
}

void cti_plant_defaults(cti_plant_config *cfg) {
    *cfg = (cti_plant_config){
        .board_lines = 1, .phones = 1, .record_seconds = 30, .commands = 1024, .events = 8192, .seed = 0};
}

size_t cti_plant_size(const cti_plant_config *cfg) {
    plant_layout l;
    size_t board_events;
    return lay_out(cfg, &l, &board_events) == CTI_OK ? l.end : 0;
}

static cti_event *board_events_of(const cti_plant *p) {
    return plant_part(p, p->board_events);
}

static int exchange_end_init(cti_plant *p, int line, const cti_plant_line_config *cfg) {
    int result = cti_plant_line(p, line, cfg);
    if (result == CTI_OK)
        result = cti_player_init(plant_exchange_player(p, line), p->lay.player_size);
    return result == CTI_OK ? cti_dtmf_rx_init(plant_receiver(p, line), p->lay.receiver_size, NULL) : result;
}

static int phone_init(cti_plant *p, int line) {
    int result = cti_player_init(plant_phone_player(p, line), p->lay.player_size);
    return result == CTI_OK ? cti_recorder_init(plant_phone_recorder(p, line), p->lay.recorder_size,
                                                p->cfg.record_seconds * RATE)
                            : result;
}

int cti_plant_init(cti_plant *p, size_t size, const cti_plant_config *cfg) {
    plant_layout l;
    size_t board_events;
    if (p == NULL || lay_out(cfg, &l, &board_events) != CTI_OK)
        return CTI_ERR_ARG;
    if (size < l.end)
        return CTI_ERR_SIZE;
    memset(p, 0, l.recorders);
    p->cfg = *cfg;
    p->lay = l;
    p->board_events = board_events;
    p->lines = cfg->board_lines + cfg->phones;
    p->ends = p->lines + cfg->fxs + cfg->handsets;
    int phones = plant_phones(p);
    if (cfg->wires)
        wire_kernel_init(plant_part(p, l.kernel));
    cti_ring_init(plant_commands(p), l.events - l.commands, cfg->commands, sizeof(cti_plant_command));
    cti_ring_init(plant_events(p), board_events - l.events, cfg->events, sizeof(cti_event));
    int result = phones > 0 ? cti_ear_init(plant_part(p, l.ear), l.ear_size, phones) : CTI_OK;
    cti_plant_line_config usual;
    cti_plant_line_defaults(&usual);
    for (int i = 0; i < p->ends && result == CTI_OK; i++) {
        plant_line *line = plant_line_of(p, i);
        line->other = -1;
        line->battery = 1;
        cti_pulse_tx_init(&line->dial, sizeof line->dial);
        cti_pulse_rx_init(&line->pulse, sizeof line->pulse, NULL);
        cti_random_init(&line->noise, sizeof line->noise,
                        cfg->seed + 0x9E3779B97F4A7C15u * (uint64_t)(i + 1));
        result = plant_is_local(p, i) ? plant_local_init(p, i) : exchange_end_init(p, i, &usual);
        if (result == CTI_OK && plant_is_phone(p, i))
            result = phone_init(p, i);
    }
    return result;
}

int cti_plant_line(cti_plant *p, int line, const cti_plant_line_config *cfg) {
    if (p == NULL || cfg == NULL || line < 0 || line >= p->lines + p->cfg.fxs ||
        !(cfg->loss_db >= 0 && cfg->loss_db <= 40) || !(cfg->noise_dbm0 <= 0) ||
        !(cfg->return_loss_db >= 0 && cfg->return_loss_db <= 60) ||
        !(cfg->echo_ms >= 0 && cfg->echo_ms <= LONGEST_ECHO_MS) || cfg->law < CTI_LAW_LINEAR ||
        cfg->law > CTI_LAW_ULAW)
        return CTI_ERR_ARG;
    if (p->now > 0)
        return CTI_ERR_STATE;
    plant_line *l = plant_line_of(p, line);
    l->cfg = *cfg;
    l->loss = powf(10.0f, -cfg->loss_db / 20.0f);
    l->echo = cfg->return_loss_db >= 60 ? 0.0f : powf(10.0f, -cfg->return_loss_db / 20.0f);
    l->echo_delay = (int32_t)(cfg->echo_ms * 8.0f + 0.5f);
    return CTI_OK;
}

int cti_plant_wire_line(cti_plant *p, int line, const cti_plant_wire *cfg) {
    if (p == NULL || cfg == NULL || line < 0 || line >= p->lines)
        return CTI_ERR_ARG;
    if (p->now > 0 || p->lay.wires == 0)
        return CTI_ERR_STATE;
    plant_wire *wire = (plant_wire *)plant_part(p, p->lay.wires) + line;
    int result = plant_wire_init(wire, cfg, p->cfg.seed + 0xD1B54A32D192ED03u * (uint64_t)(line + 1));
    plant_line_of(p, line)->wired = result == CTI_OK;
    return result;
}

static int set_pulses(cti_plant *p, const cti_pulse_rx_config *cfg, int from, int to) {
    if (p->now > 0)
        return CTI_ERR_STATE;
    int result = CTI_OK;
    for (int i = from; i < to && result == CTI_OK; i++)
        result = cti_pulse_rx_init(&plant_line_of(p, i)->pulse, sizeof(cti_pulse_rx), cfg);
    return result;
}

int cti_plant_pulses(cti_plant *p, const cti_pulse_rx_config *cfg) {
    return p == NULL || cfg == NULL ? CTI_ERR_ARG : set_pulses(p, cfg, 0, p->lines);
}

int cti_plant_board_pulses(cti_plant *p, const cti_pulse_rx_config *cfg) {
    return p == NULL || cfg == NULL ? CTI_ERR_ARG : set_pulses(p, cfg, p->lines, p->ends);
}

int cti_plant_progress(cti_plant *p, const cti_progress_config *cfg) {
    if (p == NULL || cfg == NULL)
        return CTI_ERR_ARG;
    if (p->now > 0)
        return CTI_ERR_STATE;
    return plant_phones(p) == 0 ? CTI_OK : cti_ear_progress(plant_part(p, p->lay.ear), -1, cfg);
}

void plant_tell(cti_plant *p, const cti_event *ev, int n) {
    for (int i = 0; i < n; i++) {
        if (p->events_lost > 0 && cti_ring_room(plant_events(p)) > 1) {
            cti_event lost = {.at = ev[i].at, .start = ev[i].at, .port = -1, .kind = CTI_EV_EVENTS_LOST};
            lost.value = p->events_lost;
            cti_ring_put(plant_events(p), &lost, 1);
            p->events_lost = 0;
        }
        if (cti_ring_put(plant_events(p), &ev[i], 1) != CTI_OK)
            p->events_lost++;
    }
}

void plant_tell_board(cti_plant *p, int line, const cti_event *ev) {
    if (p->waiting == plant_ports(p) * PLANT_BOARD_EVENTS) {
        p->events_lost++;
        return;
    }
    cti_event *room = &board_events_of(p)[p->waiting++];
    *room = *ev;
    room->port = plant_port_of(p, line);
}

static int exchange(void *ctx, int64_t at, const int16_t *tx, int16_t *rx, int samples, cti_event *ev,
                    int max) {
    cti_plant *p = ctx;
    if (samples != PLANT_TICK)
        return CTI_ERR_ARG;
    p->now = at;
    cti_plant_command c;
    for (int n = cti_ring_count(plant_commands(p)); n > 0; n--) {
        cti_ring_get(plant_commands(p), &c, 1);
        plant_carry_out(p, at, &c);
    }
    plant_loops(p, at);
    plant_signal(p, at, tx, rx);
    p->now = at + samples;
    int n = p->waiting < max ? p->waiting : max;
    cti_event *waiting = board_events_of(p);
    memcpy(ev, waiting, (size_t)n * sizeof *ev);
    memmove(waiting, waiting + n, (size_t)(p->waiting - n) * sizeof *waiting);
    p->waiting -= n;
    return n;
}

static int control(void *ctx, int port, int what, int value) {
    cti_plant *p = ctx;
    if (port < 0 || port >= plant_ports(p))
        return CTI_ERR_ARG;
    if (port >= p->cfg.board_lines)
        return plant_local_control(p, plant_line_at(p, port), what, value);
    if (what == CTI_LINE_PULSES || what == CTI_LINE_FLASH)
        return plant_dial(p, port, what, value);
    if (what != CTI_LINE_HOOK)
        return CTI_ERR_STATE; /* an FXO port cannot ring or feed its line */
    plant_hook(p, p->now, port, value != 0);
    return CTI_OK;
}

int cti_plant_board(cti_plant *p, cti_board *board) {
    if (p == NULL || board == NULL)
        return CTI_ERR_ARG;
    *board = (cti_board){.ctx = p, .ports = plant_ports(p), .exchange = exchange, .control = control};
    board->rest = plant_rest;
    board->rests = plant_rested;
    board->recall = plant_recall;
    board->idle = plant_idle;
    return CTI_OK;
}

int cti_plant_post(cti_plant *p, const cti_plant_command *commands, int n) {
    if (p == NULL || n < 0 || (commands == NULL && n > 0))
        return CTI_ERR_ARG;
    for (int i = 0; i < n; i++)
        if (!plant_acceptable(p, &commands[i]))
            return CTI_ERR_ARG;
    return n == 0 ? CTI_OK : cti_ring_put(plant_commands(p), commands, n);
}

int cti_plant_events(cti_plant *p, cti_event *ev, int max) {
    if (p == NULL || max < 0 || (ev == NULL && max > 0))
        return CTI_ERR_ARG;
    return max == 0 ? 0 : cti_ring_get(plant_events(p), ev, max);
}

int cti_plant_phone_read(cti_plant *p, int line, int16_t *out, int frames) {
    if (p == NULL || out == NULL || frames < 0 || line < 0 || line >= p->ends || !plant_is_phone(p, line))
        return CTI_ERR_ARG;
    return cti_recorder_read(plant_phone_recorder(p, line), out, frames);
}
