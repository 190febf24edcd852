/* mobbsim/stream.h - a kind of mailing: how its records are rolled and written
 *
 * One file per layout, each with one struct stream; mobbsim/batch.c makes the
 * batch file of any of them, record by record:
 *
 *	roll	an item from its own dice, sound
 *	write	the item as a record of the layout, with its flaw if it has one
 *	letter	the item as a letter on paper
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_STREAM_H
#define MOBBSIM_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/fault.h"
#include "mobbsim/citizen.h"
#include "mobbsim/flaw.h"
#include "mobbsim/person.h"
#include "mobbsim/spoil.h"

#define STREAM_HREF_MAX 64
#define STREAM_REFERENCE_MAX 32
#define STREAM_NAME_MAX 120
#define STREAM_TITLE_MAX 64
#define STREAM_BODY_MAX 4000

/* What holds for the whole file, and what its trailer has to say. */
struct supply {
	int64_t seed, letters;
	int32_t date; /* days since 1970 */
	int year, month, day;
	const char *sender; /* as the file says */
	int64_t number;	    /* leveringsnummer */
	char environment;   /* T or P */
	bool weeks;	    /* periods of four weeks */
	bool passport;	    /* the other theme of an index */
	bool crlf;	    /* line ends of an index */
	enum spoil spoil;
	struct {
		int64_t records, lines, cents, other_cents, bsn;
	} sum;
};

struct item {
	int64_t record; /* 1 .. */
	int64_t like;	/* whose number it bears: its own, unless doubled */
	enum flaw flaw;
	char bsn[CITIZEN_TEXT_MAX]; /* "" is none */
	struct person who;
	int64_t amount_cents;	     /* for FILE.totals */
	char href[STREAM_HREF_MAX];  /* "" : no document by name */
	char sha256[DIGEST_HEX_MAX]; /* as the record says; "" : none */
	const char *base64;	     /* NULL unless inline */
	int64_t first_page, last_page;
};

/* A letter on paper, as text. */
struct sheet {
	char address[PERSON_ADDRESS_MAX], title[STREAM_TITLE_MAX];
	char body[STREAM_BODY_MAX];
	const char *sender;
};

struct stream {
	const char *name;    /* as --stream takes it */
	const char *payload; /* name in a container */
	const char *ending;  /* of the payload: ".xml" */
	const char *prefix;  /* of a document's name */
	enum spoil_kind kind;
	size_t item_bytes; /* of the struct that begins with its item */
	const enum flaw *flaws;
	size_t flaw_count;
	bool twin;    /* a double is the same record again, for the same
		       * citizen, not another with the same number */
	bool inlines; /* documents can be in the payload */
	bool parts;   /* can be a set of several files */
	bool amounts; /* FILE.totals has a sum */
	bool pages;   /* documents are pages of one PDF */
	bool bare;    /* letters can do without documents */

	/* NULL: every record has a citizen number. */
	bool (*has_bsn)(const struct supply *supply, int64_t record);
	/* `item` points into item_bytes of zeros. */
	void (*roll)(const struct supply *supply, int64_t record,
		const char *bsn, struct item *item);
	void (*reference)(const struct supply *supply, const struct item *item,
		char out[STREAM_REFERENCE_MAX]);
	void (*head)(const struct supply *supply, struct buf *out);
	void (*write)(struct supply *supply, const struct item *item,
		struct buf *out);
	void (*tail)(const struct supply *supply, struct buf *out);
	void (*letter)(const struct supply *supply, const struct item *item,
		struct sheet *sheet_out);
	/* What a supplier calls such a file, without its ending. */
	void (*file_name)(
		const struct supply *supply, char out[STREAM_NAME_MAX]);
};

extern const struct stream stream_woz, stream_benefit, stream_annual,
	stream_index, stream_pages;

/* By name; NULL when there is none. */
const struct stream *stream_find(const char *name);

/* One field as a supplier writes it in a CSV: quotes where they are needed. */
void stream_csv(struct buf *out, const char *text);
/* "-12,05" */
void stream_money(struct buf *out, int64_t cents);

/* The letter as a PDF that claims PDF/A-2a; `work` is scratch. */
enum verdict stream_pdf(const struct stream *stream,
	const struct supply *supply, const struct item *item, int64_t padding,
	struct buf *work, struct buf *out, struct fault *why);

#endif
