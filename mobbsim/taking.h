/* mobbsim/taking.h - one request on its way through; private to ebms*.c
 *
 *	ebms.c		what a message is, and what is kept of it
 *	ebms_say.c	the signals that are given for it
 *	ebms_result.c	the results of a delivery
 *	ebms_question.c	a question about subscriptions, and its answer
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_TAKING_H
#define MOBBSIM_TAKING_H

#include "base/uuid.h"
#include "mobbsim/ebms.h"
#include "mobbsim/envelope.h"
#include "mobbsim/judge.h"
#include "mobbsim/mime.h"
#include "mobbsim/payload.h"

#define TAKING_RESULTS 2 /* of one delivery, at most */
#define TAKING_ID_MAX (UUID_TEXT_MAX + 32)

struct taking_result {
	struct push_result result;
	struct push_manner manner;
	int64_t due_ms;
};

struct taking {
	struct ebms *ebms;
	const struct door_request *request;
	const struct trouble *trouble; /* of the request */
	struct door_manner *manner;
	struct door_reply *reply;
	struct post *post;
	struct mime mime;
	struct envelope envelope;
	const struct mime_part *part; /* the payload, NULL when none */
	struct payload payload;
	struct taking_result results[TAKING_RESULTS];
	size_t result_count;
	int64_t now_ms;
	struct fault *why;
};

/* "<uuid>@berichtenbox.oefening" */
void taking_id(char out[TAKING_ID_MAX]);

/* The envelope could not be handled as ebMS: a SOAP Fault. */
enum verdict taking_refuse(
	struct taking *t, const char *code, const char *text);

/* The Acknowledgment that is kept for this message; nothing when none is
 * agreed.
 */
void taking_write_ack(struct taking *t, struct buf *out);
/* Give it, as agreed or as the plan of faults wants it. */
void taking_give_ack(struct taking *t, const struct buf *ack);
/* Give another signal, as agreed. */
void taking_give(struct taking *t, const struct buf *signal);

/* Keep a reply to the message for its duplicates: from then on it was taken. */
enum verdict taking_keep(struct taking *t, int64_t letters,
	const char *received, const struct buf *reply);
/* The Acknowledgment that was kept, or what comes instead of it. */
void taking_acknowledge(struct taking *t, const struct buf *ack);

/* One more result, to be pushed `after_ms` from now. */
struct taking_result *taking_add(struct taking *t, int64_t after_ms);
/* When and how the first result is pushed that goes wrong. */
void taking_upset(struct taking *t, const struct trouble *trouble,
	struct taking_result *first);

/* A bulk question: keep it with its answer, then acknowledge it. */
enum verdict taking_question(struct taking *t);

/* Write the results to the queue; then let them go. */
enum verdict taking_put_results(struct taking *t, const enum judge_code *codes);
void taking_push_results(struct taking *t);

#endif
