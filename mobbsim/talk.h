/* mobbsim/talk.h - HTTP/1.1 messages over a line, read and written
 *
 * Requests and answers are read by the same code.  What is read can be slowed
 * down and broken off at any byte, on purpose; see struct talk_flow.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_TALK_H
#define MOBBSIM_TALK_H

#include "base/buf.h"
#include "mobbsim/line.h"

#define TALK_HEAD_MAX ((size_t)32768)

/* How bytes flow.  All zeroes: as they come.  A cut at the end or behind it is
 * none.
 */
struct talk_flow {
	bool cut;	 /* stop after `cut_at` bytes of the message ... */
	int64_t cut_at;	 /* ... counted from its end when below 0 */
	int64_t over_ms; /* spread over so much time */
};

struct talk {
	struct line *line;
	/* of the message under way */
	struct buf head; /* cut in place into the texts below */
	struct buf body;
	const char *method, *path;		/* of a request */
	int status;				/* of an answer */
	const char *content_type, *soap_action; /* "" when absent */
	bool close;		  /* not another message after this one */
	bool chunked, open_ended; /* else `length` */
	bool want_continue;
	int64_t length;
	int64_t bytes; /* read so far, as they came, head included */
	/* read from the line and not yet used */
	char *pending;
	size_t pending_at, pending_len;
};

void talk_open(struct talk *talk, struct line *line, int64_t max_body);
void talk_done(struct talk *talk); /* not the line */

/* Wait for the first byte of a message.  V_END: none came. */
enum verdict talk_await(struct talk *talk, struct fault *why);
/* Read up to the body.  V_END: no message came.  V_SKIP: no HTTP. */
enum verdict talk_head(struct talk *talk, bool request, struct fault *why);
/* Read the body.  V_SKIP: no HTTP, or too large.  V_NEVER: `flow` cut it. */
enum verdict talk_body(
	struct talk *talk, const struct talk_flow *flow, struct fault *why);

/* Write bytes; V_NEVER: `flow` cut it. */
enum verdict talk_write(struct line *line, const struct buf *bytes,
	const struct talk_flow *flow, struct fault *why);

/* The body as HTTP chunks of `chunk` bytes. */
void talk_chunks(const struct buf *body, size_t chunk, struct buf *out);

#endif
