/* mobbsim/flaw.c - see mobbsim/flaw.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "mobbsim/flaw.h"

static const struct {
	const char *name;
	enum code code;
} kinds[FLAW_COUNT] = {
	[FLAW_NONE] = { "none", CODE_NONE },
	[FLAW_BSN] = { "bsn", CODE_BSN },
	[FLAW_BSN_SHORT] = { "bsn-short", CODE_BSN_FORM },
	[FLAW_BSN_EXCEL] = { "bsn-excel", CODE_BSN_FORM },
	[FLAW_ABSENT] = { "absent", CODE_FIELD_ABSENT },
	[FLAW_LONG] = { "long", CODE_FIELD_FORM },
	[FLAW_DATE] = { "date", CODE_DATE },
	[FLAW_AMOUNT] = { "amount", CODE_AMOUNT },
	[FLAW_TWO_IDS] = { "two-ids", CODE_TWO_IDS },
	[FLAW_DOUBLE] = { "double", CODE_DOUBLE },
	[FLAW_COLUMNS] = { "columns", CODE_COLUMNS },
	[FLAW_ORPHAN] = { "orphan", CODE_ORPHAN },
	[FLAW_PERIOD] = { "period", CODE_DATE },
	[FLAW_POSTCODE] = { "postcode", CODE_POSTCODE },
	[FLAW_DOC_MISSING] = { "doc-missing", CODE_DOCUMENT },
	[FLAW_DOC_HASH] = { "doc-hash", CODE_DOCUMENT },
	[FLAW_DOC_HTML] = { "doc-html", CODE_DOCUMENT },
	[FLAW_DOC_LOCKED] = { "doc-locked", CODE_DOCUMENT_BOX },
};

enum code
flaw_code(enum flaw flaw)
{
	assert(flaw < FLAW_COUNT);
	return kinds[flaw].code;
}

const char *
flaw_name(enum flaw flaw)
{
	assert(flaw < FLAW_COUNT);
	return kinds[flaw].name;
}

bool
flaw_rejects(enum flaw flaw)
{
	return flaw != FLAW_NONE && flaw != FLAW_POSTCODE;
}

bool
flaw_of_document(enum flaw flaw)
{
	return flaw >= FLAW_DOC_MISSING;
}

/* How many bytes of `names` the next one has, up to a comma or the end. */
static size_t
name_len(const char *names)
{
	return strcspn(names, ",");
}

static bool
is_named(const char *names, const char *name)
{
	for (;; names++) {
		size_t len = name_len(names);

		if (len == strlen(name) && memcmp(names, name, len) == 0)
			return true;
		names += len;
		if (*names == '\0')
			return false;
	}
}

/* Is each name one of `flaws`? */
static bool
all_known(const char *names, const struct flaws *flaws)
{
	for (;; names++) {
		size_t len = name_len(names), i;

		for (i = 0; i < flaws->count; i++) {
			const char *name = flaw_name(flaws->list[i]);

			if (len == strlen(name) &&
				memcmp(names, name, len) == 0)
				break;
		}
		if (i == flaws->count)
			return false;
		names += len;
		if (*names == '\0')
			return true;
	}
}

bool
flaws_choose(const enum flaw *all, size_t count, bool documents,
	const char *names, struct flaws *flaws_out)
{
	struct flaws flaws = { .count = 0 };
	size_t i;

	assert(count < FLAW_COUNT);
	for (i = 0; i < count; i++) {
		if (!documents && flaw_of_document(all[i]))
			continue;
		if (names == NULL || is_named(names, flaw_name(all[i])))
			flaws.list[flaws.count++] = all[i];
	}
	if (flaws.count == 0 || (names != NULL && !all_known(names, &flaws)))
		return false;
	*flaws_out = flaws;
	return true;
}

/* The record of bad one `i`, in the middle of its part of the file. */
static int64_t
place(int64_t i, int64_t letters, int64_t bad)
{
	return (2 * i + 1) * letters / (2 * bad) + 1;
}

enum flaw
flaw_at(const struct flaws *flaws, int64_t record, int64_t letters, int64_t bad)
{
	int64_t i, near;
	enum flaw flaw;

	assert(record >= 1 && record <= letters);
	assert(bad >= 0 && bad <= letters);
	if (bad == 0)
		return FLAW_NONE;
	/* Rounding can put it one off. */
	near = (record - 1) * bad / letters;
	for (i = near > 0 ? near - 1 : 0; i <= near + 1; i++)
		if (i < bad && place(i, letters, bad) == record)
			break;
	if (i > near + 1)
		return FLAW_NONE;
	flaw = flaws->list[i % (int64_t)flaws->count];
	/* A double needs a sound record before it. */
	if (flaw == FLAW_DOUBLE && (record == 1 || 2 * bad > letters))
		return FLAW_BSN;
	return flaw;
}
