#include <math.h>

#include "tone/progress_state.h"

#define HOP_SECONDS 0.01

enum {
    APART = 3,   /* bins between two lines, at least */
    STRANGE = 5, /* bins around a line in which no other is looked for: sidebands, close pairs */
    LOWEST = 2,  /* the bins that a line may have: 300…675 Hz */
    HIGHEST = 32,
    NOISE_BLOCK = 100 /* hops in each half over which the noise floor is the minimum (2 s) */
};

/* A tone's lines hold at least so much of the power above 180 Hz: 0.7 is white noise at 4 dB. Where the
 * definitions name the frequencies, other sounds may be nearly as loud for a while. */
#define LINE_SHARE 0.7
#define NAMED_SHARE 0.45
/* A known tone comes back at its level, whatever else is heard: for so long (samples), within so much. */
#define REMEMBERED 64000.0
#define BACK_LEAST 0.4
#define BACK_MOST 2.5
#define BACK_SHARE 0.15
/* The second line is at most 12 dB below the first. */
#define SECOND_LINE 0.063
/* The noise floor is a minimum of few values, so lower than the mean. */
#define NOISE_BIAS 1.5
#define NOISE_SMOOTHING 0.2
/* Where a line's phase and the middle of its power differ by more, it is two. */
#define CLOSE_PAIR_HZ 4.0

double progress_bin_hz(double bin) {
    return (PROGRESS_FIRST_BIN + bin) * PROGRESS_BIN_HZ;
}

int progress_names_lines(const cti_progress_tone *t) {
    return t->hz[0] > 0.0f || t->hz[1] > 0.0f || t->hz[2] > 0.0f || t->hz[3] > 0.0f;
}

void progress_mark_wanted(cti_progress *p) {
    p->named = p->cfg.tones > 0;
    for (int t = 0; t < p->cfg.tones; t++)
        p->named = p->named && progress_names_lines(&p->cfg.tone[t]);
    for (int i = LOWEST; i <= HIGHEST; i++)
        p->wanted[i] = !p->named;
    for (int t = 0; t < p->cfg.tones; t++)
        for (int k = 0; k < 4; k++) {
            double hz = (double)p->cfg.tone[t].hz[k];
            double room = hz * (double)p->cfg.frequency_tolerance + PROGRESS_BIN_HZ;
            for (int i = LOWEST; i <= HIGHEST; i++)
                if (hz > 0.0 && fabs(progress_bin_hz(i) - hz) <= room)
                    p->wanted[i] = 1;
        }
}

double progress_middle(const cti_progress *p) {
    return (double)(p->bank.hops * PROGRESS_HOP - PROGRESS_DELAY);
}

static double power_near(const float *power, int bin) {
    double sum = 0.0;
    for (int i = bin - SPREAD; i <= bin + SPREAD; i++)
        if (bin >= 0 && i >= 0 && i < PROGRESS_BINS)
            sum += (double)power[i];
    return sum;
}

double progress_power_of(const float *power, int first, int second) {
    double sum = power_near(power, first);
    for (int i = second - SPREAD; second >= 0 && i <= second + SPREAD; i++)
        if (i >= 0 && i < PROGRESS_BINS && (i < first - SPREAD || i > first + SPREAD))
            sum += (double)power[i];
    return sum;
}

static double noise_floor(const cti_progress *p) {
    return NOISE_BIAS * (p->noise_now < p->noise_before ? p->noise_now : p->noise_before);
}

void progress_follow_noise(cti_progress *p) {
    double rest = (double)p->bank.total - progress_power_of(p->bank.power, p->peak[0], p->peak[1]);
    p->noise_smooth += NOISE_SMOOTHING * ((rest > 0.0 ? rest : 0.0) - p->noise_smooth);
    if (p->noise_smooth < p->noise_now)
        p->noise_now = p->noise_smooth;
    if (p->state == BURST_NONE && ++p->noise_hops >= NOISE_BLOCK) {
        p->noise_before = p->noise_now;
        p->noise_now = p->noise_smooth;
        p->noise_hops = 0;
    }
}

/* The strongest wanted line that stands apart from another (-1: any), or -1. */
static int strongest(const cti_progress *p, int apart) {
    const float *power = p->bank.power;
    int best = -1;
    for (int i = LOWEST; i <= HIGHEST; i++) {
        int free = apart < 0 || ((i <= apart - APART || i >= apart + APART) && power[i] >= power[i - 1] &&
                                 power[i] >= power[i + 1]);
        if (free && p->wanted[i] && (best < 0 || power[i] > power[best]))
            best = i;
    }
    return best;
}

static int within(int bin, int other, int bins) {
    return bin >= 0 && other >= 0 && bin - other >= -bins && bin - other <= bins;
}

int progress_near(int bin, int other) {
    return within(bin, other, SPREAD);
}

double progress_share_of(const cti_progress *p, double lines) {
    double rest = (double)p->bank.total - noise_floor(p);
    return lines > 0.0 ? lines / (rest > lines ? rest : lines) : 0.0;
}

void progress_find_lines(cti_progress *p) {
    const float *power = p->bank.power;
    int first = strongest(p, -1);
    int second = first < 0 ? -1 : strongest(p, first);
    if (second >= 0 && power_near(power, second) < SECOND_LINE * power_near(power, first))
        second = -1;
    double lines = progress_power_of(power, first, second);
    p->share = (float)progress_share_of(p, lines);
    int tonal = first >= 0 && p->share >= (float)(p->named ? NAMED_SHARE : LINE_SHARE) &&
                lines >= p->floor_power && lines > 2.0 * noise_floor(p);
    if (!tonal)
        p->steady = 0;
    else if (p->steady > 0 && (progress_near(first, p->peak[0]) || progress_near(first, p->peak[1])))
        p->steady++;
    else
        p->steady = 1;
    p->peak[0] = first;
    p->peak[1] = second;
}

void progress_find_known(cti_progress *p) {
    known_lines *k = &p->known;
    double power = progress_power_of(p->bank.power, k->bin[0], k->bin[1]);
    int back = k->bin[0] >= 0 && progress_middle(p) - k->end < REMEMBERED && power >= BACK_LEAST * k->power &&
               power <= BACK_MOST * k->power && progress_share_of(p, power) >= BACK_SHARE &&
               power > 2.0 * noise_floor(p);
    k->steady = back ? k->steady + 1 : 0;
}

/* A line's frequency from the advance of its phase; two frequencies too close for two lines (Australia's
 * 413 and 438 Hz) by the middle of their power. */
double progress_line_hz(const spectrum_line *line, int alone) {
    double hz =
        progress_bin_hz(line->bin) + atan2(line->turn_im, line->turn_re) / (PROGRESS_TURN * HOP_SECONDS);
    double centre = line->power > 0.0 ? progress_bin_hz(line->moment / line->power) : hz;
    return alone && fabs(hz - centre) > CLOSE_PAIR_HZ ? centre : hz;
}

int progress_strange_line(const cti_progress *p, double least) {
    int best = -1;
    double most = least;
    for (int i = LOWEST; i <= HIGHEST; i++) {
        double sum = 0.0;
        for (int k = i - SPREAD; k <= i + SPREAD; k++)
            sum += p->mean[k];
        int apart = !within(i, p->line[0].bin, STRANGE) && !within(i, p->line[1].bin, STRANGE);
        if (apart && sum > most) {
            most = sum;
            best = i;
        }
    }
    return best;
}
