/* mobbjob/sentence.c - see mobbjob/sentence.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "batch/advice.h"
#include "mobbjob/sentence.h"
#include "mobbjob/show.h"

static const char *const months[] = { "January", "February", "March", "April",
	"May", "June", "July", "August", "September", "October", "November",
	"December" };

const char *
sentence_day(int32_t days, struct arena *mem)
{
	int y, m, d;

	clock_date(days, &y, &m, &d);
	return arena_format(mem, "%d %s %d", d, months[m - 1], y);
}

const char *
sentence_moment(int64_t ms, struct arena *mem)
{
	char text[CLOCK_TEXT_MAX];
	long y, m, d;
	char *end;

	clock_local(ms, text);
	y = strtol(text, &end, 10);
	m = strtol(end + 1, &end, 10);
	d = strtol(end + 1, &end, 10);
	return arena_format(
		mem, "%ld %s %ld at %.5s", d, months[m - 1], y, text + 11);
}

/* Why it is not in the box; "" when nobody said. */
static const char *
on_paper(const struct letter_row *row)
{
	switch (row->letter.paper) {
	case PAPER_NONE:
	case PAPER_NEVER:
	case PAPER_BACK:
		break;
	case PAPER_NO_BSN:
		return " (on paper, because no citizen number is known)";
	case PAPER_TOO_LARGE:
		return " (on paper, because its documents are too large for "
		       "the Berichtenbox)";
	case PAPER_TOO_MANY:
		return " (on paper, because it has more documents than the "
		       "Berichtenbox takes)";
	case PAPER_ASKED:
		return " (on paper, because the sender wants it so)";
	case PAPER_FIELD:
		return " (on paper, because something in it is wrong for the "
		       "Berichtenbox)";
	case PAPER_PDF:
		return " (on paper, because the Berichtenbox does not take "
		       "such a PDF)";
	}
	if (row->box_lot != 0)
		return " (on paper, because the Berichtenbox did not take it)";
	if (row->rule != 0)
		return " (on paper, because the citizen has no active "
		       "Berichtenbox or is not subscribed to this sender)";
	return "";
}

/* When the citizen sees it, if that is after the delivery. */
static const char *
seen_from(const struct letter_row *row, struct arena *mem)
{
	int32_t day = row->letter.publish;

	if (day == LETTER_DATE_NONE ||
		(int64_t)day * 86400000 <= row->result_ms)
		return "";
	return arena_format(
		mem, "; the citizen sees it from %s", sentence_day(day, mem));
}

static const char *
in_the_box(const struct letter_row *row, struct arena *mem)
{
	const char *offered = row->offered_ms == 0
				      ? "a moment that is not known"
				      : sentence_moment(row->offered_ms, mem);

	switch ((int)row->state) {
	case LETTER_BOX:
		return "goes to the Berichtenbox and has not left yet";
	case LETTER_OFFERED:
		return arena_format(mem,
			"was offered to the Berichtenbox on %s; what became of "
			"it is not known yet",
			offered);
	case LETTER_UNKNOWN:
		return arena_format(mem,
			"was offered to the Berichtenbox on %s, and it is not "
			"known whether it arrived; a person decides",
			offered);
	case LETTER_RESEND:
		return arena_format(mem,
			"was offered to the Berichtenbox on %s, which could "
			"not process it; it is offered again",
			offered);
	default:
		return row->result_ms == 0
			       ? arena_format(mem,
					 "was delivered to the Berichtenbox%s",
					 seen_from(row, mem))
			       : arena_format(mem,
					 "was delivered to the Berichtenbox on "
					 "%s%s",
					 sentence_moment(row->result_ms, mem),
					 seen_from(row, mem));
	}
}

static const char *
became(const struct letter_row *row, struct arena *mem)
{
	const struct advice *advice = NULL;

	switch (row->state) {
	case LETTER_SPLIT:
		return arena_format(mem,
			"was taken in on %s; Berichtenbox or paper is not "
			"decided yet",
			sentence_moment(row->split_ms, mem));
	case LETTER_BOX:
	case LETTER_OFFERED:
	case LETTER_DELIVERED:
	case LETTER_UNKNOWN:
	case LETTER_RESEND:
		return in_the_box(row, mem);
	case LETTER_DECLINED:
	case LETTER_PAPER:
		return arena_format(
			mem, "will be printed and posted%s", on_paper(row));
	case LETTER_BUNDLED:
		return arena_format(mem, "is being printed%s", on_paper(row));
	case LETTER_HANDED_OVER:
		return arena_format(mem,
			"went to the printer on %s; nobody recorded yet that "
			"it was posted%s",
			sentence_moment(row->handed_ms, mem), on_paper(row));
	case LETTER_POSTED:
		if (row->returned != 0)
			return arena_format(mem,
				"was posted, and came back by the post on %s: "
				"%s%s",
				sentence_day(row->returned_days, mem),
				returned_word(row->returned),
				row->new_address ? ", a new address is known"
						 : "");
		return row->posted_days == LETTER_DATE_NONE
			       ? arena_format(
					 mem, "was posted%s", on_paper(row))
			       : arena_format(mem, "was posted on %s%s",
					 sentence_day(row->posted_days, mem),
					 on_paper(row));
	case LETTER_HELD:
		advice = advice_find(
			(int)(row->letter.hold != CODE_NONE ? row->letter.hold
							    : row->code));
		return arena_format(mem, "waits: a person has to decide%s%s",
			advice == NULL ? "" : ": ",
			advice == NULL ? "" : advice->title);
	case LETTER_WITHDRAWN:
		return "was withdrawn and is not sent";
	case LETTER_REJECTED:
		break;
	}
	return "was rejected and is not sent";
}

const char *
sentence_letter(const struct letter_row *row, struct arena *mem)
{
	const struct letter *letter = &row->letter;
	bool id = letter->reference[0] == '\0';
	const char *name = "";

	/* Not every person may see what a letter is about. */
	if (letter->subject != NULL && letter->subject[0] != '\0')
		name = arena_format(
			mem, " \"%s\"", show_clean(letter->subject, mem));
	return arena_format(mem, "The letter%s with %s %s %s.", name,
		id ? "id" : "reference",
		id ? show_uuid(&letter->id, mem)
		   : show_clean(letter->reference, mem),
		became(row, mem));
}

const char *
sentence_rejected(const struct find_rejected *row, const char *reference,
	struct arena *mem)
{
	const struct advice *advice = advice_find((int)row->code);

	return arena_format(mem,
		"The record with reference %s was rejected on %s and became no "
		"letter: %s (%s).",
		show_clean(reference, mem), sentence_moment(row->at_ms, mem),
		advice == NULL ? "" : advice->title,
		show_code((int)row->code, mem));
}

const char *
sentence_lot(const struct find_lot *lot, struct arena *mem)
{
	const char *letters = arena_format(mem, "%s letter%s",
		show_number(lot->letters, mem), lot->letters == 1 ? "" : "s");

	if (lot->result_ms != 0)
		return arena_format(mem,
			"The lot with %s was processed by the Berichtenbox on "
			"%s; %s of them %s an outcome of %s own.",
			letters, sentence_moment(lot->result_ms, mem),
			lot->apart == 0 ? "none" : show_number(lot->apart, mem),
			lot->apart <= 1 ? "has" : "have",
			lot->apart <= 1 ? "its" : "their");
	if (lot->acknowledged_ms != 0)
		return arena_format(mem,
			"The lot with %s arrived on %s; its result is awaited.",
			letters, sentence_moment(lot->acknowledged_ms, mem));
	if (lot->offered_ms != 0)
		return arena_format(mem,
			"The lot with %s was offered on %s; nobody "
			"acknowledged it yet.",
			letters, sentence_moment(lot->offered_ms, mem));
	return arena_format(mem,
		"The lot with %s was made on %s and has not left yet.", letters,
		sentence_moment(lot->cut_ms, mem));
}
