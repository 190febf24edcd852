/* channels/tls_client.c - our side of a connection we open; see channels/tls.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "channels/crl.h"
#include "channels/tls_in.h"

#define LOOK_MS 60000 /* between two looks at the lists */

static bool
oin_right(const struct tls_check *check, const char *oin)
{
	size_t i;

	if (check->peer == JOBS_PEER_CHAIN || check->oin == NULL)
		return true;
	if (oin[0] == '\0')
		return false;
	for (i = 0; i < check->gateway_count; i++)
		if (strcmp(check->gateways[i], oin) == 0)
			return true;
	return look_same_oin(check->oin, oin);
}

static bool
exact_right(const struct tls_check *check, X509 *x509)
{
	unsigned char *der = NULL;
	bool right = false;
	size_t i;
	int len;

	if (check->peer != JOBS_PEER_EXACT)
		return true;
	len = i2d_X509(x509, &der);
	for (i = 0; len > 0 && !right && i < check->exact_count; i++)
		right = check->exact[i].len == (size_t)len &&
			memcmp(check->exact[i].bytes, der, (size_t)len) == 0;
	OPENSSL_free(der);
	return right;
}

/* The last word on the certificate of the peer itself; its chain is known. */
static int
check_leaf(struct tls_check *check, X509_STORE_CTX *store)
{
	X509 *x509 = X509_STORE_CTX_get_current_cert(store);
	char oin[TLS_OIN_MAX];

	certificate_oin(x509, oin);
	check->oin_wrong = !oin_right(check, oin);
	check->exact_wrong = !exact_right(check, x509);
	check->trial = check->production &&
		       certificate_trial(X509_STORE_CTX_get0_chain(store));
	if (!check->oin_wrong && !check->exact_wrong && !check->trial)
		return 1;
	if (check->oin_wrong)
		snprintf(check->text, sizeof(check->text),
			"peer's certificate carries %s%s, not the OIN %s",
			oin[0] == '\0' ? "no OIN" : "OIN ", oin, check->oin);
	else if (check->exact_wrong)
		snprintf(check->text, sizeof(check->text),
			"peer's certificate is not the one in the CPA");
	else
		snprintf(check->text, sizeof(check->text),
			"peer's certificate is for trials, and this is "
			"production");
	X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
	return 0;
}

/* The certificate they showed, whether it will do or not. */
static void
see_peer(struct tls_seen *seen, const X509 *x509)
{
	unsigned char *der = NULL;
	struct certificate_der shown;
	struct fault ignored;
	int len;

	if (seen->shown || x509 == NULL)
		return;
	len = i2d_X509(x509, &der);
	if (len > 0) {
		shown = (struct certificate_der){ der, (size_t)len };
		seen->shown = certificate_look_der(
				      &shown, &seen->peer, &ignored) == V_OK;
	}
	OPENSSL_free(der);
}

static void
see_handshake(struct tls_seen *seen, const SSL *ssl)
{
	STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);

	snprintf(seen->version, sizeof(seen->version), "%s",
		SSL_get_version(ssl));
	snprintf(seen->cipher, sizeof(seen->cipher), "%s",
		SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)));
	seen->chain = chain == NULL ? 0 : sk_X509_num(chain);
	if (seen->chain > 0)
		certificate_name(X509_get_subject_name(
					 sk_X509_value(chain, seen->chain - 1)),
			seen->root);
}

static int
check_peer(int good, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
		store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls_check *check = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	see_peer(&check->seen, X509_STORE_CTX_get0_cert(store));
	if (!good && tls_weigh(store, check->crl_require, &check->doubt) == 0) {
		enum code code =
			tls_error_code(X509_STORE_CTX_get_error(store));

		check->revoked = code == CODE_REVOKED;
		check->crl_missing = code == CODE_CRL;
		tls_error_text(store, check->text);
		return 0;
	}
	if (!good || X509_STORE_CTX_get_error_depth(store) != 0)
		return 1;
	return check_leaf(check, store);
}

static void
hear(const SSL *ssl, int where, int value)
{
	struct tls_check *check = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	if (where == SSL_CB_READ_ALERT && (value >> 8) == SSL3_AL_FATAL)
		check->alert = value & 0xff;
	if (where == SSL_CB_HANDSHAKE_START)
		check->seen = (struct tls_seen){ .chain = 0 };
	if (where == SSL_CB_HANDSHAKE_DONE)
		see_handshake(&check->seen, ssl);
}

bool
tls_client(void *context, struct tls_check *check)
{
	SSL_CTX *ctx = context;

	if (!tls_harden(ctx))
		return false;
	SSL_CTX_set_app_data(ctx, check);
	if (check->crl_folder != NULL)
		crl_set_use(check->crls, SSL_CTX_get_cert_store(ctx));
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, check_peer);
	SSL_CTX_set_info_callback(ctx, hear);
	return true;
}

bool
tls_check_begin(struct tls_check *check, int64_t tick_ms)
{
	struct crl_set *crls = NULL;
	struct fault ignored;
	bool changed = false;
	int64_t stamp;

	check->oin_wrong = check->exact_wrong = check->trial = false;
	check->revoked = check->crl_missing = false;
	check->alert = -1;
	if (check->crl_folder == NULL ||
		(check->crl_looked_ms != 0 &&
			tick_ms - check->crl_looked_ms < LOOK_MS))
		return false;
	stamp = crl_stamp(check->crl_folder);
	if (check->crl_looked_ms == 0 || stamp != check->crl_stamp) {
		/* One that cannot be read has no lists. */
		(void)crl_set_load(check->crl_folder, &crls, &ignored);
		crl_set_free(check->crls);
		check->crls = crls;
		changed = check->crl_looked_ms != 0;
	}
	check->crl_stamp = stamp;
	check->crl_looked_ms = tick_ms;
	return changed;
}

bool
tls_check_fault(const struct tls_check *check, struct fault *why)
{
	enum code code = check->oin_wrong || check->exact_wrong ? CODE_PEER_OIN
			 : check->trial				? CODE_TRIAL
			 : check->revoked			? CODE_REVOKED
			 : check->crl_missing			? CODE_CRL
								: CODE_NONE;

	if (code == CODE_NONE)
		return false;
	(void)fault_set(why, V_LATER, code, "%s", check->text);
	return true;
}

bool
tls_check_doubt(
	struct tls_check *check, int64_t tick_ms, struct fault *what_out)
{
	return tls_say_doubt(&check->doubt, tick_ms, what_out);
}

void
tls_check_done(struct tls_check *check)
{
	crl_set_free(check->crls);
	check->crls = NULL;
	check->crl_looked_ms = 0;
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
