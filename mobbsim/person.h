/* mobbsim/person.h - somebody who does not exist, and where he does not live
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_PERSON_H
#define MOBBSIM_PERSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mobbsim/dice.h"

#define PERSON_SURNAME_MAX 256
#define PERSON_ADDRESS_MAX 600

struct person_home {
	const char *street, *town;
	int number;
	int digits;	      /* of the postcode */
	const char *code;     /* its letters */
	char letter;	      /* 0 is none */
	const char *addition; /* NULL is none */
	const char *lines[2]; /* abroad; the first gets the number */
	const char *country;  /* NULL is at home */
};

struct person {
	const char *initials, *prefix; /* prefix NULL is none */
	char surname[PERSON_SURNAME_MAX];
	struct person_home home;
};

/* Always takes the same throws in the same order from the dice. */
void person_roll(struct dice *dice, struct person *person_out);

/* "B.J. van der Proefstra" */
void person_name(const struct person *person, char *out, size_t size);
/* Name and address in lines, as in the window of an envelope. */
void person_address(const struct person *person, char *out, size_t size);

#endif
