/* tests/mobbsim/test_fault.c - the other side goes wrong, as it was told
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _XOPEN_SOURCE 700 /* nftw() */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/mobbsim/wire.h"

#define BATCH "0b5b1b2c-0d7f-4c27-9a55-0c7a4d0f9a01"
#define ID1 "7f2f1a52-9d0e-4d1f-8c3a-111111111111"
#define ID2 "7f2f1a52-9d0e-4d1f-8c3a-222222222222"
#define WITH "999911685"    /* has a box */
#define WITHOUT "999990019" /* has none */
#define RESULT "BerichtVerwerkResponse"
#define ACK ">Acknowledgment<"

static const struct wire_letter two[] = {
	{ ID1, "0000000000001-01", WITH, "JVBERi0x" },
	{ ID2, "0000000000002-01", WITHOUT, "JVBERi0x" },
};

/* How often `word` is in a file of sim/. */
static size_t
times(struct wire *w, const char *file, const char *word)
{
	struct buf text;
	const char *at;
	char name[80];
	size_t n = 0;

	snprintf(name, sizeof(name), "room/sim/%s", file);
	run_read(w->run, name, &text);
	for (at = text.bytes; (at = strstr(at, word)) != NULL; at++)
		n++;
	buf_done(&text);
	return n;
}

/* The HTTP status; 0 when there was no answer. */
static int
deliver(struct wire *w, const char *id)
{
	struct buf payload;
	int status;

	wire_payload(BATCH, "Burger", two, 2, &payload);
	status = wire_send(w, id, &payload);
	buf_done(&payload);
	return status;
}

/* How many things were pushed that hold `word`, by now. */
static size_t
pushed(struct wire *w, const char *word)
{
	size_t i, n = 0;

	(void)pthread_mutex_lock(&w->lock);
	for (i = 0; i < w->kept_count; i++)
		n += strstr(w->kept[i], word) != NULL;
	(void)pthread_mutex_unlock(&w->lock);
	return n;
}

static void
begin(struct wire *w, struct run *r, enum wire_mode mode, const char *plan)
{
	wire_begin_as(w, r, mode);
	wire_listen(w);
	w->may_fail = true;
	wire_start_upset(w, plan);
}

/* --- connections --- */

static void
test_fault__what_was_cut_is_not_taken(void **state)
{
	struct wire w;
	struct run r;

	(void)state;
	begin(&w, &r, WIRE_ASYNC,
		"nth 1 request cut 900\n"
		"nth 2 request cut -1\n"
		"nth 3 request cut end\n");
	assert_int_equal(deliver(&w, "m1@us"), 0);
	assert_int_equal(deliver(&w, "m1@us"), 0);
	assert_int_equal(times(&w, "ledger.csv", "m1@us"), 0);
	/* A line for each of them, with what was read of the body. */
	assert_int_equal(times(&w, "posts.csv", ";/ebms;;;0;"), 2);
	assert_int_equal(times(&w, "posts.csv", ";no;0\n"), 2);
	/* The last byte was there: taken, whatever happened to the answer. */
	assert_int_equal(deliver(&w, "m1@us"), 0);
	(void)wire_pushed(&w, ACK, 0);
	assert_int_equal(times(&w, "ledger.csv", "m1@us"), 2);
	assert_int_equal(deliver(&w, "m1@us"), 204);
	assert_int_equal(times(&w, "ledger.csv", "m1@us"), 2);
	assert_int_equal(times(&w, "posts.csv", ";yes;204\n"), 1);
	wire_end(&w);
}

/* The same MessageId with other bytes is no retry. */
static void
test_fault__retries_are_compared(void **state)
{
	struct buf payload;
	struct wire w;
	struct run r;

	(void)state;
	begin(&w, &r, WIRE_ASYNC, "nth 99 ack lost\n");
	assert_int_equal(deliver(&w, "m1@us"), 204);
	wire_payload(BATCH, "Burger", two, 1, &payload);
	assert_int_equal(wire_send(&w, "m1@us", &payload), 204);
	assert_int_equal(times(&w, "differs.txt", "m1@us\n"), 1);
	assert_int_equal(times(&w, "ledger.csv", "m1@us"), 2);
	buf_done(&payload);
	wire_end(&w);
}

static void
test_fault__what_was_complete_is_taken(void **state)
{
	static const char *const faults[] = { "reset", "silent 200ms",
		"answer-cut 0", "answer-cut -1" };
	char plan[80], id[20];
	struct wire w;
	struct run r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		snprintf(plan, sizeof(plan), "nth 1 request %s\n", faults[i]);
		snprintf(id, sizeof(id), "m%zu@us", i);
		begin(&w, &r, WIRE_ASYNC, plan);
		assert_int_equal(deliver(&w, id), 0);
		assert_int_equal(times(&w, "ledger.csv", id), 2);
		assert_non_null(strstr(wire_pushed(&w, ACK, 0), id));
		wire_end(&w);
	}
}

/* Each of these is answered as it should be, in its own way. */
static void
test_fault__odd_but_right(void **state)
{
	struct wire w;
	struct run r;
	int64_t from_ms;

	(void)state;
	begin(&w, &r, WIRE_ASYNC,
		"nth 1 request slow-read 400ms\n"
		"nth 2 request slow-answer 400ms\n"
		"nth 3 request headers 100\n"
		"nth 4 request chunked\n"
		"nth 5 request type text/html\n");
	from_ms = clock_tick_ms();
	assert_int_equal(deliver(&w, "m1@us"), 204);
	assert_int_equal(deliver(&w, "m2@us"), 204);
	assert_true(clock_tick_ms() - from_ms >= 700);
	assert_int_equal(deliver(&w, "m3@us"), 204);
	assert_int_equal(deliver(&w, "m4@us"), 200);
	assert_int_equal(deliver(&w, "m5@us"), 200);
	assert_int_equal(times(&w, "ledger.csv", "@us"), 10);
	assert_int_equal(times(&w, "faults.csv", ";request;"), 5);
	wire_end(&w);
}

/* A certificate that will not do, for a time; nobody there, for a time. */
static void
test_fault__who_is_not_let_in(void **state)
{
	static const char *const words[] = { "certificate foreign",
		"certificate expired", "certificate other-oin",
		"certificate wrong-host", "refuse", "plain", "stall 200ms" };
	char plan[600] = "";
	struct wire w;
	struct run r;
	size_t i, n = sizeof(words) / sizeof(words[0]);

	(void)state;
	for (i = 0; i < n; i++)
		snprintf(plan + strlen(plan), sizeof(plan) - strlen(plan),
			"nth %zu server %s\n", i + 1, words[i]);
	begin(&w, &r, WIRE_ASYNC, plan);
	for (i = 0; i < n; i++)
		assert_int_equal(deliver(&w, "m1@us"), 0);
	assert_int_equal(times(&w, "ledger.csv", "m1@us"), 0);
	assert_int_equal(times(&w, "posts.csv", "/ebms"), 0);
	assert_int_equal(deliver(&w, "m1@us"), 204);
	wire_stop(&w, SIGTERM);
	wire_start_upset(&w, "from 0s to 1s server away\n");
	assert_int_equal(deliver(&w, "m2@us"), 0);
	clock_sleep_ms(1200);
	assert_int_equal(deliver(&w, "m2@us"), 204);
	wire_end(&w);
}

/* --- answers --- */

static void
test_fault__answers_of_all_kinds(void **state)
{
	static const struct {
		const char *fault, *has;
		int status;
		bool taken;
	} cases[] = {
		{ "status 503", "", 503, false },
		{ "status 503 taken", "", 503, true },
		{ "busy 3s", "", 503, false },
		{ "status 307 taken", "", 307, true },
		{ "status 404 body", "anders", 404, false },
		{ "status 299 body taken", "anders", 299, true },
		{ "soap-fault Client", "faultcode>s:Client<", 500, false },
		{ "html", "Onderhoud", 200, false },
		{ "truncated taken", "e:vers", 200, true },
		{ "huge 2", "aaaa", 200, false },
		{ "status 100", "", 0, false },
	};
	struct buf payload, answer;
	char plan[80];
	struct wire w;
	struct run r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(plan, sizeof(plan), "nth 1 request %s\n",
			cases[i].fault);
		begin(&w, &r, WIRE_ASYNC, plan);
		wire_payload(BATCH, "Burger", two, 2, &payload);
		assert_int_equal(wire_ask(&w, "m1@us", &payload, &answer),
			cases[i].status);
		assert_non_null(strstr(answer.bytes, cases[i].has));
		buf_done(&answer);
		buf_done(&payload);
		assert_int_equal(times(&w, "ledger.csv", "m1@us"),
			cases[i].taken ? 2 : 0);
		/* Also what was not taken is written down, by its name. */
		assert_int_equal(
			times(&w, "posts.csv", ";m1@us;" BATCH ";2;"), 1);
		assert_int_equal(deliver(&w, "m1@us"), 204);
		assert_int_equal(times(&w, "ledger.csv", "m1@us"), 2);
		wire_end(&w);
	}
}

static void
test_fault__a_message_error(void **state)
{
	struct wire w;
	struct run r;

	(void)state;
	begin(&w, &r, WIRE_ASYNC,
		"nth 1 request error SecurityFailure\n"
		"nth 2 request error Unknown taken\n"
		"nth 3 request warning OtherXml\n");
	assert_int_equal(deliver(&w, "m1@us"), 204);
	assert_non_null(strstr(wire_pushed(&w, "ErrorList", 0),
		"errorCode=\"SecurityFailure\""));
	assert_int_equal(times(&w, "ledger.csv", "m1@us"), 0);
	assert_int_equal(deliver(&w, "m2@us"), 204);
	(void)wire_pushed(&w, "errorCode=\"Unknown\"", 0);
	assert_int_equal(times(&w, "ledger.csv", "m2@us"), 2);
	assert_int_equal(pushed(&w, ACK), 0);
	assert_int_equal(deliver(&w, "m3@us"), 204);
	(void)wire_pushed(&w, "highestSeverity=\"Warning\"", 0);
	assert_non_null(strstr(wire_pushed(&w, ACK, 0), "m3@us"));
	wire_end(&w);
}

static void
test_fault__a_code_on_command(void **state)
{
	struct wire w;
	struct run r;

	(void)state;
	begin(&w, &r, WIRE_ASYNC, "nth 1 request code TechnischProbleem 5\n");
	assert_int_equal(deliver(&w, "m1@us"), 204);
	assert_int_equal(
		times(&w, "ledger.csv", ";TechnischProbleem;no;1\n"), 1);
	/* Who has no box has none. */
	assert_int_equal(times(&w, "ledger.csv", ";NietActief"), 1);
	assert_non_null(
		strstr(wire_pushed(&w, RESULT, 0), ">TechnischProbleem<"));
	/* Nothing was delivered, so it can still be. */
	assert_int_equal(deliver(&w, "m2@us"), 204);
	assert_int_equal(times(&w, "ledger.csv", ";Verwerkt;yes;2\n"), 1);
	wire_end(&w);
}

/* --- what is pushed --- */

static void
test_fault__acknowledgments(void **state)
{
	struct wire w;
	struct run r;

	(void)state;
	begin(&w, &r, WIRE_ASYNC,
		"nth 1 ack lost\n"
		"nth 3 ack double\n"
		"nth 4 ack double-new\n"
		"nth 5 ack foreign-id\n"
		"nth 6 ack certificate expired\n"
		"nth 7 ack swap\n"
		"nth 9 ack multipart\n");
	assert_int_equal(deliver(&w, "m1@us"), 204);
	(void)wire_pushed(&w, RESULT, 0);
	assert_int_equal(pushed(&w, ACK), 0);
	assert_int_equal(deliver(&w, "m1@us"), 204);
	(void)wire_pushed(&w, ACK, 0);
	assert_int_equal(deliver(&w, "m3@us"), 204);
	assert_string_equal(wire_pushed(&w, ACK, 1), wire_pushed(&w, ACK, 2));
	assert_int_equal(deliver(&w, "m4@us"), 204);
	assert_string_not_equal(
		wire_pushed(&w, ACK, 3), wire_pushed(&w, ACK, 4));
	assert_non_null(strstr(wire_pushed(&w, ACK, 4), "m4@us"));
	assert_int_equal(deliver(&w, "m5@us"), 204);
	assert_null(strstr(wire_pushed(&w, ACK, 5), "m5@us"));
	/* Not with that certificate, but at the next try. */
	assert_int_equal(deliver(&w, "m6@us"), 204);
	assert_non_null(strstr(wire_pushed(&w, ACK, 6), "m6@us"));
	assert_int_equal(deliver(&w, "m7@us"), 204);
	assert_int_equal(deliver(&w, "m8@us"), 204);
	assert_non_null(strstr(wire_pushed(&w, ACK, 7), "m8@us"));
	assert_non_null(strstr(wire_pushed(&w, ACK, 8), "m7@us"));
	assert_int_equal(deliver(&w, "m9@us"), 204);
	assert_non_null(strstr(wire_pushed(&w, ACK, 9), "--het-enige-deel--"));
	wire_end(&w);
}

static void
test_fault__results(void **state)
{
	const char *first;
	char one[100], other[100];
	struct wire w;
	struct run r;

	(void)state;
	begin(&w, &r, WIRE_ASYNC,
		"nth 1 result early\n"
		"nth 2 result other-codes\n"
		"nth 3 result split\n"
		"nth 4 result chunked\n");
	assert_int_equal(deliver(&w, "m1@us"), 204);
	assert_int_equal(pushed(&w, RESULT), 1);
	wire_id(wire_pushed(&w, RESULT, 0), one, sizeof(one));
	(void)wire_acknowledge(&w, one, "a1@us");

	assert_int_equal(deliver(&w, "m2@us"), 204);
	first = wire_pushed(&w, RESULT, 1);
	wire_id(first, one, sizeof(one));
	assert_int_equal(wire_acknowledge(&w, one, "a2@us"), 204);
	wire_id(wire_pushed(&w, RESULT, 2), other, sizeof(other));
	assert_string_not_equal(one, other);
	assert_int_equal(wire_acknowledge(&w, other, "a3@us"), 204);
	assert_non_null(strstr(first, ">BerichtBestaatAl<"));
	assert_null(strstr(wire_pushed(&w, RESULT, 2), ">BerichtBestaatAl<"));

	assert_int_equal(deliver(&w, "m3@us"), 204);
	first = wire_pushed(&w, RESULT, 3);
	assert_null(strstr(first, ID2));
	wire_id(first, one, sizeof(one));
	assert_int_equal(wire_acknowledge(&w, one, "a4@us"), 204);
	wire_id(wire_pushed(&w, RESULT, 4), one, sizeof(one));
	assert_null(strstr(wire_pushed(&w, RESULT, 4), ID1));
	assert_int_equal(wire_acknowledge(&w, one, "a5@us"), 204);

	assert_int_equal(deliver(&w, "m4@us"), 204);
	assert_non_null(strstr(wire_pushed(&w, RESULT, 5), "m4@us"));
	wire_end(&w);
}

/* --- the other agreements --- */

static void
test_fault__synchronous(void **state)
{
	struct buf payload, answer;
	struct wire w;
	struct run r;

	(void)state;
	begin(&w, &r, WIRE_SYNC,
		"nth 3 ack lost\n"
		"nth 4 ack other-way\n");
	wire_payload(BATCH, "Burger", two, 2, &payload);
	assert_int_equal(wire_ask(&w, "m1@us", &payload, &answer), 200);
	assert_non_null(strstr(answer.bytes, ACK));
	assert_non_null(strstr(answer.bytes, ">m1@us<"));
	/* Our Acknowledgment in the answer ends the result. */
	(void)wire_pushed(&w, RESULT, 0);
	clock_sleep_ms(1500);
	assert_int_equal(pushed(&w, RESULT), 1);
	assert_int_equal(pushed(&w, ACK), 0);
	buf_done(&answer);
	/* The same bytes for a duplicate. */
	assert_int_equal(wire_ask(&w, "m1@us", &payload, &answer), 200);
	assert_non_null(strstr(answer.bytes, ">m1@us<"));
	buf_done(&answer);
	assert_int_equal(wire_ask(&w, "m3@us", &payload, &answer), 204);
	buf_done(&answer);
	assert_int_equal(wire_ask(&w, "m4@us", &payload, &answer), 204);
	assert_non_null(strstr(wire_pushed(&w, ACK, 0), ">m4@us<"));
	buf_done(&answer);
	buf_done(&payload);
	wire_end(&w);
}

static void
test_fault__best_effort(void **state)
{
	struct wire w;
	struct run r;

	(void)state;
	begin(&w, &r, WIRE_BEST_EFFORT, "nth 9 ack lost\n");
	assert_int_equal(deliver(&w, "m1@us"), 204);
	assert_null(strstr(wire_pushed(&w, RESULT, 0), "AckRequested"));
	clock_sleep_ms(1500);
	assert_int_equal(pushed(&w, RESULT), 1);
	assert_int_equal(pushed(&w, ACK), 0);
	wire_end(&w);
}

/* --- itself --- */

/* It dies before or after it took a message; its plan goes on. */
static void
test_fault__it_dies(void **state)
{
	static const char plan[] = "nth 1 request die before\n"
				   "nth 2 request die after\n";
	struct wire w;
	struct run r;

	(void)state;
	begin(&w, &r, WIRE_ASYNC, plan);
	assert_int_equal(deliver(&w, "m1@us"), 0);
	assert_int_equal(waitpid(w.sim, NULL, 0), w.sim);
	assert_int_equal(times(&w, "ledger.csv", "m1@us"), 0);
	wire_start_upset(&w, plan);
	assert_int_equal(deliver(&w, "m1@us"), 0);
	assert_int_equal(waitpid(w.sim, NULL, 0), w.sim);
	assert_int_equal(times(&w, "ledger.csv", "m1@us"), 2);
	wire_start_upset(&w, plan);
	assert_int_equal(deliver(&w, "m1@us"), 204);
	assert_int_equal(times(&w, "ledger.csv", "m1@us"), 2);
	(void)wire_pushed(&w, RESULT, 0);
	wire_end(&w);
}

static void
test_fault__a_seed_makes_a_plan(void **state)
{
	static const char *const argv[] = { "serve", "room", "--seed", "5",
		"--once-ready-file", "ready", NULL };
	struct buf plan;
	struct wire w;
	struct run r;

	(void)state;
	wire_begin(&w, &r);
	wire_start_as(&w, argv);
	assert_true(times(&w, "faults.txt", "\n") > 10);
	run_read(&r, "room/sim/faults.txt", &plan);
	wire_stop(&w, SIGTERM);
	assert_int_equal(run(&r, "faults", "--seed", "5", NULL), 0);
	assert_true(run_same(&r, "out", "room/sim/faults.txt"));
	/* And can be served again as a file. */
	wire_start_upset(&w, plan.bytes);
	assert_int_equal(times(&w, "faults.txt", "seed 5\n"), 1);
	buf_done(&plan);
	wire_end(&w);
}

static void
test_fault__a_wrong_plan_is_refused(void **state)
{
	struct fault why = FAULT_NONE;
	char path[PATH_MAX];
	struct buf err;
	struct wire w;
	struct run r;

	(void)state;
	wire_begin(&w, &r);
	run_path(&r, "plan", path);
	assert_int_equal(
		file_put(AT_FDCWD, path, "nth 1 ack vanish\n", 17, 0644, &why),
		V_OK);
	assert_int_equal(run(&r, "serve", "room", "--faults", "plan", NULL), 4);
	run_read(&r, "err", &err);
	assert_non_null(strstr(err.bytes, "plan:1: no such fault"));
	buf_done(&err);
	assert_int_equal(
		run(&r, "serve", "room", "--faults", "nowhere", NULL), 4);
	wire_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fault__what_was_cut_is_not_taken),
		cmocka_unit_test(test_fault__retries_are_compared),
		cmocka_unit_test(test_fault__what_was_complete_is_taken),
		cmocka_unit_test(test_fault__odd_but_right),
		cmocka_unit_test(test_fault__who_is_not_let_in),
		cmocka_unit_test(test_fault__answers_of_all_kinds),
		cmocka_unit_test(test_fault__a_message_error),
		cmocka_unit_test(test_fault__a_code_on_command),
		cmocka_unit_test(test_fault__acknowledgments),
		cmocka_unit_test(test_fault__results),
		cmocka_unit_test(test_fault__synchronous),
		cmocka_unit_test(test_fault__best_effort),
		cmocka_unit_test(test_fault__it_dies),
		cmocka_unit_test(test_fault__a_seed_makes_a_plan),
		cmocka_unit_test(test_fault__a_wrong_plan_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
