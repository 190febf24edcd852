/* tests/channels/served.h - a listener of ours in a thread, and raw ends of it
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_CHANNELS_SERVED_H
#define TESTS_CHANNELS_SERVED_H

#include <poll.h>
#include <pthread.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/clock.h"
#include "base/digest.h"
#include "channels/http_listen.h"
#include "tests/channels/pki.h"
#include "tests/channels/wire.h"

#define SERVED_HEADER "X-Client-Cert"

struct served {
	struct http_listen *listen;
	pthread_t thread;
	char url[64], path[64]; /* of a port; of a UNIX socket */
	volatile int requests;	/* seen by the handler */
	size_t body_len;	/* of the last */
	char method[16], oin[32], target[64], type[64], action[32];
	struct fault note; /* the last */
	volatile int notes;
	int status; /* to answer */
	bool with_body;

	/* Told to reload: done when it is false again. */
	volatile bool reload;
	struct http_listen_conf conf;
	enum verdict reloaded;
	struct fault why;
};

static inline void
served_request(void *self, const struct http_request *request,
	struct http_reply *reply)
{
	struct served *s = self;

	s->body_len = request->body_len;
	snprintf(s->method, sizeof(s->method), "%s", request->method);
	snprintf(s->oin, sizeof(s->oin), "%s", request->peer_oin);
	snprintf(s->target, sizeof(s->target), "%s", request->path);
	snprintf(s->type, sizeof(s->type), "%s", request->content_type);
	snprintf(s->action, sizeof(s->action), "%s", request->soap_action);
	assert_true(request->last_byte_ms >= request->first_byte_ms);
	reply->status = s->status;
	if (s->with_body) {
		reply->content_type = "text/xml; charset=UTF-8";
		reply->soap_action = true;
		buf_text(&reply->body, "<answer/>");
	}
	s->requests++;
}

static inline void
served_note(void *self, const struct fault *what)
{
	struct served *s = self;

	s->note = *what;
	s->notes++;
}

static inline void
served_tick(void *self)
{
	struct served *s = self;

	if (!s->reload)
		return;
	s->reloaded = http_listen_reload(s->listen, &s->conf, &s->why);
	s->reload = false;
}

static inline void *
served_run(void *self)
{
	struct served *s = self;
	struct fault why;

	assert_int_equal(http_listen_run(s->listen, &why), V_OK);
	return NULL;
}

/* What is not given is that of a port with the certificates of `pki`. */
static inline void
served_begin(struct served *s, const struct pki *pki,
	const struct http_listen_conf *given)
{
	struct fault why = FAULT_NONE;

	s->conf = *given;
	if (s->conf.at == NULL)
		s->conf.at = "127.0.0.1:0";
	if (s->conf.header == NULL && s->conf.certificate == NULL) {
		s->conf.certificate = pki->server;
		s->conf.key = pki->server_key;
	}
	if (s->conf.trust == NULL)
		s->conf.trust = pki->root;
	if (http_listen_open(&s->conf, served_request, served_note, s,
		    &s->listen, &why) != V_OK)
		fail_msg("MOBB-%d %s: %s", why.code, why.place, why.text);
	http_listen_every(s->listen, 20, served_tick, s);
	snprintf(s->url, sizeof(s->url), "https://localhost:%d/ebms",
		http_listen_port(s->listen));
	if (strncmp(s->conf.at, "unix:", 5) == 0)
		snprintf(s->path, sizeof(s->path), "%s", s->conf.at + 5);
	assert_int_equal(pthread_create(&s->thread, NULL, served_run, s), 0);
}

static inline void
served_reload(struct served *s)
{
	s->reload = true;
	while (s->reload)
		clock_sleep_ms(5);
}

static inline void
served_end(struct served *s)
{
	http_listen_stop(s->listen);
	assert_int_equal(pthread_join(s->thread, NULL), 0);
	http_listen_close(s->listen);
}

/* --- one raw end: TLS, or the UNIX socket behind a front proxy --- */

struct line {
	int fd;
	SSL_CTX *ctx;
	SSL *ssl; /* NULL: plain */
	bool up;  /* the handshake is done */
	char got[16384];
	size_t len;
	bool closed;
};

static inline void
line_unix(struct line *l, const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	*l = (struct line){ .fd = socket(AF_UNIX, SOCK_STREAM, 0), .up = true };
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	if (connect(l->fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		exit(2);
}

/* Connected, and no more than that.  certificate NULL: none.  tls_max 0: the
 * newest.
 */
static inline void
line_connect(struct line *l, const char *url, const char *certificate,
	const char *key, int tls_max)
{
	struct timeval patience = { .tv_sec = 30 };

	*l = (struct line){ .fd = wire_connect(wire_port(url)),
		.ctx = SSL_CTX_new(TLS_client_method()) };
	(void)setsockopt(
		l->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (tls_max != 0)
		SSL_CTX_set_max_proto_version(l->ctx, tls_max);
	if (certificate != NULL) {
		SSL_CTX_use_certificate_chain_file(l->ctx, certificate);
		SSL_CTX_use_PrivateKey_file(l->ctx, key, SSL_FILETYPE_PEM);
	}
	l->ssl = SSL_new(l->ctx);
	SSL_set_fd(l->ssl, l->fd);
}

static inline void
line_tls(struct line *l, const char *url, const char *certificate,
	const char *key, int tls_max)
{
	line_connect(l, url, certificate, key, tls_max);
	l->up = SSL_connect(l->ssl) == 1;
}

static inline bool
line_send(struct line *l, const char *text, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = l->ssl != NULL ? SSL_write(l->ssl, text, (int)len)
				   : send(l->fd, text, len, MSG_NOSIGNAL);
		if (n <= 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

/* Is there something to read within so long? */
static inline bool
line_ready(const struct line *l, int wait_ms)
{
	struct pollfd p = { .fd = l->fd, .events = POLLIN };

	return (l->ssl != NULL && SSL_pending(l->ssl) > 0) ||
	       poll(&p, 1, wait_ms) > 0;
}

/* Read until the text is there, the other end closes, or so long. */
static inline bool
line_until(struct line *l, const char *text, int wait_ms)
{
	int64_t end_ms = clock_tick_ms() + wait_ms;
	ssize_t n;

	while (!l->closed && l->len + 1 < sizeof(l->got) &&
		(text == NULL || strstr(l->got, text) == NULL)) {
		int left_ms = (int)(end_ms - clock_tick_ms());
		size_t room = sizeof(l->got) - 1 - l->len;

		if (left_ms <= 0 || !line_ready(l, left_ms))
			break;
		n = l->ssl != NULL
			    ? SSL_read(l->ssl, l->got + l->len, (int)room)
			    : recv(l->fd, l->got + l->len, room, 0);
		if (n <= 0 && l->ssl != NULL &&
			SSL_get_error(l->ssl, (int)n) == SSL_ERROR_WANT_READ)
			continue;
		if (n <= 0)
			l->closed = true;
		else
			l->len += (size_t)n;
		l->got[l->len] = '\0';
	}
	return text != NULL && strstr(l->got, text) != NULL;
}

/* Status of the next answer, 0 none; the answer is taken off. */
static inline int
line_status(struct line *l, int wait_ms)
{
	char *end;
	int status;

	if (!line_until(l, "\r\n\r\n", wait_ms) ||
		strncmp(l->got, "HTTP/1.1 ", 9) != 0)
		return 0;
	status = atoi(l->got + 9);
	end = strstr(l->got, "\r\n\r\n") + 4;
	l->len -= (size_t)(end - l->got);
	memmove(l->got, end, l->len + 1);
	return status;
}

static inline void
line_end(struct line *l)
{
	SSL_free(l->ssl);
	SSL_CTX_free(l->ctx);
	close(l->fd);
}

/* --- a certificate as front proxies pass it --- */

static inline size_t
passed_der(const char *path, unsigned char **der_out)
{
	FILE *in = fopen(path, "r");
	X509 *x509 = in == NULL ? NULL : PEM_read_X509(in, NULL, NULL, NULL);
	int len;

	*der_out = NULL;
	len = x509 == NULL ? -1 : i2d_X509(x509, der_out);
	if (len <= 0 || fclose(in) != 0)
		exit(2);
	X509_free(x509);
	return (size_t)len;
}

/* base64 of DER, between `before` and `after`. */
static inline void
passed_base64(
	const char *path, const char *before, const char *after, char out[4096])
{
	unsigned char *der;
	size_t len = passed_der(path, &der);
	char text[3000];

	if (BASE64_LEN(len) >= sizeof(text))
		exit(2);
	base64_encode(der, len, text);
	OPENSSL_free(der);
	snprintf(out, 4096, "%s%s%s", before, text, after);
}

/* The file as it is, URL-encoded: nginx. */
static inline void
passed_escaped(const char *path, char out[4096])
{
	FILE *in = fopen(path, "r");
	size_t len = 0;
	int c;

	while (in != NULL && (c = getc(in)) != EOF && len + 4 < 4096) {
		if (strchr("-._~", c) != NULL || (c >= '0' && c <= '9') ||
			(c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
			out[len++] = (char)c;
		else
			len += (size_t)snprintf(out + len, 4, "%%%02X", c);
	}
	out[len] = '\0';
	if (in == NULL || fclose(in) != 0)
		exit(2);
}

/* The file with blanks for line ends: Apache. */
static inline void
passed_blanks(const char *path, char out[4096])
{
	FILE *in = fopen(path, "r");
	size_t len = 0, i;

	if (in == NULL)
		exit(2);
	len = fread(out, 1, 4095, in);
	fclose(in);
	out[len] = '\0';
	for (i = 0; i < len; i++)
		if (out[i] == '\n')
			out[i] = ' ';
}

#endif
