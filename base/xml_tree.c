/* base/xml_tree.c - a small document as a tree; see base/xml.h
 *
 * The bytes are checked to be UTF-8 before libxml2 sees them, and a DOCTYPE
 * stops the parser at once, so no entity is ever declared.  What libxml2 says
 * about an error is not passed on: it may quote the document.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/xml.h"

#define BLANK " \t\r\n"

struct xml_tree {
	xmlDoc *doc;
	struct arena mem; /* texts that had to be put together */
	bool doctype;	  /* one was seen while parsing */
};

static const xmlNode *
inside(const struct xml_node *node)
{
	return (const void *)node;
}

static const struct xml_node *
outside(const xmlNode *node)
{
	return (const void *)node;
}

static void
on_doctype(void *self, const xmlChar *name, const xmlChar *external,
	const xmlChar *system)
{
	xmlParserCtxt *ctxt = self;
	struct xml_tree *tree = ctxt->_private;

	(void)name;
	(void)external;
	(void)system;
	tree->doctype = true;
	xmlStopParser(ctxt);
}

static bool
is_utf8(const char *encoding)
{
	return encoding == NULL || strcasecmp(encoding, "UTF-8") == 0 ||
	       strcasecmp(encoding, "US-ASCII") == 0;
}

static enum verdict
parse(struct xml_tree *tree, xmlParserCtxt *ctxt, const void *bytes, size_t len,
	struct fault *why)
{
	enum verdict v = V_OK;
	long line;

	ctxt->_private = tree;
	ctxt->sax->internalSubset = on_doctype;
	tree->doc = xmlCtxtReadMemory(ctxt, bytes, (int)len, NULL, NULL,
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
			XML_PARSE_NOCDATA);
	line = ctxt->lastError.line;
	if (tree->doctype) {
		v = fault_set(why, V_BROKEN, CODE_DOCTYPE,
			"a DOCTYPE is not allowed");
	} else if (tree->doc == NULL || ctxt->wellFormed == 0 ||
		   ctxt->nsWellFormed == 0 ||
		   xmlDocGetRootElement(tree->doc) == NULL) {
		v = fault_set(why, V_BROKEN, CODE_NOT_XML, "not well-formed");
		fault_at(why, "line %ld", line);
	} else if (!is_utf8((const char *)tree->doc->encoding)) {
		v = fault_set(
			why, V_BROKEN, CODE_ENCODING, "encoding is not UTF-8");
	} else {
		tree->doc->_private = tree;
	}
	return v;
}

enum verdict
xml_tree_parse(const void *bytes, size_t len, struct xml_tree **tree_out,
	struct fault *why)
{
	struct xml_tree *tree = NULL;
	xmlParserCtxt *ctxt = NULL;
	enum verdict v;

	if (len == 0 || len > INT_MAX / 2)
		return fault_set(why, V_BROKEN, CODE_NOT_XML,
			len == 0 ? "empty" : "too large for a tree");
	if (text_chars(bytes, len) < 0)
		return fault_set(
			why, V_BROKEN, CODE_ENCODING, "bytes are not UTF-8");
	tree = mem_zero(1, sizeof(*tree));
	ctxt = xmlNewParserCtxt();
	if (ctxt == NULL)
		abort(); /* no memory, as everywhere (base/arena.h) */
	v = parse(tree, ctxt, bytes, len, why);
	if (v == V_OK) {
		*tree_out = tree;
		tree = NULL;
	}
	xmlFreeParserCtxt(ctxt);
	xml_tree_free(tree);
	return v;
}

void
xml_tree_free(struct xml_tree *tree)
{
	if (tree == NULL)
		return;
	xmlFreeDoc(tree->doc);
	arena_done(&tree->mem);
	free(tree);
}

const struct xml_node *
xml_root(const struct xml_tree *tree)
{
	return outside(xmlDocGetRootElement(tree->doc));
}

static const struct xml_node *
element_from(const xmlNode *node)
{
	while (node != NULL && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return outside(node);
}

const struct xml_node *
xml_first(const struct xml_node *node)
{
	return element_from(inside(node)->children);
}

const struct xml_node *
xml_next(const struct xml_node *node)
{
	return element_from(inside(node)->next);
}

const char *
xml_local(const struct xml_node *node)
{
	return (const char *)inside(node)->name;
}

const char *
xml_ns(const struct xml_node *node)
{
	const xmlNs *ns = inside(node)->ns;

	return ns == NULL || ns->href == NULL ? "" : (const char *)ns->href;
}

bool
xml_is(const struct xml_node *node, const char *ns, const char *local)
{
	return strcmp(xml_local(node), local) == 0 &&
	       (ns == NULL || strcmp(xml_ns(node), ns) == 0);
}

const struct xml_node *
xml_child(const struct xml_node *node, const char *ns, const char *local)
{
	if (node == NULL)
		return NULL;
	for (node = xml_first(node); node != NULL; node = xml_next(node))
		if (xml_is(node, ns, local))
			return node;
	return NULL;
}

const struct xml_node *
xml_again(const struct xml_node *node)
{
	const struct xml_node *next = node;

	while ((next = xml_next(next)) != NULL)
		if (xml_is(next, xml_ns(node), xml_local(node)))
			return next;
	return NULL;
}

static bool
is_text(const xmlNode *node)
{
	return node->type == XML_TEXT_NODE ||
	       node->type == XML_CDATA_SECTION_NODE;
}

/* The text nodes of a list as one text.  The usual single node is lent as it
 * is, unless it has to be trimmed.
 */
static const char *
joined(struct xml_tree *tree, const xmlNode *first, bool trim)
{
	const xmlNode *node;
	size_t len = 0, count = 0;
	const char *one = "";
	char *text;

	for (node = first; node != NULL; node = node->next) {
		if (!is_text(node) || node->content == NULL)
			continue;
		one = (const char *)node->content;
		len += strlen(one);
		count++;
	}
	if (count == 0 || (count == 1 && !trim))
		return one;
	if (count == 1 && len > 0 && strchr(BLANK, one[0]) == NULL &&
		strchr(BLANK, one[len - 1]) == NULL)
		return one;
	text = arena_alloc(&tree->mem, len + 1);
	len = 0;
	for (node = first; node != NULL; node = node->next) {
		if (!is_text(node) || node->content == NULL)
			continue;
		count = strlen((const char *)node->content);
		memcpy(text + len, node->content, count);
		len += count;
	}
	text[len] = '\0';
	return trim ? text_trim(text) : text;
}

const char *
xml_text(const struct xml_node *node)
{
	if (node == NULL)
		return "";
	return joined(
		inside(node)->doc->_private, inside(node)->children, true);
}

const struct xml_node *
xml_parent(const struct xml_node *node)
{
	const xmlNode *up = inside(node)->parent;

	return up != NULL && up->type == XML_ELEMENT_NODE ? outside(up) : NULL;
}

static const char *
attr_ns(const xmlAttr *attr)
{
	return attr->ns == NULL || attr->ns->href == NULL
		       ? ""
		       : (const char *)attr->ns->href;
}

bool
xml_each_attr(const struct xml_node *node, const void **at,
	struct xml_name *name_out, const char **value_out)
{
	const xmlAttr *attr = *at;

	attr = attr == NULL ? inside(node)->properties : attr->next;
	if (attr == NULL)
		return false;
	*at = attr;
	name_out->local = (const char *)attr->name;
	name_out->ns = attr_ns(attr);
	*value_out = joined(attr->doc->_private, attr->children, false);
	return true;
}

const char *
xml_attr(const struct xml_node *node, const char *ns, const char *local)
{
	const xmlAttr *attr;

	if (node == NULL)
		return NULL;
	for (attr = inside(node)->properties; attr != NULL; attr = attr->next)
		if (strcmp((const char *)attr->name, local) == 0 &&
			(ns == NULL || strcmp(attr_ns(attr), ns) == 0))
			return joined(
				attr->doc->_private, attr->children, false);
	return NULL;
}

long
xml_line(const struct xml_node *node)
{
	return xmlGetLineNo(inside(node));
}
