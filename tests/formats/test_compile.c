/* tests/formats/test_compile.c - every mistake in a definition is told, with
 * its line and column, and all of them in one pass
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/formats/definition.h"

#define MISTAKES 60

struct told {
	int count;
	struct fault list[MISTAKES];
};

static void
on_mistake(void *self, const struct fault *mistake)
{
	struct told *t = self;

	assert_true(t->count < MISTAKES);
	t->list[t->count++] = *mistake;
}

/* Where the ^ stands, as "f:LINE:COLUMN"; it is taken out. */
static bool
take_mark(char *text, char place[40])
{
	char *mark = strchr(text, '^'), *p;
	int line = 1, column = 1;

	if (mark == NULL)
		return false;
	for (p = text; p < mark; p++) {
		column = *p == '\n' ? 1 : column + 1;
		line += *p == '\n';
	}
	memmove(mark, mark + 1, strlen(mark));
	snprintf(place, 40, "f:%d:%d", line, column);
	return true;
}

/* A ^ in `to` is where the mistake must be told. */
struct mistake {
	const char *sentence, *from, *to;
	enum code code;
	const char *words; /* in its text, NULL: any */
};

static void
one_mistake(const char *base, const struct mistake *m)
{
	char *text = changed(base, m->from, m->to);
	struct definition *d = NULL;
	struct told told = { 0 };
	struct fault why;
	char place[40];
	int i;

	print_message("# %s\n", m->sentence);
	assert_true(take_mark(text, place));
	assert_int_equal(definition_check("f", text, strlen(text), on_mistake,
				 &told, &d, &why),
		V_BROKEN);
	assert_null(d);
	for (i = 0; i < told.count; i++)
		print_message("#   %s MOBB-%04d %s\n", told.list[i].place,
			told.list[i].code, told.list[i].text);
	assert_int_equal(told.count, 1);
	assert_string_equal(why.place, told.list[0].place);
	assert_string_equal(why.text, told.list[0].text);
	assert_string_equal(why.place, place);
	assert_int_equal(why.code, m->code);
	if (m->words != NULL)
		assert_non_null(strstr(why.text, m->words));
	free(text);
}

static void
mistakes(const char *base, const struct mistake *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		one_mistake(base, &list[i]);
}
#define MISTAKES_IN(base, list)                                                \
	mistakes(base, list, sizeof(list) / sizeof(list[0]))

#define VALUE CODE_CONFIG_VALUE
#define NAME CODE_CONFIG_NAME
#define DOUBLE CODE_CONFIG_DOUBLE

static void
test_compile__mistakes_in_the_head(void **state)
{
	static const struct mistake list[] = {
		{ "name", "format: test", "format: ^Test", VALUE, NULL },
		{ "version", "version: 3", "version: ^0", VALUE, NULL },
		{ "kind", "kind: delimited", "kind: ^delimted", VALUE,
			"did you mean 'delimited'?" },
		{ "container", "[zip, none]", "[zip, ^rar]", VALUE, NULL },
		{ "unknown key", "payload:", "^container2: [zip], payload:",
			CODE_CONFIG_KEY, "'container'?" },
		{ "encoding", "payload:", "encoding: ^utf8, payload:", VALUE,
			"did you mean 'utf-8'?" },
		{ "newline", "payload:", "newline: ^none, payload:", VALUE,
			NULL },
		{ "separator", "payload:", "separator: ^a, payload:", VALUE,
			NULL },
		{ "quote", "payload:", "quote: ^x, payload:", VALUE, NULL },
		{ "of another kind", "payload:", "record_bytes: ^9, payload:",
			VALUE, "kind delimited" },
		{ "root", "records:", "root: ^x\nrecords:", VALUE, NULL },
		{ "pages nobody uses", "payload:", "pages: ^x.pdf, payload:",
			VALUE, "first_page" },
		{ "a limit", "records:", "limits: { ratio: ^0 }\nrecords:",
			VALUE, NULL },
		{ "depth", "records:", "limits: { depth: ^201 }\nrecords:",
			VALUE, NULL },
		{ "a share", "2.5%", "^2.5", VALUE, NULL },
		{ "a share above all", "2.5%", "^101%", VALUE, NULL },
		{ "an empty file", "reject_share:",
			"empty: ^yes, reject_share:", VALUE, NULL },
		{ "a sender that is none", "VL.zender", "^nr", VALUE,
			"it must be an oin" },
		{ "a line cannot say it", "number: nr", "number: ^volg", VALUE,
			"lines of a letter" },
	};

	(void)state;
	MISTAKES_IN(delimited, list);
}

static void
test_compile__mistakes_in_records(void **state)
{
	static const struct mistake list[] = {
		{ "a name twice", "  - { name: SL",
			"  - { name: ^CP, when: \"1=X\" }\n  - { name: SL",
			DOUBLE, NULL },
		{ "a name of signs", "  - { name: SL",
			"  - { name: ^S.L, when: \"1=X\" }\n  - { name: SL",
			VALUE, NULL },
		{ "no such parent", "parent: SP", "parent: ^SX", NAME,
			"did you mean 'SP'?" },
		{ "two headers", "occurs: last", "occurs: ^first", DOUBLE,
			NULL },
		{ "when", "\"1=SP\"", "^\"SP\"", VALUE, "1=VL" },
		{ "the same when", "\"1=CP\"", "^\"1=SP\"", DOUBLE, NULL },
		{ "no when", "{ name: CP, when: \"1=CP\", ", "^{ name: CP, ",
			VALUE, NULL },
		{ "at", "when: \"1=CP\", ", "when: \"1=CP\", at: ^x, ", VALUE,
			NULL },
		{ "a key that is not there", "[bsn, VL.jaar]",
			"[^bsm, VL.jaar]", NAME, "did you mean 'bsn'?" },
		{ "a key twice", "[bsn, VL.jaar]", "[bsn, ^bsn]", DOUBLE,
			NULL },
		{ "another key", "parent: SP", "parent: SP, key: [^volg]",
			VALUE, "only SP" },
		{ "a link", "[volg=id]", "[^volg=ie]", NAME,
			"record SP has no field 'ie'" },
		{ "max", "parent: SP", "parent: SP, min: 5, max: ^4", VALUE,
			NULL },
		{ "more than one header", "occurs: first",
			"occurs: first, max: ^2", VALUE, NULL },
		{ "columns", "occurs: last", "occurs: last, columns: ^1001",
			VALUE, NULL },
		{ "a field of the line", "\"{wat} {bedrag}\"",
			"^\"{wat} {bedragg}\"", NAME,
			"did you mean 'bedrag'?" },
		{ "a line of a trailer", "occurs: last",
			"occurs: last, line: ^x", VALUE, NULL },
		{ "unless without a field", "{bedrag}\" }",
			"{bedrag}\", line_unless: ^\"y=0\" }", NAME, NULL },
		{ "unless without a value", "{bedrag}\" }",
			"{bedrag}\", line_unless: ^wat }", VALUE, NULL },
		{ "a letter that is not there", "  recipient:",
			"  record: ^XX\n  recipient:", NAME, NULL },
	};

	(void)state;
	MISTAKES_IN(delimited, list);
}

static void
test_compile__mistakes_in_fields(void **state)
{
	static const struct mistake list[] = {
		{ "no such record", "in: CP, name: wat", "in: ^CQ, name: wat",
			NAME, NULL },
		{ "a name twice", "documents:",
			"  - { in: SP, name: ^dag, at: 7, type: text }\n"
			"documents:",
			DOUBLE, NULL },
		{ "a name of signs", "documents:",
			"  - { in: SP, name: ^a b, at: 7, type: text }\n"
			"documents:",
			VALUE, NULL },
		{ "a type", "type: filename", "type: ^filname", VALUE,
			"did you mean 'filename'?" },
		{ "a missing type",
			"{ in: SP, name: pdf, at: 6, type: filename",
			"^{ in: SP, name: pdf, at: 6", VALUE,
			"'type' is missing" },
		{ "a column", "at: 6", "at: ^x", VALUE, NULL },
		{ "a column twice", "at: 6", "at: ^5", DOUBLE, NULL },
		{ "a column too far", "occurs: last }\nfields:\n",
			"occurs: last, columns: 3 }\nfields:\n"
			"  - { in: SL, name: x, at: ^4, type: text }\n",
			VALUE, "3 columns" },
		{ "a length", "1-70", "^70-1", VALUE, NULL },
		{ "a length of the type", "type: filename",
			"type: filename, length: ^900", VALUE, NULL },
		{ "use", "type: filename", "type: filename, use: ^need", VALUE,
			NULL },
		{ "bad", "type: filename", "type: filename, bad: ^stopp", VALUE,
			"did you mean 'stop'?" },
		{ "code", "type: filename", "type: filename, code: ^MOBB-1203",
			VALUE, NULL },
		{ "unit", "type: filename", "type: filename, unit: ^euro",
			VALUE, NULL },
		{ "sign", "type: filename", "type: filename, sign: ^lead",
			VALUE, NULL },
		{ "decimals", "type: filename", "type: filename, decimals: ^1",
			VALUE, NULL },
		{ "values", "type: filename", "type: filename, values: [^a]",
			VALUE, NULL },
		{ "no values", "{ in: CP, name: wat, at: 3, type: text",
			"^{ in: CP, name: wat, at: 3, type: enum", VALUE,
			NULL },
		{ "words", "name: wat, at: 3, type: text",
			"name: wat, at: 3, type: enum, values: [a, b], "
			"words: [^c]",
			VALUE, NULL },
		{ "a step", "type: filename",
			"type: filename, normalise: [^trimm]", VALUE,
			"did you mean 'trim'?" },
		{ "a step without its length", "type: filename",
			"type: filename, normalise: [^pad]", VALUE, "pad:9" },
		{ "too many steps", "type: filename",
			"type: filename, normalise: [trim, nfc, lower, upper, "
			"collapse, ^trim]",
			VALUE, NULL },
		{ "incomplete", "type: filename",
			"type: filename, incomplete: ^true", VALUE, NULL },
		{ "nil", "type: filename", "type: filename, nil: [^x]", VALUE,
			NULL },
		{ "ends", "type: filename", "type: filename, ends: ^\"\"",
			VALUE, NULL },
		{ "preset", "type: filename",
			"type: filename, use: required, preset: ^x", VALUE,
			NULL },
	};

	(void)state;
	MISTAKES_IN(delimited, list);
}

static void
test_compile__mistakes_in_checks_and_the_letter(void **state)
{
	static const struct mistake list[] = {
		{ "no check", "\"count(SP)", "^\"counts(SP)", VALUE,
			"did you mean 'count'?" },
		{ "no brackets", "\"sequence(SP.id)", "^\"sequence SP.id",
			VALUE, NULL },
		{ "no total", "\"count(SP) = SL.aantal", "^\"count(SP)", VALUE,
			NULL },
		{ "a total of another sort", "\"sum(CP.bedrag) = SL.som",
			"^\"sum(CP.bedrag) = SL.aantal", VALUE, "no amount" },
		{ "a total of a letter", "\"count(SP) = SL.aantal",
			"^\"count(SP) = SP.id", VALUE, "first or last" },
		{ "a record that is not there", "\"count(SP)", "^\"count(SX)",
			NAME, NULL },
		{ "a sum of names", "\"sum(CP.bedrag)", "^\"sum(SP.naam)",
			VALUE, NULL },
		{ "something behind", "\"sequence(SP.id)",
			"^\"sequence(SP.id) = SL.aantal", VALUE, NULL },
		{ "a total that rejects", "= SL.aantal\" }",
			"= SL.aantal\", bad: ^reject }", VALUE, NULL },
		{ "no rule", "\"same_year(jaar, dag)",
			"^\"same_yaer(jaar, dag)", VALUE,
			"did you mean 'same_year'?" },
		{ "a year of a name", "\"same_year(jaar, dag)",
			"^\"same_year(jaar, naam)", VALUE, "cannot compare" },
		{ "less of names", "\"same_year(jaar, dag)",
			"^\"less(naam, naam)", VALUE, "cannot compare" },
		{ "three to compare", "\"same_year(jaar, dag)",
			"^\"equal(id, id, id)", VALUE, NULL },
		{ "a name that is not there", "\"same_year(jaar, dag)",
			"^\"same_year(jaar, dat)", NAME,
			"did you mean 'dag'?" },
		{ "a recipient", "recipient: bsn", "recipient: ^naam", VALUE,
			"it must be a bsn" },
		{ "a sender that may be absent",
			"sender: VL.zender, number: nr, period: jaar }\n"
			"records:\n  - { name: VL, when: \"1=VL\", "
			"occurs: first }",
			"sender: ^VL.zender }\n"
			"records:\n  - { name: VL, when: \"1=VL\", "
			"occurs: first, min: 0 }",
			VALUE, "may be absent" },
		{ "an amount", "amount: CP.bedrag", "amount: ^id", VALUE,
			NULL },
		{ "a date", "dated: dag", "dated: ^dagg", NAME,
			"did you mean 'dag'?" },
		{ "a brace", "\"{id}\"", "^\"{id\"", VALUE, NULL },
		{ "lines in the subject", "subject: \"Brief {jaar}\"",
			"subject: ^\"Brief {CP}\"", VALUE, NULL },
		{ "an empty subject", "subject: \"Brief {jaar}\"",
			"subject: ^\"\"", VALUE, NULL },
		{ "a document of another kind", "href: pdf", "href: ^naam",
			VALUE, "it must be a filename" },
		{ "a document nowhere", "{ name: brief, href: pdf, ",
			"^{ name: brief, ", VALUE, NULL },
		{ "pages without a PDF", "href: pdf",
			"first_page: ^id, last_page: id", VALUE, "pages" },
		{ "a way that is none", "href: pdf", "for: ^post, href: pdf",
			VALUE, NULL },
		{ "a channel that is no enum", "  recipient: bsn\n",
			"  recipient: bsn\n  channel: ^naam\n"
			"  box_only: [box]\n",
			VALUE, "it must be an enum" },
		{ "a leaflet in a folder", "documents:",
			"documents:\n  - { name: f, file: ^a/b.pdf, title: T }",
			VALUE, NULL },
		{ "a missing key",
			"letter:\n  recipient: bsn\n  amount: "
			"CP.bedrag\n  dated: dag\n"
			"  reference: \"{id}\"\n",
			"letter:\n  ^recipient: bsn\n", VALUE,
			"'reference' is missing" },
	};

	(void)state;
	MISTAKES_IN(delimited, list);
}

static void
test_compile__mistakes_of_xml_and_fixed(void **state)
{
	static const struct mistake in_xml[] = {
		{ "a prefix", "at: w:obj", "at: ^v:obj", NAME, "prefix 'v'" },
		{ "a predicate", "at: w:obj", "at: ^\"w:obj[1]\"", VALUE,
			NULL },
		{ "an attribute first", "at: w:obj", "at: ^\"@a/w:b\"", VALUE,
			NULL },
		{ "an empty step", "at: w:obj", "at: ^w:obj/", VALUE, NULL },
		{ "a deep path", "at: w:obj",
			"at: ^a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q", VALUE, NULL },
		{ "the same path", "at: w:nr, type: bsn",
			"at: ^w:nr/@id, type: bsn", DOUBLE, NULL },
		{ "a path through a record", "at: w:obj",
			"at: ^w:for/w:person/w:x", VALUE, "record brief" },
		{ "no root", "format: test", "^format: test", VALUE, "root" },
		{ "a column", "at: w:value", "when: ^\"1=V\", at: w:value",
			VALUE, NULL },
		{ "another encoding", "payload:",
			"encoding: ^iso-8859-1, payload:", VALUE, NULL },
		{ "a record around another", "  - { name: regel",
			"  - { name: x, at: ^w:for, parent: waarde }\n"
			"  - { name: regel",
			VALUE, NULL },
		{ "lines in quotes",
			"payload:", "multiline: ^true, payload:", VALUE, NULL },
		{ "a rule about lines of lines",
			"test: \"at_least_one(regel, bsn)\"",
			"in: waarde, test: ^\"at_least_one(regel)\"", VALUE,
			"put the rule in brief" },
	};
	static const struct mistake in_fixed[] = {
		{ "behind the record", "32+9", "^32+10", VALUE, "40 bytes" },
		{ "a column", "12+20", "^12", VALUE, "12+9" },
		{ "when of another length", "\"1-2=20\"", "^\"1-2=2\"", VALUE,
			NULL },
		{ "no record length",
			"{ payload: \"*.txt\", encoding: iso-8859-1, newline: "
			"crlf, record_bytes: 40 }",
			"^{ payload: \"*.txt\" }", VALUE, NULL },
		{ "a sign that is not there", "sign: field teken",
			"sign: ^field tekens", NAME, NULL },
		{ "a PDF in a plain file", "letter:",
			"documents: [{ name: d, href: ^pdf, title: T }]\n"
			"letter:",
			VALUE, NULL },
	};
	char *text = changed(xml, "root: w:set\n", "");

	(void)state;
	MISTAKES_IN(fixed, in_fixed);
	one_mistake(text, &in_xml[7]);
	free(text);
	mistakes(xml, in_xml, 7);
	mistakes(xml, in_xml + 8, 5);
}

static void
test_compile__a_name_of_two_records_is_ambiguous(void **state)
{
	static const struct mistake list[] = {
		{ "in the delivery", "number: nr", "number: ^nr", NAME,
			"more than one record" },
		{ "in the delivery, said which", "number: nr", "number: ^SP.nr",
			NAME, "no field" },
	};
	char *text =
		changed(delimited, "in: SL, name: aantal", "in: SL, name: nr");
	char *fit = changed(text, "= SL.aantal", "= SL.nr");

	(void)state;
	MISTAKES_IN(fit, list);
	definition_free(sound_with(fit, "number: nr", "number: VL.nr"));
	free(text);
	free(fit);
}

static void
test_compile__all_mistakes_are_told_in_one_pass(void **state)
{
	static const char *const pairs[][2] = {
		{ "rejects: 7", "^rejets: 7" },
		{ "type: name, length", "type: ^nam, length" },
		{ "at: 6", "at: ^six" },
		{ "\"sequence(SP.id)", "^\"sequence(SP.idd)" },
		{ "recipient: bsn", "recipient: ^bsm" },
		{ "subject: \"Brief {jaar}\"", "subject: ^\"Brief {jar}\"" },
	};
	char *text = mem_text(delimited), *next, places[6][40];
	struct definition *d = NULL;
	struct told told = { 0 };
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < 6; i++) {
		next = changed(text, pairs[i][0], pairs[i][1]);
		assert_true(take_mark(next, places[i]));
		free(text);
		text = next;
	}
	assert_int_equal(definition_check("f", text, strlen(text), on_mistake,
				 &told, &d, &why),
		V_BROKEN);
	assert_int_equal(told.count, 6);
	for (i = 0; i < 6; i++)
		assert_string_equal(told.list[i].place, places[i]);
	assert_int_equal(told.list[0].code, CODE_CONFIG_KEY);
	/* Without anybody to tell, the first is what is said. */
	assert_int_equal(
		definition_parse("f", text, strlen(text), &d, &why), V_BROKEN);
	assert_string_equal(why.place, places[0]);
	free(text);
}

static void
test_compile__fifty_mistakes_are_enough(void **state)
{
	struct buf text = BUF_MAX(100000);
	struct definition *d = NULL;
	struct told told = { 0 };
	struct fault why;
	int i;

	(void)state;
	buf_text(&text, fixed);
	buf_text(&text, "rules:\n");
	for (i = 0; i < 51; i++)
		buf_format(&text, "  - { name: r%d, test: x }\n", i);
	assert_int_equal(definition_check("f", text.bytes, text.len, on_mistake,
				 &told, &d, &why),
		V_BROKEN);
	assert_int_equal(told.count, 50);
	buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compile__mistakes_in_the_head),
		cmocka_unit_test(test_compile__mistakes_in_records),
		cmocka_unit_test(test_compile__mistakes_in_fields),
		cmocka_unit_test(
			test_compile__mistakes_in_checks_and_the_letter),
		cmocka_unit_test(test_compile__mistakes_of_xml_and_fixed),
		cmocka_unit_test(
			test_compile__a_name_of_two_records_is_ambiguous),
		cmocka_unit_test(
			test_compile__all_mistakes_are_told_in_one_pass),
		cmocka_unit_test(test_compile__fifty_mistakes_are_enough),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
