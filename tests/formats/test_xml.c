/* tests/formats/test_xml.c - records at any depth, and what lies between them
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/formats/heard.h"

/* A value with several persons: each is a letter. */
#define DEFINITION                                                             \
	"format: t\nversion: 1\nkind: xml\n"                                   \
	"input: { container: [none], payload: \"*.xml\" }\n"                   \
	"limits: { record_bytes: %s, records: 3, field: 40 }\n"                \
	"namespaces:\n  - { prefix: T, uri: \"urn:t\" }\n"                     \
	"  - { prefix: S, uri: \"urn:s\" }\n"                                  \
	"root: T:set\n"                                                        \
	"records:\n"                                                           \
	"  - { name: waarde, at: T:waarde }\n"                                 \
	"  - { name: brief, at: \"T:voor/T:persoon\", parent: waarde, key: "   \
	"[nr] }\n"                                                             \
	"  - { name: regel, at: T:regel, parent: brief }\n"                    \
	"fields:\n"                                                            \
	"  - { in: waarde, name: bedrag, at: T:bedrag, type: digits }\n"       \
	"  - { in: brief, name: nr, at: \"T:nr\", type: digits, use: "         \
	"required }\n"                                                         \
	"  - { in: brief, name: soort, at: \"T:nr/@soort\", type: text }\n"    \
	"  - { in: brief, name: naam, at: \"T:wie/S:naam\", type: text, nil: " \
	"[geenWaarde] }\n"                                                     \
	"  - { in: regel, name: wat, at: T:wat, type: text }\n"                \
	"documents:\n"                                                         \
	"  - { in: brief, name: pdf, at: \"T:doc/@href\", sha256: "            \
	"\"T:doc/@sha256\", base64: T:doc, title: \"D\" }\n"                   \
	"letter:\n  record: brief\n  reference: \"{nr}\"\n  subject: s\n"      \
	"  text: \"<{naam}>\"\n  address: { name: \"{naam}\" }\n"

#define HEAD                                                                   \
	"<t:set xmlns:t='urn:t' xmlns:s='urn:s' "                              \
	"xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>"
#define TAIL "</t:set>"
#define RECORD(inner)                                                          \
	HEAD "<t:waarde><t:voor><t:persoon><t:nr>1</t:nr>" inner               \
	     "</t:persoon></t:voor></t:waarde>" TAIL

static struct definition *plain;

static enum verdict
give(const char *text, struct heard *h, struct fault *why)
{
	return heard_read(plain, text, strlen(text), h, why);
}

static void
test_xml__one_record_makes_a_letter_for_each_below_it(void **state)
{
	static const char text[] =
		HEAD "<t:waarde><t:bedrag>5</t:bedrag>\n"
		     "<t:voor><t:persoon><t:nr>1</t:nr></t:persoon></t:voor>\n"
		     "<t:voor><t:persoon><t:nr>2</t:nr></t:persoon>"
		     "<t:persoon><t:nr>3</t:nr></t:persoon></t:voor>"
		     "</t:waarde>\n"
		     "<t:waarde><t:voor><t:persoon><t:nr>4</t:nr></t:persoon>"
		     "</t:voor></t:waarde>" TAIL;
	struct heard h;
	struct fault why;

	(void)state;
	assert_int_equal(give(text, &h, &why), V_OK);
	assert_int_equal(h.letters, 4);
	assert_int_equal(h.rejects, 0);
	assert_int_equal(h.counts.records, 2);
	heard_done(&h);
}

static void
test_xml__a_record_knows_its_first_and_last_byte(void **state)
{
	static const char text[] = RECORD("<t:regel/>");
	struct heard h;
	struct fault why;
	const char *begin = strstr(text, "<t:persoon>");
	char said[80];

	(void)state;
	assert_int_equal(give(text, &h, &why), V_OK);
	assert_int_equal(h.letters, 1);
	snprintf(said, sizeof(said), "at %d+%d:", (int)(begin - text),
		(int)(strstr(text, "</t:voor>") - begin));
	assert_non_null(strstr(h.said.bytes, said));
	heard_done(&h);
}

static void
test_xml__values_are_trimmed_and_put_together(void **state)
{
	static const struct {
		const char *inner, *text;
	} cases[] = {
		{ "<s:naam>Dummy</s:naam>", "<Dummy>" },
		{ "<s:naam>\n\t Dummy de \r\n</s:naam>", "<Dummy de>" },
		{ "<s:naam>A &amp; B</s:naam>", "<A & B>" },
		{ "<s:naam> <![CDATA[A<]]>B&#235; </s:naam>", "<A<B\xc3\xab>" },
		{ "<s:naam>Dum<!-- x -->my</s:naam>", "<Dummy>" },
		{ "<s:naam>\xc3\xab</s:naam>", "<\xc3\xab>" },
		{ "<s:naam/>", "<>" },
		{ "<s:naam>  </s:naam>", "<>" },
	};
	char text[1000];
	struct heard h;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), RECORD("<t:wie>%s</t:wie>"),
			cases[i].inner);
		assert_int_equal(give(text, &h, &why), V_OK);
		assert_int_equal(h.letters, 1);
		assert_string_equal(h.text, cases[i].text);
		heard_done(&h);
	}
}

static void
test_xml__a_wrong_value_costs_the_record(void **state)
{
	static const struct {
		const char *inner;
		enum code code;
	} cases[] = {
		{ "<t:wie><s:naam>A<b/></s:naam></t:wie>", CODE_FIELD_FORM },
		{ "<t:wie><s:naam><b>A</b></s:naam></t:wie>", CODE_FIELD_FORM },
		{ "<t:wie><s:naam><b/>A</s:naam></t:wie>", CODE_FIELD_FORM },
		{ "<t:wie><s:naam>A</s:naam><s:naam>B</s:naam></t:wie>",
			CODE_FIELD_FORM },
		{ "<t:wie><s:naam xsi:nil='true' s:noValue='geenWaarde'>A"
		  "</s:naam></t:wie>",
			CODE_FIELD_NIL },
		{ "<t:wie><s:naam xsi:nil='1'/></t:wie>", CODE_FIELD_NIL },
		{ "<t:wie><s:naam xsi:nil='true' s:noValue='anders'/></t:wie>",
			CODE_FIELD_NIL },
		{ "<t:wie><s:naam>12345678901234567890123456789012345678901"
		  "</s:naam></t:wie>",
			CODE_LIMIT },
	};
	char text[1000];
	struct heard h;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), RECORD("%s"), cases[i].inner);
		assert_int_equal(give(text, &h, &why), V_OK);
		if (h.rejects != 1 || h.letters != 0)
			fail_msg("case %zu: %s", i, h.said.bytes);
		assert_non_null(strstr(h.said.bytes, "naam"));
		if (i >= 3)
			assert_int_equal(h.code, cases[i].code);
		heard_done(&h);
	}
}

static void
test_xml__a_nil_with_its_reason_is_no_value(void **state)
{
	struct heard h;
	struct fault why;

	(void)state;
	assert_int_equal(give(RECORD("<t:wie><s:naam s:noValue='geenWaarde' "
				     "xsi:nil='true'/></t:wie>"),
				 &h, &why),
		V_OK);
	assert_int_equal(h.letters, 1);
	assert_string_equal(h.text, "<>");
	heard_done(&h);
	/* Of 40 bytes, the limit, is fine. */
	assert_int_equal(give(RECORD("<t:wie><s:naam>"
				     "1234567890123456789012345678901234567890"
				     "</s:naam></t:wie>"),
				 &h, &why),
		V_OK);
	assert_int_equal(h.letters, 1);
	heard_done(&h);
}

static void
test_xml__an_element_that_is_strange_is_told_once(void **state)
{
	struct heard h;
	struct fault why;

	(void)state;
	assert_int_equal(give(RECORD("<t:extra><t:nr>9</t:nr></t:extra>"
				     "<t:extra/><s:naam>elsewhere</s:naam>"),
				 &h, &why),
		V_OK);
	assert_int_equal(h.letters, 1);
	assert_int_equal(h.remarks, 2);
	assert_int_equal(h.code, CODE_UNKNOWN_FIELD);
	assert_string_equal(h.text, "<>");
	heard_done(&h);
}

static void
test_xml__a_strange_element_between_records_refuses_the_file(void **state)
{
	static const struct {
		const char *sentence, *text;
	} cases[] = {
		{ "another root", "<t:sets xmlns:t='urn:t'/>" },
		{ "a root of another version", "<t:set xmlns:t='urn:t2'/>" },
		{ "wrapped in SOAP",
			"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/"
			"envelope/'><s:Body><t:set xmlns:t='urn:t'/></s:Body>"
			"</s:Envelope>" },
		{ "another record", HEAD "<t:anders/>" TAIL },
		{ "a record of another namespace", HEAD "<s:waarde/>" TAIL },
	};
	struct heard h;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (give(cases[i].text, &h, &why) != V_BROKEN ||
			why.code != CODE_ROOT)
			fail_msg("%s", cases[i].sentence);
		assert_non_null(strstr(why.place, "line 1"));
		heard_done(&h);
	}
}

static void
test_xml__documents_are_named_or_lie_inside(void **state)
{
	struct heard h;
	struct fault why;

	(void)state;
	assert_int_equal(
		give(RECORD("<t:doc href=' a.pdf ' sha256='00'/>"), &h, &why),
		V_OK);
	assert_int_equal(h.documents, 1);
	assert_string_equal(h.href, "a.pdf");
	assert_string_equal(h.sha256, "00");
	assert_int_equal(h.base64_len, 0);
	heard_done(&h);
	assert_int_equal(
		give(RECORD("<t:doc>\nJVBERi0x\nLjQK\n</t:doc><t:regel>"
			    "<t:wat>x</t:wat></t:regel><t:doc href='b.pdf'/>"),
			&h, &why),
		V_OK);
	assert_int_equal(h.documents, 2);
	assert_int_equal(h.base64_len, 13);
	assert_string_equal(h.href, "");
	heard_done(&h);
}

/* RECORD with a document of `bytes` of base64 in it. */
static enum verdict
give_big(const struct definition *d, size_t bytes, struct heard *h,
	struct fault *why)
{
	struct buf b = BUF_MAX(20000000);
	enum verdict v;
	size_t i;

	buf_text(&b, HEAD "<t:waarde><t:voor><t:persoon><t:nr>1</t:nr><t:doc>");
	for (i = 0; i + 64 <= bytes; i += 64)
		buf_text(&b, "JVBERi0xLjQKJVBERi0xLjQKJVBERi0xLjQKJVBERi0xLjQK"
			     "JVBERi0xLjQKJVB\n");
	for (; i < bytes; i++)
		buf_text(&b, "A");
	buf_text(&b, "</t:doc></t:persoon></t:voor></t:waarde>" TAIL);
	v = heard_read(d, b.bytes, b.len, h, why);
	buf_done(&b);
	return v;
}

static void
test_xml__limits_hold_at_the_limit_and_one_past_it(void **state)
{
	static const char before[] =
		"<t:waarde><t:voor><t:persoon><t:nr>1</t:nr><t:doc>";
	static const char behind[] = "</t:doc></t:persoon></t:voor></t:waarde>";
	const size_t room = 100000 - strlen(before) - strlen(behind);
	struct heard h;
	struct fault why;
	char text[2000];
	size_t i;

	(void)state;
	assert_int_equal(give_big(plain, room, &h, &why), V_OK);
	assert_int_equal(h.letters, 1);
	assert_int_equal(h.base64_len, room);
	heard_done(&h);
	assert_int_equal(give_big(plain, room + 1, &h, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_LIMIT);
	heard_done(&h);
	/* It stops long before the end of the record. */
	assert_int_equal(give_big(plain, 5000000, &h, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_LIMIT);
	heard_done(&h);
	for (i = 3; i <= 4; i++) {
		size_t k, at;

		at = (size_t)snprintf(text, sizeof(text), "%s", HEAD);
		for (k = 0; k < i; k++)
			at += (size_t)snprintf(text + at, sizeof(text) - at,
				"<t:waarde><t:voor><t:persoon><t:nr>%zu</t:nr>"
				"</t:persoon></t:voor></t:waarde>",
				k);
		snprintf(text + at, sizeof(text) - at, "%s", TAIL);
		assert_int_equal(
			give(text, &h, &why), i == 3 ? V_OK : V_BROKEN);
		assert_int_equal(why.code, i == 3 ? CODE_NONE : CODE_LIMIT);
		heard_done(&h);
	}
}

static void
test_xml__the_limit_of_a_text_is_ten_million_bytes(void **state)
{
	char text[3000];
	struct definition *d;
	struct heard h;
	struct fault why;

	(void)state;
	snprintf(text, sizeof(text), DEFINITION, "14MB");
	d = heard_definition(text);
	assert_int_equal(give_big(d, 10000000, &h, &why), V_OK);
	assert_int_equal(h.base64_len, 9999999); /* it ends with LF */
	heard_done(&h);
	assert_int_equal(give_big(d, 10000001, &h, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_TEXT_HUGE);
	heard_done(&h);
	definition_free(d);
}

static void
test_xml__what_is_no_plain_xml_is_refused(void **state)
{
	static const struct {
		const char *text;
		enum code code;
	} cases[] = {
		{ "<!DOCTYPE t [<!ENTITY a 'b'>]>" HEAD TAIL, CODE_DOCTYPE },
		{ HEAD "<t:waarde>", CODE_NOT_XML },
		{ "", CODE_NOT_XML },
		{ "<t:set xmlns:t='urn:t'>\xeb</t:set>", CODE_ENCODING },
	};
	struct heard h;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(give(cases[i].text, &h, &why), V_BROKEN);
		assert_int_equal(why.code, cases[i].code);
		heard_done(&h);
	}
}

static int
set_up(void **state)
{
	char text[3000];

	(void)state;
	snprintf(text, sizeof(text), DEFINITION, "100kB");
	plain = heard_definition(text);
	return 0;
}

static int
set_down(void **state)
{
	(void)state;
	definition_free(plain);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_xml__one_record_makes_a_letter_for_each_below_it),
		cmocka_unit_test(
			test_xml__a_record_knows_its_first_and_last_byte),
		cmocka_unit_test(test_xml__values_are_trimmed_and_put_together),
		cmocka_unit_test(test_xml__a_wrong_value_costs_the_record),
		cmocka_unit_test(test_xml__a_nil_with_its_reason_is_no_value),
		cmocka_unit_test(
			test_xml__an_element_that_is_strange_is_told_once),
		cmocka_unit_test(
			test_xml__a_strange_element_between_records_refuses_the_file),
		cmocka_unit_test(test_xml__documents_are_named_or_lie_inside),
		cmocka_unit_test(
			test_xml__limits_hold_at_the_limit_and_one_past_it),
		cmocka_unit_test(
			test_xml__the_limit_of_a_text_is_ten_million_bytes),
		cmocka_unit_test(test_xml__what_is_no_plain_xml_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, set_down);
}
