/* store/deciding.h - what the files of store/decide.h share; private to store/
 *
 * decide.c has the job and the order of things, decide_lots.c the lots,
 * decide_letters.c the letters, a page at a time.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef STORE_DECIDING_H
#define STORE_DECIDING_H

#include "store/books.h"

#define DECIDE_PAGE 10000 /* letters at a time */

/* Did a letter whose receipt names this attempt (0: a person decided about
 * others of its lot) leave with attempt `a`?
 */
#define DECIDING_OF_ATTEMPT(number)                                            \
	"case " number " when 0 then not a.part_of_lot "                       \
	"else " number " = a.number end"

/* A lot of the job, and what is to happen in it. */
struct facts {
	struct lot_row lot;
	int64_t attempt; /* newest; 0 none */
	enum attempt_state attempt_state;
	bool posted;	/* something of it may have arrived */
	int64_t follow; /* letters that change and follow the lot */
	int64_t change; /* all that change */
	int64_t left;
	int64_t resend; /* change of resend_letters */
	bool whole;	/* was changed as a whole */
	struct uuid batch_id;
	const char *name;
};

/* A letter of a page. */
struct one {
	int64_t record;
	struct facts *in; /* NULL: in no lot */
	bool follows;	  /* its lot, with no receipt of its own */
	struct decision_letter l;
};

struct deciding {
	struct pg *pg;
	const struct decide *by;
	struct arena *mem;
	struct job_row job;
	struct facts *lots;
	size_t lot_count;
	struct counts counts;
	struct decide_done out;
	int64_t event;
	/* of the page being read */
	int64_t after;
	size_t slice;
	struct one *page;
	size_t count;
	bool last;
	/* of the page being written */
	struct receipt_row *rows;
};

/* --- store/decide_lots.c --- */

/* Lock all lots of the job, then the job. */
enum verdict deciding_lock(struct deciding *d, struct fault *why);
/* For cancel: lots that were begun, of which nothing arrived, have not left. */
enum verdict deciding_take_back(struct deciding *d, struct fault *why);
/* What happens to a lot as a whole; before its letters. */
enum verdict deciding_lots(struct deciding *d, struct fault *why);
/* What has no letters left ends; after them. */
enum verdict deciding_lots_end(struct deciding *d, struct fault *why);

/* --- store/decide_letters.c --- */

enum verdict deciding_count(struct deciding *d, struct fault *why);
enum verdict deciding_letters(struct deciding *d, struct fault *why);

#endif
