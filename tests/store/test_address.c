/* tests/store/test_address.c - a person corrects an address
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"
#include "tests/store/paper.h"

#define JOB "20260501-addr"

static const struct fault unfit = { .code = CODE_HOUSE_NUMBER,
	.text = "no house number" };

static enum verdict
correct(int64_t record, const char *street, bool dry, enum letter_state *before,
	enum letter_state *after)
{
	struct address address = ADDRESS_EMPTY;
	struct address_change change = { .job = JOB,
		.record = record,
		.address = &address,
		.person = "anna",
		.reason = "asked the citizen",
		.now_ms = NOW,
		.dry = dry };

	address.name = "J. Jansen";
	address.street = street;
	address.number = "7";
	address.postcode = "1234AB";
	address.town = "Demodam";
	return store_address_correct(books, &change, before, after, &why);
}

/* The street that paper gets, "" when it is as delivered. */
static const char *
street_of(const struct letter *letter)
{
	/* The row and its bind are as they were delivered. */
	assert_int_equal(letter->bind[0], letter->record);
	assert_string_equal(letter->address.street, "Dorpsstraat");
	return letter->corrected == NULL ? "" : letter_post(letter)->street;
}

/* Records 3, 6, 9 are on paper; 1 is declined by the box. */
static void
on_paper(void)
{
	const struct said said = { .key = "addr",
		.from = 1,
		.to = 9,
		.exception = "NietActiefOfGeabonneerd",
		.at = 1,
		.at_to = 1 };
	struct offer offer;

	make_lots(JOB, "address", "addr", 9, 3, 100);
	offer = begin("m-addr");
	post(&offer, POST_ACKNOWLEDGED, 0);
	(void)result("r-addr", "m-addr", &said);
	assert_int_equal(job_now(JOB).n_paper, 4);
}

static void
test_address__a_held_letter_goes_on_to_paper(void **state)
{
	enum letter_state before, after;
	struct address_wait *waits;
	struct address_said said;
	struct letter_row row;
	struct letter *letters;
	struct event *events;
	const char **reasons;
	size_t count;

	(void)state;
	on_paper();
	OK(store_letters_hold(
		books, JOB, (const int64_t[]){ 1, 6 }, 2, &unfit, NOW, &why));
	OK(store_address_waiting(books, 10, &mem, &waits, &count, &why));
	assert_int_equal(count, 2);
	assert_string_equal(waits[0].job, JOB);
	assert_int_equal(waits[0].record, 1);
	assert_int_equal(waits[1].record, 6);
	assert_int_equal(waits[1].code, CODE_HOUSE_NUMBER);
	assert_string_equal(waits[1].stream, "address");
	assert_int_equal(
		store_address_said(books, JOB, 6, &mem, &said, &why), V_END);

	/* To look changes nothing. */
	OK(correct(6, "Lindelaan", true, &before, &after));
	assert_int_equal(after, LETTER_PAPER);
	assert_int_equal(job_now(JOB).n_held, 2);
	/* Its own row, an event, and on to paper: all in one step. */
	OK(correct(6, "Lindelaan", false, &before, &after));
	assert_int_equal(before, LETTER_HELD);
	assert_int_equal(after, LETTER_PAPER);
	OK(correct(1, "Kerkweg", false, &before, &after));
	assert_int_equal(job_now(JOB).n_held, 0);
	assert_int_equal(job_now(JOB).n_paper, 4);
	OK(store_address_waiting(books, 10, &mem, &waits, &count, &why));
	assert_int_equal(count, 0);
	OK(store_address_said(books, JOB, 6, &mem, &said, &why));
	assert_string_equal(said.person, "anna");
	assert_string_equal(said.reason, "asked the citizen");
	OK(store_letter_decisions(books, JOB, 6, &mem, &events, &count, &why));
	assert_int_equal(count, 1);
	assert_string_equal(events[0].what, "address corrected");
	assert_string_equal(
		events[0].text, "record 6, and on to paper: asked the citizen");

	OK(store_letter_find(books, JOB "/6", &mem, &row, &why));
	assert_int_equal(row.code, CODE_ADDRESS_CORRECTED);

	/* What the printer gets, and why it is on paper, as before. */
	OK(store_print_letters(
		books, JOB, 10, &mem, &letters, &reasons, &count, &why));
	assert_int_equal(count, 4);
	assert_string_equal(street_of(&letters[0]), "Kerkweg");
	assert_string_equal(
		reasons[0], "rejected_by_box(NietActiefOfGeabonneerd)");
	assert_string_equal(street_of(&letters[1]), "");
	assert_string_equal(street_of(&letters[2]), "Lindelaan");
	assert_string_equal(reasons[2], "not_subscribed");
}

static void
test_address__before_the_bundle_and_not_after(void **state)
{
	enum letter_state before, after;
	struct letter *letters;
	const char **reasons;
	int64_t lot = 0;
	size_t count;

	(void)state;
	/* One that was not held, and twice: the last counts. */
	OK(correct(9, "Eerste weg", false, &before, &after));
	OK(correct(9, "Tweede weg", false, &before, &after));
	assert_int_equal(before, LETTER_PAPER);
	assert_int_equal(after, LETTER_PAPER);
	OK(store_print_letters(
		books, JOB, 10, &mem, &letters, &reasons, &count, &why));
	assert_int_equal(count, 4);
	OK(store_print_cut(
		books, JOB, "print-a", letters, count, NOW, &lot, &why));
	assert_int_equal(
		correct(9, "Derde weg", false, &before, &after), V_SKIP);
	assert_int_equal(why.code, CODE_ADDRESS_LATE);
	/* So the bundle is the same however often it is written. */
	OK(store_lot_letters(
		books, lot, &mem, &letters, &reasons, &count, &why));
	assert_int_equal(count, 4);
	assert_string_equal(street_of(&letters[3]), "Tweede weg");
	/* In the box: too late as well. */
	assert_int_equal(
		correct(2, "Derde weg", false, &before, &after), V_SKIP);
	assert_int_equal(why.code, CODE_ADDRESS_LATE);
	assert_int_equal(
		correct(99, "Derde weg", false, &before, &after), V_SKIP);
	assert_int_equal(why.code, CODE_NO_JOB);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address__a_held_letter_goes_on_to_paper),
		cmocka_unit_test(test_address__before_the_bundle_and_not_after),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(
		"address", tests, books_open, books_close);
}
