/* tests/formats/test_letter.c - what becomes of the values of a record
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "formats/reading.h"
#include "tests/formats/told.h"

/* %s: more of input, then of the definition */
#define DEFINITION                                                             \
	"format: t\nversion: 1\nkind: delimited\n"                             \
	"input: { container: [zip], payload: \"*.csv\"%s }\n"                  \
	"records:\n  - { name: L, key: [nr, bsn] }\n"                          \
	"fields:\n"                                                            \
	"  - { name: nr, at: 1, type: digits, length: 1-300, "                 \
	"use: required }\n"                                                    \
	"  - { name: bsn, at: 2, type: bsn, bad: paper }\n"                    \
	"  - { name: naam, at: 3, type: text }\n"                              \
	"  - { name: papier, at: 4, type: \"bool:jn\" }\n"                     \
	"  - { name: dood, at: 5, type: \"date:ymd\" }\n"                      \
	"  - { name: geheim, at: 6, type: \"bool:jn\" }\n"                     \
	"  - { name: datum, at: 7, type: \"date:ymd\" }\n"                     \
	"  - { name: vanaf, at: 8, type: \"date:ymd\" }\n"                     \
	"  - { name: soort, at: 9, type: text }\n"                             \
	"  - { name: tekst, at: 10, type: text, length: 0-4000 }\n"            \
	"  - { name: straat, at: 11, type: text }\n"                           \
	"  - { name: huis, at: 12, type: text }\n"                             \
	"  - { name: bus, at: 13, type: digits }\n"                            \
	"  - { name: eerste, at: 14, type: int }\n"                            \
	"  - { name: laatste, at: 15, type: int }\n"                           \
	"  - { name: tel, at: 16, type: digits, bad: paper }\n"                \
	"%s"                                                                   \
	"letter:\n  recipient: bsn\n  paper: papier\n  deceased: dood\n"       \
	"  secret: geheim\n  dated: datum\n  publish: vanaf\n"                 \
	"  deadline: datum\n"                                                  \
	"  type: soort\n  reference: \"{nr}\"\n  subject: \"Brief {naam}\"\n"  \
	"  text: \"{tekst}\"\n"                                                \
	"  address: { name: \"{naam}\", attention: \"t.a.v. {soort}\", "       \
	"street: \"{straat}\", number: \"{huis}\", box: \"Postbus {bus}\" }\n"

static struct definition *plain, *documents;

static struct definition *
made(const char *more, const char *policy)
{
	char text[5000];
	int n;

	n = snprintf(text, sizeof(text), DEFINITION,
		more[0] == '\0' ? "" : ", pages: \"*.pdf\"", more);
	snprintf(text + n, sizeof(text) - (size_t)n, "%s", policy);
	return told_definition(text);
}

#define COLUMNS 16

/* "1=12 3=Jan" as a line: column=value, a blank between. */
static void
line(struct buf *out, const char *values)
{
	char column[8];
	int i;

	for (i = 1; i <= COLUMNS; i++) {
		const char *at;

		snprintf(column, sizeof(column), " %d=", i);
		at = strstr(values, column);
		if (at == NULL &&
			strncmp(values, column + 1, strlen(column + 1)) == 0)
			at = values - 1;
		if (at != NULL) {
			at += strlen(column);
			buf_add(out, at, strcspn(at, " "));
		}
		buf_text(out, i == COLUMNS ? "\n" : ";");
	}
}

static enum verdict
reads(const struct definition *d, const char *const *lines, struct told *t)
{
	struct buf b = BUF_MAX(1000000);
	enum verdict v;

	for (; *lines != NULL; lines++)
		line(&b, *lines);
	v = told_read(d, b.bytes, t);
	buf_done(&b);
	return v;
}

static enum verdict
one(const struct definition *d, const char *values, struct told *t)
{
	const char *const lines[] = { values, NULL };

	return reads(d, lines, t);
}

static void
test_letter__who_goes_on_paper_and_why(void **state)
{
	static const struct {
		const char *values, *said;
		enum paper_reason paper;
	} cases[] = {
		{ "1=1 2=999990019 3=Jan", "L1 1\n", PAPER_NONE },
		{ "1=1 3=Jan", "L1 1\n", PAPER_NO_BSN },
		/* CODE_PAPER_ASKED */
		{ "1=1 2=999990019 3=Jan 4=J", "W1 0303 papier 1\nL1 1\n",
			PAPER_ASKED },
		{ "1=1 2=999990019 3=Jan 4=N", "L1 1\n", PAPER_NONE },
		{ "1=1 2=999990019 3=Jan 16=x", "W1 0219 tel 1\nL1 1\n",
			PAPER_FIELD },
		{ "1=1 2=999990018 3=Jan", "W1 0203 bsn 1\nL1 1\n",
			PAPER_FIELD },
		{ "1=1 3=Jan 4=J", "W1 0303 papier 1\nL1 1\n", PAPER_NO_BSN },
	};
	struct told t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(one(plain, cases[i].values, &t), V_OK);
		assert_string_equal(t.said.bytes, cases[i].said);
		assert_int_equal(t.letter.paper, cases[i].paper);
		told_done(&t);
	}
	assert_int_equal(CODE_PAPER_ASKED, 303);
}

static void
test_letter__the_dead_and_the_secret_wait_for_a_person(void **state)
{
	static const struct {
		const char *values;
		enum code hold;
	} cases[] = {
		{ "1=1 3=Jan 5=20260101", CODE_PERSON },
		{ "1=1 3=Jan 6=J", CODE_PERSON },
		{ "1=1 3=Jan 6=N", CODE_NONE },
		{ "1=1 3=Jan", CODE_NONE },
	};
	struct told t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(one(plain, cases[i].values, &t), V_OK);
		assert_int_equal(t.letter.hold, cases[i].hold);
		told_done(&t);
	}
}

static void
test_letter__an_impossible_publication_refuses_the_file(void **state)
{
	struct told t;

	(void)state;
	/* today is 2026-02-16; 13 days ahead is 2026-03-01 */
	assert_int_equal(
		one(plain, "1=1 3=J 7=20260301 8=20260301 9=BT", &t), V_OK);
	assert_int_equal(t.letter.publish, TODAY + 13);
	assert_int_equal(t.letter.dated, TODAY + 13);
	assert_int_equal(t.letter.deadline, TODAY + 13);
	assert_string_equal(t.letter.type, "BT");
	told_done(&t);
	assert_int_equal(
		one(plain, "1=1 3=J 7=20260401 8=20260302", &t), V_BROKEN);
	assert_int_equal(t.why.code, CODE_PUBLISH);
	told_done(&t);
	assert_int_equal(
		one(plain, "1=1 3=J 7=20260217 8=20260218", &t), V_BROKEN);
	assert_int_equal(t.why.code, CODE_PUBLISH);
	told_done(&t);
	assert_int_equal(one(plain, "1=1 3=J", &t), V_OK);
	assert_int_equal(t.letter.publish, LETTER_DATE_NONE);
	assert_null(t.letter.type);
	told_done(&t);
}

static void
test_letter__what_is_too_long_is_rejected_not_cut(void **state)
{
	struct told t;
	char values[400];

	(void)state;
	/* reference 25 and 26 */
	assert_int_equal(
		one(plain, "1=1234567890123456789012345 3=J", &t), V_OK);
	assert_int_equal(t.counts.letters, 1);
	told_done(&t);
	assert_int_equal(
		one(plain, "1=12345678901234567890123456 3=J", &t), V_OK);
	assert_non_null(strstr(t.said.bytes, "R1 0221 reference"));
	told_done(&t);
	/* subject "Brief " and 44, 45; in characters */
	snprintf(values, sizeof(values), "1=1 3=%.43s\xc3\xbc",
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	assert_int_equal(one(plain, values, &t), V_OK);
	assert_int_equal(t.counts.letters, 1);
	told_done(&t);
	snprintf(values, sizeof(values), "1=1 3=%.44s\xc3\xbc",
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	assert_int_equal(one(plain, values, &t), V_OK);
	assert_string_equal(t.said.bytes, "R1 0221 subject 1\n");
	told_done(&t);
	/* BerichtType 8 and 9 */
	assert_int_equal(one(plain, "1=1 3=J 9=12345678", &t), V_OK);
	assert_int_equal(t.counts.letters, 1);
	told_done(&t);
	assert_int_equal(one(plain, "1=1 3=J 9=123456789", &t), V_OK);
	assert_string_equal(t.said.bytes, "R1 0221 soort 1\n");
	told_done(&t);
	/* key: more than the store keeps */
	memset(values, '1', 300);
	memcpy(values, "1=", 2);
	values[220] = '\0';
	assert_int_equal(one(plain, values, &t), V_OK);
	assert_int_equal(t.counts.rejected, 1);
	told_done(&t);
}

static void
test_letter__a_text_grows_before_it_is_measured(void **state)
{
	char values[5000] = "1=1 3=J 10=";
	size_t n = strlen(values);
	struct told t;

	(void)state;
	memset(values + n, 'x', 4000);
	values[n + 4000] = '\0';
	assert_int_equal(one(plain, values, &t), V_OK);
	assert_int_equal(t.counts.letters, 1);
	assert_int_equal(strlen(t.letter.text), 4000);
	told_done(&t);
	/* 4000 in the file, but the URL needs a blank */
	memcpy(values + n + 3988, "(www.aa.nl)x", 12);
	assert_int_equal(one(plain, values, &t), V_OK);
	assert_string_equal(t.said.bytes, "R1 0221 text 1\n");
	told_done(&t);
}

static void
test_letter__a_po_box_goes_before_a_street(void **state)
{
	struct told t;

	(void)state;
	assert_int_equal(one(plain, "1=1 3=J 11=Weg 12=7 13=12", &t), V_OK);
	/* CODE_TWO_ADDRESSES */
	assert_string_equal(t.said.bytes, "W1 0215 address 1\nL1 1\n");
	assert_string_equal(t.letter.address.street, "Postbus 12");
	assert_string_equal(t.letter.address.number, "");
	told_done(&t);
	assert_int_equal(one(plain, "1=1 3=J 11=Weg 12=7 9=x", &t), V_OK);
	assert_string_equal(t.said.bytes, "L1 1\n");
	assert_string_equal(t.letter.address.street, "Weg");
	assert_string_equal(t.letter.address.number, "7");
	assert_string_equal(t.letter.address.attention, "t.a.v. x");
	told_done(&t);
	/* Words around nothing are nothing. */
	assert_int_equal(one(plain, "1=1 3=J", &t), V_OK);
	assert_string_equal(t.letter.address.attention, "");
	told_done(&t);
	assert_int_equal(CODE_TWO_ADDRESSES, 215);
}

static void
test_letter__a_citizen_with_two_names_is_told(void **state)
{
	static const char *const lines[] = { "1=1 2=999990019 3=Jan",
		"1=2 2=999990019 3=Jan", "1=3 2=999990019 3=Piet",
		"1=4 2=999990020 3=Piet", NULL };
	struct told t;

	(void)state;
	assert_int_equal(reads(plain, lines, &t), V_OK);
	/* CODE_NAME_DIFFERS; another citizen may have that name. */
	assert_string_equal(
		t.said.bytes, "L1 1\nL2 2\nW3 0207 name 3\nL3 3\nL4 4\n");
	assert_int_equal(CODE_NAME_DIFFERS, 207);
	told_done(&t);
}

static void
test_letter__names_that_cannot_be_printed_are_told(void **state)
{
	static const struct {
		const char *name;
		bool good;
	} cases[] = {
		{ "Achterhu\xc3\xbcskamp", true },
		{ "\xc5\xa0t\xc4\x87p\xc3\xa1n", true },
		{ "\xe1\xb8\xa8", true },      /* H with a cedilla */
		{ "O\xe2\x80\x99Neil", true }, /* an apostrophe */
		{ "\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd", false }, /* Cyrillic */
		{ "\xe6\x9d\x8e", false },		       /* Chinese */
		{ "x\xf0\x9f\x98\x80", false },		       /* a picture */
		{ "M\xcc\x82", false }, /* an accent on its own */
	};
	char values[100];
	struct told t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(values, sizeof(values), "1=1 3=%s", cases[i].name);
		assert_int_equal(one(plain, values, &t), V_OK);
		assert_string_equal(t.said.bytes,
			cases[i].good ? "L1 1\n" : "W1 0211 name 1\nL1 1\n");
		told_done(&t);
	}
	assert_int_equal(CODE_CHARACTERS, 211);
}

static void
test_letter__many_letters_to_one_address_are_told_once(void **state)
{
	static const char *const lines[] = { "1=1 3=A 11=Weg 12=7",
		"1=2 3=B 11=Weg 12=7", "1=3 3=C 11=Weg 12=8", "1=4 3=D",
		"1=5 3=E", "1=6 3=F", "1=7 3=G 11=Weg 12=7",
		"1=8 3=H 11=Weg 12=7", NULL };
	struct definition *d = made("", "policy: { same_address: 2 }\n");
	struct told t;

	(void)state;
	assert_int_equal(reads(d, lines, &t), V_OK);
	/* CODE_SAME_ADDRESS; no address is no address */
	assert_string_equal(t.said.bytes, "L1 1\nL2 2\nL3 3\nL4 4\nL5 5\nL6 6\n"
					  "W7 0403 address 7\nL7 7\nL8 8\n");
	assert_int_equal(CODE_SAME_ADDRESS, 403);
	told_done(&t);
	definition_free(d);
}

static void
test_letter__names_are_compared_while_it_is_cheap(void **state)
{
	static const struct format_context context = { .today = TODAY };
	struct told t = { .said = BUF_MAX(4000000),
		.extents = BUF_MAX(1000),
		.mem = ARENA_EMPTY };
	struct format_sink sink = { &t, told_letter, told_reject };
	struct reading *r = reading_new(plain, &context, &sink);
	struct buf b = BUF_MAX(4000000);
	struct told_bytes bytes;
	int i, given = 0;

	(void)state;
	/* 15 kB is less than the first table takes. */
	r->compare_bytes_max = 15000;
	for (i = 999990000; given < 3; i++) {
		char values[40];

		if (!bsn_valid(i))
			continue;
		given++;
		snprintf(values, sizeof(values), "1=%d 2=%d 3=A", given, i);
		line(&b, values);
	}
	bytes = (struct told_bytes){ b.bytes, b.len };
	reading_part(r);
	assert_int_equal(delimited_read(r, told_give, &bytes, &t.why), V_OK);
	assert_int_equal(reading_part_end(r, (int64_t)b.len, &t.why), V_OK);
	assert_string_equal(t.said.bytes, "L1 1\nL2 2\nL3 3\nW0 0207 name\n");
	assert_true(r->compare_off);
	assert_null(r->names.slots);
	reading_free(r);
	told_done(&t);
	buf_done(&b);
}

static void
test_letter__pages_and_leaflets(void **state)
{
	static const struct {
		const char *values;
		bool good;
	} cases[] = {
		{ "1=1 3=J 14=1 15=1", true },
		{ "1=1 3=J 14=100000 15=100000", true },
		{ "1=1 3=J 14=0 15=1", false },
		{ "1=1 3=J 14=3 15=2", false },
		{ "1=1 3=J 14=1 15=100001", false },
		{ "1=1 3=J 14=1", false },
	};
	struct told t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(one(documents, cases[i].values, &t), V_OK);
		assert_string_equal(t.said.bytes,
			cases[i].good ? "L1 1\n" : "R1 0222 brief 1\n");
		told_done(&t);
	}
	assert_int_equal(one(documents, "1=1 3=J 14=3 15=5", &t), V_OK);
	assert_int_equal(t.letter.document_count, 2);
	assert_int_equal(t.letter.documents[0].first_page, 3);
	assert_int_equal(t.letter.documents[0].last_page, 5);
	assert_null(t.letter.documents[0].href);
	assert_string_equal(t.letter.documents[0].title, "Brief J");
	assert_string_equal(t.letter.documents[1].href, "folder.pdf");
	assert_true(t.letter.documents[1].shared);
	told_done(&t);
	/* Without its pages the leaflet alone. */
	assert_int_equal(one(documents, "1=1 3=J", &t), V_OK);
	assert_int_equal(t.letter.document_count, 1);
	told_done(&t);
}

static void
test_letter__without_documents_none_is_wanted(void **state)
{
	static const struct format_context context = { .today = TODAY,
		.no_documents = true };
	struct buf b = BUF_MAX(1000);
	struct told t;

	(void)state;
	line(&b, "1=1 3=J 14=3 15=2");
	assert_int_equal(
		told_parts(documents, &context, b.bytes, NULL, &t), V_OK);
	assert_string_equal(t.said.bytes, "L1 1\n");
	assert_int_equal(t.letter.document_count, 0);
	told_done(&t);
	buf_done(&b);
}

static void
test_letter__the_key_keeps_its_parts_apart(void **state)
{
	struct told t;

	(void)state;
	assert_int_equal(one(plain, "1=12 2=999990019 3=J", &t), V_OK);
	assert_string_equal(t.letter.key, "12\x1f"
					  "999990019");
	told_done(&t);
	assert_int_equal(one(plain, "1=12 3=J", &t), V_OK);
	assert_string_equal(t.letter.key, "12\x1f");
	told_done(&t);
}

static void
test_letter__text_as_the_box_wants_it(void **state)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{ "", "" },
		{ "a\nb", "a\\r\\nb" },
		{ "a\r\nb\rc", "a\\r\\nb\\r\\nc" },
		{ "a\n\nb\n", "a\\r\\n\\r\\nb" },
		{ "\n\n a \t b  \n  c", "a b\\r\\nc" },
		{ "a\x01"
		  "b\x7f"
		  "c\xc2\x85"
		  "d",
			"abcd" },
		{ "a\xe2\x80\xa8"
		  "b",
			"a\\r\\nb" },
		{ "zie https://x.nl/a?b=1&c=2.",
			"zie https://x.nl/a?b=1&c=2 ." },
		{ "(https://x.nl)", "( https://x.nl )" },
		{ "zie:www.x.nl,en", "zie: www.x.nl,en" },
		{ "https://x.nl", "https://x.nl" },
		{ "https://www.x.nl a", "https://www.x.nl a" },
		{ "a\nhttp://x.nl\nb", "a\\r\\n http://x.nl \\r\\nb" },
		{ "HTTPS://X.NL;b", "HTTPS://X.NL;b" },
		{ "awww.x.nl", "awww.x.nl" },
		{ "www. nl https:// x", "www. nl https:// x" },
		{ "\xc3\xbc", "\xc3\xbc" },
	};
	struct arena mem = ARENA_EMPTY;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(box_text(cases[i].from, &mem), cases[i].to);
	arena_done(&mem);
}

static int
load(void **state)
{
	(void)state;
	plain = made("", "");
	documents = made("documents:\n"
			 "  - { name: brief, first_page: eerste, "
			 "last_page: laatste, title: \"Brief {naam}\" }\n"
			 "  - { name: folder, file: folder.pdf, "
			 "title: Folder }\n",
		"");
	return 0;
}

static int
drop(void **state)
{
	(void)state;
	definition_free(plain);
	definition_free(documents);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_letter__who_goes_on_paper_and_why),
		cmocka_unit_test(
			test_letter__the_dead_and_the_secret_wait_for_a_person),
		cmocka_unit_test(
			test_letter__an_impossible_publication_refuses_the_file),
		cmocka_unit_test(
			test_letter__what_is_too_long_is_rejected_not_cut),
		cmocka_unit_test(
			test_letter__a_text_grows_before_it_is_measured),
		cmocka_unit_test(test_letter__a_po_box_goes_before_a_street),
		cmocka_unit_test(test_letter__a_citizen_with_two_names_is_told),
		cmocka_unit_test(
			test_letter__names_that_cannot_be_printed_are_told),
		cmocka_unit_test(
			test_letter__many_letters_to_one_address_are_told_once),
		cmocka_unit_test(
			test_letter__names_are_compared_while_it_is_cheap),
		cmocka_unit_test(test_letter__pages_and_leaflets),
		cmocka_unit_test(test_letter__without_documents_none_is_wanted),
		cmocka_unit_test(test_letter__the_key_keeps_its_parts_apart),
		cmocka_unit_test(test_letter__text_as_the_box_wants_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("letter", tests, load, drop);
}
