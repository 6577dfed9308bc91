/* The frequencies and the keypad of ITU-T Q.23. */
#pragma once

static const double CTI_DTMF_LOW_HZ[4] = {697.0, 770.0, 852.0, 941.0};
static const double CTI_DTMF_HIGH_HZ[4] = {1209.0, 1336.0, 1477.0, 1633.0};
static const char CTI_DTMF_KEYS[17] = "123A456B789C*0#D"; /* row by row */
