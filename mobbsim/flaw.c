/* mobbsim/flaw.c - see mobbsim/flaw.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>

#include "mobbsim/flaw.h"

enum code
flaw_code(enum flaw flaw)
{
	static const enum code codes[FLAW_COUNT] = {
		[FLAW_NONE] = CODE_NONE,
		[FLAW_BSN] = CODE_BSN,
		[FLAW_BSN_SHORT] = CODE_BSN_FORM,
		[FLAW_ABSENT] = CODE_FIELD_ABSENT,
		[FLAW_LONG] = CODE_FIELD_FORM,
		[FLAW_DATE] = CODE_DATE,
		[FLAW_AMOUNT] = CODE_AMOUNT,
		[FLAW_TWO_IDS] = CODE_TWO_IDS,
		[FLAW_DOUBLE] = CODE_DOUBLE,
		[FLAW_DOC_MISSING] = CODE_DOCUMENT,
		[FLAW_DOC_HASH] = CODE_DOCUMENT,
		[FLAW_DOC_HTML] = CODE_DOCUMENT,
		[FLAW_DOC_LOCKED] = CODE_DOCUMENT_BOX,
	};

	assert(flaw < FLAW_COUNT);
	return codes[flaw];
}

bool
flaw_of_document(enum flaw flaw)
{
	return flaw >= FLAW_DOC_MISSING;
}

/* The record of bad one `i`, in the middle of its part of the file. */
static int64_t
place(int64_t i, int64_t letters, int64_t bad)
{
	return (2 * i + 1) * letters / (2 * bad) + 1;
}

enum flaw
flaw_at(int64_t record, int64_t letters, int64_t bad, bool documents)
{
	int64_t kinds = documents ? FLAW_COUNT - 1 : FLAW_DOC_MISSING - 1;
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
	flaw = (enum flaw)(1 + i % kinds);
	/* A double needs a sound record before it. */
	if (flaw == FLAW_DOUBLE && (record == 1 || 2 * bad > letters))
		return FLAW_BSN;
	return flaw;
}
