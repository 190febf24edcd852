/* channels/print_receipt.h - reading the receipt files of a print supplier
 *
 * A second door of channels/, for mobbd.  Pure: bytes in, a struct print_receipt
 * (batch/print_receipt.h) out.  Strangers write these files, by hand too: good
 * lines are read whatever stands beside them.
 *
 * Lines end with LF, CR LF or CR; a byte order mark is skipped; ';' between
 * cells, which may be quoted as in RFC 4180 but do not go over a line.  The
 * first line may name the columns, in any order, with others among them; else
 * they are in this order:
 *
 *	ack		letters;sha256
 *	nack, recalled	letter_id;code;text	a line without letter_id is
 *						about the bundle
 *	posted		letter_id;date;product;sheets;pages
 *	rejected	letter_id;code;text
 *	returned	letter_id;date;reason;new_address
 *
 * letter_id: as in the manifest, dashes or not; of returned mail also the code
 * BUNDLE/PLACE.  date: 2026-03-31, 20260331 or 31-03-2026.  new_address: yes or
 * no (ja, nee, 1, 0), empty is no.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_PRINT_RECEIPT_H
#define CHANNELS_PRINT_RECEIPT_H

#include "base/arena.h"
#include "base/fault.h"
#include "batch/print_receipt.h"

#define RECEIPT_FILE_MAX 100000000 /* bytes */
#define RECEIPT_ROWS_MAX 1000000   /* lines that say something */
#define RECEIPT_LINE_MAX 4000	   /* bytes of one */
#define RECEIPT_CELLS_MAX 64

/* What is a file of this name?  bundle_out "" for returned mail; a name with
 * ".zip" in it is that of the bundle too.  V_SKIP CODE_RECEIPT: none of them.
 */
enum verdict print_receipt_name(const char *file, enum print_said *said_out,
	char bundle_out[SAID_BUNDLE_MAX], struct fault *why);

/* Read it.  `today`: days since 1970; a day after tomorrow has not come yet and
 * makes a bad line.  out->rows lie in `mem`; out->bad says which lines were left
 * out.  V_SKIP CODE_RECEIPT: nothing of it can be used: no text, too large, no
 * column that tells which letter, an ack that says nothing.
 */
enum verdict print_receipt_read(enum print_said said, const void *bytes,
	size_t len, int32_t today, struct arena *mem, struct print_receipt *out,
	struct fault *why);

#endif
