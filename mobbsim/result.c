/* mobbsim/result.c - see mobbsim/result.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stddef.h>

#include "base/clock.h"
#include "mobbsim/result.h"

#define NS_BATCH "http://schemas.rdw.nl/GEB/BerichtVerwerkService/Types/2009/01"
#define NS_LETTER                                                              \
	"http://schemas.rdw.nl/GEB/BerichtVerwerkService/BerichtResultaat/"    \
	"Types/2009/01"

/* The counters, in the order of the message; four codes have none. */
static const struct {
	const char *name;
	enum judge_code code;
} counters[] = {
	{ "AantalBerichtenSuccesvolVerwerkt", JUDGE_VERWERKT },
	{ "AantalBerichtenGeenActieveBoxOfGeabonneertOpLeverancier",
		JUDGE_NIET_ACTIEF },
	{ "AantalBerichtenMetTechnischProbleem", JUDGE_TECHNISCH },
	{ "AantalBerichtenBerichtTypeNietCorrect", JUDGE_TYPE },
	{ "AantalBerichtenPublicatieDatumNietCorrect", JUDGE_PUBLICATIE },
	{ "AantalBerichtenAanmaakDatumNietCorrect", JUDGE_AANMAAK },
};

static void
add_number(struct buf *out, const char *name, int64_t n)
{
	buf_format(out, "    <%s>%" PRId64 "</%s>\n", name, n, name);
}

static void
add_text(struct buf *out, const char *name, const char *text)
{
	buf_format(out, "    <%s>", name);
	buf_xml(out, text);
	buf_format(out, "</%s>\n", name);
}

static void
add_moment(struct buf *out, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	clock_utc(ms, text);
	add_text(out, name, text);
}

static void
add_letter(struct buf *out, const struct payload_letter *letter,
	enum judge_code code)
{
	buf_text(out, "    <r:Bericht>");
	buf_format(
		out, "<BerichtID>%s</BerichtID><BerichtType>", letter->id_text);
	buf_xml(out, letter->type);
	buf_format(out,
		"</BerichtType><VerwerkingsCode>%s</VerwerkingsCode>"
		"<Stadium>%s</Stadium></r:Bericht>\n",
		judge_word(code), judge_stage(code));
}

void
result_write(const struct payload *payload, const enum judge_code *codes,
	int64_t received_ms, int64_t now_ms, struct buf *out)
{
	int64_t total = 0, of[JUDGE_KINDS] = { 0 };
	size_t i;

	assert(payload->batch_id[0] != '\0');
	for (i = 0; i < payload->letter_count; i++) {
		if (payload->letters[i].id_text[0] == '\0')
			continue;
		total++;
		of[codes[i]]++;
	}
	buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<b:BerichtVerwerkResponse xmlns:b=\"" NS_BATCH
		      "\" xmlns:r=\"" NS_LETTER "\">\n  <BatchInformatie>\n");
	add_text(out, "BerichtLeverancierCode", payload->sender);
	add_text(out, "BatchID", payload->batch_id);
	add_number(out, "TotaalAantalOntvangenBerichten", total);
	for (i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		add_number(out, counters[i].name, of[counters[i].code]);
	add_moment(out, "DatumOntvangen", received_ms);
	add_moment(out, "DatumVerwerkt", now_ms);
	buf_text(out, "  </BatchInformatie>\n  <Berichten>\n");
	for (i = 0; i < payload->letter_count; i++)
		if (payload->letters[i].id_text[0] != '\0')
			add_letter(out, &payload->letters[i], codes[i]);
	buf_text(out, "  </Berichten>\n</b:BerichtVerwerkResponse>\n");
}
