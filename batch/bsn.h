/* batch/bsn.h - a citizen number, kept from being printed by mistake
 *
 * Nine digits, not all zero, and the eleven-test.  The struct holds a number,
 * not text: a "%s" of it does not compile.  bsn_digits() is called only where
 * a citizen number belongs: the box payload and the subscription question.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_BSN_H
#define BATCH_BSN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

#define BSN_TEXT_MAX 10 /* nine digits and the closing NUL */

struct bsn {
	int32_t number; /* 0 is none */
};

#define BSN_NONE ((struct bsn){ 0 })

/* V_SKIP: CODE_BSN_FORM when it is not nine digits, CODE_BSN when it fails the
 * eleven-test.  The fault never holds the digits.
 */
enum verdict bsn_parse(
	const char *text, struct bsn *bsn_out, struct fault *why);
bool bsn_valid(int32_t number);
void bsn_digits(struct bsn bsn, char text_out[BSN_TEXT_MAX]);
/* "******019": for a screen, where an authorised person looks. */
void bsn_masked(struct bsn bsn, char text_out[BSN_TEXT_MAX]);

#endif
