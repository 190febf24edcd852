/* base/xml_schema.c - judging by a schema; see base/xml.h
 *
 * The document is checked while it is parsed, so a payload of 100 MB needs no
 * tree.  libxml2 reports through structured callbacks that take our own
 * struct; nothing global is set, so two threads can check at a time.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlschemas.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/xml.h"

#define TEXT_MAX 200

struct xml_schema {
	xmlSchemaPtr schema;
};

/* The first complaint of libxml2, without the values it quotes. */
struct complaint {
	bool any, doctype;
	int line;
	char text[TEXT_MAX];
};

/* libxml2 quotes the offending value, which may be a citizen number or a name:
 * what stands between quotes is kept only where it names an element, an
 * attribute, a type or a facet.
 */
static void
scrub(const char *from, char *to, size_t size)
{
	size_t n = 0;
	bool value = false;

	while (*from != '\0' && *from != '\n' && n + 4 < size) {
		if (strncmp(from, "The value '", 11) == 0 ||
			strncmp(from, "The element content '", 21) == 0)
			value = true;
		if (*from == '\'' && value) {
			const char *end = strchr(from + 1, '\'');

			memcpy(to + n, "'..'", 4);
			n += 4;
			value = false;
			if (end == NULL)
				break;
			from = end + 1;
			continue;
		}
		to[n++] = *from++;
	}
	while (n > 0 && (to[n - 1] == '.' || to[n - 1] == ' '))
		n--;
	to[n] = '\0';
}

static void
complain(void *self, xmlErrorPtr error)
{
	struct complaint *first = self;

	if (first->any || error->level < XML_ERR_ERROR)
		return;
	first->any = true;
	first->line = error->line;
	scrub(error->message == NULL ? "not valid" : error->message,
		first->text, sizeof(first->text));
}

/* Files beside the schema only: nothing that looks like a URL. */
static bool
is_file(const char *path)
{
	return strstr(path, "://") == NULL;
}

enum verdict
xml_schema_load(
	const char *path, struct xml_schema **schema_out, struct fault *why)
{
	struct complaint first = { 0 };
	xmlSchemaParserCtxtPtr parser;
	xmlSchemaPtr schema;

	if (!is_file(path))
		return fault_set(
			why, V_BROKEN, CODE_CONFIG, "a schema is a file");
	/* libxml2 tells standard error about a file that is not there. */
	if (access(path, R_OK) == -1) {
		fault_errno(why, V_BROKEN, CODE_CONFIG, "schema");
		fault_at(why, "%s", path);
		return V_BROKEN;
	}
	parser = xmlSchemaNewParserCtxt(path);
	if (parser == NULL)
		return fault_set(why, V_BROKEN, CODE_MEMORY, "no memory");
	xmlSchemaSetParserStructuredErrors(parser, complain, &first);
	schema = xmlSchemaParse(parser);
	xmlSchemaFreeParserCtxt(parser);
	if (schema == NULL) {
		fault_set(why, V_BROKEN, CODE_CONFIG, "schema: %s",
			first.any ? first.text : "cannot be read");
		fault_at(why, "%s:%d", path, first.line);
		return V_BROKEN;
	}
	*schema_out = mem_new(sizeof(**schema_out));
	(*schema_out)->schema = schema;
	return V_OK;
}

/* A DOCTYPE stops the parser before anything in it is declared. */
static void
no_doctype(void *self, const xmlChar *name, const xmlChar *id,
	const xmlChar *system)
{
	xmlParserCtxtPtr parser = self;
	struct complaint *first = parser->_private;

	(void)name;
	(void)id;
	(void)system;
	first->doctype = true;
	xmlStopParser(parser);
}

static int
locate(void *self, const char **file, unsigned long *line)
{
	xmlParserCtxtPtr parser = self;

	if (file != NULL)
		*file = NULL;
	if (line != NULL)
		*line = (unsigned long)parser->input->line;
	return 0;
}

/* What the parser itself had to say: it speaks through no callback here. */
static void
parser_said(xmlParserCtxtPtr parser, struct complaint *first)
{
	xmlErrorPtr error = xmlCtxtGetLastError(parser);

	if (error == NULL || first->any)
		return;
	first->any = true;
	first->line = error->line;
	snprintf(first->text, sizeof(first->text), "not well-formed");
}

static bool
check(xmlSchemaValidCtxtPtr valid, const void *bytes, size_t len,
	struct complaint *first)
{
	xmlSchemaSAXPlugPtr plug;
	xmlParserCtxtPtr parser;
	xmlSAXHandler handler, *own;
	bool ok;

	memset(&handler, 0, sizeof(handler));
	handler.initialized = XML_SAX2_MAGIC;
	handler.internalSubset = no_doctype;
	parser = xmlCreateMemoryParserCtxt(bytes, (int)len);
	if (parser == NULL)
		return false;
	(void)xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_NOERROR);
	own = parser->sax;
	parser->sax = &handler;
	parser->_private = first;
	parser->userData = parser;
	xmlSchemaValidateSetLocator(valid, locate, parser);
	/* The plug puts the schema's callbacks in front of ours. */
	plug = xmlSchemaSAXPlug(valid, &parser->sax, &parser->userData);
	ok = plug != NULL && xmlParseDocument(parser) == 0 &&
	     parser->wellFormed && !first->doctype &&
	     xmlSchemaIsValid(valid) == 1;
	if (!ok)
		parser_said(parser, first);
	if (plug != NULL)
		(void)xmlSchemaSAXUnplug(plug);
	parser->sax = own;
	xmlFreeParserCtxt(parser);
	return ok;
}

enum verdict
xml_schema_check(struct xml_schema *schema, const void *bytes, size_t len,
	struct fault *why)
{
	struct complaint first = { 0 };
	xmlSchemaValidCtxtPtr valid;
	enum verdict v = V_OK;

	assert(schema != NULL);
	if (len == 0 || len > INT_MAX)
		return fault_set(
			why, V_SKIP, CODE_LIMIT, "document of %zu bytes", len);
	valid = xmlSchemaNewValidCtxt(schema->schema);
	if (valid == NULL)
		return fault_set(why, V_BROKEN, CODE_MEMORY, "no memory");
	xmlSchemaSetValidStructuredErrors(valid, complain, &first);
	if (!check(valid, bytes, len, &first)) {
		v = fault_set(why, V_SKIP,
			first.doctype ? CODE_DOCTYPE : CODE_NOT_XML, "%s",
			first.doctype ? "DOCTYPE is not allowed"
			: first.any   ? first.text
				      : "not well-formed");
		fault_at(why, "line %d", first.line);
	}
	xmlSchemaFreeValidCtxt(valid);
	return v;
}

void
xml_schema_free(struct xml_schema *schema)
{
	if (schema == NULL)
		return;
	xmlSchemaFree(schema->schema);
	free(schema);
}
