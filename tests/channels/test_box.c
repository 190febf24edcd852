/* tests/channels/test_box.c - the payload of a lot
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

#include "base/clock.h"
#include "base/digest.h"
#include "channels/channel.h"
#include "tests/channels/shared.h"

#define LETTERS 5
#define REQUEST_XSD "logius/request/GLOBEBatchRequest.xsd"

/* Documents made of their offset: byte i of a document at `offset` is
 * (offset + i) modulo 251.
 */
struct store {
	const struct attachment *doc;
	int64_t at;
	int64_t lie; /* bytes more (or fewer) than promised */
	size_t step; /* at most so many at a time */
	bool changed;
};

static uint8_t
byte_of(const struct attachment *doc, int64_t i)
{
	return (uint8_t)((doc->offset + i) % 251);
}

static enum verdict
store_open(void *self, const struct attachment *doc, struct fault *why)
{
	struct store *s = self;

	(void)why;
	s->doc = doc;
	s->at = 0;
	return V_OK;
}

static enum verdict
store_read(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct store *s = self;
	int64_t total = s->doc->bytes + s->lie;
	size_t i;

	if (len > s->step)
		len = s->step;
	if ((int64_t)len > total - s->at)
		len = (size_t)(total - s->at);
	for (i = 0; i < len; i++)
		((uint8_t *)bytes)[i] = byte_of(s->doc, s->at++);
	*len_out = len;
	if (len == 0 && s->changed)
		return fault_set(why, V_NEVER, CODE_CONTENT_CHANGED, "digest");
	return V_OK;
}

struct lot {
	struct letter letters[LETTERS];
	struct attachment docs[LETTERS][2];
	struct box_lot lot;
	struct store store;
	struct content content;
};

static void
lot_init(struct lot *l)
{
	static const int64_t sizes[LETTERS][2] = { { 1, 0 }, { 2, 3 },
		{ 49152, 49153 }, { 0, 0 }, { 300001, 147456 } };
	static const char *const texts[LETTERS] = { NULL, "een\ntwee\r\ndrie\r",
		"<b> & \"'> \xc3\xab\xe2\x82\xac", "", "x" };
	size_t i, j;

	*l = (struct lot){ .store.step = 5000 };
	for (i = 0; i < LETTERS; i++) {
		struct letter *letter = &l->letters[i];

		*letter = (struct letter){ .record = (int64_t)i + 1,
			.key = "k",
			.bsn = { 999990019 },
			.reference = i == 3 ? "" : "123-1",
			.subject = "Uw aanslag & <meer>",
			.text = texts[i],
			.dated = LETTER_DATE_NONE,
			.publish = LETTER_DATE_NONE,
			.address = ADDRESS_EMPTY,
			.id = uuid_random(),
			.attachments = l->docs[i] };
		for (j = 0; j < 2 && sizes[i][j] > 0; j++) {
			l->docs[i][j] = (struct attachment){
				.offset = (int64_t)(i * 10 + j),
				.bytes = sizes[i][j],
				.title = "Aanslag \"2026\" & <bijlage>"
			};
			letter->document_count++;
		}
		letter_bind(letter, letter->bind);
	}
	l->lot = (struct box_lot){ .batch_id = uuid_random(),
		.created_ms = 1764000000123,
		.oin = "00000099000000010000",
		.type = "WOZ",
		.letters = l->letters,
		.letter_count = LETTERS };
	l->content = (struct content){
		.self = &l->store, .open = store_open, .read = store_read
	};
}

/* The lot is made on day 20416, at five in the afternoon. */
static void
lot_days(struct lot *l)
{
	lot_init(l);
	l->letters[1].publish = 20416;
	l->letters[2].publish = 20417;
	l->letters[2].type = "WOZ2";
	l->letters[3].publish = 20429;
}

/* Read all of it in pieces of `step`. */
static enum verdict
drain(struct box *box, size_t step, struct buf *out, struct fault *why)
{
	struct http_body body = box_body(box);
	char piece[100000];
	enum verdict v;
	size_t n;

	buf_reset(out);
	do {
		v = body.read(body.self, piece, step, &n, why);
		if (v == V_OK)
			buf_add(out, piece, n);
	} while (v == V_OK && n > 0);
	return v;
}

static void
test_box__length_is_exact_whatever_the_pieces(void **state)
{
	static const size_t steps[] = { 100000, 7, 1000, 65536 };
	struct buf first = BUF_MAX(10000000), again = BUF_MAX(10000000);
	uint8_t sha[32], want[32];
	struct box *box = NULL;
	struct fault why;
	struct lot l;
	size_t i;

	(void)state;
	lot_init(&l);
	assert_int_equal(box_open(&l.lot, &l.content, &box, &why), V_OK);
	box_digest(box, want);
	for (i = 0; i < 4; i++) {
		assert_int_equal(drain(box, steps[i], &again, &why), V_OK);
		assert_int_equal(again.len, box_body(box).bytes);
		if (i == 0)
			buf_add(&first, again.bytes, again.len);
		assert_int_equal(again.len, first.len);
		assert_memory_equal(again.bytes, first.bytes, first.len);
		box_digest(box, sha);
		assert_memory_equal(sha, want, 32);
		assert_int_equal(
			box_body(box).rewind(box_body(box).self, &why), V_OK);
	}
	box_close(box);
	box_close(NULL);
	buf_done(&first);
	buf_done(&again);
}

static void
test_box__says_what_the_letters_say(void **state)
{
	struct buf text = BUF_MAX(10000000);
	char bsn[BSN_TEXT_MAX], id[UUID_TEXT_MAX], batch[UUID_TEXT_MAX];
	const struct xml_node *node, *info, *doc;
	struct xml_tree *tree = NULL;
	struct box *box = NULL;
	struct fault why;
	struct lot l;
	size_t i;

	(void)state;
	lot_init(&l);
	assert_int_equal(box_open(&l.lot, &l.content, &box, &why), V_OK);
	assert_int_equal(drain(box, 5000, &text, &why), V_OK);
	assert_int_equal(
		xml_tree_parse(text.bytes, text.len, &tree, &why), V_OK);
	uuid_text(&l.lot.batch_id, batch);
	node = xml_child(xml_root(tree), NULL, "BatchInformatie");
	assert_string_equal(xml_text(xml_child(node, NULL, "BatchID")), batch);
	assert_string_equal(xml_text(xml_child(node, NULL, "AanmaakDatum")),
		"2025-11-24T16:00:00.123Z");
	node = xml_next(node);
	for (i = 0; i < LETTERS; i++, node = xml_next(node)) {
		info = xml_first(node);
		uuid_text(&l.letters[i].id, id);
		bsn_digits(l.letters[i].bsn, bsn);
		assert_string_equal(
			xml_text(xml_child(info, NULL, "BerichtID")), id);
		assert_string_equal(
			xml_text(xml_child(info, NULL, "BatchID")), batch);
		assert_string_equal(
			xml_text(xml_child(info, NULL, "GebruikerID")), bsn);
		assert_string_equal(
			xml_text(xml_child(info, NULL, "Onderwerp")),
			"Uw aanslag & <meer>");
		assert_null(xml_child(info, NULL, "PublicatieDatum"));
		doc = xml_child(node, NULL, "Bijlagen");
		assert_int_equal(doc != NULL, l.letters[i].document_count > 0);
		if (i == 1) {
			assert_string_equal(
				xml_text(xml_child(info, NULL, "BerichtTekst")),
				"een\\r\\ntwee\\r\\ndrie\\r\\n");
			assert_string_equal(xml_text(xml_child(xml_first(doc),
						    NULL, "Inhoud")),
				"Cgs="); /* 10 11 */
			assert_string_equal(
				xml_text(xml_child(xml_again(xml_first(doc)),
					NULL, "Volgorde")),
				"2");
		}
	}
	assert_null(node);
	xml_tree_free(tree);
	box_close(box);
	buf_done(&text);
}

static void
test_box__a_letter_may_have_its_own_type_and_day(void **state)
{
	static const char *const days[LETTERS] = { NULL, NULL,
		"2025-11-25T00:00:00+01:00", "2025-12-07T00:00:00+01:00",
		NULL };
	struct buf text = BUF_MAX(10000000);
	const struct xml_node *node, *info, *day;
	struct xml_tree *tree = NULL;
	struct box *box = NULL;
	struct fault why;
	struct lot l;
	size_t i;

	(void)state;
	lot_days(&l);
	assert_int_equal(box_open(&l.lot, &l.content, &box, &why), V_OK);
	assert_int_equal(drain(box, 5000, &text, &why), V_OK);
	assert_int_equal(
		xml_tree_parse(text.bytes, text.len, &tree, &why), V_OK);
	node = xml_next(xml_child(xml_root(tree), NULL, "BatchInformatie"));
	for (i = 0; i < LETTERS; i++, node = xml_next(node)) {
		info = xml_first(node);
		assert_string_equal(
			xml_text(xml_child(info, NULL, "BerichtType")),
			i == 2 ? "WOZ2" : "WOZ");
		day = xml_child(info, NULL, "PublicatieDatum");
		assert_int_equal(day != NULL, days[i] != NULL);
		if (day != NULL)
			assert_string_equal(xml_text(day), days[i]);
	}
	xml_tree_free(tree);
	box_close(box);
	buf_done(&text);
}

static void
test_box__documents_arrive_byte_for_byte(void **state)
{
	struct buf text = BUF_MAX(10000000);
	const struct xml_node *node;
	struct xml_tree *tree = NULL;
	struct box *box = NULL;
	struct fault why;
	struct lot l;
	size_t len;
	int64_t i;
	uint8_t *bytes;
	const char *inner;

	(void)state;
	lot_init(&l);
	assert_int_equal(box_open(&l.lot, &l.content, &box, &why), V_OK);
	assert_int_equal(drain(box, 65536, &text, &why), V_OK);
	assert_int_equal(
		xml_tree_parse(text.bytes, text.len, &tree, &why), V_OK);
	node = xml_first(xml_root(tree));
	for (i = 0; i < 5; i++)
		node = xml_next(node);
	node = xml_first(xml_child(node, NULL, "Bijlagen"));
	inner = xml_text(xml_child(node, NULL, "Inhoud"));
	bytes = malloc(strlen(inner));
	assert_true(base64_decode(inner, strlen(inner), bytes, &len));
	assert_int_equal(len, 300001);
	for (i = 0; i < 300001; i++)
		if (bytes[i] != byte_of(&l.docs[4][0], i))
			fail();
	free(bytes);
	xml_tree_free(tree);
	box_close(box);
	buf_done(&text);
}

static void
test_box__the_official_schema_accepts_it(void **state)
{
	struct buf text = BUF_MAX(10000000);
	struct box *box = NULL;
	struct fault why;
	struct lot l;
	int valid;

	(void)state;
	lot_days(&l);
	assert_int_equal(box_open(&l.lot, &l.content, &box, &why), V_OK);
	assert_int_equal(drain(box, 65536, &text, &why), V_OK);
	valid = shared_valid(REQUEST_XSD, text.bytes, text.len);
	box_close(box);
	buf_done(&text);
	if (valid < 0) {
		print_message("# no official schema here\n");
		skip();
	}
	assert_int_equal(valid, 1);
}

/* letter_box_bytes() is what lots are cut by: never less than it becomes. */
static void
test_box__lots_are_cut_by_an_upper_bound(void **state)
{
	struct box *box = NULL;
	int64_t bound = 1000;
	struct fault why;
	struct lot l;
	size_t i;

	(void)state;
	lot_init(&l);
	for (i = 0; i < LETTERS; i++)
		bound += letter_box_bytes(&l.letters[i]);
	assert_int_equal(box_open(&l.lot, &l.content, &box, &why), V_OK);
	assert_true(box_body(box).bytes <= bound);
	assert_true(box_body(box).bytes > bound - 3000 * LETTERS);
	box_close(box);
}

/* A letter that is not what was taken in never leaves. */
static void
test_box__a_changed_letter_never_leaves(void **state)
{
	struct box *box = NULL;
	struct fault why;
	struct lot l;
	int i;

	(void)state;
	for (i = 0; i < 6; i++) {
		lot_init(&l);
		if (i == 0)
			l.letters[2].bsn.number = 999990020;
		else if (i == 1)
			l.letters[2].subject = "Uw aanslag & <meer> ";
		else if (i == 2)
			l.docs[2][1].sha256[31] ^= 1;
		else if (i == 3)
			l.docs[2][1].title = "Aanslag";
		else if (i == 4)
			l.letters[2].text = "anders";
		else
			l.letters[2].id = uuid_random();
		assert_int_equal(
			box_open(&l.lot, &l.content, &box, &why), V_NEVER);
		assert_int_equal(why.code, CODE_CONTENT_CHANGED);
		assert_string_equal(why.place, "record 3");
		assert_null(box);
	}
	lot_init(&l);
	l.letters[0].bsn = BSN_NONE;
	letter_bind(&l.letters[0], l.letters[0].bind);
	assert_int_equal(box_open(&l.lot, &l.content, &box, &why), V_NEVER);
	assert_int_equal(why.code, CODE_NO_BSN);
}

/* A document that is not what was taken in ends the payload before its end. */
static void
test_box__a_changed_document_ends_the_payload(void **state)
{
	static const int64_t lies[] = { -1, 1, 0 };
	struct buf text = BUF_MAX(10000000);
	struct fault why;
	struct lot l;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct box *box = NULL;

		lot_init(&l);
		l.store.lie = lies[i];
		l.store.changed = lies[i] == 0;
		assert_int_equal(
			box_open(&l.lot, &l.content, &box, &why), V_OK);
		assert_int_equal(drain(box, 65536, &text, &why), V_NEVER);
		assert_int_equal(why.code, CODE_CONTENT_CHANGED);
		assert_string_equal(why.place, "record 1");
		assert_true((int64_t)text.len < box_body(box).bytes);
		box_close(box);
	}
	buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_box__length_is_exact_whatever_the_pieces),
		cmocka_unit_test(test_box__says_what_the_letters_say),
		cmocka_unit_test(
			test_box__a_letter_may_have_its_own_type_and_day),
		cmocka_unit_test(test_box__documents_arrive_byte_for_byte),
		cmocka_unit_test(test_box__the_official_schema_accepts_it),
		cmocka_unit_test(test_box__lots_are_cut_by_an_upper_bound),
		cmocka_unit_test(test_box__a_changed_letter_never_leaves),
		cmocka_unit_test(test_box__a_changed_document_ends_the_payload),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
