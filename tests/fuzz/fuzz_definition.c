/* tests/fuzz/fuzz_definition.c - any bytes as a definition
 *
 * What is refused says where, at most fifty times, and in the same order each
 * time.  What is accepted points at nothing that is not there, and can be
 * explained.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdlib.h>
#include <string.h>

#include "formats/definition.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* A broken promise must stop the fuzzer, also where asserts are off. */
static void
want(bool ok)
{
	if (!ok)
		__builtin_trap();
}

static void
on_mistake(void *self, const struct fault *mistake)
{
	int *count = self;
	const char *p = mistake->place;
	char *end;

	want(++*count <= 50);
	want(mistake->code == CODE_FORMAT ||
		(mistake->code >= CODE_CONFIG &&
			mistake->code <= CODE_CONFIG_NAME));
	want(mistake->text[0] != '\0');
	want(strncmp(p, "f:", 2) == 0);
	want(strtol(p + 2, &end, 10) >= 1 && *end == ':');
	want(strtol(end + 1, &end, 10) >= 1 && *end == '\0');
}

static void
want_field(const struct definition *d, int field)
{
	want(field >= -1 && field < d->field_count);
}

static void
want_template(const struct definition *d, const struct template *t)
{
	int i;

	want(t->count >= 0 && t->count <= TEMPLATE_PARTS_MAX);
	for (i = 0; i < t->count; i++) {
		want_field(d, t->part[i].field);
		want(t->part[i].record >= -1 &&
			t->part[i].record < d->record_count);
		want((t->part[i].text != NULL) + (t->part[i].field != -1) +
				(t->part[i].record != -1) ==
			1);
	}
}

static void
want_records(const struct definition *d)
{
	int i, k, fields = 0;

	want(d->record_count >= 1 && d->record_count <= DEFINITION_RECORDS_MAX);
	want(d->letter >= 0 && d->letter < d->record_count);
	want(d->records[d->letter].key_count > 0);
	for (i = 0; i < d->record_count; i++) {
		const struct record *r = &d->records[i];

		want(r->parent >= -1 && r->parent < i);
		want(r->min >= 0 && r->max >= 1 && r->min <= r->max);
		want(r->first_field == fields);
		fields += r->field_count;
		for (k = 0; k < r->key_count; k++)
			want(r->key[k] >= 0 && r->key[k] < d->field_count);
		for (k = 0; k < r->link_count; k++)
			want(d->fields[r->link[k]].record == i &&
				d->fields[r->link_parent[k]].record ==
					r->parent);
		if (d->kind == FORMAT_FIXED && r->when != NULL)
			want(r->when_at >= 1 &&
				r->when_at + r->when_bytes - 1 <=
					d->record_bytes);
		want_template(d, &r->lines);
	}
	want(fields == d->field_count);
}

static void
want_fields(const struct definition *d)
{
	int i;

	for (i = 0; i < d->field_count; i++) {
		const struct field *f = &d->fields[i];

		want(f->min >= 0 && f->min <= f->max);
		want_field(d, f->sign_field);
		want((f->sign == SIGN_SPLIT) == (f->sign_field != -1));
		if (d->kind == FORMAT_FIXED)
			want(f->at >= 1 && f->bytes >= 1 &&
				f->at + f->bytes - 1 <= d->record_bytes);
		if (d->kind == FORMAT_DELIMITED)
			want((f->column >= 1) != (f->header != NULL));
	}
}

static void
want_rest(const struct definition *d)
{
	const int single[] = { d->sender, d->environment, d->number, d->period,
		d->recipient, d->paper, d->deceased, d->secret, d->dated,
		d->deadline, d->publish, d->amount, d->type };
	size_t i;
	int k;

	for (i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		want_field(d, single[i]);
	want_template(d, &d->reference);
	want_template(d, &d->subject);
	want_template(d, &d->text);
	want_template(d, &d->name);
	for (k = 0; k < d->rule_count; k++)
		for (i = 0; i < (size_t)d->rules[k].count; i++)
			want((d->rules[k].of[i].field == -1) !=
				(d->rules[k].of[i].record == -1));
	for (k = 0; k < d->control_count; k++) {
		want(d->controls[k].record >= 0 &&
			d->controls[k].record < d->record_count);
		want_field(d, d->controls[k].field);
		want_field(d, d->controls[k].total);
	}
	for (k = 0; k < d->node_count; k++)
		want(d->nodes[k].child < d->node_count &&
			d->nodes[k].sibling < d->node_count &&
			d->nodes[k].slot < d->slot_count);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct buf out = BUF_MAX(10000000);
	struct definition *d = NULL;
	struct fault why = FAULT_NONE;
	int told = 0;
	enum verdict v;

	v = definition_check(
		"f", (const char *)bytes, len, on_mistake, &told, &d, &why);
	want((v == V_OK) == (told == 0));
	want((v == V_OK) == (d != NULL));
	if (v == V_OK) {
		want_records(d);
		want_fields(d);
		want_rest(d);
		definition_explain(d, &out);
		want(out.len > 0);
	}
	definition_free(d);
	buf_done(&out);
	return 0;
}
