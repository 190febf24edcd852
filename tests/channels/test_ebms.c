/* tests/channels/test_ebms.c - messages as we write them
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "channels/channel.h"
#include "channels/ebms.h"
#include "tests/channels/shared.h"

#define OURS "00000099000000010000"
#define XSD "ebms2/xsd/msg-header-2_0.xsd"
#define ID "5b1f4f0c-2d5c-4d0a-8c55-7f0f6a3e9d21@msh.sender.example"

static const char *const both[] = { ACTION_BV_REQUEST, ACTION_BV_RESULT, NULL };

static bool
shared_cpa(const char *name, struct arena *mem, struct cpa *cpa)
{
	struct buf text = BUF_MAX(1000000);
	struct fault why;

	if (!shared_text(name, &text))
		return false;
	assert_int_equal(cpa_read(text.bytes, text.len, OURS, both, false, mem,
				 cpa, &why),
		V_OK);
	buf_done(&text);
	return true;
}

static int64_t
ms_of(const char *text)
{
	int64_t ms = 0;

	assert_true(clock_parse(text, &ms));
	return ms;
}

static bool
have_shared(void)
{
	struct buf text = BUF_MAX(100000);
	bool have = shared_text("ebms2/examples/03-acknowledgment.xml", &text);

	if (!have)
		print_message("# no shared data\n");
	buf_done(&text);
	return have;
}

/* Is what we write the example, byte for byte, and valid? */
static void
same_as(const char *name, const struct buf *got)
{
	struct buf want = BUF_MAX(100000);

	assert_true(shared_text(name, &want));
	assert_string_equal(got->bytes, want.bytes);
	assert_int_not_equal(shared_valid(XSD, got->bytes, got->len), 0);
	buf_done(&want);
}

static void
test_ebms__a_request_is_the_example(void **state)
{
	static const struct {
		const char *cpa, *example;
	} cases[] = {
		{ "ebms2/examples/cpa-mobb-osb-rm-async.xml",
			"ebms2/examples/01-request-async-envelope.xml" },
		{ "ebms2/examples/cpa-mobb-osb-rm-sync-fast.xml",
			"ebms2/examples/02-request-syncreply-envelope.xml" },
	};
	struct arena mem = ARENA_EMPTY;
	struct buf out = BUF_MAX(100000);
	struct ebms_ids ids;
	struct cpa cpa;
	size_t i;

	(void)state;
	if (!have_shared())
		skip();
	for (i = 0; i < 2; i++) {
		const struct cpa_action *action;

		assert_true(shared_cpa(cases[i].cpa, &mem, &cpa));
		action = cpa_find(&cpa, ACTION_BV_REQUEST, true);
		ebms_ids_make(&cpa, action,
			"0f2c7b1e-6f0a-4a53-9c7e-5d2f8f1f4c11",
			ms_of("2026-11-23T20:00:00Z"), &ids);
		assert_non_null(strstr(ids.message_id, "@localhost"));
		strcpy(ids.message_id, ID);
		buf_reset(&out);
		ebms_envelope(&cpa, action, &ids,
			"batch-8f6d1f7e-0b0f-4b5e-9f3d-0d5f2b7a6c10"
			"@msh.sender.example",
			&out);
		same_as(cases[i].example, &out);
	}
	buf_done(&out);
	arena_done(&mem);
}

static struct ebms_head
head_of(const char *action, const char *id, const char *ref_to, bool test)
{
	return (struct ebms_head){
		.from = { "00000099000000020000", "urn:osb:oin" },
		.to = { OURS, "urn:osb:oin" },
		.cpa_id = "MIJNOVERHEID-EBMS-BB-2-0_00000099000000010000_"
			  "00000099000000020000_test-async",
		.conversation_id = test ? "b8a9c0aa-0c1b-4f2d-8f59-"
					  "0a5ad0a1c901"
					: "0f2c7b1e-6f0a-4a53-9c7e-"
					  "5d2f8f1f4c11",
		.service = EBMS_SERVICE,
		.action = action,
		.message_id = id,
		.ref_to = ref_to,
	};
}

static void
test_ebms__signals_are_the_examples(void **state)
{
	static const struct ebms_error error = { "MimeProblem",
		"cid:batch-8f6d1f7e-0b0f-4b5e-9f3d-0d5f2b7a6c10"
		"@msh.sender.example",
		"Payload part not present." };
	struct buf out = BUF_MAX(100000);
	struct ebms_head head;

	(void)state;
	if (!have_shared())
		skip();
	head = head_of("Acknowledgment",
		"c2a4f9b0-3c1e-4ad2-9a3a-9f7b0b1d6e02@msh.receiver.example", ID,
		false);
	head.from_role = "SP";
	head.to_role = "SR";
	head.created_ms = ms_of("2026-11-23T20:00:03.120Z");
	ebms_write_acknowledgment(&head, head.created_ms, &out);
	same_as("ebms2/examples/03-acknowledgment.xml", &out);

	head = head_of("MessageError",
		"77c0b9b1-41c9-4d4b-8a0e-6f9f6d1f0e03@msh.receiver.example", ID,
		false);
	head.created_ms = ms_of("2026-11-23T20:00:03.400Z");
	buf_reset(&out);
	ebms_write_error(&head, &error, &out);
	same_as("ebms2/examples/04-messageerror.xml", &out);

	head = head_of("Pong",
		"d1ec9a53-1cc0-4a5e-9e5f-6f5a0cf2b104@msh.receiver.example",
		"b8a9c0aa-0c1b-4f2d-8f59-0a5ad0a1c901@msh.sender.example",
		true);
	head.created_ms = ms_of("2026-11-23T20:00:01Z");
	buf_reset(&out);
	ebms_write_plain(&head, &out);
	same_as("ebms2/examples/06-pong.xml", &out);

	buf_reset(&out);
	ebms_write_fault("Client", "CPA unknown-cpa not found!", &out);
	same_as("ebms2/examples/10-soap-fault.xml", &out);
	buf_done(&out);
}

static void
test_ebms__odd_texts_stay_well_formed(void **state)
{
	static const struct ebms_error error = { "Inconsistent",
		"//x[@a=\"<\"]", "a & b > c" };
	struct buf out = BUF_MAX(100000);
	struct xml_tree *tree = NULL;
	struct ebms_message message;
	struct ebms_head head =
		head_of("MessageError", "<i&d>", "\"r'\x01", false);
	char plain[40];
	struct fault why;
	const char *text;

	(void)state;
	ebms_write_error(&head, &error, &out);
	assert_int_equal(xml_tree_parse(out.bytes, out.len, &tree, &why), V_OK);
	assert_int_equal(ebms_read(tree, &message, &text), EBMS_FINE);
	assert_string_equal(message.message_id, "<i&d>");
	assert_string_equal(message.error_location, "//x[@a=\"<\"]");
	assert_string_equal(message.error_text, "a & b > c");
	xml_tree_free(tree);
	buf_done(&out);

	assert_string_equal(ebms_plain("bsn 999990019, oin "
				       "00000099000000010000\n\xc3\xa9",
				    plain, sizeof(plain)),
		"bsn *********, oin 00000099000000010000");
}

static void
test_ebms__a_host_that_needs_quoting_does_not_end_in_an_id(void **state)
{
	char id[EBMS_OUR_ID_MAX];

	(void)state;
	ebms_message_id("[::1]", id);
	assert_non_null(strstr(id, "@---1-"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ebms__a_request_is_the_example),
		cmocka_unit_test(test_ebms__signals_are_the_examples),
		cmocka_unit_test(test_ebms__odd_texts_stay_well_formed),
		cmocka_unit_test(
			test_ebms__a_host_that_needs_quoting_does_not_end_in_an_id),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
