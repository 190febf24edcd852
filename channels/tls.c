/* channels/tls.c - see channels/tls.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/arena.h"
#include "channels/crl.h"
#include "channels/look.h"
#include "channels/tls_in.h"

/* Good and sufficient in the sense of the NCSC guideline for TLS. */
#define CIPHERS_12                                                             \
	"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"           \
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"           \
	"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"
#define CIPHERS_13                                                             \
	"TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"                 \
	"TLS_AES_128_GCM_SHA256"

#define SECURITY_LEVEL 2 /* RSA and DH below 2048 bits are refused */
#define DOUBT_MS 3600000 /* between two warnings */
#define PASSED_BYTES_MAX 65536

void
tls_ignore_sigpipe(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	(void)sigaction(SIGPIPE, &ignore, NULL);
}

bool
tls_harden(SSL_CTX *ctx)
{
	char groups[] = "X25519:P-256:P-384";

	SSL_CTX_set_security_level(ctx, SECURITY_LEVEL);
	SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION |
					 SSL_OP_NO_RENEGOTIATION |
					 SSL_OP_CIPHER_SERVER_PREFERENCE);
	return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
	       SSL_CTX_set_cipher_list(ctx, CIPHERS_12) == 1 &&
	       SSL_CTX_set_ciphersuites(ctx, CIPHERS_13) == 1 &&
	       SSL_CTX_set1_groups_list(ctx, groups) == 1;
}

/* ebms-core's client offers h2 first: choose the one we speak. */
static int
choose_http11(SSL *ssl, const unsigned char **out, unsigned char *out_len,
	const unsigned char *in, unsigned int in_len, void *self)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen = NULL;

	(void)ssl;
	(void)self;
	if (SSL_select_next_proto(&chosen, out_len, ours, sizeof(ours) - 1, in,
		    in_len) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

/* --- revocation --- */

/* Is it about a list that is not there or not valid?  None of these says
 * anything against the certificate itself.
 */
static bool
list_error(int error)
{
	return error == X509_V_ERR_UNABLE_TO_GET_CRL ||
	       error == X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER ||
	       error == X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE ||
	       error == X509_V_ERR_CRL_SIGNATURE_FAILURE ||
	       error == X509_V_ERR_CRL_NOT_YET_VALID ||
	       error == X509_V_ERR_CRL_HAS_EXPIRED ||
	       error == X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD ||
	       error == X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD ||
	       error == X509_V_ERR_KEYUSAGE_NO_CRL_SIGN ||
	       error == X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION ||
	       error == X509_V_ERR_DIFFERENT_CRL_SCOPE ||
	       error == X509_V_ERR_CRL_PATH_VALIDATION_ERROR;
}

enum code
tls_error_code(long error)
{
	return error == X509_V_ERR_CERT_REVOKED ? CODE_REVOKED
	       : list_error((int)error)		? CODE_CRL
						: CODE_TLS;
}

/* The issuer is the one whose list it may be about. */
void
tls_error_text(X509_STORE_CTX *store, char text_out[TLS_TEXT_MAX])
{
	const X509 *x509 = X509_STORE_CTX_get_current_cert(store);
	char name[CERTIFICATE_NAME_MAX] = "", issuer[CERTIFICATE_NAME_MAX] = "";

	if (x509 != NULL) {
		certificate_name(X509_get_subject_name(x509), name);
		certificate_name(X509_get_issuer_name(x509), issuer);
	}
	snprintf(text_out, TLS_TEXT_MAX, "%s: '%.50s' of issuer '%.50s'",
		X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)),
		name, issuer);
}

/* After an error of a verification: 1 if it goes on all the same. */
int
tls_weigh(X509_STORE_CTX *store, bool require, struct tls_doubt *doubt)
{
	int top = sk_X509_num(X509_STORE_CTX_get0_chain(store)) - 1;

	if (!list_error(X509_STORE_CTX_get_error(store)))
		return 0;
	/* The top is trusted because we were told so; no list adds to that. */
	if (X509_STORE_CTX_get_error_depth(store) != top || top == 0) {
		if (require)
			return 0;
		if (!doubt->some)
			tls_error_text(store, doubt->text);
		doubt->some = true;
	}
	X509_STORE_CTX_set_error(store, X509_V_OK);
	return 1;
}

bool
tls_say_doubt(struct tls_doubt *doubt, int64_t tick_ms, struct fault *what_out)
{
	if (!doubt->some ||
		(doubt->told_ms != 0 && tick_ms - doubt->told_ms < DOUBT_MS))
		return false;
	doubt->some = false;
	doubt->told_ms = tick_ms;
	(void)fault_set(what_out, V_SKIP, CODE_CRL,
		"not known whether it was revoked, goes on: %s", doubt->text);
	return true;
}

/* --- server --- */

/* What a server's context carries along. */
struct server {
	bool require;
	struct tls_doubt doubt;
};

static void
server_free(void *parent, void *ptr, CRYPTO_EX_DATA *data, int index, long argl,
	void *argp)
{
	(void)parent;
	(void)data;
	(void)index;
	(void)argl;
	(void)argp;
	free(ptr);
}

/* Its index in an SSL_CTX; connections outlive the one who made it. */
static int
server_index(void)
{
	static int index = -1;

	if (index == -1)
		index = SSL_CTX_get_ex_new_index(
			0, NULL, NULL, NULL, server_free);
	if (index == -1)
		abort(); /* no memory, as everywhere (base/arena.h) */
	return index;
}

static int
check_client(int good, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
		store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct server *server =
		ssl != NULL ? SSL_CTX_get_ex_data(
				      SSL_get_SSL_CTX(ssl), server_index())
			    : X509_STORE_CTX_get_app_data(store);

	return good ? 1 : tls_weigh(store, server->require, &server->doubt);
}

static enum verdict
server_own(SSL_CTX *ctx, const struct tls_conf *conf, struct fault *why)
{
	struct certificate seen;
	enum verdict v;

	/* First, so that an unfit key never makes OpenSSL ask for a
	 * passphrase on the terminal.
	 */
	v = certificate_key(conf->certificate, conf->key, why);
	if (v == V_OK)
		v = certificate_look(conf->certificate, &seen, why);
	if (v == V_OK)
		v = certificate_fit(&seen, CERTIFICATE_SERVER, NULL, why);
	if (v != V_OK) {
		fault_at(why, "%s", conf->certificate);
		return v;
	}
	if (SSL_CTX_use_certificate_chain_file(ctx, conf->certificate) != 1) {
		v = fault_set(why, V_BROKEN, CODE_CERTIFICATE,
			"certificate cannot be used");
		fault_at(why, "%s", conf->certificate);
	} else if (SSL_CTX_use_PrivateKey_file(
			   ctx, conf->key, SSL_FILETYPE_PEM) != 1 ||
		   SSL_CTX_check_private_key(ctx) != 1) {
		v = fault_set(why, V_BROKEN, CODE_KEY, "key cannot be used");
		fault_at(why, "%s", conf->key);
	}
	ERR_clear_error();
	return v;
}

enum verdict
tls_server_lists(void *context, const char *crl_folder, struct fault *why)
{
	STACK_OF(X509) *roots = NULL;
	struct crl_set *crls = NULL;
	X509_STORE *store;
	enum verdict v;
	int i;

	v = crl_set_load(crl_folder, &crls, why);
	if (v != V_OK)
		return v;
	/* A store gives no list back, so it takes another. */
	roots = X509_STORE_get1_all_certs(SSL_CTX_get_cert_store(context));
	store = X509_STORE_new();
	if (roots == NULL || store == NULL)
		abort(); /* no memory, as everywhere (base/arena.h) */
	for (i = 0; i < sk_X509_num(roots); i++)
		if (X509_STORE_add_cert(store, sk_X509_value(roots, i)) != 1)
			abort();
	crl_set_use(crls, store);
	SSL_CTX_set_cert_store(context, store);
	crl_set_free(crls);
	sk_X509_pop_free(roots, X509_free);
	return V_OK;
}

static enum verdict
server_trust(SSL_CTX *ctx, const struct tls_conf *conf, struct fault *why)
{
	STACK_OF(X509_NAME) *names = NULL;
	struct server *server;
	enum verdict v = V_OK;

	if (SSL_CTX_load_verify_locations(ctx, conf->trust, NULL) != 1 ||
		(names = SSL_load_client_CA_file(conf->trust)) == NULL) {
		v = fault_set(
			why, V_BROKEN, CODE_CERTIFICATE, "no roots to trust");
		fault_at(why, "%s", conf->trust);
		ERR_clear_error();
		return v;
	}
	SSL_CTX_set_client_CA_list(ctx, names);
	if (conf->crl_folder != NULL) {
		v = tls_server_lists(ctx, conf->crl_folder, why);
		if (v != V_OK)
			return v;
	}
	server = mem_zero(1, sizeof(*server));
	server->require = conf->crl_require;
	if (SSL_CTX_set_ex_data(ctx, server_index(), server) != 1)
		abort();
	SSL_CTX_set_verify(ctx,
		SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
		check_client);
	return V_OK;
}

enum verdict
tls_server_new(
	const struct tls_conf *conf, void **context_out, struct fault *why)
{
	enum verdict v = V_OK;
	SSL_CTX *ctx;

	assert(conf->trust != NULL);
	assert((conf->certificate == NULL) == (conf->key == NULL));
	ctx = SSL_CTX_new(TLS_server_method());
	if (ctx == NULL || !tls_harden(ctx)) {
		v = fault_set(why, V_BROKEN, CODE_TLS,
			"TLS cannot be set up as required");
		goto out;
	}
	if (conf->certificate != NULL)
		v = server_own(ctx, conf, why);
	if (v == V_OK)
		v = server_trust(ctx, conf, why);
	if (v != V_OK)
		goto out;
	/* No resumption: every connection shows its certificate. */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
	(void)SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_mode(ctx,
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_alpn_select_cb(ctx, choose_http11, NULL);
	*context_out = ctx;
	ctx = NULL;
out:
	SSL_CTX_free(ctx);
	return v;
}

void
tls_server_free(void *context)
{
	SSL_CTX_free(context);
}

void *
tls_server_accept(void *context)
{
	SSL *ssl = SSL_new(context);

	if (ssl != NULL)
		SSL_set_accept_state(ssl);
	return ssl;
}

static void
who_is(const X509 *x509, const STACK_OF(X509) * chain, struct tls_who *who_out)
{
	certificate_oin(x509, who_out->oin);
	who_out->trial = certificate_trial(chain);
}

bool
tls_peer(void *connection, struct tls_who *who_out)
{
	X509 *x509;

	if (connection == NULL ||
		SSL_get_verify_result(connection) != X509_V_OK)
		return false;
	x509 = SSL_get1_peer_certificate(connection);
	if (x509 == NULL)
		return false;
	who_is(x509, SSL_get0_verified_chain(connection), who_out);
	X509_free(x509);
	return true;
}

bool
tls_server_doubt(void *context, int64_t tick_ms, struct fault *what_out)
{
	struct server *server = SSL_CTX_get_ex_data(context, server_index());

	return tls_say_doubt(&server->doubt, tick_ms, what_out);
}

enum code
tls_reason(void *connection, unsigned long error, char text_out[TLS_TEXT_MAX])
{
	const char *reason = error != 0 ? ERR_reason_error_string(error) : NULL;
	long verify =
		connection != NULL ? SSL_get_verify_result(connection) : 0;

	if (verify != X509_V_OK)
		snprintf(text_out, TLS_TEXT_MAX, "%s",
			X509_verify_cert_error_string(verify));
	else
		snprintf(text_out, TLS_TEXT_MAX, "%s",
			reason != NULL ? reason : "connection closed");
	return tls_error_code(verify);
}

void
tls_goodbye(void *connection)
{
	if (connection == NULL)
		return;
	if (SSL_is_init_finished(connection))
		(void)SSL_shutdown(connection);
	ERR_clear_error();
}

/* --- a client's certificate outside a handshake --- */

/* One verification; the error of it, X509_V_OK when it is good. */
static int
verify(SSL_CTX *ctx, X509 *x509, STACK_OF(X509) * chain, bool partial,
	struct tls_who *who_out, char text_out[TLS_TEXT_MAX])
{
	X509_STORE_CTX *store = X509_STORE_CTX_new();
	int error = X509_V_OK;

	if (store == NULL ||
		X509_STORE_CTX_init(
			store, SSL_CTX_get_cert_store(ctx), x509, chain) != 1 ||
		X509_STORE_CTX_set_default(store, "ssl_client") != 1)
		abort(); /* no memory, as everywhere (base/arena.h) */
	X509_STORE_CTX_set_app_data(
		store, SSL_CTX_get_ex_data(ctx, server_index()));
	X509_STORE_CTX_set_verify_cb(store, check_client);
	X509_VERIFY_PARAM_set_auth_level(
		X509_STORE_CTX_get0_param(store), SECURITY_LEVEL);
	if (partial)
		X509_STORE_CTX_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	if (X509_verify_cert(store) != 1) {
		error = X509_STORE_CTX_get_error(store);
		if (error == X509_V_OK)
			error = X509_V_ERR_UNSPECIFIED;
		tls_error_text(store, text_out);
	} else {
		who_is(x509, X509_STORE_CTX_get0_chain(store), who_out);
	}
	X509_STORE_CTX_free(store);
	ERR_clear_error();
	return error;
}

enum verdict
tls_peer_again(void *context, void *connection, struct tls_who *who_out,
	struct fault *why)
{
	X509 *x509 = SSL_get0_peer_certificate(connection);
	char text[TLS_TEXT_MAX] = "";
	int error;

	assert(x509 != NULL);
	error = verify(context, x509, SSL_get_peer_cert_chain(connection),
		false, who_out, text);
	if (error == X509_V_OK)
		return V_OK;
	return fault_set(why, V_SKIP, tls_error_code(error),
		"client certificate no longer accepted: %s", text);
}

enum verdict
tls_verify_passed(void *context, const void *bytes, size_t len,
	struct tls_who *who_out, struct fault *why)
{
	const unsigned char *der = bytes;
	char text[TLS_TEXT_MAX] = "";
	enum verdict v = V_OK;
	X509 *x509 = NULL;
	int error;

	if (len > 0 && len <= PASSED_BYTES_MAX)
		x509 = d2i_X509(NULL, &der, (long)len);
	ERR_clear_error();
	if (x509 == NULL)
		return fault_set(why, V_SKIP, CODE_TLS,
			"what the front proxy passed is no certificate");
	error = verify(context, x509, NULL, false, who_out, text);
	if (error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
		error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY)
		error = verify(context, x509, NULL, true, who_out, text);
	if (error != X509_V_OK)
		v = fault_set(why, V_SKIP, tls_error_code(error),
			"passed certificate refused: %s", text);
	X509_free(x509);
	return v;
}
