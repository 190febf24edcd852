/* tests/base/test_json.c - one object a line
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

static void
test_json__is_one_line_in_the_order_put(void **state)
{
	struct json *object = json_new_object(), *list = json_new_array(),
		    *item;
	char line[400];
	FILE *to = tmpfile();

	(void)state;
	assert_non_null(to);
	json_add_text(object, "z", "a \"b\"\n\x1b");
	json_add_int(object, "a", INT64_MIN);
	json_add_bool(object, "yes", true);
	json_add_null(object, "none");
	item = json_new_object();
	json_add_text(item, "name", "\xc3\xab");
	json_append(list, item);
	json_add(object, "list", list);
	json_add_text(object, "bad", "\xff");
	json_write(object, to);
	rewind(to);
	assert_non_null(fgets(line, sizeof(line), to));
	assert_string_equal(line,
		"{\"z\":\"a \\\"b\\\"\\n\\u001B\",\"a\":-9223372036854775808,"
		"\"yes\":true,\"none\":null,\"list\":[{\"name\":\"\xc3\xab\"}],"
		"\"bad\":\"?\"}\n");
	assert_null(fgets(line, sizeof(line), to));
	fclose(to);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json__is_one_line_in_the_order_put),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
