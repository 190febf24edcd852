/* tests/store/test_opinion.c - results that cannot all be true
 *
 * Each case is what a careless or hostile other side can say: about too many,
 * too few, others, twice, in the wrong order.  Nothing is believed that another
 * result or another number contradicts, and nothing goes on paper that may be
 * in a box.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"

static void
clear(void)
{
	OK(pg_script(books->pg,
		"delete from attempt; delete from lot; "
		"update job set state = 10 where state < 8",
		&why));
}

/* A job of `letters` in one lot, offered and acknowledged. */
static struct offer
offered(const char *id, const char *key, int64_t letters)
{
	struct offer offer;

	clear();
	make_lots(id, "opinion", key, letters, 0, 100);
	offer = begin(arena_format(&mem, "m-%s", key));
	post(&offer, POST_ACKNOWLEDGED, 0);
	return offer;
}

static int64_t
opinions(const struct offer *offer)
{
	struct pg_rows rows = PG_ROWS_NONE;
	int64_t n;

	OK(pg_ask(books->pg, "select opinions from attempt where number = $1",
		PG_ARGS(PG_N(offer->attempt)), &rows, &why));
	n = pg_int(&rows, 0, 0);
	pg_rows_done(&rows);
	return n;
}

static struct letter_row
letter_now(const char *what)
{
	struct letter_row row;

	OK(store_letter_find(books, what, &mem, &row, &why));
	return row;
}

static void
test_opinion__another_result_of_the_same_attempt_is_told(void **state)
{
	struct said said = { .key = "twic",
		.from = 1,
		.to = 4,
		.exception = "NietActiefOfGeabonneerd",
		.at = 1,
		.at_to = 2 };
	struct offer offer = offered("20260501-twic", "twic", 4);
	struct event *events;
	struct job job;
	size_t count;

	(void)state;
	(void)result("r-twic", "m-twic", &said);
	assert_int_equal(job_now("20260501-twic").n_delivered, 2);
	assert_int_equal(job_now("20260501-twic").n_paper, 2);
	/* 2 and 3 the other way round. */
	said.at = 1;
	said.at_to = 1;
	(void)result("r-twic2", "m-twic", &said);
	/* It may be in a box: not on paper.  What is delivered stays so. */
	assert_int_equal(letter_now("twic-1").state, LETTER_PAPER);
	assert_int_equal(letter_now("twic-2").state, LETTER_HELD);
	assert_int_equal(letter_now("twic-2").code, CODE_RESULT_OTHER);
	assert_int_equal(letter_now("twic-3").state, LETTER_DELIVERED);
	assert_int_equal(job_now("20260501-twic").n_declined, 1);
	assert_int_equal(opinions(&offer), 1);
	OK(store_event_list(
		books, "20260501-twic", &mem, &events, &count, &why));
	assert_string_equal(events[count - 1].what, "second opinion");
	/* The same a third time is nothing new for the letters. */
	(void)result("r-twic3", "m-twic", &said);
	assert_int_equal(job_now("20260501-twic").n_held, 1);
	/* Paper does not wait for it. */
	OK(store_print_ready(books, 0, &mem, &job, &why));
	assert_int_equal(job.n_paper, 1);
	/* And no result takes it from the person who has to decide. */
	said.at_to = 2;
	(void)result("r-twic4", "m-twic", &said);
	assert_int_equal(letter_now("twic-2").state, LETTER_HELD);
}

static void
test_opinion__the_same_once_more_is_nothing(void **state)
{
	struct said said = { .key = "same",
		.from = 1,
		.to = 3,
		.exception = "NietActiefOfGeabonneerd",
		.at = 1,
		.at_to = 1 };
	struct offer offer = offered("20260502-same", "same", 3);
	struct event *events;
	size_t before, after;

	(void)state;
	(void)result("r-same", "m-same", &said);
	OK(store_event_list(
		books, "20260502-same", &mem, &events, &before, &why));
	(void)result("r-same2", "m-same", &said);
	OK(store_event_list(
		books, "20260502-same", &mem, &events, &after, &why));
	assert_int_equal(before, after);
	assert_int_equal(opinions(&offer), 0);
	assert_int_equal(job_now("20260502-same").their_total, 3);
	/* Failures only: other words for the same. */
	said.from = 1;
	said.to = 1;
	said.unlisted_delivered = true;
	(void)result("r-same3", "m-same", &said);
	assert_int_equal(opinions(&offer), 0);
	assert_int_equal(job_now("20260502-same").n_held, 0);
}

static void
test_opinion__a_bad_one_after_a_good_one_changes_nothing(void **state)
{
	struct said said = { .key = "good", .from = 1, .to = 2 };

	(void)state;
	(void)offered("20260503-good", "good", 2);
	(void)result("r-good", "m-good", &said);
	said.contradiction = "the counters add up to more";
	said.total = 9;
	(void)result("r-good2", "m-good", &said);
	assert_int_equal(job_now("20260503-good").n_delivered, 2);
	assert_int_equal(job_now("20260503-good").n_held, 0);
}

/* By its reference it is ours, by its BatchID another's: with as many letters,
 * and only failures listed, nothing else would tell.
 */
static void
test_opinion__the_batch_of_another_lot_applies_nothing(void **state)
{
	struct uuid other = id_of("othr", 1);
	struct said said = { .key = "batc",
		.from = 1,
		.to = 0,
		.unlisted_delivered = true,
		.batch = &other };
	struct lot *lots;
	size_t count;

	(void)state;
	(void)offered("20260504-batc", "batc", 3);
	(void)result("r-batc", "m-batc", &said);
	assert_int_equal(job_now("20260504-batc").n_delivered, 0);
	assert_int_equal(job_now("20260504-batc").n_held, 3);
	OK(store_lot_list(books, "20260504-batc", &mem, &lots, &count, &why));
	assert_non_null(strstr(lots[0].reason, "BatchID"));
	/* The right one ends it. */
	said.batch = NULL;
	(void)result("r-batc2", "m-batc", &said);
	assert_int_equal(job_now("20260504-batc").n_delivered, 3);
}

/* An earlier attempt's result after a later one's. */
static void
test_opinion__an_earlier_attempt_speaks_last(void **state)
{
	struct said said = { .key = "late", .from = 1, .to = 3 };
	int64_t count = 0, next_ms = 0;
	struct offer offer, second;

	(void)state;
	clear();
	make_lots("20260505-late", "opinion", "late", 3, 0, 100);
	offer = begin("m-late");
	post(&offer, POST_COMPLETE, 0);
	expire(NOW + 60000, 1000, 5, &count);
	OK(store_offer_next(books, "simulator", ANY_RULES, NOW + 70000, &mem,
		&second, &next_ms, &why));
	address_offer(&second, "m-late2");
	OK(store_offer_begin(books, &second, RULES(FAST, 1), &next_ms, &why));
	post(&second, POST_ACKNOWLEDGED, 0);
	/* The second: it has two of them already, and declines the third. */
	said.exception = "BerichtBestaatAl";
	said.at = 1;
	said.at_to = 2;
	(void)result("r-late2", "m-late2", &said);
	assert_int_equal(job_now("20260505-late").n_delivered, 3);
	/* Known already: flagged and counted. */
	assert_int_equal(job_now("20260505-late").n_known, 2);
	assert_int_equal(letter_now("late-1").code, CODE_EXISTS);
	/* The first comes after it, and says what fits: the first two. */
	said.exception = NULL;
	(void)result("r-late", "m-late", &said);
	assert_int_equal(opinions(&offer), 0);
	/* Or what does not. */
	said.exception = "NietActiefOfGeabonneerd";
	said.at = said.at_to = 3;
	(void)result("r-late3", "m-late", &said);
	assert_int_equal(letter_now("late-3").state, LETTER_DELIVERED);
	assert_int_equal(opinions(&offer), 1);
	assert_int_equal(job_now("20260505-late").n_known, 2);
}

/* Held because the box has it: no other result sends it to paper. */
static void
test_opinion__what_the_box_has_never_goes_on_paper_by_itself(void **state)
{
	struct said said = { .key = "have", .from = 1, .to = 2 };
	int64_t next_ms = 0, count = 0;
	struct offer offer, second;

	(void)state;
	clear();
	make_lots("20260506-have", "opinion", "have", 2, 0, 100);
	offer = begin("m-have");
	post(&offer, POST_COMPLETE, 0);
	expire(NOW + 60000, 1000, 5, &count);
	OK(store_offer_next(books, "simulator", ANY_RULES, NOW + 70000, &mem,
		&second, &next_ms, &why));
	address_offer(&second, "m-have2");
	OK(store_offer_begin(books, &second, RULES(FAST, 1), &next_ms, &why));
	post(&second, POST_ACKNOWLEDGED, 0);
	/* As if our first attempt were not known (a restored database). */
	OK(pg_script(books->pg,
		"update attempt set posts = 0 where message_id = 'm-have'",
		&why));
	said.exception = "BerichtBestaatAl";
	said.at = said.at_to = 1;
	(void)result("r-have2", "m-have2", &said);
	assert_int_equal(letter_now("have-1").state, LETTER_HELD);
	said.exception = "NietActiefOfGeabonneerd";
	(void)result("r-have", "m-have", &said);
	assert_int_equal(letter_now("have-1").state, LETTER_HELD);
	said.exception = NULL;
	said.at = 0;
}

static void
test_opinion__the_total_of_another_attempt_applies_nothing(void **state)
{
	struct said said = { .key = "totl",
		.from = 1,
		.to = 4,
		.exception = "TechnischProbleem",
		.at = 2,
		.at_to = 3 };
	struct receipt_line none[1];
	struct receipt whole = { .total = 4, .counters = { 4 }, .lines = none };
	struct offer offer = offered("20260507-totl", "totl", 4);
	int64_t next_ms = 0;
	char text[160];
	bool unlisted;

	(void)state;
	(void)result("r-totl", "m-totl", &said);
	OK(store_offer_next(books, "simulator", ANY_RULES, NOW + 900000, &mem,
		&offer, &next_ms, &why));
	address_offer(&offer, "m-totl2");
	OK(store_offer_begin(books, &offer, RULES(FAST, 1), &next_ms, &why));
	post(&offer, POST_ACKNOWLEDGED, 0);
	/* The part has two letters; the result speaks of the whole lot. */
	assert_false(receipt_check(&whole, offer.letters, &unlisted, text));
	said = (struct said){ .key = "totl",
		.from = 2,
		.to = 3,
		.contradiction = text,
		.total = 4 };
	(void)result("r-totl2", "m-totl2", &said);
	assert_int_equal(job_now("20260507-totl").n_held, 2);
	assert_int_equal(job_now("20260507-totl").n_delivered, 2);
	/* Strangers: letters of the lot that were not in the part. */
	said.contradiction = NULL;
	said.total = 0;
	said.from = 1;
	said.to = 2;
	said.strangers = true;
	(void)result("r-totl3", "m-totl2", &said);
	assert_int_equal(job_now("20260507-totl").n_held, 2);
	said.from = 2;
	said.to = 3;
	(void)result("r-totl4", "m-totl2", &said);
	assert_int_equal(job_now("20260507-totl").n_delivered, 4);
}

/* Pauses grow from try to try. */
static void
test_opinion__pauses_grow_up_to_the_longest(void **state)
{
	struct said said = { .key = "grow",
		.from = 1,
		.to = 1,
		.exception = "TechnischProbleem",
		.at = 1,
		.at_to = 1,
		.pause_max_ms = 1000000 };
	struct offer offer = offered("20260508-grow", "grow", 1);
	int64_t next_ms = 0, wait_ms = 0;

	(void)state;
	(void)result("r-grow", "m-grow", &said);
	assert_int_equal(store_offer_next(books, "simulator", ANY_RULES, NOW,
				 &mem, &offer, &next_ms, &why),
		V_END);
	assert_int_equal(next_ms, NOW + 900000);
	OK(store_offer_next(books, "simulator", ANY_RULES, NOW + 900000, &mem,
		&offer, &next_ms, &why));
	address_offer(&offer, "m-grow2");
	OK(store_offer_begin(books, &offer, RULES(FAST, 1), &wait_ms, &why));
	post(&offer, POST_ACKNOWLEDGED, 0);
	(void)result("r-grow2", "m-grow2", &said);
	assert_int_equal(store_offer_next(books, "simulator", ANY_RULES, NOW,
				 &mem, &offer, &next_ms, &why),
		V_END);
	assert_int_equal(next_ms, NOW + 1000000);
}

/* A publication date too far ahead: held, or resent when it has come near. */
static void
test_opinion__a_publication_date_is_waited_for(void **state)
{
	struct receipt_choice choice = {
		.code = (char[]){ "PublicatieDatumLigtTeVerInDeToekomst" },
		.act = (char[]){ "resend" }
	};
	struct said said = { .key = "date",
		.from = 1,
		.to = 3,
		.exception = "PublicatieDatumLigtTeVerInDeToekomst",
		.at = 1,
		.at_to = 2,
		.choice = &choice };
	const int32_t day = (int32_t)(NOW / 86400000) + 20;
	struct offer offer;
	int64_t next_ms = 0, count = -1;

	(void)state;
	OK(receipt_choice_check(&choice, &why));
	offer = offered("20260509-date", "date", 3);
	/* Letter 2 has no date of its own: nothing to wait for. */
	OK(pg_do(books->pg,
		"update letter set publish = $1 where record = 1 "
		"and reference like 'date-%'",
		PG_ARGS(PG_N(day)), NULL, &why));
	(void)result("r-date", "m-date", &said);
	assert_int_equal(job_now("20260509-date").n_held, 2);
	assert_int_equal(letter_now("date-1").code, CODE_PUBLISH);
	OK(store_results_due(
		books, receipt_publish_from_ms(day) - 1, &count, &why));
	assert_int_equal(count, 0);
	OK(store_results_due(
		books, receipt_publish_from_ms(day), &count, &why));
	assert_int_equal(count, 1);
	assert_int_equal(job_now("20260509-date").n_held, 1);
	assert_int_equal(job_now("20260509-date").n_resend, 1);
	OK(store_results_due(
		books, receipt_publish_from_ms(day) + 1, &count, &why));
	assert_int_equal(count, 0);
	OK(store_offer_next(books, "simulator", ANY_RULES,
		receipt_publish_from_ms(day), &mem, &offer, &next_ms, &why));
	assert_int_equal(offer.letters, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_opinion__another_result_of_the_same_attempt_is_told),
		cmocka_unit_test(test_opinion__the_same_once_more_is_nothing),
		cmocka_unit_test(
			test_opinion__a_bad_one_after_a_good_one_changes_nothing),
		cmocka_unit_test(
			test_opinion__the_batch_of_another_lot_applies_nothing),
		cmocka_unit_test(test_opinion__an_earlier_attempt_speaks_last),
		cmocka_unit_test(
			test_opinion__what_the_box_has_never_goes_on_paper_by_itself),
		cmocka_unit_test(
			test_opinion__the_total_of_another_attempt_applies_nothing),
		cmocka_unit_test(test_opinion__pauses_grow_up_to_the_longest),
		cmocka_unit_test(
			test_opinion__a_publication_date_is_waited_for),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
