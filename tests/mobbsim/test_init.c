/* tests/mobbsim/test_init.c - a room that both sides can use
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#define _XOPEN_SOURCE 700 /* nftw() */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/xml.h"
#include "batch/jobs.h"
#include "channels/look.h"
#include "tests/mobbsim/run.h"

#define OURS "00000099000000010000"
#define THEIRS "00000099000000020000"

static void
test_init__the_files_of_a_room(void **state)
{
	static const char *const there[] = { "jobs.yaml", "sim.yaml", "cpa.xml",
		"keys/site.key", "pki/root.crt", "pki/root.crl",
		"pki/extra/empty.crl", "pki/extra/foreign-root.crt",
		"spool/in/woz", "spool/work", "spool/done", "spool/bad",
		"spool/out", "spool/print/out", "spool/sent", "db", "sim" };
	char path[PATH_MAX], name[80];
	struct stat st;
	struct run r;
	size_t i;

	(void)state;
	run_begin(&r);
	assert_int_equal(run(&r, "init", "a/room", NULL), 0);
	for (i = 0; i < sizeof(there) / sizeof(there[0]); i++) {
		snprintf(name, sizeof(name), "a/room/%s", there[i]);
		run_path(&r, name, path);
		assert_int_equal(stat(path, &st), 0);
	}
	/* The user PostgreSQL runs as has to get in. */
	run_path(&r, "a/room/db", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0755);
	run_end(&r);
}

static void
test_init__keys_are_for_their_owner(void **state)
{
	static const char *const keys[] = { "keys/site.key",
		"pki/ours-server.key", "pki/ours-client.key",
		"pki/theirs-server.key", "pki/theirs-client.key" };
	char path[PATH_MAX], name[80];
	struct stat st;
	struct run r;
	size_t i;

	(void)state;
	run_begin(&r);
	assert_int_equal(run(&r, "init", "room", NULL), 0);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		snprintf(name, sizeof(name), "room/%s", keys[i]);
		run_path(&r, name, path);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
	run_end(&r);
}

static void
test_init__certificates_carry_the_oin(void **state)
{
	static const struct {
		const char *name, *oin;
	} all[] = { { "ours-server", OURS }, { "ours-client", OURS },
		{ "theirs-server", THEIRS }, { "theirs-client", THEIRS } };
	char crt[PATH_MAX], key[PATH_MAX], name[80];
	struct fault why = FAULT_NONE;
	struct certificate certificate;
	struct run r;
	size_t i;

	(void)state;
	run_begin(&r);
	assert_int_equal(run(&r, "init", "room", NULL), 0);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		snprintf(name, sizeof(name), "room/pki/%s.crt", all[i].name);
		run_path(&r, name, crt);
		snprintf(name, sizeof(name), "room/pki/%s.key", all[i].name);
		run_path(&r, name, key);
		assert_int_equal(
			certificate_look(crt, &certificate, &why), V_OK);
		assert_string_equal(certificate.oin, all[i].oin);
		assert_true(certificate.start_ms < clock_now_ms());
		assert_true(certificate.end_ms > clock_now_ms());
		assert_int_equal(certificate_key(crt, key, &why), V_OK);
	}
	run_end(&r);
}

static void
test_init__the_jobs_file_is_read_by_us(void **state)
{
	static const struct {
		const char *name, *format;
	} streams[] = { { "woz", "woz-biljet/1" },
		{ "uitkering", "uitkering-csv/1" },
		{ "jaaropgave", "jaaropgave-vast/1" },
		{ "parkeren", "index-csv/1" }, { "print", "pdf-index/1" } };
	const struct jobs_stream *stream;
	struct fault why = FAULT_NONE;
	struct jobs jobs = { 0 };
	struct buf text;
	struct run r;
	size_t i;

	(void)state;
	run_begin(&r);
	assert_int_equal(
		run(&r, "init", "room", "--ports", "12001,12002", NULL), 0);
	run_read(&r, "room/jobs.yaml", &text);
	if (jobs_parse("jobs.yaml", text.bytes, text.len, &jobs, &why) != V_OK)
		fail_msg("%s: %s", why.place, why.text);
	assert_string_equal(jobs.database, "private");
	assert_string_equal(jobs.listen.at, "127.0.0.1:12001");
	assert_string_equal(jobs.senders[0].oin, OURS);
	assert_int_equal(jobs.formats[0], '/');
	assert_int_equal(jobs.stream_count, 5);
	for (i = 0; i < 5; i++) {
		stream = jobs_stream(&jobs, streams[i].name);
		assert_non_null(stream);
		assert_true(stream->automatic);
		assert_string_equal(stream->format, streams[i].format);
		assert_in_range(strlen(stream->type), 1, 8);
		assert_string_equal(
			stream->endpoint_is->environment, "simulator");
	}
	assert_string_equal(
		stream->endpoint_is->wus, "https://localhost:12002/wus");
	jobs_free(&jobs);
	buf_done(&text);
	run_end(&r);
}

/* Official judgement of room/cpa.xml, where the schema is at hand. */
static void
judge(const struct buf *text)
{
	const char *shared = getenv("MOBB_SHARED");
	struct xml_schema *xsd = NULL;
	struct fault why = FAULT_NONE;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/ebms2/xsd/cpp-cpa-2_0.xsd",
		shared == NULL ? "../shared" : shared);
	if (access(path, R_OK) == -1) {
		print_message("# no %s: not judged\n", path);
		return;
	}
	assert_int_equal(xml_schema_load(path, &xsd, &why), V_OK);
	if (xml_schema_check(xsd, text->bytes, text->len, &why) != V_OK)
		fail_msg("%s: %s", why.place, why.text);
	xml_schema_free(xsd);
}

static void
test_init__the_agreement_is_valid_and_ours(void **state)
{
	static const char *const use[] = { "GLOBE-R-BV-Request",
		"GLOBE-R-BV-Result", NULL };
	static const struct {
		const char *how;
		bool reliable, sync;
	} modes[] = { { NULL, true, false }, { "--sync", true, true },
		{ "--best-effort", false, false } };
	const struct cpa_action *action;
	struct arena mem = ARENA_EMPTY;
	struct fault why = FAULT_NONE;
	struct buf text;
	struct cpa cpa;
	struct run r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		run_begin(&r);
		assert_int_equal(run(&r, "init", "room", "--ports",
					 "12001,12002", modes[i].how, NULL),
			0);
		run_read(&r, "room/cpa.xml", &text);
		judge(&text);
		if (cpa_read(text.bytes, text.len, OURS, use, false, &mem, &cpa,
			    &why) != V_OK)
			fail_msg("%s: %s", why.place, why.text);
		action = cpa_find(&cpa, "GLOBE-R-BV-Request", true);
		assert_non_null(action);
		assert_string_equal(
			action->url, "https://localhost:12002/ebms");
		assert_int_equal(action->ack_requested, modes[i].reliable);
		assert_int_equal(
			action->duplicate_elimination, modes[i].reliable);
		assert_int_equal(action->sync_reply, modes[i].sync);
		if (modes[i].reliable) {
			assert_int_equal(action->retries, 8);
			assert_int_equal(action->interval_ms, 5000);
		}
		assert_string_equal(
			cpa.our_signal_url, "https://localhost:12001/ebms");
		assert_string_equal(
			cpa.their_signal_url, "https://localhost:12002/ebms");
		buf_done(&text);
		run_end(&r);
	}
	arena_done(&mem);
}

static void
test_init__retries_for_a_test(void **state)
{
	static const char *const wrong[][2] = { { "--retries", "101" },
		{ "--retries", "x" }, { "--interval", "5s" },
		{ "--interval", "P1M" }, { "--persist", "" } };
	struct buf text;
	struct run r;
	size_t i;

	(void)state;
	run_begin(&r);
	assert_int_equal(run(&r, "init", "room", "--retries", "3", "--interval",
				 "PT2S", "--persist", "P1DT6H", NULL),
		0);
	run_read(&r, "room/cpa.xml", &text);
	assert_non_null(strstr(text.bytes, "<c:Retries>3</c:Retries>"));
	assert_non_null(
		strstr(text.bytes, "<c:RetryInterval>PT2S</c:RetryInterval>"));
	assert_non_null(strstr(text.bytes, ">P1DT6H</c:PersistDuration>"));
	buf_done(&text);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(run(&r, "init", "other", wrong[i][0],
					 wrong[i][1], NULL),
			2);
	run_end(&r);
}

/* Below pki/extra: each has a key that fits, and is wrong in its own way; that
 * they are refused is seen in test_fault.
 */
static void
test_init__certificates_that_will_not_do(void **state)
{
	static const struct {
		const char *name, *oin;
		bool expired;
	} all[] = { { "foreign-server", THEIRS, false },
		{ "foreign-client", THEIRS, false },
		{ "expired-server", THEIRS, true },
		{ "expired-client", THEIRS, true },
		{ "other-oin-server", "00000099000000030000", false },
		{ "other-oin-client", "00000099000000030000", false },
		{ "wrong-host-server", THEIRS, false },
		{ "revoked-server", THEIRS, false },
		{ "revoked-client", THEIRS, false } };
	char crt[PATH_MAX], key[PATH_MAX], name[80];
	struct fault why = FAULT_NONE;
	struct certificate certificate;
	struct buf jobs;
	struct run r;
	size_t i;

	(void)state;
	run_begin(&r);
	assert_int_equal(run(&r, "init", "room", NULL), 0);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		snprintf(name, sizeof(name), "room/pki/extra/%s.crt",
			all[i].name);
		run_path(&r, name, crt);
		snprintf(name, sizeof(name), "room/pki/extra/%s.key",
			all[i].name);
		run_path(&r, name, key);
		assert_int_equal(
			certificate_look(crt, &certificate, &why), V_OK);
		assert_string_equal(certificate.oin, all[i].oin);
		assert_int_equal(
			certificate.end_ms < clock_now_ms(), all[i].expired);
		assert_int_equal(certificate_key(crt, key, &why), V_OK);
	}
	run_read(&r, "room/jobs.yaml", &jobs);
	assert_null(strstr(jobs.bytes, "extra"));
	buf_done(&jobs);
	run_end(&r);
}

static void
test_init__a_room_is_made_once(void **state)
{
	struct buf err;
	struct run r;

	(void)state;
	run_begin(&r);
	assert_int_equal(run(&r, "init", "room", NULL), 0);
	assert_int_not_equal(run(&r, "init", "room", NULL), 0);
	run_read(&r, "err", &err);
	assert_non_null(strstr(err.bytes, "MOBB-1201 room: "));
	buf_done(&err);
	run_end(&r);
}

static void
test_init__ports(void **state)
{
	struct buf text;
	struct run r;

	(void)state;
	run_begin(&r);
	assert_int_equal(run(&r, "init", "plain", NULL), 0);
	run_read(&r, "plain/sim.yaml", &text);
	assert_non_null(strstr(text.bytes, "\"127.0.0.1:28443\""));
	buf_done(&text);
	assert_int_equal(run(&r, "init", "auto", "--ports", "auto", NULL), 0);
	run_read(&r, "auto/sim.yaml", &text);
	assert_null(strstr(text.bytes, "28443"));
	buf_done(&text);
	assert_int_equal(run(&r, "init", "x", "--ports", "1", NULL), 2);
	assert_int_equal(run(&r, "init", "x", "--ports", "1,1", NULL), 2);
	assert_int_equal(run(&r, "init", "x", "--ports", "0,1", NULL), 2);
	assert_int_equal(run(&r, "init", "x", "--ports", "1,65536", NULL), 2);
	assert_int_equal(run(&r, "init", NULL), 2);
	assert_int_equal(run(&r, "init", "a", "b", NULL), 2);
	assert_int_equal(run(&r, "--help", NULL), 0);
	assert_int_equal(run(&r, "nonsense", NULL), 2);
	run_end(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init__the_files_of_a_room),
		cmocka_unit_test(test_init__keys_are_for_their_owner),
		cmocka_unit_test(test_init__certificates_carry_the_oin),
		cmocka_unit_test(test_init__the_jobs_file_is_read_by_us),
		cmocka_unit_test(test_init__the_agreement_is_valid_and_ours),
		cmocka_unit_test(test_init__retries_for_a_test),
		cmocka_unit_test(test_init__certificates_that_will_not_do),
		cmocka_unit_test(test_init__a_room_is_made_once),
		cmocka_unit_test(test_init__ports),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
