/* batch/print_receipt.c - see batch/print_receipt.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <strings.h>

#include "batch/calendar.h"
#include "batch/print_receipt.h"

static const char *const saids[] = {
	[PRINT_ACK] = "ack",
	[PRINT_NACK] = "nack",
	[PRINT_RECALLED] = "recalled",
	[PRINT_POSTED] = "posted",
	[PRINT_REJECTED] = "rejected",
	[PRINT_RETURNED] = "returned",
};

/* The first of each is the one we show. */
static const struct {
	enum returned_why why;
	const char *word, *woord;
} reasons[] = {
	{ RETURNED_MOVED, "moved", "verhuisd" },
	{ RETURNED_UNKNOWN, "unknown", "onbekend" },
	{ RETURNED_REFUSED, "refused", "geweigerd" },
	{ RETURNED_DECEASED, "deceased", "overleden" },
	{ RETURNED_BOX_FULL, "box full", "brievenbus vol" },
	{ RETURNED_BOX_FULL, "box_full", "bus vol" },
};

#define REASONS (sizeof(reasons) / sizeof(reasons[0]))

const char *
print_said_word(enum print_said said)
{
	assert(said >= PRINT_ACK && said <= PRINT_RETURNED);
	return saids[said];
}

const char *
returned_word(enum returned_why why)
{
	assert(why >= RETURNED_MOVED && why <= RETURNED_BOX_FULL);
	return reasons[why - RETURNED_MOVED].word;
}

const char *
returned_woord(enum returned_why why)
{
	assert(why >= RETURNED_MOVED && why <= RETURNED_BOX_FULL);
	return reasons[why - RETURNED_MOVED].woord;
}

bool
returned_parse(const char *word, enum returned_why *out)
{
	size_t i;

	for (i = 0; i < REASONS; i++)
		if (strcasecmp(word, reasons[i].word) == 0 ||
			strcasecmp(word, reasons[i].woord) == 0) {
			*out = reasons[i].why;
			return true;
		}
	return false;
}

/* What the books say of it, as one of four. */
static enum said_verdict
judge_state(enum print_said said, enum letter_state state, enum code code)
{
	bool rejected = state == LETTER_HELD && code == CODE_PRINT_REJECTED;

	if (state == LETTER_HANDED_OVER)
		return SAID_GOOD;
	/* That one was not printed after all is for a person: it stays posted,
	 * but somebody does not have his letter.
	 */
	if (state == LETTER_POSTED)
		return said == PRINT_POSTED ? SAID_AGAIN : SAID_WRONG;
	/* Refused, and in the end printed after all: what is in the post is in
	 * the post.
	 */
	if (rejected)
		return said == PRINT_POSTED ? SAID_GOOD : SAID_AGAIN;
	return SAID_WRONG;
}

static enum letter_state
follows(enum lot_state lot)
{
	switch (lot) {
	case LOT_HANDED_OVER:
		return LETTER_HANDED_OVER;
	case LOT_SETTLED:
		return LETTER_POSTED;
	case LOT_WITHDRAWN:
		return LETTER_WITHDRAWN;
	case LOT_BUNDLED:
		return LETTER_BUNDLED;
	case LOT_CUT:
	case LOT_OFFERED:
	case LOT_ACKNOWLEDGED:
	case LOT_FAILED:
	case LOT_EXPIRED:
	case LOT_UNKNOWN:
	case LOT_HELD:
		break;
	}
	return LETTER_HELD;
}

enum said_verdict
said_judge(enum print_said said, enum lot_state lot, struct said_ours *ours)
{
	enum letter_state state;

	if (ours == NULL)
		return SAID_UNKNOWN;
	if (ours->said)
		return SAID_AGAIN;
	ours->said = true;
	if (ours->elsewhere)
		return SAID_WRONG;
	state = ours->state != 0 ? ours->state : follows(lot);
	return judge_state(said, state, ours->code);
}

bool
said_differs(const struct said_row *row, const struct said_ours *ours)
{
	return (row->pages != SAID_NONE && ours->pages > 0 &&
		       row->pages != ours->pages) ||
	       (row->sheets != SAID_NONE && ours->sheets > 0 &&
		       row->sheets != ours->sheets);
}

bool
said_ack_late(int64_t by_ms, int64_t handed_ms, int64_t now_ms)
{
	int32_t day = calendar_add_working_days(calendar_day(handed_ms), 1);

	return now_ms > calendar_moment(day, by_ms);
}
