/* tests/store/test_used.c - definitions and the site key, kept at first use
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"

static const uint8_t one[32] = { 1 }, two[32] = { 2 };

static enum verdict
used(const char *id, const uint8_t sha256[32], const char *text)
{
	return store_definition_used(
		books, id, sha256, text, strlen(text), &why);
}

static enum definition_state
known(const char *id, const uint8_t sha256[32])
{
	enum definition_state state = 0;

	OK(store_definition_known(books, id, sha256, &state, &why));
	return state;
}

static void
test_used__a_definition_that_changed_after_its_use_is_refused(void **state)
{
	(void)state;
	assert_int_equal(known("vast/1", one), DEFINITION_UNUSED);
	OK(used("vast/1", one, "format: vast\n"));
	OK(used("vast/1", one, "format: vast\n"));
	assert_int_equal(known("vast/1", one), DEFINITION_SAME);
	assert_int_equal(known("vast/1", two), DEFINITION_CHANGED);
	assert_int_equal(used("vast/1", two, "format: other\n"), V_BROKEN);
	assert_int_equal(why.code, CODE_FORMAT_CHANGED);
	assert_non_null(strstr(why.text, "version 2"));
	/* The next version is another definition. */
	assert_int_equal(known("vast/2", two), DEFINITION_UNUSED);
	OK(used("vast/2", two, "format: other\n"));
	assert_int_equal(known("vast/1", one), DEFINITION_SAME);
}

static void
test_used__an_id_without_a_version_is_told_so(void **state)
{
	(void)state;
	OK(used("kaal", one, "x"));
	assert_int_equal(used("kaal", two, "y"), V_BROKEN);
	assert_int_equal(why.code, CODE_FORMAT_CHANGED);
	assert_non_null(strstr(why.text, "another version"));
}

static void
test_used__the_text_can_be_read_back(void **state)
{
	struct pg_rows rows = PG_ROWS_NONE;

	(void)state;
	/* Only the bytes that were given, and any of them. */
	OK(store_definition_used(
		books, "tekst/1", one, "caf\xc3\xa9\nand more", 6, &why));
	OK(pg_ask(books->pg,
		"select body, first_used_ms > 1700000000000 from definition "
		"where id = 'tekst/1'",
		NULL, &rows, &why));
	assert_string_equal(pg_text(&rows, 0, 0, &mem), "caf\xc3\xa9\n");
	assert_true(pg_bool(&rows, 0, 1));
	pg_rows_done(&rows);
}

static void
test_used__books_belong_to_one_site_key(void **state)
{
	(void)state;
	OK(store_site_key(books, one, &why));
	OK(store_site_key(books, one, &why));
	assert_int_equal(store_site_key(books, two, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_KEY);
	assert_non_null(strstr(why.text, "sent twice"));
	OK(store_site_key(books, one, &why));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_used__a_definition_that_changed_after_its_use_is_refused),
		cmocka_unit_test(test_used__an_id_without_a_version_is_told_so),
		cmocka_unit_test(test_used__the_text_can_be_read_back),
		cmocka_unit_test(test_used__books_belong_to_one_site_key),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
