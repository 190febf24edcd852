/* channels/ebms_receiving.h - one request under way; see ebms_listen.c
 *
 * Private to channels/: what the files of the receiving side share.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_EBMS_RECEIVING_H
#define CHANNELS_EBMS_RECEIVING_H

#include "channels/channel.h"
#include "channels/ebms.h"
#include "channels/http_listen.h"
#include "channels/mime.h"

struct receiving {
	const struct ebms_listen_conf *conf;
	const struct http_request *request;
	int64_t now_ms;
	ebms_keep_fn *keep;
	void *self; /* of keep and of conf->status */
	struct http_reply *reply;
	struct fault *note;

	struct arena mem;
	struct xml_tree *tree;
	struct mime_part parts[MIME_PARTS_MAX];
	size_t part_count;
	const char *soap;
	size_t soap_len;
	struct ebms_message message;
	const struct cpa *cpa;
	const char *const *gateways; /* of that CPA; may be NULL */
	bool production;	     /* is that CPA of it? */
	struct buf answer;	     /* the envelope we answer with */
	char answer_id[EBMS_OUR_ID_MAX];
};

/* --- answers (ebms_listen.c); each sets the status --- */

void receiving_note(struct receiving *r, enum code code, const char *what,
	const char *detail);
/* 500 with a SOAP fault. */
void receiving_fault(struct receiving *r, const char *code, const char *text);
/* 200 with an envelope. */
void receiving_answer(struct receiving *r, const struct buf *envelope);
/* Keep it, then answer.  `sync`: the reply goes into this answer; otherwise it
 * is pushed later by whoever keeps it, to where the other party takes `signal`.
 */
void receiving_keep(struct receiving *r, struct ebms_inbound *in, bool sync,
	const char *signal);

/* The head of a signal about the message: parties and roles swapped. */
struct ebms_head receiving_head(struct receiving *r, const char *action);
/* What of the message is kept, without payload and reply. */
struct ebms_inbound receiving_inbound(struct receiving *r, enum ebms_kind kind);

/* --- signals (ebms_signal.c) --- */

void receiving_signal(struct receiving *r, enum ebms_kind kind);
void receiving_ping(struct receiving *r);
void receiving_status(struct receiving *r);

#endif
