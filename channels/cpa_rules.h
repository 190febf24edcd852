/* channels/cpa_rules.h - the elements of an agreement, as a table of texts
 *
 * Private to channels/.  Written from cpp-cpa-2_0.xsd; tests/channels/test_cpa.c
 * compares the two.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_CPA_RULES_H
#define CHANNELS_CPA_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/xml.h"

/* One element.  Names of another namespace than the agreement's have a prefix:
 * ds: xlink: xml:.
 *
 * inside: "Name" once, "?" "*" "+" as usual, "{1,3}" so often, "A|B+" any of
 * both, "#other*" anything of another namespace.  NULL: only text.
 *
 * attributes: "name" optional, "name!" required, "name=TYPE!".  A type is
 * nothing (a text that is not empty), "any", "uri", "ID", "boolean", "int",
 * "integer", "natural", "language", "duration", "a|b" one of these words,
 * ">Name" the id of such an element, ">>Name" of one at the other party.
 *
 * text: the same types, and "dateTime", "base64".  NULL: none is allowed.
 */
struct cpa_rule {
	const char *name, *inside, *attributes, *text;
};

/* NULL: the agreement knows no such element. */
const struct cpa_rule *cpa_rule_of(const struct xml_node *node);

/* A piece of a text in the table. */
struct piece {
	const char *text;
	size_t len;
};

bool piece_is(struct piece piece, const char *text);
/* The next word of a type "a|b"; *at begins with NULL. */
bool piece_word(struct piece type, const char **at, struct piece *out);

/* Is the element or attribute the one called so in the table? */
bool cpa_rule_called(struct piece name, const char *ns, const char *local);

/* The next attribute of the list. */
struct cpa_rule_attribute {
	struct piece name, type;
	bool needed;
};

bool cpa_rule_attribute(
	const char **list, struct cpa_rule_attribute *attribute_out);

/* One item of "inside". */
struct cpa_rule_item {
	struct piece names;
	size_t min, max;
};

#define CPA_RULE_ITEMS_MAX 12

size_t cpa_rule_items(const struct cpa_rule *rule,
	struct cpa_rule_item items_out[CPA_RULE_ITEMS_MAX]);
bool cpa_rule_item_is(
	const struct cpa_rule_item *item, const struct xml_node *node);

#endif
