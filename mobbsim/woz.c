/* mobbsim/woz.c - rolling and writing a record; see mobbsim/woz.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mobbsim/dice.h"
#include "mobbsim/woz.h"

#define COUNT(list) ((int64_t)(sizeof(list) / sizeof((list)[0])))

#define PERCENT_OTHER 3 /* without citizen number */
#define PERCENT_ABROAD 2
#define DATED_AFTER_DAYS 13
#define FIRST_MS INT64_C(7200000) /* tijdstipBericht starts at 02:00 */

static const char *const initials[] = { "A.", "B.J.", "C.", "D.M.", "E.",
	"F.A.", "G.", "H.", "I.", "J.W.", "K.", "L.", "M.", "N.E.", "P.", "R.",
	"S.", "T.", "W.H.", "Z." };

static const char *const prefixes[] = { NULL, NULL, NULL, NULL, "van", "de",
	"van der", "van den", "ter", "van 't" };

static const char *const first_halves[] = { "Proef", "Test", "Oefen", "Schijn",
	"Spiegel", "Papier", "Voorbeeld", "Demo", "Model", "Gips", "Linnen",
	"Karton", "Schets", "Maquette", "Coulissen", "Patiënt", "Reünie",
	"Müller", "Crème", "Façade" };

static const char *const second_halves[] = { "man", "stra", "ma", "huis",
	"berg", "dijk", "veld", "wijk", "mans", "horst", "kamp", "meer",
	"brink", "zoon", "sen", "hof" };

static const struct {
	const char *name;
	int digits;
} towns[] = { { "Demodam", 1011 }, { "Proefstad", 2312 },
	{ "Testerveen", 3511 }, { "Oefendrecht", 4811 }, { "Schijndorp", 5211 },
	{ "Modelhuizen", 6511 }, { "Spiegelbeek", 7411 },
	{ "Voorbeeldum", 8911 }, { "'s-Gravenproef", 9711 } };

static const char *const streets[] = { "Demostraat", "Proefweg", "Testlaan",
	"Oefenkade", "Schijnplein", "Modelpad", "Spiegelgracht", "Reünielaan",
	"Kartonsingel", "Gipsstraat", "Coulissenpad", "Crèmeplein" };

static const char *const letters_of_code[] = { "AA", "AB", "BC", "CX", "DE",
	"EZ", "FG", "GK", "HN", "JP", "KR", "LT", "MV", "NW", "PX", "RZ" };

static const char *const additions[] = { "A1", "2", "BIS", "H", "12", "RD" };

static const struct {
	const char *street, *place, *country;
} abroad[] = { { "Rue de l'Essai", "1000 Bruxelles", "BE" },
	{ "Musterstraße", "10115 Berlin", "DE" },
	{ "Calle de la Prueba", "28001 Madrid", "ES" },
	{ "Sample Street", "London SW1A 1AA", "GB" } };

static struct dice
dice_for(const struct woz_file *file, int64_t record)
{
	return dice_of(file->seed, record);
}

bool
woz_has_bsn(const struct woz_file *file, int64_t record)
{
	struct dice dice = dice_for(file, record);

	return dice_roll(&dice, 100) >= PERCENT_OTHER;
}

static void
roll_address(struct dice *dice, struct woz_address *a)
{
	int64_t town = dice_roll(dice, COUNT(towns)), place;

	*a = (struct woz_address){
		.street = streets[dice_roll(dice, COUNT(streets))],
		.town = towns[town].name,
		.number = (int)(1 + dice_roll(dice, 240)),
	};
	a->digits = towns[town].digits + (int)dice_roll(dice, 80);
	a->code = letters_of_code[dice_roll(dice, COUNT(letters_of_code))];
	if (dice_roll(dice, 6) == 0)
		a->letter = (char)('A' + dice_roll(dice, 6));
	if (dice_roll(dice, 8) == 0)
		a->addition = additions[dice_roll(dice, COUNT(additions))];
	if (dice_roll(dice, 100) >= PERCENT_ABROAD)
		return;
	place = dice_roll(dice, COUNT(abroad));
	a->lines[0] = abroad[place].street;
	a->lines[1] = abroad[place].place;
	a->country = abroad[place].country;
}

void
woz_roll(const struct woz_file *file, int64_t record, const char *bsn,
	struct woz *woz_out)
{
	struct dice dice = dice_for(file, record);
	struct woz w = { .record = record };

	assert(record >= 1 && record <= file->letters);
	if (dice_roll(&dice, 100) >= PERCENT_OTHER) {
		assert(strlen(bsn) < sizeof(w.bsn));
		memcpy(w.bsn, bsn, strlen(bsn) + 1);
	}
	w.other = INT64_C(1530000000000) + record;
	w.number = file->seed % 1000000 * 10000000 + record;
	clock_date(file->date, &w.year, &w.month, &w.day);
	clock_date(file->date + DATED_AFTER_DAYS, &w.dated_year, &w.dated_month,
		&w.dated_day);
	w.initials = initials[dice_roll(&dice, COUNT(initials))];
	w.prefix = prefixes[dice_roll(&dice, COUNT(prefixes))];
	snprintf(w.surname, sizeof(w.surname), "%s%s",
		first_halves[dice_roll(&dice, COUNT(first_halves))],
		second_halves[dice_roll(&dice, COUNT(second_halves))]);
	roll_address(&dice, &w.address);
	w.object = INT64_C(15300000000) + record;
	w.value_euro = 1000 * (120 + dice_roll(&dice, 700));
	w.amount_cents = 20000 + dice_roll(&dice, 120000);
	*woz_out = w;
}

void
woz_reference(const struct woz *woz, char out[WOZ_REFERENCE_MAX])
{
	snprintf(out, WOZ_REFERENCE_MAX, "%013" PRId64 "-01",
		woz->number % INT64_C(10000000000000));
}

/* --- writing --- */

void
woz_head(struct buf *out)
{
	buf_text(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<StUF:StUF-berichtenSet"
		" xmlns:StUF=\"http://www.egem.nl/StUF/StUF0301\""
		" xmlns:BG=\"http://www.egem.nl/StUF/sector/bg/0310\""
		" xmlns:WB=\"urn:mobb:formats:woz-biljet:1\""
		" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n");
}

void
woz_tail(struct buf *out)
{
	buf_text(out, "</StUF:StUF-berichtenSet>\n");
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
write_control(const struct woz_file *file, const struct woz *w, struct buf *out)
{
	int64_t ms = FIRST_MS + w->record;

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
		file->sender, file->sender, w->record, w->year, w->month,
		w->day, (int)(ms / 3600000), (int)(ms / 60000 % 60),
		(int)(ms / 1000 % 60), (int)(ms % 1000));
}

static void
write_notice(const struct woz *w, struct buf *out)
{
	char reference[WOZ_REFERENCE_MAX];

	woz_reference(w, reference);
	reference[13] = '\0';
	buf_format(out,
		"<WB:biljet>\n"
		"<WB:aanslagbiljetnummer>%s</WB:aanslagbiljetnummer>\n"
		"<WB:aanslagbiljetvolgnummer>01"
		"</WB:aanslagbiljetvolgnummer>\n"
		"<WB:belastingjaar>%04d</WB:belastingjaar>\n",
		reference, w->year);
	if (w->flaw == FLAW_DATE)
		buf_format(out, "<WB:dagtekening>%04d0230</WB:dagtekening>\n",
			w->dated_year);
	else if (w->flaw != FLAW_ABSENT)
		buf_format(out,
			"<WB:dagtekening>%04d%02d%02d</WB:dagtekening>\n",
			w->dated_year, w->dated_month, w->dated_day);
	buf_format(out,
		"<WB:totaalbedragAanslag>%d%c%02d"
		"</WB:totaalbedragAanslag>\n",
		(int)(w->amount_cents / 100),
		w->flaw == FLAW_AMOUNT ? '.' : ',',
		(int)(w->amount_cents % 100));
}

static void
write_home(const struct woz_address *a, struct buf *out)
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
	if (w->bsn[0] != '\0')
		add(out, "BG:inp.bsn", w->bsn);
	if (w->bsn[0] == '\0' || w->flaw == FLAW_TWO_IDS) {
		snprintf(number, sizeof(number), "%017" PRId64, w->other);
		add(out, "BG:anp.identificatie", number);
	}
	add(out, "BG:voorletters", w->initials);
	add(out, "BG:voorvoegselGeslachtsnaam", w->prefix);
	add(out, "BG:geslachtsnaam", w->surname);
	write_home(&w->address, out);
	buf_text(out, "</WB:belanghebbende>\n");
}

static void
write_lines(const struct woz *w, struct buf *out)
{
	buf_format(out,
		"<WB:beschikkingsregel>"
		"<WB:wozObjectNummer>%012" PRId64 "</WB:wozObjectNummer>"
		"<WB:vastgesteldeWaarde>%" PRId64 "</WB:vastgesteldeWaarde>"
		"<WB:waardepeildatum>%04d0101</WB:waardepeildatum>"
		"<WB:toestandspeildatum>%04d0101</WB:toestandspeildatum>"
		"<WB:statusBeschikking>01</WB:statusBeschikking>"
		"</WB:beschikkingsregel>\n",
		w->object, w->value_euro, w->year - 1, w->year - 1);
	buf_format(out,
		"<WB:aanslagregel>"
		"<WB:codeBelastingsoort>1</WB:codeBelastingsoort>"
		"<WB:omschrijvingBelastingsoort>Onroerendezaakbelasting"
		"</WB:omschrijvingBelastingsoort>"
		"<WB:bedrag>%d,%02d</WB:bedrag></WB:aanslagregel>\n",
		(int)(w->amount_cents / 100), (int)(w->amount_cents % 100));
}

static void
write_document(const struct woz *w, struct buf *out)
{
	if (w->sha256[0] == '\0')
		return;
	buf_text(out, "<WB:document ");
	if (w->href[0] != '\0')
		buf_format(out, "href=\"%s\" ", w->href);
	buf_format(out, "mime=\"application/pdf\" sha256=\"%s\"", w->sha256);
	if (w->base64 == NULL) {
		buf_text(out, "/>\n");
		return;
	}
	buf_text(out, ">");
	buf_text(out, w->base64);
	buf_text(out, "</WB:document>\n");
}

void
woz_write(const struct woz_file *file, const struct woz *woz, struct buf *out)
{
	write_control(file, woz, out);
	write_notice(woz, out);
	write_person(woz, out);
	write_lines(woz, out);
	write_document(woz, out);
	buf_text(out, "</WB:biljet>\n"
		      "</WB:biljetDi01>\n");
}
