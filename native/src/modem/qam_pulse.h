/* qam_pulse: the root of a raised cosine, the pulse of the modems' senders and receivers. */
#pragma once

/* At `t` symbols from its middle; its energy over all t is 1. */
double qam_pulse(double t, double rolloff);
