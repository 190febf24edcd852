/* mobbsim/annual.c - an annual statement of income; see mobbsim/stream.h
 *
 * The layout is jaaropgave-vast/1: records of 450 bytes in ISO-8859-1, closed
 * with CR LF.  A record is filled with blanks first, and each field is put at
 * its position, counted from 1 as suppliers do.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mobbsim/stream.h"

#define COUNT(list) ((int64_t)(sizeof(list) / sizeof((list)[0])))

#define RECORD_BYTES 450
#define SPECS_MAX 3
#define SURNAME_BYTES 70
#define PERCENT_NEGATIVE 4
#define PERCENT_FULL_NAME 1
#define EMPLOYER_MAX 40

struct spec {
	const char *scheme;
	int from, to; /* mmdd */
	int64_t wage, tax, credit, care_wage, care_kept;
};

struct annual {
	struct item item;
	int64_t client; /* clientnummer */
	int spec_count;
	struct spec specs[SPECS_MAX];
};

static const char *const schemes[] = { "Participatiewet", "IOAW", "IOAZ",
	"Bbz 2004" };

static int
year_of(const struct supply *supply)
{
	return supply->year - 1;
}

static void
employer(const struct supply *supply, char out[EMPLOYER_MAX])
{
	snprintf(out, EMPLOYER_MAX, "Gemeente Voorbeeld kas %04d",
		(int)(supply->seed % 10000));
}

/* The year in one, two or three parts. */
static void
roll_specs(struct dice *dice, struct annual *a)
{
	static const int cuts[SPECS_MAX][SPECS_MAX + 1] = { { 101, 1231, 0, 0 },
		{ 101, 630, 1231, 0 }, { 101, 430, 831, 1231 } };
	static const int starts[] = { 101, 701, 501, 901 };
	int i;

	a->spec_count = 1 + (int)(dice_roll(dice, 10) / 7);
	if (dice_roll(dice, 10) == 0)
		a->spec_count = SPECS_MAX;
	for (i = 0; i < a->spec_count; i++) {
		struct spec *s = &a->specs[i];

		s->scheme = schemes[dice_roll(dice, COUNT(schemes))];
		s->from = i == 0	       ? starts[0]
			  : a->spec_count == 2 ? starts[1]
					       : starts[1 + i];
		s->to = cuts[a->spec_count - 1][i + 1];
		s->wage = dice_roll(dice, 21000);
		s->tax = s->wage / 12;
		s->credit = dice_roll(dice, 4) == 0 ? s->wage / 40 : 0;
		if (dice_roll(dice, 100) < PERCENT_NEGATIVE) {
			s->wage = -s->wage / 20;
			s->tax = s->credit = 0;
		}
		s->care_wage = s->wage;
		s->care_kept = dice_roll(dice, 5) == 0 ? s->wage / 18 : 0;
	}
}

static void
annual_roll(const struct supply *supply, int64_t record, const char *bsn,
	struct item *item)
{
	struct dice dice = dice_of(supply->seed, record);
	struct annual *a = (struct annual *)item;

	item->record = item->like = record;
	memcpy(item->bsn, bsn, strlen(bsn) + 1);
	person_roll(&dice, &item->who);
	/* As long as it may be, and so perhaps cut. */
	if (dice_roll(&dice, 100) < PERCENT_FULL_NAME) {
		memset(item->who.surname, 'e', SURNAME_BYTES);
		memcpy(item->who.surname, "Lang", 4);
		item->who.surname[SURNAME_BYTES] = '\0';
	}
	a->client = INT64_C(1000000000) +
		    supply->seed % 900 * INT64_C(10000000) + record;
	roll_specs(&dice, a);
}

/* {clientnummer}-{dienstjaar} */
static void
annual_reference(const struct supply *supply, const struct item *item,
	char out[STREAM_REFERENCE_MAX])
{
	const struct annual *a = (const struct annual *)item;

	snprintf(out, STREAM_REFERENCE_MAX, "%" PRId64 "-%04d", a->client,
		year_of(supply) % 10000);
}

/* --- writing --- */

/* Begin a record; the fields go into the bytes returned. */
static char *
begin(struct buf *out, const char *type)
{
	char *record = buf_room(out, RECORD_BYTES + 2);

	assert(record != NULL);
	memset(record, ' ', RECORD_BYTES);
	memcpy(record + RECORD_BYTES, "\r\n", 2);
	buf_used(out, RECORD_BYTES + 2);
	memcpy(record, type, 2);
	return record;
}

/* Text from UTF-8, filled with blanks; what is too long is cut. */
static void
put_text(char *record, int at, int bytes, const char *text)
{
	char *to = record + at - 1;
	int n = 0;

	assert(at >= 1 && at + bytes - 1 <= RECORD_BYTES);
	for (; *text != '\0' && n < bytes; text++, n++) {
		unsigned c = (unsigned char)*text;

		if (c >= 0xc2 && c <= 0xc3)
			c = (c & 3U) << 6 | ((unsigned char)*++text & 0x3fU);
		to[n] = (char)(unsigned char)c;
	}
}

/* A whole number with zeros in front. */
static void
put_number(char *record, int at, int bytes, int64_t number)
{
	char *to = record + at - 1;
	int i;

	assert(number >= 0 && at >= 1 && at + bytes - 1 <= RECORD_BYTES);
	for (i = bytes; i-- > 0; number /= 10)
		to[i] = (char)('0' + number % 10);
	assert(number == 0);
}

/* A sign and digits: whole euros. */
static void
put_euro(char *record, int at, int bytes, int64_t euro)
{
	record[at - 1] = euro < 0 ? '-' : '+';
	put_number(record, at + 1, bytes - 1, euro < 0 ? -euro : euro);
}

static void
annual_head(const struct supply *supply, struct buf *out)
{
	char *r = begin(out, "00"), name[EMPLOYER_MAX];

	employer(supply, name);
	put_text(r, 3, 8,
		supply->spoil == SPOIL_FORMAT ? "JOGV9999" : "JOGV0100");
	put_text(r, 11, 20, supply->sender);
	put_text(r, 31, 4, "0153");
	put_text(r, 35, 40, name);
	put_text(r, 75, 12, "001234567L01");
	put_number(r, 87, 14,
		(supply->year * INT64_C(10000) + supply->month * 100 +
			supply->day) *
				1000000 +
			21500);
	put_number(r, 101, 6, supply->number);
	put_number(r, 107, 4, year_of(supply));
	r[110] = supply->environment;
	put_text(r, 112, 30, "MOBBSIM 1.0");
}

static void
annual_tail(const struct supply *supply, struct buf *out)
{
	char *r = begin(out, "99");

	put_number(r, 3, 9,
		supply->sum.records + (supply->spoil == SPOIL_TRAILER_COUNT));
	put_number(r, 12, 9, supply->sum.lines);
	put_euro(r, 21, 14,
		supply->sum.cents / 100 + (supply->spoil == SPOIL_TRAILER_SUM));
	put_euro(r, 35, 14, supply->sum.other_cents / 100);
	put_number(r, 49, 15,
		supply->sum.bsn + (supply->spoil == SPOIL_HASH_TOTAL));
}

static void
write_home(const struct item *item, char *r)
{
	const struct person_home *a = &item->who.home;
	char text[80];

	if (a->country != NULL && item->flaw != FLAW_POSTCODE) {
		put_number(r, 137, 5, 0);
		put_text(r, 195, 2, a->country);
		snprintf(text, sizeof(text), "%s %d", a->lines[0], a->number);
		put_text(r, 197, 35, text);
		put_text(r, 232, 35, a->lines[1]);
		return;
	}
	put_text(r, 113, 24, a->street);
	put_number(r, 137, 5, a->number);
	if (a->letter != '\0')
		r[141] = a->letter;
	if (a->addition != NULL)
		put_text(r, 143, 6, a->addition);
	snprintf(text, sizeof(text), "%04d%s", a->digits, a->code);
	if (item->flaw != FLAW_POSTCODE)
		put_text(r, 149, 6, text);
	put_text(r, 155, 40, a->town);
}

static void
write_spec(const struct supply *supply, const struct annual *a, int i,
	struct buf *out)
{
	const struct spec *s = &a->specs[i];
	char *r = begin(out, "20");
	enum flaw flaw = i == 0 ? a->item.flaw : FLAW_NONE;
	int64_t year = year_of(supply) * INT64_C(10000);
	int from = flaw == FLAW_DATE ? 230 : s->from, to = s->to;

	if (flaw == FLAW_PERIOD) {
		from = s->to;
		to = s->from;
	}
	put_number(r, 3, 9, a->item.record + (flaw == FLAW_ORPHAN));
	put_text(r, 12, 30, s->scheme);
	put_number(r, 42, 8, year + from);
	put_number(r, 50, 8, year + to);
	put_euro(r, 58, 10, s->wage);
	put_euro(r, 68, 10, s->tax);
	if (flaw == FLAW_AMOUNT)
		put_number(r, 78, 10, s->credit);
	else
		put_euro(r, 78, 10, s->credit);
	put_number(r, 88, 1, 1);
	put_euro(r, 89, 10, s->care_wage);
	put_euro(r, 99, 10, s->care_kept);
	put_euro(r, 109, 10, 0);
	put_euro(r, 119, 10, s->care_wage * 66 / 1000);
	put_number(r, 129, 3, 250);
	put_number(r, 132, 9, (year + 101) * 10 + 1);
	put_number(r, 141, 9, 0);
	put_number(r, 150, 9, 0);
}

static void
annual_write(struct supply *supply, const struct item *item, struct buf *out)
{
	const struct annual *a = (const struct annual *)item;
	char *r = begin(out, "10");
	int i;

	put_number(r, 3, 9, item->record);
	put_text(r, 12, 9, item->bsn);
	put_text(r, 21, 12, item->who.initials);
	if (item->who.prefix != NULL)
		put_text(r, 33, 10, item->who.prefix);
	if (item->flaw != FLAW_ABSENT)
		put_text(r, 43, SURNAME_BYTES, item->who.surname);
	write_home(item, r);
	put_text(r, 302, 60, item->href);
	put_number(r, 362, 10, a->client);
	for (i = 0; i < a->spec_count; i++) {
		write_spec(supply, a, i, out);
		supply->sum.cents += a->specs[i].wage * 100;
		supply->sum.other_cents += a->specs[i].tax * 100;
	}
	supply->sum.records++;
	supply->sum.lines += a->spec_count;
	supply->sum.bsn += strtoll(item->bsn, NULL, 10);
}

/* --- the letter --- */

static const char sender[] = "Gemeente Voorbeeld\n"
			     "Werk en Inkomen\n"
			     "Postbus 1, 1000 AA Demodam";

static void
annual_letter(const struct supply *supply, const struct item *item,
	struct sheet *sheet_out)
{
	const struct annual *a = (const struct annual *)item;
	struct buf text = BUF_MAX(STREAM_BODY_MAX - 1);
	char reference[STREAM_REFERENCE_MAX], name[EMPLOYER_MAX];
	int i;

	annual_reference(supply, item, reference);
	employer(supply, name);
	sheet_out->sender = sender;
	person_address(
		&item->who, sheet_out->address, sizeof(sheet_out->address));
	snprintf(sheet_out->title, sizeof(sheet_out->title), "Jaaropgave %04d",
		year_of(supply) % 10000);
	buf_format(&text, "Kenmerk: %s\nInhoudingsplichtige: %s\n\n", reference,
		name);
	for (i = 0; i < a->spec_count; i++)
		buf_format(&text,
			"%s\nLoon loonbelasting en volksverzekeringen: € "
			"%" PRId64 "\nIngehouden loonheffing: € %" PRId64
			"\n\n",
			a->specs[i].scheme, a->specs[i].wage, a->specs[i].tax);
	assert(!text.full);
	snprintf(sheet_out->body, sizeof(sheet_out->body), "%s", text.bytes);
	buf_done(&text);
}

static void
annual_file_name(const struct supply *supply, char out[STREAM_NAME_MAX])
{
	snprintf(out, STREAM_NAME_MAX,
		"jaaropgave-0153-%04d%02d%02dT021500-%06" PRId64, supply->year,
		supply->month, supply->day, supply->number);
}

static const enum flaw flaws[] = { FLAW_BSN, FLAW_ABSENT, FLAW_DATE,
	FLAW_AMOUNT, FLAW_ORPHAN, FLAW_PERIOD, FLAW_DOUBLE, FLAW_POSTCODE,
	FLAW_DOC_MISSING, FLAW_DOC_HTML, FLAW_DOC_LOCKED };

const struct stream stream_annual = {
	.name = "jaaropgave",
	.payload = "jaaropgave.txt",
	.ending = ".txt",
	.prefix = "jo",
	.kind = SPOIL_FIXED,
	.item_bytes = sizeof(struct annual),
	.flaws = flaws,
	.flaw_count = sizeof(flaws) / sizeof(flaws[0]),
	.twin = true,
	.bare = true,
	.roll = annual_roll,
	.reference = annual_reference,
	.head = annual_head,
	.write = annual_write,
	.tail = annual_tail,
	.letter = annual_letter,
	.file_name = annual_file_name,
};
