#include "tone/fax_track.h"

#include <math.h>
#include <string.h>

#include "base/dbm0.h"

enum {
    WINDOW = 8,    /* hops, 40 ms: a sound begins when it fills them, ... */
    REFERENCE = 4, /* ... the newest of which say how loud it is */
    MOST_BACK = 16
};

#define BEGIN_SHARE 0.60 /* of all power: the rest is noise, or our own sound come back */
#define KEEP_SHARE 0.40f
#define FULL 0.5           /* its older half holds at least so much of what the newer one holds */
#define EDGE_POWER 0.25    /* of the sound's own: half its amplitude */
#define FLOOR_DBM0 (-46.0) /* T.30 receivers hear down to -43 dBm */

static const fax_hop SILENCE;

const fax_hop *fax_hop_at(const fax_history *h, int64_t number) {
    if (number < 0 || number >= h->hops || number < h->hops - FAX_HISTORY)
        return &SILENCE;
    return &h->hop[number % FAX_HISTORY];
}

void fax_track_init(fax_track *t, int band, int hold) {
    memset(t, 0, sizeof(*t));
    t->band = band;
    t->hold = hold;
}

/* The part of a hop that a sound of this power fills, 0…1. */
static double filled(const fax_track *t, const fax_history *h, int64_t number, double power) {
    double part = sqrt((double)fax_hop_at(h, number)->power[t->band] / power);
    return part < 1.0 ? part : 1.0;
}

static void begin(fax_track *t, const fax_history *h, double power) {
    int64_t whole = h->hops - REFERENCE;
    while (h->hops - whole < MOST_BACK &&
           (double)fax_hop_at(h, whole - 1)->power[t->band] >= EDGE_POWER * power)
        whole--;
    double parts = filled(t, h, whole, power) + filled(t, h, whole - 1, power);
    int64_t start = (whole + 1) * FAX_HOP - (int64_t)(parts * FAX_HOP + 0.5);
    t->on = 1;
    t->start = start < 0 ? 0 : start;
    t->first = whole + 1;
    t->hops = 0;
    t->power = t->energy = 0.0;
    for (int64_t k = t->first; k < h->hops; k++) {
        t->power += (double)fax_hop_at(h, k)->power[t->band];
        t->energy += (double)fax_hop_at(h, k)->energy;
        t->hops++;
    }
}

static void end(fax_track *t, const fax_history *h, double power) {
    int64_t last = h->hops - 1;
    while (h->hops - last < MOST_BACK && last > t->first &&
           (double)fax_hop_at(h, last)->power[t->band] < EDGE_POWER * power)
        last--;
    double parts = filled(t, h, last, power) + filled(t, h, last + 1, power);
    t->end = last * FAX_HOP + (int64_t)(parts * FAX_HOP + 0.5);
    t->on = 0;
}

int fax_track_run(fax_track *t, const fax_history *h) {
    const fax_hop *hop = fax_hop_at(h, h->hops - 1);
    if (!t->on && hop->power[t->band] <= KEEP_SHARE * hop->energy)
        return FAX_NONE; /* nearly always: the rest costs nothing on a line that is silent or talks */
    double power = 0.0, energy = 0.0, newest = 0.0, held = 0.0;
    for (int64_t k = h->hops - WINDOW; k < h->hops; k++) {
        double part = (double)fax_hop_at(h, k)->power[t->band];
        power += part;
        energy += (double)fax_hop_at(h, k)->energy;
        newest += k >= h->hops - REFERENCE ? part : 0.0;
        held += k >= h->hops - t->hold ? part : 0.0;
    }
    if (!t->on) {
        double floor = CTI_DBM0_RMS * CTI_DBM0_RMS * 2.5118864315095823e-5; /* FLOOR_DBM0 */
        int full = power - newest >= FULL * newest;
        if (!full || power < BEGIN_SHARE * energy || fax_bank_mean_square(t->band, power, WINDOW) < floor)
            return FAX_NONE;
        begin(t, h, newest / REFERENCE);
        return FAX_BEGAN;
    }
    double mean = t->power / (double)t->hops;
    if (held < EDGE_POWER * mean * t->hold || power < (double)KEEP_SHARE * energy) {
        end(t, h, mean);
        return FAX_ENDED;
    }
    t->power += (double)hop->power[t->band];
    t->energy += (double)hop->energy;
    t->hops++;
    return FAX_LASTS;
}
