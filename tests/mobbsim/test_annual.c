/* tests/mobbsim/test_annual.c - the truth fits the records of jaaropgave-vast
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
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/mobbsim/seen.h"

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
	snprintf(s->key, sizeof(s->key), "%s/%s", cut(rec, 12, 9),
		cut(rec, 362, 10));
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
test_annual__with_documents(void **state)
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
test_annual__as_text(void **state)
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_annual__with_documents),
		cmocka_unit_test(test_annual__as_text),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
