/* formats/delivery.c - what a file says about itself as a whole
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include "formats/reading.h"

/* The value of a field of this record, NULL when there is none. */
static const char *
text_of(const struct reading *r, int field, int record)
{
	if (field < 0 || r->d->fields[field].record != record)
		return NULL;
	return r->values[field].text;
}

static enum verdict
check_sender(struct reading *r, const char *text, struct fault *why)
{
	const char *name = r->d->fields[r->d->sender].name;

	if (r->context.oin != NULL && strcmp(text, r->context.oin) != 0)
		return fault_set(why, V_BROKEN, CODE_SENDER,
			"field %s: the file is from another sender than this "
			"stream's",
			name);
	if (r->sender[0] == '\0') {
		snprintf(r->sender, sizeof(r->sender), "%s", text);
	} else if (strcmp(text, r->sender) != 0) {
		if (r->part > r->sender_part)
			return fault_set(why, V_BROKEN, CODE_PARTS_DIFFER,
				"field %s: part %d is from another sender than "
				"the first",
				name, r->part + 1);
		return fault_set(why, V_BROKEN, CODE_SENDER,
			"field %s: the file is from more than one sender",
			name);
	}
	r->sender_part = r->part;
	return V_OK;
}

/* Of each payload the first value counts; all payloads must have the same. */
static enum verdict
check_same(struct reading *r, int field, const char *text, char *kept,
	size_t size, int *part, struct fault *why)
{
	char shown[32];

	if (*part == r->part)
		return V_OK;
	snprintf(
		shown, size < sizeof(shown) ? size : sizeof(shown), "%s", text);
	if (*part < 0)
		memcpy(kept, shown, size);
	else if (strcmp(kept, shown) != 0)
		return fault_set(why, V_BROKEN, CODE_PARTS_DIFFER,
			"field %s: part %d is of another delivery than the "
			"first",
			r->d->fields[field].name, r->part + 1);
	*part = r->part;
	return V_OK;
}

/* What is left out would not be compared: a file of anybody would do. */
static bool
lacks(const struct reading *r, int field, int record)
{
	return field >= 0 && r->d->fields[field].record == record &&
	       r->values[field].text == NULL;
}

enum verdict
delivery_check(struct reading *r, int record, struct fault *why)
{
	const struct definition *d = r->d;
	enum verdict v = V_OK;
	const char *text;

	if (r->context.oin != NULL && lacks(r, d->sender, record))
		return fault_set(why, V_BROKEN, CODE_SENDER,
			"field %s: the file does not say whose it is",
			d->fields[d->sender].name);
	if (r->context.environment != '\0' && lacks(r, d->environment, record))
		return fault_set(why, V_BROKEN, CODE_ENVIRONMENT,
			"field %s: the file does not say whether it is a test",
			d->fields[d->environment].name);
	text = text_of(r, d->sender, record);
	if (text != NULL)
		v = check_sender(r, text, why);
	text = text_of(r, d->environment, record);
	if (v == V_OK && text != NULL && r->context.environment != '\0' &&
		(text[0] != r->context.environment || text[1] != '\0'))
		v = fault_set(why, V_BROKEN, CODE_ENVIRONMENT,
			"field %s: the file is not meant for this environment "
			"(%c)",
			d->fields[d->environment].name, r->context.environment);
	text = text_of(r, d->number, record);
	if (v == V_OK && text != NULL)
		v = check_same(r, d->number, text, r->counts.number,
			sizeof(r->counts.number), &r->number_part, why);
	text = text_of(r, d->period, record);
	if (v == V_OK && text != NULL)
		v = check_same(r, d->period, text, r->counts.period,
			sizeof(r->counts.period), &r->period_part, why);
	return v;
}
