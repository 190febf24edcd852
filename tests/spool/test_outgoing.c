/* tests/spool/test_outgoing.c - the supplier sees a whole file or the one before
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/spool/room.h"

#include "base/archive.h"

static struct room room;

static int
make(void **state)
{
	(void)state;
	room_make(&room);
	return 0;
}

static int
done(void **state)
{
	(void)state;
	room_done(&room);
	return 0;
}

static struct spool_out *
begin(const char *name)
{
	struct spool_out *out = NULL;
	struct fault why;

	assert_int_equal(
		spool_out_begin(room.spool, "woz", name, &out, &why), V_OK);
	return out;
}

static void
holds(const char *path, const char *text)
{
	struct buf b = BUF_MAX(1000);
	struct fault why;

	assert_int_equal(file_get(room.fd, path, &b, &why), V_OK);
	assert_string_equal(b.bytes, text);
	buf_done(&b);
}

static void
test_out__a_file_is_seen_when_it_is_whole(void **state)
{
	struct spool_out *out = begin("a.xml.report.csv");
	struct fault why;

	(void)state;
	assert_int_equal(spool_out_add(out, "one ", 4, &why), V_OK);
	assert_int_equal(spool_out_add(out, "two", 3, &why), V_OK);
	assert_false(room_has(&room, "out/woz/a.xml.report.csv"));
	assert_true(room_has(&room, "out/woz/.a.xml.report.csv.tmp"));
	assert_int_equal(spool_out_end(out, &why), V_OK);
	holds("out/woz/a.xml.report.csv", "one two");
	assert_int_equal(room_count(&room, "out/woz"), 1);
}

static void
test_out__the_file_before_stays_until_the_next_is_whole(void **state)
{
	struct spool_out *out = begin("a.csv");
	struct fault why;

	(void)state;
	assert_int_equal(spool_out_add(out, "old", 3, &why), V_OK);
	assert_int_equal(spool_out_end(out, &why), V_OK);
	out = begin("a.csv");
	assert_int_equal(spool_out_add(out, "n", 1, &why), V_OK);
	holds("out/woz/a.csv", "old");
	spool_out_cancel(out);
	holds("out/woz/a.csv", "old");
	assert_int_equal(room_count(&room, "out/woz"), 1);
	/* Shorter, over what a dead writer left under the hidden name. */
	room_text(&room, "out/woz/.a.csv.tmp", "left behind");
	out = begin("a.csv");
	assert_int_equal(spool_out_add(out, "n", 1, &why), V_OK);
	assert_int_equal(spool_out_end(out, &why), V_OK);
	holds("out/woz/a.csv", "n");
	spool_out_cancel(NULL);
}

static void
test_out__a_writer_of_its_own_may_fill_it(void **state)
{
	struct spool_out *out = begin("a.zip");
	struct archive_out *zip = NULL;
	struct buf b = BUF_MAX(1000);
	struct fault why;

	(void)state;
	assert_int_equal(
		archive_create(spool_out_fd(out), false, &zip, &why), V_OK);
	assert_int_equal(archive_member_begin(zip, "x.csv", 5, &why), V_OK);
	assert_int_equal(archive_member_add(zip, "hello", 5, &why), V_OK);
	assert_int_equal(archive_finish(zip, &why), V_OK);
	assert_int_equal(spool_out_end(out, &why), V_OK);
	assert_int_equal(file_get(room.fd, "out/woz/a.zip", &b, &why), V_OK);
	assert_memory_equal(b.bytes, "PK\3\4", 4);
	buf_done(&b);
}

static void
test_out__names_stay_in_their_folder(void **state)
{
	static const char *const names[] = { "", ".x", "../x", "a/b", "a b",
		"caf\xc3\xa9" };
	char name[SPOOL_OUT_NAME_MAX + 2];
	struct spool_out *out = NULL;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(spool_out_begin(room.spool, "woz", names[i],
					 &out, &why),
			V_BROKEN);
		assert_int_equal(why.code, CODE_NAME);
	}
	assert_int_equal(spool_out_begin(room.spool, "../in", "x", &out, &why),
		V_BROKEN);
	assert_null(out);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(
		spool_out_begin(room.spool, "woz", name, &out, &why), V_BROKEN);
	name[SPOOL_OUT_NAME_MAX] = '\0';
	out = begin(name);
	assert_int_equal(spool_out_end(out, &why), V_OK);
	/* A stream that is no longer in the jobs file still has reports. */
	assert_int_equal(
		spool_out_begin(room.spool, "gone", "x", &out, &why), V_OK);
	assert_int_equal(spool_out_end(out, &why), V_OK);
	assert_true(room_has(&room, "out/gone/x"));
}

static void
test_out__what_dead_writers_left_is_removed_at_the_next_start(void **state)
{
	struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	struct spool *again = NULL;
	struct fault why;

	(void)state;
	room_text(&room, "out/woz/.dead.csv.tmp", "x");
	room_text(&room, "out/woz/.busy.csv.tmp", "x");
	room_text(&room, "out/woz/kept.tmp", "x");
	assert_int_equal(
		utimensat(room.fd, "out/woz/.dead.csv.tmp", old, 0), 0);
	assert_int_equal(utimensat(room.fd, "out/woz/kept.tmp", old, 0), 0);
	assert_int_equal(
		spool_open(room.path, room_streams, 2, &again, &why), V_OK);
	spool_close(again);
	assert_false(room_has(&room, "out/woz/.dead.csv.tmp"));
	assert_true(room_has(&room, "out/woz/.busy.csv.tmp"));
	assert_true(room_has(&room, "out/woz/kept.tmp"));
}

static void
test_out__a_file_that_vanishes_while_written_is_an_error(void **state)
{
	struct spool_out *out = begin("a.csv");
	struct fault why;

	(void)state;
	assert_int_equal(unlinkat(room.fd, "out/woz/.a.csv.tmp", 0), 0);
	assert_int_equal(spool_out_end(out, &why), V_BROKEN);
	assert_false(room_has(&room, "out/woz/a.csv"));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make, done)
	const struct CMUnitTest tests[] = {
		T(test_out__a_file_is_seen_when_it_is_whole),
		T(test_out__the_file_before_stays_until_the_next_is_whole),
		T(test_out__a_writer_of_its_own_may_fill_it),
		T(test_out__names_stay_in_their_folder),
		T(test_out__what_dead_writers_left_is_removed_at_the_next_start),
		T(test_out__a_file_that_vanishes_while_written_is_an_error),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
