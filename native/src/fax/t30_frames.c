#include "cti/t30_frames.h"

#include <string.h>

#include "cti/error.h"

enum { ADDRESS = 0xFF, CONTROL = 0x03, CONTROL_FINAL = 0x13 };

typedef struct named {
    int type;
    const char *name, *words;
} named;

/* T.30, 5.3.6.1 and A.4. */
static const named NAMES[] = {
    {CTI_T30_DIS, "DIS", "what the called station can do"},
    {CTI_T30_CSI, "CSI", "identity of the called station"},
    {CTI_T30_NSF, "NSF", "non-standard facilities of the called station"},
    {CTI_T30_DTC, "DTC", "polls, and what the polling station can do"},
    {CTI_T30_CIG, "CIG", "identity of the polling station"},
    {CTI_T30_NSC, "NSC", "non-standard facilities of the polling station"},
    {CTI_T30_PWD, "PWD", "password of the poll"},
    {CTI_T30_SEP, "SEP", "which document is polled"},
    {CTI_T30_PSA, "PSA", "sub-address of the poll"},
    {CTI_T30_CIA, "CIA", "Internet address of the polling station"},
    {CTI_T30_ISP, "ISP", "Internet address that is polled"},
    {CTI_T30_DCS, "DCS", "what will be sent, and how"},
    {CTI_T30_TSI, "TSI", "identity of the sending station"},
    {CTI_T30_NSS, "NSS", "non-standard facilities chosen"},
    {CTI_T30_SUB, "SUB", "sub-address"},
    {CTI_T30_SID, "SID", "identification of the sender (password)"},
    {CTI_T30_TSA, "TSA", "Internet address of the sending station"},
    {CTI_T30_IRA, "IRA", "Internet address that is sent to"},
    {CTI_T30_CTC, "CTC", "goes on correcting, at this rate"},
    {CTI_T30_CFR, "CFR", "training understood, ready to receive"},
    {CTI_T30_FTT, "FTT", "training not understood"},
    {CTI_T30_CTR, "CTR", "ready to be corrected"},
    {CTI_T30_EOM, "EOM", "the page ends, a document of another kind follows"},
    {CTI_T30_MPS, "MPS", "the page ends, another follows"},
    {CTI_T30_EOP, "EOP", "the page ends and was the last"},
    {CTI_T30_EOS, "EOS", "the selected document ends, another follows"},
    {CTI_T30_PRI_EOM, "PRI-EOM",
     "the page ends, a document of another kind follows, an operator is asked for"},
    {CTI_T30_PRI_MPS, "PRI-MPS", "the page ends, another follows, an operator is asked for"},
    {CTI_T30_PRI_EOP, "PRI-EOP", "the page ends and was the last, an operator is asked for"},
    {CTI_T30_EOR, "EOR", "no more correction of this block"},
    {CTI_T30_PPS, "PPS", "a block of the page ends"},
    {CTI_T30_RR, "RR", "asks whether the receiver is ready"},
    {CTI_T30_MCF, "MCF", "page or block confirmed"},
    {CTI_T30_RTP, "RTP", "page accepted, training is wanted again"},
    {CTI_T30_RTN, "RTN", "page not accepted"},
    {CTI_T30_PIP, "PIP", "page accepted, an operator is asked for"},
    {CTI_T30_PIN, "PIN", "page not accepted, an operator is asked for"},
    {CTI_T30_PPR, "PPR", "these frames of the block again"},
    {CTI_T30_RNR, "RNR", "receiver not ready yet"},
    {CTI_T30_ERR, "ERR", "end of correction accepted"},
    {CTI_T30_FDM, "FDM", "diagnosis of a file"},
    {CTI_T30_TR, "TR", "transmit ready"},
    {CTI_T30_FNV, "FNV", "a field is not valid"},
    {CTI_T30_TNR, "TNR", "transmit not ready"},
    {CTI_T30_PID, "PID", "page accepted, the rest is interrupted"},
    {CTI_T30_DCN, "DCN", "hangs up"},
    {CTI_T30_CRP, "CRP", "asks for the command again"},
    {CTI_T30_FCD, "FCD", "page data"},
    {CTI_T30_RCP, "RCP", "the page data end"},
};

static const named *find(int type) {
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (NAMES[i].type == type)
            return &NAMES[i];
    return NULL;
}

const char *cti_t30_frame_name(int type) {
    const named *n = find(type);
    return n != NULL ? n->name : "unknown";
}

const char *cti_t30_frame_words(int type) {
    const named *n = find(type);
    return n != NULL ? n->words : "a frame that T.30 does not name";
}

/* The first bit is fixed where the next three are 0 (the initial identification), and in FCD and RCP. */
static int has_x(int fcf) {
    return (fcf & 0x0E) != 0 && (fcf & 0x7E) != CTI_T30_FCD;
}

static int is_post(int type) {
    return (type & 0x0F) == 0x0E && type != CTI_T30_EOR && type != CTI_T30_RR && type != CTI_T30_PPS &&
           find(type) != NULL;
}

/* Annex A: what PPS, EOR, FCD and PPR must have. */
static int read_annex_a(cti_t30_frame_view *f) {
    static const struct {
        int type, least;
    } NEEDS[] = {{CTI_T30_PPS, 4}, {CTI_T30_EOR, 1}, {CTI_T30_FCD, 1}, {CTI_T30_PPR, 1}};
    for (size_t i = 0; i < sizeof NEEDS / sizeof NEEDS[0]; i++)
        if (f->type == NEEDS[i].type && f->fif_length < NEEDS[i].least)
            return CTI_ERR_FORMAT;
    if (f->type == CTI_T30_FCD)
        f->number = f->fif[0];
    if (f->type == CTI_T30_PPS || f->type == CTI_T30_EOR) {
        f->post = f->fif[0] == 0 ? CTI_T30_UNKNOWN : f->fif[0] & 0xFE;
        if (f->fif[0] != 0 && !is_post(f->post))
            return CTI_ERR_FORMAT;
    }
    if (f->type == CTI_T30_PPS) {
        f->page = f->fif[1];
        f->block = f->fif[2];
        f->frames = f->fif[3] + 1;
    }
    return CTI_OK;
}

int cti_t30_frame_parse(const uint8_t *octets, int n, cti_t30_frame_view *out) {
    if (octets == NULL || out == NULL)
        return CTI_ERR_ARG;
    *out = (cti_t30_frame_view){.post = -1, .page = -1, .block = -1, .frames = -1, .number = -1};
    if (n < CTI_T30_FRAME_HEAD || octets[0] != ADDRESS || (octets[1] | 0x10) != CONTROL_FINAL)
        return CTI_ERR_FORMAT;
    int x = has_x(octets[2]), type = x ? octets[2] & 0xFE : octets[2];
    out->type = find(type) != NULL ? type : CTI_T30_UNKNOWN;
    out->is_final = octets[1] == CONTROL_FINAL;
    out->x = x ? octets[2] & 1 : 0;
    out->fif = octets + CTI_T30_FRAME_HEAD;
    out->fif_length = n - CTI_T30_FRAME_HEAD;
    return read_annex_a(out);
}

int cti_t30_frame_build(int type, int x, int is_final, const uint8_t *fif, int fif_length, uint8_t *out,
                        int max) {
    if (out == NULL || fif_length < 0 || (fif == NULL && fif_length > 0))
        return CTI_ERR_ARG;
    if (max < CTI_T30_FRAME_HEAD + fif_length)
        return CTI_ERR_FULL;
    out[0] = ADDRESS;
    out[1] = is_final ? CONTROL_FINAL : CONTROL;
    out[2] = (uint8_t)(has_x(type) ? type | (x != 0) : type);
    if (fif_length > 0)
        memcpy(out + CTI_T30_FRAME_HEAD, fif, (size_t)fif_length);
    return CTI_T30_FRAME_HEAD + fif_length;
}

/* The last character is sent first; blanks follow the first one. */
int cti_t30_id_parse(const uint8_t *fif, int n, char *text) {
    int length = 0, from = 0;
    if (fif == NULL || text == NULL)
        return CTI_ERR_ARG;
    for (int i = (n < CTI_T30_ID_CHARS ? n : CTI_T30_ID_CHARS) - 1; i >= 0; i--)
        text[length++] = (char)(fif[i] == 0 ? ' ' : fif[i] < 0x20 || fif[i] > 0x7E ? '?' : fif[i]);
    while (length > 0 && text[length - 1] == ' ')
        length--;
    while (from < length && text[from] == ' ')
        from++;
    memmove(text, text + from, (size_t)(length - from));
    text[length - from] = '\0';
    return length - from;
}

int cti_t30_id_build(const char *text, uint8_t *fif) {
    if (text == NULL || fif == NULL)
        return CTI_ERR_ARG;
    size_t length = strlen(text);
    if (length > CTI_T30_ID_CHARS || strspn(text, "0123456789 +*#") != length)
        return CTI_ERR_ARG;
    memset(fif, ' ', CTI_T30_ID_CHARS);
    for (size_t i = 0; i < length; i++)
        fif[i] = (uint8_t)text[length - 1 - i];
    return CTI_OK;
}
