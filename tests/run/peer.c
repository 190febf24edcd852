/* tests/run/peer.c - an end of plain HTTP that the simulator does not play
 *
 *	peer record DIR	   takes posts and keeps each: DIR/N.body, a line in
 *			   DIR/posts ("milliseconds bytes")
 *	peer proxy DIR	   a proxy that understands CONNECT; what it was asked is
 *			   added to DIR/heads
 *
 * Its port is in DIR/port once it listens, on 127.0.0.1.  While there is a file
 * DIR/answer, that is what it answers to a request; else `record` says nothing
 * and closes, and `proxy` connects.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char head[65536];
static size_t head_len; /* bytes read, perhaps beyond the head */

static void
put(const char *name, const char *mode, const char *text)
{
	FILE *out = fopen(name, mode);

	if (out == NULL || fputs(text, out) == EOF || fclose(out) != 0)
		exit(2);
}

/* Up to the blank line; bytes of the head, 0 when the other end is gone. */
static size_t
read_head(int fd)
{
	char *end;
	ssize_t n;

	for (head_len = 0; head_len < sizeof(head) - 1;) {
		n = read(fd, head + head_len, sizeof(head) - 1 - head_len);
		if (n <= 0)
			return 0;
		head_len += (size_t)n;
		head[head_len] = '\0';
		end = strstr(head, "\r\n\r\n");
		if (end != NULL)
			return (size_t)(end - head) + 4;
	}
	return 0;
}

static int
say_answer(int fd)
{
	char text[4096];
	ssize_t n, said;
	int in = open("answer", O_RDONLY);

	if (in == -1)
		return 0;
	n = read(in, text, sizeof(text));
	close(in);
	said = n > 0 ? write(fd, text, (size_t)n) : 0;
	return said >= 0;
}

static void
record(int fd, int nth)
{
	size_t from = read_head(fd), left, n;
	const char *length = strstr(head, "Content-Length: ");
	struct timespec now;
	char text[100];
	FILE *out;

	if (from == 0 || length == NULL)
		return;
	left = (size_t)atol(length + 16);
	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(text, sizeof(text), "%lld %zu\n",
		(long long)now.tv_sec * 1000 + now.tv_nsec / 1000000, left);
	put("posts", "a", text);
	snprintf(text, sizeof(text), "%d.body", nth);
	out = fopen(text, "w");
	if (out == NULL)
		exit(2);
	n = head_len - from;
	fwrite(head + from, 1, n, out);
	for (left -= n; left > 0; left -= n) {
		ssize_t got = read(
			fd, head, left < sizeof(head) ? left : sizeof(head));

		if (got <= 0)
			break;
		n = (size_t)got;
		fwrite(head, 1, n, out);
	}
	fclose(out);
	say_answer(fd);
}

static int
copy(int from, int to)
{
	char bytes[65536];
	ssize_t n = read(from, bytes, sizeof(bytes)), done = 0, w;

	for (; done < n; done += w)
		if ((w = write(to, bytes + done, (size_t)(n - done))) <= 0)
			return 0;
	return n > 0;
}

static void
proxy(int fd)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	struct pollfd polls[2] = { { .fd = fd, .events = POLLIN },
		{ .events = POLLIN } };
	char host[200], port[10];
	static const char yes[] = "HTTP/1.1 200 Connection established\r\n\r\n";

	while (read_head(fd) > 0) {
		put("heads", "a", head);
		if (say_answer(fd))
			continue;
		if (sscanf(head, "CONNECT %199[^:]:%9[0-9]", host, port) != 2 ||
			getaddrinfo(host, port, &hints, &found) != 0)
			return;
		polls[1].fd = socket(found->ai_family, SOCK_STREAM, 0);
		if (connect(polls[1].fd, found->ai_addr, found->ai_addrlen) !=
			0)
			return;
		if (write(fd, yes, sizeof(yes) - 1) < 0)
			return;
		while (poll(polls, 2, -1) > 0)
			if ((polls[0].revents != 0 && !copy(fd, polls[1].fd)) ||
				(polls[1].revents != 0 &&
					!copy(polls[1].fd, fd)))
				return;
	}
}

int
main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd, in, nth = 0;
	char text[20];

	if (argc != 3 || chdir(argv[2]) != 0)
		return 2;
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(fd, (struct sockaddr *)&at, len) != 0 || listen(fd, 20) != 0 ||
		getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		return 2;
	snprintf(text, sizeof(text), "%d\n", ntohs(at.sin_port));
	put("port.part", "w", text);
	if (rename("port.part", "port") != 0)
		return 2;
	while ((in = accept(fd, NULL, NULL)) != -1) {
		nth++;
		if (fork() == 0) {
			close(fd);
			if (strcmp(argv[1], "proxy") == 0)
				proxy(in);
			else
				record(in, nth);
			return 0;
		}
		close(in);
	}
	return 0;
}
