/* mobbd/receipts.c - see mobbd/receipts.h
 *
 * A file is applied in one transaction, then moved.  After a crash between the
 * two it is found again, and the books know it.
 *
 * SPDX-License-Identifier: EUPL-1.2
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/log.h"
#include "channels/print_receipt.h"
#include "mobbd/receipts.h"

#define REST_MS 30000
#define DAY_MS INT64_C(86400000)
#define REASON_MAX ((size_t)131072)
#define FILE_MAX (SAID_BUNDLE_MAX + 32)

/* --- receipts --- */

static void
tell(const char *name, const struct printed_done *done)
{
	if (done->known)
		log_line("receipt %.120s: known already, nothing is changed",
			name);
	else
		log_line("receipt %.120s: %" PRId64 " lines count, %" PRId64
			 " say what was known, %" PRId64 " cannot be used",
			name, done->good, done->again, done->bad);
}

/* For whoever finds it in print/in/bad. */
static void
reason_of(const char *name, const struct printed_done *done, struct buf *out)
{
	buf_format(out,
		"%.120s\n\n%" PRId64 " lines count, %" PRId64
		" say what was known already, %" PRId64
		" cannot be used:\n\n%s\n"
		"What to do: mobbjob explain CODE; when it is settled with "
		"the printer:\nmobbjob print seen %.120s --reason TEXT\n",
		name, done->good, done->again, done->bad, done->text, name);
}

static enum verdict
apply(struct role_run *run, const char *name, struct printed_file *file,
	const uint8_t *sha256, struct fault *why)
{
	struct printed_done done;
	struct buf reason = BUF_MAX(REASON_MAX);
	enum verdict v;

	v = store_printed_apply(
		run->site->store, file, clock_now_ms(), &run->mem, &done, why);
	if (v == V_OK) {
		tell(file->name, &done);
		if (done.bad > 0)
			reason_of(file->name, &done, &reason);
		v = spool_printed_end(run->site->spool, name, sha256,
			done.bad > 0 ? reason.bytes : NULL, why);
	}
	buf_done(&reason);
	return v;
}

/* V_LATER: not whole yet, or about what is not in our books yet. */
static enum verdict
take_one(struct role_run *run, const char *name, struct fault *why)
{
	struct printed_file file = { .name = spool_printed_name(name) };
	struct buf text = BUF_MAX(RECEIPT_FILE_MAX);
	char bundle[SAID_BUNDLE_MAX];
	struct print_receipt said;
	struct fault unread = FAULT_NONE;
	enum print_said kind;
	int64_t now_ms = clock_now_ms();
	bool was_read;
	enum verdict v;

	v = spool_printed_read(run->site->spool, name, now_ms, &text, &unread);
	if (v == V_LATER || v == V_END) {
		buf_done(&text);
		return V_LATER;
	}
	was_read = v == V_OK;
	digest_of(text.bytes == NULL ? "" : text.bytes, text.len, file.sha256);
	if (v == V_OK)
		v = print_receipt_name(name, &kind, bundle, &unread);
	if (v == V_OK)
		v = print_receipt_read(kind,
			text.bytes == NULL ? "" : text.bytes, text.len,
			(int32_t)(now_ms / DAY_MS), &run->mem, &said, &unread);
	buf_done(&text);
	if (v == V_OK) {
		said.bundle = bundle;
		file.said = &said;
	} else {
		/* Codes of folders are about us; this is about the file. */
		unread.code = CODE_RECEIPT;
		file.unread = &unread;
	}
	return apply(run, name, &file, was_read ? file.sha256 : NULL, why);
}

/* Of the books, not of a file. */
static bool
ends_all(const struct fault *why)
{
	return why->code == CODE_DATABASE || why->code == CODE_DATABASE_QUERY ||
	       why->code == CODE_BUG;
}

static enum verdict
take_all(struct role_run *run, int64_t *rest_ms, bool *some, struct fault *why)
{
	char name[SPOOL_DROPPED_MAX], after[SPOOL_DROPPED_MAX] = "";
	enum verdict v = V_OK;

	while (v == V_OK && !*run->stop) {
		v = spool_printed_next(run->site->spool, after, name, why);
		if (v != V_OK)
			break;
		memcpy(after, name, sizeof(after));
		why->code = CODE_NONE;
		v = take_one(run, name, why);
		if (v == V_OK)
			*some = true;
		else if (ends_all(why))
			return v;
		else if (v != V_LATER || why->code == CODE_SPOOL) {
			fault_at(why, "print/in/%.120s",
				spool_printed_name(name));
			log_fault(why);
			*rest_ms = clock_now_ms() + REST_MS;
		}
		v = V_OK;
	}
	return v == V_END ? V_OK : v;
}

/* --- recalls --- */

static enum verdict
gone(int out, const char *file, struct fault *why)
{
	if (unlinkat(out, file, 0) == -1 && errno != ENOENT)
		return fault_errno(
			why, V_LATER, CODE_SPOOL, "print/out/%s: remove", file);
	return V_OK;
}

/* What stands beside the bundle when we want it back. */
static enum verdict
ask_back(int out, const struct recall *recall, const char *file,
	struct fault *why)
{
	char asked[CLOCK_TEXT_MAX], hex[DIGEST_HEX_MAX];
	struct buf text = BUF_MAX(1000);
	enum verdict v;

	clock_utc(recall->asked_ms, asked);
	digest_hex(recall->sha256, DIGEST_BYTES, hex);
	buf_format(&text, "bundle;letters;sha256;asked\n%s;%" PRId64 ";%s;%s\n",
		recall->bundle, recall->letters, hex, asked);
	v = file_put(out, file, text.bytes, text.len, 0640, why);
	buf_done(&text);
	return v;
}

/* Where it was handed over: a TEST bundle elsewhere (mobbd/printer.c). */
static const char *
folder_of(const struct role_run *run, const struct recall *recall)
{
	const struct jobs_stream *s =
		jobs_stream(&run->site->jobs, recall->stream);

	if (strstr(recall->bundle, "-TEST") == NULL)
		return "print/out";
	return s == NULL || s->printer_is->folder == NULL
		       ? "print/test"
		       : s->printer_is->folder;
}

/* Who did not take the bundle yet no longer sees that it is whole; who did
 * finds a request beside it.  One that was turned down is there for nobody.
 */
static enum verdict
recall_one(struct role_run *run, const struct recall *recall, struct fault *why)
{
	char file[FILE_MAX];
	int out = -1;
	enum verdict v;

	v = file_dir(
		spool_fd(run->site->spool), folder_of(run, recall), &out, why);
	if (v != V_OK)
		return v;
	snprintf(file, sizeof(file), "%.99s.recall", recall->bundle);
	v = recall->refused ? gone(out, file, why)
			    : ask_back(out, recall, file, why);
	snprintf(file, sizeof(file), "%.99s.zip.ready", recall->bundle);
	if (v == V_OK)
		v = gone(out, file, why);
	if (v == V_OK && fsync(out) == -1)
		v = fault_errno(why, V_LATER, CODE_SPOOL, "print/out: sync");
	(void)close(out);
	if (v == V_OK)
		v = store_recall_told(
			run->site->store, recall->lot, clock_now_ms(), why);
	if (v == V_OK)
		log_line("job %s: bundle %s: %s", recall->job, recall->bundle,
			recall->refused
				? "turned down, so it is taken back"
				: "the printer is asked not to print it");
	return v;
}

/* One whose folder takes nothing waits alone: the letters of the others are
 * being printed.
 */
static enum verdict
recall_all(
	struct role_run *run, int64_t *rest_ms, bool *some, struct fault *why)
{
	struct recall recall = { .lot = 0 };
	enum verdict v;

	while (!*run->stop) {
		v = store_recall_next(
			run->site->store, recall.lot, &run->mem, &recall, why);
		if (v == V_END)
			return V_OK;
		if (v != V_OK)
			return v;
		v = recall_one(run, &recall, why);
		if (v == V_OK) {
			*some = true;
			continue;
		}
		if (ends_all(why))
			return v;
		fault_at(why, "bundle %.100s", recall.bundle);
		log_fault(why);
		*rest_ms = clock_now_ms() + REST_MS;
	}
	return V_OK;
}

enum verdict
receipts_take(
	struct role_run *run, int64_t *rest_ms, bool *some, struct fault *why)
{
	int64_t now_ms = clock_now_ms();
	enum verdict v;

	/* A clock that was set back does not silence us. */
	if (now_ms < *rest_ms && *rest_ms - now_ms <= REST_MS)
		return V_OK;
	v = take_all(run, rest_ms, some, why);
	if (v == V_OK)
		v = recall_all(run, rest_ms, some, why);
	if (v != V_OK && !ends_all(why)) {
		log_fault(why);
		*rest_ms = now_ms + REST_MS;
		v = V_OK;
	}
	return v;
}
