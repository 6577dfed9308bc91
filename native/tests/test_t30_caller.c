/* T.30 as the one who calls and sends: each answer of the far end, and none. */
#include "t30_stage.h"

static t30_stage s;
static uint8_t fif[CTI_T30_DIS_OCTETS];

static void begin(int pages) {
    cti_t30_config cfg = t30_stage_caller(pages);
    t30_stage_begin(&s, &cfg);
}

/* The far end answers with DIS; we have sent DCS and TCF. */
static void to_training(int pages, int ecm) {
    begin(pages);
    t30_stage_hear(&s, CTI_T30_DIS, 0, fif, t30_stage_dis(ecm, 0, fif));
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DCS);
}

/* ... and CFR; a page and its command are sent. */
static int to_post(int pages, int ecm) {
    to_training(pages, ecm);
    t30_stage_hear(&s, CTI_T30_CFR, 0, NULL, 0);
    return t30_stage_says(&s);
}

static void hear(int type) {
    t30_stage_hear(&s, type, 0, NULL, 0);
}

static void t30_t0_nobody_speaks_for_60_s(void) {
    begin(1);
    CHECK_EQ(s.turn.kind, CTI_FAX_TURN_CNG);
    t30_stage_wait(&s, 59900);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_GOING_ON);
    t30_stage_wait(&s, 200);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_NO_FAX);
    CHECK_EQ(s.turn.kind, CTI_FAX_TURN_HANG_UP);
    t30_stage_end(&s);
}

static void t30_t1_a_fax_tone_and_then_nothing_for_35_s(void) {
    begin(1);
    t30_stage_wait(&s, 50000);
    cti_t30_tone(s.t, CTI_FAX_CNG); /* of another caller: no answer */
    cti_t30_tone(s.t, CTI_FAX_CED);
    t30_stage_wait(&s, 34900);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_GOING_ON);
    t30_stage_wait(&s, 200);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_SILENT);
    t30_stage_end(&s);
}

static void a_far_end_that_does_not_receive_is_told_goodbye(void) {
    uint8_t nothing[3] = {0, 0, 0};
    begin(1);
    t30_stage_hear(&s, CTI_T30_DIS, 0, nothing, 3);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DCN);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_CANNOT_RECEIVE);
    t30_stage_end(&s);
}

static void what_is_unknown_and_what_is_our_own_is_no_answer(void) {
    uint8_t junk[120] = {0xFF, 0x13, 0x7A, 1, 2, 3};
    to_training(1, 1);
    t30_stage_event(&s, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_FRAME, s.last, s.last_length); /* our DCS */
    t30_stage_event(&s, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_END, NULL, 0);
    t30_stage_event(&s, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_FRAME, junk, sizeof junk);
    t30_stage_event(&s, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_FRAME, junk, 1);
    t30_stage_event(&s, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_END, NULL, 0);
    hear(CTI_T30_MCF); /* not what was asked */
    CHECK_EQ(s.turn.kind, CTI_FAX_TURN_LISTEN);
    hear(CTI_T30_CFR);
    CHECK_EQ(s.turn.kind, CTI_FAX_TURN_DATA);
    t30_stage_end(&s);
}

static void a_frame_is_answered_though_its_carrier_never_ends(void) {
    uint8_t octets[3];
    to_training(1, 1);
    (void)cti_t30_frame_build(CTI_T30_CFR, 0, 1, NULL, 0, octets, 3);
    t30_stage_event(&s, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_FRAME, octets, 3);
    CHECK_EQ(s.turn.kind, CTI_FAX_TURN_LISTEN);
    t30_stage_wait(&s, 520);
    CHECK_EQ(s.turn.kind, CTI_FAX_TURN_DATA);
    t30_stage_end(&s);
}

static void t30_training_takes_1_5_s_long_and_75_ms_behind_dcs(void) {
    begin(1);
    t30_stage_hear(&s, CTI_T30_DIS, 0, fif, t30_stage_dis(1, 0, fif));
    CHECK_EQ(s.turn.kind, CTI_FAX_TURN_FRAMES);
    CHECK_EQ(t30_stage_send(&s), CTI_FAX_TURN_FRAMES);
    CHECK_EQ(s.last[2], CTI_T30_DCS | 1); /* X: we have received DIS */
    CHECK_EQ(s.turn.kind, CTI_FAX_TURN_DATA);
    CHECK(s.turn.modem == CTI_FAX_MODEM_V17 && s.turn.bit_rate == 14400 && !s.turn.hdlc);
    CHECK_EQ(s.turn.short_training, 0);
    CHECK_EQ(s.turn.silence, 75 * T30_STAGE_MS);
    (void)t30_stage_send(&s);
    CHECK_EQ(s.n_octets, 14400 * 3 / 2 / 8);
    for (int i = 0; i < s.n_octets; i++)
        CHECK_EQ(s.octets[i], 0);
    t30_stage_end(&s);
}

static void ftt_takes_the_next_lower_rate_down_to_the_lowest(void) {
    static const int rates[] = {12000, 9600, 7200, 4800, 2400, 2400, 2400};
    to_training(1, 1);
    for (int i = 0; i < 7; i++) {
        hear(CTI_T30_FTT);
        CHECK_EQ(s.turn.kind, CTI_FAX_TURN_FRAMES);
        CHECK_EQ(t30_stage_says(&s), CTI_T30_DCS);
        cti_t30_link link;
        CHECK_EQ(cti_t30_about(s.t, &link), CTI_OK);
        CHECK_EQ(link.bit_rate, rates[i]);
    }
    hear(CTI_T30_FTT);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DCN);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_TRAINING_FAILED);
    t30_stage_end(&s);
}

static void a_lost_cfr_has_dcs_and_training_sent_three_times_more(void) {
    to_training(1, 1);
    for (int i = 0; i < 3; i++) {
        t30_stage_wait(&s, 2900);
        CHECK_EQ(s.turn.kind, CTI_FAX_TURN_LISTEN);
        t30_stage_wait(&s, 200);
        CHECK_EQ(t30_stage_says(&s), CTI_T30_DCS);
        CHECK(s.n_octets > 0);
    }
    t30_stage_wait(&s, 3100);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DCN);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_NO_REPLY);
    t30_stage_end(&s);
}

static void dis_again_or_crp_has_the_command_sent_again_at_once(void) {
    to_training(1, 1);
    t30_stage_hear(&s, CTI_T30_DIS, 0, fif, t30_stage_dis(1, 0, fif));
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DCS);
    hear(CTI_T30_CRP);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DCS);
    hear(CTI_T30_CFR);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_PPS);
    hear(CTI_T30_CRP);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_PPS);
    CHECK_EQ(s.n_fcd, 0); /* the command alone */
    t30_stage_end(&s);
}

static void a_lost_mcf_has_the_command_sent_three_times_more_and_the_page_is_unconfirmed(void) {
    CHECK_EQ(to_post(1, 0), CTI_T30_EOP);
    for (int i = 0; i < 3; i++) {
        t30_stage_wait(&s, 3100);
        CHECK_EQ(t30_stage_says(&s), CTI_T30_EOP);
    }
    t30_stage_wait(&s, 3100);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DCN);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_NOT_CONFIRMED);
    CHECK_EQ(t30_stage_told(&s, CTI_T30_PAGE_SENT)->value, CTI_T30_UNCONFIRMED);
    t30_stage_end(&s);
}

static void an_answer_that_begins_is_waited_for(void) {
    CHECK_EQ(to_post(1, 0), CTI_T30_EOP);
    t30_stage_wait(&s, 2900);
    t30_stage_event(&s, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_FLAGS, NULL, 0);
    t30_stage_wait(&s, 3000);
    CHECK_EQ(s.turn.kind, CTI_FAX_TURN_LISTEN);
    t30_stage_event(&s, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_BAD, NULL, 0);
    t30_stage_event(&s, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_END, NULL, 0);
    t30_stage_wait(&s, 200); /* it was damaged, and T4 is over */
    CHECK_EQ(t30_stage_says(&s), CTI_T30_EOP);
    hear(CTI_T30_MCF);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DCN);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_OK);
    t30_stage_end(&s);
}

static void a_far_end_that_is_heard_though_not_understood_is_asked_more_often(void) {
    int asked = 1;
    CHECK_EQ(to_post(1, 0), CTI_T30_EOP);
    for (; asked < 40 && t30_stage_result(&s) == CTI_T30_GOING_ON; asked++) {
        t30_stage_event(&s, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_FLAGS, NULL, 0);
        t30_stage_event(&s, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_BAD, NULL, 0);
        t30_stage_event(&s, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_END, NULL, 0);
        t30_stage_wait(&s, 3100);
        (void)t30_stage_says(&s);
    }
    CHECK_EQ(asked, 9); /* eight times, and DCN */
    CHECK_EQ(t30_stage_result(&s), CTI_T30_NOT_CONFIRMED);
    t30_stage_end(&s);
}

static void flags_without_end_do_not_hold_us_for_ever(void) {
    CHECK_EQ(to_post(1, 0), CTI_T30_EOP);
    for (int i = 0; i < 13; i++) {
        t30_stage_event(&s, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_FLAGS, NULL, 0);
        t30_stage_wait(&s, 1000);
    }
    CHECK_EQ(s.turn.kind, CTI_FAX_TURN_FRAMES);
    t30_stage_end(&s);
}

static void rtn_sends_the_page_again_at_a_lower_rate_twice_and_then_gives_up(void) {
    CHECK_EQ(to_post(2, 0), CTI_T30_MPS);
    for (int i = 0; i < 2; i++) {
        hear(CTI_T30_RTN);
        CHECK_EQ(t30_stage_told(&s, CTI_T30_PAGE_SENT)->value, CTI_T30_REFUSED);
        CHECK_EQ(t30_stage_says(&s), CTI_T30_DCS);
        CHECK_EQ(t30_stage_told(&s, CTI_T30_RATE)->value, i ? 9600 : 12000);
        hear(CTI_T30_CFR);
        CHECK_EQ(t30_stage_told(&s, CTI_T30_PAGE_BEGUN)->page, 0);
        CHECK_EQ(t30_stage_says(&s), CTI_T30_MPS);
    }
    hear(CTI_T30_RTN);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DCN);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_PAGE_REFUSED);
    t30_stage_end(&s);
}

static void rtp_confirms_and_trains_again_before_the_next_page(void) {
    CHECK_EQ(to_post(2, 0), CTI_T30_MPS);
    hear(CTI_T30_RTP);
    CHECK_EQ(t30_stage_told(&s, CTI_T30_PAGE_SENT)->value, CTI_T30_CONFIRMED);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DCS);
    hear(CTI_T30_CFR);
    CHECK_EQ(t30_stage_told(&s, CTI_T30_PAGE_BEGUN)->page, 1);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_EOP);
    hear(CTI_T30_RTP);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DCN);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_OK);
    t30_stage_end(&s);
}

static void the_next_page_follows_mcf_with_short_training(void) {
    CHECK_EQ(to_post(2, 1), CTI_T30_PPS);
    hear(CTI_T30_MCF);
    CHECK_EQ(s.turn.kind, CTI_FAX_TURN_DATA);
    CHECK(s.turn.short_training && s.turn.hdlc);
    t30_stage_end(&s);
}

static void pip_and_pin_are_told_and_go_on_as_mcf_and_rtn(void) {
    CHECK_EQ(to_post(2, 0), CTI_T30_MPS);
    hear(CTI_T30_PIN);
    CHECK_EQ(t30_stage_told(&s, CTI_T30_VOICE)->value, CTI_T30_PIN);
    CHECK_EQ(t30_stage_told(&s, CTI_T30_PAGE_SENT)->value, CTI_T30_REFUSED);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DCS);
    hear(CTI_T30_CFR);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_MPS);
    hear(CTI_T30_PIP);
    CHECK_EQ(t30_stage_told(&s, CTI_T30_PAGE_SENT)->value, CTI_T30_CONFIRMED);
    CHECK_EQ(s.turn.kind, CTI_FAX_TURN_DATA);
    t30_stage_end(&s);
}

static void dcn_ends_the_call_at_once_in_every_phase(void) {
    static const int results[] = {CTI_T30_HUNG_UP_B, CTI_T30_HUNG_UP_TRAINING, CTI_T30_HUNG_UP_PAGE};
    for (int phase = 0; phase < 3; phase++) {
        if (phase == 0)
            begin(1);
        else if (phase == 1)
            to_training(1, 1);
        else
            CHECK_EQ(to_post(1, 1), CTI_T30_PPS);
        hear(CTI_T30_DCN);
        CHECK_EQ(s.turn.kind, CTI_FAX_TURN_HANG_UP);
        CHECK_EQ(t30_stage_result(&s), results[phase]);
        t30_stage_end(&s);
    }
}

static void a_lost_line_ends_it_at_once_and_the_page_is_broken(void) {
    to_training(1, 1);
    hear(CTI_T30_CFR);
    cti_t30_gone(s.t);
    t30_stage_look(&s);
    CHECK_EQ(s.turn.kind, CTI_FAX_TURN_HANG_UP);
    CHECK_EQ(t30_stage_told(&s, CTI_T30_PAGE_SENT)->value, CTI_T30_BROKEN);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_LINE_LOST);
    cti_t30_gone(s.t);
    cti_t30_cancel(s.t);
    t30_stage_look(&s);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_LINE_LOST);
    t30_stage_end(&s);
}

static void we_may_end_it_in_order(void) {
    to_training(1, 1);
    cti_t30_cancel(s.t);
    t30_stage_look(&s);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DCN);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_CANCELLED);
    t30_stage_end(&s);
}

static void our_own_page_that_is_late_is_waited_for_4_s(void) {
    cti_t30_config cfg = t30_stage_caller(1);
    for (int late = 0; late < 2; late++) {
        t30_stage_begin(&s, &cfg);
        uint8_t frame[24];
        int n = t30_stage_dis(1, 0, fif);
        n = cti_t30_frame_build(CTI_T30_DIS, 0, 1, fif, n, frame, sizeof frame);
        cti_fax_modem_event ev = {.kind = CTI_FAX_MODEM_FRAME, .length = n, .octets = frame};
        cti_t30_heard(s.t, CTI_FAX_MODEM_V21, &ev, NULL);
        ev = (cti_fax_modem_event){.kind = CTI_FAX_MODEM_END};
        cti_t30_heard(s.t, CTI_FAX_MODEM_V21, &ev, NULL);
        cti_t30_event told[16];
        CHECK(cti_t30_events(s.t, told, 16) > 0); /* PAGE_WANTED, which nobody heeds */
        t30_stage_look(&s);
        CHECK_EQ(t30_stage_says(&s), CTI_T30_DCS);
        hear(CTI_T30_CFR);
        CHECK_EQ(s.turn.kind, CTI_FAX_TURN_LISTEN);
        t30_stage_wait(&s, 3000 + 1100 * late);
        if (late) {
            CHECK_EQ(t30_stage_says(&s), CTI_T30_DCN);
            CHECK_EQ(t30_stage_result(&s), CTI_T30_NO_ROWS);
        } else {
            CHECK_EQ(cti_t30_page(s.t, 0, s.page, T30_STAGE_ROWS), CTI_OK);
            CHECK_EQ(cti_t30_page(s.t, 0, s.page, T30_STAGE_ROWS), CTI_ERR_STATE);
            t30_stage_look(&s);
            CHECK_EQ(t30_stage_says(&s), CTI_T30_PPS);
        }
        t30_stage_end(&s);
    }
}

int main(void) {
    RUN(t30_t0_nobody_speaks_for_60_s);
    RUN(t30_t1_a_fax_tone_and_then_nothing_for_35_s);
    RUN(a_far_end_that_does_not_receive_is_told_goodbye);
    RUN(what_is_unknown_and_what_is_our_own_is_no_answer);
    RUN(a_frame_is_answered_though_its_carrier_never_ends);
    RUN(t30_training_takes_1_5_s_long_and_75_ms_behind_dcs);
    RUN(ftt_takes_the_next_lower_rate_down_to_the_lowest);
    RUN(a_lost_cfr_has_dcs_and_training_sent_three_times_more);
    RUN(dis_again_or_crp_has_the_command_sent_again_at_once);
    RUN(a_lost_mcf_has_the_command_sent_three_times_more_and_the_page_is_unconfirmed);
    RUN(an_answer_that_begins_is_waited_for);
    RUN(a_far_end_that_is_heard_though_not_understood_is_asked_more_often);
    RUN(flags_without_end_do_not_hold_us_for_ever);
    RUN(rtn_sends_the_page_again_at_a_lower_rate_twice_and_then_gives_up);
    RUN(rtp_confirms_and_trains_again_before_the_next_page);
    RUN(the_next_page_follows_mcf_with_short_training);
    RUN(pip_and_pin_are_told_and_go_on_as_mcf_and_rtn);
    RUN(dcn_ends_the_call_at_once_in_every_phase);
    RUN(a_lost_line_ends_it_at_once_and_the_page_is_broken);
    RUN(we_may_end_it_in_order);
    RUN(our_own_page_that_is_late_is_waited_for_4_s);
    CHECK_END();
}
