/* tests/store/test_brake.c - brakes and watchdogs, as the books keep them
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <sys/wait.h>

#include "batch/brake.h"
#include "tests/store/books.h"
#include "tests/store/paper.h"

static void
clear(void)
{
	OK(pg_script(books->pg,
		"delete from attempt; delete from lot; delete from stop; "
		"update job set state = 10 where state < 8",
		&why));
}

static size_t
stops(struct stop **rows)
{
	size_t count;

	OK(store_stop_list(books, &mem, rows, &count, &why));
	return count;
}

/* A lot of `letters` of which the first `declined` get this code. */
static void
one_lot_with(const char *stream, const char *key, int64_t letters,
	int64_t declined, const char *code)
{
	const struct said said = { .key = key,
		.from = 1,
		.to = letters,
		.exception = code,
		.at = 1,
		.at_to = declined,
		.decline_window = 100 };
	struct offer offer;

	make_lots(arena_format(&mem, "20260601-%s", key), stream, key, letters,
		0, 200);
	offer = begin(arena_format(&mem, "m-%s", key));
	post(&offer, POST_ACKNOWLEDGED, 0);
	(void)result(arena_format(&mem, "r-%s", key),
		arena_format(&mem, "m-%s", key), &said);
}

static void
one_lot(const char *stream, const char *key, int64_t letters, int64_t declined)
{
	one_lot_with(stream, key, letters, declined, "NietActiefOfGeabonneerd");
}

/* When the other side is out of order its letters are resent, without a person.
 */
static void
test_brake__an_outage_stops_nothing(void **state)
{
	struct stop *rows;

	(void)state;
	clear();
	one_lot_with("outg", "out1", 60, 60, "TechnischProbleem");
	assert_int_equal(stops(&rows), 0);
	one_lot_with("outg", "out2", 60, 60, "BijlageTeGroot");
	assert_int_equal(stops(&rows), 1);
}

static void
test_brake__a_stream_stops_at_the_limit_and_counts_anew(void **state)
{
	struct stop *rows;

	(void)state;
	clear();
	one_lot("decl", "dec1", 60, 8);
	assert_int_equal(stops(&rows), 0);
	/* A restart forgets nothing: it is all in the row. */
	store_close(books);
	OK(store_open(conninfo, &books, &why));
	one_lot("decl", "dec2", 40, 2);
	assert_int_equal(stops(&rows), 0); /* 10 of 100, which is the limit */
	/* For each declined one that comes an old one slides out. */
	one_lot("decl", "dec3", 1, 1);
	assert_int_equal(stops(&rows), 0);
	one_lot("decl", "dec4", 4, 4);
	assert_int_equal(stops(&rows), 0);
	one_lot("decl", "dec5", 20, 13);
	assert_int_equal(stops(&rows), 1);
	assert_int_equal(rows[0].kind, STOP_STREAM);
	assert_string_equal(rows[0].name, "decl");
	assert_int_equal(rows[0].code, CODE_DECLINES);
	assert_non_null(strstr(rows[0].reason, "20 of the newest 100"));
	/* A person has looked: what was declined before does not count. */
	OK(store_stop_clear(
		books, STOP_STREAM, "decl", "jansen", "mended", NOW, &why));
	one_lot("decl", "dec6", 10, 10);
	assert_int_equal(stops(&rows), 0);
	one_lot("decl", "dec7", 1, 1);
	assert_int_equal(stops(&rows), 1);
	/* Another stream has its own. */
	one_lot("othr", "dec8", 5, 5);
	assert_int_equal(stops(&rows), 1);
}

/* Two results at the same moment, each within the limit, together beyond it. */
static void
test_brake__two_results_at_once_are_both_counted(void **state)
{
	const uint8_t seven[7] = { 1, 1, 1, 1, 1, 1, 1 };
	struct pg_rows rows = PG_ROWS_NONE;
	size_t len, i;
	pid_t child[4];
	const char *bytes;

	(void)state;
	for (i = 0; i < 4; i++) {
		child[i] = fork();
		assert_true(child[i] >= 0);
		if (child[i] == 0) {
			struct fault reason = FAULT_NONE, trouble = FAULT_NONE;
			struct store *own;
			enum verdict v = store_open(conninfo, &own, &trouble);
			int n;

			for (n = 0; v == V_OK && n < 10; n++) {
				v = pg_begin(own->pg, &trouble);
				if (v == V_OK)
					v = declines_add(own->pg, "both", 1000,
						1000000, seven, 7, &reason,
						&trouble);
				v = pg_end(own->pg, v, &trouble);
			}
			_exit(v == V_OK ? 0 : 1);
		}
	}
	for (i = 0; i < 4; i++) {
		int status = -1;

		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		assert_int_equal(status, 0);
	}
	OK(pg_ask(books->pg,
		"select results from declines where stream = 'both'", NULL,
		&rows, &why));
	bytes = pg_bytes(&rows, 0, 0, &len);
	assert_int_equal(len, 280);
	for (i = 0; i < len; i++)
		assert_int_equal(bytes[i], 1);
	pg_rows_done(&rows);
}

static bool
up_to(int64_t record, int64_t n)
{
	return record <= n;
}

/* A job split and with a route for each letter: the first ones on paper. */
static void
routed(const char *id, const char *key, int64_t letters, int64_t paper)
{
	make_split(id, "paper", key, 1, letters);
	make_ways_of(id, up_to, paper);
}

static enum code
braked(const char *id, int64_t expect_ppm)
{
	struct fault reason = FAULT_NONE;

	OK(store_brake_paper(books, id, expect_ppm, 5, &reason, &why));
	OK(store_job_routed(
		books, id, reason.code != CODE_NONE, &reason, NOW, &why));
	return reason.code;
}

static void
test_brake__a_job_is_compared_with_the_last_run(void **state)
{
	struct job job;

	(void)state;
	clear();
	routed("20260602-papa", "papa", 200, 200);
	assert_int_equal(braked("20260602-papa", -1), CODE_PAPER_SHARE);
	job = job_now("20260602-papa");
	assert_int_equal(job.state, JOB_HELD);
	assert_int_equal(job.reason_code, CODE_PAPER_SHARE);
	assert_int_equal(job.expect_ppm, -1);
	assert_int_equal(job.routed_paper, 200);
	/* Held, so it was no run. */
	routed("20260603-papb", "papb", 300, 90);
	assert_int_equal(braked("20260603-papb", -1), CODE_NONE);
	assert_int_equal(job_now("20260603-papb").state, JOB_RELEASED);
	routed("20260604-papc", "papc", 300, 240);
	assert_int_equal(braked("20260604-papc", -1), CODE_PAPER_SHARE);
	job = job_now("20260604-papc");
	assert_int_equal(job.expect_ppm, 300000);
	assert_string_equal(job.expect_job, "20260603-papb");
	assert_non_null(strstr(job.reason, "240 of 300"));
	/* Released by a person, it is what is usual from then on. */
	OK(store_job_release(
		books, "20260604-papc", "jansen", "right", NOW, &why));
	routed("20260605-papd", "papd", 300, 235);
	assert_int_equal(braked("20260605-papd", -1), CODE_NONE);
	/* By the setting. */
	routed("20260606-pape", "pape", 300, 235);
	assert_int_equal(braked("20260606-pape", 300000), CODE_PAPER_SHARE);
	assert_string_equal(job_now("20260606-pape").expect_job, "");
	/* A small one says nothing, and is no run. */
	routed("20260607-papf", "papf", 50, 45);
	assert_int_equal(braked("20260607-papf", -1), CODE_NONE);
	routed("20260608-papg", "papg", 300, 235);
	assert_int_equal(braked("20260608-papg", -1), CODE_NONE);
}

/* --- what needs a person --- */

static const struct need *
need_of(const struct need *needs, size_t count, const char *what)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(needs[i].what, what) == 0)
			return &needs[i];
	fail_msg("nothing of %s", what);
	return NULL;
}

static void
test_brake__what_waits_is_on_one_list(void **state)
{
	/* Stream "woz" is in no jobs file here: all is overdue at once. */
	const struct jobs jobs = { .stream_count = 0 };
	struct said said = { .key = "need",
		.from = 1,
		.to = 2,
		.exception = "Nieuw",
		.at = 1,
		.at_to = 1 };
	const struct need *need;
	struct need *needs;
	struct offer offer;
	size_t count;

	(void)state;
	clear();
	OK(store_needs(books, &jobs, NOW, &mem, &needs, &count, &why));
	assert_int_equal(count, 0);
	make_lots("20260609-need", "need", "need", 6, 0, 2);
	offer = begin("m-need");
	post(&offer, POST_ACKNOWLEDGED, 0);
	OK(store_needs(books, &jobs, NOW, &mem, &needs, &count, &why));
	need = need_of(needs, count, "results");
	assert_int_equal(need->code, CODE_RESULT_LATE);
	assert_true(need->overdue);
	(void)result("r-need", "m-need", &said);
	offer = begin("m-need2");
	post(&offer, POST_FAILED, 0);
	OK(store_stop_set(books, STOP_SENDER, "voorbeeld", "jansen", "wait",
		NOW, &(struct stop_count){ .jobs = 0 }, &why));
	OK(store_needs(books, &jobs, NOW, &mem, &needs, &count, &why));
	need = need_of(needs, count, "letters");
	assert_string_equal(need->name, "1");
	assert_int_equal(need->code, CODE_LETTERS_HELD);
	assert_string_equal(need->job, "20260609-need");
	assert_non_null(strstr(need->todo, "mobbjob letters 20260609-need"));
	need = need_of(needs, count, "lots");
	assert_non_null(strstr(need->text, "said no"));
	need = need_of(needs, count, "sender");
	assert_string_equal(need->name, "voorbeeld");
	assert_non_null(strstr(need->todo, "--sender voorbeeld"));
	assert_int_equal(count, 3);
	OK(pg_script(books->pg,
		"insert into inbound (message_id, cpa_id, conversation_id, "
		"ref_to, action, kind, payload, error_code, error_text, reply, "
		"reply_id, reply_url, reply_is_error, received_ms, push_open, "
		"push_ms, push_tries) values ('late', 'cpa', '', '', '', 1, "
		"'', '', '', '', '', '', false, 1, true, 1, 9)",
		&why));
	OK(store_needs(books, &jobs, NOW, &mem, &needs, &count, &why));
	need = need_of(needs, count, "replies");
	assert_int_equal(need->code, CODE_REPLY_LATE);
	OK(pg_script(books->pg, "update inbound set push_open = false", &why));
}

/* A held job and a bundle wait for as long as their stream lets them. */
static void
test_brake__terms_are_those_of_the_stream(void **state)
{
	struct jobs_endpoint endpoint = { .result_within = 1000 };
	struct jobs_printer printer = { .posted_within = 3 };
	struct jobs_stream stream = { .hold_within = 5000,
		.endpoint_is = &endpoint,
		.printer_is = &printer };
	struct jobs jobs = { .streams = &stream, .stream_count = 1 };
	char name[] = "paper";
	struct job job;
	struct letter *letters;
	const char **reasons;
	const struct need *need;
	struct need *needs;
	int64_t lot, since_ms;
	uint8_t digest[32] = { 0 };
	size_t count;

	(void)state;
	clear();
	stream.name = name;
	routed("20260610-term", "term", 120, 120);
	assert_int_equal(braked("20260610-term", 0), CODE_PAPER_SHARE);
	OK(store_needs(books, &jobs, NOW, &mem, &needs, &count, &why));
	need = need_of(needs, count, "job");
	assert_false(need->overdue);
	assert_int_equal(need->code, CODE_PAPER_SHARE);
	since_ms = need->since_ms;
	OK(store_needs(
		books, &jobs, since_ms + 5000, &mem, &needs, &count, &why));
	assert_false(need_of(needs, count, "job")->overdue);
	OK(store_needs(
		books, &jobs, since_ms + 5001, &mem, &needs, &count, &why));
	need = need_of(needs, count, "job");
	assert_true(need->overdue);
	assert_int_equal(need->code, CODE_HELD_LONG);

	OK(store_job_release(
		books, "20260610-term", "jansen", "right", NOW, &why));
	make_cut("20260610-term", "term", 100);
	OK(store_print_ready(books, 0, &mem, &job, &why));
	OK(store_print_letters(
		books, job.id, 1000, &mem, &letters, &reasons, &count, &why));
	OK(store_print_cut(
		books, job.id, "bundel-1", letters, count, NOW, &lot, &why));
	OK(pg_do(books->pg, "update lot set leaving_ms = 1 where number = $1",
		PG_ARGS(PG_N(lot)), NULL, &why));
	OK(store_print_handed(books, lot, digest, NOW, &why));
	OK(store_needs(books, &jobs, NOW + 2 * INT64_C(86400000), &mem, &needs,
		&count, &why));
	assert_int_equal(count, 0);
	OK(store_needs(books, &jobs, NOW + 7 * INT64_C(86400000), &mem, &needs,
		&count, &why));
	need = need_of(needs, count, "bundle");
	assert_int_equal(need->code, CODE_POSTED_LATE);
	assert_string_equal(need->todo, "mobbjob posted bundel-1 --date DAY");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_brake__an_outage_stops_nothing),
		cmocka_unit_test(
			test_brake__a_stream_stops_at_the_limit_and_counts_anew),
		cmocka_unit_test(
			test_brake__two_results_at_once_are_both_counted),
		cmocka_unit_test(
			test_brake__a_job_is_compared_with_the_last_run),
		cmocka_unit_test(test_brake__what_waits_is_on_one_list),
		cmocka_unit_test(test_brake__terms_are_those_of_the_stream),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
