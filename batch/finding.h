/* batch/finding.h - what a look at a connection found, a line each
 *
 *	ok    TCP               port 443: 192.0.2.1 12 ms
 *	fail  our listener      nothing listens at 0.0.0.0:443
 *	                        what to do: ...
 *
 * Who looks (mobbd) and who shows (mobbjob, and mobbd --check-endpoints) are
 * two programs: the line, its limits and the marks it gets are here.  Pure;
 * the time comes in as an argument.
 *
 * Sources: spec ebms2.md sections 3, 12.3 and 14.4.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_FINDING_H
#define BATCH_FINDING_H

#include <stdint.h>

#include "base/buf.h"
#include "base/code.h"

#define FINDING_WHAT_MAX 24 /* bytes, each with the closing NUL */
#define FINDING_VALUE_MAX 320
#define FINDING_ADVICE_MAX 320

#define FINDING_SOON_DAYS 90 /* before the end of a certificate: order one */
#define FINDING_CPA_DAYS 30  /* before the end of an agreement */

enum finding_grade {	  /* stored: never change */
	FINDING_OK = 1,	  /* nothing to do */
	FINDING_WARN = 2, /* works, or cannot be seen from here */
	FINDING_FAIL = 3, /* letters cannot go, or nothing can come back */
};

/* Never holds a secret, a citizen number or anything of a letter. */
struct finding {
	enum finding_grade grade;
	enum code code;			 /* of what is not ok; CODE_NONE */
	char what[FINDING_WHAT_MAX];	 /* "TCP" */
	char value[FINDING_VALUE_MAX];	 /* one sentence at most */
	char advice[FINDING_ADVICE_MAX]; /* "" when there is nothing to do */
};

const char *finding_word(enum finding_grade grade); /* "ok", "warn", "fail" */

/* Write value or advice; longer is cut. */
__attribute__((format(printf, 2, 3))) void finding_value(
	struct finding *finding, const char *fmt, ...);
__attribute__((format(printf, 2, 3))) void finding_advice(
	struct finding *finding, const char *fmt, ...);

/* Valid from start to end: FAIL outside (always, when it ends before it
 * begins), WARN in the last `soon_days` days.
 * *days_out: whole days left, negative when it has ended.
 */
enum finding_grade finding_period(int64_t start_ms, int64_t end_ms,
	int64_t soon_days, int64_t now_ms, int64_t *days_out);

/* Our clock less theirs: beyond a minute a WARN, beyond five a FAIL (a message
 * with a TimeToLive is refused by a peer whose clock is ahead).
 */
enum finding_grade finding_clock(int64_t difference_ms);

/* The line, and a second one with the advice if there is any. */
void finding_text(const struct finding *finding, struct buf *out);

/* The exit code so far and one finding more: 0; 8 when a certificate failed; 7
 * when anything else did and no certificate.
 */
int finding_exit(int so_far, const struct finding *finding);

#endif
