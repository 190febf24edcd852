/* channels/http_address.c - see channels/http_address.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "channels/http_address.h"

#define UNIX "unix:"
#define UNIX_MODE_MASK 0117 /* 0660: owner and group connect */
#define SYSTEMD "systemd"
#define SYSTEMD_FD 3 /* SD_LISTEN_FDS_START */
#define BACKLOG SOMAXCONN

static enum verdict
find(const char *at, struct addrinfo **list_out, struct fault *why)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	const char *colon = strrchr(at, ':'), *from = at;
	char host[256];
	size_t len;
	int error;

	if (colon == NULL || colon == at || colon[1] == '\0')
		goto bad;
	len = (size_t)(colon - at);
	if (at[0] == '[') {
		if (len < 3 || at[len - 1] != ']')
			goto bad;
		from++;
		len -= 2;
	}
	if (len >= sizeof(host))
		goto bad;
	memcpy(host, from, len);
	host[len] = '\0';
	error = getaddrinfo(host, colon + 1, &hints, list_out);
	if (error == 0)
		return V_OK;
	return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE, "listen at %s: %s",
		at, gai_strerror(error));
bad:
	return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
		"listen at %s: host and port expected", at);
}

/* What the kernel says it is: not blocking, not inherited, its port. */
static bool
settle(struct http_socket *s)
{
	struct sockaddr_storage bound = { 0 };
	socklen_t len = sizeof(bound);
	char port[8];
	int flags = fcntl(s->fd, F_GETFL);

	if (flags == -1 || fcntl(s->fd, F_SETFL, flags | O_NONBLOCK) == -1 ||
		fcntl(s->fd, F_SETFD, FD_CLOEXEC) == -1 ||
		getsockname(s->fd, (struct sockaddr *)&bound, &len) == -1)
		return false;
	s->local = bound.ss_family == AF_UNIX;
	if (s->local)
		return true;
	if (getnameinfo((struct sockaddr *)&bound, len, NULL, 0, port,
		    sizeof(port), NI_NUMERICSERV) != 0)
		return false;
	s->port = atoi(port);
	return true;
}

static enum verdict
open_port(const char *at, struct http_socket *s, struct fault *why)
{
	struct addrinfo *list = NULL;
	enum verdict v;
	int one = 1;

	v = find(at, &list, why);
	if (v != V_OK)
		return v;
	s->fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->fd == -1 ||
		setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &one,
			sizeof(one)) == -1 ||
		bind(s->fd, list->ai_addr, list->ai_addrlen) == -1 ||
		listen(s->fd, BACKLOG) == -1 || !settle(s))
		v = fault_errno(
			why, V_BROKEN, CODE_NO_LISTENER, "listen at %s", at);
	freeaddrinfo(list);
	return v;
}

/* Does the socket at this address belong to a living process?  Anything but a
 * refused connection counts as life: its queue may be full, or it may not be
 * ours to ask.
 */
static bool
alive(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool dead = false;

	if (fd != -1) {
		dead = connect(fd, (const struct sockaddr *)address,
			       sizeof(*address)) == -1 &&
		       errno == ECONNREFUSED;
		(void)close(fd);
	}
	return !dead;
}

/* Make way: only what is a socket, and nobody listens at, is removed. */
static enum verdict
make_way(const struct sockaddr_un *address, const char *at, struct fault *why)
{
	struct stat st;

	if (lstat(address->sun_path, &st) == -1)
		return errno == ENOENT
			       ? V_OK
			       : fault_errno(why, V_BROKEN, CODE_NO_LISTENER,
					 "listen at %s", at);
	if (!S_ISSOCK(st.st_mode))
		return fault_set(why, V_BROKEN, CODE_NO_LISTENER,
			"listen at %s: there is a file that is no socket", at);
	if (alive(address))
		return fault_set(why, V_BROKEN, CODE_NO_LISTENER,
			"listen at %s: another process listens there", at);
	if (unlink(address->sun_path) == -1)
		return fault_errno(why, V_BROKEN, CODE_NO_LISTENER,
			"listen at %s: what is left of a dead process", at);
	return V_OK;
}

static enum verdict
open_path(const char *at, struct http_socket *s, struct fault *why)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = at + sizeof(UNIX) - 1;
	struct stat st;
	mode_t mask;
	enum verdict v;
	int bound;

	if (path[0] != '/' || strlen(path) >= sizeof(address.sun_path))
		return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE,
			"listen at %s: an absolute path of at most %zu bytes "
			"expected",
			at, sizeof(address.sun_path) - 1);
	memcpy(address.sun_path, path, strlen(path) + 1);
	v = make_way(&address, at, why);
	if (v != V_OK)
		return v;
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* The mask, so that there is no moment with another mode. */
	mask = umask(UNIX_MODE_MASK);
	bound = s->fd == -1 ? -1
			    : bind(s->fd, (const struct sockaddr *)&address,
				      sizeof(address));
	(void)umask(mask);
	if (bound == -1 || lstat(path, &st) == -1)
		return fault_errno(
			why, V_BROKEN, CODE_NO_LISTENER, "listen at %s", at);
	memcpy(s->path, path, strlen(path) + 1);
	s->device = st.st_dev;
	s->inode = st.st_ino;
	if (listen(s->fd, BACKLOG) == -1 || !settle(s))
		return fault_errno(
			why, V_BROKEN, CODE_NO_LISTENER, "listen at %s", at);
	return V_OK;
}

static bool
option(int fd, int name, int wanted)
{
	socklen_t len = sizeof(int);
	int value;

	return getsockopt(fd, SOL_SOCKET, name, &value, &len) == 0 &&
	       value == wanted;
}

/* As sd_listen_fds(3) has it; the variables are used up by it. */
static enum verdict
take_passed(struct http_socket *s, struct fault *why)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	bool ours = pid != NULL && fds != NULL && text_digits(pid) &&
		    atol(pid) == (long)getpid();
	bool one = ours && strcmp(fds, "1") == 0;

	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
	if (!ours)
		return fault_set(why, V_BROKEN, CODE_NO_LISTENER,
			"listen at systemd: no socket was passed: start it "
			"through its .socket unit");
	if (!one)
		return fault_set(why, V_BROKEN, CODE_NO_LISTENER,
			"listen at systemd: one socket is expected in the "
			".socket unit, not several");
	s->fd = SYSTEMD_FD;
	if (!option(s->fd, SO_TYPE, SOCK_STREAM) ||
		!option(s->fd, SO_ACCEPTCONN, 1) || !settle(s)) {
		s->fd = -1;
		return fault_set(why, V_BROKEN, CODE_NO_LISTENER,
			"listen at systemd: what was passed is no listening "
			"stream socket: ListenStream= without Accept=yes");
	}
	return V_OK;
}

enum verdict
http_socket_open(
	const char *at, struct http_socket *socket_out, struct fault *why)
{
	struct http_socket s = HTTP_SOCKET_NONE;
	enum verdict v;

	if (strcmp(at, SYSTEMD) == 0)
		v = take_passed(&s, why);
	else if (strncmp(at, UNIX, sizeof(UNIX) - 1) == 0)
		v = open_path(at, &s, why);
	else
		v = open_port(at, &s, why);
	if (v == V_OK)
		*socket_out = s;
	else
		http_socket_close(&s);
	return v;
}

void
http_socket_close(struct http_socket *s)
{
	struct stat st;

	if (s->fd == -1)
		return;
	/* Somebody else's by now is not ours to remove. */
	if (s->path[0] != '\0' && lstat(s->path, &st) == 0 &&
		st.st_dev == s->device && st.st_ino == s->inode)
		(void)unlink(s->path);
	(void)close(s->fd);
	*s = HTTP_SOCKET_NONE;
}
