#include <string.h>

#include "check.h"
#include "cti/error.h"
#include "cti/g711.h"
#include "cti/level.h"

typedef int decode_fn(const uint8_t *, int16_t *, int);
typedef int encode_fn(const int16_t *, uint8_t *, int);

static int16_t decode(decode_fn *f, int code) {
    uint8_t octet = (uint8_t)code;
    int16_t sample = 0;
    CHECK_EQ(f(&octet, &sample, 1), 1);
    return sample;
}

static int encode(encode_fn *f, int sample) {
    int16_t pcm = (int16_t)sample;
    uint8_t octet = 0;
    CHECK_EQ(f(&pcm, &octet, 1), 1);
    return octet;
}

static void test_g711_table_1_alaw_values(void) {
    /* Octets as on the line (even bits inverted), values in 16 bits: table 1a's y times 8. */
    CHECK_EQ(decode(cti_alaw_decode, 0xD5), 8);
    CHECK_EQ(decode(cti_alaw_decode, 0x55), -8);
    CHECK_EQ(decode(cti_alaw_decode, 0xAA), 32256); /* y128 = 4032 */
    CHECK_EQ(decode(cti_alaw_decode, 0x2A), -32256);
    CHECK_EQ(decode(cti_alaw_decode, 0xF5), 33 * 16 - 8 + 8); /* 0x20 after inversion: first step of 4 */
}

static void test_g711_table_2_ulaw_values(void) {
    /* Table 2a's y (14 bits: 8031 at the top) times 4. */
    CHECK_EQ(decode(cti_ulaw_decode, 0xFF), 0);
    CHECK_EQ(decode(cti_ulaw_decode, 0x7F), 0);
    CHECK_EQ(decode(cti_ulaw_decode, 0x80), 8031 * 4);
    CHECK_EQ(decode(cti_ulaw_decode, 0x00), -8031 * 4);
    CHECK_EQ(decode(cti_ulaw_decode, 0x8F), 4191 * 4);
    CHECK_EQ(decode(cti_ulaw_decode, 0xFE), 2 * 4);
    CHECK_EQ(decode(cti_ulaw_decode, 0xEF), 33 * 4);
}

static void test_g711_tables_5_and_6_digital_milliwatt_is_0_dbm0(void) {
    static const uint8_t alaw[8] = {0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4};
    static const uint8_t ulaw[8] = {0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E};
    int16_t pcm[8];
    CHECK_EQ(cti_alaw_decode(alaw, pcm, 8), 8);
    CHECK_NEAR(cti_level_of(pcm, 8), 0.0, 0.02);
    CHECK_EQ(cti_ulaw_decode(ulaw, pcm, 8), 8);
    CHECK_NEAR(cti_level_of(pcm, 8), 0.0, 0.1); /* mu-law's own full scale is +3.17 dBm0 */
}

static void codes_survive_a_second_coding(decode_fn *d, encode_fn *e, int negative_zero) {
    for (int code = 0; code < 256; code++)
        if (code != negative_zero)
            CHECK_EQ(encode(e, decode(d, code)), code);
}

static void test_every_code_is_its_own_code_again(void) {
    codes_survive_a_second_coding(cti_alaw_decode, cti_alaw_encode, -1);
    codes_survive_a_second_coding(cti_ulaw_decode, cti_ulaw_encode, 0x7F);
}

/* The decision values of tables 1a and 2a: segments of equal steps. A positive sample's code is the
 * number of decision values at or below it. */
typedef struct segment {
    int from, to, step;
} segment;

static void decides_at(const segment *s, int segments, int scale, encode_fn *e, int lowest_code, int sign) {
    int n = 0;
    for (int i = 0; i < segments; i++)
        for (int x = s[i].from; x < s[i].to; x += s[i].step, n++) {
            int at = x * scale;
            /* A negative sample's magnitude is taken in one's complement: -1 - x. */
            CHECK_EQ(encode(e, sign > 0 ? at : -1 - at), lowest_code ^ n);
            if (at + s[i].step * scale <= 32768)
                CHECK_EQ(encode(e, sign > 0 ? at + s[i].step * scale - 1 : -at - s[i].step * scale),
                         lowest_code ^ n);
        }
    CHECK_EQ(n, 128);
}

static void test_g711_table_1_alaw_decision_values(void) {
    static const segment s[] = {{0, 64, 2},      {64, 128, 4},     {128, 256, 8},    {256, 512, 16},
                                {512, 1024, 32}, {1024, 2048, 64}, {2048, 4096, 128}};
    decides_at(s, 7, 8, cti_alaw_encode, 0xD5, 1);
    decides_at(s, 7, 8, cti_alaw_encode, 0x55, -1);
}

static void test_g711_table_2_ulaw_decision_values(void) {
    static const segment s[] = {{0, 1, 1},       {1, 31, 2},        {31, 95, 4},
                                {95, 223, 8},    {223, 479, 16},    {479, 991, 32},
                                {991, 2015, 64}, {2015, 4063, 128}, {4063, 8159, 256}};
    decides_at(s, 9, 4, cti_ulaw_encode, 0xFF, 1);
    decides_at(s, 9, 4, cti_ulaw_encode, 0x7F, -1);
    CHECK_EQ(encode(cti_ulaw_encode, 32767), 0x80);
    CHECK_EQ(encode(cti_ulaw_encode, -32768), 0x00);
}

static void test_values_never_fall_as_samples_rise(void) {
    int alaw = -40000, ulaw = -40000;
    for (int x = -32768; x <= 32767; x++) {
        int a = decode(cti_alaw_decode, encode(cti_alaw_encode, x));
        int u = decode(cti_ulaw_decode, encode(cti_ulaw_encode, x));
        if (a < alaw || u < ulaw) {
            CHECK(a >= alaw && u >= ulaw);
            return;
        }
        alaw = a;
        ulaw = u;
    }
}

static void test_through_is_decode_of_encode(void) {
    static int16_t all[65536], a[65536], u[65536], same[65536];
    for (int i = 0; i < 65536; i++)
        all[i] = (int16_t)(i - 32768);
    memcpy(a, all, sizeof a), memcpy(u, all, sizeof u), memcpy(same, all, sizeof same);
    CHECK_EQ(cti_law_through(CTI_LAW_ALAW, a, 65536), 65536);
    CHECK_EQ(cti_law_through(CTI_LAW_ULAW, u, 65536), 65536);
    CHECK_EQ(cti_law_through(CTI_LAW_LINEAR, same, 65536), 65536);
    int differ = 0;
    for (int i = 0; i < 65536; i++)
        differ += a[i] != decode(cti_alaw_decode, encode(cti_alaw_encode, all[i])) ||
                  u[i] != decode(cti_ulaw_decode, encode(cti_ulaw_encode, all[i])) || same[i] != all[i];
    CHECK_EQ(differ, 0);
}

static void test_bad_arguments_are_refused(void) {
    int16_t x = 5;
    CHECK_EQ(cti_law_through(3, &x, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_law_through(CTI_LAW_ALAW, NULL, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_alaw_encode(&x, NULL, 1), CTI_ERR_ARG);
    CHECK_EQ(cti_ulaw_decode(NULL, &x, -1), CTI_ERR_ARG);
    CHECK_EQ(x, 5);
}

int main(void) {
    RUN(test_g711_table_1_alaw_values);
    RUN(test_g711_table_2_ulaw_values);
    RUN(test_g711_tables_5_and_6_digital_milliwatt_is_0_dbm0);
    RUN(test_every_code_is_its_own_code_again);
    RUN(test_g711_table_1_alaw_decision_values);
    RUN(test_g711_table_2_ulaw_decision_values);
    RUN(test_values_never_fall_as_samples_rise);
    RUN(test_through_is_decode_of_encode);
    RUN(test_bad_arguments_are_refused);
    CHECK_END();
}
