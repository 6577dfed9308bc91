/* The memory of a simulated card: this struct, then its channels. */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cti/dahdi_card.h"
#include "cti/dtmf_tx.h"
#include "dahdi/numbers.h"

enum {
    CARD_TICK = 160,
    CARD_MS = 8, /* samples */
    CARD_HANDLES = 256,
    CARD_EVENTS = 64, /* of a channel, as the kernel keeps */
    CARD_LINE_EVENTS = 256,
    CARD_DIAL = 256,
    CARD_TIMES = 11,
    CARD_CADENCE = 16,
    CARD_ZONES = 32,
    CARD_BEFORE_ECHO = 10, /* the first of the monitors that hear the echo */
    CARD_TUNE = 9,         /* octets of a port's tuning: the impedance, and eight taps */
    CARD_DIGIT = 2048      /* samples of a digit and its pause, at most */
};

enum card_kind { CARD_FXO, CARD_FXS, CARD_PSEUDO };

/* The kernel's txstate, as far as an analogue port has it. */
enum card_hook { HOOK_ON, HOOK_OFF, HOOK_FLASH, HOOK_RINGS, HOOK_PAUSES, HOOK_CUT, HOOK_GUARD };

enum card_dialling { CARD_DIAL_NONE, CARD_DIAL_ON, CARD_DIAL_PULSES };

/* Buffers of one direction, in the law's octets: numbufs of them, a ring. */
typedef struct card_buffers {
    uint8_t octet[DAHDI_MOST_SAMPLES];
    int32_t length[DAHDI_MOST_BUFFERS]; /* of each that is full */
    int32_t first, count;               /* full ones */
    int32_t at;                         /* received: of the one being filled; sent: taken of the first */
    int32_t dry;                        /* lost or missing since the last that was whole */
} card_buffers;

typedef struct card_channel {
    int32_t kind; /* enum card_kind */
    int32_t line; /* of the board beneath */
    int32_t opened, linear, law, deflaw, sig;
    int32_t blocksize, numbufs, txpolicy, buffer_events;
    card_buffers rx, tx;
    int32_t event[CARD_EVENTS];
    int32_t event_first, events;
    int64_t events_lost, overruns, underruns;
    /* the hook, in ms of the card's time */
    int32_t hook; /* enum card_hook */
    int64_t hook_until, hung_up, transfer_until;
    int32_t cadence[CARD_CADENCE], cadence_at, cadence_again;
    int32_t time[CARD_TIMES];
    /* the line as it is */
    int32_t battery, reversed, rings, phone;
    /* and as the kernel knows it, with how long it has been otherwise */
    int32_t ring_told, loop, alarms, reversed_told;
    int32_t ring_ms, quiet_ms, cut_ms, fed_ms, turned_ms;
    /* dialling */
    char dial[CARD_DIAL + 1];
    int32_t dial_at, dialling; /* enum card_dialling; PULSES: the line makes a digit's */
    int32_t pulses;            /* by them, not by tones */
    int32_t digit_samples, digit_at;
    int16_t digit[CARD_DIGIT];
    /* sound */
    int32_t attached, echo_on;
    int8_t tune[CARD_TUNE];
    int16_t tune_past[CARD_TUNE - 2]; /* the last that was sent */
    int32_t rx_gain, tx_gain;         /* parts of 4096 */
    uint8_t gain[512];                /* the tables of SETGAINS: what is received, then what is sent */
    int32_t plain;                    /* they change nothing */
    int32_t conf[3];                  /* chan, confno, confmode */
    int32_t tone_zone;
    int32_t vmwi, lamp;
    char echo_name[16];
} card_channel;

/* Of a handle of the node `timer`. */
typedef struct card_timer {
    int32_t interval, left; /* samples; 0: none */
    int32_t expired, ping;
} card_timer;

typedef struct card_handle {
    int32_t used, node, channel; /* channel: index, -1 none */
    int32_t generation;          /* of the card, when it was bound */
} card_handle;

struct cti_dahdi_card {
    atomic_flag lock;
    cti_dahdi_card_config cfg;
    cti_board line;
    int64_t now, ms; /* samples, and ms since the beginning */
    int32_t ports, channels, removed, alarms, generation;
    uint32_t zones; /* a bit each of those that are loaded */
    int32_t default_zone;
    int32_t zone_cadence[CARD_ZONES][CARD_CADENCE];
    size_t echo_size, echoes; /* cancellers, behind the channels */
    card_handle handle[CARD_HANDLES];
    cti_event ev[CARD_LINE_EVENTS];
    int16_t sent[64][CARD_TICK], came[64][CARD_TICK]; /* to and from the line */
    int16_t heard[64][CARD_TICK];                     /* what came, less the canceller's echo */
    card_timer timer[CARD_HANDLES];
    card_channel channel[];
};

static inline int32_t card_int(const uint8_t *at) {
    int32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static inline void card_put_int(uint8_t *at, int32_t value) {
    memcpy(at, &value, sizeof value);
}

/* Channel by its number, or null. */
static inline card_channel *card_channel_of(cti_dahdi_card *card, int number) {
    return number >= 1 && number <= card->channels ? &card->channel[number - 1] : NULL;
}

static inline int card_number(const cti_dahdi_card *card, const card_channel *c) {
    return (int)(c - card->channel) + 1;
}

static inline void card_hold(cti_dahdi_card *card) {
    while (atomic_flag_test_and_set_explicit(&card->lock, memory_order_acquire)) {
    }
}

static inline int card_let_go(cti_dahdi_card *card, int result) {
    atomic_flag_clear_explicit(&card->lock, memory_order_release);
    return result;
}

static inline int card_is_fxs(const card_channel *c) {
    return c->kind == CARD_FXS;
}

void card_channel_init(cti_dahdi_card *card, card_channel *c);
/* As a newly opened one is: the kernel's buffers, no events. */
void card_channel_afresh(card_channel *c);
void card_event(card_channel *c, int event);

/* Buffers (card_sound.c). */
/* dry: as one that has not begun to be sent, or (0) to be read. */
void card_buffers_empty(card_buffers *b, int dry);
int card_set_buffers(card_channel *c, int blocksize, int numbufs);
int card_read(card_channel *c, uint8_t *out, int size);
int card_write(card_channel *c, const uint8_t *data, int size);
int card_tx_waits(const card_channel *c);
/* 160 samples that go to the line, and that came from it. */
void card_send(card_channel *c, int16_t *pcm);
void card_receive(card_channel *c, const int16_t *pcm);

/* Hook and ringing (card_hook.c). Results are negative errno. */
int card_hook(cti_dahdi_card *card, card_channel *c, int order);
int card_dial(cti_dahdi_card *card, card_channel *c, int op, const char *digits);
void card_dial_on(cti_dahdi_card *card, card_channel *c);
int card_control(cti_dahdi_card *card, const card_channel *c, int what, int value);
/* On hook, whatever is under way: an alarm, the card gone, its program gone. */
void card_idle(cti_dahdi_card *card, card_channel *c);

/* What happens by itself (card_signal.c): an event of the line beneath, and a ms that passes. */
void card_happens(cti_dahdi_card *card, card_channel *c, const cti_event *ev);
void card_ms(cti_dahdi_card *card, card_channel *c);

/* Requests: of a channel, and of the control node (card_orders.c, card_control.c). */
typedef struct card_request {
    uint32_t request;
    int (*obey)(cti_dahdi_card *card, card_channel *c, uint8_t *arg, int size);
} card_request;

int card_obey(const card_request *table, int n, cti_dahdi_card *card, card_channel *c, uint32_t request,
              uint8_t *arg, int size);
int card_channel_request(cti_dahdi_card *card, card_channel *c, uint32_t request, uint8_t *arg, int size);
int card_control_request(cti_dahdi_card *card, uint32_t request, uint8_t *arg, int size);
int card_get_params(cti_dahdi_card *card, card_channel *c, uint8_t *arg, int size);
int card_span_stat(cti_dahdi_card *card, card_channel *c, uint8_t *arg, int size);
int card_timer_request(card_timer *timer, uint32_t request, uint8_t *arg, int size);
int card_timer_ready(const card_timer *timer);
void card_timer_tick(card_timer *timer);
/* The port's own hybrid (card_tune.c): takes what is sent out of what comes, as it was tuned. */
void card_tune(card_channel *c, const int16_t *sent, int16_t *came);
/* Ringing as the channel's tone zone has it. */
void card_zone_cadence(const cti_dahdi_card *card, card_channel *c);
/* 0, or an errno: none that could be rung. */
int card_set_cadence(card_channel *c, const int32_t *ms);
int card_get_version(cti_dahdi_card *card, card_channel *c, uint8_t *arg, int size);
