#include "cti/player.h"

#include <string.h>

#include "cti/error.h"

enum {
    ITEMS = 16,      /* playing and waiting */
    ENDS = 48,       /* ends that have not been told yet */
    FADE = 40,       /* 5 ms: what is cut off fades, so that it does not click */
    CHUNK = 160,     /* samples of a tone made at a time */
    UNITY_Q12 = 4096 /* 0 dB */
};

typedef struct play_end {
    int64_t at; /* -1: the start of the next run */
    int64_t length;
    int32_t ref;
    int32_t why;
} play_end;

struct cti_player {
    cti_play_item item[ITEMS]; /* a ring; `first` is the one that plays */
    play_end end[ENDS];        /* a ring of ends to tell */
    int64_t played;            /* samples of the item that plays */
    int64_t position;          /* in its PCM */
    int32_t first, items;
    int32_t first_end, ends;
    int32_t started; /* the first item's tone has been set up */
    int32_t fading;  /* samples left of the fade of an item cut off; 0 = none */
    int32_t why;     /* what cut it off */
    int32_t interrupted;
    cti_play_item other; /* what interrupts, and how far it is */
    int64_t other_played;
    /* the tone generator lies behind */
};

static size_t head_size(void) {
    return (sizeof(struct cti_player) + 63) & ~(size_t)63;
}

static cti_tone_gen *tone_of(cti_player *p) {
    return (cti_tone_gen *)(void *)((unsigned char *)p + head_size());
}

size_t cti_player_size(void) {
    return head_size() + ((cti_tone_gen_size() + 63) & ~(size_t)63);
}

int cti_player_init(cti_player *p, size_t size) {
    if (p == NULL)
        return CTI_ERR_ARG;
    if (size < cti_player_size())
        return CTI_ERR_SIZE;
    memset(p, 0, cti_player_size());
    return CTI_OK;
}

static cti_play_item *item_at(cti_player *p, int i) {
    return &p->item[(p->first + i) % ITEMS];
}

static void tell(cti_player *p, int32_t ref, int32_t why, int64_t length, int64_t at) {
    play_end *e = &p->end[(p->first_end + p->ends) % ENDS];
    e->ref = ref;
    e->why = why;
    e->length = length;
    e->at = at;
    p->ends++;
}

int cti_player_put(cti_player *p, const cti_play_item *item) {
    if (p == NULL || item == NULL || (item->pcm != NULL && item->tone != NULL) || item->samples < -1)
        return CTI_ERR_ARG;
    if (item->gain_q12 < 0 || item->gain_q12 > 16 * UNITY_Q12 || (item->pcm != NULL && item->samples < 0))
        return CTI_ERR_ARG;
    if (item->loop && item->pcm != NULL && item->samples == 0)
        return CTI_ERR_ARG; /* nothing, over and over */
    if (p->items == ITEMS || p->items + p->interrupted + p->ends >= ENDS)
        return CTI_ERR_FULL;
    *item_at(p, p->items) = *item;
    p->items++;
    return CTI_OK;
}

/* The first item leaves the queue. */
static void drop_first(cti_player *p, int32_t why, int64_t at) {
    tell(p, item_at(p, 0)->ref, why, p->played, at);
    p->first = (p->first + 1) % ITEMS;
    p->items--;
    p->played = 0;
    p->position = 0;
    p->started = 0;
    p->fading = 0;
}

/* Cuts item i off: one that has sounded fades, one that waits goes at once. Returns 1 if it left. */
static int cut(cti_player *p, int i, int32_t why) {
    if (i == 0 && p->fading > 0)
        return 0;
    if (i == 0 && p->played > 0) {
        p->fading = FADE;
        p->why = why;
        return 0;
    }
    if (i == 0) {
        drop_first(p, why, -1);
        return 1;
    }
    tell(p, item_at(p, i)->ref, why, 0, -1);
    for (int k = i; k + 1 < p->items; k++)
        *item_at(p, k) = *item_at(p, k + 1);
    p->items--;
    return 1;
}

int cti_player_interrupt(cti_player *p, const cti_play_item *item) {
    if (p == NULL || item == NULL || item->tone != NULL || item->samples < 0 || item->loop ||
        item->gain_q12 < 0 || item->gain_q12 > 16 * UNITY_Q12)
        return CTI_ERR_ARG;
    if (p->interrupted)
        return CTI_ERR_STATE;
    if (p->items + p->ends >= ENDS)
        return CTI_ERR_FULL;
    p->other = *item;
    p->other_played = 0;
    p->interrupted = 1;
    return CTI_OK;
}

static void resume(cti_player *p, int32_t why, int64_t at) {
    tell(p, p->other.ref, why, p->other_played, at);
    p->interrupted = 0;
}

int cti_player_stop(cti_player *p, int32_t ref) {
    if (p == NULL)
        return CTI_ERR_ARG;
    if (p->interrupted && ref == p->other.ref && ref != -1)
        resume(p, CTI_PLAY_STOPPED, -1);
    for (int i = 0; i < p->items;)
        if ((ref != -1 && item_at(p, i)->ref != ref) || !cut(p, i, CTI_PLAY_STOPPED))
            i++;
    return CTI_OK;
}

static uint32_t digit_bit(int digit) {
    static const char digits[] = "0123456789*#ABCD";
    const char *found = digit > 0 ? strchr(digits, digit) : NULL;
    return found == NULL ? 0 : 1u << (found - digits);
}

int cti_player_digit(cti_player *p, int digit) {
    if (p == NULL)
        return CTI_ERR_ARG;
    uint32_t bit = digit_bit(digit);
    if (bit == 0 || p->interrupted)
        return CTI_OK;
    for (int i = 0; i < p->items;) {
        int leaving = i == 0 && p->fading > 0; /* cut off already: it shields nothing */
        if (!leaving && (item_at(p, i)->stop_on & bit) == 0)
            break;
        if (!cut(p, i, CTI_PLAY_DIGIT))
            i++;
    }
    return CTI_OK;
}

static int16_t saturate(int64_t v) {
    return (int16_t)(v > INT16_MAX ? INT16_MAX : v < INT16_MIN ? INT16_MIN : v);
}

/* Adds n samples at `gain`; with fade > 0 the first of them has fade/FADE of its size, and so down. */
static void add(int16_t *out, const int16_t *in, int n, int32_t gain, int fade) {
    if (gain == UNITY_Q12 && fade <= 0) {
        for (int i = 0; i < n; i++)
            out[i] = saturate((int64_t)out[i] + in[i]);
        return;
    }
    for (int i = 0; i < n; i++) {
        int64_t v = ((int64_t)in[i] * gain + UNITY_Q12 / 2) >> 12;
        if (fade > 0)
            v = v * (fade - i) / FADE;
        out[i] = saturate(out[i] + v);
    }
}

static int play_pcm(cti_player *p, const cti_play_item *item, int16_t *out, int n) {
    int done = 0;
    while (done < n) {
        int64_t left = item->samples - p->position;
        if (left <= 0) {
            if (!item->loop)
                break;
            p->position = 0;
            continue;
        }
        int k = left < n - done ? (int)left : n - done;
        add(out + done, item->pcm + p->position, k, item->gain_q12, p->fading > 0 ? p->fading - done : 0);
        p->position += k;
        done += k;
    }
    return done;
}

static int play_silence(const cti_player *p, const cti_play_item *item, int n) {
    int64_t left = item->samples - p->played;
    return item->samples < 0 || left > n ? n : (int)left;
}

static int play_tone(cti_player *p, const cti_play_item *item, int16_t *out, int n) {
    int16_t made[CHUNK];
    int done = 0;
    if (!p->started) {
        p->started = 1;
        if (cti_tone_gen_init(tone_of(p), cti_tone_gen_size(), item->tone) != CTI_OK)
            return 0;
    }
    while (done < n) {
        int want = n - done < CHUNK ? n - done : CHUNK;
        int64_t left = item->samples < 0 ? INT64_MAX : item->samples - p->played - done;
        int fade = p->fading > 0 ? p->fading - done : 0;
        if (item->samples >= 0 && fade == 0 && left > FADE && left - FADE < want)
            want = (int)(left - FADE); /* up to where a tone of given length begins to fade */
        else if (item->samples >= 0 && fade == 0 && left <= FADE)
            fade = (int)left;
        if (left < want)
            want = (int)left;
        int got = want > 0 ? cti_tone_gen_run(tone_of(p), made, want) : 0;
        if (got <= 0)
            break;
        add(out + done, made, got, item->gain_q12, fade);
        done += got;
        if (got < want)
            break;
    }
    return done;
}

/* Plays at most n samples of the first item; fewer when it has come to its end. */
static int play_first(cti_player *p, int16_t *out, int n) {
    const cti_play_item *item = item_at(p, 0);
    if (item->tone != NULL)
        return play_tone(p, item, out, n);
    if (item->pcm != NULL)
        return play_pcm(p, item, out, n);
    return play_silence(p, item, n);
}

/* Plays at most n samples of what interrupts; with the last of them it is over. */
static int play_other(cti_player *p, int64_t at, int16_t *out, int n) {
    int64_t left = p->other.samples - p->other_played;
    int k = left < n ? (int)left : n;
    if (p->other.pcm != NULL)
        add(out, p->other.pcm + p->other_played, k, p->other.gain_q12, 0);
    p->other_played += k;
    if (k == left)
        resume(p, CTI_PLAY_ENDED, at + k);
    return k;
}

static int tell_ends(cti_player *p, int64_t from, cti_event *ev, int max) {
    int n = 0;
    while (n < max && p->ends > 0) {
        const play_end *e = &p->end[p->first_end];
        cti_event *out = &ev[n++];
        memset(out, 0, sizeof *out);
        out->kind = CTI_EV_PLAY_DONE;
        out->at = e->at >= 0 ? e->at : from;
        out->start = out->at - e->length;
        out->ref = e->ref;
        out->value = e->why;
        out->length = e->length > INT32_MAX ? INT32_MAX : (int32_t)e->length;
        p->first_end = (p->first_end + 1) % ENDS;
        p->ends--;
    }
    return n;
}

int cti_player_run(cti_player *p, int64_t at, int16_t *out, int n, cti_event *ev, int max) {
    if (p == NULL || n < 0 || max < 0 || (out == NULL && n > 0) || (ev == NULL && max > 0))
        return CTI_ERR_ARG;
    int done = p->interrupted ? play_other(p, at, out, n) : 0;
    while (p->items > 0 && !p->interrupted) {
        int want = p->fading > 0 && p->fading < n - done ? p->fading : n - done;
        int got = want > 0 ? play_first(p, out + done, want) : 0;
        const cti_play_item *item = item_at(p, 0);
        p->played += got;
        done += got;
        int32_t why = CTI_PLAY_ENDED;
        int over = got < want;
        if (p->fading > 0) {
            why = p->why;
            p->fading -= got;
            over = over || p->fading == 0;
        }
        if (item->pcm == NULL || !item->loop)
            over = over || (item->samples >= 0 && p->played >= item->samples);
        if (!over)
            break;
        drop_first(p, why, at + done);
    }
    return tell_ends(p, at, ev, max);
}

int cti_player_busy(const cti_player *p) {
    return p != NULL && (p->items > 0 || p->interrupted);
}
