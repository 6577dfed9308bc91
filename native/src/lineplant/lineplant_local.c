/* Behind the board: its FXS ports with a telephone on a short two-wire line, and its HANDSET ports with a
 * headset on four wires. The board is their exchange: it feeds, rings and reads the hook.
 */
#include <string.h>

#include "cti/error.h"
#include "cti/g711.h"
#include "lineplant/lineplant_state.h"
#include "lineplant/samples.h"

void cti_plant_fxs_defaults(cti_plant_line_config *cfg) {
    *cfg = (cti_plant_line_config){.loss_db = 0.5f,
                                   .noise_dbm0 = -70.0f,
                                   .return_loss_db = 18.0f,
                                   .echo_ms = 1.0f,
                                   .law = CTI_LAW_LINEAR};
}

int plant_local_init(cti_plant *p, int line) {
    plant_line *l = plant_line_of(p, line);
    cti_random_init(&l->far, sizeof l->far, p->cfg.seed + 0xA0761D6478BD642Fu * (uint64_t)(line + 1));
    if (plant_is_handset(p, line)) { /* no wire to lose anything on */
        l->cfg.noise_dbm0 = -90.0f;
        return CTI_OK;
    }
    cti_plant_line_config usual;
    cti_plant_fxs_defaults(&usual);
    return cti_plant_line(p, line, &usual);
}

int plant_local_control(cti_plant *p, int line, int what, int value) {
    const plant_line *l = plant_line_of(p, line);
    int on = value != 0;
    if (what == CTI_LINE_RING) {
        if (on && (l->taken || l->off_hook || !l->battery))
            return CTI_ERR_STATE;
        plant_ring(p, p->now, line, on, 0);
        return CTI_OK;
    }
    if (plant_is_handset(p, line) || (what != CTI_LINE_BATTERY && what != CTI_LINE_POLARITY))
        return CTI_ERR_STATE;
    if (what == CTI_LINE_BATTERY)
        plant_battery(p, p->now, line, on);
    else
        plant_polarity(p, p->now, line, on);
    return CTI_OK;
}

/* What passes while the loop is closed, by the sample. */
static void through_the_loop(const plant_line *l, int64_t at, int16_t *pcm) {
    if (plant_in_use(l) && l->battery)
        plant_gate(l, at, pcm);
    else
        memset(pcm, 0, PLANT_TICK * sizeof *pcm);
}

static void to_board(cti_plant *p, int line, const int16_t *sent, const int16_t *own, int16_t *rx) {
    plant_line *l = plant_line_of(p, line);
    memset(rx, 0, PLANT_TICK * sizeof *rx);
    if (plant_rests(l)) {
        memset(l->history, 0, sizeof l->history);
        return;
    }
    if (plant_is_handset(p, line)) {
        memcpy(rx, sent, PLANT_TICK * sizeof *rx);
        return;
    }
    plant_scale(sent, rx, l->loss);
    cti_law_through(l->cfg.law, rx, PLANT_TICK);
    plant_add_return(p, line, own, rx);
    cti_random_noise(&l->noise, l->cfg.noise_dbm0, rx, PLANT_TICK);
}

/* On hook too: caller ID. A headset hears when its button says so. */
static void to_telephone(cti_plant *p, int line, const int16_t *tx, const int16_t *own, int16_t *heard) {
    plant_line *l = plant_line_of(p, line);
    memset(heard, 0, PLANT_TICK * sizeof *heard);
    if (plant_asleep(p, line))
        return;
    if (plant_is_handset(p, line)) {
        memcpy(heard, own, PLANT_TICK * sizeof *heard);
        return;
    }
    if (l->battery) {
        memcpy(heard, tx, PLANT_TICK * sizeof *heard);
        cti_law_through(l->cfg.law, heard, PLANT_TICK);
        plant_scale(heard, heard, l->loss);
    }
    cti_random_noise(&l->far, l->cfg.noise_dbm0, heard, PLANT_TICK);
}

void plant_local_signal(cti_plant *p, int64_t at, int line, const int16_t *tx, int16_t *rx) {
    const plant_line *l = plant_line_of(p, line);
    int16_t *sent = plant_buffer(p, p->lay.sent, line), own[PLANT_TICK];
    plant_says(p, at, line, sent);
    through_the_loop(l, at, sent);
    memcpy(own, tx, sizeof own);
    through_the_loop(l, at, own);
    to_board(p, line, sent, own, rx);
    to_telephone(p, line, tx, own, plant_buffer(p, p->lay.heard, line));
}
