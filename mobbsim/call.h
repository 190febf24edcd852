/* mobbsim/call.h - one POST to us, over a connection of its own
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_CALL_H
#define MOBBSIM_CALL_H

#include "mobbsim/talk.h"

#define CALL_TYPE_MAX 200

struct call {
	const struct line_end *end; /* what we show, whom we trust */
	const char *oin;	    /* the other end must carry it */
	const char *url;	    /* https://host:port/path */
	const char *content_type;
	const struct buf *body;
	struct talk_flow flow; /* of the whole request */
	bool chunked;
	int64_t answer_ms;
	const atomic_bool *stop;
};

struct call_answer {
	int status;
	char content_type[CALL_TYPE_MAX];
	struct buf body; /* at most 1 MB */
};

/* V_OK: an answer, whatever its status; buf_done() its body.  V_LATER: nobody
 * there.  V_SKIP: no handshake, or no HTTP.  V_NEVER: cut on purpose.  V_BROKEN:
 * the connection was lost.  V_UNKNOWN: no answer in time.
 */
enum verdict call_post(const struct call *call, struct call_answer *answer_out,
	struct fault *why);

#endif
