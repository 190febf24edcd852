/* tests/batch/test_jobs_answer.c - how an endpoint's answers are read
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "batch/jobs.h"

#define FILE_WITH(answer)                                                      \
	"database: private\nspool: spool\nsite_key: k\n"                       \
	"listen: { at: \"127.0.0.1:1\", certificate: c, key: k, trust: t }\n"  \
	"senders:\n  - { name: voorbeeld, oin: \"00000099000000010000\", "     \
	"cpa: c, certificate: c, key: k }\n"                                   \
	"endpoints:\n  - { name: sim, environment: simulator, wus: w, "        \
	"trust: t" answer " }\n"                                               \
	"printers:\n  - { name: drukker }\n"                                   \
	"streams:\n  - { name: woz, sender: voorbeeld, endpoint: sim, "        \
	"printer: drukker, format: woz-biljet/1, type: WOZ }\n"
#define LONG "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij"

static enum verdict
parse(const char *text, struct jobs *jobs, struct fault *why)
{
	return jobs_parse("jobs.yaml", text, strlen(text), jobs, why);
}

static void
test_jobs_answer__defaults(void **state)
{
	static const char *const texts[] = { FILE_WITH(""),
		FILE_WITH(", answer: {}") };
	struct jobs jobs;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		const struct jobs_answer *a;

		assert_int_equal(parse(texts[i], &jobs, &why), V_OK);
		a = &jobs.endpoints[0].answer;
		assert_string_equal(a->root, "AbonnementAntwoord");
		assert_string_equal(a->request_id, "VerzoekId");
		assert_string_equal(a->sender, "OIN");
		assert_string_equal(a->entry, "Abonnement");
		assert_string_equal(a->bsn, "BSN");
		assert_string_equal(a->subscribed, "Geabonneerd");
		assert_string_equal(a->yes, "true 1");
		assert_string_equal(a->no, "false 0");
		assert_false(a->unlisted_no);
		jobs_free(&jobs);
	}
}

static void
test_jobs_answer__every_form(void **state)
{
	struct jobs jobs;
	struct fault why;
	const struct jobs_answer *a;

	(void)state;
	assert_int_equal(
		parse(FILE_WITH(", answer: {root: Antwoord, request_id: \"\", "
				"sender: \"@oin\", entry: Burger, "
				"bsn: \"@nummer\", subscribed: \"..\", "
				"yes: Aan, no: Af, unlisted: no}"),
			&jobs, &why),
		V_OK);
	a = &jobs.endpoints[0].answer;
	assert_string_equal(a->root, "Antwoord");
	assert_string_equal(a->request_id, "");
	assert_string_equal(a->sender, "@oin");
	assert_string_equal(a->entry, "Burger");
	assert_string_equal(a->bsn, "@nummer");
	assert_string_equal(a->subscribed, "..");
	assert_string_equal(a->yes, "Aan");
	assert_string_equal(a->no, "Af");
	assert_true(a->unlisted_no);
	jobs_free(&jobs);
}

static void
test_jobs_answer__mistakes_are_named(void **state)
{
	static const struct {
		const char *text;
		enum code code;
		const char *named;
	} cases[] = {
		{ FILE_WITH(", answer: {entri: X}"), CODE_CONFIG_KEY, "entry" },
		{ FILE_WITH(", answer: {root: \"\"}"), CODE_CONFIG_VALUE,
			"root" },
		{ FILE_WITH(", answer: {root: \"@id\"}"), CODE_CONFIG_VALUE,
			"root" },
		{ FILE_WITH(", answer: {entry: \"ns:Abonnement\"}"),
			CODE_CONFIG_VALUE, "entry" },
		{ FILE_WITH(", answer: {entry: \"a/b\"}"), CODE_CONFIG_VALUE,
			"entry" },
		{ FILE_WITH(", answer: {entry: \"..\"}"), CODE_CONFIG_VALUE,
			"entry" },
		{ FILE_WITH(", answer: {bsn: \"\"}"), CODE_CONFIG_VALUE,
			"bsn" },
		{ FILE_WITH(", answer: {bsn: \"@\"}"), CODE_CONFIG_VALUE,
			"bsn" },
		{ FILE_WITH(", answer: {bsn: 9BSN}"), CODE_CONFIG_VALUE,
			"bsn" },
		{ FILE_WITH(", answer: {subscribed: \"a b\"}"),
			CODE_CONFIG_VALUE, "subscribed" },
		{ FILE_WITH(", answer: {request_id: \"..\"}"),
			CODE_CONFIG_VALUE, "request_id" },
		{ FILE_WITH(", answer: {sender: " LONG LONG "}"),
			CODE_CONFIG_VALUE, "sender" },
		{ FILE_WITH(", answer: {yes: \"\"}"), CODE_CONFIG_VALUE,
			"yes" },
		{ FILE_WITH(", answer: {no: \" \"}"), CODE_CONFIG_VALUE, "no" },
		{ FILE_WITH(", answer: {yes: " LONG "x}"), CODE_CONFIG_VALUE,
			"yes" },
		{ FILE_WITH(", answer: {yes: \"ja 0\"}"), CODE_CONFIG_VALUE,
			"both" },
		{ FILE_WITH(", answer: {unlisted: maybe}"), CODE_CONFIG_VALUE,
			"unlisted" },
	};
	struct jobs jobs;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (parse(cases[i].text, &jobs, &why) != V_BROKEN ||
			why.code != cases[i].code ||
			strstr(why.text, cases[i].named) == NULL)
			fail_msg("%s: code %d, %s", cases[i].named, why.code,
				why.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jobs_answer__defaults),
		cmocka_unit_test(test_jobs_answer__every_form),
		cmocka_unit_test(test_jobs_answer__mistakes_are_named),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("jobs_answer", tests, NULL, NULL);
}
