/* base/archive.c - see base/archive.h
 *
 * What libarchive only warns about is an error here.  It gives no offset of
 * the packed data, so the local header is looked up: it begins within a few
 * bytes of the position libarchive tells, and must carry the same name.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <archive.h>
#include <archive_entry.h>
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/archive.h"
#include "base/arena.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/zip.h"

#define BLOCK_BYTES ((size_t)262144)
#define LOCAL_BYTES 30	/* a local header without name and extra */
#define LOCAL_SEARCH 64 /* how far behind the told position it may begin */
#define RATIO_FREE INT64_C(10000000) /* the ratio counts above this */
#define FLAG_ENCRYPTED 0x0001
#define FLAG_SIZES_LATER 0x0008
#define SIZE_IN_EXTRA UINT32_MAX
#define NAME_KEY 16 /* bytes of a name's digest, enough to be one of a kind */

struct archive_in {
	struct archive *a;
	struct zip_listing central, local; /* must be the same */
	int fd;
	struct archive_limits limits;
	int64_t file_bytes;
	int64_t members, unpacked;
	int64_t behind; /* where the member before surely ended */
	struct archive_member now;
	bool open;		    /* data of `now` is not read to its end */
	uint8_t (*names)[NAME_KEY]; /* open addressing; all zero is free */
	size_t name_slots, name_count;
};

struct archive_out {
	struct archive *a;
	struct archive_entry *entry;
	int64_t left; /* of the present member */
};

static enum verdict
bad(struct fault *why, enum code code, const char *text)
{
	return fault_set(why, V_BROKEN, code, "%s", text);
}

static uint32_t
le16(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t
le32(const uint8_t *p)
{
	return le16(p) | le16(p + 2) << 16;
}

/* --- reading --- */

/* A file that begins like a ZIP but is not readable as one was cut off. */
static enum verdict
no_zip(int fd, struct fault *why)
{
	struct fault ignored;
	uint8_t head[4];
	size_t got;

	if (file_read_at(fd, head, sizeof(head), 0, &got, &ignored) == V_OK &&
		got == sizeof(head) && memcmp(head, "PK\3\4", 4) == 0)
		return bad(why, CODE_ARCHIVE_CUT,
			"the ZIP is cut off: it has no central directory");
	return bad(why, CODE_ARCHIVE, "the file is not a ZIP");
}

enum verdict
archive_open(int fd, const struct archive_limits *limits,
	struct archive_in **in_out, struct fault *why)
{
	struct archive_in *in;
	enum verdict v;
	struct stat st;

	assert(fd >= 0 && limits->members_max > 0 && limits->ratio_max > 0);
	if (fstat(fd, &st) == -1)
		return fault_errno(why, V_BROKEN, CODE_IO, "archive");
	if (lseek(fd, 0, SEEK_SET) == -1)
		return fault_errno(why, V_BROKEN, CODE_IO, "archive");
	in = mem_zero(1, sizeof(*in));
	in->fd = fd;
	in->limits = *limits;
	in->file_bytes = st.st_size;
	in->a = archive_read_new();
	if (in->a == NULL) {
		free(in);
		return bad(why, CODE_MEMORY, "no memory");
	}
	if (archive_read_support_format_zip_seekable(in->a) != ARCHIVE_OK ||
		archive_read_open_fd(in->a, fd, BLOCK_BYTES) != ARCHIVE_OK) {
		archive_close(in);
		return no_zip(fd, why);
	}
	v = zip_listing_read(fd, st.st_size, &in->central, why);
	if (v != V_OK) {
		archive_close(in);
		return v;
	}
	*in_out = in;
	return V_OK;
}

/* Letters, digits, dot, dash, underscore; at most one folder; no dot first,
 * so neither `.` nor `..` nor anything hidden.
 */
static bool
safe_name(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	const char *slash = strchr(name, '/');
	size_t len = strlen(name);

	if (len == 0 || len > ARCHIVE_NAME_MAX || name[0] == '.')
		return false;
	if (slash == NULL)
		return strspn(name, plain) == len;
	return slash != name && slash[1] != '.' &&
	       strspn(name, plain) == (size_t)(slash - name) &&
	       slash[1 + strspn(slash + 1, plain)] == '\0';
}

static void
names_grow(struct archive_in *in)
{
	uint8_t(*old)[NAME_KEY] = in->names;
	size_t i, slot, slots = in->name_slots == 0 ? 1024 : in->name_slots * 2;
	static const uint8_t none[NAME_KEY];

	in->names = mem_zero(slots, NAME_KEY);
	for (i = 0; i < in->name_slots; i++) {
		if (memcmp(old[i], none, NAME_KEY) == 0)
			continue;
		slot = le32(old[i]) & (slots - 1);
		while (memcmp(in->names[slot], none, NAME_KEY) != 0)
			slot = (slot + 1) & (slots - 1);
		memcpy(in->names[slot], old[i], NAME_KEY);
	}
	free(old);
	in->name_slots = slots;
}

/* False when the name was there already. */
static bool
names_add(struct archive_in *in, const char *name)
{
	static const uint8_t none[NAME_KEY];
	uint8_t key[DIGEST_BYTES];
	size_t slot;

	if (in->name_count * 2 >= in->name_slots)
		names_grow(in);
	digest_of(name, strlen(name), key);
	slot = le32(key) & (in->name_slots - 1);
	while (memcmp(in->names[slot], none, NAME_KEY) != 0) {
		if (memcmp(in->names[slot], key, NAME_KEY) == 0)
			return false;
		slot = (slot + 1) & (in->name_slots - 1);
	}
	memcpy(in->names[slot], key, NAME_KEY);
	in->name_count++;
	return true;
}

/* Find the local header of `name` at or just behind `position`. */
static enum verdict
local_header(struct archive_in *in, int64_t position, const char *name,
	struct archive_member *member_out, struct fault *why)
{
	uint8_t b[LOCAL_SEARCH + LOCAL_BYTES + ARCHIVE_NAME_MAX + 1];
	size_t got, i, name_len = strlen(name);
	enum verdict v;

	if (position < 0)
		return bad(why, CODE_ARCHIVE_CUT, "a member has no position");
	v = file_read_at(in->fd, b, sizeof(b), position, &got, why);
	if (v != V_OK)
		return v;
	for (i = 0; i <= LOCAL_SEARCH && i + LOCAL_BYTES + name_len <= got; i++)
		if (memcmp(b + i, "PK\3\4", 4) == 0 &&
			le16(b + i + 26) == name_len &&
			memcmp(b + i + LOCAL_BYTES, name, name_len) == 0)
			break;
	if (i > LOCAL_SEARCH || i + LOCAL_BYTES + name_len > got)
		return bad(why, CODE_ARCHIVE_CUT,
			"a member's local header is not where the central "
			"directory says, or has another name");
	if (le16(b + i + 6) & FLAG_ENCRYPTED)
		return bad(why, CODE_ARCHIVE, "a member is encrypted");
	member_out->method = (int)le16(b + i + 8);
	if (member_out->method != 0 && member_out->method != 8)
		return bad(why, CODE_ARCHIVE,
			"a member is neither stored nor deflated");
	member_out->packed = le32(b + i + 18);
	if ((le16(b + i + 6) & FLAG_SIZES_LATER) != 0 ||
		le32(b + i + 18) == SIZE_IN_EXTRA)
		member_out->packed = 0;
	zip_listing_add(&in->local, name, name_len, position + (int64_t)i);
	member_out->offset = position + (int64_t)i + LOCAL_BYTES +
			     (int64_t)name_len + (int64_t)le16(b + i + 28);
	return V_OK;
}

static enum verdict
judge_entry(
	struct archive_in *in, struct archive_entry *entry, struct fault *why)
{
	const char *name = archive_entry_pathname(entry);

	if (++in->members > in->limits.members_max)
		return fault_set(why, V_BROKEN, CODE_ARCHIVE,
			"more than %lld members",
			(long long)in->limits.members_max);
	if (archive_entry_is_encrypted(entry) == 1)
		return bad(why, CODE_ARCHIVE, "a member is encrypted");
	if (archive_entry_symlink(entry) != NULL ||
		archive_entry_hardlink(entry) != NULL ||
		archive_entry_filetype(entry) == AE_IFLNK)
		return bad(why, CODE_ARCHIVE, "a member is a link");
	if (name == NULL || !safe_name(name))
		return bad(why, CODE_ARCHIVE,
			"a member's name is not plain (letters, digits, . _ -, "
			"at most one folder)");
	if (!names_add(in, name))
		return bad(why, CODE_ARCHIVE, "two members have one name");
	return V_OK;
}

/* Read what is left of the present member; its CRC is checked at the end. */
static enum verdict
read_rest(struct archive_in *in, struct fault *why)
{
	char *bytes = mem_new(BLOCK_BYTES);
	enum verdict v = V_OK;
	size_t got;

	while (v == V_OK && in->open)
		v = archive_read(in, bytes, BLOCK_BYTES, &got, why);
	free(bytes);
	return v;
}

static enum verdict
all_seen(const struct archive_in *in, struct fault *why)
{
	if (!zip_listing_same(&in->central, &in->local))
		return bad(why, CODE_ARCHIVE_CUT,
			"central directory and local headers name different "
			"members");
	return V_END;
}

enum verdict
archive_next(struct archive_in *in, struct archive_member *member_out,
	struct fault *why)
{
	struct archive_member m = { 0 };
	struct archive_entry *entry;
	int64_t at;
	enum verdict v;
	int status;

	for (;;) {
		v = in->open ? read_rest(in, why) : V_OK;
		if (v != V_OK)
			return v;
		status = archive_read_next_header(in->a, &entry);
		if (status == ARCHIVE_EOF)
			return all_seen(in, why);
		/* A warning may be a name that it cannot read: ours to say. */
		if (status == ARCHIVE_OK || status == ARCHIVE_WARN)
			v = judge_entry(in, entry, why);
		if (v != V_OK)
			return v;
		if (status != ARCHIVE_OK)
			return bad(why, CODE_ARCHIVE_CUT,
				"a member's headers are damaged or contradict "
				"each other");
		at = archive_read_header_position(in->a);
		v = local_header(
			in, at, archive_entry_pathname(entry), &m, why);
		if (v != V_OK)
			return v;
		if (archive_entry_filetype(entry) != AE_IFDIR)
			break;
	}
	if (archive_entry_filetype(entry) != AE_IFREG)
		return bad(why, CODE_ARCHIVE, "a member is no plain file");
	/* Two members in the same bytes: how a bomb gets its ratio. */
	if (m.offset < in->behind || m.packed > in->file_bytes - m.offset)
		return bad(why, CODE_ARCHIVE, "two members overlap");
	in->behind = m.offset + m.packed;
	snprintf(m.name, sizeof(m.name), "%s", archive_entry_pathname(entry));
	in->now = m;
	in->open = true;
	*member_out = m;
	return V_OK;
}

static enum verdict
count_unpacked(struct archive_in *in, int64_t len, struct fault *why)
{
	const struct archive_limits *limits = &in->limits;
	const struct archive_member *m = &in->now;

	in->unpacked += len;
	in->now.bytes += len;
	if (in->unpacked > limits->unpacked_max)
		return fault_set(why, V_BROKEN, CODE_ARCHIVE,
			"unpacks to more than %lld bytes",
			(long long)limits->unpacked_max);
	if ((in->unpacked > RATIO_FREE &&
		    in->unpacked / limits->ratio_max > in->file_bytes) ||
		(m->packed > 0 && m->bytes > RATIO_FREE &&
			m->bytes / limits->ratio_max > m->packed))
		return fault_set(why, V_BROKEN, CODE_ARCHIVE,
			"unpacks to more than %lld times its size",
			(long long)limits->ratio_max);
	return V_OK;
}

enum verdict
archive_read(struct archive_in *in, void *bytes, size_t len, size_t *len_out,
	struct fault *why)
{
	enum verdict v;
	la_ssize_t n;

	assert(len > 0);
	if (!in->open) {
		*len_out = 0;
		return V_OK;
	}
	n = archive_read_data(in->a, bytes, len);
	if (n < 0)
		return bad(why, CODE_ARCHIVE_CUT,
			"a member's data is damaged, cut off or has the wrong "
			"checksum");
	v = count_unpacked(in, n, why);
	if (v != V_OK)
		return v;
	if (n == 0)
		in->open = false;
	*len_out = (size_t)n;
	return V_OK;
}

void
archive_close(struct archive_in *in)
{
	if (in == NULL)
		return;
	(void)archive_read_free(in->a);
	free(in->names);
	free(in);
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

enum verdict
archive_create(
	int fd, bool deflate, struct archive_out **out_out, struct fault *why)
{
	struct archive_out *out = mem_zero(1, sizeof(*out));
	enum verdict v;

	out->a = archive_write_new();
	out->entry = archive_entry_new();
	if (out->a == NULL || out->entry == NULL) {
		archive_abandon(out);
		return bad(why, CODE_MEMORY, "no memory");
	}
	if (archive_write_set_format_zip(out->a) != ARCHIVE_OK ||
		archive_write_set_format_option(out->a, "zip", "compression",
			deflate ? "deflate" : "store") != ARCHIVE_OK ||
		archive_write_set_bytes_in_last_block(out->a, 1) !=
			ARCHIVE_OK ||
		archive_write_open_fd(out->a, fd) != ARCHIVE_OK) {
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
	assert(safe_name(name));
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
archive_finish(struct archive_out *out, struct fault *why)
{
	enum verdict v = V_OK;

	assert(out->left == 0);
	if (archive_write_close(out->a) != ARCHIVE_OK)
		v = write_failed(out, why);
	archive_abandon(out);
	return v;
}

void
archive_abandon(struct archive_out *out)
{
	if (out == NULL)
		return;
	(void)archive_write_free(out->a);
	archive_entry_free(out->entry);
	free(out);
}
