#pragma once

/* dahdi_card: an analogue card as programs see it through the kernel's DAHDI interface, for simulations.
 *
 * What the kernel makes of a card: nodes that are opened, read, written and asked by ioctl, with its buffers,
 * its queue of events and its times of hook and ringing (dahdi-linux: include/dahdi/user.h, dahdi-base.c,
 * wctdm.c; facts only). Beneath it is a cti_board, whose ports are the card's lines: first those that face
 * an exchange (FXO ports, spoken to by FXS signalling), then those that face telephones (FXS ports, FXO
 * signalling). That board's own times of flash and pulses of telephones are taken as the kernel's.
 *
 * All its numbers are Linux's, on every system: requests as in user.h for a 64-bit process, errors as
 * negative errno, readiness as poll(2) has it. Arguments are bytes, little-endian. Nothing blocks: what would
 * is CTI_DAHDI_EAGAIN, or EINPROGRESS for a hook order that takes its time (CTI_DAHDI_BUSY until it is
 * done).
 *
 * Audio goes through the law, as in the kernel, also where it is read and written as 16 bits. A read gives
 * one buffer, and what of it finds no room is lost; while an event waits both are CTI_DAHDI_ELAST. A card
 * that was taken out says so by event 20, then CTI_DAHDI_ENODEV to whoever still holds a node; back, it is
 * as the system's start leaves it.
 *
 * Not modelled: rotary and MF receivers, CAS bits, HDLC, digital spans, wink and start on FXO ports.
 *
 * Threads: any may call anything; each call waits for the other (a lock, for this is no audio path).
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/board.h"

/* What is opened besides a channel, 1…1023, by its number. */
enum cti_dahdi_node {
    CTI_DAHDI_CTL = 0,
    CTI_DAHDI_TIMER = 1024,
    CTI_DAHDI_CHANNEL = 1025, /* bound to one by DAHDI_SPECIFY */
    CTI_DAHDI_PSEUDO = 1026
};

enum cti_dahdi_law { CTI_DAHDI_LAW_MU = 1, CTI_DAHDI_LAW_A = 2 };

enum cti_dahdi_errno {
    CTI_DAHDI_ENOENT = 2,
    CTI_DAHDI_ENXIO = 6,
    CTI_DAHDI_EAGAIN = 11,
    CTI_DAHDI_EBUSY = 16,
    CTI_DAHDI_ENODEV = 19,
    CTI_DAHDI_EINVAL = 22,
    CTI_DAHDI_EMFILE = 24,
    CTI_DAHDI_ENOTTY = 25,
    CTI_DAHDI_ENOSYS = 38,
    CTI_DAHDI_ENODATA = 61,
    CTI_DAHDI_EINPROGRESS = 115,
    CTI_DAHDI_ELAST = 500
};

enum cti_dahdi_ready {
    CTI_DAHDI_IN = 1,
    CTI_DAHDI_PRI = 2,
    CTI_DAHDI_OUT = 4,
    CTI_DAHDI_ERR = 8,
    CTI_DAHDI_HUP = 16
};

typedef struct cti_dahdi_card_config {
    int32_t fxo;        /* ports that face the exchange, 0…64, the first of the board's */
    int32_t fxs;        /* ports that face telephones; all together 1…64 */
    int32_t pseudo;     /* channels without a line, at most 64; default 16 */
    int32_t configured; /* 1: as dahdi_cfg leaves it, with fxsks, fxoks and a zone; 0: not yet; default 1 */
    int32_t law;        /* enum cti_dahdi_law, of its codecs; default mu-law */
    int32_t echo_can;   /* 1: a canceller is attached to each port (mg2); default 1 */
} cti_dahdi_card_config;

typedef struct cti_dahdi_card_status {
    int32_t open;        /* somebody holds it */
    int32_t off_hook;    /* FXO: our relay; FXS: the telephone */
    int32_t ringing;     /* FXO: the line rings; FXS: we ring */
    int32_t alarms;      /* of the channel */
    int32_t echo_can;    /* the canceller works */
    int32_t transfer;    /* FXS: on hook, with the way for audio open */
    int32_t lamp;        /* FXS: messages that VMWI told of */
    int32_t busy;        /* a hook order is under way */
    int32_t signalling;  /* as user.h has it, 0: none */
    int32_t tx_waits;    /* samples written that are still to be sent */
    int64_t overruns;    /* buffers' times that nobody read */
    int64_t underruns;   /* times that the writer came too late */
    int64_t events_lost; /* found no room among 64 */
} cti_dahdi_card_status;

typedef struct cti_dahdi_card cti_dahdi_card;

void cti_dahdi_card_defaults(cti_dahdi_card_config *cfg); /* one FXO port, none for a telephone */
/* 0 when the configuration is not valid. */
size_t cti_dahdi_card_size(const cti_dahdi_card_config *cfg);
/* line: the board beneath, of fxo + fxs ports or more; copied, its ctx must outlive this. */
int cti_dahdi_card_init(cti_dahdi_card *card, size_t size, const cti_dahdi_card_config *cfg,
                        const cti_board *line);

/* As programs see it. */

/* A node of enum cti_dahdi_node, or a channel's number: a handle, 0 or more, or a negative errno. */
int cti_dahdi_card_open(cti_dahdi_card *card, int node);
int cti_dahdi_card_close(cti_dahdi_card *card, int handle);
/* arg holds what goes in, and then what comes out: size bytes, at least as many as the request says; 0 for a
 * null pointer. Returns 0 or a negative errno. */
int cti_dahdi_card_ioctl(cti_dahdi_card *card, int handle, uint32_t request, uint8_t *arg, int size);
/* DAHDI_INDIRECT, whose argument is a pointer: a request of another channel, by the control node. */
int cti_dahdi_card_indirect(cti_dahdi_card *card, int handle, int channel, uint32_t request, uint8_t *arg,
                            int size);
/* Bytes, or a negative errno. */
int cti_dahdi_card_read(cti_dahdi_card *card, int handle, uint8_t *out, int size);
int cti_dahdi_card_write(cti_dahdi_card *card, int handle, const uint8_t *data, int size);
/* A mask of enum cti_dahdi_ready. */
int cti_dahdi_card_ready(cti_dahdi_card *card, int handle);
/* 1 while a hook order of the handle's channel is under way. */
int cti_dahdi_card_busy(cti_dahdi_card *card, int handle);

/* As the world does. */

/* 20 ms, of the line beneath from sample `at` on. Returns 0, or the line's error. */
int cti_dahdi_card_tick(cti_dahdi_card *card, int64_t at);
/* Alarms of the span, bits as user.h has them (8: red); 0: none. On hook while there is one. */
int cti_dahdi_card_alarm(cti_dahdi_card *card, int alarms);
/* 1: taken out, every line on hook; 0: put back. */
int cti_dahdi_card_removed(cti_dahdi_card *card, int removed);
/* So many events of this kind on a channel, 1…, whatever the line does: to see what a full queue is like. */
int cti_dahdi_card_events(cti_dahdi_card *card, int channel, int event, int n);
int cti_dahdi_card_status_of(cti_dahdi_card *card, int channel, cti_dahdi_card_status *status);
