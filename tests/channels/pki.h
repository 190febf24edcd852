/* tests/channels/pki.h - certificates for one test run, made on the spot
 *
 * pki_init() gives two roots (ours and a wrong one), a server for "localhost"
 * and clients: good, below the wrong root, expired.  pki_make_as() makes any
 * other, good or bad; pki_crl() a list of revoked ones.  EC keys, so it takes a
 * moment only.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_CHANNELS_PKI_H
#define TESTS_CHANNELS_PKI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#define PKI_OURS "00000099000000010000"
#define PKI_THEIRS "00000099000000020000"
#define PKI_DAY 86400L

struct pki_made {
	X509 *x509;
	EVP_PKEY *key;
};

struct pki {
	char dir[32];
	char root[64], other_root[64];
	char server[64], server_key[64];
	char client[64], client_key[64];
	char stranger[64], stranger_key[64]; /* below the other root */
	char expired[64], expired_key[64];
	struct pki_made root_is, other_is; /* to make more below them */
};

/* What a certificate is to be; zeroes are the usual. */
struct pki_want {
	const struct pki_made *issuer; /* NULL: a root */
	const char *name, *oin;
	const char *organisation;
	long starts_s; /* from now; 0: a month ago */
	long ends_s;   /* from now; negative: it ended */
	bool authority;
	const char *eku;   /* "serverAuth", ..; NULL: not said */
	int rsa_bits;	   /* 0: EC */
	const char *curve; /* NULL: P-256 */
	const char *crl;   /* address of its issuer's list */
	const char *host;  /* NULL: localhost */
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

static inline void
pki_extensions(const struct pki_made *made, const struct pki_want *want)
{
	X509 *issuer = want->issuer == NULL ? made->x509 : want->issuer->x509;
	char crl[200], host[200];

	if (want->issuer == NULL || want->authority) {
		pki_extension(made->x509, issuer, NID_basic_constraints,
			"critical,CA:TRUE");
		pki_extension(made->x509, issuer, NID_key_usage,
			"critical,keyCertSign,cRLSign");
	} else {
		snprintf(host, sizeof(host), "DNS:%s",
			want->host == NULL ? "localhost,IP:127.0.0.1"
					   : want->host);
		pki_extension(made->x509, issuer, NID_subject_alt_name, host);
	}
	if (want->eku != NULL)
		pki_extension(made->x509, issuer, NID_ext_key_usage, want->eku);
	if (want->crl != NULL) {
		snprintf(crl, sizeof(crl), "URI:%s", want->crl);
		pki_extension(
			made->x509, issuer, NID_crl_distribution_points, crl);
	}
}

static inline struct pki_made
pki_make_as(const struct pki_want *want)
{
	static long serial = 1;
	struct pki_made made = { .x509 = X509_new(),
		.key = want->rsa_bits > 0
			       ? EVP_RSA_gen((unsigned int)want->rsa_bits)
			       : EVP_EC_gen(want->curve == NULL
						    ? "P-256"
						    : want->curve) };

	if (made.x509 == NULL || made.key == NULL)
		exit(2);
	X509_set_version(made.x509, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(made.x509), serial++);
	X509_gmtime_adj(X509_getm_notBefore(made.x509),
		want->starts_s == 0 ? -PKI_DAY * 30 : want->starts_s);
	X509_gmtime_adj(X509_getm_notAfter(made.x509), want->ends_s);
	X509_set_pubkey(made.x509, made.key);
	pki_name(made.x509, want->name, want->oin);
	if (want->organisation != NULL)
		X509_NAME_add_entry_by_txt(X509_get_subject_name(made.x509),
			"O", MBSTRING_ASC,
			(const unsigned char *)want->organisation, -1, -1, 0);
	X509_set_issuer_name(made.x509,
		X509_get_subject_name(
			want->issuer == NULL ? made.x509 : want->issuer->x509));
	pki_extensions(&made, want);
	if (X509_sign(made.x509,
		    want->issuer == NULL ? made.key : want->issuer->key,
		    EVP_sha256()) == 0)
		exit(2);
	return made;
}

/* Seconds from now until it ends; negative: it ended long ago. */
static inline struct pki_made
pki_make(const struct pki_made *issuer, const char *name, const char *oin,
	long ends_s)
{
	return pki_make_as(&(struct pki_want){
		.issuer = issuer, .name = name, .oin = oin, .ends_s = ends_s });
}

/* `more`: certificates of its chain, NULL-ended; may be NULL. */
static inline void
pki_write_chain(const struct pki_made *made, const struct pki_made *const *more,
	const char *certificate, const char *key)
{
	FILE *out = fopen(certificate, "w");

	if (out == NULL || PEM_write_X509(out, made->x509) != 1)
		exit(2);
	for (; more != NULL && *more != NULL; more++)
		if (PEM_write_X509(out, (*more)->x509) != 1)
			exit(2);
	if (fclose(out) != 0)
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
pki_write(const struct pki_made *made, const char *certificate, const char *key)
{
	pki_write_chain(made, NULL, certificate, key);
}

static inline void
pki_free(struct pki_made *made)
{
	X509_free(made->x509);
	EVP_PKEY_free(made->key);
}

/* What a list is to be. */
struct pki_list {
	const struct pki_made *issuer;
	long number;		       /* 0: without */
	long this_s, next_s;	       /* from now; next 0: without */
	const struct pki_made *signer; /* NULL: the issuer; else a forgery */
	X509 *revoked[4];	       /* NULL-ended */
	bool delta;
};

static inline X509_CRL *
pki_crl(const struct pki_list *want)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *time_is = ASN1_TIME_new();
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	size_t i;

	X509_CRL_set_version(crl, 1);
	X509_CRL_set_issuer_name(
		crl, X509_get_subject_name(want->issuer->x509));
	X509_gmtime_adj(time_is, want->this_s);
	X509_CRL_set1_lastUpdate(crl, time_is);
	X509_gmtime_adj(time_is, want->next_s);
	if (want->next_s != 0)
		X509_CRL_set1_nextUpdate(crl, time_is);
	ASN1_INTEGER_set(number, want->number);
	if (want->number != 0)
		X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0);
	if (want->delta)
		X509_CRL_add1_ext_i2d(crl, NID_delta_crl, number, 1, 0);
	X509_gmtime_adj(time_is, want->this_s);
	for (i = 0; want->revoked[i] != NULL; i++) {
		X509_REVOKED *revoked = X509_REVOKED_new();

		X509_REVOKED_set_serialNumber(
			revoked, X509_get_serialNumber(want->revoked[i]));
		X509_REVOKED_set_revocationDate(revoked, time_is);
		X509_CRL_add0_revoked(crl, revoked);
	}
	X509_CRL_sort(crl);
	if (X509_CRL_sign(crl,
		    want->signer != NULL ? want->signer->key
					 : want->issuer->key,
		    EVP_sha256()) == 0)
		exit(2);
	ASN1_TIME_free(time_is);
	ASN1_INTEGER_free(number);
	return crl;
}

static inline void
pki_crl_write(const struct pki_list *want, const char *path)
{
	X509_CRL *crl = pki_crl(want);
	FILE *out = fopen(path, "w");

	if (out == NULL || PEM_write_X509_CRL(out, crl) != 1 ||
		fclose(out) != 0)
		exit(2);
	X509_CRL_free(crl);
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

/* NAME.crt and NAME.key in the folder of `pki`. */
static inline struct pki_made
pki_leaf_as(const struct pki *pki, const struct pki_want *want,
	char certificate[64], char key[64])
{
	struct pki_made made = pki_make_as(want);

	snprintf(certificate, 64, "%s/%s.crt", pki->dir, want->name);
	snprintf(key, 64, "%s/%s.key", pki->dir, want->name);
	pki_write(&made, certificate, key);
	return made;
}

static inline void
pki_init(struct pki *pki)
{
	strcpy(pki->dir, "/tmp/mobb-pki.XXXXXX");
	if (mkdtemp(pki->dir) == NULL)
		exit(2);
	pki->root_is = pki_make(NULL, "our root", NULL, PKI_DAY);
	pki->other_is = pki_make(NULL, "other root", NULL, PKI_DAY);
	snprintf(pki->root, 64, "%s/root.crt", pki->dir);
	snprintf(pki->other_root, 64, "%s/other.crt", pki->dir);
	pki_write(&pki->root_is, pki->root, NULL);
	pki_write(&pki->other_is, pki->other_root, NULL);
	pki_leaf(pki, &pki->root_is, "server", PKI_THEIRS, PKI_DAY, pki->server,
		pki->server_key);
	pki_leaf(pki, &pki->root_is, "client", PKI_OURS, PKI_DAY, pki->client,
		pki->client_key);
	pki_leaf(pki, &pki->other_is, "stranger", PKI_OURS, PKI_DAY,
		pki->stranger, pki->stranger_key);
	pki_leaf(pki, &pki->root_is, "expired", PKI_OURS, -PKI_DAY,
		pki->expired, pki->expired_key);
}

static inline void
pki_done(struct pki *pki)
{
	char command[64];

	pki_free(&pki->root_is);
	pki_free(&pki->other_is);
	snprintf(command, sizeof(command), "rm -rf %s", pki->dir);
	if (system(command) != 0)
		exit(2);
}

#endif
