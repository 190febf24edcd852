/* tests/spool/test_set.c - a set is taken whole, or waits, or is refused whole
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <sys/wait.h>

#include "tests/spool/room.h"

#include "base/clock.h"
#include "base/digest.h"
#include "spool/set.h"

#define HOURS INT64_C(3600000)

static const struct spool_rule parts = { .stream = "woz", .parts = true };
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

/* --- names --- */

static void
test_set__a_name_says_which_part_it_is(void **state)
{
	static const struct {
		const char *name;
		bool part, flawed, last;
		int number, digits;
	} cases[] = {
		{ "woz-2026_1.xml", true, false, false, 1, 1 },
		{ "woz-2026_001.xml", true, false, false, 1, 3 },
		{ "woz-2026_012_laatste.tar.gz", true, false, true, 12, 3 },
		{ "woz-2026_012_LAATSTE.xml", true, false, true, 12, 3 },
		{ "woz_2026x_7", true, false, false, 7, 1 },
		{ "woz-2026_999.xml", true, false, false, 999, 3 },
		{ "woz-2026_0999.xml", true, false, false, 999, 4 },
		/* no number of a part */
		{ "woz.xml", false, false, false, 0, 0 },
		{ "woz-2026.xml", false, false, false, 0, 0 },
		{ "aanslagen_2026.xml", false, false, false, 0, 0 },
		{ "aanslagen_20260215.xml", false, false, false, 0, 0 },
		{ "aanslagen_0000001.xml", false, false, false, 0, 0 },
		{ "aanslagen_1a.xml", false, false, false, 0, 0 },
		{ "aanslagen_.xml", false, false, false, 0, 0 },
		{ "aanslagen_laatste_1x.xml", false, false, false, 0, 0 },
		{ "1234567_1.xml", false, false, false, 0, 0 },
		{ "_1.xml", false, false, false, 0, 0 },
		{ "twee woorden_1.xml", false, false, false, 0, 0 },
		{ "", false, false, false, 0, 0 },
		/* meant as one, but it cannot be */
		{ "aanslagen_0.xml", true, true, false, 0, 1 },
		{ "aanslagen_000_laatste.xml", true, true, true, 0, 3 },
		{ "aanslagen_1000_laatste.xml", true, true, true, 1000, 4 },
		{ "1234567_1_laatste.xml", true, true, true, 1, 1 },
		{ "aanslagen_laatste.xml", true, true, true, -1, 9 },
		{ "aanslagen_x_laatste.xml", true, true, true, -1, 1 },
		{ "laatste_laatste", true, true, true, -1, 7 },
	};
	struct set_part part;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool is = set_part_read(cases[i].name, &part);

		if (is != cases[i].part)
			print_message("# %s\n", cases[i].name);
		assert_int_equal(is, cases[i].part);
		if (!is)
			continue;
		assert_int_equal(part.flawed, cases[i].flawed);
		assert_int_equal(part.last, cases[i].last);
		if (part.number != -1) {
			assert_int_equal(part.number, cases[i].number);
			assert_int_equal(part.digits, cases[i].digits);
		}
	}
}

static void
test_set__what_is_there_is_whole_waits_or_is_wrong(void **state)
{
	static const struct {
		const char *names[5];
		enum set_state state;
		const char *text;
	} cases[] = {
		{ { "abcdefgh_1_laatste.x" }, SET_WHOLE, "" },
		{ { "abcdefgh_3_laatste.x", "abcdefgh_1.x", "abcdefgh_2.x" },
			SET_WHOLE, "" },
		{ { "abcdefgh_1.x" }, SET_WAITS,
			"has 1 of a set; the part called _laatste is not "
			"there" },
		{ { "abcdefgh_2.x" }, SET_WAITS,
			"has 2 of a set; 1 is missing, and the part called "
			"_laatste is not there" },
		{ { "abcdefgh_1.x", "abcdefgh_2.x", "abcdefgh_3.x",
			  "abcdefgh_5_laatste.x" },
			SET_WAITS, "has 1-3, 5 of a set; 4 is missing" },
		{ { "abcdefgh_2.x", "abcdefgh_6_laatste.x" }, SET_WAITS,
			"has 2, 6 of a set; 1, 3-5 are missing" },
		{ { "abcdefgh_01.x", "abcdefgh_001.x" }, SET_WRONG,
			"two parts have the same number" },
		{ { "abcdefgh_1.x", "abcdefgh_1_laatste.x" }, SET_WRONG,
			"two parts have the same number" },
		{ { "abcdefgh_1.x", "abcdefgh_02_laatste.x" }, SET_WRONG,
			"digits" },
		{ { "abcdefgh_1_laatste.x", "abcdefgh_2_laatste.x" }, SET_WRONG,
			"behind" },
		{ { "abcdefgh_2_laatste.x", "abcdefgh_3.x" }, SET_WRONG,
			"behind" },
		{ { "abcdefgh_0.x", "abcdefgh_1_laatste.x" }, SET_WRONG,
			"no number from 1" },
	};
	struct set_part part[5];
	struct fault why;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		why = FAULT_NONE;
		for (n = 0; n < 5 && cases[i].names[n] != NULL; n++)
			assert_true(set_part_read(cases[i].names[n], &part[n]));
		assert_int_equal(set_judge(part, n, &why), cases[i].state);
		if (cases[i].state == SET_WAITS) {
			assert_int_equal(why.code, CODE_GROWING);
			assert_string_equal(why.text, cases[i].text);
		} else if (cases[i].state == SET_WRONG) {
			assert_int_equal(why.code, CODE_PARTS);
			assert_non_null(strstr(why.text, cases[i].text));
		}
	}
}

static void
test_set__a_long_list_of_gaps_is_cut(void **state)
{
	static char names[200][24];
	struct set_part part[200];
	struct fault why;
	int i;

	(void)state;
	for (i = 0; i < 200; i++) {
		snprintf(
			names[i], sizeof(names[i]), "abcdefgh_%03d", i * 2 + 1);
		assert_true(set_part_read(names[i], &part[i]));
	}
	assert_int_equal(set_judge(part, 200, &why), SET_WAITS);
	assert_non_null(strstr(why.text, "has 1, 3, 5, "));
	assert_non_null(strstr(why.text, ", ... of a set; 2, 4, 6, "));
	assert_non_null(strstr(why.text, "is not there"));
}

/* --- in the folder --- */

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
put(const char *name, const char *text)
{
	char path[200];

	snprintf(path, sizeof(path), "in/woz/%s", name);
	room_text(&room, path, text);
}

static enum verdict
take(const char *name, int64_t now_ms, struct claim *claim, struct fault *why)
{
	*claim = CLAIM_NONE;
	*why = FAULT_NONE;
	return spool_claim_by(room.spool, &parts, name, now_ms, claim, why);
}

static void
test_next__a_set_comes_when_its_last_part_is_there(void **state)
{
	struct spool_rule alone = { .stream = "woz" };
	int64_t now = clock_now_ms();

	(void)state;
	put("woz-2026_3_laatste.xml", "c");
	put("woz-2026_1.xml", "a");
	assert_string_equal(next(&parts, now), "");
	put("woz-2026_2.zip", "another set");
	put("woz-2027_2.xml", "and another");
	assert_string_equal(next(&parts, now), "");
	/* A file by itself does not wait for a set, nor one set for another. */
	put("woz-2026.xml", "x");
	assert_string_equal(next(&parts, now), "woz-2026.xml");
	put("woz-2025_1_laatste.xml", "x");
	assert_string_equal(next(&parts, now), "woz-2025_1_laatste.xml");
	assert_int_equal(
		unlinkat(room.fd, "in/woz/woz-2025_1_laatste.xml", 0), 0);
	assert_int_equal(unlinkat(room.fd, "in/woz/woz-2026.xml", 0), 0);
	put("woz-2026_2.xml", "b");
	assert_string_equal(next(&parts, now), "woz-2026_3_laatste.xml");
	/* Where no sets are delivered a number is only a name. */
	assert_string_equal(next(&alone, now), "woz-2026_1.xml");
}

static void
test_next__each_part_must_be_complete(void **state)
{
	struct spool_rule sidecar = parts, quiet = parts;
	int64_t now = clock_now_ms();

	(void)state;
	sidecar.sidecar = true;
	quiet.quiet_ms = 30000;
	put("woz-2026_1.xml", "a");
	put("woz-2026_2_laatste.xml", "b");
	put("woz-2026_2_laatste.xml.ready", "");
	assert_string_equal(next(&sidecar, now), "");
	put("woz-2026_1.xml.ready", "");
	assert_string_equal(next(&sidecar, now), "woz-2026_2_laatste.xml");
	assert_string_equal(next(&quiet, now), "");
	assert_string_equal(next(&quiet, now + 29000), "");
	assert_string_equal(
		next(&quiet, now + 31000), "woz-2026_2_laatste.xml");
}

static void
test_next__what_lacks_a_part_waits_until_its_time_is_over(void **state)
{
	struct spool_rule soon = parts;
	int64_t now = clock_now_ms();

	(void)state;
	soon.set_ms = 60000;
	put("woz-2026_1.xml", "a");
	put("woz-2026_3_laatste.xml", "c");
	assert_string_equal(next(&soon, now + 59000), "");
	assert_string_equal(next(&soon, now + 61000), "woz-2026_3_laatste.xml");
	assert_string_equal(next(&parts, now + 4 * HOURS - 1000), "");
	assert_string_equal(
		next(&parts, now + 4 * HOURS + 1000), "woz-2026_3_laatste.xml");
}

/* --- claim --- */

static void
test_claim__all_parts_are_one_job(void **state)
{
	static const char hex[] = "ba7816bf8f01cfea414140de5dae2223"
				  "b00361a396177a9cb410ff61f20015ad";
	struct claim claim;
	struct fault why;
	char text[80];
	int i;

	(void)state;
	put("woz-2026_03_laatste.xml", "c");
	put("woz-2026_02.xml", "b");
	put("woz-2026_01.xml", "a");
	put("woz-2026_01.xml.ready", "bytes=1");
	put("woz-2027_01.xml", "not of it");
	assert_int_equal(
		take("woz-2026_02.xml", clock_now_ms(), &claim, &why), V_OK);
	assert_int_equal(claim.part_count, 3);
	assert_int_equal(claim.bytes, 3);
	assert_string_equal(claim.name, "woz-2026_03_laatste.xml");
	assert_string_equal(claim.parts[0].name, "woz-2026_01.xml");
	assert_string_equal(claim.parts[2].name, "woz-2026_03_laatste.xml");
	assert_int_equal(room_count(&room, "in/woz"), 1);
	for (i = 0; i < 2; i++) { /* and again from its folder alone */
		assert_int_equal(claim.part_count, 3);
		assert_int_equal(spool_digest(&claim, &why), V_OK);
		digest_hex(claim.sha256, DIGEST_BYTES, text);
		assert_string_equal(text, hex);
		claim_close(&claim);
		assert_int_equal(
			spool_claimed(room.spool, claim.job, &claim, &why),
			V_OK);
	}
	claim_close(&claim);
	assert_int_equal(spool_done(room.spool, claim.job, &why), V_OK);
	assert_true(room_has(&room, "done/%s/woz-2026_02.xml", claim.job));
	assert_true(
		room_has(&room, "done/%s/woz-2026_01.xml.ready", claim.job));
}

static void
test_claim__of_many_processes_one_gets_the_set(void **state)
{
	int i, status, won = 0, fd[2];
	char byte;

	(void)state;
	put("woz-2026_1.xml", "a");
	put("woz-2026_2.xml", "b");
	put("woz-2026_3_laatste.xml", "c");
	assert_int_equal(pipe(fd), 0);
	for (i = 0; i < 8; i++) {
		pid_t pid = fork();

		assert_true(pid != -1);
		if (pid == 0) {
			struct claim claim;
			struct fault why;
			enum verdict v;

			close(fd[1]);
			(void)!read(fd[0], &byte, 1); /* all start at once */
			v = take("woz-2026_3_laatste.xml", clock_now_ms(),
				&claim, &why);
			_exit(v == V_OK && claim.part_count != 3 ? 99 : (int)v);
		}
	}
	close(fd[0]);
	close(fd[1]);
	for (i = 0; i < 8; i++) {
		assert_true(wait(&status) != -1);
		assert_true(WIFEXITED(status));
		assert_true(WEXITSTATUS(status) == V_OK ||
			    WEXITSTATUS(status) == V_LATER);
		won += WEXITSTATUS(status) == V_OK;
	}
	assert_int_equal(won, 1);
	assert_int_equal(room_count(&room, "work"), 1);
	assert_int_equal(room_count(&room, "in/woz"), 0);
}

/* A refused set lies in bad/ with all its parts and one reason. */
static void
refused(const char *name, int64_t now_ms, enum code code, int files)
{
	struct claim claim;
	struct fault why;
	char path[64];
	int i;

	assert_int_equal(take(name, now_ms, &claim, &why), V_SKIP);
	for (i = 0; i < 2; i++) { /* and after a crash */
		assert_int_equal(why.code, code);
		assert_int_equal(claim.part_count, 0);
		claim_close(&claim);
		if (i == 0)
			assert_int_equal(spool_claimed(room.spool, claim.job,
						 &claim, &why),
				V_SKIP);
	}
	assert_int_equal(room_count(&room, "in/woz"), 0);
	assert_int_equal(
		spool_refuse(room.spool, claim.job, claim.name, why.text, &why),
		V_OK);
	assert_true(room_has(&room, "bad/%s/%s", claim.job, claim.name));
	assert_true(room_has(&room, "bad/%s/%s.reason", claim.job, claim.name));
	snprintf(path, sizeof(path), "bad/%s", claim.job);
	assert_int_equal(room_count(&room, path), files + 2); /* and .claim */
}

static void
test_claim__a_set_that_lacks_a_part_is_refused_after_its_time(void **state)
{
	int64_t now = clock_now_ms();
	struct claim claim;
	struct fault why;

	(void)state;
	put("woz-2026_1.xml", "a");
	put("woz-2026_3_laatste.xml", "c");
	assert_int_equal(take("woz-2026_1.xml", now, &claim, &why), V_LATER);
	assert_int_equal(why.code, CODE_GROWING);
	assert_int_equal(room_count(&room, "work"), 0);
	assert_int_equal(room_count(&room, "in/woz"), 2);
	refused("woz-2026_3_laatste.xml", now + 5 * HOURS, CODE_GROWING, 2);
}

static void
test_claim__a_set_no_part_can_repair_is_refused_at_once(void **state)
{
	int64_t now = clock_now_ms();

	(void)state;
	put("woz-2026_1.xml", "a");
	put("woz-2026_01.xml", "a");
	put("woz-2026_2_laatste.xml", "b");
	assert_string_equal(next(&parts, now), "woz-2026_2_laatste.xml");
	refused("woz-2026_2_laatste.xml", now, CODE_PARTS, 3);
}

static void
test_claim__a_name_too_short_for_a_set_is_refused(void **state)
{
	(void)state;
	put("woz_1_laatste.xml", "a");
	refused("woz_1_laatste.xml", clock_now_ms(), CODE_PARTS, 1);
}

static void
test_claim__a_part_that_is_no_file_refuses_the_set(void **state)
{
	(void)state;
	put("woz-2026_1.xml", "a");
	assert_int_equal(
		symlinkat("/etc/passwd", room.fd, "in/woz/woz-2026_2.xml"), 0);
	put("woz-2026_3_laatste.xml", "c");
	refused("woz-2026_3_laatste.xml", clock_now_ms(), CODE_NOT_FILE, 3);
}

static void
test_claim__999_parts_are_a_set_and_one_more_is_not(void **state)
{
	struct claim claim;
	struct fault why;
	char name[40];
	int i, fd;

	(void)state;
	for (i = 1; i <= SPOOL_PARTS_MAX; i++) {
		snprintf(name, sizeof(name), "in/woz/woz-2026_%04d%s", i,
			i == SPOOL_PARTS_MAX ? "_laatste" : "");
		fd = openat(room.fd, name, O_WRONLY | O_CREAT, 0600);
		assert_true(fd != -1);
		close(fd);
	}
	assert_int_equal(take(name + 7, clock_now_ms(), &claim, &why), V_OK);
	assert_int_equal(claim.part_count, SPOOL_PARTS_MAX);
	claim_close(&claim);
	put("woz-2026_1000_laatste", "x");
	assert_int_equal(
		take("woz-2026_1000_laatste", clock_now_ms(), &claim, &why),
		V_SKIP);
	assert_int_equal(why.code, CODE_PARTS);
	claim_close(&claim);
}

/* --- sidecars of parts --- */

static enum verdict
promised(const char *one, const char *two, const char *three,
	struct claim *claim, struct fault *why)
{
	const char *const names[] = { "woz-2026_1.xml", "woz-2026_2.xml",
		"woz-2026_3_laatste.xml" };
	const char *const texts[] = { one, two, three };
	char side[64];
	int i;

	for (i = 0; i < 3; i++) {
		put(names[i], "abc");
		snprintf(side, sizeof(side), "%s.totals", names[i]);
		if (texts[i] != NULL)
			put(side, texts[i]);
	}
	return take(names[2], clock_now_ms(), claim, why);
}

static void
test_sidecars__of_all_parts_add_up_and_of_the_last_alone_count_for_all(
	void **state)
{
	struct claim claim;
	struct fault why;

	(void)state;
	assert_int_equal(promised("letters=1 amount=1.10", "letters=2 amount=2",
				 "letters=3 amount=3.05", &claim, &why),
		V_OK);
	assert_int_equal(claim.promised_letters, 6);
	assert_int_equal(claim.promised_cents, 615);
	claim_close(&claim);
	assert_int_equal(
		promised(NULL, "bytes=3", "letters=60", &claim, &why), V_OK);
	assert_int_equal(claim.promised_letters, 60);
	assert_int_equal(claim.promised_cents, -1);
	claim_close(&claim);
}

static void
test_sidecars__that_leave_open_what_they_mean_refuse_the_set(void **state)
{
	static const char *const cases[][3] = {
		{ "letters=1", NULL, NULL },
		{ NULL, "letters=1", "letters=2" },
		{ "letters=1", "letters=1", NULL },
		{ "amount=1", NULL, "amount=2" },
		{ NULL, "bytes=9", NULL }, /* all parts together have 9 */
		{ NULL, "woz-2026_1.xml", NULL },
	};
	struct claim claim;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(promised(cases[i][0], cases[i][1], cases[i][2],
					 &claim, &why),
			V_SKIP);
		assert_int_equal(why.code, CODE_SIDECAR);
		claim_close(&claim);
	}
}

static void
test_digest__each_part_must_be_what_its_sidecar_promised(void **state)
{
	static const char abc[] = "sha256=ba7816bf8f01cfea414140de5dae2223"
				  "b00361a396177a9cb410ff61f20015ad";
	static const char other[] = "sha256=aa7816bf8f01cfea414140de5dae2223"
				    "b00361a396177a9cb410ff61f20015ad";
	struct claim claim;
	struct fault why;

	(void)state;
	assert_int_equal(promised(abc, NULL, abc, &claim, &why), V_OK);
	assert_int_equal(spool_digest_begin(&claim, &why), V_OK);
	assert_int_equal(spool_digest_wait(&claim, &why), V_OK);
	claim_close(&claim);
	assert_int_equal(promised(abc, other, abc, &claim, &why), V_OK);
	assert_int_equal(spool_digest(&claim, &why), V_SKIP);
	assert_int_equal(why.code, CODE_SIDECAR);
	assert_string_equal(why.place, "part 2 of 3");
	/* One under way is given up with its claim. */
	assert_int_equal(spool_digest_begin(&claim, &why), V_OK);
	claim_close(&claim);
	assert_null(claim.run);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make, done)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set__a_name_says_which_part_it_is),
		cmocka_unit_test(
			test_set__what_is_there_is_whole_waits_or_is_wrong),
		cmocka_unit_test(test_set__a_long_list_of_gaps_is_cut),
		T(test_next__a_set_comes_when_its_last_part_is_there),
		T(test_next__each_part_must_be_complete),
		T(test_next__what_lacks_a_part_waits_until_its_time_is_over),
		T(test_claim__all_parts_are_one_job),
		T(test_claim__of_many_processes_one_gets_the_set),
		T(test_claim__a_set_that_lacks_a_part_is_refused_after_its_time),
		T(test_claim__a_set_no_part_can_repair_is_refused_at_once),
		T(test_claim__a_name_too_short_for_a_set_is_refused),
		T(test_claim__a_part_that_is_no_file_refuses_the_set),
		T(test_claim__999_parts_are_a_set_and_one_more_is_not),
		T(test_sidecars__of_all_parts_add_up_and_of_the_last_alone_count_for_all),
		T(test_sidecars__that_leave_open_what_they_mean_refuse_the_set),
		T(test_digest__each_part_must_be_what_its_sidecar_promised),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
