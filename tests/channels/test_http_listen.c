/* tests/channels/test_http_listen.c - who is heard, and what a reload changes
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/channels/served.h"

#define WAIT_MS 5000
#define POST "POST /ebms HTTP/1.1\r\nHost: h\r\n"
#define GATEWAY "00000099000000030000"

static struct pki pki;
static char unix_at[64], crls[64], revoked[64], revoked_key[64];
static struct pki_made revoked_is;

static const struct http_listen_conf tls_conf = { .max_body = 100000 };

static struct http_listen_conf
front_conf(void)
{
	return (struct http_listen_conf){
		.max_body = 100000, .at = unix_at, .header = SERVED_HEADER
	};
}

/* Status of a small post; 0 none. */
static int
ask(struct line *l)
{
	static const char text[] = POST "Content-Length: 3\r\n\r\nabc";

	if (!line_send(l, text, sizeof(text) - 1))
		return 0;
	return line_status(l, WAIT_MS);
}

/* A refused handshake is noted after the other end knows. */
static void
wait_note(const struct served *s)
{
	int64_t end_ms = clock_tick_ms() + WAIT_MS;

	while (s->notes == 0 && clock_tick_ms() < end_ms)
		clock_sleep_ms(5);
}

static int
ask_with(struct line *l, const char *value)
{
	static const char rest[] = "\r\nContent-Length: 3\r\n\r\nabc";

	(void)line_send(
		l, POST SERVED_HEADER ": ", sizeof(POST SERVED_HEADER) + 1);
	(void)line_send(l, value, strlen(value));
	(void)line_send(l, rest, sizeof(rest) - 1);
	return line_status(l, WAIT_MS);
}

/* --- nothing of HTTP before the certificate --- */

static void
test_http_listen__strangers_hear_no_http(void **state)
{
	const struct {
		const char *name, *certificate, *key, *note;
	} cases[] = {
		{ "no certificate", NULL, NULL,
			"did not return a certificate" },
		{ "below another root", pki.stranger, pki.stranger_key,
			"issuer" },
		{ "expired", pki.expired, pki.expired_key, "expired" },
		{ "revoked", revoked, revoked_key, "revoked" },
	};
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	struct http_listen_conf conf = tls_conf;
	struct served s = { .status = 204 };
	struct line l;
	size_t i, k;

	(void)state;
	conf.crl_folder = crls;
	served_begin(&s, &pki, &conf);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (k = 0; k < 2; k++) {
			int notes = s.notes;

			line_tls(&l, s.url, cases[i].certificate, cases[i].key,
				versions[k]);
			/* 1.3 tells the client only afterwards. */
			if (l.up)
				assert_int_equal(ask(&l), 0);
			assert_true(l.up || k == 0);
			(void)line_until(&l, NULL, WAIT_MS);
			assert_true(l.closed || !l.up);
			assert_int_equal(l.len, 0);
			line_end(&l);
			while (s.notes == notes)
				clock_sleep_ms(1);
			if (strstr(s.note.text, cases[i].note) == NULL)
				fail_msg("%s: %s", cases[i].name, s.note.text);
		}
	/* A good one is heard. */
	line_tls(&l, s.url, pki.client, pki.client_key, 0);
	assert_int_equal(ask(&l), 204);
	line_end(&l);
	served_end(&s);
	assert_int_equal(s.requests, 1);
}

static void
test_http_listen__plain_http_hears_no_http(void **state)
{
	static const char *const texts[] = { POST "\r\n", "GET /\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\r\n\r\n\r\n\r\n\r\n",
		POST SERVED_HEADER ": x\r\n\r\n" };
	struct served s = { .status = 204 };
	struct line l;
	size_t i;

	(void)state;
	served_begin(&s, &pki, &tls_conf);
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		l = (struct line){ .fd = wire_connect(wire_port(s.url)) };
		assert_true(line_send(&l, texts[i], strlen(texts[i])));
		/* At most an alert of TLS, which begins with 21 (or 2 bytes). */
		(void)line_until(&l, NULL, WAIT_MS);
		assert_true(l.closed);
		assert_true(l.len <= 7);
		assert_null(strstr(l.got, "HTTP"));
		line_end(&l);
	}
	served_end(&s);
	assert_int_equal(s.requests, 0);
	assert_true(s.notes >= 1);
	assert_int_equal(s.note.code, CODE_TLS);
}

/* A list is demanded and there is none that is valid: nobody gets in. */
static void
test_http_listen__without_a_list_that_is_required_nobody_is_heard(void **state)
{
	struct http_listen_conf conf = tls_conf;
	struct served s = { .status = 204 };
	struct line l;

	(void)state;
	conf.crl_folder = "/nowhere";
	conf.crl_require = true;
	served_begin(&s, &pki, &conf);
	line_tls(&l, s.url, pki.client, pki.client_key, 0);
	assert_int_equal(ask(&l), 0);
	line_end(&l);
	wait_note(&s);
	served_end(&s);
	assert_int_equal(s.requests, 0);
	assert_int_equal(s.note.code, CODE_CRL);

	/* Not required: in, and the doubt is told. */
	s = (struct served){ .status = 204 };
	conf.crl_require = false;
	served_begin(&s, &pki, &conf);
	line_tls(&l, s.url, pki.client, pki.client_key, 0);
	assert_int_equal(ask(&l), 204);
	assert_int_equal(ask(&l), 204);
	line_end(&l);
	served_end(&s);
	assert_int_equal(s.requests, 2);
	assert_int_equal(s.notes, 1);
	assert_int_equal(s.note.code, CODE_CRL);
}

/* --- behind a front proxy --- */

static void
test_http_listen__a_passed_certificate_is_taken_in_four_ways(void **state)
{
	struct http_listen_conf conf = front_conf();
	struct served s = { .status = 204 };
	char value[4096];
	struct line l;

	(void)state;
	served_begin(&s, &pki, &conf);
	line_unix(&l, s.path);
	passed_escaped(pki.client, value);
	assert_int_equal(ask_with(&l, value), 204);
	assert_string_equal(s.oin, PKI_OURS);
	/* One connection of the proxy carries many clients. */
	passed_base64(pki.server, "", "", value);
	assert_int_equal(ask_with(&l, value), 204);
	assert_string_equal(s.oin, PKI_THEIRS);
	passed_base64(pki.client, ":", ":", value);
	assert_int_equal(ask_with(&l, value), 204);
	assert_string_equal(s.oin, PKI_OURS);
	passed_blanks(pki.server, value);
	assert_int_equal(ask_with(&l, value), 204);
	assert_string_equal(s.oin, PKI_THEIRS);
	line_end(&l);
	served_end(&s);
	assert_int_equal(s.requests, 4);
	assert_int_equal(s.notes, 0);
}

/* Refused before a byte of the body is asked for, and closed. */
static void
front_refuses(
	struct served *s, const char *headers, int status, const char *word)
{
	int notes = s->notes, got;
	struct line l;

	line_unix(&l, s->path);
	(void)line_send(&l, POST, sizeof(POST) - 1);
	(void)line_send(&l, headers, strlen(headers));
	(void)line_send(&l, "Content-Length: 3\r\n\r\n", 21);
	got = line_status(&l, WAIT_MS);
	(void)line_until(&l, NULL, WAIT_MS);
	if (got != status || !l.closed || strstr(s->note.text, word) == NULL)
		fail_msg("%.40s..: %d, %s", headers, got, s->note.text);
	assert_int_equal(s->notes, notes + 1);
	line_end(&l);
}

static void
test_http_listen__what_the_proxy_must_not_pass_is_refused(void **state)
{
	struct http_listen_conf conf = front_conf();
	struct served s = { .status = 204 };
	char value[4096], text[9000];

	(void)state;
	conf.crl_folder = crls;
	served_begin(&s, &pki, &conf);
	front_refuses(&s, "", 403, "no client certificate");
	front_refuses(&s, SERVED_HEADER ":\r\n", 403, "no client certificate");
	front_refuses(
		&s, SERVED_HEADER ":  \t \r\n", 403, "no client certificate");
	/* A name that is not quite it does not count. */
	passed_base64(pki.client, "", "", value);
	snprintf(text, sizeof(text), "X_Client_Cert: %s\r\n", value);
	front_refuses(&s, text, 403, "no client certificate");
	front_refuses(&s, SERVED_HEADER ": (null)\r\n", 403, "no certificate");
	front_refuses(&s, SERVED_HEADER ": AAAA\r\n", 403, "403");
	/* Twice, whatever the second says. */
	snprintf(text, sizeof(text),
		SERVED_HEADER ": %s\r\nx-CLIENT-cert: %s\r\n", value, value);
	front_refuses(&s, text, 400, "twice");
	snprintf(text, sizeof(text),
		SERVED_HEADER ": %s\r\n" SERVED_HEADER ":\r\n", value);
	front_refuses(&s, text, 400, "twice");
	snprintf(
		text, sizeof(text), SERVED_HEADER ": %s, %s\r\n", value, value);
	front_refuses(&s, text, 403, "no certificate");
	/* Certificates that a handshake would refuse. */
	passed_base64(pki.stranger, SERVED_HEADER ": ", "\r\n", value);
	front_refuses(&s, value, 403, "issuer");
	passed_base64(pki.expired, SERVED_HEADER ": ", "\r\n", value);
	front_refuses(&s, value, 403, "expired");
	passed_base64(revoked, SERVED_HEADER ": ", "\r\n", value);
	front_refuses(&s, value, 403, "revoked");
	assert_int_equal(s.note.code, CODE_REVOKED);
	served_end(&s);
	assert_int_equal(s.requests, 0);
}

static void
test_http_listen__a_passed_certificate_has_a_limit(void **state)
{
	static char text[40000];
	static const size_t sizes[] = { 16384, 16385, 30000, 39000 };
	static const int status[] = { 403, 431, 431, 431 };
	struct http_listen_conf conf = front_conf();
	struct served s = { .status = 204 };
	size_t i;

	(void)state;
	served_begin(&s, &pki, &conf);
	for (i = 0; i < 4; i++) {
		strcpy(text, SERVED_HEADER ": ");
		memset(text + strlen(text), 'A', sizes[i]);
		strcpy(text + sizeof(SERVED_HEADER) + 1 + sizes[i], "\r\n");
		front_refuses(&s, text, status[i], "refused");
	}
	served_end(&s);
	assert_int_equal(s.requests, 0);
}

static void
test_http_listen__a_header_is_not_for_a_port(void **state)
{
	struct http_listen_conf conf = front_conf();
	struct served s = { .status = 204 };
	struct http_listen *listen = NULL;
	struct fault why = FAULT_NONE;

	(void)state;
	conf.at = "127.0.0.1:0";
	conf.trust = pki.root;
	assert_int_equal(http_listen_open(&conf, served_request, served_note,
				 &s, &listen, &why),
		V_BROKEN);
	assert_int_equal(why.code, CODE_NO_LISTENER);
	assert_non_null(strstr(why.text, "only for a UNIX socket"));
	assert_null(listen);
}

/* --- a reload --- */

/* The serial number that the server shows to a new connection. */
static long
shown(const struct served *s)
{
	struct line l;
	X509 *x509;
	long serial;

	line_tls(&l, s->url, pki.client, pki.client_key, 0);
	assert_true(l.up);
	x509 = SSL_get1_peer_certificate(l.ssl);
	serial = ASN1_INTEGER_get(X509_get0_serialNumber(x509));
	X509_free(x509);
	line_end(&l);
	return serial;
}

static void
test_http_listen__a_reload_drops_no_request(void **state)
{
	static const char head[] = POST "Content-Length: 6\r\n\r\nabc";
	struct served s = { .status = 204 };
	char crt[64], key[64], below[64], below_key[64];
	struct line slow, idle, used;
	struct pki_made middle, leaf;
	long before, after;

	(void)state;
	middle = pki_make_as(&(struct pki_want){ .issuer = &pki.root_is,
		.name = "middle",
		.ends_s = PKI_DAY,
		.authority = true });
	leaf = pki_make(&middle, "below", PKI_OURS, PKI_DAY);
	snprintf(below, 64, "%s/below.crt", pki.dir);
	snprintf(below_key, 64, "%s/below.key", pki.dir);
	pki_write_chain(&leaf, (const struct pki_made *[]){ &middle, NULL },
		below, below_key);
	pki_leaf(&pki, &pki.root_is, "renewed", PKI_THEIRS, PKI_DAY, crt, key);
	served_begin(&s, &pki, &tls_conf);
	before = shown(&s);
	line_tls(&slow, s.url, below, below_key, 0);
	assert_true(line_send(&slow, head, sizeof(head) - 1));
	line_tls(&idle, s.url, pki.client, pki.client_key, 0);
	line_tls(&used, s.url, pki.client, pki.client_key, 0);
	assert_int_equal(ask(&used), 204);

	s.conf.certificate = crt;
	s.conf.key = key;
	served_reload(&s);
	assert_int_equal(s.reloaded, V_OK);
	after = shown(&s);
	assert_true(after != before && after > 0);

	/* What is under way is answered; what is not is closed at once. */
	assert_true(line_send(&slow, "def", 3));
	assert_true(line_until(&slow, "Connection: close\r\n\r\n", WAIT_MS));
	assert_int_equal(line_status(&slow, WAIT_MS), 204);
	assert_int_equal(s.body_len, 6);
	(void)line_until(&slow, NULL, WAIT_MS);
	(void)line_until(&idle, NULL, WAIT_MS);
	(void)line_until(&used, NULL, WAIT_MS);
	assert_true(slow.closed && idle.closed && used.closed);
	line_end(&slow);
	line_end(&idle);
	line_end(&used);
	/* A new one stays. */
	line_tls(&used, s.url, pki.client, pki.client_key, 0);
	assert_int_equal(ask(&used), 204);
	assert_int_equal(ask(&used), 204);
	line_end(&used);
	served_end(&s);
	assert_int_equal(s.requests, 4);
	assert_int_equal(s.notes, 0);
	pki_free(&middle);
	pki_free(&leaf);
}

static void
test_http_listen__bad_files_change_nothing(void **state)
{
	const struct {
		const char *certificate, *key, *trust;
		enum code code;
	} cases[] = {
		{ pki.server, pki.client_key, pki.root, CODE_KEY },
		{ "/nowhere", pki.server_key, pki.root, CODE_CERTIFICATE },
		{ pki.server, "/nowhere", pki.root, CODE_KEY },
		{ pki.server, pki.server_key, "/nowhere", CODE_CERTIFICATE },
		{ pki.server, pki.server_key, pki.server_key,
			CODE_CERTIFICATE },
	};
	struct served s = { .status = 204 };
	struct line l, old;
	long before;
	size_t i;

	(void)state;
	served_begin(&s, &pki, &tls_conf);
	before = shown(&s);
	line_tls(&old, s.url, pki.client, pki.client_key, 0);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		s.conf.certificate = cases[i].certificate;
		s.conf.key = cases[i].key;
		s.conf.trust = cases[i].trust;
		served_reload(&s);
		assert_int_equal(s.reloaded, V_BROKEN);
		if (s.why.code != cases[i].code)
			fail_msg("%zu: MOBB-%d %s", i, s.why.code, s.why.text);
		assert_int_equal(shown(&s), before);
	}
	/* Nor are connections closed for it. */
	assert_int_equal(ask(&old), 204);
	assert_int_equal(ask(&old), 204);
	line_end(&old);
	line_tls(&l, s.url, pki.client, pki.client_key, 0);
	assert_int_equal(ask(&l), 204);
	line_end(&l);
	served_end(&s);
}

/* Roots too: who was heard before may be a stranger now, on every connection
 * and in the middle of a request.
 */
static void
test_http_listen__other_roots_hold_for_all_connections(void **state)
{
	static const char head[] = POST "Content-Length: 6\r\n\r\nabc";
	struct served s = { .status = 204 };
	struct line l, old, slow;

	(void)state;
	served_begin(&s, &pki, &tls_conf);
	line_tls(&old, s.url, pki.client, pki.client_key, 0);
	assert_int_equal(ask(&old), 204);
	line_tls(&slow, s.url, pki.client, pki.client_key, 0);
	assert_int_equal(ask(&slow), 204);
	assert_true(line_send(&slow, head, sizeof(head) - 1));
	clock_sleep_ms(100);
	s.conf.trust = pki.other_root;
	served_reload(&s);
	assert_int_equal(s.reloaded, V_OK);
	line_tls(&l, s.url, pki.client, pki.client_key, 0);
	assert_int_equal(ask(&l), 0);
	line_end(&l);
	line_tls(&l, s.url, pki.stranger, pki.stranger_key, 0);
	assert_int_equal(ask(&l), 204);
	line_end(&l);
	assert_int_equal(ask(&old), 0);
	line_end(&old);
	wait_note(&s);
	assert_int_equal(s.notes, 1);
	assert_true(line_send(&slow, "def", 3));
	assert_int_equal(line_status(&slow, WAIT_MS), 403);
	line_end(&slow);
	served_end(&s);
	assert_int_equal(s.requests, 3);
	assert_int_equal(s.note.code, CODE_TLS);
	assert_non_null(strstr(s.note.text, "issuer"));
}

/* Its handshake is of before, its request is not. */
static void
test_http_listen__who_came_before_is_judged_by_now(void **state)
{
	struct served s = { .status = 204 };
	struct line l;

	(void)state;
	served_begin(&s, &pki, &tls_conf);
	line_connect(&l, s.url, pki.client, pki.client_key, 0);
	clock_sleep_ms(100);
	s.conf.trust = pki.other_root;
	served_reload(&s);
	assert_int_equal(s.reloaded, V_OK);
	assert_int_equal(SSL_connect(l.ssl), 1);
	assert_int_equal(ask(&l), 403);
	line_end(&l);
	served_end(&s);
	assert_int_equal(s.requests, 0);
}

/* Each request of a front proxy says whose it is, also one under way. */
static void
test_http_listen__what_was_passed_before_is_judged_by_now(void **state)
{
	static const char rest[] = "\r\nContent-Length: 6\r\n\r\nabc";
	struct http_listen_conf conf = front_conf();
	struct served s = { .status = 204 };
	struct line l, idle;
	char value[4096], mine[4096];

	(void)state;
	served_begin(&s, &pki, &conf);
	passed_base64(pki.client, POST SERVED_HEADER ": ", "", value);
	passed_base64(pki.stranger, "", "", mine);
	line_unix(&l, s.path);
	assert_true(line_send(&l, value, strlen(value)));
	assert_true(line_send(&l, rest, sizeof(rest) - 1));
	line_unix(&idle, s.path);
	clock_sleep_ms(100);
	s.conf.trust = pki.other_root;
	served_reload(&s);
	assert_int_equal(s.reloaded, V_OK);
	assert_true(line_send(&l, "def", 3));
	assert_int_equal(line_status(&l, WAIT_MS), 403);
	line_end(&l);
	/* What it will say is not known yet. */
	assert_int_equal(ask_with(&idle, mine), 204);
	line_end(&idle);
	served_end(&s);
	assert_int_equal(s.requests, 1);
}

/* On both roads, by itself. */
static void
test_http_listen__another_revocation_list_is_noticed(void **state)
{
	struct pki_list list = { .issuer = &pki.root_is,
		.number = 10,
		.this_s = -3600,
		.next_s = PKI_DAY };
	struct http_listen_conf conf = tls_conf, front = front_conf();
	struct served s = { .status = 204 }, f = { .status = 204 };
	char folder[64], file[100], value[4096];
	struct line l;
	int64_t from_ms, took_ms;

	(void)state;
	snprintf(folder, sizeof(folder), "%s/changing", pki.dir);
	assert_int_equal(mkdir(folder, 0755), 0);
	snprintf(file, sizeof(file), "%s/root.crl", folder);
	pki_crl_write(&list, file);
	conf.crl_folder = front.crl_folder = folder;
	served_begin(&s, &pki, &conf);
	served_begin(&f, &pki, &front);
	passed_base64(revoked, "", "", value);
	line_unix(&l, f.path);
	assert_int_equal(ask_with(&l, value), 204);
	line_end(&l);
	line_tls(&l, s.url, revoked, revoked_key, 0);
	assert_int_equal(ask(&l), 204);
	line_end(&l);

	list.number = 11;
	list.revoked[0] = revoked_is.x509;
	pki_crl_write(&list, file);
	from_ms = clock_tick_ms();
	do {
		clock_sleep_ms(200);
		line_tls(&l, s.url, revoked, revoked_key, 0);
		took_ms = clock_tick_ms() - from_ms;
	} while (ask(&l) == 204 && (line_end(&l), took_ms < 60000));
	line_end(&l);
	assert_true(took_ms < 60000);
	line_unix(&l, f.path);
	while (ask_with(&l, value) == 204 && clock_tick_ms() - from_ms < 60000)
		clock_sleep_ms(200);
	line_end(&l);
	assert_true(clock_tick_ms() - from_ms < 60000);
	print_message("# noticed after %d ms\n", (int)took_ms);
	wait_note(&s);
	served_end(&s);
	served_end(&f);
	assert_int_equal(s.note.code, CODE_REVOKED);
	assert_int_equal(f.note.code, CODE_REVOKED);
}

/* The lists alone: a certificate is there already, its key is not. */
static void
test_http_listen__new_lists_wait_for_no_other_file(void **state)
{
	struct pki_list list = { .issuer = &pki.root_is,
		.number = 10,
		.this_s = -3600,
		.next_s = PKI_DAY };
	struct http_listen_conf conf = tls_conf;
	char crt[64], key[64], folder[64], file[100], fresh[100];
	struct served s = { .status = 204 };
	struct pki_made mine;
	struct line l;
	long before;
	int64_t from_ms = clock_tick_ms();

	(void)state;
	mine = pki_leaf_as(&pki,
		&(struct pki_want){ .issuer = &pki.root_is,
			.name = "halfway",
			.oin = PKI_THEIRS,
			.ends_s = PKI_DAY },
		crt, key);
	snprintf(folder, sizeof(folder), "%s/halfway", pki.dir);
	assert_int_equal(mkdir(folder, 0755), 0);
	snprintf(file, sizeof(file), "%s/root.crl", folder);
	pki_crl_write(&list, file);
	conf.crl_folder = folder;
	conf.certificate = crt;
	conf.key = key;
	served_begin(&s, &pki, &conf);
	before = shown(&s);
	line_tls(&l, s.url, revoked, revoked_key, 0);
	assert_int_equal(ask(&l), 204);

	pki_write(&revoked_is, crt, NULL);
	list.number = 11;
	list.revoked[0] = revoked_is.x509;
	snprintf(fresh, sizeof(fresh), "%s/.fresh", folder);
	pki_crl_write(&list, fresh); /* never seen half */
	assert_int_equal(rename(fresh, file), 0);
	/* With the lists the idle connection goes. */
	(void)line_until(&l, NULL, 60000);
	assert_true(l.closed && clock_tick_ms() - from_ms < 60000);
	line_end(&l);
	line_tls(&l, s.url, revoked, revoked_key, 0);
	assert_int_equal(ask(&l), 0);
	line_end(&l);
	wait_note(&s);
	assert_int_equal(s.note.code, CODE_REVOKED);
	assert_int_equal(shown(&s), before);
	served_end(&s);
	pki_free(&mine);
}

/* --- time and place --- */

static void
bump(void *self)
{
	++*(int *)self;
}

static void
test_http_listen__it_keeps_time_and_stops_soon(void **state)
{
	struct http_listen_conf conf = { .at = "127.0.0.1:0",
		.certificate = pki.server,
		.key = pki.server_key,
		.trust = pki.root,
		.max_body = 1000 };
	struct served s = { .status = 204 };
	struct fault why;
	int64_t from_ms;
	int count = 0;

	(void)state;
	assert_int_equal(http_listen_open(&conf, served_request, served_note,
				 &s, &s.listen, &why),
		V_OK);
	http_listen_every(s.listen, 50, bump, &count);
	assert_int_equal(pthread_create(&s.thread, NULL, served_run, &s), 0);
	clock_sleep_ms(400);
	from_ms = clock_tick_ms();
	served_end(&s);
	assert_true(clock_tick_ms() - from_ms < 1500);
	assert_in_range(count, 3, 12);
}

static void
test_http_listen__a_path_is_gone_with_its_listener(void **state)
{
	struct http_listen_conf conf = front_conf();
	struct served s = { .status = 204 };
	struct stat st;

	(void)state;
	served_begin(&s, &pki, &conf);
	assert_int_equal(stat(s.path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0660);
	assert_int_equal(http_listen_port(s.listen), 0);
	served_end(&s);
	assert_int_equal(stat(s.path, &st), -1);
}

static int
make_pki(void **state)
{
	struct pki_list list = { .issuer = &pki.root_is,
		.number = 1,
		.this_s = -3600,
		.next_s = PKI_DAY };
	char file[100];

	(void)state;
	pki_init(&pki);
	snprintf(unix_at, sizeof(unix_at), "unix:%s/sock", pki.dir);
	revoked_is = pki_leaf_as(&pki,
		&(struct pki_want){ .issuer = &pki.root_is,
			.name = "revoked",
			.oin = GATEWAY,
			.ends_s = PKI_DAY },
		revoked, revoked_key);
	snprintf(crls, sizeof(crls), "%s/crls", pki.dir);
	snprintf(file, sizeof(file), "%s/crls/root.crl", pki.dir);
	if (mkdir(crls, 0755) == -1)
		return -1;
	list.revoked[0] = revoked_is.x509;
	pki_crl_write(&list, file);
	return 0;
}

static int
drop_pki(void **state)
{
	(void)state;
	pki_free(&revoked_is);
	pki_done(&pki);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_http_listen__strangers_hear_no_http),
		cmocka_unit_test(test_http_listen__plain_http_hears_no_http),
		cmocka_unit_test(
			test_http_listen__without_a_list_that_is_required_nobody_is_heard),
		cmocka_unit_test(
			test_http_listen__a_passed_certificate_is_taken_in_four_ways),
		cmocka_unit_test(
			test_http_listen__what_the_proxy_must_not_pass_is_refused),
		cmocka_unit_test(
			test_http_listen__a_passed_certificate_has_a_limit),
		cmocka_unit_test(test_http_listen__a_header_is_not_for_a_port),
		cmocka_unit_test(test_http_listen__a_reload_drops_no_request),
		cmocka_unit_test(test_http_listen__bad_files_change_nothing),
		cmocka_unit_test(
			test_http_listen__other_roots_hold_for_all_connections),
		cmocka_unit_test(
			test_http_listen__who_came_before_is_judged_by_now),
		cmocka_unit_test(
			test_http_listen__what_was_passed_before_is_judged_by_now),
		cmocka_unit_test(
			test_http_listen__another_revocation_list_is_noticed),
		cmocka_unit_test(
			test_http_listen__new_lists_wait_for_no_other_file),
		cmocka_unit_test(
			test_http_listen__it_keeps_time_and_stops_soon),
		cmocka_unit_test(
			test_http_listen__a_path_is_gone_with_its_listener),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
