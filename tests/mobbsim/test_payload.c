/* tests/mobbsim/test_payload.c - deliveries read, judged and answered
 *
 * Our own schema says what a delivery is; the official one, where it is at
 * hand, has the last word.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "mobbsim/citizen.c"
#include "mobbsim/dice.c"
#include "mobbsim/judge.c"
#include "mobbsim/payload.c"
#include "mobbsim/result.c"
#include "mobbsim/subscribers.c"

#define M "http://schemas.rdw.nl/GEB/BerichtenProsessor/Bericht/Types/2009/01"
#define BATCH "0b5b1b2c-0d7f-4c27-9a55-0c7a4d0f9a01"
#define OTHER "0b5b1b2c-0d7f-4c27-9a55-0c7a4d0f9a02"
#define ID1 "7f2f1a52-9d0e-4d1f-8c3a-111111111111"
#define ID2 "7f2f1a52-9d0e-4d1f-8c3a-222222222222"
#define OIN "00000099000000010000"
#define MADE "2026-11-18T08:00:00.000Z"
#define TEXT_BYTES 8000

/* Two letters: one with two attachments ("%PDF-1" and "%PDF-2"), one with
 * none; 999911685 has a box, 999990019 has not.
 */
static const char good[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
	"<b:Berichten xmlns:b=\"" NS_BATCH "\" xmlns:m=\"" M "\">"
	"<b:BatchInformatie><b:BatchID>" BATCH "</b:BatchID>"
	"<b:AanmaakDatum>" MADE "</b:AanmaakDatum>"
	"<b:BerichtLeverancierID>" OIN "</b:BerichtLeverancierID>"
	"</b:BatchInformatie>"
	"<m:Bericht><m:BerichtInformatie><m:BatchID>" BATCH "</m:BatchID>"
	"<m:BerichtID>" ID1 "</m:BerichtID><m:BerichtType>WOZ</m:BerichtType>"
	"<m:PublicatieDatum>2026-11-20T08:00:00Z</m:PublicatieDatum>"
	"<m:Onderwerp>WOZ</m:Onderwerp><m:BerichtTekst>hallo</m:BerichtTekst>"
	"<m:Referentie>0000000000001-01</m:Referentie>"
	"<m:GebruikerID>999911685</m:GebruikerID>"
	"<m:SoortGebruiker>Burger</m:SoortGebruiker></m:BerichtInformatie>"
	"<m:Bijlagen><m:Bijlage><m:Inhoud>JVBERi0x</m:Inhoud>"
	"<m:BijlageType>Pdf</m:BijlageType><m:Omschrijving>een"
	"</m:Omschrijving><m:Volgorde>1</m:Volgorde></m:Bijlage>"
	"<m:Bijlage><m:Inhoud>JVBE\nRi0y</m:Inhoud>"
	"<m:BijlageType>Pdf</m:BijlageType><m:Omschrijving>twee"
	"</m:Omschrijving><m:Volgorde>2</m:Volgorde></m:Bijlage>"
	"</m:Bijlagen></m:Bericht>"
	"<m:Bericht><m:BerichtInformatie><m:BatchID>" BATCH "</m:BatchID>"
	"<m:BerichtID>" ID2 "</m:BerichtID><m:BerichtType>WOZ</m:BerichtType>"
	"<m:Onderwerp>WOZ</m:Onderwerp>"
	"<m:GebruikerID>999990019</m:GebruikerID>"
	"<m:SoortGebruiker>Burger</m:SoortGebruiker></m:BerichtInformatie>"
	"</m:Bericht></b:Berichten>";

static void
change(const char *from, const char *to, char out[TEXT_BYTES])
{
	const char *at = strstr(good, from);

	assert_non_null(at);
	snprintf(out, TEXT_BYTES, "%.*s%s%s", (int)(at - good), good, to,
		at + strlen(from));
}

static int64_t
moment(const char *text)
{
	int64_t ms = 0;

	assert_true(clock_parse(text, &ms));
	return ms;
}

static struct xml_schema *
official(const char *name)
{
	const char *shared = getenv("MOBB_SHARED");
	struct fault why = FAULT_NONE;
	struct xml_schema *xsd = NULL;
	char path[300];

	snprintf(path, sizeof(path), "%s/logius/%s",
		shared == NULL ? "../shared" : shared, name);
	if (access(path, R_OK) == -1)
		return NULL;
	assert_int_equal(xml_schema_load(path, &xsd, &why), V_OK);
	return xsd;
}

static struct xml_schema *
ours(void)
{
	struct fault why = FAULT_NONE;
	struct xml_schema *xsd = NULL;

	assert_int_equal(
		xml_schema_load("schemas/box-request.xsd", &xsd, &why), V_OK);
	return xsd;
}

static void
test_payload__everything_is_read(void **state)
{
	struct arena mem = ARENA_EMPTY;
	struct payload p;

	(void)state;
	payload_read(good, strlen(good), &mem, &p);
	assert_true(p.whole);
	assert_string_equal(p.batch_id, BATCH);
	assert_string_equal(p.made, MADE);
	assert_string_equal(p.sender, OIN);
	assert_int_equal(p.letter_count, 2);
	assert_string_equal(p.letters[0].id_text, ID1);
	assert_string_equal(p.letters[0].reference, "0000000000001-01");
	assert_string_equal(p.letters[0].bsn, "999911685");
	assert_int_equal(p.letters[0].attachment_bytes, 12);
	/* sha256sum of the two, joined */
	assert_string_equal(p.letters[0].attachments,
		"21af8e71c8703196df7fe1ff901869a8"
		"8fe64c07bbaa83d838efb45a52b4f303+"
		"468b145bbc44c6e9436af27c6aa4378a"
		"76b0e1c52829f59abd537da87572f240");
	assert_string_equal(p.letters[1].attachments, "");
	assert_string_equal(p.letters[1].reference, "");
	arena_done(&mem);
}

/* What our schema refuses, and whether the official one does too. */
static void
test_payload__the_schema_refuses(void **state)
{
	static const struct {
		const char *from, *to;
		bool stricter; /* than the official one */
	} cases[] = {
		{ "b:BatchID>" BATCH, "b:BatchID>no-uuid", false },
		{ "b:BatchID>" BATCH, "b:BatchID>{" BATCH "}", false },
		{ MADE, "18-11-2026", false },
		{ MADE, "2026-11-18T08:00:00", true },
		{ OIN "</b:BerichtLeverancierID>", "</b:BerichtLeverancierID>",
			false },
		{ OIN "</b:BerichtLeverancierID>",
			OIN "123456</b:BerichtLeverancierID>", false },
		{ ">WOZ</m:BerichtType>", ">WOZWOZWOZ</m:BerichtType>", false },
		{ "<m:BerichtType>WOZ</m:BerichtType>", "", false },
		{ "<m:Onderwerp>WOZ</m:Onderwerp>",
			"<m:Onderwerp></m:Onderwerp>", false },
		{ "<m:Onderwerp>WOZ</m:Onderwerp>",
			"<m:Onderwerp>123456789012345678901234567890123456789"
			"01234567890X</m:Onderwerp>",
			false },
		{ "0000000000001-01", "12345678901234567890123456", false },
		{ "999911685", "99991168", true },
		{ "999911685", "", false },
		{ "Burger", "Bedrijf", false },
		{ "JVBERi0x", "", false },
		{ ">Pdf<", ">Tekst<", false },
		{ ">een<", "><", false },
		{ ">1</m:Volgorde>", ">een</m:Volgorde>", false },
		{ ">1</m:Volgorde>", ">3</m:Volgorde>", true },
		{ "<m:BerichtTekst>hallo</m:BerichtTekst>"
		  "<m:Referentie>0000000000001-01</m:Referentie>",
			"<m:Referentie>1</m:Referentie>"
			"<m:BerichtTekst>hallo</m:BerichtTekst>",
			false },
		{ "<m:SoortGebruiker>", "<m:Nieuw/><m:SoortGebruiker>", false },
		{ "<b:Berichten ", "<b:Berichten x=\"1\" ", false },
		{ "<b:Berichten ", "<!DOCTYPE b><b:Berichten ", true },
		{ "</b:Berichten>", "", false },
	};
	struct xml_schema *own = ours();
	struct xml_schema *judge = official("request/GLOBEBatchRequest.xsd");
	char text[TEXT_BYTES];
	struct fault why;
	size_t i;

	(void)state;
	assert_int_equal(xml_schema_check(own, good, strlen(good), &why), V_OK);
	if (judge != NULL)
		assert_int_equal(
			xml_schema_check(judge, good, strlen(good), &why),
			V_OK);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		change(cases[i].from, cases[i].to, text);
		why = FAULT_NONE;
		if (xml_schema_check(own, text, strlen(text), &why) != V_SKIP)
			fail_msg("accepted: %s -> %s", cases[i].from,
				cases[i].to);
		/* What is wrong is said without what was written. */
		assert_null(strstr(why.text, "99991168"));
		assert_null(strstr(why.text, "1234567890"));
		if (judge != NULL && !cases[i].stricter &&
			xml_schema_check(judge, text, strlen(text), &why) !=
				V_SKIP)
			fail_msg("only we refuse: %s -> %s", cases[i].from,
				cases[i].to);
	}
	xml_schema_free(own);
	xml_schema_free(judge);
}

static void
test_payload__a_thousand_letters_and_no_more(void **state)
{
	const char *letter = strstr(good, "<m:Bericht>");
	const char *last = strstr(letter + 1, "<m:Bericht>");
	struct buf text = BUF_MAX((size_t)20000000);
	struct xml_schema *own = ours();
	struct fault why = FAULT_NONE;
	int i;

	(void)state;
	buf_add(&text, good, (size_t)(letter - good));
	for (i = 0; i < 1000; i++)
		buf_add(&text, letter, (size_t)(last - letter));
	buf_text(&text, "</b:Berichten>");
	assert_int_equal(
		xml_schema_check(own, text.bytes, text.len, &why), V_OK);
	text.len -= strlen("</b:Berichten>");
	buf_add(&text, letter, (size_t)(last - letter));
	buf_text(&text, "</b:Berichten>");
	assert_int_equal(
		xml_schema_check(own, text.bytes, text.len, &why), V_SKIP);
	buf_reset(&text);
	buf_add(&text, good, (size_t)(letter - good));
	buf_text(&text, "</b:Berichten>");
	assert_int_equal(
		xml_schema_check(own, text.bytes, text.len, &why), V_SKIP);
	xml_schema_free(own);
	buf_done(&text);
}

/* Cut anywhere: never more than was there, and never whole. */
static void
test_payload__cut_anywhere(void **state)
{
	struct arena mem = ARENA_EMPTY;
	struct payload p;
	size_t len;

	(void)state;
	for (len = 0; len < strlen(good); len += 7) {
		char *part = malloc(len + 1);

		assert_non_null(part);
		memcpy(part, good, len);
		payload_read(part, len, &mem, &p);
		free(part);
		assert_false(p.whole);
		assert_true(p.letter_count <= 2);
		arena_reset(&mem);
	}
	arena_done(&mem);
}

static void
test_payload__each_letter_is_judged(void **state)
{
	static const struct {
		const char *from, *to;
		const char *now;
		bool valid, known;
		enum judge_code first;
	} cases[] = {
		{ "WOZ", "WOZ", MADE, true, false, JUDGE_VERWERKT },
		{ "WOZ", "WOZ", MADE, true, true, JUDGE_BESTAAT },
		{ "WOZ", "WOZ", MADE, false, false, JUDGE_XML },
		{ "JVBERi0x", "JVBERi0", MADE, true, false, JUDGE_XML },
		{ "m:BatchID>" BATCH, "m:BatchID>" OTHER, MADE, true, false,
			JUDGE_XML },
		{ OIN, "00000099000000030000", MADE, true, false, JUDGE_OIN },
		{ "WOZ", "WOZ", "2026-12-01T08:00:00Z", true, false,
			JUDGE_VERWERKT },
		{ "WOZ", "WOZ", "2026-12-01T08:00:00.001Z", true, false,
			JUDGE_AANMAAK },
		{ "2026-11-20T08:00:00Z", "2026-12-01T08:00:00Z", MADE, true,
			false, JUDGE_VERWERKT },
		{ "2026-11-20T08:00:00Z", "2026-12-01T08:00:01Z", MADE, true,
			false, JUDGE_PUBLICATIE },
		{ "999911685", "999990019", MADE, true, false,
			JUDGE_NIET_ACTIEF },
	};
	struct arena mem = ARENA_EMPTY;
	struct judge judge = { .oin = OIN };
	char text[TEXT_BYTES];
	struct payload p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		change(cases[i].from, cases[i].to, text);
		payload_read(text, strlen(text), &mem, &p);
		judge.now_ms = moment(cases[i].now);
		judge.valid = cases[i].valid;
		assert_int_equal(
			judge_letter(&judge, &p, &p.letters[0], cases[i].known),
			cases[i].first);
		arena_reset(&mem);
	}
	arena_done(&mem);
}

static void
test_payload__half_a_megabyte_fits_and_no_byte_more(void **state)
{
	struct judge judge = {
		.oin = OIN, .now_ms = moment(MADE), .valid = true
	};
	struct arena mem = ARENA_EMPTY;
	struct payload p;

	(void)state;
	payload_read(good, strlen(good), &mem, &p);
	p.letters[0].attachment_bytes = 500000;
	assert_int_equal(
		judge_letter(&judge, &p, &p.letters[0], false), JUDGE_VERWERKT);
	p.letters[0].attachment_bytes = 500001;
	assert_int_equal(
		judge_letter(&judge, &p, &p.letters[0], false), JUDGE_BIJLAGE);
	arena_done(&mem);
}

static void
test_payload__a_type_has_to_be_registered(void **state)
{
	static char one[] = "UITKER", two[] = "WOZ";
	char *types[] = { one, two };
	struct judge judge = { .oin = OIN,
		.now_ms = moment(MADE),
		.valid = true,
		.types = types };
	static const enum judge_code wanted[] = { JUDGE_VERWERKT, JUDGE_TYPE,
		JUDGE_VERWERKT };
	struct arena mem = ARENA_EMPTY;
	struct payload p;

	(void)state;
	payload_read(good, strlen(good), &mem, &p);
	for (judge.type_count = 0; judge.type_count < 3; judge.type_count++)
		assert_int_equal(judge_letter(&judge, &p, &p.letters[0], false),
			wanted[judge.type_count]);
	arena_done(&mem);
}

/* A citizen who is late was subscribed when asked and is not any more. */
static void
test_payload__late_is_declined(void **state)
{
	struct judge judge = {
		.oin = OIN, .now_ms = moment(MADE), .valid = true
	};
	struct arena mem = ARENA_EMPTY;
	struct citizens citizens;
	char bsn[CITIZEN_TEXT_MAX];
	struct payload p;

	(void)state;
	citizens_init(&citizens, 1);
	do {
		citizens_next(&citizens, bsn);
	} while (citizen_box(bsn) != BOX_LATE);
	citizens_done(&citizens);
	payload_read(good, strlen(good), &mem, &p);
	p.letters[0].bsn = bsn;
	assert_int_equal(judge_letter(&judge, &p, &p.letters[0], false),
		JUDGE_NIET_ACTIEF);
	arena_done(&mem);
}

static void
test_payload__a_result_is_valid_and_adds_up(void **state)
{
	static const enum judge_code codes[] = { JUDGE_VERWERKT,
		JUDGE_BESTAAT };
	static const struct result_shape well = { .to = 0 };
	struct xml_schema *judge = official("response/GLOBEBatchResponse.xsd");
	struct buf out = BUF_MAX(100000);
	struct arena mem = ARENA_EMPTY;
	struct fault why = FAULT_NONE;
	struct payload p;

	(void)state;
	payload_read(good, strlen(good), &mem, &p);
	result_write(&p, codes, moment(MADE), moment(MADE) + 1, &well, &out);
	assert_non_null(
		strstr(out.bytes, "<TotaalAantalOntvangenBerichten>2<"));
	assert_non_null(
		strstr(out.bytes, "<AantalBerichtenSuccesvolVerwerkt>1<"));
	assert_non_null(strstr(out.bytes,
		"<BerichtID>" ID2 "</BerichtID><BerichtType>WOZ</BerichtType>"
		"<VerwerkingsCode>BerichtBestaatAl</VerwerkingsCode>"));
	if (judge == NULL) {
		print_message("# no official schema: not judged\n");
	} else if (xml_schema_check(judge, out.bytes, out.len, &why) != V_OK) {
		fail_msg("%s: %s", why.place, why.text);
	}
	xml_schema_free(judge);
	arena_done(&mem);
	buf_done(&out);
}

/* What a result can say that is not so; `n` lines, `successes` counted. */
static void
test_payload__a_result_can_contradict(void **state)
{
	static const struct {
		struct result_shape shape;
		const char *total, *successes, *word;
		int lines;
	} cases[] = {
		{ { .to = 0 }, ">2<", ">1<", ">BerichtBestaatAl<", 2 },
		{ { .counters = true }, ">2<", ">2<", ">Verwerkt<", 2 },
		{ { .twice = true }, ">2<", ">1<", ">NietActiefOf", 3 },
		{ { .stranger = BATCH }, ">2<", ">1<", ">Verwerkt<", 3 },
		{ { .unknown = true }, ">2<", ">1<", ">VerwerktOfNiet<", 2 },
		{ { .failures_only = true }, ">2<", ">1<", ">BerichtBest", 1 },
		{ { .reverse = true }, ">2<", ">1<", ">NietActiefOf", 2 },
		{ { .from = 1, .to = 2 }, ">1<", ">0<", ">BerichtBest", 1 },
	};
	static const enum judge_code codes[] = { JUDGE_VERWERKT,
		JUDGE_BESTAAT };
	struct buf out = BUF_MAX(100000);
	struct arena mem = ARENA_EMPTY;
	const char *at;
	struct payload p;
	size_t i;
	int n;

	(void)state;
	payload_read(good, strlen(good), &mem, &p);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&out);
		result_write(&p, codes, 1, 2, &cases[i].shape, &out);
		at = strstr(out.bytes, "TotaalAantalOntvangenBerichten");
		assert_memory_equal(at + 30, cases[i].total, 3);
		at = strstr(out.bytes, "AantalBerichtenSuccesvolVerwerkt");
		assert_memory_equal(at + 32, cases[i].successes, 3);
		assert_non_null(strstr(out.bytes, cases[i].word));
		for (n = 0, at = out.bytes;
			(at = strstr(at, "<r:Bericht>")) != NULL; at++)
			n++;
		assert_int_equal(n, cases[i].lines);
	}
	arena_done(&mem);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_payload__everything_is_read),
		cmocka_unit_test(test_payload__the_schema_refuses),
		cmocka_unit_test(test_payload__a_thousand_letters_and_no_more),
		cmocka_unit_test(test_payload__cut_anywhere),
		cmocka_unit_test(test_payload__each_letter_is_judged),
		cmocka_unit_test(
			test_payload__half_a_megabyte_fits_and_no_byte_more),
		cmocka_unit_test(test_payload__a_type_has_to_be_registered),
		cmocka_unit_test(test_payload__late_is_declined),
		cmocka_unit_test(test_payload__a_result_is_valid_and_adds_up),
		cmocka_unit_test(test_payload__a_result_can_contradict),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
