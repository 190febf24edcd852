/* mobbsim/ebms.h - what happens to a message posted to /ebms
 *
 * A delivery is kept in this order, each step durable: messages/, received/,
 * queue/, and last the ledger; only then the POST is answered.  What died
 * before the ledger is taken away at start and counts as never received.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_EBMS_H
#define MOBBSIM_EBMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/xml.h"
#include "mobbsim/cpa.h"
#include "mobbsim/door.h"
#include "mobbsim/ends.h"
#include "mobbsim/inbox.h"
#include "mobbsim/ledger.h"
#include "mobbsim/push.h"
#include "mobbsim/questions.h"
#include "mobbsim/subscribers.h"
#include "mobbsim/troubles.h"

struct ebms {
	struct cpa_agreed agreed;
	struct cpa_terms terms; /* of the message under way */
	int senders_fd;		/* sim/senders.csv */
	struct xml_schema *schema;
	struct subscribers *subscribers; /* NULL: the rule */
	struct ledger *ledger;
	struct inbox *inbox;
	struct questions *questions;
	struct push *push;
	int sim_fd;
	int64_t result_after_ms, answer_after_ms;
	char *const *types;	   /* BerichtTypes that are registered */
	size_t type_count;	   /* 0: all are */
	bool sink;		   /* acknowledge and count, nothing else */
	struct troubles *troubles; /* NULL: all goes well */
	const struct ends *ends;
	/* First letters of the last two batches: strangers for each other. */
	char last_batch[UUID_TEXT_MAX], last_letter[UUID_TEXT_MAX];
	char other_letter[UUID_TEXT_MAX];
	struct arena mem; /* of one request */
	/* Filled by ebms_take() when the answer has to wait until the result
	 * of this message was pushed; else left alone.
	 */
	char wait_for[INBOX_ID_MAX];
};

/* Answer a request as `manner->own`, a struct trouble or NULL, wants it; what
 * posts.csv has to know goes into *post.  One at a time.  V_BROKEN: nothing
 * can be kept any more; the reply says 503.
 */
enum verdict ebms_take(struct ebms *ebms, const struct door_request *request,
	struct door_manner *manner, struct door_reply *reply, struct post *post,
	struct fault *why);

#endif
