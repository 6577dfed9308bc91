#include "cti/conference.h"

#include <string.h>

#include "base/dbm0.h"
#include "cti/error.h"
#include "mix/gain.h"

enum {
    MOST_PARTIES = 256,
    BLOCK = 160,
    RAMP = 40, /* samples: 5 ms */
    NOBODY = -1
};

/* A gain on its way. */
typedef struct ramp {
    int32_t now, to;
    int32_t from;
    int32_t left; /* samples */
} ramp;

typedef struct party {
    int32_t role, target; /* as set */
    int32_t gain;
    ramp talk;       /* to all */
    ramp hear;       /* what reaches the party itself; CTI_UNITY or 0 */
    ramp whisper;    /* to the party reached */
    int32_t reached; /* whom the whisper reaches now, NOBODY when it is quiet */
} party;

struct cti_conference {
    int32_t parties;
    party party[];
};

size_t cti_conference_size(int parties) {
    if (parties < 1 || parties > MOST_PARTIES)
        return 0;
    return sizeof(cti_conference) + (size_t)parties * sizeof(party);
}

int cti_conference_init(cti_conference *c, size_t size, int parties) {
    size_t needed = cti_conference_size(parties);
    if (!c || needed == 0)
        return CTI_ERR_ARG;
    if (size < needed)
        return CTI_ERR_SIZE;
    c->parties = parties;
    return cti_conference_reset(c);
}

int cti_conference_reset(cti_conference *c) {
    if (!c)
        return CTI_ERR_ARG;
    memset(c->party, 0, (size_t)c->parties * sizeof(*c->party));
    for (int i = 0; i < c->parties; i++)
        c->party[i].target = c->party[i].reached = NOBODY;
    return CTI_OK;
}

static void aim(ramp *r, int32_t to) {
    if (r->to == to)
        return;
    r->from = r->now;
    r->to = to;
    r->left = RAMP;
}

int cti_conference_set(cti_conference *c, int who, int role, int target, int32_t gain_q12) {
    if (!c || who < 0 || who >= c->parties || role < CTI_ROLE_AWAY || role > CTI_ROLE_WHISPER ||
        gain_q12 < 0 || gain_q12 > CTI_MOST_GAIN)
        return CTI_ERR_ARG;
    if (role == CTI_ROLE_WHISPER && (target < 0 || target >= c->parties || target == who))
        return CTI_ERR_ARG;
    party *p = &c->party[who];
    p->role = role;
    p->target = role == CTI_ROLE_WHISPER ? target : NOBODY;
    p->gain = gain_q12;
    aim(&p->talk, role == CTI_ROLE_TALK ? gain_q12 : 0);
    aim(&p->hear, role == CTI_ROLE_AWAY ? 0 : CTI_UNITY);
    return CTI_OK;
}

int cti_conference_role(const cti_conference *c, int who) {
    return c && who >= 0 && who < c->parties ? c->party[who].role : CTI_ERR_ARG;
}

/* The whisper leaves its old target before it reaches the new one. */
static void turn_whisper(party *p) {
    if (p->reached != p->target && p->whisper.now == 0 && p->whisper.left == 0)
        p->reached = p->target;
    aim(&p->whisper, p->reached != NOBODY && p->reached == p->target ? p->gain : 0);
}

static int32_t stepped(ramp *r) {
    if (r->left > 0) {
        r->left--;
        r->now = r->to + (int32_t)((int64_t)(r->from - r->to) * r->left / RAMP);
    }
    return r->now;
}

/* sum[k] += gain * in[k]; a gain on its way is followed sample by sample. */
static void add(int32_t *sum, const int16_t *in, ramp r, int n) {
    int k = 0;
    for (; k < n && r.left > 0; k++)
        sum[k] += cti_scaled(in[k], stepped(&r));
    if (r.now == 0)
        return;
    for (; k < n; k++)
        sum[k] += cti_scaled(in[k], r.now);
}

static void take_away(int32_t *sum, const int16_t *in, ramp r, int n) {
    int k = 0;
    for (; k < n && r.left > 0; k++)
        sum[k] -= cti_scaled(in[k], stepped(&r));
    if (r.now == 0)
        return;
    for (; k < n; k++)
        sum[k] -= cti_scaled(in[k], r.now);
}

static int quiet(const ramp *r) {
    return r->now == 0 && r->left == 0;
}

static void advance(ramp *r, int n) {
    for (int k = 0; k < n && r->left > 0; k++)
        stepped(r);
}

/* What one party hears: everyone, less itself, and who whispers to it. */
static void hear(const cti_conference *c, int who, const int32_t *all, const int16_t *in, int stride,
                 int whispers, int16_t *out, int n) {
    const party *p = &c->party[who];
    if (quiet(&p->hear)) {
        memset(out, 0, (size_t)n * sizeof(*out));
        return;
    }
    int32_t sum[BLOCK];
    memcpy(sum, all, (size_t)n * sizeof(*sum));
    if (!quiet(&p->talk))
        take_away(sum, in + (ptrdiff_t)who * stride, p->talk, n);
    for (int i = 0; whispers && i < c->parties; i++)
        if (c->party[i].reached == who && !quiet(&c->party[i].whisper))
            add(sum, in + (ptrdiff_t)i * stride, c->party[i].whisper, n);
    ramp own = p->hear;
    for (int k = 0; k < n; k++) {
        int16_t heard = cti_saturate(sum[k]);
        out[k] = own.left > 0 ? (int16_t)cti_scaled(heard, stepped(&own)) : heard;
    }
    /* Out of the conference: what is left of the block is silence. */
    for (int k = p->hear.left; p->hear.left > 0 && p->hear.to == 0 && k < n; k++)
        out[k] = 0;
}

int cti_conference_run(cti_conference *c, const int16_t *in, int stride, int16_t *out, int out_stride,
                       int n) {
    if (!c || n < 0 || stride < n || out_stride < n || (n > 0 && (!in || !out)))
        return CTI_ERR_ARG;
    int32_t all[BLOCK];
    for (int from = 0; from < n; from += BLOCK) {
        int block = n - from < BLOCK ? n - from : BLOCK, whispers = 0;
        memset(all, 0, sizeof(all));
        for (int i = 0; i < c->parties; i++) {
            party *p = &c->party[i];
            turn_whisper(p);
            whispers += !quiet(&p->whisper);
            if (!quiet(&p->talk))
                add(all, in + (ptrdiff_t)i * stride + from, p->talk, block);
        }
        for (int i = 0; i < c->parties; i++)
            hear(c, i, all, in + from, stride, whispers, out + (ptrdiff_t)i * out_stride + from, block);
        for (int i = 0; i < c->parties; i++) {
            advance(&c->party[i].talk, block);
            advance(&c->party[i].hear, block);
            advance(&c->party[i].whisper, block);
        }
    }
    return n;
}
