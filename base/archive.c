/* base/archive.c - libarchive: what it unpacks for us, and what it writes
 *
 * It reads no format for us, only filters (xz, zstd, bzip2); formats are
 * judged by base/zip.c and base/tar.c.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <archive.h>
#include <archive_entry.h>
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/archive.h"
#include "base/archive_tail.h"
#include "base/arena.h"

#define BLOCK_BYTES ((size_t)262144)

struct archive_filter {
	struct archive *a;
};

struct archive_out {
	struct archive *a;
	struct archive_entry *entry;
	int64_t left; /* of the present member */
	int fd;
	struct tail *tail; /* NULL: written here */
};

static enum verdict
bad(struct fault *why, enum code code, const char *text)
{
	return fault_set(why, V_BROKEN, code, "%s", text);
}

/* --- unpacking --- */

enum verdict
archive_filter_open(
	int fd, struct archive_filter **filter_out, struct fault *why)
{
	struct archive_filter *f;
	struct archive_entry *entry;

	if (lseek(fd, 0, SEEK_SET) == -1)
		return fault_errno(why, V_BROKEN, CODE_IO, "archive");
	f = mem_zero(1, sizeof(*f));
	f->a = archive_read_new();
	if (f->a == NULL) {
		free(f);
		return bad(why, CODE_MEMORY, "no memory");
	}
	if (archive_read_support_filter_xz(f->a) != ARCHIVE_OK ||
		archive_read_support_filter_lzma(f->a) != ARCHIVE_OK ||
		archive_read_support_filter_bzip2(f->a) != ARCHIVE_OK ||
		archive_read_support_filter_zstd(f->a) != ARCHIVE_OK ||
		archive_read_support_format_raw(f->a) != ARCHIVE_OK ||
		archive_read_open_fd(f->a, fd, BLOCK_BYTES) != ARCHIVE_OK ||
		archive_read_next_header(f->a, &entry) != ARCHIVE_OK) {
		archive_filter_close(f);
		return bad(why, CODE_ARCHIVE_CUT,
			"the packed file is damaged or cut off");
	}
	/* The filter, and the file itself: packed once. */
	if (archive_filter_count(f->a) != 2) {
		archive_filter_close(f);
		return bad(why, CODE_ARCHIVE, "packed more than once");
	}
	*filter_out = f;
	return V_OK;
}

enum verdict
archive_filter_read(struct archive_filter *f, void *bytes, size_t len,
	size_t *len_out, struct fault *why)
{
	la_ssize_t n = archive_read_data(f->a, bytes, len);

	if (n < 0)
		return bad(why, CODE_ARCHIVE_CUT,
			"the packed file is damaged or cut off");
	*len_out = (size_t)n;
	return V_OK;
}

void
archive_filter_close(struct archive_filter *f)
{
	if (f == NULL)
		return;
	(void)archive_read_free(f->a);
	free(f);
}

/* --- writing --- */

/* libarchive sets errno where the cause was the file. */
static enum verdict
write_failed(struct archive_out *out, struct fault *why)
{
	errno = archive_errno(out->a);
	if (errno <= 0)
		errno = EIO;
	return fault_errno(why, V_BROKEN, CODE_IO, "write archive");
}

/* libarchive gives blocks of TAIL_BLOCK_BYTES, the last one shorter. */
static la_ssize_t
write_block(struct archive *a, void *self, const void *bytes, size_t len)
{
	struct archive_out *out = self;
	int error = out->tail != NULL ? tail_add(out->tail, bytes, len)
				      : tail_write(out->fd, bytes, len);

	if (error == 0)
		return (la_ssize_t)len;
	archive_set_error(a, error, "write");
	return -1;
}

enum verdict
archive_create(
	int fd, bool deflate, struct archive_out **out_out, struct fault *why)
{
	struct archive_out *out = mem_zero(1, sizeof(*out));
	enum verdict v;

	out->fd = fd;
	out->a = archive_write_new();
	out->entry = archive_entry_new();
	if (out->a == NULL || out->entry == NULL) {
		archive_abandon(out);
		return bad(why, CODE_MEMORY, "no memory");
	}
	if (archive_write_set_format_zip(out->a) != ARCHIVE_OK ||
		archive_write_set_format_option(out->a, "zip", "compression",
			deflate ? "deflate" : "store") != ARCHIVE_OK ||
		archive_write_set_bytes_per_block(out->a, TAIL_BLOCK_BYTES) !=
			ARCHIVE_OK ||
		archive_write_set_bytes_in_last_block(out->a, 1) !=
			ARCHIVE_OK ||
		archive_write_open(out->a, out, NULL, write_block, NULL) !=
			ARCHIVE_OK) {
		v = write_failed(out, why);
		archive_abandon(out);
		return v;
	}
	*out_out = out;
	return V_OK;
}

enum verdict
archive_member_begin(struct archive_out *out, const char *name, int64_t bytes,
	struct fault *why)
{
	assert(archive_name_safe(name));
	assert(bytes >= 0 && out->left == 0);
	/* No time is set: libarchive then writes the first day of 1980. */
	archive_entry_clear(out->entry);
	archive_entry_set_pathname(out->entry, name);
	archive_entry_set_size(out->entry, bytes);
	archive_entry_set_filetype(out->entry, AE_IFREG);
	archive_entry_set_perm(out->entry, 0644);
	out->left = bytes;
	if (archive_write_header(out->a, out->entry) != ARCHIVE_OK)
		return write_failed(out, why);
	return V_OK;
}

enum verdict
archive_member_add(struct archive_out *out, const void *bytes, size_t len,
	struct fault *why)
{
	assert((uint64_t)out->left >= len);
	if (len == 0)
		return V_OK;
	if (archive_write_data(out->a, bytes, len) != (la_ssize_t)len)
		return write_failed(out, why);
	out->left -= (int64_t)len;
	return V_OK;
}

enum verdict
archive_hash(struct archive_out *out, struct fault *why)
{
	assert(out->tail == NULL);
	out->tail = tail_new(out->fd);
	if (out->tail == NULL)
		return fault_set(why, V_LATER, CODE_MEMORY,
			"no thread to write an archive with");
	return V_OK;
}

enum verdict
archive_finish(struct archive_out *out, struct fault *why)
{
	enum verdict v = V_OK;

	assert(out->left == 0 && out->tail == NULL);
	if (archive_write_close(out->a) != ARCHIVE_OK)
		v = write_failed(out, why);
	archive_abandon(out);
	return v;
}

enum verdict
archive_finish_hash(
	struct archive_out *out, uint8_t sha256_out[32], struct fault *why)
{
	uint8_t sha256[32];
	enum verdict v = V_OK;
	int error;

	assert(out->left == 0 && out->tail != NULL);
	if (archive_write_close(out->a) != ARCHIVE_OK)
		v = write_failed(out, why);
	error = tail_end(out->tail, sha256);
	if (v == V_OK && error != 0) {
		errno = error;
		v = fault_errno(why, V_BROKEN, CODE_IO, "write archive");
	}
	if (v == V_OK)
		memcpy(sha256_out, sha256, sizeof(sha256));
	archive_abandon(out);
	return v;
}

void
archive_abandon(struct archive_out *out)
{
	if (out == NULL)
		return;
	(void)archive_write_free(out->a);
	tail_free(out->tail);
	archive_entry_free(out->entry);
	free(out);
}
