/* tests/spool/test_unreadable.c - a file we cannot open stays where it is seen
 *
 * Opening "*locked*" fails here as long as `error` is set, before libc's own
 * openat(): root may read everything, so the mode of a file proves nothing.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _GNU_SOURCE
#include <sys/syscall.h>

#include "tests/spool/room.h"

#include "base/arena.h"

static struct room room;
static int error;
static const char *failing;

int
openat(int at, const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = (mode_t)va_arg(ap, int);
		va_end(ap);
	}
	if (error != 0 && strstr(name, failing) != NULL) {
		errno = error;
		return -1;
	}
	return (int)syscall(SYS_openat, at, name, flags, mode);
}

static int
make(void **state)
{
	(void)state;
	error = 0;
	failing = "locked";
	room_make(&room);
	return 0;
}

static int
done(void **state)
{
	(void)state;
	error = 0;
	room_done(&room);
	return 0;
}

static const int errors[] = { EACCES, EPERM, EIO, EMFILE, ENFILE, ENOMEM };
#define ERRORS (sizeof(errors) / sizeof(errors[0]))

static void
test_unreadable__is_not_moved_and_taken_once_it_can_be_read(void **state)
{
	struct claim claim = CLAIM_NONE;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < ERRORS; i++) {
		room_text(&room, "in/woz/locked.xml", "hello");
		error = errors[i];
		why = FAULT_NONE;
		assert_int_equal(spool_claim(room.spool, "woz", "locked.xml",
					 NOW, &claim, &why),
			V_LATER);
		assert_int_equal(why.code, CODE_SPOOL);
		assert_non_null(strstr(why.text, "cannot be read"));
		assert_string_equal(why.place, "in/woz/locked.xml");
		assert_true(room_has(&room, "in/woz/locked.xml"));
		assert_int_equal(room_count(&room, "work"), (int)i);
		error = 0;
		assert_int_equal(spool_claim(room.spool, "woz", "locked.xml",
					 NOW, &claim, &why),
			V_OK);
		claim_close(&claim);
	}
}

static void
test_unreadable__does_not_keep_the_others_waiting(void **state)
{
	struct spool_rule rule = { .stream = "woz", .parts = true };
	char name[SPOOL_DROPPED_MAX];
	struct claim claim = CLAIM_NONE;
	struct fault why;

	(void)state;
	room_text(&room, "in/woz/a-locked.xml", "hello");
	room_text(&room, "in/woz/b-locked_1.xml", "hello");
	room_text(&room, "in/woz/b-locked_2_laatste.xml", "hello");
	room_text(&room, "in/woz/c.xml", "hello");
	error = EACCES;
	assert_int_equal(spool_next(room.spool, &rule, NOW, name, &why), V_OK);
	assert_string_equal(name, "c.xml");
	assert_int_equal(
		spool_claim_by(room.spool, &rule, name, NOW, &claim, &why),
		V_OK);
	claim_close(&claim);
	/* Nothing else is left: the claim says why. */
	assert_int_equal(spool_next(room.spool, &rule, NOW, name, &why), V_OK);
	assert_string_equal(name, "a-locked.xml");
	assert_int_equal(spool_claim_by(room.spool, &rule,
				 "b-locked_2_laatste.xml", NOW, &claim, &why),
		V_LATER);
	assert_int_equal(why.code, CODE_SPOOL);
	assert_int_equal(room_count(&room, "in/woz"), 3);
}

static void
test_unreadable__is_shown_and_needs_a_person(void **state)
{
	struct spool_rule rule = { .stream = "woz" };
	struct arena mem = ARENA_EMPTY;
	struct spool_wait *waits;
	struct fault why;
	size_t count, i;

	(void)state;
	room_text(&room, "in/woz/locked.xml", "hello");
	room_text(&room, "in/woz/open.xml", "hello");
	for (i = 0; i < ERRORS; i++) {
		/* What only we lack at the moment is nothing to tell. */
		bool ours = errors[i] == EMFILE || errors[i] == ENFILE ||
			    errors[i] == ENOMEM;

		error = errors[i];
		assert_int_equal(spool_waits(room.spool, &rule, NOW, &mem,
					 &waits, &count, &why),
			V_OK);
		assert_int_equal(count, ours ? 0 : 1);
		if (ours)
			continue;
		assert_string_equal(waits[0].name, "locked.xml");
		assert_int_equal(waits[0].code, CODE_SPOOL);
		assert_non_null(strstr(waits[0].text, "cannot be read"));
		assert_true(waits[0].late);
	}
	arena_done(&mem);
}

static void
test_unreadable__in_work_it_waits_under_its_name(void **state)
{
	struct claim claim = CLAIM_NONE, again = CLAIM_NONE;
	struct fault why;
	char place[200];
	size_t i;

	(void)state;
	room_text(&room, "in/woz/locked.xml", "hello");
	assert_int_equal(
		spool_claim(room.spool, "woz", "locked.xml", NOW, &claim, &why),
		V_OK);
	claim_close(&claim);
	snprintf(place, sizeof(place), "work/%s/locked.xml", claim.job);
	for (i = 0; i < ERRORS; i++) {
		error = errors[i];
		why = FAULT_NONE;
		assert_int_equal(
			spool_claimed(room.spool, claim.job, &again, &why),
			V_LATER);
		assert_int_equal(why.code, CODE_SPOOL);
		assert_non_null(strstr(why.text, "cannot be read"));
		assert_string_equal(why.place, place);
		assert_int_equal(again.part_count, 0);
	}
	error = 0;
	assert_int_equal(
		spool_claimed(room.spool, claim.job, &again, &why), V_OK);
	claim_close(&again);
}

/* Of a sidecar that is not ours to read, the supplier is told. */
static void
test_unreadable__a_sidecar_waits_unless_it_is_not_ours_to_read(void **state)
{
	static const struct {
		int error;
		enum verdict verdict;
		enum code code;
	} cases[] = { { EMFILE, V_LATER, CODE_SPOOL },
		{ EIO, V_LATER, CODE_SPOOL },
		{ EACCES, V_SKIP, CODE_SIDECAR } };
	struct claim claim = CLAIM_NONE;
	struct fault why;
	size_t i;

	(void)state;
	failing = ".totals";
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		room_text(&room, "in/woz/a.xml", "hello");
		room_text(&room, "in/woz/a.xml.totals", "letters=1");
		error = cases[i].error;
		assert_int_equal(spool_claim(room.spool, "woz", "a.xml", NOW,
					 &claim, &why),
			cases[i].verdict);
		assert_int_equal(why.code, cases[i].code);
		claim_close(&claim);
		error = 0;
	}
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make, done)
	const struct CMUnitTest tests[] = {
		T(test_unreadable__is_not_moved_and_taken_once_it_can_be_read),
		T(test_unreadable__does_not_keep_the_others_waiting),
		T(test_unreadable__is_shown_and_needs_a_person),
		T(test_unreadable__in_work_it_waits_under_its_name),
		T(test_unreadable__a_sidecar_waits_unless_it_is_not_ours_to_read),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
