/* base/zip.c - see base/zip.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/zip.h"

#define END_BYTES 22 /* end of central directory without its comment */
#define COMMENT_MAX 65535
#define LOCATOR_BYTES 20 /* says where the 64-bit end is */
#define END64_BYTES 56
#define ENTRY_BYTES 46		     /* without name, extra and comment */
#define BLOCK_BYTES ((size_t)524288) /* holds the largest entry twice */
#define NAME_SUMMED 1024 /* bytes of a name that count, with its length */
#define EXTRA_64 0x0001

struct directory {
	int64_t offset, bytes, entries;
	int64_t end; /* where what follows it begins */
};

static uint64_t
le(const uint8_t *p, size_t bytes)
{
	uint64_t n = 0;

	while (bytes > 0)
		n = n << 8 | p[--bytes];
	return n;
}

static enum verdict
cut(struct fault *why, const char *text)
{
	return fault_set(why, V_BROKEN, CODE_ARCHIVE_CUT, "%s", text);
}

void
zip_listing_add(struct zip_listing *listing, const void *name, size_t name_len,
	int64_t offset)
{
	uint8_t bytes[NAME_SUMMED + 16] = { 0 }, digest[DIGEST_BYTES];
	size_t used = name_len < NAME_SUMMED ? name_len : NAME_SUMMED;
	uint64_t n = (uint64_t)offset;
	size_t i;

	for (i = 0; i < 8; i++) {
		bytes[i] = (uint8_t)(n >> (8 * i));
		bytes[8 + i] = (uint8_t)((uint64_t)name_len >> (8 * i));
	}
	if (used > 0)
		memcpy(bytes + 16, name, used);
	digest_of(bytes, 16 + used, digest);
	listing->sum += le(digest, 8);
	listing->count++;
}

bool
zip_listing_same(const struct zip_listing *a, const struct zip_listing *b)
{
	return a->count == b->count && a->sum == b->sum;
}

/* The 64-bit end, if the file has one, overrules the 32-bit one. */
static enum verdict
end64(int fd, int64_t end_at, struct directory *d, struct fault *why)
{
	uint8_t b[END64_BYTES];
	enum verdict v;
	int64_t at;
	size_t got;

	if (end_at < LOCATOR_BYTES)
		return V_OK;
	v = file_read_at(
		fd, b, LOCATOR_BYTES, end_at - LOCATOR_BYTES, &got, why);
	if (v != V_OK || got != LOCATOR_BYTES || memcmp(b, "PK\6\7", 4) != 0)
		return v;
	if (le(b + 8, 8) > (uint64_t)end_at)
		return cut(why, "the ZIP's 64-bit end is not in the file");
	at = (int64_t)le(b + 8, 8);
	v = file_read_at(fd, b, END64_BYTES, at, &got, why);
	if (v != V_OK)
		return v;
	if (got != END64_BYTES || memcmp(b, "PK\6\6", 4) != 0)
		return cut(why, "the ZIP's 64-bit end is not where it says");
	d->end = at;
	d->entries = (int64_t)le(b + 32, 8);
	d->bytes = (int64_t)le(b + 40, 8);
	d->offset = (int64_t)le(b + 48, 8);
	return V_OK;
}

/* The end in the last bytes of the file, NULL when there is none.  Behind it
 * comes its comment and nothing else.
 */
static const uint8_t *
find_end(const uint8_t *b, size_t len)
{
	size_t i;

	for (i = END_BYTES; i <= len; i++)
		if (memcmp(b + len - i, "PK\5\6", 4) == 0)
			return le(b + len - i + 20, 2) == i - END_BYTES
				       ? b + len - i
				       : NULL;
	return NULL;
}

/* It must lie right before its end: what stands before a ZIP shifts all
 * offsets, and tools differ in whether they shift along.
 */
static enum verdict
directory_sound(
	const struct directory *d, int64_t file_bytes, struct fault *why)
{
	if (d->offset < 0 || d->bytes < 0 || d->entries < 0 ||
		d->offset > file_bytes || d->bytes > file_bytes - d->offset ||
		d->offset + d->bytes != d->end)
		return cut(why, "the ZIP's central directory is not where its "
				"end says");
	return V_OK;
}

static enum verdict
find_directory(
	int fd, int64_t file_bytes, struct directory *d, struct fault *why)
{
	const size_t most = END_BYTES + COMMENT_MAX;
	size_t want = file_bytes < (int64_t)most ? (size_t)file_bytes : most;
	uint8_t *b = mem_new(want + 1);
	const uint8_t *end = NULL;
	enum verdict v;
	size_t got;

	v = file_read_at(fd, b, want, file_bytes - (int64_t)want, &got, why);
	if (v == V_OK)
		end = find_end(b, got);
	if (v == V_OK && end == NULL)
		v = cut(why, "the ZIP is cut off, or something stands behind "
			     "its end");
	if (v == V_OK) {
		d->end = file_bytes - (int64_t)want + (end - b);
		d->entries = (int64_t)le(end + 10, 2);
		d->bytes = (int64_t)le(end + 12, 4);
		d->offset = (int64_t)le(end + 16, 4);
		v = end64(fd, d->end, d, why);
	}
	free(b);
	return v == V_OK ? directory_sound(d, file_bytes, why) : v;
}

/* Where the entry says its member is; a large one says it in the extra, behind
 * those of the two sizes that are large as well.
 */
static bool
member_offset(const uint8_t *entry, int64_t *offset_out)
{
	const uint8_t *p = entry + ENTRY_BYTES + le(entry + 28, 2);
	const uint8_t *end = p + le(entry + 30, 2);
	uint64_t n = le(entry + 42, 4);
	size_t skip = 0;

	if (n != UINT32_MAX) {
		*offset_out = (int64_t)n;
		return true;
	}
	if (le(entry + 24, 4) == UINT32_MAX)
		skip += 8;
	if (le(entry + 20, 4) == UINT32_MAX)
		skip += 8;
	for (; end - p >= 4; p += 4 + le(p + 2, 2)) {
		if (le(p + 2, 2) > (uint64_t)(end - p - 4))
			return false;
		if (le(p, 2) != EXTRA_64)
			continue;
		if (le(p + 2, 2) < skip + 8)
			return false;
		n = le(p + 4 + skip, 8);
		*offset_out = (int64_t)n;
		return n <= INT64_MAX;
	}
	return false;
}

/* Sum up whole entries in b; says how many bytes they took. */
static enum verdict
entries_in(const uint8_t *b, size_t len, struct directory *d,
	struct zip_listing *listing, size_t *used_out, struct fault *why)
{
	int64_t offset;
	size_t at = 0, size;

	while (d->entries > 0 && len - at >= ENTRY_BYTES) {
		const uint8_t *e = b + at;

		if (memcmp(e, "PK\1\2", 4) != 0)
			return cut(why, "the ZIP's central directory is "
					"damaged");
		size = ENTRY_BYTES + (size_t)le(e + 28, 2) +
		       (size_t)le(e + 30, 2) + (size_t)le(e + 32, 2);
		if (size > len - at)
			break;
		if (!member_offset(e, &offset))
			return cut(why, "the ZIP's central directory is "
					"damaged");
		zip_listing_add(listing, e + ENTRY_BYTES, (size_t)le(e + 28, 2),
			offset);
		at += size;
		d->entries--;
	}
	*used_out = at;
	return V_OK;
}

enum verdict
zip_listing_read(int fd, int64_t file_bytes, struct zip_listing *listing_out,
	struct fault *why)
{
	struct zip_listing listing = { 0 };
	struct directory d = { 0 };
	enum verdict v;
	uint8_t *b;

	assert(fd >= 0 && file_bytes >= 0);
	v = find_directory(fd, file_bytes, &d, why);
	if (v != V_OK)
		return v;
	b = mem_new(BLOCK_BYTES);
	while (d.entries > 0) {
		size_t got, used = 0;
		size_t want = d.bytes < (int64_t)BLOCK_BYTES ? (size_t)d.bytes
							     : BLOCK_BYTES;

		v = file_read_at(fd, b, want, d.offset, &got, why);
		if (v == V_OK)
			v = entries_in(b, got, &d, &listing, &used, why);
		if (v == V_OK && used == 0)
			v = cut(why, "the ZIP's central directory ends early");
		if (v != V_OK)
			break;
		d.offset += (int64_t)used;
		d.bytes -= (int64_t)used;
	}
	free(b);
	if (v == V_OK && d.bytes != 0)
		v = cut(why, "the ZIP's central directory is too long");
	if (v == V_OK)
		*listing_out = listing;
	return v;
}
