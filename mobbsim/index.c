/* mobbsim/index.c - letters listed in a CSV; see mobbsim/stream.h
 *
 * Two layouts that differ in how a document is named.  index-csv/1: a PDF for
 * each letter, as parking permits and passport reminders come.  pdf-index/1:
 * pages of one big PDF, as printers' files come.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mobbsim/stream.h"

#define PERCENT_ODD_NAME 2
#define PERCENT_OTHER 3 /* without citizen number */

struct entry {
	struct item item;
	bool by_pages;
};

static const char *
subject_of(const struct supply *supply)
{
	return supply->passport ? "Uw paspoort verloopt binnenkort"
				: "Uw parkeervergunning";
}

static const char *
newline(const struct supply *supply)
{
	return supply->crlf ? "\r\n" : "\n";
}

static bool
index_has_bsn(const struct supply *supply, int64_t record)
{
	struct dice dice = dice_of(supply->seed, record);

	return dice_roll(&dice, 100) >= PERCENT_OTHER;
}

static void
roll(const struct supply *supply, int64_t record, const char *bsn,
	struct item *item)
{
	struct dice dice = dice_of(supply->seed, record);

	item->record = item->like = record;
	if (dice_roll(&dice, 100) >= PERCENT_OTHER)
		memcpy(item->bsn, bsn, strlen(bsn) + 1);
	person_roll(&dice, &item->who);
	item->who.home.country = NULL;
	if (dice_roll(&dice, 100) < PERCENT_ODD_NAME)
		memcpy(item->who.surname, "Dummy; de \"oude\"", 17);
	item->first_page = 1;
	item->last_page = 1 + dice_roll(&dice, 3);
}

static void
index_roll(const struct supply *supply, int64_t record, const char *bsn,
	struct item *item)
{
	roll(supply, record, bsn, item);
}

static void
pages_roll(const struct supply *supply, int64_t record, const char *bsn,
	struct item *item)
{
	((struct entry *)item)->by_pages = true;
	roll(supply, record, bsn, item);
}

/* "PV-000007-0000012" */
static void
index_reference(const struct supply *supply, const struct item *item,
	char out[STREAM_REFERENCE_MAX])
{
	const struct entry *e = (const struct entry *)item;

	snprintf(out, STREAM_REFERENCE_MAX, "%s-%06d-%07" PRId64,
		e->by_pages	   ? "PI"
		: supply->passport ? "PD"
				   : "PV",
		(int)(supply->seed % 1000000), item->like);
}

static void
write_names(const struct supply *supply, const char *last, struct buf *out)
{
	buf_format(out,
		"referentie;bsn;naam;straat;huisnummer;huisletter;toevoeging;"
		"postcode;woonplaats;onderwerp;datum;%s%s",
		last, newline(supply));
}

static void
index_head(const struct supply *supply, struct buf *out)
{
	write_names(supply, "document", out);
}

static void
pages_head(const struct supply *supply, struct buf *out)
{
	write_names(supply, "eerste_pagina;laatste_pagina", out);
}

static void
write_name(const struct item *item, struct buf *out)
{
	char name[PERSON_ADDRESS_MAX];

	person_name(&item->who, name, sizeof(name));
	if (item->flaw == FLAW_COLUMNS)
		buf_text(out, "Dummy; de");
	else if (item->flaw != FLAW_ABSENT)
		stream_csv(out, name);
}

static void
write_home(const struct item *item, struct buf *out)
{
	const struct person_home *a = &item->who.home;

	buf_format(out, ";%s;%d;", a->street, a->number);
	if (a->letter != '\0')
		buf_add(out, &a->letter, 1);
	buf_format(out, ";%s;", a->addition == NULL ? "" : a->addition);
	if (item->flaw != FLAW_POSTCODE)
		buf_format(out, "%04d%s", a->digits, a->code);
	buf_format(out, ";%s;", a->town);
}

static void
write_pages(const struct item *item, struct buf *out)
{
	buf_format(
		out, "%" PRId64 ";%" PRId64, item->first_page, item->last_page);
}

static void
index_write(struct supply *supply, const struct item *item, struct buf *out)
{
	char reference[STREAM_REFERENCE_MAX];

	index_reference(supply, item, reference);
	buf_format(out, "%s;%s;", reference,
		item->flaw == FLAW_BSN_EXCEL ? "1,2E+08" : item->bsn);
	write_name(item, out);
	write_home(item, out);
	buf_format(out, "%s;", subject_of(supply));
	if (item->flaw == FLAW_DATE)
		buf_text(out, "1-3-2026;");
	else
		buf_format(out, "%04d-%02d-%02d;", supply->year, supply->month,
			supply->day);
	if (((const struct entry *)item)->by_pages)
		write_pages(item, out);
	else
		buf_text(out, item->href);
	buf_text(out, newline(supply));
	supply->sum.records++;
}

static void
index_tail(const struct supply *supply, struct buf *out)
{
	(void)supply;
	(void)out;
}

static void
index_letter(const struct supply *supply, const struct item *item,
	struct sheet *sheet_out)
{
	char reference[STREAM_REFERENCE_MAX];

	index_reference(supply, item, reference);
	sheet_out->sender = "Gemeente Voorbeeld\n"
			    "Burgerzaken en Parkeren\n"
			    "Postbus 1, 1000 AA Demodam";
	person_address(
		&item->who, sheet_out->address, sizeof(sheet_out->address));
	snprintf(sheet_out->title, sizeof(sheet_out->title), "%s",
		subject_of(supply));
	snprintf(sheet_out->body, sizeof(sheet_out->body),
		"Datum: %d-%d-%04d\nKenmerk: %s\n\n"
		"Geachte heer of mevrouw,\n\n%s\n\n"
		"Met vriendelijke groet,\n\nde gemeente Voorbeeld",
		supply->day, supply->month, supply->year, reference,
		supply->passport
			? "Uw paspoort is binnen drie maanden niet meer "
			  "geldig. Maak op tijd een afspraak voor een nieuw."
			: "Uw parkeervergunning is verlengd. Deze brief is het "
			  "bewijs; leg hem niet in de auto.");
}

static void
index_file_name(const struct supply *supply, char out[STREAM_NAME_MAX])
{
	snprintf(out, STREAM_NAME_MAX, "%s-0153-%04d%02d%02dT021500-%06" PRId64,
		supply->passport ? "paspoort" : "parkeren", supply->year,
		supply->month, supply->day, supply->number);
}

static void
pages_file_name(const struct supply *supply, char out[STREAM_NAME_MAX])
{
	snprintf(out, STREAM_NAME_MAX,
		"print-0153-%04d%02d%02dT021500-%06" PRId64, supply->year,
		supply->month, supply->day, supply->number);
}

static const enum flaw index_flaws[] = { FLAW_BSN, FLAW_BSN_SHORT,
	FLAW_BSN_EXCEL, FLAW_ABSENT, FLAW_LONG, FLAW_DATE, FLAW_COLUMNS,
	FLAW_DOUBLE, FLAW_POSTCODE, FLAW_DOC_MISSING, FLAW_DOC_HTML,
	FLAW_DOC_LOCKED };

static const enum flaw pages_flaws[] = { FLAW_BSN, FLAW_BSN_SHORT,
	FLAW_BSN_EXCEL, FLAW_ABSENT, FLAW_LONG, FLAW_DATE, FLAW_DOUBLE,
	FLAW_POSTCODE };

const struct stream stream_index = {
	.name = "index",
	.payload = "index.csv",
	.ending = ".csv",
	.prefix = "brief",
	.kind = SPOIL_INDEX,
	.item_bytes = sizeof(struct entry),
	.flaws = index_flaws,
	.flaw_count = sizeof(index_flaws) / sizeof(index_flaws[0]),
	.has_bsn = index_has_bsn,
	.roll = index_roll,
	.reference = index_reference,
	.head = index_head,
	.write = index_write,
	.tail = index_tail,
	.letter = index_letter,
	.file_name = index_file_name,
};

const struct stream stream_pages = {
	.name = "pages",
	.payload = "index.csv",
	.ending = ".csv",
	.prefix = "print",
	.kind = SPOIL_INDEX,
	.item_bytes = sizeof(struct entry),
	.flaws = pages_flaws,
	.flaw_count = sizeof(pages_flaws) / sizeof(pages_flaws[0]),
	.pages = true,
	.has_bsn = index_has_bsn,
	.roll = pages_roll,
	.reference = index_reference,
	.head = pages_head,
	.write = index_write,
	.tail = index_tail,
	.letter = index_letter,
	.file_name = pages_file_name,
};
