/* mobbsim/trouble.c - the table of faults, read and printed; see trouble.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "mobbsim/trouble.h"

#define TIME_MAX INT64_C(86400000)
#define BYTES_MAX INT64_C(1000000000)
#define N_MAX INT64_C(1000000)

#define SERVER (1U << ON_SERVER)
#define REQUEST (1U << ON_REQUEST)
#define REPLY (1U << ON_REPLY)
#define WUS (1U << ON_WUS)
#define ACK (1U << ON_ACK)
#define RESULT (1U << ON_RESULT)
#define ANSWER (1U << ON_ANSWER)
#define POSTS (REQUEST | REPLY | WUS)
#define PUSHES (ACK | RESULT | ANSWER)

static const char *const on_words[TROUBLE_ONS] = { "server", "request", "reply",
	"wus", "ack", "result", "answer" };

static const char *const certificates[] = { "foreign", "expired", "other-oin",
	"wrong-host", "revoked", NULL };
static const char *const soap_codes[] = { "Client", "Server", "MustUnderstand",
	"VersionMismatch", NULL };
static const char *const ebms_codes[] = { "ValueNotRecognized", "NotSupported",
	"Inconsistent", "OtherXml", "DeliveryFailure", "TimeToLiveExpired",
	"SecurityFailure", "MimeProblem", "Unknown", NULL };
static const char *const box_codes[] = { "TechnischProbleem",
	"NietActiefOfGeabonneerd", "BerichtTypeNietOndersteund",
	"PublicatieDatumLigtTeVerInDeToekomst",
	"AanmaakDatumLigtTeVerInHetVerleden", "BerichtBestaatAl",
	"BijlageTeGroot", "OinInCPAKomtNietOvereenMetOinInBericht",
	"XmlValidatieTegenXsdValtNegatiefUit", NULL };
static const char *const moments[] = { "before", "after", NULL };

static const struct trouble_sort table[TROUBLE_KINDS] = {
	[T_CERTIFICATE] = { "certificate", SERVER | PUSHES, VALUE_WORD,
		.words = certificates,
		.about = "a certificate that will not do is shown" },
	[T_REFUSE] = { "refuse", SERVER,
		.about = "the connection is reset before the handshake" },
	[T_PLAIN] = { "plain", SERVER, .about = "an answer without TLS" },
	[T_STALL] = { "stall", SERVER, VALUE_TIME, .most = TIME_MAX,
		.about = "no handshake; closed after this time" },
	[T_AWAY] = { "away", SERVER,
		.about = "nobody listens; only with from .. to" },
	[T_CUT] = { "cut", POSTS | PUSHES, VALUE_BYTES, .least = -BYTES_MAX,
		.most = BYTES_MAX,
		.about = "the connection is reset after so many bytes" },
	[T_RESET] = { "reset", POSTS,
		.about = "taken; a reset instead of an answer" },
	[T_SILENT] = { "silent", POSTS, VALUE_TIME, .most = TIME_MAX,
		.about = "taken; no answer, closed after this time" },
	[T_SLOW_READ] = { "slow-read", POSTS, VALUE_TIME, .most = TIME_MAX,
		.about = "reading it takes this time" },
	[T_SLOW_ANSWER] = { "slow-answer", POSTS, VALUE_TIME, .most = TIME_MAX,
		.about = "the answer takes this time, in small pieces" },
	[T_ANSWER_CUT] = { "answer-cut", POSTS, VALUE_BYTES,
		.least = -BYTES_MAX, .most = BYTES_MAX,
		.about = "taken; a reset after so many bytes of the answer" },
	[T_STATUS] = { "status", POSTS, VALUE_STATUS, .may_take = true,
		.least = 100, .most = 599,
		.about = "this HTTP status; with body, something in it" },
	[T_BUSY] = { "busy", POSTS, VALUE_TIME, .may_take = true,
		.most = TIME_MAX,
		.about = "503, and Retry-After with this time" },
	[T_SOAP_FAULT] = { "soap-fault", POSTS, VALUE_WORD, .words = soap_codes,
		.may_take = true, .about = "500 with this SOAP Fault" },
	[T_HTML] = { "html", POSTS | RESULT | ANSWER, .may_take = true,
		.about = "200 with a page; a result or answer that is one" },
	[T_TRUNCATED] = { "truncated", POSTS | RESULT | ANSWER,
		.may_take = true,
		.about = "200 with half an envelope; half a result or answer" },
	[T_HUGE] = { "huge", POSTS, VALUE_COUNT, .may_take = true, .least = 1,
		.most = 100, .about = "200 with so many MB" },
	[T_CHUNKED] = { "chunked", POSTS | PUSHES,
		.about = "as it should be, in chunks" },
	[T_TYPE] = { "type", POSTS, VALUE_TYPE,
		.about = "the right answer as this type of content" },
	[T_HEADERS] = { "headers", POSTS, VALUE_COUNT, .least = 1, .most = 500,
		.about = "the right answer with so many unknown headers" },
	[T_DIE] = { "die", REQUEST, VALUE_WORD, .words = moments,
		.about = "mobbsim kills itself before or after taking it" },
	[T_ERROR] = { "error", REQUEST, VALUE_WORD, .words = ebms_codes,
		.may_take = true,
		.about = "a MessageError instead of the Acknowledgment" },
	[T_WARNING] = { "warning", REQUEST, VALUE_WORD, .words = ebms_codes,
		.about = "taken; a Warning besides the Acknowledgment" },
	[T_CODE] = { "code", REQUEST, VALUE_WORD, .words = box_codes,
		.counted = true, .least = 1, .most = 1000,
		.about = "so many letters get this VerwerkingsCode" },
	[T_LATE] = { "late", PUSHES, VALUE_TIME, .most = TIME_MAX,
		.about = "comes after this time" },
	[T_LOST] = { "lost", PUSHES,
		.about = "does not come; a result at its next retry" },
	[T_DOUBLE] = { "double", PUSHES, .about = "comes twice, the same" },
	[T_DOUBLE_NEW] = { "double-new", PUSHES,
		.about = "comes twice, with another MessageId" },
	[T_SWAP] = { "swap", PUSHES,
		.about = "comes after the next one, or 3 seconds" },
	[T_SLOW] = { "slow", PUSHES, VALUE_TIME, .most = TIME_MAX,
		.about = "pushing it takes this time" },
	[T_OTHER_WAY] = { "other-way", ACK,
		.about = "in the HTTP answer if agreed to push, or the "
			 "reverse" },
	[T_FOREIGN_ID] = { "foreign-id", ACK,
		.about = "refers to a message that never was" },
	[T_WRONG_CPA] = { "wrong-cpa", ACK, .about = "another CPAId" },
	[T_WRONG_PARTIES] = { "wrong-parties", ACK,
		.about = "From and To the wrong way round" },
	[T_NO_ACTOR] = { "no-actor", ACK, .about = "without actor" },
	[T_NEXT_MSH] = { "next-msh", ACK, .about = "actor nextMSH" },
	[T_NO_ROLE] = { "no-role", ACK, .about = "without roles; allowed" },
	[T_MULTIPART] = { "multipart", ACK,
		.about = "as the only part of a multipart; allowed" },
	[T_BLOCK] = { "block", ACK,
		.about = "with a header block nobody knows" },
	[T_MUST_UNDERSTAND] = { "must-understand", ACK,
		.about = "with one that must be understood" },
	[T_BEFORE_ACK] = { "before-ack", RESULT | ANSWER,
		.about = "comes before the Acknowledgment" },
	[T_EARLY] = { "early", RESULT | ANSWER,
		.about = "comes before the delivery's POST is answered" },
	[T_COUNTERS] = { "counters", RESULT,
		.about = "one success more than there is" },
	[T_STRANGER] = { "stranger", RESULT | WUS | ANSWER,
		.about = "names one that was not asked about" },
	[T_TWICE] = { "twice", RESULT,
		.about = "names a letter twice, with two codes" },
	[T_UNKNOWN_CODE] = { "unknown-code", RESULT,
		.about = "a VerwerkingsCode that does not exist" },
	[T_OTHER_CODES] = { "other-codes", RESULT,
		.about = "a second result that says the reverse" },
	[T_SPLIT] = { "split", RESULT,
		.about = "two results with half of the letters each" },
	[T_FAILURES_ONLY] = { "failures-only", RESULT,
		.about = "without lines for what was delivered" },
	[T_NO_REF] = { "no-ref", RESULT | ANSWER,
		.about = "without RefToMessageId" },
	[T_HALF] = { "half", WUS | ANSWER, .about = "half of the answers" },
	[T_CONTRADICT] = { "contradict", WUS | ANSWER,
		.about = "yes and no about the same citizen" },
	[T_NOT_BOOLEAN] = { "not-boolean", WUS | ANSWER,
		.about = "misschien instead of true or false" },
	[T_APPLICATION_FAULT] = { "application-fault", WUS,
		.about = "the fault of the service" },
	[T_EMPTY] = { "empty", WUS | ANSWER, .about = "about nobody" },
	[T_ALL_NO] = { "all-no", WUS | ANSWER, .about = "no to everybody" },
	[T_ALL_YES] = { "all-yes", WUS | ANSWER, .about = "yes to everybody" },
	[T_YES_FOR_NO] = { "yes-for-no", WUS | ANSWER,
		.about = "yes and no the wrong way round" },
	[T_DOUBLED] = { "doubled", WUS | ANSWER,
		.about = "every number twice, with the same answer" },
	[T_OTHER_SENDER] = { "other-sender", ANSWER,
		.about = "of another sender, by its OIN" },
	[T_OTHER_QUESTION] = { "other-question", ANSWER,
		.about = "another VerzoekId" },
	[T_OTHER_NAMES] = { "other-names", ANSWER,
		.about = "other names of elements, and J and N" },
	[T_OLD] = { "old", ANSWER,
		.about = "the answer before this one again" },
	[T_NOT_PACKED] = { "not-packed", ANSWER,
		.about = "no gzip, but the document itself" },
	[T_PACKED_CUT] = { "packed-cut", ANSWER, .about = "half of the gzip" },
	[T_NEVER] = { "never", ANSWER, .about = "does not come at all" },
};

const struct trouble_sort *
trouble_sort(enum trouble_kind kind)
{
	assert(kind < TROUBLE_KINDS);
	return &table[kind];
}

const char *
trouble_on_word(enum trouble_on on)
{
	assert(on < TROUBLE_ONS);
	return on_words[on];
}

bool
trouble_on_find(const char *word, enum trouble_on *on_out)
{
	int i;

	for (i = 0; i < TROUBLE_ONS; i++)
		if (strcmp(on_words[i], word) == 0) {
			*on_out = (enum trouble_on)i;
			return true;
		}
	return false;
}

bool
trouble_kind_find(
	const char *word, enum trouble_on on, enum trouble_kind *kind_out)
{
	int i;

	for (i = 0; i < TROUBLE_KINDS; i++)
		if (strcmp(table[i].name, word) == 0 &&
			(table[i].on & 1U << on) != 0) {
			*kind_out = (enum trouble_kind)i;
			return true;
		}
	return false;
}

bool
trouble_may_take(const struct trouble *t)
{
	return table[t->kind].may_take && t->on != ON_RESULT &&
	       t->on != ON_ANSWER;
}

/* --- reading --- */

char *
trouble_next(char **line)
{
	char *word = *line + strspn(*line, " \t\r");
	size_t len = strcspn(word, " \t\r");

	if (len == 0)
		return NULL;
	*line = word + len;
	if (**line != '\0')
		*(*line)++ = '\0';
	return word;
}

bool
trouble_time(const char *text, int64_t *ms_out)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "min", 60000 } };
	size_t digits = strspn(text, "0123456789"), i;
	char number[12];

	if (digits == 0 || digits >= sizeof(number))
		return false;
	memcpy(number, text, digits);
	number[digits] = '\0';
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(text + digits, units[i].name) == 0 &&
			text_number(number, TIME_MAX / units[i].ms, ms_out)) {
			*ms_out *= units[i].ms;
			return true;
		}
	return false;
}

static enum verdict
wrong(struct fault *why, const char *what, const char *word)
{
	return fault_set(why, V_BROKEN, CODE_CONFIG_VALUE, "%s%s%.60s", what,
		word == NULL ? "" : ": ", word == NULL ? "" : word);
}

/* "20%" */
static bool
percent(char *text, int64_t *out)
{
	size_t len = strlen(text);

	if (len < 2 || text[len - 1] != '%')
		return false;
	text[len - 1] = '\0';
	return text_number(text, 100, out) && *out > 0;
}

static enum verdict
parse_when(char **line, struct trouble *t, struct fault *why)
{
	char *word = trouble_next(line), *n = trouble_next(line), *to, *end;

	if (word == NULL || n == NULL)
		return wrong(why, "WHEN is nth, every, chance or from", NULL);
	if (strcmp(word, "from") == 0) {
		to = trouble_next(line);
		end = trouble_next(line);
		t->when = WHEN_FROM;
		if (end == NULL || strcmp(to, "to") != 0 ||
			!trouble_time(n, &t->from_ms) ||
			!trouble_time(end, &t->to_ms) || t->from_ms >= t->to_ms)
			return wrong(why, "from takes two times: 0s to 5s", n);
		return V_OK;
	}
	if (strcmp(word, "chance") == 0) {
		t->when = WHEN_CHANCE;
		return percent(n, &t->n)
			       ? V_OK
			       : wrong(why, "chance takes 1% to 100%", n);
	}
	if (strcmp(word, "nth") != 0 && strcmp(word, "every") != 0)
		return wrong(why, "WHEN is nth, every, chance or from", word);
	t->when = word[0] == 'n' ? WHEN_NTH : WHEN_EVERY;
	if (!text_number(n, N_MAX, &t->n) || t->n == 0)
		return wrong(why, "nth and every take a number from 1", n);
	return V_OK;
}

static bool
parse_bytes(const char *word, struct trouble *t)
{
	if (strcmp(word, "end") == 0)
		return t->at_end = t->kind == T_CUT;
	if (!text_number(
		    word[0] == '-' ? word + 1 : word, BYTES_MAX, &t->number))
		return false;
	if (word[0] == '-')
		t->number = -t->number;
	return word[0] != '-' || t->number != 0;
}

static bool
parse_word(const char *word, char **line, struct trouble *t)
{
	const struct trouble_sort *sort = &table[t->kind];
	const char *const *w;
	char *n;

	for (w = sort->words; *w != NULL; w++)
		if (strcmp(*w, word) == 0)
			break;
	if (*w == NULL)
		return false;
	memcpy(t->word, word, strlen(word) + 1);
	if (!sort->counted)
		return true;
	t->number = 1;
	n = trouble_next(line);
	return n == NULL || (text_number(n, sort->most, &t->number) &&
				    t->number >= sort->least);
}

static bool
parse_value(char **line, struct trouble *t)
{
	const struct trouble_sort *sort = &table[t->kind];
	char *word;

	if (sort->value == VALUE_NONE)
		return true;
	word = trouble_next(line);
	if (word == NULL)
		return false;
	switch (sort->value) {
	case VALUE_BYTES:
		return parse_bytes(word, t);
	case VALUE_TIME:
		return trouble_time(word, &t->number);
	case VALUE_STATUS:
	case VALUE_COUNT:
		return text_number(word, sort->most, &t->number) &&
		       t->number >= sort->least;
	case VALUE_WORD:
		return parse_word(word, line, t);
	case VALUE_TYPE:
		if (strlen(word) >= TROUBLE_WORD_MAX)
			return false;
		memcpy(t->word, word, strlen(word) + 1);
		return true;
	case VALUE_NONE:
		break;
	}
	return true;
}

static enum verdict
parse_rest(char **line, struct trouble *t, struct fault *why)
{
	char *word;

	while ((word = trouble_next(line)) != NULL)
		if (strcmp(word, "body") == 0 && t->kind == T_STATUS)
			t->body = true;
		else if (strcmp(word, "taken") == 0 && trouble_may_take(t))
			t->taken = true;
		else
			return wrong(why, "too much on the line", word);
	if (t->kind == T_AWAY && t->when != WHEN_FROM)
		return wrong(why, "away needs a time: from 0s to 5s", NULL);
	if (t->on != ON_SERVER && strcmp(t->word, "wrong-host") == 0)
		return wrong(why, "only a server has a host", NULL);
	return V_OK;
}

enum verdict
trouble_parse(char *line, struct trouble *trouble_out, struct fault *why)
{
	struct trouble t = { .n = 0 };
	char *on, *what;
	enum verdict v = parse_when(&line, &t, why);

	if (v != V_OK)
		return v;
	on = trouble_next(&line);
	if (on == NULL || !trouble_on_find(on, &t.on))
		return wrong(why,
			"ON is server, request, reply, wus, ack, result or "
			"answer",
			on);
	what = trouble_next(&line);
	if (what == NULL || !trouble_kind_find(what, t.on, &t.kind))
		return wrong(
			why, "no such fault here; see mobbsim faults", what);
	if (!parse_value(&line, &t))
		return wrong(why, "its value is missing or not possible", what);
	v = parse_rest(&line, &t, why);
	if (v == V_OK)
		*trouble_out = t;
	return v;
}

/* --- printing --- */

static void
print_time(int64_t ms, struct buf *out)
{
	if (ms % 1000 == 0)
		buf_format(out, "%" PRId64 "s", ms / 1000);
	else
		buf_format(out, "%" PRId64 "ms", ms);
}

static void
print_when(const struct trouble *t, struct buf *out)
{
	switch (t->when) {
	case WHEN_NTH:
		buf_format(out, "nth %" PRId64 " ", t->n);
		break;
	case WHEN_EVERY:
		buf_format(out, "every %" PRId64 " ", t->n);
		break;
	case WHEN_CHANCE:
		buf_format(out, "chance %" PRId64 "%% ", t->n);
		break;
	case WHEN_FROM:
		buf_text(out, "from ");
		print_time(t->from_ms, out);
		buf_text(out, " to ");
		print_time(t->to_ms, out);
		buf_text(out, " ");
		break;
	}
}

void
trouble_print(const struct trouble *t, struct buf *out)
{
	const struct trouble_sort *sort = &table[t->kind];

	print_when(t, out);
	buf_format(out, "%s %s", on_words[t->on], sort->name);
	switch (sort->value) {
	case VALUE_NONE:
		break;
	case VALUE_BYTES:
		if (t->at_end)
			buf_text(out, " end");
		else
			buf_format(out, " %" PRId64, t->number);
		break;
	case VALUE_TIME:
		buf_text(out, " ");
		print_time(t->number, out);
		break;
	case VALUE_STATUS:
	case VALUE_COUNT:
		buf_format(out, " %" PRId64, t->number);
		break;
	case VALUE_WORD:
	case VALUE_TYPE:
		buf_format(out, " %s", t->word);
		if (sort->counted)
			buf_format(out, " %" PRId64, t->number);
		break;
	}
	buf_text(out, t->body ? " body" : "");
	buf_text(out, t->taken ? " taken" : "");
	buf_text(out, "\n");
}
