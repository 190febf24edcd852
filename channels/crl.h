/* channels/crl.h - the cache of revocation lists (OpenSSL's wall)
 *
 * A folder with the last good list of each issuer, as files in DER or PEM.
 * crl_store() writes into it and lets nothing worse replace what is there; a
 * list put there by hand counts as well.  Readers notice a change by
 * crl_stamp().  Names that begin with '.' are no lists.
 *
 * Fetching is somebody else's: http_get() in channels/http.h.
 * Sources: RFC 5280 section 5; spec ebms2.md section 3.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_CRL_H
#define CHANNELS_CRL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"

#define CRL_BYTES_MAX 20000000 /* one list */
#define CRL_FILES_MAX 200      /* in the folder */
#define CRL_NUMBER_MAX 44      /* 20 octets in hex, and a NUL */

struct crl {
	const char *file;	     /* name in the folder */
	const char *issuer;	     /* common name, else organisation */
	char number[CRL_NUMBER_MAX]; /* hex; "" when it has none */
	int64_t this_ms, next_ms;    /* when made; when the next one is due */
	int64_t revoked;	     /* certificates on it */
};

/* Check a list, PEM or DER, and keep it if it is news.  `trust`: PEM files in
 * which the certificate of its issuer may be found (roots, and the chains
 * behind our own certificates).  It must be signed by such an issuer, made in
 * the past, due in the future, complete (no delta), and newer than the one of
 * the same issuer and scope that we have; then it is durable under a name made
 * of issuer and number, and the older one is removed.
 *
 * V_OK     kept; *crl_out says what it is, in `mem`
 * V_END    we have this very list; *crl_out says what it is all the same
 * V_SKIP   CODE_CRL: no list, or not a better one; nothing was changed
 * V_BROKEN the folder or a file of `trust` cannot be used
 * V_LATER  the disk is full
 */
enum verdict crl_store(const char *folder, const void *bytes, size_t len,
	const char *const *trust, size_t trust_count, int64_t now_ms,
	struct arena *mem, struct crl *crl_out, struct fault *why);

/* All lists in the folder, in `mem`, by file name; a file that is none has
 * next_ms 0.  No folder is an empty one.  V_BROKEN: CODE_CRL.
 */
enum verdict crl_list(const char *folder, struct arena *mem,
	struct crl **list_out, size_t *count_out, struct fault *why);

/* A number that differs when a file came, went or changed; 0: no folder. */
int64_t crl_stamp(const char *folder);

/* --- for channels/tls.c --- */

struct crl_set; /* the lists as read */

/* Read all lists in the folder; what is no list is passed over.  V_BROKEN:
 * CODE_CRL.
 */
enum verdict crl_set_load(
	const char *folder, struct crl_set **set_out, struct fault *why);
void crl_set_free(struct crl_set *set); /* accepts NULL */

/* Have an X509_STORE ask the lists about every certificate of a chain; the
 * set may be freed afterwards.  NULL is a set without lists.
 */
void crl_set_use(const struct crl_set *set, void *x509_store);

#endif
