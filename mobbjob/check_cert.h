/* mobbjob/check_cert.h - check: certificates, keys, roots, revocation lists
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBJOB_CHECK_CERT_H
#define MOBBJOB_CHECK_CERT_H

#include "mobbjob/command.h"

/* All that the jobs file names, but for those inside the CPAs. */
void check_certificates(struct call *call);

/* A file of certificates by itself: each of them. */
enum verdict check_certificate_file(
	struct call *call, const char *path, struct fault *why);

#endif
