/* tests/mobbsim/test_pack.c - what is packed comes out again, byte for byte
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _XOPEN_SOURCE 700 /* nftw() */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/digest.h"
#include "base/gzip.h"
#include "mobbsim/pack.c"
#include "tests/fonts.h"
#include "tests/mobbsim/run.h"

#define GZIP_HEAD 10
#define LARGE ((size_t)200000) /* more than three stored blocks */

/* Inflate the gzip `name` of the test's folder and check its trailer. */
static void
unpack(const struct run *r, const char *name, struct buf *out)
{
	unsigned char tail[8];
	struct fault why = FAULT_NONE;
	struct gzip *gzip = NULL;
	char path[PATH_MAX];
	uint32_t crc, bytes;
	off_t size;
	size_t got;
	int fd;

	*out = BUF_MAX(RUN_FILE_MAX);
	run_path(r, name, path);
	fd = open(path, O_RDONLY);
	assert_int_not_equal(fd, -1);
	assert_int_equal(gzip_open(fd, GZIP_HEAD, 8, -1, &gzip, &why), V_OK);
	do {
		char *room = buf_room(out, 65536);

		assert_non_null(room);
		assert_int_equal(
			gzip_read(gzip, room, 65536, &got, &why), V_OK);
		buf_used(out, got);
	} while (got > 0);
	gzip_close(gzip);
	size = lseek(fd, 0, SEEK_END);
	assert_int_equal(pread(fd, tail, 8, size - 8), 8);
	crc = (uint32_t)tail[0] | (uint32_t)tail[1] << 8 |
	      (uint32_t)tail[2] << 16 | (uint32_t)tail[3] << 24;
	bytes = (uint32_t)tail[4] | (uint32_t)tail[5] << 8 |
		(uint32_t)tail[6] << 16 | (uint32_t)tail[7] << 24;
	assert_int_equal(crc, gzip_crc32(0, out->bytes, out->len));
	assert_int_equal(bytes, out->len);
	(void)close(fd);
}

/* The member at `*at` of a tar; false at its end. */
static bool
tar_next(const struct buf *tar, size_t *at, char name[101], const char **data,
	size_t *len)
{
	const char *head = tar->bytes + *at;
	unsigned sum = 0;
	size_t i;

	assert_true(*at + 512 <= tar->len);
	if (head[0] == '\0')
		return false;
	memcpy(name, head, 100);
	name[100] = '\0';
	for (i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : (unsigned char)head[i];
	assert_int_equal(strtoul(head + 148, NULL, 8), sum);
	assert_memory_equal(head + 257,
		"ustar\0"
		"00",
		8);
	*len = strtoul(head + 124, NULL, 8);
	*data = head + 512;
	*at += 512 + (*len + 511) / 512 * 512;
	return true;
}

static void
test_pack__a_gzip_holds_the_records(void **state)
{
	struct buf plain, packed;
	struct run r;

	(void)state;
	run_begin(&r);
	assert_int_equal(run(&r, "batch", "--stream", "uitkering", "--letters",
				 "2000", "--seed", "1", "--out", "f.csv", NULL),
		0);
	assert_int_equal(
		run(&r, "batch", "--stream", "uitkering", "--letters", "2000",
			"--seed", "1", "--out", "f.csv.gz", NULL),
		0);
	run_read(&r, "f.csv", &plain);
	assert_true(plain.len > LARGE);
	unpack(&r, "f.csv.gz", &packed);
	assert_int_equal(packed.len, plain.len);
	assert_memory_equal(packed.bytes, plain.bytes, plain.len);
	assert_true(run_same(&r, "f.csv.truth.csv", "f.csv.gz.truth.csv"));
	buf_done(&plain);
	buf_done(&packed);
	run_end(&r);
}

/* Each document lies in the tar, with the digest of the truth. */
static void
test_pack__a_tar_holds_the_documents(void **state)
{
	char name[101], hex[DIGEST_HEX_MAX];
	uint8_t sum[DIGEST_BYTES];
	struct buf tar, truth;
	const char *data;
	size_t at = 0, len, pdfs = 0, i;
	struct run r;

	(void)state;
	run_begin(&r);
	assert_int_equal(
		run(&r, "batch", "--stream", "index", "--letters", "12",
			"--seed", "1", "--out", "f.tar.gz", NULL),
		0);
	unpack(&r, "f.tar.gz", &tar);
	run_read(&r, "f.tar.gz.truth.csv", &truth);
	while (tar_next(&tar, &at, name, &data, &len)) {
		assert_true(at <= tar.len);
		if (strcmp(name, "index.csv") == 0) {
			assert_memory_equal(data, "referentie;", 11);
			continue;
		}
		digest_of(data, len, sum);
		digest_hex(sum, sizeof(sum), hex);
		assert_non_null(strstr(truth.bytes, hex));
		pdfs++;
	}
	assert_int_equal(pdfs, 12);
	/* Two blocks of zeros close it. */
	assert_int_equal(at + 1024, tar.len);
	for (i = at; i < tar.len; i++)
		assert_int_equal(tar.bytes[i], 0);
	buf_done(&tar);
	buf_done(&truth);
	run_end(&r);
}

/* Sizes around a block of the tar and a block of deflate. */
static void
test_pack__sizes_at_the_edges(void **state)
{
	static const size_t sizes[] = { 0, 1, 511, 512, 513, 65535, 65536,
		131070, LARGE };
	char path[PATH_MAX], name[101], *bytes = calloc(1, LARGE);
	struct fault why = FAULT_NONE;
	struct pack *pack = NULL;
	const char *data;
	struct buf tar;
	size_t i, at = 0, len;
	struct run r;
	int fd;

	(void)state;
	assert_non_null(bytes);
	run_begin(&r);
	run_path(&r, "f.tar.gz", path);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_not_equal(fd, -1);
	assert_int_equal(pack_open(fd, PACK_TAR, &pack, &why), V_OK);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		memset(bytes, 'a' + (int)i, LARGE);
		assert_int_equal(
			pack_member(pack, "x", (int64_t)sizes[i], &why), V_OK);
		assert_int_equal(pack_add(pack, bytes, sizes[i], &why), V_OK);
	}
	assert_int_equal(
		pack_member(pack, "x", MEMBER_MAX + 1, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_LIMIT);
	pack->left = 0;
	assert_int_equal(pack_finish(pack, &why), V_OK);
	pack_free(pack);
	(void)close(fd);
	unpack(&r, "f.tar.gz", &tar);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_true(tar_next(&tar, &at, name, &data, &len));
		assert_int_equal(len, sizes[i]);
		memset(bytes, 'a' + (int)i, LARGE);
		assert_memory_equal(data, bytes, len);
	}
	assert_false(tar_next(&tar, &at, name, &data, &len));
	buf_done(&tar);
	free(bytes);
	run_end(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pack__a_gzip_holds_the_records),
		cmocka_unit_test(test_pack__a_tar_holds_the_documents),
		cmocka_unit_test(test_pack__sizes_at_the_edges),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
