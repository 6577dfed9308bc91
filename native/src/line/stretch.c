#include "cti/stretch.h"

#include <math.h>
#include <string.h>

#include "base/dbm0.h"
#include "base/dot.h"
#include "cti/error.h"

enum {
    HOP = 160,    /* samples given out for each piece; the overlap of two */
    SEARCH = 100, /* to each side: 12.5 ms, so that any period down to 40 Hz has its place */
    COARSE = 4,   /* step of the first search */
    ROOM = 2048   /* samples put and not yet used */
};

/* A place must continue the last piece better than the one in hand by this share. */
#define BETTER 1.001

struct cti_stretch {
    float sound[ROOM];
    int32_t held;    /* samples in it */
    double place;    /* in it: where the next piece should begin */
    float tail[HOP]; /* how the last piece goes on */
    int16_t ready[HOP];
    int32_t given; /* of `ready` */
    int32_t begun, ended;
    double speed;
};

static int valid_speed(float speed) {
    return speed >= 0.5f && speed <= 2.0f;
}

size_t cti_stretch_size(void) {
    return sizeof(cti_stretch);
}

int cti_stretch_init(cti_stretch *s, size_t size, float speed) {
    if (!s || !valid_speed(speed))
        return CTI_ERR_ARG;
    if (size < sizeof(*s))
        return CTI_ERR_SIZE;
    s->speed = (double)speed;
    return cti_stretch_reset(s);
}

int cti_stretch_reset(cti_stretch *s) {
    if (!s)
        return CTI_ERR_ARG;
    double speed = s->speed;
    memset(s, 0, sizeof(*s));
    s->speed = speed;
    s->given = HOP;
    return CTI_OK;
}

int cti_stretch_set_speed(cti_stretch *s, float speed) {
    if (!s || !valid_speed(speed))
        return CTI_ERR_ARG;
    s->speed = (double)speed;
    return CTI_OK;
}

int cti_stretch_put(cti_stretch *s, const int16_t *pcm, int n) {
    if (!s || n < 0 || (n > 0 && !pcm))
        return CTI_ERR_ARG;
    if (s->ended)
        return CTI_ERR_STATE;
    int32_t take = ROOM - s->held < n ? ROOM - s->held : n;
    for (int i = 0; i < take; i++)
        s->sound[s->held + i] = (float)pcm[i];
    s->held += take;
    return take;
}

int cti_stretch_end(cti_stretch *s) {
    if (!s)
        return CTI_ERR_ARG;
    s->ended = 1;
    return CTI_OK;
}

/* How well the sound at `from` continues the last piece, -1…1. */
static double continues(const cti_stretch *s, int from) {
    const float *other = s->sound + from;
    double both = (double)cti_dot(s->tail, other, HOP), power = (double)cti_dot(other, other, HOP);
    return power > 0.0 ? both / sqrt(power) : 0.0;
}

static int best_start(const cti_stretch *s) {
    int middle = (int)(s->place + 0.5), best = middle;
    int low = middle < SEARCH ? -middle : -SEARCH;
    double most = continues(s, middle);
    most *= most > 0.0 ? BETTER : 1.0;
    for (int pass = 0; pass < 2; pass++) {
        int step = pass == 0 ? COARSE : 1, around = pass == 0 ? middle : best;
        int from = pass == 0 ? low : 1 - COARSE, to = pass == 0 ? SEARCH : COARSE - 1;
        for (int k = from; k <= to; k += step) {
            int start = around + k;
            if (start < middle + low || start > middle + SEARCH)
                continue;
            double value = continues(s, start);
            if (value > most) {
                most = value;
                best = start;
            }
        }
    }
    return best;
}

/* What lies behind every place that is still looked at goes. */
static void forget(cti_stretch *s) {
    int spare = (int)s->place - SEARCH - 1;
    if (spare <= 0)
        return;
    spare = spare < s->held ? spare : s->held;
    s->held -= spare;
    s->place -= spare;
    memmove(s->sound, s->sound + spare, (size_t)s->held * sizeof(*s->sound));
}

/* Lays the next piece over the last one's tail; 0 when there is not enough sound. */
static int next_piece(cti_stretch *s) {
    int needed = (int)(s->place + 0.5) + SEARCH + 2 * HOP;
    if (s->held < needed) {
        if (!s->ended || s->place >= s->held)
            return 0;
        /* Silence stands behind the end; it is looked at, but does not count as sound. */
        memset(s->sound + s->held, 0, (size_t)(needed - s->held) * sizeof(*s->sound));
    }
    int start = s->begun ? best_start(s) : 0;
    const float *piece = s->sound + start;
    for (int i = 0; i < HOP; i++) {
        double share = s->begun ? (i + 0.5) / HOP : 1.0, old = (double)s->tail[i];
        s->ready[i] = cti_round_sample(old + share * ((double)piece[i] - old));
    }
    memcpy(s->tail, piece + HOP, sizeof(s->tail));
    s->begun = 1;
    s->given = 0;
    s->place += HOP * s->speed;
    forget(s);
    return 1;
}

int cti_stretch_get(cti_stretch *s, int16_t *pcm, int n) {
    if (!s || n < 0 || (n > 0 && !pcm))
        return CTI_ERR_ARG;
    int done = 0;
    while (done < n) {
        if (s->given == HOP && !next_piece(s))
            break;
        int take = HOP - s->given < n - done ? HOP - s->given : n - done;
        memcpy(pcm + done, s->ready + s->given, (size_t)take * sizeof(*pcm));
        s->given += take;
        done += take;
    }
    return done;
}
