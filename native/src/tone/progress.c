#include "cti/progress.h"

#include <math.h>
#include <string.h>

#include "base/dbm0.h"
#include "cti/error.h"
#include "tone/progress_state.h"

enum {
    SAMPLES_PER_MS = 8,
    TONES = 16,
    STEADY_HOPS = 4, /* equal spectra that begin a burst */
    KNOWN_HOPS = 4,  /* of the burst, until its beginning is measured and the cadence looked at */
    GLITCH = 60 * SAMPLES_PER_MS, /* a shorter pause does not end a burst */
};

/* So much of the power above 180 Hz is the tone's, as a mean over a burst: nothing else is heard; and where
 * there is another sound, without and with named frequencies. */
#define LINE_SHARE 0.7
#define BURST_SHARE 0.6
#define NAMED_BURST_SHARE 0.35
/* A tone's power does not waver: standard deviation over mean, inside a burst. Speech that lies on
 * the lines 10 dB below makes 0.45. */
#define BURST_WAVER 0.5
#define PURE_WAVER 0.2
/* A sound 6 dB above the burst that is followed is another. */
#define LOUDER 4.0
/* A continuous tone's lines hold so much on average, and its power wavers little: it does not swell
 * or die away. (25 Hz beats leave 0.12.) */
#define CONTINUOUS_SHARE 0.75
#define CONTINUOUS_WAVER 0.3
#define CONTINUOUS_DRIFT 1.4
/* Over a whole burst the second line is at most 8 dB below the first. A line that belongs to no
 * definition is one when it is at most 6 dB below: less may be speech. */
#define SECOND_LINE_MEAN 0.16
#define STRANGE_LINE 0.25
/* A burst lasts while its lines have half their amplitude. */
#define PRESENT 0.25
#define POWER_SHARE 0.1
/* A tone that ought to go on is missed after this much more than its tolerance. */
#define LATE (100 * SAMPLES_PER_MS)

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

int cti_progress_check(const cti_progress_config *cfg) {
    if (!cfg || cfg->tones < 0 || cfg->tones > TONES ||
        !(cfg->cadence_tolerance >= 0.0f && cfg->cadence_tolerance <= 0.5f) ||
        !(cfg->frequency_tolerance >= 0.0f && cfg->frequency_tolerance <= 0.2f) ||
        !(cfg->floor_dbm0 >= -80.0f && cfg->floor_dbm0 <= 0.0f) || cfg->continuous_ms < 100 ||
        cfg->continuous_ms > 60000)
        return CTI_ERR_ARG;
    for (int i = 0; i < cfg->tones; i++)
        if (!valid_tone(&cfg->tone[i]))
            return CTI_ERR_ARG;
    return CTI_OK;
}

int cti_progress_init(cti_progress *p, size_t size, const cti_progress_config *cfg) {
    if (!p || cti_progress_check(cfg) != CTI_OK)
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
    progress_mark_wanted(p);
    return CTI_OK;
}

static double own_power(const cti_progress *p, const float *power) {
    return progress_power_of(power, p->line[0].bin, p->line[1].bin);
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
    double at = progress_middle(p);
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
    b.hz[0] = progress_line_hz(first, !pair);
    if (pair)
        b.hz[1] = progress_line_hz(second, 0);
    int strange = pair ? -1 : progress_strange_line(p, STRANGE_LINE * first->power);
    if (strange >= 0)
        b.hz[1] = progress_bin_hz(strange);
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
    double lasted = progress_middle(p) - p->start;
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
        if (!progress_names_lines(t)) {
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
        p->end = crossing(progress_middle(p), p->last_power, power, threshold);
        p->state = BURST_FADED;
    } else if (p->state == BURST_FADED && power >= threshold) {
        p->state = BURST_ON;
    }
    p->last_power = power;
    if (p->state == BURST_FADED) {
        if (progress_middle(p) - p->end >= GLITCH) {
            if (!p->looked) {
                find_start(p);
                look_at_cadence(p, sink);
            }
            end_burst(p, sink);
        }
        return;
    }
    p->age++;
    p->share_sum += progress_share_of(p, power);
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
        if (progress_middle(p) - p->last_good_end > now->ms[off] * SAMPLES_PER_MS * stretch + LATE)
            tone_off(p, sink, p->last_good_end);
    } else if (p->looked &&
               progress_middle(p) - p->start > now->ms[p->step] * SAMPLES_PER_MS * stretch + LATE) {
        tone_off(p, sink, p->last_good_end);
    }
}

static int followed(const cti_progress *p, int bin) {
    return progress_near(p->line[0].bin, bin) || progress_near(p->line[1].bin, bin);
}

/* A sound that is not the burst that is followed: the tone that is known, or one much louder. */
static void make_way(cti_progress *p, cti_event_sink *sink) {
    int known = p->known.steady >= STEADY_HOPS && !followed(p, p->known.bin[0]);
    int louder = p->steady >= STEADY_HOPS && p->age > KNOWN_HOPS &&
                 progress_power_of(p->bank.power, p->peak[0], p->peak[1]) > LOUDER * p->plateau;
    if (louder && followed(p, p->peak[0])) { /* what was heard before the tone was not the tone */
        begin_burst(p, p->peak);
    } else if (known || louder) {
        p->end = p->state == BURST_ON ? progress_middle(p) : p->end;
        end_burst(p, sink);
    }
}

static void hop(cti_progress *p, cti_event_sink *sink) {
    memcpy(p->history[(p->bank.hops - 1) % HISTORY], p->bank.power, sizeof(p->bank.power));
    progress_find_lines(p);
    progress_find_known(p);
    progress_follow_noise(p);
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
