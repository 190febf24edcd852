/* channels/certificate.c - looking at certificates and keys; see look.h
 *
 * Links without anything that can send: the operator's tool uses it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "base/digest.h"
#include "channels/look.h"
#include "channels/tls.h"

#define IN_FILE_MAX 100	    /* certificates of one file */
#define DER_BYTES_MAX 65536 /* of one certificate */
#define RSA_BITS_MIN 2048   /* spec ebms2.md 3.1 */
#define EC_BITS_MIN 256
#define DAY_MS ((int64_t)86400000)

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

/* Names that PKIoverheid gives to what is for trials only. */
static bool
is_trial(const char *name)
{
	static const char *const words[] = { "TRIAL", "TEST" };
	const char *at = name;
	size_t i, len;

	while (*at != '\0') {
		while (*at != '\0' && !isalnum((unsigned char)*at))
			at++;
		for (len = 0; isalnum((unsigned char)at[len]); len++)
			;
		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (len == strlen(words[i]) &&
				strncasecmp(at, words[i], len) == 0)
				return true;
		at += len;
	}
	return false;
}

static bool
name_is_trial(const X509_NAME *name)
{
	char text[CERTIFICATE_NAME_MAX];

	name_text(name, NID_commonName, text, sizeof(text));
	if (is_trial(text))
		return true;
	name_text(name, NID_organizationName, text, sizeof(text));
	return is_trial(text);
}

bool
certificate_trial(const void *x509_chain)
{
	const STACK_OF(X509) *chain = x509_chain;
	int i;

	for (i = 0; i < sk_X509_num(chain); i++)
		if (name_is_trial(
			    X509_get_issuer_name(sk_X509_value(chain, i))))
			return true;
	return false;
}

/* Plain text of an IA5String; "" when it is too long or odd. */
static void
plain_text(const ASN1_STRING *from, char *out, size_t max)
{
	const unsigned char *bytes = ASN1_STRING_get0_data(from);
	int len = ASN1_STRING_length(from), i;

	out[0] = '\0';
	for (i = 0; i < len && bytes[i] > 0x20 && bytes[i] < 0x7f; i++)
		;
	if (i != len || (size_t)len >= max)
		return;
	memcpy(out, bytes, (size_t)len);
	out[len] = '\0';
}

static void
look_host_name(X509 *x509, struct certificate *seen)
{
	GENERAL_NAMES *names =
		X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
	int i;

	for (i = 0; i < sk_GENERAL_NAME_num(names) && seen->host[0] == '\0';
		i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_DNS)
			plain_text(name->d.dNSName, seen->host,
				sizeof(seen->host));
	}
	GENERAL_NAMES_free(names);
}

static void
look_crl(X509 *x509, struct certificate *seen)
{
	CRL_DIST_POINTS *points =
		X509_get_ext_d2i(x509, NID_crl_distribution_points, NULL, NULL);
	int i, k;

	for (i = 0; i < sk_DIST_POINT_num(points); i++) {
		const DIST_POINT *point = sk_DIST_POINT_value(points, i);
		const GENERAL_NAMES *names;

		if (point->distpoint == NULL || point->distpoint->type != 0)
			continue;
		names = point->distpoint->name.fullname;
		for (k = 0; k < sk_GENERAL_NAME_num(names) &&
			    seen->crl_count < CERTIFICATE_CRLS_MAX;
			k++) {
			const GENERAL_NAME *name =
				sk_GENERAL_NAME_value(names, k);
			char *to = seen->crl[seen->crl_count];

			if (name->type != GEN_URI)
				continue;
			plain_text(name->d.uniformResourceIdentifier, to,
				sizeof(seen->crl[0]));
			if (strncmp(to, "http://", 7) == 0 ||
				strncmp(to, "https://", 8) == 0)
				seen->crl_count++;
		}
	}
	CRL_DIST_POINTS_free(points);
}

static enum verdict
look(X509 *x509, struct certificate *out, struct fault *why)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x509);
	const EVP_PKEY *key = X509_get0_pubkey(x509);
	struct certificate seen = { .oin = "" };
	int len = ASN1_STRING_length(serial);
	const char *kind;

	if (!certificate_time(X509_get0_notBefore(x509), &seen.start_ms) ||
		!certificate_time(X509_get0_notAfter(x509), &seen.end_ms))
		return fault_set(why, V_BROKEN, CODE_CERTIFICATE,
			"certificate without usable dates");
	if (key == NULL)
		return fault_set(why, V_BROKEN, CODE_CERTIFICATE,
			"certificate with a key of an unknown kind");
	certificate_oin(x509, seen.oin);
	certificate_name(X509_get_subject_name(x509), seen.subject);
	certificate_name(X509_get_issuer_name(x509), seen.issuer);
	if (len > 0 && (size_t)len <= (sizeof(seen.serial) - 1) / 2)
		digest_hex(ASN1_STRING_get0_data(serial), (size_t)len,
			seen.serial);
	kind = EVP_PKEY_get0_type_name(key);
	snprintf(seen.key, sizeof(seen.key), "%s", kind == NULL ? "?" : kind);
	seen.key_bits = EVP_PKEY_get_bits(key);
	seen.authority = X509_check_ca(x509) > 0;
	seen.server = X509_check_purpose(x509, X509_PURPOSE_SSL_SERVER, 0) == 1;
	seen.client = X509_check_purpose(x509, X509_PURPOSE_SSL_CLIENT, 0) == 1;
	seen.trial = name_is_trial(X509_get_issuer_name(x509));
	look_host_name(x509, &seen);
	look_crl(x509, &seen);
	ERR_clear_error();
	*out = seen;
	return V_OK;
}

/* All of a PEM file; at least one. */
static enum verdict
load_all(const char *path, STACK_OF(X509) * *stack_out, struct fault *why)
{
	STACK_OF(X509) * stack;
	enum verdict v = V_OK;
	FILE *in = fopen(path, "re");
	X509 *x509;

	if (in == NULL) {
		v = fault_errno(why, V_BROKEN, CODE_CERTIFICATE, "certificate");
		fault_at(why, "%s", path);
		return v;
	}
	stack = sk_X509_new_null();
	if (stack == NULL)
		abort(); /* no memory, as everywhere (base/arena.h) */
	while (sk_X509_num(stack) < IN_FILE_MAX &&
		(x509 = PEM_read_X509(in, NULL, NULL, NULL)) != NULL)
		if (sk_X509_push(stack, x509) == 0)
			abort();
	(void)fclose(in);
	ERR_clear_error();
	if (sk_X509_num(stack) == 0) {
		v = fault_set(why, V_BROKEN, CODE_CERTIFICATE,
			"no certificate in PEM form");
		fault_at(why, "%s", path);
		sk_X509_pop_free(stack, X509_free);
		return v;
	}
	*stack_out = stack;
	return V_OK;
}

enum verdict
certificate_look_der(const struct certificate_der *der, struct certificate *out,
	struct fault *why)
{
	const unsigned char *bytes = der->bytes;
	X509 *x509 = NULL;
	enum verdict v;

	if (der->len > 0 && der->len <= DER_BYTES_MAX)
		x509 = d2i_X509(NULL, &bytes, (long)der->len);
	ERR_clear_error();
	if (x509 == NULL)
		return fault_set(why, V_BROKEN, CODE_CERTIFICATE,
			"no certificate in binary form");
	v = look(x509, out, why);
	X509_free(x509);
	return v;
}

enum verdict
certificate_look_all(const char *path, struct arena *mem,
	struct certificate **list_out, size_t *count_out, struct fault *why)
{
	STACK_OF(X509) *stack = NULL;
	struct certificate *list;
	size_t count, i;
	enum verdict v;

	v = load_all(path, &stack, why);
	if (v != V_OK)
		return v;
	count = (size_t)sk_X509_num(stack);
	list = arena_alloc(mem, count * sizeof(*list));
	for (i = 0; v == V_OK && i < count; i++)
		v = look(sk_X509_value(stack, (int)i), &list[i], why);
	sk_X509_pop_free(stack, X509_free);
	if (v == V_OK) {
		*list_out = list;
		*count_out = count;
	} else {
		fault_at(why, "%s", path);
	}
	return v;
}

enum verdict
certificate_look(const char *path, struct certificate *out, struct fault *why)
{
	STACK_OF(X509) *stack = NULL;
	struct certificate seen;
	enum verdict v;
	int i;

	v = load_all(path, &stack, why);
	if (v != V_OK)
		return v;
	v = look(sk_X509_value(stack, 0), &seen, why);
	for (i = 1; v == V_OK && i < sk_X509_num(stack); i++) {
		const X509 *x509 = sk_X509_value(stack, i);

		if (name_is_trial(X509_get_issuer_name(x509)) ||
			name_is_trial(X509_get_subject_name(x509)))
			seen.trial = true;
	}
	sk_X509_pop_free(stack, X509_free);
	if (v == V_OK)
		*out = seen;
	else
		fault_at(why, "%s", path);
	return v;
}

/* --- will it do? --- */

/* "RSA" and "RSA-PSS" */
static bool
is_rsa(const struct certificate *c)
{
	return strncmp(c->key, "RSA", 3) == 0;
}

static bool
strong(const struct certificate *c)
{
	return c->key_bits >= (is_rsa(c) ? RSA_BITS_MIN : EC_BITS_MIN);
}

enum verdict
certificate_fit(const struct certificate *c, enum certificate_use use,
	const char *environment, struct fault *why)
{
	bool production = jobs_production(environment);
	bool preproduction = environment != NULL &&
			     strcmp(environment, "preproduction") == 0;

	if (!strong(c))
		return fault_set(why, V_BROKEN, CODE_CERTIFICATE,
			"its %s key of %d bits is too weak: %d or more", c->key,
			c->key_bits, is_rsa(c) ? RSA_BITS_MIN : EC_BITS_MIN);
	if (use == CERTIFICATE_SERVER && !c->server)
		return fault_set(why, V_BROKEN, CODE_CERTIFICATE,
			"certificate was not made for a server");
	if (use == CERTIFICATE_CLIENT && !c->client)
		return fault_set(why, V_BROKEN, CODE_CERTIFICATE,
			"certificate was not made for a client (it is for a "
			"server only): the other side will refuse it");
	if (production && c->trial)
		return fault_set(why, V_BROKEN, CODE_CERTIFICATE,
			"a certificate for trials ('%.80s') cannot be used in "
			"production",
			c->issuer);
	if (preproduction && !c->trial && use == CERTIFICATE_CLIENT)
		return fault_set(why, V_SKIP, CODE_CERTIFICATE,
			"certificate is not of the TRIAL root, as usual in "
			"preproduction");
	return V_OK;
}

int64_t
certificate_days(int64_t end_ms, int64_t now_ms)
{
	int64_t left_ms = end_ms - now_ms;

	return left_ms >= 0 ? left_ms / DAY_MS : -((-left_ms - 1) / DAY_MS + 1);
}

int
certificate_threshold(int64_t end_ms, int64_t now_ms)
{
	static const int days[] = { 0, 1, 7, 14, 30, 60, 90 };
	size_t i;

	for (i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		if (end_ms - now_ms <= days[i] * DAY_MS)
			return days[i];
	return -1;
}

/* --- keys --- */

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
	STACK_OF(X509) *stack = NULL;
	EVP_PKEY *key = NULL;
	enum verdict v;

	v = load_all(certificate_path, &stack, why);
	if (v != V_OK)
		return v;
	v = key_load(key_path, &key, why);
	if (v == V_OK &&
		X509_check_private_key(sk_X509_value(stack, 0), key) != 1) {
		v = fault_set(why, V_BROKEN, CODE_KEY,
			"key does not belong to the certificate");
		fault_at(why, "%s", key_path);
	}
	ERR_clear_error();
	EVP_PKEY_free(key);
	sk_X509_pop_free(stack, X509_free);
	return v;
}
