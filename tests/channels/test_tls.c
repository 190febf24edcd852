/* tests/channels/test_tls.c - who gets in at our listener, and how
 *
 * Real sockets and handshakes, against clients that do what ours never would.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
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
#include "channels/tls.h"
#include "tests/channels/pki.h"

#define HOUR 3600L
#define HOUR_MS ((int64_t)3600000)

static struct pki pki;
static struct pki_made middle;	      /* a CA below our root */
static char below[64], below_key[64]; /* a client below it, with its chain */
static char below_alone[64];	      /* the same without */
static struct pki_made below_is;
static char both_roots[64], root_and_middle[64], middle_alone[64];
static char lists[64];

/* --- a handshake --- */

struct client {
	const char *certificate, *key; /* NULL: none */
	int version_min, version_max;  /* 0: 1.2 and 1.3 */
	const char *ciphers;	       /* of TLS 1.2 */
	bool renegotiate;	       /* ask for it after the handshake */
};

struct shaken {
	bool accepted, renegotiated;
	struct tls_who who;
	enum code code;
	char text[TLS_TEXT_MAX];
	int version;
};

struct serving {
	void *context;
	int fd;
	struct shaken *out;
};

static void *
serve(void *self)
{
	struct serving *s = self;
	SSL *ssl = tls_server_accept(s->context);
	char byte;

	assert_non_null(ssl);
	SSL_set_fd(ssl, s->fd);
	if (SSL_accept(ssl) == 1) {
		s->out->accepted = tls_peer(ssl, &s->out->who);
		s->out->version = SSL_version(ssl);
		(void)SSL_write(ssl, "x", 1);
		while (SSL_read(ssl, &byte, 1) == 1)
			(void)SSL_write(ssl, "x", 1);
		tls_goodbye(ssl);
	} else {
		s->out->code = tls_reason(ssl, ERR_peek_error(), s->out->text);
	}
	ERR_clear_error();
	SSL_free(ssl);
	(void)shutdown(s->fd, SHUT_RDWR);
	return NULL;
}

static SSL_CTX *
client_context(const struct client *c)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_min_proto_version(
		ctx, c->version_min == 0 ? TLS1_2_VERSION : c->version_min);
	SSL_CTX_set_max_proto_version(
		ctx, c->version_max == 0 ? TLS1_3_VERSION : c->version_max);
	SSL_CTX_set_options(ctx, SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
	if (c->ciphers != NULL)
		assert_int_equal(SSL_CTX_set_cipher_list(ctx, c->ciphers), 1);
	if (c->certificate != NULL) {
		assert_int_equal(
			SSL_CTX_use_certificate_chain_file(ctx, c->certificate),
			1);
		assert_int_equal(SSL_CTX_use_PrivateKey_file(
					 ctx, c->key, SSL_FILETYPE_PEM),
			1);
	}
	return ctx;
}

static void
talk(const struct client *c, int fd, struct shaken *out)
{
	SSL_CTX *ctx = client_context(c);
	SSL *ssl = SSL_new(ctx);
	char byte;

	SSL_set_fd(ssl, fd);
	if (SSL_connect(ssl) == 1 && SSL_read(ssl, &byte, 1) == 1 &&
		c->renegotiate) {
		out->renegotiated = SSL_renegotiate(ssl) == 1 &&
				    SSL_do_handshake(ssl) == 1 &&
				    SSL_write(ssl, "x", 1) == 1 &&
				    SSL_read(ssl, &byte, 1) == 1;
	}
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	ERR_clear_error();
	(void)shutdown(fd, SHUT_RDWR);
}

static struct shaken
shake_with(void *context, const struct client *c)
{
	struct shaken out = { .accepted = false };
	struct serving serving = { .context = context, .out = &out };
	pthread_t thread;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	serving.fd = fds[0];
	assert_int_equal(pthread_create(&thread, NULL, serve, &serving), 0);
	talk(c, fds[1], &out);
	assert_int_equal(pthread_join(thread, NULL), 0);
	(void)close(fds[0]);
	(void)close(fds[1]);
	return out;
}

static void *
context_of(const struct tls_conf *conf)
{
	struct fault why = FAULT_NONE;
	void *context = NULL;

	if (tls_server_new(conf, &context, &why) != V_OK)
		fail_msg("%s: %s", why.place, why.text);
	return context;
}

static struct tls_conf
conf_of(const char *trust, const char *crl_folder, bool require)
{
	return (struct tls_conf){ .certificate = pki.server,
		.key = pki.server_key,
		.trust = trust,
		.crl_folder = crl_folder,
		.crl_require = require };
}

static struct shaken
shake(const struct tls_conf *conf, const struct client *c)
{
	void *context = context_of(conf);
	struct shaken out = shake_with(context, c);

	tls_server_free(context);
	return out;
}

/* --- versions and ciphers --- */

static void
test_tls__versions_and_ciphers(void **state)
{
	static const struct {
		const char *what;
		int version;
		const char *ciphers;
		bool accepted;
	} cases[] = {
		{ "TLS 1.0", TLS1_VERSION, "ALL:@SECLEVEL=0", false },
		{ "TLS 1.1", TLS1_1_VERSION, "ALL:@SECLEVEL=0", false },
		{ "TLS 1.2", TLS1_2_VERSION, NULL, true },
		{ "TLS 1.3", TLS1_3_VERSION, NULL, true },
		{ "1.2, the first of the list", TLS1_2_VERSION,
			"ECDHE-ECDSA-AES256-GCM-SHA384", true },
		{ "1.2, the last of the list", TLS1_2_VERSION,
			"ECDHE-ECDSA-AES128-GCM-SHA256", true },
		{ "1.2 with CBC", TLS1_2_VERSION,
			"ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA",
			false },
		{ "1.2 with CCM", TLS1_2_VERSION, "ECDHE-ECDSA-AES256-CCM",
			false },
		{ "1.2 without forward secrecy", TLS1_2_VERSION,
			"AES256-GCM-SHA384:AES128-SHA", false },
		{ "1.2 without a certificate of ours", TLS1_2_VERSION,
			"AECDH-AES256-SHA:ADH-AES256-GCM-SHA384", false },
	};
	struct tls_conf conf = conf_of(pki.root, NULL, false);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client c = { .certificate = pki.client,
			.key = pki.client_key,
			.version_min = cases[i].version,
			.version_max = cases[i].version,
			.ciphers = cases[i].ciphers };
		struct shaken got = shake(&conf, &c);

		if (got.accepted != cases[i].accepted)
			fail_msg("%s: %s", cases[i].what, got.text);
		if (got.accepted)
			assert_int_equal(got.version, cases[i].version);
		else
			assert_int_equal(got.code, CODE_TLS);
	}
}

static void
test_tls__no_renegotiation(void **state)
{
	struct tls_conf conf = conf_of(pki.root, NULL, false);
	struct client c = { .certificate = pki.client,
		.key = pki.client_key,
		.version_max = TLS1_2_VERSION,
		.renegotiate = true };
	struct shaken got = shake(&conf, &c);

	(void)state;
	assert_true(got.accepted);
	assert_false(got.renegotiated);
}

/* --- certificates --- */

/* A client made for one case; refused ones say why. */
static void
test_tls__a_client_must_be_whom_we_trust(void **state)
{
	const struct {
		const char *what, *text;
		struct pki_want want;
	} cases[] = {
		{ "good", NULL, { .issuer = &pki.root_is, .ends_s = PKI_DAY } },
		{ "for clients", NULL,
			{ .issuer = &pki.root_is,
				.ends_s = PKI_DAY,
				.eku = "clientAuth" } },
		{ "RSA of 2048 bits", NULL,
			{ .issuer = &pki.root_is,
				.ends_s = PKI_DAY,
				.rsa_bits = 2048 } },
		{ "expired", "expired",
			{ .issuer = &pki.root_is, .ends_s = -1 } },
		{ "not yet valid", "not yet valid",
			{ .issuer = &pki.root_is,
				.starts_s = HOUR,
				.ends_s = PKI_DAY } },
		{ "for servers only", "purpose",
			{ .issuer = &pki.root_is,
				.ends_s = PKI_DAY,
				.eku = "serverAuth" } },
		{ "a weak RSA key", "too",
			{ .issuer = &pki.root_is,
				.ends_s = PKI_DAY,
				.rsa_bits = 1024 } },
		{ "below another root", "issuer",
			{ .issuer = &pki.other_is, .ends_s = PKI_DAY } },
		{ "its own root", "self", { .ends_s = PKI_DAY } },
	};
	struct tls_conf conf = conf_of(pki.root, NULL, false);
	char certificate[64], key[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pki_want want = cases[i].want;
		struct client c = { .certificate = certificate, .key = key };
		struct pki_made made;
		struct shaken got;

		want.name = "case";
		want.oin = PKI_OURS;
		made = pki_leaf_as(&pki, &want, certificate, key);
		got = shake(&conf, &c);
		if (got.accepted != (cases[i].text == NULL))
			fail_msg("%s: %s", cases[i].what, got.text);
		if (got.accepted)
			assert_string_equal(got.who.oin, PKI_OURS);
		else if (strstr(got.text, cases[i].text) == NULL)
			fail_msg("%s: %s", cases[i].what, got.text);
		pki_free(&made);
	}
}

static void
test_tls__none_is_refused(void **state)
{
	struct tls_conf conf = conf_of(pki.root, NULL, false);
	struct client c = { .certificate = NULL };
	struct shaken got = shake(&conf, &c);

	(void)state;
	assert_false(got.accepted);
	assert_int_equal(got.code, CODE_TLS);
}

static void
test_tls__two_roots_and_clients_of_both(void **state)
{
	struct tls_conf both = conf_of(both_roots, NULL, false);
	struct tls_conf one = conf_of(pki.root, NULL, false);
	struct client ours = { .certificate = pki.client,
		.key = pki.client_key };
	struct client theirs = { .certificate = pki.stranger,
		.key = pki.stranger_key };
	struct client chained = { .certificate = below, .key = below_key };

	(void)state;
	assert_true(shake(&both, &ours).accepted);
	assert_true(shake(&both, &theirs).accepted);
	assert_true(shake(&both, &chained).accepted);
	assert_false(shake(&one, &theirs).accepted);
}

static void
test_tls__what_is_ours_must_fit(void **state)
{
	struct tls_conf conf = conf_of(pki.root, NULL, false);
	struct fault why;
	void *context = NULL;

	(void)state;
	conf.key = pki.client_key;
	assert_int_equal(tls_server_new(&conf, &context, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_KEY);
	conf = conf_of("/nowhere", NULL, false);
	assert_int_equal(tls_server_new(&conf, &context, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_CERTIFICATE);
	/* One that was made for clients. */
	{
		char certificate[64], key[64];
		struct pki_made made = pki_leaf_as(&pki,
			&(struct pki_want){ .issuer = &pki.root_is,
				.name = "client-only",
				.ends_s = PKI_DAY,
				.eku = "clientAuth" },
			certificate, key);

		conf = conf_of(pki.root, NULL, false);
		conf.certificate = certificate;
		conf.key = key;
		assert_int_equal(
			tls_server_new(&conf, &context, &why), V_BROKEN);
		assert_int_equal(why.code, CODE_CERTIFICATE);
		assert_non_null(strstr(why.text, "not made for a server"));
		pki_free(&made);
	}
	/* A folder of lists that is a file. */
	conf = conf_of(pki.root, pki.root, false);
	assert_int_equal(tls_server_new(&conf, &context, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_CRL);
	assert_null(context);
}

/* What came in by the old certificates goes on while new ones are in use. */
static void
test_tls__a_context_may_go_before_its_connections(void **state)
{
	struct tls_conf conf = conf_of(pki.root, lists, false);
	void *context = context_of(&conf);
	SSL *ssl = tls_server_accept(context);

	(void)state;
	tls_server_free(context);
	tls_server_free(NULL);
	assert_non_null(SSL_get_SSL_CTX(ssl));
	SSL_free(ssl);
}

/* --- revocation --- */

static void
empty_lists(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s; mkdir %s", lists, lists);
	assert_int_equal(system(command), 0);
}

static void
list_of(const struct pki_made *issuer, const char *name, long this_s,
	long next_s, X509 *revoked)
{
	struct pki_list list = { .issuer = issuer,
		.number = 1,
		.this_s = this_s,
		.next_s = next_s,
		.revoked = { revoked } };
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", lists, name);
	pki_crl_write(&list, path);
}

/* The root's list and the intermediate's, in each state; the client is below
 * the intermediate.
 */
enum list_is {
	ABSENT,
	GOOD,
	OLD,
	FUTURE,
	FORGED,
	REVOKES, /* and good */
	OLD_REVOKES
};

static void
put_list(const struct pki_made *issuer, const char *name, enum list_is is,
	X509 *revoked)
{
	struct pki_made forger = { issuer->x509, pki.other_is.key };

	switch (is) {
	case ABSENT:
		break;
	case GOOD:
		list_of(issuer, name, -HOUR, HOUR, NULL);
		break;
	case OLD:
		list_of(issuer, name, -2 * HOUR, -HOUR, NULL);
		break;
	case FUTURE:
		list_of(issuer, name, HOUR, 2 * HOUR, NULL);
		break;
	case FORGED:
		list_of(&forger, name, -HOUR, HOUR, NULL);
		break;
	case REVOKES:
		list_of(issuer, name, -HOUR, HOUR, revoked);
		break;
	case OLD_REVOKES:
		list_of(issuer, name, -2 * HOUR, -HOUR, revoked);
		break;
	}
}

static const struct {
	const char *what;
	enum list_is of_root, of_middle;
	/* When lists are used, and when they are required: CODE_NONE lets in. */
	enum code use, require;
	bool doubt; /* when used */
} revocations[] = {
	{ "both lists good", GOOD, GOOD, CODE_NONE, CODE_NONE, false },
	{ "the client is revoked", GOOD, REVOKES, CODE_REVOKED, CODE_REVOKED,
		false },
	{ "the intermediate is revoked", REVOKES, GOOD, CODE_REVOKED,
		CODE_REVOKED, false },
	{ "no lists", ABSENT, ABSENT, CODE_NONE, CODE_CRL, true },
	{ "the root's is missing", ABSENT, GOOD, CODE_NONE, CODE_CRL, true },
	{ "the intermediate's is missing", GOOD, ABSENT, CODE_NONE, CODE_CRL,
		true },
	{ "one is out of date", GOOD, OLD, CODE_NONE, CODE_CRL, true },
	{ "one is of the future", FUTURE, GOOD, CODE_NONE, CODE_CRL, true },
	{ "one is forged", GOOD, FORGED, CODE_NONE, CODE_CRL, true },
	{ "revoked on a list that is out of date", GOOD, OLD_REVOKES,
		CODE_REVOKED, CODE_CRL, true },
	{ "revoked, and the root's is missing", ABSENT, REVOKES, CODE_REVOKED,
		CODE_REVOKED, false },
};

#define REVOCATIONS (sizeof(revocations) / sizeof(revocations[0]))

static void
prepare(size_t i)
{
	empty_lists();
	put_list(&pki.root_is, "root.pem", revocations[i].of_root, middle.x509);
	put_list(
		&middle, "middle.pem", revocations[i].of_middle, below_is.x509);
}

static void
test_tls__revoked_is_refused(void **state)
{
	struct client c = { .certificate = below, .key = below_key };
	size_t i;
	int require;

	(void)state;
	for (i = 0; i < REVOCATIONS; i++) {
		prepare(i);
		for (require = 0; require < 2; require++) {
			struct tls_conf conf =
				conf_of(pki.root, lists, require == 1);
			enum code wanted = require == 1 ? revocations[i].require
							: revocations[i].use;
			struct shaken got = shake(&conf, &c);

			if (got.accepted != (wanted == CODE_NONE) ||
				(!got.accepted && got.code != wanted))
				fail_msg("%s, require %d: %s",
					revocations[i].what, require, got.text);
			if (got.accepted)
				assert_string_equal(got.who.oin, PKI_OURS);
		}
	}
	/* Without lists nobody asks. */
	{
		struct tls_conf conf = conf_of(pki.root, NULL, false);

		assert_true(shake(&conf, &c).accepted);
	}
}

static void
test_tls__a_doubt_is_told_once_an_hour(void **state)
{
	struct tls_conf conf = conf_of(pki.root, lists, false);
	struct client c = { .certificate = below, .key = below_key };
	struct fault what = FAULT_NONE;
	void *context;

	(void)state;
	empty_lists();
	context = context_of(&conf);
	assert_false(tls_server_doubt(context, HOUR_MS, &what));
	assert_true(shake_with(context, &c).accepted);
	assert_true(tls_server_doubt(context, HOUR_MS, &what));
	assert_int_equal(what.code, CODE_CRL);
	assert_non_null(strstr(what.text, "'below' of issuer 'middle'"));
	assert_true(shake_with(context, &c).accepted);
	assert_false(tls_server_doubt(context, 2 * HOUR_MS - 1, &what));
	assert_true(tls_server_doubt(context, 2 * HOUR_MS, &what));
	assert_false(tls_server_doubt(context, 9 * HOUR_MS, &what));
	tls_server_free(context);
}

/* --- a certificate that a front proxy passed on --- */

static enum verdict
passed(const struct tls_conf *conf, const char *file, struct tls_who *who,
	struct fault *why)
{
	struct tls_conf bare = *conf;
	unsigned char *bytes = NULL;
	enum verdict v;
	void *context;
	FILE *in = fopen(file, "r");
	X509 *x509;
	int len;

	bare.certificate = bare.key = NULL;
	context = context_of(&bare);
	assert_non_null(in);
	x509 = PEM_read_X509(in, NULL, NULL, NULL);
	len = i2d_X509(x509, &bytes);
	v = tls_verify_passed(context, bytes, (size_t)len, who, why);
	OPENSSL_free(bytes);
	X509_free(x509);
	fclose(in);
	tls_server_free(context);
	return v;
}

static void
test_tls__a_passed_certificate_is_verified(void **state)
{
	char weak[64], weak_key[64], server[64], server_key[64];
	const struct {
		const char *what, *trust, *file;
		bool good;
	} cases[] = {
		{ "good", pki.root, pki.client, true },
		{ "below another root", pki.root, pki.stranger, false },
		{ "of the second root", both_roots, pki.stranger, true },
		{ "expired", pki.root, pki.expired, false },
		{ "without its chain", pki.root, below_alone, false },
		{ "chain in trust", root_and_middle, below_alone, true },
		{ "intermediate alone in trust", middle_alone, below_alone,
			true },
		{ "intermediate alone, another client", middle_alone,
			pki.client, false },
		{ "a weak key", pki.root, weak, false },
		{ "for servers only", pki.root, server, false },
	};
	struct pki_made made;
	size_t i;

	(void)state;
	made = pki_leaf_as(&pki,
		&(struct pki_want){ .issuer = &pki.root_is,
			.name = "weak",
			.ends_s = PKI_DAY,
			.rsa_bits = 1024 },
		weak, weak_key);
	pki_free(&made);
	made = pki_leaf_as(&pki,
		&(struct pki_want){ .issuer = &pki.root_is,
			.name = "serving",
			.ends_s = PKI_DAY,
			.eku = "serverAuth" },
		server, server_key);
	pki_free(&made);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tls_conf conf = conf_of(cases[i].trust, NULL, false);
		struct tls_who who = { .oin = "untouched" };
		struct fault why = FAULT_NONE;
		bool good = cases[i].good;

		if (passed(&conf, cases[i].file, &who, &why) !=
			(good ? V_OK : V_SKIP))
			fail_msg("%s: %s", cases[i].what, why.text);
		assert_string_equal(who.oin, good ? PKI_OURS : "untouched");
		if (!good)
			assert_int_equal(why.code, CODE_TLS);
	}
}

static void
test_tls__a_passed_certificate_may_be_revoked(void **state)
{
	struct tls_who who;
	struct fault why;
	size_t i;
	int require;

	(void)state;
	for (i = 0; i < REVOCATIONS; i++) {
		prepare(i);
		for (require = 0; require < 2; require++) {
			struct tls_conf conf =
				conf_of(root_and_middle, lists, require == 1);
			enum code wanted = require == 1 ? revocations[i].require
							: revocations[i].use;

			why = FAULT_NONE;
			(void)passed(&conf, below_alone, &who, &why);
			if (why.code != wanted)
				fail_msg("%s, require %d: %s",
					revocations[i].what, require, why.text);
		}
	}
	/* Below an intermediate that is trusted by itself, its list is asked
	 * and that of the root is not.
	 */
	empty_lists();
	put_list(&middle, "middle.pem", GOOD, NULL);
	{
		struct tls_conf conf = conf_of(middle_alone, lists, true);

		assert_int_equal(passed(&conf, below_alone, &who, &why), V_OK);
		put_list(&middle, "middle.pem", REVOKES, below_is.x509);
		assert_int_equal(
			passed(&conf, below_alone, &who, &why), V_SKIP);
		assert_int_equal(why.code, CODE_REVOKED);
	}
}

/* By the whole chain, on both roads; not by the name of the client. */
static void
test_tls__who_is_for_trials_is_known_by_the_chain(void **state)
{
	const struct {
		const char *root, *middle, *client;
		bool trial;
	} cases[] = {
		{ "Private Root CA", "Private CA", "some client", false },
		{ "Private Root CA", "Private CA", "TEST client", false },
		{ "TRIAL Private Root CA", "Private CA", "some client", true },
		{ "Private Root CA", "Test CA", "some client", true },
	};
	struct client c = { .version_max = 0 };
	struct fault why;
	char file[5][64];
	size_t i;
	int k;

	(void)state;
	for (k = 0; k < 5; k++)
		snprintf(file[k], 64, "%s/chain-%d", pki.dir, k);
	c.certificate = file[0];
	c.key = file[1];
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pki_made root =
			pki_make(NULL, cases[i].root, NULL, PKI_DAY);
		struct pki_made under =
			pki_make_as(&(struct pki_want){ .issuer = &root,
				.name = cases[i].middle,
				.ends_s = PKI_DAY,
				.authority = true });
		struct pki_made made =
			pki_make(&under, cases[i].client, PKI_OURS, PKI_DAY);
		struct tls_conf conf = conf_of(file[2], NULL, false);
		struct tls_conf partial = conf_of(file[3], NULL, false);
		struct tls_who who = { .trial = !cases[i].trial };
		struct shaken got;

		pki_write_chain(&made,
			(const struct pki_made *[]){ &under, NULL }, file[0],
			file[1]);
		pki_write(&root, file[2], NULL);
		pki_write(&under, file[3], NULL);
		pki_write(&made, file[4], NULL);
		got = shake(&conf, &c);
		assert_true(got.accepted);
		assert_true(got.who.trial == cases[i].trial);
		assert_int_equal(passed(&partial, file[4], &who, &why), V_OK);
		assert_true(who.trial == cases[i].trial);
		pki_free(&root);
		pki_free(&under);
		pki_free(&made);
	}
}

static void
test_tls__what_is_passed_has_a_limit(void **state)
{
	struct tls_conf conf = { .trust = pki.root };
	void *context = context_of(&conf);
	char *large = mem_zero(1, 70000);
	struct tls_who who;
	struct fault why;

	(void)state;
	memset(large, 'x', 70000);
	assert_int_equal(tls_verify_passed(context, "", 0, &who, &why), V_SKIP);
	assert_int_equal(
		tls_verify_passed(context, large, 70000, &who, &why), V_SKIP);
	assert_int_equal(
		tls_verify_passed(context, "\x30\x82", 2, &who, &why), V_SKIP);
	assert_int_equal(why.code, CODE_TLS);
	free(large);
	tls_server_free(context);
}

/* --- */

static int
make_pki(void **state)
{
	const struct pki_made *chain[] = { &middle, NULL };
	const struct pki_made *others[] = { &pki.other_is, NULL };

	(void)state;
	tls_ignore_sigpipe();
	pki_init(&pki);
	middle = pki_make_as(&(struct pki_want){ .issuer = &pki.root_is,
		.name = "middle",
		.ends_s = PKI_DAY,
		.authority = true });
	below_is = pki_make(&middle, "below", PKI_OURS, PKI_DAY);
	snprintf(below, 64, "%s/below.crt", pki.dir);
	snprintf(below_key, 64, "%s/below.key", pki.dir);
	snprintf(below_alone, 64, "%s/below-alone.crt", pki.dir);
	snprintf(both_roots, 64, "%s/both.crt", pki.dir);
	snprintf(root_and_middle, 64, "%s/root-and-middle.crt", pki.dir);
	snprintf(middle_alone, 64, "%s/middle.crt", pki.dir);
	snprintf(lists, 64, "%s/lists", pki.dir);
	pki_write_chain(&below_is, chain, below, below_key);
	pki_write(&below_is, below_alone, NULL);
	pki_write_chain(&pki.root_is, others, both_roots, NULL);
	pki_write_chain(&pki.root_is, chain, root_and_middle, NULL);
	pki_write(&middle, middle_alone, NULL);
	return 0;
}

static int
drop_pki(void **state)
{
	(void)state;
	pki_free(&middle);
	pki_free(&below_is);
	pki_done(&pki);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tls__versions_and_ciphers),
		cmocka_unit_test(test_tls__no_renegotiation),
		cmocka_unit_test(test_tls__a_client_must_be_whom_we_trust),
		cmocka_unit_test(test_tls__none_is_refused),
		cmocka_unit_test(test_tls__two_roots_and_clients_of_both),
		cmocka_unit_test(test_tls__what_is_ours_must_fit),
		cmocka_unit_test(
			test_tls__a_context_may_go_before_its_connections),
		cmocka_unit_test(test_tls__revoked_is_refused),
		cmocka_unit_test(test_tls__a_doubt_is_told_once_an_hour),
		cmocka_unit_test(test_tls__a_passed_certificate_is_verified),
		cmocka_unit_test(test_tls__a_passed_certificate_may_be_revoked),
		cmocka_unit_test(
			test_tls__who_is_for_trials_is_known_by_the_chain),
		cmocka_unit_test(test_tls__what_is_passed_has_a_limit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("tls", tests, make_pki, drop_pki);
}
