/* channels/print.c - bundles for the print supplier (channels/channel.h)
 *
 * The name is made of the letters in their order, so the same letters are the
 * same bundle however often it is written.  The ZIP is written under another
 * name, synced and renamed; the .ready comes last, and nobody may look at a
 * bundle without one.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/archive.h"
#include "base/digest.h"
#include "base/file.h"
#include "channels/channel.h"
#include "channels/print_list.h"

#define BLOCK_BYTES 65536
#define FILE_NAME_MAX (PRINT_NAME_MAX + 16)

/* Is each letter still what was taken in? */
static enum verdict
check_letters(const struct print_bundle *bundle, struct fault *why)
{
	uint8_t now[DIGEST_BYTES];
	size_t i;

	for (i = 0; i < bundle->letter_count; i++) {
		const struct letter *letter = &bundle->letters[i];

		if (letter->printed_count == 0) {
			fault_set(why, V_NEVER, CODE_DOCUMENT,
				"letter has no document to print");
			fault_at(why, "job %s record %" PRId64, bundle->job,
				letter->record);
			return V_NEVER;
		}
		letter_bind(letter, now);
		if (memcmp(now, letter->bind, sizeof(now)) == 0)
			continue;
		fault_set(why, V_NEVER, CODE_CONTENT_CHANGED,
			"letter is not what was taken in");
		fault_at(why, "job %s record %" PRId64, bundle->job,
			letter->record);
		return V_NEVER;
	}
	return V_OK;
}

static enum verdict
add_text(struct archive_out *zip, const char *name, struct buf *text,
	struct fault *why)
{
	enum verdict v;

	if (text->full)
		return fault_set(why, V_BROKEN, CODE_LIMIT,
			"%s of the bundle is above %d bytes", name,
			PRINT_LIST_MAX);
	v = archive_member_begin(zip, name, (int64_t)text->len, why);
	if (v == V_OK)
		v = archive_member_add(zip, text->bytes, text->len, why);
	buf_reset(text);
	return v;
}

static enum verdict
add_lists(const struct print_bundle *bundle, struct archive_out *zip,
	struct fault *why)
{
	struct buf text = BUF_MAX(PRINT_LIST_MAX);
	enum verdict v;

	print_manifest(bundle, &text);
	v = add_text(zip, "manifest.xml", &text, why);
	if (v == V_OK) {
		print_letters_csv(bundle, &text);
		v = add_text(zip, "letters.csv", &text, why);
	}
	if (v == V_OK) {
		print_addresses_csv(bundle, &text);
		v = add_text(zip, "adressen.csv", &text, why);
	}
	if (v == V_OK && bundle->merged) {
		print_pages_csv(bundle, &text);
		v = add_text(zip, "pages.csv", &text, why);
	}
	if (v == V_OK) {
		print_readme(bundle, &text);
		v = add_text(zip, "README.txt", &text, why);
	}
	buf_done(&text);
	return v;
}

/* One document, read to its end: only there has the reader compared it. */
static enum verdict
add_document(const struct attachment *doc, const char *file,
	const struct content *content, struct archive_out *zip,
	struct fault *why)
{
	char block[BLOCK_BYTES];
	int64_t left = doc->bytes;
	size_t len;
	enum verdict v;

	v = archive_member_begin(zip, file, doc->bytes, why);
	if (v == V_OK)
		v = content->open(content->self, doc, why);
	while (v == V_OK) {
		v = content->read(
			content->self, block, sizeof(block), &len, why);
		if (v != V_OK || len == 0)
			break;
		if ((int64_t)len > left)
			return fault_set(why, V_NEVER, CODE_CONTENT_CHANGED,
				"document is longer than at intake");
		left -= (int64_t)len;
		v = archive_member_add(zip, block, len, why);
	}
	if (v == V_OK && left > 0)
		v = fault_set(why, V_NEVER, CODE_CONTENT_CHANGED,
			"document is shorter than at intake");
	return v;
}

static enum verdict
add_letters(const struct print_bundle *bundle, const struct content *content,
	struct archive_out *zip, struct fault *why)
{
	char file[PRINT_FILE_MAX];
	enum verdict v = V_OK;
	size_t i, k;

	for (i = 0; v == V_OK && i < bundle->letter_count; i++) {
		const struct letter *letter = &bundle->letters[i];

		for (k = 0; v == V_OK && k < letter->printed_count; k++) {
			print_file(bundle, i, k, file);
			v = add_document(
				&letter->printed[k], file, content, zip, why);
			if (v != V_OK)
				fault_at(why, "job %s record %" PRId64,
					bundle->job, letter->record);
		}
	}
	return v;
}

/* The merged PDF, made before in `pdf`. */
static enum verdict
add_merged(struct archive_out *zip, int pdf, int64_t bytes, struct fault *why)
{
	char block[BLOCK_BYTES];
	int64_t offset = 0;
	size_t got;
	enum verdict v = archive_member_begin(zip, PRINT_MERGED, bytes, why);

	while (v == V_OK && offset < bytes) {
		v = file_read_at(pdf, block, sizeof(block), offset, &got, why);
		if (v == V_OK && (got == 0 || offset + (int64_t)got > bytes))
			return fault_set(why, V_BROKEN, CODE_IO,
				"the merged PDF changed");
		if (v == V_OK)
			v = archive_member_add(zip, block, got, why);
		offset += (int64_t)got;
	}
	return v;
}

/* The whole ZIP into `fd`, synced, with its digest. */
static enum verdict
write_zip(const struct print_bundle *bundle, const struct content *content,
	int fd, int pdf, uint8_t sha256[DIGEST_BYTES], struct fault *why)
{
	int64_t bytes = 0;
	struct archive_out *zip = NULL;
	enum verdict v;

	v = pdf == -1 ? V_OK : print_merge(bundle, content, pdf, &bytes, why);
	/* PDFs hardly shrink, and a printer's tools like plain ZIPs. */
	if (v == V_OK)
		v = archive_create(fd, false, &zip, why);
	if (v != V_OK)
		return v;
	v = archive_hash(zip, why);
	if (v == V_OK)
		v = add_lists(bundle, zip, why);
	if (v == V_OK)
		v = pdf == -1 ? add_letters(bundle, content, zip, why)
			      : add_merged(zip, pdf, bytes, why);
	if (v != V_OK) {
		archive_abandon(zip);
		return v;
	}
	v = archive_finish_hash(zip, sha256, why);
	if (v == V_OK && fsync(fd) == -1)
		v = fault_errno(
			why, V_BROKEN, CODE_IO, "%s: sync", bundle->name);
	return v;
}

/* What stands beside the ZIP: its digest. */
static enum verdict
write_sidecar(int out_fd, const char *name, const uint8_t sha256[DIGEST_BYTES],
	struct fault *why)
{
	char file[FILE_NAME_MAX], hex[DIGEST_HEX_MAX];
	struct buf line = BUF_MAX(400);
	enum verdict v;

	digest_hex(sha256, DIGEST_BYTES, hex);
	buf_format(&line, "%s  %s.zip\n", hex, name);
	snprintf(file, sizeof(file), "%s.zip.sha256", name);
	v = file_put(out_fd, file, line.bytes, line.len, 0640, why);
	buf_done(&line);
	return v;
}

enum verdict
print_ready(const char *name, int out_fd, struct fault *why)
{
	char file[FILE_NAME_MAX];
	struct stat st;

	snprintf(file, sizeof(file), "%s.zip", name);
	if (fstatat(out_fd, file, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return fault_set(why, V_SKIP, CODE_SPOOL,
			"bundle %.100s is not there any more", name);
	snprintf(file, sizeof(file), "%s.zip.ready", name);
	return file_put(out_fd, file, "", 0, 0640, why);
}

/* A file without a name beside the bundle. */
static enum verdict
scratch(int out_fd, const char *name, int *fd_out, struct fault *why)
{
	char file[FILE_NAME_MAX];

	snprintf(file, sizeof(file), ".%s.pdf.part", name);
	*fd_out = openat(out_fd, file,
		O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (*fd_out == -1)
		return fault_errno(why, V_BROKEN, CODE_SPOOL, "%s: make", file);
	(void)unlinkat(out_fd, file, 0);
	return V_OK;
}

enum verdict
print_write(const struct print_bundle *bundle, const struct content *content,
	int out_fd, uint8_t sha256_out[32], struct fault *why)
{
	const char *name = bundle->name;
	char part[FILE_NAME_MAX], whole[FILE_NAME_MAX];
	uint8_t sha256[DIGEST_BYTES];
	int fd, pdf = -1;
	enum verdict v;

	assert(bundle->letter_count > 0);
	assert(bundle->letter_count <= PRINT_LETTERS_MAX);
	v = check_letters(bundle, why);
	if (v != V_OK)
		return v;
	snprintf(part, sizeof(part), ".%s.zip.part", name);
	snprintf(whole, sizeof(whole), "%s.zip", name);
	fd = openat(out_fd, part,
		O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd == -1)
		return fault_errno(why, V_BROKEN, CODE_SPOOL, "%s: make", part);
	if (bundle->merged)
		v = scratch(out_fd, name, &pdf, why);
	if (v == V_OK)
		v = write_zip(bundle, content, fd, pdf, sha256, why);
	if (pdf != -1)
		(void)close(pdf);
	if (close(fd) == -1 && v == V_OK)
		v = fault_errno(why, V_BROKEN, CODE_IO, "%s: close", part);
	if (v != V_OK) {
		(void)unlinkat(out_fd, part, 0);
		return v;
	}
	v = file_move(out_fd, part, out_fd, whole, why);
	if (v == V_OK)
		v = write_sidecar(out_fd, name, sha256, why);
	if (v == V_OK)
		memcpy(sha256_out, sha256, sizeof(sha256));
	return v;
}
