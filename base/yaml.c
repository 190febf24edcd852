/* base/yaml.c - see base/yaml.h
 *
 * libyaml makes a small tree with the mark of every node; one walk over tree
 * and schema together checks and fills.  So every error has the exact line and
 * column of the key or value that is wrong.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/yaml.h"

#define DEPTH_MAX 8	    /* schemas are at most four deep */
#define NODES_MAX 100000    /* of one document */
#define EVENTS_DEPTH_MAX 40 /* libyaml slows down with depth */
#define NUMBER_MAX (INT64_MAX / 10 - 9)

struct walk {
	const char *name;
	yaml_document_t *doc;
	struct yaml_mistakes *mistakes;
	struct yaml_places *places; /* NULL: nobody asks */
};

/* Nobody listens any more. */
static bool
enough(const struct walk *w)
{
	return w->mistakes->count >= w->mistakes->max;
}

static void
bad_mark(struct walk *w, const yaml_mark_t *mark, enum code code,
	const char *text)
{
	struct fault f;

	(void)fault_set(&f, V_BROKEN, code, "%s", text);
	fault_at(&f, "%s:%zu:%zu", w->name, mark->line + 1, mark->column + 1);
	yaml_mistake(w->mistakes, &f);
}

__attribute__((format(printf, 4, 5))) static void
bad(struct walk *w, const yaml_node_t *node, enum code code, const char *fmt,
	...)
{
	char text[FAULT_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	bad_mark(w, &node->start_mark, code, text);
}

static void
remember(struct walk *w, const void *value, const yaml_node_t *node)
{
	if (w->places != NULL)
		yaml_places_add(w->places, value, node->start_mark.line + 1,
			node->start_mark.column + 1);
}

static const char *
scalar(const yaml_node_t *node)
{
	return (const char *)node->data.scalar.value;
}

/* A whole decimal number at the start of text; the rest is its unit. */
static bool
leading_number(const char *text, int64_t *n_out, const char **unit_out)
{
	char digits[20];
	size_t len = strspn(text, "0123456789");

	if (len == 0 || len >= sizeof(digits))
		return false;
	memcpy(digits, text, len);
	digits[len] = '\0';
	*unit_out = text + len;
	return text_number(digits, NUMBER_MAX, n_out);
}

static bool
times(int64_t *n, int64_t factor)
{
	if (*n > NUMBER_MAX / factor)
		return false;
	*n *= factor;
	return true;
}

struct unit {
	enum yaml_kind kind;
	const char *name;
	int64_t times, over;
};

/* Decimal only: 1 kB is 1000 bytes. */
static const struct unit units[] = {
	{ YAML_INT, "", 1, 1 },
	{ YAML_AMOUNT, "", 1, 1 },
	{ YAML_AMOUNT, "B", 1, 1 },
	{ YAML_AMOUNT, "k", 1000, 1 },
	{ YAML_AMOUNT, "kB", 1000, 1 },
	{ YAML_AMOUNT, "M", 1000000, 1 },
	{ YAML_AMOUNT, "MB", 1000000, 1 },
	{ YAML_AMOUNT, "G", 1000000000, 1 },
	{ YAML_AMOUNT, "GB", 1000000000, 1 },
	{ YAML_RATE, "/h", 1, 1 },
	{ YAML_RATE, "/min", 60, 1 },
	{ YAML_RATE, "/s", 3600, 1 },
	{ YAML_RATE, "/d", 1, 24 },
	{ YAML_DAILY, "/d", 1, 1 },
	{ YAML_SPEED, "B/s", 1, 1 },
	{ YAML_SPEED, "kB/s", 1000, 1 },
	{ YAML_SPEED, "MB/s", 1000000, 1 },
	{ YAML_SPEED, "GB/s", 1000000000, 1 },
	{ YAML_TIME, "ms", 1, 1 },
	{ YAML_TIME, "s", 1000, 1 },
	{ YAML_TIME, "min", 60000, 1 },
	{ YAML_TIME, "h", 3600000, 1 },
	{ YAML_TIME, "d", 86400000, 1 },
};

/* "35%" or "0.5%", in parts per million. */
static bool
share(const char *text, int64_t *out)
{
	const char *rest;
	int64_t n, each;

	if (!leading_number(text, &n, &rest) || n > 100)
		return false;
	n *= 10000;
	if (*rest == '.') {
		rest++;
		for (each = 1000; *rest >= '0' && *rest <= '9' && each > 0;
			rest++, each /= 10)
			n += (*rest - '0') * each;
		if (rest[-1] == '.')
			return false;
	}
	if (strcmp(rest, "%") != 0 || n > 1000000)
		return false;
	*out = n;
	return true;
}

/* Euros with up to four digits behind the point, in hundredths of a cent. */
static bool
euros(const char *text, int64_t *out)
{
	int64_t n, part = 0, unit = 10000;

	if (!leading_number(text, &n, &text) || !times(&n, unit))
		return false;
	if (*text == '.' && text[1] != '\0' && strlen(text) <= 5)
		for (text++; *text >= '0' && *text <= '9'; text++) {
			unit /= 10;
			part += (*text - '0') * unit;
		}
	*out = n + part;
	return *text == '\0';
}

static bool
measure(enum yaml_kind kind, const char *text, int64_t *out)
{
	const char *unit;
	int64_t n;
	size_t i;

	if (kind == YAML_SHARE)
		return share(text, out);
	if (kind == YAML_EURO)
		return euros(text, out);
	if (!leading_number(text, &n, &unit))
		return false;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (units[i].kind != kind || strcmp(units[i].name, unit) != 0)
			continue;
		if (!times(&n, units[i].times))
			return false;
		*out = n / units[i].over;
		return true;
	}
	return false;
}

static const char *
wanted(enum yaml_kind kind)
{
	switch (kind) {
	case YAML_TEXT:
		return "text";
	case YAML_INT:
		return "a whole number";
	case YAML_BOOL:
		return "true or false";
	case YAML_AMOUNT:
		return "a number such as 500, 24MB or 2GB";
	case YAML_RATE:
		return "a rate such as 60000/h, 1000/min or 20/s";
	case YAML_DAILY:
		return "a number a day such as 20000/d";
	case YAML_SPEED:
		return "a speed such as 50MB/s";
	case YAML_TIME:
		return "a time such as 30s, 15min, 4h or 7d";
	case YAML_SHARE:
		return "a share such as 35% or 0.5%";
	case YAML_EURO:
		return "an amount in euros such as 0.47 or 2";
	case YAML_MAP:
		return "keys with values";
	case YAML_LIST:
		return "a list of items, each with keys";
	case YAML_TEXTS:
		return "a list of texts";
	}
	return "";
}

static void walk_map(struct walk *w, const yaml_node_t *node,
	const struct yaml_key *schema, char *out, int depth);

/* Text may hold no NUL, or it would be cut without a word. */
static void
fill_text(struct walk *w, const yaml_node_t *node, char **out)
{
	if (node->type != YAML_SCALAR_NODE ||
		strlen(scalar(node)) != node->data.scalar.length) {
		bad(w, node, CODE_CONFIG_VALUE, "expected text");
		return;
	}
	*out = mem_text(scalar(node));
	remember(w, *out, node);
}

static void
fill_list(struct walk *w, const yaml_node_t *node, const struct yaml_key *key,
	char *out, int depth)
{
	size_t count = (size_t)(node->data.sequence.items.top -
				node->data.sequence.items.start);
	size_t each = key->kind == YAML_LIST ? key->item_bytes : sizeof(char *);
	size_t *count_out = (size_t *)(void *)(out + key->count_offset);
	char *items = mem_zero(count, each);
	size_t i;

	assert(each > 0);
	*(char **)(void *)(out + key->offset) = items;
	for (i = 0; i < count && !enough(w); i++) {
		const yaml_node_t *item = yaml_document_get_node(
			w->doc, node->data.sequence.items.start[i]);

		*count_out = i + 1;
		if (key->kind == YAML_LIST)
			walk_map(w, item, key->inner, items + i * each,
				depth + 1);
		else
			fill_text(w, item, (char **)(void *)(items + i * each));
	}
}

static void
fill(struct walk *w, const yaml_node_t *node, const struct yaml_key *key,
	char *out, int depth)
{
	bool is_list = key->kind == YAML_LIST || key->kind == YAML_TEXTS;
	char *field = out + key->offset;
	int64_t number = 0;
	const char *text;
	bool ok, yes;

	if (key->kind == YAML_MAP) {
		walk_map(w, node, key->inner, field, depth + 1);
		return;
	}
	if (is_list && node->type == YAML_SEQUENCE_NODE) {
		fill_list(w, node, key, out, depth);
		return;
	}
	if (key->kind == YAML_TEXTS && node->type == YAML_SCALAR_NODE &&
		node->data.scalar.length > 0) {
		char **items = mem_zero(1, sizeof(*items));

		*(char ***)(void *)field = items;
		*(size_t *)(void *)(out + key->count_offset) = 1;
		fill_text(w, node, items);
		return;
	}
	if (is_list || node->type != YAML_SCALAR_NODE) {
		bad(w, node, CODE_CONFIG_VALUE, "%s: expected %s", key->name,
			wanted(key->kind));
		return;
	}
	if (key->kind == YAML_TEXT) {
		fill_text(w, node, (char **)(void *)field);
		return;
	}
	text = scalar(node);
	yes = strcmp(text, "true") == 0;
	if (key->kind == YAML_BOOL)
		ok = yes || strcmp(text, "false") == 0;
	else
		ok = measure(key->kind, text, &number);
	if (!ok) {
		bad(w, node, CODE_CONFIG_VALUE, "%s: '%.40s' is not %s",
			key->name, text, wanted(key->kind));
		return;
	}
	if (key->kind == YAML_BOOL)
		*(bool *)(void *)field = yes;
	else
		*(int64_t *)(void *)field = number;
	remember(w, field, node);
}

/* Defaults first, so that a missing key has its value. */
static void
defaults(const struct yaml_key *schema, char *out)
{
	const struct yaml_key *k;

	for (k = schema; k->name != NULL; k++) {
		if (k->kind == YAML_BOOL)
			*(bool *)(void *)(out + k->offset) = k->absent != 0;
		else if (k->kind == YAML_INT || k->kind == YAML_AMOUNT ||
			 k->kind == YAML_RATE || k->kind == YAML_DAILY ||
			 k->kind == YAML_SPEED || k->kind == YAML_TIME ||
			 k->kind == YAML_SHARE || k->kind == YAML_EURO)
			*(int64_t *)(void *)(out + k->offset) = k->absent;
		else if (k->kind == YAML_MAP)
			defaults(k->inner, out + k->offset);
	}
}

static void
unknown_key(
	struct walk *w, const yaml_node_t *node, const struct yaml_key *schema)
{
	struct yaml_guess guess = { .word = scalar(node) };
	const struct yaml_key *k;

	for (k = schema; k->name != NULL; k++)
		yaml_guess(&guess, k->name);
	bad(w, node, CODE_CONFIG_KEY, "unknown key '%.40s'%s%s%s", scalar(node),
		guess.best == NULL ? "" : "; did you mean '",
		guess.best == NULL ? "" : guess.best,
		guess.best == NULL ? "" : "'?");
}

static void
walk_pair(struct walk *w, const yaml_node_pair_t *pair,
	const struct yaml_key *schema, char *out, uint64_t *seen, int depth)
{
	const yaml_node_t *key = yaml_document_get_node(w->doc, pair->key);
	const yaml_node_t *value = yaml_document_get_node(w->doc, pair->value);
	const struct yaml_key *k;

	if (key->type != YAML_SCALAR_NODE) {
		bad(w, key, CODE_CONFIG_KEY, "a key must be a word");
		return;
	}
	for (k = schema; k->name != NULL; k++)
		if (strcmp(k->name, scalar(key)) == 0)
			break;
	if (k->name == NULL) {
		unknown_key(w, key, schema);
		return;
	}
	assert(k - schema < 64);
	if (*seen & UINT64_C(1) << (k - schema)) {
		bad(w, key, CODE_CONFIG_DOUBLE, "key '%s' is given twice",
			k->name);
		return;
	}
	*seen |= UINT64_C(1) << (k - schema);
	fill(w, value, k, out, depth);
}

static void
walk_map(struct walk *w, const yaml_node_t *node, const struct yaml_key *schema,
	char *out, int depth)
{
	const yaml_node_pair_t *pair;
	const struct yaml_key *k;
	uint64_t seen = 0;

	defaults(schema, out);
	if (depth > DEPTH_MAX || node->type != YAML_MAPPING_NODE) {
		bad(w, node, CODE_CONFIG_VALUE, "expected %s",
			wanted(YAML_MAP));
		return;
	}
	remember(w, out, node);
	for (pair = node->data.mapping.pairs.start;
		pair < node->data.mapping.pairs.top && !enough(w); pair++)
		walk_pair(w, pair, schema, out, &seen, depth);
	for (k = schema; k->name != NULL; k++)
		if (k->required && !(seen & UINT64_C(1) << (k - schema)))
			bad(w, node, CODE_CONFIG_VALUE, "key '%s' is missing",
				k->name);
}

/* libyaml resolves aliases while it loads a document, which would let a small
 * file grow; so the events are read once before, only to refuse them.
 */
static bool
plain_events(struct walk *w, yaml_parser_t *parser)
{
	yaml_event_t event;
	yaml_event_type_t type = YAML_NO_EVENT;
	int documents = 0, nodes = 0, depth = 0;
	const char *what = NULL;
	yaml_mark_t at;

	while (what == NULL && type != YAML_STREAM_END_EVENT) {
		if (yaml_parser_parse(parser, &event) != 1) {
			what = parser->problem == NULL ? "no YAML"
						       : parser->problem;
			at = parser->problem_mark;
			break;
		}
		type = event.type;
		at = event.start_mark;
		if (type == YAML_ALIAS_EVENT)
			what = "aliases are not allowed";
		else if (type == YAML_DOCUMENT_START_EVENT && ++documents > 1)
			what = "a second document is not allowed";
		else if (++nodes > NODES_MAX)
			what = "the file is too large";
		else if (type == YAML_MAPPING_START_EVENT ||
			 type == YAML_SEQUENCE_START_EVENT)
			depth++;
		else if (type == YAML_MAPPING_END_EVENT ||
			 type == YAML_SEQUENCE_END_EVENT)
			depth--;
		if (what == NULL && depth > EVENTS_DEPTH_MAX)
			what = "too many levels inside each other";
		yaml_event_delete(&event);
	}
	if (what != NULL)
		bad_mark(w, &at, CODE_CONFIG, what);
	return what == NULL;
}

static bool
no_memory(struct walk *w)
{
	struct fault f;

	(void)fault_set(&f, V_BROKEN, CODE_MEMORY, "no memory");
	yaml_mistake(w->mistakes, &f);
	return false;
}

static bool
refuse_aliases(struct walk *w, const char *text, size_t len)
{
	yaml_parser_t parser;
	bool plain;

	if (yaml_parser_initialize(&parser) != 1)
		return no_memory(w);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	plain = plain_events(w, &parser);
	yaml_parser_delete(&parser);
	return plain;
}

/* False when there was nothing to walk over. */
static bool
walk_text(struct walk *w, const char *text, size_t len,
	const struct yaml_key *schema, void *out)
{
	const yaml_mark_t start = { 0 };
	yaml_document_t doc;
	yaml_parser_t parser;
	const yaml_node_t *root;

	if (!refuse_aliases(w, text, len))
		return false;
	if (yaml_parser_initialize(&parser) != 1)
		return no_memory(w);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	if (yaml_parser_load(&parser, &doc) != 1) {
		bad_mark(w, &parser.problem_mark, CODE_CONFIG, "no YAML");
		yaml_parser_delete(&parser);
		return false;
	}
	w->doc = &doc;
	root = yaml_document_get_root_node(&doc);
	if (root == NULL)
		bad_mark(w, &start, CODE_CONFIG, "the file is empty");
	else
		walk_map(w, root, schema, out, 0);
	yaml_document_delete(&doc);
	yaml_parser_delete(&parser);
	return root != NULL;
}

enum verdict
yaml_load(const char *name, const char *text, size_t len,
	const struct yaml_key *schema, void *out, size_t out_bytes,
	struct fault *why)
{
	struct yaml_mistakes mistakes = { .max = 1 };
	struct walk w = { .name = name, .mistakes = &mistakes };

	memset(out, 0, out_bytes);
	(void)walk_text(&w, text, len, schema, out);
	if (mistakes.count == 0)
		return V_OK;
	yaml_done(schema, out);
	*why = mistakes.first;
	return V_BROKEN;
}

enum verdict
yaml_check(const char *name, const char *text, size_t len,
	const struct yaml_key *schema, void *out, size_t out_bytes,
	struct yaml_mistakes *mistakes, struct yaml_places **places_out)
{
	struct yaml_places *places = yaml_places_new();
	struct walk w = {
		.name = name, .mistakes = mistakes, .places = places
	};
	int before = mistakes->count;
	bool walked;

	memset(out, 0, out_bytes);
	walked = walk_text(&w, text, len, schema, out);
	yaml_places_sort(places);
	*places_out = places;
	if (!walked)
		return V_BROKEN;
	return mistakes->count == before ? V_OK : V_SKIP;
}

void
yaml_done(const struct yaml_key *schema, void *out)
{
	const struct yaml_key *k;
	char *base = out;
	size_t i;

	for (k = schema; k->name != NULL; k++) {
		char **field = (char **)(void *)(base + k->offset);
		size_t *count = (size_t *)(void *)(base + k->count_offset);

		if (k->kind == YAML_MAP) {
			yaml_done(k->inner, field);
		} else if (k->kind == YAML_TEXT) {
			free(*field);
			*field = NULL;
		} else if (k->kind == YAML_LIST || k->kind == YAML_TEXTS) {
			for (i = 0; *field != NULL && i < *count; i++)
				if (k->kind == YAML_LIST)
					yaml_done(k->inner,
						*field + i * k->item_bytes);
				else
					free(((char **)(void *)*field)[i]);
			free(*field);
			*field = NULL;
			*count = 0;
		}
	}
}
