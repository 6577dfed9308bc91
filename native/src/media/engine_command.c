/* engine_command: what the program orders, checked when it is posted, and obeyed at the tick's beginning. */
#include "cti/conference.h"
#include "cti/error.h"
#include "media/engine_parts.h"
#include "mix/gain.h"

static int acceptable(const cti_engine *e, const cti_command *c) {
    if (c->port < 0 || c->port >= e->ports)
        return 0;
    switch (c->kind) {
    case CTI_CMD_LINE:
        return c->what >= CTI_LINE_HOOK && c->what <= CTI_LINE_SHOW;
    case CTI_CMD_PLAY:
    case CTI_CMD_STOP:
    case CTI_CMD_LISTEN:
        return 1;
    case CTI_CMD_RECORD:
        return c->what >= 0 && c->what < RECORDERS && c->ref >= 0 &&
               (c->value == CTI_RECORD_BOTH || c->value == CTI_RECORD_RX);
    case CTI_CMD_RECORD_STOP:
        return c->what >= 0 && c->what < RECORDERS;
    case CTI_CMD_PROGRESS:
        return cti_progress_check(c->progress) == CTI_OK;
    case CTI_CMD_JOIN:
        return c->ref >= 0 && c->ref < e->cfg.bridges && c->what > CTI_ROLE_AWAY &&
               c->what <= CTI_ROLE_WHISPER && c->value >= -1 && c->value < e->ports &&
               c->item.gain_q12 >= 0 && c->item.gain_q12 <= CTI_MOST_GAIN;
    case CTI_CMD_LEAVE:
    case CTI_CMD_DETACH:
        return 1;
    case CTI_CMD_ATTACH:
        return c->terminal.run != NULL && c->ref >= 0;
    default:
        return 0;
    }
}

int cti_engine_post(cti_engine *e, const cti_command *commands, int n) {
    if (e == NULL || n < 0 || (commands == NULL && n > 0))
        return CTI_ERR_ARG;
    for (int i = 0; i < n; i++)
        if (!acceptable(e, &commands[i]))
            return CTI_ERR_ARG;
    return n == 0 ? CTI_OK : cti_ring_put(commands_of(e), commands, n);
}

static int line_command(cti_engine *e, const cti_command *c) {
    for (int i = 0; i < e->boards; i++) {
        const cti_engine_board *b = board_of(e, i);
        if (c->port >= b->first && c->port < b->first + b->board.ports)
            return b->gone ? CTI_ERR_GONE
                           : b->board.control(b->board.ctx, c->port - b->first, c->what, c->value);
    }
    return CTI_ERR_ARG;
}

int cti_engine_start_recording(cti_engine *e, int64_t now, int port, int which, int32_t ref, int channels) {
    int result = cti_recorder_start(recorder_of(e, port, which), ref, channels);
    if (result == CTI_OK)
        port_of(e, port)->open_ref[which] = ref;
    else
        cti_engine_find(e, now, port, CTI_EV_RECORD_DONE, 0, 0, ref);
    return result;
}

static int record_command(cti_engine *e, int64_t now, const cti_command *c) {
    cti_engine_port *p = port_of(e, c->port);
    if (c->when == 0)
        return cti_engine_start_recording(e, now, c->port, c->what, c->ref, c->value);
    if (p->armed[c->what] != 0) {
        cti_engine_find(e, now, c->port, CTI_EV_RECORD_DONE, 0, 0, c->ref);
        return CTI_ERR_STATE;
    }
    p->armed[c->what] = c->value;
    p->armed_ref[c->what] = c->ref;
    return CTI_OK;
}

static void record_stop_command(cti_engine *e, int64_t now, const cti_command *c) {
    cti_engine_port *p = port_of(e, c->port);
    cti_recorder *r = recorder_of(e, c->port, c->what);
    if (cti_recorder_open(r) && (c->ref == -1 || c->ref == p->open_ref[c->what])) {
        cti_recorder_stop(r);
        cti_engine_find(e, now, c->port, CTI_EV_RECORD_DONE, 0, cti_recorder_frames(r), p->open_ref[c->what]);
    }
    if (p->armed[c->what] != 0 && (c->ref == -1 || c->ref == p->armed_ref[c->what])) {
        p->armed[c->what] = 0;
        cti_engine_find(e, now, c->port, CTI_EV_RECORD_DONE, 0, 0, p->armed_ref[c->what]);
    }
}

static void obey(cti_engine *e, int64_t now, const cti_command *c) {
    int result = CTI_OK;
    switch (c->kind) {
    case CTI_CMD_LINE:
        result = line_command(e, c);
        if (result < 0 && (c->what == CTI_LINE_PULSES || c->what == CTI_LINE_FLASH))
            cti_engine_find(e, now, c->port, CTI_EV_DIALLED, 0, 0, 0);
        break;
    case CTI_CMD_PLAY:
        result = c->when ? cti_player_interrupt(player_of(e, c->port), &c->item)
                         : cti_player_put(player_of(e, c->port), &c->item);
        if (result < 0)
            cti_engine_find(e, now, c->port, CTI_EV_PLAY_DONE, CTI_PLAY_STOPPED, 0, c->item.ref);
        break;
    case CTI_CMD_STOP:
        result = cti_player_stop(player_of(e, c->port), c->ref);
        break;
    case CTI_CMD_RECORD:
        result = record_command(e, now, c);
        break;
    case CTI_CMD_RECORD_STOP:
        record_stop_command(e, now, c);
        break;
    case CTI_CMD_LISTEN:
        cti_engine_wake(e, c->port);
        result = cti_ear_listen(cti_engine_part(e, e->lay.ear), c->port, c->value);
        break;
    case CTI_CMD_PROGRESS:
        cti_engine_wake(e, c->port);
        result = cti_ear_progress(cti_engine_part(e, e->lay.ear), c->port, c->progress);
        break;
    case CTI_CMD_JOIN:
        result = cti_engine_join_bridge(e, now, c);
        break;
    case CTI_CMD_LEAVE:
        cti_engine_leave_bridge(e, now, c->port);
        break;
    case CTI_CMD_ATTACH:
        result = cti_engine_attach(e, now, c);
        break;
    case CTI_CMD_DETACH:
        cti_engine_detach(e, now, c->port, c->ref, CTI_TERMINAL_TAKEN);
        break;
    default:
        break;
    }
    if (result < 0)
        cti_engine_count(&e->refused, 1);
}

void cti_engine_take_commands(cti_engine *e, int64_t now) {
    cti_command c;
    for (int n = cti_ring_count(commands_of(e)); n > 0; n--) {
        cti_ring_get(commands_of(e), &c, 1);
        obey(e, now, &c);
    }
}
