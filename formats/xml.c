/* formats/xml.c - every XML layout
 *
 * Walks the definition's tree of elements while the file goes by.  Names come
 * interned from the parser: the first time an element of the definition is
 * met its text is compared, after that two pointers.  Nothing is allocated per
 * element; values are copied into the arena of the record.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "formats/record.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"
#define DEPTH_MAX 256
#define TEXT_MAX ((size_t)12000000) /* the parser stops at 10 MB */

_Static_assert(DEPTH_MAX > 200, "a definition's depth must fit");

struct reader {
	struct reading reading;
	const struct definition *d;
	struct xml_place place;
	/* the parser's own pointers for our names, once they were met */
	const char **ns, **local;
	int stack[DEPTH_MAX]; /* node of each open element */
	int hint[DEPTH_MAX];  /* where the next child is looked for first */
	int depth;	      /* of the open elements we know */
	int skip;	      /* open elements below one we do not know */
	bool capture;	      /* the text of the deepest element is wanted */
	struct buf text;
	bool nil;
	const char *nil_reason;
	int document; /* occurrence in the letter, -1: none */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
same(struct reader *r, int node, const struct xml_name *name)
{
	const struct node *n = &r->d->nodes[node];

	if (r->local[node] != NULL)
		return r->local[node] == name->local && r->ns[node] == name->ns;
	if (strcmp(n->local, name->local) != 0 || strcmp(n->ns, name->ns) != 0)
		return false;
	r->local[node] = name->local;
	r->ns[node] = name->ns;
	return true;
}

/* A copy without blanks at both ends; *len is adjusted. */
static char *
trimmed(struct reader *r, const char *text, size_t *len)
{
	size_t n = *len;

	while (n > 0 && is_blank(text[0])) {
		text++;
		n--;
	}
	while (n > 0 && is_blank(text[n - 1]))
		n--;
	*len = n;
	return arena_text(&r->reading.mem, text, n);
}

/* The child of the deepest open element with that name, -1: none.  Elements
 * come in the order of the definition, so the one behind the last is tried
 * first.
 */
static int
find_child(struct reader *r, const struct xml_name *name)
{
	int first = r->d->nodes[r->stack[r->depth - 1]].child;
	int from = r->hint[r->depth - 1], at;

	for (at = from; at != -1; at = r->d->nodes[at].sibling)
		if (same(r, at, name))
			return at;
	for (at = first; at != from; at = r->d->nodes[at].sibling)
		if (same(r, at, name))
			return at;
	return -1;
}

/* Keep a text of the file as a value of the record. */
static void
set_value(struct reader *r, int field, const char *text, size_t len)
{
	struct value *value = &r->reading.values[field];

	if (value->text != NULL || value->nil) {
		reading_wrong(&r->reading, CODE_FIELD_FORM,
			r->d->fields[field].name, "it is there twice");
		return;
	}
	value->nil = r->nil;
	value->nil_reason = r->nil_reason;
	value->text = trimmed(r, text, &len);
	value->len = len;
}

static void
set_slot(
	struct reader *r, const struct slot *slot, const char *text, size_t len)
{
	struct letter_document *doc;
	char *copy;

	if (slot->kind == SLOT_FIELD) {
		set_value(r, slot->field, text, len);
		return;
	}
	if (r->document < 0)
		return;
	doc = &r->reading.letter.documents[r->document];
	copy = trimmed(r, text, &len);
	if (slot->kind == SLOT_HREF && copy[0] != '\0') {
		doc->href = copy;
	} else if (slot->kind == SLOT_SHA256) {
		doc->sha256 = copy;
	} else if (slot->kind == SLOT_INLINE && copy[0] != '\0') {
		doc->base64 = copy;
		doc->base64_len = len;
	}
}

static void
begin_document(struct reader *r, int document)
{
	struct letter *l = &r->reading.letter;

	r->document = -1;
	if (l->document_count == ATTACHMENT_LETTER_MAX) {
		reading_wrong(&r->reading, CODE_DOCUMENT_BOX,
			r->d->documents[document].name,
			"more documents than a letter may have");
		return;
	}
	r->document = (int)l->document_count++;
	l->documents[r->document] = (struct letter_document){
		.title = r->d->documents[document].name
	};
}

static void
take_attributes(struct reader *r, const struct node *node,
	const struct xml_attribute *attributes, size_t count)
{
	size_t i;
	int s;

	for (i = 0; i < count; i++) {
		const struct xml_attribute *a = &attributes[i];

		for (s = node->slot; s != -1; s = r->d->slots[s].next)
			if (r->d->slots[s].local != NULL &&
				strcmp(r->d->slots[s].local, a->name.local) ==
					0 &&
				strcmp(r->d->slots[s].ns, a->name.ns) == 0)
				set_slot(r, &r->d->slots[s], a->value, a->len);
		if (strcmp(a->name.local, "nil") == 0 &&
			strcmp(a->name.ns, XSI) == 0)
			r->nil = (a->len == 4 &&
					 memcmp(a->value, "true", 4) == 0) ||
				 (a->len == 1 && a->value[0] == '1');
		else if (strcmp(a->name.local, "noValue") == 0)
			r->nil_reason =
				arena_text(&r->reading.mem, a->value, a->len);
	}
}

/* Outside a record an element that we do not know may be a letter that would
 * be lost without a word.
 */
static enum verdict
unknown(struct reader *r, const struct xml_name *name, struct fault *why)
{
	int i;

	for (i = 0; i < r->depth; i++)
		if (r->d->nodes[r->stack[i]].record >= 0) {
			r->skip = 1;
			r->capture = false;
			return V_OK;
		}
	(void)fault_set(why, V_BROKEN, CODE_ROOT,
		r->depth == 0 ? "the root element is not the one of this "
				"layout, or has another namespace"
			      : "an element that this layout does not have: "
				"%.60s",
		name->local);
	fault_at(why, "line %" PRId64, r->place.line);
	return V_BROKEN;
}

static enum verdict
on_open(void *self, const struct xml_name *name,
	const struct xml_attribute *attributes, size_t count, struct fault *why)
{
	struct reader *r = self;
	const struct node *node;
	int at;

	if (r->skip > 0) {
		r->skip++;
		return V_OK;
	}
	if (r->depth == 0) {
		at = same(r, 0, name) ? 0 : -1;
	} else {
		at = find_child(r, name);
	}
	if (at == -1)
		return unknown(r, name, why);
	assert(r->depth < DEPTH_MAX);
	node = &r->d->nodes[at];
	if (r->depth > 0)
		r->hint[r->depth - 1] = at;
	r->stack[r->depth] = at;
	r->hint[r->depth++] = node->child;
	if (node->record == 0) {
		reading_begin(&r->reading, r->place.line, r->place.offset);
		if (r->reading.counts.records > r->d->records_max)
			return fault_set(why, V_BROKEN, CODE_LIMIT,
				"more than %" PRId64 " records",
				r->d->records_max);
	}
	if (node->document >= 0)
		begin_document(r, node->document);
	r->nil = false;
	r->nil_reason = NULL;
	if (count > 0 && (node->slot != -1))
		take_attributes(r, node, attributes, count);
	r->capture = node->text;
	if (node->text)
		buf_reset(&r->text);
	return V_OK;
}

static enum verdict
on_text(void *self, const char *text, size_t len, struct fault *why)
{
	struct reader *r = self;

	(void)why;
	if (r->capture && r->skip == 0)
		buf_add(&r->text, text, len);
	return V_OK;
}

static enum verdict
on_close(void *self, const struct xml_name *name, struct fault *why)
{
	struct reader *r = self;
	const struct node *node;
	enum verdict v = V_OK;
	int s;

	(void)name;
	if (r->skip > 0) {
		r->skip--;
		return V_OK;
	}
	assert(r->depth > 0);
	node = &r->d->nodes[r->stack[--r->depth]];
	if (r->capture) {
		for (s = node->slot; s != -1; s = r->d->slots[s].next)
			if (r->d->slots[s].local == NULL)
				set_slot(r, &r->d->slots[s],
					r->text.len == 0 ? "" : r->text.bytes,
					r->text.len);
		r->capture = false;
	}
	if (node->record < 0)
		return V_OK;
	if (r->place.offset - r->reading.letter.offset >
		r->d->record_bytes_max) {
		(void)fault_set(why, V_BROKEN, CODE_LIMIT,
			"a record of more than %" PRId64 " bytes",
			r->d->record_bytes_max);
		fault_at(why, "record %" PRId64, r->reading.letter.record);
		return V_BROKEN;
	}
	if (node->record > 0)
		v = reading_child(&r->reading, node->record, why);
	else
		v = reading_end(&r->reading, why);
	return v;
}

enum verdict
format_read(const struct definition *definition, xml_read_fn *read,
	void *read_self, const char *oin, const struct format_sink *sink,
	struct format_counts *counts_out, struct fault *why)
{
	static const struct xml_events events = {
		.open = on_open, .text = on_text, .close = on_close
	};
	struct reader *r = mem_zero(1, sizeof(*r));
	size_t nodes = (size_t)definition->node_count;
	enum verdict v;

	reading_init(&r->reading, definition, oin, sink);
	r->d = definition;
	r->text = BUF_MAX(TEXT_MAX);
	r->ns = mem_zero(nodes, sizeof(*r->ns));
	r->local = mem_zero(nodes, sizeof(*r->local));
	v = xml_stream(read, read_self, &events, r, definition->depth_max,
		&r->place, why);
	if (v == V_OK)
		*counts_out = r->reading.counts;
	free(r->ns);
	free(r->local);
	buf_done(&r->text);
	reading_done(&r->reading);
	free(r);
	return v;
}
