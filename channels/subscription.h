/* channels/subscription.h - who takes letters: the AbonnementService in bulk
 *
 * A question (GLOBE-R-A-Request) is about a list of numbers, about everybody,
 * or about what changed since a moment.  Its answer (GLOBE-R-A-Result) comes
 * within hours, packed with gzip.  The schema of the answer is not public: it
 * is read by a mapping of the jobs file (`answer:` of an endpoint, struct
 * jobs_answer), and what does not fit it is an error that names the element.
 *
 * The question is written by channels/subscription.c.  The answer is read by
 * channels/look_subscription.c, which cannot send, so that mobbjob has it too.
 *
 * Source: spec berichtenbox.md 4.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_SUBSCRIPTION_H
#define CHANNELS_SUBSCRIPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/uuid.h"
#include "base/xml.h"
#include "batch/jobs.h"
#include "batch/subscribed.h"

#define ACTION_A_REQUEST "GLOBE-R-A-Request"
#define ACTION_A_RESULT "GLOBE-R-A-Result"

#define SUBSCRIPTION_NUMBERS_MAX 1000000 /* of one question */

enum subscription_kind { /* stored: never change */
	SUBSCRIPTION_LIST = 1,
	SUBSCRIPTION_ALL = 2,
	SUBSCRIPTION_CHANGES = 3,
};

struct subscription_question {
	struct uuid id;	 /* VerzoekId */
	const char *oin; /* of the sender of the letters */
	enum subscription_kind kind;
	int64_t since_ms;		  /* CHANGES: MutatieDatum */
	const struct subscribed *numbers; /* LIST: those with the bit `asked`,
					   * 1 .. SUBSCRIPTION_NUMBERS_MAX */
};

/* --- the question (channels/subscription.c) --- */

struct http_body;

/* The payload as a body of known length, made while it is read, in the order of
 * the numbers: the same question gives the same bytes.  The question is lent
 * until subscription_close().
 */
struct subscription;
struct subscription *subscription_open(
	const struct subscription_question *question);
void subscription_close(struct subscription *s); /* accepts NULL */
struct http_body subscription_body(struct subscription *s);
/* SHA-256 of the payload's bytes, known before it is read. */
void subscription_digest(const struct subscription *s, uint8_t out[32]);

/* --- the answer (channels/look_subscription.c) --- */

#define SUBSCRIPTION_BYTES_MAX INT64_C(1000000000) /* after unpacking */
#define SUBSCRIPTION_RATIO_MAX 250 /* unpacked : packed, above 10 MB */
#define SUBSCRIPTION_ENTRIES_MAX INT64_C(20000000)

struct subscription_read {
	int64_t entries; /* as they came; numbers are in the set */
	int64_t doubled; /* entries that say again what was said before */
	bool has_id;	 /* always, unless the mapping has none */
	struct uuid id;	 /* of the question, as the answer says */
	char sender[32]; /* OIN as the answer says; "": it does not */
};

/* Read an answer, packed (gzip) or not: the bytes come from `read`, up to the
 * end.  Numbers go into `set`, which is empty at first, and which is void
 * unless V_OK: an answer is taken whole or not at all.
 *
 * V_OK     all of it was read, and it fits
 * V_SKIP   CODE_SUBSCRIPTION_READ: cut, damaged, too large, no XML;
 *	    CODE_SUBSCRIPTION_MAPPING: an element is missing, is there twice, or
 *	    holds something that the mapping does not know: `why` names it;
 *	    CODE_SUBSCRIPTION_NUMBER: what should be a citizen number is none;
 *	    CODE_SUBSCRIPTION_CONTRADICTS: a number is both subscribed and not.
 *	    The place is the line; no citizen number is shown
 * others   what `read` returned
 */
enum verdict subscription_answer_read(xml_read_fn *read, void *read_self,
	const struct jobs_answer *mapping, struct subscribed *set,
	struct subscription_read *out, struct fault *why);

/* The same, from memory. */
enum verdict subscription_answer_bytes(const void *bytes, size_t len,
	const struct jobs_answer *mapping, struct subscribed *set,
	struct subscription_read *out, struct fault *why);

/* Does an answer that was read belong to the question (channels/subscription.c)?
 *
 * V_OK	    *missing_out numbers of a list were not answered: those are unknown,
 *	    unless the mapping says `unlisted: no`
 * V_SKIP   CODE_SUBSCRIPTION_OTHER: another question or sender, or a number
 *	    that was not asked; CODE_SUBSCRIPTION_MAPPING: no entry at all,
 *	    which only an answer about changes may have
 */
enum verdict subscription_answer_fits(const struct subscription_question *q,
	const struct jobs_answer *mapping, const struct subscription_read *read,
	const struct subscribed *set, int64_t *missing_out, struct fault *why);

/* --- a list of a person (channels/look_list.c) --- */

/* A list of lines, packed (gzip) or not: a number and, behind ; , or a tab, yes
 * or no in a word (ja, nee, yes, no, true, false, 1, 0), or in every line only a
 * number, which means yes.  One line of headings may be above it; blank lines
 * count for nothing.  Taken whole or not at all.
 *
 * V_OK     out->entries and out->doubled; the set has the rest
 * V_SKIP   CODE_SUBSCRIPTION_FILE: something else is in a line, or nothing in
 *	    the file; CODE_SUBSCRIPTION_NUMBER, CODE_SUBSCRIPTION_CONTRADICTS
 *	    and CODE_SUBSCRIPTION_READ as above.  The place is the line
 * others   what `read` returned
 */
enum verdict subscription_list_read(xml_read_fn *read, void *read_self,
	struct subscribed *set, struct subscription_read *out,
	struct fault *why);

#endif
