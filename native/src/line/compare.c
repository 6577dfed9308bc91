#include "cti/compare.h"

#include <math.h>
#include <string.h>

#include "cti/error.h"
#include "line/compare_line.h"

enum {
    SHORTEST = 160,
    LONGEST = 1 << 26,
    STEP = 80, /* the coarse search's grid: 10 ms */
    BANDS = 3,
    BEST_PLACES = 6,     /* looked at sample by sample */
    FINE_SAMPLES = 8000, /* of the needle's loudest second, for that */
    COARSE_STEPS = 2000  /* of the needle's loudest 20 s for the coarse search: bounds its cost */
};

static const double MOST_SNR_DB = 100.0;
static const double LEAST_CORRELATION = 0.5;
static const double CLEAN_DB = 15.0;    /* it came as it is: no line has changed it */
static const double LEAST_SHAPE = 0.85; /* no line of a subscriber changes the envelopes by more */
/* One-pole low-pass factors for about 500 and 1,500 Hz: three bands by difference. */
static const double LOW_POLE = 0.32, MIDDLE_POLE = 0.69;

static int64_t steps_of(int64_t samples) {
    return samples / STEP;
}

static int acceptable(int64_t needle, int64_t haystack) {
    return needle >= SHORTEST && needle <= haystack && haystack <= LONGEST;
}

int64_t cti_compare_work_size(int64_t needle, int64_t haystack) {
    if (!acceptable(needle, haystack))
        return CTI_ERR_ARG;
    /* both envelopes, and the likeness at each step */
    return (int64_t)sizeof(double) *
           (BANDS * (steps_of(needle) + steps_of(haystack)) + steps_of(haystack) + 1);
}

/* The rms of each band in each 10 ms. */
static void envelope(const int16_t *pcm, int64_t steps, double *out) {
    double low = 0, middle = 0;
    for (int64_t s = 0; s < steps; s++) {
        double power[BANDS] = {0};
        for (int i = 0; i < STEP; i++) {
            double x = pcm[s * STEP + i];
            low += LOW_POLE * (x - low);
            middle += MIDDLE_POLE * (x - middle);
            double high = x - middle, between = middle - low;
            power[0] += low * low;
            power[1] += between * between;
            power[2] += high * high;
        }
        for (int b = 0; b < BANDS; b++)
            out[s * BANDS + b] = sqrt(power[b] / STEP);
    }
}

/* Correlation of the envelopes, their means taken away, at one step of the haystack. */
static double likeness(const double *needle, double mean, double norm, const double *hay, int64_t n) {
    double sum = 0, square = 0, product = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += hay[i];
        square += hay[i] * hay[i];
        product += (needle[i] - mean) * hay[i];
    }
    double spread = square - sum * sum / (double)n;
    return spread > 1e-9 && norm > 1e-9 ? product / sqrt(spread * norm) : -1.0;
}

/* Takes the best step that is left and its neighbours out of the running; -1 when none is left. */
static int64_t take_best(double *like, int64_t steps, double *value) {
    int64_t best = -1;
    for (int64_t s = 0; s < steps; s++)
        if (like[s] > 0 && (best < 0 || like[s] > like[best]))
            best = s;
    *value = best >= 0 ? like[best] : 0;
    for (int64_t s = best - 2; best >= 0 && s <= best + 2; s++)
        if (s >= 0 && s < steps)
            like[s] = -1.0;
    return best;
}

/* Exact: whole numbers, and fewer than 2^33 of them. */
static int64_t product(const int16_t *a, const int16_t *b, int64_t n) {
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += (int32_t)a[i] * b[i];
    return sum;
}

/* Normalised, of the sums of squares and of products. */
static double normalised(int64_t aa, int64_t bb, int64_t ab) {
    return aa > 0 && bb > 0 ? (double)ab / sqrt((double)aa * (double)bb) : 0;
}

static double correlation(const int16_t *a, const int16_t *b, int64_t n, double *gain) {
    int64_t aa = product(a, a, n), ab = product(a, b, n);
    *gain = aa > 0 ? (double)ab / (double)aa : 0;
    return normalised(aa, product(b, b, n), ab);
}

/* Where the needle's loudest second (or all of a shorter one) begins. */
static int64_t loudest(const double *env, int64_t steps, int64_t window) {
    int64_t best = 0;
    double sum = 0, most = -1;
    for (int64_t s = 0; s < steps; s++) {
        for (int b = 0; b < BANDS; b++) {
            sum += env[s * BANDS + b];
            if (s >= window)
                sum -= env[(s - window) * BANDS + b];
        }
        if (s >= window - 1 && sum > most) {
            most = sum;
            best = s - window + 1;
        }
    }
    return best * STEP;
}

/* Where it may be: of the coarse search's best places those that resemble its loudest second at all. */
typedef struct candidates {
    int64_t from; /* that second begins here */
    int64_t at[BEST_PLACES];
    double like[BEST_PLACES];
    double shape[BEST_PLACES]; /* how alike the envelopes of the whole are */
    int count;
} candidates;

static void best_places(const int16_t *needle, int64_t needle_samples, const int16_t *haystack,
                        int64_t haystack_samples, void *work, candidates *f) {
    int64_t needle_steps = steps_of(needle_samples), hay_steps = steps_of(haystack_samples);
    double *needle_env = work, *hay_env = needle_env + BANDS * needle_steps,
           *like = hay_env + BANDS * hay_steps;
    envelope(needle, needle_steps, needle_env);
    envelope(haystack, hay_steps, hay_env);
    int64_t coarse = needle_steps < COARSE_STEPS ? needle_steps : COARSE_STEPS;
    int64_t skipped = coarse == needle_steps ? 0 : loudest(needle_env, needle_steps, coarse) / STEP;
    int64_t values = coarse * BANDS, places = hay_steps - needle_steps + 1;
    const double *shape = needle_env + skipped * BANDS;
    double mean = 0, norm = 0;
    for (int64_t i = 0; i < values; i++)
        mean += shape[i] / (double)values;
    for (int64_t i = 0; i < values; i++)
        norm += (shape[i] - mean) * (shape[i] - mean);
    for (int64_t s = 0; s < places; s++)
        like[s] = likeness(shape, mean, norm, hay_env + (s + skipped) * BANDS, values);

    int64_t fine = needle_samples < FINE_SAMPLES ? needle_samples : FINE_SAMPLES;
    f->from = needle_samples <= FINE_SAMPLES ? 0 : loudest(needle_env, needle_steps, steps_of(fine));
    int64_t needle_square = product(needle + f->from, needle + f->from, fine);
    f->count = 0;
    for (int k = 0; k < BEST_PLACES; k++) {
        int64_t step = take_best(like, places, &f->shape[f->count]);
        if (step < 0)
            break;
        int64_t first = step * STEP - STEP, last = step * STEP + STEP;
        first = first < 0 ? 0 : first;
        const int16_t *there = haystack + f->from;
        int64_t square = product(there + first, there + first, fine);
        double found = 0;
        for (int64_t lag = first; lag <= last && lag + needle_samples <= haystack_samples; lag++) {
            double c = normalised(needle_square, square, product(needle + f->from, there + lag, fine));
            if (c > found) {
                found = c;
                f->at[f->count] = lag;
            }
            if (lag + needle_samples < haystack_samples)
                square += (int32_t)there[lag + fine] * there[lag + fine] - (int32_t)there[lag] * there[lag];
        }
        f->like[f->count] = found;
        f->count += found > 0;
    }
}

static void tell(cti_match *best, double explained, double of, double gain_square) {
    double snr = explained < of ? 10.0 * log10(explained / (of - explained)) : MOST_SNR_DB;
    best->correlation = of > 0 ? sqrt(explained / of) : 0;
    best->gain_db = (float)(10.0 * log10(gain_square));
    best->snr_db = (float)(snr < MOST_SNR_DB ? snr : MOST_SNR_DB);
}

/* As the needle stands there, by gain alone. */
static int as_it_is(const int16_t *needle, int64_t n, const int16_t *there, cti_match *best) {
    double gain = 0, like = correlation(needle, there, n, &gain);
    if (like < LEAST_CORRELATION || gain <= 0)
        return 0;
    tell(best, like * like, 1.0, gain * gain);
    return 1;
}

static int search(const int16_t *needle, int64_t needle_samples, const int16_t *haystack,
                  int64_t haystack_samples, void *work, int64_t work_size, int over_a_line, cti_match *best) {
    if (needle == NULL || haystack == NULL || work == NULL || best == NULL ||
        !acceptable(needle_samples, haystack_samples))
        return CTI_ERR_ARG;
    if (work_size < cti_compare_work_size(needle_samples, haystack_samples))
        return CTI_ERR_SIZE;
    memset(best, 0, sizeof *best);
    candidates f;
    best_places(needle, needle_samples, haystack, haystack_samples, work, &f);
    int most = 0;
    for (int k = 1; k < f.count; k++)
        most = f.like[k] > f.like[most] ? k : most;
    if (f.count == 0)
        return 0;
    best->offset = f.at[most];
    int there = as_it_is(needle, needle_samples, haystack + best->offset, best);
    if (!over_a_line || (there && (double)best->snr_db >= CLEAN_DB))
        return there;
    /* What a filter has turned about may resemble something else more; by the filter it is known. */
    double share = -1;
    for (int k = 0; k < f.count; k++) {
        if (f.shape[k] < LEAST_SHAPE)
            continue;
        compare_pair one = {needle, needle_samples, haystack + f.at[k], -f.at[k], haystack_samples - f.at[k]};
        int64_t late;
        double here = compare_line_place(&one, f.from, &late);
        int64_t at = f.at[k] + late;
        if (here > share && at >= 0 && at + needle_samples <= haystack_samples) {
            share = here;
            best->offset = at;
        }
    }
    if (share < 0)
        return there;
    int64_t at = best->offset;
    compare_pair pair = {needle, needle_samples, haystack + at, -at, haystack_samples - at};
    double explained = 0, power = 0, sent = 0;
    compare_line_fit(&pair, f.from, &explained, &power, &sent);
    if (!(sent > 0) || !(explained >= LEAST_CORRELATION * LEAST_CORRELATION * power))
        return 0;
    tell(best, explained, power, explained / sent);
    return 1;
}

int cti_compare_find(const int16_t *needle, int64_t needle_samples, const int16_t *haystack,
                     int64_t haystack_samples, void *work, int64_t work_size, cti_match *best) {
    return search(needle, needle_samples, haystack, haystack_samples, work, work_size, 0, best);
}

int cti_compare_line(const int16_t *needle, int64_t needle_samples, const int16_t *haystack,
                     int64_t haystack_samples, void *work, int64_t work_size, cti_match *best) {
    return search(needle, needle_samples, haystack, haystack_samples, work, work_size, 1, best);
}
