/* tests/batch/test_forecast.c - lots, sheets, time and money, by hand
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "batch/forecast.h"
#include "batch/lot.h"

#define HOUR INT64_C(3600000)

static void
test_forecast__letters_add_up(void **state)
{
	struct attachment docs[2] = { { .pages = 3, .bytes = 100 },
		{ .pages = 1, .bytes = 50 } };
	struct letter letter = { .bsn = { 123456782 },
		.attachments = docs,
		.document_count = 2,
		.publish = 20000,
		.deadline = LETTER_DATE_NONE,
		.dated = 20010,
		.address = ADDRESS_EMPTY };
	struct forecast_load load = FORECAST_LOAD_NONE;

	(void)state;
	forecast_load_add(&load, &letter, 700);
	letter.publish = 19990;
	letter.address.country = "DE";
	letter.bsn.number = 0;
	docs[1].pages = 0;
	forecast_load_add(&load, &letter, 300);
	letter.publish = LETTER_DATE_NONE;
	letter.document_count = 0;
	letter.bsn.number = 123456782;
	letter.paper = PAPER_ASKED;
	forecast_load_add(&load, &letter, 0);
	assert_int_equal(load.letters, 3);
	assert_int_equal(load.pages, 7);
	/* Three pages are two sheets, and one page is one. */
	assert_int_equal(forecast_sheets(&load, false), 5);
	assert_int_equal(forecast_sheets(&load, true), 7);
	assert_int_equal(load.uncounted, 1);
	assert_int_equal(load.documents_bytes, 300);
	assert_int_equal(load.box_bytes, 1000);
	assert_int_equal(load.abroad, 2);
	assert_int_equal(load.paper_only, 2);
	assert_int_equal(load.publish.first, 19990);
	assert_int_equal(load.publish.last, 20000);
	assert_int_equal(load.dated.first, 20010);
	assert_int_equal(load.deadline.first, LETTER_DATE_NONE);
}

/* Whatever the sizes, as many lots as batch/lot.h cuts. */
static void
test_forecast__lots_are_those_of_the_cutter(void **state)
{
	static const struct {
		int64_t letters_max, bytes_max, letters, small, large;
	} cases[] = {
		{ 1000, 100000000, 0, 1, 1 }, { 1000, 100000000, 1, 1, 1 },
		{ 1000, 100000000, 1000, 9, 9 },
		{ 1000, 100000000, 1001, 9, 9 },
		{ 1000, 100000000, 2000, 60000, 140000 },
		{ 7, 5000, 100, 100, 1500 },
		{ 10, 3000, 20, 9000, 9000 }, /* each too large: alone */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct forecast_cut mine = { .letters_max =
						     cases[i].letters_max,
			.bytes_max = cases[i].bytes_max - LOT_OVERHEAD_BYTES };
		struct uuid id = { { 0 } };
		struct lot_cut cut;
		int64_t n, lots = 0;

		lot_cut_init(&cut, cases[i].letters_max, cases[i].bytes_max);
		for (n = 0; n < cases[i].letters; n++) {
			int64_t bytes = n * 7919 % 3 == 0 ? cases[i].large
							  : cases[i].small;

			if (!lot_cut_fits(&cut, bytes)) {
				(void)lot_cut_close(&cut);
				lots++;
			}
			lot_cut_add(&cut, &id, bytes);
			forecast_cut_add(&mine, bytes);
		}
		lots += cut.letters > 0;
		lot_cut_done(&cut);
		assert_int_equal(mine.lots, lots);
	}
}

static void
test_forecast__lots_by_the_average(void **state)
{
	(void)state;
	assert_int_equal(forecast_lots(0, 0, 1000, 100), 0);
	assert_int_equal(forecast_lots(1, 500, 1000, 100), 1);
	assert_int_equal(forecast_lots(1000, 1000, 1000, 100000000), 1);
	assert_int_equal(forecast_lots(1001, 1001, 1000, 100000000), 2);
	/* 100 kB each: 1000 fill a lot of 100 MB exactly. */
	assert_int_equal(forecast_lots(2000, INT64_C(200000000), 1000,
				 INT64_C(100000000)),
		2);
	assert_int_equal(forecast_lots(2000, INT64_C(260000000), 1000,
				 INT64_C(100000000)),
		3);
}

static void
test_forecast__shares(void **state)
{
	(void)state;
	assert_int_equal(forecast_share(2000, 35, 100), 700);
	assert_int_equal(forecast_share(3, 1, 2), 2); /* 1.5 */
	assert_int_equal(forecast_share(0, 1, 2), 0);
	assert_int_equal(
		forecast_share(100000000, 50000000, 100000000), 50000000);
	/* 20 TB of a hundred million letters, for all but one of them. */
	assert_int_equal(
		forecast_share(INT64_C(20000000000000), 99999999, 100000000),
		INT64_C(19999999800000));
	assert_int_equal(forecast_permille(358, 1000), 358);
	assert_int_equal(forecast_permille(1, 3), 333);
	assert_int_equal(forecast_permille(0, 0), 0);
}

static void
test_forecast__the_slowest_limit_decides(void **state)
{
	static const struct {
		const char *what;
		struct forecast_send send;
		int64_t ms;
		enum forecast_bound bound;
	} cases[] = {
		{ "nothing goes to the box",
			{ .per_hour = 60000, .in_flight = 2 }, 0,
			FORECAST_NOTHING },
		{ "a limit of nothing is never",
			{ .in_flight = 2, .letters = 1, .lots = 1 }, -1,
			FORECAST_CLOSED },
		{ "no lot may fly", { .per_hour = 1, .letters = 1, .lots = 1 },
			-1, FORECAST_CLOSED },
		{ "60,000 an hour: the last lot begins after 59,000",
			{ .per_hour = 60000,
				.in_flight = 2,
				.letters = 60000,
				.lots = 60 },
			HOUR * 59 / 60, FORECAST_LETTERS },
		{ "what goes before it is paid for first",
			{ .per_hour = 60000,
				.in_flight = 2,
				.before_letters = 30000,
				.before_lots = 30,
				.letters = 60000,
				.lots = 60 },
			HOUR * 89 / 60, FORECAST_LETTERS },
		{ "and so is the allowance that was used",
			{ .per_hour = 60000,
				.in_flight = 2,
				.wait_ms = 5000,
				.letters = 1000,
				.lots = 1 },
			5000, FORECAST_LETTERS },
		{ "one lot leaves at once: only its bytes take time",
			{ .per_hour = 60000,
				.bytes_s = 5000000,
				.in_flight = 2,
				.letters = 1000,
				.bytes = 100000000,
				.lots = 1 },
			20000, FORECAST_LETTERS },
		{ "100 MB at 5 MB/s, ten times",
			{ .per_hour = 1000000,
				.bytes_s = 5000000,
				.in_flight = 2,
				.letters = 10000,
				.bytes = 1000000000,
				.lots = 10 },
			200000, FORECAST_BYTES },
		{ "slower than the limit, as was seen",
			{ .per_hour = 1000000,
				.bytes_s = 5000000,
				.seen_bytes_s = 4000000,
				.in_flight = 2,
				.letters = 10000,
				.bytes = 1000000000,
				.lots = 10 },
			250000, FORECAST_SEEN },
		{ "and half a second between two lots",
			{ .per_hour = 1000000,
				.bytes_s = 5000000,
				.gap_ms = 500,
				.in_flight = 2,
				.letters = 10000,
				.bytes = 1000000000,
				.lots = 10 },
			204500, FORECAST_BYTES },
		{ "one lot at a time, each answered after 10 s",
			{ .per_hour = 1000000,
				.bytes_s = 10000000,
				.answer_ms = 10000,
				.in_flight = 1,
				.letters = 10000,
				.bytes = 100000000,
				.lots = 10 },
			110000, FORECAST_FLIGHT },
		{ "nothing is known: at once",
			{ .per_hour = 1000000000,
				.in_flight = 2,
				.letters = 1,
				.lots = 1 },
			0, FORECAST_UNKNOWN },
		{ "a hundred million letters do not overflow",
			{ .per_hour = 60000,
				.bytes_s = 5000000,
				.in_flight = 2,
				.letters = 100000000,
				.bytes = INT64_C(20000000000000),
				.lots = 200000 },
			INT64_C(5999970000) + 20000, FORECAST_LETTERS },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum forecast_bound bound;
		int64_t ms = forecast_send_ms(&cases[i].send, &bound);

		if (ms != cases[i].ms || bound != cases[i].bound)
			fail_msg("%s: %lld ms, bound %d", cases[i].what,
				(long long)ms, (int)bound);
	}
}

static void
test_forecast__money(void **state)
{
	const struct forecast_prices prices = { 4700, 7500, 400 },
				     unknown = { -1, -1, -1 },
				     box_only = { 4700, -1, -1 };

	(void)state;
	/* 1,275 x 0.47 and 715 x 0.75 + 700 x 0.04 */
	assert_int_equal(
		forecast_cents(&prices, 1275, 715, 700), 59925 + 53625 + 2800);
	assert_int_equal(forecast_cents(&prices, 0, 0, 0), 0);
	assert_int_equal(forecast_cents(&unknown, 0, 0, 0), 0);
	assert_int_equal(forecast_cents(&unknown, 1, 0, 0), -1);
	assert_int_equal(forecast_cents(&box_only, 2, 0, 0), 94);
	assert_int_equal(forecast_cents(&box_only, 2, 1, 1), -1);
	/* A hundredth of a cent is rounded once, over the whole. */
	assert_int_equal(
		forecast_cents(&(struct forecast_prices){ 33, 0, 0 }, 2, 0, 0),
		1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forecast__letters_add_up),
		cmocka_unit_test(test_forecast__lots_are_those_of_the_cutter),
		cmocka_unit_test(test_forecast__lots_by_the_average),
		cmocka_unit_test(test_forecast__shares),
		cmocka_unit_test(test_forecast__the_slowest_limit_decides),
		cmocka_unit_test(test_forecast__money),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("forecast", tests, NULL, NULL);
}
