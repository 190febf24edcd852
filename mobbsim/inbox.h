/* mobbsim/inbox.h - messages that were answered, and with what
 *
 * A file per MessageId in sim/messages/: the reply that was pushed, so that
 * a duplicate gets the same bytes again, also after a restart.  It is written
 * before the ledger; at start what the ledger does not know is taken away.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_INBOX_H
#define MOBBSIM_INBOX_H

#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/fault.h"
#include "mobbsim/ledger.h"

#define INBOX_ID_MAX 256
#define INBOX_NAME_MAX 64

struct inbox {
	int fd;	     /* sim/messages */
	int root_fd; /* sim; lent */
};

struct inbox_message {
	char id[INBOX_ID_MAX], cpa_id[INBOX_ID_MAX];
	int64_t letters;	       /* ledger lines it stands for */
	char received[INBOX_NAME_MAX]; /* below sim/received; "" : none */
	char sha256[DIGEST_HEX_MAX];   /* of the body it came in */
};

enum verdict inbox_open(struct inbox *inbox, int sim_fd, struct fault *why);
void inbox_close(struct inbox *inbox);

/* V_OK: known; its reply is in `reply`.  V_SKIP: not known. */
enum verdict inbox_find(const struct inbox *inbox, const char *message_id,
	struct inbox_message *message_out, struct buf *reply,
	struct fault *why);

enum verdict inbox_put(const struct inbox *inbox,
	const struct inbox_message *message, const struct buf *reply,
	struct fault *why);

/* Take away what was never committed (see ledger_commit()). */
enum verdict inbox_sweep(const struct inbox *inbox, const struct ledger *ledger,
	struct fault *why);

/* A ledger_promise_fn. */
int64_t inbox_promise(void *inbox, const char *message_id);

#endif
