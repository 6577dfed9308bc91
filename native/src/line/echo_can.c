#include "cti/echo_can.h"

#include <string.h>

#include "cti/error.h"
#include "line/echo_can_state.h"

void cti_echo_can_defaults(cti_echo_can_config *cfg) {
    cfg->taps = ECHO_BLOCK;
}

size_t cti_echo_can_size(void) {
    return sizeof(cti_echo_can);
}

void echo_can_forget(cti_echo_can *e) {
    memset(e->path, 0, sizeof e->path);
    memset(e->w, 0, sizeof e->w);
    memset(e->tap, 0, sizeof e->tap);
    for (int p = 0; p < ECHO_PARTS; p++)
        for (int k = 0; k < CTI_FFT_ROOM; k++)
            e->unsure[p][k] = ECHO_UNSURE;
    e->louder = 0;
}

int cti_echo_can_init(cti_echo_can *e, size_t size, const cti_echo_can_config *cfg) {
    if (e == NULL || cfg == NULL || (cfg->taps != ECHO_BLOCK && cfg->taps != ECHO_TAPS))
        return CTI_ERR_ARG;
    if (size < sizeof *e)
        return CTI_ERR_SIZE;
    e->cfg = *cfg;
    cti_fft_init(&e->fft);
    e->work = cti_variant_is_wide() ? &echo_work_avx2 : &echo_work_plain;
    return cti_echo_can_reset(e);
}

int cti_echo_can_reset(cti_echo_can *e) {
    if (e == NULL)
        return CTI_ERR_ARG;
    memset(&e->parts, 0, sizeof *e - offsetof(struct cti_echo_can, parts));
    e->parts = e->cfg.taps / ECHO_BLOCK;
    e->silent = 2 * ECHO_TAPS;
    for (int k = 0; k < CTI_FFT_ROOM; k++)
        e->near_power[k] = ECHO_NEAR_FLOOR;
    echo_can_forget(e);
    return CTI_OK;
}

/* How long nothing has been sent, n samples on. */
static int32_t silence(int32_t before, const int16_t *tx, int n) {
    for (int i = n; i > 0; i--)
        if (tx[i - 1] != 0)
            return n - i;
    return before < 2 * ECHO_TAPS ? before + n : before;
}

int cti_echo_can_run(cti_echo_can *e, const int16_t *tx, const int16_t *rx, int16_t *out, int n) {
    if (e == NULL || n < 0 || (n > 0 && (tx == NULL || rx == NULL || out == NULL)))
        return CTI_ERR_ARG;
    for (int done = 0; done < n;) {
        int take = ECHO_BLOCK - e->filled < n - done ? ECHO_BLOCK - e->filled : n - done;
        int32_t before = e->silent;
        memcpy(e->sent + ECHO_TAPS + e->filled, tx + done, (size_t)take * sizeof *tx);
        memcpy(e->came + e->filled, rx + done, (size_t)take * sizeof *rx);
        e->silent = silence(before, tx + done, take);
        if (before >= e->cfg.taps && e->silent >= before)
            memmove(out + done, rx + done, (size_t)take * sizeof *rx); /* there can be no echo */
        else
            e->work->take_out(e, out + done, take);
        memcpy(e->left + e->filled, out + done, (size_t)take * sizeof *out);
        e->filled += take;
        done += take;
        if (e->filled == ECHO_BLOCK)
            e->work->block_done(e);
    }
    return CTI_OK;
}
