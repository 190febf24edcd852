/* mobbsim/woz_letter.c - the letter of a record; see mobbsim/woz.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/page.h"
#include "base/pdf.h"
#include "mobbsim/dice.h"
#include "mobbsim/woz.h"

#define TEXT_MAX 2000
#define CREATED_MAX 24

static const char sender[] = "Gemeente Voorbeeld\n"
			     "Heffing en Waardering\n"
			     "Postbus 1, 1000 AA Demodam";

static void
address_text(const struct woz *w, char *out, size_t size)
{
	const struct woz_address *a = &w->address;
	char letter[2] = { a->letter, '\0' };
	const char *prefix = w->prefix == NULL ? "" : w->prefix;
	const char *gap = w->prefix == NULL ? "" : " ";

	if (a->country != NULL)
		snprintf(out, size, "%s %s%s%s\n%s %d\n%s\n%s", w->initials,
			prefix, gap, w->surname, a->lines[0], a->number,
			a->lines[1], a->country);
	else
		snprintf(out, size, "%s %s%s%s\n%s %d%s%s%s\n%04d %s  %s",
			w->initials, prefix, gap, w->surname, a->street,
			a->number, letter, a->addition == NULL ? "" : " ",
			a->addition == NULL ? "" : a->addition, a->digits,
			a->code, a->town);
}

static void
body_text(const struct woz *w, char *out, size_t size)
{
	char reference[WOZ_REFERENCE_MAX];

	woz_reference(w, reference);
	snprintf(out, size,
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
		w->object, w->year, w->value_euro, w->year - 1,
		(int)(w->amount_cents / 100), (int)(w->amount_cents % 100),
		(int)(w->amount_cents / 100), (int)(w->amount_cents % 100));
}

enum verdict
woz_letter(const struct woz_file *file, const struct woz *woz, int64_t padding,
	struct buf *work, struct buf *out, struct fault *why)
{
	char address[TEXT_MAX], body[TEXT_MAX], created[CREATED_MAX];
	char title[64];
	struct dice dice =
		dice_of(file->seed ^ INT64_C(0x5bd1e995), woz->record);
	struct page_letter letter = {
		.sender = sender,
		.address = address,
		.title = title,
		.body = body,
		.created = created,
		.padding_bytes = (size_t)padding,
		.seed = dice_bits(&dice),
	};
	enum verdict v;

	assert(padding >= 0);
	address_text(woz, address, sizeof(address));
	body_text(woz, body, sizeof(body));
	snprintf(created, sizeof(created), "%04d-%02d-%02dT00:00:00",
		woz->year % 10000, woz->month % 100, woz->day % 100);
	snprintf(title, sizeof(title), "WOZ-beschikking en aanslagbiljet %04d",
		woz->year % 10000);
	buf_reset(work);
	v = page_letter(&letter, work, why);
	if (v != V_OK)
		return v;
	return pdf_claim(work->bytes, work->len, "nl-NL", title, out, why);
}
