/* Frames of T.30: the control fields of 5.3.6.1, the bits of table 2, identities, annex A. */
#include <string.h>

#include "check.h"
#include "cti/error.h"
#include "cti/fax_modem_tx.h"
#include "cti/t30_frames.h"

enum { V27TER = 1 << CTI_FAX_MODEM_V27TER, V29 = 1 << CTI_FAX_MODEM_V29, V17 = 1 << CTI_FAX_MODEM_V17 };

/* The control field as T.30 writes it, the first bit first; X is written as 0 or left as it is. */
static int fcf(const char *written) {
    int octet = 0, bit = 0;
    for (const char *at = written; *at; at++)
        if (*at != ' ')
            octet |= (*at == '1') << bit++;
    return octet;
}

static void t30_5_3_6_1_control_fields_are_as_written_there(void) {
    static const struct {
        int type;
        const char *written;
    } frames[] = {
        {CTI_T30_DIS, "0000 0001"},     {CTI_T30_CSI, "0000 0010"},     {CTI_T30_NSF, "0000 0100"},
        {CTI_T30_DTC, "1000 0001"},     {CTI_T30_CIG, "1000 0010"},     {CTI_T30_NSC, "1000 0100"},
        {CTI_T30_PWD, "1000 0011"},     {CTI_T30_SEP, "1000 0101"},     {CTI_T30_PSA, "1000 0110"},
        {CTI_T30_DCS, "X100 0001"},     {CTI_T30_TSI, "X100 0010"},     {CTI_T30_NSS, "X100 0100"},
        {CTI_T30_SUB, "X100 0011"},     {CTI_T30_SID, "X100 0101"},     {CTI_T30_CTC, "X100 1000"},
        {CTI_T30_CFR, "X010 0001"},     {CTI_T30_FTT, "X010 0010"},     {CTI_T30_CTR, "X010 0011"},
        {CTI_T30_EOM, "X111 0001"},     {CTI_T30_MPS, "X111 0010"},     {CTI_T30_EOP, "X111 0100"},
        {CTI_T30_PRI_EOM, "X111 1001"}, {CTI_T30_PRI_MPS, "X111 1010"}, {CTI_T30_PRI_EOP, "X111 1100"},
        {CTI_T30_EOS, "X111 1000"},     {CTI_T30_PPS, "X111 1101"},     {CTI_T30_EOR, "X111 0011"},
        {CTI_T30_RR, "X111 0110"},      {CTI_T30_MCF, "X011 0001"},     {CTI_T30_RTP, "X011 0011"},
        {CTI_T30_RTN, "X011 0010"},     {CTI_T30_PIP, "X011 0101"},     {CTI_T30_PIN, "X011 0100"},
        {CTI_T30_PPR, "X011 1101"},     {CTI_T30_RNR, "X011 0111"},     {CTI_T30_ERR, "X011 1000"},
        {CTI_T30_DCN, "X101 1111"},     {CTI_T30_CRP, "X101 1000"},     {CTI_T30_FCD, "0110 0000"},
        {CTI_T30_RCP, "0110 0001"}};
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        CHECK_EQ(fcf(frames[i].written), frames[i].type);
        for (int x = 0; x < 2; x++) {
            uint8_t octets[8], fif[5] = {0, 0, 0, 0, 0};
            cti_t30_frame_view f;
            int n = cti_t30_frame_build(frames[i].type, x, x, fif, 5, octets, 8);
            CHECK_EQ(n, 8);
            CHECK_EQ(cti_t30_frame_parse(octets, n, &f), CTI_OK);
            CHECK_EQ(f.type, frames[i].type);
            CHECK_EQ(f.is_final, x);
            CHECK_EQ(f.x, frames[i].written[0] == 'X' ? x : 0);
            CHECK_EQ(f.fif_length, 5);
        }
    }
}

static void what_is_no_frame_is_refused(void) {
    static const struct {
        int n;
        uint8_t octets[6];
    } bad[] = {{0, {0}},
               {2, {0xFF, 0x13}},
               {3, {0xFE, 0x13, 0x8C}},
               {3, {0xFF, 0x07, 0x8C}},
               {6, {0xFF, 0x13, 0xBF, 0, 0, 0}}, /* PPS without the count of frames */
               {3, {0xFF, 0x13, 0xCE}},          /* EOR without its command */
               {4, {0xFF, 0x13, 0xCE, 0x6E}},    /* ... with RR */
               {4, {0xFF, 0x13, 0xCE, 0xFE}},
               {3, {0xFF, 0x03, 0x06}},  /* FCD without a number */
               {3, {0xFF, 0x13, 0xBC}}}; /* PPR without a bitmap */
    cti_t30_frame_view f;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK_EQ(cti_t30_frame_parse(bad[i].octets, bad[i].n, &f), CTI_ERR_FORMAT);
    CHECK_EQ(cti_t30_frame_parse(NULL, 3, &f), CTI_ERR_ARG);
    uint8_t unknown[] = {0xFF, 0x13, 0x7A};
    CHECK_EQ(cti_t30_frame_parse(unknown, 3, &f), CTI_OK);
    CHECK_EQ(f.type, CTI_T30_UNKNOWN);
    CHECK_EQ(cti_t30_frame_build(CTI_T30_MCF, 1, 1, NULL, 0, unknown, 2), CTI_ERR_FULL);
}

static void t30_a_4_3_pps_says_what_ends_page_block_and_frames(void) {
    uint8_t octets[] = {0xFF, 0x13, 0xBF, 0x2F, 3, 1, 99};
    cti_t30_frame_view f;
    CHECK_EQ(cti_t30_frame_parse(octets, 7, &f), CTI_OK);
    CHECK_EQ(f.type, CTI_T30_PPS);
    CHECK_EQ(f.post, CTI_T30_EOP);
    CHECK_EQ(f.page, 3);
    CHECK_EQ(f.block, 1);
    CHECK_EQ(f.frames, 100);
    octets[3] = 0;
    CHECK_EQ(cti_t30_frame_parse(octets, 7, &f), CTI_OK);
    CHECK_EQ(f.post, CTI_T30_UNKNOWN);
}

static void t30_5_3_6_2_4_identities_go_last_character_first(void) {
    uint8_t fif[CTI_T30_ID_CHARS];
    char text[CTI_T30_ID_CHARS + 1];
    CHECK_EQ(cti_t30_id_build("+86 10 5550", fif), CTI_OK);
    CHECK(memcmp(fif, "0555 01 68+         ", CTI_T30_ID_CHARS) == 0);
    CHECK_EQ(cti_t30_id_parse(fif, CTI_T30_ID_CHARS, text), 11);
    CHECK(strcmp(text, "+86 10 5550") == 0);
    CHECK_EQ(cti_t30_id_parse((const uint8_t *)"    21", 6, text), 2); /* blanks first, and short */
    CHECK(strcmp(text, "12") == 0);
    CHECK_EQ(cti_t30_id_parse((const uint8_t *)"1\x07\xFF\x00 2", 6, text), 6);
    CHECK(strcmp(text, "2  ??1") == 0);
    CHECK_EQ(cti_t30_id_parse((const uint8_t *)"", 0, text), 0);
    CHECK_EQ(cti_t30_id_build("123456789012345678901", fif), CTI_ERR_ARG);
    CHECK_EQ(cti_t30_id_build("Hill", fif), CTI_ERR_ARG);
}

/* Frames of machines, from their service manuals. */
static void t30_table_2_reads_what_real_machines_send(void) {
    static const uint8_t dis[] = {0x20, 0xC2, 0x8A, 0xC4, 0x80, 0xD5, 0x83, 0x80, 0x18};
    static const uint8_t dcs[] = {0x00, 0x42, 0xF8, 0x44};
    cti_t30_ability a;
    cti_t30_ability_parse(dis, sizeof dis, 0, &a);
    CHECK_EQ(cti_t30_field_get(dis, sizeof dis, CTI_T30_F_V8), 1);
    CHECK(a.can_receive && !a.has_document && a.mr && a.ecm && a.mmr);
    CHECK_EQ(a.frame_octets, 256);
    CHECK_EQ(a.resolutions & CTI_T30_FINE, CTI_T30_FINE);
    CHECK_EQ(cti_t30_field_get(dis, sizeof dis, CTI_T30_F_LENGTH), 1);
    cti_t30_ability_parse(dcs, sizeof dcs, 1, &a);
    CHECK(a.can_receive && a.ecm && a.mmr && !a.mr && !a.foreign);
    CHECK_EQ(a.resolutions, CTI_T30_FINE);
    CHECK_EQ(a.widths, CTI_T30_A4);
    CHECK_EQ(a.row_ms[0], 0);
}

static void a_frame_that_ends_early_or_says_so_has_zeros_behind_it(void) {
    uint8_t fif[20];
    cti_t30_ability a;
    memset(fif, 0xFF, sizeof fif);
    for (int n = 0; n <= 20; n++) {
        for (int field = 0; field < CTI_T30_FIELDS; field++) {
            int32_t first, bits;
            const char *words;
            CHECK_EQ(cti_t30_field_about(field, &first, &bits, &words), CTI_OK);
            CHECK_EQ(cti_t30_field_get(fif, n, field), first - 1 + bits <= 8 * n ? (1 << bits) - 1 : 0);
        }
        cti_t30_ability_parse(fif, n, n & 1, &a);
    }
    fif[2] &= 0x7F;
    CHECK_EQ(cti_t30_field_get(fif, 20, CTI_T30_F_ROW_TIME), 7);
    CHECK_EQ(cti_t30_field_get(fif, 20, CTI_T30_F_ECM), 0);
    cti_t30_ability_parse(NULL, 0, 0, &a);
    CHECK_EQ(a.bit_rate, 2400);
    CHECK_EQ(a.resolutions, CTI_T30_STANDARD);
    CHECK_EQ(cti_t30_field_get(fif, 20, CTI_T30_FIELDS), CTI_ERR_ARG);
    CHECK_EQ(cti_t30_field_put(fif, CTI_T30_F_WIDTH, 4), CTI_ERR_ARG);
}

static void what_is_built_is_read_again(void) {
    static const struct {
        int modem, bit_rate;
    } rates[] = {{V27TER, 2400}, {V27TER, 4800}, {V29, 7200},  {V29, 9600},
                 {V17, 7200},    {V17, 9600},    {V17, 12000}, {V17, 14400}};
    static const int row_ms[] = {0, 5, 10, 20, 40};
    uint8_t fif[CTI_T30_DIS_OCTETS];
    for (int i = 0; i < 8 * 5 * 3 * 3; i++) {
        int ms = row_ms[i / 8 % 5];
        cti_t30_ability was = {.can_receive = 1,
                               .modems = rates[i % 8].modem,
                               .bit_rate = rates[i % 8].bit_rate,
                               .ecm = i % 2,
                               .frame_octets = i % 4 == 3 ? 64 : 256,
                               .mr = i % 3 == 1,
                               .mmr = i % 3 == 2,
                               .widths = 1 << i / 40 % 3,
                               .resolutions = 1 << i / 120,
                               .row_ms = {ms, ms, ms},
                               .subaddress = i % 5 == 0},
                        is;
        int n = cti_t30_ability_build(&was, 1, fif);
        CHECK(n >= 3 && n <= CTI_T30_DIS_OCTETS);
        cti_t30_ability_parse(fif, n, 1, &is);
        CHECK(memcmp(&was, &is, sizeof is) == 0);
    }
    cti_t30_ability dis = {.can_receive = 1,
                           .has_document = 1,
                           .modems = V27TER | V29 | V17,
                           .bit_rate = 14400,
                           .ecm = 1,
                           .frame_octets = 256,
                           .mr = 1,
                           .mmr = 1,
                           .widths = 7,
                           .resolutions = 7,
                           .subaddress = 1,
                           .password = 1,
                           .selective_poll = 1},
                    is;
    cti_t30_ability_parse(fif, cti_t30_ability_build(&dis, 0, fif), 0, &is);
    CHECK(memcmp(&dis, &is, sizeof is) == 0);
    dis.row_ms[0] = 7;
    CHECK_EQ(cti_t30_ability_build(&dis, 0, fif), CTI_ERR_ARG);
    cti_t30_ability none = {.modems = V29, .bit_rate = 14400, .widths = 1};
    CHECK_EQ(cti_t30_ability_build(&none, 1, fif), CTI_ERR_ARG);
}

static void dcs_that_chooses_what_we_have_not_is_known(void) {
    uint8_t fif[CTI_T30_DIS_OCTETS] = {0};
    cti_t30_ability a;
    (void)cti_t30_field_put(fif, CTI_T30_F_T85, 1);
    cti_t30_ability_parse(fif, cti_t30_field_close(fif), 1, &a);
    CHECK_EQ(a.foreign, 1);
}

int main(void) {
    RUN(t30_5_3_6_1_control_fields_are_as_written_there);
    RUN(what_is_no_frame_is_refused);
    RUN(t30_a_4_3_pps_says_what_ends_page_block_and_frames);
    RUN(t30_5_3_6_2_4_identities_go_last_character_first);
    RUN(t30_table_2_reads_what_real_machines_send);
    RUN(a_frame_that_ends_early_or_says_so_has_zeros_behind_it);
    RUN(what_is_built_is_read_again);
    RUN(dcs_that_chooses_what_we_have_not_is_known);
    CHECK_END();
}
