/* mobbsim/judge.c - see mobbsim/judge.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "mobbsim/judge.h"

#define DAY_MS INT64_C(86400000)

static const struct {
	const char *word, *stage;
} table[JUDGE_KINDS] = {
	[JUDGE_VERWERKT] = { "Verwerkt", "NA" },
	[JUDGE_TECHNISCH] = { "TechnischProbleem", "StoreMessage" },
	[JUDGE_NIET_ACTIEF] = { "NietActiefOfGeabonneerd",
		"ValidatieGebruiker" },
	[JUDGE_TYPE] = { "BerichtTypeNietOndersteund", "ValidatieBerichtType" },
	[JUDGE_PUBLICATIE] = { "PublicatieDatumLigtTeVerInDeToekomst", "NA" },
	[JUDGE_AANMAAK] = { "AanmaakDatumLigtTeVerInHetVerleden", "NA" },
	[JUDGE_BESTAAT] = { "BerichtBestaatAl", "NA" },
	[JUDGE_BIJLAGE] = { "BijlageTeGroot", "NA" },
	[JUDGE_OIN] = { "OinInCPAKomtNietOvereenMetOinInBericht", "NA" },
	[JUDGE_XML] = { "XmlValidatieTegenXsdValtNegatiefUit", "NA" },
};

const char *
judge_word(enum judge_code code)
{
	assert(code < JUDGE_KINDS);
	return table[code].word;
}

const char *
judge_stage(enum judge_code code)
{
	assert(code < JUDGE_KINDS);
	return table[code].stage;
}

static bool
is_registered(const struct judge *judge, const char *type)
{
	size_t i;

	for (i = 0; i < judge->type_count; i++)
		if (strcmp(judge->types[i], type) == 0)
			return true;
	return judge->type_count == 0;
}

enum judge_code
judge_letter(const struct judge *judge, const struct payload *payload,
	const struct payload_letter *letter, bool known)
{
	int64_t made_ms, publish_ms;

	if (!judge->valid || letter->broken ||
		!clock_parse(payload->made, &made_ms) ||
		strcasecmp(letter->batch_id, payload->batch_id) != 0)
		return JUDGE_XML;
	if (strcmp(payload->sender, judge->oin) != 0)
		return JUDGE_OIN;
	if (made_ms < judge->now_ms - JUDGE_DAYS * DAY_MS)
		return JUDGE_AANMAAK;
	if (known)
		return JUDGE_BESTAAT;
	if (!is_registered(judge, letter->type))
		return JUDGE_TYPE;
	if (letter->publish[0] != '\0' &&
		(!clock_parse(letter->publish, &publish_ms) ||
			publish_ms > judge->now_ms + JUDGE_DAYS * DAY_MS))
		return JUDGE_PUBLICATIE;
	if (letter->attachment_bytes > JUDGE_ATTACHMENT_BYTES)
		return JUDGE_BIJLAGE;
	if (subscribers_look(judge->subscribers, letter->bsn) != BOX_OPEN)
		return JUDGE_NIET_ACTIEF;
	return JUDGE_VERWERKT;
}
