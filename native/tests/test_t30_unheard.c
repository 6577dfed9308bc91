/* T.30 without error correction: commands that come again, and pages of which nothing is heard (decision 7).
 */
#include "t30_receiver.h"

static void a_page_is_taken(int post) {
    to_page(0);
    make_page(0);
    t30_stage_carrier(&s, &from);
    hear(post);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_MCF);
}

static int pages_taken(void) {
    cti_t30_link link;
    CHECK_EQ(cti_t30_about(s.t, &link), CTI_OK);
    return link.pages_taken;
}

/* What a command says, that ends so long behind our answer. */
static int answer_to(int post, int ms) {
    t30_stage_wait(&s, ms - 300);
    hear(post);
    return t30_stage_says(&s);
}

static void a_lost_mcf_is_answered_again_where_no_page_comes_behind_it_and_none_is_taken_twice(void) {
    static const int posts[] = {CTI_T30_EOM, CTI_T30_EOP};
    for (int i = 0; i < 2; i++) {
        a_page_is_taken(posts[i]);
        for (int k = 0; k < 3; k++)
            CHECK_EQ(answer_to(posts[i], 1900), CTI_T30_MCF);
        CHECK_EQ(answer_to(i ? CTI_T30_PRI_EOP : CTI_T30_PRI_EOM, 1900), CTI_T30_MCF);
        CHECK_EQ(pages_taken(), 1);
        t30_stage_end(&s);
    }
}

static void mps_again_so_soon_that_no_page_can_have_gone_is_answered_again(void) {
    a_page_is_taken(CTI_T30_MPS);
    CHECK_EQ(answer_to(CTI_T30_MPS, 1100), CTI_T30_MCF);
    CHECK_EQ(answer_to(CTI_T30_PRI_MPS, 1100), CTI_T30_MCF);
    CHECK_EQ(pages_taken(), 1);
    t30_stage_end(&s);
}

/* Decision 7. */
static void mps_again_behind_which_a_page_may_have_been_lost_whole_is_refused_whenever_it_comes(void) {
    for (int ms = 1240; ms < 9000; ms += 220) {
        a_page_is_taken(CTI_T30_MPS);
        CHECK_EQ(answer_to(CTI_T30_MPS, ms), CTI_T30_RTN);
        CHECK_EQ(taken()->value, CTI_T30_TURNED_DOWN);
        CHECK_EQ(taken()->rows, 0);
        CHECK_EQ(answer_to(CTI_T30_EOP, 1900), CTI_T30_RTN); /* says no more of any page */
        CHECK_EQ(pages_taken(), 1);
        t30_stage_end(&s);
    }
}

static void another_command_than_the_one_answered_ends_another_page(void) {
    static const int posts[] = {CTI_T30_EOM, CTI_T30_EOP, CTI_T30_PRI_EOP};
    for (int i = 0; i < 3; i++) {
        a_page_is_taken(CTI_T30_MPS);
        CHECK_EQ(answer_to(posts[i], 700), CTI_T30_RTN);
        CHECK_EQ(pages_taken(), 1);
        t30_stage_end(&s);
    }
    a_page_is_taken(CTI_T30_EOP);
    CHECK_EQ(answer_to(CTI_T30_MPS, 1900), 0);
    t30_stage_end(&s);
}

/* The page that was refused had its memory too. */
static void train_again(void) {
    CHECK(cti_t30_memory(s.t, s.rows[0], sizeof s.rows[0], s.damage[0], T30_STAGE_ROWS) > 0);
    hear_dcs(0, CTI_FAX_MODEM_V17, 12000);
    t30_stage_tcf(&s, 2250, zeros);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_CFR);
}

/* Behind RTP no page comes without our CFR, so that is known again. */
static void behind_a_refused_repetition_the_next_good_page_is_answered_with_rtp(void) {
    a_page_is_taken(CTI_T30_MPS);
    CHECK_EQ(answer_to(CTI_T30_MPS, 2000), CTI_T30_RTN);
    train_again();
    t30_stage_carrier(&s, &from);
    hear(CTI_T30_MPS);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_RTP);
    CHECK_EQ(answer_to(CTI_T30_MPS, 2000), CTI_T30_RTP);
    CHECK_EQ(answer_to(CTI_T30_MPS, 4400), CTI_T30_RTN); /* it sends on, untrained, and was not heard */
    CHECK_EQ(pages_taken(), 2);
    train_again();
    t30_stage_carrier(&s, &from);
    hear(CTI_T30_EOP);
    CHECK_EQ(t30_stage_says(&s), CTI_T30_MCF);
    CHECK_EQ(pages_taken(), 3);
    t30_stage_end(&s);
}

int main(void) {
    RUN(a_lost_mcf_is_answered_again_where_no_page_comes_behind_it_and_none_is_taken_twice);
    RUN(mps_again_so_soon_that_no_page_can_have_gone_is_answered_again);
    RUN(mps_again_behind_which_a_page_may_have_been_lost_whole_is_refused_whenever_it_comes);
    RUN(another_command_than_the_one_answered_ends_another_page);
    RUN(behind_a_refused_repetition_the_next_good_page_is_answered_with_rtp);
    CHECK_END();
}
