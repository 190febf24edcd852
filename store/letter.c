/* store/letter.c - a letter back from its row
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include "store/books.h"

enum {
	RECORD,
	LINE,
	BYTE_AT,
	CENTS,
	BSN,
	DATED,
	PAPER,
	ID,
	BIND,
	REFERENCE,
	SUBJECT,
	BODY,
	ADDRESS,
	DOCS,
	BYTES,
	PART,
	PUBLISH,
	DEADLINE,
	TYPE,
	HOLD,
	CORRECTED,
	COLUMNS
};

_Static_assert(COLUMNS == LETTER_COLUMN_COUNT, "as in LETTER_COLUMNS");

static int32_t
day_of(const struct pg_rows *rows, int row, int column)
{
	return pg_null(rows, row, column) ? LETTER_DATE_NONE
					  : (int32_t)pg_int(rows, row, column);
}

static const char *
text_of(const struct pg_rows *rows, int row, int column, struct arena *mem)
{
	return pg_null(rows, row, column) ? NULL
					  : pg_text(rows, row, column, mem);
}

static const struct address *
corrected(const struct pg_rows *rows, int row, struct arena *mem)
{
	struct address *address;

	if (pg_null(rows, row, CORRECTED))
		return NULL;
	address = arena_alloc(mem, sizeof(*address));
	address_unpack(pg_text(rows, row, CORRECTED, mem), mem, address);
	return address;
}

enum verdict
letter_read(const struct pg_rows *rows, int row, struct arena *mem,
	struct letter *out, struct fault *why)
{
	struct letter l = { .record = pg_int(rows, row, RECORD) };
	const char *docs;
	size_t len;

	l.line = pg_int(rows, row, LINE);
	l.offset = pg_int(rows, row, BYTE_AT);
	l.key = ""; /* its digest is the id */
	l.amount_cents = pg_int(rows, row, CENTS);
	l.bsn.number = (int32_t)pg_int(rows, row, BSN);
	l.dated = day_of(rows, row, DATED);
	l.publish = day_of(rows, row, PUBLISH);
	l.deadline = day_of(rows, row, DEADLINE);
	l.bytes = pg_int(rows, row, BYTES);
	l.part = (int)pg_int(rows, row, PART);
	l.hold = (enum code)pg_int(rows, row, HOLD);
	l.type = text_of(rows, row, TYPE, mem);
	l.paper = (enum paper_reason)pg_int(rows, row, PAPER);
	l.id = pg_uuid(rows, row, ID);
	pg_fixed(rows, row, BIND, l.bind, sizeof(l.bind));
	l.reference = pg_text(rows, row, REFERENCE, mem);
	l.subject = pg_text(rows, row, SUBJECT, mem);
	l.text = text_of(rows, row, BODY, mem);
	address_unpack(pg_text(rows, row, ADDRESS, mem), mem, &l.address);
	l.corrected = corrected(rows, row, mem);
	docs = pg_bytes(rows, row, DOCS, &len);
	if (!attachment_unpack(
		    docs, len, mem, &l.attachments, &l.document_count))
		return fault_set(why, V_BROKEN, CODE_BUG,
			"the documents of record %lld cannot be read back",
			(long long)l.record);
	*out = l;
	return V_OK;
}

enum verdict
letters_read(const struct pg_rows *rows, struct arena *mem, struct letter **out,
	size_t *count_out, struct fault *why)
{
	struct letter *letters =
		arena_alloc(mem, ((size_t)rows->count + 1) * sizeof(*letters));
	enum verdict v = V_OK;
	int i;

	for (i = 0; v == V_OK && i < rows->count; i++)
		v = letter_read(rows, i, mem, &letters[i], why);
	if (v != V_OK)
		return v;
	*out = letters;
	*count_out = (size_t)rows->count;
	return V_OK;
}
