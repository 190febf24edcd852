/* formats/xml.c - every XML layout
 *
 * Walks the definition's tree of elements while the file goes by.  Names come
 * interned from the parser: what an element or attribute means at its place is
 * looked up once and then known by its pointers, also when it means nothing.
 * A value is copied once, into the memory of its record, and trimmed there.
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
#include "formats/record.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"
#define DEPTH_MAX 256
#define TEXT_MAX ((size_t)12000000) /* the parser stops at 10 MB */
#define MET_SIZE ((size_t)1024)	    /* a power of two */
#define MET_TRIES 4		    /* places a name can be at */
#define TOLD_MAX 50		    /* unknown elements told of one file */
#define REASON_MAX 120

_Static_assert(DEPTH_MAX > 200, "a definition's depth must fit");
_Static_assert((MET_SIZE & (MET_SIZE - 1)) == 0, "it is used as a mask");

/* What a name means below (an element) or at (an attribute) a node. */
struct met {
	const char *ns, *local; /* the parser's own pointers; NULL: free */
	struct met *then;	/* what came behind it the last time */
	int at, means;
};

enum {
	MEANS_NOTHING = -1,
	MEANS_NIL = -2,
	MEANS_NO_VALUE = -3
};

struct reader {
	/* looked at in every event, so together */
	bool capture; /* the text of the deepest element is wanted */
	bool broken;  /* another element lay in it */
	bool nil;
	int depth;   /* of the open elements we know */
	int skip;    /* open elements below one we do not know */
	int records; /* open records */
	char *piece; /* the text, while it came in one piece */
	size_t piece_len;
	struct arena *mem; /* of the innermost record */
	struct met *last;  /* what the element before was */
	struct xml_place place;
	int64_t begun; /* where the outermost record begins */
	const struct definition *d;
	struct reading *reading;
	const char *nil_reason;
	struct letter_document *document; /* the present one, or NULL */
	struct buf text;		  /* all pieces, when there are more */
	int stack[DEPTH_MAX];		  /* node of each open element */

	struct met elements[MET_SIZE], attributes[MET_SIZE];
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

/* --- what names mean --- */

static bool
same(const struct xml_name *name, const char *ns, const char *local)
{
	return strcmp(name->local, local) == 0 && strcmp(name->ns, ns) == 0;
}

static bool
knows(const struct met *m, int at, const struct xml_name *name)
{
	return m->local == name->local && m->ns == name->ns && m->at == at;
}

/* Where the name is kept, or can be: a full table forgets. */
static struct met *
met(struct met *table, int at, const struct xml_name *name)
{
	uint64_t h = (uint64_t)(uintptr_t)name->local ^
		     (uint64_t)(uintptr_t)name->ns << 7 ^ (uint64_t)at << 40;
	size_t i, home;

	h *= UINT64_C(0x9e3779b97f4a7c15);
	home = (size_t)(h >> 40);
	for (i = 0; i < MET_TRIES; i++) {
		struct met *m = &table[(home + i) & (MET_SIZE - 1)];

		if (m->local == NULL || knows(m, at, name))
			return m;
	}
	return &table[home & (MET_SIZE - 1)];
}

static struct met *
look_up(struct reader *r, int parent, const struct xml_name *name)
{
	const struct node *nodes = r->d->nodes;
	struct met *m = met(r->elements, parent, name);
	int at;

	if (knows(m, parent, name))
		return m;
	at = parent == -1 ? 0 : nodes[parent].child;
	while (at != -1 && !same(name, nodes[at].ns, nodes[at].local))
		at = nodes[at].sibling;
	m->ns = name->ns;
	m->local = name->local;
	m->at = parent;
	m->means = at;
	return m;
}

/* The child of the deepest open element with that name.  Records look alike,
 * so the element that followed the one before is tried first.
 */
static int
find_child(struct reader *r, const struct xml_name *name)
{
	int parent = r->depth == 0 ? -1 : r->stack[r->depth - 1];
	struct met *m = r->last->then;

	if (m == NULL || !knows(m, parent, name)) {
		m = look_up(r, parent, name);
		r->last->then = m;
	}
	r->last = m;
	return m->means;
}

/* The slot of an attribute of `node`, or what it says about its element. */
static int
find_attribute(struct reader *r, int node, const struct xml_name *name)
{
	struct met *m = met(r->attributes, node, name);
	int s = r->d->nodes[node].slot;

	if (knows(m, node, name))
		return m->means;
	for (; s != -1; s = r->d->slots[s].next)
		if (r->d->slots[s].local != NULL &&
			same(name, r->d->slots[s].ns, r->d->slots[s].local))
			break;
	if (s == -1 && same(name, XSI, "nil"))
		s = MEANS_NIL;
	else if (s == -1 && strcmp(name->local, "noValue") == 0)
		s = MEANS_NO_VALUE;
	*m = (struct met){ name->ns, name->local, NULL, node, s };
	return s;
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
		}
		return;
	case SLOT_MIME:
		/* What a document is, its own bytes say. */
		return;
	}
}

/* A copy without blanks at both ends. */
static const char *
trimmed(struct reader *r, const char *text, size_t *len)
{
	size_t n = *len;

	for (; n > 0 && is_blank(text[0]); n--)
		text++;
	while (n > 0 && is_blank(text[n - 1]))
		n--;
	*len = n;
	return n == 0 ? "" : arena_text(r->mem, text, n);
}

static void
take_attributes(struct reader *r, int node,
	const struct xml_attribute *attributes, size_t count)
{
	size_t i, len;
	int means;

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
	size_t n = r->piece_len;

	*len_out = r->text.len;
	if (r->text.len > 0)
		return trimmed(r, r->text.bytes, len_out);
	*len_out = 0;
	if (text == NULL)
		return "";
	for (; n > 0 && is_blank(text[0]); n--)
		text++;
	while (n > 0 && is_blank(text[n - 1]))
		n--;
	text[n] = '\0';
	*len_out = n;
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
text_ends(struct reader *r, const struct node *node)
{
	const struct slot *slot = text_slot(r, node);
	size_t len;
	const char *text = whole_text(r, &len);

	if (r->broken) {
		if (len > 0)
			mixed(r, node);
	} else if (!r->nil || slot->kind != SLOT_FIELD) {
		set_slot(r, slot, text, len);
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
	const struct node *node = &r->d->nodes[r->stack[r->depth - 1]];
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
	fault_at(why, "line %" PRId64, r->place.line);
	return V_BROKEN;
}

static enum verdict
check_bytes(struct reader *r, int64_t at, struct fault *why)
{
	if (r->records == 0 || at - r->begun <= r->d->record_bytes_max)
		return V_OK;
	return fault_set(why, V_BROKEN, CODE_LIMIT,
		"a record of more than %" PRId64 " bytes",
		r->d->record_bytes_max);
}

static enum verdict
begin_record(struct reader *r, int record, struct fault *why)
{
	enum verdict v;

	if (r->records++ == 0)
		r->begun = r->place.offset;
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
	enum verdict v = reading_end(r->reading, record, r->place.end, why);

	r->records--;
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
	const struct node *node;
	enum verdict v;
	int at;

	if (r->skip > 0) {
		r->skip++;
		return V_OK;
	}
	v = check_bytes(r, r->place.offset, why);
	if (v != V_OK)
		return v;
	if (r->capture)
		text_is_broken(r);
	at = find_child(r, name);
	if (at == -1)
		return unknown(r, name, why);
	assert(r->depth < DEPTH_MAX);
	node = &r->d->nodes[at];
	r->stack[r->depth++] = at;
	if (node->record >= 0)
		v = begin_record(r, node->record, why);
	if (v != V_OK)
		return v;
	if (node->document >= 0)
		r->document = reading_document(r->reading, node->document);
	r->nil = false;
	r->nil_reason = NULL;
	if (node->text)
		text_begins(r, false);
	else
		r->capture = false;
	if (count > 0 && node->slot != -1)
		take_attributes(r, at, attributes, count);
	return V_OK;
}

static enum verdict
on_text(void *self, const char *text, size_t len, struct fault *why)
{
	struct reader *r = self;

	if (!r->capture || r->skip > 0)
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
	return check_bytes(r, r->place.offset, why);
}

static enum verdict
on_close(void *self, const struct xml_name *name, struct fault *why)
{
	struct reader *r = self;
	const struct node *node;
	enum verdict v = V_OK;

	(void)name;
	if (r->skip > 0) {
		if (--r->skip == 0 && r->d->nodes[r->stack[r->depth - 1]].text)
			text_begins(r, true);
		return V_OK;
	}
	assert(r->depth > 0);
	node = &r->d->nodes[r->stack[--r->depth]];
	if (r->capture)
		text_ends(r, node);
	r->capture = false;
	if (node->record >= 0)
		v = end_record(r, node->record, why);
	if (r->depth > 0 && r->d->nodes[r->stack[r->depth - 1]].text)
		text_begins(r, true);
	return v;
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
	r->d = reading_definition(reading);
	r->mem = reading_mem(reading);
	r->last = &r->elements[0];
	r->text = BUF_MAX(TEXT_MAX);
	v = xml_stream(
		read, read_self, &events, r, r->d->depth_max, &r->place, why);
	buf_done(&r->text);
	free(r);
	return v;
}
