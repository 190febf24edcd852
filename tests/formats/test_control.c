/* tests/formats/test_control.c - checks over all records, and rules of one
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "formats/seen.h"
#include "tests/formats/told.h"

/* %s: control and rules */
#define DEFINITION                                                             \
	"format: t\nversion: 1\nkind: delimited\n"                             \
	"input: { container: [none], payload: \"*.csv\" }\n"                   \
	"delivery: { sender: H.oin, environment: H.omg, number: H.lev, "       \
	"period: H.per }\n"                                                    \
	"records:\n"                                                           \
	"  - { name: H, when: \"1=H\", occurs: first }\n"                      \
	"  - { name: L, when: \"1=L\", key: [nr] }\n"                          \
	"  - { name: C, when: \"1=C\", parent: L }\n"                          \
	"  - { name: T, when: \"1=T\", occurs: last }\n"                       \
	"fields:\n"                                                            \
	"  - { in: H, name: oin, at: 2, type: oin }\n"                         \
	"  - { in: H, name: omg, at: 3, type: enum, values: [T, P] }\n"        \
	"  - { in: H, name: lev, at: 4, type: int }\n"                         \
	"  - { in: H, name: per, at: 5, type: year }\n"                        \
	"  - { in: L, name: nr, at: 2, type: int, use: required }\n"           \
	"  - { in: L, name: bsn, at: 3, type: bsn }\n"                         \
	"  - { in: L, name: bedrag, at: 4, type: \"money:comma\", "            \
	"sign: minus }\n"                                                      \
	"  - { in: L, name: van, at: 5, type: \"date:ymd\" }\n"                \
	"  - { in: L, name: tot, at: 6, type: \"date:ymd\" }\n"                \
	"  - { in: L, name: a, at: 7, type: int }\n"                           \
	"  - { in: L, name: b, at: 8, type: int }\n"                           \
	"  - { in: C, name: rnr, at: 2, type: int }\n"                         \
	"  - { in: T, name: n, at: 2, type: int }\n"                           \
	"  - { in: T, name: som, at: 3, type: \"money:comma\", sign: minus "   \
	"}\n"                                                                  \
	"  - { in: T, name: hash, at: 4, type: digits }\n"                     \
	"%s"                                                                   \
	"letter:\n  record: L\n  recipient: bsn\n  amount: bedrag\n"           \
	"  reference: \"{nr}\"\n  subject: s\n  text: t\n"                     \
	"  address: { name: \"{nr}\" }\n"

#define TOTALS                                                                 \
	"control:\n"                                                           \
	"  - { check: \"count(L) = T.n\" }\n"                                  \
	"  - { check: \"sum(L.bedrag) = T.som\" }\n"                           \
	"  - { check: \"hash(L.bsn) = T.hash\" }\n"

static struct definition *
made(const char *checks)
{
	char text[4000];

	snprintf(text, sizeof(text), DEFINITION, checks);
	return told_definition(text);
}

/* Lines with all their columns. */
static char *
padded(const char *text)
{
	struct buf b = BUF_MAX(1000000);
	int have, want;

	buf_text(&b, "");
	for (; *text != '\0'; text++) {
		want = *text == 'H'   ? 5
		       : *text == 'L' ? 8
		       : *text == 'C' ? 2
				      : 4;
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

static void
says(const struct definition *d, const char *text, const char *said)
{
	char *whole = padded(text);

	told_says(d, whole, said);
	free(whole);
}

static void
refused(const struct definition *d, const char *text, enum code code)
{
	char *whole = padded(text);

	told_refused(d, whole, code);
	free(whole);
}

static enum verdict
reads(const struct definition *d, const struct format_context *context,
	const char *first, const char *second, struct told *t)
{
	char *one = padded(first);
	char *two = second == NULL ? NULL : padded(second);
	enum verdict v = told_parts(d, context, one, two, t);

	free(one);
	free(two);
	return v;
}

static void
test_control__totals_that_agree_are_told(void **state)
{
	struct definition *d = made(TOTALS);
	struct told t;

	(void)state;
	assert_int_equal(reads(d, NULL,
				 "H\nL;1;999990019;10,50\nL;2;;-3,00\n"
				 "T;2;7,50;999990019\n",
				 NULL, &t),
		V_OK);
	assert_true(t.counts.totals);
	assert_string_equal(t.counts.control,
		"count(L) 2, sum(bedrag) 7,50, hash(bsn) right");
	assert_int_equal(t.counts.cents, 750);
	told_done(&t);
	/* In all parts together. */
	assert_int_equal(reads(d, NULL, "H\nL;1;;1,00\nT;1;1,00\n",
				 "H\nL;2;;2,00\nT;1;2,00\n", &t),
		V_OK);
	assert_string_equal(t.counts.control, "count(L) 2, sum(bedrag) 3,00");
	told_done(&t);
	/* What is not there is not compared, and not said to be right. */
	assert_int_equal(reads(d, NULL, "H\nL;1;;1,00\nT\n", NULL, &t), V_OK);
	assert_false(t.counts.totals);
	assert_string_equal(t.counts.control, "");
	told_done(&t);
	definition_free(d);
}

static void
test_control__totals_that_differ_refuse_the_file(void **state)
{
	struct definition *d = made(TOTALS);
	struct told t;

	(void)state;
	refused(d, "H\nL;1\nT;2\n", CODE_TOTALS);
	refused(d, "H\nL;1;;1,00\nT;1;1,01\n", CODE_TOTALS);
	refused(d, "H\nL;1;999990019\nT;;;999990018\n", CODE_TOTALS);
	assert_int_equal(reads(d, NULL, "H\nL;1;;-1,00\nT;1;1,01\n", NULL, &t),
		V_BROKEN);
	assert_non_null(strstr(t.why.text, "1,01"));
	assert_non_null(strstr(t.why.text, "-1,00"));
	told_done(&t);
	/* A hash total is made of citizen numbers: it is not shown. */
	assert_int_equal(
		reads(d, NULL, "H\nL;1;999990019\nT;1;;999990018\n", NULL, &t),
		V_BROKEN);
	assert_null(strstr(t.why.text, "9999"));
	told_done(&t);
	definition_free(d);
}

static void
test_control__a_wrong_record_still_counts(void **state)
{
	struct definition *d = made(TOTALS);

	(void)state;
	/* Its number fails the eleven-test; the digits are there. */
	says(d, "H\nL;1;999990018;2,00\nL;2;;1,00\nT;2;3,00;999990018\n",
		"R1 0203 bsn 1\nL2 2\n");
	/* A sum needs every amount. */
	refused(d, "H\nL;1;;2.00\nL;2;;1,00\nT;2;3,00\n", CODE_TOTALS);
	refused(d, "H\nL;1;;2.00\nL;2;;1,00\nT;2;1,00\n", CODE_TOTALS);
	definition_free(d);
	d = made("control:\n"
		 "  - { check: \"sum(L.bedrag) = T.som\", bad: warn }\n");
	says(d, "H\nL;1;;2.00\nL;2;;1,00\nT;2;3,00\n",
		"R1 0218 bedrag 1\nL2 2\nW0 0122 som\n");
	definition_free(d);
}

static void
test_control__order_doubles_and_gaps(void **state)
{
	struct definition *d =
		made("control:\n"
		     "  - { check: \"ascending(L.van)\", bad: warn }\n"
		     "  - { check: \"unique(L.nr)\" }\n"
		     "  - { check: \"sequence(L.a)\" }\n"
		     "  - { check: \"sequence(C.rnr)\" }\n");

	(void)state;
	/* CODE_ORDER, CODE_DOUBLE, CODE_ORPHAN for a gap */
	says(d, "H\nL;1;;;20260102\nL;2;;;20260101\nL;3;;;20260101\nL;2\nT\n",
		"L1 1\nW2 0118 van 2\nL2 2\nL3 3\nR4 0208 nr 2\n");
	says(d, "H\nL;1;;;;;1\nL;2;;;;;2\nL;3;;;;;4\nL;4;;;;;5\nT\n",
		"L1 1\nL2 2\nR3 0225 a 3\nL4 4\n");
	/* Numbers of lines begin at 1 below each letter. */
	says(d, "H\nL;1\nC;1\nC;2\nL;2\nC;1\nL;3\nC;2\nT\n",
		"L1 1\nL2 2\nR3 0225 rnr 3\n");
	definition_free(d);
}

static void
test_control__a_number_that_cannot_be_read_costs_itself(void **state)
{
	struct definition *d = made("control:\n"
				    "  - { check: \"sequence(L.nr)\" }\n"
				    "  - { check: \"sequence(C.rnr)\" }\n");

	(void)state;
	/* too many columns; no digits; nothing where it is required */
	says(d, "H\nL;1\nL;2;;;;;;;\nL;3\nT\n", "L1 1\nR2 0121 \nL3 3\n");
	says(d, "H\nL;1\nL;x\nL;3\nT\n", "L1 1\nR2 0219 nr\nL3 3\n");
	says(d, "H\nL;1\nL;\nL;3\nL;5\nT\n",
		"L1 1\nR2 0201 nr\nL3 3\nR4 0225 nr 5\n");
	/* The next number is not lower than the one that was due. */
	says(d, "H\nL;1\nL;x\nL;1\nT\n", "L1 1\nR2 0219 nr\nR3 0225 nr 1\n");
	/* Numbers of lines: only below this letter. */
	says(d, "H\nL;1\nC;x\nC;2\nL;2\nC;2\nT\n",
		"R1 0219 rnr 1\nR2 0225 rnr 2\n");
	definition_free(d);
}

static void
test_control__unique_goes_through_all_parts(void **state)
{
	struct definition *d =
		made("control:\n  - { check: \"unique(L.nr)\" }\n"
		     "  - { check: \"sequence(L.a)\" }\n");
	struct told t;

	(void)state;
	assert_int_equal(reads(d, NULL, "H\nL;1;;;;;1\nT\n",
				 "H\nL;1;;;;;1\nL;2;;;;;2\nT\n", &t),
		V_OK);
	/* A sequence does not. */
	assert_string_equal(t.said.bytes, "L1 1\nR2 0208 nr 1\nL3 2\n");
	told_done(&t);
	definition_free(d);
}

static void
test_control__a_delivery_says_whose_and_which_it_is(void **state)
{
	static const struct format_context ours = {
		.oin = "00000099000000010000",
		.environment = 'T',
		.today = TODAY
	};
	struct definition *d = made("");
	struct told t;

	(void)state;
	assert_int_equal(
		reads(d, &ours, "H;00000099000000010000;T;42;2026\nL;1\nT\n",
			NULL, &t),
		V_OK);
	assert_string_equal(t.counts.number, "42");
	assert_string_equal(t.counts.period, "2026");
	told_done(&t);
	assert_int_equal(
		reads(d, &ours, "H;00000001001172773000;T;42;2026\nL;1\nT\n",
			NULL, &t),
		V_BROKEN);
	assert_int_equal(t.why.code, CODE_SENDER);
	told_done(&t);
	assert_int_equal(
		reads(d, &ours, "H;00000099000000010000;P;42;2026\nL;1\nT\n",
			NULL, &t),
		V_BROKEN);
	assert_int_equal(t.why.code, CODE_ENVIRONMENT);
	told_done(&t);
	/* Who leaves it out is not let through. */
	assert_int_equal(
		reads(d, &ours, "H;;T;42;2026\nL;1\nT\n", NULL, &t), V_BROKEN);
	assert_int_equal(t.why.code, CODE_SENDER);
	told_done(&t);
	assert_int_equal(
		reads(d, &ours, "H;00000099000000010000;;42;2026\nL;1\nT\n",
			NULL, &t),
		V_BROKEN);
	assert_int_equal(t.why.code, CODE_ENVIRONMENT);
	told_done(&t);
	definition_free(d);
}

static void
test_control__parts_of_one_set_are_of_one_delivery(void **state)
{
	static const char *const others[] = {
		"H;00000001001172773000;T;42;2026\nL;2\nT\n",
		"H;00000099000000010000;T;43;2026\nL;2\nT\n",
		"H;00000099000000010000;T;42;2025\nL;2\nT\n"
	};
	struct definition *d = made("");
	struct told t;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_int_equal(
			reads(d, NULL,
				"H;00000099000000010000;T;42;2026\nL;1\nT\n",
				others[i], &t),
			V_BROKEN);
		assert_int_equal(t.why.code, CODE_PARTS_DIFFER);
		told_done(&t);
	}
	assert_int_equal(
		reads(d, NULL, "H;00000099000000010000;T;42;2026\nL;1\nT\n",
			"H;00000099000000010000;T;42;2026\nL;2\nT\n", &t),
		V_OK);
	told_done(&t);
	definition_free(d);
}

static void
test_control__rules_compare_by_what_values_mean(void **state)
{
	static const struct {
		const char *test, *good, *bad;
		enum code code;
	} cases[] = {
		{ "exactly_one(a, b)", "L;1;;;;;1;", "L;1;;;;;1;2",
			CODE_TWO_IDS },
		{ "exactly_one(a, b)", "L;1;;;;;;1", "L;1;;;;;;",
			CODE_FIELD_ABSENT },
		{ "at_least_one(a, b)", "L;1;;;;;1;2", "L;1;;;;;;",
			CODE_FIELD_ABSENT },
		{ "at_most_one(a, b)", "L;1;;;;;;", "L;1;;;;;1;2",
			CODE_TWO_IDS },
		{ "equal(a, b)", "L;1;;;;;7;07", "L;1;;;;;7;8",
			CODE_FIELD_FORM },
		{ "equal(a, b)", "L;1;;;;;7;", "L;1;;;;;7;8", CODE_FIELD_FORM },
		{ "not_equal(a, b)", "L;1;;;;;7;8", "L;1;;;;;7;7",
			CODE_FIELD_FORM },
		{ "less(a, b)", "L;1;;;;;9;10", "L;1;;;;;9;9",
			CODE_FIELD_FORM },
		{ "not_more(van, tot)", "L;1;;;20260101;20260101;;",
			"L;1;;;20260102;20260101;;", CODE_DATE },
		{ "same_year(van, tot)", "L;1;;;20260101;20261231;;",
			"L;1;;;20260101;20270101;;", CODE_DATE },
	};
	char text[200];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct definition *d;

		snprintf(text, sizeof(text),
			"rules:\n  - { name: r, in: L, test: \"%s\" }\n",
			cases[i].test);
		d = made(text);
		snprintf(text, sizeof(text), "H\n%s\nT\n", cases[i].good);
		says(d, text, "L1 1\n");
		snprintf(text, sizeof(text), "R1 %04d r 1\n",
			(int)cases[i].code);
		{
			char file[200];

			snprintf(
				file, sizeof(file), "H\n%s\nT\n", cases[i].bad);
			says(d, file, text);
		}
		definition_free(d);
	}
}

static void
test_control__a_rule_counts_lines_too(void **state)
{
	struct definition *d = made(
		"rules:\n  - { name: r, in: L, test: \"at_least_one(a, C)\", "
		"code: MOBB-0220 }\n");

	(void)state;
	says(d, "H\nL;1\nC;1\nL;2\nL;3;;;;;1\nT\n",
		"L1 1\nR2 0220 r 2\nL3 3\n");
	definition_free(d);
}

static void
test_control__a_million_values_cost_ten_megabytes(void **state)
{
	struct seen seen;
	char text[16];
	size_t max = 0;
	int i;

	(void)state;
	seen_init(&seen, 0);
	for (i = 0; i < 1000000; i++) {
		snprintf(text, sizeof(text), "%d", i);
		assert_true(seen_add(&seen, text));
		if (seen_bytes(&seen) > max)
			max = seen_bytes(&seen);
	}
	assert_true(max <= 10500000);
	for (i = 0; i < 1000000; i += 997) {
		snprintf(text, sizeof(text), "%d", i);
		assert_false(seen_add(&seen, text));
	}
	seen_done(&seen);
	seen_done(&seen);
}

static void
test_control__a_note_goes_with_its_value(void **state)
{
	struct seen seen;
	char text[16];
	uint64_t *slot;
	bool fresh;
	int i;

	(void)state;
	seen_init(&seen, 16);
	for (i = 0; i < 100000; i++) {
		snprintf(text, sizeof(text), "%d", i % 50000);
		slot = seen_put(&seen,
			seen_hash(&seen, text, 0) & ~UINT64_C(0xffff), &fresh);
		assert_int_equal(fresh, i < 50000);
		assert_int_equal(
			*slot & 0xffff, i < 50000 ? 0 : (i - 50000) % 1000);
		*slot |= (uint64_t)(i % 1000);
	}
	seen_done(&seen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_control__totals_that_agree_are_told),
		cmocka_unit_test(
			test_control__totals_that_differ_refuse_the_file),
		cmocka_unit_test(test_control__a_wrong_record_still_counts),
		cmocka_unit_test(test_control__order_doubles_and_gaps),
		cmocka_unit_test(
			test_control__a_number_that_cannot_be_read_costs_itself),
		cmocka_unit_test(test_control__unique_goes_through_all_parts),
		cmocka_unit_test(
			test_control__a_delivery_says_whose_and_which_it_is),
		cmocka_unit_test(
			test_control__parts_of_one_set_are_of_one_delivery),
		cmocka_unit_test(
			test_control__rules_compare_by_what_values_mean),
		cmocka_unit_test(test_control__a_rule_counts_lines_too),
		cmocka_unit_test(
			test_control__a_million_values_cost_ten_megabytes),
		cmocka_unit_test(test_control__a_note_goes_with_its_value),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
