#include "cti/cid.h"

#include <string.h>

#include "check.h"
#include "cti/error.h"

static cti_cid_message call(const char *number, const char *name) {
    cti_cid_message m;
    memset(&m, 0, sizeof m);
    m.type = CTI_CID_MDMF_CALL;
    m.waiting = -1;
    strcpy(m.datetime, "11221430");
    strcpy(m.number, number);
    strcpy(m.name, name);
    return m;
}

/* Sets length and checksum of a message whose body stands from byte 2 on. */
static int seal(uint8_t *bytes, int body) {
    bytes[1] = (uint8_t)body;
    unsigned sum = 0;
    for (int i = 0; i < body + 2; i++) {
        sum += bytes[i];
    }
    bytes[body + 2] = (uint8_t)(0u - sum);
    return body + 3;
}

static int parse_body(int type, const char *body, int n, cti_cid_message *out) {
    uint8_t bytes[258];
    bytes[0] = (uint8_t)type;
    memcpy(bytes + 2, body, (size_t)n);
    return cti_cid_parse(bytes, seal(bytes, n), out);
}

static void mdmf_comes_back_as_it_was_coded(void) {
    cti_cid_message m = call("5551234567", "ALICE WONG"), out;
    uint8_t bytes[258];
    int n = cti_cid_encode(&m, bytes, 258);
    /* The example's bytes by GR-30: parameters 01, 02, 07 and the sum to 0. */
    static const uint8_t expected[] = "\x80\x22\x01\x08"
                                      "11221430"
                                      "\x02\x0a"
                                      "5551234567"
                                      "\x07\x0a"
                                      "ALICE WONG"
                                      "\xe6";
    CHECK_EQ(n, (int)sizeof expected - 1);
    CHECK(memcmp(bytes, expected, (size_t)n) == 0);
    CHECK_EQ(cti_cid_parse(bytes, n, &out), CTI_OK);
    CHECK(strcmp(out.number, "5551234567") == 0 && strcmp(out.name, "ALICE WONG") == 0);
    CHECK(strcmp(out.datetime, "11221430") == 0);
    CHECK_EQ(out.kind, CTI_CID_KIND_CALL);
    CHECK_EQ(out.checksum_ok, 1);
}

static void sdmf_comes_back_as_it_was_coded(void) {
    cti_cid_message m = call("2025550143", ""), out;
    uint8_t bytes[258];
    m.type = CTI_CID_SDMF_CALL;
    int n = cti_cid_encode(&m, bytes, 258);
    CHECK_EQ(n, 21);
    CHECK_EQ(cti_cid_parse(bytes, n, &out), CTI_OK);
    CHECK(strcmp(out.number, "2025550143") == 0);
    m.number[0] = 0;
    m.reason = CTI_CID_REASON_PRIVATE;
    n = cti_cid_encode(&m, bytes, 258);
    CHECK_EQ(cti_cid_parse(bytes, n, &out), CTI_OK);
    CHECK_EQ(out.reason, CTI_CID_REASON_PRIVATE);
    CHECK_EQ(out.number[0], 0);
}

static void absence_says_why(void) {
    cti_cid_message out;
    CHECK_EQ(parse_body(0x80, "\x04\x01O\x08\x01P", 6, &out), CTI_OK);
    CHECK_EQ(out.reason, CTI_CID_REASON_UNAVAILABLE);
    CHECK_EQ(out.name_reason, CTI_CID_REASON_PRIVATE);
    CHECK_EQ(parse_body(0x80, "\x02\x01P", 3, &out), CTI_OK); /* the letter in the number's place */
    CHECK_EQ(out.reason, CTI_CID_REASON_PRIVATE);
    CHECK_EQ(out.number[0], 0);
    CHECK_EQ(parse_body(0x04, "01010101O", 9, &out), CTI_OK);
    CHECK_EQ(out.reason, CTI_CID_REASON_UNAVAILABLE);
}

static void message_waiting_is_no_call(void) {
    cti_cid_message out;
    CHECK_EQ(parse_body(0x82, "\x0b\x01\xff", 3, &out), CTI_OK);
    CHECK_EQ(out.kind, CTI_CID_KIND_MESSAGE_WAITING);
    CHECK_EQ(out.waiting, 1);
    CHECK_EQ(parse_body(0x82, "\x0b\x01\0", 3, &out), CTI_OK);
    CHECK_EQ(out.waiting, 0);
    CHECK_EQ(parse_body(0x06, "BBB", 3, &out), CTI_OK);
    CHECK_EQ(out.kind, CTI_CID_KIND_MESSAGE_WAITING);
    CHECK_EQ(out.waiting, 1);
    CHECK_EQ(parse_body(0x06, "ooo", 3, &out), CTI_OK);
    CHECK_EQ(out.waiting, 0);
    CHECK_EQ(parse_body(0x80, "\x11\x01\x81", 3, &out), CTI_OK); /* EN 300 659-3 call type */
    CHECK_EQ(out.kind, CTI_CID_KIND_MESSAGE_WAITING);
}

static void odd_senders_are_understood(void) {
    cti_cid_message out;
    /* unknown parameters, one of no length, name before number, a blank in the number */
    CHECK_EQ(parse_body(0x80,
                        "\x20\x02XY\x15\0\x07\x03"
                        "BOB\x02\x06"
                        "555 12",
                        19, &out),
             CTI_OK);
    CHECK(strcmp(out.number, "55512") == 0 && strcmp(out.name, "BOB") == 0);
    /* the first of two numbers counts */
    CHECK_EQ(parse_body(0x80,
                        "\x02\x01"
                        "1\x02\x01"
                        "2",
                        6, &out),
             CTI_OK);
    CHECK(strcmp(out.number, "1") == 0);
    /* a name in a national code page comes up as it is, without control bytes */
    CHECK_EQ(parse_body(0x80, "\x07\x05\xcd\xf5\x1b\x07 ", 7, &out), CTI_OK);
    CHECK(strcmp(out.name, "\xcd\xf5") == 0);
}

static void malformed_messages_give_no_number(void) {
    cti_cid_message out;
    uint8_t bytes[258];
    CHECK_EQ(cti_cid_parse(NULL, 0, &out), CTI_ERR_FORMAT);
    CHECK_EQ(parse_body(0x86,
                        "\x02\x01"
                        "1",
                        3, &out),
             CTI_ERR_FORMAT); /* not ours */
    cti_cid_message m = call("5551234567", "ALICE WONG");
    int n = cti_cid_encode(&m, bytes, 258);
    for (int cut = 0; cut < n; cut++) {
        CHECK(cti_cid_parse(bytes, cut, &out) < 0);
        CHECK_EQ(out.number[0], 0);
        CHECK_EQ(out.checksum_ok, 0);
    }
    for (int i = 0; i < n; i++) { /* every single wrong bit */
        for (int bit = 0; bit < 8; bit++) {
            bytes[i] ^= (uint8_t)(1 << bit);
            CHECK(cti_cid_parse(bytes, n, &out) < 0);
            CHECK_EQ(out.number[0], 0);
            CHECK_EQ(out.name[0], 0);
            bytes[i] ^= (uint8_t)(1 << bit);
        }
    }
    /* a parameter longer than the body is dropped, those before it are kept */
    CHECK_EQ(parse_body(0x80,
                        "\x07\x02"
                        "AB\x02\x0a"
                        "123",
                        9, &out),
             CTI_OK);
    CHECK_EQ(out.number[0], 0);
    CHECK(strcmp(out.name, "AB") == 0);
    /* a number with control bytes, or longer than any number, is none; never half of one */
    CHECK_EQ(parse_body(0x80,
                        "\x02\x03"
                        "1\x07"
                        "2",
                        5, &out),
             CTI_OK);
    CHECK_EQ(out.number[0], 0);
    char body[202];
    memset(body, '7', sizeof body);
    body[0] = 2;
    body[1] = (char)200;
    CHECK_EQ(parse_body(0x80, body, 202, &out), CTI_OK);
    CHECK_EQ(out.number[0], 0);
    /* a time that is none */
    CHECK_EQ(parse_body(0x80,
                        "\x01\x08"
                        "13221430\x02\x01"
                        "1",
                        13, &out),
             CTI_OK);
    CHECK_EQ(out.datetime[0], 0);
    CHECK(strcmp(out.number, "1") == 0);
}

static void encode_refuses_what_cannot_be(void) {
    cti_cid_message m = call("123", "");
    uint8_t bytes[258];
    CHECK_EQ(cti_cid_encode(&m, bytes, 10), CTI_ERR_FULL);
    strcpy(m.datetime, "13010000");
    CHECK_EQ(cti_cid_encode(&m, bytes, 258), CTI_ERR_ARG);
    m = call("123", "");
    m.type = 0x86;
    CHECK_EQ(cti_cid_encode(&m, bytes, 258), CTI_ERR_ARG);
    m = call("123", "");
    memset(m.number, '1', sizeof m.number); /* without an end */
    CHECK_EQ(cti_cid_encode(&m, bytes, 258), CTI_ERR_ARG);
    m = call("123", "");
    m.reason = 9;
    m.number[0] = 0;
    CHECK_EQ(cti_cid_encode(&m, bytes, 258), CTI_ERR_ARG);
}

static void text_ends(const cti_cid_message *m) {
    CHECK(memchr(m->number, 0, sizeof m->number) && memchr(m->name, 0, sizeof m->name) &&
          memchr(m->datetime, 0, sizeof m->datetime));
    for (const char *c = m->number; *c; c++) {
        CHECK(*c > 0x20 && *c < 0x7f);
    }
}

/* 100,000 random and mutated messages, each in memory of exactly its size so that ASan sees a byte read
 * too many. Half are sealed with a right checksum, or nothing but the sum would be tested. */
static void hostile_bytes_do_no_harm(void) {
    uint64_t r = 0x9e3779b97f4a7c15u;
    uint8_t good[258];
    cti_cid_message m = call("5551234567", "ALICE WONG"), out;
    int size = cti_cid_encode(&m, good, 258);
    for (int round = 0; round < 100000; round++) {
        r ^= r << 13;
        r ^= r >> 7;
        r ^= r << 17;
        int n = round % 2 ? size : (int)(r % 300);
        uint8_t *bytes = malloc(n > 0 ? (size_t)n : 1);
        uint64_t s = r;
        for (int i = 0; i < n; i++) {
            s = s * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = round % 2 ? good[i] : (uint8_t)(s >> 56);
        }
        if (n >= 3) {
            bytes[(s >> 8) % (unsigned)n] = (uint8_t)(s >> 32);
            static const uint8_t types[4] = {0x04, 0x06, 0x80, 0x82};
            bytes[0] = round % 8 < 6 ? types[(s >> 16) % 4] : bytes[0];
            if (round % 4 < 2 && n <= 258) {
                seal(bytes, n - 3);
            }
        }
        int result = cti_cid_parse(bytes, n, &out);
        CHECK(result <= 0);
        CHECK_EQ(out.checksum_ok, result == CTI_OK);
        CHECK(result == CTI_OK || (!out.number[0] && !out.name[0]));
        text_ends(&out);
        free(bytes);
        if (check_failures) {
            return;
        }
    }
}

static void bursts_have_the_length_of_their_bits(void) {
    cti_cid_burst_config cfg;
    static int16_t out[20000];
    uint8_t bytes[3] = {0x80, 0, 0x80};
    cti_cid_burst_defaults(&cfg);
    int room = cti_cid_burst_samples(&cfg, 3);
    int n = cti_cid_burst(&cfg, bytes, 3, out, room);
    CHECK_NEAR(n, (300 + 180 + 30 + 8) * 20 / 3, 1);
    CHECK(n <= room);
    CHECK_EQ(cti_cid_burst(&cfg, bytes, 3, out, room - 1), CTI_ERR_FULL);
    cfg.standard = 9;
    CHECK_EQ(cti_cid_burst_samples(&cfg, 3), CTI_ERR_ARG);
    cti_cid_burst_defaults(&cfg);
    cfg.seizure_bits = 1 << 30;
    CHECK_EQ(cti_cid_burst_samples(&cfg, 3), CTI_ERR_ARG);
}

int main(void) {
    RUN(mdmf_comes_back_as_it_was_coded);
    RUN(sdmf_comes_back_as_it_was_coded);
    RUN(absence_says_why);
    RUN(message_waiting_is_no_call);
    RUN(odd_senders_are_understood);
    RUN(malformed_messages_give_no_number);
    RUN(encode_refuses_what_cannot_be);
    RUN(hostile_bytes_do_no_harm);
    RUN(bursts_have_the_length_of_their_bits);
    CHECK_END();
}
