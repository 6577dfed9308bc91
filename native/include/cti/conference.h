#pragma once

/* conference: a mixer in which each party has a role, and nothing clicks when roles change.
 *
 *   role         heard by                     hears
 *   talk         everyone                     everyone but itself (N-1)
 *   muted        nobody, for now              the same
 *   listen-only  nobody (a supervisor)        the same
 *   whisper      its target only (a coach)    the same
 *   away         nobody                       silence
 *
 * Sums are exact in 32 bits and saturate once, at the end: who is alone with others hears them bit for bit.
 * Every change (joining, leaving, role, target, gain) is a ramp of 5 ms; a whisper that changes its target
 * leaves the first before it reaches the second. Muted and listen-only sound alike; they are two
 * roles because who may talk again is not the same.
 *
 * Example: a coach (party 2) in the ear of the agent (party 0), unheard by the caller (party 1):
 *   cti_conference_set(c, 2, CTI_ROLE_WHISPER, 0, 4096);
 */

#include <stddef.h>
#include <stdint.h>

enum cti_role {
    CTI_ROLE_AWAY = 0,
    CTI_ROLE_TALK = 1,
    CTI_ROLE_MUTED = 2,
    CTI_ROLE_LISTEN = 3,
    CTI_ROLE_WHISPER = 4
};

typedef struct cti_conference cti_conference;

/* For 1…256 parties; 0 for other counts. */
size_t cti_conference_size(int parties);
int cti_conference_init(cti_conference *c, size_t size, int parties);
/* All away. */
int cti_conference_reset(cti_conference *c);
/* target: the party a whisper reaches (not itself), else not looked at. gain_q12: of what the party
 * contributes, 0…65535 (4096 = unchanged). */
int cti_conference_set(cti_conference *c, int party, int role, int target, int32_t gain_q12);
/* The party's role, or CTI_ERR_ARG. */
int cti_conference_role(const cti_conference *c, int party);
/* One block: party i's sound at in + i * stride, what it is to hear goes to out + i * out_stride (which may
 * not overlap in). Away parties' input is not read once they are out. Returns n. */
int cti_conference_run(cti_conference *c, const int16_t *in, int stride, int16_t *out, int out_stride, int n);
