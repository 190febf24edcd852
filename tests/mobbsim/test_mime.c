/* tests/mobbsim/test_mime.c - parts, whole and broken
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "mobbsim/mime.c"

#define TYPE "multipart/related; type=\"text/xml\"; boundary=\"b-=1\""
#define PART(id, text)                                                         \
	"--b-=1\r\nContent-Type: text/xml\r\nContent-ID: <" id                 \
	">\r\n\r\n" text "\r\n"

/* The body is put at the very end of its own memory, so that one byte too far
 * is seen.
 */
static enum verdict
split_text(const char *type, const char *text, struct mime *mime)
{
	struct fault why = FAULT_NONE;
	size_t len = strlen(text);
	char *body = malloc(len + 1);
	enum verdict v;

	assert_non_null(body);
	memcpy(body, text, len);
	v = mime_split(type, body, len, mime, &why);
	free(body);
	return v;
}

static void
test_mime__parts_and_ids(void **state)
{
	static const char body[] = PART("a@x", "<one/>")
		PART("b@x", "two\r\n--b-=\r\nstill two") "--b-=1--\r\n";
	struct fault why = FAULT_NONE;
	struct mime mime;

	(void)state;
	assert_int_equal(
		mime_split(TYPE, body, sizeof(body) - 1, &mime, &why), V_OK);
	assert_int_equal(mime.count, 2);
	assert_int_equal(mime.root, 0);
	assert_string_equal(mime.parts[0].id, "a@x");
	assert_int_equal(mime.parts[0].len, 6);
	assert_memory_equal(mime.parts[0].bytes, "<one/>", 6);
	assert_ptr_equal(mime_find(&mime, "b@x"), &mime.parts[1]);
	assert_int_equal(mime.parts[1].len, 21);
	assert_null(mime_find(&mime, "c@x"));
	assert_null(mime_find(&mime, ""));
}

static void
test_mime__start_names_the_root(void **state)
{
	static const char body[] = PART("a@x", "1") PART("b@x", "2") "--b-=1--";
	struct mime mime;

	(void)state;
	assert_int_equal(
		split_text(TYPE "; start=\"<b@x>\"", body, &mime), V_OK);
	assert_int_equal(mime.root, 1);
	assert_int_equal(
		split_text(TYPE "; start=\"<c@x>\"", body, &mime), V_OK);
	assert_int_equal(mime.root, 0);
	assert_int_equal(split_text(TYPE "; start=<b@x>", body, &mime), V_OK);
	assert_int_equal(mime.root, 1);
}

static void
test_mime__one_part_is_plain_xml(void **state)
{
	struct mime mime;

	(void)state;
	assert_int_equal(
		split_text("text/xml; charset=UTF-8", "<a/>", &mime), V_OK);
	assert_int_equal(mime.count, 1);
	assert_int_equal(mime.parts[0].len, 4);
	assert_int_equal(split_text("Text/XML", "<a/>", &mime), V_OK);
	assert_int_equal(split_text("text/xmlx", "<a/>", &mime), V_SKIP);
	assert_int_equal(split_text("", "<a/>", &mime), V_SKIP);
}

static void
test_mime__what_is_refused(void **state)
{
	static const struct {
		const char *type, *body;
	} cases[] = {
		{ "multipart/related", PART("a", "x") "--b-=1--" },
		{ "multipart/related; boundary=", PART("a", "x") "--b-=1--" },
		{ TYPE, "" },
		{ TYPE, "no boundary at all" },
		{ TYPE, "--b-=1" },
		{ TYPE, "--b-=1\r\n" },
		{ TYPE, "--b-=1--" },
		{ TYPE, "--b-=1x\r\n\r\ntext\r\n--b-=1--" },
		{ TYPE, PART("a", "x") },
		{ TYPE, PART("a", "x") "--b-=1" },
		{ TYPE, PART("a", "x") "--b-=1-" },
		{ TYPE, "--b-=1\r\nContent-ID: <a>\r\n--b-=1--" },
		{ TYPE, "--b-=1\r\nContent-Transfer-Encoding: base64\r\n\r\n"
			"eA==\r\n--b-=1--" },
	};
	struct mime mime;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
			split_text(cases[i].type, cases[i].body, &mime),
			V_SKIP);
}

static void
test_mime__too_much(void **state)
{
	struct mime mime;
	char *body = malloc(100000), *to = body;
	int i;

	(void)state;
	assert_non_null(body);
	for (i = 0; i < MIME_PARTS_MAX + 1; i++)
		to += snprintf(to, 200, "%s", PART("a", "x"));
	memcpy(to, "--b-=1--", 9);
	assert_int_equal(split_text(TYPE, body, &mime), V_SKIP);

	to = body + snprintf(body, 200, "--b-=1\r\nX: ");
	memset(to, 'x', 20000);
	memcpy(to + 20000, "\r\n\r\nx\r\n--b-=1--", 16);
	assert_int_equal(split_text(TYPE, body, &mime), V_SKIP);

	to = body + snprintf(body, 200, "--b-=1\r\nContent-ID: <");
	memset(to, 'x', 300);
	memcpy(to + 300, ">\r\n\r\nx\r\n--b-=1--", 17);
	assert_int_equal(split_text(TYPE, body, &mime), V_SKIP);
	free(body);
}

/* Every cut of a good body is refused or gives fewer parts; never more. */
static void
test_mime__cut_anywhere(void **state)
{
	static const char body[] =
		PART("a@x", "<one/>") PART("b@x", "two") "--b-=1--\r\n";
	char part[sizeof(body)];
	struct mime mime;
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(body) - 1; len++) {
		memcpy(part, body, len);
		part[len] = '\0';
		if (split_text(TYPE, part, &mime) == V_OK)
			assert_int_equal(mime.count, 2);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mime__parts_and_ids),
		cmocka_unit_test(test_mime__start_names_the_root),
		cmocka_unit_test(test_mime__one_part_is_plain_xml),
		cmocka_unit_test(test_mime__what_is_refused),
		cmocka_unit_test(test_mime__too_much),
		cmocka_unit_test(test_mime__cut_anywhere),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
