#pragma once

/* cid: caller-ID messages, coded and parsed.
 *
 * Bell 202 and V.23 (Telcordia GR-30, ETSI EN 300 659-3): type, length of the body, body, checksum (two's
 * complement of the sum of all bytes before it, mod 256). SDMF bodies are MMDDhhmm and the number, or one
 * letter for why there is none; MDMF bodies are parameters of type, length, value.
 * J-CLIP (Japan, NTT): DLE SOH, header, DLE STX, type 0x40, length, parameters, DLE ETX, CRC-16; 7 bits
 * and even parity, a DLE inside doubled, the CRC (x^16 + x^12 + x^5 + 1) over all behind SOH.
 * DTMF (EN 300 659-1 annex A): the digits themselves, in ASCII; they carry no checksum.
 *
 * What the line says is hostile: parsing reads nothing outside the n bytes, skips parameters it does not
 * know, drops those that do not fit, and gives no number from a message whose checksum is wrong.
 */

#include <stddef.h>
#include <stdint.h>

enum cti_cid_standard {
    CTI_CID_BELL202 = 1,
    CTI_CID_V23 = 2,
    CTI_CID_DTMF = 3,
    CTI_CID_JCLIP = 4,
    CTI_CID_HARDWARE = 5 /* heard by the board, which does not say how; the message is of GR-30's form */
};

/* Beside the standard in the value of CTI_EV_CALLER_ID. */
enum cti_cid_flag {
    /* A start or stop bit was wrong or a bit was close to undecided; DTMF: broken off, or out of step. The
     * message counts as damaged even if its checksum happens to fit. */
    CTI_CID_UNSURE = 256,
    /* Behind an alerting tone and without a seizure: of a second call, in the middle of one. */
    CTI_CID_IN_CALL = 512
};

enum cti_cid_type {
    CTI_CID_SDMF_CALL = 4,      /* 0x04 */
    CTI_CID_SDMF_WAITING = 6,   /* 0x06 message waiting */
    CTI_CID_MDMF_CALL = 128,    /* 0x80 call set-up */
    CTI_CID_MDMF_WAITING = 130, /* 0x82 message waiting */
    CTI_CID_JCLIP_CALL = 64     /* 0x40, inside a frame */
};

/* The ways of telling a number by DTMF. `#` alone is of the Netherlands and Denmark, `D…C` of Taiwan and
 * Kuwait. Absent numbers: A…C sends B00C (unavailable) and B10C (restricted), the others D1# (restricted)
 * and D3# (unavailable). */
enum cti_cid_dtmf_form {
    CTI_CID_DTMF_A_C = 1,    /* A number [D redirecting number] [B special] C */
    CTI_CID_DTMF_A_HASH = 2, /* A number # */
    CTI_CID_DTMF_D_C = 3,    /* D number C */
    CTI_CID_DTMF_HASH = 4    /* number # */
};

enum cti_cid_kind {
    CTI_CID_KIND_NONE = 0,
    CTI_CID_KIND_CALL = 1,
    CTI_CID_KIND_CALL_WAITING = 2,
    CTI_CID_KIND_MESSAGE_WAITING = 3
};

enum cti_cid_reason {
    CTI_CID_REASON_NONE = 0,
    CTI_CID_REASON_PRIVATE = 1,    /* "P": the caller withheld it */
    CTI_CID_REASON_UNAVAILABLE = 2 /* "O": out of area */
};

/* Text ends with a 0 byte. Empty = not in the message. */
typedef struct cti_cid_message {
    int32_t type;           /* enum cti_cid_type; the first byte as it came; DTMF: the first digit */
    int32_t kind;           /* enum cti_cid_kind */
    int32_t checksum_ok;    /* 1 or 0; -1: there is none (DTMF) */
    int32_t reason;         /* enum cti_cid_reason: why there is no number */
    int32_t name_reason;    /* enum cti_cid_reason: why there is no name */
    int32_t waiting;        /* messages waiting: 1 yes, 0 none, -1 not said */
    int32_t messages;       /* how many (EN 300 659-3, 0x13), -1 not said */
    int32_t call_type;      /* EN 300 659-3, 0x11: 1 voice, 2 ring back when free, 129 message waiting; 0 */
    int32_t forwarded;      /* EN 300 659-3, 0x15, GR-30 0x05: why it comes here: 0 not said; see below */
    char datetime[9];       /* MMDDhhmm, checked */
    char number[64];        /* printable ASCII, without blanks; longer or other ones are dropped */
    char dialled[64];       /* the number that was called */
    char redirecting[64];   /* who passed the call on */
    char complementary[64]; /* a second number of the caller (EN 300 659-3, 0x10) */
    char name[128];         /* bytes of an unknown code page, none below 0x20 */
} cti_cid_message;
/* forwarded: the byte as it came; EN 300 659-3: 1 unavailable or unknown, 2 busy, 3 no reply, 4 always,
 * 5 deflected; GR-30: '0' always, '1' busy, '2' no reply. */

typedef struct cti_cid_burst_config {
    int32_t standard;      /* CTI_CID_BELL202, CTI_CID_V23 or CTI_CID_JCLIP (its tones are V.23's) */
    int32_t seizure_bits;  /* alternating 0 1; GR-30: 300 on hook, 0 off hook */
    int32_t mark_bits;     /* GR-30: 180 on hook, 80 off hook */
    int32_t stuffing_bits; /* further marks between bytes, 0…20 */
    int32_t tail_bits;     /* marks behind the checksum */
    float level_dbm0;
} cti_cid_burst_config;

/* Codes m->type with what m holds; number or reason, name or name_reason, datetime, waiting. Returns
 * the bytes written (at most 258), CTI_ERR_FULL, or CTI_ERR_ARG for a type or text that cannot be. */
int cti_cid_encode(const cti_cid_message *m, uint8_t *out, int max);
/* Returns CTI_OK; CTI_ERR_CHECKSUM or CTI_ERR_FORMAT (unknown type, cut short), and then `out` holds
 * the type and nothing else. */
int cti_cid_parse(const uint8_t *bytes, int n, cti_cid_message *out);

/* The whole frame of J-CLIP for m's number or reason; returns its bytes. Errors as above. */
int cti_cid_jclip_encode(const cti_cid_message *m, uint8_t *out, int max);
int cti_cid_jclip_parse(const uint8_t *bytes, int n, cti_cid_message *out);
/* How long the frame that begins here is: 0 when its end has not come, CTI_ERR_FORMAT when it is none. */
int cti_cid_jclip_length(const uint8_t *bytes, int n);

/* The digits for m's number (digits only, at most 20), or reason, in one of the forms; returns how many. */
int cti_cid_dtmf_encode(int form, const cti_cid_message *m, uint8_t *out, int max);
/* CTI_ERR_FORMAT for digits that are none of the forms, and then there is no number. */
int cti_cid_dtmf_parse(const uint8_t *digits, int n, cti_cid_message *out);

/* A message of any standard (enum cti_cid_standard), as cti_cid_rx reports it. */
int cti_cid_parse_as(int standard, const uint8_t *bytes, int n, cti_cid_message *out);

/* Bell 202, 300 seizure and 180 mark bits, no stuffing, −13.5 dBm0. */
void cti_cid_burst_defaults(cti_cid_burst_config *cfg);
/* The samples of a burst of n bytes; never fewer than cti_cid_burst() writes. */
int cti_cid_burst_samples(const cti_cid_burst_config *cfg, int n);
/* The whole on-line burst of a message: seizure, mark, each byte as start bit, 8 bits (least
 * significant first) and stop bit. Returns the samples written. */
int cti_cid_burst(const cti_cid_burst_config *cfg, const uint8_t *bytes, int n, int16_t *out, int max);
