/* formats/met.h - names of elements and attributes that were met; private
 *
 * Names come interned from the parser: what an element or attribute means at
 * its place is looked up once and then known by its pointers, also when it
 * means nothing.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef FORMATS_MET_H
#define FORMATS_MET_H

#include "base/xml.h"
#include "formats/definition.h"

#define MET_SIZE ((size_t)1024) /* a power of two */

/* What a name means below (an element) or at (an attribute) a node. */
struct met {
	const char *ns, *local; /* the parser's own pointers; NULL: free */
	struct met *then;	/* the reader's: what came behind it last */
	int at, means;
};

enum {
	MEANS_NOTHING = -1,
	MEANS_NIL = -2,
	MEANS_NO_VALUE = -3
};

/* Of the elements, or of the attributes, of one parser; all zero at the start.
 * Those of one record lie together, in the order they were met, so that few
 * cache lines hold them.
 */
struct names {
	struct met all[MET_SIZE];
	size_t count;
	struct met *last; /* the reader's: what was met before */
	struct met *table[MET_SIZE];
};

static inline bool
met_before(const struct met *m, int at, const struct xml_name *name)
{
	return m->local == name->local && m->ns == name->ns && m->at == at;
}

/* means: the child of node `parent` (-1: the root), or MEANS_NOTHING. */
struct met *met_element(struct names *names, const struct definition *d,
	int parent, const struct xml_name *name);

/* means: the slot of an attribute of `node`, or what it says about its element.
 */
struct met *met_attribute(struct names *names, const struct definition *d,
	int node, const struct xml_name *name);

#endif
