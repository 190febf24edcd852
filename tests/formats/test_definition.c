/* tests/formats/test_definition.c - a definition means what it says */
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

static int
named(const struct definition *d, const char *record, const char *field)
{
	int i;

	for (i = 0; i < d->field_count; i++)
		if (strcmp(d->records[d->fields[i].record].name, record) == 0 &&
			strcmp(d->fields[i].name, field) == 0)
			return i;
	fail_msg("no field %s.%s", record, field);
	return -1;
}

static void
test_definition__a_delimited_one_means_what_it_says(void **state)
{
	struct definition *d = sound(delimited);
	int cp = 2;

	(void)state;
	assert_string_equal(definition_id(d), "test/3");
	assert_int_equal(definition_kind(d), FORMAT_DELIMITED);
	assert_true(definition_input(d)->zip && definition_input(d)->plain);
	assert_false(definition_input(d)->tar || definition_input(d)->gzip);
	assert_true(definition_input(d)->documents);
	assert_int_equal(d->separator, ';');
	assert_int_equal(d->quote, '"');
	assert_int_equal(d->field_max, 10000);
	assert_true(d->bom);
	assert_int_equal(d->letter, 1);
	assert_int_equal(d->records[0].occurs, OCCURS_FIRST);
	assert_int_equal(d->records[0].min, 1);
	assert_int_equal(d->records[0].columns, 4);
	assert_string_equal(d->records[1].when, "SP");
	assert_int_equal(d->records[1].when_column, 1);
	assert_int_equal(d->records[1].max, d->records_max);
	assert_int_equal(d->records[1].key_count, 2);
	assert_int_equal(d->records[1].key[0], named(d, "SP", "bsn"));
	assert_int_equal(d->records[1].key[1], named(d, "VL", "jaar"));
	assert_int_equal(d->records[cp].parent, 1);
	assert_int_equal(d->records[cp].link[0], named(d, "CP", "volg"));
	assert_int_equal(d->records[cp].link_parent[0], named(d, "SP", "id"));
	assert_int_equal(d->records[cp].lines.count, 3);
	/* Fields of a record lie together, whatever the order in the file. */
	assert_int_equal(d->records[0].first_field, 0);
	assert_int_equal(d->records[cp].field_count, 3);
	assert_int_equal(d->fields[d->records[cp].first_field].record, cp);
	assert_int_equal(d->fields[named(d, "SP", "bsn")].column, 3);
	assert_int_equal(d->fields[named(d, "SP", "naam")].max, 70);
	assert_int_equal(d->sender, named(d, "VL", "zender"));
	assert_int_equal(d->number, named(d, "VL", "nr"));
	assert_int_equal(d->period, named(d, "VL", "jaar"));
	assert_int_equal(d->environment, -1);
	assert_int_equal(d->recipient, named(d, "SP", "bsn"));
	assert_int_equal(d->amount, named(d, "CP", "bedrag"));
	assert_int_equal(d->deadline, -1);
	assert_int_equal(d->documents[0].href, named(d, "SP", "pdf"));
	assert_int_equal(d->documents[0].first_page, -1);
	assert_true(definition_text(d));
	assert_int_equal(definition_policy(d)->rejects, 7);
	assert_int_equal(definition_policy(d)->reject_ppm, 25000);
	definition_free(d);
}

static void
test_definition__checks_are_looked_up(void **state)
{
	struct definition *d = sound(delimited);

	(void)state;
	assert_int_equal(d->control_count, 3);
	assert_int_equal(d->controls[0].kind, CONTROL_COUNT);
	assert_int_equal(d->controls[0].record, 1);
	assert_int_equal(d->controls[0].total, named(d, "SL", "aantal"));
	assert_int_equal(d->controls[0].bad, BAD_STOP);
	assert_int_equal(d->controls[1].field, named(d, "CP", "bedrag"));
	assert_int_equal(d->controls[2].kind, CONTROL_SEQUENCE);
	assert_int_equal(d->controls[2].total, -1);
	assert_int_equal(d->controls[2].bad, BAD_REJECT);
	assert_string_equal(d->controls[2].text, "sequence(SP.id)");
	assert_int_equal(d->rules[0].kind, RULE_SAME_YEAR);
	assert_int_equal(d->rules[0].record, 1);
	assert_int_equal(d->rules[0].of[0].field, named(d, "VL", "jaar"));
	assert_int_equal(d->rules[0].of[1].field, named(d, "SP", "dag"));
	assert_int_equal(d->rules[0].of[1].record, -1);
	definition_free(d);
}

static void
test_definition__an_xml_one_is_a_tree_of_elements(void **state)
{
	struct definition *d = sound(xml);
	int at, slot;

	(void)state;
	assert_int_equal(d->letter, 1);
	assert_int_equal(d->field_max, 20000000);
	assert_string_equal(d->nodes[0].local, "set");
	assert_string_equal(d->nodes[0].ns, "urn:w");
	at = d->nodes[0].child; /* w:value */
	assert_int_equal(d->nodes[at].record, 0);
	at = d->nodes[at].child; /* w:for */
	assert_int_equal(d->nodes[at].record, -1);
	at = d->nodes[at].child; /* w:person */
	assert_int_equal(d->nodes[at].record, 1);
	at = d->nodes[at].child; /* w:line */
	assert_int_equal(d->nodes[at].record, 2);
	slot = d->nodes[at].slot;
	assert_string_equal(d->slots[slot].local, "x");
	assert_int_equal(d->slots[slot].field, named(d, "regel", "x"));
	at = d->nodes[at].sibling; /* w:nr: an attribute and its text */
	assert_true(d->nodes[at].text);
	assert_int_equal(
		d->slots[d->nodes[at].slot].field, named(d, "brief", "bsn"));
	slot = d->slots[d->nodes[at].slot].next;
	assert_string_equal(d->slots[slot].local, "id");
	at = d->nodes[at].sibling; /* w:doc */
	assert_int_equal(d->nodes[at].document, 0);
	assert_int_equal(d->slots[d->nodes[at].slot].kind, SLOT_INLINE);
	assert_int_equal(d->rules[0].of[0].record, 2);
	assert_int_equal(d->rules[0].of[0].field, -1);
	assert_int_equal(d->reference.part[0].field, named(d, "waarde", "obj"));
	definition_free(d);
}

static void
test_definition__a_fixed_one_knows_positions(void **state)
{
	struct definition *d = sound(fixed);
	const struct field *f;

	(void)state;
	assert_int_equal(d->record_bytes, 40);
	assert_int_equal(d->newline, NEWLINE_CRLF);
	assert_false(d->bom);
	assert_int_equal(d->records[1].when_at, 1);
	assert_int_equal(d->records[1].when_bytes, 2);
	assert_string_equal(d->records[1].when, "20");
	f = &d->fields[named(d, "R10", "naam")];
	assert_int_equal(f->at, 12);
	assert_int_equal(f->bytes, 20);
	assert_int_equal(f->max, 20);
	f = &d->fields[named(d, "R20", "loon")];
	assert_int_equal(f->sign, SIGN_SPLIT);
	assert_int_equal(f->sign_field, named(d, "R20", "teken"));
	assert_int_equal(f->decimals, 2);
	assert_true(definition_input(d)->plain);
	definition_free(d);
}

static void
test_definition__all_five_of_ours_load(void **state)
{
	static const char *const names[] = { "woz-biljet", "uitkering-csv",
		"jaaropgave-vast", "index-csv", "pdf-index" };
	struct definition *d = NULL;
	struct buf text = BUF_MAX(1000000);
	char path[100], id[50];
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "formats/%s.yaml", names[i]);
		buf_reset(&text);
		assert_int_equal(file_get(AT_FDCWD, path, &text, &why), V_OK);
		assert_int_equal(
			definition_parse(path, text.bytes, text.len, &d, &why),
			V_OK);
		snprintf(id, sizeof(id), "%s/1", names[i]);
		assert_string_equal(definition_id(d), id);
		definition_free(d);
	}
	buf_done(&text);
}

static void
test_definition__the_digest_is_that_of_its_text(void **state)
{
	struct definition *a = sound(delimited);
	struct definition *b =
		sound_with(delimited, "rejects: 7", "rejects: 8");
	struct definition *c = sound(delimited);

	(void)state;
	assert_memory_equal(definition_sha256(a), definition_sha256(c), 32);
	assert_memory_not_equal(definition_sha256(a), definition_sha256(b), 32);
	definition_free(a);
	definition_free(b);
	definition_free(c);
	definition_free(NULL);
}

static void
test_definition__names_that_two_records_have_are_told_apart(void **state)
{
	struct definition *d;

	(void)state;
	/* Its own field comes first, before one of the header. */
	d = sound_with(delimited, "documents:",
		"  - { in: VL, name: naam, at: 5, type: text }\ndocuments:");
	assert_int_equal(d->name.part[0].field, named(d, "SP", "naam"));
	definition_free(d);
}

static void
test_definition__limits_hold_to_the_last_one(void **state)
{
	struct buf text = BUF_MAX(3000000);
	struct definition *d = NULL;
	struct fault why;
	int i;

	(void)state;
	/* One field more than there may be. */
	buf_text(&text, "format: t\nversion: 1\nkind: delimited\n"
			"input: { payload: p }\nrecords:\n"
			"  - { name: R, key: [f1] }\n"
			"letter: { reference: r, subject: s, text: t, "
			"address: { name: n } }\nfields:\n");
	for (i = 1; i <= DEFINITION_FIELDS_MAX; i++)
		buf_format(
			&text, "  - { name: f%d, at: %d, type: text }\n", i, i);
	d = sound(text.bytes);
	assert_int_equal(d->field_count, DEFINITION_FIELDS_MAX);
	definition_free(d);
	d = NULL;
	buf_format(&text, "  - { name: f%d, at: %d, type: text }\n", i, i);
	assert_int_equal(definition_parse("f", text.bytes, text.len, &d, &why),
		V_BROKEN);
	assert_int_equal(why.code, CODE_CONFIG_VALUE);
	/* One byte more than a definition may have. */
	buf_reset(&text);
	buf_text(&text, delimited);
	while (text.len < 1000000)
		buf_text(&text, "\n");
	definition_free(sound(text.bytes));
	buf_text(&text, "\n");
	assert_int_equal(definition_parse("f", text.bytes, text.len, &d, &why),
		V_BROKEN);
	assert_int_equal(why.code, CODE_FORMAT);
	assert_string_equal(why.place, "f:1:1");
	buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_definition__a_delimited_one_means_what_it_says),
		cmocka_unit_test(test_definition__checks_are_looked_up),
		cmocka_unit_test(
			test_definition__an_xml_one_is_a_tree_of_elements),
		cmocka_unit_test(test_definition__a_fixed_one_knows_positions),
		cmocka_unit_test(test_definition__all_five_of_ours_load),
		cmocka_unit_test(
			test_definition__the_digest_is_that_of_its_text),
		cmocka_unit_test(
			test_definition__names_that_two_records_have_are_told_apart),
		cmocka_unit_test(test_definition__limits_hold_to_the_last_one),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
