/* tests/store/test_upgrade.c - books of an earlier version keep working
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/store/books.h"

static struct store *old;

/* The books as they were at version 2, instead of those of now: functions name
 * the schema that they are of, so there is one only.
 */
static void
make_old(void)
{
	static const char *const files[] = { "0001-tables", "0002-look" };
	struct buf sql = BUF_MAX(1000000);
	char path[100], block[4096];
	size_t i, got;
	FILE *file;

	OK(store_open(conninfo, &old, &why));
	OK(pg_script(old->pg,
		"drop schema public cascade; create schema public;"
		"create table schema_version (number integer primary key, "
		"name text not null, at timestamptz not null default now())",
		&why));
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "schemas/db/%s.sql", files[i]);
		buf_reset(&sql);
		file = fopen(path, "r");
		assert_non_null(file);
		while ((got = fread(block, 1, sizeof(block), file)) > 0)
			buf_add(&sql, block, got);
		fclose(file);
		OK(pg_script(old->pg, sql.bytes, &why));
		OK(pg_do(old->pg,
			"insert into schema_version (number, name) "
			"values ($1, $2)",
			PG_ARGS(PG_N((int64_t)i + 1), PG_T(files[i])), NULL,
			&why));
	}
	buf_done(&sql);
	OK(pg_script(old->pg,
		"create table letter_j1 (like letter including storage, "
		"constraint letter_j1_part check (part = -1));"
		"alter table letter attach partition letter_j1 "
		"for values in (-1);"
		"insert into job (id, stream, sender, oin, endpoint, "
		"environment, format, file, state, part, bytes, sha256, "
		"promised_letters, promised_cents, records, letters, rejected, "
		"n_split, received_ms) values ('20250101-oldj', 'woz', 's', "
		"'00000099000000010000', 'e', 'simulator', 'woz-biljet/1', "
		"'f', 2, -1, 10, '\\x01', -1, -1, 2, 1, 1, 1, 1), "
		"('20250101-done', 'woz', 's', '00000099000000010000', 'e', "
		"'simulator', 'woz-biljet/1', 'f', 8, 0, 10, '\\x02', -1, -1, "
		"0, 0, 0, 0, 1);"
		"insert into letter values (1, 1, 10, 100, 5, 900, -1, "
		"999990019, null, 0, '6f6c6400-0000-0000-0000-000000000001', "
		"'\\x00', '\\x00', 'oud-1', 'Onderwerp', 'tekst', '', "
		"'\\x0100');"
		"insert into rejected values (1, 2, 20, 200, 203, 'bsn', "
		"'eleven-test', 'oud-2', false)",
		&why));
}

static void
test_upgrade__what_was_there_keeps_its_meaning(void **state)
{
	struct report_row row;
	struct report_due due;
	struct report *report = NULL;
	struct rejected *rows;
	struct rejected_piece *pieces;
	struct letter_row letter;
	struct job job;
	size_t count;

	(void)state;
	make_old();
	OK(store_migrate(old, &why));
	OK(store_job_get(old, "20250101-oldj", &mem, &job, &why));
	assert_string_equal(job.delivery, "");
	assert_int_equal(job.hold_code, CODE_NONE);
	assert_false(job.totals);
	OK(store_letter_find(old, "oud-1", &mem, &letter, &why));
	assert_int_equal(letter.letter.hold, CODE_NONE);
	assert_int_equal(letter.letter.publish, LETTER_DATE_NONE);
	assert_int_equal(letter.letter.part, 0);
	assert_null(letter.letter.type);
	OK(store_rejected_list(
		old, job.id, 0, 10, true, &mem, &rows, &count, &why));
	assert_int_equal(rows[0].bytes, 0);
	/* Of what length it was is not known: it is no piece. */
	OK(store_rejected_pieces(
		old, job.id, 0, 0, 10, &mem, &pieces, &count, &why));
	assert_int_equal(count, 0);
	OK(store_report_begin(old, job.id, &report, &why));
	OK(store_report_next(report, &row, &why));
	assert_int_equal(row.kind, REPORT_LETTER);
	OK(store_report_next(report, &row, &why));
	assert_int_equal(row.kind, REPORT_REJECTED);
	assert_int_equal(store_report_next(report, &row, &why), V_END);
	store_report_close(report);
	/* Jobs that have ended are not told once more. */
	OK(store_report_due(old, 0, NOW, &mem, &due, &why));
	assert_string_equal(due.job.id, "20250101-oldj");
	assert_int_equal(
		store_report_due(old, due.job.number, NOW, &mem, &due, &why),
		V_END);
}

static void
test_upgrade__its_keys_block_as_before(void **state)
{
	struct job_new job = job_of("20260501-newj", "woz", 7);
	struct rejected *rows;
	struct split *split = NULL;
	uint8_t bsn_key[16] = { 0 };
	size_t count;
	int64_t i;

	(void)state;
	OK(store_job_receive(old, &job, &why));
	OK(store_split_begin(old, job.id, 2, &split, &why));
	for (i = 1; i <= 2; i++) {
		struct letter l = letter_of("old", i, NULL);

		OK(store_split_letter(split, &l, bsn_key, &why));
	}
	OK(split_end(split, 2, 0));
	store_split_close(split);
	OK(store_rejected_list(
		old, job.id, 0, 10, false, &mem, &rows, &count, &why));
	assert_int_equal(count, 1);
	assert_string_equal(rows[0].reason, "the same key as 20250101-oldj/1");
	store_close(old);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_upgrade__what_was_there_keeps_its_meaning),
		cmocka_unit_test(test_upgrade__its_keys_block_as_before),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
