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

#include "base/clock.h"
#include "channels/http.h"
#include "channels/http_listen.h"
#include "tests/channels/pki.h"
#include "tests/channels/wire.h"

static struct pki pki;

/* --- a listener of ours in a thread --- */

struct served {
	struct http_listen *listen;
	pthread_t thread;
	char url[64];
	int requests;	 /* seen by the handler */
	size_t body_len; /* of the last */
	char oin[32], path[64], type[64], action[32];
	struct fault note; /* the last */
	int notes;
	int status; /* to answer */
	bool with_body;
};

static void
on_request(void *self, const struct http_request *request,
	struct http_reply *reply)
{
	struct served *s = self;

	s->requests++;
	s->body_len = request->body_len;
	snprintf(s->oin, sizeof(s->oin), "%s", request->peer_oin);
	snprintf(s->path, sizeof(s->path), "%s", request->path);
	snprintf(s->type, sizeof(s->type), "%s", request->content_type);
	snprintf(s->action, sizeof(s->action), "%s", request->soap_action);
	assert_true(request->last_byte_ms >= request->first_byte_ms);
	reply->status = s->status;
	if (s->with_body) {
		reply->content_type = "text/xml; charset=UTF-8";
		reply->soap_action = true;
		buf_text(&reply->body, "<answer/>");
	}
}

static void
on_note(void *self, const struct fault *what)
{
	struct served *s = self;

	s->note = *what;
	s->notes++;
}

static void *
serve(void *self)
{
	struct served *s = self;
	struct fault why;

	assert_int_equal(http_listen_run(s->listen, &why), V_OK);
	return NULL;
}

static void
serve_begin_within(struct served *s, int64_t max_body, int deadline_s)
{
	struct http_listen_conf conf = { .deadline_s = deadline_s,
		.at = "127.0.0.1:0",
		.certificate = pki.server,
		.key = pki.server_key,
		.trust = pki.root,
		.max_body = max_body };
	struct fault why;

	assert_int_equal(http_listen_open(&conf, on_request, on_note, s,
				 &s->listen, &why),
		V_OK);
	snprintf(s->url, sizeof(s->url), "https://localhost:%d/ebms",
		http_listen_port(s->listen));
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void
serve_begin(struct served *s, int64_t max_body)
{
	serve_begin_within(s, max_body, 0);
}

static void
serve_end(struct served *s)
{
	http_listen_stop(s->listen);
	assert_int_equal(pthread_join(s->thread, NULL), 0);
	http_listen_close(s->listen);
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
	assert_string_equal(s.path, "/ebms");
	assert_string_equal(s.type, "text/xml");
	assert_string_equal(s.action, "\"ebXML\"");
	http_close(http);
	serve_end(&s);
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
	serve_end(&s);
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
	 * only a broken connection, as it happens.
	 */
	http = client_of(pki.stranger, pki.stranger_key, pki.root, NULL);
	v = post(http, s.url, 100, &answer, &why);
	assert_true(v == V_LATER || v == V_UNKNOWN);
	assert_true(why.code == CODE_TLS || why.code == CODE_CUT);
	http_close(http);
	wire_no_certificate(&pki, s.url);
	wire_plain(s.url);
	serve_end(&s);
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
	serve_end(&s);
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
	serve_end(&s);
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
	serve_end(&s);
	assert_int_equal(s.requests, 1);
}

/* Raw requests over a good connection: {status, requests handled}. */
static void
test_http__requests_read_in_two_ways_are_refused(void **state)
{
#define HEAD "POST /ebms HTTP/1.1\r\nHost: h\r\n"
	static const struct {
		const char *name, *text;
		size_t len; /* 0: strlen */
		int status, requests;
	} cases[] = {
		{ "a plain one", HEAD "Content-Length: 3\r\n\r\nabc", 0, 204,
			1 },
		{ "no body at all", HEAD "\r\n", 0, 204, 1 },
		{ "chunked",
			HEAD "Transfer-Encoding: chunked\r\n\r\n"
			     "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n"
			     "Trailer: x\r\n\r\n",
			0, 204, 1 },
		{ "folded", HEAD "X: a\r\n b\r\nContent-Length: 3\r\n\r\nabc",
			0, 204, 1 },
		{ "1.0 without Host",
			"POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\na", 0, 204,
			1 },
		{ "two lengths",
			HEAD "Content-Length: 3\r\n"
			     "Content-Length: 3\r\n\r\nabc",
			0, 400, 0 },
		{ "a sign", HEAD "Content-Length: +3\r\n\r\nabc", 0, 400, 0 },
		{ "a list", HEAD "Content-Length: 3, 3\r\n\r\nabc", 0, 400, 0 },
		{ "no number", HEAD "Content-Length: \r\n\r\n", 0, 400, 0 },
		{ "very large",
			HEAD "Content-Length: 99999999999999999999\r\n\r\n", 0,
			400, 0 },
		{ "too large", HEAD "Content-Length: 100001\r\n\r\n", 0, 413,
			0 },
		{ "both",
			HEAD "Content-Length: 3\r\n"
			     "Transfer-Encoding: chunked\r\n\r\nabc",
			0, 400, 0 },
		{ "gzip, chunked",
			HEAD "Transfer-Encoding: gzip, chunked\r\n"
			     "\r\n",
			0, 400, 0 },
		{ "two codings",
			HEAD "Transfer-Encoding: chunked\r\n"
			     "Transfer-Encoding: chunked\r\n\r\n",
			0, 400, 0 },
		{ "chunk size",
			HEAD "Transfer-Encoding: chunked\r\n\r\n"
			     "x\r\n",
			0, 400, 0 },
		{ "chunk too long",
			HEAD "Transfer-Encoding: chunked\r\n\r\n"
			     "1\r\nabc\r\n",
			0, 400, 0 },
		{ "chunk too large",
			HEAD "Transfer-Encoding: chunked\r\n\r\n"
			     "fffffff\r\n",
			0, 413, 0 },
		{ "chunk with LF",
			HEAD "Transfer-Encoding: chunked\r\n\r\n"
			     "1\na\r\n0\r\n\r\n",
			0, 400, 0 },
		{ "NUL in a header", HEAD "X: a\0b\r\n\r\n",
			sizeof(HEAD "X: a\0b\r\n\r\n") - 1, 400, 0 },
		{ "bare LF", "POST / HTTP/1.1\nHost: h\n\n", 0, 400, 0 },
		{ "bare CR", HEAD "X: a\rb\r\n\r\n", 0, 400, 0 },
		{ "blank before colon", HEAD "X : a\r\n\r\n", 0, 400, 0 },
		{ "no colon", HEAD "X\r\n\r\n", 0, 400, 0 },
		{ "no Host", "POST / HTTP/1.1\r\n\r\n", 0, 400, 0 },
		{ "two Hosts", HEAD "Host: h\r\n\r\n", 0, 400, 0 },
		{ "no version", "POST /\r\nHost: h\r\n\r\n", 0, 400, 0 },
		{ "HTTP/2", "POST / HTTP/2.0\r\nHost: h\r\n\r\n", 0, 505, 0 },
		{ "no path", "POST x HTTP/1.1\r\nHost: h\r\n\r\n", 0, 400, 0 },
		{ "encoded", HEAD "Content-Encoding: gzip\r\n\r\n", 0, 415, 0 },
		{ "Expect", HEAD "Expect: x\r\n\r\n", 0, 417, 0 },
		{ "100-continue",
			HEAD "Expect: 100-continue\r\n"
			     "Content-Length: 1\r\n\r\na",
			0, 100, 1 },
	};
	struct served s = { .status = 204 };
	size_t i;

	(void)state;
	serve_begin(&s, 100000);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int before = s.requests, status;

		status = wire_ask(&pki, s.url, cases[i].text,
			cases[i].len > 0 ? cases[i].len
					 : strlen(cases[i].text));
		if (status != cases[i].status ||
			s.requests - before != cases[i].requests)
			print_message("# %s: got %d\n", cases[i].name, status);
		assert_int_equal(status, cases[i].status);
		assert_int_equal(s.requests - before, cases[i].requests);
	}
	serve_end(&s);
}

static void
test_http__a_large_head_is_refused(void **state)
{
	struct served s = { .status = 204 };
	char text[20000];

	(void)state;
	serve_begin(&s, 1000);
	memset(text, 'x', sizeof(text));
	memcpy(text, HEAD "X: ", sizeof(HEAD "X: ") - 1);
	assert_int_equal(wire_ask(&pki, s.url, text, sizeof(text)), 431);
	serve_end(&s);
	assert_int_equal(s.requests, 0);
}

static void
test_http__a_slow_request_is_ended(void **state)
{
	static const char head[] = HEAD "Content-Length: 3\r\n\r\na";
	struct served s = { .status = 204 };
	int64_t from_ms = clock_tick_ms();

	(void)state;
	serve_begin_within(&s, 1000, 1);
	assert_int_equal(wire_ask(&pki, s.url, head, strlen(head)), 0);
	assert_in_range(clock_tick_ms() - from_ms, 900, 5000);
	serve_end(&s);
	assert_int_equal(s.requests, 0);
	assert_int_equal(s.note.code, CODE_CUT);
}

static void
test_http__two_requests_at_once_are_answered_in_turn(void **state)
{
	static const char text[] = HEAD "Content-Length: 3\r\n\r\nabc" HEAD
					"Content-Length: 2\r\nConnection: "
					"close\r\n\r\nde";
	struct served s = { .status = 204 };

	(void)state;
	serve_begin(&s, 1000);
	assert_int_equal(wire_ask(&pki, s.url, text, strlen(text)), 204);
	clock_sleep_ms(100);
	serve_end(&s);
	assert_int_equal(s.requests, 2);
	assert_int_equal(s.body_len, 2);
}

static void
test_http__expired_certificates_are_refused_on_both_sides(void **state)
{
	static const char text[] = HEAD "\r\n";
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
	serve_end(&s);
	assert_int_equal(s.requests, 0);
	assert_int_equal(s.note.code, CODE_TLS);
	assert_non_null(strstr(s.note.text, "expired"));
	wire_begin(&w);
	refused(client_of(pki.client, pki.client_key, pki.root, NULL), w.url,
		V_LATER, CODE_TLS);
	wire_end(&w);
	assert_int_equal(w.got_len, 0);
}

/* Strangers that connect and say nothing do not keep the peer out, nor fill
 * the log.
 */
static void
test_http__a_crowd_of_strangers_keeps_nobody_out(void **state)
{
	struct served s = { .status = 204 };
	struct http *http = client();
	struct http_answer answer;
	struct fault why;
	int fds[100], i;

	(void)state;
	serve_begin(&s, 1000);
	for (i = 0; i < 100; i++)
		fds[i] = wire_connect(http_listen_port(s.listen));
	assert_int_equal(post(http, s.url, 100, &answer, &why), V_OK);
	http_answer_done(&answer);
	for (i = 0; i < 100; i++)
		close(fds[i]);
	for (i = 0; i < 100; i++)
		close(wire_connect(http_listen_port(s.listen)));
	assert_int_equal(post(http, s.url, 100, &answer, &why), V_OK);
	http_answer_done(&answer);
	http_close(http);
	serve_end(&s);
	assert_int_equal(s.requests, 2);
	assert_in_range(s.notes, 1, 20);
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

static void
bump(void *self)
{
	++*(int *)self;
}

static void
test_http__the_listener_keeps_time_and_stops_soon(void **state)
{
	struct served s = { .status = 204 };
	struct http_listen_conf conf = { .at = "127.0.0.1:0",
		.certificate = pki.server,
		.key = pki.server_key,
		.trust = pki.root,
		.max_body = 1000 };
	struct fault why;
	int count = 0;
	int64_t from_ms;

	(void)state;
	assert_int_equal(http_listen_open(&conf, on_request, on_note, &s,
				 &s.listen, &why),
		V_OK);
	http_listen_every(s.listen, 50, bump, &count);
	assert_int_equal(pthread_create(&s.thread, NULL, serve, &s), 0);
	clock_sleep_ms(400);
	from_ms = clock_tick_ms();
	serve_end(&s);
	assert_true(clock_tick_ms() - from_ms < 1500);
	assert_in_range(count, 3, 12);
}

static void
test_http__an_address_must_be_host_and_port(void **state)
{
	static const struct {
		const char *at;
		enum verdict v;
	} cases[] = {
		{ "127.0.0.1:0", V_OK },
		{ "0.0.0.0:0", V_OK },
		{ "localhost:0", V_OK },
		{ "127.0.0.1", V_BROKEN },
		{ ":1", V_BROKEN },
		{ "127.0.0.1:", V_BROKEN },
		{ "127.0.0.1:x", V_BROKEN },
		{ "[::1:0", V_BROKEN },
	};
	struct served s = { .status = 204 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct http_listen_conf conf = { .at = cases[i].at,
			.certificate = pki.server,
			.key = pki.server_key,
			.trust = pki.root,
			.max_body = 1000 };
		struct http_listen *listen = NULL;
		struct fault why;

		assert_int_equal(http_listen_open(&conf, on_request, on_note,
					 &s, &listen, &why),
			cases[i].v);
		http_listen_close(listen);
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
			test_http__requests_read_in_two_ways_are_refused),
		cmocka_unit_test(test_http__a_large_head_is_refused),
		cmocka_unit_test(test_http__a_slow_request_is_ended),
		cmocka_unit_test(
			test_http__two_requests_at_once_are_answered_in_turn),
		cmocka_unit_test(
			test_http__expired_certificates_are_refused_on_both_sides),
		cmocka_unit_test(
			test_http__a_crowd_of_strangers_keeps_nobody_out),
		cmocka_unit_test(test_http__old_tls_is_refused),
		cmocka_unit_test(test_http__a_dead_connection_costs_nothing),
		cmocka_unit_test(
			test_http__the_listener_keeps_time_and_stops_soon),
		cmocka_unit_test(test_http__an_address_must_be_host_and_port),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
