/* channels/box.c - the payload of a lot, made while it is read; see channel.h
 *
 * The payload is a row of pieces: the head, then for each letter its markup up
 * to the first document, the document in base64, the markup behind it, and so
 * on, then the tail.  A piece of markup is made when it is its turn.  The same
 * function made all of them once before, to know length and digest beforehand.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/digest.h"
#include "channels/channel.h"

#define NS_B "http://schemas.rdw.nl/GEB/BerichtVerwerkService/Types/2009/01"
#define NS_M                                                                   \
	"http://schemas.rdw.nl/GEB/BerichtenProsessor/Bericht/Types/2009/01"

#define BOX_LETTERS_MAX 1000
#define MARKUP_MAX ((size_t)65536) /* of one piece; a text is 4000 characters */
#define RAW_BYTES ((size_t)49152)  /* of a document at a time; a third of it */
#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
_Static_assert(RAW_BYTES % 3 == 0, "base64 without padding in the middle");

/* Which piece is being read. */
struct place {
	size_t letter; /* letter_count: the tail */
	size_t document;
	bool head;    /* the very first piece */
	bool content; /* a document, else markup */
};

struct box {
	const struct box_lot *lot;
	const struct content *content;
	int64_t bytes, at;
	struct place place;
	struct buf piece; /* what can be handed out, from piece_at */
	size_t piece_at;
	int64_t document_left; /* bytes still to be read of the document */
	uint8_t raw[RAW_BYTES];
	uint8_t sha256[DIGEST_BYTES];
};

/* A line break becomes the four characters \r\n. */
static void
add_text(struct buf *out, const char *text)
{
	char part[2] = "";
	const char *p = text;
	size_t n;

	while (*p != '\0') {
		n = strcspn(p, "\r\n");
		for (; n > 0; n--) {
			part[0] = *p++;
			/* Byte by byte is right: what is escaped is ASCII. */
			buf_xml(out, part);
		}
		if (*p == '\0')
			break;
		p += p[0] == '\r' && p[1] == '\n' ? 2 : 1;
		buf_text(out, "\\r\\n");
	}
}

static void
add_element(struct buf *out, const char *name, const char *text)
{
	buf_format(out, "<m:%s>", name);
	buf_xml(out, text);
	buf_format(out, "</m:%s>", name);
}

static void
add_head(const struct box_lot *lot, struct buf *out)
{
	char id[UUID_TEXT_MAX], created[CLOCK_TEXT_MAX];

	uuid_text(&lot->batch_id, id);
	clock_utc(lot->created_ms, created);
	buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	buf_format(out,
		"<b:Berichten xmlns:b=\"" NS_B "\" xmlns:m=\"" NS_M "\">\n"
		"<b:BatchInformatie><b:BatchID>%s</b:BatchID>"
		"<b:AanmaakDatum>%s</b:AanmaakDatum>"
		"<b:BerichtLeverancierID>",
		id, created);
	buf_xml(out, lot->oin);
	buf_text(out, "</b:BerichtLeverancierID></b:BatchInformatie>\n");
}

/* Midnight in the Netherlands, in winter; in summer it is an hour later than
 * it could be, never earlier.  A day that has come needs no date: nothing is
 * published before it is here.
 */
static void
add_publish(
	const struct box_lot *lot, const struct letter *letter, struct buf *out)
{
	int64_t from_ms = letter->publish * DAY_MS - HOUR_MS;
	int year, month, day;

	if (letter->publish == LETTER_DATE_NONE || from_ms <= lot->created_ms)
		return;
	clock_date(letter->publish, &year, &month, &day);
	buf_format(out,
		"<m:PublicatieDatum>%04d-%02d-%02dT00:00:00+01:00"
		"</m:PublicatieDatum>",
		year, month, day);
}

/* Before that day ends in the Netherlands, in summer and in winter. */
static void
add_deadline(
	const struct box_lot *lot, const struct letter *letter, struct buf *out)
{
	int year, month, day;

	if (!lot->deadlines || letter->deadline == LETTER_DATE_NONE)
		return;
	clock_date(letter->deadline, &year, &month, &day);
	buf_format(out,
		"<m:EindDatumHandelingsTermijn>%04d-%02d-%02dT23:59:00+02:00"
		"</m:EindDatumHandelingsTermijn>",
		year, month, day);
}

static void
add_information(
	const struct box_lot *lot, const struct letter *letter, struct buf *out)
{
	char batch[UUID_TEXT_MAX], id[UUID_TEXT_MAX], bsn[BSN_TEXT_MAX];

	uuid_text(&lot->batch_id, batch);
	uuid_text(&letter->id, id);
	bsn_digits(letter->bsn, bsn);
	buf_format(out,
		"<m:Bericht><m:BerichtInformatie><m:BatchID>%s</m:BatchID>"
		"<m:BerichtID>%s</m:BerichtID>",
		batch, id);
	add_element(out, "BerichtType",
		letter->type != NULL && letter->type[0] != '\0' ? letter->type
								: lot->type);
	add_publish(lot, letter, out);
	add_deadline(lot, letter, out);
	add_element(out, "Onderwerp", letter->subject);
	if (letter->text != NULL && letter->text[0] != '\0') {
		buf_text(out, "<m:BerichtTekst>");
		add_text(out, letter->text);
		buf_text(out, "</m:BerichtTekst>");
	}
	if (letter->reference != NULL && letter->reference[0] != '\0')
		add_element(out, "Referentie", letter->reference);
	buf_format(out,
		"<m:GebruikerID>%s</m:GebruikerID>"
		"<m:SoortGebruiker>Burger</m:SoortGebruiker>"
		"</m:BerichtInformatie>",
		bsn);
}

/* The `n`th document that goes to the box, from 0. */
static const struct attachment *
document(const struct letter *letter, size_t n)
{
	const struct attachment *doc = letter->attachments;

	for (;; doc++) {
		assert(doc < letter->attachments + letter->document_count);
		if (attachment_to_box(doc) && n-- == 0)
			return doc;
	}
}

/* The markup in front of document `n`, or behind the last one. */
static void
add_markup(const struct box_lot *lot, const struct letter *letter, size_t n,
	struct buf *out)
{
	const size_t count = letter_box_documents(letter);

	if (n == 0)
		add_information(lot, letter, out);
	if (n == 0 && count > 0)
		buf_text(out, "<m:Bijlagen>");
	if (n > 0) {
		buf_text(out, "</m:Inhoud><m:BijlageType>Pdf</m:BijlageType>");
		add_element(
			out, "Omschrijving", document(letter, n - 1)->title);
		buf_format(out, "<m:Volgorde>%zu</m:Volgorde></m:Bijlage>", n);
	}
	if (n < count) {
		buf_text(out, "<m:Bijlage><m:Inhoud>");
		return;
	}
	if (count > 0)
		buf_text(out, "</m:Bijlagen>");
	buf_text(out, "</m:Bericht>\n");
}

static void
add_piece(const struct box_lot *lot, const struct place *place, struct buf *out)
{
	if (place->head)
		add_head(lot, out);
	else if (place->letter == lot->letter_count)
		buf_text(out, "</b:Berichten>\n");
	else
		add_markup(lot, &lot->letters[place->letter], place->document,
			out);
}

/* To the next piece; false behind the last. */
static bool
place_next(const struct box_lot *lot, struct place *place)
{
	if (place->head) {
		place->head = false;
	} else if (place->letter == lot->letter_count) {
		return false;
	} else if (place->content) {
		place->content = false;
		place->document++;
	} else if (place->document <
		   letter_box_documents(&lot->letters[place->letter])) {
		place->content = true;
	} else {
		place->letter++;
		place->document = 0;
	}
	return true;
}

static enum verdict
check_letter(const struct letter *letter, struct fault *why)
{
	uint8_t bind[DIGEST_BYTES];
	enum verdict v = V_OK;
	size_t i;

	letter_bind(letter, bind);
	if (memcmp(bind, letter->bind, sizeof(bind)) != 0)
		v = fault_set(why, V_NEVER, CODE_CONTENT_CHANGED,
			"letter differs from what was taken in");
	else if (letter->bsn.number <= 0)
		v = fault_set(why, V_NEVER, CODE_NO_BSN,
			"letter for the box without citizen number");
	else if (letter_box_documents(letter) > ATTACHMENT_BOX_MAX)
		v = fault_set(why, V_NEVER, CODE_DOCUMENT_BOX,
			"letter for the box with %zu documents",
			letter_box_documents(letter));
	for (i = 0; v == V_OK && i < letter->document_count; i++)
		if (attachment_to_box(&letter->attachments[i]) &&
			letter->attachments[i].bytes <= 0)
			v = fault_set(why, V_NEVER, CODE_DOCUMENT,
				"document is empty");
	if (v != V_OK)
		fault_at(why, "record %lld", (long long)letter->record);
	return v;
}

/* Length and digest of all pieces together.  A document counts by its own
 * digest, for with that it is compared each time it is read: hashing its base64
 * as well would say no more.
 */
static enum verdict
measure(struct box *box, struct fault *why)
{
	const struct box_lot *lot = box->lot;
	struct digest *digest = digest_new();
	struct place place = { .head = true };
	const struct attachment *doc;
	enum verdict v = V_OK;

	do {
		if (place.content) {
			doc = document(
				&lot->letters[place.letter], place.document);
			box->bytes += BASE64_LEN(doc->bytes);
			digest_add(digest, doc->sha256, sizeof(doc->sha256));
			continue;
		}
		buf_reset(&box->piece);
		add_piece(lot, &place, &box->piece);
		if (box->piece.full)
			v = fault_set(why, V_NEVER, CODE_TEXT_LONG,
				"texts of a letter are too long");
		box->bytes += (int64_t)box->piece.len;
		digest_add(digest, box->piece.bytes, box->piece.len);
	} while (v == V_OK && place_next(lot, &place));
	digest_end(digest, box->sha256);
	digest_free(digest);
	return v;
}

static void
start(struct box *box)
{
	box->at = 0;
	box->place = (struct place){ .head = true };
	buf_reset(&box->piece);
	box->piece_at = 0;
	add_piece(box->lot, &box->place, &box->piece);
}

enum verdict
box_open(const struct box_lot *lot, const struct content *content,
	struct box **box_out, struct fault *why)
{
	struct box *box;
	enum verdict v = V_OK;
	size_t i;

	assert(lot->letter_count > 0 && lot->letter_count <= BOX_LETTERS_MAX);
	for (i = 0; i < lot->letter_count; i++) {
		v = check_letter(&lot->letters[i], why);
		if (v != V_OK)
			return v;
	}
	box = mem_zero(1, sizeof(*box));
	box->lot = lot;
	box->content = content;
	/* Large enough for markup and for a piece of document in base64. */
	box->piece = BUF_MAX(BASE64_LEN(RAW_BYTES) > MARKUP_MAX
				     ? BASE64_LEN(RAW_BYTES)
				     : MARKUP_MAX);
	v = measure(box, why);
	if (v != V_OK) {
		box_close(box);
		return v;
	}
	start(box);
	*box_out = box;
	return V_OK;
}

void
box_close(struct box *box)
{
	if (box == NULL)
		return;
	buf_done(&box->piece);
	free(box);
}

/* Fill the raw buffer, or up to the end of the document. */
static enum verdict
read_raw(struct box *box, size_t *got_out, struct fault *why)
{
	size_t want = RAW_BYTES, got = 0, n;
	enum verdict v;

	if ((int64_t)want > box->document_left)
		want = (size_t)box->document_left;
	while (got < want) {
		v = box->content->read(box->content->self, box->raw + got,
			want - got, &n, why);
		if (v != V_OK)
			return v;
		assert(n <= want - got);
		if (n == 0)
			return fault_set(why, V_NEVER, CODE_CONTENT_CHANGED,
				"document is shorter than at intake");
		got += n;
	}
	box->document_left -= (int64_t)got;
	*got_out = got;
	return V_OK;
}

/* Reading to the very end makes the reader compare the digest. */
static enum verdict
check_end(struct box *box, struct fault *why)
{
	size_t n = 0;
	enum verdict v;

	v = box->content->read(box->content->self, box->raw, 1, &n, why);
	if (v == V_OK && n != 0)
		v = fault_set(why, V_NEVER, CODE_CONTENT_CHANGED,
			"document is longer than at intake");
	return v;
}

static enum verdict
refill_content(struct box *box, struct fault *why)
{
	size_t got = 0, len;
	enum verdict v;
	char *to;

	v = read_raw(box, &got, why);
	if (v == V_OK && box->document_left == 0)
		v = check_end(box, why);
	if (v != V_OK)
		return v;
	buf_reset(&box->piece);
	to = buf_room(&box->piece, BASE64_LEN(got));
	assert(to != NULL);
	len = base64_encode(box->raw, got, to);
	buf_used(&box->piece, len);
	return V_OK;
}

/* The piece was handed out: make the next bytes.  V_END behind the last. */
static enum verdict
refill(struct box *box, struct fault *why)
{
	const struct attachment *doc;
	enum verdict v;

	box->piece_at = 0;
	if (box->place.content && box->document_left > 0)
		return refill_content(box, why);
	buf_reset(&box->piece);
	if (!place_next(box->lot, &box->place))
		return V_END;
	if (!box->place.content) {
		add_piece(box->lot, &box->place, &box->piece);
		return V_OK;
	}
	doc = document(
		&box->lot->letters[box->place.letter], box->place.document);
	box->document_left = doc->bytes;
	v = box->content->open(box->content->self, doc, why);
	return v != V_OK ? v : refill_content(box, why);
}

static enum verdict
box_read(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct box *box = self;
	size_t got = 0, n;
	enum verdict v;

	while (got < len) {
		n = box->piece.len - box->piece_at;
		if (n == 0) {
			v = refill(box, why);
			if (v == V_END)
				break;
			if (v != V_OK) {
				if (box->place.letter < box->lot->letter_count)
					fault_at(why, "record %lld",
						(long long)box->lot
							->letters[box->place
									  .letter]
							.record);
				return v;
			}
			continue;
		}
		if (n > len - got)
			n = len - got;
		memcpy((char *)bytes + got, box->piece.bytes + box->piece_at,
			n);
		box->piece_at += n;
		got += n;
	}
	box->at += (int64_t)got;
	assert(box->at <= box->bytes);
	*len_out = got;
	return V_OK;
}

static enum verdict
box_rewind(void *self, struct fault *why)
{
	struct box *box = self;

	(void)why;
	if (box->at > 0)
		start(box);
	return V_OK;
}

struct http_body
box_body(struct box *box)
{
	return (struct http_body){ .self = box,
		.bytes = box->bytes,
		.read = box_read,
		.rewind = box_rewind };
}

void
box_digest(const struct box *box, uint8_t out[32])
{
	memcpy(out, box->sha256, DIGEST_BYTES);
}
