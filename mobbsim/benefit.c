/* mobbsim/benefit.c - a benefit payment specification; see mobbsim/stream.h
 *
 * The layout is uitkering-csv/1: lines VL, SP, CP and SL, separated by ; and
 * closed with CR LF.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "mobbsim/stream.h"

#define COUNT(list) ((int64_t)(sizeof(list) / sizeof((list)[0])))

#define LINES_MAX 8
#define IBAN_MAX 24
#define WEEKS_DAYS 28
#define WEEKS_PERIODS 13

#define PERCENT_NEGATIVE 3
#define PERCENT_ODD_NAME 2
#define PERCENT_UNPAID 5
#define PERCENT_EARLIER 15
#define PERCENT_NO_IBAN 5

struct line {
	const char *what, *remark, *creditor;
	int64_t cents;
	int column;
};

struct benefit {
	struct item item;
	const char *scheme;
	int64_t client, file;	/* clientnummer, dossiernummer */
	int64_t period, about;	/* yyyypp: paid in, paid for */
	char iban[IBAN_MAX];	/* "" is none */
	char paid[16];		/* "" is unknown */
	int64_t declared_cents; /* opgegeven inkomsten */
	int line_count;
	struct line lines[LINES_MAX];
};

static const char *const schemes[] = { "Participatiewet", "IOAW", "IOAZ",
	"Bijzondere bijstand" };

static const struct {
	const char *what, *remark, *creditor;
	int column;
} kinds[] = {
	{ "KD norm tot AOW", "", "", 1 },
	{ "TOTAAL GEKORTE INKOMSTEN", "", "", 2 },
	{ "RESERVERING VAKANTIEGELD", "", "", 2 },
	{ "5% Aflossing vordering", "", "Gemeente Voorbeeld", 2 },
	{ "Terugvordering", "Zie beschikking \"B-17\"", "", 2 },
	{ "Inhouding; bronheffing", "", "Zorgverzekeraar Façade; afd. 3", 2 },
	{ "Toeslag crèmekleurige reünie", "", "", 1 },
	{ "Grondslag", "", "", 3 },
	{ "Memo", "niet afdrukken", "", 0 },
	{ "UIT TE BETALEN BEDRAG", "", "", 1 },
};

/* Account numbers of a bank that does not exist, with the right check. */
static void
make_iban(int64_t number, char out[IBAN_MAX])
{
	/* TEST as numbers: 29 14 28 29; NL: 23 21. */
	static const char bank[] = "29142829";
	char digits[40];
	int rest = 0;
	size_t i;

	snprintf(digits, sizeof(digits), "%s%010" PRId64 "232100", bank,
		number % INT64_C(10000000000));
	for (i = 0; digits[i] != '\0'; i++)
		rest = (rest * 10 + (digits[i] - '0')) % 97;
	snprintf(out, IBAN_MAX, "NL%02dTEST%010" PRId64, (98 - rest) % 100,
		number % INT64_C(10000000000));
}

/* The period the file is of, and `back` earlier. */
static int64_t
period_of(const struct supply *supply, int back)
{
	int in_year = supply->weeks ? WEEKS_PERIODS : 12;
	int year = supply->year, period = supply->month;
	int32_t first;

	if (supply->weeks) {
		(void)clock_day(year, 1, 1, &first);
		period = (supply->date - first) / WEEKS_DAYS + 1;
		if (period > WEEKS_PERIODS)
			period = WEEKS_PERIODS;
	}
	period -= back;
	if (period < 1) {
		period += in_year;
		year--;
	}
	return year * 100 + period;
}

static void
roll_lines(struct dice *dice, struct benefit *b)
{
	int i;

	b->line_count = (int)dice_roll(dice, LINES_MAX + 1);
	for (i = 0; i < LINES_MAX; i++) {
		int64_t kind = dice_roll(dice, COUNT(kinds));

		b->lines[i] = (struct line){
			.what = kinds[kind].what,
			.remark = kinds[kind].remark,
			.creditor = kinds[kind].creditor,
			.column = kinds[kind].column,
			.cents = 1 + dice_roll(dice, 150000),
		};
	}
}

static void
benefit_roll(const struct supply *supply, int64_t record, const char *bsn,
	struct item *item)
{
	struct dice dice = dice_of(supply->seed, record);
	struct benefit *b = (struct benefit *)item;
	int year, month, day;

	item->record = item->like = record;
	memcpy(item->bsn, bsn, strlen(bsn) + 1);
	person_roll(&dice, &item->who);
	item->who.home.country = NULL;
	if (dice_roll(&dice, 100) < PERCENT_ODD_NAME)
		memcpy(item->who.surname, "Dummy; \"de\" oudere", 19);
	b->scheme = schemes[dice_roll(&dice, COUNT(schemes))];
	b->client = INT64_C(1000000000) +
		    supply->seed % 900 * INT64_C(10000000) + record;
	b->file = (1 + supply->seed % 9) * INT64_C(10000000) + record;
	b->period = period_of(supply, 0);
	b->about = dice_roll(&dice, 100) < PERCENT_EARLIER
			   ? period_of(supply, 1)
			   : b->period;
	item->amount_cents = dice_roll(&dice, 160000);
	if (dice_roll(&dice, 100) < PERCENT_NEGATIVE)
		item->amount_cents = -1 - item->amount_cents / 10;
	if (dice_roll(&dice, 100) >= PERCENT_NO_IBAN)
		make_iban(supply->seed * INT64_C(7919) + record * 31, b->iban);
	if (dice_roll(&dice, 100) >= PERCENT_UNPAID) {
		clock_date(supply->date + (int32_t)dice_roll(&dice, 8), &year,
			&month, &day);
		snprintf(b->paid, sizeof(b->paid), "%04d%02d%02d", year % 10000,
			month % 100, day % 100);
	}
	b->declared_cents =
		dice_roll(&dice, 3) == 0 ? dice_roll(&dice, 60000) : 0;
	roll_lines(&dice, b);
}

/* {dossiernummer}-{periodenummer}-{volgnr} */
static void
benefit_reference(const struct supply *supply, const struct item *item,
	char out[STREAM_REFERENCE_MAX])
{
	const struct benefit *b = (const struct benefit *)item;

	(void)supply;
	snprintf(out, STREAM_REFERENCE_MAX, "%" PRId64 "-%" PRId64 "-%" PRId64,
		b->file, b->period, item->record);
}

/* --- writing --- */

static void
benefit_head(const struct supply *supply, struct buf *out)
{
	buf_format(out,
		"VL;%s;%s;0153;%04d%02d%02dT021500;%" PRId64 ";%" PRId64
		";%c\r\n",
		supply->spoil == SPOIL_FORMAT ? "USPC9999" : "USPC0100",
		supply->sender, supply->year, supply->month, supply->day,
		supply->number, period_of(supply, 0), supply->environment);
}

static void
benefit_tail(const struct supply *supply, struct buf *out)
{
	int64_t more = supply->spoil == SPOIL_TRAILER_COUNT;

	buf_format(out, "SL;%" PRId64 ";%" PRId64 ";",
		supply->sum.records + more, supply->sum.lines);
	stream_money(
		out, supply->sum.cents + (supply->spoil == SPOIL_TRAILER_SUM));
	buf_text(out, "\r\n");
}

/* Columns 3 to 7. */
static void
write_person(const struct benefit *b, struct buf *out)
{
	const struct item *item = &b->item;

	if (item->flaw == FLAW_BSN_EXCEL)
		buf_text(out, "1,2E+08;");
	else
		buf_format(out, "%s;", item->bsn);
	buf_format(out, "%" PRId64 ";%s;%s;", b->client, item->who.initials,
		item->who.prefix == NULL ? "" : item->who.prefix);
	if (item->flaw != FLAW_ABSENT)
		stream_csv(out, item->who.surname);
}

/* Columns 8 to 14; nobody lives abroad, for the layout has no lines for it. */
static void
write_home(const struct item *item, struct buf *out)
{
	const struct person_home *a = &item->who.home;

	if (item->flaw == FLAW_POSTCODE) {
		buf_format(
			out, ";%s;%d;;;;%s;;", a->street, a->number, a->town);
		return;
	}
	buf_format(out, ";%s;%d;", a->street, a->number);
	if (a->letter != '\0')
		buf_add(out, &a->letter, 1);
	buf_format(out, ";%s;%04d%s;%s;;",
		a->addition == NULL ? "" : a->addition, a->digits, a->code,
		a->town);
}

/* Columns 19 to 28. */
static void
write_amounts(const struct benefit *b, struct buf *out)
{
	const struct item *item = &b->item;
	int64_t declared = b->declared_cents, free_cents = declared / 4;

	stream_money(out, item->amount_cents);
	buf_format(out, ";%s;", b->iban);
	if (item->flaw == FLAW_AMOUNT)
		buf_text(out, "633.43");
	else
		stream_money(out, item->amount_cents);
	buf_format(out, ";%s;", item->flaw == FLAW_DATE ? "1-3-2026" : b->paid);
	stream_money(out, declared);
	buf_text(out, ";");
	stream_money(out, free_cents);
	buf_text(out, ";");
	stream_money(out, declared - free_cents);
	buf_text(out, ";");
	stream_money(out, item->amount_cents / 20);
	buf_text(out, ";");
	stream_money(out, declared - free_cents);
	buf_format(out, ";%s\r\n", item->href);
}

static void
write_line(const struct benefit *b, int i, struct buf *out)
{
	const struct line *line = &b->lines[i];
	int64_t number = b->item.record;

	if (b->item.flaw == FLAW_ORPHAN && i == 0)
		number++;
	buf_format(out, "CP;%" PRId64 ";%d;", number, i + 1);
	/* Without quotes it is two columns. */
	if (b->item.flaw == FLAW_COLUMNS && i == 0)
		buf_text(out, "Inhouding; bronheffing");
	else
		stream_csv(out, line->what);
	buf_text(out, ";");
	stream_money(out, line->cents);
	buf_format(out, ";%d;", line->column);
	stream_csv(out, line->remark);
	buf_text(out, ";");
	stream_csv(out, line->creditor);
	buf_text(out, "\r\n");
}

static void
benefit_write(struct supply *supply, const struct item *item, struct buf *out)
{
	const struct benefit *b = (const struct benefit *)item;
	int i, lines = b->line_count;

	/* These two are shown by a line. */
	if ((item->flaw == FLAW_ORPHAN || item->flaw == FLAW_COLUMNS) &&
		lines == 0)
		lines = 1;
	buf_format(out, "SP;%" PRId64 ";", item->record);
	write_person(b, out);
	write_home(item, out);
	buf_format(out, "%s;%" PRId64 ";%" PRId64 ";%" PRId64 ";", b->scheme,
		b->file, b->period, b->about);
	write_amounts(b, out);
	for (i = 0; i < lines; i++)
		write_line(b, i, out);
	supply->sum.records++;
	supply->sum.lines += lines;
	supply->sum.cents += item->amount_cents;
}

/* --- the letter --- */

static const char sender[] = "Gemeente Voorbeeld\n"
			     "Werk en Inkomen\n"
			     "Postbus 1, 1000 AA Demodam";

static void
benefit_letter(const struct supply *supply, const struct item *item,
	struct sheet *sheet_out)
{
	const struct benefit *b = (const struct benefit *)item;
	struct buf text = BUF_MAX(STREAM_BODY_MAX - 1);
	char reference[STREAM_REFERENCE_MAX];
	int i;

	benefit_reference(supply, item, reference);
	sheet_out->sender = sender;
	person_address(
		&item->who, sheet_out->address, sizeof(sheet_out->address));
	snprintf(sheet_out->title, sizeof(sheet_out->title),
		"Uitkeringsspecificatie %" PRId64, b->period);
	buf_format(&text,
		"Kenmerk: %s\nRegeling: %s\nDossier: %" PRId64
		"\nPeriode: %" PRId64 "\n\nUitbetaald: € ",
		reference, b->scheme, b->file, b->about);
	stream_money(&text, item->amount_cents);
	buf_text(&text, "\n\n");
	for (i = 0; i < b->line_count; i++) {
		buf_format(&text, "%s: € ", b->lines[i].what);
		stream_money(&text, b->lines[i].cents);
		buf_text(&text, "\n");
	}
	assert(!text.full);
	snprintf(sheet_out->body, sizeof(sheet_out->body), "%s", text.bytes);
	buf_done(&text);
}

static void
benefit_file_name(const struct supply *supply, char out[STREAM_NAME_MAX])
{
	snprintf(out, STREAM_NAME_MAX,
		"uitkering-0153-%04d%02d%02dT021500-%06" PRId64, supply->year,
		supply->month, supply->day, supply->number);
}

static const enum flaw flaws[] = { FLAW_BSN, FLAW_BSN_SHORT, FLAW_BSN_EXCEL,
	FLAW_ABSENT, FLAW_LONG, FLAW_DATE, FLAW_AMOUNT, FLAW_COLUMNS,
	FLAW_ORPHAN, FLAW_DOUBLE, FLAW_POSTCODE, FLAW_DOC_MISSING,
	FLAW_DOC_HTML, FLAW_DOC_LOCKED };

const struct stream stream_benefit = {
	.name = "uitkering",
	.payload = "uitkering.csv",
	.ending = ".csv",
	.prefix = "us",
	.kind = SPOIL_DELIMITED,
	.item_bytes = sizeof(struct benefit),
	.flaws = flaws,
	.flaw_count = sizeof(flaws) / sizeof(flaws[0]),
	.twin = true,
	.bare = true,
	.roll = benefit_roll,
	.reference = benefit_reference,
	.head = benefit_head,
	.write = benefit_write,
	.tail = benefit_tail,
	.letter = benefit_letter,
	.file_name = benefit_file_name,
};
