/* mobbsim/citizen.h - citizens who do not exist, and who of them has a box
 *
 * Numbers come from the range 9999xxxxx, which is kept for tests, while it
 * lasts: 9,091 pass the eleven-test.  After that from the rest of 9xxxxxxxx,
 * which only an endpoint marked as a simulator takes.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_CITIZEN_H
#define MOBBSIM_CITIZEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CITIZEN_TEXT_MAX 10   /* nine digits and the closing NUL */
#define CITIZEN_RESERVED 9091 /* that pass, of the range */
#define CITIZEN_RESERVED_FIRST 999900000
#define CITIZEN_RESERVED_LAST 999999999

enum box {
	BOX_NONE = 0,
	BOX_OPEN, /* takes the letter */
	BOX_LATE, /* subscribed when asked, not when the letter comes */
};

/* The rule: u = first 4 bytes of SHA-256("mobbsim:" BSN) mod 10000; box when
 * u < 6500, late when u < 200.
 */
enum box citizen_box(const char *bsn);

bool citizen_eleven(const char *bsn); /* nine digits that pass the test */

/* Numbers one by one, none twice, in an order the seed decides. */
struct citizens {
	int32_t *reserved; /* CITIZEN_RESERVED of them, shuffled */
	size_t used;
	int64_t walk, step; /* over the first eight digits */
};

void citizens_init(struct citizens *citizens, int64_t seed);
void citizens_next(struct citizens *citizens, char text_out[CITIZEN_TEXT_MAX]);
void citizens_done(struct citizens *citizens);

#endif
