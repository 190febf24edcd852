/* formats/met.c - see formats/met.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <string.h>

#include "formats/met.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"
#define MET_TRIES 4 /* places a name can be at */

_Static_assert((MET_SIZE & (MET_SIZE - 1)) == 0, "it is used as a mask");

static bool
same(const struct xml_name *name, const char *ns, const char *local)
{
	return strcmp(name->local, local) == 0 && strcmp(name->ns, ns) == 0;
}

/* Where the name is kept, or can be: a full table forgets. */
static struct met *
met(struct names *names, int at, const struct xml_name *name)
{
	uint64_t h = (uint64_t)(uintptr_t)name->local ^
		     (uint64_t)(uintptr_t)name->ns << 7 ^ (uint64_t)at << 40;
	size_t i, home;

	h *= UINT64_C(0x9e3779b97f4a7c15);
	home = (size_t)(h >> 40);
	for (i = 0; i < MET_TRIES; i++) {
		struct met **m = &names->table[(home + i) & (MET_SIZE - 1)];

		if (*m == NULL && names->count < MET_SIZE)
			*m = &names->all[names->count++];
		if (*m != NULL &&
			((*m)->local == NULL || met_before(*m, at, name)))
			return *m;
	}
	return &names->all[home & (MET_SIZE - 1)];
}

struct met *
met_element(struct names *names, const struct definition *d, int parent,
	const struct xml_name *name)
{
	struct met *m = met(names, parent, name);
	int at;

	if (met_before(m, parent, name))
		return m;
	at = parent == -1 ? 0 : d->nodes[parent].child;
	while (at != -1 && !same(name, d->nodes[at].ns, d->nodes[at].local))
		at = d->nodes[at].sibling;
	m->ns = name->ns;
	m->local = name->local;
	m->at = parent;
	m->means = at;
	return m;
}

struct met *
met_attribute(struct names *names, const struct definition *d, int node,
	const struct xml_name *name)
{
	struct met *m = met(names, node, name);
	int s = d->nodes[node].slot;

	if (met_before(m, node, name))
		return m;
	for (; s != -1; s = d->slots[s].next)
		if (d->slots[s].local != NULL &&
			same(name, d->slots[s].ns, d->slots[s].local))
			break;
	if (s == -1 && same(name, XSI, "nil"))
		s = MEANS_NIL;
	else if (s == -1 && strcmp(name->local, "noValue") == 0)
		s = MEANS_NO_VALUE;
	m->ns = name->ns;
	m->local = name->local;
	m->at = node;
	m->means = s;
	return m;
}
