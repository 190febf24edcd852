/* tests/channels/test_probe.c - hosts are found and reached, or it says why not
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "channels/probe.h"

/* A port that is ours; `backlog` -1: nobody listens. */
static int
a_port(int backlog, int *fd_out)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	if (backlog >= 0)
		assert_int_equal(listen(fd, backlog), 0);
	*fd_out = fd;
	return ntohs(at.sin_port);
}

static void
test_probe__host_and_port_of_an_address(void **state)
{
	static const struct {
		const char *url, *host;
		int port; /* 0: it is none */
	} cases[] = {
		{ "https://example.nl/ebms", "example.nl", 443 },
		{ "https://example.nl", "example.nl", 443 },
		{ "http://example.nl?x", "example.nl", 80 },
		{ "https://example.nl:8443/ebms", "example.nl", 8443 },
		{ "http://proxy:3128", "proxy", 3128 },
		{ "https://[2001:db8::1]:8443/e", "2001:db8::1", 8443 },
		{ "https://[2001:db8::1]/e", "2001:db8::1", 443 },
		{ "https://[2001:db8::1", "", 0 },
		{ "https://[2001:db8::1]x/", "", 0 },
		{ "https://:443/", "", 0 },
		{ "https://example.nl:0/", "", 0 },
		{ "https://example.nl:65536/", "", 0 },
		{ "https://example.nl:12345678/", "", 0 },
		{ "https://example.nl:x/", "", 0 },
		{ "https://example.nl:/", "", 0 },
		{ "https:///path", "", 0 },
		{ "ftp://example.nl/", "", 0 },
		{ "", "", 0 },
	};
	char host[PROBE_HOST_MAX], url[400];
	size_t i;
	int port;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("# %s\n", cases[i].url);
		assert_int_equal(probe_url(cases[i].url, host, &port),
			cases[i].port != 0);
		if (cases[i].port == 0)
			continue;
		assert_string_equal(host, cases[i].host);
		assert_int_equal(port, cases[i].port);
	}
	/* A name that would not fit. */
	memset(url, 'a', sizeof(url));
	memcpy(url, "https://", 8);
	url[8 + PROBE_HOST_MAX - 1] = '\0';
	assert_true(probe_url(url, host, &port));
	url[8 + PROBE_HOST_MAX - 1] = 'a';
	url[8 + PROBE_HOST_MAX] = '\0';
	assert_false(probe_url(url, host, &port));
}

static void
test_probe__who_listens_is_reached(void **state)
{
	int fd, port = a_port(4, &fd);
	struct probe probe;
	struct fault why;

	(void)state;
	assert_int_equal(probe_find("127.0.0.1", port, &probe, &why), V_OK);
	assert_int_equal(probe.count, 1);
	assert_string_equal(probe.addresses[0].text, "127.0.0.1");
	probe_reach(&probe, port, 2000);
	assert_int_equal(probe.reached, 1);
	assert_true(probe.addresses[0].connect_ms >= 0);
	(void)close(fd);
}

static void
test_probe__who_does_not_listen_says_so_at_once(void **state)
{
	int fd, port = a_port(-1, &fd);
	int64_t since_ms = clock_tick_ms();
	struct probe probe;
	struct fault why;

	(void)state;
	assert_int_equal(probe_find("127.0.0.1", port, &probe, &why), V_OK);
	probe_reach(&probe, port, 5000);
	assert_int_equal(probe.reached, 0);
	assert_int_equal(probe.addresses[0].connect_ms, -1);
	assert_int_equal(probe.addresses[0].error, ECONNREFUSED);
	assert_true(clock_tick_ms() - since_ms < 2000);
	(void)close(fd);
}

/* A queue that is full drops what more comes, as a firewall does. */
static void
test_probe__silence_is_not_waited_for_for_ever(void **state)
{
	int fd, port = a_port(0, &fd), others[16];
	int64_t since_ms = clock_tick_ms();
	struct sockaddr_in at = { .sin_family = AF_INET };
	struct probe probe;
	struct fault why;
	size_t i;

	(void)state;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons((uint16_t)port);
	for (i = 0; i < 16; i++) {
		others[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(others[i], (struct sockaddr *)&at, sizeof(at));
	}
	assert_int_equal(probe_find("127.0.0.1", port, &probe, &why), V_OK);
	probe_reach(&probe, port, 300);
	assert_int_equal(probe.reached, 0);
	assert_int_equal(probe.addresses[0].error, ETIMEDOUT);
	assert_true(clock_tick_ms() - since_ms >= 300);
	assert_true(clock_tick_ms() - since_ms < 3000);
	for (i = 0; i < 16; i++)
		(void)close(others[i]);
	(void)close(fd);
}

static void
test_probe__a_name_without_an_address_is_named(void **state)
{
	struct probe probe = { .count = 7 };
	struct fault why;

	(void)state;
	assert_int_equal(
		probe_find("nowhere.invalid", 443, &probe, &why), V_LATER);
	assert_int_equal(why.code, CODE_CONNECT);
	assert_non_null(strstr(why.text, "nowhere.invalid"));
	assert_int_equal(probe.count, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_probe__host_and_port_of_an_address),
		cmocka_unit_test(test_probe__who_listens_is_reached),
		cmocka_unit_test(
			test_probe__who_does_not_listen_says_so_at_once),
		cmocka_unit_test(
			test_probe__silence_is_not_waited_for_for_ever),
		cmocka_unit_test(
			test_probe__a_name_without_an_address_is_named),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
