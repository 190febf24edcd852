/* tests/mobbsim/test_woz_schema.c - schemas/woz-biljet.xsd and the deliveries
 *
 * What is generated is valid, and so is the sample of $MOBB_SHARED; each
 * fault that a schema can see is seen.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _XOPEN_SOURCE 700 /* nftw() */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/xml.h"
#include "tests/fonts.h"
#include "tests/mobbsim/run.h"

#define SCHEMA "schemas/woz-biljet.xsd"
#define SAMPLE                                                                 \
	"samples/"                                                             \
	"00000001001172773000-woz-20260215T020000_001_laatste.xml"

static struct xml_schema *schema;

static int
load(void **state)
{
	struct fault why = FAULT_NONE;

	(void)state;
	return xml_schema_load(SCHEMA, &schema, &why) == V_OK ? 0 : -1;
}

static int
unload(void **state)
{
	(void)state;
	xml_schema_free(schema);
	return 0;
}

static void
valid(const struct buf *text)
{
	struct fault why = FAULT_NONE;

	if (xml_schema_check(schema, text->bytes, text->len, &why) != V_OK)
		fail_msg("%s: %s", why.place, why.text);
}

static void
invalid(const struct buf *text)
{
	struct fault why = FAULT_NONE;

	assert_int_equal(
		xml_schema_check(schema, text->bytes, text->len, &why), V_SKIP);
}

static void
test_woz_schema__what_is_generated_is_valid(void **state)
{
	static const char *const names[] = { "delivery_001.xml",
		"delivery_002.xml", "delivery_003_laatste.xml" };
	struct buf text;
	struct run r;
	size_t i;

	(void)state;
	run_begin(&r);
	assert_int_equal(run(&r, "batch", "--letters", "900", "--seed", "3",
				 "--parts", "3", "--out", "delivery.xml", NULL),
		0);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		run_read(&r, names[i], &text);
		assert_true(text.len > 0);
		valid(&text);
		buf_done(&text);
	}
	assert_int_equal(
		run(&r, "batch", "--letters", "3", "--seed", "3", "--pdf-bytes",
			"40000", "--out", "f.xml", NULL),
		0);
	run_read(&r, "f.xml", &text);
	valid(&text);
	buf_done(&text);
	run_end(&r);
}

/* A double is the only fault that needs more than one record to see, and the
 * eleven-test is no pattern; a pattern of 30 February would be too clever.
 */
static void
test_woz_schema__sees_what_it_can(void **state)
{
	static const struct {
		const char *fault;
		bool seen;
	} cases[] = {
		{ "bsn-short", true },
		{ "absent", true },
		{ "long", true },
		{ "amount", true },
		{ "two-ids", true },
		{ "bsn", false },
		{ "date", false },
		{ "double", false },
	};
	struct buf text;
	struct run r;
	size_t i;

	(void)state;
	run_begin(&r);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			run(&r, "batch", "--letters", "9", "--seed", "3",
				"--bad", "1", "--faults", cases[i].fault,
				"--out", "f.xml", NULL),
			0);
		run_read(&r, "f.xml", &text);
		if (cases[i].seen)
			invalid(&text);
		else
			valid(&text);
		buf_done(&text);
	}
	assert_int_equal(
		run(&r, "batch", "--letters", "9", "--seed", "3", "--spoil",
			"wrong-root", "--out", "f.xml", NULL),
		0);
	run_read(&r, "f.xml", &text);
	invalid(&text);
	buf_done(&text);
	run_end(&r);
}

static void
test_woz_schema__the_sample_is_valid(void **state)
{
	const char *shared = getenv("MOBB_SHARED");
	struct buf text = BUF_MAX(RUN_FILE_MAX);
	struct fault why = FAULT_NONE;
	char path[PATH_MAX];

	(void)state;
	snprintf(path, sizeof(path), "%s/%s",
		shared == NULL ? "../shared" : shared, SAMPLE);
	if (file_get(AT_FDCWD, path, &text, &why) != V_OK) {
		print_message("# no %s: not judged\n", path);
		skip();
	}
	valid(&text);
	buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_woz_schema__what_is_generated_is_valid),
		cmocka_unit_test(test_woz_schema__sees_what_it_can),
		cmocka_unit_test(test_woz_schema__the_sample_is_valid),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, unload);
}
