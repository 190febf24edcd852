/* tests/base/test_home.c - paths are relative to where the file really lies
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/home.h"

static void
test_home__a_link_leads_to_the_real_folder(void **state)
{
	char dir[] = "/tmp/mobb-home-XXXXXX", link[64], file[64], real[64];
	struct arena mem = ARENA_EMPTY;
	struct buf text = BUF_MAX(100);
	struct fault why = FAULT_NONE;
	const char *folder = NULL;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(real, sizeof(real), "%s/real", dir);
	snprintf(file, sizeof(file), "%s/jobs.yaml", real);
	snprintf(link, sizeof(link), "%s/link.yaml", dir);
	assert_int_equal(mkdir(real, 0755), 0);
	f = fopen(file, "w");
	assert_non_null(f);
	assert_true(fputs("a: b\n", f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(symlink("real/jobs.yaml", link), 0);

	assert_int_equal(home_read(link, &mem, &text, &folder, &why), V_OK);
	assert_string_equal(text.bytes, "a: b\n");
	assert_string_equal(folder, real);
	assert_string_equal(home_path(&mem, folder, "/x/y"), "/x/y");
	snprintf(file, sizeof(file), "%s/x/y", real);
	assert_string_equal(home_path(&mem, folder, "x/y"), file);

	assert_int_equal(unlink(link), 0);
	snprintf(file, sizeof(file), "%s/jobs.yaml", real);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(real) + rmdir(dir), 0);
	buf_done(&text);
	arena_done(&mem);
}

static void
test_home__what_cannot_be_read_is_named(void **state)
{
	struct arena mem = ARENA_EMPTY;
	struct buf text = BUF_MAX(100);
	struct fault why = FAULT_NONE;
	const char *folder = NULL;

	(void)state;
	assert_int_equal(
		home_read("/none/such.yaml", &mem, &text, &folder, &why),
		V_BROKEN);
	assert_int_equal(why.code, CODE_CONFIG);
	assert_string_equal(why.place, "/none/such.yaml");
	/* A folder is no file. */
	assert_int_equal(
		home_read("/tmp", &mem, &text, &folder, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_CONFIG);
	assert_string_equal(why.place, "/tmp");
	assert_null(folder);
	buf_done(&text);
	arena_done(&mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_home__a_link_leads_to_the_real_folder),
		cmocka_unit_test(test_home__what_cannot_be_read_is_named),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
