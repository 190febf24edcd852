/* tests/formats/test_template.c - text with names in it says what people read
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

static const char text[] =
	"format: t\nversion: 1\nkind: delimited\ninput: { payload: p }\n"
	"records:\n"
	"  - { name: H, when: \"1=H\", occurs: first }\n"
	"  - { name: L, when: \"1=L\", key: [naam] }\n"
	"  - { name: P, when: \"1=P\", parent: L, "
	"line: \"{wat}: {bedrag}\", line_unless: \"soort=0\" }\n"
	"fields:\n"
	"  - { in: H, name: jaar, at: 2, type: year }\n"
	"  - { in: H, name: wie, at: 3, type: text }\n"
	"  - { in: L, name: naam, at: 2, type: text }\n"
	"  - { in: L, name: van, at: 3, type: text }\n"
	"  - { in: L, name: komma, at: 4, type: \"money:comma\" }\n"
	"  - { in: L, name: heel, at: 5, type: \"money:int\" }\n"
	"  - { in: L, name: cent, at: 6, type: \"money:int\", unit: cent }\n"
	"  - { in: L, name: dag, at: 7, type: \"date:ymd\", incomplete: true "
	"}\n"
	"  - { in: L, name: iso, at: 8, type: \"date:iso\" }\n"
	"  - { in: L, name: dmy, at: 9, type: \"date:dmy\" }\n"
	"  - { in: L, name: periode, at: 10, type: period }\n"
	"  - { in: L, name: ja, at: 11, type: \"bool:jn\" }\n"
	"  - { in: L, name: kolom, at: 12, type: enum, values: [a, b], "
	"words: [bij, af] }\n"
	"  - { in: L, name: tijd, at: 13, type: time }\n"
	"  - { in: P, name: wat, at: 2, type: text }\n"
	"  - { in: P, name: bedrag, at: 3, type: \"money:comma\" }\n"
	"  - { in: P, name: soort, at: 4, type: digits }\n"
	"letter: { reference: \"{naam}\", subject: S, text: T, "
	"address: { name: \"{naam}\" } }\n";

struct room {
	struct definition *d;
	struct arena mem;
	struct value values[40];
	const char *lines[DEFINITION_RECORDS_MAX];
};

static int
setup(void **state)
{
	struct room *r = mem_zero(1, sizeof(*r));

	r->d = sound(text);
	*state = r;
	return 0;
}

static int
teardown(void **state)
{
	struct room *r = *state;

	definition_free(r->d);
	arena_done(&r->mem);
	free(r);
	return 0;
}

static void
set(struct room *r, const char *record, const char *field, const char *value,
	int64_t cents)
{
	int i;

	for (i = 0; i < r->d->field_count; i++) {
		const struct field *f = &r->d->fields[i];

		if (strcmp(r->d->records[f->record].name, record) == 0 &&
			strcmp(f->name, field) == 0) {
			r->values[i] = (struct value){ .text = value,
				.len = value == NULL ? 0 : strlen(value),
				.cents = cents };
			return;
		}
	}
	fail_msg("no field %s", field);
}

static const char *
fill(struct room *r, const char *template, enum template_way way)
{
	struct template t;
	struct fault why = FAULT_NONE;

	assert_int_equal(
		template_parse(r->d, template, r->d->letter, &r->mem, &t, &why),
		V_OK);
	return template_fill(r->d, &t, way, r->values, r->lines, &r->mem);
}

static void
says(struct room *r, const char *template, const char *spoken, const char *raw)
{
	assert_string_equal(fill(r, template, TEMPLATE_SPOKEN), spoken);
	assert_string_equal(fill(r, template, TEMPLATE_RAW), raw);
}

/* --- values --- */

static void
test_template__money_is_written_for_people(void **state)
{
	static const struct {
		const char *field, *text;
		int64_t cents;
		const char *spoken;
	} cases[] = {
		{ "komma", "843,17", 84317, "843,17" },
		{ "komma", "1234,56", 123456, "1.234,56" },
		{ "komma", "0,05", 5, "0,05" },
		{ "komma", "-12,00", -1200, "-12,00" },
		{ "komma", "1234567,80", 123456780, "1.234.567,80" },
		{ "heel", "+000007305", 730500, "7.305" },
		{ "heel", "-000000400", -40000, "-400" },
		{ "heel", "0", 0, "0" },
		{ "cent", "84317", 84317, "843,17" },
		{ "komma", "999,99", 99999, "999,99" },
		{ "komma", "1000,00", 100000, "1.000,00" },
	};
	struct room *r = *state;
	char name[40];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		set(r, "L", cases[i].field, cases[i].text, cases[i].cents);
		snprintf(name, sizeof(name), "{%s}", cases[i].field);
		says(r, name, cases[i].spoken, cases[i].text);
	}
}

static void
test_template__dates_and_periods_are_written_for_people(void **state)
{
	struct room *r = *state;

	set(r, "L", "dag", "20260215", 0);
	says(r, "{dag}", "15-02-2026", "20260215");
	set(r, "L", "dag", "20260200", 0);
	says(r, "{dag}", "02-2026", "20260200");
	set(r, "L", "dag", "20260000", 0);
	says(r, "{dag}", "2026", "20260000");
	set(r, "L", "iso", "2026-02-15", 0);
	says(r, "{iso}", "15-02-2026", "2026-02-15");
	set(r, "L", "dmy", "15-02-2026", 0);
	says(r, "{dmy}", "15-02-2026", "15-02-2026");
	set(r, "L", "periode", "202601", 0);
	says(r, "{periode}", "2026-01", "202601");
	set(r, "L", "tijd", "20260123T021500", 0);
	says(r, "{tijd}", "23-01-2026", "20260123T021500");
	set(r, "H", "jaar", "2026", 0);
	says(r, "{jaar}", "2026", "2026");
}

static void
test_template__codes_have_words(void **state)
{
	struct room *r = *state;

	set(r, "L", "kolom", "b", 0);
	says(r, "{kolom}", "af", "b");
	set(r, "L", "ja", "N", 0);
	says(r, "{ja}", "nee", "N");
}

/* --- names --- */

static void
test_template__names_are_looked_up_from_the_record(void **state)
{
	struct room *r = *state;
	struct template t;
	struct fault why;
	static const struct {
		const char *text;
		int from; /* record */
		enum code code;
	} wrong[] = {
		{ "{naan}", 1, CODE_CONFIG_NAME },
		{ "{wat}", 1, CODE_CONFIG_NAME },   /* of a line */
		{ "{P.wat}", 1, CODE_CONFIG_NAME }, /* as well */
		{ "{naam}", 0, CODE_CONFIG_NAME },  /* from the header */
		{ "{}", 1, CODE_CONFIG_NAME },
		{ "{naam", 1, CODE_CONFIG_VALUE },
		{ "{naam{wie}", 1, CODE_CONFIG_VALUE },
		{ "{na\nam}", 1, CODE_CONFIG_VALUE },
	};
	size_t i;

	set(r, "L", "naam", "Dummy", 0);
	set(r, "H", "wie", "Demodam", 0);
	set(r, "P", "wat", "Bijstand", 0);
	says(r, "{naam} in {wie}", "Dummy in Demodam", "Dummy in Demodam");
	says(r, "{L.naam}, {H.wie}", "Dummy, Demodam", "Dummy, Demodam");
	/* A line sees its letter and the header. */
	assert_int_equal(template_parse(r->d, "{wat} {naam} {wie}", 2, &r->mem,
				 &t, &why),
		V_OK);
	assert_string_equal(template_fill(r->d, &t, TEMPLATE_SPOKEN, r->values,
				    NULL, &r->mem),
		"Bijstand Dummy Demodam");
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		print_message("# case %zu\n", i);
		assert_int_equal(template_parse(r->d, wrong[i].text,
					 wrong[i].from, &r->mem, &t, &why),
			V_BROKEN);
		assert_int_equal(why.code, wrong[i].code);
		assert_int_equal(t.count, 0);
	}
}

static void
test_template__pieces_have_a_limit(void **state)
{
	char many[TEMPLATE_PARTS_MAX * 6 + 20] = "";
	struct room *r = *state;
	struct template t;
	struct fault why;
	int i;

	for (i = 0; i < TEMPLATE_PARTS_MAX; i++)
		memcpy(many + i * 6, "{naam}", 7);
	assert_int_equal(
		template_parse(r->d, many, 1, &r->mem, &t, &why), V_OK);
	assert_int_equal(t.count, TEMPLATE_PARTS_MAX);
	memcpy(many + i * 6, "x", 2);
	assert_int_equal(
		template_parse(r->d, many, 1, &r->mem, &t, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_CONFIG_VALUE);
}

/* --- what is not there --- */

static void
test_template__absent_fields_leave_no_blanks(void **state)
{
	struct room *r = *state;

	set(r, "L", "naam", "Dummy", 0);
	says(r, "{wie} {van} {naam}", "Dummy", "Dummy");
	says(r, "De heer {van} {naam}", "De heer Dummy", "De heer Dummy");
	says(r, "{naam} {van}", "Dummy", "Dummy");
	assert_string_equal(fill(r, "", TEMPLATE_RAW), "");
}

static void
test_template__a_line_of_which_nothing_is_there_is_left_out(void **state)
{
	struct room *r = *state;

	/* A label without its value says nothing on an envelope. */
	says(r, "Postbus {van}", "Postbus", "");
	set(r, "L", "naam", "Dummy", 0);
	assert_string_equal(fill(r,
				    "Geachte {naam},\n\nOver {van}\n"
				    "Van {naam} en {van} \nEinde\n",
				    TEMPLATE_SPOKEN),
		"Geachte Dummy,\n\nVan Dummy en\nEinde");
	set(r, "L", "van", "de\nrest", 0);
	assert_string_equal(fill(r, "Over {van}\nEinde", TEMPLATE_SPOKEN),
		"Over de rest\nEinde");
}

static void
test_template__lines_stand_where_they_are_named(void **state)
{
	struct room *r = *state;
	const struct template *line = &r->d->records[2].lines;

	r->lines[2] = "een: 1,00\ntwee: 2,00\n";
	assert_string_equal(fill(r, "Delen:\n{P}\nEinde", TEMPLATE_SPOKEN),
		"Delen:\neen: 1,00\ntwee: 2,00\nEinde");
	r->lines[2] = NULL;
	assert_string_equal(fill(r, "Delen:\n{P}\nEinde", TEMPLATE_SPOKEN),
		"Delen:\nEinde");
	/* One line of it; and none when its code says so. */
	set(r, "P", "wat", "Bijstand", 0);
	set(r, "P", "bedrag", "740,17", 74017);
	set(r, "P", "soort", "1", 0);
	assert_string_equal(template_fill(r->d, line, TEMPLATE_SPOKEN,
				    r->values, NULL, &r->mem),
		"Bijstand: 740,17");
	set(r, "P", "soort", "0", 0);
	assert_string_equal(template_fill(r->d, line, TEMPLATE_SPOKEN,
				    r->values, NULL, &r->mem),
		"");
}

static void
test_template__a_field_alone_is_lent(void **state)
{
	struct room *r = *state;
	static const char name[] = "Dummy";

	set(r, "L", "naam", name, 0);
	assert_ptr_equal(fill(r, "{naam}", TEMPLATE_RAW), name);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_template__money_is_written_for_people),
		TEST(test_template__dates_and_periods_are_written_for_people),
		TEST(test_template__codes_have_words),
		TEST(test_template__names_are_looked_up_from_the_record),
		TEST(test_template__pieces_have_a_limit),
		TEST(test_template__absent_fields_leave_no_blanks),
		TEST(test_template__a_line_of_which_nothing_is_there_is_left_out),
		TEST(test_template__lines_stand_where_they_are_named),
		TEST(test_template__a_field_alone_is_lent),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
