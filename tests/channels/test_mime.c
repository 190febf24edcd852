/* tests/channels/test_mime.c - parts of a message
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "channels/mime.h"

static void
test_mime__content_types(void **state)
{
	static const struct {
		const char *header, *type, *boundary, *start;
	} cases[] = {
		{ "text/xml", "text/xml", "", "" },
		{ " Text/XML ; charset=UTF-8", "text/xml", "", "" },
		{ "text/xml;charset=\"utf-8\";", "text/xml", "", "" },
		{ "multipart/related; boundary=\"-=ab=-\"; start=\"<x@y>\"",
			"multipart/related", "-=ab=-", "x@y" },
		{ "multipart/related;BOUNDARY=a;type=text/xml",
			"multipart/related", "a", "" },
		{ "multipart/related; start=x; boundary=\"a\\\"b\"",
			"multipart/related", "a\"b", "x" },
		{ "multipart/related; boundary=-=a=-", "multipart/related",
			"-=a=-", "" },
		{ "text", NULL, "", "" },
		{ "", NULL, "", "" },
		{ "a/b c", NULL, "", "" },
		{ "a/b; x", NULL, "", "" },
		{ "a/b; x=", NULL, "", "" },
		{ "a/b; x=\"y", NULL, "", "" },
		{ "a/b; x=\"y\\", NULL, "", "" },
		{ "a/b; boundary=\"\"", NULL, "", "" },
		{ "a/b; boundary=\"x \"", NULL, "", "" },
		{ "a/b; boundary=x; boundary=y", NULL, "", "" },
		{ "a/b; boundary="
		  "0123456789012345678901234567890123456789"
		  "0123456789012345678901234567890",
			NULL, "", "" },
	};
	struct arena mem = ARENA_EMPTY;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct mime_type type;
		bool good = mime_type_read(cases[i].header, &mem, &type);

		if (good != (cases[i].type != NULL))
			print_message("# %s\n", cases[i].header);
		assert_int_equal(good, cases[i].type != NULL);
		if (!good)
			continue;
		assert_string_equal(type.type, cases[i].type);
		assert_string_equal(type.boundary, cases[i].boundary);
		assert_string_equal(type.start, cases[i].start);
	}
	arena_done(&mem);
}

#define P1 "Content-ID: <a@b>\r\n\r\n"

static void
test_mime__bodies(void **state)
{
	static const struct {
		const char *name, *body;
		int count; /* 0: refused */
		const char *first, *last;
	} cases[] = {
		{ "one", "--B\r\n" P1 "x\r\n--B--\r\n", 1, "x", "x" },
		{ "no end of line", "--B\r\n" P1 "x\r\n--B--", 1, "x", "x" },
		{ "preamble and epilogue",
			"hello\r\n--B\r\n" P1 "x\r\n--B--\r\nbye", 1, "x",
			"x" },
		{ "two", "--B\r\n" P1 "x\n\r\n--B \t\r\n\r\ny\r\n--B--", 2,
			"x\n", "y" },
		{ "empty part", "--B\r\n" P1 "\r\n--B\r\n\r\n\r\n--B--", 2, "",
			"" },
		{ "LF in headers", "--B\r\nContent-ID: <a@b>\n\nx\r\n--B--", 1,
			"x", "x" },
		{ "folded",
			"--B\r\nContent-Type: text/xml;\r\n charset=x\r\n"
			"\r\nx\r\n--B--",
			1, "x", "x" },
		{ "only the start of a boundary",
			"--B\r\n" P1 "x\r\n--BC\r\ny\r\n--B--", 1,
			"x\r\n--BC\r\ny", "x\r\n--BC\r\ny" },
		{ "boundary inside a line", "--B\r\n" P1 "x--B\r\n\r\n--B--", 1,
			"x--B\r\n", "x--B\r\n" },
		{ "boundary after LF", "--B\r\n" P1 "x\n--B\r\n\r\n--B--", 1,
			"x\n--B\r\n", "x\n--B\r\n" },
		{ "base64",
			"--B\r\nContent-Transfer-Encoding: BASE64\r\n\r\n"
			"aGFs\r\nbG8=\r\n--B--",
			1, "hallo", "hallo" },
		{ "binary",
			"--B\r\nContent-Transfer-Encoding: binary\r\n\r\nx"
			"\r\n--B--",
			1, "x", "x" },
		{ "preamble in front of a line end",
			"\r\n--B\r\n" P1 "x\r\n--B--", 1, "x", "x" },
		{ "an epilogue like a part",
			"--B\r\n" P1 "x\r\n--B--\r\n--B\r\n\r\ny\r\n--B--", 1,
			"x", "x" },
		{ "CR LF in front of the boundary stays out",
			"--B\r\n" P1 "x\r\n\r\n--B--", 1, "x\r\n", "x\r\n" },
		{ "a bare LF ends no line of data",
			"--B\r\n" P1 "x\n--B--\r\n--B--", 1, "x\n--B--",
			"x\n--B--" },
		{ "never closed", "--B\r\n" P1 "x\r\n", 0, NULL, NULL },
		{ "no part", "--B--\r\n", 0, NULL, NULL },
		{ "other boundary", "--C\r\n" P1 "x\r\n--C--", 0, NULL, NULL },
		{ "header without colon", "--B\r\nhello\r\n\r\nx\r\n--B--", 0,
			NULL, NULL },
		{ "headers only", "--B\r\nContent-ID: x\r\n--B--", 0, NULL,
			NULL },
		{ "nothing", "", 0, NULL, NULL },
	};
	struct mime_part parts[MIME_PARTS_MAX];
	struct arena mem = ARENA_EMPTY;
	size_t i, count;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool good = mime_split(cases[i].body, strlen(cases[i].body),
			"B", &mem, parts, &count);

		if (good != (cases[i].count > 0))
			print_message("# %s\n", cases[i].name);
		assert_int_equal(good, cases[i].count > 0);
		if (!good)
			continue;
		assert_int_equal(count, cases[i].count);
		assert_int_equal(parts[0].len, strlen(cases[i].first));
		assert_memory_equal(
			parts[0].bytes, cases[i].first, parts[0].len);
		assert_int_equal(parts[count - 1].len, strlen(cases[i].last));
		assert_memory_equal(parts[count - 1].bytes, cases[i].last,
			parts[count - 1].len);
	}
	arena_done(&mem);
}

/* Encodings of a part: what it becomes, or that it cannot be undone. */
static void
test_mime__encodings(void **state)
{
	static const struct {
		const char *encoding, *text, *is; /* NULL: cannot be undone */
	} cases[] = {
		{ "7bit", "a=3Db", "a=3Db" },
		{ "8BIT", "a", "a" },
		{ "binary", "a\r\nb", "a\r\nb" },
		{ "base64", "aGFs\r\n bG8=\r\n", "hallo" },
		{ "BASE64 ", "", "" },
		{ "base64", "aGFs!", NULL },
		{ "base64", "a", NULL },
		{ "quoted-printable", "a=3Db=0d=0A", "a=b\r\n" },
		{ "Quoted-Printable", "a=\r\nb=\nc= \t\r\nd", "abcd" },
		{ "quoted-printable", "a \t\r\nb  \nc\td", "a\r\nb\nc\td" },
		{ "quoted-printable", "a=", "a" },
		{ "quoted-printable", "a=  ", "a" },
		{ "quoted-printable", "a  ", "a" },
		{ "quoted-printable", "a=3", NULL },
		{ "quoted-printable", "a=xy", NULL },
		{ "quoted-printable", "a= b", NULL },
		{ "quoted-printable", "a=\rb", NULL },
		{ "uuencode", "a", NULL },
		{ "", "a", NULL },
	};
	struct mime_part parts[MIME_PARTS_MAX];
	struct arena mem = ARENA_EMPTY;
	char body[200];
	size_t i, count;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(body, sizeof(body),
			"--B\r\nContent-Transfer-Encoding: %s\r\n\r\n%s\r\n"
			"--B--",
			cases[i].encoding, cases[i].text);
		assert_true(mime_split(
			body, strlen(body), "B", &mem, parts, &count));
		if (parts[0].encoded != (cases[i].is == NULL))
			print_message(
				"# %s: %s\n", cases[i].encoding, cases[i].text);
		assert_int_equal(parts[0].encoded, cases[i].is == NULL);
		if (cases[i].is == NULL) /* as it came */
			assert_int_equal(parts[0].len, strlen(cases[i].text));
		else
			assert_int_equal(parts[0].len, strlen(cases[i].is));
		assert_memory_equal(parts[0].bytes,
			cases[i].is == NULL ? cases[i].text : cases[i].is,
			parts[0].len);
	}
	arena_done(&mem);
}

/* A header at its limit, and one byte more. */
static void
test_mime__long_headers_are_refused(void **state)
{
	struct mime_part parts[MIME_PARTS_MAX];
	struct arena mem = ARENA_EMPTY;
	static char body[MIME_HEAD_MAX + 100];
	size_t count, n = MIME_HEAD_MAX - strlen("X: \r\n\r\n");

	(void)state;
	snprintf(body, sizeof(body), "--B\r\nX: %0*d\r\n\r\nx\r\n--B--", (int)n,
		1);
	assert_true(mime_split(body, strlen(body), "B", &mem, parts, &count));
	snprintf(body, sizeof(body), "--B\r\nX: %0*d\r\n\r\nx\r\n--B--",
		(int)n + 1, 1);
	assert_false(mime_split(body, strlen(body), "B", &mem, parts, &count));
	arena_done(&mem);
}

/* A million of what the decoder has to look behind is read once. */
static void
test_mime__blanks_cost_their_length_once(void **state)
{
	static const size_t blanks = 4000000;
	struct mime_part parts[MIME_PARTS_MAX];
	struct arena mem = ARENA_EMPTY;
	struct buf body = BUF_MAX(blanks + 200);
	int64_t begin_ms = clock_tick_ms();
	size_t count;
	char *room;

	(void)state;
	buf_text(&body, "--B\r\nContent-Transfer-Encoding: quoted-printable"
			"\r\n\r\n");
	room = buf_room(&body, blanks);
	assert_non_null(room);
	memset(room, ' ', blanks);
	buf_used(&body, blanks);
	buf_text(&body, "x\r\n--B--");
	assert_true(mime_split(body.bytes, body.len, "B", &mem, parts, &count));
	assert_int_equal(parts[0].len, blanks + 1);
	assert_true(clock_tick_ms() - begin_ms < 2000);
	arena_done(&mem);
	buf_done(&body);
}

static void
test_mime__too_many_parts_are_refused(void **state)
{
	struct mime_part parts[MIME_PARTS_MAX];
	struct arena mem = ARENA_EMPTY;
	char body[1000] = "";
	size_t count, i;

	(void)state;
	for (i = 0; i < MIME_PARTS_MAX; i++)
		strcat(body, "--B\r\n\r\nx\r\n");
	strcat(body, "--B--");
	assert_true(mime_split(body, strlen(body), "B", &mem, parts, &count));
	assert_int_equal(count, MIME_PARTS_MAX);
	memcpy(strstr(body, "--B--"), "--B\r\n\r\nx\r\n--B--", 16);
	assert_false(mime_split(body, strlen(body), "B", &mem, parts, &count));
	arena_done(&mem);
}

static void
test_mime__parts_are_found_by_id(void **state)
{
	static const struct mime_part parts[] = { { .content_id = "a@b" },
		{ .content_id = "c d" }, { .content_id = "e%20f" } };
	struct arena mem = ARENA_EMPTY;

	(void)state;
	assert_ptr_equal(mime_find(parts, 3, "a@b", &mem), &parts[0]);
	assert_ptr_equal(mime_find(parts, 3, "a%40b", &mem), &parts[0]);
	assert_ptr_equal(mime_find(parts, 3, "c%20d", &mem), &parts[1]);
	assert_ptr_equal(mime_find(parts, 3, "e%20f", &mem), &parts[2]);
	assert_ptr_equal(mime_find(parts, 3, "e f", &mem), &parts[2]);
	assert_null(mime_find(parts, 3, "x", &mem));
	assert_null(mime_find(parts, 3, "a@b%00", &mem));
	assert_null(mime_find(parts, 3, "%4", &mem));
	assert_int_equal(mime_root(parts, 3, "c d"), 1);
	assert_int_equal(mime_root(parts, 3, ""), 0);
	assert_int_equal(mime_root(parts, 3, "none"), 0);
	arena_done(&mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mime__content_types),
		cmocka_unit_test(test_mime__bodies),
		cmocka_unit_test(test_mime__encodings),
		cmocka_unit_test(test_mime__long_headers_are_refused),
		cmocka_unit_test(test_mime__blanks_cost_their_length_once),
		cmocka_unit_test(test_mime__too_many_parts_are_refused),
		cmocka_unit_test(test_mime__parts_are_found_by_id),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
