#include "tone/dtmf_pair.h"

#include <math.h>

#include "tone/dtmf_bank.h"

#define APART 1.62

int dtmf_pair_is_near(const dtmf_pair *p, const dtmf_limits *limits, double nearer) {
    double most = nearer * limits->frequency_share;
    double low = p->offset_hz[0] / dtmf_bank_hz(p->low), high = p->offset_hz[1] / dtmf_bank_hz(p->high);
    return fabs(low) <= most && fabs(high) <= most && fabs(low - high) <= APART * most;
}

double dtmf_pair_delay(const dtmf_pair *p) {
    return (dtmf_bank_delay(p->low) + dtmf_bank_delay(p->high)) / 2.0;
}
