/* mobbsim/printer_bundle.c - is a bundle what it promises to be?
 *
 * The digest beside it, the members of the ZIP against the manifest, the pages
 * of each PDF by opening it, and the letters of letters.csv in the same order.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/archive.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/pdf.h"
#include "base/text.h"
#include "base/xml.h"
#include "mobbsim/printer.h"

#define BLOCK_BYTES ((size_t)65536)
#define MEMBER_MAX ((size_t)1 << 30)
#define MEMBERS_MAX 250000
#define NUMBER_MAX INT64_C(1000000000000)

struct member {
	char name[ARCHIVE_NAME_MAX + 1];
	char sha256[65];
	int64_t bytes, pages;
	bool listed; /* in the manifest */
};

struct reading {
	struct arena *mem;
	struct printer_bundle *out;
	struct member *members; /* by name */
	size_t count, size;
	struct buf manifest, list;
	int64_t page; /* of a merged PDF, the last so far */
};

__attribute__((format(printf, 2, 3))) static enum verdict
wrong(struct fault *why, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return fault_set(why, V_SKIP, CODE_ARCHIVE, "%s", text);
}

/* --- the file --- */

static enum verdict
digest_file(int fd, char hex[65], struct fault *why)
{
	struct digest *sum = digest_new();
	uint8_t sha256[DIGEST_BYTES];
	char block[BLOCK_BYTES];
	int64_t at = 0;
	size_t got = 1;
	enum verdict v = V_OK;

	while (v == V_OK && got > 0) {
		v = file_read_at(fd, block, sizeof(block), at, &got, why);
		if (v == V_OK)
			digest_add(sum, block, got);
		at += (int64_t)got;
	}
	digest_end(sum, sha256);
	digest_free(sum);
	digest_hex(sha256, DIGEST_BYTES, hex);
	return v;
}

static enum verdict
check_sidecar(int out, struct printer_bundle *b, int fd, struct fault *why)
{
	char file[PRINTER_NAME_MAX + 32], want[PRINTER_NAME_MAX + 100];
	struct buf text = BUF_MAX(1000);
	enum verdict v = digest_file(fd, b->sha256, why);

	snprintf(file, sizeof(file), "%s.zip.sha256", b->name);
	if (v == V_OK)
		v = file_get(out, file, &text, why);
	snprintf(want, sizeof(want), "%s  %s.zip\n", b->sha256, b->name);
	if (v != V_OK || strcmp(text.bytes, want) != 0)
		v = wrong(why, "the digest beside it is missing or another");
	buf_done(&text);
	return v;
}

/* --- members --- */

static int
by_name(const void *a, const void *b)
{
	const struct member *one = a, *two = b;

	return strcmp(one->name, two->name);
}

static struct member *
member_find(struct reading *r, const char *name)
{
	struct member key;

	snprintf(key.name, sizeof(key.name), "%s", name);
	return bsearch(&key, r->members, r->count, sizeof(key), by_name);
}

static enum verdict
take_bytes(struct archive_in *zip, struct buf *to, struct fault *why)
{
	enum verdict v;
	size_t len;

	do {
		char *room = buf_room(to, BLOCK_BYTES);

		if (room == NULL)
			return wrong(why, "a member is larger than 1 GB");
		v = archive_read(zip, room, BLOCK_BYTES, &len, why);
		if (v == V_OK)
			buf_used(to, len);
	} while (v == V_OK && len > 0);
	return v == V_OK ? V_OK : wrong(why, "%.150s", why->text);
}

static enum verdict
take_member(struct reading *r, struct archive_in *zip,
	const struct archive_member *m, struct buf *bytes, struct fault *why)
{
	uint8_t sum[DIGEST_BYTES];
	struct pdf_look look;
	struct member *to;
	enum verdict v;

	buf_reset(bytes);
	v = take_bytes(zip, bytes, why);
	if (v != V_OK)
		return v;
	if (strcmp(m->name, "manifest.xml") == 0) {
		buf_add(&r->manifest, bytes->bytes, bytes->len);
		return V_OK;
	}
	if (strcmp(m->name, "letters.csv") == 0) {
		buf_add(&r->list, bytes->bytes, bytes->len);
		return V_OK;
	}
	if (strncmp(m->name, "pdf/", 4) != 0 &&
		strcmp(m->name, "letters.pdf") != 0)
		return V_OK;
	if (pdf_look(bytes->bytes, bytes->len, &look, why) != V_OK ||
		look.encrypted || look.pages < 1)
		return wrong(why, "%s is no PDF that can be printed", m->name);
	if (r->count == r->size) {
		r->size = r->size == 0 ? 1024 : 2 * r->size;
		r->members =
			mem_grow(r->members, r->size * sizeof(*r->members));
	}
	to = &r->members[r->count++];
	*to = (struct member){ .bytes = (int64_t)bytes->len,
		.pages = look.pages };
	memcpy(to->name, m->name, sizeof(to->name));
	digest_of(bytes->bytes, bytes->len, sum);
	digest_hex(sum, DIGEST_BYTES, to->sha256);
	return V_OK;
}

static enum verdict
read_members(struct reading *r, int fd, struct fault *why)
{
	static const struct archive_limits limits = { INT64_C(100000000000),
		1000, MEMBERS_MAX };
	struct archive_in *zip = NULL;
	struct archive_member m;
	struct buf bytes = BUF_MAX(MEMBER_MAX);
	enum verdict v = archive_open(fd, &limits, &zip, why);
	size_t i;

	while (v == V_OK) {
		v = archive_next(zip, &m, why);
		if (v == V_OK)
			v = take_member(r, zip, &m, &bytes, why);
	}
	archive_close(zip);
	buf_done(&bytes);
	if (v != V_END)
		return wrong(why, "%.150s", why->text);
	if (r->count > 0)
		qsort(r->members, r->count, sizeof(*r->members), by_name);
	for (i = 1; i < r->count; i++)
		if (strcmp(r->members[i - 1].name, r->members[i].name) == 0)
			return wrong(why, "two members %s", r->members[i].name);
	return V_OK;
}

/* --- the manifest --- */

static bool
number_of(const char *text, int64_t *out)
{
	return text != NULL && text_number(text, NUMBER_MAX, out);
}

/* Of a merged PDF: pages behind those of the document before. */
static enum verdict
check_range(struct reading *r, const struct xml_node *doc, struct member *m,
	int64_t said, int64_t *pages, struct fault *why)
{
	int64_t first = 0, last = 0;

	if (!number_of(xml_attr(doc, "", "first_page"), &first) ||
		!number_of(xml_attr(doc, "", "last_page"), &last) ||
		first <= r->page || last - first + 1 != said || last > m->pages)
		return wrong(why,
			"pages %" PRId64 " to %" PRId64 " of %s cannot be",
			first, last, m->name);
	r->page = last;
	m->listed = true;
	*pages += said;
	return V_OK;
}

/* One document of a letter; its pages are counted in *pages. */
static enum verdict
check_document(struct reading *r, const struct xml_node *doc, int64_t *pages,
	struct fault *why)
{
	const char *file = xml_attr(doc, "", "file");
	const char *sum = xml_attr(doc, "", "sha256");
	int64_t bytes = 0, said = 0;
	struct member *m = file == NULL ? NULL : member_find(r, file);

	if (m == NULL || sum == NULL ||
		!number_of(xml_attr(doc, "", "bytes"), &bytes) ||
		!number_of(xml_attr(doc, "", "pages"), &said))
		return wrong(why, "document %.60s is not there",
			file == NULL ? "without a name" : file);
	if (xml_attr(doc, "", "first_page") != NULL)
		return check_range(r, doc, m, said, pages, why);
	if (m->listed)
		return wrong(why, "%s is listed twice", file);
	m->listed = true;
	if (strcmp(m->sha256, sum) != 0 || m->bytes != bytes)
		return wrong(why, "%s is not what the manifest says", file);
	if (m->pages != said)
		return wrong(why,
			"%s has %" PRId64 " pages, the manifest says %" PRId64,
			file, m->pages, said);
	*pages += said;
	return V_OK;
}

static enum verdict
check_letter(struct reading *r, const struct xml_node *node, int64_t seq,
	struct fault *why)
{
	struct printer_letter *l = &r->out->letters[seq - 1];
	const char *id = xml_attr(node, "", "id");
	const struct xml_node *doc;
	int64_t n = 0, pages = 0;
	enum verdict v = V_OK;

	if (id == NULL || strlen(id) != 36 ||
		!number_of(xml_attr(node, "", "seq"), &n) || n != seq)
		return wrong(
			why, "letter %" PRId64 " has no id or no place", seq);
	memcpy(l->id, id, sizeof(l->id));
	l->reference =
		arena_text(r->mem, xml_text(xml_child(node, NULL, "reference")),
			strlen(xml_text(xml_child(node, NULL, "reference"))));
	doc = xml_child(xml_child(node, NULL, "documents"), NULL, "document");
	if (doc == NULL)
		return wrong(why, "letter %" PRId64 " has no document", seq);
	for (; v == V_OK && doc != NULL; doc = xml_again(doc))
		v = check_document(r, doc, &pages, why);
	if (v != V_OK)
		return v;
	if (!number_of(xml_text(xml_child(node, NULL, "pages")), &l->pages) ||
		!number_of(xml_text(xml_child(node, NULL, "sheets")),
			&l->sheets) ||
		l->pages != pages || l->sheets < 1 || l->sheets > pages)
		return wrong(why,
			"letter %" PRId64 ": pages and sheets do not agree",
			seq);
	return V_OK;
}

static enum verdict
check_totals(struct reading *r, const struct xml_node *root, struct fault *why)
{
	const struct xml_node *totals = xml_child(root, NULL, "totals");
	int64_t letters, pages, sheets, i, p = 0, s = 0;

	for (i = 0; i < r->out->count; i++) {
		p += r->out->letters[i].pages;
		s += r->out->letters[i].sheets;
	}
	if (!number_of(
		    xml_text(xml_child(totals, NULL, "letters")), &letters) ||
		!number_of(
			xml_text(xml_child(totals, NULL, "pages")), &pages) ||
		!number_of(
			xml_text(xml_child(totals, NULL, "sheets")), &sheets) ||
		letters != r->out->count || pages != p || sheets != s)
		return wrong(why, "the totals are not those of the letters");
	return V_OK;
}

static enum verdict
check_manifest(struct reading *r, struct fault *why)
{
	const struct xml_node *root, *node, *first;
	struct xml_tree *tree = NULL;
	int64_t seq = 0;
	size_t i;
	enum verdict v;

	if (r->manifest.len == 0 ||
		xml_tree_parse(
			r->manifest.bytes, r->manifest.len, &tree, why) != V_OK)
		return wrong(why, "manifest.xml cannot be read");
	root = xml_root(tree);
	first = xml_child(root, NULL, "letter");
	for (node = first; node != NULL; node = xml_again(node))
		r->out->count++;
	r->out->letters = arena_alloc(
		r->mem, (size_t)(r->out->count + 1) * sizeof(*r->out->letters));
	v = strcmp(xml_text(xml_child(root, NULL, "id")), r->out->name) == 0
		    ? V_OK
		    : wrong(why, "the manifest is of another bundle");
	for (node = first; v == V_OK && node != NULL; node = xml_again(node))
		v = check_letter(r, node, ++seq, why);
	if (v == V_OK)
		v = check_totals(r, root, why);
	for (i = 0; v == V_OK && i < r->count; i++)
		if (!r->members[i].listed)
			v = wrong(why, "%s is not in the manifest",
				r->members[i].name);
	xml_tree_free(tree);
	return v;
}

/* letters.csv: "seq;letter_id;.." in the same order. */
static enum verdict
check_list(struct reading *r, struct fault *why)
{
	const char *at = r->list.len == 0 ? "" : r->list.bytes;
	char want[80];
	int64_t seq;

	for (seq = 0; seq <= r->out->count; seq++) {
		if (seq == 0)
			snprintf(want, sizeof(want), "seq;letter_id;");
		else
			snprintf(want, sizeof(want), "%" PRId64 ";%s;", seq,
				r->out->letters[seq - 1].id);
		if (strncmp(at, want, strlen(want)) != 0)
			return wrong(why,
				"letters.csv differs from the manifest at "
				"letter %" PRId64,
				seq);
		at = strchr(at, '\n');
		if (at++ == NULL)
			return wrong(why, "letters.csv ends too early");
	}
	return *at == '\0' ? V_OK : wrong(why, "letters.csv has more letters");
}

enum verdict
printer_bundle_read(int out, const char *name, struct arena *mem,
	struct printer_bundle *bundle_out, struct fault *why)
{
	struct reading r = { .mem = mem,
		.out = bundle_out,
		.manifest = BUF_MAX(MEMBER_MAX),
		.list = BUF_MAX(MEMBER_MAX) };
	char file[PRINTER_NAME_MAX + 32];
	enum verdict v = V_OK;
	int fd;

	*bundle_out = (struct printer_bundle){ .count = 0 };
	snprintf(bundle_out->name, sizeof(bundle_out->name), "%s", name);
	snprintf(file, sizeof(file), "%s.zip", name);
	fd = openat(out, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return wrong(why, "there is no such ZIP: %s", strerror(errno));
	v = check_sidecar(out, bundle_out, fd, why);
	if (v == V_OK)
		v = read_members(&r, fd, why);
	if (v == V_OK)
		v = check_manifest(&r, why);
	if (v == V_OK)
		v = check_list(&r, why);
	(void)close(fd);
	free(r.members);
	buf_done(&r.manifest);
	buf_done(&r.list);
	return v;
}
