#pragma once

/* t30_frames: the frames of a fax call (ITU-T T.30, 5.3 and annex A): read and built.
 *
 * A frame is address (0xFF), control (0x03; 0x13 for the last of a turn), the fax control field (FCF) and its
 * information (FIF). Octets are as cti/hdlc.h has them, the bit that is sent first is the lowest, and come
 * without the check sequence. The FCF's first bit, X, is 1 in what the station sends that received DIS.
 */

#include <stdint.h>

/* FCF without X; DIS, CSI, NSF and DTC, CIG, NSC, PWD, SEP … have a fixed first bit (T.30, 5.3.6.1). */
enum cti_t30_fcf {
    CTI_T30_UNKNOWN = 0,
    CTI_T30_DIS = 0x80, /* what the station can do */
    CTI_T30_CSI = 0x40, /* identity of the called station */
    CTI_T30_NSF = 0x20,
    CTI_T30_DTC = 0x81, /* a poll, and what the station can do */
    CTI_T30_CIG = 0x41, /* identity of the polling station */
    CTI_T30_NSC = 0x21,
    CTI_T30_PWD = 0xC1, /* password of a poll */
    CTI_T30_SEP = 0xA1, /* which document is polled */
    CTI_T30_PSA = 0x61, /* sub-address of a poll */
    CTI_T30_CIA = 0xE1,
    CTI_T30_ISP = 0x11,
    CTI_T30_DCS = 0x82, /* what is sent, and how */
    CTI_T30_TSI = 0x42, /* identity of the sending station */
    CTI_T30_NSS = 0x22,
    CTI_T30_SUB = 0xC2, /* sub-address */
    CTI_T30_SID = 0xA2, /* sender identification, a password */
    CTI_T30_TSA = 0x62,
    CTI_T30_IRA = 0xE2,
    CTI_T30_CTC = 0x12, /* to go on correcting, at another rate */
    CTI_T30_CFR = 0x84, /* training understood */
    CTI_T30_FTT = 0x44, /* ... and not */
    CTI_T30_CTR = 0xC4, /* answers CTC */
    CTI_T30_EOM = 0x8E, /* the page ends; phase B again */
    CTI_T30_MPS = 0x4E, /* ... another follows */
    CTI_T30_EOP = 0x2E, /* ... and was the last */
    CTI_T30_EOS = 0x1E,
    CTI_T30_PRI_EOM = 0x9E, /* the same, and an operator is asked for */
    CTI_T30_PRI_MPS = 0x5E,
    CTI_T30_PRI_EOP = 0x3E,
    CTI_T30_EOR = 0xCE, /* no more correction of this block */
    CTI_T30_PPS = 0xBE, /* a block ends */
    CTI_T30_RR = 0x6E,  /* asks whether the receiver is ready */
    CTI_T30_MCF = 0x8C, /* page or block confirmed */
    CTI_T30_RTP = 0xCC, /* ... but training is wanted */
    CTI_T30_RTN = 0x4C, /* page not accepted */
    CTI_T30_PIP = 0xAC, /* accepted, and an operator is asked for */
    CTI_T30_PIN = 0x2C, /* not accepted, and an operator is asked for */
    CTI_T30_PPR = 0xBC, /* these frames again */
    CTI_T30_RNR = 0xEC, /* not ready yet */
    CTI_T30_ERR = 0x1C, /* answers EOR */
    CTI_T30_FDM = 0xFC,
    CTI_T30_TR = 0x6A,
    CTI_T30_FNV = 0xCA,
    CTI_T30_TNR = 0xEA,
    CTI_T30_PID = 0x6C,
    CTI_T30_DCN = 0xFA, /* hangs up */
    CTI_T30_CRP = 0x1A, /* the command again */
    CTI_T30_FCD = 0x06, /* page data with a frame number; fast modem */
    CTI_T30_RCP = 0x86  /* ends the page data; fast modem */
};

enum {
    CTI_T30_FRAME_HEAD = 3,     /* octets before the FIF */
    CTI_T30_ID_CHARS = 20,      /* of an identity, a sub-address, a password */
    CTI_T30_DIS_OCTETS = 16,    /* FIF that we read of DIS, DTC and DCS; what is behind it is ignored */
    CTI_T30_BLOCK_FRAMES = 256, /* annex A */
    CTI_T30_BITMAP_OCTETS = 32  /* of PPR: 1 = to be sent again, frame 0 in the lowest bit of the first */
};

typedef struct cti_t30_frame_view {
    int32_t type;       /* enum cti_t30_fcf; CTI_T30_UNKNOWN: none of them */
    int32_t is_final;   /* the last of its turn */
    int32_t x;          /* FCF's X; 0 where the first bit is fixed */
    int32_t fif_length; /* octets, 0 and more */
    const uint8_t *fif; /* in what was parsed */
    /* PPS and EOR; -1 where the frame has none. */
    int32_t post; /* enum cti_t30_fcf, CTI_T30_UNKNOWN for NULL (more blocks of the page follow) */
    int32_t page, block,
        frames;     /* PPS: of the call from 0, of the page from 0 (each modulo 256), in the block */
    int32_t number; /* FCD: 0…255; its data are fif + 1 */
} cti_t30_frame_view;

/* Reads a frame of any octets. CTI_ERR_FORMAT: no T.30 frame (too short, another address, or PPS, EOR, FCD
 * or PPR without the information that they must have). */
int cti_t30_frame_parse(const uint8_t *octets, int n, cti_t30_frame_view *out);
/* Writes address, control, FCF with X, and FIF; returns the octets, CTI_ERR_FULL. */
int cti_t30_frame_build(int type, int x, int is_final, const uint8_t *fif, int fif_length, uint8_t *out,
                        int max);
/* T.30's own abbreviation, "PRI-EOP"; never null; "unknown". */
const char *cti_t30_frame_name(int type);
/* What it means, in English: "the page ends and was the last"; never null. */
const char *cti_t30_frame_words(int type);

/* Identities: the FIF of CSI, TSI, CIG, SUB, SEP, PWD, SID, PSA (5.3.6.2.4 and following). */

/* Reads what 20 octets say, without blanks at the ends; other than printable ASCII becomes '?'. `text` has 21
 * characters. Returns its length. */
int cti_t30_id_parse(const uint8_t *fif, int n, char *text);
/* Writes 20 octets. CTI_ERR_ARG: longer than 20, or other than digits, blank, + * # in it. */
int cti_t30_id_build(const char *text, uint8_t *fif);

/* Fields of DIS, DTC and DCS (5.3.6.2.1 to 3, table 2). Bits count from 1, as there. */
enum cti_t30_field {
    CTI_T30_F_STORE_FORWARD = 0,
    CTI_T30_F_INTERNET,
    CTI_T30_F_MOBILE,
    CTI_T30_F_V8,
    CTI_T30_F_FRAME_64_WISH,
    CTI_T30_F_POLL,    /* DIS, DTC: has a document to be polled */
    CTI_T30_F_RECEIVE, /* can receive; in DCS: receives */
    CTI_T30_F_RATE,    /* four bits: cti_t30_rate… */
    CTI_T30_F_FINE,    /* R8 x 7.7 a mm, or 200 x 200 an inch */
    CTI_T30_F_MR,
    CTI_T30_F_WIDTH,    /* two bits */
    CTI_T30_F_LENGTH,   /* two bits */
    CTI_T30_F_ROW_TIME, /* three bits */
    CTI_T30_F_UNCOMPRESSED,
    CTI_T30_F_ECM,
    CTI_T30_F_FRAME_64, /* DCS: frames of 64 octets */
    CTI_T30_F_MMR,
    CTI_T30_F_MULTIPLE_POLL,
    CTI_T30_F_POLLED_SUBADDRESS,
    CTI_T30_F_T43,
    CTI_T30_F_PLANES,
    CTI_T30_F_VOICE_CODING,
    CTI_T30_F_SUPERFINE, /* R8 x 15.4 a mm */
    CTI_T30_F_300,
    CTI_T30_F_400,  /* R16 x 15.4 a mm, or 400 x 400 an inch */
    CTI_T30_F_INCH, /* DIS: inches preferred; DCS: inches */
    CTI_T30_F_METRIC,
    CTI_T30_F_ROW_TIME_HALF, /* the shortest time of a row at 15.4 is half of that at 7.7 */
    CTI_T30_F_SELECTIVE_POLL,
    CTI_T30_F_SUBADDRESS,
    CTI_T30_F_PASSWORD,
    CTI_T30_F_POLL_FILE,
    CTI_T30_F_BFT,
    CTI_T30_F_DTM,
    CTI_T30_F_EDI,
    CTI_T30_F_BTM,
    CTI_T30_F_POLL_CHARACTERS,
    CTI_T30_F_CHARACTERS,
    CTI_T30_F_MIXED,
    CTI_T30_F_PROCESSABLE,
    CTI_T30_F_DIGITAL,
    CTI_T30_F_DUPLEX,
    CTI_T30_F_JPEG,
    CTI_T30_F_COLOUR,
    CTI_T30_F_12_BITS,
    CTI_T30_F_NO_SUBSAMPLING,
    CTI_T30_F_ILLUMINANT,
    CTI_T30_F_GAMUT,
    CTI_T30_F_LETTER,
    CTI_T30_F_LEGAL,
    CTI_T30_F_T85,
    CTI_T30_F_T85_STRIPES,
    CTI_T30_FIELDS
};

/* The value of a field, the bit with the lowest number the highest; 0 where the FIF ends before it or an
 * extend bit (24, 32, 40 …) says that it does. CTI_ERR_ARG: no such field. */
int cti_t30_field_get(const uint8_t *fif, int n, int field);
/* Writes a field into CTI_T30_DIS_OCTETS octets. CTI_ERR_ARG. */
int cti_t30_field_put(uint8_t *fif, int field, int value);
/* Sets the extend bits that the written bits need; returns the octets of the FIF, 3 and more. */
int cti_t30_field_close(uint8_t *fif);
/* Its first bit as T.30 counts, how many bits, and what it means, in English. CTI_ERR_ARG. */
int cti_t30_field_about(int field, int32_t *first, int32_t *bits, const char **words);
/* What a value of it says, in English, in DCS (is_dcs) or DIS and DTC: "9600 V.29"; null where the value is
 * without meaning, or is 0 or 1 and says nothing but no or yes. */
const char *cti_t30_field_value(int field, int value, int is_dcs);

/* A page as DCS has it, or the best that DIS has. */
enum cti_t30_resolution {                       /* a mask; rows a mm */
                          CTI_T30_STANDARD = 1, /* R8 x 3.85 */
                          CTI_T30_FINE = 2,     /* R8 x 7.7, 200 x 200 an inch */
                          CTI_T30_SUPERFINE = 4 /* R8 x 15.4 */
};
enum cti_t30_width {                 /* a mask */
                     CTI_T30_A4 = 1, /* 1728 pixels */
                     CTI_T30_B4 = 2, /* 2048 */
                     CTI_T30_A3 = 4  /* 2432 */
};
typedef struct cti_t30_ability { /* of DIS and DTC; of DCS: what was chosen */
    int32_t can_receive, has_document;
    int32_t modems;              /* mask of 1 << enum cti_fax_modem */
    int32_t bit_rate;            /* highest; DCS: the rate; 0: not valid */
    int32_t ecm, frame_octets;   /* 256 or 64 */
    int32_t mr, mmr;             /* MH is always there */
    int32_t widths, resolutions; /* masks */
    int32_t row_ms[3];           /* shortest time of a row: standard, fine, superfine */
    int32_t subaddress, password, selective_poll;
    int32_t foreign; /* DCS: something that we have not: 300 or 400 an inch, JPEG, T.43, T.85, files … */
} cti_t30_ability;

void cti_t30_ability_parse(const uint8_t *fif, int n, int is_dcs, cti_t30_ability *out);
/* Writes CTI_T30_DIS_OCTETS octets; returns those of the FIF. CTI_ERR_ARG: DCS: no such modem and rate. */
int cti_t30_ability_build(const cti_t30_ability *a, int is_dcs, uint8_t *fif);
