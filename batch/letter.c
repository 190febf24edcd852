/* batch/letter.c - see batch/letter.h
 *
 * Fields are digested with their length in front: no two letters give the
 * same bytes by moving text from one field to the next.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <string.h>

#include "base/digest.h"
#include "batch/letter.h"

/* Markup of one M:Bericht with all elements and the longest fixed values, and
 * of one M:Bijlage; both larger than they are, by less than half a kilobyte.
 */
#define BOX_MARKUP_BYTES 800
#define BOX_DOCUMENT_BYTES 250

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
field(struct digest *to, const void *bytes, size_t len)
{
	uint8_t head[4];

	assert(len <= PACKED_MAX);
	prefix((uint32_t)len, head);
	digest_add(to, head, sizeof(head));
	digest_add(to, bytes, len);
}

/* None and empty are the same text: a database may keep either. */
static void
text_field(struct digest *to, const char *text)
{
	field(to, text == NULL ? "" : text, text == NULL ? 0 : strlen(text));
}

static void
key_field(struct buf *to, const char *text)
{
	uint8_t head[4];
	size_t len = strlen(text);

	assert(len <= PACKED_MAX);
	prefix((uint32_t)len, head);
	buf_add(to, head, sizeof(head));
	buf_add(to, text, len);
}

static const char *
copy(struct arena *mem, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return text == NULL ? NULL : "";
	return arena_text(mem, text, strlen(text));
}

void
letter_copy(const struct letter *letter, struct arena *mem, struct letter *out)
{
	struct address *a = &out->address;
	size_t i;

	*out = *letter;
	out->key = copy(mem, letter->key);
	out->reference = copy(mem, letter->reference);
	out->subject = copy(mem, letter->subject);
	out->text = copy(mem, letter->text);
	out->type = copy(mem, letter->type);
	a->name = copy(mem, a->name);
	a->attention = copy(mem, a->attention);
	a->street = copy(mem, a->street);
	a->number = copy(mem, a->number);
	a->letter = copy(mem, a->letter);
	a->addition = copy(mem, a->addition);
	a->postcode = copy(mem, a->postcode);
	a->town = copy(mem, a->town);
	a->country = copy(mem, a->country);
	for (i = 0; i < 3; i++)
		a->foreign[i] = copy(mem, a->foreign[i]);
	for (i = 0; i < letter->document_count; i++) {
		struct letter_document *d = &out->documents[i];

		d->href = copy(mem, d->href);
		d->sha256 = copy(mem, d->sha256);
		d->title = copy(mem, d->title);
		if (d->base64 != NULL)
			d->base64 = arena_text(mem, d->base64, d->base64_len);
	}
}

struct uuid
letter_id(const uint8_t site_key[32], const char *sender_oin,
	const char *stream, const char *key, int edition)
{
	struct buf all = BUF_MAX(PACKED_MAX);
	uint8_t sum[DIGEST_BYTES], number[4];

	assert(edition >= 1);
	prefix((uint32_t)edition, number);
	key_field(&all, "mobb letter 1");
	key_field(&all, sender_oin);
	key_field(&all, stream);
	key_field(&all, key);
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
	key_field(&all, "mobb bsn 1");
	key_field(&all, digits);
	digest_hmac(site_key, 32, all.bytes, all.len, sum);
	memcpy(out, sum, 16);
	buf_done(&all);
}

void
letter_bind(const struct letter *letter, uint8_t out[32])
{
	struct digest *all = digest_new();
	struct buf where = BUF_MAX(PACKED_MAX);
	char digits[BSN_TEXT_MAX];
	size_t i;

	assert(letter->document_count <= ATTACHMENT_LETTER_MAX);
	assert(letter->document_count == 0 || letter->attachments != NULL);
	bsn_digits(letter->bsn, digits);
	address_pack(&letter->address, &where);
	assert(!where.full);
	text_field(all, "mobb bind 1");
	field(all, letter->id.bytes, sizeof(letter->id.bytes));
	text_field(all, digits);
	text_field(all, letter->reference);
	text_field(all, letter->subject);
	text_field(all, letter->text);
	field(all, where.bytes, where.len);
	for (i = 0; i < letter->document_count; i++) {
		field(all, letter->attachments[i].sha256, DIGEST_BYTES);
		text_field(all, letter->attachments[i].title);
	}
	digest_end(all, out);
	digest_free(all);
	buf_done(&where);
}

enum paper_reason
letter_paper(const struct letter *letter)
{
	int64_t bytes = 0;
	size_t i;

	if (letter->bsn.number == 0)
		return PAPER_NO_BSN;
	if (letter->document_count > ATTACHMENT_BOX_MAX)
		return PAPER_TOO_MANY;
	/* Each is looked at by itself first: a sum of two must not overflow. */
	for (i = 0; i < letter->document_count; i++) {
		if (letter->attachments[i].bytes > ATTACHMENT_BOX_BYTES)
			return PAPER_TOO_LARGE;
		bytes += letter->attachments[i].bytes;
	}
	return bytes > ATTACHMENT_BOX_BYTES ? PAPER_TOO_LARGE : PAPER_NONE;
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
		else if (strncmp(text, "://", 3) == 0)
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
	}
	assert(reason == PAPER_NONE); /* no such reason */
	return "";
}
