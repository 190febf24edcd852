/* batch/proof.h - does the sum close?
 *
 *	in 2,000 = 1,281 delivered + 709 posted + 10 rejected + 0 withdrawn
 *		+ 0 open   sum OK
 *
 * "sum OK" is said only when three agree: what the supplier announced, our
 * rows, and what the other side counted.  While letters are open it holds for
 * what has an end so far, and the line says "not finished".  Pure.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_PROOF_H
#define BATCH_PROOF_H

#include <stdint.h>

#define PROOF_LINE_MAX 420
#define PROOF_NUMBER_MAX 32

struct proof {
	int64_t in; /* letters and rejected records */
	int64_t delivered, posted, rejected, withdrawn, open;
	int64_t records;
	int64_t promised_records; /* -1: no control total */
	int64_t promised_cents;	  /* -1: no amount announced */
	int64_t cents;
	int64_t their_delivered; /* over all results */
	/* Letters in results that no counter counts: a letter that was there
	 * already is delivered, but not among their successes.
	 */
	int64_t their_uncounted;
};

enum proof_sum {
	PROOF_OK = 1,
	PROOF_OPEN,	/* the same, but not everything has its end */
	PROOF_NO_TOTAL, /* closes, but the supplier announced nothing */
	PROOF_DIFFERS,	/* the line says what */
};

/* The whole line, without a line end. */
enum proof_sum proof_line(
	const struct proof *proof, char line_out[PROOF_LINE_MAX]);

/* "1,281"; "-5" */
void proof_number(int64_t value, char text_out[PROOF_NUMBER_MAX]);
/* "33,914,002.17" */
void proof_amount(int64_t cents, char text_out[PROOF_NUMBER_MAX]);

#endif
