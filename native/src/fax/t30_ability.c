/* What DIS, DTC and DCS say, as numbers (T.30, table 2). */
#include <string.h>

#include "cti/error.h"
#include "cti/fax_modem_tx.h"
#include "cti/t30_frames.h"

enum {
    V27TER = 1 << CTI_FAX_MODEM_V27TER,
    V29 = 1 << CTI_FAX_MODEM_V29,
    V17 = 1 << CTI_FAX_MODEM_V17,
    NOT_VALID = -1
};

/* Bits 11 to 14: of DIS, what the station has; of DCS, what is sent. V.33 is nobody's any more: what else
 * such a station has is taken. */
static const struct {
    int modems, bit_rate;
} DIS_RATES[16] = {[0] = {V27TER, 2400},
                   [4] = {V27TER, 4800},
                   [8] = {V29, 9600},
                   [12] = {V27TER | V29, 9600},
                   [13] = {V27TER | V29 | V17, 14400},
                   [14] = {V27TER | V29, 9600}},
  DCS_RATES[16] = {[0] = {V27TER, 2400}, [4] = {V27TER, 4800}, [8] = {V29, 9600}, [12] = {V29, 7200},
                   [1] = {V17, 14400},   [5] = {V17, 12000},   [9] = {V17, 9600}, [13] = {V17, 7200}};

/* Bits 17 and 18. DIS: (1,1) is not valid and read as (0,1). */
static const int DIS_WIDTHS[4] = {CTI_T30_A4, CTI_T30_A4 | CTI_T30_B4 | CTI_T30_A3, CTI_T30_A4 | CTI_T30_B4,
                                  CTI_T30_A4 | CTI_T30_B4 | CTI_T30_A3};
static const int DCS_WIDTHS[4] = {CTI_T30_A4, CTI_T30_A3, CTI_T30_B4, 0};

/* Bits 21 to 23: at standard, at fine. */
static const int ROW_MS[8][2] = {{20, 20}, {40, 40}, {10, 10}, {10, 5}, {5, 5}, {40, 20}, {20, 10}, {0, 0}};

/* Fields of DCS that choose what we do not have. */
static const int FOREIGN[] = {CTI_T30_F_300,          CTI_T30_F_400,          CTI_T30_F_T43,
                              CTI_T30_F_JPEG,         CTI_T30_F_BFT,          CTI_T30_F_DTM,
                              CTI_T30_F_EDI,          CTI_T30_F_BTM,          CTI_T30_F_T85,
                              CTI_T30_F_CHARACTERS,   CTI_T30_F_MIXED,        CTI_T30_F_PROCESSABLE,
                              CTI_T30_F_UNCOMPRESSED, CTI_T30_F_VOICE_CODING, CTI_T30_F_T85_STRIPES};

static int get(const uint8_t *fif, int n, int field) {
    return cti_t30_field_get(fif, n, field);
}

void cti_t30_ability_parse(const uint8_t *fif, int n, int is_dcs, cti_t30_ability *out) {
    static const uint8_t nothing[1];
    memset(out, 0, sizeof *out);
    if (fif == NULL || n < 0) {
        fif = nothing;
        n = 0;
    }
    int rate = get(fif, n, CTI_T30_F_RATE), width = get(fif, n, CTI_T30_F_WIDTH);
    const int *ms = ROW_MS[get(fif, n, CTI_T30_F_ROW_TIME)];
    int superfine = get(fif, n, CTI_T30_F_SUPERFINE), fine = get(fif, n, CTI_T30_F_FINE);
    out->can_receive = get(fif, n, CTI_T30_F_RECEIVE);
    out->has_document = get(fif, n, CTI_T30_F_POLL);
    out->modems = is_dcs ? DCS_RATES[rate].modems : DIS_RATES[rate].modems;
    out->bit_rate = is_dcs ? DCS_RATES[rate].bit_rate : DIS_RATES[rate].bit_rate;
    out->ecm = get(fif, n, CTI_T30_F_ECM);
    out->frame_octets = get(fif, n, is_dcs ? CTI_T30_F_FRAME_64 : CTI_T30_F_FRAME_64_WISH) ? 64 : 256;
    out->mr = get(fif, n, CTI_T30_F_MR);
    out->mmr = get(fif, n, CTI_T30_F_MMR);
    out->widths = is_dcs ? DCS_WIDTHS[width] : DIS_WIDTHS[width];
    if (is_dcs)
        out->resolutions = superfine ? CTI_T30_SUPERFINE : fine ? CTI_T30_FINE : CTI_T30_STANDARD;
    else
        out->resolutions = CTI_T30_STANDARD | (fine ? CTI_T30_FINE : 0) | (superfine ? CTI_T30_SUPERFINE : 0);
    out->row_ms[0] = ms[0];
    out->row_ms[1] = is_dcs ? ms[0] : ms[1];
    out->row_ms[2] = out->row_ms[1] / (!is_dcs && get(fif, n, CTI_T30_F_ROW_TIME_HALF) ? 2 : 1);
    out->subaddress = get(fif, n, CTI_T30_F_SUBADDRESS);
    out->password = get(fif, n, CTI_T30_F_PASSWORD);
    out->selective_poll = get(fif, n, CTI_T30_F_SELECTIVE_POLL);
    for (size_t i = 0; is_dcs && i < sizeof FOREIGN / sizeof FOREIGN[0]; i++)
        out->foreign |= get(fif, n, FOREIGN[i]);
}

/* The value of bits 11 to 14; for DIS the one that says the most of what there is. */
static int rate_value(const cti_t30_ability *a, int is_dcs) {
    static const int dis[] = {13, 12, 8, 4, 0};
    for (size_t i = 0; !is_dcs && i < sizeof dis / sizeof dis[0]; i++) {
        int modems = DIS_RATES[dis[i]].modems;
        if ((a->modems & modems) == modems && (dis[i] != 4 || a->bit_rate >= 4800))
            return dis[i];
    }
    for (int i = 0; is_dcs && i < 16; i++)
        if (DCS_RATES[i].modems != 0 && DCS_RATES[i].modems == a->modems &&
            DCS_RATES[i].bit_rate == a->bit_rate)
            return i;
    return NOT_VALID;
}

static int width_value(int widths, int is_dcs) {
    const int *values = is_dcs ? DCS_WIDTHS : DIS_WIDTHS;
    for (int i = 0; i < 3; i++)
        if (values[i] == widths)
            return i;
    return NOT_VALID;
}

static int row_time_value(const cti_t30_ability *a, int is_dcs) {
    for (int i = 0; i < 8; i++)
        if (ROW_MS[i][0] == a->row_ms[0] && ROW_MS[i][1] == (is_dcs ? a->row_ms[0] : a->row_ms[1]))
            return i;
    return NOT_VALID;
}

int cti_t30_ability_build(const cti_t30_ability *a, int is_dcs, uint8_t *fif) {
    if (a == NULL || fif == NULL)
        return CTI_ERR_ARG;
    int rate = rate_value(a, is_dcs), width = width_value(a->widths, is_dcs);
    int row_time = row_time_value(a, is_dcs);
    if (rate == NOT_VALID || width == NOT_VALID || row_time == NOT_VALID)
        return CTI_ERR_ARG;
    const struct {
        int field, value;
    } put[] = {
        {CTI_T30_F_RECEIVE, is_dcs || a->can_receive},
        {CTI_T30_F_POLL, !is_dcs && a->has_document},
        {CTI_T30_F_RATE, rate},
        {CTI_T30_F_FINE, (a->resolutions & (is_dcs ? CTI_T30_FINE : CTI_T30_FINE | CTI_T30_SUPERFINE)) != 0},
        {CTI_T30_F_MR, a->mr != 0},
        {CTI_T30_F_WIDTH, width},
        {CTI_T30_F_LENGTH, 1},
        {CTI_T30_F_ROW_TIME, row_time},
        {CTI_T30_F_ECM, a->ecm != 0},
        {CTI_T30_F_FRAME_64, is_dcs && a->ecm && a->frame_octets == 64},
        {CTI_T30_F_FRAME_64_WISH, !is_dcs && a->ecm && a->frame_octets == 64},
        {CTI_T30_F_MMR, a->mmr != 0},
        {CTI_T30_F_SUPERFINE, (a->resolutions & CTI_T30_SUPERFINE) != 0},
        {CTI_T30_F_METRIC, !is_dcs && (a->resolutions & CTI_T30_SUPERFINE) != 0},
        {CTI_T30_F_SELECTIVE_POLL, !is_dcs && a->selective_poll},
        {CTI_T30_F_SUBADDRESS, a->subaddress != 0},
        {CTI_T30_F_PASSWORD, a->password != 0}};
    memset(fif, 0, CTI_T30_DIS_OCTETS);
    for (size_t i = 0; i < sizeof put / sizeof put[0]; i++)
        (void)cti_t30_field_put(fif, put[i].field, put[i].value);
    return cti_t30_field_close(fif);
}
