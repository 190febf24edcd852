/* mobbsim/room.h - a rehearsal room: one folder with everything in it
 *
 *	jobs.yaml sim.yaml cpa.xml	settings of both sides
 *	pki/ keys/			certificates, and our site key
 *	pki/extra/			certificates that will not do
 *	spool/ db/			ours
 *	sim/				theirs: ledger, posts, received
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_ROOM_H
#define MOBBSIM_ROOM_H

#include <limits.h>
#include <stdint.h>

#include "base/fault.h"
#include "mobbsim/cpa.h"

#define ROOM_OUR_OIN "00000099000000010000"
#define ROOM_THEIR_OIN "00000099000000020000"
#define ROOM_OTHER_OIN "00000099000000030000" /* of neither */
#define ROOM_SENDERS_MAX 20
#define ROOM_OUR_PORT 18443
#define ROOM_THEIR_PORT 28443

struct room_ports {
	int ours, theirs;
};

/* Of an intermediary, 1 .. ROOM_SENDERS_MAX: the first is "voorbeeld" with
 * ROOM_OUR_OIN, cpa.xml and pki/ours-client; the n-th "voorbeeld-N", with a
 * number that ends in its own, cpa-N.xml and pki/ours-client-N.
 */
struct room_sender {
	char name[24], oin[24], cpa[16], client[24];
};
void room_sender(int nth, struct room_sender *out);

/* What the CPA says about repeating. */
struct room_agreement {
	enum cpa_mode mode;
	int retries;
	const char *interval, *persist; /* xs:duration: PT5S, P1D */
	int senders;			/* each with an agreement of its own */
};

#define ROOM_AGREEMENT                                                         \
	((struct room_agreement){ CPA_ASYNC, 8, "PT5S", "P1D", 1 })
#define ROOM_RETRIES_MAX 100

/* "18443,28443" or "auto" (two free ones).  V_BROKEN with CODE_USAGE. */
enum verdict room_ports_parse(
	const char *text, struct room_ports *ports_out, struct fault *why);

/* Find a folder of data files: $`variable`, else `name` below the working
 * directory, beside the program or where `make install` puts it.  `inside` is
 * a file that must be there, "" when any folder will do.  Always an absolute
 * path; V_SKIP when there is none (the installed place is given then).
 */
enum verdict room_find(const char *variable, const char *name,
	const char *inside, char path_out[PATH_MAX]);

/* Make the room.  V_BROKEN: it is there already, or cannot be made. */
enum verdict room_make(const char *dir, const struct room_ports *ports,
	const struct room_agreement *agreement, int64_t now_ms,
	struct fault *why);

#endif
