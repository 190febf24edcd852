/* mobbsim/door.h - where the other side is reached: /ebms and /wus over TLS
 *
 * A thread for each connection reads requests and gives answers.  What is done
 * with them is asked by the hooks, which are called from those threads.  A
 * manner says how the connection itself behaves; all zeroes is well.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_DOOR_H
#define MOBBSIM_DOOR_H

#include <stdatomic.h>

#include "mobbsim/talk.h"

struct door_request {
	const char *method, *path;
	const char *content_type, *soap_action; /* "" when absent */
	const char *peer_oin; /* subject serialNumber of the client */
	const char *body;
	size_t body_len;
	int64_t bytes;			     /* of the body, read so far */
	int64_t first_byte_ms, last_byte_ms; /* wall clock */
};

struct door_reply {
	int status; /* 204 when left 0 */
	const char *content_type;
	bool soap_action; /* send SOAPAction: "ebXML" */
	struct buf body;
};

struct door_manner {
	/* of a request */
	struct talk_flow read;
	bool reset_at_end; /* reset at its last byte; it is taken all the same */
	/* of the answer */
	bool reset;	 /* a reset instead */
	bool silent;	 /* nothing instead, and closed after wait_ms */
	int64_t wait_ms; /* before its first byte */
	struct talk_flow write;
	bool chunked;
	int64_t odd_headers;   /* so many that nobody knows */
	int64_t retry_after_s; /* 0: not said */
	const void *own;       /* the hooks' */
};

/* What happens to somebody who connects. */
enum door_welcome {
	DOOR_OPEN = 0,
	DOOR_RESET, /* before a handshake */
	DOOR_PLAIN, /* an answer in plain HTTP, without TLS */
	DOOR_STALL, /* nothing for stall_ms, then closed */
};

struct door_hooks {
	void *self;
	/* Somebody connects: who answers, and how. */
	enum door_welcome (*knock)(void *self, const struct line_end **end_out,
		int64_t *stall_ms_out);
	/* The head of a request is read. */
	void (*head)(void *self, const struct door_request *request,
		struct door_manner *manner);
	/* All of it is; the manner may still change. */
	void (*take)(void *self, const struct door_request *request,
		struct door_manner *manner, struct door_reply *reply);
	/* It was not read whole, and is not answered. */
	void (*broken)(void *self, const struct door_request *request);
	/* Twenty times a second, from door_run(). */
	void (*tick)(void *self);
	/* Something the log should hear. */
	void (*note)(void *self, const struct fault *what);
};

struct door;

/* `at` is "127.0.0.1:28443"; conf is lent. */
enum verdict door_open(const char *at, int64_t max_body, int deadline_s,
	const struct door_hooks *hooks, struct door **door_out,
	struct fault *why);
/* Until *stop; then connections are given up. */
enum verdict door_run(
	struct door *door, const atomic_bool *stop, struct fault *why);
/* Stop listening, or listen again. */
void door_away(struct door *door, bool away);
void door_close(struct door *door); /* accepts NULL */

#endif
