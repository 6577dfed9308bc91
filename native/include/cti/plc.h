#pragma once

/* plc: packet-loss concealment, in the spirit of ITU-T G.711, Appendix I; without its delay of 3.75 ms.
 *
 * What is lost is filled by repeating the last period (5 to 15 ms, the one that the last 10 ms repeat best):
 * one period for 20 ms, two for the next, then three, so that it does not buzz. From 10 ms on it fades, to
 * silence at 60 ms. When sound comes again it is bridged by a cross-fade of a quarter period and a tenth of
 * what was lost, 10 ms at most. (Appendix I compares over 20 ms, joins periods every 10 ms and bridges
 * longer; on speech that is further from what was lost.)
 *
 * Example, each tick: got ? cti_plc_good(s, pcm, 160) : cti_plc_lost(s, pcm, 160);
 */

#include <stddef.h>
#include <stdint.h>

typedef struct cti_plc cti_plc;

size_t cti_plc_size(void);
int cti_plc_init(cti_plc *s, size_t size);
int cti_plc_reset(cti_plc *s);
/* n samples that came: remembered, and changed in place only where they follow a loss. Returns n. */
int cti_plc_good(cti_plc *s, int16_t *pcm, int n);
/* Writes what stands for n lost samples. Returns n. */
int cti_plc_lost(cti_plc *s, int16_t *pcm, int n);
