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
fill(struct attachment docs[2])
{
	docs[0] = (struct attachment){ .place = ATTACHMENT_MEMBER,
		.method = 8,
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
}

static void
test_attachment__comes_back_as_it_was(void **state)
{
	struct arena mem = ARENA_EMPTY;
	struct buf out = BUF_MAX(10000);
	struct attachment docs[2], *back;
	size_t i, count;

	(void)state;
	fill(docs);
	attachment_pack(docs, 2, &out);
	assert_true(attachment_unpack(out.bytes, out.len, &mem, &back, &count));
	assert_int_equal(count, 2);
	for (i = 0; i < 2; i++) {
		assert_int_equal(back[i].place, docs[i].place);
		assert_int_equal(back[i].method, docs[i].method);
		assert_true(back[i].offset == docs[i].offset);
		assert_true(back[i].bytes == docs[i].bytes);
		assert_int_equal(back[i].pages, docs[i].pages);
		assert_memory_equal(back[i].sha256, docs[i].sha256, 32);
		assert_string_equal(back[i].title, docs[i].title);
	}
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

/* Cut at any byte, or with any byte changed, it is refused or makes sense;
 * it never reads outside (the sanitizers watch).
 */
static void
test_attachment__damage_is_no_danger(void **state)
{
	struct arena mem = ARENA_EMPTY;
	struct buf out = BUF_MAX(10000);
	struct attachment docs[2], *back = NULL;
	size_t i, count = 0;
	int flip;

	(void)state;
	fill(docs);
	attachment_pack(docs, 2, &out);
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
				assert_int_equal(count, 2);
				assert_true(back[1].offset >= 0);
				assert_true(back[1].bytes >= 0);
			}
			out.bytes[i] = (char)(out.bytes[i] ^ flip);
		}
	buf_text(&out, "x");
	assert_false(
		attachment_unpack(out.bytes, out.len, &mem, &back, &count));
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
		{ "another version", "\x02\x00", 2 },
		{ "eleven documents", "\x01\x0b", 2 },
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
		cmocka_unit_test(test_attachment__damage_is_no_danger),
		cmocka_unit_test(test_attachment__refuses),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("attachment", tests, NULL, NULL);
}
