#pragma once

/* alert_rx: hears the dual tone that announces caller ID, 2130 + 2750 Hz.
 *
 * On hook it lasts 88…110 ms (DT-AS, EN 300 659-1), in a call 75…85 ms (CAS, GR-30; DT-AS, EN 300 659-2);
 * the terminal then answers with a digit D of 55…65 ms. Both frequencies within 0.5 % are accepted, none off
 * by 2 %; levels of each from -38 dBm0, twist up to 7 dB, and the near end may talk at the same time.
 * Reported when it has ended, since a longer tone is none, some 12 ms later.
 */

#include <stddef.h>
#include <stdint.h>

#include "cti/event.h"

typedef struct cti_alert_rx cti_alert_rx;

size_t cti_alert_rx_size(void);
int cti_alert_rx_init(cti_alert_rx *rx, size_t size);
void cti_alert_rx_reset(cti_alert_rx *rx);
/* Writes CTI_EV_ALERT (start: its first sample, length: samples, level: of the stronger tone) and returns
 * how many. Events that find no room are lost. */
int cti_alert_rx_run(cti_alert_rx *rx, const int16_t *pcm, int n, cti_event *ev, int max);
