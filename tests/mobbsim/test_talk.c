/* tests/mobbsim/test_talk.c - HTTP over TLS, read, slowed down and cut
 *
 * Two ends of a real connection: a thread writes bytes, the test reads them.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _XOPEN_SOURCE 700 /* nftw() */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <pthread.h>

#include <cmocka.h>

#include "mobbsim/line.c"
#include "mobbsim/pki.c"
#include "mobbsim/talk.c"
#include "tests/mobbsim/run.h"

#define OIN "00000099000000010000"
#define WAIT_MS 10000

static atomic_bool never;

/* Both ends, and the certificates they show. */
struct pair {
	char dir[40];
	int fd, port;
	struct line_end *server, *client;
	pthread_t thread;
	const char *text; /* what is written */
	size_t len;
	bool drop; /* then a reset, else goodbye */
	struct talk talk;
	struct line *line;
};

static void *
write_it(void *self)
{
	struct pair *p = self;
	struct fault why = FAULT_NONE;
	struct line *line;
	char port[8];

	snprintf(port, sizeof(port), "%d", p->port);
	if (line_call(p->client, "localhost", port, OIN, WAIT_MS, &never, &line,
		    &why) != V_OK)
		return NULL;
	(void)line_write(line, p->text, p->len, &why);
	if (p->drop)
		line_reset(line);
	line_close(line);
	return NULL;
}

static void
open_end(struct pair *p, const char *name, bool server, struct line_end **out)
{
	char crt[80], key[80], root[80];
	const struct line_keys keys = { crt, key, root };
	struct fault why = FAULT_NONE;

	snprintf(crt, sizeof(crt), "%s/%s.crt", p->dir, name);
	snprintf(key, sizeof(key), "%s/%s.key", p->dir, name);
	snprintf(root, sizeof(root), "%s/root.crt", p->dir);
	if (line_end_new(&keys, server, out, &why) != V_OK)
		fail_msg("%s: %s", why.place, why.text);
}

static void
begin(struct pair *p)
{
	static const struct pki_leaf leaves[] = {
		{ "server", OIN, "Test", true, PKI_SOUND },
		{ "client", OIN, "Test", false, PKI_SOUND },
	};
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	struct fault why = FAULT_NONE;
	int dir;

	*p = (struct pair){ .dir = "/tmp/talk-test-XXXXXX" };
	assert_non_null(mkdtemp(p->dir));
	assert_int_equal(file_dir(AT_FDCWD, p->dir, &dir, &why), V_OK);
	assert_int_equal(mkdirat(dir, "extra", 0700), 0);
	assert_int_equal(pki_make(dir, leaves, 2, clock_now_ms(), &why), V_OK);
	(void)close(dir);
	open_end(p, "server", true, &p->server);
	open_end(p, "client", false, &p->client);
	p->fd = socket(AF_INET, SOCK_STREAM, 0);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(p->fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(p->fd, 4), 0);
	(void)getsockname(p->fd, (struct sockaddr *)&at, &len);
	p->port = ntohs(at.sin_port);
}

static void
end(struct pair *p)
{
	(void)close(p->fd);
	line_end_free(p->server);
	line_end_free(p->client);
	assert_int_equal(nftw(p->dir, run_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* Somebody connects and writes `text`. */
static void
hear(struct pair *p, const char *text, int64_t max_body)
{
	struct fault why = FAULT_NONE;

	p->text = text;
	p->len = strlen(text);
	assert_int_equal(pthread_create(&p->thread, NULL, write_it, p), 0);
	assert_int_equal(line_accept(p->server, accept(p->fd, NULL, NULL),
				 WAIT_MS, &never, &p->line, &why),
		V_OK);
	assert_string_equal(line_oin(p->line), OIN);
	talk_open(&p->talk, p->line, max_body);
}

static void
hung_up(struct pair *p)
{
	(void)pthread_join(p->thread, NULL);
	talk_done(&p->talk);
	line_close(p->line);
	p->drop = false;
}

#define HEAD "POST /ebms HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n"

static void
test_talk__requests_are_read(void **state)
{
	static const struct {
		const char *text, *body;
	} cases[] = {
		{ HEAD "Content-Length: 5\r\n\r\nhello", "hello" },
		{ HEAD "content-length:  0 \r\n\r\n", "" },
		{ HEAD "\r\n", "" },
		{ HEAD "Transfer-Encoding: chunked\r\n\r\n"
		       "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n",
			"hello" },
		{ HEAD "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n", "" },
	};
	const struct talk_flow plain = { .cut = false };
	struct fault why = FAULT_NONE;
	struct pair p;
	size_t i;

	(void)state;
	begin(&p);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		hear(&p, cases[i].text, 1000);
		assert_int_equal(talk_await(&p.talk, &why), V_OK);
		assert_int_equal(talk_head(&p.talk, true, &why), V_OK);
		assert_string_equal(p.talk.path, "/ebms");
		assert_string_equal(p.talk.content_type, "text/xml");
		assert_string_equal(p.talk.soap_action, "");
		assert_int_equal(talk_body(&p.talk, &plain, &why), V_OK);
		assert_int_equal(p.talk.body.len, strlen(cases[i].body));
		if (p.talk.body.len > 0)
			assert_memory_equal(p.talk.body.bytes, cases[i].body,
				p.talk.body.len);
		assert_int_equal(talk_await(&p.talk, &why), V_END);
		hung_up(&p);
	}
	end(&p);
}

static void
test_talk__two_on_one_connection(void **state)
{
	const struct talk_flow plain = { .cut = false };
	struct fault why = FAULT_NONE;
	struct pair p;

	(void)state;
	begin(&p);
	hear(&p,
		HEAD "Content-Length: 3\r\n\r\none" HEAD
		     "Content-Length: 3\r\nConnection: close\r\n\r\ntwo",
		1000);
	assert_int_equal(talk_head(&p.talk, true, &why), V_OK);
	assert_int_equal(talk_body(&p.talk, &plain, &why), V_OK);
	assert_memory_equal(p.talk.body.bytes, "one", 3);
	assert_false(p.talk.close);
	assert_int_equal(talk_head(&p.talk, true, &why), V_OK);
	assert_int_equal(talk_body(&p.talk, &plain, &why), V_OK);
	assert_memory_equal(p.talk.body.bytes, "two", 3);
	assert_true(p.talk.close);
	hung_up(&p);
	end(&p);
}

static void
test_talk__what_is_no_http(void **state)
{
	static const char *const heads[] = { "\r\n\r\n\r\n", "hello\r\n\r\n",
		"POST /\r\n\r\n", "POST / SPDY/1\r\n\r\n",
		HEAD "Content-Length: -1\r\n\r\n",
		HEAD "Content-Length: 5x\r\n\r\n" };
	static const char *const bodies[] = {
		HEAD "Content-Length: 11\r\n\r\n0123456789a",
		HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
	};
	const struct talk_flow plain = { .cut = false };
	struct fault why = FAULT_NONE;
	struct pair p;
	size_t i;

	(void)state;
	begin(&p);
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		hear(&p, heads[i], 10);
		assert_int_equal(talk_head(&p.talk, true, &why), V_SKIP);
		hung_up(&p);
	}
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		hear(&p, bodies[i], 10);
		assert_int_equal(talk_head(&p.talk, true, &why), V_OK);
		assert_int_equal(talk_body(&p.talk, &plain, &why), V_SKIP);
		hung_up(&p);
	}
	/* It ends in the middle. */
	p.drop = true;
	hear(&p, HEAD "Content-Length: 5\r\n\r\nhel", 10);
	assert_int_equal(talk_head(&p.talk, true, &why), V_OK);
	assert_int_equal(talk_body(&p.talk, &plain, &why), V_BROKEN);
	hung_up(&p);
	end(&p);
}

/* A cut is at its byte; at the end and behind it there is none. */
static void
test_talk__cut_at_each_byte(void **state)
{
	static const char text[] = HEAD "Content-Length: 10\r\n\r\n0123456789";
	const int64_t head = (int64_t)sizeof(text) - 11, whole = head + 10;
	struct fault why = FAULT_NONE;
	struct pair p;
	int64_t at;

	(void)state;
	begin(&p);
	for (at = -12; at <= whole + 1; at += at == -1 ? head - 2 : 1) {
		struct talk_flow flow = { .cut = true, .cut_at = at };
		int64_t want = at < 0 ? whole + at : at;

		hear(&p, text, 1000);
		assert_int_equal(talk_head(&p.talk, true, &why), V_OK);
		assert_int_equal(talk_body(&p.talk, &flow, &why),
			want < whole ? V_NEVER : V_OK);
		if (want < head)
			want = head;
		assert_int_equal(p.talk.bytes, want < whole ? want : whole);
		hung_up(&p);
	}
	end(&p);
}

static void
test_talk__slowly(void **state)
{
	const struct talk_flow slow = { .over_ms = 400 };
	struct fault why = FAULT_NONE;
	struct pair p;
	int64_t from_ms;

	(void)state;
	begin(&p);
	hear(&p,
		HEAD "Content-Length: 40\r\n\r\n"
		     "0123456789012345678901234567890123456789",
		1000);
	assert_int_equal(talk_head(&p.talk, true, &why), V_OK);
	from_ms = clock_tick_ms();
	assert_int_equal(talk_body(&p.talk, &slow, &why), V_OK);
	assert_in_range(clock_tick_ms() - from_ms, 100, 3000);
	hung_up(&p);
	end(&p);
}

static void
test_talk__answers_are_read(void **state)
{
	static const struct {
		const char *text, *body;
		int status;
	} cases[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", "ab", 200 },
		{ "HTTP/1.1 204 No Content\r\n\r\n", "", 204 },
		{ "HTTP/1.0 500\r\n\r\nuntil the end", "until the end", 500 },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "1\r\na\r\n0\r\n\r\n",
			"a", 200 },
	};
	const struct talk_flow plain = { .cut = false };
	struct fault why = FAULT_NONE;
	struct pair p;
	size_t i;

	(void)state;
	begin(&p);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		hear(&p, cases[i].text, 1000);
		assert_int_equal(talk_head(&p.talk, false, &why), V_OK);
		assert_int_equal(p.talk.status, cases[i].status);
		assert_int_equal(talk_body(&p.talk, &plain, &why), V_OK);
		assert_int_equal(p.talk.body.len, strlen(cases[i].body));
		hung_up(&p);
	}
	hear(&p, "ICY 200 OK\r\n\r\n", 1000);
	assert_int_equal(talk_head(&p.talk, false, &why), V_SKIP);
	hung_up(&p);
	end(&p);
}

static void
test_talk__chunks(void **state)
{
	struct buf body = BUF_MAX(100), out = BUF_MAX(1000);

	(void)state;
	buf_text(&body, "hello");
	talk_chunks(&body, 3, &out);
	assert_string_equal(out.bytes, "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n");
	buf_reset(&body);
	buf_reset(&out);
	talk_chunks(&body, 3, &out);
	assert_string_equal(out.bytes, "0\r\n\r\n");
	buf_done(&body);
	buf_done(&out);
}

/* Not below our root: no handshake.  Another party, or host: no call. */
static void
test_talk__who_is_at_the_other_end(void **state)
{
	struct fault why = FAULT_NONE;
	struct line *line = NULL;
	struct pair p;
	char port[8];

	(void)state;
	begin(&p);
	snprintf(port, sizeof(port), "%d", p.port);
	p.text = "";
	p.len = 0;
	assert_int_equal(pthread_create(&p.thread, NULL, write_it, &p), 0);
	assert_int_equal(line_accept(p.server, accept(p.fd, NULL, NULL),
				 WAIT_MS, &never, &line, &why),
		V_OK);
	(void)pthread_join(p.thread, NULL);
	line_close(line);
	/* Nobody shakes hands: it ends in time. */
	assert_int_equal(line_call(p.client, "localhost", port, OIN, 300,
				 &never, &line, &why),
		V_SKIP);
	(void)close(p.fd);
	assert_int_equal(line_call(p.client, "localhost", port, OIN, 300,
				 &never, &line, &why),
		V_LATER);
	p.fd = -1;
	end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_talk__requests_are_read),
		cmocka_unit_test(test_talk__two_on_one_connection),
		cmocka_unit_test(test_talk__what_is_no_http),
		cmocka_unit_test(test_talk__cut_at_each_byte),
		cmocka_unit_test(test_talk__slowly),
		cmocka_unit_test(test_talk__answers_are_read),
		cmocka_unit_test(test_talk__chunks),
		cmocka_unit_test(test_talk__who_is_at_the_other_end),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
