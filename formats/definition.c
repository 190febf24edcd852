/* formats/definition.c - reading and compiling a definition
 *
 * The YAML is one line per row of the supplier's field table.  Everything it
 * names is looked up here, once: a definition that loads cannot fail later.
 * No expressions, no predicates: a bad definition is refused, never slow.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/yaml.h"
#include "formats/definition.h"
#include "formats/layout.h"

#define PATH_STEPS_MAX 16
#define LENGTH_MAX 10000000

struct compile {
	struct definition *d;
	const struct layout *l;
	struct fault *why;
};

__attribute__((format(printf, 3, 4))) static enum verdict
bad(struct compile *c, enum code code, const char *fmt, ...)
{
	char text[FAULT_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return fault_set(c->why, V_BROKEN, code, "%s", text);
}

/* --- paths --- */

/* "WB" of "WB:biljet" as URI; an element without prefix has no namespace. */
static enum verdict
namespace_of(struct compile *c, const char *name, size_t len,
	const char **ns_out, const char **local_out)
{
	const char *colon = memchr(name, ':', len);
	size_t i, prefix;

	*ns_out = "";
	*local_out = name;
	if (colon != NULL) {
		prefix = (size_t)(colon - name);
		for (i = 0; i < c->l->namespace_count; i++) {
			const struct layout_namespace *n = &c->l->namespaces[i];

			if (strlen(n->prefix) == prefix &&
				memcmp(n->prefix, name, prefix) == 0)
				break;
		}
		if (i == c->l->namespace_count)
			return bad(c, CODE_CONFIG_NAME,
				"there is no namespace with prefix '%.*s'",
				(int)prefix, name);
		*ns_out = c->l->namespaces[i].uri;
		*local_out = colon + 1;
		len -= prefix + 1;
	}
	if (len == 0)
		return bad(c, CODE_CONFIG_VALUE, "a path has an empty step");
	*local_out = arena_text(&c->d->mem, *local_out, len);
	return V_OK;
}

static int
new_node(struct definition *d, const char *ns, const char *local)
{
	d->nodes[d->node_count] = (struct node){ .ns = ns,
		.local = local,
		.child = -1,
		.sibling = -1,
		.record = -1,
		.slot = -1,
		.document = -1 };
	return d->node_count++;
}

/* The child of `node` with that name, made when it is not there. */
static enum verdict
child(struct compile *c, int node, const char *ns, const char *local,
	int *node_out)
{
	struct definition *d = c->d;
	int at, *last;

	for (at = d->nodes[node].child; at != -1; at = d->nodes[at].sibling)
		if (strcmp(d->nodes[at].ns, ns) == 0 &&
			strcmp(d->nodes[at].local, local) == 0) {
			*node_out = at;
			return V_OK;
		}
	if (d->node_count == DEFINITION_NODES_MAX)
		return bad(c, CODE_FORMAT, "too many different elements");
	at = new_node(d, ns, local);
	/* In the order of the definition, which is mostly that of the file. */
	last = &d->nodes[node].child;
	while (*last != -1)
		last = &d->nodes[*last].sibling;
	*last = at;
	*node_out = at;
	return V_OK;
}

/* Walk "WB:a/WB:b/@c" from `node`; an attribute may only be the last step. */
static enum verdict
walk(struct compile *c, int node, const char *path, int *node_out,
	const char **attr_ns_out, const char **attr_out)
{
	const char *p = path;
	int steps = 0;
	enum verdict v;

	*attr_out = NULL;
	*attr_ns_out = "";
	while (*p != '\0') {
		size_t len = strcspn(p, "/");
		const char *ns, *local;

		if (++steps > PATH_STEPS_MAX)
			return bad(c, CODE_CONFIG_VALUE,
				"path '%.80s' is too "
				"deep",
				path);
		if (strpbrk(p, "[]()*") != NULL)
			return bad(c, CODE_CONFIG_VALUE,
				"path '%.80s': only names and one @attribute",
				path);
		if (*p == '@') {
			v = namespace_of(
				c, p + 1, len - 1, attr_ns_out, attr_out);
			if (v != V_OK)
				return v;
			if (p[len] != '\0')
				return bad(c, CODE_CONFIG_VALUE,
					"path '%.80s': an attribute must be "
					"last",
					path);
			break;
		}
		v = namespace_of(c, p, len, &ns, &local);
		if (v == V_OK)
			v = child(c, node, ns, local, &node);
		if (v != V_OK)
			return v;
		p += len;
		if (*p == '/')
			p++;
	}
	*node_out = node;
	return V_OK;
}

static enum verdict
add_slot(struct compile *c, int from, const char *path, struct slot slot)
{
	struct definition *d = c->d;
	enum verdict v;
	int node;

	v = walk(c, from, path, &node, &slot.ns, &slot.local);
	if (v != V_OK)
		return v;
	if (d->slot_count == DEFINITION_NODES_MAX)
		return bad(c, CODE_FORMAT, "too many fields");
	slot.next = d->nodes[node].slot;
	d->nodes[node].slot = d->slot_count;
	if (slot.local == NULL)
		d->nodes[node].text = true;
	d->slots[d->slot_count++] = slot;
	return V_OK;
}

/* --- records --- */

static int
record_named(const struct definition *d, const char *name)
{
	int i;

	for (i = 0; i < d->record_count; i++)
		if (strcmp(d->records[i].name, name) == 0)
			return i;
	return -1;
}

static enum verdict
compile_records(struct compile *c, int node_of[DEFINITION_RECORDS_MAX])
{
	struct definition *d = c->d;
	const char *ns, *attr;
	enum verdict v;
	size_t i;
	int from;

	if (c->l->record_count == 0 ||
		c->l->record_count > DEFINITION_RECORDS_MAX)
		return bad(c, CODE_CONFIG_VALUE, "1 to %d records",
			DEFINITION_RECORDS_MAX);
	for (i = 0; i < c->l->record_count; i++) {
		const struct layout_record *r = &c->l->records[i];
		struct record *out = &d->records[i];

		*out = (struct record){
			.name = r->name, .parent = -1, .max = r->max
		};
		from = 0;
		if (r->parent != NULL) {
			out->parent = record_named(d, r->parent);
			if (out->parent != 0)
				return bad(c, CODE_CONFIG_NAME,
					"record %s: its parent must be the "
					"first record",
					r->name);
			from = node_of[out->parent];
		} else if (i != 0) {
			return bad(c, CODE_CONFIG_VALUE,
				"record %s: only the first may have no parent",
				r->name);
		}
		if (record_named(d, r->name) != -1)
			return bad(c, CODE_CONFIG_DOUBLE,
				"two records are named %s", r->name);
		v = walk(c, from, r->at, &node_of[i], &ns, &attr);
		if (v != V_OK)
			return v;
		if (attr != NULL || node_of[i] == from)
			return bad(c, CODE_CONFIG_VALUE,
				"record %s must be at an element", r->name);
		d->nodes[node_of[i]].record = (int)i;
		d->record_count++;
	}
	return V_OK;
}

/* --- fields --- */

static const struct {
	const char *name;
	enum field_type type;
} types[] = {
	{ "text", FIELD_TEXT },
	{ "digits", FIELD_DIGITS },
	{ "int", FIELD_INT },
	{ "oin", FIELD_OIN },
	{ "bsn", FIELD_BSN },
	{ "rsin", FIELD_RSIN },
	{ "anpid", FIELD_DIGITS },
	{ "alnum", FIELD_ALNUM },
	{ "letter", FIELD_LETTER },
	{ "postcode_nl", FIELD_POSTCODE },
	{ "country_iso", FIELD_COUNTRY },
	{ "date:ymd", FIELD_DATE },
	{ "year", FIELD_YEAR },
	{ "money:comma", FIELD_MONEY_COMMA },
	{ "money:int", FIELD_MONEY_INT },
	{ "enum", FIELD_ENUM },
};

static enum verdict
parse_bad(struct compile *c, const char *of, const char *text,
	enum field_bad *out)
{
	if (text == NULL || strcmp(text, "reject") == 0)
		*out = BAD_REJECT;
	else if (strcmp(text, "paper") == 0)
		*out = BAD_PAPER;
	else if (strcmp(text, "warn") == 0)
		*out = BAD_WARN;
	else if (strcmp(text, "stop") == 0)
		*out = BAD_STOP;
	else
		return bad(c, CODE_CONFIG_VALUE,
			"%s: bad must be reject, paper, warn or stop", of);
	return V_OK;
}

/* "MOBB-0203" */
static enum verdict
parse_code(struct compile *c, const char *of, const char *text, enum code *out)
{
	int64_t number;

	*out = CODE_NONE;
	if (text == NULL)
		return V_OK;
	if (strncmp(text, "MOBB-", 5) != 0 || strlen(text) != 9 ||
		!text_number(text + 5, 999, &number) || number == 0)
		return bad(c, CODE_CONFIG_VALUE,
			"%s: a code is written as MOBB-0203", of);
	*out = (enum code)number;
	return V_OK;
}

/* "9" or "1-40" */
static enum verdict
parse_length(struct compile *c, const struct layout_field *f, struct field *out)
{
	const char *text = f->length == NULL ? "0-200" : f->length;
	const char *dash = strchr(text, '-');
	char first[12];
	size_t len = dash == NULL ? strlen(text) : (size_t)(dash - text);

	if (len < sizeof(first)) {
		memcpy(first, text, len);
		first[len] = '\0';
		if (text_number(first, LENGTH_MAX, &out->min) &&
			text_number(dash == NULL ? first : dash + 1, LENGTH_MAX,
				&out->max) &&
			out->min <= out->max)
			return V_OK;
	}
	return bad(c, CODE_CONFIG_VALUE,
		"field %s: length is written as 9 or 1-40", f->name);
}

static enum verdict
parse_unit(struct compile *c, const struct layout_field *f, struct field *out)
{
	if (f->unit == NULL || strcmp(f->unit, "euro") == 0)
		out->cents = 100;
	else if (strcmp(f->unit, "cent") == 0)
		out->cents = 1;
	else
		return bad(c, CODE_CONFIG_VALUE,
			"field %s: unit must be euro or cent", f->name);
	return V_OK;
}

static enum verdict
parse_field(struct compile *c, const struct layout_field *f, int record,
	struct field *out)
{
	size_t i;
	enum verdict v;

	*out = (struct field){ .name = f->name,
		.record = record,
		.nils = f->nils,
		.nil_count = f->nil_count,
		.values = f->values,
		.value_count = f->value_count };
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, f->type) == 0)
			break;
	if (i == sizeof(types) / sizeof(types[0]))
		return bad(c, CODE_CONFIG_VALUE,
			"field %s: there is no type '%.40s'", f->name, f->type);
	out->type = types[i].type;
	out->required = f->use != NULL && strcmp(f->use, "required") == 0;
	if (f->use != NULL && !out->required && strcmp(f->use, "optional") != 0)
		return bad(c, CODE_CONFIG_VALUE,
			"field %s: use must be required or optional", f->name);
	if (out->type == FIELD_ENUM && f->value_count == 0)
		return bad(c, CODE_CONFIG_VALUE,
			"field %s: an enum needs values", f->name);
	v = parse_length(c, f, out);
	if (v == V_OK)
		v = parse_bad(c, f->name, f->bad, &out->bad);
	if (v == V_OK)
		v = parse_code(c, f->name, f->code, &out->code);
	if (v == V_OK)
		v = parse_unit(c, f, out);
	return v;
}

static int
field_named(const struct definition *d, int record, const char *name)
{
	int i;

	for (i = 0; i < d->field_count; i++)
		if (d->fields[i].record == record &&
			strcmp(d->fields[i].name, name) == 0)
			return i;
	return -1;
}

/* Fields of one record lie together, whatever the order in the file. */
static enum verdict
compile_fields(struct compile *c, const int node_of[DEFINITION_RECORDS_MAX])
{
	struct definition *d = c->d;
	enum verdict v = V_OK;
	size_t i;
	int r;

	if (c->l->field_count > DEFINITION_FIELDS_MAX)
		return bad(c, CODE_CONFIG_VALUE, "more than %d fields",
			DEFINITION_FIELDS_MAX);
	for (i = 0; i < c->l->field_count; i++)
		if (record_named(d, c->l->fields[i].in) == -1)
			return bad(c, CODE_CONFIG_NAME,
				"field %s: there is no record %.40s",
				c->l->fields[i].name, c->l->fields[i].in);
	for (r = 0; r < d->record_count; r++) {
		d->records[r].first_field = d->field_count;
		for (i = 0; v == V_OK && i < c->l->field_count; i++) {
			const struct layout_field *f = &c->l->fields[i];

			if (record_named(d, f->in) != r)
				continue;
			if (field_named(d, r, f->name) != -1)
				return bad(c, CODE_CONFIG_DOUBLE,
					"two fields are named %s", f->name);
			v = parse_field(c, f, r, &d->fields[d->field_count]);
			if (v != V_OK)
				break;
			v = add_slot(c, node_of[r], f->at,
				(struct slot){ .field = d->field_count,
					.document = -1,
					.kind = SLOT_FIELD });
			d->field_count++;
		}
		d->records[r].field_count =
			d->field_count - d->records[r].first_field;
	}
	return v;
}

static enum verdict
compile_keys(struct compile *c)
{
	struct definition *d = c->d;
	size_t i, k;

	for (i = 0; i < c->l->record_count; i++) {
		const struct layout_record *r = &c->l->records[i];

		if (r->key_count > DEFINITION_KEYS_MAX)
			return bad(c, CODE_CONFIG_VALUE,
				"record %s: a key of more than %d fields",
				r->name, DEFINITION_KEYS_MAX);
		for (k = 0; k < r->key_count; k++) {
			int f = field_named(d, (int)i, r->keys[k]);

			if (f == -1)
				return bad(c, CODE_CONFIG_NAME,
					"record %s: key: there is no field "
					"%.40s",
					r->name, r->keys[k]);
			d->records[i].key[d->records[i].key_count++] = f;
		}
	}
	if (d->records[0].key_count == 0)
		return bad(c, CODE_CONFIG_VALUE,
			"record %s needs a key: two letters with the same key "
			"are the same letter",
			d->records[0].name);
	return V_OK;
}

/* --- documents, rules, control, letter --- */

static enum verdict
compile_documents(struct compile *c, const int node_of[DEFINITION_RECORDS_MAX])
{
	struct definition *d = c->d;
	const char *ns, *attr;
	enum verdict v = V_OK;
	int node, i;

	if (c->l->document_count > ATTACHMENT_LETTER_MAX)
		return bad(c, CODE_CONFIG_VALUE, "too many documents");
	for (i = 0; v == V_OK && i < (int)c->l->document_count; i++) {
		const struct layout_document *doc = &c->l->documents[i];

		if (record_named(d, doc->in) != 0)
			return bad(c, CODE_CONFIG_NAME,
				"document %s must be in the first record",
				doc->name);
		d->documents[i].name = doc->name;
		v = template_parse(d, doc->title, 0, &d->mem,
			&d->documents[i].title, c->why);
		if (v == V_OK)
			v = walk(c, node_of[0], doc->at, &node, &ns, &attr);
		if (v != V_OK)
			break;
		/* An element that occurs again is another document. */
		d->nodes[node].document = i;
		v = add_slot(c, node_of[0], doc->at,
			(struct slot){ .field = -1,
				.document = i,
				.kind = SLOT_HREF });
		if (v == V_OK && doc->sha256 != NULL)
			v = add_slot(c, node_of[0], doc->sha256,
				(struct slot){ .field = -1,
					.document = i,
					.kind = SLOT_SHA256 });
		if (v == V_OK && doc->base64 != NULL)
			v = add_slot(c, node_of[0], doc->base64,
				(struct slot){ .field = -1,
					.document = i,
					.kind = SLOT_INLINE });
		d->document_count++;
	}
	return v;
}

/* "exactly_one(bsn, rsin)": the word, and the names between the brackets. */
static enum verdict
split_call(struct compile *c, const char *of, const char *text, char *word,
	size_t word_size, char *names, size_t names_size)
{
	const char *open = strchr(text, '(');
	size_t len = strlen(text);

	if (open == NULL || len < 3 || text[len - 1] != ')' ||
		(size_t)(open - text) >= word_size || len >= names_size)
		return bad(c, CODE_CONFIG_VALUE,
			"%s: '%.60s' is not written as check(name, ...)", of,
			text);
	memcpy(word, text, (size_t)(open - text));
	word[open - text] = '\0';
	len -= (size_t)(open - text) + 2;
	memcpy(names, open + 1, len);
	names[len] = '\0';
	return V_OK;
}

/* The next name of a list, ended; NULL after the last. */
static char *
next_name(char **rest)
{
	char *name = *rest, *comma;

	if (name == NULL)
		return NULL;
	comma = strchr(name, ',');
	*rest = comma == NULL ? NULL : comma + 1;
	if (comma != NULL)
		*comma = '\0';
	return text_trim(name);
}

static enum verdict
compile_rule(struct compile *c, const struct layout_rule *r, struct rule *out)
{
	char word[32], names[400], *rest = names, *name;
	enum verdict v;

	*out = (struct rule){ .name = r->name };
	v = split_call(
		c, r->name, r->test, word, sizeof(word), names, sizeof(names));
	if (v == V_OK)
		v = parse_bad(c, r->name, r->bad, &out->bad);
	if (v == V_OK)
		v = parse_code(c, r->name, r->code, &out->code);
	if (v != V_OK)
		return v;
	if (strcmp(word, "exactly_one") == 0)
		out->kind = RULE_EXACTLY_ONE;
	else if (strcmp(word, "at_least_one") == 0)
		out->kind = RULE_AT_LEAST_ONE;
	else if (strcmp(word, "at_most_one") == 0)
		out->kind = RULE_AT_MOST_ONE;
	else
		return bad(c, CODE_CONFIG_VALUE,
			"rule %s: there is no check '%.30s'", r->name, word);
	while ((name = next_name(&rest)) != NULL) {
		if (out->count == DEFINITION_RULE_MAX)
			return bad(c, CODE_CONFIG_VALUE,
				"rule %s names too much", r->name);
		out->of[out->count].field = field_named(c->d, 0, name);
		out->of[out->count].record = record_named(c->d, name);
		if (out->of[out->count].field == -1 &&
			out->of[out->count].record <= 0)
			return bad(c, CODE_CONFIG_NAME,
				"rule %s: there is no field or record '%.40s'",
				r->name, name);
		out->count++;
	}
	return V_OK;
}

static enum verdict
compile_control(
	struct compile *c, const struct layout_control *l, struct control *out)
{
	char word[32], names[100];
	enum verdict v;

	v = split_call(c, "control", l->check, word, sizeof(word), names,
		sizeof(names));
	if (v == V_OK)
		v = parse_bad(c, l->check, l->bad, &out->bad);
	if (v != V_OK)
		return v;
	if (strcmp(word, "ascending") == 0)
		out->kind = CONTROL_ASCENDING;
	else if (strcmp(word, "unique") == 0)
		out->kind = CONTROL_UNIQUE;
	else
		return bad(c, CODE_CONFIG_VALUE,
			"control: there is no check '%.30s'", word);
	out->field = field_named(c->d, 0, text_trim(names));
	if (out->field == -1)
		return bad(c, CODE_CONFIG_NAME,
			"control: there is no field '%.40s'", names);
	return V_OK;
}

static enum verdict
compile_checks(struct compile *c)
{
	struct definition *d = c->d;
	enum verdict v = V_OK;
	size_t i;

	d->rules = arena_alloc(
		&d->mem, (c->l->rule_count + 1) * sizeof(*d->rules));
	d->controls = arena_alloc(
		&d->mem, (c->l->control_count + 1) * sizeof(*d->controls));
	for (i = 0; v == V_OK && i < c->l->rule_count; i++)
		v = compile_rule(
			c, &c->l->rules[i], &d->rules[d->rule_count++]);
	for (i = 0; v == V_OK && i < c->l->control_count; i++)
		v = compile_control(c, &c->l->controls[i],
			&d->controls[d->control_count++]);
	return v;
}

static enum verdict
letter_field(struct compile *c, const char *what, const char *name,
	enum field_type a, enum field_type b, int *out)
{
	int f;

	*out = -1;
	if (name == NULL)
		return V_OK;
	f = field_named(c->d, 0, name);
	if (f == -1)
		return bad(c, CODE_CONFIG_NAME,
			"letter: %s: there is no field '%.40s'", what, name);
	if (c->d->fields[f].type != a && c->d->fields[f].type != b)
		return bad(c, CODE_CONFIG_VALUE,
			"letter: %s: field %s has the wrong type", what, name);
	*out = f;
	return V_OK;
}

static enum verdict
compile_letter(struct compile *c)
{
	const struct layout_letter *l = &c->l->letter;
	struct definition *d = c->d;
	const struct {
		const char *text;
		struct template *out;
	} all[] = {
		{ l->reference, &d->reference },
		{ l->subject, &d->subject },
		{ l->text, &d->text },
		{ l->address.name, &d->name },
		{ l->address.attention, &d->attention },
		{ l->address.street, &d->street },
		{ l->address.number, &d->number },
		{ l->address.letter, &d->letter },
		{ l->address.addition, &d->addition },
		{ l->address.postcode, &d->postcode },
		{ l->address.town, &d->town },
		{ l->address.country, &d->country },
		{ l->address.line1, &d->foreign[0] },
		{ l->address.line2, &d->foreign[1] },
		{ l->address.line3, &d->foreign[2] },
	};
	enum verdict v;
	size_t i;

	d->sender = -1;
	for (i = 0; i < (size_t)d->records[0].field_count; i++)
		if (d->fields[i].type == FIELD_OIN &&
			d->fields[i].bad == BAD_STOP)
			d->sender = (int)i;
	v = letter_field(c, "recipient", l->recipient, FIELD_BSN, FIELD_BSN,
		&d->recipient);
	if (v == V_OK)
		v = letter_field(c, "dated", l->dated, FIELD_DATE, FIELD_DATE,
			&d->dated);
	if (v == V_OK)
		v = letter_field(c, "amount", l->amount, FIELD_MONEY_COMMA,
			FIELD_MONEY_INT, &d->amount);
	for (i = 0; v == V_OK && i < sizeof(all) / sizeof(all[0]); i++)
		v = template_parse(
			d, all[i].text, 0, &d->mem, all[i].out, c->why);
	return v;
}

/* --- the whole --- */

static enum verdict
compile_input(struct compile *c)
{
	const struct layout_input *in = &c->l->input;
	struct definition *d = c->d;
	size_t i;

	if (strcmp(c->l->kind, "xml") != 0)
		return bad(c, CODE_CONFIG_VALUE, "kind must be xml");
	if (in->encoding != NULL && strcmp(in->encoding, "utf-8") != 0)
		return bad(c, CODE_CONFIG_VALUE, "encoding must be utf-8");
	for (i = 0; i < in->container_count; i++) {
		if (strcmp(in->containers[i], "zip") == 0)
			d->zip = true;
		else if (strcmp(in->containers[i], "none") == 0)
			d->plain = true;
		else
			return bad(c, CODE_CONFIG_VALUE,
				"container must be zip or none");
	}
	d->payload = in->payload;
	d->id = arena_format(
		&d->mem, "%s/%lld", c->l->format, (long long)c->l->version);
	d->title = c->l->title == NULL ? c->l->format : c->l->title;
	d->bytes_max = c->l->limits.bytes;
	d->limits =
		(struct archive_limits){ .unpacked_max = c->l->limits.unpacked,
			.ratio_max = c->l->limits.ratio,
			.members_max = c->l->limits.members };
	d->records_max = c->l->limits.records;
	d->record_bytes_max = c->l->limits.record_bytes;
	if (c->l->limits.depth < 2 || c->l->limits.depth > 200)
		return bad(c, CODE_CONFIG_VALUE, "depth must be 2 to 200");
	d->depth_max = (int)c->l->limits.depth;
	return V_OK;
}

static enum verdict
compile(struct compile *c)
{
	struct definition *d = c->d;
	int node_of[DEFINITION_RECORDS_MAX];
	const char *ns, *local;
	enum verdict v;

	d->nodes =
		arena_alloc(&d->mem, DEFINITION_NODES_MAX * sizeof(*d->nodes));
	d->slots =
		arena_alloc(&d->mem, DEFINITION_NODES_MAX * sizeof(*d->slots));
	d->fields = arena_alloc(
		&d->mem, DEFINITION_FIELDS_MAX * sizeof(*d->fields));
	v = compile_input(c);
	if (v == V_OK)
		v = namespace_of(
			c, c->l->root, strlen(c->l->root), &ns, &local);
	if (v != V_OK)
		return v;
	(void)new_node(d, ns, local);
	v = compile_records(c, node_of);
	if (v == V_OK)
		v = compile_fields(c, node_of);
	if (v == V_OK)
		v = compile_keys(c);
	if (v == V_OK)
		v = compile_documents(c, node_of);
	if (v == V_OK)
		v = compile_checks(c);
	if (v == V_OK)
		v = compile_letter(c);
	return v;
}

enum verdict
definition_parse(const char *name, const char *text, size_t len,
	struct definition **definition_out, struct fault *why)
{
	struct definition *d = mem_zero(1, sizeof(*d));
	struct layout *layout = mem_zero(1, sizeof(*layout));
	struct compile c = { .d = d, .l = layout, .why = why };
	enum verdict v;

	d->file = layout;
	v = layout_load(name, text, len, layout, why);
	if (v == V_OK)
		v = compile(&c);
	if (v != V_OK) {
		fault_at(why, "%s", name);
		definition_free(d);
		return v;
	}
	*definition_out = d;
	return V_OK;
}

void
definition_free(struct definition *definition)
{
	if (definition == NULL)
		return;
	layout_done(definition->file);
	free(definition->file);
	arena_done(&definition->mem);
	free(definition);
}

const char *
definition_id(const struct definition *definition)
{
	return definition->id;
}

const char *
definition_title(const struct definition *definition)
{
	return definition->title;
}

bool
definition_zip(const struct definition *definition)
{
	return definition->zip;
}

bool
definition_plain(const struct definition *definition)
{
	return definition->plain;
}

const char *
definition_payload(const struct definition *definition)
{
	return definition->payload;
}

void
definition_limits(const struct definition *definition,
	struct archive_limits *limits_out, int64_t *bytes_max_out)
{
	*limits_out = definition->limits;
	*bytes_max_out = definition->bytes_max;
}

bool
definition_text(const struct definition *definition)
{
	return definition->text.count > 0;
}
