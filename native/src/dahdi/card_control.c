/* What a program asks of the control node by ioctl: spans, configuration, tone zones. */
#include "dahdi/card_state.h"

enum { ZONE_BYTES = 112, TONE_BYTES = 44 };

typedef cti_dahdi_card card_t;

static void put_text(uint8_t *at, const char *text) {
    memcpy(at, text, strlen(text) + 1);
}

int card_span_stat(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)size;
    int number = card_int(arg);
    if (card->removed || (number != 1 && !(number == 0 && c != NULL)))
        return -CTI_DAHDI_EINVAL;
    int configured = 0;
    for (int i = 0; i < card->ports; i++)
        configured += card->channel[i].sig != 0;
    memset(arg, 0, SPAN_BYTES);
    card_put_int(arg, 1);
    put_text(arg + SPAN_NAME, "WCTDM/0");
    put_text(arg + SPAN_DESC, "Simulated analogue card");
    card_put_int(arg + SPAN_ALARMS, card->alarms);
    card_put_int(arg + SPAN_NUMCHANS, configured);
    card_put_int(arg + SPAN_TOTALCHANS, card->ports);
    card_put_int(arg + SPAN_TOTALSPANS, 1);
    put_text(arg + SPAN_LOCATION, "simulated");
    put_text(arg + SPAN_MANUFACTURER, "hwsim");
    put_text(arg + SPAN_DEVICETYPE, "Simulated analogue card");
    put_text(arg + 308, "FXS");
    return 0;
}

int card_get_version(card_t *card, card_channel *c, uint8_t *arg, int size) {
    (void)card, (void)c, (void)size;
    memset(arg, 0, 160);
    put_text(arg, "3.4.0-simulated");
    put_text(arg + 80, "MG2");
    return 0;
}

static card_channel *named(card_t *card, const uint8_t *arg) {
    card_channel *c = card_channel_of(card, card_int(arg) & ~DAHDI_MASTER);
    return c == NULL || c->kind == CARD_PSEUDO || card->removed ? NULL : c;
}

static int get_params(card_t *card, card_channel *none, uint8_t *arg, int size) {
    (void)none;
    card_channel *c = named(card, arg);
    if (c == NULL)
        return -CTI_DAHDI_EINVAL;
    int master = card_int(arg) & DAHDI_MASTER ? card_number(card, c) << 16 : 0; /* an analogue one: itself */
    card_get_params(card, c, arg, size);
    card_put_int(arg, card_int(arg) | master);
    return 0;
}

/* chan, name[40], sigtype at 44, deflaw at 48 */
static int configure(card_t *card, card_channel *none, uint8_t *arg, int size) {
    (void)none, (void)size;
    card_channel *c = named(card, arg);
    int sig = card_int(arg + 44), law = card_int(arg + 48);
    int able = c == NULL ? 0 : card_is_fxs(c) ? DAHDI_SIG_ANY_FXO : DAHDI_SIG_ANY_FXS;
    if (c == NULL || (sig & ~able) != 0 || law < 0 || law > CTI_DAHDI_LAW_A)
        return -CTI_DAHDI_EINVAL;
    if (c->opened)
        return -CTI_DAHDI_EBUSY;
    c->sig = sig;
    c->deflaw = law == 0 ? card->cfg.law : law;
    c->attached = 0;
    return 0;
}

/* chan, name[16]; no name: none any more */
static int attach_echo_can(card_t *card, card_channel *none, uint8_t *arg, int size) {
    (void)none, (void)size;
    card_channel *c = named(card, arg);
    if (c == NULL)
        return -CTI_DAHDI_EINVAL;
    memcpy(c->echo_name, arg + 4, sizeof c->echo_name);
    c->echo_name[sizeof c->echo_name - 1] = 0;
    c->attached = c->echo_name[0] != 0;
    return 0;
}

static int free_zone(card_t *card, card_channel *none, uint8_t *arg, int size) {
    (void)none, (void)size;
    int zone = card_int(arg);
    if (zone < 0 || zone >= CARD_ZONES)
        return -CTI_DAHDI_EINVAL;
    card->zones &= ~(1u << zone); /* one that is not loaded is free already */
    return 0;
}

/* How many tones, the zone, its ringing, 40 characters; then the tones: what it is, which part comes next,
 * samples … The tones themselves are not made, but have to be whole. */
static int load_zone(card_t *card, card_channel *none, uint8_t *arg, int size) {
    (void)none;
    int tones = card_int(arg), zone = card_int(arg + 4);
    const uint8_t *ringing = arg + 8;
    for (int i = 0; i < CARD_CADENCE; i++)
        if (card_int(ringing + 4 * i) < 0)
            return -CTI_DAHDI_EINVAL;
    if (zone < 0 || zone >= CARD_ZONES || tones < 0 || tones > (size - ZONE_BYTES) / TONE_BYTES)
        return -CTI_DAHDI_EINVAL;
    for (int i = 0; i < tones; i++) {
        const uint8_t *tone = arg + ZONE_BYTES + i * TONE_BYTES;
        if (card_int(tone) < 0 || card_int(tone + 4) < 0 || card_int(tone + 4) >= tones ||
            card_int(tone + 8) < 0)
            return -CTI_DAHDI_EINVAL;
    }
    if (card->zones >> zone & 1)
        return -CTI_DAHDI_EBUSY;
    card->zones |= 1u << zone;
    memcpy(card->zone_cadence[zone], ringing, sizeof card->zone_cadence[zone]);
    return 0;
}

static int default_zone(card_t *card, card_channel *none, uint8_t *arg, int size) {
    (void)none, (void)size;
    int zone = card_int(arg);
    if (zone < 0 || zone >= CARD_ZONES || !(card->zones >> zone & 1))
        return -CTI_DAHDI_EINVAL;
    card->default_zone = zone;
    for (int i = 0; i < card->channels; i++) {
        card->channel[i].tone_zone = zone;
        card_zone_cadence(card, &card->channel[i]);
    }
    return 0;
}

static int span(card_t *card, card_channel *none, uint8_t *arg, int size) {
    (void)none, (void)size;
    return card->removed || card_int(arg) != 1 ? -CTI_DAHDI_EINVAL : 0;
}

static int of_channel(card_t *card, card_channel *none, uint8_t *arg, int size) {
    (void)none;
    card_channel *c = named(card, arg);
    return c == NULL ? -CTI_DAHDI_EINVAL : card_channel_request(card, c, DAHDI_SETGAINS, arg, size);
}

static const card_request REQUESTS[] = {
    {DAHDI_SPANSTAT, card_span_stat},
    {DAHDI_GET_PARAMS, get_params},
    {DAHDI_GET_PARAMS_V1, get_params},
    {DAHDI_CHANCONFIG, configure},
    {DAHDI_SPANCONFIG, span},
    {DAHDI_STARTUP, span},
    {DAHDI_SHUTDOWN, span},
    {DAHDI_ATTACH_ECHOCAN, attach_echo_can},
    {DAHDI_FREEZONE, free_zone},
    {DAHDI_LOADZONE, load_zone},
    {DAHDI_DEFAULTZONE, default_zone},
    {DAHDI_SETGAINS, of_channel},
};

int card_control_request(card_t *card, uint32_t request, uint8_t *arg, int size) {
    return card_obey(REQUESTS, (int)(sizeof REQUESTS / sizeof *REQUESTS), card, NULL, request, arg, size);
}
