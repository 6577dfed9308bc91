#include <string.h>

#include "cti/error.h"
#include "media/engine_parts.h"

/* Of the board that told it, or of the ear. */
static int read_message(const cti_engine *e, const cti_event *ev, uint8_t *out, int max) {
    if (!(ev->ref & BOARD_MESSAGE))
        return cti_ear_message(cti_engine_part(e, e->lay.ear), ev->port, ev->ref, out, max);
    for (int i = 0; i < e->boards; i++) {
        const cti_engine_board *b = board_of(e, i);
        if (ev->port >= b->first && ev->port < b->first + b->board.ports)
            return b->board.message(b->board.ctx, ev->port - b->first, ev->ref & ~BOARD_MESSAGE, out, max);
    }
    return CTI_ERR_ARG;
}

void cti_engine_keep_message(cti_engine *e, const cti_event *ev) {
    uint32_t words[MESSAGE_WORDS] = {0};
    int length = read_message(e, ev, (uint8_t *)words, (int)sizeof words);
    if (length < 0)
        return; /* the reader gets CTI_ERR_GONE */
    cti_engine_port *port = port_of(e, ev->port);
    cti_message_slot *slot = &cti_engine_messages(e, ev->port)[port->next_message];
    port->next_message = (port->next_message + 1) % MESSAGES;
    uint32_t turn = atomic_load_explicit(&slot->turn, memory_order_relaxed);
    atomic_store_explicit(&slot->turn, turn + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&slot->ref, ev->ref, memory_order_relaxed);
    atomic_store_explicit(&slot->length, length, memory_order_relaxed);
    for (int i = 0; i < MESSAGE_WORDS; i++)
        atomic_store_explicit(&slot->word[i], words[i], memory_order_relaxed);
    atomic_store_explicit(&slot->turn, turn + 2, memory_order_release);
}

/* Copies a slot; 0 when it is another message, or is being overwritten. */
static int copy_slot(const cti_message_slot *slot, int32_t ref, uint32_t *words, int32_t *length) {
    uint32_t turn = atomic_load_explicit(&slot->turn, memory_order_acquire);
    if (turn == 0 || turn % 2 != 0 || atomic_load_explicit(&slot->ref, memory_order_relaxed) != ref)
        return 0;
    *length = atomic_load_explicit(&slot->length, memory_order_relaxed);
    for (int i = 0; i < MESSAGE_WORDS; i++)
        words[i] = atomic_load_explicit(&slot->word[i], memory_order_relaxed);
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(&slot->turn, memory_order_relaxed) == turn;
}

int cti_engine_message(cti_engine *e, int port, int32_t ref, uint8_t *out, int max) {
    if (e == NULL || port < 0 || port >= e->cfg.ports || max < 0 || (out == NULL && max > 0))
        return CTI_ERR_ARG;
    uint32_t words[MESSAGE_WORDS];
    int32_t length;
    for (int i = 0; i < MESSAGES; i++) {
        if (!copy_slot(&cti_engine_messages(e, port)[i], ref, words, &length))
            continue;
        if (length > max)
            return CTI_ERR_SIZE;
        if (length > 0)
            memcpy(out, words, (size_t)length);
        return length;
    }
    return CTI_ERR_GONE;
}
