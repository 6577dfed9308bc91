/* What a program asks of a channel by ioctl. */
#include "dahdi/card_state.h"

enum { MOST_CADENCE_MS = 60000, MOST_TRANSFER_MS = 60000, MOST_GAIN_TENTHS = 600 };

typedef cti_dahdi_card card_t;

static int get_blocksize(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    card_put_int(arg, c->blocksize);
    return 0;
}

static int set_blocksize(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    int wanted = card_int(arg), fits = wanted > 0 ? DAHDI_MOST_SAMPLES / wanted : 0;
    return card_set_buffers(c, wanted, c->numbufs < fits ? c->numbufs : fits);
}

static int flush(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    int what = card_int(arg);
    if (what & DAHDI_FLUSH_READ)
        card_buffers_empty(&c->rx, 0);
    if (what & DAHDI_FLUSH_WRITE)
        card_buffers_empty(&c->tx, 1);
    if (what & DAHDI_FLUSH_EVENT)
        c->events = 0;
    return 0;
}

static int sync_out(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)arg, (void)size;
    return c->tx.count > 0 ? -CTI_DAHDI_EAGAIN : 0;
}

int card_get_params(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)size;
    static const int32_t CAPS[] = {DAHDI_SIG_ANY_FXS, DAHDI_SIG_ANY_FXO, DAHDI_SIG_CLEAR};
    int number = card_number(card, c), fxs = card_is_fxs(c);
    memset(arg, 0, PARAMS_BYTES);
    card_put_int(arg + PARAMS_CHANNO, number);
    card_put_int(arg + PARAMS_SPANNO, c->kind == CARD_PSEUDO ? 0 : 1);
    card_put_int(arg + PARAMS_CHANPOS, c->kind == CARD_PSEUDO ? 0 : number);
    card_put_int(arg + PARAMS_SIGTYPE, c->sig);
    card_put_int(arg + PARAMS_SIGCAP, CAPS[c->kind]);
    card_put_int(arg + PARAMS_RXISOFFHOOK, fxs ? c->phone : c->hook == HOOK_ON ? c->rings : c->loop);
    card_put_int(arg + PARAMS_CURLAW, c->law);
    card_put_int(arg + PARAMS_ALARMS, c->alarms);
    memcpy(arg + PARAMS_TIMES, c->time, sizeof c->time);
    char *name = (char *)arg + PARAMS_NAME;
    memcpy(name, c->kind == CARD_PSEUDO ? "Pseudo/" : "WCTDM/0/", 8);
    name += strlen(name);
    for (int value = number, place = number > 99 ? 3 : number > 9 ? 2 : 1; place > 0; value /= 10)
        name[--place] = (char)('0' + value % 10);
    return 0;
}

static int set_params(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    for (int i = 0; i < CARD_TIMES; i++) {
        int ms = card_int(arg + PARAMS_TIMES + 4 * i);
        if (ms < 0 || ms > 60000)
            return -CTI_DAHDI_EINVAL;
        c->time[i] = ms;
    }
    return 0;
}

static int hook(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)size;
    return card_hook(card, c, card_int(arg));
}

static int get_event(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    card_put_int(arg, 0);
    if (c->events > 0) {
        card_put_int(arg, c->event[c->event_first]);
        c->event_first = (c->event_first + 1) % CARD_EVENTS;
        c->events--;
    }
    return 0;
}

static int iomux(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    int wanted = card_int(arg), is = 0;
    is |= c->rx.count > 0 ? DAHDI_IOMUX_READ : 0;
    is |= c->tx.count < c->numbufs ? DAHDI_IOMUX_WRITE : 0;
    is |= c->tx.count == 0 ? DAHDI_IOMUX_WRITEEMPTY : 0;
    is |= c->events > 0 ? DAHDI_IOMUX_SIGEVENT : 0;
    is &= wanted;
    if (is == 0 && !(wanted & DAHDI_IOMUX_NOWAIT))
        return -CTI_DAHDI_EAGAIN;
    card_put_int(arg, is);
    return 0;
}

/* txpolicy, rxpolicy, numbufs, bufsize, readbufs, writebufs */
static int get_bufinfo(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    const int32_t info[] = {c->txpolicy, 0, c->numbufs, c->blocksize, c->rx.count, c->tx.count};
    memcpy(arg, info, sizeof info);
    return 0;
}

static int set_bufinfo(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    int result = card_set_buffers(c, card_int(arg + 12), card_int(arg + 8));
    if (result == 0)
        c->txpolicy = card_int(arg);
    return result;
}

static int get_gains(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)size;
    card_put_int(arg, card_number(card, c));
    memcpy(arg + 4, c->gain, sizeof c->gain);
    return 0;
}

static int set_gains(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    memcpy(c->gain, arg + 4, sizeof c->gain);
    c->plain = 1;
    for (int i = 0; i < 512; i++)
        c->plain &= c->gain[i] == (uint8_t)i;
    return 0;
}

/* s32 tenths of a dB, s32 whose bit 0 says: what is sent. */
static int set_hwgain(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    int tenths = card_int(arg);
    if (tenths < -MOST_GAIN_TENTHS || tenths > MOST_GAIN_TENTHS)
        return -CTI_DAHDI_EINVAL;
    double gain = 4096;
    for (int i = 0; i < tenths; i++)
        gain *= 1.0115794542598986; /* a tenth of a dB */
    for (int i = 0; i > tenths; i--)
        gain /= 1.0115794542598986;
    *(card_int(arg + 4) & 1 ? &c->tx_gain : &c->rx_gain) = (int32_t)(gain < 1 << 20 ? gain : 1 << 20);
    return 0;
}

static int dial(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)size;
    arg[4 + CARD_DIAL - 1] = 0;
    return card_dial(card, c, card_int(arg), (const char *)arg + 4);
}

static int dialling(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    card_put_int(arg, c->dialling != CARD_DIAL_NONE);
    return 0;
}

static int echo_cancel(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    int taps = card_int(arg);
    if (taps < 0 || taps > 1024)
        return -CTI_DAHDI_EINVAL;
    if (taps > 0 && !c->attached)
        return -CTI_DAHDI_ENODEV;
    c->echo_on = taps > 0;
    return 0;
}

/* Taps, then how many parameters follow, of a name (16 characters) and a value. MG2 has none that we know. */
static int echo_cancel_params(card_t *card, card_channel *c, uint8_t *arg, int size) {
    int count = card_int(arg + 4);
    if (count < 0 || count > (size - 8) / 20)
        return -CTI_DAHDI_EINVAL;
    return count > 0 ? -CTI_DAHDI_EINVAL : echo_cancel(card, c, arg, size);
}

static int echo_train(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)arg, (void)size;
    return c->echo_on ? 0 : -CTI_DAHDI_EINVAL;
}

static int channel_number(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)size;
    card_put_int(arg, card_number(card, c));
    return 0;
}

static int set_law(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    int law = card_int(arg);
    if (law < 0 || law > CTI_DAHDI_LAW_A)
        return -CTI_DAHDI_EINVAL;
    c->law = law == 0 ? c->deflaw : law;
    return 0;
}

static int set_linear(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    c->linear = card_int(arg) != 0;
    return 0;
}

/* ms, on and off by turns; a negative one begins what is repeated. */
int card_set_cadence(card_channel *c, const int32_t *ms) {
    int32_t wanted[CARD_CADENCE];
    int again = 0;
    memcpy(wanted, ms, sizeof wanted);
    for (int i = 0; i < CARD_CADENCE; i++) {
        if (wanted[i] < 0 && wanted[i] >= -MOST_CADENCE_MS && i % 2 == 0) {
            wanted[i] = -wanted[i];
            again = i;
        }
        if (wanted[i] < 0 || wanted[i] > MOST_CADENCE_MS)
            return -CTI_DAHDI_EINVAL;
    }
    if (wanted[0] == 0)
        return -CTI_DAHDI_EINVAL;
    memcpy(c->cadence, wanted, sizeof wanted);
    c->cadence_again = again;
    return 0;
}

void card_zone_cadence(const cti_dahdi_card *card, card_channel *c) {
    static const int32_t USUAL[CARD_CADENCE] = {2000, 4000};
    int known = c->tone_zone >= 0 && card->zones >> c->tone_zone & 1;
    if (!known || card_set_cadence(c, card->zone_cadence[c->tone_zone]) < 0)
        card_set_cadence(c, USUAL);
}

/* A null pointer: as the zone has it. */
static int set_cadence(card_t *card, card_channel *c, uint8_t *arg, int size) {
    int32_t wanted[CARD_CADENCE];
    if (size == 0) {
        card_zone_cadence(card, c);
        return 0;
    }
    memcpy(wanted, arg, sizeof wanted);
    return card_set_cadence(c, wanted);
}

static int transfer(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)size;
    int ms = card_int(arg);
    if (!card_is_fxs(c) || ms < 0 || ms > MOST_TRANSFER_MS)
        return -CTI_DAHDI_EINVAL;
    c->transfer_until = card->ms + ms;
    return 0;
}

static int set_polarity(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)size;
    if (!card_is_fxs(c))
        return -CTI_DAHDI_EINVAL;
    return card_control(card, c, CTI_LINE_POLARITY, card_int(arg) != 0) < 0 ? -CTI_DAHDI_EINVAL : 0;
}

static int vmwi(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    if (!card_is_fxs(c))
        return -CTI_DAHDI_EINVAL;
    c->lamp = card_int(arg);
    return 0;
}

static int vmwi_config(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    if (!card_is_fxs(c) || card_int(arg) & ~7)
        return -CTI_DAHDI_EINVAL;
    c->vmwi = card_int(arg);
    return 0;
}

static int buffer_events(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    c->buffer_events = card_int(arg) != 0;
    return 0;
}

static int get_conf(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    memcpy(arg, c->conf, sizeof c->conf);
    return 0;
}

/* The impedance, which the line beneath does not know, and the eight taps of the hybrid (card_tune.c). */
static int set_echo_tune(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    if (c->kind != CARD_FXO)
        return -CTI_DAHDI_EINVAL;
    memcpy(c->tune, arg, sizeof c->tune);
    return 0;
}

/* Of conferences only what listens to a channel: modes 1 to 3, and 10 to 12, before its echo is cancelled. */
static int set_conf(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)size;
    int number = card_int(arg + 4), mode = card_int(arg + 8);
    int what = mode & 0xff;
    if (mode < 0 || (what > 3 && (what < CARD_BEFORE_ECHO || what > CARD_BEFORE_ECHO + 2)))
        return -CTI_DAHDI_EINVAL;
    if (what != 0 && card_channel_of(card, number) == NULL)
        return -CTI_DAHDI_EINVAL;
    memcpy(c->conf, arg, sizeof c->conf);
    c->conf[0] = card_number(card, c);
    return 0;
}

static int get_zone(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)size;
    card_put_int(arg, c->tone_zone);
    return 0;
}

static int set_zone(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)size;
    int zone = card_int(arg) < 0 ? card->default_zone : card_int(arg);
    if (zone >= CARD_ZONES)
        return -CTI_DAHDI_EINVAL;
    if (!(card->zones >> zone & 1))
        return -CTI_DAHDI_ENODATA;
    c->tone_zone = zone;
    card_zone_cadence(card, c);
    return 0;
}

/* -1 stops; the tones themselves are not modelled. */
static int send_tone(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)c, (void)size;
    return card_int(arg) == -1 ? 0 : -CTI_DAHDI_ENOSYS;
}

static int taken(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)c, (void)arg, (void)size;
    return 0;
}

static const card_request REQUESTS[] = {
    {DAHDI_GET_BLOCKSIZE, get_blocksize},
    {DAHDI_SET_BLOCKSIZE, set_blocksize},
    {DAHDI_FLUSH, flush},
    {DAHDI_SYNC, sync_out},
    {DAHDI_GET_PARAMS, card_get_params},
    {DAHDI_GET_PARAMS_V1, card_get_params},
    {DAHDI_SET_PARAMS, set_params},
    {DAHDI_HOOK, hook},
    {DAHDI_GETEVENT, get_event},
    {DAHDI_IOMUX, iomux},
    {DAHDI_SPANSTAT, card_span_stat},
    {DAHDI_GETCONF, get_conf},
    {DAHDI_SETCONF, set_conf},
    {DAHDI_GETGAINS, get_gains},
    {DAHDI_SETGAINS, set_gains},
    {DAHDI_CONFMUTE, taken},
    {DAHDI_SENDTONE, send_tone},
    {DAHDI_GETTONEZONE, get_zone},
    {DAHDI_SETTONEZONE, set_zone},
    {DAHDI_GET_BUFINFO, get_bufinfo},
    {DAHDI_SET_BUFINFO, set_bufinfo},
    {DAHDI_DIAL, dial},
    {DAHDI_ECHOCANCEL, echo_cancel},
    {DAHDI_ECHOCANCEL_PARAMS, echo_cancel_params},
    {DAHDI_SET_ECHOTUNE, set_echo_tune},
    {DAHDI_ECHOTRAIN, echo_train},
    {DAHDI_CHANNO, channel_number},
    {DAHDI_DIALING, dialling},
    {DAHDI_SETLAW, set_law},
    {DAHDI_SETLINEAR, set_linear},
    {DAHDI_SETCADENCE, set_cadence},
    {DAHDI_ONHOOKTRANSFER, transfer},
    {DAHDI_SET_HWGAIN, set_hwgain},
    {DAHDI_SETPOLARITY, set_polarity},
    {DAHDI_VMWI, vmwi},
    {DAHDI_VMWI_CONFIG, vmwi_config},
    {DAHDI_HDLC_RATE, taken},
    {DAHDI_BUFFER_EVENTS, buffer_events},
};

int card_channel_request(card_t *card, card_channel *c, uint32_t request, uint8_t *arg, int size) {
    return card_obey(REQUESTS, (int)(sizeof REQUESTS / sizeof *REQUESTS), card, c, request, arg, size);
}
