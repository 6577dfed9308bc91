/* A channel's buffers: whole ones are read, each once; the law is between programs and the line. */
#include "cti/error.h"
#include "cti/g711.h"
#include "dahdi/card_state.h"

void card_buffers_empty(card_buffers *b, int dry) {
    b->first = b->count = b->at = 0;
    b->dry = dry;
}

int card_set_buffers(card_channel *c, int blocksize, int numbufs) {
    if (blocksize < 16 || blocksize > 8192 || numbufs < 2 || numbufs > DAHDI_MOST_BUFFERS ||
        blocksize * numbufs > DAHDI_MOST_SAMPLES)
        return -CTI_DAHDI_EINVAL;
    c->blocksize = blocksize;
    c->numbufs = numbufs;
    card_buffers_empty(&c->rx, 0);
    card_buffers_empty(&c->tx, 1);
    return 0;
}

static int encode(const card_channel *c, const int16_t *pcm, uint8_t *out, int n) {
    return c->law == CTI_DAHDI_LAW_A ? cti_alaw_encode(pcm, out, n) : cti_ulaw_encode(pcm, out, n);
}

static int decode(const card_channel *c, const uint8_t *in, int16_t *pcm, int n) {
    return c->law == CTI_DAHDI_LAW_A ? cti_alaw_decode(in, pcm, n) : cti_ulaw_decode(in, pcm, n);
}

/* Whole samples of what was asked for, one buffer at the most; the rest of it is lost. */
int card_read(card_channel *c, uint8_t *out, int size) {
    card_buffers *b = &c->rx;
    if (b->count == 0)
        return -CTI_DAHDI_EAGAIN;
    int width = c->linear ? 2 : 1,
        n = size / width < b->length[b->first] ? size / width : b->length[b->first];
    const uint8_t *from = b->octet + b->first * c->blocksize;
    int16_t pcm[CARD_TICK];
    for (int done = 0, part; done < n; done += part) {
        part = n - done < CARD_TICK ? n - done : CARD_TICK;
        if (c->linear) {
            decode(c, from + done, pcm, part);
            memcpy(out + 2 * done, pcm, (size_t)part * sizeof *pcm);
        } else {
            memcpy(out + done, from + done, (size_t)part);
        }
    }
    b->first = (b->first + 1) % c->numbufs;
    b->count--;
    return n * width;
}

int card_write(card_channel *c, const uint8_t *data, int size) {
    card_buffers *b = &c->tx;
    int width = c->linear ? 2 : 1, n = size / width < c->blocksize ? size / width : c->blocksize;
    if (n == 0)
        return -CTI_DAHDI_EINVAL;
    if (b->count == c->numbufs)
        return -CTI_DAHDI_EAGAIN;
    int place = (b->first + b->count) % c->numbufs;
    uint8_t *to = b->octet + place * c->blocksize;
    int16_t pcm[CARD_TICK];
    for (int done = 0, part; done < n; done += part) {
        part = n - done < CARD_TICK ? n - done : CARD_TICK;
        if (c->linear) {
            memcpy(pcm, data + 2 * done, (size_t)part * sizeof *pcm);
            encode(c, pcm, to + done, part);
        } else {
            memcpy(to + done, data + done, (size_t)part);
        }
    }
    b->length[place] = n;
    b->count++;
    return n * width;
}

int card_tx_waits(const card_channel *c) {
    int waits = -c->tx.at;
    for (int i = 0; i < c->tx.count; i++)
        waits += c->tx.length[(c->tx.first + i) % c->numbufs];
    return waits;
}

static void amplify(int16_t *pcm, int gain) {
    for (int i = 0; i < CARD_TICK && gain != 4096; i++) {
        int made = pcm[i] * gain / 4096;
        pcm[i] = (int16_t)(made > 32767 ? 32767 : made < -32768 ? -32768 : made);
    }
}

static void dials(card_channel *c, int16_t *pcm) {
    for (int i = 0; i < CARD_TICK && c->digit_at < c->digit_samples; i++)
        pcm[i] = c->digit[c->digit_at++];
}

static int next_octets(card_channel *c, uint8_t *octet) {
    card_buffers *b = &c->tx;
    int n = 0;
    while (n < CARD_TICK && b->count > 0) {
        int left = b->length[b->first] - b->at, part = left < CARD_TICK - n ? left : CARD_TICK - n;
        memcpy(octet + n, b->octet + b->first * c->blocksize + b->at, (size_t)part);
        n += part;
        b->at += part;
        if (part == left) {
            b->at = 0;
            b->first = (b->first + 1) % c->numbufs;
            b->count--;
        }
    }
    return n;
}

void card_send(card_channel *c, int16_t *pcm) {
    uint8_t octet[CARD_TICK];
    if (c->tx.count > 0)
        c->tx.dry = 0;
    int n = next_octets(c, octet);
    if (n < CARD_TICK && !c->tx.dry) {
        c->tx.dry = 1;
        c->underruns++;
        if (c->buffer_events)
            card_event(c, DAHDI_EVENT_WRITE_UNDERRUN);
    }
    for (int i = 0; i < n && !c->plain; i++)
        octet[i] = c->gain[256 + octet[i]];
    decode(c, octet, pcm, n);
    memset(pcm + n, 0, (size_t)(CARD_TICK - n) * sizeof *pcm);
    dials(c, pcm);
    amplify(pcm, c->tx_gain);
}

void card_receive(card_channel *c, const int16_t *came) {
    card_buffers *b = &c->rx;
    uint8_t octet[CARD_TICK];
    int16_t pcm[CARD_TICK];
    if (!c->opened)
        return;
    memcpy(pcm, came, sizeof pcm);
    amplify(pcm, c->rx_gain);
    encode(c, pcm, octet, CARD_TICK);
    for (int i = 0; i < CARD_TICK && !c->plain; i++)
        octet[i] = c->gain[octet[i]];
    for (int done = 0, part; done < CARD_TICK; done += part) {
        if (b->count == c->numbufs) { /* nobody reads: what comes is lost until somebody does */
            c->overruns += !b->dry;
            if (c->buffer_events && !b->dry)
                card_event(c, DAHDI_EVENT_READ_OVERRUN);
            b->dry = 1;
            return;
        }
        b->dry = 0;
        int place = (b->first + b->count) % c->numbufs, room = c->blocksize - b->at;
        part = CARD_TICK - done < room ? CARD_TICK - done : room;
        memcpy(b->octet + place * c->blocksize + b->at, octet + done, (size_t)part);
        b->at += part;
        if (b->at == c->blocksize) {
            b->length[place] = c->blocksize;
            b->count++;
            b->at = 0;
        }
    }
}
