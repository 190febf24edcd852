/* tests/channels/wire.h - raw ends of a TLS connection, to misbehave with
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_CHANNELS_WIRE_H
#define TESTS_CHANNELS_WIRE_H

#include <arpa/inet.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "tests/channels/pki.h"

#define WIRE_204 "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"

enum wire_deed {
	WIRE_CLOSE = 1, /* after `read` bytes */
	WIRE_ANSWER,	/* read the whole request, send `text`, close */
	WIRE_SILENT,	/* read the whole request, say nothing */
};

/* A server that takes one connection at a time until told to stop. */
struct wire {
	const struct pki *pki;
	enum wire_deed deed;
	size_t read;
	const char *text;
	bool expired; /* certificate of the server */
	int tls_max;  /* TLS1_1_VERSION; 0: any */

	int fd, port, connections;
	char url[64];
	bool stop;
	pthread_t thread;
	char got[8192]; /* the beginning of what came */
	size_t got_len;
	uint8_t sha256[32]; /* of all that came, once it was whole */
};

static inline int
wire_port(const char *url)
{
	return atoi(strrchr(url, ':') + 1);
}

/* Bytes of the whole request, once its head is there; 0 before. */
static inline size_t
wire_length(const struct wire *w)
{
	const char *end = strstr(w->got, "\r\n\r\n");
	const char *length = strstr(w->got, "Content-Length: ");

	if (end == NULL || length == NULL)
		return 0;
	return (size_t)(end + 4 - w->got) + (size_t)atol(length + 16);
}

static inline void
wire_serve(struct wire *w, SSL *ssl)
{
	size_t total = 0, want = w->deed == WIRE_CLOSE ? w->read : 0;
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	char bytes[16384];
	int n;

	w->got_len = 0;
	EVP_DigestInit_ex(digest, EVP_sha256(), NULL);
	while (want == 0 || total < want) {
		n = SSL_read(ssl, bytes, sizeof(bytes));
		if (n <= 0)
			break;
		total += (size_t)n;
		EVP_DigestUpdate(digest, bytes, (size_t)n);
		if (w->got_len + 1 < sizeof(w->got)) {
			size_t room = sizeof(w->got) - 1 - w->got_len;
			size_t add = (size_t)n < room ? (size_t)n : room;

			memcpy(w->got + w->got_len, bytes, add);
			w->got_len += add;
			w->got[w->got_len] = '\0';
		}
		if (w->deed != WIRE_CLOSE)
			want = wire_length(w);
	}
	EVP_DigestFinal_ex(digest, w->sha256, NULL);
	EVP_MD_CTX_free(digest);
	if (want == 0 || total < want)
		return;
	if (w->deed == WIRE_SILENT)
		(void)SSL_read(ssl, bytes, sizeof(bytes));
	if (w->deed == WIRE_ANSWER && w->text[0] != '\0')
		(void)SSL_write(ssl, w->text, (int)strlen(w->text));
	if (w->deed == WIRE_ANSWER)
		(void)SSL_shutdown(ssl);
}

static inline void *
wire_run(void *self)
{
	struct wire *w = self;
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	SSL *ssl;
	int fd;

	SSL_CTX_use_certificate_chain_file(
		ctx, w->expired ? w->pki->expired : w->pki->server);
	SSL_CTX_use_PrivateKey_file(ctx,
		w->expired ? w->pki->expired_key : w->pki->server_key,
		SSL_FILETYPE_PEM);
	if (w->tls_max != 0) {
		SSL_CTX_set_security_level(ctx, 0);
		SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
		SSL_CTX_set_max_proto_version(ctx, w->tls_max);
	}
	for (;;) {
		fd = accept(w->fd, NULL, NULL);
		if (fd == -1 || w->stop)
			break;
		ssl = SSL_new(ctx);
		SSL_set_fd(ssl, fd);
		if (SSL_accept(ssl) == 1) {
			w->connections++;
			wire_serve(w, ssl);
		}
		SSL_free(ssl);
		close(fd);
	}
	if (fd != -1)
		close(fd);
	SSL_CTX_free(ctx);
	return NULL;
}

static inline void
wire_begin(struct wire *w)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);

	/* Any loopback address, so that a wrong name can be tried. */
	at.sin_addr.s_addr = htonl(INADDR_ANY);
	w->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (w->fd == -1 || bind(w->fd, (struct sockaddr *)&at, len) != 0 ||
		listen(w->fd, 5) != 0 ||
		getsockname(w->fd, (struct sockaddr *)&at, &len) != 0)
		exit(2);
	w->port = ntohs(at.sin_port);
	snprintf(w->url, sizeof(w->url), "https://localhost:%d/", w->port);
	if (pthread_create(&w->thread, NULL, wire_run, w) != 0)
		exit(2);
}

static inline int
wire_connect(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 || connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		exit(2);
	return fd;
}

static inline void
wire_end(struct wire *w)
{
	w->stop = true;
	close(wire_connect(w->port));
	pthread_join(w->thread, NULL);
	close(w->fd);
}

/* Send raw bytes with this certificate; the status of the answer, 0 none. */
static inline int
wire_ask_as(const char *certificate, const char *key, const char *url,
	const char *text, size_t len)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	int fd = wire_connect(wire_port(url)), status = 0;
	char bytes[2000];
	size_t got = 0;
	SSL *ssl;
	int n;

	SSL_CTX_use_certificate_chain_file(ctx, certificate);
	SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM);
	ssl = SSL_new(ctx);
	SSL_set_fd(ssl, fd);
	if (SSL_connect(ssl) == 1 && SSL_write(ssl, text, (int)len) > 0) {
		while (got < sizeof(bytes) - 1 &&
			(got < 4 || memchr(bytes, '\n', got) == NULL)) {
			n = SSL_read(ssl, bytes + got,
				(int)(sizeof(bytes) - 1 - got));
			if (n <= 0)
				break;
			got += (size_t)n;
		}
		bytes[got] = '\0';
		if (strncmp(bytes, "HTTP/1.1 ", 9) == 0)
			status = atoi(bytes + 9);
		/* After a 100 the request must still be handled. */
		if (status == 100 && strstr(bytes, " 204 ") == NULL)
			(void)SSL_read(ssl, bytes, sizeof(bytes));
		(void)SSL_shutdown(ssl);
	}
	SSL_free(ssl);
	close(fd);
	SSL_CTX_free(ctx);
	return status;
}

static inline int
wire_ask(const struct pki *pki, const char *url, const char *text, size_t len)
{
	return wire_ask_as(pki->client, pki->client_key, url, text, len);
}

/* A client without a certificate; it must not get an answer. */
static inline void
wire_no_certificate(const struct pki *pki, const char *url)
{
	static const char text[] = "POST / HTTP/1.1\r\nHost: h\r\n\r\n";
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	int fd = wire_connect(wire_port(url));
	SSL *ssl = SSL_new(ctx);
	char bytes[100];

	(void)pki;
	SSL_set_fd(ssl, fd);
	if (SSL_connect(ssl) == 1) {
		(void)SSL_write(ssl, text, sizeof(text) - 1);
		if (SSL_read(ssl, bytes, sizeof(bytes)) > 0)
			exit(2);
	}
	SSL_free(ssl);
	close(fd);
	SSL_CTX_free(ctx);
}

/* Plain HTTP; it must not get an HTTP answer. */
static inline void
wire_plain(const char *url)
{
	static const char text[] = "POST / HTTP/1.1\r\nHost: h\r\n\r\n";
	int fd = wire_connect(wire_port(url));
	char bytes[100] = "";

	if (write(fd, text, sizeof(text) - 1) == -1)
		exit(2);
	if (read(fd, bytes, sizeof(bytes) - 1) > 0 &&
		strncmp(bytes, "HTTP", 4) == 0)
		exit(2);
	close(fd);
}

#endif
