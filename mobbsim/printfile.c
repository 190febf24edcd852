/* mobbsim/printfile.c - see mobbsim/printfile.h
 *
 * Pages hang in a tree with at most FAN below each node, so that a reader that
 * looks for page 1,000,000 does not walk along all others.  A node gets its
 * number with its first kid and is written when it is full.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "mobbsim/printfile.h"

#define FAN 64
#define LEVELS 6 /* 64^6 pages */
#define FONT 1	 /* objects with a fixed number */
#define CATALOG 2
#define TEXT_MAX ((size_t)100000)
#define LINE_CHARS 90
#define OFFSET_MAX INT64_C(9999999999) /* ten digits in the table */

struct node {
	int64_t number; /* of the object; 0: not begun */
	int64_t pages;
	int64_t kids[FAN];
	int count;
};

struct printfile {
	struct outfile *out;
	struct buf text; /* of one page */
	int64_t written; /* bytes that left the buffer of out */
	int64_t pages, objects;
	int64_t *offsets; /* of each object, by its number */
	size_t size;
	struct node nodes[LEVELS];
};

static int64_t
new_object(struct printfile *file)
{
	int64_t number = ++file->objects;

	if ((size_t)number >= file->size) {
		file->size *= 2;
		file->offsets = mem_grow(
			file->offsets, file->size * sizeof(*file->offsets));
	}
	file->offsets[number] = 0;
	return number;
}

static void
begin_object(struct printfile *file, int64_t number)
{
	struct buf *out = &file->out->buf;

	file->offsets[number] = file->written + (int64_t)out->len;
	buf_format(out, "%" PRId64 " 0 obj\n", number);
}

struct printfile *
printfile_open(struct outfile *out)
{
	struct printfile *file = mem_zero(1, sizeof(*file));

	assert(out->buf.len == 0);
	file->out = out;
	file->text = BUF_MAX(TEXT_MAX);
	file->size = 1024;
	file->offsets = mem_new(file->size * sizeof(*file->offsets));
	buf_text(&out->buf, "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
	(void)new_object(file);
	(void)new_object(file);
	begin_object(file, FONT);
	buf_text(&out->buf, "<< /Type /Font /Subtype /Type1 /BaseFont "
			    "/Helvetica /Encoding /WinAnsiEncoding >>\n"
			    "endobj\n");
	return file;
}

/* --- the tree --- */

static void
write_node(struct printfile *file, struct node *node, int64_t parent)
{
	struct buf *out = &file->out->buf;
	int i;

	begin_object(file, node->number);
	buf_format(out, "<< /Type /Pages /Count %" PRId64 " ", node->pages);
	if (parent != 0)
		buf_format(out, "/Parent %" PRId64 " 0 R ", parent);
	buf_text(out, "/Kids [");
	for (i = 0; i < node->count; i++)
		buf_format(out, " %" PRId64 " 0 R", node->kids[i]);
	buf_text(out, " ] >>\nendobj\n");
	*node = (struct node){ 0 };
}

static int64_t
node_number(struct printfile *file, int level)
{
	assert(level < LEVELS);
	if (file->nodes[level].number == 0)
		file->nodes[level].number = new_object(file);
	return file->nodes[level].number;
}

/* Write the node of `level` and hang it below the one above. */
static void
close_node(struct printfile *file, int level)
{
	struct node *node = &file->nodes[level], *above = node + 1;
	int64_t number = node->number, pages = node->pages;

	write_node(file, node, node_number(file, level + 1));
	above->kids[above->count++] = number;
	above->pages += pages;
	if (above->count == FAN)
		close_node(file, level + 1);
}

static void
hang_page(struct printfile *file, int64_t page)
{
	struct node *leaf = &file->nodes[0];

	leaf->kids[leaf->count++] = page;
	leaf->pages++;
	if (leaf->count == FAN)
		close_node(file, 0);
}

/* Close what is open; returns the root. */
static int64_t
close_tree(struct printfile *file)
{
	int64_t root;
	int level = 0, above;

	for (;; level++) {
		assert(level < LEVELS);
		if (file->nodes[level].number == 0)
			continue;
		for (above = level + 1; above < LEVELS; above++)
			if (file->nodes[above].number != 0)
				break;
		if (above == LEVELS)
			break;
		close_node(file, level);
	}
	root = file->nodes[level].number;
	write_node(file, &file->nodes[level], 0);
	return root;
}

/* --- the text of a page --- */

/* A string of a PDF, from UTF-8 to what WinAnsiEncoding has. */
static void
add_string(struct buf *out, const char *text, size_t len)
{
	size_t i;

	buf_text(out, "(");
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == 0xe2) { /* the euro, nothing else here */
			c = 0x80;
			i += 2;
		} else if (c >= 0xc2 && i + 1 < len) {
			c = (unsigned char)((c & 3) << 6 |
					    ((unsigned char)text[++i] & 0x3f));
		}
		if (c == '(' || c == ')' || c == '\\')
			buf_text(out, "\\");
		buf_add(out, &c, 1);
	}
	buf_text(out, ")");
}

/* Lines at a place on the page, in points from its lower left corner. */
static void
add_lines(struct buf *out, int x, int y, int size, const char *text)
{
	const char *at = text;

	buf_format(out, "BT /F %d Tf %d TL 1 0 0 1 %d %d Tm\n", size,
		size * 13 / 10, x, y);
	while (*at != '\0') {
		size_t len = strcspn(at, "\n");
		size_t take = len;

		/* Break between words, where a line is too long. */
		if (len > LINE_CHARS)
			for (take = LINE_CHARS; take > 1 && at[take] != ' ';)
				take--;
		if (take <= 1)
			take = len;
		add_string(out, at, take);
		buf_text(out, " Tj T*\n");
		at += take;
		at += *at == ' ' || *at == '\n';
	}
	buf_text(out, "ET\n");
}

static void
page_text(struct buf *out, const struct sheet *sheet, const char *reference,
	int page, int pages)
{
	char foot[STREAM_REFERENCE_MAX + 40];

	buf_reset(out);
	add_lines(out, 71, 795, 8, sheet->sender);
	if (page == 1) {
		add_lines(out, 71, 690, 10, sheet->address);
		add_lines(out, 71, 550, 13, sheet->title);
		add_lines(out, 71, 520, 10, sheet->body);
	} else {
		add_lines(out, 71, 720, 10,
			"Dit is een vervolgblad bij de brief.");
	}
	snprintf(foot, sizeof(foot), "%s blad %d van %d", reference, page,
		pages);
	add_lines(out, 71, 40, 8, foot);
}

static enum verdict
spill(struct printfile *file, struct fault *why)
{
	size_t before = file->out->buf.len;
	enum verdict v;

	v = outfile_spill(file->out, why);
	file->written += (int64_t)(before - file->out->buf.len);
	return v;
}

enum verdict
printfile_letter(struct printfile *file, const struct sheet *sheet,
	const char *reference, int pages, struct fault *why)
{
	struct buf *out = &file->out->buf;
	int page;

	assert(pages >= 1);
	for (page = 1; page <= pages; page++) {
		int64_t number = new_object(file), text = new_object(file);

		page_text(&file->text, sheet, reference, page, pages);
		begin_object(file, number);
		buf_format(out,
			"<< /Type /Page /Parent %" PRId64 " 0 R /MediaBox "
			"[ 0 0 595 842 ] /Resources << /Font << /F %d 0 R >> "
			">> /Contents %" PRId64 " 0 R >>\nendobj\n",
			node_number(file, 0), FONT, text);
		begin_object(file, text);
		buf_format(out, "<< /Length %zu >>\nstream\n", file->text.len);
		buf_add(out, file->text.bytes, file->text.len);
		buf_text(out, "\nendstream\nendobj\n");
		hang_page(file, number);
		file->pages++;
	}
	return spill(file, why);
}

int64_t
printfile_pages(const struct printfile *file)
{
	return file->pages;
}

enum verdict
printfile_end(struct printfile *file, struct fault *why)
{
	struct buf *out = &file->out->buf;
	int64_t root, table, i;
	enum verdict v;

	if (file->pages == 0)
		(void)node_number(file, 0); /* a tree without a leaf */
	root = close_tree(file);
	begin_object(file, CATALOG);
	buf_format(out,
		"<< /Type /Catalog /Pages %" PRId64
		" 0 R /Lang (nl-NL) >>\nendobj\n",
		root);
	table = file->written + (int64_t)out->len;
	if (table > OFFSET_MAX)
		return fault_set(why, V_BROKEN, CODE_LIMIT,
			"the PDF is larger than a PDF can be");
	buf_format(out, "xref\n0 %" PRId64 "\n0000000000 65535 f \n",
		file->objects + 1);
	for (i = 1; i <= file->objects; i++) {
		buf_format(out, "%010" PRId64 " 00000 n \n", file->offsets[i]);
		v = spill(file, why);
		if (v != V_OK)
			return v;
	}
	buf_format(out,
		"trailer\n<< /Size %" PRId64 " /Root %d 0 R >>\nstartxref\n"
		"%" PRId64 "\n%%%%EOF\n",
		file->objects + 1, CATALOG, table);
	return outfile_flush(file->out, why);
}

void
printfile_free(struct printfile *file)
{
	if (file == NULL)
		return;
	buf_done(&file->text);
	free(file->offsets);
	free(file);
}
