/* base/zip.c - see base/zip.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/zip.h"

#define END_BYTES 22 /* end of central directory without its comment */
#define COMMENT_MAX 65535
#define LOCATOR_BYTES 20 /* says where the 64-bit end is */
#define END64_BYTES 56
#define ENTRY_BYTES 46		     /* without name, extra and comment */
#define LOCAL_BYTES 30		     /* without name and extra */
#define LOCAL_EXTRA_MAX 2048	     /* nobody needs more */
#define BLOCK_BYTES ((size_t)262144) /* holds the largest entry */
#define EXTRA_64 0x0001
#define EXTRA_OTHER_NAME 0x7075
#define FLAG_ENCRYPTED 0x0001
#define FLAG_LATER 0x0008 /* sizes and CRC come behind the data */
#define FLAGS_KNOWN (FLAG_LATER | 0x0006 | 0x0800) /* level, UTF-8 names */
#define FLAGS_LEVEL 0x0006
#define HOST_UNIX 3
#define DOS_FOLDER 0x10
#define MODE_KIND 0170000 /* of a UNIX mode, in every ZIP the same */
#define MODE_LINK 0120000
#define MODE_FOLDER 0040000
#define MODE_FILE 0100000
#define RATIO_FREE INT64_C(10000000) /* the ratio counts above this */

struct zip {
	int fd;
	struct archive_limits limits;
	int64_t file_bytes;
	/* What is left of the directory, and where it began and ended. */
	int64_t at, left, begin, end;
	int64_t entries, count;
	uint8_t *block;
	size_t block_at, block_len;
	struct zip_entry ahead; /* read already: it says where `now` ends */
	bool has_ahead;
	int64_t unpacked; /* promised so far */
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

static enum verdict
bad(struct fault *why, const char *text)
{
	return fault_set(why, V_BROKEN, CODE_ARCHIVE, "%s", text);
}

/* --- the end of the file says where the directory is --- */

/* A 32-bit field says all ones where the 64-bit end has the number, or the
 * same number.
 */
static bool
agrees(const uint8_t *narrow, size_t bytes, int64_t wide)
{
	uint64_t n = le(narrow, bytes);

	return n == (bytes == 2 ? UINT16_MAX : UINT32_MAX) ||
	       n == (uint64_t)wide;
}

/* V_END: the file has no 64-bit end. */
static enum verdict
end64(struct zip *z, const uint8_t *end, int64_t end_at, struct fault *why)
{
	uint8_t b[END64_BYTES];
	enum verdict v;
	uint64_t at;
	size_t got;

	if (end_at < LOCATOR_BYTES)
		return V_END;
	v = file_read_at(
		z->fd, b, LOCATOR_BYTES, end_at - LOCATOR_BYTES, &got, why);
	if (v != V_OK)
		return v;
	if (got != LOCATOR_BYTES || memcmp(b, "PK\6\7", 4) != 0)
		return V_END;
	at = le(b + 8, 8);
	if (le(b + 4, 4) != 0 || le(b + 16, 4) > 1 ||
		end_at < LOCATOR_BYTES + END64_BYTES ||
		at != (uint64_t)(end_at - LOCATOR_BYTES - END64_BYTES))
		return cut(why, "the ZIP's 64-bit end is not where it says");
	v = file_read_at(z->fd, b, END64_BYTES, (int64_t)at, &got, why);
	if (v != V_OK)
		return v;
	if (got != END64_BYTES || memcmp(b, "PK\6\6", 4) != 0 ||
		le(b + 4, 8) != END64_BYTES - 12 || le(b + 16, 8) != 0 ||
		le(b + 24, 8) != le(b + 32, 8))
		return cut(why, "the ZIP's 64-bit end is not what it should "
				"be");
	z->end = (int64_t)at;
	z->entries = (int64_t)le(b + 32, 8);
	z->left = (int64_t)le(b + 40, 8);
	z->begin = (int64_t)le(b + 48, 8);
	if (!agrees(end + 10, 2, z->entries) || !agrees(end + 12, 4, z->left) ||
		!agrees(end + 16, 4, z->begin))
		return cut(why, "the two ends of the ZIP contradict each "
				"other");
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

/* A file that begins like a ZIP but has no end was cut off. */
static enum verdict
no_zip(int fd, struct fault *why)
{
	struct fault ignored;
	uint8_t head[4];
	size_t got;

	if (file_read_at(fd, head, sizeof(head), 0, &got, &ignored) == V_OK &&
		got == sizeof(head) && memcmp(head, "PK\3\4", 4) == 0)
		return cut(why, "the ZIP is cut off, or something stands "
				"behind its end");
	return bad(why, "the file is not a ZIP");
}

/* It must lie right before its end: what stands before a ZIP shifts all
 * offsets, and tools differ in whether they shift along.
 */
static enum verdict
directory_sound(const struct zip *z, struct fault *why)
{
	if (z->begin < 0 || z->left < 0 || z->entries < 0 ||
		z->begin > z->file_bytes || z->left > z->end - z->begin ||
		z->begin + z->left != z->end)
		return cut(why, "the ZIP's central directory is not where its "
				"end says");
	if (z->entries > z->limits.members_max)
		return fault_set(why, V_BROKEN, CODE_ARCHIVE,
			"more than %lld members",
			(long long)z->limits.members_max);
	if (z->entries > z->left / ENTRY_BYTES)
		return cut(why, "the ZIP's central directory ends early");
	return V_OK;
}

static enum verdict
find_directory(struct zip *z, struct fault *why)
{
	const size_t most = END_BYTES + COMMENT_MAX;
	size_t want =
		z->file_bytes < (int64_t)most ? (size_t)z->file_bytes : most;
	const uint8_t *end = NULL;
	enum verdict v;
	size_t got;

	_Static_assert(BLOCK_BYTES >= END_BYTES + COMMENT_MAX, "it fits");
	v = file_read_at(z->fd, z->block, want, z->file_bytes - (int64_t)want,
		&got, why);
	if (v != V_OK)
		return v;
	end = find_end(z->block, got);
	if (end == NULL)
		return no_zip(z->fd, why);
	z->end = z->file_bytes - (int64_t)want + (end - z->block);
	if (le(end + 4, 2) != 0 || le(end + 6, 2) != 0 ||
		le(end + 8, 2) != le(end + 10, 2))
		return bad(why, "a ZIP in several volumes");
	v = end64(z, end, z->end, why);
	if (v == V_END) {
		z->entries = (int64_t)le(end + 10, 2);
		z->left = (int64_t)le(end + 12, 4);
		z->begin = (int64_t)le(end + 16, 4);
		v = V_OK;
	}
	if (v == V_OK)
		v = directory_sound(z, why);
	z->at = z->begin;
	return v;
}

/* --- extra fields --- */

/* The 64-bit field among `len` bytes of extras; *out NULL when there is none.
 * False when they cannot be taken apart or give the member another name.
 */
static bool
find_extra64(const uint8_t *p, size_t len, const uint8_t **out, size_t *out_len)
{
	size_t at = 0, size;

	*out = NULL;
	*out_len = 0;
	/* Up to three bytes of nothing are some tool's padding. */
	while (len - at >= 4) {
		size = (size_t)le(p + at + 2, 2);
		if (size > len - at - 4 || le(p + at, 2) == EXTRA_OTHER_NAME)
			return false;
		if (le(p + at, 2) == EXTRA_64) {
			if (*out != NULL)
				return false;
			*out = p + at + 4;
			*out_len = size;
		}
		at += 4 + size;
	}
	return true;
}

/* A number of `bytes` bytes at p, or its wide form, the next in the extra. */
static bool
wide(const uint8_t *p, size_t bytes, const uint8_t **extra, size_t *left,
	int64_t *out)
{
	uint64_t n = le(p, bytes);
	size_t size = bytes == 2 ? 4 : 8;

	if (n == (bytes == 2 ? UINT16_MAX : UINT32_MAX) && *extra != NULL) {
		if (*left < size)
			return false;
		n = le(*extra, size);
		*extra += size;
		*left -= size;
	}
	*out = (int64_t)n;
	return n <= INT64_MAX;
}

/* --- one entry of the directory --- */

static enum verdict
judge_name(const uint8_t *p, size_t len, struct zip_entry *e, struct fault *why)
{
	e->folder = len > 1 && p[len - 1] == '/';
	if (e->folder)
		len--;
	if (len > ARCHIVE_NAME_MAX || memchr(p, '\0', len) != NULL)
		len = 0;
	memcpy(e->name, p, len);
	e->name[len] = '\0';
	if (!archive_name_safe(e->name))
		return bad(why,
			"a member's name is not plain (letters, digits, . _ -, "
			"at most one folder)");
	return V_OK;
}

/* What kind of thing it is, by the host that made it. */
static enum verdict
judge_kind(const uint8_t *p, const struct zip_entry *e, struct fault *why)
{
	uint64_t kind = le(p + 40, 2) & MODE_KIND;

	if (p[5] == HOST_UNIX && kind == MODE_LINK)
		return bad(why, "a member is a link");
	if (p[5] == HOST_UNIX && kind != 0 &&
		kind != (e->folder ? MODE_FOLDER : MODE_FILE))
		return bad(why, "a member is no plain file");
	if (!e->folder && (p[38] & DOS_FOLDER) != 0)
		return bad(why, "a member is no plain file");
	if (e->folder && (e->bytes != 0 || e->method != 0))
		return bad(why, "a folder with bytes in it");
	return V_OK;
}

static enum verdict
judge_method(const struct zip_entry *e, struct fault *why)
{
	if (e->flags & FLAG_ENCRYPTED)
		return bad(why, "a member is encrypted");
	if ((e->flags & ~FLAGS_KNOWN) != 0 ||
		(e->method != 0 && e->method != 8))
		return bad(why, "a member is neither stored nor deflated");
	if (e->method == 0 && e->packed != e->bytes)
		return cut(why, "a stored member with two sizes");
	return V_OK;
}

/* By what the directory promises; the data is held to it. */
static enum verdict
count_unpacked(struct zip *z, const struct zip_entry *e, struct fault *why)
{
	const struct archive_limits *limits = &z->limits;

	if (e->bytes > limits->unpacked_max - z->unpacked)
		return fault_set(why, V_BROKEN, CODE_ARCHIVE,
			"unpacks to more than %lld bytes",
			(long long)limits->unpacked_max);
	z->unpacked += e->bytes;
	if ((z->unpacked > RATIO_FREE &&
		    z->unpacked / limits->ratio_max > z->file_bytes) ||
		(e->bytes > RATIO_FREE &&
			e->bytes / limits->ratio_max > e->packed))
		return fault_set(why, V_BROKEN, CODE_ARCHIVE,
			"unpacks to more than %lld times its size",
			(long long)limits->ratio_max);
	return V_OK;
}

static enum verdict
parse_entry(const uint8_t *p, struct zip_entry *e, struct fault *why)
{
	size_t name_len = (size_t)le(p + 28, 2), left;
	const uint8_t *extra;
	int64_t disk;
	enum verdict v;

	e->flags = (int)le(p + 8, 2);
	e->method = (int)le(p + 10, 2);
	e->crc = (uint32_t)le(p + 16, 4);
	v = judge_name(p + ENTRY_BYTES, name_len, e, why);
	if (v != V_OK)
		return v;
	if (!find_extra64(p + ENTRY_BYTES + name_len, (size_t)le(p + 30, 2),
		    &extra, &left) ||
		!wide(p + 24, 4, &extra, &left, &e->bytes) ||
		!wide(p + 20, 4, &extra, &left, &e->packed) ||
		!wide(p + 42, 4, &extra, &left, &e->header) ||
		!wide(p + 34, 2, &extra, &left, &disk))
		return cut(why, "a member's extra fields make no sense");
	if (disk != 0)
		return bad(why, "a ZIP in several volumes");
	v = judge_method(e, why);
	return v == V_OK ? judge_kind(p, e, why) : v;
}

/* The whole next entry in the block, NULL when the directory ends in it. */
static enum verdict
next_bytes(struct zip *z, const uint8_t **p_out, struct fault *why)
{
	size_t have = z->block_len - z->block_at, size = ENTRY_BYTES;
	const uint8_t *p = z->block + z->block_at;
	enum verdict v;
	size_t got;

	if (have >= ENTRY_BYTES)
		size += (size_t)(le(p + 28, 2) + le(p + 30, 2) + le(p + 32, 2));
	if (have < size) {
		size_t want = z->left < (int64_t)BLOCK_BYTES ? (size_t)z->left
							     : BLOCK_BYTES;

		v = file_read_at(z->fd, z->block, want, z->at, &got, why);
		if (v != V_OK)
			return v;
		z->block_at = 0;
		z->block_len = got;
		p = z->block;
		if (got < ENTRY_BYTES)
			return cut(why, "the ZIP's central directory ends "
					"early");
		size = ENTRY_BYTES +
		       (size_t)(le(p + 28, 2) + le(p + 30, 2) + le(p + 32, 2));
		if (got < size)
			return cut(why, "the ZIP's central directory ends "
					"early");
	}
	if (memcmp(p, "PK\1\2", 4) != 0)
		return cut(why, "the ZIP's central directory is damaged");
	z->block_at += size;
	z->at += (int64_t)size;
	z->left -= (int64_t)size;
	*p_out = p;
	return V_OK;
}

static enum verdict
read_ahead(struct zip *z, struct fault *why)
{
	const uint8_t *p = NULL;
	enum verdict v;

	z->has_ahead = false;
	if (z->entries == 0) {
		if (z->left != 0)
			return cut(
				why, "the ZIP's central directory is too long");
		return V_OK;
	}
	v = next_bytes(z, &p, why);
	if (v == V_OK)
		v = parse_entry(p, &z->ahead, why);
	if (v != V_OK)
		return v;
	z->entries--;
	z->has_ahead = true;
	return V_OK;
}

enum verdict
zip_open(int fd, const struct archive_limits *limits, struct zip **zip_out,
	struct fault *why)
{
	enum verdict v;
	struct zip *z;
	struct stat st;

	assert(fd >= 0 && limits->members_max > 0 && limits->ratio_max > 0);
	if (fstat(fd, &st) == -1)
		return fault_errno(why, V_BROKEN, CODE_IO, "archive");
	z = mem_zero(1, sizeof(*z));
	z->fd = fd;
	z->limits = *limits;
	z->file_bytes = st.st_size;
	z->block = mem_new(BLOCK_BYTES);
	v = find_directory(z, why);
	z->count = z->entries;
	if (v == V_OK)
		v = read_ahead(z, why);
	if (v == V_OK && (z->has_ahead ? z->ahead.header : z->begin) != 0)
		v = cut(why, "something stands before the first member");
	if (v != V_OK) {
		zip_close(z);
		return v;
	}
	*zip_out = z;
	return V_OK;
}

void
zip_close(struct zip *z)
{
	if (z == NULL)
		return;
	free(z->block);
	free(z);
}

int64_t
zip_count(const struct zip *z)
{
	return z->count;
}

enum verdict
zip_next(struct zip *z, struct zip_entry *entry_out, struct fault *why)
{
	struct zip_entry e;
	enum verdict v;

	if (!z->has_ahead)
		return V_END;
	e = z->ahead;
	v = count_unpacked(z, &e, why);
	if (v == V_OK)
		v = read_ahead(z, why);
	if (v != V_OK)
		return v;
	e.next = z->has_ahead ? z->ahead.header : z->begin;
	/* Two members in the same bytes: how a bomb gets its ratio. */
	if (e.next > z->begin || e.next < e.header + LOCAL_BYTES ||
		e.packed > e.next - e.header - LOCAL_BYTES)
		return bad(why, "two members overlap, or are not in the order "
				"of the directory");
	*entry_out = e;
	return V_OK;
}

/* --- the local header --- */

/* Sizes and CRC of the local header are those of the directory, or absent
 * because they come behind the data; some writers know one of the two sizes.
 */
static bool
sizes_agree(const uint8_t *p, const uint8_t *extra, size_t left,
	const struct zip_entry *e)
{
	bool later = (e->flags & FLAG_LATER) != 0;
	int64_t packed, bytes;
	uint64_t crc = le(p + 14, 4);

	if (!wide(p + 22, 4, &extra, &left, &bytes) ||
		!wide(p + 18, 4, &extra, &left, &packed))
		return false;
	/* "64 bits, see behind", with nothing in the extra field. */
	if (later && packed == UINT32_MAX)
		packed = 0;
	if (later && bytes == UINT32_MAX)
		bytes = 0;
	return (packed == e->packed || (later && packed == 0)) &&
	       (bytes == e->bytes || (later && bytes == 0)) &&
	       (crc == e->crc || (later && crc == 0));
}

/* Behind the data: CRC and sizes, of four or eight bytes, perhaps with a
 * signature before them.
 */
static enum verdict
descriptor_agrees(
	int fd, const struct zip_entry *e, int64_t end, struct fault *why)
{
	int64_t gap = e->next - end;
	uint8_t b[24], *p = b;
	enum verdict v;
	size_t got, size;

	if (gap != 12 && gap != 16 && gap != 20 && gap != 24)
		return cut(why, "something stands between two members");
	v = file_read_at(fd, b, (size_t)gap, end, &got, why);
	if (v != V_OK)
		return v;
	if (gap % 8 == 0) {
		if (memcmp(p, "PK\7\10", 4) != 0)
			got = 0;
		p += 4;
	}
	size = gap >= 20 ? 8 : 4;
	if (got != (size_t)gap || le(p, 4) != e->crc ||
		le(p + 4, size) != (uint64_t)e->packed ||
		le(p + 4 + size, size) != (uint64_t)e->bytes)
		return cut(why, "what stands behind a member's data "
				"contradicts the central directory");
	return V_OK;
}

enum verdict
zip_data(int fd, const struct zip_entry *e, int64_t *offset_out,
	struct fault *why)
{
	uint8_t b[LOCAL_BYTES + ARCHIVE_NAME_MAX + 1 + LOCAL_EXTRA_MAX];
	size_t want = sizeof(b), got, name_len, extra_len, left;
	size_t len = strlen(e->name);
	const uint8_t *extra;
	enum verdict v;
	int64_t end;

	/* Most have few extras: a small read first. */
	want = LOCAL_BYTES + len + 1 + 64;
	v = file_read_at(fd, b, want, e->header, &got, why);
	if (v == V_OK && got >= LOCAL_BYTES &&
		le(b + 26, 2) + le(b + 28, 2) > got - LOCAL_BYTES)
		v = file_read_at(fd, b, sizeof(b), e->header, &got, why);
	if (v != V_OK)
		return v;
	if (got < LOCAL_BYTES || memcmp(b, "PK\3\4", 4) != 0)
		return cut(why, "a member's local header is not where the "
				"central directory says");
	name_len = (size_t)le(b + 26, 2);
	extra_len = (size_t)le(b + 28, 2);
	if (name_len != len + e->folder ||
		name_len + extra_len > got - LOCAL_BYTES ||
		memcmp(b + LOCAL_BYTES, e->name, len) != 0 ||
		(e->folder && b[LOCAL_BYTES + len] != '/') ||
		((int)le(b + 6, 2) ^ e->flags) & ~FLAGS_LEVEL ||
		(int)le(b + 8, 2) != e->method ||
		!find_extra64(
			b + LOCAL_BYTES + name_len, extra_len, &extra, &left) ||
		!sizes_agree(b, extra, left, e))
		return cut(why, "a member's local header contradicts the "
				"central directory");
	*offset_out = e->header + LOCAL_BYTES + (int64_t)(name_len + extra_len);
	end = *offset_out + e->packed;
	if (e->flags & FLAG_LATER)
		return descriptor_agrees(fd, e, end, why);
	if (end != e->next)
		return cut(why, "members overlap, or something stands between "
				"two of them");
	return V_OK;
}
