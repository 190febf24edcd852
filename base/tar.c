/* base/tar.c - see base/tar.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/tar.h"

#define BLOCK 512
#define SKIP_BYTES ((size_t)65536)
#define PAX_MAX 65536 /* bytes of one extended header */

/* Where the fields of a header lie. */
#define AT_SIZE 124
#define AT_SUM 148
#define AT_TYPE 156
#define AT_MAGIC 257
#define AT_PREFIX 345
#define NAME_BYTES 100
#define SIZE_BYTES 12
#define SUM_BYTES 8
#define PREFIX_BYTES 155

struct tar {
	struct unpack *stream;
	struct archive_limits limits;
	int64_t at;   /* in the stream */
	int64_t left; /* of the present file */
	int64_t padding;
	int64_t members, unpacked;
	char *spare; /* SKIP_BYTES */
};

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

struct tar *
tar_new(struct unpack *stream, const struct archive_limits *limits)
{
	struct tar *t = mem_zero(1, sizeof(*t));

	assert(limits->members_max > 0);
	t->stream = stream;
	t->limits = *limits;
	t->spare = mem_new(SKIP_BYTES);
	return t;
}

void
tar_free(struct tar *t)
{
	if (t == NULL)
		return;
	free(t->spare);
	free(t);
}

/* Exactly so many bytes. */
static enum verdict
get(struct tar *t, void *bytes, size_t len, struct fault *why)
{
	enum verdict v;
	size_t got;

	v = unpack_read(t->stream, bytes, len, &got, why);
	if (v != V_OK)
		return v;
	if (got < len)
		return cut(why, "the tar is cut off");
	t->at += (int64_t)len;
	return V_OK;
}

static enum verdict
skip(struct tar *t, int64_t bytes, struct fault *why)
{
	enum verdict v = V_OK;

	while (v == V_OK && bytes > 0) {
		size_t n = bytes < (int64_t)SKIP_BYTES ? (size_t)bytes
						       : SKIP_BYTES;

		v = get(t, t->spare, n, why);
		bytes -= (int64_t)n;
	}
	return v;
}

/* Octal digits between blanks or NULs; -1 when it is anything else. */
static int64_t
octal(const unsigned char *p, size_t len)
{
	int64_t n = 0;
	size_t i = 0, digits = 0;

	while (i < len && p[i] == ' ')
		i++;
	for (; i < len && p[i] >= '0' && p[i] <= '7'; i++, digits++)
		n = n * 8 + (p[i] - '0');
	for (; i < len; i++)
		if (p[i] != ' ' && p[i] != '\0')
			return -1;
	return digits == 0 ? -1 : n;
}

/* Above 8 GB some write the size in binary: 0x80, then the number. */
static int64_t
size_of(const unsigned char *p)
{
	int64_t n = 0;
	size_t i;

	if (p[0] != 0x80)
		return octal(p, SIZE_BYTES);
	for (i = 1; i < SIZE_BYTES; i++) {
		if (n > INT64_MAX >> 9)
			return -1;
		n = n << 8 | p[i];
	}
	return n;
}

static bool
all_zero(const unsigned char *p, size_t len)
{
	return p[0] == 0 && memcmp(p, p + 1, len - 1) == 0;
}

static bool
sum_right(const unsigned char *p)
{
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < BLOCK; i++)
		sum += i >= AT_SUM && i < AT_SUM + SUM_BYTES ? ' ' : p[i];
	return octal(p + AT_SUM, SUM_BYTES) == sum;
}

/* The name without "./" before and, of a folder, "/" behind. */
static enum verdict
name_of(const unsigned char *p, bool folder, char out[ARCHIVE_NAME_MAX + 1],
	struct fault *why)
{
	size_t len = strnlen((const char *)p, NAME_BYTES), skipped = 0;

	if (p[AT_PREFIX] != '\0')
		return bad(why, "a member's name is in two pieces");
	while (len - skipped >= 2 && memcmp(p + skipped, "./", 2) == 0)
		skipped += 2;
	p += skipped;
	len -= skipped;
	if (folder && len > 0 && p[len - 1] == '/')
		len--;
	memcpy(out, p, len);
	out[len] = '\0';
	/* The folder that was packed: "./" or ".". */
	if (folder && (len == 0 || strcmp(out, ".") == 0))
		return V_OK;
	if (!archive_name_safe(out))
		return bad(why,
			"a member's name is not plain (letters, digits, . _ -, "
			"at most one folder)");
	return V_OK;
}

/* An extended header may say when and whose, not what. */
static bool
harmless(const char *key, size_t len)
{
	static const char *const keys[] = { "mtime", "atime", "ctime", "uid",
		"gid", "uname", "gname", "comment", "LIBARCHIVE.creationtime",
		NULL };
	static const char *const begins[] = { "SCHILY.xattr.",
		"LIBARCHIVE.xattr.", "SCHILY.acl.", NULL };
	size_t i;

	for (i = 0; keys[i] != NULL; i++)
		if (strlen(keys[i]) == len && memcmp(keys[i], key, len) == 0)
			return true;
	for (i = 0; begins[i] != NULL; i++)
		if (strlen(begins[i]) < len &&
			memcmp(begins[i], key, strlen(begins[i])) == 0)
			return true;
	return false;
}

/* "LENGTH KEY=VALUE\n", one after the other. */
static bool
pax_harmless(const char *p, size_t len)
{
	while (len > 0) {
		const char *key, *equal;
		size_t n = 0, i;

		for (i = 0; i < len && i < 6 && p[i] >= '0' && p[i] <= '9'; i++)
			n = n * 10 + (size_t)(p[i] - '0');
		if (i == 0 || i == len || p[i] != ' ' || n > len || n < i + 4 ||
			p[n - 1] != '\n')
			return false;
		key = p + i + 1;
		equal = memchr(key, '=', n - i - 2);
		if (equal == NULL || !harmless(key, (size_t)(equal - key)))
			return false;
		p += n;
		len -= n;
	}
	return true;
}

static enum verdict
extended(struct tar *t, int64_t bytes, struct fault *why)
{
	enum verdict v;
	char *text;

	if (bytes > PAX_MAX)
		return bad(why, "an extended header is too long");
	text = mem_new((size_t)bytes + 1);
	v = bytes == 0 ? V_OK : get(t, text, (size_t)bytes, why);
	if (v == V_OK && !pax_harmless(text, (size_t)bytes))
		v = bad(why, "an extended header gives a member another name, "
			     "size or shape");
	free(text);
	return v == V_OK ? skip(t, -bytes & (BLOCK - 1), why) : v;
}

/* Behind the first block of zeros: one more, and then nothing but zeros. */
static enum verdict
end(struct tar *t, struct fault *why)
{
	unsigned char block[BLOCK];
	enum verdict v;
	size_t got;

	v = get(t, block, BLOCK, why);
	while (v == V_OK) {
		if (!all_zero(block, BLOCK))
			return cut(why, "something stands behind the tar's "
					"end");
		v = unpack_read(t->stream, block, BLOCK, &got, why);
		if (v == V_OK && got == 0)
			return V_END;
		if (v == V_OK)
			memset(block + got, 0, BLOCK - got);
	}
	return v;
}

static enum verdict
header(struct tar *t, unsigned char *p, struct fault *why)
{
	enum verdict v = get(t, p, BLOCK, why);

	if (v != V_OK)
		return v;
	if (all_zero(p, BLOCK))
		return end(t, why);
	if (!sum_right(p))
		return cut(why, "a header in the tar is damaged");
	if (memcmp(p + AT_MAGIC,
		    "ustar\0"
		    "00",
		    8) != 0 &&
		memcmp(p + AT_MAGIC, "ustar  ", 8) != 0)
		return bad(why, "a member in a form of tar that is not read");
	return V_OK;
}

static enum verdict
count(struct tar *t, int64_t bytes, struct fault *why)
{
	if (t->members > t->limits.members_max)
		return fault_set(why, V_BROKEN, CODE_ARCHIVE,
			"more than %lld members",
			(long long)t->limits.members_max);
	if (bytes > t->limits.unpacked_max - t->unpacked)
		return fault_set(why, V_BROKEN, CODE_ARCHIVE,
			"unpacks to more than %lld bytes",
			(long long)t->limits.unpacked_max);
	t->unpacked += bytes;
	return V_OK;
}

/* What a header announces; V_SKIP: nothing that is given out. */
static enum verdict
announced(struct tar *t, const unsigned char *p, struct tar_entry *e,
	struct fault *why)
{
	char type = (char)p[AT_TYPE];
	enum verdict v;

	e->bytes = size_of(p + AT_SIZE);
	if (e->bytes < 0)
		return cut(why, "a size in the tar makes no sense");
	if (type != 'x' && type != 'g' && type != '5' && type != '0' &&
		type != '\0')
		return bad(why, "a member is a link, a device, sparse or in a "
				"form of tar that is not read");
	t->members += type != 'x' && type != 'g';
	v = count(t, e->bytes, why);
	if (v != V_OK)
		return v;
	if (type == 'x' || type == 'g') {
		v = extended(t, e->bytes, why);
		return v == V_OK ? V_SKIP : v;
	}
	v = name_of(p, type == '5', e->name, why);
	if (v == V_OK && type == '5')
		v = e->bytes == 0 ? V_SKIP
				  : bad(why, "a folder with bytes in it");
	return v;
}

enum verdict
tar_next(struct tar *t, struct tar_entry *entry_out, struct fault *why)
{
	unsigned char block[BLOCK];
	struct tar_entry e = { 0 };
	enum verdict v;

	v = skip(t, t->left + t->padding, why);
	t->left = t->padding = 0;
	while (v == V_OK) {
		v = header(t, block, why);
		if (v == V_OK)
			v = announced(t, block, &e, why);
		if (v == V_SKIP)
			v = V_OK;
		else
			break;
	}
	if (v != V_OK)
		return v;
	e.offset = t->at;
	t->left = e.bytes;
	t->padding = -e.bytes & (BLOCK - 1);
	*entry_out = e;
	return V_OK;
}

enum verdict
tar_read(struct tar *t, void *bytes, size_t len, size_t *len_out,
	struct fault *why)
{
	enum verdict v = V_OK;

	assert(len > 0);
	if ((uint64_t)t->left < len)
		len = (size_t)t->left;
	if (len > 0)
		v = get(t, bytes, len, why);
	if (v != V_OK)
		return v;
	t->left -= (int64_t)len;
	*len_out = len;
	return V_OK;
}
