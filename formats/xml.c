/* formats/xml.c - every XML layout
 *
 * Walks the definition's tree of elements while the file goes by; what names
 * mean in it formats/met.c knows.  A value is copied once, into the memory of
 * its record, and trimmed there.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xml.h"
#include "formats/met.h"
#include "formats/record.h"

#define DEPTH_MAX 256
#define TEXT_MAX ((size_t)12000000) /* the parser stops at 10 MB */
#define TOLD_MAX 50		    /* unknown elements told of one file */
#define REASON_MAX 120

_Static_assert(DEPTH_MAX > 200, "a definition's depth must fit");

/* What an element asks for, in one place: struct node leads to it. */
struct wish {
	int record, document; /* -1: none */
	int field;	      /* its text is this field's value; -1: not */
	bool text;	      /* its text is wanted */
	bool inside;	      /* that of the element around it too */
	bool plain;	      /* begins nothing */
	bool attributes;      /* some mean something */
};

struct reader {
	/* looked at in every event, so together */
	bool capture; /* the text of the deepest element is wanted; never
		       * while one is skipped */
	bool broken;  /* another element lay in it */
	bool nil;
	int depth;   /* of the open elements we know */
	int skip;    /* open elements below one we do not know */
	int records; /* open records */
	char *piece; /* the text, while it came in one piece */
	size_t piece_len;
	struct arena *mem;   /* of the innermost record */
	int64_t given;	     /* bytes, to the parser */
	int64_t limit;	     /* a record goes no further than this byte */
	struct wish *wishes; /* of each node */
	const struct definition *d;
	struct reading *reading;
	const char *nil_reason;
	struct letter_document *document; /* the present one, or NULL */
	struct buf text;		  /* all pieces, when there are more */
	int64_t text_from; /* of what is no field: byte behind its start tag */
	struct xml_place place;
	format_read_fn *read;
	void *read_self;
	int stack[DEPTH_MAX + 1]; /* node of each open element, after -1 */

	struct names elements, attributes;
	struct {
		const char *ns, *local;
	} told[TOLD_MAX];
	size_t told_count;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The child of the deepest open element with that name.  Records look alike,
 * so the element that followed the one before is tried first.
 */
static int
find_child(struct reader *r, const struct xml_name *name)
{
	int parent = r->stack[r->depth];
	struct met *m = r->elements.last->then;

	if (m == NULL || !met_before(m, parent, name)) {
		m = met_element(&r->elements, r->d, parent, name);
		r->elements.last->then = m;
	}
	r->elements.last = m;
	return m->means;
}

static int
find_attribute(struct reader *r, int node, const struct xml_name *name)
{
	struct met *m = r->attributes.last->then;

	if (m == NULL || !met_before(m, node, name)) {
		m = met_attribute(&r->attributes, r->d, node, name);
		r->attributes.last->then = m;
	}
	r->attributes.last = m;
	return m->means;
}

/* --- values --- */

static const char *
slot_name(const struct reader *r, const struct slot *slot)
{
	return slot->field >= 0	     ? r->d->fields[slot->field].name
	       : slot->document >= 0 ? r->d->documents[slot->document].name
				     : "";
}

/* `text` lies in the memory of the record and is closed with a NUL. */
static void
set_slot(
	struct reader *r, const struct slot *slot, const char *text, size_t len)
{
	struct letter_document *doc = r->document;

	switch (slot->kind) {
	case SLOT_FIELD:
		if (len > (size_t)r->d->field_max)
			reading_wrong(r->reading, CODE_LIMIT,
				slot_name(r, slot),
				"longer than the layout allows for any value");
		else
			reading_value(r->reading, slot->field, text, len);
		return;
	case SLOT_HREF:
		if (doc != NULL && len > 0)
			doc->href = text;
		return;
	case SLOT_SHA256:
		if (doc != NULL && len > 0)
			doc->sha256 = text;
		return;
	case SLOT_INLINE:
		if (doc != NULL && len > 0) {
			doc->base64 = text;
			doc->base64_len = len;
			doc->base64_raw = 0;
		}
		return;
	case SLOT_MIME:
		/* What a document is, its own bytes say. */
		return;
	}
}

/* Without blanks at both ends. */
static const char *
trim(const char *text, size_t *len)
{
	size_t n = *len;

	for (; n > 0 && is_blank(text[0]); n--)
		text++;
	while (n > 0 && is_blank(text[n - 1]))
		n--;
	*len = n;
	return text;
}

static const char *
trimmed(struct reader *r, const char *text, size_t *len)
{
	text = trim(text, len);
	return *len == 0 ? "" : arena_text(r->mem, text, *len);
}

static void
take_attributes(struct reader *r, int node,
	const struct xml_attribute *attributes, size_t count)
{
	size_t i, len;
	int means;

	r->nil_reason = NULL;
	for (i = 0; i < count; i++) {
		const struct xml_attribute *a = &attributes[i];
		const char *text;

		means = find_attribute(r, node, &a->name);
		if (means == MEANS_NIL) {
			r->nil = (a->len == 4 &&
					 memcmp(a->value, "true", 4) == 0) ||
				 (a->len == 1 && a->value[0] == '1');
		} else if (means == MEANS_NO_VALUE) {
			r->nil_reason = arena_text(r->mem, a->value, a->len);
		} else if (means != MEANS_NOTHING) {
			len = a->len;
			text = trimmed(r, a->value, &len);
			set_slot(r, &r->d->slots[means], text, len);
		}
	}
}

/* The text of the deepest element, trimmed, in the memory of the record. */
static const char *
whole_text(struct reader *r, size_t *len_out)
{
	char *text = r->piece;

	*len_out = r->text.len;
	if (r->text.len > 0)
		return trimmed(r, r->text.bytes, len_out);
	*len_out = r->piece_len;
	if (text == NULL)
		return "";
	text += trim(text, len_out) - text;
	text[*len_out] = '\0';
	return text;
}

static void
text_begins(struct reader *r, bool broken)
{
	r->capture = true;
	r->broken = broken;
	r->piece = NULL;
	r->piece_len = 0;
	if (r->text.len > 0)
		buf_reset(&r->text);
}

/* Where the text of a document stands, between its tags.  When there are just
 * so many bytes it is nothing else, and without the blanks at its start it is
 * what the letter has; else a CR, or markup, is in it too.
 */
static void
place_inline(struct reader *r, size_t len)
{
	const char *text = r->text.len > 0 ? r->text.bytes : r->piece;
	size_t all = r->text.len > 0 ? r->text.len : r->piece_len;
	struct letter_document *doc = r->document;

	xml_place(&r->place);
	doc->base64_offset = r->text_from;
	doc->base64_raw = r->place.offset - r->text_from;
	if (doc->base64_raw != (int64_t)all)
		return;
	for (; is_blank(*text); text++)
		doc->base64_offset++;
	doc->base64_raw = (int64_t)len;
}

static const struct slot *
text_slot(const struct reader *r, const struct node *node)
{
	int s = node->slot;

	while (r->d->slots[s].local != NULL)
		s = r->d->slots[s].next;
	return &r->d->slots[s];
}

/* An element in the middle of a value: what is the value then? */
static void
mixed(struct reader *r, const struct node *node)
{
	reading_wrong(r->reading, CODE_FIELD_FORM,
		slot_name(r, text_slot(r, node)),
		"there are elements in the value");
}

static void
text_ends(struct reader *r, int at)
{
	const struct node *node = &r->d->nodes[at];
	int field = r->wishes[at].field;
	const struct slot *slot;
	const char *text;
	size_t len;

	text = whole_text(r, &len);
	if (field >= 0 && !r->broken && !r->nil &&
		len <= (size_t)r->d->field_max) {
		reading_value(r->reading, field, text, len);
		return;
	}
	slot = text_slot(r, node);
	if (r->broken) {
		if (len > 0)
			mixed(r, node);
	} else if (!r->nil || slot->kind != SLOT_FIELD) {
		set_slot(r, slot, text, len);
		if (slot->kind == SLOT_INLINE && r->document != NULL && len > 0)
			place_inline(r, len);
	} else if (len > 0) {
		reading_wrong(r->reading, CODE_FIELD_NIL, slot_name(r, slot),
			"nil and a value");
	} else {
		reading_nil(r->reading, slot->field, r->nil_reason);
	}
}

/* An element opens in one whose text is wanted. */
static void
text_is_broken(struct reader *r)
{
	const struct node *node = &r->d->nodes[r->stack[r->depth]];
	size_t len;

	(void)whole_text(r, &len);
	if (len > 0 || node->child == -1)
		mixed(r, node);
	r->capture = false;
}

/* --- elements --- */

static void
tell_unknown(struct reader *r, const struct xml_name *name)
{
	char reason[REASON_MAX];
	size_t i;

	for (i = 0; i < r->told_count; i++)
		if (r->told[i].local == name->local &&
			r->told[i].ns == name->ns)
			return;
	if (r->told_count == TOLD_MAX)
		return;
	r->told[r->told_count].local = name->local;
	r->told[r->told_count++].ns = name->ns;
	snprintf(reason, sizeof(reason),
		"an element that the layout does not have: %.60s", name->local);
	reading_remark(r->reading, CODE_UNKNOWN_FIELD, "", reason);
}

/* Outside a record an element that we do not know may be a letter that would
 * be lost without a word.
 */
static enum verdict
unknown(struct reader *r, const struct xml_name *name, struct fault *why)
{
	if (r->records > 0) {
		tell_unknown(r, name);
		r->skip = 1;
		return V_OK;
	}
	(void)fault_set(why, V_BROKEN, CODE_ROOT,
		r->depth == 0 ? "the root element is not the one of this "
				"layout, or has another namespace"
			      : "an element that this layout does not have: "
				"%.60s",
		name->local);
	xml_place(&r->place);
	fault_at(why, "line %" PRId64, r->place.line);
	return V_BROKEN;
}

/* Asked for in every event; the parser's place is worth asking for only when
 * it was given enough.
 */
static enum verdict
check_bytes(struct reader *r, struct fault *why)
{
	if (r->given <= r->limit)
		return V_OK;
	xml_place(&r->place);
	if (r->place.offset <= r->limit)
		return V_OK;
	return fault_set(why, V_BROKEN, CODE_LIMIT,
		"a record of more than %" PRId64 " bytes",
		r->d->record_bytes_max);
}

static enum verdict
begin_record(struct reader *r, int record, struct fault *why)
{
	enum verdict v;

	xml_place(&r->place);
	if (r->records++ == 0)
		r->limit = r->place.offset + r->d->record_bytes_max;
	if (record == r->d->letter)
		r->document = NULL;
	v = reading_begin(
		r->reading, record, r->place.line, r->place.offset, why);
	r->mem = reading_mem(r->reading);
	return v;
}

static enum verdict
end_record(struct reader *r, int record, struct fault *why)
{
	enum verdict v;

	xml_place(&r->place);
	v = reading_end(r->reading, record, r->place.end, why);
	if (--r->records == 0)
		r->limit = INT64_MAX;
	if (record == r->d->letter)
		r->document = NULL;
	r->mem = reading_mem(r->reading);
	return v;
}

static enum verdict
on_open(void *self, const struct xml_name *name,
	const struct xml_attribute *attributes, size_t count, struct fault *why)
{
	struct reader *r = self;
	const struct wish *wish;
	enum verdict v;
	int at;

	if (r->skip > 0) {
		r->skip++;
		return V_OK;
	}
	v = check_bytes(r, why);
	if (v != V_OK)
		return v;
	if (r->capture)
		text_is_broken(r);
	at = find_child(r, name);
	if (at == -1)
		return unknown(r, name, why);
	assert(r->depth < DEPTH_MAX);
	r->stack[++r->depth] = at;
	wish = &r->wishes[at];
	if (!wish->plain) {
		if (wish->record >= 0)
			v = begin_record(r, wish->record, why);
		if (v != V_OK)
			return v;
		if (wish->document >= 0)
			r->document =
				reading_document(r->reading, wish->document);
	}
	r->nil = false;
	r->capture = wish->text;
	if (wish->text)
		text_begins(r, false);
	if (wish->text && wish->field == -1) {
		xml_place(&r->place);
		r->text_from = r->place.end + 1; /* its > comes yet */
	}
	if (count > 0 && wish->attributes)
		take_attributes(r, at, attributes, count);
	return V_OK;
}

static enum verdict
on_text(void *self, const char *text, size_t len, struct fault *why)
{
	struct reader *r = self;

	if (!r->capture)
		return V_OK;
	if (r->text.len > 0) {
		buf_add(&r->text, text, len);
	} else if (r->piece == NULL) {
		r->piece = arena_text(r->mem, text, len);
		r->piece_len = len;
		return V_OK;
	} else {
		buf_add(&r->text, r->piece, r->piece_len);
		buf_add(&r->text, text, len);
	}
	assert(!r->text.full);
	return check_bytes(r, why);
}

static enum verdict
on_close(void *self, const struct xml_name *name, struct fault *why)
{
	struct reader *r = self;
	const struct wish *wish;
	enum verdict v = V_OK;
	int at;

	(void)name;
	if (r->skip > 0) {
		if (--r->skip == 0 && r->wishes[r->stack[r->depth]].text)
			text_begins(r, true);
		return V_OK;
	}
	assert(r->depth > 0);
	at = r->stack[r->depth--];
	wish = &r->wishes[at];
	if (r->capture)
		text_ends(r, at);
	r->capture = false;
	if (wish->record >= 0)
		v = end_record(r, wish->record, why);
	if (wish->inside)
		text_begins(r, true);
	return v;
}

/* --- the whole file --- */

static enum verdict
counted(void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct reader *r = self;
	enum verdict v = r->read(r->read_self, bytes, len, len_out, why);

	if (v == V_OK)
		r->given += (int64_t)*len_out;
	return v;
}

static struct wish *
wishes_of(const struct definition *d)
{
	struct wish *wishes = mem_zero((size_t)d->node_count, sizeof(*wishes));
	int i, at;

	for (i = 0; i < d->node_count; i++) {
		const struct node *node = &d->nodes[i];
		struct wish *wish = &wishes[i];

		wish->record = node->record;
		wish->document = node->document;
		wish->plain = node->record < 0 && node->document < 0;
		wish->text = node->text;
		wish->attributes = node->slot != -1;
		wish->field = -1;
		for (at = node->slot; at != -1; at = d->slots[at].next)
			if (d->slots[at].local == NULL &&
				d->slots[at].kind == SLOT_FIELD)
				wish->field = d->slots[at].field;
		for (at = node->child; at != -1; at = d->nodes[at].sibling)
			wishes[at].inside = node->text;
	}
	return wishes;
}

enum verdict
xml_read(struct reading *reading, format_read_fn *read, void *read_self,
	struct fault *why)
{
	static const struct xml_events events = {
		.open = on_open, .text = on_text, .close = on_close
	};
	struct reader *r = mem_zero(1, sizeof(*r));
	enum verdict v;

	r->reading = reading;
	r->read = read;
	r->read_self = read_self;
	r->limit = INT64_MAX;
	r->d = reading_definition(reading);
	r->wishes = wishes_of(r->d);
	r->mem = reading_mem(reading);
	r->elements.last = &r->elements.all[0];
	r->attributes.last = &r->attributes.all[0];
	r->stack[0] = -1;
	r->text = BUF_MAX(TEXT_MAX);
	v = xml_stream(counted, r, &events, r, r->d->depth_max, &r->place, why);
	buf_done(&r->text);
	free(r->wishes);
	free(r);
	return v;
}
