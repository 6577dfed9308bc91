/* The card's nodes: opened, closed, read, written, asked. */
#include "dahdi/card_state.h"

static card_channel *free_pseudo(cti_dahdi_card *card) {
    for (int i = card->ports; i < card->channels; i++)
        if (!card->channel[i].opened)
            return &card->channel[i];
    return NULL;
}

static int bind_to(cti_dahdi_card *card, card_handle *h, card_channel *c) {
    if (c == NULL)
        return -CTI_DAHDI_ENXIO;
    if (c->opened)
        return -CTI_DAHDI_EBUSY;
    if (c->sig == 0)
        return -CTI_DAHDI_ENXIO; /* no dahdi_cfg yet */
    card_channel_afresh(c);
    card_zone_cadence(card, c);
    c->opened = 1;
    h->generation = card->generation;
    h->channel = card_number(card, c) - 1;
    return 0;
}

static int open_node(cti_dahdi_card *card, int node) {
    int index = 0;
    while (index < CARD_HANDLES && card->handle[index].used)
        index++;
    if (index == CARD_HANDLES)
        return -CTI_DAHDI_EMFILE;
    card_handle *h = &card->handle[index];
    *h = (card_handle){.used = 1, .node = node, .channel = -1};
    card->timer[index] = (card_timer){0};
    int result = 0;
    if (node == CTI_DAHDI_PSEUDO)
        result = bind_to(card, h, free_pseudo(card));
    else if (node >= 1 && node < CTI_DAHDI_TIMER)
        result = node > card->ports || card->removed ? -CTI_DAHDI_ENOENT
                                                     : bind_to(card, h, card_channel_of(card, node));
    else if (node != CTI_DAHDI_CTL && node != CTI_DAHDI_TIMER && node != CTI_DAHDI_CHANNEL)
        result = -CTI_DAHDI_ENOENT;
    if (result < 0)
        h->used = 0;
    return result < 0 ? result : index;
}

int cti_dahdi_card_open(cti_dahdi_card *card, int node) {
    if (card == NULL)
        return -CTI_DAHDI_EINVAL;
    card_hold(card);
    return card_let_go(card, open_node(card, node));
}

static card_handle *handle_of(cti_dahdi_card *card, int handle) {
    return card != NULL && handle >= 0 && handle < CARD_HANDLES && card->handle[handle].used
               ? &card->handle[handle]
               : NULL;
}

static card_channel *bound(cti_dahdi_card *card, const card_handle *h) {
    return h == NULL || h->channel < 0 ? NULL : &card->channel[h->channel];
}

/* Opened before the card was taken out. */
static int is_gone(const cti_dahdi_card *card, const card_handle *h) {
    return h->channel >= 0 && h->channel < card->ports &&
           (card->removed || h->generation != card->generation);
}

/* A program that is gone leaves the line on hook, as the kernel does. */
int cti_dahdi_card_close(cti_dahdi_card *card, int handle) {
    if (handle_of(card, handle) == NULL)
        return -CTI_DAHDI_EINVAL;
    card_hold(card);
    card_handle *h = handle_of(card, handle);
    card_channel *c = bound(card, h);
    if (c != NULL && !is_gone(card, h)) {
        card_idle(card, c);
        c->opened = 0;
    }
    h->used = 0;
    return card_let_go(card, 0);
}

/* 0, or why audio cannot be had now. */
static int no_audio(const cti_dahdi_card *card, const card_handle *h, const void *bytes, int size) {
    if (h->channel < 0 || bytes == NULL || size <= 0)
        return -CTI_DAHDI_EINVAL;
    if (is_gone(card, h))
        return -CTI_DAHDI_ENODEV;
    return card->channel[h->channel].events > 0 ? -CTI_DAHDI_ELAST : 0;
}

int cti_dahdi_card_read(cti_dahdi_card *card, int handle, uint8_t *out, int size) {
    if (handle_of(card, handle) == NULL)
        return -CTI_DAHDI_EINVAL;
    card_hold(card);
    const card_handle *h = handle_of(card, handle);
    int result = no_audio(card, h, out, size);
    return card_let_go(card, result < 0 ? result : card_read(bound(card, h), out, size));
}

int cti_dahdi_card_write(cti_dahdi_card *card, int handle, const uint8_t *data, int size) {
    if (handle_of(card, handle) == NULL)
        return -CTI_DAHDI_EINVAL;
    card_hold(card);
    const card_handle *h = handle_of(card, handle);
    int result = no_audio(card, h, data, size);
    return card_let_go(card, result < 0 ? result : card_write(bound(card, h), data, size));
}

int cti_dahdi_card_ready(cti_dahdi_card *card, int handle) {
    if (handle_of(card, handle) == NULL)
        return CTI_DAHDI_ERR;
    card_hold(card);
    const card_handle *h = handle_of(card, handle);
    const card_channel *c = bound(card, h);
    int mask = 0;
    if (h->node == CTI_DAHDI_TIMER)
        mask = card_timer_ready(&card->timer[handle]);
    else if (is_gone(card, h))
        mask = CTI_DAHDI_ERR | CTI_DAHDI_HUP | CTI_DAHDI_PRI;
    else if (c != NULL)
        mask = (c->rx.count > 0 ? CTI_DAHDI_IN : 0) | (c->events > 0 ? CTI_DAHDI_PRI : 0) |
               (c->tx.count < c->numbufs ? CTI_DAHDI_OUT : 0);
    return card_let_go(card, mask);
}

int cti_dahdi_card_busy(cti_dahdi_card *card, int handle) {
    if (handle_of(card, handle) == NULL)
        return 0;
    card_hold(card);
    const card_channel *c = bound(card, handle_of(card, handle));
    return card_let_go(card, c != NULL && c->hook == HOOK_FLASH);
}

int card_obey(const card_request *table, int n, cti_dahdi_card *card, card_channel *c, uint32_t request,
              uint8_t *arg, int size) {
    int wanted = (int)(request >> 16 & 0x3fff);
    for (int i = 0; i < n; i++)
        if (table[i].request == request) {
            int is_default = request == DAHDI_SETCADENCE && size == 0;
            if (!is_default && (size < wanted || (wanted > 0 && arg == NULL)))
                return -CTI_DAHDI_EINVAL;
            return table[i].obey(card, c, arg, size);
        }
    return -CTI_DAHDI_ENOTTY;
}

static int specify(cti_dahdi_card *card, card_handle *h, const uint8_t *arg, int size) {
    if (h->node != CTI_DAHDI_CHANNEL || h->channel >= 0 || size < 4)
        return -CTI_DAHDI_EINVAL;
    int number = card_int(arg);
    if (number < 1 || number > card->ports || card->removed)
        return -CTI_DAHDI_EINVAL;
    return bind_to(card, h, card_channel_of(card, number));
}

static int answer(cti_dahdi_card *card, card_handle *h, uint32_t request, uint8_t *arg, int size) {
    card_channel *c = bound(card, h);
    if (request == DAHDI_SPECIFY)
        return specify(card, h, arg, size);
    if (h->node == CTI_DAHDI_TIMER)
        return card_timer_request(&card->timer[h - card->handle], request, arg, size);
    if (request == DAHDI_GETVERSION && size >= 160)
        return card_get_version(card, c, arg, size);
    if (c == NULL)
        return card_control_request(card, request, arg, size);
    if (is_gone(card, h)) {
        if (request == DAHDI_GETEVENT && card->removed && c->events > 0 && size >= 4)
            return card_channel_request(card, c, request, arg, size);
        return -CTI_DAHDI_ENODEV;
    }
    return card_channel_request(card, c, request, arg, size);
}

int cti_dahdi_card_ioctl(cti_dahdi_card *card, int handle, uint32_t request, uint8_t *arg, int size) {
    if (handle_of(card, handle) == NULL || size < 0 || (size > 0 && arg == NULL))
        return -CTI_DAHDI_EINVAL;
    card_hold(card);
    return card_let_go(card, answer(card, handle_of(card, handle), request, arg, size));
}

/* As DAHDI_INDIRECT: by the control node, of whichever program has the channel open. */
int cti_dahdi_card_indirect(cti_dahdi_card *card, int handle, int channel, uint32_t request, uint8_t *arg,
                            int size) {
    const card_handle *h = handle_of(card, handle);
    if (h == NULL || h->node != CTI_DAHDI_CTL || size < 0 || (size > 0 && arg == NULL))
        return -CTI_DAHDI_EINVAL;
    card_hold(card);
    card_channel *c = card_channel_of(card, channel);
    int is_there = c != NULL && (c->kind == CARD_PSEUDO || !card->removed);
    return card_let_go(card,
                       is_there ? card_channel_request(card, c, request, arg, size) : -CTI_DAHDI_EINVAL);
}
