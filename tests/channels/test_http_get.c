/* tests/channels/test_http_get.c - fetching a public file
 *
 * Against a server that answers a fixed text to each path.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "channels/http.h"

#define OK "HTTP/1.1 200 OK\r\nConnection: close\r\n"
#define MOVED "HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\n"

static const struct {
	const char *path, *answer;
} pages[] = {
	{ "/ten", OK "Content-Length: 10\r\n\r\n0123456789" },
	{ "/chunked", OK "Transfer-Encoding: chunked\r\n\r\n"
			 "a\r\n0123456789\r\n0\r\n\r\n" },
	{ "/endless", OK "Transfer-Encoding: chunked\r\n\r\n"
			 "b\r\n0123456789x\r\n0\r\n\r\n" },
	{ "/eleven", OK "Content-Length: 11\r\n\r\n0123456789x" },
	{ "/cut", OK "Content-Length: 10\r\n\r\n01234" },
	{ "/missing", "HTTP/1.1 404 Not Found\r\nConnection: close\r\n"
		      "Content-Length: 4\r\n\r\nnone" },
	{ "/empty", "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n" },
	{ "/no-http", "220 mail.example ESMTP\r\n" },
	{ "/1", MOVED "Location: /ten\r\n\r\n" },
	{ "/2", MOVED "Location: /1\r\n\r\n" },
	{ "/3", MOVED "Location: /2\r\n\r\n" },
	{ "/4", MOVED "Location: /3\r\n\r\n" },
	{ "/file", MOVED "Location: file:///etc/passwd\r\n\r\n" },
	{ "/ftp", MOVED "Location: ftp://127.0.0.1/x\r\n\r\n" },
	/* As a proxy is asked. */
	{ "http://lists.example/ten",
		OK "Content-Length: 10\r\n\r\n9876543210" },
};

static int listening, port;
static volatile int stop;
static char asked[4096]; /* the last request */

static void *
serve(void *self)
{
	char path[256];
	ssize_t n;
	size_t i;
	int fd;

	(void)self;
	while ((fd = accept(listening, NULL, NULL)) != -1 && stop == 0) {
		n = recv(fd, asked, sizeof(asked) - 1, 0);
		asked[n > 0 ? n : 0] = '\0';
		path[0] = '\0';
		(void)sscanf(asked, "GET %255s ", path);
		for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
			if (strcmp(pages[i].path, path) == 0)
				(void)send(fd, pages[i].answer,
					strlen(pages[i].answer), MSG_NOSIGNAL);
		(void)shutdown(fd, SHUT_RDWR);
		(void)close(fd);
	}
	if (fd != -1)
		(void)close(fd);
	return NULL;
}

static enum verdict
get(const char *path, size_t max, struct buf *out, struct fault *why)
{
	char url[128];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", port, path);
	*out = BUF_MAX(max);
	*why = FAULT_NONE;
	return http_get(url, NULL, 5, out, why);
}

static void
test_http_get__what_is_there_is_fetched(void **state)
{
	static const char *const paths[] = { "/ten", "/chunked", "/1", "/2",
		"/3" };
	struct fault why;
	struct buf out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (get(paths[i], 10, &out, &why) != V_OK)
			fail_msg("%s: %s", paths[i], why.text);
		assert_int_equal(out.len, 10);
		assert_memory_equal(out.bytes, "0123456789", 10);
		buf_done(&out);
	}
	/* Nothing of ours is told to a stranger. */
	assert_null(strstr(asked, "Cookie"));
	assert_null(strstr(asked, "Authorization"));
}

static void
test_http_get__what_is_not_leaves_nothing(void **state)
{
	static const struct {
		const char *path;
		enum code code;
	} cases[] = {
		{ "/missing", CODE_HTTP },
		{ "/empty", CODE_HTTP },
		{ "/eleven", CODE_CUT },  /* one byte too many, and said so */
		{ "/endless", CODE_CUT }, /* and not */
		{ "/cut", CODE_CUT },
		{ "/no-http", CODE_CONNECT },
		{ "/4", CODE_HTTP }, /* one redirect too many */
		{ "/file", CODE_CONNECT },
		{ "/ftp", CODE_CONNECT },
	};
	struct fault why;
	struct buf out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (get(cases[i].path, 10, &out, &why) != V_LATER ||
			why.code != cases[i].code)
			fail_msg("%s: %d %s", cases[i].path, (int)why.code,
				why.text);
		assert_int_equal(out.len, 0);
		assert_non_null(strstr(why.place, cases[i].path));
		buf_done(&out);
	}
}

static void
test_http_get__only_http_and_https(void **state)
{
	struct buf out = BUF_MAX(10);
	struct fault why;

	(void)state;
	assert_int_equal(
		http_get("file:///etc/passwd", NULL, 5, &out, &why), V_LATER);
	assert_int_equal(why.code, CODE_CONNECT);
	assert_int_equal(out.len, 0);
	/* Nobody listens there. */
	assert_int_equal(
		http_get("http://127.0.0.1:1/x", NULL, 5, &out, &why), V_LATER);
	assert_int_equal(why.code, CODE_CONNECT);
	buf_done(&out);
}

static void
test_http_get__a_proxy_is_asked(void **state)
{
	struct buf out = BUF_MAX(10);
	struct fault why;
	char proxy[64];

	(void)state;
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", port);
	assert_int_equal(
		http_get("http://lists.example/ten", proxy, 5, &out, &why),
		V_OK);
	assert_memory_equal(out.bytes, "9876543210", 10);
	buf_done(&out);
	/* Whatever the environment says should go without. */
	assert_int_equal(setenv("no_proxy", "*", 1), 0);
	assert_int_equal(
		http_get("http://lists.example/ten", proxy, 5, &out, &why),
		V_OK);
	assert_int_equal(unsetenv("no_proxy"), 0);
	buf_done(&out);
	/* And none that only the environment names. */
	assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
	assert_int_equal(get("/ten", 10, &out, &why), V_OK);
	assert_int_equal(unsetenv("http_proxy"), 0);
	buf_done(&out);
}

static pthread_t thread;

static int
begin(void **state)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);

	(void)state;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listening = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listening, (struct sockaddr *)&at, len) == -1 ||
		listen(listening, 8) == -1 ||
		getsockname(listening, (struct sockaddr *)&at, &len) == -1)
		return -1;
	port = ntohs(at.sin_port);
	return pthread_create(&thread, NULL, serve, NULL);
}

static int
end(void **state)
{
	(void)state;
	stop = 1;
	(void)shutdown(listening, SHUT_RDWR);
	(void)pthread_join(thread, NULL);
	return close(listening);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_http_get__what_is_there_is_fetched),
		cmocka_unit_test(test_http_get__what_is_not_leaves_nothing),
		cmocka_unit_test(test_http_get__only_http_and_https),
		cmocka_unit_test(test_http_get__a_proxy_is_asked),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("http_get", tests, begin, end);
}
