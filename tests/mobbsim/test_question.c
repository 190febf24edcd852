/* tests/mobbsim/test_question.c - bulk questions read, and answers written
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mobbsim/citizen.c"
#include "mobbsim/dice.c"
#include "mobbsim/question.c"
#include "mobbsim/subscribers.c"
#undef NS
#undef FILE_MAX
#include "mobbsim/answer.c"

#define OIN_TEXT "00000099000000010000"
#define ASKED "5b8f1f60-1d0c-4a53-9d5e-0c2f5b8d1a01"
#define OTHER "5b8f1f60-1d0c-4a53-9d5e-0c2f5b8d1a02"

#define HEAD                                                                   \
	"<a:AbonnementAanvraag xmlns:a=\"" NS                                  \
	"\"><BerichtLeverancier><OIN>" OIN_TEXT                                \
	"</OIN></BerichtLeverancier>\n <VerzoekId>" ASKED "</VerzoekId>"
#define END "</a:AbonnementAanvraag>"
#define TWO "<BSNLijst><BSN>999911685</BSN><BSN>999990019</BSN></BSNLijst>"

static void
test_question__the_three_forms_are_read(void **state)
{
	static const struct {
		const char *text;
		enum question_kind kind;
		size_t count;
	} cases[] = {
		{ HEAD END, QUESTION_ALL, 0 },
		{ HEAD TWO END, QUESTION_LIST, 2 },
		{ HEAD "<MutatieDatum>2026-03-01T10:00:00Z</MutatieDatum>" END,
			QUESTION_CHANGES, 0 },
	};
	struct fault why = FAULT_NONE;
	struct question q;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(question_read(cases[i].text,
					 strlen(cases[i].text), &q, &why),
			V_OK);
		assert_int_equal(q.kind, cases[i].kind);
		assert_int_equal(q.count, cases[i].count);
		assert_string_equal(q.oin, OIN_TEXT);
		assert_string_equal(q.id, ASKED);
		if (q.count == 2)
			assert_int_equal(q.numbers[1], 999990019);
		if (q.kind == QUESTION_CHANGES)
			assert_int_equal(q.since_ms, INT64_C(1772359200000));
		question_done(&q);
	}
}

static void
test_question__what_does_not_fit_is_said(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", "" },
		{ HEAD, "" }, /* cut */
		{ "<AbonnementAanvraag/>", "not expected: Abonn" },
		{ "<a:Berichten xmlns:a=\"" NS "\"/>", "not expected: Ber" },
		{ "<a:AbonnementAanvraag xmlns:a=\"" NS "\"/>",
			"missing, or not what it should be: Abonn" },
		{ "<a:AbonnementAanvraag xmlns:a=\"" NS "\"><VerzoekId>" ASKED
		  "</VerzoekId>" END,
			"not expected: VerzoekId" },
		{ HEAD "<VerzoekId>" ASKED "</VerzoekId>" END,
			"not expected: VerzoekId" },
		{ HEAD TWO TWO END, "not expected: BSNLijst" },
		{ HEAD TWO
			"<MutatieDatum>2026-03-01T10:00:00Z</MutatieDatum>" END,
			"not expected: MutatieDatum" },
		{ HEAD "<BSNLijst/>" END, "be: BSNLijst" },
		{ HEAD "<BSNLijst><BSN>999990018</BSN></BSNLijst>" END,
			"be: BSN" },
		{ HEAD "<BSNLijst><BSN/></BSNLijst>" END, "be: BSN" },
		{ HEAD "<BSNLijst>999990019</BSNLijst>" END,
			"text between elements" },
		{ HEAD "<MutatieDatum>gisteren</MutatieDatum>" END,
			"be: MutatieDatum" },
		{ HEAD "<a:BSNLijst><BSN>999990019</BSN></a:BSNLijst>" END,
			"not expected: BSNLijst" },
	};
	struct question q;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		why = FAULT_NONE;
		if (question_read(cases[i].text, strlen(cases[i].text), &q,
			    &why) != V_SKIP)
			fail_msg("taken: %s", cases[i].text);
		if (strstr(why.text, cases[i].says) == NULL)
			fail_msg("%s: %s", cases[i].text, why.text);
		/* It never holds a number. */
		assert_null(strstr(why.text, "99999"));
		question_done(&q);
	}
}

static void
test_question__a_million_and_not_one_more(void **state)
{
	struct buf text = BUF_MAX(100000000);
	struct fault why = FAULT_NONE;
	struct question q;
	int32_t i;

	(void)state;
	buf_text(&text, HEAD "<BSNLijst>");
	for (i = 0; i < QUESTION_NUMBERS_MAX; i++)
		buf_text(&text, "<BSN>999990019</BSN>");
	buf_text(&text, "</BSNLijst>" END);
	assert_int_equal(question_read(text.bytes, text.len, &q, &why), V_OK);
	assert_int_equal(q.count, QUESTION_NUMBERS_MAX);
	question_done(&q);
	text.len -= strlen("</BSNLijst>" END);
	buf_text(&text, "<BSN>999990019</BSN></BSNLijst>" END);
	assert_int_equal(question_read(text.bytes, text.len, &q, &why), V_SKIP);
	question_done(&q);
	buf_done(&text);
}

/* --- answers --- */

static const char *
entries(const char *document)
{
	const char *at = strstr(document, "</VerzoekId>\n");

	if (at == NULL)
		at = strstr(document, "</Aanvraag>\n");
	assert_non_null(at);
	return strchr(at, '\n') + 1;
}

#define ENTRY(number, word)                                                    \
	"<Abonnement><BSN>" number "</BSN><Geabonneerd>" word                  \
	"</Geabonneerd></Abonnement>\n"
#define CLOSED "</a:AbonnementAntwoord>\n"

static void
test_question__an_answer_and_all_that_is_wrong_with_it(void **state)
{
	static const struct {
		struct answer_shape shape;
		const char *entries;
	} cases[] = {
		{ { .id = NULL }, ENTRY("999911685", "true")
					  ENTRY("999990019", "false") CLOSED },
		{ { .empty = true }, CLOSED },
		{ { .all_no = true }, ENTRY("999911685", "false") ENTRY(
					      "999990019", "false") CLOSED },
		{ { .all_yes = true }, ENTRY("999911685", "true") ENTRY(
					       "999990019", "true") CLOSED },
		{ { .swapped = true }, ENTRY("999911685", "false") ENTRY(
					       "999990019", "true") CLOSED },
		{ { .half = true }, ENTRY("999911685", "true") CLOSED },
		{ { .doubled = true },
			ENTRY("999911685", "true") ENTRY("999911685", "true")
				ENTRY("999990019", "false")
					ENTRY("999990019", "false") CLOSED },
		{ { .contradict = true },
			ENTRY("999911685", "true") ENTRY("999911685", "false")
				ENTRY("999990019", "false") CLOSED },
		{ { .stranger = true },
			ENTRY("999911685", "true") ENTRY("111222333", "true")
				ENTRY("999990019", "false") CLOSED },
		{ { .not_boolean = true },
			ENTRY("999911685", "misschien")
				ENTRY("999990019", "false") CLOSED },
		{ { .other_names = true },
			"<Burger><Nummer>999911685</Nummer><Actief>J</Actief>"
			"</Burger>\n<Burger><Nummer>999990019</Nummer>"
			"<Actief>N</Actief></Burger>\n"
			"</a:AbonnementenLijst>\n" },
	};
	struct buf out = BUF_MAX(10000);
	struct fault why = FAULT_NONE;
	struct question q;
	size_t i;

	(void)state;
	assert_int_equal(
		question_read(HEAD TWO END, strlen(HEAD TWO END), &q, &why),
		V_OK);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&out);
		answer_write(&q, NULL, &cases[i].shape, &out);
		assert_string_equal(entries(out.bytes), cases[i].entries);
		assert_non_null(strstr(out.bytes, ">" OIN_TEXT "<"));
	}
	buf_reset(&out);
	answer_write(&q, NULL,
		&(struct answer_shape){
			.oin = "00000099000000030000", .id = OTHER },
		&out);
	assert_non_null(strstr(out.bytes, "<OIN>00000099000000030000</OIN>"));
	assert_non_null(strstr(out.bytes, "<VerzoekId>" OTHER "</VerzoekId>"));
	question_done(&q);
	buf_done(&out);
}

static void
test_question__all_is_everybody_with_a_box(void **state)
{
	struct buf out = BUF_MAX(10000000);
	struct fault why = FAULT_NONE;
	struct question q;

	(void)state;
	assert_int_equal(
		question_read(HEAD END, strlen(HEAD END), &q, &why), V_OK);
	answer_write(&q, NULL, &(struct answer_shape){ .id = NULL }, &out);
	assert_non_null(strstr(out.bytes, ENTRY("999911685", "true")));
	assert_null(strstr(out.bytes, "999990019"));
	assert_null(strstr(out.bytes, "false"));
	question_done(&q);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_question__the_three_forms_are_read),
		cmocka_unit_test(test_question__what_does_not_fit_is_said),
		cmocka_unit_test(test_question__a_million_and_not_one_more),
		cmocka_unit_test(
			test_question__an_answer_and_all_that_is_wrong_with_it),
		cmocka_unit_test(test_question__all_is_everybody_with_a_box),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
