/* batch/letter.h - what one citizen gets
 *
 * A reader (formats/) fills it from one record; the checks that need no file
 * are here; the store keeps it.  All text is UTF-8 in the arena of the record.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_LETTER_H
#define BATCH_LETTER_H

#include "base/uuid.h"
#include "batch/address.h"
#include "batch/attachment.h"
#include "batch/bsn.h"

#define LETTER_SUBJECT_CHARS 50
#define LETTER_TEXT_CHARS 4000
#define LETTER_REFERENCE_CHARS 25
#define LETTER_KEY_BYTES 200
#define LETTER_DATE_NONE INT32_MIN

/* A document as the supplier names it, before it was found. */
struct letter_document {
	const char *href;   /* member of the container; NULL when inline */
	const char *sha256; /* hex as delivered, NULL when not given */
	const char *title;
	const char *base64; /* inline text; NULL when by href */
	size_t base64_len;
	/* Where it stands in the payload: exactly it when base64_raw is
	 * base64_len, else with blanks or markup, too; 0: not known.
	 */
	int64_t base64_offset, base64_raw;
	int first_page, last_page; /* of the job's one PDF, from 1; 0: whole */
	bool shared;		   /* a leaflet that many letters get */
	enum attachment_way way;
};

/* Why a letter goes on paper whatever its subscription says; kept per letter.
 * Numbers are stored: never change them.
 */
enum paper_reason {
	PAPER_NONE = 0,	     /* the box decides */
	PAPER_NO_BSN = 1,    /* no_bsn: other kind of person */
	PAPER_TOO_LARGE = 2, /* pdf_too_large */
	PAPER_TOO_MANY = 3,  /* too_many_attachments */
	PAPER_ASKED = 4,     /* asked: the supplier wants paper */
	PAPER_FIELD = 5,     /* field: a value was wrong, `bad: paper` */
	PAPER_PDF = 6,	     /* pdf: not what the box takes */
	PAPER_NEVER = 7,     /* box_only: the supplier wants no paper; without a
			      * box it waits for a person */
	PAPER_BACK = 8,	     /* the same, but without a box it is withdrawn, and
			      * told to the supplier (stream: box_only) */
};

/* Is it for the box only? */
bool paper_never(enum paper_reason reason);

struct letter {
	int64_t record;	 /* 1 .. in the job: the number of the letter */
	int part;	 /* of a set, from 0 */
	int64_t line;	 /* where the record begins in its part */
	int64_t offset;	 /* byte, where it begins */
	int64_t bytes;	 /* of the record with its lines */
	const char *key; /* of the definition, parts joined with U+001F */
	struct bsn bsn;	 /* BSN_NONE: no citizen number, paper */
	const char *reference;
	const char *subject;
	const char *text;     /* NULL: none */
	int32_t dated;	      /* dagtekening, days since 1970, or _NONE */
	int32_t publish;      /* not before, asked by the supplier, or _NONE */
	int32_t deadline;     /* last day to object or pay, or _NONE */
	const char *type;     /* BerichtType; NULL: the stream's */
	enum code hold;	      /* it waits for a person (MOBB-0216), or _NONE */
	int64_t amount_cents; /* counted for the control total */
	struct address address;
	struct letter_document documents[ATTACHMENT_LETTER_MAX];
	size_t document_count;

	/* filled after reading */
	struct uuid id;			/* BerichtID = letter_id of print */
	struct attachment *attachments; /* document_count of them */
	enum paper_reason paper;
	uint8_t bind[32]; /* see letter_bind() */
	/* What a person made of the address, for paper; NULL: as delivered.
	 * No part of what is bound.
	 */
	const struct address *corrected;

	/* filled by letter_print(): what goes in the envelope, in its order */
	struct attachment *printed;
	size_t printed_count;
};

/* Where the post brings it: the correction, else as delivered. */
const struct address *letter_post(const struct letter *letter);

/* A copy that stands on its own in `mem`, as it is after reading: texts and
 * documents, not what is filled later.
 */
void letter_copy(
	const struct letter *letter, struct arena *mem, struct letter *out);

/* BerichtID: UUIDv8 of HMAC-SHA-256(site key; sender, stream, key, edition).
 * Read again, on another machine or after a restored backup: the same id.
 */
struct uuid letter_id(const uint8_t site_key[32], const char *sender_oin,
	const char *stream, const char *key, int edition);

/* Keyed look-up digest of a citizen number; 16 of its bytes are stored. */
void letter_bsn_key(
	const uint8_t site_key[32], struct bsn bsn, uint8_t out[16]);

/* Binds recipient, text and documents: SHA-256 over id, number, reference,
 * subject, text, address, and each document's digest and title.  Taken at
 * intake, checked again when the letter leaves.
 */
void letter_bind(const struct letter *letter, uint8_t out[32]);

/* Is its text printed, as the first pages?  When it has a text, and no document
 * of its own for paper: a leaflet has no address on it.
 */
bool letter_text_printed(const struct letter *letter);

/* Fill `printed`: the documents for paper, behind one of place
 * ATTACHMENT_MADE when its text is printed; pages, bytes and digest of that are
 * 0 until mobbd/paper.h made it.  It lies in `mem`, or is `attachments` itself.
 */
void letter_print(struct letter *letter, struct arena *mem);

/* How many of its documents go to the box. */
size_t letter_box_documents(const struct letter *letter);

/* Too many or too large documents for the box: paper, with the reason. */
enum paper_reason letter_paper(const struct letter *letter);

/* Has a letter, after reading, something to go each way it may have to go?
 * `back`: what is for the box only goes back to the supplier when it has none,
 * which is kept as PAPER_BACK.  V_SKIP: CODE_DOCUMENT, CODE_BOX_ONLY (for the
 * box only, which does not take it).
 */
enum verdict letter_ways(struct letter *letter, bool back, struct fault *why);

/* Bytes of this letter's M:Bericht in the box payload, base64 and markup
 * included; an upper bound within 2 kB, used for cutting lots.
 */
int64_t letter_box_bytes(const struct letter *letter);

const char *paper_reason_name(enum paper_reason reason); /* "no_bsn" */

#endif
