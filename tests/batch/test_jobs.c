/* tests/batch/test_jobs.c - a jobs file is right or says where it is wrong */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "batch/jobs.h"

#define HEAD                                                                   \
	"database: private\nspool: spool\nsite_key: k\n"                       \
	"listen: { at: \"127.0.0.1:1\", certificate: c, key: k, trust: t }\n"
#define SENDER                                                                 \
	"senders:\n  - { name: voorbeeld, oin: \"00000099000000010000\", "     \
	"cpa: c, certificate: c, key: k }\n"
#define ENDPOINT                                                               \
	"endpoints:\n  - { name: sim, environment: simulator, wus: w, "        \
	"trust: t }\n"
#define PRINTER "printers:\n  - { name: drukker }\n"
#define STREAM(more)                                                           \
	"streams:\n  - { name: woz, sender: voorbeeld, endpoint: sim, "        \
	"printer: drukker, format: woz-biljet/1, type: WOZ" more " }\n"

static enum verdict
parse(const char *text, struct jobs *jobs, struct fault *why)
{
	return jobs_parse("jobs.yaml", text, strlen(text), jobs, why);
}

static void
test_jobs__a_complete_file_with_defaults(void **state)
{
	struct jobs jobs;
	struct fault why;
	const struct jobs_stream *s;

	(void)state;
	assert_int_equal(
		parse(HEAD SENDER ENDPOINT PRINTER STREAM(""), &jobs, &why),
		V_OK);
	s = jobs_stream(&jobs, "woz");
	assert_non_null(s);
	assert_string_equal(s->sender_is->oin, "00000099000000010000");
	assert_int_equal(s->endpoint_is->letters, 60000);
	assert_int_equal(s->endpoint_is->in_flight, 2);
	assert_int_equal(s->endpoint_is->lot_letters, 1000);
	assert_int_equal(s->printer_is->bundle_letters, 10000);
	assert_true(s->automatic);
	assert_int_equal(jobs.listen.max_body, 24000000);
	assert_null(jobs_stream(&jobs, "other"));
	jobs_free(&jobs);
	jobs_free(&jobs);
}

static void
test_jobs__completeness_has_three_forms(void **state)
{
	struct jobs jobs;
	struct fault why;

	(void)state;
	assert_int_equal(parse(HEAD SENDER ENDPOINT PRINTER STREAM(
				       ", complete: quiet 30s"),
				 &jobs, &why),
		V_OK);
	assert_int_equal(jobs.streams[0].quiet_ms, 30000);
	jobs_free(&jobs);
	assert_int_equal(parse(HEAD SENDER ENDPOINT PRINTER STREAM(
				       ", complete: sidecar"),
				 &jobs, &why),
		V_OK);
	assert_true(jobs.streams[0].sidecar);
	jobs_free(&jobs);
	assert_int_equal(
		parse(HEAD SENDER ENDPOINT PRINTER STREAM(", complete: soon"),
			&jobs, &why),
		V_BROKEN);
}

static void
test_jobs__pdfs_are_looked_at_as_the_stream_says(void **state)
{
	struct jobs jobs;
	struct fault why;

	(void)state;
	assert_int_equal(
		parse(HEAD SENDER ENDPOINT PRINTER STREAM(""), &jobs, &why),
		V_OK);
	assert_false(jobs.streams[0].structure);
	assert_int_equal(jobs.streams[0].pdf, JOBS_PDF_WARN);
	assert_int_equal(jobs.streams[0].wait, 4 * 3600000);
	assert_false(jobs.streams[0].count_check);
	jobs_free(&jobs);
	assert_int_equal(parse(HEAD SENDER ENDPOINT PRINTER STREAM(
				       ", look: structure, not_pdfa: reject, "
				       "wait: 30min, count_check: true"),
				 &jobs, &why),
		V_OK);
	assert_true(jobs.streams[0].structure);
	assert_int_equal(jobs.streams[0].pdf, JOBS_PDF_REJECT);
	assert_int_equal(jobs.streams[0].wait, 30 * 60000);
	assert_true(jobs.streams[0].count_check);
	jobs_free(&jobs);
	assert_int_equal(
		parse(HEAD SENDER ENDPOINT PRINTER STREAM(", not_pdfa: never"),
			&jobs, &why),
		V_BROKEN);
	assert_int_equal(why.code, CODE_CONFIG_VALUE);
	assert_int_equal(
		parse(HEAD SENDER ENDPOINT PRINTER STREAM(", look: deep"),
			&jobs, &why),
		V_BROKEN);
	assert_int_equal(why.code, CODE_CONFIG_VALUE);
}

static void
test_jobs__mistakes_are_named(void **state)
{
	static const struct {
		const char *sentence, *text;
		enum code code;
	} cases[] = {
		{ "no such sender",
			HEAD "senders: []\n" ENDPOINT PRINTER STREAM(""),
			CODE_CONFIG_NAME },
		{ "no such endpoint",
			HEAD SENDER "endpoints: []\n" PRINTER STREAM(""),
			CODE_CONFIG_NAME },
		{ "no such printer",
			HEAD SENDER ENDPOINT "printers: []\n" STREAM(""),
			CODE_CONFIG_NAME },
		{ "two of a name",
			HEAD SENDER ENDPOINT PRINTER
			"  - { name: drukker }\n" STREAM(""),
			CODE_CONFIG_DOUBLE },
		{ "unknown key",
			HEAD SENDER ENDPOINT PRINTER STREAM(", typ: X"),
			CODE_CONFIG_KEY },
		{ "key twice", HEAD SENDER ENDPOINT PRINTER STREAM(", type: X"),
			CODE_CONFIG_DOUBLE },
		{ "odd release",
			HEAD SENDER ENDPOINT PRINTER STREAM(", release: no"),
			CODE_CONFIG_VALUE },
		{ "type too long",
			HEAD SENDER ENDPOINT PRINTER
			"streams:\n  - { name: woz, sender: voorbeeld, "
			"endpoint: sim, printer: drukker, format: a/1, "
			"type: WAYTOOLONG }\n",
			CODE_CONFIG_VALUE },
		{ "OIN of 19 digits",
			HEAD "senders:\n  - { name: v, oin: "
			     "\"0000009900000001000\", cpa: c, "
			     "certificate: c, key: k }\n" ENDPOINT PRINTER
			     "streams: []\n",
			CODE_CONFIG_VALUE },
		{ "environment unknown",
			HEAD SENDER
			"endpoints:\n  - { name: sim, "
			"environment: test, wus: w, trust: t }\n" PRINTER
				STREAM(""),
			CODE_CONFIG_VALUE },
		{ "lot too large",
			HEAD SENDER
			"endpoints:\n  - { name: sim, "
			"environment: simulator, wus: w, trust: "
			"t, lot_letters: 1001 }\n" PRINTER STREAM(""),
			CODE_CONFIG_VALUE },
		{ "pace too high",
			HEAD SENDER
			"endpoints:\n  - { name: sim, "
			"environment: simulator, wus: w, trust: "
			"t, letters: 300000/s }\n" PRINTER STREAM(""),
			CODE_CONFIG_VALUE },
		{ "bundles of nothing",
			HEAD SENDER ENDPOINT "printers:\n  - { name: drukker, "
					     "bundle_letters: 0 }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "bundle too large for memory",
			HEAD SENDER ENDPOINT
			"printers:\n  - { name: drukker, "
			"bundle_letters: 1000000 }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "name with a slash",
			HEAD SENDER ENDPOINT PRINTER
			"streams:\n  - { name: ../woz, sender: voorbeeld, "
			"endpoint: sim, printer: drukker, format: a/1, "
			"type: W }\n",
			CODE_CONFIG_VALUE },
	};
	struct jobs jobs;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("# %s\n", cases[i].sentence);
		assert_int_equal(parse(cases[i].text, &jobs, &why), V_BROKEN);
		assert_int_equal(why.code, cases[i].code);
		assert_memory_equal(why.place, "jobs.yaml", 9);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jobs__a_complete_file_with_defaults),
		cmocka_unit_test(test_jobs__completeness_has_three_forms),
		cmocka_unit_test(
			test_jobs__pdfs_are_looked_at_as_the_stream_says),
		cmocka_unit_test(test_jobs__mistakes_are_named),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
