/* mobbsim/cpa.h - the agreement between the two sides, written and read
 *
 * Written from the structure of cpp-cpa-2_0.xsd; read for the other side's
 * own use only.  Nothing of it is shared with the code under rehearsal.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_CPA_H
#define MOBBSIM_CPA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"

/* How receipt is confirmed. */
enum cpa_mode {
	CPA_ASYNC = 0,	 /* an Acknowledgment is pushed */
	CPA_SYNC,	 /* it is in the HTTP answer, as all signals are */
	CPA_BEST_EFFORT, /* there is none */
};

/* One side, as it is written into the agreement. */
struct cpa_side {
	const char *key;  /* prefix of its ids: "OURS" */
	const char *name; /* of the organisation */
	const char *oin;
	const char *role;	   /* SR or SP */
	const char *url;	   /* its endpoint */
	const char *server_base64; /* certificate without the PEM lines */
	const char *client_base64;
};

struct cpa_plan {
	const char *id;
	const char *start, *end;
	int retries;
	const char *interval; /* "PT5S" */
	const char *persist;  /* "P1D" */
	enum cpa_mode mode;
	struct cpa_side ours, theirs;
};

/* Not signed, not encrypted; the same mode in both directions. */
void cpa_write(const struct cpa_plan *plan, struct buf *out);

/* What the simulator has to know of it: itself is `me`. */
struct cpa_terms {
	const char *id;
	const char *peer_oin, *peer_role; /* the sender of letters */
	const char *my_oin, *my_role;
	const char *party_type;		    /* "urn:osb:oin" */
	const char *service, *service_type; /* of the box */
	const char *signal_url; /* where acknowledgments are pushed */
	const char *result_url; /* where results are pushed */
	const char *answer_url; /* where answers about subscriptions are; "":
				 * not agreed */
	int64_t retries, interval_ms; /* of our results */
	enum cpa_mode mode;
};

/* All agreements of one simulator, one for each sender of letters. */
struct cpa_agreed {
	struct cpa_terms *terms;
	size_t count;
};
/* By its id, or by the OIN of the sender; NULL: there is none. */
const struct cpa_terms *cpa_agreed_id(
	const struct cpa_agreed *agreed, const char *id);
const struct cpa_terms *cpa_agreed_oin(
	const struct cpa_agreed *agreed, const char *oin);

/* "PT5S", "P1DT12H"; months and years have no fixed length. */
bool cpa_duration(const char *text, int64_t *ms_out);

/* Read the agreement as party `oin` sees it; text in `mem`. */
enum verdict cpa_terms_read(const char *text, size_t len, const char *oin,
	struct arena *mem, struct cpa_terms *terms_out, struct fault *why);

#endif
