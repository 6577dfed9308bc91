#include "cti/progress.h"

#include <math.h>
#include <string.h>

#include "base/dbm0.h"
#include "base/outbox.h"
#include "cti/error.h"
#include "tone/cadence.h"
#include "tone/progress_bank.h"

#define TURN 6.283185307179586
#define HOP_SECONDS 0.01

enum {
    SAMPLES_PER_MS = 8,
    TONES = 16,
    SPREAD = 2,  /* a line's power lies in its bin and two to each side (Hann) */
    APART = 3,   /* bins between two lines, at least */
    STRANGE = 5, /* bins around a line in which no other is looked for: sidebands, close pairs */
    LOWEST = 2,  /* the bins that a line may have: 300…675 Hz */
    HIGHEST = 32,
    STEADY_HOPS = 4, /* equal spectra that begin a burst */
    KNOWN_HOPS = 4,  /* of the burst, until its beginning is measured and the cadence looked at */
    HISTORY = 48,    /* hops whose spectra are kept to find a burst's first sample */
    INSIDE = 4,      /* hops at either end of a burst in which its edges are heard */
    GLITCH = 60 * SAMPLES_PER_MS, /* a shorter pause does not end a burst */
    NOISE_BLOCK = 100             /* hops in each half over which the noise floor is the minimum (2 s) */
};

/* A tone's lines hold at least so much of the power above 180 Hz: 0.7 is white noise at 4 dB. Where the
 * definitions name the frequencies, other sounds may be nearly as loud for a while. */
#define LINE_SHARE 0.7
#define NAMED_SHARE 0.45
/* The same as a mean over a burst. */
#define BURST_SHARE 0.6
#define NAMED_BURST_SHARE 0.35
/* A tone's power does not waver: standard deviation over mean, inside a burst. Speech that lies on
 * the lines 10 dB below makes 0.45. */
#define BURST_WAVER 0.5
#define PURE_WAVER 0.2
/* A known tone comes back at its level, whatever else is heard: for so long (samples), within so much. */
#define REMEMBERED 64000.0
#define BACK_LEAST 0.4
#define BACK_MOST 2.5
#define BACK_SHARE 0.15
/* A sound 6 dB above the burst that is followed is another. */
#define LOUDER 4.0
/* A continuous tone's lines hold so much on average, and its power wavers little: it does not swell
 * or die away. (25 Hz beats leave 0.12.) */
#define CONTINUOUS_SHARE 0.75
#define CONTINUOUS_WAVER 0.3
#define CONTINUOUS_DRIFT 1.4
/* The second line is at most 12 dB below the first when a burst begins, 8 dB over all of it. A line that
 * belongs to no definition is one when it is at most 6 dB below: less may be speech. */
#define SECOND_LINE 0.063
#define SECOND_LINE_MEAN 0.16
#define STRANGE_LINE 0.25
/* A burst lasts while its lines have half their amplitude. */
#define PRESENT 0.25
#define POWER_SHARE 0.1
/* The noise floor is a minimum of few values, so lower than the mean. */
#define NOISE_BIAS 1.5
#define NOISE_SMOOTHING 0.2
/* Where a line's phase and the middle of its power differ by more, it is two. */
#define CLOSE_PAIR_HZ 4.0
/* A tone that ought to go on is missed after this much more than its tolerance. */
#define LATE (100 * SAMPLES_PER_MS)

enum burst_state { BURST_NONE = 0, BURST_ON = 1, BURST_FADED = 2 };

typedef struct spectrum_line {
    int bin;                 /* -1 = none */
    double turn_re, turn_im; /* the phase's advance a hop, summed over the burst */
    float last_re, last_im;
    double power, moment; /* of its bins, and their bin-weighted sum, over the burst */
} spectrum_line;

/* The last good burst's lines and level: where the next is looked for. */
typedef struct known_lines {
    int bin[2];
    double power, end;
    int32_t steady; /* hops in which it has been there again */
} known_lines;

struct cti_progress {
    cti_progress_config cfg;
    progress_bank bank;
    cti_outbox outbox;
    cadence_log log;
    double floor_power;
    int32_t named;                                /* every definition names its frequencies */
    uint8_t wanted[PROGRESS_BINS];                /* 1 where a line may stand */
    double noise_smooth, noise_now, noise_before; /* power of the whole band */
    int32_t noise_hops;
    /* the newest spectrum */
    int32_t peak[2];
    int32_t steady; /* hops in which the first line has not moved */
    float share;
    float history[HISTORY][PROGRESS_BINS];
    /* the burst that sounds */
    int32_t state; /* enum burst_state */
    int32_t age;   /* hops since it was found */
    spectrum_line line[2];
    double plateau; /* power of its lines */
    double last_power;
    double recent[INSIDE]; /* of its power, not yet in the sums: its end may be the burst's */
    double inside_sum, inside_squares;
    int32_t inside;
    double mean[PROGRESS_BINS]; /* spectra, summed */
    known_lines known;
    double share_sum;
    double start, end;
    double gap_sum; /* power heard since the burst before ended */
    int32_t gap_hops;
    double gap_before;
    int32_t gap_known; /* there was a pause to measure it */
    int32_t looked;    /* the cadence has been looked at for this burst */
    /* the tone that is reported */
    int32_t on;       /* enum cti_tone, 0 = none */
    int32_t on_index; /* its definition */
    int32_t step;     /* where in its cadence */
    double last_good_end;
};

static double bin_hz(double bin) {
    return (PROGRESS_FIRST_BIN + bin) * PROGRESS_BIN_HZ;
}

static void add_tone(cti_progress_config *cfg, int tone, int cycles, int steps, const int *ms) {
    cti_progress_tone *t = &cfg->tone[cfg->tones++];
    t->tone = tone;
    t->cycles = cycles;
    t->steps = steps;
    for (int i = 0; i < steps; i++)
        t->ms[i] = ms[i];
}

void cti_progress_defaults(cti_progress_config *cfg) {
    /* E.180: dial is continuous, busy slower than congestion, ringback has its long pause. */
    static const int ring_us[] = {2000, 4000}, ring_eu[] = {1000, 4000}, ring_uk[] = {400, 200, 400, 2000};
    static const int ring_hk[] = {400, 200, 400, 3000}, ring_jp[] = {1000, 2000}, ring_fr[] = {1500, 3500},
                     ring_es[] = {1500, 3000};
    static const int busy_1[] = {500, 500}, busy_2[] = {375, 375}, busy_in[] = {750, 750};
    static const int congestion_1[] = {250, 250}, congestion_2[] = {180, 180}, congestion_kr[] = {300, 200};
    memset(cfg, 0, sizeof(*cfg));
    add_tone(cfg, CTI_TONE_DIAL, 1, 0, NULL);
    add_tone(cfg, CTI_TONE_DIAL, 1, 0, NULL);
    cfg->tone[1].hz[0] = 350.0f; /* no other tone has this pair, so it is known sooner */
    cfg->tone[1].hz[1] = 440.0f;
    add_tone(cfg, CTI_TONE_RINGBACK, 1, 2, ring_us);
    add_tone(cfg, CTI_TONE_RINGBACK, 1, 2, ring_eu);
    add_tone(cfg, CTI_TONE_RINGBACK, 1, 4, ring_uk);
    add_tone(cfg, CTI_TONE_RINGBACK, 1, 4, ring_hk);
    add_tone(cfg, CTI_TONE_RINGBACK, 1, 2, ring_jp);
    add_tone(cfg, CTI_TONE_RINGBACK, 1, 2, ring_fr);
    add_tone(cfg, CTI_TONE_RINGBACK, 1, 2, ring_es);
    add_tone(cfg, CTI_TONE_BUSY, 2, 2, busy_1);
    add_tone(cfg, CTI_TONE_BUSY, 2, 2, busy_2);
    add_tone(cfg, CTI_TONE_BUSY, 2, 2, busy_in);
    add_tone(cfg, CTI_TONE_CONGESTION, 3, 2, congestion_1);
    add_tone(cfg, CTI_TONE_CONGESTION, 3, 2, congestion_2);
    add_tone(cfg, CTI_TONE_CONGESTION, 3, 2, congestion_kr);
    cfg->cadence_tolerance = 0.15f;
    cfg->frequency_tolerance = 0.02f;
    cfg->floor_dbm0 = -43.0f;
    cfg->continuous_ms = 1000;
}

size_t cti_progress_size(void) {
    return sizeof(cti_progress);
}

static int valid_tone(const cti_progress_tone *t) {
    if (t->steps < 0 || t->steps > 8 || t->steps % 2 || t->cycles < 1 ||
        t->cycles * t->steps / 2 >= CADENCE_BURSTS || t->cycles > CADENCE_BURSTS)
        return 0;
    for (int i = 0; i < t->steps; i++)
        if (t->ms[i] < 50 || t->ms[i] > 60000)
            return 0;
    for (int i = 0; i < 4; i++)
        if (!(t->hz[i] >= 0.0f && t->hz[i] < 4000.0f))
            return 0;
    return 1;
}

static int names_lines(const cti_progress_tone *t) {
    return t->hz[0] > 0.0f || t->hz[1] > 0.0f || t->hz[2] > 0.0f || t->hz[3] > 0.0f;
}

/* Where the definitions' lines may stand: everywhere, if one of them names none. */
static void mark_wanted(cti_progress *p) {
    p->named = p->cfg.tones > 0;
    for (int t = 0; t < p->cfg.tones; t++)
        p->named = p->named && names_lines(&p->cfg.tone[t]);
    for (int i = LOWEST; i <= HIGHEST; i++)
        p->wanted[i] = !p->named;
    for (int t = 0; t < p->cfg.tones; t++)
        for (int k = 0; k < 4; k++) {
            double hz = (double)p->cfg.tone[t].hz[k];
            double room = hz * (double)p->cfg.frequency_tolerance + PROGRESS_BIN_HZ;
            for (int i = LOWEST; i <= HIGHEST; i++)
                if (hz > 0.0 && fabs(bin_hz(i) - hz) <= room)
                    p->wanted[i] = 1;
        }
}

int cti_progress_init(cti_progress *p, size_t size, const cti_progress_config *cfg) {
    if (!p || !cfg || cfg->tones < 0 || cfg->tones > TONES ||
        !(cfg->cadence_tolerance >= 0.0f && cfg->cadence_tolerance <= 0.5f) ||
        !(cfg->frequency_tolerance >= 0.0f && cfg->frequency_tolerance <= 0.2f) ||
        !(cfg->floor_dbm0 >= -80.0f && cfg->floor_dbm0 <= 0.0f) || cfg->continuous_ms < 100 ||
        cfg->continuous_ms > 60000)
        return CTI_ERR_ARG;
    for (int i = 0; i < cfg->tones; i++)
        if (!valid_tone(&cfg->tone[i]))
            return CTI_ERR_ARG;
    if (size < sizeof(*p))
        return CTI_ERR_SIZE;
    cti_progress_config copy = *cfg; /* cfg may lie in p */
    memset(p, 0, sizeof(*p));
    p->cfg = copy;
    progress_bank_init(&p->bank);
    double rms = cti_dbm0_to_rms((double)copy.floor_dbm0);
    p->floor_power = rms * rms;
    p->noise_now = INFINITY;
    p->known.bin[0] = -1;
    mark_wanted(p);
    return CTI_OK;
}

/* Where the middle of the newest window lies. */
static double middle(const cti_progress *p) {
    return (double)(p->bank.hops * PROGRESS_HOP - PROGRESS_DELAY);
}

static double power_near(const float *power, int bin) {
    double sum = 0.0;
    for (int i = bin - SPREAD; i <= bin + SPREAD; i++)
        if (bin >= 0 && i >= 0 && i < PROGRESS_BINS)
            sum += (double)power[i];
    return sum;
}

/* The power of one or two lines; bins between them are counted once. */
static double power_of(const float *power, int first, int second) {
    double sum = power_near(power, first);
    for (int i = second - SPREAD; second >= 0 && i <= second + SPREAD; i++)
        if (i >= 0 && i < PROGRESS_BINS && (i < first - SPREAD || i > first + SPREAD))
            sum += (double)power[i];
    return sum;
}

static void follow_noise(cti_progress *p) {
    double rest = (double)p->bank.total - power_of(p->bank.power, p->peak[0], p->peak[1]);
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

static int near(int bin, int other) {
    return within(bin, other, SPREAD);
}

static double noise_floor(const cti_progress *p) {
    return NOISE_BIAS * (p->noise_now < p->noise_before ? p->noise_now : p->noise_before);
}

/* How much of all that is heard, but for steady noise, has this power. */
static double share_of(const cti_progress *p, double lines) {
    double rest = (double)p->bank.total - noise_floor(p);
    return lines > 0.0 ? lines / (rest > lines ? rest : lines) : 0.0;
}

/* The spectrum's one or two lines and their share of all that is heard. */
static void find_lines(cti_progress *p) {
    const float *power = p->bank.power;
    int first = strongest(p, -1);
    int second = first < 0 ? -1 : strongest(p, first);
    if (second >= 0 && power_near(power, second) < SECOND_LINE * power_near(power, first))
        second = -1;
    double lines = power_of(power, first, second);
    p->share = (float)share_of(p, lines);
    int tonal = first >= 0 && p->share >= (float)(p->named ? NAMED_SHARE : LINE_SHARE) &&
                lines >= p->floor_power && lines > 2.0 * noise_floor(p);
    if (!tonal)
        p->steady = 0;
    else if (p->steady > 0 && (near(first, p->peak[0]) || near(first, p->peak[1])))
        p->steady++;
    else
        p->steady = 1;
    p->peak[0] = first;
    p->peak[1] = second;
}

/* Is the last tone there again, at its level? */
static void find_known(cti_progress *p) {
    known_lines *k = &p->known;
    double power = power_of(p->bank.power, k->bin[0], k->bin[1]);
    int back = k->bin[0] >= 0 && middle(p) - k->end < REMEMBERED && power >= BACK_LEAST * k->power &&
               power <= BACK_MOST * k->power && share_of(p, power) >= BACK_SHARE &&
               power > 2.0 * noise_floor(p);
    k->steady = back ? k->steady + 1 : 0;
}

static double own_power(const cti_progress *p, const float *power) {
    return power_of(power, p->line[0].bin, p->line[1].bin);
}

/* Where power crossed a quarter (amplitude a half) between two hops. */
static double crossing(double at, double before, double after, double threshold) {
    double a = sqrt(before), b = sqrt(after), t = sqrt(threshold);
    double share = b > a || b < a ? (t - a) / (b - a) : 0.5;
    share = share < 0.0 ? 0.0 : share > 1.0 ? 1.0 : share;
    return at - PROGRESS_HOP * (1.0 - share);
}

/* Looks back for the burst's first sample. */
static void find_start(cti_progress *p) {
    double threshold = PRESENT * p->plateau;
    double later = own_power(p, p->history[(p->bank.hops - 1) % HISTORY]);
    double at = middle(p);
    for (int ago = 1; ago < HISTORY && ago < p->bank.hops; ago++) {
        double power = own_power(p, p->history[(p->bank.hops - 1 - ago) % HISTORY]);
        if (power < threshold && later >= threshold) {
            p->start = crossing(at, power, later, threshold);
            return;
        }
        later = power;
        at -= PROGRESS_HOP;
    }
    p->start = at > 0.0 ? at : 0.0;
}

static void begin_burst(cti_progress *p, const int bin[2]) {
    memset(p->line, 0, sizeof(p->line));
    memset(p->mean, 0, sizeof(p->mean));
    for (int l = 0; l < 2; l++)
        p->line[l].bin = bin[l];
    p->inside = 0;
    p->inside_sum = p->inside_squares = 0.0;
    p->state = BURST_ON;
    p->age = 0;
    p->looked = 0;
    p->plateau = p->last_power = own_power(p, p->bank.power);
    p->share_sum = 0.0;
    p->gap_known = p->gap_hops > 0;
    p->gap_before = p->gap_hops > 0 ? p->gap_sum / p->gap_hops : 0.0;
}

static void follow_lines(cti_progress *p) {
    for (int l = 0; l < 2; l++) {
        spectrum_line *line = &p->line[l];
        if (line->bin < 0)
            continue;
        float re = p->bank.re[line->bin], im = p->bank.im[line->bin];
        line->turn_re += (double)(re * line->last_re + im * line->last_im);
        line->turn_im += (double)(im * line->last_re - re * line->last_im);
        for (int i = line->bin - SPREAD; i <= line->bin + SPREAD; i++)
            if (i >= 0 && i < PROGRESS_BINS) {
                line->power += (double)p->bank.power[i];
                line->moment += i * (double)p->bank.power[i];
            }
        line->last_re = re;
        line->last_im = im;
    }
}

/* A line's frequency from the advance of its phase; two frequencies too close for two lines (Australia's
 * 413 and 438 Hz) by the middle of their power. */
static double line_hz(const spectrum_line *line, int alone) {
    double hz = bin_hz(line->bin) + atan2(line->turn_im, line->turn_re) / (TURN * HOP_SECONDS);
    double centre = line->power > 0.0 ? bin_hz(line->moment / line->power) : hz;
    return alone && fabs(hz - centre) > CLOSE_PAIR_HZ ? centre : hz;
}

/* A line outside the burst's own that is too strong to be another sound under the tone: its bin or -1. */
static int strange_line(const cti_progress *p, double least) {
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

static cadence_burst burst_so_far(const cti_progress *p) {
    cadence_burst b;
    memset(&b, 0, sizeof(b));
    b.start = p->start;
    b.end = p->end;
    b.power = p->plateau;
    b.gap_power = p->gap_before;
    const spectrum_line *first = &p->line[0], *second = &p->line[1];
    if (second->bin >= 0 && second->power > first->power) {
        first = second;
        second = &p->line[0];
    }
    int pair = second->bin >= 0 && second->power >= SECOND_LINE_MEAN * first->power;
    b.hz[0] = line_hz(first, !pair);
    if (pair)
        b.hz[1] = line_hz(second, 0);
    int strange = pair ? -1 : strange_line(p, STRANGE_LINE * first->power);
    if (strange >= 0)
        b.hz[1] = bin_hz(strange);
    return b;
}

/* How much the power wavers inside the burst: standard deviation over mean. */
static double wavering(const cti_progress *p) {
    if (p->inside < 2)
        return 0.0;
    double mean = p->inside_sum / p->inside;
    double variance = p->inside_squares / p->inside - mean * mean;
    return variance > 0.0 ? sqrt(variance) / mean : 0.0;
}

/* Whether the burst that has ended was a tone, and not a sound that happened to lie on its lines. */
static int was_tone(const cti_progress *p) {
    return p->share_sum >= (p->named ? NAMED_BURST_SHARE : BURST_SHARE) * p->age &&
           wavering(p) <= BURST_WAVER;
}

static void report(cti_progress *p, cti_event_sink *sink, int kind, double start) {
    cti_event e;
    memset(&e, 0, sizeof(e));
    e.at = p->bank.hops * PROGRESS_HOP;
    e.start = start > 0.0 ? (int64_t)(start + 0.5) : 0;
    if (e.start > e.at)
        e.start = e.at;
    e.kind = kind;
    e.value = p->on;
    e.level = cti_dbm0_from_power(p->plateau);
    cti_sink_put(sink, &e);
}

static void tone_off(cti_progress *p, cti_event_sink *sink, double end) {
    report(p, sink, CTI_EV_TONE_OFF, end);
    p->on = CTI_TONE_NONE;
}

/* A new burst has begun: does what came before it make a known cadence? */
static void look_at_cadence(cti_progress *p, cti_event_sink *sink) {
    cadence_burst next = burst_so_far(p);
    const cti_progress_tone *now = &p->cfg.tone[p->on_index];
    if (p->on && now->steps) {
        const cadence_burst *last = cadence_ago(&p->log, 0);
        int off = (p->step + now->steps - 1) % now->steps;
        if (!last || !cadence_fits(next.start - last->end, now->ms[off], (double)p->cfg.cadence_tolerance))
            tone_off(p, sink, p->last_good_end);
    }
    if (p->on)
        return;
    int best = -1;
    double best_error = INFINITY;
    const cadence_burst *best_first = NULL;
    for (int i = 0; i < p->cfg.tones; i++) {
        double error = 0.0;
        const cadence_burst *first = NULL;
        if (cadence_match(&p->log, &next, &p->cfg.tone[i], &p->cfg, &error, &first) && error < best_error) {
            best = i;
            best_error = error;
            best_first = first;
        }
    }
    if (best < 0)
        return;
    p->on = p->cfg.tone[best].tone;
    p->on_index = best;
    p->step = 0;
    p->last_good_end = cadence_ago(&p->log, 0)->end;
    report(p, sink, CTI_EV_TONE_ON, best_first->start);
}

/* The longest burst, in samples, of a cadence that these lines could be: a continuous tone is known
 * only after it. */
static double longest_burst(const cti_progress *p, const double hz[2]) {
    double longest = 0.0;
    for (int i = 0; i < p->cfg.tones; i++)
        for (int step = 0; step < p->cfg.tone[i].steps; step += 2)
            if (cadence_lines_fit(hz, &p->cfg.tone[i], (double)p->cfg.frequency_tolerance) &&
                p->cfg.tone[i].ms[step] > longest)
                longest = p->cfg.tone[i].ms[step];
    return longest * SAMPLES_PER_MS * (1.0 + (double)p->cfg.cadence_tolerance) + LATE;
}

/* A burst that goes on: is it a continuous tone? */
static void look_at_length(cti_progress *p, cti_event_sink *sink) {
    double lasted = middle(p) - p->start;
    if (p->on || lasted < p->cfg.continuous_ms * SAMPLES_PER_MS || p->share_sum < CONTINUOUS_SHARE * p->age ||
        wavering(p) > CONTINUOUS_WAVER || p->inside < 2)
        return;
    double drift = p->plateau * p->inside / p->inside_sum;
    if (drift > CONTINUOUS_DRIFT || drift < 1.0 / CONTINUOUS_DRIFT)
        return;
    cadence_burst b = burst_so_far(p);
    double wait = -1.0;
    for (int i = 0; i < p->cfg.tones; i++) {
        const cti_progress_tone *t = &p->cfg.tone[i];
        if (t->steps || !cadence_lines_fit(b.hz, t, (double)p->cfg.frequency_tolerance))
            continue;
        /* A definition that names these lines need not fear the cadences that name none. */
        if (!names_lines(t)) {
            if (wait < 0.0)
                wait = longest_burst(p, b.hz);
            if (lasted < wait)
                continue;
        }
        p->on = t->tone;
        p->on_index = i;
        report(p, sink, CTI_EV_TONE_ON, p->start);
        return;
    }
}

/* Whether a definition has bursts of these lines and this length. */
static int known_length(const cti_progress *p, const cadence_burst *b) {
    for (int i = 0; i < p->cfg.tones; i++)
        for (int step = 0; step < p->cfg.tone[i].steps; step += 2)
            if (cadence_fits(b->end - b->start, p->cfg.tone[i].ms[step], (double)p->cfg.cadence_tolerance) &&
                cadence_lines_fit(b->hz, &p->cfg.tone[i], (double)p->cfg.frequency_tolerance))
                return 1;
    return 0;
}

static void end_burst(cti_progress *p, cti_event_sink *sink) {
    const cti_progress_tone *now = &p->cfg.tone[p->on_index];
    cadence_burst b = burst_so_far(p);
    p->state = BURST_NONE;
    p->gap_sum = 0.0;
    p->gap_hops = 0;
    int tone = was_tone(p);
    if (tone) {
        b.pure = p->gap_known && p->share_sum >= LINE_SHARE * p->age && wavering(p) <= PURE_WAVER;
        cadence_put(&p->log, &b);
        if (known_length(p, &b))
            p->known = (known_lines){{p->line[0].bin, p->line[1].bin}, p->plateau, p->end, 0};
    }
    if (!p->on || (!tone && now->steps > 0)) /* another sound tells nothing of the tone's cadence */
        return;
    if (now->steps == 0 ||
        !cadence_fits(b.end - b.start, now->ms[p->step], (double)p->cfg.cadence_tolerance)) {
        tone_off(p, sink, b.end);
        return;
    }
    p->last_good_end = b.end;
    p->step = (p->step + 2) % now->steps;
}

/* The burst that sounds, or has just faded. */
static void follow_burst(cti_progress *p, cti_event_sink *sink) {
    double power = own_power(p, p->bank.power);
    double threshold = PRESENT * p->plateau;
    if (p->state == BURST_ON && power < threshold) {
        p->end = crossing(middle(p), p->last_power, power, threshold);
        p->state = BURST_FADED;
    } else if (p->state == BURST_FADED && power >= threshold) {
        p->state = BURST_ON;
    }
    p->last_power = power;
    if (p->state == BURST_FADED) {
        if (middle(p) - p->end >= GLITCH) {
            if (!p->looked) {
                find_start(p);
                look_at_cadence(p, sink);
            }
            end_burst(p, sink);
        }
        return;
    }
    p->age++;
    p->share_sum += share_of(p, power);
    for (int i = 0; i < PROGRESS_BINS; i++)
        p->mean[i] += (double)p->bank.power[i];
    follow_lines(p);
    if (p->age < KNOWN_HOPS)
        p->plateau = power > p->plateau ? power : p->plateau;
    else {
        p->plateau += POWER_SHARE * (power - p->plateau);
        double *oldest = &p->recent[p->age % INSIDE];
        if (p->age >= KNOWN_HOPS + INSIDE) {
            p->inside++;
            p->inside_sum += *oldest;
            p->inside_squares += *oldest * *oldest;
        }
        *oldest = power;
    }
    if (p->age == KNOWN_HOPS) {
        find_start(p);
        look_at_cadence(p, sink);
        p->looked = 1;
    }
    if (p->looked)
        look_at_length(p, sink);
}

/* What the reported tone ought to have done by now. */
static void look_at_lateness(cti_progress *p, cti_event_sink *sink) {
    const cti_progress_tone *now = &p->cfg.tone[p->on_index];
    if (!p->on || now->steps == 0)
        return;
    double stretch = 1.0 + (double)p->cfg.cadence_tolerance;
    if (p->state == BURST_NONE) {
        int off = (p->step + now->steps - 1) % now->steps;
        if (middle(p) - p->last_good_end > now->ms[off] * SAMPLES_PER_MS * stretch + LATE)
            tone_off(p, sink, p->last_good_end);
    } else if (p->looked && middle(p) - p->start > now->ms[p->step] * SAMPLES_PER_MS * stretch + LATE) {
        tone_off(p, sink, p->last_good_end);
    }
}

static int followed(const cti_progress *p, int bin) {
    return near(p->line[0].bin, bin) || near(p->line[1].bin, bin);
}

/* A sound that is not the burst that is followed: the tone that is known, or one much louder. */
static void make_way(cti_progress *p, cti_event_sink *sink) {
    int known = p->known.steady >= STEADY_HOPS && !followed(p, p->known.bin[0]);
    int louder = p->steady >= STEADY_HOPS && p->age > KNOWN_HOPS &&
                 power_of(p->bank.power, p->peak[0], p->peak[1]) > LOUDER * p->plateau;
    if (louder && followed(p, p->peak[0])) { /* what was heard before the tone was not the tone */
        begin_burst(p, p->peak);
    } else if (known || louder) {
        p->end = p->state == BURST_ON ? middle(p) : p->end;
        end_burst(p, sink);
    }
}

static void hop(cti_progress *p, cti_event_sink *sink) {
    memcpy(p->history[(p->bank.hops - 1) % HISTORY], p->bank.power, sizeof(p->bank.power));
    find_lines(p);
    find_known(p);
    follow_noise(p);
    if (p->state != BURST_NONE)
        make_way(p, sink);
    if (p->state == BURST_NONE) {
        if (p->steady == 0 && p->known.steady == 0) { /* the next burst is no part of the pause */
            p->gap_sum += own_power(p, p->bank.power);
            p->gap_hops++;
        }
        if (p->known.steady >= STEADY_HOPS)
            begin_burst(p, p->known.bin);
        else if (p->steady >= STEADY_HOPS)
            begin_burst(p, p->peak);
    }
    if (p->state != BURST_NONE)
        follow_burst(p, sink);
    look_at_lateness(p, sink);
}

int cti_progress_run(cti_progress *p, const int16_t *pcm, int n, cti_event *ev, int max) {
    if (!p || n < 0 || (n > 0 && !pcm) || max < 0 || (max > 0 && !ev))
        return CTI_ERR_ARG;
    cti_event_sink sink = cti_sink_open(ev, max, &p->outbox);
    for (int done = 0; done < n;) {
        done += progress_bank_run(&p->bank, pcm + done, n - done);
        if (p->bank.filled == 0)
            hop(p, &sink);
    }
    return sink.count;
}
