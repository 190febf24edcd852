/* tests/mobbsim/test_spoil.c - a spoiled file differs from the sound one so
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

#include "base/code.h"
#include "base/text.h"
#include "base/xml.h"
#include "tests/fonts.h"
#include "tests/mobbsim/packed.h"
#include "tests/mobbsim/run.h"

static const char *stream_now, *name_now;

/* Make the file of `stream`, spoiled or (NULL) not. */
static void
make(const struct run *r, const char *stream, const char *spoil,
	struct buf *out, struct buf *truth)
{
	char file[40], name[60];

	stream_now = stream;
	name_now = spoil;
	snprintf(file, sizeof(file), "f.%s",
		strcmp(stream, "woz") == 0	   ? "xml"
		: strcmp(stream, "uitkering") == 0 ? "csv"
						   : "txt");
	assert_int_equal(run(r, "batch", "--stream", stream, "--letters", "40",
				 "--seed", "3", "--out", file,
				 spoil == NULL ? NULL : "--spoil", spoil, NULL),
		0);
	run_read(r, file, out);
	snprintf(name, sizeof(name), "%s.truth.csv", file);
	run_read(r, name, truth);
}

/* All records rejected with `code`. */
static void
refused(const struct buf *truth, enum code code)
{
	const char *at = truth->bytes;
	char want[40];
	int n = 0;

	snprintf(want, sizeof(want), ";rejected;MOBB-%04d;", (int)code);
	for (at = strchr(at, '\n') + 1; *at != '\0'; n++) {
		const char *end = strchr(at, '\n'), *found = strstr(at, want);

		if (found == NULL || found > end)
			fail_msg("%s --spoil %s: line %d of the truth",
				stream_now, name_now, n + 1);
		at = end + 1;
	}
	assert_int_equal(n, 40);
}

/* Up to where are the two the same? */
static size_t
same_until(const struct buf *a, const struct buf *b)
{
	size_t i;

	for (i = 0; i < a->len && i < b->len; i++)
		if (a->bytes[i] != b->bytes[i])
			break;
	return i;
}

static size_t
count_lines(const struct buf *text, const char *end)
{
	const char *at;
	size_t n = 0;

	for (at = strstr(text->bytes, end); at != NULL;
		at = strstr(at + 1, end))
		n++;
	return n;
}

/* Only the last line is another, of the same form. */
static void
test_spoil__trailers(void **state)
{
	static const char *const kinds[] = { "trailer-count", "trailer-sum",
		"hash-total" };
	static const char *const streams[] = { "uitkering", "jaaropgave" };
	struct buf sound, bad, truth, ignored;
	size_t s, k, same;
	struct run r;

	(void)state;
	run_begin(&r);
	for (s = 0; s < 2; s++)
		for (k = 0; k < 2 + s; k++) {
			make(&r, streams[s], NULL, &sound, &ignored);
			make(&r, streams[s], kinds[k], &bad, &truth);
			refused(&truth, CODE_TOTALS);
			same = same_until(&sound, &bad);
			assert_true(same < bad.len);
			/* what differs lies in the last line */
			assert_int_equal(
				strchr(bad.bytes + same, '\n') - bad.bytes,
				bad.len - 1);
			assert_in_range(bad.len, sound.len - 1, sound.len + 1);
			buf_done(&ignored);
			buf_done(&sound);
			buf_done(&bad);
			buf_done(&truth);
		}
	run_end(&r);
}

static void
test_spoil__without_its_end(void **state)
{
	struct buf sound, bad, truth, ignored;
	struct run r;

	(void)state;
	run_begin(&r);
	make(&r, "jaaropgave", NULL, &sound, &ignored);
	make(&r, "jaaropgave", "no-trailer", &bad, &truth);
	refused(&truth, CODE_TOTALS);
	assert_int_equal(bad.len, sound.len - 452);
	assert_int_equal(same_until(&sound, &bad), bad.len);
	buf_done(&bad);
	buf_done(&truth);
	make(&r, "jaaropgave", "cut", &bad, &truth);
	refused(&truth, CODE_RECORD_LENGTH);
	assert_int_equal(same_until(&sound, &bad), bad.len);
	assert_in_range(bad.len, sound.len / 2, sound.len * 3 / 4);
	buf_done(&ignored);
	buf_done(&sound);
	buf_done(&bad);
	buf_done(&truth);
	run_end(&r);
}

static void
test_spoil__encodings(void **state)
{
	struct buf sound, bad, truth, ignored;
	struct run r;

	(void)state;
	run_begin(&r);
	make(&r, "uitkering", NULL, &sound, &ignored);
	make(&r, "uitkering", "latin1", &bad, &truth);
	refused(&truth, CODE_ENCODING);
	assert_true(text_chars(sound.bytes, sound.len) == (int64_t)bad.len);
	assert_int_equal(text_chars(bad.bytes, bad.len), -1);
	buf_done(&bad);
	buf_done(&truth);
	make(&r, "uitkering", "utf16", &bad, &truth);
	refused(&truth, CODE_BOM);
	assert_int_equal(bad.len, 2 + 2 * text_chars(sound.bytes, sound.len));
	assert_memory_equal(bad.bytes, "\xff\xfeV\0L\0", 6);
	buf_done(&bad);
	buf_done(&truth);
	/* A mark is only worth a warning: all letters go. */
	make(&r, "uitkering", "bom", &bad, &truth);
	assert_int_equal(bad.len, sound.len + 3);
	assert_memory_equal(bad.bytes, "\xef\xbb\xbfVL;", 6);
	assert_string_equal(truth.bytes, ignored.bytes);
	buf_done(&ignored);
	buf_done(&sound);
	buf_done(&bad);
	buf_done(&truth);
	make(&r, "jaaropgave", NULL, &sound, &ignored);
	make(&r, "jaaropgave", "utf8", &bad, &truth);
	refused(&truth, CODE_RECORD_LENGTH);
	assert_int_equal(text_chars(bad.bytes, bad.len), sound.len);
	buf_done(&bad);
	buf_done(&truth);
	make(&r, "jaaropgave", "bom", &bad, &truth);
	refused(&truth, CODE_BOM);
	buf_done(&ignored);
	buf_done(&sound);
	buf_done(&bad);
	buf_done(&truth);
	run_end(&r);
}

static void
test_spoil__lines(void **state)
{
	struct buf sound, bad, truth, ignored;
	struct run r;

	(void)state;
	run_begin(&r);
	make(&r, "jaaropgave", NULL, &sound, &ignored);
	make(&r, "jaaropgave", "mixed-newlines", &bad, &truth);
	refused(&truth, CODE_RECORD_LENGTH);
	assert_true(count_lines(&bad, "\r\n") > 0);
	assert_true(count_lines(&bad, "\r\n") < count_lines(&bad, "\n"));
	assert_int_equal(count_lines(&bad, "\n"), count_lines(&sound, "\n"));
	buf_done(&bad);
	buf_done(&truth);
	make(&r, "jaaropgave", "record-length", &bad, &truth);
	refused(&truth, CODE_RECORD_LENGTH);
	assert_int_equal(bad.len, sound.len - 1);
	assert_int_equal(count_lines(&bad, "\r\n"), count_lines(&sound, "\n"));
	buf_done(&bad);
	buf_done(&truth);
	make(&r, "jaaropgave", "ctrl-z", &bad, &truth);
	refused(&truth, CODE_RECORD_LENGTH);
	assert_int_equal(bad.len, sound.len + 1);
	assert_int_equal(bad.bytes[bad.len - 1], 0x1a);
	buf_done(&bad);
	buf_done(&truth);
	make(&r, "uitkering", "mixed-newlines", &bad, &truth);
	refused(&truth, CODE_COLUMNS);
	assert_true(count_lines(&bad, "\r\n") < count_lines(&bad, "\n"));
	buf_done(&ignored);
	buf_done(&sound);
	buf_done(&bad);
	buf_done(&truth);
	run_end(&r);
}

static void
test_spoil__heads(void **state)
{
	static const struct {
		const char *stream, *kind, *text;
		enum code code;
	} cases[] = {
		{ "uitkering", "wrong-sender", ";00000099000000010009;",
			CODE_SENDER },
		{ "uitkering", "wrong-environment", ";202602;P\r\n",
			CODE_ENVIRONMENT },
		{ "uitkering", "wrong-format", "VL;USPC9999;", CODE_FORMAT },
		{ "jaaropgave", "wrong-sender", "0000009900000001000901",
			CODE_SENDER },
		{ "jaaropgave", "wrong-environment", "2025PMOBBSIM",
			CODE_ENVIRONMENT },
		{ "jaaropgave", "wrong-format", "00JOGV9999", CODE_FORMAT },
		{ "woz", "wrong-sender", ">00000099000000010009<",
			CODE_SENDER },
		{ "woz", "doctype", "<!DOCTYPE ", CODE_DOCTYPE },
		{ "woz", "wrong-root", "<StUF:StUF-set ", CODE_ROOT },
		{ "woz", "ctrl-z", "</StUF:StUF-berichtenSet>\n\x1a",
			CODE_NOT_XML },
	};
	struct buf bad, truth;
	struct run r;
	size_t i;

	(void)state;
	run_begin(&r);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make(&r, cases[i].stream, cases[i].kind, &bad, &truth);
		refused(&truth, cases[i].code);
		if (strstr(bad.bytes, cases[i].text) == NULL)
			fail_msg("%s --spoil %s", cases[i].stream,
				cases[i].kind);
		buf_done(&bad);
		buf_done(&truth);
	}
	run_end(&r);
}

/* A file cut off is no XML any more; one without records still is. */
static void
test_spoil__xml(void **state)
{
	struct xml_tree *tree = NULL;
	struct fault why = FAULT_NONE;
	struct buf bad, truth;
	struct run r;

	(void)state;
	run_begin(&r);
	make(&r, "woz", "cut", &bad, &truth);
	refused(&truth, CODE_NOT_XML);
	assert_int_not_equal(
		xml_tree_parse(bad.bytes, bad.len, &tree, &why), V_OK);
	buf_done(&bad);
	buf_done(&truth);
	make(&r, "woz", "empty", &bad, &truth);
	assert_int_equal(xml_tree_parse(bad.bytes, bad.len, &tree, &why), V_OK);
	assert_null(xml_first(xml_root(tree)));
	xml_tree_free(tree);
	assert_string_equal(truth.bytes,
		"record;reference;bsn;outcome;code;document_sha256\n");
	buf_done(&bad);
	buf_done(&truth);
	run_read(&r, "f.xml.totals", &truth);
	assert_string_equal(truth.bytes, "letters=0 amount=0.00\n");
	buf_done(&truth);
	make(&r, "uitkering", "empty", &bad, &truth);
	assert_non_null(strstr(bad.bytes, "\r\nSL;0;0;0,00\r\n"));
	buf_done(&bad);
	buf_done(&truth);
	run_end(&r);
}

/* How many records name a member that is there, and how many are not named. */
static void
test_spoil__documents(void **state)
{
	static struct packed packed;
	const char *first;
	struct buf truth;
	struct run r;

	(void)state;
	run_begin(&r);
	assert_int_equal(run(&r, "batch", "--stream", "index", "--letters", "4",
				 "--seed", "3", "--out", "f.zip", "--spoil",
				 "doc-unused", NULL),
		0);
	packed_read(&r, "f.zip", "index.csv", &packed);
	assert_int_equal(packed.count, 5);
	assert_non_null(packed_find(&packed, "extra.pdf"));
	assert_null(strstr(packed.payload.bytes, "extra.pdf"));
	buf_done(&packed.payload);
	run_read(&r, "f.zip.truth.csv", &truth);
	assert_non_null(strstr(truth.bytes, ";rejected;MOBB-0112;"));
	buf_done(&truth);
	assert_int_equal(run(&r, "batch", "--stream", "index", "--letters", "4",
				 "--seed", "3", "--out", "f.zip", "--spoil",
				 "doc-twice", NULL),
		0);
	packed_read(&r, "f.zip", "index.csv", &packed);
	assert_int_equal(packed.count, 3);
	first = strstr(packed.payload.bytes, "brief-2026-000000001.pdf");
	assert_non_null(first);
	assert_non_null(strstr(first + 1, "brief-2026-000000001.pdf"));
	buf_done(&packed.payload);
	run_read(&r, "f.zip.truth.csv", &truth);
	assert_non_null(strstr(truth.bytes, ";rejected;MOBB-0227;"));
	buf_done(&truth);
	assert_int_equal(run(&r, "batch", "--stream", "pages", "--letters", "4",
				 "--seed", "3", "--out", "f.zip", "--spoil",
				 "doc-twice", NULL),
		0);
	packed_read(&r, "f.zip", "index.csv", &packed);
	first = strstr(packed.payload.bytes, ";2026-02-15;1;");
	assert_non_null(first);
	assert_non_null(strstr(first + 1, ";2026-02-15;1;"));
	buf_done(&packed.payload);
	run_end(&r);
}

/* Only the last record has a page too many. */
static void
test_spoil__pages_outside(void **state)
{
	static struct packed packed;
	struct buf truth;
	char *last;
	struct run r;

	(void)state;
	run_begin(&r);
	assert_int_equal(run(&r, "batch", "--stream", "pages", "--letters", "9",
				 "--seed", "3", "--out", "f.zip", "--spoil",
				 "pages-outside", NULL),
		0);
	packed_read(&r, "f.zip", "index.csv", &packed);
	last = strrchr(packed.payload.bytes, ';');
	assert_int_equal(
		strtol(last + 1, NULL, 10), packed.members[0].look.pages + 1);
	buf_done(&packed.payload);
	run_read(&r, "f.zip.truth.csv", &truth);
	last = strstr(truth.bytes, ";rejected;MOBB-0222;");
	assert_non_null(last);
	assert_string_equal(strchr(last, '\n'), "\n");
	buf_done(&truth);
	assert_int_equal(run(&r, "batch", "--stream", "index", "--letters", "9",
				 "--seed", "3", "--out", "f.zip", "--spoil",
				 "pages-outside", NULL),
		2);
	run_end(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spoil__trailers),
		cmocka_unit_test(test_spoil__without_its_end),
		cmocka_unit_test(test_spoil__encodings),
		cmocka_unit_test(test_spoil__lines),
		cmocka_unit_test(test_spoil__heads),
		cmocka_unit_test(test_spoil__xml),
		cmocka_unit_test(test_spoil__documents),
		cmocka_unit_test(test_spoil__pages_outside),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
