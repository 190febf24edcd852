/* mobbsim/subscribers.h - who has a box, as the other side knows it
 *
 * Without files: the rule of citizen.h, and everybody there is are the numbers
 * kept for tests.  In sim/ there may be, each read once:
 *
 *	subscribers.txt	who has a box; nobody else has.  A number a line.
 *	citizens.txt	everybody there is, instead of the numbers kept for
 *			tests; the rule says who has a box.  A number a line.
 *	changes.txt	what changed: MOMENT NUMBER yes|no a line, the moment
 *			as 2026-03-01T10:00:00Z.  The last change of a number
 *			says whether it has a box, whatever the rest says.
 *
 * Empty lines and lines that begin with # are skipped.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_SUBSCRIBERS_H
#define MOBBSIM_SUBSCRIBERS_H

#include "base/fault.h"
#include "mobbsim/citizen.h"

struct subscribers;

/* Read what is in `dir`.  V_BROKEN: a file that makes no sense, with its
 * place.  *out is NULL when there is none.
 */
enum verdict subscribers_load(
	int dir, struct subscribers **out, struct fault *why);
void subscribers_free(struct subscribers *list); /* accepts NULL */

/* `list` NULL: the rule. */
enum box subscribers_look(const struct subscribers *list, const char *bsn);

typedef void subscribers_fn(void *self, int32_t number, bool yes);

/* Who has a box, in the order of their numbers; `everybody`: the others too,
 * with `yes` false.
 */
void subscribers_all(const struct subscribers *list, bool everybody,
	subscribers_fn *each, void *self);
/* The last change of each number that changed at `since_ms` or later. */
void subscribers_changes(const struct subscribers *list, int64_t since_ms,
	subscribers_fn *each, void *self);

#endif
