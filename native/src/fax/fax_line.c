#include <string.h>

#include "cti/error.h"
#include "fax/fax_line_state.h"

enum {
    ALIGN = 16,
    LONGEST_SILENCE = 80000,
    LONGEST_CED = 10000, /* ms */
    CED_MS = 3300,       /* T.30: 2.6 … 4 s */
    AFTER_CED = 600,     /* T.30: 75 ± 20 ms */
    CNG_ON = 4000,       /* T.30: 0.5 s, ... */
    CNG_OFF = 24000,     /* ... 3 s */
    PREAMBLE = 38,       /* flags of V.21: 1 s; T.30: ± 15 % */
    FLAGS_SHARE = 40,    /* T.4 Annex A: flags for 200 ms before the frames: a fortieth of the bit rate */
    HOLD_MS = 400        /* a carrier that fails */
};

void cti_fax_line_defaults(cti_fax_line_config *cfg) {
    *cfg = (cti_fax_line_config){.level_dbm0 = -13.0f, .echo_ms = 60};
}

static size_t aligned(size_t size) {
    return (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

size_t cti_fax_line_size(void) {
    return aligned(sizeof(cti_fax_line)) + aligned(cti_fax_modem_tx_size()) +
           2 * aligned(cti_fax_modem_rx_size()) + aligned(cti_fax_tones_size()) +
           aligned(cti_fax_tone_tx_size());
}

static void *next(unsigned char **at, size_t size) {
    void *here = *at;
    *at += aligned(size);
    return here;
}

int cti_fax_line_init(cti_fax_line *f, size_t size, const cti_fax_line_config *cfg) {
    cti_fax_line_config usual;
    cti_fax_line_defaults(&usual);
    cfg = cfg ? cfg : &usual;
    if (!f || !(cfg->level_dbm0 >= -60.0f && cfg->level_dbm0 <= 0.0f) || cfg->echo_ms < 0 ||
        cfg->echo_ms > 1000)
        return CTI_ERR_ARG;
    if (size < cti_fax_line_size())
        return CTI_ERR_SIZE;
    memset(f, 0, cti_fax_line_size());
    f->cfg = *cfg;
    unsigned char *at = (unsigned char *)f;
    (void)next(&at, sizeof *f);
    f->tx = next(&at, cti_fax_modem_tx_size());
    f->v21 = next(&at, cti_fax_modem_rx_size());
    f->fast = next(&at, cti_fax_modem_rx_size());
    f->tones = next(&at, cti_fax_tones_size());
    f->tone = next(&at, cti_fax_tone_tx_size());
    cti_fax_modem_rx_config v21;
    (void)cti_fax_modem_rx_defaults(&v21, CTI_FAX_MODEM_V21);
    (void)cti_fax_modem_rx_init(f->v21, cti_fax_modem_rx_size(), &v21);
    f->quiet = f->cfg.echo_ms * FAX_LINE_MS;
    return cti_fax_tones_init(f->tones, cti_fax_tones_size());
}

/* A carrier for the turn, made by its modem. */
static int prepare_carrier(cti_fax_line *f, const cti_fax_turn *turn) {
    int is_v21 = turn->kind == CTI_FAX_TURN_FRAMES;
    cti_fax_modem_tx_config cfg;
    if (!is_v21 && turn->modem == CTI_FAX_MODEM_V21)
        return CTI_ERR_ARG;
    int bad = cti_fax_modem_tx_defaults(&cfg, is_v21 ? CTI_FAX_MODEM_V21 : turn->modem);
    if (bad < 0)
        return bad;
    cfg.level_dbm0 = f->cfg.level_dbm0;
    if (!is_v21) {
        cfg.bit_rate = turn->bit_rate;
        cfg.hdlc = turn->hdlc != 0;
        cfg.short_training = turn->short_training != 0;
        cfg.echo_protection = f->cfg.echo_protection;
    }
    bad = cti_fax_modem_tx_init(f->tx, cti_fax_modem_tx_size(), &cfg);
    if (bad < 0)
        return bad;
    return cfg.hdlc ? cti_fax_modem_tx_flags(f->tx, is_v21 ? PREAMBLE : cfg.bit_rate / FLAGS_SHARE) : CTI_OK;
}

static int prepare_tone(cti_fax_line *f, int tone, int samples) {
    cti_fax_tone_tx_config cfg;
    (void)cti_fax_tone_tx_defaults(&cfg, tone);
    cfg.level_dbm0 = f->cfg.level_dbm0;
    cfg.samples = samples;
    return cti_fax_tone_tx_init(f->tone, cti_fax_tone_tx_size(), &cfg);
}

int fax_line_prepare(cti_fax_line *f, const cti_fax_turn *turn) {
    cti_fax_modem_rx_config cfg;
    if (turn->modem == CTI_FAX_MODEM_V21)
        return CTI_OK;
    int bad = cti_fax_modem_rx_defaults(&cfg, turn->modem);
    if (bad < 0)
        return bad;
    cfg.bit_rate = turn->bit_rate;
    cfg.hdlc = turn->hdlc != 0;
    cfg.short_training = turn->short_training != 0;
    cfg.hold_ms = turn->hold_ms ? turn->hold_ms : HOLD_MS;
    bad = f->has_fast ? cti_fax_modem_rx_again(f->fast, &cfg)
                      : cti_fax_modem_rx_init(f->fast, cti_fax_modem_rx_size(), &cfg);
    f->has_fast |= bad == CTI_OK;
    return bad;
}

static int prepare(cti_fax_line *f, const cti_fax_turn *turn) {
    switch (turn->kind) {
    case CTI_FAX_TURN_LISTEN:
        return fax_line_prepare(f, turn);
    case CTI_FAX_TURN_CNG:
        return prepare_tone(f, CTI_FAX_CNG, CNG_ON);
    case CTI_FAX_TURN_CED:
        return prepare_tone(f, CTI_FAX_CED, (turn->ms ? turn->ms : CED_MS) * FAX_LINE_MS);
    case CTI_FAX_TURN_FRAMES:
    case CTI_FAX_TURN_DATA:
        return prepare_carrier(f, turn);
    default:
        return turn->kind == CTI_FAX_TURN_HANG_UP ? CTI_OK : CTI_ERR_ARG;
    }
}

int cti_fax_line_turn(cti_fax_line *f, const cti_fax_turn *turn) {
    if (!f || !turn || turn->silence < 0 || turn->silence > LONGEST_SILENCE || turn->ms < 0 ||
        turn->ms > LONGEST_CED)
        return CTI_ERR_ARG;
    int bad = prepare(f, turn);
    if (bad < 0)
        return bad;
    int was_deaf = f->doing != FAX_LINE_LISTENING && f->turn.kind != CTI_FAX_TURN_CNG;
    if (f->doing == FAX_LINE_CARRIER_ON || f->doing == FAX_LINE_TONE_ON)
        f->quiet = f->turn.kind == CTI_FAX_TURN_CNG ? f->quiet : 0;
    f->turn = *turn;
    f->left = turn->silence;
    f->tells = 0;
    f->stage = FAX_LINE_TAKE;
    if (turn->kind == CTI_FAX_TURN_LISTEN || turn->kind == CTI_FAX_TURN_CNG)
        fax_line_listen(f, was_deaf);
    f->doing = turn->kind == CTI_FAX_TURN_LISTEN    ? FAX_LINE_LISTENING
               : turn->kind == CTI_FAX_TURN_HANG_UP ? FAX_LINE_RESTING
                                                    : FAX_LINE_PAUSING;
    return CTI_OK;
}

static int is_carrier(const cti_fax_line *f) {
    return f->doing != FAX_LINE_RESTING &&
           (f->turn.kind == CTI_FAX_TURN_FRAMES || f->turn.kind == CTI_FAX_TURN_DATA);
}

int cti_fax_line_put(cti_fax_line *f, const uint8_t *octets, int n) {
    return !f ? CTI_ERR_ARG : is_carrier(f) ? cti_fax_modem_tx_put(f->tx, octets, n) : CTI_ERR_STATE;
}

int cti_fax_line_frame(cti_fax_line *f, const uint8_t *octets, int n) {
    return !f ? CTI_ERR_ARG : is_carrier(f) ? cti_fax_modem_tx_frame(f->tx, octets, n) : CTI_ERR_STATE;
}

int cti_fax_line_room(const cti_fax_line *f) {
    return is_carrier(f) ? cti_fax_modem_tx_room(f->tx) : 0;
}

int cti_fax_line_waiting(const cti_fax_line *f) {
    return is_carrier(f) ? cti_fax_modem_tx_waiting(f->tx) : 0;
}

void cti_fax_line_end(cti_fax_line *f) {
    if (is_carrier(f))
        cti_fax_modem_tx_end(f->tx);
}

/* Sends up to n samples of what the turn is doing now; less than n (and silence for none of them) where that
 * is over. */
static int send(cti_fax_line *f, int16_t *tx, int n) {
    if (f->doing == FAX_LINE_CARRIER_ON)
        return cti_fax_modem_tx_run(f->tx, tx, n);
    if (f->doing == FAX_LINE_TONE_ON)
        return cti_fax_tone_tx_run(f->tone, tx, n);
    int silent = f->doing == FAX_LINE_RESTING || n < f->left ? n : f->left;
    memset(tx, 0, (size_t)silent * sizeof *tx);
    f->left -= f->doing == FAX_LINE_RESTING ? 0 : silent;
    return silent;
}

/* What was being done is over: what comes next; 1: that was the turn. */
static int go_on(cti_fax_line *f) {
    int is_tone = f->turn.kind == CTI_FAX_TURN_CED;
    if (f->doing == FAX_LINE_PAUSING) {
        f->doing = is_tone ? FAX_LINE_TONE_ON : FAX_LINE_CARRIER_ON;
        return 0;
    }
    f->quiet = 0;
    if (f->doing == FAX_LINE_TONE_ON) {
        f->doing = FAX_LINE_AFTER_CED;
        f->left = AFTER_CED;
        return 0;
    }
    f->doing = FAX_LINE_RESTING;
    return 1;
}

/* A turn that sends, and nothing else; 1: it is over. */
static int run_sending(cti_fax_line *f, int16_t *tx, int n, int *done) {
    while (*done < n) {
        int before = *done, sent = send(f, tx + before, n - before);
        *done += sent;
        f->now += sent;
        if (*done < n && go_on(f))
            return 1;
    }
    return 0;
}

/* The next sample of CNG; a pause begins anew with each sample of V.21. */
static int16_t next_of_cng(cti_fax_line *f) {
    int16_t sample = 0;
    if (f->v21_on) {
        f->doing = FAX_LINE_PAUSING;
        f->left = CNG_OFF;
    }
    if (f->doing == FAX_LINE_PAUSING && f->left > 0) {
        f->left--;
        return 0;
    }
    if (f->doing == FAX_LINE_PAUSING) {
        (void)prepare_tone(f, CTI_FAX_CNG, CNG_ON);
        f->doing = FAX_LINE_TONE_ON;
    }
    if (cti_fax_tone_tx_run(f->tone, &sample, 1) == 0) {
        f->doing = FAX_LINE_PAUSING;
        f->left = CNG_OFF - 1;
    }
    return sample;
}

static int run_listening(cti_fax_line *f, const int16_t *rx, int16_t *tx, int n, cti_fax_line_event *ev) {
    for (int done = 0;; done++) {
        fax_line_hear(f);
        if (f->tells > 0) {
            *ev = f->told[0];
            f->tells--;
            memmove(f->told, f->told + 1, (size_t)f->tells * sizeof *f->told);
            return done;
        }
        if (done == n)
            return n;
        tx[done] = f->turn.kind == CTI_FAX_TURN_CNG ? next_of_cng(f) : 0;
        fax_line_take(f, rx[done]);
        f->now++;
    }
}

int cti_fax_line_run(cti_fax_line *f, const int16_t *rx, int16_t *tx, int n, cti_fax_line_event *ev) {
    if (!f || !ev || n < 0 || (n > 0 && (!rx || !tx)))
        return CTI_ERR_ARG;
    memset(ev, 0, sizeof *ev);
    if (f->doing == FAX_LINE_LISTENING || f->turn.kind == CTI_FAX_TURN_CNG)
        return run_listening(f, rx, tx, n, ev);
    int done = 0;
    if (run_sending(f, tx, n, &done))
        *ev = (cti_fax_line_event){.kind = CTI_FAX_LINE_SENT, .at = f->now};
    return done;
}

int cti_fax_line_quality(const cti_fax_line *f, cti_fax_modem_quality *quality) {
    return !f || !quality ? CTI_ERR_ARG
           : f->has_fast  ? cti_fax_modem_rx_quality(f->fast, quality)
                          : CTI_ERR_STATE;
}

int cti_fax_line_points(const cti_fax_line *f, float *xy, int max) {
    return !f || !xy || max < 0 ? CTI_ERR_ARG
           : f->has_fast        ? cti_fax_modem_rx_points(f->fast, xy, max)
                                : CTI_ERR_STATE;
}
