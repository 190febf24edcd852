/* base/xml.c - strangers' XML as a stream of events; see base/xml.h
 *
 * libxml2's SAX2 pulls bytes through our read callback.  Nothing is allocated
 * per event.  Only UTF-8 is read: anything else is refused and never repaired,
 * because a wrong guess is a wrong name on an envelope.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/xml.h"

#define BLOCK_BYTES ((size_t)262144)
#define TEXT_BYTES_MAX INT64_C(10000000) /* of one element */
#define DEPTH_LIMIT 250			 /* below libxml2's own 256 */
#define ATTRIBUTES_MAX 64
#define LOOK_BYTES 4 /* enough to tell UTF-8 from the rest */

struct xml_stream {
	xml_read_fn *read;
	void *read_self;
	char *block;
	size_t used, got;
	bool begun;

	const struct xml_events *events;
	void *self;
	xmlParserCtxtPtr ctxt;
	int depth, depth_max;
	int64_t text_bytes[DEPTH_LIMIT + 1]; /* of each open element */
	/* Of the present event, for who asks where it is. */
	const xmlChar *text; /* NULL: it is a tag */
	size_t text_len;
	char *decoded; /* attribute values that had an &amp; */
	size_t decoded_size;

	enum verdict v; /* anything but V_OK: the parse is over */
	struct fault *why;
};

/* --- bytes in --- */

/* UTF-16, UTF-32 and EBCDIC show in the first four bytes. */
static enum code
other_encoding(const char *bytes, size_t len)
{
	static const struct {
		const char *bytes;
		size_t len;
		enum code code;
	} marks[] = {
		{ "\xfe\xff", 2, CODE_BOM }, { "\xff\xfe", 2, CODE_BOM },
		{ "\0", 1, CODE_BOM }, { "<\0", 2, CODE_BOM },
		{ "\x4c\x6f\xa7\x94", 4, CODE_ENCODING }, /* EBCDIC */
	};
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (len >= marks[i].len &&
			memcmp(bytes, marks[i].bytes, marks[i].len) == 0)
			return marks[i].code;
	return CODE_NONE;
}

static enum verdict
fill_block(struct xml_stream *s)
{
	enum code other;
	size_t got;
	enum verdict v;

	s->used = s->got = 0;
	do {
		got = 0;
		v = s->read(s->read_self, s->block + s->got,
			BLOCK_BYTES - s->got, &got, s->why);
		if (v != V_OK)
			return v;
		assert(got <= BLOCK_BYTES - s->got);
		s->got += got;
	} while (!s->begun && got > 0 && s->got < LOOK_BYTES);
	other = s->begun ? CODE_NONE : other_encoding(s->block, s->got);
	if (other != CODE_NONE)
		return fault_set(s->why, V_BROKEN, other,
			other == CODE_BOM ? "the file is UTF-16 or UTF-32, it "
					    "must be UTF-8"
					  : "the file is not UTF-8");
	s->begun = true;
	return V_OK;
}

/* Give all that was asked for: libxml2 looks ahead only in what it has. */
static int
on_read(void *context, char *to, int len)
{
	struct xml_stream *s = context;
	size_t n, done = 0, want = (size_t)len;

	assert(len >= 0);
	while (s->v == V_OK && done < want) {
		if (s->used == s->got) {
			s->v = fill_block(s);
			if (s->v != V_OK || s->got == 0)
				break;
		}
		n = s->got - s->used;
		if (n > want - done)
			n = want - done;
		memcpy(to + done, s->block + s->used, n);
		s->used += n;
		done += n;
	}
	return s->v == V_OK ? (int)done : -1;
}

/* --- events --- */

static void
stop(struct xml_stream *s, enum verdict v)
{
	assert(v != V_OK);
	s->v = v;
	xmlStopParser(s->ctxt);
}

/* Most events are never asked for their place, so nothing is kept for it.  A
 * tag begins at the last < before where the parser is: none can stand in an
 * attribute's value.  The parser may be before or behind a text, but has
 * counted its lines; one that was made (of &amp; or CDATA) has no place but
 * its end.
 */
void
xml_place(struct xml_place *place)
{
	const struct xml_stream *s = place->stream;
	const xmlParserInput *in = s->ctxt->input;
	const xmlChar *from = in->cur, *to = in->cur, *begin = in->base;

	if (s->text != NULL) {
		begin = from;
		if ((uintptr_t)s->text >= (uintptr_t)in->base &&
			(uintptr_t)s->text < (uintptr_t)in->end) {
			begin = s->text;
			from = to = s->text + s->text_len;
		}
	}
	place->line = in->line;
	while (from > begin) {
		from--;
		if (*from == '\n')
			place->line--;
		else if (*from == '<' && s->text == NULL)
			break;
	}
	place->offset = (int64_t)in->consumed + (from - in->base);
	place->end = (int64_t)in->consumed + (to - in->base);
}

/* The present event was the last one. */
static void
event_failed(struct xml_stream *s, enum verdict v)
{
	struct xml_place place = { .stream = s };

	xml_place(&place);
	fault_at(s->why, "line %lld, byte %lld", (long long)place.line,
		(long long)place.offset);
	stop(s, v);
}

/* Without entity replacement libxml2 leaves &amp; in attribute values as the
 * five characters "&#38;", and nothing else there begins with an ampersand.
 */
static void
decode_ampersands(
	struct xml_stream *s, struct xml_attribute *attributes, size_t count)
{
	static const char mark[] = "&#38;";
	const size_t mark_len = sizeof(mark) - 1;
	size_t i, need = 0, at = 0;

	for (i = 0; i < count; i++)
		need += attributes[i].len;
	if (need > s->decoded_size) {
		s->decoded = mem_grow(s->decoded, need);
		s->decoded_size = need;
	}
	for (i = 0; i < count; i++) {
		const char *p = attributes[i].value;
		const char *end = p + attributes[i].len;
		size_t from = at;

		while (p < end) {
			s->decoded[at++] = *p;
			p += *p == '&' && (size_t)(end - p) >= mark_len &&
					     memcmp(p, mark, mark_len) == 0
				     ? mark_len
				     : 1;
		}
		attributes[i].value = s->decoded + from;
		attributes[i].len = at - from;
	}
}

static const char *
or_empty(const xmlChar *text)
{
	return text == NULL ? "" : (const char *)text;
}

/* Five pointers each: local name, prefix, URI, value, its end. */
static enum verdict
open_with(struct xml_stream *s, const struct xml_name *name, size_t count,
	const xmlChar **from)
{
	struct xml_attribute attributes[ATTRIBUTES_MAX];
	bool ampersand = false;
	size_t i;

	if (count > ATTRIBUTES_MAX)
		return fault_set(s->why, V_BROKEN, CODE_LIMIT,
			"more than %d attributes", ATTRIBUTES_MAX);
	for (i = 0; i < count; i++, from += 5) {
		attributes[i].name.local = (const char *)from[0];
		attributes[i].name.ns = or_empty(from[2]);
		attributes[i].value = (const char *)from[3];
		attributes[i].len = (size_t)(from[4] - from[3]);
		if (memchr(from[3], '&', attributes[i].len) != NULL)
			ampersand = true;
	}
	if (ampersand)
		decode_ampersands(s, attributes, count);
	return s->events->open(s->self, name, attributes, count, s->why);
}

static void
on_open(void *self, const xmlChar *local, const xmlChar *prefix,
	const xmlChar *uri, int ns_count, const xmlChar **ns, int count,
	int defaulted, const xmlChar **attributes)
{
	struct xml_name name = { or_empty(uri), (const char *)local };
	struct xml_stream *s = self;
	enum verdict v;

	(void)prefix;
	(void)ns_count;
	(void)ns;
	(void)defaulted;
	if (s->v != V_OK)
		return;
	s->text = NULL;
	if (s->depth == s->depth_max) {
		v = fault_set(s->why, V_BROKEN, CODE_LIMIT,
			"elements nested deeper than %d", s->depth_max);
	} else {
		s->text_bytes[++s->depth] = 0;
		v = count == 0
			    ? s->events->open(s->self, &name, NULL, 0, s->why)
			    : open_with(s, &name, (size_t)count, attributes);
	}
	if (v != V_OK)
		event_failed(s, v);
}

static void
on_close(void *self, const xmlChar *local, const xmlChar *prefix,
	const xmlChar *uri)
{
	struct xml_name name = { or_empty(uri), (const char *)local };
	struct xml_stream *s = self;
	enum verdict v;

	(void)prefix;
	if (s->v != V_OK)
		return;
	assert(s->depth > 0);
	s->text = NULL;
	s->depth--;
	v = s->events->close(s->self, &name, s->why);
	if (v != V_OK)
		event_failed(s, v);
}

static void
on_text(void *self, const xmlChar *text, int len)
{
	struct xml_stream *s = self;
	enum verdict v;

	assert(len >= 0);
	if (s->v != V_OK)
		return;
	s->text = text;
	s->text_len = (size_t)len;
	s->text_bytes[s->depth] += len;
	if (s->text_bytes[s->depth] > TEXT_BYTES_MAX)
		v = fault_set(s->why, V_BROKEN, CODE_TEXT_HUGE,
			"an element holds more than %lld bytes of text",
			(long long)TEXT_BYTES_MAX);
	else
		v = s->events->text(
			s->self, (const char *)text, (size_t)len, s->why);
	if (v != V_OK)
		event_failed(s, v);
}

/* --- what is refused --- */

static void
refuse(struct xml_stream *s, enum code code, const char *text)
{
	const xmlParserInput *in = s->ctxt->input;

	if (s->v != V_OK)
		return;
	(void)fault_set(s->why, V_BROKEN, code, "%s", text);
	fault_at(s->why, "line %lld, byte %lld", (long long)in->line,
		(long long)in->consumed + (in->cur - in->base));
	stop(s, V_BROKEN);
}

static void
on_doctype(void *self, const xmlChar *name, const xmlChar *external,
	const xmlChar *system)
{
	(void)name;
	(void)external;
	(void)system;
	refuse(self, CODE_DOCTYPE, "a DOCTYPE is not allowed");
}

static void
on_document(void *self)
{
	struct xml_stream *s = self;
	const xmlChar *declared = s->ctxt->input->encoding;

	if (declared == NULL)
		declared = s->ctxt->encoding;
	if (declared != NULL && xmlParseCharEncoding((const char *)declared) !=
					XML_CHAR_ENCODING_UTF8)
		refuse(s, CODE_ENCODING, "the file is not declared as UTF-8");
}

/* libxml2's own sentences quote the text they stumble over: never shown. */
static void
on_error(void *self, xmlErrorPtr error)
{
	struct xml_stream *s = self;
	const char *text = error->message == NULL ? "" : error->message;

	if (error->level < XML_ERR_ERROR || s->v != V_OK)
		return;
	switch (error->code) {
	case XML_ERR_INVALID_ENCODING:
	case XML_ERR_UNKNOWN_ENCODING:
	case XML_ERR_UNSUPPORTED_ENCODING:
	case XML_I18N_CONV_FAILED:
	case XML_I18N_NO_HANDLER:
		refuse(s, CODE_ENCODING,
			"bytes are not in the declared encoding");
		return;
	case XML_ERR_UNDECLARED_ENTITY:
	case XML_WAR_UNDECLARED_ENTITY:
		refuse(s, CODE_DOCTYPE, "entities are not allowed");
		return;
	case XML_ERR_INVALID_CHAR:
		/* One number for two causes; the sentence tells them apart. */
		if (strstr(text, "not proper UTF-8") != NULL)
			refuse(s, CODE_ENCODING, "bytes are not UTF-8");
		else
			refuse(s, CODE_NOT_XML, "a control character");
		return;
	case XML_ERR_TAG_NAME_MISMATCH:
		refuse(s, CODE_NOT_XML, "start and end tag differ");
		return;
	case XML_ERR_TAG_NOT_FINISHED:
	case XML_ERR_DOCUMENT_END:
	case XML_ERR_LTSLASH_REQUIRED:
	case XML_ERR_GT_REQUIRED:
		refuse(s, CODE_NOT_XML, "the file is cut off");
		return;
	case XML_ERR_DOCUMENT_EMPTY:
		refuse(s, CODE_NOT_XML, "no XML at the start of the file");
		return;
	default:
		break;
	}
	if (strstr(text, "too big") != NULL || strstr(text, "too long") != NULL)
		refuse(s, CODE_TEXT_HUGE, "text of one piece is too long");
	else
		refuse(s, CODE_NOT_XML, "not well-formed");
}

static const xmlSAXHandler handler = {
	.initialized = XML_SAX2_MAGIC,
	.internalSubset = on_doctype,
	.externalSubset = on_doctype,
	.startDocument = on_document,
	.startElementNs = on_open,
	.endElementNs = on_close,
	.characters = on_text,
	.cdataBlock = on_text,
	/* The same as characters, or libxml2 looks at each blank twice. */
	.ignorableWhitespace = on_text,
	.serror = on_error,
};

enum verdict
xml_stream(xml_read_fn *read, void *read_self, const struct xml_events *events,
	void *self, int depth_max, struct xml_place *place, struct fault *why)
{
	struct xml_stream s = {
		.read = read,
		.read_self = read_self,
		.events = events,
		.self = self,
		.depth_max = depth_max,
		.why = why,
	};
	xmlSAXHandler sax = handler;

	assert(depth_max > 0 && depth_max <= DEPTH_LIMIT);
	if (place != NULL)
		*place = (struct xml_place){ .stream = &s, .line = 1 };
	xmlInitParser();
	s.block = mem_new(BLOCK_BYTES);
	s.ctxt = xmlCreateIOParserCtxt(
		&sax, &s, on_read, NULL, &s, XML_CHAR_ENCODING_NONE);
	if (s.ctxt == NULL) {
		free(s.block);
		return fault_set(why, V_BROKEN, CODE_MEMORY, "no memory");
	}
	(void)xmlCtxtUseOptions(s.ctxt, XML_PARSE_NONET);
	(void)xmlParseDocument(s.ctxt);
	if (s.v == V_OK && (!s.ctxt->wellFormed || !s.ctxt->nsWellFormed))
		s.v = fault_set(why, V_BROKEN, CODE_NOT_XML, "not well-formed");
	if (place != NULL)
		place->stream = NULL;
	xmlFreeParserCtxt(s.ctxt);
	free(s.block);
	free(s.decoded);
	return s.v;
}
