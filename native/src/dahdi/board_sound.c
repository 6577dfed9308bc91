/* A channel's audio in the tick: whole blocks are read, and as many are written. */
#include "dahdi/board_state.h"

enum {
    TRANSFER_MS = 6000,    /* asked for, as long as a message of caller ID may take */
    TRANSFER_BLOCKS = 200, /* and asked for again behind so many */
    LOOK_TICKS = 8,
    FIRST_BLOCKS = 8, /* while the elastic buffers fill, and take what is there for their latency */
    ERRNO_EINTR = 4
};

/* With the next tick it may be otherwise: an event came again, or there was nothing. */
static int passes(int result) {
    return result == -CTI_DAHDI_EAGAIN || result == -ERRNO_EINTR || result == -CTI_DAHDI_ELAST;
}

/* A read or write that finds an event in its way takes that first. */
static int read_block(cti_dahdi_board *b, dahdi_port *p, int16_t *pcm) {
    int got = b->door.read(b->door.ctx, p->handle, (uint8_t *)pcm, BOARD_BYTES);
    if (got != -CTI_DAHDI_ELAST)
        return got;
    int result = board_events(b, p);
    return result < 0 ? result : b->door.read(b->door.ctx, p->handle, (uint8_t *)pcm, BOARD_BYTES);
}

static int write_block(cti_dahdi_board *b, dahdi_port *p, const int16_t *pcm) {
    int put = b->door.write(b->door.ctx, p->handle, (const uint8_t *)pcm, BOARD_BYTES);
    if (put != -CTI_DAHDI_ELAST)
        return put;
    int result = board_events(b, p);
    return result < 0 ? result : b->door.write(b->door.ctx, p->handle, (const uint8_t *)pcm, BOARD_BYTES);
}

static int16_t *sent_at(dahdi_port *p, int64_t block) {
    return p->sent[block % BOARD_SENT];
}

/* Sent and received begin together, and so many blocks of silence go ahead. */
int board_start(cti_dahdi_board *b, dahdi_port *p) {
    static const int16_t SILENCE[BOARD_BLOCK] = {0};
    int result = board_order(b, p, DAHDI_FLUSH, DAHDI_FLUSH_READ | DAHDI_FLUSH_WRITE);
    for (int i = 0; i < BOARD_AHEAD && (result >= 0 || passes(result)); i++) {
        memcpy(sent_at(p, i), SILENCE, sizeof SILENCE);
        result = write_block(b, p, SILENCE);
    }
    p->read = 0;
    p->written = BOARD_AHEAD;
    p->slipped = 0;
    return result >= 0 || passes(result) ? 0 : result;
}

/* The time that a block is told with. */
static int64_t told_at(const dahdi_port *p, int64_t ns) {
    return p->read < FIRST_BLOCKS ? -1 : ns;
}

static void received(cti_dahdi_board *b, dahdi_port *p, int16_t *pcm, int n) {
    static const int16_t NOTHING[BOARD_BLOCK] = {0}; /* was sent: it came too late */
    const int16_t *sent = p->read < p->written ? sent_at(p, p->read) : NOTHING;
    if (p->echo_taps > 0 && n == BOARD_BLOCK)
        cti_echo_can_run(board_echo(b, p), sent, pcm, pcm, n);
    p->read++;
    cti_fed_board_push(b->fed, p->number, pcm, n, told_at(p, b->came_ns));
}

static int is_heard(const int16_t *pcm) {
    for (int i = 0; i < BOARD_BLOCK; i++)
        if (pcm[i] != 0)
            return 1;
    return 0;
}

/* A telephone on hook hears us only while the way is open. */
static void open_way(cti_dahdi_board *b, dahdi_port *p, const int16_t *pcm) {
    p->transfer -= p->transfer > 0;
    if (p->kind != CTI_DAHDI_FXS || p->off_hook || p->ring || p->transfer > 0 || !is_heard(pcm))
        return;
    board_order(b, p, DAHDI_ONHOOKTRANSFER, TRANSFER_MS);
    p->transfer = TRANSFER_BLOCKS;
}

/* As many as were read; what would come too late to be sent is left out. */
static int send(cti_dahdi_board *b, dahdi_port *p, int blocks) {
    for (int i = 0; i < blocks; i++) {
        int16_t *pcm = sent_at(p, p->written);
        cti_fed_board_pull(b->fed, p->number, pcm, BOARD_BLOCK, told_at(p, b->sends_ns));
        p->written++;
        if (i < blocks - BOARD_AHEAD) {
            memset(pcm, 0, BOARD_BYTES);
            board_count(&p->tx_slips, 1);
            p->slipped = 1;
            continue;
        }
        open_way(b, p, pcm);
        int put = write_block(b, p, pcm);
        if (put < 0 && !passes(put))
            return put;
        if (put < 0) {
            board_count(&p->tx_slips, 1);
            p->slipped = 1;
        }
    }
    return 0;
}

/* A channel whose tick found a block has, most often, no other: now and then it is looked for, as the clocks
 * part, and whenever something came too late or was not there. */
static int reads_on(const cti_dahdi_board *b, const dahdi_port *p) {
    return p->all || !p->tells_late || b->ticks % LOOK_TICKS == p->number % LOOK_TICKS;
}

int board_serve(cti_dahdi_board *b, dahdi_port *p) {
    int16_t pcm[BOARD_BLOCK];
    int blocks = 0, got = p->look ? board_look(b, p) : 0;
    if (got < 0)
        return got;
    while (blocks < BOARD_READS && (got = read_block(b, p, pcm)) > 0) {
        received(b, p, pcm, got / 2 < BOARD_BLOCK ? got / 2 : BOARD_BLOCK);
        blocks++;
        if (!reads_on(b, p))
            break;
    }
    p->all = blocks != 1;
    if (got < 0 && !passes(got))
        return got;
    if (blocks >= b->cfg.buffers) { /* all that the kernel keeps: there may have been more */
        board_count(&p->rx_slips, 1);
        p->slipped = 1;
    }
    board_again(b, p);
    return send(b, p, blocks);
}
