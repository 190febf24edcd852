/* mobbsim/questions.h - bulk questions that were processed, for an outside
 * judge
 *
 * sim/questions.csv: a line for each, synced before its POST is answered:
 *
 *	at;message_id;verzoek_id;kind;numbers;answer
 *
 * `kind` is list, all or changes; `numbers` those of a list, else 0; `answer`
 * is "whole", the name of the fault it has on purpose, or "none: " and why.
 * The answers themselves are kept as sim/answers/VERZOEKID.xml, not packed.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_QUESTIONS_H
#define MOBBSIM_QUESTIONS_H

#include "base/fault.h"
#include "mobbsim/inbox.h"
#include "mobbsim/question.h"

struct questions {
	int fd;			  /* questions.csv */
	int sim_fd;		  /* lent */
	char last[UUID_TEXT_MAX]; /* VerzoekId of the last answer kept; "" */
};

/* Opens it; a last line that was not finished, or whose message is not in the
 * inbox (we died before it was), is cut off: that message comes again.
 */
enum verdict questions_open(struct questions *questions, int sim_fd,
	const struct inbox *inbox, struct fault *why);
void questions_close(struct questions *questions);

enum verdict questions_add(struct questions *questions, int64_t at_ms,
	const char *message_id, const struct question *question,
	const char *answer, struct fault *why);

/* Keep an answer; read the one before it.  V_SKIP: there is none. */
enum verdict questions_keep(struct questions *questions, const char *id,
	const struct buf *answer, struct fault *why);
enum verdict questions_before(const struct questions *questions,
	struct buf *answer, struct fault *why);

#endif
