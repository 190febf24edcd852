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
add_line(struct buf *out, const char *id, const char *type, const char *word,
	const char *stage)
{
	buf_format(out, "    <r:Bericht><BerichtID>%s</BerichtID><BerichtType>",
		id);
	buf_xml(out, type);
	buf_format(out,
		"</BerichtType><VerwerkingsCode>%s</VerwerkingsCode>"
		"<Stadium>%s</Stadium></r:Bericht>\n",
		word, stage);
}

static enum judge_code
reversed(enum judge_code code)
{
	return code == JUDGE_VERWERKT ? JUDGE_NIET_ACTIEF : JUDGE_VERWERKT;
}

/* A result under way: the letters it is about, and their codes. */
struct writing {
	const struct payload *payload;
	const enum judge_code *codes;
	const struct result_shape *shape;
	size_t from, to;
};

static enum judge_code
code_of(const struct writing *w, size_t i)
{
	return w->shape->reverse ? reversed(w->codes[i]) : w->codes[i];
}

static void
add_counters(const struct writing *w, struct buf *out)
{
	int64_t total = 0, of[JUDGE_KINDS] = { 0 };
	size_t i;

	for (i = w->from; i < w->to; i++) {
		if (w->payload->letters[i].id_text[0] == '\0')
			continue;
		total++;
		of[code_of(w, i)]++;
	}
	of[JUDGE_VERWERKT] += w->shape->counters;
	add_number(out, "TotaalAantalOntvangenBerichten", total);
	for (i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		add_number(out, counters[i].name, of[counters[i].code]);
}

static void
add_letter(const struct writing *w, size_t i, struct buf *out)
{
	const struct payload_letter *letter = &w->payload->letters[i];
	enum judge_code code = code_of(w, i);
	const char *word = judge_word(code);

	if (letter->id_text[0] == '\0' ||
		(w->shape->failures_only && code == JUDGE_VERWERKT))
		return;
	if (w->shape->unknown && i == w->from)
		word = "VerwerktOfNiet";
	add_line(out, letter->id_text, letter->type, word, judge_stage(code));
	if (w->shape->twice && i == w->from)
		add_line(out, letter->id_text, letter->type,
			judge_word(reversed(code)), "NA");
}

static void
add_stranger(const struct writing *w, struct buf *out)
{
	add_line(out, w->shape->stranger, w->payload->letters[w->from].type,
		judge_word(JUDGE_VERWERKT), "NA");
}

void
result_write(const struct payload *payload, const enum judge_code *codes,
	int64_t received_ms, int64_t now_ms, const struct result_shape *shape,
	struct buf *out)
{
	struct writing w = { payload, codes, shape, shape->from,
		shape->to == 0 ? payload->letter_count : shape->to };
	size_t i;

	assert(payload->batch_id[0] != '\0');
	assert(w.from < w.to && w.to <= payload->letter_count);
	buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<b:BerichtVerwerkResponse xmlns:b=\"" NS_BATCH
		      "\" xmlns:r=\"" NS_LETTER "\">\n  <BatchInformatie>\n");
	add_text(out, "BerichtLeverancierCode", payload->sender);
	add_text(out, "BatchID", payload->batch_id);
	add_counters(&w, out);
	add_moment(out, "DatumOntvangen", received_ms);
	add_moment(out, "DatumVerwerkt", now_ms);
	buf_text(out, "  </BatchInformatie>\n  <Berichten>\n");
	for (i = w.from; i < w.to; i++)
		add_letter(&w, i, out);
	if (shape->stranger != NULL)
		add_stranger(&w, out);
	buf_text(out, "  </Berichten>\n</b:BerichtVerwerkResponse>\n");
}
