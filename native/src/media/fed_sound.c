#include "cti/fed_sound.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "cti/error.h"
#include "cti/level.h"
#include "cti/shock_limiter.h"

enum { BLOCK = 4000, MOST_DB = 30, ONE = 4096, MOST_SAMPLE = 32767 };
#define NS_PER_S 1e9

struct cti_fed_sound {
    cti_fed_board *board;
    int port;
    atomic_int microphone, earpiece; /* gains, of ONE */
    atomic_int muted;
    atomic_int said, heard; /* the loudest samples */
    atomic_llong blocks;
};

/* The limiter lies behind it. */
static size_t own_size(void) {
    return (sizeof(cti_fed_sound) + 15) & ~(size_t)15;
}

size_t cti_fed_sound_size(void) {
    return own_size() + cti_shock_limiter_size();
}

static cti_shock_limiter *limiter_of(cti_fed_sound *s) {
    return (cti_shock_limiter *)(void *)((unsigned char *)s + own_size());
}

int cti_fed_sound_init(cti_fed_sound *s, size_t size, cti_fed_board *board, int port) {
    cti_fed_status status;
    if (!s || cti_fed_board_status_of(board, port, &status) != CTI_OK)
        return CTI_ERR_ARG;
    if (size < cti_fed_sound_size())
        return CTI_ERR_SIZE;
    memset(s, 0, sizeof(*s));
    s->board = board;
    s->port = port;
    atomic_store_explicit(&s->microphone, ONE, memory_order_relaxed);
    atomic_store_explicit(&s->earpiece, ONE, memory_order_relaxed);
    return cti_shock_limiter_init(limiter_of(s), cti_shock_limiter_size(), NULL);
}

static int is_gain(float db) {
    return db >= -MOST_DB && db <= MOST_DB;
}

static int gain_of(float db) {
    return (int)lround(ONE * pow(10.0, (double)db / 20.0));
}

int cti_fed_sound_gains(cti_fed_sound *s, float microphone_db, float earpiece_db) {
    if (!s || !is_gain(microphone_db) || !is_gain(earpiece_db))
        return CTI_ERR_ARG;
    atomic_store_explicit(&s->microphone, gain_of(microphone_db), memory_order_relaxed);
    atomic_store_explicit(&s->earpiece, gain_of(earpiece_db), memory_order_relaxed);
    return CTI_OK;
}

int cti_fed_sound_mute(cti_fed_sound *s, int on) {
    if (!s || on < 0 || on > 1)
        return CTI_ERR_ARG;
    atomic_store_explicit(&s->muted, on, memory_order_relaxed);
    return CTI_OK;
}

int cti_fed_sound_levels_of(cti_fed_sound *s, cti_fed_sound_levels *levels) {
    if (!s || !levels)
        return CTI_ERR_ARG;
    levels->said = cti_level_of_peak(atomic_exchange_explicit(&s->said, 0, memory_order_relaxed));
    levels->heard = cti_level_of_peak(atomic_exchange_explicit(&s->heard, 0, memory_order_relaxed));
    return CTI_OK;
}

int64_t cti_fed_sound_blocks(const cti_fed_sound *s) {
    return s ? atomic_load_explicit(&s->blocks, memory_order_relaxed) : 0;
}

static void amplify(int16_t *pcm, int n, int gain) {
    if (gain == ONE)
        return;
    for (int i = 0; i < n; i++) {
        int64_t sample = (int64_t)pcm[i] * gain / ONE;
        pcm[i] = (int16_t)(sample > MOST_SAMPLE    ? MOST_SAMPLE
                           : sample < -MOST_SAMPLE ? -MOST_SAMPLE
                                                   : sample);
    }
}

static void note(atomic_int *loudest, const int16_t *pcm, int n) {
    int peak = cti_peak_of(pcm, n);
    if (peak > atomic_load_explicit(loudest, memory_order_relaxed))
        atomic_store_explicit(loudest, peak, memory_order_relaxed);
}

static int64_t clock_of(const void *time) {
    double seconds[3];
    if (!time)
        return -1;
    memcpy(seconds, time, sizeof(seconds));
    return seconds[1] > 0.0 && seconds[1] < 1e9 ? (int64_t)(seconds[1] * NS_PER_S) : -1;
}

int cti_fed_sound_run(const void *in, void *out, unsigned long frames, const void *time, unsigned long flags,
                      void *sound) {
    cti_fed_sound *s = sound;
    int64_t now = clock_of(time);
    int said_gain = atomic_load_explicit(&s->microphone, memory_order_relaxed);
    int heard_gain = atomic_load_explicit(&s->earpiece, memory_order_relaxed);
    int muted = atomic_load_explicit(&s->muted, memory_order_relaxed);
    (void)flags;
    for (unsigned long at = 0; at < frames; at += BLOCK) {
        int n = frames - at < BLOCK ? (int)(frames - at) : BLOCK;
        int16_t pcm[BLOCK];
        memset(pcm, 0, 2 * (size_t)n);
        if (in && !muted)
            memcpy(pcm, (const unsigned char *)in + 2 * at, 2 * (size_t)n);
        amplify(pcm, n, said_gain);
        note(&s->said, pcm, n);
        cti_fed_board_push(s->board, s->port, pcm, n, now);
        cti_fed_board_pull(s->board, s->port, pcm, n, now);
        amplify(pcm, n, heard_gain);
        cti_shock_limiter_run(limiter_of(s), pcm, n);
        note(&s->heard, pcm, n);
        memcpy((unsigned char *)out + 2 * at, pcm, 2 * (size_t)n);
    }
    atomic_fetch_add_explicit(&s->blocks, 1, memory_order_relaxed);
    return 0;
}
