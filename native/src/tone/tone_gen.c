#include "cti/tone_gen.h"

#include <string.h>

#include "base/dbm0.h"
#include "base/sine.h"
#include "cti/error.h"

enum { FREQUENCIES = 4, PARTS = 16, EDGE = 16 /* samples: 2 ms */ };

typedef struct part {
    uint32_t step[FREQUENCIES];
    uint32_t am_step;
    double peak; /* of each frequency, sample units */
    double am_depth;
    int32_t samples;
    int32_t used; /* frequencies */
    int32_t edge; /* samples over which it is faded in where the sound before it differs */
    int32_t fall; /* the same at its end; 0 = what follows sounds the same */
} part;

struct cti_tone_gen {
    part parts[PARTS];
    double edge[EDGE];
    uint32_t phase[FREQUENCIES];
    uint32_t am_phase;
    int32_t count;
    int32_t loop_from;
    int32_t now;    /* part; count = ended */
    int32_t done;   /* samples of it */
    int32_t joined; /* the part before sounded the same */
};

size_t cti_tone_gen_size(void) {
    return sizeof(cti_tone_gen);
}

static int valid(const cti_tone_spec *spec) {
    if (spec->parts < 1 || spec->parts > PARTS || spec->loop_from < -1 || spec->loop_from >= spec->parts)
        return 0;
    for (int i = 0; i < spec->parts; i++) {
        const cti_tone_part *p = &spec->part[i];
        for (int f = 0; f < FREQUENCIES; f++)
            if (!(p->hz[f] >= 0.0f && p->hz[f] < 4000.0f))
                return 0;
        if (!(p->am_hz >= 0.0f && p->am_hz < 4000.0f && p->am_depth >= 0.0f && p->am_depth <= 1.0f))
            return 0;
        if (!(p->level_dbm0 >= -200.0f && p->level_dbm0 <= 20.0f) || p->samples < 0)
            return 0;
    }
    return 1;
}

/* Whether b sounds as a does, so that nothing is heard of the border between them. */
static int same_sound(const part *a, const part *b) {
    return memcmp(a->step, b->step, sizeof(a->step)) == 0 && a->am_step == b->am_step && a->used == b->used &&
           !(a->peak < b->peak) && !(a->peak > b->peak) && !(a->am_depth < b->am_depth) &&
           !(a->am_depth > b->am_depth);
}

int cti_tone_gen_init(cti_tone_gen *g, size_t size, const cti_tone_spec *spec) {
    if (!g || !spec || !valid(spec))
        return CTI_ERR_ARG;
    if (size < sizeof(*g))
        return CTI_ERR_SIZE;
    memset(g, 0, sizeof(*g));
    g->count = spec->parts;
    g->loop_from = spec->loop_from;
    for (int i = 0; i < spec->parts; i++) {
        const cti_tone_part *from = &spec->part[i];
        part *to = &g->parts[i];
        for (int f = 0; f < FREQUENCIES; f++)
            if (from->hz[f] > 0.0f)
                to->step[to->used++] = cti_phase_step((double)from->hz[f]);
        to->peak = cti_dbm0_to_rms((double)from->level_dbm0) * 1.4142135623730951;
        to->am_step = cti_phase_step((double)from->am_hz);
        to->am_depth = from->am_hz > 0.0f ? (double)from->am_depth : 0.0;
        to->samples = from->samples;
    }
    for (int i = 0; i < g->count; i++) {
        part *p = &g->parts[i];
        int next = i + 1 < g->count ? i + 1 : g->loop_from;
        p->edge = p->samples > 0 && p->samples < 2 * EDGE ? p->samples / 2 : EDGE;
        if (p->samples > 0 && (next < 0 || !same_sound(&g->parts[next], p)))
            p->fall = p->edge;
    }
    for (int i = 0; i < EDGE; i++) {
        double half = cti_sine((uint32_t)((2 * i + 1) * (int64_t)0x40000000 / (2 * EDGE)));
        g->edge[i] = half * half;
    }
    return CTI_OK;
}

/* How much of the part's sound passes at the present sample of it. */
static double shape(const cti_tone_gen *g, const part *p) {
    double gain = 1.0;
    if (!g->joined && g->done < p->edge)
        gain = g->edge[g->done * EDGE / p->edge];
    if (p->samples > 0 && p->samples - g->done <= p->fall)
        gain *= g->edge[(p->samples - 1 - g->done) * EDGE / p->fall];
    return gain;
}

static double next_sample(cti_tone_gen *g, const part *p) {
    double sum = 0.0;
    for (int f = 0; f < p->used; f++) {
        sum += cti_sine(g->phase[f]);
        g->phase[f] += p->step[f];
    }
    sum *= p->peak;
    if (p->am_depth > 0.0) {
        sum *= 1.0 + p->am_depth * cti_sine(g->am_phase); /* the carrier keeps its level */
        g->am_phase += p->am_step;
    }
    return sum;
}

static void advance(cti_tone_gen *g) {
    int next = g->now + 1 < g->count ? g->now + 1 : g->loop_from < 0 ? g->count : g->loop_from;
    g->joined = next < g->count && same_sound(&g->parts[g->now], &g->parts[next]);
    g->now = next;
    g->done = 0;
}

int cti_tone_gen_run(cti_tone_gen *g, int16_t *out, int n) {
    if (!g || n < 0 || (n > 0 && !out))
        return CTI_ERR_ARG;
    int i = 0;
    while (i < n && g->now < g->count) {
        const part *p = &g->parts[g->now];
        out[i++] = p->used ? cti_round_sample(shape(g, p) * next_sample(g, p)) : 0;
        if (p->samples == 0) {
            if (g->done < EDGE)
                g->done++; /* counts the rise only, so it never overflows */
        } else if (++g->done == p->samples) {
            advance(g);
        }
    }
    return i;
}
