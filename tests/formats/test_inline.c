/* tests/formats/test_inline.c - where the base64 of a document stands
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/formats/heard.h"

static const char definition[] =
	"format: t\nversion: 1\nkind: xml\n"
	"input: { container: [none], payload: \"*.xml\" }\n"
	"limits: { record_bytes: 14MB, records: 100, field: 40 }\n"
	"root: set\n"
	"records:\n  - { name: brief, at: brief, key: [nr] }\n"
	"fields:\n"
	"  - { in: brief, name: nr, at: nr, type: digits, use: required }\n"
	"documents:\n"
	"  - { in: brief, name: pdf, at: \"doc/@href\", base64: doc, title: "
	"\"D\" }\n"
	"letter:\n  record: brief\n  reference: \"{nr}\"\n  subject: s\n"
	"  address: { name: \"{nr}\" }\n";

static struct definition *layout;

static int
begin(void **state)
{
	(void)state;
	layout = heard_definition(definition);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	definition_free(layout);
	return 0;
}

/* The file, and in how many places stands what the letter has. */
struct places {
	const char *text;
	int known, unknown;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Has the file there, but for blanks, what the letter has? */
static bool
same(const char *raw, size_t raw_len, const char *text, size_t len)
{
	const char *raw_end = raw + raw_len, *text_end = text + len;

	for (;;) {
		while (raw < raw_end && is_blank(*raw))
			raw++;
		while (text < text_end && is_blank(*text))
			text++;
		if (raw == raw_end || text == text_end)
			break;
		if (*raw++ != *text++)
			return false;
	}
	return raw == raw_end && text == text_end;
}

static enum verdict
on_letter(void *self, struct letter *l, struct arena *mem, struct fault *why)
{
	struct places *p = self;
	size_t i;

	(void)mem;
	(void)why;
	for (i = 0; i < l->document_count; i++) {
		const struct letter_document *d = &l->documents[i];

		const char *there = p->text + d->base64_offset;
		bool exact = (size_t)d->base64_raw == d->base64_len;

		if (d->base64_raw > 0 && same(there, (size_t)d->base64_raw,
						 d->base64, d->base64_len))
			p->known++;
		else
			p->unknown++;
		if (d->base64_raw > 0 && exact)
			assert_memory_equal(there, d->base64, d->base64_len);
	}
	return V_OK;
}

static enum verdict
on_reject(void *self, const struct letter *l, const struct rejection *r,
	struct fault *why)
{
	(void)self;
	(void)l;
	(void)why;
	fail_msg("MOBB-%04d %s", r->code, r->reason);
	return V_OK;
}

/* Given whole and in pieces. */
static void
places_are(const struct buf *file, int known, int unknown)
{
	static const struct format_context context = { .today = 20000 };
	const size_t pieces[] = { 7, 4001, 262144, file->len + 1 };
	size_t i;

	assert_false(file->full);
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct places p = { .text = file->bytes };
		struct format_sink sink = { &p, on_letter, on_reject };
		struct heard_bytes b = { file->bytes, file->len, pieces[i] };
		struct fault why = FAULT_NONE;
		struct format *format = format_begin(layout, &context, &sink);

		if (format_part(format, heard_give, &b, &why) != V_OK)
			fail_msg("%s %s", why.place, why.text);
		format_end(format, NULL);
		if (p.known != known || p.unknown != unknown)
			fail_msg("%d %d in pieces of %zu: %.300s", p.known,
				p.unknown, pieces[i], file->bytes);
	}
}

static void
test_inline__a_text_has_its_place(void **state)
{
	static const char *const inside[] = {
		"<doc>JVBERi0x</doc>",
		"<doc>\n  JVBERi0x\n\tLjQK  \n</doc>",
		"<doc>\r\nJVBERi0x\r\nLjQK\r\n</doc>",
		"<doc>\r\n\r\n   JVBERi0x\r\n \r\n</doc>",
		"<doc\n>JVBE Ri0x</doc\n>",
		"<doc a='&gt;>'>JVBERi0x</doc>",
		"<doc a='1' >JVBERi0x</doc>",
		"<doc>J</doc><doc>JVBERi0x</doc>",
		"<doc><![CDATA[JVBERi0x]]></doc><doc>AAAA</doc>",
		"<doc>&#74;VBERi0x</doc><doc>AAAA</doc>",
		"<doc href='a'/><doc>AAAA</doc>",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		struct buf b = BUF_MAX(10000);
		bool odd = i == 8 || i == 9 || i == 10;

		buf_format(&b, "<set><brief><nr>1</nr>%s</brief></set>",
			inside[i]);
		places_are(&b, i == 7 ? 2 : 1, odd ? 1 : 0);
		buf_done(&b);
		/* As far behind the start as the parser's memory is not. */
		b = BUF_MAX(10000000);
		buf_text(&b, "\xef\xbb\xbf<?xml version='1.0' encoding="
			     "'UTF-8'?>\n<set>");
		while (b.len < 1000000)
			buf_text(&b, "                                 \r\n");
		buf_format(&b, "<brief><nr>1</nr>%s</brief></set>", inside[i]);
		places_are(&b, i == 7 ? 2 : 1, odd ? 1 : 0);
		buf_done(&b);
	}
}

static void
test_inline__what_was_put_together_is_no_bytes_of_the_file(void **state)
{
	static const char *const inside[] = {
		"&#74;VBERi0x",
		"JVBERi0&#120;",
		"JVBE&#x52;i0x",
		"JVBE&#10;Ri0x",
		"JVBE&#13;&#10;Ri0x",
		"<![CDATA[JVBERi0x]]>",
		"JVBE<![CDATA[Ri0x]]>",
		"<![CDATA[JVBE]]>Ri0x",
		"JVBE<![CDATA[]]>Ri0x",
		"JVBE<!---->Ri0x",
		"JVBE<!-- \r\n -->\r\nRi0x",
		"JVBE<?a?>Ri0x",
		"<!-- > -->JVBERi0x",
		"JVBERi0x<?a >?>",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		struct buf b = BUF_MAX(10000);

		buf_format(&b,
			"<set><brief><nr>1</nr><doc>%s</doc></brief></set>",
			inside[i]);
		places_are(&b, 0, 1);
		buf_done(&b);
	}
}

/* Wherever the parser's pieces end, at a CR or at its LF too. */
static void
test_inline__long_texts_have_a_place_whatever_their_lines(void **state)
{
	static const char *const ends[] = { "", "\n", "\r\n", "\r\n\r\n" };
	size_t e, i, n;

	(void)state;
	for (e = 0; e < sizeof(ends) / sizeof(ends[0]); e++) {
		struct buf b = BUF_MAX(10000000);

		buf_text(&b, "<set>");
		for (i = 0; i < 50; i++) {
			buf_format(&b, "<brief><nr>%zu</nr><doc>", i);
			for (n = 0; n < 60000; n += 76) {
				buf_add(&b,
					"JVBERi0xLjQKJVBERi0xLjQKJVBERi0xLjQKJV"
					"BERi0xLjQKJVBERi0xLjQKJVBERi0xLjQKJVB"
					"E",
					73 + i % 4);
				buf_text(&b, ends[e]);
			}
			buf_text(&b, "</doc></brief>");
		}
		buf_text(&b, "</set>");
		places_are(&b, 50, 0);
		buf_done(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inline__a_text_has_its_place),
		cmocka_unit_test(
			test_inline__what_was_put_together_is_no_bytes_of_the_file),
		cmocka_unit_test(
			test_inline__long_texts_have_a_place_whatever_their_lines),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end);
}
