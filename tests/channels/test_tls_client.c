/* tests/channels/test_tls_client.c - whom we send to
 *
 * Real posts, through libcurl, to servers that do what ours never would.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/arena.h"
#include "channels/http.h"
#include "channels/http_in.h"
#include "channels/tls.h"
#include "tests/channels/pki.h"
#include "tests/channels/served.h"

#define HOUR 3600L
#define FOREIGN "00000099000000030000"

static struct pki pki;
static struct pki_made middle; /* a CA below our root */
static struct pki_made server_is, below_is;
static char below[64], below_key[64]; /* a server below it, with its chain */
static char both_roots[64], lists[64];

/* --- a server for one connection --- */

struct server {
	const char *certificate, *key;
	int version_min, version_max; /* 0: 1.2 and 1.3 */
	const char *ciphers;	      /* of TLS 1.2 */
	bool renegotiate;	      /* ask for it before the answer */

	int fd;
	pthread_t thread;
	int hellos; /* of the client */
};

static int
count_hellos(SSL *ssl, int *alert, void *self)
{
	struct server *s = self;

	(void)ssl;
	(void)alert;
	s->hellos++;
	return SSL_CLIENT_HELLO_SUCCESS;
}

static SSL_CTX *
server_context(struct server *s)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_min_proto_version(
		ctx, s->version_min == 0 ? TLS1_2_VERSION : s->version_min);
	SSL_CTX_set_max_proto_version(
		ctx, s->version_max == 0 ? TLS1_3_VERSION : s->version_max);
	if (s->ciphers != NULL)
		assert_int_equal(SSL_CTX_set_cipher_list(ctx, s->ciphers), 1);
	assert_int_equal(
		SSL_CTX_use_certificate_chain_file(ctx, s->certificate), 1);
	assert_int_equal(
		SSL_CTX_use_PrivateKey_file(ctx, s->key, SSL_FILETYPE_PEM), 1);
	SSL_CTX_set_client_hello_cb(ctx, count_hellos, s);
	return ctx;
}

static void *
serve(void *self)
{
	static const char answer[] =
		"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
	struct server *s = self;
	SSL_CTX *ctx = server_context(s);
	int fd = accept(s->fd, NULL, NULL), got = 0, n;
	SSL *ssl = SSL_new(ctx);
	char request[4096];

	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1) {
		while (got < (int)sizeof(request) - 1 &&
			(n = SSL_read(ssl, request + got,
				 (int)sizeof(request) - 1 - got)) > 0) {
			got += n;
			request[got] = '\0';
			if (strstr(request, "\r\n\r\nbody") != NULL)
				break;
		}
		if (s->renegotiate) {
			(void)SSL_renegotiate(ssl);
			(void)SSL_do_handshake(ssl);
			(void)SSL_read(ssl, request, 1);
		}
		(void)SSL_write(ssl, answer, sizeof(answer) - 1);
		(void)SSL_shutdown(ssl);
	}
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	ERR_clear_error();
	(void)close(fd);
	return NULL;
}

static int
server_begin(struct server *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(s->fd, 1), 0);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &len), 0);
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
	return ntohs(at.sin_port);
}

/* --- one post to it --- */

static enum verdict
read_body(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	(void)self;
	(void)why;
	assert_true(len >= 4);
	memcpy(bytes, "body", 4);
	*len_out = 4;
	return V_OK;
}

static enum verdict
post(const struct http_peer *wanted, struct server *s, struct fault *why)
{
	struct http_body body = { .bytes = 4, .read = read_body };
	struct http_peer peer = *wanted;
	struct http_answer answer;
	struct http *http = NULL;
	enum verdict v;
	char url[64];

	if (s->certificate == NULL) {
		s->certificate = pki.server;
		s->key = pki.server_key;
	}
	if (peer.trust == NULL)
		peer.trust = pki.root;
	peer.certificate = pki.client;
	peer.key = pki.client_key;
	peer.answer_ms = 3000;
	snprintf(
		url, sizeof(url), "https://localhost:%d/ebms", server_begin(s));
	*why = FAULT_NONE;
	assert_int_equal(http_open(&peer, &http, why), V_OK);
	v = http_post(http, url, NULL, &body, &answer, why);
	if (v == V_OK) {
		assert_int_equal(answer.status, 204);
		http_answer_done(&answer);
		if (http_doubt(http, why))
			assert_false(http_doubt(http, why));
	}
	http_close(http);
	(void)shutdown(s->fd, SHUT_RDWR);
	assert_int_equal(pthread_join(s->thread, NULL), 0);
	(void)close(s->fd);
	return v;
}

static void
test_tls_client__versions_and_ciphers(void **state)
{
	static const struct {
		const char *what;
		int version;
		const char *ciphers;
		bool good;
	} cases[] = {
		{ "TLS 1.0", TLS1_VERSION, "ALL:@SECLEVEL=0", false },
		{ "TLS 1.1", TLS1_1_VERSION, "ALL:@SECLEVEL=0", false },
		{ "TLS 1.2", TLS1_2_VERSION, NULL, true },
		{ "TLS 1.3", TLS1_3_VERSION, NULL, true },
		{ "1.2 with AES-128-GCM", TLS1_2_VERSION,
			"ECDHE-ECDSA-AES128-GCM-SHA256", true },
		{ "1.2 with CBC", TLS1_2_VERSION,
			"ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA",
			false },
		{ "1.2 with CCM", TLS1_2_VERSION, "ECDHE-ECDSA-AES256-CCM",
			false },
	};
	struct http_peer peer = { .oin = PKI_THEIRS };
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct server s = { .version_min = cases[i].version,
			.version_max = cases[i].version,
			.ciphers = cases[i].ciphers };
		enum verdict v = post(&peer, &s, &why);

		if (v != (cases[i].good ? V_OK : V_LATER))
			fail_msg("%s: %s", cases[i].what, why.text);
		if (!cases[i].good)
			assert_int_equal(why.code, CODE_TLS);
	}
}

static void
test_tls_client__no_renegotiation(void **state)
{
	struct http_peer peer = { .oin = PKI_THEIRS };
	struct server s = { .version_max = TLS1_2_VERSION,
		.renegotiate = true };
	struct fault why;

	(void)state;
	(void)post(&peer, &s, &why);
	assert_int_equal(s.hellos, 1);
}

static void
test_tls_client__a_server_must_be_whom_we_trust(void **state)
{
	const struct {
		const char *what;
		struct pki_want want;
		bool good;
	} cases[] = {
		{ "good", { .issuer = &pki.root_is, .ends_s = PKI_DAY }, true },
		{ "for servers",
			{ .issuer = &pki.root_is,
				.ends_s = PKI_DAY,
				.eku = "serverAuth" },
			true },
		{ "for clients only",
			{ .issuer = &pki.root_is,
				.ends_s = PKI_DAY,
				.eku = "clientAuth" },
			false },
		{ "expired", { .issuer = &pki.root_is, .ends_s = -1 }, false },
		{ "not yet valid",
			{ .issuer = &pki.root_is,
				.starts_s = HOUR,
				.ends_s = PKI_DAY },
			false },
		{ "a weak RSA key",
			{ .issuer = &pki.root_is,
				.ends_s = PKI_DAY,
				.rsa_bits = 1024 },
			false },
		{ "another host",
			{ .issuer = &pki.root_is,
				.ends_s = PKI_DAY,
				.host = "example.org" },
			false },
		{ "below another root",
			{ .issuer = &pki.other_is, .ends_s = PKI_DAY }, false },
		{ "its own root", { .ends_s = PKI_DAY }, false },
	};
	/* Not even where the OIN does not matter. */
	struct http_peer peer = { .peer = JOBS_PEER_CHAIN };
	char certificate[64], key[64];
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pki_want want = cases[i].want;
		struct server s = { .certificate = certificate, .key = key };
		struct pki_made made;
		enum verdict v;

		want.name = "case";
		want.oin = PKI_THEIRS;
		made = pki_leaf_as(&pki, &want, certificate, key);
		v = post(&peer, &s, &why);
		if (v != (cases[i].good ? V_OK : V_LATER))
			fail_msg("%s: %s", cases[i].what, why.text);
		if (!cases[i].good)
			assert_int_equal(why.code, CODE_TLS);
		pki_free(&made);
	}
}

static void
test_tls_client__two_roots_and_servers_of_both(void **state)
{
	struct http_peer peer = { .oin = PKI_OURS, .trust = both_roots };
	struct server first = { .certificate = pki.client,
		.key = pki.client_key };
	struct server second = { .certificate = pki.stranger,
		.key = pki.stranger_key };
	struct fault why;

	(void)state;
	assert_int_equal(post(&peer, &first, &why), V_OK);
	assert_int_equal(post(&peer, &second, &why), V_OK);
}

/* --- whose it is --- */

static struct certificate_der
der_of(const struct pki_made *made)
{
	unsigned char *bytes = NULL;
	int len = i2d_X509(made->x509, &bytes);

	assert_true(len > 0);
	return (struct certificate_der){ bytes, (size_t)len };
}

static void
test_tls_client__the_peer_carries_the_oin(void **state)
{
	static char foreign[] = FOREIGN, theirs[] = PKI_THEIRS;
	static char *one[] = { theirs }, *two[] = { foreign, theirs };
	struct certificate_der right = der_of(&server_is);
	struct certificate_der wrong = der_of(&pki.root_is);
	const struct certificate_der both[] = { wrong, right };
	const struct {
		const char *what;
		struct http_peer peer;
		bool good;
	} cases[] = {
		{ "the party's", { .oin = PKI_THEIRS }, true },
		{ "the party's, a test environment's id",
			{ .oin = PKI_THEIRS "_OTA" }, true },
		{ "another's", { .oin = FOREIGN }, false },
		{ "a longer id", { .oin = PKI_THEIRS "1" }, false },
		{ "a gateway's",
			{ .oin = FOREIGN, .gateways = two, .gateway_count = 2 },
			true },
		{ "another gateway's",
			{ .oin = FOREIGN, .gateways = two, .gateway_count = 1 },
			false },
		{ "the party's, with gateways",
			{ .oin = PKI_THEIRS,
				.gateways = one,
				.gateway_count = 1 },
			true },
		{ "another's, by the chain only",
			{ .oin = FOREIGN, .peer = JOBS_PEER_CHAIN }, true },
		{ "the CPA's certificate",
			{ .oin = PKI_THEIRS,
				.peer = JOBS_PEER_EXACT,
				.exact = &right,
				.exact_count = 1 },
			true },
		{ "one of the CPA's certificates",
			{ .oin = PKI_THEIRS,
				.peer = JOBS_PEER_EXACT,
				.exact = both,
				.exact_count = 2 },
			true },
		{ "not the CPA's certificate",
			{ .oin = PKI_THEIRS,
				.peer = JOBS_PEER_EXACT,
				.exact = &wrong,
				.exact_count = 1 },
			false },
		{ "no certificate in the CPA",
			{ .oin = PKI_THEIRS, .peer = JOBS_PEER_EXACT }, false },
		{ "the CPA's certificate, of another",
			{ .oin = FOREIGN,
				.peer = JOBS_PEER_EXACT,
				.exact = &right,
				.exact_count = 1 },
			false },
	};
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct server s = { .certificate = NULL };

		if (post(&cases[i].peer, &s, &why) !=
			(cases[i].good ? V_OK : V_LATER))
			fail_msg("%s: %s", cases[i].what, why.text);
		if (!cases[i].good)
			assert_int_equal(why.code, CODE_PEER_OIN);
	}
	free((void *)(uintptr_t)right.bytes);
	free((void *)(uintptr_t)wrong.bytes);
}

static void
test_tls_client__no_oin_is_not_the_oin(void **state)
{
	char certificate[64], key[64];
	struct pki_made made = pki_leaf_as(&pki,
		&(struct pki_want){ .issuer = &pki.root_is,
			.name = "without",
			.ends_s = PKI_DAY },
		certificate, key);
	struct server s = { .certificate = certificate, .key = key };
	struct http_peer peer = { .oin = PKI_THEIRS };
	struct fault why;

	(void)state;
	assert_int_equal(post(&peer, &s, &why), V_LATER);
	assert_int_equal(why.code, CODE_PEER_OIN);
	assert_non_null(strstr(why.text, "no OIN"));
	pki_free(&made);
}

/* --- what is ours --- */

static void
test_tls_client__what_is_ours_must_fit(void **state)
{
	struct pki_made trial = pki_make(NULL, "TRIAL root", NULL, PKI_DAY);
	const struct {
		const char *what, *text, *environment;
		struct pki_want want;
	} cases[] = {
		{ "for servers only", "not made for a client", NULL,
			{ .issuer = &pki.root_is,
				.name = "ours",
				.ends_s = PKI_DAY,
				.eku = "serverAuth" } },
		{ "weak", "too weak", NULL,
			{ .issuer = &pki.root_is,
				.name = "ours",
				.ends_s = PKI_DAY,
				.rsa_bits = 1024 } },
		{ "for trials", "for trials", "production",
			{ .issuer = &trial,
				.name = "ours",
				.ends_s = PKI_DAY } },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char certificate[64], key[64];
		struct pki_made made =
			pki_leaf_as(&pki, &cases[i].want, certificate, key);
		struct http_peer peer = { .trust = pki.root,
			.certificate = certificate,
			.key = key,
			.environment = cases[i].environment };
		struct http *http = NULL;
		struct fault why = FAULT_NONE;

		assert_int_equal(http_open(&peer, &http, &why), V_BROKEN);
		assert_int_equal(why.code, CODE_CERTIFICATE);
		assert_string_equal(why.place, certificate);
		if (strstr(why.text, cases[i].text) == NULL)
			fail_msg("%s: %s", cases[i].what, why.text);
		pki_free(&made);
	}
	pki_free(&trial);
}

/* --- revocation --- */

static void
list_of(const struct pki_made *issuer, const char *name, long next_s,
	X509 *revoked)
{
	struct pki_list list = { .issuer = issuer,
		.number = 1,
		.this_s = -2 * HOUR,
		.next_s = next_s,
		.revoked = { revoked } };
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", lists, name);
	pki_crl_write(&list, path);
}

static void
no_lists(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s; mkdir %s", lists, lists);
	assert_int_equal(system(command), 0);
}

static void
test_tls_client__revoked_is_refused(void **state)
{
	const struct {
		const char *what;
		X509 *by_root, *by_middle; /* revoked */
		long middle_next_s;
		enum code use, require;
	} cases[] = {
		{ "nobody", NULL, NULL, HOUR, CODE_NONE, CODE_NONE },
		{ "the server", NULL, below_is.x509, HOUR, CODE_REVOKED,
			CODE_REVOKED },
		{ "the intermediate", middle.x509, NULL, HOUR, CODE_REVOKED,
			CODE_REVOKED },
		/* CODE_CRL when used: it goes on, with a doubt. */
		{ "nobody, out of date", NULL, NULL, -HOUR, CODE_CRL,
			CODE_CRL },
		{ "the server, out of date", NULL, below_is.x509, -HOUR,
			CODE_REVOKED, CODE_CRL },
	};
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct server s = { .certificate = below, .key = below_key };
		struct http_peer peer = { .oin = PKI_THEIRS,
			.crl_folder = lists };
		enum verdict v;

		no_lists();
		list_of(&pki.root_is, "root.pem", HOUR, cases[i].by_root);
		list_of(&middle, "middle.pem", cases[i].middle_next_s,
			cases[i].by_middle);
		v = post(&peer, &s, &why);
		if (why.code != cases[i].use ||
			v != (why.code == CODE_REVOKED ? V_LATER : V_OK))
			fail_msg("%s, used: %s", cases[i].what, why.text);
		peer.crl_require = true;
		v = post(&peer, &s, &why);
		if (why.code != cases[i].require ||
			v != (why.code == CODE_NONE ? V_OK : V_LATER))
			fail_msg("%s, required: %s", cases[i].what, why.text);
	}
}

/* Looked at when it begins, and then once a minute. */
static void
test_tls_client__a_change_is_seen_within_a_minute(void **state)
{
	struct tls_check check = { .crl_folder = lists };

	(void)state;
	no_lists();
	assert_false(tls_check_begin(&check, 1000));
	list_of(&pki.root_is, "root.pem", HOUR, NULL);
	assert_false(tls_check_begin(&check, 60999));
	assert_true(tls_check_begin(&check, 61000));
	assert_false(tls_check_begin(&check, 121000));
	tls_check_done(&check);
	tls_check_done(&check);
}

static void
test_tls_client__trial_never_meets_production(void **state)
{
	const struct {
		const char *root, *environment;
		bool good;
	} cases[] = {
		{ "TRIAL Private Root CA", "production", false },
		{ "TRIAL Private Root CA", "preproduction", true },
		{ "TRIAL Private Root CA", "simulator", true },
		{ "TRIAL Private Root CA", NULL, true },
		{ "Private Root CA", "production", true },
		{ "Private Root CA", "preproduction", true },
	};
	char certificate[64], key[64], root_file[64];
	struct fault why;
	size_t i;

	(void)state;
	snprintf(root_file, sizeof(root_file), "%s/trial.crt", pki.dir);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pki_made root =
			pki_make(NULL, cases[i].root, NULL, PKI_DAY);
		struct pki_made made = pki_leaf_as(&pki,
			&(struct pki_want){ .issuer = &root,
				.name = "their server",
				.oin = PKI_THEIRS,
				.ends_s = PKI_DAY },
			certificate, key);
		struct server s = { .certificate = certificate, .key = key };
		struct http_peer peer = { .oin = PKI_THEIRS,
			.trust = root_file,
			.environment = cases[i].environment };

		pki_write(&root, root_file, NULL);
		if (post(&peer, &s, &why) != (cases[i].good ? V_OK : V_LATER))
			fail_msg("%s: %s", cases[i].root, why.text);
		if (!cases[i].good) {
			assert_int_equal(why.code, CODE_TRIAL);
			assert_non_null(strstr(why.text, "production"));
		}
		pki_free(&made);
		pki_free(&root);
	}
}

/* Not the next post only: none ever. */
static void
test_tls_client__nothing_goes_over_a_connection_judged_before(void **state)
{
	static const struct http_listen_conf conf = { .max_body = 1000 };
	struct http_body body = { .bytes = 4, .read = read_body };
	struct http_peer peer = { .trust = pki.root,
		.certificate = pki.client,
		.key = pki.client_key,
		.oin = PKI_THEIRS,
		.crl_folder = lists,
		.answer_ms = 3000 };
	struct served s = { .status = 204 };
	struct http_answer answer;
	struct http *http = NULL;
	struct fault why;
	int i;

	(void)state;
	no_lists();
	list_of(&pki.root_is, "root.pem", HOUR, NULL);
	served_begin(&s, &pki, &conf);
	assert_int_equal(http_open(&peer, &http, &why), V_OK);
	for (i = 0; i < 2; i++) {
		assert_int_equal(
			http_post(http, s.url, NULL, &body, &answer, &why),
			V_OK);
		http_answer_done(&answer);
	}
	list_of(&pki.root_is, "revoked.pem", HOUR, server_is.x509);
	http->check.crl_looked_ms = 1; /* a minute ago */
	for (i = 0; i < 3; i++) {
		why = FAULT_NONE;
		assert_int_equal(
			http_post(http, s.url, NULL, &body, &answer, &why),
			V_LATER);
		assert_int_equal(why.code, CODE_REVOKED);
	}
	http_close(http);
	served_end(&s);
	assert_int_equal(s.requests, 2);
}

/* --- */

static int
make_pki(void **state)
{
	const struct pki_made *chain[] = { &middle, NULL };
	const struct pki_made *others[] = { &pki.other_is, NULL };

	(void)state;
	pki_init(&pki);
	server_is = pki_make(&pki.root_is, "server", PKI_THEIRS, PKI_DAY);
	pki_write(&server_is, pki.server, pki.server_key);
	middle = pki_make_as(&(struct pki_want){ .issuer = &pki.root_is,
		.name = "middle",
		.ends_s = PKI_DAY,
		.authority = true });
	below_is = pki_make(&middle, "below", PKI_THEIRS, PKI_DAY);
	snprintf(below, 64, "%s/below.crt", pki.dir);
	snprintf(below_key, 64, "%s/below.key", pki.dir);
	snprintf(both_roots, 64, "%s/both.crt", pki.dir);
	snprintf(lists, 64, "%s/lists", pki.dir);
	pki_write_chain(&below_is, chain, below, below_key);
	pki_write_chain(&pki.root_is, others, both_roots, NULL);
	return 0;
}

static int
drop_pki(void **state)
{
	(void)state;
	pki_free(&server_is);
	pki_free(&middle);
	pki_free(&below_is);
	pki_done(&pki);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tls_client__versions_and_ciphers),
		cmocka_unit_test(test_tls_client__no_renegotiation),
		cmocka_unit_test(
			test_tls_client__a_server_must_be_whom_we_trust),
		cmocka_unit_test(
			test_tls_client__two_roots_and_servers_of_both),
		cmocka_unit_test(test_tls_client__the_peer_carries_the_oin),
		cmocka_unit_test(test_tls_client__no_oin_is_not_the_oin),
		cmocka_unit_test(test_tls_client__what_is_ours_must_fit),
		cmocka_unit_test(test_tls_client__revoked_is_refused),
		cmocka_unit_test(
			test_tls_client__a_change_is_seen_within_a_minute),
		cmocka_unit_test(test_tls_client__trial_never_meets_production),
		cmocka_unit_test(
			test_tls_client__nothing_goes_over_a_connection_judged_before),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(
		"tls_client", tests, make_pki, drop_pki);
}
