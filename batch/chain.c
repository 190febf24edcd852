/* batch/chain.c - see batch/chain.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "batch/attachment.h"
#include "batch/chain.h"
#include "batch/letter.h"

#define DAY_MS INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)
#define PUBLISH_DAYS_MAX 13

#define NO_DATES                                                               \
	.publish_days = CHAIN_DAYS_NONE, .deadline_days = CHAIN_DAYS_NONE
#define PLAIN CHAIN_CHARS_PLAIN
#define USUAL .letters = 1, .subject = PLAIN, .text = PLAIN, .reference = PLAIN

/* In the order they are sent. */
static const struct chain_case cases[] = {
	{ "shortest", "shortest fields: a subject of 1, nothing else",
		"Verwerkt", "a message with subject K", .letters = 1,
		.subject = 1, NO_DATES },
	{ "longest",
		"longest fields: subject 50, text 4000, reference 25, "
		"description of an attachment 128",
		"Verwerkt", "nothing is cut; the text ends in a full stop",
		.letters = 1, .documents = 1, .subject = LETTER_SUBJECT_CHARS,
		.text = LETTER_TEXT_CHARS, .reference = LETTER_REFERENCE_CHARS,
		.document_title = ATTACHMENT_TITLE_CHARS, NO_DATES },
	{ "lines", "line breaks and a URL", "Verwerkt",
		"three paragraphs, a blank line between them; the address can "
		"be clicked",
		.trait = CHAIN_LINES, USUAL, NO_DATES },
	{ "one-attachment", "one attachment", "Verwerkt",
		"the PDF opens and says which case it is of", USUAL,
		.documents = 1, .document_title = PLAIN, NO_DATES },
	{ "two-attachments", "two attachments", "Verwerkt",
		"both PDFs open, the first one first", USUAL, .documents = 2,
		.document_title = PLAIN, NO_DATES },
	{ "500000-bytes", "attachments of exactly 500,000 bytes", "Verwerkt",
		"the PDF opens", USUAL, .documents = 1,
		.document_bytes = ATTACHMENT_BOX_BYTES, .document_title = PLAIN,
		NO_DATES },
	{ "future", "publication 13 days ahead", "Verwerkt",
		"nothing before that day, the message on it", USUAL,
		.publish_days = PUBLISH_DAYS_MAX,
		.deadline_days = CHAIN_DAYS_NONE },
	{ "deadline", "a deadline (EindDatumHandelingsTermijn) in 10 days",
		"Verwerkt", "the message shows the date", USUAL,
		.publish_days = CHAIN_DAYS_NONE, .deadline_days = 10 },
	{ "full-lot", "a full batch of 1000 letters", "Verwerkt",
		"many messages, spread over the accounts",
		.letters = CHAIN_LETTERS_MAX, .subject = PLAIN, .text = PLAIN,
		.reference = PLAIN, NO_DATES },
	{ "not-subscribed", "an account that is not subscribed",
		"NietActiefOfGeabonneerd", "no message",
		.trait = CHAIN_UNSUBSCRIBED, USUAL, NO_DATES, .refused = true },
	{ "wrong-type", "a BerichtType that is not registered",
		"BerichtTypeNietOndersteund", "no message", .trait = CHAIN_TYPE,
		USUAL, NO_DATES, .refused = true },
	{ "14-days", "publication more than 13 days ahead",
		"PublicatieDatumLigtTeVerInDeToekomst", "no message", USUAL,
		.publish_days = PUBLISH_DAYS_MAX + 1,
		.deadline_days = CHAIN_DAYS_NONE, .refused = true },
	{ "too-old", "AanmaakDatum 14 days back",
		"AanmaakDatumLigtTeVerInHetVerleden", "no message", USUAL,
		NO_DATES, .created_days = -14, .refused = true },
	{ "too-large", "attachments of 500,001 bytes", "BijlageTeGroot",
		"no message", USUAL, .documents = 1,
		.document_bytes = ATTACHMENT_BOX_BYTES + 1,
		.document_title = PLAIN, NO_DATES, .refused = true },
	{ "schema", "a subject of 51 characters",
		"XmlValidatieTegenXsdValtNegatiefUit", "no message",
		.letters = 1, .subject = LETTER_SUBJECT_CHARS + 1,
		.text = PLAIN, .reference = PLAIN, NO_DATES, .refused = true },
	{ "wrong-oin", "the OIN of another sender",
		"OinInCPAKomtNietOvereenMetOinInBericht", "no message",
		.trait = CHAIN_OIN, USUAL, NO_DATES, .refused = true },
	{ "first", "a letter, to be sent again in the next case", "Verwerkt",
		"the message, once", USUAL, NO_DATES },
	{ "again", "the same BatchID and BerichtID in a new message",
		"BerichtBestaatAl", "no second message", .trait = CHAIN_AGAIN,
		USUAL, NO_DATES, .refused = true, .waits = 1 },
	{ "doubled", "the result of a letter comes twice", "Verwerkt",
		"the message, once", .trait = CHAIN_DOUBLED, USUAL, NO_DATES },
	{ "listener-down", "our listener is down when the result comes",
		"Verwerkt", "the message", .trait = CHAIN_DOWN, USUAL, NO_DATES,
		.waits = CHAIN_WAIT_ALL },
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

const struct chain_case *
chain_cases(size_t *count_out)
{
	*count_out = CASES;
	return cases;
}

const struct chain_case *
chain_find(const char *name)
{
	size_t i;

	for (i = 0; i < CASES; i++)
		if (strcmp(cases[i].name, name) == 0)
			return &cases[i];
	return NULL;
}

struct uuid
chain_letter_id(const struct uuid *batch_id, int i)
{
	struct {
		uint8_t batch[16], letter[4];
	} of;
	uint8_t sha256[DIGEST_BYTES];
	int k;

	memcpy(of.batch, batch_id->bytes, sizeof(of.batch));
	for (k = 0; k < 4; k++)
		of.letter[k] = (uint8_t)(i >> 8 * k & 0xff);
	digest_of(&of, sizeof(of), sha256);
	return uuid_of_digest(sha256);
}

void
chain_text(const char *begin, int chars, struct buf *out)
{
	/* One character each. */
	static const char *const more[] = { " ", "r", "e", "\xc3\xab", "n", "i",
		"e", " ", "&", " ", "c", "a", "f", "\xc3\xa9", ",", " ",
		"\xe2\x82\xac", "1", "2" };
	int64_t have = text_chars(begin, strlen(begin));
	size_t i = 0;

	assert(chars >= 0 && have >= 0);
	if (have > chars) {
		/* Only ASCII is given where little room is. */
		buf_add(out, begin, (size_t)chars);
		return;
	}
	buf_text(out, begin);
	for (; have < chars - 1; have++)
		buf_text(out, more[i++ % (sizeof(more) / sizeof(more[0]))]);
	if (have < chars)
		buf_text(out, ".");
}

int32_t
chain_publish_day(int64_t now_ms, int32_t days)
{
	/* A day is published at its midnight in the Netherlands in winter, an
	 * hour before that of UTC (channels/box.c).
	 */
	int64_t at_ms = now_ms + days * DAY_MS + HOUR_MS;

	return (int32_t)(at_ms / DAY_MS + (days > PUBLISH_DAYS_MAX ? 1 : 0));
}

/* --- accounts --- */

static bool
yes_or_no(const char *text, bool *out)
{
	*out = strcmp(text, "yes") == 0 || strcmp(text, "ja") == 0;
	return *out || strcmp(text, "no") == 0 || strcmp(text, "nee") == 0;
}

/* Up to the next of `end`, which is overwritten. */
static char *
field(char **rest, char end)
{
	char *from = *rest, *to = strchr(from, end);

	if (to == NULL) {
		*rest = from + strlen(from);
	} else {
		*to = '\0';
		*rest = to + 1;
	}
	return text_trim(from);
}

static enum verdict
account_read(char *line, struct chain_account *out, struct fault *why)
{
	const char *name = field(&line, ';'), *bsn = field(&line, ';');
	const char *subscribed = field(&line, ';');
	int64_t chars = text_chars(name, strlen(name));
	struct fault unused;

	if (*line != '\0' || chars < 1 || chars > CHAIN_ACCOUNT_CHARS)
		return fault_set(why, V_SKIP, CODE_CHAIN_ACCOUNTS,
			"not account;bsn;subscribed");
	/* The name goes into the report, a citizen number never. */
	if (strspn(name, "0123456789") >= 8)
		return fault_set(why, V_SKIP, CODE_CHAIN_ACCOUNTS,
			"the account's name is a number");
	if (bsn_parse(bsn, &out->bsn, &unused) != V_OK)
		return fault_set(why, V_SKIP, CODE_CHAIN_ACCOUNTS,
			"the citizen number is not one");
	if (!yes_or_no(subscribed, &out->subscribed))
		return fault_set(why, V_SKIP, CODE_CHAIN_ACCOUNTS,
			"subscribed must be yes or no");
	out->name = name;
	return V_OK;
}

enum verdict
chain_accounts_read(char *text,
	struct chain_account accounts_out[CHAIN_ACCOUNTS_MAX],
	size_t *count_out, struct fault *why)
{
	bool some[2] = { false, false };
	size_t n = 0, line_nr = 0;
	enum verdict v = V_OK;

	while (v == V_OK && *text != '\0') {
		char *line = field(&text, '\n');

		line_nr++;
		if (*line == '\0' || *line == '#' ||
			(n == 0 && strncmp(line, "account;", 8) == 0))
			continue;
		if (n == CHAIN_ACCOUNTS_MAX)
			v = fault_set(why, V_SKIP, CODE_CHAIN_ACCOUNTS,
				"more than %d accounts", CHAIN_ACCOUNTS_MAX);
		else
			v = account_read(line, &accounts_out[n], why);
		if (v == V_OK)
			some[accounts_out[n++].subscribed ? 1 : 0] = true;
		else
			fault_at(why, "line %zu", line_nr);
	}
	if (v == V_OK && (!some[0] || !some[1]))
		v = fault_set(why, V_SKIP, CODE_CHAIN_ACCOUNTS,
			"there is no account that is %ssubscribed",
			some[1] ? "not " : "");
	if (v == V_OK)
		*count_out = n;
	return v;
}

size_t
chain_account_of(const struct chain_case *c,
	const struct chain_account *accounts, size_t count, int i)
{
	bool want = c->trait != CHAIN_UNSUBSCRIBED;
	size_t k, n = 0, nth;

	for (k = 0; k < count; k++)
		n += accounts[k].subscribed == want ? 1 : 0;
	assert(n > 0 && i >= 0);
	nth = (size_t)i % n;
	for (k = 0; k < count; k++)
		if (accounts[k].subscribed == want && nth-- == 0)
			break;
	assert(k < count);
	return k;
}

/* --- judging --- */

enum chain_verdict
chain_judge(const struct chain_case *c, const struct chain_end *end,
	const char **text_out)
{
	if (end->results == 0 && !end->failed) {
		*text_out = "no result yet";
		return CHAIN_OPEN;
	}
	if (end->results == 0) {
		*text_out = "it was not taken";
		return CHAIN_DIFFERS;
	}
	if (end->contradicts) {
		*text_out = "a second result says something else";
		return CHAIN_DIFFERS;
	}
	if (end->total != c->letters) {
		*text_out = "the result counts other letters than were sent";
		return CHAIN_DIFFERS;
	}
	if (strcmp(end->codes, c->expect) != 0) {
		*text_out = "another code";
		return CHAIN_DIFFERS;
	}
	if (c->trait == CHAIN_DOUBLED && end->results < 2) {
		*text_out = "a second result was not seen: ask the other side "
			    "to send the result of this BatchID again";
		return CHAIN_BY_HAND;
	}
	if (c->trait == CHAIN_DOWN && !end->down) {
		*text_out = "by hand: stop mobbd right after this message was "
			    "sent and start it an hour later";
		return CHAIN_BY_HAND;
	}
	*text_out = "as expected";
	return CHAIN_EXPECTED;
}
