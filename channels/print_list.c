/* channels/print_list.c - see channels/print_list.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "channels/print_list.h"

struct print_sums
print_sums(const struct print_bundle *bundle)
{
	struct print_sums all = { 0 };
	size_t i;

	for (i = 0; i < bundle->letter_count; i++) {
		const struct letter *letter = &bundle->letters[i];
		struct bundle_load one = bundle_load(letter, bundle->simplex);
		const char *zone = address_zone(letter_post(letter));

		all.pages += one.pages;
		all.sheets += one.sheets;
		all.bytes += one.bytes;
		all.zones[zone[0] == 'N' ? 0 : zone[0] == 'E' ? 1 : 2]++;
	}
	return all;
}

void
print_file(const struct print_bundle *bundle, size_t place, size_t document,
	char name_out[PRINT_FILE_MAX])
{
	char id[UUID_TEXT_MAX], more[24] = "";

	assert(place < PRINT_LETTERS_MAX && document <= ATTACHMENT_LETTER_MAX);
	if (bundle->merged) {
		snprintf(name_out, PRINT_FILE_MAX, PRINT_MERGED);
		return;
	}
	uuid_text(&bundle->letters[place].id, id);
	if (document > 0)
		snprintf(more, sizeof(more), "-%zu", document + 1);
	snprintf(name_out, PRINT_FILE_MAX, "pdf/%06zu-%s%s.pdf", place + 1, id,
		more);
}

int64_t
print_room(const struct print_bundle *bundle, const struct attachment *doc)
{
	return bundle->simplex ? doc->pages : doc->pages + doc->pages % 2;
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
	struct bundle_load s = bundle_load(letter, bundle->simplex);
	size_t i;

	for (i = 0; i < letter->printed_count; i++) {
		print_file(bundle, place, i, file);
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
		"zone;kix;sort_key;reason;shortened\n");
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
		cell(out, address_cut_words(print.cut, &mem));
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

/* Where each letter is in the merged PDF: its documents follow one another. */
void
print_pages_csv(const struct print_bundle *bundle, struct buf *out)
{
	char id[UUID_TEXT_MAX];
	int64_t page = 1;
	size_t i, k;

	buf_text(out, "seq;letter_id;document;first_page;last_page\n");
	for (i = 0; i < bundle->letter_count; i++) {
		const struct letter *letter = &bundle->letters[i];

		uuid_text(&letter->id, id);
		for (k = 0; k < letter->printed_count; k++) {
			const struct attachment *doc = &letter->printed[k];

			buf_format(out, "%zu;%s;%zu;%" PRId64 ";%" PRId64 "\n",
				i + 1, id, k + 1, page, page + doc->pages - 1);
			page += print_room(bundle, doc);
		}
	}
}
