/* tests/mobbsim/test_serve.c - the other side, from our side of the wire
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
/* sha256sum of "%PDF-1" */
#define SHA                                                                    \
	"21af8e71c8703196df7fe1ff901869a8"                                     \
	"8fe64c07bbaa83d838efb45a52b4f303"

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

static void
deliver(struct wire *w, const char *id, const char *kind)
{
	struct buf payload;

	wire_payload(BATCH, kind, two, 2, &payload);
	assert_int_equal(wire_send(w, id, &payload), 204);
	buf_done(&payload);
}

static void
test_serve__a_delivery_is_acknowledged_and_answered(void **state)
{
	struct buf received;
	const char *result;
	struct wire w;
	struct run r;

	(void)state;
	wire_begin(&w, &r);
	wire_listen(&w);
	wire_start(&w);
	deliver(&w, "m1@us", "Burger");
	/* The lines are there when the POST is answered. */
	assert_int_equal(
		times(&w, "ledger.csv",
			";m1@us;" BATCH ";" ID1 ";0000000000001-01;" WITH
			";" SHA ";Verwerkt;yes;1\n"),
		1);
	assert_int_equal(
		times(&w, "ledger.csv",
			";m1@us;" BATCH ";" ID2 ";0000000000002-01;" WITHOUT
			";" SHA ";NietActiefOfGeabonneerd;no;1\n"),
		1);
	assert_int_equal(
		times(&w, "posts.csv", ";/ebms;m1@us;" BATCH ";2;"), 1);
	run_read(&r, "room/sim/received/" BATCH ".1.xml", &received);
	assert_non_null(strstr(received.bytes, ID2));
	buf_done(&received);

	assert_non_null(strstr(wire_pushed(&w, ">Acknowledgment<", 0),
		"RefToMessageId>m1@us<"));
	result = wire_pushed(&w, "BerichtVerwerkResponse", 0);
	assert_non_null(strstr(result, ">" ID1 "</BerichtID>"));
	assert_non_null(strstr(result, "<TotaalAantalOntvangenBerichten>2<"));
	wire_end(&w);
}

static void
test_serve__a_duplicate_gets_the_same_bytes(void **state)
{
	const char *first;
	struct wire w;
	struct run r;

	(void)state;
	wire_begin(&w, &r);
	wire_listen(&w);
	wire_start(&w);
	deliver(&w, "m1@us", "Burger");
	first = wire_pushed(&w, ">Acknowledgment<", 0);
	deliver(&w, "m1@us", "Burger");
	assert_string_equal(wire_pushed(&w, ">Acknowledgment<", 1), first);
	/* Also after a restart, and when killed. */
	wire_stop(&w, SIGKILL);
	wire_start(&w);
	deliver(&w, "m1@us", "Burger");
	assert_string_equal(wire_pushed(&w, ">Acknowledgment<", 2), first);
	assert_int_equal(times(&w, "ledger.csv", ";m1@us;"), 2);
	assert_int_equal(times(&w, "posts.csv", ";yes;204\n"), 2);
	assert_int_equal(times(&w, "posts.csv", ";no;204\n"), 1);
	wire_end(&w);
}

static void
test_serve__effective_once_whatever_happens(void **state)
{
	struct wire w;
	struct run r;

	(void)state;
	wire_begin(&w, &r);
	wire_listen(&w);
	wire_start(&w);
	deliver(&w, "m1@us", "Burger");
	deliver(&w, "m2@us", "Burger");
	wire_stop(&w, SIGTERM);
	wire_start(&w);
	deliver(&w, "m3@us", "Burger");
	assert_int_equal(times(&w, "ledger.csv", ";yes;"), 1);
	assert_int_equal(
		times(&w, "ledger.csv", ";BerichtBestaatAl;no;2\n"), 1);
	assert_int_equal(
		times(&w, "ledger.csv", ";BerichtBestaatAl;no;3\n"), 1);
	wire_end(&w);
}

static void
test_serve__a_result_is_repeated_until_acknowledged(void **state)
{
	const char *first;
	char id[100];
	struct wire w;
	struct run r;
	size_t n;

	(void)state;
	wire_begin(&w, &r);
	wire_listen(&w);
	wire_start(&w);
	deliver(&w, "m1@us", "Burger");
	first = wire_pushed(&w, "BerichtVerwerkResponse", 0);
	assert_string_equal(
		wire_pushed(&w, "BerichtVerwerkResponse", 1), first);
	wire_id(first, id, sizeof(id));
	assert_int_equal(wire_acknowledge(&w, id, "a1@us"), 204);
	(void)pthread_mutex_lock(&w.lock);
	n = w.kept_count;
	(void)pthread_mutex_unlock(&w.lock);
	clock_sleep_ms(2500);
	/* One may have been on its way. */
	assert_in_range(w.kept_count, n, n + 1);
	wire_end(&w);
}

/* Nobody acknowledged in time: the same outcome under another MessageId; an
 * Acknowledgment of the first one still counts.
 */
static void
test_serve__an_expired_result_is_offered_anew(void **state)
{
	const char *first, *second;
	char id[100], other[100];
	struct buf head;
	struct wire w;
	struct run r;

	(void)state;
	wire_begin(&w, &r);
	wire_set(&w, "cpa.xml", "<c:Retries>8<", "<c:Retries>1<");
	wire_listen(&w);
	wire_start(&w);
	deliver(&w, "m1@us", "Burger");
	first = wire_pushed(&w, "BerichtVerwerkResponse", 0);
	assert_string_equal(
		wire_pushed(&w, "BerichtVerwerkResponse", 1), first);
	second = wire_pushed(&w, "BerichtVerwerkResponse", 2);
	wire_id(first, id, sizeof(id));
	wire_id(second, other, sizeof(other));
	assert_string_not_equal(id, other);
	assert_memory_equal(strstr(first, "<BatchInformatie>"),
		strstr(second, "<BatchInformatie>"), 400);
	assert_int_equal(wire_acknowledge(&w, id, "a1@us"), 204);
	wire_stop(&w, SIGTERM);
	run_read(&r, "err", &head);
	assert_non_null(strstr(head.bytes, ": 0 results wait"));
	buf_done(&head);
	wire_end(&w);
}

/* We did not listen, and the other side went down: the result still comes. */
static void
test_serve__a_result_survives_a_restart(void **state)
{
	struct wire w;
	struct run r;

	(void)state;
	wire_begin(&w, &r);
	wire_start(&w);
	deliver(&w, "m1@us", "Burger");
	wire_stop(&w, SIGKILL);
	wire_start(&w);
	wire_listen(&w);
	assert_non_null(strstr(wire_pushed(&w, "BerichtVerwerkResponse", 0),
		"RefToMessageId>m1@us<"));
	wire_end(&w);
}

static void
test_serve__a_payload_that_does_not_fit(void **state)
{
	struct wire w;
	struct run r;

	(void)state;
	wire_begin(&w, &r);
	wire_listen(&w);
	wire_start(&w);
	deliver(&w, "m1@us", "Bedrijf");
	assert_non_null(
		strstr(wire_pushed(&w, ">Acknowledgment<", 0), "m1@us"));
	assert_int_equal(times(&w, "ledger.csv",
				 ";XmlValidatieTegenXsdValtNegatiefUit;no;1\n"),
		2);
	assert_non_null(strstr(wire_pushed(&w, "BerichtVerwerkResponse", 0),
		"XmlValidatieTegenXsdValtNegatiefUit"));
	/* Nothing was taken: repaired, it is new. */
	deliver(&w, "m2@us", "Burger");
	assert_int_equal(times(&w, "ledger.csv", ";Verwerkt;yes;2\n"), 1);
	wire_end(&w);
}

static void
test_serve__another_party_is_refused(void **state)
{
	struct buf envelope = BUF_MAX(100000), answer;
	struct wire w;
	struct run r;

	(void)state;
	wire_begin(&w, &r);
	wire_start(&w);
	wire_envelope("<e:Service>urn:oasis:names:tc:ebxml-msg:service"
		      "</e:Service>",
		"Ping", "p1@us", "</e:MessageData>", "", "<s:Body/>",
		&envelope);
	assert_int_equal(wire_post(&w, "theirs", "/ebms", "text/xml",
				 "\"ebXML\"", envelope.bytes, &answer),
		500);
	assert_non_null(strstr(answer.bytes, "faultstring"));
	buf_done(&answer);
	assert_int_equal(wire_post(&w, "theirs", "/wus", "text/xml", "x",
				 envelope.bytes, NULL),
		403);
	assert_int_equal(wire_post(&w, "ours", "/ebms", "text/xml", "\"other\"",
				 envelope.bytes, NULL),
		500);
	assert_int_equal(wire_post(&w, "ours", "/elsewhere", "text/xml",
				 "\"ebXML\"", envelope.bytes, NULL),
		404);
	buf_done(&envelope);
	wire_end(&w);
}

static void
test_serve__a_ping_gets_a_pong(void **state)
{
	struct buf envelope = BUF_MAX(100000);
	struct wire w;
	struct run r;

	(void)state;
	wire_begin(&w, &r);
	wire_listen(&w);
	wire_start(&w);
	wire_envelope("<e:Service>urn:oasis:names:tc:ebxml-msg:service"
		      "</e:Service>",
		"Ping", "p1@us", "</e:MessageData>", "", "<s:Body/>",
		&envelope);
	assert_int_equal(wire_post(&w, "ours", "/ebms", "text/xml", "\"ebXML\"",
				 envelope.bytes, NULL),
		204);
	assert_non_null(strstr(wire_pushed(&w, ">Pong<", 0), "p1@us"));
	buf_done(&envelope);
	wire_end(&w);
}

#define WUS "http://schemas.rdw.nl/GEB/BerichtenboxValidatieService/2009/01"
#define WUS_TYPES                                                              \
	"http://schemas.rdw.nl/GEB/BerichtenboxValidatieService/Types/2009/01"
#define SHARED "http://schemas.rdw.nl/GEB/Shared/Types/2009/01"

/* Ask about three citizens; the answer. */
static int
ask(struct wire *w, const char *third, struct buf *answer)
{
	struct buf text = BUF_MAX(100000);
	int status;

	buf_format(&text,
		"<s:Envelope xmlns:s=\"" NS_SOAP "\"><s:Body>"
		"<v:ValidateAbonnementen xmlns:v=\"" WUS
		"\" xmlns:t=\"" WUS_TYPES "\" xmlns:g=\"" SHARED
		"\"><v:validateAbonnementenAanvraag><t:"
		"berichtleverancierCode>" WIRE_OURS
		"</t:berichtleverancierCode><t:berichtTypeCode>WOZ"
		"</t:berichtTypeCode><t:klanten><g:Klant><g:Key>" WITH
		"</g:Key><g:Rol>Burger</g:Rol></"
		"g:Klant><g:Klant><g:Key>" WITHOUT
		"</g:Key><g:Rol>Burger</g:Rol></g:Klant><g:Klant>"
		"<g:Key>%s</g:Key><g:Rol>Burger</g:Rol></g:Klant></t:klanten>"
		"</v:validateAbonnementenAanvraag></v:ValidateAbonnementen>"
		"</s:Body></s:Envelope>",
		third);
	status = wire_post(w, "ours", "/wus", "text/xml; charset=utf-8",
		"\"" WUS "/IBerichtenboxValidatieService/"
		"ValidateAbonnementen\"",
		text.bytes, answer);
	buf_done(&text);
	return status;
}

#define ANSWER(bsn, yes)                                                       \
	"<g:Key>" bsn "</g:Key><g:Rol>Burger</g:Rol></t:klant>"                \
	"<t:isBerichtSturen>" yes "<"

static void
test_serve__who_is_subscribed(void **state)
{
	struct fault why = FAULT_NONE;
	struct buf answer;
	char path[PATH_MAX];
	struct wire w;
	struct run r;

	(void)state;
	wire_begin(&w, &r);
	wire_start(&w);
	assert_int_equal(ask(&w, "123456782", &answer), 200);
	assert_non_null(strstr(answer.bytes, ANSWER(WITH, "true")));
	assert_non_null(strstr(answer.bytes, ANSWER(WITHOUT, "false")));
	buf_done(&answer);
	/* What is no citizen number is a fault of the question. */
	assert_int_equal(ask(&w, "123456789", &answer), 500);
	assert_non_null(strstr(answer.bytes, "ApplicationFault"));
	buf_done(&answer);
	/* A question carries no letters. */
	assert_int_equal(times(&w, "posts.csv", ";/wus;;;0;"), 2);
	wire_stop(&w, SIGTERM);

	wire_file(&w, "sim/subscribers.txt", path);
	assert_int_equal(
		file_put(AT_FDCWD, path, WITHOUT "\n", 10, 0644, &why), V_OK);
	wire_start(&w);
	assert_int_equal(ask(&w, "123456782", &answer), 200);
	assert_non_null(strstr(answer.bytes, ANSWER(WITH, "false")));
	assert_non_null(strstr(answer.bytes, ANSWER(WITHOUT, "true")));
	buf_done(&answer);
	wire_end(&w);
}

static void
test_serve__a_sink_only_acknowledges(void **state)
{
	struct buf payload, out;
	int64_t until;
	char ready[PATH_MAX];
	struct wire w;
	struct run r;

	(void)state;
	wire_begin(&w, &r);
	wire_listen(&w);
	run_path(&r, "ready", ready);
	w.sim = run_start(&r, (const char *const[]){ "serve", "room", "--sink",
				      "--once-ready-file", "ready", NULL });
	until = clock_tick_ms() + WIRE_WAIT_MS;
	while (access(ready, F_OK) == -1 && clock_tick_ms() < until)
		clock_sleep_ms(20);
	wire_payload(BATCH, "Burger", two, 2, &payload);
	assert_int_equal(wire_send(&w, "m1@us", &payload), 204);
	(void)wire_pushed(&w, ">Acknowledgment<", 0);
	buf_done(&payload);
	assert_int_equal(times(&w, "ledger.csv", "\n"), 1);
	wire_stop(&w, SIGTERM);
	run_read(&r, "out", &out);
	assert_non_null(strstr(out.bytes, "posts=1 letters=2\n"));
	buf_done(&out);
	wire_end(&w);
}

static void
test_serve__needs_a_room(void **state)
{
	struct buf err;
	struct run r;

	(void)state;
	run_begin(&r);
	assert_int_not_equal(run(&r, "serve", "nowhere", NULL), 0);
	run_read(&r, "err", &err);
	assert_non_null(strstr(err.bytes, "MOBB-"));
	buf_done(&err);
	assert_int_equal(run(&r, "serve", NULL), 2);
	run_end(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_serve__a_delivery_is_acknowledged_and_answered),
		cmocka_unit_test(test_serve__a_duplicate_gets_the_same_bytes),
		cmocka_unit_test(test_serve__effective_once_whatever_happens),
		cmocka_unit_test(
			test_serve__a_result_is_repeated_until_acknowledged),
		cmocka_unit_test(test_serve__an_expired_result_is_offered_anew),
		cmocka_unit_test(test_serve__a_result_survives_a_restart),
		cmocka_unit_test(test_serve__a_payload_that_does_not_fit),
		cmocka_unit_test(test_serve__another_party_is_refused),
		cmocka_unit_test(test_serve__a_ping_gets_a_pong),
		cmocka_unit_test(test_serve__who_is_subscribed),
		cmocka_unit_test(test_serve__a_sink_only_acknowledges),
		cmocka_unit_test(test_serve__needs_a_room),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
