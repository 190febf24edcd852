/* mobbsim/pki.h - certificates for a rehearsal (OpenSSL's wall in mobbsim)
 *
 * Two roots, made for one room and forgotten: their keys are never written, so
 * nobody can make a certificate for the room afterwards.  So all that will not
 * do is made as well: below another root, expired, revoked.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_PKI_H
#define MOBBSIM_PKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

struct pki_leaf {
	const char *name; /* of its files: NAME.crt and NAME.key */
	const char *oin;  /* subject serialNumber */
	const char *organisation;
	bool server; /* else a client */
	enum pki_state {
		PKI_SOUND = 0,
		PKI_FOREIGN,	/* below the other root */
		PKI_EXPIRED,	/* since a day */
		PKI_WRONG_HOST, /* of another machine */
		PKI_REVOKED,
	} state;
};

/* Write root.crt and, for each leaf, NAME.crt and NAME.key (mode 0600) into
 * the folder `dir`: EC P-256, valid from a day before `now_ms` for ten years,
 * for the host names localhost and 127.0.0.1.  Besides extra/foreign-root.crt,
 * and two revocation lists of the root: root.crl and extra/empty.crl.
 */
enum verdict pki_make(int dir, const struct pki_leaf *leaves, size_t count,
	int64_t now_ms, struct fault *why);

#endif
