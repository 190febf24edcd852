/* mobbsim/woz.h - one WOZ assessment: rolled, written as a record, as a letter
 *
 * The layout is woz-biljet/1: a StUF-berichtenSet with one WB:biljetDi01 per
 * interested party.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBSIM_WOZ_H
#define MOBBSIM_WOZ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/fault.h"
#include "mobbsim/citizen.h"
#include "mobbsim/flaw.h"

#define WOZ_SURNAME_MAX 256
#define WOZ_HREF_MAX 40

struct woz_address {
	const char *street, *town;
	int number;
	int digits;	      /* of the postcode */
	const char *code;     /* its letters */
	char letter;	      /* 0 is none */
	const char *addition; /* NULL is none */
	const char *lines[2]; /* abroad; the first gets the number */
	const char *country;  /* NULL is at home */
};

struct woz {
	int64_t record; /* 1 .. */
	enum flaw flaw;
	int64_t number;				/* aanslagbiljetnummer */
	int year, month, day;			/* of the file */
	int dated_year, dated_month, dated_day; /* dagtekening */
	char bsn[CITIZEN_TEXT_MAX];		/* "" is none: then `other` */
	int64_t other;				/* anp.identificatie */
	const char *initials, *prefix;		/* prefix NULL is none */
	char surname[WOZ_SURNAME_MAX];
	struct woz_address address;
	int64_t object; /* wozObjectNummer */
	int64_t value_euro, amount_cents;
	char href[WOZ_HREF_MAX];     /* "" : no document by name */
	char sha256[DIGEST_HEX_MAX]; /* as the record says; "" : no document */
	const char *base64;	     /* NULL unless inline */
};

struct woz_file {
	int64_t seed, letters;
	int32_t date; /* days since 1970 */
	const char *sender;
};

/* Roll record `record` of a file, sound; `bsn` is what it gets if it has a
 * citizen number at all.
 */
void woz_roll(const struct woz_file *file, int64_t record, const char *bsn,
	struct woz *woz_out);

/* Does record `record` have a citizen number?  A few percent have not. */
bool woz_has_bsn(const struct woz_file *file, int64_t record);

/* nummer-volgnummer, the key that joins everything. */
#define WOZ_REFERENCE_MAX 20
void woz_reference(const struct woz *woz, char out[WOZ_REFERENCE_MAX]);

void woz_head(struct buf *out); /* up to the first record */
void woz_tail(struct buf *out); /* after the last */
void woz_write(
	const struct woz_file *file, const struct woz *woz, struct buf *out);

/* Its letter on paper, as a PDF that claims PDF/A-2a; `work` is scratch. */
enum verdict woz_letter(const struct woz_file *file, const struct woz *woz,
	int64_t padding, struct buf *work, struct buf *out, struct fault *why);

#endif
