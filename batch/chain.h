/* batch/chain.h - the cases of a chain test (ketentest)
 *
 * A table: what is sent, and the VerwerkingsCode the other side must answer,
 * the cases that our own checks would refuse included.  Pure; the courier makes
 * letters of it, mobbjob the report.
 *
 * Sources: spec berichtenbox.md 2 (lengths, 500,000 bytes, dates 13 days ahead
 * and back, 1..1000 letters, line breaks, URLs) and 3 (codes).
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_CHAIN_H
#define BATCH_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/uuid.h"
#include "batch/bsn.h"

#define CHAIN_DAYS_NONE INT32_MIN
#define CHAIN_CHARS_PLAIN (-1) /* as it comes, well below the limit */
#define CHAIN_LETTERS_MAX 1000
#define CHAIN_ACCOUNTS_MAX 100
#define CHAIN_ACCOUNT_CHARS 60
#define CHAIN_WAIT_ALL (-1)

/* What is odd about a case. */
enum chain_trait {
	CHAIN_PLAIN = 0,
	CHAIN_LINES,	    /* a text with line breaks and a URL */
	CHAIN_UNSUBSCRIBED, /* to an account that is not subscribed */
	CHAIN_TYPE,	    /* a BerichtType that nobody registered */
	CHAIN_OIN,	    /* the OIN of somebody else */
	CHAIN_AGAIN,	    /* the ids of the case before it */
	CHAIN_DOUBLED,	    /* its result comes twice */
	CHAIN_DOWN,	    /* nothing listens when its result comes */
};

struct chain_case {
	const char *name, *title;
	const char *expect; /* VerwerkingsCode of every letter */
	const char *look;   /* what a person looks for; "" nothing to see */
	enum chain_trait trait;
	int letters, documents;
	int64_t document_bytes; /* of all together, exactly; 0: as they come */
	/* characters, exactly; 0 is absent */
	int subject, text, reference, document_title;
	int32_t publish_days, deadline_days; /* from the moment it is sent */
	int32_t created_days;		     /* AanmaakDatum, likewise */
	bool refused; /* our own checks would not let it go */
	int waits;    /* for the case so many before it; CHAIN_WAIT_ALL */
};

const struct chain_case *chain_cases(size_t *count_out);
const struct chain_case *chain_find(const char *name); /* NULL: none */

/* BerichtID of letter i, from 0, of a batch: the same at any time. */
struct uuid chain_letter_id(const struct uuid *batch_id, int i);

/* So many characters of text, the first of them `begin`; none are lost at the
 * ends, and some have more than one byte.
 */
void chain_text(const char *begin, int chars, struct buf *out);

/* The day to publish, so that it is at least so many days ahead of `now_ms`
 * when more than 13, and else no more.
 */
int32_t chain_publish_day(int64_t now_ms, int32_t days);

struct chain_account {
	const char *name;
	struct bsn bsn;
	bool subscribed;
};

/* "account;bsn;subscribed" a line, yes or no (or ja, nee); a head line, blank
 * lines and lines that begin with # do not count.  `text` is written into.
 * V_SKIP, CODE_CHAIN_ACCOUNTS: place "line N"; the fault holds no number.
 */
enum verdict chain_accounts_read(char *text,
	struct chain_account accounts_out[CHAIN_ACCOUNTS_MAX],
	size_t *count_out, struct fault *why);

/* Which of the accounts gets letter i, from 0, of a case: they take turns, those
 * that are subscribed or those that are not.  There must be one of each.
 */
size_t chain_account_of(const struct chain_case *c,
	const struct chain_account *accounts, size_t count, int i);

enum chain_verdict {
	CHAIN_OPEN = 1, /* no answer yet */
	CHAIN_EXPECTED,
	CHAIN_DIFFERS,
	CHAIN_BY_HAND, /* well so far; a person has to do something for it */
};

/* What became of a case. */
struct chain_end {
	bool failed;	   /* refused, or never acknowledged */
	int results;	   /* that came */
	const char *codes; /* of the first result */
	int64_t total;	   /* letters in it */
	bool contradicts;  /* a second one said something else */
	bool down;	   /* the listener was down for it */
};

/* A sentence for it in *text_out. */
enum chain_verdict chain_judge(const struct chain_case *c,
	const struct chain_end *end, const char **text_out);

#endif
