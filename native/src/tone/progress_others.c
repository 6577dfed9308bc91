#include <math.h>

#include "tone/progress_state.h"

/* A window that lies on an edge holds some of both sides (samples). */
#define EDGE_ROOM 400.0
/* Other sounds on a tone's lines, 6 dB below it, are none of its bursts. */
#define OWN_BURST 0.25
/* The low band's filter and the window keep the lines' power within so much. */
#define OWN_ROOM 0.05
/* What is steady and louder (12 dB below the tone) is no line's noise: a chord that is held. */
#define MOST_NOISE 0.063
/* The low band in so many parts: noise is in all of them, and a part has at least half of what it would have
 * of flat noise; a note, and the lower one that sounds in its pauses, are in one or two. */
enum { PARTS = 4, PART_BINS = PROGRESS_LOW_BINS / PARTS, ALL_BINS = 320 };
#define COLOUR 2.0
/* Of so many bursts and pauses one may hold a last word, or the echo of a canceller that still learns; of
 * more two that follow each other, for a sound minds no edge. Five are left in which nothing is. */
enum { EXCUSED_OF = 5, TWO_EXCUSED_OF = 7, MOST_PARTS = 2 * CADENCE_BURSTS + 2, SIDE_BANDS = 5 };

/* The power of the burst's lines with their side bands; bins between two lines count once. */
static double wide_power(const cti_progress *p) {
    double sum = 0.0;
    for (int l = 0; l < LINES; l++)
        for (int i = p->line[l].bin - SIDE_BANDS; p->line[l].bin >= 0 && i <= p->line[l].bin + SIDE_BANDS;
             i++) {
            int counted = i < 0 || i >= p->bank.bins;
            for (int k = 0; k < l; k++)
                counted = counted || (p->line[k].bin >= 0 && i >= p->line[k].bin - SIDE_BANDS &&
                                      i <= p->line[k].bin + SIDE_BANDS);
            if (!counted)
                sum += (double)p->bank.power[i];
        }
    return sum;
}

/* The most that noise may have of this window: by the second quietest part. */
static double most_noise(const progress_bank *b) {
    double least = INFINITY, second = INFINITY;
    for (int part = 0; part < PARTS; part++) {
        double sum = 0.0;
        for (int i = 0; i < PART_BINS; i++)
            sum += (double)b->power[part * PART_BINS + i];
        second = fmin(second, fmax(sum, least));
        least = fmin(least, sum);
    }
    return COLOUR * second * ALL_BINS / PART_BINS;
}

void progress_note_heard(cti_progress *p) {
    heard_hop *now = &p->heard[(p->bank.hops - 1) % CADENCE_HEARD];
    double most = most_noise(&p->bank);
    if (p->state == BURST_NONE) /* nor is what sounds on the tone's own lines in its pauses */
        most = fmin(most, fmax(0.0, (double)p->bank.total - progress_own_power(p)));
    now->noise = (float)fmin(progress_noise(p), most);
    now->bin = (int16_t)(p->state == BURST_NONE ? -1 : p->line[0].bin);
    now->own = p->state == BURST_NONE ? 0.0f : (float)((1.0 + OWN_ROOM) * wide_power(p));
}

/* Mean power between two samples of what is not the tone's; negative where no window lies inside. */
static double mean_between(const cti_progress *p, double from, double to) {
    double sum = 0.0, most = MOST_NOISE * p->plateau;
    int hops = 0;
    for (int ago = 0; ago < CADENCE_HEARD && ago < p->bank.hops; ago++) {
        double at = progress_middle(p) - (double)ago * PROGRESS_HOP;
        if (at < from + EDGE_ROOM)
            break;
        if (at > to - EDGE_ROOM)
            continue;
        int64_t place = (p->bank.hops - 1 - ago) % CADENCE_HEARD;
        const heard_hop *hop = &p->heard[place];
        double own = progress_followed(p, hop->bin) ? (double)hop->own : 0.0;
        sum += fmax(0.0, (double)p->past.heard[place] - own - fmin((double)hop->noise, most));
        hops++;
    }
    return hops > 0 ? sum / hops : -1.0;
}

static int of_tone(const cti_progress *p, const cadence_burst *b) {
    int on_line = 0;
    for (int l = 0; l < LINES; l++)
        on_line =
            on_line || (p->line[l].bin >= 0 &&
                        fabs(b->hz[0] - progress_bank_hz(&p->bank, p->line[l].bin)) <= 2.0 * PROGRESS_BIN_HZ);
    return on_line && b->power > OWN_BURST * p->plateau;
}

typedef struct parts {
    double power[MOST_PARTS]; /* means, the newest first */
    int count;
} parts;

static void take_part(parts *all, double power) {
    if (power >= 0.0 && all->count < MOST_PARTS)
        all->power[all->count++] = power;
}

/* The most of all but `excused` that follow each other, those that leave least. */
static double most_but(const parts *all, int excused) {
    double least = INFINITY;
    for (int from = 0; from + excused <= all->count; from++) {
        double most = 0.0;
        for (int i = 0; i < all->count; i++)
            if (i < from || i >= from + excused)
                most = fmax(most, all->power[i]);
        least = fmin(least, most);
    }
    return least;
}

double progress_others(const cti_progress *p, double begin) {
    parts all = {{0.0}, 0};
    double since = progress_middle(p) + EDGE_ROOM; /* what came later has been looked at */
    if (p->state != BURST_NONE) {
        take_part(&all, mean_between(p, fmax(p->start, begin), since));
        since = p->start;
    }
    const cadence_burst *b;
    for (int ago = 0; (b = cadence_ago(&p->past.log, ago)) != NULL && b->start > begin - 1.0; ago++) {
        if (b->end > since || !of_tone(p, b))
            continue;
        take_part(&all, mean_between(p, b->end, since));
        take_part(&all, mean_between(p, b->start, b->end));
        since = b->start;
    }
    return most_but(&all, all.count >= TWO_EXCUSED_OF ? 2 : all.count >= EXCUSED_OF ? 1 : 0);
}

double progress_run_begin(const cti_progress *p, int bursts) {
    double begin = p->start;
    const cadence_burst *b;
    for (int ago = 0; bursts > 0 && (b = cadence_ago(&p->past.log, ago)) != NULL; ago++)
        if (b->end <= begin && of_tone(p, b)) {
            begin = b->start;
            bursts--;
        }
    return begin;
}
