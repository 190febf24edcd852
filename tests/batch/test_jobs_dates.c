/* tests/batch/test_jobs_dates.c - windows and dates of a jobs file
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

#include "base/clock.h"
#include "batch/jobs.h"

/* Everything that the cases add to stands on a line of its own. */
#define FILE_TEXT                                                              \
	"database: private\nspool: spool\nsite_key: k\n"                       \
	"%s\n"                                                                 \
	"listen: { at: \"127.0.0.1:1\", certificate: c, key: k, trust: t }\n"  \
	"senders:\n  - { name: voorbeeld, oin: \"00000099000000010000\", "     \
	"cpa: c, certificate: c, key: k }\n"                                   \
	"endpoints:\n  - name: sim\n    environment: simulator\n"              \
	"    wus: w\n    trust: t\n"                                           \
	"    %s\n"                                                             \
	"printers:\n  - name: drukker\n"                                       \
	"    %s\n"                                                             \
	"streams:\n  - name: woz\n    sender: voorbeeld\n    endpoint: sim\n"  \
	"    printer: drukker\n    format: woz-biljet/1\n    type: WOZ\n"      \
	"    %s\n"

struct more {
	const char *all, *endpoint, *printer, *stream;
};

static enum verdict
parse(const struct more *more, struct jobs *jobs, struct fault *why)
{
	static char text[4000];
	int len = snprintf(text, sizeof(text), FILE_TEXT,
		more->all == NULL ? "" : more->all,
		more->endpoint == NULL ? "" : more->endpoint,
		more->printer == NULL ? "" : more->printer,
		more->stream == NULL ? "" : more->stream);

	assert_true(len > 0 && (size_t)len < sizeof(text));
	return jobs_parse("jobs.yaml", text, (size_t)len, jobs, why);
}

static int64_t
at(const char *text)
{
	int64_t ms;

	assert_true(clock_parse(text, &ms));
	return ms;
}

static void
test_jobs_dates__without_them_it_is_always_open(void **state)
{
	struct jobs jobs;
	struct fault why;

	(void)state;
	assert_int_equal(parse(&(struct more){ 0 }, &jobs, &why), V_OK);
	assert_true(window_open(
		&jobs.endpoints[0].when.is, at("2026-12-25T02:00:00Z")));
	assert_int_equal(jobs.printers[0].cutoff_is, -1);
	assert_int_equal(jobs.printers[0].week, CALENDAR_MON_FRI);
	assert_int_equal(jobs.printers[0].post_week, CALENDAR_TUE_SAT);
	assert_int_equal(jobs.printers[0].print_days, 1);
	assert_int_equal(jobs.printers[0].transit, 2);
	assert_int_equal(jobs.streams[0].guard_is, JOBS_GUARD_WARN);
	jobs_free(&jobs);
}

static void
test_jobs_dates__are_those_of_all_and_their_own(void **state)
{
	static const char file[] = "# closed\n2026-12-30 # stock\n\nholidays";
	struct jobs jobs;
	struct fault why;
	const struct window *w;

	(void)state;
	assert_int_equal(parse(&(struct more){ "blackout: [2026-12-24]\n"
					       "blackout_file: closed.txt",
				       "window: [\"mon-fri 07:00-22:00\"]\n"
				       "    blackout: [2026-12-28..2026-12-29]",
				       "cutoff: \"16:00\"\n    days: mon-thu\n"
				       "    hours: [07:00-18:00]",
				       "window: [\"18:00-07:30\"]\n"
				       "    dagtekening: block" },
				 &jobs, &why),
		V_OK);
	assert_string_equal(jobs.blackout_file, "closed.txt");
	assert_int_equal(jobs_blackout(&jobs, "closed.txt", file,
				 sizeof(file) - 1, &why),
		V_OK);
	w = &jobs.endpoints[0].when.is;
	assert_true(window_open(w, at("2026-12-23T20:59:00Z")));
	/* 24 all; 25 the file's holidays; 28, 29 its own; 30 the file */
	assert_int_equal(window_next_open(w, at("2026-12-23T21:00:00Z")),
		at("2026-12-31T06:00:00Z"));
	assert_int_equal(window_both_next_open(&jobs.streams[0].when.is, w,
				 at("2026-12-31T07:00:00Z")),
		at("2026-12-31T17:00:00Z"));
	assert_int_equal(jobs.printers[0].cutoff_is, 960);
	assert_int_equal(jobs.printers[0].week, 0x0f);
	assert_false(window_open(
		&jobs.printers[0].when.is, at("2026-12-30T09:00:00Z")));
	assert_int_equal(jobs.streams[0].guard_is, JOBS_GUARD_BLOCK);
	jobs_free(&jobs);
}

/* Line and column, what is wrong, and what would be right. */
static void
test_jobs_dates__that_cannot_be_have_line_and_column(void **state)
{
	static const struct {
		struct more more;
		enum code code;
		const char *place, *says;
	} cases[] = {
		{ { .all = "blackout: [2026-02-29]" }, CODE_CONFIG_WINDOW,
			"jobs.yaml:4:12", "2026-02-29" },
		{ { .endpoint = "window: [\"mon-fri 25:00-26:00\"]" },
			CODE_CONFIG_WINDOW, "jobs.yaml:13:14",
			"endpoint sim: window: 'mon-fri 25:00-26:00'" },
		{ { .endpoint = "window: [\"mon-fri\", \"08:00-08:00\"]" },
			CODE_CONFIG_WINDOW, "jobs.yaml:13:25",
			"never be open" },
		{ { .endpoint = "blackout: [christmas]" }, CODE_CONFIG_WINDOW,
			"jobs.yaml:13:16", "blackout" },
		{ { .endpoint = "letters: 0/h" }, CODE_CONFIG_LIMIT,
			"jobs.yaml:13:14", "limit of 0" },
		{ { .printer = "cutoff: \"24:30\"" }, CODE_CONFIG_WINDOW,
			"jobs.yaml:16:13", "16:00" },
		{ { .printer = "days: ma-vr" }, CODE_CONFIG_WINDOW,
			"jobs.yaml:16:11", "mon-fri" },
		{ { .printer = "post_days: none" }, CODE_CONFIG_WINDOW,
			"jobs.yaml:16:16", "post_days" },
		{ { .printer = "transit: 31" }, CODE_CONFIG_VALUE,
			"jobs.yaml:16:14", "0 to 30" },
		{ { .printer = "print_days: 31" }, CODE_CONFIG_VALUE,
			"jobs.yaml:16:17", "0 to 30" },
		{ { .printer = "hours: [never]" }, CODE_CONFIG_WINDOW,
			"jobs.yaml:16:13", "hours" },
		{ { .stream = "dagtekening: stop" }, CODE_CONFIG_VALUE,
			"jobs.yaml:24:18", "warn, block or off" },
		{ { .endpoint = "window: [\"mon-fri 07:00-19:00\"]",
			  .stream = "window: [\"sat-sun\"]" },
			CODE_CONFIG_WINDOW, "jobs.yaml:24:14",
			"nothing would ever leave" },
	};
	struct jobs jobs;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault why = FAULT_NONE;

		if (parse(&cases[i].more, &jobs, &why) != V_BROKEN)
			fail_msg("%s was taken", cases[i].says);
		if (why.code != cases[i].code ||
			strcmp(why.place, cases[i].place) != 0 ||
			strstr(why.text, cases[i].says) == NULL)
			fail_msg("%s: MOBB-%04d at %s: %s", cases[i].says,
				(int)why.code, why.place, why.text);
	}
}

static void
test_jobs_dates__a_file_of_dates_is_read_whole(void **state)
{
	static const char wrong[] = "2026-12-30\n31-12-2026\n";
	char text[400];
	struct jobs jobs;
	struct fault why;

	(void)state;
	assert_int_equal(parse(&(struct more){ 0 }, &jobs, &why), V_OK);
	assert_int_equal(jobs_blackout(&jobs, "closed.txt", "", 0, &why), V_OK);
	assert_int_equal(jobs_blackout(&jobs, "closed.txt", wrong,
				 sizeof(wrong) - 1, &why),
		V_BROKEN);
	assert_int_equal(why.code, CODE_CONFIG_WINDOW);
	assert_string_equal(why.place, "closed.txt:2");
	memset(text, '1', sizeof(text));
	assert_int_equal(
		jobs_blackout(&jobs, "closed.txt", text, sizeof(text), &why),
		V_BROKEN);
	assert_string_equal(why.place, "closed.txt:1");
	jobs_free(&jobs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_jobs_dates__without_them_it_is_always_open),
		cmocka_unit_test(
			test_jobs_dates__are_those_of_all_and_their_own),
		cmocka_unit_test(
			test_jobs_dates__that_cannot_be_have_line_and_column),
		cmocka_unit_test(
			test_jobs_dates__a_file_of_dates_is_read_whole),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
