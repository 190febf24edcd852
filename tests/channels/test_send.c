/* tests/channels/test_send.c - a message leaves, and what the answers mean
 *
 * Every row of the table in spec ebms2.md 9.5, by a peer at a socket, for a
 * channel with pushed acknowledgments, with acknowledgments in the answer, and
 * without any.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/digest.h"
#include "channels/channel.h"
#include "channels/ebms.h"
#include "channels/http_bytes.h"
#include "tests/channels/agreement.h"
#include "tests/channels/wire.h"

#define ID "5b1f4f0c-2d5c-4d0a-8c55-7f0f6a3e9d21@msh.sender.example"
#define ENVELOPE "<e/>"

static struct pki pki;
static struct cpa agreed;
static struct arena agreed_mem;

/* How the channel is acknowledged; a signal is not. */
enum channel {
	ASYNC,
	SYNC,
	EFFORT, /* best effort: 2xx is the only receipt */
	SIGNAL,
	CHANNELS
};
static const char *const channel_names[] = { "async", "sync", "best effort",
	"signal" };

/* --- a body of any length --- */

struct pattern {
	int64_t bytes, at;
};

static char
pattern_byte(int64_t at)
{
	return (char)('a' + at * 7 % 23 + at / 65536 % 3);
}

static enum verdict
pattern_read(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct pattern *p = self;
	size_t i;

	(void)why;
	if ((int64_t)len > p->bytes - p->at)
		len = (size_t)(p->bytes - p->at);
	if (len > 30000) /* it may give less than it is asked for */
		len = 30000;
	for (i = 0; i < len; i++)
		((char *)bytes)[i] = pattern_byte(p->at++);
	*len_out = len;
	return V_OK;
}

static enum verdict
pattern_rewind(void *self, struct fault *why)
{
	struct pattern *p = self;

	(void)why;
	p->at = 0;
	return V_OK;
}

static struct http *
client(void)
{
	struct http_peer peer = { .trust = pki.root,
		.certificate = pki.client,
		.key = pki.client_key,
		.oin = PKI_THEIRS,
		.answer_ms = 1200 };
	struct http *http = NULL;
	struct fault why;

	assert_int_equal(http_open(&peer, &http, &why), V_OK);
	return http;
}

static enum verdict
send_bytes(struct http *http, const char *url, enum channel channel,
	int64_t bytes, struct ebms_reply *reply, struct fault *why)
{
	struct pattern pattern = { .bytes = bytes };
	struct http_body payload = { &pattern, bytes, pattern_read,
		pattern_rewind };
	struct ebms_post post = { .cpa = &agreed,
		.url = url,
		.message_id = ID,
		.envelope = ENVELOPE,
		.envelope_len = strlen(ENVELOPE),
		.content_id = "c@d",
		.payload = channel == SIGNAL ? NULL : &payload,
		.ack_requested = channel == ASYNC || channel == SYNC,
		.sync_reply = channel == SYNC };

	return ebms_post(http, &post, reply, why);
}

/* One small post to a peer that gives this answer. */
static enum verdict
ask(const char *answer, enum channel channel, struct ebms_reply *reply,
	struct wire *w, struct fault *why)
{
	struct http *http = client();
	enum verdict v;

	*w = (struct wire){ .pki = &pki, .deed = WIRE_ANSWER, .text = answer };
	*reply = (struct ebms_reply){ .retry_after_s = -7 };
	*why = FAULT_NONE;
	wire_begin(w);
	v = send_bytes(http, w->url, channel, 10, reply, why);
	http_close(http);
	wire_end(w);
	return v;
}

/* --- what is sent --- */

static void
test_send__a_message_is_multipart(void **state)
{
	static const char want[] =
		"Content-Type: text/xml; charset=UTF-8\r\n"
		"Content-ID: <" ID ">\r\n\r\n" ENVELOPE "\r\n--";
	struct ebms_reply reply;
	struct fault why;
	struct wire w;

	(void)state;
	assert_int_equal(ask(WIRE_204, ASYNC, &reply, &w, &why), V_OK);
	assert_int_equal(reply.meaning, EBMS_ACCEPTED);
	assert_int_equal(reply.retry_after_s, -1);
	assert_non_null(strstr(w.got, "SOAPAction: \"ebXML\"\r\n"));
	assert_non_null(strstr(w.got,
		"Content-Type: multipart/related; type=\"text/xml\"; "
		"boundary=\"mobb-"));
	assert_non_null(strstr(w.got, "start=\"<" ID ">\""));
	assert_non_null(strstr(w.got, "\r\nContent-Length: "));
	assert_null(strstr(w.got, "Expect"));
	assert_null(strstr(w.got, "chunked"));
	assert_null(strstr(w.got, "MIME-Version"));
	assert_non_null(strstr(w.got, want));
	assert_string_equal(w.got + w.got_len - 4, "--\r\n");
	/* A signal is the bare envelope. */
	assert_int_equal(ask(WIRE_204, SIGNAL, &reply, &w, &why), V_OK);
	assert_non_null(strstr(w.got, "Content-Type: text/xml; charset=UTF-8"));
	assert_string_equal(strstr(w.got, "\r\n\r\n") + 4, ENVELOPE);
}

/* The same digest of the whole request, headers included, however it ended
 * before; large enough to be read ahead.
 */
static void
test_send__a_retry_is_the_same_bytes(void **state)
{
	static const int64_t sizes[] = { 10, 900000, 5000000 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct wire w = { .pki = &pki,
			.deed = WIRE_ANSWER,
			.text = "HTTP/1.1 503 Busy\r\n"
				"Content-Length: 0\r\n\r\n" };
		struct http *http = client();
		struct ebms_reply reply;
		struct fault why;
		uint8_t first[32];

		wire_begin(&w);
		assert_int_equal(
			send_bytes(http, w.url, ASYNC, sizes[i], &reply, &why),
			V_OK);
		assert_int_equal(reply.meaning, EBMS_AGAIN);
		memcpy(first, w.sha256, sizeof(first));
		w.deed = WIRE_CLOSE; /* in the middle */
		w.read = 100;
		assert_int_equal(send_bytes(http, w.url, ASYNC,
					 5000000 + sizes[i], &reply, &why),
			V_LATER);
		w.deed = WIRE_ANSWER;
		w.text = WIRE_204;
		assert_int_equal(
			send_bytes(http, w.url, ASYNC, sizes[i], &reply, &why),
			V_OK);
		assert_int_equal(reply.meaning, EBMS_ACCEPTED);
		assert_memory_equal(w.sha256, first, sizeof(first));
		/* By another process it is the same as well. */
		http_close(http);
		http = client();
		assert_int_equal(
			send_bytes(http, w.url, SYNC, sizes[i], &reply, &why),
			V_OK);
		assert_memory_equal(w.sha256, first, sizeof(first));
		http_close(http);
		wire_end(&w);
	}
}

/* What is read ahead arrives in order: the digest is that of the pieces. */
static void
test_send__a_large_payload_arrives_whole(void **state)
{
	struct wire w = { .pki = &pki, .deed = WIRE_ANSWER, .text = WIRE_204 };
	struct digest *digest = digest_new();
	struct http *http = client();
	struct ebms_reply reply;
	struct fault why;
	const char *body, *payload;
	uint8_t want[32];
	char byte;
	int64_t i;

	(void)state;
	wire_begin(&w);
	assert_int_equal(
		send_bytes(http, w.url, ASYNC, 20000000, &reply, &why), V_OK);
	http_close(http);
	wire_end(&w);
	body = strstr(w.got, "\r\n\r\n") + 4;
	payload = strstr(strstr(body, "filename="), "\r\n\r\n") + 4;
	digest_add(digest, w.got, (size_t)(payload - w.got));
	for (i = 0; i < 20000000; i++) {
		byte = pattern_byte(i);
		digest_add(digest, &byte, 1);
	}
	digest_add(digest, "\r\n", 2);
	digest_add(digest, body, (size_t)(strstr(body, "\r\n") - body));
	digest_add(digest, "--\r\n", 4);
	digest_end(digest, want);
	digest_free(digest);
	assert_memory_equal(w.sha256, want, sizeof(want));
}

/* --- what comes back --- */

/* A whole answer with a signal about `ref_to` in it. */
struct signal_of {
	int status;
	const char *action, *ref_to;
	const char *old, *new; /* a change in the text; NULL none */
	bool multipart;
};

static void
signal_text(const struct signal_of *s, struct buf *out)
{
	static const struct ebms_error error = { "Inconsistent",
		"//Header/SyncReply", "nr 999990019" };
	struct ebms_head head = { .from = { PKI_THEIRS, "urn:osb:oin" },
		.to = { PKI_OURS, "urn:osb:oin" },
		.cpa_id = agreed.id,
		.conversation_id = "c",
		.service = EBMS_SERVICE,
		.action = s->action,
		.message_id = "x@y",
		.ref_to = s->ref_to };
	struct buf text = BUF_MAX(100000);
	char *hit;

	if (strcmp(s->action, "Acknowledgment") == 0)
		ebms_write_acknowledgment(&head, 0, &text);
	else if (strcmp(s->action, "MessageError") == 0)
		ebms_write_error(&head, &error, &text);
	else if (strcmp(s->action, "Fault") == 0)
		ebms_write_fault("Client", "CPA not found", &text);
	else
		ebms_write_plain(&head, &text);
	hit = s->old == NULL ? NULL : strstr(text.bytes, s->old);
	assert_true(s->old == NULL || hit != NULL);
	if (hit == NULL) {
		buf_text(out, text.bytes);
	} else {
		buf_add(out, text.bytes, (size_t)(hit - text.bytes));
		buf_text(out, s->new);
		buf_text(out, hit + strlen(s->old));
	}
	buf_done(&text);
}

static void
signal_answer(const struct signal_of *s, struct buf *out)
{
	struct buf text = BUF_MAX(100000);

	buf_reset(out);
	if (s->multipart)
		buf_text(&text, "--B\r\nContent-ID: <t>\r\n\r\nx\r\n"
				"--B\r\nContent-ID: <s>\r\n\r\n");
	signal_text(s, &text);
	if (s->multipart)
		buf_text(&text, "\r\n--B--\r\n");
	buf_format(out,
		"HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: "
		"%zu\r\nRetry-After: 9\r\n\r\n%s",
		s->status,
		s->multipart ? "multipart/related; boundary=B; start=\"<s>\""
			     : "text/xml",
		text.len, text.bytes);
	buf_done(&text);
}

#define SAYS(s, a, r)                                                          \
	{                                                                      \
		.status = s, .action = a, .ref_to = r                          \
	}
#define CHANGED(s, a, r, o, n)                                                 \
	{                                                                      \
		.status = s, .action = a, .ref_to = r, .old = o, .new = n      \
	}
#define PARTS(s, a, r)                                                         \
	{                                                                      \
		.status = s, .action = a, .ref_to = r, .multipart = true       \
	}

/* What an answer must mean on each channel. */
struct meaning {
	enum verdict v;
	enum ebms_answer answer; /* with V_OK */
	enum code code;
};
#define ACCEPTED                                                               \
	{                                                                      \
		V_OK, EBMS_ACCEPTED, CODE_NONE                                 \
	}
#define ACKED                                                                  \
	{                                                                      \
		V_OK, EBMS_ACKNOWLEDGED, CODE_NONE                             \
	}
#define REFUSED(code)                                                          \
	{                                                                      \
		V_OK, EBMS_REFUSED, code                                       \
	}
#define AGAIN(code)                                                            \
	{                                                                      \
		V_OK, EBMS_AGAIN, code                                         \
	}
#define UNKNOWN(code)                                                          \
	{                                                                      \
		V_UNKNOWN, 0, code                                             \
	}
/* 2xx that says nothing useful counts where it is the only receipt. */
#define NOTED(answer, code)                                                    \
	{                                                                      \
		V_OK, answer, code                                             \
	}
#define ALL(...)                                                               \
	{                                                                      \
		__VA_ARGS__, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__             \
	}
#define USELESS                                                                \
	{                                                                      \
		UNKNOWN(CODE_ANSWER), UNKNOWN(CODE_ANSWER),                    \
			NOTED(EBMS_ACKNOWLEDGED, CODE_ANSWER),                 \
			NOTED(EBMS_ACCEPTED, CODE_ANSWER)                      \
	}
/* Nothing in it: in a synchronous channel the acknowledgment is missing. */
#define EMPTY                                                                  \
	{                                                                      \
		ACCEPTED, NOTED(EBMS_ACCEPTED, CODE_ANSWER), ACKED, ACCEPTED   \
	}

static void
judge(const char *name, const char *answer,
	const struct meaning meaning[CHANNELS], int64_t retry_after_s)
{
	enum channel c;

	for (c = 0; c < CHANNELS; c++) {
		struct ebms_reply reply;
		struct fault why;
		struct wire w;
		enum verdict v = ask(answer, c, &reply, &w, &why);

		if (v != meaning[c].v || why.code != meaning[c].code ||
			(v == V_OK && reply.meaning != meaning[c].answer))
			fail_msg("%s, %s: verdict %d, %d, MOBB-%d %s", name,
				channel_names[c], v, (int)reply.meaning,
				(int)why.code, why.text);
		assert_null(strstr(why.text, "999990019"));
		assert_int_equal(w.connections, 1);
		if (v == V_OK && reply.retry_after_s != retry_after_s)
			fail_msg("%s: Retry-After %lld", name,
				(long long)reply.retry_after_s);
	}
}

static void
test_send__signals_in_the_answer(void **state)
{
	static const struct {
		const char *name;
		struct signal_of signal;
		struct meaning meaning[CHANNELS];
	} cases[] = {
		{ "acknowledged", SAYS(200, "Acknowledgment", ID), ALL(ACKED) },
		{ "with 202", SAYS(202, "Acknowledgment", ID), ALL(ACKED) },
		{ "root of a multipart", PARTS(200, "Acknowledgment", ID),
			ALL(ACKED) },
		{ "without an actor",
			CHANGED(200, "Acknowledgment", ID,
				" soap:actor=\"" EBMS_TO_PARTY "\"", ""),
			ALL(ACKED) },
		{ "about another message",
			SAYS(200, "Acknowledgment", "other@x"), USELESS },
		{ "under another agreement",
			CHANGED(200, "Acknowledgment", ID, "test-cpa",
				"next-cpa"),
			USELESS },
		{ "parties not swapped",
			CHANGED(200, "Acknowledgment", ID, PKI_THEIRS,
				PKI_OURS),
			USELESS },
		{ "of another version",
			CHANGED(200, "Acknowledgment", ID, "version=\"2.0\"",
				"version=\"1.0\""),
			USELESS },
		{ "refused", SAYS(200, "MessageError", ID),
			ALL(REFUSED(CODE_EBMS_ERROR)) },
		{ "only a warning",
			CHANGED(200, "MessageError", ID,
				"highestSeverity=\"Error\"",
				"highestSeverity=\"Warning\""),
			{ NOTED(EBMS_ACCEPTED, CODE_EBMS_ERROR),
				NOTED(EBMS_ACCEPTED, CODE_EBMS_ERROR),
				NOTED(EBMS_ACKNOWLEDGED, CODE_EBMS_ERROR),
				NOTED(EBMS_ACCEPTED, CODE_EBMS_ERROR) } },
		{ "refused with 500", SAYS(500, "MessageError", ID),
			ALL(REFUSED(CODE_EBMS_ERROR)) },
		{ "500 about another message", SAYS(500, "MessageError", "o@x"),
			ALL(AGAIN(CODE_HTTP)) },
		{ "500 that acknowledges", SAYS(500, "Acknowledgment", ID),
			ALL(AGAIN(CODE_HTTP)) },
		{ "fault with 200", SAYS(200, "Fault", ID),
			ALL(AGAIN(CODE_EBMS_ERROR)) },
		{ "fault with 500", SAYS(500, "Fault", ID),
			ALL(AGAIN(CODE_EBMS_ERROR)) },
		{ "404 that acknowledges", SAYS(404, "Acknowledgment", ID),
			ALL(REFUSED(CODE_HTTP)) },
		/* That answers a Ping, and no letter was one. */
		{ "a Pong", SAYS(200, "Pong", ID),
			{ ACCEPTED, ACCEPTED, ACKED, ACKED } },
	};
	struct buf reply = BUF_MAX(100000);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		signal_answer(&cases[i].signal, &reply);
		judge(cases[i].name, reply.bytes, cases[i].meaning, 9);
	}
	buf_done(&reply);
}

static void
test_send__the_peers_words_are_told(void **state)
{
	static const struct signal_of error = SAYS(200, "MessageError", ID),
				      fault = SAYS(500, "Fault", ID);
	struct buf answer = BUF_MAX(100000);
	struct ebms_reply reply;
	struct fault why;
	struct wire w;

	(void)state;
	signal_answer(&error, &answer);
	assert_int_equal(ask(answer.bytes, ASYNC, &reply, &w, &why), V_OK);
	assert_non_null(strstr(why.text, "Inconsistent"));
	assert_non_null(strstr(why.text, "//Header/SyncReply"));
	signal_answer(&fault, &answer);
	assert_int_equal(ask(answer.bytes, ASYNC, &reply, &w, &why), V_OK);
	assert_non_null(strstr(why.text, "CPA not found"));
	buf_done(&answer);
}

#define STATUS(n) "HTTP/1.1 " n " X\r\nContent-Length: 0\r\n\r\n"
#define CLOSED "Content-Type: text/xml\r\nConnection: close\r\n\r\n"

static void
test_send__what_a_status_means(void **state)
{
	static const struct {
		const char *answer;
		struct meaning meaning[CHANNELS];
	} cases[] = {
		{ WIRE_204, EMPTY },
		{ STATUS("200"), EMPTY },
		{ STATUS("202"), EMPTY },
		{ "HTTP/1.1 200 OK\r\n" CLOSED "<html/>", USELESS },
		{ "HTTP/1.1 200 OK\r\n" CLOSED "hello", USELESS },
		{ "HTTP/1.1 302 X\r\nLocation: /x\r\n"
		  "Content-Length: 0\r\n\r\n",
			ALL(REFUSED(CODE_HTTP)) },
		{ "HTTP/1.1 307 X\r\nLocation: https://localhost:1/\r\n"
		  "Content-Length: 0\r\n\r\n",
			ALL(REFUSED(CODE_HTTP)) },
		{ STATUS("300"), ALL(REFUSED(CODE_HTTP)) },
		{ STATUS("400"), ALL(REFUSED(CODE_HTTP)) },
		{ STATUS("401"), ALL(REFUSED(CODE_HTTP)) },
		{ STATUS("403"), ALL(REFUSED(CODE_HTTP)) },
		{ STATUS("404"), ALL(REFUSED(CODE_HTTP)) },
		{ STATUS("407"), ALL(REFUSED(CODE_HTTP)) },
		{ STATUS("408"), ALL(AGAIN(CODE_HTTP)) },
		{ STATUS("413"), ALL(REFUSED(CODE_HTTP)) },
		{ STATUS("429"), ALL(AGAIN(CODE_HTTP)) },
		{ STATUS("500"), ALL(AGAIN(CODE_HTTP)) },
		{ "HTTP/1.1 500 X\r\nContent-Length: 5\r\n\r\nhello",
			ALL(AGAIN(CODE_HTTP)) },
		{ STATUS("501"), ALL(REFUSED(CODE_HTTP)) },
		{ STATUS("502"), ALL(AGAIN(CODE_HTTP)) },
		{ STATUS("503"), ALL(AGAIN(CODE_HTTP)) },
		{ STATUS("504"), ALL(AGAIN(CODE_HTTP)) },
		{ STATUS("505"), ALL(REFUSED(CODE_HTTP)) },
		{ STATUS("507"), ALL(AGAIN(CODE_HTTP)) },
		{ STATUS("510"), ALL(REFUSED(CODE_HTTP)) },
		{ "HTTP/1.1 101 X\r\nConnection: Upgrade\r\n"
		  "Upgrade: x\r\n\r\n",
			ALL(REFUSED(CODE_HTTP)) },
		{ "", ALL(UNKNOWN(CODE_CUT)) },
		{ "HTTP/1.1 20", ALL(UNKNOWN(CODE_CUT)) },
		{ "hello\r\n\r\n", ALL(UNKNOWN(CODE_ANSWER)) },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		judge(cases[i].answer, cases[i].answer, cases[i].meaning, -1);
}

/* Seconds or a date; only what lies ahead. */
static void
test_send__retry_after_is_read(void **state)
{
	static const char *const statuses[] = { "408", "429", "503" };
	struct ebms_reply reply;
	struct fault why;
	struct wire w;
	char date[40], answer[200];
	time_t then = (time_t)(clock_now_ms() / 1000) + 600;
	struct tm tm;
	size_t i;

	(void)state;
	gmtime_r(&then, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	for (i = 0; i < 3; i++) {
		snprintf(answer, sizeof(answer),
			"HTTP/1.1 %s X\r\nRetry-After: 17\r\n"
			"Content-Length: 0\r\n\r\n",
			statuses[i]);
		assert_int_equal(ask(answer, ASYNC, &reply, &w, &why), V_OK);
		assert_int_equal(reply.meaning, EBMS_AGAIN);
		assert_int_equal(reply.retry_after_s, 17);
		snprintf(answer, sizeof(answer),
			"HTTP/1.1 %s X\r\nRetry-After: %s\r\n"
			"Content-Length: 0\r\n\r\n",
			statuses[i], date);
		assert_int_equal(ask(answer, ASYNC, &reply, &w, &why), V_OK);
		assert_int_equal(reply.meaning, EBMS_AGAIN);
		assert_in_range(reply.retry_after_s, 590, 600);
	}
	assert_int_equal(ask("HTTP/1.1 503 X\r\nRetry-After: soon\r\n"
			     "Content-Length: 0\r\n\r\n",
				 ASYNC, &reply, &w, &why),
		V_OK);
	assert_int_equal(reply.retry_after_s, -1);
	assert_int_equal(ask("HTTP/1.1 503 X\r\nRetry-After: "
			     "Fri, 01 Jan 2021 00:00:00 GMT\r\n"
			     "Content-Length: 0\r\n\r\n",
				 ASYNC, &reply, &w, &why),
		V_OK);
	assert_int_equal(reply.retry_after_s, -1);
}

/* An acknowledgment in each of the forms HTTP has for one. */
static void
test_send__forms_of_an_answer(void **state)
{
	static const struct signal_of ack = SAYS(200, "Acknowledgment", ID);
	static const struct meaning acked[] = ALL(ACKED);
	struct buf text = BUF_MAX(100000), answer = BUF_MAX(200000);
	size_t half;

	(void)state;
	signal_text(&ack, &text);
	half = text.len / 2;
	buf_format(&answer,
		"HTTP/1.1 100 Continue\r\n\r\n"
		"HTTP/1.1 200 OK\r\n" CLOSED "%s",
		text.bytes);
	judge("100 Continue first", answer.bytes, acked, -1);
	buf_reset(&answer);
	buf_format(&answer,
		"HTTP/1.1 103 Early\r\nLink: x\r\n\r\n"
		"HTTP/1.1 200 OK\r\nContent-Type: text/xml;\r\n"
		"\tcharset=UTF-8\r\nX: a\r\n b\r\nContent-Length: "
		"%zu\r\n\r\n%s",
		text.len, text.bytes);
	judge("folded headers", answer.bytes, acked, -1);
	buf_reset(&answer);
	buf_format(&answer,
		"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
		"Transfer-Encoding: chunked\r\n\r\n"
		"%zx;a=b\r\n%.*s\r\n%zX\r\n%s\r\n0\r\nTrailer: x\r\n\r\n",
		half, (int)half, text.bytes, text.len - half,
		text.bytes + half);
	judge("chunks", answer.bytes, acked, -1);
	buf_reset(&answer);
	buf_format(&answer, "HTTP/1.0 200 OK\r\n\r\n%s", text.bytes);
	judge("HTTP/1.0 without a type", answer.bytes, acked, -1);
	buf_done(&text);
	buf_done(&answer);
}

/* More than a mebibyte is cut off, and nothing of it is believed. */
static void
test_send__an_endless_answer_is_cut(void **state)
{
	static const struct signal_of ack = SAYS(200, "Acknowledgment", ID);
	static const struct meaning useless[] = USELESS;
	static const struct meaning again[] = ALL(AGAIN(CODE_HTTP));
	struct buf text = BUF_MAX(100000), answer = BUF_MAX(3000000);
	size_t i;

	(void)state;
	signal_text(&ack, &text);
	buf_text(&answer, "HTTP/1.1 200 OK\r\n" CLOSED);
	buf_text(&answer, text.bytes);
	for (i = 0; i < 1500; i++)
		buf_format(&answer, "%-1000s", " ");
	judge("2xx", answer.bytes, useless, -1);
	memcpy(answer.bytes + 9, "500", 3);
	judge("500", answer.bytes, again, -1);
	buf_done(&text);
	buf_done(&answer);
}

static void
test_send__cut_before_the_end_is_not_received(void **state)
{
	struct wire w = { .pki = &pki, .deed = WIRE_CLOSE, .read = 1 };
	struct http *http = client();
	struct ebms_reply reply;
	struct fault why;

	(void)state;
	wire_begin(&w);
	assert_int_equal(
		send_bytes(http, w.url, ASYNC, 8000000, &reply, &why), V_LATER);
	assert_int_equal(why.code, CODE_CUT);
	http_close(http);
	wire_end(&w);
}

/* --- told to stop --- */

static volatile sig_atomic_t stop;

static void *
stop_soon(void *self)
{
	(void)self;
	clock_sleep_ms(300);
	stop = 1;
	return NULL;
}

/* What has not left whole is not received; an answer may still come. */
static void
test_send__stops_soon_when_told_to(void **state)
{
	static const struct {
		int64_t bytes, bytes_per_s;
		enum wire_deed deed;
		enum verdict v;
		int64_t least_ms, most_ms;
	} cases[] = {
		{ 20000000, 1000000, WIRE_ANSWER, V_LATER, 300, 2000 },
		{ 100000, 0, WIRE_SILENT, V_UNKNOWN, 1500, 4400 },
		{ 100000, 0, WIRE_ANSWER, V_OK, 0, 1000 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct http_peer peer = { .trust = pki.root,
			.certificate = pki.client,
			.key = pki.client_key,
			.bytes_per_s = cases[i].bytes_per_s,
			.stop = &stop };
		struct wire w = {
			.pki = &pki, .deed = cases[i].deed, .text = WIRE_204
		};
		struct http *http = NULL;
		struct ebms_reply reply;
		struct fault why;
		pthread_t thread;
		int64_t from_ms;

		stop = 0;
		wire_begin(&w);
		assert_int_equal(http_open(&peer, &http, &why), V_OK);
		assert_int_equal(
			pthread_create(&thread, NULL, stop_soon, NULL), 0);
		from_ms = clock_tick_ms();
		assert_int_equal(send_bytes(http, w.url, ASYNC, cases[i].bytes,
					 &reply, &why),
			cases[i].v);
		assert_in_range(clock_tick_ms() - from_ms, cases[i].least_ms,
			cases[i].most_ms);
		pthread_join(thread, NULL);
		http_close(http);
		wire_end(&w);
	}
}

static int
prepare(void **state)
{
	static const char *const use[] = { ACTION_BV_REQUEST, ACTION_BV_RESULT,
		NULL };
	struct buf text = BUF_MAX(100000);
	struct fault why;

	(void)state;
	agreement(&text, "none", "", "");
	if (cpa_read(text.bytes, text.len, PKI_OURS, use, false, &agreed_mem,
		    &agreed, &why) != V_OK) {
		print_message("# %s: %s\n", why.place, why.text);
		return -1;
	}
	buf_done(&text);
	pki_init(&pki);
	return 0;
}

static int
clear(void **state)
{
	(void)state;
	pki_done(&pki);
	arena_done(&agreed_mem);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_send__a_message_is_multipart),
		cmocka_unit_test(test_send__a_retry_is_the_same_bytes),
		cmocka_unit_test(test_send__a_large_payload_arrives_whole),
		cmocka_unit_test(test_send__signals_in_the_answer),
		cmocka_unit_test(test_send__the_peers_words_are_told),
		cmocka_unit_test(test_send__what_a_status_means),
		cmocka_unit_test(test_send__retry_after_is_read),
		cmocka_unit_test(test_send__forms_of_an_answer),
		cmocka_unit_test(test_send__an_endless_answer_is_cut),
		cmocka_unit_test(test_send__cut_before_the_end_is_not_received),
		cmocka_unit_test(test_send__stops_soon_when_told_to),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, prepare, clear);
}
