/* outbox: events that found no room in the caller's array wait here for the next call. */
#pragma once

#include "cti/event.h"

enum { CTI_OUTBOX_ROOM = 8 };

typedef struct cti_outbox {
    cti_event waiting[CTI_OUTBOX_ROOM];
    int32_t count;
} cti_outbox;

/* Where a run writes to: the caller's array, then the outbox. */
typedef struct cti_event_sink {
    cti_event *ev;
    int max;
    int count;
    cti_outbox *outbox;
} cti_event_sink;

/* Begins a run: what waited goes out first. */
static inline cti_event_sink cti_sink_open(cti_event *ev, int max, cti_outbox *outbox) {
    cti_event_sink sink = {ev, ev ? max : 0, 0, outbox};
    while (sink.count < sink.max && sink.count < outbox->count) {
        ev[sink.count] = outbox->waiting[sink.count];
        sink.count++;
    }
    for (int i = sink.count; i < outbox->count; i++)
        outbox->waiting[i - sink.count] = outbox->waiting[i];
    outbox->count -= sink.count;
    return sink;
}

static inline void cti_sink_put(cti_event_sink *sink, const cti_event *event) {
    if (sink->count < sink->max)
        sink->ev[sink->count++] = *event;
    else if (sink->outbox->count < CTI_OUTBOX_ROOM)
        sink->outbox->waiting[sink->outbox->count++] = *event;
}
