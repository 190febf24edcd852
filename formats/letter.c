/* formats/letter.c - making the letter of a record
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "formats/reading.h"

#define TYPE_CHARS 8	/* BerichtType */
#define PUBLISH_DAYS 13 /* the box takes a letter so far ahead */
#define PAGE_MAX 100000 /* of the one PDF that is cut */
#define ADDRESS_COUNT_MAX 65000

void
letter_begin(struct reading *r, int64_t line, int64_t offset)
{
	r->letter = (struct letter){ .record = r->number,
		.part = r->part,
		.line = line,
		.offset = offset,
		.key = "",
		.reference = "",
		.subject = "",
		.dated = LETTER_DATE_NONE,
		.publish = LETTER_DATE_NONE,
		.deadline = LETTER_DATE_NONE,
		.address = ADDRESS_EMPTY };
}

static const struct value *
value_of(const struct reading *r, int field)
{
	if (field < 0 || r->values[field].text == NULL)
		return NULL;
	return &r->values[field];
}

static void
wrong(struct reading *r, enum code code, const char *field, const char *reason)
{
	reading_wrong_in(r, r->d->letter, code, field, reason);
}

static void
remark(struct reading *r, enum code code, const char *field, const char *reason)
{
	reading_remark_in(r, r->d->letter, code, field, reason);
}

static void
too_long(struct reading *r, const char *what, const char *text, int64_t max)
{
	char reason[80];
	size_t len = strlen(text);
	int64_t chars;

	if ((int64_t)len <= max)
		return; /* nor are they more in characters */
	chars = text_chars(text, len);
	if (chars <= max)
		return;
	snprintf(reason, sizeof(reason),
		"%" PRId64 " characters, allowed are %" PRId64, chars, max);
	wrong(r, CODE_TEXT_LONG, what, reason);
}

/* --- address --- */

/* "" when it has fields and none of them is there: "Postbus {postbus}". */
static const char *
fill_some(struct reading *r, const struct template *t)
{
	bool fields = false;
	int i;

	for (i = 0; i < t->count; i++) {
		if (t->part[i].text != NULL || t->part[i].field < 0)
			continue;
		fields = true;
		if (r->values[t->part[i].field].text != NULL)
			break;
	}
	if (t->count == 0 || (fields && i == t->count))
		return "";
	return template_fill(
		r->d, t, TEMPLATE_RAW, r->values, NULL, &r->family);
}

static void
make_address(struct reading *r)
{
	const struct definition *d = r->d;
	struct address *a = &r->letter.address;
	const char *box;
	int i;

	a->name = fill_some(r, &d->name);
	a->attention = fill_some(r, &d->attention);
	a->street = fill_some(r, &d->street);
	a->number = fill_some(r, &d->number_of);
	a->letter = fill_some(r, &d->letter_of);
	a->addition = fill_some(r, &d->addition);
	a->postcode = fill_some(r, &d->postcode);
	a->town = fill_some(r, &d->town);
	a->country = fill_some(r, &d->country);
	for (i = 0; i < 3; i++)
		a->foreign[i] = fill_some(r, &d->foreign[i]);
	box = fill_some(r, &d->box);
	if (box[0] == '\0')
		return;
	if (a->street[0] != '\0')
		remark(r, CODE_TWO_ADDRESSES, "address",
			"a PO box and a street: the PO box is used");
	a->street = box;
	a->number = a->letter = a->addition = "";
}

/* --- documents --- */

struct letter_document *
reading_document(struct reading *r, int document)
{
	struct letter *l = &r->letter;
	int at;

	assert(document >= 0 && document < r->d->document_count);
	if (r->context.no_documents) {
		r->spare = (struct letter_document){ .title = "" };
		return &r->spare;
	}
	if (r->depth == 0 ||
		reading_owner(r, r->stack[r->depth - 1]) != r->d->letter) {
		if (r->depth > 0)
			reading_wrong(r, CODE_DOCUMENT,
				r->d->documents[document].name,
				"it is of no letter");
		return NULL;
	}
	if (l->document_count == ATTACHMENT_LETTER_MAX) {
		reading_wrong(r, CODE_DOCUMENT_BOX,
			r->d->documents[document].name,
			"more documents than a letter may have");
		return NULL;
	}
	at = (int)l->document_count++;
	r->document_of[at] = document;
	l->documents[at] = (struct letter_document){ .title = "" };
	return &l->documents[at];
}

static struct letter_document *
one_more(struct reading *r, int document)
{
	struct letter *l = &r->letter;

	if (l->document_count == ATTACHMENT_LETTER_MAX) {
		wrong(r, CODE_DOCUMENT_BOX, r->d->documents[document].name,
			"more documents than a letter may have");
		return NULL;
	}
	r->document_of[l->document_count] = document;
	l->documents[l->document_count] =
		(struct letter_document){ .title = "" };
	return &l->documents[l->document_count++];
}

/* Pages of the one PDF; false when they make no sense. */
static bool
pages(struct reading *r, const struct document *d, int *first_out,
	int *last_out)
{
	const struct value *first = value_of(r, d->first_page);
	const struct value *last = value_of(r, d->last_page);

	*first_out = *last_out = 0;
	if (first == NULL && last == NULL)
		return true;
	if (first == NULL || last == NULL) {
		wrong(r, CODE_DOCUMENT, d->name,
			"only one of first and last page is there");
		return false;
	}
	if (first->number < 1 || first->number > last->number ||
		last->number > PAGE_MAX) {
		wrong(r, CODE_DOCUMENT, d->name,
			"first and last page are no range of pages");
		return false;
	}
	*first_out = (int)first->number;
	*last_out = (int)last->number;
	return true;
}

/* Documents that stand in fields, and the leaflets. */
static void
add_documents(struct reading *r)
{
	int i, first, last;

	for (i = 0; i < r->d->document_count; i++) {
		const struct document *d = &r->d->documents[i];
		const struct value *href = value_of(r, d->href);
		const struct value *sha256 = value_of(r, d->sha256);
		struct letter_document *doc;

		if (d->file == NULL && d->href < 0 && d->first_page < 0)
			continue; /* XML: the reader found it */
		if (!pages(r, d, &first, &last))
			continue;
		if (d->file == NULL && href == NULL && first == 0)
			continue;
		doc = one_more(r, i);
		if (doc == NULL)
			return;
		doc->href = d->file != NULL ? d->file
			    : href != NULL  ? href->text
					    : NULL;
		doc->shared = d->file != NULL;
		doc->sha256 = sha256 != NULL ? sha256->text : NULL;
		doc->first_page = first;
		doc->last_page = last;
	}
}

static void
make_documents(struct reading *r, const char *const *lines)
{
	struct letter *l = &r->letter;
	size_t i;

	if (r->context.no_documents) {
		l->document_count = 0;
		return;
	}
	add_documents(r);
	for (i = 0; i < l->document_count; i++) {
		struct letter_document *doc = &l->documents[i];

		doc->title = template_fill(r->d,
			&r->d->documents[r->document_of[i]].title,
			TEMPLATE_SPOKEN, r->values, lines, &r->family);
		doc->way = r->d->documents[r->document_of[i]].way;
		if (doc->title[0] == '\0')
			doc->title = l->subject;
		too_long(r, "title", doc->title, ATTACHMENT_TITLE_CHARS);
	}
}

/* --- who, when --- */

static const char *
make_key(struct reading *r)
{
	const struct record *record = &r->d->records[r->d->letter];
	size_t len = 0;
	char *key, *to;
	int i;

	for (i = 0; i < record->key_count; i++)
		len += r->values[record->key[i]].text != NULL
			       ? r->values[record->key[i]].len
			       : 0;
	key = to = arena_alloc(&r->family, len + (size_t)record->key_count + 1);
	for (i = 0; i < record->key_count; i++) {
		const struct value *part = value_of(r, record->key[i]);

		if (i > 0)
			*to++ = '\x1f';
		if (part == NULL)
			continue;
		memcpy(to, part->text, part->len);
		to += part->len;
	}
	*to = '\0';
	return key;
}

static bool
says_yes(const struct reading *r, int field)
{
	const struct value *value = value_of(r, field);

	/* A date of death is a yes. */
	return value != NULL &&
	       (!field_type_bool(r->d->fields[field].type) || value->yes);
}

/* Is the channel of the record one of these words? */
static bool
says_channel(const struct reading *r, char *const *words, size_t count)
{
	const struct value *value = value_of(r, r->d->channel);
	size_t i;

	for (i = 0; value != NULL && i < count; i++)
		if (strcmp(value->text, words[i]) == 0)
			return true;
	return false;
}

static void
make_recipient(struct reading *r)
{
	const struct definition *d = r->d;
	const struct instance *me = &r->now[d->letter];
	const struct value *bsn = value_of(r, d->recipient);
	struct letter *l = &r->letter;
	struct fault ignored;
	bool asked = says_yes(r, d->paper) ||
		     says_channel(r, d->paper_only, d->paper_only_count);

	if (bsn != NULL && bsn_parse(bsn->text, &l->bsn, &ignored) != V_OK)
		l->bsn = BSN_NONE; /* rejected by its type already */
	if (says_channel(r, d->box_only, d->box_only_count)) {
		l->paper = PAPER_NEVER;
		if (asked || me->paper ||
			(l->bsn.number == 0 && !me->recipient_left))
			wrong(r, CODE_BOX_ONLY, d->fields[d->channel].name,
				"for the Berichtenbox only, and it cannot go "
				"there");
		asked = false;
	} else if (l->bsn.number == 0 && !me->recipient_left)
		l->paper = PAPER_NO_BSN;
	else if (asked)
		l->paper = PAPER_ASKED;
	else if (me->paper)
		l->paper = PAPER_FIELD;
	if (asked)
		remark(r, CODE_PAPER_ASKED,
			d->fields[says_yes(r, d->paper) ? d->paper : d->channel]
				.name,
			"the supplier wants this letter on paper");
	if (says_yes(r, d->deceased) || says_yes(r, d->secret))
		l->hold = CODE_PERSON;
}

static enum verdict
make_dates(struct reading *r, struct fault *why)
{
	const struct definition *d = r->d;
	const struct value *dated = value_of(r, d->dated);
	const struct value *publish = value_of(r, d->publish);
	const struct value *deadline = value_of(r, d->deadline);
	struct letter *l = &r->letter;

	if (dated != NULL)
		l->dated = dated->days;
	if (deadline != NULL)
		l->deadline = deadline->days;
	if (publish == NULL)
		return V_OK;
	l->publish = publish->days;
	if (l->dated != LETTER_DATE_NONE && l->publish > l->dated)
		return fault_set(why, V_BROKEN, CODE_PUBLISH,
			"field %s: the publication is later than the date of "
			"the letter",
			d->fields[d->publish].name);
	if (l->publish > r->context.today + PUBLISH_DAYS)
		return fault_set(why, V_BROKEN, CODE_PUBLISH,
			"field %s: the publication is more than %d days ahead",
			d->fields[d->publish].name, PUBLISH_DAYS);
	return V_OK;
}

static void
make_text(struct reading *r, const char *const *lines)
{
	const char *text;

	r->letter.text = NULL;
	if (r->d->text.count == 0)
		return;
	text = template_fill(r->d, &r->d->text, TEMPLATE_SPOKEN, r->values,
		lines, &r->family);
	r->letter.text = box_text(text, &r->family);
	too_long(r, "text", r->letter.text, LETTER_TEXT_CHARS);
}

const char *
letter_reference(struct reading *r, const char *const *lines)
{
	return template_fill(r->d, &r->d->reference, TEMPLATE_RAW, r->values,
		lines, &r->family);
}

enum verdict
letter_make(struct reading *r, const char *const *lines, struct fault *why)
{
	const struct definition *d = r->d;
	const struct value *amount = value_of(r, d->amount);
	const struct value *type = value_of(r, d->type);
	struct letter *l = &r->letter;

	l->reference = letter_reference(r, lines);
	l->subject = template_fill(
		d, &d->subject, TEMPLATE_SPOKEN, r->values, lines, &r->family);
	l->key = make_key(r);
	make_recipient(r);
	/* That of a line was added up while they went by. */
	if (amount != NULL)
		l->amount_cents = amount->cents;
	if (type != NULL) {
		l->type = type->text;
		too_long(r, d->fields[d->type].name, l->type, TYPE_CHARS);
	}
	make_address(r);
	make_documents(r, lines);
	too_long(r, "reference", l->reference, LETTER_REFERENCE_CHARS);
	too_long(r, "subject", l->subject, LETTER_SUBJECT_CHARS);
	if (l->subject[0] == '\0')
		wrong(r, CODE_FIELD_ABSENT, "subject", "it is empty");
	make_text(r, lines);
	if (strlen(l->key) > LETTER_KEY_BYTES)
		wrong(r, CODE_TEXT_LONG, "key", "the key is too long");
	return make_dates(r, why);
}

/* --- among all others --- */

/* Latin letters and what is printed with them; nothing that needs another
 * alphabet, and no pictures.
 */
static bool
printable(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	uint32_t c;

	for (; *p != '\0'; p++) {
		if (*p < 0x80)
			continue;
		if (*p < 0xe0 && p[1] != '\0') {
			c = (uint32_t)(*p & 0x1f) << 6 | (p[1] & 0x3f);
			p += 1;
		} else if (*p < 0xf0 && p[1] != '\0' && p[2] != '\0') {
			c = (uint32_t)(*p & 0x0f) << 12 |
			    (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
			p += 2;
		} else {
			return false;
		}
		if (!(c >= 0xa0 && c < 0x250) && !(c >= 0x1e00 && c < 0x1f00) &&
			!(c >= 0x2010 && c < 0x2027) && c != 0x20ac)
			return false;
	}
	return true;
}

/* A number below 2^30 becomes another, and no two the same. */
static uint64_t
shuffled(uint64_t seed, int32_t number)
{
	const uint32_t mask = (UINT32_C(1) << 30) - 1;
	uint32_t x = (uint32_t)number ^ ((uint32_t)seed & mask);

	x = x * ((uint32_t)(seed >> 32) | 1) & mask;
	x ^= x >> 15;
	x = x * UINT32_C(0x2c1b3c6d) & mask;
	x ^= x >> 13;
	x = x * UINT32_C(0x297a2d39) & mask;
	x ^= x >> 16;
	return x;
}

void
letter_expect(const struct reading *r)
{
	const struct value *bsn = value_of(r, r->d->recipient);

	if (bsn != NULL && !r->compare_off)
		seen_expect(&r->names,
			shuffled(r->names.seed, (int32_t)bsn->number) << 34);
}

/* The number whole, and 34 bits of the name's hash. */
static void
compare_name(struct reading *r)
{
	const struct letter *l = &r->letter;
	uint64_t entry = shuffled(r->names.seed, l->bsn.number) << 34 |
			 seen_hash(&r->names, l->address.name, 0) >> 30;
	uint64_t *slot;
	bool fresh;

	slot = seen_put(&r->names, entry, &fresh);
	if (!fresh && *slot << 30 != entry << 30)
		remark(r, CODE_NAME_DIFFERS, "name",
			"the same citizen has another name in an earlier "
			"record");
}

/* 48 bits of the address' hash, and how often it was there. */
static void
compare_address(struct reading *r, int64_t max)
{
	const struct address *a = &r->letter.address;
	const char *parts[] = { a->street, a->number, a->letter, a->addition,
		a->postcode, a->town, a->country, a->foreign[0], a->foreign[1],
		a->foreign[2] };
	uint64_t h = 0, *slot;
	bool fresh, some = false;
	char reason[80];
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		some |= parts[i][0] != '\0';
		h = seen_hash(&r->addresses, parts[i], h);
	}
	if (!some)
		return;
	slot = seen_put(&r->addresses, h & ~UINT64_C(0xffff), &fresh);
	if ((*slot & 0xffff) > (uint64_t)max)
		return;
	if ((int64_t)(++*slot & 0xffff) <= max)
		return;
	snprintf(reason, sizeof(reason),
		"more than %" PRId64 " letters to one address", max);
	remark(r, CODE_SAME_ADDRESS, "address", reason);
}

void
letter_compare(struct reading *r)
{
	int64_t max = r->d->policy.same_address;

	if (!printable(r->letter.address.name))
		remark(r, CODE_CHARACTERS, "name",
			"it has characters that cannot be printed");
	if (r->compare_off)
		return;
	if (r->letter.bsn.number != 0)
		compare_name(r);
	if (max > 0)
		compare_address(
			r, max < ADDRESS_COUNT_MAX ? max : ADDRESS_COUNT_MAX);
	if (controls_bytes(r) + seen_bytes(&r->names) +
			seen_bytes(&r->addresses) <=
		r->compare_bytes_max)
		return;
	seen_done(&r->names);
	seen_done(&r->addresses);
	r->compare_off = true;
}
