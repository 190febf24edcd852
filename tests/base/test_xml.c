/* tests/base/test_xml.c - events, places, and everything that is refused
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/xml.h"

struct input {
	const char *bytes;
	size_t len, at;
	size_t piece;			    /* bytes given at once, 0 is all */
	size_t repeat, body_from, body_len; /* the body again and again */
	enum verdict fails;
};

static enum verdict
give(void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct input *in = self;
	size_t n = in->len - in->at;

	if (n == 0 && in->fails != V_OK)
		return fault_set(why, in->fails, CODE_IO, "told to fail");
	if (in->repeat > 0 && in->at == in->body_from + in->body_len) {
		in->repeat--;
		in->at = in->body_from;
	}
	if (in->repeat > 0)
		n = in->body_from + in->body_len - in->at;
	else
		n = in->len - in->at;
	if (n > len)
		n = len;
	if (in->piece > 0 && n > in->piece)
		n = in->piece;
	memcpy(bytes, in->bytes + in->at, n);
	in->at += n;
	*len_out = n;
	return V_OK;
}

struct seen {
	struct buf trace;
	struct xml_place place;
	int64_t opens, texts, closes, text_bytes;
	int64_t line_of_last, offset_of_last; /* of the last open event */
	int64_t line_of_text, end_of_text;
	const char *first_local, *first_ns;
	bool same_pointers;
	enum verdict stop_at_open, stop_at_text, stop_at_close;
};

static enum verdict
on_open(void *self, const struct xml_name *name,
	const struct xml_attribute *attributes, size_t count, struct fault *why)
{
	struct seen *s = self;
	size_t i;

	s->opens++;
	xml_place(&s->place);
	s->line_of_last = s->place.line;
	s->offset_of_last = s->place.offset;
	buf_format(&s->trace, "<{%s}%s", name->ns, name->local);
	for (i = 0; i < count; i++)
		buf_format(&s->trace, " {%s}%s=%.*s", attributes[i].name.ns,
			attributes[i].name.local, (int)attributes[i].len,
			attributes[i].value);
	buf_text(&s->trace, ">");
	if (strcmp(name->local, "r") == 0) {
		if (s->first_local == NULL) {
			s->first_local = name->local;
			s->first_ns = name->ns;
		}
		s->same_pointers = s->first_local == name->local &&
				   s->first_ns == name->ns;
	}
	if (s->stop_at_open != V_OK && s->opens == 2)
		return fault_set(why, s->stop_at_open, CODE_BUG, "stop");
	return V_OK;
}

static enum verdict
on_text(void *self, const char *text, size_t len, struct fault *why)
{
	struct seen *s = self;

	s->texts++;
	xml_place(&s->place);
	s->end_of_text = s->place.end;
	s->line_of_text = s->place.line;
	s->text_bytes += (int64_t)len;
	buf_add(&s->trace, text, len);
	if (s->stop_at_text != V_OK)
		return fault_set(why, s->stop_at_text, CODE_BUG, "stop");
	return V_OK;
}

static enum verdict
on_close(void *self, const struct xml_name *name, struct fault *why)
{
	struct seen *s = self;

	s->closes++;
	buf_format(&s->trace, "</%s>", name->local);
	if (s->stop_at_close != V_OK)
		return fault_set(why, s->stop_at_close, CODE_BUG, "stop");
	return V_OK;
}

static const struct xml_events events = { on_open, on_text, on_close };

static enum verdict
parse(struct input *in, struct seen *s, struct fault *why)
{
	*why = FAULT_NONE;
	buf_reset(&s->trace);
	return xml_stream(give, in, &events, s, 40, &s->place, why);
}

static struct input
input_of(const char *text)
{
	return (struct input){ .bytes = text, .len = strlen(text) };
}

#define SEEN                                                                   \
	{                                                                      \
		.trace = BUF_MAX(4096)                                         \
	}

static void
refused(struct input in, enum code code)
{
	struct seen s = SEEN;
	struct fault why;

	assert_int_equal(parse(&in, &s, &why), V_BROKEN);
	assert_int_equal(why.code, code);
	assert_true(why.text[0] != '\0');
	buf_done(&s.trace);
}

static void
test_xml__events_come_in_order_with_their_names(void **state)
{
	struct input in = input_of("<?xml version='1.0' encoding='UTF-8'?>\n"
				   "<a xmlns='urn:x' xmlns:p='urn:p'>"
				   "<p:b c='1' p:d='2'/>t&amp;u<![CDATA[<v>]]>"
				   "&#233;<!-- no --></a>");
	struct seen s = SEEN;
	struct fault why;
	size_t piece;

	(void)state;
	for (piece = 0; piece < 5; piece++) {
		in.at = 0;
		in.piece = piece;
		assert_int_equal(parse(&in, &s, &why), V_OK);
		assert_string_equal(s.trace.bytes,
			"<{urn:x}a><{urn:p}b {}c=1 {urn:p}d=2></b>"
			"t&u<v>\xc3\xa9</a>");
	}
	buf_done(&s.trace);
}

static void
test_xml__ampersands_in_attributes_are_decoded(void **state)
{
	struct input in = input_of(
		"<a b='&amp;' c='x&amp;amp;&#38;y&lt;' d='&amp;#38;'/>");
	struct seen s = SEEN;
	struct fault why;

	(void)state;
	assert_int_equal(parse(&in, &s, &why), V_OK);
	assert_string_equal(
		s.trace.bytes, "<{}a {}b=& {}c=x&amp;&y< {}d=&#38;></a>");
	buf_done(&s.trace);
}

static void
test_xml__names_are_interned(void **state)
{
	struct input in = input_of("<a xmlns:p='u'><p:r/><p:r>x</p:r>"
				   "<q:r xmlns:q='u'/></a>");
	struct seen s = SEEN;
	struct fault why;

	(void)state;
	assert_int_equal(parse(&in, &s, &why), V_OK);
	assert_true(s.same_pointers);
	buf_done(&s.trace);
}

static void
test_xml__place_is_where_the_element_begins(void **state)
{
	static const char text[] = "<?xml version='1.0'?><a>\n"
				   "  <b>\n"
				   "<c>x</c></b><!-- y\n-->\n <d q='1'/></a>";
	struct input in = input_of(text);
	struct seen s = SEEN;
	struct fault why;

	(void)state;
	assert_int_equal(parse(&in, &s, &why), V_OK);
	assert_int_equal(s.line_of_last, 5);
	assert_int_equal(s.offset_of_last, strstr(text, "<d") - text);
	buf_done(&s.trace);
}

static void
test_xml__place_is_right_behind_any_text_and_in_long_tags(void **state)
{
	static const char text[] = "<a>\xc3\xa9\n\xc3\xa9&amp;\nb&#10;"
				   "<![CDATA[<d\n]]><!-- <d\n --><?p <d?>"
				   "<d q = '>\n'\n p=\"&lt;\n\"\n/>\n\nz</a>";
	struct input in = input_of(text);
	struct seen s = SEEN;
	struct fault why;
	size_t piece;

	(void)state;
	for (piece = 0; piece < 5; piece++) {
		in.at = 0;
		in.piece = piece;
		assert_int_equal(parse(&in, &s, &why), V_OK);
		assert_int_equal(s.line_of_last, 5);
		assert_int_equal(s.offset_of_last, strstr(text, "<d q") - text);
		assert_int_equal(s.line_of_text, 9);
		assert_int_equal(s.end_of_text, strstr(text, "</a>") - text);
	}
	buf_done(&s.trace);
}

static void
test_xml__place_is_right_beyond_65535_lines(void **state)
{
	static const char text[] = "<a>\n<r>\xc3\xab</r>\n<z/></a>";
	const int64_t body = (int64_t)strlen("\n<r>\xc3\xab</r>");
	struct input in = input_of(text);
	struct seen s = SEEN;
	struct fault why;

	(void)state;
	in.repeat = 200000;
	in.body_from = 3;
	in.body_len = (size_t)body;
	assert_int_equal(parse(&in, &s, &why), V_OK);
	assert_int_equal(s.opens, 200000 + 1 + 2);
	assert_int_equal(s.line_of_last, 200000 + 1 + 2);
	assert_int_equal(
		s.offset_of_last, strstr(text, "<z") - text + 200000 * body);
	buf_done(&s.trace);
}

static void
test_xml__a_cut_file_gives_its_whole_records_first(void **state)
{
	struct input in = input_of("<a><r>1</r><r>2</r><r>3");
	struct seen s = SEEN;
	struct fault why;

	(void)state;
	assert_int_equal(parse(&in, &s, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_NOT_XML);
	assert_int_equal(s.closes, 2);
	assert_non_null(strstr(why.place, "line 1"));
	buf_done(&s.trace);
}

static void
test_xml__what_is_no_xml_is_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"hello",
		"<a>",
		"<a></b>",
		"<a>\x01</a>",
		"<a b='1' b='2'/>",
		"<a/><b/>",
		"<a/>trailing",
		"\n<?xml version='1.0'?><a/>",
		"<p:a/>",
		"<a p:b='1'/>",
		"<a b=1/>",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refused(input_of(cases[i]), CODE_NOT_XML);
}

static void
test_xml__a_doctype_is_refused(void **state)
{
	(void)state;
	refused(input_of("<!DOCTYPE a><a/>"), CODE_DOCTYPE);
	refused(input_of("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"),
		CODE_DOCTYPE);
	refused(input_of("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"),
		CODE_DOCTYPE);
	refused(input_of("<a>&x;</a>"), CODE_DOCTYPE);
	refused(input_of("<a b='&x;'/>"), CODE_DOCTYPE);
}

static void
test_xml__a_doctype_stops_before_any_record(void **state)
{
	struct input in = input_of("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>");
	struct seen s = SEEN;
	struct fault why;

	(void)state;
	assert_int_equal(parse(&in, &s, &why), V_BROKEN);
	assert_int_equal(s.opens + s.texts + s.closes, 0);
	buf_done(&s.trace);
}

static void
test_xml__other_encodings_are_refused_not_repaired(void **state)
{
	struct input utf16 = { .bytes = "\xff\xfe<\0a\0/\0>\0", .len = 10 };
	struct input bare16 = { .bytes = "<\0a\0/\0>\0", .len = 8 };

	(void)state;
	refused(input_of("<?xml version='1.0' encoding='UTF-8'?>"
			 "<a>Achterhu\xfcskamp</a>"),
		CODE_ENCODING);
	refused(input_of("<a b='\xe9t\xe9'/>"), CODE_ENCODING);
	refused(input_of("<?xml version='1.0' encoding='ISO-8859-1'?><a/>"),
		CODE_ENCODING);
	refused(input_of("<?xml version='1.0' encoding='UTF-16'?><a/>"),
		CODE_ENCODING);
	refused(input_of("<?xml version='1.0' encoding='UTF-7'?><a/>"),
		CODE_ENCODING);
	refused(utf16, CODE_BOM);
	bare16.piece = 1;
	refused(bare16, CODE_BOM);
	/* EBCDIC */
	refused(input_of("\x4c\x6f\xa7\x94"), CODE_ENCODING);
}

static void
test_xml__a_fault_never_quotes_the_text(void **state)
{
	struct input in = input_of("<a>geheim\xfcnaam</a>");
	struct seen s = SEEN;
	struct fault why;

	(void)state;
	assert_int_equal(parse(&in, &s, &why), V_BROKEN);
	assert_null(strstr(why.text, "naam"));
	assert_null(strstr(why.text, "0x"));
	buf_done(&s.trace);
}

static void
test_xml__a_byte_order_mark_is_accepted(void **state)
{
	struct input in = input_of("\xef\xbb\xbf<?xml version='1.0'"
				   " encoding='utf-8'?><a>\xc3\xab</a>");
	struct seen s = SEEN;
	struct fault why;

	(void)state;
	assert_int_equal(parse(&in, &s, &why), V_OK);
	assert_string_equal(s.trace.bytes, "<{}a>\xc3\xab</a>");
	buf_done(&s.trace);
}

/* An element with `len` bytes of text, in CDATA or an attribute if asked. */
static struct buf
long_text(const char *head, size_t len, const char *tail)
{
	struct buf b = BUF_MAX(30000000);

	buf_text(&b, head);
	memset(buf_room(&b, len), 'x', len);
	buf_used(&b, len);
	buf_text(&b, tail);
	assert_false(b.full);
	return b;
}

static void
test_xml__text_is_limited_to_ten_million_bytes(void **state)
{
	struct buf fits = long_text("<a>", 10000000, "</a>");
	struct buf over = long_text("<a>", 10000001, "</a>");
	struct buf split = long_text("<a>x<b/>", 10000000, "</a>");
	struct buf attribute = long_text("<a b='", 10100000, "'/>");
	struct input in = { .bytes = fits.bytes, .len = fits.len };
	struct seen s = SEEN;
	struct fault why;

	(void)state;
	assert_int_equal(parse(&in, &s, &why), V_OK);
	assert_int_equal(s.text_bytes, 10000000);
	refused((struct input){ .bytes = over.bytes, .len = over.len },
		CODE_TEXT_HUGE);
	refused((struct input){ .bytes = split.bytes, .len = split.len },
		CODE_TEXT_HUGE);
	refused((struct input){ .bytes = attribute.bytes,
			.len = attribute.len },
		CODE_TEXT_HUGE);
	buf_done(&fits);
	buf_done(&over);
	buf_done(&split);
	buf_done(&attribute);
	buf_done(&s.trace);
}

static void
test_xml__depth_is_limited(void **state)
{
	struct buf b = BUF_MAX(10000);
	struct seen s = SEEN;
	struct input in;
	struct fault why;
	int i, depth;

	(void)state;
	for (depth = 40; depth <= 41; depth++) {
		buf_reset(&b);
		for (i = 0; i < depth; i++)
			buf_text(&b, "<a>");
		for (i = 0; i < depth; i++)
			buf_text(&b, "</a>");
		in = (struct input){ .bytes = b.bytes, .len = b.len };
		if (depth == 40)
			assert_int_equal(parse(&in, &s, &why), V_OK);
		else
			refused(in, CODE_LIMIT);
	}
	buf_done(&b);
	buf_done(&s.trace);
}

static void
test_xml__a_callback_can_stop_it(void **state)
{
	static const char text[] = "<a><b>text</b><c/></a>";
	struct seen open = SEEN, word = SEEN, close = SEEN;
	struct input in = input_of(text);
	struct fault why;

	(void)state;
	open.stop_at_open = V_LATER;
	assert_int_equal(parse(&in, &open, &why), V_LATER);
	assert_int_equal(open.opens, 2);
	assert_int_equal(open.texts + open.closes, 0);
	in.at = 0;
	word.stop_at_text = V_SKIP;
	assert_int_equal(parse(&in, &word, &why), V_SKIP);
	assert_int_equal(word.closes, 0);
	in.at = 0;
	close.stop_at_close = V_BROKEN;
	assert_int_equal(parse(&in, &close, &why), V_BROKEN);
	assert_int_equal(close.closes, 1);
	assert_int_equal(why.code, CODE_BUG);
	buf_done(&open.trace);
	buf_done(&word.trace);
	buf_done(&close.trace);
}

static void
test_xml__a_failing_read_is_handed_on(void **state)
{
	struct input in = input_of("<a><b>");
	struct seen s = SEEN;
	struct fault why;

	(void)state;
	in.fails = V_LATER;
	assert_int_equal(parse(&in, &s, &why), V_LATER);
	assert_int_equal(why.code, CODE_IO);
	buf_done(&s.trace);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_xml__events_come_in_order_with_their_names),
		cmocka_unit_test(
			test_xml__ampersands_in_attributes_are_decoded),
		cmocka_unit_test(test_xml__names_are_interned),
		cmocka_unit_test(test_xml__place_is_where_the_element_begins),
		cmocka_unit_test(
			test_xml__place_is_right_behind_any_text_and_in_long_tags),
		cmocka_unit_test(test_xml__place_is_right_beyond_65535_lines),
		cmocka_unit_test(
			test_xml__a_cut_file_gives_its_whole_records_first),
		cmocka_unit_test(test_xml__what_is_no_xml_is_refused),
		cmocka_unit_test(test_xml__a_doctype_is_refused),
		cmocka_unit_test(test_xml__a_doctype_stops_before_any_record),
		cmocka_unit_test(
			test_xml__other_encodings_are_refused_not_repaired),
		cmocka_unit_test(test_xml__a_fault_never_quotes_the_text),
		cmocka_unit_test(test_xml__a_byte_order_mark_is_accepted),
		cmocka_unit_test(
			test_xml__text_is_limited_to_ten_million_bytes),
		cmocka_unit_test(test_xml__depth_is_limited),
		cmocka_unit_test(test_xml__a_callback_can_stop_it),
		cmocka_unit_test(test_xml__a_failing_read_is_handed_on),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
