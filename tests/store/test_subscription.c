/* tests/store/test_subscription.c - the register of answers
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "store/subscription_bits.h"
#include "tests/store/books.h"

#define SENDER "00000099000000010000"
#define DAY_MS INT64_C(86400000)

/* The n-th number there is, from 900000009 on. */
static struct bsn
bsn_at(int64_t n)
{
	static struct bsn known[40000];
	static int32_t next = 900000000;
	static int64_t count;

	assert_true(n < 40000);
	while (count <= n) {
		if (bsn_valid(next))
			known[count++].number = next;
		next++;
	}
	return known[n];
}

/* Of the numbers from .. to - 1 every `of`-th is subscribed. */
static int64_t
keep(const char *type, enum answer_source source, bool whole, int64_t asked_ms,
	int64_t from, int64_t to, int64_t of)
{
	const struct answer_head head = { .environment = "simulator",
		.sender = SENDER,
		.type = type,
		.source = source,
		.whole = whole,
		.asked_ms = asked_ms,
		.now_ms = NOW,
		.person = "automatic",
		.note = "" };
	static struct subscribed set;
	int64_t number, i;

	for (i = from; i < to; i++)
		(void)subscribed_add(&set, bsn_at(i), i % of == 0);
	OK(store_answer_keep(books, &set, &head, &number, &why));
	subscribed_done(&set);
	return number;
}

static void
test_subscription__what_was_kept_is_listed(void **state)
{
	struct answer_row *rows;
	size_t count;
	int64_t list, small;

	(void)state;
	list = keep("", ANSWER_LIST, false, NOW - 1000, 0, 20000, 2);
	small = keep("woz", ANSWER_IMPORT, false, NOW - 2000, 0, 10, 5);
	OK(store_answer_rows(books, SENDER, 10, &mem, &rows, &count, &why));
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].number, list);
	assert_int_equal(rows[0].asked, 20000);
	assert_int_equal(rows[0].yes, 10000);
	assert_int_equal(rows[0].no, 10000);
	assert_int_equal(rows[1].number, small);
	assert_string_equal(rows[1].type, "woz");
	assert_int_equal(rows[1].yes, 2);
	OK(store_answer_rows(books, "1", 10, &mem, &rows, &count, &why));
	assert_int_equal(count, 0);
}

static void
test_subscription__changes_go_over_the_newest_list_of_all(void **state)
{
	static struct subscribed set, changes;
	int64_t all, found, asked_ms;
	bool yes;

	(void)state;
	all = keep("", ANSWER_ALL, true, NOW - DAY_MS, 0, 100, 1);
	OK(store_answer_base(books, "simulator", SENDER, "", NOW - 2 * DAY_MS,
		NOW, &found, &asked_ms, &why));
	assert_int_equal(found, all);
	assert_int_equal(asked_ms, NOW - DAY_MS);
	/* What changed since a moment after it is not all that changed. */
	OK(store_answer_base(books, "simulator", SENDER, "", NOW - DAY_MS + 1,
		NOW, &found, &asked_ms, &why));
	assert_int_equal(found, 0);
	OK(store_answer_load(books, all, &set, &why));
	assert_int_equal(set.yes, 100);
	(void)subscribed_add(&changes, bsn_at(3), false);
	(void)subscribed_add(&changes, bsn_at(200), true);
	subscribed_apply(&set, &changes);
	assert_int_equal(set.yes, 100);
	assert_true(subscribed_find(&set, bsn_at(3), &yes) && !yes);
	assert_true(subscribed_find(&set, bsn_at(200), &yes) && yes);
	subscribed_done(&set);
	subscribed_done(&changes);
	assert_int_equal(
		store_answer_load(books, all + 1000, &set, &why), V_SKIP);
	assert_int_equal(why.code, CODE_STATE);
}

static void
test_subscription__old_answers_go_but_their_rows_stay(void **state)
{
	static struct subscribed set;
	struct answer_head head = { .environment = "simulator",
		.sender = "2",
		.type = "",
		.source = ANSWER_IMPORT,
		.now_ms = NOW,
		.person = "automatic",
		.note = "" };
	struct answer_row *rows;
	int64_t number, dropped;
	size_t count;

	(void)state;
	(void)subscribed_add(&set, bsn_at(0), true);
	head.asked_ms = NOW - ANSWER_MAX_MS - 1;
	assert_int_equal(
		store_answer_keep(books, &set, &head, &number, &why), V_SKIP);
	assert_int_equal(why.code, CODE_SUBSCRIPTION_OLD);
	head.asked_ms = NOW + 1;
	assert_int_equal(
		store_answer_keep(books, &set, &head, &number, &why), V_SKIP);
	assert_int_equal(why.code, CODE_SUBSCRIPTION_OLD);
	head.asked_ms = NOW - ANSWER_MAX_MS;
	OK(store_answer_keep(books, &set, &head, &number, &why));
	subscribed_done(&set);
	OK(store_answers_drop(books, NOW, &dropped, &why));
	assert_int_equal(dropped, 0);
	OK(store_answers_drop(books, NOW + 1, &dropped, &why));
	assert_int_equal(dropped, 1);
	OK(store_answer_rows(books, "2", 10, &mem, &rows, &count, &why));
	assert_int_equal(count, 1);
	assert_true(rows[0].dropped);
	assert_int_equal(rows[0].yes, 1);
}

static void
test_subscription__a_day_has_so_many_questions(void **state)
{
	int64_t room;

	(void)state;
	OK(store_wus_room(books, "e", 500, &room, &why));
	assert_int_equal(room, 500);
	OK(store_wus_take(books, "e", 250, 500, &why));
	OK(store_wus_take(books, "e", 249, 500, &why));
	assert_int_equal(store_wus_take(books, "e", 2, 500, &why), V_END);
	OK(store_wus_room(books, "e", 500, &room, &why));
	assert_int_equal(room, 1);
	OK(store_wus_take(books, "e", 1, 500, &why));
	assert_int_equal(store_wus_take(books, "e", 1, 500, &why), V_END);
	/* None at all, also not the first of the day. */
	assert_int_equal(store_wus_take(books, "f", 1, 0, &why), V_END);
	OK(store_wus_take(books, "f", 1, 1, &why));
}

static void
test_subscription__small_answers_of_an_hour_are_one(void **state)
{
	struct wus_line lines[2] = { { bsn_at(1), true, false },
		{ bsn_at(2), false, true } };
	struct answer_row *rows;
	size_t count;

	(void)state;
	OK(store_wus_keep(books, "simulator", "3", "woz", lines, 2, NOW, &why));
	OK(store_wus_keep(
		books, "simulator", "3", "woz", lines, 1, NOW + 1000, &why));
	OK(store_wus_keep(
		books, "simulator", "3", "other", lines, 1, NOW + 1000, &why));
	OK(store_wus_keep(
		books, "simulator", "3", "woz", lines, 1, NOW + DAY_MS, &why));
	OK(store_answer_rows(books, "3", 10, &mem, &rows, &count, &why));
	assert_int_equal(count, 3);
	assert_int_equal(rows[2].asked, 3);
	assert_int_equal(rows[2].yes, 2);
	assert_int_equal(rows[2].asked_ms, NOW);
}

static void
test_subscription__a_chunk_comes_back_as_it_was(void **state)
{
	static uint8_t bits[CHUNK_BYTES], back[CHUNK_BYTES], room[CHUNK_BYTES];
	static const int of[] = { 65536, 65535, 700, 17, 16, 15, 2, 1 };
	size_t i, len;
	uint32_t b;

	(void)state;
	for (i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		memset(bits, 0, sizeof(bits));
		memset(back, 0, sizeof(back));
		for (b = 0; b < 65536; b += (uint32_t)of[i])
			bit_set(bits, b);
		len = chunk_pack(bits, room);
		assert_true(len <= CHUNK_BYTES);
		assert_true(chunk_unpack(room, len, back));
		assert_memory_equal(bits, back, sizeof(bits));
	}
	assert_false(chunk_unpack(room, 3, back));
	assert_false(chunk_unpack(room, CHUNK_BYTES + 2, back));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subscription__what_was_kept_is_listed),
		cmocka_unit_test(
			test_subscription__changes_go_over_the_newest_list_of_all),
		cmocka_unit_test(
			test_subscription__old_answers_go_but_their_rows_stay),
		cmocka_unit_test(
			test_subscription__a_day_has_so_many_questions),
		cmocka_unit_test(
			test_subscription__small_answers_of_an_hour_are_one),
		cmocka_unit_test(
			test_subscription__a_chunk_comes_back_as_it_was),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
