/* mobbjob/check_tell.h - what a check found: good on standard output, bad on
 * standard error
 *
 * With --json both are objects on standard output ("mobb.check/1"), so that a
 * program sees them in order.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_CHECK_TELL_H
#define MOBBJOB_CHECK_TELL_H

#include "mobbjob/command.h"

#define MISTAKES_MAX 50 /* of one file; more are not looked for */

/* Something is sound, or good to know. */
void check_good(struct call *call, const char *what, const char *text);
/* Something that is no mistake: `kind` is "warning", "not used" or "note". */
void check_note(struct call *call, const char *kind, const char *what,
	const char *text);

/* Something is wrong; told at once.  The first one decides the exit code. */
void check_bad(struct call *call, const char *path, const struct fault *found);

/* The mistakes of one file, to be told together. */
struct mistakes {
	struct fault *all; /* MISTAKES_MAX of them */
	int count;
};

void mistakes_init(struct mistakes *m, struct arena *mem);
/* As a callback for what reads the file; `self` is a struct mistakes. */
void mistakes_add(void *self, const struct fault *mistake);
/* All of them, and once for each code what to do; `counted`: and how many. */
void mistakes_tell(struct call *call, const struct mistakes *m,
	const char *path, bool counted);

#endif
