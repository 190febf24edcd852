/* mobbsim/payload.c - see mobbsim/payload.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/xml.h"
#include "mobbsim/payload.h"

#define DEPTH_MAX 16
#define DEPTH_USED 6 /* Berichten/Bericht/Bijlagen/Bijlage/Inhoud is 5 */
#define TEXT_MAX ((size_t)20000000)
#define JOINED_MAX ((size_t)1000)

struct reading {
	struct arena *mem;
	const char *bytes; /* the input */
	size_t len, at;
	int depth;
	const char *path[DEPTH_USED + 1]; /* local names; interned */
	struct buf text;		  /* of the present element */
	struct buf raw;			  /* a decoded attachment */
	struct buf joined;		  /* digests of the letter */
	struct payload *out;
	size_t room;
	struct payload_letter *letter; /* the one being read, or NULL */
};

static enum verdict
give(void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct reading *r = self;
	size_t left = r->len - r->at;

	(void)why;
	if (len > left)
		len = left;
	memcpy(bytes, r->bytes + r->at, len);
	r->at += len;
	*len_out = len;
	return V_OK;
}

static bool
at(const struct reading *r, int depth, const char *local)
{
	return depth <= r->depth && depth <= DEPTH_USED &&
	       strcmp(r->path[depth], local) == 0;
}

static enum verdict
begin_letter(struct reading *r, struct fault *why)
{
	struct payload *p = r->out;

	if (p->letter_count == PAYLOAD_LETTERS_MAX)
		return fault_set(why, V_BROKEN, CODE_LIMIT, "too many letters");
	if (p->letter_count == r->room) {
		r->room = r->room == 0 ? 1024 : 2 * r->room;
		p->letters =
			mem_grow(p->letters, r->room * sizeof(*p->letters));
	}
	r->letter = &p->letters[p->letter_count++];
	*r->letter = (struct payload_letter){
		.id_text = "",
		.batch_id = "",
		.type = "",
		.reference = "",
		.bsn = "",
		.publish = "",
		.attachments = "",
	};
	buf_reset(&r->joined);
	return V_OK;
}

static enum verdict
on_open(void *self, const struct xml_name *name,
	const struct xml_attribute *attributes, size_t count, struct fault *why)
{
	struct reading *r = self;

	(void)attributes;
	(void)count;
	r->depth++;
	if (r->depth <= DEPTH_USED)
		r->path[r->depth] = name->local;
	buf_reset(&r->text);
	if (r->depth == 2 && at(r, 2, "Bericht"))
		return begin_letter(r, why);
	return V_OK;
}

static enum verdict
on_text(void *self, const char *text, size_t len, struct fault *why)
{
	struct reading *r = self;

	(void)why;
	buf_add(&r->text, text, len);
	return V_OK;
}

static const char *
kept(struct reading *r)
{
	return arena_text(r->mem, r->text.bytes == NULL ? "" : r->text.bytes,
		r->text.len);
}

static void
take_attachment(struct reading *r)
{
	uint8_t sum[DIGEST_BYTES];
	char hex[DIGEST_HEX_MAX];
	size_t len = 0;
	char *room;

	buf_reset(&r->raw);
	room = buf_room(&r->raw, r->text.len / 4 * 3 + 3);
	if (r->text.full || room == NULL || r->text.len == 0 ||
		!base64_decode(
			r->text.bytes, r->text.len, (uint8_t *)room, &len)) {
		r->letter->broken = true;
		return;
	}
	digest_of(room, len, sum);
	digest_hex(sum, sizeof(sum), hex);
	r->letter->attachment_bytes += (int64_t)len;
	if (r->joined.len > 0)
		buf_text(&r->joined, "+");
	buf_text(&r->joined, hex);
}

static void
take_field(struct reading *r)
{
	struct payload_letter *l = r->letter;

	if (at(r, 4, "BatchID"))
		l->batch_id = kept(r);
	else if (at(r, 4, "BerichtID")) {
		if (uuid_parse(kept(r), &l->id))
			l->id_text = kept(r);
	} else if (at(r, 4, "BerichtType"))
		l->type = kept(r);
	else if (at(r, 4, "PublicatieDatum"))
		l->publish = kept(r);
	else if (at(r, 4, "Referentie"))
		l->reference = kept(r);
	else if (at(r, 4, "GebruikerID"))
		l->bsn = kept(r);
}

static void
take_head(struct reading *r)
{
	struct uuid id;

	if (at(r, 3, "BatchID")) {
		if (uuid_parse(kept(r), &id))
			r->out->batch_id = kept(r);
	} else if (at(r, 3, "AanmaakDatum"))
		r->out->made = kept(r);
	else if (at(r, 3, "BerichtLeverancierID"))
		r->out->sender = kept(r);
}

static enum verdict
on_close(void *self, const struct xml_name *name, struct fault *why)
{
	struct reading *r = self;

	(void)name;
	(void)why;
	if (r->depth == 3 && at(r, 2, "BatchInformatie"))
		take_head(r);
	else if (r->letter != NULL && r->depth == 4 &&
		 at(r, 3, "BerichtInformatie"))
		take_field(r);
	else if (r->letter != NULL && r->depth == 5 && at(r, 4, "Bijlage") &&
		 at(r, 5, "Inhoud"))
		take_attachment(r);
	if (r->letter != NULL && r->depth == 2) {
		r->letter->attachments = arena_text(r->mem,
			r->joined.bytes == NULL ? "" : r->joined.bytes,
			r->joined.len);
		r->letter = NULL;
	}
	r->depth--;
	buf_reset(&r->text);
	return V_OK;
}

void
payload_read(
	const void *bytes, size_t len, struct arena *mem, struct payload *out)
{
	static const struct xml_events events = { on_open, on_text, on_close };
	struct payload payload = { .batch_id = "", .made = "", .sender = "" };
	struct reading r = {
		.mem = mem,
		.bytes = bytes,
		.len = len,
		.text = BUF_MAX(TEXT_MAX),
		.raw = BUF_MAX(TEXT_MAX),
		.joined = BUF_MAX(JOINED_MAX),
		.out = &payload,
	};
	struct fault unused;
	struct payload_letter *letters;

	payload.whole = xml_stream(give, &r, &events, &r, DEPTH_MAX, NULL,
				&unused) == V_OK;
	/* A letter that was cut off is named all the same. */
	if (payload.letter_count > 0) {
		letters = arena_alloc(
			mem, payload.letter_count * sizeof(*letters));
		memcpy(letters, payload.letters,
			payload.letter_count * sizeof(*letters));
		free(payload.letters);
		payload.letters = letters;
	}
	buf_done(&r.text);
	buf_done(&r.raw);
	buf_done(&r.joined);
	*out = payload;
}
