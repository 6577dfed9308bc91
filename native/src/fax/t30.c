/* The doors: turns, what is heard, time. */
#include "cti/t30.h"

#include <string.h>

#include "cti/error.h"
#include "fax/t30_state.h"

static size_t aligned(size_t size) {
    return (size + 63) / 64 * 64;
}

size_t cti_t30_size(void) {
    return aligned(sizeof(struct cti_t30)) + aligned(cti_t4_encoder_size()) + cti_t4_decoder_size();
}

void cti_t30_defaults(cti_t30_config *cfg, int calling) {
    *cfg = (cti_t30_config){.calling = calling != 0,
                            .receives = 1,
                            .modems =
                                1 << CTI_FAX_MODEM_V27TER | 1 << CTI_FAX_MODEM_V29 | 1 << CTI_FAX_MODEM_V17,
                            .bit_rate = 14400,
                            .ecm = 1,
                            .frame_octets = 256,
                            .mr = 1,
                            .mmr = 1,
                            .widths = CTI_T30_A4 | CTI_T30_B4 | CTI_T30_A3,
                            .resolutions = CTI_T30_STANDARD | CTI_T30_FINE | CTI_T30_SUPERFINE,
                            .refuse_percent = 15,
                            .repeats = 2};
}

static int is_one_of_3(int bit) {
    return bit == 1 || bit == 2 || bit == 4;
}

static int sheets_are_good(const cti_t30_config *c) {
    if (c->sheets < 0 || (c->sheets > 0 && c->sheet == NULL))
        return 0;
    for (int i = 0; i < c->sheets; i++)
        if (!is_one_of_3(c->sheet[i].width) || !is_one_of_3(c->sheet[i].resolution))
            return 0;
    return 1;
}

static int words_are_good(const cti_t30_config *c) {
    uint8_t fif[CTI_T30_ID_CHARS];
    const char *words[] = {c->ident, c->subaddress, c->password};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (memchr(words[i], 0, CTI_T30_ID_CHARS + 1) == NULL || cti_t30_id_build(words[i], fif) != CTI_OK)
            return 0;
    return 1;
}

static int acceptable(const cti_t30_config *c) {
    cti_t30_ability a = {.modems = c->modems, .bit_rate = c->bit_rate, .widths = c->widths};
    uint8_t fif[CTI_T30_DIS_OCTETS];
    a.row_ms[0] = a.row_ms[1] = c->row_ms;
    return sheets_are_good(c) && words_are_good(c) && cti_t30_ability_build(&a, 0, fif) > 0 &&
           c->bit_rate >= 2400 && (c->modems & 1 << CTI_FAX_MODEM_V27TER) && (c->resolutions & ~7) == 0 &&
           (c->resolutions & CTI_T30_STANDARD) && (c->frame_octets == 256 || c->frame_octets == 64) &&
           c->refuse_percent >= 0 && c->refuse_percent <= 100 && c->repeats >= 0 && c->repeats <= 100;
}

int cti_t30_init(cti_t30 *t, size_t size, const cti_t30_config *cfg) {
    if (t == NULL || cfg == NULL || !acceptable(cfg))
        return CTI_ERR_ARG;
    if (size < cti_t30_size())
        return CTI_ERR_SIZE;
    memset(t, 0, sizeof *t);
    t->cfg = *cfg;
    t->encoder = (void *)((char *)t + aligned(sizeof *t));
    t->decoder = (void *)((char *)t->encoder + aligned(cti_t4_encoder_size()));
    t->due = t->t1_due = t->flags_at = -1;
    for (int i = 0; i < T30_PAGES; i++) {
        t->tx.page[i].number = -1;
        t->rx.memory[i].number = -1;
    }
    t30_start(t);
    return CTI_OK;
}

/* Turns. */

void t30_begin_turn(cti_t30 *t, int kind, int sending) {
    int has_gap = t->turn.kind != CTI_FAX_TURN_CED; /* which ends in its own 75 ms of silence */
    int carries = kind == CTI_FAX_TURN_FRAMES || kind == CTI_FAX_TURN_DATA;
    memset(&t->turn, 0, sizeof t->turn);
    t->turn.kind = kind;
    t->turn.modem = CTI_FAX_MODEM_V21;
    t->turn.bit_rate = 300;
    t->turn.hdlc = 1;
    t->turn.silence = carries && has_gap ? T30_GAP_MS * T30_MS : 0;
    t->turn_new = 1;
    t->sending = sending;
    t->command_length = 0;
    t->out_next = 0;
}

void t30_fast_turn(cti_t30 *t, int hdlc, int short_training) {
    t->turn.modem = t->link.modem;
    t->turn.bit_rate = t->link.bit_rate;
    t->turn.hdlc = hdlc;
    t->turn.short_training = short_training && t->link.modem == CTI_FAX_MODEM_V17;
}

void t30_open(cti_t30 *t) {
    t->outs = 0;
}

void t30_out(cti_t30 *t, int type, const uint8_t *fif, int n, int is_final) {
    t30_octets *o = &t->out[t->outs];
    int made = cti_t30_frame_build(type, t->x, is_final, fif, n, o->octets, sizeof o->octets);
    if (made > 0 && t->outs < T30_OUT_FRAMES - 1) {
        o->length = made;
        t->outs++;
    }
}

void t30_send(cti_t30 *t, int sending) {
    t30_begin_turn(t, CTI_FAX_TURN_FRAMES, sending);
    t->due = -1;
}

void t30_send_then(cti_t30 *t, int then, int ms) {
    t->then = then;
    t->then_ms = ms;
    t->then_fast = 0;
    t->tries = 1;
    t->alive = 0;
    t30_send(t, T30_SENDS_FRAMES);
}

void t30_send_then_fast(cti_t30 *t, int then, int ms, int short_training) {
    t30_send_then(t, then, ms);
    t->then_fast = 1;
    t->then_short = short_training;
}

void t30_answer(cti_t30 *t, int type, int then, int ms) {
    t30_open(t);
    t30_out(t, type, NULL, 0, 1);
    t30_send_then(t, then, ms);
}

static void wait_in(cti_t30 *t, int state, int ms) {
    t->state = state;
    t->due = t->due_first = ms < 0 ? -1 : t30_in(t, ms);
    t->due_most = ms < 0 ? -1 : t30_in(t, 2 * ms > T30_WAIT_MOST_MS ? 2 * ms : T30_WAIT_MOST_MS);
    t30_begin_turn(t, CTI_FAX_TURN_LISTEN, T30_SENDS_NOTHING);
}

void t30_wait(cti_t30 *t, int state, int ms) {
    wait_in(t, state, ms);
}

void t30_wait_fast(cti_t30 *t, int state, int ms, int short_training) {
    wait_in(t, state, ms);
    t30_fast_turn(t, state == T30_WAIT_PAGE && t->link.ecm, short_training);
}

void t30_wait_longer(cti_t30 *t, int ms) {
    if (t->due < 0)
        return;
    int64_t due = t30_in(t, ms) < t->due_most ? t30_in(t, ms) : t->due_most;
    t->due = due > t->due ? due : t->due;
}

int cti_t30_turn(cti_t30 *t, cti_fax_turn *turn) {
    if (t == NULL || turn == NULL)
        return CTI_ERR_ARG;
    int is_new = t->turn_new;
    *turn = t->turn;
    t->turn_new = 0;
    return is_new;
}

int cti_t30_frame(cti_t30 *t, uint8_t *octets, int max) {
    if (t == NULL || octets == NULL || max < CTI_HDLC_FRAME_MAX)
        return CTI_ERR_ARG;
    if (t->sending == T30_SENDS_PAGE && t->link.ecm)
        return t30_block_frame(t, octets, max);
    if (t->turn.kind != CTI_FAX_TURN_FRAMES || t->out_next >= t->outs)
        return 0;
    const t30_octets *o = &t->out[t->out_next++];
    memcpy(octets, o->octets, (size_t)o->length);
    t30_tell_frame(t, CTI_T30_SENT_FRAME, octets, o->length);
    return o->length;
}

int cti_t30_data(cti_t30 *t, uint8_t *octets, int max) {
    if (t == NULL || octets == NULL || max < 0)
        return CTI_ERR_ARG;
    if (t->sending == T30_SENDS_TCF) {
        int n = t->training_left < max ? t->training_left : max;
        memset(octets, 0, (size_t)n);
        t->training_left -= n;
        return n;
    }
    return t->sending == T30_SENDS_PAGE && !t->link.ecm ? t30_page_octets(t, octets, max) : 0;
}

static void sent_frames(cti_t30 *t) {
    if (t->then_fast)
        t30_wait_fast(t, t->then, t->then_ms, t->then_short);
    else
        t30_wait(t, t->then, t->then_ms);
}

void cti_t30_sent(cti_t30 *t) {
    if (t == NULL || t->sending == T30_SENDS_NOTHING)
        return;
    int was = t->sending;
    t->sending = T30_SENDS_NOTHING;
    t->sent_at = t->now;
    t->flags_at = -1;
    switch (was) {
    case T30_SENDS_TONE:
        t30_send_dis(t);
        break;
    case T30_SENDS_FRAMES:
        sent_frames(t);
        break;
    case T30_SENDS_DCS:
        t30_send_tcf(t);
        break;
    case T30_SENDS_TCF:
        t30_wait(t, T30_WAIT_CFR, T30_T4_MS);
        break;
    case T30_SENDS_PAGE:
        t30_send_post(t);
        break;
    default:
        t30_over(t, t->leaving_result);
        break;
    }
}

int t30_may_repeat(const cti_t30 *t) {
    return t->tries < (t->alive ? T30_TRIES_ALIVE : T30_TRIES);
}

void t30_repeat(cti_t30 *t) {
    t->tries++;
    t30_send(t, t->then == T30_WAIT_CFR ? T30_SENDS_DCS : T30_SENDS_FRAMES);
}

/* Time. */

static void (*const TIMEOUTS[T30_STATES])(cti_t30 *) = {
    [T30_CALLING] = t30_call_timeout,   [T30_ANSWER_TONE] = t30_call_timeout,
    [T30_WAIT_DIS] = t30_call_timeout,  [T30_WAIT_COMMAND] = t30_call_timeout,
    [T30_WAIT_TCF] = t30_tcf_end,       [T30_WAIT_CFR] = t30_call_timeout,
    [T30_WAIT_ROWS] = t30_call_timeout, [T30_WAIT_PAGE] = t30_receive_timeout,
    [T30_WAIT_POST] = t30_post_timeout, [T30_WAIT_CTR] = t30_post_timeout,
    [T30_WAIT_ERR] = t30_post_timeout,  [T30_WAIT_END] = t30_receive_timeout,
};

void cti_t30_run(cti_t30 *t, int samples) {
    if (t == NULL || samples < 0)
        return;
    t->now += samples;
    if (t->state >= T30_LEAVING || t->sending != T30_SENDS_NOTHING)
        return;
    if (t30_is_stalled(t))
        t30_stalled(t);
    else if (t->command_length > 0 && t->now >= t->command_due)
        t30_answer_command(t);
    else if (t->t1_due >= 0 && t->now >= t->t1_due)
        t30_long_timeout(t);
    else if (t->due >= 0 && t->now >= t->due && t->command_length == 0) {
        t->due = -1;
        TIMEOUTS[t->state](t);
    }
}

void cti_t30_gone(cti_t30 *t) {
    if (t != NULL && t->state != T30_OVER)
        t30_over(t, t->state == T30_LEAVING ? t->leaving_result : CTI_T30_LINE_LOST);
}

void cti_t30_cancel(cti_t30 *t) {
    if (t != NULL && t->state < T30_LEAVING)
        t30_leave(t, CTI_T30_CANCELLED);
}
