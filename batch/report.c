/* batch/report.c - see batch/report.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "batch/bsn.h"
#include "batch/report.h"

#define EOL "\r\n"
#define BSN_DIGITS ((size_t)9)
#define FILE_MAX 120 /* bytes of a batch file's name that are used */

const char *
outcome_word(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_OPEN:
		return "open";
	case OUTCOME_BOX:
		return "box";
	case OUTCOME_DELIVERED:
		return "delivered";
	case OUTCOME_PAPER:
		return "paper";
	case OUTCOME_POSTED:
		return "posted";
	case OUTCOME_HELD:
		return "held";
	case OUTCOME_REJECTED:
		return "rejected";
	case OUTCOME_WITHDRAWN:
		return "withdrawn";
	case OUTCOME_WARNING:
		return "warning";
	}
	assert(outcome == OUTCOME_OPEN); /* no such outcome */
	return "";
}

/* --- one field --- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "-12,00": a spreadsheet takes it for what it is. */
static bool
is_number(const char *text)
{
	size_t digits = 0, marks = 0;

	text += *text == '-' || *text == '+';
	for (; *text != '\0'; text++)
		if (is_digit(*text))
			digits++;
		else if (digits > 0 && (*text == ',' || *text == '.'))
			marks++;
		else
			return false;
	return digits > 0 && marks <= 1;
}

static void
cell(struct buf *out, const char *text)
{
	if (is_number(text))
		buf_text(out, text);
	else
		buf_csv(out, text);
}

static void
next_number(struct buf *out, int64_t value)
{
	buf_format(out, ";%" PRId64, value);
}

static void
next_cell(struct buf *out, const char *text)
{
	buf_text(out, ";");
	cell(out, text);
}

/* Of nine digits that may be a citizen number only the last three stay. */
static void
reference_cell(struct buf *out, const char *text)
{
	struct buf plain = BUF_MAX(strlen(text) + 1);
	char *p;
	size_t n;

	buf_text(&plain, text);
	for (p = plain.bytes; *p != '\0'; p += n == 0 ? 1 : n) {
		int32_t number = 0;
		size_t i;

		for (n = 0; is_digit(p[n]); n++)
			;
		for (i = 0; n == BSN_DIGITS && i < n; i++)
			number = number * 10 + (p[i] - '0');
		if (n == BSN_DIGITS && bsn_valid(number))
			memset(p, '*', n - 3);
	}
	next_cell(out, plain.bytes);
	buf_done(&plain);
}

static void
next_code(struct buf *out, enum code code)
{
	if (code == CODE_NONE)
		buf_text(out, ";");
	else
		buf_format(out, ";MOBB-%04d", (int)code);
}

/* --- the first half --- */

void
report_begin(struct buf *out)
{
	/* Without the mark a spreadsheet takes UTF-8 for something else. */
	buf_text(out, "\xef\xbb\xbf"
		      "key;value;omschrijving" EOL
		      "report;mobb.report/1;soort rapport" EOL);
}

void
report_columns(struct buf *out)
{
	buf_text(out, EOL "record;part;line;reference;outcome;code;field;"
			  "message;melding" EOL);
}

void
report_text(
	struct buf *out, const char *key, const char *value, const char *woord)
{
	buf_text(out, key);
	next_cell(out, value);
	next_cell(out, woord);
	buf_text(out, EOL);
}

void
report_number(
	struct buf *out, const char *key, int64_t value, const char *woord)
{
	buf_text(out, key);
	next_number(out, value);
	next_cell(out, woord);
	buf_text(out, EOL);
}

void
report_amount(
	struct buf *out, const char *key, int64_t cents, const char *woord)
{
	uint64_t size =
		cents < 0 ? (uint64_t)0 - (uint64_t)cents : (uint64_t)cents;

	buf_format(out, "%s;%s%" PRIu64 ",%02d", key, cents < 0 ? "-" : "",
		size / 100, (int)(size % 100));
	next_cell(out, woord);
	buf_text(out, EOL);
}

void
report_moment(struct buf *out, const char *key, int64_t ms, const char *woord)
{
	char text[CLOCK_TEXT_MAX] = "";

	if (ms != 0)
		clock_utc(ms, text);
	report_text(out, key, text, woord);
}

void
report_code(struct buf *out, const char *key, enum code code, const char *woord)
{
	buf_text(out, key);
	next_code(out, code);
	next_cell(out, woord);
	buf_text(out, EOL);
}

/* --- the second half --- */

void
report_line(struct buf *out, const struct report_line *l)
{
	assert(l->record >= 0 && l->part >= 1);
	buf_format(out, "%" PRId64 ";%" PRId64 ";%" PRId64, l->record, l->part,
		l->line);
	reference_cell(out, l->reference);
	next_cell(out, outcome_word(l->outcome));
	next_code(out, l->code);
	next_cell(out, l->field);
	next_cell(out, l->message);
	next_cell(out, l->melding);
	buf_text(out, EOL);
}

size_t
report_place(const char *reason)
{
	static const char *const heads[] = { "record ", "line ", "part ",
		"byte " };
	const char *end = strstr(reason, ": ");
	size_t i;

	for (i = 0; end != NULL && i < 4; i++)
		if (strncmp(reason, heads[i], strlen(heads[i])) == 0)
			return (size_t)(end - reason);
	return 0;
}

/* --- names --- */

static bool
is_plain(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';
}

/* The first `len` bytes, and the job behind them where that is needed: also
 * when two names could become the same one.
 */
static void
plain_name(const char *file, size_t len, const char *job, const char *join,
	const char *tail, char out[REPORT_NAME_MAX])
{
	char name[FILE_MAX + 1];
	size_t i;

	len = len > FILE_MAX ? FILE_MAX : len;
	for (i = 0; i < len; i++) {
		bool ok = is_plain(file[i]) && (i > 0 || file[i] != '.');

		name[i] = ok ? file[i] : '_';
	}
	name[len] = '\0';
	assert(len + (job == NULL ? 0 : strlen(job)) + 20 < REPORT_NAME_MAX);
	snprintf(out, REPORT_NAME_MAX, "%s%s%s%s", name,
		job == NULL ? "" : join, job == NULL ? "" : job, tail);
}

void
report_name(const char *file, const char *job, char out[REPORT_NAME_MAX])
{
	plain_name(file, strlen(file), job, ".", ".report.csv", out);
}

/* Without the endings that say what the file was packed in. */
void
report_rejected_name(
	const char *file, const char *job, char out[REPORT_NAME_MAX])
{
	static const char *const packed[] = { ".gz", ".xz", ".zst", ".bz2" };
	size_t len = strlen(file), i;
	const char *dot;

	for (i = 0; i < 4; i++) {
		size_t tail = strlen(packed[i]);

		if (len > tail && strcmp(file + len - tail, packed[i]) == 0) {
			len -= tail;
			break;
		}
	}
	for (dot = file + len - (len > 0); dot > file && *dot != '.'; dot--)
		;
	if (dot > file)
		len = (size_t)(dot - file);
	plain_name(file, len, job, "-", "-rejected", out);
}
