#pragma once

/* cid: caller-ID messages, coded and parsed (Telcordia GR-30, ETSI EN 300 659-3).
 *
 * A message is: type, length of the body, body, checksum (two's complement of the sum of all bytes
 * before it, mod 256). SDMF bodies are MMDDhhmm and the number, or one letter for why there is none;
 * MDMF bodies are parameters of type, length, value. What the line says is hostile: parsing reads
 * nothing outside the n bytes, skips parameters it does not know, drops those that do not fit, and
 * gives no number from a message whose checksum is wrong.
 */

#include <stddef.h>
#include <stdint.h>

enum cti_cid_standard { CTI_CID_BELL202 = 1, CTI_CID_V23 = 2, CTI_CID_DTMF = 3, CTI_CID_JCLIP = 4 };

/* Beside the standard in the value of CTI_EV_CALLER_ID: a start or stop bit was wrong or a bit was
 * close to undecided, so the message counts as damaged even if its checksum happens to fit. */
enum cti_cid_flag { CTI_CID_UNSURE = 256 };

enum cti_cid_type {
    CTI_CID_SDMF_CALL = 4,     /* 0x04 */
    CTI_CID_SDMF_WAITING = 6,  /* 0x06 message waiting */
    CTI_CID_MDMF_CALL = 128,   /* 0x80 call set-up */
    CTI_CID_MDMF_WAITING = 130 /* 0x82 message waiting */
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
    int32_t type;        /* enum cti_cid_type; the first byte as it came */
    int32_t kind;        /* enum cti_cid_kind */
    int32_t checksum_ok; /* 1 or 0 */
    int32_t reason;      /* enum cti_cid_reason: why there is no number */
    int32_t name_reason; /* enum cti_cid_reason: why there is no name */
    int32_t waiting;     /* messages waiting: 1 yes, 0 none, -1 not said */
    char datetime[9];    /* MMDDhhmm, checked */
    char number[64];     /* printable ASCII, without blanks; longer or other ones are dropped */
    char name[128];      /* bytes of an unknown code page, none below 0x20 */
} cti_cid_message;

typedef struct cti_cid_burst_config {
    int32_t standard;      /* CTI_CID_BELL202 or CTI_CID_V23 */
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

/* Bell 202, 300 seizure and 180 mark bits, no stuffing, −13.5 dBm0. */
void cti_cid_burst_defaults(cti_cid_burst_config *cfg);
/* The samples of a burst of n bytes; never fewer than cti_cid_burst() writes. */
int cti_cid_burst_samples(const cti_cid_burst_config *cfg, int n);
/* The whole on-line burst of a message: seizure, mark, each byte as start bit, 8 bits (least
 * significant first) and stop bit. Returns the samples written. */
int cti_cid_burst(const cti_cid_burst_config *cfg, const uint8_t *bytes, int n, int16_t *out, int max);
