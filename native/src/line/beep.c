#include "line/beep.h"

#include <math.h>
#include <string.h>

#include "base/dbm0.h"

enum {
    SAMPLES_PER_MS = 8,
    SHORTEST = 120 * SAMPLES_PER_MS,
    LONGEST = 2000 * SAMPLES_PER_MS,
    AFTER_VOICE = 5000 * SAMPLES_PER_MS, /* behind the greeting */
    LINE_HOPS = 3,                       /* that make a line of it */
    EDGE_HOPS = 2,                       /* of its end may look like something else */
    QUIET_HOPS = 3                       /* in a row: it is over */
};

/* Answering machines' tones (most are 1000 to 1400 Hz), and a line's wandering within one: a vowel's. */
#define LOWEST_HZ 350.0
#define HIGHEST_HZ 2000.0
#define SAME_HZ 40.0

static void report(const beep *b, int64_t now, cti_event_sink *sink) {
    cti_event e;
    memset(&e, 0, sizeof(e));
    e.at = now;
    e.start = b->start;
    e.kind = CTI_EV_BEEP;
    e.value = (int32_t)(b->hz + 0.5);
    e.length = (int32_t)(b->end - b->start);
    e.level = cti_dbm0_from_power(b->power);
    cti_sink_put(sink, &e);
}

static void forget(beep *b) {
    memset(b, 0, sizeof(*b));
}

void beep_take(beep *b, enum beep_hop hop, double hz, double power, int64_t from, int64_t now,
               int64_t voice_end, cti_event_sink *sink) {
    switch (hop) {
    case BEEP_LINE:
        if (b->hops > 0 && fabs(hz - b->hz) > SAME_HZ)
            b->spoilt = 1;
        if (b->hops == 0) {
            b->hz = hz;
            b->power = power;
            b->start = b->start > 0 ? b->start : from;
        }
        b->hops++;
        b->quiet = 0;
        b->end = now;
        break;
    case BEEP_EDGE:
        b->start = b->start > 0 ? b->start : from;
        b->quiet = 0;
        break;
    case BEEP_OTHER:
        if (b->hops == 0)
            b->start = 0;
        else if (++b->others > EDGE_HOPS)
            b->spoilt = 1;
        b->quiet = 0;
        break;
    case BEEP_QUIET:
        if (b->quiet++ == 0)
            b->end = from > b->end ? from : b->end;
        if (b->quiet < QUIET_HOPS)
            break;
        if (b->hops >= LINE_HOPS && !b->spoilt && b->hz >= LOWEST_HZ && b->hz <= HIGHEST_HZ &&
            b->end - b->start >= SHORTEST && b->end - b->start <= LONGEST && voice_end > 0 &&
            b->start - voice_end <= AFTER_VOICE)
            report(b, now, sink);
        forget(b);
        break;
    }
}
