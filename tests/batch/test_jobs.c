/* tests/batch/test_jobs.c - a jobs file is right or says where it is wrong */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "batch/jobs.h"

#define HEAD                                                                   \
	"database: private\nspool: spool\nsite_key: k\n"                       \
	"listen: { at: \"127.0.0.1:1\", certificate: c, key: k, trust: t }\n"
#define SENDER                                                                 \
	"senders:\n  - { name: voorbeeld, oin: \"00000099000000010000\", "     \
	"cpa: c, certificate: c, key: k }\n"
#define ENDPOINT                                                               \
	"endpoints:\n  - { name: sim, environment: simulator, wus: w, "        \
	"trust: t }\n"
#define PRINTER "printers:\n  - { name: drukker }\n"
#define STREAM(more)                                                           \
	"streams:\n  - { name: woz, sender: voorbeeld, endpoint: sim, "        \
	"printer: drukker, format: woz-biljet/1, type: WOZ" more " }\n"

static enum verdict
parse(const char *text, struct jobs *jobs, struct fault *why)
{
	return jobs_parse("jobs.yaml", text, strlen(text), jobs, why);
}

static void
test_jobs__a_complete_file_with_defaults(void **state)
{
	struct jobs jobs;
	struct fault why;
	const struct jobs_stream *s;

	(void)state;
	assert_int_equal(
		parse(HEAD SENDER ENDPOINT PRINTER STREAM(""), &jobs, &why),
		V_OK);
	s = jobs_stream(&jobs, "woz");
	assert_non_null(s);
	assert_string_equal(s->sender_is->oin, "00000099000000010000");
	assert_int_equal(s->endpoint_is->letters, 60000);
	assert_int_equal(s->endpoint_is->in_flight, 2);
	assert_int_equal(s->endpoint_is->lot_letters, 1000);
	assert_int_equal(s->printer_is->bundle_letters, 10000);
	assert_true(s->automatic);
	assert_int_equal(jobs.listen.max_body, 24000000);
	assert_null(jobs_stream(&jobs, "other"));
	jobs_free(&jobs);
	jobs_free(&jobs);
}

#define TWO                                                                    \
	"senders:\n"                                                           \
	"  - { name: delft, oin: \"00000099000000010000\", cpa: c, "           \
	"certificate: c, key: k, keep: 90d }\n"                                \
	"  - { name: goes, oin: \"00000099000000020000\", cpa: d, "            \
	"certificate: c, key: k, account: \"12\", letters: 500/h }\n"          \
	"  - { name: delft-echt, oin: \"00000099000000010000\", cpa: e, "      \
	"certificate: c, key: k, environment: production }\n"
#define OF(senders, more)                                                      \
	HEAD TWO ENDPOINT PRINTER                                              \
		"streams:\n  - { name: woz, " senders ", endpoint: sim, "      \
		"printer: drukker, format: woz-biljet/1, type: WOZ" more       \
		" }\n"

static void
test_jobs__each_sender_of_a_stream_is_an_entry(void **state)
{
	static const struct {
		const char *text, *says;
	} wrong[] = {
		{ OF("sender: delft, senders: [goes]", ""), "one of them" },
		{ OF("title: none", ""), "one of them" },
		{ OF("senders: []", ""), "is empty" },
		{ OF("senders: [delft, gent]", ""), "no sender named 'gent'" },
		{ OF("senders: [delft, delft]", ""), "same organisation" },
		{ OF("senders: [delft, delft-echt]", ""), "same organisation" },
		{ OF("senders: [delft]", ", keep: 23h"), "1d at least" },
	};
	const struct jobs_stream *s;
	struct jobs jobs;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		why = FAULT_NONE;
		assert_int_equal(parse(wrong[i].text, &jobs, &why), V_BROKEN);
		if (strstr(why.text, wrong[i].says) == NULL)
			fail_msg("%s: %s", wrong[i].says, why.text);
	}
	assert_int_equal(
		parse(OF("senders: [delft, goes]", ", keep: 30d"), &jobs, &why),
		V_OK);
	assert_int_equal(jobs.stream_count, 2);
	assert_string_equal(jobs.streams[0].folder, "woz/delft");
	assert_false(jobs.streams[0].again);
	assert_true(jobs.streams[1].again && jobs.streams[1].many);
	assert_int_equal(jobs.streams[0].keep, 30 * INT64_C(86400000));
	assert_null(jobs_stream_of(&jobs, "woz", NULL));
	assert_null(jobs_stream_at(&jobs, "woz"));
	s = jobs_stream_of(&jobs, "woz", "goes");
	assert_ptr_equal(s, jobs_stream_at(&jobs, "woz/goes"));
	assert_string_equal(s->sender_is->oin, "00000099000000020000");
	assert_string_equal(s->sender_is->account, "12");
	assert_int_equal(s->sender_is->letters, 500);
	jobs_free(&jobs);

	/* all: of the simulator, so not the one of production */
	assert_int_equal(parse(OF("senders: all", ""), &jobs, &why), V_OK);
	assert_int_equal(jobs.stream_count, 2);
	assert_int_equal(jobs.streams[0].keep, 90 * INT64_C(86400000));
	assert_int_equal(jobs.streams[1].keep, 0);
	jobs_free(&jobs);

	assert_int_equal(parse(OF("sender: goes", ""), &jobs, &why), V_OK);
	assert_string_equal(jobs.streams[0].folder, "woz");
	assert_ptr_equal(jobs_stream_of(&jobs, "woz", NULL), &jobs.streams[0]);
	jobs_free(&jobs);
}

/* One stream with this, and the sentence when it is refused. */
static const char *
results(const char *more, struct jobs *jobs, struct arena *mem)
{
	struct fault why = FAULT_NONE;
	const char *text = arena_format(mem,
		HEAD SENDER ENDPOINT PRINTER
		"streams:\n  - { name: woz, sender: voorbeeld, endpoint: sim, "
		"printer: drukker, format: woz-biljet/1, type: WOZ%s }\n",
		more);
	enum verdict v = parse(text, jobs, &why);

	return v == V_OK ? ""
			 : arena_format(mem, "%s: %s", why.place, why.text);
}

static void
test_jobs__results_and_brakes(void **state)
{
	static const struct {
		const char *more, *says; /* "": it is right */
	} cases[] = {
		{ ", codes: [{ code: BijlageTeGroot, act: hold }]", "" },
		{ ", codes: [{ code: BijlageTeGroot, act: resend }]",
			"must be paper or hold" },
		{ ", codes: [{ code: Verwerkt, act: hold }]",
			"cannot be chosen" },
		{ ", codes: [{ code: Bijlage, act: hold }]",
			"no VerwerkingsCode" },
		{ ", codes: [{ code: BijlageTeGroot, act: hold }, "
		  "{ code: BijlageTeGroot, act: paper }]",
			"there twice" },
		{ ", resend: 1h, resend_max: 30min", "resend_max" },
		{ ", resends: 101", "resends" },
		{ ", decline_window: 99", "decline_window" },
		{ ", decline_window: 10001", "decline_window" },
		{ ", decline_limit: 101%", "decline_limit" },
		{ ", paper_points: 101", "paper_points" },
		{ ", expect_paper: 35", "expect_paper" },
		{ ", expect_paper: 35.5%, paper_points: 0", "" },
	};
	struct arena mem = ARENA_EMPTY;
	const struct jobs_stream *s;
	struct jobs jobs;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *says = results(cases[i].more, &jobs, &mem);

		if ((says[0] == '\0') != (cases[i].says[0] == '\0') ||
			strstr(says, cases[i].says) == NULL)
			fail_msg("%s: %s", cases[i].more, says);
		jobs_free(&jobs);
	}
	assert_string_equal(results("", &jobs, &mem), "");
	s = jobs_stream(&jobs, "woz");
	assert_int_equal(s->resend_max, 4 * 3600000);
	assert_int_equal(s->decline_window, 1000);
	assert_int_equal(s->decline_limit, 100000);
	assert_int_equal(s->expect_paper, -1);
	assert_int_equal(s->paper_points, 5);
	assert_int_equal(s->rejects, -1);
	assert_int_equal(s->reject_share, -1);
	assert_int_equal(s->hold_within, 7 * INT64_C(86400000));
	assert_int_equal(s->endpoint_is->result_within, 24 * 3600000);
	assert_int_equal(s->printer_is->posted_within, 3);
	assert_int_equal(s->printer_is->address.line_chars, 40);
	assert_int_equal(s->printer_is->address.lines, 6);
	assert_int_equal(s->printer_is->address.charset, ADDRESS_LATIN);
	jobs_free(&jobs);
	/* A first pause that is longer than the longest usual one. */
	assert_string_equal(results(", resend: 6h", &jobs, &mem), "");
	assert_int_equal(jobs_stream(&jobs, "woz")->resend_max, 6 * 3600000);
	jobs_free(&jobs);
	arena_done(&mem);
}

#define TARIFF(year, letter) "  - { year: " year ", letter: " letter " }\n"

static void
test_jobs__prices_and_tariffs(void **state)
{
	static const struct {
		const char *tariffs;
		enum code code;
	} wrong[] = {
		{ TARIFF("1999", "0.47"), CODE_CONFIG_VALUE },
		{ TARIFF("2018", "1000.01"), CODE_CONFIG_VALUE },
		{ TARIFF("2018", "\"0,47\""), CODE_CONFIG_VALUE },
		{ "  - { year: 2018 }\n", CODE_CONFIG_VALUE },
		{ TARIFF("2018", "0.47") TARIFF("2018", "0.50"),
			CODE_CONFIG_DOUBLE },
	};
	char text[2000];
	struct jobs jobs;
	struct fault why;
	size_t i;

	(void)state;
	assert_int_equal(parse(HEAD SENDER ENDPOINT
				 "printers:\n  - { name: drukker, "
				 "letter_price: 0.61, "
				 "sheet_price: 0.0425 }\n" STREAM(
					 "") "tariffs:\n" TARIFF("2020", "0.50")
					 TARIFF("2018", "0.47"),
				 &jobs, &why),
		V_OK);
	assert_int_equal(jobs.printers[0].letter_price, 6100);
	assert_int_equal(jobs.printers[0].sheet_price, 425);
	/* The year itself, or the one before it. */
	assert_null(jobs_tariff(&jobs, 2017));
	assert_int_equal(jobs_tariff(&jobs, 2018)->letter, 4700);
	assert_int_equal(jobs_tariff(&jobs, 2019)->letter, 4700);
	assert_int_equal(jobs_tariff(&jobs, 2026)->letter, 5000);
	assert_int_equal(jobs_tariff(&jobs, 2026)->free, 0);
	jobs_free(&jobs);
	assert_int_equal(
		parse(HEAD SENDER ENDPOINT PRINTER STREAM(""), &jobs, &why),
		V_OK);
	assert_int_equal(jobs.printers[0].letter_price, -1);
	assert_null(jobs_tariff(&jobs, 2026));
	jobs_free(&jobs);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(text, sizeof(text), "%stariffs:\n%s",
			HEAD SENDER ENDPOINT PRINTER STREAM(""),
			wrong[i].tariffs);
		assert_int_equal(parse(text, &jobs, &why), V_BROKEN);
		assert_int_equal(why.code, wrong[i].code);
		jobs_free(&jobs);
	}
}

#define SENDER_BEFORE(list)                                                    \
	"senders:\n  - { name: voorbeeld, oin: \"00000099000000010000\", "     \
	"cpa: c, cpa_before: " list ", certificate: c, key: k }\n"

static void
test_jobs__a_sender_may_have_had_other_cpas(void **state)
{
	static const struct {
		const char *senders;
		enum code code;
		size_t count;
	} cases[] = {
		{ SENDER, CODE_NONE, 0 },
		{ SENDER_BEFORE("[]"), CODE_NONE, 0 },
		{ SENDER_BEFORE("[b, a]"), CODE_NONE, 2 },
		{ SENDER_BEFORE("[b, b]"), CODE_CONFIG_DOUBLE, 0 },
		{ SENDER_BEFORE("[b, c]"), CODE_CONFIG_DOUBLE, 0 },
		{ SENDER_BEFORE("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, "
				"14, 15, 16, 17]"),
			CODE_CONFIG_VALUE, 0 },
	};
	struct buf text = BUF_MAX(10000);
	struct jobs jobs;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf_reset(&text);
		buf_format(&text, "%s%s%s", HEAD, cases[i].senders,
			ENDPOINT PRINTER STREAM(""));
		why = FAULT_NONE;
		(void)parse(text.bytes, &jobs, &why);
		assert_int_equal(why.code, cases[i].code);
		if (cases[i].code != CODE_NONE)
			continue;
		assert_int_equal(
			jobs.senders[0].cpa_before_count, cases[i].count);
		if (cases[i].count > 0)
			assert_string_equal(jobs.senders[0].cpa_before[1], "a");
		jobs_free(&jobs);
	}
	buf_done(&text);
}

static void
test_jobs__receipts_of_a_printer(void **state)
{
	static const struct {
		const char *keys;
		enum code code;
		bool ack, posted;
		int64_t by_ms;
	} cases[] = {
		{ "", CODE_NONE, false, false, 6 * 3600000 },
		{ ", receipts: none", CODE_NONE, false, false, 6 * 3600000 },
		{ ", receipts: ack", CODE_NONE, true, false, 6 * 3600000 },
		{ ", receipts: posted, ack_by: \"09:30\"", CODE_NONE, true,
			true, 34200000 },
		{ ", receipts: some", CODE_CONFIG_VALUE, false, false, 0 },
		{ ", ack_by: \"24:00\"", CODE_CONFIG_VALUE, false, false, 0 },
		{ ", ack_by: \"6:00\"", CODE_CONFIG_VALUE, false, false, 0 },
		{ ", ack_by: \"06:0x\"", CODE_CONFIG_VALUE, false, false, 0 },
	};
	char text[2000];
	struct jobs jobs;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct jobs_printer *p;

		why = FAULT_NONE;
		snprintf(text, sizeof(text),
			"%sprinters:\n  - { name: drukker%s }\n%s",
			HEAD SENDER ENDPOINT, cases[i].keys, STREAM(""));
		(void)parse(text, &jobs, &why);
		assert_int_equal(why.code, cases[i].code);
		if (why.code == CODE_NONE) {
			p = &jobs.printers[0];
			assert_int_equal(p->awaits_ack, cases[i].ack);
			assert_int_equal(p->awaits_posted, cases[i].posted);
			assert_int_equal(p->ack_by_ms, cases[i].by_ms);
		}
		jobs_free(&jobs);
	}
}

static void
test_jobs__completeness_has_three_forms(void **state)
{
	struct jobs jobs;
	struct fault why;

	(void)state;
	assert_int_equal(parse(HEAD SENDER ENDPOINT PRINTER STREAM(
				       ", complete: quiet 30s"),
				 &jobs, &why),
		V_OK);
	assert_int_equal(jobs.streams[0].quiet_ms, 30000);
	jobs_free(&jobs);
	assert_int_equal(parse(HEAD SENDER ENDPOINT PRINTER STREAM(
				       ", complete: sidecar"),
				 &jobs, &why),
		V_OK);
	assert_true(jobs.streams[0].sidecar);
	jobs_free(&jobs);
	assert_int_equal(
		parse(HEAD SENDER ENDPOINT PRINTER STREAM(", complete: soon"),
			&jobs, &why),
		V_BROKEN);
}

#define A_SENDER(more)                                                         \
	"senders:\n  - { name: ik, oin: \"00000099000000010000\", cpa: c, "    \
	"certificate: c, key: k" more " }\n"
#define AN_ENDPOINT(more)                                                      \
	"endpoints:\n  - { name: sim, environment: simulator, wus: "           \
	"\"https://x\","                                                       \
	" trust: t" more " }\n"
#define A_PRINTER(more) "printers:\n  - { name: p" more " }\n"
#define A_STREAM(more)                                                         \
	"streams:\n  - { name: s, sender: ik, endpoint: sim, printer: p, "     \
	"format: woz-biljet/1, type: WOZ, release: automatic" more " }\n"

static void
test_jobs__limits_are_never_zero(void **state)
{
	static const struct {
		const char *text, *says; /* "": it is right */
		enum code code;
	} cases[] = {
#define CASE(sender, endpoint, printer, stream)                                \
	HEAD A_SENDER(sender) AN_ENDPOINT(endpoint) A_PRINTER(printer)         \
		A_STREAM(stream)
		{ CASE("", "", "", ""), "", CODE_NONE },
		{ CASE("", ", letters: 0/h", "", ""),
			"endpoint sim: letters: with a limit of 0 nothing",
			CODE_CONFIG_LIMIT },
		{ CASE("", ", letters: 1/h, bytes: 10kB/s", "", ""), "",
			CODE_NONE },
		{ CASE("", ", letters: 2000000000/h", "", ""),
			"endpoint sim: letters must be 1/h to 1000000000/h",
			CODE_CONFIG_LIMIT },
		{ CASE("", ", bytes: 0MB/s", "", ""),
			"endpoint sim: bytes: with a limit of 0 nothing",
			CODE_CONFIG_LIMIT },
		{ CASE("", ", in_flight: 0", "", ""),
			"endpoint sim: in_flight must be 1 to 100",
			CODE_CONFIG_VALUE },
		{ CASE("", ", lane_age: 0s", "", ""),
			"endpoint sim: lane_age must be 1s to 30d",
			CODE_CONFIG_VALUE },
		{ CASE(", letters: 0/h", "", "", ""),
			"sender ik: letters: with a limit of 0 nothing",
			CODE_CONFIG_LIMIT },
		{ CASE("", "", ", letters: 0/d", ""),
			"printer p: letters: with a limit of 0 nothing",
			CODE_CONFIG_LIMIT },
		{ CASE("", "", ", letters: 20000/h", ""),
			"is not a number a day such as 20000/d",
			CODE_CONFIG_VALUE },
		{ CASE("", "", "", ", lane: fast"),
			"stream s: lane must be urgent, normal or bulk",
			CODE_CONFIG_VALUE },
	};
	struct jobs jobs;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum verdict v = parse(cases[i].text, &jobs, &why);

		if (v != V_OK && strncmp(why.place, "jobs.yaml:", 10) != 0 &&
			cases[i].code == CODE_CONFIG_LIMIT)
			fail_msg("%zu: %s is no place", i, why.place);
		if ((v == V_OK) != (cases[i].says[0] == '\0') ||
			(v != V_OK && (why.code != cases[i].code ||
					      strstr(why.text, cases[i].says) ==
						      NULL)))
			fail_msg("%zu: %d %s", i, (int)why.code, why.text);
		jobs_free(&jobs);
	}
	assert_int_equal(parse(CASE(", letters: 7/h", ", bytes: 1MB/s",
				       ", letters: 20000/d", ", lane: bulk"),
				 &jobs, &why),
		V_OK);
	assert_int_equal(jobs.senders[0].letters, 7);
	assert_int_equal(jobs.endpoints[0].bytes, 1000000);
	assert_int_equal(jobs.endpoints[0].lane_age, 3600000);
	assert_int_equal(jobs.printers[0].letters, 20000);
	assert_int_equal(jobs.streams[0].lane_is, JOBS_BULK);
	jobs_free(&jobs);
	assert_int_equal(parse(CASE("", "", "", ""), &jobs, &why), V_OK);
	assert_int_equal(jobs.senders[0].letters, 0);
	assert_int_equal(jobs.endpoints[0].bytes, 0);
	assert_int_equal(jobs.printers[0].letters, 0);
	assert_int_equal(jobs.streams[0].lane_is, JOBS_NORMAL);
	jobs_free(&jobs);
}

static void
test_jobs__pdfs_are_looked_at_as_the_stream_says(void **state)
{
	struct jobs jobs;
	struct fault why;

	(void)state;
	assert_int_equal(
		parse(HEAD SENDER ENDPOINT PRINTER STREAM(""), &jobs, &why),
		V_OK);
	assert_false(jobs.streams[0].structure);
	assert_int_equal(jobs.streams[0].pdf, JOBS_PDF_WARN);
	assert_int_equal(jobs.streams[0].wait, 4 * 3600000);
	assert_false(jobs.streams[0].count_check);
	jobs_free(&jobs);
	assert_int_equal(parse(HEAD SENDER ENDPOINT PRINTER STREAM(
				       ", look: structure, not_pdfa: reject, "
				       "wait: 30min, count_check: true"),
				 &jobs, &why),
		V_OK);
	assert_true(jobs.streams[0].structure);
	assert_int_equal(jobs.streams[0].pdf, JOBS_PDF_REJECT);
	assert_int_equal(jobs.streams[0].wait, 30 * 60000);
	assert_true(jobs.streams[0].count_check);
	jobs_free(&jobs);
	assert_int_equal(
		parse(HEAD SENDER ENDPOINT PRINTER STREAM(", not_pdfa: never"),
			&jobs, &why),
		V_BROKEN);
	assert_int_equal(why.code, CODE_CONFIG_VALUE);
	assert_int_equal(
		parse(HEAD SENDER ENDPOINT PRINTER STREAM(", look: deep"),
			&jobs, &why),
		V_BROKEN);
	assert_int_equal(why.code, CODE_CONFIG_VALUE);
}

static void
test_jobs__a_limited_run_is_of_the_stream_or_its_sender(void **state)
{
	static const struct {
		const char *sender, *stream;
		int64_t letters; /* 0: refused */
	} cases[] = {
		{ "", "", 50 },
		{ ", lpr: 20", "", 20 },
		{ ", lpr: 20", ", lpr: 5", 5 },
		{ "", ", lpr: 1000", 1000 },
		{ "", ", lpr: 1001", 0 },
		{ "", ", lpr: 0", 0 }, /* that would be no gate */
		{ ", lpr: 0", "", 0 },
	};
	char text[4000];
	struct jobs jobs;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text),
			HEAD "senders:\n  - { name: voorbeeld, oin: "
			     "\"00000099000000010000\", cpa: c, certificate: "
			     "c, key: k%s }\n" ENDPOINT PRINTER STREAM("%s"),
			cases[i].sender, cases[i].stream);
		assert_int_equal(parse(text, &jobs, &why),
			cases[i].letters == 0 ? V_BROKEN : V_OK);
		if (cases[i].letters == 0) {
			assert_int_equal(why.code, CODE_CONFIG_VALUE);
			continue;
		}
		assert_int_equal(jobs.streams[0].lpr, cases[i].letters);
		jobs_free(&jobs);
	}
}

static void
test_jobs__a_stream_takes_a_product_of_its_printer(void **state)
{
	static const char text[] = HEAD SENDER ENDPOINT
		"printers:\n  - { name: drukker, sides: simplex, receipts: "
		"posted, bundle: merged, proof: 5, products: [ { name: a }, "
		"{ name: b, sides: duplex, colour: colour, inserts: [x] } ] "
		"}\n" STREAM(", product: b, proof: 0");
	const struct jobs_stream *s;
	struct jobs jobs;
	struct fault why;

	(void)state;
	assert_int_equal(parse(text, &jobs, &why), V_OK);
	s = jobs_stream(&jobs, "woz");
	assert_string_equal(s->product_is->name, "b");
	assert_false(s->product_is->simplex);
	assert_true(s->product_is->in_colour);
	assert_true(jobs.printers[0].products[0].simplex);
	assert_false(jobs.printers[0].products[0].in_colour);
	assert_true(s->printer_is->merged);
	assert_true(s->printer_is->proof_wait);
	assert_int_equal(s->printer_is->proof, 5);
	assert_int_equal(s->proof, 0);
	jobs_free(&jobs);
}

static void
test_jobs__a_window_is_kept_in_tenths(void **state)
{
	static const char text[] = HEAD SENDER ENDPOINT
		"printers:\n  - { name: drukker, window: { left: 115.5mm, "
		"top: 45mm, width: 80mm, height: 30mm } }\n" STREAM(
			", box_only: return");
	struct jobs jobs = { 0 };
	struct fault why = FAULT_NONE;
	const struct jobs_stream *s;

	(void)state;
	assert_int_equal(
		jobs_parse("jobs.yaml", text, strlen(text), &jobs, &why), V_OK);
	s = jobs_stream(&jobs, "woz");
	assert_int_equal(s->printer_is->window_left, 1155);
	assert_int_equal(s->printer_is->window_top, 450);
	assert_int_equal(s->printer_is->window_width, 800);
	assert_int_equal(s->printer_is->window_height, 300);
	assert_int_equal(s->printer_is->margin, 180);
	assert_int_equal(s->printer_is->letter_pages, 10);
	assert_false(s->printer_is->letter_code);
	assert_true(s->box_only_back);
	jobs_free(&jobs);
}

static void
test_jobs__mistakes_are_named(void **state)
{
	static const struct {
		const char *sentence, *text;
		enum code code;
	} cases[] = {
		{ "no such sender",
			HEAD "senders: []\n" ENDPOINT PRINTER STREAM(""),
			CODE_CONFIG_NAME },
		{ "no such endpoint",
			HEAD SENDER "endpoints: []\n" PRINTER STREAM(""),
			CODE_CONFIG_NAME },
		{ "no such printer",
			HEAD SENDER ENDPOINT "printers: []\n" STREAM(""),
			CODE_CONFIG_NAME },
		{ "two of a name",
			HEAD SENDER ENDPOINT PRINTER
			"  - { name: drukker }\n" STREAM(""),
			CODE_CONFIG_DOUBLE },
		{ "unknown key",
			HEAD SENDER ENDPOINT PRINTER STREAM(", typ: X"),
			CODE_CONFIG_KEY },
		{ "key twice", HEAD SENDER ENDPOINT PRINTER STREAM(", type: X"),
			CODE_CONFIG_DOUBLE },
		{ "odd release",
			HEAD SENDER ENDPOINT PRINTER STREAM(", release: no"),
			CODE_CONFIG_VALUE },
		{ "persons neither on nor off",
			"persons: yes\n" HEAD SENDER ENDPOINT PRINTER STREAM(
				""),
			CODE_CONFIG_VALUE },
		{ "a shared login without a name",
			"shared_logins: [\" \"]\n" HEAD SENDER ENDPOINT PRINTER
				STREAM(""),
			CODE_CONFIG_VALUE },
		{ "type too long",
			HEAD SENDER ENDPOINT PRINTER
			"streams:\n  - { name: woz, sender: voorbeeld, "
			"endpoint: sim, printer: drukker, format: a/1, "
			"type: WAYTOOLONG }\n",
			CODE_CONFIG_VALUE },
		{ "OIN of 19 digits",
			HEAD "senders:\n  - { name: v, oin: "
			     "\"0000009900000001000\", cpa: c, "
			     "certificate: c, key: k }\n" ENDPOINT PRINTER
			     "streams: []\n",
			CODE_CONFIG_VALUE },
		{ "environment unknown",
			HEAD SENDER
			"endpoints:\n  - { name: sim, "
			"environment: test, wus: w, trust: t }\n" PRINTER
				STREAM(""),
			CODE_CONFIG_VALUE },
		{ "lot too large",
			HEAD SENDER
			"endpoints:\n  - { name: sim, "
			"environment: simulator, wus: w, trust: "
			"t, lot_letters: 1001 }\n" PRINTER STREAM(""),
			CODE_CONFIG_VALUE },
		{ "pace too high",
			HEAD SENDER
			"endpoints:\n  - { name: sim, "
			"environment: simulator, wus: w, trust: "
			"t, letters: 300000/s }\n" PRINTER STREAM(""),
			CODE_CONFIG_LIMIT },
		{ "bundles of nothing",
			HEAD SENDER ENDPOINT "printers:\n  - { name: drukker, "
					     "bundle_letters: 0 }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "bundle too large for memory",
			HEAD SENDER ENDPOINT
			"printers:\n  - { name: drukker, "
			"bundle_letters: 1000000 }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "a window without a unit",
			HEAD SENDER ENDPOINT
			"printers:\n  - { name: drukker, "
			"window: { left: 20 } }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "a window that no address fits",
			HEAD SENDER ENDPOINT
			"printers:\n  - { name: drukker, "
			"window: { height: 19.9mm } }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "a window over the edge",
			HEAD SENDER ENDPOINT
			"printers:\n  - { name: drukker, "
			"window: { left: 116mm } }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "a window in the middle",
			HEAD SENDER ENDPOINT
			"printers:\n  - { name: drukker, "
			"window: { left: 60mm, width: 100mm } }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "a window in the margin of the barcode",
			HEAD SENDER ENDPOINT
			"printers:\n  - { name: drukker, "
			"barcode_margin: 20.1mm }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "a margin that leaves no page",
			HEAD SENDER ENDPOINT
			"printers:\n  - { name: drukker, "
			"barcode_margin: 41mm }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "letters without pages",
			HEAD SENDER ENDPOINT "printers:\n  - { name: drukker, "
					     "letter_pages: 0 }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "box only, and yet printed",
			HEAD SENDER ENDPOINT PRINTER STREAM(
				", box_only: paper"),
			CODE_CONFIG_VALUE },
		{ "paper with three sides",
			HEAD SENDER ENDPOINT "printers:\n  - { name: drukker, "
					     "sides: three }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "receipts of another kind",
			HEAD SENDER ENDPOINT "printers:\n  - { name: drukker, "
					     "receipts: some }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "bundles in a box",
			HEAD SENDER ENDPOINT "printers:\n  - { name: drukker, "
					     "bundle: box }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "TEST bundles where the printer takes them",
			HEAD SENDER ENDPOINT "printers:\n  - { name: drukker, "
					     "folder: print/out }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "TEST bundles outside the spool",
			HEAD SENDER ENDPOINT "printers:\n  - { name: drukker, "
					     "folder: ../x }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "a proof of a whole run",
			HEAD SENDER ENDPOINT "printers:\n  - { name: drukker, "
					     "proof: 51 }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "lines too short for a postcode and a town",
			HEAD SENDER ENDPOINT "printers:\n  - { name: drukker, "
					     "line_chars: 29 }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "two products of a name",
			HEAD SENDER ENDPOINT
			"printers:\n  - { name: drukker, products: [ { name: a "
			"}, { name: a } ] }\n" STREAM(""),
			CODE_CONFIG_DOUBLE },
		{ "a large envelope that is not there",
			HEAD SENDER ENDPOINT
			"printers:\n  - { name: drukker, products: [ { name: "
			"a, envelope_sheets: 3 } ] }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "a product the printer does not have",
			HEAD SENDER ENDPOINT PRINTER STREAM(", product: snel"),
			CODE_CONFIG_NAME },
		{ "a language of digits",
			HEAD SENDER ENDPOINT PRINTER STREAM(", language: '31'"),
			CODE_CONFIG_VALUE },
		{ "address lines too long",
			HEAD SENDER ENDPOINT "printers:\n  - { name: drukker, "
					     "line_chars: 61 }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "an address of two lines",
			HEAD SENDER ENDPOINT "printers:\n  - { name: drukker, "
					     "lines: 2 }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "an address of seven lines",
			HEAD SENDER ENDPOINT "printers:\n  - { name: drukker, "
					     "lines: 7 }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "characters of no printer",
			HEAD SENDER ENDPOINT "printers:\n  - { name: drukker, "
					     "charset: ebcdic }\n" STREAM(""),
			CODE_CONFIG_VALUE },
		{ "name with a slash",
			HEAD SENDER ENDPOINT PRINTER
			"streams:\n  - { name: ../woz, sender: voorbeeld, "
			"endpoint: sim, printer: drukker, format: a/1, "
			"type: W }\n",
			CODE_CONFIG_VALUE },
	};
	struct jobs jobs;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("# %s\n", cases[i].sentence);
		assert_int_equal(parse(cases[i].text, &jobs, &why), V_BROKEN);
		assert_int_equal(why.code, cases[i].code);
		assert_memory_equal(why.place, "jobs.yaml", 9);
	}
}

/* --- the wire --- */

#define HERE "database: private\nspool: spool\nsite_key: k\n"
#define LISTEN(rest) HERE "listen: { " rest " }\n"
#define AT "at: \"127.0.0.1:1\", trust: t"
#define PORT LISTEN(AT ", certificate: c, key: k")
#define SENDERS(more)                                                          \
	"senders:\n  - { name: voorbeeld, oin: \"00000099000000010000\", "     \
	"cpa: c, certificate: c, key: k" more " }\n"
#define ENDPOINTS(environment, more)                                           \
	"endpoints:\n  - { name: sim, environment: " environment               \
	", wus: w, trust: t" more " }\n"
#define REST PRINTER STREAM("")
#define SIM(more) PORT SENDER ENDPOINTS("simulator", more) REST
#define CRL(rest) PORT "crl: { " rest " }\n" SENDER ENDPOINT REST

struct wire_case {
	const char *sentence, *text;
	const char *names; /* in the fault, NULL: it is right */
};

static void
check_wire(const struct wire_case *cases, size_t count)
{
	struct jobs jobs;
	struct fault why;
	enum verdict v;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct wire_case *c = &cases[i];

		why = FAULT_NONE;
		v = parse(c->text, &jobs, &why);
		print_message("# %s: %s\n", c->sentence, why.text);
		if (c->names == NULL) {
			assert_int_equal(v, V_OK);
			jobs_free(&jobs);
			continue;
		}
		assert_int_equal(v, V_BROKEN);
		assert_int_equal(why.code, CODE_CONFIG_VALUE);
		assert_non_null(strstr(why.text, c->names));
		assert_memory_equal(why.place, "jobs.yaml", 9);
	}
}

#define CHECK_WIRE(cases) check_wire(cases, sizeof(cases) / sizeof((cases)[0]))

static void
test_jobs__the_listener_has_three_places(void **state)
{
#define ALL SENDER ENDPOINT REST
	static const struct wire_case cases[] = {
		{ "a port, with our own TLS", PORT ALL, NULL },
		{ "a port without a certificate", LISTEN(AT) ALL,
			"certificate" },
		{ "a port without a key", LISTEN(AT ", certificate: c") ALL,
			"key" },
		{ "a port with a header: anybody could write it",
			LISTEN(AT ", certificate: c, key: k, header: X") ALL,
			"header" },
		{ "a socket behind a front proxy",
			LISTEN("at: \"unix:/run/mobb.sock\", trust: t, "
			       "header: X-Client-Cert") ALL,
			NULL },
		{ "a socket that does not say where the certificate is",
			LISTEN("at: \"unix:/run/mobb.sock\", trust: t, "
			       "certificate: c, key: k") ALL,
			"header" },
		{ "a socket of systemd, with our own TLS",
			LISTEN("at: systemd, trust: t, certificate: c, "
			       "key: k") ALL,
			NULL },
		{ "a socket of systemd, behind a front proxy",
			LISTEN("at: systemd, trust: t, header: X-Cert") ALL,
			NULL },
		{ "a socket of systemd, neither",
			LISTEN("at: systemd, trust: t") ALL, "certificate" },
		{ "a header with a blank",
			LISTEN("at: systemd, trust: t, header: \"X Cert\"") ALL,
			"header" },
		{ "a header with a colon",
			LISTEN("at: systemd, trust: t, header: \"X:\"") ALL,
			"header" },
		{ "a header without a name",
			LISTEN("at: systemd, trust: t, header: \"\"") ALL,
			"header" },
		{ "the smallest limit",
			LISTEN(AT ", certificate: c, key: k, max_body: 1MB")
				ALL,
			NULL },
		{ "a limit below it",
			LISTEN(AT ", certificate: c, key: k, "
				  "max_body: 999kB") ALL,
			"max_body" },
		{ "the largest limit",
			LISTEN(AT ", certificate: c, key: k, "
				  "max_body: 100MB") ALL,
			NULL },
		{ "a limit above it",
			LISTEN(AT ", certificate: c, key: k, "
				  "max_body: 101MB") ALL,
			"max_body" },
	};
#undef ALL
	(void)state;
	CHECK_WIRE(cases);
}

static void
test_jobs__strict_unless_told(void **state)
{
	struct jobs jobs;
	struct fault why;

	(void)state;
	assert_int_equal(parse(SIM(""), &jobs, &why), V_OK);
	assert_true(jobs.listen.strict);
	assert_null(jobs.listen.header);
	jobs_free(&jobs);
	assert_int_equal(
		parse(LISTEN(AT ", certificate: c, key: k, strict: false")
				SENDER ENDPOINT REST,
			&jobs, &why),
		V_OK);
	assert_false(jobs.listen.strict);
	jobs_free(&jobs);
}

static void
test_jobs__who_may_be_at_the_other_end(void **state)
{
	static const struct wire_case cases[] = {
		{ "by OIN", SIM(", peer: chain+oin"), NULL },
		{ "by chain", SIM(", peer: chain"), NULL },
		{ "by the certificate of the CPA", SIM(", peer: exact-cpa"),
			NULL },
		{ "by guess", SIM(", peer: anybody"), "peer" },
		{ "by a gateway", SIM(", gateways: [\"00000004003214345001\"]"),
			NULL },
		{ "by a gateway of 19 digits",
			SIM(", gateways: [\"00000004003214345001\", "
			    "\"0000000400321434500\"]"),
			"gateways" },
		{ "by a gateway with letters",
			SIM(", gateways: [\"0000000400321434500a\"]"),
			"gateways" },
	};
	struct jobs jobs;
	struct fault why;

	(void)state;
	CHECK_WIRE(cases);
	assert_int_equal(parse(SIM(""), &jobs, &why), V_OK);
	assert_int_equal(jobs.endpoints[0].peer_is, JOBS_PEER_OIN);
	assert_int_equal(jobs.endpoints[0].gateway_count, 0);
	jobs_free(&jobs);
	assert_int_equal(parse(SIM(", peer: exact-cpa, gateways: "
				   "[\"00000004003214345001\", "
				   "\"00000004003214345002\"]"),
				 &jobs, &why),
		V_OK);
	assert_int_equal(jobs.endpoints[0].peer_is, JOBS_PEER_EXACT);
	assert_int_equal(jobs.endpoints[0].gateway_count, 2);
	assert_string_equal(
		jobs.endpoints[0].gateways[1], "00000004003214345002");
	jobs_free(&jobs);
}

static void
test_jobs__proxies_and_plain_http(void **state)
{
	static const struct wire_case cases[] = {
		{ "a proxy", SIM(", proxy: \"http://proxy:3128\""), NULL },
		{ "with a name and a password",
			SIM(", proxy: \"http://proxy:3128\", "
			    "proxy_auth: keys/proxy"),
			NULL },
		{ "a proxy that is no address", SIM(", proxy: proxy"),
			"proxy" },
		{ "a proxy over TLS", SIM(", proxy: \"https://proxy:3128\""),
			"proxy" },
		{ "a proxy without a port", SIM(", proxy: \"http://proxy\""),
			"proxy" },
		{ "a proxy with a path",
			SIM(", proxy: \"http://proxy:3128/x\""), "proxy" },
		{ "a password where everybody reads it",
			SIM(", proxy: \"http://me:secret@proxy:3128\""),
			"proxy_auth" },
		{ "a password for no proxy", SIM(", proxy_auth: keys/proxy"),
			"proxy_auth without proxy" },
		{ "plain http to a simulator", SIM(", plain_http: true"),
			NULL },
		{ "plain http to preproduction",
			PORT SENDERS(", environment: preproduction") ENDPOINTS(
				"preproduction", ", plain_http: true") REST,
			"plain_http" },
		{ "plain http to production",
			PORT SENDERS(", environment: production") ENDPOINTS(
				"production", ", plain_http: true") REST,
			"plain_http" },
		{ "no plain http to production",
			PORT SENDERS(", environment: production") ENDPOINTS(
				"production", ", plain_http: false") REST,
			NULL },
	};
	struct jobs jobs;
	struct fault why;

	(void)state;
	CHECK_WIRE(cases);
	assert_int_equal(parse(SIM(""), &jobs, &why), V_OK);
	assert_null(jobs.endpoints[0].proxy);
	assert_false(jobs.endpoints[0].plain_http);
	jobs_free(&jobs);
}

#define PRODUCTION                                                             \
	PORT SENDERS(", environment: production") ENDPOINTS("production", "")  \
		REST

static void
test_jobs__persons_are_always_on_in_production(void **state)
{
	static const struct {
		const char *text;
		bool on;
	} cases[] = {
		{ HEAD SENDER ENDPOINT PRINTER STREAM(""), false },
		{ "persons: off\n" HEAD SENDER ENDPOINT PRINTER STREAM(""),
			false },
		{ "persons: on\n" HEAD SENDER ENDPOINT PRINTER STREAM(""),
			true },
		{ PRODUCTION, true },
	};
	struct jobs jobs;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(cases[i].text, &jobs, &why), V_OK);
		assert_int_equal(jobs.persons_on, cases[i].on);
		jobs_free(&jobs);
	}
	assert_int_equal(
		parse("persons: off\n" PRODUCTION, &jobs, &why), V_BROKEN);
	assert_non_null(strstr(why.text, "with endpoint sim in production"));
}

static void
test_jobs__one_or_two_persons_release(void **state)
{
	struct jobs jobs;
	struct fault why;

	(void)state;
	assert_int_equal(
		parse("shared_logins: [beheer, operator]\n" HEAD SENDER ENDPOINT
				PRINTER STREAM(", release: "
					       "two-persons, "
					       "release_letters: 5k"),
			&jobs, &why),
		V_OK);
	assert_false(jobs.streams[0].automatic);
	assert_int_equal(jobs.streams[0].persons, 2);
	assert_int_equal(jobs.streams[0].release_letters, 5000);
	assert_int_equal(jobs.shared_login_count, 2);
	jobs_free(&jobs);
}

/* Rehearsal and production never meet. */
static void
test_jobs__a_sender_stays_in_its_environment(void **state)
{
#define AT_ENV(sender, endpoint)                                               \
	PORT SENDERS(sender) ENDPOINTS(endpoint, "") REST
	static const struct wire_case cases[] = {
		{ "a simulator asks nothing", AT_ENV("", "simulator"), NULL },
		{ "preproduction both",
			AT_ENV(", environment: preproduction", "preproduction"),
			NULL },
		{ "production both",
			AT_ENV(", environment: production", "production"),
			NULL },
		{ "preproduction, and the sender does not say",
			AT_ENV("", "preproduction"), "environment is missing" },
		{ "production, and the sender does not say",
			AT_ENV("", "production"), "environment is missing" },
		{ "a test sender in production",
			AT_ENV(", environment: preproduction", "production"),
			"sender voorbeeld is for preproduction, endpoint sim "
			"for production" },
		{ "a production sender in preproduction",
			AT_ENV(", environment: production", "preproduction"),
			"sender voorbeeld is for production" },
		{ "a production sender at a simulator",
			AT_ENV(", environment: production", "simulator"),
			"sender voorbeeld is for production" },
		{ "a sender of no environment there is",
			AT_ENV(", environment: acceptatie", "simulator"),
			"environment must be" },
		{ "an endpoint of no environment there is",
			AT_ENV("", "acceptatie"), "environment must be" },
	};
#undef AT_ENV
	(void)state;
	CHECK_WIRE(cases);
}

/* Each has a process of its own. */
static void
test_jobs__so_many_endpoints_and_no_more(void **state)
{
	struct buf text = BUF_MAX(100000);
	struct jobs jobs;
	struct fault why;
	int n;

	(void)state;
	for (n = JOBS_ENDPOINTS_MAX; n <= JOBS_ENDPOINTS_MAX + 1; n++) {
		int i;

		buf_reset(&text);
		buf_text(&text, PORT SENDER ENDPOINT);
		for (i = 1; i < n; i++)
			buf_format(&text,
				"  - { name: sim-%d, environment: simulator, "
				"wus: w, trust: t }\n",
				i);
		buf_text(&text, REST);
		assert_false(text.full);
		if (n == JOBS_ENDPOINTS_MAX) {
			assert_int_equal(parse(text.bytes, &jobs, &why), V_OK);
			assert_true(jobs_uses(
				&jobs, &jobs.endpoints[0], &jobs.senders[0]));
			assert_false(jobs_uses(
				&jobs, &jobs.endpoints[1], &jobs.senders[0]));
			jobs_free(&jobs);
			continue;
		}
		assert_int_equal(parse(text.bytes, &jobs, &why), V_BROKEN);
		assert_int_equal(why.code, CODE_CONFIG_VALUE);
		assert_non_null(strstr(why.text, "endpoints: 33"));
	}
	buf_done(&text);
}

static void
test_jobs__revocation_lists(void **state)
{
	static const struct {
		const char *sentence, *text;
		enum jobs_crl_check check;
	} words[] = {
		{ "nothing said", SIM(""), JOBS_CRL_OFF },
		{ "off", CRL("check: off"), JOBS_CRL_OFF },
		{ "off, whatever there is", CRL("check: off, folder: crl"),
			JOBS_CRL_OFF },
		{ "use", CRL("check: use"), JOBS_CRL_USE },
		{ "require", CRL("check: require"), JOBS_CRL_REQUIRE },
		{ "a folder is to be used", CRL("folder: crl"), JOBS_CRL_USE },
		{ "and so are sources",
			CRL("sources: [\"http://crl.example.nl/a.crl\"]"),
			JOBS_CRL_USE },
	};
	static const struct wire_case cases[] = {
		{ "a word of its own", CRL("check: perhaps"), "check" },
		{ "a source over https",
			CRL("sources: [\"https://crl.example.nl/a.crl\"]"),
			NULL },
		{ "a source that is a path",
			CRL("sources: [\"http://crl.example.nl/a.crl\", "
			    "\"/var/crl\"]"),
			"sources" },
		{ "a source over LDAP",
			CRL("sources: [\"ldap://crl.example.nl\"]"),
			"sources" },
		{ "a proxy", CRL("proxy: \"http://proxy:3128\""), NULL },
		{ "a proxy that is no address", CRL("proxy: proxy"), "proxy" },
	};
	struct jobs jobs;
	struct fault why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		print_message("# %s\n", words[i].sentence);
		assert_int_equal(parse(words[i].text, &jobs, &why), V_OK);
		assert_int_equal(jobs.crl.check_is, words[i].check);
		assert_int_equal(jobs.crl.every, 6 * 3600000);
		jobs_free(&jobs);
	}
	CHECK_WIRE(cases);
	assert_int_equal(
		parse(CRL("every: 30min, folder: crl"), &jobs, &why), V_OK);
	assert_int_equal(jobs.crl.every, 30 * 60000);
	assert_string_equal(jobs.crl.folder, "crl");
	jobs_free(&jobs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jobs__prices_and_tariffs),
		cmocka_unit_test(test_jobs__a_complete_file_with_defaults),
		cmocka_unit_test(
			test_jobs__each_sender_of_a_stream_is_an_entry),
		cmocka_unit_test(test_jobs__a_sender_may_have_had_other_cpas),
		cmocka_unit_test(test_jobs__receipts_of_a_printer),
		cmocka_unit_test(test_jobs__completeness_has_three_forms),
		cmocka_unit_test(test_jobs__limits_are_never_zero),
		cmocka_unit_test(
			test_jobs__pdfs_are_looked_at_as_the_stream_says),
		cmocka_unit_test(
			test_jobs__a_limited_run_is_of_the_stream_or_its_sender),
		cmocka_unit_test(
			test_jobs__a_stream_takes_a_product_of_its_printer),
		cmocka_unit_test(test_jobs__a_window_is_kept_in_tenths),
		cmocka_unit_test(test_jobs__mistakes_are_named),
		cmocka_unit_test(test_jobs__the_listener_has_three_places),
		cmocka_unit_test(test_jobs__strict_unless_told),
		cmocka_unit_test(test_jobs__who_may_be_at_the_other_end),
		cmocka_unit_test(test_jobs__proxies_and_plain_http),
		cmocka_unit_test(test_jobs__a_sender_stays_in_its_environment),
		cmocka_unit_test(test_jobs__so_many_endpoints_and_no_more),
		cmocka_unit_test(test_jobs__results_and_brakes),
		cmocka_unit_test(test_jobs__revocation_lists),
		cmocka_unit_test(
			test_jobs__persons_are_always_on_in_production),
		cmocka_unit_test(test_jobs__one_or_two_persons_release),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
