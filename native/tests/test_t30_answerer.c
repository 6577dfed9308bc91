/* T.30 as the one who is called and receives: each command of the far end, and none; pages whole and
 * damaged. */
#include "t30_receiver.h"

static void pps(int post, int page, int block, int frames) {
    uint8_t info[4] = {(uint8_t)(post ? post | 1 : 0), (uint8_t)page, (uint8_t)block, (uint8_t)(frames - 1)};
    t30_stage_hear(&s, CTI_T30_PPS, 1, info, 4);
}

static void t30_t1_dis_is_repeated_for_35_s(void) {
    begin();
    int dis = 1;
    for (int ms = 0; ms < 60000 && t30_stage_result(&s) == CTI_T30_GOING_ON; ms += 100) {
        t30_stage_wait(&s, 100);
        int said = t30_stage_says(&s);
        dis += said == CTI_T30_DIS;
        CHECK(said == 0 || said == CTI_T30_DIS || said == CTI_T30_DCN);
    }
    CHECK(dis >= 6 && dis <= 10);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_NO_FAX);
    t30_stage_end(&s);
}

static void what_we_do_not_have_is_refused_in_order(void) {
    begin();
    int n = t30_stage_dcs(1, CTI_FAX_MODEM_V17, 14400, fif);
    (void)cti_t30_field_put(fif, CTI_T30_F_T85, 1);
    (void)n;
    t30_stage_hear(&s, CTI_T30_DCS, 1, fif, cti_t30_field_close(fif));
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DCN);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_INCOMPATIBLE);
    t30_stage_end(&s);
}

static void a_wrong_password_is_refused_and_the_right_one_taken(void) {
    cti_t30_config cfg;
    uint8_t word[CTI_T30_ID_CHARS], frame[40];
    cti_t30_defaults(&cfg, 0);
    (void)strcpy(cfg.password, "1234");
    for (int right = 0; right < 2; right++) {
        begin_with(&cfg);
        CHECK_EQ(cti_t30_id_build(right ? "1234" : "4321", word), CTI_OK);
        int n = cti_t30_frame_build(CTI_T30_SID, 1, 0, word, sizeof word, frame, sizeof frame);
        t30_stage_event(&s, CTI_FAX_MODEM_V21, CTI_FAX_MODEM_FRAME, frame, n);
        hear_dcs(1, CTI_FAX_MODEM_V17, 14400);
        if (right) {
            CHECK_EQ(s.turn.kind, CTI_FAX_TURN_LISTEN);
        } else {
            CHECK_EQ(t30_stage_says(&s), CTI_T30_DCN);
            CHECK_EQ(t30_stage_result(&s), CTI_T30_WRONG_PASSWORD);
        }
        t30_stage_end(&s);
    }
}

/* Octets at 14,400 bit/s: 1 s are 1,800, the 0.45 s that error correction needs 810. */
static void training_is_judged_by_its_longest_span_without_an_error(void) {
    static const struct {
        int ecm, from, to, says;
    } spans[] = {{1, 200, 1020, CTI_T30_CFR}, {1, 200, 1000, CTI_T30_FTT}, {0, 200, 2010, CTI_T30_CFR},
                 {0, 200, 1980, CTI_T30_FTT}, {0, 890, 2700, CTI_T30_CFR}, {0, 0, 1801, CTI_T30_CFR}};
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        uint8_t tcf[2700];
        memset(tcf, 0x55, sizeof tcf);
        memset(tcf + spans[i].from, 0, (size_t)(spans[i].to - spans[i].from));
        begin();
        hear_dcs(spans[i].ecm, CTI_FAX_MODEM_V17, 14400);
        t30_stage_tcf(&s, sizeof tcf, tcf);
        CHECK_EQ(t30_stage_says(&s), spans[i].says);
        t30_stage_end(&s);
    }
}

/* Octets while the carrier has failed. */
static void hear_lost(int kind, int n) {
    cti_fax_modem_event ev = {.kind = kind, .length = n, .octets = zeros};
    cti_fax_modem_quality q = {.snr_db = 30.0f, .is_lost = 1};
    cti_t30_heard(s.t, s.turn.modem, &ev, &q);
    t30_stage_look(&s);
}

static void zeros_of_a_carrier_that_has_failed_are_no_training(void) {
    begin();
    hear_dcs(1, CTI_FAX_MODEM_V17, 14400);
    t30_stage_event(&s, s.turn.modem, CTI_FAX_MODEM_OCTETS, zeros, 700);
    hear_lost(CTI_FAX_MODEM_OCTETS, 720);
    t30_stage_event(&s, s.turn.modem, CTI_FAX_MODEM_OCTETS, zeros, 700);
    t30_stage_event(&s, s.turn.modem, CTI_FAX_MODEM_END, NULL, 0);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_FTT);
    t30_stage_end(&s);
}

static void training_at_too_low_a_signal_to_noise_ratio_is_refused_where_a_lower_rate_helps(void) {
    static const struct {
        int modem, bit_rate;
        float snr;
        int says;
    } lines[] = {
        {CTI_FAX_MODEM_V17, 14400, 25.0f, CTI_T30_CFR}, {CTI_FAX_MODEM_V17, 14400, 22.0f, CTI_T30_FTT},
        {CTI_FAX_MODEM_V17, 12000, 20.0f, CTI_T30_CFR}, {CTI_FAX_MODEM_V17, 12000, 18.0f, CTI_T30_FTT},
        {CTI_FAX_MODEM_V29, 9600, 15.0f, CTI_T30_FTT},  {CTI_FAX_MODEM_V27TER, 4800, 6.0f, CTI_T30_CFR}};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        begin();
        hear_dcs(1, lines[i].modem, lines[i].bit_rate);
        cti_fax_modem_event ev = {
            .kind = CTI_FAX_MODEM_OCTETS, .length = lines[i].bit_rate * 3 / 16, .octets = zeros};
        cti_fax_modem_quality q = {.snr_db = lines[i].snr};
        cti_t30_heard(s.t, lines[i].modem, &ev, &q);
        t30_stage_event(&s, lines[i].modem, CTI_FAX_MODEM_END, NULL, 0);
        CHECK_EQ(t30_stage_says(&s), lines[i].says);
        t30_stage_end(&s);
    }
}

static void training_that_never_comes_is_answered_with_ftt_and_dcs_may_come_again(void) {
    begin();
    hear_dcs(1, CTI_FAX_MODEM_V29, 9600);
    t30_stage_wait(&s, 4100);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_FTT);
    t30_stage_wait(&s, 20000); /* the far end tries again and again */
    hear_dcs(1, CTI_FAX_MODEM_V29, 7200);
    CHECK_EQ(s.turn.bit_rate, 7200);
    hear_dcs(1, CTI_FAX_MODEM_V29, 7200); /* V.21 while the fast carrier is waited for */
    t30_stage_event(&s, CTI_FAX_MODEM_V29, CTI_FAX_MODEM_TRAINING, NULL, 0);
    t30_stage_event(&s, CTI_FAX_MODEM_V29, CTI_FAX_MODEM_FAILED, NULL, 0); /* a click; the turn goes on */
    CHECK(s.turn.kind == CTI_FAX_TURN_LISTEN && s.turn.modem == CTI_FAX_MODEM_V29);
    t30_stage_tcf(&s, 1350, zeros);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_CFR);
    t30_stage_end(&s);
}

static void behind_cfr_phase_d_is_waited_for_and_never_dis_sent(void) {
    for (int ecm = 0; ecm < 2; ecm++) {
        to_page(ecm);
        t30_stage_wait(&s, 40000); /* a page of which nothing is heard */
        CHECK_EQ(s.turn.kind, CTI_FAX_TURN_LISTEN);
        t30_stage_event(&s, s.turn.modem, CTI_FAX_MODEM_TRAINING, NULL, 0);
        t30_stage_event(&s, s.turn.modem, CTI_FAX_MODEM_FAILED, NULL, 0);
        t30_stage_wait(&s, 40000);
        if (ecm) {
            pps(CTI_T30_EOP, 0, 0, 10);
            CHECK_EQ(t30_stage_says(&s), CTI_T30_PPR);
            CHECK_EQ(s.last[3], 0xFF);
            CHECK(taken() == NULL);
        } else {
            hear(CTI_T30_EOP);
            CHECK_EQ(t30_stage_says(&s), CTI_T30_RTN);
            CHECK_EQ(taken()->value, CTI_T30_TURNED_DOWN);
            hear(CTI_T30_DCN);
            CHECK_EQ(t30_stage_result(&s), CTI_T30_PAGE_REFUSED);
        }
        t30_stage_end(&s);
    }
}

static void dcs_again_behind_a_lost_cfr_trains_again(void) {
    to_page(0);
    hear_dcs(0, CTI_FAX_MODEM_V17, 14400);
    CHECK(s.turn.modem == CTI_FAX_MODEM_V17 && !s.turn.short_training);
    t30_stage_tcf(&s, 2700, zeros);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_CFR);
    t30_stage_end(&s);
}

/* Rows of the page are damaged by wrong bits in the middle of as many. */
static void damage(int share) {
    for (int i = 40; share > 0 && i < from.n_octets - 40; i += share)
        from.octets[i] ^= 0x3C;
}

static void a_damaged_page_is_never_clean_and_refused_when_it_is_bad(void) {
    static const struct {
        int share, says, state;
    } pages[] = {{0, CTI_T30_MCF, CTI_T30_TAKEN}, {60, CTI_T30_RTN, CTI_T30_TURNED_DOWN}};
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        to_page(0);
        make_page(0);
        damage(pages[i].share);
        t30_stage_carrier(&s, &from);
        CHECK_EQ(s.turn.modem, CTI_FAX_MODEM_V21);
        hear(CTI_T30_MPS);
        CHECK_EQ(t30_stage_says(&s), pages[i].says);
        CHECK_EQ(taken()->value, pages[i].state);
        CHECK_EQ(taken()->clean, pages[i].share == 0);
        CHECK_EQ(taken()->damaged > 0, pages[i].share > 0);
        CHECK_EQ(taken()->first_damaged >= 0, pages[i].share > 0);
        if (pages[i].share == 0)
            CHECK(memcmp(s.rows[0], from.page, sizeof from.page) == 0);
        t30_stage_end(&s);
    }
}

static void a_page_with_few_damaged_rows_is_taken_and_told_or_trained_again(void) {
    for (int more = 0; more < 2; more++) {
        to_page(0);
        make_page(0);
        for (int k = 0; k <= more; k++)
            from.octets[from.n_octets * (1 + k) / 3] ^= 0xFF;
        t30_stage_carrier(&s, &from);
        hear(CTI_T30_MPS);
        int says = t30_stage_says(&s), damaged = taken()->damaged;
        CHECK(damaged > 0 && damaged < 6 && !taken()->clean && taken()->value == CTI_T30_TAKEN);
        CHECK_EQ(says, damaged * 100 >= 5 * taken()->rows ? CTI_T30_RTP : CTI_T30_MCF);
        t30_stage_end(&s);
    }
}

/* T.4 does not show rows that zeros between two rows' fill have taken the place of. */
static void a_page_within_which_the_carrier_failed_is_not_clean_and_one_at_whose_end_it_did_is(void) {
    cti_fax_modem_quality q = {.snr_db = 30.0f};
    for (int within = 0; within < 2; within++) {
        to_page(0);
        make_page(0);
        for (int i = 0; i < from.n_octets; i++) {
            cti_fax_modem_event ev = {.kind = CTI_FAX_MODEM_OCTETS, .length = 1, .octets = from.octets + i};
            q.is_lost = within && i == from.n_octets / 2; /* it was guessed right */
            cti_t30_heard(s.t, s.turn.modem, &ev, &q);
        }
        hear_lost(CTI_FAX_MODEM_OCTETS, 720);
        q.is_lost = 0;
        cti_fax_modem_event last = {.kind = CTI_FAX_MODEM_OCTETS, .length = 5, .octets = zeros};
        cti_t30_heard(s.t, s.turn.modem, &last, &q);
        t30_stage_event(&s, s.turn.modem, CTI_FAX_MODEM_END, NULL, 0);
        hear(CTI_T30_EOP);
        CHECK_EQ(t30_stage_says(&s), CTI_T30_MCF);
        CHECK_EQ(taken()->damaged, 0);
        CHECK(taken()->clean == !within && taken()->missing == within);
        t30_stage_end(&s);
    }
}

static void a_page_that_is_cut_off_is_refused(void) {
    to_page(0);
    make_page(0);
    from.n_octets = from.n_octets * 2 / 3;
    t30_stage_carrier(&s, &from);
    hear(CTI_T30_EOP);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_RTN);
    CHECK(!taken()->clean);
    t30_stage_end(&s);
}

static void a_page_without_its_end_is_not_clean(void) {
    to_page(0);
    make_page(0);
    from.n_octets -= 9; /* RTC of six EOL with tags: 78 bits */
    t30_stage_carrier(&s, &from);
    hear(CTI_T30_EOP);
    (void)t30_stage_says(&s);
    CHECK(!taken()->clean && taken()->missing);
    t30_stage_end(&s);
}

static void behind_eom_dis_comes_again_and_behind_eop_the_call_ends(void) {
    to_page(0);
    make_page(0);
    t30_stage_carrier(&s, &from);
    hear(CTI_T30_EOM);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_MCF);
    t30_stage_wait(&s, 2400);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DIS);
    hear_dcs(0, CTI_FAX_MODEM_V17, 14400);
    t30_stage_tcf(&s, 2700, zeros);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_CFR);
    t30_stage_carrier(&s, &from);
    hear(CTI_T30_EOP);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_MCF);
    t30_stage_wait(&s, 10100); /* DCN was lost */
    CHECK_EQ(t30_stage_result(&s), CTI_T30_OK);
    CHECK_EQ(taken()->page, 1);
    t30_stage_end(&s);
}

static void a_call_that_ends_within_a_page_gives_what_there_is_as_cut(void) {
    for (int ecm = 0; ecm < 2; ecm++) {
        to_page(ecm);
        make_page(ecm);
        t30_stage_carrier(&s, &from);
        hear(CTI_T30_DCN);
        CHECK_EQ(t30_stage_result(&s), CTI_T30_HUNG_UP_PAGE);
        CHECK_EQ(taken()->value, CTI_T30_CUT);
        CHECK_EQ(taken()->clean, 0);
        CHECK_EQ(taken()->rows, T30_STAGE_ROWS);
        t30_stage_end(&s);
    }
}

static void who_hangs_up_behind_training_or_a_page_is_told_so(void) {
    begin();
    hear_dcs(1, CTI_FAX_MODEM_V17, 14400);
    t30_stage_wait(&s, 5000); /* no training comes */
    CHECK_EQ(t30_stage_says(&s), CTI_T30_FTT);
    hear(CTI_T30_DCN);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_HUNG_UP_TRAINING);
    t30_stage_end(&s);
    to_page(0);
    make_page(0);
    t30_stage_carrier(&s, &from);
    hear(CTI_T30_EOM);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_MCF);
    hear(CTI_T30_DCN);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_HUNG_UP_PAGE);
    t30_stage_end(&s);
}

static void a_voice_request_is_told_and_answered_as_the_plain_command(void) {
    to_page(0);
    make_page(0);
    t30_stage_carrier(&s, &from);
    hear(CTI_T30_PRI_EOP);
    CHECK_EQ(t30_stage_told(&s, CTI_T30_VOICE)->value, CTI_T30_PRI_EOP);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_MCF);
    t30_stage_end(&s);
}

int main(void) {
    RUN(t30_t1_dis_is_repeated_for_35_s);
    RUN(what_we_do_not_have_is_refused_in_order);
    RUN(a_wrong_password_is_refused_and_the_right_one_taken);
    RUN(training_is_judged_by_its_longest_span_without_an_error);
    RUN(zeros_of_a_carrier_that_has_failed_are_no_training);
    RUN(training_at_too_low_a_signal_to_noise_ratio_is_refused_where_a_lower_rate_helps);
    RUN(training_that_never_comes_is_answered_with_ftt_and_dcs_may_come_again);
    RUN(behind_cfr_phase_d_is_waited_for_and_never_dis_sent);
    RUN(dcs_again_behind_a_lost_cfr_trains_again);
    RUN(a_damaged_page_is_never_clean_and_refused_when_it_is_bad);
    RUN(a_page_with_few_damaged_rows_is_taken_and_told_or_trained_again);
    RUN(a_page_within_which_the_carrier_failed_is_not_clean_and_one_at_whose_end_it_did_is);
    RUN(a_page_that_is_cut_off_is_refused);
    RUN(a_page_without_its_end_is_not_clean);
    RUN(behind_eom_dis_comes_again_and_behind_eop_the_call_ends);
    RUN(a_call_that_ends_within_a_page_gives_what_there_is_as_cut);
    RUN(who_hangs_up_behind_training_or_a_page_is_told_so);
    RUN(a_voice_request_is_told_and_answered_as_the_plain_command);
    CHECK_END();
}
