/* batch/attachment.h - a document of a letter: where it lies and what it was
 *
 * A document is never a file of its own: it stays in the batch file (a ZIP
 * member at its offset, or base64 text) or lies in the job's content file.
 * The digest taken at intake is checked again each time it leaves.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef BATCH_ATTACHMENT_H
#define BATCH_ATTACHMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"

#define ATTACHMENT_BOX_MAX 2	    /* documents of one letter to the box */
#define ATTACHMENT_BOX_BYTES 500000 /* of one letter, before base64 */
#define ATTACHMENT_TITLE_CHARS 128
#define ATTACHMENT_LETTER_MAX 10 /* documents of one letter at all */

/* How it lies there.  Numbers are stored: never change them. */
#define ATTACHMENT_STORED 0
#define ATTACHMENT_DEFLATE 8
#define ATTACHMENT_BASE64 64 /* text with white space, `raw` bytes of it */

enum attachment_place {
	ATTACHMENT_MEMBER = 0,	/* in the batch file */
	ATTACHMENT_CONTENT = 1, /* in work/JOBID/content */
	ATTACHMENT_MADE = 2, /* of the letter's text, when it is printed; in no
			      * row (mobbd/paper.h) */
};

/* Which way it goes; `for:` of the document in the definition.  Numbers are
 * stored: never change them.
 */
enum attachment_way {
	ATTACHMENT_BOTH = 0,
	ATTACHMENT_BOX_ONLY = 1,
	ATTACHMENT_PAPER_ONLY = 2,
};

struct attachment {
	enum attachment_place place;
	int part;	/* _MEMBER: file of a set, from 0 */
	int method;	/* ATTACHMENT_... */
	int64_t offset; /* of the packed bytes */
	int64_t bytes;	/* of the document itself */
	int64_t raw;	/* of its text, only with _BASE64 */
	int32_t pages;
	uint8_t sha256[32];
	const char *title; /* Omschrijving in the box */
	enum attachment_way way;
	bool shared; /* a leaflet: many letters have it, no address on it */
};

bool attachment_to_box(const struct attachment *doc);
bool attachment_to_paper(const struct attachment *doc);

/* As kept in the letter's row: a version byte, then the fields.  unpack gives
 * at most ATTACHMENT_LETTER_MAX; false when the bytes make no sense.
 */
void attachment_pack(
	const struct attachment *docs, size_t count, struct buf *out);
bool attachment_unpack(const void *bytes, size_t len, struct arena *mem,
	struct attachment **docs_out, size_t *count_out);

/* Reading documents, given by mobbd to whoever sends.  One document at a time:
 * open it, read to the end (*len_out 0), and the reader has compared length
 * and digest with intake: V_NEVER with CODE_CONTENT_CHANGED when they differ.
 */
struct content {
	void *self;
	enum verdict (*open)(
		void *self, const struct attachment *doc, struct fault *why);
	enum verdict (*read)(void *self, void *bytes, size_t len,
		size_t *len_out, struct fault *why);
};

#endif
