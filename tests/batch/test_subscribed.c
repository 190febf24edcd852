/* tests/batch/test_subscribed.c - two bits for each citizen number
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "batch/subscribed.h"

/* Every number from `from` that passes the eleven-test. */
static int32_t
next_valid(int32_t from)
{
	while (!bsn_valid(from))
		from++;
	return from;
}

static struct bsn
bsn(int32_t number)
{
	assert_true(bsn_valid(number));
	return (struct bsn){ number };
}

static void
test_subscribed__every_number_has_one_place(void **state)
{
	int32_t number = next_valid(1), end = 1000000000 - 1, count = 0;

	(void)state;
	/* Steps that touch every chunk, and the edges of the country. */
	for (; number < end - 5000; number = next_valid(number + 4999)) {
		struct bsn one = { number };
		struct bsn back = subscribed_number(
			subscribed_chunk_of(one), subscribed_bit_of(one));

		if (back.number != number)
			fail_msg("%d came back as %d", number, back.number);
		count++;
	}
	assert_true(count > 190000);
	/* 00000001x: 2 * 1 = 2, so the ninth is 2. */
	assert_int_equal(subscribed_number(0, 1).number, 12);
	/* 00000000x would be zero, which is no number. */
	assert_int_equal(subscribed_number(0, 0).number, 0);
	/* 2 * 5 = 10: no digit makes it a multiple of eleven. */
	assert_int_equal(subscribed_number(0, 5).number, 0);
	/* The last chunk has room for more places than there are. */
	assert_int_equal(subscribed_number(SUBSCRIBED_CHUNKS - 1,
				 SUBSCRIBED_PLACES % SUBSCRIBED_CHUNK_BITS)
				 .number,
		0);
}

static void
test_subscribed__keeps_what_was_said_first(void **state)
{
	struct subscribed set = { .asked = 0 };
	struct bsn one = bsn(123456782), two = bsn(111222333);
	bool yes = false;

	(void)state;
	assert_false(subscribed_find(&set, one, &yes));
	assert_int_equal(subscribed_add(&set, one, true), SUBSCRIBED_NEW);
	assert_int_equal(subscribed_add(&set, one, true), SUBSCRIBED_AGAIN);
	assert_int_equal(
		subscribed_add(&set, one, false), SUBSCRIBED_CONTRADICTS);
	assert_int_equal(subscribed_add(&set, two, false), SUBSCRIBED_NEW);
	assert_int_equal(
		subscribed_add(&set, two, true), SUBSCRIBED_CONTRADICTS);
	assert_int_equal(set.asked, 2);
	assert_int_equal(set.yes, 1);
	assert_true(subscribed_find(&set, one, &yes));
	assert_true(yes);
	assert_true(subscribed_find(&set, two, &yes));
	assert_false(yes);
	subscribed_done(&set);
	assert_int_equal(set.asked, 0);
	assert_false(subscribed_find(&set, one, &yes));
}

static void
test_subscribed__walks_in_order(void **state)
{
	static const int32_t numbers[] = { 999999990, 12, 123456782, 655363,
		111222333 };
	struct subscribed set = { .asked = 0 };
	int32_t place = 0, before = 0;
	size_t i, count = 0;
	struct bsn one;
	bool yes;

	(void)state;
	assert_false(subscribed_next(&set, &place, &one, &yes));
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		(void)subscribed_add(&set,
			bsn(next_valid(numbers[i] - numbers[i] % 10)),
			i % 2 == 0);
	place = 0;
	while (subscribed_next(&set, &place, &one, &yes)) {
		assert_true(one.number > before);
		before = one.number;
		count++;
	}
	assert_int_equal(count, set.asked);
	assert_int_equal(count, 5);
	assert_false(subscribed_next(&set, &place, &one, &yes));
	subscribed_done(&set);
}

static void
test_subscribed__comes_back_from_its_chunks(void **state)
{
	struct subscribed set = { .asked = 0 }, copy = { .asked = 0 };
	uint8_t asked[SUBSCRIBED_CHUNK_BYTES], yes[SUBSCRIBED_CHUNK_BYTES];
	int32_t number = next_valid(655360);
	int i;

	(void)state;
	for (i = 0; i < 3000; i++, number = next_valid(number + 1))
		(void)subscribed_add(&set, bsn(number), i % 3 == 0);
	assert_non_null(set.chunks[1]);
	subscribed_put(&copy, 1, set.chunks[1]->asked, set.chunks[1]->yes);
	assert_int_equal(copy.asked, 3000);
	assert_int_equal(copy.yes, 1000);
	assert_memory_equal(
		copy.chunks[1], set.chunks[1], sizeof(*set.chunks[1]));
	subscribed_done(&copy);

	/* What a database could hold and no number has. */
	memset(asked, 0xff, sizeof(asked));
	memset(yes, 0, sizeof(yes));
	yes[0] = 0x21; /* places 0 and 5, which are none */
	subscribed_put(&copy, 0, asked, yes);
	assert_int_equal(copy.yes, 0);
	assert_true(copy.asked > 59000 && copy.asked < 60000);
	assert_int_equal(copy.chunks[0]->asked[0] & 0x21, 0);
	subscribed_done(&copy);
	subscribed_done(&set);
}

static void
test_subscribed__changes_win(void **state)
{
	struct subscribed set = { .asked = 0 }, changes = { .asked = 0 };
	struct bsn stays = bsn(123456782), goes = bsn(111222333),
		   comes = bsn(next_valid(900000000)), other;
	bool yes;

	(void)state;
	other = bsn(next_valid(goes.number + 1)); /* the same byte, or near */
	(void)subscribed_add(&set, stays, true);
	(void)subscribed_add(&set, goes, true);
	(void)subscribed_add(&set, other, true);
	(void)subscribed_add(&changes, goes, false);
	(void)subscribed_add(&changes, comes, true);
	subscribed_apply(&set, &changes);
	assert_int_equal(set.asked, 4);
	assert_int_equal(set.yes, 3);
	assert_true(subscribed_find(&set, stays, &yes) && yes);
	assert_true(subscribed_find(&set, other, &yes) && yes);
	assert_true(subscribed_find(&set, goes, &yes) && !yes);
	assert_true(subscribed_find(&set, comes, &yes) && yes);
	/* Once more changes nothing. */
	subscribed_apply(&set, &changes);
	assert_int_equal(set.asked, 4);
	assert_int_equal(set.yes, 3);
	subscribed_done(&set);
	subscribed_done(&changes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subscribed__every_number_has_one_place),
		cmocka_unit_test(test_subscribed__keeps_what_was_said_first),
		cmocka_unit_test(test_subscribed__walks_in_order),
		cmocka_unit_test(test_subscribed__comes_back_from_its_chunks),
		cmocka_unit_test(test_subscribed__changes_win),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("subscribed", tests, NULL, NULL);
}
