/* fuzz_fax_line: any turns of a fax line at any time, and any sound meanwhile, that of its own sending too.
 *
 * Each step is a byte: a turn (with its fields), octets or a frame to be sent, the end, or audio.
 */
#include "cti/error.h"
#include "cti/fax_line.h"
#include "fuzz_input.h"

enum { PIECE = 1200, STEPS = 40, KEPT = 9600 };

static int16_t kept[KEPT]; /* what was sent last: some of it is heard again */

static void hear(cti_fax_line *f, const int16_t *rx, int n) {
    static int16_t tx[PIECE];
    cti_fax_line_event ev = {.kind = CTI_FAX_LINE_NOTHING};
    int events = 0;
    for (int done = 0; done < n || ev.kind != CTI_FAX_LINE_NOTHING; events++) {
        int did = cti_fax_line_run(f, rx + done, tx + done, n - done, &ev);
        demand(did >= 0 && did <= n - done && (did == n - done || ev.kind != CTI_FAX_LINE_NOTHING));
        done += did;
        demand(events < 8 * n + 64);
        demand(ev.heard.length >= 0 && ev.heard.length <= 400);
        for (int i = 0, sum = 0; i < ev.heard.length; i++)
            demand((sum += ev.heard.octets[i]) >= 0);
    }
    memmove(kept, kept + n, (size_t)(KEPT - n) * sizeof *kept);
    memcpy(kept + KEPT - n, tx, (size_t)n * sizeof *kept);
}

static void order(cti_fax_line *f, fuzz_input *in) {
    static const int rates[] = {300, 2400, 4800, 7200, 9600, 12000, 14400, 0};
    int what = fuzz_byte(in);
    cti_fax_turn turn = {.kind = what % 8,
                         .modem = what / 8 % 6,
                         .bit_rate = rates[fuzz_byte(in) % 8],
                         .hdlc = what / 64 % 2,
                         .short_training = what / 128,
                         .hold_ms = what % 3 ? 0 : 60,
                         .silence = fuzz_byte(in) * 8,
                         .ms = fuzz_byte(in) * 4};
    int bad = cti_fax_line_turn(f, &turn);
    demand(bad == CTI_OK || bad == CTI_ERR_ARG);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static cti_fax_line *f;
    static int16_t pcm[PIECE];
    uint8_t octets[400];
    if (!f)
        demand((f = malloc(cti_fax_line_size())) != NULL);
    if (size > 8192)
        return 0;
    fuzz_input in = {data, size};
    memset(kept, 0, sizeof kept);
    demand(cti_fax_line_init(f, cti_fax_line_size(), NULL) == CTI_OK);
    for (int steps = 0; in.left > 0 && steps < STEPS; steps++) {
        int step = fuzz_byte(&in), n = fuzz_pair(&in) % PIECE;
        fuzz_bytes(&in, octets, (size_t)(step % 8 == 1 ? step : 0));
        switch (step % 8) {
        case 0:
            order(f, &in);
            break;
        case 1:
            demand(cti_fax_line_put(f, octets, step) <= step);
            demand(cti_fax_line_frame(f, octets, step) <= CTI_OK);
            break;
        case 2:
            cti_fax_line_end(f);
            break;
        case 3:
        case 4:
        case 5:
            memcpy(pcm, kept + 8 * step % (KEPT - PIECE),
                   (size_t)n * sizeof *pcm); /* as another machine like us */
            hear(f, pcm, n);
            break;
        default:
            fuzz_sound(&in, pcm, n);
            hear(f, pcm, n);
        }
        demand(cti_fax_line_room(f) >= 0 && cti_fax_line_waiting(f) >= 0);
    }
    return 0;
}
