/* base/xml.h - reading strangers' XML: fast through, or small as a tree
 *
 * libxml2 behind a wall (base/xml*.c).  Always: no network, no entities, no
 * DTD: any DOCTYPE is refused (CODE_DOCTYPE); depth and text are limited.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BASE_XML_H
#define BASE_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/* --- a stream of events (base/xml.c), for batch files of any size --- */

struct xml_name {
	const char *ns; /* namespace URI, "" when none; lent */
	const char *local;
};

struct xml_attribute {
	struct xml_name name;
	const char *value; /* not closed with a NUL */
	size_t len;
};

/* Callbacks return V_OK to go on; anything else ends xml_stream() with that
 * verdict.  Pointers are lent for the call.  Names are interned: the same name
 * has the same pointers throughout one stream.
 */
struct xml_events {
	enum verdict (*open)(void *self, const struct xml_name *name,
		const struct xml_attribute *attributes, size_t count,
		struct fault *why);
	enum verdict (*text)(void *self, const char *text, size_t len,
		struct fault *why); /* in pieces */
	enum verdict (*close)(
		void *self, const struct xml_name *name, struct fault *why);
};

struct xml_stream;

struct xml_place {
	int64_t line;	/* 1 .. , right beyond 65,535 too */
	int64_t offset; /* bytes from the start, of the present event */
	int64_t end;	/* when an element closes: byte behind it */
	const struct xml_stream *stream; /* set by xml_stream() */
};

/* In a callback: fill in where its event is. */
void xml_place(struct xml_place *place);

/* Where bytes come from: up to `len` of them, *len_out 0 at the end. */
typedef enum verdict xml_read_fn(void *self, void *bytes, size_t len,
	size_t *len_out, struct fault *why);

/* Parse all of it.  V_OK at the end of a well-formed document; V_BROKEN with
 * CODE_NOT_XML, CODE_ENCODING, CODE_DOCTYPE, CODE_TEXT_HUGE or CODE_LIMIT
 * (depth); else what a callback or `read` returned.  `place` (may be NULL) is
 * for xml_place().
 */
enum verdict xml_stream(xml_read_fn *read, void *read_self,
	const struct xml_events *events, void *self, int depth_max,
	struct xml_place *place, struct fault *why);

/* --- a small document as a tree (base/xml_tree.c): envelopes, CPA --- */

struct xml_tree;
struct xml_node; /* lent by its tree */

/* V_BROKEN: not well-formed, DOCTYPE, not UTF-8, deeper than 256. */
enum verdict xml_tree_parse(const void *bytes, size_t len,
	struct xml_tree **tree_out, struct fault *why);
void xml_tree_free(struct xml_tree *tree); /* accepts NULL */

const struct xml_node *xml_root(const struct xml_tree *tree);
/* Element children only.  NULL: none. */
const struct xml_node *xml_first(const struct xml_node *node);
const struct xml_node *xml_next(const struct xml_node *node);
/* Is it {ns}local?  ns NULL: any namespace. */
bool xml_is(const struct xml_node *node, const char *ns, const char *local);
const char *xml_local(const struct xml_node *node);
const char *xml_ns(const struct xml_node *node); /* "" when none */
/* The first child {ns}local, or NULL; node may be NULL. */
const struct xml_node *xml_child(
	const struct xml_node *node, const char *ns, const char *local);
/* The next sibling of the same name, or NULL. */
const struct xml_node *xml_again(const struct xml_node *node);
/* Text of the node without blanks at both ends; "" when empty or node NULL.
 * Lent by the tree.
 */
const char *xml_text(const struct xml_node *node);
/* The element around it; NULL: it is the root. */
const struct xml_node *xml_parent(const struct xml_node *node);
/* Value of attribute {ns}local, or NULL; lent by the tree. */
const char *xml_attr(
	const struct xml_node *node, const char *ns, const char *local);
/* Each attribute in turn: begin with *at NULL; false at the end.  Declarations
 * of namespaces are none.  Lent by the tree.
 */
bool xml_each_attr(const struct xml_node *node, const void **at,
	struct xml_name *name_out, const char **value_out);
long xml_line(const struct xml_node *node);

/* --- judging by a schema (base/xml_schema.c) --- */

struct xml_schema;
/* Loads files only, next to `path`; nothing is fetched. */
enum verdict xml_schema_load(
	const char *path, struct xml_schema **schema_out, struct fault *why);
enum verdict xml_schema_check(struct xml_schema *schema, const void *bytes,
	size_t len, struct fault *why); /* V_SKIP: not valid, why says */
void xml_schema_free(struct xml_schema *schema);

#endif
