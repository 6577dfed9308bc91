#include "tone/cadence.h"

#include <math.h>
#include <stddef.h>

enum { SAMPLES_PER_MS = 8 };

/* Beside the tolerance: what the edges' estimates and slow relays add. */
#define EDGE_SLACK_MS 20.0
/* Bursts of one tone: frequency within 3 %, level within 12 dB (Australia steps by 10 dB). */
#define SAME_HZ 0.03
#define SAME_POWER 16.0
/* The pause is at least 4 dB quieter than the bursts. */
#define PAUSE_POWER 0.4
/* Lines closer than this stand in one peak of the spectrum (Hz). */
#define MERGED_HZ 32.0
/* Sidebands of an amplitude-modulated tone lie this close (Hz). */
#define SIDEBAND_HZ 60.0
#define LINE_SLACK_HZ 4.0

void cadence_put(cadence_log *log, const cadence_burst *burst) {
    log->burst[log->count % CADENCE_BURSTS] = *burst;
    log->count++;
}

const cadence_burst *cadence_ago(const cadence_log *log, int ago) {
    if (ago < 0 || ago >= CADENCE_BURSTS || ago >= log->count)
        return NULL;
    return &log->burst[(log->count - 1 - ago) % CADENCE_BURSTS];
}

int cadence_fits(double samples, int32_t ms, double tolerance) {
    return fabs(samples / SAMPLES_PER_MS - ms) <= ms * tolerance + EDGE_SLACK_MS;
}

static int line_fits(double heard, double wanted, double tolerance) {
    return fabs(heard - wanted) <= wanted * tolerance + LINE_SLACK_HZ;
}

int cadence_lines_fit(const double hz[2], const cti_progress_tone *tone, double tolerance) {
    double wanted[4];
    int n = 0;
    for (int i = 0; i < 4; i++)
        if (tone->hz[i] > 0.0f)
            wanted[n++] = (double)tone->hz[i];
    if (n == 0)
        return 1;
    if (n == 1)
        return line_fits(hz[0], wanted[0], tolerance) &&
               (hz[1] <= 0.0 || fabs(hz[1] - wanted[0]) <= SIDEBAND_HZ);
    if (n == 2 && fabs(wanted[0] - wanted[1]) < MERGED_HZ && hz[1] <= 0.0) {
        double low = wanted[0] < wanted[1] ? wanted[0] : wanted[1];
        double high = wanted[0] < wanted[1] ? wanted[1] : wanted[0];
        return hz[0] >= low * (1.0 - tolerance) - LINE_SLACK_HZ &&
               hz[0] <= high * (1.0 + tolerance) + LINE_SLACK_HZ;
    }
    if (n == 2)
        return hz[1] > 0.0 &&
               ((line_fits(hz[0], wanted[0], tolerance) && line_fits(hz[1], wanted[1], tolerance)) ||
                (line_fits(hz[0], wanted[1], tolerance) && line_fits(hz[1], wanted[0], tolerance)));
    for (int line = 0; line < 2; line++) {
        int known = hz[line] <= 0.0;
        for (int i = 0; i < n && !known; i++)
            known = line_fits(hz[line], wanted[i], tolerance);
        if (!known)
            return 0;
    }
    return 1;
}

static int same_tone(const cadence_burst *a, const cadence_burst *b) {
    return fabs(a->hz[0] - b->hz[0]) <= SAME_HZ * a->hz[0] + LINE_SLACK_HZ &&
           a->power <= SAME_POWER * b->power && b->power <= SAME_POWER * a->power;
}

/* The lines of two bursts may change places when they are equally strong. */
static int same_lines(const cadence_burst *a, const cadence_burst *b) {
    cadence_burst turned = *b;
    turned.hz[0] = b->hz[1];
    return same_tone(a, b) || (b->hz[1] > 0.0 && same_tone(a, &turned));
}

int cadence_match(const cadence_log *log, const cadence_burst *next, const cti_progress_tone *tone,
                  const cti_progress_config *cfg, double *error, const cadence_burst **first) {
    if (tone->steps == 0)
        return 0;
    int bursts = tone->cycles * tone->steps / 2;
    double tolerance = (double)cfg->cadence_tolerance, sum = 0.0;
    const cadence_burst *after = next;
    for (int ago = 0; ago < bursts; ago++) {
        const cadence_burst *burst = cadence_ago(log, ago);
        /* Steps from the end of the list: the newest burst comes before its last pause. */
        int off = tone->steps - 1 - 2 * (ago % (tone->steps / 2));
        if (!burst || !cadence_fits(after->start - burst->end, tone->ms[off], tolerance) ||
            !cadence_fits(burst->end - burst->start, tone->ms[off - 1], tolerance))
            return 0;
        if (!same_lines(burst, next) || after->gap_power > PAUSE_POWER * burst->power ||
            !cadence_lines_fit(burst->hz, tone, (double)cfg->frequency_tolerance))
            return 0;
        sum += fabs((after->start - burst->end) / SAMPLES_PER_MS / tone->ms[off] - 1.0);
        sum += fabs((burst->end - burst->start) / SAMPLES_PER_MS / tone->ms[off - 1] - 1.0);
        after = burst;
    }
    *error = sum / (2 * bursts);
    *first = after;
    return 1;
}
