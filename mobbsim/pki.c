/* mobbsim/pki.c - see mobbsim/pki.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/file.h"
#include "mobbsim/pki.h"

#define DAY_S 86400
#define VALID_DAYS 3650
#define EXPIRED_DAYS 30 /* so long ago its time began; a day ago it ended */
#define ROOT_NAME "MOBB rehearsal root"
#define FOREIGN_NAME "MOBB foreign root"
#define OTHER_HOST "elders.example"
#define FILE_NAME_MAX 64

struct authority {
	X509 *certificate;
	EVP_PKEY *key;
};

static enum verdict
failed(struct fault *why, const char *what)
{
	char text[120];

	ERR_error_string_n(ERR_get_error(), text, sizeof(text));
	return fault_set(why, V_BROKEN, CODE_CERTIFICATE, "%s: %s", what, text);
}

static bool
add_name(X509_NAME *name, const char *field, const char *value)
{
	return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
		       (const unsigned char *)value, -1, -1, 0) == 1;
}

static bool
add_extension(X509 *of, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;
	bool ok;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, of, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	if (extension == NULL)
		return false;
	ok = X509_add_ext(of, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return ok;
}

/* What a root and a leaf have in common: number, dates, key. */
static X509 *
blank(EVP_PKEY *key, int first_day, int last_day, int64_t now_ms)
{
	X509 *x = X509_new();
	unsigned char serial[16];
	time_t now = (time_t)(now_ms / 1000);
	BIGNUM *number;
	bool ok;

	if (x == NULL || RAND_bytes(serial, sizeof(serial)) != 1)
		goto bad;
	serial[0] = (unsigned char)((serial[0] & 0x3f) | 0x40);
	number = BN_bin2bn(serial, sizeof(serial), NULL);
	ok = number != NULL && X509_set_version(x, X509_VERSION_3) == 1 &&
	     BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x)) != NULL &&
	     X509_time_adj_ex(X509_getm_notBefore(x), first_day, 0, &now) !=
		     NULL &&
	     X509_time_adj_ex(X509_getm_notAfter(x), last_day, 0, &now) !=
		     NULL &&
	     X509_set_pubkey(x, key) == 1;
	BN_free(number);
	if (ok)
		return x;
bad:
	X509_free(x);
	return NULL;
}

static enum verdict
make_root(struct authority *root, const char *common_name, int64_t now_ms,
	struct fault *why)
{
	X509_NAME *name;

	root->key = EVP_EC_gen("P-256");
	if (root->key == NULL)
		return failed(why, "root key");
	root->certificate = blank(root->key, -1, VALID_DAYS, now_ms);
	if (root->certificate == NULL)
		return failed(why, "root certificate");
	name = X509_get_subject_name(root->certificate);
	if (!add_name(name, "C", "NL") || !add_name(name, "O", "MOBB") ||
		!add_name(name, "CN", common_name) ||
		X509_set_issuer_name(root->certificate, name) != 1 ||
		!add_extension(root->certificate, root->certificate,
			NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
		!add_extension(root->certificate, root->certificate,
			NID_key_usage, "critical,keyCertSign,cRLSign") ||
		!add_extension(root->certificate, root->certificate,
			NID_subject_key_identifier, "hash") ||
		X509_sign(root->certificate, root->key, EVP_sha256()) == 0)
		return failed(why, "root certificate");
	return V_OK;
}

static bool
fill_leaf(X509 *x, const struct pki_leaf *leaf, const struct authority *root)
{
	X509_NAME *name = X509_get_subject_name(x);

	return add_name(name, "C", "NL") &&
	       add_name(name, "O", leaf->organisation) &&
	       add_name(name, "CN",
		       leaf->state == PKI_WRONG_HOST ? OTHER_HOST
						     : "localhost") &&
	       add_name(name, "serialNumber", leaf->oin) &&
	       X509_set_issuer_name(
		       x, X509_get_subject_name(root->certificate)) == 1 &&
	       add_extension(x, root->certificate, NID_basic_constraints,
		       "critical,CA:FALSE") &&
	       add_extension(x, root->certificate, NID_key_usage,
		       "critical,digitalSignature") &&
	       add_extension(x, root->certificate, NID_ext_key_usage,
		       leaf->server ? "serverAuth" : "clientAuth") &&
	       add_extension(x, root->certificate, NID_subject_alt_name,
		       leaf->state == PKI_WRONG_HOST
			       ? "DNS:" OTHER_HOST
			       : "DNS:localhost,IP:127.0.0.1") &&
	       add_extension(x, root->certificate, NID_subject_key_identifier,
		       "hash") &&
	       add_extension(x, root->certificate, NID_authority_key_identifier,
		       "keyid") &&
	       X509_sign(x, root->key, EVP_sha256()) > 0;
}

/* Write a certificate, a revocation list or a key: the one that is not NULL. */
static enum verdict
put_pem(int dir, const char *name, X509 *x, X509_CRL *list, EVP_PKEY *key,
	struct fault *why)
{
	BIO *bio = BIO_new(BIO_s_mem());
	enum verdict v;
	char *bytes;
	long len;
	int ok;

	if (bio == NULL)
		return failed(why, name);
	ok = x != NULL	    ? PEM_write_bio_X509(bio, x)
	     : list != NULL ? PEM_write_bio_X509_CRL(bio, list)
			    : PEM_write_bio_PrivateKey(
				      bio, key, NULL, NULL, 0, NULL, NULL);
	if (ok != 1) {
		v = failed(why, name);
	} else {
		len = BIO_get_mem_data(bio, &bytes);
		v = file_put(dir, name, bytes, (size_t)len,
			key == NULL ? 0644 : 0600, why);
	}
	BIO_free(bio);
	return v;
}

static enum verdict
make_leaf(int dir, const struct pki_leaf *leaf, const struct authority *root,
	int64_t now_ms, X509 **out, struct fault *why)
{
	char name[FILE_NAME_MAX];
	EVP_PKEY *key;
	X509 *x = NULL;
	enum verdict v;

	assert(strlen(leaf->name) < FILE_NAME_MAX - 8);
	key = EVP_EC_gen("P-256");
	if (key != NULL)
		x = leaf->state == PKI_EXPIRED
			    ? blank(key, -EXPIRED_DAYS, -1, now_ms)
			    : blank(key, -1, VALID_DAYS, now_ms);
	if (x == NULL || !fill_leaf(x, leaf, root)) {
		v = failed(why, leaf->name);
		goto out;
	}
	snprintf(name, sizeof(name), "%s.crt", leaf->name);
	v = put_pem(dir, name, x, NULL, NULL, why);
	if (v != V_OK)
		goto out;
	snprintf(name, sizeof(name), "%s.key", leaf->name);
	v = put_pem(dir, name, NULL, NULL, key, why);
out:
	if (v == V_OK)
		*out = x;
	else
		X509_free(x);
	EVP_PKEY_free(key);
	return v;
}

/* --- what was revoked --- */

static X509_CRL *
blank_list(const struct authority *root, int64_t now_ms)
{
	X509_CRL *list = X509_CRL_new();
	ASN1_TIME *from = ASN1_TIME_new(), *to = ASN1_TIME_new();
	time_t now = (time_t)(now_ms / 1000);

	if (list != NULL &&
		(X509_CRL_set_version(list, X509_CRL_VERSION_2) != 1 ||
			X509_CRL_set_issuer_name(list,
				X509_get_subject_name(root->certificate)) !=
				1 ||
			X509_time_adj_ex(from, -1, 0, &now) == NULL ||
			X509_time_adj_ex(to, VALID_DAYS, 0, &now) == NULL ||
			X509_CRL_set1_lastUpdate(list, from) != 1 ||
			X509_CRL_set1_nextUpdate(list, to) != 1)) {
		X509_CRL_free(list);
		list = NULL;
	}
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	return list;
}

static bool
revoke(X509_CRL *list, const X509 *x, int64_t now_ms)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_TIME *at = ASN1_TIME_new();
	time_t now = (time_t)(now_ms / 1000);
	bool ok;

	ok = entry != NULL && X509_time_adj_ex(at, -1, 0, &now) != NULL &&
	     X509_REVOKED_set_serialNumber(entry,
		     (ASN1_INTEGER *)(uintptr_t)X509_get0_serialNumber(x)) ==
		     1 &&
	     X509_REVOKED_set_revocationDate(entry, at) == 1 &&
	     X509_CRL_add0_revoked(list, entry) == 1;
	if (!ok)
		X509_REVOKED_free(entry);
	ASN1_TIME_free(at);
	return ok;
}

/* A list of those of `all` that are revoked; `all` NULL: an empty one. */
static enum verdict
put_list(int dir, const char *name, const struct authority *root, X509 **all,
	const struct pki_leaf *leaves, size_t count, int64_t now_ms,
	struct fault *why)
{
	X509_CRL *list = blank_list(root, now_ms);
	bool ok = list != NULL;
	enum verdict v;
	size_t i;

	for (i = 0; ok && all != NULL && i < count; i++)
		if (leaves[i].state == PKI_REVOKED)
			ok = revoke(list, all[i], now_ms);
	if (ok)
		ok = X509_CRL_sign(list, root->key, EVP_sha256()) > 0;
	v = ok ? put_pem(dir, name, NULL, list, NULL, why) : failed(why, name);
	X509_CRL_free(list);
	return v;
}

enum verdict
pki_make(int dir, const struct pki_leaf *leaves, size_t count, int64_t now_ms,
	struct fault *why)
{
	struct authority root = { NULL, NULL }, other = { NULL, NULL };
	X509 **all = mem_zero(count, sizeof(*all));
	enum verdict v;
	size_t i;

	assert(count > 0);
	v = make_root(&root, ROOT_NAME, now_ms, why);
	if (v == V_OK)
		v = make_root(&other, FOREIGN_NAME, now_ms, why);
	if (v == V_OK)
		v = put_pem(dir, "root.crt", root.certificate, NULL, NULL, why);
	if (v == V_OK)
		v = put_pem(dir, "extra/foreign-root.crt", other.certificate,
			NULL, NULL, why);
	for (i = 0; v == V_OK && i < count; i++)
		v = make_leaf(dir, &leaves[i],
			leaves[i].state == PKI_FOREIGN ? &other : &root, now_ms,
			&all[i], why);
	if (v == V_OK)
		v = put_list(dir, "root.crl", &root, all, leaves, count, now_ms,
			why);
	if (v == V_OK)
		v = put_list(dir, "extra/empty.crl", &root, NULL, leaves, count,
			now_ms, why);
	for (i = 0; i < count; i++)
		X509_free(all[i]);
	free(all);
	X509_free(root.certificate);
	X509_free(other.certificate);
	EVP_PKEY_free(root.key);
	EVP_PKEY_free(other.key);
	return v;
}
