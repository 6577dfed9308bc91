/* Which frame in which state does what; the rest is ignored. */
#include "cti/error.h"
#include "fax/t30_state.h"

#define IN(state) (1u << T30_##state)
enum {
    RECEIVING = IN(WAIT_PAGE) | IN(WAIT_END) | IN(WAIT_COMMAND),
    OPEN = (1u << T30_LEAVING) - 1u /* all but what has ended */
};

static const struct {
    uint32_t states;
    int type;
    t30_action *act;
} TABLE[] = {
    {IN(CALLING) | IN(WAIT_DIS), CTI_T30_DIS, t30_got_dis},
    {IN(WAIT_COMMAND) | IN(WAIT_TCF) | IN(WAIT_PAGE) | IN(WAIT_END), CTI_T30_DCS, t30_got_dcs},
    {IN(WAIT_COMMAND), CTI_T30_DTC, t30_got_dtc},
    {IN(WAIT_COMMAND), CTI_T30_DIS, t30_dis_again},
    {IN(WAIT_CFR), CTI_T30_CFR, t30_got_cfr},
    {IN(WAIT_CFR), CTI_T30_FTT, t30_got_ftt},
    {IN(WAIT_CFR), CTI_T30_DIS, t30_command_again},
    {IN(WAIT_CFR), CTI_T30_DTC, t30_command_again},
    {RECEIVING, CTI_T30_MPS, t30_got_post},
    {RECEIVING, CTI_T30_EOM, t30_got_post},
    {RECEIVING, CTI_T30_EOP, t30_got_post},
    {RECEIVING, CTI_T30_PRI_MPS, t30_got_post},
    {RECEIVING, CTI_T30_PRI_EOM, t30_got_post},
    {RECEIVING, CTI_T30_PRI_EOP, t30_got_post},
    {RECEIVING, CTI_T30_PPS, t30_got_pps},
    {RECEIVING, CTI_T30_EOR, t30_got_eor},
    {IN(WAIT_PAGE), CTI_T30_CTC, t30_got_ctc},
    {RECEIVING, CTI_T30_RR, t30_got_rr},
    {IN(WAIT_POST), CTI_T30_MCF, t30_got_mcf},
    {IN(WAIT_POST), CTI_T30_RTP, t30_got_rtp},
    {IN(WAIT_POST), CTI_T30_RTN, t30_got_rtn},
    {IN(WAIT_POST), CTI_T30_PIP, t30_got_pip},
    {IN(WAIT_POST), CTI_T30_PIN, t30_got_pin},
    {IN(WAIT_POST), CTI_T30_PPR, t30_got_ppr},
    {IN(WAIT_POST) | IN(WAIT_ERR), CTI_T30_RNR, t30_got_rnr},
    {IN(WAIT_CTR), CTI_T30_CTR, t30_got_ctr},
    {IN(WAIT_ERR), CTI_T30_ERR, t30_got_err},
    {RECEIVING | IN(WAIT_CFR) | IN(WAIT_POST) | IN(WAIT_CTR) | IN(WAIT_ERR), CTI_T30_CRP, t30_command_again},
    {OPEN, CTI_T30_DCN, t30_got_dcn},
};

/* What a far end's hanging up means, by what was waited for. */
int t30_phase_result(int state) {
    static const uint8_t results[T30_STATES] = {
        [T30_CALLING] = CTI_T30_HUNG_UP_B,         [T30_ANSWER_TONE] = CTI_T30_HUNG_UP_B,
        [T30_WAIT_DIS] = CTI_T30_HUNG_UP_B,        [T30_WAIT_COMMAND] = CTI_T30_HUNG_UP_B,
        [T30_WAIT_TCF] = CTI_T30_HUNG_UP_TRAINING, [T30_WAIT_CFR] = CTI_T30_HUNG_UP_TRAINING,
        [T30_WAIT_ROWS] = CTI_T30_HUNG_UP_PAGE,    [T30_WAIT_PAGE] = CTI_T30_HUNG_UP_PAGE,
        [T30_WAIT_POST] = CTI_T30_HUNG_UP_PAGE,    [T30_WAIT_CTR] = CTI_T30_HUNG_UP_PAGE,
        [T30_WAIT_ERR] = CTI_T30_HUNG_UP_PAGE,     [T30_WAIT_END] = CTI_T30_OK};
    return results[state];
}

void t30_command(cti_t30 *t, const uint8_t *octets, int n) {
    cti_t30_frame_view f;
    if (cti_t30_frame_parse(octets, n, &f) != CTI_OK)
        return;
    for (size_t i = 0; i < sizeof TABLE / sizeof TABLE[0]; i++)
        if (TABLE[i].type == f.type && (TABLE[i].states >> t->state & 1)) {
            TABLE[i].act(t, &f);
            return;
        }
}
