/* tests/batch/test_receipt.c - what a result means for its letters
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "batch/receipt.h"

static void
test_receipt__each_code_has_its_act(void **state)
{
	static const struct {
		const char *wire;
		bool before;
		enum receipt_act act;
		enum code code;
	} cases[] = {
		{ "Verwerkt", false, RECEIPT_DELIVERED, CODE_NONE },
		{ "Verwerkt", true, RECEIPT_DELIVERED, CODE_NONE },
		{ "NietActiefOfGeabonneerd", false, RECEIPT_PAPER,
			CODE_NOT_SUBSCRIBED },
		{ "TechnischProbleem", false, RECEIPT_RESEND, CODE_TECHNICAL },
		{ "BerichtBestaatAl", true, RECEIPT_DELIVERED, CODE_EXISTS },
		{ "BerichtBestaatAl", false, RECEIPT_HOLD_LETTER, CODE_EXISTS },
		{ "BerichtTypeNietOndersteund", false, RECEIPT_HOLD_STREAM,
			CODE_STREAM_WRONG },
		{ "PublicatieDatumLigtTeVerInDeToekomst", false,
			RECEIPT_HOLD_LETTER, CODE_PUBLISH },
		{ "AanmaakDatumLigtTeVerInHetVerleden", false, RECEIPT_RESEND,
			CODE_DECLINED },
		{ "BijlageTeGroot", false, RECEIPT_PAPER, CODE_DOCUMENT_BOX },
		{ "OinInCPAKomtNietOvereenMetOinInBericht", false,
			RECEIPT_HOLD_STREAM, CODE_STREAM_WRONG },
		{ "XmlValidatieTegenXsdValtNegatiefUit", false,
			RECEIPT_HOLD_STREAM, CODE_STREAM_WRONG },
		{ "verwerkt", false, RECEIPT_HOLD_LETTER, CODE_RESULT_UNKNOWN },
		{ "", true, RECEIPT_HOLD_LETTER, CODE_RESULT_UNKNOWN },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum code code = CODE_BUG;

		if (receipt_act(cases[i].wire, cases[i].before, &code) !=
				cases[i].act ||
			code != cases[i].code)
			fail_msg("%s", cases[i].wire);
	}
}

#define V "Verwerkt"
#define N "NietActiefOfGeabonneerd"
#define B "BerichtBestaatAl"

static void
test_receipt__counters_must_fit_the_lines(void **state)
{
	static const struct {
		const char *name;
		int64_t letters, total, counters[RECEIPT_COUNTERS];
		const char *codes[4];
		bool fits, unlisted;
	} cases[] = {
		{ "all listed", 3, 3, { 2, 1 }, { V, N, V }, true, false },
		{ "failures only", 9, 9, { 7, 2 }, { N, N }, true, true },
		{ "nothing listed, all delivered", 5, 5, { 5 }, { NULL }, true,
			true },
		{ "code without a counter", 3, 3, { 2 }, { V, B, V }, true,
			false },
		{ "code without a counter, unlisted", 3, 3, { 2 }, { B }, true,
			true },
		{ "unlisted but not counted", 3, 3, { 1 }, { V }, false,
			false },
		{ "nothing listed, nothing counted", 5, 5, { 0 }, { NULL },
			false, false },
		{ "another total", 3, 4, { 3 }, { V, V, V }, false, false },
		{ "a failure is counted but not listed", 3, 3, { 2, 1 },
			{ NULL }, false, false },
		{ "a failure is listed but not counted", 3, 3, { 3 },
			{ V, V, N }, false, false },
		{ "counted twice", 3, 3, { 3, 1 }, { N }, false, false },
		{ "negative counter", 3, 3, { 4, -1 }, { V, V, V }, false,
			false },
		{ "counter that would overflow", 3, 3, { INT64_MAX, INT64_MAX },
			{ V, V, V }, false, false },
		{ "more lines than letters", 2, 2, { 2 }, { V, V, V }, false,
			false },
		{ "unknown code is a line like others", 2, 2, { 1 },
			{ V, "Nieuw" }, true, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct receipt_line lines[4] = { { .code = "" } };
		struct receipt receipt = { .total = cases[i].total,
			.lines = lines };
		bool unlisted = true;
		char text[160] = "";

		memcpy(receipt.counters, cases[i].counters,
			sizeof(receipt.counters));
		while (receipt.line_count < 4 &&
			cases[i].codes[receipt.line_count] != NULL) {
			size_t n = receipt.line_count++;

			lines[n].letter_id.bytes[3] = (uint8_t)(9 - n);
			snprintf(lines[n].code, sizeof(lines[n].code), "%s",
				cases[i].codes[n]);
		}
		if (receipt_check(&receipt, cases[i].letters, &unlisted,
			    text) != cases[i].fits)
			fail_msg("%s: %s", cases[i].name, text);
		if (cases[i].fits && unlisted != cases[i].unlisted)
			fail_msg("%s: unlisted", cases[i].name);
		if (!cases[i].fits && text[0] == '\0')
			fail_msg("%s: no sentence", cases[i].name);
	}
}

static void
test_receipt__a_letter_named_twice_contradicts(void **state)
{
	struct receipt_line lines[3] = { { .code = V }, { .code = V },
		{ .code = V } };
	struct receipt receipt = {
		.total = 3, .counters = { 3 }, .lines = lines, .line_count = 3
	};
	char text[160] = "";
	bool unlisted;

	(void)state;
	lines[1].letter_id.bytes[0] = 1;
	assert_false(receipt_check(&receipt, 3, &unlisted, text));
	assert_non_null(strstr(text, "twice"));
	lines[2].letter_id.bytes[0] = 2;
	assert_true(receipt_check(&receipt, 3, &unlisted, text));
}

/* As the jobs file has it. */
static struct receipt_choice
choice_of(const char *code, const char *act)
{
	static char texts[64][48];
	static size_t used;
	struct receipt_choice choice = { .code = texts[used % 64],
		.act = texts[(used + 1) % 64] };

	used += 2;
	snprintf(choice.code, 48, "%s", code);
	snprintf(choice.act, 48, "%s", act);
	return choice;
}

static void
test_receipt__a_stream_may_choose_what_is_safe(void **state)
{
	/* p paper, r resend, h hold; the others are refused */
	static const struct {
		const char *wire, *may;
	} cases[] = {
		{ "Verwerkt", "" },
		{ "NietActiefOfGeabonneerd", "ph" },
		{ "TechnischProbleem", "rh" },
		{ "BerichtTypeNietOndersteund", "prh" },
		{ "PublicatieDatumLigtTeVerInDeToekomst", "rh" },
		{ "AanmaakDatumLigtTeVerInHetVerleden", "rh" },
		{ "BerichtBestaatAl", "h" },
		{ "BijlageTeGroot", "ph" },
		{ "OinInCPAKomtNietOvereenMetOinInBericht", "rh" },
		{ "XmlValidatieTegenXsdValtNegatiefUit", "h" },
		{ "verwerkt", "" },
		{ "Nieuw", "" },
		{ "", "" },
	};
	static const char *const acts[] = { "paper", "resend", "hold",
		"delivered", "" };
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (k = 0; k < sizeof(acts) / sizeof(acts[0]); k++) {
			struct receipt_choice choice =
				choice_of(cases[i].wire, acts[k]);
			struct fault why = FAULT_NONE;
			bool may = acts[k][0] != '\0' &&
				   strchr(cases[i].may, acts[k][0]) != NULL;

			if ((receipt_choice_check(&choice, &why) == V_OK) !=
				may)
				fail_msg("%s: %s", cases[i].wire, acts[k]);
			if (!may && (why.code != CODE_CONFIG_VALUE ||
					    why.text[0] == '\0'))
				fail_msg("%s: no sentence", cases[i].wire);
		}
}

static void
test_receipt__what_a_stream_chose_counts(void **state)
{
	struct receipt_choice choices[] = {
		choice_of(N, "hold"),
		choice_of("PublicatieDatumLigtTeVerInDeToekomst", "resend"),
		choice_of("BerichtTypeNietOndersteund", "resend"),
		choice_of(B, "hold"),
	};
	const size_t count = sizeof(choices) / sizeof(choices[0]);
	struct fault why = FAULT_NONE;
	enum code code;
	bool stop = true;
	size_t i;

	(void)state;
	for (i = 0; i < count; i++)
		assert_int_equal(receipt_choice_check(&choices[i], &why), V_OK);
	assert_int_equal(receipt_decide(choices, count, N, false, &stop, &code),
		RECEIPT_HOLD_LETTER);
	assert_int_equal(code, CODE_NOT_SUBSCRIBED);
	assert_false(stop);
	assert_int_equal(receipt_decide(choices, count,
				 "PublicatieDatumLigtTeVerInDeToekomst", false,
				 &stop, &code),
		RECEIPT_RESEND_DATED);
	/* The stream stops all the same. */
	assert_int_equal(
		receipt_decide(choices, count, "BerichtTypeNietOndersteund",
			false, &stop, &code),
		RECEIPT_RESEND);
	assert_true(stop);
	assert_int_equal(receipt_decide(choices, 0,
				 "XmlValidatieTegenXsdValtNegatiefUit", false,
				 &stop, &code),
		RECEIPT_HOLD_LETTER);
	assert_true(stop);
	/* Delivered is delivered, whatever was chosen. */
	assert_int_equal(receipt_decide(choices, count, B, true, &stop, &code),
		RECEIPT_DELIVERED);
	assert_int_equal(receipt_decide(choices, count, B, false, &stop, &code),
		RECEIPT_HOLD_LETTER);
	assert_int_equal(
		receipt_decide(choices, count, "Nieuw", true, &stop, &code),
		RECEIPT_HOLD_LETTER);
	assert_int_equal(code, CODE_RESULT_UNKNOWN);
	assert_false(stop);
}

static void
test_receipt__pauses_double_up_to_the_longest(void **state)
{
	(void)state;
	assert_int_equal(receipt_pause_ms(900, 14400, 1), 900);
	assert_int_equal(receipt_pause_ms(900, 14400, 2), 1800);
	assert_int_equal(receipt_pause_ms(900, 14400, 5), 14400);
	assert_int_equal(receipt_pause_ms(900, 14400, 1000000), 14400);
	assert_int_equal(receipt_pause_ms(900, 1000, 2), 1000);
	assert_int_equal(receipt_pause_ms(0, 1000, 9), 0);
	assert_int_equal(
		receipt_pause_ms(INT64_MAX / 2 + 1, INT64_MAX, 3), INT64_MAX);
	/* 20 January 1970 may be published on from the 7th on. */
	assert_true(receipt_publish_from_ms(19) > 6 * INT64_C(86400000));
	assert_true(receipt_publish_from_ms(19) < 7 * INT64_C(86400000));
}

static void
test_receipt__the_same_said_in_another_order_is_the_same(void **state)
{
	struct receipt_line one[2] = { { .code = V }, { .code = N } };
	struct receipt_line two[2] = { { .code = N }, { .code = V } };
	struct receipt receipt = {
		.total = 2, .counters = { 1, 1 }, .lines = one, .line_count = 2
	};
	uint8_t first[32], other[32];

	(void)state;
	one[1].letter_id.bytes[0] = two[0].letter_id.bytes[0] = 9;
	strcpy(one[0].stage, "NA");
	receipt_digest(&receipt, first);
	receipt.lines = two;
	receipt_digest(&receipt, other);
	assert_memory_equal(first, other, 32);
	strcpy(two[0].code, B);
	receipt_digest(&receipt, other);
	assert_memory_not_equal(first, other, 32);
	strcpy(two[0].code, N);
	receipt.counters[0] = 2;
	receipt_digest(&receipt, other);
	assert_memory_not_equal(first, other, 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_receipt__each_code_has_its_act),
		cmocka_unit_test(test_receipt__counters_must_fit_the_lines),
		cmocka_unit_test(
			test_receipt__a_letter_named_twice_contradicts),
		cmocka_unit_test(
			test_receipt__a_stream_may_choose_what_is_safe),
		cmocka_unit_test(test_receipt__what_a_stream_chose_counts),
		cmocka_unit_test(test_receipt__pauses_double_up_to_the_longest),
		cmocka_unit_test(
			test_receipt__the_same_said_in_another_order_is_the_same),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("receipt", tests, NULL, NULL);
}
