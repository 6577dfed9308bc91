#include "cti/pulse_tx.h"

#include <string.h>

#include "cti/error.h"
#include "line/pulse_state.h"

enum { MS = 8, SHORTEST_FLASH = 80, LONGEST_FLASH = 24000, AFTER_FLASH = 1600, SHORTEST_PHASE = 80 };

/* [numbering][digit]: its pulses (NTT, BT and most others; Televerket; the New Zealand Post Office). */
static const uint8_t PULSES[3][10] = {
    {10, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {10, 9, 8, 7, 6, 5, 4, 3, 2, 1}};

int cti_pulse_count(int numbering, int digit) {
    if (numbering < CTI_PULSE_USUAL || numbering > CTI_PULSE_NEW_ZEALAND || digit < '0' || digit > '9')
        return CTI_ERR_ARG;
    return PULSES[numbering][digit - '0'];
}

int cti_pulse_digit(int numbering, int pulses) {
    for (int digit = '0'; digit <= '9'; digit++)
        if (cti_pulse_count(numbering, digit) == pulses)
            return digit;
    return 0;
}

static int within(const cti_pulse_train *t) {
    return t->pulses >= 1 && t->pulses <= 15 && t->break_ms >= 10 && t->break_ms <= 255 && t->make_ms >= 10 &&
           t->make_ms <= 255 && t->pause_ms >= 10 && t->pause_ms <= 2550 && t->pause_ms % 10 == 0;
}

int32_t cti_pulse_value(const cti_pulse_train *train) {
    if (train == NULL || !within(train))
        return CTI_ERR_ARG;
    return train->pulses | train->break_ms << 4 | train->make_ms << 12 | train->pause_ms / 10 << 20;
}

int cti_pulse_train_of(int32_t value, cti_pulse_train *train) {
    if (train == NULL || value < 0 || value >= 1 << 28)
        return CTI_ERR_ARG;
    *train = (cti_pulse_train){.pulses = value & 15,
                               .break_ms = value >> 4 & 255,
                               .make_ms = value >> 12 & 255,
                               .pause_ms = (value >> 20) * 10};
    return within(train) ? CTI_OK : CTI_ERR_ARG;
}

size_t cti_pulse_tx_size(void) {
    return sizeof(struct cti_pulse_tx);
}

int cti_pulse_tx_init(cti_pulse_tx *s, size_t size) {
    if (s == NULL)
        return CTI_ERR_ARG;
    if (size < sizeof *s)
        return CTI_ERR_SIZE;
    memset(s, 0, sizeof *s);
    return CTI_OK;
}

static int put(cti_pulse_tx *s, cti_pulse_item item) {
    if (s->waiting == CTI_PULSE_QUEUE)
        return CTI_ERR_FULL;
    s->queue[(s->first + s->waiting++) % CTI_PULSE_QUEUE] = item;
    return CTI_OK;
}

int cti_pulse_tx_put(cti_pulse_tx *s, int32_t value) {
    cti_pulse_train t;
    if (s == NULL || cti_pulse_train_of(value, &t) != CTI_OK)
        return CTI_ERR_ARG;
    return put(s, (cti_pulse_item){t.pulses, t.break_ms * MS, t.make_ms * MS, t.pause_ms * MS});
}

int cti_pulse_tx_flash(cti_pulse_tx *s, int samples) {
    if (s == NULL || samples < SHORTEST_FLASH || samples > LONGEST_FLASH)
        return CTI_ERR_ARG;
    return put(s, (cti_pulse_item){1, samples, 0, AFTER_FLASH});
}

/* The phase that ends here and what follows; 1 when the item is through. */
static int turn(cti_pulse_tx *s, const cti_pulse_item *item) {
    if (!s->begun || (!s->open && s->pulses > 0)) {
        s->pulses = s->begun ? s->pulses : item->pulses;
        s->begun = 1;
        s->open = 1;
        s->left = item->open;
        return 0;
    }
    if (s->open) {
        s->open = 0;
        s->left = --s->pulses > 0 ? item->shut : item->pause;
        return 0;
    }
    s->begun = 0;
    s->first = (s->first + 1) % CTI_PULSE_QUEUE;
    s->waiting--;
    return 1;
}

int cti_pulse_tx_run(cti_pulse_tx *s, int64_t at, int n, cti_hook_change *changes, int max, int *done) {
    if (s == NULL || n < 0 || max < 0 || (changes == NULL && max > 0) || done == NULL)
        return CTI_ERR_ARG;
    if (max < 2 + n / SHORTEST_PHASE)
        return CTI_ERR_SIZE;
    int count = 0, i = 0;
    while (s->waiting > 0) {
        int step = s->left < n - i ? s->left : n - i;
        s->left -= step;
        i += step;
        if (i == n)
            break; /* a phase that ends here turns with the next run's first sample */
        int before = s->open;
        *done += turn(s, &s->queue[s->first]);
        if (s->open != before)
            changes[count++] = (cti_hook_change){.at = at + i, .off_hook = !s->open};
    }
    return count;
}

int cti_pulse_tx_stop(cti_pulse_tx *s) {
    if (s == NULL)
        return CTI_ERR_ARG;
    int dropped = s->waiting;
    memset(s, 0, sizeof *s);
    return dropped;
}

int cti_pulse_tx_busy(const cti_pulse_tx *s) {
    return s != NULL && s->waiting > 0;
}
