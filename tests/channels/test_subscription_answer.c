/* tests/channels/test_subscription_answer.c - what the answer says, or nothing
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

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "channels/subscription.h"

#define OIN "00000099000000010000"
#define ID "8f6d1f7e-0b0f-4b5e-9f3d-0d5f2b7a6c10"
#define A "123456782"
#define B "111222333"
#define C "000000012"

#define HEAD                                                                   \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                         \
	"<a:AbonnementAntwoord "                                               \
	"xmlns:a=\"urn:x\"><BerichtLeverancier><OIN>" OIN                      \
	"</OIN></BerichtLeverancier>\n<VerzoekId>" ID "</VerzoekId>"           \
	"<Aantal>3</Aantal><Abonnementen>\n"
#define TAIL "</Abonnementen></a:AbonnementAntwoord>\n"
#define ENTRY(bsn, yes)                                                        \
	"<Abonnement><BSN>" bsn "</BSN><Geabonneerd>" yes                      \
	"</Geabonneerd></Abonnement>\n"

/* An answer and how the jobs file says it is to be read. */
struct answer {
	const char *sentence;
	struct said { /* NULL: the default */
		const char *root, *request_id, *sender, *entry, *bsn;
		const char *subscribed, *yes, *no;
	} mapping;
	const char *text;
};

static char *
own(const char *text)
{
	return text == NULL ? NULL : mem_text(text);
}

/* As jobs_parse() would have it: every text allocated. */
static struct jobs_answer
mapping_of(const struct said *m)
{
	struct jobs_answer copy = { .root = own(m->root),
		.request_id = own(m->request_id),
		.sender = own(m->sender),
		.entry = own(m->entry),
		.bsn = own(m->bsn),
		.subscribed = own(m->subscribed),
		.yes = own(m->yes),
		.no = own(m->no) };

	jobs_answer_fill(&copy);
	return copy;
}

static enum verdict
read_answer(const struct answer *a, struct subscribed *set,
	struct subscription_read *out, struct fault *why)
{
	struct jobs_answer mapping = mapping_of(&a->mapping);
	enum verdict v;

	v = subscription_answer_bytes(
		a->text, strlen(a->text), &mapping, set, out, why);
	jobs_answer_done(&mapping);
	return v;
}

static void
says(const struct answer *a, const struct subscribed *set, const char *digits,
	int expected)
{
	struct bsn bsn = BSN_NONE;
	struct fault why;
	bool yes = false;
	int got;

	assert_int_equal(bsn_parse(digits, &bsn, &why), V_OK);
	got = !subscribed_find(set, bsn, &yes) ? -1 : yes;
	if (got != expected)
		fail_msg("%s: %d instead of %d", a->sentence, got, expected);
}

/* Each says: A yes, B no (or nothing where only yes can be said), C yes. */
static void
test_subscription_answer__is_read_by_its_mapping(void **state)
{
	static const struct answer cases[] = {
		{ "as the default", { 0 },
			HEAD ENTRY(A, "true") ENTRY(B, "false") ENTRY(C, "true")
				TAIL },
		{ "other words, blanks, an attribute of no use, eight digits",
			{ .yes = "J ja", .no = "N nee" },
			HEAD ENTRY("\n " A "\t", "J") ENTRY("<!-- x -->" B,
				" nee ") "<Abonnement "
					 "nr='1'><Naam>x</Naam><Geabonneerd>ja"
					 "</Geabonneerd><BSN>00000012</BSN></"
					 "Abonnement>" TAIL },
		{ "in attributes",
			{ .root = "Antwoord",
				.request_id = "@verzoek",
				.sender = "@oin",
				.entry = "Burger",
				.bsn = "@nummer",
				.subscribed = "@actief" },
			"<Antwoord verzoek='" ID "' oin='" OIN "'><Burgers>"
			"<Burger nummer='" A "' actief='true'/>"
			"<Burger actief='0' nummer='" B "'><x/></Burger>"
			"<Burger nummer='" C "' actief='1'/></Burgers>"
			"</Antwoord>" },
		{ "the number as the entry, the answer in an attribute",
			{ .entry = "BSN", .subscribed = "@actief" },
			HEAD "<BSN actief='true'>" A "</BSN><BSN actief='false'"
			     ">" B "</BSN><BSN actief='1'>" C "</BSN>" TAIL },
		{ "who is there is subscribed",
			{ .entry = "BSN", .subscribed = "" },
			HEAD "<BSN>" A "</BSN><BSN>" C "</BSN>" TAIL },
		{ "the list around it says so",
			{ .entry = "BSN",
				.subscribed = "..",
				.yes = "Aangemeld",
				.no = "Afgemeld" },
			HEAD "<Afgemeld><BSN>" B "</BSN></Afgemeld><Aangemeld>"
			     "<BSN>" A "</BSN><BSN>" C
			     "</BSN></Aangemeld>" TAIL },
		{ "without id and sender", { .request_id = "", .sender = "" },
			"<AbonnementAntwoord>" ENTRY(A, "1") ENTRY(B, "0")
				ENTRY(C, "1") "</AbonnementAntwoord>" },
		{ "text in CDATA, and escaped", { 0 },
			HEAD ENTRY("<![CDATA[" A "]]>", "tr&#117;e")
				ENTRY(B, "false") ENTRY(C, "true") TAIL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct answer *a = &cases[i];
		bool only_yes = a->mapping.subscribed != NULL &&
				a->mapping.subscribed[0] == '\0';
		struct subscribed set = { .asked = 0 };
		struct subscription_read out;
		struct fault why = FAULT_NONE;
		struct uuid id;

		if (read_answer(a, &set, &out, &why) != V_OK)
			fail_msg(
				"%s: %s: %s", a->sentence, why.place, why.text);
		assert_int_equal(out.entries, only_yes ? 2 : 3);
		assert_int_equal(set.asked, out.entries);
		assert_int_equal(set.yes, 2);
		assert_int_equal(out.doubled, 0);
		says(a, &set, A, 1);
		says(a, &set, B, only_yes ? -1 : 0);
		says(a, &set, C, 1);
		if (a->mapping.request_id == NULL ||
			a->mapping.request_id[0] != '\0') {
			assert_true(uuid_parse(ID, &id));
			assert_true(out.has_id && uuid_same(&id, &out.id));
			assert_string_equal(out.sender, OIN);
		} else {
			assert_false(out.has_id);
			assert_string_equal(out.sender, "");
		}
		subscribed_done(&set);
	}
}

static void
test_subscription_answer__a_double_that_agrees_is_counted(void **state)
{
	static const struct answer a = { "doubled", { 0 },
		HEAD ENTRY(A, "true") ENTRY(B, "false") ENTRY(A, "true")
			ENTRY(A, "1") TAIL };
	struct subscribed set = { .asked = 0 };
	struct subscription_read out;
	struct fault why;

	(void)state;
	assert_int_equal(read_answer(&a, &set, &out, &why), V_OK);
	assert_int_equal(out.entries, 4);
	assert_int_equal(out.doubled, 2);
	assert_int_equal(set.asked, 2);
	assert_int_equal(set.yes, 1);
	subscribed_done(&set);
}

/* None of them gives an answer; all name what is wrong, none shows a number. */
static void
test_subscription_answer__wrong_ones_are_refused(void **state)
{
#define READ CODE_SUBSCRIPTION_READ
#define MAPPING CODE_SUBSCRIPTION_MAPPING
#define NUMBER CODE_SUBSCRIPTION_NUMBER
#define CONTRADICTS CODE_SUBSCRIPTION_CONTRADICTS
	static const struct {
		struct answer answer;
		enum code code;
		const char *text, *place;
	} cases[] = {
		{ { "nothing", { 0 }, "" }, READ, "", "line 1" },
		{ { "one byte", { 0 }, "<" }, READ, "", "line 1" },
		{ { "no XML", { 0 }, "geen antwoord" }, READ, "", "line 1" },
		{ { "cut in the list", { 0 }, HEAD ENTRY(A, "true") }, READ,
			"cut", "line 5" },
		{ { "cut before the last tag", { 0 },
			  HEAD ENTRY(A, "true") "</Abonnementen>" },
			READ, "cut", "line 5" },
		{ { "a DOCTYPE", { 0 }, "<!DOCTYPE x>" HEAD TAIL }, READ,
			"DOCTYPE", "" },
		{ { "too deep", { .root = "r" },
			  "<r><r><r><r><r><r><r><r><r><r><r><r><r><r><r><r>"
			  "<r><r><r><r><r><r><r><r><r><r><r><r><r><r><r><r>"
			  "<r>" },
			READ, "nested", "line 1" },
		{ { "another root", { .root = "Antwoord" }, HEAD TAIL },
			MAPPING, "Antwoord is not the outermost", "line 2" },
		{ { "no id", { 0 },
			  "<AbonnementAntwoord><OIN>" OIN "</OIN>"
			  "</AbonnementAntwoord>" },
			MAPPING, "VerzoekId is missing", "" },
		{ { "no id in attributes", { .request_id = "@id" }, HEAD TAIL },
			MAPPING, "@id is missing", "" },
		{ { "an id that is none", { 0 },
			  "<AbonnementAntwoord><OIN>" OIN "</OIN><VerzoekId>17"
			  "</VerzoekId></AbonnementAntwoord>" },
			MAPPING, "VerzoekId is no id", "line 1" },
		{ { "two ids", { 0 },
			  HEAD "<VerzoekId>" ID "</VerzoekId>" TAIL },
			MAPPING, "VerzoekId is there twice", "line 4" },
		{ { "no sender", { .sender = "Afzender" }, HEAD TAIL }, MAPPING,
			"Afzender is missing", "" },
		{ { "two senders", { 0 }, HEAD "<OIN>" OIN "</OIN>" TAIL },
			MAPPING, "OIN is there twice", "line 4" },
		{ { "a sender that is none", { .sender = "Aantal" },
			  "<AbonnementAntwoord><Aantal>x</Aantal>"
			  "</AbonnementAntwoord>" },
			MAPPING, "Aantal is no OIN", "" },
		{ { "entries of another name", { .entry = "Burger" },
			  HEAD ENTRY(A, "true") TAIL },
			MAPPING, "BSN holds a citizen number", "line 4" },
		{ { "numbers of another name", { .bsn = "Nummer" },
			  HEAD ENTRY(A, "true") TAIL },
			MAPPING, "Nummer is missing", "line 4" },
		{ { "answers of another name", { .subscribed = "Actief" },
			  HEAD ENTRY(A, "true") TAIL },
			MAPPING, "Actief is missing", "line 4" },
		{ { "other words", { 0 }, HEAD ENTRY(A, "ja") TAIL }, MAPPING,
			"Geabonneerd holds neither", "line 4" },
		{ { "no word", { 0 }, HEAD ENTRY(A, "") TAIL }, MAPPING,
			"Geabonneerd holds neither", "line 4" },
		{ { "yes and no swapped with the number",
			  { .bsn = "Geabonneerd", .subscribed = "BSN" },
			  HEAD ENTRY(A, "true") TAIL },
			MAPPING, "BSN holds neither", "line 4" },
		{ { "in a list of another name",
			  { .entry = "BSN",
				  .subscribed = "..",
				  .yes = "Aan",
				  .no = "Af" },
			  HEAD "<BSN>" A "</BSN>" TAIL },
			MAPPING, "BSN is in an element", "line 4" },
		{ { "a number in an attribute nobody mapped",
			  { .entry = "Burger" },
			  HEAD "<Abonnement bsn='" A "'/>" TAIL },
			MAPPING, "bsn holds a citizen number", "line 4" },
		{ { "a number between elements", { 0 }, HEAD A "<x/>" TAIL },
			MAPPING, "holds a citizen number", "line 4" },
		{ { "two numbers in one entry", { 0 },
			  HEAD "<Abonnement><BSN>" A "</BSN><BSN>" B
			       "</BSN><Geabonneerd>1</Geabonneerd>"
			       "</Abonnement>" TAIL },
			MAPPING, "BSN is there twice", "line 4" },
		{ { "two answers in one entry", { 0 },
			  HEAD "<Abonnement><BSN>" A "</BSN><Geabonneerd>1"
			       "</Geabonneerd><Geabonneerd>1</Geabonneerd>"
			       "</Abonnement>" TAIL },
			MAPPING, "Geabonneerd is there twice", "line 4" },
		{ { "an entry in an entry", { 0 },
			  HEAD "<Abonnement>" ENTRY(
				  A, "true") "</Abonnement>" TAIL },
			MAPPING, "Abonnement is in another", "line 4" },
		{ { "an element in a number", { 0 },
			  HEAD ENTRY("<x>" A "</x>", "true") TAIL },
			MAPPING, "BSN holds another element", "line 4" },
		{ { "a long number", { 0 },
			  HEAD ENTRY("00000000000000000000000000000000000000000"
				     "0000000000000000000000000000000000" A,
				  "true") TAIL },
			MAPPING, "BSN is too long", "line 4" },
		{ { "a number that fails the test", { 0 },
			  HEAD ENTRY(A, "true") ENTRY("123456789", "true")
				  TAIL },
			NUMBER, "BSN is no citizen number", "line 5" },
		{ { "a number of zeroes", { 0 },
			  HEAD ENTRY("000000000", "true") TAIL },
			NUMBER, "BSN is no citizen number", "line 4" },
		{ { "a number of ten digits", { 0 },
			  HEAD ENTRY("0" A, "true") TAIL },
			NUMBER, "BSN is no citizen number", "line 4" },
		{ { "letters for a number", { 0 },
			  HEAD ENTRY("12345678X", "true") TAIL },
			NUMBER, "BSN is no citizen number", "line 4" },
		{ { "yes and no", { 0 },
			  HEAD ENTRY(A, "true") ENTRY(B, "true")
				  ENTRY(A, "false") TAIL },
			CONTRADICTS, "Abonnement says yes and no", "line 6" },
		{ { "no and yes", { 0 },
			  HEAD ENTRY(A, "0") ENTRY(A, "1") TAIL },
			CONTRADICTS, "Abonnement says yes and no", "line 5" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *sentence = cases[i].answer.sentence;
		struct subscribed set = { .asked = 0 };
		struct subscription_read out;
		struct fault why = FAULT_NONE;
		enum verdict v;

		v = read_answer(&cases[i].answer, &set, &out, &why);
		if (v != V_SKIP || why.code != cases[i].code ||
			strstr(why.text, cases[i].text) == NULL ||
			strncmp(why.place, cases[i].place,
				strlen(cases[i].place)) != 0)
			fail_msg("%s: verdict %d, code %d, %s: %s", sentence, v,
				why.code, why.place, why.text);
		if (strstr(why.text, "12345678") != NULL ||
			strstr(why.text, B) != NULL)
			fail_msg("%s: shows a number", sentence);
		subscribed_done(&set);
	}
}

/* --- packed --- */

#define GZIP "gzip -nc >%s"
#define PACKED_MAX ((size_t)40000000)

/* Packed by gzip itself. */
static void
pack(const struct buf *plain, struct buf *packed)
{
	char name[] = "/tmp/mobb.answer.XXXXXX", command[100];
	int fd = mkstemp(name);
	FILE *pipe, *file;
	char *to;
	size_t got;

	assert_true(fd != -1);
	snprintf(command, sizeof(command), GZIP, name);
	pipe = popen(command, "w");
	assert_non_null(pipe);
	assert_int_equal(fwrite(plain->bytes, 1, plain->len, pipe), plain->len);
	assert_int_equal(pclose(pipe), 0);
	file = fopen(name, "r");
	assert_non_null(file);
	buf_reset(packed);
	do {
		to = buf_room(packed, 65536);
		assert_non_null(to);
		got = fread(to, 1, 65536, file);
		buf_used(packed, got);
	} while (got > 0);
	fclose(file);
	(void)remove(name);
}

static void
answer_of(struct buf *out, int count)
{
	int32_t number = 100000000;

	buf_text(out, HEAD);
	for (; count > 0; number++)
		if (bsn_valid(number)) {
			buf_format(out, ENTRY("%09d", "%s"), (int)number,
				count % 3 == 0 ? "true" : "false");
			count--;
		}
	buf_text(out, TAIL);
}

/* Bytes come as many at a time as the source likes. */
struct drip {
	const struct buf *from;
	size_t at, step;
	enum verdict end;
};

static enum verdict
drip_read(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct drip *d = self;
	size_t n = d->from->len - d->at;

	if (n == 0 && d->end != V_OK)
		return fault_set(why, d->end, CODE_IO, "the disk");
	n = n > d->step ? d->step : n;
	n = n > len ? len : n;
	memcpy(bytes, d->from->bytes + d->at, n);
	d->at += n;
	*len_out = n;
	return V_OK;
}

static enum verdict
read_packed(const struct buf *bytes, size_t step, enum verdict end,
	struct subscribed *set, struct subscription_read *out,
	struct fault *why)
{
	struct jobs_answer mapping = { .root = NULL };
	struct drip drip = { bytes, 0, step, end };
	enum verdict v;

	jobs_answer_fill(&mapping);
	v = subscription_answer_read(drip_read, &drip, &mapping, set, out, why);
	jobs_answer_done(&mapping);
	return v;
}

static void
test_subscription_answer__packed_or_not(void **state)
{
	static const size_t steps[] = { 1, 13, 100000 };
	struct buf plain = BUF_MAX(PACKED_MAX), packed = BUF_MAX(PACKED_MAX);
	size_t i;

	(void)state;
	answer_of(&plain, 3000);
	pack(&plain, &packed);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct subscribed one = { .asked = 0 }, two = { .asked = 0 };
		struct subscription_read out;
		struct fault why;

		assert_int_equal(
			read_packed(&plain, steps[i], V_OK, &one, &out, &why),
			V_OK);
		assert_int_equal(
			read_packed(&packed, steps[i], V_OK, &two, &out, &why),
			V_OK);
		assert_int_equal(one.asked, 3000);
		assert_int_equal(one.yes, 1000);
		assert_int_equal(two.asked, 3000);
		assert_int_equal(two.yes, 1000);
		subscribed_done(&one);
		subscribed_done(&two);
	}
	buf_done(&plain);
	buf_done(&packed);
}

#define ROOT_TO 90

/* Wherever it is cut, packed or not, nothing is taken for an answer. */
static void
test_subscription_answer__a_cut_one_is_refused_everywhere(void **state)
{
	struct buf plain = BUF_MAX(PACKED_MAX), packed = BUF_MAX(PACKED_MAX);
	struct buf *each[] = { &plain, &packed };
	size_t i, len, whole;

	(void)state;
	answer_of(&plain, 40);
	pack(&plain, &packed);
	for (i = 0; i < 2; i++) {
		whole = each[i]->len;
		/* What is missing after the last tag is a line end. */
		for (len = 0; len < whole - (i == 0 ? 1 : 0); len++) {
			struct subscribed set = { .asked = 0 };
			struct subscription_read out;
			struct fault why;
			enum verdict v;

			each[i]->len = len;
			v = read_packed(
				each[i], 100000, V_OK, &set, &out, &why);
			/* Half a root tag is another root. */
			if (v != V_SKIP || (why.code != READ && len > ROOT_TO))
				fail_msg("%zu of %zu bytes: %d, code %d", len,
					whole, v, why.code);
			subscribed_done(&set);
		}
		each[i]->len = whole;
	}
	buf_done(&plain);
	buf_done(&packed);
}

static void
refused(const struct buf *bytes, const char *text)
{
	struct subscribed set = { .asked = 0 };
	struct subscription_read out;
	struct fault why = FAULT_NONE;

	assert_int_equal(
		read_packed(bytes, 65536, V_OK, &set, &out, &why), V_SKIP);
	assert_int_equal(why.code, READ);
	if (strstr(why.text, text) == NULL)
		fail_msg("%s", why.text);
	subscribed_done(&set);
}

static void
test_subscription_answer__damage_and_bombs_are_refused(void **state)
{
	struct buf plain = BUF_MAX(PACKED_MAX), packed = BUF_MAX(PACKED_MAX);
	size_t i;

	(void)state;
	answer_of(&plain, 300);
	pack(&plain, &packed);
	packed.bytes[packed.len - 6] ^= 1; /* of the checksum */
	refused(&packed, "damaged");
	packed.bytes[packed.len - 6] ^= 1;
	buf_text(&packed, "more");
	refused(&packed, "damaged");

	/* Thirty megabytes of blanks, a thousand times its size. */
	buf_reset(&plain);
	buf_text(&plain, HEAD);
	for (i = 0; i < 30000; i++)
		buf_format(&plain, "%1000s", "");
	buf_text(&plain, TAIL);
	pack(&plain, &packed);
	refused(&packed, "times its size");
	buf_done(&plain);
	buf_done(&packed);
}

/* A disk that fails is not a wrong answer. */
static void
test_subscription_answer__the_source_keeps_its_verdict(void **state)
{
	static const enum verdict ends[] = { V_BROKEN, V_LATER };
	struct buf plain = BUF_MAX(PACKED_MAX), packed = BUF_MAX(PACKED_MAX);
	struct subscribed set = { .asked = 0 };
	struct subscription_read out;
	struct fault why;
	size_t i;

	(void)state;
	answer_of(&plain, 300);
	pack(&plain, &packed);
	packed.len /= 2;
	plain.len /= 2;
	for (i = 0; i < 2; i++) {
		assert_int_equal(
			read_packed(&packed, 1000, ends[i], &set, &out, &why),
			ends[i]);
		assert_int_equal(why.code, CODE_IO);
		subscribed_done(&set);
		assert_int_equal(
			read_packed(&plain, 1000, ends[i], &set, &out, &why),
			ends[i]);
		assert_int_equal(why.code, CODE_IO);
		subscribed_done(&set);
	}
	plain.len = 1;
	assert_int_equal(
		read_packed(&plain, 1000, V_LATER, &set, &out, &why), V_LATER);
	buf_done(&plain);
	buf_done(&packed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_subscription_answer__is_read_by_its_mapping),
		cmocka_unit_test(
			test_subscription_answer__a_double_that_agrees_is_counted),
		cmocka_unit_test(
			test_subscription_answer__wrong_ones_are_refused),
		cmocka_unit_test(test_subscription_answer__packed_or_not),
		cmocka_unit_test(
			test_subscription_answer__a_cut_one_is_refused_everywhere),
		cmocka_unit_test(
			test_subscription_answer__damage_and_bombs_are_refused),
		cmocka_unit_test(
			test_subscription_answer__the_source_keeps_its_verdict),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(
		"subscription answer", tests, NULL, NULL);
}
