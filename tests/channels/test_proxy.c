/* tests/channels/test_proxy.c - out through a proxy of somebody else
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "channels/channel.h"
#include "channels/http_bytes.h"
#include "tests/channels/wire.h"

#define SECRET "pa:ss word"
#define BASIC "cm9iOnBhOnNzIHdvcmQ=" /* rob:pa:ss word */

static struct pki pki;

/* --- a proxy that takes one connection at a time --- */

enum proxy_deed {
	PROXY_TUNNEL = 1,
	PROXY_SAY,    /* `text`, and close */
	PROXY_CLOSE,  /* without a word */
	PROXY_SILENT, /* until the client goes away */
};

struct proxy {
	enum proxy_deed deed;
	const char *text;
	bool auth;   /* 407 without the right name and password */
	int to_port; /* where it connects to, whatever it is asked for */

	int fd, port, requests, tunnels;
	char url[64], got[4096]; /* the newest head */
	bool stop;
	pthread_t thread;
};

/* One head; false when the client is gone. */
static bool
proxy_head(struct proxy *p, int fd)
{
	size_t len = 0;
	ssize_t n;

	for (;;) {
		n = read(fd, p->got + len, sizeof(p->got) - 1 - len);
		if (n <= 0)
			return false;
		len += (size_t)n;
		p->got[len] = '\0';
		if (strstr(p->got, "\r\n\r\n") != NULL)
			return true;
	}
}

static void
proxy_say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) == -1)
		print_message("# the proxy was not heard\n");
}

static bool
proxy_copy(int from, int to)
{
	char bytes[16384];
	ssize_t n = read(from, bytes, sizeof(bytes)), w, done = 0;

	if (n <= 0)
		return false;
	while (done < n) {
		w = write(to, bytes + done, (size_t)(n - done));
		if (w <= 0)
			return false;
		done += w;
	}
	return true;
}

static void
proxy_tunnel(struct proxy *p, int fd)
{
	int to = wire_connect(p->to_port);
	struct pollfd polls[2] = { { .fd = fd, .events = POLLIN },
		{ .fd = to, .events = POLLIN } };

	p->tunnels++;
	proxy_say(fd, "HTTP/1.1 200 Connection established\r\n"
		      "X-Proxy: yes\r\n\r\n");
	while (poll(polls, 2, -1) > 0) {
		if (polls[0].revents != 0 && !proxy_copy(fd, to))
			break;
		if (polls[1].revents != 0 && !proxy_copy(to, fd))
			break;
	}
	close(to);
}

static void
proxy_serve(struct proxy *p, int fd)
{
	while (proxy_head(p, fd)) {
		p->requests++;
		if (p->auth &&
			strstr(p->got, "Proxy-Authorization: Basic " BASIC
				       "\r\n") == NULL) {
			proxy_say(fd, "HTTP/1.1 407 Who are you\r\n"
				      "Proxy-Authenticate: Basic "
				      "realm=\"town hall\"\r\n"
				      "Content-Length: 0\r\n\r\n");
			continue;
		}
		if (p->deed == PROXY_TUNNEL)
			proxy_tunnel(p, fd);
		if (p->deed == PROXY_SAY)
			proxy_say(fd, p->text);
		if (p->deed == PROXY_SILENT)
			continue; /* reads on, which ends with the client */
		return;
	}
}

static void *
proxy_run(void *self)
{
	struct proxy *p = self;
	int fd;

	while ((fd = accept(p->fd, NULL, NULL)) != -1 && !p->stop) {
		if (p->deed != PROXY_CLOSE)
			proxy_serve(p, fd);
		close(fd);
	}
	if (fd != -1)
		close(fd);
	return NULL;
}

static void
proxy_begin(struct proxy *p)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	p->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (p->fd == -1 || bind(p->fd, (struct sockaddr *)&at, len) != 0 ||
		listen(p->fd, 5) != 0 ||
		getsockname(p->fd, (struct sockaddr *)&at, &len) != 0)
		exit(2);
	p->port = ntohs(at.sin_port);
	snprintf(p->url, sizeof(p->url), "http://127.0.0.1:%d", p->port);
	if (pthread_create(&p->thread, NULL, proxy_run, p) != 0)
		exit(2);
}

static void
proxy_end(struct proxy *p)
{
	p->stop = true;
	close(wire_connect(p->port));
	pthread_join(p->thread, NULL);
	close(p->fd);
}

/* --- our side --- */

static struct http *
client(const struct proxy *p, const char *oin, bool named)
{
	struct http_peer peer = { .trust = pki.root,
		.certificate = pki.client,
		.key = pki.client_key,
		.oin = oin,
		.answer_ms = 1200,
		.proxy = p == NULL ? NULL : p->url,
		.proxy_user = named ? "rob" : NULL,
		.proxy_password = named ? SECRET : NULL };
	struct http *http = NULL;
	struct fault why;

	assert_int_equal(http_open(&peer, &http, &why), V_OK);
	http_patience(http, 1500, 0);
	return http;
}

static enum verdict
post(struct http *http, const char *url, struct fault *why)
{
	static const char *const headers[] = { "Content-Type: text/xml",
		"SOAPAction: \"ebXML\"", NULL };
	struct http_bytes bytes = { .bytes = "<letter/>", .len = 9 };
	struct http_body body = http_bytes_body(&bytes);
	struct http_answer answer;
	enum verdict v;

	*why = FAULT_NONE;
	v = http_post(http, url, headers, &body, &answer, why);
	if (v == V_OK) {
		assert_int_equal(answer.status, 204);
		http_answer_done(&answer);
	}
	return v;
}

/* The proxy sees the address and nothing else; TLS is with the peer. */
static void
test_proxy__a_post_goes_through_a_tunnel(void **state)
{
	struct wire w = { .pki = &pki,
		.deed = WIRE_ANSWER,
		.text = "HTTP/1.1 204 No Content\r\n\r\n" };
	struct proxy p = { .deed = PROXY_TUNNEL };
	struct http *http;
	struct fault why;
	char want[100];

	(void)state;
	wire_begin(&w);
	p.to_port = w.port;
	proxy_begin(&p);
	http = client(&p, PKI_THEIRS, false);
	assert_int_equal(post(http, w.url, &why), V_OK);
	http_close(http);
	proxy_end(&p);
	wire_end(&w);
	assert_int_equal(p.tunnels, 1);
	snprintf(want, sizeof(want), "CONNECT localhost:%d HTTP/1.1\r\n",
		w.port);
	assert_memory_equal(p.got, want, strlen(want));
	assert_null(strstr(p.got, "SOAPAction"));
	assert_null(strstr(p.got, "Proxy-Authorization"));
	assert_non_null(strstr(w.got, "<letter/>"));
	assert_null(strstr(w.got, "Proxy"));
}

static void
test_proxy__name_and_password_are_for_the_proxy_alone(void **state)
{
	struct wire w = { .pki = &pki, .deed = WIRE_ANSWER, .text = WIRE_204 };
	struct proxy p = { .deed = PROXY_TUNNEL, .auth = true };
	struct http *http;
	struct fault why;

	(void)state;
	wire_begin(&w);
	p.to_port = w.port;
	proxy_begin(&p);
	http = client(&p, PKI_THEIRS, true);
	assert_int_equal(post(http, w.url, &why), V_OK);
	assert_non_null(strstr(p.got, "Proxy-Authorization: Basic " BASIC));
	assert_null(strstr(w.got, "uthorization"));
	http_close(http);
	/* Without them it says what it wants; the address is named, and no
	 * secret.
	 */
	http = client(&p, PKI_THEIRS, false);
	assert_int_equal(post(http, w.url, &why), V_LATER);
	assert_int_equal(why.code, CODE_PROXY);
	assert_non_null(strstr(why.text, "407, it wants a name and password"));
	assert_string_equal(why.place, p.url);
	http_close(http);
	proxy_end(&p);
	wire_end(&w);
	assert_int_equal(w.connections, 1);
}

static void
test_proxy__that_does_not_help_is_not_received(void **state)
{
	static const struct {
		const char *name;
		enum proxy_deed deed;
		const char *text, *told;
	} cases[] = {
		{ "407", PROXY_SAY,
			"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic "
			"realm=\"x\"\r\nContent-Length: 0\r\n\r\n",
			"407, it refuses our name and password" },
		{ "403", PROXY_SAY,
			"HTTP/1.1 403 No\r\nContent-Length: 4\r\n\r\nrob!",
			"the proxy answers 403" },
		{ "502", PROXY_SAY,
			"HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n",
			"the proxy answers 502" },
		{ "302", PROXY_SAY,
			"HTTP/1.1 302 X\r\nLocation: http://localhost:1/\r\n"
			"Content-Length: 0\r\n\r\n",
			"the proxy answers 302" },
		{ "no HTTP", PROXY_SAY, "SSH-2.0-x\r\n\r\n", "no way" },
		{ "half a head", PROXY_SAY, "HTTP/1.1 20", "no way" },
		{ "closes", PROXY_CLOSE, NULL, "no way" },
		{ "hangs", PROXY_SILENT, NULL, "no way" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct proxy p = { .deed = cases[i].deed,
			.text = cases[i].text };
		struct http *http;
		struct fault why;
		enum verdict v;

		proxy_begin(&p);
		http = client(&p, PKI_THEIRS, true);
		v = post(http, "https://localhost:1/", &why);
		if (v != V_LATER || why.code != CODE_PROXY ||
			strstr(why.text, cases[i].told) == NULL)
			fail_msg("%s: %d MOBB-%d %s", cases[i].name, v,
				(int)why.code, why.text);
		assert_null(strstr(why.text, "rob"));
		assert_null(strstr(why.text, SECRET));
		assert_string_equal(why.place, p.url);
		http_close(http);
		proxy_end(&p);
	}
}

static void
test_proxy__that_is_not_there_is_not_received(void **state)
{
	static const char *const urls[] = { "http://127.0.0.1:1",
		"http://no-such-host.invalid:3128" };
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct proxy p = { .port = 0 };
		struct http *http;

		strcpy(p.url, urls[i]);
		http = client(&p, PKI_THEIRS, true);
		assert_int_equal(
			post(http, "https://localhost:1/", &why), V_LATER);
		assert_int_equal(why.code, CODE_PROXY);
		http_close(http);
	}
}

/* Behind it the peer is judged as without: by chain, name and OIN. */
static void
test_proxy__changes_nothing_about_the_peer(void **state)
{
	struct wire w = { .pki = &pki, .deed = WIRE_ANSWER, .text = WIRE_204 };
	struct proxy p = { .deed = PROXY_TUNNEL };
	struct http *http;
	struct fault why;

	(void)state;
	wire_begin(&w);
	p.to_port = w.port;
	proxy_begin(&p);
	http = client(&p, PKI_OURS, false);
	assert_int_equal(post(http, w.url, &why), V_LATER);
	assert_int_equal(why.code, CODE_PEER_OIN);
	http_close(http);
	http = client(&p, PKI_THEIRS, false);
	assert_int_equal(
		post(http, "https://other.example:443/", &why), V_LATER);
	assert_int_equal(why.code, CODE_TLS);
	http_close(http);
	proxy_end(&p);
	/* A proxy that looks inside shows a certificate of its own. */
	wire_end(&w);
	w.expired = true;
	w.stop = false;
	wire_begin(&w);
	p = (struct proxy){ .deed = PROXY_TUNNEL, .to_port = w.port };
	proxy_begin(&p);
	http = client(&p, PKI_THEIRS, false);
	assert_int_equal(post(http, w.url, &why), V_LATER);
	assert_int_equal(why.code, CODE_TLS);
	http_close(http);
	proxy_end(&p);
	wire_end(&w);
	assert_int_equal(w.got_len, 0);
}

/* Cut behind the CONNECT is a broken connection to the peer. */
static void
test_proxy__that_ends_the_tunnel_is_a_cut(void **state)
{
	struct wire w = { .pki = &pki, .deed = WIRE_CLOSE, .read = 1 };
	struct proxy p = { .deed = PROXY_TUNNEL };
	struct http *http;
	struct fault why;
	enum verdict v;

	(void)state;
	wire_begin(&w);
	p.to_port = w.port;
	proxy_begin(&p);
	http = client(&p, PKI_THEIRS, false);
	v = post(http, w.url, &why);
	assert_true(v == V_LATER || v == V_UNKNOWN);
	assert_int_equal(why.code, CODE_CUT);
	http_close(http);
	proxy_end(&p);
	wire_end(&w);
}

static void
test_proxy__of_the_environment_is_not_used(void **state)
{
	static const char *const names[] = { "http_proxy", "https_proxy",
		"HTTPS_PROXY", "all_proxy", "ALL_PROXY" };
	struct wire w = { .pki = &pki, .deed = WIRE_ANSWER, .text = WIRE_204 };
	struct proxy p = { .deed = PROXY_TUNNEL };
	struct http *http;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		setenv(names[i], "http://127.0.0.1:1", 1);
	wire_begin(&w);
	p.to_port = w.port;
	proxy_begin(&p);
	http = client(NULL, PKI_THEIRS, false);
	assert_int_equal(post(http, w.url, &why), V_OK);
	http_close(http);
	/* Nor what the environment says should go without. */
	setenv("no_proxy", "*", 1);
	setenv("NO_PROXY", "localhost", 1);
	http = client(&p, PKI_THEIRS, false);
	assert_int_equal(post(http, w.url, &why), V_OK);
	assert_int_equal(p.tunnels, 1);
	http_close(http);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		unsetenv(names[i]);
	unsetenv("no_proxy");
	unsetenv("NO_PROXY");
	proxy_end(&p);
	wire_end(&w);
}

static void
test_proxy__the_subscription_service_is_behind_it_too(void **state)
{
	struct wus_answer answers[1] = { { .bsn = { 999990019 } } };
	struct wire w = { .pki = &pki,
		.deed = WIRE_ANSWER,
		.text = "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n" };
	struct proxy p = { .deed = PROXY_TUNNEL };
	struct http *http;
	struct fault why;

	(void)state;
	wire_begin(&w);
	p.to_port = w.port;
	proxy_begin(&p);
	http = client(&p, PKI_THEIRS, false);
	assert_int_equal(
		wus_ask(http, w.url, PKI_OURS, "WOZ", answers, 1, &why),
		V_LATER);
	assert_int_equal(why.code, CODE_WUS);
	assert_int_equal(p.tunnels, 1);
	http_close(http);
	proxy_end(&p);
	wire_end(&w);
	http = client(&p, PKI_THEIRS, false); /* it is gone now */
	assert_int_equal(
		wus_ask(http, w.url, PKI_OURS, "WOZ", answers, 1, &why),
		V_LATER);
	assert_int_equal(why.code, CODE_PROXY);
	http_close(http);
}

/* Plain http is for a simulator, and only when that was allowed. */
static void
test_proxy__plain_http_must_be_allowed(void **state)
{
	struct http_peer peer = { .trust = pki.root,
		.certificate = pki.client,
		.key = pki.client_key,
		.plain = true };
	struct proxy p = { .deed = PROXY_SAY,
		.text = "HTTP/1.1 204 No Content\r\n\r\n" };
	struct http *http = NULL;
	struct fault why;

	(void)state;
	proxy_begin(&p);
	assert_int_equal(http_open(&peer, &http, &why), V_OK);
	assert_int_equal(post(http, p.url, &why), V_OK);
	assert_memory_equal(p.got, "POST / HTTP/1.1\r\n", 17);
	http_close(http);
	http = client(NULL, PKI_THEIRS, false);
	assert_int_equal(post(http, p.url, &why), V_BROKEN);
	http_close(http);
	proxy_end(&p);
	assert_int_equal(p.requests, 1);
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
		cmocka_unit_test(test_proxy__a_post_goes_through_a_tunnel),
		cmocka_unit_test(
			test_proxy__name_and_password_are_for_the_proxy_alone),
		cmocka_unit_test(
			test_proxy__that_does_not_help_is_not_received),
		cmocka_unit_test(test_proxy__that_is_not_there_is_not_received),
		cmocka_unit_test(test_proxy__changes_nothing_about_the_peer),
		cmocka_unit_test(test_proxy__that_ends_the_tunnel_is_a_cut),
		cmocka_unit_test(test_proxy__of_the_environment_is_not_used),
		cmocka_unit_test(
			test_proxy__the_subscription_service_is_behind_it_too),
		cmocka_unit_test(test_proxy__plain_http_must_be_allowed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
