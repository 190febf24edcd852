/* tests/store/test_open.c - the cluster, safe servers, locks, waiting
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <pthread.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "tests/store/books.h"

static void
test_open__a_running_cluster_is_found_again(void **state)
{
	char again[400];

	(void)state;
	OK(store_cluster_start(cluster_dir, again, &why));
	assert_string_equal(again, conninfo);
}

static void
test_open__two_may_start_at_once(void **state)
{
	char dir[64], info[400];
	int status, i;
	pid_t pids[2];

	(void)state;
	snprintf(dir, sizeof(dir), "%s", cluster_dir);
	*strrchr(dir, '/') = '\0';
	strcat(dir, "/two");
	for (i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct store *s = NULL;

			if (store_cluster_start(dir, info, &why) != V_OK ||
				store_open(info, &s, &why) != V_OK ||
				store_migrate(s, &why) != V_OK)
				_exit(1);
			_exit(0);
		}
	}
	for (i = 0; i < 2; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	OK(store_cluster_stop(dir, &why));
	OK(store_cluster_stop(dir, &why));
}

static void
test_open__a_long_path_gets_its_socket_in_tmp(void **state)
{
	struct store *s = NULL;
	char dir[256], info[400];

	(void)state;
	snprintf(dir, sizeof(dir), "%s", cluster_dir);
	*strrchr(dir, '/') = '\0';
	strcat(dir, "/with a blank and a name that is much longer than a "
		    "socket can bear, it's \"long\"");
	OK(store_cluster_start(dir, info, &why));
	assert_non_null(strstr(info, "/tmp/mobb-"));
	OK(store_open(info, &s, &why));
	store_close(s);
	OK(store_cluster_stop(dir, &why));
	*strchr(strchr(info, '/'), ' ') = '\0';
	assert_int_equal(rmdir(strchr(info, '/')), 0);
}

static void
test_open__what_cannot_start_says_so(void **state)
{
	char info[400] = "untouched", dir[128];

	(void)state;
	assert_int_equal(store_cluster_start("db", info, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_DATABASE_START);
	snprintf(dir, sizeof(dir), "%s/none/such", cluster_dir);
	assert_int_equal(store_cluster_start(dir, info, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_DATABASE_START);
	assert_string_equal(info, "untouched");
	OK(store_cluster_stop(dir, &why));
}

static void
test_open__no_server_means_later(void **state)
{
	struct store *s = NULL;

	(void)state;
	assert_int_equal(
		store_open("host=/nowhere dbname=mobb", &s, &why), V_LATER);
	assert_int_equal(why.code, CODE_DATABASE);
	assert_null(s);
	store_close(NULL);
}

static void
test_open__a_server_that_forgets_is_refused(void **state)
{
	char unsafe[512], dir[64], info[400], conf[128];
	struct store *s = NULL;
	FILE *f;

	(void)state;
	snprintf(unsafe, sizeof(unsafe),
		"%s options='-c synchronous_commit=off'", conninfo);
	assert_int_equal(store_open(unsafe, &s, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_DATABASE_UNSAFE);
	assert_non_null(strstr(why.text, "synchronous_commit"));

	snprintf(dir, sizeof(dir), "%s", cluster_dir);
	*strrchr(dir, '/') = '\0';
	strcat(dir, "/fsync");
	OK(store_cluster_start(dir, info, &why));
	OK(store_cluster_stop(dir, &why));
	snprintf(conf, sizeof(conf), "%s/data/postgresql.conf", dir);
	f = fopen(conf, "a");
	assert_non_null(f);
	assert_true(fputs("fsync = off\n", f) >= 0);
	assert_int_equal(fclose(f), 0);
	OK(store_cluster_start(dir, info, &why));
	assert_int_equal(store_open(info, &s, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_DATABASE_UNSAFE);
	assert_non_null(strstr(why.text, "fsync"));
	assert_null(s);
	OK(store_cluster_stop(dir, &why));
}

static void
test_open__migrating_twice_changes_nothing(void **state)
{
	(void)state;
	OK(store_migrate(books, &why));
	OK(store_migrate(books, &why));
	/* A schema from the future is refused. */
	OK(pg_do(books->pg, "insert into schema_version values (9999, 'x')",
		NULL, NULL, &why));
	assert_int_equal(store_migrate(books, &why), V_BROKEN);
	assert_int_equal(why.code, CODE_DATABASE_VERSION);
	OK(pg_do(books->pg, "delete from schema_version where number = 9999",
		NULL, NULL, &why));
}

static void
test_open__what_the_server_forbids_says_so(void **state)
{
	struct pg_rows rows = PG_ROWS_NONE;

	(void)state;
	assert_int_equal(pg_ask(books->pg, "select count(*) from pg_authid",
				 NULL, &rows, &why),
		V_BROKEN);
	assert_int_equal(why.code, CODE_NOT_ALLOWED);
}

static void
test_open__one_supervisor_and_no_roles_of_another(void **state)
{
	struct store *a = NULL, *b = NULL, *role = NULL;
	int64_t begin_ms;

	(void)state;
	OK(store_open(conninfo, &a, &why));
	OK(store_open(conninfo, &b, &why));
	OK(store_open(conninfo, &role, &why));
	OK(store_lock_supervisor(a, false, &why));
	OK(store_lock_role(role, &why));
	assert_int_equal(store_lock_supervisor(b, false, &why), V_LATER);
	assert_int_equal(why.code, CODE_BUSY);
	begin_ms = clock_tick_ms();
	assert_int_equal(store_lock_supervisor(b, true, &why), V_LATER);
	assert_int_equal(why.code, CODE_BUSY);
	assert_in_range(clock_tick_ms() - begin_ms, 900, 5000);
	/* The supervisor dies, its role is still at work. */
	store_close(a);
	assert_int_equal(store_lock_supervisor(b, true, &why), V_LATER);
	assert_int_equal(why.code, CODE_BUSY);
	store_close(role);
	OK(store_lock_supervisor(b, true, &why));
	/* Its own roles may work now. */
	OK(store_open(conninfo, &role, &why));
	OK(store_lock_role(role, &why));
	OK(store_lock_role(role, &why));
	store_close(role);
	store_close(b);
}

static void
test_open__listening_is_a_lock(void **state)
{
	struct store *a = NULL;
	bool is = true;

	(void)state;
	OK(store_open(conninfo, &a, &why));
	OK(store_listening(books, "127.0.0.1:18443", &is, &why));
	assert_false(is);
	OK(store_lock_listener(a, "127.0.0.1:18443", &why));
	OK(store_listening(books, "127.0.0.1:18443", &is, &why));
	assert_true(is);
	OK(store_listening(books, "127.0.0.1:18444", &is, &why));
	assert_false(is);
	assert_int_equal(
		store_lock_listener(books, "127.0.0.1:18443", &why), V_LATER);
	assert_int_equal(why.code, CODE_BUSY);
	store_close(a);
	do {
		OK(store_listening(books, "127.0.0.1:18443", &is, &why));
	} while (is); /* until the server saw it */
}

static void
test_open__waiting_ends_with_a_change(void **state)
{
	struct job_new job = job_of("20260301-wait", "wait", 250);
	int64_t begin_ms = clock_tick_ms();
	struct store *other = NULL;
	int pipes[2];

	(void)state;
	OK(store_open(conninfo, &other, &why));
	store_wait(books, 0, -1); /* take what was left */
	begin_ms = clock_tick_ms();
	store_wait(books, 60, -1);
	assert_in_range(clock_tick_ms() - begin_ms, 50, 5000);
	OK(store_job_receive(other, &job, &why));
	begin_ms = clock_tick_ms();
	store_wait(books, 20000, -1);
	assert_in_range(clock_tick_ms() - begin_ms, 0, 10000);
	/* Its own changes wake nobody. */
	store_wait(other, 0, -1);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(write(pipes[1], "x", 1), 1);
	begin_ms = clock_tick_ms();
	store_wait(books, 20000, pipes[0]);
	assert_in_range(clock_tick_ms() - begin_ms, 0, 10000);
	(void)close(pipes[0]);
	(void)close(pipes[1]);
	store_close(other);
}

static void
test_open__words_of_states_are_those_of_the_program(void **state)
{
	struct pg_rows rows = PG_ROWS_NONE;
	int i;

	(void)state;
	OK(pg_ask(books->pg, "select noun, state, word from state_word", NULL,
		&rows, &why));
	assert_int_equal(rows.count, 10 + 11 + 14);
	for (i = 0; i < rows.count; i++) {
		const char *noun = pg_text(&rows, i, 0, &mem);
		int64_t n = pg_int(&rows, i, 1);
		const char *word = noun[0] == 'j' ? job_word((enum job_state)n)
				   : noun[1] == 'o'
					   ? lot_word((enum lot_state)n)
					   : letter_word((enum letter_state)n);

		assert_string_equal(pg_text(&rows, i, 2, &mem), word);
	}
	pg_rows_done(&rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open__a_running_cluster_is_found_again),
		cmocka_unit_test(test_open__two_may_start_at_once),
		cmocka_unit_test(test_open__a_long_path_gets_its_socket_in_tmp),
		cmocka_unit_test(test_open__what_cannot_start_says_so),
		cmocka_unit_test(test_open__no_server_means_later),
		cmocka_unit_test(test_open__a_server_that_forgets_is_refused),
		cmocka_unit_test(test_open__migrating_twice_changes_nothing),
		cmocka_unit_test(test_open__what_the_server_forbids_says_so),
		cmocka_unit_test(
			test_open__one_supervisor_and_no_roles_of_another),
		cmocka_unit_test(test_open__listening_is_a_lock),
		cmocka_unit_test(test_open__waiting_ends_with_a_change),
		cmocka_unit_test(
			test_open__words_of_states_are_those_of_the_program),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, books_open, books_close);
}
