#include <string.h>

#include "cti/progress.h"

/* E.180: dial is continuous, busy slower than congestion, ringback has its long pause; special information
 * tone is 950, 1400 and 1800 Hz, each ± 50 Hz, for 330 ± 70 ms. The pair 350+440 Hz is no other tone's,
 * so it is known sooner; 1400+2060+2450+2600 Hz is North America's receiver-off-hook tone. */
static const cti_progress_tone DEFAULTS[] = {
    {.tone = CTI_TONE_DIAL, .cycles = 1},
    {.tone = CTI_TONE_DIAL, .cycles = 1, .hz = {350.0f, 440.0f}},
    {.tone = CTI_TONE_RINGBACK, .cycles = 1, .steps = 2, .ms = {2000, 4000}},
    {.tone = CTI_TONE_RINGBACK, .cycles = 1, .steps = 2, .ms = {1000, 4000}},
    {.tone = CTI_TONE_RINGBACK, .cycles = 1, .steps = 4, .ms = {400, 200, 400, 2000}},
    {.tone = CTI_TONE_RINGBACK, .cycles = 1, .steps = 4, .ms = {400, 200, 400, 3000}},
    {.tone = CTI_TONE_RINGBACK, .cycles = 1, .steps = 2, .ms = {1000, 2000}},
    {.tone = CTI_TONE_RINGBACK, .cycles = 1, .steps = 2, .ms = {1500, 3500}},
    {.tone = CTI_TONE_RINGBACK, .cycles = 1, .steps = 2, .ms = {1500, 3000}},
    {.tone = CTI_TONE_BUSY, .cycles = 2, .steps = 2, .ms = {500, 500}},
    {.tone = CTI_TONE_BUSY, .cycles = 2, .steps = 2, .ms = {375, 375}},
    {.tone = CTI_TONE_BUSY, .cycles = 2, .steps = 2, .ms = {750, 750}},
    {.tone = CTI_TONE_CONGESTION, .cycles = 3, .steps = 2, .ms = {250, 250}},
    {.tone = CTI_TONE_CONGESTION, .cycles = 3, .steps = 2, .ms = {180, 180}},
    {.tone = CTI_TONE_CONGESTION, .cycles = 3, .steps = 2, .ms = {300, 200}},
    {.tone = CTI_TONE_SIT,
     .cycles = 1,
     .hz = {950.0f, 1400.0f, 1800.0f},
     .hz_room = 50.0f,
     .steps = 6,
     .ms = {330, 15, 330, 15, 330, 1000},
     .lines = {1, 2, 4},
     .then = CTI_THEN_ANY},
    {.tone = CTI_TONE_HOWLER,
     .cycles = 3,
     .hz = {1400.0f, 2060.0f, 2450.0f, 2600.0f},
     .steps = 2,
     .ms = {100, 100}},
};

void cti_progress_defaults(cti_progress_config *cfg) {
    memset(cfg, 0, sizeof(*cfg));
    cfg->tones = (int32_t)(sizeof(DEFAULTS) / sizeof(*DEFAULTS));
    memcpy(cfg->tone, DEFAULTS, sizeof(DEFAULTS));
    cfg->cadence_tolerance = 0.15f;
    cfg->frequency_tolerance = 0.02f;
    cfg->floor_dbm0 = -43.0f;
    cfg->continuous_ms = 1000;
}
