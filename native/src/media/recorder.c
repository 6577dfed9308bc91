#include "cti/recorder.h"

#include <stdatomic.h>
#include <string.h>

#include "cti/error.h"

enum { WAITING = 8 /* recordings open or not yet taken by the reader */ };

/* One recording in the ring. The writer fills it in before it moves `opened` or `closed`. */
typedef struct recording {
    int64_t end;    /* once closed: position in the ring's stream of samples */
    int64_t silent; /* frames of silence behind the end: lost ones that never found room */
    int32_t ref;
    int32_t channels;
} recording;

struct cti_recorder {
    int64_t capacity; /* samples */
    recording table[WAITING];
    /* the writer's own */
    int64_t lost;      /* frames not made good yet */
    int64_t lost_from; /* `at` of the first of them */
    int64_t gap;       /* frames of silence since the last report */
    int64_t base;     /* position that stands at the ring's first place; moved only while the ring is empty */
    cti_event report; /* kind set: to be told by the next run */
    /* shared: each moved by one side */
    _Atomic int64_t written; /* samples, runs on */
    _Atomic int64_t frames;  /* of the last recording started, lost ones included */
    _Atomic int32_t last;    /* ref of that one, -1 while it is being started */
    _Atomic uint32_t opened;
    _Atomic uint32_t closed;
    unsigned char apart[64];
    _Atomic int64_t read;
    _Atomic uint32_t taken;
    /* the reader's own */
    int64_t silence_read;
    int32_t named; /* it has been told which recording the next frames are of: they are of no other */
    /* int16_t sample[capacity] lies behind */
};

static size_t head_size(void) {
    return (sizeof(struct cti_recorder) + 63) & ~(size_t)63;
}

static int16_t *samples_of(cti_recorder *r) {
    return (int16_t *)(void *)((unsigned char *)r + head_size());
}

size_t cti_recorder_size(int frames) {
    if (frames < 160 || frames > 8000 * 3600)
        return 0;
    return (head_size() + (size_t)frames * 2 * sizeof(int16_t) + 63) & ~(size_t)63;
}

int cti_recorder_init(cti_recorder *r, size_t size, int frames) {
    size_t needed = cti_recorder_size(frames);
    if (r == NULL || needed == 0)
        return CTI_ERR_ARG;
    if (size < needed)
        return CTI_ERR_SIZE;
    memset(r, 0, head_size());
    r->capacity = (int64_t)frames * 2;
    atomic_store_explicit(&r->last, -1, memory_order_relaxed);
    return CTI_OK;
}

static uint32_t opened(const cti_recorder *r) {
    return atomic_load_explicit(&r->opened, memory_order_relaxed);
}

int cti_recorder_open(const cti_recorder *r) {
    return r != NULL && opened(r) != atomic_load_explicit(&r->closed, memory_order_relaxed);
}

int64_t cti_recorder_frames(const cti_recorder *r) {
    return r == NULL ? CTI_ERR_ARG : atomic_load_explicit(&r->frames, memory_order_relaxed);
}

int64_t cti_recorder_frames_of(const cti_recorder *r, int32_t ref) {
    if (r == NULL || ref < 0)
        return CTI_ERR_ARG;
    int before = atomic_load_explicit(&r->last, memory_order_seq_cst) == ref;
    int64_t frames = atomic_load_explicit(&r->frames, memory_order_seq_cst);
    return before && atomic_load_explicit(&r->last, memory_order_seq_cst) == ref ? frames : 0;
}

static recording *newest(cti_recorder *r) {
    return &r->table[(opened(r) - 1) % WAITING];
}

int cti_recorder_start(cti_recorder *r, int32_t ref, int channels) {
    if (r == NULL || ref < 0 || (channels != CTI_RECORD_BOTH && channels != CTI_RECORD_RX))
        return CTI_ERR_ARG;
    if (cti_recorder_open(r))
        return CTI_ERR_STATE;
    uint32_t count = opened(r);
    if (count - atomic_load_explicit(&r->taken, memory_order_acquire) >= WAITING)
        return CTI_ERR_FULL;
    recording *next = &r->table[count % WAITING];
    next->end = 0;
    next->silent = 0;
    next->ref = ref;
    next->channels = channels;
    r->lost = 0;
    atomic_store_explicit(&r->last, -1, memory_order_seq_cst);
    atomic_store_explicit(&r->frames, 0, memory_order_seq_cst);
    atomic_store_explicit(&r->last, ref, memory_order_seq_cst);
    atomic_store_explicit(&r->opened, count + 1, memory_order_release);
    return CTI_OK;
}

/* A gap has been made good, or its recording has ended: told by the next run. */
static void report(cti_recorder *r) {
    if (r->gap == 0)
        return;
    int32_t gap = r->gap > INT32_MAX ? INT32_MAX : (int32_t)r->gap;
    if (r->report.kind == CTI_EV_RECORD_LOST && r->report.ref == newest(r)->ref) {
        /* the last report found no room yet */
        r->report.length = r->report.length > INT32_MAX - gap ? INT32_MAX : r->report.length + gap;
    } else {
        memset(&r->report, 0, sizeof r->report);
        r->report.kind = CTI_EV_RECORD_LOST;
        r->report.start = r->lost_from;
        r->report.ref = newest(r)->ref;
        r->report.length = gap;
    }
    r->gap = 0;
}

int cti_recorder_stop(cti_recorder *r) {
    if (r == NULL)
        return CTI_ERR_ARG;
    if (!cti_recorder_open(r))
        return CTI_ERR_STATE;
    recording *it = newest(r);
    it->end = atomic_load_explicit(&r->written, memory_order_relaxed);
    it->silent = r->lost;
    r->gap += r->lost;
    r->lost = 0;
    report(r);
    atomic_store_explicit(&r->closed, opened(r), memory_order_release);
    return CTI_OK;
}

static void put_sample(int16_t *ring, int64_t capacity, int64_t *place, int16_t v) {
    ring[*place] = v;
    if (++*place == capacity)
        *place = 0;
}

/* Writes n frames (silence where rx is null); room has been checked. */
static void write_frames(cti_recorder *r, int channels, const int16_t *tx, const int16_t *rx, int64_t n) {
    int64_t at = atomic_load_explicit(&r->written, memory_order_relaxed);
    int64_t place = (at - r->base) % r->capacity;
    int16_t *ring = samples_of(r);
    for (int64_t i = 0; i < n; i++) {
        if (channels == CTI_RECORD_BOTH)
            put_sample(ring, r->capacity, &place, rx == NULL ? 0 : tx[i]);
        put_sample(ring, r->capacity, &place, rx == NULL ? 0 : rx[i]);
    }
    atomic_store_explicit(&r->written, at + n * channels, memory_order_release);
}

int cti_recorder_run(cti_recorder *r, int64_t at, const int16_t *tx, const int16_t *rx, int n, cti_event *ev,
                     int max) {
    if (r == NULL || n < 0 || max < 0 || (ev == NULL && max > 0))
        return CTI_ERR_ARG;
    if (cti_recorder_open(r)) {
        int channels = newest(r)->channels;
        if (n > 0 && (rx == NULL || (tx == NULL && channels == CTI_RECORD_BOTH)))
            return CTI_ERR_ARG;
        int64_t used = atomic_load_explicit(&r->written, memory_order_relaxed) -
                       atomic_load_explicit(&r->read, memory_order_acquire);
        int64_t room = (r->capacity - used) / channels;
        if (used == 0) /* begins at the front again: a ring whose reader keeps up stays in few pages */
            r->base = atomic_load_explicit(&r->written, memory_order_relaxed);
        int64_t fill = r->lost < room ? r->lost : room;
        if (fill > 0) {
            write_frames(r, channels, NULL, NULL, fill);
            r->lost -= fill;
            r->gap += fill;
            room -= fill;
        }
        if (r->lost == 0 && room >= n) {
            report(r);
            write_frames(r, channels, tx, rx, n);
        } else {
            if (r->lost == 0 && r->gap == 0)
                r->lost_from = at;
            r->lost += n;
        }
        int64_t frames = atomic_load_explicit(&r->frames, memory_order_relaxed);
        atomic_store_explicit(&r->frames, frames + n, memory_order_relaxed);
    }
    if (r->report.kind == CTI_EV_NONE || max == 0)
        return 0;
    *ev = r->report;
    ev->at = at;
    r->report.kind = CTI_EV_NONE;
    r->report.length = 0;
    return 1;
}

/* The recording the reader is at, or null; `limit` is the position up to which it may read. `stay`: one that
 * is at its end is not left behind for the next. */
static const recording *reading(cti_recorder *r, int64_t *limit, int *ended, int stay) {
    for (;;) {
        uint32_t at = atomic_load_explicit(&r->taken, memory_order_relaxed);
        if (at == atomic_load_explicit(&r->opened, memory_order_acquire))
            return NULL;
        /* In this order: what is written before the recording is seen open belongs to it. */
        int64_t written = atomic_load_explicit(&r->written, memory_order_acquire);
        const recording *it = &r->table[at % WAITING];
        *ended = atomic_load_explicit(&r->closed, memory_order_acquire) != at;
        *limit = *ended ? it->end : written;
        int64_t read = atomic_load_explicit(&r->read, memory_order_relaxed);
        if (!*ended || read < it->end || r->silence_read < it->silent)
            return it;
        if (stay)
            return NULL;
        r->silence_read = 0;
        atomic_store_explicit(&r->taken, at + 1, memory_order_release);
    }
}

int32_t cti_recorder_reading(cti_recorder *r) {
    int64_t limit;
    int ended;
    const recording *it = r == NULL ? NULL : reading(r, &limit, &ended, 0);
    if (r != NULL)
        r->named = it != NULL;
    return it == NULL ? -1 : it->ref;
}

int cti_recorder_read(cti_recorder *r, int16_t *out, int frames) {
    if (r == NULL || frames < 0 || (out == NULL && frames > 0))
        return CTI_ERR_ARG;
    int64_t limit;
    int ended;
    const recording *it = reading(r, &limit, &ended, r->named);
    r->named = 0;
    if (it == NULL)
        return 0;
    int64_t at = atomic_load_explicit(&r->read, memory_order_relaxed);
    int64_t n = (limit - at) / it->channels;
    if (n > frames)
        n = frames;
    /* The writer leaves `base` alone from the first frame that waits until all are taken. */
    int64_t place = n > 0 ? (at - r->base) % r->capacity : 0;
    int64_t count = n * it->channels;
    int64_t straight = r->capacity - place < count ? r->capacity - place : count;
    memcpy(out, samples_of(r) + place, (size_t)straight * sizeof *out);
    memcpy(out + straight, samples_of(r), (size_t)(count - straight) * sizeof *out);
    atomic_store_explicit(&r->read, at + count, memory_order_release);
    if (ended && at + count == it->end && n < frames && r->silence_read < it->silent) {
        int64_t left = it->silent - r->silence_read;
        int64_t k = left < frames - n ? left : frames - n;
        memset(out + count, 0, (size_t)(k * it->channels) * sizeof *out);
        r->silence_read += k;
        n += k;
    }
    return (int)n;
}
