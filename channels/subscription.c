/* channels/subscription.c - the question, and whether an answer is to it
 *
 * The payload is a head, a line for each number, and a tail, made in pieces when
 * they are read.  All were made once before, to know length and digest.  See
 * channels/subscription.h.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/digest.h"
#include "channels/http.h"
#include "channels/subscription.h"

#define NS "http://schemas.overheid.nl/GEB/AbonnementServiceProcessor/2014/02"
#define PIECE_MAX ((size_t)65536)
#define LINE "<BSN>000000000</BSN>\n"
#define LINE_BYTES (sizeof(LINE) - 1)
#define DIGITS_AT 5

struct subscription {
	const struct subscription_question *question;
	int64_t bytes, at;
	struct buf piece; /* what can be handed out, from piece_at */
	size_t piece_at;
	int32_t place; /* of the next number */
	bool ended;    /* the tail is in the piece */
	uint8_t sha256[DIGEST_BYTES];
};

static bool
is_list(const struct subscription *s)
{
	return s->question->kind == SUBSCRIPTION_LIST;
}

static void
add_head(struct subscription *s)
{
	const struct subscription_question *q = s->question;
	char id[UUID_TEXT_MAX], since[CLOCK_TEXT_MAX];

	uuid_text(&q->id, id);
	buf_text(&s->piece, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			    "<a:AbonnementAanvraag xmlns:a=\"" NS "\">\n"
			    "<BerichtLeverancier><OIN>");
	buf_xml(&s->piece, q->oin);
	buf_format(&s->piece,
		"</OIN></BerichtLeverancier>\n<VerzoekId>%s</VerzoekId>\n", id);
	if (is_list(s))
		buf_text(&s->piece, "<BSNLijst>\n");
	if (q->kind != SUBSCRIPTION_CHANGES)
		return;
	clock_utc(q->since_ms, since);
	buf_format(&s->piece, "<MutatieDatum>%s</MutatieDatum>\n", since);
}

static void
add_tail(struct subscription *s)
{
	if (is_list(s))
		buf_text(&s->piece, "</BSNLijst>\n");
	buf_text(&s->piece, "</a:AbonnementAanvraag>\n");
	s->ended = true;
}

static void
start(struct subscription *s)
{
	s->at = 0;
	s->place = 0;
	s->piece_at = 0;
	s->ended = false;
	buf_reset(&s->piece);
	add_head(s);
}

/* The piece was handed out: the next one.  False behind the last. */
static bool
refill(struct subscription *s)
{
	char line[] = LINE, digits[BSN_TEXT_MAX];
	struct bsn bsn;
	bool yes;

	s->piece_at = 0;
	buf_reset(&s->piece);
	if (s->ended)
		return false;
	while (s->piece.len + 2 * LINE_BYTES < PIECE_MAX) {
		if (!is_list(s) || !subscribed_next(s->question->numbers,
					   &s->place, &bsn, &yes)) {
			add_tail(s);
			break;
		}
		bsn_digits(bsn, digits);
		memcpy(line + DIGITS_AT, digits, BSN_TEXT_MAX - 1);
		buf_add(&s->piece, line, LINE_BYTES);
	}
	return true;
}

static enum verdict
read_body(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct subscription *s = self;
	size_t got = 0, n;

	(void)why;
	while (got < len) {
		n = s->piece.len - s->piece_at;
		if (n == 0) {
			if (!refill(s))
				break;
			continue;
		}
		if (n > len - got)
			n = len - got;
		memcpy((char *)bytes + got, s->piece.bytes + s->piece_at, n);
		s->piece_at += n;
		got += n;
	}
	s->at += (int64_t)got;
	*len_out = got;
	return V_OK;
}

static enum verdict
rewind_body(void *self, struct fault *why)
{
	struct subscription *s = self;

	(void)why;
	if (s->at > 0)
		start(s);
	return V_OK;
}

/* Length and digest of all pieces together. */
static void
measure(struct subscription *s)
{
	struct digest *digest = digest_new();

	do {
		assert(!s->piece.full);
		s->bytes += (int64_t)s->piece.len;
		digest_add(digest, s->piece.bytes, s->piece.len);
	} while (refill(s));
	digest_end(digest, s->sha256);
	digest_free(digest);
}

struct subscription *
subscription_open(const struct subscription_question *q)
{
	struct subscription *s = mem_zero(1, sizeof(*s));

	assert(q->kind >= SUBSCRIPTION_LIST && q->kind <= SUBSCRIPTION_CHANGES);
	assert(q->kind != SUBSCRIPTION_LIST ||
		(q->numbers->asked > 0 &&
			q->numbers->asked <= SUBSCRIPTION_NUMBERS_MAX));
	assert(strlen(q->oin) <= 25);
	s->question = q;
	s->piece = BUF_MAX(PIECE_MAX);
	start(s);
	measure(s);
	start(s);
	return s;
}

void
subscription_close(struct subscription *s)
{
	if (s == NULL)
		return;
	buf_done(&s->piece);
	free(s);
}

struct http_body
subscription_body(struct subscription *s)
{
	return (struct http_body){ .self = s,
		.bytes = s->bytes,
		.read = read_body,
		.rewind = rewind_body };
}

void
subscription_digest(const struct subscription *s, uint8_t out[32])
{
	memcpy(out, s->sha256, DIGEST_BYTES);
}

/* --- does it belong to the question? --- */

static bool
only_asked(const struct subscribed *set, const struct subscribed *asked)
{
	int c, i;

	for (c = 0; c < SUBSCRIBED_CHUNKS; c++) {
		const struct subscribed_chunk *in = set->chunks[c];
		const struct subscribed_chunk *of = asked->chunks[c];

		for (i = 0; in != NULL && i < SUBSCRIBED_CHUNK_BYTES; i++)
			if ((in->asked[i] & ~(of == NULL ? 0 : of->asked[i])) !=
				0)
				return false;
	}
	return true;
}

static enum verdict
other(struct fault *why, const char *name, const char *text)
{
	return fault_set(why, V_SKIP, CODE_SUBSCRIPTION_OTHER, "answer: %s %s",
		name, text);
}

enum verdict
subscription_answer_fits(const struct subscription_question *q,
	const struct jobs_answer *mapping, const struct subscription_read *read,
	const struct subscribed *set, int64_t *missing_out, struct fault *why)
{
	if (read->has_id && !uuid_same(&read->id, &q->id))
		return other(why, mapping->request_id, "is another question's");
	if (read->sender[0] != '\0' && strcmp(read->sender, q->oin) != 0)
		return other(why, mapping->sender, "is another sender's");
	if (q->kind == SUBSCRIPTION_LIST && !only_asked(set, q->numbers))
		return other(why, mapping->bsn, "was not asked about");
	if (q->kind != SUBSCRIPTION_CHANGES && read->entries == 0)
		return fault_set(why, V_SKIP, CODE_SUBSCRIPTION_MAPPING,
			"answer: there is no %s at all", mapping->entry);
	*missing_out = q->kind == SUBSCRIPTION_LIST
			       ? q->numbers->asked - set->asked
			       : 0;
	return V_OK;
}
