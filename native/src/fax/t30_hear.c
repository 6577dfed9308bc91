/* What is heard. */
#include <string.h>

#include "cti/error.h"
#include "fax/t30_state.h"

static int is_our_echo(const cti_t30 *t, const uint8_t *octets, int n) {
    if (t->now - t->sent_at > T30_OWN_ECHO_MS * T30_MS)
        return 0;
    for (int i = 0; i < t->outs; i++)
        if (t->out[i].length == n && memcmp(t->out[i].octets, octets, (size_t)n) == 0)
            return 1;
    return 0;
}

void t30_answer_command(cti_t30 *t) {
    uint8_t octets[T30_COMMAND_OCTETS];
    int n = t->command_length;
    memcpy(octets, t->command, (size_t)n);
    t->command_length = 0;
    t30_command(t, octets, n);
}

static void heard_v21_frame(cti_t30 *t, const uint8_t *octets, int n) {
    cti_t30_frame_view f;
    t30_tell_frame(t, CTI_T30_HEARD_FRAME, octets, n);
    t30_wait_longer(t, T30_FRAME_TIME_MS);
    if (is_our_echo(t, octets, n) || cti_t30_frame_parse(octets, n, &f) != CTI_OK)
        return;
    t30_identity(t, &f);
    if (!f.is_final || f.type == CTI_T30_UNKNOWN)
        return;
    t->command_length = n < T30_COMMAND_OCTETS ? n : T30_COMMAND_OCTETS;
    memcpy(t->command, octets, (size_t)t->command_length);
    t->command_due = t30_in(t, T30_TURN_MS);
}

/* No more comes of it. We repeat our command when its time is over; who answers waits for the command anew.
 */
static void was_damaged(cti_t30 *t) {
    int answers = t->state == T30_WAIT_END || t->state == T30_WAIT_COMMAND;
    int64_t again = t30_in(t, answers ? t->then_ms : T30_GAP_MS);
    if (t->due < 0)
        return;
    again = again < t->due_most ? again : t->due_most;
    t->due = t->due_first > again ? t->due_first : again;
}

static void heard_v21(cti_t30 *t, const cti_fax_modem_event *ev) {
    switch (ev->kind) {
    case CTI_FAX_MODEM_CARRIER:
    case CTI_FAX_MODEM_FLAGS:
        if (t->flags_at < 0)
            t->flags_at = t->now;
        t->alive = 1;
        t30_wait_longer(t, T30_FRAME_TIME_MS);
        if (t->state == T30_CALLING)
            cti_t30_tone(t, CTI_FAX_V21);
        break;
    case CTI_FAX_MODEM_FRAME:
        heard_v21_frame(t, ev->octets, ev->length);
        break;
    case CTI_FAX_MODEM_IDLE:
        if (t->command_length > 0)
            t30_answer_command(t);
        break;
    case CTI_FAX_MODEM_END:
        if (t->command_length > 0)
            t30_answer_command(t);
        else
            was_damaged(t);
        break;
    default:
        break;
    }
}

/* Where V.21 was not heard yet, the turn is begun anew: the fast carrier may still come. */
static void fast_again(cti_t30 *t) {
    cti_fax_turn turn = t->turn;
    if (t->flags_at >= 0 || t->command_length > 0)
        return;
    t30_begin_turn(t, CTI_FAX_TURN_LISTEN, T30_SENDS_NOTHING);
    t->turn = turn;
}

static void heard_training(cti_t30 *t, const cti_fax_modem_event *ev, const cti_fax_modem_quality *q) {
    switch (ev->kind) {
    case CTI_FAX_MODEM_TRAINING:
    case CTI_FAX_MODEM_CARRIER:
        t30_wait_longer(t, T30_TCF_WAIT_MS);
        break;
    case CTI_FAX_MODEM_OCTETS:
        t30_tcf_octets(t, ev->octets, ev->length, q != NULL && q->is_lost);
        break;
    case CTI_FAX_MODEM_FAILED: /* its sender goes on for a while */
        fast_again(t);
        break;
    case CTI_FAX_MODEM_END:
        if (t->rx.tcf_heard)
            t30_tcf_end(t);
        else
            fast_again(t);
        break;
    default:
        break;
    }
}

static void page_goes_on(cti_t30 *t) {
    t->due = t->due_first = t->due_most = t30_in(t, t30_page_wait_ms(t));
}

static void heard_page(cti_t30 *t, const cti_fax_modem_event *ev, const cti_fax_modem_quality *q) {
    cti_t30_frame_view f;
    switch (ev->kind) {
    case CTI_FAX_MODEM_TRAINING:
    case CTI_FAX_MODEM_CARRIER:
        page_goes_on(t);
        break;
    case CTI_FAX_MODEM_OCTETS:
        t->rx.data = 1;
        page_goes_on(t);
        if (!t->link.ecm) {
            t30_page_take(t, ev->octets, ev->length);
            t30_page_carrier_is(t, q != NULL && q->is_lost);
        }
        break;
    case CTI_FAX_MODEM_BAD:
        t->rx.data = 1;
        break;
    case CTI_FAX_MODEM_FRAME:
        t->rx.data = 1;
        page_goes_on(t);
        if (t->link.ecm && cti_t30_frame_parse(ev->octets, ev->length, &f) == CTI_OK)
            t30_block_take(t, &f);
        break;
    case CTI_FAX_MODEM_FAILED:
        fast_again(t);
        break;
    case CTI_FAX_MODEM_END:
        if (!t->rx.data)
            fast_again(t);
        else if (t->flags_at < 0 && t->command_length == 0)
            t30_wait(t, T30_WAIT_PAGE, t30_page_wait_ms(t));
        break;
    default:
        break;
    }
}

void cti_t30_heard(cti_t30 *t, int modem, const cti_fax_modem_event *ev, const cti_fax_modem_quality *q) {
    if (t == NULL || ev == NULL || t->sending != T30_SENDS_NOTHING || t->state >= T30_LEAVING ||
        ev->length < 0 || (ev->length > 0 && ev->octets == NULL))
        return;
    if (modem == CTI_FAX_MODEM_V21) {
        heard_v21(t, ev);
        return;
    }
    if (q != NULL && !q->is_lost && q->snr_db > 0.0f)
        t->rx.snr_db = q->snr_db;
    if (t->state == T30_WAIT_TCF)
        heard_training(t, ev, q);
    else if (t->state == T30_WAIT_PAGE)
        heard_page(t, ev, q);
}
