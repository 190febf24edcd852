/* tests/channels/test_subscription.c - asking who is subscribed, in bulk
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

#include "base/digest.h"
#include "channels/http.h"
#include "channels/subscription.h"
#include "tests/channels/shared.h"

#define OURS "schemas/subscription-request.xsd"
#define OIN "00000099000000010000"
#define ID "8f6d1f7e-0b0f-4b5e-9f3d-0d5f2b7a6c10"
#define ALL_OF_IT ((size_t)30000000)

static struct subscription_question
question(enum subscription_kind kind, const struct subscribed *numbers)
{
	struct subscription_question q = { .oin = OIN,
		.kind = kind,
		.since_ms = INT64_C(1454415803326),
		.numbers = numbers };

	assert_true(uuid_parse(ID, &q.id));
	return q;
}

/* The first `count` numbers from `from` on. */
static void
add_numbers(struct subscribed *set, int32_t from, int count)
{
	for (; count > 0; from++)
		if (bsn_valid(from)) {
			(void)subscribed_add(set, (struct bsn){ from }, false);
			count--;
		}
}

/* The whole payload, taken `step` bytes at a time. */
static void
read_whole(struct subscription *s, size_t step, struct buf *out)
{
	struct http_body body = subscription_body(s);
	struct fault why;
	size_t got = 1;
	char *to;

	assert_int_equal(body.rewind(body.self, &why), V_OK);
	buf_reset(out);
	while (got > 0) {
		to = buf_room(out, step);
		assert_non_null(to);
		assert_int_equal(
			body.read(body.self, to, step, &got, &why), V_OK);
		buf_used(out, got);
	}
	assert_int_equal((int64_t)out->len, body.bytes);
}

/* Length and digest are what was promised. */
static void
write_question(const struct subscription_question *q, struct buf *out)
{
	struct subscription *s = subscription_open(q);
	uint8_t promised[DIGEST_BYTES], got[DIGEST_BYTES];

	read_whole(s, 1000, out);
	subscription_digest(s, promised);
	digest_of(out->bytes, out->len, got);
	assert_memory_equal(promised, got, sizeof(got));
	subscription_close(s);
}

static void
judge(const struct buf *text)
{
	struct xml_schema *schema = NULL;
	struct fault why;

	assert_int_equal(xml_schema_load(OURS, &schema, &why), V_OK);
	if (xml_schema_check(schema, text->bytes, text->len, &why) != V_OK)
		fail_msg("%s: %s", why.place, why.text);
	xml_schema_free(schema);
}

/* Names, namespaces and order of all elements; of a list, one. */
static void
outline(const struct xml_node *node, struct buf *out)
{
	const struct xml_node *child, *before = NULL;

	buf_format(out, "{%s}%s(", xml_ns(node), xml_local(node));
	for (child = xml_first(node); child != NULL; child = xml_next(child)) {
		if (before == NULL ||
			strcmp(xml_local(before), xml_local(child)) != 0)
			outline(child, out);
		before = child;
	}
	buf_text(out, ")");
}

static void
outline_of(const struct buf *xml, struct buf *out)
{
	struct xml_tree *tree = NULL;
	struct fault why;

	assert_int_equal(
		xml_tree_parse(xml->bytes, xml->len, &tree, &why), V_OK);
	buf_reset(out);
	outline(xml_root(tree), out);
	xml_tree_free(tree);
}

static void
test_subscription__questions_are_as_the_examples(void **state)
{
	static const struct {
		enum subscription_kind kind;
		const char *example;
	} cases[] = {
		{ SUBSCRIPTION_LIST, "BSN Lijst" },
		{ SUBSCRIPTION_CHANGES, "Mutatie" },
		{ SUBSCRIPTION_ALL, "Volledig" },
	};
	struct buf ours = BUF_MAX(ALL_OF_IT), theirs = BUF_MAX(ALL_OF_IT),
		   one = BUF_MAX(10000), two = BUF_MAX(10000);
	struct subscribed set = { .asked = 0 };
	char name[200];
	size_t i;

	(void)state;
	add_numbers(&set, 100000000, 5);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct subscription_question q = question(cases[i].kind, &set);

		write_question(&q, &ours);
		judge(&ours);
		snprintf(name, sizeof(name),
			"logius/voorbeelden/GLOBE-R-A-Request - %s.xml",
			cases[i].example);
		if (!shared_text(name, &theirs)) {
			printf("# no official example here\n");
			continue;
		}
		outline_of(&ours, &one);
		outline_of(&theirs, &two);
		assert_string_equal(one.bytes, two.bytes);
	}
	subscribed_done(&set);
	buf_done(&ours);
	buf_done(&theirs);
	buf_done(&one);
	buf_done(&two);
}

static void
test_subscription__says_what_is_asked(void **state)
{
	struct subscribed set = { .asked = 0 };
	struct subscription_question q = question(SUBSCRIPTION_LIST, &set);
	struct buf text = BUF_MAX(ALL_OF_IT);

	(void)state;
	/* Out of order, doubled, and one that begins with zeroes. */
	(void)subscribed_add(&set, (struct bsn){ 123456782 }, true);
	(void)subscribed_add(&set, (struct bsn){ 12 }, false);
	(void)subscribed_add(&set, (struct bsn){ 111222333 }, true);
	(void)subscribed_add(&set, (struct bsn){ 12 }, false);
	write_question(&q, &text);
	assert_non_null(strstr(text.bytes, "<OIN>" OIN "</OIN>"));
	assert_non_null(strstr(text.bytes, "<VerzoekId>" ID "</VerzoekId>"));
	assert_non_null(strstr(text.bytes,
		"<BSNLijst>\n<BSN>000000012</BSN>\n<BSN>111222333</BSN>\n"
		"<BSN>123456782</BSN>\n</BSNLijst>"));
	assert_null(strstr(text.bytes, "MutatieDatum"));

	q = question(SUBSCRIPTION_CHANGES, NULL);
	write_question(&q, &text);
	assert_non_null(strstr(text.bytes,
		"<MutatieDatum>2016-02-02T12:23:23.326Z</MutatieDatum>"));
	assert_null(strstr(text.bytes, "BSNLijst"));

	q = question(SUBSCRIPTION_ALL, NULL);
	write_question(&q, &text);
	assert_null(strstr(text.bytes, "MutatieDatum"));
	assert_null(strstr(text.bytes, "BSNLijst"));
	subscribed_done(&set);
	buf_done(&text);
}

static void
test_subscription__a_retry_is_the_same_bytes(void **state)
{
	static const size_t steps[] = { 1, 7, 65536, 1000000 };
	struct subscribed set = { .asked = 0 }, more = { .asked = 0 };
	struct subscription_question q = question(SUBSCRIPTION_LIST, &set);
	struct buf first = BUF_MAX(ALL_OF_IT), again = BUF_MAX(ALL_OF_IT);
	uint8_t digest[DIGEST_BYTES], other[DIGEST_BYTES];
	struct subscription *s;
	struct fault why;
	size_t i, got;
	char part[100];

	(void)state;
	add_numbers(&set, 100000000, 9000);
	s = subscription_open(&q);
	subscription_digest(s, digest);
	read_whole(s, 4096, &first);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		read_whole(s, steps[i], &again);
		assert_int_equal(again.len, first.len);
		assert_memory_equal(again.bytes, first.bytes, first.len);
	}
	/* Broken off in the middle, then from the start. */
	struct http_body body = subscription_body(s);
	assert_int_equal(body.rewind(body.self, &why), V_OK);
	assert_int_equal(
		body.read(body.self, part, sizeof(part), &got, &why), V_OK);
	read_whole(s, 4096, &again);
	assert_memory_equal(again.bytes, first.bytes, first.len);
	subscription_close(s);

	/* One number more is another question, and shows. */
	add_numbers(&more, 100000000, 9001);
	q.numbers = &more;
	s = subscription_open(&q);
	subscription_digest(s, other);
	assert_memory_not_equal(digest, other, sizeof(other));
	subscription_close(s);
	subscribed_done(&set);
	subscribed_done(&more);
	buf_done(&first);
	buf_done(&again);
}

static void
test_subscription__a_million_numbers_fit(void **state)
{
	struct subscribed set = { .asked = 0 };
	struct subscription_question q = question(SUBSCRIPTION_LIST, &set);
	struct buf text = BUF_MAX(ALL_OF_IT);
	const char *at;
	int64_t count = 0;

	(void)state;
	add_numbers(&set, 100000000, SUBSCRIPTION_NUMBERS_MAX);
	write_question(&q, &text);
	for (at = text.bytes;
		(at = memchr(at, '\n', (size_t)(text.bytes + text.len - at))) !=
		NULL;
		at++)
		count += strncmp(at, "\n<BSN>", 6) == 0;
	assert_int_equal(count, SUBSCRIPTION_NUMBERS_MAX);
	/* Well below what a message may have. */
	assert_true(text.len < 22000000);
	subscribed_done(&set);
	buf_done(&text);
}

/* --- does an answer belong to the question? --- */

static void
test_subscription__an_answer_belongs_to_its_question(void **state)
{
	static const char other[] = "8f6d1f7e-0b0f-4b5e-9f3d-0d5f2b7a6c11";
	static const struct {
		const char *sentence;
		enum subscription_kind kind;
		const char *id, *sender;
		int answered; /* of five; 6: one that was not asked too */
		enum code code;
		int missing;
		const char *names;
	} cases[] = {
		{ "all of a list", SUBSCRIPTION_LIST, ID, OIN, 5, CODE_NONE, 0,
			NULL },
		{ "half of a list", SUBSCRIPTION_LIST, ID, OIN, 2, CODE_NONE, 3,
			NULL },
		{ "nothing of a list", SUBSCRIPTION_LIST, ID, OIN, 0,
			CODE_SUBSCRIPTION_MAPPING, 0, "Abonnement" },
		{ "more than the list", SUBSCRIPTION_LIST, ID, OIN, 6,
			CODE_SUBSCRIPTION_OTHER, 0, "BSN" },
		{ "another question", SUBSCRIPTION_LIST, other, OIN, 5,
			CODE_SUBSCRIPTION_OTHER, 0, "VerzoekId" },
		{ "another sender", SUBSCRIPTION_LIST, ID,
			"00000099000000020000", 5, CODE_SUBSCRIPTION_OTHER, 0,
			"OIN" },
		{ "mapped without id and sender", SUBSCRIPTION_LIST, NULL, "",
			5, CODE_NONE, 0, NULL },
		{ "everybody", SUBSCRIPTION_ALL, ID, OIN, 6, CODE_NONE, 0,
			NULL },
		{ "nobody of everybody", SUBSCRIPTION_ALL, ID, OIN, 0,
			CODE_SUBSCRIPTION_MAPPING, 0, "Abonnement" },
		{ "changes", SUBSCRIPTION_CHANGES, ID, OIN, 6, CODE_NONE, 0,
			NULL },
		{ "no change", SUBSCRIPTION_CHANGES, ID, OIN, 0, CODE_NONE, 0,
			NULL },
		{ "another sender's changes", SUBSCRIPTION_CHANGES, ID,
			"00000099000000020000", 1, CODE_SUBSCRIPTION_OTHER, 0,
			"OIN" },
	};
	struct jobs_answer mapping = { .root = NULL };
	size_t i;

	(void)state;
	jobs_answer_fill(&mapping);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct subscribed asked = { .asked = 0 }, set = { .asked = 0 };
		struct subscription_question q =
			question(cases[i].kind, &asked);
		struct subscription_read read = { .entries =
							  cases[i].answered };
		struct fault why = FAULT_NONE;
		int64_t missing = -1;
		enum verdict v;

		/* Before and behind a border of chunks. */
		add_numbers(&asked, 655340, 5);
		add_numbers(&set, 655340, cases[i].answered);
		if (cases[i].id != NULL)
			read.has_id = uuid_parse(cases[i].id, &read.id);
		snprintf(read.sender, sizeof(read.sender), "%s",
			cases[i].sender);
		v = subscription_answer_fits(
			&q, &mapping, &read, &set, &missing, &why);
		if (why.code != cases[i].code ||
			v != (cases[i].code == CODE_NONE ? V_OK : V_SKIP))
			fail_msg("%s: %d, %s", cases[i].sentence, why.code,
				why.text);
		if (v == V_OK && missing != cases[i].missing)
			fail_msg("%s: %d missing", cases[i].sentence,
				(int)missing);
		if (v != V_OK && strstr(why.text, cases[i].names) == NULL)
			fail_msg("%s: %s", cases[i].sentence, why.text);
		subscribed_done(&asked);
		subscribed_done(&set);
	}
	jobs_answer_done(&mapping);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_subscription__questions_are_as_the_examples),
		cmocka_unit_test(test_subscription__says_what_is_asked),
		cmocka_unit_test(test_subscription__a_retry_is_the_same_bytes),
		cmocka_unit_test(test_subscription__a_million_numbers_fit),
		cmocka_unit_test(
			test_subscription__an_answer_belongs_to_its_question),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("subscription", tests, NULL, NULL);
}
