/* tests/store/test_person.c - every table has its line about persons; two
 * persons agree
 *
 * What users of the system can do with these rights is in tests/run/72 to 74.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "batch/jobs.h"
#include "tests/store/books.h"

/* The names in one column, with a space behind each. */
static const char *
names(const char *sql)
{
	static char text[2000];
	struct pg_rows rows = PG_ROWS_NONE;
	size_t at = 0;
	int i;

	OK(pg_ask(books->pg, sql, NULL, &rows, &why));
	text[0] = '\0';
	for (i = 0; i < rows.count; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s ",
			pg_text(&rows, i, 0, &mem));
	pg_rows_done(&rows);
	return text;
}

#define OURS "from pg_class c where c.relnamespace = 'public'::regnamespace "

static void
test_person__no_table_is_forgotten(void **state)
{
	(void)state;
	/* A new table wants a row in person_table, schemas/db/0011. */
	assert_string_equal(
		names("select c.relname::text " OURS
		      "and c.relkind in ('r', 'p') and not c.relispartition "
		      "and not exists (select from person_table t "
		      "where t.name = c.relname) order by 1"),
		"");
	assert_string_equal(names("select name from person_table t "
				  "where to_regclass('public.' || name) "
				  "is null order by 1"),
		"");
	assert_string_equal(
		names("select c.relname::text " OURS
		      "and c.relkind in ('r', 'p') and not c.relispartition "
		      "and not c.relrowsecurity order by 1"),
		"subscription_chunk "); /* COPY writes it, nobody reads it */
}

static void
test_person__grants_are_those_of_the_list(void **state)
{
	(void)state;
	assert_string_equal(
		names("select t.name from person_table t where t.rows = 'none' "
		      "and has_any_column_privilege('mobb_person', t.name, "
		      "'select') order by 1"),
		"");
	assert_string_equal(
		names("select t.name from person_table t where t.adds <> "
		      "has_table_privilege('mobb_person', t.name, 'insert') "
		      "or t.removes <> "
		      "has_table_privilege('mobb_person', t.name, 'delete') "
		      "or (t.changes <> '') <> has_any_column_privilege("
		      "'mobb_person', t.name, 'update') order by 1"),
		"");
	assert_string_equal(
		names("select attname::text from pg_attribute "
		      "where attrelid = 'letter'::regclass and attnum > 0 "
		      "and not attisdropped and not has_column_privilege("
		      "'mobb_person', 'letter', attnum, 'select') "
		      "order by attnum"),
		"bsn subject body address docs ");
	/* Who has a box is nobody's business. */
	assert_string_equal(
		names("select relname::text " OURS "and c.relkind = 'v' "
		      "and has_any_column_privilege('mobb_person', c.oid, "
		      "'select') and not coalesce("
		      "'security_invoker=true' = any (c.reloptions), false)"),
		"");
	/* What the owner's sessions can do for others is named here. */
	assert_string_equal(
		names("select proname::text from pg_proc where prosecdef "
		      "and pronamespace = 'public'::regnamespace order by 1"),
		"letter_abroad letter_bsn_end letter_corrected letter_open "
		"mobb_counted mobb_ledger mobb_limit_row mobb_recorded "
		"site_key_is ");
	assert_string_equal(
		names("select proname::text from pg_proc where prosecdef "
		      "and pronamespace = 'public'::regnamespace "
		      "and not coalesce('search_path=public, pg_temp' "
		      "= any (proconfig), false)"),
		"");
}

static void
test_person__rules_are_those_of_the_jobs_file(void **state)
{
	static char name[] = "voorbeeld", oin[] = "00000099000000010000",
		    woz[] = "woz", beheer[] = "beheer", quoted[] = "o'neil";
	struct jobs_sender sender = { .name = name, .oin = oin };
	struct jobs_stream stream = {
		.name = woz, .sender = name, .sender_is = &sender
	};
	char *shared[] = { beheer, quoted };
	struct jobs jobs = { .persons_on = true,
		.shared_logins = shared,
		.shared_login_count = 2,
		.streams = &stream,
		.stream_count = 1 };
	struct person who;
	bool may = true;

	(void)state;
	OK(store_person_rules(books, &jobs, &why));
	OK(store_person_rules(books, &jobs, &why));
	assert_string_equal(
		names("select name from shared_login order by 1 desc"),
		"o'neil beheer ");
	assert_string_equal(
		names("select stream || '/' || sender || '/' || oin "
		      "from stream_sender"),
		"woz/voorbeeld/00000099000000010000 ");
	jobs.persons_on = false;
	jobs.shared_login_count = 0;
	OK(store_person_rules(books, &jobs, &why));
	assert_string_equal(names("select name from shared_login"), "");
	OK(store_person(books, &who, &why));
	assert_true(who.owner);
	assert_false(who.person);
	assert_string_equal(who.name, "mobb");
	OK(store_person_may(books, PERSON_RELEASE, NULL, &may, &why));
}

static void
test_person__rights_come_and_go(void **state)
{
	struct person_change c = { .name = "Anna.de-V",
		.may = "release",
		.sender = "voorbeeld",
		.person = "root",
		.reason = "test",
		.now_ms = NOW };
	struct person_right *rights;
	size_t count;

	(void)state;
	OK(store_person_add(books, &c, &why));
	c.may = "look";
	c.sender = "";
	OK(store_person_add(books, &c, &why));
	OK(store_person_add(books, &c, &why));
	OK(store_person_list(books, &mem, &rights, &count, &why));
	assert_int_equal(count, 2);
	assert_string_equal(rights[0].person, "Anna.de-V");
	assert_string_equal(rights[0].may, "look");
	assert_string_equal(rights[0].sender, "");
	assert_string_equal(rights[1].sender, "voorbeeld");
	OK(store_person_remove(books, &c, &why));
	assert_int_equal(store_person_remove(books, &c, &why), V_SKIP);
	assert_int_equal(why.code, CODE_NO_JOB);
	c.may = "";
	OK(store_person_remove(books, &c, &why));
	OK(store_person_list(books, &mem, &rights, &count, &why));
	assert_int_equal(count, 0);
	assert_string_equal(names("select rolname::text from pg_roles "
				  "where rolname = 'Anna.de-V'"),
		"");
}

/* --- two persons; here the program says who they are --- */

static size_t
agreed(const char *id, int *persons_out)
{
	struct consent *list;
	size_t count;

	OK(store_consent_list(
		books, id, &mem, &list, &count, persons_out, &why));
	assert_int_equal(job_now(id).consents, count);
	return count;
}

static void
test_person__two_let_a_job_go(void **state)
{
	static const char id[] = "20260210-twop";
	struct fault reason = { .code = CODE_HELD, .text = "two persons" };
	int persons = 0;

	(void)state;
	make_split(id, "twop", "twop", 1, 5);
	OK(store_job_persons(books, id, 2, &why));
	make_ways(id, 1);
	assert_int_equal(
		store_consent_give(books, id, "anna", 5, "seen", NOW, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_STATE);
	OK(store_job_routed(books, id, true, &reason, NOW, &why));
	assert_int_equal(agreed(id, &persons), 0);
	assert_int_equal(persons, 2);
	assert_int_equal(
		store_job_release(books, id, "anna", "alone", NOW, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_SECOND_PERSON);
	assert_int_equal(
		store_consent_give(books, id, "anna", 4, "seen", NOW, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_TYPED);
	OK(store_consent_give(books, id, "anna", 5, "seen", NOW, &why));
	OK(store_consent_give(books, id, "anna", 5, "again", NOW, &why));
	assert_int_equal(agreed(id, &persons), 1);
	assert_int_equal(
		store_job_release(books, id, "anna", "alone", NOW, &why),
		V_SKIP);
	OK(store_consent_withdraw(books, id, "anna", "no", NOW, &why));
	assert_int_equal(
		store_consent_withdraw(books, id, "anna", "no", NOW, &why),
		V_SKIP);
	assert_int_equal(agreed(id, &persons), 0);
	OK(store_consent_give(books, id, "anna", 5, "seen", NOW, &why));
	OK(store_consent_give(books, id, "bob", 5, "seen", NOW, &why));
	OK(store_job_release(books, id, "bob", "both", NOW, &why));
	assert_int_equal(job_now(id).state, JOB_RELEASED);
}

static void
test_person__production_is_released_by_persons_only(void **state)
{
	struct job_new job = job_of("20260210-prod", "prod", 77);
	struct fault reason = { .code = CODE_HELD, .text = "a person" };
	uint8_t bsn_key[16] = { 0 };
	struct split *split = NULL;
	struct attachment doc;
	struct letter l = letter_of("prod", 1, &doc);

	(void)state;
	job.environment = "production";
	OK(store_job_receive(books, &job, &why));
	OK(store_split_begin(books, job.id, 1, &split, &why));
	OK(store_split_letter(split, &l, bsn_key, &why));
	OK(split_end(split, 1, 100));
	store_split_close(split);
	make_ways(job.id, 1);
	OK(store_job_routed(books, job.id, true, &reason, NOW, &why));
	assert_int_equal(
		store_job_release(books, job.id, "anna", "x", NOW, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_SHARED_LOGIN);
	assert_int_equal(job_now(job.id).state, JOB_HELD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_person__no_table_is_forgotten),
		cmocka_unit_test(test_person__grants_are_those_of_the_list),
		cmocka_unit_test(test_person__rules_are_those_of_the_jobs_file),
		cmocka_unit_test(test_person__rights_come_and_go),
		cmocka_unit_test(test_person__two_let_a_job_go),
		cmocka_unit_test(
			test_person__production_is_released_by_persons_only),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
