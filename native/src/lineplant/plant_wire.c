#include "lineplant/plant_wire.h"

#include <math.h>
#include <string.h>

#include "base/dbm0.h"
#include "cti/error.h"

#define TURN 6.283185307179586
#define RATE 8000.0

enum { TICK = WIRE_TICK, FAR_LEAST_DELAY = TICK, MINUTE = 60 * 8000 };

static const double hum_share[3] = {1.0, 0.2511886, 0.1258925}; /* 0, -12, -18 dB */
static const double impulse_hz = 1000, impulse_dies = 1 / 1e3;  /* to 1/e, seconds */

void cti_plant_wire_defaults(cti_plant_wire *cfg) {
    *cfg = (cti_plant_wire){.hum_hz = 50, .hum_dbm0 = -90, .dropout_ms = 100, .dropout_db = 20};
}

static int within(float x, float least, float most) {
    return x >= least && x <= most;
}

static int is_curve(const cti_plant_curve *c) {
    if (c->points < 0 || c->points > 64)
        return 0;
    for (int i = 0; i < c->points; i++)
        if (!within(c->hz[i], 0, 4000) || !within(c->db[i], 0, 80) || (i > 0 && !(c->hz[i] > c->hz[i - 1])))
            return 0;
    return 1;
}

static int acceptable(const cti_plant_wire *c) {
    return is_curve(&c->loss) && is_curve(&c->return_loss) && is_curve(&c->far_return) &&
           within(c->delay_ms, 0, 300) && within(c->drift_ppm, -500, 500) && (c->band == 0 || c->band == 1) &&
           within(c->hum_hz, 40, 70) && within(c->hum_dbm0, -200, 0) &&
           within(c->impulses_per_minute, 0, 6000) && within(c->impulse_dbm0, -60, 3) &&
           within(c->clicks_per_minute, 0, 6000) && within(c->click_dbm0, -60, 3) &&
           within(c->dropouts_per_minute, 0, 600) && within(c->dropout_ms, 1, 5000) &&
           within(c->dropout_db, 0, 80) && within(c->steps_per_minute, 0, 600) &&
           within(c->step_db, -20, 20) && (c->far_return.points == 0 || c->delay_ms >= 20);
}

/* To the next one of a Poisson process. */
static void wait(plant_wire *w, wire_train *t) {
    t->left = -1;
    if (t->per_minute > 0)
        t->left = (int64_t)(-log(1 - cti_random_uniform(&w->chance)) * MINUTE / (double)t->per_minute);
}

static void set_train(plant_wire *w, wire_train *t, float per_minute) {
    t->per_minute = per_minute;
    wait(w, t);
}

static int comes(plant_wire *w, wire_train *t) {
    if (t->left < 0)
        return 0;
    if (t->left-- > 0)
        return 0;
    wait(w, t);
    return 1;
}

static double factor_of(float db) {
    return pow(10.0, -(double)db / 20);
}

int plant_wire_init(plant_wire *w, const cti_plant_wire *cfg, uint64_t seed) {
    if (!acceptable(cfg))
        return CTI_ERR_ARG;
    memset(w, 0, sizeof *w);
    w->cfg = *cfg;
    w->delay = (int32_t)(cfg->delay_ms * 8 + 0.5f);
    wire_fir_of(&w->loss_up, &cfg->loss);
    w->loss_down = w->loss_up;
    wire_fir_of(&w->back, &cfg->return_loss);
    wire_fir_of(&w->far, &cfg->far_return);
    double clock = 1 + (double)cfg->drift_ppm * 1e-6;
    wire_drift_init(&w->drift_up, clock);
    wire_drift_init(&w->drift_down, 1 / clock);
    cti_random_init(&w->chance, sizeof w->chance, seed);
    set_train(w, &w->impulses, cfg->impulses_per_minute);
    set_train(w, &w->clicks, cfg->clicks_per_minute);
    set_train(w, &w->dropouts, cfg->dropouts_per_minute);
    set_train(w, &w->steps, cfg->steps_per_minute);
    double whole = 0;
    for (int i = 0; i < 3; i++)
        whole += hum_share[i] * hum_share[i] / 2;
    for (int i = 0; i < 3; i++) {
        double angle = TURN * (2 * i + 1) * (double)cfg->hum_hz / RATE;
        w->hum[i][0] =
            cfg->hum_dbm0 <= -90 ? 0 : cti_dbm0_to_rms((double)cfg->hum_dbm0) * hum_share[i] / sqrt(whole);
        w->hum_turn[i][0] = cos(angle);
        w->hum_turn[i][1] = sin(angle);
    }
    double dies = exp(-1 / (impulse_dies * RATE));
    w->ring_turn[0] = dies * cos(TURN * impulse_hz / RATE);
    w->ring_turn[1] = dies * sin(TURN * impulse_hz / RATE);
    return CTI_OK;
}

void plant_wire_rest(plant_wire *w) {
    if (!w->running)
        return;
    w->running = 0;
    wire_fir *filters[] = {&w->loss_up, &w->loss_down, &w->back, &w->far};
    for (int i = 0; i < 4; i++)
        memset(filters[i]->past, 0, sizeof filters[i]->past);
    memset(&w->band_up, 0, sizeof w->band_up);
    memset(&w->band_down, 0, sizeof w->band_down);
    wire_drift_init(&w->drift_up, w->drift_up.step);
    wire_drift_init(&w->drift_down, w->drift_down.step);
    memset(&w->way_up, 0, sizeof w->way_up);
    memset(&w->way_down, 0, sizeof w->way_down);
}

static double turn(double *phasor, const double *by) {
    double now = phasor[0];
    phasor[0] = now * by[0] - phasor[1] * by[1];
    phasor[1] = now * by[1] + phasor[1] * by[0];
    return now;
}

static double peak_of(float dbm0) {
    return cti_dbm0_to_rms((double)dbm0) * sqrt(2.0);
}

static double either_way(plant_wire *w, double peak) {
    return cti_random_bits(&w->chance) >> 63 ? peak : -peak;
}

void plant_wire_tick(plant_wire *w) {
    const cti_plant_wire *c = &w->cfg;
    double dropout = factor_of(c->dropout_db), step = factor_of(-c->step_db);
    int hums = c->hum_dbm0 > -90;
    w->running = 1;
    for (int i = 0; i < TICK; i++) {
        double noise = hums ? turn(w->hum[0], w->hum_turn[0]) + turn(w->hum[1], w->hum_turn[1]) +
                                  turn(w->hum[2], w->hum_turn[2])
                            : 0;
        if (comes(w, &w->impulses))
            w->ring[0] = either_way(w, peak_of(c->impulse_dbm0));
        if (w->ring[0] != 0 || w->ring[1] != 0)
            noise += turn(w->ring, w->ring_turn);
        if (comes(w, &w->clicks))
            noise += either_way(w, peak_of(c->click_dbm0));
        if (comes(w, &w->dropouts))
            w->dropout_left = (int32_t)(c->dropout_ms * 8);
        if (comes(w, &w->steps))
            w->stepped = !w->stepped;
        double gain = w->stepped ? step : 1;
        if (w->dropout_left > 0) {
            w->dropout_left--;
            gain *= dropout;
        }
        w->gain[i] = (float)gain;
        w->noise[i] = (float)noise;
    }
    if (fabs(w->ring[0]) + fabs(w->ring[1]) < 0.01)
        w->ring[0] = w->ring[1] = 0;
}

/* The pair itself, either way. */
static void cross(plant_wire *w, wire_fir *loss, float *x) {
    if (w->cfg.loss.points > 0)
        wire_fir_run(loss, x, TICK);
    for (int i = 0; i < TICK; i++)
        x[i] = x[i] * w->gain[i] + w->noise[i];
}

static void to_float(const int16_t *in, float factor, float *out) {
    for (int i = 0; i < TICK; i++)
        out[i] = (float)in[i] * factor;
}

static void to_samples(const float *in, int16_t *out) {
    for (int i = 0; i < TICK; i++)
        out[i] = cti_round_sample((double)in[i]);
}

void plant_wire_up(plant_wire *w, const wire_kernel *k, const int16_t *sent, float factor, int echo,
                   int16_t *up) {
    float x[TICK];
    to_float(sent, factor, x);
    cross(w, &w->loss_up, x);
    if (w->cfg.drift_ppm != 0)
        wire_drift_run(&w->drift_up, k, x, TICK);
    if (w->cfg.far_return.points > 0) {
        int16_t came[TICK] = {0};
        float back[TICK];
        if (echo)
            wire_way_peek(&w->way_down, w->delay, came, TICK);
        to_float(came, 1, back);
        wire_fir_run(&w->far, back, TICK);
        for (int i = 0; i < TICK; i++)
            x[i] += back[i];
    }
    if (w->cfg.band)
        wire_band_run(&w->band_up, x, TICK);
    to_samples(x, up);
}

static void over(wire_way *way, int delay, int16_t *pcm) {
    if (delay == 0)
        return;
    int16_t now[TICK];
    memcpy(now, pcm, sizeof now);
    wire_way_put(way, now, TICK);
    wire_way_peek(way, delay + TICK, pcm, TICK);
}

void plant_wire_leave(plant_wire *w, int16_t *up) {
    over(&w->way_up, w->delay, up);
}

void plant_wire_arrive(plant_wire *w, int16_t *from) {
    over(&w->way_down, w->delay, from);
}

void plant_wire_down(plant_wire *w, const wire_kernel *k, int16_t *heard, float factor) {
    float x[TICK];
    to_float(heard, factor, x);
    if (w->cfg.band)
        wire_band_run(&w->band_down, x, TICK);
    if (w->cfg.drift_ppm != 0)
        wire_drift_run(&w->drift_down, k, x, TICK);
    cross(w, &w->loss_down, x);
    to_samples(x, heard);
}

int plant_wire_back(plant_wire *w, float *x) {
    if (w->cfg.return_loss.points == 0)
        return 0;
    wire_fir_run(&w->back, x, TICK);
    return 1;
}
