/* What is told upwards. */
#include <string.h>

#include "cti/error.h"
#include "fax/t30_state.h"

static int may_be_lost(int kind) {
    return kind == CTI_T30_SENT_FRAME || kind == CTI_T30_HEARD_FRAME || kind == CTI_T30_PAGE_PART;
}

/* The event to be filled; where there is no room, one that nobody sees. */
cti_t30_event *t30_tell(cti_t30 *t, int kind, int value) {
    static const cti_t30_event none;
    int room = T30_EVENTS_MAX - (may_be_lost(kind) ? T30_EVENTS_KEPT : 0);
    int at = (t->event_first + t->event_count) % T30_EVENTS_MAX;
    if (t->event_count < room)
        t->event_count++;
    else
        at = T30_EVENTS_MAX; /* the spare one */
    cti_t30_event *ev = &t->events[at];
    *ev = none;
    ev->kind = kind;
    ev->value = value;
    ev->at = t->now;
    ev->memory = -1;
    ev->first_damaged = -1;
    return ev;
}

void t30_tell_frame(cti_t30 *t, int kind, const uint8_t *octets, int n) {
    cti_t30_frame_view f;
    int known = cti_t30_frame_parse(octets, n, &f) == CTI_OK;
    cti_t30_event *ev = t30_tell(t, kind, known ? f.type : CTI_T30_UNKNOWN);
    ev->length = n;
    memcpy(ev->octets, octets, n < (int)sizeof ev->octets ? (size_t)n : sizeof ev->octets);
}

int cti_t30_events(cti_t30 *t, cti_t30_event *ev, int max) {
    if (t == NULL || ev == NULL || max < 0)
        return CTI_ERR_ARG;
    int n = 0;
    for (; n < max && t->event_count > 0; n++) {
        ev[n] = t->events[t->event_first];
        t->event_first = (t->event_first + 1) % T30_EVENTS_MAX;
        t->event_count--;
    }
    return n;
}

int cti_t30_about(const cti_t30 *t, cti_t30_link *out) {
    if (t == NULL || out == NULL)
        return CTI_ERR_ARG;
    *out = t->link;
    return CTI_OK;
}
