/* tests/run/inlet.c - what stands before a listener, and what storms it
 *
 *	inlet front PORT SOCKET HEADER CERT KEY ROOT
 *		a front proxy: ends TLS, demands a client certificate, passes it
 *		in the header; one request a connection
 *	inlet activate WHERE COMMAND...
 *		as systemd does: opens a socket (a port of 127.0.0.1, or a path)
 *		and starts the command with it
 *	inlet flood PORT CERT KEY COUNT KIND SECONDS
 *		so many connections at once, for so long; KIND is silent (no
 *		TLS), head (a head without end) or body (20 MB are announced and
 *		sent but for the last byte).  Says "ready" once all are there,
 *		and in the end how many were answered what.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ssl.h>

#define HEAD_MAX 16384
#define BODY 20000000L

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static int
listen_at(const char *where)
{
	struct sockaddr_un path = { .sun_family = AF_UNIX };
	struct sockaddr_in port = { .sin_family = AF_INET };
	int one = 1, fd, bound;

	fd = socket(where[0] == '/' ? AF_UNIX : AF_INET, SOCK_STREAM, 0);
	if (where[0] == '/') {
		snprintf(path.sun_path, sizeof(path.sun_path), "%s", where);
		bound = bind(fd, (struct sockaddr *)&path, sizeof(path));
	} else {
		port.sin_port = htons((uint16_t)atoi(where));
		port.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		bound = bind(fd, (struct sockaddr *)&port, sizeof(port));
	}
	if (bound == -1 || listen(fd, 100) == -1)
		die(where);
	return fd;
}

static int
connect_to(const char *where)
{
	struct sockaddr_un path = { .sun_family = AF_UNIX };
	struct sockaddr_in port = { .sin_family = AF_INET };
	int fd = socket(where[0] == '/' ? AF_UNIX : AF_INET, SOCK_STREAM, 0);
	int done;

	if (where[0] == '/') {
		snprintf(path.sun_path, sizeof(path.sun_path), "%s", where);
		done = connect(fd, (struct sockaddr *)&path, sizeof(path));
	} else {
		port.sin_port = htons((uint16_t)atoi(where));
		port.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		done = connect(fd, (struct sockaddr *)&port, sizeof(port));
	}
	if (done == -1)
		die(where);
	return fd;
}

static void
put(int fd, const char *bytes, size_t len)
{
	ssize_t n;

	for (; len > 0; bytes += n, len -= (size_t)n)
		if ((n = write(fd, bytes, len)) <= 0)
			exit(0);
}

/* --- front --- */

static void
put_certificate(SSL *ssl, int to, const char *header)
{
	X509 *x509 = SSL_get1_peer_certificate(ssl);
	unsigned char *der = NULL, text[HEAD_MAX];
	char line[HEAD_MAX + 200];
	int len = x509 == NULL ? -1 : i2d_X509(x509, &der);

	if (len <= 0 || len > HEAD_MAX / 2)
		exit(1);
	EVP_EncodeBlock(text, der, len);
	snprintf(line, sizeof(line), "%s: %s\r\nConnection: close\r\n", header,
		(char *)text);
	put(to, line, strlen(line));
}

/* The head without what the client wrote into our header, then all the rest. */
static void
pass_head(SSL *ssl, int to, const char *header)
{
	char head[HEAD_MAX + 1], *line, *next, *end = NULL;
	size_t len = 0;
	int n;

	while (end == NULL && len < HEAD_MAX) {
		n = SSL_read(ssl, head + len, (int)(HEAD_MAX - len));
		if (n <= 0)
			exit(0);
		len += (size_t)n;
		head[len] = '\0';
		end = strstr(head, "\r\n\r\n");
	}
	if (end == NULL)
		exit(1);
	for (line = head; line <= end; line = next) {
		next = strstr(line, "\r\n") + 2;
		if (strncasecmp(line, header, strlen(header)) != 0)
			put(to, line, (size_t)(next - line));
		if (line == head)
			put_certificate(ssl, to, header);
	}
	put(to, "\r\n", 2);
	put(to, end + 4, len - (size_t)(end + 4 - head));
}

static void
relay(SSL *ssl, int client, int to)
{
	struct pollfd p[2] = { { .fd = client, .events = POLLIN },
		{ .fd = to, .events = POLLIN } };
	char bytes[65536];
	int n;

	for (;;) {
		if (SSL_pending(ssl) == 0 && poll(p, 2, 60000) <= 0)
			return;
		if (p[1].revents != 0) {
			n = (int)read(to, bytes, sizeof(bytes));
			if (n <= 0 || SSL_write(ssl, bytes, n) <= 0)
				break;
		}
		if (SSL_pending(ssl) > 0 || p[0].revents != 0) {
			n = SSL_read(ssl, bytes, sizeof(bytes));
			if (n <= 0)
				break;
			put(to, bytes, (size_t)n);
		}
	}
	SSL_shutdown(ssl);
}

static void
serve_one(SSL_CTX *ctx, int client, char **arg)
{
	SSL *ssl = SSL_new(ctx);
	int to;

	SSL_set_fd(ssl, client);
	if (SSL_accept(ssl) != 1)
		exit(0);
	to = connect_to(arg[1]);
	pass_head(ssl, to, arg[2]);
	relay(ssl, client, to);
	exit(0);
}

static void
front(char **arg)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	int fd = listen_at(arg[0]), client;

	if (SSL_CTX_use_certificate_chain_file(ctx, arg[3]) != 1 ||
		SSL_CTX_use_PrivateKey_file(ctx, arg[4], SSL_FILETYPE_PEM) !=
			1 ||
		SSL_CTX_load_verify_locations(ctx, arg[5], NULL) != 1)
		die(arg[3]);
	SSL_CTX_set_verify(
		ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	signal(SIGCHLD, SIG_IGN);
	puts("ready");
	fflush(stdout);
	while ((client = accept(fd, NULL, NULL)) != -1) {
		if (fork() == 0)
			serve_one(ctx, client, arg);
		close(client);
	}
}

/* --- activate --- */

static void
activate(char **arg)
{
	int fd = listen_at(arg[0]);
	char pid[20];

	if (fd != 3) {
		if (dup2(fd, 3) != 3)
			die("dup2");
		close(fd);
	}
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "1", 1);
	execvp(arg[1], arg + 1);
	die(arg[1]);
}

/* --- flood --- */

struct guest {
	int fd;
	SSL *ssl;
	long sent;
	int status; /* answered; 0 not yet, -1 closed without */
};

static void
begin(struct guest *g, SSL_CTX *ctx, const char *port, const char *kind)
{
	static const char head[] = "POST /ebms HTTP/1.1\r\nHost: h\r\n";
	char text[200];

	*g = (struct guest){ .fd = connect_to(port) };
	if (strcmp(kind, "silent") == 0)
		return;
	g->ssl = SSL_new(ctx);
	SSL_set_fd(g->ssl, g->fd);
	if (SSL_connect(g->ssl) != 1) {
		g->status = -1;
		return;
	}
	if (strcmp(kind, "head") == 0)
		snprintf(text, sizeof(text), "%sX: ", head);
	else
		snprintf(text, sizeof(text), "%sContent-Length: %ld\r\n\r\n",
			head, BODY);
	SSL_write(g->ssl, text, (int)strlen(text));
	fcntl(g->fd, F_SETFL, O_NONBLOCK);
	SSL_set_mode(g->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE |
				     SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

/* Read what comes, send what goes; all but the last byte of a body. */
static void
go_on(struct guest *g, const char *kind)
{
	static char piece[16384];
	char text[300] = "";
	long left = BODY - 1 - g->sent;
	int n;

	if (g->ssl == NULL || g->status != 0)
		return;
	n = SSL_read(g->ssl, text, sizeof(text) - 1);
	if (n > 9)
		g->status = atoi(text + 9);
	else if (SSL_get_error(g->ssl, n) != SSL_ERROR_WANT_READ)
		g->status = -1;
	if (g->status != 0)
		return;
	if (strcmp(kind, "head") == 0)
		left = 1;
	if (left > (long)sizeof(piece))
		left = (long)sizeof(piece);
	memset(piece, 'x', sizeof(piece));
	n = left == 0 ? 0 : SSL_write(g->ssl, piece, (int)left);
	if (n > 0)
		g->sent += n;
}

static void
flood(char **arg)
{
	struct rlimit files = { 4000, 4000 };
	int count = atoi(arg[3]), i, later = 0, closed = 0, held = 0;
	struct guest *all = calloc((size_t)count, sizeof(*all));
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	time_t end;

	signal(SIGPIPE, SIG_IGN);
	setrlimit(RLIMIT_NOFILE, &files);
	SSL_CTX_use_certificate_chain_file(ctx, arg[1]);
	SSL_CTX_use_PrivateKey_file(ctx, arg[2], SSL_FILETYPE_PEM);
	for (i = 0; i < count; i++)
		begin(&all[i], ctx, arg[0], arg[4]);
	puts("ready");
	fflush(stdout);
	for (end = time(NULL) + atoi(arg[5]); time(NULL) < end;) {
		for (i = 0; i < count; i++)
			go_on(&all[i], arg[4]);
		usleep(strcmp(arg[4], "body") == 0 ? 1000 : 100000);
	}
	for (i = 0; i < count; i++) {
		later += all[i].status == 503;
		closed += all[i].status == -1;
		held += all[i].status == 0;
	}
	printf("later %d closed %d held %d\n", later, closed, held);
	exit(0);
}

int
main(int argc, char **argv)
{
	if (argc == 8 && strcmp(argv[1], "front") == 0)
		front(argv + 2);
	else if (argc > 3 && strcmp(argv[1], "activate") == 0)
		activate(argv + 2);
	else if (argc == 8 && strcmp(argv[1], "flood") == 0)
		flood(argv + 2);
	fprintf(stderr, "see the head of inlet.c\n");
	return 2;
}
