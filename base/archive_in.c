/* base/archive_in.c - members of a ZIP or a tar, one after the other
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/archive.h"
#include "base/arena.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/gzip.h"
#include "base/tar.h"
#include "base/unpack.h"
#include "base/zip.h"

#define BLOCK_BYTES ((size_t)65536)
#define NAME_KEY 16 /* bytes of a name's digest, enough to be one of a kind */
#define TAR_MAGIC_AT 257

struct archive_in {
	int fd;
	struct zip *zip; /* or */
	struct unpack *stream;
	struct tar *tar;
	struct zip_entry now; /* of the zip */
	struct gzip *gzip;
	uint32_t crc;
	bool open;		    /* the member is not read to its end */
	uint8_t (*names)[NAME_KEY]; /* open addressing; all zero is free */
	size_t name_slots, name_count;
};

static enum verdict
bad(struct fault *why, enum code code, const char *text)
{
	return fault_set(why, V_BROKEN, code, "%s", text);
}

/* --- what is it? --- */

enum archive_kind
archive_kind(const void *head, size_t len)
{
	static const struct {
		size_t at, len;
		const char *magic;
		enum archive_kind kind;
	} kinds[] = {
		{ 0, 4, "PK\3\4", ARCHIVE_ZIP },
		{ 0, 4, "PK\5\6", ARCHIVE_ZIP },
		{ 0, 4, "PK\7\10", ARCHIVE_ZIP },
		{ 0, 2, "\x1f\x8b", ARCHIVE_GZIP },
		{ TAR_MAGIC_AT, 6, "ustar\0", ARCHIVE_TAR },
		{ TAR_MAGIC_AT, 8, "ustar  \0", ARCHIVE_TAR },
		{ 0, 6, "\xfd\x37zXZ\0", ARCHIVE_PACKED },
		{ 0, 4, "\x28\xb5\x2f\xfd", ARCHIVE_PACKED },
		{ 4, 6, "1AY&SY", ARCHIVE_PACKED }, /* BZh9 */
		{ 0, 3, "\x5d\0\0", ARCHIVE_PACKED },
		{ 0, 6, "Rar!\x1a\x07", ARCHIVE_OTHER },
		{ 0, 6, "7z\xbc\xaf\x27\x1c", ARCHIVE_OTHER },
		{ 0, 8, "MSCF\0\0\0\0", ARCHIVE_OTHER },
		{ 0, 2, "\x1f\x9d", ARCHIVE_OTHER },
		{ 0, 8, "!<arch>\n", ARCHIVE_OTHER },
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (len >= kinds[i].at + kinds[i].len &&
			memcmp((const char *)head + kinds[i].at, kinds[i].magic,
				kinds[i].len) == 0)
			return kinds[i].kind;
	return ARCHIVE_NO;
}

bool
archive_name_safe(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	const char *slash = strchr(name, '/');
	size_t len = strlen(name);

	if (len == 0 || len > ARCHIVE_NAME_MAX || name[0] == '.')
		return false;
	if (slash == NULL)
		return strspn(name, plain) == len;
	return slash != name && slash[1] != '.' && slash[1] != '\0' &&
	       strspn(name, plain) == (size_t)(slash - name) &&
	       slash[1 + strspn(slash + 1, plain)] == '\0';
}

/* --- names are one of a kind --- */

static size_t
slot_of(const uint8_t *key, size_t slots)
{
	uint32_t n;

	memcpy(&n, key, sizeof(n));
	return n & (slots - 1);
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
		slot = slot_of(old[i], slots);
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
	slot = slot_of(key, in->name_slots);
	while (memcmp(in->names[slot], none, NAME_KEY) != 0) {
		if (memcmp(in->names[slot], key, NAME_KEY) == 0)
			return false;
		slot = (slot + 1) & (in->name_slots - 1);
	}
	memcpy(in->names[slot], key, NAME_KEY);
	in->name_count++;
	return true;
}

/* --- reading --- */

enum verdict
archive_open(int fd, const struct archive_limits *limits,
	struct archive_in **in_out, struct fault *why)
{
	char head[ARCHIVE_HEAD_BYTES];
	struct archive_in *in;
	enum archive_kind kind;
	enum verdict v;
	size_t got;

	assert(fd >= 0 && limits->members_max > 0 && limits->ratio_max > 0);
	v = file_read_at(fd, head, sizeof(head), 0, &got, why);
	if (v != V_OK)
		return v;
	kind = archive_kind(head, got);
	if (kind == ARCHIVE_NO || kind == ARCHIVE_OTHER)
		return bad(why, CODE_ARCHIVE, "the file is not a ZIP or tar");
	in = mem_zero(1, sizeof(*in));
	in->fd = fd;
	if (kind == ARCHIVE_ZIP)
		v = zip_open(fd, limits, &in->zip, why);
	else
		v = unpack_open(fd, limits, &in->stream, why);
	if (v != V_OK) {
		archive_close(in);
		return v;
	}
	if (kind != ARCHIVE_ZIP)
		in->tar = tar_new(in->stream, limits);
	*in_out = in;
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
next_of_zip(struct archive_in *in, struct archive_member *m, struct fault *why)
{
	struct zip_entry *e = &in->now;
	enum verdict v;

	do {
		v = zip_next(in->zip, e, why);
		if (v == V_OK)
			v = zip_data(in->fd, e, &m->offset, why);
		if (v == V_OK && !names_add(in, e->name))
			v = bad(why, CODE_ARCHIVE, "two members have one name");
	} while (v == V_OK && e->folder);
	if (v == V_OK)
		v = gzip_open(
			in->fd, m->offset, e->method, e->bytes, &in->gzip, why);
	if (v != V_OK)
		return v;
	gzip_within(in->gzip, e->packed);
	in->crc = 0;
	memcpy(m->name, e->name, sizeof(m->name));
	m->packed = e->packed;
	m->bytes = e->bytes;
	m->method = e->method;
	return V_OK;
}

static enum verdict
next_of_tar(struct archive_in *in, struct archive_member *m, struct fault *why)
{
	struct tar_entry e;
	enum verdict v = tar_next(in->tar, &e, why);

	if (v != V_OK)
		return v;
	if (!names_add(in, e.name))
		return bad(why, CODE_ARCHIVE, "two members have one name");
	memcpy(m->name, e.name, sizeof(m->name));
	m->offset = e.offset;
	m->packed = m->bytes = e.bytes;
	m->method = 0;
	return V_OK;
}

enum verdict
archive_next(struct archive_in *in, struct archive_member *member_out,
	struct fault *why)
{
	struct archive_member m = { 0 };
	enum verdict v;

	v = in->open ? read_rest(in, why) : V_OK;
	if (v == V_OK)
		v = in->zip != NULL ? next_of_zip(in, &m, why)
				    : next_of_tar(in, &m, why);
	if (v != V_OK)
		return v;
	in->open = true;
	*member_out = m;
	return V_OK;
}

enum verdict
archive_read(struct archive_in *in, void *bytes, size_t len, size_t *len_out,
	struct fault *why)
{
	enum verdict v;

	assert(len > 0);
	*len_out = 0;
	if (!in->open)
		return V_OK;
	if (in->tar != NULL) {
		v = tar_read(in->tar, bytes, len, len_out, why);
		in->open = v == V_OK && *len_out > 0;
		return v;
	}
	v = gzip_read(in->gzip, bytes, len, len_out, why);
	if (v != V_OK)
		return v;
	in->crc = gzip_crc32(in->crc, bytes, *len_out);
	if (*len_out > 0)
		return V_OK;
	in->open = false;
	if (in->crc != in->now.crc || gzip_packed(in->gzip) != in->now.packed)
		return bad(why, CODE_ARCHIVE_CUT,
			"a member's data has the wrong checksum or length");
	return V_OK;
}

void
archive_close(struct archive_in *in)
{
	if (in == NULL)
		return;
	zip_close(in->zip);
	tar_free(in->tar);
	unpack_close(in->stream);
	gzip_close(in->gzip);
	free(in->names);
	free(in);
}
