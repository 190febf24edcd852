/* tests/zip.h - a ZIP made by hand, so that it can be wrong on purpose
 *
 * Members are stored.  Include it in one file per program.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef TESTS_ZIP_H
#define TESTS_ZIP_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/gzip.h"

#define ZIP_MEMBERS_MAX 64

struct zip_member {
	const char *name;
	const char *local_name; /* NULL: the same */
	const void *bytes;
	size_t len;
	uint32_t mode; /* 0: a plain file */
	int flags, method;
	const void *packed; /* for method 8; then also packed_len */
	size_t packed_len;
	uint32_t crc_error; /* xor into the right one */
	uint32_t offset;
};

static inline void
zip_le(struct buf *out, uint64_t n, size_t bytes)
{
	for (; bytes > 0; bytes--, n >>= 8) {
		char c = (char)(n & 0xff);

		buf_add(out, &c, 1);
	}
}

static inline void
zip_common(struct buf *out, const struct zip_member *m, size_t name_len)
{
	size_t packed = m->packed == NULL ? m->len : m->packed_len;

	zip_le(out, 20, 2);
	zip_le(out, (uint64_t)m->flags, 2);
	zip_le(out, (uint64_t)m->method, 2);
	zip_le(out, 0x00210000, 4);
	zip_le(out, gzip_crc32(0, m->bytes, m->len) ^ m->crc_error, 4);
	zip_le(out, packed, 4);
	zip_le(out, m->len, 4);
	zip_le(out, name_len, 2);
	zip_le(out, 0, 2);
}

static inline void
zip_make(struct buf *out, struct zip_member *members, size_t count)
{
	size_t i, start;

	for (i = 0; i < count; i++) {
		struct zip_member *m = &members[i];
		const char *name =
			m->local_name == NULL ? m->name : m->local_name;

		m->offset = (uint32_t)out->len;
		buf_add(out, "PK\3\4", 4);
		zip_common(out, m, strlen(name));
		buf_text(out, name);
		if (m->packed == NULL)
			buf_add(out, m->bytes, m->len);
		else
			buf_add(out, m->packed, m->packed_len);
	}
	start = out->len;
	for (i = 0; i < count; i++) {
		const struct zip_member *m = &members[i];
		uint32_t mode = m->mode == 0 ? S_IFREG | 0644 : m->mode;

		buf_add(out, "PK\1\2", 4);
		zip_le(out, 0x0314, 2); /* made by UNIX: modes count */
		zip_common(out, m, strlen(m->name));
		zip_le(out, 0, 6);
		zip_le(out, (uint64_t)mode << 16, 4);
		zip_le(out, m->offset, 4);
		buf_text(out, m->name);
	}
	buf_add(out, "PK\5\6\0\0\0\0", 8);
	zip_le(out, count, 2);
	zip_le(out, count, 2);
	zip_le(out, out->len - 12 - start, 4);
	zip_le(out, start, 4);
	zip_le(out, 0, 2);
}

#endif
