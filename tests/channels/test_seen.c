/* tests/channels/test_seen.c - a Ping, and what a connection shows
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "channels/channel.h"
#include "channels/ebms.h"
#include "channels/http_look.h"
#include "tests/channels/agreement.h"
#include "tests/channels/served.h"

#define NOW INT64_C(1770000000000)

static struct pki pki;

/* --- Ping --- */

struct pinged {
	struct arena mem;
	struct cpa cpa;
	struct ebms_ids ids;
	const char *url;
	struct xml_tree *tree;
	struct ebms_message message;
};

static void
ping(struct pinged *p, const char *mode)
{
	static const char *const use[] = { "GLOBE-R-BV-Request", NULL };
	struct buf text = BUF_MAX(100000), envelope = BUF_MAX(65536);
	const char *wrong = "";
	struct fault why;

	*p = (struct pinged){ .mem = ARENA_EMPTY };
	agreement(&text, mode, "", "");
	assert_int_equal(cpa_read(text.bytes, text.len, "00000099000000010000",
				 use, false, &p->mem, &p->cpa, &why),
		V_OK);
	p->url = ebms_ping(&p->cpa, NOW, &p->ids, &envelope);
	assert_int_equal(
		xml_tree_parse(envelope.bytes, envelope.len, &p->tree, &why),
		V_OK);
	assert_int_equal(ebms_read(p->tree, &p->message, &wrong), EBMS_FINE);
	buf_done(&text);
	buf_done(&envelope);
}

static void
ping_done(struct pinged *p)
{
	xml_tree_free(p->tree);
	arena_done(&p->mem);
}

static void
test_seen__a_ping_is_a_header_and_nothing_else(void **state)
{
	struct pinged p, q;
	const struct ebms_message *m = &p.message;

	(void)state;
	ping(&p, "none");
	assert_string_equal(p.url, "https://theirs.example:28443/ebms");
	assert_string_equal(m->service, EBMS_SERVICE);
	assert_string_equal(m->action, "Ping");
	assert_string_equal(m->from[0].id, "00000099000000010000");
	assert_string_equal(m->to[0].id, "00000099000000020000");
	assert_string_equal(m->from_role, "");
	assert_string_equal(m->cpa_id, "test-cpa");
	assert_string_equal(m->message_id, p.ids.message_id);
	assert_string_equal(m->conversation_id, p.ids.conversation_id);
	assert_int_equal(m->sent_ms, NOW);
	assert_int_equal(m->expires_ms, 0);
	assert_false(m->ack_requested.there);
	assert_false(m->duplicate_elimination);
	assert_false(m->sync_reply.there);
	assert_false(m->manifest.there);
	assert_string_equal(m->ref_to, "");
	ping(&q, "none");
	assert_string_not_equal(p.ids.message_id, q.ids.message_id);
	assert_string_not_equal(p.ids.conversation_id, q.ids.conversation_id);
	ping_done(&p);
	ping_done(&q);
}

static void
test_seen__where_signals_are_synchronous_it_asks_for_the_pong_here(void **state)
{
	struct pinged p;

	(void)state;
	ping(&p, "mshSignalsOnly");
	assert_true(p.message.sync_reply.there);
	assert_string_equal(p.message.sync_reply.actor, EBMS_SOAP_NEXT);
	assert_false(p.message.ack_requested.there);
	assert_false(p.message.manifest.there);
	ping_done(&p);
}

/* --- what a connection shows --- */

static enum verdict
head(const char *url, const char *trust, const char *certificate,
	const char *key, struct http_seen *seen, struct fault *why)
{
	struct http_peer peer = { .trust = trust,
		.certificate = certificate,
		.key = key,
		.oin = PKI_THEIRS };
	struct http *http = NULL;
	enum verdict v;

	assert_int_equal(http_open(&peer, &http, why), V_OK);
	http_patience(http, 5000, 2000);
	v = http_head(http, url, why);
	http_seen(http, seen);
	http_close(http);
	return v;
}

static void
test_seen__a_connection_that_works(void **state)
{
	struct served s = { .status = 405 };
	struct http_seen seen;
	struct fault why;
	int64_t now_ms = clock_now_ms();

	(void)state;
	served_begin(&s, &pki, &(struct http_listen_conf){ .max_body = 1000 });
	assert_int_equal(
		head(s.url, pki.root, pki.client, pki.client_key, &seen, &why),
		V_OK);
	assert_string_equal(s.method, "HEAD");
	assert_int_equal(s.body_len, 0);
	assert_true(seen.connected);
	assert_int_equal(seen.status, 405);
	assert_true(seen.connect_ms >= 0 && seen.tls_ms >= 0 &&
		    seen.answer_ms >= 0);
	assert_int_equal(seen.proxy_status, 0);
	assert_null(seen.alert);
	assert_string_equal(seen.tls.version, "TLSv1.3");
	assert_true(strlen(seen.tls.cipher) > 0);
	assert_int_equal(seen.tls.chain, 2);
	assert_string_equal(seen.tls.root, "our root");
	assert_true(seen.tls.shown);
	assert_string_equal(seen.tls.peer.oin, PKI_THEIRS);
	assert_string_equal(seen.tls.peer.subject, "server");
	/* To the second. */
	if (seen.date_ms != 0) {
		assert_true(seen.date_ms > now_ms - 2000);
		assert_true(seen.date_ms < now_ms + 5000);
	}
	served_end(&s);
}

/* A post after it is a post again, and a HEAD after that a HEAD. */
static void
test_seen__head_and_post_in_turns(void **state)
{
	static const char bytes[] = "<x/>";
	struct served s = { .status = 204 };
	struct http_peer peer = { .trust = pki.root,
		.certificate = pki.client,
		.key = pki.client_key };
	struct ebms_post post = { .url = s.url,
		.message_id = "a@b",
		.envelope = bytes,
		.envelope_len = sizeof(bytes) - 1 };
	struct http *http = NULL;
	struct ebms_reply reply;
	struct fault why;
	int i;

	(void)state;
	served_begin(&s, &pki, &(struct http_listen_conf){ .max_body = 1000 });
	assert_int_equal(http_open(&peer, &http, &why), V_OK);
	for (i = 0; i < 2; i++) {
		assert_int_equal(http_head(http, s.url, &why), V_OK);
		assert_string_equal(s.method, "HEAD");
		assert_int_equal(ebms_post(http, &post, &reply, &why), V_OK);
		assert_string_equal(s.method, "POST");
		assert_int_equal(s.body_len, sizeof(bytes) - 1);
	}
	http_close(http);
	served_end(&s);
}

static void
test_seen__the_certificate_of_a_peer_that_will_not_do(void **state)
{
	struct served s = { .status = 200 };
	struct http_seen seen;
	struct fault why;

	(void)state;
	served_begin(&s, &pki, &(struct http_listen_conf){ .max_body = 1000 });
	assert_int_equal(head(s.url, pki.other_root, pki.client, pki.client_key,
				 &seen, &why),
		V_LATER);
	assert_int_equal(why.code, CODE_TLS);
	assert_false(seen.connected);
	assert_string_equal(seen.tls.version, "");
	assert_int_equal(seen.status, 0);
	assert_int_equal(seen.answer_ms, -1);
	assert_true(seen.tls.shown);
	assert_string_equal(seen.tls.peer.subject, "server");
	served_end(&s);
}

static void
test_seen__nobody_there(void **state)
{
	struct http_seen seen;
	struct fault why;

	(void)state;
	assert_int_equal(head("https://127.0.0.1:1/", pki.root, pki.client,
				 pki.client_key, &seen, &why),
		V_LATER);
	assert_int_equal(why.code, CODE_CONNECT);
	assert_false(seen.connected);
	assert_false(seen.tls.shown);
	assert_int_equal(seen.connect_ms, -1);
	assert_int_equal(seen.tls_ms, -1);
}

static void
test_seen__a_date_of_an_answer(void **state)
{
	static const struct {
		const char *line;
		int64_t ms;
	} cases[] = {
		{ "Date: Fri, 27 Nov 2026 20:05:00 GMT\r\n", 1795809900000 },
		{ "date:Fri, 27 Nov 2026 20:05:00 GMT\r\n", 1795809900000 },
		{ "Date: yesterday\r\n", 7 },
		{ "Date:", 7 },
		{ "Dat", 7 },
		{ "Expires: Fri, 27 Nov 2026 20:05:00 GMT\r\n", 7 },
		{ "Date: Fri, 27 Nov 2026 20:05:00 GMT                      "
		  "                \r\n",
			7 },
		{ "", 7 },
	};
	int64_t ms;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ms = 7;
		http_look_date(cases[i].line, strlen(cases[i].line), &ms);
		assert_int_equal(ms, cases[i].ms);
	}
}

static int
make_pki(void **state)
{
	(void)state;
	pki_init(&pki);
	return 0;
}

static int
drop_pki(void **state)
{
	(void)state;
	pki_done(&pki);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_seen__a_ping_is_a_header_and_nothing_else),
		cmocka_unit_test(
			test_seen__where_signals_are_synchronous_it_asks_for_the_pong_here),
		cmocka_unit_test(test_seen__a_connection_that_works),
		cmocka_unit_test(test_seen__head_and_post_in_turns),
		cmocka_unit_test(
			test_seen__the_certificate_of_a_peer_that_will_not_do),
		cmocka_unit_test(test_seen__nobody_there),
		cmocka_unit_test(test_seen__a_date_of_an_answer),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
