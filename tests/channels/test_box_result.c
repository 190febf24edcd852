/* tests/channels/test_box_result.c - what the box says about the letters
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

#include "channels/channel.h"
#include "tests/channels/shared.h"

#define B "http://schemas.rdw.nl/GEB/BerichtVerwerkService/Types/2009/01"
#define R                                                                      \
	"http://schemas.rdw.nl/GEB/BerichtVerwerkService/BerichtResultaat/"    \
	"Types/2009/01"
#define BATCH "8f6d1f7e-0b0f-4b5e-9f3d-0d5f2b7a6c10"
#define ONE "00000000-0000-8000-8000-000000000001"
#define TWO "00000000-0000-8000-8000-000000000002"

#define RESULT                                                                 \
	"<?xml version=\"1.0\"?><b:BerichtVerwerkResponse xmlns:b=\"" B        \
	"\" xmlns:r=\"" R "\"><BatchInformatie>"                               \
	"<BerichtLeverancierCode>00000099000000010000"                         \
	"</BerichtLeverancierCode><BatchID>" BATCH "</BatchID>"                \
	"<TotaalAantalOntvangenBerichten>7</TotaalAantalOntvangenBerichten>"   \
	"<AantalBerichtenSuccesvolVerwerkt>1"                                  \
	"</AantalBerichtenSuccesvolVerwerkt>"                                  \
	"<AantalBerichtenGeenActieveBoxOfGeabonneertOpLeverancier>2"           \
	"</AantalBerichtenGeenActieveBoxOfGeabonneertOpLeverancier>"           \
	"<AantalBerichtenMetTechnischProbleem>3"                               \
	"</AantalBerichtenMetTechnischProbleem>"                               \
	"<AantalBerichtenBerichtTypeNietCorrect>4"                             \
	"</AantalBerichtenBerichtTypeNietCorrect>"                             \
	"<AantalBerichtenPublicatieDatumNietCorrect>5"                         \
	"</AantalBerichtenPublicatieDatumNietCorrect>"                         \
	"<AantalBerichtenAanmaakDatumNietCorrect>6"                            \
	"</AantalBerichtenAanmaakDatumNietCorrect>"                            \
	"<DatumOntvangen>2026-01-01T00:00:00Z</DatumOntvangen>"                \
	"<DatumVerwerkt>2026-01-01T00:00:00Z</DatumVerwerkt>"                  \
	"</BatchInformatie><Berichten>"                                        \
	"<r:Bericht><BerichtID>" ONE "</BerichtID><BerichtType>WOZ"            \
	"</BerichtType><VerwerkingsCode>Verwerkt</VerwerkingsCode>"            \
	"<Stadium>NA</Stadium></r:Bericht>"                                    \
	"<r:Bericht><BerichtID>" TWO "</BerichtID><BerichtType>WOZ"            \
	"</BerichtType><VerwerkingsCode>TechnischProbleem</VerwerkingsCode>"   \
	"</r:Bericht></Berichten></b:BerichtVerwerkResponse>"

static void
test_box_result__is_read(void **state)
{
	struct arena mem = ARENA_EMPTY;
	struct receipt r;
	struct fault why;
	char id[UUID_TEXT_MAX];
	int i;

	(void)state;
	assert_int_equal(
		box_result_read(RESULT, strlen(RESULT), &mem, &r, &why), V_OK);
	assert_string_equal(r.sender, "00000099000000010000");
	uuid_text(&r.batch_id, id);
	assert_string_equal(id, BATCH);
	assert_int_equal(r.total, 7);
	for (i = 0; i < RECEIPT_COUNTERS; i++)
		assert_int_equal(r.counters[i], i + 1);
	assert_int_equal(r.line_count, 2);
	uuid_text(&r.lines[0].letter_id, id);
	assert_string_equal(id, ONE);
	assert_string_equal(r.lines[0].code, "Verwerkt");
	assert_string_equal(r.lines[0].stage, "NA");
	assert_string_equal(r.lines[1].code, "TechnischProbleem");
	assert_string_equal(r.lines[1].stage, "");
	arena_done(&mem);
}

static void
test_box_result__our_sample_is_what_the_schema_wants(void **state)
{
	int valid = shared_valid("logius/response/GLOBEBatchResponse.xsd",
		RESULT, strlen(RESULT));

	(void)state;
	if (valid < 0) {
		print_message("# no official schema here\n");
		skip();
	}
	assert_int_equal(valid, 1);
}

/* One replacement in the good one, and what comes of it. */
static void
test_box_result__nonsense_is_refused(void **state)
{
	static const struct {
		const char *old, *new;
		enum verdict v;
	} cases[] = {
		{ "<BatchInformatie>", "<BatchInformatie xmlns=\"urn:x\">",
			V_OK },
		{ "</Stadium>", "</Stadium><More/>", V_OK },
		{ "Verwerkt<", "IetsNieuws<", V_OK },
		{ ">NA<", "> 999990019 met tekst<", V_OK },
		{ BATCH, "x", V_SKIP },
		{ ONE, "x", V_SKIP },
		{ ONE, TWO, V_SKIP },
		{ ">7<", ">-7<", V_SKIP },
		{ ">7<", ">7.0<", V_SKIP },
		{ ">7<", "><", V_SKIP },
		{ ">7<", ">99999999999<", V_SKIP },
		{ "Verwerkt<", "<", V_SKIP },
		{ "Verwerkt<", "een zin met 999990019<", V_SKIP },
		{ "<VerwerkingsCode>Verwerkt</VerwerkingsCode>", "", V_SKIP },
		{ "<Stadium>NA</Stadium>",
			"<VerwerkingsCode>Verwerkt</VerwerkingsCode>", V_SKIP },
		{ "</Berichten>", "<Ander/></Berichten>", V_SKIP },
		{ "</Berichten>", "</Berichten><Berichten/>", V_SKIP },
		{ "</BatchInformatie>", "</BatchInformatie><BatchInformatie/>",
			V_SKIP },
		{ "b:BerichtVerwerkResponse", "b:Iets", V_SKIP },
		{ "<?xml version=\"1.0\"?>", "<!DOCTYPE x>", V_SKIP },
		{ "</b:", "<", V_SKIP },
	};
	struct arena mem = ARENA_EMPTY;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf text = BUF_MAX(100000);
		struct receipt r = { .total = -1 };
		struct fault why = FAULT_NONE;
		const char *p = RESULT, *hit;
		enum verdict v;

		while ((hit = strstr(p, cases[i].old)) != NULL) {
			buf_add(&text, p, (size_t)(hit - p));
			buf_text(&text, cases[i].new);
			p = hit + strlen(cases[i].old);
		}
		buf_text(&text, p);
		v = box_result_read(text.bytes, text.len, &mem, &r, &why);
		if (v != cases[i].v)
			print_message("# %s: %s\n", cases[i].new, why.text);
		assert_int_equal(v, cases[i].v);
		if (v == V_SKIP) {
			assert_int_equal(why.code, CODE_RESULT);
			assert_null(strstr(why.text, "999990019"));
			assert_int_equal(r.total, -1);
		}
		buf_done(&text);
	}
	arena_done(&mem);
}

static void
test_box_result__may_list_nothing(void **state)
{
	struct arena mem = ARENA_EMPTY;
	struct buf text = BUF_MAX(100000);
	const char *from = strstr(RESULT, "<r:Bericht>");
	const char *to = strstr(RESULT, "</Berichten>");
	struct receipt r;
	struct fault why;

	(void)state;
	buf_add(&text, RESULT, (size_t)(from - RESULT));
	buf_text(&text, to);
	assert_int_equal(
		box_result_read(text.bytes, text.len, &mem, &r, &why), V_OK);
	assert_int_equal(r.line_count, 0);
	assert_int_equal(box_result_read("", 0, &mem, &r, &why), V_SKIP);
	buf_done(&text);
	arena_done(&mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_box_result__is_read),
		cmocka_unit_test(
			test_box_result__our_sample_is_what_the_schema_wants),
		cmocka_unit_test(test_box_result__nonsense_is_refused),
		cmocka_unit_test(test_box_result__may_list_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
