/* mobbd/paper.h - letters of text become pages
 *
 * What goes in an envelope is letter->printed (letter_print()); where its first
 * document is of place ATTACHMENT_MADE, the text is that document, and is set
 * here: sender, return address, address at the printer's window, text, page
 * numbers.  The same letter by the same rules is the same bytes.
 *
 * Lent until paper_close(): the stream (that of the job's sender), the letters
 * and the content given to paper_make().
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_PAPER_H
#define MOBBD_PAPER_H

#include "batch/attachment.h"
#include "batch/jobs.h"
#include "batch/letter.h"

struct paper;

/* Fonts are looked for.  V_BROKEN: CODE_PAGE_FONT, they are not installed. */
enum verdict paper_open(const struct jobs_stream *stream,
	struct paper **paper_out, struct fault *why);
void paper_close(struct paper *paper); /* accepts NULL */

/* Pages of all documents of `printed`, 0 for one whose pages nobody counted,
 * and of the text: fills printed[0].pages of a made one.  What surely fits on
 * one page is not laid out (about 10 microseconds), the rest is (about a
 * millisecond).  V_SKIP: this letter cannot be printed, a person decides:
 * CODE_PAGE_CHARACTER, CODE_PAGE_FIT, CODE_DOCUMENT (nothing to print),
 * CODE_BOX_ONLY.
 */
enum verdict paper_pages(struct paper *paper, struct letter *letter,
	int64_t *pages_out, struct fault *why);

/* Draw what has to be made of these letters, in a file without a name in the
 * folder `dir_fd` (about 20 kB a letter), and fill pages, bytes, digest of the
 * made documents.  Verdicts as paper_pages(); why->place tells the record.
 * Reading by paper_content() then gives made documents, and those of
 * `documents` as they are.  A second paper_make() forgets the first.
 */
enum verdict paper_make(struct paper *paper, struct letter *letters,
	size_t count, const struct content *documents, int dir_fd,
	struct fault *why);
struct content paper_content(struct paper *paper);

#endif
