/* tests/mobbsim/test_batch.c - the truth fits what is in the file
 *
 * The file is read here with the readers of the house and judged record by
 * record; only then FILE.truth.csv is believed.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _XOPEN_SOURCE 700 /* nftw() */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/digest.h"
#include "base/xml.h"
#include "batch/bsn.h"
#include "tests/fonts.h"
#include "tests/mobbsim/packed.h"
#include "tests/mobbsim/run.h"

#define NS_STUF "http://www.egem.nl/StUF/StUF0301"
#define NS_BG "http://www.egem.nl/StUF/sector/bg/0310"
#define NS_WB "urn:mobb:formats:woz-biljet:1"

/* --- one record --- */

/* What an intake has to say of a record: the code, "" when it is sound. */
static const char *
judge_record(const struct packed *file, const struct xml_node *record,
	const struct xml_node *first)
{
	const struct xml_node *notice = xml_child(record, NS_WB, "biljet");
	const struct xml_node *who = xml_child(notice, NS_WB, "belanghebbende");
	const struct xml_node *doc = xml_child(notice, NS_WB, "document");
	const char *number =
		xml_text(xml_child(notice, NS_WB, "aanslagbiljetnummer"));
	const char *bsn = xml_text(xml_child(who, NS_BG, "inp.bsn"));
	const char *other =
		xml_text(xml_child(who, NS_BG, "anp.identificatie"));
	const char *dated = xml_text(xml_child(notice, NS_WB, "dagtekening"));
	const char *amount =
		xml_text(xml_child(notice, NS_WB, "totaalbedragAanslag"));
	const struct xml_node *n;
	const struct packed_member *member;
	struct fault why;
	struct bsn parsed;

	for (n = first; n != record; n = xml_next(n))
		if (strcmp(number,
			    xml_text(xml_child(xml_child(n, NS_WB, "biljet"),
				    NS_WB, "aanslagbiljetnummer"))) == 0)
			return "MOBB-0208";
	if (dated[0] == '\0')
		return "MOBB-0201";
	if (strcmp(dated + 4, "0230") == 0)
		return "MOBB-0217";
	if (strchr(amount, ',') == NULL)
		return "MOBB-0218";
	if (bsn[0] != '\0' && other[0] != '\0')
		return "MOBB-0206";
	if (bsn[0] != '\0' && bsn_parse(bsn, &parsed, &why) != V_OK)
		return why.code == CODE_BSN ? "MOBB-0203" : "MOBB-0204";
	if (strlen(xml_text(xml_child(who, NS_BG, "geslachtsnaam"))) > 200)
		return "MOBB-0219";
	member = packed_find(file, xml_attr(doc, NULL, "href"));
	if (member == NULL || !member->pdf ||
		strcmp(member->sha256, xml_attr(doc, NULL, "sha256")) != 0)
		return "MOBB-0222";
	if (member->look.encrypted)
		return "MOBB-0223";
	assert_int_equal(member->look.pages, 1);
	assert_string_equal(member->look.claim, "2a");
	return "";
}

static const char *
outcome_of(const char *bsn)
{
	uint8_t sum[DIGEST_BYTES];
	char text[32];
	uint32_t u;

	if (bsn[0] == '\0')
		return "paper";
	snprintf(text, sizeof(text), "mobbsim:%s", bsn);
	digest_of(text, strlen(text), sum);
	u = ((uint32_t)sum[0] << 24 | (uint32_t)sum[1] << 16 |
		    (uint32_t)sum[2] << 8 | sum[3]) %
	    10000;
	return u < 200 ? "late" : u < 6500 ? "box" : "paper";
}

/* The line the truth should have. */
static void
expect(const struct packed *file, const struct xml_node *record,
	const struct xml_node *first, int64_t number, char out[300])
{
	const struct xml_node *notice = xml_child(record, NS_WB, "biljet");
	const char *bsn = xml_text(xml_child(
		xml_child(notice, NS_WB, "belanghebbende"), NS_BG, "inp.bsn"));
	const struct packed_member *member = packed_find(file,
		xml_attr(xml_child(notice, NS_WB, "document"), NULL, "href"));
	const char *code = judge_record(file, record, first);

	snprintf(out, 300, "%lld;%s-%s;%s;%s;%s;%s", (long long)number,
		xml_text(xml_child(notice, NS_WB, "aanslagbiljetnummer")),
		xml_text(xml_child(notice, NS_WB, "aanslagbiljetvolgnummer")),
		bsn, code[0] == '\0' ? outcome_of(bsn) : "rejected", code,
		member == NULL ? "" : member->sha256);
}

/* The next line, closed with a NUL; NULL after the last. */
static char *
next_line(char **at)
{
	char *line = *at, *end = strchr(line, '\n');

	if (end == NULL)
		return NULL;
	*end = '\0';
	*at = end + 1;
	return line;
}

static void
test_batch__the_truth_fits_the_file(void **state)
{
	static struct packed file;
	const struct xml_node *first, *record;
	struct fault why = FAULT_NONE;
	struct xml_tree *tree = NULL;
	char want[300], *at, *line;
	int64_t number = 0;
	struct buf truth;
	struct run r;

	(void)state;
	run_begin(&r);
	assert_int_equal(
		run(&r, "batch", "--stream", "woz", "--letters", "240",
			"--seed", "5", "--out", "f.zip", "--bad", "24", NULL),
		0);
	packed_read(&r, "f.zip", "index.xml", &file);
	/* Two records name a document that is not there. */
	assert_int_equal(file.count, 238);
	run_read(&r, "f.zip.truth.csv", &truth);
	assert_int_equal(xml_tree_parse(file.payload.bytes, file.payload.len,
				 &tree, &why),
		V_OK);
	first = xml_first(xml_root(tree));
	at = truth.bytes;
	assert_string_equal(next_line(&at),
		"record;reference;bsn;outcome;code;document_sha256");
	for (record = first; record != NULL; record = xml_next(record)) {
		line = next_line(&at);
		assert_non_null(line);
		expect(&file, record, first, ++number, want);
		assert_string_equal(line, want);
	}
	assert_int_equal(number, 240);
	assert_null(next_line(&at));
	xml_tree_free(tree);
	buf_done(&truth);
	buf_done(&file.payload);
	run_end(&r);
}

/* Among 240 letters every outcome and every code comes up. */
static void
test_batch__everything_comes_up(void **state)
{
	static const char *const words[] = { ";box;;", ";paper;;", ";late;;",
		"-01;;paper;;", ";MOBB-0201;", ";MOBB-0203;", ";MOBB-0204;",
		";MOBB-0206;", ";MOBB-0208;", ";MOBB-0217;", ";MOBB-0218;",
		";MOBB-0219;", ";MOBB-0222;", ";MOBB-0223;" };
	struct buf truth;
	struct run r;
	size_t i;

	(void)state;
	run_begin(&r);
	assert_int_equal(
		run(&r, "batch", "--letters", "240", "--seed", "5", "--out",
			"f.xml", "--bad", "24", "--pdf-bytes", "40000", NULL),
		0);
	run_read(&r, "f.xml.truth.csv", &truth);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_non_null(strstr(truth.bytes, words[i]));
	buf_done(&truth);
	run_end(&r);
}

static void
test_batch__same_seed_same_bytes(void **state)
{
	struct run r;

	(void)state;
	run_begin(&r);
	assert_int_equal(run(&r, "batch", "--letters", "60", "--seed", "1",
				 "--out", "a.zip", "--bad", "12", "--pdf-bytes",
				 "40000-60000", NULL),
		0);
	assert_int_equal(run(&r, "batch", "--letters", "60", "--seed", "1",
				 "--out", "b.zip", "--bad", "12", "--pdf-bytes",
				 "40000-60000", NULL),
		0);
	assert_int_equal(run(&r, "batch", "--letters", "60", "--seed", "2",
				 "--out", "c.zip", "--bad", "12", "--pdf-bytes",
				 "40000-60000", NULL),
		0);
	assert_true(run_same(&r, "a.zip", "b.zip"));
	assert_true(run_same(&r, "a.zip.truth.csv", "b.zip.truth.csv"));
	assert_true(run_same(&r, "a.zip.totals", "b.zip.totals"));
	assert_false(run_same(&r, "a.zip", "c.zip"));
	assert_false(run_same(&r, "a.zip.truth.csv", "c.zip.truth.csv"));
	run_end(&r);
}

static void
test_batch__totals_are_what_the_supplier_believes(void **state)
{
	const struct xml_node *record;
	struct fault why = FAULT_NONE;
	struct xml_tree *tree = NULL;
	int64_t cents = 0, letters = 0;
	struct buf text, totals;
	char want[80], *comma;
	struct run r;

	(void)state;
	run_begin(&r);
	assert_int_equal(run(&r, "batch", "--letters", "400", "--seed", "9",
				 "--out", "f.xml", "--bad", "16", NULL),
		0);
	run_read(&r, "f.xml", &text);
	run_read(&r, "f.xml.totals", &totals);
	assert_int_equal(
		xml_tree_parse(text.bytes, text.len, &tree, &why), V_OK);
	record = xml_first(xml_root(tree));
	for (; record != NULL; record = xml_next(record)) {
		const char *amount =
			xml_text(xml_child(xml_child(record, NS_WB, "biljet"),
				NS_WB, "totaalbedragAanslag"));

		letters++;
		/* What is written wrongly nobody can add. */
		if (strchr(amount, ',') != NULL)
			cents += 100 * strtol(amount, &comma, 10) +
				 strtol(comma + 1, NULL, 10);
	}
	snprintf(want, sizeof(want), "letters=%lld amount=%lld.%02d\n",
		(long long)letters, (long long)(cents / 100),
		(int)(cents % 100));
	assert_int_equal(letters, 400);
	assert_string_equal(totals.bytes, want);
	xml_tree_free(tree);
	buf_done(&text);
	buf_done(&totals);
	run_end(&r);
}

/* Inline, the digest is that of the decoded text. */
static void
test_batch__inline_documents(void **state)
{
	const struct xml_node *record, *doc;
	struct fault why = FAULT_NONE;
	struct xml_tree *tree = NULL;
	uint8_t *pdf = malloc(100000), sum[DIGEST_BYTES];
	char hex[DIGEST_HEX_MAX];
	struct buf text;
	struct run r;
	size_t len;

	(void)state;
	assert_non_null(pdf);
	run_begin(&r);
	assert_int_equal(
		run(&r, "batch", "--letters", "20", "--seed", "3", "--out",
			"f.xml", "--pdf-bytes", "40000-50000", NULL),
		0);
	run_read(&r, "f.xml", &text);
	assert_int_equal(
		xml_tree_parse(text.bytes, text.len, &tree, &why), V_OK);
	record = xml_first(xml_root(tree));
	for (; record != NULL; record = xml_next(record)) {
		doc = xml_child(
			xml_child(record, NS_WB, "biljet"), NS_WB, "document");
		assert_null(xml_attr(doc, NULL, "href"));
		assert_true(base64_decode(
			xml_text(doc), strlen(xml_text(doc)), pdf, &len));
		assert_in_range(len, 40000, 50000);
		digest_of(pdf, len, sum);
		digest_hex(sum, sizeof(sum), hex);
		assert_string_equal(hex, xml_attr(doc, NULL, "sha256"));
	}
	xml_tree_free(tree);
	buf_done(&text);
	free(pdf);
	run_end(&r);
}

static void
test_batch__sizes_as_asked(void **state)
{
	static struct packed file;
	struct run r;
	size_t i;

	(void)state;
	run_begin(&r);
	assert_int_equal(
		run(&r, "batch", "--letters", "40", "--seed", "3", "--out",
			"f.zip", "--pdf-bytes", "60000-60500", NULL),
		0);
	packed_read(&r, "f.zip", "index.xml", &file);
	assert_int_equal(file.count, 40);
	for (i = 0; i < file.count; i++)
		assert_in_range(file.members[i].bytes, 60000, 60500);
	buf_done(&file.payload);
	/* No letter is that small. */
	assert_int_equal(run(&r, "batch", "--letters", "4", "--seed", "3",
				 "--out", "g.zip", "--pdf-bytes", "500", NULL),
		2);
	assert_int_equal(access(r.dir, F_OK), 0);
	run_end(&r);
}

static void
test_batch__date_and_sender_are_written(void **state)
{
	struct buf text;
	struct run r;

	(void)state;
	run_begin(&r);
	assert_int_equal(
		run(&r, "batch", "--letters", "3", "--seed", "3", "--out",
			"f.dat", "--plain", "--date", "20270301", "--sender",
			"00000099000000770000", NULL),
		0);
	run_read(&r, "f.dat", &text);
	assert_non_null(strstr(text.bytes, "20270301020000001"));
	assert_non_null(strstr(text.bytes, ">00000099000000770000<"));
	assert_non_null(strstr(text.bytes, "dagtekening>20270314<"));
	assert_null(strstr(text.bytes, "WB:document"));
	buf_done(&text);
	run_end(&r);
}

/* A million records are 1.5 to 2 GB: a record has 1.7 to 2.1 kB. */
static void
test_batch__records_have_their_size(void **state)
{
	struct buf text;
	struct run r;

	(void)state;
	run_begin(&r);
	assert_int_equal(run(&r, "batch", "--letters", "2000", "--seed", "3",
				 "--out", "f.xml", NULL),
		0);
	run_read(&r, "f.xml", &text);
	assert_in_range(text.len, 2000 * 1700, 2000 * 2100);
	buf_done(&text);
	run_end(&r);
}

static void
test_batch__usage(void **state)
{
	struct run r;

	(void)state;
	run_begin(&r);
	assert_int_equal(run(&r, "batch", "--letters", "3", "--seed", "3",
				 "--out", "f.foo", NULL),
		2);
	assert_int_equal(
		run(&r, "batch", "--letters", "3", "--out", "f.xml", NULL), 2);
	assert_int_equal(run(&r, "batch", "--letters", "0", "--seed", "3",
				 "--out", "f.xml", NULL),
		2);
	assert_int_equal(run(&r, "batch", "--letters", "3", "--seed", "3",
				 "--bad", "4", "--out", "f.xml", NULL),
		2);
	assert_int_equal(run(&r, "batch", "--letters", "3", "--seed", "3",
				 "--date", "20260230", "--out", "f.xml", NULL),
		2);
	assert_int_equal(run(&r, "batch", "--stream", "zorg", "--letters", "3",
				 "--seed", "3", "--out", "f.xml", NULL),
		2);
	assert_int_equal(run(&r, "batch", "--letters", "3", "--seed", "3",
				 "--out", "no/such/folder/f.xml", NULL),
		1);
	run_end(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_batch__the_truth_fits_the_file),
		cmocka_unit_test(test_batch__everything_comes_up),
		cmocka_unit_test(test_batch__same_seed_same_bytes),
		cmocka_unit_test(
			test_batch__totals_are_what_the_supplier_believes),
		cmocka_unit_test(test_batch__inline_documents),
		cmocka_unit_test(test_batch__sizes_as_asked),
		cmocka_unit_test(test_batch__date_and_sender_are_written),
		cmocka_unit_test(test_batch__records_have_their_size),
		cmocka_unit_test(test_batch__usage),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
