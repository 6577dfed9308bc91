/* dahdi_card: its memory, its nodes, and what the world does to it. */
#include "cti/echo_can.h"
#include "cti/error.h"
#include "dahdi/card_state.h"

enum { MOST_PORTS = 64, MOST_PSEUDO = 64, ECHO_TAPS = 128 };

static const int32_t TIMES[CARD_TIMES] = {50, 50, 150, 750, 1500, 300, 1250, 600, 50, 50, 750};

void cti_dahdi_card_defaults(cti_dahdi_card_config *cfg) {
    *cfg = (cti_dahdi_card_config){.fxo = 1, .pseudo = 16, .configured = 1, .law = 1, .echo_can = 1};
}

static int is_valid(const cti_dahdi_card_config *c) {
    return c != NULL && c->fxo >= 0 && c->fxs >= 0 && c->fxo <= MOST_PORTS && c->fxs <= MOST_PORTS &&
           c->fxo + c->fxs >= 1 && c->fxo + c->fxs <= MOST_PORTS && c->pseudo >= 0 &&
           c->pseudo <= MOST_PSEUDO && (c->law == 1 || c->law == 2);
}

static size_t up(size_t size) {
    return (size + 63) & ~(size_t)63;
}

size_t cti_dahdi_card_size(const cti_dahdi_card_config *cfg) {
    if (!is_valid(cfg))
        return 0;
    size_t channels = (size_t)(cfg->fxo + cfg->fxs + cfg->pseudo);
    size_t ports = (size_t)(cfg->fxo + cfg->fxs);
    return up(sizeof(struct cti_dahdi_card) + channels * sizeof(card_channel)) +
           ports * up(cti_echo_can_size());
}

void card_channel_afresh(card_channel *c) {
    c->linear = 0;
    c->law = c->deflaw;
    c->txpolicy = c->buffer_events = 0;
    c->event_first = c->events = 0;
    c->echo_on = 0;
    c->conf[0] = c->conf[1] = c->conf[2] = 0;
    memcpy(c->time, TIMES, sizeof TIMES);
    c->rx_gain = c->tx_gain = 4096;
    c->plain = 1;
    for (int i = 0; i < 512; i++)
        c->gain[i] = (uint8_t)i;
    card_set_buffers(c, DAHDI_DEFAULT_BLOCK, 2);
}

void card_channel_init(cti_dahdi_card *card, card_channel *c) {
    static const int32_t USUAL_SIG[] = {DAHDI_SIG_FXSKS, DAHDI_SIG_FXOKS, DAHDI_SIG_CLEAR};
    c->deflaw = card->cfg.law;
    c->opened = 0;
    c->sig = card->cfg.configured || c->kind == CARD_PSEUDO ? USUAL_SIG[c->kind] : 0;
    c->attached = card->cfg.configured && card->cfg.echo_can && c->kind != CARD_PSEUDO;
    c->hung_up = c->transfer_until = -1000000;
    c->hook = HOOK_ON;
    c->tone_zone = card->default_zone;
    c->ring_told = c->ring_ms = c->quiet_ms = c->cut_ms = c->fed_ms = c->turned_ms = c->alarms = 0;
    c->loop = 1;
    c->dialling = c->vmwi = c->lamp = 0;
    memset(c->tune, 0, sizeof c->tune);
    card_channel_afresh(c);
}

int cti_dahdi_card_init(cti_dahdi_card *card, size_t size, const cti_dahdi_card_config *cfg,
                        const cti_board *line) {
    size_t needed = cti_dahdi_card_size(cfg);
    if (card == NULL || needed == 0 || line == NULL || line->exchange == NULL || line->control == NULL ||
        line->ports < cfg->fxo + cfg->fxs || line->ports > MOST_PORTS)
        return CTI_ERR_ARG;
    if (size < needed)
        return CTI_ERR_SIZE;
    memset(card, 0, needed);
    atomic_flag_clear(&card->lock);
    card->cfg = *cfg;
    card->line = *line;
    card->ports = cfg->fxo + cfg->fxs;
    card->channels = card->ports + cfg->pseudo;
    card->zones = cfg->configured != 0;
    card->echo_size = up(cti_echo_can_size());
    card->echoes = up(sizeof(struct cti_dahdi_card) + (size_t)card->channels * sizeof(card_channel));
    const cti_echo_can_config taps = {.taps = ECHO_TAPS};
    for (int i = 0; i < card->channels; i++) {
        card_channel *c = &card->channel[i];
        c->kind = i < cfg->fxo ? CARD_FXO : i < card->ports ? CARD_FXS : CARD_PSEUDO;
        c->line = i;
        c->battery = 1;
        card_channel_init(card, c);
        unsigned char *echo = (unsigned char *)card + card->echoes + (size_t)i * card->echo_size;
        if (i < card->ports)
            cti_echo_can_init((cti_echo_can *)echo, card->echo_size, &taps);
    }
    return CTI_OK;
}

void card_event(card_channel *c, int event) {
    if (c->events == CARD_EVENTS) {
        c->events_lost++;
        return;
    }
    c->event[(c->event_first + c->events++) % CARD_EVENTS] = event;
}

/* --- the world --- */

int cti_dahdi_card_alarm(cti_dahdi_card *card, int alarms) {
    if (card == NULL || alarms < 0)
        return CTI_ERR_ARG;
    card_hold(card);
    int was = card->alarms;
    card->alarms = alarms;
    for (int i = 0; i < card->ports && (was != 0) != (alarms != 0); i++) {
        if (alarms)
            card_idle(card, &card->channel[i]);
        card_event(&card->channel[i], alarms ? DAHDI_EVENT_ALARM : DAHDI_EVENT_NOALARM);
    }
    return card_let_go(card, CTI_OK);
}

int cti_dahdi_card_removed(cti_dahdi_card *card, int removed) {
    if (card == NULL)
        return CTI_ERR_ARG;
    card_hold(card);
    for (int i = 0; i < card->ports && card->removed != (removed != 0); i++) {
        card_channel *c = &card->channel[i];
        if (removed) {
            card_idle(card, c);
            c->alarms = 0;
            card_event(c, DAHDI_EVENT_REMOVED);
        } else {
            card_channel_init(card, c);
        }
    }
    card->generation += removed && !card->removed;
    card->removed = removed != 0;
    return card_let_go(card, CTI_OK);
}

int cti_dahdi_card_events(cti_dahdi_card *card, int channel, int event, int n) {
    if (card == NULL || card_channel_of(card, channel) == NULL || n < 0)
        return CTI_ERR_ARG;
    card_hold(card);
    for (int i = 0; i < n; i++)
        card_event(card_channel_of(card, channel), event);
    return card_let_go(card, CTI_OK);
}

int cti_dahdi_card_status_of(cti_dahdi_card *card, int channel, cti_dahdi_card_status *status) {
    if (card == NULL || status == NULL || card_channel_of(card, channel) == NULL)
        return CTI_ERR_ARG;
    card_hold(card);
    const card_channel *c = card_channel_of(card, channel);
    int fxs = card_is_fxs(c);
    *status = (cti_dahdi_card_status){
        .open = c->opened,
        .off_hook = fxs ? c->phone : c->hook == HOOK_OFF || c->hook == HOOK_FLASH,
        .ringing = fxs ? c->hook == HOOK_RINGS : c->rings,
        .alarms = c->alarms,
        .echo_can = c->echo_on,
        .transfer = fxs && c->hook == HOOK_ON && c->transfer_until > card->ms,
        .lamp = c->lamp,
        .busy = c->hook == HOOK_FLASH,
        .signalling = c->sig,
        .tx_waits = card_tx_waits(c),
        .overruns = c->overruns,
        .underruns = c->underruns,
        .events_lost = c->events_lost,
    };
    return card_let_go(card, CTI_OK);
}

/* --- 20 ms --- */

static void cancel_echo(cti_dahdi_card *card, const card_channel *c) {
    unsigned char *echo = (unsigned char *)card + card->echoes + (size_t)c->line * card->echo_size;
    const int16_t *came = card->came[c->line];
    memcpy(card->heard[c->line], came, sizeof card->heard[c->line]);
    if (c->echo_on)
        cti_echo_can_run((cti_echo_can *)echo, card->sent[c->line], came, card->heard[c->line], CARD_TICK);
}

/* On hook an FXS port's way for audio is closed unless it was opened, and while it rings. */
static int is_closed(const cti_dahdi_card *card, const card_channel *c) {
    return card->removed || (card_is_fxs(c) && !c->phone && c->transfer_until <= card->ms);
}

static void hear(cti_dahdi_card *card, card_channel *pseudo) {
    const card_channel *of = card_channel_of(card, pseudo->conf[1]);
    int mode = pseudo->conf[2] & 0xff, early = mode >= CARD_BEFORE_ECHO;
    mode -= early ? CARD_BEFORE_ECHO - 1 : 0;
    int16_t pcm[CARD_TICK] = {0}, unheard[CARD_TICK];
    card_send(pseudo, unheard);
    if (of != NULL && of->kind != CARD_PSEUDO && mode >= 1 && mode <= 3)
        for (int i = 0; i < CARD_TICK; i++) {
            int both = (mode & 1 ? (early ? card->came : card->heard)[of->line][i] : 0) +
                       (mode & 2 ? card->sent[of->line][i] : 0);
            pcm[i] = (int16_t)(both > 32767 ? 32767 : both < -32768 ? -32768 : both);
        }
    card_receive(pseudo, pcm);
}

static void pass_ms(cti_dahdi_card *card, int64_t at, int events) {
    for (int ms = 0; ms < CARD_TICK / CARD_MS; ms++) {
        for (int i = 0; i < events; i++) {
            int64_t when = (card->ev[i].at - at) / CARD_MS;
            int due = when < 0 ? 0 : when > CARD_TICK / CARD_MS - 1 ? CARD_TICK / CARD_MS - 1 : (int)when;
            if (due == ms && card->ev[i].port >= 0 && card->ev[i].port < card->ports)
                card_happens(card, &card->channel[card->ev[i].port], &card->ev[i]);
        }
        for (int i = 0; i < card->ports; i++)
            card_ms(card, &card->channel[i]);
        card->ms++;
    }
}

static int tick(cti_dahdi_card *card, int64_t at) {
    memset(card->sent, 0, sizeof card->sent);
    for (int i = 0; i < card->ports; i++) {
        card_dial_on(card, &card->channel[i]);
        card_send(&card->channel[i], card->sent[i]);
        if (is_closed(card, &card->channel[i]))
            memset(card->sent[i], 0, sizeof card->sent[i]);
    }
    int n = card->line.exchange(card->line.ctx, at, card->sent[0], card->came[0], CARD_TICK, card->ev,
                                CARD_LINE_EVENTS);
    if (n < 0)
        return n;
    for (int i = 0; i < card->ports && !card->removed; i++) {
        card_tune(&card->channel[i], card->sent[i], card->came[i]);
        cancel_echo(card, &card->channel[i]);
        card_receive(&card->channel[i], card->heard[i]);
    }
    for (int i = card->ports; i < card->channels; i++)
        if (card->channel[i].opened)
            hear(card, &card->channel[i]);
    for (int i = 0; i < CARD_HANDLES; i++)
        card_timer_tick(&card->timer[i]);
    pass_ms(card, at, n < CARD_LINE_EVENTS ? n : CARD_LINE_EVENTS);
    card->now = at + CARD_TICK;
    return CTI_OK;
}

int cti_dahdi_card_tick(cti_dahdi_card *card, int64_t at) {
    if (card == NULL)
        return CTI_ERR_ARG;
    card_hold(card);
    return card_let_go(card, tick(card, at));
}
