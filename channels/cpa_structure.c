/* channels/cpa_structure.c - is it built as the schema wants? see cpa.h
 *
 * Every element is held against its line in the table of cpa_rules.c; ids and
 * references are gathered on the way and compared at the end.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/text.h"
#include "channels/cpa.h"
#include "channels/cpa_rules.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"

#define IDS_MAX 4000
#define REFERENCES_MAX 8000
#define SHOWN_MAX 60

/* An attribute of type ID, or a reference to one. */
struct mark {
	const char *id;
	const struct xml_node *node, *party; /* party NULL: of the document */
	struct piece wanted;		     /* a reference: ">Name" */
};

struct walk {
	struct cpa_reading *r;
	struct mark *ids, *references;
	size_t id_count, reference_count;
	const struct xml_node *party; /* around the present element */
};

/* Text of a stranger, fit for a fault. */
static const char *
shown(const struct walk *w, const char *text)
{
	if (!text_plain(text, strlen(text)))
		return "(not shown)";
	return arena_format(w->r->mem, "'%.*s%s'", SHOWN_MAX, text,
		strlen(text) > SHOWN_MAX ? "..." : "");
}

/* --- types --- */

/* What the schema calls an NCName; beyond ASCII anything goes. */
static bool
is_name(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;

	if (!isalpha(*c) && *c != '_' && *c < 0x80)
		return false;
	while (isalnum(*c) || *c == '_' || *c == '-' || *c == '.' || *c >= 0x80)
		c++;
	return *c == '\0';
}

static bool
is_integer(const char *text, bool natural, bool is_int)
{
	const char *digits = text + (*text == '-' || *text == '+');
	size_t len = strspn(digits, "0123456789");
	long long value;

	if (len == 0 || digits[len] != '\0' || (natural && *text == '-'))
		return false;
	if (!is_int)
		return true;
	value = len > 12 ? INT64_MAX : strtoll(text, NULL, 10);
	return value >= INT32_MIN && value <= INT32_MAX;
}

/* All durations there can be, also those that look_duration() refuses. */
static bool
is_duration(const char *text)
{
	const char *units = "YMD";
	bool any = false, time = false;
	size_t len;

	text += *text == '-';
	if (*text++ != 'P')
		return false;
	while (*text != '\0') {
		if (*text == 'T' && !time) {
			time = true;
			any = false;
			units = "HMS";
			text++;
		}
		len = strspn(text, "0123456789");
		if (len == 0)
			return false;
		text += len;
		if (*text == '.') {
			len = strspn(text + 1, "0123456789");
			text += 1 + len;
			if (!time || len == 0 || *text != 'S')
				return false;
		}
		units = *text == '\0' ? NULL : strchr(units, *text);
		if (units == NULL)
			return false;
		units++;
		text++;
		any = true;
	}
	return any;
}

static bool
is_base64(const struct walk *w, const char *text)
{
	size_t len = strlen(text);

	return base64_decode(
		text, len, arena_alloc(w->r->mem, len / 4 * 3 + 3), &len);
}

/* No more than what tells an address from another text: a colon belongs to a
 * scheme, a percent sign to two digits.
 */
static bool
is_uri(const char *text)
{
	size_t scheme = strcspn(text, ":/?#"), i;
	const char *p;

	for (i = 0; text[scheme] == ':' && i < scheme; i++)
		if (!isalpha((unsigned char)text[i]) &&
			(i == 0 || strchr("0123456789+-.", text[i]) == NULL))
			return false;
	for (p = strchr(text, '%'); p != NULL; p = strchr(p + 1, '%'))
		if (!isxdigit((unsigned char)p[1]) ||
			!isxdigit((unsigned char)p[2]))
			return false;
	return text[0] != ':';
}

/* "nl", "en-US" */
static bool
is_language(const char *text)
{
	size_t len;
	bool first = true;

	do {
		for (len = 0; isalpha((unsigned char)text[len]) ||
			      (!first && isdigit((unsigned char)text[len]));
			len++)
			;
		if (len < 1 || len > 8)
			return false;
		text += len;
		first = false;
	} while (*text++ == '-');
	return text[-1] == '\0';
}

static bool
is_boolean(const char *text)
{
	return strcmp(text, "true") == 0 || strcmp(text, "false") == 0 ||
	       strcmp(text, "1") == 0 || strcmp(text, "0") == 0;
}

static bool
is_one_of(struct piece type, const char *text)
{
	const char *at = NULL;
	struct piece word;

	while (piece_word(type, &at, &word))
		if (piece_is(word, text))
			return true;
	return false;
}

static bool
is_good(const struct walk *w, struct piece type, const char *text)
{
	int64_t ms;

	if (type.len == 0)
		return *text != '\0';
	if (piece_is(type, "any"))
		return true;
	if (piece_is(type, "uri"))
		return is_uri(text);
	if (piece_is(type, "ID") || type.text[0] == '>')
		return is_name(text);
	if (piece_is(type, "boolean"))
		return is_boolean(text);
	if (piece_is(type, "language"))
		return is_language(text);
	if (piece_is(type, "int"))
		return is_integer(text, false, true);
	if (piece_is(type, "integer") || piece_is(type, "natural"))
		return is_integer(text, type.text[0] == 'n', false);
	if (piece_is(type, "duration"))
		return is_duration(text);
	if (piece_is(type, "dateTime"))
		return clock_parse(text, &ms);
	if (piece_is(type, "base64"))
		return is_base64(w, text);
	return is_one_of(type, text);
}

/* --- ids and references --- */

static void
mark_add(struct walk *w, const struct xml_node *node, struct piece type,
	const char *text)
{
	struct mark mark = { text, node, w->party, type };

	if (piece_is(type, "ID")) {
		if (w->id_count < IDS_MAX)
			w->ids[w->id_count] = mark;
		if (w->id_count++ == IDS_MAX)
			(void)cpa_wrong(
				w->r, node, "more than %d ids", IDS_MAX);
	} else if (type.len > 0 && type.text[0] == '>') {
		if (w->reference_count < REFERENCES_MAX)
			w->references[w->reference_count] = mark;
		if (w->reference_count++ == REFERENCES_MAX)
			(void)cpa_wrong(w->r, node, "more than %d references",
				REFERENCES_MAX);
	}
}

static const struct mark *
id_find(const struct walk *w, const char *id)
{
	size_t i;

	for (i = 0; i < w->id_count; i++)
		if (strcmp(w->ids[i].id, id) == 0)
			return &w->ids[i];
	return NULL;
}

static void
ids_check(struct walk *w)
{
	const struct mark *first;
	size_t i;

	for (i = 0; i < w->id_count; i++) {
		first = id_find(w, w->ids[i].id);
		if (first != &w->ids[i])
			(void)cpa_wrong(w->r, w->ids[i].node,
				"the id %s is that of line %ld already",
				shown(w, first->id), xml_line(first->node));
	}
}

static bool
is_kind(struct piece kind, const struct xml_node *node)
{
	const char *at = NULL;
	struct piece word;

	while (piece_word(kind, &at, &word))
		if (cpa_rule_called(word, xml_ns(node), xml_local(node)))
			return true;
	return false;
}

/* What a channel is made of belongs to its own party, the other half of an
 * action to the other one.  The rest is looked for in the whole document.
 */
static void
reference_check(struct walk *w, const struct mark *ref)
{
	struct piece kind = { ref->wanted.text + 1, ref->wanted.len - 1 };
	const struct mark *id = id_find(w, ref->id);
	bool other = kind.text[0] == '>';
	bool own = piece_is(kind, "DeliveryChannel") ||
		   piece_is(kind, "Transport") || piece_is(kind, "DocExchange");
	const char *what = shown(w, ref->id);

	kind.text += other;
	kind.len -= other;
	if (id == NULL)
		(void)cpa_wrong(w->r, ref->node, "there is no %.*s %s",
			(int)kind.len, kind.text, what);
	else if (!is_kind(kind, id->node))
		(void)cpa_wrong(w->r, ref->node, "%s in line %ld is no %.*s",
			what, xml_line(id->node), (int)kind.len, kind.text);
	else if ((own && id->party != ref->party) ||
		 (other && id->party == ref->party))
		(void)cpa_wrong(w->r, ref->node,
			"%s in line %ld is of the wrong party", what,
			xml_line(id->node));
}

/* --- elements --- */

/* Those of ds: have no namespace. */
static bool
attribute_is(const struct cpa_rule *rule, struct piece name,
	const struct xml_name *has)
{
	return cpa_rule_called(name, has->ns, has->local) ||
	       (strncmp(rule->name, "ds:", 3) == 0 && *has->ns == '\0' &&
		       piece_is(name, has->local));
}

static void
attribute_check(struct walk *w, const struct xml_node *node,
	const struct cpa_rule *rule, const struct xml_name *has,
	const char *value)
{
	const char *list = rule->attributes;
	struct cpa_rule_attribute a;

	/* A hint where a schema is: anybody may give it. */
	if (strcmp(has->ns, XSI) == 0 &&
		(strcmp(has->local, "schemaLocation") == 0 ||
			strcmp(has->local, "noNamespaceSchemaLocation") == 0))
		return;
	while (cpa_rule_attribute(&list, &a)) {
		if (!attribute_is(rule, a.name, has))
			continue;
		if (is_good(w, a.type, value))
			mark_add(w, node, a.type, value);
		else
			(void)cpa_wrong(w->r, node, "%s cannot be %s",
				has->local, shown(w, value));
		return;
	}
	(void)cpa_wrong(w->r, node, "it has no attribute %s%s",
		shown(w, has->local),
		*has->ns == '\0' ? " without a namespace" : "");
}

static void
attributes_check(struct walk *w, const struct xml_node *node,
	const struct cpa_rule *rule)
{
	const char *value, *list = rule->attributes;
	struct cpa_rule_attribute a;
	const void *at = NULL;
	struct xml_name has;
	bool found;

	while (xml_each_attr(node, &at, &has, &value))
		attribute_check(w, node, rule, &has, value);
	while (cpa_rule_attribute(&list, &a)) {
		at = NULL;
		found = !a.needed;
		while (!found && xml_each_attr(node, &at, &has, &value))
			found = attribute_is(rule, a.name, &has);
		if (!found)
			(void)cpa_wrong(w->r, node, "attribute %.*s is missing",
				(int)a.name.len, a.name.text);
	}
}

static void
item_missing(struct walk *w, const struct xml_node *node,
	const struct cpa_rule_item *item, size_t has)
{
	if (has < item->min)
		(void)cpa_wrong(w->r, node, "%s%.*s is missing",
			has > 0 ? "one more " : "", (int)item->names.len,
			item->names.text);
}

static void element_check(struct walk *w, const struct xml_node *node);

/* The children, in order.  One that stands where it may not is told, and the
 * next is looked for at the same place.
 */
static void
inside_check(struct walk *w, const struct xml_node *node,
	const struct cpa_rule *rule)
{
	struct cpa_rule_item items[CPA_RULE_ITEMS_MAX];
	size_t count = cpa_rule_items(rule, items), at = 0, has = 0, next;
	const struct xml_node *child;

	for (child = xml_first(node); child != NULL; child = xml_next(child)) {
		for (next = at; next < count; next++)
			if (cpa_rule_item_is(&items[next], child) &&
				(next > at || has < items[next].max))
				break;
		if (next == count)
			(void)cpa_wrong(w->r, child, "may not be here");
		for (; next < count && at < next; at++, has = 0)
			item_missing(w, node, &items[at], has);
		has += next < count;
		element_check(w, child);
	}
	for (; at < count; at++, has = 0)
		item_missing(w, node, &items[at], has);
}

static void
text_check(struct walk *w, const struct xml_node *node,
	const struct cpa_rule *rule)
{
	const char *text = xml_text(node);
	struct piece type = { rule->text, 0 };

	if (rule->text == NULL) {
		if (*text != '\0')
			(void)cpa_wrong(w->r, node, "no text may be in it");
		return;
	}
	type.len = strlen(rule->text);
	if (is_good(w, type, text))
		mark_add(w, node, type, text);
	else
		(void)cpa_wrong(w->r, node, "it cannot be %s",
			*text == '\0' ? "empty" : shown(w, text));
}

static void
element_check(struct walk *w, const struct xml_node *node)
{
	const struct cpa_rule *rule = cpa_rule_of(node);

	if (rule == NULL)
		return; /* of another namespace, or told already */
	if (xml_is(node, CPA_NS, "PartyInfo"))
		w->party = node;
	attributes_check(w, node, rule);
	text_check(w, node, rule);
	if (rule->inside != NULL)
		inside_check(w, node, rule);
	else if (xml_first(node) != NULL)
		(void)cpa_wrong(w->r, node, "only text may be in it");
	if (w->party == node)
		w->party = NULL;
}

void
cpa_structure(struct cpa_reading *r)
{
	struct walk w = { .r = r };
	size_t i;

	assert(!r->quiet);
	w.ids = mem_new(IDS_MAX * sizeof(*w.ids));
	w.references = mem_new(REFERENCES_MAX * sizeof(*w.references));
	element_check(&w, r->root);
	if (w.id_count > IDS_MAX)
		w.id_count = IDS_MAX;
	if (w.reference_count > REFERENCES_MAX)
		w.reference_count = REFERENCES_MAX;
	ids_check(&w);
	for (i = 0; i < w.reference_count; i++)
		reference_check(&w, &w.references[i]);
	free(w.ids);
	free(w.references);
}

const char *
cpa_id_of(const struct xml_node *node)
{
	const struct cpa_rule *rule = cpa_rule_of(node);
	const char *list, *value;
	struct cpa_rule_attribute a;
	const void *at = NULL;
	struct xml_name has;

	if (rule == NULL)
		return NULL;
	for (list = rule->attributes; cpa_rule_attribute(&list, &a);) {
		if (!piece_is(a.type, "ID"))
			continue;
		while (xml_each_attr(node, &at, &has, &value))
			if (attribute_is(rule, a.name, &has))
				return is_name(value) ? value : NULL;
	}
	return NULL;
}
