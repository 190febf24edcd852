/* channels/print_list.c - see channels/print_list.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "channels/print_list.h"

#define NAMESPACE "urn:mobb:print-manifest:1"
#define SHEET_GRAMS 5	 /* A4 of 80 grams a square metre */
#define ENVELOPE_GRAMS 7 /* C5 with a window */

struct sums {
	int64_t pages, sheets, bytes;
	int64_t zones[3]; /* NL, EU, WORLD */
};

/* On both sides every document begins on a new sheet. */
static struct sums
letter_sums(const struct print_bundle *bundle, const struct letter *letter)
{
	struct sums s = { 0 };
	size_t i;

	for (i = 0; i < letter->printed_count; i++) {
		const struct attachment *doc = &letter->printed[i];

		s.pages += doc->pages;
		s.sheets += bundle->simplex ? doc->pages : (doc->pages + 1) / 2;
		s.bytes += doc->bytes;
	}
	return s;
}

/* Upper end of the post's class, in grams. */
static int
weight_class(int64_t sheets)
{
	static const int classes[] = { 20, 50, 100, 350 };
	int64_t grams = ENVELOPE_GRAMS + SHEET_GRAMS * sheets;
	size_t i;

	for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (grams <= classes[i])
			return classes[i];
	return 2000;
}

static struct sums
bundle_sums(const struct print_bundle *bundle)
{
	struct sums all = { 0 };
	size_t i;

	for (i = 0; i < bundle->letter_count; i++) {
		const struct letter *letter = &bundle->letters[i];
		struct sums one = letter_sums(bundle, letter);
		const char *zone = address_zone(letter_post(letter));

		all.pages += one.pages;
		all.sheets += one.sheets;
		all.bytes += one.bytes;
		all.zones[zone[0] == 'N' ? 0 : zone[0] == 'E' ? 1 : 2]++;
	}
	return all;
}

void
print_file(const struct letter *letter, size_t place, size_t document,
	char name_out[PRINT_FILE_MAX])
{
	char id[UUID_TEXT_MAX], more[24] = "";

	assert(place < PRINT_LETTERS_MAX && document < ATTACHMENT_LETTER_MAX);
	uuid_text(&letter->id, id);
	if (document > 0)
		snprintf(more, sizeof(more), "-%zu", document + 1);
	snprintf(name_out, PRINT_FILE_MAX, "pdf/%06zu-%s%s.pdf", place + 1, id,
		more);
}

/* <name>text</name> on a line of its own, `depth` deep. */
static void
element(struct buf *out, int depth, const char *name, const char *text)
{
	buf_format(out, "%.*s<%s>", depth * 2, "          ", name);
	buf_xml(out, text);
	buf_format(out, "</%s>\n", name);
}

static void
number(struct buf *out, int depth, const char *name, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	element(out, depth, name, text);
}

static void
manifest_head(
	const struct print_bundle *bundle, const char *name, struct buf *out)
{
	char utc[CLOCK_TEXT_MAX], local[CLOCK_TEXT_MAX];
	struct sums all = bundle_sums(bundle);

	clock_utc(bundle->created_ms, utc);
	clock_local(bundle->created_ms, local);
	buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<bundle xmlns=\"" NAMESPACE "\">\n");
	element(out, 1, "id", name);
	element(out, 1, "created", utc);
	element(out, 1, "created_local", local);
	element(out, 1, "environment", bundle->environment);
	element(out, 1, "sender_oin", bundle->sender_oin);
	element(out, 1, "sender_name", bundle->sender_name);
	element(out, 1, "job", bundle->job);
	element(out, 1, "stream", bundle->stream);
	element(out, 1, "delivery", bundle->delivery);
	if (bundle->previous[0] != '\0')
		element(out, 1, "previous", bundle->previous);
	element(out, 1, "software", bundle->version);
	element(out, 1, "sides", bundle->simplex ? "simplex" : "duplex");
	buf_text(out, "  <totals>\n");
	number(out, 2, "letters", (int64_t)bundle->letter_count);
	number(out, 2, "pages", all.pages);
	number(out, 2, "sheets", all.sheets);
	number(out, 2, "bytes", all.bytes);
	number(out, 2, "nl", all.zones[0]);
	number(out, 2, "eu", all.zones[1]);
	number(out, 2, "world", all.zones[2]);
	buf_text(out, "  </totals>\n");
}

static void
manifest_documents(const struct letter *letter, size_t place, struct buf *out)
{
	char file[PRINT_FILE_MAX], hex[DIGEST_HEX_MAX];
	size_t i;

	buf_text(out, "    <documents>\n");
	for (i = 0; i < letter->printed_count; i++) {
		const struct attachment *doc = &letter->printed[i];

		print_file(letter, place, i, file);
		digest_hex(doc->sha256, DIGEST_BYTES, hex);
		buf_format(out,
			"      <document file=\"%s\" sha256=\"%s\" "
			"bytes=\"%" PRId64 "\" pages=\"%" PRId32 "\"/>\n",
			file, hex, doc->bytes, doc->pages);
	}
	buf_text(out, "    </documents>\n");
}

static void
manifest_address(const struct address *address,
	const struct address_rules *rules, struct arena *mem, struct buf *out)
{
	struct address_print print;
	size_t i;

	address_lines(address, rules, mem, &print);
	buf_text(out, "    <lines>\n");
	for (i = 0; i < print.count; i++)
		element(out, 3, "line", print.line[i]);
	buf_text(out, "    </lines>\n    <address>\n");
	element(out, 3, "street", address->street);
	element(out, 3, "number", address->number);
	element(out, 3, "letter", address->letter);
	element(out, 3, "addition", address->addition);
	element(out, 3, "postcode", address->postcode);
	element(out, 3, "town", address->town);
	element(out, 3, "country",
		address->country[0] == '\0' ? "NL" : address->country);
	buf_text(out, "    </address>\n");
	element(out, 2, "zone", address_zone(address));
	element(out, 2, "kix", address_kix(address, mem));
	element(out, 2, "sort_key", address_sort_key(address, mem));
}

static void
manifest_letter(const struct print_bundle *bundle, size_t place,
	struct arena *mem, struct buf *out)
{
	const struct letter *letter = &bundle->letters[place];
	struct sums s = letter_sums(bundle, letter);
	char id[UUID_TEXT_MAX], day[16];
	int y, m, d;

	uuid_text(&letter->id, id);
	buf_format(out,
		"  <letter seq=\"%zu\" id=\"%s\" record=\"%" PRId64 "\">\n",
		place + 1, id, letter->record);
	element(out, 2, "reference", letter->reference);
	element(out, 2, "reason", bundle->reasons[place]);
	if (letter->dated != LETTER_DATE_NONE) {
		clock_date(letter->dated, &y, &m, &d);
		snprintf(day, sizeof(day), "%04d-%02d-%02d", y, m, d);
		element(out, 2, "dated", day);
	}
	manifest_documents(letter, place, out);
	number(out, 2, "pages", s.pages);
	number(out, 2, "sheets", s.sheets);
	number(out, 2, "weight_class", weight_class(s.sheets));
	manifest_address(letter_post(letter), &bundle->address, mem, out);
	buf_text(out, "  </letter>\n");
}

void
print_manifest(
	const struct print_bundle *bundle, const char *name, struct buf *out)
{
	struct arena mem = ARENA_EMPTY;
	size_t i;

	assert(bundle->letter_count <= PRINT_LETTERS_MAX);
	manifest_head(bundle, name, out);
	for (i = 0; i < bundle->letter_count; i++) {
		manifest_letter(bundle, i, &mem, out);
		arena_reset(&mem);
	}
	buf_text(out, "</bundle>\n");
	arena_done(&mem);
}

static void
cell(struct buf *out, const char *text)
{
	buf_text(out, ";");
	buf_csv(out, text);
}

/* File names and digests of a letter with more than one document stand in one
 * cell each, in order, with a blank between them.
 */
static void
csv_documents(const struct print_bundle *bundle, const struct letter *letter,
	size_t place, struct buf *out)
{
	char file[PRINT_FILE_MAX], hex[DIGEST_HEX_MAX];
	struct sums s = letter_sums(bundle, letter);
	size_t i;

	for (i = 0; i < letter->printed_count; i++) {
		print_file(letter, place, i, file);
		buf_format(out, "%c%s", i == 0 ? ';' : ' ', file);
	}
	for (i = 0; i < letter->printed_count; i++) {
		digest_hex(letter->printed[i].sha256, DIGEST_BYTES, hex);
		buf_format(out, "%c%s", i == 0 ? ';' : ' ', hex);
	}
	buf_format(out, ";%" PRId64 ";%" PRId64 ";%" PRId64, s.bytes, s.pages,
		s.sheets);
}

void
print_letters_csv(const struct print_bundle *bundle, struct buf *out)
{
	struct arena mem = ARENA_EMPTY;
	struct address_print print;
	char id[UUID_TEXT_MAX];
	size_t i, k;

	buf_text(out,
		"seq;letter_id;reference;file;sha256;bytes;pages;sheets;"
		"line1;line2;line3;line4;line5;line6;postcode;housenumber;"
		"zone;kix;sort_key;reason\n");
	for (i = 0; i < bundle->letter_count; i++) {
		const struct letter *letter = &bundle->letters[i];
		const struct address *address = letter_post(letter);

		uuid_text(&letter->id, id);
		buf_format(out, "%zu;%s", i + 1, id);
		cell(out, letter->reference);
		csv_documents(bundle, letter, i, out);
		address_lines(address, &bundle->address, &mem, &print);
		for (k = 0; k < ADDRESS_LINES_MAX; k++)
			cell(out, k < print.count ? print.line[k] : "");
		cell(out, address->postcode);
		cell(out, address->number);
		cell(out, address_zone(address));
		cell(out, address_kix(address, &mem));
		cell(out, address_sort_key(address, &mem));
		cell(out, bundle->reasons[i]);
		buf_text(out, "\n");
		arena_reset(&mem);
	}
	arena_done(&mem);
}

/* For the post's own upload.  A foreign address that came as lines stands in
 * the columns of street and town.
 */
void
print_addresses_csv(const struct print_bundle *bundle, struct buf *out)
{
	struct arena mem = ARENA_EMPTY;
	size_t i, k, last;

	buf_text(out,
		"volgnr;naam;straat;huisnummer;toevoeging;postcode;plaats;"
		"land;kix\n");
	for (i = 0; i < bundle->letter_count; i++) {
		const struct address *a = letter_post(&bundle->letters[i]);
		const char *street = a->street, *town = a->town;

		for (last = 3; last > 0 && a->foreign[last - 1][0] == '\0';)
			last--;
		if (last > 0) {
			town = a->foreign[last - 1];
			street = "";
			for (k = 0; k + 1 < last; k++)
				street = arena_format(&mem, "%s%s%s", street,
					street[0] == '\0' ? "" : ", ",
					a->foreign[k]);
		}
		buf_format(out, "%zu", i + 1);
		cell(out, a->name);
		cell(out, street);
		cell(out, a->number);
		cell(out, arena_format(&mem, "%s%s", a->letter, a->addition));
		cell(out, a->postcode);
		cell(out, town);
		cell(out, a->country[0] == '\0' ? "NL" : a->country);
		cell(out, address_kix(a, &mem));
		buf_text(out, "\n");
		arena_reset(&mem);
	}
	arena_done(&mem);
}

void
print_readme(
	const struct print_bundle *bundle, const char *name, struct buf *out)
{
	struct sums all = bundle_sums(bundle);

	buf_format(out,
		"Print bundle %s\n\n"
		"sender       %s (%s)\n"
		"stream       %s, job %s, from file %s\n"
		"environment  %s\n"
		"letters      %zu\n"
		"pages        %" PRId64 ", sheets %" PRId64 " (%s)\n"
		"addresses    NL %" PRId64 ", EU %" PRId64
		", other countries %" PRId64 "\n\n",
		name, bundle->sender_name, bundle->sender_oin, bundle->stream,
		bundle->job, bundle->delivery, bundle->environment,
		bundle->letter_count, all.pages, all.sheets,
		bundle->simplex ? "simplex" : "duplex", all.zones[0],
		all.zones[1], all.zones[2]);
	buf_text(out,
		"Files\n"
		"  manifest.xml   every letter with its documents, address "
		"lines and sort key;\n"
		"                 schema: print-manifest.xsd\n"
		"  letters.csv    the same, one line a letter, UTF-8, ';' "
		"between the columns:\n"
		"                 seq letter_id reference file sha256 bytes "
		"pages sheets\n"
		"                 line1 .. line6 postcode housenumber zone "
		"kix sort_key reason\n"
		"                 (more documents: file and sha256 hold them "
		"in order, a blank\n"
		"                 between them)\n"
		"  adressen.csv   addresses for the upload of the post\n"
		"  pdf/           the documents; the number is the order of "
		"printing\n\n"
		"Rules\n"
		"  Print each address as its lines say; line for line, "
		"unchanged.\n"
		"  Documents of one letter go in one envelope, in order, "
		"each on a new sheet.\n"
		"  Never put two letters in one envelope, also not for one "
		"address.\n"
		"  A bundle of a name that was printed before is the same "
		"bundle: do not print\n"
		"  it again.\n\n"
		"Questions and receipts: the sender named above, with the "
		"name of the bundle.\n");
}
