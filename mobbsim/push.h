/* mobbsim/push.h - what the other side pushes to us, on a thread of its own
 *
 * Signals (Acknowledgment, MessageError, Pong) are pushed at once and tried a
 * few times; when all fail the peer sends its message again and gets the same
 * bytes again.  Results are business messages: repeated every RetryInterval
 * up to Retries, the same bytes, until their Acknowledgment comes, by a push or
 * in the HTTP answer, as agreed; expired, they are offered anew under another
 * MessageId.  They wait in sim/queue/ and
 * survive a restart.
 *
 * The functions may be called from another thread than the pushing one.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_PUSH_H
#define MOBBSIM_PUSH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"
#include "mobbsim/cpa.h"
#include "mobbsim/ledger.h"
#include "mobbsim/push_item.h"

struct push;

struct push_conf {
	const struct line_end *end;	 /* what we show; lent */
	const struct cpa_agreed *agreed; /* lent while pushing */
	struct inbox *inbox;		 /* lent */
	int sim_fd;			 /* lent */
};

/* Read the queue; what belongs to a message that was never taken is taken
 * away.  Nothing is pushed before push_start().
 */
enum verdict push_open(const struct push_conf *conf,
	const struct ledger *ledger, struct push **push_out, struct fault *why);
enum verdict push_start(struct push *push, struct fault *why);
/* Stops within a moment; accepts NULL. */
void push_close(struct push *push);

/* Push a signal now; `manner` NULL: as it should be. */
void push_signal(struct push *push, const void *bytes, size_t len,
	const struct push_manner *manner);

/* A result of message `ref_to`: the `nth` one of it. */
struct push_result {
	const char *ref_to, *conversation, *cpa_id;
	int nth;
	bool no_ref; /* RefToMessageId is left out */
	bool answer; /* about subscriptions; else of a delivery */
};

/* Keep it in the queue; it is pushed only after push_result_go(). */
enum verdict push_result_put(struct push *push,
	const struct push_result *result, const struct buf *payload,
	struct fault *why);
void push_result_go(struct push *push, const struct push_result *result,
	int64_t due_ms, const struct push_manner *manner);

/* Wait until the first result of that message was tried, so long at most. */
void push_result_wait(struct push *push, const char *ref_to, int64_t wait_ms);

/* An Acknowledgment (or MessageError) of `message_id` came; false when that is
 * no result that waits.
 */
bool push_settled(struct push *push, const char *message_id);

/* Results that are not acknowledged yet. */
size_t push_waiting(struct push *push);

#endif
