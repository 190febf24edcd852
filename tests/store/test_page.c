/* tests/store/test_page.c - what a job weighs is kept in one row
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"

static const struct page_limits limits = { .lot_letters = 3,
	.lot_bytes = 100000000,
	.bundle_letters = 2,
	.bundle_bytes = 1000000 };

static struct page
page_now(const char *job)
{
	struct page page;

	OK(store_page_get(books, job, &page, &why));
	return page;
}

/* As make_routed(), with the page as the router fills it. */
static void
make_page(const char *id, int64_t paper)
{
	make_ways(id, paper);
	OK(store_page_routed(books, id, &limits, &why));
}

static void
test_page__split_and_routing_fill_it(void **state)
{
	struct page page;

	(void)state;
	make_split("20260210-page", "page", "page", 1, 10);
	page = page_now("20260210-page");
	assert_true(page.counted);
	assert_false(page.routed);
	assert_int_equal(page.all.letters, 10);
	assert_int_equal(page.all.pages, 20);
	assert_int_equal(page.all.sheets, 10);
	assert_int_equal(page.all.documents_bytes, 43210);
	assert_int_equal(page.all.dated.first, 20500);
	assert_int_equal(page.all.publish.first, LETTER_DATE_NONE);
	assert_int_equal(page.all.abroad, 0);

	make_page("20260210-page", 2);
	page = page_now("20260210-page");
	assert_true(page.routed);
	assert_int_equal(page.to_box, 5);
	assert_int_equal(page.lots, 2); /* 3 and 2 */
	assert_int_equal(page.lot_bytes, page.all.box_bytes / 2);
	assert_int_equal(page.to_paper, 5);
	assert_int_equal(page.bundles, 3); /* 2, 2 and 1 */
	assert_int_equal(page.paper.pages, 10);
	assert_int_equal(page.paper.sheets, 5);
	assert_int_equal(page.paper.documents_bytes, 5 * 4321);
	/* Added up once more, it is the same. */
	OK(store_page_routed(books, "20260210-page", &limits, &why));
	assert_int_equal(page_now("20260210-page").to_box, 5);
	OK(store_job_routed(books, "20260210-page", false, NULL, NOW, &why));
	assert_int_equal(
		store_page_routed(books, "20260210-page", &limits, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_STATE);
}

static void
test_page__doubles_do_not_count(void **state)
{
	struct job_new job = job_of("20260210-dbl2", "page", 250);
	struct split *split = NULL;
	uint8_t bsn_key[16] = { 0 };
	struct attachment doc;
	int64_t i;

	(void)state;
	OK(store_job_receive(books, &job, &why));
	OK(store_split_begin(books, job.id, 4, &split, &why));
	for (i = 1; i <= 4; i++) {
		struct letter l = letter_of("dbl2", i, &doc);

		if (i == 4)
			l.id = id_of("dbl2", 1);
		l.deadline = i == 4 ? 30000 : (int32_t)(20000 + i);
		l.address.country = i == 2 ? "BE" : "";
		OK(store_split_letter(split, &l, bsn_key, &why));
	}
	OK(split_end(split, 4, 400));
	store_split_close(split);
	assert_int_equal(page_now(job.id).all.letters, 3);
	assert_int_equal(page_now(job.id).all.pages, 6);
	assert_int_equal(page_now(job.id).all.deadline.first, 20001);
	assert_int_equal(page_now(job.id).all.deadline.last, 20003);
	assert_int_equal(page_now(job.id).all.abroad, 1);
}

static void
test_page__letters_are_picked(void **state)
{
	int64_t record = 0;

	(void)state;
	OK(store_page_pick(
		books, "20260210-dbl2", PAGE_FIRST, 0, &record, &why));
	assert_int_equal(record, 1);
	OK(store_page_pick(
		books, "20260210-dbl2", PAGE_LAST, 0, &record, &why));
	assert_int_equal(record, 3);
	OK(store_page_pick(
		books, "20260210-dbl2", PAGE_ABROAD, 0, &record, &why));
	assert_int_equal(record, 2);
	OK(store_page_pick(
		books, "20260210-dbl2", PAGE_LARGEST, 0, &record, &why));
	assert_int_equal(record, 1);
	OK(store_page_pick(
		books, "20260210-dbl2", PAGE_FROM, 3, &record, &why));
	assert_int_equal(record, 3);
	assert_int_equal(store_page_pick(books, "20260210-dbl2", PAGE_FROM, 4,
				 &record, &why),
		V_END);
	assert_int_equal(store_page_pick(books, "20260210-page", PAGE_ABROAD, 0,
				 &record, &why),
		V_END);
	OK(store_page_reference(
		books, "20260210-dbl2", "dbl2-2", &record, &why));
	assert_int_equal(record, 2);
	assert_int_equal(store_page_reference(books, "20260210-dbl2", "page-2",
				 &record, &why),
		V_END);
}

static void
test_page__the_run_before(void **state)
{
	struct page_last last;
	struct job job;

	(void)state;
	make_split("20260210-prev", "again", "prev", 1, 100);
	job = job_now("20260210-prev");
	make_page("20260210-prev", 4);
	assert_int_equal(store_page_last(books, "again", job.number + 1, &mem,
				 &last, &why),
		V_END); /* not released yet */
	OK(store_job_routed(books, "20260210-prev", false, NULL, NOW, &why));
	OK(store_page_last(books, "again", job.number + 1, &mem, &last, &why));
	assert_string_equal(last.job, "20260210-prev");
	assert_int_equal(last.to_paper, 25);
	assert_int_equal(last.to_box, 75);
	assert_int_equal(
		store_page_last(books, "again", job.number, &mem, &last, &why),
		V_END);
}

static void
test_page__what_goes_before_it(void **state)
{
	struct forecast_send send;
	struct job job = job_now("20260210-prev");
	struct page page = page_now("20260210-prev");

	(void)state;
	/* Released, not cut yet: 75 letters of this job, 5 of the other. */
	OK(store_page_queue(books, "simulator", 0, 1000, NOW, &send, &why));
	assert_int_equal(send.before_letters, 80);
	assert_int_equal(send.before_lots, page.lots + 2);
	assert_int_equal(send.seen_bytes_s, 0);
	/* A smaller job overtakes it. */
	OK(store_page_queue(books, "simulator", 0, 10, NOW, &send, &why));
	assert_int_equal(send.before_letters, 5);
	/* It does not wait for itself. */
	OK(store_page_queue(
		books, "simulator", job.number, 75, NOW, &send, &why));
	assert_int_equal(send.before_letters, 5);
	OK(store_page_queue(books, "other", 0, 1000, NOW, &send, &why));
	assert_int_equal(send.before_letters, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page__split_and_routing_fill_it),
		cmocka_unit_test(test_page__doubles_do_not_count),
		cmocka_unit_test(test_page__letters_are_picked),
		cmocka_unit_test(test_page__the_run_before),
		cmocka_unit_test(test_page__what_goes_before_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(
		"page", tests, books_open, books_close);
}
