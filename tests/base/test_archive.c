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
			test_archive__a_byte_turned_over_anywhere_is_noticed_or_harmless),
		cmocka_unit_test(test_archive__bombs_are_refused),
		cmocka_unit_test(test_archive__members_are_counted),
		cmocka_unit_test(test_archive__many_names_are_kept_apart),
		cmocka_unit_test(test_archive__a_full_disk_is_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
