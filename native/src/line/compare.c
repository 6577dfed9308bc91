#include "cti/compare.h"

#include <math.h>
#include <string.h>

#include "cti/error.h"

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
static int64_t take_best(double *like, int64_t steps) {
    int64_t best = -1;
    for (int64_t s = 0; s < steps; s++)
        if (like[s] > 0 && (best < 0 || like[s] > like[best]))
            best = s;
    for (int64_t s = best - 2; best >= 0 && s <= best + 2; s++)
        if (s >= 0 && s < steps)
            like[s] = -1.0;
    return best;
}

static double correlation(const int16_t *a, const int16_t *b, int64_t n, double *gain) {
    double aa = 0, bb = 0, ab = 0;
    for (int64_t i = 0; i < n; i++) {
        double x = a[i], y = b[i];
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    if (gain != NULL)
        *gain = aa > 0 ? ab / aa : 0;
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
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

int cti_compare_find(const int16_t *needle, int64_t needle_samples, const int16_t *haystack,
                     int64_t haystack_samples, void *work, int64_t work_size, cti_match *best) {
    if (needle == NULL || haystack == NULL || work == NULL || best == NULL ||
        !acceptable(needle_samples, haystack_samples))
        return CTI_ERR_ARG;
    if (work_size < cti_compare_work_size(needle_samples, haystack_samples))
        return CTI_ERR_SIZE;
    memset(best, 0, sizeof *best);
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
    int64_t from = needle_samples <= FINE_SAMPLES ? 0 : loudest(needle_env, needle_steps, steps_of(fine));
    double found = 0;
    for (int k = 0; k < BEST_PLACES; k++) {
        int64_t step = take_best(like, places);
        if (step < 0)
            break;
        int64_t first = step * STEP - STEP, last = step * STEP + STEP;
        for (int64_t lag = first < 0 ? 0 : first; lag <= last && lag + needle_samples <= haystack_samples;
             lag++) {
            double c = correlation(needle + from, haystack + lag + from, fine, NULL);
            if (c > found) {
                found = c;
                best->offset = lag;
            }
        }
    }
    double gain = 0;
    best->correlation = correlation(needle, haystack + best->offset, needle_samples, &gain);
    if (found <= 0 || best->correlation < LEAST_CORRELATION || gain <= 0)
        return 0;
    double rest = 1.0 - best->correlation * best->correlation;
    double snr = rest > 0 ? 10.0 * log10((1.0 - rest) / rest) : MOST_SNR_DB;
    best->gain_db = (float)(20.0 * log10(gain));
    best->snr_db = (float)(snr < MOST_SNR_DB ? snr : MOST_SNR_DB);
    return 1;
}
