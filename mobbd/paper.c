/* mobbd/paper.c - see mobbd/paper.h
 *
 * Made documents lie one behind the other in a file without a name, in the
 * order of their letters; `offset` of such a document is where it begins.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "batch/sheet.h"
#include "mobbd/paper.h"

#define PAGES ".pages.part"
#define PDF_MAX ((size_t)16 * 1024 * 1024) /* of one letter */

struct paper {
	const struct jobs_stream *stream;
	struct page_rules rules;
	struct page_setter *setter;
	struct arena mem; /* of one letter */
	struct buf pdf;	  /* of one letter */
	/* what was made */
	int fd;
	int64_t bytes;
	struct content documents;
	/* what is read */
	bool reading_made;
	int64_t at, left;
	struct digest *sum;
	const struct attachment *doc;
};

enum verdict
paper_open(const struct jobs_stream *stream, struct paper **paper_out,
	struct fault *why)
{
	struct paper *paper = mem_zero(1, sizeof(*paper));
	enum verdict v;

	paper->stream = stream;
	paper->rules = sheet_rules(stream->printer_is);
	paper->mem = ARENA_EMPTY;
	paper->pdf = BUF_MAX(PDF_MAX);
	paper->fd = -1;
	v = page_setter_open(&paper->setter, why);
	if (v == V_OK)
		*paper_out = paper;
	else
		paper_close(paper);
	return v;
}

void
paper_close(struct paper *paper)
{
	if (paper == NULL)
		return;
	if (paper->fd != -1)
		(void)close(paper->fd);
	page_setter_close(paper->setter);
	digest_free(paper->sum);
	buf_done(&paper->pdf);
	arena_done(&paper->mem);
	free(paper);
}

static bool
is_made(const struct letter *letter)
{
	return letter->printed_count > 0 &&
	       letter->printed[0].place == ATTACHMENT_MADE;
}

static enum verdict
count_text(struct paper *paper, struct letter *letter, struct fault *why)
{
	struct page_text text;
	enum verdict v;
	int pages;

	arena_reset(&paper->mem);
	sheet_text(paper->stream, letter, &paper->mem, &text);
	v = page_count(paper->setter, &paper->rules, &text, &pages, why);
	if (v == V_OK)
		letter->printed[0].pages = pages;
	return v;
}

enum verdict
paper_pages(struct paper *paper, struct letter *letter, int64_t *pages_out,
	struct fault *why)
{
	enum verdict v = V_OK;
	int64_t pages = 0;
	size_t i;

	if (paper_never(letter->paper))
		return fault_set(why, V_SKIP, CODE_BOX_ONLY,
			"the supplier wants it in the box only");
	if (letter->printed_count == 0)
		return fault_set(why, V_SKIP, CODE_DOCUMENT,
			"the letter has nothing that can be printed");
	if (is_made(letter))
		v = count_text(paper, letter, why);
	for (i = 0; i < letter->printed_count; i++)
		pages += letter->printed[i].pages;
	if (v == V_OK)
		*pages_out = pages;
	return v;
}

/* --- making --- */

static enum verdict
make_one(struct paper *paper, struct letter *letter, struct fault *why)
{
	struct attachment *doc = &letter->printed[0];
	struct page_text text;
	enum verdict v;
	int pages = 0;

	arena_reset(&paper->mem);
	buf_reset(&paper->pdf);
	sheet_text(paper->stream, letter, &paper->mem, &text);
	v = page_set(
		paper->setter, &paper->rules, &text, &paper->pdf, &pages, why);
	if (v == V_OK)
		v = file_write(
			paper->fd, paper->pdf.bytes, paper->pdf.len, why);
	if (v != V_OK)
		return v;
	doc->offset = paper->bytes;
	doc->bytes = (int64_t)paper->pdf.len;
	doc->pages = pages;
	digest_of(paper->pdf.bytes, paper->pdf.len, doc->sha256);
	paper->bytes += doc->bytes;
	return V_OK;
}

/* No name: it is gone when it is closed, however we end. */
static enum verdict
begin(struct paper *paper, int dir_fd, struct fault *why)
{
	if (paper->fd != -1)
		(void)close(paper->fd);
	paper->bytes = 0;
	(void)unlinkat(dir_fd, PAGES, 0); /* of a run that was killed */
	paper->fd = openat(dir_fd, PAGES,
		O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (paper->fd == -1)
		return fault_errno(
			why, V_BROKEN, CODE_SPOOL, "%s: make", PAGES);
	(void)unlinkat(dir_fd, PAGES, 0);
	return V_OK;
}

enum verdict
paper_make(struct paper *paper, struct letter *letters, size_t count,
	const struct content *documents, int dir_fd, struct fault *why)
{
	enum verdict v = begin(paper, dir_fd, why);
	size_t i;

	paper->documents = *documents;
	for (i = 0; v == V_OK && i < count; i++) {
		if (!is_made(&letters[i]))
			continue;
		v = make_one(paper, &letters[i], why);
		if (v != V_OK)
			fault_at(why, "record %" PRId64, letters[i].record);
	}
	return v;
}

/* --- reading --- */

static enum verdict
content_open(void *self, const struct attachment *doc, struct fault *why)
{
	struct paper *paper = self;

	paper->reading_made = doc->place == ATTACHMENT_MADE;
	if (!paper->reading_made)
		return paper->documents.open(paper->documents.self, doc, why);
	assert(doc->offset + doc->bytes <= paper->bytes);
	paper->doc = doc;
	paper->at = doc->offset;
	paper->left = doc->bytes;
	digest_free(paper->sum);
	paper->sum = digest_new();
	return V_OK;
}

/* At its end: was it read back as it was made? */
static enum verdict
compare(struct paper *paper, struct fault *why)
{
	uint8_t sum[DIGEST_BYTES];

	if (paper->sum == NULL)
		return V_OK;
	digest_end(paper->sum, sum);
	digest_free(paper->sum);
	paper->sum = NULL;
	return memcmp(sum, paper->doc->sha256, sizeof(sum)) == 0
		       ? V_OK
		       : fault_set(why, V_NEVER, CODE_CONTENT_CHANGED,
				 "a page is not what was made");
}

static enum verdict
content_read(
	void *self, void *bytes, size_t len, size_t *len_out, struct fault *why)
{
	struct paper *paper = self;
	enum verdict v;
	size_t got;

	if (!paper->reading_made)
		return paper->documents.read(
			paper->documents.self, bytes, len, len_out, why);
	if ((int64_t)len > paper->left)
		len = (size_t)paper->left;
	if (len == 0) {
		*len_out = 0;
		return compare(paper, why);
	}
	v = file_read_at(paper->fd, bytes, len, paper->at, &got, why);
	if (v == V_OK && got == 0)
		v = fault_set(why, V_NEVER, CODE_CONTENT_CHANGED,
			"a page is shorter than it was made");
	if (v != V_OK)
		return v;
	digest_add(paper->sum, bytes, got);
	paper->at += (int64_t)got;
	paper->left -= (int64_t)got;
	*len_out = got;
	return V_OK;
}

struct content
paper_content(struct paper *paper)
{
	return (struct content){
		.self = paper, .open = content_open, .read = content_read
	};
}
