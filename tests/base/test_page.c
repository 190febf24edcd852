/* tests/base/test_page.c - the same letter is the same bytes
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/page.h"
#include "base/pdf.h"
#include "tests/fonts.h"

#define PAGE_MAX ((size_t)3000000)

static const struct page_letter plain = {
	.sender = "Gemeente Voorbeeld\nPostbus 1\n1000 AA Demodam",
	.address = "J. Proefsma\nDemostraat 7\n1234 AB  DEMODAM",
	.title = "Een brief",
	.body = "Geachte heer of mevrouw,\n\nReünie: € 12,50.\n\nMet groet",
	.created = "2026-02-15T00:00:00",
};

static void
make(const struct page_letter *letter, struct buf *out)
{
	struct fault why = FAULT_NONE;

	*out = BUF_MAX(PAGE_MAX);
	assert_int_equal(page_letter(letter, out, &why), V_OK);
}

static bool
same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static bool
holds(const struct buf *pdf, const char *text)
{
	size_t i, len = strlen(text);

	for (i = 0; i + len <= pdf->len; i++)
		if (memcmp(pdf->bytes + i, text, len) == 0)
			return true;
	return false;
}

static void
test_page__same_letter_same_bytes(void **state)
{
	struct buf a, b, c;
	struct page_letter other = plain;

	(void)state;
	make(&plain, &a);
	make(&plain, &b);
	assert_true(same(&a, &b));
	other.body = "Geachte heer of mevrouw,\n\niets anders";
	make(&other, &c);
	assert_false(same(&a, &c));
	buf_done(&a);
	buf_done(&b);
	buf_done(&c);
}

static void
test_page__one_tagged_page(void **state)
{
	struct fault why = FAULT_NONE;
	struct pdf_look look;
	struct buf a;

	(void)state;
	make(&plain, &a);
	assert_int_equal(pdf_look(a.bytes, a.len, &look, &why), V_OK);
	assert_int_equal(look.pages, 1);
	assert_false(look.encrypted);
	assert_true(holds(&a, "/StructTreeRoot"));
	buf_done(&a);
}

/* What is appended stands behind what was there. */
static void
test_page__appends(void **state)
{
	struct fault why = FAULT_NONE;
	struct buf a, b = BUF_MAX(PAGE_MAX);

	(void)state;
	make(&plain, &a);
	buf_text(&b, "before");
	assert_int_equal(page_letter(&plain, &b, &why), V_OK);
	assert_int_equal(b.len, a.len + 6);
	assert_memory_equal(b.bytes, "before", 6);
	assert_memory_equal(b.bytes + 6, a.bytes, a.len);
	buf_done(&a);
	buf_done(&b);
}

static void
test_page__padding_has_the_size_asked(void **state)
{
	static const size_t sizes[] = { 1, 4, 5, 100, 64999, 65000, 65001,
		65004, 300000 };
	struct page_letter letter = plain;
	struct buf none, padded;
	size_t i;

	(void)state;
	make(&plain, &none);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct fault why = FAULT_NONE;
		struct pdf_look look;

		letter.padding_bytes = sizes[i];
		letter.seed = i;
		make(&letter, &padded);
		/* The picture itself and its objects come on top. */
		assert_in_range(padded.len, none.len + sizes[i] - 4,
			none.len + sizes[i] + 1500);
		assert_int_equal(
			pdf_look(padded.bytes, padded.len, &look, &why), V_OK);
		buf_done(&padded);
	}
	buf_done(&none);
}

/* Noise: another seed gives other bytes of the same length. */
static void
test_page__padding_follows_the_seed(void **state)
{
	struct page_letter letter = plain;
	struct buf a, b, c;

	(void)state;
	letter.padding_bytes = 5000;
	letter.seed = 1;
	make(&letter, &a);
	make(&letter, &b);
	letter.seed = 2;
	make(&letter, &c);
	assert_true(same(&a, &b));
	assert_false(same(&a, &c));
	assert_int_equal(a.len, c.len);
	buf_done(&a);
	buf_done(&b);
	buf_done(&c);
}

static void
test_page__too_small_a_buffer_is_a_fault(void **state)
{
	struct buf small = BUF_MAX(1000);
	struct fault why = FAULT_NONE;

	(void)state;
	buf_text(&small, "kept");
	assert_int_equal(page_letter(&plain, &small, &why), V_BROKEN);
	assert_int_equal(small.len, 4);
	buf_done(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page__same_letter_same_bytes),
		cmocka_unit_test(test_page__one_tagged_page),
		cmocka_unit_test(test_page__appends),
		cmocka_unit_test(test_page__padding_has_the_size_asked),
		cmocka_unit_test(test_page__padding_follows_the_seed),
		cmocka_unit_test(test_page__too_small_a_buffer_is_a_fault),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
