/* fax_track: whether one band of the fax bank holds a steady sound now, since when, and until when. */
#pragma once

#include <stdint.h>

#include "tone/fax_bank.h"

enum { FAX_HISTORY = 64, FAX_NONE = 0, FAX_BEGAN = 1, FAX_LASTS = 2, FAX_ENDED = 3 };

/* The last hops, by their number modulo FAX_HISTORY. */
typedef struct fax_history {
    fax_hop hop[FAX_HISTORY];
    int64_t hops; /* heard so far */
} fax_history;

typedef struct fax_track {
    int32_t band;
    int32_t hold; /* hops over which it must have gone before it is over */
    int32_t on;
    int64_t start; /* sample */
    int64_t first; /* its first whole hop */
    int64_t end;   /* sample; of the last one that ended */
    double power;  /* over the `hops` heard of it */
    double energy;
    int64_t hops;
} fax_track;

void fax_track_init(fax_track *t, int band, int hold);
/* Takes the newest hop of the history. */
int fax_track_run(fax_track *t, const fax_history *h);
/* A hop that is still in the history; silence before the first. */
const fax_hop *fax_hop_at(const fax_history *h, int64_t number);
