/* channels/certificate.c - looking at certificates and keys; see look.h
 *
 * Links without anything that can send: the operator's tool uses it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/clock.h"
#include "channels/look.h"
#include "channels/tls.h"

/* Copy one attribute of a name when it is there once and plain. */
static void
name_text(const X509_NAME *name, int nid, char *text_out, size_t max)
{
	unsigned char *utf8 = NULL;
	const X509_NAME_ENTRY *entry;
	int at, len, i;

	text_out[0] = '\0';
	at = X509_NAME_get_index_by_NID(name, nid, -1);
	if (at < 0 || X509_NAME_get_index_by_NID(name, nid, at) >= 0)
		return;
	entry = X509_NAME_get_entry(name, at);
	len = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
	if (len > 0 && (size_t)len < max) {
		for (i = 0; i < len && utf8[i] >= 0x20 && utf8[i] != 0x7f; i++)
			;
		if (i == len) {
			memcpy(text_out, utf8, (size_t)len);
			text_out[len] = '\0';
		}
	}
	OPENSSL_free(utf8);
}

void
certificate_oin(const void *x509, char oin_out[TLS_OIN_MAX])
{
	assert(x509 != NULL);
	name_text(X509_get_subject_name(x509), NID_serialNumber, oin_out,
		TLS_OIN_MAX);
}

void
certificate_name(const void *x509_name, char out[CERTIFICATE_NAME_MAX])
{
	name_text(x509_name, NID_commonName, out, CERTIFICATE_NAME_MAX);
	if (out[0] == '\0')
		name_text(x509_name, NID_organizationName, out,
			CERTIFICATE_NAME_MAX);
}

bool
certificate_time(const void *asn1_time, int64_t *ms_out)
{
	struct tm tm = { 0 };
	int32_t days;

	if (ASN1_TIME_to_tm(asn1_time, &tm) != 1 ||
		!clock_day(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, &days))
		return false;
	*ms_out = (((int64_t)days * 24 + tm.tm_hour) * 60 + tm.tm_min) * 60000 +
		  (int64_t)tm.tm_sec * 1000;
	return true;
}

static enum verdict
certificate_load(const char *path, X509 **x509_out, struct fault *why)
{
	enum verdict v = V_OK;
	X509 *x509;
	FILE *in = fopen(path, "re");

	if (in == NULL) {
		v = fault_errno(why, V_BROKEN, CODE_CERTIFICATE, "certificate");
		fault_at(why, "%s", path);
		return v;
	}
	x509 = PEM_read_X509(in, NULL, NULL, NULL);
	(void)fclose(in);
	ERR_clear_error();
	if (x509 == NULL) {
		v = fault_set(why, V_BROKEN, CODE_CERTIFICATE,
			"no certificate in PEM form");
		fault_at(why, "%s", path);
		return v;
	}
	*x509_out = x509;
	return V_OK;
}

enum verdict
certificate_look(const char *path, struct certificate *out, struct fault *why)
{
	struct certificate seen = { .oin = "" };
	enum verdict v;
	X509 *x509 = NULL;

	v = certificate_load(path, &x509, why);
	if (v != V_OK)
		return v;
	certificate_oin(x509, seen.oin);
	name_text(X509_get_subject_name(x509), NID_commonName, seen.subject,
		sizeof(seen.subject));
	if (!certificate_time(X509_get0_notBefore(x509), &seen.start_ms) ||
		!certificate_time(X509_get0_notAfter(x509), &seen.end_ms)) {
		v = fault_set(why, V_BROKEN, CODE_CERTIFICATE,
			"certificate without usable dates");
		fault_at(why, "%s", path);
		goto out;
	}
	*out = seen;
out:
	X509_free(x509);
	return v;
}

/* A key with a passphrase must fail, not ask on the terminal. */
static int
no_passphrase(char *text, int size, int writing, void *self)
{
	(void)text;
	(void)size;
	(void)writing;
	(void)self;
	return -1;
}

static enum verdict
key_load(const char *path, EVP_PKEY **key_out, struct fault *why)
{
	enum verdict v = V_OK;
	EVP_PKEY *key = NULL;
	struct stat st;
	FILE *in = fopen(path, "re");

	if (in == NULL)
		v = fault_errno(why, V_BROKEN, CODE_KEY, "key");
	else if (fstat(fileno(in), &st) == -1)
		v = fault_errno(why, V_BROKEN, CODE_KEY, "key");
	else if ((st.st_mode & (S_IROTH | S_IWOTH)) != 0)
		v = fault_set(why, V_BROKEN, CODE_SECRET,
			"key may be read or written by everybody");
	else if ((key = PEM_read_PrivateKey(in, NULL, no_passphrase, NULL)) ==
		 NULL)
		v = fault_set(why, V_BROKEN, CODE_KEY,
			"no private key in PEM form without a passphrase");
	if (in != NULL)
		(void)fclose(in);
	ERR_clear_error();
	if (v != V_OK)
		fault_at(why, "%s", path);
	else
		*key_out = key;
	return v;
}

enum verdict
certificate_key(
	const char *certificate_path, const char *key_path, struct fault *why)
{
	EVP_PKEY *key = NULL;
	X509 *x509 = NULL;
	enum verdict v;

	v = certificate_load(certificate_path, &x509, why);
	if (v != V_OK)
		return v;
	v = key_load(key_path, &key, why);
	if (v == V_OK && X509_check_private_key(x509, key) != 1) {
		v = fault_set(why, V_BROKEN, CODE_KEY,
			"key does not belong to the certificate");
		fault_at(why, "%s", key_path);
	}
	ERR_clear_error();
	EVP_PKEY_free(key);
	X509_free(x509);
	return v;
}
