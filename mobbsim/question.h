/* mobbsim/question.h - a bulk question about subscriptions, read by the other
 * side: AbonnementAanvraag
 *
 * Source: spec berichtenbox.md 4.  The structure is judged here: the elements,
 * their order and what is in them; the numbers of a list pass the eleven-test.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_QUESTION_H
#define MOBBSIM_QUESTION_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/uuid.h"

#define QUESTION_NUMBERS_MAX 1000000
#define QUESTION_OIN_MAX 32

enum question_kind {
	QUESTION_ALL = 0, /* neither of the others */
	QUESTION_LIST,	  /* BSNLijst */
	QUESTION_CHANGES, /* MutatieDatum */
};

const char *question_word(enum question_kind kind); /* "all" */

struct question {
	enum question_kind kind;
	char oin[QUESTION_OIN_MAX]; /* "" until it was read; so with the id */
	char id[UUID_TEXT_MAX];	    /* VerzoekId */
	int64_t since_ms;	    /* CHANGES */
	int32_t *numbers;	    /* LIST, as they came */
	size_t count;
};

/* V_SKIP: not as it has to be, `why` says what; *out holds what was read up to
 * there.  question_done() in either case.
 */
enum verdict question_read(
	const void *bytes, size_t len, struct question *out, struct fault *why);
void question_done(struct question *question);

#endif
