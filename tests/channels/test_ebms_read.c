/* tests/channels/test_ebms_read.c - our table of elements against the schema
 *
 * The official schema is not part of the program.  Here it judges: examples
 * are changed in every place, and what the schema refuses we must refuse.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "channels/ebms.h"
#include "tests/channels/shared.h"

#define XSD "ebms2/xsd/msg-header-2_0.xsd"

static const char *const examples[] = {
	"ebms2/examples/01-request-async-envelope.xml",
	"ebms2/examples/02-request-syncreply-envelope.xml",
	"ebms2/examples/03-acknowledgment.xml",
	"ebms2/examples/04-messageerror.xml",
	"ebms2/examples/05-ping.xml",
	"ebms2/examples/06-pong.xml",
	"ebms2/examples/07-statusrequest.xml",
	"ebms2/examples/08-statusresponse.xml",
	"ebms2/examples/09-result-envelope.xml",
	"ebms2/examples/11-deliveryfailure-error.xml",
};

struct count {
	int changes, refused, stricter;
};

static enum ebms_refusal
ours(const struct buf *text)
{
	enum ebms_refusal refusal = EBMS_CLIENT;
	struct xml_tree *tree = NULL;
	struct ebms_message m;
	struct fault why;
	const char *where;

	if (xml_tree_parse(text->bytes, text->len, &tree, &why) == V_OK)
		refusal = ebms_read(tree, &m, &where);
	xml_tree_free(tree);
	return refusal;
}

static void
compare(struct xml_schema *judge, const struct buf *text, struct count *count)
{
	struct fault why = FAULT_NONE;
	bool valid =
		xml_schema_check(judge, text->bytes, text->len, &why) == V_OK;
	enum ebms_refusal refusal = ours(text);

	count->changes++;
	if (refusal != EBMS_FINE)
		count->refused++;
	if (valid && refusal != EBMS_FINE)
		count->stricter++;
	if (!valid && refusal == EBMS_FINE)
		print_message(
			"# the schema says %s\n%s\n", why.text, text->bytes);
	assert_true(valid || refusal != EBMS_FINE);
}

/* The text with the bytes from..to left out, or put in twice. */
static void
without(const char *text, const char *from, const char *to, struct buf *out)
{
	buf_reset(out);
	buf_add(out, text, (size_t)(from - text));
	buf_text(out, to);
}

static void
twice(const char *text, const char *from, const char *to, struct buf *out)
{
	buf_reset(out);
	buf_add(out, text, (size_t)(to - text));
	buf_text(out, from);
}

/* The end of the element that begins at `at`; the examples are indented, so
 * its closing tag is the first one of its name.
 */
static const char *
element_end(const char *at)
{
	const char *close = strchr(at, '>'), *p;
	char name[60];
	size_t n = strcspn(at + 1, " />");

	if (close[-1] == '/')
		return close + 1;
	assert_true(n + 3 < sizeof(name));
	memcpy(name, "</", 2);
	memcpy(name + 2, at + 1, n);
	name[n + 2] = '\0';
	p = strstr(at, name);
	assert_non_null(p);
	return p + strlen(name) + 1;
}

/* Every attribute of the tag at `at` left out, emptied, and made unknown. */
static void
change_attributes(struct xml_schema *judge, const char *text, const char *at,
	struct buf *out, struct count *count)
{
	const char *end = strchr(at, '>'), *p = at, *value, *close;

	while ((p = strchr(p, ' ')) != NULL && p < end) {
		value = strchr(p, '"');
		close = strchr(value + 1, '"');
		if (strncmp(p + 1, "xmlns", 5) != 0) {
			without(text, p, close + 1, out);
			compare(judge, out, count);
			without(text, value + 1, close, out);
			compare(judge, out, count);
			buf_reset(out);
			buf_add(out, text, (size_t)(value + 1 - text));
			buf_text(out, "true-ish");
			buf_text(out, close);
			compare(judge, out, count);
		}
		p = close;
	}
}

static void
change_element(struct xml_schema *judge, const char *text, const char *at,
	struct buf *out, struct count *count)
{
	const char *end = element_end(at), *open = strchr(at, '>') + 1, *inner;

	without(text, at, end, out);
	compare(judge, out, count);
	twice(text, at, end, out);
	compare(judge, out, count);
	/* Emptied, and with a stranger in it. */
	if (open < end) {
		inner = end;
		while (*--inner != '<')
			;
		without(text, open, inner, out);
		compare(judge, out, count);
		buf_reset(out);
		buf_add(out, text, (size_t)(inner - text));
		buf_text(out, "<eb:Role>x</eb:Role>");
		buf_text(out, inner);
		compare(judge, out, count);
	}
	change_attributes(judge, text, at, out, count);
}

static void
test_ebms_read__refuses_what_the_official_schema_refuses(void **state)
{
	struct buf text = BUF_MAX(100000), out = BUF_MAX(200000);
	struct count count = { 0 };
	struct xml_schema *judge = NULL;
	struct fault why;
	char path[400];
	const char *at;
	size_t i;

	(void)state;
	if (xml_schema_load(shared_path(XSD, path), &judge, &why) != V_OK) {
		print_message("# no official schema here\n");
		skip();
	}
	for (i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		assert_true(shared_text(examples[i], &text));
		assert_int_equal(ours(&text), EBMS_FINE);
		/* But its words for people: nothing is refused for them. */
		for (at = text.bytes; (at = strstr(at, "<eb:")) != NULL; at++)
			if (strncmp(at, "<eb:Description", 15) != 0)
				change_element(
					judge, text.bytes, at, &out, &count);
	}
	print_message("# %d changes, %d refused, %d of them by us alone\n",
		count.changes, count.refused, count.stricter);
	assert_true(count.changes > 500);
	/* Ours alone: header blocks twice or absent, which SOAP allows, and a
	 * MessageHeader that is not there.
	 */
	assert_true(count.stricter < count.changes / 8);
	xml_schema_free(judge);
	buf_done(&text);
	buf_done(&out);
}

static void
test_ebms_read__a_fault_is_known_as_one(void **state)
{
	struct buf text = BUF_MAX(10000);
	struct xml_tree *tree = NULL;
	struct ebms_message m;
	struct fault why;
	const char *where;

	(void)state;
	ebms_write_fault("MustUnderstand", "x", &text);
	assert_int_equal(
		xml_tree_parse(text.bytes, text.len, &tree, &why), V_OK);
	assert_int_equal(ebms_read(tree, &m, &where), EBMS_IS_FAULT);
	assert_string_equal(where, "soap:MustUnderstand");
	xml_tree_free(tree);
	buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_ebms_read__refuses_what_the_official_schema_refuses),
		cmocka_unit_test(test_ebms_read__a_fault_is_known_as_one),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
