#include "cti/presence.h"

#include <string.h>

#include "base/dbm0.h"
#include "base/fft.h"
#include "base/outbox.h"
#include "cti/error.h"
#include "line/notes.h"

enum {
    HOP = NOTES_HOP, /* samples between two looks */
    FIRST_BIN = 6,   /* 190 Hz: below lies hum */
    LAST_BIN = 112,  /* 3500 Hz */
    SPREAD = 1,      /* bins: a line under the Hann window, and at a burst's edge */
    LOOKS = 10,      /* 200 ms */
    NEWS_LOOKS = 3,  /* so many of them make sound: an edge or a click makes one or two */
    HANGOVER = 1600,
    LONG_PAUSE = 75, /* looks, 1.5 s: between rings, never within busy tone (a second at the most) */
    AWAKE = 4        /* looks: so much of what follows it is news */
};

/* Quieter is silence (dBm0). */
#define FLOOR -48.0
/* Power over the mean that is news: a tone that is modulated to 90 % comes to 2.6. */
#define NEWS 3.0f
/* So much of the power is to be news. Of steady noise 5 % are by chance. */
#define NEWS_SHARE 0.25f
/* The mean's memory: half a second of sound. So a tone that begins is news for 200 ms of it. */
#define MEMORY (HOP / 4000.0f)

struct cti_presence {
    cti_fft fft;
    notes notes;
    cti_outbox outbox;
    float recent[CTI_FFT_SIZE];
    float mean[CTI_FFT_BINS]; /* spectrum of what was heard */
    float floor;              /* power */
    int32_t filled;           /* samples of the hop */
    uint32_t news;            /* of the last looks, the newest lowest */
    int32_t quiet, awake;     /* looks of silence so far; looks that are news after it */
    int32_t active;
    int64_t now;
    int64_t news_start, news_end; /* of the sound that goes on, or of the last */
};

size_t cti_presence_size(void) {
    return sizeof(cti_presence);
}

int cti_presence_init(cti_presence *s, size_t size) {
    if (!s)
        return CTI_ERR_ARG;
    if (size < sizeof(*s))
        return CTI_ERR_SIZE;
    memset(s, 0, sizeof(*s));
    cti_fft_init(&s->fft);
    notes_init(&s->notes);
    double rms = cti_dbm0_to_rms(FLOOR);
    s->floor = (float)(rms * rms);
    return CTI_OK;
}

/* The most that was heard on average around a bin. */
static float heard_near(const cti_presence *s, int bin) {
    float most = 0.0f;
    for (int k = bin - SPREAD; k <= bin + SPREAD; k++)
        most = s->mean[k] > most ? s->mean[k] : most;
    return most;
}

/* A look at nothing, which is no news. */
static uint32_t rest(cti_presence *s) {
    s->quiet++;
    notes_rest(&s->notes);
    return 0;
}

/* One bit of news if this look's sound is new; as many as make sound if its notes are. It is remembered. */
static uint32_t news_of(cti_presence *s) {
    float power[CTI_FFT_BINS], total = 0.0f, fresh = 0.0f;
    cti_fft_power(&s->fft, s->recent, power);
    for (int k = FIRST_BIN; k <= LAST_BIN; k++)
        total += power[k];
    if (total < s->floor)
        return rest(s);
    s->awake = s->quiet >= LONG_PAUSE ? AWAKE : s->awake - (s->awake > 0);
    s->quiet = 0;
    for (int k = FIRST_BIN; k <= LAST_BIN; k++) {
        float more = power[k] - NEWS * heard_near(s, k);
        fresh += more > 0.0f ? more : 0.0f;
    }
    for (int k = 0; k < CTI_FFT_BINS; k++)
        s->mean[k] += MEMORY * (power[k] - s->mean[k]);
    if (notes_look(&s->notes, &s->fft, s->recent, total))
        return (1u << NEWS_LOOKS) - 1;
    return s->awake > 0 || fresh >= NEWS_SHARE * total;
}

static int loud_enough(const cti_presence *s) {
    float energy = 0.0f;
    for (int i = 0; i < CTI_FFT_SIZE; i++)
        energy += s->recent[i] * s->recent[i];
    return energy >= s->floor * CTI_FFT_SIZE / 4; /* the window may lie on a louder part */
}

static int count(uint32_t bits) {
    int n = 0;
    for (; bits; bits &= bits - 1)
        n++;
    return n;
}

static void report(cti_presence *s, cti_event_sink *sink, int kind, int64_t start) {
    cti_event e;
    memset(&e, 0, sizeof(e));
    e.at = s->now;
    e.start = start;
    e.kind = kind;
    cti_sink_put(sink, &e);
}

static void look(cti_presence *s, cti_event_sink *sink) {
    uint32_t news = loud_enough(s) ? news_of(s) : rest(s);
    if (news && s->news == 0)
        s->news_start = s->now > CTI_FFT_SIZE ? s->now - CTI_FFT_SIZE : 0;
    s->news = (s->news << 1 | news) & ((1u << LOOKS) - 1);
    if (news && count(s->news) >= NEWS_LOOKS) {
        s->news_end = s->now;
        if (!s->active)
            report(s, sink, CTI_EV_SOUND_ON, s->news_start);
        s->active = 1;
    } else if (s->active && s->now - s->news_end >= HANGOVER) {
        s->active = 0;
        report(s, sink, CTI_EV_SOUND_OFF, s->news_end);
    }
}

int cti_presence_run(cti_presence *s, const int16_t *pcm, int n, cti_event *ev, int max) {
    if (!s || n < 0 || (n > 0 && !pcm) || max < 0 || (max > 0 && !ev))
        return CTI_ERR_ARG;
    cti_event_sink sink = cti_sink_open(ev, max, &s->outbox);
    for (int i = 0; i < n; i++) {
        if (s->filled == 0)
            memmove(s->recent, s->recent + HOP, (CTI_FFT_SIZE - HOP) * sizeof(*s->recent));
        s->recent[CTI_FFT_SIZE - HOP + s->filled++] = pcm[i];
        s->now++;
        if (s->filled == HOP) {
            s->filled = 0;
            look(s, &sink);
        }
    }
    return sink.count;
}
