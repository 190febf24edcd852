/* tests/formats/test_layouts.c - our own layouts read a delivery of theirs */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "tests/formats/definition.h"

#define OIN "00000099000000010000"

/* The last letter, and how many there were. */
struct post {
	int letters, rejected, warnings;
	enum code code;
	char field[60];
	char text[5000], subject[60], reference[30], key[200], before[200],
		town[90];
	char href[100], title[100];
	int first_page, last_page;
	size_t documents;
	int64_t cents;
	int32_t dated, bsn;
	struct format_counts counts;
};

static enum verdict
on_letter(void *self, struct letter *l, struct arena *mem, struct fault *why)
{
	const struct letter_document *doc = &l->documents[0];
	struct post *p = self;

	(void)mem;
	(void)why;
	p->letters++;
	snprintf(
		p->text, sizeof(p->text), "%s", l->text == NULL ? "" : l->text);
	snprintf(p->subject, sizeof(p->subject), "%s", l->subject);
	snprintf(p->reference, sizeof(p->reference), "%s", l->reference);
	memcpy(p->before, p->key, sizeof(p->before));
	snprintf(p->key, sizeof(p->key), "%s", l->key);
	snprintf(p->town, sizeof(p->town), "%s", l->address.town);
	p->documents = l->document_count;
	if (l->document_count > 0) {
		snprintf(p->href, sizeof(p->href), "%s",
			doc->href == NULL ? "" : doc->href);
		snprintf(p->title, sizeof(p->title), "%s", doc->title);
		p->first_page = doc->first_page;
		p->last_page = doc->last_page;
	}
	p->cents = l->amount_cents;
	p->dated = l->dated;
	p->bsn = l->bsn.number;
	return V_OK;
}

static enum verdict
on_reject(void *self, const struct letter *l, const struct rejection *r,
	struct fault *why)
{
	struct post *p = self;

	(void)l;
	(void)why;
	if (r->warning)
		p->warnings++;
	else
		p->rejected++;
	p->code = r->code;
	snprintf(p->field, sizeof(p->field), "%s", r->field);
	return V_OK;
}

struct bytes {
	const char *at;
	size_t left;
};

static enum verdict
give(void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct bytes *b = self;

	(void)why;
	if (len > b->left)
		len = b->left;
	memcpy(bytes, b->at, len);
	b->at += len;
	b->left -= len;
	*len_out = len;
	return V_OK;
}

static enum verdict
read_as(const char *layout, const char *text, struct post *p, struct fault *why)
{
	const struct format_context context = {
		.oin = OIN, .environment = 'T', .today = 20500
	};
	const struct format_sink sink = { p, on_letter, on_reject };
	struct bytes b = { text, strlen(text) };
	struct buf yaml = BUF_MAX(1000000);
	struct definition *d;
	struct format *format;
	char path[100];
	enum verdict v;

	memset(p, 0, sizeof(*p));
	*why = FAULT_NONE;
	snprintf(path, sizeof(path), "formats/%s.yaml", layout);
	assert_int_equal(file_get(AT_FDCWD, path, &yaml, why), V_OK);
	d = sound(yaml.bytes);
	format = format_begin(d, &context, &sink);
	v = format_part(format, give, &b, why);
	format_end(format, &p->counts);
	definition_free(d);
	buf_done(&yaml);
	return v;
}

static void
says(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("does not say: %s\nbut: %s", part, text);
}

/* --- benefit payment specifications --- */

#define VL "VL;USPC0100;" OIN ";0153;20260123T021500;42;202601;T\r\n"
#define SP                                                                     \
	"SP;1;999990019;30000825;J.;van der;Dummy;Demostraat;21;a;;1234 ab;"   \
	"Demodam;;Participatiewet;61913;202601;202512;1633,43;"                \
	"NL91ABNA0417164300;633,43;20260123;36,44;0,00;36,44;;;"               \
	"us-202601-000000001.pdf\r\n"
#define CP                                                                     \
	"CP;1;1;Norm;1740,17;1;;\r\nCP;1;2;Stil;1,00;0;;\r\n"                  \
	"CP;1;3;Aflossing;106,74;2;over 2025;\r\n"

static void
test_layouts__a_payment_becomes_a_text_with_its_parts(void **state)
{
	struct fault why;
	struct post p;

	(void)state;
	assert_int_equal(read_as("uitkering-csv", VL SP CP "SL;1;3;1633,43\r\n",
				 &p, &why),
		V_OK);
	assert_int_equal(p.letters, 1);
	assert_int_equal(p.rejected + p.warnings, 0);
	assert_int_equal(p.bsn, 999990019);
	assert_int_equal(p.cents, 163343);
	assert_string_equal(p.subject, "Uitkeringsspecificatie 2026-01");
	assert_string_equal(p.reference, "61913-202601-1");
	assert_string_equal(p.href, "us-202601-000000001.pdf");
	assert_string_equal(p.counts.number, "42");
	assert_string_equal(p.counts.period, "202601");
	assert_true(p.counts.totals);
	says(p.text, "Geachte J. van der Dummy,");
	says(p.text, "- Norm (bij): 1.740,17 euro");
	says(p.text, "- Aflossing over 2025 (af): 106,74 euro");
	says(p.text, "Datum van betaling: 23-01-2026");
	/* Column 0 is not shown, and what is not in the file has no label. */
	assert_null(strstr(p.text, "Stil"));
	assert_null(strstr(p.text, "Vakantiegeld"));
}

static void
test_layouts__two_payments_in_a_period_are_two_letters(void **state)
{
	static const char text[] = VL SP
		"SP;2;999990019;30000825;J.;van der;Dummy;;;;;;;;"
		"Participatiewet;61913;202601;202512;10,00;;;20260127;;;;;;"
		"\r\nSL;2;0;1643,43\r\n";
	struct fault why;
	struct post p;

	(void)state;
	assert_int_equal(read_as("uitkering-csv", text, &p, &why), V_OK);
	assert_int_equal(p.letters, 2);
	assert_string_not_equal(p.key, p.before);
	/* The same once more is the same letter; the database refuses it. */
	assert_int_equal(read_as("uitkering-csv",
				 VL SP "SP;2" /* as SP, number apart */
				       ";999990019;30000825;J.;van der;Dummy;;"
				       ";;;;;;Participatiewet;61913;202601;"
				       "202512;1633,43;;;20260123;;;;;;\r\n"
				       "SL;2;0;3266,86\r\n",
				 &p, &why),
		V_OK);
	assert_int_equal(p.letters, 2);
	assert_string_equal(p.key, p.before);
}

static void
test_layouts__payments_must_add_up(void **state)
{
	static const struct {
		const char *sentence, *text;
		enum code code;
	} cases[] = {
		{ "another sum", VL SP CP "SL;1;3;1633,44\r\n", CODE_TOTALS },
		{ "another number", VL SP CP "SL;2;3;1633,43\r\n",
			CODE_TOTALS },
		{ "another number of parts", VL SP "SL;1;3;1633,43\r\n",
			CODE_TOTALS },
		{ "no totals", VL SP CP, CODE_TOTALS },
		{ "for real",
			"VL;USPC0100;" OIN ";0153;20260123T021500;42;"
			"202601;P\r\n" SP CP "SL;1;3;1633,43\r\n",
			CODE_ENVIRONMENT },
		{ "another sender",
			"VL;USPC0100;00000001001172773000;0153;"
			"20260123T021500;42;202601;T\r\n" SP CP
			"SL;1;3;1633,43\r\n",
			CODE_SENDER },
	};
	struct fault why;
	struct post p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("# %s\n", cases[i].sentence);
		assert_int_equal(
			read_as("uitkering-csv", cases[i].text, &p, &why),
			V_BROKEN);
		assert_int_equal(why.code, cases[i].code);
	}
}

/* --- annual statements --- */

/* One record: pieces at their positions, blanks elsewhere. */
static void
record(struct buf *out, const char *const *pieces)
{
	char line[452];
	size_t i;

	memset(line, ' ', 450);
	memcpy(line + 450, "\r\n", 2);
	for (i = 0; pieces[i] != NULL; i += 2)
		memcpy(line + atoi(pieces[i]) - 1, pieces[i + 1],
			strlen(pieces[i + 1]));
	buf_add(out, line, sizeof(line));
}

static void
statement(struct buf *out, const char *name, const char *from,
	const char *sum_of_bsn)
{
	const char *const head[] = { "1", "00JOGV0100" OIN "0153", "35",
		"Gemeente Demodam", "75",
		"001234567L0120260126021500000017"
		"2025T",
		NULL };
	const char *const person[] = { "1", "10000000001999990019J.", "43",
		name, "113", "Demostraat", "137", "00021a", "149", "1234AB",
		"155", "Demodam", "362", "0030000825", NULL };
	const char *const part[] = { "1", "20000000001Participatiewet", "42",
		from, "50",
		"20251231+000007305+000001033+0000000001+000007305"
		"+000000000+000000000+000000494250202501011"
		"000000000000000000",
		NULL };
	const char *const again[] = { "1", "20000000001Participatiewet", "42",
		"2025010120251231-000000400+000000000+0000000001-000000400"
		"+000000000+000000000-000000026250000000000"
		"000000000000000000",
		NULL };
	const char *const tail[] = { "1",
		"99000000001000000002+0000000006905+0000000001033", "49",
		sum_of_bsn, NULL };

	buf_reset(out);
	record(out, head);
	record(out, person);
	record(out, part);
	record(out, again);
	record(out, tail);
}

static void
test_layouts__a_statement_has_its_specifications(void **state)
{
	struct buf text = BUF_MAX(10000);
	struct fault why;
	struct post p;

	(void)state;
	statement(&text, "Dummy", "20250101", "000000999990019");
	assert_int_equal(
		read_as("jaaropgave-vast", text.bytes, &p, &why), V_OK);
	assert_int_equal(p.letters, 1);
	assert_int_equal(p.rejected + p.warnings, 0);
	assert_int_equal(p.cents, 690500);
	assert_string_equal(p.reference, "0030000825-2025");
	assert_string_equal(p.subject, "Jaaropgave 2025");
	assert_int_equal(p.documents, 0);
	says(p.text, "over 2025 van Gemeente Demodam.");
	says(p.text, "Participatiewet, 01-01-2025 tot en met 31-12-2025");
	says(p.text, "volksverzekeringen: 7.305 euro");
	says(p.text, "volksverzekeringen: -400 euro");
	says(p.text, "Loonheffingskorting (code 1) vanaf 01-01-2025");
	buf_done(&text);
}

static void
test_layouts__a_statement_of_another_year_is_rejected(void **state)
{
	struct buf text = BUF_MAX(10000);
	struct fault why;
	struct post p;

	(void)state;
	statement(&text, "Dummy", "20240101", "000000999990019");
	assert_int_equal(
		read_as("jaaropgave-vast", text.bytes, &p, &why), V_OK);
	assert_int_equal(p.letters, 0);
	assert_int_equal(p.rejected, 1);
	/* A name that fills its place was perhaps cut off. */
	statement(&text,
		"Dummydummydummydummydummydummydummydummydummydummydummydummy"
		"dummydummy",
		"20250101", "000000999990019");
	assert_int_equal(
		read_as("jaaropgave-vast", text.bytes, &p, &why), V_OK);
	assert_int_equal(p.letters, 1);
	assert_int_equal(p.warnings, 1);
	assert_int_equal(p.code, CODE_PERSON_NAME);
	assert_string_equal(p.field, "achternaam");
	/* Another person than was counted. */
	statement(&text, "Dummy", "20250101", "000000999993653");
	assert_int_equal(
		read_as("jaaropgave-vast", text.bytes, &p, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_TOTALS);
	buf_done(&text);
}

/* --- an index --- */

static void
test_layouts__an_index_may_have_its_columns_in_any_order(void **state)
{
	static const char text[] =
		"datum;referentie;bsn;naam;straat;huisnummer;huisletter;"
		"toevoeging;postcode;woonplaats;onderwerp;document\n"
		"2026-02-15;PV-1;999990019;J. Dummy;Demostraat;7;;;1234AB;"
		"Demodam;Uw parkeervergunning loopt af;pv-1.pdf\n"
		"2026-02-15;PV-2;;Bakkerij 2000 BV;Demostraat;7;;;1234 ab;"
		"Proefdorp;Uw parkeervergunning loopt af;pv-2.pdf\n";
	struct fault why;
	struct post p;

	(void)state;
	assert_int_equal(read_as("index-csv", text, &p, &why), V_OK);
	assert_int_equal(p.letters, 2);
	assert_int_equal(p.rejected + p.warnings, 0);
	/* Who has no number has no box. */
	assert_int_equal(p.bsn, BSN_NONE.number);
	assert_string_equal(p.reference, "PV-2");
	assert_string_equal(p.town, "Proefdorp");
	assert_string_equal(p.href, "pv-2.pdf");
	assert_string_equal(p.title, "Uw parkeervergunning loopt af");
	assert_int_equal(p.dated, 20499);
}

#define INDEX                                                                  \
	"referentie;eerste_pagina;laatste_pagina;bsn;naam;straat;huisnummer;"  \
	"huisletter;toevoeging;postcode;woonplaats;onderwerp;datum\n"
#define PERSON                                                                 \
	";999990019;J. Dummy;Demostraat;7;;;1234AB;Demodam;Uw paspoort;"       \
	"2026-02-15\n"

static void
test_layouts__pages_of_one_pdf_are_a_letter(void **state)
{
	struct fault why;
	struct post p;

	(void)state;
	assert_int_equal(read_as("pdf-index",
				 INDEX "A;1;2" PERSON "B;3;3" PERSON, &p, &why),
		V_OK);
	assert_int_equal(p.letters, 2);
	assert_int_equal(p.documents, 1);
	assert_string_equal(p.href, "");
	assert_int_equal(p.first_page, 3);
	assert_int_equal(p.last_page, 3);
	/* Pages that run backwards could be another's: nothing is taken. */
	assert_int_equal(
		read_as("pdf-index", INDEX "A;2;1" PERSON, &p, &why), V_BROKEN);
	assert_int_equal(read_as("pdf-index",
				 INDEX "A;3;3" PERSON "B;1;2" PERSON, &p, &why),
		V_BROKEN);
	assert_int_equal(read_as("pdf-index",
				 INDEX "A;1;2" PERSON "B;1;2" PERSON, &p, &why),
		V_BROKEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_layouts__a_payment_becomes_a_text_with_its_parts),
		cmocka_unit_test(
			test_layouts__two_payments_in_a_period_are_two_letters),
		cmocka_unit_test(test_layouts__payments_must_add_up),
		cmocka_unit_test(
			test_layouts__a_statement_has_its_specifications),
		cmocka_unit_test(
			test_layouts__a_statement_of_another_year_is_rejected),
		cmocka_unit_test(
			test_layouts__an_index_may_have_its_columns_in_any_order),
		cmocka_unit_test(test_layouts__pages_of_one_pdf_are_a_letter),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
