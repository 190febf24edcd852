/* tests/channels/test_http_requests.c - HTTP that is refused, or harmless
 *
 * Each request goes over both roads: TLS with a client certificate, and the
 * UNIX socket of a front proxy with the certificate in a header.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/channels/served.h"

#define MAX_BODY 100000
#define WAIT_MS 5000

static struct pki pki;
static char unix_at[64], passed[4200];

/* `road` 0 is TLS, 1 the UNIX socket. */
static void
begin(struct served *s, int road)
{
	served_begin(s, &pki,
		&(struct http_listen_conf){ .max_body = MAX_BODY,
			.at = road == 0 ? NULL : unix_at,
			.header = road == 0 ? NULL : SERVED_HEADER });
}

static void
reach(struct line *l, const struct served *s, int road)
{
	if (road == 0)
		line_tls(l, s->url, pki.client, pki.client_key, 0);
	else
		line_unix(l, s->path);
	assert_true(l->up);
}

/* "@" in a text stands for the header of the front proxy, on that road. */
static void
tell(struct line *l, int road, const char *text, size_t len)
{
	const char *at = memchr(text, '@', len);

	if (at == NULL) {
		(void)line_send(l, text, len);
		return;
	}
	(void)line_send(l, text, (size_t)(at - text));
	if (road == 1)
		(void)line_send(l, passed, strlen(passed));
	tell(l, road, at + 1, len - (size_t)(at + 1 - text));
}

#define POST "POST /ebms HTTP/1.1\r\n@"
#define HEAD POST "Host: h\r\n"
#define CHUNKED HEAD "Transfer-Encoding: chunked\r\n\r\n"
#define TEXT(text) text, sizeof(text) - 1

/* Refused: an answer with `status`, nothing handled, and the connection is
 * closed.  Harmless: handled `requests` times.
 */
static const struct {
	const char *name, *text;
	size_t len;
	int status, requests;
} cases[] = {
	/* the ten malformed forms */
	{ "two lengths, the same",
		TEXT(HEAD "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
		400, 0 },
	{ "two lengths, not the same",
		TEXT(HEAD "Content-Length: 3\r\ncontent-length: 4\r\n\r\nabcd"),
		400, 0 },
	{ "two lengths in a list", TEXT(HEAD "Content-Length: 3, 3\r\n\r\nabc"),
		400, 0 },
	{ "length and chunked",
		TEXT(HEAD "Content-Length: 3\r\n"
			  "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
		400, 0 },
	{ "chunked and length",
		TEXT(HEAD "Transfer-Encoding: chunked\r\n"
			  "Content-Length: 3\r\n\r\n0\r\n\r\n"),
		400, 0 },
	{ "negative", TEXT(HEAD "Content-Length: -1\r\n\r\nabc"), 400, 0 },
	{ "+4", TEXT(HEAD "Content-Length: +4\r\n\r\nabcd"), 400, 0 },
	{ "NUL in a header", TEXT(HEAD "X: a\0b\r\n\r\n"), 400, 0 },
	{ "NUL in a name", TEXT(HEAD "X\0Y: a\r\n\r\n"), 400, 0 },
	{ "NUL in the line", TEXT("POST /\0 HTTP/1.1\r\nHost: h\r\n\r\n"), 400,
		0 },
	{ "bare LF", TEXT("POST / HTTP/1.1\nHost: h\n\n"), 400, 0 },
	{ "bare LF in a header", TEXT(HEAD "X: a\nY: b\r\n\r\n"), 400, 0 },
	{ "bare LF at the end", TEXT(HEAD "X: a\r\n\n"), 400, 0 },
	{ "bare CR", TEXT(HEAD "X: a\rb\r\n\r\n"), 400, 0 },
	{ "blank before the colon", TEXT(HEAD "Content-Length : 3\r\n\r\nabc"),
		400, 0 },
	{ "tab before the colon", TEXT(HEAD "X\t: a\r\n\r\n"), 400, 0 },
	{ "chunk size without digits", TEXT(CHUNKED "x\r\n"), 400, 0 },
	{ "chunk size with a sign", TEXT(CHUNKED "+3\r\nabc\r\n0\r\n\r\n"), 400,
		0 },
	{ "chunk size in C", TEXT(CHUNKED "0x3\r\nabc\r\n0\r\n\r\n"), 400, 0 },
	{ "chunk size in words", TEXT(CHUNKED "3 4\r\nabc\r\n0\r\n\r\n"), 400,
		0 },
	{ "chunk size of nine digits", TEXT(CHUNKED "000000003\r\nabc\r\n"),
		400, 0 },
	{ "no chunk size", TEXT(CHUNKED "\r\nabc\r\n"), 400, 0 },
	{ "no Host", TEXT("POST /ebms HTTP/1.1\r\n@\r\n"), 400, 0 },

	/* lengths */
	{ "length and a letter", TEXT(HEAD "Content-Length: 3a\r\n\r\nabc"),
		400, 0 },
	{ "length in hex", TEXT(HEAD "Content-Length: 0x3\r\n\r\nabc"), 400,
		0 },
	{ "no length", TEXT(HEAD "Content-Length: \r\n\r\n"), 400, 0 },
	{ "length folded", TEXT(HEAD "Content-Length: 3\r\n 4\r\n\r\nabc"), 400,
		0 },
	{ "length of 20 digits",
		TEXT(HEAD "Content-Length: 99999999999999999999\r\n\r\n"), 400,
		0 },
	{ "length of 18 digits",
		TEXT(HEAD "Content-Length: 999999999999999999\r\n\r\n"), 413,
		0 },
	{ "one byte too large", TEXT(HEAD "Content-Length: 100001\r\n\r\n"),
		413, 0 },
	{ "gzip, chunked",
		TEXT(HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n"), 400, 0 },
	{ "two codings",
		TEXT(HEAD "Transfer-Encoding: chunked\r\n"
			  "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
		400, 0 },
	{ "chunked in 1.0",
		TEXT("POST / HTTP/1.0\r\n@"
		     "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
		400, 0 },
	{ "compressed", TEXT(HEAD "Content-Encoding: gzip\r\n\r\n"), 415, 0 },

	/* chunks */
	{ "chunked", TEXT(CHUNKED "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"),
		204, 1 },
	{ "chunk extensions",
		TEXT(CHUNKED "3;x=y\r\nabc\r\n2 ;z=\"\\\"q\"\r\nde\r\n"
			     "0;end\r\n\r\n"),
		204, 1 },
	{ "LF in an extension", TEXT(CHUNKED "3;x\ny\r\nabc\r\n0\r\n\r\n"), 400,
		0 },
	{ "trailers",
		TEXT(CHUNKED "3\r\nabc\r\n0\r\nX: y\r\n"
			     "Content-Length: 9\r\n\r\n"),
		204, 1 },
	{ "chunk longer than its size", TEXT(CHUNKED "1\r\nabc\r\n"), 400, 0 },
	{ "chunk too large", TEXT(CHUNKED "fffffff\r\n"), 413, 0 },
	{ "chunks too large together", TEXT(CHUNKED "1\r\na\r\n186a0\r\n"), 413,
		0 },
	{ "LF behind a chunk", TEXT(CHUNKED "1\na\r\n0\r\n\r\n"), 400, 0 },
	{ "NUL in a chunk line", TEXT(CHUNKED "1;\0\r\na\r\n"), 400, 0 },

	/* the line */
	{ "folded header",
		TEXT(HEAD "X: a\r\n b\r\n\tc\r\nContent-Length: 3\r\n\r\nabc"),
		204, 1 },
	{ "folded line", TEXT("POST /ebms HTTP/1.1\r\n Host: h\r\n\r\n"), 505,
		0 },
	{ "absolute form",
		TEXT("POST http://h/ebms HTTP/1.1\r\n@Host: h\r\n"
		     "Content-Length: 3\r\n\r\nabc"),
		204, 1 },
	{ "absolute form without a host",
		TEXT("POST http:///ebms HTTP/1.1\r\nHost: h\r\n\r\n"), 400, 0 },
	{ "another scheme",
		TEXT("POST ftp://h/ebms HTTP/1.1\r\nHost: h\r\n\r\n"), 400, 0 },
	{ "HTTP/0.9", TEXT("GET /ebms\r\n"), 400, 0 },
	{ "HTTP/0.9 of POST", TEXT("POST /ebms\r\n\r\n"), 400, 0 },
	{ "HTTP/2", TEXT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 400, 0 },
	{ "version 2", TEXT("POST / HTTP/2.0\r\nHost: h\r\n\r\n"), 505, 0 },
	{ "version 1.2", TEXT("POST / HTTP/1.2\r\nHost: h\r\n\r\n"), 505, 0 },
	{ "small letters", TEXT("POST / http/1.1\r\nHost: h\r\n\r\n"), 400, 0 },
	{ "two blanks", TEXT("POST  / HTTP/1.1\r\nHost: h\r\n\r\n"), 400, 0 },
	{ "tab in the path", TEXT("POST /a\tb HTTP/1.1\r\nHost: h\r\n\r\n"),
		400, 0 },
	{ "no path", TEXT("POST x HTTP/1.1\r\nHost: h\r\n\r\n"), 400, 0 },
	{ "odd method", TEXT("PO(ST / HTTP/1.1\r\nHost: h\r\n\r\n"), 400, 0 },
	{ "CONNECT", TEXT("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n"), 400,
		0 },
	{ "OPTIONS *", TEXT("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"), 400, 0 },
	{ "TLS in TLS", TEXT("\x16\x03\x01\x02\r\n"), 400, 0 },
	{ "empty lines before it", TEXT("\r\n\r\n" HEAD "\r\n"), 204, 1 },
	{ "HTTP/1.0 without Host",
		TEXT("POST / HTTP/1.0\r\n@Content-Length: 1\r\n\r\na"), 204,
		1 },

	/* headers */
	{ "no colon", TEXT(HEAD "X\r\n\r\n"), 400, 0 },
	{ "no name", TEXT(HEAD ": a\r\n\r\n"), 400, 0 },
	{ "escape character", TEXT(HEAD "X: \x1b[2J\r\n\r\n"), 400, 0 },
	{ "two Hosts", TEXT(HEAD "Host: h\r\n\r\n"), 400, 0 },
	{ "two Content-Types",
		TEXT(HEAD "Content-Type: text/xml\r\n"
			  "Content-Type: text/xml\r\n\r\n"),
		400, 0 },
	{ "two SOAPActions",
		TEXT(HEAD "SOAPAction: \"ebXML\"\r\nsoapaction: x\r\n\r\n"),
		400, 0 },
	{ "Expect of something else", TEXT(HEAD "Expect: x\r\n\r\n"), 417, 0 },
	{ "Upgrade to h2c",
		TEXT(HEAD "Connection: Upgrade, HTTP2-Settings\r\n"
			  "Upgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n"),
		204, 1 },

	/* what the handler judges: other methods, paths, an empty body */
	{ "a plain one", TEXT(HEAD "Content-Length: 3\r\n\r\nabc"), 204, 1 },
	{ "no body at all", TEXT(HEAD "\r\n"), 204, 1 },
	{ "length 0", TEXT(HEAD "Content-Length: 0\r\n\r\n"), 204, 1 },
	{ "empty chunks", TEXT(CHUNKED "0\r\n\r\n"), 204, 1 },
	{ "GET", TEXT("GET /ebms HTTP/1.1\r\n@Host: h\r\n\r\n"), 204, 1 },
	{ "HEAD", TEXT("HEAD /ebms HTTP/1.1\r\n@Host: h\r\n\r\n"), 204, 1 },
	{ "PUT",
		TEXT("PUT /ebms HTTP/1.1\r\n@Host: h\r\n"
		     "Content-Length: 1\r\n\r\na"),
		204, 1 },
	{ "path with ..",
		TEXT("POST /ebms/../../etc/passwd HTTP/1.1\r\n@"
		     "Host: h\r\n\r\n"),
		204, 1 },
	{ "path with %2e",
		TEXT("POST /ebms/%2e%2e/x HTTP/1.1\r\n@Host: h\r\n\r\n"), 204,
		1 },
};

static void
test_http_requests__are_refused_or_harmless(void **state)
{
	struct line l;
	size_t i;
	int road;

	(void)state;
	for (road = 0; road < 2; road++) {
		struct served s = { .status = 204 };

		begin(&s, road);
		for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
			int before = s.requests, status;

			reach(&l, &s, road);
			tell(&l, road, cases[i].text, cases[i].len);
			status = line_status(&l, WAIT_MS);
			/* Closed, and not a byte more but what says why. */
			if (cases[i].status != 204) {
				(void)line_until(&l, NULL, WAIT_MS);
				assert_null(strstr(l.got, "HTTP/"));
			}
			if (status != cases[i].status ||
				s.requests - before != cases[i].requests ||
				(status != 204 && !l.closed))
				fail_msg("road %d, %s: got %d, handled %d%s",
					road, cases[i].name, status,
					s.requests - before,
					l.closed ? ", closed" : "");
			line_end(&l);
		}
		served_end(&s);
	}
}

/* The path is handed on as it was written: nobody makes a file name of it. */
static void
test_http_requests__method_and_path_are_handed_on(void **state)
{
	struct served s = { .status = 405, .with_body = true };
	struct line l;

	(void)state;
	begin(&s, 1);
	reach(&l, &s, 1);
	tell(&l, 1, TEXT("GET /a/../b?c=d HTTP/1.1\r\n@Host: h\r\n\r\n"));
	assert_true(line_until(&l, "<answer/>", WAIT_MS));
	assert_non_null(strstr(l.got, "\r\nAllow: POST\r\n"));
	assert_int_equal(line_status(&l, WAIT_MS), 405);
	assert_string_equal(s.method, "GET");
	assert_string_equal(s.target, "/a/../b");
	line_end(&l);
	served_end(&s);
}

static void
test_http_requests__a_large_head_is_refused(void **state)
{
	static const size_t sizes[] = { 16000, 17000, 40000, 1000000 };
	static const int status[2][4] = { { 204, 431, 431, 431 },
		{ 204, 204, 431, 431 } };
	char *text = calloc(1, 1100000);
	struct line l;
	size_t i, len;
	int road;

	(void)state;
	assert_non_null(text);
	for (road = 0; road < 2; road++) {
		struct served s = { .status = 204 };

		begin(&s, road);
		for (i = 0; i < 4; i++) {
			len = (size_t)sprintf(text, HEAD "X: ");
			memset(text + len, 'x', sizes[i]);
			sprintf(text + len + sizes[i], "\r\n\r\n");
			reach(&l, &s, road);
			tell(&l, road, text, strlen(text));
			assert_int_equal(
				line_status(&l, WAIT_MS), status[road][i]);
			line_end(&l);
		}
		served_end(&s);
	}
	free(text);
}

static void
test_http_requests__too_many_headers_are_refused(void **state)
{
	struct served s = { .status = 204 };
	char text[1000] = HEAD;
	struct line l;
	int i;

	(void)state;
	begin(&s, 0);
	for (i = 1; i < 65; i++)
		strcat(text, "X: y\r\n");
	strcat(text, "\r\n");
	reach(&l, &s, 0);
	tell(&l, 0, text, strlen(text));
	assert_int_equal(line_status(&l, WAIT_MS), 400);
	line_end(&l);
	served_end(&s);
	assert_int_equal(s.requests, 0);
}

/* What means nothing in a chunked body does not go on for ever. */
static void
test_http_requests__extensions_and_trailers_are_bounded(void **state)
{
	static const struct {
		const char *line;
		int status;
	} kinds[] = { { "1;xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\na\r\n", 400 },
		{ "Trailer: xxxxxxxxxxxxxxxxxxxxxxx\r\n", 431 } };
	struct served s = { .status = 204 };
	struct line l;
	size_t i;
	int n;

	(void)state;
	begin(&s, 0);
	for (i = 0; i < 2; i++) {
		reach(&l, &s, 0);
		tell(&l, 0, TEXT(CHUNKED));
		if (i == 1)
			tell(&l, 0, TEXT("0\r\n"));
		for (n = 0; n < 700; n++)
			(void)line_send(
				&l, kinds[i].line, strlen(kinds[i].line));
		assert_int_equal(line_status(&l, WAIT_MS), kinds[i].status);
		line_end(&l);
	}
	served_end(&s);
	assert_int_equal(s.requests, 0);
}

static void
test_http_requests__pipelined_are_answered_in_turn(void **state)
{
	struct line l;
	int road;

	(void)state;
	for (road = 0; road < 2; road++) {
		struct served s = { .status = 204 };

		begin(&s, road);
		reach(&l, &s, road);
		tell(&l, road,
			TEXT(HEAD "Content-Length: 3\r\n\r\nabc" CHUNKED
				  "2\r\nde\r\n0\r\n\r\n" HEAD "Connection: x, "
				  "close\r\n\r\n"));
		assert_int_equal(line_status(&l, WAIT_MS), 204);
		assert_int_equal(line_status(&l, WAIT_MS), 204);
		assert_int_equal(line_status(&l, WAIT_MS), 204);
		(void)line_until(&l, NULL, WAIT_MS);
		assert_true(l.closed);
		line_end(&l);
		assert_int_equal(s.requests, 3);

		/* Nothing behind a refused one is looked at. */
		reach(&l, &s, road);
		tell(&l, road,
			TEXT(HEAD "\r\n" HEAD "Content-Length: +1\r\n\r\na" HEAD
				  "\r\n"));
		assert_int_equal(line_status(&l, WAIT_MS), 204);
		assert_int_equal(line_status(&l, WAIT_MS), 400);
		(void)line_until(&l, NULL, WAIT_MS);
		assert_true(l.closed);
		assert_null(strstr(l.got, "HTTP/"));
		line_end(&l);
		assert_int_equal(s.requests, 4);
		served_end(&s);
	}
}

static void
test_http_requests__100_continue_comes_before_the_body(void **state)
{
	struct line l;
	int road;

	(void)state;
	for (road = 0; road < 2; road++) {
		struct served s = { .status = 204 };

		begin(&s, road);
		reach(&l, &s, road);
		tell(&l, road,
			TEXT(HEAD "Expect: 100-continue\r\n"
				  "Content-Length: 1\r\n\r\n"));
		assert_int_equal(line_status(&l, WAIT_MS), 100);
		assert_int_equal(s.requests, 0);
		tell(&l, road, TEXT("a"));
		assert_int_equal(line_status(&l, WAIT_MS), 204);
		line_end(&l);
		/* Not for what is refused. */
		reach(&l, &s, road);
		tell(&l, road,
			TEXT(HEAD "Expect: 100-continue\r\n"
				  "Content-Length: 100001\r\n\r\n"));
		assert_int_equal(line_status(&l, WAIT_MS), 413);
		line_end(&l);
		served_end(&s);
		assert_int_equal(s.requests, 1);
	}
}

/* Byte by byte is the same as at once. */
static void
test_http_requests__the_smallest_pieces_are_put_together(void **state)
{
	static const char text[] = HEAD "Content-Type: text/xml\r\n"
					"Transfer-Encoding: chunked\r\n\r\n"
					"3;x\r\nabc\r\n0\r\nX: y\r\n\r\n";
	struct served s = { .status = 204 };
	struct line l;
	size_t i;

	(void)state;
	begin(&s, 1);
	reach(&l, &s, 1);
	for (i = 0; i < sizeof(text) - 1; i++) {
		tell(&l, 1, text + i, 1);
		if (i % 10 == 0)
			clock_sleep_ms(1);
	}
	assert_int_equal(line_status(&l, WAIT_MS), 204);
	assert_int_equal(s.body_len, 3);
	assert_string_equal(s.type, "text/xml");
	line_end(&l);
	served_end(&s);
}

static int
make_pki(void **state)
{
	char value[4096];

	(void)state;
	pki_init(&pki);
	snprintf(unix_at, sizeof(unix_at), "unix:%s/sock", pki.dir);
	passed_base64(pki.client, "", "", value);
	snprintf(passed, sizeof(passed), SERVED_HEADER ": %s\r\n", value);
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
		cmocka_unit_test(test_http_requests__are_refused_or_harmless),
		cmocka_unit_test(
			test_http_requests__method_and_path_are_handed_on),
		cmocka_unit_test(test_http_requests__a_large_head_is_refused),
		cmocka_unit_test(
			test_http_requests__too_many_headers_are_refused),
		cmocka_unit_test(
			test_http_requests__extensions_and_trailers_are_bounded),
		cmocka_unit_test(
			test_http_requests__pipelined_are_answered_in_turn),
		cmocka_unit_test(
			test_http_requests__100_continue_comes_before_the_body),
		cmocka_unit_test(
			test_http_requests__the_smallest_pieces_are_put_together),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
