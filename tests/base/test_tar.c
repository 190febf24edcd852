/* tests/base/test_tar.c - a tar is plain files and a right end, or refused
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "base/archive.h"
#include "base/file.h"
#include "base/gzip.h"

#include "tests/tar.h"

static const struct archive_limits wide = { INT64_C(1) << 40, 200, 1000 };

static int
file_of(const struct buf *bytes)
{
	char name[] = "/tmp/mobb.tar.XXXXXX";
	struct fault why;
	int fd = mkstemp(name);

	assert_true(fd != -1);
	assert_int_equal(unlink(name), 0);
	assert_false(bytes->full);
	assert_int_equal(file_write(fd, bytes->bytes, bytes->len, &why), V_OK);
	return fd;
}

/* Names and contents of all members, as one text. */
static enum verdict
contents(int fd, const struct archive_limits *limits, struct buf *out,
	struct fault *why)
{
	struct archive_in *in = NULL;
	struct archive_member m;
	enum verdict v;
	char bytes[700];
	size_t got;

	*why = FAULT_NONE;
	buf_reset(out);
	buf_text(out, "");
	v = archive_open(fd, limits, &in, why);
	while (v == V_OK) {
		v = archive_next(in, &m, why);
		if (v != V_OK)
			break;
		buf_format(out, "%s=", m.name);
		do {
			v = archive_read(in, bytes, sizeof(bytes), &got, why);
			if (v == V_OK)
				buf_add(out, bytes, got);
		} while (v == V_OK && got > 0);
		buf_text(out, ";");
	}
	archive_close(in);
	return v;
}

static void
reads(const struct buf *tar, const char *expected)
{
	struct buf seen = BUF_MAX(100000);
	struct fault why;
	int fd = file_of(tar);

	if (contents(fd, &wide, &seen, &why) != V_END)
		fail_msg("refused: %s", why.text);
	assert_string_equal(seen.bytes, expected);
	buf_done(&seen);
	close(fd);
}

static void
refused_by(const struct buf *tar, const struct archive_limits *limits,
	enum code code)
{
	struct buf seen = BUF_MAX(100000);
	struct fault why;
	int fd = file_of(tar);

	assert_int_equal(contents(fd, limits, &seen, &why), V_BROKEN);
	assert_int_equal(why.code, code);
	buf_done(&seen);
	close(fd);
}

static void
refused(const struct buf *tar, enum code code)
{
	refused_by(tar, &wide, code);
}

static void
two_files(struct buf *tar)
{
	buf_reset(tar);
	tar_file(tar, "a.xml", "<a>hello</a>");
	tar_add(tar, "docs/", "", 0, '5');
	tar_file(tar, "docs/b.pdf", "%PDF");
	tar_end(tar);
}

#define TWO_FILES "a.xml=<a>hello</a>;docs/b.pdf=%PDF;"

static void
test_tar__members_come_out_plain_and_packed(void **state)
{
	static const char *const filters[] = { "xz", "zstd", "bzip2" };
	struct buf tar = BUF_MAX(100000), packed = BUF_MAX(200000);
	size_t i, used;

	(void)state;
	two_files(&tar);
	reads(&tar, TWO_FILES);
	gz(&packed, tar.bytes, tar.len);
	reads(&packed, TWO_FILES);
	/* Two gzip members, one behind the other, are one stream. */
	buf_reset(&packed);
	gz(&packed, tar.bytes, 700);
	gz(&packed, tar.bytes + 700, tar.len - 700);
	reads(&packed, TWO_FILES);
	for (i = 0; i < 3; i++) {
		struct archive *a = archive_write_new();
		struct archive_entry *entry = archive_entry_new();

		buf_reset(&packed);
		assert_non_null(buf_room(&packed, 100000));
		archive_write_set_format_raw(a);
		assert_int_equal(
			archive_write_add_filter_by_name(a, filters[i]),
			ARCHIVE_OK);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_write_set_bytes_in_last_block(a, 1);
		assert_int_equal(archive_write_open_memory(
					 a, packed.bytes, 100000, &used),
			ARCHIVE_OK);
		assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
		assert_int_equal(
			archive_write_data(a, tar.bytes, tar.len), tar.len);
		assert_int_equal(archive_write_close(a), ARCHIVE_OK);
		archive_write_free(a);
		archive_entry_free(entry);
		packed.len = used;
		reads(&packed, TWO_FILES);
		packed.len = used - 5;
		refused(&packed, CODE_ARCHIVE_CUT);
	}
	buf_done(&tar);
	buf_done(&packed);
}

static void
test_tar__one_cut_anywhere_is_refused(void **state)
{
	struct buf tar = BUF_MAX(100000), seen = BUF_MAX(1000);
	struct fault why;
	size_t whole;
	int fd;

	(void)state;
	two_files(&tar);
	whole = tar.len;
	/* Also between two members, and between the two blocks of the end. */
	for (tar.len = 512; tar.len < whole; tar.len += 128) {
		fd = file_of(&tar);
		assert_int_equal(contents(fd, &wide, &seen, &why), V_BROKEN);
		assert_int_equal(why.code, CODE_ARCHIVE_CUT);
		close(fd);
	}
	buf_done(&tar);
	buf_done(&seen);
}

static void
test_tar__nothing_stands_behind_its_end(void **state)
{
	static const char zeros[9216];
	struct buf tar = BUF_MAX(100000);

	(void)state;
	two_files(&tar);
	buf_add(&tar, zeros, sizeof(zeros)); /* as tar fills its last block */
	reads(&tar, TWO_FILES);
	buf_text(&tar, "x");
	refused(&tar, CODE_ARCHIVE_CUT);
	two_files(&tar);
	tar_file(&tar, "hidden.pdf", "x");
	tar_end(&tar);
	refused(&tar, CODE_ARCHIVE_CUT);
	buf_done(&tar);
}

static void
test_tar__gzip_is_checked_to_its_last_byte(void **state)
{
	struct buf tar = BUF_MAX(100000), packed = BUF_MAX(100000);
	size_t len;

	(void)state;
	two_files(&tar);
	gz(&packed, tar.bytes, tar.len);
	len = packed.len;
	packed.bytes[len - 8] ^= 1; /* CRC */
	refused(&packed, CODE_ARCHIVE_CUT);
	packed.bytes[len - 8] ^= 1;
	packed.bytes[len - 1] ^= 1; /* length */
	refused(&packed, CODE_ARCHIVE_CUT);
	packed.bytes[len - 1] ^= 1;
	buf_text(&packed, "garbage");
	refused(&packed, CODE_ARCHIVE_CUT);
	packed.len = len - 1;
	refused(&packed, CODE_ARCHIVE_CUT);
	packed.len = len;
	reads(&packed, TWO_FILES);
	buf_done(&tar);
	buf_done(&packed);
}

static void
test_tar__unsafe_names_are_refused(void **state)
{
	static const char *const names[] = { "../b.pdf", "/etc/b.pdf",
		"docs/../b.pdf", "docs/sub/b.pdf", "..", "./../b.pdf",
		".hidden", "docs/.hidden", "docs//b.pdf", "two words.pdf",
		"a\\b.pdf", "caf\xc3\xa9.pdf", "", ".", "./" };
	struct buf tar = BUF_MAX(100000);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		buf_reset(&tar);
		tar_file(&tar, names[i], "x");
		tar_end(&tar);
		refused(&tar, CODE_ARCHIVE);
	}
	buf_reset(&tar);
	tar_file(&tar, "a.pdf", "x");
	tar_file(&tar, "./a.pdf", "y");
	tar_end(&tar);
	refused(&tar, CODE_ARCHIVE);
	buf_done(&tar);
}

static void
test_tar__as_packed_from_a_folder_it_is_read(void **state)
{
	struct buf tar = BUF_MAX(100000);

	(void)state;
	tar_add(&tar, "./", "", 0, '5');
	tar_file(&tar, "./a.xml", "<a/>");
	tar_add(&tar, "./d", "", 0, '5');
	tar_header(&tar, "./d/b.pdf", 1, '0', "ustar  ");
	buf_text(&tar, "x");
	tar_pad(&tar);
	tar_header(&tar, "c.pdf", 0, '\0', "ustar  ");
	tar_end(&tar);
	reads(&tar, "a.xml=<a/>;d/b.pdf=x;c.pdf=;");
	buf_done(&tar);
}

static void
test_tar__links_devices_and_sparse_files_are_refused(void **state)
{
	static const char types[] = "12346789SLKVMD";
	struct buf tar = BUF_MAX(100000);
	size_t i;

	(void)state;
	for (i = 0; types[i] != '\0'; i++) {
		buf_reset(&tar);
		tar_add(&tar, "a.pdf", "", 0, types[i]);
		tar_end(&tar);
		refused(&tar, CODE_ARCHIVE);
	}
	/* A folder with bytes in it. */
	buf_reset(&tar);
	tar_add(&tar, "d/", "x", 1, '5');
	tar_end(&tar);
	refused(&tar, CODE_ARCHIVE);
	buf_done(&tar);
}

static void
pax(struct buf *tar, const char *records, char type)
{
	buf_reset(tar);
	tar_add(tar, "PaxHeaders/a", records, strlen(records), type);
	tar_file(tar, "a.pdf", "x");
	tar_end(tar);
}

static void
test_tar__extended_headers_say_when_and_whose_only(void **state)
{
	static const char *const bad[] = {
		"14 path=b.pdf\n",
		"10 size=9\n",
		"18 linkpath=/etc/\n",
		"22 GNU.sparse.major=1\n",
		"21 hdrcharset=BINARY\n",
		"12 mtime=1.5",
		"99 mtime=1.5\n",
		"4 =\n",
		"mtime=1.5\n",
		"13 mtime=1.5\n10 size=9\n",
	};
	struct buf tar = BUF_MAX(300000), big = BUF_MAX(200000);
	size_t i;

	(void)state;
	pax(&tar, "13 mtime=1.5\n12 uid=1000\n20 SCHILY.xattr.a=b\n", 'x');
	reads(&tar, "a.pdf=x;");
	pax(&tar, "17 comment=hello\n", 'g');
	reads(&tar, "a.pdf=x;");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		pax(&tar, bad[i], i % 2 == 0 ? 'x' : 'g');
		refused(&tar, CODE_ARCHIVE);
	}
	/* 65,536 bytes of them, and one more. */
	for (i = 0; i < 65536 / 16; i++)
		buf_text(&big, "16 comment=hell\n");
	pax(&tar, big.bytes, 'x');
	reads(&tar, "a.pdf=x;");
	big.len -= 16;
	buf_text(&big, "17 comment=hello\n");
	pax(&tar, big.bytes, 'x');
	refused(&tar, CODE_ARCHIVE);
	buf_done(&tar);
	buf_done(&big);
}

static void
test_tar__a_damaged_header_is_refused(void **state)
{
	struct buf tar = BUF_MAX(100000);
	size_t i;

	(void)state;
	two_files(&tar);
	/* Behind the first header's fields that tell that it is a tar. */
	for (i = 1024; i < 1024 + 512; i += 7) {
		tar.bytes[i] ^= 1;
		refused(&tar, CODE_ARCHIVE_CUT);
		tar.bytes[i] ^= 1;
	}
	/* A form without magic. */
	buf_reset(&tar);
	tar_file(&tar, "a.pdf", "x");
	tar_header(&tar, "b.pdf", 0, '0', "\0\0\0\0\0\0\0\0");
	tar_end(&tar);
	refused(&tar, CODE_ARCHIVE);
	buf_done(&tar);
}

static void
test_tar__limits_hold_at_the_limit_and_one_past_it(void **state)
{
	static char zeros[12 << 20];
	struct archive_limits limits = wide;
	struct buf tar = BUF_MAX(13 << 20), packed = BUF_MAX(14 << 20),
		   seen = BUF_MAX(13 << 20);
	struct fault why;
	int fd;

	(void)state;
	two_files(&tar);
	limits.members_max = 3; /* with the folder */
	limits.unpacked_max = 16;
	fd = file_of(&tar);
	assert_int_equal(contents(fd, &limits, &seen, &why), V_END);
	close(fd);
	limits.members_max = 2;
	refused_by(&tar, &limits, CODE_ARCHIVE);
	limits.members_max = 3;
	limits.unpacked_max = 15;
	refused_by(&tar, &limits, CODE_ARCHIVE);
	buf_reset(&tar);
	tar_add(&tar, "a.xml", zeros, sizeof(zeros), '0');
	tar_end(&tar);
	gz(&packed, tar.bytes, tar.len);
	/* 12 MB of zeros pack a thousand times. */
	refused_by(&packed, &wide, CODE_ARCHIVE);
	limits = wide;
	limits.ratio_max = 1100;
	limits.unpacked_max = (int64_t)tar.len;
	fd = file_of(&packed);
	assert_int_equal(contents(fd, &limits, &seen, &why), V_END);
	limits.unpacked_max--;
	assert_int_equal(contents(fd, &limits, &seen, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_ARCHIVE);
	close(fd);
	buf_done(&seen);
	buf_done(&tar);
	buf_done(&packed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tar__members_come_out_plain_and_packed),
		cmocka_unit_test(test_tar__one_cut_anywhere_is_refused),
		cmocka_unit_test(test_tar__nothing_stands_behind_its_end),
		cmocka_unit_test(test_tar__gzip_is_checked_to_its_last_byte),
		cmocka_unit_test(test_tar__unsafe_names_are_refused),
		cmocka_unit_test(test_tar__as_packed_from_a_folder_it_is_read),
		cmocka_unit_test(
			test_tar__links_devices_and_sparse_files_are_refused),
		cmocka_unit_test(
			test_tar__extended_headers_say_when_and_whose_only),
		cmocka_unit_test(test_tar__a_damaged_header_is_refused),
		cmocka_unit_test(
			test_tar__limits_hold_at_the_limit_and_one_past_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
