/* tests/spool/test_watch.c - only what is complete is seen, and nothing twice
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <poll.h>

#include "tests/spool/room.h"

#include "base/clock.h"

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

static const char *
next(const struct spool_rule *rule, int64_t now_ms)
{
	static char name[SPOOL_DROPPED_MAX];
	struct fault why = FAULT_NONE;
	enum verdict v = spool_next(room.spool, rule, now_ms, name, &why);

	assert_true(v == V_OK || v == V_END);
	return v == V_OK ? name : "";
}

static void
test_next__files_come_in_order_of_names(void **state)
{
	struct spool_rule rule = { .stream = "woz" };

	(void)state;
	assert_string_equal(next(&rule, NOW), "");
	room_text(&room, "in/woz/b.xml", "b");
	room_text(&room, "in/woz/a.xml", "a");
	room_text(&room, "in/other/0.xml", "0");
	assert_string_equal(next(&rule, NOW), "a.xml");
	assert_int_equal(unlinkat(room.fd, "in/woz/a.xml", 0), 0);
	assert_string_equal(next(&rule, NOW), "b.xml");
}

static void
test_next__what_is_unfinished_is_no_batch_file(void **state)
{
	static const char *const names[] = { ".a.xml", "a.xml.part",
		"a.xml.tmp", "a.xml.filepart", "a.xml.ready", "a.xml.trigger",
		"a.xml.totals", "a.xml.sha256" };
	struct spool_rule rule = { .stream = "woz" };
	char path[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "in/woz/%s", names[i]);
		room_text(&room, path, "x");
	}
	assert_string_equal(next(&rule, NOW), "");
}

static void
test_next__with_sidecars_only_the_signalled_file(void **state)
{
	struct spool_rule rule = { .stream = "woz", .sidecar = true };

	(void)state;
	room_text(&room, "in/woz/a.xml", "a");
	room_text(&room, "in/woz/b.xml", "b");
	assert_string_equal(next(&rule, NOW), "");
	room_text(&room, "in/woz/b.xml.sha256", "");
	assert_string_equal(next(&rule, NOW), "b.xml");
	room_text(&room, "in/woz/a.xml.ready", "");
	assert_string_equal(next(&rule, NOW), "a.xml");
}

static void
test_next__a_quiet_file_is_complete_and_a_busy_one_is_not(void **state)
{
	struct spool_rule rule = { .stream = "woz", .quiet_ms = 30000 };
	struct timespec old[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	int64_t now = clock_now_ms();

	(void)state;
	room_text(&room, "in/woz/a.xml", "a");
	/* An old modification time, as a copy keeps it, proves nothing. */
	assert_int_equal(utimensat(room.fd, "in/woz/a.xml", old, 0), 0);
	assert_string_equal(next(&rule, now), "");
	assert_string_equal(next(&rule, now + 29000), "");
	assert_string_equal(next(&rule, now + 31000), "a.xml");
}

/* --- what waits --- */

static struct arena mem;
static struct spool_wait *waits;

static size_t
waiting(const struct spool_rule *rule, int64_t now_ms)
{
	struct fault why = FAULT_NONE;
	size_t count = 0;

	arena_done(&mem);
	assert_int_equal(spool_waits(room.spool, rule, now_ms, &mem, &waits,
				 &count, &why),
		V_OK);
	return count;
}

static void
test_waits__a_file_without_its_sidecar_is_late_after_its_time(void **state)
{
	struct spool_rule rule = {
		.stream = "woz", .sidecar = true, .set_ms = 60000
	};
	int64_t now = clock_now_ms();

	(void)state;
	assert_int_equal(waiting(&rule, now), 0);
	room_text(&room, "in/woz/two words.xml", "hello");
	assert_int_equal(waiting(&rule, now), 1);
	assert_string_equal(waits[0].name, "two%20words.xml");
	assert_int_equal(waits[0].code, CODE_GROWING);
	assert_non_null(strstr(waits[0].text, "no sidecar"));
	assert_int_equal(waits[0].bytes, 5);
	assert_true(waits[0].changed_ms >= now - 1000);
	assert_false(waits[0].late);
	assert_int_equal(waiting(&rule, now + 59000), 1);
	assert_false(waits[0].late);
	assert_int_equal(waiting(&rule, now + 62000), 1);
	assert_true(waits[0].late);
	/* It is never taken for that: the supplier is asked. */
	assert_string_equal(next(&rule, now + 62000), "");
	room_text(&room, "in/woz/two words.xml.ready", "");
	assert_int_equal(waiting(&rule, now + 62000), 0);
	arena_done(&mem);
}

static void
test_waits__a_file_that_keeps_growing_is_late_by_its_birth(void **state)
{
	struct spool_rule rule = {
		.stream = "woz", .quiet_ms = 90000, .set_ms = 60000
	};
	int64_t now = clock_now_ms();

	(void)state;
	room_text(&room, "in/woz/a.xml", "hello");
	assert_int_equal(waiting(&rule, now), 1);
	assert_int_equal(waits[0].code, CODE_GROWING);
	assert_non_null(strstr(waits[0].text, "may still grow"));
	assert_false(waits[0].late);
	assert_string_equal(next(&rule, now + 62000), "");
	assert_int_equal(waiting(&rule, now + 62000), 1);
	assert_true(waits[0].late);
	assert_int_equal(waiting(&rule, now + 92000), 0);
	arena_done(&mem);
}

static void
test_waits__a_set_says_which_part_is_missing(void **state)
{
	struct spool_rule rule = { .stream = "woz", .parts = true };
	int64_t now = clock_now_ms();
	int i;
	char path[64];

	(void)state;
	for (i = 1; i <= 5; i++) {
		snprintf(path, sizeof(path), "in/woz/abcdefgh_%d%s.xml", i,
			i == 5 ? "_laatste" : "");
		if (i != 4)
			room_text(&room, path, "abc");
	}
	room_text(&room, "in/woz/whole.xml", "x");
	assert_int_equal(waiting(&rule, now), 1);
	assert_string_equal(waits[0].name, "abcdefgh_5_laatste.xml");
	assert_string_equal(waits[0].text, "has 1-3, 5 of a set; 4 is missing");
	assert_int_equal(waits[0].code, CODE_GROWING);
	assert_int_equal(waits[0].bytes, 12);
	assert_int_equal(waits[0].missing_bytes, 0);
	/* A set that is wrong, but whose parts still grow, says so. */
	room_text(&room, "in/woz/abcdefgh_05.xml", "abc");
	assert_int_equal(waiting(&rule, now), 0);
	rule.quiet_ms = 60000;
	assert_int_equal(waiting(&rule, now), 2);
	assert_int_equal(waits[0].code, CODE_PARTS);
	arena_done(&mem);
}

static void
test_waits__too_little_disk_says_how_much_is_missing(void **state)
{
	struct spool_rule rule = { .stream = "woz" };
	int fd = openat(
		room.fd, "in/woz/a.zip", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	(void)state;
	/* A hole of 8 TB takes no room, but working on it would. */
	if (fd == -1 || pwrite(fd, "PK\3\4PK", 6, 0) != 6 ||
		ftruncate(fd, INT64_C(8) << 40) == -1) {
		close(fd);
		skip();
	}
	close(fd);
	assert_int_equal(waiting(&rule, clock_now_ms()), 1);
	assert_int_equal(waits[0].code, CODE_DISK_FULL);
	assert_true(waits[0].missing_bytes > INT64_C(1) << 40);
	assert_non_null(strstr(waits[0].text, "bytes of disk are missing"));
	arena_done(&mem);
}

static void
test_watch__a_drop_wakes_us(void **state)
{
	struct pollfd p = { .fd = spool_watch_fd(room.spool),
		.events = POLLIN };

	(void)state;
	if (p.fd == -1)
		skip();
	assert_int_equal(poll(&p, 1, 0), 0);
	room_text(&room, "in/other/a.xml", "a");
	assert_int_equal(poll(&p, 1, 1000), 1);
	spool_watched(room.spool);
	assert_int_equal(poll(&p, 1, 0), 0);
}

static void
test_open__again_finds_everything_in_place(void **state)
{
	static const char *const bad[] = { "../x" };
	struct spool *again = NULL;
	struct fault why;

	(void)state;
	room_text(&room, "in/woz/a.xml", "a");
	assert_int_equal(
		spool_open(room.path, room_streams, 2, &again, &why), V_OK);
	spool_close(again);
	spool_close(NULL);
	assert_true(room_has(&room, "in/woz/a.xml"));
	assert_int_equal(spool_open(room.path, bad, 1, &again, &why), V_BROKEN);
	assert_int_equal(
		spool_open("/dev/null", NULL, 0, &again, &why), V_BROKEN);
}

static void
test_look_open__sees_what_waits_and_makes_nothing(void **state)
{
	const struct spool_rule rule = { .stream = "woz", .sidecar = true };
	struct arena found_mem = ARENA_EMPTY;
	struct spool_wait *found;
	struct spool *look = NULL;
	struct fault why;
	char path[300];
	size_t count;

	(void)state;
	room_text(&room, "in/woz/a.xml", "a");
	room_text(&room, "out/woz/.x.tmp", "of a writer that is at work");
	assert_int_equal(spool_look_open(room.path, &look, &why), V_OK);
	assert_int_equal(spool_waits(look, &rule, clock_now_ms(), &found_mem,
				 &found, &count, &why),
		V_OK);
	assert_int_equal(count, 1);
	assert_string_equal(found[0].name, "a.xml");
	assert_true(room_has(&room, "out/woz/.x.tmp"));
	spool_close(look);
	snprintf(path, sizeof(path), "%s/nothing", room.path);
	assert_int_not_equal(spool_look_open(path, &look, &why), V_OK);
	assert_false(room_has(&room, "nothing"));
	arena_done(&found_mem);
}

static void
test_name_ok__what_would_never_be_taken_is_no_name(void **state)
{
	static const char *const bad[] = { "a b.xml", ".a.xml", "a.xml.part",
		"a.xml.totals", "", "content" };
	size_t i;

	(void)state;
	assert_true(spool_name_ok("a-1_laatste.xml"));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(spool_name_ok(bad[i]));
}

static void
test_working__jobs_come_in_order_and_empty_ones_go(void **state)
{
	static const char *const jobs[] = { "20260215-aaaa", "20260214-zzzz",
		"20260216-bbbb" };
	char job[SPOOL_JOBID_MAX] = "", path[64];
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "work/%s", jobs[i]);
		assert_int_equal(mkdirat(room.fd, path, 0700), 0);
		if (i == 2)
			continue; /* crashed right behind mkdir */
		snprintf(path, sizeof(path), "work/%s/.claim", jobs[i]);
		room_text(&room, path, "woz\na.xml\n\n");
		snprintf(path, sizeof(path), "work/%s/a.xml", jobs[i]);
		room_text(&room, path, "hello");
	}
	/* Crashed before the rename of the file, and in the middle of a sweep
	 * of one that a claim had just won.
	 */
	assert_int_equal(mkdirat(room.fd, "work/20260217-cccc", 0700), 0);
	room_text(&room, "work/20260217-cccc/.claiming", "woz\na.xml\n\n");
	assert_int_equal(mkdirat(room.fd, "work/.void-20260218-dddd", 0700), 0);
	room_text(
		&room, "work/.void-20260218-dddd/.claiming", "woz\na.xml\n\n");
	room_text(&room, "work/.void-20260218-dddd/a.xml", "hello");
	room_text(&room, "work/unknown", "not ours");

	assert_int_equal(spool_working(room.spool, "", job, &why), V_OK);
	assert_string_equal(job, "20260214-zzzz");
	assert_int_equal(spool_working(room.spool, job, job, &why), V_OK);
	assert_string_equal(job, "20260215-aaaa");
	assert_int_equal(spool_working(room.spool, job, job, &why), V_OK);
	assert_string_equal(job, "20260218-dddd");
	assert_int_equal(spool_working(room.spool, job, job, &why), V_END);
	assert_false(room_has(&room, "work/20260216-bbbb"));
	assert_false(room_has(&room, "work/20260217-cccc"));
	assert_int_equal(room_count(&room, "work"), 4);
}

static struct claim
claimed(const char *text)
{
	struct claim claim = CLAIM_NONE;
	struct fault why = FAULT_NONE;

	room_text(&room, "in/woz/a.xml", text);
	assert_int_equal(
		spool_claim(room.spool, "woz", "a.xml", NOW, &claim, &why),
		V_OK);
	return claim;
}

static void
test_done__moves_once_and_says_so_twice(void **state)
{
	struct claim claim = claimed("one"), second;
	struct fault why;

	(void)state;
	assert_int_equal(spool_done(room.spool, claim.job, &why), V_OK);
	assert_true(room_has(&room, "done/%s/a.xml", claim.job));
	assert_int_equal(spool_done(room.spool, claim.job, &why), V_OK);
	assert_int_equal(
		spool_done(room.spool, "20000101-aaaa", &why), V_BROKEN);
	claim_close(&claim);
	/* The same name again overwrites nothing. */
	second = claimed("two");
	assert_int_equal(spool_done(room.spool, second.job, &why), V_OK);
	assert_int_equal(room_count(&room, "done"), 2);
	claim_close(&second);
}

static void
test_refuse__the_reason_lies_beside_the_file(void **state)
{
	struct claim claim = claimed("one");
	struct buf b = BUF_MAX(100);
	struct fault why;
	char path[100];

	(void)state;
	claim_close(&claim);
	assert_int_equal(spool_refuse(room.spool, claim.job, "a.xml",
				 "MOBB-0115\n", &why),
		V_OK);
	assert_int_equal(
		spool_refuse(room.spool, claim.job, "a.xml", "again\n", &why),
		V_OK);
	snprintf(path, sizeof(path), "bad/%s/a.xml.reason", claim.job);
	assert_int_equal(file_get(room.fd, path, &b, &why), V_OK);
	assert_string_equal(b.bytes, "MOBB-0115\n");
	assert_true(room_has(&room, "bad/%s/a.xml", claim.job));
	assert_int_equal(room_count(&room, "work"), 0);
	buf_done(&b);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make, done)
	const struct CMUnitTest tests[] = {
		T(test_next__files_come_in_order_of_names),
		T(test_next__what_is_unfinished_is_no_batch_file),
		T(test_next__with_sidecars_only_the_signalled_file),
		T(test_next__a_quiet_file_is_complete_and_a_busy_one_is_not),
		T(test_waits__a_file_without_its_sidecar_is_late_after_its_time),
		T(test_waits__a_file_that_keeps_growing_is_late_by_its_birth),
		T(test_waits__a_set_says_which_part_is_missing),
		T(test_waits__too_little_disk_says_how_much_is_missing),
		T(test_watch__a_drop_wakes_us),
		T(test_open__again_finds_everything_in_place),
		T(test_look_open__sees_what_waits_and_makes_nothing),
		T(test_name_ok__what_would_never_be_taken_is_no_name),
		T(test_working__jobs_come_in_order_and_empty_ones_go),
		T(test_done__moves_once_and_says_so_twice),
		T(test_refuse__the_reason_lies_beside_the_file),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
