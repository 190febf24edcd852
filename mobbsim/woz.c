/* mobbsim/woz.c - a WOZ assessment; see mobbsim/stream.h
 *
 * The layout is woz-biljet/1: a StUF-berichtenSet with one WB:biljetDi01 per
 * interested party.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mobbsim/stream.h"

#define PERCENT_OTHER 3 /* without citizen number */
#define DATED_AFTER_DAYS 13
#define FIRST_MS INT64_C(7200000) /* tijdstipBericht starts at 02:00 */

struct woz {
	struct item item;
	int64_t number;				/* aanslagbiljetnummer */
	int dated_year, dated_month, dated_day; /* dagtekening */
	int64_t other;				/* anp.identificatie */
	int64_t object;				/* wozObjectNummer */
	int64_t value_euro;
};

static bool
woz_has_bsn(const struct supply *supply, int64_t record)
{
	struct dice dice = dice_of(supply->seed, record);

	return dice_roll(&dice, 100) >= PERCENT_OTHER;
}

static void
woz_roll(const struct supply *supply, int64_t record, const char *bsn,
	struct item *item)
{
	struct dice dice = dice_of(supply->seed, record);
	struct woz *w = (struct woz *)item;

	assert(record >= 1 && record <= supply->letters);
	item->record = item->like = record;
	if (dice_roll(&dice, 100) >= PERCENT_OTHER) {
		assert(strlen(bsn) < sizeof(item->bsn));
		memcpy(item->bsn, bsn, strlen(bsn) + 1);
	}
	w->other = INT64_C(1530000000000) + record;
	w->number = supply->seed % 1000000 * 10000000 + record;
	clock_date(supply->date + DATED_AFTER_DAYS, &w->dated_year,
		&w->dated_month, &w->dated_day);
	person_roll(&dice, &item->who);
	w->object = INT64_C(15300000000) + record;
	w->value_euro = 1000 * (120 + dice_roll(&dice, 700));
	item->amount_cents = 20000 + dice_roll(&dice, 120000);
}

/* nummer-volgnummer, the key that joins everything. */
static void
woz_reference(const struct supply *supply, const struct item *item,
	char out[STREAM_REFERENCE_MAX])
{
	const struct woz *w = (const struct woz *)item;

	(void)supply;
	snprintf(out, STREAM_REFERENCE_MAX, "%013" PRId64 "-01",
		(w->number + item->like - item->record) %
			INT64_C(10000000000000));
}

static const char *
root_name(const struct supply *supply)
{
	return supply->spoil == SPOIL_ROOT ? "StUF-set" : "StUF-berichtenSet";
}

/* --- writing --- */

static void
woz_head(const struct supply *supply, struct buf *out)
{
	buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	if (supply->spoil == SPOIL_DOCTYPE)
		buf_text(out, "<!DOCTYPE x [<!ENTITY e \"e\">]>\n");
	buf_format(out,
		"<StUF:%s"
		" xmlns:StUF=\"http://www.egem.nl/StUF/StUF0301\""
		" xmlns:BG=\"http://www.egem.nl/StUF/sector/bg/0310\""
		" xmlns:WB=\"urn:mobb:formats:woz-biljet:1\""
		" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n",
		root_name(supply));
}

static void
woz_tail(const struct supply *supply, struct buf *out)
{
	buf_format(out, "</StUF:%s>\n", root_name(supply));
}

/* <NAME>text</NAME> on a line; absent text is StUF's way of saying so. */
static void
add(struct buf *out, const char *name, const char *text)
{
	buf_text(out, "<");
	buf_text(out, name);
	if (text == NULL) {
		buf_text(out,
			" StUF:noValue=\"geenWaarde\" xsi:nil=\"true\"/>\n");
		return;
	}
	buf_text(out, ">");
	buf_xml(out, text);
	buf_text(out, "</");
	buf_text(out, name);
	buf_text(out, ">\n");
}

static void
write_control(const struct supply *supply, const struct woz *w, struct buf *out)
{
	int64_t ms = FIRST_MS + w->item.record;

	buf_format(out,
		"<WB:biljetDi01>\n"
		"<WB:stuurgegevens>\n"
		"<StUF:berichtcode>Di01</StUF:berichtcode>\n"
		"<StUF:zender><StUF:organisatie>%s</StUF:organisatie>"
		"<StUF:applicatie>TAX</StUF:applicatie></StUF:zender>\n"
		"<StUF:ontvanger><StUF:organisatie>%s</StUF:organisatie>"
		"<StUF:applicatie>MOBB</StUF:applicatie></StUF:ontvanger>\n"
		"<StUF:referentienummer>%012" PRId64
		"</StUF:referentienummer>\n"
		"<StUF:tijdstipBericht>%04d%02d%02d%02d%02d%02d%03d"
		"</StUF:tijdstipBericht>\n"
		"<StUF:functie>WOZ-BILJET</StUF:functie>\n"
		"</WB:stuurgegevens>\n",
		supply->sender, supply->sender, w->item.record, supply->year,
		supply->month, supply->day, (int)(ms / 3600000),
		(int)(ms / 60000 % 60), (int)(ms / 1000 % 60),
		(int)(ms % 1000));
}

static void
write_notice(const struct supply *supply, const struct woz *w, struct buf *out)
{
	char reference[STREAM_REFERENCE_MAX];

	woz_reference(supply, &w->item, reference);
	reference[13] = '\0';
	buf_format(out,
		"<WB:biljet>\n"
		"<WB:aanslagbiljetnummer>%s</WB:aanslagbiljetnummer>\n"
		"<WB:aanslagbiljetvolgnummer>01"
		"</WB:aanslagbiljetvolgnummer>\n"
		"<WB:belastingjaar>%04d</WB:belastingjaar>\n",
		reference, supply->year);
	if (w->item.flaw == FLAW_DATE)
		buf_format(out, "<WB:dagtekening>%04d0230</WB:dagtekening>\n",
			w->dated_year);
	else if (w->item.flaw != FLAW_ABSENT)
		buf_format(out,
			"<WB:dagtekening>%04d%02d%02d</WB:dagtekening>\n",
			w->dated_year, w->dated_month, w->dated_day);
	buf_format(out,
		"<WB:totaalbedragAanslag>%d%c%02d"
		"</WB:totaalbedragAanslag>\n",
		(int)(w->item.amount_cents / 100),
		w->item.flaw == FLAW_AMOUNT ? '.' : ',',
		(int)(w->item.amount_cents % 100));
}

static void
write_home(const struct person_home *a, struct buf *out)
{
	char text[16];

	if (a->country != NULL) {
		buf_format(out,
			"<WB:adresBuitenland><WB:regel1>%s %d</WB:regel1>"
			"<WB:regel2>%s</WB:regel2><WB:land>%s</WB:land>"
			"</WB:adresBuitenland>\n",
			a->lines[0], a->number, a->lines[1], a->country);
		return;
	}
	buf_text(out, "<WB:correspondentieadres>\n");
	add(out, "BG:wpl.woonplaatsNaam", a->town);
	snprintf(text, sizeof(text), "%04d%s", a->digits, a->code);
	add(out, "BG:aoa.postcode", text);
	add(out, "BG:gor.straatnaam", a->street);
	snprintf(text, sizeof(text), "%d", a->number);
	add(out, "BG:aoa.huisnummer", text);
	snprintf(text, sizeof(text), "%c", a->letter);
	add(out, "BG:aoa.huisletter", a->letter == '\0' ? NULL : text);
	add(out, "BG:aoa.huisnummertoevoeging", a->addition);
	buf_text(out, "</WB:correspondentieadres>\n");
}

static void
write_person(const struct woz *w, struct buf *out)
{
	char number[24];

	buf_text(out, "<WB:belanghebbende>\n");
	if (w->item.bsn[0] != '\0')
		add(out, "BG:inp.bsn", w->item.bsn);
	if (w->item.bsn[0] == '\0' || w->item.flaw == FLAW_TWO_IDS) {
		snprintf(number, sizeof(number), "%017" PRId64, w->other);
		add(out, "BG:anp.identificatie", number);
	}
	add(out, "BG:voorletters", w->item.who.initials);
	add(out, "BG:voorvoegselGeslachtsnaam", w->item.who.prefix);
	add(out, "BG:geslachtsnaam", w->item.who.surname);
	write_home(&w->item.who.home, out);
	buf_text(out, "</WB:belanghebbende>\n");
}

static void
write_lines(const struct supply *supply, const struct woz *w, struct buf *out)
{
	buf_format(out,
		"<WB:beschikkingsregel>"
		"<WB:wozObjectNummer>%012" PRId64 "</WB:wozObjectNummer>"
		"<WB:vastgesteldeWaarde>%" PRId64 "</WB:vastgesteldeWaarde>"
		"<WB:waardepeildatum>%04d0101</WB:waardepeildatum>"
		"<WB:toestandspeildatum>%04d0101</WB:toestandspeildatum>"
		"<WB:statusBeschikking>01</WB:statusBeschikking>"
		"</WB:beschikkingsregel>\n",
		w->object, w->value_euro, supply->year - 1, supply->year - 1);
	buf_format(out,
		"<WB:aanslagregel>"
		"<WB:codeBelastingsoort>1</WB:codeBelastingsoort>"
		"<WB:omschrijvingBelastingsoort>Onroerendezaakbelasting"
		"</WB:omschrijvingBelastingsoort>"
		"<WB:bedrag>%d,%02d</WB:bedrag></WB:aanslagregel>\n",
		(int)(w->item.amount_cents / 100),
		(int)(w->item.amount_cents % 100));
}

static void
write_document(const struct woz *w, struct buf *out)
{
	if (w->item.sha256[0] == '\0')
		return;
	buf_text(out, "<WB:document ");
	if (w->item.href[0] != '\0')
		buf_format(out, "href=\"%s\" ", w->item.href);
	buf_format(
		out, "mime=\"application/pdf\" sha256=\"%s\"", w->item.sha256);
	if (w->item.base64 == NULL) {
		buf_text(out, "/>\n");
		return;
	}
	buf_text(out, ">");
	buf_text(out, w->item.base64);
	buf_text(out, "</WB:document>\n");
}

static void
woz_write(struct supply *supply, const struct item *item, struct buf *out)
{
	const struct woz *w = (const struct woz *)item;

	write_control(supply, w, out);
	write_notice(supply, w, out);
	write_person(w, out);
	write_lines(supply, w, out);
	write_document(w, out);
	buf_text(out, "</WB:biljet>\n"
		      "</WB:biljetDi01>\n");
	supply->sum.records++;
	/* What is written wrongly nobody can add. */
	if (item->flaw != FLAW_AMOUNT)
		supply->sum.cents += item->amount_cents;
}

/* --- the letter --- */

static const char sender[] = "Gemeente Voorbeeld\n"
			     "Heffing en Waardering\n"
			     "Postbus 1, 1000 AA Demodam";

static void
woz_letter(const struct supply *supply, const struct item *item,
	struct sheet *sheet_out)
{
	const struct woz *w = (const struct woz *)item;
	char reference[STREAM_REFERENCE_MAX];

	woz_reference(supply, item, reference);
	sheet_out->sender = sender;
	person_address(
		&item->who, sheet_out->address, sizeof(sheet_out->address));
	snprintf(sheet_out->title, sizeof(sheet_out->title),
		"WOZ-beschikking en aanslagbiljet %04d", supply->year % 10000);
	snprintf(sheet_out->body, sizeof(sheet_out->body),
		"Datum: %d-%d-%04d\nAanslagbiljetnummer: %s\n\n"
		"Geachte heer of mevrouw,\n\n"
		"De waarde van het object met nummer %012" PRId64
		" is voor het belastingjaar %04d vastgesteld op € %" PRId64
		",-. De waarde geldt naar de toestand op 1 januari %04d.\n\n"
		"Onroerendezaakbelasting: € %d,%02d\n"
		"Te betalen voor het einde van de volgende maand: € %d,%02d\n\n"
		"Bent u het niet eens met de waarde of met de aanslag? Dan "
		"kunt u binnen zes weken na de datum van deze brief bezwaar "
		"maken. Noem daarbij altijd het aanslagbiljetnummer.\n\n"
		"Met vriendelijke groet,\n\n"
		"de heffingsambtenaar van de gemeente Voorbeeld",
		w->dated_day, w->dated_month, w->dated_year, reference,
		w->object, supply->year, w->value_euro, supply->year - 1,
		(int)(item->amount_cents / 100),
		(int)(item->amount_cents % 100),
		(int)(item->amount_cents / 100),
		(int)(item->amount_cents % 100));
}

static void
woz_file_name(const struct supply *supply, char out[STREAM_NAME_MAX])
{
	snprintf(out, STREAM_NAME_MAX, "%.20s-woz-%04d%02d%02dT020000",
		supply->sender, supply->year, supply->month, supply->day);
}

static const enum flaw flaws[] = { FLAW_BSN, FLAW_BSN_SHORT, FLAW_ABSENT,
	FLAW_LONG, FLAW_DATE, FLAW_AMOUNT, FLAW_TWO_IDS, FLAW_DOUBLE,
	FLAW_DOC_MISSING, FLAW_DOC_HASH, FLAW_DOC_HTML, FLAW_DOC_LOCKED };

const struct stream stream_woz = {
	.name = "woz",
	.payload = "index.xml",
	.ending = ".xml",
	.prefix = "woz",
	.kind = SPOIL_XML,
	.item_bytes = sizeof(struct woz),
	.flaws = flaws,
	.flaw_count = sizeof(flaws) / sizeof(flaws[0]),
	.inlines = true,
	.parts = true,
	.amounts = true,
	.bare = true,
	.has_bsn = woz_has_bsn,
	.roll = woz_roll,
	.reference = woz_reference,
	.head = woz_head,
	.write = woz_write,
	.tail = woz_tail,
	.letter = woz_letter,
	.file_name = woz_file_name,
};
