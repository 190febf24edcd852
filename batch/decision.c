/* batch/decision.c - see batch/decision.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stddef.h>
#include <string.h>

#include "batch/decision.h"

static const char *const words[] = {
	[DECISION_DELIVERED] = "delivered",
	[DECISION_PAPER] = "paper",
	[DECISION_RESEND] = "resend",
	[DECISION_WITHDRAWN] = "withdrawn",
};

const char *
decision_word(enum decision decision)
{
	return words[decision];
}

bool
decision_parse(const char *word, enum decision *out)
{
	size_t i;

	for (i = DECISION_DELIVERED; i <= DECISION_WITHDRAWN; i++)
		if (strcmp(word, words[i]) == 0) {
			*out = (enum decision)i;
			return true;
		}
	return false;
}

/* It may be in somebody's box. */
static bool
perhaps(const struct decision_letter *l)
{
	return l->state == LETTER_UNKNOWN || l->state == LETTER_OFFERED ||
	       (l->state == LETTER_HELD && l->posted && !l->refused);
}

static enum decision_may
by_cancel(const struct decision_letter *l)
{
	switch (l->state) {
	case LETTER_SPLIT:
	case LETTER_BOX:
	case LETTER_PAPER:
	case LETTER_RESEND:
		return DECISION_YES;
	case LETTER_BUNDLED:
		return l->leaving ? DECISION_NO : DECISION_YES;
	case LETTER_HELD:
		return perhaps(l) ? DECISION_NO : DECISION_YES;
	case LETTER_OFFERED:
	case LETTER_DELIVERED:
	case LETTER_DECLINED:
	case LETTER_UNKNOWN:
	case LETTER_HANDED_OVER:
	case LETTER_POSTED:
	case LETTER_REJECTED:
	case LETTER_WITHDRAWN:
		break;
	}
	return DECISION_NO;
}

enum decision_may
decision_may(
	enum decision decision, bool cancel, const struct decision_letter *l)
{
	if (cancel)
		return decision == DECISION_WITHDRAWN ? by_cancel(l)
						      : DECISION_NO;
	/* What waits for nobody's decision goes its own way. */
	if (l->state != LETTER_HELD && l->state != LETTER_UNKNOWN &&
		l->state != LETTER_RESEND &&
		!(l->state == LETTER_OFFERED && l->awaited))
		return DECISION_NO;
	switch (decision) {
	case DECISION_DELIVERED:
		return DECISION_YES;
	case DECISION_RESEND:
		/* What has no box, or comes from a bundle, has no way there. */
		return !l->print && (l->in_lot || l->box) ? DECISION_YES
							  : DECISION_NO;
	case DECISION_PAPER:
		if (l->never)
			return DECISION_NO;
		break;
	case DECISION_WITHDRAWN:
		break;
	}
	return perhaps(l) ? DECISION_RISK : DECISION_YES;
}

bool
decision_left(const struct decision_letter *l)
{
	switch (l->state) {
	case LETTER_OFFERED:
	case LETTER_DELIVERED:
	case LETTER_UNKNOWN:
	case LETTER_HANDED_OVER:
	case LETTER_POSTED:
		return true;
	case LETTER_BUNDLED:
		return l->leaving;
	case LETTER_HELD:
		return perhaps(l);
	case LETTER_SPLIT:
	case LETTER_BOX:
	case LETTER_PAPER:
	case LETTER_DECLINED:
	case LETTER_RESEND:
	case LETTER_REJECTED:
	case LETTER_WITHDRAWN:
		break;
	}
	return false;
}

/* The codes of batch/receipt.c that are a no. */
bool
decision_refused(enum code code)
{
	static const enum code no[] = { CODE_NOT_SUBSCRIBED, CODE_DECLINED,
		CODE_DOCUMENT_BOX, CODE_PUBLISH, CODE_STREAM_WRONG,
		CODE_TECHNICAL };
	size_t i;

	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (no[i] == code)
			return true;
	return false;
}

bool
decision_made(enum code code)
{
	return code == CODE_RISK || code == CODE_RESOLVED ||
	       code == CODE_CANCELLED;
}
