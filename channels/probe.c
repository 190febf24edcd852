/* channels/probe.c - see channels/probe.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "channels/probe.h"

#define PORT_TEXT_MAX 8

bool
probe_url(const char *url, char host_out[PROBE_HOST_MAX], int *port_out)
{
	bool tls = strncmp(url, "https://", 8) == 0;
	const char *host = url + (tls ? 8 : 7), *end, *colon;
	int64_t port = tls ? 443 : 80;
	char digits[PORT_TEXT_MAX];
	size_t len;

	if (!tls && strncmp(url, "http://", 7) != 0)
		return false;
	end = host + strcspn(host, "/?#");
	if (*host == '[') {
		len = strcspn(++host, "]");
		colon = host + len + 1;
		if (host[len] != ']')
			return false;
	} else {
		len = strcspn(host, ":/?#");
		colon = host + len;
	}
	if (len == 0 || len >= PROBE_HOST_MAX || colon > end)
		return false;
	if (*colon == ':') {
		size_t n = (size_t)(end - colon - 1);

		if (n >= sizeof(digits))
			return false;
		memcpy(digits, colon + 1, n);
		digits[n] = '\0';
		if (!text_number(digits, 65535, &port) || port == 0)
			return false;
	} else if (colon != end) {
		return false;
	}
	memcpy(host_out, host, len);
	host_out[len] = '\0';
	*port_out = (int)port;
	return true;
}

static enum verdict
look_up(const char *host, const char *service, int flags,
	struct addrinfo **list_out, struct fault *why)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV | flags };
	int failed = getaddrinfo(host, service, &hints, list_out);

	if (failed == 0)
		return V_OK;
	return fault_set(why, V_LATER, CODE_CONNECT,
		"no address for %.120s: %s", host, gai_strerror(failed));
}

enum verdict
probe_find(const char *host, int port, struct probe *out, struct fault *why)
{
	char service[PORT_TEXT_MAX];
	struct addrinfo *list = NULL, *at;
	struct probe probe = { .count = 0 };
	enum verdict v;

	assert(port > 0 && port < 65536);
	snprintf(service, sizeof(service), "%d", port);
	v = look_up(host, service, 0, &list, why);
	if (v != V_OK)
		return v;
	for (at = list; at != NULL && probe.count < PROBE_ADDRESSES_MAX;
		at = at->ai_next) {
		struct probe_address *a = &probe.addresses[probe.count];

		a->connect_ms = -1;
		if (getnameinfo(at->ai_addr, at->ai_addrlen, a->text,
			    sizeof(a->text), NULL, 0, NI_NUMERICHOST) == 0)
			probe.count++;
	}
	freeaddrinfo(list);
	if (probe.count == 0)
		return fault_set(why, V_LATER, CODE_CONNECT,
			"no address for %.120s", host);
	*out = probe;
	return V_OK;
}

/* Begin to connect; -1 when that failed at once (a->error says why). */
static int
begin(struct probe_address *a, int port)
{
	char service[PORT_TEXT_MAX];
	struct addrinfo *list = NULL;
	struct fault ignored;
	int fd;

	snprintf(service, sizeof(service), "%d", port);
	a->error = EADDRNOTAVAIL;
	if (look_up(a->text, service, AI_NUMERICHOST, &list, &ignored) != V_OK)
		return -1;
	fd = socket(list->ai_family,
		list->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
		list->ai_protocol);
	if (fd != -1 && connect(fd, list->ai_addr, list->ai_addrlen) == -1 &&
		errno != EINPROGRESS) {
		a->error = errno;
		(void)close(fd);
		fd = -1;
	} else if (fd == -1) {
		a->error = errno;
	} else {
		a->error = ETIMEDOUT; /* until we hear */
	}
	freeaddrinfo(list);
	return fd;
}

static void
heard(struct probe_address *a, int fd, int64_t since_ms)
{
	socklen_t len = sizeof(a->error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &a->error, &len) == -1)
		a->error = errno;
	if (a->error == 0)
		a->connect_ms = clock_tick_ms() - since_ms;
}

void
probe_reach(struct probe *probe, int port, int64_t wait_ms)
{
	struct pollfd fds[PROBE_ADDRESSES_MAX];
	int64_t since_ms = clock_tick_ms(), left_ms = wait_ms;
	size_t i, open = 0;

	assert(probe->count <= PROBE_ADDRESSES_MAX);
	for (i = 0; i < probe->count; i++) {
		fds[i] = (struct pollfd){ .fd = begin(
						  &probe->addresses[i], port),
			.events = POLLOUT };
		open += fds[i].fd != -1;
	}
	while (open > 0 && left_ms > 0) {
		if (poll(fds, probe->count, (int)left_ms) == -1 &&
			errno != EINTR)
			break;
		for (i = 0; i < probe->count; i++) {
			if (fds[i].fd == -1 || fds[i].revents == 0)
				continue;
			heard(&probe->addresses[i], fds[i].fd, since_ms);
			(void)close(fds[i].fd);
			fds[i].fd = -1;
			open--;
		}
		left_ms = wait_ms - (clock_tick_ms() - since_ms);
	}
	probe->reached = 0;
	for (i = 0; i < probe->count; i++) {
		if (fds[i].fd != -1)
			(void)close(fds[i].fd);
		probe->reached += probe->addresses[i].connect_ms >= 0;
	}
}
