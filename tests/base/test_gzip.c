/* tests/base/test_gzip.c - a member is read at its offset, or not at all
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/archive.h"
#include "base/gzip.h"

#define BYTES 300000

/* A file in /tmp that has no name any more. */
static int
nameless(void)
{
	char name[] = "/tmp/mobb.gzip.XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd != -1);
	assert_int_equal(unlink(name), 0);
	return fd;
}

/* Bytes that deflate somewhat. */
static void
fill(char *bytes)
{
	uint32_t n = 1;
	size_t i;

	for (i = 0; i < BYTES; i++) {
		n = n * 1103515245 + 12345;
		bytes[i] = (char)('a' + (n >> 24) % 7);
	}
}

/* A ZIP of one member `m`; its data begins behind header and name. */
static int
zip_of(const char *bytes, size_t len, bool deflate)
{
	struct archive_out *out;
	struct fault why;
	int fd = nameless();

	assert_int_equal(archive_create(fd, deflate, &out, &why), V_OK);
	assert_int_equal(
		archive_member_begin(out, "m", (int64_t)len, &why), V_OK);
	assert_int_equal(archive_member_add(out, bytes, len, &why), V_OK);
	assert_int_equal(archive_finish(out, &why), V_OK);
	return fd;
}

static int64_t
data_offset(int fd)
{
	struct archive_limits limits = { 1 << 30, 1000, 10 };
	struct archive_member m;
	struct archive_in *in;
	struct fault why;

	assert_int_equal(archive_open(fd, &limits, &in, &why), V_OK);
	assert_int_equal(archive_next(in, &m, &why), V_OK);
	archive_close(in);
	return m.offset;
}

static enum verdict
read_all(struct gzip *g, char *to, size_t size, size_t *len_out,
	struct fault *why)
{
	enum verdict v;
	size_t got, len = 0;

	do {
		v = gzip_read(g, to + len,
			size - len < 7000 ? size - len : 7000, &got, why);
		if (v != V_OK)
			return v;
		len += got;
	} while (got > 0 && len < size);
	*len_out = len;
	return V_OK;
}

static void
test_gzip__both_methods_give_the_bytes_back(void **state)
{
	char *bytes = malloc(BYTES), *back = malloc(BYTES + 10);
	struct gzip *g = NULL;
	struct fault why;
	size_t len;
	int round, fd;

	(void)state;
	fill(bytes);
	/* The same struct gzip for all of them. */
	for (round = 0; round < 6; round++) {
		bool deflate = round % 2 == 1;
		int64_t promised = round < 4 || !deflate ? BYTES : -1;

		fd = zip_of(bytes, BYTES, deflate);
		assert_int_equal(gzip_open(fd, data_offset(fd), deflate ? 8 : 0,
					 promised, &g, &why),
			V_OK);
		assert_int_equal(
			read_all(g, back, BYTES + 10, &len, &why), V_OK);
		assert_int_equal(len, BYTES);
		assert_memory_equal(bytes, back, BYTES);
		close(fd);
	}
	gzip_close(g);
	gzip_close(NULL);
	free(bytes);
	free(back);
}

static void
test_gzip__what_is_packed_is_read_again(void **state)
{
	char name[] = "/tmp/mobb.gzip.XXXXXX", *bytes = malloc(BYTES),
	     *back = malloc(BYTES + 10);
	const size_t lengths[] = { 0, 1, BYTES };
	struct buf out = BUF_MAX(BYTES * 2), again = BUF_MAX(BYTES * 2);
	struct gzip *g = NULL;
	struct fault why;
	size_t i, len;
	int fd = mkstemp(name);

	(void)state;
	assert_int_not_equal(fd, -1);
	(void)unlink(name);
	fill(bytes);
	for (i = 0; i < 3; i++) {
		buf_reset(&out);
		buf_reset(&again);
		gzip_pack(bytes, lengths[i], &out);
		gzip_pack(bytes, lengths[i], &again);
		assert_false(out.full);
		assert_int_equal(out.len, again.len);
		assert_memory_equal(out.bytes, again.bytes, out.len);
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(
			pwrite(fd, out.bytes, out.len, 0), (ssize_t)out.len);
		assert_int_equal(
			gzip_open(fd, 0, GZIP_FILE, -1, &g, &why), V_OK);
		assert_int_equal(
			read_all(g, back, BYTES + 10, &len, &why), V_OK);
		assert_int_equal(len, lengths[i]);
		assert_memory_equal(bytes, back, len);
	}
	gzip_close(g);
	buf_done(&out);
	buf_done(&again);
	(void)close(fd);
	free(bytes);
	free(back);
}

static enum verdict
damaged(int fd, int64_t offset, int method, int64_t promised)
{
	char *back = malloc(BYTES * 2);
	struct gzip *g = NULL;
	enum verdict v;
	struct fault why = FAULT_NONE;
	size_t len;

	v = gzip_open(fd, offset, method, promised, &g, &why);
	if (v == V_OK)
		v = read_all(g, back, BYTES * 2, &len, &why);
	if (v != V_OK)
		assert_int_equal(why.code, CODE_ARCHIVE_CUT);
	gzip_close(g);
	free(back);
	return v;
}

static void
test_gzip__damage_is_noticed(void **state)
{
	char *bytes = malloc(BYTES);
	int fd;
	int64_t at;

	(void)state;
	fill(bytes);
	fd = zip_of(bytes, BYTES, true);
	at = data_offset(fd);
	assert_int_equal(damaged(fd, at, 8, BYTES), V_OK);
	/* Another length than promised. */
	assert_int_equal(damaged(fd, at, 8, BYTES - 1), V_BROKEN);
	assert_int_equal(damaged(fd, at, 8, BYTES + 1), V_BROKEN);
	assert_int_equal(damaged(fd, at, 8, 0), V_BROKEN);
	/* Not where a stream begins, or nowhere. */
	assert_int_equal(damaged(fd, at + 1, 8, BYTES), V_BROKEN);
	assert_int_equal(damaged(fd, -1, 8, BYTES), V_BROKEN);
	assert_int_equal(damaged(fd, INT64_C(1) << 40, 8, BYTES), V_BROKEN);
	assert_int_equal(damaged(fd, at, 3, BYTES), V_BROKEN);
	/* Cut off. */
	assert_int_equal(ftruncate(fd, at + 50000), 0);
	assert_int_equal(damaged(fd, at, 8, BYTES), V_BROKEN);
	assert_int_equal(damaged(fd, at, 0, 50001), V_BROKEN);
	assert_int_equal(damaged(fd, at, 0, 50000), V_OK);
	assert_int_equal(damaged(fd, at, 0, -1), V_BROKEN);
	close(fd);
	free(bytes);
}

static void
test_gzip__crc_is_the_one_of_zip(void **state)
{
	uint32_t crc;

	(void)state;
	assert_int_equal(gzip_crc32(0, "123456789", 9), 0xcbf43926);
	crc = gzip_crc32(0, "1234", 4);
	assert_int_equal(gzip_crc32(crc, "56789", 5), 0xcbf43926);
}

/* By the definition, bit after bit. */
static uint32_t
plain_crc(uint32_t crc, const uint8_t *bytes, size_t len)
{
	int bit;

	crc = ~crc;
	for (; len > 0; len--) {
		crc ^= *bytes++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static void
test_gzip__crc_of_any_length_at_any_address(void **state)
{
	uint8_t *bytes = malloc(BYTES);
	uint32_t n = 7, seed;
	size_t i, len, at;

	(void)state;
	for (i = 0; i < BYTES; i++) {
		n = n * 1103515245 + 12345;
		bytes[i] = (uint8_t)(n >> 24);
	}
	for (len = 0; len < 400; len++)
		for (at = 0; at < 17; at += 4) {
			seed = at == 0 ? 0 : n + (uint32_t)len;
			assert_int_equal(gzip_crc32(seed, bytes + at, len),
				plain_crc(seed, bytes + at, len));
		}
	assert_int_equal(gzip_crc32(0, bytes + 1, BYTES - 1),
		plain_crc(0, bytes + 1, BYTES - 1));
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gzip__both_methods_give_the_bytes_back),
		cmocka_unit_test(test_gzip__what_is_packed_is_read_again),
		cmocka_unit_test(test_gzip__damage_is_noticed),
		cmocka_unit_test(test_gzip__crc_is_the_one_of_zip),
		cmocka_unit_test(test_gzip__crc_of_any_length_at_any_address),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
