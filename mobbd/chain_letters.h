/* mobbd/chain_letters.h - the letters of a case of a chain test, in memory
 *
 * Made of the table in batch/chain.h, the run and its accounts; the same at any
 * time for the same moment of creation, so that a retry is the same bytes.
 * Documents are real tagged PDFs that claim PDF/A-2a.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#ifndef MOBBD_CHAIN_LETTERS_H
#define MOBBD_CHAIN_LETTERS_H

#include "batch/letter.h"
#include "store/store.h"

#define CHAIN_DOCUMENTS_MAX ATTACHMENT_BOX_MAX

struct chain_letters {
	struct letter *letters;
	size_t count;
	const char *oin, *type; /* as this case has them */
	int64_t created_ms;	/* AanmaakDatum */
	struct content content; /* of the documents, read from memory */
	/* private */
	struct buf documents[CHAIN_DOCUMENTS_MAX];
	size_t reading, at;
};

/* `sent_ms`: of its first post; days are counted from it.  Texts in `mem`.
 * Free with chain_letters_done(), also after a failure.
 */
enum verdict chain_letters_make(const struct chain_case *c,
	const struct chain_run *run, const struct chain_row *row,
	const struct chain_account *accounts, size_t account_count,
	int64_t sent_ms, struct arena *mem, struct chain_letters *out,
	struct fault *why);
void chain_letters_done(struct chain_letters *letters);

#endif
