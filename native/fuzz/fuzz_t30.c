/* fuzz_t30: a fax call in which the far end, the modem and the application do anything at any time.
 *
 * Byte 0: who we are and what we have; then steps: what is heard (good frames with any information, any
 * octets, any events of any modem), turns done or not, time, pages and memory given or not. What must hold:
 * turns that a modem can do, frames and octets within their room, rows within the memory that was given, a
 * page clean only when all of it is there, and one end.
 */
#include "cti/error.h"
#include "cti/hdlc.h"
#include "cti/t30.h"
#include "fuzz_input.h"

enum { ROWS = 24, MEMORIES = 4, STEPS = 600, T30_ROW = 304 };

typedef struct t30_call {
    cti_t30 *t;
    cti_fax_turn turn;
    uint8_t *rows[MEMORIES], *damage[MEMORIES];
    int given, done;
    uint8_t *page;
} t30_call;

static const uint8_t T30_TYPES[] = {
    CTI_T30_DIS, CTI_T30_CSI,     CTI_T30_NSF,     CTI_T30_DTC,     CTI_T30_CIG, CTI_T30_PWD,
    CTI_T30_SEP, CTI_T30_DCS,     CTI_T30_TSI,     CTI_T30_SUB,     CTI_T30_SID, CTI_T30_CTC,
    CTI_T30_CFR, CTI_T30_FTT,     CTI_T30_CTR,     CTI_T30_EOM,     CTI_T30_MPS, CTI_T30_EOP,
    CTI_T30_EOR, CTI_T30_PRI_EOM, CTI_T30_PRI_MPS, CTI_T30_PRI_EOP, CTI_T30_PPS, CTI_T30_RR,
    CTI_T30_MCF, CTI_T30_RTP,     CTI_T30_RTN,     CTI_T30_PIP,     CTI_T30_PIN, CTI_T30_PPR,
    CTI_T30_RNR, CTI_T30_ERR,     CTI_T30_DCN,     CTI_T30_CRP,     CTI_T30_FCD, CTI_T30_RCP};

static void t30_turn_is_possible(const cti_fax_turn *turn) {
    static const int16_t rates[5][4] = {{0}, {300}, {2400, 4800}, {7200, 9600}, {7200, 9600, 12000, 14400}};
    int known = 0;
    demand(turn->kind >= CTI_FAX_TURN_LISTEN && turn->kind <= CTI_FAX_TURN_HANG_UP);
    demand(turn->modem >= CTI_FAX_MODEM_V21 && turn->modem <= CTI_FAX_MODEM_V17);
    for (int i = 0; i < 4; i++)
        known |= rates[turn->modem][i] == turn->bit_rate;
    demand(known);
    demand(turn->kind != CTI_FAX_TURN_DATA || turn->modem != CTI_FAX_MODEM_V21);
    demand(turn->silence >= 0 && turn->ms >= 0);
}

static void t30_look(t30_call *c) {
    cti_fax_turn turn;
    cti_t30_event ev;
    while (cti_t30_turn(c->t, &turn) == 1) {
        t30_turn_is_possible(&turn);
        c->turn = turn;
    }
    while (cti_t30_events(c->t, &ev, 1) == 1) {
        demand(!c->done);
        c->done = ev.kind == CTI_T30_DONE;
        if (ev.kind != CTI_T30_PAGE_TAKEN)
            continue;
        demand(ev.rows >= 0 && ev.rows <= ROWS && ev.memory < c->given && (ev.rows == 0 || ev.memory >= 0));
        demand(!ev.clean ||
               (ev.value == CTI_T30_TAKEN && ev.damaged == 0 && ev.rows > 0 && ev.end == CTI_T4_END_WHOLE));
        if (ev.memory >= 0) { /* ours again: whoever writes there now is found */
            free(c->rows[ev.memory]);
            free(c->damage[ev.memory]);
            c->rows[ev.memory] = c->damage[ev.memory] = NULL;
        }
    }
    demand(!c->done || c->turn.kind == CTI_FAX_TURN_HANG_UP);
}

static void *t30_room(int size) {
    void *p = malloc((size_t)size);
    demand(p != NULL);
    return p;
}

static void t30_give_memory(t30_call *c, int size, int most) {
    if (c->given == MEMORIES)
        return;
    uint8_t *rows = t30_room(size), *damage = t30_room(most);
    if (cti_t30_memory(c->t, rows, size, damage, most) == c->given) {
        c->rows[c->given] = rows;
        c->damage[c->given++] = damage;
    } else {
        free(rows);
        free(damage);
    }
}

static void t30_hear(t30_call *c, fuzz_input *in, int modem, int kind, const uint8_t *octets, int n) {
    cti_fax_modem_quality q = {.snr_db = (float)(fuzz_byte(in) - 128)};
    uint8_t *exact = t30_room(n > 0 ? n : 1);
    memcpy(exact, octets, (size_t)n);
    cti_fax_modem_event ev = {.kind = kind, .length = n, .octets = exact};
    cti_t30_heard(c->t, modem, &ev, n % 2 ? &q : NULL);
    free(exact);
}

static void t30_hear_frame(t30_call *c, fuzz_input *in, int modem, int last) {
    uint8_t fif[CTI_HDLC_FRAME_MAX], octets[CTI_HDLC_FRAME_MAX];
    int type = T30_TYPES[(size_t)fuzz_byte(in) % sizeof T30_TYPES], n = fuzz_byte(in) % 40;
    n = modem == CTI_FAX_MODEM_V21 ? n : type == CTI_T30_FCD ? 257 : n;
    fuzz_bytes(in, fif, n == 257 ? 8 : (size_t)n);
    if (n == 257)
        memset(fif + 8, fif[1], sizeof fif - 8);
    n = cti_t30_frame_build(type, last & 1, last >= 0, fif, n, octets, sizeof octets);
    demand(n > 0);
    t30_hear(c, in, modem, CTI_FAX_MODEM_FRAME, octets, n);
    if (last >= 0)
        t30_hear(c, in, modem, CTI_FAX_MODEM_END, octets, 0);
}

static void t30_hear_anything(t30_call *c, fuzz_input *in) {
    uint8_t octets[512];
    int modem = fuzz_byte(in) % 6, kind = fuzz_byte(in) % 11, n = fuzz_pair(in) % (int)sizeof octets;
    fuzz_bytes(in, octets, (size_t)n);
    t30_hear(c, in, modem, kind, octets, n);
}

/* Zeros, as training has them, or what the input says, again and again. */
static void t30_hear_data(t30_call *c, fuzz_input *in) {
    uint8_t octets[256];
    int fill = fuzz_byte(in), times = 1 + fuzz_byte(in) % 8;
    memset(octets, fill & 1 ? fill : 0, sizeof octets);
    fuzz_bytes(in, octets, fill & 2 ? 16 : 0);
    t30_hear(c, in, c->turn.modem, CTI_FAX_MODEM_CARRIER, octets, 0);
    for (int i = 0; i < times; i++)
        t30_hear(c, in, c->turn.modem, CTI_FAX_MODEM_OCTETS, octets, sizeof octets);
    t30_hear(c, in, c->turn.modem, CTI_FAX_MODEM_END, octets, 0);
}

/* The turn is done, whole or not. */
static void t30_do_turn(t30_call *c, int whole) {
    uint8_t octets[CTI_HDLC_FRAME_MAX];
    int n = 0, times = 0;
    cti_fax_turn turn = c->turn;
    do {
        n = turn.kind == CTI_FAX_TURN_DATA && !turn.hdlc ? cti_t30_data(c->t, octets, 1 + whole)
            : turn.kind >= CTI_FAX_TURN_FRAMES           ? cti_t30_frame(c->t, octets, sizeof octets)
                                                         : 0;
        demand(n >= 0 && n <= (int)sizeof octets);
    } while (n > 0 && ++times < whole * 4);
    cti_t30_sent(c->t);
}

static void t30_step(t30_call *c, fuzz_input *in) {
    int step = fuzz_byte(in), more = step >> 4;
    switch (step & 15) {
    case 0:
    case 1:
        t30_hear_frame(c, in, CTI_FAX_MODEM_V21, more);
        break;
    case 2:
        t30_hear_frame(c, in, CTI_FAX_MODEM_V21, -1);
        break;
    case 3:
        t30_hear_frame(c, in, c->turn.modem, more & 1 ? -1 : more);
        break;
    case 4:
        t30_hear_anything(c, in);
        break;
    case 5:
        t30_hear_data(c, in);
        break;
    case 6:
    case 7:
    case 8:
        t30_do_turn(c, 16 + more);
        break;
    case 9:
        t30_do_turn(c, more & 3);
        break;
    case 10:
        cti_t30_run(c->t, more * 160);
        break;
    case 11:
        cti_t30_run(c->t, fuzz_pair(in) * 8);
        break;
    case 12:
        (void)cti_t30_page(c->t, more & 3, c->page, 1 + more % ROWS);
        break;
    case 13:
        t30_give_memory(c, more & 1 ? ROWS * T30_ROW : 1 + more * 100, more & 2 ? ROWS : 1 + more % ROWS);
        break;
    case 14:
        cti_t30_tone(c->t, more);
        break;
    default:
        if (more == 15)
            cti_t30_gone(c->t);
        else if (more == 14)
            cti_t30_cancel(c->t);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const cti_t30_sheet sheets[] = {
        {CTI_T30_A4, CTI_T30_STANDARD}, {CTI_T30_A4, CTI_T30_STANDARD}, {CTI_T30_A3, CTI_T30_SUPERFINE}};
    static cti_t30 *t;
    static uint8_t *page;
    if (!t) {
        t = t30_room((int)cti_t30_size());
        page = t30_room(ROWS * T30_ROW);
        memset(page, 0x5A, ROWS * T30_ROW);
    }
    fuzz_input in = {data, size};
    t30_call c = {.t = t, .page = page};
    cti_t30_config cfg;
    int first = fuzz_byte(&in);
    cti_t30_defaults(&cfg, first & 1);
    cfg.sheets = first >> 1 & 3;
    cfg.sheet = sheets;
    cfg.polls = first >> 3 & 1;
    cfg.ecm = !(first >> 4 & 1);
    cfg.receives = !(first >> 5 & 1);
    if (first >> 6 & 1)
        (void)strcpy(cfg.password, "1234");
    demand(cti_t30_init(c.t, cti_t30_size(), &cfg) == CTI_OK);
    t30_look(&c);
    for (int i = 0; i < STEPS && in.left > 0; i++) {
        t30_step(&c, &in);
        t30_look(&c);
    }
    for (int i = 0; i < 2000 && !c.done; i++) { /* left alone it ends */
        t30_do_turn(&c, 64);
        cti_t30_run(c.t, 8000);
        t30_look(&c);
    }
    demand(c.done);
    for (int i = 0; i < MEMORIES; i++) {
        free(c.rows[i]);
        free(c.damage[i]);
    }
    return 0;
}
