/* tests/spool/test_journal.c - what left is not forgotten, by name and id
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/spool/room.h"

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

static struct uuid
id(unsigned n)
{
	struct uuid u = { .bytes = { 0 } };

	u.bytes[0] = (uint8_t)(n * 37);
	u.bytes[14] = (uint8_t)(n >> 8);
	u.bytes[15] = (uint8_t)n;
	return u;
}

static void
add(enum journal_kind kind, const char *name, unsigned from, unsigned to)
{
	struct uuid ids[2000];
	struct fault why;
	unsigned i;

	for (i = from; i < to; i++)
		ids[i - from] = id(i);
	assert_int_equal(
		spool_journal_add(room.spool, kind, name, ids, to - from, &why),
		V_OK);
}

static void
test_journal__every_id_is_found_by_its_name(void **state)
{
	struct journal *j = NULL;
	struct fault why = FAULT_NONE;
	struct uuid u;
	unsigned i;

	(void)state;
	add(JOURNAL_BOX, "lot-a", 0, 1000);
	add(JOURNAL_BOX, "lot-b", 1000, 1001);
	add(JOURNAL_BOX, "lot-c", 1001, 2500);
	add(JOURNAL_PRINT, "bundle", 2500, 2510);
	assert_int_equal(
		spool_journal_load(room.spool, JOURNAL_BOX, NULL, &j, &why),
		V_OK);
	for (i = 0; i < 2510; i++) {
		u = id(i);
		if (i >= 2500)
			assert_null(journal_find(j, &u));
		else
			assert_string_equal(
				journal_find(j, &u), i < 1000	 ? "lot-a"
						     : i == 1000 ? "lot-b"
								 : "lot-c");
	}
	journal_free(j);
	journal_free(NULL);
}

static void
test_journal__a_lot_does_not_find_itself(void **state)
{
	struct journal *j = NULL;
	struct fault why;
	struct uuid u = id(1);

	(void)state;
	add(JOURNAL_PRINT, "mine", 1, 2);
	assert_int_equal(
		spool_journal_load(room.spool, JOURNAL_PRINT, "mine", &j, &why),
		V_OK);
	assert_null(journal_find(j, &u));
	journal_free(j);
	/* Written again it is one file still. */
	add(JOURNAL_PRINT, "mine", 1, 2);
	assert_int_equal(room_count(&room, "sent/print"), 1);
}

static void
test_journal__damage_stops_instead_of_forgetting(void **state)
{
	static const char *const damaged[] = {
		"00000000-0000-0000-0000-00000000000",
		"00000000-0000-0000-0000-000000000001",
		"00000000-0000-0000-0000-000000000001x",
		"00000000-0000-0000-0000-00000000000g\n",
		"00000000-0000-0000-0000-000000000001\n\n",
	};
	struct journal *j = NULL;
	struct fault why = FAULT_NONE;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		room_text(&room, "sent/box/a.ids", damaged[i]);
		assert_int_equal(spool_journal_load(room.spool, JOURNAL_BOX,
					 NULL, &j, &why),
			V_BROKEN);
		assert_null(j);
	}
	/* What we did not write there is not ours to read. */
	assert_int_equal(unlinkat(room.fd, "sent/box/a.ids", 0), 0);
	room_text(&room, "sent/box/README", "hello");
	assert_int_equal(
		spool_journal_load(room.spool, JOURNAL_BOX, NULL, &j, &why),
		V_OK);
	journal_free(j);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make, done)
	const struct CMUnitTest tests[] = {
		T(test_journal__every_id_is_found_by_its_name),
		T(test_journal__a_lot_does_not_find_itself),
		T(test_journal__damage_stops_instead_of_forgetting),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
