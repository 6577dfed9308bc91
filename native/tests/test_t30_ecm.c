/* T.30, annex A: error correction, as sender and as receiver. */
#include "t30_stage.h"

static t30_stage s, from;
static uint8_t fif[CTI_T30_DIS_OCTETS];
static const uint8_t zeros[4096];

static void send_page(t30_stage *stage, const cti_t30_config *cfg, int frame_octets) {
    t30_stage_begin(stage, cfg);
    int n = t30_stage_dis(1, 0, fif);
    (void)cti_t30_field_put(fif, CTI_T30_F_FRAME_64_WISH, frame_octets == 64);
    t30_stage_hear(stage, CTI_T30_DIS, 0, fif, n);
    CHECK_EQ(t30_stage_says(stage), CTI_T30_DCS);
    t30_stage_hear(stage, CTI_T30_CFR, 0, NULL, 0);
    CHECK_EQ(t30_stage_send(stage), CTI_FAX_TURN_DATA);
}

static void to_pps(int frame_octets) {
    cti_t30_config cfg = t30_stage_caller(1);
    send_page(&s, &cfg, frame_octets);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_PPS);
}

static void hear_ppr(int first, int second, int n) {
    uint8_t bits[CTI_T30_BITMAP_OCTETS];
    memset(bits, 0, sizeof bits);
    if (first >= 0)
        bits[first / 8] |= (uint8_t)(1 << first % 8);
    if (second >= 0)
        bits[second / 8] |= (uint8_t)(1 << second % 8);
    t30_stage_hear(&s, CTI_T30_PPR, 0, bits, n);
}

static int rate_of_ctc(void) {
    cti_t30_ability a;
    uint8_t octets[3] = {s.last[3], s.last[4], 0};
    cti_t30_ability_parse(octets, 3, 1, &a);
    return a.bit_rate;
}

static void a_3_6_frames_are_numbered_and_of_one_size_and_three_rcp_follow(void) {
    for (int size = 64; size <= 256; size += 192) {
        cti_t30_config cfg = t30_stage_caller(1);
        send_page(&s, &cfg, size);
        CHECK(s.n_fcd > 10);
        for (int i = 0; i < s.n_fcd; i++) {
            cti_t30_frame_view f;
            CHECK_EQ(cti_t30_frame_parse(s.fcd[i], s.fcd_length[i], &f), CTI_OK);
            CHECK_EQ(f.type, i < s.n_fcd - 3 ? CTI_T30_FCD : CTI_T30_RCP);
            CHECK_EQ(f.number, i < s.n_fcd - 3 ? i : -1);
            CHECK_EQ(f.fif_length, i < s.n_fcd - 3 ? 1 + size : 0);
        }
        int frames = s.n_fcd - 3;
        CHECK_EQ(t30_stage_says(&s), CTI_T30_PPS);
        CHECK_EQ(s.last[3], CTI_T30_EOP | 1);
        CHECK_EQ(s.last[4], 0);
        CHECK_EQ(s.last[5], 0);
        CHECK_EQ(s.last[6] + 1, frames);
        t30_stage_end(&s);
    }
}

static void a_4_4_ppr_asks_lowest_bit_first_and_only_those_frames_are_sent_again(void) {
    to_pps(256);
    hear_ppr(1, 8, CTI_T30_BITMAP_OCTETS);
    CHECK(s.turn.kind == CTI_FAX_TURN_DATA && s.turn.short_training && s.turn.hdlc);
    (void)t30_stage_send(&s);
    CHECK_EQ(s.n_fcd, 5);
    CHECK_EQ(s.fcd[0][3], 1);
    CHECK_EQ(s.fcd[1][3], 8);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_PPS);
    hear_ppr(2, -1, 1); /* too short: of the other frames nothing is said */
    (void)t30_stage_send(&s);
    CHECK_EQ(s.n_fcd, 4);
    CHECK_EQ(s.fcd[0][3], 2);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_PPS);
    t30_stage_hear(&s, CTI_T30_MCF, 0, NULL, 0);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DCN);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_OK);
    t30_stage_end(&s);
}

static void a_4_the_fourth_ppr_takes_a_lower_rate_with_long_training(void) {
    to_pps(256);
    for (int i = 0; i < 3; i++) {
        hear_ppr(0, 1, CTI_T30_BITMAP_OCTETS);
        CHECK_EQ(t30_stage_says(&s), CTI_T30_PPS);
    }
    hear_ppr(0, 1, CTI_T30_BITMAP_OCTETS);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_CTC);
    CHECK_EQ(rate_of_ctc(), 12000);
    t30_stage_wait(&s, 3100); /* CTR was lost */
    CHECK_EQ(t30_stage_says(&s), CTI_T30_CTC);
    t30_stage_hear(&s, CTI_T30_CTR, 0, NULL, 0);
    CHECK(s.turn.kind == CTI_FAX_TURN_DATA && s.turn.bit_rate == 12000 && !s.turn.short_training);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_PPS);
    t30_stage_end(&s);
}

static void
where_the_lowest_rate_gets_nowhere_the_block_is_given_up_and_the_page_said_to_be_unrepaired(void) {
    int ctcs = 0, said;
    to_pps(256);
    do {
        hear_ppr(0, 1, CTI_T30_BITMAP_OCTETS);
        said = t30_stage_says(&s);
        if (said == CTI_T30_CTC) {
            ctcs++;
            t30_stage_hear(&s, CTI_T30_CTR, 0, NULL, 0);
            said = t30_stage_says(&s);
        }
    } while (said == CTI_T30_PPS && ctcs < 20);
    CHECK_EQ(ctcs, 5); /* 12000, 9600, 7200, 4800, 2400 */
    CHECK_EQ(said, CTI_T30_EOR);
    CHECK_EQ(s.last[3], CTI_T30_EOP | 1);
    t30_stage_hear(&s, CTI_T30_ERR, 0, NULL, 0);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DCN);
    CHECK_EQ(t30_stage_told(&s, CTI_T30_PAGE_SENT)->value, CTI_T30_UNREPAIRED);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_TOO_BAD);
    t30_stage_end(&s);
}

static void t30_t5_a_far_end_that_is_not_ready_is_asked_for_60_s(void) {
    for (int ready = 0; ready < 2; ready++) {
        int asked = 0, ms = 0;
        to_pps(256);
        for (; ms < 80000 && s.turn.kind != CTI_FAX_TURN_HANG_UP; ms += 2300) {
            t30_stage_hear(&s, ready && asked == 5 ? CTI_T30_MCF : CTI_T30_RNR, 0, NULL, 0);
            asked += t30_stage_says(&s) == CTI_T30_RR;
            t30_stage_wait(&s, 1000);
            (void)t30_stage_says(&s);
        }
        CHECK_EQ(t30_stage_result(&s), ready ? CTI_T30_OK : CTI_T30_NOT_READY);
        CHECK(ready ? asked == 5 : ms > 55000 && ms < 66000);
        t30_stage_end(&s);
    }
}

/* Receiving. */

static void to_page(int memory) {
    cti_t30_config cfg, caller = t30_stage_caller(1);
    send_page(&from, &caller, 256);
    t30_stage_end(&from);
    cti_t30_defaults(&cfg, 0);
    t30_stage_begin(&s, &cfg);
    if (!memory)
        CHECK_EQ(cti_t30_init(s.t, cti_t30_size(), &cfg), CTI_OK);
    t30_stage_look(&s);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DIS);
    t30_stage_hear(&s, CTI_T30_DCS, 1, fif, t30_stage_dcs(1, CTI_FAX_MODEM_V17, 14400, fif));
    t30_stage_tcf(&s, 2700, zeros);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_CFR);
}

static void hear_frame(int i) {
    t30_stage_event(&s, s.turn.modem, CTI_FAX_MODEM_FRAME, from.fcd[i], from.fcd_length[i]);
}

static void hear_pps(int post, int page, int block) {
    uint8_t info[4] = {(uint8_t)(post ? post | 1 : 0), (uint8_t)page, (uint8_t)block,
                       (uint8_t)(from.n_fcd - 3 - 1)};
    t30_stage_hear(&s, CTI_T30_PPS, 1, info, 4);
}

static const cti_t30_event *taken(void) {
    return t30_stage_told(&s, CTI_T30_PAGE_TAKEN);
}

static void missing_frames_are_asked_for_and_the_page_is_whole_when_they_come(void) {
    to_page(1);
    t30_stage_event(&s, s.turn.modem, CTI_FAX_MODEM_CARRIER, NULL, 0);
    for (int i = 0; i < from.n_fcd; i++)
        if (i != 3 && i != 9)
            hear_frame(i);
    t30_stage_event(&s, s.turn.modem, CTI_FAX_MODEM_END, NULL, 0);
    hear_pps(CTI_T30_EOP, 0, 0);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_PPR);
    CHECK_EQ(s.last_length, 3 + CTI_T30_BITMAP_OCTETS);
    CHECK_EQ(s.last[3], 1 << 3);
    CHECK_EQ(s.last[4] & 2, 2);
    hear_pps(CTI_T30_EOP, 0, 0); /* PPR was lost */
    CHECK_EQ(t30_stage_says(&s), CTI_T30_PPR);
    CHECK_EQ(s.last[3], 1 << 3);
    hear_frame(9);
    hear_frame(3);
    hear_frame(3);
    hear_pps(CTI_T30_EOP, 0, 0);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_MCF);
    CHECK_EQ(taken()->clean, 1);
    CHECK(memcmp(s.rows[0], from.page, sizeof from.page) == 0);
    hear_pps(CTI_T30_EOP, 0, 0); /* MCF was lost */
    CHECK_EQ(t30_stage_says(&s), CTI_T30_MCF);
    CHECK_EQ(taken()->page, 0);
    t30_stage_end(&s);
}

static void a_block_of_which_nothing_was_heard_is_asked_for_whole_and_not_confirmed(void) {
    to_page(1);
    t30_stage_carrier(&s, &from);
    hear_pps(CTI_T30_MPS, 0, 0);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_MCF);
    hear_pps(CTI_T30_EOP, 1, 0); /* the next page */
    CHECK_EQ(t30_stage_says(&s), CTI_T30_PPR);
    CHECK_EQ(s.last[3], 0xFF);
    t30_stage_end(&s);
}

static void ctc_is_answered_with_ctr_and_long_training_at_the_new_rate(void) {
    uint8_t ctc[2];
    to_page(1);
    hear_pps(CTI_T30_EOP, 0, 0);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_PPR);
    (void)t30_stage_dcs(1, CTI_FAX_MODEM_V17, 9600, fif);
    memcpy(ctc, fif, 2);
    t30_stage_hear(&s, CTI_T30_CTC, 1, ctc, 2);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_CTR);
    CHECK(s.turn.modem == CTI_FAX_MODEM_V17 && s.turn.bit_rate == 9600);
    CHECK(s.turn.hdlc && !s.turn.short_training);
    t30_stage_carrier(&s, &from);
    hear_pps(CTI_T30_EOP, 0, 0);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_MCF);
    CHECK_EQ(taken()->clean, 1);
    t30_stage_end(&s);
}

static void eor_ends_the_page_with_frames_missing_and_it_is_never_clean(void) {
    uint8_t eop = CTI_T30_EOP | 1;
    to_page(1);
    for (int i = 0; i < from.n_fcd; i++)
        if (i != 3)
            hear_frame(i);
    hear_pps(CTI_T30_EOP, 0, 0);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_PPR);
    t30_stage_hear(&s, CTI_T30_EOR, 1, &eop, 1);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_ERR);
    CHECK_EQ(taken()->value, CTI_T30_TAKEN_BADLY);
    CHECK_EQ(taken()->clean, 0);
    t30_stage_hear(&s, CTI_T30_EOR, 1, &eop, 1); /* ERR was lost */
    CHECK_EQ(t30_stage_says(&s), CTI_T30_ERR);
    CHECK_EQ(taken()->page, 0);
    t30_stage_end(&s);
}

static void without_memory_the_far_end_is_told_to_wait(void) {
    to_page(0);
    t30_stage_carrier(&s, &from);
    hear_pps(CTI_T30_EOP, 0, 0);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_RNR);
    t30_stage_hear(&s, CTI_T30_RR, 1, NULL, 0);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_RNR);
    CHECK_EQ(cti_t30_memory(s.t, s.rows[0], sizeof s.rows[0], s.damage[0], T30_STAGE_ROWS), 0);
    t30_stage_hear(&s, CTI_T30_RR, 1, NULL, 0);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_MCF);
    CHECK(taken()->clean && taken()->rows == T30_STAGE_ROWS);
    CHECK(memcmp(s.rows[0], from.page, sizeof from.page) == 0);
    t30_stage_end(&s);
}

static void a_block_that_was_left_out_makes_the_page_not_clean(void) {
    for (int left_out = 0; left_out < 3;
         left_out++) { /* none; a block; the page's number changes within it */
        to_page(1);
        int all = from.n_fcd - 3, half = all / 2;
        for (int i = 0; i < half; i++)
            hear_frame(i);
        from.n_fcd = half + 3;
        hear_pps(0, 0, 0);
        CHECK_EQ(t30_stage_says(&s), CTI_T30_MCF);
        for (int i = half; i < all; i++) {
            from.fcd[i][3] = (uint8_t)(i - half);
            hear_frame(i);
        }
        from.n_fcd = all - half + 3;
        hear_pps(CTI_T30_EOP, left_out == 2, left_out == 1 ? 2 : 1);
        CHECK_EQ(t30_stage_says(&s), CTI_T30_MCF);
        CHECK(memcmp(s.rows[0], from.page, sizeof from.page) == 0);
        CHECK_EQ(taken()->clean, !left_out);
        t30_stage_end(&s);
    }
}

static void a_page_that_is_longer_than_its_memory_is_not_confirmed(void) {
    static uint8_t small[2 * T30_STAGE_ROW], damage[2];
    to_page(0);
    CHECK_EQ(cti_t30_memory(s.t, small, sizeof small, damage, 2), 0);
    t30_stage_carrier(&s, &from);
    hear_pps(CTI_T30_EOP, 0, 0);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_DCN);
    CHECK_EQ(t30_stage_result(&s), CTI_T30_PAGE_REFUSED);
    CHECK_EQ(taken()->value, CTI_T30_TURNED_DOWN);
    CHECK(!taken()->clean && taken()->rows == 2);
    t30_stage_end(&s);
}

static void frames_of_wrong_numbers_and_sizes_do_no_harm(void) {
    uint8_t frame[CTI_HDLC_FRAME_MAX];
    memset(frame, 0x5A, sizeof frame);
    memcpy(frame, "\xFF\x03\x06", 3);
    to_page(1);
    for (int i = 0; i < 256; i++) {
        frame[3] = (uint8_t)i;
        t30_stage_event(&s, s.turn.modem, CTI_FAX_MODEM_FRAME, frame, i % 4 ? i : CTI_HDLC_FRAME_MAX);
    }
    hear_pps(CTI_T30_EOP, 7, 9);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_PPR);
    t30_stage_end(&s);
}

int main(void) {
    RUN(a_3_6_frames_are_numbered_and_of_one_size_and_three_rcp_follow);
    RUN(a_4_4_ppr_asks_lowest_bit_first_and_only_those_frames_are_sent_again);
    RUN(a_4_the_fourth_ppr_takes_a_lower_rate_with_long_training);
    RUN(where_the_lowest_rate_gets_nowhere_the_block_is_given_up_and_the_page_said_to_be_unrepaired);
    RUN(t30_t5_a_far_end_that_is_not_ready_is_asked_for_60_s);
    RUN(missing_frames_are_asked_for_and_the_page_is_whole_when_they_come);
    RUN(a_block_of_which_nothing_was_heard_is_asked_for_whole_and_not_confirmed);
    RUN(ctc_is_answered_with_ctr_and_long_training_at_the_new_rate);
    RUN(eor_ends_the_page_with_frames_missing_and_it_is_never_clean);
    RUN(without_memory_the_far_end_is_told_to_wait);
    RUN(a_block_that_was_left_out_makes_the_page_not_clean);
    RUN(a_page_that_is_longer_than_its_memory_is_not_confirmed);
    RUN(frames_of_wrong_numbers_and_sizes_do_no_harm);
    CHECK_END();
}
