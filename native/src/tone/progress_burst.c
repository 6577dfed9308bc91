#include <math.h>
#include <string.h>

#include "tone/progress_state.h"

/* So much of the power above 180 Hz is the tone's, as a mean over a burst: where there is another sound,
 * without and with named frequencies. */
#define BURST_SHARE 0.6
#define NAMED_BURST_SHARE 0.35
/* A tone's power does not waver: standard deviation over mean, inside a burst. Speech that lies on
 * the lines 10 dB below makes 0.45. */
#define BURST_WAVER 0.5
#define PURE_WAVER 0.2
/* A continuous tone's lines hold so much on average, and its power wavers little: it does not swell
 * or die away. (25 Hz beats leave 0.12.) */
#define CONTINUOUS_SHARE 0.75
#define CONTINUOUS_WAVER 0.3
#define CONTINUOUS_DRIFT 1.4
/* Over a whole burst the second line is at most 8 dB below the first. A line that belongs to no
 * definition is one when it is at most 6 dB below: less may be speech. */
#define SECOND_LINE_MEAN 0.16
#define STRANGE_LINE 0.25
#define PRESENT 0.25
#define POWER_SHARE 0.1
/* A window that a tone begins or ends in holds a quarter of its power while its middle is still so far
 * outside (samples). */
#define EDGE 45.0

/* Of the line's power, on either side; as far as so many bins. */
#define SIDE_POWER 0.02
enum { SIDES = 4 };

static double own_power(const cti_progress *p, const float *power) {
    int bin[LINES];
    for (int l = 0; l < LINES; l++)
        bin[l] = p->line[l].bin;
    return progress_power_of(power, bin);
}

double progress_own_power(const cti_progress *p) {
    return own_power(p, p->bank.power);
}

int progress_followed(const cti_progress *p, int bin) {
    int near = 0;
    for (int l = 0; l < LINES; l++)
        near = near || progress_near(p->line[l].bin, bin);
    return near;
}

int progress_touched(const cti_progress *p, const int bin[LINES]) {
    int touched = 0;
    for (int l = 0; l < LINES; l++)
        for (int far = -SPREAD; far <= SPREAD; far++)
            touched = touched || (bin[l] >= 0 && progress_followed(p, bin[l] + far));
    return touched;
}

/* Where power crossed a quarter (amplitude a half) between two hops. */
static double crossing(double at, double before, double after, double threshold) {
    double a = sqrt(before), b = sqrt(after), t = sqrt(threshold);
    double share = b > a || b < a ? (t - a) / (b - a) : 0.5;
    share = share < 0.0 ? 0.0 : share > 1.0 ? 1.0 : share;
    return at - PROGRESS_HOP * (1.0 - share);
}

double progress_edge(const cti_progress *p, double power) {
    double edge = power > p->last_power ? EDGE : -EDGE;
    return crossing(progress_middle(p), p->last_power, power, PRESENT * p->plateau) + edge;
}

void progress_find_start(cti_progress *p) {
    double threshold = PRESENT * p->plateau;
    double later = own_power(p, p->history[(p->bank.hops - 1) % HISTORY]);
    double at = progress_middle(p);
    for (int ago = 1; ago < HISTORY && ago < p->bank.hops; ago++) {
        double power = own_power(p, p->history[(p->bank.hops - 1 - ago) % HISTORY]);
        if (power < threshold && later >= threshold) {
            p->start = crossing(at, power, later, threshold) + EDGE;
            return;
        }
        later = power;
        at -= PROGRESS_HOP;
    }
    p->start = at > 0.0 ? at : 0.0;
}

void progress_begin_burst(cti_progress *p, const int bin[LINES]) {
    memset(p->line, 0, sizeof(p->line));
    memset(p->mean, 0, sizeof(p->mean));
    for (int l = 0; l < LINES; l++)
        p->line[l].bin = bin[l];
    p->inside = 0;
    p->inside_sum = p->inside_squares = 0.0;
    p->state = BURST_ON;
    p->age = 0;
    p->looked = 0;
    p->piece = -1.0;
    p->plateau = p->last_power = progress_own_power(p);
    p->share_sum = 0.0;
    p->gap_known = p->gap_hops > 0;
    p->gap_before = p->gap_hops > 0 ? p->gap_sum / p->gap_hops : 0.0;
}

/* Bins near a line before it are that one's. */
static void follow_line(const progress_bank *b, spectrum_line *lines, int l) {
    spectrum_line *line = &lines[l];
    float re = b->re[line->bin], im = b->im[line->bin];
    line->turn_re += (double)(re * line->last_re + im * line->last_im);
    line->turn_im += (double)(im * line->last_re - re * line->last_im);
    for (int i = line->bin - SPREAD; i <= line->bin + SPREAD; i++) {
        int own = i >= 0 && i < PROGRESS_BINS;
        for (int k = 0; k < l; k++)
            own = own && !progress_near(i, lines[k].bin);
        if (own) {
            line->power += (double)b->power[i];
            line->moment += i * (double)b->power[i];
        }
    }
    line->last_re = re;
    line->last_im = im;
}

void progress_measure_burst(cti_progress *p, double power) {
    p->age++;
    p->share_sum += progress_share_of(p, power);
    for (int i = 0; i < p->bank.bins; i++)
        p->mean[i] += (double)p->bank.power[i];
    for (int l = 0; l < LINES; l++)
        if (p->line[l].bin >= 0)
            follow_line(&p->bank, p->line, l);
    if (p->age < KNOWN_HOPS) {
        p->plateau = power > p->plateau ? power : p->plateau;
        return;
    }
    p->plateau += POWER_SHARE * (power - p->plateau);
    double *oldest = &p->recent[p->age % INSIDE];
    if (p->age >= KNOWN_HOPS + INSIDE) {
        p->inside++;
        p->inside_sum += *oldest;
        p->inside_squares += *oldest * *oldest;
    }
    *oldest = power;
}

/* The burst's lines, the strongest first; how many there are. */
static int sorted_lines(const cti_progress *p, const spectrum_line *line[LINES]) {
    int n = 0;
    for (int l = 0; l < LINES; l++) {
        if (p->line[l].bin < 0)
            continue;
        int at = n++;
        for (; at > 0 && line[at - 1]->power < p->line[l].power; at--)
            line[at] = line[at - 1];
        line[at] = &p->line[l];
    }
    while (n > 1 && line[n - 1]->power < SECOND_LINE_MEAN * line[0]->power)
        n--;
    return n;
}

/* Amplitude modulation stands on both sides of the line, just outside what a steady one spreads to: at 33 Hz
 * and 90 % a twentieth of its power, or more. */
static int modulated(const cti_progress *p, const spectrum_line *line) {
    double own = 0.0, below = 0.0, above = 0.0;
    if (line->bin < SIDES || line->bin + SIDES >= PROGRESS_LOW_BINS)
        return 0;
    for (int far = -SPREAD; far <= SPREAD; far++)
        own += p->mean[line->bin + far];
    for (int far = SPREAD + 1; far <= SIDES; far++) {
        below += p->mean[line->bin - far];
        above += p->mean[line->bin + far];
    }
    return fmin(below, above) > SIDE_POWER * own;
}

cadence_burst progress_burst_so_far(const cti_progress *p) {
    cadence_burst b;
    memset(&b, 0, sizeof(b));
    b.start = p->start;
    b.end = p->end;
    b.power = p->plateau;
    b.gap_power = p->gap_before;
    b.pure = p->gap_known;
    const spectrum_line *line[LINES];
    int n = sorted_lines(p, line);
    for (int l = 0; l < n; l++)
        b.hz[l] = progress_line_hz(p, line[l], n == 1);
    int strange = n == 1 ? progress_strange_line(p, STRANGE_LINE * line[0]->power) : -1;
    if (strange >= 0)
        b.hz[1] = progress_bank_hz(&p->bank, strange);
    b.modulated = modulated(p, line[0]);
    return b;
}

double progress_wavering(const cti_progress *p) {
    if (p->inside < 2)
        return 0.0;
    double mean = p->inside_sum / p->inside;
    double variance = p->inside_squares / p->inside - mean * mean;
    return variance > 0.0 ? sqrt(variance) / mean : 0.0;
}

int progress_was_tone(const cti_progress *p) {
    double share = progress_named(p, p->line[0].bin) ? NAMED_BURST_SHARE : BURST_SHARE;
    return p->share_sum >= share * p->age && progress_wavering(p) <= BURST_WAVER;
}

int progress_was_pure(const cti_progress *p) {
    return p->gap_known && p->share_sum >= PROGRESS_PURE_SHARE * p->age && progress_wavering(p) <= PURE_WAVER;
}

int progress_is_even(const cti_progress *p) {
    if (p->inside < 2 || p->share_sum < CONTINUOUS_SHARE * p->age || progress_wavering(p) > CONTINUOUS_WAVER)
        return 0;
    double drift = p->plateau * p->inside / p->inside_sum;
    return drift <= CONTINUOUS_DRIFT && drift >= 1.0 / CONTINUOUS_DRIFT;
}
