/* channels/print_list.h - the lists that travel with a bundle
 *
 * What the printer reads about the letters: the manifest, the same as CSV, the
 * address file, and a README.  All of it is known before a document is read.
 * No citizen number, subject or text of a letter is in any of them.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef CHANNELS_PRINT_LIST_H
#define CHANNELS_PRINT_LIST_H

#include "channels/channel.h"

#define PRINT_FILE_MAX 80	  /* bytes of a document's name */
#define PRINT_LIST_MAX 2000000000 /* bytes of one list */
#define PRINT_LETTERS_MAX 999999  /* six digits of a sequence number */

#define PRINT_MERGED "letters.pdf"

struct print_sums {
	int64_t pages, sheets, bytes;
	int64_t zones[3]; /* NL, EU, WORLD */
};
struct print_sums print_sums(const struct print_bundle *bundle);

/* "pdf/000001-<id>.pdf", "pdf/000001-<id>-2.pdf", or the merged one; both from
 * 0.
 */
void print_file(const struct print_bundle *bundle, size_t place,
	size_t document, char name_out[PRINT_FILE_MAX]);
/* Pages it takes in the merged PDF, with the empty one behind it. */
int64_t print_room(
	const struct print_bundle *bundle, const struct attachment *doc);

/* All documents as one PDF to `fd` (lent, empty).  V_NEVER, CODE_MERGE: one of
 * them cannot be joined; why->place names the record.  (print_merge.c)
 */
enum verdict print_merge(const struct print_bundle *bundle,
	const struct content *content, int fd, int64_t *bytes_out,
	struct fault *why);

/* The letters must be in their order and their addresses check.  Lines appended
 * to `out`.
 */
void print_manifest(const struct print_bundle *bundle, struct buf *out);
void print_letters_csv(const struct print_bundle *bundle, struct buf *out);
void print_addresses_csv(const struct print_bundle *bundle, struct buf *out);
void print_pages_csv(const struct print_bundle *bundle, struct buf *out);
void print_readme(const struct print_bundle *bundle, struct buf *out);

#endif
