/* tests/channels/test_cpa.c - what an agreement says, and what it may not say
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "channels/look.h"
#include "tests/channels/agreement.h"

#define REQUEST "GLOBE-R-BV-Request"
#define RESULT "GLOBE-R-BV-Result"
#define OURS "00000099000000010000"

static const char *const both[] = { REQUEST, RESULT, NULL };

static bool
shared(const char *name, struct buf *text)
{
	const char *root = getenv("MOBB_SHARED");
	char path[400];
	struct fault why;

	snprintf(path, sizeof(path), "%s/ebms2/%s",
		root != NULL ? root : "../shared", name);
	return file_get(AT_FDCWD, path, text, &why) == V_OK;
}

static void
check_ours(const struct cpa *cpa)
{
	const struct cpa_action *out = cpa_find(cpa, REQUEST, true);
	const struct cpa_action *in = cpa_find(cpa, RESULT, false);

	assert_string_equal(cpa->ours.id, OURS);
	assert_string_equal(cpa->ours.id_type, "urn:osb:oin");
	assert_string_equal(cpa->theirs.id, "00000099000000020000");
	assert_string_equal(cpa->our_host, "localhost");
	assert_string_equal(
		cpa->our_signal_url, "https://localhost:18443/ebms");
	assert_string_equal(
		cpa->their_signal_url, "https://localhost:28443/ebms");
	assert_non_null(out);
	assert_string_equal(out->from.id, OURS);
	assert_string_equal(out->from.role, "SR");
	assert_string_equal(out->to.role, "SP");
	assert_string_equal(out->service, "MIJNOVERHEID.ebMS.BB.2.0");
	assert_string_equal(out->service_type, "urn:osb:services");
	assert_string_equal(out->url, "https://localhost:28443/ebms");
	assert_true(out->ack_requested);
	assert_true(out->duplicate_elimination);
	assert_false(out->ack_free);
	assert_non_null(in);
	assert_string_equal(in->from.role, "SP");
	assert_string_equal(in->to.id, OURS);
	assert_string_equal(in->url, "https://localhost:18443/ebms");
	assert_null(cpa_find(cpa, REQUEST, false));
	assert_null(cpa_find(cpa, RESULT, true));
}

static void
test_cpa__the_examples_give_what_is_written(void **state)
{
	struct buf text = BUF_MAX(1000000);
	struct arena mem = ARENA_EMPTY;
	const struct cpa_action *out;
	struct fault why;
	struct cpa cpa;

	(void)state;
	if (!shared("examples/cpa-mobb-osb-rm-async.xml", &text)) {
		print_message("# no shared data\n");
		skip();
	}
	assert_int_equal(cpa_read(text.bytes, text.len, OURS, both, false, &mem,
				 &cpa, &why),
		V_OK);
	check_ours(&cpa);
	out = cpa_find(&cpa, REQUEST, true);
	assert_false(out->sync_reply);
	assert_int_equal(out->retries, 8);
	assert_int_equal(out->interval_ms, 3 * 3600000);
	assert_int_equal(out->persist_ms, 5 * 86400000LL);
	buf_reset(&text);
	assert_true(shared("examples/cpa-mobb-osb-rm-sync-fast.xml", &text));
	assert_int_equal(cpa_read(text.bytes, text.len, OURS, both, false, &mem,
				 &cpa, &why),
		V_OK);
	check_ours(&cpa);
	out = cpa_find(&cpa, REQUEST, true);
	assert_true(out->sync_reply);
	assert_int_equal(out->retries, 3);
	assert_int_equal(out->interval_ms, 5000);
	assert_int_equal(out->persist_ms, 600000);
	arena_done(&mem);
	buf_done(&text);
}

static void
test_cpa__agreements_of_others_are_read(void **state)
{
	static const struct {
		const char *name, *action;
		enum verdict v;
		enum code code;
		bool plain;
	} cases[] = {
		{ "cpa-cv-https.xml", "EchoRequest", V_OK, 0, false },
		{ "cpa-cv-https.xml", NULL, V_OK, 0, false },
		{ "cpaStubEBF.be.http.unsigned.xml", "afleveren", V_OK, 0,
			true },
		{ "cpaStubEBF.be.http.unsigned.xml", "afleveren", V_BROKEN,
			CODE_CPA, false },
		{ "cpaStubEBF.rm.http.unsigned.xml", "afleveren", V_OK, 0,
			true },
		{ "cpaStubEBF.rm.http.unsigned.sync.xml", "afleveren", V_BROKEN,
			CODE_CPA_UNSUPPORTED, true },
		{ "cpaStubEBF.rm.https.signed.xml", "afleveren", V_BROKEN,
			CODE_CPA_UNSUPPORTED, false },
		{ "cpaStubEBF.rm.https.signed.xml", "nothing", V_BROKEN,
			CODE_CPA, false },
	};
	struct buf text = BUF_MAX(1000000);
	struct arena mem = ARENA_EMPTY;
	size_t i, side;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (side = 0; side < 2; side++) {
			const char *use[] = { cases[i].action, NULL };
			struct fault why = FAULT_NONE;
			struct cpa cpa;
			char name[100];
			enum verdict v;

			buf_reset(&text);
			snprintf(name, sizeof(name), "cpa/%s", cases[i].name);
			if (!shared(name, &text)) {
				print_message("# no shared data\n");
				skip();
			}
			v = cpa_read(text.bytes, text.len,
				side == 0 ? "00000000000000000000"
					  : "00000000000000000001",
				use, cases[i].plain, &mem, &cpa, &why);
			if (v != cases[i].v || why.code != cases[i].code)
				print_message("# %s: MOBB-%d %s: %s\n", name,
					why.code, why.place, why.text);
			assert_int_equal(v, cases[i].v);
			assert_int_equal(why.code, cases[i].code);
		}
	arena_done(&mem);
	buf_done(&text);
}

/* One change in a good agreement, and what it must lead to. */
static void
test_cpa__a_wrong_agreement_is_refused(void **state)
{
	static const struct {
		const char *old, *new;
		enum code code;
	} cases[] = {
		{ "", "", CODE_NONE },
		{ "agreed", "signed", CODE_NONE },
		{ "agreed", "proposed", CODE_CPA },
		{ "00000099000000010000", "00000099000000010000_OTA",
			CODE_NONE },
		{ "00000099000000010000", "00000099000000010000_X", CODE_CPA },
		{ "00000099000000020000", "00000099000000010000", CODE_CPA },
		{ "2020-01-01T00:00:00Z", "2020-01-01", CODE_CPA },
		{ "2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z", CODE_CPA },
		{ "cpaid=\"test-cpa\"", "cpaid=\"a b\"", CODE_CPA },
		{ "cpaid=\"test-cpa\"", "id=\"test-cpa\"", CODE_CPA },
		{ "https://theirs.example:28443/ebms",
			"http://theirs.example/ebms", CODE_CPA },
		{ "https://theirs.example:28443/ebms",
			"https://u@theirs.example/ebms", CODE_CPA },
		{ "https://theirs.example:28443/ebms",
			"https://theirs.example/a b", CODE_CPA },
		{ "https://theirs.example:28443/ebms", "https:///ebms",
			CODE_CPA },
		{ "t:channelId=\"S_RM\"", "t:channelId=\"S_XX\"", CODE_CPA },
		{ "t:transportId=\"R_T\">", "t:transportId=\"R_X\">",
			CODE_CPA },
		{ "<t:DocExchange t:docExchangeId=\"S_DX\">",
			"<t:DocExchange t:docExchangeId=\"X\">", CODE_CPA },
		{ "t:action=\"GLOBE-R-BV-Result\"", "t:action=\"Other\"",
			CODE_CPA },
		{ "<t:Retries>8<", "<t:Retries>101<", CODE_CPA },
		{ "<t:Retries>8<", "<t:Retries>-1<", CODE_CPA },
		{ "<t:Retries>8<", "<t:Retries>0<", CODE_NONE },
		{ "PT3H", "3H", CODE_CPA },
		{ "PT3H", "PT0S", CODE_CPA },
		{ "P5D", "5 days", CODE_CPA },
		{ "t:ackSignatureRequested=\"never\"",
			"t:ackSignatureRequested=\"always\"",
			CODE_CPA_UNSUPPORTED },
		{ "t:syncReplyMode=\"none\"", "t:syncReplyMode=\"signalsOnly\"",
			CODE_CPA_UNSUPPORTED },
		{ "t:isNonRepudiationRequired=\"false\"",
			"t:isNonRepudiationRequired=\"true\"",
			CODE_CPA_UNSUPPORTED },
		{ "t:isConfidential=\"transient\"",
			"t:isConfidential=\"persistent\"",
			CODE_CPA_UNSUPPORTED },
		{ "NotGuaranteed", "Guaranteed", CODE_CPA_UNSUPPORTED },
		{ "<t:Status", "<!-- --><t:Statu", CODE_CPA },
		{ "<t:Coll", "<!DOCTYPE x><t:Coll", CODE_CPA },
	};
	struct arena mem = ARENA_EMPTY;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf text = BUF_MAX(100000);
		struct fault why = FAULT_NONE;
		struct cpa cpa;
		enum verdict v;

		agreement(&text, "none", cases[i].old, cases[i].new);
		v = cpa_read(text.bytes, text.len, OURS, both, false, &mem,
			&cpa, &why);
		if (why.code != cases[i].code)
			print_message("# %s: MOBB-%d %s: %s\n", cases[i].new,
				why.code, why.place, why.text);
		assert_int_equal(why.code, cases[i].code);
		assert_int_equal(
			v, cases[i].code == CODE_NONE ? V_OK : V_BROKEN);
		buf_done(&text);
	}
	arena_done(&mem);
}

static void
test_cpa__signals_may_have_a_channel_of_their_own(void **state)
{
	struct buf text = BUF_MAX(100000);
	struct arena mem = ARENA_EMPTY;
	struct fault why;
	struct cpa cpa;

	(void)state;
	agreement(&text, "none", "<!--override-->",
		"<t:OverrideMshActionBinding t:action=\"Acknowledgment\""
		" t:channelId=\"R_ACK\"/>");
	assert_int_equal(cpa_read(text.bytes, text.len, OURS, both, false, &mem,
				 &cpa, &why),
		V_OK);
	assert_string_equal(
		cpa.their_signal_url, "https://acks.example:28443/ebms");
	assert_string_equal(cpa.our_host, "ours.example");
	arena_done(&mem);
	buf_done(&text);
}

static void
test_cpa__per_message_leaves_the_choice(void **state)
{
	struct buf text = BUF_MAX(100000);
	struct arena mem = ARENA_EMPTY;
	const struct cpa_action *out;
	struct fault why;
	struct cpa cpa;

	(void)state;
	agreement(&text, "none", "t:ackRequested=\"always\"",
		"t:ackRequested=\"perMessage\"");
	assert_int_equal(cpa_read(text.bytes, text.len, OURS, both, false, &mem,
				 &cpa, &why),
		V_OK);
	out = cpa_find(&cpa, REQUEST, true);
	assert_true(out->ack_requested);
	assert_true(out->ack_free);
	assert_false(out->duplicate_free);
	arena_done(&mem);
	buf_done(&text);
}

static void
test_cpa__durations(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: refused */
	} cases[] = {
		{ "PT3H", 10800000 },
		{ "P5D", 432000000 },
		{ "PT10S", 10000 },
		{ "PT1M", 60000 },
		{ "P1M", 2592000000 },
		{ "P1Y2M3DT4H5M6S", 31536000000 + 5184000000 + 259200000 +
					    14400000 + 300000 + 6000 },
		{ "PT0.5S", 500 },
		{ "PT1.25S", 1250 },
		{ "P0D", 0 },
		{ "", -1 },
		{ "P", -1 },
		{ "PT", -1 },
		{ "P1H", -1 },
		{ "PT1D", -1 },
		{ "-P1D", -1 },
		{ "P1D1D", -1 },
		{ "PT1S1M", -1 },
		{ "P1.5D", -1 },
		{ "P1", -1 },
		{ "1D", -1 },
		{ "P 1D", -1 },
		{ "P1DT", -1 },
		{ "P11Y", -1 },
		{ "P9999999999D", -1 },
		{ "P999999999Y", -1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t ms = -1;
		bool good = look_duration(cases[i].text, &ms);

		if (ms != cases[i].ms)
			print_message("# %s\n", cases[i].text);
		assert_int_equal(good, cases[i].ms >= 0);
		assert_int_equal(ms, cases[i].ms);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpa__the_examples_give_what_is_written),
		cmocka_unit_test(test_cpa__agreements_of_others_are_read),
		cmocka_unit_test(test_cpa__a_wrong_agreement_is_refused),
		cmocka_unit_test(
			test_cpa__signals_may_have_a_channel_of_their_own),
		cmocka_unit_test(test_cpa__per_message_leaves_the_choice),
		cmocka_unit_test(test_cpa__durations),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
