/* tests/store/test_printed.c - what the printer says, in the books
 *
 * Jobs in which every letter goes on paper, in one bundle; the receipts are
 * made here, as the reader would.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "base/digest.h"
#include "tests/store/books.h"
#include "tests/store/paper.h"

#define DAY 20490 /* of the post */

static struct printed_done done;

static bool
all_paper(int64_t record, int64_t n)
{
	(void)n;
	return record > 0;
}

/* A bundle of `letters`, handed over; its lot. */
static int64_t
hand_over(const char *id, const char *key, const char *bundle, int64_t letters)
{
	uint8_t sha256[32] = { 5 };
	struct letter *list;
	const char **reasons;
	int64_t lot = 0;
	size_t count;

	make_split(id, key, key, 1, letters);
	make_ways_of(id, all_paper, 0);
	OK(store_job_routed(books, id, false, NULL, NOW, &why));
	make_cut(id, key, 100);
	OK(store_print_letters(
		books, id, 1000, &mem, &list, &reasons, &count, &why));
	assert_int_equal(count, letters);
	OK(store_print_cut(books, id, bundle, list, count, NOW, &lot, &why));
	OK(store_print_leave(books, lot, NOW, &why));
	OK(store_print_handed(books, lot, sha256, NOW, &why));
	return lot;
}

static struct said_row rows[64];

/* Lines about letters from .. to of a kind. */
static struct print_receipt
said_of(enum print_said said, const char *bundle, const char *key, int64_t from,
	int64_t to)
{
	struct print_receipt r = {
		.said = said, .bundle = bundle, .rows = rows, .text = ""
	};
	int64_t i;

	for (i = from; i <= to; i++) {
		rows[r.row_count] =
			(struct said_row){ .line = (int64_t)r.row_count + 1,
				.id = id_of(key, i),
				.day = DAY,
				.sheets = 1,
				.pages = 2,
				.code = "PDF",
				.text = "cannot be opened",
				.why = RETURNED_MOVED,
				.new_address = true };
		r.row_count++;
	}
	return r;
}

static enum verdict
apply_as(const char *name, const struct print_receipt *said)
{
	struct printed_file file = { .name = name, .said = said };

	digest_of(name, strlen(name), file.sha256);
	return store_printed_apply(books, &file, NOW, &mem, &done, &why);
}

static void
apply(const char *name, enum print_said said, const char *bundle,
	const char *key, int64_t from, int64_t to)
{
	struct print_receipt r = said_of(said, bundle, key, from, to);

	OK(apply_as(name, &r));
}

static int64_t
number(const char *sql)
{
	struct pg_rows got = PG_ROWS_NONE;
	int64_t n;

	OK(pg_ask(books->pg, sql, NULL, &got, &why));
	n = pg_int(&got, 0, 0);
	pg_rows_done(&got);
	return n;
}

static void
counts(int64_t good, int64_t again, int64_t bad)
{
	assert_int_equal(done.good, good);
	assert_int_equal(done.again, again);
	assert_int_equal(done.bad, bad);
}

static void
test_printed__an_ack_is_compared(void **state)
{
	struct print_receipt r = { .said = PRINT_ACK,
		.bundle = "print-ack",
		.letters = 3,
		.text = "" };
	struct queue_row *queue;
	size_t count;

	(void)state;
	(void)hand_over("20260501-ack1", "ack", "print-ack", 4);
	OK(apply_as("print-ack.ack", &r));
	counts(0, 0, 1);
	assert_non_null(strstr(done.text, "MOBB-1364"));
	r.letters = 4;
	r.has_sha256 = true;
	r.sha256[0] = 6;
	OK(apply_as("print-ack.ack-2", &r));
	counts(0, 0, 1);
	r.sha256[0] = 5;
	OK(apply_as("print-ack.ack-3", &r));
	counts(1, 0, 0);
	OK(store_print_queue(
		books, false, "print-ack", &mem, &queue, &count, &why));
	assert_int_equal(count, 1);
	assert_int_equal(queue[0].acknowledged_ms, NOW);
	assert_int_equal(queue[0].alarms, 2);
	/* Once more, under another name, and the very same file. */
	OK(apply_as("print-ack.ack-4", &r));
	counts(0, 1, 0);
	OK(apply_as("print-ack.ack-3", &r));
	assert_true(done.known);
	counts(1, 0, 0);
	/* Another bundle. */
	r.bundle = "print-nobody";
	OK(apply_as("print-nobody.ack", &r));
	counts(0, 0, 1);
	assert_non_null(strstr(done.text, "MOBB-1363"));
}

static void
test_printed__all_on_one_day_is_one_row(void **state)
{
	int64_t before;

	(void)state;
	(void)hand_over("20260501-all1", "all", "print-all", 5);
	before = number("select count(*) from receipt");
	apply("print-all.posted.csv", PRINT_POSTED, "print-all", "all", 1, 5);
	counts(5, 0, 0);
	assert_int_equal(job_now("20260501-all1").n_posted, 5);
	assert_int_equal(number("select count(*) from receipt"), before);
	assert_int_equal(
		number("select posted_days from lot where name = 'print-all' "
		       "and state = 4 and acknowledged_ms > 0"),
		DAY);
	/* The same file: not one thing changes. */
	apply("print-all.posted.csv", PRINT_POSTED, "print-all", "all", 1, 5);
	assert_true(done.known);
	/* Another file that says the same. */
	apply("print-all.posted.csv.2", PRINT_POSTED, "print-all", "all", 2, 3);
	counts(0, 2, 0);
	assert_int_equal(job_now("20260501-all1").n_posted, 5);
	/* Nor is it turned down or refused any more: but who says so has not
	 * printed it, and somebody is told.
	 */
	apply("print-all.nack", PRINT_NACK, "print-all", "all", 1, 0);
	counts(0, 0, 1);
	assert_non_null(strstr(done.text, "nack of bundle print-all, which is "
					  "posted"));
	apply("print-all.rejected.csv", PRINT_REJECTED, "print-all", "all", 1,
		1);
	counts(0, 0, 1);
	assert_non_null(strstr(done.text, "posted, withdrawn"));
	assert_int_equal(job_now("20260501-all1").n_posted, 5);
}

static void
test_printed__a_proof_is_not_posted(void **state)
{
	struct print_receipt r = { .said = PRINT_ACK,
		.bundle = "print-a-001-0a1b2c3d-PROOF",
		.letters = 2,
		.text = "" };

	(void)state;
	OK(apply_as("print-a-001-0a1b2c3d-PROOF.ack", &r));
	counts(0, 1, 0);
	r = said_of(PRINT_POSTED, r.bundle, "proof", 1, 2);
	OK(apply_as("print-a-001-0a1b2c3d-PROOF.posted.csv", &r));
	counts(0, 0, 1);
	assert_non_null(strstr(done.text, "MOBB-1365"));
	assert_non_null(strstr(done.text, "a proof"));
}

/* As the bundle was printed, not as the jobs file says today. */
static void
test_printed__sheets_of_its_own_form(void **state)
{
	struct print_receipt r;

	(void)state;
	(void)hand_over("20260501-shee", "shee", "print-shee", 2);
	OK(pg_do(books->pg,
		"update lot set simplex = true where name = 'print-shee'", NULL,
		NULL, &why));
	r = said_of(PRINT_POSTED, "print-shee", "shee", 1, 2);
	rows[0].sheets = 2; /* of two pages */
	OK(apply_as("print-shee.posted.csv", &r));
	counts(2, 0, 0);
	assert_non_null(strstr(done.text, "MOBB-1364"));
	assert_non_null(strstr(done.text, "; line 2"));
}

static void
test_printed__in_parts_with_one_refused(void **state)
{
	struct letter_row row;
	struct print_receipt r;

	(void)state;
	(void)hand_over("20260501-par1", "par", "print-par", 6);
	/* 1, 2 posted; 7 is not in it; 2 twice. */
	r = said_of(PRINT_POSTED, "print-par", "par", 1, 2);
	rows[2] = rows[1];
	rows[2].line = 3;
	rows[3] = rows[1];
	rows[3].line = 4;
	rows[3].id = id_of("par", 7);
	rows[0].pages = 3; /* not as we count */
	r.row_count = 4;
	OK(apply_as("print-par.posted.csv", &r));
	counts(2, 1, 1);
	assert_non_null(strstr(done.text, "MOBB-1363"));
	assert_non_null(strstr(done.text, "MOBB-1364"));
	assert_int_equal(job_now("20260501-par1").n_posted, 2);
	assert_int_equal(job_now("20260501-par1").n_handed, 4);
	/* 3 and 4 refused. */
	apply("print-par.rejected.csv", PRINT_REJECTED, "print-par", "par", 3,
		4);
	counts(2, 0, 0);
	assert_int_equal(job_now("20260501-par1").n_held, 2);
	OK(store_letter_find(books, "20260501-par1/3", &mem, &row, &why));
	assert_int_equal(row.state, LETTER_HELD);
	assert_int_equal(row.print_code, CODE_PRINT_REJECTED);
	assert_string_equal(row.print_word, "PDF");
	assert_int_equal(row.posted_days, LETTER_DATE_NONE);
	/* 4 was printed after all; 5 and 6 too: the bundle has its end. */
	apply("print-par.posted.csv-2", PRINT_POSTED, "print-par", "par", 4, 6);
	counts(3, 0, 0);
	assert_int_equal(job_now("20260501-par1").n_posted, 5);
	assert_int_equal(job_now("20260501-par1").n_held, 1);
	assert_int_equal(
		number("select state from lot where name = 'print-par'"),
		LOT_SETTLED);
	OK(store_letter_find(books, "20260501-par1/1", &mem, &row, &why));
	assert_int_equal(row.state, LETTER_POSTED);
	assert_int_equal(row.posted_days, DAY);
}

static void
test_printed__turned_down_goes_again_by_a_person(void **state)
{
	struct letter *letters;
	const char **reasons;
	struct print_receipt r;
	struct queue_row *queue;
	struct recall recall;
	int64_t lot = 0, n = 0;
	size_t count;

	(void)state;
	(void)hand_over("20260501-nak1", "nak", "print-nak", 4);
	/* 4 is wrong itself. */
	r = said_of(PRINT_NACK, "print-nak", "nak", 4, 4);
	strcpy(r.code, "HASH");
	OK(apply_as("print-nak.nack", &r));
	counts(2, 0, 0);
	assert_int_equal(job_now("20260501-nak1").n_held, 4);
	OK(store_print_queue(
		books, false, "print-nak", &mem, &queue, &count, &why));
	assert_non_null(strstr(queue[0].lot.reason, "MOBB-1367"));
	assert_non_null(strstr(queue[0].lot.reason, "HASH"));
	assert_int_equal(queue[0].held, 1);
	/* The .ready is to go. */
	OK(store_recall_next(books, 0, &mem, &recall, &why));
	assert_true(recall.refused);
	OK(store_recall_told(books, recall.lot, NOW, &why));
	/* Not by itself, and not posted. */
	OK(store_print_letters(books, "20260501-nak1", 10, &mem, &letters,
		&reasons, &count, &why));
	assert_int_equal(count, 0);
	apply("print-nak.posted.csv", PRINT_POSTED, "print-nak", "nak", 1, 2);
	counts(0, 0, 2);
	assert_non_null(strstr(done.text, "MOBB-1365"));
	/* By a person: all but the one that is wrong. */
	OK(store_print_again(
		books, "print-nak", "anna", "mended", true, NOW, &n, &why));
	assert_int_equal(n, 3);
	assert_int_equal(job_now("20260501-nak1").n_paper, 0);
	OK(store_print_again(
		books, "print-nak", "anna", "mended", false, NOW, &n, &why));
	assert_int_equal(job_now("20260501-nak1").n_paper, 3);
	assert_int_equal(job_now("20260501-nak1").n_held, 1);
	assert_int_equal(store_print_again(books, "print-nak", "anna", "",
				 false, NOW, &n, &why),
		V_SKIP);
	OK(store_print_letters(books, "20260501-nak1", 10, &mem, &letters,
		&reasons, &count, &why));
	assert_int_equal(count, 3);
	/* What the journal knows of it does not stop it. */
	assert_string_equal(reasons[0], PRINT_AGAIN);
	OK(store_print_cut(books, "20260501-nak1", "print-nak2", letters, count,
		NOW, &lot, &why));
	assert_int_equal(job_now("20260501-nak1").n_bundled, 3);
	/* The old bundle is posted, says somebody: perhaps printed twice. */
	apply("print-nak.posted.csv-2", PRINT_POSTED, "print-nak", "nak", 1, 1);
	counts(0, 0, 1);
	/* Not in the books as handed over yet: later. */
	OK(store_print_leave(books, lot, NOW, &why));
	r = said_of(PRINT_POSTED, "print-nak2", "nak", 1, 1);
	assert_int_equal(apply_as("print-nak2.posted.csv", &r), V_LATER);
	assert_int_equal(number("select count(*) from receipt_file "
				"where name = 'print-nak2.posted.csv'"),
		0);
}

static void
test_printed__recall(void **state)
{
	struct recall recall;
	struct print_receipt r;

	(void)state;
	(void)hand_over("20260501-rec1", "rec", "print-rec", 2);
	assert_int_equal(
		store_recall(books, "print-none", "anna", "x", NOW, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_NO_JOB);
	assert_int_equal(
		store_recall_next(books, 0, &mem, &recall, &why), V_END);
	OK(store_recall(books, "print-rec", "anna", "wrong date", NOW, &why));
	OK(store_recall(books, "print-rec", "anna", "again", NOW + 5, &why));
	OK(store_recall_next(books, 0, &mem, &recall, &why));
	assert_string_equal(recall.bundle, "print-rec");
	assert_int_equal(recall.asked_ms, NOW);
	assert_false(recall.refused);
	OK(store_recall_told(books, recall.lot, NOW, &why));
	assert_int_equal(
		store_recall_next(books, 0, &mem, &recall, &why), V_END);
	/* Only the printer's word gives the letters back. */
	assert_int_equal(job_now("20260501-rec1").n_handed, 2);
	r = said_of(PRINT_RECALLED, "print-rec", "rec", 1, 0);
	OK(apply_as("print-rec.recalled", &r));
	counts(1, 0, 0);
	assert_int_equal(job_now("20260501-rec1").n_held, 2);
	assert_int_equal(
		store_recall(books, "print-rec", "anna", "x", NOW, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_STATE);
}

static enum verdict
collect(void *self, const void *bytes, size_t len, struct fault *ignored)
{
	(void)ignored;
	buf_add(self, bytes, len);
	return V_OK;
}

static bool
report_due(const char *id)
{
	struct report_due due;
	int64_t after = 0;
	bool found = false;

	while (store_report_due(books, after, NOW, &mem, &due, &why) == V_OK) {
		after = due.job.number;
		if (strcmp(due.job.id, id) != 0)
			continue;
		found = true;
		OK(store_job_reported(
			books, id, due.mark, due.final, NOW, &why));
	}
	return found;
}

static void
test_printed__mail_comes_back_after_the_job_is_settled(void **state)
{
	struct buf text = BUF_MAX(1000000);
	struct letter_row row;
	struct print_receipt r;
	struct job job;
	int64_t n = 0;

	(void)state;
	(void)hand_over("20260501-ret1", "ret", "print-ret-ab12", 4);
	apply("print-ret-ab12.posted.csv", PRINT_POSTED, "print-ret-ab12",
		"ret", 1, 4);
	OK(store_settle(books, NOW, &n, &why));
	assert_int_equal(job_now("20260501-ret1").state, JOB_SETTLED);
	assert_true(report_due("20260501-ret1"));
	assert_false(report_due("20260501-ret1"));
	/* 1 by its id, 2 by the code on the paper, 9 of nobody. */
	r = said_of(PRINT_RETURNED, "", "ret", 1, 1);
	rows[1] = rows[0];
	rows[1].line = 2;
	rows[1].bundle = "print-ret-ab12";
	rows[1].place = 2;
	rows[1].why = RETURNED_BOX_FULL;
	rows[1].new_address = false;
	rows[2] = rows[0];
	rows[2].line = 3;
	rows[2].id = id_of("ret", 9);
	rows[3] = rows[0];
	rows[3].line = 4;
	r.row_count = 4;
	OK(apply_as("retour-20260801.csv", &r));
	counts(2, 1, 1);
	assert_non_null(strstr(done.text, "MOBB-1363"));
	assert_int_equal(job_now("20260501-ret1").n_returned, 2);
	assert_int_equal(job_now("20260501-ret1").n_posted, 4);
	OK(store_letter_find(books, "20260501-ret1/2", &mem, &row, &why));
	assert_int_equal(row.state, LETTER_POSTED);
	assert_int_equal(row.returned, RETURNED_BOX_FULL);
	assert_false(row.new_address);
	/* The supplier is told, once. */
	job = job_now("20260501-ret1");
	OK(store_report_write(books, &job, NOW, collect, &text, &why));
	assert_non_null(strstr(text.bytes, "\r\nreturned;2;"));
	assert_non_null(strstr(text.bytes,
		";posted;MOBB-1369;;posted, and returned by the post on "
		"2026-02-06: moved, a new address is known;"));
	assert_non_null(strstr(text.bytes, "teruggekomen: brievenbus vol"));
	buf_done(&text);
	assert_true(report_due("20260501-ret1"));
	assert_false(report_due("20260501-ret1"));
	OK(apply_as("retour-20260801.csv", &r));
	assert_true(done.known);
	OK(apply_as("retour-20260802.csv", &r));
	counts(0, 3, 1);
	assert_int_equal(job_now("20260501-ret1").n_returned, 2);
	assert_false(report_due("20260501-ret1"));
}

static void
test_printed__of_what_is_kept_no_longer_a_person_is_told(void **state)
{
	struct uuid id = id_of("gone", 1);
	struct print_receipt r;

	(void)state;
	OK(pg_do(books->pg,
		"insert into letter_left (bericht_id, job, record) "
		"values ($1, '20250101-gone', 7)",
		PG_ARGS(PG_U(&id)), NULL, &why));
	r = said_of(PRINT_RETURNED, "", "gone", 1, 1);
	OK(apply_as("retour-gone.csv", &r));
	counts(0, 0, 1);
	assert_non_null(strstr(done.text,
		"MOBB-1369 letters of job 20250101-gone came back, which is "
		"kept no longer; the first is record 7; line 1"));
}

static void
test_printed__what_was_never_printed_cannot_come_back(void **state)
{
	struct print_receipt r;

	(void)state;
	make_split("20260501-nev1", "nev", "nev", 1, 2);
	r = said_of(PRINT_RETURNED, "", "nev", 1, 2);
	OK(apply_as("retour-nev.csv", &r));
	counts(0, 0, 2);
	assert_non_null(strstr(done.text, "MOBB-1365"));
}

static void
test_printed__a_file_that_cannot_be_read_waits_to_be_seen(void **state)
{
	const struct fault unread = { .code = CODE_RECEIPT,
		.text = "this is no text" };
	struct printed_file file = { .name = "print-x.ack", .unread = &unread };
	int64_t n = 0;

	(void)state;
	OK(store_printed_apply(books, &file, NOW, &mem, &done, &why));
	counts(0, 0, 1);
	OK(store_alarms_seen(
		books, "print-x.ack", "anna", "called", true, NOW, &n, &why));
	assert_int_equal(n, 1);
	OK(store_alarms_seen(
		books, "print-x.ack", "anna", "called", false, NOW, &n, &why));
	assert_int_equal(store_alarms_seen(books, "print-x.ack", "anna", "x",
				 false, NOW, &n, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_NO_JOB);
}

/* Whoever waits for receipts is told when they stay away. */
static void
test_printed__late_by_dutch_working_days(void **state)
{
	/* Handed over Monday 2 February 2026 at 02:40 UTC: 03:40. */
	static const int64_t hour = 3600000, day = 86400000;
	const int64_t monday = NOW - 9600000; /* 00:00 UTC */
	struct jobs_printer printer = {
		.posted_within = 3, .ack_by_ms = 6 * hour, .awaits_ack = true
	};
	struct jobs_endpoint endpoint = { .result_within = day };
	char name[] = "late";
	struct jobs_stream stream = { .name = name,
		.printer_is = &printer,
		.endpoint_is = &endpoint,
		.hold_within = day };
	struct jobs jobs = { .streams = &stream, .stream_count = 1 };
	const struct {
		int64_t at_ms;
		bool ack, posted;
	} cases[] = {
		{ monday + 20 * hour, false, false },
		/* Tuesday 05:59 and 06:01 in Amsterdam. */
		{ monday + day + 5 * hour - 60000, false, false },
		{ monday + day + 5 * hour + 60000, true, false },
		{ monday + 3 * day + 12 * hour, true, false },
		{ monday + 4 * day, true, true },
	};
	struct need *needs;
	size_t i, k, count;

	(void)state;
	(void)hand_over("20260202-late", "late", "print-late", 1);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool ack = false, posted = false;

		OK(store_needs(books, &jobs, cases[i].at_ms, &mem, &needs,
			&count, &why));
		for (k = 0; k < count; k++) {
			if (strcmp(needs[k].job, "20260202-late") != 0)
				continue;
			ack = ack || needs[k].code == CODE_ACK_LATE;
			posted = posted || needs[k].code == CODE_POSTED_LATE;
		}
		print_message("# case %zu\n", i);
		assert_int_equal(ack, cases[i].ack);
		assert_int_equal(posted, cases[i].posted);
	}
	/* Who gives none is not waited for. */
	printer.awaits_ack = false;
	OK(store_needs(
		books, &jobs, cases[2].at_ms, &mem, &needs, &count, &why));
	for (k = 0; k < count; k++)
		assert_int_not_equal(needs[k].code, CODE_ACK_LATE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_printed__an_ack_is_compared),
		cmocka_unit_test(test_printed__all_on_one_day_is_one_row),
		cmocka_unit_test(test_printed__a_proof_is_not_posted),
		cmocka_unit_test(test_printed__sheets_of_its_own_form),
		cmocka_unit_test(test_printed__in_parts_with_one_refused),
		cmocka_unit_test(
			test_printed__turned_down_goes_again_by_a_person),
		cmocka_unit_test(test_printed__recall),
		cmocka_unit_test(
			test_printed__mail_comes_back_after_the_job_is_settled),
		cmocka_unit_test(
			test_printed__of_what_is_kept_no_longer_a_person_is_told),
		cmocka_unit_test(
			test_printed__what_was_never_printed_cannot_come_back),
		cmocka_unit_test(
			test_printed__a_file_that_cannot_be_read_waits_to_be_seen),
		cmocka_unit_test(test_printed__late_by_dutch_working_days),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(
		"printed", tests, books_open, books_close);
}
