/* engine_bridge: ports that hear one another, by the conference mixer. */
#include "cti/conference.h"
#include "cti/error.h"
#include "cti/mixer.h"
#include "media/engine_parts.h"
#include "mix/gain.h"

enum { FREE = -1, NOBODY = -1 };

static cti_conference *mixer_of(const cti_engine *e, int bridge) {
    return cti_engine_part(e, e->lay.mixers + (size_t)bridge * e->lay.mixer_size);
}

int cti_engine_init_bridges(cti_engine *e) {
    int result = CTI_OK;
    for (int b = 0; b < e->cfg.bridges && result == CTI_OK; b++) {
        for (int i = 0; i < CTI_BRIDGE_PARTIES; i++)
            bridge_of(e, b)->port[i] = FREE;
        result = cti_conference_init(mixer_of(e, b), e->lay.mixer_size, CTI_BRIDGE_PARTIES);
    }
    return result;
}

/* The place of a port in a bridge: that which it has, also while it leaves. */
static int place_of(const cti_engine_bridge *b, int port) {
    for (int i = 0; i < CTI_BRIDGE_PARTIES; i++)
        if (b->port[i] == port)
            return i;
    return NOBODY;
}

static void tell_role(cti_engine *e, int64_t now, int port, int bridge, int role) {
    cti_engine_find(e, now, port, CTI_EV_BRIDGED, role, 0, bridge);
}

/* Whoever whispers to a party that leaves listens from now on: its place may be another's next. */
static void end_whispers(cti_engine *e, int64_t now, int bridge, int place) {
    cti_engine_bridge *b = bridge_of(e, bridge);
    for (int i = 0; i < CTI_BRIDGE_PARTIES; i++) {
        if (b->port[i] == FREE || b->leaving[i] || b->whispers_to[i] != place)
            continue;
        b->whispers_to[i] = NOBODY;
        (void)cti_conference_set(mixer_of(e, bridge), i, CTI_ROLE_LISTEN, NOBODY, 0);
        tell_role(e, now, b->port[i], bridge, CTI_ROLE_LISTEN);
    }
}

void cti_engine_leave_bridge(cti_engine *e, int64_t now, int port) {
    cti_engine_port *p = port_of(e, port);
    if (!p->bridged)
        return;
    cti_engine_bridge *b = bridge_of(e, p->bridge);
    int place = place_of(b, port);
    (void)cti_conference_set(mixer_of(e, p->bridge), place, CTI_ROLE_AWAY, NOBODY, 0);
    b->leaving[place] = 1;
    p->bridged = 0;
    tell_role(e, now, port, p->bridge, CTI_ROLE_AWAY);
    end_whispers(e, now, p->bridge, place);
}

/* The place that a port takes, or CTI_ERR_FULL. */
static int take_place(cti_engine_bridge *b, int port) {
    int place = place_of(b, port);
    if (place == NOBODY)
        place = place_of(b, FREE);
    if (place == NOBODY)
        return CTI_ERR_FULL;
    b->parties += b->port[place] == FREE;
    b->port[place] = port;
    b->leaving[place] = 0;
    return place;
}

static int join(cti_engine *e, int64_t now, const cti_command *c) {
    cti_engine_bridge *b = bridge_of(e, c->ref);
    int target = NOBODY;
    if (c->what == CTI_ROLE_WHISPER) {
        target = place_of(b, c->value);
        if (target == NOBODY || b->leaving[target] || c->value == c->port)
            return CTI_ERR_STATE;
    }
    cti_engine_port *p = port_of(e, c->port);
    int other = p->bridged && p->bridge != c->ref;
    int place = take_place(b, c->port);
    if (place < 0)
        return place;
    if (other)
        cti_engine_leave_bridge(e, now, c->port);
    (void)cti_conference_set(mixer_of(e, c->ref), place, c->what, target, c->item.gain_q12);
    b->whispers_to[place] = target;
    p->bridge = c->ref;
    p->bridged = 1;
    tell_role(e, now, c->port, c->ref, c->what);
    return CTI_OK;
}

static int role_of(const cti_engine *e, int port, int bridge) {
    const cti_engine_port *p = port_of(e, port);
    int there = p->bridged && p->bridge == bridge;
    return there ? cti_conference_role(mixer_of(e, bridge), place_of(bridge_of(e, bridge), port))
                 : CTI_ROLE_AWAY;
}

int cti_engine_join_bridge(cti_engine *e, int64_t now, const cti_command *c) {
    int result = join(e, now, c);
    if (result < 0)
        tell_role(e, now, c->port, c->ref, role_of(e, c->port, c->ref));
    else
        cti_engine_wake(e, c->port);
    return result;
}

static void mix_one(cti_engine *e, int bridge) {
    int16_t said[CTI_BRIDGE_PARTIES][TICK], heard[CTI_BRIDGE_PARTIES][TICK];
    cti_engine_bridge *b = bridge_of(e, bridge);
    for (int i = 0; i < CTI_BRIDGE_PARTIES; i++) {
        const int16_t *rx = b->port[i] == FREE ? NULL : rx_of(e, b->port[i]);
        for (int k = 0; k < TICK; k++)
            said[i][k] = rx ? rx[k] : 0;
    }
    (void)cti_conference_run(mixer_of(e, bridge), said[0], TICK, heard[0], TICK, TICK);
    for (int i = 0; i < CTI_BRIDGE_PARTIES; i++) {
        if (b->port[i] == FREE)
            continue;
        (void)cti_mix_add(tx_of(e, b->port[i]), heard[i], CTI_UNITY, TICK);
        if (b->leaving[i]) {
            b->port[i] = FREE;
            b->leaving[i] = 0;
            b->parties--;
        }
    }
}

void cti_engine_mix(cti_engine *e) {
    for (int b = 0; b < e->cfg.bridges; b++)
        if (bridge_of(e, b)->parties > 0)
            mix_one(e, b);
}
