/* The decoder of fax pages: what T.4 and T.6 allow is read, everything else is told with its row. */
#include "cti/error.h"
#include "heap_count.h"
#include "t4_stage.h"

/* Rows of eight pixels: 3 white 2 black 3 white, 1 white 3 black 4 white, all white, all black. */
#define A "1000 11 1000 "
#define B "000111 10 1011 "
#define WHITE "10011 "
#define BLACK "00110101 000101 "

enum { A_BITS = 0x18, B_BITS = 0x70, WHITE_BITS = 0, BLACK_BITS = 0xFF, MOST = 400, STAGE_ROWS = 512 };

typedef struct t4_told {
    uint8_t rows[STAGE_ROWS * 4]; /* for widths up to 32 */
    char damage[STAGE_ROWS + 1];  /* a digit a row: enum cti_t4_damage */
    cti_t4_report report;
} t4_told;

static int bits_from(const char *text, uint8_t *out) {
    int n = 0;
    memset(out, 0, STAGE_BYTES);
    for (; *text != '\0'; text++)
        if (*text != ' ') {
            out[n / 8] |= (uint8_t)((*text == '1') << n % 8);
            n++;
        }
    return n;
}

/* Reads a page in the order of the line, `step` bits at a time. */
static const t4_told *stage_read(int coding, int width, const char *text, int step, int most) {
    static t4_told told;
    static uint8_t bits[STAGE_BYTES];
    cti_t4_decoder_config cfg;
    cti_t4_decoder_defaults(&cfg);
    cfg.coding = coding;
    cfg.width = width;
    cfg.rows = most;
    cti_t4_decoder *s = stage_decoder(&cfg);
    int total = bits_from(text, bits), n = 0, row = cti_t4_row_bytes(width);
    uint8_t damage[STAGE_ROWS];
    memset(&told, 0, sizeof told);
    for (int at = 0; at < total; at += step) {
        cti_t4_bits in = {.data = bits, .at = at, .end = at + step < total ? at + step : total};
        n += cti_t4_decoder_run(s, &in, told.rows + n * row, damage + n, STAGE_ROWS - n);
        CHECK_EQ(in.at, in.end);
    }
    for (int got; (got = cti_t4_decoder_end(s, told.rows + n * row, damage + n, STAGE_ROWS - n)) > 0;)
        n += got;
    for (int i = 0; i < n; i++)
        told.damage[i] = (char)('0' + damage[i]);
    CHECK_EQ(cti_t4_decoder_report(s, &told.report), 0);
    CHECK_EQ(told.report.rows, n);
    return &told;
}

typedef struct page_case {
    const char *text;
    const char *damage; /* a digit a row */
    int end;
    int rows[6];
} page_case;

static void read_all(int coding, const page_case *cases, size_t n) {
    static const int steps[] = {1, 3, 8, 64, 1 << 16};
    for (size_t i = 0; i < n; i++)
        for (size_t step = 0; step < sizeof steps / sizeof *steps; step++) {
            const page_case *c = &cases[i];
            const t4_told *told = stage_read(coding, 8, c->text, steps[step], MOST);
            if (strcmp(told->damage, c->damage) != 0 || told->report.end != c->end)
                fprintf(stderr, "%s: rows %s, end %d\n", c->text, told->damage, told->report.end);
            CHECK_EQ(strcmp(told->damage, c->damage), 0);
            CHECK_EQ(told->report.end, c->end);
            int damaged = 0;
            for (size_t row = 0; row < strlen(c->damage); row++) {
                CHECK_EQ(told->rows[row], c->rows[row]);
                damaged += c->damage[row] != '0';
            }
            CHECK_EQ(told->report.damaged, damaged);
            CHECK_EQ(told->report.first_damaged, damaged ? (int)strcspn(c->damage, "123456789") : -1);
            CHECK_EQ(told->report.clean, c->end == CTI_T4_END_WHOLE && damaged == 0 && c->damage[0] != '\0');
        }
}

#define READ_ALL(coding, cases) read_all(coding, cases, sizeof cases / sizeof *cases)

static void t4_4_1_whole_pages_are_clean(void) {
    static const page_case cases[] = {
        {EOL A EOL B EOL WHITE EOL BLACK RTC,
         "0000",
         CTI_T4_END_WHOLE,
         {A_BITS, B_BITS, WHITE_BITS, BLACK_BITS}},
        {EOL A "0000000000000000000" EOL B "00" RTC, "00", CTI_T4_END_WHOLE, {A_BITS, B_BITS}},
        {"0000 " EOL A "0000 " EOL2 "0000 " EOL "0000 " EOL2 EOL, "0", CTI_T4_END_WHOLE, {A_BITS}},
        {"1111111 0000000000" EOL A RTC "10110111", "0", CTI_T4_END_WHOLE, {A_BITS}},
        {EOL A RTC EOL B EOL B "1010101", "0", CTI_T4_END_WHOLE, {A_BITS}},
        {RTC, "", CTI_T4_END_WHOLE, {0}},
    };
    READ_ALL(CTI_T4_MH, cases);
}

static void a_damaged_row_is_named_and_the_one_above_stands_for_it(void) {
    static const page_case cases[] = {
        /* 0000000001 is no code of a run */
        {EOL A EOL "1000 11 0000000001 1011" EOL B RTC, "010", CTI_T4_END_WHOLE, {A_BITS, A_BITS, B_BITS}},
        /* uncompressed mode: 000000001111 */
        {EOL A EOL "000000001111 10101010" EOL B RTC, "020", CTI_T4_END_WHOLE, {A_BITS, A_BITS, B_BITS}},
        {EOL A EOL "1000 11 " EOL B RTC, "030", CTI_T4_END_WHOLE, {A_BITS, A_BITS, B_BITS}},
        {EOL A EOL "1000 11 10011 " EOL B RTC, "040", CTI_T4_END_WHOLE, {A_BITS, A_BITS, B_BITS}},
        {EOL A EOL "11011 00110101" EOL B RTC, "040", CTI_T4_END_WHOLE, {A_BITS, A_BITS, B_BITS}},
        /* a run of nothing within a row */
        {EOL A EOL "1000 0000110111 1011" EOL B RTC, "040", CTI_T4_END_WHOLE, {A_BITS, A_BITS, B_BITS}},
        {EOL A EOL B "1 " EOL A RTC, "050", CTI_T4_END_WHOLE, {A_BITS, A_BITS, A_BITS}},
        {EOL A EOL B "0000100 " EOL A RTC, "050", CTI_T4_END_WHOLE, {A_BITS, A_BITS, A_BITS}},
        /* the first one: there is nothing above */
        {EOL "1000 11 " EOL B RTC, "30", CTI_T4_END_WHOLE, {WHITE_BITS, B_BITS}},
    };
    READ_ALL(CTI_T4_MH, cases);
}

static void what_is_wrong_with_eols_is_told(void) {
    static const page_case cases[] = {
        {"0001 " EOL A RTC, "50", CTI_T4_END_WHOLE, {WHITE_BITS, A_BITS}},
        {A EOL B RTC, "50", CTI_T4_END_WHOLE, {WHITE_BITS, B_BITS}},
        /* a 0 less, and the row's own 0s before it */
        {EOL A "00000000001 " B EOL A RTC, "500", CTI_T4_END_WHOLE, {WHITE_BITS, B_BITS, A_BITS}},
        {EOL A EOL B EOL2 A RTC, "0060", CTI_T4_END_WHOLE, {A_BITS, B_BITS, B_BITS, A_BITS}},
        {EOL A EOL2 EOL2 EOL B RTC,
         "066660",
         CTI_T4_END_WHOLE,
         {A_BITS, A_BITS, A_BITS, A_BITS, A_BITS, B_BITS}},
        /* one wrong bit in the EOL between them takes two rows */
        {EOL A EOL B "000001000001" A EOL B RTC, "0560", CTI_T4_END_WHOLE, {A_BITS, A_BITS, A_BITS, B_BITS}},
        {EOL A EOL B, "00", CTI_T4_END_MISSING, {A_BITS, B_BITS}},
        {EOL A EOL B "0000000", "00", CTI_T4_END_MISSING, {A_BITS, B_BITS}},
        {EOL A EOL B EOL, "00", CTI_T4_END_MISSING, {A_BITS, B_BITS}},
        {EOL A EOL B EOL2, "00", CTI_T4_END_BROKEN, {A_BITS, B_BITS}},
        {EOL A EOL B EOL2 EOL2 EOL "000", "00", CTI_T4_END_BROKEN, {A_BITS, B_BITS}},
        {EOL A EOL "1000 1", "08", CTI_T4_END_MISSING, {A_BITS, A_BITS}},
        {EOL A EOL "1000 0000", "08", CTI_T4_END_MISSING, {A_BITS, A_BITS}},
        {"", "", CTI_T4_END_MISSING, {0}},
        {"11111111", "", CTI_T4_END_MISSING, {0}},
    };
    READ_ALL(CTI_T4_MH, cases);
}

/* A behind A is V0 three times; B behind A: 3 left is VL2, 5 left is VL1, V0. */
#define A_BELOW_A "1 1 1 "
#define B_BELOW_A "000010 010 1 "

static void t4_4_2_rows_refer_to_the_row_above(void) {
    static const page_case cases[] = {
        {EOL_1D A EOL_2D A_BELOW_A EOL_2D B_BELOW_A RTC_MR,
         "000",
         CTI_T4_END_WHOLE,
         {A_BITS, A_BITS, B_BITS}},
        /* pass, horizontal (1 white 3 black), V0 */
        {EOL_1D A EOL_2D "0001 1 " RTC_MR, "00", CTI_T4_END_WHOLE, {A_BITS, WHITE_BITS}},
        /* horizontal: 1 white, 3 black; at the end: 8 white and no black */
        {EOL_1D WHITE EOL_2D "001 000111 10 1 " RTC_MR, "00", CTI_T4_END_WHOLE, {WHITE_BITS, B_BITS}},
        {EOL_1D "000111 00011 " EOL_2D "001 10011 0000110111 " RTC_MR, "00", CTI_T4_END_WHOLE, {0x7F, 0}},
        {EOL_1D WHITE EOL_2D "001 00110101 000101 " RTC_MR, "00", CTI_T4_END_WHOLE, {WHITE_BITS, BLACK_BITS}},
        {EOL_1D BLACK EOL_2D "1 1 " RTC_MR, "00", CTI_T4_END_WHOLE, {BLACK_BITS, BLACK_BITS}},
    };
    READ_ALL(CTI_T4_MR, cases);
}

static void codes_that_t4_would_not_have_chosen_are_told(void) {
    static const page_case cases[] = {
        /* pixels 1, 3 and 4 black, then one at 4: pass comes before a b1 to the right */
        {EOL_1D "000111 010 000111 11 1000 " EOL_2D "0000011 1 1 " EOL_1D B RTC_MR,
         "090",
         CTI_T4_END_WHOLE,
         {0x58, 0x58, B_BITS}},
        {EOL_1D A EOL_2D "001 1000 11 1 " EOL_1D B RTC_MR, "090", CTI_T4_END_WHOLE, {A_BITS, A_BITS, B_BITS}},
        {EOL_1D A EOL_2D "001 10011 0000110111 " EOL_1D B RTC_MR,
         "090",
         CTI_T4_END_WHOLE,
         {A_BITS, A_BITS, B_BITS}},
        {EOL_1D A EOL_2D EOL_1D EOL_1D EOL_1D EOL_1D EOL_1D, "0", CTI_T4_END_BROKEN, {A_BITS}},
    };
    READ_ALL(CTI_T4_MR, cases);
}

static void codes_that_t4_would_not_have_chosen_are_read_where_that_is_asked_for(void) {
    static uint8_t bits[STAGE_BYTES], row[216], damage[1];
    cti_t4_decoder_config cfg;
    cti_t4_decoder_defaults(&cfg);
    cfg.width = 640;
    for (cfg.strict = 0; cfg.strict < 2; cfg.strict++) {
        cti_t4_decoder *s = stage_decoder(&cfg);
        /* 64 and 576 white, where 640 would have done */
        cti_t4_bits in = {.data = bits, .at = 0, .end = bits_from(EOL "11011 01101000 00110101 " RTC, bits)};
        CHECK_EQ(cti_t4_decoder_run(s, &in, row, damage, 1), 1);
        CHECK_EQ(damage[0], cfg.strict ? CTI_T4_ODD_CODE : CTI_T4_GOOD);
    }
}

static void t4_4_2_damage_ends_at_the_next_row_coded_by_itself(void) {
    static const page_case cases[] = {
        {EOL_1D A EOL_2D "0000001111 1" EOL_2D A_BELOW_A EOL_2D A_BELOW_A EOL_1D B EOL_2D "1 1 1 " RTC_MR,
         "027700",
         CTI_T4_END_WHOLE,
         {A_BITS, A_BITS, A_BITS, A_BITS, B_BITS, B_BITS}},
        {EOL_1D A EOL_1D EOL_2D A_BELOW_A EOL_1D B RTC_MR,
         "0670",
         CTI_T4_END_WHOLE,
         {A_BITS, A_BITS, A_BITS, B_BITS}},
        {EOL_2D A_BELOW_A EOL_1D B RTC_MR, "70", CTI_T4_END_WHOLE, {WHITE_BITS, B_BITS}},
        /* left of the last change; beyond the row; pass where nothing is to pass */
        {EOL_1D A EOL_2D "1 0000010 1 " EOL_1D B RTC_MR, "040", CTI_T4_END_WHOLE, {A_BITS, A_BITS, B_BITS}},
        {EOL_1D A EOL_2D "1 1 011 " EOL_1D B RTC_MR, "040", CTI_T4_END_WHOLE, {A_BITS, A_BITS, B_BITS}},
        {EOL_1D A EOL_2D "1 1 0001 " EOL_1D B RTC_MR, "040", CTI_T4_END_WHOLE, {A_BITS, A_BITS, B_BITS}},
        {EOL_1D A EOL_2D "1 0000000100 " EOL_1D B RTC_MR, "010", CTI_T4_END_WHOLE, {A_BITS, A_BITS, B_BITS}},
        {EOL_1D A EOL_2D "1 1 " EOL_1D B RTC_MR, "030", CTI_T4_END_WHOLE, {A_BITS, A_BITS, B_BITS}},
    };
    READ_ALL(CTI_T4_MR, cases);
}

static void t6_pages_end_in_eofb_or_at_the_first_damage(void) {
    static const page_case cases[] = {
        {"001 1000 11 1 " A_BELOW_A B_BELOW_A EOL EOL, "000", CTI_T4_END_WHOLE, {A_BITS, A_BITS, B_BITS}},
        {"1 1 1 1 " EOL EOL "0101", "0000", CTI_T4_END_WHOLE, {0}},
        {"001 1000 11 1 " A_BELOW_A EOL "0000", "00", CTI_T4_END_BROKEN, {A_BITS, A_BITS}},
        {"001 1000 11 1 " A_BELOW_A EOL "000000000101", "00", CTI_T4_END_BROKEN, {A_BITS, A_BITS}},
        {"001 1000 11 1 " A_BELOW_A "0000000", "00", CTI_T4_END_MISSING, {A_BITS, A_BITS}},
        {"001 1000 11 1 1 1 ", "08", CTI_T4_END_MISSING, {A_BITS, A_BITS}},
        {"001 1000 11 1 1 1 " EOL EOL, "03", CTI_T4_END_DAMAGE, {A_BITS, A_BITS}},
        {"001 1000 11 1 1 0000001111 1 1 1 " EOL EOL, "02", CTI_T4_END_DAMAGE, {A_BITS, A_BITS}},
        {"001 1000 11 1 011 1 1 0000000010" EOL EOL, "001", CTI_T4_END_DAMAGE, {A_BITS, 0x08, 0x08}},
        {EOL EOL, "", CTI_T4_END_WHOLE, {0}},
    };
    READ_ALL(CTI_T4_MMR, cases);
}

static void no_page_has_more_rows_than_may_be(void) {
    static char text[4 * MOST + 64];
    memset(text, '1', MOST); /* V0: white rows */
    strcpy(text + MOST, EOL EOL);
    CHECK_EQ(stage_read(CTI_T4_MMR, 32, text, 5, MOST)->report.clean, 1);
    strcpy(text + MOST, "1 " EOL EOL);
    const t4_told *told = stage_read(CTI_T4_MMR, 32, text, 5, MOST);
    CHECK_EQ(told->report.end, CTI_T4_END_LONG);
    CHECK_EQ(told->report.rows, MOST);
    CHECK_EQ(told->report.clean, 0);
}

static void arguments_are_checked_at_the_door(void) {
    static const cti_t4_decoder_config wrong[] = {
        {.coding = 0, .width = 8, .rows = 1},
        {.coding = 4, .width = 8, .rows = 1},
        {.coding = 1, .width = 0, .rows = 1},
        {.coding = 1, .width = 4865, .rows = 1},
        {.coding = 1, .width = 8, .rows = 0},
        {.coding = 1, .width = 8, .rows = 1, .order = 2},
        {.coding = 1, .width = 8, .rows = 1, .order = -1},
        {.coding = 1, .width = 8, .rows = 1, .strict = 2},
    };
    cti_t4_decoder *s = stage_decoder(NULL);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK_EQ(cti_t4_decoder_init(s, cti_t4_decoder_size(), &wrong[i]), CTI_ERR_ARG);
    CHECK_EQ(cti_t4_decoder_init(s, cti_t4_decoder_size() - 1, NULL), CTI_ERR_SIZE);
    CHECK_EQ(cti_t4_decoder_init(NULL, 1 << 20, NULL), CTI_ERR_ARG);
    uint8_t rows[216], damage[1];
    cti_t4_bits in = {.data = rows, .at = 8, .end = 0};
    CHECK_EQ(cti_t4_decoder_run(s, &in, rows, damage, 1), CTI_ERR_ARG);
    in.at = 0;
    CHECK_EQ(cti_t4_decoder_run(s, &in, rows, damage, 0), CTI_ERR_ARG);
    CHECK_EQ(cti_t4_decoder_run(s, &in, rows, damage, 1), 0);
    CHECK_EQ(cti_t4_decoder_end(s, NULL, damage, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_t4_decoder_report(NULL, NULL), CTI_ERR_ARG);
    CHECK_EQ(cti_t4_row_bytes(0), CTI_ERR_ARG);
    CHECK_EQ(cti_t4_row_bytes(4865), CTI_ERR_ARG);
    CHECK_EQ(cti_t4_row_bytes(4864), 608);
}

/* A page of every coding, with damage, through coder and decoder. */
static void neither_coder_nor_decoder_asks_for_memory(void) {
    static uint8_t page[64][216], bits[65536], rows[64 * 216], damage[64];
    cti_t4_encoder_config to;
    cti_t4_decoder_config from;
    cti_t4_encoder_defaults(&to);
    cti_t4_decoder_defaults(&from);
    cti_t4_encoder *tx = stage_encoder(&to);
    cti_t4_decoder *rx = stage_decoder(&from);
    for (int i = 0; i < 64; i++)
        for (int k = 0; k < 216; k++)
            page[i][k] = (uint8_t)(i * k * 2654435761u >> 24);
    int given = 0;
    heap_count_begin();
    for (int coding = CTI_T4_MH; coding <= CTI_T4_MMR; coding++) {
        int n = 0;
        to.coding = from.coding = coding;
        CHECK_EQ(cti_t4_encoder_init(tx, cti_t4_encoder_size(), &to), 0);
        CHECK_EQ(cti_t4_decoder_init(rx, cti_t4_decoder_size(), &from), 0);
        for (int i = 0; i < 64; i++)
            n += cti_t4_encoder_row(tx, page[i], bits + n, 65536 - n);
        n += cti_t4_encoder_end(tx, bits + n, 65536 - n);
        bits[n / 2] ^= 0x55;
        cti_t4_bits in = {.data = bits, .at = 0, .end = n * 8};
        given += cti_t4_decoder_run(rx, &in, rows, damage, 64);
        given += cti_t4_decoder_end(rx, rows, damage, 64);
    }
    CHECK(!HEAP_COUNTED || heap_calls == 0);
    CHECK(given > 128);
}

int main(void) {
    RUN(t4_4_1_whole_pages_are_clean);
    RUN(a_damaged_row_is_named_and_the_one_above_stands_for_it);
    RUN(what_is_wrong_with_eols_is_told);
    RUN(t4_4_2_rows_refer_to_the_row_above);
    RUN(codes_that_t4_would_not_have_chosen_are_told);
    RUN(codes_that_t4_would_not_have_chosen_are_read_where_that_is_asked_for);
    RUN(t4_4_2_damage_ends_at_the_next_row_coded_by_itself);
    RUN(t6_pages_end_in_eofb_or_at_the_first_damage);
    RUN(no_page_has_more_rows_than_may_be);
    RUN(arguments_are_checked_at_the_door);
    RUN(neither_coder_nor_decoder_asks_for_memory);
    CHECK_END();
}
