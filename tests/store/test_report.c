/* tests/store/test_report.c - every record told once, in order; when to tell
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"

#define MINUTE 60000

/* Records 1 .. n: every third rejected (bad BSN), every fifth a letter with two
 * warnings; the file's part is 0 for the first half.
 */
static void
make_mixed(const char *id, const char *stream, int64_t n)
{
	static uint8_t content = 100;
	struct job_new job = job_of(id, stream, ++content);
	struct rejected row = { .field = "bsn", .reason = "eleven-test" };
	struct split *split = NULL;
	uint8_t bsn_key[16] = { 0 };
	int64_t i;
	int k;

	OK(store_job_receive(books, &job, &why));
	OK(store_split_begin(books, id, n, &split, &why));
	row.warning = true; /* about the whole file: record 0 */
	row.code = CODE_DOCUMENT_UNUSED;
	row.reference = "";
	OK(store_split_reject(split, &row, &why));
	for (i = 1; i <= n; i++) {
		struct letter l = letter_of(id + 9, i, NULL);

		l.part = i > n / 2;
		l.bytes = 900;
		row.record = i;
		row.line = l.line;
		row.offset = l.offset;
		row.bytes = 900;
		row.part = l.part;
		row.reference = l.reference;
		row.warning = i % 3 != 0;
		row.code = row.warning ? CODE_CHARACTERS : CODE_BSN;
		if (i % 3 != 0)
			OK(store_split_letter(split, &l, bsn_key, &why));
		else
			OK(store_split_reject(split, &row, &why));
		for (k = 0; i % 3 != 0 && i % 5 == 0 && k < 2; k++)
			OK(store_split_reject(split, &row, &why));
	}
	OK(split_end(split, n, 0));
	store_split_close(split);
}

static void
test_report__every_record_is_told_in_order(void **state)
{
	const int64_t n = 13000; /* several pages of both kinds */
	struct report *report = NULL;
	struct report_row row;
	int64_t last = 0, letters = 0, rejected = 0, warnings = 0;
	enum verdict v;

	(void)state;
	make_mixed("20260310-ordr", "report", n);
	OK(store_report_begin(books, "20260310-ordr", &report, &why));
	while ((v = store_report_next(report, &row, &why)) == V_OK) {
		if (row.kind == REPORT_WARNING)
			assert_int_equal(row.record, last);
		else
			assert_int_equal(row.record, last + 1);
		last = row.record;
		assert_int_equal(row.line, last * 10);
		assert_int_equal(row.part, last > n / 2);
		letters += row.kind == REPORT_LETTER;
		rejected += row.kind == REPORT_REJECTED;
		warnings += row.kind == REPORT_WARNING;
		if (row.kind == REPORT_LETTER) {
			assert_int_equal(row.state, LETTER_SPLIT);
			assert_int_equal(row.rule, 0);
			assert_int_equal(row.code, CODE_NONE);
		} else {
			assert_int_equal(row.code,
				row.record == 0 ? CODE_DOCUMENT_UNUSED
				: row.kind == REPORT_WARNING ? CODE_CHARACTERS
							     : CODE_BSN);
			assert_string_equal(row.field, "bsn");
			assert_string_equal(row.message, "eleven-test");
		}
		if (last == 1)
			assert_string_equal(row.reference, "ordr-1");
	}
	assert_int_equal(v, V_END);
	store_report_close(report);
	assert_int_equal(last, n);
	assert_int_equal(letters, job_now("20260310-ordr").letters);
	assert_int_equal(rejected, job_now("20260310-ordr").rejected);
	assert_int_equal(warnings, job_now("20260310-ordr").warnings);
	assert_int_equal(letters + rejected, n);
	store_report_close(NULL);
	assert_int_equal(
		store_report_begin(books, "20260310-none", &report, &why),
		V_SKIP);
}

/* The row of one record. */
static struct report_row
row_of(const char *job, int64_t record)
{
	struct report *report = NULL;
	struct report_row row;

	OK(store_report_begin(books, job, &report, &why));
	do
		OK(store_report_next(report, &row, &why));
	while (row.record < record);
	row.reference = arena_text(&mem, row.reference, strlen(row.reference));
	row.wire_code = arena_text(&mem, row.wire_code, strlen(row.wire_code));
	row.field = row.message = "";
	store_report_close(report);
	return row;
}

static void
test_report__a_letter_is_told_as_it_is_now(void **state)
{
	struct offer offer;
	struct report_row row;

	(void)state;
	make_lots("20260311-rnow", "now", "rnow", 4, 4, 10);
	row = row_of("20260311-rnow", 4);
	assert_int_equal(row.state, LETTER_PAPER);
	assert_false(row.box);
	assert_int_equal(row.rule, ROUTE_IMPORT);
	row = row_of("20260311-rnow", 1);
	assert_int_equal(row.state, LETTER_BOX);
	assert_true(row.box);
	assert_true(row.lot > 0);
	offer = begin("m-rnow");
	post(&offer, POST_ACKNOWLEDGED, 0);
	assert_int_equal(row_of("20260311-rnow", 1).state, LETTER_OFFERED);
	result("r-rnow", "m-rnow",
		&(struct said){ .key = "rnow",
			.from = 1,
			.to = 3,
			.exception = "NietActiefOfGeabonneerd",
			.at = 2,
			.at_to = 2 });
	row = row_of("20260311-rnow", 1);
	assert_int_equal(row.state, LETTER_DELIVERED);
	row = row_of("20260311-rnow", 2);
	assert_int_equal(row.state, LETTER_PAPER);
	assert_string_equal(row.wire_code, "NietActiefOfGeabonneerd");
	assert_int_equal(row.code, CODE_NOT_SUBSCRIBED);
}

/* Is a report of this job due? */
static bool
due(const char *job, int64_t now_ms, struct report_due *out)
{
	int64_t after = 0;

	while (store_report_due(books, after, now_ms, &mem, out, &why) ==
		V_OK) {
		if (strcmp(out->job.id, job) == 0)
			return true;
		after = out->job.number;
	}
	return false;
}

static void
report(const struct report_due *due, int64_t now_ms)
{
	OK(store_job_reported(
		books, due->job.id, due->mark, due->final, now_ms, &why));
}

static void
test_report__is_due_at_each_step_and_then_once_a_minute(void **state)
{
	const char *const id = "20260312-rdue";
	struct report_due d;
	struct offer offer;

	(void)state;
	make_split(id, "due", "rdue", 1, 3);
	assert_true(due(id, NOW, &d));
	assert_false(d.final);
	assert_int_equal(d.job.letters, 3);
	report(&d, NOW);
	assert_false(due(id, NOW + MINUTE * 10, &d)); /* nothing changed */
	make_routed(id, 0);
	assert_true(due(id, NOW + 1, &d)); /* a step: at once */
	report(&d, NOW + 1);
	make_cut(id, "rdue", 1);
	assert_false(due(id, NOW + MINUTE, &d)); /* the same step */
	assert_true(due(id, NOW + 1 + MINUTE, &d));
	report(&d, NOW + 1 + MINUTE);
	offer = begin("m-rdue");
	assert_false(due(id, NOW + 2 * MINUTE, &d));
	assert_true(due(id, NOW + 1 + 2 * MINUTE, &d));
	post(&offer, POST_ACKNOWLEDGED, 0);
}

static void
test_report__changes_while_it_is_written_make_another(void **state)
{
	const char *const id = "20260312-race";
	struct report_due d, later;

	(void)state;
	make_split(id, "race", "race", 1, 3);
	assert_true(due(id, NOW, &d));
	make_routed(id, 0); /* after it was read, before it is noted */
	report(&d, NOW);
	assert_true(due(id, NOW, &later));
	assert_string_not_equal(d.mark, later.mark);
}

static void
test_report__the_last_one_is_final(void **state)
{
	const char *const id = "20260313-last";
	const struct fault no = { .code = CODE_EMPTY, .text = "no records" };
	struct job_new job = job_of("20260313-rfsd", "last", 99);
	struct report_due d;
	int64_t count = 0;

	(void)state;
	OK(store_job_receive(books, &job, &why));
	assert_false(due(job.id, NOW, &d)); /* not read yet */
	OK(store_job_refuse(books, job.id, &no, NOW, &why));
	assert_true(due(job.id, NOW, &d));
	assert_true(d.final);
	report(&d, NOW);
	assert_false(due(job.id, NOW + 10 * MINUTE, &d));

	make_split(id, "last", "last", 1, 1);
	make_routed(id, 0);
	assert_true(due(id, NOW, &d));
	report(&d, NOW);
	OK(pg_script(books->pg,
		"update job set state = 7, n_box = 0, n_delivered = 1 "
		"where id = '20260313-last'",
		&why));
	OK(store_settle(books, NOW + 1, &count, &why));
	assert_int_equal(job_now(id).state, JOB_SETTLED);
	assert_true(due(id, NOW + 1, &d)); /* does not wait for its minute */
	assert_true(d.final);
	report(&d, NOW + 1);
	assert_false(due(id, NOW + 10 * MINUTE, &d));
	assert_int_equal(
		store_job_reported(books, "20260313-none", "", true, NOW, &why),
		V_SKIP);
}

static void
test_report__a_large_job_is_told_less_often(void **state)
{
	const char *const id = "20260314-larg";
	struct report_due d;

	(void)state;
	make_split(id, "large", "larg", 1, 1);
	make_routed(id, 0);
	assert_true(due(id, NOW, &d));
	report(&d, NOW);
	OK(pg_script(books->pg,
		"update job set letters = 400000, n_box = 400000 "
		"where id = '20260314-larg'",
		&why));
	assert_false(due(id, NOW + 199999, &d));
	assert_true(due(id, NOW + 200000, &d));
}

static void
test_report__pieces_are_those_of_rejected_records(void **state)
{
	struct rejected_piece *pieces;
	size_t count, i;
	int64_t at = 0;

	(void)state;
	make_mixed("20260315-piec", "pieces", 60);
	/* In part 0: records 3, 6 .. 30, four at a time. */
	for (i = 0; i < 10; i += count) {
		size_t k;

		OK(store_rejected_pieces(books, "20260315-piec", 0, at, 4, &mem,
			&pieces, &count, &why));
		assert_int_equal(count, i < 8 ? 4 : 2);
		for (k = 0; k < count; k++) {
			assert_int_equal(
				pieces[k].offset, 3000 * (int64_t)(i + k + 1));
			assert_int_equal(pieces[k].bytes, 900);
		}
		at = pieces[count - 1].offset + 1;
	}
	OK(store_rejected_pieces(books, "20260315-piec", 1, 0, 100, &mem,
		&pieces, &count, &why));
	assert_int_equal(count, 10);
	assert_int_equal(pieces[0].offset, 33000);
	OK(store_rejected_pieces(books, "20260315-piec", 2, 0, 100, &mem,
		&pieces, &count, &why));
	assert_int_equal(count, 0);
}

static void
test_report__a_double_is_nothing_to_repair(void **state)
{
	struct job_new job = job_of("20260315-dubl", "cut out", 98);
	struct rejected_piece *pieces;
	struct split *split = NULL;
	uint8_t bsn_key[16] = { 0 };
	size_t count;
	bool due;
	int64_t i;

	(void)state;
	OK(store_job_receive(books, &job, &why));
	OK(store_split_begin(books, job.id, 2, &split, &why));
	for (i = 1; i <= 2; i++) {
		struct letter l = letter_of("dubl", 1, NULL);

		l.record = i;
		l.offset = i * 1000;
		l.bytes = 500 + i;
		l.part = 3;
		OK(store_split_letter(split, &l, bsn_key, &why));
	}
	OK(split_end(split, 2, 0));
	store_split_close(split);
	OK(store_rejected_pieces(
		books, job.id, 3, 0, 10, &mem, &pieces, &count, &why));
	assert_int_equal(count, 0);
	OK(store_repair_due(books, job.id, &due, &why));
	assert_false(due);
	OK(store_repair_due(books, "20260315-piec", &due, &why));
	assert_true(due);
}

static void
named(const char *id, const char *stream, const char *file, const char *report,
	const char *rejected)
{
	static uint8_t content = 200;
	struct job_new new = job_of(id, stream, content++);
	struct report_names names;
	struct job job;

	new.file = file;
	OK(store_job_receive(books, &new, &why));
	job = job_now(id);
	OK(store_report_names(books, &job, &names, &why));
	assert_string_equal(names.report, report);
	assert_string_equal(names.rejected, rejected);
}

static void
test_report__no_two_jobs_write_one_file(void **state)
{
	(void)state;
	named("20260316-nama", "names", "a.csv", "a.csv.report.csv",
		"a-rejected");
	named("20260316-namb", "names", "a.csv",
		"a.csv.20260316-namb.report.csv", "a-20260316-namb-rejected");
	/* Packed, it would be given back under the same name. */
	named("20260316-namc", "names", "a.csv.gz", "a.csv.gz.report.csv",
		"a-20260316-namc-rejected");
	named("20260316-namd", "names", "a.tar.gz", "a.tar.gz.report.csv",
		"a-20260316-namd-rejected");
	named("20260316-name", "other names", "a.csv", "a.csv.report.csv",
		"a-rejected");
	/* With another character it could be somebody else's. */
	named("20260316-namf", "names", "a b.csv",
		"a_b.csv.20260316-namf.report.csv",
		"a_b-20260316-namf-rejected");
	named("20260316-namg", "names", "b", "b.report.csv", "b-rejected");
}

static enum verdict
into_buf(void *self, const void *bytes, size_t len, struct fault *no)
{
	(void)no;
	buf_add(self, bytes, len);
	return V_OK;
}

static void
has(const struct buf *text, const char *part)
{
	if (strstr(text->bytes, part) == NULL)
		fail_msg("no \"%s\" in: %.3000s", part, text->bytes);
}

static void
test_report__a_refused_file_has_its_reason_and_no_records(void **state)
{
	const struct fault no = { .code = CODE_TOTALS,
		.text = "record 7, line 40: the \"total\" differs; by 1" };
	struct job_new new = job_of("20260317-rfsd", "refused report", 97);
	struct buf text = BUF_MAX(1000000);
	struct job job;

	(void)state;
	OK(store_job_receive(books, &new, &why));
	OK(store_job_refuse(books, new.id, &no, NOW, &why));
	job = job_now(new.id);
	OK(store_report_write(books, &job, NOW, into_buf, &text, &why));
	has(&text, "\r\nstate;refused;");
	has(&text, "\r\nfinal;yes;");
	has(&text, "\r\ncode;MOBB-0122;");
	has(&text, "\r\nplace;record 7, line 40;plaats\r\n");
	has(&text, "\r\nreason;\"the \"\"total\"\" differs; by 1\";");
	has(&text, "\r\nwhat_to_do;");
	assert_null(strstr(text.bytes, "\r\nsum;"));
	assert_string_equal(strstr(text.bytes, "\r\n\r\n"),
		"\r\n\r\nrecord;part;line;reference;outcome;code;field;"
		"message;melding\r\n");
	buf_done(&text);
}

static void
test_report__text_has_a_line_for_each_row(void **state)
{
	struct buf text = BUF_MAX(4000000);
	struct job job = job_now("20260310-ordr");
	size_t lines = 0, warnings = 0;
	const char *p;

	(void)state;
	OK(store_report_write(books, &job, NOW, into_buf, &text, &why));
	assert_false(text.full);
	has(&text, "\r\nstate;split;");
	has(&text, "\r\nrejected;4333;");
	has(&text, "\r\nrejected_file;");
	has(&text, "\r\n1;1;10;ordr-1;open;;;no channel was chosen yet;");
	has(&text, "\r\n3;1;30;ordr-3;rejected;MOBB-0203;bsn;eleven-test;");
	has(&text, "\r\n5;1;50;ordr-5;warning;MOBB-0211;bsn;eleven-test;");
	has(&text, "\r\n13000;2;130000;ordr-13000;open;;;");
	for (p = strstr(text.bytes, "\r\n\r\n") + 4;
		(p = strstr(p, "\r\n")) != NULL; p += 2)
		lines++;
	for (p = text.bytes; (p = strstr(p, ";warning;")) != NULL; p++)
		warnings++;
	assert_int_equal(warnings, job.warnings);
	assert_int_equal(lines, 1 + 13000 + warnings);
	buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_report__every_record_is_told_in_order),
		cmocka_unit_test(test_report__a_letter_is_told_as_it_is_now),
		cmocka_unit_test(
			test_report__is_due_at_each_step_and_then_once_a_minute),
		cmocka_unit_test(
			test_report__changes_while_it_is_written_make_another),
		cmocka_unit_test(test_report__the_last_one_is_final),
		cmocka_unit_test(test_report__a_large_job_is_told_less_often),
		cmocka_unit_test(
			test_report__pieces_are_those_of_rejected_records),
		cmocka_unit_test(test_report__a_double_is_nothing_to_repair),
		cmocka_unit_test(test_report__no_two_jobs_write_one_file),
		cmocka_unit_test(
			test_report__a_refused_file_has_its_reason_and_no_records),
		cmocka_unit_test(test_report__text_has_a_line_for_each_row),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
