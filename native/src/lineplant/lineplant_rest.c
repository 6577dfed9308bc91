/* Ports of the board whose lines carry nothing: their noise is not made until it is wanted. */
#include <string.h>

#include "cti/ear.h"
#include "cti/error.h"
#include "lineplant/lineplant_state.h"

/* Fainter by 8 dB than anything that caller ID takes for a signal (-52 dBm0, FSK). */
#define FAINT_DBM0 (-60.0f)

/* A wire's own noises want to be heard. */
static int carries(const plant_line *l) {
    return l->wired || plant_in_use(l) || l->off_hook || l->loaded || l->ringing || l->other >= 0 ||
           l->hears > 0 || !l->battery;
}

/* The generator goes on behind what is owed, which `recalled` makes. */
static void wake(plant_line *l) {
    if (!l->rests)
        return;
    l->rests = 0;
    l->recalled = l->noise;
    cti_random_noise_pass(&l->noise, l->cfg.noise_dbm0, l->rested);
}

int plant_rests(plant_line *l) {
    l->calm = carries(l) ? 0 : l->calm < PLANT_CALM ? l->calm + 1 : PLANT_CALM;
    int rests = l->may_rest && l->calm == PLANT_CALM && l->cfg.noise_dbm0 <= FAINT_DBM0;
    if (!rests) {
        wake(l);
        return 0;
    }
    if (!l->rests)
        l->rested = 0;
    l->rests = 1;
    l->rested += PLANT_TICK;
    return 1;
}

static plant_line *line_at(const cti_plant *p, int port) {
    return plant_line_of(p, plant_line_at(p, port));
}

void plant_rest(void *ctx, int port, int may) {
    plant_line *l = line_at(ctx, port);
    l->may_rest = (int8_t)(may != 0);
    if (!may)
        wake(l);
}

int plant_rested(void *ctx, int port) {
    return line_at(ctx, port)->rests;
}

int64_t plant_recall(void *ctx, int port, int64_t skip, int16_t *rx) {
    plant_line *l = line_at(ctx, port);
    if (l->rests || skip < 0 || skip + PLANT_TICK > l->rested)
        return CTI_ERR_STATE;
    cti_random_noise_pass(&l->recalled, l->cfg.noise_dbm0, skip);
    memset(rx, 0, PLANT_TICK * sizeof *rx);
    cti_random_noise(&l->recalled, l->cfg.noise_dbm0, rx, PLANT_TICK);
    l->rested -= skip + PLANT_TICK;
    return l->rested;
}

static int idle_now(cti_plant *p) {
    if (p->waiting > 0 || p->events_lost > 0 || cti_ring_count(plant_events(p)) > 0 ||
        cti_ring_count(plant_commands(p)) > 0)
        return 0;
    for (int line = 0; line < p->ends; line++) {
        const plant_line *l = plant_line_of(p, line);
        int silent = !plant_is_phone(p, line) || (plant_asleep(p, line) && !l->speaking);
        int rests = l->rests || (plant_is_phone(p, line) && !plant_is_local(p, line));
        if (!silent || !rests || l->off_hook || l->pulse.bouncing || l->pulse.outbox.count > 0)
            return 0;
    }
    return 1;
}

int plant_idle(void *ctx, int64_t ticks) {
    cti_plant *p = ctx;
    if (!idle_now(p))
        return 0;
    int64_t n = ticks * PLANT_TICK;
    if (plant_phones(p) > 0 && cti_ear_idle(plant_part(p, p->lay.ear), n) != CTI_OK)
        return 0;
    for (int port = 0; port < plant_ports(p); port++)
        line_at(p, port)->rested += n;
    p->history_at = (uint32_t)((p->history_at + (uint64_t)n) % PLANT_ECHO_ROOM);
    p->now += n;
    return 1;
}
