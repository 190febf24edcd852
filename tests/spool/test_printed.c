/* tests/spool/test_printed.c - no receipt is filed that nobody read
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "tests/spool/room.h"

#include "base/digest.h"

static void
drop(struct room *room, const char *text)
{
	struct fault why;

	assert_int_equal(file_put(room->fd, "print/in/print-a.ack", text,
				 strlen(text), 0640, &why),
		V_OK);
}

static void
test_printed__another_content_since_it_was_read(void **state)
{
	struct buf text = BUF_MAX(1000);
	uint8_t sha256[DIGEST_BYTES];
	struct fault why = FAULT_NONE;
	struct room room;

	(void)state;
	room_make(&room);
	drop(&room, "5\n");
	assert_int_equal(
		spool_printed_read(room.spool, "print-a.ack", NOW, &text, &why),
		V_OK);
	digest_of(text.bytes, text.len, sha256);
	/* The printer writes another one while this one is applied. */
	drop(&room, "6\n");
	assert_int_equal(spool_printed_end(
				 room.spool, "print-a.ack", sha256, NULL, &why),
		V_LATER);
	assert_int_equal(why.code, CODE_GROWING);
	assert_true(room_has(&room, "print/in/print-a.ack"));
	buf_reset(&text);
	assert_int_equal(
		spool_printed_read(room.spool, "print-a.ack", NOW, &text, &why),
		V_OK);
	assert_string_equal(text.bytes, "6\n");
	digest_of(text.bytes, text.len, sha256);
	assert_int_equal(spool_printed_end(
				 room.spool, "print-a.ack", sha256, NULL, &why),
		V_OK);
	assert_false(room_has(&room, "print/in/print-a.ack"));
	assert_true(room_has(&room, "print/in/done/print-a.ack"));
	buf_done(&text);
	room_done(&room);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_printed__another_content_since_it_was_read),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
