#pragma once

/* stretch: play-back at half to double speed with the voice's pitch as it was (WSOLA).
 *
 * Pieces of 40 ms are laid over each other every 20 ms, each taken from where the recording should be by
 * then, moved by up to 12.5 ms so that it continues the last piece best (normalised correlation; Verhelst and
 * Roelands, 1993). At speed 1 the sound passes bit for bit. The length is that of the recording divided
 * by the speed, to 60 ms.
 *
 * Example: while (got = cti_stretch_get(s, out, 160), got < 160 && there is more) cti_stretch_put(s, in, n);
 */

#include <stddef.h>
#include <stdint.h>

typedef struct cti_stretch cti_stretch;

size_t cti_stretch_size(void);
/* speed: 0.5…2. */
int cti_stretch_init(cti_stretch *s, size_t size, float speed);
/* Forgets all sound, keeps the speed. */
int cti_stretch_reset(cti_stretch *s);
/* Counts from the next 20 ms on. */
int cti_stretch_set_speed(cti_stretch *s, float speed);
/* Takes what there is room for and returns how much; CTI_ERR_STATE after _end. */
int cti_stretch_put(cti_stretch *s, const int16_t *pcm, int n);
/* No more comes: the rest can be got. */
int cti_stretch_end(cti_stretch *s);
/* Writes up to n samples and returns how many; fewer when more must be put first, or all has been got. */
int cti_stretch_get(cti_stretch *s, int16_t *pcm, int n);
