/* tests/mobbsim/test_stream.c - the truth fits the lists of index and pages; all streams
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
		cmocka_unit_test(test_stream__index),
		cmocka_unit_test(test_stream__pages),
		cmocka_unit_test(test_stream__same_seed_same_bytes),
		cmocka_unit_test(test_stream__the_supplier_names_the_file),
		cmocka_unit_test(test_stream__usage),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
