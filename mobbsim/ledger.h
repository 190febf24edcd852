/* mobbsim/ledger.h - what the other side took, for an outside judge
 *
 * ledger.csv: a line per letter and delivered payload; a letter is effective
 * once, on its first Verwerkt.  posts.csv: a line per POST.  Both only grow
 * and are synced before a POST is answered.
 *
 * The ledger is also the memory: it is read again when serve starts.  Adding
 * the lines of a payload is the moment a message counts as taken.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_LEDGER_H
#define MOBBSIM_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/uuid.h"
#include "mobbsim/idset.h"
#include "mobbsim/judge.h"
#include "mobbsim/payload.h"

struct ledger {
	int fd, posts_fd;
	struct idset letters;  /* times seen; the top bit: effective */
	struct idset messages; /* lines of each MessageId's digest */
	struct buf lines;      /* not yet written */
};

/* How many letters does this message have, -1: not known? */
typedef int64_t ledger_promise_fn(void *self, const char *message_id);

/* Open and read back.  The lines of a last message that is not whole (we died
 * in the middle) are cut off: it was never answered and comes again.
 */
enum verdict ledger_open(struct ledger *ledger, int dir,
	ledger_promise_fn *promise, void *self, struct fault *why);
void ledger_close(struct ledger *ledger);

bool ledger_has(const struct ledger *ledger, const char *message_id);
bool ledger_effective(const struct ledger *ledger, const struct uuid *letter);

/* Add the line of one letter; ledger_commit() writes them all, durably. */
void ledger_add(struct ledger *ledger, int64_t at_ms, const char *message_id,
	const char *batch_id, const struct payload_letter *letter,
	enum judge_code code);
enum verdict ledger_commit(struct ledger *ledger, struct fault *why);

struct post {
	int64_t first_byte_ms, last_byte_ms;
	const char *path, *message_id, *batch_id; /* "" when there is none */
	int64_t letters, bytes;
	bool duplicate;
	int http;
};

enum verdict ledger_post(struct ledger *ledger, const struct post *post,
	bool durable, struct fault *why);

#endif
