/* tests/base/test_xml_tree.c - a tree of what strangers wrote
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

#define NS "urn:x"

static struct xml_tree *
tree_of(const char *text)
{
	struct xml_tree *tree = NULL;
	struct fault why;

	assert_int_equal(xml_tree_parse(text, strlen(text), &tree, &why), V_OK);
	return tree;
}

static void
test_xml_tree__is_walked_by_name(void **state)
{
	struct xml_tree *tree = tree_of("<?xml version='1.0'?>\n"
					"<x:a xmlns:x='urn:x' x:k='v' k='w'>\n"
					" text <b>1</b><!-- --><x:b> 2 </x:b>\n"
					"<b>3</b><c/></x:a>");
	const struct xml_node *root = xml_root(tree), *b;

	(void)state;
	assert_true(xml_is(root, NS, "a"));
	assert_true(xml_is(root, NULL, "a"));
	assert_false(xml_is(root, "", "a"));
	assert_string_equal(xml_attr(root, NS, "k"), "v");
	assert_string_equal(xml_attr(root, "", "k"), "w");
	assert_null(xml_attr(root, NS, "q"));
	assert_null(xml_attr(NULL, NS, "q"));
	assert_string_equal(xml_text(root), "text");
	b = xml_child(root, "", "b");
	assert_string_equal(xml_text(b), "1");
	assert_string_equal(xml_text(xml_again(b)), "3");
	assert_null(xml_again(xml_again(b)));
	b = xml_child(root, NS, "b");
	assert_string_equal(xml_text(b), "2");
	assert_int_equal(xml_line(b), 3);
	assert_string_equal(xml_local(b), "b");
	assert_string_equal(xml_ns(b), NS);
	assert_string_equal(xml_text(xml_child(root, NULL, "c")), "");
	assert_null(xml_child(NULL, NULL, "c"));
	assert_string_equal(xml_text(NULL), "");
	assert_ptr_equal(xml_first(root), xml_child(root, "", "b"));
	xml_tree_free(tree);
	xml_tree_free(NULL);
}

static void
test_xml_tree__attributes_come_one_by_one(void **state)
{
	static const char text[] = "<a xmlns:x='urn:x' b='1' x:c='2&amp;3'>"
				   "<d/></a>";
	struct xml_tree *tree = NULL;
	struct xml_name name;
	const void *at = NULL;
	const char *value;
	struct fault why;

	(void)state;
	assert_int_equal(xml_tree_parse(text, strlen(text), &tree, &why), V_OK);
	assert_true(xml_each_attr(xml_root(tree), &at, &name, &value));
	assert_string_equal(name.local, "b");
	assert_string_equal(name.ns, "");
	assert_string_equal(value, "1");
	assert_true(xml_each_attr(xml_root(tree), &at, &name, &value));
	assert_string_equal(name.local, "c");
	assert_string_equal(name.ns, "urn:x");
	assert_string_equal(value, "2&3");
	assert_false(xml_each_attr(xml_root(tree), &at, &name, &value));
	at = NULL;
	assert_false(
		xml_each_attr(xml_first(xml_root(tree)), &at, &name, &value));
	assert_ptr_equal(xml_parent(xml_first(xml_root(tree))), xml_root(tree));
	assert_null(xml_parent(xml_root(tree)));
	xml_tree_free(tree);
}

static void
test_xml_tree__text_is_one_piece(void **state)
{
	struct xml_tree *tree = tree_of("<a k='&lt;&#65;'>\n one<!-- x "
					"-->two<![CDATA[<3>]]>&amp; </a>");

	(void)state;
	assert_string_equal(xml_text(xml_root(tree)), "onetwo<3>&");
	assert_string_equal(xml_attr(xml_root(tree), "", "k"), "<A");
	xml_tree_free(tree);
}

static void
test_xml_tree__hostile_bytes_are_refused(void **state)
{
	static const struct {
		const char *text;
		enum code code;
	} cases[] = {
		{ "", CODE_NOT_XML },
		{ "x", CODE_NOT_XML },
		{ "<a>", CODE_NOT_XML },
		{ "<a></b>", CODE_NOT_XML },
		{ "<a/><b/>", CODE_NOT_XML },
		{ "<a x='1' x='2'/>", CODE_NOT_XML },
		{ "<p:a/>", CODE_NOT_XML },
		{ "<a>&b;</a>", CODE_NOT_XML },
		{ "<!DOCTYPE a><a/>", CODE_DOCTYPE },
		{ "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
			CODE_DOCTYPE },
		{ "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", CODE_DOCTYPE },
		{ "<!DOCTYPE a [<!ENTITY b SYSTEM '/etc/passwd'>]><a>&b;</a>",
			CODE_DOCTYPE },
		{ "<a>\xff</a>", CODE_ENCODING },
		{ "<a>\x01</a>", CODE_ENCODING },
		{ "<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
			CODE_ENCODING },
		{ "<?xml version='1.0' encoding='UTF-16'?><a/>", CODE_NOT_XML },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct xml_tree *tree = NULL;
		struct fault why = FAULT_NONE;
		enum verdict v = xml_tree_parse(
			cases[i].text, strlen(cases[i].text), &tree, &why);

		if (v != V_BROKEN || why.code != cases[i].code)
			print_message("# %s: MOBB-%d %s\n", cases[i].text,
				why.code, why.text);
		assert_int_equal(v, V_BROKEN);
		assert_int_equal(why.code, cases[i].code);
		assert_null(tree);
	}
}

static void
test_xml_tree__depth_is_limited(void **state)
{
	static const int depths[] = { 200, 300, 100000 };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct buf text = BUF_MAX(1000000);
		struct xml_tree *tree = NULL;
		struct fault why;
		int n;

		for (n = 0; n < depths[i]; n++)
			buf_text(&text, "<a>");
		for (n = 0; n < depths[i]; n++)
			buf_text(&text, "</a>");
		assert_int_equal(
			xml_tree_parse(text.bytes, text.len, &tree, &why),
			depths[i] < 256 ? V_OK : V_BROKEN);
		xml_tree_free(tree);
		buf_done(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xml_tree__is_walked_by_name),
		cmocka_unit_test(test_xml_tree__attributes_come_one_by_one),
		cmocka_unit_test(test_xml_tree__text_is_one_piece),
		cmocka_unit_test(test_xml_tree__hostile_bytes_are_refused),
		cmocka_unit_test(test_xml_tree__depth_is_limited),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
