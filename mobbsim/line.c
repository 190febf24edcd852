/* mobbsim/line.c - see mobbsim/line.h
 *
 * A blocking socket with a short timeout: OpenSSL then says that it wants to be
 * called again, and we look at the deadline and at `stop` in between.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "mobbsim/line.h"

#define PART_MAX ((size_t)1 << 20) /* given to OpenSSL at once */
#define LOOK_MS 50 /* how soon a stop, or the deadline, is noticed */

struct line_end {
	SSL_CTX *ctx;
	bool server;
};

struct line {
	SSL *ssl;
	int fd;
	int64_t until_ms; /* clock_tick_ms() */
	const atomic_bool *stop;
	char oin[LINE_OIN_MAX];
	bool broken; /* no goodbye any more */
};

static enum verdict
tls_fault(struct fault *why, enum verdict v, enum code code, const char *what)
{
	unsigned long error = ERR_peek_error();
	const char *text = error == 0 ? NULL : ERR_reason_error_string(error);

	ERR_clear_error();
	return fault_set(why, v, code, "%s%s%s", what, text == NULL ? "" : ": ",
		text == NULL ? "" : text);
}

/* --- one end --- */

static bool
load(SSL_CTX *ctx, const struct line_keys *keys, bool server)
{
	STACK_OF(X509_NAME) * names;

	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
		SSL_CTX_use_certificate_chain_file(ctx, keys->certificate) !=
			1 ||
		SSL_CTX_use_PrivateKey_file(ctx, keys->key, SSL_FILETYPE_PEM) !=
			1 ||
		SSL_CTX_load_verify_locations(ctx, keys->trust, NULL) != 1)
		return false;
	if (!server) {
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
		return true;
	}
	names = SSL_load_client_CA_file(keys->trust);
	if (names == NULL)
		return false;
	SSL_CTX_set_client_CA_list(ctx, names);
	SSL_CTX_set_verify(
		ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	return SSL_CTX_set_num_tickets(ctx, 0) == 1;
}

enum verdict
line_end_new(const struct line_keys *keys, bool server,
	struct line_end **end_out, struct fault *why)
{
	SSL_CTX *ctx =
		SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
	struct line_end *end;

	if (ctx == NULL || !load(ctx, keys, server)) {
		SSL_CTX_free(ctx);
		(void)tls_fault(why, V_BROKEN, CODE_CERTIFICATE,
			"certificate, key or roots cannot be used");
		fault_at(why, "%s", keys->certificate);
		return V_BROKEN;
	}
	end = mem_zero(1, sizeof(*end));
	end->ctx = ctx;
	end->server = server;
	*end_out = end;
	return V_OK;
}

void
line_end_free(struct line_end *end)
{
	if (end == NULL)
		return;
	SSL_CTX_free(end->ctx);
	free(end);
}

/* --- the handshake --- */

static bool
set_socket(int fd)
{
	const struct timeval wait = { .tv_usec = LOOK_MS * 1000 };
	const int one = 1;

	return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) ==
		       0 &&
	       setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) ==
		       0 &&
	       setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == 0;
}

/* Is it worth calling OpenSSL again after `n`? */
static bool
again(struct line *line, int n)
{
	int error = SSL_get_error(line->ssl, n);

	return (error == SSL_ERROR_WANT_READ ||
		       error == SSL_ERROR_WANT_WRITE) &&
	       !*line->stop && clock_tick_ms() < line->until_ms;
}

static void
read_oin(struct line *line)
{
	X509 *x = SSL_get1_peer_certificate(line->ssl);
	ASN1_STRING *text;
	X509_NAME *name;
	int at;

	if (x == NULL)
		return;
	name = X509_get_subject_name(x);
	at = X509_NAME_get_index_by_NID(name, NID_serialNumber, -1);
	text = at < 0 ? NULL
		      : X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
	if (text != NULL && ASN1_STRING_length(text) < LINE_OIN_MAX)
		memcpy(line->oin, ASN1_STRING_get0_data(text),
			(size_t)ASN1_STRING_length(text));
	X509_free(x);
}

/* A line on a connected socket, without a handshake yet; takes `fd`. */
static struct line *
line_new(const struct line_end *end, int fd, int64_t wait_ms,
	const atomic_bool *stop)
{
	struct line *line = mem_zero(1, sizeof(*line));

	line->fd = fd;
	line->stop = stop;
	line->broken = true; /* until hands are shaken */
	line_wait(line, wait_ms);
	line->ssl = SSL_new(end->ctx);
	if (line->ssl == NULL || !set_socket(fd) ||
		SSL_set_fd(line->ssl, fd) != 1) {
		line_close(line);
		return NULL;
	}
	return line;
}

static enum verdict
shake(struct line *line, bool server, struct fault *why)
{
	int n;

	do {
		n = server ? SSL_accept(line->ssl) : SSL_connect(line->ssl);
	} while (n != 1 && again(line, n));
	if (n != 1)
		return tls_fault(why, V_SKIP, CODE_TLS, "no handshake");
	line->broken = false;
	read_oin(line);
	return V_OK;
}

enum verdict
line_accept(const struct line_end *end, int fd, int64_t wait_ms,
	const atomic_bool *stop, struct line **line_out, struct fault *why)
{
	struct line *line = line_new(end, fd, wait_ms, stop);
	enum verdict v;

	assert(end->server);
	if (line == NULL)
		return tls_fault(why, V_SKIP, CODE_TLS, "no connection");
	v = shake(line, true, why);
	if (v == V_OK)
		*line_out = line;
	else
		line_close(line);
	return v;
}

static int
dial(const char *host, const char *port)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list, *a;
	int fd = -1;

	if (getaddrinfo(host, port, &hints, &list) != 0)
		return -1;
	for (a = list; a != NULL && fd == -1; a = a->ai_next) {
		fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd != -1 && connect(fd, a->ai_addr, a->ai_addrlen) == -1) {
			(void)close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(list);
	return fd;
}

enum verdict
line_call(const struct line_end *end, const char *host, const char *port,
	const char *oin, int64_t wait_ms, const atomic_bool *stop,
	struct line **line_out, struct fault *why)
{
	struct line *line;
	enum verdict v = V_OK;
	int fd = dial(host, port);
	char *name;

	assert(!end->server);
	if (fd == -1)
		return fault_errno(why, V_LATER, CODE_CONNECT, "nobody there");
	line = line_new(end, fd, wait_ms, stop);
	name = mem_text(host); /* OpenSSL's macro casts const away */
	if (line == NULL || SSL_set1_host(line->ssl, name) != 1 ||
		SSL_set_tlsext_host_name(line->ssl, name) != 1)
		v = tls_fault(why, V_SKIP, CODE_TLS, "no connection");
	free(name);
	if (v == V_OK)
		v = shake(line, false, why);
	if (v == V_OK && strcmp(line->oin, oin) != 0)
		v = fault_set(why, V_SKIP, CODE_PEER_OIN,
			"the certificate is of another party");
	if (v == V_OK)
		*line_out = line;
	else
		line_close(line);
	return v;
}

/* --- talking --- */

const char *
line_oin(const struct line *line)
{
	return line->oin;
}

void
line_wait(struct line *line, int64_t wait_ms)
{
	line->until_ms = clock_tick_ms() + wait_ms;
}

/* Why OpenSSL did not do it. */
static enum verdict
not_done(struct line *line, int n, struct fault *why)
{
	switch (SSL_get_error(line->ssl, n)) {
	case SSL_ERROR_ZERO_RETURN:
		return V_END;
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return fault_set(why, V_LATER, CODE_CUT, "not in time");
	default:
		line->broken = true;
		return tls_fault(why, V_BROKEN, CODE_CUT, "connection lost");
	}
}

enum verdict
line_read(struct line *line, void *bytes, size_t len, size_t *len_out,
	struct fault *why)
{
	int n;

	assert(len > 0);
	do {
		n = SSL_read(line->ssl, bytes,
			(int)(len < PART_MAX ? len : PART_MAX));
	} while (n <= 0 && again(line, n));
	if (n <= 0)
		return not_done(line, n, why);
	*len_out = (size_t)n;
	return V_OK;
}

enum verdict
line_write(struct line *line, const void *bytes, size_t len, struct fault *why)
{
	const char *at = bytes;
	int n;

	while (len > 0) {
		int part = (int)(len < PART_MAX ? len : PART_MAX);

		do {
			n = SSL_write(line->ssl, at, part);
		} while (n <= 0 && again(line, n));
		if (n <= 0)
			return not_done(line, n, why);
		at += n;
		len -= (size_t)n;
	}
	return V_OK;
}

void
line_reset(struct line *line)
{
	const struct linger none = { .l_onoff = 1, .l_linger = 0 };

	if (line->fd == -1)
		return;
	(void)setsockopt(line->fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	(void)close(line->fd);
	line->fd = -1;
	line->broken = true;
}

void
line_close(struct line *line)
{
	if (line == NULL)
		return;
	if (!line->broken)
		(void)SSL_shutdown(line->ssl);
	ERR_clear_error();
	SSL_free(line->ssl);
	if (line->fd != -1)
		(void)close(line->fd);
	free(line);
}
