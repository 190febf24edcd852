/* channels/tls.c - see channels/tls.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "channels/look.h"
#include "channels/tls.h"

/* Good and sufficient in the sense of the NCSC guideline for TLS. */
#define CIPHERS_12                                                             \
	"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"           \
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"           \
	"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"
#define CIPHERS_13                                                             \
	"TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"                 \
	"TLS_AES_128_GCM_SHA256"

void
tls_ignore_sigpipe(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	(void)sigaction(SIGPIPE, &ignore, NULL);
}

static bool
harden(SSL_CTX *ctx)
{
	char groups[] = "X25519:P-256:P-384";

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

static enum verdict
server_files(SSL_CTX *ctx, const char *certificate, const char *key,
	const char *trust, struct fault *why)
{
	enum verdict v = V_OK;
	STACK_OF(X509_NAME) *names = NULL;

	if (SSL_CTX_use_certificate_chain_file(ctx, certificate) != 1) {
		v = fault_set(why, V_BROKEN, CODE_CERTIFICATE,
			"certificate cannot be used");
		fault_at(why, "%s", certificate);
	} else if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) !=
			   1 ||
		   SSL_CTX_check_private_key(ctx) != 1) {
		v = fault_set(why, V_BROKEN, CODE_KEY, "key cannot be used");
		fault_at(why, "%s", key);
	} else if (SSL_CTX_load_verify_locations(ctx, trust, NULL) != 1 ||
		   (names = SSL_load_client_CA_file(trust)) == NULL) {
		v = fault_set(
			why, V_BROKEN, CODE_CERTIFICATE, "no roots to trust");
		fault_at(why, "%s", trust);
	}
	if (v == V_OK)
		SSL_CTX_set_client_CA_list(ctx, names);
	ERR_clear_error();
	return v;
}

enum verdict
tls_server_new(const char *certificate, const char *key, const char *trust,
	void **context_out, struct fault *why)
{
	enum verdict v;
	SSL_CTX *ctx;

	assert(certificate != NULL && key != NULL && trust != NULL);
	/* First, so that an unfit key never makes OpenSSL ask for a
	 * passphrase on the terminal.
	 */
	v = certificate_key(certificate, key, why);
	if (v != V_OK)
		return v;
	ctx = SSL_CTX_new(TLS_server_method());
	if (ctx == NULL || !harden(ctx)) {
		v = fault_set(why, V_BROKEN, CODE_TLS,
			"TLS cannot be set up as required");
		goto out;
	}
	v = server_files(ctx, certificate, key, trust, why);
	if (v != V_OK)
		goto out;
	SSL_CTX_set_verify(
		ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
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

bool
tls_peer(void *connection, char oin_out[TLS_OIN_MAX])
{
	X509 *x509;

	if (connection == NULL ||
		SSL_get_verify_result(connection) != X509_V_OK)
		return false;
	x509 = SSL_get1_peer_certificate(connection);
	if (x509 == NULL)
		return false;
	certificate_oin(x509, oin_out);
	X509_free(x509);
	return true;
}

void
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

static int
check_peer(int good, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
		store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls_check *check = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	char oin[TLS_OIN_MAX];

	if (!good || X509_STORE_CTX_get_error_depth(store) != 0 ||
		check->oin == NULL)
		return good;
	certificate_oin(X509_STORE_CTX_get_current_cert(store), oin);
	if (strcmp(oin, check->oin) == 0)
		return 1;
	check->oin_wrong = true;
	X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
	return 0;
}

static void
hear_alert(const SSL *ssl, int where, int value)
{
	struct tls_check *check = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	if (where == SSL_CB_READ_ALERT && (value >> 8) == SSL3_AL_FATAL)
		check->alert = value & 0xff;
}

bool
tls_client(void *context, struct tls_check *check)
{
	SSL_CTX *ctx = context;

	if (!harden(ctx))
		return false;
	SSL_CTX_set_app_data(ctx, check);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, check_peer);
	SSL_CTX_set_info_callback(ctx, hear_alert);
	return true;
}

bool
tls_alert_certificate(int alert)
{
	return alert == SSL_AD_BAD_CERTIFICATE ||
	       alert == SSL_AD_UNSUPPORTED_CERTIFICATE ||
	       alert == SSL_AD_CERTIFICATE_REVOKED ||
	       alert == SSL_AD_CERTIFICATE_EXPIRED ||
	       alert == SSL_AD_CERTIFICATE_UNKNOWN ||
	       alert == SSL_AD_UNKNOWN_CA || alert == SSL_AD_ACCESS_DENIED ||
	       alert == SSL_AD_CERTIFICATE_REQUIRED;
}

const char *
tls_alert_text(int alert)
{
	return SSL_alert_desc_string_long(alert);
}
