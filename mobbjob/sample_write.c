/* mobbjob/sample_write.c - see mobbjob/sample.h
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/page.h"
#include "mobbjob/letter.h"
#include "mobbjob/sample.h"
#include "mobbjob/show.h"

#define PAGE_MAX ((size_t)4000000)
#define BLOCK_BYTES 65536
#define NAME_BYTES 48

/* Nothing is fetched and nothing runs, whatever a letter says. */
static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
	"'none'; style-src 'unsafe-inline'\"><style>"
	"body{font-family:sans-serif;max-width:46em;margin:2em auto;"
	"padding:0 1em}"
	".letter{border:1px solid #999;padding:1em;margin:1em 0}"
	".window{border:1px solid #999;width:24em;padding:1em;"
	"white-space:pre;font-family:monospace}"
	"td,th{text-align:left;padding:.2em .8em .2em 0;vertical-align:top}"
	".note{color:#555}</style>";

static enum verdict
put(int dir, const char *name, const void *bytes, size_t len, struct fault *why)
{
	int fd = openat(dir, name,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	enum verdict v;

	if (fd == -1)
		return fault_errno(why, V_BROKEN, CODE_IO, "%s: make", name);
	v = file_write(fd, bytes, len, why);
	if (close(fd) == -1 && v == V_OK)
		v = fault_errno(why, V_BROKEN, CODE_IO, "%s: close", name);
	return v;
}

static enum verdict
put_page(int dir, const char *name, struct buf *page, struct fault *why)
{
	enum verdict v;

	buf_text(page, "</body></html>\n");
	if (page->full)
		v = fault_set(why, V_BROKEN, CODE_LIMIT, "%s: too large", name);
	else
		v = put(dir, name, page->bytes, page->len, why);
	buf_done(page);
	return v;
}

/* --- documents --- */

static enum verdict
copy_document(const struct attachment *doc, const struct content *content,
	int fd, struct fault *why)
{
	char block[BLOCK_BYTES];
	size_t len;
	enum verdict v = content->open(content->self, doc, why);

	while (v == V_OK) {
		v = content->read(
			content->self, block, sizeof(block), &len, why);
		if (v != V_OK || len == 0)
			break;
		v = file_write(fd, block, len, why);
	}
	return v;
}

static void
document_name(const struct letter *letter, size_t i, char out[NAME_BYTES])
{
	snprintf(out, NAME_BYTES, "%06" PRId64 "-%zu.pdf", letter->record,
		i + 1);
}

static enum verdict
put_documents(int dir, const struct letter *letter,
	const struct content *content, struct fault *why)
{
	char name[NAME_BYTES];
	enum verdict v = V_OK;
	size_t i;

	for (i = 0; v == V_OK && i < letter->document_count; i++) {
		int fd;

		document_name(letter, i, name);
		fd = openat(dir, name,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0600);
		if (fd == -1)
			return fault_errno(
				why, V_BROKEN, CODE_IO, "%s: make", name);
		v = copy_document(&letter->attachments[i], content, fd, why);
		if (close(fd) == -1 && v == V_OK)
			v = fault_errno(
				why, V_BROKEN, CODE_IO, "%s: close", name);
		/* Half a document is not to be looked at. */
		if (v != V_OK)
			(void)unlinkat(dir, name, 0);
	}
	return v;
}

/* --- the envelope --- */

static const char *
address_text(
	const struct samples *s, const struct letter *letter, struct arena *mem)
{
	struct address_print print;
	const char *text = "";
	size_t i;

	address_lines(letter_post(letter), &s->address, mem, &print);
	for (i = 0; i < print.count; i++)
		text = arena_format(
			mem, "%s%s%s", text, i == 0 ? "" : "\n", print.line[i]);
	return text;
}

static bool
printable(const struct samples *s, const struct letter *letter)
{
	struct fault ignored;

	return address_check(letter_post(letter), &s->address, &ignored) ==
	       V_OK;
}

static enum verdict
put_envelope(int dir, const struct samples *s, const struct letter *letter,
	struct arena *mem, struct fault *why)
{
	struct page_letter page = { .sender = s->job->sender,
		.address = address_text(s, letter, mem),
		.title = "This address is on the envelope",
		.created = "2026-01-01T00:00:00" };
	struct buf pdf = BUF_MAX(PAGE_MAX);
	char name[NAME_BYTES];
	enum verdict v;

	page.body = arena_format(mem,
		"The lines are as the printer gets them, in the place of the "
		"window.\n\n"
		"Job %s, record %" PRId64 ", reference %s\n\nKIX: %s",
		s->job->id, letter->record, letter->reference,
		address_kix(letter_post(letter), mem));
	snprintf(name, sizeof(name), "%06" PRId64 "-envelope.pdf",
		letter->record);
	v = page_letter(&page, &pdf, why);
	if (v == V_OK)
		v = put(dir, name, pdf.bytes, pdf.len, why);
	buf_done(&pdf);
	return v;
}

/* --- the letter as the citizen sees it --- */

/* A line break is one in the text, or as it is written on the wire. */
static void
text_html(struct buf *out, const char *text, struct arena *mem)
{
	static const char wire[] = "\\r\\n";

	while (text != NULL && *text != '\0') {
		size_t len = strcspn(text, "\r\n");
		const char *mark = strstr(text, wire);
		const char *next = text + len;

		if (mark != NULL && mark < next) {
			len = (size_t)(mark - text);
			next = mark + strlen(wire);
		} else if (next[0] == '\r' && next[1] == '\n') {
			next += 2;
		} else if (next[0] != '\0') {
			next++;
		}
		buf_xml(out, arena_text(mem, text, len));
		if (next > text + len)
			buf_text(out, "<br>\n");
		text = next;
	}
}

static void
row_html(struct buf *out, const char *name, const char *text)
{
	buf_format(out, "<tr><th>%s</th><td>", name);
	buf_xml(out, text);
	buf_text(out, "</td></tr>\n");
}

static void
head_html(struct buf *out, const char *title)
{
	buf_text(out, head);
	buf_text(out, "<title>");
	buf_xml(out, title);
	buf_text(out, "</title></head><body>\n");
}

static void
dates_html(struct buf *out, const struct letter *letter, struct arena *mem)
{
	row_html(out, "Published",
		letter->publish == LETTER_DATE_NONE
			? "at once"
			: show_day(letter->publish, mem));
	if (letter->dated != LETTER_DATE_NONE)
		row_html(out, "Dated", show_day(letter->dated, mem));
	if (letter->deadline != LETTER_DATE_NONE)
		row_html(out, "Last day", show_day(letter->deadline, mem));
}

static void
documents_html(struct buf *out, const struct letter *letter, struct arena *mem)
{
	char name[NAME_BYTES];
	size_t i;

	if (letter->document_count == 0)
		return;
	buf_text(out, "<p>Attachments:</p><ul>\n");
	for (i = 0; i < letter->document_count; i++) {
		const struct attachment *doc = &letter->attachments[i];

		document_name(letter, i, name);
		buf_format(out, "<li><a href=\"%s\">", name);
		buf_xml(out,
			doc->title[0] == '\0' ? letter->subject : doc->title);
		buf_format(out,
			"</a> <span class=\"note\">PDF, %s bytes</span>"
			"</li>\n",
			show_number(doc->bytes, mem));
	}
	buf_text(out, "</ul>\n");
}

static void
envelope_html(struct buf *out, const struct samples *s,
	const struct letter *letter, struct arena *mem)
{
	struct fault why;

	buf_text(out, "<h2>On the envelope</h2>\n");
	if (!printable(s, letter)) {
		(void)address_check(letter_post(letter), &s->address, &why);
		buf_text(out, "<p>This address cannot be printed: ");
		buf_xml(out, why.text);
		buf_text(out, "</p>\n");
		return;
	}
	buf_text(out, "<div class=\"window\">");
	text_html(out, address_text(s, letter, mem), mem);
	buf_format(out,
		"</div>\n<p><a href=\"%06" PRId64 "-envelope.pdf\">"
		"in the place of the window</a></p>\n",
		letter->record);
}

static enum verdict
put_letter(int dir, const struct samples *s, const struct sample *it,
	struct arena *mem, struct fault *why)
{
	const struct letter *letter = &it->row.letter;
	struct buf out = BUF_MAX(PAGE_MAX);
	char name[NAME_BYTES], bsn[BSN_TEXT_MAX] = "none";

	if (letter->bsn.number != 0)
		bsn_masked(letter->bsn, bsn);
	head_html(&out, letter->subject);
	buf_text(&out, "<p class=\"note\">");
	buf_xml(&out,
		arena_format(mem, "Job %s, record %" PRId64 ", chosen: %s. %s",
			s->job->id, letter->record, it->because,
			it->row.rule == 0 ? "Box or paper is not decided yet."
			: it->row.box	  ? "This letter goes to the box."
					  : "This letter goes on paper."));
	buf_text(&out, "</p>\n<h2>In the Berichtenbox</h2>\n"
		       "<div class=\"letter\"><h1>");
	buf_xml(&out, letter->subject);
	buf_text(&out, "</h1>\n<table>\n");
	row_html(&out, "From", s->job->sender);
	row_html(&out, "Reference", letter->reference);
	dates_html(&out, letter, mem);
	row_html(&out, "Citizen", bsn);
	buf_text(&out, "</table>\n<p>");
	text_html(&out, letter->text, mem);
	buf_text(&out, "</p>\n");
	documents_html(&out, letter, mem);
	buf_text(&out, "</div>\n");
	envelope_html(&out, s, letter, mem);
	snprintf(name, sizeof(name), "%06" PRId64 ".html", letter->record);
	return put_page(dir, name, &out, why);
}

static enum verdict
put_index(
	int dir, const struct samples *s, struct arena *mem, struct fault *why)
{
	struct buf out = BUF_MAX(PAGE_MAX);
	size_t i;

	head_html(&out, arena_format(mem, "Job %s", s->job->id));
	buf_text(&out, "<h1>");
	buf_xml(&out, arena_format(mem, "%s, job %s", s->title, s->job->id));
	buf_text(&out,
		"</h1>\n<p>Personal data: remove this folder "
		"after use.</p>\n<table>\n<tr><th>Record</th>"
		"<th>Reference</th><th>Chosen</th><th>Route</th></tr>\n");
	for (i = 0; i < s->count; i++) {
		const struct letter_row *row = &s->all[i].row;

		buf_format(&out,
			"<tr><td><a href=\"%06" PRId64 ".html\">%" PRId64
			"</a></td><td>",
			row->letter.record, row->letter.record);
		buf_xml(&out, row->letter.reference);
		buf_text(&out, "</td><td>");
		buf_xml(&out, s->all[i].because);
		buf_format(&out, "</td><td>%s</td></tr>\n",
			row->rule == 0 ? "not decided"
			: row->box     ? "box"
				       : "paper");
	}
	buf_text(&out, "</table>\n");
	return put_page(dir, "index.html", &out, why);
}

/* --- all of it --- */

static enum verdict
put_one(int dir, const struct samples *s, const struct sample *it,
	const struct content *content, struct arena *mem, struct fault *why)
{
	const struct letter *letter = &it->row.letter;
	uint8_t now[32];
	enum verdict v;

	letter_bind(letter, now);
	if (memcmp(now, letter->bind, sizeof(now)) != 0)
		v = fault_set(why, V_NEVER, CODE_CONTENT_CHANGED,
			"the letter is not what was taken in");
	else
		v = put_documents(dir, letter, content, why);
	if (v == V_OK)
		v = put_letter(dir, s, it, mem, why);
	if (v == V_OK && printable(s, letter))
		v = put_envelope(dir, s, letter, mem, why);
	if (v != V_OK)
		fault_at(why, "job %s record %" PRId64, s->job->id,
			letter->record);
	return v;
}

enum verdict
sample_write(const struct samples *samples, const struct content *content,
	const char *path, struct fault *why)
{
	struct arena mem = ARENA_EMPTY;
	enum verdict v;
	int dir = -1;
	size_t i;

	if (mkdir(path, 0700) == -1 && errno == EEXIST)
		v = fault_set(why, V_SKIP, CODE_SAMPLE_FOLDER,
			"there is something by this name already");
	else
		v = file_dir(AT_FDCWD, path, &dir, why);
	/* A mask of the caller's may be odd; this is not its business. */
	if (v == V_OK && fchmod(dir, 0700) == -1)
		v = fault_errno(why, V_BROKEN, CODE_IO, "make it private");
	if (v != V_OK)
		fault_at(why, "%s", path);
	for (i = 0; v == V_OK && i < samples->count; i++) {
		v = put_one(dir, samples, &samples->all[i], content, &mem, why);
		arena_reset(&mem);
	}
	if (v == V_OK)
		v = put_index(dir, samples, &mem, why);
	if (dir != -1)
		(void)close(dir);
	arena_done(&mem);
	return v;
}
