/* mobbsim/pack.h - what a batch file is wrapped in
 *
 * A ZIP is written through base/archive.h.  A tar.gz and a gzip are written
 * here, with stored blocks: nothing shrinks, but the format is theirs, and the
 * same content gives the same bytes.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_PACK_H
#define MOBBSIM_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

enum pack_kind {
	PACK_NONE, /* the payload itself; nothing to pack */
	PACK_GZIP, /* the payload alone */
	PACK_ZIP,
	PACK_TAR /* .tar.gz */
};

struct pack;

/* `fd` is lent and written from its position on. */
enum verdict pack_open(
	int fd, enum pack_kind kind, struct pack **pack_out, struct fault *why);
/* A member of exactly `bytes`; a PACK_GZIP has one, without its name. */
enum verdict pack_member(
	struct pack *pack, const char *name, int64_t bytes, struct fault *why);
enum verdict pack_add(
	struct pack *pack, const void *bytes, size_t len, struct fault *why);
enum verdict pack_finish(struct pack *pack, struct fault *why);
void pack_free(struct pack *pack); /* accepts NULL */

#endif
