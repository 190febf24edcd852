/* tests/formats/test_repair.c - rejected records as a file of their own, which
 * reads clean once its mistakes are repaired
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/formats/told.h"

static const char csv_yaml[] =
	"format: t\nversion: 1\nkind: delimited\n"
	"input: { container: [none], payload: \"*.csv\", bom: accept }\n"
	"records:\n"
	"  - { name: H, when: \"1=H\", occurs: first, columns: 2 }\n"
	"  - { name: L, when: \"1=L\", key: [nr], columns: 4 }\n"
	"  - { name: C, when: \"1=C\", parent: L, link: [nr], columns: 2 }\n"
	"  - { name: T, when: \"1=T\", occurs: last, columns: 4 }\n"
	"fields:\n"
	"  - { in: H, name: n, at: 2, type: int }\n"
	"  - { in: L, name: nr, at: 2, type: digits, use: required }\n"
	"  - { in: L, name: naam, at: 3, type: text, length: 0-6, "
	"normalise: [trim] }\n"
	"  - { in: L, name: bedrag, at: 4, type: \"money:comma\", "
	"sign: minus }\n"
	"  - { in: C, name: nr, at: 2, type: digits, use: required }\n"
	"  - { in: T, name: l, at: 2, type: int, length: 3 }\n"
	"  - { in: T, name: c, at: 3, type: int }\n"
	"  - { in: T, name: som, at: 4, type: \"money:comma\", sign: minus, "
	"length: 1-20 }\n"
	"control:\n"
	"  - { check: \"count(L) = H.n\" }\n"
	"  - { check: \"count(L) = T.l\" }\n"
	"  - { check: \"count(C) = T.c\" }\n"
	"  - { check: \"sum(L.bedrag) = T.som\" }\n"
	"letter:\n  record: L\n  amount: bedrag\n  reference: \"{L.nr}\"\n"
	"  subject: s\n  text: t\n  address: { name: \"{naam}\" }\n";

static const char fixed_yaml[] =
	"format: t\nversion: 1\nkind: fixed\n"
	"input: { container: [none], payload: \"*.txt\", record_bytes: 24 }\n"
	"records:\n"
	"  - { name: L, when: \"1-1=L\", key: [nr] }\n"
	"  - { name: T, when: \"1-1=T\", occurs: last }\n"
	"fields:\n"
	"  - { in: L, name: nr, at: 2+4, type: digits, use: required }\n"
	"  - { in: L, name: jn, at: 6+1, type: \"bool:jn\" }\n"
	"  - { in: L, name: lead, at: 7+5, type: \"money:int\", unit: euro, "
	"sign: lead, use: required }\n"
	"  - { in: L, name: trail, at: 12+5, type: \"money:int\", "
	"unit: cent, sign: trail, use: required }\n"
	"  - { in: T, name: n, at: 2+4, type: int }\n"
	"  - { in: T, name: s1, at: 7+7, type: \"money:int\", unit: euro, "
	"sign: lead, use: required }\n"
	"  - { in: T, name: s2, at: 14+7, type: \"money:int\", unit: cent, "
	"sign: trail, use: required }\n"
	"control:\n"
	"  - { check: \"count(L) = T.n\" }\n"
	"  - { check: \"sum(L.lead) = T.s1\" }\n"
	"  - { check: \"sum(L.trail) = T.s2\" }\n"
	"letter:\n  record: L\n  reference: \"{nr}\"\n  subject: s\n"
	"  text: t\n  address: { name: \"{nr}\" }\n";

static const char fan_yaml[] =
	"format: t\nversion: 1\nkind: delimited\n"
	"input: { container: [none], payload: \"*.csv\" }\n"
	"records:\n"
	"  - { name: P, when: \"1=P\", columns: 2 }\n"
	"  - { name: L, when: \"1=L\", parent: P, key: [nr], columns: 3 }\n"
	"fields:\n"
	"  - { in: P, name: object, at: 2, type: digits, use: required }\n"
	"  - { in: L, name: nr, at: 2, type: digits, use: required }\n"
	"  - { in: L, name: naam, at: 3, type: text, length: 0-6 }\n"
	"letter:\n  record: L\n  reference: \"{nr}\"\n  subject: s\n"
	"  text: t\n  address: { name: \"{nr}\" }\n";

static const char xml_yaml[] =
	"format: t\nversion: 1\nkind: xml\n"
	"input: { container: [none], payload: \"*.xml\" }\n"
	"root: r\n"
	"records:\n"
	"  - { name: H, at: kop, occurs: first }\n"
	"  - { name: P, at: p }\n"
	"  - { name: L, at: l, parent: P, key: [nr] }\n"
	"  - { name: T, at: slot, occurs: last }\n"
	"fields:\n"
	"  - { in: H, name: n, at: \"@n\", type: int }\n"
	"  - { in: L, name: nr, at: nr, type: digits, use: required }\n"
	"  - { in: T, name: m, at: aantal, type: int }\n"
	"control:\n"
	"  - { check: \"count(L) = H.n\" }\n"
	"  - { check: \"count(L) = T.m\" }\n"
	"letter:\n  record: L\n  reference: \"{nr}\"\n  subject: s\n"
	"  text: t\n  address: { name: \"{nr}\" }\n";

static enum verdict
into_buf(void *self, const void *bytes, size_t len, struct fault *why)
{
	(void)why;
	buf_add(self, bytes, len);
	return V_OK;
}

static int
by_place(const void *a, const void *b)
{
	const struct format_piece *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Read it, and write what was rejected. */
static char *
repaired(const struct definition *d, const char *text, size_t rejected)
{
	struct told_bytes b = { text, strlen(text) };
	struct buf out = BUF_MAX(1000000);
	struct fault why = FAULT_NONE;
	struct told t;

	assert_int_equal(told_read(d, text, &t), V_OK);
	assert_int_equal(t.piece_count, rejected);
	/* A letter that waits for its parent is told behind a lone line. */
	qsort(t.pieces, t.piece_count, sizeof(t.pieces[0]), by_place);
	buf_text(&out, "");
	if (format_repair(d, told_give, &b, t.pieces, t.piece_count, into_buf,
		    &out, &why) != V_OK)
		fail_msg("MOBB-%04d %s", (int)why.code, why.text);
	told_done(&t);
	return out.bytes;
}

static void
test_repair__delimited_records_with_their_lines_and_new_totals(void **state)
{
	struct definition *d = told_definition(csv_yaml);
	char *file = repaired(d,
		"\xef\xbb\xbfH;5\r\n"
		"L;1;toolong;1,00\r\nC;1\r\n"
		"L;2;goed;2,00\r\nC;2\r\n"
		"L;3;\"a; b toolong\";-30,50\r\n"
		"L;4;goed;4,00\r\n"
		"L;5;toolong;5,00\r\nC;5\r\nC;5\r\n"
		"T;005;4;-18,50\r\n",
		3);
	char *at;

	(void)state;
	assert_string_equal(file, "\xef\xbb\xbfH;3\r\n"
				  "L;1;toolong;1,00\r\nC;1\r\n"
				  "L;3;\"a; b toolong\";-30,50\r\n"
				  "L;5;toolong;5,00\r\nC;5\r\nC;5\r\n"
				  "T;003;3;-24,50\r\n");
	/* The supplier repairs the three names, and it reads clean. */
	while ((at = strstr(file, "toolong")) != NULL)
		memcpy(at, "     ok", 7);
	at = strstr(file, "a; b ");
	memcpy(at, "     ", 5);
	told_says(d, file, "L1 1\nL2 3\nL3 5\n");
	free(file);
	definition_free(d);
}

static void
test_repair__fixed_totals_keep_their_width_and_sign(void **state)
{
	struct definition *d = told_definition(fixed_yaml);
	char *file = repaired(d,
		"L0001J+00100010-        \n"
		"L0002?-00200500+        \n"
		"L0003?-00300700-        \n"
		"L0004?+00010001+        \n"
		"T0004 -000039000209-    \n",
		3);
	char *at;

	(void)state;
	assert_string_equal(file, "L0002?-00200500+        \n"
				  "L0003?-00300700-        \n"
				  "L0004?+00010001+        \n"
				  "T0003 -000049000199-    \n");
	while ((at = strchr(file, '?')) != NULL)
		*at = 'N';
	told_says(d, file, "L1 0002\nL2 0003\nL3 0004\n");
	free(file);
	definition_free(d);
}

static void
test_repair__a_letter_keeps_the_record_above_it(void **state)
{
	struct definition *d = told_definition(fan_yaml);
	char *file = repaired(d,
		"P;1\nL;1;a\nL;2;toolong\n"
		"P;2\nL;3;b\n"
		"X\n"
		"P;x\nL;4;c\nL;5;d\n"
		"L;6;e\nP;y\n",
		7);

	(void)state;
	assert_string_equal(file, "P;1\nL;2;toolong\n"
				  "P;2\nL;3;b\nX\n"
				  "P;x\nL;4;c\nL;5;d\nL;6;e\nP;y\n");
	free(file);
	definition_free(d);
}

static void
test_repair__xml_keeps_what_lies_around_the_records(void **state)
{
	struct definition *d = told_definition(xml_yaml);
	char *file = repaired(d,
		"<?xml version='1.0'?>\n<r><kop n=\"4\"/>\n"
		"<p><l><nr>x</nr></l><l><nr>2</nr></l></p>\n"
		"<p><l><nr>3</nr></l></p>\n<!-- kept -->\n"
		"<p><l><nr>y</nr></l></p>\n"
		"<slot><aantal>4</aantal></slot>\n</r>\n",
		2);

	(void)state;
	assert_string_equal(file,
		"<?xml version='1.0'?>\n<r><kop n=\"3\"/>\n"
		"<p><l><nr>x</nr></l><l><nr>2</nr></l></p>\n<!-- kept -->\n"
		"<p><l><nr>y</nr></l></p>\n"
		"<slot><aantal>3</aantal></slot>\n</r>\n");
	*strstr(file, "x</nr>") = '1';
	*strstr(file, "y</nr>") = '4';
	told_says(d, file, "L1 1\nL2 2\nL3 4\n");
	free(file);
	definition_free(d);
}

static void
test_repair__nothing_rejected_is_an_empty_delivery(void **state)
{
	struct definition *d = told_definition(csv_yaml);
	char *file = repaired(d, "H;1\nL;1;goed;1,00\nT;001;0;1,00\n", 0);

	(void)state;
	assert_string_equal(file, "H;0\nT;000;0;0,00\n");
	told_says(d, file, "");
	free(file);
	definition_free(d);
}

static enum verdict
disk_full(void *self, const void *bytes, size_t len, struct fault *why)
{
	(void)self;
	(void)bytes;
	(void)len;
	return fault_set(why, V_LATER, CODE_DISK_FULL, "full");
}

static void
test_repair__a_writer_that_fails_ends_it(void **state)
{
	static const struct format_piece piece = { 4, 18 };
	static const char text[] = "H;1\nL;1;toolong;1,00\nT;001;0;1,00\n";
	struct definition *d = told_definition(csv_yaml);
	struct told_bytes b = { text, strlen(text) };
	struct fault why = FAULT_NONE;

	(void)state;
	assert_int_equal(format_repair(d, told_give, &b, &piece, 1, disk_full,
				 NULL, &why),
		V_LATER);
	assert_int_equal(why.code, CODE_DISK_FULL);
	definition_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_repair__delimited_records_with_their_lines_and_new_totals),
		cmocka_unit_test(
			test_repair__fixed_totals_keep_their_width_and_sign),
		cmocka_unit_test(
			test_repair__a_letter_keeps_the_record_above_it),
		cmocka_unit_test(
			test_repair__xml_keeps_what_lies_around_the_records),
		cmocka_unit_test(
			test_repair__nothing_rejected_is_an_empty_delivery),
		cmocka_unit_test(test_repair__a_writer_that_fails_ends_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("repair", tests, NULL, NULL);
}
