/* mobbsim/envelope.h - ebMS 2.0 envelopes, read and written by the other side
 *
 * Nothing here is shared with the code under rehearsal: a misunderstanding on
 * one side must not be met by the same one on the other.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_ENVELOPE_H
#define MOBBSIM_ENVELOPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "mobbsim/cpa.h"

#define ENVELOPE_BYTES_MAX ((size_t)1000000)
#define ENVELOPE_REFERENCES_MAX 32

enum envelope_kind {
	ENVELOPE_BUSINESS = 1,
	ENVELOPE_ACKNOWLEDGMENT,
	ENVELOPE_ERROR,
	ENVELOPE_PING,
	ENVELOPE_OTHER_SIGNAL,
};

/* What was read; absent text is "", never NULL. */
struct envelope {
	enum envelope_kind kind;
	const char *version;
	const char *from, *from_type, *from_role;
	const char *to, *to_type, *to_role;
	const char *cpa_id, *conversation, *service, *service_type, *action;
	const char *message_id, *timestamp, *time_to_live, *ref_to;
	bool duplicate_elimination;
	bool ack_requested;
	const char *ack_version, *ack_actor, *ack_signed;
	bool sync_reply, sync_good; /* it is there; as it should be */
	bool message_order, signature;
	/* of a MessageError */
	const char *error_code, *error_severity;
	/* payload parts named by the Manifest */
	const char *references[ENVELOPE_REFERENCES_MAX];
	size_t reference_count;
};

/* V_SKIP: it cannot be handled as ebMS at all (a SOAP Fault follows);
 * everything in `mem`.
 */
enum verdict envelope_read(const char *bytes, size_t len, struct arena *mem,
	struct envelope *out, struct fault *why);

/* What is wrong with a business message by the agreement: the ebMS error code
 * and the place, NULL when all is well.
 */
struct envelope_wrong {
	const char *code, *location, *text;
	bool warning; /* else an Error */
};

bool envelope_wrong(const struct envelope *e, const struct cpa_terms *terms,
	int64_t now_ms, struct envelope_wrong *wrong_out);

/* What is wrong with an Acknowledgment on purpose; all zeroes: nothing. */
struct envelope_odd {
	const char *ref_to; /* else that of the message */
	const char *cpa_id; /* else that of the agreement */
	bool wrong_parties; /* From and To the wrong way round */
	bool no_actor, next_msh, no_role;
	bool block, must_understand; /* a header block nobody knows */
};

/* Signals about `e`, from us to them.  `odd` may be NULL. */
void envelope_ack(const struct envelope *e, const struct cpa_terms *terms,
	const char *message_id, int64_t now_ms, const struct envelope_odd *odd,
	struct buf *out);
void envelope_error(const struct envelope *e, const struct cpa_terms *terms,
	const struct envelope_wrong *wrong, const char *message_id,
	int64_t now_ms, struct buf *out);
void envelope_pong(const struct envelope *e, const struct cpa_terms *terms,
	const char *message_id, int64_t now_ms, struct buf *out);

/* The envelope of a result: a business message with one payload. */
#define ENVELOPE_RESULT "GLOBE-R-BV-Result" /* of a delivery */
#define ENVELOPE_ANSWER "GLOBE-R-A-Result"  /* about subscriptions */

struct envelope_result {
	const char *action;
	const char *message_id, *conversation;
	const char *ref_to; /* "" : none */
	const char *content_id;
	int64_t sent_ms;
};

void envelope_result(const struct envelope_result *result,
	const struct cpa_terms *terms, struct buf *out);

/* A SOAP 1.1 Fault; `code` is Client, Server or MustUnderstand. */
void envelope_fault(const char *code, const char *text, struct buf *out);

#endif
