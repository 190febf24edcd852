/* tests/spool/test_crash.c - killed at any step, a file is still there, once
 *
 * The steps that change a folder are counted here, before libc's own; a child
 * process ends at step n, and what it left is taken up as after a crash.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tests/spool/room.h"

#define CRASHED 77
#define STEPS_MAX 200

static int step, crash_at; /* 0: never; odd: before a call, even: after it */

static void
tick(void)
{
	if (++step == crash_at)
		_exit(CRASHED);
}

int
renameat(int from_at, const char *from, int to_at, const char *to)
{
	long status;

	tick();
	status = syscall(SYS_renameat2, from_at, from, to_at, to, 0);
	tick();
	return (int)status;
}

int
mkdirat(int at, const char *name, mode_t mode)
{
	long status;

	tick();
	status = syscall(SYS_mkdirat, at, name, mode);
	tick();
	return (int)status;
}

int
unlinkat(int at, const char *name, int flags)
{
	long status;

	tick();
	status = syscall(SYS_unlinkat, at, name, flags);
	tick();
	return (int)status;
}

int
fsync(int fd)
{
	tick();
	(void)fd; /* nothing pulls the plug here */
	tick();
	return 0;
}

enum road {
	ROAD_CLAIM,
	ROAD_REFUSE,
	ROAD_DONE,
	ROAD_ODD_NAME,
	ROAD_SET,
	ROAD_SET_REFUSE
};

/* What lies in in/ and what it is called later; its first file is counted. */
static const struct {
	const char *dropped, *name;
	const char *more[2]; /* the other parts of a set */
	int promised;
} roads[] = {
	[ROAD_CLAIM] = { "a.xml", "a.xml", { NULL }, 7 },
	[ROAD_REFUSE] = { "a.xml", "a.xml", { NULL }, 7 },
	[ROAD_DONE] = { "a.xml", "a.xml", { NULL }, 7 },
	[ROAD_ODD_NAME] = { "a b.xml", "refused-name", { NULL }, -1 },
	[ROAD_SET] = { "abcdefgh_1.xml", "abcdefgh_1.xml",
		{ "abcdefgh_2.xml", "abcdefgh_3_laatste.xml" }, 21 },
	[ROAD_SET_REFUSE] = { "abcdefgh_1.xml", "abcdefgh_1.xml",
		{ "abcdefgh_2.xml", "abcdefgh_03_laatste.xml" }, -1 },
};

/* Take the file, or what lies in work/, to its end. */
static enum verdict
walk(struct room *room, enum road road, int *promised_out)
{
	struct spool_rule rule = { .stream = "woz", .parts = true };
	struct claim claim = CLAIM_NONE;
	struct fault why = FAULT_NONE;
	char job[SPOOL_JOBID_MAX] = "";
	enum verdict v;

	v = spool_working(room->spool, "", job, &why);
	if (v == V_OK)
		v = spool_claimed(room->spool, job, &claim, &why);
	else
		v = spool_claim_by(room->spool, &rule, roads[road].dropped, NOW,
			&claim, &why);
	if (v != V_OK && v != V_SKIP)
		return v;
	*promised_out = (int)claim.promised_letters;
	if (roads[road].more[0] != NULL)
		assert_int_equal(claim.part_count, v == V_OK ? 3 : 0);
	if ((road == ROAD_DONE || road == ROAD_SET) && v == V_OK)
		v = spool_done(room->spool, claim.job, &why);
	else if (road != ROAD_CLAIM)
		v = spool_refuse(
			room->spool, claim.job, claim.name, "no\n", &why);
	claim_close(&claim);
	return v;
}

/* How often NAME lies in a folder of jobs. */
static int
lies_in(struct room *room, const char *folder, const char *name)
{
	int fd = openat(room->fd, folder, O_RDONLY | O_DIRECTORY), n = 0;
	DIR *dir = fdopendir(fd);
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			n += room_has(
				room, "%s/%s/%s", folder, entry->d_name, name);
	closedir(dir);
	return n;
}

static int
copies(struct room *room, const char *dropped, const char *name)
{
	return room_has(room, "in/woz/%s", dropped) +
	       lies_in(room, "work", name) + lies_in(room, "bad", name) +
	       lies_in(room, "done", name);
}

static void
drop(struct room *room, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "in/woz/%s", name);
	room_text(room, path, "hello");
	snprintf(path, sizeof(path), "in/woz/%s.ready", name);
	room_text(room, path, "letters=7");
}

/* Crash at step n and go on; false when the road has no step n. */
static bool
crash(enum road road, int n)
{
	const char *dropped = roads[road].dropped, *name = roads[road].name;
	int status, promised = -2;
	struct room room;
	char path[64];
	bool over;
	pid_t pid;
	int i;

	crash_at = 0;
	room_make(&room);
	drop(&room, dropped);
	for (i = 0; i < 2 && roads[road].more[i] != NULL; i++)
		drop(&room, roads[road].more[i]);
	pid = fork();
	assert_true(pid != -1);
	if (pid == 0) {
		step = 0;
		crash_at = n;
		_exit(walk(&room, road, &promised) == V_OK ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	over = WEXITSTATUS(status) != CRASHED;
	assert_int_equal(copies(&room, dropped, name), 1);

	/* The next process takes it to the end, and once more does no harm. */
	if (lies_in(&room, "bad", name) + lies_in(&room, "done", name) == 0) {
		enum verdict v = walk(&room, road, &promised);

		assert_true(v == V_OK);
		assert_int_equal(promised, roads[road].promised);
	}
	assert_int_equal(copies(&room, dropped, name), 1);
	for (i = 0; i < 2 && roads[road].more[i] != NULL; i++)
		assert_int_equal(
			copies(&room, roads[road].more[i], roads[road].more[i]),
			1);
	assert_int_equal(room_count(&room, "in/woz"), 0);
	if (road != ROAD_CLAIM)
		assert_int_equal(room_count(&room, "work"), 0);
	if (road == ROAD_REFUSE || road == ROAD_ODD_NAME ||
		road == ROAD_SET_REFUSE) {
		snprintf(path, sizeof(path), "%s.reason",
			roads[road].more[1] == NULL ? name
						    : roads[road].more[1]);
		assert_int_equal(lies_in(&room, "bad", path), 1);
	}
	room_done(&room);
	return !over;
}

static void
every_step(enum road road)
{
	int n = 1;

	while (crash(road, n))
		assert_true(++n < STEPS_MAX);
	/* It really was cut in pieces. */
	assert_true(n > 20);
}

static void
test_crash__while_claiming(void **state)
{
	(void)state;
	every_step(ROAD_CLAIM);
}

static void
test_crash__while_refusing(void **state)
{
	(void)state;
	every_step(ROAD_REFUSE);
}

static void
test_crash__while_filing_what_is_done(void **state)
{
	(void)state;
	every_step(ROAD_DONE);
}

static void
test_crash__while_refusing_an_odd_name(void **state)
{
	(void)state;
	every_step(ROAD_ODD_NAME);
}

static void
test_crash__while_claiming_a_set(void **state)
{
	(void)state;
	every_step(ROAD_SET);
}

static void
test_crash__while_refusing_a_set(void **state)
{
	(void)state;
	every_step(ROAD_SET_REFUSE);
}

/* Dropped between the crash and the restart, under the same name: the sidecar
 * in in/ may be the newer file's.  The older one has all of its own, or is
 * refused; it is never read without.
 */
static void
test_crash__a_newer_file_costs_no_sidecar_unseen(void **state)
{
	int n, status, promised, refused = 0, whole = 0;

	(void)state;
	for (n = 1; n < STEPS_MAX; n++) {
		char job[SPOOL_JOBID_MAX] = "";
		struct claim claim = CLAIM_NONE;
		struct fault why = FAULT_NONE;
		struct room room;
		enum verdict v;
		pid_t pid;

		crash_at = 0;
		room_make(&room);
		drop(&room, "a.xml");
		pid = fork();
		assert_true(pid != -1);
		if (pid == 0) {
			step = 0;
			crash_at = n;
			(void)walk(&room, ROAD_CLAIM, &promised);
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		room_text(&room, "in/woz/a.xml", "newer");
		if (spool_working(room.spool, "", job, &why) == V_OK) {
			v = spool_claimed(room.spool, job, &claim, &why);
			assert_true(v == V_OK || v == V_SKIP);
			if (v == V_OK)
				assert_int_equal(claim.promised_letters, 7);
			else
				assert_int_equal(why.code, CODE_SIDECAR);
			whole += v == V_OK;
			refused += v == V_SKIP;
			claim_close(&claim);
		}
		room_done(&room);
		if (WEXITSTATUS(status) != CRASHED)
			break;
	}
	assert_true(n < STEPS_MAX && refused > 0 && whole > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crash__while_claiming),
		cmocka_unit_test(test_crash__while_refusing),
		cmocka_unit_test(test_crash__while_filing_what_is_done),
		cmocka_unit_test(test_crash__while_refusing_an_odd_name),
		cmocka_unit_test(test_crash__while_claiming_a_set),
		cmocka_unit_test(test_crash__while_refusing_a_set),
		cmocka_unit_test(
			test_crash__a_newer_file_costs_no_sidecar_unseen),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
