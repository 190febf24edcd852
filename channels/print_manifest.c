/* channels/print_manifest.c - manifest.xml; see channels/print_list.h
 *
 * Source: spec print.md 5.2; schema: schemas/print-manifest.xsd.
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
#define SCHEMA "2" /* raised when fields are added */
/* What sort_key holds; a printer may check the order with it. */
#define ORDER                                                                  \
	"zone, postcode, house number as a number, letter, addition; abroad "  \
	"country and lines; then letter id; compared byte by byte"

/* <name>text</name> on a line of its own, `depth` deep. */
static void
element(struct buf *out, int depth, const char *name, const char *text)
{
	buf_format(out, "%.*s<%s>", depth * 2, "          ", name);
	buf_xml(out, text);
	buf_format(out, "</%s>\n", name);
}

/* Only when it is said. */
static void
said(struct buf *out, const char *name, const char *text)
{
	if (text[0] != '\0')
		element(out, 1, name, text);
}

static void
number(struct buf *out, int depth, const char *name, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	element(out, depth, name, text);
}

static void
day(struct buf *out, int depth, const char *name, int32_t days)
{
	char text[16];
	int y, m, d;

	if (days == LETTER_DATE_NONE)
		return;
	clock_date(days, &y, &m, &d);
	snprintf(text, sizeof(text), "%04d-%02d-%02d", y, m, d);
	element(out, depth, name, text);
}

static void
list(struct buf *out, const char *name, const char *item, char *const *texts,
	size_t count)
{
	size_t i;

	if (count == 0)
		return;
	buf_format(out, "  <%s>\n", name);
	for (i = 0; i < count; i++)
		element(out, 2, item, texts[i]);
	buf_format(out, "  </%s>\n", name);
}

/* Which bundle it is, and whose. */
static void
head_origin(const struct print_bundle *bundle, struct buf *out)
{
	char utc[CLOCK_TEXT_MAX], local[CLOCK_TEXT_MAX];

	clock_utc(bundle->created_ms, utc);
	clock_local(bundle->created_ms, local);
	buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<bundle xmlns=\"" NAMESPACE "\">\n");
	element(out, 1, "id", bundle->name);
	element(out, 1, "schema", SCHEMA);
	element(out, 1, "created", utc);
	element(out, 1, "created_local", local);
	element(out, 1, "environment", bundle->environment);
	element(out, 1, "test", bundle->test ? "true" : "false");
	element(out, 1, "proof", bundle->proof ? "true" : "false");
	element(out, 1, "sender_oin", bundle->sender_oin);
	element(out, 1, "sender_name", bundle->sender_name);
	said(out, "account", bundle->account);
	element(out, 1, "job", bundle->job);
	element(out, 1, "stream", bundle->stream);
	element(out, 1, "delivery", bundle->delivery);
	said(out, "previous", bundle->previous);
	element(out, 1, "software", bundle->version);
}

/* How it is printed, posted, and answered. */
static void
head_product(const struct print_bundle *bundle, struct buf *out)
{
	element(out, 1, "printer", bundle->printer);
	said(out, "product", bundle->product);
	said(out, "post", bundle->post);
	said(out, "envelope", bundle->envelope);
	element(out, 1, "sides", bundle->simplex ? "simplex" : "duplex");
	element(out, 1, "colour", bundle->colour ? "colour" : "mono");
	if (bundle->weight > 0)
		number(out, 1, "weight_class", bundle->weight);
	list(out, "inserts", "insert", bundle->inserts, bundle->insert_count);
	element(out, 1, "language", bundle->language);
	day(out, 1, "post_wanted", bundle->post_wanted);
	day(out, 1, "post_latest", bundle->post_latest);
	element(out, 1, "returned", bundle->returned);
	list(out, "return_address", "line", bundle->return_lines,
		bundle->return_line_count);
	said(out, "contact", bundle->contact);
	element(out, 1, "receipts", bundle->receipts);
	element(out, 1, "documents", bundle->merged ? "merged" : "zip");
	element(out, 1, "order", ORDER);
}

static void
head_totals(const struct print_bundle *bundle, struct buf *out)
{
	struct print_sums all = print_sums(bundle);

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

/* *page: of the merged PDF, where the next document begins. */
static void
letter_documents(const struct print_bundle *bundle, size_t place, int64_t *page,
	struct buf *out)
{
	const struct letter *letter = &bundle->letters[place];
	char file[PRINT_FILE_MAX], hex[DIGEST_HEX_MAX];
	size_t i;

	buf_text(out, "    <documents>\n");
	for (i = 0; i < letter->printed_count; i++) {
		const struct attachment *doc = &letter->printed[i];

		digest_hex(doc->sha256, DIGEST_BYTES, hex);
		print_file(bundle, place, i, file);
		buf_format(out,
			"      <document file=\"%s\" sha256=\"%s\" "
			"bytes=\"%" PRId64 "\" pages=\"%" PRId32 "\"",
			file, hex, doc->bytes, doc->pages);
		if (bundle->merged)
			buf_format(out,
				" first_page=\"%" PRId64
				"\" last_page=\"%" PRId64 "\"",
				*page, *page + doc->pages - 1);
		buf_text(out, "/>\n");
		*page += print_room(bundle, doc);
	}
	buf_text(out, "    </documents>\n");
}

static void
letter_address(const struct address *address, const struct address_rules *rules,
	struct arena *mem, struct buf *out)
{
	struct address_print print;
	size_t i;

	address_lines(address, rules, mem, &print);
	buf_text(out, "    <lines");
	if (print.cut != 0)
		buf_format(
			out, " cut=\"%s\"", address_cut_words(print.cut, mem));
	if (print.replaced > 0)
		buf_format(out, " replaced=\"%d\"", print.replaced);
	buf_text(out, ">\n");
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
one_letter(const struct print_bundle *bundle, size_t place, int64_t *page,
	struct arena *mem, struct buf *out)
{
	const struct letter *letter = &bundle->letters[place];
	struct bundle_load load = bundle_load(letter, bundle->simplex);
	char id[UUID_TEXT_MAX];

	uuid_text(&letter->id, id);
	buf_format(out,
		"  <letter seq=\"%zu\" id=\"%s\" record=\"%" PRId64 "\">\n",
		place + 1, id, letter->record);
	element(out, 2, "reference", letter->reference);
	element(out, 2, "reason", bundle->reasons[place]);
	day(out, 2, "dated", letter->dated);
	day(out, 2, "deadline", letter->deadline);
	element(out, 2, "language", bundle->language);
	letter_documents(bundle, place, page, out);
	number(out, 2, "pages", load.pages);
	number(out, 2, "sheets", load.sheets);
	number(out, 2, "weight_class", bundle_weight(load.sheets));
	letter_address(letter_post(letter), &bundle->address, mem, out);
	buf_text(out, "  </letter>\n");
}

void
print_manifest(const struct print_bundle *bundle, struct buf *out)
{
	struct arena mem = ARENA_EMPTY;
	int64_t page = 1;
	size_t i;

	assert(bundle->letter_count <= PRINT_LETTERS_MAX);
	head_origin(bundle, out);
	head_product(bundle, out);
	head_totals(bundle, out);
	for (i = 0; i < bundle->letter_count; i++) {
		one_letter(bundle, i, &page, &mem, out);
		arena_reset(&mem);
	}
	buf_text(out, "</bundle>\n");
	arena_done(&mem);
}
