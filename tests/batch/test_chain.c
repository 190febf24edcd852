/* tests/batch/test_chain.c - the cases of a chain test, and their verdicts
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "batch/chain.h"
#include "batch/receipt.h"

#define DAY_MS INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)

static void
test_chain__every_case_makes_sense(void **state)
{
	size_t i, k, count;
	const struct chain_case *cases = chain_cases(&count);
	enum code code;

	(void)state;
	assert_in_range(count, 16, CHAIN_LETTERS_MAX);
	for (i = 0; i < count; i++) {
		const struct chain_case *c = &cases[i];

		assert_ptr_equal(chain_find(c->name), c);
		for (k = 0; k < i; k++)
			assert_string_not_equal(c->name, cases[k].name);
		/* A code of the list. */
		(void)receipt_act(c->expect, false, &code);
		assert_int_not_equal(code, CODE_RESULT_UNKNOWN);
		assert_in_range(c->letters, 1, CHAIN_LETTERS_MAX);
		assert_true(c->subject != 0 && c->look[0] != '\0');
		assert_true(c->documents == 0 || c->document_title != 0);
		assert_true(c->waits <= (int)i);
		if (c->trait == CHAIN_AGAIN)
			assert_int_equal(c->waits, 1);
	}
	assert_null(chain_find("none"));
}

static void
test_chain__text_has_exactly_so_many_characters(void **state)
{
	static const struct {
		const char *begin;
		int chars;
	} cases[] = { { "K", 1 }, { "K", 0 }, { "Ketentest", 3 },
		{ "Ketentest", 10 }, { "Ketentest", 4000 }, { "", 50 } };
	struct buf out = BUF_MAX(20000);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&out);
		chain_text(cases[i].begin, cases[i].chars, &out);
		assert_int_equal(
			text_chars(out.len == 0 ? "" : out.bytes, out.len),
			cases[i].chars);
		/* Whitespace at an end might be taken off on the way. */
		if (cases[i].chars > 1)
			assert_int_not_equal(out.bytes[out.len - 1], ' ');
	}
	buf_done(&out);
}

/* At every hour of a day: 13 days are not more, 14 always are. */
static void
test_chain__days_ahead_are_so_at_any_hour(void **state)
{
	int64_t from = INT64_C(1770000000000), now, at;

	(void)state;
	for (now = from; now < from + DAY_MS; now += HOUR_MS / 4) {
		at = chain_publish_day(now, 13) * DAY_MS - HOUR_MS;
		assert_true(at <= now + 13 * DAY_MS);
		assert_true(at > now + 11 * DAY_MS);
		at = chain_publish_day(now, 14) * DAY_MS - HOUR_MS;
		assert_true(at > now + 13 * DAY_MS);
		assert_true(at < now + 16 * DAY_MS);
	}
}

static void
test_chain__accounts_are_read_or_refused(void **state)
{
	static const struct {
		const char *sentence, *text, *place;
		size_t count; /* 0: refused */
	} cases[] = {
		{ "two", "a;999990019;yes\nb;999990020;no\n", "", 2 },
		{ "with a head, blanks, a remark, in Dutch, without an end",
			"account;bsn;subscribed\n\n# ours\n a ; 999990019 ; ja "
			"\r\nb;999990020;nee",
			"", 2 },
		{ "nobody who is not subscribed", "a;999990019;yes\n", "", 0 },
		{ "nobody who is", "a;999990019;no\n", "", 0 },
		{ "none", "", "", 0 },
		{ "no number", "a;999990019;yes\nb;999990021;no\n", "line 2",
			0 },
		{ "a field too many", "a;999990019;yes;x\n", "line 1", 0 },
		{ "a field too few", "a;999990019\n", "line 1", 0 },
		{ "neither yes nor no", "a;999990019;maybe\n", "line 1", 0 },
		{ "a number as a name", "999990019;999990019;yes\n", "line 1",
			0 },
		{ "no name", ";999990019;yes\n", "line 1", 0 },
	};
	struct chain_account accounts[CHAIN_ACCOUNTS_MAX];
	char text[400];
	size_t i, count;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault why = FAULT_NONE;
		enum verdict v;

		snprintf(text, sizeof(text), "%s", cases[i].text);
		count = 0;
		v = chain_accounts_read(text, accounts, &count, &why);
		if (v != (cases[i].count > 0 ? V_OK : V_SKIP))
			fail_msg("%s: %s", cases[i].sentence, why.text);
		assert_int_equal(count, cases[i].count);
		if (v == V_OK)
			continue;
		assert_int_equal(why.code, CODE_CHAIN_ACCOUNTS);
		assert_string_equal(why.place, cases[i].place);
		assert_null(strstr(why.text, "9999"));
	}
}

static void
test_chain__too_many_accounts_are_refused(void **state)
{
	struct chain_account accounts[CHAIN_ACCOUNTS_MAX];
	char text[(CHAIN_ACCOUNTS_MAX + 2) * 20] = "b;999990020;no\n";
	struct fault why = FAULT_NONE;
	size_t i, count = 0;

	(void)state;
	for (i = 1; i < CHAIN_ACCOUNTS_MAX + 1; i++)
		strcat(text, "a;999990019;yes\n");
	assert_int_equal(
		chain_accounts_read(text, accounts, &count, &why), V_SKIP);
	assert_string_equal(why.place, "line 101");
}

static void
test_chain__accounts_take_turns(void **state)
{
	static const struct chain_account accounts[] = {
		{ "a", { 999990019 }, true },
		{ "b", { 999990020 }, false },
		{ "c", { 999990032 }, true },
	};
	const struct chain_case *full = chain_find("full-lot");
	const struct chain_case *no = chain_find("not-subscribed");

	(void)state;
	assert_int_equal(chain_account_of(full, accounts, 3, 0), 0);
	assert_int_equal(chain_account_of(full, accounts, 3, 1), 2);
	assert_int_equal(chain_account_of(full, accounts, 3, 2), 0);
	assert_int_equal(chain_account_of(no, accounts, 3, 0), 1);
	assert_int_equal(chain_account_of(no, accounts, 3, 7), 1);
}

static void
test_chain__ids_of_letters_are_stable_and_differ(void **state)
{
	struct uuid a = uuid_random(), b = uuid_random();
	struct uuid one = chain_letter_id(&a, 0), other = one;

	(void)state;
	assert_true(uuid_same(&one, &other));
	other = chain_letter_id(&a, 1);
	assert_false(uuid_same(&one, &other));
	other = chain_letter_id(&b, 0);
	assert_false(uuid_same(&one, &other));
}

static void
test_chain__verdicts(void **state)
{
	static const struct {
		const char *name;
		struct chain_end end;
		enum chain_verdict verdict;
	} cases[] = {
		{ "first", { .codes = "" }, CHAIN_OPEN },
		{ "first", { .codes = "", .failed = true }, CHAIN_DIFFERS },
		{ "first", { .results = 1, .codes = "Verwerkt", .total = 1 },
			CHAIN_EXPECTED },
		{ "first", { .results = 1, .codes = "Verwerkt", .total = 2 },
			CHAIN_DIFFERS },
		/* Not acknowledged in time, and answered all the same. */
		{ "first",
			{ .failed = true,
				.results = 1,
				.codes = "Verwerkt",
				.total = 1 },
			CHAIN_EXPECTED },
		{ "first",
			{ .results = 1, .codes = "BijlageTeGroot", .total = 1 },
			CHAIN_DIFFERS },
		{ "first",
			{ .results = 2,
				.codes = "Verwerkt",
				.total = 1,
				.contradicts = true },
			CHAIN_DIFFERS },
		{ "too-large",
			{ .results = 1, .codes = "BijlageTeGroot", .total = 1 },
			CHAIN_EXPECTED },
		{ "full-lot",
			{ .results = 1,
				.codes = "Verwerkt 998, "
					 "TechnischProbleem 2",
				.total = 1000 },
			CHAIN_DIFFERS },
		{ "doubled", { .results = 1, .codes = "Verwerkt", .total = 1 },
			CHAIN_BY_HAND },
		{ "doubled", { .results = 2, .codes = "Verwerkt", .total = 1 },
			CHAIN_EXPECTED },
		{ "listener-down",
			{ .results = 1, .codes = "Verwerkt", .total = 1 },
			CHAIN_BY_HAND },
		{ "listener-down",
			{ .results = 1,
				.codes = "Verwerkt",
				.total = 1,
				.down = true },
			CHAIN_EXPECTED },
	};
	const char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum chain_verdict v = chain_judge(
			chain_find(cases[i].name), &cases[i].end, &text);

		if (v != cases[i].verdict)
			fail_msg("%zu %s: %d, %s", i, cases[i].name, (int)v,
				text);
		assert_int_not_equal(text[0], '\0');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chain__every_case_makes_sense),
		cmocka_unit_test(
			test_chain__text_has_exactly_so_many_characters),
		cmocka_unit_test(test_chain__days_ahead_are_so_at_any_hour),
		cmocka_unit_test(test_chain__accounts_are_read_or_refused),
		cmocka_unit_test(test_chain__too_many_accounts_are_refused),
		cmocka_unit_test(test_chain__accounts_take_turns),
		cmocka_unit_test(
			test_chain__ids_of_letters_are_stable_and_differ),
		cmocka_unit_test(test_chain__verdicts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
