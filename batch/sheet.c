/* batch/sheet.c - see batch/sheet.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "batch/sheet.h"

#define GUESS_CHARS 90
#define GUESS_FIRST 40
#define GUESS_OTHER 60

struct page_rules
sheet_rules(const struct jobs_printer *printer)
{
	return (struct page_rules){ .left = printer->window_left,
		.top = printer->window_top,
		.width = printer->window_width,
		.height = printer->window_height,
		.margin = printer->margin,
		.pages_max = (int)printer->letter_pages };
}

/* The address as lines, by the rules of the printer. */
static const char *
address_text(const struct jobs_stream *stream, const struct letter *letter,
	struct arena *mem)
{
	struct address_print where;
	const char *text = "";
	size_t i;

	address_lines(
		letter_post(letter), &stream->printer_is->address, mem, &where);
	for (i = 0; i < where.count; i++)
		text = arena_format(
			mem, "%s%s%s", text, i == 0 ? "" : "\n", where.line[i]);
	return text;
}

static const char *
facts(const struct letter *letter, struct arena *mem)
{
	static const char *const months[] = { "januari", "februari", "maart",
		"april", "mei", "juni", "juli", "augustus", "september",
		"oktober", "november", "december" };
	const char *text = "";
	int y, m, d;

	if (letter->dated != LETTER_DATE_NONE) {
		clock_date(letter->dated, &y, &m, &d);
		text = arena_format(
			mem, "Datum: %d %s %d", d, months[m - 1], y);
	}
	if (letter->reference == NULL || letter->reference[0] == '\0')
		return text;
	return arena_format(mem, "%s%sKenmerk: %s", text,
		text[0] == '\0' ? "" : "\n", letter->reference);
}

/* No clock in a file: a day of the letter's own. */
static const char *
created(const struct letter *letter, struct arena *mem)
{
	int y = 2000, m = 1, d = 1;

	if (letter->dated != LETTER_DATE_NONE)
		clock_date(letter->dated, &y, &m, &d);
	else if (letter->publish != LETTER_DATE_NONE)
		clock_date(letter->publish, &y, &m, &d);
	return arena_format(mem, "%04d-%02d-%02dT00:00:00", y, m, d);
}

void
sheet_text(const struct jobs_stream *stream, const struct letter *letter,
	struct arena *mem, struct page_text *out)
{
	const struct jobs_sender *sender = stream->sender_is;
	char id[UUID_TEXT_MAX];

	assert(letter->text != NULL);
	uuid_text(&letter->id, id);
	*out = (struct page_text){ .sender = sender->letterhead == NULL
						     ? sender->name
						     : sender->letterhead,
		.from = sender->return_address == NULL ? ""
						       : sender->return_address,
		.address = address_text(stream, letter, mem),
		.facts = facts(letter, mem),
		.title = letter->subject,
		.body = letter->text,
		.code = stream->printer_is->letter_code
				? arena_text(mem, id, strlen(id))
				: "",
		.created = created(letter, mem) };
}

int
sheet_guess(const struct letter *letter)
{
	const char *at = letter->text;
	int64_t lines = 0;

	if (!letter_text_printed(letter))
		return 0;
	while (*at != '\0') {
		const size_t len = strcspn(at, "\n");
		const int64_t chars = text_chars(at, len);

		lines += 1 + (chars > 0 ? (chars - 1) / GUESS_CHARS : 0);
		at += len + (at[len] == '\n');
	}
	return lines <= GUESS_FIRST
		       ? 1
		       : (int)(2 + (lines - GUESS_FIRST - 1) / GUESS_OTHER);
}
