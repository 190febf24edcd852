/* tests/mobbsim/test_stream.c - the truth fits the lines of each layout
 *
 * Lines are taken apart here, by the table of the layout and not by what the
 * generator thinks of it; totals are counted again; only then the trailer and
 * FILE.truth.csv are believed.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _XOPEN_SOURCE 700 /* nftw() */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "batch/bsn.h"
#include "tests/fonts.h"
#include "tests/mobbsim/packed.h"
#include "tests/mobbsim/run.h"

#define FIELDS_MAX 32
#define RECORDS_MAX 1000
#define TEXT_BYTES 400
#define PAGES_DIGITS 7

/* What the lines of one letter say. */
struct seen {
	char bsn[40], key[TEXT_BYTES], reference[60], href[80];
	const char *code; /* "" sound */
	bool double_key;
};

struct file {
	struct seen seen[RECORDS_MAX];
	int count;
};

static struct file file;
static struct packed packed;

/* --- lines and fields --- */

/* The next line without its end, closed with a NUL; NULL after the last. */
static char *
next_line(char **at, const char *end_mark)
{
	char *line = *at, *end;

	if (*line == '\0')
		return NULL;
	end = strstr(line, end_mark);
	assert_non_null(end);
	*end = '\0';
	*at = end + strlen(end_mark);
	return line;
}

/* Take a line apart at ; outside quotes, in place; how many fields. */
static int
fields_of(char *line, char *fields[FIELDS_MAX])
{
	char *from = line, *to = line;
	bool quoted = false;
	int n = 0;

	fields[n++] = to;
	for (; *from != '\0'; from++) {
		if (*from == '"' && quoted && from[1] == '"')
			*to++ = *from++;
		else if (*from == '"')
			quoted = !quoted;
		else if (*from == ';' && !quoted) {
			*to++ = '\0';
			assert_true(n < FIELDS_MAX);
			fields[n++] = to;
		} else
			*to++ = *from;
	}
	assert_false(quoted);
	*to = '\0';
	return n;
}

static bool
is_day(const char *text)
{
	int32_t day;
	int64_t n;

	return strlen(text) == 8 && text_number(text, 99999999, &n) &&
	       clock_day((int)(n / 10000), (int)(n / 100 % 100), (int)(n % 100),
		       &day);
}

/* "2026-02-15" */
static bool
is_iso_day(const char *text)
{
	char plain[9];

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
		return false;
	snprintf(
		plain, sizeof(plain), "%.4s%.2s%.2s", text, text + 5, text + 8);
	return is_day(plain);
}

/* "-12,05" */
static bool
is_money(const char *text, int64_t *cents)
{
	bool below = *text == '-';
	const char *comma;
	char *end;

	text += below;
	comma = strchr(text, ',');
	if (comma == NULL || comma == text || strlen(comma) != 3 ||
		!text_digits(comma + 1))
		return false;
	*cents = 100 * strtoll(text, &end, 10) + strtoll(comma + 1, NULL, 10);
	if (below)
		*cents = -*cents;
	return end == comma;
}

static const char *
judge_bsn(const char *bsn)
{
	struct fault why;
	struct bsn parsed;

	if (bsn_parse(bsn, &parsed, &why) == V_OK)
		return "";
	return why.code == CODE_BSN ? "MOBB-0203" : "MOBB-0204";
}

static const char *
judge_document(const char *href)
{
	const struct packed_member *m;

	if (packed.count == 0) {
		assert_string_equal(href, "");
		return "";
	}
	m = packed_find(&packed, href);
	if (m == NULL || !m->pdf)
		return "MOBB-0222";
	return m->look.encrypted ? "MOBB-0223" : "";
}

/* The first that is not "" decides. */
static void
add_code(struct seen *seen, const char *code)
{
	if (seen->code[0] == '\0')
		seen->code = code;
}

static struct seen *
new_seen(void)
{
	struct seen *seen = &file.seen[file.count++];

	assert_true(file.count <= RECORDS_MAX);
	*seen = (struct seen){ .code = "" };
	return seen;
}

static void
judge_key(struct seen *seen)
{
	struct seen *other;

	for (other = file.seen; other != seen; other++)
		if (strcmp(other->key, seen->key) == 0)
			add_code(seen, "MOBB-0208");
}

static const char *
outcome_of(const char *bsn)
{
	uint8_t sum[DIGEST_BYTES];
	char text[60];
	uint32_t u;

	snprintf(text, sizeof(text), "mobbsim:%s", bsn);
	digest_of(text, strlen(text), sum);
	u = ((uint32_t)sum[0] << 24 | (uint32_t)sum[1] << 16 |
		    (uint32_t)sum[2] << 8 | sum[3]) %
	    10000;
	return u < 200 ? "late" : u < 6500 ? "box" : "paper";
}

/* Each line of the truth is what was seen in the file. */
static void
compare_truth(const struct run *r, const char *name)
{
	const struct packed_member *m;
	char want[400], *at, *line, *fields[FIELDS_MAX];
	const struct seen *s;
	struct buf truth;
	int i;

	run_read(r, name, &truth);
	at = truth.bytes;
	assert_string_equal(next_line(&at, "\n"),
		"record;reference;bsn;outcome;code;document_sha256");
	for (i = 0; i < file.count; i++) {
		s = &file.seen[i];
		line = next_line(&at, "\n");
		assert_non_null(line);
		m = packed_find(&packed, s->href);
		snprintf(want, sizeof(want), "%d;%s;%s;%s;%s", i + 1,
			s->reference, s->bsn,
			s->code[0] == '\0' && s->bsn[0] == '\0' ? "paper"
			: s->code[0] == '\0'		    ? outcome_of(s->bsn)
			: strcmp(s->code, "MOBB-0212") == 0 ? "paper"
							    : "rejected",
			s->code);
		/* A number that a spreadsheet ate is not in the file. */
		if (strchr(s->bsn, 'E') != NULL) {
			assert_int_equal(fields_of(line, fields), 6);
			assert_string_equal(fields[1], s->reference);
			assert_string_equal(fields[4], s->code);
			continue;
		}
		*strrchr(line, ';') = '\0';
		assert_string_equal(line, want);
		if (m != NULL)
			assert_string_equal(line + strlen(line) + 1, m->sha256);
	}
	assert_null(next_line(&at, "\n"));
	buf_done(&truth);
}

static void
has_codes(const char *const *codes)
{
	int i;

	for (; *codes != NULL; codes++) {
		for (i = 0; i < file.count; i++)
			if (strcmp(file.seen[i].code, *codes) == 0)
				break;
		if (i == file.count)
			fail_msg("no record with %s", *codes);
	}
}

/* --- uitkering --- */

struct benefit_sum {
	int64_t sp, cp, cents;
	int most_lines, lines;
};

/* mod 97, by the letter */
static void
check_iban(const char *iban)
{
	char turned[40];
	int rest = 0;
	size_t i;

	assert_in_range(strlen(iban), 15, 34);
	snprintf(turned, sizeof(turned), "%s%.4s", iban + 4, iban);
	for (i = 0; turned[i] != '\0'; i++)
		if (turned[i] >= 'A')
			rest = (rest * 100 + turned[i] - 'A' + 10) % 97;
		else
			rest = (rest * 10 + turned[i] - '0') % 97;
	assert_int_equal(rest, 1);
}

static void
take_sp(char **f, int n, int64_t pp_max, struct benefit_sum *sum)
{
	struct seen *s = new_seen();
	int64_t cents, number;
	int i;

	sum->sp++;
	sum->lines = 0;
	assert_true(text_number(f[1], 999999999, &number));
	assert_int_equal(number, sum->sp);
	snprintf(s->bsn, sizeof(s->bsn), "%s", f[2]);
	assert_int_equal(n, 28);
	snprintf(s->reference, sizeof(s->reference), "%s-%s-%s", f[3], f[16],
		f[1]);
	assert_true(strlen(s->reference) <= 25);
	snprintf(s->key, sizeof(s->key), "%s/%s/%s/%s", f[2], f[15], f[16],
		f[17]);
	snprintf(s->href, sizeof(s->href), "%s", f[27]);
	add_code(s, judge_bsn(f[2]));
	judge_key(s);
	assert_true(text_digits(f[3]) && strlen(f[3]) <= 10);
	assert_true(text_chars(f[4], strlen(f[4])) <= 12);
	assert_true(text_chars(f[5], strlen(f[5])) <= 10);
	if (f[6][0] == '\0')
		add_code(s, "MOBB-0201");
	if (text_chars(f[6], strlen(f[6])) > 200)
		add_code(s, "MOBB-0219");
	if (f[11][0] == '\0')
		add_code(s, "MOBB-0212");
	else
		assert_int_equal(strlen(f[11]), 6);
	assert_true(text_digits(f[15]) && strlen(f[15]) <= 8);
	for (i = 16; i <= 17; i++) {
		assert_true(text_number(f[i], 999999, &number));
		assert_in_range(number % 100, 1, pp_max);
	}
	if (f[19][0] != '\0')
		check_iban(f[19]);
	if (f[21][0] != '\0' && !is_day(f[21]))
		add_code(s, "MOBB-0217");
	for (i = 18; i < 27; i++)
		if (i != 19 && i != 21 && !is_money(f[i], &cents))
			add_code(s, "MOBB-0218");
	assert_true(is_money(f[18], &cents));
	sum->cents += cents;
	add_code(s, judge_document(f[27]));
}

static void
take_cp(char **f, int n, struct benefit_sum *sum)
{
	struct seen *s = &file.seen[file.count - 1];
	int64_t number, cents;

	if (n != 8) {
		assert_int_equal(n, 9);
		add_code(s, "MOBB-0121");
		memmove(f + 4, f + 5, 4 * sizeof(*f));
	}
	assert_true(text_number(f[1], 999999999, &number));
	if (number != sum->sp)
		add_code(s, "MOBB-0225");
	assert_true(text_number(f[2], 99, &number));
	assert_int_equal(number, ++sum->lines);
	assert_true(is_money(f[4], &cents));
	assert_true(f[5][0] >= '0' && f[5][0] <= '3' && f[5][1] == '\0');
	assert_true(text_chars(f[6], strlen(f[6])) <= 40);
	sum->cp++;
	if (sum->lines > sum->most_lines)
		sum->most_lines = sum->lines;
}

/* Read it all; returns the most lines a record has. */
static int
read_benefit(char *text, const char *period, int64_t pp_max)
{
	struct benefit_sum sum = { 0 };
	char *f[FIELDS_MAX], *line;
	int64_t number, cents;
	int n;

	file.count = 0;
	n = fields_of(next_line(&text, "\r\n"), f);
	assert_int_equal(n, 8);
	assert_string_equal(f[0], "VL");
	assert_string_equal(f[1], "USPC0100");
	assert_string_equal(f[2], "00000099000000010000");
	assert_string_equal(f[6], period);
	assert_string_equal(f[7], "T");
	for (;;) {
		line = next_line(&text, "\r\n");
		assert_non_null(line);
		n = fields_of(line, f);
		if (strcmp(f[0], "SP") == 0)
			take_sp(f, n, pp_max, &sum);
		else if (strcmp(f[0], "CP") == 0)
			take_cp(f, n, &sum);
		else
			break;
	}
	assert_string_equal(f[0], "SL");
	assert_int_equal(n, 4);
	assert_true(text_number(f[1], 999999999, &number));
	assert_int_equal(number, sum.sp);
	assert_true(text_number(f[2], 999999999, &number));
	assert_int_equal(number, sum.cp);
	assert_true(is_money(f[3], &cents));
	assert_int_equal(cents, sum.cents);
	assert_string_equal(text, "");
	return sum.most_lines;
}

static void
test_stream__benefit_with_documents(void **state)
{
	static const char *const codes[] = { "MOBB-0203", "MOBB-0204",
		"MOBB-0201", "MOBB-0219", "MOBB-0217", "MOBB-0218", "MOBB-0121",
		"MOBB-0225", "MOBB-0208", "MOBB-0212", "MOBB-0222", "MOBB-0223",
		NULL };
	struct run r;

	(void)state;
	run_begin(&r);
	assert_int_equal(
		run(&r, "batch", "--stream", "uitkering", "--letters", "150",
			"--seed", "5", "--out", "f.zip", "--bad", "28", NULL),
		0);
	packed_read(&r, "f.zip", "uitkering.csv", &packed);
	assert_int_equal(packed.count, 148); /* two are missing */
	assert_int_equal(read_benefit(packed.payload.bytes, "202602", 12), 8);
	assert_int_equal(file.count, 150);
	compare_truth(&r, "f.zip.truth.csv");
	has_codes(codes);
	packed.count = 0;
	buf_done(&packed.payload);
	run_end(&r);
}

static void
test_stream__benefit_as_text(void **state)
{
	static const char *const texts[] = { "\"Dummy; \"\"de\"\" oudere\"",
		"\"Zie beschikking \"\"B-17\"\"\"", ";-", "ë", ";;" };
	struct buf text;
	struct run r;
	size_t i;

	(void)state;
	run_begin(&r);
	assert_int_equal(
		run(&r, "batch", "--stream", "uitkering", "--letters", "900",
			"--seed", "2", "--out", "f.csv", "--bad", "33",
			"--periods", "weeks", "--date", "20261231", NULL),
		0);
	run_read(&r, "f.csv", &text);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_non_null(strstr(text.bytes, texts[i]));
	/* The year has thirteen periods of four weeks. */
	assert_int_equal(read_benefit(text.bytes, "202613", 13), 8);
	assert_int_equal(file.count, 900);
	compare_truth(&r, "f.csv.truth.csv");
	buf_done(&text);
	run_end(&r);
}

/* --- jaaropgave --- */

struct annual_sum {
	int64_t r10, r20, wage, tax, bsn;
	int specs, most;
	bool negative, abroad, full;
};

/* A field by its position in the table, without blanks behind. */
static const char *
cut(const char *record, int from, int bytes)
{
	static char texts[8][TEXT_BYTES];
	static int turn;
	char *text = texts[turn++ % 8];

	memcpy(text, record + from - 1, (size_t)bytes);
	text[bytes] = '\0';
	while (bytes > 0 && text[bytes - 1] == ' ')
		text[--bytes] = '\0';
	return text;
}

static bool
is_euro(const char *record, int from, int bytes, int64_t *euro)
{
	char sign = record[from - 1];
	const char *digits = cut(record, from + 1, bytes - 1);

	if ((sign != '+' && sign != '-') || (int)strlen(digits) != bytes - 1 ||
		!text_number(digits, INT64_C(9999999999999), euro))
		return false;
	if (sign == '-')
		*euro = -*euro;
	return true;
}

static int64_t
number_at(const char *record, int from, int bytes)
{
	const char *digits = cut(record, from, bytes);
	int64_t n = -1;

	assert_int_equal(strlen(digits), bytes);
	assert_true(text_number(digits, INT64_C(999999999999999), &n));
	return n;
}

static void
take_r10(const char *rec, struct annual_sum *sum)
{
	struct seen *s = new_seen();

	assert_int_equal(number_at(rec, 3, 9), ++sum->r10);
	sum->specs = 0;
	sum->bsn += number_at(rec, 12, 9);
	snprintf(s->bsn, sizeof(s->bsn), "%s", cut(rec, 12, 9));
	snprintf(s->reference, sizeof(s->reference), "%s-2025",
		cut(rec, 362, 10));
	assert_true(number_at(rec, 362, 10) >= 1000000000);
	snprintf(s->key, sizeof(s->key), "%s/%s", s->bsn, cut(rec, 362, 10));
	snprintf(s->href, sizeof(s->href), "%s", cut(rec, 302, 60));
	add_code(s, judge_bsn(s->bsn));
	judge_key(s);
	if (cut(rec, 43, 70)[0] == '\0')
		add_code(s, "MOBB-0201");
	sum->full |= strlen(cut(rec, 43, 70)) == 70;
	if (cut(rec, 195, 2)[0] != '\0') {
		sum->abroad = true;
		assert_true(cut(rec, 197, 35)[0] != '\0');
		assert_true(cut(rec, 232, 35)[0] != '\0');
		assert_int_equal(number_at(rec, 137, 5), 0);
	} else {
		assert_true(cut(rec, 113, 24)[0] != '\0');
		assert_true(number_at(rec, 137, 5) > 0);
		if (cut(rec, 149, 6)[0] == '\0')
			add_code(s, "MOBB-0212");
	}
	assert_string_equal(cut(rec, 372, 79), "");
	add_code(s, judge_document(s->href));
}

static void
take_r20(const char *rec, struct annual_sum *sum)
{
	static const int amounts[] = { 58, 68, 78, 89, 99, 109, 119 };
	struct seen *s = &file.seen[file.count - 1];
	const char *from = cut(rec, 42, 8), *to = cut(rec, 50, 8);
	int64_t euro;
	size_t i;

	if (number_at(rec, 3, 9) != sum->r10)
		add_code(s, "MOBB-0225");
	if (!is_day(from) || !is_day(to) || strcmp(from, to) > 0)
		add_code(s, "MOBB-0217");
	assert_memory_equal(from, "2025", 4);
	assert_memory_equal(to, "2025", 4);
	for (i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
		if (!is_euro(rec, amounts[i], 10, &euro))
			add_code(s, "MOBB-0218");
		else if (amounts[i] == 58)
			sum->wage += euro;
		else if (amounts[i] == 68)
			sum->tax += euro;
	}
	sum->negative |= rec[57] == '-';
	assert_true(number_at(rec, 88, 1) <= 1);
	assert_int_equal(number_at(rec, 129, 3), 250);
	assert_true(is_day(cut(rec, 132, 8)));
	assert_int_equal(number_at(rec, 141, 9), 0);
	assert_int_equal(number_at(rec, 150, 9), 0);
	assert_string_equal(cut(rec, 159, 292), "");
	sum->r20++;
	if (++sum->specs > sum->most)
		sum->most = sum->specs;
}

static struct annual_sum
read_annual(char *text)
{
	struct annual_sum sum = { 0 };
	int64_t euro;
	char *rec;

	file.count = 0;
	rec = next_line(&text, "\r\n");
	assert_int_equal(strlen(rec), 450);
	assert_memory_equal(rec,
		"00JOGV010000000099000000010000"
		"0153Gemeente Voorbeeld",
		50);
	assert_int_equal(number_at(rec, 107, 4), 2025);
	assert_int_equal(number_at(rec, 87, 14), 20260215021500);
	assert_int_equal(number_at(rec, 101, 6), 41);
	assert_int_equal(rec[110], 'T');
	for (;;) {
		rec = next_line(&text, "\r\n");
		assert_non_null(rec);
		assert_int_equal(strlen(rec), 450);
		if (memcmp(rec, "10", 2) == 0)
			take_r10(rec, &sum);
		else if (memcmp(rec, "20", 2) == 0)
			take_r20(rec, &sum);
		else
			break;
	}
	assert_memory_equal(rec, "99", 2);
	assert_int_equal(number_at(rec, 3, 9), sum.r10);
	assert_int_equal(number_at(rec, 12, 9), sum.r20);
	assert_true(is_euro(rec, 21, 14, &euro));
	assert_int_equal(euro, sum.wage);
	assert_true(is_euro(rec, 35, 14, &euro));
	assert_int_equal(euro, sum.tax);
	assert_int_equal(number_at(rec, 49, 15), sum.bsn);
	assert_string_equal(text, "");
	return sum;
}

static void
test_stream__annual_with_documents(void **state)
{
	static const char *const codes[] = { "MOBB-0203", "MOBB-0201",
		"MOBB-0217", "MOBB-0218", "MOBB-0225", "MOBB-0208", "MOBB-0212",
		"MOBB-0222", "MOBB-0223", NULL };
	struct run r;

	(void)state;
	run_begin(&r);
	assert_int_equal(run(&r, "batch", "--stream", "jaaropgave", "--letters",
				 "120", "--seed", "5", "--out", "f.zip",
				 "--bad", "22", "--number", "41", NULL),
		0);
	packed_read(&r, "f.zip", "jaaropgave.txt", &packed);
	assert_int_equal(packed.count, 118);
	(void)read_annual(packed.payload.bytes);
	assert_int_equal(file.count, 120);
	compare_truth(&r, "f.zip.truth.csv");
	has_codes(codes);
	packed.count = 0;
	buf_done(&packed.payload);
	run_end(&r);
}

static void
test_stream__annual_as_text(void **state)
{
	struct annual_sum sum;
	struct buf text;
	struct run r;

	(void)state;
	run_begin(&r);
	assert_int_equal(run(&r, "batch", "--stream", "jaaropgave", "--letters",
				 "900", "--seed", "2", "--out", "f.txt",
				 "--bad", "16", "--number", "41", NULL),
		0);
	run_read(&r, "f.txt", &text);
	/* One byte a character. */
	assert_non_null(strstr(text.bytes, "M\xfcller"));
	assert_null(strstr(text.bytes, "\xc3"));
	sum = read_annual(text.bytes);
	assert_int_equal(file.count, 900);
	assert_int_equal(sum.most, 3);
	assert_true(sum.negative && sum.abroad && sum.full);
	compare_truth(&r, "f.txt.truth.csv");
	buf_done(&text);
	run_end(&r);
}

/* --- index and pages --- */

static void
take_entry(char **f, int n, int columns)
{
	struct seen *s = new_seen();

	snprintf(s->reference, sizeof(s->reference), "%s", f[0]);
	assert_true(strlen(f[0]) <= 25);
	snprintf(s->key, sizeof(s->key), "%s", f[0]);
	snprintf(s->bsn, sizeof(s->bsn), "%s", f[1]);
	if (n != columns) {
		assert_int_equal(n, columns + 1);
		add_code(s, "MOBB-0121");
		return;
	}
	judge_key(s);
	if (f[1][0] != '\0')
		add_code(s, judge_bsn(f[1]));
	if (f[2][0] == '\0')
		add_code(s, "MOBB-0201");
	if (text_chars(f[2], strlen(f[2])) > 200)
		add_code(s, "MOBB-0219");
	if (f[7][0] == '\0')
		add_code(s, "MOBB-0212");
	assert_true(f[9][0] != '\0' && strlen(f[9]) <= 50);
	if (!is_iso_day(f[10]))
		add_code(s, "MOBB-0217");
	if (columns == 12) {
		snprintf(s->href, sizeof(s->href), "%s", f[11]);
		add_code(s, judge_document(f[11]));
	}
}

static void
test_stream__index(void **state)
{
	static const char *const codes[] = { "MOBB-0203", "MOBB-0204",
		"MOBB-0201", "MOBB-0219", "MOBB-0217", "MOBB-0121", "MOBB-0208",
		"MOBB-0212", "MOBB-0222", "MOBB-0223", NULL };
	char *at, *line, *f[FIELDS_MAX];
	struct run r;

	(void)state;
	run_begin(&r);
	assert_int_equal(
		run(&r, "batch", "--stream", "index", "--letters", "130",
			"--seed", "5", "--out", "f.zip", "--bad", "24", NULL),
		0);
	packed_read(&r, "f.zip", "index.csv", &packed);
	assert_int_equal(packed.count, 126);
	file.count = 0;
	at = packed.payload.bytes;
	assert_string_equal(next_line(&at, "\n"),
		"referentie;bsn;naam;straat;huisnummer;huisletter;toevoeging;"
		"postcode;woonplaats;onderwerp;datum;document");
	while ((line = next_line(&at, "\n")) != NULL) {
		assert_null(strchr(line, '\r'));
		take_entry(f, fields_of(line, f), 12);
		assert_string_equal(
			f[9 + (file.seen[file.count - 1].code[0] != '\0' &&
				      strcmp(file.seen[file.count - 1].code,
					      "MOBB-0121") == 0)],
			"Uw parkeervergunning");
	}
	assert_int_equal(file.count, 130);
	compare_truth(&r, "f.zip.truth.csv");
	has_codes(codes);
	packed.count = 0;
	buf_done(&packed.payload);
	/* The other theme, with the other line ends. */
	assert_int_equal(run(&r, "batch", "--stream", "index", "--letters", "3",
				 "--seed", "5", "--out", "g.zip", "--theme",
				 "paspoort", "--newline", "crlf", NULL),
		0);
	packed_read(&r, "g.zip", "index.csv", &packed);
	assert_non_null(strstr(packed.payload.bytes, ";document\r\n"));
	assert_non_null(strstr(packed.payload.bytes, ";Uw paspoort verloopt"));
	packed.count = 0;
	buf_done(&packed.payload);
	run_end(&r);
}

/* The pages of sound records follow each other without a gap, to the end. */
static void
test_stream__pages(void **state)
{
	static const char *const codes[] = { "MOBB-0203", "MOBB-0204",
		"MOBB-0201", "MOBB-0219", "MOBB-0217", "MOBB-0208", "MOBB-0212",
		NULL };
	char *at, *line, *f[FIELDS_MAX];
	int64_t first, last, next = 1, all;
	int n, lengths[4] = { 0 };
	struct run r;

	(void)state;
	run_begin(&r);
	assert_int_equal(
		run(&r, "batch", "--stream", "pages", "--letters", "300",
			"--seed", "5", "--out", "f.zip", "--bad", "20", NULL),
		0);
	packed_read(&r, "f.zip", "index.csv", &packed);
	assert_int_equal(packed.count, 1);
	assert_string_equal(packed.members[0].name, "print.pdf");
	assert_true(packed.members[0].pdf);
	all = packed.members[0].look.pages;
	packed.count = 0; /* what a letter's own PDF is, nobody can know */
	file.count = 0;
	at = packed.payload.bytes;
	assert_string_equal(next_line(&at, "\n"),
		"referentie;bsn;naam;straat;huisnummer;huisletter;toevoeging;"
		"postcode;woonplaats;onderwerp;datum;"
		"eerste_pagina;laatste_pagina");
	while ((line = next_line(&at, "\n")) != NULL) {
		n = fields_of(line, f);
		assert_int_equal(n, 13);
		take_entry(f, n, 13);
		assert_true(text_number(f[11], 9999999, &first));
		assert_true(text_number(f[12], 9999999, &last));
		assert_int_equal(first, next);
		assert_in_range(last - first + 1, 1, 3);
		lengths[last - first + 1]++;
		next = last + 1;
	}
	assert_int_equal(next - 1, all);
	assert_true(lengths[1] > 0 && lengths[2] > 0 && lengths[3] > 0);
	assert_int_equal(file.count, 300);
	compare_truth(&r, "f.zip.truth.csv");
	has_codes(codes);
	buf_done(&packed.payload);
	run_end(&r);
}

/* --- all --- */

static void
test_stream__same_seed_same_bytes(void **state)
{
	static const char *const streams[] = { "uitkering", "jaaropgave",
		"index", "pages" };
	struct run r;
	size_t i;

	(void)state;
	run_begin(&r);
	for (i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		assert_int_equal(run(&r, "batch", "--stream", streams[i],
					 "--letters", "40", "--seed", "3",
					 "--out", "a.zip", "--bad", "9", NULL),
			0);
		assert_int_equal(run(&r, "batch", "--stream", streams[i],
					 "--letters", "40", "--seed", "3",
					 "--out", "b.zip", "--bad", "9", NULL),
			0);
		assert_int_equal(run(&r, "batch", "--stream", streams[i],
					 "--letters", "40", "--seed", "4",
					 "--out", "c.zip", "--bad", "9", NULL),
			0);
		assert_true(run_same(&r, "a.zip", "b.zip"));
		assert_true(run_same(&r, "a.zip.truth.csv", "b.zip.truth.csv"));
		assert_false(run_same(&r, "a.zip", "c.zip"));
	}
	run_end(&r);
}

static void
test_stream__the_supplier_names_the_file(void **state)
{
	static const struct {
		const char *stream, *more, *name;
	} cases[] = {
		{ "uitkering", "--without-documents",
			"uitkering-0153-20260215T021500-000007.csv" },
		{ "uitkering", NULL,
			"uitkering-0153-20260215T021500-000007.zip" },
		{ "jaaropgave", "--tar",
			"jaaropgave-0153-20260215T021500-000007.tar.gz" },
		{ "woz", "--plain",
			"00000099000000010000-woz-20260215T020000.xml" },
		{ "index", NULL, "parkeren-0153-20260215T021500-000007.zip" },
		{ "pages", NULL, "print-0153-20260215T021500-000007.zip" },
	};
	char path[200];
	struct buf out;
	struct run r;
	size_t i;

	(void)state;
	run_begin(&r);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			run(&r, "batch", "--stream", cases[i].stream,
				"--letters", "2", "--seed", "3", "--number",
				"7", "--out", "./", cases[i].more, NULL),
			0);
		run_read(&r, "out", &out);
		snprintf(path, sizeof(path), "./%s\n", cases[i].name);
		assert_string_equal(out.bytes, path);
		buf_done(&out);
		run_read(&r, cases[i].name, &out);
		assert_true(out.len > 0);
		buf_done(&out);
	}
	run_end(&r);
}

static void
test_stream__usage(void **state)
{
	static const char *const wrong[][6] = {
		{ "--stream", "index", "--out", "f.csv" },
		{ "--stream", "pages", "--out", "f.zip",
			"--without-documents" },
		{ "--stream", "uitkering", "--out", "f.xml" },
		{ "--stream", "uitkering", "--out", "f.csv", "--parts", "2" },
		{ "--stream", "uitkering", "--out", "f.csv", "--number", "0" },
		{ "--stream", "uitkering", "--out", "f.csv", "--periods",
			"years" },
		{ "--stream", "uitkering", "--out", "f.csv", "--faults",
			"doc-missing" },
		{ "--stream", "uitkering", "--out", "f.csv", "--spoil",
			"hash-total" },
		{ "--stream", "jaaropgave", "--out", "f.txt", "--spoil",
			"nonsense" },
		{ "--out", "f.xml", "--plain", "--tar" },
		{ "--out", "long-enough.xml", "--parts", "9" },
		{ "--out", "short.xml", "--parts", "2" },
	};
	struct run r;
	size_t i;

	(void)state;
	run_begin(&r);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(
			run(&r, "batch", "--letters", "3", "--seed", "3",
				wrong[i][0], wrong[i][1], wrong[i][2],
				wrong[i][3], wrong[i][4], wrong[i][5], NULL),
			2);
	run_end(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stream__benefit_with_documents),
		cmocka_unit_test(test_stream__benefit_as_text),
		cmocka_unit_test(test_stream__annual_with_documents),
		cmocka_unit_test(test_stream__annual_as_text),
		cmocka_unit_test(test_stream__index),
		cmocka_unit_test(test_stream__pages),
		cmocka_unit_test(test_stream__same_seed_same_bytes),
		cmocka_unit_test(test_stream__the_supplier_names_the_file),
		cmocka_unit_test(test_stream__usage),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
