/* tests/mobbsim/test_abonnement.c - the bulk question about subscriptions, from
 * our side of the wire
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

#include "base/gzip.h"
#include "tests/mobbsim/wire.h"

#define NS_ASK                                                                 \
	"http://schemas.overheid.nl/GEB/AbonnementServiceProcessor/2014/02"
#define ASKED "5b8f1f60-1d0c-4a53-9d5e-0c2f5b8d1a0"
#define RESULT ">GLOBE-R-A-Result<"
#define TWO "<BSNLijst><BSN>999911685</BSN><BSN>999990019</BSN></BSNLijst>"
#define YES                                                                    \
	"<Abonnement><BSN>999911685</BSN><Geabonneerd>true</Geabonneerd>"      \
	"</Abonnement>\n"
#define NO                                                                     \
	"<Abonnement><BSN>999990019</BSN><Geabonneerd>false</Geabonneerd>"     \
	"</Abonnement>\n"

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

static int
ask_for(struct wire *w, const char *oin, const char *id, int nth,
	const char *about)
{
	struct buf payload = BUF_MAX(100000);
	int status;

	buf_format(&payload,
		"<a:AbonnementAanvraag xmlns:a=\"" NS_ASK
		"\"><BerichtLeverancier><OIN>%s</OIN></BerichtLeverancier>"
		"<VerzoekId>" ASKED "%d</VerzoekId>%s</a:AbonnementAanvraag>",
		oin, nth, about);
	status = wire_ask_as(w, "GLOBE-R-A-Request", id, &payload, NULL);
	buf_done(&payload);
	return status;
}

static int
ask(struct wire *w, const char *id, int nth, const char *about)
{
	return ask_for(w, WIRE_OURS, id, nth, about);
}

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

/* The n-th answer (0 ..) to message `id`; waits for it. */
static const char *
answer_to(struct wire *w, const char *id, size_t n)
{
	const char *found;
	char ref[80];
	size_t i = 0;

	snprintf(ref, sizeof(ref), "RefToMessageId>%s<", id);
	for (;;) {
		found = wire_pushed(w, RESULT, i++);
		if (strstr(found, ref) != NULL && n-- == 0)
			return found;
	}
}

/* The payload of what was pushed; unpacked when it is a gzip. */
static void
payload_of(struct wire *w, const char *body, struct buf *out)
{
	const char *at = strstr(body, "application/gzip"), *end;
	char name[] = "/tmp/mobb.answer.XXXXXX", piece[1000];
	struct fault why = FAULT_NONE;
	struct gzip *g = NULL;
	size_t i, len = 0, got;
	int fd;

	for (i = 0; i < w->kept_count; i++)
		if (w->kept[i] == body)
			len = w->kept_len[i];
	assert_non_null(at);
	assert_non_null(strstr(at, "Content-Transfer-Encoding: binary\r\n"));
	at = strstr(at, "\r\n\r\n") + 4;
	for (end = body + len - 12; memcmp(end, "\r\n--oefening", 12) != 0;)
		end--;
	*out = BUF_MAX(10000000);
	buf_text(out, "");
	if (memcmp(at, "\x1f\x8b", 2) != 0) {
		buf_add(out, at, (size_t)(end - at));
		return;
	}
	fd = mkstemp(name);
	assert_int_not_equal(fd, -1);
	(void)unlink(name);
	assert_int_equal(write(fd, at, (size_t)(end - at)), end - at);
	assert_int_equal(gzip_open(fd, 0, GZIP_FILE, -1, &g, &why), V_OK);
	do {
		if (gzip_read(g, piece, sizeof(piece), &got, &why) != V_OK) {
			buf_reset(out);
			buf_text(out, "damaged");
			break;
		}
		buf_add(out, piece, got);
	} while (got > 0);
	gzip_close(g);
	(void)close(fd);
}

static bool
says(struct wire *w, const char *body, const char *text)
{
	struct buf out;
	bool is;

	payload_of(w, body, &out);
	is = strstr(out.bytes, text) != NULL;
	buf_done(&out);
	return is;
}

static void
test_abonnement__a_list_is_answered(void **state)
{
	const char *answer;
	struct wire w;
	struct run r;

	(void)state;
	wire_begin(&w, &r);
	wire_listen(&w);
	wire_start(&w);
	assert_int_equal(ask(&w, "q1@us", 1, TWO), 204);
	assert_int_equal(
		times(&w, "questions.csv", ";q1@us;" ASKED "1;list;2;whole\n"),
		1);
	assert_non_null(strstr(wire_pushed(&w, ">Acknowledgment<", 0),
		"RefToMessageId>q1@us<"));
	answer = wire_pushed(&w, RESULT, 0);
	assert_non_null(strstr(answer, "RefToMessageId>q1@us<"));
	assert_non_null(strstr(answer, "ConversationId>conversation<"));
	assert_true(says(&w, answer,
		"<VerzoekId>" ASKED "1</VerzoekId>\n" YES NO
		"</a:AbonnementAntwoord>"));
	assert_true(says(&w, answer, "<OIN>" WIRE_OURS "</OIN>"));
	/* No letters: neither in the ledger nor in the line of its POST. */
	assert_int_equal(times(&w, "ledger.csv", "q1@us"), 0);
	assert_int_equal(times(&w, "posts.csv", ";/ebms;q1@us;;0;"), 1);
	assert_int_equal(times(&w, "answers/" ASKED "1.xml", YES NO), 1);
	wire_end(&w);
}

static void
test_abonnement__a_question_is_processed_once(void **state)
{
	struct wire w;
	struct run r;

	(void)state;
	wire_begin(&w, &r);
	wire_listen(&w);
	wire_start(&w);
	assert_int_equal(ask(&w, "q1@us", 1, TWO), 204);
	(void)wire_pushed(&w, RESULT, 0);
	assert_int_equal(ask(&w, "q1@us", 1, TWO), 204);
	assert_string_equal(wire_pushed(&w, ">Acknowledgment<", 1),
		wire_pushed(&w, ">Acknowledgment<", 0));
	wire_stop(&w, SIGKILL);
	wire_start(&w);
	assert_int_equal(ask(&w, "q1@us", 1, TWO), 204);
	assert_int_equal(times(&w, "questions.csv", "q1@us"), 1);
	assert_int_equal(times(&w, "posts.csv", ";yes;204\n"), 2);
	wire_end(&w);
}

static void
test_abonnement__an_answer_survives_a_restart(void **state)
{
	struct wire w;
	struct run r;
	char id[100], again[100];

	(void)state;
	wire_begin(&w, &r);
	wire_start(&w); /* nobody listens */
	assert_int_equal(ask(&w, "q1@us", 1, TWO), 204);
	wire_stop(&w, SIGKILL);
	wire_listen(&w);
	wire_start(&w);
	assert_true(says(&w, wire_pushed(&w, RESULT, 0), YES NO));
	/* Repeated until it is acknowledged, then no more. */
	wire_id(wire_pushed(&w, RESULT, 1), again, sizeof(again));
	wire_id(wire_pushed(&w, RESULT, 0), id, sizeof(id));
	assert_string_equal(id, again);
	assert_int_equal(wire_acknowledge(&w, id, "a1@us"), 204);
	wire_stop(&w, SIGTERM);
	assert_int_equal(times(&w, "questions.csv", "q1@us"), 1);
	wire_end(&w);
}

/* What died before the message was kept comes again, and is there once. */
static void
test_abonnement__half_a_question_is_none(void **state)
{
	static const char line[] =
		"2026-01-01T00:00:00.000Z;lost@us;" ASKED "9;list;2;whole\n";
	struct fault why = FAULT_NONE;
	struct buf text;
	char path[PATH_MAX];
	struct wire w;
	struct run r;

	(void)state;
	wire_begin(&w, &r);
	wire_listen(&w);
	wire_start(&w);
	assert_int_equal(ask(&w, "q1@us", 1, TWO), 204);
	wire_stop(&w, SIGTERM);
	run_read(&r, "room/sim/questions.csv", &text);
	buf_text(&text, line);
	buf_text(&text, "2026-01-01T00:0");
	wire_file(&w, "sim/questions.csv", path);
	assert_int_equal(
		file_put(AT_FDCWD, path, text.bytes, text.len, 0640, &why),
		V_OK);
	buf_done(&text);
	wire_start(&w);
	assert_int_equal(ask(&w, "lost@us", 9, TWO), 204);
	assert_int_equal(times(&w, "questions.csv", "lost@us"), 1);
	assert_int_equal(times(&w, "questions.csv", "q1@us"), 1);
	assert_int_equal(times(&w, "questions.csv", "\n"), 3);
	wire_end(&w);
}

static void
test_abonnement__all_and_changes(void **state)
{
	static const char changes[] = "2026-03-01T10:00:00Z 999911685 no\n"
				      "2026-03-02T10:00:00Z 999990019 yes\n";
	struct fault why = FAULT_NONE;
	const char *answer;
	char path[PATH_MAX];
	struct wire w;
	struct run r;

	(void)state;
	wire_begin(&w, &r);
	wire_listen(&w);
	wire_start(&w);
	assert_int_equal(ask(&w, "q1@us", 1, ""), 204);
	answer = answer_to(&w, "q1@us", 0);
	assert_true(says(&w, answer, YES));
	assert_false(says(&w, answer, "999990019"));
	wire_stop(&w, SIGTERM);
	wire_file(&w, "sim/changes.txt", path);
	assert_int_equal(
		file_put(AT_FDCWD, path, changes, strlen(changes), 0640, &why),
		V_OK);
	wire_start(&w);
	assert_int_equal(ask(&w, "q2@us", 2,
				 "<MutatieDatum>2026-03-02T00:00:00Z"
				 "</MutatieDatum>"),
		204);
	answer = answer_to(&w, "q2@us", 0);
	assert_true(says(&w, answer, "999990019</BSN><Geabonneerd>true<"));
	assert_false(says(&w, answer, "999911685"));
	assert_int_equal(times(&w, "questions.csv", ";all;0;whole\n"), 1);
	assert_int_equal(times(&w, "questions.csv", ";changes;0;whole\n"), 1);
	wire_end(&w);
}

static void
test_abonnement__what_is_no_question_is_not_answered(void **state)
{
	struct wire w;
	struct run r;

	(void)state;
	wire_begin(&w, &r);
	wire_listen(&w);
	wire_start(&w);
	assert_int_equal(ask(&w, "q1@us", 1, "<BSNLijst/>"), 204);
	assert_int_equal(ask_for(&w, WIRE_THEIRS, "q2@us", 2, TWO), 204);
	(void)wire_pushed(&w, ">Acknowledgment<", 1);
	assert_int_equal(times(&w, "questions.csv", ";none: missing"), 1);
	assert_int_equal(times(&w, "questions.csv", ";none: the OIN is"), 1);
	assert_int_equal(ask(&w, "q3@us", 3, TWO), 204);
	(void)wire_pushed(&w, RESULT, 0);
	assert_int_equal(pushed(&w, RESULT), 1);
	wire_end(&w);
}

/* Each of them in its turn, and what is in the answer. */
static void
test_abonnement__an_answer_goes_wrong_as_told(void **state)
{
	static const struct {
		const char *fault, *holds;
	} cases[] = {
		{ "empty", "VerzoekId>\n</a:" },
		{ "all-no", "999911685</BSN><Geabonneerd>false<" },
		{ "all-yes", "999990019</BSN><Geabonneerd>true<" },
		{ "yes-for-no", "999990019</BSN><Geabonneerd>true<" },
		{ "other-sender", "<OIN>00000099000000030000</OIN>" },
		/* The last one that was not old. */
		{ "old", "<VerzoekId>" ASKED "4</VerzoekId>" },
		{ "doubled", YES YES NO NO },
		{ "half", YES "</a:" },
		{ "other-names", "<Nummer>999911685</Nummer><Actief>J<" },
		{ "not-packed", YES NO },
		{ "packed-cut", "damaged" },
		{ "html", "<html>" },
		{ "truncated", "VerzoekId" },
		{ "contradict", "999911685</BSN><Geabonneerd>false<" },
		{ "stranger", "111222333" },
		{ "not-boolean", "misschien" },
	};
	size_t i, n = sizeof(cases) / sizeof(cases[0]);
	char plan[2000] = "", id[20], ref[60], theirs[100];
	const char *answer;
	struct wire w;
	struct run r;

	(void)state;
	wire_begin(&w, &r);
	wire_listen(&w);
	for (i = 0; i < n; i++)
		snprintf(plan + strlen(plan), sizeof(plan) - strlen(plan),
			"nth %zu answer %s\n", i + 1, cases[i].fault);
	wire_start_upset(&w, plan);
	for (i = 0; i < n; i++) {
		snprintf(id, sizeof(id), "q%zu@us", i);
		assert_int_equal(ask(&w, id, (int)(i % 10), TWO), 204);
		answer = answer_to(&w, id, 0);
		if (!says(&w, answer, cases[i].holds))
			fail_msg("%s", cases[i].fault);
		assert_false(i == 12 && says(&w, answer, "</a:"));
		snprintf(ref, sizeof(ref), ";list;2;%s\n", cases[i].fault);
		assert_int_equal(times(&w, "questions.csv", ref), 1);
		/* Acknowledged, so that there is room for the next. */
		wire_id(answer, theirs, sizeof(theirs));
		(void)wire_acknowledge(&w, theirs, "a@us");
	}
	wire_end(&w);
}

static void
test_abonnement__an_answer_comes_when_told(void **state)
{
	struct wire w;
	struct run r;
	char first[100], second[100];
	int64_t from_ms;

	(void)state;
	wire_begin(&w, &r);
	wire_listen(&w);
	wire_start_upset(&w, "nth 1 answer never\nnth 2 answer late 1s\n"
			     "nth 3 answer double-new\n"
			     "nth 4 answer other-question\n"
			     "nth 5 answer no-ref\n");
	assert_int_equal(ask(&w, "q1@us", 1, TWO), 204);
	assert_int_equal(times(&w, "questions.csv", ";never\n"), 1);
	from_ms = clock_tick_ms();
	assert_int_equal(ask(&w, "q2@us", 2, TWO), 204);
	wire_id(wire_pushed(&w, RESULT, 0), first, sizeof(first));
	assert_true(clock_tick_ms() - from_ms >= 900);
	(void)wire_acknowledge(&w, first, "a2@us");
	assert_null(strstr(wire_pushed(&w, RESULT, 0), "q1@us"));
	assert_int_equal(ask(&w, "q3@us", 3, TWO), 204);
	wire_id(answer_to(&w, "q3@us", 0), first, sizeof(first));
	wire_id(answer_to(&w, "q3@us", 1), second, sizeof(second));
	assert_string_not_equal(first, second);
	(void)wire_acknowledge(&w, first, "a3@us");
	(void)wire_acknowledge(&w, second, "b3@us");
	assert_int_equal(ask(&w, "q4@us", 4, TWO), 204);
	assert_true(says(&w, answer_to(&w, "q4@us", 0), YES NO));
	assert_false(says(&w, answer_to(&w, "q4@us", 0), ASKED "4<"));
	wire_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_abonnement__a_list_is_answered),
		cmocka_unit_test(test_abonnement__a_question_is_processed_once),
		cmocka_unit_test(test_abonnement__an_answer_survives_a_restart),
		cmocka_unit_test(test_abonnement__half_a_question_is_none),
		cmocka_unit_test(test_abonnement__all_and_changes),
		cmocka_unit_test(
			test_abonnement__what_is_no_question_is_not_answered),
		cmocka_unit_test(test_abonnement__an_answer_goes_wrong_as_told),
		cmocka_unit_test(test_abonnement__an_answer_comes_when_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
