/* tests/formats/test_record.c - headers, parents, letters and their lines
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/formats/told.h"

/* H the header, P above the letter L, C its lines, T the trailer. */
#define HEAD                                                                   \
	"format: t\nversion: 1\nkind: delimited\n"                             \
	"input: { container: [none], payload: \"*.csv\" }\n"

static const char flat_yaml[] = HEAD
	"limits: { record_bytes: 200, records: 6 }\n"
	"records:\n"
	"  - { name: H, when: \"1=H\", occurs: first }\n"
	"  - { name: L, when: \"1=L\", key: [nr] }\n"
	"  - { name: C, when: \"1=C\", parent: L, link: [nr], max: 2, "
	"line: \"{wat}: {bedrag}\" }\n"
	"  - { name: T, when: \"1=T\", occurs: last }\n"
	"fields:\n"
	"  - { in: H, name: van, at: 2, type: text, length: 1-5, "
	"use: required }\n"
	"  - { in: L, name: nr, at: 2, type: digits, use: required }\n"
	"  - { in: L, name: naam, at: 3, type: text, length: 0-5 }\n"
	"  - { in: L, name: tel, at: 4, type: digits, bad: warn }\n"
	"  - { in: L, name: huis, at: 5, type: digits, bad: paper }\n"
	"  - { in: L, name: stop, at: 6, type: digits, bad: stop }\n"
	"  - { in: C, name: nr, at: 2, type: digits, use: required }\n"
	"  - { in: C, name: wat, at: 3, type: text, use: required }\n"
	"  - { in: C, name: bedrag, at: 4, type: \"money:comma\" }\n"
	"  - { in: T, name: eind, at: 2, type: text }\n"
	"letter:\n  record: L\n  reference: \"{L.nr}\"\n  subject: s\n"
	"  amount: C.bedrag\n"
	"  text: \"{naam} van {van}: {C}\"\n  address: { name: \"{naam}\" }\n";

static const char fan_yaml[] = HEAD
	"limits: { record_bytes: 200 }\n"
	"records:\n"
	"  - { name: P, when: \"1=P\" }\n"
	"  - { name: L, when: \"1=L\", parent: P, min: 1, max: 3, "
	"key: [P.object, nr] }\n"
	"fields:\n"
	"  - { in: P, name: object, at: 2, type: digits, use: required }\n"
	"  - { in: P, name: soort, at: 3, type: digits, bad: paper }\n"
	"  - { in: L, name: nr, at: 2, type: digits, use: required }\n"
	"letter:\n  record: L\n  reference: \"{object}-{nr}\"\n"
	"  subject: s\n  text: \"{object}\"\n  address: { name: \"{nr}\" }\n";

static const char xml_yaml[] =
	"format: t\nversion: 1\nkind: xml\n"
	"input: { container: [none], payload: \"*.xml\" }\n"
	"limits: { record_bytes: 300 }\n"
	"root: r\n"
	"records:\n"
	"  - { name: P, at: p }\n"
	"  - { name: L, at: l, parent: P, key: [object, nr] }\n"
	"fields:\n"
	"  - { in: P, name: object, at: object, type: digits, "
	"use: required }\n"
	"  - { in: L, name: nr, at: nr, type: digits, use: required }\n"
	"letter:\n  record: L\n  reference: \"{object}-{nr}\"\n"
	"  subject: s\n  text: t\n  address: { name: \"{nr}\" }\n";

/* Lines below lines, all in the text of the letter. */
static const char deep_yaml[] =
	HEAD "records:\n"
	     "  - { name: A, when: \"1=A\", key: [nr] }\n"
	     "  - { name: B, when: \"1=B\", parent: A, line: \"- {wat}\" }\n"
	     "  - { name: D, when: \"1=D\", parent: B, max: 2, "
	     "line: \"+ {detail}\" }\n"
	     "fields:\n"
	     "  - { in: A, name: nr, at: 2, type: digits, use: required }\n"
	     "  - { in: B, name: wat, at: 2, type: text, use: required }\n"
	     "  - { in: D, name: detail, at: 2, type: text, use: required }\n"
	     "letter:\n  record: A\n  reference: \"{nr}\"\n  subject: s\n"
	     "  text: \"{nr}: {B} / {D}\"\n  address: { name: \"{nr}\" }\n";

static struct definition *flat, *fan, *xml, *deep;

/* Every line with as many columns as it must have. */
static char *
padded(const struct definition *d, const char *text)
{
	struct buf b = BUF_MAX(100000);
	int have, want;

	buf_text(&b, "");
	if (d == xml) {
		buf_text(&b, text);
		return b.bytes;
	}
	for (; *text != '\0'; text++) {
		want = *text == 'L' && d == flat ? 6
		       : *text == 'C'		 ? 4
		       : *text == 'P'		 ? 3
						 : 2;
		for (have = 1; *text != '\n'; text++) {
			have += *text == ';';
			buf_add(&b, text, 1);
		}
		for (; have < want; have++)
			buf_text(&b, ";");
		buf_text(&b, "\n");
	}
	return b.bytes;
}

static enum verdict
reads(const struct definition *d, const char *text, struct told *t)
{
	char *whole = padded(d, text);
	enum verdict v = told_read(d, whole, t);

	free(whole);
	return v;
}

static void
says(const struct definition *d, const char *text, const char *said)
{
	char *whole = padded(d, text);

	told_says(d, whole, said);
	free(whole);
}

static void
refused(const struct definition *d, const char *text, enum code code)
{
	char *whole = padded(d, text);

	told_refused(d, whole, code);
	free(whole);
}

static void
test_record__lines_become_text_and_amount_of_their_letter(void **state)
{
	struct told t;

	(void)state;
	assert_int_equal(
		reads(flat,
			"H;mij\nL;1;aap\nC;1;huur;10,50\nC;1;gas;2,00\n"
			"L;2;noot\nT;x\n",
			&t),
		V_OK);
	assert_string_equal(t.said.bytes, "L1 1\nL2 2\n");
	assert_int_equal(t.counts.records, 2);
	assert_int_equal(t.counts.letters, 2);
	assert_int_equal(t.counts.cents, 1250);
	/* Nothing of the first is left in the second. */
	assert_string_equal(t.letter.text, "noot van mij:");
	assert_int_equal(t.letter.amount_cents, 0);
	told_done(&t);
	assert_int_equal(reads(flat,
				 "H;mij\nL;1;aap\nC;1;huur;10,50\n"
				 "C;1;gas;2,00\nT;x\n",
				 &t),
		V_OK);
	assert_string_equal(
		t.letter.text, "aap van mij: huur: 10,50\\r\\ngas: 2,00");
	assert_int_equal(t.letter.amount_cents, 1250);
	assert_int_equal(t.letter.offset, 6);
	assert_int_equal(t.letter.bytes, 39);
	assert_int_equal(t.letter.line, 2);
	told_done(&t);
}

static void
test_record__lines_below_lines_are_those_of_their_letter(void **state)
{
	struct told t;

	(void)state;
	/* All of it, also those of its first line. */
	assert_int_equal(
		reads(deep, "A;1\nB;een\nD;x\nD;y\nB;twee\nD;z\n", &t), V_OK);
	assert_string_equal(
		t.letter.text, "1: - een\\r\\n- twee / + x\\r\\n+ y\\r\\n+ z");
	told_done(&t);
	/* Without lines of its own it never gets those of another. */
	assert_int_equal(reads(deep, "A;1\nB;een\nD;x\nA;2\n", &t), V_OK);
	assert_string_equal(t.said.bytes, "L1 1\nL2 2\n");
	assert_string_equal(t.letter.text, "2: /");
	told_done(&t);
	assert_int_equal(
		reads(deep, "A;1\nB;een\nD;x\nA;2\nB;twee\n", &t), V_OK);
	assert_string_equal(t.letter.text, "2: - twee /");
	told_done(&t);
	/* How many there may be is counted below each line. */
	says(deep, "A;1\nB;een\nD;x\nD;y\nB;twee\nD;z\n", "L1 1\n");
	says(deep, "A;1\nB;een\nD;x\nD;y\nD;z\nA;2\n", "R1 0127 D 1\nL2 2\n");
}

static void
test_record__a_header_stands_once_and_first(void **state)
{
	(void)state;
	refused(flat, "L;1;aap\nT;x\n", CODE_COLUMNS);
	refused(flat, "H;a\nH;b\nL;1;aap\nT;x\n", CODE_COLUMNS);
	refused(flat, "H;a\nL;1;aap\nH;a\nT;x\n", CODE_COLUMNS);
	refused(flat, "X\nH;a\nT;x\n", CODE_COLUMNS);
	refused(flat, "", CODE_COLUMNS);
	/* A mistake in it is one of the file. */
	refused(flat, "H;toolong\nL;1;aap\nT;x\n", CODE_FIELD_FORM);
	says(flat, "H;a\nT;x\n", "");
}

static void
test_record__without_its_trailer_a_file_was_cut_off(void **state)
{
	(void)state;
	refused(flat, "H;a\nL;1;aap\n", CODE_TOTALS);
	refused(flat, "H;a\nL;1;aap\nT;x\nT;x\n", CODE_TOTALS);
	refused(flat, "H;a\nT;x\nL;1;aap\n", CODE_TOTALS);
	refused(flat, "H;a\nT;x\nX\n", CODE_TOTALS);
}

static void
test_record__a_frame_that_may_be_absent_may_be_absent(void **state)
{
	static const char yaml[] = HEAD
		"records:\n"
		"  - { name: H, when: \"1=H\", occurs: first, min: 0 }\n"
		"  - { name: L, when: \"1=L\", key: [nr] }\n"
		"  - { name: T, when: \"1=T\", occurs: last, min: 0 }\n"
		"fields:\n"
		"  - { in: H, name: van, at: 2, type: text, use: required }\n"
		"  - { in: L, name: nr, at: 2, type: digits, "
		"use: required }\n"
		"  - { in: T, name: n, at: 2, type: int, use: required }\n"
		"control:\n  - { check: \"count(L) = T.n\" }\n"
		"letter:\n  record: L\n  reference: \"{nr}\"\n"
		"  subject: s\n  text: \"van {van}\"\n"
		"  address: { name: \"{nr}\" }\n";
	struct definition *d = told_definition(yaml);
	struct told t;

	(void)state;
	told_says(d, "L;1\n", "L1 1\n");
	told_says(d, "H;a\nL;1\n", "L1 1\n");
	told_says(d, "L;1\nT;1\n", "L1 1\n");
	told_refused(d, "L;1\nT;2\n", CODE_TOTALS);
	/* But never in another place. */
	told_refused(d, "L;1\nH;a\n", CODE_COLUMNS);
	told_refused(d, "T;1\nL;1\n", CODE_TOTALS);
	/* Those of the part before are not used again. */
	assert_int_equal(
		told_parts(d, NULL, "H;a\nL;1\nT;1\n", "L;2\nL;3\n", &t), V_OK);
	assert_string_equal(t.said.bytes, "L1 1\nL2 2\nL3 3\n");
	assert_string_equal(t.letter.text, "van");
	assert_false(t.counts.totals);
	told_done(&t);
	definition_free(d);
}

static void
test_record__a_mistake_of_a_line_rejects_the_family(void **state)
{
	struct told t;

	(void)state;
	/* CODE_ORPHAN: of another letter; CODE_AMOUNT; CODE_LIMIT: too many */
	says(flat,
		"H;a\nL;1;aap\nC;2;huur;1,00\nL;2;noot\nC;2;gas;1.00\nL;3;"
		"mies\n"
		"C;3;a\nC;3;b\nC;3;c\nL;4;wim\nT;x\n",
		"R1 0225 nr 1\nR2 0218 bedrag 2\nR3 0127 C 3\nL4 4\n");
	assert_int_equal(
		reads(flat, "H;a\nL;1;aap\nC;1;x;1.00\nT;x\n", &t), V_OK);
	assert_string_equal(t.extents.bytes,
		"4+22 2 an amount is written as 843,17 (line 3)\n");
	told_done(&t);
}

static void
test_record__an_orphan_is_rejected_alone(void **state)
{
	struct told t;

	(void)state;
	assert_int_equal(
		reads(flat, "H;a\nC;1;huur;1,00\nL;2;aap\nT;x\n", &t), V_OK);
	assert_string_equal(t.said.bytes, "R1 0225 C\nL2 2\n");
	assert_int_equal(t.counts.records, 2);
	assert_int_equal(t.counts.rejected, 1);
	assert_int_equal(t.counts.letters, 1);
	told_done(&t);
	says(fan, "L;1\nP;7\nL;2\n", "R1 0225 L -1\nL2 7-2\n");
}

static void
test_record__a_line_of_no_type_spoils_what_it_may_belong_to(void **state)
{
	(void)state;
	says(flat, "H;a\nX;1\nL;1;aap\nX;1\nL;2;noot\nT;x\n",
		"R1 0121 \nR2 0121  1\nL3 2\n");
	/* Where letters have no lines it is one itself, or the next parent. */
	says(fan, "P;7\nL;1\nX\nL;2\nP;8\nL;3\n",
		"R2 0121 \nR1 0121  7-1\nR3 0121  7-2\nL4 8-3\n");
}

static void
test_record__what_a_mistake_means_the_definition_says(void **state)
{
	struct told t;

	(void)state;
	says(flat, "H;a\nL;1;zevenlang;5\nT;x\n", "R1 0219 naam 1\n");
	says(flat, "H;a\nL;1;aap;vijf\nT;x\n", "W1 0219 tel 1\nL1 1\n");
	refused(flat, "H;a\nL;1;aap;5;5;vijf\nT;x\n", CODE_FIELD_FORM);
	assert_int_equal(reads(flat, "H;a\nL;1;aap;5;huis\nT;x\n", &t), V_OK);
	assert_string_equal(t.said.bytes, "W1 0219 huis 1\nL1 1\n");
	assert_int_equal(t.counts.warnings, 1);
	told_done(&t);
	/* Of a rejected record only the mistake is told, and the first. */
	says(flat, "H;a\nL;1;zevenlang;vijf\nC;2;x;y\nT;x\n",
		"R1 0219 naam 1\n");
}

static void
test_record__one_record_several_letters(void **state)
{
	struct told t;

	(void)state;
	assert_int_equal(reads(fan, "P;7\nL;1\nL;2\nP;8\nL;3\n", &t), V_OK);
	assert_string_equal(t.said.bytes, "L1 7-1\nL2 7-2\nL3 8-3\n");
	assert_int_equal(t.counts.records, 2);
	assert_int_equal(t.counts.letters, 3);
	assert_string_equal(t.letter.key, "8\x1f"
					  "3");
	assert_int_equal(t.letter.offset, 18);
	assert_int_equal(t.letter.bytes, 4);
	told_done(&t);
	/* A mistake above is one of all letters, each with its number. */
	assert_int_equal(
		reads(fan, "P;x\nL;1\nL;2\nP;8\nL;3\nP;9\n", &t), V_OK);
	assert_string_equal(t.said.bytes,
		"R1 0219 object -1\nR2 0219 object -2\nL3 8-3\nR4 0201 L\n");
	told_done(&t);
	says(fan, "P;7;x\nL;1\n", "W1 0219 soort\nL1 7-1\n");
	says(fan, "P;7\nL;1\nL;2\nL;3\nL;4\n",
		"R1 0127 L 7-1\nR2 0127 L 7-2\nR3 0127 L 7-3\nR4 0127 L 7-4\n");
}

static void
test_record__in_xml_fields_above_may_come_last(void **state)
{
	(void)state;
	says(xml,
		"<r><p><l><nr>1</nr></l><l><nr>2</nr></l><object>7</object></p>"
		"<p><object>8</object><l><nr>3</nr></l></p></r>",
		"L1 7-1\nL2 7-2\nL3 8-3\n");
	says(xml,
		"<r><p><l><nr>1</nr></l><l><nr>x</nr></l></p>"
		"<p><object>8</object></p></r>",
		"R1 0201 object -1\nR2 0219 nr\n");
}

static void
test_record__limits_hold_at_the_limit_and_one_past_it(void **state)
{
	char text[1000];
	int i;

	(void)state;
	says(flat, "H;a\nL;1\nL;2\nL;3\nL;4\nL;5\nL;6\nT;x\n",
		"L1 1\nL2 2\nL3 3\nL4 4\nL5 5\nL6 6\n");
	refused(flat, "H;a\nL;1\nL;2\nL;3\nL;4\nL;5\nL;6\nL;7\nT;x\n",
		CODE_LIMIT);
	refused(flat, "H;a\nX\nX\nX\nX\nX\nX\nX\nT;x\n", CODE_LIMIT);
	/* record_bytes is of the record with all below it: 200 and 201 */
	for (i = 0; i < 2; i++) {
		snprintf(text, sizeof(text), "H;a\nL;1\nC;1;%.*s\nT;x\n",
			186 + i,
			"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			"x");
		if (i == 0)
			says(flat, text, "L1 1\n");
		else
			refused(flat, text, CODE_LIMIT);
	}
}

static void
test_record__numbers_go_on_in_the_next_part(void **state)
{
	struct told t;

	(void)state;
	assert_int_equal(told_parts(flat, NULL, "H;a\nL;1;;;;\nT;x\n",
				 "H;a\nL;2;;;;\nL;x;;;;\nT;x\n", &t),
		V_OK);
	assert_string_equal(t.said.bytes, "L1 1\nL2 2\nR3 0219 nr\n");
	assert_int_equal(t.letter.part, 1);
	assert_int_equal(t.counts.bytes, 40);
	told_done(&t);
	/* Each part has its own header. */
	assert_int_equal(told_parts(flat, NULL, "H;a\nL;1;;;;\nT;x\n",
				 "L;2;;;;\nT;x\n", &t),
		V_BROKEN);
	assert_int_equal(t.why.code, CODE_COLUMNS);
	told_done(&t);
}

static int
load(void **state)
{
	(void)state;
	flat = told_definition(flat_yaml);
	fan = told_definition(fan_yaml);
	xml = told_definition(xml_yaml);
	deep = told_definition(deep_yaml);
	return 0;
}

static int
drop(void **state)
{
	(void)state;
	definition_free(flat);
	definition_free(fan);
	definition_free(xml);
	definition_free(deep);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_record__lines_become_text_and_amount_of_their_letter),
		cmocka_unit_test(
			test_record__lines_below_lines_are_those_of_their_letter),
		cmocka_unit_test(test_record__a_header_stands_once_and_first),
		cmocka_unit_test(
			test_record__without_its_trailer_a_file_was_cut_off),
		cmocka_unit_test(
			test_record__a_frame_that_may_be_absent_may_be_absent),
		cmocka_unit_test(
			test_record__a_mistake_of_a_line_rejects_the_family),
		cmocka_unit_test(test_record__an_orphan_is_rejected_alone),
		cmocka_unit_test(
			test_record__a_line_of_no_type_spoils_what_it_may_belong_to),
		cmocka_unit_test(
			test_record__what_a_mistake_means_the_definition_says),
		cmocka_unit_test(test_record__one_record_several_letters),
		cmocka_unit_test(
			test_record__in_xml_fields_above_may_come_last),
		cmocka_unit_test(
			test_record__limits_hold_at_the_limit_and_one_past_it),
		cmocka_unit_test(test_record__numbers_go_on_in_the_next_part),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("record", tests, load, drop);
}
