#include "cti/ear.h"

#include <string.h>

#include "cti/cid_rx.h"
#include "cti/dtmf_rx.h"
#include "cti/error.h"
#include "cti/fax_tones.h"
#include "cti/presence.h"
#include "cti/vad.h"

/* The ear hears in pieces of this many samples (a tick); what it reports does not depend on it. */
#define PIECE 160
#define PORTS_MAX 512
#define DETECTORS 6
/* Events of one detector in one piece; a detector keeps those beyond for the next piece. */
#define DETECTOR_EVENTS 8
/* Events that wait for a caller who gave no room: so many, and so many more a port. */
#define WAITING 256
#define WAITING_PER_PORT 32
#define ALIGN 64

/* Receivers for digits of a port: one serves DTMF and caller ID if both began to listen at once (the whole
 * receiver costs more than most detectors), else each has its own. */
#define RECEIVERS 2
#define MAY_REST (CTI_EAR_DTMF | CTI_EAR_CALLER_ID)

enum { DTMF = 0, PROGRESS = 1, VOICE = 2, CALLER_ID = 3, FAX = 4, PRESENCE = 5 };

/* One port's detectors and receivers lie behind its ear_port, at the ear's offsets. */
typedef struct ear_port {
    int32_t detectors;               /* mask */
    int32_t hears_digits[DETECTORS]; /* of DTMF and of caller ID: which receiver */
    int32_t messages_before;         /* caller-ID messages of earlier listening */
    int32_t messages;                /* all so far */
    int32_t rests;
    int64_t behind;           /* samples missed while it rests */
    int64_t since[DETECTORS]; /* sample count at which each began to listen */
    cti_progress_config progress;
} ear_port;

struct cti_ear {
    int32_t ports;
    int64_t now;
    size_t offset[DETECTORS]; /* within a port's room */
    size_t receiver[RECEIVERS];
    size_t port_room;
    size_t first_port, found, waiting; /* within the ear */
    int32_t waiting_room, first_waiting, waiting_count;
    int32_t lost; /* events that found no room anywhere */
};

static size_t aligned(size_t size) {
    return (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

static size_t detector_size(int detector) {
    switch (detector) {
    case DTMF:
        return 0; /* its receivers have their own room */
    case PROGRESS:
        return cti_progress_size();
    case VOICE:
        return cti_vad_size();
    case FAX:
        return cti_fax_tones_size();
    case PRESENCE:
        return cti_presence_size();
    default:
        return cti_cid_rx_size();
    }
}

/* Fills in where everything lies; returns the size of the whole. */
static size_t lay_out(cti_ear *ear, int ports) {
    memset(ear, 0, sizeof *ear);
    ear->ports = ports;
    ear->port_room = aligned(sizeof(ear_port));
    for (int d = 0; d < DETECTORS; d++) {
        ear->offset[d] = ear->port_room;
        ear->port_room += aligned(detector_size(d));
    }
    for (int r = 0; r < RECEIVERS; r++) {
        ear->receiver[r] = ear->port_room;
        ear->port_room += aligned(cti_dtmf_rx_size());
    }
    ear->waiting_room = WAITING + WAITING_PER_PORT * ports;
    ear->first_port = aligned(sizeof *ear);
    ear->found = ear->first_port + (size_t)ports * ear->port_room;
    ear->waiting = ear->found + aligned((size_t)(ports * DETECTORS * DETECTOR_EVENTS) * sizeof(cti_event));
    return ear->waiting + aligned((size_t)ear->waiting_room * sizeof(cti_event));
}

static void *inside(cti_ear *ear, size_t offset) {
    return (unsigned char *)ear + offset;
}

static ear_port *port_of(cti_ear *ear, int port) {
    return inside(ear, ear->first_port + (size_t)port * ear->port_room);
}

static const ear_port *const_port_of(const cti_ear *ear, int port) {
    const unsigned char *from = (const unsigned char *)ear + ear->first_port;
    return (const void *)(from + (size_t)port * ear->port_room);
}

static void *detector_of(cti_ear *ear, int port, int detector) {
    return inside(ear, ear->first_port + (size_t)port * ear->port_room + ear->offset[detector]);
}

static void *receiver_of(cti_ear *ear, int port, int receiver) {
    return inside(ear, ear->first_port + (size_t)port * ear->port_room + ear->receiver[receiver]);
}

size_t cti_ear_size(int ports) {
    cti_ear plan;
    return ports < 1 || ports > PORTS_MAX ? 0 : lay_out(&plan, ports);
}

int cti_ear_init(cti_ear *ear, size_t size, int ports) {
    if (!ear || ports < 1 || ports > PORTS_MAX) {
        return CTI_ERR_ARG;
    }
    if (size < cti_ear_size(ports)) {
        return CTI_ERR_SIZE;
    }
    memset(ear, 0, cti_ear_size(ports));
    lay_out(ear, ports);
    for (int p = 0; p < ports; p++) {
        cti_progress_defaults(&port_of(ear, p)->progress);
    }
    return CTI_OK;
}

/* A receiver for the digits of a detector that starts now: the other's, if that started now too. */
static int start_receiver(cti_ear *ear, int p, int detector, int other) {
    ear_port *port = port_of(ear, p);
    int taken = port->detectors & (1 << other) ? port->hears_digits[other] : -1;
    if (taken >= 0 && port->since[other] == ear->now) {
        port->hears_digits[detector] = taken;
        return CTI_OK;
    }
    port->hears_digits[detector] = taken == 0 ? 1 : 0;
    return cti_dtmf_rx_init(receiver_of(ear, p, port->hears_digits[detector]), cti_dtmf_rx_size(), NULL);
}

static int start(cti_ear *ear, int p, int detector) {
    ear_port *port = port_of(ear, p);
    void *state = detector_of(ear, p, detector);
    size_t size = detector_size(detector);
    port->since[detector] = ear->now;
    switch (detector) {
    case DTMF:
        return start_receiver(ear, p, DTMF, CALLER_ID);
    case PROGRESS:
        return cti_progress_init(state, size, &port->progress);
    case VOICE:
        return cti_vad_init(state, size, NULL);
    case FAX:
        return cti_fax_tones_init(state, size);
    case PRESENCE:
        return cti_presence_init(state, size);
    default:
        port->messages_before = port->messages;
        int bad = cti_cid_rx_init(state, size);
        return bad < 0 ? bad : start_receiver(ear, p, CALLER_ID, DTMF);
    }
}

int cti_ear_listen(cti_ear *ear, int port, int detectors) {
    if (!ear || port < 0 || port >= ear->ports || (detectors & ~CTI_EAR_ALL)) {
        return CTI_ERR_ARG;
    }
    ear_port *of = port_of(ear, port);
    if (of->rests) {
        return CTI_ERR_STATE;
    }
    of->detectors &= detectors;
    for (int d = 0; d < DETECTORS; d++) {
        if (detectors & ~of->detectors & (1 << d)) {
            int bad = start(ear, port, d);
            if (bad < 0) {
                return bad;
            }
            of->detectors |= 1 << d;
        }
    }
    return CTI_OK;
}

int cti_ear_progress(cti_ear *ear, int port, const struct cti_progress_config *cfg) {
    if (!ear || !cfg || port < -1 || port >= ear->ports) {
        return CTI_ERR_ARG;
    }
    int from = port < 0 ? 0 : port, to = port < 0 ? ear->ports - 1 : port;
    for (int p = from; p <= to; p++) {
        if (port_of(ear, p)->rests) {
            return CTI_ERR_STATE;
        }
    }
    for (int p = from; p <= to; p++) {
        ear_port *of = port_of(ear, p);
        cti_progress_config before = of->progress;
        of->progress = *cfg;
        int bad = start(ear, p, PROGRESS);
        if (bad < 0) { /* nothing is changed: the definitions are bad, and so for the first port */
            of->progress = before;
            (void)start(ear, p, PROGRESS);
            return bad;
        }
    }
    return CTI_OK;
}

/* What a port's receivers for digits hear in a piece. */
typedef struct digits {
    cti_event ev[RECEIVERS][DETECTOR_EVENTS];
    int count[RECEIVERS];
} digits;

static void hear_digits(cti_ear *ear, int p, const int16_t *pcm, int n, digits *heard) {
    const ear_port *port = port_of(ear, p);
    for (int r = 0; r < RECEIVERS; r++) {
        int used = (port->detectors & CTI_EAR_DTMF && port->hears_digits[DTMF] == r) ||
                   (port->detectors & CTI_EAR_CALLER_ID && port->hears_digits[CALLER_ID] == r);
        heard->count[r] =
            used ? cti_dtmf_rx_run(receiver_of(ear, p, r), pcm, n, heard->ev[r], DETECTOR_EVENTS) : 0;
    }
}

static int run_detector(cti_ear *ear, int p, int detector, const int16_t *pcm, int n, const digits *heard,
                        cti_event *ev) {
    void *state = detector_of(ear, p, detector);
    int receiver = port_of(ear, p)->hears_digits[detector];
    switch (detector) {
    case DTMF:
        memcpy(ev, heard->ev[receiver], (size_t)heard->count[receiver] * sizeof *ev);
        return heard->count[receiver];
    case PROGRESS:
        return cti_progress_run(state, pcm, n, ev, DETECTOR_EVENTS);
    case VOICE:
        return cti_vad_run(state, pcm, n, ev, DETECTOR_EVENTS);
    case FAX:
        return cti_fax_tones_run(state, pcm, n, ev, DETECTOR_EVENTS);
    case PRESENCE:
        return cti_presence_run(state, pcm, n, ev, DETECTOR_EVENTS);
    default:
        return cti_cid_rx_hear(state, pcm, n, heard->ev[receiver], heard->count[receiver], ev,
                               DETECTOR_EVENTS);
    }
}

/* All detectors of a port over one piece; the events, in the ear's own times. */
static int hear_port(cti_ear *ear, int p, const int16_t *pcm, int n, cti_event *ev) {
    ear_port *port = port_of(ear, p);
    digits heard;
    int found = 0;
    hear_digits(ear, p, pcm, n, &heard);
    for (int d = 0; d < DETECTORS; d++) {
        if (!(port->detectors & (1 << d))) {
            continue;
        }
        int more = run_detector(ear, p, d, pcm, n, &heard, ev + found);
        for (int i = 0; i < more; i++) {
            cti_event *e = &ev[found++];
            e->port = p;
            e->at += port->since[d];
            e->start += port->since[d];
            if (d == CALLER_ID) {
                e->ref += port->messages_before;
                port->messages = e->ref;
            }
        }
    }
    return found;
}

static int before(const cti_event *a, const cti_event *b) {
    if (a->at != b->at) {
        return a->at < b->at;
    }
    return a->port != b->port ? a->port < b->port : a->kind < b->kind;
}

/* By insertion: few events, nearly in order. */
static void sort(cti_event *ev, int n) {
    for (int i = 1; i < n; i++) {
        cti_event e = ev[i];
        int j = i;
        for (; j > 0 && before(&e, &ev[j - 1]); j--) {
            ev[j] = ev[j - 1];
        }
        ev[j] = e;
    }
}

static void keep(cti_ear *ear, const cti_event *e) {
    if (ear->waiting_count == ear->waiting_room) {
        ear->lost++;
        return;
    }
    cti_event *queue = inside(ear, ear->waiting);
    queue[(ear->first_waiting + ear->waiting_count) % ear->waiting_room] = *e;
    ear->waiting_count++;
}

/* Those that wait, oldest first; behind them, once, how many were lost. */
static int deliver(cti_ear *ear, cti_event *ev, int max) {
    cti_event *queue = inside(ear, ear->waiting);
    int out = 0;
    while (out < max && ear->waiting_count > 0) {
        ev[out++] = queue[ear->first_waiting];
        ear->first_waiting = (ear->first_waiting + 1) % ear->waiting_room;
        ear->waiting_count--;
    }
    if (out < max && ear->lost > 0) {
        cti_event lost = {ear->now, ear->now, -1, CTI_EV_EVENTS_LOST, ear->lost, 0, 0, 0.0f};
        ev[out++] = lost;
        ear->lost = 0;
    }
    return out;
}

int cti_ear_run(cti_ear *ear, const int16_t *pcm, int stride, int n, cti_event *ev, int max) {
    if (!ear || n < 0 || max < 0 || (n > 0 && !pcm) || (max > 0 && !ev)) {
        return CTI_ERR_ARG;
    }
    cti_event *found = inside(ear, ear->found);
    for (int done = 0; done < n;) {
        int piece = n - done < PIECE ? n - done : PIECE;
        int count = 0;
        for (int p = 0; p < ear->ports; p++) {
            ear_port *port = port_of(ear, p);
            if (port->rests) {
                port->behind += piece;
            } else if (port->detectors) {
                count += hear_port(ear, p, pcm + (ptrdiff_t)p * stride + done, piece, found + count);
            }
        }
        sort(found, count);
        for (int i = 0; i < count; i++) {
            keep(ear, &found[i]);
        }
        done += piece;
        ear->now += piece;
    }
    return deliver(ear, ev, max);
}

int cti_ear_may_rest(const cti_ear *ear, int port) {
    return ear && port >= 0 && port < ear->ports && !(const_port_of(ear, port)->detectors & ~MAY_REST);
}

int cti_ear_rest(cti_ear *ear, int port, int rests) {
    if (!ear || port < 0 || port >= ear->ports) {
        return CTI_ERR_ARG;
    }
    ear_port *of = port_of(ear, port);
    if (rests ? !cti_ear_may_rest(ear, port) : of->behind > 0) {
        return CTI_ERR_STATE;
    }
    of->rests = rests != 0;
    return CTI_OK;
}

int64_t cti_ear_behind(const cti_ear *ear, int port) {
    return !ear || port < 0 || port >= ear->ports ? 0 : const_port_of(ear, port)->behind;
}

int64_t cti_ear_may_pass(const cti_ear *ear, int port) {
    int64_t behind = cti_ear_behind(ear, port) - CTI_EAR_SETTLES;
    return behind < CTI_EAR_PERIOD ? 0 : behind / CTI_EAR_PERIOD * CTI_EAR_PERIOD;
}

int cti_ear_pass_over(cti_ear *ear, int port, int64_t n) {
    if (n < 0 || n % CTI_EAR_PERIOD != 0 || n > cti_ear_may_pass(ear, port)) {
        return CTI_ERR_ARG;
    }
    ear_port *of = port_of(ear, port);
    of->behind -= n;
    for (int d = 0; d < DETECTORS; d++) {
        of->since[d] += n;
    }
    return CTI_OK;
}

int cti_ear_make_up(cti_ear *ear, int port, const int16_t *pcm, int n) {
    if (!pcm || n < 0 || n > PIECE || n > cti_ear_behind(ear, port)) {
        return CTI_ERR_ARG;
    }
    cti_event *found = inside(ear, ear->found);
    int count = hear_port(ear, port, pcm, n, found);
    for (int i = 0; i < count; i++) {
        keep(ear, &found[i]);
    }
    port_of(ear, port)->behind -= n;
    return CTI_OK;
}

int cti_ear_idle(cti_ear *ear, int64_t n) {
    if (!ear || n < 0) {
        return CTI_ERR_ARG;
    }
    for (int p = 0; p < ear->ports; p++) {
        if (port_of(ear, p)->detectors && !port_of(ear, p)->rests) {
            return CTI_ERR_STATE;
        }
    }
    if (ear->waiting_count > 0 || ear->lost > 0) {
        return CTI_ERR_STATE;
    }
    for (int p = 0; p < ear->ports; p++) {
        port_of(ear, p)->behind += port_of(ear, p)->rests ? n : 0;
    }
    ear->now += n;
    return CTI_OK;
}

int cti_ear_message(const cti_ear *ear, int port, int32_t ref, uint8_t *out, int max) {
    if (!ear || port < 0 || port >= ear->ports || !out) {
        return CTI_ERR_ARG;
    }
    const unsigned char *room = (const unsigned char *)ear + ear->first_port + (size_t)port * ear->port_room;
    const ear_port *of = (const ear_port *)(const void *)room;
    const cti_cid_rx *rx = (const cti_cid_rx *)(const void *)(room + ear->offset[CALLER_ID]);
    return ref <= of->messages_before ? CTI_ERR_GONE
                                      : cti_cid_rx_message(rx, ref - of->messages_before, out, max);
}
