#pragma once

/* The memory of a fed board: this struct, then its ports; of each port what one thread owns, and the rings
 * between the two. */

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ring.h"
#include "cti/fed_board.h"

enum {
    TICK = 160,
    PIECES_RX = 128, /* of one push each, and of 160 samples at most */
    PIECES_TX = 64,  /* ticks: 1.28 s */
    EVENTS = 64,
    COMMANDS = 64,
    MESSAGES = 4, /* kept of a port, as the ear does */
    MESSAGE_BYTES = 260,
    MOST_REF = 1 << 20,
    ENDS = 100, /* ticks: the most an elastic buffer may hold, and more */
    FED_PARTS = 16
};

/* turn: odd while a direction is served, and another each time that begins or ends. */
typedef struct fed_piece {
    int64_t at; /* engine samples when it was put, -1 unknown */
    int32_t turn;
    int32_t n;
    int32_t block; /* put at once, with those before it */
    int16_t pcm[TICK];
} fed_piece;

typedef struct fed_event {
    cti_event ev;
    int32_t bytes;
    uint8_t message[MESSAGE_BYTES];
} fed_event;

typedef struct fed_message {
    int32_t bytes;
    uint8_t message[MESSAGE_BYTES];
} fed_message;

typedef struct fed_port {
    /* written by the device's thread */
    _Atomic int32_t rx_turn, tx_turn;
    _Atomic int64_t rx_refused, tx_slips, events_refused;
    _Atomic int32_t tx_latency, tx_ppm; /* latency in FED_PARTS of a sample */
    int64_t tx_put;                     /* engine samples of the last piece that it took */
    int64_t tx_slips_seen;
    int64_t phase; /* of its clock, ns, at engine sample 0 */
    int64_t seen;  /* the tick by which phase was last looked at; -1: none */
    unsigned char apart[64];
    /* written by the tick */
    _Atomic int64_t rx_slips, tx_refused, events_dropped;
    _Atomic int32_t rx_latency, rx_ppm;
    int64_t rx_put;
    int64_t rx_slips_seen;
    int32_t rx_block;
    int32_t rx_seen;  /* the turn that its elastic buffer is of */
    int32_t ends;     /* ticks for which the rest of one that is over may still be given */
    int32_t messages; /* the next one's number */
    fed_message message[MESSAGES];
} fed_port;

struct cti_fed_board {
    int32_t ports;
    _Atomic int32_t gone;
    _Atomic int64_t now; /* the sample at which the latest tick began, -1: none did */
    size_t first, stride;
    size_t rx_elastic, tx_elastic, rx_ring, tx_ring, events, commands; /* offsets in a port */
};

static inline fed_port *fed_port_of(const cti_fed_board *b, int port) {
    return (fed_port *)((unsigned char *)(uintptr_t)b + b->first + (size_t)port * b->stride);
}

static inline void *fed_part(fed_port *p, size_t offset) {
    return (unsigned char *)p + offset;
}

/* Each counter has one writer. */
static inline void fed_count(_Atomic int64_t *counter, int64_t n) {
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

/* How long ago a block was put, as the elastic buffer takes it: by now so much of the next one is there,
 * where it is not heard of yet. What is later than a block is late. */
static inline int fed_since(int64_t now, int64_t put, int32_t block) {
    int64_t since = put < 0 || now < put ? 0 : now - put;
    return since > block ? block : (int)since;
}
