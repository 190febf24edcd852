/* tests/store/test_tally.c - nobody closes what is not proven
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"

/* Every letter delivered; the other side counts `theirs`. */
static void
ended(const char *id, int64_t theirs)
{
	OK(pg_do(books->pg,
		"update job set state = 8, n_split = 0, n_delivered = letters, "
		"their_delivered = $2, settled_ms = $3 where id = $1",
		PG_ARGS(PG_T(id), PG_N(theirs), PG_N(NOW)), NULL, &why));
}

static enum verdict
close_it(const char *id, bool dry)
{
	const struct closing closing = {
		.person = "anna", .reason = "done", .at_ms = NOW
	};

	return store_job_close(books, id, &closing, dry, &why);
}

static void
test_tally__what_differs_is_not_closed(void **state)
{
	static const char id[] = "20260701-diff";
	struct closing kept;

	(void)state;
	make_split(id, "diff", "diff", 1, 5);
	ended(id, 4);
	assert_int_equal(close_it(id, true), V_SKIP);
	assert_int_equal(why.code, CODE_NOT_PROVEN);
	assert_int_equal(close_it(id, false), V_SKIP);
	assert_int_equal(why.code, CODE_NOT_PROVEN);
	assert_non_null(strstr(why.text, "the other side counts 4"));
	assert_int_equal(
		store_job_closing(books, id, &mem, &kept, &why), V_END);
	/* What the supplier announced counts as much. */
	ended(id, 5);
	OK(pg_do(books->pg, "update job set promised_letters = 6 where id = $1",
		PG_ARGS(PG_T(id)), NULL, &why));
	assert_int_equal(close_it(id, false), V_SKIP);
	assert_int_equal(why.code, CODE_NOT_PROVEN);
	assert_non_null(strstr(why.text, "the supplier announced 6"));
	OK(pg_do(books->pg, "update job set promised_letters = 5 where id = $1",
		PG_ARGS(PG_T(id)), NULL, &why));
	OK(close_it(id, true));
	OK(close_it(id, false));
	OK(store_job_closing(books, id, &mem, &kept, &why));
	assert_int_equal(kept.delivered, 5);
	assert_non_null(strstr(kept.sum, "sum OK"));
	assert_int_equal(close_it(id, false), V_SKIP);
	assert_int_equal(why.code, CODE_STATE);
}

static void
test_tally__what_is_open_is_not_closed(void **state)
{
	static const char id[] = "20260702-open";

	(void)state;
	make_split(id, "open", "open", 1, 5);
	assert_int_equal(close_it(id, false), V_SKIP);
	assert_int_equal(why.code, CODE_NOT_ENDED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tally__what_differs_is_not_closed),
		cmocka_unit_test(test_tally__what_is_open_is_not_closed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
