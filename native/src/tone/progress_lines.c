#include <math.h>
#include <string.h>

#include "tone/progress_state.h"

#define HOP_SECONDS 0.01

enum {
    APART = 3,   /* bins between two lines, at least */
    STRANGE = 5, /* bins around a line in which no other is looked for: sidebands, close pairs */
    LOWEST = 2,  /* the bins that a line of the low band may have: 300…737.5 Hz */
    HIGHEST = PROGRESS_HIGHEST_LOW - PROGRESS_FIRST_BIN,
    ANY_HIGHEST = 32, /* where no definition names it: up to 675 Hz */
    LOW_LINES = 2,    /* of one tone in the low band */
    NOISE_BLOCK = 100 /* hops in each half over which the noise floor is the minimum (2 s) */
};

/* Where the definitions name the frequencies, other sounds may be nearly as loud for a while. In the whole
 * band PROGRESS_PURE_SHARE is white noise at 4 dB. */
#define NAMED_SHARE 0.45
/* A known tone comes back at its level, whatever else is heard: for so long (samples), within so much. */
#define REMEMBERED 64000.0
#define BACK_LEAST 0.4
#define BACK_MOST 2.5
#define BACK_SHARE 0.15
/* The second line is at most 12 dB below the first. */
#define SECOND_LINE 0.063
/* Two lines of one tone are at most 6 dB apart. */
#define PAIR 0.25
/* The noise floor is a minimum of few values, so lower than the mean. */
#define NOISE_BIAS 1.5
#define NOISE_SMOOTHING 0.2
/* A sound that has ended, more than 6 dB louder than what is left, is soon forgotten. */
#define NOISE_ENDED 0.25
#define NOISE_FORGETTING 0.5
/* Where a line's phase and the middle of its power differ by more, it is two. */
#define CLOSE_PAIR_HZ 4.0

int progress_names_lines(const cti_progress_tone *t) {
    return t->hz[0] > 0.0f || t->hz[1] > 0.0f || t->hz[2] > 0.0f || t->hz[3] > 0.0f;
}

/* Where on the scale of 12.5 Hz the definitions have lines. */
static void mark_lines(const cti_progress_config *cfg, uint8_t at[PROGRESS_LAST_BIN + 1]) {
    for (int t = 0; t < cfg->tones; t++)
        for (int k = 0; k < 4; k++) {
            double hz = (double)cfg->tone[t].hz[k];
            double room = fmax(hz * (double)cfg->frequency_tolerance, (double)cfg->tone[t].hz_room);
            for (int m = 0; m <= PROGRESS_LAST_BIN && hz > 0.0; m++)
                at[m] |= fabs(m * PROGRESS_BIN_HZ - hz) <= room + PROGRESS_BIN_HZ;
        }
}

int progress_lines_fit(const cti_progress_config *cfg) {
    uint8_t high[PROGRESS_LAST_BIN + 1] = {0};
    int16_t multiple[PROGRESS_HIGH_BINS];
    mark_lines(cfg, high);
    return progress_bank_lay_out(high, multiple) >= 0;
}

void progress_mark_wanted(cti_progress *p) {
    uint8_t high[PROGRESS_LAST_BIN + 1] = {0};
    mark_lines(&p->cfg, high);
    progress_bank_init(&p->bank, high);
    p->named = p->cfg.tones > 0;
    for (int t = 0; t < p->cfg.tones; t++)
        p->named = p->named && progress_names_lines(&p->cfg.tone[t]);
    for (int i = LOWEST; i <= HIGHEST; i++)
        p->wanted[i] = high[p->bank.multiple[i]] || (!p->named && i <= ANY_HIGHEST);
    for (int i = PROGRESS_LOW_BINS; i < p->bank.bins; i++)
        p->wanted[i] = high[p->bank.multiple[i]];
}

double progress_middle(const cti_progress *p) {
    return (double)(p->bank.hops * PROGRESS_HOP - PROGRESS_DELAY);
}

double progress_power_of(const float *power, const int bin[LINES]) {
    double sum = 0.0;
    for (int l = 0; l < LINES; l++)
        for (int i = bin[l] - SPREAD; bin[l] >= 0 && i <= bin[l] + SPREAD; i++) {
            int counted = i < 0 || i >= PROGRESS_BINS;
            for (int k = 0; k < l; k++)
                counted = counted || progress_near(i, bin[k]);
            if (!counted)
                sum += (double)power[i];
        }
    return sum;
}

/* The power of the last of so many lines; what stands between it and another is the other's, or a line's own
 * side would make noise beside it a second line. */
static double last_power(const float *power, const int *line, int lines) {
    int upto[LINES] = {-1, -1, -1, -1};
    memcpy(upto, line, (size_t)(lines - 1) * sizeof(*line));
    double others = progress_power_of(power, upto);
    upto[lines - 1] = line[lines - 1];
    return progress_power_of(power, upto) - others;
}

double progress_noise(const cti_progress *p) {
    return NOISE_BIAS * (p->noise_now < p->noise_before ? p->noise_now : p->noise_before);
}

void progress_follow_noise(cti_progress *p) {
    double rest = (double)p->bank.total - progress_power_of(p->bank.power, p->peak);
    rest = rest > 0.0 ? rest : 0.0;
    p->noise_smooth += (rest < NOISE_ENDED * p->noise_smooth ? NOISE_FORGETTING : NOISE_SMOOTHING) *
                       (rest - p->noise_smooth);
    if (p->noise_smooth < p->noise_now)
        p->noise_now = p->noise_smooth;
    if (p->state == BURST_NONE && ++p->noise_hops >= NOISE_BLOCK) {
        p->noise_before = p->noise_now;
        p->noise_now = p->noise_smooth;
        p->noise_hops = 0;
    }
}

static int within(int bin, int other, int bins) {
    return bin >= 0 && other >= 0 && bin - other >= -bins && bin - other <= bins;
}

int progress_near(int bin, int other) {
    return within(bin, other, SPREAD);
}

double progress_share_of(const cti_progress *p, double lines) {
    double rest = (double)p->bank.total - progress_noise(p);
    return lines > 0.0 ? lines / (rest > lines ? rest : lines) : 0.0;
}

int progress_named(const cti_progress *p, int bin) {
    return p->named || bin >= PROGRESS_LOW_BINS;
}

/* The strongest wanted line among the bins that stands apart from the `found` ones, or -1. */
static int strongest(const cti_progress *p, int from, int to, const int *line, int found) {
    const float *power = p->bank.power;
    int best = -1;
    for (int i = from; i <= to; i++) {
        int free = p->wanted[i] && (found == 0 || (power[i] >= power[i - 1] && power[i] >= power[i + 1]));
        for (int k = 0; k < found; k++)
            free = free && !within(i, line[k], APART - 1);
        if (free && (best < 0 || power[i] > power[best]))
            best = i;
    }
    return best;
}

/* The strongest lines among the bins, at most `most`; whether they are a tone. */
static int find_lines_in(cti_progress *p, int from, int to, int most, int line[LINES], float *share) {
    const float *power = p->bank.power;
    for (int l = 0; l < LINES; l++) {
        line[l] = l < most && (l == 0 || line[l - 1] >= 0) ? strongest(p, from, to, line, l) : -1;
        if (l > 0 && line[l] >= 0 &&
            last_power(power, line, l + 1) < SECOND_LINE * last_power(power, line, 1))
            line[l] = -1;
    }
    double lines = progress_power_of(power, line), floor = 2.0 * progress_noise(p);
    *share = (float)progress_share_of(p, lines);
    return line[0] >= 0 &&
           *share >= (float)(progress_named(p, line[0]) ? NAMED_SHARE : PROGRESS_PURE_SHARE) &&
           lines >= p->floor_power && lines > floor;
}

void progress_find_lines(cti_progress *p) {
    int line[LINES], higher[LINES];
    float share;
    int tonal = find_lines_in(p, LOWEST, HIGHEST, LOW_LINES, line, &p->share);
    if (!tonal && p->bank.live > 0 &&
        find_lines_in(p, PROGRESS_LOW_BINS, p->bank.bins - 1, LINES, higher, &share)) {
        tonal = 1;
        p->share = share;
        memcpy(line, higher, sizeof(line));
    }
    int moved = 1, other = 1;
    for (int l = 0; l < LINES; l++) {
        moved = moved && !progress_near(line[0], p->peak[l]);
        other = other && !progress_near(line[1], p->peak[l]);
    }
    int pair = tonal && line[1] >= 0 &&
               last_power(p->bank.power, line, 2) >= PAIR * last_power(p->bank.power, line, 1);
    p->pair = !pair ? 0 : p->pair > 0 && !moved && !other ? p->pair + 1 : 1;
    if (!tonal)
        p->steady = 0;
    else if (p->steady > 0 && !moved)
        p->steady++;
    else
        p->steady = 1;
    memcpy(p->peak, line, sizeof(line));
}

void progress_find_known(cti_progress *p) {
    known_lines *k = &p->known;
    double power = progress_power_of(p->bank.power, k->bin);
    int back = k->bin[0] >= 0 && progress_middle(p) - k->end < REMEMBERED && power >= BACK_LEAST * k->power &&
               power <= BACK_MOST * k->power && progress_share_of(p, power) >= BACK_SHARE &&
               power > 2.0 * progress_noise(p);
    k->steady = back ? k->steady + 1 : 0;
}

/* A line's frequency from the advance of its phase; two frequencies too close for two lines (Australia's
 * 413 and 438 Hz) by the middle of their power. */
double progress_line_hz(const cti_progress *p, const spectrum_line *line, int alone) {
    double hz = progress_bank_hz(&p->bank, line->bin) +
                atan2(line->turn_im, line->turn_re) / (PROGRESS_TURN * HOP_SECONDS);
    double centre = line->power > 0.0 ? progress_bank_hz(&p->bank, line->moment / line->power) : hz;
    return alone && fabs(hz - centre) > CLOSE_PAIR_HZ ? centre : hz;
}

int progress_strange_line(const cti_progress *p, double least) {
    int best = -1;
    double most = least;
    for (int i = LOWEST; i <= HIGHEST; i++) {
        double sum = 0.0;
        for (int k = i - SPREAD; k <= i + SPREAD; k++)
            sum += p->mean[k];
        int apart = 1;
        for (int l = 0; l < LINES; l++)
            apart = apart && !within(i, p->line[l].bin, STRANGE);
        if (apart && sum > most) {
            most = sum;
            best = i;
        }
    }
    return best;
}
