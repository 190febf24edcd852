/* batch/letter.c - see batch/letter.h
 *
 * Fields are digested with their length in front: no two letters give the
 * same bytes by moving text from one field to the next.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/digest.h"
#include "batch/letter.h"

/* Markup of one M:Bericht with all elements and the longest fixed values, and
 * of one M:Bijlage; both larger than they are, by less than half a kilobyte.
 */
#define BOX_MARKUP_BYTES 800
#define BOX_DOCUMENT_BYTES 250

#define LETTER_TEXTS 17
#define LETTER_TEXTS_MAX (LETTER_TEXTS + 3 * ATTACHMENT_LETTER_MAX)
#define PACKED_MAX (256 * 1024 * 1024) /* far above what a record can hold */

static void
prefix(uint32_t value, uint8_t out[4])
{
	out[0] = (uint8_t)(value >> 24);
	out[1] = (uint8_t)(value >> 16 & 0xff);
	out[2] = (uint8_t)(value >> 8 & 0xff);
	out[3] = (uint8_t)(value & 0xff);
}

static void
field(struct buf *to, const void *bytes, size_t len)
{
	char *room;

	assert(len <= PACKED_MAX);
	room = buf_room(to, 4 + len);
	if (room == NULL)
		return;
	prefix((uint32_t)len, (uint8_t *)room);
	if (len > 0)
		memcpy(room + 4, bytes, len);
	buf_used(to, 4 + len);
}

/* None and empty are the same text: a database may keep either. */
static void
text_field(struct buf *to, const char *text)
{
	field(to, text == NULL ? "" : text, text == NULL ? 0 : strlen(text));
}

/* The texts of a letter, wherever they stand; how many. */
static size_t
texts_of(struct letter *l, const char **texts[LETTER_TEXTS_MAX])
{
	struct address *a = &l->address;
	const char **const fixed[] = { &l->key, &l->reference, &l->subject,
		&l->text, &l->type, &a->name, &a->attention, &a->street,
		&a->number, &a->letter, &a->addition, &a->postcode, &a->town,
		&a->country, &a->foreign[0], &a->foreign[1], &a->foreign[2] };
	size_t n = sizeof(fixed) / sizeof(fixed[0]), i;

	_Static_assert(sizeof(fixed) / sizeof(fixed[0]) == LETTER_TEXTS,
		"those of the letter itself");
	memcpy(texts, fixed, sizeof(fixed));
	for (i = 0; i < l->document_count; i++) {
		texts[n++] = &l->documents[i].href;
		texts[n++] = &l->documents[i].sha256;
		texts[n++] = &l->documents[i].title;
	}
	return n;
}

/* All texts into one piece of memory. */
void
letter_copy(const struct letter *letter, struct arena *mem, struct letter *out)
{
	const char **texts[LETTER_TEXTS_MAX];
	size_t lens[LETTER_TEXTS_MAX], count, i, all = 0;
	const size_t behind = offsetof(struct letter, document_count);
	char *to;

	assert(letter->document_count <= ATTACHMENT_LETTER_MAX);
	/* Not the documents that are not there. */
	memcpy(out, letter,
		offsetof(struct letter, documents) +
			letter->document_count * sizeof(out->documents[0]));
	memcpy((char *)out + behind, (const char *)letter + behind,
		sizeof(*out) - behind);
	count = texts_of(out, texts);
	for (i = 0; i < count; i++) {
		lens[i] = *texts[i] == NULL ? 0 : strlen(*texts[i]) + 1;
		all += lens[i];
	}
	to = arena_alloc(mem, all + 1);
	for (i = 0; i < count; i++) {
		if (lens[i] == 0)
			continue;
		memcpy(to, *texts[i], lens[i]);
		*texts[i] = to;
		to += lens[i];
	}
	for (i = 0; i < out->document_count; i++) {
		struct letter_document *d = &out->documents[i];

		if (d->base64 != NULL)
			d->base64 = arena_text(mem, d->base64, d->base64_len);
	}
}

const struct address *
letter_post(const struct letter *letter)
{
	return letter->corrected != NULL ? letter->corrected : &letter->address;
}

struct uuid
letter_id(const uint8_t site_key[32], const char *sender_oin,
	const char *stream, const char *key, int edition)
{
	struct buf all = BUF_MAX(PACKED_MAX);
	uint8_t sum[DIGEST_BYTES], number[4];

	assert(edition >= 1);
	prefix((uint32_t)edition, number);
	text_field(&all, "mobb letter 1");
	text_field(&all, sender_oin);
	text_field(&all, stream);
	text_field(&all, key);
	buf_add(&all, number, sizeof(number));
	assert(!all.full);
	digest_hmac(site_key, 32, all.bytes, all.len, sum);
	buf_done(&all);
	return uuid_of_digest(sum);
}

void
letter_bsn_key(const uint8_t site_key[32], struct bsn bsn, uint8_t out[16])
{
	struct buf all = BUF_MAX(64);
	uint8_t sum[DIGEST_BYTES];
	char digits[BSN_TEXT_MAX];

	bsn_digits(bsn, digits);
	text_field(&all, "mobb bsn 1");
	text_field(&all, digits);
	digest_hmac(site_key, 32, all.bytes, all.len, sum);
	memcpy(out, sum, 16);
	buf_done(&all);
}

/* The fields are gathered first: to digest is cheap, to call it is not. */
void
letter_bind(const struct letter *letter, uint8_t out[32])
{
	struct buf all = BUF_MAX(2 * (size_t)PACKED_MAX);
	char digits[BSN_TEXT_MAX];
	size_t i, place;

	assert(letter->document_count <= ATTACHMENT_LETTER_MAX);
	assert(letter->document_count == 0 || letter->attachments != NULL);
	bsn_digits(letter->bsn, digits);
	text_field(&all, "mobb bind 1");
	field(&all, letter->id.bytes, sizeof(letter->id.bytes));
	text_field(&all, digits);
	text_field(&all, letter->reference);
	text_field(&all, letter->subject);
	text_field(&all, letter->text);
	place = all.len;
	field(&all, "", 0);
	address_pack(&letter->address, &all);
	assert(!all.full && all.len - place - 4 <= PACKED_MAX);
	prefix((uint32_t)(all.len - place - 4), (uint8_t *)all.bytes + place);
	for (i = 0; i < letter->document_count; i++) {
		const struct attachment *doc = &letter->attachments[i];
		uint8_t way = (uint8_t)doc->way | (doc->shared ? 4 : 0);

		field(&all, doc->sha256, DIGEST_BYTES);
		text_field(&all, doc->title);
		/* Nothing of rows that were there before it could be said. */
		if (way != 0)
			field(&all, &way, 1);
	}
	assert(!all.full);
	digest_of(all.bytes, all.len, out);
	buf_done(&all);
}

size_t
letter_box_documents(const struct letter *letter)
{
	size_t i, n = 0;

	for (i = 0; i < letter->document_count; i++)
		n += attachment_to_box(&letter->attachments[i]) ? 1 : 0;
	return n;
}

bool
letter_text_printed(const struct letter *letter)
{
	size_t i;

	if (letter->text == NULL || letter->text[0] == '\0')
		return false;
	for (i = 0; i < letter->document_count; i++)
		if (attachment_to_paper(&letter->attachments[i]) &&
			!letter->attachments[i].shared)
			return false;
	return true;
}

void
letter_print(struct letter *letter, struct arena *mem)
{
	const size_t made = letter_text_printed(letter) ? 1 : 0;
	size_t i, n = 0;

	for (i = 0; i < letter->document_count; i++)
		n += attachment_to_paper(&letter->attachments[i]) ? 1 : 0;
	letter->printed = letter->attachments;
	letter->printed_count = n + made;
	if (made == 0 && n == letter->document_count)
		return;
	letter->printed = arena_alloc(
		mem, (letter->printed_count + 1) * sizeof(letter->printed[0]));
	if (made > 0)
		letter->printed[0] =
			(struct attachment){ .place = ATTACHMENT_MADE,
				.title = letter->subject };
	for (i = 0, n = made; i < letter->document_count; i++)
		if (attachment_to_paper(&letter->attachments[i]))
			letter->printed[n++] = letter->attachments[i];
}

enum paper_reason
letter_paper(const struct letter *letter)
{
	int64_t bytes = 0;
	size_t i;

	if (letter->bsn.number == 0)
		return PAPER_NO_BSN;
	if (letter_box_documents(letter) > ATTACHMENT_BOX_MAX)
		return PAPER_TOO_MANY;
	/* Each is looked at by itself first: a sum of two must not overflow. */
	for (i = 0; i < letter->document_count; i++) {
		if (!attachment_to_box(&letter->attachments[i]))
			continue;
		if (letter->attachments[i].bytes > ATTACHMENT_BOX_BYTES)
			return PAPER_TOO_LARGE;
		bytes += letter->attachments[i].bytes;
	}
	return bytes > ATTACHMENT_BOX_BYTES ? PAPER_TOO_LARGE : PAPER_NONE;
}

bool
paper_never(enum paper_reason reason)
{
	return reason == PAPER_NEVER || reason == PAPER_BACK;
}

enum verdict
letter_ways(struct letter *letter, bool back, struct fault *why)
{
	const bool text = letter->text != NULL;
	size_t i, paper = 0;

	for (i = 0; i < letter->document_count; i++)
		paper += attachment_to_paper(&letter->attachments[i]) ? 1 : 0;
	if (letter->document_count == 0 && !text)
		return fault_set(why, V_SKIP, CODE_DOCUMENT,
			"the record names no document");
	if (paper_never(letter->paper)) {
		if (letter_paper(letter) != PAPER_NONE)
			return fault_set(why, V_SKIP, CODE_BOX_ONLY,
				"for the Berichtenbox only, which does not "
				"take it: %s",
				paper_reason_name(letter_paper(letter)));
		letter->paper = back ? PAPER_BACK : PAPER_NEVER;
	} else if (paper == 0 && !text) {
		return fault_set(why, V_SKIP, CODE_DOCUMENT,
			"the record names no document for paper");
	}
	if ((letter->paper == PAPER_NONE || paper_never(letter->paper)) &&
		letter_box_documents(letter) == 0 && !text)
		return fault_set(why, V_SKIP, CODE_DOCUMENT,
			"the record names no document for the Berichtenbox");
	return V_OK;
}

/* Bytes of a text as the payload holds it: five or six for what XML escapes,
 * four for a line break, room for a blank on both sides of a web address.
 */
static int64_t
box_text(const char *text)
{
	int64_t bytes = 0;

	if (text == NULL)
		return 0;
	for (; *text != '\0'; text++) {
		if (*text == '&' || *text == '<' || *text == '>' ||
			*text == '"' || *text == '\'')
			bytes += 6;
		else if (*text == '\r' || *text == '\n')
			bytes += 4;
		else if (*text == ':' && text[1] == '/' && text[2] == '/')
			bytes += 3;
		else
			bytes += 1;
	}
	return bytes;
}

int64_t
letter_box_bytes(const struct letter *letter)
{
	int64_t bytes = BOX_MARKUP_BYTES;
	size_t i;

	bytes += box_text(letter->reference) + box_text(letter->subject) +
		 box_text(letter->text);
	for (i = 0; i < letter->document_count; i++) {
		if (!attachment_to_box(&letter->attachments[i]))
			continue;
		assert(letter->attachments[i].bytes <= INT64_MAX / 4);
		bytes += BOX_DOCUMENT_BYTES +
			 BASE64_LEN(letter->attachments[i].bytes) +
			 box_text(letter->attachments[i].title);
	}
	return bytes;
}

const char *
paper_reason_name(enum paper_reason reason)
{
	switch (reason) {
	case PAPER_NONE:
		return "";
	case PAPER_NO_BSN:
		return "no_bsn";
	case PAPER_TOO_LARGE:
		return "pdf_too_large";
	case PAPER_TOO_MANY:
		return "too_many_attachments";
	case PAPER_ASKED:
		return "asked";
	case PAPER_FIELD:
		return "field";
	case PAPER_PDF:
		return "pdf";
	case PAPER_NEVER:
		return "box_only";
	case PAPER_BACK:
		return "box_only_return";
	}
	assert(reason == PAPER_NONE); /* no such reason */
	return "";
}
