#include "cti/progress.h"

#include <math.h>
#include <string.h>

#include "base/dbm0.h"
#include "cti/error.h"
#include "tone/progress_state.h"

enum { YOUNG = 3 * STEADY_HOPS }; /* hops in which a burst's lines may yet be two */

#define GLITCH (GLITCH_MS * PROGRESS_MS)
/* A sound 6 dB above the burst that is followed is another. */
#define LOUDER 4.0
/* A burst lasts while its lines have half their amplitude. */
#define PRESENT 0.25

size_t cti_progress_size(void) {
    return sizeof(cti_progress);
}

static int valid_steps(const cti_progress_tone *t) {
    if (t->steps < 0 || t->steps > 8 || t->steps % 2 || t->cycles < 1 || t->cycles > CADENCE_BURSTS ||
        t->cycles * t->steps / 2 >= CADENCE_BURSTS || t->then < CTI_THEN_AGAIN || t->then > CTI_THEN_ANY ||
        (t->steps == 0 && t->then != CTI_THEN_AGAIN))
        return 0;
    for (int i = 0; i < t->steps; i++) {
        int least = i % 2 == 0 ? 40 : t->lines[0] ? 0 : 10;
        if (t->ms[i] < least || t->ms[i] > 60000)
            return 0;
    }
    return t->cycle_ms[0] >= 0.0f && t->cycle_ms[1] >= 0.0f &&
           (t->steps == 2 || (t->cycle_ms[0] <= 0.0f && t->cycle_ms[1] <= 0.0f));
}

static int valid_lines(const cti_progress_tone *t) {
    for (int i = 0; i < 4; i++)
        if (!(t->hz[i] >= 0.0f && t->hz[i] < 4000.0f))
            return 0;
    if (t->plain < 0 || t->plain > 1 || t->whole < 0 || t->whole > 1 || t->twin < 0 || t->twin > 1)
        return 0;
    int each = t->lines[0] != 0; /* every burst has its own, or none has */
    for (int burst = 0; burst < 4; burst++) {
        int32_t mask = t->lines[burst];
        if ((mask != 0) != (each && burst < t->steps / 2) || mask < 0 || mask > 15)
            return 0;
        for (int i = 0; i < 4; i++)
            if (mask >> i & 1 && t->hz[i] <= 0.0f)
                return 0;
    }
    return t->hz_room >= 0.0f && t->hz_room <= 100.0f;
}

int cti_progress_check(const cti_progress_config *cfg) {
    if (!cfg || cfg->tones < 0 || cfg->tones > PROGRESS_TONES ||
        !(cfg->cadence_tolerance >= 0.0f && cfg->cadence_tolerance <= 0.5f) ||
        !(cfg->frequency_tolerance >= 0.0f && cfg->frequency_tolerance <= 0.2f) ||
        !(cfg->floor_dbm0 >= -80.0f && cfg->floor_dbm0 <= 0.0f) || cfg->continuous_ms < 100 ||
        cfg->continuous_ms > 60000)
        return CTI_ERR_ARG;
    for (int i = 0; i < cfg->tones; i++)
        if (!valid_steps(&cfg->tone[i]) || !valid_lines(&cfg->tone[i]))
            return CTI_ERR_ARG;
    return progress_lines_fit(cfg) ? CTI_OK : CTI_ERR_ARG;
}

int cti_progress_init(cti_progress *p, size_t size, const cti_progress_config *cfg) {
    if (!p || cti_progress_check(cfg) != CTI_OK)
        return CTI_ERR_ARG;
    if (size < sizeof(*p))
        return CTI_ERR_SIZE;
    cti_progress_config copy = *cfg; /* cfg may lie in p */
    memset(p, 0, sizeof(*p));
    p->cfg = copy;
    progress_mark_wanted(p);
    double rms = cti_dbm0_to_rms((double)copy.floor_dbm0);
    p->floor_power = rms * rms;
    p->noise_now = INFINITY;
    for (int l = 0; l < LINES; l++)
        p->peak[l] = p->known.bin[l] = p->line[l].bin = -1;
    return CTI_OK;
}

static void end_burst(cti_progress *p, cti_event_sink *sink) {
    cadence_burst b = progress_burst_so_far(p);
    p->state = BURST_NONE;
    p->gap_sum = 0.0;
    p->gap_hops = 0;
    int tone = progress_was_tone(p);
    if (tone) {
        b.pure = progress_was_pure(p);
        cadence_put(&p->past.log, &b);
        if (progress_known_length(p, &b)) {
            for (int l = 0; l < LINES; l++)
                p->known.bin[l] = p->line[l].bin;
            p->known.power = p->plateau;
            p->known.end = p->end;
            p->known.steady = 0;
        }
    } else {
        cadence_put(&p->past.rest, &b);
    }
    progress_look_at_end(p, sink, &b, tone);
}

/* The burst that sounds, or has just faded. */
static void follow_burst(cti_progress *p, cti_event_sink *sink) {
    double power = progress_own_power(p);
    double threshold = PRESENT * p->plateau;
    if (p->state == BURST_ON && power < threshold) {
        p->end = progress_edge(p, power);
        p->state = BURST_FADED;
        if (p->looked)
            progress_look_at_fade(p, sink);
    } else if (p->state == BURST_FADED && power >= threshold) {
        p->state = BURST_ON;
        if (p->looked)
            progress_look_at_hole(p, sink, progress_edge(p, power));
    }
    p->last_power = power;
    if (p->state == BURST_FADED) {
        if (progress_middle(p) - p->end >= GLITCH) {
            if (!p->looked) {
                progress_find_start(p);
                progress_look_at_cadence(p, sink);
            }
            end_burst(p, sink);
        }
        return;
    }
    progress_measure_burst(p, power);
    if (p->age == KNOWN_HOPS) {
        progress_find_start(p);
        progress_look_at_cadence(p, sink);
        p->looked = 1;
    }
    if (p->looked)
        progress_look_at_length(p, sink);
}

/* A sound that is not the burst that is followed: the tone that is known, or one much louder. */
static void make_way(cti_progress *p, cti_event_sink *sink) {
    int known = p->looked && p->known.steady >= STEADY_HOPS && !progress_touched(p, p->known.bin);
    int louder = p->steady >= STEADY_HOPS && p->age > KNOWN_HOPS &&
                 progress_power_of(p->bank.power, p->peak) > LOUDER * p->plateau;
    /* Two close lines were one while the window was not yet full of them (Jordan's 400 and 440 Hz). */
    int pair = p->pair >= STEADY_HOPS && p->age <= YOUNG && p->line[1].bin < 0 &&
               (progress_followed(p, p->peak[0]) || progress_followed(p, p->peak[1]));
    /* What was heard before the tone was not the tone. */
    if (pair || (louder && progress_followed(p, p->peak[0]))) {
        progress_begin_burst(p, p->peak);
    } else if (known || louder) {
        p->end = p->state == BURST_ON ? progress_middle(p) : p->end;
        end_burst(p, sink);
    }
}

static void hop(cti_progress *p, cti_event_sink *sink) {
    memcpy(p->history[(p->bank.hops - 1) % HISTORY], p->bank.power, sizeof(p->bank.power));
    p->past.heard[p->past.hops++ % CADENCE_HEARD] = p->bank.total;
    progress_find_lines(p);
    progress_find_known(p);
    progress_follow_noise(p);
    if (p->state != BURST_NONE)
        make_way(p, sink);
    if (p->state == BURST_NONE) {
        if (p->steady == 0 && p->known.steady == 0) { /* the next burst is no part of the pause */
            p->gap_sum += progress_own_power(p);
            p->gap_hops++;
        }
        if (p->known.steady >= STEADY_HOPS)
            progress_begin_burst(p, p->known.bin);
        else if (p->steady >= STEADY_HOPS)
            progress_begin_burst(p, p->peak);
    }
    progress_note_heard(p);
    if (p->state != BURST_NONE)
        follow_burst(p, sink);
    progress_look_at_lateness(p, sink);
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
