/* tests/spool/test_reason.c - NAME.reason says all a supplier must know
 *
 * The programs are in no library, so the file under test is taken in whole.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mobbd/reason.c" /* NOLINT */

static const char golden[] =
	"BESTAND GEWEIGERD / FILE REFUSED\n"
	"\n"
	"Bestand / file:  woz-2026.zip\n"
	"Job:             20260215-k3f7\n"
	"Tijd / time:     15-02-2026 01:00:07 (Nederlandse tijd / Dutch time)\n"
	"Code:            MOBB-0115\n"
	"\n"
	"NEDERLANDS\n"
	"\n"
	"Dit bestand is geweigerd. Er is niets van verzonden.\n"
	"Reden: geen geldige XML, of afgebroken\n"
	"Plaats: record 12, regel 340\n"
	"Melding van het programma (Engels): the XML ends in the middle\n"
	"Wat te doen: Vraag de leverancier het bestand opnieuw te leveren; de\n"
	"    plaats staat in de melding.\n"
	"\n"
	"ENGLISH\n"
	"\n"
	"This file was refused. Nothing of this file was sent.\n"
	"Reason: not well-formed, or cut off\n"
	"Place: record 12, line 340\n"
	"Message of the program: the XML ends in the middle\n"
	"What it means: The XML cannot be read to its end.\n"
	"What to do: Ask the supplier to deliver the file again; the place is "
	"in\n"
	"    the message.\n";

#define WHEN INT64_C(1771113607000) /* 2026-02-15 00:00:07 UTC */

static struct buf
written(const struct fault *why, int64_t when_ms)
{
	struct buf out = BUF_MAX(16384);

	reason_text_at("20260215-k3f7", "woz-2026.zip", why, when_ms, &out);
	assert_false(out.full);
	return out;
}

static void
test_reason__is_the_document_we_promise(void **state)
{
	struct fault why = FAULT_NONE;
	struct buf out;

	(void)state;
	(void)fault_set(
		&why, V_BROKEN, CODE_NOT_XML, "the XML ends in the middle");
	fault_at(&why, "record 12, line 340");
	out = written(&why, WHEN);
	assert_string_equal(out.bytes, golden);
	buf_done(&out);
	/* As the database gives it back. */
	(void)fault_set(&why, V_BROKEN, CODE_NOT_XML,
		"record 12, line 340: the XML ends in the middle");
	out = written(&why, WHEN);
	assert_string_equal(out.bytes, golden);
	buf_done(&out);
}

static void
test_reason__of_a_place_that_is_none_or_a_part(void **state)
{
	static const struct {
		const char *place, *plaats, *english;
	} cases[] = {
		{ "", "Plaats: het hele bestand\n", "Place: the whole file\n" },
		{ "woz-2026.zip", "Plaats: het hele bestand\n",
			"Place: the whole file\n" },
		{ "20260215-k3f7/woz-2026.zip", "Plaats: het hele bestand\n",
			"Place: the whole file\n" },
		{ "part 2 of 3", "Plaats: deel 2 van 3\n",
			"Place: part 2 of 3\n" },
		{ "part 2, record 3, line 4",
			"Plaats: deel 2, record 3, regel "
			"4\n",
			"Place: part 2, record 3, line 4\n" },
		{ "woz.yaml:3:1", "Plaats: woz.yaml:3:1\n",
			"Place: woz.yaml:3:1\n" },
	};
	struct fault why;
	struct buf out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)fault_set(
			&why, V_BROKEN, CODE_SIDECAR, "the digest: it differs");
		fault_at(&why, "%s", cases[i].place);
		out = written(&why, WHEN);
		assert_non_null(strstr(out.bytes, cases[i].plaats));
		assert_non_null(strstr(out.bytes, cases[i].english));
		assert_non_null(
			strstr(out.bytes, ": the digest: it differs\n"));
		buf_done(&out);
	}
}

static void
test_reason__tells_dutch_time_on_both_sides_of_each_change(void **state)
{
	static const struct {
		const char *utc, *dutch;
	} cases[] = {
		{ "2026-03-29T00:59:59Z", "29-03-2026 01:59:59" },
		{ "2026-03-29T01:00:00Z", "29-03-2026 03:00:00" },
		{ "2026-10-25T00:59:59Z", "25-10-2026 02:59:59" },
		{ "2026-10-25T01:00:00Z", "25-10-2026 02:00:00" },
		{ "2024-03-31T01:00:00Z", "31-03-2024 03:00:00" },
		{ "2024-03-30T23:30:00Z", "31-03-2024 00:30:00" },
		{ "2026-12-31T23:30:00Z", "01-01-2027 00:30:00" },
		{ "2026-07-01T12:00:00Z", "01-07-2026 14:00:00" },
	};
	struct fault why = FAULT_NONE;
	struct buf out;
	int64_t ms;
	size_t i;

	(void)state;
	why.code = CODE_EMPTY;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(clock_parse(cases[i].utc, &ms));
		out = written(&why, ms);
		assert_non_null(strstr(out.bytes, cases[i].dutch));
		buf_done(&out);
	}
}

/* Every row of the table, with the longest of faults, in lines to be read. */
static void
test_reason__fits_for_every_code(void **state)
{
	const struct advice *rows;
	struct fault why;
	struct buf out;
	size_t count, i;
	char *line, *rest;

	(void)state;
	rows = advice_all(&count);
	for (i = 0; i <= count; i++) {
		why.code = i == count ? (enum code)9999 : rows[i].code;
		memset(why.text, 'x', sizeof(why.text));
		why.text[sizeof(why.text) - 1] = '\0';
		memset(why.place, 'y', sizeof(why.place));
		why.place[sizeof(why.place) - 1] = '\0';
		out = written(&why, WHEN);
		for (line = strtok_r(out.bytes, "\n", &rest); line != NULL;
			line = strtok_r(NULL, "\n", &rest))
			assert_true(width(line, strlen(line)) <= WIDTH ||
				    strstr(line, "xxx") != NULL ||
				    strstr(line, "yyy") != NULL);
		buf_done(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reason__is_the_document_we_promise),
		cmocka_unit_test(
			test_reason__of_a_place_that_is_none_or_a_part),
		cmocka_unit_test(
			test_reason__tells_dutch_time_on_both_sides_of_each_change),
		cmocka_unit_test(test_reason__fits_for_every_code),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
