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
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "mobbsim/pki.h"

#define DAY_S 86400
#define VALID_DAYS 3650
#define ROOT_NAME "MOBB rehearsal root"
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
blank(EVP_PKEY *key, int64_t now_ms)
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
	     X509_time_adj_ex(X509_getm_notBefore(x), -1, 0, &now) != NULL &&
	     X509_time_adj_ex(X509_getm_notAfter(x), VALID_DAYS, 0, &now) !=
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
make_root(struct authority *root, int64_t now_ms, struct fault *why)
{
	X509_NAME *name;

	root->key = EVP_EC_gen("P-256");
	if (root->key == NULL)
		return failed(why, "root key");
	root->certificate = blank(root->key, now_ms);
	if (root->certificate == NULL)
		return failed(why, "root certificate");
	name = X509_get_subject_name(root->certificate);
	if (!add_name(name, "C", "NL") || !add_name(name, "O", "MOBB") ||
		!add_name(name, "CN", ROOT_NAME) ||
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
	       add_name(name, "CN", "localhost") &&
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
		       "DNS:localhost,IP:127.0.0.1") &&
	       add_extension(x, root->certificate, NID_subject_key_identifier,
		       "hash") &&
	       add_extension(x, root->certificate, NID_authority_key_identifier,
		       "keyid") &&
	       X509_sign(x, root->key, EVP_sha256()) > 0;
}

/* Write a certificate, or a key when `x` is NULL. */
static enum verdict
put_pem(int dir, const char *name, X509 *x, EVP_PKEY *key, struct fault *why)
{
	BIO *bio = BIO_new(BIO_s_mem());
	enum verdict v;
	char *bytes;
	long len;
	int ok;

	if (bio == NULL)
		return failed(why, name);
	ok = x != NULL ? PEM_write_bio_X509(bio, x)
		       : PEM_write_bio_PrivateKey(
				 bio, key, NULL, NULL, 0, NULL, NULL);
	if (ok != 1) {
		v = failed(why, name);
	} else {
		len = BIO_get_mem_data(bio, &bytes);
		v = file_put(dir, name, bytes, (size_t)len,
			x != NULL ? 0644 : 0600, why);
	}
	BIO_free(bio);
	return v;
}

static enum verdict
make_leaf(int dir, const struct pki_leaf *leaf, const struct authority *root,
	int64_t now_ms, struct fault *why)
{
	char name[FILE_NAME_MAX];
	EVP_PKEY *key;
	X509 *x = NULL;
	enum verdict v;

	assert(strlen(leaf->name) < FILE_NAME_MAX - 8);
	key = EVP_EC_gen("P-256");
	if (key != NULL)
		x = blank(key, now_ms);
	if (x == NULL || !fill_leaf(x, leaf, root)) {
		v = failed(why, leaf->name);
		goto out;
	}
	snprintf(name, sizeof(name), "%s.crt", leaf->name);
	v = put_pem(dir, name, x, NULL, why);
	if (v != V_OK)
		goto out;
	snprintf(name, sizeof(name), "%s.key", leaf->name);
	v = put_pem(dir, name, NULL, key, why);
out:
	X509_free(x);
	EVP_PKEY_free(key);
	return v;
}

enum verdict
pki_make(int dir, const struct pki_leaf *leaves, size_t count, int64_t now_ms,
	struct fault *why)
{
	struct authority root = { NULL, NULL };
	enum verdict v;
	size_t i;

	assert(count > 0);
	v = make_root(&root, now_ms, why);
	if (v == V_OK)
		v = put_pem(dir, "root.crt", root.certificate, NULL, why);
	for (i = 0; v == V_OK && i < count; i++)
		v = make_leaf(dir, &leaves[i], &root, now_ms, why);
	X509_free(root.certificate);
	EVP_PKEY_free(root.key);
	return v;
}
