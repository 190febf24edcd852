/* tests/batch/test_lot.c - the same letters, the same lots
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "batch/lot.h"

static struct uuid
id_of(int n)
{
	struct uuid id = { { 0 } };

	id.bytes[0] = (uint8_t)n;
	id.bytes[15] = (uint8_t)(n >> 8);
	return id;
}

static void
test_lot__is_full(void **state)
{
	static const struct {
		const char *name;
		int64_t letters_max, bytes_max, first;
		int letters;
		int64_t next;
		bool fits;
	} cases[] = {
		{ "empty takes any letter", 10, 5000, 0, 0, 1000000000, true },
		{ "last by count", 3, 1000000, 10, 2, 10, true },
		{ "one past the count", 3, 1000000, 10, 3, 10, false },
		{ "last by bytes", 100, 10000, 7000, 1,
			10000 - LOT_OVERHEAD_BYTES - 7000, true },
		{ "one byte past", 100, 10000, 7000, 1,
			10000 - LOT_OVERHEAD_BYTES - 7000 + 1, false },
		{ "behind one that is too large by itself", 100, 10000, 99999,
			1, 1, false },
	};
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lot_cut cut;

		lot_cut_init(&cut, cases[i].letters_max, cases[i].bytes_max);
		for (k = 0; k < cases[i].letters; k++) {
			struct uuid id = id_of(k);

			lot_cut_add(&cut, &id, cases[i].first);
		}
		if (lot_cut_fits(&cut, cases[i].next) != cases[i].fits)
			fail_msg("%s", cases[i].name);
		lot_cut_done(&cut);
	}
}

static struct uuid
batch_of(struct lot_cut *cut, int from, int to)
{
	int k;

	for (k = from; k < to; k++) {
		struct uuid id = id_of(k);

		lot_cut_add(cut, &id, 100);
	}
	return lot_cut_close(cut);
}

static void
test_lot__batch_id_is_made_of_the_letters(void **state)
{
	struct lot_cut one, two;
	struct uuid a, b, c, d;

	(void)state;
	lot_cut_init(&one, 1000, LOT_BYTES_MAX);
	lot_cut_init(&two, 500, LOT_BYTES_MAX);
	a = batch_of(&one, 0, 400);
	assert_int_equal(one.letters, 0);
	assert_int_equal(one.bytes, 0);
	b = batch_of(&one, 400, 700);
	c = batch_of(&two, 0, 400);
	d = batch_of(&two, 0, 399);
	assert_true(uuid_same(&a, &c));
	assert_false(uuid_same(&a, &b));
	assert_false(uuid_same(&a, &d));
	/* A second time, after others: nothing of them is left. */
	d = batch_of(&two, 400, 700);
	assert_true(uuid_same(&b, &d));
	assert_int_equal(a.bytes[6] >> 4, 8);
	lot_cut_done(&one);
	lot_cut_done(&two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lot__is_full),
		cmocka_unit_test(test_lot__batch_id_is_made_of_the_letters),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("lot", tests, NULL, NULL);
}
