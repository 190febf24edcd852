/* mobbsim/push_item.h - one thing to push, and its file in sim/queue/
 *
 * Of a result the payload stays on disk; the envelope is made of the fields
 * here, so a retry is the same bytes, also after a restart.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_PUSH_ITEM_H
#define MOBBSIM_PUSH_ITEM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"
#include "mobbsim/cpa.h"
#include "mobbsim/head.h"
#include "mobbsim/inbox.h"
#include "mobbsim/ledger.h"
#include "mobbsim/talk.h"

#define PUSH_ID_MAX 64 /* of the MessageIds we make */
#define PUSH_IDS_MAX 8 /* an Acknowledgment of an expired one counts too */
#define PUSH_TYPE_MAX 400
#define PUSH_BODY_MAX ((size_t)64000000)

/* How something is pushed that is not simply pushed; of its first try. */
struct push_manner {
	int64_t late_ms;
	bool lost;		    /* it is not made */
	bool twice;		    /* it is made twice */
	bool swap;		    /* it waits for the next of its kind */
	const struct line_end *end; /* another certificate; NULL: ours */
	struct talk_flow flow;
	bool chunked, multipart; /* all tries */
};

/* A signal as the only part of a multipart. */
#define PUSH_PART_TYPE                                                         \
	"multipart/related; type=\"text/xml\"; boundary=\"het-enige-deel\""
void push_item_wrap(const struct buf *signal, struct buf *out);

struct push_item {
	struct push_item *next;
	int64_t due_ms;
	struct push_manner manner;
	int tries;	    /* posts of the present MessageId */
	bool busy, settled; /* see push.c */
	bool result;	    /* else a signal */
	struct buf signal;
	/* of a result */
	char ref_to[INBOX_ID_MAX], conversation[INBOX_ID_MAX];
	char cpa_id[INBOX_ID_MAX]; /* "": the first */
	int nth;		   /* 1 .. : several results of one message */
	bool no_ref;		   /* RefToMessageId is left out */
	bool answer;		   /* about subscriptions; else of a delivery */
	char file[HEAD_NAME_MAX + 8];	     /* below sim/queue */
	char ids[PUSH_IDS_MAX][PUSH_ID_MAX]; /* the present one first */
	int64_t issued_ms;		     /* 0: not yet, or expired */
};

struct push_item *push_item_signal(const void *bytes, size_t len);
struct push_item *push_item_result(
	const char *ref_to, const char *conversation, int nth);
void push_item_free(struct push_item *item);

/* Write it with its payload; push_item_save() rewrites only what changed. */
enum verdict push_item_write(const struct push_item *item, int sim_fd,
	const struct buf *payload, struct fault *why);
enum verdict push_item_save(
	const struct push_item *item, int sim_fd, struct fault *why);
void push_item_forget(const struct push_item *item, int sim_fd);

/* A new MessageId, from `now_ms` on. */
void push_item_issue(struct push_item *item, int64_t now_ms);
bool push_item_had(const struct push_item *item, const char *message_id);

/* The HTTP body of a result, and its Content-Type. */
enum verdict push_item_body(const struct push_item *item,
	const struct cpa_terms *terms, int sim_fd, char type_out[PUSH_TYPE_MAX],
	struct buf *body, struct fault *why);

/* All results in sim/queue; those of messages that neither the ledger nor, for
 * answers, the inbox knows are removed.
 */
enum verdict push_items_load(int sim_fd, const struct ledger *ledger,
	struct inbox *inbox, struct push_item **list_out, struct fault *why);

#endif
