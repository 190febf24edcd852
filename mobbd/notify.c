/* mobbd/notify.c - see mobbd/notify.h
 *
 * Source of the protocol: sd_notify(3), sd_watchdog_enabled(3).
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _GNU_SOURCE /* SOCK_CLOEXEC */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "mobbd/notify.h"

static void
tell(const struct notify *n, const char *words)
{
	/* A manager that does not read holds nothing up. */
	if (n->fd != -1)
		(void)send(n->fd, words, strlen(words),
			MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Half the time, as sd_watchdog_enabled(3) advises; 0: not for us. */
static int64_t
watchdog_ms(void)
{
	const char *pid = getenv("WATCHDOG_PID"),
		   *time = getenv("WATCHDOG_USEC");

	if (time == NULL || (pid != NULL && atol(pid) != (long)getpid()))
		return 0;
	return strtoll(time, NULL, 10) / 2000;
}

void
notify_open(struct notify *n)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t len = path == NULL ? 0 : strlen(path);

	*n = (struct notify){ .fd = -1, .every_ms = watchdog_ms() };
	if (len > 1 && len < sizeof(to.sun_path) &&
		(path[0] == '/' || path[0] == '@')) {
		memcpy(to.sun_path, path, len);
		if (path[0] == '@')
			to.sun_path[0] = '\0';
		n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		len += offsetof(struct sockaddr_un, sun_path);
		if (n->fd != -1 && connect(n->fd, (const struct sockaddr *)&to,
					   (socklen_t)len) == -1)
			notify_close(n);
	}
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_PID");
	(void)unsetenv("WATCHDOG_USEC");
}

void
notify_close(struct notify *n)
{
	if (n->fd != -1)
		(void)close(n->fd);
	n->fd = -1;
}

void
notify_ready(struct notify *n)
{
	tell(n, "READY=1");
}

void
notify_stopping(struct notify *n)
{
	tell(n, "STOPPING=1");
}

void
notify_status(struct notify *n, const char *status)
{
	char words[128];

	if (n->status != NULL && strcmp(n->status, status) == 0)
		return;
	n->status = status;
	snprintf(words, sizeof(words), "STATUS=%s", status);
	tell(n, words);
}

void
notify_feed(struct notify *n)
{
	int64_t now_ms = clock_tick_ms();

	if (n->every_ms == 0 || now_ms - n->fed_ms < n->every_ms)
		return;
	n->fed_ms = now_ms;
	tell(n, "WATCHDOG=1");
}
