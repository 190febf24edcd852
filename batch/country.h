/* batch/country.h - names of countries as the post wants them
 *
 * English, in capitals, by ISO 3166-1 alpha-2 code.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_COUNTRY_H
#define BATCH_COUNTRY_H

#include <stdbool.h>

struct country {
	char code[3];
	bool eu; /* member state of the European Union */
	const char *name;
};

/* By code, in either case; NULL when there is no such country. */
const struct country *country_find(const char *code);
/* By its whole name, in either case. */
const struct country *country_named(const char *name);

#endif
