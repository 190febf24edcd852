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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_receipt__each_code_has_its_act),
		cmocka_unit_test(test_receipt__counters_must_fit_the_lines),
		cmocka_unit_test(
			test_receipt__a_letter_named_twice_contradicts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("receipt", tests, NULL, NULL);
}
