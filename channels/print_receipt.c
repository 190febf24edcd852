/* channels/print_receipt.c - see channels/print_receipt.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/text.h"
#include "channels/print_receipt.h"

#define COUNT_MAX INT64_C(1000000000)
#define PAPER_MAX 10000 /* pages or sheets of one letter */
#define SECRET_DIGITS 8 /* so many in a row may be a citizen number */
#define YEAR_FIRST 2000
#define FIRST_ROWS ((size_t)256)

enum column { /* what a cell may be */
	LETTER_ID,
	DATE,
	PRODUCT,
	SHEETS,
	PAGES,
	CODE,
	TEXT,
	REASON,
	NEW_ADDRESS,
	LETTERS,
	SHA256,
	COLUMNS
};

static const char *const names[COLUMNS] = { "letter_id", "date", "product",
	"sheets", "pages", "code", "text", "reason", "new_address", "letters",
	"sha256" };

/* Without a line of names; ended by COLUMNS. */
static const enum column orders[][6] = {
	[PRINT_ACK] = { LETTERS, SHA256, COLUMNS },
	[PRINT_NACK] = { LETTER_ID, CODE, TEXT, COLUMNS },
	[PRINT_RECALLED] = { LETTER_ID, CODE, TEXT, COLUMNS },
	[PRINT_POSTED] = { LETTER_ID, DATE, PRODUCT, SHEETS, PAGES, COLUMNS },
	[PRINT_REJECTED] = { LETTER_ID, CODE, TEXT, COLUMNS },
	[PRINT_RETURNED] = { LETTER_ID, DATE, REASON, NEW_ADDRESS, COLUMNS },
};

struct reading {
	struct print_receipt *out;
	struct arena *mem;
	const char *at, *end; /* what is left of the file */
	int64_t line;
	int32_t today;
	int place[COLUMNS]; /* of a column among the cells; -1 not there */
	char text[RECEIPT_LINE_MAX + 1]; /* of the line, cells closed by NUL */
	char *cells[RECEIPT_CELLS_MAX];
	size_t cell_count;
	size_t size; /* rows there is room for */
};

/* --- names of files --- */

static bool
cut_end(char *name, const char *end)
{
	size_t len = strlen(name), tail = strlen(end);

	if (len <= tail || strcasecmp(name + len - tail, end) != 0)
		return false;
	name[len - tail] = '\0';
	return true;
}

enum verdict
print_receipt_name(const char *file, enum print_said *said_out,
	char bundle_out[SAID_BUNDLE_MAX], struct fault *why)
{
	static const struct {
		const char *end;
		enum print_said said;
	} ends[] = { { ".ack", PRINT_ACK }, { ".nack", PRINT_NACK },
		{ ".recalled", PRINT_RECALLED },
		{ ".posted.csv", PRINT_POSTED },
		{ ".rejected.csv", PRINT_REJECTED } };
	char name[SAID_BUNDLE_MAX + 32];
	size_t i;

	if (strncasecmp(file, "retour-", 7) == 0 && strlen(file) > 11 &&
		strcasecmp(file + strlen(file) - 4, ".csv") == 0) {
		*said_out = PRINT_RETURNED;
		bundle_out[0] = '\0';
		return V_OK;
	}
	(void)snprintf(name, sizeof(name), "%s", file);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (cut_end(name, ends[i].end))
			break;
	if (i < sizeof(ends) / sizeof(ends[0]))
		(void)cut_end(name, ".zip");
	if (i == sizeof(ends) / sizeof(ends[0]) ||
		strncmp(name, "print-", 6) != 0 ||
		strlen(name) >= SAID_BUNDLE_MAX || strlen(file) > sizeof(name))
		return fault_set(why, V_SKIP, CODE_RECEIPT,
			"this is not the name of a receipt: BUNDLE.ack, .nack, "
			".recalled, .posted.csv, .rejected.csv, or "
			"retour-DATE.csv");
	*said_out = ends[i].said;
	memcpy(bundle_out, name, strlen(name) + 1);
	return V_OK;
}

/* --- lines and cells --- */

static void
bad_line(struct reading *r, const char *why)
{
	struct print_receipt *out = r->out;

	if (out->bad_count < SAID_BAD_MAX)
		out->bad[out->bad_count] = (struct said_bad){ r->line, why };
	out->bad_count++;
}

/* The next line into r->text; false at the end.  *long_out: it does not fit. */
static bool
next_line(struct reading *r, bool *long_out)
{
	const char *end = r->at;
	size_t len;

	if (r->at == r->end)
		return false;
	while (end < r->end && *end != '\n' && *end != '\r')
		end++;
	len = (size_t)(end - r->at);
	*long_out = len > RECEIPT_LINE_MAX;
	if (*long_out)
		len = 0;
	memcpy(r->text, r->at, len);
	r->text[len] = '\0';
	if (end < r->end)
		end += end[0] == '\r' && end + 1 < r->end && end[1] == '\n' ? 2
									    : 1;
	r->at = end;
	r->line++;
	return true;
}

/* Cut r->text into cells, in place; NULL, or what is wrong with it. */
static const char *
split(struct reading *r)
{
	char *from = r->text, *to = r->text;

	r->cell_count = 0;
	for (;;) {
		bool quoted = *from == '"', more;

		if (r->cell_count == RECEIPT_CELLS_MAX)
			return "more cells than there can be";
		r->cells[r->cell_count++] = to;
		if (quoted)
			from++;
		while (*from != '\0' && (quoted || *from != ';')) {
			if (quoted && *from == '"') {
				from++;
				if (*from != '"') {
					quoted = false;
					break;
				}
			}
			*to++ = *from++;
		}
		if (quoted)
			return "a quote that is not closed";
		if (*from != ';' && *from != '\0')
			return "text behind a closing quote";
		more = *from == ';';
		*to++ = '\0'; /* never overtakes: `from` is at the end of it */
		if (!more)
			break;
		from++;
	}
	while (r->cell_count > 0 && r->cells[r->cell_count - 1][0] == '\0' &&
		r->cell_count > 1)
		r->cell_count--;
	return NULL;
}

/* The cell of a column, without blanks around it; "" when it is not there. */
static const char *
cell(struct reading *r, enum column column)
{
	int place = r->place[column];

	if (place < 0 || (size_t)place >= r->cell_count)
		return "";
	return text_trim(r->cells[place]);
}

/* Are these cells names of columns?  Then they say which is where.  A word that
 * is also the name of a column does not make a line one of names.
 */
static bool
head_line(struct reading *r)
{
	bool head;
	size_t i, c;

	for (c = 0; c < COLUMNS; c++)
		r->place[c] = -1;
	for (i = 0; i < r->cell_count; i++)
		for (c = 0; c < COLUMNS; c++)
			if (strcasecmp(text_trim(r->cells[i]), names[c]) == 0 &&
				r->place[c] < 0)
				r->place[c] = (int)i;
	head = r->place[LETTER_ID] >= 0 || r->place[LETTERS] >= 0 ||
	       (r->place[CODE] >= 0 && r->place[TEXT] >= 0);
	for (c = 0; !head && c < COLUMNS; c++)
		r->place[c] = -1;
	if (!head)
		for (c = 0; orders[r->out->said][c] != COLUMNS; c++)
			r->place[orders[r->out->said][c]] = (int)c;
	return head;
}

/* --- what cells say --- */

static bool
digits(const char *text, size_t count, int *out)
{
	int value = 0;

	while (count-- > 0) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (*text++ - '0');
	}
	*out = value;
	return true;
}

/* 2026-03-31, 20260331, 31-03-2026 */
static bool
read_day(const char *text, int32_t *days_out)
{
	int y, m, d;
	bool dashed = strlen(text) == 10;
	bool ok;

	if (dashed && text[4] == '-')
		ok = text[7] == '-' && digits(text, 4, &y) &&
		     digits(text + 5, 2, &m) && digits(text + 8, 2, &d);
	else if (dashed)
		ok = text[2] == '-' && text[5] == '-' && digits(text, 2, &d) &&
		     digits(text + 3, 2, &m) && digits(text + 6, 4, &y);
	else
		ok = strlen(text) == 8 && digits(text, 4, &y) &&
		     digits(text + 4, 2, &m) && digits(text + 6, 2, &d);
	return ok && y >= YEAR_FIRST && clock_day(y, m, d, days_out);
}

/* With or without its dashes. */
static bool
read_id(const char *text, struct uuid *out)
{
	char dashed[UUID_TEXT_MAX];
	int i, to = 0;

	if (strlen(text) != 32)
		return uuid_parse(text, out);
	for (i = 0; i < 32; i++) {
		if (i == 8 || i == 12 || i == 16 || i == 20)
			dashed[to++] = '-';
		dashed[to++] = text[i];
	}
	dashed[to] = '\0';
	return uuid_parse(dashed, out);
}

/* print-JOB-..-HASH/000123, as it is printed on the letter */
static bool
read_place(struct reading *r, const char *text, struct said_row *row)
{
	const char *slash = strrchr(text, '/'), *p;

	if (slash == NULL || slash - text >= SAID_BUNDLE_MAX ||
		strncmp(text, "print-", 6) != 0 ||
		!text_number(slash + 1, COUNT_MAX, &row->place) ||
		row->place == 0)
		return false;
	for (p = text; p < slash; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') ||
			    *p == '-'))
			return false;
	row->bundle = arena_text(r->mem, text, (size_t)(slash - text));
	return true;
}

/* A printer's own code: a word of ASCII that cannot be a citizen number. */
static bool
read_code(const char *text, char out[SAID_CODE_MAX])
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789._-";
	size_t len = strlen(text), row = 0, i;

	if (len >= SAID_CODE_MAX || strspn(text, allowed) != len)
		return false;
	for (i = 0; i < len; i++) {
		row = text[i] >= '0' && text[i] <= '9' ? row + 1 : 0;
		if (row >= SECRET_DIGITS)
			return false;
	}
	memcpy(out, text, len + 1);
	return true;
}

/* What a person may read of the printer's words. */
static const char *
read_text(struct reading *r, const char *text)
{
	size_t len = strlen(text), i, k, row = 0;
	char *copy;

	if (text_chars(text, len) < 0)
		return "(no text that can be shown)";
	if (len > SAID_TEXT_MAX) {
		len = SAID_TEXT_MAX;
		while ((text[len] & 0xC0) == 0x80)
			len--; /* not in the middle of a character */
	}
	copy = arena_text(r->mem, text, len);
	for (i = 0; i <= len; i++) {
		if (copy[i] >= '0' && copy[i] <= '9') {
			row++;
			continue;
		}
		for (k = i - row; row >= SECRET_DIGITS && k < i; k++)
			copy[k] = '*';
		row = 0;
	}
	return copy;
}

/* A number of pages or sheets; nothing is not said. */
static bool
read_paper(const char *text, int64_t *out)
{
	*out = SAID_NONE;
	return text[0] == '\0' || text_number(text, PAPER_MAX, out);
}

static bool
read_yes(const char *text, bool *out)
{
	static const char *const yes[] = { "yes", "ja", "y", "j", "1", "true" };
	static const char *const no[] = { "", "no", "nee", "n", "0", "false" };
	size_t i;

	for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		*out = strcasecmp(text, yes[i]) == 0;
		if (*out || strcasecmp(text, no[i]) == 0)
			return true;
	}
	return false;
}

/* --- lines --- */

static const char *
take_day(struct reading *r, struct said_row *row)
{
	if (!read_day(cell(r, DATE), &row->day))
		return "no date";
	return row->day > r->today + 1 ? "a day that has not come yet" : NULL;
}

/* One line about a letter; NULL, or what is wrong with it. */
static const char *
take_letter(struct reading *r, struct said_row *row)
{
	const char *id = cell(r, LETTER_ID), *wrong = NULL;
	enum print_said said = r->out->said;

	if (!read_id(id, &row->id) &&
		!(said == PRINT_RETURNED && read_place(r, id, row)))
		return "no letter_id";
	if (said == PRINT_POSTED || said == PRINT_RETURNED)
		wrong = take_day(r, row);
	if (wrong != NULL)
		return wrong;
	if (!read_paper(cell(r, SHEETS), &row->sheets) ||
		!read_paper(cell(r, PAGES), &row->pages))
		return "pages or sheets that are no number";
	if (said == PRINT_RETURNED) {
		if (!returned_parse(cell(r, REASON), &row->why))
			return "reason must be moved, unknown, refused, "
			       "deceased or box full";
		return read_yes(cell(r, NEW_ADDRESS), &row->new_address)
			       ? NULL
			       : "new_address must be yes or no";
	}
	if (!read_code(cell(r, CODE), row->code))
		return "a code that is no word";
	if (said == PRINT_REJECTED && row->code[0] == '\0')
		return "no code";
	row->text = read_text(r, cell(r, TEXT));
	return NULL;
}

static const char *
take_ack(struct reading *r)
{
	struct print_receipt *out = r->out;
	const char *sum = cell(r, SHA256);

	if (out->letters != SAID_NONE)
		return "a second line";
	out->has_sha256 = sum[0] != '\0';
	if (!text_number(cell(r, LETTERS), COUNT_MAX, &out->letters)) {
		out->letters = SAID_NONE;
		return "no number of letters";
	}
	if (out->has_sha256 &&
		(strlen(sum) != 2 * sizeof(out->sha256) ||
			!digest_unhex(sum, out->sha256, sizeof(out->sha256)))) {
		out->letters = SAID_NONE;
		return "sha256 is no digest";
	}
	return NULL;
}

static void
keep(struct reading *r, const struct said_row *row)
{
	struct print_receipt *out = r->out;

	if (out->row_count == r->size) {
		size_t size = r->size == 0 ? FIRST_ROWS : 2 * r->size;
		struct said_row *rows =
			arena_alloc(r->mem, size * sizeof(*rows));

		if (out->row_count > 0)
			memcpy(rows, out->rows, out->row_count * sizeof(*rows));
		out->rows = rows;
		r->size = size;
	}
	out->rows[out->row_count++] = *row;
}

/* Of a nack: why the bundle as a whole. */
static const char *
take_bundle(struct reading *r)
{
	if (!read_code(cell(r, CODE), r->out->code))
		return "a code that is no word";
	r->out->text = read_text(r, cell(r, TEXT));
	return NULL;
}

static void
take_line(struct reading *r)
{
	struct said_row row = { .line = r->line,
		.day = 0,
		.sheets = SAID_NONE,
		.pages = SAID_NONE,
		.text = "" };
	bool nack =
		r->out->said == PRINT_NACK || r->out->said == PRINT_RECALLED;
	const char *wrong;

	if (r->out->said == PRINT_ACK) {
		wrong = take_ack(r);
	} else if (nack && cell(r, LETTER_ID)[0] == '\0') {
		wrong = take_bundle(r);
	} else {
		wrong = take_letter(r, &row);
		if (wrong == NULL)
			keep(r, &row);
	}
	if (wrong != NULL)
		bad_line(r, wrong);
}

/* Blank lines say nothing.  V_SKIP: there are too many others. */
static enum verdict
read_lines(struct reading *r, struct fault *why)
{
	bool first = true, too_long = false;

	while (next_line(r, &too_long)) {
		const char *wrong;

		if (too_long) {
			bad_line(r, "a line longer than there can be");
			continue;
		}
		if (r->text[strspn(r->text, " \t;")] == '\0')
			continue;
		wrong = split(r);
		if (wrong == NULL && first) {
			first = false;
			if (head_line(r))
				continue;
		}
		if (wrong != NULL)
			bad_line(r, wrong);
		else
			take_line(r);
		if (r->out->row_count > RECEIPT_ROWS_MAX)
			return fault_set(why, V_SKIP, CODE_RECEIPT,
				"more than %d lines", RECEIPT_ROWS_MAX);
	}
	return V_OK;
}

enum verdict
print_receipt_read(enum print_said said, const void *bytes, size_t len,
	int32_t today, struct arena *mem, struct print_receipt *out,
	struct fault *why)
{
	struct reading *r;
	const char *text = bytes;
	enum verdict v;

	assert(said >= PRINT_ACK && said <= PRINT_RETURNED);
	*out = (struct print_receipt){
		.said = said, .bundle = "", .letters = SAID_NONE, .text = ""
	};
	if (len > RECEIPT_FILE_MAX)
		return fault_set(why, V_SKIP, CODE_RECEIPT,
			"larger than %d bytes", RECEIPT_FILE_MAX);
	if (len > 0 && memchr(text, '\0', len) != NULL)
		return fault_set(why, V_SKIP, CODE_RECEIPT, "this is no text");
	if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
		text += 3;
		len -= 3;
	}
	r = mem_zero(1, sizeof(*r));
	r->out = out;
	r->mem = mem;
	r->at = text;
	r->end = text + len;
	r->today = today;
	v = read_lines(r, why);
	if (v == V_OK && said != PRINT_ACK && said != PRINT_NACK &&
		said != PRINT_RECALLED && out->row_count == 0 &&
		out->bad_count == 0)
		v = fault_set(why, V_SKIP, CODE_RECEIPT,
			"it says nothing about any letter");
	if (v == V_OK && said == PRINT_ACK && out->letters == SAID_NONE)
		v = fault_set(why, V_SKIP, CODE_RECEIPT,
			"it does not say how many letters were taken in");
	free(r);
	return v;
}
