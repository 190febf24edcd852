/* batch/jobs_printer.c - what the jobs file says about a printer
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "batch/jobs_check.h"

#define BUNDLE_LETTERS_MAX 100000 /* they lie in memory, 1.5 kB each */

/* What the printer is asked to say, and by when. */
static enum verdict
receipts_check(struct jobs_printer *p, struct fault *why)
{
	const char *by = p->ack_by == NULL ? "06:00" : p->ack_by;
	int hours = 0, minutes = 0, end = 0;

	p->awaits_posted =
		p->receipts != NULL && strcmp(p->receipts, "posted") == 0;
	p->awaits_ack =
		p->awaits_posted ||
		(p->receipts != NULL && strcmp(p->receipts, "ack") == 0);
	if (p->receipts != NULL && !p->awaits_ack &&
		strcmp(p->receipts, "none") != 0)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"printer %s: receipts must be none, ack or posted",
			p->name);
	if (strlen(by) != 5 ||
		sscanf(by, "%2d:%2d%n", &hours, &minutes, &end) != 2 ||
		end != 5 || hours < 0 || hours > 23 || minutes < 0 ||
		minutes > 59)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"printer %s: ack_by must be a time as 06:00", p->name);
	p->ack_by_ms = (hours * INT64_C(60) + minutes) * 60000;
	return V_OK;
}

enum verdict
jobs_printer_check(struct jobs_printer *p, struct fault *why)
{
	enum verdict v = receipts_check(p, why);

	if (v != V_OK)
		return v;
	if (p->bundle_letters < 1 || p->bundle_letters > BUNDLE_LETTERS_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"printer %s: bundle_letters must be 1 to %d", p->name,
			BUNDLE_LETTERS_MAX);
	if (p->posted_within > 100)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"printer %s: posted_within must be 0 to 100 working "
			"days",
			p->name);
	if (p->letter_price > PRICE_MAX || p->sheet_price > PRICE_MAX)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"printer %s: a price is at most 1000 euros", p->name);
	p->simplex = p->sides != NULL && strcmp(p->sides, "simplex") == 0;
	if (p->sides != NULL && !p->simplex && strcmp(p->sides, "duplex") != 0)
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"printer %s: sides must be duplex or simplex", p->name);
	v = jobs_products_check(p, why);
	if (v == V_OK)
		v = jobs_paper_printer_check(p, why);
	return v == V_OK ? jobs_address_check(p, why) : v;
}
