/* What hwsim orders of the plant: checked when it is posted, carried out at the beginning of a tick. */
#include <math.h>

#include "cti/ear.h"
#include "cti/error.h"
#include "lineplant/lineplant_state.h"

enum { MOST_DOWN = 900, MOST_LOSS = 600 };

static void part(cti_plant *p, int64_t at, int line) {
    int other = plant_line_of(p, line)->other;
    if (other < 0)
        return;
    plant_line_of(p, line)->other = plant_line_of(p, other)->other = -1;
    plant_receive_afresh(p, at, line);
    plant_receive_afresh(p, at, other);
}

static void cut_through(cti_plant *p, int64_t at, int line, int other) {
    part(p, at, line);
    if (other < 0)
        return;
    part(p, at, other);
    plant_line_of(p, line)->other = other;
    plant_line_of(p, other)->other = line;
}

static void play(cti_plant *p, int64_t at, int line, cti_player *player, const cti_play_item *item) {
    if (cti_player_put(player, item) != CTI_OK) {
        cti_event ev = {.at = at, .start = at, .port = line, .kind = CTI_EV_PLAY_DONE, .ref = item->ref};
        ev.value = CTI_PLAY_STOPPED;
        plant_tell(p, &ev, 1);
    }
}

static void record(cti_plant *p, int line, int on) {
    cti_recorder *r = plant_phone_recorder(p, line);
    if (on)
        cti_recorder_start(r, line, CTI_RECORD_BOTH);
    else if (cti_recorder_open(r))
        cti_recorder_stop(r);
}

void plant_carry_out(cti_plant *p, int64_t at, const cti_plant_command *c) {
    plant_line *l = plant_line_of(p, c->line);
    switch (c->kind) {
    case CTI_PLANT_RING:
        plant_ring(p, at + c->ref, c->line, c->value != 0, c->what);
        break;
    case CTI_PLANT_BATTERY:
        plant_battery(p, at, c->line, c->value != 0);
        break;
    case CTI_PLANT_POLARITY:
        plant_polarity(p, at, c->line, c->value != 0);
        break;
    case CTI_PLANT_CONNECT:
        cut_through(p, at, c->line, c->value);
        break;
    case CTI_PLANT_EXCHANGE_PLAY:
        play(p, at, c->line, plant_exchange_player(p, c->line), &c->item);
        l->loaded = 1;
        break;
    case CTI_PLANT_EXCHANGE_STOP:
        cti_player_stop(plant_exchange_player(p, c->line), c->ref);
        l->loaded = 1;
        break;
    case CTI_PLANT_PHONE_HOOK:
        plant_hook(p, at, c->line, c->value != 0);
        break;
    case CTI_PLANT_PHONE_PLAY:
        play(p, at, c->line, plant_phone_player(p, c->line), &c->item);
        l->speaking = 1;
        break;
    case CTI_PLANT_PHONE_STOP:
        cti_player_stop(plant_phone_player(p, c->line), c->ref);
        l->speaking = 1;
        break;
    case CTI_PLANT_PHONE_RECORD:
        record(p, c->line, c->value != 0);
        break;
    case CTI_PLANT_PHONE_LISTEN:
        if (cti_ear_listen(plant_part(p, p->lay.ear), c->line - p->cfg.board_lines, c->value) == CTI_OK)
            l->listening = (int8_t)c->value;
        break;
    case CTI_PLANT_PHONE_PULSES:
    case CTI_PLANT_PHONE_FLASH: {
        int what = c->kind == CTI_PLANT_PHONE_PULSES ? CTI_LINE_PULSES : CTI_LINE_FLASH;
        if (plant_dial(p, c->line, what, c->value) != CTI_OK)
            plant_line_event(p, at, c->line, CTI_EV_DIALLED, 0);
        break;
    }
    case CTI_PLANT_HEAR:
        plant_hear(l, c->what, c->value);
        break;
    case CTI_PLANT_LOSS:
        l->loss = powf(10.0f, -(l->cfg.loss_db + (float)c->value / 10.0f) / 20.0f);
        break;
    default:
        break;
    }
}

int plant_acceptable(const cti_plant *p, const cti_plant_command *c) {
    if (c->line < 0 || c->line >= p->ends || c->kind < CTI_PLANT_RING || c->kind > CTI_PLANT_LOSS)
        return 0;
    int of_a_phone = c->kind >= CTI_PLANT_PHONE_HOOK && c->kind <= CTI_PLANT_PHONE_FLASH;
    if (of_a_phone ? !plant_is_phone(p, c->line) : plant_is_local(p, c->line))
        return 0;
    if (c->kind == CTI_PLANT_HEAR)
        return c->what >= 0 && c->what < p->lines && c->what != c->line && c->value >= -1 &&
               c->value <= MOST_DOWN;
    if (c->kind == CTI_PLANT_LOSS)
        return c->value >= 0 && c->value <= MOST_LOSS;
    if (c->kind == CTI_PLANT_RING && (c->ref < 0 || c->ref >= PLANT_TICK))
        return 0;
    return c->kind != CTI_PLANT_CONNECT || (c->value >= -1 && c->value < p->lines && c->value != c->line);
}
