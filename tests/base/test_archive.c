/* tests/base/test_archive.c - good archives are read, unsafe ones refused
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/archive.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/gzip.h"
#include "base/zip.h"

#include "tests/zip.h"

#define BIG 400000

static const struct archive_limits wide = { INT64_C(1) << 40, 200, 1000 };

static int
nameless(void)
{
	char name[] = "/tmp/mobb.zip.XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd != -1);
	assert_int_equal(unlink(name), 0);
	return fd;
}

static int
file_of(const struct buf *bytes)
{
	struct fault why;
	int fd = nameless();

	assert_false(bytes->full);
	assert_int_equal(file_write(fd, bytes->bytes, bytes->len, &why), V_OK);
	return fd;
}

static int
file_of_members(struct zip_member *members, size_t count)
{
	struct buf b = BUF_MAX(1 << 20);
	int fd;

	zip_make(&b, members, count);
	fd = file_of(&b);
	buf_done(&b);
	return fd;
}

/* Walk to the end, reading the data of every member if `read`. */
static enum verdict
walk(int fd, const struct archive_limits *limits, bool read, int *members_out,
	struct fault *why)
{
	struct archive_in *in = NULL;
	struct archive_member m;
	enum verdict v;
	char bytes[5000];
	size_t got;

	*why = FAULT_NONE;
	*members_out = 0;
	v = archive_open(fd, limits, &in, why);
	while (v == V_OK) {
		v = archive_next(in, &m, why);
		if (v != V_OK)
			break;
		++*members_out;
		do {
			if (!read)
				break;
			v = archive_read(in, bytes, sizeof(bytes), &got, why);
		} while (v == V_OK && got > 0);
	}
	archive_close(in);
	return v;
}

static void
refused(int fd, const struct archive_limits *limits, enum code code)
{
	struct fault why;
	int members, read;

	for (read = 0; read < 2; read++) {
		assert_int_equal(
			walk(fd, limits, read == 1, &members, &why), V_BROKEN);
		/* Which of the two is chance, where libarchive is first. */
		if (code != CODE_NONE)
			assert_int_equal(why.code, code);
	}
	close(fd);
}

static void
accepted(int fd, int count)
{
	struct fault why;
	int members;

	if (walk(fd, &wide, true, &members, &why) != V_END)
		fail_msg("refused: %s", why.text);
	assert_int_equal(members, count);
	close(fd);
}

static void
bad_member(struct zip_member member, enum code code)
{
	struct zip_member members[2] = {
		{ .name = "good.pdf", .bytes = "good", .len = 4 },
	};

	members[1] = member;
	if (members[1].bytes == NULL) {
		members[1].bytes = "bad!";
		members[1].len = 4;
	}
	refused(file_of_members(members, 2), &wide, code);
}

static void
test_archive__what_we_write_we_read_at_its_offset(void **state)
{
	static char big[BIG], back[BIG + 1];
	const char *names[] = { "index.xml", "docs/a.pdf", "b.pdf", "c.pdf" };
	const size_t lens[] = { BIG, 0, 1, 70000 };
	struct archive_member m;
	struct archive_out *out;
	struct archive_in *in;
	struct gzip *g = NULL;
	struct fault why;
	size_t i, got, len;
	int fd, deflate;

	(void)state;
	memset(big, 'x', BIG);
	for (i = 0; i < BIG; i += 17)
		big[i] = (char)('a' + i % 23);
	for (deflate = 0; deflate < 2; deflate++) {
		fd = nameless();
		assert_int_equal(
			archive_create(fd, deflate == 1, &out, &why), V_OK);
		for (i = 0; i < 4; i++) {
			assert_int_equal(archive_member_begin(out, names[i],
						 (int64_t)lens[i], &why),
				V_OK);
			assert_int_equal(
				archive_member_add(out, big, lens[i] / 2, &why),
				V_OK);
			assert_int_equal(
				archive_member_add(out, big + lens[i] / 2,
					lens[i] - lens[i] / 2, &why),
				V_OK);
		}
		assert_int_equal(archive_finish(out, &why), V_OK);
		assert_int_equal(archive_open(fd, &wide, &in, &why), V_OK);
		for (i = 0; i < 4; i++) {
			assert_int_equal(archive_next(in, &m, &why), V_OK);
			assert_string_equal(m.name, names[i]);
			/* At the offset lies the same, by another road. */
			assert_int_equal(gzip_open(fd, m.offset, m.method,
						 (int64_t)lens[i], &g, &why),
				V_OK);
			len = 0;
			do {
				assert_int_equal(
					gzip_read(g, back + len, BIG + 1 - len,
						&got, &why),
					V_OK);
				len += got;
			} while (got > 0);
			assert_int_equal(len, lens[i]);
			assert_memory_equal(back, big, len);
		}
		assert_int_equal(archive_next(in, &m, &why), V_END);
		archive_close(in);
		close(fd);
	}
	gzip_close(g);
}

static void
test_archive__the_same_content_gives_the_same_bytes(void **state)
{
	uint8_t digests[2][DIGEST_BYTES];
	struct archive_out *out;
	struct fault why;
	char bytes[4096];
	size_t got;
	int i, fd;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_int_equal(
			setenv("TZ", i == 0 ? "UTC" : "America/Lima", 1), 0);
		tzset();
		fd = nameless();
		assert_int_equal(archive_create(fd, true, &out, &why), V_OK);
		assert_int_equal(
			archive_member_begin(out, "a.xml", 5, &why), V_OK);
		assert_int_equal(
			archive_member_add(out, "hello", 5, &why), V_OK);
		assert_int_equal(archive_finish(out, &why), V_OK);
		assert_int_equal(
			file_read_at(fd, bytes, sizeof(bytes), 0, &got, &why),
			V_OK);
		digest_of(bytes, got, digests[i]);
		close(fd);
		sleep(i == 0 ? 2 : 0);
	}
	assert_memory_equal(digests[0], digests[1], DIGEST_BYTES);
	unsetenv("TZ");
}

static void
test_archive__a_folder_of_one_level_is_allowed(void **state)
{
	struct zip_member members[] = {
		{ .name = "docs/", .bytes = "", .mode = S_IFDIR | 0755 },
		{ .name = "docs/a.pdf", .bytes = "a", .len = 1 },
	};
	struct fault why;
	int n, fd = file_of_members(members, 2);

	(void)state;
	assert_int_equal(walk(fd, &wide, true, &n, &why), V_END);
	assert_int_equal(n, 1);
	close(fd);
}

static void
test_archive__what_is_no_zip_is_refused(void **state)
{
	struct buf b = BUF_MAX(1000);

	(void)state;
	buf_text(&b, "<?xml version='1.0'?><a/>");
	refused(file_of(&b), &wide, CODE_ARCHIVE);
	buf_reset(&b);
	buf_add(&b, "", 0);
	refused(file_of(&b), &wide, CODE_ARCHIVE);
	buf_done(&b);
}

static void
test_archive__a_zip_cut_anywhere_is_refused(void **state)
{
	struct zip_member members[] = {
		{ .name = "a.xml", .bytes = "<a>hello</a>", .len = 12 },
		{ .name = "b.pdf", .bytes = "%PDF-1.4", .len = 8 },
	};
	struct buf b = BUF_MAX(1000);
	struct fault why;
	size_t len;
	int n, fd;

	(void)state;
	zip_make(&b, members, 2);
	for (len = b.len; b.len > 0; b.len--) {
		fd = file_of(&b);
		assert_int_equal(walk(fd, &wide, true, &n, &why),
			b.len == len ? V_END : V_BROKEN);
		close(fd);
	}
	b.len = 60;
	refused(file_of(&b), &wide, CODE_ARCHIVE_CUT);
	buf_done(&b);
}

static void
test_archive__nothing_stands_before_or_behind_a_zip(void **state)
{
	struct zip_member member = {
		.name = "a.xml", .bytes = "<a>mine</a>", .len = 11
	};
	struct zip_member other = {
		.name = "a.xml", .bytes = "<a>hers</a>", .len = 11
	};
	struct buf b = BUF_MAX(1000), second = BUF_MAX(1000);

	(void)state;
	/* Two whole ZIPs: some tools see the first, others the second. */
	zip_make(&b, &other, 1);
	zip_make(&second, &member, 1);
	buf_add(&b, second.bytes, second.len);
	buf_done(&second);
	refused(file_of(&b), &wide, CODE_ARCHIVE_CUT);
	buf_reset(&b);
	zip_make(&b, &member, 1);
	buf_text(&b, "x");
	refused(file_of(&b), &wide, CODE_ARCHIVE_CUT);
	buf_done(&b);
}

static void
test_archive__a_wrong_checksum_is_refused(void **state)
{
	(void)state;
	bad_member((struct zip_member){ .name = "b.pdf", .crc_error = 1 },
		CODE_ARCHIVE_CUT);
}

static void
test_archive__unsafe_names_are_refused(void **state)
{
	char too_long[ARCHIVE_NAME_MAX + 2];
	const char *const names[] = {
		"../b.pdf",
		"/etc/b.pdf",
		"docs/../b.pdf",
		"docs/sub/b.pdf",
		"..",
		".hidden",
		"docs/.hidden",
		"docs//b.pdf",
		"two words.pdf",
		"C:b.pdf",
		"a\\b.pdf",
		"caf\xc3\xa9.pdf",
		"caf\x82.pdf",
		"new\nline",
		too_long,
	};
	size_t i;

	(void)state;
	memset(too_long, 'x', sizeof(too_long));
	too_long[ARCHIVE_NAME_MAX + 1] = '\0';
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct zip_member m = { .name = names[i] };

		bad_member(m, strchr(names[i], '\\') != NULL ? CODE_NONE
							     : CODE_ARCHIVE);
	}
}

static void
test_archive__links_and_devices_are_refused(void **state)
{
	(void)state;
	bad_member((struct zip_member){ .name = "l.pdf",
			   .bytes = "/etc/passwd",
			   .len = 11,
			   .mode = S_IFLNK | 0777 },
		CODE_ARCHIVE);
	bad_member(
		(struct zip_member){ .name = "c.pdf", .mode = S_IFCHR | 0644 },
		CODE_ARCHIVE);
}

static void
test_archive__an_encrypted_member_is_refused(void **state)
{
	(void)state;
	bad_member((struct zip_member){ .name = "b.pdf",
			   .bytes = "0123456789abcdef",
			   .len = 16,
			   .flags = 1 },
		CODE_ARCHIVE);
}

static void
test_archive__a_doubled_name_is_refused(void **state)
{
	(void)state;
	bad_member((struct zip_member){ .name = "good.pdf" }, CODE_ARCHIVE);
}

static void
test_archive__a_local_header_with_another_name_is_refused(void **state)
{
	(void)state;
	bad_member(
		(struct zip_member){ .name = "b.pdf", .local_name = "c.pdf" },
		CODE_ARCHIVE_CUT);
	bad_member((struct zip_member){ .name = "b.pdf",
			   .local_name = "longer.pdf" },
		CODE_ARCHIVE_CUT);
}

static void
test_archive__other_methods_are_refused(void **state)
{
	(void)state;
	bad_member((struct zip_member){ .name = "b.pdf", .method = 12 },
		CODE_ARCHIVE);
}

/* The size in the headers is a promise; the data must keep it. */
static void
test_archive__a_wrong_size_is_refused(void **state)
{
	static const char packed[] = "\x4b\x4c\x4a\x06\0"; /* deflated "abc" */
	struct zip_member m = {
		.name = "b.pdf",
		.bytes = "abc",
		.len = 3,
		.method = 8,
		.packed = packed,
		.packed_len = 5,
	};
	struct fault why;
	int n, fd = file_of_members(&m, 1);

	(void)state;
	assert_int_equal(walk(fd, &wide, true, &n, &why), V_END);
	close(fd);
	m.bytes = "abcd";
	m.len = 4;
	bad_member(m, CODE_ARCHIVE_CUT);
}

static void
test_archive__members_in_the_same_bytes_are_refused(void **state)
{
	struct zip_member members[2] = {
		{ .name = "a.pdf", .bytes = "good", .len = 4 },
		{ .name = "b.pdf", .bytes = "good", .len = 4 },
	};
	struct buf b = BUF_MAX(2000), inner = BUF_MAX(2000);
	struct zip_member outer = { .name = "o.pdf" };
	size_t directory;
	int fd;

	(void)state;
	/* A ZIP as the data of a member, and a directory that names both. */
	zip_make(&inner, members, 1);
	outer.bytes = inner.bytes;
	outer.len = inner.len;
	zip_make(&b, &outer, 1);
	directory = 30 + 5 + inner.len;
	b.len = directory + 46 + 5;
	buf_add(&b, inner.bytes + 30 + 5 + 4, 46 + 5);
	b.bytes[b.len - 5 - 4] = 30 + 5; /* its local header */
	buf_add(&b, "PK\5\6\0\0\0\0\2\0\2\0", 12);
	zip_le(&b, 2 * (46 + 5), 4);
	zip_le(&b, directory, 4);
	zip_le(&b, 0, 2);
	fd = file_of(&b);
	refused(fd, &wide, CODE_NONE);
	buf_done(&b);
	buf_done(&inner);
}

/* --- the form of the file --- */

/* Central directory and end, for members that lie in `b` already. */
static void
directory(struct buf *b, const struct zip_member *members, size_t count,
	size_t entries)
{
	size_t i, start = b->len;

	for (i = 0; i < count; i++) {
		const struct zip_member *m = &members[i];

		buf_add(b, "PK\1\2", 4);
		zip_le(b, 0x0314, 2);
		zip_common(b, m, strlen(m->name));
		zip_le(b, 0, 6);
		zip_le(b, (uint64_t)(S_IFREG | 0644) << 16, 4);
		zip_le(b, m->offset, 4);
		buf_text(b, m->name);
	}
	buf_add(b, "PK\5\6\0\0\0\0", 8);
	zip_le(b, entries, 2);
	zip_le(b, entries, 2);
	zip_le(b, b->len - 12 - start, 4);
	zip_le(b, start, 4);
	zip_le(b, 0, 2);
}

static size_t
directory_start(const struct buf *b)
{
	const unsigned char *p =
		(const unsigned char *)b->bytes + b->len - 22 + 16;

	return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16;
}

static void
test_archive__members_fill_the_file_in_the_order_of_the_directory(void **state)
{
	struct zip_member m[2] = {
		{ .name = "a.pdf", .bytes = "good", .len = 4 },
		{ .name = "b.pdf", .bytes = "well", .len = 4 },
	};
	struct zip_member swapped[2];
	struct buf b = BUF_MAX(2000);

	(void)state;
	/* As it should be. */
	zip_make(&b, m, 2);
	b.len = directory_start(&b);
	directory(&b, m, 2, 2);
	accepted(file_of(&b), 2);
	/* The directory the other way round. */
	b.len = directory_start(&b);
	swapped[0] = m[1];
	swapped[1] = m[0];
	directory(&b, swapped, 2, 2);
	refused(file_of(&b), &wide, CODE_ARCHIVE_CUT);
	/* A member that the directory does not name: hidden. */
	b.len = directory_start(&b);
	directory(&b, m, 1, 1);
	refused(file_of(&b), &wide, CODE_ARCHIVE_CUT);
	b.len = directory_start(&b);
	directory(&b, m + 1, 1, 1);
	refused(file_of(&b), &wide, CODE_ARCHIVE_CUT);
	/* More entries, and fewer, than the end says. */
	b.len = directory_start(&b);
	directory(&b, m, 2, 1);
	refused(file_of(&b), &wide, CODE_ARCHIVE_CUT);
	b.len = directory_start(&b);
	directory(&b, m, 2, 3);
	refused(file_of(&b), &wide, CODE_ARCHIVE_CUT);
	/* Bytes between the last member and the directory. */
	b.len = directory_start(&b);
	buf_text(&b, "gap");
	directory(&b, m, 2, 2);
	refused(file_of(&b), &wide, CODE_ARCHIVE_CUT);
	/* The same member twice. */
	b.len = directory_start(&b) - 3;
	swapped[0] = m[0];
	swapped[1] = m[0];
	swapped[1].name = "c.pdf";
	directory(&b, swapped, 2, 2);
	refused(file_of(&b), &wide, CODE_ARCHIVE);
	buf_done(&b);
}

/* Each field of a local header against the directory. */
static void
test_archive__a_local_header_that_differs_is_refused(void **state)
{
	static const size_t fields[] = { 6, 8, 14, 18, 22, 26, 28 };
	struct zip_member m = { .name = "a.pdf", .bytes = "good", .len = 4 };
	struct buf b = BUF_MAX(2000);
	size_t i;

	(void)state;
	zip_make(&b, &m, 1);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		b.bytes[fields[i]] ^= 8;
		refused(file_of(&b), &wide, CODE_ARCHIVE_CUT);
		b.bytes[fields[i]] ^= 8;
	}
	accepted(file_of(&b), 1);
	buf_done(&b);
}

/* A member whose sizes come behind its data, in one of four forms. */
static void
later(struct buf *b, bool signature, size_t size, uint32_t crc_error,
	size_t before)
{
	struct zip_member m = {
		.name = "a.pdf", .bytes = "good", .len = 4, .flags = 8
	};
	uint32_t crc = gzip_crc32(0, "good", 4) ^ crc_error;

	buf_reset(b);
	buf_add(b, "PK\3\4", 4);
	zip_le(b, 20, 2);
	zip_le(b, 8, 2);
	zip_le(b, 0, 2);
	zip_le(b, 0x00210000, 4);
	zip_le(b, 0, 4);
	zip_le(b, before, 4);
	zip_le(b, before, 4);
	zip_le(b, 5, 2);
	zip_le(b, 0, 2);
	buf_text(b, "a.pdfgood");
	if (signature)
		buf_add(b, "PK\7\10", 4);
	zip_le(b, crc, 4);
	zip_le(b, 4, size);
	zip_le(b, 4, size);
	directory(b, &m, 1, 1);
}

static void
test_archive__sizes_behind_the_data_must_agree(void **state)
{
	struct buf b = BUF_MAX(2000);
	int form;

	(void)state;
	for (form = 0; form < 4; form++) {
		later(&b, form % 2 == 1, form < 2 ? 4 : 8, 0, 0);
		accepted(file_of(&b), 1);
		later(&b, form % 2 == 1, form < 2 ? 4 : 8, 1, 0);
		refused(file_of(&b), &wide, CODE_ARCHIVE_CUT);
		later(&b, form % 2 == 1, form < 2 ? 4 : 8, 0, 4);
		accepted(file_of(&b), 1);
		later(&b, form % 2 == 1, form < 2 ? 4 : 8, 0, 5);
		refused(file_of(&b), &wide, CODE_ARCHIVE_CUT);
	}
	buf_done(&b);
}

/* Extra fields of the local header; the directory has none. */
static void
with_extra(struct buf *b, const char *extra, size_t len)
{
	struct zip_member m = { .name = "a.pdf", .bytes = "good", .len = 4 };

	buf_reset(b);
	zip_make(b, &m, 1);
	b->len = directory_start(b) - 4;
	b->bytes[28] = (char)len;
	buf_add(b, extra, len);
	buf_text(b, "good");
	directory(b, &m, 1, 1);
}

static void
test_archive__extra_fields_hide_nothing(void **state)
{
	struct buf b = BUF_MAX(2000);

	(void)state;
	with_extra(&b, "UT\5\0\1\0\0\0\0", 9);
	accepted(file_of(&b), 1);
	/* Another name, by Info-ZIP's field for it. */
	with_extra(&b, "up\x0a\0\1\0\0\0\0b.pdf", 14);
	refused(file_of(&b), &wide, CODE_ARCHIVE_CUT);
	/* Longer than there is room for; two of the same. */
	with_extra(&b, "UT\6\0\1\0\0\0\0", 9);
	refused(file_of(&b), &wide, CODE_ARCHIVE_CUT);
	with_extra(&b, "\1\0\0\0\1\0\0\0", 8);
	refused(file_of(&b), &wide, CODE_ARCHIVE_CUT);
	buf_done(&b);
}

static void
put64(uint8_t *p, uint64_t n)
{
	int i;

	for (i = 0; i < 8; i++)
		p[i] = (uint8_t)(n >> (8 * i));
}

static uint64_t
le64(const uint8_t *p)
{
	uint64_t n = 0;
	int i;

	for (i = 8; i-- > 0;)
		n = n << 8 | p[i];
	return n;
}

#define ABOVE (INT64_C(5) << 30)

/* A file of 5 GB that takes no room: a member of zeros, one behind it. */
static int
above_4gb(uint64_t lie)
{
	static const struct zip_member small = {
		.name = "b.pdf", .bytes = "good", .len = 4
	};
	struct zip_member big = { .name = "a.xml", .bytes = "", .len = 0 };
	struct buf b = BUF_MAX(5000);
	uint8_t sizes[32];
	int64_t at;
	int fd = nameless();

	/* Local header with both sizes in the extra field. */
	buf_add(&b, "PK\3\4", 4);
	zip_common(&b, &big, 5);
	memset(b.bytes + 18, 0xff, 8);
	b.bytes[28] = 20;
	buf_text(&b, "a.xml");
	buf_add(&b, "\1\0\x10\0", 4);
	put64(sizes, ABOVE);
	put64(sizes + 8, ABOVE);
	buf_add(&b, sizes, 16);
	assert_int_equal(pwrite(fd, b.bytes, b.len, 0), b.len);
	at = (int64_t)b.len + ABOVE;
	buf_reset(&b);
	buf_add(&b, "PK\3\4", 4);
	zip_common(&b, &small, 5);
	buf_text(&b, "b.pdfgood");
	/* The directory. */
	put64(sizes + 24, (uint64_t)at + b.len);
	buf_add(&b, "PK\1\2\x14\3", 6);
	zip_common(&b, &big, 5);
	memset(b.bytes + b.len - 12, 0xff, 8);
	b.bytes[b.len - 2] = 20;
	zip_le(&b, 0, 14);
	buf_text(&b, "a.xml");
	buf_add(&b, "\1\0\x10\0", 4);
	buf_add(&b, sizes, 16);
	buf_add(&b, "PK\1\2\x14\3", 6);
	zip_common(&b, &small, 5);
	b.bytes[b.len - 2] = 12;
	zip_le(&b, 0, 10);
	zip_le(&b, UINT32_MAX, 4);
	buf_text(&b, "b.pdf");
	buf_add(&b, "\1\0\x8\0", 4);
	put64(sizes, (uint64_t)at + lie);
	buf_add(&b, sizes, 8);
	/* The 64-bit end, its locator, the 32-bit end. */
	put64(sizes, (uint64_t)at + b.len);
	put64(sizes + 8, (uint64_t)at + b.len - le64(sizes + 24));
	buf_add(&b, "PK\6\6\x2c\0\0\0\0\0\0\0", 12);
	zip_le(&b, 0x002d002d, 4);
	zip_le(&b, 0, 8);
	zip_le(&b, 2, 8);
	zip_le(&b, 2, 8);
	buf_add(&b, sizes + 8, 8);
	buf_add(&b, sizes + 24, 8);
	buf_add(&b, "PK\6\7\0\0\0\0", 8);
	buf_add(&b, sizes, 8);
	zip_le(&b, 1, 4);
	buf_add(&b, "PK\5\6\0\0\0\0\xff\xff\xff\xff", 12);
	zip_le(&b, UINT64_MAX, 8);
	zip_le(&b, 0, 2);
	assert_int_equal(pwrite(fd, b.bytes, b.len, at), b.len);
	buf_done(&b);
	return fd;
}

/* Zip64: found and compared, without reading 5 GB of zeros. */
static void
test_archive__a_zip_above_4gb_is_understood(void **state)
{
	struct archive_limits limits = wide;
	struct zip_entry e;
	struct fault why = FAULT_NONE;
	struct zip *zip = NULL;
	char bytes[4];
	int64_t at;
	int fd = above_4gb(0);

	(void)state;
	if (zip_open(fd, &limits, &zip, &why) != V_OK)
		fail_msg("not opened: %s", why.text);
	assert_int_equal(zip_count(zip), 2);
	assert_int_equal(zip_next(zip, &e, &why), V_OK);
	assert_string_equal(e.name, "a.xml");
	assert_true(e.bytes == ABOVE && e.packed == ABOVE);
	assert_int_equal(zip_data(fd, &e, &at, &why), V_OK);
	assert_int_equal(at, 30 + 5 + 20);
	assert_int_equal(zip_next(zip, &e, &why), V_OK);
	assert_string_equal(e.name, "b.pdf");
	assert_int_equal(zip_data(fd, &e, &at, &why), V_OK);
	assert_true(at > ABOVE);
	assert_int_equal(pread(fd, bytes, 4, at), 4);
	assert_memory_equal(bytes, "good", 4);
	assert_int_equal(zip_next(zip, &e, &why), V_END);
	zip_close(zip);
	/* The limit of all members together, and one past it. */
	limits.unpacked_max = ABOVE + 4;
	assert_int_equal(zip_open(fd, &limits, &zip, &why), V_OK);
	while (zip_next(zip, &e, &why) == V_OK)
		;
	assert_int_equal(why.code, CODE_NONE);
	zip_close(zip);
	limits.unpacked_max--;
	assert_int_equal(zip_open(fd, &limits, &zip, &why), V_OK);
	while (zip_next(zip, &e, &why) == V_OK)
		;
	assert_int_equal(why.code, CODE_ARCHIVE);
	zip_close(zip);
	close(fd);
	/* Another place for the second member. */
	fd = above_4gb(1);
	assert_int_equal(zip_open(fd, &wide, &zip, &why), V_OK);
	assert_int_equal(zip_next(zip, &e, &why), V_OK);
	assert_int_equal(zip_data(fd, &e, &at, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_ARCHIVE_CUT);
	zip_close(zip);
	close(fd);
}

/* Names and contents of all members, as one text. */
static enum verdict
contents(int fd, struct buf *out)
{
	struct archive_in *in = NULL;
	struct archive_member m;
	struct fault why;
	enum verdict v;
	char bytes[100];
	size_t got;

	buf_reset(out);
	v = archive_open(fd, &wide, &in, &why);
	while (v == V_OK) {
		v = archive_next(in, &m, &why);
		if (v != V_OK)
			break;
		buf_format(out, "%s=", m.name);
		do {
			v = archive_read(in, bytes, sizeof(bytes), &got, &why);
			if (v == V_OK)
				buf_add(out, bytes, got);
		} while (v == V_OK && got > 0);
	}
	archive_close(in);
	return v;
}

static void
test_archive__a_byte_turned_over_anywhere_is_noticed_or_harmless(void **state)
{
	static const char packed[] = "\x4b\x4c\x4a\x06\0"; /* "abc" */
	struct zip_member members[] = {
		{ .name = "a.xml", .bytes = "<a>hello</a>", .len = 12 },
		{ .name = "d/b.pdf",
			.bytes = "abc",
			.len = 3,
			.method = 8,
			.packed = packed,
			.packed_len = 5 },
		{ .name = "e.pdf", .bytes = "", .len = 0 },
	};
	struct buf b = BUF_MAX(1000), right = BUF_MAX(1000),
		   seen = BUF_MAX(100000);
	size_t i, refused_count = 0;
	int fd, bit;

	(void)state;
	zip_make(&b, members, 3);
	fd = file_of(&b);
	assert_int_equal(contents(fd, &right), V_END);
	assert_string_equal(right.bytes, "a.xml=<a>hello</a>d/b.pdf=abce.pdf=");
	close(fd);
	for (i = 0; i < b.len * 8; i++) {
		bit = 1 << (i % 8);
		b.bytes[i / 8] = (char)(b.bytes[i / 8] ^ bit);
		fd = file_of(&b);
		if (contents(fd, &seen) == V_END)
			assert_string_equal(seen.bytes, right.bytes);
		else
			refused_count++;
		close(fd);
		b.bytes[i / 8] = (char)(b.bytes[i / 8] ^ bit);
	}
	assert_true(refused_count > b.len * 4);
	buf_done(&b);
	buf_done(&right);
	buf_done(&seen);
}

static void
test_archive__bombs_are_refused(void **state)
{
	static char zeros[1 << 20];
	struct archive_limits limits = wide;
	struct archive_out *out;
	struct fault why;
	int fd = nameless(), n, i;

	(void)state;
	assert_int_equal(archive_create(fd, true, &out, &why), V_OK);
	assert_int_equal(
		archive_member_begin(out, "a.xml", 16 << 20, &why), V_OK);
	for (i = 0; i < 16; i++)
		assert_int_equal(
			archive_member_add(out, zeros, sizeof(zeros), &why),
			V_OK);
	assert_int_equal(archive_finish(out, &why), V_OK);
	refused(dup(fd), &limits, CODE_ARCHIVE);
	limits.ratio_max = 2000;
	assert_int_equal(walk(fd, &limits, true, &n, &why), V_END);
	limits.unpacked_max = 16 << 20;
	assert_int_equal(walk(fd, &limits, true, &n, &why), V_END);
	limits.unpacked_max = (16 << 20) - 1;
	refused(fd, &limits, CODE_ARCHIVE);
}

static void
test_archive__members_are_counted(void **state)
{
	struct zip_member members[3] = {
		{ .name = "a", .bytes = "1", .len = 1 },
		{ .name = "b", .bytes = "2", .len = 1 },
		{ .name = "c", .bytes = "3", .len = 1 },
	};
	struct archive_limits limits = wide;
	struct fault why;
	int n, fd = file_of_members(members, 3);

	(void)state;
	limits.members_max = 3;
	assert_int_equal(walk(fd, &limits, true, &n, &why), V_END);
	limits.members_max = 2;
	refused(fd, &limits, CODE_ARCHIVE);
}

static void
test_archive__many_names_are_kept_apart(void **state)
{
	struct archive_limits limits = wide;
	struct archive_out *out;
	struct fault why;
	char name[20];
	int fd = nameless(), n, i;

	(void)state;
	limits.members_max = 5000;
	assert_int_equal(archive_create(fd, false, &out, &why), V_OK);
	for (i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "%d.pdf", i);
		assert_int_equal(
			archive_member_begin(out, name, 1, &why), V_OK);
		assert_int_equal(archive_member_add(out, "x", 1, &why), V_OK);
	}
	assert_int_equal(archive_finish(out, &why), V_OK);
	assert_int_equal(walk(fd, &limits, false, &n, &why), V_END);
	assert_int_equal(n, 5000);
	close(fd);
}

static void
test_archive__a_full_disk_is_told(void **state)
{
	static char bytes[1 << 20];
	struct archive_out *out;
	struct fault why = FAULT_NONE;
	enum verdict v;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC), i;

	(void)state;
	if (fd == -1)
		skip();
	v = archive_create(fd, false, &out, &why);
	assert_int_equal(v, V_OK);
	v = archive_member_begin(out, "a", sizeof(bytes) * 2, &why);
	for (i = 0; v == V_OK && i < 2; i++)
		v = archive_member_add(out, bytes, sizeof(bytes), &why);
	assert_int_equal(v, V_LATER);
	assert_int_equal(why.code, CODE_DISK_FULL);
	archive_abandon(out);
	archive_abandon(NULL);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_archive__what_we_write_we_read_at_its_offset),
		cmocka_unit_test(
			test_archive__the_same_content_gives_the_same_bytes),
		cmocka_unit_test(
			test_archive__a_folder_of_one_level_is_allowed),
		cmocka_unit_test(test_archive__what_is_no_zip_is_refused),
		cmocka_unit_test(test_archive__a_zip_cut_anywhere_is_refused),
		cmocka_unit_test(
			test_archive__nothing_stands_before_or_behind_a_zip),
		cmocka_unit_test(test_archive__a_wrong_checksum_is_refused),
		cmocka_unit_test(test_archive__unsafe_names_are_refused),
		cmocka_unit_test(test_archive__links_and_devices_are_refused),
		cmocka_unit_test(test_archive__an_encrypted_member_is_refused),
		cmocka_unit_test(test_archive__a_doubled_name_is_refused),
		cmocka_unit_test(
			test_archive__a_local_header_with_another_name_is_refused),
		cmocka_unit_test(test_archive__other_methods_are_refused),
		cmocka_unit_test(test_archive__a_wrong_size_is_refused),
		cmocka_unit_test(
			test_archive__members_in_the_same_bytes_are_refused),
		cmocka_unit_test(
			test_archive__members_fill_the_file_in_the_order_of_the_directory),
		cmocka_unit_test(
			test_archive__a_local_header_that_differs_is_refused),
		cmocka_unit_test(
			test_archive__sizes_behind_the_data_must_agree),
		cmocka_unit_test(test_archive__extra_fields_hide_nothing),
		cmocka_unit_test(test_archive__a_zip_above_4gb_is_understood),
		cmocka_unit_test(
			test_archive__a_byte_turned_over_anywhere_is_noticed_or_harmless),
		cmocka_unit_test(test_archive__bombs_are_refused),
		cmocka_unit_test(test_archive__members_are_counted),
		cmocka_unit_test(test_archive__many_names_are_kept_apart),
		cmocka_unit_test(test_archive__a_full_disk_is_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
