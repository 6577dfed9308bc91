/* The coder of fax pages: its bits are those of T.4 and T.6, and what it codes is decoded as it was. */
#include "cti/error.h"
#include "t4_stage.h"

enum { WIDEST = 4864, WIDEST_BYTES = WIDEST / 8 };

static uint8_t coded[STAGE_BYTES];

/* n rows and the end, as text, blanks left out. */
static const char *code(const cti_t4_encoder_config *cfg, const uint8_t *rows, int n) {
    static char text[8 * STAGE_BYTES + 1];
    cti_t4_encoder *s = stage_encoder(cfg);
    int bytes = 0, row = cti_t4_row_bytes(cfg->width);
    for (int i = 0; i < n; i++)
        bytes += cti_t4_encoder_row(s, rows + i * row, coded + bytes, STAGE_BYTES - bytes);
    bytes += cti_t4_encoder_end(s, coded + bytes, STAGE_BYTES - bytes);
    CHECK_EQ(cti_t4_encoder_bits(s), bytes * 8);
    for (int i = 0; i < bytes * 8; i++)
        text[i] = (char)('0' + (coded[i / 8] >> (cfg->order == CTI_T4_MSB_FIRST ? 7 - i % 8 : i % 8) & 1));
    text[bytes * 8] = '\0';
    return text;
}

/* `expected` and 0s to the end of the byte. */
static void check_code(const cti_t4_encoder_config *cfg, const uint8_t *rows, int n, const char *expected) {
    const char *text = code(cfg, rows, n);
    size_t at = 0;
    for (const char *c = expected; *c != '\0'; c++)
        if (*c != ' ' && text[at++] != *c) {
            fprintf(stderr, "%s\nis not %s\n", text, expected);
            CHECK(0);
            return;
        }
    CHECK_EQ(strlen(text), (at + 7) / 8 * 8);
    CHECK_EQ(strspn(text + at, "0"), strlen(text + at));
}

static cti_t4_encoder_config config(int coding, int width) {
    cti_t4_encoder_config cfg;
    cti_t4_encoder_defaults(&cfg);
    cfg.coding = coding;
    cfg.width = width;
    return cfg;
}

static void t4_4_1_rows_are_runs_between_eols(void) {
    static const uint8_t rows[] = {0x18, 0x70, 0x00, 0xFF};
    cti_t4_encoder_config cfg = config(CTI_T4_MH, 8);
    check_code(&cfg, rows, 4, EOL "1000 11 1000" EOL "000111 10 1011" EOL "10011" EOL "00110101 000101" RTC);
    cfg.order = CTI_T4_MSB_FIRST;
    check_code(&cfg, rows, 1, EOL "1000 11 1000" RTC);
    check_code(&cfg, rows, 0, RTC);
}

static void t4_4_1_runs_longer_than_the_longest_code_take_several(void) {
    static uint8_t row[WIDEST_BYTES];
    cti_t4_encoder_config cfg = config(CTI_T4_MH, WIDEST);
    /* 2560 and 2304 and 0; 2560 and 63 are two codes, 2624 are three */
    check_code(&cfg, row, 1, EOL "000000011111 000000010111 00110101" RTC);
    cfg.width = 2623;
    check_code(&cfg, row, 1, EOL "000000011111 00110100" RTC);
    cfg.width = 2624;
    check_code(&cfg, row, 1, EOL "000000011111 11011 00110101" RTC);
}

static void t4_fill_makes_up_the_shortest_time_and_is_short_of_no_bit(void) {
    static const uint8_t rows[] = {0x18, 0x70};
    cti_t4_encoder_config cfg = config(CTI_T4_MH, 8);
    cfg.min_row_bits = 24; /* 10 and 12 of the runs, 12 of the EOL behind */
    check_code(&cfg, rows, 2, EOL "1000 11 1000 00" EOL "000111 10 1011" RTC);
    cfg.coding = CTI_T4_MR;
    check_code(&cfg, rows, 1, EOL_1D "1000 11 1000 0" RTC_MR);
}

static void eols_end_a_byte_where_that_is_asked_for(void) {
    static const uint8_t rows[] = {0x18, 0x70};
    cti_t4_encoder_config cfg = config(CTI_T4_MH, 8);
    cfg.aligned = 1;
    check_code(&cfg, rows, 2, "0000" EOL "1000 11 1000 00" EOL "000111 10 1011" RTC);
    cfg.coding = CTI_T4_MR;
    check_code(&cfg, rows, 1, "0000" EOL_1D "1000 11 1000 0" RTC_MR);
}

static void t4_4_2_one_row_of_k_is_coded_by_itself(void) {
    static const uint8_t rows[] = {0x18, 0x18, 0x18, 0x18, 0x18};
    cti_t4_encoder_config cfg = config(CTI_T4_MR, 8);
    check_code(&cfg, rows, 4, EOL_1D "1000 11 1000" EOL_2D "111" EOL_1D "1000 11 1000" EOL_2D "111" RTC_MR);
    cfg.k = 4;
    check_code(&cfg, rows, 5,
               EOL_1D "1000 11 1000" EOL_2D "111" EOL_2D "111" EOL_2D "111" EOL_1D "1000 11 1000" RTC_MR);
    cfg.k = 1;
    check_code(&cfg, rows, 2, EOL_1D "1000 11 1000" EOL_1D "1000 11 1000" RTC_MR);
}

static void t6_rows_by_each_mode(void) {
    /* 1: horizontal and V0; 2: V0; 3: VL2 VL1 V0; 4: pass and V0; 5: horizontal from the margin; 6: its end
     */
    static const uint8_t rows[] = {0x18, 0x18, 0x70, 0x00, 0xF0, 0xF8};
    cti_t4_encoder_config cfg = config(CTI_T4_MMR, 8);
    check_code(&cfg, rows, 6,
               "001 1000 11 1"
               "111"
               "000010 010 1"
               "0001 1"
               "001 00110101 011 1"
               "1 011 1" EOL EOL);
}

/* Numbers that are the same everywhere. */
static uint32_t dice(void) {
    static uint32_t state = 1;
    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

static void make_row(uint8_t *row, int width, int kind, const uint8_t *above) {
    memset(row, 0, WIDEST_BYTES);
    for (int x = 0, black = 0, left = 0; x < width; x++) {
        if (left-- <= 0) {
            black = !black;
            left = kind == 0 ? 0 : (int)(dice() % (1u << (1 + dice() % (unsigned)(kind + 1))));
        }
        int bit = kind == 3 && dice() % 50 != 0 ? above[(x + 1) / 8] >> (7 - (x + 1) % 8) & 1 : black;
        row[x / 8] |= (uint8_t)(bit << (7 - x % 8));
    }
}

static void rows_of_every_width_come_back_and_fit_where_they_must(void) {
    static const int widths[] = {1,    2,    7,    8,    63,   64,   65,   1727, 1728,
                                 2048, 2432, 2592, 3072, 3456, 3648, 4096, 4863, 4864};
    enum { ROWS = 16 };
    static uint8_t rows[ROWS + 1][WIDEST_BYTES + 1], out[WIDEST_BYTES], told[1];
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
        for (int coding = CTI_T4_MH; coding <= CTI_T4_MMR; coding++)
            for (int order = 0; order < 2; order++) {
                cti_t4_encoder_config to = config(coding, widths[w]);
                cti_t4_decoder_config from;
                cti_t4_decoder_defaults(&from);
                from.coding = coding;
                from.width = to.width;
                from.order = to.order = order;
                to.k = 4;
                cti_t4_encoder *tx = stage_encoder(&to);
                int most = cti_t4_encoder_most(tx), n = 0, row = cti_t4_row_bytes(to.width);
                for (int i = 0; i < ROWS; i++) {
                    make_row(rows[i], to.width, i % 12, rows[i > 0 ? i - 1 : 0]);
                    int got = cti_t4_encoder_row(tx, rows[i], coded + n, most);
                    CHECK(got >= 0 && got <= most);
                    n += got;
                }
                n += cti_t4_encoder_end(tx, coded + n, most);
                cti_t4_decoder *rx = stage_decoder(&from);
                cti_t4_bits in = {.data = coded, .at = 0, .end = n * 8};
                for (int i = 0; i < ROWS; i++) {
                    CHECK_EQ(cti_t4_decoder_run(rx, &in, out, told, 1), 1);
                    CHECK_EQ(told[0], CTI_T4_GOOD);
                    CHECK_EQ(memcmp(out, rows[i], (size_t)row), 0);
                }
                CHECK_EQ(cti_t4_decoder_run(rx, &in, out, told, 1), 0);
                cti_t4_report report;
                CHECK_EQ(cti_t4_decoder_report(rx, &report), 0);
                CHECK_EQ(report.clean, 1);
            }
}

static void every_run_of_either_colour_comes_back(void) {
    static uint8_t row[WIDEST_BYTES], out[WIDEST_BYTES], told[1];
    cti_t4_encoder_config to = config(CTI_T4_MH, WIDEST);
    cti_t4_decoder_config from;
    cti_t4_decoder_defaults(&from);
    from.width = WIDEST;
    for (int run = 1; run < WIDEST; run++)
        for (int colour = 0; colour < 2; colour++) {
            for (int i = 0; i < WIDEST_BYTES; i++) {
                int left = run - i * 8;
                uint8_t inside = (uint8_t)(left >= 8 ? 0xFF : left <= 0 ? 0 : 0xFF00 >> left);
                row[i] = colour ? inside : (uint8_t)~inside;
            }
            cti_t4_encoder *tx = stage_encoder(&to);
            int n = cti_t4_encoder_row(tx, row, coded, STAGE_BYTES);
            n += cti_t4_encoder_end(tx, coded + n, STAGE_BYTES - n);
            cti_t4_decoder *rx = stage_decoder(&from);
            cti_t4_bits in = {.data = coded, .at = 0, .end = n * 8};
            CHECK_EQ(cti_t4_decoder_run(rx, &in, out, told, 1), 1);
            CHECK_EQ(told[0], CTI_T4_GOOD);
            CHECK_EQ(memcmp(out, row, WIDEST_BYTES), 0);
        }
}

static void arguments_are_checked_at_the_door(void) {
    static const cti_t4_encoder_config wrong[] = {
        {.coding = 0, .width = 8, .k = 1},
        {.coding = 4, .width = 8, .k = 1},
        {.coding = 1, .width = 0, .k = 1},
        {.coding = 1, .width = 4865, .k = 1},
        {.coding = 1, .width = 8, .k = 0},
        {.coding = 1, .width = 8, .k = 1, .order = 2},
        {.coding = 1, .width = 8, .k = 1, .min_row_bits = -1},
        {.coding = 1, .width = 8, .k = 1, .min_row_bits = 65537},
        {.coding = 1, .width = 8, .k = 1, .aligned = 2},
    };
    static uint8_t row[216];
    cti_t4_encoder *s = stage_encoder(NULL);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK_EQ(cti_t4_encoder_init(s, cti_t4_encoder_size(), &wrong[i]), CTI_ERR_ARG);
    CHECK_EQ(cti_t4_encoder_init(s, cti_t4_encoder_size() - 1, NULL), CTI_ERR_SIZE);
    int most = cti_t4_encoder_most(s);
    CHECK_EQ(cti_t4_encoder_row(s, row, coded, most - 1), CTI_ERR_FULL);
    CHECK_EQ(cti_t4_encoder_row(s, NULL, coded, most), CTI_ERR_ARG);
    CHECK_EQ(cti_t4_encoder_end(s, coded, most - 1), CTI_ERR_FULL);
    CHECK_EQ(cti_t4_encoder_end(s, coded, most), 9);
    CHECK_EQ(cti_t4_encoder_row(s, row, coded, most), CTI_ERR_STATE);
    CHECK_EQ(cti_t4_encoder_end(s, coded, most), CTI_ERR_STATE);
    CHECK_EQ(cti_t4_encoder_reset(s), CTI_OK);
    CHECK(cti_t4_encoder_row(s, row, coded, most) > 0);
}

int main(void) {
    RUN(t4_4_1_rows_are_runs_between_eols);
    RUN(t4_4_1_runs_longer_than_the_longest_code_take_several);
    RUN(t4_fill_makes_up_the_shortest_time_and_is_short_of_no_bit);
    RUN(eols_end_a_byte_where_that_is_asked_for);
    RUN(t4_4_2_one_row_of_k_is_coded_by_itself);
    RUN(t6_rows_by_each_mode);
    RUN(rows_of_every_width_come_back_and_fit_where_they_must);
    RUN(every_run_of_either_colour_comes_back);
    RUN(arguments_are_checked_at_the_door);
    CHECK_END();
}
