/* spool/inside.h - what the files behind spool/source.c share; nobody else's
 *
 *	source.c	the front: payload by part, the end
 *	judge.c		what container is it, and a tar
 *	crew.c		a ZIP, by two threads
 *	look.c		what the rules want of a PDF
 *	document.c	a letter's documents
 *	pages.c		one big PDF that is cut into letters
 *
 * No fault here holds a document's name: suppliers put citizen numbers in it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef SPOOL_INSIDE_H
#define SPOOL_INSIDE_H

#include <pthread.h>

#include "base/digest.h"
#include "base/zip.h"
#include "spool/member.h"
#include "spool/payload.h"
#include "spool/spool.h"

#define READ_BYTES ((size_t)262144)
#define DOCUMENT_BYTES_MAX ((size_t)16 * 1000 * 1000) /* looked at in memory */
#define REMARK_MAX 500
#define LOOK_TEXTS 200 /* different remarks of one job */

struct book; /* spool/pages.c */

/* Remarks, each once; a member keeps its number. */
struct look_texts {
	char *text[LOOK_TEXTS]; /* from 1; 0 is none */
	int count;
	pthread_mutex_t lock;
};

struct source {
	const struct claim_part *parts; /* lent by the claim */
	int part_count;
	int dir; /* lent; -1: only checking, nothing is written */
	struct source_rules rules;
	struct member_table members;
	struct owner_table owners;
	struct look_texts texts;
	struct payload_place *places; /* of each part's payload */
	struct book **books;	      /* of each part, NULL: none */

	struct payload *payload;
	int part;	    /* the present one */
	struct buf scratch; /* one document */
	struct digest *digest;
	struct digest_run *digest_run; /* the claim's, to feed; NULL */
	int content;		       /* -1 until something is kept in it */
	int64_t content_bytes;
	bool twice; /* found where only source_end() can say it */
	int64_t unused;
	char remark[REMARK_MAX];
	enum code remark_code;
};

/* --- what a member is to us --- */

enum member_role {
	ROLE_PAYLOAD,
	ROLE_SHARED,
	ROLE_BOOK,
	ROLE_DOCUMENT,
	ROLE_NONE /* rules->no_documents */
};

/* What was found of one container, and the judge's verdict on that. */
struct found {
	int payloads, books;
};

/* By its name, with the rules; counts, and refuses a second payload. */
enum verdict judge_role(struct source *source, const char *name,
	struct found *found, enum member_role *role_out, struct fault *why);
/* The part's container is done: is something missing? */
enum verdict judge_found(
	struct source *source, const struct found *found, struct fault *why);
enum verdict judge_doubled(struct fault *why);
enum verdict judge_nested(struct fault *why);

/* Whatever part `part` is.  The payload's place is set. */
enum verdict judge_part(struct source *source, int part, struct fault *why);
/* A part that is a ZIP (crew.c). */
enum verdict judge_zip(struct source *source, int part,
	const struct archive_limits *limits, struct fault *why);

/* --- documents --- */

/* Fill what a look tells about a document of so many bytes.  Thread-safe.
 * V_OK also for a bad one; V_LATER or V_BROKEN when we could not look.
 */
enum verdict look_at(struct source *source, const void *bytes, size_t len,
	struct member *member, struct fault *why);
/* Can the site's command be run?  V_LATER: not now. */
enum verdict look_command_check(const struct source *source, struct fault *why);
void look_texts_init(struct look_texts *texts);
void look_texts_done(struct look_texts *texts);

/* V_SKIP unless it is a PDF. */
enum verdict look_verdict(enum member_look look, struct fault *why);

/* Behind what is kept already; nothing is written when only checking. */
enum verdict content_append(struct source *source, const void *bytes,
	size_t len, int64_t *offset_out, struct fault *why);

/* --- the one PDF --- */

/* Bytes are added until it is whole, then it is opened: V_BROKEN when it is no
 * PDF that can be cut.
 */
enum verdict book_new(
	struct source *source, struct book **book_out, struct fault *why);
enum verdict book_add(
	struct book *book, const void *bytes, size_t len, struct fault *why);
enum verdict book_open(struct book *book, struct fault *why);
void book_free(struct book *book); /* accepts NULL */

/* The pages become the owner's.  V_SKIP: out of range; V_BROKEN with
 * CODE_DOCUMENT_TWICE: another has one of them.
 */
enum verdict book_take(struct book *book, int first, int last, uint64_t owner,
	struct fault *why);
enum verdict book_cut(struct book *book, int first, int last, struct buf *out,
	struct fault *why);
int64_t book_unused(const struct book *book); /* pages that nobody has */

#endif
