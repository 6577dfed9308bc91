/* The bits of DIS, DTC and DCS (T.30, table 2): the one table. */
#include <string.h>

#include "cti/error.h"
#include "cti/t30_frames.h"

enum { FIRST_EXTEND_BIT = 24 };

static const struct {
    int16_t first, bits;
    const char *words;
} FIELDS[CTI_T30_FIELDS] = {
    [CTI_T30_F_STORE_FORWARD] = {1, 1, "store and forward over the Internet (T.37)"},
    [CTI_T30_F_INTERNET] = {3, 1, "in real time over the Internet (T.38)"},
    [CTI_T30_F_MOBILE] = {4, 1, "over a mobile network"},
    [CTI_T30_F_V8] = {6, 1, "V.8"},
    [CTI_T30_F_FRAME_64_WISH] = {7, 1, "frames of 64 octets preferred"},
    [CTI_T30_F_POLL] = {9, 1, "has a document to be polled"},
    [CTI_T30_F_RECEIVE] = {10, 1, "receives"},
    [CTI_T30_F_RATE] = {11, 4, "rate"},
    [CTI_T30_F_FINE] = {15, 1, "fine: 7.7 rows a mm or 200 x 200 an inch"},
    [CTI_T30_F_MR] = {16, 1, "MR"},
    [CTI_T30_F_WIDTH] = {17, 2, "width"},
    [CTI_T30_F_LENGTH] = {19, 2, "length"},
    [CTI_T30_F_ROW_TIME] = {21, 3, "shortest time of a row"},
    [CTI_T30_F_UNCOMPRESSED] = {26, 1, "uncompressed mode"},
    [CTI_T30_F_ECM] = {27, 1, "error correction"},
    [CTI_T30_F_FRAME_64] = {28, 1, "frames of 64 octets"},
    [CTI_T30_F_MMR] = {31, 1, "MMR"},
    [CTI_T30_F_MULTIPLE_POLL] = {34, 1, "several documents polled in a call"},
    [CTI_T30_F_POLLED_SUBADDRESS] = {35, 1, "sub-address of a poll"},
    [CTI_T30_F_T43] = {36, 1, "T.43"},
    [CTI_T30_F_PLANES] = {37, 1, "planes interleaved"},
    [CTI_T30_F_VOICE_CODING] = {38, 1, "voice of 32 kbit/s (G.726)"},
    [CTI_T30_F_SUPERFINE] = {41, 1, "superfine: 15.4 rows a mm"},
    [CTI_T30_F_300] = {42, 1, "300 x 300 an inch"},
    [CTI_T30_F_400] = {43, 1, "R16 x 15.4 a mm or 400 x 400 an inch"},
    [CTI_T30_F_INCH] = {44, 1, "inches"},
    [CTI_T30_F_METRIC] = {45, 1, "metric preferred"},
    [CTI_T30_F_ROW_TIME_HALF] = {46, 1, "half the time of a row in superfine"},
    [CTI_T30_F_SELECTIVE_POLL] = {47, 1, "selective polling"},
    [CTI_T30_F_SUBADDRESS] = {49, 1, "sub-address"},
    [CTI_T30_F_PASSWORD] = {50, 1, "password or sender identification"},
    [CTI_T30_F_POLL_FILE] = {51, 1, "has a file to be polled"},
    [CTI_T30_F_BFT] = {53, 1, "binary file transfer"},
    [CTI_T30_F_DTM] = {54, 1, "document transfer mode"},
    [CTI_T30_F_EDI] = {55, 1, "EDIFACT"},
    [CTI_T30_F_BTM] = {57, 1, "basic transfer mode"},
    [CTI_T30_F_POLL_CHARACTERS] = {59, 1, "has a document of characters to be polled"},
    [CTI_T30_F_CHARACTERS] = {60, 1, "character mode"},
    [CTI_T30_F_MIXED] = {62, 1, "mixed mode"},
    [CTI_T30_F_PROCESSABLE] = {65, 1, "processable mode"},
    [CTI_T30_F_DIGITAL] = {66, 1, "digital network"},
    [CTI_T30_F_DUPLEX] = {67, 1, "duplex"},
    [CTI_T30_F_JPEG] = {68, 1, "JPEG"},
    [CTI_T30_F_COLOUR] = {69, 1, "colour"},
    [CTI_T30_F_12_BITS] = {71, 1, "12 bits a colour"},
    [CTI_T30_F_NO_SUBSAMPLING] = {73, 1, "colour without subsampling"},
    [CTI_T30_F_ILLUMINANT] = {74, 1, "another illuminant"},
    [CTI_T30_F_GAMUT] = {75, 1, "another gamut"},
    [CTI_T30_F_LETTER] = {76, 1, "Letter paper (215.9 x 279.4 mm)"},
    [CTI_T30_F_LEGAL] = {77, 1, "Legal paper (215.9 x 355.6 mm)"},
    [CTI_T30_F_T85] = {78, 1, "JBIG (T.85)"},
    [CTI_T30_F_T85_STRIPES] = {79, 1, "JBIG (T.85) with other stripes"},
};

/* What the values of more than a bit mean: DIS and DTC, DCS. */
static const char *const RATES[2][16] = {{[0] = "V.27ter, 2400 only",
                                          [4] = "V.27ter",
                                          [8] = "V.29",
                                          [12] = "V.27ter, V.29",
                                          [13] = "V.27ter, V.29, V.17",
                                          [14] = "V.27ter, V.29, V.33"},
                                         {[0] = "2400 V.27ter",
                                          [4] = "4800 V.27ter",
                                          [8] = "9600 V.29",
                                          [12] = "7200 V.29",
                                          [2] = "14400 V.33",
                                          [6] = "12000 V.33",
                                          [1] = "14400 V.17",
                                          [5] = "12000 V.17",
                                          [9] = "9600 V.17",
                                          [13] = "7200 V.17"}};
static const char *const WIDTHS[2][4] = {{"A4: 1728 pixels", "A4, B4, A3", "A4, B4", "A4, B4, A3"},
                                         {"A4: 1728 pixels", "A3: 2432 pixels", "B4: 2048 pixels", NULL}};
static const char *const LENGTHS[2][4] = {{"A4", "unlimited", "A4, B4", NULL},
                                          {"A4", "unlimited", "B4", NULL}};
static const char *const ROW_TIMES[2][8] = {
    {"20 ms", "40 ms", "10 ms", "10 ms, fine 5 ms", "5 ms", "40 ms, fine 20 ms", "20 ms, fine 10 ms", "0 ms"},
    {"20 ms", "40 ms", "10 ms", NULL, "5 ms", NULL, NULL, "0 ms"}};

static int is_field(int field) {
    return field >= 0 && field < CTI_T30_FIELDS;
}

/* How many bits the FIF says it has: the first three octets are always there. */
static int bits_said(const uint8_t *fif, int n) {
    int bits = 8 * (n < CTI_T30_DIS_OCTETS ? n : CTI_T30_DIS_OCTETS);
    for (int last = FIRST_EXTEND_BIT; last < bits; last += 8)
        if (!(fif[last / 8 - 1] & 0x80))
            return last;
    return bits;
}

int cti_t30_field_get(const uint8_t *fif, int n, int field) {
    if (fif == NULL || n < 0 || !is_field(field))
        return CTI_ERR_ARG;
    int value = 0, said = bits_said(fif, n);
    for (int i = 0; i < FIELDS[field].bits; i++) {
        int at = FIELDS[field].first - 1 + i;
        value = value << 1 | (at < said && (fif[at / 8] >> at % 8 & 1));
    }
    return value;
}

int cti_t30_field_put(uint8_t *fif, int field, int value) {
    if (fif == NULL || !is_field(field) || value < 0 || value >= 1 << FIELDS[field].bits)
        return CTI_ERR_ARG;
    for (int i = 0; i < FIELDS[field].bits; i++) {
        int at = FIELDS[field].first - 1 + i, one = value >> (FIELDS[field].bits - 1 - i) & 1;
        fif[at / 8] = (uint8_t)((fif[at / 8] & ~(1 << at % 8)) | one << at % 8);
    }
    return CTI_OK;
}

int cti_t30_field_close(uint8_t *fif) {
    int n = CTI_T30_DIS_OCTETS;
    if (fif == NULL)
        return CTI_ERR_ARG;
    while (n > FIRST_EXTEND_BIT / 8 && (fif[n - 1] & 0x7F) == 0)
        n--;
    for (int i = FIRST_EXTEND_BIT / 8 - 1; i < n; i++)
        fif[i] = (uint8_t)((fif[i] & 0x7F) | (i < n - 1 ? 0x80 : 0));
    return n;
}

int cti_t30_field_about(int field, int32_t *first, int32_t *bits, const char **words) {
    if (!is_field(field) || first == NULL || bits == NULL || words == NULL)
        return CTI_ERR_ARG;
    *first = FIELDS[field].first;
    *bits = FIELDS[field].bits;
    *words = FIELDS[field].words;
    return CTI_OK;
}

const char *cti_t30_field_value(int field, int value, int is_dcs) {
    if (!is_field(field) || value < 0 || value >= 1 << FIELDS[field].bits)
        return NULL;
    int of = is_dcs != 0;
    switch (field) {
    case CTI_T30_F_RATE:
        return RATES[of][value];
    case CTI_T30_F_WIDTH:
        return WIDTHS[of][value];
    case CTI_T30_F_LENGTH:
        return LENGTHS[of][value];
    case CTI_T30_F_ROW_TIME:
        return ROW_TIMES[of][value];
    default:
        return NULL;
    }
}
