/* tests/batch/test_attachment.c - documents in the letter's row and back
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "batch/attachment.h"

static void
fill(struct attachment docs[3])
{
	docs[0] = (struct attachment){ .place = ATTACHMENT_MEMBER,
		.method = 8,
		.part = 998,
		.offset = INT64_C(5000000001),
		.bytes = 98765,
		.pages = 3,
		.title = "Aanslagbiljet \xc3\xab" };
	memset(docs[0].sha256, 0xa5, 32);
	docs[1] = (struct attachment){ .place = ATTACHMENT_CONTENT,
		.method = 0,
		.offset = 0,
		.bytes = INT64_MAX,
		.pages = INT32_MAX,
		.title = "" };
	memset(docs[1].sha256, 0x01, 32);
	docs[2] = (struct attachment){ .place = ATTACHMENT_MEMBER,
		.method = ATTACHMENT_BASE64,
		.offset = INT64_C(5000000002),
		.bytes = 300,
		.raw = INT64_C(5000000003),
		.title = "x",
		.way = ATTACHMENT_PAPER_ONLY,
		.shared = true };
	docs[1].way = ATTACHMENT_BOX_ONLY;
}

static void
test_attachment__comes_back_as_it_was(void **state)
{
	struct arena mem = ARENA_EMPTY;
	struct buf out = BUF_MAX(10000);
	struct attachment docs[3], *back;
	size_t i, count;

	(void)state;
	fill(docs);
	attachment_pack(docs, 3, &out);
	assert_true(attachment_unpack(out.bytes, out.len, &mem, &back, &count));
	assert_int_equal(count, 3);
	for (i = 0; i < 3; i++) {
		assert_int_equal(back[i].place, docs[i].place);
		assert_int_equal(back[i].method, docs[i].method);
		assert_true(back[i].raw == docs[i].raw);
		assert_int_equal(back[i].part, docs[i].part);
		assert_true(back[i].offset == docs[i].offset);
		assert_true(back[i].bytes == docs[i].bytes);
		assert_int_equal(back[i].pages, docs[i].pages);
		assert_memory_equal(back[i].sha256, docs[i].sha256, 32);
		assert_string_equal(back[i].title, docs[i].title);
		assert_int_equal(back[i].way, docs[i].way);
		assert_int_equal(back[i].shared, docs[i].shared);
	}
	assert_true(attachment_to_box(&back[0]));
	assert_true(attachment_to_paper(&back[0]));
	assert_false(attachment_to_paper(&back[1]));
	assert_false(attachment_to_box(&back[2]));
	buf_done(&out);
	arena_done(&mem);
}

static void
test_attachment__none_is_two_bytes(void **state)
{
	struct arena mem = ARENA_EMPTY;
	struct buf out = BUF_MAX(100);
	struct attachment *back;
	size_t count = 9;

	(void)state;
	attachment_pack(NULL, 0, &out);
	assert_int_equal(out.len, 2);
	assert_true(attachment_unpack(out.bytes, out.len, &mem, &back, &count));
	assert_int_equal(count, 0);
	buf_done(&out);
	arena_done(&mem);
}

/* A row of a database that was there before sets came. */
static void
test_attachment__a_row_of_version_1_is_read_as_part_0(void **state)
{
	static const uint8_t row[] = { 1, 1, 1, 8, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0,
		0, 0, 0, 0, 0, 99, 0, 0, 0, 3, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
		7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
		0, 2, 'h', 'i' };
	struct arena mem = ARENA_EMPTY;
	struct attachment *back;
	size_t count;

	(void)state;
	assert_true(attachment_unpack(row, sizeof(row), &mem, &back, &count));
	assert_int_equal(count, 1);
	assert_int_equal(back[0].place, ATTACHMENT_CONTENT);
	assert_int_equal(back[0].method, 8);
	assert_int_equal(back[0].part, 0);
	assert_true(back[0].offset == (INT64_C(1) << 32) + 2);
	assert_int_equal(back[0].bytes, 99);
	assert_int_equal(back[0].pages, 3);
	assert_int_equal(back[0].sha256[31], 7);
	assert_string_equal(back[0].title, "hi");
	assert_false(
		attachment_unpack(row, sizeof(row) - 1, &mem, &back, &count));
	arena_done(&mem);
}

/* A row of before documents had a way: it goes both ways, and is no leaflet;
 * in such a row there can be no way.
 */
static void
test_attachment__a_row_of_version_2_goes_both_ways(void **state)
{
	uint8_t row[] = { 2, 1, 1, 8, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0,
		0, 0, 0, 99, 0, 0, 0, 3, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
		7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0, 2,
		'h', 'i' };
	struct arena mem = ARENA_EMPTY;
	struct attachment *back;
	size_t count;

	(void)state;
	assert_true(attachment_unpack(row, sizeof(row), &mem, &back, &count));
	assert_int_equal(back[0].part, 5);
	assert_int_equal(back[0].way, ATTACHMENT_BOTH);
	assert_false(back[0].shared);
	row[2] = 1 | ATTACHMENT_PAPER_ONLY << 4;
	assert_false(attachment_unpack(row, sizeof(row), &mem, &back, &count));
	row[0] = 3;
	assert_true(attachment_unpack(row, sizeof(row), &mem, &back, &count));
	assert_int_equal(back[0].way, ATTACHMENT_PAPER_ONLY);
	row[2] = 1 | 3 << 4;
	assert_false(attachment_unpack(row, sizeof(row), &mem, &back, &count));
	arena_done(&mem);
}

/* Cut at any byte, or with any byte changed, it is refused or makes sense;
 * it never reads outside (the sanitizers watch).
 */
static void
test_attachment__damage_is_no_danger(void **state)
{
	struct arena mem = ARENA_EMPTY;
	struct buf out = BUF_MAX(10000);
	struct attachment docs[3], *back = NULL;
	size_t i, count = 0;
	int flip;

	(void)state;
	fill(docs);
	attachment_pack(docs, 3, &out);
	for (i = 0; i < out.len; i++) {
		uint8_t *copy = arena_alloc(&mem, i + 1);

		memcpy(copy, out.bytes, i);
		if (attachment_unpack(copy, i, &mem, &back, &count))
			fail_msg("cut at %zu is taken", i);
	}
	for (i = 0; i < out.len; i++)
		for (flip = 1; flip < 256; flip <<= 1) {
			out.bytes[i] = (char)(out.bytes[i] ^ flip);
			if (attachment_unpack(
				    out.bytes, out.len, &mem, &back, &count)) {
				assert_int_equal(count, 3);
				assert_true(back[1].offset >= 0);
				assert_true(back[1].bytes >= 0);
				assert_true(back[2].raw >= 0);
				assert_true(back[2].raw <=
					    INT64_MAX - back[2].offset);
			}
			out.bytes[i] = (char)(out.bytes[i] ^ flip);
		}
	buf_text(&out, "x");
	assert_false(
		attachment_unpack(out.bytes, out.len, &mem, &back, &count));
	buf_done(&out);
	arena_done(&mem);
}

/* Only in the batch file, and not before there was such a thing. */
static void
test_attachment__base64_stands_only_in_the_batch_file(void **state)
{
	struct arena mem = ARENA_EMPTY;
	struct buf out = BUF_MAX(10000);
	struct attachment docs[3], *back;
	size_t count;

	(void)state;
	fill(docs);
	attachment_pack(docs + 2, 1, &out);
	assert_true(attachment_unpack(out.bytes, out.len, &mem, &back, &count));
	out.bytes[2] = ATTACHMENT_CONTENT;
	assert_false(
		attachment_unpack(out.bytes, out.len, &mem, &back, &count));
	out.bytes[2] = ATTACHMENT_MEMBER;
	/* The same as version 1: without the two bytes of its part. */
	memmove(out.bytes + 4, out.bytes + 6, out.len - 6);
	out.bytes[0] = 1;
	assert_false(
		attachment_unpack(out.bytes, out.len - 2, &mem, &back, &count));
	buf_done(&out);
	arena_done(&mem);
}

static void
test_attachment__refuses(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t len;
	} cases[] = {
		{ "nothing", "", 0 },
		{ "a version that never was", "\x00\x00", 2 },
		{ "a later version", "\x04\x00", 2 },
		{ "eleven documents", "\x02\x0b", 2 },
		{ "eleven documents of before", "\x01\x0b", 2 },
	};
	struct arena mem = ARENA_EMPTY;
	struct attachment *back;
	size_t i, count;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (attachment_unpack(
			    cases[i].bytes, cases[i].len, &mem, &back, &count))
			fail_msg("%s is taken", cases[i].name);
	arena_done(&mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attachment__comes_back_as_it_was),
		cmocka_unit_test(test_attachment__none_is_two_bytes),
		cmocka_unit_test(
			test_attachment__a_row_of_version_1_is_read_as_part_0),
		cmocka_unit_test(
			test_attachment__a_row_of_version_2_goes_both_ways),
		cmocka_unit_test(test_attachment__damage_is_no_danger),
		cmocka_unit_test(
			test_attachment__base64_stands_only_in_the_batch_file),
		cmocka_unit_test(test_attachment__refuses),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("attachment", tests, NULL, NULL);
}
