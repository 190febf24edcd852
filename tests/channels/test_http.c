/* tests/channels/test_http.c - two-way TLS, and what is known after a failure
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

#include "channels/http.h"
#include "tests/channels/served.h"

static struct pki pki;

static void
serve_begin(struct served *s, int64_t max_body)
{
	served_begin(
		s, &pki, &(struct http_listen_conf){ .max_body = max_body });
}

/* --- a body of any length --- */

struct pattern {
	int64_t bytes, at, fail_at;
	int rewinds;
};

static enum verdict
pattern_read(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct pattern *p = self;

	if (p->fail_at > 0 && p->at >= p->fail_at)
		return fault_set(why, V_NEVER, CODE_CONTENT_CHANGED, "changed");
	if ((int64_t)len > p->bytes - p->at)
		len = (size_t)(p->bytes - p->at);
	memset(bytes, 'x', len);
	p->at += (int64_t)len;
	*len_out = len;
	return V_OK;
}

static enum verdict
pattern_rewind(void *self, struct fault *why)
{
	struct pattern *p = self;

	(void)why;
	p->at = 0;
	p->rewinds++;
	return V_OK;
}

static struct http_body
pattern_body(struct pattern *p)
{
	return (struct http_body){ .self = p,
		.bytes = p->bytes,
		.read = pattern_read,
		.rewind = pattern_rewind };
}

static enum verdict
post(struct http *http, const char *url, int64_t bytes,
	struct http_answer *answer, struct fault *why)
{
	static const char *const headers[] = { "Content-Type: text/xml",
		"SOAPAction: \"ebXML\"", NULL };
	struct pattern p = { .bytes = bytes };
	struct http_body body = pattern_body(&p);

	return http_post(http, url, headers, &body, answer, why);
}

static struct http *
client_of(const char *certificate, const char *key, const char *trust,
	const char *oin)
{
	struct http_peer peer = { .trust = trust,
		.certificate = certificate,
		.key = key,
		.oin = oin,
		.answer_ms = 1500 };
	struct http *http = NULL;
	struct fault why;

	assert_int_equal(http_open(&peer, &http, &why), V_OK);
	return http;
}

static struct http *
client(void)
{
	return client_of(pki.client, pki.client_key, pki.root, PKI_THEIRS);
}

/* One post that must fail in a certain way. */
static void
refused(struct http *http, const char *url, enum verdict v, enum code code)
{
	struct http_answer answer;
	struct fault why = FAULT_NONE;
	enum verdict got = post(http, url, 100, &answer, &why);

	if (got != v || why.code != code)
		print_message("# %d MOBB-%d %s\n", got, why.code, why.text);
	assert_int_equal(got, v);
	assert_int_equal(why.code, code);
	http_close(http);
}

static void
test_http__two_way_tls_carries_a_post(void **state)
{
	struct served s = { .status = 200, .with_body = true };
	struct http *http = client();
	struct http_answer answer;
	struct fault why;
	int i;

	(void)state;
	serve_begin(&s, 1000000);
	for (i = 0; i < 3; i++) {
		assert_int_equal(
			post(http, s.url, 300000, &answer, &why), V_OK);
		assert_int_equal(answer.status, 200);
		assert_true(answer.all_written);
		assert_int_equal(answer.retry_after_s, -1);
		assert_string_equal(
			answer.content_type, "text/xml; charset=UTF-8");
		assert_string_equal(answer.body.bytes, "<answer/>");
		http_answer_done(&answer);
	}
	assert_int_equal(s.requests, 3);
	assert_int_equal(s.body_len, 300000);
	assert_string_equal(s.oin, PKI_OURS);
	assert_string_equal(s.target, "/ebms");
	assert_string_equal(s.type, "text/xml");
	assert_string_equal(s.action, "\"ebXML\"");
	http_close(http);
	served_end(&s);
	assert_int_equal(s.notes, 0);
}

static void
test_http__an_empty_answer_is_204(void **state)
{
	struct served s = { .status = 0 };
	struct http *http = client();
	struct http_answer answer;
	struct fault why;

	(void)state;
	serve_begin(&s, 1000000);
	assert_int_equal(post(http, s.url, 10, &answer, &why), V_OK);
	assert_int_equal(answer.status, 204);
	assert_int_equal(answer.body.len, 0);
	http_answer_done(&answer);
	http_close(http);
	served_end(&s);
}

static void
test_http__a_stranger_gets_no_byte_of_http(void **state)
{
	struct served s = { .status = 204 };
	struct http_answer answer;
	struct http *http;
	struct fault why;
	enum verdict v;

	(void)state;
	serve_begin(&s, 1000000);
	/* With TLS 1.3 the refusal comes after the handshake: the alert, or
	 * only a broken connection, early or late, as it happens.
	 */
	http = client_of(pki.stranger, pki.stranger_key, pki.root, NULL);
	v = post(http, s.url, 100, &answer, &why);
	assert_true(v == V_LATER || v == V_UNKNOWN);
	if (why.code != CODE_TLS && why.code != CODE_CUT &&
		why.code != CODE_CONNECT)
		fail_msg("MOBB-%d %s", why.code, why.text);
	http_close(http);
	wire_no_certificate(&pki, s.url);
	wire_plain(s.url);
	served_end(&s);
	assert_int_equal(s.requests, 0);
	assert_true(s.notes >= 2);
	assert_int_equal(s.note.code, CODE_TLS);
}

static void
test_http__a_server_we_do_not_know_gets_no_byte(void **state)
{
	struct served s = { .status = 204 };

	(void)state;
	serve_begin(&s, 1000000);
	refused(client_of(pki.client, pki.client_key, pki.other_root, NULL),
		s.url, V_LATER, CODE_TLS);
	refused(client_of(pki.client, pki.client_key, pki.root, PKI_OURS),
		s.url, V_LATER, CODE_PEER_OIN);
	served_end(&s);
	assert_int_equal(s.requests, 0);
	refused(client(), s.url, V_LATER, CODE_CONNECT);
	refused(client(), "http://localhost/", V_BROKEN, CODE_CONNECT);
}

static void
test_http__a_wrong_host_name_is_refused(void **state)
{
	struct wire w = { .pki = &pki, .deed = WIRE_ANSWER, .text = WIRE_204 };
	char url[64];

	(void)state;
	wire_begin(&w);
	snprintf(url, sizeof(url), "https://127.1.1.1:%d/", w.port);
	refused(client(), url, V_LATER, CODE_TLS);
	wire_end(&w);
}

static void
test_http__our_own_certificate_is_checked_first(void **state)
{
	struct http_peer peer = { .trust = pki.root,
		.certificate = pki.expired,
		.key = pki.expired_key };
	struct http *http = NULL;
	struct fault why;

	(void)state;
	assert_int_equal(http_open(&peer, &http, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_CERTIFICATE);
	peer.certificate = pki.client;
	assert_int_equal(http_open(&peer, &http, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_KEY);
	peer.key = pki.client_key;
	assert_int_equal(chmod(pki.client_key, 0604), 0);
	assert_int_equal(http_open(&peer, &http, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_SECRET);
	assert_int_equal(chmod(pki.client_key, 0600), 0);
	peer.key = "/nowhere";
	assert_int_equal(http_open(&peer, &http, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_KEY);
	peer.certificate = "/nowhere";
	assert_int_equal(http_open(&peer, &http, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_CERTIFICATE);
	assert_null(http);
}

/* The peer reads only a part and closes: it has nothing. */
static void
test_http__cut_in_the_middle_is_not_received(void **state)
{
	struct wire w = { .pki = &pki, .deed = WIRE_CLOSE, .read = 100000 };
	struct http *http = client();
	struct http_answer answer;
	struct fault why;

	(void)state;
	wire_begin(&w);
	assert_int_equal(post(http, w.url, 50000000, &answer, &why), V_LATER);
	assert_int_equal(why.code, CODE_CUT);
	http_close(http);
	wire_end(&w);
}

/* The peer reads all and says nothing we can use: it may have it. */
static void
test_http__sent_whole_without_answer_is_unknown(void **state)
{
	static const struct {
		const char *name, *text;
		enum wire_deed deed;
		enum code code;
	} cases[] = {
		{ "closed", "", WIRE_ANSWER, CODE_CUT },
		{ "silent", "", WIRE_SILENT, CODE_CUT },
		{ "no HTTP", "hello\r\n\r\n", WIRE_ANSWER, CODE_ANSWER },
		{ "half a head", "HTTP/1.1 20", WIRE_ANSWER, CODE_CUT },
		{ "half a body",
			"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
			WIRE_ANSWER, CODE_CUT },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wire w = { .pki = &pki,
			.deed = cases[i].deed,
			.text = cases[i].text };
		struct http *http = client();
		struct http_answer answer;
		struct fault why;
		enum verdict v;

		wire_begin(&w);
		v = post(http, w.url, 100000, &answer, &why);
		if (v != V_UNKNOWN || why.code != cases[i].code)
			print_message("# %s: %d %d %s\n", cases[i].name, v,
				why.code, why.text);
		assert_int_equal(v, V_UNKNOWN);
		assert_int_equal(why.code, cases[i].code);
		http_close(http);
		wire_end(&w);
		assert_int_equal(w.connections, 1);
	}
}

static void
test_http__a_redirect_is_an_answer_not_followed(void **state)
{
	struct wire w = { .pki = &pki,
		.deed = WIRE_ANSWER,
		.text = "HTTP/1.1 302 Found\r\nLocation: /other\r\n"
			"Content-Length: 0\r\n\r\n" };
	struct http *http = client();
	struct http_answer answer;
	struct fault why;

	(void)state;
	wire_begin(&w);
	assert_int_equal(post(http, w.url, 1000, &answer, &why), V_OK);
	assert_int_equal(answer.status, 302);
	http_answer_done(&answer);
	http_close(http);
	wire_end(&w);
	assert_int_equal(w.connections, 1);
}

static void
test_http__chunks_and_continue_and_retry_after_are_read(void **state)
{
	struct wire w = { .pki = &pki,
		.deed = WIRE_ANSWER,
		.text = "HTTP/1.1 100 Continue\r\n\r\n"
			"HTTP/1.1 503 Busy\r\nRetry-After: 17\r\n"
			"Transfer-Encoding: chunked\r\n\r\n"
			"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n" };
	struct http *http = client();
	struct http_answer answer;
	struct fault why;

	(void)state;
	wire_begin(&w);
	assert_int_equal(post(http, w.url, 1000, &answer, &why), V_OK);
	assert_int_equal(answer.status, 503);
	assert_int_equal(answer.retry_after_s, 17);
	assert_string_equal(answer.body.bytes, "abcde");
	http_answer_done(&answer);
	http_close(http);
	wire_end(&w);
}

static void
test_http__a_failing_body_ends_the_post(void **state)
{
	struct served s = { .status = 204 };
	struct pattern p = { .bytes = 1000000, .fail_at = 300000 };
	struct http_body body = pattern_body(&p);
	struct http *http = client();
	struct http_answer answer;
	struct fault why;

	(void)state;
	serve_begin(&s, 2000000);
	assert_int_equal(
		http_post(http, s.url, NULL, &body, &answer, &why), V_NEVER);
	assert_int_equal(why.code, CODE_CONTENT_CHANGED);
	http_close(http);
	served_end(&s);
	assert_int_equal(s.requests, 0);
}

static void
test_http__too_large_is_413(void **state)
{
	struct served s = { .status = 204 };
	struct http *http = client();
	struct http_answer answer;
	struct fault why;

	(void)state;
	serve_begin(&s, 1000);
	assert_int_equal(post(http, s.url, 1000, &answer, &why), V_OK);
	assert_int_equal(answer.status, 204);
	http_answer_done(&answer);
	assert_int_equal(post(http, s.url, 1001, &answer, &why), V_OK);
	assert_int_equal(answer.status, 413);
	http_answer_done(&answer);
	http_close(http);
	served_end(&s);
	assert_int_equal(s.requests, 1);
}

static void
test_http__expired_certificates_are_refused_on_both_sides(void **state)
{
	static const char text[] = "POST / HTTP/1.1\r\nHost: h\r\n\r\n";
	struct served s = { .status = 204 };
	struct wire w = { .pki = &pki,
		.deed = WIRE_ANSWER,
		.text = WIRE_204,
		.expired = true };

	(void)state;
	serve_begin(&s, 1000);
	assert_int_equal(wire_ask_as(pki.expired, pki.expired_key, s.url, text,
				 strlen(text)),
		0);
	served_end(&s);
	assert_int_equal(s.requests, 0);
	assert_int_equal(s.note.code, CODE_TLS);
	assert_non_null(strstr(s.note.text, "expired"));
	wire_begin(&w);
	refused(client_of(pki.client, pki.client_key, pki.root, NULL), w.url,
		V_LATER, CODE_TLS);
	wire_end(&w);
	assert_int_equal(w.got_len, 0);
}

static void
test_http__old_tls_is_refused(void **state)
{
	struct wire w = { .pki = &pki,
		.deed = WIRE_ANSWER,
		.text = WIRE_204,
		.tls_max = TLS1_1_VERSION };
	struct http_answer answer;
	struct http *http = client();
	struct fault why;

	(void)state;
	wire_begin(&w);
	refused(client(), w.url, V_LATER, CODE_TLS);
	wire_end(&w);
	w = (struct wire){ .pki = &pki,
		.deed = WIRE_ANSWER,
		.text = WIRE_204,
		.tls_max = TLS1_2_VERSION };
	wire_begin(&w);
	assert_int_equal(post(http, w.url, 10, &answer, &why), V_OK);
	http_answer_done(&answer);
	http_close(http);
	wire_end(&w);
}

/* The peer closed a connection we would have used again: a new one. */
static void
test_http__a_dead_connection_costs_nothing(void **state)
{
	struct wire w = { .pki = &pki,
		.deed = WIRE_ANSWER,
		.text = "HTTP/1.1 204 No Content\r\n\r\n" };
	struct http *http = client();
	struct http_answer answer;
	struct fault why;
	int i;

	(void)state;
	wire_begin(&w);
	for (i = 0; i < 3; i++) {
		assert_int_equal(post(http, w.url, 1000, &answer, &why), V_OK);
		assert_int_equal(answer.status, 204);
		http_answer_done(&answer);
		clock_sleep_ms(50);
	}
	http_close(http);
	wire_end(&w);
	assert_int_equal(w.connections, 3);
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
		cmocka_unit_test(test_http__two_way_tls_carries_a_post),
		cmocka_unit_test(test_http__an_empty_answer_is_204),
		cmocka_unit_test(test_http__a_stranger_gets_no_byte_of_http),
		cmocka_unit_test(
			test_http__a_server_we_do_not_know_gets_no_byte),
		cmocka_unit_test(test_http__a_wrong_host_name_is_refused),
		cmocka_unit_test(
			test_http__our_own_certificate_is_checked_first),
		cmocka_unit_test(test_http__cut_in_the_middle_is_not_received),
		cmocka_unit_test(
			test_http__sent_whole_without_answer_is_unknown),
		cmocka_unit_test(
			test_http__a_redirect_is_an_answer_not_followed),
		cmocka_unit_test(
			test_http__chunks_and_continue_and_retry_after_are_read),
		cmocka_unit_test(test_http__a_failing_body_ends_the_post),
		cmocka_unit_test(test_http__too_large_is_413),
		cmocka_unit_test(
			test_http__expired_certificates_are_refused_on_both_sides),
		cmocka_unit_test(test_http__old_tls_is_refused),
		cmocka_unit_test(test_http__a_dead_connection_costs_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
