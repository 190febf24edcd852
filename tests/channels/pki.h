/* tests/channels/pki.h - certificates for one test run, made on the spot
 *
 * Two roots (ours and a wrong one), a server for "localhost", clients: good,
 * below the wrong root, expired.  EC keys, so it takes a moment only.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_CHANNELS_PKI_H
#define TESTS_CHANNELS_PKI_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#define PKI_OURS "00000099000000010000"
#define PKI_THEIRS "00000099000000020000"

struct pki {
	char dir[32];
	char root[64], other_root[64];
	char server[64], server_key[64];
	char client[64], client_key[64];
	char stranger[64], stranger_key[64]; /* below the other root */
	char expired[64], expired_key[64];
};

struct pki_made {
	X509 *x509;
	EVP_PKEY *key;
};

static inline void
pki_name(X509 *x509, const char *name, const char *oin)
{
	X509_NAME *n = X509_get_subject_name(x509);

	X509_NAME_add_entry_by_txt(
		n, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
	if (oin != NULL)
		X509_NAME_add_entry_by_txt(n, "serialNumber", MBSTRING_ASC,
			(const unsigned char *)oin, -1, -1, 0);
}

static inline void
pki_extension(X509 *x509, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&ctx, issuer, x509, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	if (extension == NULL || X509_add_ext(x509, extension, -1) != 1)
		exit(2);
	X509_EXTENSION_free(extension);
}

/* Seconds from now until it ends; negative: it ended long ago. */
static inline struct pki_made
pki_make(const struct pki_made *issuer, const char *name, const char *oin,
	long ends_s)
{
	static long serial = 1;
	struct pki_made made = { .x509 = X509_new(),
		.key = EVP_EC_gen("P-256") };

	if (made.x509 == NULL || made.key == NULL)
		exit(2);
	X509_set_version(made.x509, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(made.x509), serial++);
	X509_gmtime_adj(X509_getm_notBefore(made.x509), -86400L * 30);
	X509_gmtime_adj(X509_getm_notAfter(made.x509), ends_s);
	X509_set_pubkey(made.x509, made.key);
	pki_name(made.x509, name, oin);
	X509_set_issuer_name(
		made.x509, X509_get_subject_name(
				   issuer == NULL ? made.x509 : issuer->x509));
	if (issuer == NULL)
		pki_extension(made.x509, made.x509, NID_basic_constraints,
			"critical,CA:TRUE");
	else
		pki_extension(made.x509, issuer->x509, NID_subject_alt_name,
			"DNS:localhost,IP:127.0.0.1");
	if (X509_sign(made.x509, issuer == NULL ? made.key : issuer->key,
		    EVP_sha256()) == 0)
		exit(2);
	return made;
}

static inline void
pki_write(const struct pki_made *made, const char *certificate, const char *key)
{
	FILE *out = fopen(certificate, "w");

	if (out == NULL || PEM_write_X509(out, made->x509) != 1 ||
		fclose(out) != 0)
		exit(2);
	if (key == NULL)
		return;
	out = fopen(key, "w");
	if (out == NULL || chmod(key, 0600) != 0 ||
		PEM_write_PrivateKey(
			out, made->key, NULL, NULL, 0, NULL, NULL) != 1 ||
		fclose(out) != 0)
		exit(2);
}

static inline void
pki_free(struct pki_made *made)
{
	X509_free(made->x509);
	EVP_PKEY_free(made->key);
}

static inline void
pki_leaf(const struct pki *pki, const struct pki_made *issuer, const char *name,
	const char *oin, long ends_s, char certificate[64], char key[64])
{
	struct pki_made made = pki_make(issuer, name, oin, ends_s);

	snprintf(certificate, 64, "%s/%s.crt", pki->dir, name);
	snprintf(key, 64, "%s/%s.key", pki->dir, name);
	pki_write(&made, certificate, key);
	pki_free(&made);
}

static inline void
pki_init(struct pki *pki)
{
	struct pki_made root, other;

	strcpy(pki->dir, "/tmp/mobb-pki.XXXXXX");
	if (mkdtemp(pki->dir) == NULL)
		exit(2);
	root = pki_make(NULL, "test root", NULL, 86400);
	other = pki_make(NULL, "other root", NULL, 86400);
	snprintf(pki->root, 64, "%s/root.crt", pki->dir);
	snprintf(pki->other_root, 64, "%s/other.crt", pki->dir);
	pki_write(&root, pki->root, NULL);
	pki_write(&other, pki->other_root, NULL);
	pki_leaf(pki, &root, "server", PKI_THEIRS, 86400, pki->server,
		pki->server_key);
	pki_leaf(pki, &root, "client", PKI_OURS, 86400, pki->client,
		pki->client_key);
	pki_leaf(pki, &other, "stranger", PKI_OURS, 86400, pki->stranger,
		pki->stranger_key);
	pki_leaf(pki, &root, "expired", PKI_OURS, -86400, pki->expired,
		pki->expired_key);
	pki_free(&root);
	pki_free(&other);
}

static inline void
pki_done(struct pki *pki)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", pki->dir);
	if (system(command) != 0)
		exit(2);
}

#endif
