/* tests/batch/test_letter.c - ids, binding and size of a letter
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/digest.h"
#include "batch/letter.h"

#define OIN "00000099000000010000"

static const uint8_t site_key[32] = { 1, 2, 3 };
static const uint8_t other_key[32] = { 9 };

static void
test_letter__id_is_a_function_of_five_things(void **state)
{
	static const struct {
		const char *name, *oin, *stream, *key;
		int edition;
		bool same;
	} cases[] = {
		{ "the same", OIN, "woz", "k1", 1, true },
		{ "another key", OIN, "woz", "k2", 1, false },
		{ "another edition", OIN, "woz", "k1", 2, false },
		{ "another stream", OIN, "wozk", "1", 1, false },
		{ "text moved to the next field", OIN "w", "oz", "k1", 1,
			false },
		{ "another sender", "00000099000000020000", "woz", "k1", 1,
			false },
	};
	struct uuid id = letter_id(site_key, OIN, "woz", "k1", 1), other;
	char text[UUID_TEXT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		other = letter_id(site_key, cases[i].oin, cases[i].stream,
			cases[i].key, cases[i].edition);
		if (uuid_same(&id, &other) != cases[i].same)
			fail_msg("%s", cases[i].name);
	}
	other = letter_id(other_key, OIN, "woz", "k1", 1);
	assert_false(uuid_same(&id, &other));
	/* Written down once: it must never change, or letters leave twice. */
	uuid_text(&id, text);
	assert_string_equal(text, "4fcd5fe3-c8cf-83a4-8137-c338dd868586");
}

static void
test_letter__bsn_key_is_keyed(void **state)
{
	struct bsn bsn = { 123456782 };
	uint8_t a[16], b[16], plain[32];

	(void)state;
	letter_bsn_key(site_key, bsn, a);
	letter_bsn_key(other_key, bsn, b);
	assert_memory_not_equal(a, b, 16);
	digest_of("123456782", 9, plain);
	assert_memory_not_equal(a, plain, 16);
	letter_bsn_key(site_key, (struct bsn){ 111222333 }, b);
	assert_memory_not_equal(a, b, 16);
}

static struct letter
sample(struct attachment docs[2])
{
	memset(docs, 0, 2 * sizeof(docs[0]));
	docs[0].title = "Aanslag";
	docs[0].bytes = 1000;
	docs[0].sha256[0] = 7;
	docs[1].title = "Folder";
	docs[1].bytes = 2000;
	docs[1].sha256[0] = 8;
	return (struct letter){ .bsn = { 123456782 },
		.key = "k1",
		.reference = "1",
		.subject = "WOZ",
		.address = { "J", "", "A", "7", "", "", "1234AB", "X", "",
			{ "", "", "" } },
		.attachments = docs,
		.document_count = 2 };
}

static void
test_letter__bind_sees_every_change(void **state)
{
	struct attachment docs[2], swapped;
	struct letter letter = sample(docs);
	uint8_t was[32], now[32];
	char text[DIGEST_HEX_MAX];

	(void)state;
	letter_bind(&letter, was);
	/* Written down once: the books are full of them. */
	digest_hex(was, sizeof(was), text);
	assert_string_equal(text, "fa1d78a0c3fe6516b04bb58e1535bd12"
				  "0c1533c15ab9c4c4a8eb649e3f73ebee");
#define CHANGED(change)                                                        \
	do {                                                                   \
		letter = sample(docs);                                         \
		change;                                                        \
		letter_bind(&letter, now);                                     \
		if (memcmp(was, now, 32) == 0)                                 \
			fail_msg("not seen: %s", #change);                     \
	} while (0)
	CHANGED(letter.bsn.number = 111222333);
	CHANGED(letter.id.bytes[15] = 1);
	CHANGED(letter.reference = "2");
	CHANGED(letter.subject = "WO");
	CHANGED(letter.text = "x");
	CHANGED(letter.address.name = "K");
	CHANGED(letter.address.foreign[2] = "x");
	CHANGED(docs[0].sha256[31] = 1);
	CHANGED(docs[1].title = "Folders");
	CHANGED(letter.document_count = 1);
	CHANGED((letter.reference = "1W", letter.subject = "OZ"));
	CHANGED((swapped = docs[0], docs[0] = docs[1], docs[1] = swapped));
#undef CHANGED
	/* What the database may do: no text is an empty text. */
	letter = sample(docs);
	letter.text = "";
	docs[0].offset = 99;
	letter_bind(&letter, now);
	assert_memory_equal(was, now, 32);
}

static void
test_letter__paper_for_what_the_box_does_not_take(void **state)
{
	static const struct {
		const char *name;
		size_t count;
		int64_t first, second;
		int32_t bsn;
		enum paper_reason reason;
	} cases[] = {
		{ "no document", 0, 0, 0, 123456782, PAPER_NONE },
		{ "at the limit", 1, ATTACHMENT_BOX_BYTES, 0, 123456782,
			PAPER_NONE },
		{ "one byte past", 1, ATTACHMENT_BOX_BYTES + 1, 0, 123456782,
			PAPER_TOO_LARGE },
		{ "two at the limit", 2, 499999, 1, 123456782, PAPER_NONE },
		{ "two past it", 2, 499999, 2, 123456782, PAPER_TOO_LARGE },
		{ "sum would overflow", 2, 400000, INT64_MAX, 123456782,
			PAPER_TOO_LARGE },
		{ "three", 3, 1, 1, 123456782, PAPER_TOO_MANY },
		{ "no number", 1, 1, 0, 0, PAPER_NO_BSN },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct attachment docs[3] = { { .bytes = cases[i].first },
			{ .bytes = cases[i].second }, { .bytes = 1 } };
		struct letter letter = { .bsn = { cases[i].bsn },
			.attachments = docs,
			.document_count = cases[i].count };

		if (letter_paper(&letter) != cases[i].reason)
			fail_msg("%s", cases[i].name);
	}
	assert_string_equal(paper_reason_name(PAPER_NO_BSN), "no_bsn");
	assert_string_equal(
		paper_reason_name(PAPER_TOO_LARGE), "pdf_too_large");
	assert_string_equal(
		paper_reason_name(PAPER_TOO_MANY), "too_many_attachments");
	assert_string_equal(paper_reason_name(PAPER_NONE), "");
}

static void
test_letter__box_bytes_grow_with_what_is_sent(void **state)
{
	struct attachment docs[2];
	struct letter letter = sample(docs);
	int64_t bare, with;

	(void)state;
	letter.document_count = 0;
	bare = letter_box_bytes(&letter);
	assert_true(bare > 500 && bare <= 1024);
	letter.text = "a\r\n&";
	with = letter_box_bytes(&letter);
	/* a, \r\n twice as four characters, &amp; */
	assert_true(with - bare >= 1 + 4 + 5);
	assert_true(with - bare <= 1 + 8 + 6);
	letter.text = NULL;
	letter.document_count = 1;
	docs[0].bytes = 300000;
	with = letter_box_bytes(&letter);
	assert_true(with - bare >= 400000 && with - bare <= 400500);
}

/* One document each way and a leaflet on paper: text is for the box then, and
 * for paper once only the leaflet is left.
 */
static void
test_letter__each_way_gets_its_own(void **state)
{
	struct attachment docs[3] = {
		{ .bytes = 400000, .way = ATTACHMENT_BOX_ONLY },
		{ .bytes = 9000000, .way = ATTACHMENT_PAPER_ONLY },
		{ .bytes = 100, .way = ATTACHMENT_PAPER_ONLY, .shared = true },
	};
	struct letter letter = { .bsn = { 999990019 },
		.address = ADDRESS_EMPTY,
		.text = "tekst",
		.subject = "x",
		.attachments = docs,
		.document_count = 3 };
	struct arena mem = ARENA_EMPTY;
	struct fault why = FAULT_NONE;
	uint8_t before[32], after[32];

	(void)state;
	assert_int_equal(letter_paper(&letter), PAPER_NONE);
	assert_int_equal(letter_box_documents(&letter), 1);
	assert_true(letter_box_bytes(&letter) < 600000);
	letter_print(&letter, &mem);
	assert_int_equal(letter.printed_count, 2);
	assert_int_equal(letter.printed[0].bytes, 9000000);
	/* Which way a document goes is bound. */
	letter_bind(&letter, before);
	docs[1].way = ATTACHMENT_BOX_ONLY;
	letter_bind(&letter, after);
	assert_memory_not_equal(before, after, 32);
	assert_true(letter_text_printed(&letter));
	letter_print(&letter, &mem);
	assert_int_equal(letter.printed_count, 2);
	assert_int_equal(letter.printed[0].place, ATTACHMENT_MADE);
	assert_int_equal(letter.printed[1].bytes, 100);
	/* Without a text there must be something for either way. */
	letter.text = NULL;
	docs[1].way = docs[0].way = ATTACHMENT_BOX_ONLY;
	letter.document_count = 1;
	assert_int_equal(letter_ways(&letter, false, &why), V_SKIP);
	assert_int_equal(why.code, CODE_DOCUMENT);
	letter.paper = PAPER_NEVER;
	assert_int_equal(letter_ways(&letter, true, &why), V_OK);
	assert_int_equal(letter.paper, PAPER_BACK);
	docs[0].bytes = ATTACHMENT_BOX_BYTES + 1;
	assert_int_equal(letter_ways(&letter, false, &why), V_SKIP);
	assert_int_equal(why.code, CODE_BOX_ONLY);
	docs[0] = (struct attachment){ .way = ATTACHMENT_PAPER_ONLY };
	letter.paper = PAPER_NONE;
	assert_int_equal(letter_ways(&letter, false, &why), V_SKIP);
	assert_int_equal(why.code, CODE_DOCUMENT);
	arena_done(&mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_letter__each_way_gets_its_own),
		cmocka_unit_test(test_letter__id_is_a_function_of_five_things),
		cmocka_unit_test(test_letter__bsn_key_is_keyed),
		cmocka_unit_test(test_letter__bind_sees_every_change),
		cmocka_unit_test(
			test_letter__paper_for_what_the_box_does_not_take),
		cmocka_unit_test(test_letter__box_bytes_grow_with_what_is_sent),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("letter", tests, NULL, NULL);
}
