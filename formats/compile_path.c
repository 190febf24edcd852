/* formats/compile_path.c - XML: paths to a tree of elements
 *
 * A path is names with a prefix, and one @attribute last.  All paths together
 * make a tree that the reader walks along with the file, so reading costs the
 * same for ten fields and for four hundred.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "formats/compile.h"

#define PATH_STEPS_MAX 16

/* "WB" of "WB:biljet" as URI; an element without prefix has no namespace. */
static bool
namespace_of(struct compile *c, const char *path, const char *name, size_t len,
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

			if (n->prefix != NULL && strlen(n->prefix) == prefix &&
				memcmp(n->prefix, name, prefix) == 0)
				break;
		}
		if (i == c->l->namespace_count) {
			compile_bad(c, path, CODE_CONFIG_NAME,
				"there is no namespace with prefix '%.*s'",
				prefix > 40 ? 40 : (int)prefix, name);
			return false;
		}
		*ns_out = c->l->namespaces[i].uri == NULL
				  ? ""
				  : c->l->namespaces[i].uri;
		*local_out = colon + 1;
		len -= prefix + 1;
	}
	if (len == 0) {
		compile_bad(
			c, path, CODE_CONFIG_VALUE, "a path has no empty step");
		return false;
	}
	*local_out = arena_text(&c->d->mem, *local_out, len);
	return true;
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
static bool
child(struct compile *c, const char *path, int node, const char *ns,
	const char *local, int *node_out)
{
	struct definition *d = c->d;
	int at, *last;

	for (at = d->nodes[node].child; at != -1; at = d->nodes[at].sibling)
		if (strcmp(d->nodes[at].ns, ns) == 0 &&
			strcmp(d->nodes[at].local, local) == 0) {
			*node_out = at;
			return true;
		}
	if (d->node_count == DEFINITION_NODES_MAX) {
		compile_bad(c, path, CODE_FORMAT,
			"more than %d different elements",
			DEFINITION_NODES_MAX);
		return false;
	}
	at = new_node(d, ns, local);
	/* In the order of the definition, which is mostly that of the file. */
	last = &d->nodes[node].child;
	while (*last != -1)
		last = &d->nodes[*last].sibling;
	*last = at;
	*node_out = at;
	return true;
}

/* An element of another record has values of its own. */
static bool
crosses(struct compile *c, const char *path, int node)
{
	int record = c->d->nodes[node].record;

	if (record == -1)
		return false;
	compile_bad(c, path, CODE_CONFIG_VALUE,
		"the path goes through record %s; what lies there belongs to "
		"that record",
		c->d->records[record].name);
	return true;
}

static bool
walk_attribute(struct compile *c, const char *path, const char *step,
	size_t len, struct slot *slot)
{
	if (step[len] != '\0') {
		compile_bad(c, path, CODE_CONFIG_VALUE,
			"an attribute must be the last step of a path");
		return false;
	}
	return namespace_of(
		c, path, step + 1, len - 1, &slot->ns, &slot->local);
}

/* Walk "WB:a/WB:b/@c" from `node`; names of an attribute go to `slot`. */
static bool
walk(struct compile *c, int node, const char *path, int *node_out,
	struct slot *slot)
{
	const char *p = path, *ns, *local;
	int steps = 0;

	slot->ns = "";
	slot->local = NULL;
	if (strpbrk(path, "[]()*{}|=\"' \t\n") != NULL || strstr(path, "..")) {
		compile_bad(c, path, CODE_CONFIG_VALUE,
			"a path has names, / between them, and one @attribute");
		return false;
	}
	while (*p != '\0') {
		size_t len = strcspn(p, "/");

		if (++steps > PATH_STEPS_MAX) {
			compile_bad(c, path, CODE_CONFIG_VALUE,
				"a path of more than %d steps", PATH_STEPS_MAX);
			return false;
		}
		if (*p == '@') {
			*node_out = node;
			return walk_attribute(c, path, p, len, slot);
		}
		if (!namespace_of(c, path, p, len, &ns, &local) ||
			!child(c, path, node, ns, local, &node) ||
			crosses(c, path, node))
			return false;
		p += len;
		if (*p == '/' && p[1] == '\0') {
			compile_bad(c, path, CODE_CONFIG_VALUE,
				"a path has no empty step");
			return false;
		}
		if (*p == '/')
			p++;
	}
	*node_out = node;
	return true;
}

static void
add_slot(struct compile *c, int from, const char *path, struct slot slot)
{
	struct definition *d = c->d;
	int node, s;

	if (path == NULL || from == -1 || !walk(c, from, path, &node, &slot))
		return;
	for (s = d->nodes[node].slot; s != -1; s = d->slots[s].next) {
		const struct slot *o = &d->slots[s];
		bool text = slot.local == NULL && o->local == NULL;

		if (text || (slot.local != NULL && o->local != NULL &&
				    strcmp(slot.local, o->local) == 0 &&
				    strcmp(slot.ns, o->ns) == 0)) {
			compile_bad(c, path, CODE_CONFIG_DOUBLE,
				"this path is used twice");
			return;
		}
	}
	if (d->slot_count == DEFINITION_NODES_MAX) {
		compile_bad(c, path, CODE_FORMAT, "too many fields");
		return;
	}
	slot.next = d->nodes[node].slot;
	d->nodes[node].slot = d->slot_count;
	if (slot.local == NULL)
		d->nodes[node].text = true;
	d->slots[d->slot_count++] = slot;
}

/* --- records, fields, documents --- */

/* A record that was placed before lies below this element. */
static bool
holds_record(const struct definition *d, int node)
{
	int at;

	for (at = d->nodes[node].child; at != -1; at = d->nodes[at].sibling)
		if (d->nodes[at].record != -1 || holds_record(d, at))
			return true;
	return false;
}

static bool
root_node(struct compile *c)
{
	const char *root = c->l->root, *ns, *local;

	if (c->l->namespace_count > NAMESPACES_MAX) {
		compile_bad(c, &c->l->namespaces[0], CODE_CONFIG_VALUE,
			"at most %d namespaces", NAMESPACES_MAX);
		return false;
	}
	if (root == NULL) {
		compile_bad(c, c->l, CODE_CONFIG_VALUE,
			"root (the element around all records) is missing");
		return false;
	}
	if (strpbrk(root, "/@[]()* ") != NULL) {
		compile_bad(c, root, CODE_CONFIG_VALUE,
			"root is the name of one element");
		return false;
	}
	if (!namespace_of(c, root, root, strlen(root), &ns, &local))
		return false;
	(void)new_node(c->d, ns, local);
	return true;
}

void
compile_record_paths(struct compile *c)
{
	struct definition *d = c->d;
	bool root = root_node(c);
	struct slot attribute;
	int i, from;

	for (i = 0; i < d->record_count; i++) {
		const struct layout_record *l = &c->l->records[i];
		int parent = d->records[i].parent;

		c->node_of[i] = -1;
		from = !root ? -1 : parent == -1 ? 0 : c->node_of[parent];
		if (from == -1 || l->at == NULL ||
			!walk(c, from, l->at, &c->node_of[i], &attribute))
			continue;
		if (attribute.local != NULL || c->node_of[i] == from) {
			compile_bad(c, l->at, CODE_CONFIG_VALUE,
				"record %s must be at an element below %s",
				d->records[i].name,
				parent == -1 ? "the root"
					     : d->records[parent].name);
			c->node_of[i] = -1;
			continue;
		}
		if (holds_record(d, c->node_of[i]))
			compile_bad(c, l->at, CODE_CONFIG_VALUE,
				"record %s lies around another; write it "
				"first and name it as parent:",
				d->records[i].name);
		d->nodes[c->node_of[i]].record = i;
	}
}

void
compile_field_path(struct compile *c, const struct layout_field *f, int field)
{
	add_slot(c, c->node_of[c->d->fields[field].record], f->at,
		(struct slot){
			.field = field, .document = -1, .kind = SLOT_FIELD });
}

void
compile_document_path(
	struct compile *c, const struct layout_document *l, int document)
{
	const struct {
		const char *path;
		enum slot_kind kind;
	} all[] = {
		{ l->at, SLOT_HREF },
		{ l->sha256, SLOT_SHA256 },
		{ l->mime, SLOT_MIME },
		{ l->base64, SLOT_INLINE },
	};
	const char *path = l->at != NULL ? l->at : l->base64;
	int from = c->node_of[c->d->letter], node;
	struct slot slot;
	size_t i;

	/* An element that occurs again is another document: the one that is
	 * named first.
	 */
	if (path == NULL) {
		compile_bad(c, l, CODE_CONFIG_VALUE,
			"document %s: at (where its name is) or base64 is "
			"missing",
			c->d->documents[document].name);
		return;
	}
	if (from == -1 || !walk(c, from, path, &node, &slot))
		return;
	if (node == from || c->d->nodes[node].document != -1) {
		compile_bad(c, path, CODE_CONFIG_VALUE,
			"document %s must have an element of its own",
			c->d->documents[document].name);
		return;
	}
	c->d->nodes[node].document = document;
	c->d->input.inlined = c->d->input.inlined || l->base64 != NULL;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		slot = (struct slot){ .field = -1, .document = document };
		slot.kind = all[i].kind;
		add_slot(c, from, all[i].path, slot);
	}
}
