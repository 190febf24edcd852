/* base/fault.h - why something did not work: code, place, why
 *
 * The caller owns the struct, usually on its stack; nothing is allocated, so
 * a fault can always be reported, even without memory.  The fourth part, what
 * to do about it, is a table of its own (batch/advice.h), found by the code.
 *
 * Text is for operators: lower case, no full stop.  It never holds a citizen
 * number, a name or letter text: name the letter by its place in the batch.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include "base/code.h"
#include "base/verdict.h"

#define FAULT_PLACE_MAX 200 /* bytes, with the closing NUL; longer is cut */
#define FAULT_TEXT_MAX 320

struct fault {
	enum code code;		     /* what `mobbjob explain` takes */
	char place[FAULT_PLACE_MAX]; /* "jobs.yaml:12:5", "woz.zip record 7" */
	char text[FAULT_TEXT_MAX];   /* one sentence */
};

#define FAULT_NONE ((struct fault){ .code = CODE_NONE })

/* Write code and text, empty the place, and hand back `v`, so that a failure
 * is one line:
 *	return fault_set(why, V_SKIP, CODE_BSN, "bsn fails the 11-test");
 */
__attribute__((format(printf, 4, 5))) enum verdict fault_set(struct fault *why,
	enum verdict v, enum code code, const char *fmt, ...);

/* The same, with strerror(errno) behind the text.  ENOSPC and EDQUOT become
 * CODE_DISK_FULL whatever code was given, and V_LATER instead of V_BROKEN.
 */
__attribute__((format(printf, 4, 5))) enum verdict fault_errno(
	struct fault *why, enum verdict v, enum code code, const char *fmt,
	...);

/* Say where, if nobody nearer to the cause has said so already. */
__attribute__((format(printf, 2, 3))) void fault_at(
	struct fault *why, const char *fmt, ...);

#endif
